"""What a given line scores on surfaces: the same sums that a search minimises, for any line."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..text import Text
from .posts import Line, posts
from .problem import Surfaces
from .walk import FORBIDDEN, KNOWN, NO_DATA, NO_GROUND, OUTSIDE, SEA, Walk, walk

MOST_UNKNOWN = 0.05
"""With a larger share of a line unknown its scores are no measure beside those of another."""

BLOCKED: dict[str, tuple[int, Text]] = {
    "no-data": (NO_DATA, Text("无数据", "no data")),
    "sea": (SEA, Text("海域", "sea")),
    "forbidden": (FORBIDDEN, Text("图层禁入区", "forbidden by a layer")),
    "no-ground": (NO_GROUND, Text("高程未知", "elevation unknown")),
}
"""Reasons why metres of a line have no price: number in `Walk.why`, title."""


@dataclass(frozen=True, eq=False)
class Scored:
    """A line's scores.

    Attributes
    ----------
    scores : mapping
        Objective → sum over the known part of the line, in the objective's unit: at least so much.
    length_m : float
        On the ellipsoid.
    sampled_m : float
        As the grid measures it, which on a projected grid is the metres of the projection.
    known_m : float
        Of `sampled_m`, what has a price.
    over_gradient_m : float or None
        Where the ground is steeper than the mode's greatest gradient, at the grid's resolution; None without elevation.
    blocked_m : mapping
        Reason (`BLOCKED`) → metres without a price, only those above zero.
    outside_m : float
        Outside the grid.
    share_known : float
        0 to 1.
    comparable : bool
        Whether so little is unknown (`MOST_UNKNOWN`) that the scores may stand beside others.
    note : Text or None
        What the scores leave out.
    """

    scores: Mapping[str, float]
    length_m: float
    sampled_m: float
    known_m: float
    over_gradient_m: float | None
    blocked_m: Mapping[str, float]
    outside_m: float
    share_known: float
    comparable: bool
    note: Text | None

    @property
    def per_km(self) -> dict[str, float]:
        """Scores per kilometre of the known part; NaN where nothing is known."""
        return {k: v / self.known_m * 1000.0 if self.known_m else math.nan for k, v in self.scores.items()}


def score(surfaces: Surfaces, line: Line) -> Scored:
    """Score an existing or planned line.

    A line through the middles of neighbouring cells scores what `paths.step_costs` sums. What lies outside the grid
    or in blocked cells has no price and is counted in metres instead.

    Parameters
    ----------
    surfaces : Surfaces
    line : float64 (n, 2), or several
        Longitude and latitude, in the direction of travel; gaps between parts count for nothing.

    Raises
    ------
    OptionError
        A part of fewer than two places.
    SizeLimitError
        Over more than five million cells.
    """
    return summed(surfaces, walk(surfaces, line), posts(surfaces.grid, line).length_m)


def summed(surfaces: Surfaces, steps: Walk, length_m: float) -> Scored:
    """The scores of a line that was walked."""
    by_reason = np.bincount(steps.why, steps.length_m, NO_GROUND + 1)
    sampled = math.fsum(steps.length_m)
    known = float(by_reason[KNOWN])
    share = known / sampled if sampled else 0.0
    share = 1.0 if share > 1 - 1e-9 else share  # rounding of the sum
    over = None
    if surfaces.elevation is not None:
        with np.errstate(invalid="ignore"):
            over = math.fsum(steps.length_m[np.abs(steps.gradient) > surfaces.mode.max_gradient])
    blocked = {name: float(by_reason[code]) for name, (code, _) in BLOCKED.items() if by_reason[code] > 0}
    outside = float(by_reason[OUTSIDE])
    return Scored(
        {name: math.fsum(amount) for name, amount in steps.amounts.items()},
        length_m, sampled, known, over, blocked, outside, share, share >= 1 - MOST_UNKNOWN,
        _note(share, blocked, outside),
    )  # fmt: skip


def _note(share: float, blocked: Mapping[str, float], outside: float) -> Text | None:
    if share == 1.0:
        return None
    missing = [(BLOCKED[name][1], metres) for name, metres in blocked.items()]
    if outside:
        missing.append((Text("网格之外", "outside the grid"), outside))
    zh = "、".join(f"{title.zh} {metres / 1000:.1f} km" for title, metres in missing)
    en = ", ".join(f"{metres / 1000:.1f} km {title.en}" for title, metres in missing)
    beside = Text("", "")
    if share < 1 - MOST_UNKNOWN:
        beside = Text("；缺失过多，不宜与其他线路比较", "; too much is missing to compare it with other lines")
    return Text(
        f"得分仅涵盖该线的 {share:.1%}，为下限（未计入：{zh}）{beside.zh}",
        f"the scores cover {share:.1%} of the line and are lower bounds (left out: {en}){beside.en}",
    )
