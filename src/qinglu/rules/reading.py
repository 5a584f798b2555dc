"""Days, texts and citations out of rule documents: the same for every shape of rule."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from ..errors import RulebookError
from ..model.rule import Cite
from ..text import Text


def cite_from(given: Mapping[str, Any], where: str) -> Cite:
    """A citation from its document, already held to the schema."""
    return Cite(
        kind=given["kind"],
        doc=_both(given["doc"]),
        at=_both(given["at"]),
        issued=None if given["issued"] is None else day_from(given["issued"], where),
        checked=None if given["checked"] is None else day_from(given["checked"], where),
        url=given.get("url", ""),
        number=given.get("number", ""),
    )


def day_from(given: str, where: str) -> date:
    """A day of the calendar.

    Raises
    ------
    RulebookError
        There is no such day.
    """
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise RulebookError(
            Text(f"{given} 不是存在的日期", f"{given} is not a day of the calendar"),
            Text("日期格式为 年-月-日，如 2022-03-28", "Write days as YYYY-MM-DD, such as 2022-03-28"),
            where=where,
        ) from None


def _both(given: str | Mapping[str, str]) -> Text:
    return Text(given, given) if isinstance(given, str) else Text(**given)
