"""What holds for energy options whatever is asked: draws, discounting, carbon price, sums."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qinglu.ledger.draws import Draws
from qinglu.ledger.lcoe import PARTS, Plant, levelised
from qinglu.ledger.option_inputs import PRICED, Wishes
from qinglu.ledger.options import Comparison, compare, swings
from qinglu.ledger.trail import Trail
from qinglu.tools.declared.ledger.options import FUELS, OPTIONS, USUAL

RATES = st.floats(0.0, 0.3)
quick = settings(max_examples=40, deadline=None, derandomize=True)


def made(options: tuple[str, ...] = OPTIONS, *, seed: int = 1, draws: int = 200, **asked: object) -> Comparison:
    wishes = Wishes(**{"discount_rate": 0.08, **asked})  # type: ignore[arg-type]
    return compare(options, 100.0, wishes, Trail(), draws=Draws(draws, seed), country="PAK")


@quick
@given(a=RATES, b=RATES, construction=st.floats(0, 10), degradation=st.floats(0, 0.02))
def test_capital_costs_more_at_a_higher_rate(a: float, b: float, construction: float, degradation: float) -> None:
    low, high = sorted((a, b))
    plant = Plant(
        capital=1000, fixed=10, capacity_factor=0.3, rate=low, years=25, construction=construction,
        degradation=degradation,
    )  # fmt: skip
    assert float(levelised(plant).total) <= float(levelised(replace(plant, rate=high)).total) * (1 + 1e-12)


@quick
@given(price=st.floats(0, 500))
def test_linear_in_the_carbon_price_with_the_emission_factor_as_slope(price: float) -> None:
    none, some = made(draws=2), made(draws=2, carbon_price=price)
    for before, after in zip(none.options, some.options, strict=True):
        slope = before.direct_g_per_kwh / 1000
        assert after.lcoe.value - before.lcoe.value == pytest.approx(slope * price, rel=1e-9, abs=1e-9)
        assert after.direct_g_per_kwh == before.direct_g_per_kwh


@quick
@given(order=st.permutations(USUAL))
def test_neither_order_nor_company_changes_a_draw(order: list[str]) -> None:
    whole = made()
    some = made(tuple(order[:3]))
    for one in some.options:
        assert one.lcoe == whole.of(one.id).lcoe
        assert one.break_even == whole.of(one.id).break_even


def test_the_same_seed_gives_the_same_and_another_another() -> None:
    assert [o.lcoe for o in made().options] == [o.lcoe for o in made().options]
    assert [o.lcoe.mean for o in made().options] != [o.lcoe.mean for o in made(seed=2).options]


@quick
@given(rate=st.floats(-0.02, 0.2), carbon=st.floats(0, 200), years=st.one_of(st.none(), st.integers(1, 60)))
def test_parts_sum_up_and_percentiles_ascend(rate: float, carbon: float, years: int | None) -> None:
    found = made(draws=50, discount_rate=rate, carbon_price=carbon, years=years)
    for one in found.options:
        assert one.lcoe.value == pytest.approx(sum(float(getattr(one.cost, p)) for p in PARTS))
        assert one.lcoe.p5 <= one.lcoe.p50 <= one.lcoe.p95
        assert one.annual_mwh >= one.life_mwh / one.lifetime * (1 - 1e-12)
    assert sum(o.cheapest_share for o in found.options) == pytest.approx(1.0)
    assert [found.of(o).lcoe.value for o in found.ranking] == sorted(o.lcoe.value for o in found.options)


@quick
@given(value=st.floats(1, 1e4), down=st.floats(0.2, 0.99), up=st.floats(1.01, 5))
def test_bounds_of_costs_are_the_5th_and_95th_percentile(value: float, down: float, up: float) -> None:
    some = np.asarray(Draws(20_000, 7).cost("x", value, value * down, value * up))
    assert np.mean(some < value * down) == pytest.approx(0.05, abs=0.01)
    assert np.mean(some > value * up) == pytest.approx(0.05, abs=0.01)
    assert np.mean(some < value) == pytest.approx(0.5, abs=0.02)


@quick
@given(low=st.floats(0, 0.4), rise=st.floats(0.001, 0.3), fall=st.floats(0.001, 0.3))
def test_shares_stay_between_their_ends_and_mean_as_a_triangle(low: float, rise: float, fall: float) -> None:
    value, high = low + rise, low + rise + fall
    some = np.asarray(Draws(20_000, 7).share("x", value, low, high))
    assert low <= some.min()
    assert some.max() <= high
    assert some.mean() == pytest.approx((low + value + high) / 3, abs=0.02 * (high - low) + 1e-9)


def test_what_is_shared_is_drawn_together() -> None:
    """Coal with capture burns the same coal in the same draw: it is never cheaper than coal without a carbon price."""
    found = made(("coal", "coal_ccs"), draws=2000)
    assert found.of("coal").cheapest_share == 1.0


def test_a_given_value_is_not_drawn() -> None:
    one = made(("solar_pv",), capacity_factors={"solar_pv": 0.2}).of("solar_pv")
    assert one.annual_mwh == pytest.approx(100 * 8760 * 0.2)
    assert "capacity factor" not in {i.title.en for i, _, _ in swings(one)}


def test_swings_hold_the_centre_between_their_ends() -> None:
    for one in made(draws=2).options:
        for moved, at_low, at_high in swings(one):
            assert min(at_low, at_high) <= one.lcoe.value <= max(at_low, at_high), (one.id, moved.name)


def test_every_fuel_that_can_be_priced_has_a_price() -> None:
    assert set(FUELS) == set(PRICED)
