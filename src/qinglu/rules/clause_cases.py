"""Cases beside the clauses: given, on, expected, in words a lawyer can read and add to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ..errors import RulebookError
from ..model.clause import Clause, Entry, Holds, Range
from ..text import Text
from .clause_words import PREDICATES
from .clauses import Subject, applies
from .files import read_yaml
from .reading import day_from

NOT_IN_FORCE = "not-in-force"
_KEYS = {"title", "rule", "tool", "given", "on", "expected", "at", "days", "dates", "announced"}
_EXPECTED = {"applies", "value", "valid_from", "valid_to", "compliance_from", "issued", "checked"}
_APPLIES = (*(h.value for h in Holds), NOT_IN_FORCE)
_SHARE = 1e-9


@dataclass(frozen=True)
class ClauseCase:
    """A subject, a day, and what one clause says of it then; or the inputs of a tool and what it answers.

    Attributes
    ----------
    rule, tool : str
        One of them; the other is empty.
    given : mapping
        The subject, predicate by predicate; or the inputs of the tool.
    expected : mapping
        Of a clause: ``applies`` (yes, no, unknown, undefined, not-in-force), ``value`` (of a mapping,
        the parts named), and dates. Of a tool: any part of its answer.
    at : mapping
        Predicate → (value, ``applies``) pairs: the same subject along an edge.
    days : mapping
        Day → value, or ``not-in-force``.
    dates : mapping
        First day of a value → its other dates: ``issued``, ``checked``, ``compliance_from``, ``valid_to``.
    announced : mapping
        Day → value of what is only expected to change then.
    """

    rule: str
    tool: str
    title: str
    where: str
    given: Mapping[str, Any]
    on: date | None = None
    expected: Mapping[str, Any] = field(default_factory=dict)
    at: Mapping[str, tuple[tuple[Any, str], ...]] = field(default_factory=dict)
    days: Mapping[date, Any] = field(default_factory=dict)
    dates: Mapping[date, Mapping[str, str]] = field(default_factory=dict)
    announced: Mapping[date, Any] = field(default_factory=dict)


def case_files(directory: Path) -> tuple[Path, ...]:
    """Every file of cases below a rulebook directory, sorted."""
    return tuple(p for p in sorted(directory.rglob("*.yaml")) if "cases" in p.relative_to(directory).parts)


def read_clause_cases(path: Path) -> tuple[ClauseCase, ...]:
    """The cases of one file; none where the file holds cases of screening rules.

    Raises
    ------
    RulebookError
        Not readable, or with a word that nobody knows: a case that is not understood proves nothing.
    """
    document = read_yaml(path)
    if not isinstance(document, list):
        return ()
    return tuple(_case(given, f"{path.name}: {n}") for n, given in enumerate(document))


def case_differences(case: ClauseCase, clause: Clause) -> list[str]:
    """How a clause differs from what the case expects; empty where it does not.

    The clause need not be the one that the case names.
    """
    wrong: list[str] = []
    if case.on is not None and case.expected:
        wrong += _compared(case, clause, case.on)
    if case.on is not None:
        for name, points in case.at.items():
            for value, holds in points:
                found = _holds(clause, {**case.given, name: value}, case.on)
                if found != holds:
                    wrong.append(f"{case.title}: {name} = {value}: expected {holds}, got {found}")
    for day, value in case.days.items():
        entry = clause.on(day)
        found_value: Any = NOT_IN_FORCE if entry is None else _value(entry.value)
        if not _matches(found_value, value):
            wrong.append(f"{case.title}: on {day}: expected {value}, got {found_value}")
    for day, dates in case.dates.items():
        found_dates = next((_dates(e) for e in clause.entries if e.valid_from == day), {})
        if not _matches(found_dates, dates):
            wrong.append(f"{case.title}: from {day}: expected {dates}, got {found_dates}")
    upcoming = {e.valid_from: _value(e.value) for e in clause.entries if e.expected}
    for day, value in case.announced.items():
        if not _matches(upcoming.get(day), value):
            wrong.append(f"{case.title}: announced for {day}: expected {value}, got {upcoming.get(day)}")
    return wrong


def _compared(case: ClauseCase, clause: Clause, on: date) -> Iterator[str]:
    entry = clause.on(on)
    found: dict[str, Any] = {"applies": _holds(clause, case.given, on)}
    if entry is not None:
        found |= {"value": _value(entry.value), **_dates(entry)}
    for key, expected in case.expected.items():
        if not _matches(found.get(key), expected):
            yield f"{case.title}: {key}: expected {expected}, got {found.get(key)}"


def _dates(entry: Entry) -> dict[str, str | None]:
    document = entry.as_dict()
    names = ("valid_from", "valid_to", "compliance_from", "checked")
    return {**{k: document[k] for k in names}, "issued": document["cite"]["issued"]}


def _holds(clause: Clause, given: Subject, on: date) -> str:
    return NOT_IN_FORCE if clause.on(on) is None else str(applies(clause, given).holds)


def _value(value: Any) -> Any:
    if isinstance(value, Range):
        ends = {k: v for k, v in value.as_dict().items() if k in ("min", "max") and v is not None}
        return ends | {k: False for k in ("min_inclusive", "max_inclusive") if not value.as_dict()[k]}
    return value


def _matches(found: Any, expected: Any) -> bool:
    """Whether what was found holds what is expected: of mappings the keys named, numbers to nine digits."""
    if isinstance(expected, Mapping):
        return isinstance(found, Mapping) and all(_matches(found.get(k), v) for k, v in expected.items())
    if isinstance(expected, list):
        return (
            isinstance(found, list)
            and len(found) == len(expected)
            and all(_matches(f, e) for f, e in zip(found, expected, strict=True))
        )
    both = isinstance(expected, int | float) and isinstance(found, int | float)
    if both and not isinstance(expected, bool) and not isinstance(found, bool):
        return bool(abs(found - expected) <= _SHARE * max(abs(found), abs(expected)))
    return bool(found == expected)


def matches(found: Any, expected: Any) -> bool:
    """Whether an answer holds every part that is expected of it; numbers agree to nine digits.

    Examples
    --------
    >>> matches({"a": 1.0, "b": [1, 2]}, {"b": [1, 2]}), matches({"a": 1.0}, {"a": 2})
    (True, False)
    """
    return _matches(found, expected)


def _case(given: Any, where: str) -> ClauseCase:
    if not isinstance(given, dict) or not isinstance(given.get("given", {}), dict):
        _refuse(where, Text("案例须为映射", "a case is a mapping"), Text("given、on、expected", "given, on, expected"))
    _only(set(given), _KEYS, where)
    rule, tool = given.get("rule", ""), given.get("tool", "")
    if bool(rule) == bool(tool):
        _refuse(
            where,
            Text("须有 rule 或 tool 之一", "it names a rule or a tool, one of them"),
            Text("例如 rule: …", "Write rule: …"),
        )
    on = day_from(given["on"], where) if "on" in given else None
    expected = given.get("expected") or {}
    at = {
        k: tuple((_given(k, v, where), h) for v, h in points.items()) for k, points in (given.get("at") or {}).items()
    }
    days, dates, announced = (
        {day_from(k, where): v for k, v in (given.get(name) or {}).items()} for name in ("days", "dates", "announced")
    )
    if not (expected or at or days or dates or announced) or (rule and on is None and (expected or at)):
        _refuse(
            where,
            Text("案例缺少 on 或 expected", "the case lacks on or expected"),
            Text("给出日期与预期结果", "Give the day and what is expected"),
        )
    subject = given.get("given") or {}
    if rule:
        _only(set(expected), _EXPECTED, where)
        _only(
            {h for points in at.values() for _, h in points}
            | ({expected["applies"]} if "applies" in expected else set()),
            set(_APPLIES),
            where,
        )
        subject = {k: _given(k, v, where) for k, v in subject.items()}
    title = given.get("title") or f"{rule or tool} {on or ''}".strip()
    return ClauseCase(rule, tool, title, where, subject, on, expected, at, days, dates, announced)


def _given(name: str, value: Any, where: str) -> Any:
    """A value of a subject: words as they stand, days as days, numbers as numbers."""
    _only({name}, set(PREDICATES), where)
    match PREDICATES[name].kind:
        case "day":
            return day_from(str(value), where)
        case "number":
            try:
                return float(value)
            except ValueError:
                _refuse(
                    where,
                    Text(f"{name} 的值 {value} 不是数字", f"{name} {value} is not a number"),
                    Text("请写数字", "Write a number"),
                )
    return tuple(value) if isinstance(value, list) else value


def _only(words: set[str], known: set[str], where: str) -> None:
    if strange := sorted(words - known):
        _refuse(
            where,
            Text(f"未知的词 {'、'.join(strange)}", f"{', '.join(strange)} is not known"),
            Text(f"可用：{'、'.join(sorted(known))}", f"One of {', '.join(sorted(known))}"),
        )


def _refuse(where: str, what: Text, remedy: Text) -> None:
    raise RulebookError(what, remedy, where=where)
