"""Against exactextract (Baston, https://github.com/isciences/exactextract), an independent implementation.

It keeps shares as float32, so sums may differ by parts in ten millions; the agreement asked is 1e-6.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from qinglu.atlas.raster import GeoTiff
from qinglu.space.raster import ArrayRaster
from qinglu.space.zonal import zonal

exactextract = pytest.importorskip("exactextract", reason="exactextract is not installed")

SHARED = Path(__file__).parents[3] / "shared" / "data"
STATS = ["mean", "min", "max", "sum", "count"]


def features(geoms):
    mapping = shapely.geometry.mapping
    return [{"type": "Feature", "geometry": mapping(g), "properties": {}} for g in geoms]


def oracle(source, geoms):
    rows = [f["properties"] for f in exactextract.exact_extract(source, features(geoms), STATS)]
    return {name: np.array([np.nan if r[name] is None else r[name] for r in rows], float) for name in STATS}


def assert_agrees(stats, expected):
    some = expected["count"] > 1e-9
    for name in STATS:
        got = getattr(stats, name)
        np.testing.assert_allclose(got[some], expected[name][some], rtol=1e-6, atol=1e-9, err_msg=name)
    np.testing.assert_allclose(stats.count[~some], expected["count"][~some], atol=1e-9)


def shapes(rng, n, left, bottom, right, top, size):
    """Stars, discs, boxes and rings with holes and parts, some of them beyond the edges."""
    at = shapely.points(rng.uniform(left, right, n), rng.uniform(bottom, top, n))
    radius = size * rng.uniform(0.02, 1.0, n) ** 2
    discs = shapely.buffer(at, radius, quad_segs=5)
    angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    spokes = radius[:, None] * (1 + rng.uniform(-0.5, 0.5, (n, 60)))
    xy = shapely.get_coordinates(at)[:, None] + spokes[..., None] * np.stack(
        [np.cos(angle), np.sin(angle)], -1
    )
    stars = shapely.polygons(xy)
    rings = shapely.difference(discs, shapely.buffer(at, radius * 0.6, quad_segs=3))
    pairs = shapely.union(
        discs, shapely.buffer(shapely.points(shapely.get_coordinates(at) + 3 * size), radius)
    )
    return np.r_[discs, stars, rings, pairs, shapely.box(*shapely.bounds(discs).T)]


@pytest.mark.parametrize("dtype", ["u1", "i2", "f4", "f8"])
@pytest.mark.parametrize("origin", [(0.0, 50.0), (-179.3, 71.7)])
def test_random_shapes_on_random_rasters(dtype, origin):
    rng = np.random.default_rng(11)
    values = rng.uniform(0, 200, (180, 240)).astype(dtype)
    left, top, cell = *origin, 1 / 12
    right, bottom = left + 240 * cell, top - 180 * cell
    geoms = shapes(rng, 60, left - 0.5, bottom - 0.5, right + 0.5, top + 0.5, 3.0)
    if left < -170:  # exactextract knows no seam
        geoms = shapely.intersection(geoms, shapely.box(-180, -90, 180, 90))
        geoms = geoms[~shapely.is_empty(geoms)]
    source = exactextract.raster.NumPyRasterSource(values, xmin=left, xmax=right, ymin=bottom, ymax=top)
    got = zonal(geoms, ArrayRaster(values, (cell, 0, left, 0, -cell, top)))
    assert_agrees(got, oracle(source, geoms))


@pytest.mark.parametrize("offset", [0.0, 1e-7, 0.25])
def test_shapes_along_grid_lines(offset):
    values = np.arange(100.0).reshape(10, 10)
    source = exactextract.raster.NumPyRasterSource(values, xmin=0, xmax=10, ymin=0, ymax=10)
    geoms = shapely.box(
        np.repeat([1, 2, 3], 3) + offset, np.tile([0, 4, 5], 3), np.repeat([3, 5, 10], 3) + offset, 9.0
    )
    assert_agrees(zonal(geoms, ArrayRaster(values, (1, 0, 0, 0, -1, 10))), oracle(source, geoms))


def test_lines_have_the_same_mean_where_degrees_are_square():
    """Near the equator metres and degrees agree; exactextract counts length, so only the mean compares."""
    rng = np.random.default_rng(8)
    values = rng.uniform(0, 100, (40, 40))
    source = exactextract.raster.NumPyRasterSource(values, xmin=0, xmax=0.4, ymin=-0.2, ymax=0.2)
    geoms = shapely.linestrings(rng.uniform(0.01, 0.39, (50, 6, 2)) - np.array([0.0, 0.2]))
    got = zonal(geoms, ArrayRaster(values, (0.01, 0, 0.0, 0, -0.01, 0.2)))
    expected = oracle(source, geoms)
    np.testing.assert_allclose(got.mean, expected["mean"], rtol=2e-3)  # 0.67 % longer along the meridian
    np.testing.assert_array_equal(got.min, expected["min"])
    np.testing.assert_array_equal(got.max, expected["max"])


RASTERS = ["mapme-samples/*.tif", "globe-dem-crops/*.tif"]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared real rasters are not beside the repository")
def test_real_rasters():
    checked = 0
    for path in sorted(p for pattern in RASTERS for p in SHARED.glob(pattern)):
        with GeoTiff(path) as raster:
            if raster.crs != "EPSG:4326":
                continue
            a, _, left, _, e, top = raster.transform
            right, bottom = left + a * raster.shape[1], top + e * raster.shape[0]
            rng = np.random.default_rng(len(path.name))
            geoms = shapes(rng, 8, left, bottom, right, top, 0.4 * min(right - left, top - bottom))
            assert_agrees(zonal(geoms, raster), oracle(str(path), geoms))
            checked += 1
    assert checked >= 15


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared real rasters are not beside the repository")
def test_people_of_burundi():
    """The outline's total is that of exactextract; a frame round the raster gets every cell."""
    from pyogrio.raw import read

    folder = SHARED / "mapme-samples"
    outline = shapely.from_wkb(read(folder / "extdata__burundi.gpkg")[2])
    path = folder / "extdata__burundi_worldpop.tif"
    frame = shapely.box(*(shapely.total_bounds(outline) + np.array([-1, -1, 1, 1])))
    geoms = np.r_[outline, [frame]]
    with GeoTiff(path) as raster:
        stats = zonal(geoms, raster)
        cells = raster.read(0, raster.shape[0], 0, raster.shape[1]).astype(float)
        everyone = cells[cells != raster.nodata].sum() * raster.scale
    assert_agrees(stats, oracle(str(path), geoms))
    assert stats.sum[-1] == pytest.approx(everyone, rel=1e-12)
    assert 0 < stats.sum[:-1].sum() <= everyone
