"""How different two routes are: the share of their length that runs away from each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..space.kernels.earth import E2, A
from .grid import Cell, Float, Grid
from .kernels.apart import length_apart
from .lines import segment_lengths

_CELLS_APART, _SHARE_APART = 2.0, 0.01
_EARTH_M = 6_371_000.0


@dataclass(frozen=True, eq=False)
class Track:
    """A route made ready for comparing.

    Attributes
    ----------
    at : float64 (n, 3), metres
        Its vertices, earth-centred; x, y, 0 on a plane nowhere in particular.
    weight : float64 (n,), metres
        Half of the segments beside each vertex.
    longest : float
        Segment, metres.
    on_earth : bool
    """

    at: Float
    weight: Float
    longest: float
    on_earth: bool


def track(grid: Grid, row_pos: npt.ArrayLike, col_pos: npt.ArrayLike) -> Track:
    """Prepare a route from positions as of `Grid.positions_of`; its segments are a few cells long at most."""
    rows, cols = np.asarray(row_pos, np.float64), np.asarray(col_pos, np.float64)
    x, y = grid.lonlat_of(rows - 0.5, cols - 0.5)
    if grid.crs:
        lon, lat = np.radians(x), np.radians(y)
        n = A / np.sqrt(1.0 - E2 * np.sin(lat) ** 2)
        at = np.stack([n * np.cos(lat) * np.cos(lon), n * np.cos(lat) * np.sin(lon), n * (1.0 - E2) * np.sin(lat)], 1)
    else:
        at = np.stack([x, y, np.zeros_like(x)], 1)
    step = np.sqrt((np.diff(at, axis=0) ** 2).sum(axis=1))
    weight = np.zeros(len(at))
    weight[:-1] += step / 2
    weight[1:] += step / 2
    return Track(at, weight, float(step.max(initial=0.0)), bool(grid.crs))


def share_apart(a: Track, b: Track, apart_m: float) -> float:
    """Share of the length of `a` that runs farther than `apart_m` metres from `b`; 0 of a route without length."""
    length = float(a.weight.sum())
    if not length:
        return 0.0
    chord = apart_m - apart_m**3 / (24 * _EARTH_M**2) if a.on_earth else apart_m
    return min(1.0, length_apart(a.at, a.weight, b.at, b.longest, chord) / length)


def dissimilarity(a: Track, b: Track, apart_m: float) -> float:
    """The smaller of both shares: a route with a detour, and the same without it, are not two routes."""
    one = share_apart(a, b, apart_m)
    return min(one, share_apart(b, a, apart_m)) if one else 0.0


def default_apart_m(grid: Grid, stops: list[Cell]) -> float:
    """Two cells, or one hundredth of the straight distance from stop to stop where that is more."""
    rows, cols = np.array(stops, np.float64).T + 0.5
    straight = float(segment_lengths(grid, rows, cols).sum())
    return max(_CELLS_APART * grid.cell_m, _SHARE_APART * straight)
