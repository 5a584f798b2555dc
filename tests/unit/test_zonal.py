"""Zonal statistics on grids small enough to reckon by hand, and the way the raster is read."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely
from shapely import LineString, MultiPoint, Point, Polygon, box

from qinglu.errors import LayerError
from qinglu.space.raster import ArrayRaster, inverse, turn_columns
from qinglu.space.zonal import zonal

NORTH_UP = (1.0, 0.0, 0.0, 0.0, -1.0, 3.0)  # 0..4 E, 0..3 N
GRID = np.arange(12, dtype=np.int16).reshape(3, 4)  # row 0 is the north


def of(geoms, raster=None, **options):
    return zonal(np.array(geoms, dtype=object), raster or ArrayRaster(GRID, NORTH_UP), **options)


def test_a_polygon_weighs_cells_by_what_it_covers_of_them():
    stats = of([box(0.5, 0.0, 2.0, 1.0)])  # half of 8, all of 9
    assert (stats.count[0], stats.sum[0], stats.mean[0]) == (1.5, 13.0, 13.0 / 1.5)
    assert (stats.min[0], stats.max[0]) == (8.0, 9.0)


def test_a_cell_that_is_only_touched_along_its_edge_is_not_read():
    stats = of([box(1.0, 1.0, 2.0, 2.0)])
    assert (stats.count[0], stats.min[0], stats.max[0]) == (1.0, 5.0, 5.0)


def test_rounding_of_the_transform_does_not_touch_neighbours():
    """A sixtieth has no exact binary form: c + k·a is off the grid line by more than noise in a share."""
    n = 21600
    raster = ArrayRaster(np.arange(2 * n).reshape(2, n), (1 / 60, 0, -180.0, 0, -1 / 60, 89.0))
    minute = np.arange(-10799, 10798)
    stats = of(shapely.box(minute / 60, 89 - 2 / 60, (minute + 1) / 60, 89 - 1 / 60), raster)
    np.testing.assert_array_equal(stats.min, stats.max)
    np.testing.assert_array_equal(stats.min, n + minute + 10800)
    points = of(shapely.points(minute / 60, 89 - 1 / 60), raster)
    np.testing.assert_array_equal(points.mean, n + minute + 10800)


def test_holes_and_parts_and_ring_direction():
    ring = Polygon([(0, 0), (3, 0), (3, 3), (0, 3)], [[(1, 1), (2, 1), (2, 2), (1, 2)]])
    both = shapely.union(ring, box(3.5, 0.0, 4.0, 1.0))
    stats = of([ring, shapely.reverse(ring), shapely.orient_polygons(ring), both])
    np.testing.assert_allclose(stats.count, [8.0, 8.0, 8.0, 8.5])
    whole = GRID[:, :3].sum() - 5
    np.testing.assert_allclose(stats.sum, [whole, whole, whole, whole + 5.5])


def test_points_take_the_cell_to_the_south_and_east_of_an_edge():
    stats = of([Point(0.5, 2.5), Point(1.0, 2.0), Point(0.0, 3.0), MultiPoint([(0.5, 2.5), (1.5, 2.5)])])
    assert stats.mean.tolist() == [0.0, 5.0, 0.0, 0.5]
    assert stats.count.tolist() == [1.0, 1.0, 1.0, 2.0]


def test_points_on_the_far_edges_of_the_raster_belong_to_its_last_cells():
    stats = of([Point(4.0, 0.0), Point(4.0, 2.5), Point(4.001, 2.5), Point(2.0, -0.001)])
    assert stats.mean[:2].tolist() == [11.0, 3.0]
    assert stats.count.tolist() == [1.0, 1.0, 0.0, 0.0]


def test_a_line_weighs_cells_by_its_metres_in_them():
    stats = of([LineString([(0.5, 1.5), (2.0, 1.5)]), LineString([(0.5, 0.5), (0.5, 2.5)])])
    assert stats.mean[0] == pytest.approx((0.5 * 4 + 1.0 * 5) / 1.5)
    assert stats.count.tolist() == [2.0, 3.0]
    assert stats.sum.tolist() == [9.0, 12.0]
    assert (stats.min[1], stats.max[1]) == (0.0, 8.0)


def test_a_line_weighs_metres_and_not_degrees():
    """At 60° N a degree of longitude is half as long as one of latitude."""
    raster = ArrayRaster(np.array([[1.0, 1.0], [5.0, 1.0]]), (1.0, 0.0, 0.0, 0.0, -1.0, 61.0))
    corner = LineString(
        [(0.5, 59.2), (0.5, 59.999), (1.5, 59.999)]
    )  # cell of 5, then half of it and half of 1
    geod = pyproj.Geod(ellps="WGS84")
    up, across = geod.line_length([0.5, 0.5], [59.2, 59.999]), geod.line_length([0.5, 1.0], [59.999, 59.999])
    assert of([corner], raster).mean[0] == pytest.approx(
        (5 * (up + across) + across) / (up + 2 * across), rel=1e-5
    )


def test_a_line_along_an_edge_and_back_over_itself_counts_each_cell_once():
    stats = of([LineString([(1.0, 0.2), (1.0, 0.8)]), LineString([(0.2, 0.5), (1.8, 0.5), (0.2, 0.5)])])
    assert (stats.mean[0], stats.count[0]) == (9.0, 1.0)
    assert (stats.mean[1], stats.count[1]) == (8.5, 2.0)


def test_a_line_without_length_is_a_point():
    stats = of([LineString([(1.5, 1.5), (1.5, 1.5)])])
    assert (stats.mean[0], stats.count[0]) == (5.0, 1.0)


def test_only_what_lies_on_the_raster_counts():
    stats = of(
        [box(-5, -5, 1, 1), box(10, 10, 11, 11), box(-10, -10, 20, 20), LineString([(-5, 2.5), (1, 2.5)])]
    )
    np.testing.assert_allclose(stats.count, [1.0, 0.0, 12.0, 1.0])
    assert np.isnan(stats.mean[1])
    assert np.isnan(stats.min[1])
    assert stats.sum[1] == 0.0
    assert stats.mean[2] == 5.5


def test_missing_and_empty_geometries_keep_their_place():
    stats = of([None, Polygon(), Point(0.5, 0.5), shapely.GeometryCollection()])
    assert stats.count.tolist() == [0.0, 0.0, 1.0, 0.0]
    assert len(of([]).mean) == 0


def test_a_collection_stands_for_its_highest_dimension():
    mixed = shapely.GeometryCollection(
        [Point(3.5, 2.5), shapely.GeometryCollection([box(0, 0, 1, 1), LineString([(0, 2.5), (4, 2.5)])])]
    )
    stats = of([mixed])
    assert (stats.mean[0], stats.count[0]) == (8.0, 1.0)


@pytest.mark.parametrize(
    "dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8", ">i2", ">f4"]
)
def test_every_cell_type_reads_alike(dtype):
    raster = ArrayRaster(GRID.astype(dtype), NORTH_UP, nodata=9)
    stats = of([box(0.5, 0.0, 3.0, 2.0), Point(2.5, 0.5), Point(1.5, 0.5)], raster)
    expected = (4 * 0.5 + 5 + 6 + 8 * 0.5 + 10) / 4.0
    np.testing.assert_allclose(stats.mean, [expected, 10.0, np.nan])
    assert stats.count.tolist() == [4.0, 1.0, 0.0]


def test_arrays_that_are_views_read_alike():
    wide = np.zeros((6, 9), np.int16)
    wide[1:4, 2:6] = GRID
    for view in (
        wide[1:4, 2:6],
        np.asfortranarray(GRID),
        GRID[::-1].copy()[::-1],
        np.repeat(GRID, 2, 1)[:, ::2],
    ):
        stats = of([box(0.5, 0.5, 3.5, 2.5)], ArrayRaster(view, NORTH_UP))
        assert stats.sum[0] == pytest.approx(of([box(0.5, 0.5, 3.5, 2.5)]).sum[0])


def test_booleans_are_noughts_and_ones():
    assert of([box(0, 0, 4, 3)], ArrayRaster(GRID > 5, NORTH_UP)).sum[0] == 6.0


def test_nodata_is_compared_as_the_cell_shows_it():
    """-3.4e38 is not a float32: the file says one number and its cells another."""
    values = GRID.astype(np.float32)
    values[0, 0] = -3.4e38
    values[0, 1] = np.nan
    stats = of([box(0, 2, 4, 3)], ArrayRaster(values, NORTH_UP, nodata=-3.4e38))
    assert (stats.count[0], stats.mean[0]) == (2.0, 2.5)


def test_all_nodata_means_nothing_there():
    stats = of([box(0, 0, 4, 3)], ArrayRaster(np.full((3, 4), 7, np.uint8), NORTH_UP, nodata=7))
    assert stats.count[0] == 0.0
    assert np.isnan(stats.mean[0])
    assert np.isnan(stats.max[0])


def test_scale_and_offset_apply_to_every_statistic():
    stats = of([box(0.5, 0.0, 2.0, 1.0)], ArrayRaster(GRID, NORTH_UP, scale=-0.5, offset=100.0))
    assert stats.mean[0] == pytest.approx(100 - 0.5 * 13 / 1.5)
    assert (stats.min[0], stats.max[0]) == (95.5, 96.0)
    assert stats.sum[0] == pytest.approx(150 - 6.5)


def test_south_up_and_rotated_grids_read_alike():
    shapes = [
        Polygon([(0.3, 0.2), (3.7, 0.9), (2.2, 2.8)]),
        Point(1.2, 0.3),
        LineString([(0.1, 0.1), (3.3, 2.9)]),
    ]
    straight = of(shapes)
    south_up = ArrayRaster(GRID[::-1], (1.0, 0.0, 0.0, 0.0, 1.0, 0.0))
    turned = ArrayRaster(GRID.T, (0.0, 1.0, 0.0, -1.0, 0.0, 3.0))
    for raster in (south_up, turned):
        stats = of(shapes, raster)
        for name in ("mean", "min", "max", "sum", "count"):
            # A rotated grid weighs a line in degrees, as its rows and columns are no directions.
            rows = slice(0, 2) if raster is turned and name == "mean" else slice(None)
            np.testing.assert_allclose(getattr(stats, name)[rows], getattr(straight, name)[rows])


def test_classes_share_what_has_a_value():
    cover = np.array([[1, 1, 2, 255], [1, 3, 3, 255], [-7, 3, 3, 3]], np.int16)
    raster = ArrayRaster(cover, NORTH_UP, nodata=255)
    stats = of(
        [box(0, 0, 4, 3), Point(3.5, 2.5), box(2.5, 1.5, 3.5, 2.5), Point(0.5, 0.5)], raster, classes=True
    )
    table = stats.classes
    assert table.geometry.tolist() == [0, 0, 0, 0, 2, 2, 3]
    assert table.value.tolist() == [-7, 1, 2, 3, 2, 3, -7]
    np.testing.assert_allclose(table.count, [1, 3, 1, 5, 0.25, 0.25, 1])
    np.testing.assert_allclose(table.share, [0.1, 0.3, 0.1, 0.5, 0.5, 0.5, 1])
    assert len(of([None], raster, classes=True).classes.geometry) == 0


@pytest.mark.parametrize("shape", [box(0, 0, 4, 3), Point(0.5, 0.5)])
def test_classes_of_fractions_are_refused(shape):
    with pytest.raises(LayerError, match="does not hold classes"):
        of([shape], ArrayRaster(GRID + 0.5, NORTH_UP), classes=True)


def test_more_classes_than_we_hold_are_refused():
    many = np.arange(70 * 70, dtype=np.int32).reshape(70, 70)
    with pytest.raises(LayerError, match="4096"):
        of([box(0, 0, 70, 70)], ArrayRaster(many, (1, 0, 0, 0, -1, 70)), classes=True)


def test_many_classes_under_many_geometries_are_all_told():
    many = np.arange(60 * 60, dtype=np.int32).reshape(60, 60) - 1800
    shapes = [box(0, 0, 60, 60), *(box(i, 0, i + 1, 60) for i in range(60))]
    table = of(shapes, ArrayRaster(many, (1, 0, 0, 0, -1, 60)), classes=True).classes
    assert len(table.value) == 7200
    assert sorted(table.value[:3600]) == sorted(many.ravel())
    np.testing.assert_allclose(table.count, 1.0)


WORLD = np.arange(36 * 18, dtype=np.float32).reshape(18, 36)  # ten degrees a cell


def world(first_meridian):
    turned = np.roll(WORLD, -int((first_meridian + 180) // 10), axis=1)
    return ArrayRaster(turned, (10.0, 0.0, float(first_meridian), 0.0, -10.0, 90.0))


SEAM = [
    box(-180, -5, -165, 5),
    box(172, -5, 180, 5),
    shapely.MultiPolygon([box(170, -5, 180, 5), box(-180, -5, -170, 5)]),
    box(-180, -90, 180, 90),
    box(-5, -5, 5, 5),
    Point(180, 5),
    Point(-180, 5),
    Point(0, 0),
    Point(12, -90),
    LineString([(-175, 3), (-150, 3)]),
    shapely.MultiLineString([[(175, 3), (180, 3)], [(-180, 3), (-175, 3)]]),
]


@pytest.mark.parametrize("first_meridian", [0, -90, 90, 180, -360])
def test_a_global_raster_may_begin_at_any_meridian(first_meridian):
    standard, turned = of(SEAM, world(-180)), of(SEAM, world(first_meridian))
    for name in ("mean", "min", "max", "sum", "count"):
        np.testing.assert_allclose(getattr(turned, name), getattr(standard, name), err_msg=name)
    assert standard.count.min() > 0
    assert standard.mean[5] == standard.mean[6] == WORLD[8, 0]


def test_geometry_past_the_seam_comes_round():
    np.testing.assert_allclose(of([box(175, 0, 190, 10)], world(-180)).sum, 0.5 * WORLD[8, 35] + WORLD[8, 0])


def test_doubled_columns_of_a_raster_wider_than_the_globe_count_once():
    wide = np.hstack([WORLD, WORLD[:, :1]])
    raster = ArrayRaster(wide, (10.0, 0.0, -185.0, 0.0, -10.0, 90.0))
    stats = of([box(-180, -10, 180, 0)], raster)
    assert stats.count[0] == pytest.approx(36.0)


def test_projected_rasters_are_followed_along_straight_edges_in_degrees():
    """In Mercator a parallel is straight, in UTM it bends: both give the area that the ellipsoid gives."""
    shape = box(14.0, 60.0, 16.0, 61.0)
    to_utm = pyproj.Transformer.from_crs("OGC:CRS84", "EPSG:32633", always_xy=True)
    true_m2 = shapely.area(
        shapely.transform(
            shapely.segmentize(shape, 0.001), lambda xy: np.stack(to_utm.transform(*xy.T), axis=1)
        )
    )
    cell = 1000.0
    raster = ArrayRaster(
        np.ones((400, 400), np.uint8), (cell, 0, 300_000, 0, -cell, 6_900_000), crs="EPSG:32633"
    )
    stats = of([shape, Point(15.0, 60.5), Point(15.0, 10.0)], raster)
    assert stats.count[0] * cell**2 == pytest.approx(true_m2, rel=1e-6)
    assert stats.count[1:].tolist() == [1.0, 0.0]


def test_geometry_that_a_projection_cannot_show_counts_nothing():
    polar = ArrayRaster(np.ones((10, 10), np.uint8), (1e6, 0, -5e6, 0, -1e6, 5e6), crs="EPSG:3995")
    stats = of([box(10, -90, 20, -80), Point(0, -90), Point(0, 80)], polar)
    assert stats.count.tolist() == [0.0, 0.0, 1.0]


def test_chinese_and_world_degrees_are_not_transformed():
    stats = of([box(0.5, 0.0, 2.0, 1.0)], ArrayRaster(GRID, NORTH_UP, crs="EPSG:4490"))
    assert stats.count[0] == 1.5


def test_a_crs_that_nobody_knows_is_refused():
    with pytest.raises(LayerError, match="EPSG:999999"):
        of([box(0, 0, 1, 1)], ArrayRaster(GRID, NORTH_UP, crs="EPSG:999999"))


def test_a_raster_must_be_flat_and_have_cells():
    with pytest.raises(LayerError, match="two dimensions"):
        ArrayRaster(np.zeros((1, 2, 3)), NORTH_UP)
    with pytest.raises(LayerError, match="inverted"):
        ArrayRaster(GRID, (0.0, 0.0, 0.0, 0.0, -1.0, 0.0))


def test_inverse_is_the_way_back():
    forth = (0.5, 0.1, 10.0, -0.2, -0.7, 20.0)
    a, b, c, d, e, f = inverse(forth)
    col, row = 3.25, 7.5
    x, y = 0.5 * col + 0.1 * row + 10.0, -0.2 * col - 0.7 * row + 20.0
    assert (a * x + b * y + c, d * x + e * y + f) == pytest.approx((col, row))


def test_only_rasters_in_degrees_turn():
    assert turn_columns(world(0)) == 36.0
    assert turn_columns(ArrayRaster(GRID, NORTH_UP, crs="EPSG:3857")) is None


class Blocks:
    """An array that is read in blocks, and remembers which."""

    def __init__(self, array, transform, block_shape):
        self.array, self.transform, self.block_shape = array, transform, block_shape
        self.shape, self.crs, self.nodata, self.scale, self.offset = array.shape, "OGC:CRS84", None, 1.0, 0.0
        self.reads = np.zeros(array.shape, int)

    def read(self, row0, row1, col0, col1):
        assert row0 % self.block_shape[0] == 0
        assert col0 % self.block_shape[1] == 0
        self.reads[row0:row1, col0:col1] += 1
        return self.array[row0:row1, col0:col1].copy()


@pytest.mark.parametrize("block_shape", [(1, 400), (16, 16), (7, 13), (300, 400)])
@pytest.mark.parametrize("chunk_cells", [1 << 22, 2000])
def test_each_block_is_read_at_most_once_and_only_where_needed(block_shape, chunk_cells, monkeypatch):
    monkeypatch.setattr("qinglu.space.zonal._CHUNK_CELLS", chunk_cells)
    rng = np.random.default_rng(5)
    array = rng.normal(size=(300, 400))
    transform = (0.1, 0.0, 0.0, 0.0, -0.1, 30.0)
    centres = shapely.points(rng.uniform(0, 20, 60), rng.uniform(15, 30, 60))
    geoms = np.r_[
        shapely.buffer(centres, rng.uniform(0.01, 3.0, 60)),
        centres,
        shapely.linestrings(rng.uniform(0, 20, (20, 5, 2)) + np.array([0, 10])),
        [box(1, 2, 1.05, 2.05)],
    ]
    blocks = Blocks(array, transform, block_shape)
    stats, plain = zonal(geoms, blocks), zonal(geoms, ArrayRaster(array, transform))
    for name in ("mean", "min", "max", "sum", "count"):
        np.testing.assert_allclose(getattr(stats, name), getattr(plain, name), rtol=1e-9, err_msg=name)
    assert blocks.reads.max() == 1
    if block_shape == (16, 16):
        assert blocks.reads[-32:, -100:].sum() == 0  # the south-east is under no geometry


def test_a_polygon_wider_and_higher_than_the_scratch_is_done_in_strips():
    """A country on a fine raster: 3,000 × 2,000 cells, one vertex inside a cell here and there."""
    values = (np.indices((2000, 3000)).sum(0) % 7).astype(np.uint8)
    raster = ArrayRaster(values, (0.01, 0.0, 0.0, 0.0, -0.01, 20.0))
    angle = np.linspace(0, 2 * np.pi, 5001)[:-1]
    radius = 1.0 + 0.3 * np.sin(9 * angle) + 0.1 * np.sin(70 * angle)
    star = Polygon(np.stack([15 + 9 * radius * np.cos(angle), 10 + 6 * radius * np.sin(angle)], axis=1))
    halves = [shapely.intersection(star, b) for b in (box(0, -1, 14.123, 21), box(14.123, -1, 30, 21))]
    stats = of([star, *halves], raster)
    assert stats.count[0] == pytest.approx(star.area * 1e4, rel=1e-9)
    assert stats.sum[1] + stats.sum[2] == pytest.approx(stats.sum[0], rel=1e-9)


def test_threads_change_nothing_and_progress_is_told():
    rng = np.random.default_rng(2)
    centres = shapely.points(rng.uniform(0, 4, 500), rng.uniform(0, 3, 500))
    geoms = shapely.buffer(centres, rng.uniform(0.001, 0.8, 500))
    told = []
    one = of(geoms, threads=1, progress=lambda done, of_all: told.append((done, of_all)))
    three = of(geoms, threads=3)
    for name in ("mean", "min", "max", "sum", "count"):
        np.testing.assert_array_equal(getattr(one, name), getattr(three, name))
    assert told == [(1, 1)]


def test_a_disc_of_two_square_metres_in_a_coarse_cell_is_not_lost():
    disc = shapely.buffer(Point(3.25, 1.25), 1e-5)
    stats = of([disc])
    assert stats.mean[0] == 7.0
    assert stats.count[0] == pytest.approx(disc.area, rel=1e-6)
