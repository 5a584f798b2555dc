"""Alternatives that differ as they are drawn: paths of cells may lie apart and still be pulled straight to one line.

On even ground a grid knows many equally short ways between two cells, spread over a wide parallelogram; drawn as lines
they are one. So the difference that is asked for is measured on the lines, and where too few are left, more are
sought away from those that are known.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ..text import Text
from .alternatives import dissimilar
from .apart import Track, dissimilarity, track
from .grid import Cell, Float, Grid, Int
from .kernels.apart import mark_beside
from .lines import densified, laid_on
from .paths import Path, least_cost_path
from .problem import Objective, Surfaces
from .score import score
from .smooth import Smoothed

Draw = Callable[[Surfaces, Int, Int, Mapping[str, float]], Smoothed]
_PENALTY = 1.25  # what ground beside a known line costs more, for the search only, each time it is searched again
_WIDER = 1.0  # by so many `apart_m` the ground beside widens each time
_SUM = "sum"
_TRIES = 4  # for each line that is missing


@dataclass(frozen=True, eq=False)
class DrawnLine:
    """A line, and the path it was drawn from.

    Attributes
    ----------
    path : Path
    line : float64 (n, 2)
        Longitude and latitude, to seven decimals (a centimetre): as it is delivered.
    smoothed : Smoothed
    cost : float
        Weighted sum of the scores of `line`.
    """

    path: Path
    line: Float
    smoothed: Smoothed
    cost: float
    track: Track


@dataclass(frozen=True, eq=False)
class DrawnApart:
    """Lines that differ clearly, the cheapest first.

    Attributes
    ----------
    lines : tuple of DrawnLine
    dissimilarity : float64 (n, n)
        As `Alternatives.dissimilarity`, of the lines.
    apart_m : float
    note : Text
        Why there are fewer than asked for; empty if there are not.
    """

    lines: tuple[DrawnLine, ...]
    dissimilarity: Float
    apart_m: float
    note: Text


def drawn_apart(
    surfaces: Surfaces,
    stops: Sequence[Cell],
    weights: Mapping[str, float],
    k: int,
    draw: Draw,
    *,
    within: float = 0.5,
    least_dissimilarity: float = 0.3,
    seeds: Sequence[tuple[Int, Int]] = (),
    neighbours: int = 8,
) -> DrawnApart:
    """The best line and up to `k` - 1 others that differ from it and from each other as drawn.

    Parameters
    ----------
    surfaces, weights
        What is minimised.
    stops : sequence of (row, col)
        Start, waypoints, end.
    k : int
    draw : callable
        From the cells of a path to its line, on the surfaces and by the weights it was sought with.
    within, least_dissimilarity, seeds, neighbours
        As for `alternatives.dissimilar`.

    Raises
    ------
    OptionError, NoRouteError
        As for `alternatives.dissimilar`.
    """
    search = _Search(surfaces, stops, weights, k, draw, within, least_dissimilarity, neighbours)
    chosen = dissimilar(
        surfaces, stops[0], stops[-1], weights, k, within=within, least_dissimilarity=least_dissimilarity,
        seeds=seeds, via=stops[1:-1], neighbours=neighbours,
    )  # fmt: skip
    search.apart_m = chosen.apart_m
    for path in chosen.paths:
        search.add(path)
    if len(search.kept()) < k:
        search.look_around()
    kept = search.kept()
    n = len(kept)
    matrix = np.array([[search.between(a, b) if a is not b else 0.0 for b in kept] for a in kept]).reshape(n, n)
    note = _fewer(n, k, within, least_dissimilarity, chosen.apart_m) if n < k else Text("", "")
    return DrawnApart(tuple(kept), matrix, chosen.apart_m, note)


class _Search:
    """The lines drawn so far."""

    def __init__(
        self, surfaces: Surfaces, stops: Sequence[Cell], weights: Mapping[str, float], k: int, draw: Draw,
        within: float, least: float, neighbours: int,
    ) -> None:  # fmt: skip
        self.surfaces, self.stops, self.weights, self.k, self.draw = surfaces, stops, weights, k, draw
        self.within, self.least, self.neighbours = within, least, neighbours
        self.apart_m = math.inf
        self.lines: list[DrawnLine] = []
        self._known: dict[tuple[int, int], float] = {}

    def add(self, path: Path, sought_on: Surfaces | None = None) -> None:
        """Draw a path; one that keeps away from others on what it was sought on, or it would be pulled back."""
        if sought_on is None:
            smooth = self.draw(self.surfaces, path.rows, path.cols, self.weights)
        else:
            smooth = self.draw(sought_on, path.rows, path.cols, {_SUM: 1.0})
        line = smooth.line.round(7)
        scores = score(self.surfaces, line).scores
        cost = float(sum(self.weights.get(name, 0.0) * value for name, value in scores.items()))
        grid = self.surfaces.grid
        made = track(grid, *grid.positions_of(*densified(grid, line, 1.0).T))
        self.lines.append(DrawnLine(path, line, smooth, cost, made))

    def between(self, a: DrawnLine, b: DrawnLine) -> float:
        """Dissimilarity of two lines."""
        key = (min(id(a), id(b)), max(id(a), id(b)))
        if key not in self._known:
            self._known[key] = dissimilarity(a.track, b.track, self.apart_m)
        return self._known[key]

    def kept(self) -> list[DrawnLine]:
        """From the cheapest on, those different enough from all before."""
        out: list[DrawnLine] = []
        for line in sorted(self.lines, key=lambda entry: entry.cost):
            if out and line.cost > out[0].cost * (1 + self.within):
                break
            if all(self.between(line, other) >= self.least for other in out):
                out.append(line)
            if len(out) == self.k:
                break
        return out

    def look_around(self) -> None:
        """Seek more lines where the surroundings of all known ones are dearer, wider each time."""
        cells, climb = self.surfaces.weighted(self.weights)
        dearer = cells.copy()
        for n in range(_TRIES * (self.k - len(self.kept()))):
            for line in self.lines[-1:] if n else self.lines:
                dearer[self._beside(line, self.apart_m * (1 + _WIDER * n))] *= np.float32(_PENALTY)
            path = least_cost_path(
                dearer, self.surfaces.grid, self.stops[0], self.stops[-1], via=self.stops[1:-1],
                neighbours=self.neighbours, climb=climb,
            )  # fmt: skip
            per_m = np.where(self.surfaces.passable, dearer, np.float32(0))
            summed = Objective(_SUM, per_m, None if climb is None else climb.per_m)
            self.add(path, replace(self.surfaces, objectives={_SUM: summed}))
            if len(self.kept()) == self.k:
                return

    def _beside(self, line: DrawnLine, reach_m: float) -> npt.NDArray[np.bool_]:
        grid: Grid = self.surfaces.grid
        mask: npt.NDArray[Any] = np.zeros(grid.shape, np.bool_)
        laid = laid_on(grid, line.line)
        inside = laid.inside(grid)
        rows, cols = (np.ascontiguousarray(a[inside]) for a in (laid.row, laid.col))
        down, along = (np.ascontiguousarray(grid.steps_m[i]) for i in (1, 0))
        mark_beside(mask, rows, cols, down, along, reach_m)
        return mask


def _fewer(n: int, k: int, within: float, least: float, apart_m: float) -> Text:
    return Text(
        f"只有 {n} 条线路（要求 {k} 条）：其余路径圆顺后与所列线路相近，或贵出 {within:.0%} 以上"
        f"（要求至少 {least:.0%} 的长度相距超过 {apart_m / 1000:.3g} km）",
        f"only {n} of {k} lines: drawn as lines the other paths are like one that is listed, or more than {within:.0%} "
        f"dearer (at least {least:.0%} of the length is to run more than {apart_m / 1000:.3g} km away)",
    )
