"""The answer to "why?": measure → rule and clause → layer, version, licence → formula with its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..model import Layer, Level, role_title
from ..model.country import country_title
from ..text import Lang
from .numbers import THIN, exact
from .words import say

Steps = tuple[tuple[str, str], ...]
"""Label and text of each step."""

_COMPARES = {"at-most": "≤", "less-than": "<", "at-least": "≥", "more-than": ">"}
_MEASURES = {
    "distance": "distance", "overlap-share": "overlap_share", "zonal-max": "zonal_max", "zonal-mean": "zonal_mean",
    "slope-max": "slope_max", "slope-mean": "slope_mean", "noted": "noted",
}  # fmt: skip


def why(finding: Mapping[str, Any], rule: Mapping[str, Any] | None, layer: Layer | None, lang: Lang) -> Steps:
    """The steps from a finding back to what it rests on.

    Parameters
    ----------
    finding : mapping
        A row of the findings table.
    rule : mapping or None
        The rule as the run records it; None when the run does not know it.
    layer : Layer or None
        The layer of the finding; None when there was none to answer.
    """
    steps = [
        (say("e_measure", lang), _measure(finding, lang)),
        (say("e_rule", lang), _rule(finding, rule, lang)),
    ]
    tier = _tier(finding, rule)
    if tier:
        steps.append((say("e_clause", lang), clause(tier, lang)))
    steps.append((say("e_layer", lang), layer_line(layer, finding, lang)))
    formula = _formula(finding, rule, lang)
    if formula:
        steps.append((say("e_formula", lang), formula))
    return tuple(steps)


def measure_title(name: str, lang: Lang) -> str:
    """What a measure is called; an unknown one keeps its own name."""
    key = _MEASURES.get(name)
    return say(f"m_{key}", lang) if key else name


def clause(tier: Mapping[str, Any], lang: Lang) -> str:
    """Every citation of a tier, each with whether it was read beside its official text."""
    cites = [tier["cite"], *tier.get("also", ())]
    return "; ".join(_cite(c, lang) for c in cites)


def threshold(rule: Mapping[str, Any], tier: Mapping[str, Any], lang: Lang) -> str:
    """A tier's limit in the unit of the rule: ``≤ 10 km``."""
    if tier.get("value") is None or rule.get("measure") == "noted":
        return ""
    unit = {"percent": "%", "deg": "°", "flag": "", "score": ""}.get(rule["unit"], THIN + rule["unit"])
    return f"{_COMPARES.get(rule['compare'], rule['compare'])}{THIN}{tier['value']:.12g}{unit}"


def layer_line(layer: Layer | None, finding: Mapping[str, Any], lang: Lang) -> str:
    """Title, version, provider and licence of a layer; a sketch is called one."""
    if layer is None:
        name = finding.get("layer_id") or ""
        return f"{name} {finding.get('layer_version') or ''}".strip() or say("no_layer", lang)
    parts = [f"{layer.title.in_(lang)} ({layer.id})", layer.version, layer.provider, layer.licence]
    if layer.sha256:
        parts.append(f"sha256 {layer.sha256[:12]}…")
    if layer.demonstration:
        parts.append(say("demonstration", lang))
    return " · ".join(p for p in parts if p)


def coverage(layer: Layer, lang: Lang) -> list[str]:
    """What a layer leaves out or is limited to, in words."""
    said = []
    if layer.withheld:
        said.append(say("withheld", lang, codes=_countries(layer.withheld, lang)))
    if layer.covers is not None:
        said.append(say("covers", lang, codes=_countries(layer.covers, lang)))
    return said


def role_line(role: str, lang: Lang) -> str:
    """The title of a role."""
    return role_title(role).in_(lang)


def _measure(finding: Mapping[str, Any], lang: Lang) -> str:
    title = measure_title(finding["measure"] or "", lang)
    value = exact(finding["value"], finding["unit"] or "")
    return f"{title} = {value}" if value else title


def _rule(finding: Mapping[str, Any], rule: Mapping[str, Any] | None, lang: Lang) -> str:
    if rule is None:
        return str(finding["rule_id"])
    book = f" · {rule['rulebook']}" if rule.get("rulebook") else ""
    return f"{rule['title'][lang]} ({rule['id']}){book}"


def _cite(cite: Mapping[str, Any], lang: Lang) -> str:
    line = cite["line"][lang] if "line" in cite else str(cite["doc"])
    if cite.get("kind") == "convention":
        return f"{line} · {say('own_convention', lang)}"
    checked = cite.get("checked")
    return f"{line} · {say('checked', lang, day=checked) if checked else say('unchecked', lang)}"


def _tier(finding: Mapping[str, Any], rule: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The tier that gave the level; for clear and unknown the mildest, whose limit was not reached."""
    tiers: list[Mapping[str, Any]] = list(rule.get("tiers", ())) if rule else []
    given = [t for t in tiers if t["level"] == finding["level"]]
    return given[0] if given else tiers[-1] if tiers else None


def _formula(finding: Mapping[str, Any], rule: Mapping[str, Any] | None, lang: Lang) -> str:
    """The comparison made, with its numbers: ``3213.4567 m ≤ 5 km → note``."""
    tier = _tier(finding, rule)
    if rule is None or tier is None:
        return ""
    limit = threshold(rule, tier, lang)
    value = exact(finding["value"], finding["unit"] or "")
    level = Level(finding["level"])
    if not value or not limit or level is Level.UNKNOWN:
        return ""
    given = f"{value} {limit}"
    if level is Level.CLEAR:
        given = say("f_not", lang, comparison=given)
    return f"{given} → {level.title.in_(lang)}"


def _countries(codes: tuple[str, ...], lang: Lang) -> str:
    return ("、" if lang == "zh" else ", ").join(country_title(code).in_(lang) for code in codes)
