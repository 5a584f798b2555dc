"""Estimates of a portfolio: what is read of its rows, which figures follow, and what stays unknown."""

from __future__ import annotations

import math

import pytest

from qinglu.ledger import fleet
from qinglu.ledger.construction import embodied
from qinglu.ledger.trail import Trail
from qinglu.ledger.typical import Structure
from qinglu.model import LEDGER
from qinglu.model.ledger import LEDGER_BASES, LEDGER_MISSING, LEDGER_PARTS, LEDGER_QUANTITIES, LEDGER_STATES
from qinglu.portfolio import read
from qinglu.screening.works import works
from qinglu.settings import Settings
from qinglu.tools.ledger_screening import Ledger

HEAD = "id,name,country,sector,capacityMW,commissYr,estGenGwh,stage,lon,lat\n"
ROWS = {
    "coal": "coal,A,Pakistan,Coal,600,2005,,operating,67,25",
    "small": "small,A,Pakistan,Coal,60,2005,,operating,67,25.1",
    "given": "given,A,Pakistan,Coal,600,2005,3000,operating,67,25.2",
    "too-much": "too-much,A,Pakistan,Coal,600,2005,9999,operating,67,25.3",
    "name": "name,Alpha 600 MW coal-fired power plant,Pakistan,Energy,,,,operating,67,25.4",
    "none": "none,Coal-fired power plant,Pakistan,Energy,,,,planned,67,25.5",
    "sun": "sun,A,Kenya,Solar,50,,,planned,37,-1",
    "dam": "dam,A,Kenya,Hydro,100,,,planned,37,-1.1",
    "wood": "wood,A,Kenya,Biomass,20,,,planned,37,-1.2",
    "tide": "tide,A,Kenya,Wave and Tidal,20,,,planned,37,-1.3",
    "other": "other,A,Kenya,Cogeneration,20,,,planned,37,-1.4",
    "rail": "rail,Railway 120 km,Kenya,Railway,,,,planned,37,-1.5",
    "road": "road,Highway,Kenya,Road,,,,planned,37,-1.6",
    "port": "port,Quay,Kenya,Port,,,,planned,39,-4",
    "school": "school,School,Kenya,Education,,,,planned,37,-1.7",
    "off": "off,A,Kenya,Coal,600,,,cancelled,37,-1.8",
}


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory):
    path = tmp_path_factory.mktemp("p") / "p.csv"
    path.write_text(HEAD + "\n".join(ROWS.values()) + "\n", encoding="utf-8")
    return read(path, settings=Settings())


@pytest.fixture(scope="module")
def table(portfolio):
    return Ledger(portfolio).table()


@pytest.fixture(scope="module")
def rows(table):
    found = {}
    for row in table.to_pylist():
        found.setdefault(row["project_id"], []).append(row)
    return found


def one(rows, project, quantity="emissions", part="operation", scope=None):
    found = [r for r in rows[project] if (r["quantity"], r["part"]) == (quantity, part)]
    found = found if scope is None else [r for r in found if r["scope"] == scope]
    assert len(found) == 1
    return found[0]


def test_every_project_has_a_row_in_the_words_of_the_table(portfolio, table, rows):
    assert table.schema.equals(LEDGER)
    assert list(rows) == portfolio.projects["project_id"].to_pylist()
    for row in table.to_pylist():
        assert row["part"] in LEDGER_PARTS
        assert row["quantity"] in (*LEDGER_QUANTITIES, "")
        assert row["status"] in LEDGER_STATES
        assert row["basis"] in (*LEDGER_BASES, "")
        assert set(row["missing"].split(";")) <= {*LEDGER_MISSING, ""}
        assert (row["value"] is None) == (row["status"] == "unknown") == bool(row["missing"])
        assert row["explanation_zh"]
        assert row["explanation_en"]
        if row["low"] is not None:
            assert row["low"] <= row["value"] <= row["high"]


def test_a_plant_is_what_the_fleet_makes_of_its_capacity(rows):
    want = fleet.estimate(None, "coal", 600.0, 2005, trail=Trail())
    got = one(rows, "coal")
    assert (got["scope"], got["unit"], got["basis"]) == ("1", "tCO2/a", "assumed")
    assert [got[k] for k in ("value", "low", "high")] == pytest.approx(
        [want.co2_t.value, want.co2_t.low, want.co2_t.high]
    )  # fmt: skip
    assert one(rows, "coal", "generation")["value"] == pytest.approx(want.net_mwh.value)
    assert one(rows, "coal", "water")["value"] == pytest.approx(want.water_m3.value)


def test_small_plants_are_of_a_class_of_their_own(rows):
    want = fleet.estimate(None, "coal", 60.0, 2005, trail=Trail())
    assert one(rows, "small")["value"] == pytest.approx(want.co2_t.value)
    assert one(rows, "small")["value"] != pytest.approx(one(rows, "coal")["value"] / 10)


def test_a_generation_that_is_given_takes_the_place_of_the_usual_one(rows):
    want = fleet.estimate(None, "coal", 600.0, 2005, trail=Trail(), generation_mwh=3e6)
    got = one(rows, "given")
    assert got["value"] == pytest.approx(want.co2_t.value)
    assert got["basis"] == "given"
    made = one(rows, "given", "generation")
    assert (made["value"], made["low"], made["high"]) == (3e6, None, None)


def test_a_generation_beyond_full_load_is_not_taken(rows):
    got = one(rows, "too-much")
    assert got["value"] == one(rows, "coal")["value"]
    assert "more than it can make" in got["explanation_en"]
    assert "超过满发" in got["explanation_zh"]


def test_what_the_name_told_is_said(rows):
    got = one(rows, "name")
    assert "read from the name" in got["explanation_en"]
    assert got["value"] == pytest.approx(fleet.estimate(None, "coal", 600.0, None, trail=Trail()).co2_t.value)


def test_without_a_capacity_nothing_is_guessed(rows):
    assert one(rows, "none")["missing"] == "capacity"
    assert one(rows, "none", part="construction")["missing"] == "capacity"


def test_the_sun_emits_nothing_and_a_reservoir_is_unknown(rows):
    assert one(rows, "sun")["value"] == 0
    assert one(rows, "dam")["missing"] == "reservoir"
    assert one(rows, "dam", "generation")["value"] > 0


def test_biogenic_carbon_stands_apart(rows):
    assert one(rows, "wood", scope="1")["value"] == 0
    assert one(rows, "wood", scope="biogenic")["value"] > 0


def test_what_the_ledger_does_not_cover_says_so(rows):
    assert one(rows, "tide")["missing"] == "factor"
    assert one(rows, "other")["missing"] == "fuel"
    assert one(rows, "road", part="construction")["missing"] == "length"
    assert one(rows, "port", part="construction")["missing"] == "quantities"
    assert [r["missing"] for r in rows["school"]] == ["project-type"]
    assert [r["missing"] for r in rows["off"]] == ["cancelled"]


def test_a_line_is_built_by_its_length(rows):
    want = embodied(structure=Structure("railway", length_km=120.0), trail=Trail()).carbon
    got = one(rows, "rail", part="construction")
    assert [got[k] for k in ("value", "low", "high")] == pytest.approx([want.value, want.low, want.high])
    assert (got["scope"], got["unit"]) == ("3", "tCO2e")
    assert "bridges and tunnels are left out" in got["explanation_en"]


def test_pieces_make_the_whole(portfolio, table):
    ledger = Ledger(portfolio)
    parts = [ledger.table(start, start + 5).to_pylist() for start in range(0, len(portfolio.projects), 5)]
    assert [row for part in parts for row in part] == table.to_pylist()


def test_lengths_are_given_then_drawn_then_named(tmp_path):
    path = tmp_path / "p.csv"
    line = '"LINESTRING (36 0, 37 0)"'
    path.write_text(
        f"id,name,sector,length_km,wkt\na,Railway 120 km,Railway,99,{line}\nb,Railway 120 km,Railway,,{line}\n"
        'c,Railway 120 km,Railway,,"POINT (36 0)"\nd,Railway 1 km and 2 km,Railway,,"POINT (36 1)"\n'
        'e,蒙内铁路 480公里,Railway,,"POINT (36 2)"\n',
        encoding="utf-8",
    )
    got = works(read(path, settings=Settings()))
    assert got.length_from == ("given", "place", "name", "", "name")
    # One degree of the equator on WGS 84 is 111.319 490 8 km (a = 6 378.137 km).
    assert got.length_km[:3] == pytest.approx([99.0, math.pi * 6378.137 / 180, 120.0])
    assert got.length_km[4] == 480


@pytest.mark.parametrize(
    ("column", "said", "fuel", "technology"),
    [
        ("Technology", "Ultra-supercritical", "coal", "coal_usc"),
        ("技术", "超超临界", "coal", "coal_usc"),
        ("Technology", "supercritical", "coal", "coal_supercritical"),
        ("Technology", "subcritical", "coal", "coal_subcritical"),
        ("Fuel Type", "lignite", "lignite", ""),
        ("燃料", "石油焦", "petcoke", ""),
    ],
)
def test_technology_and_fuel_of_a_coal_plant(tmp_path, column, said, fuel, technology):
    path = tmp_path / "p.csv"
    path.write_text(
        f"id,name,sector,{column},Capacity (MW),lon,lat\na,A,Coal-fired power,{said},600,67,25\n", encoding="utf-8"
    )
    got = works(read(path, settings=Settings()))
    assert (got.fuel, got.technology, list(got.capacity_mw)) == ((fuel,), (technology,), [600.0])
