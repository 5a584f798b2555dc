"""Water a power plant consumes and withdraws, by technology and cooling."""

from __future__ import annotations

from ..errors import OptionError
from ..text import Text
from .estimate import Estimate
from .tables import Factor, name_of, table
from .technologies import cooling_of
from .trail import Trail

M3_PER_GAL = 0.003785411784
"""Of the United States; factors of Macknick et al. are in gallons."""


def used(technology: str, net_mwh: float, cooling: str | None, trail: Trail) -> tuple[Estimate | None, Estimate | None]:
    """Water a plant takes and consumes in a year.

    Parameters
    ----------
    cooling : str or None
        Of `technologies.COOLING`; the usual one where None, and said so.

    Returns
    -------
    tuple of Estimate or None
        Consumed and withdrawn, cubic metres; None where the table has none.

    Raises
    ------
    OptionError
        The technology is not cooled so, or nobody knows what it then uses.

    References
    ----------
    Macknick, Newmark, Heath, Hallett, Environ. Res. Lett. 7 (2012) 045802: medians and ranges.

    Examples
    --------
    >>> consumed, _ = used("coal_subcritical", 1000.0, "tower", Trail())
    >>> round(consumed.value, 3)  # 479 gal/MWh
    1813.212
    """
    ways = cooling_of(technology)
    if cooling is not None and cooling not in ways:
        name = name_of("power", technology)
        allowed = ", ".join(ways)
        raise OptionError(
            Text(
                f"没有{name.zh}按 {cooling} 冷却的用水数据", f"there is no water use of {name.en} cooled by {cooling!r}"
            ),
            Text(f"允许：{allowed}", f"Allowed: {allowed}") if ways else Text("请去掉 cooling", "Leave cooling out"),
            where="cooling",
        )
    way = cooling or (ways[0] if ways else "")
    if way and cooling is None:
        trail.given(
            Text("默认值", "By default"),
            Text(f"未给出冷却方式，取 {way}", f"No cooling was given; taken by default: {way}"),
            cooling=way,
        )
    consumed, taken = (_drunk(table("power").get(technology, f"{what}_{way}" if way else what), net_mwh, trail)
                       for what in ("consumption", "withdrawal"))  # fmt: skip
    return consumed, taken


def _drunk(factor: Factor | None, net_mwh: float, trail: Trail) -> Estimate | None:
    if factor is None:
        return None
    rate = trail.estimate(factor)
    if not rate.value:
        return Estimate(0.0)
    made = rate * (net_mwh * M3_PER_GAL)
    trail.formula(
        factor.title,
        f"{net_mwh:.10g} MWh × {rate.value:g} gal/MWh × {M3_PER_GAL:.6g} m3/gal = {made.value:.6g} m3",
        volume=made.as_dict("m3"),
    )
    return made
