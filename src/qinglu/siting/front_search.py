"""How a front is sought: weighted sums first, then label setting in the boxes they leave open."""

from __future__ import annotations

import numpy as np

from . import boxes as _boxes
from .grid import Float, Int
from .ways import Between, Way

_TOLERANCES = (0.3, 0.1, 0.03, 0.01, 3e-3, 1e-3, 3e-4)
_CELLS_A_LABEL = 8  # a search over the whole grid takes as long as making a label for every eighth cell
_FOLDED = 0.01  # the finest tolerance when an objective is weighed against a sum of others
_MOST_SPLITS = 30  # ways of one search that split the boxes of others
_MOST_BOXES = 1000
_MOST_TRIES = 60  # boxes searched one by one where they overlap
_CELLS_SUMMED = 30_000_000  # cells that searches by weighted sums may cover together
_MOST_SUMS, _FEWEST_SUMS = 80, 12
_FIRST_SHARE, _TOGETHER_SHARE, _SHARE = 16, 4, 2
"""The part of the labels left that one search may use: a gap at once, all boxes together, and from coarse to fine."""


class Search:
    """What is known of a front while it is sought: ways, weighted sums, and the boxes where more may hide."""

    def __init__(self, between: Between, tolerance: float, most_labels: int) -> None:
        self.between = between
        self.tolerance = tolerance
        self.left = most_labels
        self.labels = self.spent = 0
        self.ways: list[Way] = []
        self.boxes = _boxes.everything(between.m)
        self.searched: list[tuple[Float, float]] = []
        self.weights = np.empty((0, between.m))
        self.sums = np.empty(0)

    def sum_up(self) -> None:
        """Find the optima, then ways by weighted sums where most is still open."""
        m = self.between.m
        for weights in np.eye(m):
            self._add_sum(weights)
        budget = int(np.clip(_CELLS_SUMMED // self.between.grid.n, _FEWEST_SUMS, _MOST_SUMS)) * min(m - 1, 2)
        tried: set[tuple[float, ...]] = set()
        for _ in range(budget):
            open_ = self.uncovered()
            for i in np.argsort(-open_):
                if tuple(self.boxes[i]) not in tried:
                    break
            else:
                return
            if open_[i] <= self.tolerance:
                return
            tried.add(tuple(self.boxes[i]))
            self._add_sum(_boxes.weights_for(self.boxes[i], self.values()))

    def fill_in(self) -> float:
        """Find the ways in the boxes by label setting; the tolerance that was reached."""
        if self._fill_at_once():
            return self.tolerance
        if self.between.m > 2:
            self._fold()
        stuck: set[tuple[float, ...]] = set()  # left as they are; finer ones are still worth what labels remain
        tries = _MOST_TRIES if self.between.m > 2 else len(self.boxes) * (len(_TOLERANCES) + 1)
        for t in (*(t for t in _TOLERANCES if t > self.tolerance), self.tolerance):
            # Every box at one tolerance before any at the next: the widest decides what can be promised.
            while tries and (i := self._widest(t, stuck)) is not None:
                tries -= 1
                if not self._fill([i], t, _SHARE):
                    stuck.add(tuple(self.boxes[i]))
        return max(self.tolerance, float(self.uncovered().max()))

    def uncovered(self) -> Float:
        """Tolerance within which each box is covered."""
        out = _boxes.uncovered(self.boxes, self.weights, self.sums)
        for corners, tolerance in self.searched:
            inside = np.any((self.boxes[:, None] <= corners).all(axis=2), axis=1)
            out[inside] = np.minimum(out[inside], tolerance)
        return out

    def _fill_at_once(self) -> bool:
        """Search all boxes at the tolerance asked for, while each takes a small share of the labels."""
        open_ = self.uncovered()
        order = [int(i) for i in np.argsort(open_, kind="stable") if open_[i] > self.tolerance]
        # Boxes of two objectives have nothing in common; of more they overlap, and are searched together.
        groups = [[i] for i in order] if self.between.m == 2 else [order] if order else []
        # The first that is too much tells that the larger ones after it are as well.
        share = _FIRST_SHARE if self.between.m == 2 else _TOGETHER_SHARE
        return all(self._fill(group, self.tolerance, share) for group in groups)

    def _fold(self) -> None:
        """Weigh each objective against a sum of all others, which a search of two objectives can do."""
        m = self.between.m
        high = self.values().max(axis=0)
        for i in range(m):
            weights = np.zeros((2, m))
            weights[1] = np.divide(1.0, high, out=np.zeros(m), where=high > 0)
            weights[:, i] = 1.0, 0.0
            pair = Search(self.between.folded(weights), max(self.tolerance, _FOLDED), self.left // (m + 1 - i))
            pair.sum_up()
            pair.fill_in()
            self.left, self.labels = self.left - pair.spent, self.labels + pair.labels
            for j in _boxes.nondominated(pair.values()):
                way = self.between.along(pair.ways[j])
                self.ways.append(way)
                self._split(way.values)
            self.weights = np.concatenate([self.weights, pair.weights @ weights])
            self.sums = np.append(self.sums, pair.sums)

    def _widest(self, tolerance: float, but: set[tuple[float, ...]]) -> int | None:
        """The box farthest from being covered within a tolerance."""
        open_ = self.uncovered()
        order = (int(i) for i in np.argsort(-open_, kind="stable") if open_[i] > tolerance)
        return next((i for i in order if tuple(self.boxes[i]) not in but), None)

    def _fill(self, group: list[int], tolerance: float, share: int) -> bool:
        """Search some boxes at a tolerance; whether their share of the labels left sufficed."""
        boxes = self.boxes[group]
        if len(group) == 1:
            weights = _boxes.weights_for(boxes[0], self.values())
        else:
            high = self.values().max(axis=0)
            weights = np.divide(1.0, high, out=np.zeros_like(high), where=high > 0)
        overhead = self.between.grid.n // _CELLS_A_LABEL
        if self.left <= overhead:
            return False
        ways, (made, spent) = self.between.within(boxes, weights, tolerance, self.left // share)
        self.left -= spent + overhead
        self.spent += spent + overhead
        self.labels += made
        if ways is None:
            return False
        self.ways += ways
        self.searched.append((boxes, tolerance))
        if self.between.m > 2 and ways:
            values = np.array([w.values for w in ways])
            for value in values[spread_out(values, _MOST_SPLITS)]:
                self._split(value)
        return True

    def _add_sum(self, weights: Float) -> None:
        way = self.between.least(weights)
        self.ways.append(way)
        self._split(way.values)
        self.weights = np.concatenate([self.weights, [weights]])
        self.sums = np.append(self.sums, weights @ way.values)

    def _split(self, values: Float) -> None:
        """Take from the boxes what a way covers; where there are too many of them they stay larger than they are."""
        if len(self.boxes) < _MOST_BOXES:
            self.boxes = _boxes.without(self.boxes, values)

    def values(self) -> Float:
        return np.array([w.values for w in self.ways])


def normalised(values: Float) -> Float:
    low, span = values.min(axis=0), np.ptp(values, axis=0)
    out: Float = (values - low) / np.where(span > 0, span, 1.0)
    return out


def spread_out(values: Float, most: int | None) -> Int:
    """Which points to keep: the optima, the knee, then each time the one farthest from those kept."""
    if most is None or len(values) <= most:
        return np.arange(len(values))
    at = normalised(values)
    kept = list(dict.fromkeys([*(int(i) for i in values.argmin(axis=0)), int(np.argmin(at.sum(axis=1).round(12)))]))
    apart = np.abs(at[:, None] - at[kept]).max(axis=2).min(axis=1)
    while len(kept) < most:
        kept.append(int(apart.argmax()))
        apart = np.minimum(apart, np.abs(at - at[kept[-1]]).max(axis=1))
    return np.sort(np.array(kept))
