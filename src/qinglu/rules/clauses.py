"""Clauses: load, refuse, select, and say whether one applies to a subject and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..errors import RulebookError, UnknownNameError
from ..model.clause import Applied, Asked, Check, Clause, Entry, Holds, Period, Range, Undefined
from ..model.rule import Step
from ..text import Text
from .clause_checks import check_clause
from .clause_words import PREDICATES
from .files import check_schema, read_yaml
from .reading import cite_from, day_from

Subject = Mapping[str, Any]
"""What is known of a project: predicate name → word, set of words, number or date; absent or None means not known."""


@dataclass(frozen=True)
class Clauses:
    """Clauses in the order of their ids."""

    all: tuple[Clause, ...]
    _by_id: Mapping[str, Clause] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_id", {c.id: c for c in self.all})

    def __iter__(self) -> Iterator[Clause]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    def clause(self, clause_id: str) -> Clause:
        """The clause of that id.

        Raises
        ------
        UnknownNameError
            No clause has this id; near ids are named.
        """
        if clause_id in self._by_id:
            return self._by_id[clause_id]
        import difflib

        near = difflib.get_close_matches(clause_id, self._by_id, n=3, cutoff=0.4)
        raise UnknownNameError(
            Text(f"没有编号为 {clause_id} 的条款", f"no clause has the id {clause_id}"),
            Text(f"相近的编号：{'、'.join(near) or '–'}", f"Near it: {', '.join(near) or '–'}"),
        )

    def select(
        self,
        *,
        kind: str | Sequence[str] = (),
        topic: str | Sequence[str] = (),
        jurisdiction: str | Sequence[str] = (),
        basis: str | Sequence[str] = (),
        quantity: str | Sequence[str] = (),
    ) -> Clauses:
        """Those of these kinds, topics, jurisdictions…; nothing given means any."""
        wanted = [
            (name, (value,) if isinstance(value, str) else tuple(value))
            for name, value in (("kind", kind), ("topic", topic), ("jurisdiction", jurisdiction),
                                ("basis", basis), ("quantity", quantity))
            if value
        ]  # fmt: skip
        return Clauses(tuple(c for c in self.all if all(getattr(c, n) in v for n, v in wanted)))

    def applying(self, subject: Subject, on: date) -> tuple[tuple[Applied, Entry], ...]:
        """Clauses in force on `on` that apply to `subject`, or may: `Holds.NO` left out.

        `Applied.holds` tells apart what applies, what cannot be told for lack of a fact, and what the
        source leaves undefined.
        """
        found = []
        for clause in self.all:
            entry = clause.on(on)
            if entry is None:
                continue
            applied = applies(clause, subject)
            if applied.holds is not Holds.NO:
                found.append((applied, entry))
        return tuple(found)


def applies(clause: Clause, subject: Subject) -> Applied:
    """Whether a clause applies to a subject, predicate by predicate.

    One predicate that fails settles it; else one that cannot be told makes it *unknown*. Where the
    source leaves an edge open and the subject stands on it, the answer is *undefined*.

    Examples
    --------
    >>> from qinglu.model.clause import Clause, Range
    >>> made = Clause("x.y", "eia", "PAK", "host", "eia", Text("甲", "A"), {"capacity_mw": Range(50, None)}, ())
    >>> applies(made, {"capacity_mw": 50}).holds.value, applies(made, {}).holds.value
    ('yes', 'unknown')
    """
    if clause.undefined is not None:
        edge = tuple(_check(n, a, subject) for n, a in {**clause.applies_to, **clause.undefined.applies_to}.items())
        if _all(edge) is Holds.YES:
            return Applied(clause, Holds.UNDEFINED, edge, clause.undefined.why)
    checks = tuple(_check(name, asked, subject) for name, asked in clause.applies_to.items())
    return Applied(clause, _all(checks), checks, _why(checks))


def load_clauses(files: Iterable[tuple[Path, str, str]]) -> Clauses:
    """Clauses of many files.

    Parameters
    ----------
    files : iterable of (path, where, rulebook)
        The file, its name in messages, and the rulebook it belongs to.

    Raises
    ------
    RulebookError
        A value without citation, overlapping periods, an unknown unit, predicate, word or jurisdiction,
        a repeated id: with the place, the value and what is allowed.
    """
    found: dict[str, Clause] = {}
    for path, where, rulebook in files:
        for clause in _clauses_in(path, path.stat().st_mtime_ns, where, rulebook):
            if clause.id in found:
                raise RulebookError(
                    Text(f"条款编号 {clause.id} 出现两次", f"clause id {clause.id} occurs twice"),
                    Text("编号一经发布不再更改；请换用新编号", "Ids are permanent; choose another"),
                    where=where,
                )
            found[clause.id] = clause
    return Clauses(tuple(found[k] for k in sorted(found)))


@lru_cache(maxsize=1024)
def _clauses_in(path: Path, changed: int, where: str, rulebook: str) -> tuple[Clause, ...]:
    """A file as it stood when it was last changed: clauses are frozen, and checking them is most of the work."""
    return clauses_from(read_yaml(path), rulebook=rulebook, where=where)


def clauses_from(document: Any, *, rulebook: str, where: str) -> tuple[Clause, ...]:
    """The clauses of one document, refused where it breaks the schema or `qinglu.rules.clause_checks`."""
    check_schema(document, where, "clause.schema.json")
    made = tuple(_clause(given, rulebook, f"{where}: {given['id']}") for given in document)
    for clause in made:
        check_clause(clause, f"{where}: {clause.id}")
    return made


def unverified(clause: Clause, entry: Entry) -> dict[str, Any]:
    """How a clause whose value was not checked is listed in an answer."""
    return {
        "rule_id": clause.id,
        "title_zh": clause.title.zh,
        "title_en": clause.title.en,
        "valid_from": entry.valid_from.isoformat(),
        "citation": entry.cite.as_dict(),
    }


def clause_step(applied: Applied, entry: Entry | None = None) -> Step:
    """A step of a trace: whether the clause applies and why, with its citation."""
    clause = applied.clause
    cited = Text("", "")
    if entry is not None:
        state = Text("", "") if entry.is_verified else Text("，未核对", ", unverified")
        cited = Text(f"（{entry.cite.line.zh}{state.zh}）", f" ({entry.cite.line.en}{state.en})")
    return Step(
        "rule",
        clause.title,
        Text(f"{applied.why.zh}{cited.zh}", f"{applied.why.en}{cited.en}"),
        {
            "rule_id": clause.id,
            "applies": str(applied.holds),
            "checks": [c.as_dict() for c in applied.checks],
            "value": entry.as_dict() if entry else None,
        },
    )


def _all(checks: tuple[Check, ...]) -> Holds:
    outcomes = {c.holds for c in checks}
    if Holds.NO in outcomes:
        return Holds.NO
    return Holds.UNKNOWN if Holds.UNKNOWN in outcomes else Holds.YES


def _check(name: str, asked: Asked, subject: Subject) -> Check:
    given = subject.get(name)
    if given is None:
        return Check(name, asked, None, Holds.UNKNOWN)
    if isinstance(asked, tuple):
        words = {given} if isinstance(given, str) else set(given)
        holds = not words.isdisjoint(asked)
    else:
        holds = asked.holds(given)
    return Check(name, asked, given, Holds.YES if holds else Holds.NO)


def _why(checks: tuple[Check, ...]) -> Text:
    if not checks:
        return Text("无条件适用", "Applies to all")
    failed = [c for c in checks if c.holds is Holds.NO]
    missing = [c for c in checks if c.holds is Holds.UNKNOWN]
    shown, zh, en = (
        (failed, "不适用：", "Does not apply: ")
        if failed
        else (missing, "无法判断，缺少：", "Cannot be told, missing: ")
        if missing
        else (checks, "适用：", "Applies: ")
    )
    return Text(zh + "；".join(_said(c).zh for c in shown), en + "; ".join(_said(c).en for c in shown))


def _said(check: Check) -> Text:
    predicate = PREDICATES[check.predicate]
    asked = check.asked
    unit = f" {predicate.unit}" if predicate.unit else ""
    if isinstance(asked, tuple):
        words = predicate.words or {}
        titles = [words.get(w, Text(w, w)) for w in asked]
        zh, en = "、".join(t.zh for t in titles), " or ".join(t.en for t in titles)
    else:
        zh = en = f"{asked}{unit}"
    if check.given is None:
        return Text(f"{predicate.title.zh}（条款要求 {zh}）", f"{predicate.title.en} (the clause asks {en})")
    if isinstance(check.given, str):
        given = (predicate.words or {}).get(check.given, Text(check.given, check.given))
    elif isinstance(check.given, date):
        given = Text(str(check.given), str(check.given))
    elif isinstance(check.given, int | float):
        given = Text(f"{check.given:g}{unit}", f"{check.given:g}{unit}")
    else:
        given = Text("、".join(sorted(check.given)) or "无", ", ".join(sorted(check.given)) or "none")
    return Text(f"{predicate.title.zh} {given.zh}（条款要求 {zh}）", f"{predicate.title.en} {given.en} (asked: {en})")


def _clause(given: Mapping[str, Any], rulebook: str, where: str) -> Clause:
    undefined = given.get("undefined")
    return Clause(
        id=given["id"],
        kind=given["kind"],
        jurisdiction=given["jurisdiction"],
        basis=given["basis"],
        topic=given["topic"],
        title=Text(**given["title"]),
        applies_to=_predicates(given.get("applies_to", {}), where),
        entries=tuple(_entry(v, where) for v in given["values"]),
        quantity=given.get("quantity", ""),
        unit=given.get("unit", ""),
        compare=given.get("compare", ""),
        averaging=given.get("averaging") or "",
        reference=given.get("reference"),
        undefined=Undefined(Text(undefined["zh"], undefined["en"]), _predicates(undefined.get("applies_to", {}), where))
        if undefined
        else None,
        rulebook=rulebook,
    )


def _predicates(given: Mapping[str, Any], where: str) -> dict[str, Asked]:
    return {name: _asked(asked, where) for name, asked in given.items()}


def _asked(given: Any, where: str) -> Asked:
    if isinstance(given, str):
        return (given,)
    if isinstance(given, list):
        return tuple(given)
    if set(given) & {"from", "before"}:
        days = {k: day_from(v, where) for k, v in given.items()}
        return Period(days.get("from"), days.get("before"))
    return _range(given)


def _range(given: Mapping[str, Any]) -> Range:
    return Range(
        None if given.get("min") is None else float(given["min"]),
        None if given.get("max") is None else float(given["max"]),
        given.get("min_inclusive", True),
        given.get("max_inclusive", True),
    )


def _entry(given: Mapping[str, Any], where: str) -> Entry:
    value = given["value"]
    if isinstance(value, Mapping) and value and set(value) <= {"min", "max", "min_inclusive", "max_inclusive"}:
        value = _range(value)
    days = {k: None if given.get(k) is None else day_from(given[k], where) for k in ("compliance_from", "valid_to")}
    return Entry(
        valid_from=day_from(given["valid_from"], where),
        value=float(value) if isinstance(value, int | float) else value,
        cite=cite_from(given["cite"], where),
        also=tuple(cite_from(c, where) for c in given.get("also", ())),
        compliance_from=days["compliance_from"],
        valid_to=days["valid_to"],
        precision=given.get("precision", "day"),
        expected=given.get("expected", False),
        note=Text(**given["note"]) if "note" in given else None,
    )
