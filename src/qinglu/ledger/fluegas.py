"""How much dry flue gas a fuel makes, and the concentration a mass in it comes to."""

from __future__ import annotations

from .estimate import Estimate
from .tables import table
from .trail import Trail

AIR_O2_PCT = 21.0
"""As emission standards round it; the same as in `rules.gas`."""

O2_PCT = 6.0
"""Reference oxygen of coal and biomass boilers."""

_TO_ZERO_C = 273.15 / 293.15
MG_PER_KG = 1e6


def dry_m3_per_gj(fuel: str, trail: Trail, *, o2_pct: float = O2_PCT) -> Estimate:
    """Dry flue gas at 0 °C and 101.325 kPa for each gigajoule of net calorific value.

    The F factor of EPA Method 19 (on gross calorific value, at 20 °C, without excess air), times gross over net,
    brought to 0 °C and diluted to the oxygen asked for.

    Parameters
    ----------
    fuel : str
        Of the table ``fluegas``.
    o2_pct : float
        Oxygen of the dry gas, volume percent, below 21.

    Returns
    -------
    Estimate
        m³/GJ.

    Raises
    ------
    UnknownNameError
        There is no F factor for the fuel.

    References
    ----------
    40 CFR part 60, appendix A-7, Method 19, table 19-2.

    Examples
    --------
    >>> round(dry_m3_per_gj("other_bituminous_coal", Trail()).value, 1)  # EN ISO 16911-1 has 359 for hard coal
    357.8
    """
    kept = table("fluegas")
    volume = trail.estimate(kept[fuel, "dry_volume"]) * trail.estimate(kept[fuel, "gross_over_net"])
    return volume * (_TO_ZERO_C * AIR_O2_PCT / (AIR_O2_PCT - o2_pct))
