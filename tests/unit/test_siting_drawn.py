"""Alternatives that differ as drawn: on even ground many paths of cells are one line."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from qinglu.siting.alternatives import dissimilar
from qinglu.siting.drawn import drawn_apart
from qinglu.siting.grid import Grid
from qinglu.siting.problem import Mode, Objective, Surfaces
from qinglu.siting.score import score
from qinglu.siting.smooth import smoothed
from qinglu.text import Text

GRID = Grid.lonlat((60, 80), 38.0, 9.6, 0.01)
ROAD = Mode("road", Text("路", "Road"), 0.06, 0.0, 30.0, "", None)
STOPS = [(30, 5), (12, 75)]


def surfaces(per_m=None, passable=None):
    per_m = np.ones(GRID.shape, np.float32) if per_m is None else per_m
    passable = np.ones(GRID.shape, np.bool_) if passable is None else passable
    barrier = np.where(passable, 0, 3).astype(np.uint8)
    return Surfaces(GRID, ROAD, {"cost": Objective("cost", per_m)}, {}, passable, barrier)


def sought(made, k, **options):
    def draw(on, rows, cols, weights):
        return smoothed(on, rows, cols, weights, min_radius_m=0.0)

    return drawn_apart(made, STOPS, {"cost": 1.0}, k, draw, **options)


def hidden(a, b, apart_m):
    """Share of `a` more than `apart_m` from `b`, by shapely on a plane of metres: a second implementation."""
    scale = np.array([111_195 * np.cos(np.radians(9.35)), 110_600.0])
    one, other = shapely.linestrings(a * scale), shapely.linestrings(b * scale)
    return shapely.length(shapely.difference(one, shapely.buffer(other, apart_m, quad_segs=32))) / shapely.length(one)


def test_on_even_ground_the_lines_differ_though_the_cheapest_paths_are_one():
    made = surfaces()
    paths = dissimilar(made, *STOPS, {"cost": 1.0}, 3)
    straight = [smoothed(made, p.rows, p.cols, {"cost": 1.0}, min_radius_m=0.0).line for p in paths.paths]
    assert hidden(straight[1], straight[0], paths.apart_m) < 0.1  # what paths alone would give
    found = sought(made, 3)
    assert len(found.lines) == 3
    assert not found.note.en
    for i, a in enumerate(found.lines):
        for j, b in enumerate(found.lines):
            share = min(hidden(a.line, b.line, found.apart_m), hidden(b.line, a.line, found.apart_m))
            assert found.dissimilarity[i, j] == pytest.approx(share if i != j else 0.0, abs=0.03)
            assert i == j or found.dissimilarity[i, j] >= 0.3


def test_the_cheapest_comes_first_and_none_is_dearer_than_allowed():
    rng = np.random.default_rng(5)
    made = surfaces(rng.uniform(1, 3, GRID.shape).astype(np.float32))
    found = sought(made, 4, within=0.3)
    costs = [line.cost for line in found.lines]
    assert costs == sorted(costs)
    assert costs[-1] <= costs[0] * 1.3
    for line in found.lines:
        assert line.cost == pytest.approx(score(made, line.line).scores["cost"], rel=1e-12)
        assert np.array_equal(line.line, line.line.round(7))


def test_no_line_enters_what_is_forbidden():
    passable = np.ones(GRID.shape, np.bool_)
    passable[10:50, 38:42] = False
    found = sought(surfaces(passable=passable), 3)
    wall = shapely.box(38.38, 9.1, 38.42, 9.5)
    assert len(found.lines) == 3
    for line in found.lines:
        assert not shapely.intersects(shapely.linestrings(line.line), shapely.buffer(wall, -1e-6))


def test_where_there_is_one_way_only_it_says_so():
    passable = np.zeros(GRID.shape, np.bool_)
    passable[28:32, :] = True
    passable[:, 73:78] = True
    found = sought(surfaces(passable=passable), 3)
    assert len(found.lines) == 1
    assert found.dissimilarity.shape == (1, 1)
    assert "only 1 of 3" in found.note.en
    assert "只有 1 条" in found.note.zh


def test_one_is_the_best():
    found = sought(surfaces(), 1)
    assert len(found.lines) == 1
    assert found.dissimilarity.tolist() == [[0.0]]
