"""The colour of a project under the Green Development Guidance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from qinglu.errors import OptionError
from qinglu.rules import Rulebook, load
from qinglu.rules.classify import DIMENSIONS, Guidance
from qinglu.settings import Settings
from qinglu.tools.check import checked
from qinglu.tools.declared.classify import CLASSIFY, MEASURES, PROJECT_TYPES
from qinglu.workspace import Workspace

ON = date(2026, 11, 22)
FACTS = Path(__file__).resolve().parents[2].parent / "shared" / "facts" / "gdg_traffic_light.yaml"
BOOK = load(installed=False)
GUIDANCE = Guidance.on(BOOK.clauses, ON)


class Desk(Workspace):
    """A workspace with the rulebook read once for all tests."""

    def rulebook(self, further: Sequence[Path] = ()) -> Rulebook:
        return BOOK


def answer(**given: Any) -> Mapping[str, Any]:
    """What the tool answers to a JSON document, as JSON."""
    made = CLASSIFY.run(Desk(Settings(), ON), checked(CLASSIFY.fields, given))
    document: Mapping[str, Any] = made.as_dict()
    return document


def colour(**given: Any) -> str | None:
    found: str | None = answer(**given)["result"]["colour"]
    return found


@pytest.mark.skipif(not FACTS.exists(), reason="the facts are not beside the repository")
def test_every_type_of_the_facts_has_its_class() -> None:
    facts = yaml.safe_load(FACTS.read_text(encoding="utf-8"))["project_types"]
    assert {f["type"] for f in facts} == set(GUIDANCE.types)
    for fact in facts:
        result = answer(project_type=fact["type"])["result"]
        assert (result["inherent"], result["upgradable"]) == (fact["class"], fact.get("upgradable")), fact["type"]
        assert result["colour"] == fact["class"]


def test_the_declaration_lists_what_the_rulebook_has() -> None:
    assert sorted(GUIDANCE.types) == list(PROJECT_TYPES)
    assert sorted(GUIDANCE.measures) == list(MEASURES)


def test_the_answer_has_the_fields_of_the_contract() -> None:
    document = answer(project_type="hydropower", measures=[], infringes_sensitive_area=False)
    assert list(document) == ["result", "findings", "trace", "unverified"]
    assert {"inherent", "colour", "dimensions", "upgradable", "why"} <= set(document["result"])
    assert set(document["result"]["dimensions"]) == set(DIMENSIONS)
    assert document["result"]["why_zh"]
    assert document["result"]["why"]


def test_a_default_is_named_in_the_trace() -> None:
    first = answer(project_type="hydropower")["trace"][0]
    assert first["kind"] == "input"
    assert first["detail"] == {"infringes_sensitive_area": False}


@pytest.mark.parametrize("project_type", ["hydropower", "railway"])
@pytest.mark.parametrize(
    "measure", ["ifc_ps6", "IFC PS6", "ifc ps-6: assurance report of 2024", "国际金融公司绩效标准6（2024年审计）"]
)
def test_hydropower_and_railways_rise_on_a_named_measure(project_type: str, measure: str) -> None:
    assert colour(project_type=project_type, measures=[measure]) == "green"


@pytest.mark.parametrize("project_type", ["solar_power", "hydropower", "railway", "transmission_and_smart_grid"])
def test_infringing_is_red_whatever_the_measures(project_type: str) -> None:
    result = answer(project_type=project_type, measures=["IFC PS6"], infringes_sensitive_area=True)["result"]
    assert result["colour"] == "red"
    assert result["dimensions"]["biodiversity"] == "red"


@pytest.mark.parametrize("measure", MEASURES)
def test_coal_stays_red(measure: str) -> None:
    document = answer(project_type="coal_fired_power", measures=[measure])
    assert document["result"]["colour"] == "red"
    assert document["result"]["upgradable"] is False
    assert "int.gdg.rule.coal-stays-red" in [u["rule_id"] for u in document["unverified"]]


def test_a_measure_nobody_knows_is_noted_and_changes_nothing() -> None:
    document = answer(project_type="hydropower", measures=["planting flowers", "electrification"])
    result = document["result"]
    assert result["colour"] == "red"
    assert result["measures"][0] == {"given": "planting flowers", "known_as": None}
    assert "planting flowers" in result["why"]
    assert "planting flowers" in result["why_zh"]
    assert "does not raise this type" in result["why"]  # electrification is for railways


@pytest.mark.parametrize("project_type", ["railway", "transmission_and_smart_grid"])
def test_a_colour_that_was_not_seen_is_null_with_the_reason(project_type: str) -> None:
    document = answer(project_type=project_type)
    assert document["result"]["inherent"] is None
    assert document["result"]["colour"] is None
    assert "not seen" in document["result"]["why"]
    assert "未见到" in document["result"]["why_zh"]
    assert document["findings"][0]["level"] == "unknown"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"project_type": "solar_power", "assessed": {"climate": "red", "pollution": "green"}}, "red"),
        ({"project_type": "solar_power", "assessed": {"pollution": "yellow"}}, "yellow"),
        ({"project_type": "coal_fired_power", "assessed": {"climate": "green"}}, "red"),
        ({"project_type": "hydropower", "measures": ["HSS"], "assessed": {"biodiversity": "red"}}, "red"),
        ({"project_type": "railway", "assessed": {"biodiversity": "yellow"}}, None),
        ({"project_type": "railway", "assessed": {"biodiversity": "red"}}, "red"),
    ],
)
def test_the_worst_dimension_decides(given: Mapping[str, Any], expected: str | None) -> None:
    assert colour(**given) == expected


def test_every_answer_is_unverified_as_long_as_the_table_was_not_read() -> None:
    for project_type in PROJECT_TYPES:
        rests = [u["rule_id"] for u in answer(project_type=project_type)["unverified"]]
        assert rests == [f"int.gdg.type.{project_type.replace('_', '-')}"]


def test_before_the_guidance_there_is_no_type() -> None:
    with pytest.raises(OptionError, match="there is no project type"):
        answer(project_type="hydropower", on="2020-11-30")


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({}, "project_type"),
        ({"project_type": "windmill"}, "windmill"),
        ({"project_type": "hydropower", "measure": []}, "measure"),
        ({"project_type": "hydropower", "measures": "IFC PS6"}, "measures"),
        ({"project_type": "hydropower", "infringes_sensitive_area": "no"}, "infringes_sensitive_area"),
        ({"project_type": "hydropower", "on": "2026-02-30"}, "2026-02-30"),
    ],
)
def test_bad_input_names_field_or_value(given: Mapping[str, Any], named: str) -> None:
    with pytest.raises(OptionError) as caught:
        answer(**given)
    assert named in caught.value.line("en")
