"""The tool ``energy-options``: checked inputs in, options by cost and emissions out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ...errors import OptionError, UnknownNameError
from ...ledger.draws import Draws
from ...ledger.money import worth
from ...ledger.option_inputs import BASE, FUELS, Wishes, most_lost, told
from ...ledger.options import REFERENCES, Comparison, Option, compare, swings
from ...ledger.tables import name_of, table
from ...ledger.trail import Trail
from ...model.level import Level
from ...text import Text
from ...units import UnitError, convert
from ...workspace import Workspace
from ..answer import Answer
from .option_charts import charts
from .resource import sampled

_BATTERY = {"hours": "storage_hours", "power_share": "storage_power", "cycles_per_year": "storage_cycles"}
_SPELLED = {"MMBtu": "MBtu", "mmbtu": "MBtu"}
_STEADY = frozenset({"hydro", "gas_ccgt", "coal", "coal_ccs", "nuclear", "geothermal"})
_VARIABLE = frozenset({"solar_pv", "wind_onshore", "wind_offshore", "solar_with_storage"})


def energy_options(workspace: Workspace, **given: Any) -> Answer:
    """Levelised cost, emissions and what is avoided, option by option; inputs as the tool declares them.

    Raises
    ------
    OptionError
        A quantity that has to be above 0, a raster without a place, an option told of twice.
    UnknownNameError
        A raster that is named as no option.
    """
    trail = Trail()
    _refuse_nothing(given)
    factors, unknown = _factors(workspace, given["capacity_factor"] or {}, given["resource"], given["place"], trail)
    wishes = _wishes(given, factors, trail)
    _refuse_too_lossy(given)
    options: Sequence[str] = given["options"]
    known = [o for o in options if not {o, BASE.get(o)} & unknown]
    head = {name: given[name] for name in _HEAD}
    if not known:
        none = {"options": [_unknown(o) for o in options], "ranking": [], "cheapest": None, "front": []}
        return Answer({**head, **none, "sensitivity": None}, trail.findings, trail.steps, trail.unverified)
    margins = given["margins"]
    made = compare(
        known, given["capacity_mw"], wishes, trail, draws=Draws(given["draws"], given["seed"]),
        country=given["country"],
        margins=(margins["operating_margin"], margins["build_margin"]) if margins else None,
    )  # fmt: skip
    _findings(made, wishes, given["country"], trail)
    money = f"{given['currency']}{given['price_year']}"
    result = {
        **head,
        "options": [_option(made, o, money) if o in known else _unknown(o) for o in options],
        "ranking": list(made.ranking),
        "cheapest": made.ranking[0],
        "front": list(made.front),
        "sensitivity": _sensitivity(made.of(made.ranking[0])),
    }
    return Answer(result, trail.findings, trail.steps, trail.unverified, charts=charts(made, money))


_HEAD = (
    "capacity_mw", "country", "place", "currency", "price_year", "discount_rate", "carbon_price", "draws", "seed",
)  # fmt: skip


def _wishes(given: Mapping[str, Any], factors: Mapping[str, float], trail: Trail) -> Wishes:
    """What is asked of all options alike, in the money asked for; conventions are written down."""
    currency, year = given["currency"], given["price_year"]
    trail.given(
        Text("约定", "Conventions"),
        Text(
            f"{year}年{currency}不变价；造价于投产时支付，其余发生于年末；造价、费用和价格按对数正态抽样（上下限为第5、95百分位），"
            "效率、容量系数等按三角分布抽样",
            f"{currency} of {year}, constant; capital falls due at commissioning, all else at the end of each year; "
            "costs and prices are drawn lognormal, their bounds being the 5th and 95th percentile, shares triangular",
        ),
        currency=currency,
        price_year=year,
    )
    return Wishes(
        discount_rate=given["discount_rate"],
        carbon_price=given["carbon_price"],
        years=given["lifetime_years"],
        interest=given["construction_interest"],
        capacity_factors=factors,
        own=given["own"] or {},
        fuel_prices=_prices(given["fuel_prices"] or {}, trail),
        storage={_BATTERY[name]: value for name, value in (given["storage"] or {}).items()},
        in_money=worth(currency, year, trail),
    )


def _refuse_nothing(given: Mapping[str, Any]) -> None:
    """What divides, or makes no plant where it is 0."""
    asked = [
        ("capacity_mw", given["capacity_mw"]),
        ("lifetime_years", given["lifetime_years"]),
        *((f"capacity_factor.{o}", v) for o, v in (given["capacity_factor"] or {}).items()),
        *(
            (f"own.{o}.{n}", v)
            for o, own in (given["own"] or {}).items()
            for n, v in own.items()
            if n in ("efficiency", "lifetime", "round_trip")
        ),
    ]
    for where, value in asked:
        if value is not None and not value > 0:
            raise OptionError(
                Text(f"值 {value:g} 无效", f"{value:g} is not allowed"),
                Text("允许：大于0的数字", "Allowed: a number above 0"),
                where=where,
            )


def _refuse_too_lossy(given: Mapping[str, Any]) -> None:
    """A coal plant whose whole efficiency capture would use up."""
    own = given["own"] or {}
    value = own.get("coal", {}).get("efficiency")
    taken = "coal_ccs" in given["options"] and "efficiency" not in own.get("coal_ccs", {})
    if taken and value is not None and value <= most_lost():
        raise OptionError(
            Text(f"效率 {value:g} 不足以捕集CO2", f"an efficiency of {value:g} leaves nothing after capture"),
            Text(
                f"允许：大于 {most_lost():g}，或去掉 coal_ccs", f"Allowed: above {most_lost():g}, or leave out coal_ccs"
            ),
            where="own.coal.efficiency",
        )


def _factors(
    workspace: Workspace,
    given: Mapping[str, float],
    resource: Sequence[Mapping[str, Any]],
    place: tuple[float, float] | None,
    trail: Trail,
) -> tuple[dict[str, float], set[str]]:
    """Capacity factors given and read from rasters, and options whose raster tells nothing at the place."""
    found, unknown = dict(given), set()
    rows = table("options")
    for raster in resource:
        option, where = raster["name"], f"resource.{raster['name']}"
        if option not in rows.items:
            raise UnknownNameError(
                Text(f"没有名为 {option} 的方案", f"there is no option {option!r}"),
                Text(f"可用：{'、'.join(rows.items)}", f"Try {', '.join(rows.items)}"),
                where=where,
            )
        if option in found:
            raise OptionError(
                Text(f"{option} 的容量系数给了两次", f"{option} has a capacity factor and a raster"),
                Text("请只给其一", "Give one of them"),
                where=where,
            )
        if place is None:
            raise OptionError(
                Text("缺少 place：从栅格取值的地点", "place is missing: where the raster is read"),
                Text("应为 [经度, 纬度]", "It is [longitude, latitude]"),
                where="place",
            )
        value = sampled(workspace, raster, place, where, trail)
        if value is None:
            unknown.add(option)
        else:
            found[option] = value
    return found, unknown


def _prices(given: Mapping[str, Mapping[str, Any]], trail: Trail) -> dict[str, float]:
    """Fuel prices per GJ of net calorific value."""
    return {fuel: _per_gj(fuel, one["value"], one["per"], trail) for fuel, one in given.items()}


def _per_gj(fuel: str, value: float, per: str, trail: Trail) -> float:
    where = f"fuel_prices.{fuel}.per"
    unit = _SPELLED.get(per, per)
    try:
        gj = convert(1.0, unit, "GJ", where=where)
    except UnitError:
        ncv = table("fuels").get(fuel, "ncv")
        if ncv is None:
            raise
        gj = convert(1.0, unit, "t", where=where) * trail.use(ncv)
    trail.given(
        Text("燃料价格（给定）", "Fuel price, as given"),
        Text(*(f"{fuel}: {value:g} / {per} = {value / gj:.6g} / GJ",) * 2),
    )
    return value / gj


def _option(made: Comparison, option: str, money: str) -> dict[str, Any]:
    one = made.of(option)
    cf = one.inputs["capacity_factor"]
    assumed = cf.kind != "fixed"
    return {
        "option": option,
        "title": name_of("options", option),
        "rank": made.ranking.index(option) + 1,
        "lcoe": {**asdict(one.lcoe), "unit": f"{money}/MWh"},
        "parts": one.cost.as_dict(),
        "capacity_factor": {
            "value": cf.value, "assumed": assumed, "low": cf.low if assumed else None,
            "high": cf.high if assumed else None,
        },
        "lifetime_years": one.lifetime,
        "annual_mwh": one.annual_mwh,
        "lifetime_mwh": one.life_mwh,
        "direct_g_co2_per_kwh": one.direct_g_per_kwh,
        "annual_co2_t": one.annual_t,
        "life_cycle_g_co2e_per_kwh": _life_cycle(one),
        "grid_emissions_t": asdict(one.displaced),
        "net_avoided_t": asdict(one.net),
        "cheapest_share": one.cheapest_share,
        "break_even_carbon_price": {
            reference: None if s is None else {**asdict(s), "unit": f"{money}/t"}
            for reference, s in one.break_even.items()
        },
    }  # fmt: skip


def _unknown(option: str) -> dict[str, Any]:
    """An option whose resource is not known at the place."""
    names = (
        "rank", "lcoe", "parts", "lifetime_years", "annual_mwh", "lifetime_mwh", "direct_g_co2_per_kwh",
        "annual_co2_t", "life_cycle_g_co2e_per_kwh", "grid_emissions_t", "net_avoided_t", "cheapest_share",
        "break_even_carbon_price",
    )  # fmt: skip
    return {"option": option, "title": name_of("options", option), "capacity_factor": None, **dict.fromkeys(names)}


def _sensitivity(one: Option) -> dict[str, Any]:
    """Cost of the cheapest option as each of its inputs goes from its low to its high."""
    moved = [
        {"input": i.title, "low": i.low, "high": i.high, "at_low": low, "at_high": high} for i, low, high in swings(one)
    ]
    return {"option": one.id, "swings": moved}


def _life_cycle(one: Option) -> dict[str, float | None] | None:
    factor = one.life_cycle
    return None if factor is None else {"value": factor.value, "low": factor.low, "high": factor.high}


def _findings(made: Comparison, wishes: Wishes, country: str | None, trail: Trail) -> None:
    """What was assumed, what is unknown, what the figures leave out."""
    ids = {o.id for o in made.options}
    assumed = [o.id for o in made.options if o.inputs["capacity_factor"].kind != "fixed"]
    if assumed:
        named = [name_of("options", o) for o in assumed]
        trail.flag("ledger.capacity-factor.assumed", Level.NOTE, Text(
            f"未给出容量系数，按典型范围假定：{'、'.join(n.zh for n in named)}；结果不代表此地资源",
            f"no capacity factor given, a typical range is assumed: {', '.join(n.en for n in named)}; "
            "the result does not tell the resource of this place"), options=assumed)  # fmt: skip
    fuels = sorted({FUELS[o] for o in (*ids, *REFERENCES) if o in FUELS} - set(wishes.fuel_prices))
    if fuels:
        named = [name_of("fuels", f) for f in fuels]
        trail.flag("ledger.prices.assumed", Level.NOTE, Text(
            f"未给出以下价格，按假定值及其范围计算：{'、'.join(n.zh for n in named)}",
            f"not given, so taken as our assumption with its range: {', '.join(n.en for n in named)}"))  # fmt: skip
    if country is None:
        trail.flag("ledger.unknown-grid-factor", Level.UNKNOWN, Text(
            "未给出国家：所避免的电网排放未知",
            "no country is given: what is avoided on its grid is unknown"))  # fmt: skip
    if "solar_with_storage" in ids:
        trail.flag("ledger.life-cycle.unknown", Level.UNKNOWN, Text(
            "IPCC表A.III.2没有光伏加储能：其全生命周期排放未知，不等于光伏",
            "table A.III.2 of the IPCC has no solar with battery: its life-cycle emissions are unknown, and are not "
            "those of solar alone"), option="solar_with_storage")  # fmt: skip
    if "hydro" in ids:
        trail.flag("ledger.reservoir", Level.NOTE, Text(
            "水库甲烷因地而异，不计入直接排放；全生命周期上限2,200 g/kWh即来自水库",
            "methane of reservoirs differs from place to place and is not in the direct emissions; it makes the upper "
            "end of 2,200 g/kWh over the life cycle"), option="hydro")  # fmt: skip
    if ids & _STEADY and ids & _VARIABLE:
        trail.flag("ledger.system-cost", Level.NOTE, Text(
            "度电成本只计电站本身：不含电网接入与备用，间歇电源与可调度电源并不等价",
            "the cost is that of the plant alone, without grid and backup: a MWh of sun or wind and one on call are "
            "not the same good"))  # fmt: skip
    for one in made.options:
        _outside(one, trail)


def _outside(one: Option, trail: Trail) -> None:
    """Flag what the user gave beyond the range that the table knows."""
    for what in ("capacity_factor", "lifetime", "efficiency"):
        given, factor = one.inputs.get(what), told(one.id, what)
        if given is None or factor is None or given.name == factor.id or factor.low is None or factor.high is None:
            continue
        trail.outside(factor, given.value, factor.low, factor.high, "" if factor.unit == "1" else factor.unit)
