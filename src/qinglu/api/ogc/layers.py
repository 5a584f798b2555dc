"""Features of open vector layers, from their compiled form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from ...atlas import VectorLayer
from ...errors import OptionError
from ...store import NotFoundError
from ...store.conditions import condition
from ...store.records import LayerRecord
from ...text import Text
from ..context import Context
from .asked import Asked

KINDS = {"feature_id": "text", "feature_name": "text", "feature_class": "text", "approximate": "boolean"}
_FEATURE = Text("要素", "feature")
_MOST_VERTICES = 2_000_000
"""A page ends early where outlines are so fine; the next one goes on."""


class ArrowColumns:
    """Columns of a table in memory."""

    def kinds(self) -> Mapping[str, str]:
        """Properties of a feature."""
        return KINDS

    def column(self, name: str) -> Any:
        """The field."""
        return pc.field(name)

    def is_in(self, column: Any, values: Sequence[Any]) -> Any:
        """One of the values."""
        return column.isin(list(values))

    def is_null(self, column: Any) -> Any:
        """Nothing there."""
        return column.is_null() | (pc.cast(column, pa.string()) == "")

    def like(self, column: Any, pattern: str, folded: bool) -> Any:
        """The pattern of SQL."""
        return pc.match_like(column, pattern)

    def folded(self, column: Any) -> Any:
        """In lower case."""
        return pc.utf8_lower(column)

    def negated(self, found: Any) -> Any:
        """The opposite."""
        return ~found


def opened(ctx: Context, record: LayerRecord) -> VectorLayer:
    """The layer ready to read, kept open a while."""
    key = f"layer {record.id} {record.version} {record.sha256}"
    found = ctx.once(key, lambda: {"layer": ctx.workspace().atlas.open(record.id)})["layer"]
    assert isinstance(found, VectorLayer)
    return found


def page(layer: VectorLayer, wanted: Asked) -> tuple[list[tuple[int, Mapping[str, Any], Any]], str | None]:
    """Features as (row, properties, geometry), and the cursor of the next page."""
    rows = _candidates(layer, wanted)
    rows = rows[rows > _after(wanted.cursor)]
    out: list[tuple[int, Mapping[str, Any], Any]] = []
    vertices = 0
    for n, (row, shape) in enumerate(_shapes(layer, rows)):
        if not wanted.meets(shape):
            continue
        out.append((row, properties(layer, row), shape))
        vertices += int(shapely.get_num_coordinates(shape))
        if (len(out) == wanted.limit or vertices > _MOST_VERTICES) and n + 1 < len(rows):
            return out, str(row)
    return out, None


def one(layer: VectorLayer, feature_id: str) -> tuple[int, Mapping[str, Any], Any]:
    """The feature of a row.

    Raises
    ------
    NotFoundError
    """
    if not (feature_id.isascii() and feature_id.isdigit() and len(feature_id) < 12):
        raise NotFoundError.of(_FEATURE, feature_id[:80])
    row = int(feature_id)
    if row >= layer.index.n_features:
        raise NotFoundError.of(_FEATURE, feature_id)
    return row, properties(layer, row), layer.index.geometries(np.array([row]))[0]


def properties(layer: VectorLayer, row: int) -> Mapping[str, Any]:
    """What is known of a feature."""
    return {name: layer.features[name][row].as_py() for name in KINDS}


def _candidates(layer: VectorLayer, wanted: Asked) -> Any:
    """Rows whose box meets the box and whose properties meet the condition, ascending."""
    index = layer.index
    if wanted.bbox is None:
        rows = np.flatnonzero(np.diff(index.feature_item) > 0) if wanted.shapes else np.arange(index.n_features)
    else:
        west, south, east, north = wanted.bbox
        plane = index.item_plane
        across = (
            (plane[:, 0] <= east) & (plane[:, 2] >= west)
            if west <= east
            else (plane[:, 0] <= east) | (plane[:, 2] >= west)
        )
        rows = np.unique(index.item_feature[across & (plane[:, 1] <= north) & (plane[:, 3] >= south)])
    if wanted.tree is None:
        return rows
    made = condition(wanted.tree, ArrowColumns())
    table = layer.features.append_column("", pa.array(np.arange(len(layer.features)), pa.int64()))
    kept = table.filter(made).column("").to_numpy()
    return np.intersect1d(rows, kept, assume_unique=True)


def _shapes(layer: VectorLayer, rows: Any) -> Iterator[tuple[int, Any]]:
    for row in rows.tolist():
        yield row, layer.index.geometries(np.array([row]))[0]


def _after(cursor: str | None) -> int:
    if not cursor:
        return -1
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 12):
        raise OptionError(
            Text("分页标记无效", "this cursor is none of ours"), Text("请从第一页开始", "Start at the first page"),
            where="cursor",
        )  # fmt: skip
    return int(cursor)
