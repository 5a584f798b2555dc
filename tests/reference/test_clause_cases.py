"""The cases beside the clauses hold, and no number, threshold or date of a clause can change without one falling."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qinglu.model.clause import Holds
from qinglu.rules import applies, load
from qinglu.rules.clause_cases import ClauseCase, case_differences, case_files, read_clause_cases
from qinglu.rules.clause_mutants import mutants
from qinglu.rules.files import BUILTIN
from qinglu.settings import Settings
from qinglu.tools.rules import tried
from qinglu.workspace import Workspace

BOOK = load(installed=False)
CLAUSES = list(BOOK.clauses)
CASES = [c for path in case_files(BUILTIN) for c in read_clause_cases(path)]
BY_RULE: dict[str, list[ClauseCase]] = {}
for _case in CASES:
    BY_RULE.setdefault(_case.rule, []).append(_case)
CHECKED_ON = date(2026, 11, 22)


def test_every_case_holds() -> None:
    workspace = Workspace(Settings(), today=CHECKED_ON)
    assert [w for case in CASES for w in tried(workspace, BOOK, case)] == []


def test_every_clause_has_a_case() -> None:
    missing = [c.id for c in CLAUSES if c.id not in BY_RULE]
    assert missing == [], "write cases; qinglu rules check --draft gives a start"


@pytest.mark.parametrize("topic", sorted({c.topic for c in CLAUSES}))
def test_a_changed_number_threshold_or_date_is_caught(topic: str) -> None:
    tried_ = [(name, any(case_differences(k, mutant) for k in BY_RULE.get(clause.id, ())))
              for clause in CLAUSES if clause.topic == topic for name, mutant in mutants(clause)]  # fmt: skip
    assert len(tried_) > 0
    assert [name for name, caught in tried_ if not caught] == [], "no case catches these; see qinglu rules check --draft"


def test_checked_is_the_day_of_reading_or_null() -> None:
    days = {c.checked for clause in CLAUSES for e in clause.entries for c in (e.cite, *e.also)}
    assert days <= {None, CHECKED_ON}
    assert len(days) == 2


DAYS = st.dates(date(1970, 1, 1), date(2040, 1, 1))


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(CLAUSES), DAYS, DAYS)
def test_a_clause_is_constant_between_its_dates(clause, a, b) -> None:
    first, last = min(a, b), max(a, b)
    turns = {e.valid_from for e in clause.entries} | {e.valid_to + timedelta(days=1) for e in clause.entries if e.valid_to}
    if not any(first < t <= last for t in turns):
        assert clause.on(first) is clause.on(last)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(CLAUSES), st.floats(0, 5000), st.booleans())
def test_knowing_more_never_turns_no_into_yes(clause, capacity, leave_out) -> None:
    subject = {"country": "PAK", "sector": "thermal_power", "technology": "coal_boiler", "capacity_mw": capacity,
               "capacity_mwth": capacity / 0.4, "stage": "feasibility", "commissioned": date(2015, 6, 1)}  # fmt: skip
    less = {k: v for k, v in subject.items() if k != "capacity_mw" or not leave_out}
    if applies(clause, less).holds is Holds.NO:
        assert applies(clause, subject).holds is Holds.NO


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(CLAUSES))
def test_what_is_only_expected_is_never_applied(clause) -> None:
    announced = replace(clause, entries=tuple(replace(e, expected=True) for e in clause.entries))
    assert announced.on(date(2040, 1, 1)) is None
