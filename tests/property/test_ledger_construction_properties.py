"""What must hold of any building: linear in its size, nothing lost between bought, built in and wasted, sums of parts."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qinglu.ledger.construction import Quantity, embodied
from qinglu.ledger.estimate import Estimate
from qinglu.ledger.matter import materials
from qinglu.ledger.trail import Trail
from qinglu.ledger.typical import BASES, STRUCTURES, Structure, goes_by

sizes = st.floats(0.01, 1e6)
structures = st.sampled_from([(kind, basis) for kind in STRUCTURES for basis in goes_by(kind)])
amounts = st.lists(
    st.tuples(st.sampled_from(materials()), st.floats(0, 1e7), st.floats(0, 2e4)), min_size=1, max_size=6
)  # fmt: skip
few = settings(derandomize=True, max_examples=40, deadline=None)


def built(kind, **features):
    return embodied(structure=Structure(kind, **features), trail=Trail())


def close(a, b):
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)


def rows(*given_rows):
    return [Quantity(material, Estimate(mass), km) for material, mass, km in given_rows]


@given(structures, sizes, st.floats(0.1, 50))
@few
def test_everything_is_linear_in_size(structure, size, times):
    kind, basis = structure
    one, many = built(kind, **{basis: size}), built(kind, **{basis: size * times})
    for a, b in [(one.carbon, many.carbon), (one.energy.site, many.energy.site), (one.water.site, many.water.site),
                 *((s.mass_t, t.mass_t) for s, t in zip(one.waste, many.waste, strict=True)),
                 *((s.built_t, t.built_t) for s, t in zip(one.materials, many.materials, strict=True))]:  # fmt: skip
        assert close(a.value * times, b.value)
        assert close(a.bounds[0] * times, b.bounds[0])
        assert close(a.bounds[1] * times, b.bounds[1])


@given(amounts)
@few
def test_what_is_bought_is_built_in_or_wasted(given_rows):
    found = embodied(rows(*given_rows), trail=Trail())
    assert close(sum(m.built_t.value for m in found.materials), sum(mass for _, mass, _ in given_rows))
    for material in found.materials:
        assert close(material.bought_t.value, material.built_t.value + material.wasted_t.value)
    kept_apart = ("packaging", "hazardous", "excavation")
    wasted = sum(m.wasted_t.value for m in found.materials if m.kind.stream not in kept_apart)
    assert close(sum(s.mass_t.value for s in found.waste if s.stream not in kept_apart), wasted)
    assert all(s.recovered_t.value <= s.mass_t.value for s in found.waste)


@given(amounts, amounts)
@few
def test_two_bills_make_the_sum_of_both(first, second):
    together = embodied(rows(*first, *second), trail=Trail()).carbon.value
    apart = [embodied(rows(*given_rows), trail=Trail()).carbon.value for given_rows in (first, second)]
    assert close(together, sum(apart))


@given(structures, sizes)
@few
def test_stages_make_the_total_and_every_value_lies_within_its_bounds(structure, size):
    found = built(structure[0], **{structure[1]: size})
    assert close(sum(s.value for s in found.stages.values()), found.carbon.value)
    for estimate in (found.carbon, *found.stages.values(), found.energy.site, found.water.site):
        low, high = estimate.bounds
        assert 0 <= low <= estimate.value <= high


@given(st.floats(0, 0.5), st.floats(0, 0.5), st.sampled_from(["railway", "high_speed_railway", "road", "motorway"]))
@few
def test_more_bridge_or_tunnel_never_emits_less(bridge, tunnel, kind):
    plain = built(kind, length_km=10.0, bridge_share=0.0, tunnel_share=0.0)
    found = built(kind, length_km=10.0, bridge_share=bridge, tunnel_share=tunnel)
    assert found.carbon.value >= plain.carbon.value or close(found.carbon.value, plain.carbon.value)


@given(structures, sizes, st.floats(0, 1e6))
@few
def test_a_given_amount_takes_the_place_of_the_typical_one(structure, size, mass):
    kind, basis = structure
    usual = built(kind, **{basis: size})
    name = usual.materials[0].material
    found = embodied([Quantity(name, Estimate(mass))], structure=Structure(kind, **{basis: size}), trail=Trail())
    masses = {m.material: m.built_t.value for m in found.materials}
    assert masses.pop(name) == mass
    assert masses == {m.material: m.built_t.value for m in usual.materials if m.material != name}


@pytest.mark.parametrize("kind", STRUCTURES)
def test_every_structure_goes_by_a_size(kind):
    assert goes_by(kind)
    assert set(goes_by(kind)) <= set(BASES)
