"""What every part of the store stands on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import ColumnElement, Table, select

from . import paging
from .database import Database
from .fetch import rows_of
from .values import Page, Value

V = TypeVar("V", bound=Value)


class Part:
    """The database, the folder of files, and the clock."""

    def __init__(self, db: Database, folder: Path) -> None:
        self.db = db
        self.folder = folder

    def now(self) -> datetime:
        """What time it is, with its zone."""
        return self.db.clock()

    def page(
        self,
        table: Table,
        conditions: Sequence[ColumnElement[bool]],
        kind: type[V],
        name: str,
        cursor: str | None,
        limit: int | None,
        *,
        descending: bool = False,
        by: str = "id",
    ) -> Page[V]:
        """A page of a table in the order of a number that is its own for each row; `name` tells its cursors apart."""
        limit = paging.checked_limit(limit)
        column = table.c[by]
        order = paging.Order(column, descending, int)
        found = select(table).where(*conditions, *paging.after(order, column, name, cursor))
        found = found.order_by(column.desc() if descending else column.asc()).limit(limit + 1)
        with self.db.read() as connection:
            rows = rows_of(connection, found)
        last = rows[limit - 1][by] if len(rows) > limit else None
        return Page(tuple(kind.of(r) for r in rows[:limit]), None if last is None else paging.made(name, last, last))
