"""A line scores what the search that found it summed; reversed and split lines score the same."""

from __future__ import annotations

import math

import numpy as np
import pytest

from qinglu.siting.grid import Grid
from qinglu.siting.paths import least_cost_path, step_costs
from qinglu.siting.problem import GRADIENTS, Mode, Objective, Surfaces
from qinglu.siting.score import score
from qinglu.siting.walk import heights, walk
from qinglu.text import Text

MODE = Mode("rail", Text("铁路", "Railway"), 0.03, 0.0, 30.0, "none", None)
GRIDS = {
    "30 arc seconds": Grid.lonlat((25, 30), 40.0, 12.0, 1 / 120),
    "one degree, far north": Grid.lonlat((25, 30), -20.0, 80.0, 1.0),
    "plane": Grid.planar((25, 30), 250.0),
    "UTM": Grid((25, 30), (90.0, 0.0, 512_345.0, 0.0, -120.0, 1_000_000.0), "EPSG:32637"),
}
UPHILL = 2.0 * np.abs(GRADIENTS) + 3.0 * np.maximum(GRADIENTS, 0.0)


def made(grid: Grid, *, climbs: bool, seed: int, climb: np.ndarray = UPHILL) -> Surfaces:
    """Random surfaces with two objectives, all of it passable."""
    rng = np.random.default_rng(seed)
    cost, harm = (rng.gamma(1.0, 1.0, grid.shape).astype(np.float32) for _ in range(2))
    z = rng.uniform(0.0, 400.0, grid.shape).astype(np.float32)
    return Surfaces(
        grid, MODE, {"cost": Objective("cost", cost, climb if climbs else None), "ecology": Objective("ecology", harm)}, {},
        np.ones(grid.shape, bool), np.zeros(grid.shape, np.uint8), z if climbs else None,
    )  # fmt: skip


def line_of(grid: Grid, rows: np.ndarray, cols: np.ndarray) -> np.ndarray:
    return np.column_stack(grid.lonlat_of(rows, cols))


def smooth(grid: Grid, seed: int, n: int = 400) -> np.ndarray:
    """A winding line within the grid, its vertices far closer than cells."""
    rng = np.random.default_rng(seed)
    t = np.linspace(0.0, 1.0, n)
    phase = rng.uniform(0, 6, 4)
    rows = 12 + 8 * np.sin(3 * t + phase[0]) + 2 * np.sin(11 * t + phase[1])
    cols = 2 + 25 * t + 1.5 * np.sin(9 * t + phase[2])
    return line_of(grid, rows - 0.5, cols - 0.5)


@pytest.mark.parametrize("neighbours", [8, 16])
@pytest.mark.parametrize("climbs", [False, True], ids=["flat", "climbs"])
@pytest.mark.parametrize("name", GRIDS)
def test_a_path_scores_what_its_steps_cost(name: str, climbs: bool, neighbours: int) -> None:
    """Also the objective it was not sought by, and paths that no search would find."""
    grid = GRIDS[name]
    rng = np.random.default_rng(3)
    for seed in range(3):
        surfaces = made(grid, climbs=climbs, seed=seed)
        cost, climb = surfaces.weighted({"cost": 1.0})
        path = least_cost_path(cost, grid, (0, 0), (24, 29), neighbours=neighbours, climb=climb)
        every = [(a, b) for a in range(-2, 3) for b in range(-2, 3) if math.gcd(a, b) == 1]
        moves = [m for m in every if max(map(abs, m)) == 1 or neighbours == 16]
        walked = [(12, 15)]
        while len(walked) < 40:
            a, b = moves[rng.integers(len(moves))]
            r, c = walked[-1][0] + a, walked[-1][1] + b
            if 0 <= r < 25 and 0 <= c < 30:
                walked.append((r, c))
        for rows, cols in ((path.rows, path.cols), np.array(walked).T):
            found = score(surfaces, line_of(grid, rows, cols))
            steps, metres = step_costs(cost, grid, rows, cols, climb=climb)
            harm, _ = step_costs(surfaces.objectives["ecology"].per_m, grid, rows, cols)
            assert found.scores["cost"] == pytest.approx(math.fsum(steps), rel=1e-9)
            assert found.scores["ecology"] == pytest.approx(math.fsum(harm), rel=1e-9)
            assert found.sampled_m == pytest.approx(math.fsum(metres), rel=1e-9)
            assert found.share_known == 1.0
            assert found.note is None


@pytest.mark.parametrize("name", GRIDS)
def test_the_integral_is_what_fine_sampling_finds(name: str) -> None:
    """Twenty samples a cell and more of each short segment, by nothing but `cell_of`-like rounding."""
    grid = GRIDS[name]
    surfaces = made(grid, climbs=False, seed=7)
    line = smooth(grid, 5)
    rows, cols = grid.positions_of(*line.T)
    t = (np.arange(400) + 0.5) / 400
    total = 0.0
    for i in range(len(line) - 1):
        r, c = (v[i] + t * (v[i + 1] - v[i]) for v in (rows, cols))
        upper = int(np.floor(min(rows[i], rows[i + 1])))
        across, down = grid.steps_m[0, upper], grid.steps_m[1, upper]
        metres = np.hypot((cols[i + 1] - cols[i]) * across, (rows[i + 1] - rows[i]) * down)
        total += metres * surfaces.objectives["cost"].per_m[np.floor(r).astype(int), np.floor(c).astype(int)].mean()
    # Metres by row are those of the row's middle, which at one degree is coarse.
    assert score(surfaces, line).scores["cost"] == pytest.approx(total, rel=2e-2 if "degree" in name else 1e-4)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", GRIDS)
def test_reversing_keeps_what_does_not_care_about_direction(name: str, seed: int) -> None:
    grid = GRIDS[name]
    line = smooth(grid, seed)
    level = made(grid, climbs=True, seed=seed, climb=5.0 * np.abs(GRADIENTS))
    there, back = score(level, line), score(level, line[::-1])
    assert back.scores == pytest.approx(dict(there.scores), rel=1e-9)
    assert back.over_gradient_m == pytest.approx(there.over_gradient_m, rel=1e-9)
    uphill = made(grid, climbs=True, seed=seed)
    assert score(uphill, line).scores["cost"] != pytest.approx(score(uphill, line[::-1]).scores["cost"], rel=1e-6)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", GRIDS)
def test_two_halves_score_what_the_whole_does(name: str, seed: int) -> None:
    """Between vertices too, and as two parts of one line; climbing adds up at the cells of a path."""
    grid = GRIDS[name]
    line = smooth(grid, seed)
    surfaces = made(grid, climbs=False, seed=seed)
    whole = score(surfaces, line)
    middle = 0.7 * line[200] + 0.3 * line[201]
    halves = [np.vstack([line[:201], middle]), np.vstack([middle, line[201:]])]
    first, second = (score(surfaces, half) for half in halves)
    rel = 1e-6  # a chord of the ellipsoid more
    assert first.scores["cost"] + second.scores["cost"] == pytest.approx(whole.scores["cost"], rel=rel)
    assert first.length_m + second.length_m == pytest.approx(whole.length_m, rel=1e-9)
    assert score(surfaces, halves).scores == pytest.approx(dict(whole.scores), rel=rel)

    uphill = made(grid, climbs=True, seed=seed)
    cost, climb = uphill.weighted({"cost": 1.0})
    path = least_cost_path(cost, grid, (0, 0), (24, 29), climb=climb)
    cells = line_of(grid, path.rows, path.cols)
    parts = score(uphill, cells[:9]).scores["cost"] + score(uphill, cells[8:]).scores["cost"]
    assert parts == pytest.approx(path.cost, rel=1e-9)


@pytest.mark.parametrize("name", GRIDS)
def test_vertices_on_a_straight_line_change_nothing(name: str) -> None:
    """A straight line through cells scores the same however many vertices it was drawn with."""
    grid = GRIDS[name]
    surfaces = made(grid, climbs=True, seed=2)
    sparse = line_of(grid, np.array([12.0, 12.0]), np.array([1.0, 27.0]))
    dense = line_of(grid, np.full(261, 12.0), np.linspace(1.0, 27.0, 261))
    by_cell = line_of(grid, np.full(27, 12.0), np.arange(1.0, 28.0))
    scores = [score(surfaces, line).scores["cost"] for line in (sparse, by_cell, dense)]
    # Straight in longitude and latitude is not quite straight in a projection; and many short geodesics along a
    # parallel are a little longer than one, on cells of a degree.
    rel = {"UTM": 1e-3, "one degree, far north": 1e-4}.get(name, 1e-7)
    assert scores[0] == pytest.approx(scores[1], rel=rel)
    assert scores[2] == pytest.approx(scores[1], rel=rel)


def test_ground_is_read_at_middles_and_between_them() -> None:
    grid = GRIDS["plane"]
    surfaces = made(grid, climbs=True, seed=1)
    z = surfaces.elevation
    assert z is not None
    r, c = np.indices(grid.shape)
    assert heights(surfaces, r + 0.5, c + 0.5) == pytest.approx(z)
    assert heights(surfaces, [3.5, 4.0, 4.0], [4.0, 4.5, 4.0]) == pytest.approx(
        [z[3, 3:5].mean(), z[3:5, 4].mean(), z[3:5, 3:5].mean()]
    )
    assert np.isnan(heights(surfaces, [-0.1, 25.1], [3.0, 3.0])).all()


def test_pieces_add_up_to_the_line() -> None:
    grid = GRIDS["30 arc seconds"]
    surfaces = made(grid, climbs=True, seed=1)
    line = smooth(grid, 1)
    steps = walk(surfaces, line)
    assert steps.true_m.sum() == pytest.approx(score(surfaces, line).length_m, rel=1e-9)
    assert steps.length_m.sum() == pytest.approx(steps.true_m.sum(), rel=1e-6)


@pytest.mark.parametrize("name", GRIDS)
def test_gradients_are_over_about_a_cell_however_dense_the_vertices(name: str) -> None:
    """400 or 4000 vertices over some 40 cells: as many gradients as cells, and nearly the same price."""
    grid = GRIDS[name]
    surfaces = made(grid, climbs=True, seed=6)
    coarse, dense = smooth(grid, 6), smooth(grid, 6, 4000)
    cells = np.hypot(*np.diff(np.array(grid.positions_of(*coarse.T)), axis=1)).sum()
    for line in (coarse, dense):
        assert len(np.unique(walk(surfaces, line).gradient)) == pytest.approx(cells, abs=1)
    assert score(surfaces, dense).scores["cost"] == pytest.approx(score(surfaces, coarse).scores["cost"], rel=1e-2)
