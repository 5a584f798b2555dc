"""Clearly different routes: alternatives that each have a reason to exist, and the corridor around the best."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import OptionError
from ..text import Text
from .apart import Track, default_apart_m, dissimilarity, track
from .corridor import Corridor, Leg, corridor, leg_between, leg_costs
from .grid import Cell, Float, Grid, Int
from .kernels.apart import mark_beside
from .kernels.plateau import plateaus
from .paths import Climb, Path, cost_distance, least_cost_path, step_costs
from .problem import Surfaces

__all__ = ["Alternatives", "Corridor", "corridor", "dissimilar"]

_MOST_TRACED = 1500  # candidates of one leg that are looked at, from the cheapest
_PENALTY = 1.5  # what a metre beside a route already known costs more, each time one is found there
_SPARE_TRIES = 3
_LEAST_STRETCH = 0.25  # a part may always be so much dearer than the best between its ends
_SPANS = (4, 16)  # parts of the length that are compared with the best between their ends


@dataclass(frozen=True, eq=False)
class Alternatives:
    """Routes that differ clearly, the best one first, then by cost.

    Attributes
    ----------
    paths : tuple of Path
        At most as many as were asked for; `Path.cost` is the weighted sum that was minimised.
    dissimilarity : float64 (n, n)
        Of two routes: the share of the length that runs farther than `apart_m` from the other, the smaller of
        both shares; 0 on the diagonal.
    apart_m : float
    note : Text
        Why there are fewer than asked for, and what to relax; empty if there are not.
    """

    paths: tuple[Path, ...]
    dissimilarity: Float
    apart_m: float
    note: Text


def dissimilar(
    surfaces: Surfaces,
    start: Cell,
    end: Cell,
    weights: Mapping[str, float],
    k: int,
    *,
    within: float = 0.5,
    least_dissimilarity: float = 0.3,
    apart_m: float | None = None,
    seeds: Sequence[tuple[Int, Int]] = (),
    via: Sequence[Cell] = (),
    neighbours: int = 8,
) -> Alternatives:
    """The best route and up to `k` - 1 others, each cheap and clearly different from all before it.

    Candidates are the seeds, the best ways through plateaus (stretches where the cheapest ways from the start
    and to the end run together) and, if these are not enough, the cheapest ways once the surroundings of known
    routes are made dearer, for the search only. They are taken from the cheapest on, if they are dissimilar
    enough to all taken before, visit no cell of a leg twice, and have no part, of a quarter or a sixteenth of
    their length, that is dearer than the best between its ends by more than `within` (or a quarter).

    Parameters
    ----------
    surfaces, weights
        What is minimised.
    start, end : (row, col)
    k : int
    within : float
        How much dearer than the best a route may be, as a fraction.
    least_dissimilarity : float
        Between 0 and 1; see `Alternatives`.
    apart_m : float, optional
        Routes nearer than this run together. Two cells, or a hundredth of the straight distance if that is more.
    seeds : sequence of (rows, cols)
        Paths from elsewhere, such as points of a front; those that do not lead from stop to stop are left out.
    via : sequence of (row, col)
        Passed in this order.
    neighbours : 8 or 16

    Returns
    -------
    Alternatives

    Raises
    ------
    OptionError
        A bound that is not possible, weights or cells that cannot be used.
    NoRouteError
        Nothing leads there.
    """
    _check(k, within, least_dissimilarity, apart_m)
    cells, climb = surfaces.weighted(weights)
    stops = [(int(r), int(c)) for r, c in (start, *via, end)]
    best = least_cost_path(cells, surfaces.grid, start, end, via=via, neighbours=neighbours, climb=climb)
    if apart_m is None:
        apart_m = default_apart_m(surfaces.grid, stops)
    search = _Search(
        cells, surfaces.grid, climb, neighbours, stops, apart_m, best.cost * (1 + within), within, least_dissimilarity
    )
    search.add(best.rows, best.cols)
    for rows, cols in seeds if k > 1 else ():
        if search.leads(rows, cols):
            search.add(rows, cols)
    for rows, cols in _through_plateaus(search, best) if k > 1 else ():
        search.add(rows, cols)
    chosen = search.chosen(k)
    if len(chosen) < k:
        chosen = _around(search, k, 2 * k + _SPARE_TRIES)
    pool = search.pool
    matrix = np.array([[search.between(i, j) if i != j else 0.0 for j in chosen] for i in chosen])
    note = Text("", "") if len(chosen) == k else search.why_fewer(chosen, k)
    return Alternatives(tuple(pool[i].path for i in chosen), matrix, apart_m, note)


@dataclass(eq=False)
class _Candidate:
    path: Path
    track: Track
    is_sound: bool | None = None


@dataclass(eq=False)
class _Search:
    """The candidates found so far, and what is known of them."""

    cells: npt.NDArray[Any]
    grid: Grid
    climb: Climb | None
    neighbours: int
    stops: list[Cell]
    apart_m: float
    dearest: float
    within: float
    least: float
    pool: list[_Candidate] = field(default_factory=list)
    known: dict[tuple[int, int], float] = field(default_factory=dict)
    nearest_cost: float = math.inf
    nearest_share: float = 0.0
    unsound: int = 0

    def add(self, rows: Int, cols: Int) -> None:
        """Keep a route, unless it is too dear or too like the best."""
        costs, lengths = step_costs(self.cells, self.grid, rows, cols, climb=self.climb)
        path = Path(rows, cols, math.fsum(costs), math.fsum(lengths))
        candidate = _Candidate(path, track(self.grid, rows + 0.5, cols + 0.5))
        if self.pool:
            share = dissimilarity(candidate.track, self.pool[0].track, self.apart_m)
            if not share >= self.least:
                self.nearest_share = max(self.nearest_share, share if path.cost <= self.dearest else 0.0)
                return
            if not self._is_simple(path):
                self.unsound += 1
                return
            if not path.cost <= self.dearest:
                self.nearest_cost = min(self.nearest_cost, path.cost)
                return
        self.pool.append(candidate)

    def between(self, i: int, j: int) -> float:
        """Dissimilarity of two candidates."""
        key = (min(i, j), max(i, j))
        if key not in self.known:
            self.known[key] = dissimilarity(self.pool[key[0]].track, self.pool[key[1]].track, self.apart_m)
        return self.known[key]

    def chosen(self, k: int) -> list[int]:
        """From the cheapest on, those different enough from all before; the best is always first."""
        taken = [0]
        for i in sorted(range(1, len(self.pool)), key=lambda i: (self.pool[i].path.cost, i)):
            if len(taken) == k:
                break
            share = min(self.between(i, j) for j in taken)
            if share < self.least:
                self.nearest_share = max(self.nearest_share, share)
            elif self._is_sound(i):
                taken.append(i)
        return taken

    def leads(self, rows: Int, cols: Int) -> bool:
        """Whether a path leads from stop to stop over cells that can be entered, step by step."""
        if not len(rows) or (rows[0], cols[0]) != self.stops[0] or (rows[-1], cols[-1]) != self.stops[-1]:
            return False
        if not np.isfinite(self.cells[rows, cols]).all() or self._at_stops(rows, cols) is None:
            return False
        step = np.sort(np.abs([np.diff(rows), np.diff(cols)]), axis=0)
        return bool(((step[1] <= 1) | ((step[0] == 1) & (step[1] == 2))).all())

    def _at_stops(self, rows: Int, cols: Int) -> list[int] | None:
        """Where the path reaches its stops, or None."""
        at = [0]
        for stop in self.stops[1:-1]:
            there = np.flatnonzero((rows[at[-1] :] == stop[0]) & (cols[at[-1] :] == stop[1]))
            if not len(there):
                return None
            at.append(at[-1] + int(there[0]))
        return [*at, len(rows) - 1]

    def _is_simple(self, path: Path) -> bool:
        """Whether no leg enters a cell twice."""
        at = self._at_stops(path.rows, path.cols)
        flat = path.rows * self.grid.shape[1] + path.cols
        return at is not None and all(len(np.unique(flat[a : b + 1])) == b + 1 - a for a, b in pairwise(at))

    def _is_sound(self, i: int) -> bool:
        """Whether no part is much dearer than the best between its ends, in a window around it."""
        candidate = self.pool[i]
        if candidate.is_sound is None:
            candidate.is_sound = not any(self._is_detour(candidate.path, a, b) for a, b in self._spans(candidate.path))
            self.unsound += not candidate.is_sound
        return candidate.is_sound

    def _spans(self, path: Path) -> Iterator[tuple[int, int]]:
        at = self._at_stops(path.rows, path.cols) or []
        for first, last in pairwise(at):
            for parts in _SPANS:
                edges = np.linspace(first, last, 2 * parts + 1).astype(int).tolist()
                yield from ((a, b) for a, b in zip(edges, edges[2:], strict=False) if b - a > 2)

    def _is_detour(self, path: Path, a: int, b: int) -> bool:
        rows, cols = path.rows[a : b + 1], path.cols[a : b + 1]
        room = (b - a) // 4
        r0, c0 = max(int(rows.min()) - room, 0), max(int(cols.min()) - room, 0)
        r1, c1 = (min(int(v.max()) + room + 1, n) for v, n in zip((rows, cols), self.grid.shape, strict=True))
        climb = self.climb
        if climb is not None:
            climb = Climb(climb.elevation[r0:r1, c0:c1], climb.per_m, climb.lowest, climb.highest, climb.steepest)
        cost = math.fsum(step_costs(self.cells, self.grid, rows, cols, climb=self.climb)[0])
        most = cost / (1 + max(self.within, _LEAST_STRETCH))
        goal = (int(rows[-1]) - r0, int(cols[-1]) - c0)
        reach = cost_distance(
            self.cells[r0:r1, c0:c1], self.grid.window(r0, r1, c0, c1), [(int(rows[0]) - r0, int(cols[0]) - c0)],
            targets=[goal], neighbours=self.neighbours, climb=climb, most=most,
        )  # fmt: skip
        return bool(reach.total[goal] < most)

    def beside(self, path: Path) -> npt.NDArray[np.bool_]:
        """Cells that run together with a path."""
        mask = np.zeros(self.grid.shape, np.bool_)
        mark_beside(mask, path.rows, path.cols, self.heights, self.widths, self.apart_m)
        return mask

    @cached_property
    def heights(self) -> Float:
        return np.ascontiguousarray(self.grid.steps_m[1])

    @cached_property
    def widths(self) -> Float:
        return np.ascontiguousarray(self.grid.steps_m[0])

    def why_fewer(self, chosen: list[int], k: int) -> Text:
        """What stood in the way, with the figures that would let the next one through."""
        best = self.pool[0].path.cost
        bounds = (self.within * 100, self.least * 100, self.apart_m / 1000)
        zh = (f"只找到 {len(chosen)} 条路线（要求 {k} 条）：须比最优路线最多贵{bounds[0]:g}%，"
              f"且彼此至少有{bounds[1]:g}%的长度相距超过{bounds[2]:.3g} km。")  # fmt: skip
        en = (
            f"Only {len(chosen)} of {k} routes: each may be at most {bounds[0]:g} % dearer than the best and must "
            f"run more than {bounds[2]:.3g} km from every other over at least {bounds[1]:g} % of its length. "
        )
        if share := math.floor(self.nearest_share * 100):
            zh += f"被舍弃的路线中最不同者的差异为{share}%，可将最小差异降至该值。"
            en += f"The most different one left out differs by {share} %: lower the least dissimilarity to that. "
        if math.isfinite(self.nearest_cost) and best > 0:
            above = math.ceil((self.nearest_cost / best - 1) * 100)
            zh += f"足够不同但过贵者最少贵{above}%，可将费用上限放宽至该值。"
            en += f"The cheapest one different enough is {above} % dearer: allow that much. "
        if self.unsound:
            zh += f"另有 {self.unsound} 条因绕行而舍弃。"
            en += f"{self.unsound} more were detours. "
        return Text(zh, en.strip())


def _through_plateaus(search: _Search, best: Path) -> Iterator[tuple[Int, Int]]:
    """The best ways through the plateaus of each leg, the other legs as in the best route; cheapest first."""
    at = search._at_stops(best.rows, best.cols) or []
    legs = leg_costs(search.cells, search.grid, search.stops, search.climb, search.neighbours)
    allowance = search.dearest - best.cost
    for i, (a, b) in enumerate(pairwise(search.stops)):
        leg = leg_between(search.cells, search.grid, a, b, legs[i], allowance, search.climb, search.neighbours)
        before, after = slice(0, at[i]), slice(at[i + 1] + 1, None)
        for rows, cols in _leg_ways(leg, search, allowance):
            yield (np.concatenate([best.rows[before], rows, best.rows[after]]),
                   np.concatenate([best.cols[before], cols, best.cols[after]]))  # fmt: skip


def _leg_ways(leg: Leg, search: _Search, allowance: float) -> Iterator[tuple[Int, Int]]:
    """Ways through the middles of plateaus; none through surroundings that one has been traced through before."""
    block = max(1, round(search.apart_m / search.grid.cell_m))
    middle, length = plateaus(leg.forward, leg.backward, leg.extra, allowance, max(2, block))
    seen = np.zeros([-(-n // block) for n in leg.extra.shape], np.bool_)
    best = search.pool[0].path
    seen[best.rows // block, best.cols // block] = True
    traced = 0
    for m in middle[np.lexsort((middle, -length, leg.extra.ravel()[middle]))].tolist():
        row, col = divmod(m, leg.extra.shape[1])
        if seen[row // block, col // block]:
            continue
        rows, cols = leg.through(row, col)
        seen[rows // block, cols // block] = True
        yield rows, cols
        traced += 1
        if traced == _MOST_TRACED:
            return


def _around(search: _Search, k: int, tries: int) -> list[int]:
    """Look for more routes by making the surroundings of known ones dearer; the costs told stay as they are."""
    dearer = search.cells.copy()
    chosen = search.chosen(k)
    marked: set[int] = set()
    rows, cols = search.pool[0].path.rows, search.pool[0].path.cols
    for _ in range(tries):
        for i in chosen:
            if i not in marked:
                marked.add(i)
                dearer[search.beside(search.pool[i].path)] *= _PENALTY
        path = least_cost_path(
            dearer, search.grid, search.stops[0], search.stops[-1], via=search.stops[1:-1],
            neighbours=search.neighbours, climb=search.climb,
        )  # fmt: skip
        again = np.array_equal(path.rows, rows) and np.array_equal(path.cols, cols)
        rows, cols = path.rows, path.cols
        dearer[search.beside(path)] *= _PENALTY
        if again:
            continue
        search.add(rows, cols)
        chosen = search.chosen(k)
        if len(chosen) == k:
            break
    return chosen


def _check(k: int, within: float, least: float, apart_m: float | None) -> None:
    wrong = [
        (k < 1, "k", k, Text("请给出不小于1的整数", "Give 1 or more")),
        (not 0 <= within < math.inf, "within", within, Text("请给出不小于0的数", "Give 0 or more")),
        (not 0 <= least <= 1, "least_dissimilarity", least, Text("请给出0至1之间的数", "Give a number from 0 to 1")),
        (apart_m is not None and not 0 < apart_m < math.inf, "apart_m", apart_m,
         Text("请给出大于0的米数", "Give metres above 0")),
    ]  # fmt: skip
    for is_wrong, name, value, remedy in wrong:
        if is_wrong:
            raise OptionError(Text(f"{value} 不可用", f"{value} is not possible"), remedy, where=name)
