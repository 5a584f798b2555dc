"""What the best way through each cell costs: the corridor of everything that is nearly as good as the best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import OptionError
from ..text import Text
from .grid import Cell, Grid, Int
from .kernels.plateau import followed
from .kernels.spread import MOVE
from .paths import Climb, Reach, cost_distance, least_cost_path
from .problem import Float32, Surfaces

Moves = npt.NDArray[np.uint8]
_NO_MOVE = 31
_ROOM = 1e-6  # of costs that are kept in float32


@dataclass(frozen=True, eq=False)
class Corridor:
    """Everything nearly as good as the best.

    Attributes
    ----------
    percent_above : float32 (rows, columns)
        How much dearer than the best the best way through each cell is, in percent, good to 1e-4; NaN beyond.
    best : float
        Cost of the best.
    """

    percent_above: Float32
    best: float


@dataclass(frozen=True, eq=False)
class Leg:
    """From one stop to the next: both trees of cheapest ways, and what each cell costs above the best.

    Attributes
    ----------
    forward, backward : uint8 (rows, columns)
        The moves that led to each cell from the leg's start, and from its end; 31 for none.
    extra : float32 (rows, columns)
        NaN where it is more than was allowed.
    """

    forward: Moves
    backward: Moves
    extra: Float32

    def through(self, row: int, col: int) -> tuple[Int, Int]:
        """The cheapest way of the leg through a cell whose `extra` is known."""
        rows, cols = followed(self.forward, row, col)
        more_rows, more_cols = followed(self.backward, row, col)
        return np.concatenate([rows[::-1], more_rows[1:]]), np.concatenate([cols[::-1], more_cols[1:]])


def corridor(
    surfaces: Surfaces,
    start: Cell,
    end: Cell,
    weights: Mapping[str, float],
    percent: float,
    *,
    via: Sequence[Cell] = (),
    neighbours: int = 8,
) -> Corridor:
    """How much dearer than the best the best way through each cell is.

    Parameters
    ----------
    surfaces, weights
        What is minimised.
    start, end : (row, col)
    percent : float
        What is dearer than this above the best is left out.
    via : sequence of (row, col)
        Passed in this order. A cell counts with the leg that it lengthens least.
    neighbours : 8 or 16

    Raises
    ------
    OptionError
        A negative percentage, weights or cells that cannot be used.
    NoRouteError
        Nothing leads there.
    """
    if not percent >= 0:
        raise OptionError(
            Text(f"走廊宽限 {percent:g}% 不可用", f"a corridor of {percent:g} % is not possible"),
            Text("请给出不小于0的百分数", "Give 0 % or more"),
            where="percent",
        )
    cells, climb = surfaces.weighted(weights)
    stops = [start, *via, end]
    bests = leg_costs(cells, surfaces.grid, stops, climb, neighbours)
    best = sum(bests)
    least: Float32 | None = None
    for (a, b), known in zip(pairwise(stops), bests, strict=True):
        extra = leg_between(cells, surfaces.grid, a, b, known, best * percent / 100, climb, neighbours).extra
        least = extra if least is None else np.fmin(least, extra, out=least)
    assert least is not None
    if best > 0:
        least *= np.float32(100 / best)
    return Corridor(least, best)


def leg_costs(
    cells: npt.NDArray[Any], grid: Grid, stops: Sequence[Cell], climb: Climb | None, neighbours: int
) -> list[float]:
    """Cost of the best way of each leg."""
    return [least_cost_path(cells, grid, a, b, neighbours=neighbours, climb=climb).cost for a, b in pairwise(stops)]


def leg_between(
    cells: npt.NDArray[Any],
    grid: Grid,
    start: Cell,
    end: Cell,
    best: float,
    allowance: float,
    climb: Climb | None,
    neighbours: int,
) -> Leg:
    """Both trees of a leg, as far as the best way through a cell costs at most `best` + `allowance`."""
    ceiling = (best + allowance) * (1 + _ROOM)
    there = cost_distance(cells, grid, [start], neighbours=neighbours, climb=climb, most=ceiling)
    forward, total = _moves(there), there.total.astype(np.float32)
    del there
    back = cost_distance(
        cells, grid, [end], neighbours=neighbours, climb=climb, backward=True, most=ceiling, bound=total,
        ceiling=ceiling,
    )  # fmt: skip
    backward = _moves(back)
    from_end = back.total
    del back
    from_end -= best
    extra = np.add(total, from_end, out=total, casting="same_kind")
    np.maximum(extra, 0.0, out=extra)
    extra[~(extra <= allowance + best * _ROOM)] = np.nan
    return Leg(forward, backward, extra)


def _moves(reach: Reach) -> Moves:
    """The move that led to each cell, a byte each."""
    moves = np.empty(reach.total.shape, np.uint8)
    np.bitwise_and(reach.total.view(np.int64), MOVE, out=moves, casting="unsafe")
    moves[np.isinf(reach.total)] = _NO_MOVE
    return moves
