"""Orientation is exact where doubles are not: against rational arithmetic."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qinglu.space.kernels.planar import orient, segments_touch

degrees = st.floats(-180, 180, allow_nan=False).map(lambda x: round(x, 7))


def exact(a, b, c):
    (ax, ay), (bx, by), (cx, cy) = (tuple(map(Fraction, p)) for p in (a, b, c))
    turn = (ax - cx) * (by - cy) - (ay - cy) * (bx - cx)
    return (turn > 0) - (turn < 0)


@settings(max_examples=300, deadline=None)
@given(st.tuples(degrees, degrees), st.tuples(degrees, degrees), st.floats(0, 1), st.integers(-2, 2), st.integers(-2, 2))
def test_points_within_rounding_of_a_line(a, b, t, up, right):
    c = [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]
    for axis, steps in ((0, right), (1, up)):
        c[axis] += steps * float(np.spacing(max(abs(c[axis]), 1e-3)))
    assert np.sign(orient(*a, *b, *c)) == exact(a, b, c)


def test_a_case_that_plain_doubles_get_wrong():
    a, b = (12.0, 12.0), (24.0, 24.0)
    wrong = 0
    for i in range(64):
        for j in range(64):
            c = (0.5 + i * 2.0**-53, 0.5 + j * 2.0**-53)
            assert np.sign(orient(*a, *b, *c)) == exact(a, b, c)
            plain = (a[0] - c[0]) * (b[1] - c[1]) - (a[1] - c[1]) * (b[0] - c[0])
            wrong += np.sign(plain) != exact(a, b, c)
    assert wrong > 100  # or the test tests nothing


@pytest.mark.parametrize(
    ("segments", "touch"),
    [
        ((0, 0, 2, 2, 0, 2, 2, 0), True),
        ((0, 0, 2, 2, 2, 2, 3, 0), True),
        ((0, 0, 2, 2, 3, 3, 4, 4), False),
        ((0, 0, 2, 2, 1, 1, 4, 4), True),
        ((1, 1, 1, 1, 0, 0, 2, 2), True),
        ((1, 1, 1, 1, 0, 0, 2, 2.0000001), False),
        ((1, 1, 1, 1, 1, 1, 1, 1), True),
        ((0, 0, 1, 0, 2, -1, 2, 1), False),
    ],
)
def test_segments_that_touch(segments, touch):
    values = tuple(map(float, segments))
    assert segments_touch(*values) is touch
    assert segments_touch(*values[4:], *values[:4]) is touch
