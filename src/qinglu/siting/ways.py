"""Ways between two cells that are best for given weights, and all those that lie in a box of values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import OptionError
from ..text import Text
from .grid import Cell, Float, Grid, Int
from .kernels.front import label
from .kernels.spread import OURS
from .paths import Climb, NoRouteError, as_cost, check_enterable, cost_distance, step_costs

_SLACK = 1e-10  # relative; what a search's costs may be off, so that nothing is left out for rounding


@dataclass(frozen=True, eq=False)
class Way:
    """A way and what it costs in each objective, summed exactly.

    Attributes
    ----------
    rows, cols : int64 (n,)
    values : float64 (m,)
    summed : bool
        Whether it was found as the least of a weighted sum.
    """

    rows: Int
    cols: Int
    values: Float
    summed: bool = False


@dataclass(frozen=True, eq=False)
class Between:
    """Several costs on one grid, and the two cells between which ways are sought.

    Attributes
    ----------
    costs : float64 (n, m)
        Cost per metre of each cell in each objective; infinity in all of them where it cannot be entered.
    climbs : tuple of (Climb or None)
        One an objective; all None on flat ground.
    """

    costs: Float
    grid: Grid
    start: Cell
    end: Cell
    climbs: tuple[Climb | None, ...]
    neighbours: int

    @classmethod
    def of(
        cls, costs: Sequence[npt.ArrayLike] | npt.NDArray[Any], grid: Grid, start: Cell, end: Cell,
        climbs: Sequence[Climb | None] | None, neighbours: int,
    ) -> Between:  # fmt: skip
        """From one array an objective, checked.

        Raises
        ------
        OptionError
            No costs, negative ones, shapes that differ; climbs on different ground; a start or end that cannot be
            entered.
        """
        arrays = [as_cost(cost, grid) for cost in costs]
        if not arrays:
            raise OptionError(
                Text("没有可用的目标", "there is no objective to weigh"),
                Text("请至少给出一个有数据的目标", "Give one objective with data at least"),
                where="names",
            )  # fmt: skip
        together = np.stack([a.ravel() for a in arrays], axis=1).astype(np.float64)
        together[~np.isfinite(together).all(axis=1)] = np.inf
        problem = cls(together, grid, start, end, _one_ground(climbs, len(arrays)), neighbours)
        for cell in (start, end):
            check_enterable(problem._one(0), cell)
        return problem

    @property
    def m(self) -> int:
        """Objectives."""
        return int(self.costs.shape[1])

    @cached_property
    def to_go(self) -> Float:
        """What is at least still to pay from each cell in each objective, float64 (n, m)."""
        out = np.empty_like(self.costs)
        for i in range(self.m):
            out[:, i] = self._back(self._one(i), self.climbs[i])
        return out

    def require_way(self) -> None:
        """Refuse two cells that nothing joins.

        Raises
        ------
        NoRouteError
        """
        if not np.isfinite(self.to_go[self._index(self.start)]).all():
            raise NoRouteError(
                Text(f"{self.start} 与 {self.end} 之间没有通路", f"there is no way from {self.start} to {self.end}"),
                Text("请减少禁入区，或换起点、终点", "Forbid less, or choose another start or end"),
            )

    def folded(self, weights: Float) -> Between:
        """With weighted sums of the objectives in their place.

        Parameters
        ----------
        weights : float64 (k, m), for k objectives
        """
        costs = np.stack([self._sum(w).ravel() for w in weights], axis=1)
        climbs = tuple(self._climb(w) for w in weights)
        return replace(self, costs=costs, climbs=climbs)

    def along(self, way: Way) -> Way:
        """The way with its values here, when it was found with other objectives."""
        return self._way(way.rows, way.cols, summed=way.summed)

    def least(self, weights: Float) -> Way:
        """The way whose weighted sum is least; of those alike in it, the least in what has no weight.

        Parameters
        ----------
        weights : float64 (m,), none negative, not all 0
        """
        idle = weights == 0
        if idle.any() and (tied := self._least_of_tied(weights, idle)):
            return tied
        reach = cost_distance(
            self._sum(weights), self.grid, [self.end], targets=[self.start], neighbours=self.neighbours,
            climb=self._climb(weights), backward=True,
        )  # fmt: skip
        rows, cols = reach.trace(self.start)
        return self._way(rows[::-1], cols[::-1], summed=True)

    def within(
        self, boxes: Float, weights: Float, tolerance: float, most: int
    ) -> tuple[list[Way] | None, tuple[int, int]]:
        """The ways with values in one of the boxes, none better than another in every objective.

        Parameters
        ----------
        boxes : float64 (b, m), upper corners; values are below them in every objective
        weights : float64 (m,), none negative, not all 0
            A sum that is large compared with its least in these boxes only; it decides the speed.
        tolerance : float
            Every such way is matched by one found, or by the points that bound the boxes, within this.
        most : int
            Labels that may be made; many comparisons of labels count as labels, too.

        Returns
        -------
        ways : list of Way, or None where `most` did not suffice
        made, spent : (int, int)
            Labels, and what counts against `most`.
        """
        weighed = weights > 0
        limits = boxes[:, weighed] @ weights[weighed]
        back = self._back(self._sum(weights), self._climb(weights), most=float(limits.max()) / (1 + tolerance))
        finished, counts, ways = self._label(
            self.costs, self.to_go, self.climbs, boxes * (1 - 1e-12), weights, back, limits * (1 + _SLACK),
            tolerance, False, most,
        )  # fmt: skip
        return ([self._way(*way) for way in ways] if finished else None), counts

    def _least_of_tied(self, weights: Float, idle: npt.NDArray[np.bool_]) -> Way | None:
        """The least in the idle objectives of the ways that are least in the weighted sum."""
        scale = self.to_go[self._index(self.start)]
        others = np.where(idle, 1.0 / np.where(scale > 0, scale, 1.0), 0.0)
        pairs = [others, weights]
        busy = np.flatnonzero(weights)
        if len(busy) == 1:
            least = weights[busy[0]] * self.to_go[:, busy[0]]
        else:
            least = self._back(self._sum(weights), self._climb(weights))
        to_go = np.stack([self.to_go[:, idle] @ others[idle], least], axis=1)
        to_go[~np.isfinite(to_go).all(axis=1)] = np.inf
        box = np.array([[np.inf, least[self._index(self.start)] * (1 + _SLACK)]])
        _, _, ways = self._label(
            np.stack([self._sum(p).ravel() for p in pairs], axis=1), to_go, tuple(self._climb(p) for p in pairs), box,
            np.zeros(2), np.zeros(len(to_go)), np.full(1, np.inf), 0.0, True, 4 * len(to_go),
        )  # fmt: skip
        return self._way(*ways[0], summed=True) if ways else None

    def _label(
        self, costs: Float, to_go: Float, climbs: tuple[Climb | None, ...], boxes: Float, weights: Float, back: Float,
        limits: Float, tolerance: float, only_first: bool, most: int,
    ) -> tuple[bool, tuple[int, int], list[tuple[Int, Int]]]:  # fmt: skip
        ground = next((c for c in climbs if c is not None), None)
        if ground is None:
            z, tables, climb = np.zeros(0, np.float32), np.zeros((costs.shape[1], 2)), (0.0, 1.0, math.inf)
        else:
            z = np.ascontiguousarray(ground.elevation, np.float32).ravel()
            tables = np.stack([_table(c, ground) for c in climbs])
            per_unit = (tables.shape[1] - 1) / (ground.highest - ground.lowest)
            climb = (float(ground.lowest), per_unit, float(ground.steepest))
        finished, made, spent, offsets, cells = label(
            costs, to_go, self.grid.shape, self.grid.steps_m, z, tables, climb, self.neighbours,
            self._index(self.start), self._index(self.end), boxes, weights, back, limits, 1.0 + tolerance,
            only_first, most,
        )  # fmt: skip
        ways = [(cells[a:b] // self.grid.shape[1], cells[a:b] % self.grid.shape[1]) for a, b in pairwise(offsets)]
        return bool(finished), (int(made), int(spent)), ways

    def _back(self, cost: Float, climb: Climb | None, most: float = math.inf) -> Float:
        """Least cost from each cell to the end, float64 (n,); infinity beyond `most`."""
        reach = cost_distance(
            cost, self.grid, [self.end], neighbours=self.neighbours, climb=climb, backward=True, most=most
        )
        # Without the bits that name the move, a way of no cost costs nothing.
        return (reach.total.view(np.int64).ravel() & ~np.int64(OURS)).view(np.float64)

    def _way(self, rows: Int, cols: Int, *, summed: bool = False) -> Way:
        values = [
            math.fsum(step_costs(self._one(i), self.grid, rows, cols, climb=self.climbs[i])[0]) for i in range(self.m)
        ]
        return Way(rows, cols, np.array(values), summed)

    def _one(self, i: int) -> Float:
        return self.costs[:, i].reshape(self.grid.shape)

    def _sum(self, weights: Float) -> Float:
        out = np.zeros(len(self.costs))
        for i in np.flatnonzero(weights):
            out += weights[i] * self.costs[:, i]
        return out.reshape(self.grid.shape)

    def _climb(self, weights: Float) -> Climb | None:
        ground = self.climbs[0]
        if ground is None:
            return None
        table = sum(w * _table(c, ground) for w, c in zip(weights, self.climbs, strict=True))
        return replace(ground, per_m=np.asarray(table))

    def _index(self, cell: Cell) -> int:
        return cell[0] * self.grid.shape[1] + cell[1]


def _table(climb: Climb | None, ground: Climb) -> Float:
    return np.zeros(len(ground.per_m)) if climb is None else np.asarray(climb.per_m, np.float64)


def _one_ground(climbs: Sequence[Climb | None] | None, m: int) -> tuple[Climb | None, ...]:
    """A climb an objective, all on the same ground with the same gradients: none or all."""
    given: list[Any] = [None] * m if climbs is None else list(climbs)
    if len(given) != m:
        raise OptionError(
            Text(f"{m} 个目标对应 {len(given)} 个坡度表", f"{len(given)} climbs for {m} objectives"),
            Text("每个目标一个，可为None", "Give one for each; it may be None"),
            where="climbs",
        )
    ground = next((c for c in given if c is not None), None)
    if ground is None:
        return (None,) * m
    if not all(c is None or _alike(c, ground) for c in given):
        raise OptionError(
            Text("各目标的高程、坡度范围或最大坡度不一致", "elevation, gradients or the steepest differ by objective"),
            Text(
                "请让所有目标使用同一高程与同一坡度表范围",
                "Let all climb the same ground, priced at the same gradients",
            ),
            where="climbs",
        )
    return tuple(replace(ground, per_m=_table(c, ground)) for c in given)


def _alike(a: Climb, b: Climb) -> bool:
    """Whether two tables are read at the same gradients of the same ground."""
    same_ground = a.elevation is b.elevation or np.array_equal(a.elevation, b.elevation, equal_nan=True)
    span_a, span_b = ((c.lowest, c.highest, c.steepest, len(c.per_m)) for c in (a, b))
    return same_ground and span_a == span_b
