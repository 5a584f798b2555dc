"""Ground: elevation read as it is, sea where there is none off the land, a grid where there is no elevation."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from qinglu.errors import LayerError, OptionError, SizeLimitError
from qinglu.siting import ground as module
from qinglu.siting.ground import NO_DATA, SEA, flat_grid, ground
from qinglu.space.raster import ArrayRaster

LAND = shapely.box(0, 0, 3, 10)


def test_scale_offset_and_nodata():
    cells = np.array([[1, 2, -9], [3, 4, 5]], np.int16)
    dem = ArrayRaster(cells, (1, 0, 0, 0, -1, 2), nodata=-9, scale=0.5, offset=10)
    got = ground([(0.5, 0.5)], dem, None)
    assert got.elevation.dtype == np.float32
    np.testing.assert_array_equal(got.elevation, [[10.5, 11, np.nan], [11.5, 12, 12.5]])
    np.testing.assert_array_equal(got.barrier, [[0, 0, NO_DATA], [0, 0, 0]])


def test_sea_is_zero_or_nodata_off_the_land():
    cells = np.array([[0, 5, np.nan, 0, 5, np.nan, -4]], np.float32)
    dem = ArrayRaster(cells, (1, 0, 0, 0, -1, 5))
    got = ground([(0.5, 4.5)], dem, LAND)
    # On land: zero is ground and a gap is a gap; off it: ground above zero is an island the outline does not know.
    np.testing.assert_array_equal(got.barrier, [[0, 0, NO_DATA, SEA, 0, SEA, SEA]])


def test_without_land_nothing_is_called_sea():
    dem = ArrayRaster(np.zeros((1, 3), np.float32), (1, 0, 0, 0, -1, 5))
    got = ground([(0.5, 4.5)], dem, None)
    assert not got.barrier.any()
    assert "not told apart" in got.trace[0].text.en


def test_a_south_up_raster_is_turned():
    cells = np.arange(6, dtype=np.float32).reshape(2, 3)
    up = ground([(0.5, 0.5)], ArrayRaster(cells, (1, 0, 0, 0, 1, 0)), None)
    down = ground([(0.5, 0.5)], ArrayRaster(cells[::-1], (1, 0, 0, 0, -1, 2)), None)
    np.testing.assert_array_equal(up.elevation, down.elevation)
    assert up.grid.transform == down.grid.transform


def test_coarser_cells_are_means_of_what_is_there():
    cells = np.array([[1, 3, 5, 7], [1, 3, np.nan, np.nan], [2, 2, np.nan, np.nan], [2, 2, np.nan, 9]], np.float32)
    dem = ArrayRaster(cells, (0.01, 0, 0, 0, -0.01, 0.04))
    got = ground([(0.01, 0.01)], dem, None, cell_m=2220)
    np.testing.assert_array_equal(got.elevation, [[2, 6], [2, np.nan]])
    assert got.grid.transform[0] == pytest.approx(0.02)
    assert "means of 2 × 2" in got.trace[0].text.en


def test_cells_finer_than_the_raster_are_refused():
    dem = ArrayRaster(np.zeros((4, 4), np.float32), (0.01, 0, 0, 0, -0.01, 0.04))
    with pytest.raises(OptionError, match="finer"):
        ground([(0.01, 0.01)], dem, None, cell_m=100)


def test_a_large_raster_is_read_around_the_places_only(monkeypatch):
    monkeypatch.setattr(module, "WHOLE_CELLS", 400)
    z = np.arange(10_000, dtype=np.float32).reshape(100, 100)
    dem = ArrayRaster(z, (0.01, 0, 0, 0, -0.01, 1))
    got = ground([(0.505, 0.495), (0.605, 0.495)], dem, None)
    rows, cols = got.grid.shape
    assert rows < 40
    assert cols < 40
    assert "window" in got.trace[0].text.en
    for lon in (0.505, 0.605):
        cell = got.grid.cell_of(lon, 0.495)
        assert got.elevation[cell] == z[50, round(lon * 100 - 0.5)]


def test_a_raster_elsewhere_is_refused():
    dem = ArrayRaster(np.zeros((4, 4), np.float32), (1, 0, 0, 0, -1, 4))
    with pytest.raises(LayerError, match="nowhere near"):
        ground([(50, 2), (51, 2)], dem, None)


def test_without_elevation_a_grid_holds_the_places_with_room_around():
    places = [(38.75, 9.0), (43.08, 11.55)]
    got = ground(places, None, shapely.box(38, 8, 42, 13))
    assert got.elevation is None
    assert 0.9e6 < got.grid.n < 1.1e6
    for lon, lat in places:
        row, col = got.grid.cell_of(lon, lat)
        assert 20 <= row < got.grid.shape[0] - 20
        assert 20 <= col < got.grid.shape[1] - 20
    assert got.barrier[got.grid.cell_of(43, 11)] == SEA
    assert got.barrier[got.grid.cell_of(41, 11)] == 0
    assert got.trace[0].detail["slope"] == "unknown"


def test_the_size_of_cells_can_be_asked_for():
    grid = flat_grid([(0, 0), (1, 0)], 1000)
    assert grid.cell_m == pytest.approx(1000, rel=0.01)


def test_a_grid_across_the_antimeridian_goes_the_short_way():
    land = shapely.MultiPolygon([shapely.box(179, -20, 180, -10), shapely.box(-180, -20, -179.5, -10)])
    got = ground([(179.5, -17), (-179.5, -17)], None, land, cell_m=2000)
    assert got.grid.shape[1] * got.grid.transform[0] < 3
    assert got.barrier[got.grid.cell_of(179.9, -17)] == 0
    assert got.barrier[got.grid.cell_of(-179.9, -17)] == 0
    assert got.barrier[got.grid.cell_of(-179.2, -17)] == SEA


@pytest.mark.parametrize("place", [(float("nan"), 0), (0, 91), (1000, 0)])
def test_places_that_are_none(place):
    with pytest.raises(OptionError):
        ground([place], None, None)


@pytest.mark.parametrize("cell_m", [0, -1, float("nan"), float("inf")])
def test_cells_without_size(cell_m):
    with pytest.raises(OptionError, match="cell_m"):
        ground([(0, 0), (1, 1)], None, None, cell_m=cell_m)


def test_too_many_cells():
    with pytest.raises(SizeLimitError, match="cell"):
        ground([(0, 0), (30, 30)], None, None, cell_m=10)
