"""The tools ``combustion`` and ``power-plant`` to the letter of their contract."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

from qinglu.errors import InputError
from qinglu.ledger.air import KINDS
from qinglu.ledger.tables import name_of, table
from qinglu.ledger.technologies import COOLING, TECHNOLOGIES, cooling_of
from qinglu.settings import Settings
from qinglu.tools import tool
from qinglu.tools.check import checked
from qinglu.workspace import Workspace

COAL = {"fuel": "other_bituminous_coal", "amount": {"value": 1, "unit": "t"}, "gwp": "AR5"}
PLANT = {
    "technology": "coal_subcritical", "capacity_mw": 600, "capacity_factor": 0.75, "net_efficiency": 0.38,
    "fuel": "other_bituminous_coal",
}  # fmt: skip


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return Workspace(Settings(data_dir=Path(tmp_path_factory.mktemp("data"))), today=date(2026, 11, 22))


def answer(workspace, name, given):
    chosen = tool(name)
    return chosen.run(workspace, checked(chosen.fields, json.loads(json.dumps(given))))


def run(workspace, name, given):
    return json.loads(json.dumps(answer(workspace, name, given).as_dict(), allow_nan=False))


def test_combustion_gives_exactly_what_was_agreed(workspace):
    document = run(workspace, "combustion", COAL)
    assert set(document) == {"result", "findings", "trace", "unverified"}
    assert list(document["result"]) == ["energy_gj", "co2_kg", "ch4_kg", "n2o_kg", "co2e_kg"]
    assert document["result"]["co2_kg"] == pytest.approx(2440.68, abs=1e-9)
    assert document["result"]["co2e_kg"] == pytest.approx(25.8 * 95.0255, abs=1e-9)
    assert {u["rule_id"] for u in document["unverified"]} >= {"factor:fuels.other_bituminous_coal.carbon"}
    told = [step for step in document["trace"] if "co2_kg" in step["detail"]]
    assert told[0]["detail"]["co2_kg"]["low"] < 2440.68 < told[0]["detail"]["co2_kg"]["high"]


@pytest.mark.parametrize("fuel", table("fuels").items)
def test_every_fuel_burns_by_energy(workspace, fuel):
    result = run(workspace, "combustion", {"fuel": fuel, "amount": {"value": 1, "unit": "TJ"}})["result"]
    assert result["energy_gj"] == 1000
    known = {u for u in ("ch4", "n2o") if table("fuels").get(fuel, u)}
    assert (result["co2e_kg"] is None) == (len(known) < 2)


@pytest.mark.parametrize(("value", "unit", "gj"), [
    (1, "GJ", 1), (1, "TJ", 1000), (1, "MWh", 3.6), (1, "toe", 41.868), (1, "tce", 29.3076), (1, "kgce", 0.0293076),
    (1, "MMBtu", 1.05505585262), (1e6, "kcal", 4.184), (1, "kt", 25800), (1, "Gg", 25800), (1000, "kg", 25.8),
    (1, "short_ton", 25.8 * 0.90718474), (1, "Mt", 25.8e6),
])  # fmt: skip
def test_amounts_in_units_of_the_trade(workspace, value, unit, gj):
    given = {**COAL, "amount": {"value": value, "unit": unit}}
    assert run(workspace, "combustion", given)["result"]["energy_gj"] == pytest.approx(gj, rel=1e-6)


def test_volumes_by_density_and_normal_cubic_metres_at_zero(workspace):
    def energy(unit, **more):
        given = {"fuel": "natural_gas", "amount": {"value": 1000, "unit": unit}, **more}
        return run(workspace, "combustion", given)["result"]["energy_gj"]

    assert energy("m3") == pytest.approx(0.73 * 48)
    assert energy("Nm3") / energy("m3") == pytest.approx(288.15 / 273.15)
    assert energy("m3", ncv={"value": 8500, "unit": "kcal/m3"}) == pytest.approx(8500 * 4.184e-3)
    assert energy("Nm3", ncv={"value": 36, "unit": "MJ/Nm3"}) == pytest.approx(36)
    assert energy("m3", density={"value": 0.8, "unit": "kg/m3"}) == pytest.approx(0.8 * 48)
    oil = {"fuel": "crude_oil", "amount": {"value": 1, "unit": "bbl"}}
    assert run(workspace, "combustion", oil)["result"]["energy_gj"] == pytest.approx(0.158987294928 * 0.86 * 42.3)


def test_own_values_take_the_place_of_the_tables(workspace):
    own = {**COAL, "ncv": {"value": 5500, "unit": "kcal/kg"}, "carbon": {"value": 60, "unit": "%"}}
    result = run(workspace, "combustion", own)["result"]
    assert result["energy_gj"] == pytest.approx(5500 * 4.184e-3)
    assert result["co2_kg"] == pytest.approx(600 * 44 / 12)
    by_energy = {**COAL, "carbon": {"value": 26.0, "unit": "t/TJ"}}
    assert run(workspace, "combustion", by_energy)["result"]["co2_kg"] == pytest.approx(25.8 * 26 * 44 / 12)


def test_own_values_far_from_the_fuel_are_flagged(workspace):
    far = run(workspace, "combustion", {**COAL, "ncv": {"value": 8, "unit": "MJ/kg"}})
    assert [f["rule_id"] for f in far["findings"]] == ["ledger.outside-range"]


def test_a_fuel_without_factors_is_unknown_not_zero(workspace):
    document = run(workspace, "combustion", {"fuel": "petroleum_coke", "amount": {"value": 1, "unit": "t"}})
    assert document["result"]["ch4_kg"] is document["result"]["co2e_kg"] is None
    assert document["result"]["co2_kg"] == pytest.approx(32.5 * 26.6 * 44 / 12)
    assert [f["level"] for f in document["findings"]] == ["unknown"]


REFUSED = [
    ({**COAL, "amount": {"value": -1, "unit": "t"}}, "amount.value"),
    ({**COAL, "amount": {"value": float("nan"), "unit": "t"}}, "amount.value"),
    ({**COAL, "amount": {"value": float("inf"), "unit": "t"}}, "amount.value"),
    ({**COAL, "amount": {"value": "1", "unit": "t"}}, "amount.value"),
    ({**COAL, "amount": {"value": 1}}, "amount.unit"),
    ({**COAL, "amount": {"unit": "t"}}, "amount.value"),
    ({**COAL, "amount": 1}, "amount"),
    ({"fuel": "other_bituminous_coal"}, "amount"),
    ({**COAL, "amount": {"value": 1, "unit": ""}}, "amount.unit"),
    ({**COAL, "amount": {"value": 1, "unit": "km"}}, "amount.unit"),
    ({**COAL, "amount": {"value": 1, "unit": "ton"}}, "amount.unit"),
    ({**COAL, "amount": {"value": 1, "unit": "t/0"}}, "amount.unit"),
    ({**COAL, "amount": {"value": 1, "unit": "furlong/stone"}}, "amount.unit"),
    ({**COAL, "amount": {"value": 1, "unit": "m3"}}, "amount.unit"),
    ({**COAL, "fuel": "coal"}, "fuel"),
    ({**COAL, "fuel": "Other Bituminous Coal"}, "fuel"),
    ({**COAL, "gwp": "AR7"}, "gwp"),
    ({**COAL, "year": 2020}, "year"),
    ({**COAL, "ncv": {"value": 0, "unit": "MJ/kg"}}, "ncv.value"),
    ({**COAL, "ncv": {"value": 20, "unit": "MJ"}}, "ncv.unit"),
    ({**COAL, "carbon": {"value": 0, "unit": "kg/GJ"}}, "carbon.value"),
    ({**COAL, "carbon": {"value": 60, "unit": "kg/GJ"}}, "carbon"),
    ({**COAL, "carbon": {"value": 120, "unit": "%"}}, "carbon"),
    ({"fuel": "industrial_wastes", "amount": {"value": 1, "unit": "t"}}, "ncv"),
]


@pytest.mark.parametrize(("given", "field"), REFUSED)
def test_combustion_refuses_what_cannot_be(workspace, given, field):
    chosen = tool("combustion")
    with pytest.raises(InputError) as refused:
        chosen.run(workspace, checked(chosen.fields, given))
    assert refused.value.where == field
    assert refused.value.exit_code == 2


def test_power_plant_gives_exactly_what_was_agreed(workspace):
    document = run(workspace, "power-plant", PLANT)
    result = document["result"]
    assert list(result) == [
        "net_mwh", "fuel_tj", "co2_t", "g_co2_per_kwh", "so2_t", "nox_t", "pm_t", "water_m3",
    ]  # fmt: skip
    assert result["net_mwh"] == 600 * 8760 * 0.75
    assert result["fuel_tj"] == pytest.approx(3_942_000 * 3.6e-3 / 0.38)
    assert result["co2_t"] == pytest.approx(3_942_000 * 3.6 / 0.38 * 94.6 / 1000)
    assert result["g_co2_per_kwh"] == pytest.approx(3.6 / 0.38 * 94.6)
    for pollutant in ("so2_t", "nox_t", "pm_t"):
        assert set(result[pollutant]) == {"uncontrolled", "controlled"}
        assert result[pollutant]["uncontrolled"] == result[pollutant]["controlled"] > 0
    assert "ledger.power.no-controls" in {f["rule_id"] for f in document["findings"]}
    assert result["water_m3"] == pytest.approx(3_942_000 * 479 * 0.003785411784)


def test_sulphur_of_the_analysis_decides(workspace):
    own = {"sulphur_pct": 1.5, "ash_pct": 25, "ncv": {"value": 21, "unit": "MJ/kg"}}
    document = run(workspace, "power-plant", {**PLANT, "analysis": own, "controls": ["wet_fgd", "esp"]})
    coal_t = 3_942_000 * 3.6 / 0.38 / 21
    so2 = document["result"]["so2_t"]
    assert so2["uncontrolled"] == pytest.approx(coal_t * 0.015 * 2 * 0.95)
    assert so2["controlled"] == pytest.approx(so2["uncontrolled"] * 0.03)
    (balance,) = [s for s in document["trace"] if s["title"]["en"] == "Sulphur balance"]
    told = balance["detail"]
    assert told["in_fuel_t"] == pytest.approx(told["emitted_t"] + told["captured_t"] + told["in_ash_t"], rel=1e-12)
    assert not document["findings"]


@pytest.mark.parametrize("technology", TECHNOLOGIES)
def test_every_technology_runs(workspace, technology):
    given = {"technology": technology, "capacity_mw": 400, "capacity_factor": 0.5}
    if technology == "waste_to_energy":
        given["fuel"] = "municipal_wastes_non_biomass_fraction"
    result = run(workspace, "power-plant", given)["result"]
    assert result["net_mwh"] == 400 * 8760 * 0.5
    assert (result["fuel_tj"] == 0) == (not TECHNOLOGIES[technology].burns)
    assert result["water_m3"] is not None
    for way in cooling_of(technology):
        assert run(workspace, "power-plant", {**given, "cooling": way})["result"]["water_m3"] is not None


def test_estimates_outside_the_range_are_flagged(workspace):
    def flagged(**changed):
        made = run(workspace, "power-plant", {**PLANT, **changed})
        return [f["factor_id"] for f in made["findings"] if f["rule_id"] == "ledger.outside-range"]

    assert flagged() == []
    assert flagged(net_efficiency=0.55) == ["power.coal_subcritical.efficiency"]
    assert flagged(net_efficiency=0.1) == ["power.coal_subcritical.efficiency"]
    assert flagged(capacity_mw=50_000) == ["power.coal_subcritical.size"]
    assert flagged(capacity_factor=0.99) == ["power.coal_subcritical.capacity_factor"]


def test_charts_show_air_and_gases(workspace):
    made = answer(workspace, "power-plant", {**PLANT, "controls": ["wet_fgd"]})
    air, gases = made.charts
    assert [len(s.values) for s in air.series] == [3, 3]
    assert air.series[1].values[0] < air.series[0].values[0]
    assert sum(gases.series[0].values) > made.result["co2_t"]


@pytest.mark.parametrize(("changed", "field"), [
    ({"net_efficiency": 1.2}, "net_efficiency"), ({"net_efficiency": 38}, "net_efficiency"),
    ({"net_efficiency": 0}, "net_efficiency"), ({"net_efficiency": -0.3}, "net_efficiency"),
    ({"capacity_factor": 1.01}, "capacity_factor"), ({"capacity_factor": -0.1}, "capacity_factor"),
    ({"capacity_mw": 0}, "capacity_mw"), ({"capacity_mw": -600}, "capacity_mw"),
    ({"capacity_mw": float("nan")}, "capacity_mw"), ({"capacity_mw": None}, "capacity_mw"),
    ({"technology": "coal"}, "technology"), ({"fuel": "coal"}, "fuel"), ({"fuel": "natural_gas"}, "fuel"),
    ({"controls": ["fgd"]}, "controls"), ({"controls": ["esp", "fabric_filter"]}, "controls"),
    ({"controls": ["furnace_limestone"]}, "controls"), ({"cooling": "sea"}, "cooling"),
    ({"technology": "ccgt", "fuel": "natural_gas", "controls": ["sncr"]}, "controls"),
    ({"technology": "solar_pv", "net_efficiency": None}, "fuel"),
    ({"technology": "nuclear", "fuel": None, "controls": ["esp"]}, "controls"),
    ({"technology": "wind_onshore", "net_efficiency": None, "fuel": None, "cooling": "tower"}, "cooling"),
    ({"technology": "waste_to_energy", "fuel": None, "net_efficiency": 0.25}, "fuel"),
    ({"analysis": {"sulphur_pct": 60, "ash_pct": 60}}, "analysis"),
    ({"analysis": {"sulphur_pct": -1}}, "analysis.sulphur_pct"),
    ({"analysis": {"carbon_pct": 60}}, "analysis.ncv"),
    ({"analysis": {"ncv": {"value": 21, "unit": "MJ"}}}, "analysis.ncv.unit"),
])  # fmt: skip
def test_power_plant_refuses_what_cannot_be(workspace, changed, field):
    chosen = tool("power-plant")
    given = {k: v for k, v in {**PLANT, **changed}.items() if v is not None}
    with pytest.raises(InputError) as refused:
        chosen.run(workspace, checked(chosen.fields, given))
    assert refused.value.where == field


def test_a_plant_without_fuel_needs_no_efficiency_and_may_have_one(workspace):
    given = {"technology": "nuclear", "capacity_mw": 1000, "capacity_factor": 0.9}
    bare = run(workspace, "power-plant", given)
    told = run(workspace, "power-plant", {**given, "net_efficiency": 0.33})
    assert told["result"] == bare["result"]
    assert any(step["title"]["en"] == "Net efficiency" for step in told["trace"])


@pytest.mark.parametrize("name", ["emissions.md", "emissions.zh.md"])
def test_the_inputs_of_the_how_to_run(workspace, name):
    text = (Path(__file__).parents[2] / "docs" / "how-to" / name).read_text(encoding="utf-8")
    (fuel,) = re.findall(r"^echo '(.*)' \| qinglu run combustion", text, flags=re.M)
    assert run(workspace, "combustion", json.loads(fuel))["result"]["co2_kg"] == pytest.approx(2440.68)
    (plant,) = re.findall(r"^```json\n(.*?)^```", text, flags=re.M | re.S)
    made = run(workspace, "power-plant", json.loads(plant))
    assert made["findings"] == []
    assert made["result"]["so2_t"]["controlled"] < made["result"]["so2_t"]["uncontrolled"] / 20


def test_everything_has_a_name_in_both_languages():
    for name in ("analysis", "burning", "fleet", "power", "fuels"):
        for factor in table(name):
            assert name_of(name, factor.item).zh != factor.item.replace("_", " "), factor.id
            assert name_of("", factor.what).zh != factor.what.replace("_", " "), factor.id
    assert all(
        name_of("burning" if c == "furnace_limestone" else "retrofit", c).zh != c.replace("_", " ") for c in KINDS
    )
    assert set(COOLING) >= {way for t in TECHNOLOGIES for way in cooling_of(t)}
