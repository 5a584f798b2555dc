"""The best way through each cell, against two searches of scipy over the graph of all steps."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from qinglu.errors import OptionError
from qinglu.siting import Grid, NoRouteError, least_cost_path
from qinglu.siting.corridor import corridor
from qinglu.siting.paths import step_costs
from qinglu.siting.problem import Surfaces

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
from siting_places import WEIGHTS, place, rough

csgraph = pytest.importorskip("scipy.sparse.csgraph", reason="scipy is the oracle")
sparse = pytest.importorskip("scipy.sparse", reason="scipy is the oracle")

SHAPE = (17, 23)
GRIDS = {"plane": Grid.planar(SHAPE, 50.0), "degrees": Grid.lonlat(SHAPE, 40.0, 62.0, 0.02)}


def through(surfaces: Surfaces, start: tuple[int, int], end: tuple[int, int]) -> npt.NDArray[np.float64]:
    """Cost of the best way through each cell, every step put into a graph one by one."""
    cells, climb = surfaces.weighted(WEIGHTS)
    rows, cols = surfaces.grid.shape
    tails, heads, costs = [], [], []
    for r in range(rows):
        for c in range(cols):
            for dr, dc in ((a, b) for a in (-1, 0, 1) for b in (-1, 0, 1) if a or b):
                to = (r + dr, c + dc)
                if not surfaces.grid.holds(to) or not np.isfinite(cells[r, c] + cells[to]):
                    continue
                price = step_costs(cells, surfaces.grid, np.array([r, to[0]]), np.array([c, to[1]]), climb=climb)[0][0]
                tails.append(r * cols + c)
                heads.append(to[0] * cols + to[1])
                costs.append(price)
    graph = sparse.csr_matrix((costs, (tails, heads)), shape=(rows * cols,) * 2)
    there = csgraph.dijkstra(graph, indices=start[0] * cols + start[1])
    back = csgraph.dijkstra(graph.T.tocsr(), indices=end[0] * cols + end[1])
    return (there + back).reshape(rows, cols)


@pytest.mark.parametrize("climbs", [False, True])
@pytest.mark.parametrize("name", GRIDS)
@pytest.mark.parametrize("stops", [[], [(12, 5)]])
def test_every_cell_as_from_two_searches(name: str, climbs: bool, stops: list[tuple[int, int]]) -> None:
    price = rough(SHAPE, 3, forbidden=0.1)
    ends = [(2, 1), *stops, (14, 20)]
    for cell in ends:
        price[cell] = 1.0
    elevation = np.random.default_rng(4).random(SHAPE) * 100 if climbs else None
    surfaces = place(price, GRIDS[name], elevation)
    legs = [through(surfaces, a, b) for a, b in pairwise(ends)]
    best = sum(leg.min() for leg in legs)
    percent = 100 * np.min([leg - leg.min() for leg in legs], axis=0) / best
    got = corridor(surfaces, ends[0], ends[-1], WEIGHTS, 30.0, via=stops)
    assert got.best == pytest.approx(best, rel=1e-9)
    assert got.percent_above.dtype == np.float32
    clear = np.abs(percent - 30) > 1e-3
    np.testing.assert_array_equal(np.isfinite(got.percent_above)[clear], (percent <= 30)[clear])
    assert 0.02 < np.isfinite(got.percent_above).mean() < 0.98
    known = np.isfinite(got.percent_above)
    np.testing.assert_allclose(got.percent_above[known], percent[known], atol=1e-4)


def test_there_is_no_more_than_the_best_at_none_above() -> None:
    surfaces = place(rough(SHAPE, 5), GRIDS["degrees"])
    path = least_cost_path(surfaces.weighted(WEIGHTS)[0], surfaces.grid, (0, 0), (16, 22))
    got = corridor(surfaces, (0, 0), (16, 22), WEIGHTS, 0.0).percent_above
    on_path = np.zeros(SHAPE, bool)
    on_path[path.rows, path.cols] = True
    np.testing.assert_array_equal(np.isfinite(got), on_path)


def test_refusals() -> None:
    wall = np.ones(SHAPE)
    wall[:, 10] = np.inf
    with pytest.raises(NoRouteError):
        corridor(place(wall, GRIDS["plane"]), (0, 0), (0, 20), WEIGHTS, 5.0)
    with pytest.raises(OptionError, match="0 % or more"):
        corridor(place(np.ones(SHAPE), GRIDS["plane"]), (0, 0), (0, 20), WEIGHTS, -1.0)
