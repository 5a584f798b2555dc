"""The trade-off between objectives: every way that none beats in all of them, or enough of them to stand for all.

Weighted sums find the ways on the convex side of a front, and the single optima among them; what lies in its hollows
is found by label setting (kernels/front.py), gap by gap (Raith and Ehrgott 2009, doi:10.1016/j.cor.2008.02.002).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import OptionError
from ..text import Text
from . import boxes as _boxes
from .front_search import Search, normalised, spread_out
from .grid import Cell, Float, Grid, Int
from .paths import Climb
from .problem import GRADIENTS, Surfaces
from .ways import Between

MOST_LABELS = 20_000_000


@dataclass(frozen=True, eq=False)
class FrontPoint:
    """A way that no other of its front beats in every objective.

    Attributes
    ----------
    rows, cols : int64 (n,)
        From the start to the end.
    values : mapping
        Objective → sum over the way, in the unit of the objective (`math.fsum` over its steps).
    supported : bool
        Whether some weighted sum of the objectives finds it. With three objectives or more, or where the front is
        not exact: whether one of those tried did.
    """

    rows: Int
    cols: Int
    values: Mapping[str, float]
    supported: bool


@dataclass(frozen=True, eq=False)
class Front:
    """Ways between two cells, ascending in the first objective, none better than another in all.

    Attributes
    ----------
    points : tuple of FrontPoint
    names : tuple of str
    exact : bool
        Whether the whole front was found; equal values, to 1e-9, are given once.
    tolerance : float
        Every way there is is matched by one *found* that is at most this share dearer in any objective. 0 if exact.
    found : int
        Ways found. `points` holds them all, or some of them, the best in each objective and the most different.
    left_out : float
        Every way found is matched by one of `points` that is at most this share dearer in any objective.
    labels : int
        Labels made in the search.
    note : Text
    """

    points: tuple[FrontPoint, ...]
    names: tuple[str, ...]
    exact: bool
    tolerance: float
    found: int
    left_out: float
    labels: int
    note: Text

    @property
    def values(self) -> Float:
        """Of all points, float64 (points, objectives)."""
        return np.array([[p.values[name] for name in self.names] for p in self.points])


def trade_off(
    surfaces: Surfaces,
    start: Cell,
    end: Cell,
    names: Sequence[str] = (),
    *,
    neighbours: int = 8,
    tolerance: float = 0.0,
    most_labels: int = MOST_LABELS,
    most_points: int | None = 25,
) -> Front:
    """The front of some objectives of `surfaces` between two cells.

    Parameters
    ----------
    surfaces : Surfaces
    start, end : (row, col)
    names : sequence of str
        Objectives with data; none for all of them.
    neighbours, tolerance, most_labels, most_points
        As for `pareto_paths`.

    Raises
    ------
    OptionError
        An objective without data; a start or end that cannot be entered.
    NoRouteError
    """
    names = tuple(names) or tuple(surfaces.objectives)
    for name in names:
        if name not in surfaces.objectives:
            raise OptionError(
                Text(f"目标 {name} 没有数据", f"there is no data for the objective {name!r}"),
                Text(f"可用目标：{'、'.join(surfaces.objectives)}", f"With data: {', '.join(surfaces.objectives)}"),
                where="names",
            )
    chosen = [surfaces.objectives[name] for name in names]
    flat = np.zeros(len(GRADIENTS))
    climbs = [surfaces.climbing(flat if o.climb is None else o.climb) for o in chosen]
    return pareto_paths(
        [np.where(surfaces.passable, o.per_m, np.float32(np.inf)) for o in chosen], surfaces.grid, start, end,
        climbs=climbs, names=names, neighbours=neighbours, tolerance=tolerance, most_labels=most_labels,
        most_points=most_points,
    )  # fmt: skip


def pareto_paths(
    costs: Sequence[npt.ArrayLike] | npt.NDArray[Any],
    grid: Grid,
    start: Cell,
    end: Cell,
    *,
    climbs: Sequence[Climb | None] | None = None,
    names: Sequence[str] = (),
    neighbours: int = 8,
    tolerance: float = 0.0,
    most_labels: int = MOST_LABELS,
    most_points: int | None = None,
) -> Front:
    """Ways that no other beats in every one of several costs.

    Parameters
    ----------
    costs : (m, rows, columns), cost per metre
        One array an objective, as for `least_cost_path`; a cell that one of them forbids is forbidden.
    grid : Grid
    start, end : (row, col)
    climbs : sequence of (Climb or None), optional
        What gradients add to each; all on the same ground, with the same `steepest`.
    names : sequence of str
        Of the objectives; "0", "1" … by default.
    neighbours : 8 or 16
    tolerance : float
        0 for the whole front. Otherwise every way of the front is matched by one found that is at most this share
        dearer in any objective.
    most_labels : int
        Labels that may be made, at most 60 bytes each for two objectives, half of them at a time; many
        comparisons of labels, or a search over the grid, count as some. Where they do not suffice the tolerance is
        raised, and the result says so.
    most_points : int, optional
        More points than that are thinned out.

    Returns
    -------
    Front

    Raises
    ------
    OptionError
        Costs or climbs that do not fit together, a start or end that cannot be entered, an impossible tolerance.
    NoRouteError
        Nothing leads there.

    Examples
    --------
    Two ways round a hill, one dear and one harmful:

    >>> dear, harm = np.ones((3, 3)), np.ones((3, 3))
    >>> dear[0, 1], harm[2, 1] = 5.0, 5.0
    >>> dear[::2, ::2] = dear[1, 1] = np.inf
    >>> front = pareto_paths([dear, harm], Grid.planar((3, 3), 1.0), (1, 0), (1, 2))
    >>> [[round(v, 3) for v in p.values.values()] for p in front.points], front.exact
    ([[2.828, 8.485], [8.485, 2.828]], True)
    """
    if not (math.isfinite(tolerance) and tolerance >= 0):
        raise OptionError(
            Text(f"容差 {tolerance:g} 不可用", f"a tolerance of {tolerance:g} is not possible"),
            Text("请给出不小于0的数，如0.01", "Give 0 or more, for example 0.01"),
            where="tolerance",
        )
    between = Between.of(costs, grid, start, end, climbs, neighbours)
    between.require_way()
    names = tuple(names) or tuple(str(i) for i in range(between.m))
    if len(set(names)) != between.m:
        raise OptionError(
            Text(
                f"{between.m} 个目标对应 {len(set(names))} 个名称",
                f"{len(set(names))} names for {between.m} objectives",
            ),
            Text("每个目标一个名称，不可重复", "Give each a name of its own"),
            where="names",
        )
    search = Search(between, tolerance, most_labels)
    search.sum_up()
    reached = search.fill_in()
    return _front(search, reached, names, tolerance, most_points)


def knee(front: Front) -> FrontPoint:
    """The compromise: the point farthest on the good side of the line between the optima, each objective from 0 to 1.

    With three objectives or more, of the plane with equal shares; where nothing bulges, the first optimum.
    """
    return front.points[int(np.argmin(normalised(front.values).sum(axis=1).round(12)))]


def _front(search: Search, reached: float, names: tuple[str, ...], asked: float, most_points: int | None) -> Front:
    """What was found as it is told: in order, thinned, with a note."""
    values = search.values()
    order = _boxes.nondominated(values)
    ways, values = [search.ways[i] for i in order], values[order]
    exact = reached == 0
    supported = np.array([w.summed for w in ways])
    if exact and len(names) == 2:
        supported |= _boxes.on_hull(values)
    kept = spread_out(values, most_points)
    points = tuple(
        FrontPoint(ways[i].rows, ways[i].cols, {n: float(v) for n, v in zip(names, values[i], strict=True)},
                   bool(supported[i]))
        for i in kept
    )  # fmt: skip
    left_out = _matched_within(values, values[kept])
    note = _note(len(ways), len(kept), exact, reached, asked, search.labels, left_out)
    return Front(points, names, exact, reached, len(ways), left_out, search.labels, note)


def _matched_within(values: Float, kept: Float) -> float:
    """The tolerance within which each row is matched by one of `kept`."""
    worst = 0.0
    with np.errstate(invalid="ignore", divide="ignore"):
        for row in values:
            dearer = np.where(kept <= row, 0.0, kept / row - 1.0).max(axis=1)
            worst = max(worst, float(dearer.min()))
    return worst


def _note(found: int, kept: int, exact: bool, reached: float, asked: float, labels: int, left_out: float) -> Text:
    if exact:
        zh, en = f"前沿完整：共 {found} 个互不占优的方案", f"The whole front: {found} ways, none better in everything"
    else:
        zh = f"前沿为近似：任一方案都有一个求出的方案与之相当，各目标至多高 {100 * reached:.3g}%"
        en = f"An approximate front: every way is matched by one at most {100 * reached:.3g} % dearer in any objective"
        if reached > asked:
            zh += f"（要求 {100 * asked:g}%；计算量达到上限，用去 {labels} 个标号）"
            en += f" ({100 * asked:g} % was asked for; {labels} labels were made before the bound of the search)"
    if kept < found:
        zh += f"。列出 {found} 个中的 {kept} 个，未列出的与其中之一相差不超过 {100 * left_out:.3g}%"
        en += f". Shown are {kept} of {found}; each left out is matched by one shown within {100 * left_out:.3g} %"
    return Text(zh + "。", en + ".")
