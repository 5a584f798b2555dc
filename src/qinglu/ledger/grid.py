"""What a kilowatt-hour of the grid emits, and what is avoided where another source delivers it.

An average is of all that feeds the grid, CO2e over the life cycle (Ember). A margin is of what stops when a new plant
delivers, CO2 at the stack: today's plants at the operating margin, those not built at the build margin, both in the
combined margin (IFI default grid factors; CDM TOOL07). The two are not to be compared with one another.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..errors import OptionError, UnknownNameError
from ..model.level import Level
from ..text import Text
from .tables import Factor, name_of, table
from .trail import Trail

KINDS = {
    "average": "average",
    "operating_margin": "operating_margin",
    "combined_margin_intermittent": "cm_intermittent",
    "combined_margin_firm": "cm_firm",
    "combined_margin_energy_efficiency": "cm_energy_efficiency",
    "combined_margin_consumption": "cm_consumption",
}
"""Kind of factor → what the table ``grid`` calls it."""

INTERMITTENT = frozenset({"solar", "solar_pv", "solar_with_storage", "wind", "wind_onshore", "wind_offshore"})
"""Sources that the CDM weighs as wind and solar and the IFI table calls intermittent. A battery of a few hours moves
the sun's energy within the day and does not make it firm."""

_KWH_PER_MWH = 1e3
_G_PER_T = 1e6


@dataclass(frozen=True, slots=True)
class Avoided:
    """Emissions of the grid that are avoided, tonnes; None where there is no factor.

    Attributes
    ----------
    average_t : float or None
        By the average intensity, t CO2e over the life cycle.
    combined_margin_t : float or None
        By the combined margin, t CO2.
    """

    average_t: float | None
    combined_margin_t: float | None


def factor(country: str, kind: str, trail: Trail) -> Factor | None:
    """A country's grid factor, g/kWh, taken into the reckoning; None where it is unknown, which is flagged.

    Parameters
    ----------
    country : str
        ISO 3166 alpha-3.
    kind : str
        One of `KINDS`. Average: CO2e over the life cycle; margins: CO2.
    trail : Trail
        Where it is written down.

    Raises
    ------
    UnknownNameError
        No such kind.
    """
    if kind not in KINDS:
        raise UnknownNameError(
            Text(f"没有电网因子 {kind}", f"there is no grid factor {kind!r}"),
            Text(f"可用：{'、'.join(KINDS)}", f"Try {', '.join(KINDS)}"),
        )
    found = table("grid").get(country, KINDS[kind])
    if found is None:
        title = name_of("", KINDS[kind])
        trail.flag(
            "ledger.unknown-grid-factor",
            Level.UNKNOWN,
            Text(f"{country} 没有电网因子（{title.zh}）：未知，不等于零",
                 f"There is no grid factor of {country} ({title.en}): unknown, which is not zero"),
            country=country, kind=kind,
        )  # fmt: skip
        return None
    trail.use(found)
    return found


def combined_margin(om: float, bm: float, source: str, trail: Trail | None = None) -> float:
    """Operating and build margin weighted as the CDM does; the unit is that of the margins.

    Parameters
    ----------
    om, bm : float
        Operating and build margin, 0 or more.
    source : str
        What delivers: wind and solar are weighted 0.75 and 0.25, all else 0.5 and 0.5 (first crediting period).
    trail : Trail, optional
        Where the weights and the reckoning are written down.

    Raises
    ------
    OptionError
        A negative or infinite margin.

    References
    ----------
    CDM TOOL07, Tool to calculate the emission factor for an electricity system, step 6.

    Examples
    --------
    >>> round(combined_margin(0.8, 0.4, "wind_onshore"), 9), round(combined_margin(0.8, 0.4, "hydro"), 9)
    (0.7, 0.6)
    """
    for value, name in ((om, "operating_margin"), (bm, "build_margin")):
        if not (math.isfinite(value) and value >= 0):
            raise OptionError(
                Text(f"值 {value:g} 无效", f"{value:g} is not allowed"),
                Text("允许：不小于0的数字", "Allowed: a number of 0 or more"),
                where=name,
            )
    weights = [
        table("margins")["wind_solar" if source in INTERMITTENT else "other", f"{m}_weight"] for m in ("om", "bm")
    ]
    a, b = (trail.use(w) if trail else w.value for w in weights)
    result = a * om + b * bm
    if trail:
        trail.formula(Text("组合边际", "Combined margin"), f"{a:g} × {om:g} + {b:g} × {bm:g} = {result:g}")
    return result


def avoided(
    mwh: float,
    source: str,
    trail: Trail,
    *,
    country: str | None = None,
    om_g_per_kwh: float | None = None,
    bm_g_per_kwh: float | None = None,
) -> Avoided:
    """Emissions of the grid in whose place `mwh` are delivered, by average and by combined margin.

    Parameters
    ----------
    mwh : float
        Delivered, MWh.
    source : str
        What delivers; decides the weights, or which of the IFI's combined margins is taken.
    country : str, optional
        ISO 3166 alpha-3. Without it there is no average.
    om_g_per_kwh, bm_g_per_kwh : float, optional
        Margins of one's own, both or neither; they go before the table.
    """
    if om_g_per_kwh is not None and bm_g_per_kwh is not None:
        margin: float | None = combined_margin(om_g_per_kwh, bm_g_per_kwh, source, trail)
    else:
        margin = _value(country, margin_kind(source), trail)
    return Avoided(_tonnes(mwh, _value(country, "average", trail)), _tonnes(mwh, margin))


def margin_kind(source: str) -> str:
    """Which of the IFI's combined margins a source displaces.

    Examples
    --------
    >>> margin_kind("solar_pv"), margin_kind("hydro")
    ('combined_margin_intermittent', 'combined_margin_firm')
    """
    return "combined_margin_intermittent" if source in INTERMITTENT else "combined_margin_firm"


def _value(country: str | None, kind: str, trail: Trail) -> float | None:
    found = factor(country, kind, trail) if country else None
    return None if found is None else found.value


def _tonnes(mwh: float, g_per_kwh: float | None) -> float | None:
    return None if g_per_kwh is None else mwh * _KWH_PER_MWH * g_per_kwh / _G_PER_T
