"""What holds for every plant: mass of sulphur and ash in = out, energy by the efficiency, sums by parts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qinglu.errors import OptionError
from qinglu.ledger import air
from qinglu.ledger.combustion import burn
from qinglu.ledger.fleet import KINDS, estimate
from qinglu.ledger.power import Plant, plant
from qinglu.ledger.tables import table
from qinglu.ledger.technologies import TECHNOLOGIES
from qinglu.ledger.trail import Trail

shares = st.floats(0.01, 1.0)
fired = st.sampled_from([(t, f) for t, known in TECHNOLOGIES.items() for f in known.fuels])
percents = st.floats(0.0, 40.0)
SETTINGS = settings(max_examples=60, deadline=None, derandomize=True)


@st.composite
def controls(draw: st.DrawFn) -> tuple[str, ...]:
    """Any that may stand together behind a pulverised-coal boiler."""
    by_kind: dict[str, list[str]] = {}
    for name, kind in air.KINDS.items():
        if name != "furnace_limestone":
            by_kind.setdefault(kind, []).append(name)
    picked = (draw(st.sampled_from([None, *names])) for names in by_kind.values())
    return tuple(name for name in picked if name)


def _coal(mw: float, cf: float, eff: float, sulphur: float, ash: float, stages: tuple[str, ...]) -> Plant:
    own = air.Analysis(sulphur_pct=sulphur, ash_pct=ash, ncv_gj_per_t=24.0)
    return plant("coal_subcritical", mw, cf, eff, "other_bituminous_coal", trail=Trail(), analysis=own, controls=stages)


@SETTINGS
@given(st.floats(0.1, 5000), shares, shares, percents, percents, controls())
def test_sulphur_in_is_sulphur_out(
    mw: float, cf: float, eff: float, sulphur: float, ash: float, stages: tuple[str, ...]
) -> None:
    made = _coal(mw, cf, eff, sulphur, ash, stages)
    assert made.sulphur is not None
    assert made.fuel_t is not None
    assert made.sulphur.in_fuel_t == pytest.approx(made.fuel_t * sulphur / 100, rel=1e-9)
    parts = made.sulphur.emitted_t + made.sulphur.captured_t + made.sulphur.in_ash_t
    assert parts == pytest.approx(made.sulphur.in_fuel_t, rel=1e-9)


@SETTINGS
@given(st.floats(0.1, 5000), shares, shares, percents, percents, controls())
def test_controls_only_take_away_and_masses_add_up(
    mw: float, cf: float, eff: float, sulphur: float, ash: float, stages: tuple[str, ...]
) -> None:
    made = _coal(mw, cf, eff, sulphur, ash, stages)
    for found in made.air.values():
        assert found is not None
        assert 0 <= found.controlled.value <= found.uncontrolled.value
        assert found.controlled.value + sum(found.removed.values()) == pytest.approx(found.uncontrolled.value, rel=1e-9)
        for one in (found.uncontrolled, found.controlled):
            low, high = one.bounds
            assert low <= one.value <= high
    dust = made.air["pm"]
    assert dust is not None
    assert made.fuel_t is not None
    assert dust.uncontrolled.value <= made.fuel_t * ash / 100 * (1 + 1e-9)


@SETTINGS
@given(fired, st.floats(0.1, 5000), shares, shares)
def test_energy_and_intensity_follow_the_efficiency(pair: tuple[str, str], mw: float, cf: float, eff: float) -> None:
    technology, fuel = pair
    made = plant(technology, mw, cf, eff, fuel, trail=Trail())
    assert made.net_mwh == pytest.approx(mw * 8760 * cf, rel=1e-12)
    assert made.fuel_tj * 1000 * eff / 3.6 == pytest.approx(made.net_mwh, rel=1e-12)
    assert made.co2_t * 1000 / made.net_mwh == pytest.approx(made.g_co2_per_kwh, rel=1e-9)


@SETTINGS
@given(fired, st.floats(1, 5000), shares)
def test_a_better_plant_emits_less_for_each_kilowatt_hour(pair: tuple[str, str], mw: float, eff: float) -> None:
    technology, fuel = pair
    worse = plant(technology, mw, 0.5, eff * 0.9, fuel, trail=Trail())
    better = plant(technology, mw, 0.5, eff, fuel, trail=Trail())
    assert better.g_co2_per_kwh < worse.g_co2_per_kwh


@SETTINGS
@given(st.sampled_from(table("fuels").having("ncv")), st.floats(0, 1e9), st.floats(0, 1e9))
def test_gases_of_two_amounts_are_those_of_their_sum(fuel: str, a: float, b: float) -> None:
    one, two, both = (burn(fuel, mass_t=m, trail=Trail()) for m in (a, b, a + b))
    for name in ("energy_gj", "co2_kg", "ch4_kg", "n2o_kg", "co2e_kg"):
        parts = [getattr(made, name) for made in (one, two)]
        whole = getattr(both, name)
        if whole is None:
            assert parts == [None, None]
        else:
            assert sum(parts) == pytest.approx(whole, rel=1e-9)


@SETTINGS
@given(st.sampled_from(KINDS), st.floats(0.1, 5000), st.one_of(st.none(), st.integers(1940, 2030)))
def test_ranges_of_little_known_plants_hold_their_value(kind: str, mw: float, year: int | None) -> None:
    made = estimate(None, kind, mw, year, trail=Trail())
    assert made is not None
    for one in (made.net_mwh, made.co2_t, made.biogenic_t, made.co2e_t, made.water_m3):
        if one is not None:
            low, high = one.bounds
            assert 0 <= low <= one.value <= high
    assert made.net_mwh.bounds[1] <= mw * 8760


@SETTINGS
@given(st.sampled_from([0.0, -1.0, float("nan"), float("inf"), -float("inf")]))
def test_an_impossible_capacity_is_refused(mw: float) -> None:
    with pytest.raises(OptionError):
        estimate(None, "coal", mw, None, trail=Trail())
