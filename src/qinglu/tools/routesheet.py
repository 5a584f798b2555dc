"""What the report of routes is given: plain values, taken from surfaces, lines and findings."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from ..report.linemap import Backdrop, Ribbon
from ..report.plots import Ground
from ..report.routes import Goal, LineSheet, RoutesSheet
from ..siting.corridor import Corridor
from ..siting.grid import Grid
from ..siting.lay import features_near
from ..siting.problem import Surfaces
from ..siting.profile import TUNNEL, VIADUCT
from ..text import Text
from .found import Found
from .routing import Measured, units
from .screening import versions

if TYPE_CHECKING:
    from .routefiles import Delivery

_MOST_PIXELS = 700
_NOT_DRAWN = ("country", "land", "elevation")


def sheet(d: Delivery, found: Found | None, rows: Mapping[str, Mapping[str, Any]]) -> RoutesSheet:
    """Everything the page says."""
    surfaces = d.setting.surfaces
    front = [] if d.front is None else d.front.to_pylist()
    corridor = None if d.corridor is None else ribbon(surfaces.grid, d.corridor, d.corridor_pct)
    return RoutesSheet(
        heading=_heading(d),
        mode=surfaces.mode.title,
        lines=tuple(_line(line, rows[line.id], has_ground=d.setting.dem is not None) for line in d.lines),
        goals=tuple(Goal(name, u["title"], u["unit"], u["unknown"]) for name, u in units(surfaces).items()),
        places=d.places,
        cell_m=surfaces.grid.cell_m,
        flat=d.setting.dem is None,
        layers=d.setting.records,
        backdrops=backdrops(d.setting.surfaces, d),
        front=[{k: v for k, v in p.items() if k not in ("id", "alternative")} for p in front],
        front_exact=d.front_exact,
        is_search=d.tool == "route",
        ribbon=corridor,
        corridor_km2=d.corridor_km2,
        screening=None if found is None else found.screening,
        trace=surfaces.trace,
        unverified=surfaces.unverified,
        notes=d.notes,
        run={"versions": versions()},
        land=d.setting.land,
    )


def _heading(d: Delivery) -> Text:
    if d.tool != "route":
        named = d.lines[0].name
        more = len([line for line in d.lines if line.given]) - 1
        return Text(f"线路计分：{named.zh}" + (f"等 {more + 1} 条" if more else ""),
                    f"Score of {named.en}" + (f" and {more} more" if more else ""))  # fmt: skip
    (x0, y0, _), (x1, y1, _) = d.places[0], d.places[-1]
    return Text(f"从 {x0:g}, {y0:g} 到 {x1:g}, {y1:g} 的线路比选", f"Routes from {x0:g}, {y0:g} to {x1:g}, {y1:g}")


def _line(line: Measured, row: Mapping[str, Any], *, has_ground: bool) -> LineSheet:
    return LineSheet(
        id=line.id,
        label=line.label,
        title=line.name,
        parts=line.parts,
        length_m=line.scored.length_m,
        scores={name: line.scores.get(name) for name in {**line.scores, **dict.fromkeys(row["unknown"])}},
        given=line.given,
        on_front=row.get("on_front"),
        dissimilarity=row.get("dissimilarity"),
        kept_radius=row.get("kept_radius"),
        max_gradient=row["max_gradient"],
        over_gradient_m=line.scored.over_gradient_m,
        ground=_ground(line) if has_ground else None,
        crossings=line.crossings.to_pylist(),
        notes=line.notes,
    )


def _ground(line: Measured) -> Ground:
    def column(name: str) -> Any:
        return line.profile[name].to_numpy(zero_copy_only=False).astype(float)

    km = column("km")
    built = []
    at = 0
    for kind, run in groupby(line.profile["structure"].to_pylist()):
        n = len(list(run))
        if kind in (TUNNEL, VIADUCT):
            built.append((float(km[at]), float(km[min(at + n, len(km) - 1)]), kind))
        at += n
    return Ground(km, column("ground_m"), column("formation_m"), built)


def backdrops(surfaces: Surfaces, d: Delivery) -> tuple[Backdrop, ...]:
    """Features of the layers on the grid, as they are drawn below the lines."""
    titles = {a.id: a.title for a in d.setting.records}
    lang = d.workspace.settings.lang
    out = []
    for laid in surfaces.laid:
        if laid.index is None or laid.role in _NOT_DRAWN:
            continue
        rows = features_near(laid.index, surfaces.grid)
        if not len(rows):
            continue
        shapes = laid.index.geometries(rows)
        kind = ("point", "line", "area")[int(np.bincount(np.maximum(shapely.get_dimensions(shapes), 0)).argmax())]
        title = titles[laid.name].in_("zh" if lang == "zh" else "en")
        out.append(Backdrop(title, laid.role, laid.avoid, kind, list(shapes)))
    return tuple(out)


def ribbon(grid: Grid, corridor: Corridor, percent: float) -> Ribbon | None:
    """The corridor in longitude and latitude, no finer than a picture needs."""
    rows, cols = np.nonzero(np.isfinite(corridor.percent_above))
    if not len(rows) or not grid.crs:
        return None
    edge_rows = np.concatenate([rows, rows + 1]) - 0.5
    edge_cols = np.concatenate([cols, cols + 1]) - 0.5
    lon, lat = grid.lonlat_of(edge_rows, edge_cols)
    lon = lon[0] + (lon - lon[0] + 180.0) % 360.0 - 180.0
    west, east, south, north = lon.min(), lon.max(), lat.min(), lat.max()
    n_cols = int(np.clip(np.ptp(cols) + 1, 1, _MOST_PIXELS))
    n_rows = int(np.clip(np.ptp(rows) + 1, 1, _MOST_PIXELS))
    x = west + (np.arange(n_cols) + 0.5) * (east - west) / n_cols
    y = north - (np.arange(n_rows) + 0.5) * (north - south) / n_rows
    r, c = (np.floor(p).astype(int) for p in grid.positions_of(*np.meshgrid(x, y)))
    inside = (r >= 0) & (r < grid.shape[0]) & (c >= 0) & (c < grid.shape[1])
    picture = np.full(inside.shape, np.nan, np.float32)
    picture[inside] = corridor.percent_above[r[inside], c[inside]]
    return Ribbon(picture, (float(west), float(south), float(east), float(north)), percent)
