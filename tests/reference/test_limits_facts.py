"""The rulebook's emission limits and air quality levels against the tables of facts they were entered from.

The tables stay outside the repository; without them these tests are skipped.
"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from qinglu.rules import applies, load
from qinglu.rules.gas import GasState
from qinglu.rules.limits import find_limits

FACTS = Path(__file__).resolve().parents[3] / "shared" / "facts"
pytestmark = pytest.mark.skipif(not FACTS.is_dir(), reason=f"the tables of facts are not at {FACTS}")
CLAUSES = load(installed=False).clauses
TODAY = date(2026, 11, 22)


def rows(name):
    with (FACTS / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def upper(text):
    """The number of a cell; of a band its upper end."""
    return float(text.split("-")[-1].removeprefix("<").split()[0])


# (jurisdiction, instrument and group as the table has them) → the clauses, before the pollutant
COAL = {
    ("CHN", "coal boiler, new (from 2012-01-01), general area"): "chn.emission.coal-new",
    ("CHN", "coal boiler, key regions"): "chn.emission.coal-special",
    ("CHN", "coal boiler (first: existing units >= 300 MW in the east)"): "chn.emission.coal-ultra-low",
    ("IND", "installed before 2003-12-31, < 500 MW"): "ind.emission.before-2004-small",
    ("IND", "installed before 2003-12-31, >= 500 MW"): "ind.emission.before-2004-large",
    ("IND", "2004-01-01 to 2016-12-31, < 500 MW"): "ind.emission.2004-2016-small",
    ("IND", "2004-01-01 to 2016-12-31, >= 500 MW"): "ind.emission.2004-2016-large",
    ("IND", "installed from 2017-01-01"): "ind.emission.from-2017",
    ("IDN", "operating before 2008-12-01"): "idn.emission.2008-existing",
    ("IDN", "new after 2008-12-01"): "idn.emission.2008-new",
    ("IDN", "coal, planned or operating before 2019-04-23"): "idn.emission.2019-existing",
    ("IDN", "coal, new after the regulation"): "idn.emission.2019-new",
    ("EU", "new coal > 300 MWth"): "eu.emission.ied-new-large",
    ("EU", "new coal 100-300 MWth"): "eu.emission.ied-new-medium",
    ("EU", "existing coal > 300 MWth"): "eu.emission.ied-existing-large",
    ("EU", "coal >= 1000 MWth, new, yearly mean"): "eu.emission.bat-new",
    ("EU", "coal >= 1000 MWth, existing, yearly mean"): "eu.emission.bat-existing",
    ("ZAF", "solid fuel >= 50 MWth, existing"): "zaf.emission.solid-existing",
    ("ZAF", "solid fuel >= 50 MWth, new"): "zaf.emission.solid-new",
    ("MYS", "coal power"): "mys.emission.coal",
    ("THA", "new coal > 50 MW"): "tha.emission.coal-new",
    ("PHL", "fuel burning, new"): "phl.emission.fuel-new",
    ("PAK", "coal-fired"): "pak.emission.coal",
    ("CHN", "natural gas boiler"): "chn.emission.gas-boiler",
    ("CHN", "boiler on other gas"): "chn.emission.gas-boiler-other",
    ("CHN", "natural gas turbine (also IGCC turbine)"): "chn.emission.gas-turbine",
    ("CHN", "gas turbine on other gas"): "chn.emission.gas-turbine-other",
}
PARTLY = {"coal boiler, existing, general area"}  # differs by kind of boiler: its own test in contract/


def test_every_row_of_coal_and_gas_is_entered_as_the_table_has_it():
    seen = set()
    for row in rows("coal_power_emission_limits.csv"):
        base = COAL.get((row["jurisdiction"], row["applies_to"]))
        if base is None:
            continue
        seen.add(base)
        for pollutant in ("pm", "so2", "nox", "hg"):
            clause_id = f"{base}.{pollutant}"
            if not row[pollutant].strip():
                assert clause_id not in {c.id for c in CLAUSES}, clause_id
                continue
            clause = CLAUSES.clause(clause_id)
            first = clause.entries[0]
            assert first.number == upper(row[pollutant]), clause_id
            assert clause.unit == ("ppm" if "ppm" in row[pollutant] else "mg/m3")
            stated = clause.reference or {}
            assert stated.get("o2_pct") == (float(row["o2_ref_pct"]) if row["o2_ref_pct"] else None), clause_id
            assert stated.get("temperature_c") == (float(row["t_ref_c"]) if row["t_ref_c"] else None), clause_id
            assert ("dry" in stated) == (row["basis"] == "dry"), clause_id
            assert first.valid_from.year == int(row["year"]) or first.valid_from.year in (2010, 2012, 2013, 2017)
    assert seen == set(COAL.values())


def test_every_jurisdiction_of_the_table_is_there():
    table = {r["jurisdiction"] for r in rows("coal_power_emission_limits.csv")}
    assert {"EUU" if j == "EU" else j for j in table} <= {c.jurisdiction for c in CLAUSES.select(topic="emission-limits")}


TECHNOLOGY = {
    ("boiler", "solid"): [("coal_boiler", "coal")], ("boiler", "liquid"): [("oil_boiler", "oil")],
    ("boiler", "natural gas"): [("gas_boiler", "natural_gas")], ("boiler", "other gaseous"): [("gas_boiler", "other_gas")],
    ("combustion turbine", "natural gas"): [("gas_turbine", "natural_gas")],
    ("combustion turbine", "other than natural gas"): [("gas_turbine", "oil"), ("gas_turbine", "other_gas")],
    ("engine", "liquid"): [("engine", "oil")], ("engine", "natural gas"): [("engine", "natural_gas")],
}  # fmt: skip
SIZES = {"all": (10, 5000), ">50": (50.1, 5000), "50-300": (50.1, 299.9), ">=300": (300, 5000),
         "50-600": (50.1, 599.9), ">=600": (600, 5000)}  # fmt: skip
WORDED = {  # cells that say more than a number
    "510 (1100 if volatile matter < 10%)": 510, "200 (spark ignition); 400 (dual fuel)": 200,
    "200 (SI); 400 (dual fuel / CI)": 200, "1460 (bore < 400 mm); 1850 (bore >= 400 mm); 2000 (dual fuel)": 1850,
    "1170 or fuel S <= 2%": 1170, "585 or fuel S <= 1%": 585,
}  # fmt: skip


@pytest.mark.parametrize("column", ["nda", "da"])
def test_the_ehs_table_row_by_row(column):
    airshed = {"nda": "non_degraded", "da": "degraded"}[column]
    checked = 0
    for row in rows("ehs_thermal_power_2008.csv"):
        cell = row[f"{column}_mg_nm3"]
        wanted = WORDED.get(cell, None if cell.startswith("fuel S") else upper(cell) if "fuel" not in cell else None)
        for technology, fuel in TECHNOLOGY[(row["unit_type"], row["fuel"])]:
            for size in SIZES[row["size_mwth"]]:
                plant = {"country": "USA", "technology": technology, "fuel": fuel, "capacity_mwth": size,
                         "capacity_mw": size * 0.4, "commissioned": date(2026, 1, 1), "airshed": airshed}  # fmt: skip
                o2 = float(row["o2_ref_pct"])
                found = find_limits(CLAUSES, plant, TODAY, GasState(o2)).pollutants[row["pollutant"].lower()]
                got = [c.normalised_value for c in found.candidates if c.clause.basis == "international"]
                assert got == ([] if wanted is None else [wanted]), (row, size)
                checked += 1
    assert checked > 50


def test_coal_of_low_volatile_matter_and_dual_fuel_engines():
    for technology, fuel, mwth, o2, want in (("coal_boiler", "low_volatile_coal", 700, 6, 1100),
                                             ("dual_fuel_engine", "natural_gas", 100, 15, 400),
                                             ("dual_fuel_engine", "oil", 100, 15, 2000)):  # fmt: skip
        plant = {"country": "USA", "technology": technology, "fuel": fuel, "capacity_mwth": mwth, "capacity_mw": 1,
                 "commissioned": date(2026, 1, 1), "airshed": "non_degraded"}  # fmt: skip
        found = find_limits(CLAUSES, plant, TODAY, GasState(o2)).pollutants["nox"]
        assert [c.value for c in found.candidates if c.clause.basis == "international"] == [want]


def test_the_who_table_cell_by_cell():
    names = {"PM2.5": "pm2_5"}
    entered = {}
    for c in CLAUSES.select(kind="air-quality"):
        entered[(c.quantity, c.averaging, c.id.rpartition(".")[2].replace("-", ""))] = (c.entries[0].number, c.unit)
    table = {}
    for row in rows("who_aqg_2021.csv"):
        for level in ("it1", "it2", "it3", "it4", "aqg"):
            if row[level]:
                pollutant = names.get(row["pollutant"], row["pollutant"].lower())
                table[(pollutant, row["averaging"], level)] = (float(row[level]), row["unit"])
    assert entered == table


def test_nothing_is_called_checked_but_south_african_sulphur():
    """Of these tables only one limit was read in a primary source: SO2 of the ministry's release of March 2020."""
    read = {c.id for c in CLAUSES.select(topic=("emission-limits", "air-quality")) for e in c.entries if e.checked}
    assert read == {"zaf.emission.solid-new.so2", "zaf.emission.solid-existing.so2"}


def test_viet_nam_scales_by_size_until_july_2025():
    plant = {"country": "VNM", "technology": "coal_boiler", "fuel": "coal"}
    clause = CLAUSES.clause("vnm.emission.2009-coal-300-1200.so2")
    assert clause.on(date(2025, 6, 30)).number == pytest.approx(500 * 0.85 * 1.4)
    assert clause.on(date(2025, 7, 1)) is None
    assert [applies(clause, {**plant, "capacity_mw": mw}).holds.value for mw in (300, 300.1, 1200, 1200.1)] == [
        "no", "yes", "yes", "no",
    ]  # fmt: skip
