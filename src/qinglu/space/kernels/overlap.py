"""Area of areas in areas, length of lines in areas, on the ellipsoid, without building the intersection.

An area is the signed sum of what lies west of its edges: with s = +1 for edges going north and -1 for edges going
south (rings oriented), a point is inside when Σ s [latitude within the edge] [point west of the edge] = 1. So

    area(A ∩ B) = Σ_a Σ_b s_a s_b ∫ min(λ_a, λ_b) dA(φ)   over the latitudes that edges a and b share,

and the length of a line inside B is the signed sum of the stretches west of each edge of B. Nothing is noded, so
shared borders and slivers need no care: the sums are continuous in the coordinates.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._jit import jit
from .earth import DEG, area_density, curve_length


@jit
def _moment(lat1: float, lat2: float, x1: float, x2: float) -> float:
    """∫ x dA(φ) from lat1 to lat2 with x linear in latitude; Gauss-Legendre, three nodes a degree."""
    steps = int((lat2 - lat1) / 0.0175) + 1
    h = 1.0 / steps
    total = 0.0
    for i in range(steps):
        mid = (i + 0.5) * h
        off = 0.3872983346207417 * h
        for t, w in ((mid - off, 5.0), (mid, 8.0), (mid + off, 5.0)):
            total += w * area_density(lat1 + t * (lat2 - lat1)) * (x1 + t * (x2 - x1))
    return total * h * (lat2 - lat1) / 18.0


@jit
def _min_moment(lat1: float, lat2: float, a1: float, a2: float, b1: float, b2: float) -> float:
    """∫ min(a, b) dA with a and b linear in latitude."""
    d1, d2 = a1 - b1, a2 - b2
    if d1 <= 0.0 and d2 <= 0.0:
        return _moment(lat1, lat2, a1, a2)
    if d1 >= 0.0 and d2 >= 0.0:
        return _moment(lat1, lat2, b1, b2)
    t = d1 / (d1 - d2)
    lat, x = lat1 + t * (lat2 - lat1), a1 + t * (a2 - a1)
    if d1 < 0.0:
        return _moment(lat1, lat, a1, x) + _moment(lat, lat2, x, b2)
    return _moment(lat1, lat, b1, x) + _moment(lat, lat2, x, a2)


@jit
def _capped_moment(lat1: float, lat2: float, a1: float, a2: float, b1: float, b2: float) -> float:
    """∫ min(a, max(b, 0)) dA with a ≥ 0: what lies west of both edges and east of the reference meridian."""
    if b1 <= 0.0 and b2 <= 0.0:
        return 0.0
    if b1 >= 0.0 and b2 >= 0.0:
        return _min_moment(lat1, lat2, a1, a2, b1, b2)
    t = b1 / (b1 - b2)
    lat, x = lat1 + t * (lat2 - lat1), a1 + t * (a2 - a1)
    if b1 < 0.0:
        return _min_moment(lat, lat2, x, a2, 0.0, b2)
    return _min_moment(lat1, lat, a1, x, b1, 0.0)


@jit
def _ends(c: Any, i: int, part: int, parts: int) -> Any:
    """Both ends of an edge, or of one fraction of it."""
    ax, ay, bx, by = c[i, 0], c[i, 1], c[i + 1, 0], c[i + 1, 1]
    if parts == 1:
        return ax, ay, bx, by
    t0, t1 = part / parts, (part + 1) / parts
    ux, uy = bx - ax, by - ay
    if part + 1 == parts:
        return ax + t0 * ux, ay + t0 * uy, bx, by
    return ax + t0 * ux, ay + t0 * uy, ax + t1 * ux, ay + t1 * uy


@jit
def _block_area(
    pc: Any, pv: int, pn: int, ppart: int, pparts: int, lc: Any, lv: int, ln: int, lpart: int, lparts: int, west: float
) -> float:
    total = 0.0
    for i in range(pv, pv + pn):
        ax, ay, bx, by = _ends(pc, i, ppart, pparts)
        if ay == by:
            continue
        lo, hi = min(ay, by), max(ay, by)
        ax -= west
        bx -= west
        for j in range(lv, lv + ln):
            cx, cy, dx, dy = _ends(lc, j, lpart, lparts)
            y1, y2 = max(lo, min(cy, dy)), min(hi, max(cy, dy))
            if y1 >= y2:
                continue
            cx -= west
            dx -= west
            if cx <= 0.0 and dx <= 0.0:
                continue
            a1, a2 = ax + (y1 - ay) / (by - ay) * (bx - ax), ax + (y2 - ay) / (by - ay) * (bx - ax)
            b1, b2 = cx + (y1 - cy) / (dy - cy) * (dx - cx), cx + (y2 - cy) / (dy - cy) * (dx - cx)
            part = _capped_moment(y1 * DEG, y2 * DEG, a1 * DEG, a2 * DEG, b1 * DEG, b2 * DEG)
            total += part if (by > ay) == (dy > cy) else -part
    return total


@jit
def _block_length(
    pc: Any, pv: int, pn: int, ppart: int, pparts: int, lc: Any, lv: int, ln: int, lpart: int, lparts: int
) -> float:
    total = 0.0
    for i in range(pv, pv + pn):
        ax, ay, bx, by = _ends(pc, i, ppart, pparts)
        ux, uy = bx - ax, by - ay
        for j in range(lv, lv + ln):
            cx, cy, dx, dy = _ends(lc, j, lpart, lparts)
            if cy == dy or max(cx, dx) < min(ax, bx):
                continue
            lo, hi = min(cy, dy), max(cy, dy)
            t0, t1 = 0.0, 1.0
            if uy == 0.0:
                if not lo <= ay < hi:
                    continue
            else:
                e0, e1 = (lo - ay) / uy, (hi - ay) / uy
                t0, t1 = max(0.0, min(e0, e1)), min(1.0, max(e0, e1))
                if t0 >= t1:
                    continue
            # West of edge cd: g(t) < 0, linear in t.
            m = (dx - cx) / (dy - cy)
            g0 = (ax + t0 * ux) - (cx + (ay + t0 * uy - cy) * m)
            g1 = (ax + t1 * ux) - (cx + (ay + t1 * uy - cy) * m)
            if g0 >= 0.0 and g1 >= 0.0:
                continue
            if g0 >= 0.0 or g1 >= 0.0:
                t = t0 + (t1 - t0) * (g0 / (g0 - g1))
                if g0 >= 0.0:
                    t0 = t
                else:
                    t1 = t
            part = curve_length(ay * DEG, ux * DEG, uy * DEG, t0, t1)
            total += part if dy > cy else -part
    return total


@jit
def overlaps(
    p_start: Any, p_areal: Any, p_plane: Any, p_block: Any,
    pc: Any, pvertex: Any, pcount: Any, ppart: Any, pparts: Any, pbox: Any,
    l_start: Any, l_areal: Any, l_plane: Any, l_root: Any,
    lc: Any, lvertex: Any, lcount: Any, lpart: Any, lparts: Any, lbox: Any, lchild: Any, lchildren: Any,
    project: Any, feature: Any, lo: int, hi: int, area: Any, length: Any,
) -> None:
    """Overlap of pairs lo … hi - 1 (project, feature rows): area in m² and length in metres, added to the outputs.

    p_block (i + 1,): first block of each project item.
    """
    stack = np.empty(4096, np.int64)
    leaves = len(lvertex)
    for k in range(lo, hi):
        for a in range(p_start[project[k]], p_start[project[k] + 1]):
            for b in range(l_start[feature[k]], l_start[feature[k] + 1]):
                if not l_areal[b] or p_plane[a, 3] < l_plane[b, 1] or p_plane[a, 1] > l_plane[b, 3]:
                    continue
                if p_plane[a, 2] < l_plane[b, 0] or p_plane[a, 0] > l_plane[b, 2]:
                    continue
                for p in range(p_block[a], p_block[a + 1]):
                    z0, z1 = pbox[p, 2], pbox[p, 5]
                    stack[0] = l_root[b]
                    top = 1
                    while top:
                        top -= 1
                        q = stack[top]
                        if lbox[q, 2] > z1 or lbox[q, 5] < z0:
                            continue
                        if q >= leaves:
                            for c in range(lchildren[q - leaves]):
                                stack[top] = lchild[q - leaves] + c
                                top += 1
                            continue
                        if p_areal[a]:
                            # From the west of the project, so that large terms do not cancel.
                            area[k] += _block_area(
                                pc, pvertex[p], pcount[p], ppart[p], pparts[p],
                                lc, lvertex[q], lcount[q], lpart[q], lparts[q], p_plane[a, 0],
                            )
                        else:
                            length[k] += _block_length(
                                pc, pvertex[p], pcount[p], ppart[p], pparts[p],
                                lc, lvertex[q], lcount[q], lpart[q], lparts[q],
                            )
