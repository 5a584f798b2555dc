"""Where the cheapest ways from the start and to the end run together: the stretches an alternative is built on."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...space.kernels._jit import jit
from .spread import COL_MOVES, ROW_MOVES


@jit
def plateaus(forward: Any, backward: Any, extra: Any, most: float, fewest: int) -> tuple[Any, Any]:
    """Chains of cells whose steps belong to both trees.

    All cells of a chain have the same `extra`, and each part of it is the cheapest way between its ends: the
    plateaus of Abraham, Delling, Goldberg and Werneck, "Alternative routes in road networks" (2013),
    doi:10.1145/2444016.2444019.

    Parameters
    ----------
    forward, backward : uint8 (n_rows, n_cols)
        Moves that led to each cell from the start, and from the end; 16 and more for none.
    extra : float32 (n_rows, n_cols)
        Cost of the best way through each cell above the best of all; NaN where there is none.
    most : float
        Chains dearer than this are left out.
    fewest : int
        Steps that a chain has at least.

    Returns
    -------
    middle, length : int64 (k,)
        Flat index of the cell in the middle of each chain, and its steps; in the order of their first cells.
    """
    n_rows, n_cols = extra.shape
    middle = np.empty(1024, np.int64)
    length = np.empty(1024, np.int64)
    n = 0
    for r0 in range(n_rows):
        for c0 in range(n_cols):
            if not extra[r0, c0] <= most:
                continue
            m = forward[r0, c0]
            if m < 16 and backward[r0 - ROW_MOVES[m], c0 - COL_MOVES[m]] == (7 - m if m < 8 else 23 - m):
                continue  # the chain began before
            r, c, steps = r0, c0, 0
            half_r, half_c = r0, c0
            while True:
                m = backward[r, c]
                if m >= 16:
                    break
                rr, cc = r - ROW_MOVES[m], c - COL_MOVES[m]
                if forward[rr, cc] != (7 - m if m < 8 else 23 - m):
                    break
                r, c = rr, cc
                steps += 1
                if steps % 2 == 0:
                    m = backward[half_r, half_c]
                    half_r, half_c = half_r - ROW_MOVES[m], half_c - COL_MOVES[m]
            if steps < fewest:
                continue
            if n == len(middle):
                more = np.empty((2, 2 * n), np.int64)
                for i in range(n):
                    more[0, i], more[1, i] = middle[i], length[i]
                middle, length = more[0], more[1]
            middle[n], length[n] = half_r * n_cols + half_c, steps
            n += 1
    return middle[:n], length[:n]


@jit
def followed(via: Any, row: int, col: int) -> tuple[Any, Any]:
    """Rows and columns from a cell along `via` back to where the search began."""
    n = 1
    r, c = row, col
    while via[r, c] < 16:
        m = via[r, c]
        r, c = r - ROW_MOVES[m], c - COL_MOVES[m]
        n += 1
    rows = np.empty(n, np.int64)
    cols = np.empty(n, np.int64)
    r, c = row, col
    for i in range(n):
        rows[i], cols[i] = r, c
        m = via[r, c]
        if m < 16:
            r, c = r - ROW_MOVES[m], c - COL_MOVES[m]
    return rows, cols
