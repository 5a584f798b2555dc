"""How suitable every cell of an area is: what keeps it out, what it scores on each criterion, what is not known."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import InputError, OptionError
from ..text import Text
from .cells import Mask, area_m2
from .grid import Float, Grid, Int

Float32 = npt.NDArray[np.float32]
_SHOWN = 4


class NoSiteError(InputError):
    """No place in the area can be a site."""

    slug = "no-site"


@dataclass(frozen=True, eq=False)
class Criterion:
    """Something that makes a place better or worse, scored from 0 at `bad` to 1 at `good` and straight between.

    Attributes
    ----------
    id : str
    title : Text
    unit : str
        Of `values`, `good` and `bad`.
    good, bad : float
        Beyond them the score stays 1 and 0.
    weight : float
        Zero or more; only the share in the sum of weights matters.
    values : float32 (rows, columns)
        Measured; NaN where nothing is known. Infinity is allowed: farther than matters.
    exact : callable, optional
        Values at rows and columns, for what `values` only says to be farther than matters.
    missing : Text, optional
        Why nothing is known anywhere.
    layer : str
        Of which it was measured.
    """

    id: str
    title: Text
    unit: str
    good: float
    bad: float
    weight: float
    values: Float32
    exact: Callable[[Int, Int], Float] | None = None
    missing: Text | None = None
    layer: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be scored."""
        if not (math.isfinite(self.good) and math.isfinite(self.bad)) or self.good == self.bad:
            raise OptionError(
                Text(f"评分界限 {self.good:g} 与 {self.bad:g} 不可用",
                     f"scores cannot run from {self.bad:g} (bad) to {self.good:g} (good)"),
                Text("请给出两个不同的数", "Give two different numbers"),
                where=self.id,
            )  # fmt: skip
        if not (math.isfinite(self.weight) and self.weight >= 0):
            raise OptionError(
                Text(f"权重 {self.weight:g} 不可用", f"a weight of {self.weight:g} is not possible"),
                Text("权重不小于0", "Weights are 0 or more"),
                where=self.id,
            )

    def score(self, values: npt.ArrayLike) -> Float:
        """Scores 0 to 1 of values; NaN where they are.

        Examples
        --------
        >>> near = Criterion("road", Text("道路", "Road"), "km", 0.0, 20.0, 1.0, np.zeros((1, 1), np.float32))
        >>> near.score([0.0, 5.0, 30.0, np.inf]).tolist()
        [1.0, 0.75, 0.0, 0.0]
        """
        x = np.asarray(values, float)
        return np.asarray(np.clip((x - self.bad) / (self.good - self.bad), 0.0, 1.0))

    @property
    def is_known(self) -> bool:
        """Whether anything is known of it anywhere."""
        return self.missing is None


@dataclass(frozen=True, eq=False)
class Exclusion:
    """What keeps cells out.

    Attributes
    ----------
    id : str
        A layer's name, or ``slope``, ``sea``, ``unknown``, ``score``.
    out : bool (rows, columns)
    relax : Text
        How there would be less of it.
    for_want_of_data : bool
        Whether they are out because something is not known there.
    """

    id: str
    title: Text
    out: Mask
    relax: Text = field(default=Text("", ""))
    for_want_of_data: bool = False


@dataclass(frozen=True, eq=False)
class Suitability:
    """An area cell by cell. Made by `suitability`.

    Attributes
    ----------
    inside : bool (rows, columns)
        Cells of the area asked for.
    area_m2 : float64 (rows, columns)
    criteria : tuple of Criterion
        Those without any data included.
    exclusions : tuple of Exclusion
        In the order in which cells are counted out.
    score : float32 (rows, columns)
        Weighted mean of the scores that are known; NaN outside, where excluded, and where none is known.
    known : float32 (rows, columns)
        Share of the weights whose criterion is known there, 0 to 1.
    free : bool (rows, columns)
        Cells that may be part of a site.
    """

    grid: Grid
    inside: Mask
    area_m2: Float
    criteria: tuple[Criterion, ...]
    exclusions: tuple[Exclusion, ...]
    score: Float32
    known: Float32
    free: Mask

    @cached_property
    def weights(self) -> Float:
        """Shares of the weights, shape (criteria,); they sum to 1."""
        given = np.array([c.weight for c in self.criteria])
        return np.asarray(given / given.sum())

    def km2(self, cells: Mask) -> float:
        """Area of some cells, km²."""
        return float(self.area_m2[cells].sum()) / 1e6

    def account(self) -> list[dict[str, Any]]:
        """What became of the area, in km²: each exclusion in all, alone, and counted in order.

        ``counted_km2`` of all entries and the area that is left sum to the area; ``alone_km2`` is what no other
        exclusion takes, and would come free without this one.
        """
        times = np.zeros(self.grid.shape, np.int16)
        for e in self.exclusions:
            times += e.out & self.inside
        left, entries = self.inside.copy(), []
        for e in self.exclusions:
            out = e.out & self.inside
            entries.append({
                "id": e.id, "title": e.title, "km2": self.km2(out), "alone_km2": self.km2(out & (times == 1)),
                "counted_km2": self.km2(out & left), "relax": e.relax,
            })  # fmt: skip
            left &= ~out
        return entries


def said_km2(km2: float) -> str:
    """An area in a message.

    Examples
    --------
    >>> said_km2(12345.6), said_km2(0.12345)
    ('12,346', '0.123')
    """
    return f"{km2:,.0f}" if km2 >= 100 else f"{km2:.3g}"


def suitability(
    grid: Grid,
    criteria: Sequence[Criterion],
    exclusions: Sequence[Exclusion] = (),
    *,
    inside: Mask | None = None,
    least_known: float = 0.5,
    least_score: float = 0.0,
) -> Suitability:
    """Score every cell that is not excluded.

    Parameters
    ----------
    grid : Grid
    criteria : sequence of Criterion
    exclusions : sequence of Exclusion
    inside : bool (rows, columns), optional
        The area; all cells without it.
    least_known : float
        Cells where less of the weights is known are kept out: what is unknown is never good.
    least_score : float
        Cells that score less are kept out.

    Raises
    ------
    OptionError
        No criterion with a weight; bounds outside 0 to 1; too little known of any cell.
    NoSiteError
        The area is empty, or everything in it is excluded.
    """
    _check(criteria, least_known, least_score)
    area = area_m2(grid)
    inside = np.ones(grid.shape, bool) if inside is None else inside
    if not inside.any():
        raise NoSiteError(
            Text("区域内没有完整的像元", "no cell lies wholly in the area"),
            Text("请检查区域的位置，或减小像元（--cell-m）",
                 "Check where the area lies, or take smaller cells (--cell-m)"),
            where="area",
        )  # fmt: skip
    score, known = _scored(grid, criteria)
    hard = np.zeros(grid.shape, bool)
    for e in exclusions:
        hard |= e.out
    unknown = known < least_known - 1e-6
    if not (inside & ~unknown).any():
        _refuse_unknown(criteria, least_known)
    unknown &= ~hard & inside  # what is excluded anyway is not asked for
    poor = ~unknown & ~hard & inside & (score < least_score)
    soft = (e for e in _soft(unknown, poor, least_known, least_score) if e.out.any())
    free = inside & ~hard & ~unknown & ~poor
    score = np.where(inside & ~hard, score, np.nan).astype(np.float32)
    made = Suitability(grid, inside, area, tuple(criteria), (*exclusions, *soft), score, known, free)
    if not free.any():
        _refuse_all(made)
    return made


def _scored(grid: Grid, criteria: Sequence[Criterion]) -> tuple[Float32, Float32]:
    """Weighted mean of what is known, and the share of weights that is."""
    total, known = np.zeros(grid.shape), np.zeros(grid.shape)
    sum_of_weights = sum(c.weight for c in criteria)
    for c in criteria:
        if c.weight == 0 or not c.is_known:
            continue
        share, score = c.weight / sum_of_weights, c.score(c.values)
        has = ~np.isnan(score)
        total[has] += share * score[has]
        known[has] += share
    with np.errstate(invalid="ignore", divide="ignore"):
        return (total / known).astype(np.float32), known.astype(np.float32)


def _soft(unknown: Mask, poor: Mask, least_known: float, least_score: float) -> tuple[Exclusion, ...]:
    share = f"{100 * least_known:g}%"
    return (
        Exclusion(
            "unknown", Text(f"已知权重不足{share}", f"Less than {share} of the weights known"), unknown,
            Text("补充缺少的数据，或降低 --least-known", "get the missing data, or lower --least-known"), True,
        ),
        Exclusion(
            "score", Text(f"适宜度低于{least_score:g}", f"Suitability below {least_score:g}"), poor,
            Text("降低 --least-score", "lower --least-score"),
        ),
    )  # fmt: skip


def _check(criteria: Sequence[Criterion], least_known: float, least_score: float) -> None:
    if not criteria:
        raise OptionError(
            Text("没有评分指标", "there is no criterion"),
            Text("请至少给一个图层、栅格或坡度设定 near、far、high 或 low，如 near=0:20",
                 "Give at least one layer, raster or the slope near, far, high or low, near=0:20 for example"),
            where="criteria",
        )  # fmt: skip
    if not any(c.weight for c in criteria):
        raise OptionError(
            Text("所有权重均为0", "every weight is 0"),
            Text(f"请给其中至少一个大于0的权重：{'、'.join(c.id for c in criteria)}",
                 f"Give at least one of these a weight above 0: {', '.join(c.id for c in criteria)}"),
            where="weight",
        )  # fmt: skip
    for name, value in (("least_known", least_known), ("least_score", least_score)):
        if not 0 <= value <= 1:
            raise OptionError(
                Text(f"{value:g} 不可用", f"{value:g} is not possible"), Text("应为0至1", "It is 0 to 1"), where=name
            )


def _refuse_unknown(criteria: Sequence[Criterion], least_known: float) -> None:
    """No cell has enough known: name what is missing."""
    lost = [c for c in criteria if c.weight and not c.is_known]
    why = [Text(f"{c.id}（{c.missing.zh}）", f"{c.id} ({c.missing.en})") for c in lost if c.missing][:_SHOWN]
    named = Text("、".join(w.zh for w in why), ", ".join(w.en for w in why)) if why else Text("无", "none")
    raise OptionError(
        Text(f"区域内各处已知的权重均不足{100 * least_known:g}%；全无数据的指标：{named.zh}",
             f"less than {100 * least_known:g}% of the weights is known anywhere in the area; "
             f"criteria without any data: {named.en}"),
        Text("请补充数据、去掉该指标，或降低 --least-known",
             "Get the data, leave the criterion out, or lower --least-known"),
        where="criteria",
    )  # fmt: skip


def _refuse_all(made: Suitability) -> None:
    """Everything is excluded: by what, how much, and which to relax first."""
    whole = made.km2(made.inside)
    entries = sorted((e for e in made.account() if e["km2"]), key=lambda e: -e["km2"])[:_SHOWN]
    first = max(entries, key=lambda e: (e["alone_km2"], e["km2"]))
    shares = [(e["title"], 100 * e["km2"] / whole) for e in entries]
    how = Text(first["relax"].zh or "缩小缓冲距离或去掉该图层",
               first["relax"].en or "take a smaller buffer, or leave the layer out")  # fmt: skip
    raise NoSiteError(
        Text(f"{said_km2(whole)} km²全部被排除：" + "、".join(f"{t.zh} {s:.0f}%" for t, s in shares),
             f"all {said_km2(whole)} km² are excluded: " + ", ".join(f"{t.en} {s:.0f}%" for t, s in shares)),
        Text(f"请先放宽“{first['title'].zh}”：{how.zh}",
             f"Relax {first['title'].en} first: {how.en}"),
        where="area",
    )  # fmt: skip
