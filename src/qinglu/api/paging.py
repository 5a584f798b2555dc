"""Pages of what is held in memory: the cursor is the id that came last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import OptionError
from ..text import Text


def page_after(
    rows: Sequence[Mapping[str, Any]], cursor: str | None, limit: int
) -> tuple[list[Mapping[str, Any]], str | None]:
    """At most `limit` rows after the one the cursor names, and the cursor of the next page; None on the last.

    Raises
    ------
    OptionError
        No row has that id.

    Examples
    --------
    >>> page_after([{"id": "a"}, {"id": "b"}, {"id": "c"}], "a", 1)
    ([{'id': 'b'}], 'b')
    """
    start = 0
    if cursor:
        places = {row["id"]: n for n, row in enumerate(rows)}
        if cursor not in places:
            raise OptionError(
                Text("分页标记无效", "this cursor is none of ours"), Text("请从第一页开始", "Start at the first page"),
                where="cursor",
            )  # fmt: skip
        start = places[cursor] + 1
    part = list(rows[start : start + limit])
    return part, part[-1]["id"] if part and start + len(part) < len(rows) else None
