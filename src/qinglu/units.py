"""One registry of units (pint) for the whole of Qinglu; quantities with units at the edges, floats within."""

from __future__ import annotations

import re
from functools import cache, partial
from tokenize import TokenError

import pint

from .errors import InputError
from .text import Text

_VOLUME = re.compile(r"\bm3\b")  # as every standard writes it
_SPELLINGS = str.maketrans({"³": "3", "µ": "u", "μ": "u", "·": "*"})


class UnitError(InputError):
    """A unit that nobody knows, or one of another kind of quantity."""

    slug = "unit"


@cache
def registry() -> pint.UnitRegistry[float]:
    """The registry; built when first asked for, since that takes a good part of a second.

    Examples
    --------
    >>> f"{registry().Quantity(0.03, 'mg/m3').to('ug/m3').magnitude:g}"
    '30'
    """
    return pint.UnitRegistry(cache_folder=None, preprocessors=[partial(_VOLUME.sub, "m**3")])


def plain(unit: str) -> str:
    """A unit as it is written in data: ``mg/m3`` for ``mg/m³``.

    Examples
    --------
    >>> plain(" µg/m³ ")
    'ug/m3'
    """
    return unit.strip().translate(_SPELLINGS)


def convert(value: float, unit: str, to: str, *, where: str = "unit") -> float:
    """`value` from one unit to another of the same kind.

    Raises
    ------
    UnitError
        A unit that is not known, or of another kind; `where` names the field.

    Examples
    --------
    >>> convert(0.03, "mg/m³", "ug/m3")
    30.0
    """
    if plain(unit) == plain(to):
        return float(value)
    units = registry()
    try:
        # Fifteen digits: 0.03 mg is 30 µg and not 30.000000000000004.
        return float(f"{units.Quantity(value, plain(unit)).to(plain(to)).magnitude:.15g}")
    except pint.DimensionalityError:
        raise UnitError(
            Text(f"单位 {unit} 不能换算为 {to}", f"{unit} cannot be converted to {to}"),
            Text(f"请使用与 {to} 同类的单位", f"Use a unit of the kind of {to}"),
            where=where,
        ) from None
    except (pint.PintError, AssertionError, AttributeError, SyntaxError, TypeError, ValueError, TokenError):
        raise UnitError(
            Text(f"未知单位“{unit}”", f"unit {unit!r} is not known"),
            Text("例如 mg/m3、ug/m3、ppm", "Such as mg/m3, ug/m3, ppm"),
            where=where,
        ) from None
