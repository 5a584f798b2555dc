"""Clauses: what the loader refuses, what applies on a date and why, what stays unknown or undefined."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from qinglu.errors import RulebookError, UnknownNameError
from qinglu.model.clause import Holds, Period, Range
from qinglu.rules import applies, load
from qinglu.rules.clause_cases import case_differences, case_files, read_clause_cases
from qinglu.rules.clause_mutants import draft, mutants
from qinglu.rules.clauses import Clauses, clause_step, clauses_from, unverified

CITE = {
    "kind": "law", "doc": {"zh": "某条例", "en": "A regulation"}, "at": {"zh": "附表一", "en": "schedule 1"},
    "issued": "2000-02-01", "checked": None,
}  # fmt: skip
EDGE = {
    "id": "pak.eia.test", "kind": "eia", "jurisdiction": "PAK", "basis": "host", "topic": "eia",
    "title": {"zh": "水电环评", "en": "EIA of hydropower"},
    "applies_to": {"country": "PAK", "sector": ["hydropower"], "capacity_mw": {"min": 50, "min_inclusive": False}},
    "undefined": {"zh": "恰为50 MW时未作规定", "en": "At exactly 50 MW it is silent", "applies_to": {"capacity_mw": {"min": 50, "max": 50}}},
    "values": [{"valid_from": "2000-02-15", "value": {"required": True, "public_days": 30}, "cite": CITE}],
}  # fmt: skip
LIMIT = {
    "id": "pak.emission.test.so2", "kind": "limit", "jurisdiction": "PAK", "basis": "host", "topic": "emission-limits",
    "title": {"zh": "二氧化硫限值", "en": "Limit on SO2"}, "quantity": "so2", "unit": "mg/m3", "compare": "at-most",
    "applies_to": {"country": ["PAK"], "commissioned": {"from": "2001-01-01", "before": "2011-01-01"}},
    "values": [
        {"valid_from": "2000-02-15", "valid_to": "2009-12-31", "value": {"min": 200, "max": 400}, "cite": CITE},
        {"valid_from": "2010-01-01", "compliance_from": "2012-01-01", "value": 100, "cite": CITE},
        {"valid_from": "2020-01-01", "value": None, "cite": CITE},
        {"valid_from": "2030-01-01", "value": 50, "expected": True, "cite": CITE},
    ],
}  # fmt: skip


def made(document: dict[str, Any]):
    return clauses_from([document], rulebook="test", where="t.yaml")[0]


def changed(document: dict[str, Any], *path: Any, to: Any) -> dict[str, Any]:
    copy = deepcopy(document)
    place = copy
    for key in path[:-1]:
        place = place[key]
    if to is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return copy


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (changed(EDGE, "values", 0, "cite", to=...), "lacks 'cite'"),
        (changed(EDGE, "values", 0, "cite", "doc", to=...), "lacks 'doc'"),
        (changed(EDGE, "applies_to", "weather", to=["rain"]), "predicate 'weather' is not known"),
        (changed(EDGE, "applies_to", "sector", to=["sorcery"]), "word 'sorcery' is not known"),
        (changed(EDGE, "applies_to", "capacity_mw", to=["big"]), "cannot be written so"),
        (changed(EDGE, "applies_to", "capacity_mw", to={"min": 60, "max": 50}), "can never hold"),
        (changed(EDGE, "applies_to", "country", to=["PK"]), "country cannot be 'PK'"),
        (changed(EDGE, "jurisdiction", to="XXX"), "jurisdiction 'XXX' is not known"),
        (changed(EDGE, "jurisdiction", to="CHN"), "basis 'host' is not known"),
        (changed(EDGE, "values", 0, "value", "required", to="maybe"), "required cannot be 'maybe'"),
        (changed(EDGE, "kind", to="wish"), "wish"),
        (changed(EDGE, "title", "en", to="水电"), "languages are mixed up"),
        (changed(EDGE, "extra", to=1), "unknown fields"),
        (changed(EDGE, "values", 0, "valid_from", to="2000-02-30"), "not a day of the calendar"),
        (changed(EDGE, "values", 0, "valid_from", to="2000-01-31"), "before the day of issue"),
        (changed(EDGE, "values", 0, "cite", to={**CITE, "checked": "1999-01-01"}), "before issued"),
        (changed(LIMIT, "unit", to="furlong"), "unit 'furlong' is not known"),
        (changed(LIMIT, "quantity", to="smell"), "quantity 'smell' is not known"),
        (changed(LIMIT, "compare", to=...), "lacks compare"),
        (changed(LIMIT, "averaging", to="weekly"), "averaging period 'weekly' is not known"),
        (changed(LIMIT, "values", 1, "value", to=-1), "negative"),
        (changed(LIMIT, "values", 1, "value", to={"required": True}), "a number or a range"),
        (changed(LIMIT, "values", 1, "valid_from", to="2009-12-31"), "periods overlap"),
        (changed(LIMIT, "values", 1, "compliance_from", to="2009-01-01"), "is before valid_from"),
        (changed(LIMIT, "values", 0, "value", to=None), "cannot be a repeal"),
        (changed(LIMIT, "values", 2, "expected", to=True) | {"values": [{**LIMIT["values"][1], "expected": True}, LIMIT["values"][2]]}, "stands after an expected"),
    ],
)  # fmt: skip
def test_the_loader_refuses(document: dict[str, Any], says: str) -> None:
    with pytest.raises(RulebookError) as caught:
        made(document)
    assert says in caught.value.line("en")
    assert len(caught.value.line("zh")) <= 480


@pytest.mark.parametrize(
    ("subject", "holds"),
    [
        ({"country": "PAK", "sector": "hydropower", "capacity_mw": 50.1}, Holds.YES),
        ({"country": "PAK", "sector": "hydropower", "capacity_mw": 50}, Holds.UNDEFINED),
        ({"country": "PAK", "sector": "hydropower", "capacity_mw": 49.9}, Holds.NO),
        ({"country": "PAK", "sector": "hydropower"}, Holds.UNKNOWN),
        ({"country": "IND", "sector": "hydropower"}, Holds.NO),
        ({}, Holds.UNKNOWN),
    ],
)
def test_what_applies(subject: dict[str, Any], holds: Holds) -> None:
    assert applies(made(EDGE), subject).holds is holds


def test_why_names_the_condition_in_both_languages() -> None:
    applied = applies(made(EDGE), {"country": "PAK", "sector": "hydropower", "capacity_mw": 10})
    assert applied.why.en == "Does not apply: capacity 10 MW (asked: > 50 MW)"
    assert applied.why.zh == "不适用：装机容量 10 MW（条款要求 > 50 MW）"
    open_ = applies(made(EDGE), {"country": "PAK", "sector": "hydropower", "capacity_mw": 50})
    assert open_.why.en == "At exactly 50 MW it is silent"
    step = clause_step(open_, made(EDGE).entries[0])
    assert step.detail["applies"] == "undefined"
    assert step.text.en.endswith("(A regulation, schedule 1 (issued 2000-02-01), unverified)")


@pytest.mark.parametrize(
    ("on", "number"),
    [
        (date(2000, 2, 14), None), (date(2000, 2, 15), 400), (date(2009, 12, 31), 400), (date(2010, 1, 1), 100),
        (date(2019, 12, 31), 100), (date(2020, 1, 1), None), (date(2031, 1, 1), None),
    ],
)  # fmt: skip
def test_what_stands_on_a_day(on: date, number: float | None) -> None:
    entry = made(LIMIT).on(on)
    assert (entry.number if entry else None) == number


def test_a_value_that_ends_leaves_a_gap() -> None:
    clause = made(changed(LIMIT, "values", 1, "valid_from", to="2010-06-01"))
    assert clause.on(date(2010, 5, 31)) is None
    assert clause.on(date(2009, 12, 31)) is not None


def test_ranges_and_periods_know_their_ends() -> None:
    assert [Range(1, 2, min_inclusive=False).holds(x) for x in (1, 1.5, 2, 2.1)] == [False, True, True, False]
    assert [Period(date(2001, 1, 1), date(2002, 1, 1)).holds(date(y, 1, 1)) for y in (2000, 2001, 2002)] == [False, True, False]
    assert made(LIMIT).applies_to["commissioned"] == Period(date(2001, 1, 1), date(2011, 1, 1))


def test_select_and_unknown_ids() -> None:
    clauses = Clauses((made(EDGE), made(LIMIT)))
    assert [c.id for c in clauses.select(kind="limit")] == [LIMIT["id"]]
    assert len(clauses.select(jurisdiction=("PAK", "IND"), topic="eia")) == 1
    found = clauses.applying({"country": "PAK", "sector": "hydropower", "capacity_mw": 60, "commissioned": date(2020, 1, 1)}, date(2015, 1, 1))
    assert [(a.clause.id, a.holds) for a, _ in found] == [(EDGE["id"], Holds.YES)]
    with pytest.raises(UnknownNameError, match=r"pak\.eia\.test"):
        clauses.clause("pak.eia.tset")


def test_unverified_lists_clause_and_citation() -> None:
    clause = made(EDGE)
    entry = clause.entries[0]
    assert not entry.is_verified
    listed = unverified(clause, entry)
    assert (listed["rule_id"], listed["citation"]["checked"]) == (EDGE["id"], None)
    checked = made(changed(EDGE, "values", 0, "cite", to={**CITE, "checked": "2026-11-22"}))
    assert checked.entries[0].is_verified


@pytest.mark.parametrize("document", [EDGE, LIMIT], ids=["edge", "limit"])
def test_a_draft_catches_every_mutant(document: dict[str, Any], tmp_path: Path) -> None:
    clause = made(document)
    path = tmp_path / "draft.yaml"
    path.write_text(yaml.safe_dump([draft(clause, date(2026, 11, 22))], allow_unicode=True), encoding="utf-8")
    (case,) = read_clause_cases(path)
    assert case_differences(case, clause) == []
    found = list(mutants(clause))
    assert len(found) > 5
    for name, mutant in found:
        assert case_differences(case, mutant), name


def test_a_case_with_a_strange_word_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    for text, says in (
        ("- {rule: a.b, on: 2020-01-01, given: {}, expect: {}}", "expect is not known"),
        ("- {rule: a.b, on: 2020-01-01, given: {wheather: x}, expected: {applies: 'yes'}}", "wheather"),
        ("- {rule: a.b, on: 2020-01-01, given: {}, expected: {applies: perhaps}}", "perhaps"),
        ("- {rule: a.b, given: {}}", "lacks"),
        ("- {given: {}, on: 2020-01-01, expected: {applies: 'yes'}}", "rule or a tool"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(RulebookError) as caught:
            read_clause_cases(path)
        assert says in caught.value.line("en")


def test_a_directory_of_a_third_party_adds_clauses(tmp_path: Path) -> None:
    (tmp_path / "rulebook.yaml").write_text(
        yaml.safe_dump({"id": "third", "version": "1", "title": {"zh": "另册", "en": "Third"}, "topics": {}}), encoding="utf-8"
    )
    (tmp_path / "a.yaml").write_text("# head\n" + yaml.safe_dump([EDGE], allow_unicode=True), encoding="utf-8")
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "a.yaml").write_text("[]", encoding="utf-8")
    book = load([tmp_path], installed=False)
    assert book.clauses.clause(EDGE["id"]).rulebook == "third 1"
    assert [p.name for p in case_files(tmp_path)] == ["a.yaml"]
    (tmp_path / "b.yaml").write_text(yaml.safe_dump([EDGE], allow_unicode=True), encoding="utf-8")
    with pytest.raises(RulebookError, match="twice"):
        _ = load([tmp_path], installed=False).clauses
    (tmp_path / "b.yaml").write_text(yaml.safe_dump([changed(LIMIT, "topic", to="nonsense")], allow_unicode=True), encoding="utf-8")
    with pytest.raises(RulebookError, match="topic 'nonsense'"):
        _ = load([tmp_path], installed=False).clauses
