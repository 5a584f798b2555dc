"""Rules on a date: what is in force, what was, what is to come. Constant between the dates of change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ..errors import InputError
from ..model.rule import Dated, Rule, RuleOn, Tier, TierOn
from ..text import Text
from .vocabulary import MEASURES, UNITS


class RuleNotInForceError(InputError):
    """A rule, or a whole rulebook, that has no value on the date asked."""

    slug = "rule-not-in-force"


def resolve(rule: Rule, on: date) -> RuleOn:
    """The rule as it stands on a date.

    Raises
    ------
    RuleNotInForceError
        No tier has a value on that date; the first and its citation are named.
    """
    tiers = tiers_on(rule, on)
    if not tiers:
        raise _not_in_force(rule, on)
    return RuleOn(rule, on, tiers, MEASURES[rule.measure].base_unit)


def in_force(rules: Sequence[Rule], on: date) -> tuple[RuleOn, ...]:
    """Every rule of `rules` that has a value on `on`, in their order.

    Raises
    ------
    RuleNotInForceError
        None of them has: an empty answer would read as "nothing found".
    """
    found = [(rule, tiers_on(rule, on)) for rule in rules]
    kept = tuple(RuleOn(r, on, t, MEASURES[r.measure].base_unit) for r, t in found if t)
    if not kept and rules:
        raise _not_in_force(min(rules, key=lambda r: first_day(r)), on)
    return kept


def tiers_on(rule: Rule, on: date) -> tuple[TierOn, ...]:
    """The tiers of a rule that have a value on `on`, thresholds in base units."""
    factor = UNITS[rule.unit][1]
    made = []
    for tier in rule.tiers:
        dated = _dated_on(tier, on)
        if dated is not None and dated.value is not None:
            made.append(TierOn(tier.level, tier.says, dated.value * factor, dated, tier.feature_class))
    return tuple(made)


def history(rule: Rule) -> tuple[tuple[Tier, Dated], ...]:
    """Every dated value of a rule, oldest first, with the tier it belongs to; expected ones too."""
    return tuple(sorted(((t, d) for t in rule.tiers for d in t.values), key=lambda pair: pair[1].valid_from))


def change_days(rule: Rule) -> tuple[date, ...]:
    """The days on which the rule changes, expected changes left out."""
    return tuple(sorted({d.valid_from for t in rule.tiers for d in t.values if not d.expected}))


def first_day(rule: Rule) -> date:
    """The first day on which the rule has a value; the last day there is, when all are only expected."""
    return min(change_days(rule), default=date.max)


def _dated_on(tier: Tier, on: date) -> Dated | None:
    standing = [d for d in tier.values if d.valid_from <= on and not d.expected]
    return standing[-1] if standing else None


def _not_in_force(rule: Rule, on: date) -> RuleNotInForceError:
    tier_values = [d for _, d in history(rule) if not d.expected]
    if not tier_values:
        first = Text("目前只有预期的值", "It has only expected values so far")
    elif on < tier_values[0].valid_from:
        line = tier_values[0].cite.line
        first = Text(
            f"最早的值自 {tier_values[0].valid_from} 起（{line.zh}）",
            f"Its first is from {tier_values[0].valid_from} ({line.en})",
        )
    else:
        last = tier_values[-1].valid_from
        first = Text(f"自 {last} 起已废止", f"It was repealed by {last}")
    return RuleNotInForceError(
        Text(
            f"规则 {rule.id} 在 {on} 没有有效的值。{first.zh}", f"{rule.id} has no value on {on}. {first.en}"
        ),
        Text(
            f'请换一个日期，或用 rules.history(rule) 查看其沿革（规则 "{rule.id}"）',
            f'Try another date, or rules.history of "{rule.id}"',
        ),
    )
