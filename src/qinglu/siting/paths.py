"""Least-cost paths and cost distances on a grid."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import InputError, OptionError, SizeLimitError
from ..text import Text
from .grid import Cell, Float, Grid, Int
from .kernels.spread import COL_MOVES, MOVE, ROW_MOVES, SOURCE, spread

Neighbours = int
_MOST_CELLS = 2**31 - 1
_FEWEST_BUCKETS, _MOST_BUCKETS = 1 << 6, 1 << 16
_SAMPLED = 4096


class NoRouteError(InputError):
    """There is no way from the start to the end."""

    slug = "no-route"


@dataclass(frozen=True, eq=False)
class Climb:
    """What a gradient adds to the cost of a metre, and the gradients that are possible at all.

    Attributes
    ----------
    elevation : array, shape (rows, columns), metres
    per_m : float64 (n,)
        Added to the cost per metre of ground at evenly spaced gradients (rise over run in the direction of
        travel) from `lowest` to `highest`; linear between them and straight on beyond. At least two, none negative.
    lowest, highest : float
    steepest : float
        Steps steeper than this, up or down, cannot be taken; infinity for no limit.
    """

    elevation: npt.NDArray[Any]
    per_m: Float
    lowest: float = -1.0
    highest: float = 1.0
    steepest: float = math.inf

    def at(self, gradient: npt.ArrayLike) -> Float:
        """Cost a metre at a gradient; infinity where it is too steep."""
        g = np.asarray(gradient, float)
        x = (g - self.lowest) * (len(self.per_m) - 1) / (self.highest - self.lowest)
        j = np.clip(x.astype(np.int64), 0, len(self.per_m) - 2)
        out = self.per_m[j] + (x - j) * (self.per_m[j + 1] - self.per_m[j])
        return np.where(np.abs(g) > self.steepest, np.inf, out)


@dataclass(frozen=True, eq=False)
class Path:
    """A way over a grid, cell by cell.

    Attributes
    ----------
    rows, cols : int64 (n,)
        From the start to the end, both included.
    cost : float
        Cost per metre times metres, summed exactly over the path (`math.fsum`).
    length_m : float
        Metres from middle to middle.
    """

    rows: Int
    cols: Int
    cost: float
    length_m: float


@dataclass(frozen=True, eq=False)
class Reach:
    """Cost of the cheapest way from the sources to every cell.

    Attributes
    ----------
    total : float64 (rows, columns)
        Infinity where there is no way. Good to 1e-9 of itself: its last bits say which move led there.
    settled : int
        Cells whose cost was found for good: all within reach unless the search could stop earlier.
    """

    total: Float
    settled: int

    def trace(self, end: Cell) -> tuple[Int, Int]:
        """Rows and columns from the source to `end`; of a reach backward: from the source back to `end`."""
        row, col = end
        if not np.isfinite(self.total[row, col]):
            raise ValueError(f"{end} was not reached")
        bits = self.total.view(np.int64)
        rows, cols = [row], [col]
        while (move := int(bits[row, col]) & MOVE) != SOURCE:
            row, col = row - int(ROW_MOVES[move]), col - int(COL_MOVES[move])
            rows.append(row)
            cols.append(col)
        return np.array(rows[::-1], np.int64), np.array(cols[::-1], np.int64)


def least_cost_path(
    cost: npt.ArrayLike,
    grid: Grid,
    start: Cell | Sequence[Cell],
    end: Cell,
    *,
    via: Sequence[Cell] = (),
    neighbours: Neighbours = 8,
    climb: Climb | None = None,
) -> Path:
    """The cheapest path from `start` over the waypoints `via` to `end`.

    A step costs the mean of its two cells times its metres; a knight's move the mean of the four cells it touches.

    Parameters
    ----------
    cost : array, shape grid.shape, cost per metre
        Zero or more. Infinity, NaN and masked cells cannot be entered. float32 and float64 are used as they
        are, without a copy.
    grid : Grid
    start : (row, col), or several of them
        Of several, the one with the cheapest way is taken.
    end : (row, col)
    via : sequence of (row, col)
        Passed in this order.
    neighbours : 8 or 16
    climb : Climb, optional
        What gradients add.

    Returns
    -------
    Path

    Raises
    ------
    OptionError
        A negative cost, a shape that is not the grid's, a cell outside the grid or one that cannot be entered.
    NoRouteError
        Nothing leads there.

    Examples
    --------
    >>> wall = np.ones((3, 5))
    >>> wall[:2, 2] = np.inf
    >>> path = least_cost_path(wall, Grid.planar((3, 5), 10.0), (0, 0), (0, 4))
    >>> [int(r) for r in path.rows], round(path.cost, 3)
    ([0, 1, 2, 1, 0], 56.569)
    """
    cells = as_cost(cost, grid)
    legs: list[tuple[Int, Int]] = []
    sources: Sequence[Cell] = [(int(r), int(c)) for r, c in np.atleast_2d(np.asarray(start, np.int64))]
    for goal in (*via, end):
        goal = (int(goal[0]), int(goal[1]))
        check_enterable(cells, goal)
        reach = cost_distance(cells, grid, sources, neighbours=neighbours, climb=climb, targets=[goal])
        if not np.isfinite(reach.total[goal]):
            raise NoRouteError(
                Text(f"{sources[0]} 与 {goal} 之间没有通路", f"there is no way from {sources[0]} to {goal}"),
                Text("请减少禁入区，或换起点、终点", "Forbid less, or choose another start or end"),
            )
        legs.append(reach.trace(goal))
        sources = [goal]
    rows = np.concatenate([legs[0][0], *(leg[0][1:] for leg in legs[1:])])
    cols = np.concatenate([legs[0][1], *(leg[1][1:] for leg in legs[1:])])
    costs, lengths = step_costs(cells, grid, rows, cols, climb=climb)
    return Path(rows, cols, math.fsum(costs), math.fsum(lengths))


def cost_distance(
    cost: npt.ArrayLike,
    grid: Grid,
    sources: Sequence[Cell],
    *,
    initial: Sequence[float] | None = None,
    targets: Sequence[Cell] = (),
    neighbours: Neighbours = 8,
    climb: Climb | None = None,
    backward: bool = False,
    most: float = math.inf,
    bound: npt.NDArray[np.float32] | None = None,
    ceiling: float = math.inf,
) -> Reach:
    """Cost of the cheapest way from any of the sources to every cell.

    Parameters
    ----------
    cost, grid, neighbours, climb
        As for `least_cost_path`.
    sources : sequence of (row, col)
    initial : sequence of float, optional
        What each source costs to begin with.
    targets : sequence of (row, col)
        The search may stop when all of these are settled; without any it covers the grid.
    backward : bool
        The ways lead from the cells to the sources instead; it matters only where climbing and descending differ.
    most : float
        Cells dearer than this are left out.
    bound, ceiling : float32 array of grid.shape, float
        Lower bounds of what is still to pay from each cell: cells that cannot end below `ceiling` are left out.

    Raises
    ------
    OptionError
        As for `least_cost_path`.
    """
    cells = as_cost(cost, grid)
    for cell in (*sources, *targets):
        check_inside(grid, cell)
    for cell in sources:
        check_enterable(cells, cell)
    if neighbours not in (8, 16):
        raise OptionError(
            Text(f"邻域 {neighbours} 不可用", f"{neighbours} neighbours are not possible"),
            Text("请用8或16", "Use 8 or 16"),
            where="neighbours",
        )
    cols = grid.shape[1]
    width, buckets = bucket_width(cells, grid, climb)
    z, table = None, None
    if climb is not None:
        z = np.ascontiguousarray(climb.elevation, np.float32).ravel()
        n = len(climb.per_m)
        table = (
            np.asarray(climb.per_m, np.float64),
            climb.lowest,
            (n - 1) / (climb.highest - climb.lowest),
            climb.steepest,
        )
    label, settled = spread(
        cells.ravel(), grid.shape, grid.steps_m, z, table, backward, True if neighbours == 16 else None,
        np.array([r * cols + c for r, c in sources], np.int64),
        np.zeros(len(sources)) if initial is None else np.asarray(initial, np.float64),
        np.array([r * cols + c for r, c in targets], np.int64),
        width, buckets, most, None if bound is None else bound.ravel(), ceiling, None,
    )  # fmt: skip
    return Reach(label.reshape(grid.shape), int(settled))


def step_costs(cost: Any, grid: Grid, rows: Int, cols: Int, *, climb: Climb | None = None) -> tuple[Float, Float]:
    """Cost and metres of every step of a path of neighbouring cells, float64 (n - 1,) each.

    `cost` is an array, or anything else that gives costs for ``cost[rows, cols]``.
    """
    dr, dc = np.diff(rows), np.diff(cols)
    upper = np.minimum(rows[:-1], rows[1:])
    kind = np.select(
        [(dr == 0), (dc == 0), (abs(dr) == 1) & (abs(dc) == 1), abs(dc) == 2, abs(dr) == 2], [0, 1, 2, 3, 4], -1
    )
    if (kind < 0).any() or (abs(dr) + abs(dc) > 3).any():
        raise ValueError("the cells of a path are neighbours")
    length = grid.steps_m[kind, upper] * ((dr != 0) | (dc != 0))
    at = cost[rows, cols].astype(np.float64)
    mean = 0.5 * (at[:-1] + at[1:])
    knights = kind >= 3
    if knights.any():
        i = np.flatnonzero(knights)
        m_row, m_col = rows[i] + np.fix(dr[i] / 2).astype(int), cols[i] + np.fix(dc[i] / 2).astype(int)
        tall = abs(dr[i]) == 2
        w_row, w_col = np.where(tall, m_row, m_row + dr[i]), np.where(tall, m_col + dc[i], m_col)
        mean[i] = 0.5 * mean[i] + 0.25 * (cost[m_row, m_col].astype(float) + cost[w_row, w_col].astype(float))
    if climb is not None:
        z = np.asarray(climb.elevation, np.float32)[rows, cols].astype(float)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = mean + np.where(length > 0, climb.at(np.diff(z) / length), 0.0)
    return mean * length, length


def as_cost(cost: npt.ArrayLike, grid: Grid) -> npt.NDArray[Any]:
    """Cost per metre as the kernel takes it: float32 or float64, in rows, masked cells impassable.

    Raises
    ------
    OptionError
        Another shape than the grid's, or negative cells.
    """
    if isinstance(cost, np.ma.MaskedArray):
        floating = np.float64 if cost.dtype.itemsize > 4 else np.float32
        cost = np.where(np.ma.getmaskarray(cost), np.inf, cost.data).astype(floating)
    cells = np.asarray(cost)
    if cells.shape != grid.shape:
        raise OptionError(
            Text(f"费用为 {cells.shape}，网格为 {grid.shape}", f"cost of shape {cells.shape}, grid of {grid.shape}"),
            Text("两者须一致", "Make them the same"),
            where="cost",
        )  # fmt: skip
    if cells.dtype not in (np.float32, np.float64):
        cells = cells.astype(np.float32 if cells.dtype.itemsize <= 2 else np.float64)
    cells = np.ascontiguousarray(cells)
    if cells.size > _MOST_CELLS:
        raise SizeLimitError(
            Text(f"{cells.size} 个像元超过上限 {_MOST_CELLS}", f"{cells.size} cells are more than {_MOST_CELLS}"),
            Text("请缩小范围或增大像元", "Take a smaller extent or larger cells"),
        )
    least = np.fmin.reduce(cells, axis=None)
    if least < 0:
        row, col = divmod(int(np.nanargmin(cells)), cells.shape[1])
        raise OptionError(
            Text(f"像元 ({row}, {col}) 的费用 {least:g} 为负", f"cell ({row}, {col}) costs {least:g}, below 0"),
            Text("若表示无数据，请改为NaN或无穷大", "If it means no data, make it NaN or infinity"),
            where="cost",
        )  # fmt: skip
    return cells


def check_enterable(cells: npt.NDArray[Any], cell: Cell, named: Cell | None = None) -> None:
    """Refuse a start or an end that is not there or cannot be entered; `named` is what the message calls it."""
    _check_within((cells.shape[0], cells.shape[1]), cell)
    if not np.isfinite(cells[cell]):
        raise OptionError(
            Text(f"像元 {tuple(named or cell)} 不可进入", f"the cell {tuple(named or cell)} cannot be entered"),
            Text("请换一个起点或终点", "Choose another start or end"),
            where="start/end",
        )


def check_inside(grid: Grid, cell: Cell) -> None:
    """Refuse a cell that the grid does not have."""
    _check_within(grid.shape, cell)


def _check_within(shape: tuple[int, int], cell: Cell) -> None:
    if not (0 <= cell[0] < shape[0] and 0 <= cell[1] < shape[1]):
        raise OptionError(
            Text(f"像元 {tuple(cell)} 在 {shape[0]}×{shape[1]} 的网格之外",
                 f"the cell {tuple(cell)} lies outside the grid of {shape[0]} × {shape[1]}"),
            Text("行、列从0起", "Rows and columns count from 0"),
            where="start/end",
        )  # fmt: skip


def bucket_width(cells: npt.NDArray[Any], grid: Grid, climb: Climb | None = None) -> tuple[float, int]:
    """Width of a bucket, about half a step as steps go here, and how many are kept at once."""
    rng = np.random.default_rng(0)
    rows = rng.integers(0, grid.shape[0], _SAMPLED)
    cols = rng.integers(0, max(1, grid.shape[1] - 1), _SAMPLED)
    beside = np.minimum(cols + 1, grid.shape[1] - 1)
    length = grid.steps_m[0, rows]
    with np.errstate(invalid="ignore"):
        steps = 0.5 * (cells[rows, cols].astype(np.float64) + cells[rows, beside].astype(np.float64)) * length
        if climb is not None:
            z = climb.elevation
            gradient = (z[rows, beside].astype(np.float64) - z[rows, cols].astype(np.float64)) / length
            steps += np.where(np.isfinite(gradient), climb.at(gradient), np.inf) * length
    steps = steps[np.isfinite(steps) & (steps > 0)]
    if not len(steps):
        return 1.0, _FEWEST_BUCKETS
    width = 0.5 * float(np.median(steps))
    wanted = 4 * float(steps.max()) / width
    return width, int(np.clip(1 << math.ceil(math.log2(wanted + 8)), _FEWEST_BUCKETS, _MOST_BUCKETS))
