"""The tool ``retrofit``: a running coal unit and a target in, the combinations that reach it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ...errors import OptionError
from ...ledger import air
from ...ledger.fluegas import O2_PCT, dry_m3_per_gj
from ...ledger.retrofit import Outcome, Target, retrofit
from ...ledger.retrofit_cost import PRICES, Terms
from ...ledger.retrofit_unit import Unit
from ...ledger.tables import table
from ...ledger.trail import Trail
from ...model.level import Level
from ...rules.gas import GasState
from ...rules.limits import Candidate, Limits, find_limits
from ...text import Text
from ...workspace import Workspace
from ..answer import Answer
from ..limits import plant_of, sized
from .bought import flag_assumed, grid_t_per_mwh, price
from .retrofit_drawn import charts_of, shown_of
from .retrofit_said import limit_findings, result_of

BURNING = {"cfb": "fluidised"}
"""How a technology burns its coal; pulverised where it is not here."""

BOILER = {"fluidised": "cfb_boiler", "pulverised": "coal_boiler"}
"""Technology in the words of the rulebook."""

ULTRA_LOW = "chn.emission.coal-ultra-low."
"""Clauses of ultra-low emission, one a pollutant."""

_CO2_PER_C = 44 / 12
_SIZES_MW = (50.0, 1300.0)
"""Units that the cost models were made for."""


@dataclass(frozen=True)
class Asked:
    """The target, and where its limits come from.

    Attributes
    ----------
    rules : mapping of pollutant to Candidate
        Of those taken from the rulebook.
    found : Limits or None
    """

    target: Target
    rules: Mapping[str, Candidate]
    found: Limits | None
    kind: str | None

    @property
    def unknown(self) -> tuple[str, ...]:
        """Pollutants whose limit was asked of the rulebook, which has none that can be compared."""
        return tuple(p for p in air.POLLUTANTS if self.kind and p not in self.target.limits_mg_m3)


def retrofit_coal(
    workspace: Workspace,
    technology: str,
    capacity_mw: float,
    capacity_factor: float,
    net_efficiency: float | None,
    fuel: str,
    analysis: Mapping[str, Any] | None,
    controls: Sequence[str],
    seawater: bool,
    commissioned: date | None,
    age_years: float | None,
    remaining_years: float | None,
    country: str | None,
    region: str | None,
    airshed: str,
    on: date | None,
    target: Mapping[str, Any],
    replacement: Mapping[str, Any] | None,
    discount_rate: float,
    carbon_price: float,
    fuel_price: float | None,
    water_price: float | None,
    prices: Mapping[str, Any] | None,
    options: int,
) -> Answer:
    """Combinations of retrofits that meet a target; see the declaration.

    Raises
    ------
    OptionError
        Nothing runs, no age, no country where its law is asked for, a unit past its life.
    """
    trail, day = Trail(), on or workspace.today
    for name, value in (("capacity_mw", capacity_mw), ("capacity_factor", capacity_factor)):
        _above_zero(name, value)
    efficiency = _efficiency(technology, net_efficiency, trail)
    born = commissioned or (_back(day, age_years) if age_years is not None else None)
    years = _remaining(born, remaining_years, day, trail)
    burning = BURNING.get(technology, "pulverised")
    unit = _unit(fuel, burning, capacity_mw, capacity_factor, efficiency, analysis or {}, controls, years, trail)
    unit = replace(unit, seawater=seawater)
    asked = _asked(workspace, target, unit, country, region, airshed, born, day)
    terms = _terms(
        {**(prices or {}), "coal": fuel_price, "water": water_price, "power": (replacement or {}).get("price")},
        discount_rate, carbon_price, replacement, trail,
    )  # fmt: skip
    outcome = retrofit(unit, asked.target, terms, trail, most=options)
    _say(unit, terms, outcome, trail)
    limit_findings(outcome, asked.target, asked.rules, asked.kind, trail)
    result = {
        "unit": _unit_said(unit, technology, born, day),
        "target": _target_said(asked),
        **result_of(outcome, terms, asked.unknown),
    }
    found = asked.found
    return Answer(
        result,
        (*trail.findings, *(found.findings if found else ())),
        (*(found.trace if found else ()), *trail.steps),
        (*(found.unverified if found else ()), *trail.unverified),
        shown_of(outcome, asked.target, trail.findings),
        charts=charts_of(outcome, asked.target),
    )


def _above_zero(name: str, value: float) -> None:
    if value <= 0:
        raise OptionError(
            Text(f"{value:g} 不可能", f"{value:g} is not possible"),
            Text("应大于0：机组须在运行", "It is above 0: the unit runs"),
            where=name,
        )


def _efficiency(technology: str, given: float | None, trail: Trail) -> float:
    if given is not None:
        _above_zero("net_efficiency", given)
        return given
    return trail.use(table("power")[technology, "efficiency"])


def _back(day: date, years: float) -> date:
    whole = int(years)
    return date(day.year - whole, day.month, min(day.day, 28))


def _remaining(born: date | None, given: float | None, day: date, trail: Trail) -> float:
    """Years until the unit would close anyway."""
    if given is not None:
        _above_zero("remaining_years", given)
        return given
    if born is None:
        raise OptionError(
            Text("缺少机组年龄", "the age of the unit is missing"),
            Text(
                "请给出 commissioned、age_years 或 remaining_years 之一",
                "Give one of commissioned, age_years and remaining_years",
            ),
            where="age_years",
        )
    life, age = trail.use(table("retrofit")["unit", "lifetime"]), (day - born).days / 365.25
    if age < 0:
        raise OptionError(
            Text(f"投运日期 {born} 晚于 {day}", f"commissioned on {born}, which is after {day}"),
            Text("本工具用于已投运机组", "This tool is for units that run"),
            where="commissioned",
        )
    if life - age < 1:
        raise OptionError(
            Text(
                f"机组已运行 {age:.0f} 年，接近或超过 {life:g} 年寿命",
                f"the unit is {age:.0f} years old, at or past a life of {life:g}",
            ),
            Text("请给出 remaining_years（剩余运行年数）", "Give remaining_years, the years it would still run"),
            where="remaining_years",
        )
    said = f"{life:g} − {age:.1f} = {life - age:.1f}"
    trail.formula(
        Text("剩余年数", "Years remaining"), Text(f"{said} 年", f"{said} years"), remaining_years=life - age
    )  # fmt: skip
    return life - age


def _unit(
    fuel: str, burning: str, capacity_mw: float, capacity_factor: float, efficiency: float,
    analysis: Mapping[str, Any], controls: Sequence[str], years: float, trail: Trail,
) -> Unit:  # fmt: skip
    running = air.ordered(controls)
    if "furnace_limestone" in running and burning != "fluidised":
        raise OptionError(
            Text("煤粉炉不能炉内喷石灰石脱硫（furnace_limestone）", "pulverised coal has no bed for furnace_limestone"),
            Text("请去掉该设施，或改用 technology = cfb", "Leave it out, or take technology = cfb"),
            where="controls",
        )
    raw = air.raw(fuel, burning, trail, air.Analysis(**analysis))
    sulphur, ash, nox = raw.sulphur_kg_per_gj, raw.ash_kg_per_gj, raw.nox_kg_per_gj
    assert sulphur is not None  # the choices of the declaration are coals, which have all of these
    assert ash is not None
    assert nox is not None
    assert raw.fly_ash is not None
    return Unit(
        fuel=fuel, capacity_mw=capacity_mw, capacity_factor=capacity_factor, net_efficiency=efficiency,
        sulphur_kg_per_gj=sulphur, ash_kg_per_gj=ash, sulphur_in_ash=raw.sulphur_in_ash, fly_ash=raw.fly_ash,
        nox_kg_per_gj=nox, co2_kg_per_gj=trail.estimate(table("fuels")[fuel, "carbon"]) * _CO2_PER_C,
        gas_m3_per_gj=dry_m3_per_gj(fuel, trail), running=running, remaining_years=years,
        burning=burning,
    )  # fmt: skip


def _asked(
    workspace: Workspace, given: Mapping[str, Any], unit: Unit, country: str | None, region: str | None, airshed: str,
    born: date | None, day: date,
) -> Asked:  # fmt: skip
    """Plain limits of the target; of the rulebook, in dry gas of 6 % oxygen at 0 °C, where it is asked for."""
    own = {p: given[f"{p}_mg_m3"] for p in air.POLLUTANTS if given.get(f"{p}_mg_m3") is not None}
    for pollutant, value in own.items():
        _above_zero(f"target.{pollutant}_mg_m3", value)
    for name in ("co2_g_per_kwh", "co2_t"):
        if given.get(name) is not None:
            _above_zero(f"target.{name}", given[name])
    kind = given.get("limits")
    if kind is None:
        if not own and given.get("co2_g_per_kwh") is None and given.get("co2_t") is None:
            raise OptionError(
                Text("目标为空", "the target asks for nothing"),
                Text(
                    "请给出 limits（host、strictest、ultra_low）、各污染物限值或二氧化碳目标",
                    "Give limits (host, strictest, ultra_low), a limit of a pollutant, or a target for CO2",
                ),
                where="target",
            )
        return Asked(Target(own, given.get("co2_g_per_kwh"), given.get("co2_t")), {}, None, None)
    if kind != "ultra_low":
        _needed("country", country, kind)
        _needed("commissioned", born, kind)
    found = _find(workspace, unit, country, region, airshed, born, day)
    rules = {p: c for p in air.POLLUTANTS if p not in own and (c := _chosen(found, p, kind)) is not None}
    limits = {p: c.normalised_value for p, c in rules.items() if c.normalised_value is not None}
    return Asked(Target({**limits, **own}, given.get("co2_g_per_kwh"), given.get("co2_t")), rules, found, kind)


def _needed(name: str, value: object, kind: str) -> None:
    if value is None:
        raise OptionError(
            Text(f"目标 {kind} 需要 {name}", f"the target {kind!r} needs {name}"),
            Text("请给出该项，或改用 ultra_low 或具体限值", "Give it, or ask for ultra_low or for limits by number"),
            where=name,
        )


def _find(
    workspace: Workspace, unit: Unit, country: str | None, region: str | None, airshed: str, born: date | None,
    day: date,
) -> Limits:  # fmt: skip
    clauses = workspace.rulebook().clauses
    fuel = "lignite" if unit.fuel == "lignite" else "coal"
    plant, _ = plant_of(country or "CHN", BOILER[unit.burning], born or day, fuel, region, airshed)
    size = sized(clauses, plant, unit.capacity_mw, unit.capacity_mw / unit.net_efficiency, day)
    return find_limits(
        clauses, {**plant, **size.facts}, day, GasState(O2_PCT), pollutants=air.POLLUTANTS
    )  # fmt: skip


def _chosen(found: Limits, pollutant: str, kind: str) -> Candidate | None:
    compared = found.pollutants.get(pollutant)
    if compared is None:
        return None
    if kind == "ultra_low":
        return next((c for c in compared.candidates if c.clause.id == ULTRA_LOW + pollutant), None)
    return compared.host if kind == "host" else compared.strictest


def _terms(
    given: Mapping[str, float | None], rate: float, carbon: float, replacement: Mapping[str, Any] | None, trail: Trail
) -> Terms:
    found = {name: price(given.get(name), table("retrofit")["price", name], name, trail) for name in PRICES}
    flag_assumed([name for name in PRICES if given.get(name) is None], trail)
    each = grid_t_per_mwh(replacement, trail, "replacement", kind="combined_margin_firm")
    return Terms(rate, carbon, found, given.get("power") is not None, each)


def _say(unit: Unit, terms: Terms, outcome: Outcome, trail: Trail) -> None:
    """What the figures rest on, and what is not known."""
    trail.outside(table("retrofit")["wet_fgd", "capital"], unit.capacity_mw, *_SIZES_MW, "MW")
    trail.given(
        Text("口径", "What is counted"),
        Text(
            "热输入不变：设备耗电和效率提高体现为净出力变化；在役设施不再购置，同类设施至多一种（SNCR与SCR、电除尘与湿电除尘可并用）；"
            "可有可无的设施不列入；冷却用水和生物质上游排放未计；生物质燃烧的二氧化碳不计入",
            "Heat input is held, so what devices take or measures give shows in the output; a control that runs is not "
            "bought again; one device of a kind (SNCR beside SCR and a wet precipitator behind another are allowed); "
            "none that the limits can do without; cooling water and what lies upstream of biomass are left out, and "
            "CO2 of burnt biomass does not count",
        ),
        running_controls=list(unit.running),
    )  # fmt: skip
    if not terms.power_given:
        trail.flag(
            "ledger.retrofit.power-price", Level.UNKNOWN,
            Text(
                "未给出替代电力价格（replacement.price）：减少运行和提前关停的成本未知；其他方案的厂用电按假定电价计",
                "No price of the power that replaces what is lost (replacement.price): the cost of reduced running and "
                "of closure is not known; the power that devices take is priced as assumed",
            ),
        )  # fmt: skip
    if terms.replacement_t_per_mwh is None:
        trail.flag(
            "ledger.retrofit.replacement", Level.UNKNOWN,
            Text(
                "未知替代电力的排放因子（replacement）：减少运行和提前关停的减排量未知；其他方案损失的电量按本机组排放强度计",
                "Emissions of the power that replaces what is lost are not known (replacement): what reduced running "
                "and closure avoid is not known; for the others it is taken as the unit's own intensity",
            ),
        )  # fmt: skip
    unsure = sum(1 for d in outcome.options if not d.sure)
    if unsure:
        trail.flag(
            "ledger.retrofit.margin", Level.NOTE,
            Text(
                f"所列方案中有 {unsure} 个按中值达标，但若煤质和去除效率取不利端则超标（meets_at_worst）",
                f"{unsure} of the options shown meet the limits by central values, not with coal and removal at their "
                "unfavourable ends (meets_at_worst)",
            ),
        )  # fmt: skip


def _unit_said(unit: Unit, technology: str, born: date | None, day: date) -> dict[str, Any]:
    return {
        "technology": technology, "fuel": unit.fuel, "capacity_mw": unit.capacity_mw,
        "capacity_factor": unit.capacity_factor, "net_efficiency": unit.net_efficiency, "net_mwh": unit.net_mwh,
        "fuel_gj": unit.heat_gj, "controls": list(unit.running), "commissioned": born, "on": day,
        "remaining_years": unit.remaining_years, "flue_gas_m3_per_gj": unit.gas_m3_per_gj.value,
    }  # fmt: skip


def _target_said(asked: Asked) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    for pollutant in air.POLLUTANTS:
        value = asked.target.limits_mg_m3.get(pollutant)
        rule = asked.rules.get(pollutant)
        limits[pollutant] = {
            "mg_m3": value, "rule_id": rule.clause.id if rule else None,
            "title_zh": rule.clause.title.zh if rule else None, "title_en": rule.clause.title.en if rule else None,
        }  # fmt: skip
    return {
        "limits": asked.kind, "o2_pct": O2_PCT, "pollutants": limits, "co2_g_per_kwh": asked.target.co2_g_per_kwh,
        "co2_t": asked.target.co2_t,
    }  # fmt: skip
