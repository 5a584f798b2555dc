"""Boxes where better points may hide, and the tolerance that covers them."""

from __future__ import annotations

import numpy as np
import pytest

from qinglu.siting.boxes import everything, nondominated, on_hull, uncovered, weights_for, without


@pytest.mark.parametrize("m", [1, 2, 3, 4])
def test_boxes_hold_exactly_what_no_point_covers(m):
    rng = np.random.default_rng(m)
    points = rng.integers(1, 6, (9, m)).astype(float)  # few values, so that many are equal
    boxes = everything(m)
    for point in points:
        boxes = without(boxes, point)
    for z in rng.uniform(0, 7, (500, m)):
        free = not (points <= z).all(axis=1).any()
        assert (z < boxes).all(axis=1).any() == free
    inside = (boxes[:, None] <= boxes[None]).all(axis=2)
    assert inside.sum() == len(boxes)  # none inside another


def test_uncovered_is_what_the_least_sums_leave_open():
    """Between (1, 3) and (3, 1), with no sum below 4: on the line x + y = 4 the box's corner (3, 3) is 1.5 times (2, 2)."""
    boxes = without(without(everything(2), [1, 3]), [3, 1])
    weights, sums = np.array([[1.0, 0], [0, 1], [1, 1]]), np.array([1.0, 1, 4])
    assert sorted(uncovered(boxes, weights, sums)) == [0, 0, 0.5]
    assert sorted(uncovered(boxes, weights[:2], sums[:2])) == [0, 0, 2.0]


def test_nothing_is_known_of_a_sum_that_may_be_nothing():
    assert uncovered(np.array([[2.0, 2.0]]), np.array([[1.0, 1.0]]), np.zeros(1)) == [np.inf]


def test_weights_are_equal_at_the_points_that_bound_a_box():
    points = np.array([[1.0, 5], [4, 1]])
    weights = weights_for(np.array([4.0, 5.0]), points)
    np.testing.assert_allclose(points @ weights, 1)
    assert weights_for(np.array([np.inf, 5.0]), points).tolist() == [0, 0.2]
    assert weights_for(np.array([3.0, 5.0]), points) == pytest.approx([1 / 3, 0.2])  # bounded by none of them


def test_nondominated_takes_rounding_for_equal():
    values = np.array([[2.0, 2], [1, 3], [1 + 1e-15, 3 - 1e-15], [2, 2 + 1e-15], [3, 1], [3, 2.5]])
    kept = nondominated(values)
    np.testing.assert_allclose(values[kept], [[1, 3], [2, 2], [3, 1]])
    later = np.array([[1.0, 3.0], [1 + 1e-15, 2.0]])
    assert nondominated(later).tolist() == [1]


def test_on_hull():
    values = np.array([[0.0, 10], [1, 9.5], [2, 5], [3, 4], [4, 3], [6, 2.9], [10, 0]])
    assert on_hull(values).tolist() == [True, False, True, True, True, False, True]
    assert on_hull(np.array([[1.0, 1.0]])).tolist() == [True]
