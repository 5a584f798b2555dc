"""Layers on a grid: middles and touched cells, no slipping through at corners, discs that keep their people."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from qinglu.siting import Grid, NoRouteError, least_cost_path
from qinglu.siting.lay import area_mask, burnt, discs, features_near, four_connected, resampled
from qinglu.space import Index
from qinglu.space.raster import ArrayRaster

GRID = Grid.lonlat((10, 10), 0, 10, 1)


def _one(geom):
    return np.array([geom], object)


def test_areas_by_middles_and_by_touch():
    box = shapely.box(2.6, 2.6, 5.4, 5.4)
    middles = area_mask(GRID, box)
    assert middles.sum() == 4
    assert middles[5:7, 3:5].all()
    touched = area_mask(GRID, box, touched=True)
    assert touched.sum() == 16
    assert touched[4:8, 2:6].all()


def test_the_highest_value_counts_where_areas_lie_over_each_other():
    geoms = np.array([shapely.box(0, 0, 6, 10), shapely.box(4, 0, 10, 10)], object)
    out = burnt(GRID, geoms, [3.0, 5.0], touched=False)
    assert out[0, 0] == 3
    assert out[0, 5] == 5
    assert out[0, 9] == 5


@pytest.mark.parametrize("neighbours", [8, 16])
@pytest.mark.parametrize("line", [[(0, 0), (10, 10)], [(0, 10), (10, 0)], [(0, 3.2), (3.9, 6.1), (10, 4.4)]])
def test_no_step_slips_through_a_line(line, neighbours):
    wall = burnt(GRID, _one(shapely.LineString(line)), [1.0], touched=True) > 0
    cost = np.where(wall, np.inf, 1.0)
    corners = [c for c in [(0, 0), (0, 9), (9, 0), (9, 9)] if not wall[c]]
    above, below = corners[0], corners[-1]
    with pytest.raises(NoRouteError):
        least_cost_path(cost, GRID, above, below, neighbours=neighbours)


def test_four_connected_fills_both_diagonals():
    assert four_connected(np.eye(4, dtype=bool)).sum() == 7
    assert four_connected(np.eye(4, dtype=bool)[::-1]).sum() == 7


def test_a_projected_grid_meets_a_grid_in_degrees():
    """An edge along a parallel bends in UTM: at 7° from the meridian by kilometres."""
    utm = Grid((300, 600), (2000, 0, 100_000, 0, -2000, 6_800_000), "EPSG:32633")
    box = shapely.box(8, 58, 22, 60)
    mask = area_mask(utm, box)
    rows, cols = np.mgrid[: utm.shape[0], : utm.shape[1]]
    lon, lat = utm.lonlat_of(rows.ravel(), cols.ravel())
    wanted = ((lon > 8) & (lon < 22) & (lat > 58) & (lat < 60)).reshape(utm.shape)
    assert wanted.sum() > 10_000
    assert (mask != wanted).mean() < 1e-4


@pytest.mark.parametrize("west", [175.0, -185.0])
def test_shapes_on_both_sides_of_the_antimeridian(west):
    grid = Grid.lonlat((10, 10), west, 5, 1)
    geoms = np.array([shapely.box(178, -5, 180, 5), shapely.box(-180, -5, -178, 5), shapely.box(0, -5, 2, 5)], object)
    mask = burnt(grid, geoms, np.ones(3), touched=False) > 0
    assert mask.sum() == 40
    assert mask[:, 3:7].all()
    assert list(features_near(Index.build(geoms), grid)) == [0, 1]


def test_discs_keep_their_people_whatever_their_size():
    points = np.array([shapely.Point(5.2, 5.3), shapely.Point(5.2, 5.3), shapely.Point(50, 50)], object)
    out = discs(GRID, points, [1000.0, 500.0, 7.0], [250_000.0, 1.0, 10.0])
    people = (out * GRID.cell_area_m2[:, None]).sum()
    assert people == pytest.approx(1500, rel=1e-5)
    assert out[4, 5] == out.max()
    assert (out > 0).sum() > 10


def test_counts_become_densities_and_keep_their_sum():
    fine = np.full((100, 100), 4.0, np.float32)
    raster = ArrayRaster(fine, (0.1, 0, 0, 0, -0.1, 10))
    got = resampled(raster, GRID, "average", per_m2=True).cells
    assert (got * GRID.cell_area_m2[:, None]).sum() == pytest.approx(40_000, rel=0.01)


def test_a_raster_elsewhere_or_in_part_is_no_value():
    raster = ArrayRaster(np.ones((5, 5), np.uint8), (1, 0, 0, 0, -1, 10), nodata=0)
    got = resampled(raster, GRID, "nearest").cells
    assert np.isfinite(got[:5, :5]).all()
    assert np.isnan(got[5:]).all()
    assert np.isnan(got[:, 5:]).all()
    away = ArrayRaster(np.ones((5, 5), np.uint8), (1, 0, 100, 0, -1, 10))
    assert np.isnan(resampled(away, GRID, "nearest").cells).all()


def test_a_raster_in_another_system():
    """Cells of a Mercator raster that hold their own longitude come out where that longitude is."""
    x = 111_319.49079327357 * (np.arange(12) + 0.5)
    raster = ArrayRaster(
        np.tile(x / 111_319.49079327357, (12, 1)), (111_319.490793, 0, 0, 0, -111_319.490793, 1.25e6), crs="EPSG:3857"
    )
    got = resampled(raster, GRID, "nearest").cells
    there = np.isfinite(got)
    assert there.sum() > 80
    assert np.abs(got - (np.arange(10) + 0.5))[there].max() < 0.01
