"""Strips turn back into the lines they were buffered from, discs into points, and nothing else changes."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from qinglu import space
from qinglu.portfolio.centreline import centre_lines, strip_width
from qinglu.portfolio.shapes import reduce

HALF = 1.1
DEG = 1e-5


def winding(n: int, seed: int, step: float = 20.0) -> shapely.LineString:
    rng = np.random.default_rng(seed)
    heading = np.cumsum(rng.normal(size=n) * 0.1)
    steps = np.column_stack([np.cos(heading), np.sin(heading)]) * rng.uniform(0.2 * step, 2 * step, n)[:, None]
    return shapely.linestrings(np.cumsum(steps, axis=0))


LINES = {
    "straight": shapely.from_wkt("LINESTRING (0 0, 100 0)"),
    "short": shapely.from_wkt("LINESTRING (0 0, 15 0)"),
    "bends": shapely.from_wkt("LINESTRING (0 0, 50 0, 90 30, 60 80, 60 150)"),
    "hairpin": shapely.from_wkt("LINESTRING (0 0, 200 0, 200 8, 0 8)"),
    "winding": winding(300, 1),
    "long": winding(5000, 2, 40.0),
    "tee": shapely.from_wkt("MULTILINESTRING ((0 0, 200 0), (100 0, 100 80))"),
    "fork": shapely.from_wkt("MULTILINESTRING ((0 0, 100 0, 200 40), (100 0, 200 -40))"),
    "cross": shapely.from_wkt("MULTILINESTRING ((0 0, 200 0), (100 -70, 100 80))"),
    "loop": shapely.from_wkt("LINESTRING (0 0, 100 0, 100 60, 0 60, 0 0)"),
    "lasso": shapely.from_wkt("MULTILINESTRING ((0 0, 100 0, 100 60, 0 60, 0 0), (100 60, 300 60))"),
    "grid": shapely.MultiLineString(
        [[(x, 0), (x, 300)] for x in range(0, 301, 50)] + [[(0, y), (300, y)] for y in range(0, 301, 50)]
    ),
}


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("cap", ["round", "flat"])
def test_the_line_is_found_again(name: str, cap: str) -> None:
    line = LINES[name]
    strip = line.buffer(HALF, cap_style=cap)
    lines, fatness = centre_lines(np.array([strip]))
    found = lines[0]
    assert found.length == pytest.approx(line.length, rel=0.01)
    assert found.hausdorff_distance(line) < HALF
    assert fatness[0] < 2.4
    sides = strip.boundary
    shapely.prepare(sides)
    away = shapely.distance(shapely.line_interpolate_point(found, np.linspace(0.1, 0.9, 500), normalized=True), sides)
    # At junctions and joins the middle is farther from the sides.
    assert np.median(away) == pytest.approx(HALF, rel=0.02)
    assert away.min() > (0.7 * HALF if cap == "round" else 0)
    assert strip.buffer(0.01).covers(found)


def test_many_strips_at_once_do_not_mix() -> None:
    apart = [shapely.transform(LINES[n], lambda xy, k=k: xy + 2000 * k) for k, n in enumerate(LINES)]
    together, _ = centre_lines(np.array([a.buffer(HALF) for a in apart]))
    for line, found in zip(apart, together, strict=True):
        alone, _ = centre_lines(np.array([line.buffer(HALF)]))
        assert found.length == pytest.approx(alone[0].length, rel=1e-6)
        assert found.hausdorff_distance(alone[0]) < 0.05
        assert found.hausdorff_distance(line) < HALF


def test_the_width_of_a_strip() -> None:
    strip = shapely.from_wkt("LINESTRING (0 0, 12 0)").buffer(HALF)
    assert strip_width(np.array([strip.area]), np.array([strip.length]))[0] == pytest.approx(2 * HALF, rel=0.01)


@pytest.mark.parametrize("lat", [-60.0, -33.0, 0.0, 25.0, 48.0, 71.0])
def test_lines_buffered_in_degrees_at_every_latitude(lat: float) -> None:
    """As OpenStreetMap ways reach us: 0.00001 degrees to each side, narrower in metres towards the poles."""
    rng = np.random.default_rng(int(lat) + 100)
    xy = np.cumsum(rng.normal(size=(200, 2)) * 3e-4 + [4e-4, 0], axis=0) + [36.0, lat]
    line = shapely.linestrings(xy)
    found = reduce(np.array([line.buffer(DEG)]))
    assert (found.shape[0], bool(found.strip[0]), bool(found.mixed[0])) == ("line", True, False)
    assert space.length_m(found.geoms)[0] == pytest.approx(space.length_m(np.array([line]))[0], rel=0.01)
    assert found.geoms[0].hausdorff_distance(line) < 3 * DEG


@pytest.mark.parametrize("lat", [-60.0, 0.0, 71.0])
def test_discs_become_their_centres(lat: float) -> None:
    centre = shapely.Point(10.0, lat)
    metres = np.array([1.0 / np.cos(np.radians(lat)), 1.0]) * 1.1 / 111_320
    true_disc = shapely.transform(shapely.Point(0, 0).buffer(1), lambda xy: xy * metres + [10.0, lat])
    found = reduce(np.array([centre.buffer(DEG), true_disc, shapely.MultiPolygon([centre.buffer(DEG), shapely.Point(11, lat).buffer(DEG)])]))
    assert found.shape.tolist() == ["point"] * 3
    assert found.disc.all()
    assert not found.mixed.any()
    assert found.geoms[0].distance(centre) < 1e-9
    assert found.geoms[1].distance(centre) < 1e-9
    assert shapely.get_num_geometries(found.geoms).tolist() == [1, 1, 2]


def metric(wkt: str) -> shapely.Geometry:
    """A shape drawn in metres near the equator."""
    return shapely.transform(shapely.from_wkt(wkt), lambda xy: xy / 111_320 + [20.0, 0.1])


@pytest.mark.parametrize(
    "wkt",
    [
        "POLYGON ((0 0, 5 0, 5 6, 0 6, 0 0))",  # a hut
        "POLYGON ((0 0, 300 0, 300 20, 0 20, 0 0))",  # a runway, 20 m wide
        "POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0))",  # small and square, so no disc
        "POLYGON ((0 0, 900 0, 900 900, 0 900, 0 0))",
    ],
)
def test_real_areas_stay(wkt: str) -> None:
    area = metric(wkt)
    found = reduce(np.array([area]))
    assert found.shape[0] == "area"
    assert shapely.equals_exact(found.geoms[0], area)


def test_points_and_lines_stay() -> None:
    given = shapely.from_wkt(["POINT (1 2)", "MULTIPOINT (1 2, 3 4)", "LINESTRING (0 0, 1 1)", "MULTILINESTRING ((0 0, 1 1), (2 2, 3 3))"])
    found = reduce(given)
    assert shapely.equals_exact(found.geoms, given).all()
    assert found.shape.tolist() == ["point", "point", "line", "line"]
    assert not (found.strip | found.disc | found.mixed).any()


def test_a_railway_with_stations_is_a_line_and_keeps_them() -> None:
    rail = metric("LINESTRING (0 0, 5000 0, 9000 3000)")
    strip = rail.buffer(DEG)
    yard = metric("POLYGON ((9200 3000, 9300 3000, 9300 3100, 9200 3100, 9200 3000))")
    found = reduce(np.array([shapely.MultiPolygon([strip, yard])]))
    assert (found.shape[0], bool(found.strip[0]), bool(found.mixed[0])) == ("line", True, True)
    expected = space.length_m(np.array([rail]))[0] + space.length_m(np.array([yard.boundary]))[0]
    assert space.length_m(found.geoms)[0] == pytest.approx(expected, rel=0.01)
    assert found.geoms[0].distance(yard.boundary) == 0


def test_a_plant_with_an_access_road_is_an_area_and_keeps_it() -> None:
    plant = metric("POLYGON ((0 0, 2000 0, 2000 2000, 0 2000, 0 0))")
    road = metric("LINESTRING (2100 0, 3100 0)").buffer(DEG)
    given = shapely.MultiPolygon([plant, road])
    found = reduce(np.array([given]))
    assert (found.shape[0], bool(found.strip[0]), bool(found.mixed[0])) == ("area", False, True)
    assert shapely.equals_exact(found.geoms[0], given)


def test_a_strip_merged_with_a_real_area_is_taken_apart() -> None:
    rail = metric("LINESTRING (0 0, 9000 0)")
    yard = metric("POLYGON ((4000 -30, 4100 -30, 4100 30, 4000 30, 4000 -30))")
    found = reduce(np.array([shapely.union_all([rail.buffer(DEG), yard])]))
    assert (found.shape[0], bool(found.mixed[0])) == ("line", True)
    expected = (9000 - 100) + 2 * (100 + 60)
    assert space.length_m(found.geoms)[0] == pytest.approx(expected, rel=0.02)


def test_nothing_to_reduce() -> None:
    found = reduce(np.empty(0, dtype=object))
    assert len(found.geoms) == 0
