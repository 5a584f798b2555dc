"""A rule: one dated, cited clause as data. What it rests on travels with every value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ..text import Text
from .level import Level

OWN_CONVENTION = "convention"
"""The kind of citation that names no law: a screening convention of the rulebook itself."""


@dataclass(frozen=True, slots=True)
class Cite:
    """Where a value stands.

    Attributes
    ----------
    kind : str
        ``law``, ``treaty``, ``policy``, ``standard``, ``method`` or ``convention`` (the rulebook's own).
    doc, at : Text
        The document, and the place in it.
    issued : date or None
        When it was issued; None where not known.
    checked : date or None
        When a person last read it beside the official text; None means *unverified*.
    number : str
        Of the document, where it has one.
    """

    kind: str
    doc: Text
    at: Text
    issued: date | None
    checked: date | None
    url: str = ""
    number: str = ""

    @property
    def line(self) -> Text:
        """Document, place and date in one line.

        Examples
        --------
        >>> Cite("law", Text("某法", "An Act"), Text("第三条", "art. 3"), date(2020, 5, 1), None).line.en
        'An Act, art. 3 (issued 2020-05-01)'
        """
        day = self.issued
        return Text(
            f"{self.doc.zh}{self.at.zh}（{f'{day}发布' if day else '发布日期不详'}）",
            f"{self.doc.en}, {self.at.en} ({f'issued {day}' if day else 'date of issue not known'})",
        )

    def as_dict(self) -> dict[str, Any]:
        """The citation as JSON values."""
        return {
            "kind": self.kind, "doc": self.doc._asdict(), "at": self.at._asdict(), "url": self.url,
            "number": self.number, "issued": _iso(self.issued), "checked": _iso(self.checked),
            "line": self.line._asdict(),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dated:
    """A value from a day on, with its own citation.

    `value` is in the unit of the rule; None repeals what stood before. `expected` marks a change that
    is announced but not yet law: it is shown and never applied.
    """

    valid_from: date
    value: float | None
    cite: Cite
    also: tuple[Cite, ...] = ()
    basis: Text | None = None
    expected: bool = False

    @property
    def is_verified(self) -> bool:
        """Whether every citation was read beside the official text."""
        return all(c.checked is not None for c in (self.cite, *self.also))


@dataclass(frozen=True, slots=True)
class Tier:
    """One step of a rule: the level given when the measure reaches the value.

    `feature_class` narrows it to features of these classes; empty means any.
    """

    level: Level
    says: Text
    values: tuple[Dated, ...]
    feature_class: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A question put to a measure, and the levels its answers get, each on a dated value.

    Attributes
    ----------
    applies_to : mapping of predicate name to accepted values
        The closed set in `qinglu.rules.vocabulary`; all must hold.
    tiers : tuple of Tier
        From the worst level to the mildest; the first that holds decides, none is ``clear``.
    asks_for_layer : bool
        Whether the answer is *unknown* when no layer of the role is there. False: the rule speaks
        only when such a layer happens to be given.
    unclassed : Text or None
        What to add when the feature's class is not known.
    scale : (float, float) or None
        The scale a raster must be on; a value off it is *unknown*.
    rulebook : str
        Id and version of the rulebook it came from.
    """

    id: str
    title: Text
    question: Text
    topic: str
    applies_to: Mapping[str, tuple[str, ...]]
    measure: str
    unit: str
    compare: str
    tiers: tuple[Tier, ...]
    asks_for_layer: bool = True
    unclassed: Text | None = None
    scale: tuple[float, float] | None = None
    rulebook: str = ""


@dataclass(frozen=True, slots=True)
class TierOn:
    """A tier on a date. `threshold` is `in_force.value` in the base unit of the measure."""

    level: Level
    says: Text
    threshold: float
    in_force: Dated
    feature_class: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleOn:
    """A rule on a date: only what is in force then. At least one tier."""

    rule: Rule
    on: date
    tiers: tuple[TierOn, ...]
    base_unit: str

    @property
    def id(self) -> str:
        """Of the rule."""
        return self.rule.id

    def as_dict(self) -> dict[str, Any]:
        """The rule on its date as JSON values: what a run records and `rules.trace` reads."""
        rule = self.rule
        return {
            "id": rule.id,
            "title": rule.title._asdict(),
            "question": rule.question._asdict(),
            "topic": rule.topic,
            "rulebook": rule.rulebook,
            "on": _iso(self.on),
            "applies_to": {k: list(v) for k, v in rule.applies_to.items()},
            "asks_for_layer": rule.asks_for_layer,
            "measure": rule.measure,
            "compare": rule.compare,
            "unit": rule.unit,
            "base_unit": self.base_unit,
            "scale": list(rule.scale) if rule.scale else None,
            "tiers": [_tier_dict(t) for t in self.tiers],
        }


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a trace: of a ``measure``, ``rule``, ``layer`` or ``formula``; `detail` is JSON values."""

    kind: str
    title: Text
    text: Text
    detail: Mapping[str, Any] = field(default_factory=dict)


def _tier_dict(tier: TierOn) -> dict[str, Any]:
    dated = tier.in_force
    return {
        "level": str(tier.level),
        "says": tier.says._asdict(),
        "feature_class": list(tier.feature_class),
        "value": dated.value,
        "threshold": tier.threshold,
        "valid_from": _iso(dated.valid_from),
        "verified": dated.is_verified,
        "cite": dated.cite.as_dict(),
        "also": [c.as_dict() for c in dated.also],
        "basis": dated.basis._asdict() if dated.basis else None,
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
