"""What a project owes: duties and commitments that bind it on a day, its EIA, and the gate on coal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..model import countries
from ..model.clause import Applied, Clause, Entry, Holds
from ..model.level import Level
from ..model.rule import Cite, Step
from ..text import Text
from ..words import ACTORS
from .clauses import Clauses, Subject, applies, clause_step, unverified
from .eia import Impact, Systems
from .power import Capacity, capacity

OWING = ("duty", "commitment")
"""Kinds of clause that oblige somebody."""

GATES: Mapping[str, Text] = {
    "stop": Text("停止", "stop"),
    "caution": Text("稳慎", "caution"),
    "retrofit": Text("改造", "retrofit"),
    "none": Text("无", "none"),
    "unknown": Text("不详", "unknown"),
}
"""From the strictest; ``none`` where no clause on coal power speaks."""

_GATE_LEVELS = {
    "stop": Level.CRITICAL,
    "caution": Level.WARNING,
    "retrofit": Level.NOTE,
    "none": Level.CLEAR,
    "unknown": Level.UNKNOWN,
}
_EIA_LEVELS = {True: Level.WARNING, False: Level.NOTE}
_HOME = "CHN"

_EIA_DUTY: Mapping[Any, Text] = {
    True: Text(
        "编制环境影响评价文件，经主管机关批准后方可开工",
        "Carry out the EIA and have it approved before works start",
    ),
    False: Text(
        "无须全面环评；按所属类别完成较简的环境审查手续",
        "No full EIA; complete the lesser procedure of the project's class",
    ),
    "undefined": Text(
        "向主管机关书面确认是否须环评",
        "Have the authority confirm in writing whether an EIA is required",
    ),
    "unknown": Text(
        "向主管机关查明项目类别及是否须环评",
        "Ask the authority for the class and whether an EIA is required",
    ),
}
_COMPANY = ACTORS["company"]
_BEFORE_WORKS = Text("开工建设前", "before construction starts")


@dataclass(frozen=True)
class Obligation:
    """One thing somebody has to do, and the clause that says so.

    Attributes
    ----------
    strength : str
        How strongly it is worded: ``prohibit``, ``require``, ``guide``, ``promote``, ``encourage``…
    """

    clause: Clause
    entry: Entry
    duty: Text
    by: Text
    due: Text
    strength: str
    title: Text

    def as_dict(self) -> dict[str, Any]:
        """A row of ``result.obligations``."""
        entry = self.entry
        return {
            "rule_id": self.clause.id,
            "title_zh": self.title.zh,
            "title_en": self.title.en,
            "duty": self.duty.en,
            "duty_zh": self.duty.zh,
            "by": self.by.en,
            "by_zh": self.by.zh,
            "due": self.due.en,
            "due_zh": self.due.zh,
            "basis": self.clause.basis,
            "strength": self.strength,
            "citation": entry.cite.as_dict(),
            "checked": entry.checked.isoformat() if entry.checked else None,
            "compliance_from": entry.compliance_from.isoformat() if entry.compliance_from else None,
        }


@dataclass(frozen=True)
class Gate:
    """Whether coal power may go on. `rests_on` is empty for ``none``."""

    gate: str
    why: Text
    rests_on: tuple[tuple[Applied, Entry], ...] = ()

    @property
    def level(self) -> Level:
        """How it weighs among findings."""
        return _GATE_LEVELS[self.gate]

    @property
    def rule_id(self) -> str | None:
        """The clause that decides."""
        return self.rests_on[0][0].clause.id if self.rests_on else None

    def as_dict(self) -> dict[str, Any]:
        """The result of the tool ``coal-gate``."""
        return {
            "gate": self.gate,
            "rule_id": self.rule_id,
            "why": self.why.en,
            "why_zh": self.why.zh,
            "clauses": [_clause_row(a.clause, e) for a, e in self.rests_on],
        }

    def finding(self) -> dict[str, Any]:
        """As a finding."""
        return _finding(self.rule_id, self.level, Text("煤电关口：", "Coal gate: "), GATES[self.gate], self.why)


@dataclass(frozen=True)
class Owed:
    """All that a project owes on a day.

    Attributes
    ----------
    obligations : tuple of Obligation
        The EIA first, then host, international and Chinese duties by id.
    depends : tuple of (Applied, Entry)
        Duties that would hold if a fact not given were so.
    """

    obligations: tuple[Obligation, ...]
    eia: Impact
    capacity: Capacity | None
    depends: tuple[tuple[Applied, Entry], ...]
    trace: tuple[Step, ...]

    def as_dict(self) -> dict[str, Any]:
        """The result of the tool ``obligations``."""
        return {
            "obligations": [o.as_dict() for o in self.obligations],
            "eia": self.eia.as_dict(),
            "capacity": self.capacity.as_dict() if self.capacity else None,
            "depends_on": [{**_clause_row(a.clause, e), "why": a.why.en, "why_zh": a.why.zh} for a, e in self.depends],
        }

    def finding(self) -> dict[str, Any]:
        """The EIA as a finding."""
        eia = self.eia
        level = _EIA_LEVELS.get(eia.required, Level.UNKNOWN) if isinstance(eia.required, bool) else Level.UNKNOWN
        return _finding(eia.rule_id, level, Text("环评：", "EIA: "), eia.verdict, eia.why)

    def unverified(self) -> tuple[dict[str, Any], ...]:
        """What it rests on that nobody read beside the official text."""
        used = [(o.clause, o.entry) for o in self.obligations]
        if self.eia.clause is not None and self.eia.entry is not None:
            used.append((self.eia.clause, self.eia.entry))
        if self.capacity is not None and self.capacity.rests_on is not None:
            used.append(self.capacity.rests_on)
        return listed(used)


class Duties:
    """The clauses that oblige, resolved on one day: made once, asked for as many projects as there are.

    Parameters
    ----------
    clauses : Clauses
    on : date

    Examples
    --------
    >>> from qinglu.rules import load
    >>> duties = Duties(load(installed=False).clauses, date(2026, 11, 22))
    >>> plant = {"country": "PAK", "sector": "hydropower", "capacity_mw": 50.0, "stage": "feasibility"}
    >>> duties.owed(plant).eia.required
    'undefined'
    """

    def __init__(self, clauses: Clauses, on: date) -> None:
        self.on = on
        self._clauses = clauses
        self._owing = _standing(clauses, on, OWING)
        self._coal = tuple((c, e) for c, e in self._owing if isinstance(e.value, Mapping) and "gate" in e.value)
        self._systems = Systems(clauses, on)
        self._asks = tuple(sorted({name for c, _ in self._owing for name in c.applies_to}))
        self._seen: dict[tuple[Any, ...], _Binding] = {}

    def owed(self, subject: Subject) -> Owed:
        """Everything that binds a project.

        Parameters
        ----------
        subject : mapping
            Predicate name → what is known; ``country``, ``sector``, ``stage``, and one of
            ``capacity_mw`` (electric) or ``capacity_mwth`` (thermal), the other derived from it.
        """
        known = capacity(self._clauses, subject, self.on)
        full = {**subject, **known.facts} if known else dict(subject)
        eia = self._systems.impact(full)
        if known is not None and known.derived == "capacity_mwth":
            eia = self._systems.doubted(eia, full, known)
        bound = self._bound(full)
        return Owed(
            obligations=(*_of_eia(eia), *bound.rows),
            eia=eia,
            capacity=known,
            depends=bound.depends,
            trace=(*((known.step,) if known and known.derived else ()), *eia.trace, *bound.steps),
        )

    def _bound(self, subject: Subject) -> _Binding:
        """The duties that bind, worked out once for all subjects alike in what the clauses ask."""
        key = (subject.get("country") == _HOME, *(_hashable(subject.get(name)) for name in self._asks))
        if key not in self._seen:
            found = [(applies(c, subject), e) for c, e in self._owing if self._reaches(c, subject)]
            binding = [(a, e) for a, e in found if a.holds is Holds.YES]
            self._seen[key] = _Binding(
                tuple(sorted((obligation(a.clause, e) for a, e in binding), key=_order)),
                tuple((a, e) for a, e in found if a.holds is Holds.UNKNOWN),
                tuple(clause_step(a, e) for a, e in sorted(binding, key=lambda pair: pair[0].clause.id)),
            )
        return self._seen[key]

    def coal_gate(self, subject: Subject) -> Gate:
        """Whether a project passes what is said of coal power abroad.

        `subject` needs ``country``, ``sector``, ``fuel`` and ``stage``; one that is not known leaves it *unknown*
        unless the others settle it.
        """
        if subject.get("country") == _HOME:
            return Gate("none", Text("关口只针对境外项目", "The gate is on projects abroad"))
        asked = [(applies(c, subject), e) for c, e in self._coal]
        shut = [(a, e) for a, e in asked if a.holds is Holds.YES]
        if shut:
            shut.sort(key=lambda pair: (list(GATES).index(_gate(pair[1])), pair[0].clause.kind != "duty"))
            first, entry = shut[0]
            why = obligation(first.clause, entry).duty
            return Gate(_gate(entry), why, tuple(shut))
        open_ = [(a, e) for a, e in asked if a.holds is Holds.UNKNOWN]
        if open_:
            return Gate("unknown", open_[0][0].why, tuple(open_))
        if not asked:
            return Gate(
                "none", Text(f"{self.on} 尚无境外煤电条款", f"No clause on coal power abroad stood on {self.on}")
            )
        return Gate(
            "none", Text("不是煤电项目，或该阶段没有煤电条款", "Not coal power, or a stage no clause speaks of")
        )

    @staticmethod
    def _reaches(clause: Clause, subject: Subject) -> bool:
        """Chinese rules here are on projects abroad; they do not reach one in China."""
        return clause.basis != "chinese" or subject.get("country") != _HOME


@dataclass(frozen=True)
class _Binding:
    rows: tuple[Obligation, ...]
    depends: tuple[tuple[Applied, Entry], ...]
    steps: tuple[Step, ...]


def obligation(clause: Clause, entry: Entry) -> Obligation:
    """A duty or commitment as an obligation."""
    value: Any = entry.value
    return Obligation(
        clause, entry, Text(**value["duty"]), ACTORS[value["by"]], Text(**value["due"]), value["strength"], clause.title
    )


def listed(used: Sequence[tuple[Clause, Entry]]) -> tuple[dict[str, Any], ...]:
    """The unverified among clauses used, each once."""
    distinct = {c.id: (c, e) for c, e in used}
    return tuple(unverified(c, e) for c, e in distinct.values() if not e.is_verified)


def _standing(clauses: Clauses, on: date, kinds: Sequence[str]) -> tuple[tuple[Clause, Entry], ...]:
    found = ((c, c.on(on)) for c in clauses.select(kind=kinds))
    return tuple((c, e) for c, e in found if e is not None)


def _of_eia(eia: Impact) -> tuple[Obligation, ...]:
    if eia.clause is None or eia.entry is None:
        return ()
    name = countries()[eia.country].title if eia.country in countries() else Text("", "")
    title = Text(f"{name.zh}：环境影响评价", f"{name.en}: environmental impact assessment")
    return (Obligation(eia.clause, eia.entry, _EIA_DUTY[eia.required], _COMPANY, _BEFORE_WORKS, "require", title),)


def _order(row: Obligation) -> tuple[int, str]:
    return ("host", "international", "chinese").index(row.clause.basis), row.clause.id


def _hashable(given: Any) -> Any:
    return frozenset(given) if isinstance(given, set | list | tuple) else given


def _gate(entry: Entry) -> str:
    value: Any = entry.value
    return str(value["gate"])


def _clause_row(clause: Clause, entry: Entry) -> dict[str, Any]:
    cite: Cite = entry.cite
    return {
        "rule_id": clause.id,
        "title_zh": clause.title.zh,
        "title_en": clause.title.en,
        "basis": clause.basis,
        "citation": cite.as_dict(),
        "checked": entry.checked.isoformat() if entry.checked else None,
    }


def _finding(rule_id: str | None, level: Level, lead: Text, verdict: Text, why: Text) -> dict[str, Any]:
    return {
        "rule_id": rule_id,
        "level": str(level),
        "explanation_zh": f"{lead.zh}{verdict.zh}。{why.zh}",
        "explanation_en": f"{lead.en}{verdict.en}. {why.en}",
    }
