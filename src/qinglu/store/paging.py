"""Pages by key: a cursor says after which row to go on, so that pages neither skip nor repeat."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, NoReturn

from sqlalchemy import ColumnElement, and_, or_

from ..errors import OptionError
from ..text import Text

LIMIT, MOST = 100, 1000
_LONGEST = 4_096


class Order(NamedTuple):
    """A column to sort by, the direction, and the type its values have in a cursor."""

    column: ColumnElement[Any]
    descending: bool
    kind: type


def after(order: Order, id_column: ColumnElement[Any], name: str, cursor: str | None) -> list[ColumnElement[bool]]:
    """The condition of a page: rows after the one the cursor names.

    Raises
    ------
    OptionError
        The cursor is not one of ours, or of another order.
    """
    if not cursor:
        return []
    value, last = _opened(cursor, name, order.kind)
    if order.column is id_column:
        return [id_column < last if order.descending else id_column > last]
    beyond = order.column < value if order.descending else order.column > value
    next_id = id_column < last if order.descending else id_column > last
    # The first condition alone lets an index seek; the rest settles ties.
    edge = order.column <= value if order.descending else order.column >= value
    return [and_(edge, or_(beyond, next_id))]


def made(name: str, value: Any, last: int) -> str:
    """The cursor of a row.

    Examples
    --------
    >>> _opened(made("name", "路", 7), "name", str)
    ('路', 7)
    """
    if isinstance(value, datetime):
        value = value.isoformat()
    raw = json.dumps([name, value, last], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def checked_limit(limit: int | None) -> int:
    """How many rows a page has.

    Raises
    ------
    OptionError
        None of 1 to 1000.
    """
    if limit is None:
        return LIMIT
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= MOST:
        raise OptionError(
            Text(f"每页 {limit} 条超出范围", f"{limit} a page is out of range"),
            Text(f"允许 1 至 {MOST}", f"Allowed: 1 to {MOST}"),
            where="limit",
        )
    return limit


def chosen(orders: Mapping[str, Order], name: str) -> Order:
    """The order of that name.

    Raises
    ------
    OptionError
        There is none.
    """
    if name not in orders:
        raise OptionError(
            Text(f"不能按 {name!r} 排序", f"cannot be sorted by {name!r}"),
            Text(f"可用：{'、'.join(orders)}", f"Use {', '.join(orders)}"),
            where="order",
        )
    return orders[name]


def _opened(cursor: str, name: str, kind: type) -> tuple[Any, int]:
    if not isinstance(cursor, str) or len(cursor) > _LONGEST:
        _refuse()
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        given, value, last = json.loads(raw)
        if kind is datetime:
            value = datetime.fromisoformat(value)
            if value.tzinfo is None:
                _refuse()
    except (binascii.Error, ValueError, TypeError, RecursionError):
        _refuse()
    sound = isinstance(value, kind) and not isinstance(value, bool)
    if given != name or not sound or type(last) is not int or abs(last) >= 2**63:
        _refuse()
    if (isinstance(value, int) and abs(value) >= 2**63) or (isinstance(value, str) and "\x00" in value):
        _refuse()
    return value, last


def _refuse() -> NoReturn:
    raise OptionError(
        Text("分页标记无效，或不属于这种排序", "this cursor is none of ours, or of another order"),
        Text("请从第一页开始，并原样使用返回的标记", "Start at the first page, and give back the cursor as it came"),
        where="cursor",
    ) from None
