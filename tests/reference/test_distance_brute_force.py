"""Distances, areas and lengths against pyproj on densely sampled edges, and against GEOS in the plane.

The oracle samples every edge, straight in longitude/latitude, so finely that its distance can exceed the true one
by at most a known amount: a sample lies within half a step of the closest point on each side.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyproj
import pytest
import shapely

from qinglu import space

GEOD = pyproj.Geod(ellps="WGS84")


def _chains(geom):
    for part in shapely.get_parts(geom):
        for ring in shapely.get_rings(part) if part.geom_type == "Polygon" else [part]:
            yield shapely.get_coordinates(ring)


def _dense(geom, step_deg):
    out = []
    for xy in _chains(geom):
        out.append(xy[:1])
        for a, b in pairwise(xy):
            t = np.linspace(0, 1, int(np.hypot(*(b - a)) / step_deg) + 2)[1:, None]
            out.append(a * (1 - t) + b * t)
    return np.vstack(out)


def _brute(a, b):
    """Least geodesic distance between two sets of places (n, 2) and (m, 2), metres.

    Every pair by the haversine on a sphere, then by pyproj those that its error of half a per cent leaves possible.
    """
    (x, y), (u, v) = np.radians(a).T[:, :, None], np.radians(b).T[:, None, :]
    h = np.sin((v - y) / 2) ** 2 + np.cos(y) * np.cos(v) * np.sin((u - x) / 2) ** 2
    i, j = np.nonzero(h <= h.min() * 1.015)
    return GEOD.inv(a[i, 0], a[i, 1], b[j, 0], b[j, 1])[2].min()


def _shapes(rng, n, centre, spread_deg, size_deg):
    """Points, lines and star-shaped polygons around a centre, all within latitudes of ±89°."""
    out = []
    for k in range(n):
        x, y = centre + rng.uniform(-spread_deg, spread_deg, 2) * [
            1 / max(np.cos(np.radians(centre[1])), 0.05),
            1,
        ]
        wide = size_deg / max(np.cos(np.radians(centre[1])), 0.05)
        if k % 3 == 0:
            out.append(shapely.Point(x, y))
        elif k % 3 == 1:
            walk = np.cumsum(rng.normal(0, 0.5, (5, 2)) * [wide, size_deg], axis=0)
            out.append(shapely.LineString(walk + [x, y]))
        else:
            angle = np.sort(rng.uniform(0, 2 * np.pi, 9))
            r = rng.uniform(0.4, 1.0, 9)
            ring = np.column_stack([x + wide * r * np.cos(angle), y + size_deg * r * np.sin(angle)])
            out.append(shapely.Polygon(ring))
    shapes = np.array(out, dtype=object)
    coords = shapely.get_coordinates(shapes)
    coords[:, 1] = coords[:, 1].clip(-89, 89)
    return space.repair(shapely.set_coordinates(shapes, coords)).geoms


@pytest.mark.parametrize(
    ("centre", "size_deg"),
    [
        ((36.8, -1.3), 0.02),  # Nairobi, a few kilometres
        ((105.0, 62.0), 0.5),  # edges of tens of kilometres far north
        ((179.9, -17.0), 0.3),  # across the antimeridian
        ((-60.0, 86.0), 0.3),  # near the pole
        ((20.0, 10.0), 4.0),  # edges of hundreds of kilometres
    ],
)
def test_distance_is_never_off_by_more_than_the_oracle_can_tell(centre, size_deg):
    rng = np.random.default_rng(20261122)
    projects = _shapes(rng, 12, np.array(centre), size_deg * 4, size_deg)
    features = _shapes(rng, 12, np.array(centre), size_deg * 4, size_deg)
    found = space.within(space.Index.build(projects), space.Index.build(features), 1e7)
    assert len(found.project) == len(projects) * len(features)
    step = size_deg / 40
    half_step_m = step * 111_700 / 2 * np.sqrt(2)
    dense = {id(g): _dense(g, step) for g in (*projects, *features)}
    for p, f, d, touching in zip(
        found.project, found.feature, found.distance_m, found.intersects, strict=True
    ):
        assert touching == shapely.intersects(projects[p], features[f])
        if touching:
            assert d == 0
            continue
        brute = _brute(dense[id(projects[p])], dense[id(features[f])])
        # Both ends may be half a step away along their edges: off by at most the hypotenuse, or the sum where close.
        excess = min(2 * half_step_m, (2 * half_step_m) ** 2 / (2 * max(d, 1.0)) + 1e-3)
        assert d - 1e-6 <= brute <= d + excess


def test_distance_to_a_parallel_and_to_a_long_edge():
    """An edge along a parallel stays on it: the nearest point due north is the same meridian."""
    along = space.Index.build(shapely.from_wkt(["LINESTRING (-60 50, 60 50)"]))
    here = space.Index.build(shapely.points([[10.0, 51.0], [10.0, 49.0]]))
    got = space.within(here, along, 1e6).distance_m
    # From the south the great circle to either side is not shorter: both are meridian arcs.
    assert got[0] == pytest.approx(GEOD.inv(10, 51, 10, 50)[2], abs=1e-6)
    assert got[1] == pytest.approx(GEOD.inv(10, 49, 10, 50)[2], abs=1e-6)


def test_overlap_equals_the_geos_intersection_measured_on_the_ellipsoid():
    rng = np.random.default_rng(7)
    a = _shapes(rng, 90, np.array([12.0, 48.0]), 3.0, 1.5)
    b = _shapes(rng, 90, np.array([12.0, 48.0]), 3.0, 2.5)
    ia, ib = space.Index.build(a), space.Index.build(b)
    pairs = space.within(ia, ib, 0.0)
    want = {(i, int(j)) for i in range(len(a)) for j in np.flatnonzero(shapely.intersects(a[i], b))}
    assert set(zip(pairs.project.tolist(), pairs.feature.tolist(), strict=True)) == want
    got = space.overlap(ia, ib, pairs.project, pairs.feature)
    cut = shapely.intersection(a[pairs.project], b[pairs.feature])
    areal = (shapely.get_dimensions(a[pairs.project]) == 2) & (shapely.get_dimensions(b[pairs.feature]) == 2)
    lineal = (shapely.get_dimensions(a[pairs.project]) == 1) & (shapely.get_dimensions(b[pairs.feature]) == 2)
    assert areal.sum() > 50
    assert lineal.sum() > 50
    np.testing.assert_allclose(got.area_m2[areal], space.area_m2(cut)[areal], rtol=1e-9, atol=0.01)
    np.testing.assert_allclose(got.length_m[lineal], space.length_m(cut)[lineal], rtol=1e-9, atol=1e-4)
    assert np.isnan(got.area_m2[~areal]).all()
    assert np.isnan(got.length_m[~lineal]).all()


@pytest.mark.parametrize(
    "wkt",
    [
        "POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))",
        "POLYGON ((0 0, 30 0, 30 60, 0 60, 0 0), (1 1, 2 1, 2 2, 1 2, 1 1))",
        "POLYGON ((-10 70, 40 75, 20 88, -10 70))",
    ],
)
def test_area_equals_pyproj_on_dense_edges(wkt):
    def oracle(step):
        rings = shapely.get_rings(shapely.from_wkt(wkt))
        dense = [_dense(ring, step) for ring in rings]
        areas = [abs(GEOD.polygon_area_perimeter(xy[:, 0], xy[:, 1])[0]) for xy in dense]
        return areas[0] - sum(areas[1:])

    # Geodesics between samples cut corners: an error that falls with the square of the step, so it extrapolates.
    want = oracle(0.005) + (oracle(0.005) - oracle(0.01)) / 3
    assert space.area_m2(np.array([shapely.from_wkt(wkt)]))[0] == pytest.approx(want, rel=1e-10)


def test_length_equals_pyproj_on_dense_edges():
    line = shapely.from_wkt("LINESTRING (0 0, 10 50, -30 80, -30 80, -31 80)")
    xy = _dense(line, 0.001)
    assert space.length_m(np.array([line]))[0] == pytest.approx(
        GEOD.line_length(xy[:, 0], xy[:, 1]), rel=1e-9
    )


def test_the_whole_earth_has_its_area():
    """WGS 84 surface area, 510 065 621.724 km² (Moritz 2000, Geodetic Reference System 1980, rounded alike)."""
    world = np.array([shapely.box(-180, -90, 180, 90)])
    assert space.area_m2(world)[0] / 1e6 == pytest.approx(510_065_621.724, abs=0.01)


def test_a_tiny_disc_keeps_its_area():
    """A degree of latitude times a degree of longitude, at the middle of a disc of one metre (pyproj is good to 0.1 m²)."""
    disc = shapely.Point(36.8, -1.3).buffer(1e-5, quad_segs=16)
    degree_m2 = GEOD.line_length([36.8 - 5e-4, 36.8 + 5e-4], [-1.3, -1.3]) * GEOD.line_length(
        [36.8, 36.8], [-1.3005, -1.2995]
    )
    assert space.area_m2(np.array([disc]))[0] == pytest.approx(disc.area * degree_m2 * 1e6, rel=1e-8)
