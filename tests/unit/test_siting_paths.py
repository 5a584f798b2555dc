"""Least-cost paths: hand-made cases, what is refused, and metres at every latitude."""

import math

import numpy as np
import pyproj
import pytest

from qinglu.errors import OptionError, QingluError
from qinglu.siting import Climb, Grid, NoRouteError, cost_distance, least_cost_path

GEOD = pyproj.Geod(ellps="WGS84")


def plane(cost, cell_m=1.0):
    return Grid.planar(np.shape(cost), cell_m)


def test_straight_and_diagonal_on_even_ground():
    cost = np.full((4, 6), 2.0)
    along = least_cost_path(cost, plane(cost, 10.0), (1, 0), (1, 5))
    assert (along.cost, along.length_m) == (100.0, 50.0)
    down = least_cost_path(cost, plane(cost, 10.0), (0, 0), (3, 3))
    assert down.cost == pytest.approx(2 * 30 * math.sqrt(2), rel=1e-15)
    assert list(down.rows) == list(down.cols) == [0, 1, 2, 3]


def test_a_knight_pays_for_the_cells_it_touches():
    cost = np.ones((3, 3))
    cost[0, 1], cost[1, 1] = 5.0, 7.0  # on the way from (0, 0) to (1, 2)
    path = least_cost_path(cost[:2], plane(cost[:2]), (0, 0), (1, 2), neighbours=16)
    straight = math.sqrt(5) * (1 + 5 + 7 + 1) / 4
    assert path.cost == pytest.approx(min(straight, least_cost_path(cost[:2], plane(cost[:2]), (0, 0), (1, 2)).cost))
    free = np.ones((2, 3))
    assert least_cost_path(free, plane(free), (0, 0), (1, 2), neighbours=16).cost == pytest.approx(math.sqrt(5))


def test_a_knight_does_not_jump_a_wall():
    cost = np.ones((9, 9))
    cost[4, :] = np.inf
    with pytest.raises(NoRouteError):
        least_cost_path(cost, plane(cost), (0, 0), (8, 8), neighbours=16)
    cost[4, 8] = 1.0
    path = least_cost_path(cost, plane(cost), (0, 0), (8, 0), neighbours=16)
    assert (4, 8) in set(zip(path.rows.tolist(), path.cols.tolist(), strict=True))


def test_start_is_end():
    cost = np.ones((3, 3))
    path = least_cost_path(cost, plane(cost), (1, 1), (1, 1))
    assert (path.cost, path.length_m, list(path.rows)) == (0.0, 0.0, [1])


def test_waypoints_are_passed_in_order():
    cost = np.ones((5, 5))
    path = least_cost_path(cost, plane(cost), (0, 0), (0, 4), via=[(4, 4), (4, 0)])
    cells = list(zip(path.rows.tolist(), path.cols.tolist(), strict=True))
    assert cells.index((4, 4)) < cells.index((4, 0)) < cells.index((0, 4))
    assert path.cost == pytest.approx(4 * math.sqrt(2) + 4 + 4 * math.sqrt(2))


def test_of_several_starts_the_best_is_taken():
    cost = np.ones((3, 9))
    cost[1, 3] = np.inf
    path = least_cost_path(cost, plane(cost), [(1, 0), (1, 7)], (1, 8))
    assert (path.rows[0], path.cols[0], path.cost) == (1, 7, 1.0)


@pytest.mark.parametrize("nothing", [np.inf, np.nan])
def test_what_cannot_be_entered(nothing):
    cost = np.ones((3, 5))
    cost[:, 2] = nothing
    with pytest.raises(NoRouteError, match="no way"):
        least_cost_path(cost, plane(cost), (0, 0), (0, 4))
    cost[2, 2] = 1.0
    path = least_cost_path(cost, plane(cost), (0, 0), (0, 4))
    assert (2, 2) in set(zip(path.rows.tolist(), path.cols.tolist(), strict=True))


def test_masked_cells_are_not_entered():
    cost = np.ma.masked_equal([[1, 9, 1], [1, 1, 1]], 9)
    assert least_cost_path(cost, plane(cost), (0, 0), (0, 2)).cost == pytest.approx(2 * math.sqrt(2))


@pytest.mark.parametrize("dtype", ["u1", "i2", "i4", "f4", "f8", "f2", ">f8"])
def test_kinds_of_numbers(dtype):
    cost = np.array([[1, 9, 1], [1, 1, 1]], dtype)
    assert least_cost_path(cost, plane(cost), (0, 0), (0, 2)).cost == pytest.approx(2 * math.sqrt(2), rel=1e-12)


def test_cost_of_nothing_is_allowed():
    cost = np.zeros((30, 30))
    cost[10:20, 15] = 3.0
    path = least_cost_path(cost, plane(cost), (15, 0), (15, 29))
    assert path.cost == 0.0
    assert path.length_m >= 29


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda c: (c * -1, (0, 0), (2, 2)), "below 0"),
        (lambda c: (c[:2], (0, 0), (1, 1)), "shape"),
        (lambda c: (c, (0, 0), (3, 0)), "outside"),
        (lambda c: (c, (-1, 0), (2, 2)), "outside"),
        (lambda c: (np.where(np.eye(3) > 0, np.inf, c), (0, 0), (0, 2)), "cannot be entered"),
        (lambda c: (np.where(np.eye(3) > 0, np.nan, c), (0, 2), (2, 2)), "cannot be entered"),
    ],
)
def test_refused(change, says):
    cost, start, end = change(np.ones((3, 3)))
    with pytest.raises(OptionError, match=says):
        least_cost_path(cost, Grid.planar((3, 3), 1.0), start, end)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Grid.planar((0, 3), 1.0),
        lambda: Grid.planar((3, 3), 0.0),
        lambda: Grid.planar((3, 3), math.nan),
        lambda: Grid.lonlat((10, 10), 0.0, 91.0, 1.0),
        lambda: Grid.lonlat((100, 10), 0.0, 5.0, 1.0),
        lambda: Grid((3, 3), (1, 0.1, 0, 0, -1, 0)),
    ],
)
def test_impossible_grids(make):
    with pytest.raises(QingluError):
        make()


def test_climbing_is_not_descending():
    z = np.array([[0.0, 10.0, 0.0]], np.float32)
    cost = np.ones((1, 3))
    up_costs = Climb(z, np.array([0.0, 0.0, 5.0]), -1.0, 1.0)  # 5 a metre of gradient 1, nothing downhill
    grid = Grid.planar((1, 3), 10.0)
    path = least_cost_path(cost, grid, (0, 0), (0, 2), climb=up_costs)
    assert path.cost == pytest.approx(20 + 10 * 5)
    half = Climb(z / 2, up_costs.per_m, -1.0, 1.0)
    assert least_cost_path(cost, grid, (0, 0), (0, 2), climb=half).cost == pytest.approx(20 + 10 * 2.5)


def test_backward_is_the_way_to_the_source():
    rng = np.random.default_rng(5)
    z = rng.uniform(0, 40, (12, 14)).astype(np.float32)
    cost = rng.uniform(1, 3, z.shape)
    climb = Climb(z, np.array([1.0, 0.0, 9.0]), -1.0, 1.0)
    grid = Grid.planar(z.shape, 30.0)
    back = cost_distance(cost, grid, [(11, 13)], climb=climb, backward=True)
    for cell in [(0, 0), (5, 9), (11, 0)]:
        assert back.total[cell] == pytest.approx(
            least_cost_path(cost, grid, cell, (11, 13), climb=climb).cost, rel=1e-9
        )


def test_the_steepest_allowed_is_kept():
    z = np.array([[0, 30, 30], [0, 8, 16], [0, 8, 30]], np.float32)
    grid = Grid.planar((3, 3), 100.0)
    climb = Climb(z, np.zeros(3), steepest=0.09)
    path = least_cost_path(np.ones((3, 3)), grid, (0, 0), (0, 2), climb=Climb(z, np.zeros(3), steepest=0.15))
    steps = np.abs(np.diff(z[path.rows, path.cols]))
    assert (path.rows[1:-1] == 1).any()
    assert steps.max() <= 0.15 * 100 * math.sqrt(2) + 1e-6
    with pytest.raises(NoRouteError):
        least_cost_path(np.ones((3, 3)), grid, (0, 0), (0, 2), climb=climb)


def test_dear_steps_beyond_every_bucket():
    """Steps a billion times dearer than the usual wait beyond the buckets, and are not lost."""
    cost = np.ones((60, 60))
    cost[:, 20] = 1e9
    cost[:, 40] = 1e12
    path = least_cost_path(cost, plane(cost), (30, 0), (30, 59))
    assert path.cost == pytest.approx(1e12 + 1e9 + 57, rel=1e-12)
    assert len(path.rows) == 60


def test_metres_of_the_ellipsoid_at_every_latitude():
    """Each kind of step against the geodesic between the middles of its two cells."""
    for north, step in [(90.0, 1.0), (60.3, 0.25), (10.0, 1 / 120), (-50.0, 0.5)]:
        grid = Grid.lonlat((40, 5), 30.0, north, step)
        lon, lat = grid.lonlat_of(*np.mgrid[:40, :5])
        for kind, (down, along) in enumerate([(0, 1), (1, 0), (1, 1), (1, 2), (2, 1)]):
            for row in (0, 7, 40 - 1 - down):
                true = GEOD.inv(lon[row, 0], lat[row, 0], lon[row + down, along], lat[row + down, along])[2]
                assert grid.steps_m[kind, row] == pytest.approx(true, rel=1e-12), (north, row, kind)


def test_cell_area_against_the_ellipsoid():
    grid = Grid.lonlat((4, 3), 10.0, 60.0, 0.5)
    for row in range(4):
        west, north = grid.xy_of(row, 0)
        east, south = grid.xy_of(row + 1, 1)
        ring = np.linspace(west, east, 200)
        lon = np.concatenate([ring, ring[::-1]])
        lat = np.concatenate([np.full(200, south), np.full(200, north)])
        true = GEOD.polygon_area_perimeter(lon, lat)[0]
        assert grid.cell_area_m2[row] == pytest.approx(true, rel=2e-5)


def test_projected_grid_and_places():
    grid = Grid((100, 200), (30.0, 0, 500_000.0, 0, -30.0, 1_000_000.0), "EPSG:32637")
    assert grid.steps_m[0, 0] == 30.0
    lon, lat = grid.lonlat_of(7, 11)
    assert grid.cell_of(float(lon), float(lat)) == (7, 11)
    assert not grid.holds(grid.cell_of(0.0, 0.0))


def test_longitudes_the_short_way_round():
    grid = Grid.lonlat((10, 20), 175.0, 5.0, 1.0)
    assert grid.cell_of(-179.5, 4.5) == (0, 5)
    assert grid.cell_of(180.5, 4.5) == (0, 5)
