"""Layers as a user gives them for a line: what they are, and what is to be made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..atlas import RasterLayer, VectorLayer
from ..errors import LayerError, OptionError
from ..settings import Settings
from ..text import Text
from .problem import Laid

AVOID: dict[str, Text] = {
    "forbid": Text("不得进入", "may not be entered"),
    "price": Text("计入各目标", "counts towards the objectives"),
    "ignore": Text("只统计穿越", "crossings are listed, nothing more"),
}
POPULATION = (
    "population", "pop_max", "pop", "pop_est", "pop2020", "population_total", "total_pop", "totpop", "popul",
    "人口", "人口数", "常住人口",
)  # fmt: skip
"""Columns taken for the population of a place, the first that is there."""


@dataclass(frozen=True, eq=False)
class Given:
    """A layer with what is to be made of it.

    Attributes
    ----------
    layer : VectorLayer or RasterLayer
    avoid : str
        One of `AVOID`.
    means : str
        Of a raster whose role does not say what its cells are: ``population`` (people a cell), ``density`` (people
        a km²), ``percent`` (of the cell that is covered), ``land-cover:LEGEND`` with a legend of ``legends.yaml``.
    population : float64 (features,) or None
        People at each place of a settlement layer, NaN where not known.

    Raises
    ------
    OptionError
        An `avoid` or a `means` that is none, or a population of other length than the layer.
    """

    layer: VectorLayer | RasterLayer
    avoid: str = "price"
    means: str = ""
    population: npt.NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        if self.avoid not in AVOID:
            raise OptionError(
                Text(f"avoid={self.avoid} 不可用", f"avoid={self.avoid} is not possible"),
                Text(f"可用：{'、'.join(AVOID)}", f"It is one of {', '.join(AVOID)}"),
                where=self.name,
            )
        kind = self.means.partition(":")[0]
        if kind not in ("", "population", "density", "percent", "land-cover"):
            raise OptionError(
                Text(f"means={self.means} 不可用", f"means={self.means} is not possible"),
                Text("可用：population、density、percent、land-cover:图例",
                     "It is one of population, density, percent, land-cover:LEGEND"),
                where=self.name,
            )  # fmt: skip
        if self.avoid == "forbid" and kind in ("population", "density", "land-cover"):
            raise OptionError(
                Text(f"{kind} 栅格不能作为禁入区", f"a raster of {kind} cannot be forbidden"),
                Text(
                    "请改用 avoid=price，或给出禁入范围的面图层",
                    "Use avoid=price, or give a layer of the areas to forbid",
                ),
                where=self.name,
            )
        if self.population is not None:
            n = 0 if isinstance(self.layer, RasterLayer) else self.layer.index.n_features
            if len(self.population) != n:
                raise OptionError(
                    Text(
                        f"人口有 {len(self.population)} 个，要素有 {n} 个",
                        f"{len(self.population)} populations of {n} features",
                    ),
                    where=self.name,
                )

    @property
    def name(self) -> str:
        """The layer's id."""
        return self.layer.layer.id

    @property
    def role(self) -> str:
        """The layer's role."""
        return self.layer.layer.role

    @property
    def is_raster(self) -> bool:
        """Whether it is a raster."""
        return isinstance(self.layer, RasterLayer)

    def column(self, name: str) -> list[str]:
        """A column of a vector layer's features."""
        assert isinstance(self.layer, VectorLayer)
        found: list[str] = self.layer.features.column(name).to_pylist()
        return found

    def laid(self) -> Laid:
        """As `Surfaces` keeps it."""
        if isinstance(self.layer, RasterLayer):
            return Laid(self.name, self.role, self.avoid, None)
        ids, names = (tuple(self.column(c)) for c in ("feature_id", "feature_name"))
        return Laid(self.name, self.role, self.avoid, self.layer.index, ids, names)


def populations(path: Path, settings: Settings, column: str | None = None) -> npt.NDArray[np.float64] | None:
    """People at each feature of a file, in the order of the file; None where it has no such column.

    Parameters
    ----------
    path : Path
        As given to `atlas.read_vector`.
    settings : Settings
    column : str, optional
        Instead of the first of `POPULATION`.

    Raises
    ------
    LayerError
        The file cannot be read, or has no column of that name.
    """
    from ..atlas.delivered import read, split_layer

    file, inner = split_layer(path)
    table = read(file, settings=settings, layer=inner).table
    return populations_in(table, column, where=file.name)


def populations_in(table: Any, column: str | None = None, where: str = "") -> npt.NDArray[np.float64] | None:
    """People by the column of a table; NaN for what is no number or below zero."""
    by_name = {str(c).strip().casefold(): c for c in reversed(table.column_names)}
    wanted: Sequence[str] = (column,) if column else POPULATION
    found = next((by_name[w.casefold()] for w in wanted if w.casefold() in by_name), None)
    if found is None:
        if column is None:
            return None
        names = ", ".join(table.column_names[:12]) or "-"
        raise LayerError(
            Text(f"图层没有名为 {column!r} 的字段", f"the layer has no field {column!r}"),
            Text(f"现有字段：{names}", f"It has: {names}"),
            where=where,
        )
    out = np.array([_number(v) for v in table.column(found).to_pylist()], np.float64)
    out[~(out >= 0)] = np.nan
    return out


def _number(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return float("nan")
