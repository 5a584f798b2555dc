"""Numbers as readers meet them: units always, three significant digits, thin spaces, metres below 1 km."""

from __future__ import annotations

import math
from datetime import date

from ..text import Lang

THIN = "\N{NARROW NO-BREAK SPACE}"  # a thin space at which no line may break
_MINUS = "\N{MINUS SIGN}"
_HA_M2 = 1e4
_KM2_M2 = 1e6
_UNIT_WORDS: dict[str, tuple[str, str]] = {
    "deg": ("°", "°"),
    "degree": ("°", "°"),
    "degrees": ("°", "°"),
    "m2": ("m²", "m²"),
    "km2": ("km²", "km²"),
    "count": ("个", ""),
    "events": ("起", "events"),
    "features": ("处", "features"),
}


def count(n: int) -> str:
    """A whole number with thin spaces between thousands.

    Examples
    --------
    >>> count(3319).replace(THIN, "_")
    '3_319'
    """
    return f"{n:,}".replace(",", THIN)


def significant(value: float, digits: int = 3) -> str:
    """`value` rounded to `digits` significant digits, without an exponent.

    Examples
    --------
    >>> [significant(x).replace(THIN, "_") for x in (0, 0.012345, 9.996, 123456.0, -2.5)]
    ['0', '0.0123', '10.0', '123_000', '−2.50']
    """
    if value == 0:
        return "0"
    if not math.isfinite(value):
        return "–"
    size = math.floor(math.log10(abs(value)))
    rounded = round(value, digits - 1 - size)
    size = math.floor(math.log10(abs(rounded)))  # 9.996 became 10.0: one digit fewer behind the point
    text = f"{abs(rounded):,.{max(0, digits - 1 - size)}f}".replace(",", THIN)
    return _MINUS + text if rounded < 0 else text


def length(metres: float) -> str:
    """A distance or length: metres below 1 km, kilometres from there on.

    Examples
    --------
    >>> [length(x).replace(THIN, "_") for x in (0.0, 3.456, 999.4, 999.6, 1234567.0)]
    ['0_m', '3.46_m', '999_m', '1.00_km', '1_230_km']
    """
    if round(metres) < 1000:
        return significant(metres) + THIN + "m"
    return significant(metres / 1000) + THIN + "km"


def area(square_metres: float) -> str:
    """An area in square metres, hectares or square kilometres, whichever reads best.

    Examples
    --------
    >>> [area(x).replace(THIN, "_") for x in (50.0, 25_000.0, 74.6e9)]
    ['50.0_m²', '2.50_ha', '74_600_km²']
    """
    if square_metres < _HA_M2:
        return significant(square_metres) + THIN + "m²"
    if square_metres < _KM2_M2:
        return significant(square_metres / _HA_M2) + THIN + "ha"
    return significant(square_metres / _KM2_M2) + THIN + "km²"


def quantity(value: float | None, unit: str, lang: Lang) -> str:
    """A value with its unit, in words a reader expects; empty where there is none.

    Examples
    --------
    >>> [quantity(x, u, "en").replace(THIN, "_") for x, u in ((0.25, "share"), (1500.0, "m"), (None, "m"))]
    ['25.0%', '1.50_km', '']
    """
    if value is None or math.isnan(value):
        return ""
    if unit == "m":
        return length(value)
    if unit == "m2":
        return area(value)
    if unit == "share":
        return significant(100 * value) + "%"
    words = _UNIT_WORDS.get(unit)
    shown = unit if words is None else words[0 if lang == "zh" else 1]
    number = count(int(value)) if value == int(value) and abs(value) < 1e15 else significant(value)
    if shown in {"°", "%"}:
        return significant(value) + shown
    return f"{number}{THIN}{shown}" if shown and shown != "1" else number


def exact(value: float | None, unit: str) -> str:
    """A value with every digit it has and its unit as stored: what the trace shows.

    Examples
    --------
    >>> exact(3213.4567, "m").replace(THIN, "_")
    '3213.4567_m'
    """
    if value is None or math.isnan(value):
        return ""
    digits = repr(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
    return f"{digits}{THIN}{unit}" if unit and unit != "1" else digits


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
