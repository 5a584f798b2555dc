"""From a staircase of cells to a line that can be built: pulled straight, rounded, never through a forbidden cell."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import OptionError
from ..text import Text
from .grid import Cell, Float, Grid, Int
from .kernels.bends import arc_into, bent, chain, half_tangent, stretches, widened
from .kernels.traverse import HAIR, traverse
from .lines import cell_metres, places
from .paths import Climb, step_costs
from .problem import Surfaces
from .walk import KNOWN, walk

LonLat = tuple[float, float]

_REACH = 32  # vertices that one shortcut may pass over; repeated, so straight stretches may be of any length
_BEND_REACH = 48
_CELLS_PER_RADIUS = 6  # vertices that bends are sought among
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
_TOLD = 3
_SAME_PLACE = 1e-6


@dataclass(frozen=True, eq=False)
class Smoothed:
    """A line that can be built, or as near to it as fits.

    Attributes
    ----------
    line : float64 (m, 2)
        Longitude and latitude, straight between vertices; the arcs are chords within a hundredth of a cell.
    kept_radius : bool
        Whether every bend keeps the least radius asked for.
    least_radius_m : float
        Of its bends, on earth; infinity without any, 0 with a corner.
    tight : tuple of (lon, lat, radius in metres)
        Bends that do not keep it.
    cost : float
        Weighted sum along `line`; never above that of the path of cells, but for what was allowed.
    note : Text
        What could not be kept, and where; empty if all was.
    """

    line: Float
    kept_radius: bool
    least_radius_m: float
    tight: tuple[tuple[float, float, float], ...]
    cost: float
    note: Text


def smoothed(
    surfaces: Surfaces,
    rows: npt.ArrayLike,
    cols: npt.ArrayLike,
    weights: Mapping[str, float],
    *,
    min_radius_m: float,
    via: Sequence[Cell] = (),
    ends: tuple[LonLat, LonLat] | None = None,
    dearer: float = 0.0,
) -> Smoothed:
    """Pull a path of cells straight where that is not dearer, and round its bends.

    Shortcuts join cells of the path. Bends are chosen so that arcs of the least radius have room, circles in metres
    on earth at each bend; where none does without entering a cell that is not passable, or without costing more than
    the path, the largest arc that fits is taken and told.

    Parameters
    ----------
    surfaces, weights
        What the path was sought on.
    rows, cols : int (n,)
        Neighbouring cells, from the start to the end.
    min_radius_m : float
        0 for corners without arcs.
    via : sequence of (row, col)
        Cells of the path that stay vertices before the arcs are put in, which may pass beside them.
    ends : ((lon, lat), (lon, lat)), optional
        Where the line begins and ends, in the first and the last cell; their middles otherwise.
    dearer : float
        By how much the line may cost more than the path, as a fraction.

    Raises
    ------
    OptionError
        A radius below 0; weights that cannot be used.
    """
    if not 0 <= min_radius_m < math.inf:
        raise OptionError(
            Text(f"最小曲线半径 {min_radius_m:g} m 不可用", f"a least radius of {min_radius_m:g} m is not possible"),
            Text("请给出不小于0的米数", "Give metres of 0 or more"),
            where="min_radius_m",
        )
    work = _Work.of(surfaces, np.asarray(rows, np.int64), np.asarray(cols, np.int64), weights, via, ends)
    if len(work.rows) < 2:
        lonlat = places(work.grid, work.rows, work.cols)
        return Smoothed(np.repeat(lonlat, 2, axis=0), True, math.inf, (), 0.0, Text("", ""))
    best: Smoothed | None = None
    for line, bends in _drafts(work, min_radius_m):
        cost = work.cost_of(line)
        if cost <= work.path_cost * (1 + dearer) * (1 + 1e-12):
            made = _told(work, line, bends, min_radius_m, cost)
            if best is None or len(made.tight) < len(best.tight):
                best = made
            if made.kept_radius:
                break
    if best is None:  # the path itself, whose cost is right by definition
        corners = _corners(work, np.arange(len(work.rows)))
        best = _told(work, _delivered(work, _points(work)), corners, min_radius_m, work.path_cost)
    return best


@dataclass(frozen=True, eq=False)
class _Bend:
    """A corner of the chain, rounded by an arc of `radius_m`, 0 for none; `points` (2, k) are positions."""

    lon: float
    lat: float
    radius_m: float
    points: Float


@dataclass(frozen=True, eq=False)
class _Work:
    """A path as positions on its grid, with what a line over it costs."""

    surfaces: Surfaces
    weights: Mapping[str, float]
    grid: Grid
    cells: npt.NDArray[Any]
    climb: Climb | None
    rows: Float
    cols: Float
    kept: Int
    path_cost: float

    @classmethod
    def of(
        cls,
        surfaces: Surfaces,
        rows: Int,
        cols: Int,
        weights: Mapping[str, float],
        via: Sequence[Cell],
        ends: tuple[LonLat, LonLat] | None,
    ) -> _Work:
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

    def from_to(self, start: LonLat, end: LonLat) -> _Work:
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
        cost = work.cost_of(_delivered(work, _points(work)))
        return replace(work, path_cost=cost) if math.isfinite(cost) else work

    def stretches(self, vertices: Int, reach: int) -> Float:
        """Cost of the straight segments between vertices; none passes over a cell that is to be kept."""
        last = vertices.searchsorted(self.kept)[self.kept.searchsorted(vertices[:-1], side="right")]
        z, table = None, None
        if self.climb is not None:
            c = self.climb
            z = c.elevation
            table = (np.asarray(c.per_m, np.float64), c.lowest, (len(c.per_m) - 1) / (c.highest - c.lowest), c.steepest)
        width, height = np.ascontiguousarray(self.grid.steps_m[0]), np.ascontiguousarray(self.grid.steps_m[1])
        out: Float = stretches(
            self.rows[vertices], self.cols[vertices], last, min(reach, len(vertices) - 1), self.cells, width, height,
            z, table,
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
        with np.errstate(invalid="ignore"):
            is_steep = bool((np.abs(steps.gradient) > self.surfaces.steepest * (1 + _SAME_PLACE)).any())
        if is_steep or (steps.why != KNOWN).any():
            return math.inf
        return math.fsum(w * math.fsum(steps.amounts[name]) for name, w in self.weights.items() if w)


def _drafts(work: _Work, radius: float) -> Iterator[tuple[Float, list[_Bend]]]:
    """Lines from the most to the least buildable, with their bends."""
    pulled = _pulled(work, _HAIR_OF_COST)
    if radius > 0:
        step = max(1, int(radius / work.grid.cell_m / _CELLS_PER_RADIUS))
        among = np.unique(np.concatenate([np.arange(0, len(work.rows), step), pulled, work.kept]))
        stretch = work.stretches(among, _BEND_REACH)
        width, height, drift = cell_metres(work.grid, work.rows[among], work.cols[among])
        for penalty in _PENALTIES:
            picked = bent(
                work.rows[among], work.cols[among], width, height, drift, stretch, radius,
                _HAIR_OF_COST * work.path_cost / len(among), penalty * work.path_cost, work.cells,
            )  # fmt: skip
            yield _rounded(work, among[picked], radius)
        yield _rounded(work, pulled, radius)
    for hair in (_HAIR_OF_COST, 0.0):
        vertices = _pulled(work, hair)
        yield _delivered(work, _points(work, vertices)), _corners(work, vertices)


def _pulled(work: _Work, hair: float) -> Int:
    """Vertices of the path that stay when it is pulled straight where that is not dearer."""
    vertices = np.arange(len(work.rows))
    while len(vertices) > 2:
        stretch = work.stretches(vertices, _REACH)
        kept = vertices[chain(stretch, hair * work.path_cost / len(work.rows))]
        if len(kept) == len(vertices):
            break
        vertices = kept
    return vertices


def _points(work: _Work, vertices: Int | slice = slice(None)) -> Float:
    return np.stack([work.rows[vertices], work.cols[vertices]])


def _rounded(work: _Work, vertices: Int, radius: float) -> tuple[Float, list[_Bend]]:
    """The chain of vertices with an arc at each, of `radius` or the largest that fits."""
    points = _points(work, vertices)
    width, height, drift = cell_metres(work.grid, *points)
    n = points.shape[1]
    ahead = np.diff(points, axis=1)
    half, wanted = np.zeros(n), np.zeros(n)
    length = np.empty((2, n - 1))  # of each segment, in the frames of its two ends
    for i in range(2):
        length[i] = np.hypot(ahead[1] * width[i : n - 1 + i], ahead[0] * height[i : n - 1 + i])
    for i in range(1, n - 1):
        u, v = _directions(ahead, width, height, i)
        half[i] = half_tangent(*u, *v)
        wanted[i] = widened(radius, half[i], drift[i], min(width[i], height[i]))
    room = _rooms(length, half * wanted)
    parts: list[Float] = [points[:, :1]]
    bends = []
    for i in range(1, n - 1):
        if half[i] < 1e-9:
            continue
        fits = min(wanted[i], room[i] / half[i])
        arc, got = _arc(work, points[:, i], _directions(ahead, width, height, i), fits, (width[i], height[i]))
        lon, lat = places(work.grid, *points[:, i : i + 1])[0]
        bends.append(_Bend(lon, lat, min(radius, radius * got / wanted[i]), arc))
        parts.append(arc)
    parts.append(points[:, -1:])
    return _delivered(work, np.concatenate(parts, axis=1)), bends


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
    work: _Work, corner: Float, directions: tuple[Float, Float], radius: float, cell: tuple[float, float]
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


def _delivered(work: _Work, points: Float) -> Float:
    """Positions as a line in longitude and latitude that runs over the same cells.

    Straight on a projected grid is not straight in longitude and latitude: there the line gets vertices about every
    cell, and at the corners of cells that it passes through.
    """
    grid = work.grid
    rows, cols = points
    if grid.crs and not grid.is_geographic:
        _, _, share, segment = traverse(rows, cols)
        start = np.cumsum(share) - share
        start -= start[np.searchsorted(segment, segment)]
        every = np.unique(np.concatenate([segment + np.where(start < HAIR, 0.0, start), [len(rows) - 1.0]]))
        rows, cols = (np.interp(every, np.arange(len(rows)), v) for v in (rows, cols))
    return places(grid, rows, cols)


def _corners(work: _Work, vertices: Int) -> list[_Bend]:
    """The bends of a line without arcs."""
    points = _points(work, vertices)
    width, height, _ = cell_metres(work.grid, *points)
    ahead = np.diff(points, axis=1)
    at = places(work.grid, *points)
    return [
        _Bend(at[i, 0], at[i, 1], 0.0, points[:, i : i + 1])
        for i in range(1, points.shape[1] - 1)
        if half_tangent(*(x for d in _directions(ahead, width, height, i) for x in d)) > 1e-9
    ]


def _told(work: _Work, line: Float, bends: list[_Bend], radius: float, cost: float) -> Smoothed:
    """The line with what is to be said of it."""
    tight = tuple((float(b.lon), float(b.lat), float(b.radius_m)) for b in bends if b.radius_m < radius * (1 - 1e-9))
    least = min((b.radius_m for b in bends), default=math.inf)
    note = Text("", "")
    if tight:
        worst = sorted(tight, key=lambda b: b[2])[:_TOLD]
        zh = "；".join(f"{lon:.4f}, {lat:.4f}：{r:.0f} m" for lon, lat, r in worst)
        en = "; ".join(f"{lon:.4f}, {lat:.4f}: {r:.0f} m" for lon, lat, r in worst)
        note = Text(
            f"{len(bends)} 处弯道中有 {len(tight)} 处达不到最小曲线半径 {radius:g} m"
            f"（否则将进入禁入区或增加费用），最小者：{zh}",
            f"{len(tight)} of {len(bends)} bends cannot keep the least radius of {radius:g} m without entering "
            f"forbidden cells or costing more; the tightest: {en}",
        )
    return Smoothed(line, not tight, least, tight, cost, note)
