"""What must hold of any front: nothing in it beats anything else, the optima are in it, and it says how far off it is."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from qinglu.siting import Grid, least_cost_path
from qinglu.siting.front import knee, pareto_paths
from qinglu.siting.paths import step_costs


@st.composite
def places(draw):
    """Costs of a small place that can be crossed, its grid, and two of its cells."""
    m, n_rows, n_cols = draw(st.integers(2, 3)), draw(st.integers(2, 7)), draw(st.integers(2, 7))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    costs = rng.uniform(0, 10, (m, n_rows, n_cols)) ** draw(st.sampled_from([0.3, 1.0, 3.0]))
    if draw(st.booleans()):
        costs = np.floor(costs)
    if draw(st.booleans()):
        costs[0, 1:, n_cols // 2] = np.inf
    grid = Grid.planar((n_rows, n_cols), 25.0)
    if draw(st.booleans()):
        grid = Grid.lonlat((n_rows, n_cols), 30.0, draw(st.sampled_from([5.0, 75.0])), 0.1)
    return costs, grid, (0, 0), (draw(st.integers(0, n_rows - 1)) if n_cols // 2 < n_cols - 1 else 0, n_cols - 1)


neighbours = st.sampled_from([8, 16])


@given(places(), neighbours)
@settings(max_examples=60, deadline=None)
def test_none_beats_another_and_the_optima_are_there(place, neighbours):
    costs, grid, start, end = place
    front = pareto_paths(costs, grid, start, end, neighbours=neighbours)
    values = front.values
    assert front.exact
    assert (np.diff(values[:, 0]) >= 0).all()
    for i, value in enumerate(values):
        others = np.delete(values, i, axis=0)
        assert not (others <= value).all(axis=1).any()
    shut = np.where(np.isfinite(costs).all(axis=0), costs, np.inf)
    for i, cost in enumerate(shut):
        least = least_cost_path(cost, grid, start, end, neighbours=neighbours).cost
        np.testing.assert_allclose(values[:, i].min(), least, rtol=1e-9, atol=1e-9)
        for point in front.points:
            walked = step_costs(cost, grid, point.rows, point.cols)[0].sum()
            np.testing.assert_allclose(walked, point.values[str(i)], rtol=1e-9, atol=1e-12)
    assert knee(front) in front.points


@given(places(), st.floats(0.001, 1.0), neighbours)
@settings(max_examples=60, deadline=None)
def test_every_way_is_matched_within_the_tolerance(place, tolerance, neighbours):
    costs, grid, start, end = place
    whole = pareto_paths(costs, grid, start, end, neighbours=neighbours).values
    some = pareto_paths(costs, grid, start, end, neighbours=neighbours, tolerance=tolerance)
    assert some.tolerance <= tolerance
    assert len(some.points) <= len(whole)
    matched = (some.values[None] <= whole[:, None] * (1 + some.tolerance) * (1 + 1e-9) + 1e-9).all(axis=2)
    assert matched.any(axis=1).all()


@given(places(), neighbours)
@settings(max_examples=40, deadline=None)
def test_on_flat_ground_the_way_back_has_the_same_front(place, neighbours):
    costs, grid, start, end = place
    there = pareto_paths(costs, grid, start, end, neighbours=neighbours).values
    back = pareto_paths(costs, grid, end, start, neighbours=neighbours).values
    np.testing.assert_allclose(there, back, rtol=1e-9, atol=1e-9)


@given(places(), st.lists(st.floats(0.01, 1), min_size=3, max_size=3))
@settings(max_examples=40, deadline=None)
def test_no_weighted_sum_finds_anything_better(place, weights):
    costs, grid, start, end = place
    w = np.array(weights[: len(costs)])
    front = pareto_paths(costs, grid, start, end)
    best = least_cost_path(np.tensordot(w, costs, 1), grid, start, end).cost
    np.testing.assert_allclose((front.values @ w).min(), best, rtol=1e-9, atol=1e-9)
