"""Alternatives: within both bounds, simple, ordered, and measured as shapely measures them."""

from __future__ import annotations

import math
import sys
from pathlib import Path as File

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from qinglu.errors import OptionError
from qinglu.siting import Grid, NoRouteError, Path, least_cost_path
from qinglu.siting.alternatives import Alternatives, _Search, dissimilar
from qinglu.siting.apart import dissimilarity, share_apart, track
from qinglu.siting.paths import step_costs
from qinglu.siting.problem import Surfaces

sys.path.insert(0, str(File(__file__).parents[1] / "unit"))
from siting_places import WEIGHTS, place, rough

SHAPE = (60, 70)
PLANE = Grid.planar(SHAPE, 100.0)
DEGREES = Grid.lonlat(SHAPE, 35.0, 10.0, 1 / 120)


def share_by_shapely(grid: Grid, a: Path, b: Path, apart_m: float) -> float:
    """Share of a planar path whose cells lie farther than `apart_m` from the other, each with half its steps."""
    xy = [np.column_stack(grid.lonlat_of(p.rows, p.cols)) for p in (a, b)]
    step = np.hypot(*np.diff(xy[0], axis=0).T)
    weight = np.concatenate([[0], step]) / 2 + np.concatenate([step, [0]]) / 2
    return float(
        weight[shapely.distance(shapely.points(xy[0]), shapely.LineString(xy[1])) > apart_m].sum() / step.sum()
    )


def check(found: Alternatives, surfaces: Surfaces, within: float, least: float, stops: int = 2) -> None:
    cells, climb = surfaces.weighted(WEIGHTS)
    costs = [p.cost for p in found.paths]
    assert costs == sorted(costs)
    assert costs[-1] <= costs[0] * (1 + within)
    for path in found.paths:
        assert path.cost == pytest.approx(
            math.fsum(step_costs(cells, surfaces.grid, path.rows, path.cols, climb=climb)[0])
        )
        if stops == 2:
            assert len(set(zip(path.rows.tolist(), path.cols.tolist(), strict=True))) == len(path.rows)
        assert (path.rows[0], path.cols[0]) == (found.paths[0].rows[0], found.paths[0].cols[0])
        assert (path.rows[-1], path.cols[-1]) == (found.paths[0].rows[-1], found.paths[0].cols[-1])
    n = len(found.paths)
    assert found.dissimilarity.shape == (n, n)
    np.testing.assert_array_equal(found.dissimilarity, found.dissimilarity.T)
    assert (found.dissimilarity[~np.eye(n, dtype=bool)] >= least).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.05, 0.2, 0.5]), st.sampled_from([0.2, 0.3, 0.5]), st.booleans())
def test_within_both_bounds(seed: int, within: float, least: float, climbs: bool) -> None:
    elevation = rough(SHAPE, seed + 1) * 20 if climbs else None
    surfaces = place(rough(SHAPE, seed), PLANE, elevation)
    found = dissimilar(surfaces, (5, 5), (52, 63), WEIGHTS, 4, within=within, least_dissimilarity=least)
    check(found, surfaces, within, least)
    cells, climb = surfaces.weighted(WEIGHTS)
    best = least_cost_path(cells, PLANE, (5, 5), (52, 63), climb=climb)
    np.testing.assert_array_equal(found.paths[0].rows, best.rows)
    assert (found.note.en == "") == (len(found.paths) == 4) == (found.note.zh == "")
    for i, a in enumerate(found.paths):
        for j, b in enumerate(found.paths[:i]):
            shares = [share_by_shapely(PLANE, *pair, found.apart_m) for pair in ((a, b), (b, a))]
            assert found.dissimilarity[i, j] == pytest.approx(min(shares), abs=1e-9)


LANES = {"within": 1.0, "least_dissimilarity": 0.5, "apart_m": 800.0}


def gaps() -> np.ndarray:
    """Three lanes, each with a gap in the wall across it; one of the gaps is dear."""
    price = np.ones(SHAPE)
    price[:, 35] = np.inf
    price[15:23, 8:62] = price[38:46, 8:62] = np.inf
    price[[8, 30, 52], 35] = (1.0, 1.0, 12.0)
    return price


def test_each_lane_is_one_route() -> None:
    found = dissimilar(place(gaps(), PLANE), (30, 3), (30, 66), WEIGHTS, 3, **LANES)
    assert [int(p.rows[p.cols == 35][0]) for p in found.paths] == [30, 8, 52]
    again = dissimilar(place(gaps(), PLANE), (30, 3), (30, 66), WEIGHTS, 3, **LANES)
    for a, b in zip(found.paths, again.paths, strict=True):
        np.testing.assert_array_equal(a.rows, b.rows)


def test_fewer_than_asked_for_says_what_to_relax() -> None:
    corridor = np.full(SHAPE, np.inf)
    corridor[28:33, :] = 1.0
    found = dissimilar(place(corridor, PLANE), (30, 3), (30, 66), WEIGHTS, 3)
    assert len(found.paths) == 1
    assert "Only 1 of 3 routes" in found.note.en
    assert "只找到 1 条路线" in found.note.zh
    tight = dissimilar(place(gaps(), PLANE), (30, 3), (30, 66), WEIGHTS, 3, within=0.02)
    assert len(tight.paths) < 3
    said = int(tight.note.en.split("The cheapest one different enough is ")[1].split(" %")[0]) / 100
    more = dissimilar(place(gaps(), PLANE), (30, 3), (30, 66), WEIGHTS, 3, within=said)
    assert len(more.paths) > len(tight.paths)


def with_spike(path: Path, at_col: int, aside: int) -> tuple[np.ndarray, np.ndarray]:
    """The path with a way straight south and back, `aside` columns on."""
    i = int(np.flatnonzero(path.cols == at_col)[0])
    up = np.arange(path.rows[i] + 1, 60)
    rows = np.concatenate([path.rows[: i + 1], up, up[::-1], path.rows[i + aside :]])
    return rows, np.concatenate([path.cols[: i + 1], up * 0 + at_col, up * 0 + at_col + aside, path.cols[i + aside :]])


def test_seeds_count_if_they_lead_there_and_do_not_wander() -> None:
    """A way round is a candidate as it is, not with a way out and back, in other cells or in the same ones."""
    surfaces = place(gaps(), PLANE)
    cells = surfaces.weighted(WEIGHTS)[0]
    best = least_cost_path(cells, PLANE, (30, 3), (30, 66))
    over = least_cost_path(cells, PLANE, (30, 3), (30, 66), via=[(52, 35)])

    def taken(rows: np.ndarray, cols: np.ndarray) -> tuple[int, int]:
        assert np.isfinite(step_costs(cells, PLANE, rows, cols)[0]).all()
        search = _Search(cells, PLANE, None, 8, [(30, 3), (30, 66)], 800.0, 3 * best.cost, 0.5, 0.5)
        search.add(best.rows, best.cols)
        assert search.leads(rows, cols)
        search.add(rows, cols)
        return len(search.pool), len(search.chosen(2))

    assert taken(over.rows, over.cols) == (2, 2)
    assert taken(*with_spike(over, 20, 1)) == (2, 1)
    assert taken(*with_spike(over, 20, 0)) == (1, 1)
    search = _Search(cells, PLANE, None, 8, [(30, 3), (30, 66)], 800.0, 3 * best.cost, 0.5, 0.5)
    assert not search.leads(over.rows[::3], over.cols[::3])
    assert not search.leads(over.rows[:5], over.cols[:5])


def test_a_seed_may_be_the_cheapest_other_route() -> None:
    """Given alone, without a bound that other candidates keep, a seed is found again among the routes."""
    surfaces = place(gaps(), PLANE)
    first = dissimilar(surfaces, (30, 3), (30, 66), WEIGHTS, 3, **LANES).paths
    again = dissimilar(surfaces, (30, 3), (30, 66), WEIGHTS, 3, **LANES, seeds=[(p.rows, p.cols) for p in first]).paths
    assert [p.cost for p in again] <= [p.cost for p in first]


def test_waypoints_are_passed_by_every_route() -> None:
    surfaces = place(rough(SHAPE, 11), DEGREES)
    found = dissimilar(surfaces, (5, 5), (52, 63), WEIGHTS, 3, via=[(40, 20)], least_dissimilarity=0.2)
    check(found, surfaces, 0.5, 0.2, stops=3)
    assert len(found.paths) == 3
    assert all(((p.rows == 40) & (p.cols == 20)).any() for p in found.paths)


def test_metres_apart_are_true_metres() -> None:
    """Two meridians 0.1° apart: 5.6 km at 60° north, 11.1 km at the equator."""
    for north, metres in ((60.5, 5_597.0), (0.5, 11_131.0)):
        grid = Grid.lonlat((100, 100), 20.0, north, 0.01)
        rows = np.arange(45, 56) + 0.5
        a, b = track(grid, rows, np.full(11, 20.5)), track(grid, rows, np.full(11, 30.5))
        assert dissimilarity(a, b, metres * 0.98) == pytest.approx(1.0)
        assert dissimilarity(a, b, metres * 1.02) == 0.0


def test_a_detour_is_no_other_route() -> None:
    straight = track(PLANE, np.full(50, 30.5), np.arange(50) + 0.5)
    rows = np.concatenate([np.full(25, 30.5), np.arange(30, 0, -1) + 0.5, np.arange(1, 30) + 0.5, np.full(25, 30.5)])
    cols = np.concatenate([np.arange(25), np.full(30, 25), np.full(29, 26), np.arange(25, 50)]) + 0.5
    detour = track(PLANE, rows, cols)
    assert share_apart(detour, straight, 300.0) > 0.4
    assert share_apart(straight, detour, 300.0) == 0.0
    assert dissimilarity(detour, straight, 300.0) == 0.0


def test_refusals() -> None:
    surfaces = place(gaps(), PLANE)
    for bad in ({"k": 0}, {"k": 2, "within": -0.1}, {"k": 2, "least_dissimilarity": 1.5}, {"k": 2, "apart_m": 0.0}):
        with pytest.raises(OptionError):
            dissimilar(surfaces, (30, 3), (30, 66), WEIGHTS, **bad)
    closed = np.where(np.isfinite(gaps()) & (np.indices(SHAPE)[1] == 35), np.inf, gaps())
    with pytest.raises(NoRouteError):
        dissimilar(place(closed, PLANE), (30, 3), (30, 66), WEIGHTS, 2)
