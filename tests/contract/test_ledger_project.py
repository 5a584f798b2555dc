"""The tool ``project-ghg`` to the letter of its contract: scopes by year, targets, triggers, parts that refuse."""

from __future__ import annotations

import copy
import json
from datetime import date
from pathlib import Path

import pytest

from qinglu.errors import InputError
from qinglu.rules import load
from qinglu.settings import Settings
from qinglu.tools import tool
from qinglu.tools.check import checked
from qinglu.workspace import Workspace

PROJECT = {"country": "PAK", "start_year": 2027, "construction_years": 3, "operation_years": 30}
BOOK = load(installed=False)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    made = Workspace(Settings(data_dir=Path(tmp_path_factory.mktemp("data"))), today=date(2026, 11, 22))
    object.__setattr__(made, "rulebook", lambda further=(): BOOK)
    return made


def run(workspace, *parts, project=None, **more):
    chosen = tool("project-ghg")
    given = {"project": {**PROJECT, **(project or {})}, "parts": list(copy.deepcopy(parts)), "on": "2026-11-22", **more}
    return json.loads(json.dumps(chosen.run(workspace, checked(chosen.fields, given)).as_dict()))


def line(t, scope=1, **more):
    return {"name": "A", "scope": scope, "t_co2e_per_year": t, **more}


def refusal(workspace, *parts, **more):
    with pytest.raises(InputError) as caught:
        run(workspace, *parts, **more)
    assert caught.value.exit_code == 2
    return caught.value.line("en"), caught.value.line("zh")


def by_year(document):
    return {row["year"]: row for row in document["result"]["by_year"]}


def triggered(document):
    return {c["rule_id"]: c["triggered"] for c in document["result"]["equator_principles"]["clauses"]}


def said(document, rule_id):
    return [f for f in document["findings"] if f["rule_id"] == rule_id]


def test_years_scopes_and_totals(workspace):
    got = run(workspace, line(100, 1, low=80, high=130), line(20, 2), {"name": "W", "scope": 3, "t_co2e": 90,
                                                                      "category": "2"})  # fmt: skip
    rows = by_year(got)
    assert list(rows) == list(range(2027, 2060))
    assert [rows[y]["phase"] for y in (2029, 2030)] == ["construction", "operation"]
    assert rows[2029]["scope_1"]["value"] == 0
    assert rows[2029]["scope_3"]["value"] == 30
    assert rows[2030]["scope_1"] == {"value": 100, "low": 80, "high": 130, "unit": "tCO2e", "left_out": []}
    assert rows[2030]["scope_1_and_2"]["value"] == 120
    totals = got["result"]["totals"]
    assert [totals[f"scope_{n}"]["value"] for n in (1, 2, 3)] == [3000, 600, 90]
    assert (totals["scope_1"]["low"], totals["scope_1"]["high"]) == (2400, 3900)
    assert totals["total"]["value"] == 3690
    assert got["result"]["scope_3"][0]["category"] == 2


def test_avoided_and_biogenic_stand_apart(workspace):
    plain = run(workspace, line(100))
    more = run(workspace, line(100), {"name": "V", "kind": "avoided", "t_co2e_per_year": 70},
               {"name": "B", "kind": "biogenic", "t_co2e_per_year": 40})  # fmt: skip
    for name in ("scope_1", "scope_1_and_2", "total"):
        assert more["result"]["totals"][name] == plain["result"]["totals"][name]
    assert more["result"]["totals"]["avoided"]["value"] == 2100
    assert more["result"]["totals"]["biogenic"]["value"] == 1200


def test_a_scope_that_no_part_speaks_of_is_unknown_and_not_zero(workspace):
    got = run(workspace, line(100))
    assert got["result"]["totals"]["scope_2"]["value"] is None
    assert {f["scope"] for f in said(got, "ledger.scope-not-given")} == {2, 3}


def test_electricity_goes_by_the_grid_of_the_host(workspace):
    got = run(workspace, {"mwh_per_year": 1000})
    assert by_year(got)[2030]["scope_2"]["value"] == pytest.approx(373.69)  # g/kWh of Pakistan, Ember 2024
    assert any(u["rule_id"] == "factor:grid.PAK.average" for u in got["unverified"])
    own = run(workspace, {"mwh_per_year": 1000, "g_co2e_per_kwh": 500})
    assert by_year(own)[2030]["scope_2"]["value"] == 500


def test_a_country_without_a_grid_factor_leaves_its_part_unknown(workspace):
    got = run(workspace, line(100), {"mwh_per_year": 1000}, project={"country": "SMR"})
    totals = got["result"]["totals"]
    assert totals["scope_2"]["value"] is None
    assert totals["scope_1_and_2"] == {"value": 3000, "low": None, "high": None, "unit": "tCO2e", "left_out": [1]}
    assert said(got, "ledger.part-unknown")
    assert set(triggered(got).values()) == {"unknown"}  # the rest may well be above


def test_a_tool_is_a_part_by_its_inputs(workspace):
    coal = {"fuel": "other_bituminous_coal", "amount": {"value": 1000, "unit": "t"}}
    got = run(workspace, {"tool": "combustion", "input": coal})
    # IPCC 2006: 25.8 GJ/t × 25.8 kg C/GJ × 44/12, with CH4 and N2O at AR5
    alone = tool("combustion").run(workspace, checked(tool("combustion").fields, coal)).as_dict()
    assert by_year(got)[2030]["scope_1"]["value"] == pytest.approx(alone["result"]["co2e_kg"] / 1000)
    assert alone["trace"][0] in got["trace"]
    assert all(u in got["unverified"] for u in alone["unverified"])


def test_carbon_dioxide_of_biomass_stands_apart_its_other_gases_count(workspace):
    wood = {"fuel": "wood_wood_waste", "amount": {"value": 1000, "unit": "t"}}
    got = by_year(run(workspace, {"tool": "combustion", "input": wood}))[2030]
    assert got["biogenic"]["value"] > 1000
    assert 0 < got["scope_1"]["value"] < 0.1 * got["biogenic"]["value"]


def test_chains_of_freight_are_scope_3_category_4_as_often_as_they_run(workspace):
    legs = {"legs": [{"mass_kg": 87, "distance_km": 423, "wtw_kg_per_tkm": 0.1, "ttw_kg_per_tkm": 0.0891}]}
    got = run(workspace, {"tool": "freight", "input": legs, "times": 1000})
    assert by_year(got)[2030]["scope_3"]["value"] == pytest.approx(87 * 423 * 0.1 / 1000)
    assert got["result"]["scope_3"][0]["category"] == 4


def test_building_is_spread_over_the_years_of_construction(workspace):
    got = run(workspace, {"tool": "construction", "input": {"structure": "railway", "length_km": 120}})
    rows, whole = by_year(got), got["result"]["totals"]["scope_3"]
    assert rows[2027]["scope_3"]["value"] == pytest.approx(whole["value"] / 3)
    assert rows[2030]["scope_3"]["value"] == 0
    assert whole["low"] < whole["value"] < whole["high"]


@pytest.mark.parametrize("name", ["retrofit-steel", "energy-options"])
def test_a_tool_with_several_options_asks_which(workspace, name):
    part = {"tool": name, "input": dict(tool(name).example)}
    line_en, line_zh = refusal(workspace, part)
    assert line_en.startswith("parts[0].option:")
    assert "缺少 option" in line_zh
    assert "bof" in line_en or "solar_pv" in line_en
    option = {"retrofit-steel": "scrap_eaf", "energy-options": "coal"}[name]
    got = run(workspace, {**part, "option": option})
    assert got["result"]["totals"]["scope_1"]["value"] > 0


def test_the_host_has_promised_and_what_is_not_read_is_said(workspace):
    host = run(workspace, line(100))["result"]["host"]
    assert host["net_zero_year"] == 2050
    assert host["contribution"]["newer_filing"] == "2025-09-24"
    assert host["contribution"]["verified"] is False
    assert "15 %" in host["contribution"]["said_en"]
    after = host["after_net_zero"]
    assert (after["years"], after["emitting_years"]) == (9, 9)
    assert after["scope_1"]["value"] == 900
    assert after["share_of_life"] == pytest.approx(9 / 33)


def test_lock_in_ends_with_the_last_emission(workspace):
    early = run(workspace, line(100, years=[2030, 2050]))
    assert early["result"]["host"]["after_net_zero"]["emitting_years"] == 0
    assert said(early, "pak.target.long-term")[-1]["level"] == "clear"
    late = run(workspace, line(100, years=[2030, 2051]))
    assert late["result"]["host"]["after_net_zero"]["total"]["value"] == 100
    assert said(late, "pak.target.long-term")[-1]["level"] == "warning"


def test_targets_are_those_of_the_day(workspace):
    before = run(workspace, line(100), on="2025-09-23")["result"]["host"]["contribution"]
    assert before["newer_filing"] is None
    earlier = run(workspace, line(100), on="2022-01-01")
    assert earlier["result"]["host"]["net_zero_year"] is None
    assert said(earlier, "ledger.host-target")[0]["level"] == "unknown"


def test_a_target_that_is_no_net_zero_has_no_year_of_it(workspace):
    got = run(workspace, line(100), project={"country": "UGA"})  # a reduction against a scenario by 2030
    assert got["result"]["host"]["net_zero_year"] is None
    assert got["result"]["host"]["after_net_zero"] is None
    assert said(got, "ledger.lock-in")[0]["level"] == "unknown"


def test_stages_of_the_equator_principles(workspace):
    def stage(name):
        got = run(workspace, line(200_000), project={"stage": name} if name else None)
        return {c["rule_id"]: c["stage"] for c in got["result"]["equator_principles"]["clauses"]}

    assert stage("planning")["int.ep4.transition-risk"] == "yes"
    assert stage("operation")["int.ep4.transition-risk"] == "no"
    assert stage(None)["int.ep4.transition-risk"] == "unknown"
    assert stage("operation")["int.ep4.ghg-report"] == "yes"


def test_bounds_on_both_sides_of_a_threshold_are_said(workspace):
    near = said(run(workspace, line(99_000, low=90_000, high=110_000)), "int.ep4.ghg-report")[0]
    far = said(run(workspace, line(99_000, low=98_000, high=99_500)), "int.ep4.ghg-report")[0]
    assert "both sides" in near["explanation_en"]
    assert "跨越门槛" in near["explanation_zh"]
    assert "both sides" not in far["explanation_en"]


def test_intensity_by_what_is_put_out(workspace):
    got = run(workspace, line(100, 1), line(50, 3), project={"output": {"value": 1000, "unit": "MWh"}})
    made = got["result"]["intensity"]
    assert made["scope_1_and_2"]["value"] == pytest.approx(100)  # kg a MWh
    assert made["scope_1_and_2"]["unit"] == "kgCO2e/MWh"
    assert made["total"]["value"] == pytest.approx(150)
    assert run(workspace, line(100))["result"]["intensity"] is None


def test_charts_by_year_by_source_and_tornado(workspace):
    chosen = tool("project-ghg")
    given = {"project": PROJECT, "parts": [line(100, low=90, high=120), line(10, 2)]}
    charts = {c.name: c for c in chosen.run(workspace, checked(chosen.fields, given)).charts}
    assert set(charts) == {"by-year", "by-source", "tornado"}
    assert len(charts["by-year"].categories) == 33
    assert charts["by-year"].lines[0].values[-1] == 0
    assert charts["by-year"].lines[0].values[0] is None
    assert charts["tornado"].swings[0].at_low == 30 * (110 - 10)


@pytest.mark.parametrize(
    ("part", "where"),
    [
        ({"name": "A", "scope": 1, "t_co2e_per_year": -1}, "parts[0].t_co2e_per_year"),
        ({"name": "A", "t_co2e_per_year": 1}, "parts[0].scope"),
        ({"scope": 1, "t_co2e_per_year": 1}, "parts[0].name"),
        ({"name": "A", "scope": 1}, "parts[0].t_co2e_per_year"),
        ({"name": "A", "scope": 4, "t_co2e_per_year": 1}, "parts[0].scope"),
        ({"name": "A", "scope": 1, "t_co2e_per_year": 1, "t_co2e": 1}, "parts[0].t_co2e"),
        ({"name": "A", "scope": 1, "t_co2e_per_year": 5, "low": 6}, "parts[0].low"),
        ({"name": "A", "scope": 1, "t_co2e_per_year": 5, "high": 4}, "parts[0].high"),
        ({"name": "A", "scope": 1, "t_co2e_per_year": float("nan")}, "parts[0].t_co2e_per_year"),
        ({"name": "A", "scope": 1, "t_co2e_per_year": 1, "years": [2026, 2030]}, "parts[0].years"),
        ({"name": "A", "scope": 1, "t_co2e_per_year": 1, "years": [2040, 2030]}, "parts[0].years"),
        ({"name": "A", "scope": 1, "t_co2e_per_year": 1, "years": [2030, 2060]}, "parts[0].years"),
        ({"kind": "avoided", "mwh_per_year": 1}, "parts[0].grid"),
        ({"tool": "combustion"}, "parts[0].input"),
        ({"tool": "combustion", "input": {"fuel": "unobtainium", "amount": {"value": 1, "unit": "t"}}},
         "parts[0].input.fuel"),
        ({"tool": "combustion", "input": {"fuel": "natural_gas", "amount": {"value": -1, "unit": "t"}}},
         "parts[0].input.amount.value"),
        ({"tool": "nothing", "input": {}}, "parts[0].tool"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_part_and_field(workspace, part, where):
    line_en, line_zh = refusal(workspace, part)
    assert line_en.startswith(f"{where}: ")
    assert line_zh.startswith(f"{where}: ")


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"project": {"operation_years": 0, "construction_years": 0}}, "project.operation_years"),
        ({"project": {"country": "Nowhere"}}, "project.country"),
        ({"project": {"output": {"value": 0, "unit": "MWh"}}}, "project.output.value"),
        ({"finance": {"outstanding": 1, "equity": 0, "debt": 0}}, "finance.equity"),
        ({"finance": {"outstanding": 3, "equity": 1, "debt": 1}}, "finance.outstanding"),
    ],
)
def test_what_is_wrong_beside_the_parts(workspace, more, where):
    assert refusal(workspace, line(1), **more)[0].startswith(f"{where}: ")


def test_no_part_hides_a_path(workspace):
    """What a server opens is checked by declared fields; a path inside the inputs of a part would slip past."""
    known = {f.name for f in tool("energy-options").fields if f.kind in ("path", "folder", "layers", "rasters")}
    assert known
    for name in known:
        given = {**tool("energy-options").example, name: "/etc/passwd"}
        assert refusal(workspace, {"tool": "energy-options", "input": given})[0].startswith(f"parts[0].input.{name}:")


def test_a_plant_counts_all_its_gases_with_their_bounds(workspace):
    plant = {"technology": "coal_supercritical", "capacity_mw": 600, "capacity_factor": 0.75, "net_efficiency": 0.4,
             "fuel": "other_bituminous_coal"}  # fmt: skip
    got = run(workspace, {"tool": "power-plant", "input": plant})
    alone = tool("power-plant").run(workspace, checked(tool("power-plant").fields, plant)).as_dict()["result"]
    stack = by_year(got)[2031 - 1]["scope_1"]
    assert alone["co2_t"] < stack["value"] < 1.01 * alone["co2_t"]  # CH4 and N2O of coal are below one percent
    assert stack["low"] < stack["value"] < stack["high"]
    assert not said(got, "ledger.incomplete-part")
    made = got["result"]["intensity"]
    assert made["output_per_year"] == alone["net_mwh"]
    assert made["scope_1_and_2"]["value"] == pytest.approx(1000 * stack["value"] / alone["net_mwh"])


def test_a_plant_on_biomass_emits_its_carbon_apart(workspace):
    plant = {"technology": "biomass_steam", "capacity_mw": 20, "capacity_factor": 0.7}
    year = by_year(run(workspace, {"tool": "power-plant", "input": plant}))[2030]
    assert year["biogenic"]["value"] > 100_000
    assert 0 < year["scope_1"]["value"] < 0.05 * year["biogenic"]["value"]


def test_the_project_of_the_how_to_runs(workspace):
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "ledger.md").read_text(encoding="utf-8")
    given = json.loads(page.split("```json\n")[1].split("```")[0])
    chosen = tool("project-ghg")
    result = chosen.run(workspace, checked(chosen.fields, given)).as_dict()["result"]
    assert {p["scope"] for p in result["parts"]} == {1, 2, 3}
    assert result["totals"]["total"]["left_out"] == []
    assert result["financed"]["factor"] == 0.2
