"""Levelised cost against sums written out year by year, the capital recovery factor, and rows of other catalogues."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest

from qinglu.ledger.draws import Draws
from qinglu.ledger.lcoe import Plant, interest_factor, levelised, mean_output, present_years
from qinglu.ledger.money import annuity
from qinglu.ledger.option_inputs import Wishes
from qinglu.ledger.options import compare
from qinglu.ledger.tables import table
from qinglu.ledger.trail import Trail

FACTS = Path(__file__).parents[3] / "shared" / "facts" / "green_technologies.csv"


def written_out(plant: Plant) -> float:
    """Discounted costs over discounted energy, one year after the other; storage bought anew when its years are over."""
    r, n = float(plant.rate), int(plant.years)
    cost, energy = float(plant.capital), 0.0
    for year in range(n):
        if year % int(plant.storage_years) == 0:
            cost += plant.storage_capital / (1 + r) ** year
    for year in range(1, n + 1):
        mwh = 8.76 * plant.capacity_factor * (1 - plant.lost) * (1 - plant.degradation) ** (year - 1)
        each = plant.variable + 3.6 * plant.fuel_price / plant.efficiency + plant.emitted * plant.carbon_price
        cost += (plant.fixed + plant.storage_fixed + mwh * each) / (1 + r) ** year
        energy += mwh / (1 + r) ** year
    return float(cost / energy)


@pytest.mark.parametrize("rate", [0.0, 0.03, 0.08, 0.15, -0.02])
@pytest.mark.parametrize("years", [1, 20, 40])
def test_equal_to_the_capital_recovery_factor(rate: float, years: int) -> None:
    """(capital x CRF + fixed) / (8.76 x cf), to 1e-12 of it."""
    crf = annuity(rate, years)
    cost = levelised(Plant(capital=1000, fixed=25, capacity_factor=0.3, rate=rate, years=years))
    assert float(cost.total) == pytest.approx((1000 * crf + 25) / (8.76 * 0.3), rel=1e-12)


@pytest.mark.parametrize("rate", [0.0, 0.05, 0.08, -0.01])
@pytest.mark.parametrize("degradation", [0.0, 0.005])
def test_equal_to_the_sum_year_by_year(rate: float, degradation: float) -> None:
    plant = Plant(
        capital=900, fixed=20, variable=3, capacity_factor=0.22, rate=rate, years=30, degradation=degradation,
        fuel_price=7, efficiency=0.55, emitted=0.36, carbon_price=40, storage_capital=500, storage_fixed=4,
        storage_years=10, lost=0.05,
    )  # fmt: skip
    assert float(levelised(plant).total) == pytest.approx(written_out(plant), rel=1e-12)


def test_level_output_where_growth_of_value_and_decay_cancel() -> None:
    """A rate of -d: every year weighs the same, and no quotient of zeros is left."""
    assert present_years(-0.01, 25, 0.01) == pytest.approx(25 / 0.99, rel=1e-12)
    assert mean_output(25, 0.005) == pytest.approx(sum(0.995**n for n in range(25)) / 25, rel=1e-12)


def test_interest_during_construction_is_that_of_even_spending() -> None:
    """Against 10,000 instalments in the middle of their steps."""
    steps = (np.arange(10_000) + 0.5) / 10_000 * 5.0
    assert interest_factor(0.08, 5.0) == pytest.approx(float(np.mean(1.08**steps)), rel=1e-7)
    assert interest_factor(0.0, 5.0) == 1.0


def test_printed_lcoe_of_hydropower_2023_lies_between_the_rates_of_irena() -> None:
    """IRENA, Renewable Power Generation Costs in 2023: 0.057 USD/kWh at 2,806 USD/kW and 53 %.

    It discounts at 5 % in China and the OECD and at 7.5 % elsewhere, over 30 years, with 2 % a year for operation.
    """
    at = {
        rate: float(levelised(Plant(2806, fixed=0.02 * 2806, capacity_factor=0.53, rate=rate, years=30)).total)
        for rate in (0.05, 0.075)
    }
    assert at[0.05] < 57 < at[0.075]


def test_break_even_carbon_price_makes_both_cost_the_same() -> None:
    """At the price told, the option and the reference have one cost: for coal with capture against coal."""
    made = compare(["coal", "coal_ccs"], 600, Wishes(0.08), Trail(), draws=Draws(10, 1))
    price = made.of("coal_ccs").break_even["coal"]
    assert price is not None
    again = compare(["coal", "coal_ccs"], 600, Wishes(0.08, carbon_price=price.value), Trail(), draws=Draws(10, 1))
    assert again.of("coal").lcoe.value == pytest.approx(again.of("coal_ccs").lcoe.value, rel=1e-12)


# IPCC AR5 WG III, Annex III, table A.III.2: life-cycle minimum, median, maximum, g CO2e/kWh.
TABLE_A_III_2 = {
    "coal": (740, 820, 910), "coal_ccs": (190, 220, 250), "gas_ccgt": (410, 490, 650), "solar_pv": (18, 48, 180),
    "wind_onshore": (7.0, 11, 56), "wind_offshore": (8.0, 12, 35), "hydro": (1.0, 24, 2200), "nuclear": (3.7, 12, 110),
    "geothermal": (6.0, 38, 79),
}  # fmt: skip


@pytest.mark.parametrize(("option", "printed"), TABLE_A_III_2.items())
def test_life_cycle_emissions_are_those_of_the_ipcc(option: str, printed: tuple[float, float, float]) -> None:
    factor = table("options")[option, "lifecycle"]
    assert (factor.low, factor.value, factor.high) == printed


# The same table, direct emissions of coal (pulverised) and gas (combined cycle): minimum and maximum.
@pytest.mark.parametrize(("option", "low", "high"), [("coal", 670, 950), ("gas_ccgt", 350, 490), ("coal_ccs", 95, 140)])
def test_direct_emissions_lie_near_those_of_the_ipcc(option: str, low: float, high: float) -> None:
    """Carbon content times 44/12 over efficiency (IPCC 2006 table 1.3); coal of 37 % is above the 870 of the table,
    whose plants are of 39 % and more."""
    made = compare([option], 100, Wishes(0.08), Trail(), draws=Draws(1, 1))
    assert low <= made.of(option).direct_g_per_kwh <= high


def test_coal_emits_carbon_content_times_44_over_12_over_efficiency() -> None:
    made = compare(["coal"], 100, Wishes(0.08, own={"coal": {"efficiency": 0.38}}), Trail(), draws=Draws(1, 1))
    assert made.of("coal").direct_g_per_kwh == pytest.approx(25.8 * 44 / 12 * 3.6 / 0.38, rel=1e-12)


def _rows() -> list[dict[str, float | str]]:
    if not FACTS.is_file():
        return []
    found: dict[str, dict[str, float | str]] = {}
    for row in csv.DictReader(FACTS.read_text(encoding="utf-8").splitlines()):
        if row["parameter"] in ("investment", "FOM", "lifetime") and row["unit"].startswith(("EUR/kW", "%", "years")):
            if row["parameter"] == "investment" and row["unit"].split(",")[0] not in ("EUR/kW", "EUR/kW_e", "EUR/kWel"):
                continue
            found.setdefault(row["key"], {"key": row["key"]})[row["parameter"]] = float(row["value"])
    return [r for r in found.values() if len(r) == 4]


@pytest.mark.skipif(not FACTS.is_file(), reason="green_technologies.csv does not lie beside the repository")
def test_rows_of_green_technologies_on_the_same_inputs() -> None:
    """Every row with investment, FOM and lifetime, at 8 % and half of full load, against the sum year by year."""
    rows = _rows()
    assert len(rows) >= 8
    for row in rows:
        capital, fom, years = (float(row[k]) for k in ("investment", "FOM", "lifetime"))
        if math.floor(years) != years:
            continue
        plant = Plant(capital=capital, fixed=fom / 100 * capital, capacity_factor=0.5, rate=0.08, years=years)
        worth_of_years = sum(1.08**-t for t in range(1, int(years) + 1))
        assert float(levelised(plant).total) == pytest.approx(
            (capital / worth_of_years + fom / 100 * capital) / 4.38, rel=1e-12
        ), row["key"]
