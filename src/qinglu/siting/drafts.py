"""Drafts of a smooth line: which bends, and the arcs that round them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from .grid import Cell, Float, Grid, Int
from .kernels.bends import arc_into, bent, chain, half_tangent, stretches, widened
from .kernels.traverse import HAIR, traverse
from .lines import cell_metres, densified, places, segment_lengths
from .paths import Climb, step_costs
from .problem import Surfaces
from .walk import KNOWN, Walk, walk

LonLat = tuple[float, float]

_REACH = 32  # vertices that one shortcut may pass over; repeated, so straight stretches may be of any length
_BEND_REACH = 9  # the same among places for bends, times their number along a radius
_PER_RADIUS = (2.0, 4.0)  # places for bends along a radius; the finer only where the coarser do not do
_MOST_FINE = 4000
_AROUND = 2.0  # so many radii around the bends of the pulled line
_ASIDE = (-0.4, -0.15, 0.0, 0.15, 0.4)  # and across the path, in radii: an arc around a corner swings out before it
_ASIDE_FROM_CELLS = 1.0  # smaller radii need no room beside the path
_HAIR_OF_COST = 2e-3  # of the whole cost, what all vertices together may weigh against it
_PENALTIES = (
    1.0,
    0.2,
    0.05,
    0.02,
    5e-3,
    1e-3,
    0.0,
)  # of a bend without room for its radius, as shares of the whole cost
_CHORD_CELLS = 0.01
_WIDEST_CHORD = math.radians(8)
_SHRINK = 0.92
_LEAST_CELLS = 0.02  # an arc of a smaller radius is no arc
_SAME_PLACE = 1e-6
_LONG_CELLS = 4.0
_STEPS_HELD = 2
_STRAIGHT = 1e-9  # tangent of half the angle of what is no bend


@dataclass(frozen=True, eq=False)
class Bend:
    """Where a line turns, and the radius of the arc it turns on; 0 for a corner."""

    lon: float
    lat: float
    radius_m: float


@dataclass(frozen=True, eq=False)
class Work:
    """A path as positions on its grid, with what a line over it costs.

    `kept` are vertices that no shortcut passes over; `corners` are positions that get no arc.
    """

    surfaces: Surfaces
    weights: Mapping[str, float]
    grid: Grid
    cells: npt.NDArray[Any]
    climb: Climb | None
    rows: Float
    cols: Float
    kept: Int
    path_cost: float
    corners: frozenset[tuple[float, float]] = frozenset()

    @classmethod
    def of(
        cls,
        surfaces: Surfaces,
        rows: Int,
        cols: Int,
        weights: Mapping[str, float],
        via: Sequence[Cell],
        ends: tuple[LonLat, LonLat] | None,
    ) -> Work:
        """Prepare a path; the cost of its first and last steps is that between the middles of cells."""
        cells, climb = surfaces.weighted(weights)
        if climb is not None:
            cells[~np.isfinite(climb.elevation)] = np.inf
        cost = math.fsum(step_costs(cells, surfaces.grid, rows, cols, climb=climb)[0])
        kept = [0, len(rows) - 1]
        for row, col in via:
            kept += np.flatnonzero((rows == row) & (cols == col))[:1].tolist()
        row_pos, col_pos = rows.astype(np.float64) + 0.5, cols.astype(np.float64) + 0.5
        work = cls(surfaces, weights, surfaces.grid, cells, climb, row_pos, col_pos, np.unique(np.array(kept)), cost)
        return work if ends is None else work.from_to(*ends)

    def from_to(self, start: LonLat, end: LonLat) -> Work:
        """The path led on from the middles of its first and last cells to places in them."""
        rows, cols, kept = self.rows, self.cols, self.kept
        for is_end, place in ((False, start), (True, end)):
            here = np.array(self.grid.positions_of(*place))
            away = np.abs(here - np.array([rows[-is_end], cols[-is_end]])).max()
            if away > 0.5 + _SAME_PLACE:
                raise ValueError(f"{place} does not lie in the cell the path begins or ends with")
            if away > _SAME_PLACE:
                at = len(rows) if is_end else 0
                rows, cols = np.insert(rows, at, here[0]), np.insert(cols, at, here[1])
                kept = np.append(kept[:-1], len(rows) - 1) if is_end else np.append(0, kept[1:] + 1)
        work = replace(self, rows=rows, cols=cols, kept=kept)
        cost = work.cost_of(delivered(work, work.at()))
        return replace(work, path_cost=cost) if math.isfinite(cost) else work

    def at(self, vertices: Int | slice = slice(None)) -> Float:
        """Positions of cells of the path, (2, n)."""
        return np.stack([self.rows[vertices], self.cols[vertices]])

    def stretches(self, points: Float, kept: Int, reach: int) -> Float:
        """Cost of the straight segments between positions (2, n); none passes over one that is to be kept."""
        last = kept[kept.searchsorted(np.arange(points.shape[1] - 1), side="right")]
        z, table = None, None
        if self.climb is not None:
            c = self.climb
            z = c.elevation
            table = (np.asarray(c.per_m, np.float64), c.lowest, (len(c.per_m) - 1) / (c.highest - c.lowest), c.steepest)
        width, height = np.ascontiguousarray(self.grid.steps_m[0]), np.ascontiguousarray(self.grid.steps_m[1])
        out: Float = stretches(
            points[0], points[1], last, min(reach, points.shape[1] - 1), self.cells, width, height, z, table
        )  # fmt: skip
        return out

    def is_clear(self, rows: Float, cols: Float) -> bool:
        """Whether a line of positions runs over passable cells only."""
        row, col, _, _ = traverse(rows, cols)
        inside = (row >= 0) & (row < self.grid.shape[0]) & (col >= 0) & (col < self.grid.shape[1])
        return bool(inside.all()) and bool(np.isfinite(self.cells[row, col]).all())

    def cost_of(self, line: Float) -> float:
        """Weighted sum along a line; infinity if part of it lies where it may not."""
        if not self.is_clear(*self.grid.positions_of(*line.T)):
            return math.inf
        steps = walk(self.surfaces, line)
        if self._is_steep(steps).any() or (steps.why != KNOWN).any():
            return math.inf
        return math.fsum(w * math.fsum(steps.amounts[name]) for name, w in self.weights.items() if w)

    def _is_steep(self, steps: Walk) -> npt.NDArray[np.bool_]:
        with np.errstate(invalid="ignore"):
            steep: npt.NDArray[np.bool_] = np.abs(steps.gradient) > self.surfaces.steepest * (1 + _SAME_PLACE)
        return steep

    def as_stepped(self, line: Float) -> Work | None:
        """The same work, held to the cells of the path beside where `line` is too steep; None if it nowhere is."""
        if math.isinf(self.surfaces.steepest):
            return None
        steps = walk(self.surfaces, line)
        middle = (np.cumsum(steps.length_m) - steps.length_m / 2)[self._is_steep(steps)]
        if not len(middle):
            return None
        rows, cols = self.grid.positions_of(*densified(self.grid, line).T)
        along = np.concatenate([[0.0], np.cumsum(segment_lengths(self.grid, rows, cols))])
        near = np.zeros(len(self.rows), np.bool_)
        for row, col in zip(np.interp(middle, along, rows), np.interp(middle, along, cols), strict=True):
            i = int(np.argmin((self.rows - row) ** 2 + (self.cols - col) ** 2))
            near[max(i - _STEPS_HELD, 0) : i + _STEPS_HELD + 1] = True
        held = np.flatnonzero(near)
        corners = self.corners | set(zip(self.rows[held].tolist(), self.cols[held].tolist(), strict=True))
        return replace(self, kept=np.union1d(self.kept, held), corners=corners)


def drafts(work: Work, radius: float) -> Iterator[tuple[Float, list[Bend]]]:
    """Lines from the most to the least buildable, with their bends."""
    pulled = _pulled(work, _HAIR_OF_COST)
    if radius > 0:
        for fineness in _PER_RADIUS:
            points, kept, abreast = _bend_places(work, pulled, radius, radius / fineness)
            if fineness > _PER_RADIUS[0] and points.shape[1] > _MOST_FINE:
                break
            stretch = work.stretches(points, kept, int(_BEND_REACH * fineness) * abreast)
            width, height, drift = cell_metres(work.grid, points[0], points[1])
            for penalty in _PENALTIES:
                picked = bent(
                    points[0], points[1], width, height, drift, stretch, radius,
                    _HAIR_OF_COST * work.path_cost / points.shape[1], penalty * work.path_cost, work.cells,
                )  # fmt: skip
                if len(picked):
                    yield _rounded(work, points[:, picked], radius)
        yield _rounded(work, work.at(pulled), radius)
    for hair in (_HAIR_OF_COST, 0.0):
        points = work.at(_pulled(work, hair))
        yield delivered(work, points), corners(work, points)


def _pulled(work: Work, hair: float) -> Int:
    """Vertices of the path that stay when it is pulled straight where that is not dearer."""
    vertices = np.arange(len(work.rows))
    while len(vertices) > 2:
        stretch = work.stretches(work.at(vertices), vertices.searchsorted(work.kept), _REACH)
        left = vertices[chain(stretch, hair * work.path_cost / len(work.rows))]
        if len(left) == len(vertices):
            break
        vertices = left
    return vertices


def _bend_places(work: Work, pulled: Int, radius: float, step: float) -> tuple[Float, Int, int]:
    """Where bends may be, (2, n), on the pulled line and beside it around its bends; which are to be kept; how many
    lie abreast.
    """
    line = work.at(pulled)
    width, height, _ = cell_metres(work.grid, line[0], line[1])
    ahead = np.diff(line, axis=1)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(ahead[1] * width[1:], ahead[0] * height[1:]))])
    even = np.arange(1, along[-1] / step) * step
    after = np.clip(along.searchsorted(even), 1, len(along) - 1)
    near = np.minimum(even - along[after - 1], along[after] - even)
    stations = np.union1d(along, even[(near <= _AROUND * radius) & (near > 0.01 * step)])
    points, before, ahead = (_along(line, along, stations + d * step) for d in (0.0, -1.0, 1.0))
    kept = stations.searchsorted(along[pulled.searchsorted(work.kept)])
    if radius < _ASIDE_FROM_CELLS * work.grid.cell_m:
        return points, kept, 1
    width, height, _ = cell_metres(work.grid, points[0], points[1])
    east, south = (ahead - before)[1] * width, (ahead - before)[0] * height
    length = np.maximum(np.hypot(east, south), 1e-9)
    offset = np.array(_ASIDE) * radius
    beside = np.stack([
        points[0][:, None] + np.outer(east / length / height, offset),
        points[1][:, None] - np.outer(south / length / width, offset),
    ])  # fmt: skip
    middle = len(_ASIDE) // 2
    row, col = (np.floor(v).astype(np.int64) for v in beside)
    is_place = (row >= 0) & (row < work.grid.shape[0]) & (col >= 0) & (col < work.grid.shape[1])
    is_place[is_place] = np.isfinite(work.cells[row[is_place], col[is_place]])
    is_place[kept] = False
    is_place[:, middle] = True
    number = np.cumsum(is_place).reshape(is_place.shape) - 1
    return beside[:, is_place], number[kept, middle], len(_ASIDE)


def _along(line: Float, along: Float, places: Float) -> Float:
    """Positions (2, n) at distances along a line."""
    return np.stack([np.interp(places, along, line[0]), np.interp(places, along, line[1])])


def _rounded(work: Work, points: Float, radius: float) -> tuple[Float, list[Bend]]:
    """The chain of positions (2, n) with an arc at each, of `radius` or the largest that fits."""
    points = _distinct(points)
    width, height, drift = cell_metres(work.grid, points[0], points[1])
    n = points.shape[1]
    ahead = np.diff(points, axis=1)
    half, wanted = np.zeros(n), np.zeros(n)
    length = np.empty((2, n - 1))  # of each segment, in the frames of its two ends
    for i in range(2):
        length[i] = np.hypot(ahead[1] * width[i : n - 1 + i], ahead[0] * height[i : n - 1 + i])
    is_corner = [(row, col) in work.corners for row, col in points.T.tolist()]
    for i in range(1, n - 1):
        u, v = _directions(ahead, width, height, i)
        half[i] = half_tangent(*u, *v)
        if not is_corner[i]:
            wanted[i] = widened(radius, half[i], drift[i])
    room = _rooms(length, half * wanted)
    parts: list[Float] = [points[:, :1]]
    bends = []
    for i in range(1, n - 1):
        arc, share = points[:, i : i + 1], 0.0
        if half[i] >= _STRAIGHT and not is_corner[i]:
            fits = min(wanted[i], room[i] / half[i])
            arc, got = _arc(work, points[:, i], _directions(ahead, width, height, i), fits, (width[i], height[i]))
            share = 1.0 if got > wanted[i] * (1 - 1e-9) else got / wanted[i]
        if half[i] >= _STRAIGHT or is_corner[i]:
            parts.append(arc)
        if half[i] >= _STRAIGHT:
            lon, lat = places(work.grid, points[0, i : i + 1], points[1, i : i + 1])[0]
            bends.append(Bend(float(lon), float(lat), radius * share))
    parts.append(points[:, -1:])
    return delivered(work, np.concatenate(parts, axis=1)), bends


def _directions(ahead: Float, width: Float, height: Float, i: int) -> tuple[Float, Float]:
    """Unit vectors east and along rows of the segments before and after vertex `i`, in its own frame."""
    scale = np.array([width[i], height[i]])
    u, v = ahead[::-1, i - 1] * scale, ahead[::-1, i] * scale
    return u / np.hypot(*u), v / np.hypot(*v)


def _rooms(length: Float, tangent: Float) -> Float:
    """Metres that the arc at each vertex may take of both its segments: what its neighbours' arcs leave over.

    Where both ends of a segment want more than half of it, each gets half.
    """
    n = len(tangent)
    room = np.full(n, np.inf)
    for i in range(1, n - 1):
        for other, segment, mine in ((i - 1, i - 1, 1), (i + 1, i, 0)):
            theirs = min(tangent[other] / length[1 - mine, segment], 0.5) if 0 < other < n - 1 else 0.0
            room[i] = min(room[i], (1.0 - theirs) * length[mine, segment])
    return room


def _arc(
    work: Work, corner: Float, directions: tuple[Float, Float], radius: float, cell: tuple[float, float]
) -> tuple[Float, float]:
    """Points of the largest arc up to `radius` metres that stays on passable cells, and its radius; the corner else."""
    u, v = directions
    angle = 2 * math.atan(half_tangent(*u, *v))
    least = _LEAST_CELLS * min(cell)
    while radius > least:
        chord = 2 * math.acos(max(0.0, 1 - _CHORD_CELLS * min(cell) / radius))
        parts = max(2, math.ceil(angle / min(chord, _WIDEST_CHORD)))
        points = np.empty((2, parts + 1))
        arc_into(points, corner[0], corner[1], u[0], u[1], v[0], v[1], radius, cell[0], cell[1], parts)
        if work.is_clear(*points):
            return points, radius
        radius *= _SHRINK
    return corner[:, None], 0.0


def delivered(work: Work, points: Float) -> Float:
    """Positions as a line in longitude and latitude that runs over the same cells.

    Straight on a projected grid is not straight in longitude and latitude: there the line gets vertices at the corners
    of cells that it passes through, and long segments at every border of cells.
    """
    grid = work.grid
    rows, cols = _distinct(points)
    if grid.crs and not grid.is_geographic:
        _, _, share, segment = traverse(rows, cols)
        ends = np.cumsum(share)
        at = ends - share - (ends - share)[np.searchsorted(segment, segment)]
        r, c = (v[segment] + at * np.diff(v)[segment] for v in (rows, cols))
        is_corner = (np.abs(r - np.round(r)) < 10 * HAIR) & (np.abs(c - np.round(c)) < 10 * HAIR)
        is_long = np.maximum(np.abs(np.diff(rows)), np.abs(np.diff(cols)))[segment] > _LONG_CELLS
        added = segment + at
        added = added[(is_corner | is_long) & (at > _SAME_PLACE) & (at < 1 - _SAME_PLACE)]
        every = np.union1d(np.arange(len(rows)), added)
        rows, cols = (np.interp(every, np.arange(len(rows)), v) for v in (rows, cols))
    return places(grid, rows, cols)


def _distinct(points: Float) -> Float:
    """Positions (2, n) without those that repeat the one before; the first and the last stay."""
    apart = np.abs(np.diff(points, axis=1)).max(axis=0) > _SAME_PLACE
    kept = np.flatnonzero(np.concatenate([[True], apart]))
    kept[-1] = max(points.shape[1] - 1, 1)
    return points[:, kept if len(kept) > 1 else [0, -1]]


def corners(work: Work, points: Float) -> list[Bend]:
    """The bends of a line without arcs."""
    points = _distinct(points)
    width, height, _ = cell_metres(work.grid, points[0], points[1])
    ahead = np.diff(points, axis=1)
    at = places(work.grid, points[0], points[1])
    return [
        Bend(float(at[i, 0]), float(at[i, 1]), 0.0)
        for i in range(1, points.shape[1] - 1)
        if half_tangent(*(x for d in _directions(ahead, width, height, i) for x in d)) >= _STRAIGHT
    ]
