"""Counts, round lengths and dates as readers meet them. Measured values are worded by `rules.figure`."""

from __future__ import annotations

import math
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


def amount(value: float, lang: Lang) -> str:
    """Three significant digits, large numbers in the words of the language.

    Examples
    --------
    >>> [amount(v, "en").replace(THIN, "_") for v in (4_031_000_000.0, 12_345.0, 0.01234, 0.0)]
    ['4.03_bn', '12_300', '0.0123', '0']
    >>> [amount(v, "zh").replace(THIN, "_") for v in (4_031_000_000.0, 123_456.0, 36_000_000.0)]
    ['40.3_亿', '12.3_万', '3_600_万']
    """
    if not value or not math.isfinite(value):
        return "0" if not value else "–"
    digits = 2 - math.floor(math.log10(abs(value)))
    value = round(value, digits)
    for size, word in LARGE[lang]:
        if abs(value) >= size:
            shown = value / size
            return f"{count(round(shown)) if shown >= 100 else f'{shown:.3g}'}{THIN}{word}"
    if abs(value) >= 100:
        return count(round(value))
    return f"{value:.{max(0, 2 - math.floor(math.log10(abs(value))))}f}".rstrip("0").rstrip(".")


def kilometres(metres: float) -> str:
    """A length measured, three digits or whole kilometres.

    Examples
    --------
    >>> [kilometres(m).replace(THIN, "_") for m in (752_312.0, 12_345.0, 345.6)]
    ['752_km', '12.3_km', '346_m']
    """
    if metres < 1000:
        return f"{metres:.0f}{THIN}m"
    km = metres / 1000
    return f"{count(round(km)) if km >= 100 else f'{km:.3g}'}{THIN}km"


def ticks(low: float, high: float, about: int = 4) -> list[float]:
    """Round numbers within [low, high] to mark an axis with.

    Examples
    --------
    >>> ticks(0.0, 23.0)
    [0.0, 10.0, 20.0]
    """
    step = nice(max(high - low, 1e-12) * 2 / about)
    first = math.ceil(low / step - 1e-9)
    return [k * step for k in range(first, math.floor(high / step + 1e-9) + 1)]


def nice(most: float) -> float:
    """The largest of 1, 2, 5 times a power of ten that is at most `most`.

    Examples
    --------
    >>> [nice(v) for v in (7.0, 1999.0, 260_000.0)]
    [5.0, 1000.0, 200000.0]
    """
    power = 10.0 ** math.floor(math.log10(most))
    return float(max(f * power for f in (1, 2, 5) if f * power <= most))


LARGE: dict[str, tuple[tuple[float, str], ...]] = {
    "en": ((1e12, "tn"), (1e9, "bn"), (1e6, "m")),
    "zh": ((1e12, "万亿"), (1e8, "亿"), (1e4, "万")),
}
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
