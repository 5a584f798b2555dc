"""The cases beside the rules hold, and no number or date of the rulebook can be changed without one falling."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from qinglu.errors import RulebookError
from qinglu.model.rule import Dated, Rule
from qinglu.rules import load
from qinglu.rules.files import BUILTIN
from qinglu.screening.cases import Case, differences, read_cases

BOOK = load(installed=False)
CASES: dict[str, list[Case]] = {}
for _path in sorted((BUILTIN / "screening" / "cases").glob("*.yaml")):
    for _case in read_cases(_path):
        CASES.setdefault(_case.rule, []).append(_case)


def test_every_rule_has_cases_and_every_case_a_rule() -> None:
    assert set(CASES) == {r.id for r in BOOK.rules}


@pytest.mark.parametrize(
    "case", [c for cases in CASES.values() for c in cases], ids=lambda c: f"{c.rule}: {c.title}"
)
def test_case(case: Case) -> None:
    assert differences(case, BOOK.rule(case.rule)) == []


def with_value(rule: Rule, t: int, v: int, dated: Dated) -> Rule:
    tier = rule.tiers[t]
    values = (*tier.values[:v], dated, *tier.values[v + 1 :])
    return replace(rule, tiers=(*rule.tiers[:t], replace(tier, values=values), *rule.tiers[t + 1 :]))


def mutants() -> Iterator[tuple[str, Rule]]:
    """Every value one unit of its rule up and down, each tier of every period."""
    for rule in BOOK.rules:
        for t, tier in enumerate(rule.tiers):
            for v, dated in enumerate(tier.values):
                assert dated.value is not None
                for change in (1, -1):
                    mutant = with_value(rule, t, v, replace(dated, value=dated.value + change))
                    yield (
                        f"{rule.id} tier {t} from {dated.valid_from}: {dated.value:+g} → {change:+d}",
                        mutant,
                    )


@pytest.mark.parametrize(("name", "mutant"), list(mutants()), ids=lambda x: x if isinstance(x, str) else "")
def test_a_changed_value_is_caught_by_a_case(name: str, mutant: Rule) -> None:
    assert any(differences(case, mutant) for case in CASES[mutant.id]), f"no case catches {name}"


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda r: r.id)
def test_a_level_made_milder_or_a_class_dropped_is_caught_by_a_case(rule: Rule) -> None:
    for t, tier in enumerate(rule.tiers):
        without = replace(rule, tiers=(*rule.tiers[:t], *rule.tiers[t + 1 :]))
        if without.tiers:
            assert any(differences(case, without) for case in CASES[rule.id]), f"tier {t} may be dropped"
        if tier.feature_class:
            any_class = (*rule.tiers[:t], replace(tier, feature_class=()), *rule.tiers[t + 1 :])
            mutant = replace(rule, tiers=any_class)
            assert any(differences(case, mutant) for case in CASES[rule.id]), (
                f"classes of tier {t} may be dropped"
            )


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda r: r.id)
def test_a_changed_day_is_caught_by_a_case(rule: Rule) -> None:
    """The day from which a value counts, a day early or late, each tier of every period."""
    for t, tier in enumerate(rule.tiers):
        for v, dated in enumerate(tier.values):
            for days in (1, -1):
                mutant = with_value(
                    rule, t, v, replace(dated, valid_from=dated.valid_from + timedelta(days=days))
                )
                caught = any(differences(case, mutant) for case in CASES[rule.id])
                assert caught, f"tier {t}, {dated.valid_from} {days:+d} day"


def test_a_case_with_a_word_nobody_knows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(
        "rule: x\ncases:\n  - {title: t, on: 2020-01-01, given: {featurs: []}, expect: {level: clear}}\n",
        encoding="utf-8",
    )
    with pytest.raises(RulebookError, match="featurs"):
        read_cases(path)


def test_differences_are_told_apart() -> None:
    rule = BOOK.rule("screening.coast")
    good = next(c for c in CASES[rule.id] if c.expect.get("value"))
    for wrong in ({"level": "critical"}, {"value": 1.5}, {"says": "dragons"}, {"nothing": True}):
        assert differences(replace(good, expect={**good.expect, **wrong}), rule)
    missing = next(c for c in CASES[rule.id] if not c.given)
    assert differences(replace(missing, expect={**missing.expect, "value": 0}), rule)
