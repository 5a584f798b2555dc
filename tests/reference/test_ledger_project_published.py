"""A project's ledger against worked examples of the Equator Principles and of PCAF, and against the rulebook."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
import yaml

from qinglu.ledger.targets import NEUTRAL, host_targets, triggers
from qinglu.model.clause import Range
from qinglu.rules import load
from qinglu.settings import Settings
from qinglu.tools import tool
from qinglu.tools.check import checked
from qinglu.workspace import Workspace

DAY = date(2026, 11, 22)
BOOK = load(installed=False)
FACTS = Path(__file__).parents[3] / "shared" / "facts" / "worked_examples.yaml"

# Equator Principles EP4 (November 2019), principle 2, principle 10 and Annex A: "over 100,000 tonnes" is strictly so.
EP4_EDGE = {99_999.9: False, 100_000.0: False, 100_000.1: True}
# PCAF, Part A, project finance: attribution factor = outstanding amount / total equity + debt.
PCAF = {"outstanding": 50e6, "equity": 60e6, "debt": 140e6}


def answer(tmp_path, parts, **more):
    workspace = Workspace(Settings(data_dir=tmp_path), today=DAY)
    object.__setattr__(workspace, "rulebook", lambda further=(): BOOK)
    chosen = tool("project-ghg")
    project = {"country": "KEN", "start_year": 2027, "construction_years": 2, "operation_years": 20}
    given = {"project": project, "parts": parts, **more}
    return json.loads(json.dumps(chosen.run(workspace, checked(chosen.fields, given)).as_dict()))["result"]


@pytest.mark.parametrize(("tonnes", "above"), EP4_EDGE.items())
def test_equator_principles_are_exceeded_and_not_reached(tmp_path, tonnes, above):
    result = answer(tmp_path, [{"name": "stack", "scope": 1, "t_co2e_per_year": tonnes}])
    found = {c["rule_id"]: c["triggered"] for c in result["equator_principles"]["clauses"]}
    assert found["int.ep4.transition-risk"] is above
    assert found["int.ep4.ghg-report"] is above
    assert found["int.ep4.ghg-report-encouraged"] is not above


def test_scopes_1_and_2_count_together_and_scope_3_does_not(tmp_path):
    parts = [{"name": str(s), "scope": s, "t_co2e_per_year": t} for s, t in ((1, 60_000), (2, 40_000), (3, 900_000))]
    assert answer(tmp_path, parts)["equator_principles"]["scope_1_and_2_t"] == 100_000
    parts[1]["t_co2e_per_year"] = 40_000.5
    found = answer(tmp_path, parts)["equator_principles"]["clauses"]
    assert {c["rule_id"]: c["triggered"] for c in found}["int.ep4.transition-risk"] is True


def test_reporting_is_encouraged_above_25000(tmp_path):
    for tonnes, encouraged in ((25_000.0, False), (25_000.1, True)):
        found = answer(tmp_path, [{"name": "x", "scope": 2, "t_co2e_per_year": tonnes}])["equator_principles"]
        named = {c["rule_id"]: c["triggered"] for c in found["clauses"]}
        assert named["int.ep4.ghg-report-encouraged"] is encouraged
        assert named["int.ep4.ghg-report"] is False


def test_thresholds_stand_in_the_rulebook_and_nowhere_else():
    """Every clause of the principles that asks for emissions is put to the project, with its own range."""
    asked = {c.id: c.applies_to["emissions_tco2e"] for c in BOOK.clauses.select(topic="equator-principles")
             if "emissions_tco2e" in c.applies_to}  # fmt: skip
    found = {t.applied.clause.id: t.asked for t in triggers(BOOK.clauses, 1.0, True, DAY)}
    assert found == asked
    assert all(isinstance(r, Range) for r in found.values())
    for name in ("ledger/targets.py", "ledger/project.py", "tools/ledger/project.py"):
        source = (Path(__file__).parents[2] / "src" / "qinglu" / name).read_text(encoding="utf-8")
        assert "100000" not in source.replace("_", "").replace(",", "")
        assert "25000" not in source.replace("_", "").replace(",", "")


def test_financed_emissions_are_a_share_by_what_is_outstanding(tmp_path):
    parts = [{"name": "x", "scope": 1, "t_co2e_per_year": 120_000}]
    financed = answer(tmp_path, parts, finance=PCAF)["financed"]
    assert financed["factor"] == pytest.approx(0.25)
    assert financed["by_year"][-1]["scope_1_and_2"] == pytest.approx(30_000.0)
    assert financed["life"]["scope_1_and_2"] == pytest.approx(600_000.0)
    assert financed["life"]["scope_3"] is None


def test_the_worked_examples_are_those_of_the_facts():
    if not FACTS.exists():
        pytest.skip("the collected facts are not beside the repository")
    found = {e["id"]: e for e in yaml.safe_load(FACTS.read_text(encoding="utf-8"))["examples"]}
    edge, pcaf = found["WE-EP4-edge"], found["WE-PCAF-1"]
    assert dict(zip(edge["given"]["scope1_plus_2"], edge["expected"]["triggered"], strict=True)) == EP4_EDGE
    assert {k: pcaf["given"][k] for k in PCAF} == PCAF
    assert pcaf["expected"] == {"factor": 0.25, "financed_tCO2e": 30_000.0}


def test_every_long_term_target_of_the_rulebook_is_understood():
    """Types of target are words of the rulebook: one that is new must be told apart from net zero by a person."""
    others = {
        "emission reduction", "reduction against a baseline scenario", "another target", "1.5 °C target",
        "emission intensity",
    }  # fmt: skip
    clauses = [c for c in BOOK.clauses.select(topic="climate-targets") if c.id.endswith(".target.long-term")]
    types = {e.value["type"]["en"] for c in clauses for e in c.entries if "type" in e.value}
    assert types == NEUTRAL | others
    years = {}
    for clause in clauses:
        country = clause.jurisdiction
        years[country] = host_targets(BOOK.clauses, country, DAY).net_zero_year
    neutral = {c.jurisdiction for c in clauses if c.on(DAY).value["type"]["en"] in NEUTRAL}
    assert {c for c, y in years.items() if y} == {c for c in neutral if years[c]}
    assert (years["IDN"], years["CHN"], years["PAK"], years["UGA"]) == (2060, 2060, 2050, None)
