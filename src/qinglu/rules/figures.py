"""A measured value as a reader meets it: unit always, three significant digits, metres below 1 km."""

from __future__ import annotations

import math

from ..text import Text

THIN = "\N{NARROW NO-BREAK SPACE}"  # a thin space at which no line may break
_DIGITS = 3
_UNITS = {"deg": "°", "share": "%"}


def significant(value: float) -> str:
    """`value` to three significant digits, without an exponent.

    Examples
    --------
    >>> [significant(x).replace(THIN, "_") for x in (0, 0.012345, 9.996, 1234567.0, -2.5)]
    ['0', '0.0123', '10.0', '1_230_000', '-2.50']
    """
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else "–"
    size = math.floor(math.log10(abs(value)))
    rounded = round(value, _DIGITS - 1 - size)
    size = math.floor(math.log10(abs(rounded)))  # 9.996 became 10.0: one digit fewer behind the point
    return f"{rounded:,.{max(0, _DIGITS - 1 - size)}f}".replace(",", THIN)


def figure(value: float, unit: str) -> str:
    """A value in its base unit (``m``, ``m2``, ``share``, ``deg``, ``score`` or none) as text.

    Examples
    --------
    >>> [figure(x, "m").replace(THIN, "_") for x in (0, 0.02, 12.34, 999.4, 999.6, 54321)]
    ['0_m', '<0.1_m', '12.3_m', '999_m', '1.00_km', '54.3_km']
    >>> figure(0.128, "share"), figure(26.04, "deg"), figure(4, "score")
    ('12.8%', '26.0°', '4.00')
    >>> figure(25_000, "m2").replace(THIN, "_"), figure(7.46e10, "m2").replace(THIN, "_")
    ('2.50_ha', '74_600_km²')
    """
    if unit == "m":
        return _length(value)
    if unit == "m2":
        return _area(value)
    if unit == "share":
        return significant(100 * value) + "%"
    return significant(value) + _UNITS.get(unit, "")


def threshold(value: float, unit: str) -> Text:
    """A value of a rule in the unit in which the rule states it; not rounded.

    Examples
    --------
    >>> threshold(10.0, "km").en.replace(THIN, "_"), threshold(0.5, "percent").en, threshold(25, "deg").zh
    ('10_km', '0.5%', '25°')
    """
    number = f"{value:.12g}"
    suffix = {"m": f"{THIN}m", "km": f"{THIN}km", "percent": "%", "deg": "°"}.get(unit, "")
    return Text(number + suffix, number + suffix)


def _length(metres: float) -> str:
    if 0 < metres < 0.1:  # closer than any layer is drawn
        return f"<0.1{THIN}m"
    if float(f"{metres:.3g}") < 1000:  # as shown
        return f"{significant(metres)}{THIN}m"
    return f"{significant(metres / 1000)}{THIN}km"


def _area(square_metres: float) -> str:
    for size, name in ((1e6, "km²"), (1e4, "ha")):
        if square_metres >= size:
            return f"{significant(square_metres / size)}{THIN}{name}"
    return f"{significant(square_metres)}{THIN}m²"
