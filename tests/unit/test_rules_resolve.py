"""Rules on a date, their history, and the trace."""

from __future__ import annotations

import json
from datetime import date, timedelta
from itertools import pairwise

import pytest

from qinglu.errors import InputError
from qinglu.model import Layer, Level
from qinglu.model.rule import Cite, Dated, Rule, Tier
from qinglu.rules import RuleNotInForceError, deciding_tier, history, in_force, load, resolve, trace
from qinglu.rules.resolve import change_days
from qinglu.text import Text

BOOK = load(installed=False)
ON = date(2026, 11, 22)


def made(*values: tuple[str, float | None, bool]) -> Rule:
    cite = Cite("law", Text("水法", "Water Act"), Text("第三条", "art. 3"), None, None)
    dated = tuple(Dated(date.fromisoformat(d), v, cite, expected=e) for d, v, e in values)
    tier = Tier(Level.NOTE, Text("近", "near"), dated)
    title = Text("河", "River")
    return Rule(
        "test.river", title, title, "water", {"role": ("river",)}, "distance", "km", "at-most", (tier,)
    )


def test_a_rule_has_no_value_before_its_first_day() -> None:
    rule = made(("1994-03-01", 60, False))
    assert resolve(rule, date(1994, 3, 1)).tiers[0].threshold == 60_000
    with pytest.raises(RuleNotInForceError) as caught:
        resolve(rule, date(1994, 2, 28))
    line = caught.value.line("en")
    assert "test.river has no value on 1994-02-28. Its first is from 1994-03-01 (Water Act, art. 3" in line
    assert line.endswith("[rule-not-in-force]")
    assert isinstance(caught.value, InputError)
    assert caught.value.exit_code == 2


def test_a_repealed_rule_has_no_value() -> None:
    rule = made(("1994-03-01", 60, False), ("2000-01-01", None, False))
    assert resolve(rule, date(1999, 12, 31)).tiers
    with pytest.raises(RuleNotInForceError, match="repealed by 2000-01-01"):
        resolve(rule, date(2000, 1, 1))


def test_an_expected_change_is_shown_and_never_applied() -> None:
    rule = made(("1994-03-01", 60, False), ("2020-01-01", 5, True))
    assert resolve(rule, ON).tiers[0].threshold == 60_000
    assert [d.value for _, d in history(rule)] == [60, 5]


def test_a_rulebook_with_nothing_in_force_is_an_error_not_an_empty_answer() -> None:
    with pytest.raises(RuleNotInForceError, match="1975-12-17"):
        in_force(BOOK.rules, date(1975, 12, 16))
    assert [r.id for r in in_force(BOOK.rules, date(1975, 12, 17))] == ["screening.world-heritage"]
    assert in_force((), ON) == ()


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda r: r.id)
def test_a_rule_is_constant_between_its_days_of_change(rule: Rule) -> None:
    days = [*change_days(rule), ON]
    for start, end in pairwise(days):
        middle = start + (end - start) / 2
        for day in (middle, end - timedelta(days=1)):
            assert resolve(rule, day).tiers == resolve(rule, start).tiers
        if end != ON:
            assert resolve(rule, end).tiers != resolve(rule, start).tiers


def test_what_a_run_records_of_a_rule_is_json() -> None:
    for rule in in_force(BOOK.rules, ON):
        recorded = json.loads(json.dumps(rule.as_dict()))
        assert recorded["on"] == "2026-11-22"
        assert recorded["tiers"][0]["cite"]["doc"]["zh"]


def finding(level: str, value: float | None) -> dict[str, object]:
    return {
        "level": level,
        "value": value,
        "unit": "m",
        "measure": "distance",
        "rule_id": "r",
        "layer_id": "wdpa",
    }


def test_the_trace_names_measure_clause_layer_and_comparison() -> None:
    rule = resolve(BOOK.rule("screening.protected-areas"), ON)
    layer = Layer(
        "wdpa", "protected", Text("保护地库", "WDPA"), "area", version="2026-10", provider="UNEP-WCMC"
    )
    steps = trace(rule, finding("critical", 0.0), layer)
    assert [s.kind for s in steps] == ["measure", "rule", "layer", "formula"]
    assert steps[0].text.en == "Distance = 0\u202fm"
    for words in (
        "article 4",
        "checked 2026-11-22",
        "Performance Standard 6",
        "unverified",
        "a screening convention, not law",
        "in force from 2022-03-28",
    ):
        assert words in steps[1].text.en
    assert "未经核对原文" in steps[1].text.zh
    assert steps[2].text.en == "WDPA, 2026-10, UNEP-WCMC, licence not stated"
    assert steps[3].text == Text("0\u202fm ≤ 0\u202fkm → 严重", "0\u202fm ≤ 0\u202fkm → Critical")
    json.dumps([dict(s.detail) for s in steps])
    assert trace(rule.as_dict(), finding("critical", 0.0), layer) == steps


@pytest.mark.parametrize(
    ("level", "value", "threshold"),
    [
        ("critical", 0.0, 0), ("warning", 0.0, 0), ("warning", 900.0, 1000), ("warning", 3000.0, 5000),
        ("note", 3000.0, 10_000), ("clear", 30_000.0, 10_000), ("unknown", None, 10_000),
    ],
)  # fmt: skip
def test_the_clause_of_a_finding_is_that_of_the_tier_that_decided(
    level: str, value: float | None, threshold: float
) -> None:
    rule = resolve(BOOK.rule("screening.protected-areas"), ON).as_dict()
    assert deciding_tier(rule, finding(level, value))["threshold"] == threshold


def test_the_trace_of_clear_shows_the_comparison_that_failed_and_of_unknown_that_there_is_none() -> None:
    rule = resolve(BOOK.rule("screening.protected-areas"), ON)
    assert trace(rule, finding("clear", 30_000.5), None)[-1].text.en == "30000.5\u202fm > 10\u202fkm → Clear"
    unknown = trace(rule, {**finding("unknown", None), "layer_id": ""}, None)
    assert unknown[0].text.en == "Distance: no value to judge"
    assert unknown[2].text == Text("没有图层", "No layer")
    assert unknown[3].text.en == "Nothing to compare → Unknown"
