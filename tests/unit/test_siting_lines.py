"""A line laid over a grid costs what the path of cells costs that it follows."""

from __future__ import annotations

import numpy as np
import pytest

from qinglu.siting import Grid, least_cost_path
from qinglu.siting.lines import densified, laid_on

GRIDS = {
    "degrees": Grid.lonlat((40, 60), 35.0, 12.0, 1 / 120),
    "far north": Grid.lonlat((40, 60), 35.0, 75.0, 0.02),
    "plane": Grid.planar((40, 60), 30.0),
    "UTM": Grid((40, 60), (90.0, 0.0, 500000.0, 0.0, -90.0, 1e6), "EPSG:32637"),
}


@pytest.mark.parametrize("neighbours", [8, 16])
@pytest.mark.parametrize("name", GRIDS)
def test_a_line_through_middles_costs_what_its_path_costs(name: str, neighbours: int) -> None:
    grid = GRIDS[name]
    cost = np.random.default_rng(1).random(grid.shape) ** 2 + 0.01
    path = least_cost_path(cost, grid, (0, 0), (39, 59), neighbours=neighbours)
    laying = laid_on(grid, np.c_[grid.lonlat_of(path.rows, path.cols)])
    assert laying.inside(grid).all()
    assert (cost[laying.row, laying.col] * laying.length_m).sum() == pytest.approx(path.cost, rel=1e-11)
    assert laying.step_m.sum() == pytest.approx(path.length_m, rel=1e-9)


def test_long_segments_are_split_and_short_ones_kept() -> None:
    grid = GRIDS["degrees"]
    line = np.c_[grid.lonlat_of([0, 1, 30], [0, 2, 30])]
    dense = densified(grid, line)
    assert len(dense) == 2 + 29
    np.testing.assert_array_equal(dense[[0, 1, -1]], line)
    rows, cols = grid.positions_of(*dense.T)
    assert np.abs(np.diff(rows)).max() == pytest.approx(1.0)
    assert np.abs(np.diff(cols)).max() <= 2.0 + 1e-9
    assert laid_on(grid, line).length_m.sum() == pytest.approx(laid_on(grid, dense).length_m.sum(), rel=1e-9)
