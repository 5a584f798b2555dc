"""The tool ``construction`` to its contract: units at the edge, ranges in the result, what is unknown, what is refused."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from qinglu.errors import InputError
from qinglu.ledger.typical import STRUCTURES
from qinglu.model.chart import Bars, Tornado
from qinglu.settings import Settings
from qinglu.tools import tool
from qinglu.tools.check import checked
from qinglu.workspace import Workspace

RAILWAY = {"structure": "railway", "length_km": 100, "bridge_share": 0.1, "tunnel_share": 0.02}
BILL = {"quantities": [{"material": "concrete", "amount": {"value": 1000, "unit": "m3"}},
                       {"material": "steel_rebar_ice4", "amount": {"value": 100, "unit": "t"}}]}  # fmt: skip
SIZES = {"bridge": "length_km", "tunnel": "length_km", "dam": "volume_m3", "rockfill_dam": "volume_m3",
         "power_plant_coal": "capacity_mw", "power_plant_gas": "capacity_mw", "solar_farm": "capacity_mw",
         "wind_farm": "capacity_mw", "building": "area_m2"}  # fmt: skip


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return Workspace(Settings(data_dir=Path(tmp_path_factory.mktemp("data"))), today=date(2026, 11, 23))


def answered(workspace, given):
    chosen = tool("construction")
    return chosen.run(workspace, checked(chosen.fields, given))


def run(workspace, given):
    return json.loads(json.dumps(answered(workspace, given).as_dict(), allow_nan=False))


def flags(document):
    return {f["rule_id"]: f for f in document["findings"]}


def bill(material, value, unit, **more):
    return {"quantities": [{"material": material, "amount": {"value": value, "unit": unit}, **more}]}


@pytest.mark.parametrize("structure", STRUCTURES)
def test_every_structure_answers_with_ranges(workspace, structure):
    document = run(workspace, {"structure": structure, SIZES.get(structure, "length_km"): 10})
    result = document["result"]
    assert {"co2e_t", "stages", "materials", "energy_gj", "water_m3", "waste", "per_unit"} <= set(result)
    assert 0 < result["co2e_t"]["low"] < result["co2e_t"]["value"] < result["co2e_t"]["high"]
    assert set(result["stages"]) == {"a1_a3", "a4", "a5w", "a5"}
    assert result["per_unit"]["co2e_t"]["value"] == pytest.approx(result["co2e_t"]["value"] / 10)
    assert result["energy_gj"]["site"]["value"] > 0
    assert result["water_m3"]["site"]["value"] > 0
    streams = {w["stream"]: w for w in result["waste"]}
    assert {"excavation", "hazardous"} <= set(streams)
    assert all(0 <= w["recovery_share"]["value"] <= 1 for w in streams.values())
    assert document["trace"]
    assert all("title_zh" in m and m["built_t"]["value"] >= 0 for m in result["materials"])


def test_a_volume_and_other_units_become_tonnes(workspace):
    by_volume = run(workspace, bill("concrete", 1000, "m³"))["result"]
    assert by_volume["materials"][0]["built_t"] == {"value": 2400.0, "low": 2300.0, "high": 2500.0, "unit": "t"}
    for value, unit in [(2400, "t"), (2_400_000, "kg"), (2.4, "kt"), (2400, "Mg")]:
        found = run(workspace, bill("concrete", value, unit))["result"]["materials"][0]
        assert found["built_t"]["value"] == pytest.approx(2400)
        assert found["co2e_t"]["value"] == pytest.approx(322.08)


def test_a_bill_alone_leaves_the_site_unknown_and_says_so(workspace):
    document = run(workspace, BILL)
    result = document["result"]
    assert result["stages"]["a5"] is None
    assert result["energy_gj"]["site"] is result["water_m3"]["site"] is result["per_unit"] is None
    assert flags(document)["construction.site-unknown"]["level"] == "unknown"
    known = sum(s["value"] for s in result["stages"].values() if s is not None)
    assert result["co2e_t"]["value"] == pytest.approx(known)


def test_given_quantities_take_the_place_of_typical_ones(workspace):
    given = {**RAILWAY, **bill("steel_section_ice4", 5000, "t")}
    steel = next(m for m in run(workspace, given)["result"]["materials"] if m["kind"] == "steel")
    assert (steel["items"], steel["built_t"]["value"]) == (["steel_section_ice4"], 5000)
    assert steel["co2e_t"]["value"] == pytest.approx(5000 * 1.61)


def test_a_declaration_of_the_product_goes_before_the_table(workspace):
    document = run(workspace, bill("concrete", 1000, "t", carbon_kg_per_t=80, transport_km=0))
    assert document["result"]["stages"]["a1_a3"]["value"] == pytest.approx(80)
    assert document["result"]["stages"]["a4"]["value"] == 0
    assert not any("materials.concrete" in u["rule_id"] for u in document["unverified"])


def test_what_no_table_has_is_unknown_and_not_zero(workspace):
    document = run(workspace, bill("aluminium", 10, "t"))
    assert document["result"]["water_m3"]["embodied"] is None
    assert document["result"]["water_m3"]["embodied_without"] == ["aluminium"]
    assert flags(document)["construction.factor-unknown"]["level"] == "unknown"


@pytest.mark.parametrize(
    ("energy_gj", "level", "standing"), [(1e4, "note", "below"), (3e5, "clear", "within"), (9e6, "warning", "above")]
)
def test_planned_energy_stands_beside_the_typical_range(workspace, energy_gj, level, standing):
    document = run(workspace, {**RAILWAY, "energy_gj": energy_gj})
    assert flags(document)["construction.benchmark-energy"]["level"] == level
    (row,) = [b for b in document["result"]["benchmarks"] if b["of"] == "energy"]
    assert (row["planned"], row["standing"]) == (energy_gj, standing)


def test_planned_water_without_a_structure_cannot_be_compared(workspace):
    document = run(workspace, {**BILL, "water_m3": 500})
    assert flags(document)["construction.benchmark-water"]["level"] == "unknown"
    assert document["result"]["benchmarks"][0]["standing"] == "unknown"


def test_high_speed_rail_stands_beside_literature(workspace):
    document = run(
        workspace, {"structure": "high_speed_railway", "length_km": 300, "bridge_share": 0, "tunnel_share": 0}
    )
    assert flags(document)["construction.published"]["level"] == "clear"
    assert any(
        u["rule_id"] == "factor:construction.high_speed_railway.published_per_km" for u in document["unverified"]
    )


@pytest.mark.parametrize(
    "given",
    [{"structure": "road", "length_km": 10, "lanes": 40}, {"structure": "railway", "length_km": 10, "tracks": 9},
     {"structure": "pipeline", "length_km": 10, "diameter_mm": 3000}, {"structure": "solar_farm", "capacity_mw": 1e6},
     {"structure": "dam", "volume_m3": 10}],
)  # fmt: skip
def test_beyond_the_range_of_a_factor_is_flagged(workspace, given):
    assert flags(run(workspace, given))["ledger.outside-range"]["level"] == "warning"


def test_lanes_tracks_and_bore_scale(workspace):
    def carbon(**given):
        return run(workspace, {"length_km": 10, **given})["result"]["co2e_t"]["value"]

    assert carbon(structure="road", lanes=4) == pytest.approx(2 * carbon(structure="road"))
    assert carbon(structure="railway", tracks=2) == pytest.approx(2 * carbon(structure="railway"))
    assert carbon(structure="pipeline", diameter_mm=1220) == pytest.approx(4 * carbon(structure="pipeline"))
    assert carbon(structure="high_speed_railway", tracks=1) == pytest.approx(carbon(structure="high_speed_railway") / 2)
    assert carbon(structure="railway", electrified=True) > carbon(structure="railway")


def test_shares_not_given_are_unknown(workspace):
    found = flags(run(workspace, {"structure": "railway", "length_km": 10, "bridge_share": 0.1}))
    assert found["construction.structures-not-given"]["missing"] == ["tunnel_share"]
    assert "construction.structures-not-given" not in flags(run(workspace, RAILWAY))


def test_charts(workspace):
    drawn = {c.name: c for c in answered(workspace, RAILWAY).charts}
    assert isinstance(drawn["by-material"], Bars)
    assert isinstance(drawn["by-stage"], Bars)
    assert isinstance(drawn["tornado"], Tornado)
    stages = drawn["by-stage"].series[0]
    assert sum(stages.values) == pytest.approx(drawn["tornado"].centre)
    for bars in (drawn["by-material"], drawn["by-stage"]):
        series = bars.series[0]
        assert len(bars.categories) == len(series.values) == len(series.low) == len(series.high)
        assert all(a <= b <= c for a, b, c in zip(series.low, series.values, series.high, strict=True))


@pytest.mark.parametrize("given", [RAILWAY, BILL])
def test_a_person_sees_a_table_of_materials(workspace, given):
    answer = answered(workspace, given)
    assert len(answer.shown.rows) == len(answer.result["materials"])
    assert any("In all" in line.en and "合计" in line.zh for line in answer.shown.lines)


def test_everything_from_a_source_is_listed_as_unverified(workspace):
    document = run(workspace, {"structure": "wind_farm", "capacity_mw": 100})
    listed = {u["rule_id"] for u in document["unverified"]}
    used = {s["detail"]["id"] for s in document["trace"] if s["kind"] == "factor"}
    assert "factor:construction.wind_farm.steel_per_MW" in listed
    assert "construction.wind_farm.surplus_per_MW" in used
    assert "factor:construction.wind_farm.surplus_per_MW" not in listed  # our own convention has nothing to check


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({}, "structure"),
        ({"quantities": []}, "structure"),
        ({"length_km": 3}, "structure"),
        ({**BILL, "lanes": 2}, "structure"),
        ({"structure": "castle"}, "structure"),
        ({"structure": "railway"}, "length_km"),
        ({"structure": "railway", "length_km": 0}, "length_km"),
        ({"structure": "railway", "length_km": -1}, "length_km"),
        ({"structure": "railway", "capacity_mw": 5}, "capacity_mw"),
        ({"structure": "dam", "area_m2": 5}, "area_m2"),
        ({"structure": "road", "length_km": 1, "tracks": 2}, "tracks"),
        ({"structure": "building", "area_m2": 1, "bridge_share": 0.1}, "bridge_share"),
        ({"structure": "road", "length_km": 1, "bridge_share": 1.1}, "bridge_share"),
        ({"structure": "road", "length_km": 1, "bridge_share": 0.6, "tunnel_share": 0.6}, "bridge_share"),
        ({"structure": "road", "length_km": 1, "lanes": 0}, "lanes"),
        ({"structure": "road", "length_km": 1, "electrified": True}, "electrified"),
        ({"structure": "road", "length_km": 1, "energy_gj": -1}, "energy_gj"),
        (bill("mud", 1, "t"), "quantities[0].material"),
        (bill("concrete", -1, "t"), "quantities[0].amount.value"),
        (bill("concrete", float("nan"), "t"), "quantities[0].amount.value"),
        (bill("concrete", 1, "km"), "quantities[0].amount.unit"),
        (bill("concrete", 1, "xyzzy"), "quantities[0].amount.unit"),
        ({"quantities": [{"material": "concrete", "amount": {"value": 1}}]}, "quantities[0].amount.unit"),
        ({"quantities": [{"material": "concrete", "amount": 5}]}, "quantities[0].amount"),
        (bill("plastic", 1, "m3"), "quantities[0].amount"),
        (bill("concrete", 1, "t", transport_km=-5), "quantities[0].transport_km"),
        (bill("concrete", 1, "t", transport="camel"), "quantities[0].transport"),
    ],
)
def test_wrong_inputs_are_named(workspace, given, where):
    with pytest.raises(InputError) as caught:
        run(workspace, given)
    assert caught.value.where == where
    assert caught.value.exit_code == 2
    assert caught.value.remedy is not None
