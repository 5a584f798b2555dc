"""A line walked over surfaces: piece by piece what it costs, how steep the ground is, and what is not known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import SizeLimitError
from ..text import Text
from .grid import Float, Grid, Int
from .lines import densified, laid_at
from .paths import Climb
from .posts import Line, parts_of, true_lengths
from .problem import GRADIENTS, Surfaces

KNOWN, NO_DATA, SEA, FORBIDDEN, OUTSIDE, NO_GROUND = range(6)
"""Of `Walk.why`: the first four as in `Surfaces.barrier`."""

_ONE_CELL = 1.0 - 1e-6
_MOST_CELLS = 5_000_000


@dataclass(frozen=True, eq=False)
class Walk:
    """Pieces of a line, in order, each in one cell and between two stations of the ground.

    Attributes
    ----------
    part : int64 (m,)
    length_m : float64 (m,)
        As `Grid.steps_m` measures.
    true_m : float64 (m,)
        On the ellipsoid.
    why : uint8 (m,)
        Why a piece has no price, `KNOWN` where it has one.
    gradient : float64 (m,)
        Of the ground in the direction of travel, over about a cell; NaN where not known.
    amounts : mapping
        Objective → float64 (m,); 0 where `why` is not `KNOWN`.
    """

    part: Int
    length_m: Float
    true_m: Float
    why: npt.NDArray[np.uint8]
    gradient: Float
    amounts: Mapping[str, Float]


class Sums:
    """Scores so far at any metre of a line that was walked."""

    def __init__(self, steps: Walk) -> None:
        self._metres = np.concatenate([[0.0], np.cumsum(steps.true_m)])
        self._sums = {k: np.concatenate([[0.0], np.cumsum(v)]) for k, v in steps.amounts.items()}
        self._sums[""] = np.concatenate([[0.0], np.cumsum(np.where(steps.why == KNOWN, 0.0, steps.true_m))])

    def at(self, name: str, metres: Float) -> Float:
        """The sum of an objective up to each metre; of "", the metres without a price."""
        return np.asarray(np.interp(metres, self._metres, self._sums[name]))


def walk(surfaces: Surfaces, line: Line) -> Walk:
    """Walk a line of one or more parts, longitude and latitude, straight between its vertices.

    Raises
    ------
    OptionError
        A part of fewer than two places.
    SizeLimitError
        Over more than five million cells.
    """
    grid = surfaces.grid
    pieces = [_pieces(surfaces, xy, i) for i, part in enumerate(parts_of(grid, line)) for xy in _on_the_map(grid, part)]
    part, row, col, length, true, gradient = (np.concatenate(column) for column in zip(*pieces, strict=True))
    inside = (row >= 0) & (row < grid.shape[0]) & (col >= 0) & (col < grid.shape[1])
    why = np.full(len(row), OUTSIDE, np.uint8)
    at = row[inside], col[inside]
    why[inside] = np.where(surfaces.passable[at], KNOWN, np.maximum(surfaces.barrier[at], NO_DATA))
    climbs = surfaces.elevation is not None and any(o.climb is not None for o in surfaces.objectives.values())
    if climbs:
        why[(why == KNOWN) & np.isnan(gradient)] = NO_GROUND
    amounts = {}
    for name, objective in surfaces.objectives.items():
        amount = np.zeros(len(row))
        known = why == KNOWN
        per_m = objective.per_m[row[known], col[known]].astype(np.float64)
        if objective.climb is not None and surfaces.elevation is not None:
            table = Climb(surfaces.elevation, objective.climb, float(GRADIENTS[0]), float(GRADIENTS[-1]))
            per_m += table.at(gradient[known])
        amount[known] = per_m * length[known]
        amounts[name] = amount
    return Walk(part, length, true, why, gradient, amounts)


def heights(surfaces: Surfaces, row_pos: npt.ArrayLike, col_pos: npt.ArrayLike) -> Float:
    """Metres of the ground at positions, bilinear between the middles of cells; NaN where not known.

    A cell's height holds at its middle. Between the known and the unknown the known ones are taken, and only as far
    as their own cells reach.
    """
    rows, cols = np.asarray(row_pos, np.float64), np.asarray(col_pos, np.float64)
    z = surfaces.elevation
    out = np.full(rows.shape, np.nan)
    if z is None:
        return out
    with np.errstate(invalid="ignore"):
        inside = (rows >= 0) & (rows <= z.shape[0]) & (cols >= 0) & (cols <= z.shape[1])
    r, c = rows[inside] - 0.5, cols[inside] - 0.5
    r0, c0 = np.floor(r), np.floor(c)
    total, weight = np.zeros(len(r)), np.zeros(len(r))
    for i, of_row in ((0, 1 - (r - r0)), (1, r - r0)):
        for j, of_col in ((0, 1 - (c - c0)), (1, c - c0)):
            w = of_row * of_col
            height = z[_clipped(r0 + i, z.shape[0]), _clipped(c0 + j, z.shape[1])].astype(np.float64)
            there = np.isfinite(height) & (w > 0)
            total[there] += w[there] * height[there]
            weight[there] += w[there]
    own = z[_clipped(np.floor(r + 0.5), z.shape[0]), _clipped(np.floor(c + 0.5), z.shape[1])]
    with np.errstate(invalid="ignore", divide="ignore"):
        out[inside] = np.where(np.isfinite(own), total / weight, np.nan)
    return out


def _clipped(index: Float, n: int) -> Int:
    return np.clip(index, 0, n - 1).astype(np.int64)


def _on_the_map(grid: Grid, part: Float) -> list[Float]:
    """The line split where a projection cannot show it; what it cannot show is left in, as segments outside."""
    rows, cols = grid.positions_of(*part.T)
    shown: npt.NDArray[np.bool_] = np.isfinite(rows) & np.isfinite(cols)
    if shown.all():
        return [part]
    edge = np.flatnonzero(shown[1:] != shown[:-1]) + 1
    # A segment from the shown to the unknown lies outside as a whole: nothing says where it leaves.
    starts, ends = np.concatenate([[0], edge]), np.concatenate([edge, [len(part)]])
    out = []
    for a, b in zip(starts.tolist(), ends.tolist(), strict=True):
        if shown[a]:
            out.append(part[a:b])
        else:
            out.append(part[max(a - 1, 0) : b + 1])
    return [xy for xy in out if len(xy) > 1]


def _pieces(surfaces: Surfaces, xy: Float, part: int) -> tuple[Int, Int, Int, Float, Float, Float]:
    """Part, row, column, metres, true metres and gradient of the pieces of one chain."""
    grid = surfaces.grid
    if not np.isfinite(grid.positions_of(*xy.T)).all():
        true = true_lengths(grid, xy)
        nowhere = np.full(len(true), -1, np.int64)
        return np.full(len(true), part), nowhere, nowhere, true, true, np.full(len(true), np.nan)
    points, is_station = _with_stations(grid, xy)
    laying = laid_at(grid, *grid.positions_of(*points.T))
    true = true_lengths(grid, points)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(laying.step_m[laying.segment] > 0, laying.length_m / laying.step_m[laying.segment], 0.0)
    z = heights(surfaces, laying.row_pos[is_station], laying.col_pos[is_station])
    interval = np.cumsum(is_station)[:-1] - 1
    run = np.bincount(interval, laying.step_m, len(z) - 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        gradient = np.where(run > 0, np.diff(z) / run, np.diff(z) * 0.0)
    segment = laying.segment
    return (
        np.full(len(segment), part), laying.row, laying.col, laying.length_m, share * true[segment],
        gradient[interval[segment]],
    )  # fmt: skip


def _with_stations(grid: Grid, xy: Float) -> tuple[Float, npt.NDArray[np.bool_]]:
    """The line with vertices about a cell apart at which the ground is read, and which vertices these are.

    Vertices that are a cell or more apart are stations themselves, so that a path of cells is priced step by step
    as the search did; runs of shorter segments are divided evenly, the same from either end.
    """
    points = densified(grid, xy)
    if len(points) > _MOST_CELLS:
        raise SizeLimitError(
            Text(f"该线经过约 {len(points)} 个像元，超过上限 {_MOST_CELLS}",
                 f"the line runs over about {len(points)} cells, more than {_MOST_CELLS}"),
            Text("请截短该线，或增大像元", "Take a shorter line or larger cells"),
        )  # fmt: skip
    rows, cols = grid.positions_of(*points.T)
    cells = np.hypot(np.diff(rows), np.diff(cols))
    short = np.concatenate([[False], cells < _ONE_CELL, [False]])
    along = np.concatenate([[0.0], np.cumsum(cells)])
    number = np.arange(len(points), dtype=np.float64)
    # A vertex between two short segments is no station; even marks between the ends of the run are.
    kept = number[~(short[:-1] & short[1:])]
    marks = [kept]
    edges = np.flatnonzero(short[1:] != short[:-1])
    for first, last in edges.reshape(-1, 2).tolist():
        n = int(np.floor(along[last] - along[first] + 0.5 + 1e-6))
        if n > 1:
            even = np.linspace(along[first], along[last], n + 1)[1:-1]
            marks.append(np.interp(even, along[first : last + 1], number[first : last + 1]))
    stations = np.sort(np.concatenate(marks))
    near = np.abs(stations - np.round(stations)) < 1e-6
    stations = np.unique(np.where(near, np.round(stations), stations))
    every = np.unique(np.concatenate([number, stations]))
    out = np.column_stack([np.interp(every, number, points[:, i]) for i in (0, 1)])
    return out, np.isin(every, stations)
