"""Balances of sulphur and ash against AP-42 and HJ 888-2018."""

from __future__ import annotations

import pytest

from qinglu.ledger.air import Analysis, Raw, ordered, raw, stack
from qinglu.ledger.estimate import Estimate
from qinglu.ledger.trail import Trail

LB_PER_SHORT_TON = 0.45359237 / 907.18474 * 1000  # kg/t


def _raw(fuel: str, burning: str = "pulverised", *, sulphur: float = 1.0, ash: float = 10.0) -> Raw:
    """For each tonne: a calorific value of 1 GJ/t makes kg/GJ and kg/t the same."""
    return raw(fuel, burning, Trail(), Analysis(sulphur_pct=sulphur, ash_pct=ash, ncv_gj_per_t=1.0))


@pytest.mark.parametrize(("fuel", "pounds"), [
    ("other_bituminous_coal", 38), ("sub_bituminous_coal", 35), ("lignite", 30), ("anthracite", 39),
])  # fmt: skip
def test_so2_of_a_ton_of_coal(fuel: str, pounds: float) -> None:
    """AP-42 (5th edition), tables 1.1-3, 1.2-1 and 1.7-1: 38S, 35S, 30S and 39S lb SO2 per short ton, S in percent."""
    made = _raw(fuel)
    assert made.so2_kg_per_gj is not None
    assert made.so2_kg_per_gj.value == pytest.approx(pounds * LB_PER_SHORT_TON, rel=1e-9)


def test_so2_of_a_fluidised_bed_by_hj_888() -> None:
    """HJ 888-2018: 2 × B × S × K, K = 0.85 for a circulating fluidised bed without limestone."""
    made = _raw("other_bituminous_coal", "fluidised", sulphur=1.4)
    assert made.so2_kg_per_gj is not None
    assert made.so2_kg_per_gj.value == pytest.approx(2 * 14 * 0.85, rel=1e-12)


def test_dust_of_pulverised_coal_by_hj_888() -> None:
    """HJ 888-2018: B × A × share of ash that flies, 0.85 to 0.95 with a dry bottom."""
    made = _raw("other_bituminous_coal", ash=20.0)
    assert made.pm_kg_per_gj is not None
    assert made.pm_kg_per_gj.value == pytest.approx(200 * 0.85, rel=1e-12)


def test_dust_of_gas_comes_by_a_factor_not_by_ash() -> None:
    """EMEP/EEA 2019, 1.A.1, tier 2: gas turbines on gaseous fuels, 0.2 g/GJ."""
    made = raw("natural_gas", "gas_turbine", Trail())
    assert made.fly_ash is None
    assert made.pm_kg_per_gj is not None
    assert made.pm_kg_per_gj.value == pytest.approx(0.0002)


def test_controls_stand_in_the_order_of_the_gas() -> None:
    assert ordered(("wet_fgd", "esp", "scr")) == ("scr", "esp", "wet_fgd")
    found = stack("pm", Estimate(1000.0), ordered(("wet_fgd", "esp")), Trail())
    assert list(found.removed) == ["esp", "wet_fgd"]
    assert found.removed["esp"] > 100 * found.removed["wet_fgd"]


def test_a_fuel_without_analysis_is_unknown_not_clean() -> None:
    made = raw("blast_furnace_gas", "gas_boiler", Trail())
    assert made.so2_kg_per_gj is None
    assert made.nox_kg_per_gj is not None


def test_typical_sulphur_is_told() -> None:
    trail = Trail()
    raw("lignite", "pulverised", trail)
    assert {f["rule_id"] for f in trail.findings} == {"ledger.air.typical-sulphur", "ledger.air.typical-ash"}
    own = Trail()
    raw("lignite", "pulverised", own, Analysis(sulphur_pct=0.3, ash_pct=9.0))
    assert not own.findings
