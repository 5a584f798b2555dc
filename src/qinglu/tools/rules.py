"""``qinglu rules``: list, show, history, explain, check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from .. import rules
from ..errors import OptionError, UnknownNameError
from ..model import country_code
from ..model.clause import Clause
from ..model.rule import Rule
from ..rules import Rulebook, clause_step, unverified
from ..rules.clause_cases import ClauseCase, case_differences, case_files, matches, read_clause_cases
from ..rules.clause_mutants import draft as draft_case
from ..rules.clause_mutants import mutants
from ..rules.resolve import tiers_on
from ..text import Lang, Text
from ..workspace import Workspace
from .answer import Answer, plain


@dataclass(frozen=True)
class Listed:
    """Rows with an id and a title, for a person or a program."""

    rows: tuple[Mapping[str, Any], ...]

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {"rules": [plain(r) for r in self.rows]}

    def lines(self, lang: Lang) -> Iterator[str]:
        """One line a rule."""
        width = max((len(r["id"]) for r in self.rows), default=0)
        for row in self.rows:
            states = [
                Text("未生效", "not in force") if not row["in_force"] else None,
                Text("未核对", "unverified") if not row["checked"] else None,
            ]
            said = ", ".join(s.in_(lang) for s in states if s)
            yield f"{row['id']:<{width}}  {row['title'].in_(lang)}{f'  [{said}]' if said else ''}"
        yield Text(f"共 {len(self.rows)} 条", f"{len(self.rows)} in all").in_(lang)


@dataclass(frozen=True)
class Checked:
    """What loading and trying the cases gave."""

    rules: int
    clauses: int
    values: int
    unverified: int
    cases: int
    wrong: tuple[str, ...]
    unguarded: tuple[str, ...]
    drafts: tuple[Mapping[str, Any], ...] = field(default=())

    @property
    def exit_code(self) -> int:
        """1 where a case does not hold."""
        return 1 if self.wrong else 0

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "rules": self.rules,
            "clauses": self.clauses,
            "values": self.values,
            "unverified_values": self.unverified,
            "cases": self.cases,
            "wrong": list(self.wrong),
            "unguarded": list(self.unguarded),
            "drafts": [dict(d) for d in self.drafts],
        }

    def lines(self, lang: Lang) -> Iterator[str]:
        """Counts, then what does not hold; or nothing but the drafts, ready for a file of cases."""
        if self.drafts:
            import yaml

            for made in self.drafts:
                yield yaml.safe_dump(
                    [made], allow_unicode=True, sort_keys=False, default_flow_style=None, width=110
                ).rstrip()
            return
        loose = self.unverified
        yield Text(
            f"筛查规则 {self.rules} 条，条款 {self.clauses} 条，值 {self.values} 个（未核对 {loose} 个），"
            f"案例 {self.cases} 个",
            f"{self.rules} screening rules, {self.clauses} clauses, {self.values} values ({loose} unverified), "
            f"{self.cases} cases",
        ).in_(lang)
        yield from self.wrong
        if self.unguarded:
            yield Text(
                f"{len(self.unguarded)} 条条款尚有改动无案例可察；用 --draft 拟出案例",
                f"{len(self.unguarded)} clauses could change unnoticed; --draft writes cases for them",
            ).in_(lang)
        if not self.wrong:
            yield Text("全部案例成立", "every case holds").in_(lang)


def list_rules(
    workspace: Workspace,
    topic: str | None,
    kind: str | None,
    jurisdiction: str | None,
    on: date | None,
    rulebook: Path | None,
) -> Listed:
    """Rules and clauses of a topic, kind and jurisdiction; everything where none is named."""
    book, day = _book(workspace, rulebook), on or workspace.today
    _known("--topic", topic, book.topics)
    _known("--kind", kind, ["screening", *sorted({c.kind for c in book.clauses})])
    code = None if jurisdiction is None else jurisdiction.upper()
    _known("--jurisdiction", code, sorted({c.jurisdiction for c in book.clauses}))
    rows: list[Mapping[str, Any]] = []
    if code is None and kind in (None, "screening"):
        rows += [_rule_row(r, day) for r in book.rules if topic in (None, r.topic)]
    rows += [
        _clause_row(c, day)
        for c in book.clauses
        if topic in (None, c.topic) and kind in (None, c.kind) and code in (None, c.jurisdiction)
    ]
    return Listed(tuple(rows))


def show(workspace: Workspace, id: str, on: date | None, rulebook: Path | None) -> Answer:  # noqa: A002
    """What a rule says on a day."""
    book, day = _book(workspace, rulebook), on or workspace.today
    found = _found(book, id)
    if isinstance(found, Rule):
        return Answer(rules.resolve(found, day).as_dict())
    entry = found.on(day)
    document = {k: v for k, v in found.as_dict().items() if k != "values"}
    result = {**document, "on": day, "in_force": entry is not None, "value": entry.as_dict() if entry else None}
    return Answer(result, unverified=(unverified(found, entry),) if entry and not entry.is_verified else ())


def history(workspace: Workspace, id: str, rulebook: Path | None) -> Answer:  # noqa: A002
    """Every value of a rule, oldest first."""
    found = _found(_book(workspace, rulebook), id)
    if isinstance(found, Clause):
        loose = tuple(unverified(found, e) for e in found.entries if not e.is_verified)
        return Answer({"id": found.id, "title": found.title, "history": found.as_dict()["values"]}, unverified=loose)
    rows = [
        {
            "valid_from": d.valid_from, "level": str(t.level), "value": d.value, "unit": found.unit,
            "expected": d.expected, "verified": d.is_verified, "citation": d.cite.as_dict(),
        }
        for t, d in rules.history(found)
    ]  # fmt: skip
    return Answer({"id": found.id, "title": found.title, "history": rows})


def explain(workspace: Workspace, id: str, on: date | None, rulebook: Path | None, **given: Any) -> Answer:  # noqa: A002
    """Whether a rule applies to a subject, condition by condition."""
    book, day = _book(workspace, rulebook), on or workspace.today
    found = _found(book, id)
    if isinstance(found, Rule):
        return show(workspace, id, on, rulebook)
    subject = {k: _given(k, v) for k, v in given.items() if v is not None}
    applied, entry = rules.applies(found, subject), found.on(day)
    result = {
        "rule_id": found.id,
        "title": found.title,
        "on": day,
        "in_force": entry is not None,
        "applies": str(applied.holds),
        "why": applied.why,
        "value": entry.as_dict()["value"] if entry else None,
        "unit": found.unit,
        "compliance_from": entry.compliance_from if entry else None,
        "citation": entry.cite.as_dict() if entry else None,
    }
    loose = (unverified(found, entry),) if entry and not entry.is_verified else ()
    return Answer(result, trace=(clause_step(applied, entry),), unverified=loose)


def check(workspace: Workspace, draft: bool, on: date | None, rulebook: Path | None) -> Checked:
    """Load everything, try every case, and name the clauses that could change unnoticed."""
    book, day = _book(workspace, rulebook), on or workspace.today
    cases = [c for directory in book.directories for path in case_files(directory) for c in read_clause_cases(path)]
    wrong = [w for c in cases for w in tried(workspace, book, c)]
    by_rule: dict[str, list[ClauseCase]] = {}
    for case in cases:
        by_rule.setdefault(case.rule, []).append(case)
    open_ = [
        c for c in book.clauses
        if any(not any(case_differences(k, m) for k in by_rule.get(c.id, ())) for _, m in mutants(c))
    ]  # fmt: skip
    screening = _screening(book)
    entries = [e for c in book.clauses for e in c.entries]
    dated = [d for r in book.rules for t in r.tiers for d in t.values]
    return Checked(
        rules=len(book.rules),
        clauses=len(book.clauses),
        values=len(entries) + len(dated),
        unverified=sum(not e.is_verified for e in entries) + sum(not d.is_verified for d in dated),
        cases=len(cases) + screening[0],
        wrong=(*screening[1], *wrong),
        unguarded=tuple(c.id for c in open_),
        drafts=tuple(d for c in open_ if (d := draft_case(c, day))) if draft else (),
    )


def tried(workspace: Workspace, book: Rulebook, case: ClauseCase) -> list[str]:
    """How a case differs from what the clause, or the tool, says; empty where it holds."""
    if case.rule:
        return case_differences(case, book.clauses.clause(case.rule))
    from .catalogue import tool
    from .check import checked

    chosen = tool(case.tool)
    answer = chosen.run(workspace, checked(chosen.fields, dict(case.given))).as_dict()
    missed = [k for k, v in case.expected.items() if not matches(answer["result"].get(k), v)]
    return [f"{case.title}: {k}: expected {case.expected[k]}, got {answer['result'].get(k)}" for k in missed]


def _screening(book: Rulebook) -> tuple[int, list[str]]:
    from ..rules.files import read_yaml
    from ..screening.cases import differences, read_cases

    cases = [
        c
        for directory in book.directories
        for path in case_files(directory)
        if isinstance(read_yaml(path), dict)
        for c in read_cases(path)
    ]
    return len(cases), [w for c in cases for w in differences(c, book.rule(c.rule))]


def _book(workspace: Workspace, rulebook: Path | None) -> Rulebook:
    return workspace.rulebook((rulebook,) if rulebook else ())


def _found(book: Rulebook, rule_id: str) -> Rule | Clause:
    try:
        return book.rule(rule_id)
    except UnknownNameError:
        return book.clauses.clause(rule_id)


def _known(flag: str, value: str | None, known: Sequence[str] | Mapping[str, Any]) -> None:
    if value is not None and value not in known:
        raise OptionError(
            Text(f"没有 {value} 这个选项", f"{value} is not one of the choices"),
            Text(f"可用：{'、'.join(known)}", f"Use {', '.join(known)}"),
            where=flag,
        )


def _given(name: str, value: Any) -> Any:
    if name.startswith("capacity"):
        return value[0]
    if name == "country":
        code = country_code(value)
        if code is None:
            raise OptionError(
                Text(f"未知国别 {value}", f"{value} is no country that we know"),
                Text("请用中英文名称或ISO 3166代码", "A name in Chinese or English, or an ISO 3166 code"),
                where="--country",
            )
        return code
    return value


def _rule_row(rule: Rule, day: date) -> dict[str, Any]:
    tiers = tiers_on(rule, day)
    return {
        "id": rule.id, "kind": "screening", "topic": rule.topic, "jurisdiction": None, "title": rule.title,
        "in_force": bool(tiers), "checked": bool(tiers) and all(t.in_force.is_verified for t in tiers),
    }  # fmt: skip


def _clause_row(clause: Clause, day: date) -> dict[str, Any]:
    entry = clause.on(day)
    return {
        "id": clause.id, "kind": clause.kind, "topic": clause.topic, "jurisdiction": clause.jurisdiction,
        "title": clause.title, "in_force": entry is not None, "checked": entry is not None and entry.is_verified,
    }  # fmt: skip
