"""What a line scores where it is known, and what is said of the rest."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from qinglu.errors import OptionError, SizeLimitError
from qinglu.siting import walk as walking
from qinglu.siting.grid import Grid
from qinglu.siting.problem import GRADIENTS, Mode, Objective, Surfaces
from qinglu.siting.score import score
from qinglu.space import length_m
from qinglu.text import Text

GRID = Grid.planar((10, 10), 100.0)
MODE = Mode("rail", Text("铁路", "Railway"), 0.05, 0.0, 30.0, "none", None)


def flat(grid: Grid = GRID, per_m: float = 2.0) -> Surfaces:
    return Surfaces(
        grid, MODE, {"cost": Objective("cost", np.full(grid.shape, per_m, np.float32))}, {},
        np.ones(grid.shape, bool), np.zeros(grid.shape, np.uint8),
    )  # fmt: skip


def blocked(surfaces: Surfaces, code: int, cells: tuple[slice, slice]) -> Surfaces:
    """Cells made impassable, with the dear price a builder of surfaces may leave there."""
    passable, barrier = surfaces.passable.copy(), surfaces.barrier.copy()
    passable[cells], barrier[cells] = False, code
    per_m = surfaces.objectives["cost"].per_m.copy()
    per_m[cells] = np.inf
    return replace(surfaces, passable=passable, barrier=barrier, objectives={"cost": Objective("cost", per_m)})


def along_row(y: float, x0: float, x1: float) -> np.ndarray:
    return np.array([(x0, -y), (x1, -y)])


def test_metres_of_each_cell_count_exactly() -> None:
    """A line across a step in the price, not through the middles."""
    surfaces = flat()
    surfaces.objectives["cost"].per_m[:, 5:] = 7.0
    found = score(surfaces, along_row(333.0, 412.0, 587.5))
    assert found.scores["cost"] == pytest.approx(2.0 * 88.0 + 7.0 * 87.5)
    assert found.per_km["cost"] == pytest.approx((2.0 * 88.0 + 7.0 * 87.5) / 0.1755)
    assert (found.length_m, found.sampled_m) == pytest.approx((175.5, 175.5))


@pytest.mark.parametrize(("code", "reason"), [(1, "no-data"), (2, "sea"), (3, "forbidden")])
def test_blocked_metres_have_no_price(code: int, reason: str) -> None:
    found = score(blocked(flat(), code, np.s_[:, 4:6]), along_row(350.0, 50.0, 950.0))
    assert found.blocked_m == pytest.approx({reason: 200.0})
    assert found.scores["cost"] == pytest.approx(2.0 * 700.0)
    assert found.share_known == pytest.approx(7 / 9)
    assert not found.comparable
    assert found.note is not None
    assert "77.8%" in found.note.en
    assert "77.8%" in found.note.zh
    assert "too much" in found.note.en
    assert "缺失过多" in found.note.zh


def test_a_little_unknown_is_told_and_compared_still() -> None:
    found = score(blocked(flat(), 2, np.s_[:, 0]), along_row(350.0, 60.0, 960.0))
    assert found.blocked_m == pytest.approx({"sea": 40.0})
    assert found.comparable
    assert found.note is not None
    assert "too much" not in found.note.en


def test_metres_outside_the_grid_have_no_price() -> None:
    found = score(flat(), along_row(350.0, -300.0, 1200.0))
    assert found.outside_m == pytest.approx(500.0)
    assert found.scores["cost"] == pytest.approx(2.0 * 1000.0)
    assert found.length_m == pytest.approx(1500.0)
    assert found.note is not None
    assert "outside the grid" in found.note.en


def test_a_line_wholly_outside_scores_nothing_that_may_be_compared() -> None:
    found = score(flat(), along_row(-500.0, 0.0, 900.0))
    assert (found.share_known, found.comparable) == (0.0, False)
    assert found.outside_m == pytest.approx(900.0)
    assert math.isnan(found.per_km["cost"])


def test_what_a_projection_cannot_show_lies_outside() -> None:
    """UTM has no place for the far side of the globe; the rest is scored as before."""
    grid = Grid((50, 50), (100.0, 0.0, 500_000.0, 0.0, -100.0, 5_000.0), "EPSG:32631")
    near = np.column_stack(grid.lonlat_of([10, 20], [10, 20]))
    far = np.array([(93.0, 0.001), (93.0, 0.0)])
    with_far = score(flat(grid), np.vstack([near, far]))
    alone = score(flat(grid), near)
    assert with_far.scores == pytest.approx(dict(alone.scores))
    assert with_far.outside_m > 9e6
    assert not with_far.comparable


def test_ground_steeper_than_the_mode_allows_is_counted() -> None:
    z = np.zeros(GRID.shape, np.float32)
    z[:, 5:] = 6.0  # 6 % over one cell, 5 % allowed
    hill = replace(flat(), elevation=z)
    assert score(hill, along_row(350.0, 50.0, 950.0)).over_gradient_m == pytest.approx(100.0)
    assert (
        score(replace(hill, mode=replace(MODE, max_gradient=0.07)), along_row(350.0, 50.0, 950.0)).over_gradient_m == 0
    )
    assert score(flat(), along_row(350.0, 50.0, 950.0)).over_gradient_m is None


def test_ground_beyond_the_steepest_that_a_search_takes_is_still_priced() -> None:
    """A built line climbs where no search would."""
    z = np.zeros(GRID.shape, np.float32)
    z[:, 5:] = 50.0
    climbs = {"cost": Objective("cost", np.full(GRID.shape, 2.0, np.float32), 10.0 * np.abs(GRADIENTS))}
    steep = replace(flat(), elevation=z, objectives=climbs, steepest=0.1)
    assert score(steep, along_row(350.0, 50.0, 950.0)).scores["cost"] == pytest.approx(2.0 * 900.0 + 10.0 * 0.5 * 100.0)


def test_unknown_ground_has_no_price_only_where_climbing_has_one() -> None:
    z = np.zeros(GRID.shape, np.float32)
    z[:, 5] = np.nan
    surfaces = replace(flat(), elevation=z)
    assert score(surfaces, along_row(350.0, 50.0, 950.0)).share_known == 1.0
    climbs = {"cost": Objective("cost", np.full(GRID.shape, 2.0, np.float32), np.abs(GRADIENTS))}
    found = score(replace(surfaces, objectives=climbs), along_row(350.0, 50.0, 950.0))
    # The cell's ground decides the gradient on both sides of its middle.
    assert found.blocked_m == pytest.approx({"no-ground": 200.0})


def test_parts_are_scored_without_their_gaps() -> None:
    parts = [along_row(350.0, 50.0, 250.0), along_row(350.0, 650.0, 950.0)]
    found = score(flat(), parts)
    assert found.length_m == pytest.approx(500.0)
    assert found.scores["cost"] == pytest.approx(1000.0)


def test_the_line_may_cross_the_antimeridian() -> None:
    """Drawn as 179.99 to -179.99 it goes the short way."""
    grid = Grid.lonlat((20, 40), 179.9, 0.1, 0.01)
    line = np.array([(179.95, 0.02), (-179.95, 0.02)])
    found = score(flat(grid), line)
    assert found.share_known == 1.0
    assert found.length_m == pytest.approx(11131.9, abs=0.1)
    assert found.scores["cost"] == pytest.approx(2.0 * found.length_m)


def test_length_is_that_of_a_line_straight_in_degrees() -> None:
    """Not that of the geodesic, which at 70° north is a fifth of a percent shorter over 20°."""
    import shapely

    line = np.array([(0.0, 70.0), (20.0, 70.0)])
    found = score(flat(Grid.lonlat((10, 200), 0.0, 70.5, 0.1)), line)
    assert found.length_m == pytest.approx(float(length_m(np.array([shapely.LineString(line)]))[0]), rel=1e-9)
    assert found.sampled_m == pytest.approx(found.length_m, rel=1e-6)


@pytest.mark.parametrize("line", [[(0.0, 0.0)], [(0.0, 0.0), (math.nan, 1.0)], [], [(0.0, 0.0, 1.0), (1.0, 1.0, 1.0)]])
def test_no_line_is_refused(line: list[tuple[float, ...]]) -> None:
    with pytest.raises(OptionError, match=r"part 1 of the line"):
        score(flat(), np.array(line))


def test_a_line_over_too_many_cells_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "_MOST_CELLS", 5)
    with pytest.raises(SizeLimitError, match="cells, more than 5"):
        score(flat(), along_row(350.0, 50.0, 950.0))
