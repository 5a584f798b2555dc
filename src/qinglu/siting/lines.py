"""A line in longitude and latitude laid over a grid: its vertices, its metres, the cells it runs through."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .grid import _GEOD, Float, Grid, Int
from .kernels.traverse import traverse

LONGEST_CELLS = 2.5
"""Segments longer than this, in rows or columns, are split; a knight's move is not."""


@dataclass(frozen=True, eq=False)
class Laying:
    """A line on a grid.

    Attributes
    ----------
    row_pos, col_pos : float64 (n,)
        Its vertices, as from `Grid.positions_of`.
    step_m : float64 (n - 1,)
        Metres of its segments, as `Grid.steps_m` measures the steps of a path.
    row, col : int64 (m,)
        The cells it runs through, in order; they may lie outside the grid.
    length_m : float64 (m,)
        Of the line in each.
    segment : int64 (m,)
    """

    row_pos: Float
    col_pos: Float
    step_m: Float
    row: Int
    col: Int
    length_m: Float
    segment: Int

    def inside(self, grid: Grid) -> npt.NDArray[np.bool_]:
        """Which pieces lie on the grid, bool (m,)."""
        inside: npt.NDArray[np.bool_] = (
            (self.row >= 0) & (self.row < grid.shape[0]) & (self.col >= 0) & (self.col < grid.shape[1])
        )
        return inside


def laid_on(grid: Grid, line: npt.ArrayLike) -> Laying:
    """Lay a line of longitudes and latitudes, (n, 2), over a grid; long segments are split first."""
    row_pos, col_pos = grid.positions_of(*densified(grid, line).T)
    return laid_at(grid, row_pos, col_pos)


def laid_at(grid: Grid, row_pos: Float, col_pos: Float) -> Laying:
    """The same from positions, whose segments are a few cells long at most."""
    step = segment_lengths(grid, row_pos, col_pos)
    row, col, share, segment = traverse(row_pos, col_pos)
    return Laying(row_pos, col_pos, step, row, col, share * step[segment], segment)


def densified(grid: Grid, line: npt.ArrayLike, most_cells: float = LONGEST_CELLS) -> Float:
    """The line, (m, 2), with vertices put into segments that span more than `most_cells` rows or columns.

    Straight between vertices means straight in longitude and latitude, as in GeoJSON (RFC 7946, section 3.1.1).
    """
    points = np.asarray(line, np.float64)
    rows, cols = grid.positions_of(*points.T)
    span = np.maximum(np.abs(np.diff(rows)), np.abs(np.diff(cols)))
    pieces = np.where(span > most_cells, np.ceil(span - 1e-6), 1.0).astype(np.int64)
    first = np.repeat(np.arange(len(pieces)), pieces)
    part = (np.arange(len(first)) - np.repeat(np.cumsum(pieces) - pieces, pieces)) / pieces[first]
    between = points[first] + part[:, None] * (points[first + 1] - points[first])
    return np.vstack([between, points[-1:]])


def segment_lengths(grid: Grid, row_pos: npt.ArrayLike, col_pos: npt.ArrayLike) -> Float:
    """Metres between successive positions, (n - 1,): geodesic on a grid in degrees, of the projection else."""
    rows, cols = np.asarray(row_pos, np.float64), np.asarray(col_pos, np.float64)
    if grid.is_geographic:
        x, y = grid.xy_of(rows, cols)
        return np.asarray(_GEOD.inv(x[:-1], y[:-1], x[1:], y[1:])[2], np.float64)
    middle = grid.shape[0] // 2
    length: Float = np.hypot(np.diff(rows) * grid.steps_m[1, middle], np.diff(cols) * grid.steps_m[0, middle])
    return length


def places(grid: Grid, row_pos: npt.ArrayLike, col_pos: npt.ArrayLike) -> Float:
    """Positions as longitude and latitude, (n, 2)."""
    return np.column_stack(grid.lonlat_of(np.asarray(row_pos, float) - 0.5, np.asarray(col_pos, float) - 0.5))


def cell_metres(grid: Grid, row_pos: Float, col_pos: Float) -> tuple[Float, Float, Float]:
    """True metres of a cell along a row and along a column, and their greatest relative change a metre; (n,) each."""

    def at(r: Float, c: Float) -> tuple[Float, Float]:
        if not grid.crs:
            return np.full(len(r), grid.steps_m[0, 0]), np.full(len(r), grid.steps_m[1, 0])
        half = 0.5
        return _apart(grid, (r, c - half), (r, c + half)), _apart(grid, (r - half, c), (r + half, c))

    rows = np.clip(row_pos, 1.0, max(grid.shape[0] - 1.0, 1.0))  # so that half a cell on is no pole
    width, height = at(rows, col_pos)
    drift = np.zeros(len(rows))
    for way, other in ((height, at(rows + 0.5, col_pos)), (width, at(rows, col_pos + 0.5))):
        for a, b in zip(other, (width, height), strict=True):
            drift = np.maximum(drift, 2 * np.abs(a / b - 1) / way)
    return width, height, drift


def _apart(grid: Grid, a: tuple[Float, Float], b: tuple[Float, Float]) -> Float:
    return np.asarray(_GEOD.inv(*places(grid, *a).T, *places(grid, *b).T)[2], np.float64)
