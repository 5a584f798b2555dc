"""The measures of one chunk laid out for judging: per layer, as arrays, looked up once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..model import Layer
from ..rules.predicates import noted
from .measures import Measures
from .outcomes import Bools, Floats, Ints


@dataclass(frozen=True)
class Seen:
    """What was seen of one vector layer: candidate rows, exposures first, then nearest.

    `row` counts on from exposures into nearest, so one number names the feature of either.
    """

    project: Ints
    row: Ints
    distance: Floats
    share: Floats
    classes: Ints
    approximate: Bools
    n_exposures: int
    has_nearest: Bools  # shape (n projects,)
    nearest_m: Floats  # shape (n projects,); inf where nothing was measured


@dataclass(frozen=True)
class Sight:
    """Columns of `Measures` as arrays, with rows grouped by layer."""

    measures: Measures
    n_projects: int
    coarse: Bools
    class_names: tuple[str, ...]
    _exposed: Mapping[str, Ints]
    _near: Mapping[str, Ints]
    _columns: Mapping[str, Floats | Ints | Bools]

    @classmethod
    def of(cls, measures: Measures) -> Sight:
        """Lay `measures` out; strings are turned into codes once."""
        exposures, nearest = measures.exposures, measures.nearest
        classes = pa.chunked_array(
            [*exposures.column("feature_class").chunks, *nearest.column("feature_class").chunks], pa.string()
        )
        names, codes = encoded(classes)
        columns: dict[str, Floats | Ints | Bools] = {"class": codes}
        for name in ("project_row", "distance_m", "approximate"):
            columns[name] = np.concatenate([array(exposures, name), array(nearest, name)])
        columns["share"] = np.concatenate([array(exposures, "overlap_share"), np.full(len(nearest), np.nan)])
        return cls(
            measures=measures,
            n_projects=len(measures.projects),
            coarse=noted(["location-too-coarse"], measures.projects),
            class_names=names,
            _exposed=by_layer(exposures, "layer_id"),
            _near=by_layer(nearest, "layer_id"),
            _columns=columns,
        )

    def seen(self, layer: Layer) -> Seen:
        """The candidate rows of one vector layer."""
        none = np.empty(0, dtype=np.int64)
        exposed = self._exposed.get(layer.id, none)
        near = self._near.get(layer.id, none) + len(self.measures.exposures)
        row = np.concatenate([exposed, near])
        project = self._columns["project_row"][row].astype(np.int64)
        distance = self._columns["distance_m"][row].astype(np.float64)
        has_nearest = np.zeros(self.n_projects, dtype=bool)
        has_nearest[project[len(exposed) :]] = True
        nearest_m = np.full(self.n_projects, np.inf)
        np.minimum.at(nearest_m, project, distance)
        return Seen(
            project=project,
            row=row,
            distance=distance,
            share=self._columns["share"][row].astype(np.float64),
            classes=self._columns["class"][row].astype(np.int64),
            approximate=self._columns["approximate"][row].astype(bool),
            n_exposures=len(exposed),
            has_nearest=has_nearest,
            nearest_m=nearest_m,
        )

    def codes_of(self, classes: tuple[str, ...]) -> Ints:
        """Codes of these class names among those that occur."""
        return np.array([i for i, name in enumerate(self.class_names) if name in classes], dtype=np.int64)

    def holes(self, layer: Layer) -> Bools:
        """Projects for which the layer is incomplete: their country is left out, or may be.

        A project whose country is not known, or whose place lies in another than declared, may lie in
        any: where a layer leaves countries out, it cannot clear such a project.
        """
        if not layer.withheld and layer.covers is None:
            return np.zeros(self.n_projects, dtype=bool)
        countries = pc.fill_null(self.measures.projects.column("country"), "")
        left_out = pa.array([*layer.withheld, ""], pa.string())
        hole = pc.is_in(countries, left_out).to_numpy(zero_copy_only=False)
        if layer.covers is not None:
            covered = pc.is_in(countries, pa.array(layer.covers, pa.string()))
            hole = hole | ~covered.to_numpy(zero_copy_only=False)
        return np.asarray(hole | noted(["country-mismatch"], self.measures.projects), dtype=bool)


def array(table: pa.Table, name: str) -> Floats | Ints | Bools:
    """A numeric or boolean column as a numpy array; null numbers are NaN, null flags false."""
    column = table.column(name)
    if pa.types.is_boolean(column.type):
        column = pc.fill_null(column, False)
    return np.asarray(column.to_numpy(zero_copy_only=False))


def encoded(column: pa.ChunkedArray) -> tuple[tuple[str, ...], Ints]:
    """The distinct texts of a column and each row's code among them; null counts as ""."""
    coded = pc.fill_null(column, "").combine_chunks()
    if isinstance(coded, pa.ChunkedArray):
        coded = pa.concat_arrays(coded.chunks) if coded.num_chunks else pa.array([], pa.string())
    coded = coded.dictionary_encode()
    return tuple(coded.dictionary.to_pylist()), coded.indices.to_numpy().astype(np.int64)


def by_layer(table: pa.Table, column: str) -> Mapping[str, Ints]:
    """Rows of a table by the layer they name, ascending."""
    names, codes = encoded(table.column(column))
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(len(names) + 1))
    return {name: order[ends[i] : ends[i + 1]] for i, name in enumerate(names)}
