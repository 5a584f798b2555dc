"""The tool ``rail-electrification``: a line's traffic in, diesel against electric traction out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...errors import OptionError
from ...ledger import diesel as fuel
from ...ledger import grid as grids
from ...ledger import gridpath, rail
from ...ledger.construction import Embodied, embodied
from ...ledger.estimate import Estimate
from ...ledger.money import dollars
from ...ledger.tables import table
from ...ledger.targets import Promise, host_targets
from ...ledger.trail import Trail
from ...ledger.typical import Structure
from ...model.level import Level
from ...rules import clause_step, unverified
from ...text import Text
from ...workspace import Workspace
from ..answer import Answer
from .built_shown import traction
from .rail_charts import charts

_PER_THOUSAND = 1e-3


@dataclass(frozen=True)
class _Grid:
    """The path of the grid, where it comes from, and the clause it rests on."""

    path: gridpath.Path | None
    promise: Promise | None = None


def rail_electrification(
    workspace: Workspace,
    length_km: float,
    tracks: int,
    traffic: Mapping[str, Any],
    diesel: Mapping[str, Any] | None,
    electric: Mapping[str, Any] | None,
    country: str | None,
    grid: Mapping[str, Any] | None,
    start_year: int | None,
    years: int,
    capital_per_km: float | None,
    prices: Mapping[str, Any] | None,
    discount_rate: float,
) -> Answer:
    """Diesel against electric traction over the grid's path; see the declaration.

    Raises
    ------
    OptionError
        No traffic is told, or the same twice; neither country nor grid.
    """
    trail = Trail()
    start = start_year or workspace.today.year
    amounts = _traffic(traffic, length_km, trail)
    supply = _grid(workspace, country, grid or {}, start, years, trail)
    made = embodied(structure=Structure("overhead_line", length_km=length_km, tracks=tracks), trail=trail)
    rates = _intensities(diesel or {}, electric or {}, trail)
    engine = fuel.engine("locomotive", trail)
    losses = _losses(grid or {}, trail)
    capital, upkeep = _capital(capital_per_km, length_km, tracks, prices is not None, trail)
    per_l = {"ttw_kg_per_l": engine.ttw * engine.gj_per_l, "wtt_kg_per_l": engine.wtt * engine.gj_per_l}
    case = rail.Case(
        start=start, years=years, freight_gtkm=amounts["freight"].value, passenger_gtkm=amounts["passenger"].value,
        growth=traffic["growth"], losses=losses.value, gj_per_l=engine.gj_per_l,
        grid=None if supply.path is None else supply.path.g_per_kwh, embodied_t=made.carbon.value,
        capital=capital.value, maintenance=upkeep.value, discount_rate=discount_rate,
        prices=None if prices is None else rail.Prices(prices["diesel"], prices["electricity"], prices["carbon"]),
        **{name: rate.value for name, rate in {**rates, **per_l}.items()},
    )  # fmt: skip
    _density(case, length_km, trail)
    ranges = {name: e.bounds for name, e in {
        **rates, **per_l, "losses": losses, "embodied_t": made.carbon, "freight_gtkm": amounts["freight"],
        "passenger_gtkm": amounts["passenger"]}.items()}  # fmt: skip
    of_money = {**ranges, "capital": capital.bounds, "maintenance": upkeep.bounds}
    moved = {} if case.grid is None else rail.swings(case, ranges, rail.avoided_t)
    earned = {} if case.prices is None else rail.swings(case, of_money, lambda c: rail.worth(c).npv)
    result = _result(case, length_km, amounts, supply, made, moved, earned, diesel or {}, trail)
    _remarks(case, result, trail)
    steps, unchecked = trail.steps, trail.unverified
    if supply.promise is not None:
        steps = (*(clause_step(a, e) for a, e in supply.promise.rests_on), *steps)
        unchecked = (*unchecked, *(unverified(a.clause, e) for a, e in supply.promise.rests_on if not e.is_verified))
    shown = traction(result, trail.findings)
    return Answer(result, trail.findings, steps, unchecked, shown, charts=charts(case, moved, earned))


def _traffic(given: Mapping[str, Any], length_km: float, trail: Trail) -> dict[str, Estimate]:
    """Gross tonne-kilometres of the first year, of freight and of passenger trains."""
    gross, net, trains = (given.get(n) for n in ("freight_gross_tkm", "freight_tkm", "passenger_trains"))
    if gross is None and net is None and trains is None:
        raise OptionError(
            Text("缺少运量", "no traffic is given"),
            Text("请给出 freight_gross_tkm、freight_tkm 或 passenger_trains；没有运量时填0",
                 "Give freight_gross_tkm, freight_tkm or passenger_trains; 0 where there is none"),
            where="traffic",
        )  # fmt: skip
    if gross is not None and net is not None:
        raise OptionError(
            Text(f"值 {net:g} 无效：货运量给出了两次", f"{net:g} is not allowed: the freight is given twice"),
            Text("允许：freight_gross_tkm 或 freight_tkm 之一", "Allowed: one of freight_gross_tkm and freight_tkm"),
            where="traffic.freight_tkm",
        )
    of, freight, passenger = table("rail"), Estimate(gross or 0.0), Estimate(0.0)
    if net is not None:
        ratio = trail.estimate(of["freight", "gross_per_net"])
        freight = ratio * net if net else Estimate(0.0)
        trail.formula(Text("货运总重吨公里", "Gross tonne-kilometres of freight"),
                      f"{net:g} t·km × {ratio.value:g} = {freight.value:g} gross t·km")  # fmt: skip
    if trains:
        mass = given.get("passenger_train_t")
        each = trail.estimate(of["passenger", "train_mass"]) if mass is None else Estimate(mass)
        passenger = each * (trains * length_km)
        trail.formula(Text("客运总重吨公里", "Gross tonne-kilometres of passenger trains"),
                      f"{trains:g} × {length_km:g} km × {each.value:g} t = {passenger.value:g} gross t·km")  # fmt: skip
    return {"freight": freight, "passenger": passenger}


def _intensities(diesel: Mapping[str, Any], electric: Mapping[str, Any], trail: Trail) -> dict[str, Estimate]:
    """Litres and kilowatt-hours a gross tonne-kilometre; the user's own for all trains alike."""
    own = {"diesel": diesel.get("l_per_1000_gtkm"), "electric": electric.get("kwh_per_1000_gtkm")}
    made = {}
    for pulled, given in own.items():
        for trains in ("freight", "passenger"):
            rate = trail.estimate(table("rail")[trains, f"{pulled}_use"]) if given is None else Estimate(given)
            made[f"{pulled}_{trains}"] = rate * _PER_THOUSAND
    return made


def _losses(grid: Mapping[str, Any], trail: Trail) -> Estimate:
    own = grid.get("loss_share")
    return trail.estimate(table("rail")["supply", "losses"]) if own is None else Estimate(own)


def _capital(
    per_km: float | None, length_km: float, tracks: int, is_asked: bool, trail: Trail
) -> tuple[Estimate, Estimate]:
    """Capital, and maintenance a year."""
    if not is_asked:
        return Estimate(0.0), Estimate(0.0)
    of = table("rail")
    if per_km is None:
        capital = dollars(of["overhead_line", "capital"], trail) * (length_km * tracks)
        said = Text(
            "取表值，为2023年美元：价格也须为美元", "From the table, USD of 2023: the prices have to be USD too"
        )
        trail.given(Text("投资", "Capital"), said)
    else:
        capital = Estimate(per_km * length_km)
    return capital, trail.estimate(of["overhead_line", "maintenance"]) * capital.value


def _grid(
    workspace: Workspace, country: str | None, own: Mapping[str, Any], start: int, years: int, trail: Trail
) -> _Grid:
    """The grid over the years: the user's path, towards net zero, or level; None where the factor is unknown."""
    points = {int(year): value for year, value in (own.get("path") or {}).items()}
    now: tuple[int, float] | None = None
    if own.get("g_co2_per_kwh") is not None:
        now = (start, own["g_co2_per_kwh"])
    elif country is not None:
        factor = grids.factor(country, "average", trail)
        now = None if factor is None else (int(factor.year), factor.value)
    elif not points:
        raise OptionError(
            Text("缺少 country 或 grid：电网排放强度", "country or grid is missing: what the electricity emits"),
            Text("请给出供电的国家，或 grid.g_co2_per_kwh",
                 "Give the country that supplies it, or grid.g_co2_per_kwh"),
            where="country",
        )  # fmt: skip
    promise, path = None, None
    if points:
        path = gridpath.told(points, start, years, now)
    elif now is not None:
        host = host_targets(workspace.rulebook().clauses, country, workspace.today) if country else None
        zero = host.net_zero_year if host else None
        if host is not None and zero is not None and zero > now[0]:
            promise, path = host.long_term, gridpath.towards_zero(now, zero, start, years)
            trail.flag(
                "rail.grid-path-assumed",
                Level.NOTE,
                Text(f"电网按线性降至 {country} 净零目标年 {zero}：该目标指整个经济，电网未必如此，可用 grid.path 另给",
                     f"The grid is taken to fall linearly to nothing in {zero}, the year of net zero of {country}: a "
                     "target of the whole economy, and the grid may go another way; give a grid.path of your own"),
            )  # fmt: skip
        else:
            path = gridpath.level(now[1], start, years)
            trail.flag(
                "rail.grid-path-level",
                Level.NOTE,
                Text("没有净零目标年或自有路径：电网强度按不变计",
                     "There is no year of net zero and no path: the grid is taken to stay as it is"),
            )  # fmt: skip
    if path is not None:
        trail.given(Text("电网路径", "Path of the grid"), path.said)
    return _Grid(path, promise)


def _density(case: rail.Case, length_km: float, trail: Trail) -> None:
    row = table("rail")["line", "traffic_density"]
    assert row.low is not None
    assert row.high is not None
    for year in (rail.run(case)[0], rail.run(case)[-1]):
        before = len(trail.findings)
        trail.outside(row, year.gtkm / length_km / 1e6, row.low, row.high, "Mgtkm/km")
        if len(trail.findings) > before:
            return


def _result(
    case: rail.Case, length_km: float, amounts: Mapping[str, Estimate], supply: _Grid, made: Embodied,
    moved: Mapping[str, tuple[float, float]], earned: Mapping[str, tuple[float, float]], diesel: Mapping[str, Any],
    trail: Trail,
) -> dict[str, Any]:  # fmt: skip
    kg_per_l = table("diesel")["diesel", "density"].value
    years = rail.run(case)
    known = case.grid is not None
    litres = sum(y.diesel_l for y in years)
    spared = fuel.pollutants_t(litres * kg_per_l * 1e-3, trail, sulphur_ppm=diesel.get("sulphur_ppm"))
    avoided = rail.avoided_t(case) if known else None
    return {
        "traffic": {f"{name}_gross_tkm": value.as_dict("t*km") for name, value in amounts.items()},
        "intensities": {
            "diesel_l_per_1000_gtkm": {n: getattr(case, f"diesel_{n}") / _PER_THOUSAND for n in amounts},
            "electric_kwh_per_1000_gtkm": {n: getattr(case, f"electric_{n}") / _PER_THOUSAND for n in amounts},
        },
        "grid_g_per_kwh": None if supply.path is None else {str(y): g for y, g in supply.path.by_year().items()},
        "grid_path": None if supply.path is None else supply.path.said,
        "embodied_t": made.carbon.as_dict("t"),
        "embodied_materials_t": {m.kind.id: m.built_t.as_dict("t") for m in made.materials},
        "by_year": [_year(y, case, kg_per_l, diesel) for y in years],
        "totals": {
            "diesel_l": litres,
            "diesel_gj": sum(y.diesel_gj(case.gj_per_l) for y in years),
            "electric_mwh": sum(y.electric_mwh for y in years),
            "electric_gj": sum(y.electric_gj for y in years),
            "diesel_ttw_t": sum(y.diesel_ttw_t for y in years),
            "diesel_wtw_t": sum(y.diesel_t for y in years),
            "electric_ttw_t": 0.0,
            "electric_wtw_t": sum(y.electric_t or 0.0 for y in years) if known else None,
            "avoided_t": None if avoided is None else avoided + case.embodied_t,
            "avoided_net_t": None if avoided is None else rail.bounded(avoided, moved).as_dict("t"),
        },
        "pollutants_spared_t": {n: None if e is None else e.as_dict("t") for n, e in spared.items()},
        "carbon_payback": _when(rail.carbon_payback(case)),
        "break_even": {
            "grid_g_per_kwh": _amount(rail.break_even_grid(case)),
            "grid_with_embodied_g_per_kwh": _amount(rail.break_even_grid(case, with_embodied=True)),
            "traffic_carbon": _density_of(rail.break_even_carbon(case), length_km),
            "traffic_money": None if case.prices is None else _density_of(rail.break_even_traffic(case), length_km),
        },
        "money": None if case.prices is None else _money(case, earned),
    }


def _year(year: rail.Year, case: rail.Case, kg_per_l: float, diesel: Mapping[str, Any]) -> dict[str, Any]:
    fuel_t = year.diesel_l * kg_per_l * 1e-3
    local = fuel.pollutants_t(fuel_t, Trail(), sulphur_ppm=diesel.get("sulphur_ppm"))
    return {
        "year": year.year,
        "gross_tkm": year.gtkm,
        "diesel_l": year.diesel_l,
        "diesel_gj": year.diesel_gj(case.gj_per_l),
        "electric_mwh": year.electric_mwh,
        "electric_gj": year.electric_gj,
        "grid_g_per_kwh": year.grid_g_per_kwh,
        "diesel_ttw_t": year.diesel_ttw_t,
        "diesel_wtw_t": year.diesel_t,
        "electric_ttw_t": 0.0,
        "electric_wtw_t": year.electric_t,
        "avoided_t": year.avoided_t,
        "cumulated_net_t": year.cumulated_t,
        "pollutants_spared_t": {name: None if e is None else e.value for name, e in local.items()},
    }


def _money(case: rail.Case, earned: Mapping[str, tuple[float, float]]) -> dict[str, Any]:
    found = rail.worth(case)
    # Carbon that is not known has no worth that could be summed.
    is_known = case.grid is not None or not (case.prices and case.prices.carbon_per_t)
    return {
        "capital": case.capital,
        "maintenance_per_year": case.maintenance,
        "npv": rail.bounded(found.npv, earned).as_dict("1") if is_known else None,
        "npv_without_carbon": found.npv_without_carbon,
        "cost_per_t": _amount(found.cost_per_t),
        "payback": _when(found.payback if is_known else rail.When(None, reason=rail.NO_GRID)),
        "discounted_payback": _when(found.discounted_payback if is_known else rail.When(None, reason=rail.NO_GRID)),
    }


def _when(found: rail.When) -> dict[str, Any]:
    return {"year": found.year, "after_years": found.after_years, **_why(found.reason)}


def _amount(found: rail.Amount) -> dict[str, Any]:
    return {"value": found.value, **_why(found.reason)}


def _density_of(found: rail.Amount, length_km: float) -> dict[str, Any]:
    dense = None if found.value is None else found.value / length_km / 1e6
    return {"gross_tkm_per_year": found.value, "million_gross_tkm_per_km": dense, **_why(found.reason)}


def _why(reason: Text | None) -> dict[str, Any]:
    return {"reason_zh": reason.zh if reason else None, "reason_en": reason.en if reason else None}


def _remarks(case: rail.Case, result: Mapping[str, Any], trail: Trail) -> None:
    """What the reader has to know: what it comes to, and what is not counted."""
    net = result["totals"]["avoided_net_t"]
    if net is not None:
        level = (
            Level.CLEAR
            if net["low"] is not None and net["low"] > 0
            else Level.NOTE
            if net["value"] > 0
            else Level.WARNING
        )
        low, high = (net["value"], net["value"]) if net["low"] is None else (net["low"], net["high"])
        trail.flag(
            "rail.avoided",
            level,
            Text(f"{case.years} 年净减排 {net['value']:.4g} tCO2e（{low:.4g} 至 {high:.4g}），已扣接触网隐含碳",
                 f"{net['value']:.4g} tCO2e avoided in {case.years} years ({low:.4g} to {high:.4g}), net of what the "
                 "overhead line embodies"),
        )  # fmt: skip
    if result["carbon_payback"]["year"] is None:
        why = result["carbon_payback"]
        level = Level.UNKNOWN if case.grid is None else Level.WARNING
        trail.flag(
            "rail.no-carbon-payback",
            level,
            Text(f"碳不能回收：{why['reason_zh']}", f"No carbon payback: {why['reason_en']}"),
        )
    trail.flag(
        "rail.power-station-air",
        Level.UNKNOWN,
        Text(
            "发电侧的大气污染物未知，未与机车削减量相抵",
            "Air pollutants of the power stations are not known and not set off",
        ),
    )
    if result["pollutants_spared_t"]["so2"] is None:
        said = Text("未给出 diesel.sulphur_ppm：SO2未知", "diesel.sulphur_ppm is not given: SO2 is unknown")
        trail.flag("rail.sulphur-unknown", Level.UNKNOWN, said)
    if case.prices is None:
        said = Text("未给出 prices：费用、投资回收年和净现值未知", "No prices: costs, payback and NPV are unknown")
        trail.flag("rail.prices-unknown", Level.UNKNOWN, said)
    else:
        trail.given(
            Text("费用口径", "What the money covers"),
            Text("含电气化投资、接触网维护、燃料与电费；不含机车购置与检修差额、既有设施改造、残值和税",
                 "Electrification and its upkeep, diesel and electricity; buying and repairing locomotives, changes to "
                 "tunnels and bridges, residual value and taxes are left out"),
        )  # fmt: skip
