"""Rows of any table as lines of JSON and back, the same for both databases."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Date,
    LargeBinary,
    Table,
    TableClause,
    column,
    insert,
    inspect,
    select,
    table,
    text,
    tuple_,
)
from sqlalchemy.types import JSON, NullType, TypeEngine

from .schema import Json, Moment

_PAGE = 2_000
_TYPES: Mapping[str, TypeEngine[Any]] = {
    "moment": Moment(), "date": Date(), "bytes": LargeBinary(), "json": Json, "plain": NullType(),
}  # fmt: skip


def kinds(source: Table) -> dict[str, str]:
    """What each column holds: ``moment``, ``date``, ``bytes``, ``json`` or ``plain``."""
    return {c.name: _kind(c.type) for c in source.columns}


def lines(connection: Connection, source: Table) -> Iterator[bytes]:
    """Every row of a table by its key, a page at a time, each as one line of JSON."""
    keys = list(source.primary_key.columns)
    names, written = [c.name for c in source.columns], kinds(source)
    last: Sequence[Any] | None = None
    while True:
        found = select(source).order_by(*keys).limit(_PAGE)
        if last is not None:
            found = found.where(tuple_(*keys) > tuple_(*last))
        rows = connection.execute(found).mappings().all()
        for row in rows:
            values = [_written(written[n], row[n]) for n in names]
            yield json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        if len(rows) < _PAGE:
            return
        last = [rows[-1][k.name] for k in keys]


def put(connection: Connection, name: str, columns: Mapping[str, str], source: Iterator[bytes]) -> int:
    """Insert lines into the table of that name; how many.

    The columns are those of the archive, not of today: an older archive goes into the schema of its time.
    """
    target = table(name, *(column(c, _TYPES[kind]) for c, kind in columns.items()))
    count, page = 0, []
    for line in source:
        values = json.loads(line)
        page.append({c: _read(kind, v) for (c, kind), v in zip(columns.items(), values, strict=True)})
        if len(page) == _PAGE:
            count += _insert(connection, target, page)
            page = []
    return count + (_insert(connection, target, page) if page else 0)


def go_on_counting(connection: Connection, names: Sequence[str]) -> None:
    """Let PostgreSQL give new ids after those put in; SQLite does so by itself."""
    if connection.dialect.name == "sqlite":
        return
    for name in names:
        counted = {c["name"] for c in inspect(connection).get_columns(name) if c.get("autoincrement") is True}
        if "id" in counted:
            quoted = connection.dialect.identifier_preparer.quote(name)
            highest = f"coalesce(max(id), 1), max(id) IS NOT NULL) FROM {quoted}"
            connection.execute(text(f"SELECT setval(pg_get_serial_sequence(:t, 'id'), {highest}"), {"t": name})


def _insert(connection: Connection, target: TableClause, page: list[dict[str, Any]]) -> int:
    connection.execute(insert(target), page)
    return len(page)


def _kind(kind: TypeEngine[Any]) -> str:
    if isinstance(kind, Moment):
        return "moment"
    if isinstance(kind, Date):
        return "date"
    if isinstance(kind, LargeBinary):
        return "bytes"
    return "json" if isinstance(kind, JSON) else "plain"


def _written(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "moment":
        return value.astimezone(UTC).isoformat()
    if kind == "date":
        return value.isoformat()
    if kind == "bytes":
        return base64.b64encode(value).decode()
    return value


def _read(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "moment":
        return datetime.fromisoformat(value)
    if kind == "date":
        return date.fromisoformat(value)
    if kind == "bytes":
        return base64.b64decode(value)
    return value
