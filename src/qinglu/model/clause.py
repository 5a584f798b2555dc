"""A clause: what one place of a law, standard or policy asks, of whom, from when, in its own words as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from ..text import Text
from .rule import Cite


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from `min` to `max`; None leaves a side open. Both ends belong to it unless said otherwise.

    Examples
    --------
    >>> Range(50, None, min_inclusive=False).holds(50), Range(50, None).holds(50)
    (False, True)
    """

    min: float | None = None
    max: float | None = None
    min_inclusive: bool = True
    max_inclusive: bool = True

    def holds(self, value: float) -> bool:
        """Whether `value` lies within."""
        above = self.min is None or value > self.min or (self.min_inclusive and value == self.min)
        below = self.max is None or value < self.max or (self.max_inclusive and value == self.max)
        return above and below

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "min": self.min, "max": self.max,
            "min_inclusive": self.min_inclusive, "max_inclusive": self.max_inclusive,
        }  # fmt: skip

    def __str__(self) -> str:
        lower = f"{'≥' if self.min_inclusive else '>'} {self.min:g}" if self.min is not None else ""
        upper = f"{'≤' if self.max_inclusive else '<'} {self.max:g}" if self.max is not None else ""
        return " ".join(p for p in (lower, upper) if p)


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` on and before `before`; None leaves a side open."""

    start: date | None = None
    before: date | None = None

    def holds(self, day: date) -> bool:
        """Whether `day` lies within."""
        return (self.start is None or day >= self.start) and (self.before is None or day < self.before)

    def as_dict(self) -> dict[str, Any]:
        """As JSON values, under the names the rulebook uses."""
        return {"from": _iso(self.start), "before": _iso(self.before)}

    def __str__(self) -> str:
        lower, upper = (f"{sign} {day}" if day else "" for sign, day in (("≥", self.start), ("<", self.before)))
        return " ".join(p for p in (lower, upper) if p)


Asked = tuple[str, ...] | Range | Period
"""What a predicate of a clause asks: one of these words, a number within, a day within."""

ClauseValue = float | Range | Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Entry:
    """What a clause says from a day on, with its own citation.

    Attributes
    ----------
    value : float, Range, mapping or None
        A number or a range in the unit of the clause; the particulars of a duty or class; None repeals.
    compliance_from : date or None
        When what is in force must be met, where that day is another.
    valid_to : date or None
        The last day in force, where the text itself names one.
    precision : str
        ``day``, ``month`` or ``year``: how exactly `valid_from` is known.
    expected : bool
        Announced, not yet law: shown, never applied.
    """

    valid_from: date
    value: ClauseValue
    cite: Cite
    also: tuple[Cite, ...] = ()
    compliance_from: date | None = None
    valid_to: date | None = None
    precision: str = "day"
    expected: bool = False
    note: Text | None = None

    @property
    def is_verified(self) -> bool:
        """Whether every citation was read beside the official text."""
        return all(c.checked is not None for c in (self.cite, *self.also))

    @property
    def checked(self) -> date | None:
        """The day on which the last of its citations was checked; None means *unverified*."""
        days = [c.checked for c in (self.cite, *self.also)]
        return None if None in days else max(d for d in days if d)

    @property
    def number(self) -> float | None:
        """The value as one number: a range counts at its upper end, a mapping has none."""
        if isinstance(self.value, Range):
            return self.value.max
        return self.value if isinstance(self.value, int | float) else None

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        value = self.value
        if isinstance(value, Range):
            value = value.as_dict()
        return {
            "valid_from": _iso(self.valid_from),
            "valid_to": _iso(self.valid_to),
            "precision": self.precision,
            "compliance_from": _iso(self.compliance_from),
            "expected": self.expected,
            "value": dict(value) if isinstance(value, Mapping) else value,
            "cite": self.cite.as_dict(),
            "also": [c.as_dict() for c in self.also],
            "checked": _iso(self.checked),
            "note": self.note._asdict() if self.note else None,
        }


@dataclass(frozen=True, slots=True)
class Undefined:
    """An edge that the source leaves open.

    `applies_to` replaces predicates of the clause by name; empty means that the whole clause is open.
    """

    why: Text
    applies_to: Mapping[str, Asked]


@dataclass(frozen=True, slots=True)
class Clause:
    """One dated, cited clause.

    Attributes
    ----------
    kind : str
        ``limit``, ``duty``, ``eia``, ``class``, ``criterion``, ``target``, ``commitment``, ``principle``
        or ``air-quality``.
    jurisdiction : str
        ISO 3166 alpha-3, ``EUU`` for the European Union, ``INT`` for what holds anywhere.
    basis : str
        ``host``, ``international`` or ``chinese``.
    applies_to : mapping of predicate to what it asks
        All must hold; the closed set is `qinglu.rules.clause_words`.
    quantity, unit, compare, averaging : str
        Of numeric values; empty where there are none.
    reference : mapping
        State a concentration refers to: ``o2_pct``, ``temperature_c``, ``pressure_kpa``, ``dry``. What
        is not stated is absent, never assumed here.
    entries : tuple of Entry
        Oldest first.
    """

    id: str
    kind: str
    jurisdiction: str
    basis: str
    topic: str
    title: Text
    applies_to: Mapping[str, Asked]
    entries: tuple[Entry, ...]
    quantity: str = ""
    unit: str = ""
    compare: str = ""
    averaging: str = ""
    reference: Mapping[str, Any] | None = None
    undefined: Undefined | None = None
    rulebook: str = ""

    def on(self, day: date) -> Entry | None:
        """What stands on `day`; None before the first entry, after a repeal, and for what is only expected."""
        standing = [e for e in self.entries if e.valid_from <= day and not e.expected]
        if not standing or standing[-1].value is None:
            return None
        last = standing[-1]
        return None if last.valid_to is not None and day > last.valid_to else last

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "id": self.id, "kind": self.kind, "jurisdiction": self.jurisdiction, "basis": self.basis,
            "topic": self.topic, "title": self.title._asdict(), "rulebook": self.rulebook,
            "applies_to": {k: asked_json(v) for k, v in self.applies_to.items()},
            "quantity": self.quantity, "unit": self.unit, "compare": self.compare, "averaging": self.averaging,
            "reference": dict(self.reference) if self.reference else None,
            "undefined": {
                "why": self.undefined.why._asdict(),
                "applies_to": {k: asked_json(v) for k, v in self.undefined.applies_to.items()},
            } if self.undefined else None,
            "values": [e.as_dict() for e in self.entries],
        }  # fmt: skip


class Holds(StrEnum):
    """Whether a clause applies to a subject."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    """Something it asks is not known of the subject."""
    UNDEFINED = "undefined"
    """The source leaves this edge open: ask the authority."""


@dataclass(frozen=True, slots=True)
class Check:
    """One predicate put to a subject: what was asked, what was given, whether it holds."""

    predicate: str
    asked: Asked
    given: Any
    holds: Holds

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        given = self.given
        if isinstance(given, date):
            given = given.isoformat()
        elif isinstance(given, set | frozenset | tuple):
            given = sorted(given)
        return {"predicate": self.predicate, "asked": asked_json(self.asked), "given": given, "holds": str(self.holds)}


@dataclass(frozen=True, slots=True)
class Applied:
    """Whether a clause applies, and why: every predicate with its outcome."""

    clause: Clause
    holds: Holds
    checks: tuple[Check, ...]
    why: Text


def asked_json(asked: Asked) -> Any:
    """What a predicate asks, as JSON values."""
    return list(asked) if isinstance(asked, tuple) else asked.as_dict()


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
