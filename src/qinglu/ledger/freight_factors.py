"""What a tonne-kilometre emits: default factors by class, trucks by load and empty running, electric trains by grid."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..errors import OptionError
from ..model.level import Level
from ..text import Text
from . import grid
from .tables import Factor, table
from .trail import Trail

DEFAULTS = {
    "sea": "sea_container_ship_average",
    "rail": "rail_freight_train_uk_mix_of_traction",
    "road": "road_hgv_articulated_33t",
    "inland_water": "inland_water_motor_vessel_85_110m",
    "air": "air_flight_international_to_from_non_uk_without_rf",
    "hub": "hub_transshipment_ambient",
}
"""Class of a mode where none is named."""
ELECTRIC = "rail_electric_1000t"
"""Class of a train where only the country of its electricity is named."""

_HALF, _FULL, _AVERAGE = "_50_laden", "_100_laden", "_average_laden"
_G_PER_KG = 1e3
_KT_PER_T = 1e-3


@dataclass(frozen=True)
class Intensity:
    """Emissions of one tonne-kilometre, or of one tonne at a hub.

    Attributes
    ----------
    wtw : float or None
        Well to wheel, kg CO2e; None where it is unknown.
    ttw : float or None
        Tank to wheel, kg CO2e; None where the source does not split it.
    adjusted : bool
        Whether it counts per planned kilometre: the distance adjustment is in it.
    """

    wtw: float | None
    ttw: float | None
    adjusted: bool = False


def intensity(
    item: str,
    trail: Trail,
    *,
    load: float | None = None,
    empty_share: float | None = None,
    country: str | None = None,
    kwh_per_tkm: float | None = None,
    grid_g_per_kwh: float | None = None,
) -> Intensity:
    """The default intensity of a class.

    Parameters
    ----------
    item : str
        One of `classes`.
    load : float, optional
        Mass carried ÷ payload while loaded, in (0, 1]; trucks only. Without it, the average of the statistics, empty
        running included.
    empty_share : float, optional
        Empty kilometres ÷ all kilometres, in [0, 1); 0 where only the load is given.
    country : str, optional
        ISO 3166 alpha-3, whose average electricity an electric train takes.
    kwh_per_tkm, grid_g_per_kwh : float, optional
        Of one's own, in place of the tables.

    Raises
    ------
    OptionError
        Load for what is no truck, electricity for what is no electric train, or no country for one that is.
    """
    rows = table("freight")
    if load is not None or empty_share is not None:
        return _laden(item, load, empty_share or 0.0, trail)
    electric = rows.get(item, "electric_use")
    if electric is None and (country or kwh_per_tkm is not None or grid_g_per_kwh is not None):
        name = "country" if country else "kwh_per_tkm" if kwh_per_tkm is not None else "grid_g_per_kwh"
        raise OptionError(
            Text(f"{item} 不用电网电力", f"{item} does not run on the grid"),
            Text("电力牵引请选 rail_electric_… 类别", "Choose a class rail_electric_… for electric traction"),
            where=name,
        )
    if electric is not None:
        return _electric(electric, country, kwh_per_tkm, grid_g_per_kwh, trail)
    item = item if (item, "ttw") in rows.rows or (item, "wtw") in rows.rows else item + _AVERAGE
    whole = rows.get(item, "wtw")
    if whole is not None:
        return Intensity(trail.use(whole), None)
    ttw, wtt = (trail.use(rows[item, what]) / _G_PER_KG for what in ("ttw", "wtt"))
    held = rows.get(item, "adjusted")
    if held is not None:
        trail.use(held)
    return Intensity(ttw + wtt, ttw, held is not None)


def _laden(item: str, load: float | None, empty_share: float, trail: Trail) -> Intensity:
    """A truck whose use of fuel grows in a straight line with its load, through the half and the full one.

    The statistics print factors per tonne-kilometre at half and at full load; multiplied with the load they are use per
    vehicle-kilometre, whose straight line also gives the empty truck.
    """
    rows = table("freight")
    base = item.removesuffix(_AVERAGE)
    if rows.get(base + _HALF, "ttw") is None:
        raise OptionError(
            Text(f"{item} 没有按载重率的因子", f"{item} has no factors by load"),
            Text("载重率仅适用于铰接式和整体式载货车", "Load is for the classes of heavy lorries (road_hgv_…)"),
            where="load" if load is not None else "empty_share",
        )
    if load is None:
        raise OptionError(
            Text("给出空驶率时须同时给出载重率", "empty running needs the load of the loaded way"),
            Text("请给出 load，0至1", "Give load, above 0 and up to 1"),
            where="load",
        )
    trail.outside(rows[base + _HALF, "ttw"], load, 0.5, 1.0, "")
    way_back = empty_share / (1 - empty_share)  # empty kilometres for every loaded one
    found = []
    for what in ("ttw", "wtt"):
        half, full = (trail.use(rows[base + suffix, what]) for suffix in (_HALF, _FULL))
        slope = (full - half / 2) / 0.5
        empty = full - slope
        found.append((empty + slope * load + way_back * empty) / load / _G_PER_KG)
    ttw, wtt = found
    trail.formula(
        Text("按载重率与空驶率", "By load and empty running"),
        Text(
            f"载重率 {load:g}，空驶率 {empty_share:g}：WTW {ttw + wtt:.6g} kg/(t·km)，由半载与满载两点直线推算",
            f"load {load:g}, empty share {empty_share:g}: WTW {ttw + wtt:.6g} kg/(t·km), on the straight line through "
            "half and full load",
        ),
    )
    return Intensity(ttw + wtt, ttw)


def _electric(
    use: Factor, country: str | None, kwh_per_tkm: float | None, grid_g_per_kwh: float | None, trail: Trail
) -> Intensity:
    """Electricity at the train, what is lost on the way to it, and the average grid of a country."""
    if kwh_per_tkm is None:
        kwh_per_tkm = trail.use(use) * _KT_PER_T
    if grid_g_per_kwh is None:
        if country is None:
            raise OptionError(
                Text("电力牵引缺少供电国家", "the country whose electricity the train takes is missing"),
                Text("请给出 country 或 grid_g_per_kwh", "Give country or grid_g_per_kwh"),
                where="country",
            )
        found = grid.factor(country, "average", trail)
        if found is None:
            return Intensity(None, 0.0)
        grid_g_per_kwh = found.value
    lost = trail.use(table("rail")["supply", "losses"])
    wtw = kwh_per_tkm / (1 - lost) * grid_g_per_kwh / _G_PER_KG
    trail.formula(
        Text("电力牵引", "Electric traction"),
        f"{kwh_per_tkm:g} kWh/(t·km) ÷ (1 - {lost:g}) × {grid_g_per_kwh:g} g/kWh = {wtw:.6g} kg/(t·km)",
    )
    return Intensity(wtw, 0.0)


def flag_distance(item: str, km: float, trail: Trail) -> None:
    """Flag a flight shorter or longer than its class was made for."""
    rows = table("freight")
    low, high = rows.get(item, "distance_from"), rows.get(item, "distance_to")
    bound = low or high
    if bound is not None:
        trail.outside(bound, km, low.value if low else 0.0, high.value if high else math.inf, "km")


def warn_split(intensity: Intensity, trail: Trail) -> None:
    """Flag a factor of the user's whose part is more than the whole."""
    if intensity.wtw is not None and intensity.ttw is not None and intensity.ttw > intensity.wtw:
        trail.flag(
            "ledger.freight.ttw-above-wtw",
            Level.WARNING,
            Text(
                f"给定的TTW {intensity.ttw:g} 大于WTW {intensity.wtw:g}：只有上游为净吸收时才可能，请核对",
                f"TTW {intensity.ttw:g} as given is above WTW {intensity.wtw:g}: possible only where the "
                "upstream takes up more than it emits; look again",
            ),
        )
