"""What is to be minimised: one surface an objective on one grid, never mixed until somebody names weights."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ..errors import OptionError
from ..model.rule import Step
from ..space import Index
from ..text import Text
from .grid import Float, Grid
from .paths import Climb

Float32 = npt.NDArray[np.float32]

OBJECTIVES: dict[str, tuple[Text, str]] = {
    "cost": (Text("建设成本", "Construction cost"), "USD"),
    "ecology": (Text("生态影响", "Ecological impact"), "point"),
    "people": (Text("受影响人口", "People affected"), "person"),
    "carbon": (Text("隐含碳", "Embodied carbon"), "tCO2e"),
    "hazard": (Text("灾害暴露", "Hazard exposure"), "point"),
}
"""Title and unit of every objective. All are summed along a line and smaller is better."""

GRADIENTS = np.linspace(-1.0, 1.0, 401)
"""Gradients, rise over run, at which climbing is priced."""


@dataclass(frozen=True, slots=True)
class Mode:
    """What is built: a row of ``modes.yaml``.

    Attributes
    ----------
    max_gradient : float
        Rise over run; infinity where the mode has no limit.
    min_radius_m : float
        Of its curves; 0 where it may turn at a point, as a transmission line does.
    width_m : float
        Of the strip that is taken.
    """

    id: str
    title: Text
    max_gradient: float
    min_radius_m: float
    width_m: float
    source: str
    checked: str | None


@dataclass(frozen=True, eq=False)
class Objective:
    """One objective on a grid.

    Attributes
    ----------
    per_m : float32 (rows, columns)
        A metre of line in this cell, in the unit of the objective. Finite wherever `Surfaces.passable`.
    climb : float64 (len(GRADIENTS),) or None
        What a gradient in the direction of travel adds to a metre.
    """

    id: str
    per_m: Float32
    climb: Float | None = None


@dataclass(frozen=True, eq=False)
class Laid:
    """A layer as it bears on a line.

    Attributes
    ----------
    avoid : str
        ``forbid``, ``price`` or ``ignore``.
    index : space.Index
        Its features, for crossings; None for a raster.
    feature_ids, feature_names : tuple of str
    """

    name: str
    role: str
    avoid: str
    index: Index | None
    feature_ids: tuple[str, ...] = ()
    feature_names: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Surfaces:
    """A place to be crossed, with everything that makes a line through it better or worse.

    Attributes
    ----------
    objectives : mapping
        Those asked for that have data, in the order asked for.
    unknown : mapping
        Those asked for that have none, and what would be needed.
    passable : bool (rows, columns)
    barrier : uint8 (rows, columns)
        Why a cell is not passable: 0 passable, 1 no data, 2 sea, 3 forbidden by a layer, and `laid` names it.
    elevation : float32 (rows, columns) or None
        Metres; None where the ground is taken as flat.
    steepest : float
        Steps steeper than this cannot be taken at all; infinity where structures carry the line over.
    laid : tuple of Laid
    trace : tuple of Step
        How the surfaces were made: unit costs with source and year, layers, assumptions.
    unverified : tuple of mapping
        Values nobody has checked beside their source.
    """

    grid: Grid
    mode: Mode
    objectives: Mapping[str, Objective]
    unknown: Mapping[str, Text]
    passable: npt.NDArray[np.bool_]
    barrier: npt.NDArray[np.uint8]
    elevation: Float32 | None = None
    steepest: float = math.inf
    laid: tuple[Laid, ...] = ()
    trace: tuple[Step, ...] = ()
    unverified: tuple[Mapping[str, object], ...] = field(default=())

    def weighted(self, weights: Mapping[str, float]) -> tuple[Float32, Climb | None]:
        """The sum of objectives by weight, as `least_cost_path` takes it: cost per metre, and what climbing adds.

        Raises
        ------
        OptionError
            A weight that is negative, or of an objective without data; all of them zero.
        """
        for name, weight in weights.items():
            if name not in self.objectives or not (math.isfinite(weight) and weight >= 0):
                raise OptionError(
                    Text(f"目标 {name} 的权重 {weight:g} 不可用", f"the weight {weight:g} of {name!r} is not possible"),
                    Text(f"可用目标：{'、'.join(self.objectives)}；权重不小于0",
                         f"Objectives with data: {', '.join(self.objectives)}; weights are 0 or more"),
                    where="weights",
                )  # fmt: skip
        if not any(weights.values()):
            raise OptionError(Text("所有权重为0", "every weight is 0"), where="weights")
        per_m = np.full(self.grid.shape, np.inf, np.float32)
        total = np.zeros(self.grid.shape, np.float32)
        table = np.zeros(len(GRADIENTS))
        for name, weight in weights.items():
            if weight:
                total += np.float32(weight) * self.objectives[name].per_m
                extra = self.objectives[name].climb
                table += 0.0 if extra is None else weight * extra
        np.copyto(per_m, total, where=self.passable)
        return per_m, self.climbing(table)

    def climbing(self, table: Float) -> Climb | None:
        """What climbing adds, with this table; None on flat ground."""
        if self.elevation is None or (not table.any() and math.isinf(self.steepest)):
            return None
        return Climb(self.elevation, table, float(GRADIENTS[0]), float(GRADIENTS[-1]), self.steepest)


@dataclass(frozen=True, eq=False)
class Route:
    """A line from the start to the end, with what it scores.

    Attributes
    ----------
    rows, cols : int64 (n,)
        Cells of the search.
    line : float64 (m, 2)
        Longitude and latitude as delivered: smoothed where that was possible.
    scores : mapping
        Objective → sum along `line`, in the objective's unit.
    length_m : float
    smoothed : bool
        Whether `line` keeps the least radius of its mode.
    """

    id: str
    rows: npt.NDArray[np.int64]
    cols: npt.NDArray[np.int64]
    line: Float
    scores: Mapping[str, float]
    length_m: float
    smoothed: bool = False
