"""The cells of a line, against intersections computed by shapely."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qinglu.siting.kernels.traverse import traverse

anywhere = st.floats(-3, 9, allow_nan=False, allow_subnormal=False)
on_lines = st.integers(-6, 18).map(lambda k: k / 2)  # middles, borders and corners


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(anywhere, anywhere), min_size=2, max_size=6))
def test_lengths_in_cells_are_those_of_shapely(vertices: list[tuple[float, float]]) -> None:
    r, c = np.array(vertices).T
    # Nearly along a border, where a hair aside moves the crossing far along, is no matter of right or wrong.
    steps = np.abs(np.diff([r, c], axis=1))
    assume(((steps == 0) | (steps > 0.02)).all())
    row, col, share, segment = traverse(r, c)
    length = np.hypot(np.diff(r), np.diff(c))
    got: dict[tuple[int, int], float] = defaultdict(float)
    for cell_r, cell_c, part, i in zip(row, col, share, segment, strict=True):
        got[int(cell_r), int(cell_c)] += part * length[i]
    for i in np.flatnonzero(length):
        assert share[segment == i].sum() == pytest.approx(1.0, abs=1e-12)
    inside = shapely.box(-4, -4, 10, 10)
    assert shapely.contains(inside, shapely.LineString(np.c_[c, r])) or len(set(vertices)) == 1
    wanted: dict[tuple[int, int], float] = defaultdict(float)
    for i in np.flatnonzero(length):
        line = shapely.LineString([(c[i], r[i]), (c[i + 1], r[i + 1])])
        for cell_r in range(-4, 10):
            for cell_c in range(-4, 10):
                # Half-open cells: a line along a border is counted to the larger row or column.
                box = shapely.box(cell_c - 1e-7, cell_r - 1e-7, cell_c + 1 - 1e-7, cell_r + 1 - 1e-7)
                wanted[cell_r, cell_c] += shapely.intersection(line, box).length
    for cell in set(got) | set(wanted):
        assert got[cell] == pytest.approx(wanted[cell], abs=1e-4), cell


@given(st.lists(st.tuples(on_lines, on_lines), min_size=2, max_size=8))
def test_through_corners_and_along_borders(vertices: list[tuple[float, float]]) -> None:
    """Every piece is longer than a hair, and its cell's closed square holds its middle."""
    r, c = np.array(vertices).T
    row, col, share, segment = traverse(r, c)
    moved = np.flatnonzero(np.hypot(np.diff(r), np.diff(c)))
    np.testing.assert_array_equal(np.unique(segment), moved)
    for i in moved:
        mine = np.flatnonzero(segment == i)
        assert share[mine].sum() == pytest.approx(1.0, abs=1e-12)
        assert share[mine].min() > 1e-3
        middle = np.cumsum(share[mine]) - share[mine] / 2
        assert (np.abs(r[i] + middle * (r[i + 1] - r[i]) - row[mine] - 0.5) <= 0.5 + 1e-12).all()
        assert (np.abs(c[i] + middle * (c[i + 1] - c[i]) - col[mine] - 0.5) <= 0.5 + 1e-12).all()


@pytest.mark.parametrize("off", [0.0, 1e-12, -1e-12, 3e-9])
def test_a_step_through_a_corner_is_half_and_half(off: float) -> None:
    """Places in degrees come back as positions some 1e-12 of a cell away."""
    row, col, share, _ = traverse([4.5, 3.5], [2.5 + off, 3.5 - off])
    assert (row.tolist(), col.tolist()) == ([4, 3], [2, 3])
    assert share == pytest.approx([0.5, 0.5], abs=1e-8)


def test_a_line_that_leads_nowhere_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        traverse([0.0, np.nan], [0.0, 1.0])
