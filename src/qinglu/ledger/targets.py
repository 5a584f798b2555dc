"""What the host country has promised, from the rulebook on a day, and how a project's years stand beside it.

A national target is never turned into a budget of one project: only its year is compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..model.clause import Applied, Entry, Holds, Range
from ..rules.clauses import Clauses, applies
from ..text import Text

TOPIC = "climate-targets"
EQUATOR = "equator-principles"
NEUTRAL = frozenset({"net zero", "climate neutrality", "carbon neutrality", "greenhouse gas neutrality", "zero carbon"})
"""Types of long-term target whose year is one from which the country means to emit nothing on balance."""
EMISSIONS = "emissions_tco2e"


@dataclass(frozen=True, slots=True)
class Promise:
    """A target of a country on a day.

    Attributes
    ----------
    entry : Entry
        What stands on that day.
    read : Entry
        The last one whose targets were read: an older one where the newest filing was not.
    """

    applied: Applied
    entry: Entry
    read: Entry | None

    @property
    def rests_on(self) -> tuple[tuple[Applied, Entry], ...]:
        """The clause with what stands, and with what was read where that is older."""
        older = () if self.read is None or self.is_read else ((self.applied, self.read),)
        return ((self.applied, self.entry), *older)

    @property
    def is_read(self) -> bool:
        """Whether the targets of what stands on the day were read."""
        return self.read is self.entry

    @property
    def value(self) -> Mapping[str, Any]:
        """Particulars of the last one that was read."""
        return self.read.value if self.read is not None and isinstance(self.read.value, Mapping) else {}

    @property
    def said(self) -> Text:
        """What it says, in one line."""
        return Text(_said(self.value, "zh"), _said(self.value, "en"))

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        read = self.read or self.entry
        return {
            "rule_id": self.applied.clause.id,
            "title_zh": self.applied.clause.title.zh,
            "title_en": self.applied.clause.title.en,
            "said_zh": self.said.zh,
            "said_en": self.said.en,
            "value": dict(self.value) or None,
            "valid_from": read.valid_from.isoformat(),
            "citation": read.cite.as_dict(),
            "verified": read.is_verified,
            "newer_filing": None if self.is_read else self.entry.valid_from.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Host:
    """What a country has promised."""

    country: str
    contribution: Promise | None
    long_term: Promise | None

    @property
    def net_zero_year(self) -> int | None:
        """The year of net zero or neutrality; None where the country has announced none that is known."""
        value = self.long_term.value if self.long_term else {}
        kind = value.get("type", {}).get("en")
        return int(value["year"]) if kind in NEUTRAL and value.get("year") else None

    def rests_on(self) -> tuple[tuple[Applied, Entry], ...]:
        """Every clause and entry that was looked at."""
        return tuple(pair for p in (self.contribution, self.long_term) if p is not None for pair in p.rests_on)


@dataclass(frozen=True, slots=True)
class Trigger:
    """A clause that asks something of a project by its annual emissions, and whether it is met.

    Attributes
    ----------
    triggered : bool or None
        None where it cannot be told: part of the emissions is not known, and the rest is not enough.
    """

    applied: Applied
    entry: Entry
    asked: Range
    value_t: float
    triggered: bool | None

    @property
    def in_stage(self) -> str:
        """Whether the clause is for the stage of the project: ``yes``, ``no`` or ``unknown``."""
        return str(next((c.holds for c in self.applied.checks if c.predicate == "stage"), Holds.YES))

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        value = self.entry.value if isinstance(self.entry.value, Mapping) else {}
        duty = value.get("duty", {})
        return {
            "rule_id": self.applied.clause.id,
            "title_zh": self.applied.clause.title.zh,
            "title_en": self.applied.clause.title.en,
            "triggered": "unknown" if self.triggered is None else self.triggered,
            "t_per_year": self.value_t,
            "asked": self.asked.as_dict(),
            "duty_zh": duty.get("zh", ""),
            "duty_en": duty.get("en", ""),
            "due": value.get("due"),
            "strength": value.get("strength", ""),
            "stage": self.in_stage,
            "citation": self.entry.cite.as_dict(),
            "verified": self.entry.is_verified,
        }


def host_targets(clauses: Clauses, country: str, on: date) -> Host:
    """The contribution and the long-term target of a country as they stand on a day.

    Parameters
    ----------
    country : str
        ISO 3166 alpha-3.
    """
    found: dict[str, Promise] = {}
    for clause in clauses.select(kind="target", topic=TOPIC, jurisdiction=country):
        entry = clause.on(on)
        if entry is None:
            continue
        standing = [e for e in clause.entries if e.valid_from <= on and not e.expected and _is_read(e)]
        applied = applies(clause, {"country": country})
        found[clause.id.rsplit(".", 1)[-1]] = Promise(applied, entry, standing[-1] if standing else None)
    return Host(country, found.get("ndc"), found.get("long-term"))


def triggers(
    clauses: Clauses, value_t: float, is_whole: bool, on: date, stage: str | None = None
) -> tuple[Trigger, ...]:
    """Clauses of the Equator Principles that hang on the annual emissions of scope 1 and 2.

    Parameters
    ----------
    value_t : float
        Tonnes of CO2e a year, of the parts that are known.
    is_whole : bool
        Whether every part is known; otherwise the true value may be greater.
    stage : str or None
        Where the project stands; some clauses ask for it before financial close only.
    """
    found = []
    for clause in clauses.select(topic=EQUATOR):
        asked, entry = clause.applies_to.get(EMISSIONS), clause.on(on)
        if not isinstance(asked, Range) or entry is None:
            continue
        applied = applies(clause, {EMISSIONS: value_t, "stage": stage})
        found.append(Trigger(applied, entry, asked, value_t, _triggered(asked, value_t, is_whole)))
    return tuple(found)


def _triggered(asked: Range, value_t: float, is_whole: bool) -> bool | None:
    """More of what is not known can only add: what has no upper end stays true, what is passed stays false."""
    holds = asked.holds(value_t)
    if is_whole or (holds and asked.max is None):
        return holds
    above = asked.max is not None and value_t > asked.max
    return False if above else None


def _is_read(entry: Entry) -> bool:
    return isinstance(entry.value, Mapping) and entry.value.get("targets_read", True)


def _said(value: Mapping[str, Any], lang: str) -> str:
    """Type, percentages, base and years of a target as one line."""
    if not value:
        return "目标未读" if lang == "zh" else "targets not read"
    zh = lang == "zh"
    names = {
        "unconditional_pct": "无条件 {}%" if zh else "{} % unconditionally",
        "conditional_pct": "有条件 {}%" if zh else "{} % with support",
        "reduction_pct": "{}%",
    }
    parts = [value["type"][lang]] if "type" in value else []
    parts += [form.format(f"{value[name]:g}") for name, form in names.items() if name in value]
    base = value.get("base")
    if base:
        scenario = "基准情景" if zh else "a baseline scenario"
        shown = scenario if base == "baseline-scenario" else base
        parts.append(f"基准：{shown}" if zh else f"against {shown}")
    years = value.get("years") or ([value["year"]] if value.get("year") else [])
    if years:
        joined = ("、" if zh else ", ").join(str(y) for y in years)
        parts.append(f"目标年 {joined}" if zh else f"by {joined}")
    if value.get("status"):
        parts.append(value["status"][lang])
    return ("，" if zh else ", ").join(parts)
