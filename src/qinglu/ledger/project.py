"""A project's ledger: what its parts emit, by year and by scope; avoided and biogenic amounts stand apart.

Scopes are those of the GHG Protocol Corporate Standard (revised edition, 2004, ch. 4), categories of scope 3 those of
its Value Chain Standard (2011, table 5.4). What is avoided, and CO2 of biomass, is never set off against a scope.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..text import Text
from .estimate import Estimate, total

SCOPES = (1, 2, 3)
KINDS: Mapping[str, Text] = {
    "emitted": Text("排放", "emitted"),
    "biogenic": Text("生物质CO2，单列", "biogenic CO2, apart"),
    "avoided": Text("避免的排放，单列", "avoided, apart"),
}
SCOPE_TITLES: Mapping[int, Text] = {
    1: Text("范围一", "Scope 1"),
    2: Text("范围二", "Scope 2"),
    3: Text("范围三", "Scope 3"),
}
CATEGORIES: Mapping[int, Text] = {
    1: Text("外购商品和服务", "purchased goods and services"),
    2: Text("资本商品", "capital goods"),
    3: Text("燃料和能源相关活动", "fuel- and energy-related activities"),
    4: Text("上游运输和配送", "upstream transportation and distribution"),
    5: Text("运营中产生的废物", "waste generated in operations"),
    6: Text("商务旅行", "business travel"),
    7: Text("员工通勤", "employee commuting"),
    8: Text("上游租赁资产", "upstream leased assets"),
    9: Text("下游运输和配送", "downstream transportation and distribution"),
    10: Text("售出产品的加工", "processing of sold products"),
    11: Text("售出产品的使用", "use of sold products"),
    12: Text("售出产品的报废处理", "end-of-life treatment of sold products"),
    13: Text("下游租赁资产", "downstream leased assets"),
    14: Text("特许经营", "franchises"),
    15: Text("投资", "investments"),
}
UNIT = "tCO2e"


@dataclass(frozen=True, slots=True)
class Life:
    """When a project is built and run: whole years, construction first, operation right after it."""

    start: int
    construction_years: int
    operation_years: int

    @property
    def construction(self) -> range:
        """Years of construction."""
        return range(self.start, self.start + self.construction_years)

    @property
    def operation(self) -> range:
        """Years of operation."""
        return range(self.construction.stop, self.construction.stop + self.operation_years)

    @property
    def years(self) -> range:
        """All of them."""
        return range(self.start, self.operation.stop)

    def phase(self, year: int) -> str:
        """``construction`` or ``operation``."""
        return "construction" if year in self.construction else "operation"


@dataclass(frozen=True, slots=True)
class Part:
    """One source of a project's emissions, the same in each of its years.

    Attributes
    ----------
    scope : int or None
        None for what is biogenic or avoided.
    category : int or None
        Of scope 3, where it is known.
    yearly : Estimate or None
        Tonnes of CO2e a year; None where it is not known.
    years : range
        Within the life of the project.
    given : int
        Which of the given parts it comes from; a tool may yield several.
    """

    name: Text
    scope: int | None
    kind: str
    category: int | None
    yearly: Estimate | None
    years: range
    given: int = 0
    source: str = ""

    @property
    def whole(self) -> Estimate | None:
        """Over all its years, which go up and down together."""
        return None if self.yearly is None else times(self.yearly, len(self.years))


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum of parts.

    Attributes
    ----------
    value : Estimate or None
        None where no part speaks of it, or none is known: unknown, not zero.
    left_out : tuple of int
        Parts that belong to it and are not known; it is that much too small.
    """

    value: Estimate | None
    left_out: tuple[int, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether every part that belongs to it is in it."""
        return not self.left_out

    def as_dict(self) -> dict[str, object]:
        """As JSON values."""
        figures = self.value.as_dict(UNIT) if self.value else Estimate(0).as_dict(UNIT) | {"value": None}
        return {**figures, "left_out": list(self.left_out)}


@dataclass(frozen=True, slots=True)
class Sums:
    """Every sum of one year, or of the whole life."""

    scopes: Mapping[int, Sum]
    scope_1_and_2: Sum
    emitted: Sum
    biogenic: Sum
    avoided: Sum

    def as_dict(self) -> dict[str, object]:
        """As JSON values."""
        return {
            **{f"scope_{n}": self.scopes[n].as_dict() for n in SCOPES},
            "scope_1_and_2": self.scope_1_and_2.as_dict(),
            "total": self.emitted.as_dict(),
            "biogenic": self.biogenic.as_dict(),
            "avoided": self.avoided.as_dict(),
        }


@dataclass(frozen=True, slots=True)
class Account:
    """A project's ledger.

    Attributes
    ----------
    by_year : mapping of year to Sums
    life : Sums
    categories : mapping of category (None where not known) to Sum
        Of scope 3, over the whole life.
    """

    when: Life
    parts: tuple[Part, ...]
    by_year: Mapping[int, Sums]
    life: Sums
    categories: Mapping[int | None, Sum]

    def after(self, year: int) -> Sums:
        """Sums over the years after `year`."""
        return _during(self.parts, range(year + 1, self.when.years.stop))

    def emitting(self, years: Iterable[int]) -> list[int]:
        """Those of `years` in which anything is emitted."""
        return [y for y in years if (s := self.by_year[y].emitted.value) is not None and s.value > 0]


def account(when: Life, parts: Sequence[Part]) -> Account:
    """The ledger of a project from its parts.

    Parts of one year count as independent of each other, the years of one part as going up and down together.

    Parameters
    ----------
    when : Life
    parts : sequence of Part

    Examples
    --------
    >>> plant = Part(Text("甲", "A"), 1, "emitted", None, Estimate(10, 7, 13), range(2031, 2033))
    >>> made = account(Life(2030, 1, 2), [plant])
    >>> made.life.scopes[1].value, made.by_year[2030].scopes[1].value
    (Estimate(value=20, low=14.0, high=26.0), Estimate(value=0, low=None, high=None))
    """
    held = tuple(parts)
    third = [p for p in held if p.scope == 3]
    return Account(
        when,
        held,
        {year: _during(held, range(year, year + 1)) for year in when.years},
        _sums(held, lambda p: p.whole),
        {c: add((p, p.whole) for p in third if p.category == c) for c in _ordered({p.category for p in third})},
    )


def add(parts: Iterable[tuple[Part, Estimate | None]]) -> Sum:
    """The sum of what is known of these parts, and which are not."""
    pairs = list(parts)
    known = [value for _, value in pairs if value is not None]
    missing = tuple(sorted({p.given for p, value in pairs if value is None}))
    return Sum(total(known) if known else None, missing)


def times(one: Estimate, n: float) -> Estimate:
    """`n` times an estimate, its bounds along with it."""
    return Estimate(one.value * n, None if one.low is None else one.low * n, None if one.high is None else one.high * n)


def _sums(parts: Sequence[Part], amount: Callable[[Part], Estimate | None]) -> Sums:
    pairs = [(p, amount(p)) for p in parts]
    emitted = [(p, v) for p, v in pairs if p.kind == "emitted"]
    return Sums(
        {n: add((p, v) for p, v in emitted if p.scope == n) for n in SCOPES},
        add((p, v) for p, v in emitted if p.scope in (1, 2)),
        add(emitted),
        add((p, v) for p, v in pairs if p.kind == "biogenic"),
        add((p, v) for p, v in pairs if p.kind == "avoided"),
    )


def _during(parts: Sequence[Part], years: range) -> Sums:
    return _sums(parts, lambda p: _over(p, years))


def _over(part: Part, years: range) -> Estimate | None:
    """What a part emits in these years: nothing outside its own, also where it is not known how much it emits."""
    n = max(0, min(part.years.stop, years.stop) - max(part.years.start, years.start))
    if n == 0:
        return Estimate(0)
    return None if part.yearly is None else part.yearly if n == 1 else times(part.yearly, n)


def _ordered(categories: set[int | None]) -> list[int | None]:
    return sorted(categories, key=lambda c: 99 if c is None else c)
