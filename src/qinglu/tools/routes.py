"""The tool ``route``: alternatives between two places, each with its price."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ..siting.alignment import read_alignment
from ..siting.alternatives import corridor
from ..siting.compare import beside
from ..siting.corridor import Corridor
from ..siting.drawn import DrawnApart, drawn_apart
from ..siting.ends import PlaceError, cell_at, unreachable
from ..siting.front import trade_off
from ..siting.grid import Cell, Int
from ..siting.paths import NoRouteError, least_cost_path
from ..siting.paths import Path as CellPath
from ..siting.problem import Surfaces
from ..siting.score import score
from ..siting.smooth import Smoothed, smoothed
from ..text import Text
from ..workspace import Workspace
from .answer import Answer
from .routefiles import Delivery, answer
from .routing import Measured, delivered, finite, measured, setting

_WEIGHTINGS = 9  # by which compromises are sought where a front over waypoints is only sampled


def route(
    workspace: Workspace,
    from_: tuple[float, float],
    to: tuple[float, float],
    via: Sequence[tuple[float, float]],
    dem: Path | None,
    layer: Sequence[Mapping[str, Any]],
    raster: Sequence[Mapping[str, Any]],
    atlas: bool,
    mode: str,
    objectives: Sequence[str],
    weights: Mapping[str, float] | None,
    alternatives: int,
    least_dissimilarity: float,
    within_pct: float,
    corridor_pct: float,
    cell_m: float | None,
    max_gradient: float | None,
    steep: str,
    costs: Path | None,
    min_radius_m: float | None,
    neighbours: int,
    line: Path | None,
    line_feature: str | None,
    screen: bool,
    on: date | None,
    out: Path | None,
) -> Answer:
    """Alternatives between two places; see the declaration for the inputs.

    Raises
    ------
    PlaceError
        A start, end or waypoint where no line can be; the nearest place that will do is named.
    NoRouteError
        Nothing joins them.
    OptionError
        No objective has data, or an option is impossible.
    """
    started = time.perf_counter()
    places = [from_, *via, to]
    given = None if line is None else read_alignment(line, settings=workspace.settings, feature=line_feature)
    made = setting(
        workspace, places, dem=dem, layer=layer, raster=raster, atlas=atlas, mode=mode, objectives=objectives,
        cell_m=cell_m, max_gradient=max_gradient, steep=steep, costs=costs,
    )  # fmt: skip
    surfaces = made.surfaces
    radius = surfaces.mode.min_radius_m if min_radius_m is None else min_radius_m
    search = _Search(workspace, surfaces, _stops(surfaces, places), (from_, to), weights or {}, neighbours, radius)
    found = search.found(alternatives, least_dissimilarity, within_pct / 100, corridor_pct)
    timings = {"search_s": round(time.perf_counter() - started, 3)}
    lines = search.delivered(found)
    if given is not None:
        remark = () if given.remark is None else (given.remark,)
        name = Text(f"既有或规划线路：{given.name}", f"Given line: {given.name}")
        lines.append(measured(surfaces, "given", "G", name, given.parts, given=True, notes=remark))
    front = search.front(found, lines)
    return answer(
        Delivery(
            workspace=workspace, setting=made, lines=tuple(lines), places=tuple(_named(places)),
            on=on or workspace.today, tool="route", screen=screen, out=out, timings=timings, started=started,
            weights=search.weights, optima=search.optima, front=front, front_exact=found.front_exact,
            corridor=found.corridor, corridor_pct=corridor_pct, notes=found.notes,
            beside=beside(surfaces, list(lines[0].parts), list(lines[-1].parts)) if given is not None else None,
            inputs=_inputs(places, mode, objectives, weights, alternatives, least_dissimilarity, within_pct, cell_m,
                           max_gradient, steep, radius, neighbours),
        )
    )  # fmt: skip


def _stops(surfaces: Surfaces, places: Sequence[tuple[float, float]]) -> list[Cell]:
    """The cells of start, waypoints and end, no two in a row the same."""
    between = (Text(f"途经点{n}", f"waypoint {n}") for n in range(1, len(places) - 1))
    what = [Text("起点", "start"), *between, Text("终点", "end")]
    cells = [cell_at(surfaces, place, said) for place, said in zip(places, what, strict=True)]
    for n, (a, b) in enumerate(pairwise(cells), start=1):
        if a == b:
            (lon, lat), said, metres = places[n], what[n], surfaces.grid.cell_m
            raise PlaceError(
                Text(f"{said.zh} {lon:g}, {lat:g} 与前一地点在同一像元（约 {metres:.0f} m）",
                     f"the {said.en} {lon:g}, {lat:g} lies in the same cell (of about {metres:.0f} m) as the last"),
                Text("请给出更细的高程、更小的 cell_m 或相距更远的地点",
                     "Give finer elevation, a smaller cell_m, or places farther apart"),
            )  # fmt: skip
    return cells


def _named(places: Sequence[tuple[float, float]]) -> list[tuple[float, float, Text]]:
    last = len(places) - 1
    said = {0: Text("起点", "Start"), last: Text("终点", "End")}
    return [(*p, said.get(n, Text(f"途经 {n}", f"Via {n}"))) for n, p in enumerate(places)]


def _inputs(places: Any, mode: str, objectives: Sequence[str], weights: Any, *numbers: Any) -> dict[str, Any]:
    names = (
        "alternatives", "least_dissimilarity", "within_pct", "cell_m", "max_gradient", "steep", "min_radius_m",
        "neighbours",
    )  # fmt: skip
    return {
        "from": places[0], "to": places[-1], "via": list(places[1:-1]), "mode": mode, "objectives": list(objectives),
        "weights": weights, **dict(zip(names, numbers, strict=True)),
    }  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Found:
    """What a search came to, cell by cell."""

    drawn: DrawnApart
    front: tuple[tuple[Int, Int], ...]
    front_exact: bool | None
    corridor: Corridor
    notes: tuple[Text, ...]


@dataclass(eq=False)
class _Search:
    """One search: its stops, and the weights it goes by."""

    workspace: Workspace
    surfaces: Surfaces
    stops: list[Cell]
    ends: tuple[tuple[float, float], tuple[float, float]]
    asked: Mapping[str, float]
    neighbours: int
    radius_m: float

    def __post_init__(self) -> None:
        """The best of each objective, and weights in its unit."""
        self.best: dict[str, CellPath] = {}
        for n, name in enumerate(self.surfaces.objectives):
            self.workspace.progress("best", n, len(self.surfaces.objectives))
            self.best[name] = self._least({name: 1.0})
        self.optima = {name: path.cost for name, path in self.best.items()}
        relative = {name: self.asked.get(name, 0.0 if self.asked else 1.0) for name in self.optima}
        # An objective that can be nothing at all has no best to be divided by: it counts in its own unit.
        self.weights = {name: relative[name] / (self.optima[name] or 1.0) for name in relative}

    def _least(self, weights: Mapping[str, float]) -> CellPath:
        cells, climb = self.surfaces.weighted(weights)
        grid, stops = self.surfaces.grid, self.stops
        options: dict[str, Any] = {"neighbours": self.neighbours, "climb": climb}
        try:
            return least_cost_path(cells, grid, stops[0], stops[-1], via=stops[1:-1], **options)
        except NoRouteError:
            for a, b in pairwise(stops):
                try:
                    least_cost_path(cells, grid, a, b, **options)
                except NoRouteError:
                    raise unreachable(self.surfaces, a, b, neighbours=self.neighbours) from None
            raise

    def found(self, k: int, least: float, within: float, percent: float) -> _Found:
        """Front, alternatives and corridor."""
        via = self.stops[1:-1]
        self.workspace.progress("front", 0, 3)
        front, exact, notes = self._front()
        ends: dict[str, Any] = {"via": via, "neighbours": self.neighbours}
        self.workspace.progress("alternatives", 1, 3)
        drawn = drawn_apart(
            self.surfaces, self.stops, self.weights, k, self.smoothed,
            within=within, least_dissimilarity=least, seeds=front, neighbours=self.neighbours,
        )  # fmt: skip
        notes += [drawn.note] if drawn.note.en else []
        self.workspace.progress("corridor", 2, 3)
        ribbon = corridor(self.surfaces, self.stops[0], self.stops[-1], self.weights, percent, **ends)
        return _Found(drawn, front, exact, ribbon, tuple(notes))

    def _front(self) -> tuple[tuple[tuple[Int, Int], ...], bool | None, list[Text]]:
        """Ways of the front, whether it is complete, and what is to be said of it."""
        names = tuple(self.surfaces.objectives)
        optima = tuple((p.rows, p.cols) for p in self.best.values())
        if len(names) < 2:
            return optima, None, []
        if len(self.stops) > 2:
            said = Text("有途经点时，前沿由加权求和抽样得到，可能缺少折中方案",
                        "with waypoints the front is sampled by weighted sums: compromises may be missing")  # fmt: skip
            return (*optima, *self._sampled(names)), False, [said]
        found = trade_off(self.surfaces, self.stops[0], self.stops[-1], names, neighbours=self.neighbours)
        ways = tuple((p.rows, p.cols) for p in found.points)
        return (*ways, *optima), found.exact, [found.note] if found.note.en else []

    def _sampled(self, names: Sequence[str]) -> list[tuple[Int, Int]]:
        """Ways by weights spread evenly over every two objectives."""
        out = []
        for a, b in combinations(names, 2):
            for share in np.linspace(0.0, 1.0, _WEIGHTINGS + 2)[1:-1].tolist():
                path = self._least({a: share / (self.optima[a] or 1.0), b: (1 - share) / (self.optima[b] or 1.0)})
                out.append((path.rows, path.cols))
        return out

    def smoothed(self, surfaces: Surfaces, rows: Int, cols: Int, weights: Mapping[str, float]) -> Smoothed:
        """A path as it can be built."""
        return smoothed(surfaces, rows, cols, weights, min_radius_m=self.radius_m, via=self.stops[1:-1], ends=self.ends)

    def delivered(self, found: _Found) -> list[Measured]:
        """The alternatives as lines, the best by the weights first."""
        return [
            measured(
                self.surfaces, f"route-{rank}", str(rank), Text(f"方案 {rank}", f"Line {rank}"), line.line,
                extra={
                    "rank": rank, "weighted": line.cost, "dissimilarity": float(found.drawn.dissimilarity[rank - 1, 0]),
                    "kept_radius": line.smoothed.kept_radius, "least_radius_m": finite(line.smoothed.least_radius_m),
                },
                notes=(line.smoothed.note,) if line.smoothed.note.en else (),
            )
            for rank, line in enumerate(found.drawn.lines, start=1)
        ]  # fmt: skip

    def front(self, found: _Found, lines: Sequence[Measured]) -> pa.Table:
        """The front of lines as delivered: scored after smoothing, and again none better than another in all."""
        names = list(self.surfaces.objectives)
        pool = [(line.id, dict(line.scores)) for line in lines if not line.given]
        best = {(p.rows.tobytes(), p.cols.tobytes()): name for name, p in self.best.items()}
        seen = {(d.path.rows.tobytes(), d.path.cols.tobytes()) for d in found.drawn.lines} - set(best)
        for n, (rows, cols) in enumerate(found.front):
            self.workspace.progress("front", n, len(found.front))
            key = (rows.tobytes(), cols.tobytes())
            if key in seen:
                continue
            seen.add(key)
            weights = self.weights
            if key in best:  # the best of one objective is pulled straight for that one
                weights = {best[key]: 1.0 / (self.optima[best[key]] or 1.0)}
            line = delivered(self.smoothed(self.surfaces, rows, cols, weights).line)
            pool.append(("", dict(score(self.surfaces, list(line)).scores)))
        return _nondominated(pool, names)


def _nondominated(pool: Sequence[tuple[str, Mapping[str, float]]], names: Sequence[str]) -> pa.Table:
    """Rows that no other beats in every objective, ascending; of equals the first, alternatives before others."""
    values = np.array([[scores[name] for name in names] for _, scores in pool])
    kept = []
    for i, row in enumerate(values):
        others = np.delete(np.arange(len(values)), i)
        no_worse = (values[others] <= row).all(axis=1)
        better = no_worse & (values[others] < row).any(axis=1)
        if not better.any() and not (no_worse & (others < i)).any():
            kept.append(i)
    kept.sort(key=lambda i: tuple(values[i]))
    columns: dict[str, Any] = {"id": [f"front-{n}" for n in range(1, len(kept) + 1)]}
    columns |= {name: values[kept, k] for k, name in enumerate(names)}
    columns["alternative"] = [pool[i][0] or None for i in kept]
    return pa.table(columns, schema=front_schema(names))


def front_schema(names: Sequence[str]) -> pa.Schema:
    """Columns of ``front.csv``."""
    return pa.schema([("id", pa.string()), *((n, pa.float64()) for n in names), ("alternative", pa.string())])
