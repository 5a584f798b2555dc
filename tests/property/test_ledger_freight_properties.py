"""Freight for any chain: totals are sums of legs, emissions grow with mass and distance, shares lie between 0 and 1."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qinglu.ledger.distances import Distance, great_circle_km
from qinglu.ledger.freight import Chain, Leg, chain, compare
from qinglu.ledger.freight_factors import Intensity, intensity
from qinglu.ledger.trail import Trail
from qinglu.text import Text

quick = settings(derandomize=True, deadline=None, max_examples=80)
masses, kilometres, factors = st.floats(0.01, 1e8), st.floats(0.1, 30_000), st.floats(0, 10)
shares = st.floats(0, 1)
PLACES = st.tuples(st.floats(-180, 180), st.floats(-89, 89))


@st.composite
def legs(draw, known: bool = True):
    wtw = draw(factors) if known or draw(st.booleans()) else None
    ttw = None if wtw is None or draw(st.integers(0, 4)) == 0 else wtw * draw(shares)
    is_hub = draw(st.integers(0, 5)) == 0
    km = draw(kilometres)
    distance = None if is_hub else Distance(km, km * draw(st.floats(1, 1.3)), "given")
    return Leg(draw(masses), distance, Intensity(wtw, ttw, draw(st.booleans())), draw(st.booleans()), Text("段", "leg"))


def of(*given_legs: Leg) -> Chain:
    return chain(given_legs, Trail())


@quick
@given(st.lists(legs(), min_size=1, max_size=6))
def test_a_chain_is_the_sum_of_its_legs(parts):
    whole, each = of(*parts), [of(leg) for leg in parts]
    assert whole.tkm == pytest.approx(sum(c.tkm for c in each))
    assert whole.wtw_kg == pytest.approx(sum(c.wtw_kg for c in each))
    if all(c.ttw_kg is not None for c in each):
        assert whole.ttw_kg == pytest.approx(sum(c.ttw_kg for c in each))
        assert whole.ttw_kg <= whole.wtw_kg * (1 + 1e-12)
    else:
        assert whole.ttw_kg is None


@quick
@given(st.lists(legs(known=False), min_size=1, max_size=6))
def test_a_sum_is_known_where_every_part_is_and_its_want_is_told(parts):
    trail = Trail()
    whole = chain(parts, trail)
    lacking = [leg for leg in parts if leg.intensity.wtw is None]
    assert (whole.wtw_kg is None) == bool(lacking)
    assert (whole.primary_share is None) == bool(lacking)
    if lacking:
        assert any(f["level"] == "unknown" for f in trail.findings)


@quick
@given(st.lists(legs(), min_size=2, max_size=6))
def test_the_share_of_primary_data_is_one_of_emissions(parts):
    whole = of(*parts)
    assert 0 <= whole.primary_share <= 1
    if whole.wtw_kg > 0:
        primary = math.fsum(f.wtw_kg for f in whole.legs if f.leg.primary)
        assert whole.primary_share == pytest.approx(primary / whole.wtw_kg)
    if all(leg.primary for leg in parts):
        assert whole.primary_share == 1
    if not any(leg.primary for leg in parts):
        assert whole.primary_share == 0


@quick
@given(legs(), st.floats(1.01, 100))
def test_twice_the_goods_emit_twice(leg, times):
    more = Leg(leg.mass_kg * times, leg.distance, leg.intensity, leg.primary, leg.label)
    assert of(more).wtw_kg == pytest.approx(times * of(leg).wtw_kg)
    assert of(more).tkm == pytest.approx(times * of(leg).tkm)


@quick
@given(masses, kilometres, kilometres, factors)
def test_a_leg_cut_in_two_emits_the_same(mass, first, second, factor):
    def leg(km: float) -> Leg:
        return Leg(mass, Distance(km, km, "given"), Intensity(factor, factor / 2), True, Text("段", "leg"))

    assert of(leg(first), leg(second)).wtw_kg == pytest.approx(of(leg(first + second)).wtw_kg)


@quick
@given(st.floats(0.5, 1), st.floats(0.5, 1), st.floats(0, 0.6), st.floats(0.01, 0.3))
def test_fuller_lorries_emit_less_a_tonne_and_emptier_ways_more(load, other, empty, more):
    def wtw(share: float, way: float) -> float:
        found = intensity("road_hgv_articulated_33t", Trail(), load=share, empty_share=way).wtw
        assert found is not None
        return found

    low, high = sorted((load, other))
    assert wtw(high, empty) <= wtw(low, empty)
    assert wtw(load, empty + more) > wtw(load, empty)


@quick
@given(
    st.dictionaries(st.text(min_size=1, max_size=5), st.lists(legs(), min_size=1, max_size=3), min_size=1, max_size=4)
)
def test_nothing_is_less_than_the_least(named):
    chains = {name: of(*parts) for name, parts in named.items()}
    ratios = compare(chains)
    known = [r for r in ratios.values() if r]
    assert all(r >= 1 for r in known)
    assert not known or min(known) == 1


@quick
@given(PLACES, PLACES)
def test_a_great_circle_has_no_direction_and_no_more_than_half_the_globe(start, end):
    assert great_circle_km(start, end) == pytest.approx(great_circle_km(end, start), abs=1e-6)
    assert 0 <= great_circle_km(start, end) <= 20_004
