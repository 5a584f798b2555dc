"""Slope: against planes whose slope is known, in degrees and in projected metres."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely

from qinglu.errors import LayerError
from qinglu.space.raster import ArrayRaster
from qinglu.space.terrain import SlopeRaster, metres_per_cell, slope, slope_zonal
from qinglu.space.zonal import zonal

GEOD = pyproj.Geod(ellps="WGS84")


@pytest.mark.parametrize(("east", "south"), [(0.1, 0.0), (0.0, -0.3), (0.2, 0.2), (-1.0, 2.0)])
def test_a_plane_has_the_slope_of_its_gradient(east, south):
    rows, cols = np.mgrid[0:5, 0:6]
    z = east * cols * 30.0 + south * rows * 20.0
    got = slope(z, 30.0, 20.0)
    assert got[1:-1, 1:-1] == pytest.approx(np.degrees(np.arctan(np.hypot(east, south))))
    assert np.isnan(got[[0, -1]]).all()
    assert np.isnan(got[:, [0, -1]]).all()


def test_horn_weighs_the_nearer_neighbours_double():
    """Difference of the sides: (2·8 + 4) − 0 over eight cells of 1 m: 2.5 east; none south."""
    z = np.array([[0.0, 0.0, 0.0], [0.0, 5.0, 8.0], [0.0, 0.0, 4.0]])
    east, south = (2 * 8.0 + 4.0) / 8.0, 4.0 / 8.0
    assert slope(z, 1.0, 1.0)[1, 1] == pytest.approx(np.degrees(np.arctan(np.hypot(east, south))))


def test_missing_heights_leave_themselves_and_their_neighbours_without_slope():
    z = np.zeros((7, 7))
    z[3, 3] = np.nan
    assert np.isnan(slope(z, 1.0, 1.0)[2:5, 2:5]).all()
    assert np.isfinite(slope(z, 1.0, 1.0)[1, 1:6]).all()
    lone = np.zeros((3, 3))
    lone[1, 1] = np.nan
    assert np.isnan(slope(lone, 1.0, 1.0)).all()


@pytest.mark.parametrize("lat", [0.0, 35.0, 60.0, -80.0])
def test_metres_of_a_cell_in_degrees_are_those_of_the_ellipsoid(lat):
    raster = ArrayRaster(np.zeros((3, 3)), (0.01, 0, 10.0, 0, -0.01, lat + 0.015))
    dx, dy = metres_per_cell(raster, np.array([1]), 1.0)
    assert dx[0] == pytest.approx(GEOD.inv(10.0, lat, 10.01, lat)[2], rel=1e-6)
    assert dy[0] == pytest.approx(GEOD.inv(10.0, lat - 0.005, 10.0, lat + 0.005)[2], rel=1e-6)


def test_metres_of_a_mercator_cell_shrink_with_the_cosine_of_latitude():
    to_mercator = pyproj.Transformer.from_crs("OGC:CRS84", "EPSG:3857", always_xy=True)
    x, y = to_mercator.transform(20.0, 60.0)
    raster = ArrayRaster(np.zeros((3, 3)), (100.0, 0, x - 150, 0, -100.0, y + 150), crs="EPSG:3857")
    dx, dy = metres_per_cell(raster, np.array([1]), 1.5)
    assert dx[0] == pytest.approx(50.13, abs=0.01)  # 100 m · cos 60° · N/a, N/a = 1.0025 at 60°
    assert dy[0] == pytest.approx(50.04, abs=0.01)  # · M/a = 1.0008


def test_a_hillside_that_climbs_eastward_keeps_its_slope_at_every_latitude():
    """One metre up per metre east: 45° in the south as in the north, on cells of a hundredth of a degree."""
    lat = 70.0 - (np.arange(4000) + 0.5) * 0.01
    metres = np.array([GEOD.inv(5.0, v, 5.01, v)[2] for v in lat])
    z = (metres[:, None] * np.arange(12)).astype(np.float32)
    raster = ArrayRaster(z[:, :], (0.01, 0, 5.0, 0, -0.01, 70.0))
    # The rows' different widths tilt the surface to the south far from its west edge: stay near it.
    spots = shapely.points(5.015, [69.5, 50.005, 35.0])
    assert slope_zonal(spots, raster).mean == pytest.approx(45.0, abs=0.02)


def test_slope_over_geometries_does_not_depend_on_how_it_is_read():
    rng = np.random.default_rng(4)
    z = rng.normal(0, 30, (600, 700)).cumsum(0).cumsum(1) / 50
    z[100:110, 200:203] = -999
    raster = ArrayRaster(z, (0.01, 0, 100.0, 0, -0.01, 40.0), nodata=-999)
    geoms = shapely.buffer(shapely.points(rng.uniform(100, 107, 40), rng.uniform(34, 40, 40)), 0.6)
    heights = np.where(z == -999, np.nan, z)
    dx, dy = metres_per_cell(raster, np.arange(600), 350.0)
    whole = zonal(geoms, ArrayRaster(slope(heights, dx, dy), raster.transform))
    stats = slope_zonal(geoms, raster)
    for name in ("mean", "min", "max", "count"):
        np.testing.assert_allclose(getattr(stats, name), getattr(whole, name), rtol=1e-9)


def test_scale_and_offset_are_applied_before_the_slope():
    cols = np.indices((9, 9))[1]
    transform = (0.01, 0, 0.0, 0, -0.01, 0.045)
    metres = ArrayRaster(cols * 100.0, transform)
    decimetres = ArrayRaster((cols * 1000 - 500).astype(np.int16), transform, scale=0.1, offset=50.0)
    spot = np.array([shapely.box(0.02, -0.02, 0.05, 0.02)])
    assert slope_zonal(spot, decimetres).max == pytest.approx(slope_zonal(spot, metres).max)


def test_columns_at_the_seam_of_the_globe_have_a_slope():
    z = np.zeros((18, 36))
    z[:, 0] = 1e5
    raster = SlopeRaster(ArrayRaster(z, (10, 0, -180.0, 0, -10, 90)))
    stats = zonal(shapely.points([179.0, -179.0, 100.0], 5.0), raster)
    assert stats.count.tolist() == [1.0, 1.0, 1.0]
    assert stats.mean[0] > 1.0
    assert stats.mean[2] == 0.0


def test_rotated_elevation_is_refused():
    with pytest.raises(LayerError, match="rotated"):
        SlopeRaster(ArrayRaster(np.zeros((3, 3)), (1, 0.2, 0, 0.2, -1, 0)))
