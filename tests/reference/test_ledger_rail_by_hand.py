"""A line reckoned by hand, with the arithmetic written out."""

from __future__ import annotations

import pytest

from qinglu.ledger import rail
from qinglu.ledger.rail import Case, Prices

LINE = Case(
    start=2026, years=3, freight_gtkm=1e9, passenger_gtkm=0.0, growth=0.0, diesel_freight=4e-3, diesel_passenger=0.0,
    electric_freight=12e-3, electric_passenger=0.0, losses=0.05, ttw_kg_per_l=2.7, wtt_kg_per_l=0.5, gj_per_l=0.036,
    grid=(475.0, 380.0, 285.0), embodied_t=10_000.0, capital=3e6, maintenance=1e5, discount_rate=0.1,
    prices=Prices(1.0, 0.1, 50.0),
)  # fmt: skip


def test_three_years_by_hand():
    # Diesel: 1e9 × 0.004 = 4e6 l, × 2.7 = 10,800 t burnt, × 3.2 = 12,800 t in all.
    # Electric: 1e9 × 0.012 = 12e6 kWh, ÷ 0.95 generated, × 475, 380, 285 g = 6,000, 4,800, 3,600 t.
    years = rail.run(LINE)
    assert [y.diesel_l for y in years] == pytest.approx([4e6] * 3)
    assert [y.diesel_ttw_t for y in years] == pytest.approx([10_800.0] * 3)
    assert [y.diesel_t for y in years] == pytest.approx([12_800.0] * 3)
    assert [y.electric_t for y in years] == pytest.approx([6_000.0, 4_800.0, 3_600.0])
    assert [y.cumulated_t for y in years] == pytest.approx([-3_200.0, 4_800.0, 14_000.0])
    assert years[0].diesel_gj(LINE.gj_per_l) == pytest.approx(144_000.0)
    assert years[0].electric_gj == pytest.approx(12_000 * 3.6)


def test_growth_begins_after_the_first_year():
    growing = rail.replace(LINE, growth=0.1, grid=(475.0,) * 3)
    assert [y.gtkm for y in rail.run(growing)] == pytest.approx([1e9, 1.1e9, 1.21e9])
    assert [y.electric_t for y in rail.run(growing)] == pytest.approx([6_000.0, 6_600.0, 7_260.0])


def test_carbon_comes_back_in_the_second_year():
    # 6,800 t in 2026, then 3,200 of the 8,000 t of 2027.
    paid = rail.carbon_payback(LINE)
    assert paid.year == 2027
    assert paid.after_years == pytest.approx(1 + 3_200 / 8_000)


def test_break_even_points_by_hand():
    # 38,400 t of diesel over 36e6 ÷ 0.95 kWh; 28,400 t where the wires have to be made up for.
    generated = 36e6 / 0.95
    assert rail.break_even_grid(LINE).value == pytest.approx(38_400e6 / generated)
    assert rail.break_even_grid(LINE, with_embodied=True).value == pytest.approx(28_400e6 / generated)
    assert rail.break_even_carbon(LINE).value == pytest.approx(1e9 * 10_000 / 24_000)


def test_money_by_hand():
    # Diesel 4.0 M, electricity 1.2 M, upkeep 0.1 M: 2.7 M saved a year; carbon 50 × 6,800, 8,000, 9,200 t.
    saved = 2.7e6 * (1 / 1.1 + 1 / 1.1**2 + 1 / 1.1**3) - 3e6
    tonnes = 6_800 / 1.1 + 8_000 / 1.1**2 + 9_200 / 1.1**3
    found = rail.worth(LINE)
    assert found.npv_without_carbon == pytest.approx(saved)
    assert found.npv == pytest.approx(saved + 50 * tonnes)
    assert found.cost_per_t.value == pytest.approx(-saved / tonnes)  # negative: wires save money by themselves
    # 2.7 + 0.34 M in the first year against 3.0 M.
    assert found.payback.year == 2026
    assert found.payback.after_years == pytest.approx(3.0 / 3.04)
    assert found.discounted_payback.year == 2027


def test_coal_power_may_emit_more_than_diesel():
    coal = rail.replace(LINE, grid=(1200.0,) * 3)
    paid = rail.carbon_payback(coal)
    assert (paid.year, paid.reason) == (None, rail.NO_LESS)
    assert rail.worth(coal).cost_per_t.reason == rail.NO_LESS
    assert rail.break_even_carbon(coal).reason == rail.NO_LESS


def test_an_unknown_grid_leaves_emissions_unknown():
    unknown = rail.replace(LINE, grid=None)
    assert {y.electric_t for y in rail.run(unknown)} == {None}
    assert rail.carbon_payback(unknown).reason == rail.NO_GRID
    assert rail.break_even_grid(unknown).value == rail.break_even_grid(LINE).value  # it needs none
