"""Smoothed lines: on passable cells only, by shapely; never dearer; as round as they say; fixed at their ends."""

from __future__ import annotations

import math
import sys
from pathlib import Path as File

import numpy as np
import numpy.typing as npt
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from qinglu.errors import OptionError
from qinglu.siting import Grid, NoRouteError, Path, least_cost_path
from qinglu.siting.problem import Surfaces
from qinglu.siting.score import score
from qinglu.siting.smooth import Smoothed, smoothed
from qinglu.siting.walk import walk

sys.path.insert(0, str(File(__file__).parents[1] / "unit"))
from siting_places import WEIGHTS, place, rough

SHAPE = (40, 50)
GRIDS = {
    "plane": Grid.planar(SHAPE, 100.0),
    "degrees": Grid.lonlat(SHAPE, 35.0, 80.0, 1 / 400),
    "UTM": Grid(SHAPE, (100.0, 0.0, 600000.0, 0.0, -100.0, 4e6), "EPSG:32637"),
}
GEOD = pyproj.Geod(ellps="WGS84")


def forbidden_area(surfaces: Surfaces) -> shapely.Geometry:
    """The inside of the cells that may not be entered, in rows and columns, a hair within their borders."""
    rows, cols = np.nonzero(~surfaces.passable)
    hair = 2e-6
    return shapely.union_all(shapely.box(cols + hair, rows + hair, cols + 1 - hair, rows + 1 - hair))


def radii(grid: Grid, line: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Radius of the circle through every three successive vertices, metres; infinity where they lie straight."""
    if not grid.crs:
        d = np.diff(line, axis=0)
        step, heading = np.hypot(*d.T), np.arctan2(*d.T)
        turn = np.diff(heading)
    else:
        out, back, step = GEOD.inv(*line[:-1].T, *line[1:].T)
        turn = np.radians(out[1:] - (back[:-1] + 180.0))
    turn = np.abs((turn + math.pi) % (2 * math.pi) - math.pi)
    a, b = step[:-1], step[1:]
    across = np.sqrt(a * a + b * b + 2 * a * b * np.cos(turn))
    with np.errstate(divide="ignore"):
        radius = across / (2 * np.sin(turn))
    # Straight segments and what rounding of coordinates bends them.
    return np.where(turn < 1e-5, np.inf, np.where(turn > math.pi / 2, 0.0, radius))


def route(surfaces: Surfaces, start: tuple[int, int], end: tuple[int, int]) -> Path:
    cells, climb = surfaces.weighted(WEIGHTS)
    return least_cost_path(cells, surfaces.grid, start, end, climb=climb)


def check(surfaces: Surfaces, path: Path, made: Smoothed, radius: float) -> None:
    grid = surfaces.grid
    xy = np.column_stack(grid.positions_of(*made.line.T))[:, ::-1]
    inside = shapely.intersection(shapely.LineString(xy), forbidden_area(surfaces))
    assert inside.length < 1e-9
    scored = score(surfaces, made.line)
    assert not scored.blocked_m
    assert scored.outside_m == 0
    assert made.cost == pytest.approx(scored.scores["cost"], rel=1e-9)
    assert made.cost <= path.cost * (1 + 1e-9 + (0.02 if radius else 0.0))
    ends = np.column_stack(grid.lonlat_of(path.rows[[0, -1]], path.cols[[0, -1]]))
    np.testing.assert_allclose(made.line[[0, -1]], ends, rtol=0, atol=1e-9 * max(1.0, np.abs(ends).max()))
    measured = radii(grid, made.line).min(initial=np.inf)
    if made.kept_radius:
        assert radius == 0 or measured >= radius * (1 - 1e-3)
        assert (made.note.zh, made.note.en, made.tight) == ("", "", ())
    else:
        assert "cannot keep" in made.note.en
        assert f"{radius:g} m" in made.note.zh
        assert made.least_radius_m == min(r for _, _, r in made.tight) < radius
        assert measured >= made.least_radius_m * (1 - 1e-3)


@settings(max_examples=20, deadline=None)
@given(
    st.integers(0, 10**6), st.sampled_from(sorted(GRIDS)), st.sampled_from([0.0, 50.0, 150.0, 500.0, 2000.0]),
    st.sampled_from([0.0, 0.1, 0.3]), st.booleans(),
)  # fmt: skip
def test_no_forbidden_cell_no_dearer_and_round(seed: int, name: str, radius: float, share: float, climbs: bool) -> None:
    price = rough(SHAPE, seed)
    obstacles = np.random.default_rng(seed).random(SHAPE) < share
    price[obstacles] = np.inf
    price[3, 3] = price[36, 45] = 1.0
    surfaces = place(price, GRIDS[name], rough(SHAPE, seed + 1) * 10 if climbs else None)
    try:
        path = route(surfaces, (3, 3), (36, 45))
    except NoRouteError:
        return
    check(surfaces, path, smoothed(surfaces, path.rows, path.cols, WEIGHTS, min_radius_m=radius), radius)


@pytest.mark.parametrize("name", GRIDS)
def test_open_ground_is_crossed_straight(name: str) -> None:
    """Eight directions are 8 % longer than straight at worst; pulled straight nothing of that is left."""
    surfaces = place(np.ones(SHAPE), GRIDS[name])
    path = route(surfaces, (3, 3), (20, 45))
    made = smoothed(surfaces, path.rows, path.cols, WEIGHTS, min_radius_m=3000.0)
    assert made.kept_radius
    lon, lat = made.line[[0, -1]].T
    straight = math.dist(*made.line[[0, -1]]) if name == "plane" else GEOD.inv(lon[0], lat[0], lon[1], lat[1])[2]
    assert path.cost > straight * 1.04
    assert made.cost == pytest.approx(straight, rel=2e-3)


def around_a_corner(cell_m: float = 100.0) -> Surfaces:
    """A bend of a lane three cells wide."""
    price = np.full(SHAPE, np.inf)
    price[18:21, 2:30] = 1.0
    price[18:38, 27:30] = 1.0
    return place(price, Grid.planar(SHAPE, cell_m))


def test_a_bend_is_as_wide_as_its_lane_allows() -> None:
    """Between the middles of a lane of 300 m an arc has room up to 150 m · √2 / (√2 - 1) = 512 m."""
    surfaces = around_a_corner()
    path = route(surfaces, (19, 3), (37, 28))
    for radius, keeps in ((100.0, True), (300.0, True), (5000.0, False)):
        made = smoothed(surfaces, path.rows, path.cols, WEIGHTS, min_radius_m=radius)
        check(surfaces, path, made, radius)
        assert made.kept_radius is keeps
    lon, lat, least = min(made.tight, key=lambda b: b[2])
    assert 150.0 < least < 5000.0
    row, col = surfaces.grid.positions_of(lon, lat)
    assert 17 < row < 22
    assert 26 < col < 31


@pytest.mark.parametrize("wall", [slice(0, 60), slice(40, 100)])
def test_meridians_that_converge_do_not_tighten_an_arc(wall: slice) -> None:
    """At 79° north an arc of 10 km drawn as on flat paper would be some 1 % tighter on earth."""
    price = np.ones((100, 300))
    price[wall, 150] = np.inf
    surfaces = place(price, Grid.lonlat(price.shape, 10.0, 79.5, 0.01))
    path = route(surfaces, (50, 20), (50, 280))
    made = smoothed(surfaces, path.rows, path.cols, WEIGHTS, min_radius_m=10_000.0)
    assert made.kept_radius
    check(surfaces, path, made, 10_000.0)
    assert radii(surfaces.grid, made.line).min() < 10_300.0


@pytest.mark.parametrize("radius", [0.0, 125.0])
def test_what_is_too_steep_is_passed_as_the_path_does(radius: float) -> None:
    """A line freed everywhere else: no piece steeper than allowed, and not the staircase as a whole."""
    grid = Grid.planar((200, 200), 100.0)
    surfaces = place(np.ones(grid.shape), grid, rough(grid.shape, 2) * 60.0, steepest=0.1)
    path = route(surfaces, (10, 10), (190, 185))
    made = smoothed(surfaces, path.rows, path.cols, WEIGHTS, min_radius_m=radius)
    check(surfaces, path, made, radius)
    assert np.nanmax(np.abs(walk(surfaces, made.line).gradient)) <= 0.1 * (1 + 1e-6)
    assert made.cost < 0.95 * path.cost


def test_places_in_the_first_and_last_cell_are_kept() -> None:
    surfaces = place(rough(SHAPE, 2), GRIDS["degrees"])
    path = route(surfaces, (3, 3), (36, 45))
    lon, lat = surfaces.grid.lonlat_of([2.7, 36.4], [3.3, 44.8])
    ends = ((lon[0], lat[0]), (lon[1], lat[1]))
    made = smoothed(surfaces, path.rows, path.cols, WEIGHTS, min_radius_m=100.0, ends=ends)
    np.testing.assert_allclose(made.line[[0, -1]], ends, atol=1e-9)
    with pytest.raises(ValueError, match="does not lie in the cell"):
        smoothed(surfaces, path.rows, path.cols, WEIGHTS, min_radius_m=0.0, ends=(ends[1], ends[0]))


def test_waypoints_stay_corners_where_there_are_no_arcs() -> None:
    surfaces = place(np.ones(SHAPE), GRIDS["plane"])
    cells = surfaces.weighted(WEIGHTS)[0]
    path = least_cost_path(cells, surfaces.grid, (3, 3), (3, 45), via=[(30, 24)])
    made = smoothed(surfaces, path.rows, path.cols, WEIGHTS, min_radius_m=0.0, via=[(30, 24)])
    want = np.column_stack(surfaces.grid.lonlat_of([3, 30, 3], [3, 24, 45]))
    np.testing.assert_allclose(made.line, want, atol=1e-6)
    through = smoothed(surfaces, path.rows, path.cols, WEIGHTS, min_radius_m=0.0)
    assert through.cost < made.cost


def test_a_radius_may_be_bought() -> None:
    """What the line may cost more than the path goes into wider bends."""
    surfaces = place(rough(SHAPE, 7), GRIDS["plane"])
    path = route(surfaces, (3, 3), (36, 45))
    made = [smoothed(surfaces, path.rows, path.cols, WEIGHTS, min_radius_m=1500.0, dearer=d) for d in (0.0, 0.5)]
    assert made[0].cost <= path.cost
    assert made[1].cost <= 1.5 * path.cost
    assert len(made[1].tight) <= len(made[0].tight)


def test_one_cell_and_an_impossible_radius() -> None:
    surfaces = place(np.ones(SHAPE), GRIDS["plane"])
    alone = smoothed(surfaces, [4], [5], WEIGHTS, min_radius_m=100.0)
    assert alone.line.shape == (2, 2)
    assert alone.cost == 0
    with pytest.raises(OptionError, match="metres of 0 or more"):
        smoothed(surfaces, [4, 5], [5, 5], WEIGHTS, min_radius_m=-1.0)
