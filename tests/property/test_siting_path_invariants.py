"""What holds for every least-cost path, on grids made up by the machine."""

import contextlib
import math

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qinglu.siting import Climb, Grid, NoRouteError, cost_distance, least_cost_path
from qinglu.siting.paths import step_costs

shapes = st.tuples(st.integers(2, 12), st.integers(2, 12))
neighbours = st.sampled_from([8, 16])


def cost_of(shape, seed, spread, blocked):
    rng = np.random.default_rng(seed)
    cost = rng.uniform(0.2, 3.0, shape) ** spread
    cost[rng.random(shape) < blocked] = np.inf
    cost[0, 0] = cost[-1, -1] = 1.0
    return cost


def grid_of(shape, kind):
    return Grid.planar(shape, 25.0) if kind == "plane" else Grid.lonlat(shape, 20.0, 64.0, 0.3)


problems = st.tuples(
    shapes, st.integers(0, 10**6), st.integers(1, 9), st.sampled_from([0.0, 0.2, 0.4]),
    st.sampled_from(["plane", "lonlat"]), neighbours,
)  # fmt: skip


def solved(problem):
    shape, seed, spread, blocked, kind, n = problem
    cost, grid = cost_of(shape, seed, spread, blocked), grid_of(shape, kind)
    end = (shape[0] - 1, shape[1] - 1)
    try:
        return cost, grid, end, n, least_cost_path(cost, grid, (0, 0), end, neighbours=n)
    except NoRouteError:
        assume(False)
        raise


@settings(max_examples=150, deadline=None)
@given(problems, st.integers(0, 10**6))
def test_no_perturbed_path_is_cheaper(problem, seed):
    cost, grid, end, n, path = solved(problem)
    rng = np.random.default_rng(seed)
    # Bend the search by noise: whatever way it then takes is a way, and no better.
    for strength in (0.1, 1.0, 10.0):
        bent = cost * rng.uniform(1.0, 1.0 + strength, cost.shape)
        other = least_cost_path(bent, grid, (0, 0), end, neighbours=n)
        price = math.fsum(step_costs(cost, grid, other.rows, other.cols)[0])
        assert path.cost <= price * (1 + 1e-12)


@settings(max_examples=100, deadline=None)
@given(problems)
def test_reversing_keeps_the_cost(problem):
    cost, grid, end, n, path = solved(problem)
    back = least_cost_path(cost, grid, end, (0, 0), neighbours=n)
    assert math.isclose(path.cost, back.cost, rel_tol=1e-12)


@settings(max_examples=100, deadline=None)
@given(problems, st.integers(0, 10**6))
def test_forbidding_a_cell_never_lowers_the_cost(problem, seed):
    cost, grid, end, n, path = solved(problem)
    rng = np.random.default_rng(seed)
    cell = (int(rng.integers(cost.shape[0])), int(rng.integers(cost.shape[1])))
    assume(cell not in ((0, 0), end))
    cost[cell] = np.inf
    with contextlib.suppress(NoRouteError):
        assert least_cost_path(cost, grid, (0, 0), end, neighbours=n).cost >= path.cost * (1 - 1e-12)


@settings(max_examples=60, deadline=None)
@given(problems)
def test_more_neighbours_never_cost_more(problem):
    cost, grid, end, _, _ = solved(problem)
    eight, sixteen = (least_cost_path(cost, grid, (0, 0), end, neighbours=n).cost for n in (8, 16))
    assert sixteen <= eight * (1 + 1e-12)


@settings(max_examples=60, deadline=None)
@given(problems)
def test_every_step_is_what_the_labels_say(problem):
    """Along the path the labels grow by what each step costs, and the whole is their last."""
    cost, grid, _, n, path = solved(problem)
    labels = cost_distance(cost, grid, [(0, 0)], neighbours=n).total[path.rows, path.cols]
    steps, _ = step_costs(cost, grid, path.rows, path.cols)
    assert np.allclose(np.diff(labels), steps, rtol=1e-9, atol=1e-9 * path.cost)
    assert math.isclose(labels[-1], path.cost, rel_tol=1e-9)


@settings(max_examples=60, deadline=None)
@given(problems, st.floats(0.0, 20.0), st.floats(0.0, 20.0))
def test_climbing_and_descending_change_places(problem, up, down):
    """The way back over the same ground with the two prices exchanged costs the same."""
    cost, grid, end, n, _ = solved(problem)
    z = np.random.default_rng(problem[1] + 1).uniform(0, 60, cost.shape).astype(np.float32)
    there = Climb(z, np.array([down, 0.0, up]))
    back = Climb(z, np.array([up, 0.0, down]))
    one = least_cost_path(cost, grid, (0, 0), end, neighbours=n, climb=there)
    two = least_cost_path(cost, grid, end, (0, 0), neighbours=n, climb=back)
    assert math.isclose(one.cost, two.cost, rel_tol=1e-9)


@settings(max_examples=80, deadline=None)
@given(problems)
def test_bounds_leave_the_best_way_alone(problem):
    """Leaving out what cannot end below the best changes nothing."""
    cost, grid, end, n, path = solved(problem)
    left = cost_distance(cost, grid, [end], neighbours=n).total
    bound = (left * (1 - 1e-6)).astype(np.float32)
    pruned = cost_distance(
        cost, grid, [(0, 0)], targets=[end], neighbours=n, bound=bound, ceiling=path.cost * (1 + 1e-6)
    )
    assert math.isclose(pruned.total[end], path.cost, rel_tol=1e-9)
