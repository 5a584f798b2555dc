"""Each geometry is repaired once, and what was done is told."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from qinglu import space


def _one(wkt):
    r = space.repair(shapely.from_wkt([wkt]))
    done = {k for k in ("invalid", "wrapped", "cut", "z_dropped") if getattr(r, k)[0]}
    return r.geoms[0], done


@pytest.mark.parametrize(
    ("given", "want", "done"),
    [
        ("POINT (1 2)", "POINT (1 2)", set()),
        ("POINT Z (1 2 3)", "POINT (1 2)", {"z_dropped"}),
        ("POINT (190 3)", "POINT (-170 3)", {"wrapped"}),
        ("LINESTRING (179 0, -179 0)", "MULTILINESTRING ((179 0, 180 0), (-180 0, -179 0))", {"cut"}),
        (
            "LINESTRING (170 0, 190 0)",
            "MULTILINESTRING ((170 0, 180 0), (-180 0, -170 0))",
            {"wrapped", "cut"},
        ),
        (
            "POLYGON ((179 0, -179 0, -179 1, 179 1, 179 0))",
            "MULTIPOLYGON (((179 0, 180 0, 180 1, 179 1, 179 0)), ((-180 0, -179 0, -179 1, -180 1, -180 0)))",
            {"cut"},
        ),
        (
            "POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))",
            "MULTIPOLYGON (((0 0, 1 1, 0 2, 0 0)), ((1 1, 2 0, 2 2, 1 1)))",
            {"invalid"},
        ),
        (
            "POLYGON ((-180 -90, 180 -90, 180 90, -180 90, -180 -90))",
            "POLYGON ((-180 -90, 180 -90, 180 90, -180 90, -180 -90))",
            set(),
        ),
    ],
)
def test_repair(given, want, done):
    got, what = _one(given)
    assert shapely.equals(got, shapely.from_wkt(want))
    assert what == done


def test_a_ring_around_the_pole_covers_it():
    got, done = _one("POLYGON ((0 80, 90 80, 180 80, -90 80, 0 80))")
    assert done == {"cut"}
    assert got.is_valid
    cap = np.array([shapely.box(-180, 80, 180, 90)])
    assert space.area_m2(np.array([got]))[0] == pytest.approx(space.area_m2(cap)[0], rel=1e-12)


def test_overlapping_parts_merge():
    got, done = _one("MULTIPOLYGON (((0 0, 2 0, 2 2, 0 2, 0 0)), ((1 1, 3 1, 3 3, 1 3, 1 1)))")
    assert done == {"invalid"}
    assert got.area == pytest.approx(7.0)


def test_null_and_empty_geometries_keep_their_place():
    geoms = np.array([None, shapely.Polygon(), shapely.Point(1, 1)], dtype=object)
    r = space.repair(geoms)
    assert r.geoms[0] is None
    assert r.geoms[1].is_empty
    index = space.Index.build(r.geoms)
    assert index.n_features == 3
    assert space.nearest(index, space.Index.build(shapely.points([[0, 0]]))).project.tolist() == [2]
