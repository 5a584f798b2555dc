"""Drawings: in view, bounded, and in one piece across the antimeridian."""

import re

import numpy as np
import pytest
import shapely
from screening_made import BUFFERS_M, large_screening, small_screening

from qinglu.report import sitemap
from qinglu.report.overview import WIDTH, anchors, overview
from qinglu.report.paths import bounded, path_data
from qinglu.report.projection import equal_earth


def points(path):
    """The vertices of path data made of absolute moves and relative lines."""
    found = []
    for start, steps in re.findall(r"M(-?\d+ -?\d+)(?:l([-\d ]+))?", path):
        at = np.array([int(n) for n in start.split()])
        found.append(at)
        numbers = [int(n) for n in re.findall(r"-?\d+", steps)]
        for step in np.array(numbers).reshape(-1, 2):
            at = at + step
            found.append(at)
    return np.array(found)


def test_path_data_says_what_the_geometry_is():
    ring = shapely.Polygon([(0, 0), (10, 0), (10, 5)], [[(6, 1), (8, 1), (8, 2)]])
    assert path_data(ring) == "M0 0l10 0 0 5zM6 1l2 0 0 1z"
    assert path_data(shapely.Point(3.4, -2.6)) == "M3 -3h0"
    assert path_data(shapely.MultiLineString([[(0, 0), (0.2, 0.1), (5, 5)], [(7, 7), (7, 8)]])) == "M0 0l5 5M7 7l0 1"


@pytest.mark.parametrize("most", [50, 400])
def test_simplifying_keeps_to_the_bound_and_never_empties(most):
    random = np.random.default_rng(3)
    circles = shapely.buffer(shapely.points(random.uniform(0, 1000, (200, 2))), 30.0, quad_segs=64)
    many = bounded(shapely.multipolygons(circles), 0.5, most)
    assert 0 < shapely.get_num_coordinates(many) <= most
    wiggle = shapely.LineString(np.column_stack([np.arange(50_000) / 50, random.normal(size=50_000)]))
    assert 2 <= shapely.get_num_coordinates(bounded(wiggle, 0.5, most)) <= most


def test_simplifying_one_shape_does_not_lose_its_small_neighbours():
    angle = np.linspace(0, 2 * np.pi, 20_000, endpoint=False)
    reach = np.random.default_rng(5).uniform(800, 1000, 20_000)
    rough = shapely.Polygon(np.column_stack([reach * np.cos(angle), reach * np.sin(angle)]))
    islands = [shapely.Point(1500, 300 * i).buffer(20.0) for i in range(4)]
    drawn = bounded(shapely.multipolygons([rough, *islands]), 3.0, 50)
    assert len(shapely.get_parts(drawn)) == 5
    assert not shapely.is_empty(shapely.get_parts(drawn)).any()


def test_equal_earth_keeps_areas_in_proportion():
    def area(south, north):
        edge = shapely.segmentize(shapely.box(10, south, 20, north), 0.1)
        return shapely.transform(edge, equal_earth).area

    on_sphere = (np.sin(np.radians(60)) - np.sin(np.radians(50))) / np.sin(np.radians(10))
    assert area(50, 60) / area(0, 10) == pytest.approx(on_sphere, rel=1e-4)


def test_every_asset_is_on_the_overview_once_with_its_worst_level():
    screening = small_screening()
    worst = np.array([0, 2, 1, 2, 1, 4, 3])  # the railway's second loan fares better than its first
    world = overview(screening.portfolio, worst, None)
    assert sorted((m.row, m.level) for m in world.markers) == [(0, 0), (1, 2), (2, 1), (3, 2), (5, 4), (6, 3)]
    assert [m.level for m in world.markers] == sorted((m.level for m in world.markers), reverse=True)  # worst on top
    assert all(0 <= m.x <= world.width and 0 <= m.y <= world.height for m in world.markers)
    assert world.n_hidden == 0


def test_thousands_of_assets_stay_on_the_map_and_what_is_hidden_is_counted():
    screening = large_screening()
    world = overview(screening.portfolio, np.zeros(2_000, dtype=np.int64), None)
    assert len(world.markers) + world.n_hidden == 1_600
    assert world.n_hidden > 0


def test_the_land_is_drawn_in_the_window_and_bounded():
    angle = np.linspace(0, 2 * np.pi, 90_000)
    reach = np.random.default_rng(5).uniform(0.95, 1.0, 90_000)
    coast = shapely.Polygon(np.column_stack([60 * reach * np.cos(angle), 40 * reach * np.sin(angle)]))
    world = overview(small_screening().portfolio, np.zeros(7, dtype=np.int64), coast)
    drawn = points(world.land)
    assert 100 < len(drawn) <= 12_000
    assert drawn.min() >= -60
    assert drawn[:, 0].max() <= WIDTH + 60


def test_one_site_alone_is_shown_in_its_region():
    portfolio = small_screening().portfolio
    alone = type(portfolio)(portfolio.projects.slice(6, 1), portfolio.geometries, portfolio.rejected, 1, "", "")
    world = overview(alone, np.array([3]), shapely.box(60, 20, 75, 35))
    (marker,) = world.markers
    assert marker.x == pytest.approx(WIDTH / 2, abs=2)
    assert world.outline == ""
    assert world.land


def test_an_anchor_lies_on_its_geometry_also_across_the_antimeridian():
    geometries = small_screening().portfolio.geometries
    fiji = anchors(geometries)[2]
    assert abs(fiji[0]) > 179
    assert fiji[1] == pytest.approx(-17.3, abs=0.4)


def draw(geometry, shape="line", reach_m=0.0, **options):
    return sitemap.site_map(geometry, shape, buffers_m=BUFFERS_M, reach_m=reach_m, **options)


@pytest.mark.parametrize("row", range(6))
def test_a_project_is_drawn_whole_inside_its_map(row):
    made = draw(small_screening().portfolio.geometries[row])
    drawn = points(made.path)
    assert (drawn >= 0).all()
    assert (drawn <= (sitemap.WIDTH, sitemap.HEIGHT)).all()


def test_a_line_across_the_antimeridian_is_one_line_on_its_map():
    drawn = points(draw(small_screening().portfolio.geometries[2]).path)
    assert len(drawn) == 4
    assert np.ptp(drawn[:, 0]) > 0.5 * sitemap.WIDTH
    assert tuple(drawn[1]) == tuple(drawn[2])  # both pieces meet at the seam


def test_rings_and_scale_bar_are_in_the_same_metres():
    made = draw(shapely.Point(36.8, -1.3), "point", reach_m=8_000.0)
    assert [m for m, _ in made.rings] == [10_000.0, 5_000.0, 1_000.0]
    units_per_metre = made.bar / made.bar_m
    for metres, width in made.rings:
        assert width == pytest.approx(2 * metres * units_per_metre, rel=0.02)
    assert made.rings[0][1] < sitemap.HEIGHT


def test_a_ring_reaches_as_far_as_the_ground_does():
    from pyproj import Geod

    lon, lat = 36.8, 55.0
    east, north, _ = Geod(ellps="WGS84").fwd([lon, lon], [lat, lat], [90, 0], [10_000, 10_000])
    target = shapely.MultiPoint(list(zip(east, north, strict=True)))
    made = draw(shapely.Point(lon, lat), "point", reach_m=8_000.0, nearby=[sitemap.Nearby("x", "", target)])
    middle = points(made.path)[0]
    away = np.hypot(*(points(made.nearby[0].path) - middle).T)
    assert away == pytest.approx(made.rings[0][1] / 2, rel=0.006)


def test_features_and_land_across_the_antimeridian_are_in_view():
    both_sides = shapely.MultiPolygon([shapely.box(179.0, -18.0, 180.0, -16.5), shapely.box(-180.0, -18.0, -179.0, -16.5)])
    made = draw(small_screening().portfolio.geometries[2], land=both_sides, nearby=[sitemap.Nearby("parks", "", both_sides)])
    for path in (made.land, made.nearby[0].path):
        west, east = points(path)[:, 0].min(), points(path)[:, 0].max()
        assert west < sitemap.WIDTH / 3
        assert east > 2 * sitemap.WIDTH / 3


def test_a_feature_out_of_view_is_not_drawn():
    far = sitemap.Nearby("parks", "far", shapely.box(100, 50, 101, 51))
    assert draw(shapely.Point(0, 0), "point", nearby=[far]).nearby == ()
