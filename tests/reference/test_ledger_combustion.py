"""Gases of combustion against the 2006 IPCC Guidelines, Vol. 2: tables 1.2, 1.3 and 1.4, and the worked examples."""

from __future__ import annotations

import math

import pytest

from qinglu.ledger.combustion import burn, co2_factor
from qinglu.ledger.tables import table
from qinglu.ledger.trail import Trail

# Table 1.4, default CO2 factors as printed (rounded), kg/TJ.
TABLE_1_4 = {
    "crude_oil": 73300, "orimulsion": 77000, "natural_gas_liquids": 64200, "motor_gasoline": 69300,
    "aviation_gasoline": 70000, "jet_kerosene": 71500, "other_kerosene": 71900, "shale_oil": 73300,
    "gas_diesel_oil": 74100, "residual_fuel_oil": 77400, "liquefied_petroleum_gases": 63100, "ethane": 61600,
    "naphtha": 73300, "bitumen": 80700, "lubricants": 73300, "petroleum_coke": 97500, "refinery_feedstocks": 73300,
    "refinery_gas": 57600, "anthracite": 98300, "coking_coal": 94600, "other_bituminous_coal": 94600,
    "sub_bituminous_coal": 96100, "lignite": 101000, "oil_shale_and_tar_sands": 107000,
    "brown_coal_briquettes": 97500, "coke_oven_coke_and_lignite_coke": 107000, "gas_coke": 107000, "coal_tar": 80700,
    "gas_works_gas": 44400, "coke_oven_gas": 44400, "blast_furnace_gas": 260000, "oxygen_steel_furnace_gas": 182000,
    "natural_gas": 56100, "municipal_wastes_non_biomass_fraction": 91700, "industrial_wastes": 143000,
    "waste_oil": 73300, "peat": 106000, "wood_wood_waste": 112000, "sulphite_lyes_black_liquor": 95300,
    "other_primary_solid_biomass": 100000, "charcoal": 112000, "biogasoline": 70800, "biodiesels": 70800,
    "other_liquid_biofuels": 79600, "landfill_gas": 54600, "municipal_wastes_biomass_fraction": 100000,
}  # fmt: skip


def test_every_fuel_of_the_table_is_held() -> None:
    assert set(TABLE_1_4) == set(table("fuels").items)


@pytest.mark.parametrize(("fuel", "printed"), TABLE_1_4.items())
def test_unrounded_factor_lies_where_table_1_4_rounds_it(fuel: str, printed: int) -> None:
    """Three digits are printed: the exact value is at most half of the last one away."""
    digit = 10 ** (len(str(printed)) - 3)
    assert abs(co2_factor(fuel, Trail()).value * 1000 - printed) <= digit / 2 + 1e-6


def test_a_tonne_of_coal() -> None:
    """WE-IPCC-1: 25.8 GJ/t × 94.6 kg/GJ."""
    made = burn("other_bituminous_coal", mass_t=1.0, trail=Trail())
    assert made.energy_gj == pytest.approx(25.8, abs=1e-12)
    assert made.co2_kg == pytest.approx(2440.68, abs=1e-9)


def test_factor_is_carbon_times_44_over_12() -> None:
    """WE-IPCC-2; lignite shows that the rounded 101,000 is not used."""
    assert co2_factor("other_bituminous_coal", Trail()).value * 1000 == pytest.approx(94_600.0, abs=1e-9)
    assert co2_factor("lignite", Trail()).value * 1000 == pytest.approx(101_200.0, abs=1e-9)
    assert co2_factor("peat", Trail()).value * 1000 == pytest.approx(28.9 * 44 / 12 * 1000, rel=1e-15)


@pytest.mark.parametrize(("gwp", "expected"), [
    ("ar5", 95_025.5), ("ar4", 95_072.0), ("ar6", 95_037.4), ("sar", 94_600 + 21 + 310 * 1.5),
    ("tar", 94_600 + 23 + 296 * 1.5),
])  # fmt: skip
def test_co2e_of_a_terajoule_of_coal(gwp: str, expected: float) -> None:
    """WE-IPCC-3, and the same by hand for the older reports."""
    made = burn("other_bituminous_coal", energy_gj=1000.0, gwp=gwp, trail=Trail())
    assert made.ch4_kg == pytest.approx(1.0, abs=1e-12)
    assert made.n2o_kg == pytest.approx(1.5, abs=1e-12)
    assert made.co2e_kg == pytest.approx(expected, abs=1e-6)


def test_bounds_of_coal_are_those_of_tables_1_2_and_1_3() -> None:
    """19.9 to 30.5 TJ/Gg and 24.4 to 27.2 kg/GJ, deviations as logarithms in quadrature."""
    made = burn("other_bituminous_coal", mass_t=1.0, trail=Trail())
    low, high = made.co2.bounds
    assert math.log(2440.68 / low) == pytest.approx(math.hypot(math.log(25.8 / 19.9), math.log(25.8 / 24.4)))
    assert math.log(high / 2440.68) == pytest.approx(math.hypot(math.log(30.5 / 25.8), math.log(27.2 / 25.8)))


def test_co2_of_wood_is_told_apart() -> None:
    """Vol. 2, ch. 2, 2.3.3.4: CO2 of biomass is no part of the sum; its CH4 (30) and N2O (4 kg/TJ) are."""
    trail = Trail()
    made = burn("wood_wood_waste", energy_gj=1000.0, trail=trail)
    assert made.co2_kg == pytest.approx(111_833.333, abs=1e-3)
    assert made.co2e_kg == pytest.approx(30 * 28 + 4 * 265)
    (finding,) = trail.findings
    assert finding["rule_id"] == "ledger.combustion.biogenic"
    assert finding["biogenic_co2_kg"] == made.co2_kg
