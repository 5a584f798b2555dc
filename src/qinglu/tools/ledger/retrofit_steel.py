"""The tool ``retrofit-steel``: routes to the same steel beside the one in use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...errors import OptionError
from ...ledger import steel
from ...ledger.estimate import Estimate
from ...ledger.money import PRICE_YEAR
from ...ledger.tables import name_of, table
from ...ledger.trail import Trail
from ...model.chart import Bars, Chart, Point, Points, Series
from ...text import Text
from ...workspace import Workspace
from ..answer import Answer, Shown
from .bought import flag_assumed, grid_t_per_mwh, price
from .ranged import ranged

_CO2 = Text("二氧化碳排放", "CO2 emissions")
_COST = Text("年成本", "annual cost")


def retrofit_steel(
    workspace: Workspace,
    route: str,
    production_t: float,
    electricity: Mapping[str, Any] | None,
    hydrogen_electricity: Mapping[str, Any] | None,
    prices: Mapping[str, Any] | None,
    options: Sequence[str] | None,
    scrap_share: float,
    discount_rate: float,
    carbon_price: float,
) -> Answer:
    """Routes for the same tonnes of crude steel; see the declaration.

    Raises
    ------
    OptionError
        No tonnes.
    """
    if production_t <= 0:
        raise OptionError(
            Text(f"{production_t:g} 吨不可能", f"{production_t:g} t is not possible"),
            Text("年产量须大于0", "The tonnes of a year are above 0"),
            where="production_t",
        )
    trail = Trail()
    terms = _terms(electricity, hydrogen_electricity, prices or {}, scrap_share, discount_rate, carbon_price, trail)
    made = steel.compare(route, production_t, options or steel.routes(), terms, trail)
    result = {
        "route": route,
        "production_t": production_t,
        "currency": "USD",
        "price_year": PRICE_YEAR,
        "electricity_t_co2_per_mwh": terms.power.t_per_mwh.value if terms.power.t_per_mwh else None,
        "routes": [_route(year, production_t) for year in made],
        "front": [year.route for year in made if year.on_front],
    }
    shown = _shown(made, production_t, trail.findings)
    return Answer(result, trail.findings, trail.steps, trail.unverified, shown, charts=_charts(made, production_t))


def _terms(
    electricity: Mapping[str, Any] | None,
    hydrogen_electricity: Mapping[str, Any] | None,
    prices: Mapping[str, Any],
    scrap_share: float,
    rate: float,
    carbon_price: float,
    trail: Trail,
) -> steel.Terms:
    factors = {name: table("steel")["price", name] for name in steel.PRICES}
    asked = {**prices, "electricity": (electricity or {}).get("price")}
    found = {name: price(asked.get(name), factors[name], f"prices.{name}", trail) for name in steel.PRICES}
    flag_assumed([name for name in steel.PRICES if asked.get(name) is None], trail)
    power = steel.Power(grid_t_per_mwh(electricity, trail, "electricity"), found["electricity"])
    electrolysis = power
    if hydrogen_electricity:
        own = hydrogen_electricity.get("price")
        known = hydrogen_electricity.get("g_co2_per_kwh") is not None or hydrogen_electricity.get("country") is not None
        electrolysis = steel.Power(
            grid_t_per_mwh(hydrogen_electricity, trail, "hydrogen_electricity") if known else power.t_per_mwh,
            power.usd_per_mwh if own is None else Estimate(own),
        )
    return steel.Terms(rate, carbon_price, scrap_share, found, power, electrolysis)


def _route(year: steel.RouteYear, production_t: float) -> dict[str, Any]:
    used, name = year.flows, name_of("steel", year.route)
    values: dict[str, Estimate | float | None] = {
        "scope1_t": used.scope1_t, "scope2_t": year.scope2_t, "co2_t": year.co2_t,
        "t_co2_per_t": year.co2_t / production_t if year.co2_t else None, "captured_t": used.captured_t,
        "energy_gj": year.energy_gj, "electricity_mwh": used.electricity_mwh,
        "electrolysis_mwh": used.electrolysis_mwh, "hydrogen_t": used.hydrogen_t, "gas_gj": used.gas_gj,
        "ore_t": used.materials.get("ore", Estimate(0.0)), "scrap_t": used.materials["scrap"],
        "coking_coal_t": used.materials.get("coking_coal", Estimate(0.0)), "water_m3": used.materials["water"],
        "capital_usd": year.capital_usd, "annual_cost_usd": year.annual_cost_usd,
        "usd_per_t": year.annual_cost_usd / production_t, "cost_difference_usd": year.cost_difference_usd,
        "co2_avoided_t": year.avoided_t, "usd_per_t_co2_avoided": year.usd_per_t_avoided,
    }  # fmt: skip
    return {
        "route": year.route, "title_zh": name.zh, "title_en": name.en, "present": year.cost_difference_usd is None,
        **ranged(values), "cost_parts_usd": {k: v.value for k, v in year.parts_usd.items() if v.value},
        "worldsteel_t_co2_per_t": dict(year.benchmarks), "on_front": year.on_front,
    }  # fmt: skip


def _shown(made: Sequence[steel.RouteYear], production_t: float, findings: Sequence[Mapping[str, Any]]) -> Shown:
    """A row for each route, cheapest first; findings below."""
    rows = tuple(
        (
            name_of("steel", y.route), _figure(y.co2_t, production_t, 2), _figure(y.annual_cost_usd, production_t, 0),
            _figure(y.usd_per_t_avoided, 1.0, 0), f"{y.capital_usd.value / 1e6:,.0f}",
        )
        for y in made
    )  # fmt: skip
    columns = (
        Text("路线", "Route"), Text("吨钢CO2", "t CO2 a tonne"), Text("吨钢成本 美元", "USD a tonne"),
        Text("减排成本 美元/吨", "USD a tonne avoided"), Text("投资 百万美元", "Capital, M USD"),
    )  # fmt: skip
    return Shown(columns, rows, tuple(Text(f["explanation_zh"], f["explanation_en"]) for f in findings))


def _figure(value: Estimate | None, by: float, digits: int) -> str:
    if value is None:
        return "–"
    low, high = (f"{end / by:,.{digits}f}" for end in value.bounds)
    tail = f" ({low} – {high})" if value.low is not None else ""
    return f"{value.value / by:,.{digits}f}{tail}"


def _charts(made: Sequence[steel.RouteYear], production_t: float) -> tuple[Chart, ...]:
    names = tuple(name_of("steel", y.route) for y in made)
    scopes = (
        Series(Text("范围一", "Scope 1"), tuple(y.flows.scope1_t.value for y in made)),
        Series(Text("范围二", "Scope 2"), tuple(y.scope2_t.value if y.scope2_t else None for y in made)),
    )
    parts = dict.fromkeys(p for year in made for p, cost in year.parts_usd.items() if cost.value)
    none = Estimate(0.0)
    costs = tuple(Series(_part(p), tuple(y.parts_usd.get(p, none).value / production_t for y in made)) for p in parts)
    charts: list[Chart] = [
        Bars("steel-emissions", Text("各路线的排放", "Emissions by route"), "t/a", names, scopes),
        Bars("steel-cost", Text("各路线的吨钢成本", "Cost of a tonne of steel by route"), "USD/t", names, costs),
    ]
    known = [(y, y.co2_t) for y in made if y.co2_t is not None]
    if known:
        points = tuple(
            Point(name_of("steel", y.route), y.annual_cost_usd.value, co2.value, y.on_front) for y, co2 in known
        )
        title = Text("成本与排放的前沿", "Front of cost against emissions")
        charts.append(Points("steel-front", title, _COST, "USD/a", _CO2, "t/a", points))
    return tuple(charts)


def _part(name: str) -> Text:
    """What a part of the cost is called."""
    own = {
        "capital": Text("投资折年", "capital, by year"), "fixed": Text("固定运维", "fixed operation"),
        "storage": Text("运输封存", "transport and storage"), "carbon": Text("碳价", "carbon price"),
    }  # fmt: skip
    return own.get(name) or name_of("", name)
