"""Raster files: what is read from them, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
import shapely

from qinglu.atlas.raster import GeoTiff
from qinglu.errors import LayerError
from qinglu.space.raster import ArrayRaster
from qinglu.space.zonal import zonal

DEGREES = rasterio.Affine(0.1, 0, 10, 0, -0.1, 50)


def write(path, array, *, transform=DEGREES, crs="EPSG:4326", scale=None, **options):
    profile = {"driver": "GTiff", "height": array.shape[-2], "width": array.shape[-1], "dtype": array.dtype}
    bands = array if array.ndim == 3 else array[None]
    with rasterio.open(
        path, "w", count=len(bands), crs=crs, transform=transform, **profile, **options
    ) as file:
        file.write(bands)
        if scale:
            file.scales, file.offsets = [scale[0]] * len(bands), [scale[1]] * len(bands)
    return path


@pytest.fixture
def values():
    return np.random.default_rng(0).integers(0, 200, (300, 260)).astype(np.uint8)


@pytest.mark.parametrize("tiling", [{}, {"tiled": True, "blockxsize": 64, "blockysize": 32}])
def test_a_file_reads_as_the_array_in_it(tmp_path, values, tiling):
    path = write(tmp_path / "a.tif", values, nodata=0, compress="deflate", **tiling)
    rng = np.random.default_rng(1)
    geoms = shapely.buffer(
        shapely.points(rng.uniform(9, 37, 50), rng.uniform(19, 51, 50)), rng.uniform(0, 4, 50)
    )
    array = ArrayRaster(values, tuple(DEGREES)[:6], nodata=0)
    with GeoTiff(path) as raster:
        assert raster.block_shape == ((32, 64) if tiling else rasterio.open(path).block_shapes[0])
        stats = zonal(geoms, raster)
    for name in ("mean", "min", "max", "sum", "count"):
        np.testing.assert_allclose(getattr(stats, name), getattr(zonal(geoms, array), name), rtol=1e-12)


def test_scale_offset_and_band(tmp_path, values):
    path = write(tmp_path / "a.tif", np.stack([values, values[::-1]]), scale=(0.01, -5.0))
    spot = np.array([shapely.Point(10.05, 49.95)])
    with GeoTiff(path, band=2) as raster:
        assert zonal(spot, raster).mean[0] == pytest.approx(0.01 * values[-1, 0] - 5.0)


def test_masks_of_the_file_hide_cells(tmp_path, values):
    path = write(tmp_path / "a.tif", values)
    mask = np.full(values.shape, 255, np.uint8)
    mask[:, :10] = 0
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "r+") as file:
        file.write_mask(mask)
    with GeoTiff(path) as raster:
        stats = zonal(np.array([shapely.box(10, 20, 12, 50)]), raster)
    assert stats.count[0] == pytest.approx(10 * 300)
    assert stats.sum[0] == pytest.approx(values[:, 10:20].sum())


def test_without_a_crs_degrees_are_taken_for_granted_and_metres_refused(tmp_path, values):
    with GeoTiff(write(tmp_path / "a.tif", values, crs=None)) as raster:
        assert raster.crs == "OGC:CRS84"
    metres = write(tmp_path / "b.tif", values, crs=None, transform=rasterio.Affine(30, 0, 5e5, 0, -30, 1e6))
    with pytest.raises(LayerError, match="names no CRS") as refused:
        GeoTiff(metres)
    assert refused.value.line("en").startswith("b.tif: ")
    assert "gdal_edit.py -a_srs" in refused.value.line("zh")
    metres.unlink()  # the file was let go of


def test_what_is_no_raster_is_refused(tmp_path, values):
    (tmp_path / "a.tif").write_text("no raster at all")
    with pytest.raises(LayerError, match="cannot be opened"):
        GeoTiff(tmp_path / "a.tif")
    with pytest.raises(LayerError, match="cannot be opened"):
        GeoTiff(tmp_path / "absent.tif")
    with pytest.raises(LayerError, match="no band 3"):
        GeoTiff(write(tmp_path / "b.tif", values), band=3)
    with pytest.raises(LayerError, match="complex"):
        GeoTiff(write(tmp_path / "c.tif", values.astype(np.complex64)))


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_a_picture_without_a_place_is_refused(tmp_path, values):
    with pytest.raises(LayerError, match="not georeferenced"):
        GeoTiff(write(tmp_path / "a.tif", values, crs=None, transform=rasterio.Affine.identity()))


def test_a_file_cut_off_is_said_to_be(tmp_path, values):
    path = write(tmp_path / "a.tif", values, tiled=True, blockxsize=64, blockysize=64, compress="deflate")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(LayerError, match=r"damaged or cut off|cannot be opened"), GeoTiff(path) as raster:
        zonal(np.array([shapely.box(10, 20, 36, 50)]), raster)


def test_an_ascii_grid_reads_too(tmp_path):
    (tmp_path / "a.asc").write_text(
        "ncols 3\nnrows 2\nxllcorner 10\nyllcorner 40\ncellsize 1\nNODATA_value -9999\n1 2 3\n4 -9999 6\n"
    )
    with GeoTiff(tmp_path / "a.asc") as raster:
        stats = zonal(np.array([shapely.box(10, 40, 13, 42)]), raster)
    assert (stats.count[0], stats.mean[0]) == (5.0, 3.2)
