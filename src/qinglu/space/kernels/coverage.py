"""Compiled: how much of each raster cell a polygon covers, and the statistics of what it covers.

Coordinates are in *grid units*: x counts columns from the left edge, y counts rows from the first
row, so a cell (r, c) is the unit square [c, c+1] × [r, r+1]. An edge of a polygon adds, to every row
it passes through, its signed height (everything to the right of it is covered by that much) less the
part of the cell it cuts off; the running sum along a row is then the exact share of each cell covered.
A polygon needs no sorting, no clipping and no scan of inside cells, and a strip of rows can be done
without the others, so memory is bounded whatever the size of the polygon.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._jit import jit

SCRATCH_CELLS = 1 << 18  # 2 MB of float64: stays in the second-level cache
MAX_CLASSES = 4096
_TABLE = 1 << 14  # open addressing, at most a quarter full

# Columns of the per-job results.
WEIGHT, WEIGHTED, LEAST, MOST, CELLS, PLAIN = range(6)

# The cell types that `_load_row` understands, in the order of their codes; others are converted before.
# A kernel gets the same memory seen as each of them, so it is compiled once for all.
CELL_TYPES = ("u1", "i1", "u2", "i2", "u4", "i4", "f4", "f8")


@jit
def to_grid(
    xy: Any, rings: Any, geom_rings: Any, hole: Any, inverse: Any, snap: Any, areal: bool, seg_weight: Any
) -> Any:
    """Turn `xy` into grid units in place; orientation, bounds and smallest weight that counts.

    Parameters
    ----------
    xy : float64 (n, 2), raster CRS; overwritten
    rings : int64 (n_rings + 1,), offsets into `xy`
    geom_rings : int64 (n_geoms + 1,), offsets into `rings`
    hole : bool (n_rings,)
    inverse : float64 (6,), from CRS to grid units
    snap : float64 (2,), coordinates this close to a whole number are taken for it: rounding noise
    areal : polygons if true, lines otherwise
    seg_weight : float64 (n,), lines only: weight of the segment that starts at each vertex

    Returns
    -------
    sign : float64 (n_rings,), what makes the ring's cover positive (holes negative)
    ring_rows : float64 (n_rings, 2), first and last y
    bounds : float64 (n_geoms, 4), x0 y0 x1 y1; NaN for an empty or non-finite geometry
    tiny : float64 (n_geoms,), weights up to this are rounding noise
    """
    n_rings = len(rings) - 1
    n_geoms = len(geom_rings) - 1
    sign = np.ones(n_rings)
    ring_rows = np.empty((n_rings, 2))
    bounds = np.empty((n_geoms, 4))
    tiny = np.empty(n_geoms)
    for g in range(n_geoms):
        gx0, gy0, gx1, gy1, size = np.inf, np.inf, -np.inf, -np.inf, 0.0
        finite = True
        for k in range(geom_rings[g], geom_rings[g + 1]):
            doubled, px, py, ox, oy = 0.0, 0.0, 0.0, 0.0, 0.0
            ry0, ry1 = np.inf, -np.inf
            for i in range(rings[k], rings[k + 1]):
                x = inverse[0] * xy[i, 0] + inverse[1] * xy[i, 1] + inverse[2]
                y = inverse[3] * xy[i, 0] + inverse[4] * xy[i, 1] + inverse[5]
                if abs(x - np.rint(x)) <= snap[0]:
                    x = np.rint(x)
                if abs(y - np.rint(y)) <= snap[1]:
                    y = np.rint(y)
                xy[i, 0] = x
                xy[i, 1] = y
                finite = finite and np.isfinite(x) and np.isfinite(y)
                gx0, gx1 = min(gx0, x), max(gx1, x)
                ry0, ry1 = min(ry0, y), max(ry1, y)
                if i == rings[k]:
                    ox, oy = x, y
                else:
                    # Relative to the first vertex: a small ring far from the origin keeps its digits.
                    doubled += (px - ox) * (y - oy) - (x - ox) * (py - oy)
                    if not areal:
                        size += seg_weight[i - 1]
                px, py = x, y
            ring_rows[k, 0], ring_rows[k, 1] = ry0, ry1
            gy0, gy1 = min(gy0, ry0), max(gy1, ry1)
            if areal:
                sign[k] = 1.0 if (doubled < 0) != hole[k] else -1.0
                size += -0.5 * abs(doubled) if hole[k] else 0.5 * abs(doubled)
        if not finite or gx0 > gx1:
            gx0 = gy0 = gx1 = gy1 = np.nan
        bounds[g, 0], bounds[g, 1], bounds[g, 2], bounds[g, 3] = gx0, gy0, gx1, gy1
        tiny[g] = min(1e-12, 1e-6 * size) if areal else 1e-12 * size
    return sign, ring_rows, bounds, tiny


@jit
def _cover(
    acc: Any, stride: int, lo: Any, hi: Any, width: int, height: int,
    x0: float, y0: float, x1: float, y1: float, sign: float,
) -> None:  # fmt: skip
    """Add one polygon edge to the strip `acc`; x and y count from the strip's corner."""
    if y0 > y1:
        x0, x1 = x1, x0
        y0, y1 = y1, y0
        sign = -sign
    slope = (x1 - x0) / (y1 - y0)
    xa, ya = x0, y0
    if ya < 0.0:
        xa, ya = x0 - y0 * slope, 0.0
    end = min(y1, float(height))
    r = int(ya)
    while ya < end:
        yb = min(float(r + 1), end)
        xb = x1 if yb == y1 else x0 + (yb - y0) * slope
        dy = (yb - ya) * sign
        xl, xr = min(xa, xb), max(xa, xb)
        base = r * stride
        if xl >= width:  # all to the right: it only ends the runs of covered cells beyond the strip
            hi[r] = width
        elif xr <= 0.0:  # all to the left: the whole row of the strip lies behind it
            acc[base] += dy
            lo[r] = 0
            hi[r] = max(hi[r], 0)
        else:
            c, last = max(int(np.floor(xl)), 0), int(xr)
            if xl >= 0.0 and c == last:
                share = 0.5 * (xl + xr) - c
                acc[base + c] += dy * (1.0 - share)
                acc[base + c + 1] += dy * share
            else:
                per_x = dy / (xr - xl) if xr > xl else 0.0
                if xl < 0.0:
                    acc[base] -= per_x * xl
                    xl = 0.0
                while c <= last and c < width:
                    a, b = max(xl, float(c)), min(xr, float(c + 1))
                    part = per_x * (b - a)
                    share = 0.5 * (a + b) - c
                    acc[base + c] += part * (1.0 - share)
                    acc[base + c + 1] += part * share
                    c += 1
            lo[r] = min(lo[r], max(int(np.floor(xl)), 0))
            hi[r] = max(hi[r], min(last + 1, width))
        xa, ya = xb, yb
        r += 1


@jit
def _cross(
    acc: Any, stride: int, lo: Any, hi: Any, width: int, height: int,
    x0: float, y0: float, x1: float, y1: float, weight: float,
) -> None:  # fmt: skip
    """Share the weight of one line segment among the cells of the strip that it crosses.

    The cell of a piece is that of its middle, so a piece on the edge between two cells belongs to the
    one of the larger row or column.
    """
    dx, dy = x1 - x0, y1 - y0
    ta, tb = 0.0, 1.0
    for axis in range(2):
        p, d, top = (x0, dx, float(width)) if axis == 0 else (y0, dy, float(height))
        if d == 0.0:
            if p < 0.0 or p >= top:
                return
        else:
            t0, t1 = -p / d, (top - p) / d
            ta, tb = max(ta, min(t0, t1)), min(tb, max(t0, t1))
    t = ta
    # The next grid line in each direction; steps in t between grid lines.
    while t < tb:
        x, y = x0 + t * dx, y0 + t * dy
        tx, ty = 2.0, 2.0
        if dx > 0.0:
            tx = (np.floor(x) + 1.0 - x0) / dx
        elif dx < 0.0:
            tx = (np.ceil(x) - 1.0 - x0) / dx
        if dy > 0.0:
            ty = (np.floor(y) + 1.0 - y0) / dy
        elif dy < 0.0:
            ty = (np.ceil(y) - 1.0 - y0) / dy
        u = min(tx, ty, tb)
        if u <= t:  # rounding put us a hair before the line we stand on
            u = min(tb, t + 1e-9)
        mid = 0.5 * (t + u)
        c, r = int(np.floor(x0 + mid * dx)), int(np.floor(y0 + mid * dy))
        if 0 <= c < width and 0 <= r < height:
            acc[r * stride + c] += weight * (u - t)
            lo[r] = min(lo[r], c)
            hi[r] = max(hi[r], c)
        t = u


@jit
def _ring(
    acc: Any, stride: int, lo: Any, hi: Any, width: int, height: int,
    xy: Any, first: int, last: int, dx: float, dy: float, seg_weight: Any, sign: float, areal: bool,
) -> None:  # fmt: skip
    """Add one ring, or one part of a line, to the strip."""
    xa, ya = xy[first, 0] + dx, xy[first, 1] + dy
    for i in range(first + 1, last):
        xb, yb = xy[i, 0] + dx, xy[i, 1] + dy
        if max(ya, yb) >= 0.0 and min(ya, yb) <= height:
            if not areal:
                _cross(acc, stride, lo, hi, width, height, xa, ya, xb, yb, seg_weight[i - 1])
            elif ya != yb:
                _cover(acc, stride, lo, hi, width, height, xa, ya, xb, yb, sign)
        xa, ya = xb, yb


@jit
def _load_row(cells: Any, code: int, start: int, n: int, out: Any) -> None:
    """`n` cells from element `start` of the view that `code` names, as float64."""
    if code == 0:
        for i in range(n):
            out[i] = cells[0][start + i]
    elif code == 1:
        for i in range(n):
            out[i] = cells[1][start + i]
    elif code == 2:
        for i in range(n):
            out[i] = cells[2][start + i]
    elif code == 3:
        for i in range(n):
            out[i] = cells[3][start + i]
    elif code == 4:
        for i in range(n):
            out[i] = cells[4][start + i]
    elif code == 5:
        for i in range(n):
            out[i] = cells[5][start + i]
    elif code == 6:
        for i in range(n):
            out[i] = cells[6][start + i]
    else:
        for i in range(n):
            out[i] = cells[7][start + i]


@jit
def _slot(value: float, keys: Any, slots: Any, used: Any) -> Any:
    """The slot of a class in the hash table, a new one if it was not met before; -1 when full."""
    key = np.int64(value)
    h = (key * np.int64(0x9E3779B1)) & (_TABLE - 1)
    while slots[h] >= 0:
        if keys[slots[h]] == key:
            return slots[h]
        h = (h + 1) & (_TABLE - 1)
    if used[0] >= MAX_CLASSES:
        return -1
    slots[h] = used[0]
    keys[used[0]] = key
    used[0] += 1
    return slots[h]


@jit
def _sweep_row(
    acc: Any, base: int, lo: int, hi: int, width: int, areal: bool, tiny: float, values: Any, nodata: float,
    out: Any, slots: Any, keys: Any, used: Any, per_class: Any,
) -> bool:  # fmt: skip
    """Read off one finished row of the strip, leaving zeros behind. False: more classes than we hold."""
    covered = 0.0
    weight, weighted, least, most = 0.0, 0.0, out[LEAST], out[MOST]
    cells, plain = 0.0, 0.0
    classes = len(per_class) > 0
    for c in range(lo, min(hi, width - 1) + 1):
        covered = covered + acc[base + c] if areal else acc[base + c]
        acc[base + c] = 0.0
        if covered > tiny:
            v = values[c - lo]
            if v != v or v == nodata:
                continue
            weight += covered
            weighted += covered * v
            least = min(least, v)
            most = max(most, v)
            cells += 1.0
            plain += v
            if classes:
                s = _slot(v, keys, slots, used) if v == np.floor(v) else -1
                if s < 0:
                    return False
                per_class[s] += covered
    acc[base + width] = 0.0
    out[WEIGHT] += weight
    out[WEIGHTED] += weighted
    out[LEAST], out[MOST] = least, most
    out[CELLS] += cells
    out[PLAIN] += plain
    return True


@jit
def accumulate(
    xy: Any, rings: Any, geom_rings: Any, sign: Any, ring_rows: Any, tiny: Any, seg_weight: Any, areal: bool,
    jobs: Any, windows: Any, shift: Any,
    cells: Any, code: int, row_stride: int, row0: int, col0: int, nodata: float, classes: bool,
) -> Any:  # fmt: skip
    """Statistics of the raster over each job, a geometry in a window of cells.

    Parameters
    ----------
    xy, rings, geom_rings, sign, ring_rows, tiny, seg_weight, areal
        As `to_grid` takes and leaves them.
    jobs : int64 (m,), geometry of each job
    windows : int64 (m, 4), rows [r0, r1) and columns [c0, c1) it may touch
    shift : float64 (m,), columns to add to its x: a turn around the globe, or nothing
    cells : the memory of a block of the raster, as an array of each of `CELL_TYPES`
    code, row_stride, row0, col0
        Which of `cells` is meant, elements from row to row, the row and column of the block's first cell.
    nodata : float64, NaN if there is none
    classes : whether to keep the weight of each whole-number value apart

    Returns
    -------
    out : float64 (m, 6), see the column names above
    class_job, class_key, class_weight : (k,), one entry per job and class met
    ok : False if a value was not whole or there were more than `MAX_CLASSES`
    """
    out = np.zeros((len(jobs), 6))
    out[:, LEAST] = np.inf
    out[:, MOST] = -np.inf
    widest = 1
    for j in range(len(jobs)):
        widest = max(widest, windows[j, 3] - windows[j, 2])
    acc = np.zeros(max(SCRATCH_CELLS, widest + 1))
    values = np.empty(widest)
    lo = np.empty(len(acc), np.int32)
    hi = np.empty(len(acc), np.int32)
    per_class = np.zeros(MAX_CLASSES if classes else 0)
    keys = np.zeros(MAX_CLASSES if classes else 0, np.int64)
    slots = np.full(_TABLE if classes else 0, -1)
    used = np.zeros(1, np.int64)
    n_entries = 0
    class_job, class_key, class_weight = np.empty(64, np.int64), np.empty(64, np.int64), np.empty(64)
    for j in range(len(jobs)):
        g = jobs[j]
        r0, r1, c0, c1 = windows[j, 0], windows[j, 1], windows[j, 2], windows[j, 3]
        width = c1 - c0
        stride = width + 1
        step = max(1, len(acc) // stride)
        for top in range(r0, r1, step):
            height = min(step, r1 - top)
            lo[:height] = width
            hi[:height] = -1
            for k in range(geom_rings[g], geom_rings[g + 1]):
                if ring_rows[k, 1] >= top and ring_rows[k, 0] <= top + height:
                    _ring(
                        acc, stride, lo, hi, width, height, xy, rings[k], rings[k + 1], shift[j] - c0, -top,
                        seg_weight, sign[k], areal,
                    )  # fmt: skip
            for r in range(height):
                if lo[r] > hi[r]:
                    continue
                n = min(hi[r], width - 1) - lo[r] + 1
                start = (top + r - row0) * row_stride + c0 - col0 + lo[r]
                _load_row(cells, code, start, n, values)
                if not _sweep_row(
                    acc, r * stride, lo[r], hi[r], width, areal, tiny[g], values, nodata, out[j],
                    slots, keys, used, per_class,
                ):  # fmt: skip
                    return out, class_job[:0], class_key[:0], class_weight[:0], False
        if classes:
            if n_entries + used[0] > len(class_job):
                room = 2 * len(class_job) + used[0]
                class_job = np.concatenate((class_job, np.empty(room, np.int64)))
                class_key = np.concatenate((class_key, np.empty(room, np.int64)))
                class_weight = np.concatenate((class_weight, np.empty(room)))
            for s in range(used[0]):
                if per_class[s] > 0.0:
                    class_job[n_entries], class_key[n_entries] = j, keys[s]
                    class_weight[n_entries] = per_class[s]
                    per_class[s] = 0.0
                    n_entries += 1
    return out, class_job[:n_entries], class_key[:n_entries], class_weight[:n_entries], True
