"""Least-cost paths against other programs, and on the ellipsoid against sums of geodesics."""

import heapq
import math

import numpy as np
import pyproj
import pytest

from qinglu.siting import Climb, Grid, cost_distance, least_cost_path

GEOD = pyproj.Geod(ellps="WGS84")


@pytest.mark.parametrize("seed", range(25))
def test_equal_to_scikit_image(seed):
    graph = pytest.importorskip("skimage.graph")
    rng = np.random.default_rng(seed)
    shape = tuple(int(n) for n in rng.integers(2, 90, 2))
    cost = rng.uniform(0.1, 10, shape) ** rng.integers(1, 7)
    cost[rng.random(shape) < 0.15] = np.inf
    cost[0, 0] = 1.0
    total, _ = graph.MCP_Geometric(np.where(np.isinf(cost), -1.0, cost)).find_costs([(0, 0)])
    ours = cost_distance(cost, Grid.planar(shape, 7.0), [(0, 0)]).total
    assert np.array_equal(np.isinf(ours), np.isinf(total))
    there = np.isfinite(total)
    np.testing.assert_allclose(ours[there], 7.0 * total[there], rtol=1e-9, atol=1e-9)


def brute_force(cost, grid, start, moves):
    """Dijkstra in plain Python; every step a geodesic between the middles of its cells."""
    lon, lat = grid.lonlat_of(*np.mgrid[: grid.shape[0], : grid.shape[1]])
    total = np.full(grid.shape, math.inf)
    total[start] = 0.0
    heap = [(0.0, start)]
    while heap:
        at, (r, c) = heapq.heappop(heap)
        if at > total[r, c]:
            continue
        for dr, dc in moves:
            rr, cc = r + dr, c + dc
            if not (0 <= rr < grid.shape[0] and 0 <= cc < grid.shape[1]) or not np.isfinite(cost[rr, cc]):
                continue
            cells = [cost[r, c], cost[rr, cc]]
            if abs(dr) + abs(dc) == 3:
                m = (r + int(dr / 2), c + int(dc / 2))
                w = (m[0], m[1] + dc) if abs(dr) == 2 else (m[0] + dr, m[1])
                cells += [cost[m], cost[w]]
            metres = GEOD.inv(lon[r, c], lat[r, c], lon[rr, cc], lat[rr, cc])[2]
            new = at + metres * float(np.mean(cells))
            if new < total[rr, cc]:
                total[rr, cc] = new
                heapq.heappush(heap, (new, (rr, cc)))
    return total


EIGHT = [(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1) if (a, b) != (0, 0)]
KNIGHT = [(a, b) for a in (-2, -1, 1, 2) for b in (-2, -1, 1, 2) if abs(a) != abs(b)]


@pytest.mark.parametrize("north", [88.0, 64.0, 7.0, -41.0])
@pytest.mark.parametrize("neighbours", [8, 16])
def test_metres_are_geodesic_at_every_latitude(north, neighbours):
    rng = np.random.default_rng(int(abs(north)))
    grid = Grid.lonlat((24, 30), 12.0, north, 0.5)
    cost = rng.uniform(1, 5, grid.shape)
    cost[rng.random(grid.shape) < 0.1] = np.inf
    cost[12, 3] = 1.0
    moves = EIGHT + (KNIGHT if neighbours == 16 else [])
    true = brute_force(cost, grid, (12, 3), moves)
    ours = cost_distance(cost, grid, [(12, 3)], neighbours=neighbours).total
    there = np.isfinite(true)
    assert np.array_equal(there, np.isfinite(ours))
    np.testing.assert_allclose(ours[there], true[there], rtol=1e-9, atol=1e-9)


def test_wide_latitudes_are_not_a_plane():
    """Across 60° of latitude the shortest way bends towards the pole; square degrees would not see it."""
    grid = Grid.lonlat((70, 120), 0.0, 80.0, 1.0)
    path = least_cost_path(np.ones(grid.shape), grid, (60, 0), (60, 119), neighbours=16)
    straight = float(grid.steps_m[0, 60]) * 119
    ends = (*np.ravel(grid.lonlat_of(60, 0)), *np.ravel(grid.lonlat_of(60, 119)))
    great_circle = GEOD.inv(*ends)[2]
    northmost = max(lat for _, lat in GEOD.npts(*ends, 999))
    assert abs(grid.cell_of(30.0, northmost)[0] - path.rows.min()) <= 1
    assert great_circle <= path.length_m < min(straight, 1.03 * great_circle)


def test_climbing_equals_a_directed_graph():
    """Climbing by hand: the same problem as a directed graph for scipy."""
    csgraph = pytest.importorskip("scipy.sparse.csgraph")
    sparse = pytest.importorskip("scipy.sparse")
    rng = np.random.default_rng(3)
    shape = (20, 25)
    cost, z = rng.uniform(1, 4, shape), rng.uniform(0, 50, shape).astype(np.float32)
    climb = Climb(z, np.array([2.0, 0.0, 0.5, 11.0]), -0.9, 0.9, steepest=0.8)
    grid = Grid.planar(shape, 40.0)
    one, two, weight = [], [], []
    for r in range(shape[0]):
        for c in range(shape[1]):
            for dr, dc in EIGHT:
                rr, cc = r + dr, c + dc
                if 0 <= rr < shape[0] and 0 <= cc < shape[1]:
                    metres = 40.0 * math.hypot(dr, dc)
                    g = (float(z[rr, cc]) - float(z[r, c])) / metres
                    if abs(g) <= 0.8:
                        extra = np.interp(g, np.linspace(-0.9, 0.9, 4), climb.per_m)
                        one.append(r * shape[1] + c)
                        two.append(rr * shape[1] + cc)
                        weight.append(metres * (0.5 * (cost[r, c] + cost[rr, cc]) + extra))
    graph = sparse.coo_array((weight, (one, two)), (cost.size, cost.size)).tocsr()
    true = csgraph.dijkstra(graph, indices=0).reshape(shape)
    ours = cost_distance(cost, grid, [(0, 0)], climb=climb).total
    there = np.isfinite(true)
    assert np.array_equal(there, np.isfinite(ours))
    np.testing.assert_allclose(ours[there], true[there], rtol=1e-9, atol=1e-9)
