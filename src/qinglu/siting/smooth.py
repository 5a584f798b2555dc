"""From a staircase of cells to a line that can be built: pulled straight, rounded, never through a forbidden cell."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import OptionError
from ..text import Text
from .drafts import Bend, LonLat, Work, corners, delivered, drafts
from .grid import Cell, Float
from .lines import places
from .problem import Surfaces

_TOLD = 3
_ROUNDS = 8  # of holding the line to the path where it came out too steep


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
        Weighted sum along `line`; above that of the path of cells by no more than was allowed for arcs.
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
    dearer: float = 0.02,
) -> Smoothed:
    """Pull a path of cells straight where that is not dearer, and round its bends.

    Shortcuts join cells of the path. Bends are chosen so that arcs of the least radius have room, circles in metres
    on earth at each bend; where none does without entering a cell that is not passable, or making the line dearer
    than allowed, the largest arc that fits is taken and told.

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
        By how much arcs may make the line dearer than the path, as a fraction. Without a radius it never is.

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
    work = Work.of(surfaces, np.asarray(rows, np.int64), np.asarray(cols, np.int64), weights, via, ends)
    if len(work.rows) < 2:
        lonlat = places(work.grid, work.rows, work.cols)
        return Smoothed(np.repeat(lonlat, 2, axis=0), True, math.inf, (), 0.0, Text("", ""))
    best: Smoothed | None = None
    limit = work.path_cost * (1 + (dearer if min_radius_m else 0.0)) * (1 + 1e-12)
    for left in reversed(range(_ROUNDS)):
        held: Work | None = None
        for line, bends in drafts(work, min_radius_m):
            cost = work.cost_of(line)
            if cost <= limit:
                made = _told(work, line, bends, min_radius_m, cost)
                if best is None or (len(made.tight), -made.least_radius_m) < (len(best.tight), -best.least_radius_m):
                    best = made
                if made.kept_radius:
                    break
            elif left and best is None and (held := work.as_stepped(line)) is not None:
                break
        if held is None:
            break
        work = held
    if best is None:  # the path itself, whose cost is right by definition
        points = work.at()
        best = _told(work, delivered(work, points), corners(work, points), min_radius_m, work.path_cost)
    return best


def _told(work: Work, line: Float, bends: list[Bend], radius: float, cost: float) -> Smoothed:
    """The line with what is to be said of it."""
    tight = tuple((b.lon, b.lat, b.radius_m) for b in bends if b.radius_m < radius)
    least = min((b.radius_m for b in bends), default=math.inf)
    note = Text("", "")
    if tight:
        worst = sorted(tight, key=lambda b: b[2])[:_TOLD]
        zh = "；".join(f"{lon:.4f}, {lat:.4f}：{r:.0f} m" for lon, lat, r in worst)
        en = "; ".join(f"{lon:.4f}, {lat:.4f}: {r:.0f} m" for lon, lat, r in worst)
        note = Text(
            f"{len(bends)} 处弯道中有 {len(tight)} 处达不到最小曲线半径 {radius:g} m"
            f"（否则将进入禁入区、坡度过陡或增加费用），最小者：{zh}",
            f"{len(tight)} of {len(bends)} bends cannot keep the least radius of {radius:g} m without entering "
            f"forbidden cells, climbing too steeply or costing more; the tightest: {en}",
        )
    return Smoothed(line, not tight, least, tight, cost, note)
