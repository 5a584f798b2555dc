"""Zonal statistics: what a raster says over geometries, by exact shares of its cells.

A polygon weighs each cell by the share of it that the polygon covers, a line by the metres it runs in it, a
point takes the cell it lies in. Cells are half open: a point, or a line, on the edge between two belongs to
the one of the larger row or column; only the far edges of the raster itself belong to their last cells.
The raster is read in blocks, each once, and only those that some geometry's bounds touch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from os import cpu_count
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import LayerError
from ..text import Text
from .kernels import coverage
from .ongrid import Shapes, to_grid
from .raster import RasterSource, as_cells, nodata_as_read, turn_columns

Float = npt.NDArray[np.float64]
Int = npt.NDArray[np.int64]
Progress = Callable[[int, int], None]
_Chunk = tuple[int, int, tuple[int, int], list["_Jobs"]]  # first row, first column, shape, what touches it

_CHUNK_CELLS = 1 << 22  # cells read together: 32 MB as float64


@dataclass(frozen=True)
class ClassTable:
    """Which whole-number values lie under which geometry; one entry per pair.

    Attributes
    ----------
    geometry : int64 (k,)
        Row of the geometry, ascending.
    value : float64 (k,)
        The value, ascending within a geometry.
    count : float64 (k,)
        Cells covered (areas), metres (lines, CRS units if projected), points.
    share : float64 (k,)
        Of all that has a value; adds up to 1 for each geometry.
    """

    geometry: Int
    value: Float
    count: Float
    share: Float


@dataclass(frozen=True)
class ZonalStats:
    """One entry per geometry, in its order. Nothing there: ``count`` and ``sum`` 0, the others NaN.

    Attributes
    ----------
    mean : float64 (n,)
        Weighted by covered share (areas) or length (lines).
    min, max : float64 (n,)
        Over every cell touched by more than rounding noise.
    sum : float64 (n,)
        Areas: of value times covered share. Lines and points: over the cells crossed.
    count : float64 (n,)
        Areas: sum of covered shares, in cells. Lines: number of cells crossed. Points: number of points.
        Cells without a value do not count.
    classes : ClassTable or None
        When asked for.
    """

    mean: Float
    min: Float
    max: Float
    sum: Float
    count: Float
    classes: ClassTable | None = None


@dataclass(frozen=True)
class _Jobs:
    """Geometry `geom` of `shapes`, moved by `shift` columns, in cells `windows` (r0, r1, c0, c1)."""

    shapes: Shapes
    geom: Int
    shift: Float
    windows: Int

    def take(self, index: Any) -> _Jobs:
        return _Jobs(self.shapes, self.geom[index], self.shift[index], self.windows[index])


def zonal(
    geoms: npt.NDArray[np.object_],
    raster: RasterSource,
    *,
    classes: bool = False,
    threads: int = 0,
    progress: Progress | None = None,
) -> ZonalStats:
    """Mean, least, greatest, sum and count of `raster` over each geometry.

    Parameters
    ----------
    geoms : array of shapely geometries, shape (n,)
        In WGS84 longitude and latitude, valid. A collection stands for its parts of the highest dimension;
        missing and empty ones get a count of 0.
    raster : RasterSource
        In any CRS; edges of geometries are followed to within a hundredth of a cell when it is projected.
        A raster in longitude and latitude may begin at any meridian.
    classes : bool
        Also tell how much of each whole-number value there is.
    threads : int
        0 for every core.
    progress : callable, optional
        Called with blocks done and blocks in all.

    Returns
    -------
    ZonalStats
        Arrays of shape (n,), in the raster's unit.

    Raises
    ------
    LayerError
        The CRS is not understood; or `classes` of a raster that has fractions or over 4,096 values.

    Notes
    -----
    The shares are exact for edges straight in the raster's CRS, and agree with exactextract.

    Examples
    --------
    >>> import shapely
    >>> from qinglu.space.raster import ArrayRaster
    >>> grid = ArrayRaster(np.array([[1, 2], [3, 4]]), (1, 0, 0, 0, -1, 2))
    >>> half = np.array([shapely.box(0, 0, 1, 1.5), shapely.box(5, 5, 6, 6), None])
    >>> stats = zonal(half, grid)
    >>> stats.mean.round(4).tolist(), stats.count.tolist()
    ([2.3333, nan, nan], [1.5, 0.0, 0.0])
    """
    geoms = np.asarray(geoms, dtype=object)
    total = _Total(len(geoms), classes)
    jobs = [_jobs(shapes, raster) for shapes in to_grid(geoms, raster)]
    jobs = [j for j in jobs if len(j.geom)]
    chunks = list(_chunks(jobs, raster))
    workers = threads or cpu_count() or 1
    with ThreadPoolExecutor(workers) as pool:
        for done, (row0, col0, shape, parts) in enumerate(chunks, 1):
            cells = _read(raster, row0, col0, shape, parts)
            for part in parts:
                _measure(part, cells, row0, col0, raster.nodata, total, pool, workers)
            if progress is not None:
                progress(done, len(chunks))
    return total.stats(raster)


# --- which cells each geometry may touch


def _jobs(shapes: Shapes, raster: RasterSource) -> _Jobs:
    """Windows of the geometries, with those that a turn of 360° brings onto the raster."""
    n_rows, n_cols = raster.shape
    turn = turn_columns(raster)
    x0, y0, x1, y1 = shapes.bounds.T
    found: list[tuple[Int, Float, Int]] = []
    # A turned copy only fills columns that the geometry as it stands does not reach, so that the doubled
    # columns of a raster a little wider than the globe count once.
    spans = [(0.0, 0, n_cols)]
    if turn is not None:
        whole = int(np.ceil(turn))
        spans += [(turn, 0, min(n_cols, whole)), (-turn, max(0, n_cols - whole), n_cols)]
    for shift, first, last in spans:
        with np.errstate(invalid="ignore"):
            low, high = np.maximum(x0 + shift, first), np.minimum(x1 + shift, last)
            top, bottom = np.maximum(y0, 0.0), np.minimum(y1, n_rows)
            touches = (low <= high) & (top <= bottom) & ((shift == 0.0) | (low < high) | (shapes.kind < 2))
        g = np.flatnonzero(touches)
        down = _cells(top[g], bottom[g], 0, n_rows, shapes.kind)
        over = _cells(low[g], high[g], first, last, shapes.kind)
        window = np.stack([*down, *over], axis=1)
        if shapes.kind < 2 and turn is not None:  # the far edge is the near edge of the next turn
            past = (low[g] >= last) & (abs(n_cols - turn) < 1e-6)
            g, window = g[~past], window[~past]
        full = (window[:, 0] < window[:, 1]) & (window[:, 2] < window[:, 3])
        found.append((g[full], np.full(int(full.sum()), shift), window[full]))
    geom, moved, windows = (np.concatenate(column) for column in zip(*found, strict=True))
    return _Jobs(shapes, geom, moved, windows)


def _cells(low: Float, high: Float, first: int, last: int, kind: int) -> tuple[Int, Int]:
    """Half-open range of the cells that [low, high] touches."""
    begin = np.clip(np.floor(low).astype(np.int64), first, last - 1)
    end = np.ceil(high).astype(np.int64) if kind == 2 else np.floor(high).astype(np.int64) + 1
    return begin, np.minimum(end, last)


# --- reading, each block once


def _chunks(jobs: list[_Jobs], raster: RasterSource) -> Iterator[_Chunk]:
    """Parts of the raster, of about `_CHUNK_CELLS`, with the jobs that touch each, cut to it."""
    block_rows, block_cols = raster.block_shape
    n_rows, n_cols = raster.shape
    if block_rows >= n_rows and block_cols >= n_cols:
        if jobs:
            yield 0, 0, raster.shape, jobs
        return
    side = int(np.sqrt(_CHUNK_CELLS))
    wide = min(n_cols, block_cols * max(1, side // block_cols))
    high = min(n_rows, block_rows * max(1, _CHUNK_CELLS // wide // block_rows))
    across = -(-n_cols // wide)
    pieces = [_cut(part, high, wide, across) for part in jobs]
    for chunk in np.unique(np.concatenate([p[0] for p in pieces])) if pieces else ():
        row0, col0 = int(chunk // across) * high, int(chunk % across) * wide
        parts = []
        for chunk_of, part in pieces:
            begin, end = np.searchsorted(chunk_of, [chunk, chunk + 1])
            if begin < end:
                parts.append(part.take(slice(begin, end)))
        yield row0, col0, (min(high, n_rows - row0), min(wide, n_cols - col0)), parts


def _cut(jobs: _Jobs, high: int, wide: int, across: int) -> tuple[Int, _Jobs]:
    """Jobs repeated for every chunk they touch, windows cut to it, sorted by chunk."""
    r0, r1, c0, c1 = jobs.windows.T
    down = (r1 - 1) // high - r0 // high + 1
    over = (c1 - 1) // wide - c0 // wide + 1
    index = np.repeat(np.arange(len(jobs.geom)), down * over)
    nth = np.arange(len(index)) - np.repeat(np.cumsum(down * over) - down * over, down * over)
    row = r0[index] // high + nth // over[index]
    col = c0[index] // wide + nth % over[index]
    chunk = row * across + col
    order = np.argsort(chunk, kind="stable")
    index, row, col = index[order], row[order] * high, col[order] * wide
    cut = jobs.take(index)
    windows = np.stack(
        [
            np.maximum(cut.windows[:, 0], row),
            np.minimum(cut.windows[:, 1], row + high),
            np.maximum(cut.windows[:, 2], col),
            np.minimum(cut.windows[:, 3], col + wide),
        ],
        axis=1,
    )
    return chunk[order], _Jobs(cut.shapes, cut.geom, cut.shift, windows)


def _read(
    raster: RasterSource, row0: int, col0: int, shape: tuple[int, int], parts: list[_Jobs]
) -> npt.NDArray[Any]:
    """The cells of a chunk, of which only the blocks under some window are read."""
    high, wide = raster.block_shape
    if shape[0] <= high and shape[1] <= wide:
        return raster.read(row0, row0 + shape[0], col0, col0 + shape[1])
    windows = np.concatenate([p.windows for p in parts]) - [row0, row0, col0, col0]
    corners = np.zeros((-(-shape[0] // high) + 1, -(-shape[1] // wide) + 1), np.int64)
    top, bottom = windows[:, 0] // high, (windows[:, 1] - 1) // high + 1
    left, right = windows[:, 2] // wide, (windows[:, 3] - 1) // wide + 1
    for r, c, step in ((top, left, 1), (top, right, -1), (bottom, left, -1), (bottom, right, 1)):
        np.add.at(corners, (r, c), step)
    needed = corners.cumsum(0).cumsum(1)[:-1, :-1] > 0
    if needed.all():
        return raster.read(row0, row0 + shape[0], col0, col0 + shape[1])
    out: npt.NDArray[Any] | None = None
    for block_row in np.flatnonzero(needed.any(1)):
        r0, r1 = int(block_row) * high, min(int(block_row + 1) * high, shape[0])
        turns = np.flatnonzero(np.diff(np.r_[False, needed[block_row], False]))
        for begin, end in turns.reshape(-1, 2):
            c0, c1 = int(begin) * wide, min(int(end) * wide, shape[1])
            cells = raster.read(row0 + r0, row0 + r1, col0 + c0, col0 + c1)
            if out is None:
                out = np.empty(shape, cells.dtype)
            out[r0:r1, c0:c1] = cells
    assert out is not None  # every chunk has a job, every job a block
    return out


# --- measuring


def _measure(
    jobs: _Jobs,
    cells: npt.NDArray[Any],
    row0: int,
    col0: int,
    nodata: float | None,
    total: _Total,
    pool: Executor,
    workers: int,
) -> None:
    """Add what the cells of one chunk say of `jobs` to `total`."""
    none = nodata_as_read(nodata, cells.dtype)
    if jobs.shapes.kind == 0:
        values = cells[jobs.windows[:, 0] - row0, jobs.windows[:, 2] - col0].astype(float)
        total.add_points(jobs.shapes.rows[jobs.geom], values, none)
        return
    views, code, stride = as_cells(cells)

    def run(part: _Jobs) -> tuple[_Jobs, Any]:
        kernel: Any = coverage.accumulate
        cut = (part.geom, part.windows, part.shift)
        block = (views, code, stride, row0, col0, none, total.with_classes)
        return part, kernel(*jobs.shapes.arrays, *cut, *block)

    for part, (out, class_job, class_key, class_weight, ok) in pool.map(run, _shares(jobs, workers)):
        if not ok:
            raise _no_classes()
        rows = jobs.shapes.rows[part.geom]
        total.add(rows, out, jobs.shapes.kind == 2)
        if len(class_job):
            total.add_classes(rows[class_job], class_key, class_weight)


def _no_classes() -> LayerError:
    return LayerError(
        Text(
            f"栅格的取值不是类别：含有小数，或多于 {coverage.MAX_CLASSES} 种",
            f"the raster does not hold classes: fractions, or over {coverage.MAX_CLASSES} values",
        ),
        Text("请对连续数值只求统计量", "ask for statistics of it, not for class shares"),
    )


def _shares(jobs: _Jobs, workers: int) -> list[_Jobs]:
    """Runs of jobs of about equal work, a few for each worker."""
    if workers == 1 or len(jobs.geom) < 64:
        return [jobs]
    r0, r1, c0, c1 = jobs.windows.T
    _, rings, geom_rings = jobs.shapes.arrays[:3]
    vertices = np.diff(rings[geom_rings])[jobs.geom]
    work = np.cumsum(vertices * 4 + (r1 - r0) * (c1 - c0))
    edges = np.searchsorted(work, np.linspace(0, work[-1], 4 * workers + 1)[1:-1])
    edges = np.unique(np.r_[0, edges, len(jobs.geom)])
    return [jobs.take(slice(a, b)) for a, b in pairwise(edges.tolist())]


class _Total:
    """Sums over chunks, one entry per geometry."""

    def __init__(self, n: int, classes: bool) -> None:
        self.with_classes = classes
        self._areal = np.zeros(n, bool)
        self._sums = np.zeros((n, 6))
        self._sums[:, coverage.LEAST], self._sums[:, coverage.MOST] = np.inf, -np.inf
        self._classes: list[tuple[Int, Int, Float]] = []

    def add(self, rows: Int, out: Float, areal: bool) -> None:
        """Results of the kernel for jobs of geometries `rows`."""
        self._areal[rows] = areal
        for column in (coverage.WEIGHT, coverage.WEIGHTED, coverage.CELLS, coverage.PLAIN):
            np.add.at(self._sums[:, column], rows, out[:, column])
        np.minimum.at(self._sums[:, coverage.LEAST], rows, out[:, coverage.LEAST])
        np.maximum.at(self._sums[:, coverage.MOST], rows, out[:, coverage.MOST])

    def add_points(self, rows: Int, values: Float, nodata: float) -> None:
        """Values of the cells that points of geometries `rows` lie in."""
        have = ~(np.isnan(values) | (values == nodata))
        rows, values = rows[have], values[have]
        one = np.ones(len(values))
        self.add(rows, np.stack([one, values, values, values, one, values], axis=1), False)
        if self.with_classes:
            if np.any(values != np.floor(values)):
                raise _no_classes()
            self.add_classes(rows, values.astype(np.int64), one)

    def add_classes(self, rows: Int, keys: Int, weights: Float) -> None:
        """Weights of whole-number values under geometries `rows`."""
        self._classes.append((rows, keys, weights))

    def stats(self, raster: RasterSource) -> ZonalStats:
        """Everything added so far, in the raster's unit."""
        weight, weighted, least, most, cells, plain = self._sums.T
        some = weight > 0.0
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(some, weighted / weight, np.nan) * raster.scale + raster.offset
        count = np.where(self._areal, weight, cells)
        total = np.where(self._areal, weighted, plain) * raster.scale + raster.offset * count
        low = np.where(some, least, np.nan) * raster.scale + raster.offset
        high = np.where(some, most, np.nan) * raster.scale + raster.offset
        table = self._table(raster) if self.with_classes else None
        return ZonalStats(mean, np.minimum(low, high), np.maximum(low, high), total, count, table)

    def _table(self, raster: RasterSource) -> ClassTable:
        rows, keys, weights = (
            (np.concatenate(c) for c in zip(*self._classes, strict=True))
            if self._classes
            else (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
        )
        order = np.lexsort((keys, rows))
        rows, keys, weights = rows[order], keys[order], weights[order]
        first = np.flatnonzero(np.r_[True, (rows[1:] != rows[:-1]) | (keys[1:] != keys[:-1])][: len(rows)])
        count = np.asarray(np.add.reduceat(weights, first) if len(first) else weights, np.float64)
        rows, keys = rows[first], keys[first]
        share: Float = count / np.bincount(rows, count, len(self._areal))[rows]
        return ClassTable(rows, keys.astype(np.float64) * raster.scale + raster.offset, count, share)
