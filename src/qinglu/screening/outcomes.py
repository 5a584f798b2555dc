"""What a rule says of each project on one layer, in numbers: outcome, deciding value, deciding row.

An outcome is the position of the tier that holds, or one of the codes below. The words come later,
in `screening.explain`; here nothing is a string, so a million projects cost no more than arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

CLEAR = 64
"""Outcome: measured, and no tier holds. Smaller outcomes are positions of tiers."""

MISSING, COARSE, NOTHING, NO_AREA, NO_DATA, OFF_SCALE, HOLE, SKETCH, BEYOND = range(65, 74)
"""Outcomes that are *unknown*: no such layer; location too coarse; the layer holds nothing; the layer has no
areas; the raster has no value there; a value off its scale; the layer leaves the country out; a sketch can
clear nobody; the buffers were too narrow to see every feature."""

IS_HOLE, IS_BEYOND, IS_APPROXIMATE, IS_UNCLASSED = 1, 2, 4, 8
"""Flags on an outcome: what to add to its explanation."""


@dataclass(frozen=True)
class Outcomes:
    """One rule on one layer (or on none): a row per project it speaks of, in their order.

    Attributes
    ----------
    rule, layer : int
        Positions; `layer` is -1 where there is none.
    project : int array, shape (n,)
        Rows of `Measures.projects`, ascending.
    outcome : int array, shape (n,)
        Position of a tier, `CLEAR`, or one of the unknown codes.
    value : float array, shape (n,)
        The deciding measure in its base unit; NaN where there is none.
    row : int array, shape (n,)
        Deciding row of exposures, then of nearest (counted on); -1 where no feature decides.
    flags : int array, shape (n,)
    """

    rule: int
    layer: int
    project: Ints
    outcome: Ints
    value: Floats
    row: Ints
    flags: Ints

    def __len__(self) -> int:
        return len(self.project)

    @classmethod
    def all_alike(cls, rule: int, layer: int, project: Ints, outcome: int) -> Outcomes:
        """The same outcome for every project, without a value."""
        n = len(project)
        return cls(
            rule,
            layer,
            project,
            np.full(n, outcome),
            np.full(n, np.nan),
            np.full(n, -1),
            np.zeros(n, dtype=int),
        )

    def where(self, mask: Bools, outcome: int) -> Outcomes:
        """A copy in which the rows of `mask` have this outcome; value and row stay, to be told of."""
        return replace(self, outcome=np.where(mask, outcome, self.outcome))

    def flagged(self, mask: Bools, flag: int) -> Outcomes:
        """A copy in which the rows of `mask` carry this flag."""
        return replace(self, flags=np.where(mask, self.flags | flag, self.flags))
