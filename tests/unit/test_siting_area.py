"""An area on its cells, and layers on them as criteria and exclusions."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from qinglu import space
from qinglu.errors import OptionError, SizeLimitError
from qinglu.siting import area as areas
from qinglu.siting.area import area_of
from qinglu.siting.suitability import NoSiteError, suitability
from qinglu.space.raster import ArrayRaster
from qinglu.text import Text

T = Text("值", "value")
LAND = shapely.box(30.0, -1.0, 31.0, 1.0)  # the east of what follows is sea
BOX = shapely.box(30.5, -0.2, 31.1, 0.2)


def dem(z, west=30.0, north=0.6, step=0.01, **more):
    return ArrayRaster(np.asarray(z, np.float32), (step, 0.0, west, 0.0, -step, north), **more)


def index(*shapes):
    return space.Index.build(np.array(shapes, dtype=object))


def ramp(rows=120, cols=130, rise=20.0):
    return np.tile(np.arange(cols) * rise + 5.0, (rows, 1))


def test_a_box_without_elevation_is_covered_by_its_own_cells():
    a = area_of(BOX, None, LAND, cell_m=1111.95)
    assert a.inside.all()
    assert a.grid.shape == (40, 60)
    assert a.slope_deg is None
    assert a.gridded_km2 == pytest.approx(a.asked_km2, rel=1e-9)
    assert a.sea.sum() == 40 * 10
    assert "slope is unknown" in a.trace[0].text.en


def test_cells_are_those_of_the_elevation():
    a = area_of(BOX, dem(ramp()), LAND)
    assert a.inside.sum() == 40 * 60
    rows, cols = np.nonzero(a.inside)
    lon, lat = a.grid.lonlat_of(rows, cols)
    assert (lon.min(), lon.max(), lat.min(), lat.max()) == pytest.approx((30.505, 31.095, -0.195, 0.195))
    # 20 m on 1,113 m of the equator
    assert a.slope_deg[a.inside] == pytest.approx(np.degrees(np.arctan(20 / 1113.2)), rel=1e-3)
    # what is above 0 m is no sea, whatever the outline of the land says
    assert not a.sea.any()
    assert area_of(BOX, dem(np.where(ramp() > 2000, 0, ramp())), LAND).sea.any()


def test_coarser_cells_are_means_of_the_elevation():
    a = area_of(BOX, dem(ramp()), LAND, cell_m=2220.0)
    assert a.grid.cell_m == pytest.approx(2218, rel=1e-2)
    assert a.inside.sum() == 20 * 30


def test_gaps_in_the_elevation_are_unknown_and_the_sea_is_level():
    z = ramp()
    z[45:50, 60:65] = -999  # on land
    z[:, 100:] = -999  # off it
    a = area_of(BOX, dem(z, nodata=-999), LAND)
    assert a.sea.sum() > 0
    gap = np.isnan(a.slope_deg) & a.inside
    lon, _ = a.grid.lonlat_of(*np.nonzero(gap))
    assert gap.sum() == 7 * 7  # the gap and what lies beside it
    assert lon.max() < 30.7
    steep, unknown = areas.too_steep(a, 5.0)
    assert unknown.for_want_of_data
    assert (unknown.out & a.inside).sum() == gap.sum()
    assert not (steep.out & gap).any()
    s = suitability(a.grid, [areas.of_slope(a, (0.0, 10.0), 1.0)], [areas.at_sea(a), steep, unknown], inside=a.inside)
    assert not s.free[gap].any()


def test_a_projected_grid_and_a_polygon():
    utm = ArrayRaster(np.full((60, 60), 7.0, np.float32), (1000.0, 0.0, 300_000.0, 0.0, -1000.0, 9_980_000.0),
                      crs="EPSG:32736")  # fmt: skip
    whole = areas.Grid.of(utm)
    lon, lat = whole.lonlat_of(30, 30)
    disc = shapely.Point(float(lon), float(lat)).buffer(0.1)
    a = area_of(disc, utm, None)
    rows, cols = np.nonzero(a.inside)
    assert shapely.covers(
        disc, np.array([shapely.Point(*p) for p in zip(*a.grid.lonlat_of(rows, cols), strict=True)])
    ).all()
    assert 0.8 * a.asked_km2 < a.gridded_km2 < a.asked_km2
    assert np.nanmax(a.slope_deg[a.inside]) == 0.0


def test_an_area_off_the_elevation_or_smaller_than_a_cell_is_refused():
    with pytest.raises(NoSiteError, match=r"outside the elevation, which covers 30, -0.595, 31.3, 0.595"):
        area_of(shapely.box(50, 0, 51, 1), dem(ramp()), LAND)
    with pytest.raises(NoSiteError, match="no cell of about"):
        area_of(shapely.box(30.501, 0.001, 30.505, 0.004), dem(ramp()), LAND)
    with pytest.raises(OptionError, match="no extent"):
        area_of(shapely.LineString([(0, 0), (1, 1)]), None, LAND)
    with pytest.raises(OptionError, match="cells of 0 m"):
        area_of(BOX, None, LAND, cell_m=0.0)
    with pytest.raises(SizeLimitError, match="4,000,000"):
        area_of(BOX, None, LAND, cell_m=10.0)


def test_an_area_partly_off_the_elevation_is_told():
    a = area_of(shapely.box(30.9, 0.0, 31.9, 0.3), dem(ramp()), LAND)
    assert a.gridded_km2 == pytest.approx(0.4 * a.asked_km2, rel=1e-6)


def test_distances_are_criteria_and_exclusions():
    a = area_of(BOX, None, LAND, cell_m=1111.95)
    line = index(shapely.LineString([(30.6, -1.0), (30.6, 1.0)]))
    near = areas.near_to(a, "road", T, line, (0.0, 20.0), None, 2.0)
    far = areas.near_to(a, "road", T, line, None, (2.0, 20.0), 1.0)
    km = abs(np.arange(60) * 0.01 + 30.505 - 30.6) * 111.3195
    assert near.score(near.values)[20] == pytest.approx(np.clip(1 - km / 20, 0, 1), abs=1e-4)
    assert far.score(far.values)[20] == pytest.approx(np.clip((km - 2) / 18, 0, 1), abs=1e-4)
    assert np.isinf(near.values[20, -1])
    assert near.exact(np.array([20]), np.array([59]))[0] == pytest.approx(km[59], rel=1e-4)
    out = areas.keep_out(a, "road", T, line, 1500.0)
    edge = np.maximum(abs(np.arange(60) * 0.01 + 30.505 - 30.6) - 0.005, 0) * 111_319.5
    assert out.out[20].tolist() == (edge < 1500).tolist()
    assert out.title.en == "value, within 1.5 km"


@pytest.mark.parametrize(
    ("spans", "said"),
    [((None, None), "one of near and far"), (((0, 1), (0, 1)), "one of near and far"), (((-1, 5), None), "below|-1 km"),
     (((5, 5), None), "scores cannot run")],
)  # fmt: skip
def test_impossible_distances_are_refused(spans, said):
    a = area_of(BOX, None, LAND, cell_m=5000.0)
    with pytest.raises(OptionError, match=said):
        areas.near_to(a, "road", T, index(shapely.Point(30.6, 0)), *spans, 1.0)


def test_a_layer_without_features_is_unknown():
    a = area_of(BOX, None, LAND, cell_m=5000.0)
    none = areas.near_to(a, "road", T, index(None), (0.0, 5.0), None, 1.0)
    assert not none.is_known
    assert "no features" in none.missing.en
    assert np.isnan(none.values).all()
    assert not areas.keep_out(a, "road", T, index(None), 1000.0).out.any()


def test_rasters_are_means_over_cells_and_bounds_keep_out():
    a = area_of(BOX, None, LAND, cell_m=2 * 1111.95)
    wind = np.tile(np.arange(130.0), (120, 1))
    wind[:, 90:] = np.nan
    values = areas.on_cells(a, dem(wind))
    assert values[3, :5] == pytest.approx([50.5, 52.5, 54.5, 56.5, 58.5])
    assert np.isnan(values[3, -5:]).all()
    high = areas.of_raster(a, "wind", T, "m/s", values, (50.0, 60.0), True, 1.0)
    low = areas.of_raster(a, "wind", T, "m/s", values, (50.0, 60.0), False, 1.0)
    assert high.score(values)[3, :3] == pytest.approx([0.05, 0.25, 0.45])
    assert low.score(values)[3, :3] == pytest.approx([0.95, 0.75, 0.55])
    out, unknown = areas.beyond(a, "wind", T, "m/s", values, 52.0, 58.0)
    assert out.out[3, :6].tolist() == [True, False, False, False, True, True]
    assert unknown.for_want_of_data
    assert unknown.out.tolist() == np.isnan(values).tolist()
    assert out.title.en == "value below 52 m/s or above 58 m/s"
    assert areas.beyond(a, "wind", T, "", values, None, None) == ()
    elsewhere = areas.on_cells(a, dem(wind, west=80.0))
    assert not areas.of_raster(a, "wind", T, "", elsewhere, (0.0, 1.0), True, 1.0).is_known


def test_a_maximum_slope_needs_elevation():
    flat = area_of(BOX, None, LAND, cell_m=5000.0)
    with pytest.raises(OptionError, match="no slope is known"):
        areas.too_steep(flat, 5.0)
    with pytest.raises(OptionError, match="95° is not possible"):
        areas.too_steep(flat, 95.0)
    unknown = areas.of_slope(flat, (0.0, 5.0), 1.0)
    assert "--dem" in unknown.missing.en
