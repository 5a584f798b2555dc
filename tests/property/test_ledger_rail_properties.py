"""What must hold of any electrification: linear in traffic, no gain without traffic, break-even points that break even."""

from __future__ import annotations

import math
from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qinglu.ledger import gridpath, rail

few = settings(derandomize=True, max_examples=60, deadline=None)


@st.composite
def cases(draw):
    years = draw(st.integers(1, 40))
    grid = tuple(draw(st.floats(0, 1500)) for _ in range(years))
    return rail.Case(
        start=2026, years=years, freight_gtkm=draw(st.floats(1e6, 1e11)), passenger_gtkm=draw(st.floats(0, 1e10)),
        growth=draw(st.floats(-0.05, 0.08)), diesel_freight=draw(st.floats(1e-3, 1e-2)), diesel_passenger=6e-3,
        electric_freight=draw(st.floats(5e-3, 5e-2)), electric_passenger=2e-2, losses=draw(st.floats(0, 0.3)),
        ttw_kg_per_l=2.95, wtt_kg_per_l=0.68, gj_per_l=0.03612, grid=grid, embodied_t=draw(st.floats(1, 1e6)),
        capital=draw(st.floats(1e5, 1e10)), maintenance=draw(st.floats(0, 1e7)),
        discount_rate=draw(st.floats(0, 0.2)),
        prices=rail.Prices(draw(st.floats(0, 3)), draw(st.floats(0, 0.5)), draw(st.floats(0, 200))),
    )  # fmt: skip


def close(a, b, scale=1.0):
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9 * max(1.0, abs(scale)))


@given(cases(), st.floats(0.1, 20))
@few
def test_years_are_linear_in_traffic(case, times):
    more = replace(case, freight_gtkm=case.freight_gtkm * times, passenger_gtkm=case.passenger_gtkm * times)
    for one, many in zip(rail.run(case), rail.run(more), strict=True):
        for name in ("gtkm", "diesel_l", "electric_mwh", "diesel_ttw_t", "diesel_t", "electric_t"):
            assert close(getattr(one, name) * times, getattr(many, name))
        assert close(one.avoided_t * times, many.avoided_t, many.diesel_t)


@given(cases())
@few
def test_years_add_up_to_what_is_avoided_net_of_the_wires(case):
    years = rail.run(case)
    total = math.fsum(y.avoided_t for y in years) - case.embodied_t
    assert close(rail.avoided_t(case), total, sum(y.diesel_t for y in years))
    assert all(y.diesel_t >= y.diesel_ttw_t for y in years)


@given(cases())
@few
def test_without_traffic_nothing_is_ever_paid_back(case):
    still = replace(case, freight_gtkm=0.0, passenger_gtkm=0.0)
    paid, worth = rail.carbon_payback(still), rail.worth(still)
    assert (paid.year, paid.reason) == (None, rail.NO_TRAFFIC)
    assert (worth.payback.year, worth.discounted_payback.year) == (None, None)
    assert worth.cost_per_t.value is None
    assert worth.npv < 0
    assert rail.break_even_grid(still).value is None
    assert rail.avoided_t(still) == -case.embodied_t


@given(cases())
@few
def test_at_the_break_even_grid_both_emit_alike(case):
    for with_embodied in (False, True):
        found = rail.break_even_grid(case, with_embodied=with_embodied)
        assume(found.value is not None)
        level = replace(case, grid=(found.value,) * case.years)
        expected = 0.0 if with_embodied else -case.embodied_t
        assert close(rail.avoided_t(level), expected, sum(y.diesel_t for y in rail.run(case)))


@given(cases())
@few
def test_at_the_break_even_traffic_the_value_is_nothing(case):
    found = rail.break_even_traffic(case)
    assume(found.value is not None)
    times = found.value / case.gtkm
    there = replace(case, freight_gtkm=case.freight_gtkm * times, passenger_gtkm=case.passenger_gtkm * times)
    spent = case.capital + case.years * case.maintenance
    assert abs(rail.worth(there).npv) <= 1e-6 * (spent + _flows(there))


@given(cases())
@few
def test_at_the_cost_of_a_tonne_carbon_pays_for_the_wires(case):
    cost = rail.worth(case).cost_per_t.value
    assume(cost is not None and cost >= 0)
    priced = replace(case, prices=replace(case.prices, carbon_per_t=cost))
    assert abs(rail.worth(priced).npv) <= 1e-6 * (case.capital + case.years * case.maintenance + _flows(case))


def _flows(case):
    """Size of what is summed, for what rounding may leave."""
    prices = case.prices
    return sum(y.diesel_l * prices.diesel_per_l + y.electric_mwh * 1e3 * prices.electricity_per_kwh
               + abs(y.avoided_t) * prices.carbon_per_t for y in rail.run(case))  # fmt: skip


@given(cases())
@few
def test_a_payback_year_is_the_first_that_outweighs_the_wires(case):
    paid = rail.carbon_payback(case)
    by_year = {y.year: y.cumulated_t for y in rail.run(case)}
    if paid.year is None:
        assert paid.reason is not None
        assert all(c < 0 for c in by_year.values())
    else:
        assert by_year[paid.year] >= 0
        assert all(c < 0 for year, c in by_year.items() if year < paid.year)
        assert paid.year - case.start <= paid.after_years <= paid.year - case.start + 1 + 1e-9


@given(cases(), st.floats(0, 500))
@few
def test_a_dirtier_grid_never_avoids_more(case, more):
    dirtier = replace(case, grid=tuple(g + more for g in case.grid))
    assert rail.avoided_t(dirtier) <= rail.avoided_t(case)


@given(cases())
@few
def test_bounds_hold_the_value(case):
    ranges = {"diesel_freight": (case.diesel_freight * 0.7, case.diesel_freight * 1.5), "losses": (0.0, 0.4)}
    value = rail.avoided_t(case)
    found = rail.bounded(value, rail.swings(case, ranges, rail.avoided_t))
    low, high = found.bounds
    assert low <= value <= high


@given(st.floats(0, 2000), st.integers(2020, 2030), st.integers(1, 60), st.integers(2026, 2040), st.integers(1, 60))
@few
def test_a_grid_on_its_way_to_zero_only_falls(now, year, ahead, start, years):
    values = gridpath.towards_zero((year, now), year + ahead, start, years).g_per_kwh
    assert len(values) == years
    assert all(0 <= b <= a <= now for a, b in zip((now, *values), values, strict=False))
    assert all(v == 0 for n, v in enumerate(values) if start + n >= year + ahead)


@given(st.dictionaries(st.integers(2000, 2100), st.floats(0, 2000), min_size=1, max_size=6), st.integers(2000, 2080))
@few
def test_a_path_goes_through_every_year_told_and_no_further(points, start):
    values = gridpath.told(points, start, 30).by_year()
    assert all(values[year] == g for year, g in points.items() if year in values)
    assert all(min(points.values()) - 1e-9 <= v <= max(points.values()) + 1e-9 for v in values.values())
