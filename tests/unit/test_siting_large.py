"""Paths on grids that are not held whole: the same as held whole, or off by no more than they say."""

import math

import numpy as np
import pytest

from qinglu.errors import OptionError
from qinglu.siting import Grid, NoRouteError, least_cost_path
from qinglu.siting.kernels.spread import COL_MOVES, ROW_MOVES
from qinglu.siting.large import _coarse, _least_through, least_cost_path_large


class Held:
    """A cost surface that counts what is read of it."""

    def __init__(self, cost):
        self.cost, self.shape, self.read_cells = cost, cost.shape, 0

    def read(self, row0, row1, col0, col1):
        self.read_cells += (row1 - row0) * (col1 - col0)
        return self.cost[row0:row1, col0:col1]


def surface(shape, seed, blocked=0.05):
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[: shape[0], : shape[1]]
    cost = 3 + 2 * np.sin(x / 17 + seed) * np.cos(y / 23) + rng.uniform(0, 0.5, shape)
    cost[rng.random(shape) < blocked] = np.inf
    cost[2, 3] = cost[-4, -5] = 1.0
    return cost.astype(np.float32)


@pytest.mark.parametrize("neighbours", [8, 16])
@pytest.mark.parametrize("seed", range(4))
def test_with_room_for_all_it_is_the_best(seed, neighbours):
    shape = (150, 201)
    cost = surface(shape, seed)
    grid = Grid.lonlat(shape, 10.0, 50.0, 0.01) if seed % 2 else Grid.planar(shape, 30.0)
    start, end = (2, 3), (shape[0] - 4, shape[1] - 5)
    whole = least_cost_path(cost, grid, start, end, neighbours=neighbours)
    large = least_cost_path_large(Held(cost), grid, start, end, neighbours=neighbours, tile=16)
    assert large.lost == 0.0
    assert large.path.cost == pytest.approx(whole.cost, rel=1e-9)
    steps = set(zip(ROW_MOVES.tolist(), COL_MOVES.tolist(), strict=True))
    taken = set(zip(np.diff(large.path.rows).tolist(), np.diff(large.path.cols).tolist(), strict=True))
    assert taken <= steps


@pytest.mark.parametrize("seed", range(6))
def test_with_less_room_it_says_how_much_may_be_lost(seed):
    shape = (160, 160)
    cost = surface(shape, seed)
    cost[:, 78:82] = 60.0  # a wall with a distant gate
    cost[140:144, 78:82] = 1.0
    grid = Grid.planar(shape, 10.0)
    start, end = (2, 3), (shape[0] - 4, shape[1] - 5)
    best = least_cost_path(cost, grid, start, end).cost
    for tiles in (25, 40, 70):
        large = least_cost_path_large(Held(cost), grid, start, end, tile=16, memory_mb=tiles * 16 * 16 * 13 / 1e6)
        assert large.searched <= tiles
        assert large.path.cost >= best * (1 - 1e-9)
        assert large.path.cost * (1 - large.lost) <= best * (1 + 1e-9)


def test_tiles_that_cannot_matter_are_never_searched():
    shape = (40, 800)
    cost = np.full((400, 800), 9.0, np.float32)
    cost[180:220] = 1.0
    source = Held(cost)
    large = least_cost_path_large(source, Grid.planar(cost.shape, 10.0), (200, 3), (200, 790), tile=32)
    assert large.lost == 0.0
    assert large.searched < large.tiles / 3
    assert source.read_cells < cost.size * 1.8
    assert large.path.cost == pytest.approx(7870.0)
    assert str(large.searched) in large.note.en
    assert shape[1] == cost.shape[1]


@pytest.mark.parametrize("neighbours", [8, 16])
@pytest.mark.parametrize("seed", range(5))
def test_the_bound_is_below_every_way(seed, neighbours):
    """Of every block: the bound against the best way through its cheapest cell, by two searches of the whole."""
    from qinglu.siting import cost_distance

    cost = surface((96, 120), seed, blocked=0.15)
    grid = Grid.lonlat(cost.shape, 5.0, 70.0, 0.02)
    start, end = (2, 3), (92, 115)
    coarse = _coarse(Held(cost), grid, 16, lambda *_: None)
    bound = _least_through(coarse, start, end, neighbours)
    through = (
        cost_distance(cost, grid, [start], neighbours=neighbours).total
        + cost_distance(cost, grid, [end], neighbours=neighbours).total
    )
    f = coarse.f
    for row, col in np.ndindex(bound.shape):
        block = through[row * f : (row + 1) * f, col * f : (col + 1) * f]
        assert bound[row, col] <= block.min() * (1 + 1e-9)
    assert np.isfinite(bound).any()


def test_the_bound_is_not_far_below():
    y, x = np.mgrid[:600, :800]
    cost = 3 + np.sin(x / 90) * np.cos(y / 110)
    grid, start, end = Grid.planar(cost.shape, 10.0), (2, 3), (592, 795)
    bound = _least_through(_coarse(Held(cost), grid, 16, lambda *_: None), start, end, 8)
    best = least_cost_path(cost, grid, start, end).cost
    assert 0.9 * best < bound.min() <= best


def test_no_way_and_bad_input():
    cost = np.ones((64, 64), np.float32)
    cost[:, 30] = np.inf
    grid = Grid.planar(cost.shape, 1.0)
    with pytest.raises(NoRouteError):
        least_cost_path_large(Held(cost), grid, (0, 0), (0, 63), tile=16)
    with pytest.raises(OptionError, match="power of two"):
        least_cost_path_large(Held(cost), grid, (0, 0), (0, 1), tile=20)
    with pytest.raises(OptionError, match=r"\(5, 30\) cannot be entered"):
        least_cost_path_large(Held(cost), grid, (0, 0), (5, 30), tile=16)
    with pytest.raises(OptionError, match="outside"):
        least_cost_path_large(Held(cost), grid, (0, 0), (64, 3), tile=16)


def test_progress_is_told():
    said = []
    cost = surface((64, 64), 1)
    least_cost_path_large(
        Held(cost), Grid.planar(cost.shape, 1.0), (2, 3), (60, 59), tile=16, progress=lambda *a: said.append(a)
    )
    assert {what for what, _, _ in said} == {"look", "read", "search"}
    assert all(0 <= done <= total and math.isfinite(total) for _, done, total in said)
