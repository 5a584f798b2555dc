"""Which vertices a line keeps when it is pulled straight, and where an arc fits between them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...space.kernels._jit import jit
from .traverse import pieces_into

_END_ROOM = 1.0  # share of a segment that an arc may use if the segment ends the line
_ROOM = 0.5  # and if there may be an arc at its other end
_WIDENING = 2.5  # of a radius for each relative change of the metre per cell along the arc


@jit
def stretches(
    rows: Any, cols: Any, last: Any, reach: int, cost: Any, width: Any, height: Any, z: Any, climb: Any
) -> Any:
    """Cost of the straight segments from each vertex to those after it.

    Parameters
    ----------
    rows, cols : float64 (n,)
        Vertices as positions on the grid.
    last : int64 (n,)
        The last vertex a segment from here may end at.
    reach : int
        Segments pass over fewer than this many vertices.
    cost : float (n_rows, n_cols), per metre; not finite where a line may not go
    width, height : float64 (n_rows,), metres of a cell
    z, climb
        As for `spread`, in two dimensions; None on flat ground.

    Returns
    -------
    float64 (n - 1, reach): from vertex i to i + 1 + k; infinity where it may not go.
    """
    n = len(rows)
    out = np.empty((n - 1, reach))
    cells = np.empty((3, 3 * (cost.shape[0] + cost.shape[1]) + 16), np.int64)
    share = np.empty(cells.shape[1])
    ends = np.empty((2, 2))
    for i in range(n - 1):
        ends[0, 0], ends[1, 0] = rows[i], cols[i]
        for k in range(reach):
            j = i + 1 + k
            if j > last[i]:
                out[i, k] = np.inf
                continue
            ends[0, 1], ends[1, 1] = rows[j], cols[j]
            m = pieces_into(ends[0], ends[1], cells, share)
            dr, dc = rows[j] - rows[i], cols[j] - cols[i]
            total, at = 0.0, 0.0
            for p in range(m):
                r, c = cells[0, p], cells[1, p]
                if r < 0 or r >= cost.shape[0] or c < 0 or c >= cost.shape[1] or not cost[r, c] < np.inf:
                    total = np.inf
                    break
                row = rows[i] + (at + share[p] / 2) * dr
                total += cost[r, c] * share[p] * math.hypot(dr * _at(height, row - 1.0), dc * _at(width, row - 0.5))
                at += share[p]
            if z is not None and total < np.inf:
                total += _climbing(rows[i], cols[i], dr, dc, width, height, z, climb)
            out[i, k] = total
    return out


@jit
def _climbing(row: float, col: float, dr: float, dc: float, width: Any, height: Any, z: Any, climb: Any) -> float:
    """What climbing adds along a segment, its ground read about every cell."""
    steps = max(1, int(math.hypot(dr, dc) + 0.5))
    before = _ground(z, row, col)
    total = 0.0
    for s in range(steps):
        here = row + (s + 0.5) / steps * dr
        run = math.hypot(dr * _at(height, here - 1.0), dc * _at(width, here - 0.5)) / steps
        after = _ground(z, row + (s + 1) / steps * dr, col + (s + 1) / steps * dc)
        gradient = (after - before) / run if run > 0.0 else 0.0
        if not abs(gradient) <= climb[3]:
            return np.inf
        x = (gradient - climb[1]) * climb[2]
        j = min(max(int(x), 0), len(climb[0]) - 2)
        total += (climb[0][j] + (x - j) * (climb[0][j + 1] - climb[0][j])) * run
        before = after
    return total


@jit
def _at(values: Any, place: float) -> Any:
    """Linear between values, the first and the last beyond them."""
    i = min(max(int(place), 0), max(len(values) - 2, 0))
    t = min(max(place - i, 0.0), 1.0)
    return values[i] + t * (values[min(i + 1, len(values) - 1)] - values[i])


@jit
def _ground(z: Any, row: float, col: float) -> float:
    """Height between the middles of cells, from those that are known; NaN in a cell without a height."""
    n_rows, n_cols = z.shape
    r0, c0 = math.floor(row - 0.5), math.floor(col - 0.5)
    if not np.isfinite(z[min(max(math.floor(row), 0), n_rows - 1), min(max(math.floor(col), 0), n_cols - 1)]):
        return np.nan
    total, weight = 0.0, 0.0
    for i in range(2):
        for j in range(2):
            dr, dc = row - 0.5 - r0, col - 0.5 - c0
            w = (dr if i else 1.0 - dr) * (dc if j else 1.0 - dc)
            h = z[min(max(r0 + i, 0), n_rows - 1), min(max(c0 + j, 0), n_cols - 1)]
            if w > 0.0 and np.isfinite(h):
                total += w * h
                weight += w
    return total / weight


@jit
def chain(stretch: Any, per_vertex: float) -> Any:
    """Vertices of the cheapest line, each vertex costing `per_vertex` more: int64, from the first to the last."""
    n = len(stretch) + 1
    label = np.empty(n)
    back = np.zeros(n, np.int64)
    label[0] = 0.0
    for j in range(1, n):
        label[j] = np.inf
        for k in range(min(j, stretch.shape[1])):
            new = label[j - 1 - k] + stretch[j - 1 - k, k] + per_vertex
            if new < label[j]:
                label[j] = new
                back[j] = j - 1 - k
    out = np.empty(n, np.int64)
    m, j = 0, n - 1
    while True:
        out[m] = j
        m += 1
        if j == 0:
            break
        j = back[j]
    return out[:m][::-1].copy()


@jit
def bent(
    rows: Any, cols: Any, width: Any, height: Any, drift: Any, stretch: Any, radius: float, per_vertex: float,
    penalty: float, cost: Any,
) -> Any:  # fmt: skip
    """Vertices of the cheapest line whose bends leave room for arcs of `radius` metres: int64.

    A bend that does not have it costs `penalty`, and up to twice that the less of it fits. A label is kept for each
    segment, so that a bend sees both its segments.

    There are none (int64 (0,)) if the vertices are too far apart to be joined.

    Parameters
    ----------
    rows, cols : float64 (n,)
    width, height : float64 (n,), true metres of a cell at each vertex
    drift : float64 (n,)
        By how much of themselves they change a metre on.
    stretch
        As from `stretches`.
    cost
        Not finite where an arc may not go.
    """
    n, reach = len(rows), stretch.shape[1]
    label = np.empty((n - 1, reach))
    back = np.zeros((n - 1, reach), np.int64)
    ins = np.empty((reach, 3))
    price = np.empty(reach)
    is_whole = np.empty(reach, np.bool_)
    points = np.empty((2, 66))
    cells = np.empty((3, 3 * (cost.shape[0] + cost.shape[1]) + 400), np.int64)
    share = np.empty(cells.shape[1])
    for j in range(n - 1):
        most = min(j, reach)
        for q in range(most):
            ins[q, 0], ins[q, 1] = (cols[j] - cols[j - 1 - q]) * width[j], (rows[j] - rows[j - 1 - q]) * height[j]
            ins[q, 2] = math.hypot(ins[q, 0], ins[q, 1])
        for k in range(reach):
            label[j, k] = np.inf
            if not stretch[j, k] < np.inf:
                continue
            if j == 0:
                label[j, k] = stretch[j, k]
                continue
            to = j + 1 + k
            ox, oy = (cols[to] - cols[j]) * width[j], (rows[to] - rows[j]) * height[j]
            out = math.hypot(ox, oy)
            for q in range(most):
                price[q] = label[j - 1 - q, q] + per_vertex
                is_whole[q] = False
                if not price[q] < np.inf or ins[q, 2] == 0.0 or out == 0.0:
                    continue
                half = half_tangent(ins[q, 0] / ins[q, 2], ins[q, 1] / ins[q, 2], ox / out, oy / out)
                if half < 1e-9:
                    continue
                room = min(
                    ins[q, 2] * (_END_ROOM if j - 1 - q == 0 else _ROOM), out * (_END_ROOM if to == n - 1 else _ROOM)
                )
                needed = widened(radius, half, drift[j])
                if needed * half > room:
                    price[q] += penalty * (2.0 - room / half / needed)
                else:
                    is_whole[q] = True
            while True:
                q = 0
                for p in range(1, most):
                    if price[p] < price[q]:
                        q = p
                if not price[q] < np.inf or not is_whole[q]:
                    break
                is_whole[q] = False
                ux, uy, vx, vy = ins[q, 0] / ins[q, 2], ins[q, 1] / ins[q, 2], ox / out, oy / out
                half = half_tangent(ux, uy, vx, vy)
                needed = widened(radius, half, drift[j])
                m = arc_into(points, rows[j], cols[j], ux, uy, vx, vy, needed, width[j], height[j], 64)
                if is_clear(points[0, :m], points[1, :m], cost, cells, share):
                    break
                price[q] += 1.5 * penalty
            if price[q] < np.inf:
                label[j, k] = price[q] + stretch[j, k]
                back[j, k] = q
    return _walked(label, back, n, reach)


@jit
def _walked(label: Any, back: Any, n: int, reach: int) -> Any:
    best = 0
    for k in range(1, min(reach, n - 1)):
        if label[n - 2 - k, k] < label[n - 2 - best, best]:
            best = k
    out = np.empty(n, np.int64)
    if not label[n - 2 - best, best] < np.inf:
        return out[:0]
    out[0] = n - 1
    m, j, k = 1, n - 2 - best, best
    while True:
        out[m] = j
        m += 1
        if j == 0:
            break
        k = back[j, k]
        j = j - 1 - k
    return out[:m][::-1].copy()


@jit
def half_tangent(ux: float, uy: float, vx: float, vy: float) -> float:
    """Tangent of half the angle between two directions of length 1; a million for a turn back."""
    return abs(ux * vy - uy * vx) / max(1.0 + ux * vx + uy * vy, 2e-12) if ux * vx + uy * vy > -1.0 + 2e-12 else 1e6


@jit
def widened(radius: float, half: float, drift: float) -> float:
    """A radius on the flat frame of its bend that is at least `radius` on earth.

    The frame's metre changes along the arc, and what is straight in it is a little bent on earth.
    """
    return radius * (1.0 + 1e-5 + _WIDENING * drift * radius * (0.5 + half))


@jit
def arc_into(
    points: Any, row: float, col: float, ux: float, uy: float, vx: float, vy: float, radius: float, width: float,
    height: float, parts: int,
) -> int:  # fmt: skip
    """Points of the arc that rounds the corner at (row, col) between two directions: rows, columns; how many."""
    half = half_tangent(ux, uy, vx, vy)
    angle = 2.0 * math.atan(half)
    along, across = ux * vx + uy * vy, math.sin(angle)
    nx, ny = (vx - along * ux) / across, (vy - along * uy) / across
    for i in range(parts + 1):
        turn = angle * i / parts
        forth, aside = radius * (math.sin(turn) - half), radius * (1.0 - math.cos(turn))
        points[0, i] = row + (forth * uy + aside * ny) / height
        points[1, i] = col + (forth * ux + aside * nx) / width
    return parts + 1


@jit
def is_clear(rows: Any, cols: Any, cost: Any, cells: Any, share: Any) -> bool:
    """Whether a line runs over cells with a finite cost only."""
    m = pieces_into(rows, cols, cells, share)
    for p in range(m):
        r, c = cells[0, p], cells[1, p]
        if r < 0 or r >= cost.shape[0] or c < 0 or c >= cost.shape[1] or not cost[r, c] < np.inf:
            return False
    return True
