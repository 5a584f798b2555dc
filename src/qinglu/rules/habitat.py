"""Critical habitat under Performance Standard 6: five criteria, each met, not met or not assessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from ..model.clause import Clause, Entry
from ..model.level import Level
from ..model.rule import Step
from ..text import Text
from .clauses import Clauses

Met = bool | Literal["unknown"]

CRITERIA: Mapping[str, Text] = {
    "c1": Text("极危或濒危物种", "critically endangered or endangered species"),
    "c2": Text("特有或分布受限物种", "endemic or restricted-range species"),
    "c3": Text("迁徙或聚集物种", "migratory or congregatory species"),
    "c4": Text("高度受威胁或独特的生态系统", "highly threatened or unique ecosystems"),
    "c5": Text("关键进化过程", "key evolutionary processes"),
}

_TOGETHER: Mapping[str, Mapping[str, str]] = {
    "c1": {"share_pct": "int.ps6.c1.share", "units": "int.ps6.c1.units"},
    "c2": {"share_pct": "int.ps6.c2.share", "units": "int.ps6.c2.units"},
}
"""Thresholds that must all be reached."""

_EITHER: Mapping[str, Mapping[str, str]] = {
    "c3": {"share_pct": "int.ps6.c3.share", "stress_share_pct": "int.ps6.c3.stress-share"},
    "c4": {"share_pct": "int.ps6.c4.share"},
}
"""Thresholds of which one is enough."""

_CLAIMS: Mapping[str, Mapping[str, str]] = {
    "c1": {"vu_concentration": "int.ps6.c1.other", "national_listing": "int.ps6.c1.other"},
    "c4": {"planning_priority": "int.ps6.c4.planning"},
}
"""What an assessor says, without a number."""


@dataclass(frozen=True)
class Judged:
    """Whether a place is critical habitat.

    Attributes
    ----------
    critical : bool or str
        True when one criterion is met; False only when all five were assessed and none is.
    criteria : mapping of criterion to whether it is met
    """

    critical: Met
    criteria: Mapping[str, Met]
    why: Text
    rests_on: tuple[tuple[Clause, Entry], ...]
    trace: tuple[Step, ...]

    def as_dict(self) -> dict[str, Any]:
        """The result of the tool ``critical-habitat``."""
        return {
            "critical_habitat": self.critical,
            "criteria": {
                k: {"met": met, "title_zh": CRITERIA[k].zh, "title_en": CRITERIA[k].en}
                for k, met in self.criteria.items()
            },
            "why": self.why.en,
            "why_zh": self.why.zh,
        }

    def finding(self) -> dict[str, Any]:
        """As a finding."""
        level = Level.UNKNOWN if self.critical == "unknown" else Level.CRITICAL if self.critical else Level.CLEAR
        return {
            "rule_id": "int.ps6.critical-habitat",
            "level": str(level),
            "explanation_zh": self.why.zh,
            "explanation_en": self.why.en,
        }


def judge(clauses: Clauses, given: Mapping[str, Any], on: date) -> Judged:
    """Put the five criteria to what was assessed.

    Parameters
    ----------
    given : mapping
        ``c1`` to ``c4`` → mapping of shares in percent, units and claims; ``c5`` → bool. What is
        absent was not assessed.

    Examples
    --------
    >>> from qinglu.rules import load
    >>> book = load(installed=False).clauses
    >>> judge(book, {"c1": {"share_pct": 0.5, "units": 5}}, date(2026, 11, 22)).critical
    True
    >>> judge(book, {"c1": {"share_pct": 0.49, "units": 5}}, date(2026, 11, 22)).critical
    'unknown'
    """
    asked = _Asked(clauses, on)
    criteria = {name: asked.criterion(name, given.get(name)) for name in CRITERIA}
    critical: Met = True if True in criteria.values() else "unknown" if "unknown" in criteria.values() else False
    return Judged(critical, criteria, _why(criteria), tuple(asked.used), tuple(asked.steps))


class _Asked:
    """Thresholds in force on a day, and which of them were used."""

    def __init__(self, clauses: Clauses, on: date) -> None:
        self._clauses, self._on = clauses, on
        self.used: list[tuple[Clause, Entry]] = []
        self.steps: list[Step] = []

    def criterion(self, name: str, given: Any) -> Met:
        """Whether one criterion is met."""
        if given is None:
            return "unknown"
        if name == "c5":
            return self._claim("int.ps6.c5.evolution", bool(given))
        claims = [self._claim(rule, True) for key, rule in _CLAIMS.get(name, {}).items() if given.get(key)]
        if True in claims:
            return True
        together = _TOGETHER.get(name)
        outcomes = [self._reached(rule, given.get(key)) for key, rule in (together or _EITHER[name]).items()]
        if together:
            return False if False in outcomes else "unknown" if "unknown" in outcomes else True
        return True if True in outcomes else False if False in outcomes else "unknown"

    def _claim(self, rule: str, claimed: bool) -> Met:
        standing = self._standing(rule)
        return "unknown" if standing is None else claimed

    def _reached(self, rule: str, value: float | None) -> Met:
        if value is None:
            return "unknown"
        standing = self._standing(rule)
        if standing is None or standing[1].number is None:
            return "unknown"
        clause, entry = standing
        limit = standing[1].number
        met = value >= limit
        sign = "≥" if met else "<"
        unit = " %" if clause.unit == "percent" else ""
        line = f"{value:g}{unit} {sign} {limit:g}{unit}"
        said = Text(f"{line}（{entry.cite.line.zh}）", f"{line} ({entry.cite.line.en})")
        self.steps.append(
            Step("rule", clause.title, said, {"rule_id": clause.id, "value": value, "threshold": limit, "met": met})
        )
        return met

    def _standing(self, rule: str) -> tuple[Clause, Entry] | None:
        clause = self._clauses.clause(rule)
        entry = clause.on(self._on)
        if entry is None:
            return None
        self.used.append((clause, entry))
        return clause, entry


def _why(criteria: Mapping[str, Met]) -> Text:
    met = [CRITERIA[k] for k, v in criteria.items() if v is True]
    left = [CRITERIA[k] for k, v in criteria.items() if v == "unknown"]
    if met:
        return Text(
            f"属于关键栖息地：{'、'.join(t.zh for t in met)}", f"Critical habitat: {', '.join(t.en for t in met)}"
        )
    if left:
        return Text(
            f"尚不能判定，未评估：{'、'.join(t.zh for t in left)}",
            f"Cannot be told, not assessed: {', '.join(t.en for t in left)}",
        )
    return Text("五项标准均不符合，不属于关键栖息地", "None of the five criteria is met: not critical habitat")
