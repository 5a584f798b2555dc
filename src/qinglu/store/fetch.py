"""Many rows at once, quickly out of either database and into it.

The driver for PostgreSQL is written in Python and converts value by value: a page of a hundred projects takes it 25 ms
of work. The server writes the same page as one text of JSON, which is read in C; and reads one as rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Date, LargeBinary, Select, Table, Text, cast, func, insert, select, text
from sqlalchemy.types import TypeEngine

from .schema import Moment


def rows_of(connection: Connection, wanted: Select[*tuple[Any, ...]]) -> Sequence[Mapping[Any, Any]]:
    """What a query of plain columns finds, in its order, by the names of its columns."""
    if connection.dialect.name == "sqlite":
        found = connection.execute(wanted)
        names = tuple(found.keys())
        return [dict(zip(names, row, strict=True)) for row in found.all()]
    page = wanted.subquery("page")
    whole = select(cast(func.json_agg(page.table_valued()), Text)).select_from(page)
    found = connection.scalar(whole)
    if found is None:
        return []
    rows: list[dict[str, Any]] = json.loads(found)
    for name, read in [(c.name, r) for c in page.columns if (r := _reader(c.type)) is not None]:
        for row in rows:
            if row[name] is not None:
                row[name] = read(row[name])
    return rows


def put_rows(
    connection: Connection, into: Table, rows: Sequence[Mapping[str, Any]], *, returning: Sequence[str] = ()
) -> Sequence[tuple[Any, ...]]:
    """Insert rows that all have the same columns; what `returning` names of each, in no order to rely on."""
    if not rows:
        return []
    if connection.dialect.name == "sqlite":
        if not returning:
            connection.execute(insert(into), list(rows))
            return []
        wanted = insert(into).returning(*(into.c[name] for name in returning))
        return [tuple(row) for row in connection.execute(wanted, list(rows))]
    quote = connection.dialect.identifier_preparer.quote
    usual: dict[str, Any] = {c.name: c.default for c in into.c if c.default is not None and c.name not in rows[0]}
    rows = [{**{n: d.arg if d.is_scalar else d.arg(None) for n, d in usual.items()}, **row} for row in rows]
    columns = ", ".join(quote(into.c[name].name) for name in rows[0])
    whole = (
        f"INSERT INTO {quote(into.name)} ({columns}) SELECT {columns} "
        f"FROM json_populate_recordset(CAST(NULL AS {quote(into.name)}), CAST(:rows AS json))"
    )
    if returning:
        whole += " RETURNING " + ", ".join(quote(name) for name in returning)
    made = connection.execute(text(whole), {"rows": _WRITTEN.encode(rows)})
    return [tuple(row) for row in made] if returning else []


def _written(value: Any) -> Any:
    """The other way round of `_reader`."""
    if isinstance(value, bytes | memoryview):
        return f"\\x{value.hex()}"
    if isinstance(value, date):  # a moment is one too
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no place in a table")


_WRITTEN = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=_written)


def _reader(kind: TypeEngine[Any]) -> Callable[[str], Any] | None:
    """How JSON has what is not its own: moments and days as ISO text, bytes as ``\\x`` and hexadecimal digits."""
    if isinstance(kind, Moment):
        return datetime.fromisoformat
    if isinstance(kind, Date):
        return date.fromisoformat
    if isinstance(kind, LargeBinary):
        return _bytes
    return None


def _bytes(written: str) -> bytes:
    return bytes.fromhex(written[2:])
