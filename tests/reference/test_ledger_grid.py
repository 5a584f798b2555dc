"""Grid factors against the worked examples; tables: IFI default grid factors 2021 v3.1, Ember through OWID, TOOL07."""

from __future__ import annotations

import pytest

from qinglu.errors import OptionError, UnknownNameError
from qinglu.ledger import grid
from qinglu.ledger.tables import table
from qinglu.ledger.trail import Trail

MWH = 100 * 0.20 * 8760


def test_average_offset_of_a_park_in_pakistan() -> None:
    """WE-GRID-PAK: 100 MW at 20 %, 373.69 gCO2e/kWh (Ember, 2024)."""
    assert pytest.approx(175_200) == MWH
    assert grid.avoided(MWH, "solar_pv", Trail(), country="PAK").average_t == pytest.approx(65_470.488, abs=1e-6)


def test_combined_margin_of_the_ifi_in_pakistan() -> None:
    """WE-IFI-PAK: 515 gCO2/kWh for intermittent energy; firm energy has 386 in the same row."""
    assert grid.avoided(MWH, "wind_onshore", Trail(), country="PAK").combined_margin_t == pytest.approx(90_228.0)
    assert grid.avoided(MWH, "hydro", Trail(), country="PAK").combined_margin_t == pytest.approx(175_200 * 0.386)


@pytest.mark.parametrize(("source", "printed"), [
    ("wind_onshore", 0.7), ("wind_offshore", 0.7), ("solar_pv", 0.7), ("solar_with_storage", 0.7),
    ("hydro", 0.6), ("gas_ccgt", 0.6), ("geothermal", 0.6), ("nuclear", 0.6),
])  # fmt: skip
def test_weights_of_tool07(source: str, printed: float) -> None:
    """WE-CM: operating margin 0.8, build margin 0.4; first crediting period."""
    assert grid.combined_margin(0.8, 0.4, source) == pytest.approx(printed, abs=1e-12)


def test_own_margins_go_before_the_table() -> None:
    found = grid.avoided(1000.0, "solar_pv", Trail(), country="PAK", om_g_per_kwh=800.0, bm_g_per_kwh=400.0)
    assert found.combined_margin_t == pytest.approx(700.0)
    assert found.average_t == pytest.approx(373.69)


def test_country_without_a_row_is_unknown_and_a_zero_is_a_zero() -> None:
    """Albania's factors are 0 in the table (all hydropower): known. A code nobody has is unknown."""
    trail = Trail()
    assert grid.avoided(10.0, "hydro", trail, country="ALB").combined_margin_t == 0.0
    assert not trail.findings
    found = grid.avoided(10.0, "hydro", trail, country="ATA")
    assert (found.average_t, found.combined_margin_t) == (None, None)
    assert [f["level"] for f in trail.findings] == ["unknown", "unknown"]


def test_a_factor_used_is_told_with_its_source() -> None:
    trail = Trail()
    found = grid.factor("PAK", "operating_margin", trail)
    assert found is not None
    assert found.value == 592
    assert [u["rule_id"] for u in trail.unverified] == ["factor:grid.PAK.operating_margin"]


def test_impossible_margins_and_kinds_are_refused() -> None:
    for om, bm in ((-1.0, 0.4), (0.8, float("nan")), (float("inf"), 0.4)):
        with pytest.raises(OptionError):
            grid.combined_margin(om, bm, "hydro")
    with pytest.raises(UnknownNameError):
        grid.factor("PAK", "marginal", Trail())


def test_weights_sum_to_one() -> None:
    weights = table("margins")
    for item in weights.items:
        assert sum(f.value for f in weights.of(item).values()) == 1.0
