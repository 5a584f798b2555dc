"""What is known of each feature beside its geometry: id, name, class, whether its outline is approximate."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ..errors import LayerError
from ..text import Text
from .records import record

FEATURES = pa.schema(
    [
        ("feature_id", pa.string()),  # 0-based row as delivered, or the id= field
        ("feature_name", pa.string()),  # "" where there is none
        # protected: strict, other or ""; heritage: natural, mixed, cultural or ""
        ("feature_class", pa.string()),
        # the outline is a guess: a circle for a reported area, a point for a place
        ("approximate", pa.bool_()),
    ]
)


def features(
    table: pa.Table,
    role: str,
    *,
    id_field: str | None,
    name_field: str | None,
    approximate: npt.NDArray[np.bool_],
    where: str,
) -> pa.Table:
    """Read ids, names and classes from the attributes of a delivered file.

    Parameters
    ----------
    table : pyarrow.Table
        Attributes, n rows in the order of the file.
    role : str
        Decides which class is looked for.
    id_field, name_field : str, optional
        Columns to use instead of the row number and of the usual names.
    approximate : bool array, shape (n,)
        Passed on.

    Returns
    -------
    pyarrow.Table
        Schema `FEATURES`, n rows.

    Raises
    ------
    LayerError
        A field that the file does not have.
    """
    n = len(approximate)
    if not table.column_names:  # a table without columns has forgotten how many rows it had
        table = pa.table({"": pa.nulls(n, pa.string())})
    rows = [str(i) for i in range(n)]
    if id_field is not None:
        ids = [t or row for t, row in zip(texts(table, _wanted(table, id_field, where)), rows, strict=True)]
    else:
        ids = rows
    name = _wanted(table, name_field, where) if name_field is not None else find(table, "name")
    return pa.table(
        {
            "feature_id": pa.array(ids, pa.string()),
            "feature_name": pa.array(texts(table, name), pa.string()),
            "feature_class": pa.array(_classes(table, role), pa.string()),
            "approximate": pa.array(approximate, pa.bool_()),
        },
        schema=FEATURES,
    )


def find(table: pa.Table, what: str) -> str | None:
    """The column that holds `what`, by the names in ``data/columns.yaml``; None if there is none."""
    return first_of(table.column_names, record("columns")[what])


def first_of(columns: Iterable[str], names: Iterable[str]) -> str | None:
    """The first of `names` among `columns`, without regard to case, as the column is written."""
    by_name = {c.strip().casefold(): c for c in reversed(list(columns))}
    return next((by_name[str(n).casefold()] for n in names if str(n).casefold() in by_name), None)


def texts(table: pa.Table, column: str | None) -> list[str]:
    """A column as text, "" where it is null or there is no such column; 7.0 reads as 7.

    Examples
    --------
    >>> texts(pa.table({"a": pa.array([7.0, None, 0.5])}), "a")
    ['7', '', '0.5']
    """
    if column is None:
        return [""] * len(table)
    return [_text(v) for v in table.column(column).to_pylist()]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):  # whole numbers come as floats where the column has gaps
        return "" if value != value else str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value).strip()


def _wanted(table: pa.Table, field: str, where: str) -> str:
    found = first_of(table.column_names, [field])
    if field in table.column_names:
        return field
    if found is None:
        names = ", ".join(table.column_names[:12]) or "-"
        raise LayerError(
            Text(f"图层没有名为 {field!r} 的字段", f"the layer has no field {field!r}"),
            Text(f"现有字段：{names}", f"it has: {names}"),
            where=where,
        )
    return found


def _classes(table: pa.Table, role: str) -> list[str]:
    if role == "protected":
        return _protected(table)
    if role == "heritage":
        return _heritage(table)
    return [""] * len(table)


def _protected(table: pa.Table) -> list[str]:
    columns = record("columns")
    classes = {_bare(c): "strict" for c in columns["strict_categories"]}
    classes |= {_bare(c): "other" for c in columns["other_categories"]}
    strict = {str(d).casefold() for d in columns["strict_designations"]}
    category = texts(table, find(table, "iucn_category"))
    designation = texts(table, find(table, "designation"))
    return [
        "strict" if d.casefold() in strict else classes.get(_bare(c), "")
        for c, d in zip(category, designation, strict=True)
    ]


def _bare(category: object) -> str:
    text = str(category).casefold().replace("category", "").replace("iucn", "")
    return "".join(text.split())


def _heritage(table: pa.Table) -> list[str]:
    known = {
        str(word).casefold(): name for name, words in record("columns")["heritage"].items() for word in words
    }
    return [known.get(t.casefold(), "") for t in texts(table, find(table, "heritage_category"))]
