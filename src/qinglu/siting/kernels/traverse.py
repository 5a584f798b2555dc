"""The cells a line runs through, and the share of each of its segments that lies in each."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ...space.kernels._jit import jit

Float = npt.NDArray[np.float64]
Int = npt.NDArray[np.int64]

HAIR = 1e-7
"""In cells: what is shorter belongs to the cell beside it, so a line aimed at a corner goes through the corner."""


def traverse(rows_pos: npt.ArrayLike, cols_pos: npt.ArrayLike) -> tuple[Int, Int, Float, Int]:
    """The cells of a line, in order along it.

    A step through a corner lies half and half in the two cells it joins and in neither of the others. A segment
    along the border of two cells is counted to the one with the larger row or column. Pieces shorter than
    `HAIR` are counted to their neighbour. Cells may lie outside the grid: the line knows nothing of its extent.

    Parameters
    ----------
    rows_pos, cols_pos : float64 (n,)
        Vertices as from `Grid.positions_of`: the middle of cell (r, c) is (r + .5, c + .5). Finite.

    Returns
    -------
    row, col : int64 (m,)
    share : float64 (m,)
        Of the segment; those of a segment add up to 1. A segment without length has no pieces.
    segment : int64 (m,)
        From vertex `segment` to the next.

    Examples
    --------
    >>> row, col, share, _ = traverse([0.5, 1.5], [0.5, 2.5])
    >>> [(int(r), int(c), float(s)) for r, c, s in zip(row, col, share)]
    [(0, 0, 0.25), (0, 1, 0.25), (1, 1, 0.25), (1, 2, 0.25)]
    """
    rows = np.ascontiguousarray(rows_pos, np.float64)
    cols = np.ascontiguousarray(cols_pos, np.float64)
    if not (np.isfinite(rows).all() and np.isfinite(cols).all()):
        raise ValueError("the vertices of a line are finite")
    most = sum(int(np.abs(np.diff(np.floor(v))).sum()) for v in (rows, cols)) + 3 * len(rows)
    cells = np.empty((3, most), np.int64)
    share = np.empty(most)
    n = pieces_into(rows, cols, cells, share)
    return cells[0, :n].copy(), cells[1, :n].copy(), share[:n].copy(), cells[2, :n].copy()


@jit
def pieces_into(rows: Any, cols: Any, cells: Any, share: Any) -> int:
    """Fill `cells` (3, most) with row, column and segment, and `share`; how many there are.

    After Amanatides and Woo, "A fast voxel traversal algorithm for ray tracing" (1987); the crossings are
    computed afresh from the ends, so their errors do not add up over a long segment.
    """
    n = 0
    for i in range(len(rows) - 1):
        r0, c0 = rows[i], cols[i]
        dr, dc = rows[i + 1] - r0, cols[i + 1] - c0
        reach = max(abs(dr), abs(dc))
        if reach == 0.0:
            continue
        # The next border of either kind, ahead of where the segment starts.
        row_step = 1 if dr > 0 else -1
        col_step = 1 if dc > 0 else -1
        row_line = math.floor(r0) + 1 if dr > 0 else math.ceil(r0) - 1
        col_line = math.floor(c0) + 1 if dc > 0 else math.ceil(c0) - 1
        at = 0.0
        first = n
        while at < 1.0:
            t_row = (row_line - r0) / dr if dr != 0.0 else np.inf
            t_col = (col_line - c0) / dc if dc != 0.0 else np.inf
            to = min(t_row, t_col, 1.0)
            if t_row <= to:
                row_line += row_step
            if t_col <= to:
                col_line += col_step
            if (to - at) * reach <= HAIR and (to < 1.0 or n > first):
                if to >= 1.0:
                    share[n - 1] += 1.0 - at
                    break
                continue
            middle = 0.5 * (at + to)
            cells[0, n] = math.floor(r0 + middle * dr + HAIR)
            cells[1, n] = math.floor(c0 + middle * dc + HAIR)
            cells[2, n] = i
            share[n] = to - at
            n += 1
            at = to
    return n
