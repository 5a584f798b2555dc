"""Kilometre posts along a line: true metres from its start, part after part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import OptionError
from ..space.kernels.earth import chain_lengths
from ..text import Text
from .grid import Float, Grid, Int

Line = npt.NDArray[Any] | Sequence[Any]
"""Longitudes and latitudes (n, 2), or several such parts in order."""

_LONGEST_M = 5_000.0  # within so short a piece metres grow evenly with the fraction to better than a centimetre


@dataclass(frozen=True, eq=False)
class Posts:
    """Nodes of a line with their metres; gaps between parts count for nothing.

    Attributes
    ----------
    points : float64 (n, 2)
        Longitude and latitude, continuous over the antimeridian within a part.
    part : int64 (n,)
    vertex : float64 (n,)
        Number of the vertex as given, counted within the part; fractions for nodes put between two.
    at_m : float64 (n,)
        From the start of the first part.
    """

    points: Float
    part: Int
    vertex: Float
    at_m: Float

    @property
    def length_m(self) -> float:
        """Of all parts."""
        return float(self.at_m[-1])

    def span_m(self, part: int) -> tuple[float, float]:
        """Where a part starts and ends."""
        at = self.at_m[self.part == part]
        return float(at[0]), float(at[-1])

    def places(self, part: int, metres: npt.ArrayLike) -> Float:
        """Longitude and latitude, (k, 2), at metres from the start of the line, on one of its parts."""
        own = self.part == part
        m = np.asarray(metres, np.float64)
        return np.column_stack([np.interp(m, self.at_m[own], self.points[own, i]) for i in (0, 1)])

    def metres(self, part: int, vertices: npt.ArrayLike) -> Float:
        """Metres from the start of the line of (fractional) vertices of a part."""
        own = self.part == part
        return np.asarray(np.interp(np.asarray(vertices, np.float64), self.vertex[own], self.at_m[own]))


def posts(grid: Grid, line: Line) -> Posts:
    """Posts along a line of one or more parts; metres of the plane where the grid has no place on earth.

    Raises
    ------
    OptionError
        A part of fewer than two places, or with coordinates that are not finite.
    """
    points, part, vertex, step = [], [], [], []
    for i, xy in enumerate(parts_of(grid, line)):
        nodes, number = _refined(xy, on_earth=bool(grid.crs))
        points.append(nodes)
        vertex.append(number)
        part.append(np.full(len(nodes), i, np.int64))
        step.append(np.concatenate([[0.0], true_lengths(grid, nodes)]))
    return Posts(np.vstack(points), np.concatenate(part), np.concatenate(vertex), np.cumsum(np.concatenate(step)))


def parts_of(grid: Grid, line: Line) -> list[Float]:
    """The parts of a line, each (n, 2), where the grid lies on earth with longitudes that run on over the seam.

    Raises
    ------
    OptionError
        No part; a part of fewer than two places, or with coordinates that are not finite.
    """
    several = len(line) > 0 and np.ndim(line[0]) == 2
    parts = [np.asarray(p, np.float64) for p in (line if several else [line])]
    for i, xy in enumerate(parts):
        if xy.ndim != 2 or xy.shape[1] != 2 or len(xy) < 2 or not np.isfinite(xy).all():
            raise OptionError(
                Text(f"线的第 {i + 1} 段形状为 {xy.shape}，或含非有限坐标",
                     f"part {i + 1} of the line has shape {xy.shape}, or coordinates that are not finite"),
                Text("每段至少给出两个“经度、纬度”点", "Give each part two or more places (longitude, latitude)"),
                where="line",
            )  # fmt: skip
    return [_unrolled(xy) for xy in parts] if grid.crs else parts


def true_lengths(grid: Grid, points: Float) -> Float:
    """Metres on the ellipsoid of each segment, straight in longitude and latitude, float64 (n - 1,)."""
    if not grid.crs:
        return np.asarray(np.hypot(*np.diff(points, axis=0).T), np.float64)
    n = len(points) - 1
    out = np.empty(n)
    chain_lengths(np.repeat(points, 2, axis=0)[1:-1], np.arange(0, 2 * n + 1, 2, dtype=np.int64), out)
    return out


def _refined(xy: Float, *, on_earth: bool) -> tuple[Float, Float]:
    number = np.arange(len(xy), dtype=np.float64)
    if not on_earth:
        return xy, number
    apart = np.abs(np.diff(xy, axis=0)) * 111_700.0
    pieces = np.maximum(1, np.ceil(np.hypot(*apart.T) / _LONGEST_M)).astype(np.int64)
    first = np.repeat(np.arange(len(pieces)), pieces)
    within = (np.arange(len(first)) - np.repeat(np.cumsum(pieces) - pieces, pieces)) / pieces[first]
    vertex = np.append(first + within, len(xy) - 1.0)
    return np.column_stack([np.interp(vertex, number, xy[:, i]) for i in (0, 1)]), vertex


def _unrolled(xy: Float) -> Float:
    jumps = np.round(np.diff(xy[:, 0]) / 360.0)
    if not jumps.any():
        return xy
    return np.column_stack([xy[:, 0] - 360.0 * np.concatenate([[0.0], np.cumsum(jumps)]), xy[:, 1]])
