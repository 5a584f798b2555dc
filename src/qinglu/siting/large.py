"""Least-cost paths on grids larger than memory: a coarse look at all of it, then tile by tile where it matters.

What is left out is bounded, not guessed. A function over the grid that rises along no step by more than the step
costs is nowhere above the cost of the cheapest way from where it is zero (the dual of the shortest path). Such a
function is made from the cheapest cells of blocks: the distances over the coarse grid of those, laid out in triangles
between the middles of blocks, and lowered where it would rise too fast. From both ends, it bounds every way through
a tile; tiles whose bound is above a path already found cannot hold a better one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ..errors import OptionError
from ..text import Text
from .grid import Cell, Float, Grid
from .kernels.spread import COL_MOVES, MOVE, ROW_MOVES, SOURCE, spread
from .paths import NoRouteError, Path, as_cost, bucket_width, check_enterable, check_inside, cost_distance, step_costs

Progress = Callable[[str, int, int], None]

_BYTES_A_CELL = 4 + 8 + 1  # cost, label, and room to breathe
_COARSE_CELLS = 4_000_000
_STRIP_CELLS = 8_000_000
_FIRST_MARGIN = 0.02
_ROUNDS = 8


class CostSource(Protocol):
    """Cost per metre of a grid, read window by window; infinity or NaN where it cannot be entered."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""

    def read(self, row0: int, row1: int, col0: int, col1: int) -> npt.NDArray[Any]:
        """The cells of rows [row0, row1) and columns [col0, col1)."""


@dataclass(frozen=True, eq=False)
class LargePath:
    """A path over a grid that was not held whole.

    Attributes
    ----------
    path : Path
        The best within the tiles that were searched; its cost is exact.
    lost : float
        No path is cheaper by more than this share of the cost; 0 where none is cheaper at all.
    tiles, searched : int
        Tiles of the grid, and those searched in full.
    note : Text
    """

    path: Path
    lost: float
    tiles: int
    searched: int
    note: Text


@dataclass(frozen=True, eq=False)
class _Coarse:
    """Blocks of f by f cells: the least cost a metre in each, and a likely one; infinity where nothing is open."""

    grid: Grid
    steps: Grid
    f: int
    least: Float
    likely: Float


@dataclass(frozen=True, eq=False)
class _Steps(Grid):
    """A coarse grid whose steps are never longer than the same way over the cells below."""

    lengths: Float | None = None

    @property
    def steps_m(self) -> Float:
        """Metres of each kind of move, shape (5, rows)."""
        assert self.lengths is not None
        return self.lengths


@dataclass(frozen=True, eq=False)
class _Tiles:
    """The part of a grid that is held. Indexed by rows and columns it gives costs."""

    bits: int
    slots: npt.NDArray[np.int32]
    top: npt.NDArray[np.int64]
    left: npt.NDArray[np.int64]
    cost: npt.NDArray[np.float32]

    def numbers(self, rows: npt.ArrayLike, cols: npt.ArrayLike) -> npt.NDArray[np.int64]:
        r, c = np.asarray(rows, np.int64), np.asarray(cols, np.int64)
        mask = (1 << self.bits) - 1
        slot = self.slots[r >> self.bits, c >> self.bits].astype(np.int64)
        number: npt.NDArray[np.int64] = (slot << 2 * self.bits) + ((r & mask) << self.bits) + (c & mask)
        return number

    def __getitem__(self, at: tuple[Any, Any]) -> npt.NDArray[np.float32]:
        return self.cost[self.numbers(*at)]


def least_cost_path_large(
    source: CostSource,
    grid: Grid,
    start: Cell,
    end: Cell,
    *,
    neighbours: int = 8,
    memory_mb: float = 2048,
    tile: int = 512,
    progress: Progress | None = None,
) -> LargePath:
    """The cheapest path on a grid of any size, within a bound on memory.

    Parameters
    ----------
    source : CostSource
        Read once in whole, strip by strip, and once more where it is searched. Kept as float32.
    grid : Grid
    start, end : (row, col)
    neighbours : 8 or 16
    memory_mb : float
        For the tiles; the coarse look takes some 300 MB more.
    tile : int
        Rows and columns of a tile, a power of two from 16 on.
    progress : callable, optional
        Called with what is done, steps done and steps in all.

    Returns
    -------
    LargePath

    Raises
    ------
    OptionError
        A tile that is no power of two; memory for fewer tiles than lie between start and end.
    NoRouteError
        No way was found in the tiles that fit.
    """
    if tile < 16 or tile & (tile - 1):
        raise OptionError(
            Text(f"瓦片大小 {tile} 不可用", f"a tile of {tile} is not possible"),
            Text("请用不小于16的2的幂，如512", "Use a power of two from 16 on, 512 for example"),
            where="tile",
        )
    shown = progress or (lambda what, done, total: None)
    for cell in (start, end):
        check_inside(grid, cell)
        check_enterable(np.asarray(source.read(cell[0], cell[0] + 1, cell[1], cell[1] + 1), float), (0, 0), named=cell)
    coarse = _coarse(source, grid, tile, shown)
    room = int(memory_mb * 1e6 / (_BYTES_A_CELL * tile * tile))
    likely = _through(coarse, coarse.likely, start, end)
    order = _by_tile(likely, coarse, tile)
    if not math.isfinite(float(order.min())):
        raise _no_way(start, end)
    least = _by_tile(_least_through(coarse, start, end, neighbours), coarse, tile)

    chosen = _cheapest(order, room, most=float(order.min()) * (1 + _FIRST_MARGIN))
    found = _search(source, grid, start, end, neighbours, tile, chosen, shown)
    if found is None or (least[~chosen] < found.cost).any():
        # Once more with every tile that could hold something better, likely ones first, as far as memory goes.
        useful = least <= (math.inf if found is None else found.cost)
        wider = _cheapest(np.where(useful, order, np.inf), room)
        again = _search(source, grid, start, end, neighbours, tile, wider, shown)
        if again is not None and (found is None or again.cost <= found.cost):
            found, chosen = again, wider
    if found is None:
        raise _no_way(start, end, within=int(chosen.sum()))
    outside = float(least[~chosen].min(initial=np.inf))
    lost = 0.0 if outside >= found.cost else 1.0 - outside / found.cost
    n, whole = int(chosen.sum()), chosen.size
    note = Text(
        f"共 {whole} 块，细查 {n} 块；"
        + ("已证明没有更便宜的线路" if lost == 0 else f"更便宜的线路至多便宜 {100 * lost:.1f}%"),
        f"{n} of {whole} tiles were searched; "
        + ("no cheaper way exists" if lost == 0 else f"no way is cheaper by more than {100 * lost:.1f} %"),
    )  # fmt: skip
    return LargePath(found, lost, whole, n, note)


def _coarse(source: CostSource, grid: Grid, tile: int, progress: Progress) -> _Coarse:
    """Look at every cell once."""
    f = 8
    while grid.n / f**2 > _COARSE_CELLS and f < tile:
        f *= 2
    n_rows, n_cols = grid.shape
    shape = (-(-n_rows // f), -(-n_cols // f))
    least, likely = np.full(shape, np.inf), np.full(shape, np.inf)
    strip = max(1, _STRIP_CELLS // (n_cols * f)) * f
    for row in range(0, n_rows, strip):
        progress("look", row, n_rows)
        end = min(n_rows, row + strip)
        window = Grid((end - row, n_cols), grid.transform, grid.crs)
        cells = as_cost(source.read(row, end, 0, n_cols), window)
        block = np.full((-(-(end - row) // f) * f, shape[1] * f), np.nan, np.float32)
        block[: end - row, :n_cols] = np.where(np.isfinite(cells), cells, np.nan)
        parts = block.reshape(-1, f, shape[1], f)
        open_ = np.isfinite(parts)
        share = open_.sum((1, 3))
        here = slice(row // f, row // f + parts.shape[0])
        any_open = share > 0
        least[here][any_open] = np.where(open_, parts, np.inf).min((1, 3))[any_open]
        total = np.where(open_, parts, 0.0).sum((1, 3), dtype=np.float64)
        # A block that is half closed is crossed by a detour.
        likely[here][any_open] = total[any_open] / share[any_open] * (f * f / share[any_open])
    a, b, c, d, e, g = grid.transform
    blocks = Grid(shape, (a * f, b, c, d, e * f, g), grid.crs)
    return _Coarse(blocks, _shortest_steps(grid, blocks, f), f, least, likely)


def _shortest_steps(grid: Grid, blocks: Grid, f: int) -> Grid:
    """Steps between blocks, f times the shortest step between the cells on the way."""
    rows = np.arange(blocks.shape[0])[:, None] * f + np.arange(3 * f)
    fine = grid.steps_m[:, np.minimum(rows, grid.shape[0] - 1)]
    return _Steps(blocks.shape, blocks.transform, blocks.crs, f * fine.min(axis=2))


def _through(coarse: _Coarse, cost: Float, start: Cell, end: Cell) -> Float:
    """Cost of the best way through each block, by the likely cost of blocks."""
    one, two = ((cell[0] // coarse.f, cell[1] // coarse.f) for cell in (start, end))
    there = cost_distance(cost, coarse.grid, [one]).total
    back = cost_distance(cost, coarse.grid, [two]).total
    return there + back


def _least_through(coarse: _Coarse, start: Cell, end: Cell, neighbours: int) -> Float:
    """No path through a block costs less than this."""
    bound = _potential(coarse, start, neighbours) + _potential(coarse, end, neighbours)
    bound[~np.isfinite(coarse.least)] = np.inf
    return bound * (1 - 1e-6)


def _potential(coarse: _Coarse, source: Cell, neighbours: int) -> Float:
    """For every block: the cost from `source` to any cell of it is no less."""
    closed = ~np.isfinite(coarse.least)
    floor = np.where(closed, coarse.least[~closed].max(), coarse.least)
    block = (source[0] // coarse.f, source[1] // coarse.f)
    cost = _least_around(floor)
    for _ in range(_ROUNDS):
        height = cost_distance(cost, coarse.steps, [block]).total
        excess = _steepness(height, floor, coarse.steps, neighbours)
        if excess.max(initial=0.0) <= 1.0 + 1e-9:
            break
        # A corner of four blocks that rises too fast makes the blocks about it cheaper, and all is laid out anew.
        worst = np.ones(cost.shape)
        for r in (0, 1):
            for c in (0, 1):
                part = worst[r : r + excess.shape[0], c : c + excess.shape[1]]
                np.maximum(part, excess, out=part)
        cost = cost / worst
    else:
        height = cost_distance(cost, coarse.steps, [block]).total
        height = height / max(1.0, float(_steepness(height, floor, coarse.steps, neighbours).max(initial=1.0)))
    # Within a block the function is no lower than the lowest, and at the source no higher than the highest, about it.
    above: Float = np.maximum(_least_around(height) + _least_around(-height)[block], 0.0)
    return above


def _steepness(height: Float, floor: Float, steps: Grid, neighbours: int) -> Float:
    """By how much each square between four middles of blocks rises faster than its cheapest cells allow, as a ratio.

    The square is two triangles, cut along the diagonal that rises less fast; over each the function is a plane.
    """
    east, south, diagonal, wide, tall = (row[:-1, None] for row in steps.steps_m)
    a, b, c, d = height[:-1, :-1], height[:-1, 1:], height[1:, :-1], height[1:, 1:]
    least = np.minimum.reduce([floor[:-1, :-1], floor[:-1, 1:], floor[1:, :-1], floor[1:, 1:]])
    cuts = []
    for triangles in (((b - a, d - b), (d - c, c - a)), ((b - a, c - a), (d - c, d - b))):
        rise = np.zeros(least.shape)
        for x, y in triangles:
            for sign in (1.0, -1.0):
                np.maximum(rise, np.abs(x + sign * y) / diagonal, out=rise)
                if neighbours == 16:
                    np.maximum(rise, np.abs(2 * x + sign * y) / wide, out=rise)
                    np.maximum(rise, np.abs(x + sign * 2 * y) / tall, out=rise)
            np.maximum(rise, np.abs(x) / east, out=rise)
            np.maximum(rise, np.abs(y) / south, out=rise)
        cuts.append(rise)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: Float = np.where(least > 0, np.minimum(*cuts) / least, 1.0)
    return ratio


def _least_around(values: Float) -> Float:
    """The least of three by three."""
    padded = np.pad(values, 1, constant_values=np.inf)
    n_rows, n_cols = values.shape
    out = padded[1:-1, 1:-1].copy()
    for r in range(3):
        for c in range(3):
            np.minimum(out, padded[r : r + n_rows, c : c + n_cols], out=out)
    return out


def _by_tile(values: Float, coarse: _Coarse, tile: int) -> Float:
    """The least of the blocks of each tile."""
    k = tile // coarse.f
    shape = (-(-values.shape[0] // k), -(-values.shape[1] // k))
    padded = np.full((shape[0] * k, shape[1] * k), np.inf)
    padded[: values.shape[0], : values.shape[1]] = values
    least: Float = padded.reshape(shape[0], k, shape[1], k).min((1, 3))
    return least


def _cheapest(order: Float, room: int, most: float = math.inf) -> npt.NDArray[np.bool_]:
    """The tiles that promise most, as many as there is room for."""
    chosen = np.zeros(order.shape, bool)
    flat = np.argsort(order, axis=None, kind="stable")[: max(0, room)]
    flat = flat[np.isfinite(order.ravel()[flat]) & (order.ravel()[flat] <= most)]
    chosen.ravel()[flat] = True
    return chosen


def _search(
    source: CostSource,
    grid: Grid,
    start: Cell,
    end: Cell,
    neighbours: int,
    tile: int,
    chosen: npt.NDArray[np.bool_],
    progress: Progress,
) -> Path | None:
    """The best path within the chosen tiles; None where there is none."""
    tiles = _held(source, grid, tile, chosen, progress)
    first, last = int(tiles.numbers(*start)), int(tiles.numbers(*end))
    if min(first, last) < 0 or not (np.isfinite(tiles.cost[first]) and np.isfinite(tiles.cost[last])):
        return None
    progress("search", 0, 1)
    sample = tiles.cost[: min(len(tiles.cost), 1 << 22)].reshape(-1, tile)
    width, buckets = bucket_width(sample, Grid.planar((sample.shape[0], tile), float(np.median(grid.steps_m[0]))), None)
    label, _ = spread(
        tiles.cost, grid.shape, grid.steps_m, None, None, False, True if neighbours == 16 else None,
        np.array([first]), np.zeros(1), np.array([last]), width, buckets, math.inf, None, math.inf,
        (tiles.bits, tiles.slots, tiles.top, tiles.left),
    )  # fmt: skip
    progress("search", 1, 1)
    if not np.isfinite(label[last]):
        return None
    bits = label.view(np.int64)
    (row, col), rows, cols = end, [end[0]], [end[1]]
    while (move := int(bits[tiles.numbers(row, col)]) & MOVE) != SOURCE:
        row, col = row - int(ROW_MOVES[move]), col - int(COL_MOVES[move])
        rows.append(row)
        cols.append(col)
    r, c = np.array(rows[::-1]), np.array(cols[::-1])
    costs, lengths = step_costs(tiles, grid, r, c)
    return Path(r, c, math.fsum(costs), math.fsum(lengths))


def _held(source: CostSource, grid: Grid, tile: int, chosen: npt.NDArray[np.bool_], progress: Progress) -> _Tiles:
    """The chosen tiles in memory; what lies beyond the grid's edge is closed."""
    at = np.argwhere(chosen)
    slots = np.full(chosen.shape, -1, np.int32)
    slots[chosen] = np.arange(len(at))
    cost = np.full(len(at) * tile * tile, np.inf, np.float32)
    for slot, (i, j) in enumerate(at):
        progress("read", slot, len(at))
        row, col = int(i) * tile, int(j) * tile
        row1, col1 = min(grid.shape[0], row + tile), min(grid.shape[1], col + tile)
        cells = np.asarray(source.read(row, row1, col, col1), np.float32)
        whole = cost[slot * tile * tile : (slot + 1) * tile * tile].reshape(tile, tile)
        whole[: row1 - row, : col1 - col] = np.where(np.isfinite(cells), cells, np.inf)
    top, left = (at[:, k].astype(np.int64) * tile for k in (0, 1))
    return _Tiles(tile.bit_length() - 1, slots, top, left, cost)


def _no_way(start: Cell, end: Cell, within: int | None = None) -> NoRouteError:
    some = Text("", "") if within is None else Text(f"（细查的 {within} 块之内）", f" in the {within} tiles that fit")
    return NoRouteError(
        Text(f"{start} 与 {end} 之间没有通路{some.zh}", f"there is no way from {start} to {end}{some.en}"),
        Text("请增大 memory_mb，或减少禁入区", "Raise memory_mb, or forbid less"),
    )
