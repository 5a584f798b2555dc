"""What a reader of one format hands on: columns as text, geometries as delivered, rows it could not read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from ..errors import SizeLimitError
from ..text import Text

Geometries = npt.NDArray[np.object_]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

MAX_ROWS = 5_000_000
"""Rows of one portfolio; a hundred times what any known portfolio holds."""


@dataclass(frozen=True)
class Rejection:
    """One row that cannot be used.

    Attributes
    ----------
    source_row : int
        1-based data row.
    reason : str
        Slug of `reasons.REASONS`.
    values : mapping
        What the message of the reason is filled with.
    cells : sequence of str
        The row as far as it was read, in the order of the columns; the id is looked up here.
    """

    source_row: int
    reason: str
    values: Mapping[str, object] = field(default_factory=dict)
    cells: Sequence[str] = ()


@dataclass(frozen=True)
class Raw:
    """Rows of a file.

    Attributes
    ----------
    columns : pyarrow.Table
        Every column as text; null or "" where empty.
    source_row : array, shape (n,)
        1-based data row of each row of `columns`.
    geoms : array of geometries or None
        As the format delivers them, None for null; None as a whole if the format has no geometry.
    faults : array of str or None
        Why the geometry of a row that has one could not be understood, "" where it could.
    crs : object
        None if the format declares none, "" if its standard says longitude/latitude, else for pyproj.
    rejected : tuple of Rejection
        Rows that the format itself could not give.
    meta : mapping
        Format, encoding and the like, for the record.
    """

    columns: pa.Table
    source_row: Ints
    geoms: Geometries | None = None
    faults: Geometries | None = None
    crs: Any = None
    rejected: tuple[Rejection, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)


def rows_of(n: int, start: int = 1) -> Ints:
    """Row numbers from `start`."""
    return np.arange(start, start + n, dtype=np.int64)


def check_rows(n: int, where: str) -> None:
    """Refuse more rows than a portfolio may have."""
    if n > MAX_ROWS:
        raise SizeLimitError(
            Text(f"超过 {MAX_ROWS} 行的上限", f"more than the limit of {MAX_ROWS} rows"),
            Text("请拆分为多个文件", "split it into several files"),
            where=where,
        )


def unique_names(names: Iterable[str]) -> list[str]:
    """Column names without blanks around them, none empty, none twice.

    Examples
    --------
    >>> unique_names([" id", "", "id"])
    ['id', 'column_2', 'id_2']
    """
    out: list[str] = []
    seen: set[str] = set()
    for i, raw in enumerate(names, 1):
        base = " ".join(raw.split()) or f"column_{i}"
        name, k = base, 2
        while name in seen:
            name, k = f"{base}_{k}", k + 1
        seen.add(name)
        out.append(name)
    return out


def table_of(rows: Sequence[Mapping[str, str | None]]) -> pa.Table:
    """A table of text from rows with differing columns, columns in order of appearance."""
    names: dict[str, None] = {}
    for row in rows:
        names.update(dict.fromkeys(row))
    return pa.table({n: pa.array([r.get(n) for r in rows], pa.string()) for n in names})


def as_text(table: pa.Table) -> pa.Table:
    """Every column as text: whole numbers without a point, dates as ISO 8601."""
    names = unique_names(table.column_names)
    return pa.table([_text_column(c) for c in table.columns], names=names) if names else table


def _text_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _text_column(pc.cast(column, kind.value_type))
    if isinstance(kind, pa.BaseExtensionType):
        return _text_column(pa.chunked_array([c.storage for c in column.chunks], kind.storage_type))
    if pa.types.is_floating(kind):
        # A column of whole numbers with gaps arrives as floats; 7.0 was 7.
        whole = pc.all(pc.equal(pc.floor(column), column), skip_nulls=True).as_py()
        small = whole and pc.all(pc.less(pc.abs(column), 2.0**53), skip_nulls=True).as_py()
        return pc.cast(pc.cast(column, pa.int64()) if small else column, pa.string())
    if pa.types.is_string(kind) or pa.types.is_null(kind) or pa.types.is_large_string(kind):
        return pc.cast(column, pa.string())
    if pa.types.is_primitive(kind) or pa.types.is_decimal(kind):
        return pc.cast(column, pa.string())
    values = [None if v is None else str(v) for v in column.to_pylist()]
    return pa.chunked_array([pa.array(values, pa.string())])


def parsed(parse: Callable[..., Any], values: npt.NDArray[Any]) -> tuple[Geometries, Geometries]:
    """Geometries from WKT or WKB, and what is wrong with each that gave none: a slug of `reasons`, or "".

    Parameters
    ----------
    parse : callable
        `shapely.from_wkt` or `shapely.from_wkb`.
    values : array, shape (n,)
        Text or bytes; None stays None.
    """
    faults: Geometries = np.full(len(values), "", dtype=object)
    try:
        geoms: Geometries = np.asarray(parse(values, on_invalid="ignore"), dtype=object)
    except NotImplementedError:  # shapely knows no curves, and one of them stops all the others
        geoms = np.full(len(values), None, dtype=object)
        for i, value in enumerate(values):
            try:
                geoms[i] = parse(value, on_invalid="ignore")
            except NotImplementedError:
                faults[i] = "curved-geometry"
    missing = np.array([v is not None for v in values], dtype=bool) & shapely.is_missing(geoms)
    faults[missing & (faults == "")] = "bad-geometry"
    return geoms, faults
