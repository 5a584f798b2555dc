"""Power plants of which little is known: estimates with ranges from capacity and technology, or fuel, alone.

What a class of plants makes and emits for each megawatt is worked out once; a plant is its capacity times that.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from ..errors import OptionError
from ..text import Text
from .combustion import CO2_PER_C, DEFAULT_GWP
from .estimate import Estimate, total
from .power import GJ_PER_MWH, HOURS
from .tables import Factor, name_of, table
from .technologies import TECHNOLOGIES
from .trail import Trail
from .water import M3_PER_GAL

FUEL: Mapping[str, str] = {
    "coal": "other_bituminous_coal", "petcoke": "petroleum_coke", "gas": "natural_gas", "oil": "residual_fuel_oil",
    "biomass": "wood_wood_waste",
}  # fmt: skip
"""Kind of plant → fuel whose factors stand for it; that of coal is of unknown rank."""

KINDS = (*FUEL, "waste", "nuclear", "hydro", "solar", "wind", "geothermal", "csp")
"""Kinds of plant that can be estimated."""

_OF_WORD: Mapping[str, str] = {
    "lignite": "coal", "low_volatile_coal": "coal", "natural_gas": "gas", "other_gas": "gas",
    "petroleum_coke": "petcoke",
    "solar_pv": "solar", "wind_onshore": "wind", "wind_offshore": "wind", "waste_to_energy": "waste",
    "biomass_steam": "biomass", "biomass_boiler": "biomass", "ccgt": "gas", "ocgt": "gas", "gas_steam": "gas",
    "gas_engine": "gas", "gas_turbine": "gas", "gas_boiler": "gas", "oil_steam": "oil", "diesel_engine": "oil",
    "oil_boiler": "oil", "engine": "oil", "dual_fuel_engine": "oil", "coal_boiler": "coal", "cfb_boiler": "coal",
    "w_flame_boiler": "coal", "hydropower": "hydro", "wind_power": "wind", "solar_power": "solar",
    "nuclear_power": "nuclear", "geothermal_power": "geothermal", "biomass_power": "biomass",
    "residual_fuel_oil": "oil", "gas_diesel_oil": "oil", "crude_oil": "oil", "sub_bituminous_coal": "coal",
    "other_bituminous_coal": "coal", "anthracite": "coal", "coking_coal": "coal", "wood_wood_waste": "biomass",
    "other_primary_solid_biomass": "biomass", **dict.fromkeys(("coal_subcritical", "coal_supercritical", "coal_usc",
                                                               "igcc", "cfb"), "coal"),
}  # fmt: skip
"""Words of portfolios and tables → kind of plant."""

_SMALL_MW = 100.0


@dataclass(frozen=True, slots=True)
class FleetEstimate:
    """A year of a plant, with ranges. None: not known.

    Attributes
    ----------
    kind : str
        Of `KINDS`.
    net_mwh : Estimate
    co2_t : Estimate
        Of fossil carbon, and of geothermal fluid.
    biogenic_t : Estimate or None
        CO2 of biomass, told apart; None where nothing biogenic is burnt.
    co2e_t : Estimate or None
        With methane and nitrous oxide, without CO2 of biomass.
    water_m3 : Estimate or None
        Consumed.
    missing : tuple of Text
        What was assumed for want of it, and what is left out.
    """

    kind: str
    net_mwh: Estimate
    co2_t: Estimate
    biogenic_t: Estimate | None
    co2e_t: Estimate | None
    water_m3: Estimate | None
    missing: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class _Class:
    """What plants of one class have in common, for each MWh."""

    running: Estimate
    co2_t: Estimate
    biogenic_t: Estimate | None
    co2e_t: Estimate | None
    water_m3: Estimate | None
    factors: tuple[Factor, ...]
    missing: tuple[Text, ...]


def kind_of(technology: str | None, fuel: str | None) -> str | None:
    """The kind of a plant by its technology or else its fuel; None where neither tells.

    Examples
    --------
    >>> kind_of(None, "lignite"), kind_of("ccgt", None), kind_of("engine", "natural_gas"), kind_of(None, "storage")
    ('coal', 'gas', 'gas', None)
    """
    by_fuel = None if fuel is None else fuel if fuel in KINDS else _OF_WORD.get(fuel)
    if by_fuel is not None and by_fuel in (*FUEL, "waste"):
        return by_fuel
    by_technology = None if technology is None else technology if technology in KINDS else _OF_WORD.get(technology)
    return by_technology or by_fuel


def estimate(
    technology: str | None,
    fuel: str | None,
    capacity_mw: float,
    year: int | None,
    *,
    trail: Trail,
    generation_mwh: float | None = None,
) -> FleetEstimate | None:
    """Output, greenhouse gases and water of a year, from capacity and technology or fuel.

    Parameters
    ----------
    technology, fuel : str or None
        Words of the tables ``power`` and ``fuels``, of portfolios, or of `KINDS`.
    capacity_mw : float
        Taken for net.
    year : int or None
        When it began to run; efficiency goes with it where the technology is not named.
    generation_mwh : float, optional
        Of a year, where it is known: then no capacity factor is assumed.

    Returns
    -------
    FleetEstimate or None
        None where neither technology nor fuel tells what kind of plant it is.

    Raises
    ------
    OptionError
        A capacity that is not above 0, or a negative generation.

    Examples
    --------
    >>> made = estimate(None, "coal", 600.0, 2005, trail=Trail())
    >>> round(made.net_mwh.value), round(made.co2_t.value / 1e6, 2)
    (2890800, 2.68)
    """
    if not (capacity_mw > 0 and math.isfinite(capacity_mw)):
        raise OptionError(
            Text(f"{capacity_mw:g} 不可能", f"{capacity_mw:g} is not possible"),
            Text("须大于0 MW", "It is above 0 MW"),
            where="capacity_mw",
        )
    if generation_mwh is not None and not generation_mwh >= 0:
        raise OptionError(
            Text(f"{generation_mwh:g} 不可能", f"{generation_mwh:g} is not possible"),
            Text("不得为负", "It is not negative"),
            where="generation_mwh",
        )
    kind = kind_of(technology, fuel)
    if kind is None:
        return None
    known = _class(kind, technology if technology in TECHNOLOGIES else None, _rank(fuel), _age(kind, capacity_mw, year))
    for factor in known.factors:
        if generation_mwh is None or factor.what != "capacity_factor":
            trail.use(factor)
    mwh = known.running * (capacity_mw * HOURS) if generation_mwh is None else Estimate(generation_mwh)
    co2 = known.co2_t * mwh
    low, high = co2.bounds
    trail.formula(
        name_of("fleet", kind),
        f"{mwh.value:.6g} MWh × {known.co2_t.value:.4g} t/MWh = {co2.value:.6g} t CO2 ({low:.4g}–{high:.4g})",
        co2=co2.as_dict("t"),
    )
    missing = known.missing if generation_mwh is None else known.missing[1:]
    return FleetEstimate(
        kind, mwh, co2, _times(known.biogenic_t, mwh), _times(known.co2e_t, mwh), _times(known.water_m3, mwh), missing
    )


def _times(rate: Estimate | None, mwh: Estimate) -> Estimate | None:
    return None if rate is None else rate * mwh


def _rank(fuel: str | None) -> str | None:
    """A fuel of the table ``fuels`` itself; None where the word is only a kind of fuel."""
    return fuel if fuel is not None and (fuel, "carbon") in table("fuels").rows else None


def _age(kind: str, capacity_mw: float, year: int | None) -> str:
    """Which row of efficiencies: by size and year."""
    if kind == "coal":
        if capacity_mw < _SMALL_MW:
            return "coal:small"
        if year is None:
            return "coal:any_age"
        ends = ((1980, "coal:before_1980"), (2000, "coal:1980_1999"), (2015, "coal:2000_2014"))
        return next((row for end, row in ends if year < end), "coal:from_2015")
    if kind == "gas":
        return "gas:any_age" if year is None else "gas:before_1995" if year < 1995 else "gas:from_1995"
    return kind


@cache
def _class(kind: str, technology: str | None, rank: str | None, age: str) -> _Class:
    """Rates of a class, with every factor they rest on."""
    used: list[Factor] = []

    def take(factor: Factor) -> Estimate:
        used.append(factor)
        return Estimate.of(factor)

    fleet, power = table("fleet"), table("power")
    running = take(power[technology, "capacity_factor"] if technology else fleet[kind, "capacity_factor"])
    missing = [
        Text("年发电量未知：按该类电厂通常的容量系数", "output not known: the usual capacity factor of its kind")
    ]
    drunk = fleet.get(kind, "consumption")
    water = None if drunk is None else take(drunk) * M3_PER_GAL
    if water is not None and kind not in ("solar", "hydro"):
        missing.append(Text("冷却方式未知", "cooling not known"))
    if kind not in (*FUEL, "waste"):
        rate = take(table("options")["geothermal", "direct"]) * (1 / 1000) if kind == "geothermal" else Estimate(0.0)
        if kind == "hydro":
            missing.append(Text("水库排放未计", "emissions of the reservoir left out"))
        return _Class(running, rate, None, rate, water, tuple(used), tuple(missing))
    named = technology is not None and power.get(technology, "efficiency") is not None
    efficiency = take(power[str(technology), "efficiency"] if named else fleet[age, "efficiency"])
    if not named:
        missing.append(
            Text("技术未知：按投运年份和规模取效率范围", "technology not known: efficiency by year and size")
        )
    missing.append(Text("治理设施未知：大气污染物未估", "controls not known: no air pollutants estimated"))
    heat_gj = Estimate(GJ_PER_MWH) / efficiency
    if kind == "waste":
        return _waste(running, heat_gj, water, take, used, missing)
    fuel = rank or FUEL[kind]
    if kind == "coal" and rank is None:
        missing.append(Text("煤种未知", "rank of the coal not known"))
    fuels, gwp = table("fuels"), table("gwp")
    carbon = take(fleet["coal", "carbon"] if kind == "coal" and rank is None else fuels[fuel, "carbon"])
    co2 = heat_gj * carbon * (CO2_PER_C / 1000)
    others = [
        heat_gj * take(fuels[fuel, gas]) * (take(gwp[gas, DEFAULT_GWP]).value / 1e6)
        for gas in ("ch4", "n2o") if fuels.get(fuel, gas) is not None
    ]  # fmt: skip
    if fuels[fuel, "biogenic"].value == 1:
        counted = total(others) if others else None
        return _Class(running, Estimate(0.0), co2, counted, water, tuple(used), tuple(missing))
    co2e = total([co2, *others]) if others else None
    if co2e is None:
        missing.append(Text("该燃料没有CH4和N2O因子", "no CH4 and N2O factor for the fuel"))
    return _Class(running, co2, None, co2e, water, tuple(used), tuple(missing))


def _waste(
    running: Estimate, heat_gj: Estimate, water: Estimate | None, take: Callable[[Factor], Estimate],
    used: list[Factor], missing: list[Text],
) -> _Class:  # fmt: skip
    """Municipal waste: fossil in part. Its methane and nitrous oxide have no factor, so CO2e is not known."""
    share = take(table("fleet")["waste", "fossil_share"])
    rest = Estimate(1 - share.value, 1 - share.bounds[1], 1 - share.bounds[0])
    fossil, plants = (
        take(table("fuels")[f"municipal_wastes_{part}_fraction", "carbon"]) for part in ("non_biomass", "biomass")
    )
    missing.append(Text("垃圾成分未知；没有CH4和N2O因子", "composition of the waste not known; no CH4 and N2O factor"))
    scale = CO2_PER_C / 1000
    return _Class(
        running, heat_gj * share * fossil * scale, heat_gj * rest * plants * scale, None, water, tuple(used),
        tuple(missing),
    )  # fmt: skip
