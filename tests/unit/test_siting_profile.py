"""Stations, ground, formation and structures along a line."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from qinglu.errors import OptionError
from qinglu.siting.grid import Grid
from qinglu.siting.problem import GRADIENTS, Mode, Objective, Surfaces
from qinglu.siting.profile import formation, profile, structures, summary
from qinglu.siting.score import score
from qinglu.text import Text

MODE = Mode("rail", Text("铁路", "Railway"), 0.02, 0.0, 30.0, "none", None)
GRID = Grid.planar((5, 40), 100.0)
LINE = np.array([(50.0, -250.0), (3950.0, -250.0)])


def made(ground: np.ndarray | None, mode: Mode = MODE) -> Surfaces:
    """Ground given by column, priced at 2 a metre and 3 for each metre of rise."""
    z = None if ground is None else np.tile(np.asarray(ground, np.float32), (5, 1))
    cost = Objective("cost", np.full(GRID.shape, 2.0, np.float32), 3.0 * np.maximum(GRADIENTS, 0.0))
    everywhere = np.ones(GRID.shape, bool)
    return Surfaces(GRID, mode, {"cost": cost}, {}, everywhere, np.zeros(GRID.shape, np.uint8), z)


def values(table: pa.Table, name: str) -> np.ndarray:
    return np.asarray(table[name].to_numpy(zero_copy_only=False), dtype=float)


def test_stations_are_a_cell_apart_and_read_the_cells() -> None:
    ground = np.arange(40.0)
    table = profile(made(ground), LINE)
    assert values(table, "km") == pytest.approx(np.arange(40) / 10)
    assert values(table, "ground_m") == pytest.approx(ground)
    assert values(table, "gradient")[:-1] == pytest.approx(0.01)
    assert table["gradient"][39].as_py() is None
    assert values(table, "formation_m") == pytest.approx(ground)
    assert set(table["structure"].to_pylist()) == {"none"}


def test_the_score_so_far_ends_with_the_score() -> None:
    ground = np.abs(np.arange(40.0) - 20) * 4
    surfaces = made(ground)
    table = profile(surfaces, LINE, step_m=70.0)
    so_far = values(table, "score_cost")
    assert so_far[0] == 0
    assert (np.diff(so_far) > 0).all()
    assert so_far[-1] == pytest.approx(score(surfaces, LINE).scores["cost"], rel=1e-12)
    assert np.diff(values(table, "km")).max() <= 0.07 + 1e-12


def test_a_ridge_is_pierced_and_a_gorge_is_spanned() -> None:
    """A ridge of 200 m in four cells: 2 % cannot climb it."""
    ground = np.zeros(40)
    ground[18:22] = 200.0
    table = profile(made(ground), LINE)
    depth = values(table, "cut_fill_m")
    # From the last flat cell to the ridge is one cell, 2 m; half of the other 198 is cut, half filled.
    assert (depth.max(), -depth.min()) == pytest.approx((99.0, 99.0))
    assert np.abs(values(table, "formation_gradient")[:-1]).max() == pytest.approx(0.02)
    kinds = table["structure"].to_pylist()
    assert kinds[18:22] == ["tunnel"] * 4
    assert kinds[17] == kinds[22] == "viaduct"
    figures = summary(made(ground), table)
    assert figures.structures_m["tunnel"] == pytest.approx(400.0)
    assert sum(figures.structures_m.values()) == pytest.approx(3900.0)
    assert (figures.climb_m, figures.descent_m) == pytest.approx((200.0, 200.0))
    assert figures.steepest == pytest.approx(2.0)
    assert figures.formation_steepest == pytest.approx(0.02)
    assert (figures.greatest_cut_m, figures.greatest_fill_m) == pytest.approx((99.0, 99.0))
    assert (figures.lowest_m, figures.highest_m) == (0.0, 200.0)
    assert "100 m" in figures.note.en
    assert "100 m" in figures.note.zh


def test_small_cuts_and_fills_are_no_structures() -> None:
    ground = np.zeros(40)
    ground[20] = 20.0  # 2 m may rise over a cell: 9 m of cut and 9 m of fill
    kinds = profile(made(ground), LINE)["structure"].to_pylist()
    assert kinds[20] == "cut"
    assert kinds[19] == kinds[21] == "fill"
    assert kinds[5] == "none"


def test_unknown_ground_is_unknown_and_no_tunnel() -> None:
    ground = np.zeros(40)
    ground[10:13] = np.nan
    table = profile(made(ground), LINE)
    for name in ("ground_m", "formation_m", "cut_fill_m"):
        assert [table[name][i].as_py() for i in (10, 11, 12)] == [None] * 3
    assert table["structure"].to_pylist()[9:14] == ["none", "unknown", "unknown", "unknown", "none"]
    figures = summary(made(ground), table)
    assert figures.known_m == pytest.approx(3500.0)
    assert figures.structures_m["unknown"] == pytest.approx(300.0)


def test_without_elevation_nothing_is_said_of_the_ground() -> None:
    table = profile(made(None), LINE)
    assert table["ground_m"].null_count == len(table)
    assert set(table["structure"].to_pylist()) == {"unknown"}
    figures = summary(made(None), table)
    assert figures.climb_m is figures.steepest is figures.lowest_m is figures.greatest_cut_m is None
    assert figures.length_m == pytest.approx(3900.0)
    assert values(table, "score_cost")[-1] == pytest.approx(2.0 * 3900.0)


def test_a_mode_without_a_limit_follows_the_ground() -> None:
    rng = np.random.default_rng(1)
    ground = rng.uniform(0, 500, 40)
    table = profile(made(ground, replace(MODE, max_gradient=math.inf)), LINE)
    assert values(table, "formation_m") == pytest.approx(values(table, "ground_m"))
    assert set(table["structure"].to_pylist()) == {"none"}


def test_parts_have_stations_and_levels_of_their_own() -> None:
    ground = np.where(np.arange(40) < 20, 0.0, 300.0)
    parts = [np.array([(50.0, -250.0), (1550.0, -250.0)]), np.array([(2450.0, -250.0), (3950.0, -250.0)])]
    table = profile(made(ground), parts)
    assert values(table, "cut_fill_m") == pytest.approx(0.0)
    km = values(table, "km")
    assert km[-1] == pytest.approx(3.0)
    assert table["part"].to_pylist() == [0] * 16 + [1] * 16
    assert km[15] == km[16] == pytest.approx(1.5)
    figures = summary(made(ground), table)
    assert figures.climb_m == 0.0
    assert figures.length_m == pytest.approx(3000.0)


def test_kilometres_are_true_where_the_grid_is_in_degrees() -> None:
    grid = Grid.lonlat((20, 200), 40.0, 60.1, 0.01)
    surfaces = replace(
        made(None), grid=grid, objectives={}, passable=np.ones(grid.shape, bool), barrier=np.zeros(grid.shape, np.uint8)
    )
    table = profile(surfaces, np.array([(40.1, 60.0), (41.1, 60.0)]))
    # A degree of longitude is N cos φ π/180, N the radius of curvature in the prime vertical (WGS 84).
    e2 = 0.00669437999014
    degree = 6378137.0 / math.sqrt(1 - e2 * 0.75) * 0.5 * math.pi / 180 / 1000
    assert values(table, "km")[-1] == pytest.approx(degree, abs=1e-6)
    middle = len(table) // 2
    assert values(table, "lon")[middle] == pytest.approx(40.1 + values(table, "km")[middle] / degree, abs=1e-9)


@pytest.mark.parametrize("step", [0.0, -5.0, math.nan, math.inf])
def test_an_impossible_step_is_refused(step: float) -> None:
    with pytest.raises(OptionError, match="stations"):
        profile(made(None), LINE, step_m=step)


def test_depths_of_structures_say_their_source_and_that_nobody_checked_it() -> None:
    for entry in structures().values():
        assert entry.source.zh
        assert entry.source.en
        assert entry.checked is None


@pytest.mark.parametrize("seed", range(30))
def test_no_level_of_that_gradient_lies_nearer_to_the_ground(seed: int) -> None:
    """Against a linear program: least t with |level - ground| <= t and |rise| <= most x run."""
    optimize = pytest.importorskip("scipy.optimize")
    rng = np.random.default_rng(seed)
    n = 14
    metres = np.cumsum(rng.uniform(20, 300, n))
    ground = np.cumsum(rng.normal(0, 12, n))
    if seed % 3 == 0:
        ground[rng.integers(0, n, 3)] = np.nan
    most = float(rng.uniform(0.005, 0.1))
    level = formation(metres, ground, most)
    known = np.flatnonzero(np.isfinite(ground))
    assert (np.isnan(level) == np.isnan(ground)).all()
    x, z, y = metres[known], ground[known], level[known]
    assert (np.abs(np.diff(y)) <= most * np.diff(x) + 1e-9).all()
    k = len(known)
    a, b = [], []
    for i in range(k):
        for sign in (1.0, -1.0):
            row = np.zeros(k + 1)
            row[i], row[k] = sign, -1.0
            a.append(row)
            b.append(sign * z[i])
            if i + 1 < k:
                row = np.zeros(k + 1)
                row[i + 1], row[i] = sign, -sign
                a.append(row)
                b.append(most * (x[i + 1] - x[i]))
    best = optimize.linprog([*np.zeros(k), 1.0], np.array(a), b, bounds=[(None, None)] * k + [(0, None)])
    assert np.abs(y - z).max() == pytest.approx(best.fun, abs=1e-6)
