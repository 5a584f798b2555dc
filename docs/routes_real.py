"""Three real cases of routes, with maps: ``python docs/routes_real.py ../shared/data OUT``.

Runs ``qinglu route`` and parts of ``qinglu.siting`` on open data beside the repository, draws the pictures of
docs/images/routes-*.svg and rewrites docs/routes-real.md and its Chinese twin. No figure there is typed.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
import pyproj
import shapely

from qinglu.atlas import Atlas, read_raster, read_vector
from qinglu.cli import main as qinglu
from qinglu.settings import Settings
from qinglu.siting.alignment import read_alignment
from qinglu.siting.compare import beside
from qinglu.siting.crossings import crossings
from qinglu.siting.ends import cell_at, least_gradient
from qinglu.siting.given import Given, populations
from qinglu.siting.paths import NoRouteError, least_cost_path
from qinglu.siting.paths import Path as CellPath
from qinglu.siting.problem import Surfaces
from qinglu.siting.score import score
from qinglu.siting.surfaces import build
from qinglu.text import Text

HERE = Path(__file__).parent
ROOT = HERE.parent
SKETCHES = ROOT / "src" / "qinglu" / "example" / "parks.geojson"
ON = "2026-11-22"
GEOD = pyproj.Geod(ellps="WGS84")
SETTINGS = Settings()
Floats = npt.NDArray[np.float64]
Places = Sequence[tuple[float, float]]

ADDIS, DJIBOUTI = (38.5592, 8.9042), (43.0814, 11.5862)  # where the built line begins and ends
ADAMA, DIRE_DAWA = (39.27, 8.55), (41.86, 9.59)  # Natural Earth places: Nazret, Dire Dawa
ABBOTTABAD, GILGIT = (73.1995, 34.1495), (74.3, 35.9171)
NAIROBI, MOMBASA = (36.89, -1.3467), (39.5878, -4.0325)  # the last vertex of the built line that lies on land
BUILT = {"addis": "696a670c20ce", "kenya": "309d8b1ece64"}  # AidData 30171 and 31777
LIMITS = (0.06, 0.08, 0.10, 0.15, 0.20, 0.30)

FILES = {
    "ethiopia": "globe-dem-crops/ethiopia_djibouti.tif",
    "karakoram": "globe-dem-crops/pakistan_karakoram.tif",
    "built": "aiddata-gcdf-v2/geometries.parquet",
    "rivers": "natural-earth/ne_10m_rivers_lake_centerlines.parquet",
    "lakes": "natural-earth/ne_10m_lakes.parquet",
    "parks": "natural-earth/ne_10m_parks_and_protected_lands_area.parquet",
    "places": "natural-earth/ne_10m_populated_places_simple.parquet",
    "glaciers": "natural-earth/ne_10m_glaciated_areas.parquet",
    "ecoregions": "resolve-ecoregions-2017/ecoregions2017_simplified.parquet",
    "osm": "africa-rail-osm/kenya-rail.gpkg",
}
ROLES = {
    "rivers": "river", "lakes": "lake", "ecoregions": "ecoregion", "parks": "protected", "places": "settlement",
    "glaciers": "glacier",
}  # fmt: skip


def layers_said(names: Sequence[str]) -> list[str]:
    """Layers as flags."""
    return [word for n in names for word in ("--layer", f"{n}=../shared/data/{FILES[n]},role={ROLES[n]}")]


def place_said(place: tuple[float, float]) -> str:
    """A place as a flag has it."""
    return f"{place[0]:g},{place[1]:g}"


_RAIL = ("rivers", "lakes", "ecoregions", "parks", "places")
_ADDIS = [
    "route", "--from", place_said(ADDIS), "--to", place_said(DJIBOUTI), "--dem", f"../shared/data/{FILES['ethiopia']}",
    *layers_said(_RAIL), "--mode", "railway", "--objectives", "cost,ecology",
]  # fmt: skip
_BUILT = ["--line", f"../shared/data/{FILES['built']}", "--line-feature"]
_KARAKORAM = [
    "route", "--from", place_said(ABBOTTABAD), "--to", place_said(GILGIT), "--dem",
    f"../shared/data/{FILES['karakoram']}", *layers_said(("rivers", "glaciers")), "--mode", "road", "--objectives",
    "cost", "--steep", "forbid",
]  # fmt: skip
_KENYA = [
    "route", "--from", place_said(NAIROBI), "--to", place_said(MOMBASA), "--layer",
    "sketches=src/qinglu/example/parks.geojson,role=protected,avoid={avoid}", *layers_said(("rivers", "places")),
    "--mode", "railway", "--objectives", "cost", "--alternatives", "1", "--cell-m", "500",
]  # fmt: skip
COMMANDS: dict[str, list[str]] = {
    "addis": [*_ADDIS, "--alternatives", "5", *_BUILT, BUILT["addis"]],
    "addis-via": [*_ADDIS, "--via", place_said(ADAMA), "--via", place_said(DIRE_DAWA), "--alternatives", "1"],
    "karakoram": _KARAKORAM,
    "karakoram-16": [*_KARAKORAM, "--neighbours", "16"],
    "kenya": [word.format(avoid="forbid") for word in _KENYA],
    "kenya-free": [word.format(avoid="ignore") for word in _KENYA],
}
"""The commands of the pages, as they are run: from the repository, results below OUT."""


def ran(name: str, data: Path, out: Path, args: Sequence[str] | None = None) -> dict[str, Any]:
    """The result of a command; of one that is refused, the exit code and what was said."""
    words = [w.replace("../shared/data", str(data)) for w in (COMMANDS[name] if args is None else args)]
    words = [w.replace("src/qinglu/example", str(SKETCHES.parent)) for w in words]
    said, refused = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(refused):
        code = qinglu([*words, "--screen", "false", "--on", ON, "--quiet", "--json", "--out", str(out / name)])
    if code:
        return {"exit": code, "said": refused.getvalue().strip()}
    found: dict[str, Any] = json.loads(said.getvalue())["result"]
    return found


def lines_of(folder: Path, file: str = "routes.geojson") -> dict[str, list[Floats]]:
    """Lines that a command wrote: id → parts."""
    features = json.loads((folder / file).read_text(encoding="utf-8"))["features"]
    return {
        f["properties"]["id"]: [
            shapely.get_coordinates(part) for part in shapely.get_parts(shapely.from_geojson(json.dumps(f["geometry"])))
        ]
        for f in features
    }


def layer(data: Path, name: str, path: Path | None = None, avoid: str = "price") -> Given:
    """A layer for `surfaces`."""
    file = path or data / FILES[name]
    people = populations(file, SETTINGS) if name == "places" else None
    role = ROLES.get(name, "protected")
    return Given(read_vector(name, file, role=role, settings=SETTINGS), avoid, population=people)


def surfaces(data: Path, ends: Places, dem: str | None, layers: Sequence[Given], mode: str, **more: Any) -> Surfaces:
    """Surfaces as ``qinglu route`` makes them."""
    options = {"ends": list(ends), "mode": mode, "layers": layers, "land": Atlas(SETTINGS).land(), **more}
    if dem is None:
        return build(**options)
    with read_raster("dem", data / FILES[dem], role="elevation", settings=SETTINGS).source() as source:
        return build(dem=source, **options)


def places_of(data: Path) -> list[tuple[str, float, float, int]]:
    """Natural Earth's places: name, longitude, latitude, population."""
    table = pq.read_table(data / FILES["places"], columns=["name", "longitude", "latitude", "pop_max"])
    return [(r["name"], r["longitude"], r["latitude"], r["pop_max"]) for r in table.to_pylist()]


def away_km(parts: Sequence[Floats], lon: float, lat: float) -> float:
    """Kilometres from a place to a line, to some hundred metres."""
    every = np.vstack([shapely.get_coordinates(shapely.segmentize(shapely.LineString(p), 0.002)) for p in parts])
    return float(GEOD.inv(np.full(len(every), lon), np.full(len(every), lat), *every.T)[2].min()) / 1000


def along(parts: Sequence[Floats]) -> tuple[Floats, Floats]:
    """Vertices of a line, no farther than about a kilometre apart, and their kilometres along it."""
    xy = np.vstack([shapely.get_coordinates(shapely.segmentize(shapely.LineString(p), 0.01)) for p in parts])
    steps = GEOD.inv(*xy[:-1].T, *xy[1:].T)[2]
    return xy, np.concatenate([[0.0], np.cumsum(steps)]) / 1000


# Addis Ababa–Djibouti


def addis(data: Path, out: Path) -> dict[str, Any]:
    """The railway as built beside alternatives, the front, two towns to be passed, and coarser cells."""
    found, via = ran("addis", data, out), ran("addis-via", data, out)
    lines, built = lines_of(out / "addis"), lines_of(out / "addis", "given.geojson")["given"]
    over = lines_of(out / "addis-via")["route-1"]
    given = [layer(data, n) for n in _RAIL]
    scale, ground = [], None
    for times in (1, 2, 4):
        s = surfaces(data, (ADDIS, DJIBOUTI), "ethiopia", given, "railway", cell_m=times * 916.99)
        ground = ground or s
        scores = [score(s, x) for x in (built, lines["route-1"], over)]
        scale.append({"cell_m": s.grid.cell_m, "cost": [x.scores["cost"] for x in scores],
                      "over_km": [(x.over_gradient_m or 0) / 1000 for x in scores]})  # fmt: skip
    assert ground is not None
    assert ground.elevation is not None
    crossed = {k: crossings(ground, x).to_pylist() for k, x in {**lines, "given": built}.items()}
    regions = [{r["feature_id"] for r in rows if r["layer"] == "ecoregions"} for rows in crossed.values()]
    assert all(r == regions[0] and len(r) == 2 for r in regions), "the page says that all lines pass the same two"
    low = (ground.elevation <= 0) & ground.passable
    towns = []
    for name, lon, lat, people in places_of(data):
        if ground.grid.holds(ground.grid.cell_of(lon, lat)):
            km = [away_km(x, lon, lat) for x in (built, lines["route-1"], over)]
            if min(km) < 15:
                towns.append({"name": name, "people": people, "km": km})
    for stretch in found["beside"]:
        stretch["near"] = _nearest_town(data, built, stretch)
    return {
        "found": found, "via": via, "scale": scale, "towns": sorted(towns, key=lambda t: -t["people"]),
        "low_cells": int(low.sum()),
        "low_on": {k: _cells_on(ground, x, low) for k, x in {**lines, "given": built}.items()},
        "straight_km": GEOD.inv(*ADDIS, *DJIBOUTI)[2] / 1000,
        "crossed": crossed,
    }  # fmt: skip


def _cells_on(s: Surfaces, parts: Sequence[Floats], mask: npt.NDArray[np.bool_]) -> int:
    xy, _ = along(parts)
    rows, cols = (np.floor(p).astype(int) for p in s.grid.positions_of(*xy.T))
    return int(mask[rows, cols].sum())


def _nearest_town(data: Path, built: Sequence[Floats], stretch: Mapping[str, Any]) -> tuple[str, float]:
    """The place of at least 20,000 people nearest to the built line within a stretch."""
    xy, km = along(built)
    part = xy[(km >= stretch["from_km_b"]) & (km <= stretch["to_km_b"])]
    part = part if len(part) > 1 else xy[np.abs(km - stretch["from_km_b"]).argsort()[:2]]
    near = [(away_km([part], lon, lat), name) for name, lon, lat, n in places_of(data)
            if n >= 20_000 and 38 < lon < 44 and 8 < lat < 12.5]  # fmt: skip
    best = min(near)
    return best[1], best[0]


# Karakoram


def karakoram(data: Path, out: Path) -> dict[str, Any]:
    """A road from Abbottabad to Gilgit: what the limit of gradient does, by directions and by size of cells."""
    ends = (ABBOTTABAD, GILGIT)
    given = [layer(data, n) for n in ("rivers", "glaciers")]

    def made(mode: str = "road", **more: Any) -> Surfaces:
        return surfaces(data, ends, "karakoram", given, mode, objectives=("cost",), **more)

    refused = {n: _refused(name, data, out) for n, name in ((8, "karakoram"), (16, "karakoram-16"))}
    forbid, paths = [], {}
    for limit in LIMITS:
        s = made(steep="forbid", max_gradient=limit)
        for n in (8, 16):
            path = _sought(s, ends, n)
            forbid.append({"limit": limit, "neighbours": n, **_described(s, path)})
            paths[f"forbid-{n}-{limit:g}"] = path
    structure = []
    for name, mode, n in (("road-8", "road", 8), ("road-16", "road", 16), ("line-8", "transmission-line", 8)):
        s = made(mode)
        path = paths[name] = _sought(s, ends, n)
        structure.append({"mode": mode, "neighbours": n, **_described(s, path)})
    least = []
    for times in (1, 2, 4):
        s = made(steep="forbid", max_gradient=0.001, cell_m=times * 843.6)
        start, end = (cell_at(s, p, Text("", "")) for p in ends)
        least.append(
            {"cell_m": s.grid.cell_m, **{str(n): least_gradient(s, start, end, neighbours=n) for n in (8, 16)}}
        )
    s = made()
    assert s.elevation is not None
    (out / "karakoram").mkdir(parents=True, exist_ok=True)
    for name, path in paths.items():
        if path is not None:
            np.save(out / "karakoram" / f"{name}.npy", np.column_stack(s.grid.lonlat_of(path.rows, path.cols)))
    np.savez(out / "karakoram" / "ground.npz", z=s.elevation, transform=s.grid.transform)
    lowest = paths[f"forbid-16-{0.08:g}"]
    return {"refused": refused, "forbid": forbid, "structure": structure, "least": least,
            "straight_km": GEOD.inv(*ABBOTTABAD, *GILGIT)[2] / 1000,
            "hidden": None if lowest is None else _hidden(s, lowest)}  # fmt: skip


def _refused(name: str, data: Path, out: Path) -> dict[str, Any]:
    """Exit code of a command that finds no way, and what it says in both languages."""
    said = {lang: ran(name, data, out, [*COMMANDS[name], "--lang", lang]) for lang in ("zh", "en")}
    return {"exit": said["en"]["exit"], "said": {lang: found["said"] for lang, found in said.items()}}


def _sought(s: Surfaces, ends: Places, neighbours: int) -> CellPath | None:
    cost, climb = s.weighted({"cost": 1.0})
    start, end = (cell_at(s, p, Text("", "")) for p in ends)
    try:
        return least_cost_path(cost, s.grid, start, end, climb=climb, neighbours=8 if neighbours == 8 else 16)
    except NoRouteError:
        return None


def _described(s: Surfaces, path: CellPath | None) -> dict[str, Any]:
    if path is None or s.elevation is None:
        return {"length_km": None}
    z = s.elevation[path.rows, path.cols].astype(float)
    line = np.column_stack(s.grid.lonlat_of(path.rows, path.cols))
    steps = GEOD.inv(*line[:-1].T, *line[1:].T)[2]
    steep = np.abs(np.diff(z)) / steps
    return {"length_km": path.length_m / 1000, "cost": path.cost, "highest_m": float(z.max()),
            "climb_m": float(np.clip(np.diff(z), 0, None).sum()), "steepest": float(steep.max()),
            "over_km": float(steps[steep > 0.06].sum()) / 1000}  # fmt: skip


def _hidden(s: Surfaces, path: CellPath) -> dict[str, float]:
    """Of knight's moves, by how much the two cells between differ from the even grade, metres."""
    assert s.elevation is not None
    z = s.elevation.astype(float)
    off = []
    for (r, c), (p, q) in zip(
        zip(path.rows[:-1], path.cols[:-1], strict=True), zip(path.rows[1:], path.cols[1:], strict=True), strict=True
    ):
        if abs(p - r) + abs(q - c) == 3:
            far = (r + (p - r) // 2 if abs(p - r) == 2 else r, c + (q - c) // 2 if abs(q - c) == 2 else c)
            other = (p, far[1]) if abs(q - c) == 2 else (far[0], q)
            off.append(abs((z[far] + z[other]) / 2 - (z[r, c] + z[p, q]) / 2))
    return {"moves": len(off), "of": len(path.rows) - 1, "median": float(np.median(off)),
            "p95": float(np.percentile(off, 95)), "most": float(max(off))}  # fmt: skip


# Mombasa–Nairobi


def kenya(data: Path, out: Path) -> dict[str, Any]:
    """The railway beside the example's sketches of parks: the price of avoiding them."""
    built = read_alignment(data / FILES["built"], settings=SETTINGS, feature=BUILT["kenya"])
    shapes = sketches()
    forbid, free = ran("kenya", data, out), ran("kenya-free", data, out)
    each, each_inside = {}, {}
    for key in shapes:
        file = out / f"{key}.geojson"
        whole = json.loads(SKETCHES.read_text(encoding="utf-8"))
        whole["features"] = [f for f in whole["features"] if f["properties"]["id"] == key]
        file.write_text(json.dumps(whole), encoding="utf-8")
        args = [w.replace("src/qinglu/example/parks.geojson", str(file)) for w in COMMANDS["kenya"]]
        each[key] = ran(key, data, out, args)["alternatives"][0]
        each_inside[key] = inside_km(lines_of(out / key)["route-1"], shapes)
    given = [layer(data, n) for n in ("rivers", "places")]
    avoided = layer(data, "sketches", SKETCHES, "ignore")
    s = surfaces(data, (NAIROBI, MOMBASA), None, [*given, avoided], "railway", objectives=("cost",), cell_m=500)
    way = {name: lines_of(out / name)["route-1"] for name in ("kenya", "kenya-free")}
    scored = score(s, list(built.parts))
    return {
        "forbid": forbid["alternatives"][0], "free": free["alternatives"][0], "each": each,
        "each_inside": each_inside,
        "built": {"length_km": scored.length_m / 1000, "known_km": scored.known_m / 1000,
                  "cost": scored.scores["cost"], "side_tracks": built.side_tracks},
        "inside": {name: inside_km(x, shapes) for name, x in {**way, "built": list(built.parts)}.items()},
        "gap_km": gap_km(shapes["demo-tsavo-east"], shapes["demo-tsavo-west"]),
        "crossed": [r for r in crossings(s, list(built.parts)).to_pylist() if r["layer"] == "sketches"],
        "beside_free": beside(s, way["kenya"], way["kenya-free"]).to_pylist(),
        "beside_built": beside(s, list(built.parts), way["kenya"], apart_m=5000).to_pylist(),
        "straight_km": GEOD.inv(*NAIROBI, *MOMBASA)[2] / 1000,
        "detour": {name: [a.tolist() for a in detour(x)]
                   for name, x in {**way, "built": list(built.parts)}.items()},
        "osm": osm(data, built.parts),
    }  # fmt: skip


def sketches() -> dict[str, shapely.Geometry]:
    """The example's parks, by id."""
    features = json.loads(SKETCHES.read_text(encoding="utf-8"))["features"]
    return {f["properties"]["id"]: shapely.from_geojson(json.dumps(f["geometry"])) for f in features}


def gap_km(a: shapely.Geometry, b: shapely.Geometry) -> float:
    """Kilometres between two areas near the equator."""
    return GEOD.geometry_length(shapely.shortest_line(a, b)) / 1000


def inside_km(parts: Sequence[Floats], shapes: Mapping[str, shapely.Geometry]) -> dict[str, float]:
    """Kilometres of a line within each area."""
    line = shapely.multilinestrings([shapely.linestrings(p) for p in parts])
    return {k: GEOD.geometry_length(shapely.intersection(line, g)) / 1000 for k, g in shapes.items()}


def detour(parts: Sequence[Floats]) -> tuple[Floats, Floats]:
    """Kilometres along a line, and how much longer than the geodesic it has already become at each.

    What has been run plus the geodesic that is left, less the geodesic from end to end: never falls.
    """
    xy, km = along(parts)
    if np.hypot(*(xy[0] - NAIROBI)) > np.hypot(*(xy[-1] - NAIROBI)):
        xy, km = xy[::-1], km[-1] - km[::-1]
    lon, lat = xy.T
    left = GEOD.inv(lon, lat, np.full(len(xy), lon[-1]), np.full(len(xy), lat[-1]))[2] / 1000
    return km, km + left - left[0]


def osm(data: Path, parts: Sequence[Floats]) -> dict[str, float]:
    """How far the built line, read from strips of polygons, lies from the same railway in an OSM extract, metres."""
    name = "Mombasa-Nairobi Standard Gauge Railway"
    other = read_alignment(data / FILES["osm"], settings=SETTINGS, feature=name)
    every = np.vstack([shapely.get_coordinates(shapely.segmentize(shapely.LineString(p), 0.0005)) for p in other.parts])
    xy, _ = along(parts)
    scale = [np.cos(np.radians(2.7)), 1.0]
    _, index = shapely.STRtree(shapely.points(every * scale)).query_nearest(
        shapely.points(xy * scale), all_matches=False
    )
    metres = GEOD.inv(*xy.T, *every[index].T)[2]
    return {"median": float(np.median(metres)), "p95": float(np.percentile(metres, 95)), "most": float(metres.max()),
            "length_km": other.length_m / 1000, "share": float((metres < 100).mean())}  # fmt: skip


def main() -> None:
    """Run everything, draw, and write both pages."""
    sys.path.insert(0, str(HERE))
    from routes_real_maps import draw
    from routes_real_page import page

    data, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    kept = out / "facts.json"
    if "--drawn-again" in sys.argv and kept.is_file():
        facts = json.loads(kept.read_text(encoding="utf-8"))
    else:
        facts = {"addis": addis(data, out), "karakoram": karakoram(data, out), "kenya": kenya(data, out)}
        kept.write_text(json.dumps(facts, ensure_ascii=False, default=str), encoding="utf-8")
        facts = json.loads(kept.read_text(encoding="utf-8"))
    draw(data, out, facts, HERE / "images")
    for lang in ("en", "zh"):
        name = "routes-real.md" if lang == "en" else "routes-real.zh.md"
        (HERE / name).write_text(page(facts, COMMANDS, lang), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
