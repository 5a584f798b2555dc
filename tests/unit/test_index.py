"""The compiled form: kept, opened again, refused when damaged; features come back as they went in."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from qinglu import space
from qinglu.errors import IntegrityError

GEOMS = shapely.from_wkt(
    [
        "POINT (1 2)",
        "LINESTRING (0 0, 10 50)",
        "POLYGON ((0 0, 30 0, 30 60, 0 60, 0 0), (1 1, 2 1, 2 2, 1 2, 1 1))",
        "MULTIPOLYGON (((179 0, 180 0, 180 1, 179 0)), ((-180 0, -179 0, -180 1, -180 0)))",
        "MULTIPOINT ((5 5), (6 6))",
    ]
)


def test_kept_and_opened_again(tmp_path):
    built = space.Index.build(GEOMS)
    built.save(tmp_path / "x.idx")
    opened = space.Index.open(tmp_path / "x.idx")
    for name in built.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(built, name), getattr(opened, name))
    assert [p.name for p in tmp_path.iterdir()] == ["x.idx"]


def test_features_come_back():
    back = space.Index.build(GEOMS).geometries(np.arange(len(GEOMS)))
    assert shapely.equals(back, GEOMS).all()


@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b"X" + b[1:], lambda b: b[:40]])
def test_damage_is_refused(tmp_path, damage):
    path = tmp_path / "x.idx"
    space.Index.build(GEOMS).save(path)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(IntegrityError, match=r"x\.idx"):
        space.Index.open(path)


def test_places_on_the_seam_touch_from_both_sides():
    east = space.Index.build(shapely.points([[180.0, 0.5], [-180.0, 0.5], [180.0, 5.0]]))
    found = space.within(east, space.Index.build(GEOMS[3:4]), 0.0)
    assert found.project.tolist() == [0, 1]


def test_the_poles_are_one_place():
    pole = space.Index.build(shapely.points([[0.0, 90.0], [123.0, 90.0]]))
    assert space.nearest(pole, space.Index.build(shapely.points([[77.0, 90.0]]))).distance_m.tolist() == [
        0.0,
        0.0,
    ]


def test_of_several_that_hold_a_point_the_first_is_nearest():
    boxes = np.array([shapely.box(-5, -5, 5, 5), shapely.box(-1, -1, 1, 1), shapely.box(-2, -2, 2, 2)])
    here = space.Index.build(shapely.points([[0.0, 0.0]]))
    assert space.nearest(here, space.Index.build(boxes)).feature.tolist() == [0]
    assert space.nearest(here, space.Index.build(boxes[::-1])).feature.tolist() == [0]


def test_threads_change_nothing():
    from qinglu.engine import Threads

    rng = np.random.default_rng(3)
    a = space.Index.build(shapely.points(rng.uniform([-180, -80], [180, 80], (20_000, 2))))
    b = space.Index.build(shapely.buffer(shapely.points(rng.uniform([-170, -70], [170, 70], (300, 2))), 2))
    one = space.within(a, b, 300_000.0)
    with Threads(3) as threads:
        many = space.within(a, b, 300_000.0, run=threads.map)
    for name in ("project", "feature", "distance_m", "intersects"):
        np.testing.assert_array_equal(getattr(one, name), getattr(many, name))
