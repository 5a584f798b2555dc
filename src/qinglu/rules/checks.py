"""What the schema cannot say of a rule, and the loader refuses all the same."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from ..errors import RulebookError
from ..model.level import SEVERITY
from ..model.rule import OWN_CONVENTION, Cite, Dated, Rule, TierOn
from ..text import Text
from .resolve import change_days, tiers_on
from .vocabulary import CLASSES, COMPARES, MEASURES, PREDICATES, UNITS

_HIGHEST = {"share": 1.0, "deg": 90.0}  # base unit → no value can lie above


def check_rule(rule: Rule, where: str) -> None:
    """Refuse a rule that cannot be applied or could mislead.

    Raises
    ------
    RulebookError
        With the place, the value and what is allowed.
    """
    _check_words(rule, where)
    _check_predicates(rule, where)
    _check_classes(rule, where)
    for n, tier in enumerate(rule.tiers):
        at = f"{where}: tiers.{n}"
        _check_periods(tier.values, at)
        for dated in tier.values:
            _check_value(rule, dated, at)
    _check_order(rule, where)
    _check_languages(rule, where)


def _refuse(where: str, what: Text, remedy: Text) -> None:
    raise RulebookError(what, remedy, where=where)


def _one_of(where: str, kind: Text, value: str, known: object) -> None:
    names = list(known)  # type: ignore[call-overload]
    if value not in names:
        _refuse(
            where,
            Text(f"未知{kind.zh}“{value}”", f"{kind.en} '{value}' is not known"),
            Text(f"可用：{'、'.join(names)}", f"One of {', '.join(names)}"),
        )


def _check_words(rule: Rule, where: str) -> None:
    _one_of(where, Text("度量", "measure"), rule.measure, MEASURES)
    _one_of(where, Text("单位", "unit"), rule.unit, UNITS)
    _one_of(where, Text("比较方式", "comparison"), rule.compare, COMPARES)
    measure = MEASURES[rule.measure]
    if UNITS[rule.unit][0] != measure.base_unit:
        fitting = [u for u, (base, _) in UNITS.items() if base == measure.base_unit]
        _refuse(
            where,
            Text(
                f"度量 {rule.measure} 不能用单位 {rule.unit}",
                f"{rule.measure} is not measured in {rule.unit}",
            ),
            Text(f"可用：{'、'.join(fitting)}", f"One of {', '.join(fitting)}"),
        )
    if rule.scale is not None and (measure.source != "raster" or rule.scale[0] >= rule.scale[1]):
        _refuse(
            where,
            Text(f"scale {rule.scale} 无效", f"scale {rule.scale} cannot be"),
            Text(
                "仅用于栅格度量，且最小值小于最大值", "It goes with raster measures, the smaller number first"
            ),
        )


def _check_predicates(rule: Rule, where: str) -> None:
    for name, values in rule.applies_to.items():
        _one_of(where, Text("条件", "predicate"), name, PREDICATES)
        for value in values:
            if not PREDICATES[name].accepts(value):
                allowed = PREDICATES[name].allowed
                _refuse(
                    where,
                    Text(f"条件 {name} 的值“{value}”无效", f"predicate {name} cannot be '{value}'"),
                    Text(allowed.zh, allowed.en[:1].upper() + allowed.en[1:]),
                )
    source = MEASURES[rule.measure].source
    needs = "noted" if source == "project" else "role"
    bars = "role" if source == "project" else "noted"
    if needs not in rule.applies_to or bars in rule.applies_to or len(rule.applies_to[needs]) != 1:
        _refuse(
            where,
            Text(f"度量 {rule.measure} 须且只须一个 {needs}", f"{rule.measure} needs exactly one {needs}"),
            Text(f"请在 applies_to 中写明 {needs}", f"Give one {needs} in applies_to, and no {bars}"),
        )
    if source == "slope" and rule.applies_to["role"] != ("elevation",):
        _refuse(
            where,
            Text("坡度由 elevation 图层计算", "slope comes from a layer of role elevation"),
            Text("请写 role: elevation", "Write role: elevation"),
        )


def _check_classes(rule: Rule, where: str) -> None:
    known = CLASSES.get(rule.applies_to.get("role", ("",))[0], ())
    for tier in rule.tiers:
        for name in tier.feature_class:
            if MEASURES[rule.measure].source != "features" or name not in known:
                _refuse(
                    where,
                    Text(f"未知要素类别“{name}”", f"feature class '{name}' is not known"),
                    Text(
                        f"可用：{'、'.join(known) or '无'}",
                        f"One of {', '.join(known) or 'none for this role'}",
                    ),
                )
    if rule.unclassed is not None and not known:
        _refuse(
            where,
            Text(
                "该角色的图层没有类别，不应有 unclassed", "layers of this role have no classes to be unknown"
            ),
            Text("请删去 unclassed", "Leave unclassed out"),
        )


def _check_periods(values: tuple[Dated, ...], where: str) -> None:
    if values[0].value is None:
        _refuse(
            where,
            Text("第一个值不能是废止（null）", "the first value cannot be a repeal (null)"),
            Text("请先写生效的值", "Give the value that is repealed before it"),
        )
    for before, after in pairwise(values):
        if after.valid_from <= before.valid_from:
            _refuse(
                where,
                Text(
                    f"时段重叠或未按先后排列：{before.valid_from} 之后是 {after.valid_from}",
                    f"periods overlap or are out of order: {after.valid_from} after {before.valid_from}",
                ),
                Text(
                    "每个值须有更晚的 valid_from", "Each value needs a later valid_from than the one before"
                ),
            )
        if before.expected and not after.expected:
            _refuse(
                where,
                Text(
                    f"{after.valid_from} 的值排在预期变更之后",
                    f"{after.valid_from} stands after an expected change",
                ),
                Text("预期变更只能在最后", "Expected changes come last"),
            )


def _check_value(rule: Rule, dated: Dated, where: str) -> None:
    at = f"{where}, {dated.valid_from}"
    for cite in (dated.cite, *dated.also):
        _check_cite(cite, dated, at)
    if dated.value is None:
        return
    base, factor = UNITS[rule.unit]
    value = dated.value * factor
    lowest, highest = rule.scale or (0.0, _HIGHEST.get(base, float("inf")))
    if not lowest <= value <= highest:
        _refuse(
            at,
            Text(
                f"值 {dated.value} {rule.unit} 超出可能范围",
                f"{dated.value} {rule.unit} lies outside what can be",
            ),
            Text(f"范围：{lowest} 至 {highest} {base}", f"From {lowest} to {highest} {base}"),
        )


def _check_cite(cite: Cite, dated: Dated, where: str) -> None:
    """Three dates, never merged: issued, in force, last checked. A convention of ours may reach back."""
    own = cite.kind == OWN_CONVENTION
    newest: date | None = cite.issued if own or dated.expected else dated.valid_from
    if cite.checked is not None:
        for day, name in ((cite.issued, "issued"), (newest, "valid_from")):
            if day is not None and cite.checked < day:
                _refuse(
                    where,
                    Text(
                        f"checked {cite.checked} 早于 {name} {day}",
                        f"checked {cite.checked} is before {name} {day}",
                    ),
                    Text(
                        "核对日期不能早于所核对的内容；未核对请写 null",
                        "Nobody can check a text before it exists; write null until it is checked",
                    ),
                )
    if cite.issued is not None and dated.valid_from < cite.issued and not own and cite is dated.cite:
        _refuse(
            where,
            Text(
                f"valid_from {dated.valid_from} 早于发布日期 {cite.issued}",
                f"valid_from {dated.valid_from} is before the day of issue {cite.issued}",
            ),
            Text("除自定惯例外，规则不溯及既往", "Only a convention of the rulebook's own may reach back"),
        )


def _check_order(rule: Rule, where: str) -> None:
    """The first tier that holds decides, so worse levels and, within a level, stricter values come first."""
    falling = COMPARES[rule.compare] in {"≥", ">"}
    for day in change_days(rule):
        keys = [_order_key(t, falling) for t in tiers_on(rule, day)]
        if any(b <= a for a, b in pairwise(keys)):
            _refuse(
                f"{where}, {day}",
                Text("各级未按由重到轻、由严到宽排列", "tiers are not in order from worst to mildest"),
                Text(
                    "先列较重级别；同一级别先列更难达到的值，不得重复",
                    "List worse levels first and, within a level, the value that is reached last; none twice",
                ),
            )


def _order_key(tier: TierOn, falling: bool) -> tuple[int, float]:
    return -SEVERITY.index(tier.level), -tier.threshold if falling else tier.threshold


def _check_languages(rule: Rule, where: str) -> None:
    texts = [
        rule.title,
        rule.question,
        *(t.says for t in rule.tiers),
        *([rule.unclassed] if rule.unclassed else []),
    ]
    texts += [v.basis for t in rule.tiers for v in t.values if v.basis]
    for text in texts:
        if not any("\u4e00" <= c <= "\u9fff" for c in text.zh) or any(
            "\u4e00" <= c <= "\u9fff" for c in text.en
        ):
            _refuse(
                where,
                Text(f"中英文放错：zh“{text.zh}”", f"languages are mixed up: zh '{text.zh}', en '{text.en}'"),
                Text("zh 写中文，en 写英文", "Chinese goes in zh, English in en"),
            )
