"""Exact predicates in the plane of longitude and latitude.

References
----------
Shewchuk, J. R. (1997), Adaptive precision floating-point arithmetic, *Discrete & Computational Geometry* 18.
"""

from __future__ import annotations

from typing import Any

from ._jit import jit

_ERR = 3.3306690738754716e-16  # (3 + 16 eps) eps, Shewchuk's bound A for orient2d


@jit
def _two_diff(a: float, b: float) -> Any:
    x = a - b
    bv = a - x
    av = x + bv
    return x, (a - av) + (bv - b)


@jit
def _two_prod(a: float, b: float) -> Any:
    x = a * b
    c = 134217729.0 * a
    ah = c - (c - a)
    al = a - ah
    c = 134217729.0 * b
    bh = c - (c - b)
    bl = b - bh
    return x, al * bl - (((x - ah * bh) - al * bh) - ah * bl)


@jit
def _dd_mul(ah: float, al: float, bh: float, bl: float) -> Any:
    p, e = _two_prod(ah, bh)
    e += ah * bl + al * bh
    s = p + e
    return s, e - (s - p)


@jit
def orient(ax: float, ay: float, bx: float, by: float, cx: float, cy: float) -> float:
    """Sign of the turn a → b → c: positive left, negative right, zero straight.

    In double where the error bound allows, else in double-double (as GEOS does).
    """
    left = (ax - cx) * (by - cy)
    right = (ay - cy) * (bx - cx)
    det = left - right
    if abs(det) >= _ERR * (abs(left) + abs(right)) and det != 0.0:
        return det
    if left == 0.0 and right == 0.0:
        # Differences of degrees are never so small that a product underflows: these zeros are exact.
        return 0.0
    d1, e1 = _two_diff(ax, cx)
    d2, e2 = _two_diff(by, cy)
    d3, e3 = _two_diff(ay, cy)
    d4, e4 = _two_diff(bx, cx)
    lh, ll = _dd_mul(d1, e1, d2, e2)
    rh, rl = _dd_mul(d3, e3, d4, e4)
    return float((lh - rh) + (ll - rl))


@jit
def segments_touch(
    ax: float, ay: float, bx: float, by: float, cx: float, cy: float, dx: float, dy: float
) -> bool:
    """Whether the closed segments ab and cd share a point; either may be a single point."""
    if max(ax, bx) < min(cx, dx) or max(cx, dx) < min(ax, bx):
        return False
    if max(ay, by) < min(cy, dy) or max(cy, dy) < min(ay, by):
        return False
    o1 = orient(ax, ay, bx, by, cx, cy)
    o2 = orient(ax, ay, bx, by, dx, dy)
    if (o1 > 0.0 and o2 > 0.0) or (o1 < 0.0 and o2 < 0.0):
        return False
    o3 = orient(cx, cy, dx, dy, ax, ay)
    o4 = orient(cx, cy, dx, dy, bx, by)
    # With boxes that meet, being on both sides or on the line of each other is enough.
    return not ((o3 > 0.0 and o4 > 0.0) or (o3 < 0.0 and o4 < 0.0))
