"""The tools ``freight`` and ``ship-cii`` to the letter of their contract, through ``qinglu run`` and in process."""

from __future__ import annotations

import copy
import json
from datetime import date
from pathlib import Path

import pytest

from qinglu.cli import main
from qinglu.errors import InputError
from qinglu.model.chart import Bars
from qinglu.settings import Settings
from qinglu.tools import tool
from qinglu.tools.check import checked
from qinglu.workspace import Workspace

SHIP = {"ship_type": "bulk_carrier", "dwt": 100000, "fuel": [{"type": "heavy_fuel_oil", "t": 10000}],
        "distance_nm": 60000, "year": 2026}  # fmt: skip
CHAIN = {"legs": [{"mass_kg": 87, "distance_km": 423, "wtw_kg_per_tkm": 0.1, "ttw_kg_per_tkm": 0.0891}]}
SHANGHAI, ROTTERDAM, DUISBURG, XIAN = [121.8, 31.3], [4.1, 51.95], [6.76, 51.43], [108.95, 34.27]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return Workspace(Settings(data_dir=Path(tmp_path_factory.mktemp("data"))), today=date(2026, 11, 22))


def answer(workspace, name, given):
    chosen = tool(name)
    return chosen.run(workspace, checked(chosen.fields, given))


def run(workspace, name, given):
    return json.loads(json.dumps(answer(workspace, name, given).as_dict()))


def freight(workspace, *legs):
    return run(workspace, "freight", {"legs": list(legs)})


def ship(**changed):
    given = copy.deepcopy(SHIP) | changed
    return {k: v for k, v in given.items() if v is not None}


# --- ship-cii -------------------------------------------------------------------------------------


def test_ship_cii_has_exactly_the_document_of_its_contract(workspace):
    document = run(workspace, "ship-cii", SHIP)
    assert set(document) == {"result", "findings", "trace", "unverified"}
    result = document["result"]
    assert list(result) == ["co2_t", "attained", "reference", "required", "ratio", "boundaries", "rating"]
    assert result["co2_t"] == pytest.approx(31_140)
    assert result["attained"] == pytest.approx(5.19)
    assert result["reference"] == pytest.approx(3.683293, abs=5e-7)
    assert result["required"] == pytest.approx(3.27813, abs=5e-7)
    assert result["ratio"] == pytest.approx(5.19 / 3.2781304)
    assert result["boundaries"] == pytest.approx([d * 3.2781304 for d in (0.86, 0.94, 1.06, 1.18)])
    assert result["rating"] == "E"
    assert document["findings"][0]["reduction_to_c"] == pytest.approx(1 - 1.06 * 3.2781304 / 5.19)
    told = {u["rule_id"] for u in document["unverified"]}
    assert {"factor:ships_reduction.2026.z", "factor:ships_fuels.heavy_fuel_oil.cf", "factor:ships_rating.bulk_carrier.d4",
            "factor:ships_reference.bulk_carrier:below_279000.a"} <= told  # fmt: skip


def test_the_cut_that_is_named_leads_to_c(workspace):
    cut = run(workspace, "ship-cii", SHIP)["findings"][0]["reduction_to_c"]
    for share, letter in ((1 - cut, "C"), ((1 - cut) * 1.0001, "D")):
        less = [{"type": "heavy_fuel_oil", "t": 10000 * share * (1 - 1e-12)}]
        assert run(workspace, "ship-cii", ship(fuel=less))["result"]["rating"] == letter


@pytest.mark.parametrize(
    ("changed", "field", "told"),
    [
        ({"gt": 50000, "dwt": None}, "gt", "dwt"),
        ({"ship_type": "cruise_passenger"}, "dwt", "gt"),
        ({"dwt": None}, "dwt", "deadweight"),
        ({"dwt": 0}, "dwt", "above 0"),
        ({"dwt": -1}, "dwt", "-1"),
        ({"distance_nm": 0}, "distance_nm", "above 0"),
        ({"distance_nm": float("nan")}, "distance_nm", "number"),
        ({"year": 2031}, "year", "not adopted yet"),
        ({"year": 2018}, "year", "2019 to 2030"),
        ({"year": 2026.5}, "year", "whole number"),
        ({"ship_type": "submarine"}, "ship_type", "bulk_carrier"),
        ({"fuel": []}, "fuel", "above 0 t"),
        ({"fuel": [{"type": "coal", "t": 1}]}, "fuel[0].type", "heavy_fuel_oil"),
        ({"fuel": [{"type": "lng", "t": -1}]}, "fuel[0].t", "-1"),
        ({"fuel": [{"type": "lng"}]}, "fuel[0].t", "missing"),
    ],
)
def test_ship_cii_refuses_with_field_value_and_what_is_allowed(workspace, changed, field, told):
    with pytest.raises(InputError) as raised:
        run(workspace, "ship-cii", ship(**changed))
    assert raised.value.where == field
    assert raised.value.exit_code == 2
    assert told in raised.value.line("en")


def test_years_before_ratings_and_small_ships_are_flagged(workspace):
    early = run(workspace, "ship-cii", ship(year=2020))
    assert early["result"]["required"] == pytest.approx(0.99 * early["result"]["reference"])
    assert "ledger.ship-cii.before-ratings" in {f["rule_id"] for f in early["findings"]}
    small = run(workspace, "ship-cii", ship(gt=4999))
    assert "ledger.ship-cii.scope" in {f["rule_id"] for f in small["findings"]}
    assert len(run(workspace, "ship-cii", ship(gt=5000))["findings"]) == 1


def test_a_factor_of_ones_own_takes_the_place_of_the_table(workspace):
    own = run(workspace, "ship-cii", ship(fuel=[{"type": "heavy_fuel_oil", "t": 10000, "cf": 2.0}]))
    assert own["result"]["co2_t"] == 20_000
    assert not any("ships_fuels" in u["rule_id"] for u in own["unverified"])


def test_ship_cii_draws_the_years_against_what_they_ask(workspace):
    (chart,) = answer(workspace, "ship-cii", SHIP).charts
    assert isinstance(chart, Bars)
    assert chart.categories == tuple(str(y) for y in range(2023, 2031))
    assert chart.series[0].values == pytest.approx((5.19,) * 8)
    assert len(chart.lines) == 5
    assert chart.lines[2].values[3] == pytest.approx(3.2781304)
    assert [line.values[3] for line in chart.lines] == sorted((line.values[3] for line in chart.lines), reverse=True)


# --- freight --------------------------------------------------------------------------------------


def test_freight_has_exactly_the_document_of_its_contract(workspace):
    document = run(workspace, "freight", CHAIN)
    assert set(document) == {"result", "findings", "trace", "unverified"}
    result = document["result"]
    assert set(result) == {"tkm", "wtw_kg", "ttw_kg", "legs", "primary_share"}
    assert [set(leg) for leg in result["legs"]] == [{"tkm", "wtw_kg", "ttw_kg"}]
    assert result["tkm"] == pytest.approx(36.801)
    assert result["wtw_kg"] == pytest.approx(3.6801)
    assert result["ttw_kg"] == pytest.approx(3.2789691)
    assert result["primary_share"] == 1
    assert document["findings"] == []
    assert document["unverified"] == []


def test_the_command_line_says_the_same(tmp_path, capsys, monkeypatch, workspace):
    monkeypatch.setenv("QINGLU_DATA_DIR", str(tmp_path))
    for name, given in (("freight", CHAIN), ("ship-cii", SHIP)):
        file = tmp_path / f"{name}.json"
        file.write_text(json.dumps(given), encoding="utf-8")
        assert main(["run", name, "--input", str(file)]) == 0
        assert json.loads(capsys.readouterr().out) == run(workspace, name, given)


def test_a_default_factor_is_no_primary_data_and_stands_among_the_unverified(workspace):
    document = freight(workspace, CHAIN["legs"][0], {"mass_kg": 87, "mode": "road", "distance_km": 423})
    own, default = document["result"]["legs"]
    assert default["wtw_kg"] == pytest.approx(0.087 * 423 * 0.09502)
    assert default["class"] == "road_hgv_articulated_33t"
    assert document["result"]["primary_share"] == pytest.approx(own["wtw_kg"] / (own["wtw_kg"] + default["wtw_kg"]))
    assert "factor:freight.road_hgv_articulated_33t_average_laden.ttw" in {u["rule_id"] for u in document["unverified"]}
    modelled = freight(workspace, CHAIN["legs"][0] | {"primary": False})
    assert modelled["result"]["primary_share"] == 0


def test_mass_may_carry_its_unit(workspace):
    leg = {k: v for k, v in CHAIN["legs"][0].items() if k != "mass_kg"}
    assert freight(workspace, leg | {"mass": {"value": 87e-3, "unit": "t"}})["result"]["wtw_kg"] == pytest.approx(
        3.6801
    )
    with pytest.raises(InputError, match=r"legs\[0\].mass.unit"):
        freight(workspace, leg | {"mass": {"value": 87, "unit": "km"}})


def test_a_distance_is_adjusted_once(workspace):
    """By sea: activity on the graph, UK factors over 15 % more; a GLEC lane holds it, a given distance is as it is."""
    way = {"mass_kg": 1000, "mode": "sea", "from": SHANGHAI, "to": ROTTERDAM}
    uk = freight(workspace, way)["result"]["legs"][0]
    assert uk["travelled_km"] == pytest.approx(1.15 * uk["distance_km"])
    assert uk["tkm"] == pytest.approx(uk["distance_km"])
    assert uk["wtw_kg"] == pytest.approx(1.15 * uk["tkm"] * 0.01977)
    lane = freight(workspace, way | {"class": "sea_container_glec_asia_north_europe"})["result"]["legs"][0]
    assert lane["wtw_kg"] == pytest.approx(lane["tkm"] * 0.00469)
    own = freight(workspace, way | {"wtw_kg_per_tkm": 0.01, "ttw_kg_per_tkm": 0.008})["result"]["legs"][0]
    assert own["wtw_kg"] == pytest.approx(0.01 * own["tkm"])
    plain = {"mass_kg": 1000, "mode": "sea", "distance_km": 1000}
    assert freight(workspace, plain)["result"]["wtw_kg"] == pytest.approx(19.77)
    assert freight(workspace, plain | {"planned": True})["result"]["wtw_kg"] == pytest.approx(1.15 * 19.77)


def test_air_has_the_method_by_the_factor_it_meets(workspace):
    """UK factors hold 8 % over the great circle; those of GLEC count the great circle and 95 km."""
    way = {"mass_kg": 1000, "mode": "air", "from": SHANGHAI, "to": DUISBURG}
    uk = freight(workspace, way)["result"]["legs"][0]
    assert uk["wtw_kg"] == pytest.approx(uk["distance_km"] * 0.66646)
    glec = freight(workspace, way | {"class": "air_glec_freighter_long"})["result"]["legs"][0]
    assert glec["wtw_kg"] == pytest.approx((glec["distance_km"] + 95) * 0.608)
    far = freight(workspace, way | {"class": "air_glec_freighter_short"})
    assert "ledger.outside-range" in {f["rule_id"] for f in far["findings"]}


def test_chains_stand_side_by_side(workspace):
    goods = {"mass_kg": 14000}
    document = run(workspace, "freight", {"chains": {
        "rail": {"legs": [goods | {"mode": "rail", "from": XIAN, "to": DUISBURG}]},
        "sea": {"legs": [goods | {"mode": "rail", "distance_km": 1500, "country": "CHN"},
                         goods | {"mode": "hub"},
                         goods | {"mode": "sea", "from": SHANGHAI, "to": ROTTERDAM,
                                  "closed_passages": ["suez", "panama"]}]},
        "air": {"legs": [goods | {"mode": "air", "from": XIAN, "to": DUISBURG}]},
    }})  # fmt: skip
    result = document["result"]
    assert set(result) == {"chains", "comparison"}
    for chain in result["chains"].values():
        assert set(chain) == {"tkm", "wtw_kg", "ttw_kg", "legs", "primary_share"}
        assert chain["wtw_kg"] == pytest.approx(sum(leg["wtw_kg"] for leg in chain["legs"]))
    compared = result["comparison"]
    assert compared["order"][-1] == "air"
    assert compared["times_least"][compared["least"]] == 1
    assert compared["times_least"]["air"] > 10
    assert "south_africa" in result["chains"]["sea"]["legs"][2]["passages"]
    assert result["chains"]["sea"]["ttw_kg"] is None  # no source splits the hub
    told = {f["rule_id"] for f in document["findings"]}
    assert {"ledger.freight.comparison", "ledger.freight.unknown-sum", "ledger.freight.uk-train"} <= told


def test_charts_are_by_leg_and_by_chain(workspace):
    (one,) = answer(workspace, "freight", CHAIN).charts
    assert [s.values for s in one.series] == [(pytest.approx(3.2789691),), (pytest.approx(0.4011309),)]
    charts = answer(workspace, "freight", {"chains": {"a": CHAIN, "b": CHAIN}}).charts
    assert [c.name for c in charts] == ["freight-by-chain", "freight-by-leg-1", "freight-by-leg-2"]


def test_what_a_grid_or_a_hub_does_not_say_is_unknown_and_never_zero(workspace):
    document = freight(workspace, {"mass_kg": 1000, "mode": "rail", "distance_km": 10, "country": "ATA"})
    assert document["result"]["wtw_kg"] is None
    assert document["result"]["primary_share"] is None
    assert {f["level"] for f in document["findings"]} == {"unknown"}
    hub = freight(workspace, {"mass_kg": 1000, "mode": "hub", "wtw_kg_per_t": 3, "ttw_kg_per_t": 1})
    assert (hub["result"]["tkm"], hub["result"]["wtw_kg"], hub["result"]["ttw_kg"]) == (0, 3, 1)


def test_unlike_goods_are_not_compared_in_silence(workspace):
    other = {"legs": [CHAIN["legs"][0] | {"mass_kg": 100}]}
    document = run(workspace, "freight", {"chains": {"a": CHAIN, "b": other}})
    assert "ledger.freight.unlike-goods" in {f["rule_id"] for f in document["findings"]}


ROAD = {"mass_kg": 1000, "mode": "road", "distance_km": 10}


@pytest.mark.parametrize(
    ("leg", "field"),
    [
        (CHAIN["legs"][0] | {"mass_kg": 0}, "mass_kg"),
        (CHAIN["legs"][0] | {"mass_kg": -87}, "mass_kg"),
        (CHAIN["legs"][0] | {"distance_km": 0}, "distance_km"),
        (CHAIN["legs"][0] | {"distance_km": float("inf")}, "distance_km"),
        (CHAIN["legs"][0] | {"wtw_kg_per_tkm": -0.1}, "wtw_kg_per_tkm"),
        (CHAIN["legs"][0] | {"mass": {"value": 1, "unit": "t"}}, "mass_kg"),
        ({"distance_km": 10, "mode": "road"}, "mass_kg"),
        ({"mass_kg": 1, "distance_km": 10}, "mode"),
        ({"mass_kg": 1, "distance_km": 10, "mode": "road", "ttw_kg_per_tkm": 1}, "wtw_kg_per_tkm"),
        (ROAD | {"mode": "donkey"}, "mode"),
        (ROAD | {"class": "sea_container_ship_average"}, "class"),
        (ROAD | {"class": "road_bicycle"}, "class"),
        (ROAD | {"from": XIAN}, "distance_km"),
        ({"mass_kg": 1, "mode": "road", "from": XIAN}, "to"),
        ({"mass_kg": 1, "mode": "road"}, "distance_km"),
        ({"mass_kg": 1, "mode": "inland_water", "from": DUISBURG, "to": ROTTERDAM}, "distance_km"),
        (ROAD | {"load": 1.2}, "load"),
        (ROAD | {"load": 0}, "load"),
        (ROAD | {"empty_share": 0.2}, "load"),
        (ROAD | {"country": "CHN"}, "country"),
        (ROAD | {"primary": True}, "primary"),
        ({"mass_kg": 1, "mode": "rail", "distance_km": 10, "class": "rail_electric_1500t"}, "country"),
        ({"mass_kg": 1, "mode": "rail", "distance_km": 10, "load": 0.5}, "load"),
        ({"mass_kg": 1, "mode": "hub", "distance_km": 10}, "distance_km"),
        ({"mass_kg": 1, "mode": "hub", "wtw_kg_per_tkm": 1}, "wtw_kg_per_tkm"),
        ({"mass_kg": 1, "mode": "sea", "from": SHANGHAI, "to": SHANGHAI}, "to"),
        (CHAIN["legs"][0] | {"mode": "road", "load": 0.5}, "load"),
    ],
)  # fmt: skip
def test_freight_refuses_with_the_field(workspace, leg, field):
    with pytest.raises(InputError) as raised:
        freight(workspace, leg)
    assert raised.value.where == f"legs[0].{field}"
    assert raised.value.exit_code == 2


@pytest.mark.parametrize("given", [{}, {"legs": []}, {"chains": {}}, CHAIN | {"chains": {"a": CHAIN}},
                                   {"chains": {"a": {}}}])  # fmt: skip
def test_freight_needs_legs_or_chains(workspace, given):
    with pytest.raises(InputError):
        run(workspace, "freight", given)
