"""Flue gas, masses and steel against published figures; each names table, edition and row."""

from __future__ import annotations

import pytest

from qinglu.ledger import steel
from qinglu.ledger.estimate import Estimate
from qinglu.ledger.fluegas import dry_m3_per_gj
from qinglu.ledger.money import annuity, dollars
from qinglu.ledger.retrofit_unit import Choice, Rates, Unit
from qinglu.ledger.tables import table
from qinglu.ledger.trail import Trail

# 40 CFR 60, App. A-7, Method 19, table 19-2: Fd in dscf per million Btu (20 °C, gross). Recalled, not read there.
METHOD_19_DSCF = {"anthracite": 10100, "other_bituminous_coal": 9780, "lignite": 9860, "natural_gas": 8710}
M3_PER_CUBIC_FOOT, GJ_PER_MILLION_BTU = 0.028316847, 1.05505585


@pytest.mark.parametrize(("fuel", "dscf"), METHOD_19_DSCF.items())
def test_f_factors_are_the_same_in_both_of_their_units(fuel, dscf):
    """Method 19 prints both; the metric column is rounded to three digits."""
    metric = table("fluegas")[fuel, "dry_volume"].value
    assert metric == pytest.approx(dscf * M3_PER_CUBIC_FOOT / GJ_PER_MILLION_BTU, rel=0.004)


def test_flue_gas_of_hard_coal_agrees_with_the_fuel_factor_of_en_iso_16911():
    """EN ISO 16911-1:2013, annex E: 0.359 m³/MJ at 6 % O2, dry, for hard coal; 1 % apart. Recalled."""
    assert dry_m3_per_gj("other_bituminous_coal", Trail()).value == pytest.approx(359, rel=0.01)


def test_flue_gas_of_coal_and_gas_agrees_with_the_guidebook():
    """EMEP/EEA guidebook, 1.A.1, appendix on reference volumes: coal 362 m³/GJ at 6 % O2, gas 268–283 at 3 %."""
    assert dry_m3_per_gj("other_bituminous_coal", Trail()).value == pytest.approx(362, rel=0.02)
    assert 268 <= dry_m3_per_gj("natural_gas", Trail(), o2_pct=3).value <= 283


def test_a_percent_of_sulphur_in_bituminous_coal_makes_two_grams_a_cubic_metre():
    """A rule of the trade; 2 × 10 kg/t × 0.95 ÷ 25.8 GJ/t ÷ 357.8 m³/GJ by hand."""
    unit = Unit(
        fuel="other_bituminous_coal", capacity_mw=600, capacity_factor=0.75, net_efficiency=0.38,
        sulphur_kg_per_gj=Estimate(10 / 25.8), ash_kg_per_gj=Estimate(5.4), sulphur_in_ash=0.05, fly_ash=0.85,
        nox_kg_per_gj=Estimate(0.36), co2_kg_per_gj=Estimate(94.6),
        gas_m3_per_gj=dry_m3_per_gj("other_bituminous_coal", Trail()), running=(), remaining_years=20,
    )  # fmt: skip
    rates = Rates(unit, Trail())
    residual = rates.residual_mg_m3((), 0.0)
    assert residual["so2"] == pytest.approx(2 * 10 * 0.95 / 25.8 / 357.832 * 1e6, rel=1e-5)
    assert residual["so2"] == pytest.approx(2000, rel=0.05)
    # 600 MW × 8,760 h × 0.75 × 3.6 ÷ 0.38 = 37,345,263 GJ
    assert unit.heat_gj == pytest.approx(37_345_263.16)
    assert rates.state(Choice()).co2_t == pytest.approx(37_345_263.16 * 0.0946)


def test_the_capital_recovery_factor_of_the_cost_manual():
    """EPA Air Pollution Control Cost Manual, section 1, chapter 2: 7 % over 20 years is 0.0944."""
    assert annuity(0.07, 20) == pytest.approx(0.0944, abs=5e-5)


def test_prices_of_another_year_and_currency():
    """By hand: 1,500 EUR of 2020 × 1.1422 × 122.3 ÷ 105.4."""
    assert dollars(table("steel")["electrolyser", "capital"]).value == pytest.approx(
        1500 * 1.1422 * 122.3 / 105.4, rel=1e-12
    )


def year(route, grid=0.5, scrap=0.0):
    prices = {p: Estimate.of(table("steel")["price", p]) for p in steel.PRICES}
    power = steel.Power(Estimate(grid), prices["electricity"])
    terms = steel.Terms(0.08, 0.0, scrap, prices, power, power)
    return next(y for y in steel.compare("bf_bof", 1.0, (route,), terms, Trail()) if y.route == route)


# IPCC 2006, Vol. 3, ch. 4, table 4.1: t CO2 per t produced.
TABLE_4_1 = {
    "coke_oven": 0.56, "sinter_plant": 0.20, "pellet_plant": 0.03, "blast_furnace_bof": 1.46,
    "electric_arc_furnace": 0.08, "shaft_gas": 0.70,
}  # fmt: skip


@pytest.mark.parametrize(("plant", "factor"), TABLE_4_1.items())
def test_process_factors_of_the_ipcc(plant, factor):
    assert table("steel")[plant, "co2"].value == factor


def test_direct_reduction_by_gas_is_its_gas():
    """IPCC 2006, Vol. 3, section 4.2.2.3: 12.5 GJ of gas at 15.3 kg C/GJ are the 0.70 t of table 4.1."""
    carbon = table("fuels")["natural_gas", "carbon"].value
    assert 12.5 * carbon * 44 / 12 / 1000 == pytest.approx(0.70, abs=0.005)
    assert table("steel")["shaft_gas", "gas"].value == 12.5


def test_routes_by_hand():
    """Tonnes through each plant times table 4.1, for one tonne of crude steel."""
    assert year("bf_bof").flows.scope1_t.value == pytest.approx(1.46 + 0.36 * 0.56 + 1.1 * 0.20 + 0.35 * 0.03)
    assert year("scrap_eaf").flows.scope1_t.value == pytest.approx(0.08)
    assert year("dri_eaf_gas").flows.scope1_t.value == pytest.approx(0.08 + 1.1 * 0.70 + 1.55 * 0.03)
    # MPP steel model: 2.1 MWh of hydrogen and 1.03 MWh a tonne of HBI, 0.6395 MWh a tonne of steel; DEA: 0.6217
    hydrogen = year("h2_dri_eaf").flows
    assert hydrogen.electricity_mwh.value == pytest.approx(0.6395 + 1.1 * 1.03)
    assert hydrogen.electrolysis_mwh.value == pytest.approx(1.1 * 2.1 / 0.6217)
    assert hydrogen.hydrogen_t.value == pytest.approx(1.1 * 2.1 / 33.33)
    low, _ = hydrogen.hydrogen_t.bounds
    assert low <= 3 * 2.016 / (2 * 55.845) * 1.1  # stoichiometry of Fe2O3 + 3 H2


@pytest.mark.parametrize(("route", "when"), [("bf_bof", "2023"), ("dri_eaf_gas", "2023"), ("dri_eaf_gas", "2024")])
def test_within_a_seventh_of_worldsteel(route, when):
    """worldsteel Sustainability Indicators 2024 and 2025; theirs take in more, so ours lie below."""
    made = year(route, grid=0.6)
    assert 0.85 < made.co2_t.value / made.benchmarks[when] < 1.0


def test_electricity_of_an_arc_furnace():
    """MPP's 0.6395 MWh is the 2.3 GJ of worldsteel's fact sheet."""
    assert table("steel")["electric_arc_furnace", "electricity"].value * 3.6 == pytest.approx(2.3, abs=0.01)
