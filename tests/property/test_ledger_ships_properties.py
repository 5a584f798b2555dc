"""CII for any ship: falls with distance, scales with fuel, meets where size classes meet, and has one letter."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qinglu.ledger import ships
from qinglu.ledger.ships import Burnt
from qinglu.ledger.tables import table
from qinglu.ledger.trail import Trail

quick = settings(derandomize=True, deadline=None, max_examples=80)
TYPES = tuple(dict.fromkeys(i.partition(":")[0] for i in table("ships_reference").items))
FUELS = table("ships_fuels").items
kinds, capacities = st.sampled_from(TYPES), st.floats(5_000, 500_000)
tonnes, miles, years = st.floats(1, 100_000), st.floats(100, 200_000), st.sampled_from(ships.years())


@quick
@given(kinds, capacities, tonnes, miles, st.floats(1.001, 5), years)
def test_it_falls_as_distance_rises_at_the_same_fuel(kind, capacity, t, nm, times, year):
    near, far = (ships.rate(kind, capacity, [Burnt("heavy_fuel_oil", t)], d, year, Trail()) for d in (nm, nm * times))
    assert far.attained < near.attained
    assert far.attained * times == pytest.approx(near.attained)
    assert far.rating <= near.rating
    assert (far.reference, far.required, far.boundaries) == (near.reference, near.required, near.boundaries)


@quick
@given(kinds, capacities, st.lists(st.tuples(st.sampled_from(FUELS), tonnes), min_size=1, max_size=4), miles, years)
def test_fuels_add_up(kind, capacity, fuels, nm, year):
    whole = ships.rate(kind, capacity, [Burnt(f, t) for f, t in fuels], nm, year, Trail())
    parts = [ships.rate(kind, capacity, [Burnt(f, t)], nm, year, Trail()) for f, t in fuels]
    assert whole.co2_t == pytest.approx(sum(p.co2_t for p in parts))
    assert whole.attained == pytest.approx(sum(p.attained for p in parts))


@quick
@given(kinds, capacities, tonnes, miles)
def test_what_is_required_never_rises_with_the_years(kind, capacity, t, nm):
    rated = [ships.rate(kind, capacity, [Burnt("lng", t)], nm, year, Trail()) for year in ships.years()]
    assert all(a.required > b.required for a, b in pairwise(rated))
    assert all(a.rating <= b.rating for a, b in pairwise(rated))
    assert all(list(r.boundaries) == sorted(r.boundaries) for r in rated)


@quick
@given(st.floats(0.01, 100), st.permutations(range(4)))
def test_a_value_on_a_boundary_has_the_better_letter(scale, order):
    bounds = tuple(scale * d for d in (0.86, 0.94, 1.06, 1.18))
    for n in order:
        assert ships.letter(bounds[n], bounds) == "ABCD"[n]
        assert ships.letter(bounds[n] * (1 + 1e-12), bounds) == "BCDE"[n]


STEPS = {"general_cargo:20000_up": -0.0009, "roro_vehicle_carrier:30000_57700": -0.2544, "gas_carrier:65000_up": 1.2789,
         "lng_carrier:65000_100000": -0.0203, "lng_carrier:100000_up": 0.5728}  # fmt: skip
"""Steps of the reference line as the guideline prints it, as shares; 0 where a fixed capacity meets its bound."""


@pytest.mark.parametrize("item", [i for i in table("ships_reference").items if table("ships_reference")[i, "from"].value])
def test_where_size_classes_meet(item):
    """Continuous where the capacity is fixed on one side; elsewhere the line steps, as in MEPC.353(78), table 1."""
    kind, edge = item.partition(":")[0], table("ships_reference")[item, "from"].value
    below, above = (ships.reference_line(kind, c, Trail()) for c in (edge * (1 - 1e-12), edge))
    assert above / below - 1 == pytest.approx(STEPS.get(item, 0.0), abs=1e-4)
