"""Which combinations are tried, which are left out, and what is not known stays not known."""

from __future__ import annotations

import dataclasses
from functools import cache

import pytest

from qinglu.ledger.air import KINDS
from qinglu.ledger.estimate import Estimate
from qinglu.ledger.fluegas import dry_m3_per_gj
from qinglu.ledger.money import annuity
from qinglu.ledger.retrofit import Target, air_sets, retrofit
from qinglu.ledger.retrofit_cost import PRICES, Ranking, Terms, book_of, central, cost_by_part
from qinglu.ledger.retrofit_unit import Choice, Rates, Unit, losses
from qinglu.ledger.tables import table
from qinglu.ledger.trail import Trail

ULTRA_LOW = {"so2": 35.0, "nox": 50.0, "pm": 10.0}


def unit(running=("esp",), **changed):
    made = Unit(
        fuel="other_bituminous_coal", capacity_mw=600, capacity_factor=0.75, net_efficiency=0.38,
        sulphur_kg_per_gj=Estimate(0.4), ash_kg_per_gj=Estimate(6.0), sulphur_in_ash=0.05, fly_ash=0.85,
        nox_kg_per_gj=Estimate(0.36), co2_kg_per_gj=Estimate(94.6),
        gas_m3_per_gj=dry_m3_per_gj("other_bituminous_coal", Trail()), running=running, remaining_years=20,
    )  # fmt: skip
    return dataclasses.replace(made, **changed)


def terms(power=60.0, grid=0.5, **changed):
    prices = {p: Estimate.of(table("retrofit")["price", p]) for p in PRICES}
    if power is not None:
        prices["power"] = Estimate(power)
    made = Terms(0.08, 0.0, prices, power is not None, None if grid is None else Estimate(grid))
    return dataclasses.replace(made, **changed)


@cache
def ultra_low(power, grid, carbon):
    return retrofit(unit(), Target(ULTRA_LOW), terms(power, grid, carbon_usd_per_t=carbon), Trail())


def found(running=("esp",), target=None, power=60.0, grid=0.5, carbon=0.0):
    if running == ("esp",) and target is None:
        return ultra_low(power, grid, carbon)
    return retrofit(unit(running), target or Target(ULTRA_LOW), terms(power, grid, carbon_usd_per_t=carbon), Trail())


SETS = set(air_sets(unit()))


def test_one_device_of_a_kind_and_none_that_runs():
    for running in ((), ("esp",), ("esp", "wet_fgd", "scr"), ("fabric_filter", "seawater_fgd", "sncr", "wet_esp")):
        for devices in air_sets(unit(running)):
            kinds = [KINDS[d] for d in Choice(devices).in_use(unit(running))]
            assert len(kinds) == len(set(kinds))
            assert not set(devices) & set(running)


def test_a_worse_device_never_takes_the_place_of_a_better_one():
    bought = {d for devices in air_sets(unit(("fabric_filter", "wet_fgd_deep", "scr_deep"))) for d in devices}
    assert bought == {"low_nox_burners", "burners_overfire_air", "sncr", "wet_esp"}


def test_what_stands_behind_what():
    for devices in air_sets(unit(())):
        if "wet_esp" in devices:
            assert {"wet_fgd", "wet_fgd_deep", "seawater_fgd"} & set(devices)
        if "semi_dry_fgd" in devices:
            assert "fabric_filter" in devices
    with_sea = {d for s in air_sets(unit((), seawater=True)) for d in s}
    assert with_sea - {d for s in air_sets(unit(())) for d in s} == {"seawater_fgd"}
    assert all(KINDS[d] != "burners" for s in air_sets(unit((), burning="fluidised")) for d in s)


def test_every_option_meets_every_limit_and_needs_each_of_its_devices():
    outcome = found()
    rates = Rates(unit(), Trail())
    assert not outcome.base_meets
    assert outcome.meeting > 1
    for option in outcome.options:
        for pollutant, estimate in option.residual_mg_m3.items():
            assert estimate.value <= ULTRA_LOW[pollutant] * (1 + 1e-9)
        for device in option.choice.devices:
            without = tuple(d for d in option.choice.devices if d != device)
            if without in SETS:
                left = rates.residual_mg_m3(Choice(without).in_use(unit()), option.choice.cofiring)
                assert any(left[p] > limit for p, limit in ULTRA_LOW.items()), (option.choice, device)


def test_everything_tried_is_accounted_for():
    outcome = found()
    assert outcome.tried == outcome.meeting + outcome.needless + outcome.failing.count
    assert outcome.failing.count == sum(outcome.failing.by_reason.values())
    best = outcome.failing.best
    residual = Rates(unit(), Trail()).residual_mg_m3(best.in_use(unit()), best.cofiring)
    times, worst = max((residual[p] / limit, p) for p, limit in ULTRA_LOW.items())
    assert outcome.failing.best_ratio == times > 1
    assert outcome.failing.best_reason == worst


def test_sorted_by_cost_with_what_is_unknown_last():
    costs = [o.cost_usd.value for o in found().options]
    assert costs == sorted(costs)
    unknown = found(power=None).options
    known = [o.cost_usd is not None for o in unknown]
    assert known == sorted(known, reverse=True)
    assert [o.cost_usd for o in unknown if o.choice.closed] == [None]
    assert all(o.cost_usd is None and not o.on_front for o in unknown if o.choice.running < 1)


def test_without_a_grid_factor_what_closure_avoids_is_unknown_and_the_rest_by_its_own_intensity():
    options = found(grid=None).options
    closed = next(o for o in options if o.choice.closed)
    capture = next(o for o in options if o.choice.capture and o.choice.running == 1)
    assert closed.co2_t is None
    assert closed.co2_avoided_t is None
    own = 94.6 * 3.6 / 0.38 / 1000  # t/MWh
    lost = sum(e.value for e in capture.lost_mwh.values())
    assert capture.co2_t.value == pytest.approx(capture.state.co2_t + own * lost)


def test_only_closure_reaches_what_no_device_can():
    outcome = found(target=Target({"so2": 0.01}))
    assert [o.choice.measures for o in outcome.options] == [("closure",)]
    assert outcome.failing.best_reason == "so2"


def test_a_target_for_co2_asks_for_capture_or_closure():
    outcome = found(target=Target({}, co2_g_per_kwh=300))
    assert all(o.choice.capture or o.choice.closed for o in outcome.options)
    assert all(o.state.g_co2_per_kwh is None or o.state.g_co2_per_kwh <= 300 * (1 + 1e-9) for o in outcome.options)
    assert "co2" in outcome.failing.by_reason
    yearly = found(target=Target({}, co2_t=2.0e6))
    assert all(o.state.co2_t <= 2.0e6 * (1 + 1e-9) for o in yearly.options)
    assert any(o.choice.running == 0.5 and not o.choice.capture for o in yearly.options)


def test_capture_asks_for_clean_gas():
    for running in ((), ("esp",)):
        outcome = found(running, Target({}, co2_g_per_kwh=300))
        assert [o.choice.measures for o in outcome.options] == [("closure",)]
    assert any(o.choice.capture for o in found(("esp", "wet_fgd"), Target({}, co2_g_per_kwh=300)).options)


def test_an_upgrade_costs_less_than_a_new_device():
    capital = {}
    for running in (("esp",), ("esp", "wet_fgd")):
        book = book_of(unit(running), terms(), Trail())
        capital[running] = book.capital["wet_fgd_deep"].value
    share = table("retrofit")["wet_fgd_deep", "upgrade_share"].value
    assert capital["esp", "wet_fgd"] == pytest.approx(share * capital[("esp",)])


def test_capital_is_paid_back_over_the_years_that_remain():
    device = Choice(("wet_fgd",))
    yearly = {}
    for years in (5, 20, 50):
        kept = unit(remaining_years=years)
        rates = Rates(kept, Trail())
        yearly[years] = cost_by_part(device, rates, book_of(kept, terms(), Trail()), Trail())["capital"].value
    capital = book_of(unit(), terms(), Trail()).capital["wet_fgd"].value
    assert yearly[5] == pytest.approx(capital * annuity(0.08, 5))
    assert yearly[20] == yearly[50] == pytest.approx(capital * annuity(0.08, 20))  # a device lasts 20 years


def test_closure_saves_fuel_and_upkeep_and_buys_power():
    outcome = found()
    parts = next(o for o in outcome.options if o.choice.closed).parts_usd
    heat = unit().heat_gj
    assert parts["coal"].value == pytest.approx(-3.5 * heat)
    assert parts["power"].value == pytest.approx(60 * unit().net_mwh)
    assert parts["fixed"].value < 0 < parts["decommissioning"].value


def test_a_carbon_price_counts_at_the_stack():
    plain, priced = (found(carbon=c) for c in (0.0, 50.0))
    closed = [next(o for o in each.options if o.choice.closed) for each in (plain, priced)]
    assert closed[1].cost_usd.value - closed[0].cost_usd.value == pytest.approx(-50 * plain.base.state.co2_t)


def test_a_replaced_device_gives_back_what_it_took():
    lost = losses(unit(("esp",)), Choice(("fabric_filter",)), Trail())
    assert lost["without_esp"].value < 0 < lost["fabric_filter"].value
    assert sum(e.value for e in lost.values()) == pytest.approx(
        Rates(unit(("esp",)), Trail()).state(Choice(("fabric_filter",))).lost_mwh
    )


def test_ranking_and_detail_say_the_same():
    made = unit(("esp", "low_nox_burners"))
    rates, book = Rates(made, Trail()), book_of(made, terms(), Trail())
    ranking = Ranking(rates, terms(), central(book))
    for choice in (
        Choice(("wet_fgd", "scr"), ("turbine_upgrade",), 0.1, True, 0.75), Choice(("semi_dry_fgd", "fabric_filter")),
        Choice(closed=True), Choice(("seawater_fgd", "sncr", "wet_esp"), running=0.5),
    ):  # fmt: skip
        detail = sum(e.value for e in cost_by_part(choice, rates, book, Trail()).values())
        assert ranking.cost_usd(rates.state(choice)) == pytest.approx(detail, rel=1e-9)
