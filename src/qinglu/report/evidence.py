"""The answer to "why?" as label and text, and the lines of the tables of rules and layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import rules
from ..model import Layer, role_title
from ..model.country import country_title
from ..rules.vocabulary import COMPARES, MEASURES
from ..text import Lang
from .words import say

Steps = tuple[tuple[str, str], ...]
"""Label and text of each step."""


def why(finding: Mapping[str, Any], rule: Mapping[str, Any] | None, layer: Layer | None, lang: Lang) -> Steps:
    """The steps from a finding back to what it rests on: measure, rule and clause, layer, comparison.

    Parameters
    ----------
    finding : mapping
        A row of the findings table.
    rule : mapping or None
        The rule as the run records it; None when the run does not know it.
    layer : Layer or None
        The layer of the finding; None when there was none to answer.
    """
    if rule is None:
        return (
            (say("e_rule", lang), str(finding["rule_id"])),
            (say("e_measure", lang), finding["measure"] or ""),
        )
    if "tiers" not in rule:
        return _clause_steps(rule, lang)
    return tuple((s.title.in_(lang), s.text.in_(lang)) for s in rules.trace(rule, finding, layer))


def _clause_steps(clause: Mapping[str, Any], lang: Lang) -> Steps:
    """What a finding of the rulebook rests on: the clause, and its citations with whether they were checked."""
    lines = [f"{c['line'][lang]} · {_standing(c, lang)}" for c in (clause["cite"], *clause["also"])]
    said = say("clause_since", lang, title=clause["title"][lang], id=clause["id"], day=clause["valid_from"])
    return ((say("e_rule", lang), said), (say("clause", lang), ("；" if lang == "zh" else "; ").join(lines)))


def measure_title(name: str, lang: Lang) -> str:
    """What a measure is called; an unknown one keeps its own name."""
    return MEASURES[name].title.in_(lang) if name in MEASURES else name


def clause(tier: Mapping[str, Any], lang: Lang) -> str:
    """Every citation of a tier, each with whether it was read beside its official text."""
    cites = [tier["cite"], *tier["also"]]
    return ("；" if lang == "zh" else "; ").join(f"{c['line'][lang]} · {_standing(c, lang)}" for c in cites)


def threshold(rule: Mapping[str, Any], tier: Mapping[str, Any], lang: Lang) -> str:
    """A tier's limit in the unit of the rule; empty where there is nothing to compare."""
    if tier["value"] is None or rule["unit"] == "flag":
        return ""
    return f"{COMPARES[rule['compare']]}{rules.THIN}{rules.threshold(tier['value'], rule['unit']).in_(lang)}"


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


def _standing(cite: Mapping[str, Any], lang: Lang) -> str:
    if cite["kind"] == "convention":
        return say("own_convention", lang)
    checked = cite["checked"]
    return say("checked", lang, day=checked) if checked else say("unchecked", lang)


def _countries(codes: tuple[str, ...], lang: Lang) -> str:
    return ("、" if lang == "zh" else ", ").join(country_title(code).in_(lang) for code in codes)
