"""The front against a slow search that keeps every non-dominated label, and that search against all simple ways."""

from __future__ import annotations

import heapq
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from qinglu.siting import Climb, Grid, NoRouteError, least_cost_path
from qinglu.siting.front import pareto_paths
from qinglu.siting.kernels.spread import COL_MOVES, ROW_MOVES
from qinglu.siting.paths import step_costs

DEM = Path(__file__).parents[2].parent / "shared" / "data" / "globe-dem-crops" / "ethiopia_djibouti.tif"
NOISE = 1 + 1e-12


def moves(costs, grid, climbs, neighbours):
    """Cell → [(neighbour, what the move costs in each objective)], priced by `step_costs` one by one."""
    free = np.isfinite(costs).all(axis=0)
    costs = [np.where(free, c, np.inf) for c in costs]
    out = {tuple(map(int, u)): [] for u in np.argwhere(free)}
    for (r, c), to in out.items():
        for k in range(neighbours):
            v = (r + int(ROW_MOVES[k]), c + int(COL_MOVES[k]))
            if v in out:
                rows, cols = np.array([r, v[0]]), np.array([c, v[1]])
                pairs = zip(costs, climbs, strict=True)
                price = np.array([step_costs(a, grid, rows, cols, climb=b)[0][0] for a, b in pairs])
                if np.isfinite(price).all():
                    to.append((v, price))
    return out


def no_better(a, b):
    return all(x <= y * NOISE for x, y in zip(a, b, strict=True))


def front_of(values):
    values = [v for i, v in enumerate(values) if not any(no_better(w, v) for w in values[:i])]
    return np.array(sorted(v for v in values if not any(w is not v and no_better(w, v) for w in values)))


def slow_front(to, start, end, m):
    """Multi-objective Dijkstra: every cell keeps all its non-dominated values. No bound, no order of objectives."""
    kept = {cell: [] for cell in to}
    heap = [((0.0,) * m, start)]
    while heap:
        value, cell = heapq.heappop(heap)
        if any(no_better(k, value) for k in kept[cell]):
            continue
        kept[cell].append(value)
        for v, price in to[cell]:
            new = tuple(np.add(value, price))
            if not any(no_better(k, new) for k in kept[v]):
                heapq.heappush(heap, (new, v))
    return front_of(kept[end])


def all_ways(to, start, end, m):
    found = []

    def walk(cell, value, seen):
        if cell == end:
            found.append(tuple(value))
            return
        for v, price in to[cell]:
            if v not in seen:
                walk(v, value + price, seen | {v})

    walk(start, np.zeros(m), {start})
    return found


def made_up(seed):
    """Two or three objectives on a small grid, with all that can make it harder."""
    rng = np.random.default_rng(seed)
    m = 2 + seed % 2
    shape = (int(rng.integers(2, 7 - m // 3 * 2)), int(rng.integers(3, 7 - m // 3)))
    whole = rng.integers(0, 5, (m, *shape)).astype(float)  # many ways alike, many free of charge
    costs = whole if rng.random() < 0.4 else rng.uniform(0, 10, (m, *shape))
    costs[rng.integers(m), rng.random(shape) < 0.15] = np.inf
    grid = Grid.planar(shape, 30.0) if seed % 3 else Grid.lonlat(shape, 10.0, 70.0, 0.5)
    climbs = None
    if rng.random() < 0.5:
        z = rng.uniform(0, 20 if seed % 3 else 15000, shape).astype(np.float32)
        steepest = float(rng.choice([np.inf, 0.6]))
        climbs = [Climb(z, rng.uniform(0, 20, 9) * rng.integers(2), -1.0, 1.0, steepest) for _ in range(m)]
    free = np.argwhere(np.isfinite(costs).all(axis=0))
    start, end = (tuple(map(int, u)) for u in free[rng.choice(len(free), 2, replace=False)])
    return costs, grid, start, end, climbs, int(rng.choice([8, 16]))


@pytest.mark.parametrize("seed", range(60))
def test_exactly_the_ways_an_exhaustive_search_finds(seed):
    costs, grid, start, end, climbs, neighbours = made_up(seed)
    m = len(costs)
    to = moves(costs, grid, climbs or [None] * m, neighbours)
    wanted = slow_front(to, start, end, m)
    if not len(wanted):
        with pytest.raises(NoRouteError):
            pareto_paths(costs, grid, start, end, climbs=climbs, neighbours=neighbours)
        return
    front = pareto_paths(costs, grid, start, end, climbs=climbs, neighbours=neighbours)
    assert (front.exact, front.tolerance, front.found) == (True, 0.0, len(front.points))
    assert front.values.shape == wanted.shape
    np.testing.assert_allclose(front.values, wanted, rtol=1e-9, atol=1e-9)
    for point in front.points:
        cells = list(zip(point.rows.tolist(), point.cols.tolist(), strict=True))
        assert (cells[0], cells[-1]) == (start, end)
        walked = sum((dict(to[a])[b] for a, b in pairwise(cells)), np.zeros(m))
        np.testing.assert_allclose(walked, list(point.values.values()), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("tolerance", [0.01, 0.1, 0.5])
@pytest.mark.parametrize("seed", range(0, 60, 4))
def test_every_way_of_the_front_is_matched_within_the_tolerance(seed, tolerance):
    costs, grid, start, end, climbs, neighbours = made_up(seed)
    wanted = slow_front(moves(costs, grid, climbs or [None] * len(costs), neighbours), start, end, len(costs))
    if not len(wanted):
        pytest.skip("nothing joins these two cells")
    front = pareto_paths(costs, grid, start, end, climbs=climbs, neighbours=neighbours, tolerance=tolerance)
    assert front.tolerance <= tolerance
    for value in wanted:
        assert (front.values <= value * (1 + front.tolerance) * (1 + 1e-9) + 1e-9).all(axis=1).any()


@pytest.mark.parametrize("seed", range(6))
def test_the_slow_search_itself_finds_what_all_simple_ways_hold(seed):
    rng = np.random.default_rng(seed)
    shape, m = ((3, 3) if seed % 2 else (2, 5)), 2 + seed % 2
    costs = rng.uniform(0, 10, (m, *shape))
    grid = Grid.planar(shape, 1.0)
    start, end = (0, 0), (shape[0] - 1, shape[1] - 1)
    to = moves(costs, grid, [None] * m, 8)
    exhaustive = front_of(all_ways(to, start, end, m))
    np.testing.assert_allclose(slow_front(to, start, end, m), exhaustive, rtol=1e-12)
    np.testing.assert_allclose(pareto_paths(costs, grid, start, end).values, exhaustive, rtol=1e-12)


@pytest.mark.parametrize(("seed", "m"), [(1, 2), (2, 2), (3, 3)])
def test_with_too_few_labels_what_is_promised_still_holds(seed, m):
    """The whole front is known from a search with enough of them; the poor one says how far off it may be."""
    rng = np.random.default_rng(seed)
    shape = (24, 24) if m == 2 else (12, 12)
    costs = rng.uniform(1, 10, (m, *shape)) ** 2
    grid, start, end = Grid.planar(shape, 1.0), (0, 0), (shape[0] - 1, shape[1] - 1)
    whole = pareto_paths(costs, grid, start, end)
    assert whole.exact
    seen = set()
    for most in (0, 300, 3000, 30000):
        poor = pareto_paths(costs, grid, start, end, most_labels=most)
        assert poor.labels <= most + 16 * 20  # a search stops at the cell where it finds the bound passed
        assert poor.exact == (poor.tolerance == 0)
        matched = (poor.values[None] <= whole.values[:, None] * (1 + poor.tolerance) * (1 + 1e-9)).all(axis=2)
        assert matched.any(axis=1).all()
        seen.add(poor.tolerance)
    assert len(seen) > 1  # the bound made a difference


@pytest.mark.skipif(not DEM.exists(), reason=f"no elevation of Ethiopia and Djibouti at {DEM}")
def test_real_ground_with_a_made_up_harm():
    """Two degrees of highland at 30″: optima as `least_cost_path` finds them, and a front that holds its promise."""
    rasterio = pytest.importorskip("rasterio")
    with rasterio.open(DEM) as raster:
        z = raster.read(1, window=((500, 740), (300, 540))).astype(np.float32)
    grid = Grid.lonlat(z.shape, 36.0 + 300 / 120, 14.0 - 500 / 120, 1 / 120)
    rows, cols = np.indices(z.shape)
    harm = 0.05 + np.exp(-(((rows - 120) / 40) ** 2) - ((cols - 120) / 60) ** 2)
    gradients = np.linspace(-1, 1, 41)
    climbs = [Climb(z, np.maximum(8000 * gradients, 0.0)), None]
    costs = [np.full(z.shape, 1000.0), harm]
    ends = (200, 20), (40, 220)
    front = pareto_paths(costs, grid, *ends, climbs=climbs, names=("cost", "harm"), tolerance=0.02)
    assert front.tolerance <= 0.02
    assert len(front.points) > 3
    for i, (cost, climb) in enumerate(zip(costs, climbs, strict=True)):
        assert front.values[:, i].min() == pytest.approx(least_cost_path(cost, grid, *ends, climb=climb).cost, rel=1e-9)
