"""The answer to "why?": measure → rule and clause → layer → formula, as steps a person can read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..model.layer import Layer
from ..model.level import Level
from ..model.rule import RuleOn, Step
from ..text import Text
from .figures import THIN, threshold
from .vocabulary import COMPARES, MEASURES, OPPOSITE


def trace(
    rule: RuleOn | Mapping[str, Any], finding: Mapping[str, Any], layer: Layer | None
) -> tuple[Step, ...]:
    """Why a finding says what it says.

    Parameters
    ----------
    rule : RuleOn or mapping
        The rule on the date of the run, or what the run recorded of it (`RuleOn.as_dict`).
    finding : mapping
        A row of the findings table.
    layer : Layer or None
        The layer it names; None where there was none.

    Returns
    -------
    tuple of Step
        Of kinds ``measure``, ``rule``, ``layer``, ``formula``, in this order; `Step.detail` holds the
        same as JSON values.

    Examples
    --------
    >>> from datetime import date
    >>> from qinglu.rules import load, resolve
    >>> coast = resolve(load(installed=False).rule("screening.coast"), date(2026, 11, 22))
    >>> found = {"level": "note", "measure": "distance", "value": 420.5, "unit": "m"}
    >>> trace(coast, found, None)[-1].text.en.replace("\\u202f", "_")
    '420.5_m ≤ 1_km → Note'
    """
    known = rule.as_dict() if isinstance(rule, RuleOn) else rule
    return (_measure(finding), _clause(known, finding), _layer(layer, finding), _formula(known, finding))


def deciding_tier(rule: Mapping[str, Any], finding: Mapping[str, Any]) -> Mapping[str, Any]:
    """The tier that a finding rests on.

    The first of its level whose value it reaches; for ``clear`` and ``unknown`` the mildest, which
    reaches furthest and was not met or could not be asked.
    """
    tiers: list[Mapping[str, Any]] = list(rule["tiers"])
    value = finding["value"]
    if value is not None:
        for tier in tiers:
            if tier["level"] == finding["level"] and _holds(rule["compare"], value, tier["threshold"]):
                return tier
    return tiers[-1]


def _holds(compare: str, value: float, limit: float) -> bool:
    return {
        "at-most": value <= limit, "less-than": value < limit,
        "at-least": value >= limit, "more-than": value > limit,
    }[compare]  # fmt: skip


def _measure(finding: Mapping[str, Any]) -> Step:
    measure = MEASURES[finding["measure"]]
    value = finding["value"]
    if value is None:
        said = Text(f"{measure.title.zh}：无可用的值", f"{measure.title.en}: no value to judge")
    else:
        number = _exact(value, finding["unit"])
        said = Text(f"{measure.title.zh} = {number}", f"{measure.title.en} = {number}")
    detail = {"measure": measure.name, "value": value, "unit": finding["unit"]}
    return Step("measure", Text("度量", "Measure"), said, detail)


def _clause(rule: Mapping[str, Any], finding: Mapping[str, Any]) -> Step:
    tier = deciding_tier(rule, finding)
    cites = [tier["cite"], *tier["also"]]
    zh = "；".join(f"{c['line']['zh']}，{_checked(c).zh}" for c in cites)
    en = "; ".join(f"{c['line']['en']}, {_checked(c).en}" for c in cites)
    basis = tier["basis"]
    said = Text(
        f"{rule['title']['zh']}（{rule['id']}，自{tier['valid_from']}起有效）：{zh}。"
        f"{basis['zh'] if basis else ''}",
        f"{rule['title']['en']} ({rule['id']}, in force from {tier['valid_from']}): {en}. "
        f"{basis['en'] if basis else ''}".rstrip(),
    )
    detail = {"rule": rule["id"], "rulebook": rule["rulebook"], "on": rule["on"], "tier": dict(tier)}
    return Step("rule", Text("规则与条款", "Rule and clause"), said, detail)


def _checked(cite: Mapping[str, Any]) -> Text:
    if cite["kind"] == "convention":
        return Text("自定筛查惯例，并非法律", "a screening convention, not law")
    if cite["checked"] is None:
        return Text("未经核对原文", "unverified")
    return Text(f"{cite['checked']}核对原文", f"checked {cite['checked']}")


def _layer(layer: Layer | None, finding: Mapping[str, Any]) -> Step:
    title = Text("图层", "Layer")
    if layer is None:
        said = (
            Text("没有图层", "No layer")
            if not finding.get("layer_id")
            else Text(*([finding["layer_id"]] * 2))
        )
        return Step("layer", title, said, {})
    zh = [layer.title.zh, layer.version or "版本未注明", layer.provider, layer.licence or "许可未注明"]
    en = [
        layer.title.en,
        layer.version or "version not stated",
        layer.provider,
        layer.licence or "licence not stated",
    ]
    if layer.demonstration:
        zh.append("演示用示意草图，不得作为依据")
        en.append("a demonstration sketch: do not rely on it")
    detail = {
        "layer": layer.id, "version": layer.version, "provider": layer.provider, "licence": layer.licence,
        "sha256": layer.sha256, "demonstration": layer.demonstration,
    }  # fmt: skip
    return Step("layer", title, Text("，".join(t for t in zh if t), ", ".join(t for t in en if t)), detail)


def _formula(rule: Mapping[str, Any], finding: Mapping[str, Any]) -> Step:
    title = Text("判定", "Comparison")
    level = Level(finding["level"])
    if level is Level.UNKNOWN:
        said = Text(f"无从比较 → {level.title.zh}", f"Nothing to compare → {level.title.en}")
        return Step("formula", title, said, {"level": str(level)})
    tier = deciding_tier(rule, finding)
    sign = COMPARES[rule["compare"]]
    if level is Level.CLEAR:
        sign = OPPOSITE[sign]
    value, limit = finding["value"], threshold(tier["value"], rule["unit"])
    left = _exact(value, finding["unit"])
    said = Text(
        f"{left} {sign} {limit.zh} → {level.title.zh}", f"{left} {sign} {limit.en} → {level.title.en}"
    )
    detail = {"value": value, "sign": sign, "threshold": tier["threshold"], "level": str(level)}
    return Step("formula", title, said, detail)


def _exact(value: float, unit: str) -> str:
    """Every digit the value has: this is the place to check it."""
    number = f"{value:.10g}"
    if unit in {"", "score"}:
        return number
    return f"{number}°" if unit == "deg" else f"{number}{THIN}{unit}"
