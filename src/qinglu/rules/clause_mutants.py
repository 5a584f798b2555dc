"""Every small error a clause could carry, and the cases that would catch it: at each edge, on each day of change.

A rulebook is proved by cases that fall when a number, a threshold or a date is wrong. `mutants` makes each such
error once; `draft` writes down the cases that catch them, for a lawyer to read beside the text and sign.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from ..model.clause import Asked, Clause, Entry, Period, Range
from .clause_cases import NOT_IN_FORCE
from .clauses import applies

_DAY = timedelta(days=1)
_STEP = 0.01  # of a threshold or value: the smallest slip worth catching


def mutants(clause: Clause) -> Iterator[tuple[str, Clause]]:
    """The clause with one number, threshold or date changed, each once with what was done to it."""
    for n, entry in enumerate(clause.entries):
        for name, changed in _entries(entry):
            entries = (*clause.entries[:n], changed, *clause.entries[n + 1 :])
            yield f"{clause.id} from {entry.valid_from}: {name}", replace(clause, entries=entries)
    for predicate, asked in clause.applies_to.items():
        for name, other in _asked(asked):
            mutant = replace(clause, applies_to={**clause.applies_to, predicate: other})
            if _differ(clause, mutant, predicate):
                yield f"{clause.id}: {predicate} {name}", mutant
    if clause.undefined is not None:
        for predicate, asked in clause.undefined.applies_to.items():
            for name, other in _asked(asked):
                edge = replace(clause.undefined, applies_to={**clause.undefined.applies_to, predicate: other})
                yield f"{clause.id}: undefined, {predicate} {name}", replace(clause, undefined=edge)


def draft(clause: Clause, on: date) -> dict[str, Any] | None:
    """A case, as its file has it, that catches every mutant of `clause`; None where there is nothing to go wrong.

    Parameters
    ----------
    on : date
        The day on which the edges are tried, where the clause is in force then; else its first.
    """
    day = on if clause.on(on) is not None else next((e.valid_from for e in clause.entries if not e.expected), None)
    entry = clause.on(day) if day else None
    subject = _inside(clause)
    made: dict[str, Any] = {"rule": clause.id}
    if subject:
        made["given"] = {k: v.isoformat() if isinstance(v, date) else v for k, v in subject.items()}
    if day is not None and entry is not None:
        made["on"] = day.isoformat()
        made["expected"] = {"applies": str(applies(clause, subject).holds), **_dates(entry)}
        if at := _points(clause, subject):
            made["at"] = at
    made["days"] = {d.isoformat(): _said(clause.on(d)) for d in _days(clause)}
    others = [e for e in clause.entries if e is not entry and not e.expected]
    if dates := {e.valid_from.isoformat(): d for e in others if (d := _dates(e))}:
        made["dates"] = dates
    if announced := {e.valid_from.isoformat(): _said(e) for e in clause.entries if e.expected}:
        made["announced"] = announced
    return made


def _entries(entry: Entry) -> Iterator[tuple[str, Entry]]:
    for name, value in _numbers(entry.value):
        yield f"value {name}", replace(entry, value=value)
    for name in ("valid_from", "valid_to", "compliance_from"):
        day = getattr(entry, name)
        for step in (_DAY, -_DAY) if day else ():
            yield f"{name} {day} {step.days:+d} d", replace(entry, **{name: day + step})
    if entry.expected:
        return  # what is announced is cited when it becomes law
    for name in ("issued", "checked"):
        day = getattr(entry.cite, name)
        if day:
            yield f"{name} {day} +1 d", replace(entry, cite=replace(entry.cite, **{name: day + _DAY}))


def _numbers(value: Any) -> Iterator[tuple[str, Any]]:
    """The value with one number in it changed, for each number."""
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int | float):
        for sign in (1, -1):
            yield f"{value:g} {sign:+d} %", value + sign * _step(value)
    elif isinstance(value, Range):
        for name in ("min", "max"):
            for said, number in _numbers(getattr(value, name)):
                yield f"{name} {said}", replace(value, **{name: number})
    elif isinstance(value, Mapping):
        for key, part in value.items():
            for said, number in _numbers(part):
                yield f"{key} {said}", {**value, key: number}
    elif isinstance(value, list):
        for n, part in enumerate(value):
            for said, number in _numbers(part):
                yield f"{n} {said}", [*value[:n], number, *value[n + 1 :]]


def _asked(asked: Asked) -> Iterator[tuple[str, Asked]]:
    if isinstance(asked, Range):
        yield from _numbers(asked)
        for end, flag in (("min", "min_inclusive"), ("max", "max_inclusive")):
            if getattr(asked, end) is not None:
                yield f"{flag} turned", replace(asked, **{flag: not getattr(asked, flag)})
    elif isinstance(asked, Period):
        for name in ("start", "before"):
            day = getattr(asked, name)
            for step in (_DAY, -_DAY) if day else ():
                yield f"{name} {step.days:+d} d", replace(asked, **{name: day + step})


def _differ(clause: Clause, mutant: Clause, predicate: str) -> bool:
    """Whether two clauses can be told apart along a predicate: an undefined edge may cover the change."""
    subject = _inside(clause)
    edges = {v for c in (clause, mutant) for v in _edges(c.applies_to[predicate])}
    return any(
        applies(clause, {**subject, predicate: v}).holds is not applies(mutant, {**subject, predicate: v}).holds
        for v in edges
    )


def _step(number: float) -> float:
    return abs(number) * _STEP or _STEP


def _inside(clause: Clause) -> dict[str, Any]:
    """A subject to which the clause applies, away from every edge."""
    return {name: _within(name, asked) for name, asked in clause.applies_to.items()}


def _within(name: str, asked: Asked) -> Any:
    if isinstance(asked, tuple):
        return asked[0]
    if isinstance(asked, Period):
        if asked.start is not None and asked.before is not None:
            return asked.start + (asked.before - asked.start) / 2
        return asked.start + 30 * _DAY if asked.start else (asked.before or date.max) - 30 * _DAY
    low, high = asked.min, asked.max
    if low is not None and high is not None:
        return (low + high) / 2
    return low * 2 or 1.0 if low is not None else (high or 0) / 2


def _points(clause: Clause, subject: Mapping[str, Any]) -> dict[str, dict[Any, str]]:
    """Predicate → value → whether the clause applies, just beside each of its edges and on it."""
    found: dict[str, dict[Any, str]] = {}
    both = [clause.applies_to, clause.undefined.applies_to if clause.undefined else {}]
    for asked in (a for mapping in both for a in mapping.items()):
        for value in _edges(asked[1]):
            holds = applies(clause, {**subject, asked[0]: value}).holds
            key = value.isoformat() if isinstance(value, date) else value
            found.setdefault(asked[0], {})[key] = str(holds)
    return {k: dict(sorted(v.items())) for k, v in found.items()}


def _edges(asked: Asked) -> Iterator[Any]:
    if isinstance(asked, Range):
        for end in (asked.min, asked.max):
            if end is not None:
                beside = _step(end) / 2
                yield from (v for v in (round(end - beside, 9), end, round(end + beside, 9)) if v >= 0)
    elif isinstance(asked, Period):
        for day in (asked.start, asked.before):
            if day is not None:
                yield from (day - _DAY, day)


def _dates(entry: Entry) -> dict[str, str]:
    """The dates of an entry besides its first day, those it has."""
    document = entry.as_dict()
    found = {k: document[k] for k in ("valid_to", "compliance_from", "checked")}
    return {k: v for k, v in {**found, "issued": document["cite"]["issued"]}.items() if v}


def _days(clause: Clause) -> list[date]:
    """The days on which what stands changes, and the day before each."""
    days = {e.valid_from for e in clause.entries if not e.expected}
    days |= {e.valid_to + _DAY for e in clause.entries if e.valid_to is not None and not e.expected}
    return sorted(days | {d - _DAY for d in days})


def _said(entry: Entry | None) -> Any:
    """What a case expects of an entry: numbers, and of a mapping only the parts that are numbers, states or codes."""
    if entry is None:
        return NOT_IN_FORCE
    value = entry.value
    if isinstance(value, Range):
        return {k: v for k, v in value.as_dict().items() if v is not None and v is not True}
    return _numeric(value) if isinstance(value, Mapping | list) else value


def _numeric(value: Any) -> Any:
    if isinstance(value, Mapping):
        parts = {k: _numeric(v) for k, v in value.items()}
        return {k: v for k, v in parts.items() if v not in (None, {}, [])}
    if isinstance(value, list):
        return value if all(isinstance(v, int | float) for v in value) else None
    return value if isinstance(value, int | float) else None
