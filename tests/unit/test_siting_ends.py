"""Ends: a place that cannot be used is named with the reason, and with the nearest that can, by true distance."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely
from siting_layers import raster, vector

from qinglu.siting import Grid, NoRouteError, least_cost_path
from qinglu.siting.ends import PlaceError, cell_at, least_gradient, nearest, unreachable
from qinglu.siting.surfaces import build
from qinglu.space.raster import ArrayRaster
from qinglu.text import Text

N = 50
T = (0.02, 0, 0, 0, -0.02, 1)
START = Text("起点", "start")
GEOD = pyproj.Geod(ellps="WGS84")


def _made(z=None, layers=(), land=None, **more):
    cells = np.full((N, N), 100.0, np.float32) if z is None else z
    return build(
        ends=[(0.1, 0.5), (0.9, 0.5)],
        mode="railway",
        dem=ArrayRaster(cells, T, crs="EPSG:4326"),
        layers=layers,
        land=land,
        **more,
    )


def test_a_place_that_can_be_used_is_its_cell():
    assert cell_at(_made(), (0.11, 0.51), START) == (24, 5)


@pytest.mark.parametrize(
    ("place", "why_en", "why_zh"),
    [
        ((0.9, 0.5), "in the sea", "海中"),
        ((0.03, 0.97), "no elevation", "没有高程"),
        ((0.3, 0.3), "parks (Big Park)", "parks (Big Park)"),
        ((5.0, 0.5), "outside", "之外"),
    ],
)
def test_the_reason_and_the_nearest_place_are_named(place, why_en, why_zh):
    z = np.full((N, N), 100.0, np.float32)
    z[:, 35:] = 0
    z[:3, :3] = np.nan
    parks = vector("parks", "protected", [shapely.box(0.2, 0.2, 0.4, 0.4)], names=["Big Park"], avoid="forbid")
    got = _made(z, [parks], shapely.box(-1, -1, 0.7, 2))
    with pytest.raises(PlaceError) as caught:
        cell_at(got, place, START)
    error = caught.value
    assert error.slug == "place"
    assert error.exit_code == 2
    assert why_en in error.line("en")
    assert why_zh in error.line("zh")
    assert "the start" in error.line("en")
    assert "起点" in error.line("zh")
    cell, far = nearest(got.grid, got.passable, place)
    lon, lat = got.grid.lonlat_of(*cell)
    assert f"{lon:.5f},{lat:.5f}" in error.line("en")
    assert cell_at(got, (float(lon), float(lat)), START) == cell
    assert f"{far / 1000:.1f} km" in error.line("zh") or f"{far:.0f} m" in error.line("zh")


def test_a_forbidding_raster_is_named(tmp_path):
    cells = np.zeros((N, N), np.uint8)
    cells[20:30, 20:30] = 1
    got = _made(layers=[raster(tmp_path / "swamp.tif", "wetland", cells, T, avoid="forbid")])
    with pytest.raises(PlaceError, match="swamp"):
        cell_at(got, (0.5, 0.5), START)


def test_nowhere_to_go():
    got = _made(layers=[vector("all", "protected", [shapely.box(-1, -1, 2, 2)], avoid="forbid")])
    with pytest.raises(PlaceError, match="No place here can be used"):
        cell_at(got, (0.5, 0.5), START)


@pytest.mark.parametrize("crs", ["lonlat", "utm"])
def test_the_nearest_is_the_nearest_of_all(crs):
    rng = np.random.default_rng(5)
    if crs == "lonlat":
        grid = Grid.lonlat((80, 60), 10, 72, 0.05)  # a degree of longitude is a third of one of latitude
        places = rng.uniform([9, 67], [14, 73], (40, 2))
    else:
        grid = Grid((80, 60), (2000, 0, 400_000, 0, -2000, 7_200_000), "EPSG:32633")
        places = rng.uniform([12, 63], [16, 66], (40, 2))
    usable = rng.random(grid.shape) < 0.003
    usable[40, 30] = True
    rows, cols = np.nonzero(usable)
    lon, lat = grid.lonlat_of(rows, cols)
    for place in places:
        cell, far = nearest(grid, usable, tuple(place))
        true = GEOD.inv(np.full(len(lon), place[0]), np.full(len(lon), place[1]), lon, lat)[2]
        assert far == pytest.approx(true.min(), rel=1e-9)
        assert usable[cell]
    assert nearest(grid, np.zeros(grid.shape, bool), (0, 0)) is None


def test_ends_apart_by_a_forbidden_strip():
    wall = vector("wall", "protected", [shapely.box(0.49, -1, 0.51, 2)], avoid="forbid")
    got = _made(layers=[wall])
    start, end = (25, 5), (25, 45)
    with pytest.raises(NoRouteError):
        least_cost_path(got.weighted({"cost": 1})[0], got.grid, start, end)
    error = unreachable(got, start, end)
    assert "forbidden areas lie between" in error.line("en")
    assert "禁入区" in error.line("zh")
    lon, lat = got.grid.lonlat_of(25, np.flatnonzero(~got.passable[25]).min() - 1)
    assert f"{lon:.5f},{lat:.5f}" in error.line("en")


def test_ends_apart_by_a_slope_name_the_gradient_that_would_do():
    run = 0.02 * 111_319
    step = np.zeros((N, N), np.float32)
    step[:, 25:] = 0.04 * run  # 4 % between two columns, a little more in metres along a row north of the equator
    got = _made(step, steep="forbid")
    start, end = (25, 5), (25, 45)
    least = least_gradient(got, start, end)
    # The diagonal is longer and so the step up it gentler: 4 % over the root of two.
    assert least == pytest.approx(0.04 / 2**0.5, abs=0.0011)
    assert f"{least:.2%}" in unreachable(got, start, end).line("en")
    again = _made(step, steep="forbid", max_gradient=least)
    cost, climb = again.weighted({"cost": 1})
    assert least_cost_path(cost, again.grid, start, end, climb=climb).length_m > 0
    closer = _made(step, steep="forbid", max_gradient=least - 0.0011)
    cost, climb = closer.weighted({"cost": 1})
    with pytest.raises(NoRouteError):
        least_cost_path(cost, closer.grid, start, end, climb=climb)
