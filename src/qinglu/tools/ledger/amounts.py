"""Amounts of fuel as people write them, brought to tonnes, cubic metres and gigajoules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import OptionError
from ...text import Text
from ...units import UnitError, convert, plain

STANDARD_C = 15.0
"""Temperature at which densities are meant, and cubic metres of gas where nothing else is said (ISO 13443)."""

_TO_STANDARD = (273.15 + STANDARD_C) / 273.15

ALIASES: Mapping[str, tuple[float, str]] = {
    "kgce": (29.3076, "MJ"), "tce": (29.3076, "GJ"), "ktce": (29.3076, "TJ"), "Mtce": (29.3076, "PJ"),
    "MMBtu": (1.0, "MBtu"), "mmBtu": (1.0, "MBtu"), "kt": (1000.0, "t"), "bcm": (1e9, "m3"),
    "bbl": (1.0, "oil_barrel"), "Nm3": (_TO_STANDARD, "m3"), "Sm3": (1.0, "m3"),
}  # fmt: skip
"""Units of the trade that the registry lacks or takes for others: ``kt`` is no knot, ``bbl`` a barrel of oil.

A tonne of coal equivalent is 29,307.6 MJ (GB/T 2589-2020); ``Nm3`` is at 0 °C, brought to 15 °C.
"""

_AMBIGUOUS = ("ton", "tons")


def unit_to(value: float, unit: str, to: str, *, where: str) -> float:
    """`value` from a unit of the trade to a plain one.

    Raises
    ------
    UnitError
        A unit that is not known, of another kind, or that means different things to different people.

    Examples
    --------
    >>> unit_to(1, "tce", "GJ", where="amount.unit")
    29.3076
    >>> unit_to(8500, "kcal/Sm3", "MJ/m3", where="ncv.unit")
    35.564
    """
    over, _, under = plain(unit).partition("/")
    if over.strip() in _AMBIGUOUS or under.strip() in _AMBIGUOUS:
        raise UnitError(
            Text(f"单位 {unit} 有歧义", f"unit {unit!r} means different things"),
            Text("请写 t（公吨）、short_ton 或 long_ton", "Write t (tonne), short_ton or long_ton"),
            where=where,
        )
    times, top = ALIASES.get(over.strip(), (1.0, over.strip()))
    by, bottom = ALIASES.get(under.strip(), (1.0, under.strip()))
    try:
        found = convert(value, f"{top}/{bottom}" if bottom else top, to, where=where)
    except ZeroDivisionError:
        found = None
    if found is None:
        raise UnitError(
            Text(f"未知单位“{unit}”", f"unit {unit!r} is not known"),
            Text("例如 t、m3、GJ", "Such as t, m3, GJ"),
            where=where,
        )
    return float(f"{found * times / by:.15g}")


def kind_of(unit: str, where: str, kinds: Mapping[str, str], allowed: Text) -> str:
    """Which of several kinds a unit is of.

    Parameters
    ----------
    kinds : mapping
        Kind → a unit of it.
    allowed : Text
        What to use, for the message.

    Raises
    ------
    UnitError
        None of them.

    Examples
    --------
    >>> kind_of("toe", "amount.unit", {"mass": "t", "energy": "GJ"}, Text("", ""))
    'energy'
    """
    refused: UnitError | None = None
    for kind, of_it in kinds.items():
        try:
            unit_to(1.0, unit, of_it, where=where)
        except UnitError as error:
            refused = error
        else:
            return kind
    assert refused is not None
    what = refused.what
    if "cannot be converted" in what.en:
        what = Text(f"单位 {unit} 在此处不适用", f"unit {unit!r} is of another kind")
    raise UnitError(what, refused.remedy if "different" in what.en else allowed, where=where)


def positive(given: Mapping[str, Any], where: str) -> float:
    """A value that is divided by or makes no sense as zero.

    Raises
    ------
    OptionError
        It is zero or below.
    """
    value = float(given["value"])
    if not value > 0:
        raise OptionError(
            Text(f"{value:g} 不可能", f"{value:g} is not possible"),
            Text("须大于0", "It is above 0"),
            where=f"{where}.value",
        )
    return value
