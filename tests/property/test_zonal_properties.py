"""What must hold of zonal statistics whatever the shapes: parts add up, rings may turn, areas are kept."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import Polygon

from qinglu.space.raster import ArrayRaster
from qinglu.space.zonal import zonal

ROWS, COLS = 9, 13
VALUES = np.random.default_rng(0).uniform(-5, 5, (ROWS, COLS))
RASTER = ArrayRaster(VALUES, (1.0, 0.0, 0.0, 0.0, -1.0, float(ROWS)))
FRAME = shapely.box(0, 0, COLS, ROWS)

# Whole and half numbers make edges run along grid lines, which is where mistakes live.
coordinate = st.one_of(st.integers(-2, 15), st.sampled_from([0.5, 2.5, 7.25]), st.floats(-2, 15))
vertex = st.tuples(coordinate, coordinate)


@st.composite
def areas(draw):
    """A valid polygon or multipolygon with holes as they come."""
    points = draw(st.lists(vertex, min_size=3, max_size=12, unique=True))
    shape = shapely.make_valid(Polygon(points))
    hole = draw(st.one_of(st.none(), st.tuples(vertex, st.floats(0.1, 2))))
    if hole is not None:
        shape = shape.difference(shapely.box(*hole[0], hole[0][0] + hole[1], hole[0][1] + hole[1]))
    parts = [p for p in shapely.get_parts(shape) if p.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(parts) if parts else shapely.box(1, 1, 2, 2)


def of(*geoms):
    return zonal(np.array(geoms, dtype=object), RASTER, threads=1)


@given(areas())
@settings(max_examples=150, deadline=None)
def test_shares_add_up_to_the_area_on_the_raster(shape):
    np.testing.assert_allclose(of(shape).count[0], shapely.intersection(shape, FRAME).area, atol=1e-9)


@given(areas())
@settings(max_examples=60, deadline=None)
def test_each_cell_gets_its_own_share(shape):
    """Cell by cell against GEOS: the sum over a raster that is 1 in one cell and 0 elsewhere is its share."""
    col, row = (v.ravel() for v in np.meshgrid(np.arange(COLS), np.arange(ROWS)))
    cells = shapely.box(col, ROWS - 1 - row, col + 1, ROWS - row)
    share = shapely.area(shapely.intersection(cells, shape))
    table = zonal(
        np.array([shape], dtype=object),
        ArrayRaster(np.arange(ROWS * COLS, dtype=np.int16).reshape(ROWS, COLS), RASTER.transform),
        classes=True,
    ).classes
    got = np.zeros(ROWS * COLS)
    got[table.value.astype(int)] = table.count
    np.testing.assert_allclose(got, share, atol=1e-9)


@given(areas(), st.floats(-2, 15), st.floats(-2, 15), st.integers(0, 179))
@settings(max_examples=100, deadline=None)
def test_the_two_halves_add_up_to_the_whole(shape, x, y, angle):
    angle = np.radians(angle)
    far = 100 * np.array([np.cos(angle), np.sin(angle)])
    side = 100 * np.array([-np.sin(angle), np.cos(angle)])
    at = np.array([x, y])
    plane = Polygon([at - far, at + far, at + far + side, at - far + side])
    whole, one, two = (of(g) for g in (shape, shape.intersection(plane), shape.difference(plane)))
    np.testing.assert_allclose(one.count + two.count, whole.count, atol=1e-8)
    np.testing.assert_allclose(one.sum + two.sum, whole.sum, atol=1e-7)


@given(areas(), st.integers(0, 20))
@settings(max_examples=60, deadline=None)
def test_rings_may_begin_anywhere_and_run_either_way(shape, start):
    def turned(ring):
        xy = np.asarray(ring.coords)[:-1]
        xy = np.roll(xy, start, axis=0)
        return xy[::-1] if start % 2 else xy

    rolled = shapely.multipolygons(
        [Polygon(turned(p.exterior), [turned(r) for r in p.interiors]) for p in shapely.get_parts(shape)]
    )
    a, b = of(shape), of(rolled)
    np.testing.assert_allclose(a.count, b.count, atol=1e-10)
    np.testing.assert_allclose(a.sum, b.sum, atol=1e-9)
    np.testing.assert_array_equal(a.max[a.count > 1e-6], b.max[a.count > 1e-6])


@given(areas())
@settings(max_examples=60, deadline=None)
def test_the_mean_lies_between_the_extremes(shape):
    stats = of(shape)
    if stats.count[0] > 1e-9:
        assert stats.min[0] - 1e-9 <= stats.mean[0] <= stats.max[0] + 1e-9
        assert abs(stats.mean[0] * stats.count[0] - stats.sum[0]) < 1e-9


@given(st.lists(vertex, min_size=2, max_size=8, unique=True))
@settings(max_examples=100, deadline=None)
def test_a_line_crosses_the_cells_that_geos_says(points):
    """Cells whose inside the line enters are counted; those it only touches at an edge may be."""
    line = shapely.LineString(points)
    # GEOS divides by the square of a segment's length, which is nought below 1e-154.
    assume(all(math.dist(a, b) > 1e-9 for a, b in pairwise(points)))
    table = zonal(
        np.array([line], dtype=object),
        ArrayRaster(np.arange(ROWS * COLS, dtype=np.int16).reshape(ROWS, COLS), RASTER.transform),
        classes=True,
    ).classes
    met = set(table.value.astype(int))
    col, row = (v.ravel() for v in np.meshgrid(np.arange(COLS), np.arange(ROWS)))
    cells = shapely.box(col, ROWS - 1 - row, col + 1, ROWS - row)
    inside = (
        shapely.length(shapely.intersection(line, shapely.buffer(cells, -1e-6, join_style="mitre"))) > 1e-6
    )
    near = shapely.distance(cells, line) < 1e-9
    assert set(np.flatnonzero(inside)) <= met
    assert met <= set(np.flatnonzero(near))


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 80)), min_size=3, max_size=9, unique=True))
@settings(max_examples=20, deadline=None)
def test_supersampling_agrees(points):
    """A thousand points a cell: the brute way."""
    shape = shapely.make_valid(Polygon(np.array(points) * 0.12))
    shape = shapely.union_all([p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"])
    fine = 32
    x, y = np.meshgrid((np.arange(COLS * fine) + 0.5) / fine, (np.arange(ROWS * fine) + 0.5) / fine)
    shapely.prepare(shape)
    inside = shapely.contains_xy(shape, x, ROWS - y).reshape(ROWS, fine, COLS, fine).mean((1, 3))
    stats = of(shape)
    np.testing.assert_allclose(stats.count[0], inside.sum(), atol=0.6)
    np.testing.assert_allclose(stats.sum[0], (inside * VALUES).sum(), atol=3.0)
