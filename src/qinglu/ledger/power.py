"""What a power plant makes, burns, emits and drinks in a year.

Capacity and efficiency are net, a year has 8,760 hours, energy of fuel is by net calorific value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..errors import OptionError
from ..model.level import Level
from ..text import Text
from . import air
from .combustion import DEFAULT_GWP, KG_PER_T, Burnt, burn, co2_factor
from .estimate import Estimate
from .tables import name_of, table
from .technologies import TECHNOLOGIES, Technology
from .trail import Trail
from .water import used

HOURS = 8760
GJ_PER_MWH = 3.6

_NO_BURNERS = ("gas_turbine", "diesel_engine", "gas_engine", "gasifier")
_BOILER_ONLY = ("low_nox_burners", "burners_overfire_air", "sncr")


@dataclass(frozen=True)
class Sulphur:
    """Where the sulphur of a year's fuel goes, tonnes of sulphur; the three sum up to the first."""

    in_fuel_t: float
    emitted_t: float
    captured_t: float
    in_ash_t: float


@dataclass(frozen=True)
class Plant:
    """A year of a power plant. None: not known, which is not zero.

    Attributes
    ----------
    fuel : str or None
        None where nothing is burnt.
    fuel_tj : float
        By net calorific value; 0 where nothing is burnt.
    fuel_t : float or None
    co2_t : float
        At the stack, of fossil and biogenic carbon alike; of geothermal fluid where that is the source.
    g_co2_per_kwh : float
        By net output.
    co2 : Estimate
        The same as `co2_t`, with bounds.
    burnt : Burnt or None
        All its greenhouse gases; None where nothing is burnt.
    air : mapping of pollutant to Stack or None
        ``so2``, ``nox`` as NO2, ``pm``.
    sulphur : Sulphur or None
    water, withdrawn : Estimate or None
        Consumed and withdrawn, cubic metres.
    """

    technology: str
    fuel: str | None
    net_mwh: float
    fuel_tj: float
    fuel_t: float | None
    g_co2_per_kwh: float
    co2: Estimate
    burnt: Burnt | None
    air: Mapping[str, air.Stack | None]
    sulphur: Sulphur | None
    water: Estimate | None
    withdrawn: Estimate | None
    controls: tuple[str, ...] = field(default=())

    @property
    def co2_t(self) -> float:
        """Central value."""
        return self.co2.value

    @property
    def water_m3(self) -> float | None:
        """Water consumed, central value."""
        return None if self.water is None else self.water.value


def plant(
    technology: str,
    capacity_mw: float,
    capacity_factor: float,
    net_efficiency: float | None,
    fuel: str | None,
    *,
    trail: Trail,
    analysis: air.Analysis | None = None,
    carbon_kg_per_gj: float | None = None,
    controls: Sequence[str] = (),
    cooling: str | None = None,
    gwp: str = DEFAULT_GWP,
) -> Plant:
    """Output, fuel, CO2, air pollutants and water of a year.

    Parameters
    ----------
    technology : str
        Of `technologies.TECHNOLOGIES`.
    capacity_mw : float
        Net.
    capacity_factor, net_efficiency : float
        Shares of 1. Where no efficiency is given, the usual one of the technology is taken, and said so.
    fuel : str or None
        Of the table ``fuels``; where none is given, the usual one.
    analysis : Analysis, optional
        Of the fuel as received: calorific value, sulphur, ash.
    controls : sequence of str
        Of `air.KINDS`; those that stand at the plant.
    cooling : str, optional
        Of `technologies.COOLING`; towers where none is given.

    Raises
    ------
    OptionError
        An impossible value; a fuel, control or cooling the technology does not go with.

    References
    ----------
    CO2: 2006 IPCC Guidelines, Vol. 2, ch. 2. SO2 and dust: HJ 888-2018 and AP-42, balances. NOx: AP-42, EMEP/EEA 2019.
    Water: Macknick et al. 2012, medians.

    Examples
    --------
    >>> made = plant("coal_subcritical", 600, 0.75, 0.38, "other_bituminous_coal", trail=Trail())
    >>> made.net_mwh, round(made.g_co2_per_kwh, 6)
    (3942000.0, 896.210526)
    """
    known = TECHNOLOGIES[technology]
    _check(capacity_mw, capacity_factor, net_efficiency)
    _sizes(technology, capacity_mw, capacity_factor, trail)
    net_mwh = capacity_mw * HOURS * capacity_factor
    trail.formula(
        Text("净发电量", "Net output"), f"{capacity_mw:g} MW × {HOURS} h × {capacity_factor:g} = {net_mwh:.10g} MWh"
    )
    water, withdrawn = used(technology, net_mwh, cooling, trail)
    if not known.burns:
        return _unfired(technology, net_mwh, (net_efficiency, fuel, analysis, controls), water, withdrawn, trail)
    fuel = _fuel(technology, known, fuel, trail)
    stages = air.ordered(controls)
    burning = known.burning(fuel)
    _fits(technology, burning, stages)
    efficiency = _efficiency(technology, net_efficiency, trail)
    heat_gj = net_mwh * GJ_PER_MWH / efficiency
    trail.formula(
        Text("燃料能量（低位）", "Fuel (net calorific value)"),
        f"{net_mwh:.10g} MWh × {GJ_PER_MWH} GJ/MWh ÷ {efficiency:g} = {heat_gj:.10g} GJ",
    )
    own = analysis or air.Analysis()
    burnt = burn(fuel, energy_gj=heat_gj, gwp=gwp, trail=trail, ncv=own.ncv_gj_per_t, carbon=carbon_kg_per_gj)
    raw = air.raw(fuel, burning, trail, own)
    stacks = {p: _stack(p, raw, heat_gj, stages, fuel, trail) for p in air.POLLUTANTS}
    if not stages:
        _uncontrolled(burning, trail)
    intensity = co2_factor(fuel, Trail(), carbon=carbon_kg_per_gj).value * GJ_PER_MWH / efficiency
    return Plant(
        technology, fuel, net_mwh, heat_gj / KG_PER_T, _mass(fuel, own, heat_gj),
        intensity, burnt.co2 * (1 / KG_PER_T), burnt, stacks,
        _sulphur(raw, stacks["so2"], heat_gj, trail), water, withdrawn, stages,
    )  # fmt: skip


def _check(capacity_mw: float, capacity_factor: float, net_efficiency: float | None) -> None:
    """What cannot be, refused with the field and what is allowed."""
    if not capacity_mw > 0:
        raise _impossible("capacity_mw", capacity_mw, Text("须大于0 MW", "It is above 0 MW"))
    if not 0 <= capacity_factor <= 1:
        raise _impossible("capacity_factor", capacity_factor, Text("须在0至1之间", "It lies between 0 and 1"))
    if net_efficiency is not None and not 0 < net_efficiency <= 1:
        raise _impossible(
            "net_efficiency", net_efficiency, Text("须大于0且不大于1，如 0.38", "It is above 0 and at most 1, as 0.38")
        )


def _impossible(where: str, value: float, allowed: Text) -> OptionError:
    return OptionError(Text(f"{value:g} 不可能", f"{value:g} is not possible"), allowed, where=where)


def _sizes(technology: str, capacity_mw: float, capacity_factor: float, trail: Trail) -> None:
    """Flag a capacity or a capacity factor no plant of the technology is known with."""
    for what, value, unit in (("size", capacity_mw, "MW"), ("capacity_factor", capacity_factor, "")):
        factor = table("power")[technology, what]
        if factor.low is not None and factor.high is not None:
            trail.outside(factor, value, factor.low, factor.high, unit)


def _fuel(technology: str, known: Technology, fuel: str | None, trail: Trail) -> str:
    """The fuel given, or the usual one; refused where the technology does not burn it."""
    name = name_of("power", technology)
    if fuel is None and known.fuel is not None:
        usual = name_of("fuels", known.fuel)
        trail.given(
            Text("默认值", "By default"),
            Text(
                f"未给出燃料，取{name.zh}的通常燃料：{usual.zh}",
                f"No fuel was given; the usual one was taken: {usual.en}",
            ),
            fuel=known.fuel,
        )
        return known.fuel
    if fuel is None or fuel not in known.fuels:
        told = Text("缺少 fuel：燃料", "fuel is missing") if fuel is None else Text(
            f"{name.zh}不燃用 {fuel}", f"{name.en} does not burn {fuel!r}"
        )  # fmt: skip
        raise OptionError(
            told,
            Text(f"允许：{'、'.join(known.fuels)}", f"Allowed: {', '.join(known.fuels)}"),
            where="fuel",
        )
    return fuel


def _efficiency(technology: str, given: float | None, trail: Trail) -> float:
    factor = table("power")[technology, "efficiency"]
    if given is None:
        trail.use(factor)
        trail.flag(
            "ledger.power.usual-efficiency",
            Level.NOTE,
            Text(f"未给出净效率，取通常值 {factor.number}", f"No net efficiency was given; {factor.number} was taken"),
            factor_id=factor.id,
        )
        return factor.value
    if factor.low is not None and factor.high is not None:
        trail.outside(factor, given, factor.low, factor.high, "")
    return given


def _fits(technology: str, burning: str, controls: Sequence[str]) -> None:
    """Refuse a control that cannot stand behind this way of burning."""
    for control in controls:
        if (control == "furnace_limestone" and burning != "fluidised") or (
            control in _BOILER_ONLY and burning in _NO_BURNERS
        ):
            tech, name = name_of("power", technology), name_of("retrofit", control)
            raise OptionError(
                Text(f"{tech.zh}不能配{name.zh}（{control}）", f"{tech.en} cannot have {control!r}"),
                Text("请去掉该设施", "Leave it out"),
                where="controls",
            )


def _stack(
    pollutant: str, raw: air.Raw, heat_gj: float, controls: Sequence[str], fuel: str, trail: Trail
) -> air.Stack | None:
    """A year's pollutant before and behind the controls; unknown where there is no factor, and said so."""
    rate, name = raw.of(pollutant), _NAMES[pollutant]
    if rate is None:
        burnt = name_of("fuels", fuel)
        trail.flag(
            "ledger.air.no-factor",
            Level.UNKNOWN,
            Text(f"没有{burnt.zh}的{name.zh}分析值或因子：未知而非为零",
                 f"No analysis or factor for {name.en} of {burnt.en}: unknown, not zero"),
            pollutant=pollutant,
        )  # fmt: skip
        return None
    found = air.stack(pollutant, rate * (heat_gj / KG_PER_T), controls, trail)
    passed = "".join(f" − {removed:.6g} ({control})" for control, removed in found.removed.items())
    trail.formula(
        name,
        f"{heat_gj:.6g} GJ × {rate.value:.6g} kg/GJ ÷ 1000 = {found.uncontrolled.value:.6g} t{passed}"
        + (f" = {found.controlled.value:.6g} t" if passed else ""),
        uncontrolled=found.uncontrolled.as_dict("t"), controlled=found.controlled.as_dict("t"), removed=found.removed,
    )  # fmt: skip
    return found


def _uncontrolled(burning: str, trail: Trail) -> None:
    said = Text(
        "未给出污染治理设施：controlled 等于 uncontrolled；请用 controls 列出已有设施",
        "No controls were given: controlled equals uncontrolled. List those that stand there in controls",
    )
    if burning == "gas_turbine":
        said = Text(
            f"{said.zh}。燃机的NOx因子已含干式低氮燃烧器",
            f"{said.en}. The NOx factor of turbines has dry low-NOx combustion in it",
        )
    if burning == "gasifier":
        said = Text(
            f"{said.zh}。气化工艺本身的煤气净化已计入",
            f"{said.en}. The cleaning of raw gas is part of the process and counted",
        )
    trail.flag("ledger.power.no-controls", Level.NOTE, said)


def _mass(fuel: str, own: air.Analysis, heat_gj: float) -> float | None:
    if own.ncv_gj_per_t is not None:
        return heat_gj / own.ncv_gj_per_t
    factor = table("fuels").get(fuel, "ncv")
    return None if factor is None else heat_gj / factor.value


def _sulphur(raw: air.Raw, so2: air.Stack | None, heat_gj: float, trail: Trail) -> Sulphur | None:
    """The balance: what is in the fuel is emitted, captured or in ash."""
    if raw.sulphur_kg_per_gj is None or so2 is None:
        return None
    whole = raw.sulphur_kg_per_gj.value * heat_gj / KG_PER_T
    emitted, captured = so2.controlled.value / air.SO2_PER_S, sum(so2.removed.values()) / air.SO2_PER_S
    found = Sulphur(whole, emitted, captured, whole * raw.sulphur_in_ash)
    trail.formula(
        Text("硫平衡", "Sulphur balance"),
        Text(f"燃料含硫 {whole:.6g} t = 排放 {emitted:.6g} + 脱除 {captured:.6g} + 灰渣 {found.in_ash_t:.6g} t",
             f"{whole:.6g} t in fuel = {emitted:.6g} emitted + {captured:.6g} captured + {found.in_ash_t:.6g} in ash"),
        in_fuel_t=whole, emitted_t=emitted, captured_t=captured, in_ash_t=found.in_ash_t,
    )  # fmt: skip
    return found


def _unfired(
    technology: str, net_mwh: float, given: tuple[object, ...], water: Estimate | None, withdrawn: Estimate | None,
    trail: Trail,
) -> Plant:  # fmt: skip
    """A plant that burns nothing; what only a burning one has is refused."""
    name = name_of("power", technology)
    efficiency, *rest = given
    if efficiency is not None:
        trail.given(
            Text("净效率", "Net efficiency"),
            Text(f"{name.zh}不燃用燃料，净效率未用到", f"{name.en} burns no fuel: the net efficiency was not needed"),
        )
    for where, value in zip(("fuel", "analysis", "controls"), rest, strict=True):
        if value is not None and value != ():
            raise OptionError(
                Text(f"{name.zh}不燃用燃料，没有 {where}", f"{name.en} burns no fuel and has no {where}"),
                Text(f"请去掉 {where}", f"Leave {where} out"),
                where=where,
            )
    co2, intensity = Estimate(0.0), 0.0
    if technology == "geothermal":
        rate = trail.estimate(table("options")["geothermal", "direct"])
        co2, intensity = rate * (net_mwh / KG_PER_T), rate.value
        trail.flag(
            "ledger.power.geothermal-gases",
            Level.UNKNOWN,
            Text("地热流体中硫化氢等气体因田而异，未计：大气污染物未知而非为零",
                 "Hydrogen sulphide and other gases of the fluid differ by field and are left out: unknown, not zero"),
        )  # fmt: skip
    if technology == "hydro":
        trail.flag(
            "ledger.power.reservoir",
            Level.UNKNOWN,
            Text("水库的CH4和CO2排放未计：须知水库面积、气候和淹没植被",
                 "Methane and CO2 of a reservoir are left out: they need its area, climate and flooded plants"),
        )  # fmt: skip
    nothing = {p: air.Stack(Estimate(0.0), Estimate(0.0), {}) for p in air.POLLUTANTS}
    if technology == "geothermal":
        nothing = {}
    stacks = {p: nothing.get(p) for p in air.POLLUTANTS}
    return Plant(technology, None, net_mwh, 0.0, 0.0, intensity, co2, None, stacks, None, water, withdrawn)


_NAMES: Mapping[str, Text] = {
    "so2": Text("二氧化硫", "Sulphur dioxide"),
    "nox": Text("氮氧化物（以NO2计）", "Nitrogen oxides (as NO2)"),
    "pm": Text("颗粒物", "Particulate matter"),
}
