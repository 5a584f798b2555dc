"""Coal plants of the Global Power Plant Database beside national totals of the Global Carbon Budget 2022."""

from __future__ import annotations

import csv
import gzip
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
PLANTS = DATA / "wri-gppd" / "gppd_short.csv.gz"
pytestmark = pytest.mark.skipif(not PLANTS.exists(), reason="open data are not beside the repository")


@pytest.fixture(scope="module")
def script():
    """The script that writes the page."""
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        import ledger_coal
    finally:
        sys.path.remove(str(ROOT / "docs"))
    return ledger_coal


@pytest.fixture(scope="module")
def rows(script: ModuleType):
    return script.plants(DATA)


def test_every_coal_plant_outside_china_is_there(script: ModuleType, rows) -> None:
    with gzip.open(PLANTS, "rt", encoding="utf-8", newline="") as file:
        listed = [r["gppdId"] for r in csv.DictReader(file) if r["fuel"] == "Coal" and r["code"] not in script.CHINA]
    assert [r.id for r in rows if r.fuel == "Coal"] == listed
    assert len(listed) > 1300


def test_every_estimate_lies_in_its_range_and_in_the_hours_of_a_year(script: ModuleType, rows) -> None:
    for row in rows:
        for made in (row.by_capacity, row.by_output):
            if made is not None:
                low, high = made.co2_t.bounds
                assert 0 <= low <= made.co2_t.value <= high
                assert made.net_mwh.value <= row.capacity_mw * script.HOURS
        assert not (row.is_impossible and row.by_output)


def test_known_output_makes_the_range_narrower(rows) -> None:
    for row in rows:
        if row.by_output is not None and row.fuel == "Coal":
            (a, b), (c, d) = row.by_output.co2_t.bounds, row.by_capacity.co2_t.bounds
            assert b / a < d / c


def test_estimates_stay_below_the_national_totals_but_in_moldova(script: ModuleType, rows) -> None:
    """The one plant there, Moldavskaya, is listed with coal and 2,520 MW, and with no output at all."""
    totals = script.national(DATA)
    by_country = script._by_country(r for r in rows if r.fuel == "Coal")
    assert set(by_country) <= set(totals)
    assert [c for c, found in by_country.items() if script.co2(found).value > totals[c]] == ["MDA"]


def test_capacity_is_that_of_version_1_3_within_a_twentieth(script: ModuleType, rows) -> None:
    summary = script.later(DATA)
    here = sum(r.capacity_mw for r in rows if r.fuel == "Coal") / 1000
    there = sum(script.coal_gw(summary, c) for c in summary if c not in script.CHINA)
    assert here == pytest.approx(there, rel=0.05)


@pytest.mark.parametrize(("lang", "name"), [("en", "ledger-coal.md"), ("zh", "ledger-coal.zh.md")])
def test_the_page_is_what_the_script_writes(script: ModuleType, rows, lang: str, name: str) -> None:
    made = script.page(rows, script.national(DATA), script.later(DATA), lang)
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == made, "run: python docs/ledger_coal.py"
