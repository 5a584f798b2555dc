"""Places to be crossed, made for tests of routes: surfaces of one objective from a table of prices."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from qinglu.siting import Grid
from qinglu.siting.problem import GRADIENTS, Mode, Objective, Surfaces
from qinglu.text import Text

WEIGHTS = {"cost": 1.0}


def place(
    per_m: npt.NDArray[Any], grid: Grid, elevation: npt.NDArray[Any] | None = None, steepest: float = np.inf
) -> Surfaces:
    """Prices a metre, infinity for forbidden; with elevation, climbing costs twice what descending does."""
    passable = np.isfinite(per_m)
    climb = None if elevation is None else 10 * (np.maximum(GRADIENTS, 0) + np.abs(GRADIENTS))
    objective = Objective("cost", np.where(passable, per_m, 0).astype(np.float32), climb)
    mode = Mode("road", Text("公路", "Road"), 0.06, 125.0, 30.0, "made for a test", None)
    barrier = np.where(passable, 0, 3).astype(np.uint8)
    z = None if elevation is None else elevation.astype(np.float32)
    return Surfaces(grid, mode, {"cost": objective}, {}, passable, barrier, z, steepest)


def rough(shape: tuple[int, int], seed: int, forbidden: float = 0.0) -> npt.NDArray[np.float64]:
    """Prices from 1 to about 20 that change over distances of a few to many cells; the dearest are forbidden."""
    rng = np.random.default_rng(seed)
    total = np.zeros(shape)
    y, x = np.indices(shape)
    for size in (3, 6, 12, 24):
        knots = rng.random((shape[0] // size + 2, shape[1] // size + 2))
        i, j, a, b = y // size, x // size, y % size / size, x % size / size
        total += size**0.7 * (
            (1 - a) * ((1 - b) * knots[i, j] + b * knots[i, j + 1])
            + a * ((1 - b) * knots[i + 1, j] + b * knots[i + 1, j + 1])
        )
    total = (total - total.min()) / np.ptp(total)
    price = np.exp(3 * total)
    if forbidden:
        price[total > np.quantile(total, 1 - forbidden)] = np.inf
    return price
