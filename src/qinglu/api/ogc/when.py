"""The parameter ``datetime``: a moment, or a span with one side open."""

from __future__ import annotations

from datetime import date, datetime

from ...errors import OptionError
from ...text import Text

Span = tuple[date | None, date | None]


def span(given: str | None) -> Span | None:
    """First and last day; None for an open side.

    Raises
    ------
    OptionError

    Examples
    --------
    >>> span("2020-01-01T00:00:00Z/..")
    (datetime.date(2020, 1, 1), None)
    """
    if given is None:
        return None
    parts = given.split("/")
    try:
        days = [None if p in ("", "..") else _day(p) for p in parts]
        if len(days) == 1:
            if days[0] is None:
                raise ValueError("empty")
            return days[0], days[0]
        if len(days) != 2 or (days[0] and days[1] and days[0] > days[1]):
            raise ValueError("order")
    except ValueError:
        raise OptionError(
            Text(f"时间 {given[:60]!r} 无效", f"{given[:60]!r} is no time"),
            Text("如 2020-01-01T00:00:00Z 或 2020-01-01/.. ", "For example 2020-01-01T00:00:00Z or 2020-01-01/.."),
            where="datetime",
        ) from None
    return days[0], days[1]


def _day(text: str) -> date:
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text).date()
