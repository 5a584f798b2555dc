"""What a line crosses: one row for each passage through a feature, with its kilometres."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from ..space import Index
from .grid import Float
from .posts import Line, Posts, parts_of, posts
from .problem import Laid, Surfaces

CROSSINGS = pa.schema(
    [
        ("layer", pa.string()),
        ("role", pa.string()),
        ("avoid", pa.string()),  # forbid | price | ignore
        ("feature_id", pa.string()),
        ("feature_name", pa.string()),
        ("kind", pa.string()),  # through | crosses | along | touches
        ("from_km", pa.float64()),  # kilometre posts along the line; gaps between its parts count for nothing
        ("to_km", pa.float64()),
        ("length_m", pa.float64()),
        ("lon", pa.float64()),  # where it begins
        ("lat", pa.float64()),
        ("part", pa.int64()),
        ("feature", pa.int64()),  # row in the layer
    ]
)

_SAME_M = 1e-3  # passages nearer to each other than a millimetre are one
_CHUNK = 64  # segments in one box of the line


@dataclass(frozen=True, eq=False)
class _Part:
    """One part of the line, segment by segment, turned so that longitudes fit the layers."""

    segments: npt.NDArray[np.object_]
    tree: shapely.STRtree
    chunks: shapely.STRtree
    number: int


def crossings(surfaces: Surfaces, line: Line) -> pa.Table:
    """Every passage of a line through a feature of the layers, in order along the line.

    Measured on the features themselves, not on the grid. Layers without features (rasters) have no rows.

    Parameters
    ----------
    surfaces : Surfaces
        Its `laid` layers are looked at.
    line : float64 (n, 2), or several
        Longitude and latitude, straight between vertices.

    Returns
    -------
    pyarrow.Table
        Schema `CROSSINGS`. `kind` is ``through`` an area, ``crosses`` a line feature at a point (one that only ends
        on the line counts too), ``along`` a line feature or the border of an area, ``touches`` a point feature or
        the border of an area at a point.

    Raises
    ------
    OptionError
        A part of fewer than two places.
    """
    at = posts(surfaces.grid, line)
    parts = [p for i, xy in enumerate(parts_of(surfaces.grid, line)) for p in _turned(xy, i)]
    rows: list[_Row] = []
    for laid in surfaces.laid:
        if laid.index is not None:
            rows += _of_layer(laid, laid.index, parts, at)
    rows.sort(key=lambda r: (r.from_km, r.to_km, r.layer, r.feature))
    return pa.table({name: [getattr(r, name) for r in rows] for name in CROSSINGS.names}, schema=CROSSINGS)


def by_layer(table: pa.Table) -> pa.Table:
    """Passages, distinct features and metres by layer, in order of their first passage.

    Metres of features that overlap add up: two reserves on the same ground count twice.
    """
    layers = list(dict.fromkeys(table["layer"].to_pylist()))
    rows = []
    for layer in layers:
        own = table.filter(pc.equal(table["layer"], layer))
        rows.append(
            (layer, own["role"][0].as_py(), len(own), len(set(own["feature"].to_pylist())),
             float(np.sum(own["length_m"].to_numpy())))
        )  # fmt: skip
    names = ("layer", "role", "passages", "features", "length_m")
    kinds = (pa.string(), pa.string(), pa.int64(), pa.int64(), pa.float64())
    return pa.table({n: pa.array([r[i] for r in rows], k) for i, (n, k) in enumerate(zip(names, kinds, strict=True))})


class _Row(NamedTuple):
    layer: str
    role: str
    avoid: str
    feature_id: str
    feature_name: str
    kind: str
    from_km: float
    to_km: float
    length_m: float
    lon: float
    lat: float
    part: int
    feature: int


def _of_layer(laid: Laid, index: Index, parts: list[_Part], at: Posts) -> Iterator[_Row]:
    for feature, own in _near(index, parts).items():
        shape = index.geometries(np.array([feature]))[0]
        name = laid.feature_names[feature] if feature < len(laid.feature_names) else ""
        number = laid.feature_ids[feature] if feature < len(laid.feature_ids) else str(feature + 1)
        for part, first, last, inner in _passages(shape, own, at):
            kind = _kind(int(shapely.get_dimensions(shape)), last - first > _SAME_M, inner)
            lon, lat = at.places(part, [first])[0].tolist()
            yield _Row(
                laid.name, laid.role, laid.avoid, number, name, kind,
                first / 1000, last / 1000, last - first, lon, lat, part, feature,
            )  # fmt: skip


def _kind(dimension: int, is_long: bool, inner: bool) -> str:
    if dimension == 2 and is_long:
        return "through" if inner else "along"
    if dimension == 1:
        return "along" if is_long else "crosses"
    return "touches"


def _turned(xy: Float, number: int) -> list[_Part]:
    """A part as it lies in -180° to 180°, once for each turn of the globe it reaches into."""
    first, last = (math.floor((lon + 180.0) / 360.0) for lon in (xy[:, 0].min(), xy[:, 0].max()))
    out = []
    for turn in range(first, last + 1):
        points = xy - [360.0 * turn, 0.0]
        segments = shapely.linestrings(np.stack([points[:-1], points[1:]], axis=1))
        boxes = [shapely.box(*_bounds(points[k : k + _CHUNK + 1])) for k in range(0, len(segments), _CHUNK)]
        out.append(_Part(segments, shapely.STRtree(segments), shapely.STRtree(boxes), number))
    return out


def _bounds(xy: Float) -> tuple[float, float, float, float]:
    west, south = xy.min(axis=0).tolist()
    east, north = xy.max(axis=0).tolist()
    return west, south, east, north


def _near(index: Index, parts: list[_Part]) -> dict[int, list[_Part]]:
    """Features with a box on the line, and the parts it is on."""
    plane = np.asarray(index.item_plane)
    feature_of = np.asarray(index.item_feature)
    found: dict[int, list[_Part]] = {}
    for part in parts:
        west, south, east, north = shapely.total_bounds(part.segments)
        items = np.flatnonzero(
            (plane[:, 0] <= east) & (plane[:, 2] >= west) & (plane[:, 1] <= north) & (plane[:, 3] >= south)
        )
        hit = np.unique(part.chunks.query(shapely.box(*plane[items].T))[0])
        for feature in np.unique(feature_of[items[hit]]).tolist():
            found.setdefault(feature, []).append(part)
    return dict(sorted(found.items()))


def _passages(shape: shapely.Geometry, parts: list[_Part], at: Posts) -> Iterator[tuple[int, float, float, bool]]:
    """Part, first and last metre of each passage, and whether it is in the interior of the shape."""
    for number in dict.fromkeys(p.number for p in parts):
        spans = [s for p in parts if p.number == number for s in _shared(shape, p)]
        if not spans:
            continue
        first, last, inner = (np.array(column) for column in zip(*spans, strict=True))
        first, last = at.metres(number, first), at.metres(number, last)
        order = np.argsort(first, kind="stable")
        first, last, inner = first[order], last[order], inner[order]
        begins = np.flatnonzero(np.concatenate([[True], first[1:] - last[:-1] > _SAME_M]))
        for a, b in zip(begins.tolist(), [*begins[1:].tolist(), len(first)], strict=True):
            yield number, float(first[a]), float(last[b - 1]), bool(inner[a:b].any())


def _shared(shape: shapely.Geometry, part: _Part) -> list[tuple[float, float, bool]]:
    """What the segments share with a shape: first and last fractional vertex, and whether in its interior."""
    shapely.prepare(shape)
    hit = np.sort(part.tree.query(shape, predicate="intersects"))
    whole = shapely.contains_properly(shape, part.segments[hit])
    out = [(float(k), float(k + 1), True) for k in hit[whole]]
    rest = hit[~whole]
    for k, piece in zip(rest.tolist(), shapely.intersection(part.segments[rest], shape), strict=True):
        segment = part.segments[k]
        inner = not shapely.touches(segment, shape)
        (x0, y0), (x1, y1) = shapely.get_coordinates(segment)
        dx, dy = x1 - x0, y1 - y0
        square = dx * dx + dy * dy
        for bit in _simple(piece):
            xy = shapely.get_coordinates(bit)
            t = ((xy[:, 0] - x0) * dx + (xy[:, 1] - y0) * dy) / square if square else np.zeros(len(xy))
            t = np.clip(t, 0.0, 1.0)
            out.append((k + float(t.min()), k + float(t.max()), inner))
    return out


def _simple(geom: shapely.Geometry) -> npt.NDArray[np.object_]:
    parts: npt.NDArray[np.object_] = shapely.get_parts(geom)
    return parts if not shapely.is_empty(parts).any() else np.array([p for p in parts if not p.is_empty], dtype=object)
