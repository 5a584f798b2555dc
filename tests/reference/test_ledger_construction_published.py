"""Building against what was published, and against the quantities that routes are scored with.

The published figures are recalled; `qinglu` lists them as unverified wherever it uses them.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import qinglu
from qinglu.ledger.construction import Quantity, embodied
from qinglu.ledger.diesel import engine, pollutants_t
from qinglu.ledger.estimate import Estimate
from qinglu.ledger.tables import table
from qinglu.ledger.trail import Trail
from qinglu.ledger.typical import Structure, typical

COSTS = yaml.safe_load((Path(qinglu.__file__).parent / "siting" / "costs.yaml").read_text(encoding="utf-8"))
LINES = {"railway": "railway", "high-speed-railway": "high_speed_railway", "road": "road",
         "transmission-line": "transmission_line", "pipeline": "pipeline"}  # fmt: skip
EXTRA = {"railway": "rail_bridge", "high-speed-railway": "high_speed_bridge", "road": "road_bridge"}


def built(kind, **features):
    return embodied(structure=Structure(kind, **features), trail=Trail())


@pytest.mark.parametrize("name", LINES)
def test_typical_sections_are_those_that_routes_are_scored_with(name):
    told = {k.replace("-", "_"): v for k, v in COSTS[name]["quantities"].items() if k != "_"}
    for material, tonnes_per_m in told.items():
        value = table("construction")[LINES[name], f"{material}_per_km"].value
        assert value == pytest.approx(tonnes_per_m * 1000), material


@pytest.mark.parametrize("name", EXTRA)
def test_bridges_are_those_that_routes_are_scored_with(name):
    told = {k: v for k, v in COSTS[name]["structure-quantities"].items() if k != "_"}
    for material, tonnes_per_m in told.items():
        assert table("construction")[EXTRA[name], f"{material}_per_km"].value == pytest.approx(tonnes_per_m * 1000)


def test_a_bill_of_quantities_by_hand():
    # ICE V4.1: concrete RC 32/40 134.2, rebar 1,720 kgCO2e/t; UK 2025, articulated over 33 t, average laden:
    # 77.03 + 17.99 g/tkm. Wastage of 5 % of what is bought (WRAP), 50 km.
    rows = [
        Quantity("concrete_rc_32_40_ice4", Estimate(2400.0), 50.0),
        Quantity("steel_rebar_ice4", Estimate(100.0), 50.0),
    ]
    found = embodied(rows, trail=Trail())
    made = 2400 * 0.1342 + 100 * 1.72
    assert found.stages["a1_a3"].value == pytest.approx(made)
    assert found.stages["a5w"].value == pytest.approx(made * 0.05 / 0.95)
    assert found.stages["a4"].value == pytest.approx(2500 / 0.95 * 50 * 95.02e-6)
    assert found.stages["a5"] is None
    assert found.carbon.value == pytest.approx(made / 0.95 + 2500 / 0.95 * 50 * 95.02e-6)
    assert found.energy.site is None


def test_bridges_and_tunnels_add_their_share_of_the_length():
    # 100 km of single track, 10 km on viaduct and 2 km in tunnel, 28 t/m of concrete each; two tracks double all.
    shares = {"length_km": 100.0, "bridge_share": 0.1, "tunnel_share": 0.02}
    for tracks in (1, 2):
        masses = typical(Structure("railway", tracks=tracks, **shares), Trail()).masses_t
        assert masses["concrete"].value == pytest.approx(tracks * (100 * 500 + 12 * 28_000))
        assert masses["rebar"].value == pytest.approx(tracks * 12 * 1_600)
        assert masses["steel"].value == pytest.approx(tracks * 100 * 130)
    motorway = typical(Structure("motorway", length_km=10.0, bridge_share=0.5, tunnel_share=0.0), Trail()).masses_t
    assert motorway["rebar"].value == pytest.approx(5 * 1_500 * 2)  # four lanes are two roads beside one another


def test_high_speed_rail_lies_within_uic_2011():
    # Baron, Martinetti, Pépion 2011: construction of four lines 58 to 176 tCO2 per km and year, over a century.
    found = built("high_speed_railway", length_km=1.0, bridge_share=0.0, tunnel_share=0.0)
    assert 5800 < found.carbon.value < 17600


def test_roads_beside_the_world_banks_toolkit_of_2010():
    # Provincial road 207, national road 794, expressway 3,234 tCO2e/km.
    road = built("road", length_km=1.0, bridge_share=0.0, tunnel_share=0.0).carbon
    motorway = built("motorway", length_km=1.0, bridge_share=0.0, tunnel_share=0.0).carbon
    assert 207 < road.value < 794
    assert motorway.bounds[0] < 3234 < motorway.bounds[1]


def test_a_coal_plant_of_nrel_25119():
    # Spath, Mann, Kerr 1999, plant materials a megawatt: concrete 158,758, steel 50,721, iron 619, aluminium 419 kg.
    masses = typical(Structure("power_plant_coal", capacity_mw=425.0), Trail()).masses_t
    expected = {"concrete": 158.758, "steel": 50.721, "cast_iron": 0.619, "aluminium": 0.419}
    assert {kind: mass.value / 425 for kind, mass in masses.items()} == pytest.approx(expected)


def test_diesel_of_locomotives_by_ipcc_2006_table_3_4_1():
    # CO2 20.2 kgC/GJ × 44/12, CH4 4.15, N2O 28.6 kg/TJ; AR5 28 and 265.
    found = engine("locomotive", Trail())
    assert found.ttw.value == pytest.approx(20.2 * 44 / 12 + (4.15 * 28 + 28.6 * 265) / 1000)
    assert found.gj_per_l == pytest.approx(0.84 * 43.0 / 1000)
    assert found.wtw.value == pytest.approx(found.ttw.value + 18.9)


def test_air_pollutants_by_emep_eea_2019_table_3_1():
    found = pollutants_t(1000.0, Trail(), sulphur_ppm=50.0)
    assert {n: e.value for n, e in found.items()} == pytest.approx(
        {"nox": 52.4, "co": 10.7, "nmvoc": 4.65, "pm10": 1.44, "pm2_5": 1.37, "so2": 0.1}
    )
    assert pollutants_t(1000.0, Trail())["so2"] is None
