"""Regions grown cell by cell, the best neighbour first, and patches of cells that hang together."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...space.kernels._jit import jit


@jit
def _before(a: float, i: int, b: float, j: int) -> bool:
    """Whether cell i with priority a is taken before cell j with b: the better, of equals the first of the grid."""
    return a > b or (a == b and i < j)


@jit
def _push(priority: Any, cell: Any, n: int, a: float, i: int) -> int:
    """Add to the heap of n; its new size."""
    at = n
    while at > 0:
        up = (at - 1) >> 1
        if not _before(a, i, priority[up], cell[up]):
            break
        priority[at], cell[at] = priority[up], cell[up]
        at = up
    priority[at], cell[at] = a, i
    return n + 1


@jit
def _drop_first(priority: Any, cell: Any, n: int) -> int:
    """Take the first from the heap of n; its new size."""
    n -= 1
    a, i, at = priority[n], cell[n], 0
    while True:
        down = 2 * at + 1
        if down >= n:
            break
        if down + 1 < n and _before(priority[down + 1], cell[down + 1], priority[down], cell[down]):
            down += 1
        if not _before(priority[down], cell[down], a, i):
            break
        priority[at], cell[at] = priority[down], cell[down]
        at = down
    priority[at], cell[at] = a, i
    return n


@jit
def grow(
    score: Any, free: Any, area: Any, cols: int, seeds: Any, need: float, pull: float, dx: Any, dy: Any,
    seen: Any, taken: Any, mean: Any, box: Any,
) -> int:  # fmt: skip
    """A region from each seed: the neighbour of the best priority is added until the area is enough.

    Priority of a cell = its score - pull × metres from the seed. Cells of a region share edges.

    Parameters
    ----------
    score, area : float64 (cells,)
        Suitability and m², in rows.
    free : bool (cells,)
        Cells that may be taken; seeds are.
    seeds : int64 (n,)
    need : float
        m².
    pull : float
        A metre.
    dx, dy : float64 (rows,)
        Metres of a cell, east and south, in the row of the seed.
    seen : int64 (cells,)
        Zeros.
    taken : int64 (room,)
        Receives the cells of the last region, in the order taken.
    mean, box : float64 (n,), int64 (n, 4)
        Receive the mean score by area, NaN where the region ends before it is large enough, and its first row,
        last row, first column, last column.

    Returns
    -------
    int
        Cells of the last region; 0 where it was too small.
    """
    rows = len(score) // cols
    room = min(4 * len(taken) + 8, len(score) + 8)
    priority, cell = np.empty(room), np.empty(room, np.int64)
    n = 0
    for k in range(len(seeds)):
        seed, stamp = seeds[k], k + 1
        r0, c0 = seed // cols, seed % cols
        step_x, step_y = dx[r0], dy[r0]
        seen[seed] = stamp
        waiting = _push(priority, cell, 0, score[seed], seed)
        n, got, total = 0, 0.0, 0.0
        box[k, 0], box[k, 1], box[k, 2], box[k, 3] = r0, r0, c0, c0
        while waiting > 0 and got < need:
            i = cell[0]
            waiting = _drop_first(priority, cell, waiting)
            r, c = i // cols, i % cols
            taken[n] = i
            n += 1
            got += area[i]
            total += area[i] * score[i]
            box[k, 0], box[k, 1] = min(box[k, 0], r), max(box[k, 1], r)
            box[k, 2], box[k, 3] = min(box[k, 2], c), max(box[k, 3], c)
            for side in range(4):
                rr, cc = r + (side == 0) - (side == 1), c + (side == 2) - (side == 3)
                if rr < 0 or rr >= rows or cc < 0 or cc >= cols:
                    continue
                j = rr * cols + cc
                if free[j] and seen[j] != stamp:
                    seen[j] = stamp
                    x, y = (cc - c0) * step_x, (rr - r0) * step_y
                    waiting = _push(priority, cell, waiting, score[j] - pull * np.sqrt(x * x + y * y), j)
        mean[k] = total / got if got >= need else np.nan
        if got < need:
            n = 0
    return n


@jit
def patches(free: Any, area: Any, cols: int, label: Any, stack: Any, size: Any) -> int:
    """Number the patches of free cells that share edges, from 1 in the order of the grid.

    Parameters
    ----------
    free : bool (cells,)
    area : float64 (cells,)
    label : int64 (cells,)
        Zeros; receives the number of each cell's patch.
    stack : int64 (cells,)
        Scratch.
    size : float64 (cells + 1,)
        Receives the area of each patch by its number.

    Returns
    -------
    int
        How many there are.
    """
    found = 0
    rows = len(free) // cols
    for start in range(len(free)):
        if not free[start] or label[start] != 0:
            continue
        found += 1
        label[start], stack[0], waiting = found, start, 1
        size[found] = 0.0
        while waiting > 0:
            waiting -= 1
            i = stack[waiting]
            size[found] += area[i]
            r, c = i // cols, i % cols
            for side in range(4):
                rr, cc = r + (side == 0) - (side == 1), c + (side == 2) - (side == 3)
                if rr < 0 or rr >= rows or cc < 0 or cc >= cols:
                    continue
                j = rr * cols + cc
                if free[j] and label[j] == 0:
                    label[j] = found
                    stack[waiting] = j
                    waiting += 1
    return found
