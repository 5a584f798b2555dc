"""Which pictures docs/routes-real.md has: what each shows, from the results of the runs."""
# ruff: noqa: E501

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import shapely
from routes_real import ABBOTTABAD, FILES, GILGIT, MOMBASA, NAIROBI, Floats, lines_of, sketches
from routes_real_draw import draw_curves, draw_map, draw_panels, draw_scatters

from qinglu.atlas import Atlas, read_vector
from qinglu.report.linemap import Backdrop, Ribbon, line_map
from qinglu.report.plots import Ground, panels, scatters
from qinglu.settings import Settings

_COARSE_DEG = 0.01  # built lines are drawn to about a kilometre: pictures of our own, not the providers' data
_TOWNS = {"Addis Ababa": "亚的斯亚贝巴", "Nazret": "阿达玛", "Dire Dawa": "德雷达瓦", "Djibouti": "吉布提"}


def draw(data: Path, out: Path, facts: Mapping[str, Any], into: Path) -> None:
    """Write every picture."""
    into.mkdir(exist_ok=True)
    _addis(data, out, facts["addis"], into)
    _karakoram(data, out, into)
    _kenya(data, out, facts["kenya"], into)


def _coarse(parts: Sequence[Floats]) -> list[Floats]:
    simple = (shapely.simplify(shapely.LineString(p), _COARSE_DEG) for p in parts)
    return [shapely.get_coordinates(line).round(3) for line in simple]


def _backdrop(data: Path, name: str, role: str, shape: str) -> Backdrop:
    index = read_vector(name, data / FILES[name], role=role, settings=Settings()).index
    return Backdrop(name, role, "price", shape, list(index.geometries(np.arange(index.n_features))))


def _addis(data: Path, out: Path, facts: Mapping[str, Any], into: Path) -> None:
    lines = lines_of(out / "addis")
    given = _coarse(lines_of(out / "addis", "given.geojson")["given"])
    over = lines_of(out / "addis-via")["route-1"]
    with rasterio.open(out / "addis" / "corridor.tif") as file:
        cells, at = file.read(1), file.transform
    known = cells != file.nodata
    rows, cols = (slice(int(np.flatnonzero(known.any(axis=1 - k))[0]), int(np.flatnonzero(known.any(axis=1 - k))[-1]) + 1)
                  for k in (0, 1))  # fmt: skip
    west, north = at * (cols.start, rows.start)
    east, south = at * (cols.stop, rows.stop)
    ribbon = Ribbon(np.where(known, cells, np.nan)[rows, cols], (west, south, east, north), 5.0)
    towns = [(lon, lat, f"{_TOWNS[name]} {name}") for name, lon, lat in _named(data)]
    drawn = [("G", "given", given), *((i[-1], f"l{i[-1]}", p) for i, p in lines.items()), ("V", "l6", over)]
    made = line_map(
        drawn, towns, land=Atlas(Settings()).land(), ribbon=ribbon,
        layers=[_backdrop(data, "ecoregions", "ecoregion", "area"), _backdrop(data, "rivers", "river", "line"),
                _backdrop(data, "lakes", "lake", "area")],
    )  # fmt: skip
    keys = [("G", "given", "既有线 built"), *((i[-1], f"l{i[-1]}", f"方案 {i[-1]} line {i[-1]}") for i in lines),
            ("V", "l6", "经阿达玛、德雷达瓦 via two towns")]  # fmt: skip
    draw_map(into / "routes-addis-map.svg", made, keys, "亚的斯亚贝巴—吉布提 Addis Ababa–Djibouti")
    found = facts["found"]
    rows_said = [("G", "given", found["given"]), *((r["id"][-1], f"l{r['id'][-1]}", r) for r in found["alternatives"])]
    plots = scatters(
        ["cost", "ecology"], found["front"], [(a, b, {k: r[k] for k in ("cost", "ecology")}) for a, b, r in rows_said],
        "en",
    )  # fmt: skip
    draw_scatters(into / "routes-addis-tradeoff.svg", plots, "建设成本 Construction cost, USD", "生态影响 Ecology, point",
                  "成本与生态 Cost and ecology")  # fmt: skip
    grounds = _profiles(out / "addis" / "profile.csv", ("given", "route-1"))
    said = (("given", "G 既有线 built"), ("l1", "1 方案 1 line 1"))
    drawn_panels = [(s, t, p) for (s, t), p in zip(said, panels(grounds, "en"), strict=True)]
    draw_panels(into / "routes-addis-profile.svg", drawn_panels, "纵断面 Profiles")


def _named(data: Path) -> list[tuple[str, float, float]]:
    from routes_real import places_of

    return [(n, x, y) for n, x, y, _ in places_of(data) if n in _TOWNS and 38 < x < 44 and 8 < y < 12.5]


def _profiles(path: Path, ids: Sequence[str]) -> list[Ground]:
    rows: dict[str, list[dict[str, str]]] = {i: [] for i in ids}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["route"] in rows:
                rows[row["route"]].append(row)

    def column(own: list[dict[str, str]], name: str) -> Floats:
        return np.array([float(r[name]) if r[name] else np.nan for r in own])

    return [Ground(column(r, "km"), column(r, "ground_m"), column(r, "formation_m")) for r in rows.values()]


def _karakoram(data: Path, out: Path, into: Path) -> None:
    ground = np.load(out / "karakoram" / "ground.npz")
    z, (a, _, c, _, e, f) = ground["z"][::2, ::2], ground["transform"]
    rows, cols = (slice(70, 260), slice(90, 300))  # around both towns
    west, north = c + a * 2 * cols.start, f + e * 2 * rows.start
    height = Ribbon(
        (100 * np.clip((z[rows, cols] - 500) / 4500, 0, 1)).astype(np.float32),
        (west, north + e * 2 * (rows.stop - rows.start), west + a * 2 * (cols.stop - cols.start), north), 100.0,
    )  # fmt: skip
    shown = (("1", "l1", "road-8", "≤6 %，桥隧计价，8方向 ≤6 %, structures, 8 directions"),
             ("2", "l2", "road-16", "≤6 %，桥隧计价，16方向 ≤6 %, structures, 16 directions"),
             ("3", "l3", "forbid-8-0.15", "≤15 %，不得更陡，8方向 ≤15 %, forbid, 8 directions"),
             ("4", "l4", "forbid-16-0.08", "≤8 %，不得更陡，16方向 ≤8 %, forbid, 16 directions"),
             ("5", "l5", "line-8", "输电线路 transmission line"))  # fmt: skip
    lines = [(label, style, [np.load(out / "karakoram" / f"{name}.npy")]) for label, style, name, _ in shown]
    marks = [(*ABBOTTABAD, "阿伯塔巴德 Abbottabad"), (*GILGIT, "吉尔吉特 Gilgit")]
    made = line_map(lines, marks, land=Atlas(Settings()).land(), ribbon=height,
                    layers=[_backdrop(data, "rivers", "river", "line"), _backdrop(data, "glaciers", "glacier", "area")])  # fmt: skip
    draw_map(into / "routes-karakoram-map.svg", made, [(a, b, d) for a, b, _, d in shown], "喀喇昆仑 Karakoram")


def _kenya(data: Path, out: Path, facts: Mapping[str, Any], into: Path) -> None:
    lines = [("G", "given", _coarse(_built(data))), ("1", "l1", lines_of(out / "kenya")["route-1"]),
             ("2", "l2", lines_of(out / "kenya-free")["route-1"])]  # fmt: skip
    areas = Backdrop("sketches", "protected", "forbid", "area", list(sketches().values()))
    marks = [(*NAIROBI, "内罗毕 Nairobi"), (*MOMBASA, "蒙巴萨 Mombasa")]
    made = line_map(
        lines, marks, land=Atlas(Settings()).land(), layers=[_backdrop(data, "rivers", "river", "line"), areas]
    )
    keys = [("G", "given", "既有线 built"), ("1", "l1", "避让草图 sketches avoided"), ("2", "l2", "不避让 not avoided")]
    draw_map(into / "routes-kenya-map.svg", made, keys, "内罗毕—蒙巴萨 Nairobi–Mombasa")
    styles = {"built": ("G", "given", "既有线 built"), "kenya": ("1", "l1", "避让草图 sketches avoided"),
              "kenya-free": ("2", "l2", "不避让 not avoided")}  # fmt: skip
    curves = [(*styles[k], np.array(facts["detour"][k][0]), np.array(facts["detour"][k][1])) for k in styles]
    draw_curves(into / "routes-kenya-detour.svg", curves, "自内罗毕起 from Nairobi, km", "已多走 detour so far, km",
                "逐千米绕行 Detour, kilometre by kilometre")  # fmt: skip


def _built(data: Path) -> Sequence[Floats]:
    from routes_real import BUILT, SETTINGS

    from qinglu.siting.alignment import read_alignment

    return read_alignment(data / FILES["built"], settings=SETTINGS, feature=BUILT["kenya"]).parts
