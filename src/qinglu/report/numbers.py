"""Counts, round lengths and dates as readers meet them. Measured values are worded by `rules.figure`."""

from __future__ import annotations

from datetime import date

from ..rules import THIN
from ..text import Lang


def count(n: int) -> str:
    """A whole number with thin spaces between thousands.

    Examples
    --------
    >>> count(3319).replace(THIN, "_")
    '3_319'
    """
    return f"{n:,}".replace(",", THIN)


def round_length(metres: float) -> str:
    """A length that somebody chose, such as a buffer: as chosen, not rounded to three digits.

    Examples
    --------
    >>> [round_length(m).replace(THIN, "_") for m in (500.0, 1000.0, 2500.0, 50_000.0)]
    ['500_m', '1_km', '2.5_km', '50_km']
    """
    return f"{metres:g}{THIN}m" if metres < 1000 else f"{metres / 1000:g}{THIN}km"


def percent(part: int, whole: int) -> str:
    """A share of a count.

    Examples
    --------
    >>> percent(1, 7), percent(0, 0), percent(1, 3000), percent(7, 7)
    ('14%', '0%', '<1%', '100%')
    """
    share = 100 * part / whole if whole else 0.0
    return "<1%" if 0 < share < 1 else f"{share:.0f}%"


def long_date(day: date, lang: Lang) -> str:
    """A date in running text.

    Examples
    --------
    >>> long_date(date(2022, 3, 16), "zh"), long_date(date(2022, 3, 16), "en")
    ('2022年3月16日', '16 March 2022')
    """
    if lang == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
