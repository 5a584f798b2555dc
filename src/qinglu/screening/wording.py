"""The sentences of a finding, in Chinese and English, with two gaps: the feature's name and the value.

One sentence serves every project it is true of; `screening.explain` fills the gaps. In both languages
the name comes before the value, so that one pass fills both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..model import Layer, Level, role_title
from ..model.rule import OWN_CONVENTION, RuleOn, TierOn
from ..rules import figure, threshold
from ..rules.vocabulary import MEASURES
from ..text import Text
from . import outcomes as o

NAME, VALUE = "\x01", "\x02"
"""The gaps."""

NEAR, IN_POINT, IN_LINE, IN_LINE_M, IN_AREA, IN_AREA_M2, SHARE, NO_FEATURE = range(8)
"""How the project stands to the feature: apart; touching, by its shape, with or without a figure for the
overlap; by its share; no feature to name."""

Advice = Callable[[str], Text]
"""Role asked for → one sentence: which layer would answer and how to get it."""


@dataclass(frozen=True)
class Case:
    """What one sentence is about."""

    rule: RuleOn
    layer: Layer | None
    outcome: int
    standing: int
    flags: int


def sentence(case: Case, advice: Advice, max_buffer_m: float) -> Text:
    """The whole explanation of a case, with gaps: verdict and measure, rule, layer, caveats."""
    parts = [_verdict(case, advice, max_buffer_m), _rule(_tier(case)), _layer(case.layer), *_caveats(case)]
    return Text("".join(p.zh for p in parts), " ".join(p.en for p in parts if p.en))


def level_of(rule: RuleOn, outcome: int) -> Level:
    """The level that an outcome gives."""
    if outcome < o.CLEAR:
        return rule.tiers[outcome].level
    return Level.CLEAR if outcome == o.CLEAR else Level.UNKNOWN


def _tier(case: Case) -> TierOn:
    """The tier that decided; where none did, the mildest: it reaches furthest."""
    return case.rule.tiers[case.outcome if case.outcome < o.CLEAR else -1]


def _verdict(case: Case, advice: Advice, max_buffer_m: float) -> Text:
    level = level_of(case.rule, case.outcome).title
    if case.outcome < o.CLEAR:
        says = _tier(case).says
        measured = _measured(case)
        return Text(f"{level.zh}：{says.zh}。{measured.zh}", f"{level.en}: {says.en}. {measured.en}".rstrip())
    body = _clear(case) if case.outcome == o.CLEAR else _unknown(case, advice, max_buffer_m)
    return Text(f"{level.zh}：{body.zh}", f"{level.en}: {body.en}")


def _measured(case: Case) -> Text:
    """The measure in words; empty where nothing was measured."""
    source = MEASURES[case.rule.rule.measure].source
    if source == "project":
        return Text("", "")
    if source != "features":
        title = MEASURES[case.rule.rule.measure].title
        return Text(f"{title.zh}为{VALUE}。", f"{title.en}: {VALUE}.")
    lies_in = case.layer is not None and case.layer.kind in {"area", "mixed"}
    return {**_STANDING, **(_INSIDE if lies_in else _TOUCHING)}[case.standing]


_STANDING = {
    NEAR: Text(f"距“{NAME}”{VALUE}。", f"{NAME} is {VALUE} away."),
    IN_LINE_M: Text(
        f"线路穿越“{NAME}”，其内长度{VALUE}。", f"The line crosses {NAME}, {VALUE} of it inside."
    ),
    IN_AREA_M2: Text(f"项目范围与“{NAME}”重叠{VALUE}。", f"The site overlaps {NAME} by {VALUE}."),
    SHARE: Text(f"位于“{NAME}”内的占比为{VALUE}。", f"The share inside {NAME} is {VALUE}."),
    NO_FEATURE: Text("", ""),
}
_INSIDE = {
    IN_POINT: Text(f"项目位于“{NAME}”内（距离{VALUE}）。", f"The project lies in {NAME} (distance {VALUE})."),
    IN_LINE: Text(f"线路穿越“{NAME}”（距离{VALUE}）。", f"The line crosses {NAME} (distance {VALUE})."),
    IN_AREA: Text(
        f"项目范围与“{NAME}”重叠（距离{VALUE}）。", f"The site overlaps {NAME} (distance {VALUE})."
    ),
}
_TOUCHING = {
    IN_POINT: Text(
        f"项目与“{NAME}”位置重合（距离{VALUE}）。", f"The project lies on {NAME} (distance {VALUE})."
    ),
    IN_LINE: Text(f"线路与“{NAME}”相交（距离{VALUE}）。", f"The line meets {NAME} (distance {VALUE})."),
    IN_AREA: Text(f"项目范围内有“{NAME}”（距离{VALUE}）。", f"The site takes in {NAME} (distance {VALUE})."),
}


def _clear(case: Case) -> Text:
    rule, last = case.rule.rule, case.rule.tiers[-1]
    source = MEASURES[rule.measure].source
    if source == "project":
        return Text(f"“{rule.title.zh}”未见异常。", f"nothing to note ({_small(rule.title.en)}).")
    limit = threshold(last.in_force.value or 0.0, rule.unit)
    title = MEASURES[rule.measure].title
    if source != "features":
        return Text(
            f"{title.zh}为{VALUE}，未达到{limit.zh}。", f"{_small(title.en)} is {VALUE}, short of {limit.en}."
        )
    if rule.measure == "overlap-share":
        if case.standing == NO_FEATURE:
            return Text(
                f"项目未与要素重叠（占比{VALUE}）。", f"no part of the project overlaps (share {VALUE})."
            )
        return Text(
            f"位于“{NAME}”内的占比为{VALUE}，未达到规则数值。",
            f"the share inside {NAME} is {VALUE}, short of the rule.",
        )
    if last.threshold == 0 or last.feature_class:
        return _nearest("未触及规则所列要素；", "nothing that the rule names is touched; the nearest, ")
    return Text(
        f"最近的“{NAME}”在{VALUE}处，超出{limit.zh}。",
        f"the nearest, {NAME}, is {VALUE} away, beyond {limit.en}.",
    )


def _nearest(zh: str, en: str) -> Text:
    return Text(f"{zh}最近的“{NAME}”在{VALUE}处。", f"{en}{NAME}, is {VALUE} away.")


def _unknown(case: Case, advice: Advice, max_buffer_m: float) -> Text:
    rule = case.rule.rule
    if case.outcome == o.MISSING:
        role = rule.applies_to["role"][0]
        title = Text("灾害", "Hazards") if role == "hazard.*" else role_title(role)
        how = advice(role)
        return Text(
            f"没有“{title.zh}”图层，无法回答“{rule.question.zh}”。{how.zh}",
            f"no layer '{title.en}' is there to answer: {rule.question.en} {how.en}".rstrip(),
        )
    why = _WHY_UNKNOWN[case.outcome]
    if case.outcome == o.BEYOND:
        why = why.format(buffer=figure(max_buffer_m, "m"))
    if case.outcome == o.OFF_SCALE and rule.scale is not None:
        why = why.format(low=f"{rule.scale[0]:g}", high=f"{rule.scale[1]:g}")
    seen = _seen(case)
    return Text(why.zh + seen.zh, f"{why.en} {seen.en}".rstrip())


_WHY_UNKNOWN = {
    o.COARSE: Text(
        "项目位置过于粗略（如整个省份），不能判断。",
        "the location is too coarse to judge (a whole province, say).",
    ),
    o.NOTHING: Text("该图层没有可供量测的要素。", "the layer holds no feature to measure to."),
    o.NO_AREA: Text(
        "该图层只有点或线，无面积可比。", "the layer has points or lines only, no areas to compare with."
    ),
    o.NO_DATA: Text("该栅格在项目处没有数据。", "the raster has no data at the project."),
    o.OFF_SCALE: Text(
        "栅格值不在规则所用的{low}—{high}分级内。",
        "the raster is not on the scale of the rule, {low} to {high}.",
    ),
    o.HOLE: Text(
        "该图层缺少项目所在国的数据，或国别不明；未见不等于没有，请向当地主管部门核实。",
        "the layer leaves out the project's country, or the country is not known; finding nothing proves "
        "nothing. Ask the authority of the place.",
    ),
    o.SKETCH: Text("示意图层未见要素，不足以认定没有。", "a sketch that shows nothing cannot clear a place."),
    o.BEYOND: Text(
        "要素只逐一量测到{buffer}以内，规则所及更远。",
        "features were measured one by one within {buffer} only, and the rule reaches further.",
    ),
}


def _seen(case: Case) -> Text:
    """What was measured although it decides nothing."""
    if MEASURES[case.rule.rule.measure].source != "features":
        measured = case.outcome in {o.OFF_SCALE, o.COARSE, o.HOLE, o.SKETCH}
        return _measured(case) if measured else Text("", "")
    if case.standing == NO_FEATURE:
        return Text("", "")
    if case.outcome == o.COARSE:
        measured_text = _measured(case)
        return Text(f"仅按所给范围：{measured_text.zh}", f"As drawn: {_small(measured_text.en)}")
    if case.standing == SHARE:
        return _measured(case)
    return _nearest("已知", "The nearest known, ")


def _rule(tier: TierOn) -> Text:
    cite = tier.in_force.cite
    zh = [str(cite.issued)] if cite.issued else ["日期不详"]
    en = [f"issued {cite.issued}"] if cite.issued else ["date of issue not known"]
    if cite.kind == OWN_CONVENTION:
        zh.append("筛查惯例，并非法律")
        en.append("a screening convention, not law")
    if cite.checked is None:
        zh.append("未经核对原文")
        en.append("unverified")
    elif not tier.in_force.is_verified:
        zh.append("部分依据未经核对原文")
        en.append("partly unverified")
    return Text(
        f"依据：{cite.doc.zh}{cite.at.zh}（{'，'.join(zh)}）。",
        f"Rule: {cite.doc.en}, {cite.at.en} ({'; '.join(en)}).",
    )


def _layer(layer: Layer | None) -> Text:
    if layer is None:
        return Text("", "")
    return Text(
        f"图层：{layer.title.zh}（{layer.version or '版本未注明'}）。",
        f"Layer: {layer.title.en} ({layer.version or 'version not stated'}).",
    )


def _caveats(case: Case) -> list[Text]:
    said = []
    if case.flags & o.IS_APPROXIMATE:
        said.append(
            Text(
                "该要素只有点位，以同等面积的圆代替，结果为近似值。",
                "Approximate: the feature is known as a point only and stands as a circle of its area.",
            )
        )
    unclassed = case.rule.rule.unclassed
    if case.flags & o.IS_UNCLASSED and unclassed is not None:
        said.append(Text(f"注意：{unclassed.zh}。", f"Note: {unclassed.en}."))
    if case.flags & o.IS_HOLE:
        said.append(
            Text(
                "该图层缺少项目所在国的数据，实际级别可能更高。",
                "The layer leaves out the project's country, or the country is not known: the true level may "
                "be higher.",
            )
        )
    if case.flags & o.IS_BEYOND and case.outcome < o.CLEAR:
        said.append(
            Text(
                "缓冲距离之外的要素未逐一量测，实际级别可能更高。",
                "Beyond the widest buffer not every feature was measured: the true level may be higher.",
            )
        )
    if case.layer is not None and case.layer.demonstration:
        said.append(
            Text(
                "该图层为演示用示意草图，不得作为依据。",
                "This layer is a demonstration sketch: do not rely on it.",
            )
        )
    return said


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]
