"""Two lines beside each other, stretch by stretch: where they part and rejoin, and what the one costs more."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from ..errors import OptionError
from ..space import Index, nearest, repair
from ..text import Text
from .grid import Float, Int
from .posts import Line, Posts, parts_of, posts
from .problem import Surfaces
from .walk import Sums, walk

TOGETHER, APART = "together", "apart"

_CELLS_APART = 2.0


@dataclass(frozen=True, eq=False)
class _Sampled:
    """A line at even steps: metres, places, and metres to the other line."""

    at: Posts
    metres: Float
    place: Float
    to_other: Float
    sums: Sums


def beside(surfaces: Surfaces, line_a: Line, line_b: Line, *, apart_m: float | None = None) -> pa.Table:
    """Line A beside line B, stretch by stretch.

    Where one has a detour and the other has none the stretch counts as apart too. Sums of a column over all
    stretches are the difference of the whole lines. B is walked in A's direction; a line of several parts is taken as
    one whose gaps cost nothing.

    Parameters
    ----------
    surfaces : Surfaces
    line_a, line_b : float64 (n, 2), or several
        Longitude and latitude.
    apart_m : float, optional
        Lines that get farther from each other are apart, from where they part by half of it; two cells of the grid
        without it.

    Returns
    -------
    pyarrow.Table
        kind (``together`` or ``apart``), from_km_a, to_km_a, from_km_b, to_km_b, length_a_m, length_b_m, extra_m (A
        less B), greatest_apart_m, unknown_a_m and unknown_b_m (without a price), and ``extra_<objective>``
        (A less B, over what is known). Posts of B count in A's direction.

    Raises
    ------
    OptionError
        A part of fewer than two places; `apart_m` not above 0; a grid without a place on earth.
    """
    limit = _CELLS_APART * surfaces.grid.cell_m if apart_m is None else float(apart_m)
    if not (np.isfinite(limit) and limit > 0):
        raise OptionError(
            Text(f"分离距离 {limit:g} m 不可用", f"lines {limit:g} m apart cannot be told apart"),
            Text("请给出大于0的数", "Give a number above 0"),
            where="apart_m",
        )
    if not surfaces.grid.crs:
        raise OptionError(
            Text("网格没有坐标系，无法比较两条线", "the grid has no coordinate system to compare lines in"),
            Text("请使用经纬度或投影坐标系的网格", "Use a grid in longitude and latitude or in a projection"),
            where="grid",
        )
    parts_a, parts_b = parts_of(surfaces.grid, line_a), _in_direction(surfaces, line_a, line_b)
    step = min(limit / 4, surfaces.grid.cell_m / 2)
    a, b = _sampled(surfaces, parts_a, parts_b, step), _sampled(surfaces, parts_b, parts_a, step)
    return _table(surfaces, a, b, *_stretches(a, b, _matched(a, b, limit / 2), limit), limit)


def _in_direction(surfaces: Surfaces, line_a: Line, line_b: Line) -> list[Float]:
    """The parts of B, turned where that brings its ends nearer to A's."""
    a, b = parts_of(surfaces.grid, line_a), parts_of(surfaces.grid, line_b)
    ends = np.array([a[0][0], a[-1][-1]])
    scale = [np.cos(np.radians(ends[:, 1].mean())), 1.0]
    given = np.array([b[0][0], b[-1][-1]])
    as_is, turned = (float(np.hypot(*((ends - g) * scale).T).sum()) for g in (given, given[::-1]))
    return b if as_is <= turned else [p[::-1] for p in b[::-1]]


def _sampled(surfaces: Surfaces, own: list[Float], other: list[Float], step: float) -> _Sampled:
    at = posts(surfaces.grid, own)
    metres, place = [], []
    for part in range(len(own)):
        first, last = at.span_m(part)
        even = np.linspace(first, last, max(1, int(np.ceil((last - first) / step))) + 1)
        metres.append(even)
        place.append(at.places(part, even))
    points = np.vstack(place)
    to_other = _distances(points, other)
    return _Sampled(at, np.concatenate(metres), points, to_other, Sums(walk(surfaces, own)))


def _distances(points: Float, other: list[Float]) -> Float:
    """Geodesic metres of points to a line."""
    lines = repair(np.array([shapely.multilinestrings([shapely.linestrings(p) for p in other])], dtype=object))
    places = repair(shapely.points(points))
    return nearest(Index.build(places.geoms), Index.build(lines.geoms)).distance_m


def _matched(a: _Sampled, b: _Sampled, near_m: float) -> Int:
    """Samples of A and of B that lie beside each other, (k, 2), both ascending.

    Each sample of A near B has a nearest sample of B; where a line turns back on itself some of these are on the
    wrong limb, so the longest run of pairs that never goes backward is kept.
    """
    near = np.flatnonzero(a.to_other <= near_m)
    ends = np.array([[0, 0], [len(a.metres) - 1, len(b.metres) - 1]])
    if len(near) == 0:
        return ends
    scale = [np.cos(np.radians(a.place[:, 1].mean())), 1.0]
    tree = shapely.STRtree(shapely.points(b.place * scale))
    of_a, of_b = tree.query_nearest(shapely.points(a.place[near] * scale), all_matches=False)
    pairs = np.column_stack([near[of_a], of_b])
    pairs = pairs[_never_backward(pairs[:, 1].tolist())]
    return np.vstack([ends[:1], pairs, ends[1:]])


def _never_backward(values: list[int]) -> list[int]:
    """Positions of a longest subsequence that never falls (patience sorting)."""
    tops: list[int] = []  # smallest last value of a subsequence of each length
    last: list[int] = []  # where it stands
    before = [-1] * len(values)
    for i, value in enumerate(values):
        k = bisect_right(tops, value)
        before[i] = last[k - 1] if k else -1
        tops[k : k + 1] = [value]
        last[k : k + 1] = [i]
    out, i = [], last[-1] if last else -1
    while i >= 0:
        out.append(i)
        i = before[i]
    return out[::-1]


def _stretches(a: _Sampled, b: _Sampled, pairs: Int, limit: float) -> tuple[Int, Float]:
    """Samples at which stretches begin and the last ends, (s + 1, 2), and the greatest distance apart in each."""
    far = np.array(
        [
            max(float(a.to_other[i : j + 1].max()), float(b.to_other[m : n + 1].max()))
            for (i, m), (j, n) in pairwise(pairs.tolist())
        ]
    )
    is_apart = far > limit
    begins = np.flatnonzero(np.concatenate([[True], is_apart[1:] != is_apart[:-1]]))
    return pairs[np.append(begins, len(pairs) - 1)], np.maximum.reduceat(far, begins)


def _table(surfaces: Surfaces, a: _Sampled, b: _Sampled, bounds: Int, far: Float, limit: float) -> pa.Table:
    metres_a, metres_b = a.metres[bounds[:, 0]], b.metres[bounds[:, 1]]
    length_a, length_b = np.diff(metres_a), np.diff(metres_b)
    columns: dict[str, Any] = {
        "kind": [APART if d > limit else TOGETHER for d in far],
        "from_km_a": metres_a[:-1] / 1000,
        "to_km_a": metres_a[1:] / 1000,
        "from_km_b": metres_b[:-1] / 1000,
        "to_km_b": metres_b[1:] / 1000,
        "length_a_m": length_a,
        "length_b_m": length_b,
        "extra_m": length_a - length_b,
        "greatest_apart_m": far,
        "unknown_a_m": np.diff(a.sums.at("", metres_a)),
        "unknown_b_m": np.diff(b.sums.at("", metres_b)),
    }
    for name in surfaces.objectives:
        columns[f"extra_{name}"] = np.diff(a.sums.at(name, metres_a)) - np.diff(b.sums.at(name, metres_b))
    return pa.table(columns)
