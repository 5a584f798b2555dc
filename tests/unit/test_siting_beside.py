"""Two lines beside each other: where they part, and what the difference is."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest

from qinglu.errors import OptionError
from qinglu.siting.compare import beside
from qinglu.siting.grid import Grid
from qinglu.siting.problem import GRADIENTS, Mode, Objective, Surfaces
from qinglu.siting.score import score
from qinglu.text import Text

MODE = Mode("rail", Text("铁路", "Railway"), 0.02, 0.0, 30.0, "none", None)
STRAIGHT = np.array([(40.1, 9.5), (41.5, 9.5)])
AROUND = np.array([(40.1, 9.5), (40.6, 9.5), (40.8, 9.7), (41.0, 9.5), (41.5, 9.5)])


def made(grid: Grid | None = None) -> Surfaces:
    grid = grid or Grid.lonlat((120, 200), 40.0, 10.0, 1 / 120)
    rng = np.random.default_rng(4)
    cost, z = (rng.uniform(1, 3, grid.shape).astype(np.float32) for _ in range(2))
    return Surfaces(
        grid, MODE, {"cost": Objective("cost", cost, np.maximum(GRADIENTS, 0.0)), "ecology": Objective("ecology", z)}, {},
        np.ones(grid.shape, bool), np.zeros(grid.shape, np.uint8), z * 100,
    )  # fmt: skip


def total(table: pa.Table, name: str) -> float:
    return math.fsum(table[name].to_pylist())


def test_a_detour_is_one_stretch_with_its_price() -> None:
    surfaces = made()
    table = beside(surfaces, STRAIGHT, AROUND)
    assert table["kind"].to_pylist() == ["together", "apart", "together"]
    apart = table.to_pylist()[1]
    # They part where they are a cell from each other, just after 40.6° E, and rejoin before 41° E.
    per_deg = score(surfaces, STRAIGHT).length_m / 1.4 / 1000
    assert apart["from_km_a"] == pytest.approx(0.5 * per_deg, abs=1.5)
    assert apart["to_km_a"] == pytest.approx(0.9 * per_deg, abs=1.5)
    assert apart["greatest_apart_m"] == pytest.approx(0.2 * 110_600, rel=0.02)
    assert apart["extra_m"] == pytest.approx(apart["length_a_m"] - apart["length_b_m"])
    assert apart["extra_m"] < -15_000
    assert all(row["greatest_apart_m"] <= 2 * surfaces.grid.cell_m for row in table.to_pylist()[::2])


@pytest.mark.parametrize(("a", "b"), [(STRAIGHT, AROUND), (AROUND, STRAIGHT)])
def test_stretches_add_up_to_the_difference(a: np.ndarray, b: np.ndarray) -> None:
    surfaces = made()
    table = beside(surfaces, a, b)
    of_a, of_b = score(surfaces, a), score(surfaces, b)
    for name in ("cost", "ecology"):
        assert total(table, f"extra_{name}") == pytest.approx(of_a.scores[name] - of_b.scores[name], rel=1e-6)
    assert total(table, "extra_m") == pytest.approx(of_a.length_m - of_b.length_m, rel=1e-9)
    assert table["from_km_b"].to_pylist()[1:] == table["to_km_b"].to_pylist()[:-1]
    assert (table["from_km_a"][0].as_py(), table["from_km_b"][0].as_py()) == (0.0, 0.0)


def test_a_line_drawn_the_other_way_is_turned() -> None:
    surfaces = made()
    assert beside(surfaces, STRAIGHT, AROUND[::-1]).equals(beside(surfaces, STRAIGHT, AROUND))


def test_a_line_beside_itself_is_one_stretch_without_difference() -> None:
    table = beside(made(), AROUND, AROUND)
    assert table["kind"].to_pylist() == ["together"]
    assert (total(table, "extra_m"), total(table, "extra_cost")) == pytest.approx((0.0, 0.0), abs=1e-6)
    assert total(table, "greatest_apart_m") == pytest.approx(0.0, abs=0.01)


def test_a_loop_of_the_other_line_is_seen_though_this_one_is_near_all_along() -> None:
    loop = np.array([(40.1, 9.5), (40.8, 9.5), (40.8, 9.8), (40.805, 9.8), (40.805, 9.5), (41.5, 9.5)])
    table = beside(made(), STRAIGHT, loop)
    assert table["kind"].to_pylist() == ["together", "apart", "together"]
    apart = table.to_pylist()[1]
    assert apart["length_a_m"] < 5_000
    assert apart["length_b_m"] > 60_000


def test_limbs_of_a_hairpin_are_not_taken_for_each_other() -> None:
    """The lower limb of B lies nearer to the upper limb of A than B's own upper limb does."""
    hairpin = np.array([(40.1, 9.5), (40.8, 9.5), (40.8, 9.505), (40.3, 9.505), (40.3, 9.9)])
    table = beside(made(), hairpin, hairpin + [0.0, 0.003])
    assert table["kind"].to_pylist() == ["together"]
    assert table["to_km_b"][0].as_py() == pytest.approx(score(made(), hairpin + [0.0, 0.003]).length_m / 1000)


def test_lines_that_never_meet_are_apart_throughout() -> None:
    table = beside(made(), STRAIGHT, STRAIGHT + [0.0, 0.3])
    assert table["kind"].to_pylist() == ["apart"]
    assert table["greatest_apart_m"][0].as_py() == pytest.approx(0.3 * 110_600, rel=0.01)


def test_ends_apart_are_stretches_too() -> None:
    other = np.array([(40.3, 9.8), (40.6, 9.5), (41.2, 9.5), (41.4, 9.2)])
    assert beside(made(), STRAIGHT, other)["kind"].to_pylist() == ["apart", "together", "apart"]


def test_the_distance_that_is_apart_can_be_chosen() -> None:
    assert beside(made(), STRAIGHT, AROUND, apart_m=30_000.0)["kind"].to_pylist() == ["together"]


def test_metres_without_a_price_are_told() -> None:
    table = beside(made(), STRAIGHT, np.array([(40.1, 9.5), (40.8, 8.9), (41.5, 9.5)]))  # the grid ends at 9° N
    assert total(table, "unknown_a_m") == pytest.approx(0.0, abs=1e-6)
    outside = score(made(), np.array([(40.1, 9.5), (40.8, 8.9), (41.5, 9.5)])).outside_m
    assert total(table, "unknown_b_m") == pytest.approx(outside, rel=1e-6)


@pytest.mark.parametrize("apart_m", [0.0, -1.0, math.nan])
def test_an_impossible_distance_is_refused(apart_m: float) -> None:
    with pytest.raises(OptionError, match="told apart"):
        beside(made(), STRAIGHT, AROUND, apart_m=apart_m)


def test_a_plane_nowhere_is_refused() -> None:
    with pytest.raises(OptionError, match="no coordinate system"):
        beside(made(Grid.planar((10, 10), 10.0)), STRAIGHT, AROUND)
