"""How much of a line runs away from another one, and which cells lie beside it."""

from __future__ import annotations

import math
from typing import Any

from ...space.kernels._jit import jit


@jit
def length_apart(a: Any, weight: Any, b: Any, step: float, apart: float) -> float:
    """Sum of the weights of the vertices of `a` that lie farther than `apart` from the polyline `b`.

    No point of `b` within x metres along it from a vertex d metres away is nearer than d - x: so much is skipped.

    Parameters
    ----------
    a, b : float64 (n, 3), (m, 3), metres
    weight : float64 (n,)
    step : float
        The longest segment of `b`.
    """
    far = 0.0
    last = max(len(b) - 2, 0)
    hint = 0
    for i in range(len(a)):
        near = _gap(a, i, b, hint) <= apart
        j = 0
        while not near and j <= last:
            if _gap(a, i, b, j) <= apart:
                near = True
                hint = j
                break
            k = min(j + 1, len(b) - 1)
            beyond = math.sqrt((a[i, 0] - b[k, 0]) ** 2 + (a[i, 1] - b[k, 1]) ** 2 + (a[i, 2] - b[k, 2]) ** 2) - apart
            j += 1
            if beyond > 0.0 and step > 0.0:
                j += int(beyond / step * (1.0 - 1e-9))
        if not near:
            far += weight[i]
        elif hint < last and _gap(a, i, b, hint + 1) < _gap(a, i, b, hint):
            hint += 1
        elif hint > 0 and _gap(a, i, b, hint - 1) < _gap(a, i, b, hint):
            hint -= 1
    return far


@jit
def _gap(a: Any, i: int, b: Any, j: int) -> float:
    """Metres from vertex `i` to segment `j`."""
    k = min(j + 1, len(b) - 1)
    ux, uy, uz = b[k, 0] - b[j, 0], b[k, 1] - b[j, 1], b[k, 2] - b[j, 2]
    px, py, pz = a[i, 0] - b[j, 0], a[i, 1] - b[j, 1], a[i, 2] - b[j, 2]
    square = ux * ux + uy * uy + uz * uz
    t = 0.0
    if square > 0.0:
        t = min(max((ux * px + uy * py + uz * pz) / square, 0.0), 1.0)
    return math.sqrt((px - t * ux) ** 2 + (py - t * uy) ** 2 + (pz - t * uz) ** 2)


@jit
def mark_beside(mask: Any, rows: Any, cols: Any, height: Any, width: Any, apart: float) -> None:
    """Set `mask` where a cell lies about `apart` metres or less from one of the cells.

    Parameters
    ----------
    mask : bool (n_rows, n_cols)
    rows, cols : int64 (n,)
    height, width : float64 (n_rows,), metres of a cell
    """
    n_rows, n_cols = mask.shape
    for i in range(len(rows)):
        for down in (-1, 1):
            r = rows[i]
            dy = 0.0
            while 0 <= r < n_rows and dy <= apart:
                reach = min(int(math.sqrt(apart * apart - dy * dy) / max(width[r], 1e-3)), n_cols)
                for c in range(max(cols[i] - reach, 0), min(cols[i] + reach + 1, n_cols)):
                    mask[r, c] = True
                dy += height[r]
                r += down
