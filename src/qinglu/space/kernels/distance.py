"""Which features lie within a distance, and which is nearest: two box trees walked against each other.

Chords of earth-centred positions find the closest pair; the pair is then refined on the true curves, straight in
longitude/latitude, so that chords cost no accuracy. Intersection is decided exactly in the plane.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ._jit import jit
from .earth import DEG, tangents, xyz
from .planar import orient, segments_touch
from .tree import BLOCK_CHORDS, block_points

_STACK = 4096
_TOUCH_M = 1e-6  # at the seam and the poles one place has several coordinates


@jit
def _gap2(a: Any, i: int, b: Any, j: int) -> float:
    """Squared distance between box i of a and box j of b, metres²."""
    total = 0.0
    for d in range(3):
        g = max(float(a[i, d]) - float(b[j, d + 3]), float(b[j, d]) - float(a[i, d + 3]))
        if g > 0.0:
            total += g * g
    return total


@jit
def _span(a: Any, i: int) -> float:
    return float(a[i, 3] - a[i, 0]) + float(a[i, 4] - a[i, 1]) + float(a[i, 5] - a[i, 2])


@jit
def _closest(
    px: float, py: float, pz: float, ux: float, uy: float, uz: float,
    qx: float, qy: float, qz: float, vx: float, vy: float, vz: float,
) -> Any:
    """Squared distance of segments p + s u and q + t v, s and t in [0, 1], with s and t (Ericson 2005, 5.1.9)."""
    rx, ry, rz = px - qx, py - qy, pz - qz
    a = ux * ux + uy * uy + uz * uz
    e = vx * vx + vy * vy + vz * vz
    f = vx * rx + vy * ry + vz * rz
    s = 0.0
    t = 0.0
    if a <= 0.0:
        if e > 0.0:
            t = min(max(f / e, 0.0), 1.0)
    else:
        c = ux * rx + uy * ry + uz * rz
        if e <= 0.0:
            s = min(max(-c / a, 0.0), 1.0)
        else:
            b = ux * vx + uy * vy + uz * vz
            den = a * e - b * b
            if den > 1e-14 * a * e:
                s = min(max((b * f - c * e) / den, 0.0), 1.0)
            t = (b * s + f) / e
            if t < 0.0:
                t = 0.0
                s = min(max(-c / a, 0.0), 1.0)
            elif t > 1.0:
                t = 1.0
                s = min(max((b - c) / a, 0.0), 1.0)
    dx, dy, dz = rx + s * ux - t * vx, ry + s * uy - t * vy, rz + s * uz - t * vz
    return dx * dx + dy * dy + dz * dz, s, t


@jit
def _refine(pc: Any, pi: int, s: float, lc: Any, li: int, t: float, out: Any) -> float:
    """Closest approach of two edges on their true curves, from parameters s and t. Returns the chord in metres.

    pi, li: first vertex of each edge, or -1 - vertex for a point. Writes lon, lat of both places (radians) to out.
    Gauss-Newton with box constraints; a step is kept only if it brings the places closer.
    """
    best = np.inf
    for _ in range(8):
        if pi >= 0:
            lon1, lat1 = pc[pi, 0] * DEG, pc[pi, 1] * DEG
            dlon1, dlat1 = pc[pi + 1, 0] * DEG - lon1, pc[pi + 1, 1] * DEG - lat1
        else:
            lon1, lat1, dlon1, dlat1 = pc[-1 - pi, 0] * DEG, pc[-1 - pi, 1] * DEG, 0.0, 0.0
        if li >= 0:
            lon2, lat2 = lc[li, 0] * DEG, lc[li, 1] * DEG
            dlon2, dlat2 = lc[li + 1, 0] * DEG - lon2, lc[li + 1, 1] * DEG - lat2
        else:
            lon2, lat2, dlon2, dlat2 = lc[-1 - li, 0] * DEG, lc[-1 - li, 1] * DEG, 0.0, 0.0
        a1, b1, a2, b2 = lon1 + s * dlon1, lat1 + s * dlat1, lon2 + t * dlon2, lat2 + t * dlat2
        px, py, pz = xyz(a1, b1)
        qx, qy, qz = xyz(a2, b2)
        d = math.sqrt((px - qx) ** 2 + (py - qy) ** 2 + (pz - qz) ** 2)
        if d < best:
            gain = best - d
            best = d
            out[0], out[1], out[2], out[3] = a1, b1, a2, b2
            if gain < 1e-7:
                break
        else:
            break
        ux, uy, uz = tangents(a1, b1, dlon1, dlat1)
        vx, vy, vz = tangents(a2, b2, dlon2, dlat2)
        # The tangent lines from parameter 0 to 1 keep the constraints of the curves.
        _, s, t = _closest(
            px - s * ux, py - s * uy, pz - s * uz, ux, uy, uz, qx - t * vx, qy - t * vy, qz - t * vz, vx, vy, vz
        )
    return best


@jit
def _touches(pc: Any, pv: int, pn: int, lc: Any, lv: int, ln: int) -> bool:
    """Whether two runs of edges (or points, n = 0) share a point in the plane."""
    west = south = np.inf
    east = north = -np.inf
    for i in range(pv, pv + pn + 1):
        west, east = min(west, pc[i, 0]), max(east, pc[i, 0])
        south, north = min(south, pc[i, 1]), max(north, pc[i, 1])
    for j in range(lv, lv + max(ln, 1)):
        k = j + 1 if ln else j
        cx, cy, dx, dy = lc[j, 0], lc[j, 1], lc[k, 0], lc[k, 1]
        if max(cx, dx) < west or min(cx, dx) > east or max(cy, dy) < south or min(cy, dy) > north:
            continue
        for i in range(pv, pv + max(pn, 1)):
            h = i + 1 if pn else i
            if segments_touch(pc[i, 0], pc[i, 1], pc[h, 0], pc[h, 1], cx, cy, dx, dy):
                return True
    return False


@jit
def _inside(
    lon: float, lat: float, coords: Any, root: int,
    vertex: Any, count: Any, part: Any, parts: Any, box: Any, child: Any, children: Any, stack: Any,
) -> bool:  # fmt: skip
    """Whether a point is in an areal item or on its rim: crossings of the ray to the east, by the tree's heights."""
    z = xyz(0.0, lat * DEG)[2]
    leaves = len(vertex)
    crossings = 0
    stack[0, 0] = root
    top = 1
    while top:
        top -= 1
        ref = stack[top, 0]
        if box[ref, 2] > z or box[ref, 5] < z:
            continue
        if ref >= leaves:
            for c in range(children[ref - leaves]):
                stack[top, 0] = child[ref - leaves] + c
                top += 1
            continue
        for i in range(vertex[ref], vertex[ref] + count[ref]):
            ax, ay, bx, by = coords[i, 0], coords[i, 1], coords[i + 1, 0], coords[i + 1, 1]
            if max(ay, by) < lat or min(ay, by) > lat or max(ax, bx) < lon:
                continue
            m = parts[ref]
            if m > 1 and ay != by and part[ref] != min(int((lat - ay) / (by - ay) * m), m - 1):
                continue  # a cut edge counts once, in the fraction at this latitude
            o = orient(ax, ay, bx, by, lon, lat)
            if o == 0.0 and min(ax, bx) <= lon:
                return True
            if (ay <= lat < by and o > 0.0) or (by <= lat < ay and o < 0.0):
                crossings += 1
    return crossings % 2 == 1


@jit
def _pair(
    pc: Any, pvertex: Any, pcount: Any, ppart: Any, pparts: Any, pbox: Any, pchild: Any, pchildren: Any, proot: int,
    lc: Any, lvertex: Any, lcount: Any, lpart: Any, lparts: Any, lbox: Any, lchild: Any, lchildren: Any, lroot: int,
    bound: float, can_touch: bool, gaps: Any, pairs: Any,
    ax: Any, ae: Any, at: Any, bx: Any, be: Any, bt: Any, out: Any, trial: Any,
) -> float:  # fmt: skip
    """Chord in metres between the rims of two items if below `bound`, else `bound`; 0 where they touch."""
    best = bound
    pleaves, lleaves = len(pvertex), len(lvertex)
    pairs[0, 0] = proot
    pairs[0, 1] = lroot
    gaps[0] = _gap2(pbox, proot, lbox, lroot)
    top = 1
    loaded = np.int64(-1)
    na = 0
    sag_a = 0.0
    while top:
        top -= 1
        p, q = pairs[top, 0], pairs[top, 1]
        gap2 = gaps[top]
        if gap2 > best * best:
            continue
        if p >= pleaves or q >= lleaves:
            split_q = q >= lleaves and (p < pleaves or _span(lbox, q) >= _span(pbox, p))
            n = lchildren[q - lleaves] if split_q else pchildren[p - pleaves]
            base = lchild[q - lleaves] if split_q else pchild[p - pleaves]
            first = top
            for c in range(base, base + n):
                u, v = (p, c) if split_q else (c, q)
                g = _gap2(pbox, u, lbox, v)
                if g > best * best:
                    continue
                k = top  # nearest last, so that it is taken first
                while k > first and gaps[k - 1] < g:
                    gaps[k] = gaps[k - 1]
                    pairs[k, 0] = pairs[k - 1, 0]
                    pairs[k, 1] = pairs[k - 1, 1]
                    k -= 1
                gaps[k] = g
                pairs[k, 0] = u
                pairs[k, 1] = v
                top += 1
            continue
        if can_touch and gap2 == 0.0 and _touches(pc, pvertex[p], pcount[p], lc, lvertex[q], lcount[q]):
            out[0] = np.nan
            return 0.0
        if loaded != p:
            na, sag_a = block_points(pc, pvertex[p], pcount[p], ppart[p], pparts[p], ax, ae, at)
            loaded = p
        nb, sag_b = block_points(lc, lvertex[q], lcount[q], lpart[q], lparts[q], bx, be, bt)
        slack = sag_a + sag_b + 1e-6
        for i in range(max(na, 1)):
            ux = uy = uz = 0.0
            if na:
                ux, uy, uz = ax[i + 1, 0] - ax[i, 0], ax[i + 1, 1] - ax[i, 1], ax[i + 1, 2] - ax[i, 2]
                if _chord_gap2(ax, i, lbox, q) > (best + slack) ** 2:
                    continue
            for j in range(max(nb, 1)):
                vx = vy = vz = 0.0
                if nb:
                    vx, vy, vz = bx[j + 1, 0] - bx[j, 0], bx[j + 1, 1] - bx[j, 1], bx[j + 1, 2] - bx[j, 2]
                d2, s, t = _closest(ax[i, 0], ax[i, 1], ax[i, 2], ux, uy, uz, bx[j, 0], bx[j, 1], bx[j, 2], vx, vy, vz)
                reach = best + slack
                if d2 >= reach * reach:
                    continue
                pi, sa = _on_edge(ae, at, i, na, ppart[p], pparts[p], s)
                li, tb = _on_edge(be, bt, j, nb, lpart[q], lparts[q], t)
                d = _refine(pc, pi, sa, lc, li, tb, trial)
                if d < best:
                    best = d
                    for k in range(4):
                        out[k] = trial[k]
                    seam = abs(trial[0]) > math.pi - 1e-11 or abs(trial[1]) > 0.5 * math.pi - 1e-11
                    if d < _TOUCH_M and seam:
                        out[0] = np.nan
                        return 0.0
    return best


@jit
def _chord_gap2(points: Any, i: int, box: Any, q: int) -> float:
    """Squared distance between the box of chord i and box q, metres²."""
    total = 0.0
    for d in range(3):
        u, v = points[i, d], points[i + 1, d]
        g = max(min(u, v) - float(box[q, d + 3]), float(box[q, d]) - max(u, v))
        if g > 0.0:
            total += g * g
    return total


@jit
def _on_edge(edge: Any, start: Any, i: int, n: int, part: int, parts: int, s: float) -> Any:
    """Edge and parameter of the place at s along chord i of a block of n; -1 - vertex for a point."""
    if n == 0:
        return -1 - edge[0], 0.0
    end = start[i + 1] if i + 1 < n and edge[i + 1] == edge[i] else (part + 1) / parts
    return edge[i], start[i] + s * (end - start[i])


@jit
def join(
    p_start: Any, p_areal: Any, p_plane: Any, p_box: Any, p_root: Any,
    pc: Any, pvertex: Any, pcount: Any, ppart: Any, pparts: Any, pbox: Any, pchild: Any, pchildren: Any,
    l_feature: Any, l_areal: Any, l_plane: Any, l_root: Any, l_order: Any,
    top_box: Any, top_child: Any, top_children: Any, top_root: int,
    lc: Any, lvertex: Any, lcount: Any, lpart: Any, lparts: Any, lbox: Any, lchild: Any, lchildren: Any,
    asked: Any, first: int, last: int, radius: float, nearest: bool, touch_only: bool,
    best: Any, where: Any, touched: Any, o_project: Any, o_feature: Any, o_place: Any,
) -> Any:  # fmt: skip
    """Features of a layer within `radius` (chord metres) of the projects asked for among first … last - 1, or only
    the nearest of each. With touch_only, features that only come near are left out.

    best (features,) filled with infinity, where (features, 4), touched (features,) are scratch and left as found.
    Writes project and feature rows, and o_place (…, 4): longitude and latitude of the closest points on project and
    feature, degrees, NaN in the first column where they intersect. Outputs hold at least one row per feature.
    Returns (first project not done, rows written): it stops early when the outputs are full.
    """
    stack = np.empty(_STACK)
    refs = np.empty(_STACK, np.int64)
    gaps = np.empty(_STACK)
    pairs = np.empty((_STACK, 2), np.int64)
    ax, bx = np.empty((BLOCK_CHORDS + 2, 3)), np.empty((BLOCK_CHORDS + 2, 3))
    ae, be = np.empty(BLOCK_CHORDS + 2, np.int64), np.empty(BLOCK_CHORDS + 2, np.int64)
    at, bt = np.empty(BLOCK_CHORDS + 2), np.empty(BLOCK_CHORDS + 2)
    out, trial = np.empty(4), np.empty(4)
    n_out = 0
    n_items = len(l_order)
    for p in range(first, last):
        if not asked[p]:
            continue
        n_touched = 0
        one = np.inf  # nearest so far, over features
        one_f = np.int64(-1)
        for a in range(p_start[p], p_start[p + 1]):
            if n_items == 0:
                break
            refs[0] = top_root
            gaps[0] = 0.0
            top = 1
            while top:
                top -= 1
                ref = refs[top]
                limit = min(radius, one) if nearest else radius
                if gaps[top] > limit * limit:
                    continue
                if ref >= n_items:
                    start = top
                    base = top_child[ref - n_items]
                    for r in range(base, base + top_children[ref - n_items]):
                        g = _gap2(p_box, a, top_box, r)
                        if g > limit * limit:
                            continue
                        k = top
                        if nearest:
                            while k > start and gaps[k - 1] < g:
                                gaps[k] = gaps[k - 1]
                                refs[k] = refs[k - 1]
                                k -= 1
                        gaps[k] = g
                        refs[k] = r
                        top += 1
                    continue
                b = l_order[ref]
                f = l_feature[b]
                # Ties at zero go to the feature that comes first in the layer.
                if best[f] == 0.0 or (nearest and one == 0.0 and f > one_f):
                    continue
                bound = min(limit, best[f])
                if gaps[top] > bound * bound:
                    continue
                # In the plane. What meets across the seam or at a pole is found by its distance (_TOUCH_M).
                can_touch = not (
                    p_plane[a, 3] < l_plane[b, 1] or p_plane[a, 1] > l_plane[b, 3]
                    or p_plane[a, 2] < l_plane[b, 0] or p_plane[a, 0] > l_plane[b, 2]
                )
                hit = False
                if can_touch and l_areal[b]:
                    v = pvertex[_first_block(p_root[a], len(pvertex), pchild)]
                    hit = _inside(pc[v, 0], pc[v, 1], lc, l_root[b], lvertex, lcount, lpart, lparts, lbox,
                                  lchild, lchildren, pairs)  # fmt: skip
                if can_touch and not hit and p_areal[a]:
                    v = lvertex[_first_block(l_root[b], len(lvertex), lchild)]
                    hit = _inside(lc[v, 0], lc[v, 1], pc, p_root[a], pvertex, pcount, ppart, pparts, pbox,
                                  pchild, pchildren, pairs)  # fmt: skip
                if hit:
                    d = 0.0
                    out[0] = np.nan
                else:
                    if touch_only:
                        bound = min(bound, 1e-3)
                    out[0] = 0.0
                    d = _pair(pc, pvertex, pcount, ppart, pparts, pbox, pchild, pchildren, p_root[a],
                              lc, lvertex, lcount, lpart, lparts, lbox, lchild, lchildren, l_root[b],
                              bound, can_touch, stack, pairs, ax, ae, at, bx, be, bt, out, trial)  # fmt: skip
                    if d >= bound and not math.isnan(out[0]):
                        continue
                    if touch_only and d > 0.0:
                        continue
                if best[f] == np.inf:
                    touched[n_touched] = f
                    n_touched += 1
                best[f] = d
                for k in range(4):
                    where[f, k] = out[k]
                if d < one or (d == one and f < one_f):
                    one, one_f = d, f
        if n_out + n_touched > len(o_project):
            for k in range(n_touched):
                best[touched[k]] = np.inf
            return p, n_out
        for k in range(n_touched):
            f = touched[k]
            best[f] = np.inf
            if nearest and f != one_f:
                continue
            o_project[n_out], o_feature[n_out] = p, f
            for d4 in range(4):
                o_place[n_out, d4] = where[f, d4] / DEG
            n_out += 1
    return last, n_out


@jit
def _first_block(root: int, leaves: int, child: Any) -> int:
    while root >= leaves:
        root = child[root - leaves]
    return root
