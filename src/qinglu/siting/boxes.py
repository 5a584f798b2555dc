"""Where better ways could still hide: the boxes below known points, and how much tolerance would cover them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .grid import Float

_SAME = 1e-12  # relative; two sums of the same steps in another order are the same value
_LABEL = 1e-10  # relative; a search keeps the move in the last bits of a cost


def everything(m: int) -> Float:
    """The one box that nothing is known of, float64 (1, m)."""
    return np.full((1, m), np.inf)


def without(boxes: Float, point: npt.ArrayLike) -> Float:
    """The boxes that remain when a point is known, as their upper corners.

    A value vector z is better than every known point in some objective exactly when it lies strictly below one of
    the corners. Corners below another are left out.

    Parameters
    ----------
    boxes : float64 (b, m)
    point : float64 (m,)

    References
    ----------
    K. Klamroth, R. Lacour, D. Vanderpooten (2015): On the representation of the search region in multi-objective
    optimization, doi:10.1016/j.ejor.2015.03.031.

    Examples
    --------
    >>> without(everything(2), [1.0, 3.0]).tolist()
    [[1.0, inf], [inf, 3.0]]
    """
    z = np.asarray(point, float)
    m = len(z)
    split = (z < boxes).all(axis=1)
    if not split.any():
        return boxes
    kept = boxes[~split]
    for i in range(m):
        parts = boxes[split].copy()
        parts[:, i] = z[i]
        kept = np.concatenate([kept, _highest(parts, kept)])
    return kept


def uncovered(boxes: Float, weights: Float, sums: Float) -> Float:
    """The tolerance that would cover each box, float64 (b,); 0 where nothing can lie in it.

    A point z of a box u that no known point covers within a tolerance t has (1 + t)·z < u. With any weights w,
    w·z is at least the least sum b of all ways, so t < w·u / b - 1.

    Parameters
    ----------
    boxes : float64 (b, m)
    weights, sums : float64 (k, m), (k,)
        Weights, none negative, and the least weighted sum of any way.
    """
    with np.errstate(invalid="ignore"):
        most = np.where(weights[:, None] > 0, weights[:, None] * boxes, 0.0).sum(axis=2)
    least = np.broadcast_to(sums[:, None], most.shape)
    with np.errstate(invalid="ignore", divide="ignore"):
        # Within rounding of the least sum nothing lies in the box.
        out: Float = np.where(most <= least * (1 + _LABEL), 0.0, most / least - 1.0).min(axis=0, initial=np.inf)
    return out


def weights_for(box: Float, points: Float) -> Float:
    """Weights whose least sum tells most about a box: equal at the points that bound it, where there are such.

    Parameters
    ----------
    box : float64 (m,)
        Infinite where no point bounds it: that objective gets no weight.
    points : float64 (p, m)

    Returns
    -------
    float64 (m,), the weighted sum of the bounding points, or of the corner, is about 1
    """
    finite = np.flatnonzero(np.isfinite(box))
    out = np.zeros(len(box))
    out[finite] = 1.0 / box[finite]
    bounding = []
    for i in finite:
        others = finite[finite != i]
        here = points[(points[:, i] == box[i]) & (points[:, others] < box[others]).all(axis=1)]
        if not len(here):
            return out
        bounding.append(here[0][finite])
    try:
        plane = np.linalg.solve(np.array(bounding), np.ones(len(finite)))
    except np.linalg.LinAlgError:
        return out
    if np.isfinite(plane).all() and (plane > 0).all():
        out[finite] = plane
    return out


def nondominated(values: Float) -> npt.NDArray[np.int64]:
    """Which rows no other is at least as good as in every column, in the order of the first column.

    Of rows equal but for rounding one is kept.
    """
    order = np.lexsort(values.T[::-1])
    kept: list[int] = []
    rows = np.empty_like(values)
    for i in order:
        known = rows[: len(kept)]
        if not (known <= values[i] * (1 + _SAME)).all(axis=1).any():
            # A row earlier by rounding only may be worse in all the others.
            worse = (values[i] <= known * (1 + _SAME)).all(axis=1)
            if worse.any():
                kept = [k for k, w in zip(kept, worse, strict=True) if not w]
                rows[: len(kept)] = values[kept]
            rows[len(kept)] = values[i]
            kept.append(int(i))
    return np.array(kept, np.int64)


def on_hull(values: Float) -> npt.NDArray[np.bool_]:
    """Which points of a front of two objectives some weighted sum finds, (p,).

    Parameters
    ----------
    values : float64 (p, 2)
        Ascending in the first, descending in the second.
    """
    out = np.zeros(len(values), bool)
    span = np.maximum(np.ptp(values, axis=0), np.finfo(float).tiny)
    x, y = ((values - values.min(axis=0)) / span).T
    hull: list[int] = []
    for i in range(len(values)):
        while len(hull) > 1:
            a, b = hull[-2:]
            if (x[b] - x[a]) * (y[i] - y[a]) - (y[b] - y[a]) * (x[i] - x[a]) >= -_SAME:
                break
            hull.pop()
        hull.append(i)
    out[hull] = True
    return out


def _highest(parts: Float, others: Float) -> Float:
    """Of `parts`, those not inside another or inside one of `others`."""
    kept: list[Float] = []
    for i, part in enumerate(parts):
        rest = np.concatenate([others, parts[i + 1 :], np.array(kept).reshape(-1, parts.shape[1])])
        if not (part <= rest).all(axis=1).any():
            kept.append(part)
    return np.array(kept).reshape(-1, parts.shape[1])
