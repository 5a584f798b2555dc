"""The trade-off front: ways no weighted sum finds, optima among ways alike, what is thinned out, what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

from qinglu.errors import OptionError
from qinglu.siting import Climb, Grid, NoRouteError, least_cost_path
from qinglu.siting.front import Front, FrontPoint, knee, pareto_paths, trade_off
from qinglu.siting.problem import GRADIENTS, Mode, Objective, Surfaces
from qinglu.siting.ways import Between
from qinglu.text import Text

MODE = Mode("road", Text("公路", "Road"), 0.08, 0.0, 20.0, "made up", None)


def three_ways(*prices):
    """Three corridors of three cells between two free ends; a way through one costs three times its price."""
    costs = np.zeros((2, 5, 5))
    costs[:, [1, 3], 1:4] = np.inf
    for row, price in zip((0, 2, 4), prices, strict=True):
        costs[:, row, 1:4] = np.array(price)[:, None]
    return costs, Grid.planar((5, 5), 1.0), (2, 0), (2, 4)


def random_front(m=2, n=12, seed=0, **options):
    costs = np.random.default_rng(seed).uniform(1, 10, (m, n, n)) ** 2
    return pareto_paths(costs, Grid.planar((n, n), 1.0), (0, 0), (n - 1, n - 1), **options)


def test_a_way_that_no_weighted_sum_finds():
    """Of (3, 30), (18, 18) and (30, 3) the middle one lies above the line between the others."""
    costs, grid, start, end = three_ways((1, 10), (6, 6), (10, 1))
    front = pareto_paths(costs, grid, start, end)
    assert front.values.tolist() == [[3, 30], [18, 18], [30, 3]]
    assert [p.supported for p in front.points] == [True, False, True]
    assert (front.points[1].rows == 2).all()
    for weight in np.linspace(0.001, 0.999, 501):
        path = least_cost_path(weight * costs[0] + (1 - weight) * costs[1], grid, start, end)
        assert not (path.rows == 2).all()


def test_a_way_on_the_line_or_below_it_is_supported():
    on = pareto_paths(*three_ways((1, 10), (5, 6), (10, 1)))
    assert [p.supported for p in on.points] == [True] * 3
    below = pareto_paths(*three_ways((1, 10), (5, 5), (10, 1)))
    assert below.values.tolist() == [[3, 30], [15, 15], [30, 3]]
    assert [p.supported for p in below.points] == [True] * 3


def test_dominated_ways_are_left_out():
    costs, grid, start, end = three_ways((1, 10), (2, 11), (10, 1))
    assert pareto_paths(costs, grid, start, end).values.tolist() == [[3, 30], [30, 3]]


def test_of_ways_alike_in_one_objective_the_best_in_the_others_is_the_optimum():
    costs, grid, start, end = three_ways((1, 10), (1, 9), (10, 9))
    front = pareto_paths(costs, grid, start, end)
    assert front.values.tolist() == [[3, 27]]
    assert (front.exact, front.points[0].supported) == (True, True)
    free = np.array([np.zeros((9, 9)), np.random.default_rng(0).uniform(1, 2, (9, 9))])
    least = least_cost_path(free[1], Grid.planar((9, 9), 1.0), (0, 0), (8, 8)).cost
    alone = pareto_paths(free, Grid.planar((9, 9), 1.0), (0, 0), (8, 8)).values
    np.testing.assert_allclose(alone, [[0.0, least]], rtol=1e-12)


def test_three_objectives_alike_in_two():
    cost = np.random.default_rng(1).uniform(1, 9, (10, 10))
    other = np.random.default_rng(2).uniform(1, 9, (10, 10))
    grid, ends = Grid.planar((10, 10), 1.0), ((0, 0), (9, 9))
    two = pareto_paths([cost, other], grid, *ends).values
    three = pareto_paths([cost, other, 2 * cost], grid, *ends).values
    np.testing.assert_allclose(three, np.column_stack([two, 2 * two[:, 0]]), rtol=1e-9)


def test_one_objective_is_the_least_cost_path():
    front = random_front(m=1)
    assert (len(front.points), front.exact, front.names) == (1, True, ("0",))
    with pytest.raises(NoRouteError):
        pareto_paths([[[1.0, np.inf, 1.0]]], Grid.planar((1, 3), 1.0), (0, 0), (0, 2))


def test_start_is_end():
    front = pareto_paths(np.ones((2, 3, 3)), Grid.planar((3, 3), 1.0), (1, 1), (1, 1))
    assert (front.values.tolist(), front.points[0].rows.tolist()) == ([[0.0, 0.0]], [1])


def test_a_cell_one_objective_forbids_is_forbidden():
    costs = np.ones((2, 3, 3))
    costs[0, 1, 1], costs[1, 0, 1] = np.inf, np.nan
    front = pareto_paths(costs, Grid.planar((3, 3), 1.0), (1, 0), (1, 2))
    assert [p.rows.tolist() for p in front.points] == [[1, 2, 1]]


def test_climbing_is_priced_in_the_direction_of_travel():
    z = np.zeros((3, 5), np.float32)
    z[1] = [0, 1, 2, 3, 4]
    z[[0, 2], 1:4] = [[2, 2, 2], [0, 0, 4]]
    up = Climb(z, np.array([0.0, 0.0, 20.0]), -1.0, 1.0, 3.0)
    down = Climb(z, np.array([20.0, 0.0, 0.0]), -1.0, 1.0, 3.0)
    costs, grid = np.ones((2, 3, 5)), Grid.planar((3, 5), 1.0)
    there = pareto_paths(costs, grid, (1, 0), (1, 4), climbs=[up, down])
    back = pareto_paths(costs, grid, (1, 4), (1, 0), climbs=[down, up])
    np.testing.assert_allclose(there.values, back.values, rtol=1e-12)
    assert there.values[0, 0] == pytest.approx(least_cost_path(costs[0], grid, (1, 0), (1, 4), climb=up).cost)
    assert there.values[0, 0] != pytest.approx(
        pareto_paths(costs, grid, (1, 4), (1, 0), climbs=[up, down]).values[0, 0]
    )


def test_thinning_keeps_the_optima_and_the_knee():
    whole = random_front(n=20)
    thin = random_front(n=20, most_points=5)
    assert whole.found == len(whole.points) == thin.found > 20
    assert (len(thin.points), whole.left_out) == (5, 0.0)
    np.testing.assert_array_equal(thin.values[[0, -1]], whole.values[[0, -1]])
    assert knee(whole).values in [p.values for p in thin.points]
    dearer = np.maximum(thin.values[None] / whole.values[:, None] - 1, 0).max(axis=2).min(axis=1)
    assert thin.left_out > 0
    assert thin.left_out == pytest.approx(dearer.max())
    assert f"5 of {whole.found}" in thin.note.en
    assert f"{whole.found} 个中的 5 个" in thin.note.zh


def test_thinning_keeps_the_optimum_of_every_objective():
    whole, thin = random_front(m=3, n=7), random_front(m=3, n=7, most_points=4)
    assert whole.found == thin.found > 10
    np.testing.assert_array_equal(thin.values.min(axis=0), whole.values.min(axis=0))


@pytest.mark.parametrize("seed", range(5))
def test_each_optimum_is_the_best_of_its_ties(seed):
    """Whole prices make many ways alike. The first of a sorted front is the best of those alike in its first value."""
    rng = np.random.default_rng(seed)
    costs = rng.integers(0, 3, (3, 6, 6)).astype(float)
    costs[:, 1:5, 1:5] = rng.integers(1, 3, (3, 4, 4))
    between = Between.of(costs, Grid.planar((6, 6), 1.0), (0, 0), (5, 5), None, 8)
    for pair in ((0, 1), (1, 2), (2, 0)):
        front = pareto_paths(costs[list(pair)], between.grid, (0, 0), (5, 5)).values
        least = between.folded(np.eye(3)[list(pair)]).least(np.array([1.0, 0.0]))
        np.testing.assert_allclose(least.values, front[0], rtol=1e-9, atol=1e-9)


def test_the_note_says_what_was_reached():
    assert "whole front" in random_front().note.en
    coarse = random_front(n=20, tolerance=0.05)
    assert (coarse.exact, coarse.tolerance) == (False, 0.05)
    assert "at most 5 % dearer" in coarse.note.en
    assert "asked for" not in coarse.note.en
    poor = random_front(n=20, most_labels=500)
    assert poor.tolerance > 0
    assert f"{poor.labels} labels" in poor.note.en
    assert f"{poor.labels} 个标号" in poor.note.zh


def test_the_knee_bulges_most():
    def front(*values):
        points = tuple(FrontPoint(np.zeros(1, int), np.zeros(1, int), {"a": x, "b": y}, True) for x, y in values)
        return Front(points, ("a", "b"), True, 0.0, len(points), 0.0, 0, Text("", ""))

    assert knee(front((0, 100), (3, 40), (5, 30), (10, 0))).values == {"a": 3, "b": 40}
    assert knee(front((0, 100), (9, 90), (10, 0))).values == {"a": 0, "b": 100}  # hollow: an optimum
    assert knee(front((7, 7))).values == {"a": 7, "b": 7}


def surfaces(**changes):
    rng = np.random.default_rng(3)
    shape = (8, 9)
    objectives = {
        "cost": Objective("cost", rng.uniform(1, 5, shape).astype(np.float32), 50 * np.maximum(GRADIENTS, 0)),
        "ecology": Objective("ecology", rng.uniform(1, 5, shape).astype(np.float32)),
        "carbon": Objective("carbon", rng.uniform(1, 5, shape).astype(np.float32), 9 * np.abs(GRADIENTS)),
    }
    passable = rng.random(shape) > 0.1
    passable[0, 0] = passable[7, 8] = True
    given = {"elevation": rng.uniform(0, 30, shape).astype(np.float32), "steepest": 0.25} | changes
    return Surfaces(Grid.planar(shape, 100.0), MODE, objectives, {}, passable, (~passable).astype(np.uint8), **given)


@pytest.mark.parametrize("elevation", [True, False])
def test_surfaces_are_searched_as_they_are_priced(elevation):
    ground = surfaces() if elevation else surfaces(elevation=None)
    front = trade_off(ground, (0, 0), (7, 8))
    assert front.names == ("cost", "ecology", "carbon")
    for name in front.names:
        cost, climb = ground.weighted({name: 1.0})
        least = least_cost_path(cost, ground.grid, (0, 0), (7, 8), climb=climb).cost
        assert min(p.values[name] for p in front.points) == pytest.approx(least, rel=1e-9)
    for point in front.points:
        assert ground.passable[point.rows, point.cols].all()
        if elevation:
            run = 100 * np.hypot(np.diff(point.rows), np.diff(point.cols))
            assert (np.abs(np.diff(ground.elevation[point.rows, point.cols])) / run <= 0.25).all()
    pair = trade_off(ground, (0, 0), (7, 8), ("carbon", "ecology"))
    assert list(pair.points[0].values) == ["carbon", "ecology"]


def test_what_is_refused():
    grid = Grid.planar((3, 3), 1.0)
    ends = (0, 0), (2, 2)
    cost = np.ones((3, 3))
    with pytest.raises(OptionError, match=r"no data for the objective 'people'.*With data: cost"):
        trade_off(surfaces(), (0, 0), (7, 8), ("cost", "people"))
    for tolerance in (-0.1, math.nan, math.inf):
        with pytest.raises(OptionError, match="a tolerance of"):
            pareto_paths([cost, cost], grid, *ends, tolerance=tolerance)
    with pytest.raises(OptionError, match="no objective"):
        pareto_paths([], grid, *ends)
    with pytest.raises(OptionError, match="shape"):
        pareto_paths([cost, cost[:2]], grid, *ends)
    with pytest.raises(OptionError, match="below 0"):
        pareto_paths([cost, -cost], grid, *ends)
    with pytest.raises(OptionError, match=r"\(0, 3\) lies outside"):
        pareto_paths([cost, cost], grid, (0, 3), (2, 2))
    with pytest.raises(OptionError, match="cannot be entered"):
        pareto_paths([cost, np.where(np.eye(3) == 1, np.inf, 1.0)], grid, *ends)
    with pytest.raises(OptionError, match="1 names for 2"):
        pareto_paths([cost, cost], grid, *ends, names=("only",))
    climb = Climb(cost, np.zeros(3))
    with pytest.raises(OptionError, match="1 climbs for 2"):
        pareto_paths([cost, cost], grid, *ends, climbs=[climb])
    for other in (Climb(2 * cost, np.zeros(3)), Climb(cost, np.zeros(4)), Climb(cost, np.zeros(3), steepest=0.1)):
        with pytest.raises(OptionError, match="differ by objective"):
            pareto_paths([cost, cost], grid, *ends, climbs=[climb, other])
    with pytest.raises(OptionError, match="neighbours"):
        pareto_paths([cost, cost], grid, *ends, neighbours=4)
