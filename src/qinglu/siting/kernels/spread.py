"""Least cumulative cost over a grid, outward from sources, in buckets of cost.

Cells wait in buckets as wide as about one step (Dial 1969; Meyer and Sanders 2003, *Δ-stepping*, doi:10.1016/
S0196-6774(03)00076-2). A cell improved while its own bucket is being emptied is taken again, so the labels are
those of Dijkstra's algorithm whatever the width; the width decides only the speed.

A label is one float64: the cost, its last six bits given to the move that led there and to a mark of being done.
That costs 2⁻⁴⁶ of the value, less than 1e-9 over any path a grid can hold, and keeps a search at 8 bytes a cell.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from ...space.kernels._jit import jit

CHUNK = 64  # int32 of one chunk of a bucket: the next chunk, how many cells, the cells
MOVE, SOURCE, DONE, OURS = 31, 16, 32, 63  # bits of a label: the move, or that it is a source; that it is settled; all

# Moves by index: rows and columns from a cell to its neighbours; from 8 on knight's moves, which touch two
# cells on the way.
ROW_MOVES = np.array([-1, -1, -1, 0, 0, 1, 1, 1, -2, -2, -1, -1, 1, 1, 2, 2], dtype=np.int64)
COL_MOVES = np.array([-1, 0, 1, -1, 1, -1, 0, 1, -1, 1, -2, 2, -2, 2, -1, 1], dtype=np.int64)


def _bits(typing: Any, number: Any) -> Any:
    return types.int64(types.float64), lambda _, builder, __, given: builder.bitcast(given[0], ir.IntType(64))


def _float(typing: Any, number: Any) -> Any:
    return types.float64(types.int64), lambda _, builder, __, given: builder.bitcast(given[0], ir.DoubleType())


as_bits: Any = intrinsic(_bits)
"""The 64 bits of a float, as an integer; in compiled code only."""
as_float: Any = intrinsic(_float)
"""The float of 64 bits; in compiled code only."""


@jit
def number_of(row: int, col: int, tiles: Any) -> int:
    """Where a cell is held, -1 where its tile is not."""
    bits = tiles[0]
    slot = tiles[1][row >> bits, col >> bits]
    mask = (1 << bits) - 1
    return -1 if slot < 0 else (np.int64(slot) << 2 * bits) + ((row & mask) << bits) + (col & mask)


@jit
def spread(
    cost: Any, shape: tuple[int, int], steps: Any, z: Any, climb: Any, backward: bool, knight: Any, sources: Any,
    initial: Any, targets: Any, width: float, n_buckets: int, most: float, bound: Any, ceiling: float, tiles: Any,
) -> tuple[Any, int]:  # fmt: skip
    """Cost of the cheapest way from any source to every cell within reach.

    Parameters
    ----------
    cost : float (n_rows * n_cols,), cost per metre; NaN or infinity cannot be entered
    shape : (n_rows, n_cols)
    steps : float64 (5, n_rows), metres
        From a cell of row r: to the next column; to row r + 1; diagonally to row r + 1; a knight's move to row
        r + 1 and two columns on; one to row r + 2 and one column on.
    z : float32 (n_rows * n_cols,) metres, or None
    climb : (float64 (n,) cost per metre by gradient, lowest gradient, gradients a unit, steepest allowed)
        Read only where there is `z`. Beyond its ends the table goes on straight.
    backward : bool
        Whether the way is walked towards the sources: a climb met outward is then a descent.
    knight : None, or anything, for 16 neighbours
    sources : int64 (k,); initial : float64 (k,)
    targets : int64 (m,)
        Stops when all of them are settled; none for the whole grid.
    width, n_buckets : float, int (a power of two)
    most : float
        Cells dearer than this are not looked for.
    bound, ceiling : float32 (n,) or None; float
        A lower bound of the way still to go: what cannot end below `ceiling` is left out.
    tiles : None, or (int bits, int32 (a, b) slots, int64 (s,) top rows, int64 (s,) left columns)
        Of a grid that is held in part, tile by tile of 2**bits rows and columns: which slot holds the tile of a
        row and column, -1 where none does. All arrays of cells then go slot by slot, and so do cell numbers.

    Returns
    -------
    label : float64 (cells,), cost and move; infinity where not reached
    settled : int
    """
    n_rows, n_cols = shape
    n = len(cost)
    stride = n_cols if tiles is None else 1 << tiles[0]
    label = np.empty(n, np.float64)
    for i in range(n):
        label[i] = np.inf
    bits = label.view(np.int64)
    pool = np.empty((1024, CHUNK), np.int32)
    used: Any = 0
    free: Any = -1
    head = np.empty(n_buckets + 1, np.int32)  # the last one holds what lies beyond all others
    for i in range(n_buckets + 1):
        head[i] = -1
    mask = n_buckets - 1
    inverse = 1.0 / width
    offset = ROW_MOVES * stride + COL_MOVES
    along = np.zeros(16)
    bucket: Any = np.int64(0)
    waiting, beyond = 0, 0
    first_beyond: Any = np.int64(9_000_000_000_000_000_000)
    settled = 0
    missing = len(targets)
    slot: Any = 0
    to: Any = 0

    queue = np.empty(max(len(sources), 1024), np.int64)
    n_queue = 0
    for i in range(len(sources)):
        u = sources[i]
        if initial[i] < label[u]:
            label[u] = initial[i]
            bits[u] = bits[u] & ~OURS | SOURCE
            queue[n_queue] = u
            n_queue += 1

    while True:
        # Put what waits in `queue` (sources, or what lay beyond) where it belongs.
        for i in range(n_queue):
            u = queue[i]
            q = np.int64(as_float(bits[u] & ~OURS) * inverse)
            if q - bucket >= n_buckets:
                slot = n_buckets
                beyond += 1
                first_beyond = min(first_beyond, q)
            else:
                slot = q & mask
                waiting += 1
            h = head[slot]
            if h < 0 or pool[h, 1] == CHUNK - 2:
                if free >= 0:
                    g = free
                    free = pool[g, 0]
                else:
                    if used == pool.shape[0]:
                        larger = np.empty((2 * used, CHUNK), np.int32)
                        for piece in range(used):  # a slice takes two seconds to compile
                            for entry in range(CHUNK):
                                larger[piece, entry] = pool[piece, entry]
                        pool = larger
                    g = used
                    used += 1
                pool[g, 0], pool[g, 1] = h, 0
                head[slot] = h = g
            pool[h, 2 + pool[h, 1]] = u
            pool[h, 1] += 1
        n_queue = 0
        if waiting == 0 and beyond == 0:
            break
        if waiting == 0 or bucket + n_buckets > first_beyond:
            if waiting == 0:
                bucket = first_beyond
            if beyond > len(queue):
                queue = np.empty(2 * beyond, np.int64)
            h = head[n_buckets]
            while h >= 0:
                for i in range(2, 2 + pool[h, 1]):
                    u = pool[h, i]
                    # What has since been settled, or brought nearer and queued there, is forgotten.
                    if not bits[u] & DONE and np.int64(as_float(bits[u] & ~OURS) * inverse) >= first_beyond:
                        queue[n_queue] = u
                        n_queue += 1
                ahead = pool[h, 0]
                pool[h, 0] = free
                free = h
                h = ahead
            head[n_buckets] = -1
            beyond, first_beyond = 0, np.int64(9_000_000_000_000_000_000)
            continue
        slot = bucket & mask
        if head[slot] < 0:
            bucket += 1
            continue
        if bucket * width > most:
            break
        while head[slot] >= 0:
            chunk = head[slot]
            head[slot] = pool[chunk, 0]
            for i in range(2, 2 + pool[chunk, 1]):
                u = pool[chunk, i]
                waiting -= 1
                at = as_float(bits[u] & ~OURS)
                if bits[u] & DONE or np.int64(at * inverse) != bucket:
                    continue
                bits[u] |= DONE
                settled += 1
                if tiles is None:
                    r = u // n_cols
                    c = u - r * n_cols
                    inner = 1 < r < n_rows - 2 and 1 < c < n_cols - 2
                else:
                    r_in, c_in = u >> tiles[0] & stride - 1, u & stride - 1
                    r = tiles[2][u >> 2 * tiles[0]] + r_in
                    c = tiles[3][u >> 2 * tiles[0]] + c_in
                    inner = 1 < r_in < stride - 2 and 1 < c_in < stride - 2
                half = 0.5 * cost[u]
                along[3] = along[4] = steps[0, r]
                if r > 0:
                    along[0] = along[2] = steps[2, r - 1]
                    along[1] = steps[1, r - 1]
                if r < n_rows - 1:
                    along[5] = along[7] = steps[2, r]
                    along[6] = steps[1, r]
                n_moves = 8
                if knight is not None:
                    n_moves = 16
                    if r > 0:
                        along[10] = along[11] = steps[3, r - 1]
                    if r > 1:
                        along[8] = along[9] = steps[4, r - 2]
                    if r < n_rows - 1:
                        along[12] = along[13] = steps[3, r]
                    if r < n_rows - 2:
                        along[14] = along[15] = steps[4, r]
                for k in range(n_moves):
                    if not inner:
                        rr, cc = r + ROW_MOVES[k], c + COL_MOVES[k]
                        if rr < 0 or rr >= n_rows or cc < 0 or cc >= n_cols:
                            continue
                    v = u + offset[k]
                    if tiles is not None and not inner:
                        v = number_of(rr, cc, tiles)
                        if v < 0:
                            continue
                    if label[v] <= at:
                        continue
                    if knight is not None and k >= 8:
                        # A quarter of the move lies in each of the four cells it touches.
                        if k < 10 or k > 13:
                            r_m, c_m, r_w, c_w = ROW_MOVES[k] // 2, 0, ROW_MOVES[k] // 2, COL_MOVES[k]
                        else:
                            r_m, c_m, r_w, c_w = 0, COL_MOVES[k] // 2, ROW_MOVES[k], COL_MOVES[k] // 2
                        m, w = u + r_m * stride + c_m, u + r_w * stride + c_w
                        if tiles is not None and not inner:
                            m, w = number_of(r + r_m, c + c_m, tiles), number_of(r + r_w, c + c_w, tiles)
                            if m < 0 or w < 0:
                                continue
                        mean = 0.5 * half + 0.25 * (cost[v] + cost[m] + cost[w])
                    else:
                        mean = half + 0.5 * cost[v]
                    if z is not None:
                        gradient = (np.float64(z[v]) - np.float64(z[u])) / along[k]
                        if backward:
                            gradient = -gradient
                        if abs(gradient) > climb[3]:
                            continue
                        x = (gradient - climb[1]) * climb[2]
                        j: Any = min(max(np.int64(x), 0), len(climb[0]) - 2)
                        mean += climb[0][j] + (x - j) * (climb[0][j + 1] - climb[0][j])
                    new = at + mean * along[k]
                    if new < label[v]:
                        if bound is not None and new + bound[v] > ceiling:
                            continue
                        was = bits[v]
                        before = as_float(was & ~OURS)
                        cut = as_bits(new) & ~OURS
                        if cut >= was & ~OURS:
                            continue  # the same but for the bits that are ours
                        bits[v] = cut | k
                        q = np.int64(as_float(cut) * inverse)
                        if not was & DONE and before < np.inf and np.int64(before * inverse) == q:
                            continue  # it waits in that bucket already
                        if q - bucket >= n_buckets:
                            to = n_buckets
                            beyond += 1
                            first_beyond = min(first_beyond, q)
                        else:
                            to = q & mask
                            waiting += 1
                        h = head[to]
                        if h < 0 or pool[h, 1] == CHUNK - 2:
                            if free >= 0:
                                g = free
                                free = pool[g, 0]
                            else:
                                if used == pool.shape[0]:
                                    larger = np.empty((2 * used, CHUNK), np.int32)
                                    for piece in range(used):  # a slice takes two seconds to compile
                                        for entry in range(CHUNK):
                                            larger[piece, entry] = pool[piece, entry]
                                    pool = larger
                                g = used
                                used += 1
                            pool[g, 0], pool[g, 1] = h, 0
                            head[to] = h = g
                        pool[h, 2 + pool[h, 1]] = v
                        pool[h, 1] += 1
            pool[chunk, 0] = free
            free = chunk
        if missing:
            while missing and bits[targets[missing - 1]] & DONE:
                missing -= 1
            if missing == 0:
                break
        bucket += 1
    return label, settled
