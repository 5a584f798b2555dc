"""Steel by route: what each emits, uses and costs for the same tonnes of crude steel.

Direct emissions are built up from the tonnes that pass through each plant and the process factors of the 2006 IPCC
Guidelines (Vol. 3, table 4.1); coke, sinter and pellets count as made on the site. Scope 2 is bought electricity. What
lies upstream (mining, transport, lime, leakage of gas) is left out; the intensities of worldsteel, which take part of
it in, are set beside the results.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..model.level import Level
from ..text import Text
from .avoided import difference_by_part, for_each, front
from .estimate import Estimate, total
from .money import PRICE_YEAR, annuity, dollars
from .tables import name_of, table
from .trail import Trail

HOURS = 8760
GJ_PER_MWH = 3.6
CO2_PER_C = 44 / 12
PROCESSES = (
    "coke_oven", "sinter_plant", "pellet_plant", "blast_furnace_bof", "electric_arc_furnace", "shaft_gas",
    "shaft_hydrogen",
)  # fmt: skip
SHAFTS = ("shaft_gas", "shaft_hydrogen")
MATERIALS = ("ore", "scrap", "coking_coal", "water")
"""What a route takes a tonne of steel beside gas and electricity."""

PRICES = ("ore", "pellets", "scrap", "coking_coal", "gas", "electricity", "water")
BENCHMARKS = ("intensity_2023", "intensity_2024")
_NONE = Estimate(0.0)


def routes() -> tuple[str, ...]:
    """Routes of the table, in its order: what makes steel in a converter or an arc furnace."""
    makers = set(table("steel").having("blast_furnace_bof")) | set(table("steel").having("electric_arc_furnace"))
    return tuple(item for item in table("steel").items if item in makers)


@dataclass(frozen=True, slots=True)
class Power:
    """Electricity as it is bought: CO2 of it (None where not known) and its price."""

    t_per_mwh: Estimate | None
    usd_per_mwh: Estimate


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for all routes alike.

    Attributes
    ----------
    rate : float
        Real discount rate, 1/a.
    carbon_usd_per_t : float
        Price on direct emissions.
    scrap_share : float
        Scrap in the charge of arc furnaces that take direct reduced iron, 0 to below 1.
    prices : mapping
        Of `PRICES` but electricity: USD a tonne, GJ or m³.
    power, electrolysis : Power
        Electricity of the works, and that of electrolysers.
    """

    rate: float
    carbon_usd_per_t: float
    scrap_share: float
    prices: Mapping[str, Estimate]
    power: Power
    electrolysis: Power


@dataclass(frozen=True, slots=True)
class Flows:
    """What a route takes and gives in a year, without money.

    Attributes
    ----------
    made_t, captured_t, scope1_t : Estimate
        CO2 made, what of it is captured, and what is emitted, with that of the heat for capture.
    co2_parts_t : mapping
        Scope 1 by plant, less what is captured.
    """

    tonnes: Mapping[str, Estimate]
    materials: Mapping[str, Estimate]
    gas_gj: Estimate
    electricity_mwh: Estimate
    electrolysis_mwh: Estimate
    hydrogen_t: Estimate
    made_t: Estimate
    captured_t: Estimate
    scope1_t: Estimate
    co2_parts_t: Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class RouteYear:
    """One route for a year's tonnes; money in US dollars of `money.PRICE_YEAR`.

    Attributes
    ----------
    scope2_t, co2_t : Estimate or None
        None where the emissions of electricity are not known.
    parts_usd : mapping
        Annual cost by part.
    cost_difference_usd, avoided_t, usd_per_t_avoided : Estimate or None
        Against the present route.
    benchmarks : mapping
        Year → tonnes of CO2 a tonne of steel that worldsteel gives for the route.
    """

    route: str
    flows: Flows
    scope2_t: Estimate | None
    co2_t: Estimate | None
    energy_gj: Estimate
    capital_usd: Estimate
    parts_usd: Mapping[str, Estimate]
    annual_cost_usd: Estimate
    benchmarks: Mapping[str, float] = field(default_factory=dict)
    cost_difference_usd: Estimate | None = None
    avoided_t: Estimate | None = None
    usd_per_t_avoided: Estimate | None = None
    on_front: bool = False


def compare(
    present: str, production_t: float, options: Sequence[str], terms: Terms, trail: Trail
) -> tuple[RouteYear, ...]:
    """Routes for the same tonnes, cheapest first, each against the present one.

    Parameters
    ----------
    present : str
        The route in use: its plants stand already and cost no capital.
    production_t : float
        Crude steel, t/a, above 0.
    options : sequence of str
        Other routes to compare.

    Raises
    ------
    UnknownNameError
        A route that the table does not have.
    """
    owned = set(table("steel").of(present))
    made = [
        _priced(route, flows(route, production_t, terms.scrap_share, trail), owned, terms, trail)
        for route in dict.fromkeys((present, *options))
    ]
    against = sorted((_against(year, made[0]) for year in made), key=lambda y: (y.annual_cost_usd.value, y.route))
    best = front([(y.annual_cost_usd.value, y.co2_t.value if y.co2_t else None) for y in against])
    _findings(made, production_t, terms, trail)
    return tuple(replace(year, on_front=n in best) for n, year in enumerate(against))


def flows(route: str, production_t: float, scrap_share: float, trail: Trail) -> Flows:
    """Quantities and direct emissions of a route for a year.

    Examples
    --------
    >>> round(flows("scrap_eaf", 1e6, 0.0, Trail()).scope1_t.value)  # IPCC 2006 Vol. 3 table 4.1: 0.08 t/t
    80000
    """
    rows = table("steel").of(route)
    tonnes = {p: trail.estimate(rows[p]) * production_t for p in PROCESSES if p in rows}
    materials = {m: trail.estimate(rows[m]) * production_t for m in MATERIALS if m in rows}
    if scrap_share and set(tonnes) & set(SHAFTS):
        scrap = trail.estimate(table("steel")["scrap_eaf", "scrap"]) * production_t * scrap_share
        tonnes = {p: t if p == "electric_arc_furnace" else t * (1 - scrap_share) for p, t in tonnes.items()}
        materials = {**materials, "ore": materials["ore"] * (1 - scrap_share), "scrap": scrap}
    parts = {p: t * _take(p, "co2", trail) for p, t in tonnes.items()}
    made = total(parts.values())
    gas, electricity = _through(tonnes, "gas", trail), _through(tonnes, "electricity", trail)
    if "electricity" in rows:
        electricity = total([electricity, trail.estimate(rows["electricity"]) * production_t])
    electrolysis, hydrogen = _hydrogen(_through(tonnes, "hydrogen", trail), trail)
    if hydrogen.value:
        drunk = hydrogen * 1000 * _take("electrolyser", "water", trail)
        materials["water"] = total([materials["water"], drunk])
    if "captured" not in rows:
        return Flows(tonnes, materials, gas, electricity, electrolysis, hydrogen, made, _NONE, made, parts)
    share = trail.estimate(rows["captured"])
    low, high = share.bounds
    captured = made * share
    heat = captured * _take("capture", "heat", trail) * GJ_PER_MWH
    burnt = trail.estimate(table("fuels")["natural_gas", "carbon"]) * (CO2_PER_C / 1000)
    left = total([made * Estimate(1 - share.value, 1 - high, 1 - low), heat * burnt])
    electricity = total([electricity, captured * _take("capture", "electricity", trail)])
    parts |= {"captured": -captured, "heat": heat * burnt}
    gas = total([gas, heat])
    return Flows(tonnes, materials, gas, electricity, electrolysis, hydrogen, made, captured, left, parts)


def _through(tonnes: Mapping[str, Estimate], what: str, trail: Trail) -> Estimate:
    """What the plants of a route take or give together."""
    return total([t * _take(p, what, trail) for p, t in tonnes.items() if table("steel").get(p, what)])


def _hydrogen(needed_mwh: Estimate, trail: Trail) -> tuple[Estimate, Estimate]:
    """Electricity of electrolysis in MWh, and hydrogen in tonnes."""
    if not needed_mwh.value:
        return _NONE, _NONE
    # MWh over kWh/kg is tonnes
    return needed_mwh / _take("electrolyser", "efficiency", trail), needed_mwh / _take("hydrogen", "ncv", trail)


def _priced(route: str, used: Flows, owned: set[str], terms: Terms, trail: Trail) -> RouteYear:
    power, electrolysis = terms.power, terms.electrolysis
    capital, yearly, fixed = _plants(used, owned, terms.rate, trail)
    parts = {
        "capital": yearly,
        "fixed": fixed,
        **{m: amount * terms.prices[m] for m, amount in used.materials.items()},
        "pellets": used.tonnes.get("pellet_plant", _NONE) * terms.prices["pellets"],
        "gas": used.gas_gj * terms.prices["gas"],
        "electricity": total(
            [used.electricity_mwh * power.usd_per_mwh, used.electrolysis_mwh * electrolysis.usd_per_mwh]
        ),
        "storage": _storage(used.captured_t, trail),
        "carbon": used.scope1_t * terms.carbon_usd_per_t,
    }
    scope2 = _scope2(used, power, electrolysis)
    energy = [used.gas_gj, used.electricity_mwh * GJ_PER_MWH, used.electrolysis_mwh * GJ_PER_MWH]
    if "coking_coal" in used.materials:
        energy.append(used.materials["coking_coal"] * trail.estimate(table("fuels")["coking_coal", "ncv"]))
    rows = table("steel").of(route)
    return RouteYear(
        route=route, flows=used, scope2_t=scope2, co2_t=total([used.scope1_t, scope2]) if scope2 else None,
        energy_gj=total(energy), capital_usd=capital, parts_usd=parts, annual_cost_usd=total(parts.values()),
        benchmarks={b.removeprefix("intensity_"): trail.use(rows[b]) for b in BENCHMARKS if b in rows},
    )  # fmt: skip


def _scope2(used: Flows, power: Power, electrolysis: Power) -> Estimate | None:
    """CO2 of bought electricity; None where it is not known for a part that is used."""
    parts = []
    for mwh, bought in ((used.electricity_mwh, power), (used.electrolysis_mwh, electrolysis)):
        if mwh.value and bought.t_per_mwh is None:
            return None
        if mwh.value and bought.t_per_mwh is not None:
            parts.append(mwh * bought.t_per_mwh)
    return total(parts)


def _storage(captured_t: Estimate, trail: Trail) -> Estimate:
    return captured_t * dollars(table("steel")["capture", "storage"], trail) if captured_t.value else _NONE


def _plants(used: Flows, owned: set[str], rate: float, trail: Trail) -> tuple[Estimate, Estimate, Estimate]:
    """Capital of the plants to be bought, what of it falls on a year, and fixed operation of all plants."""
    kept = table("steel")
    hours = trail.estimate(kept["plant", "availability"]) * HOURS
    sizes = {p: t for p, t in used.tonnes.items() if kept.get(p, "capital")}  # t/a
    if used.electrolysis_mwh.value:
        sizes["electrolyser"] = used.electrolysis_mwh * 1000  # kWh/a, for kW
    if used.captured_t.value:
        sizes["capture"] = used.captured_t
    capital, yearly, fixed = [], [], []
    for plant, amount in sizes.items():
        cost = amount / hours * dollars(kept[plant, "capital"], trail)
        if not _stands(plant, owned):
            capital.append(cost)
            yearly.append(cost * annuity(rate, trail.use(kept[plant, "lifetime"])))
        share = kept.get(plant, "fixed_share")
        each = kept.get(plant, "fixed")
        if share:
            fixed.append(cost * (trail.use(share) / 100))
        elif each:
            fixed.append(amount * dollars(each, trail))
    return total(capital), total(yearly), total(fixed)


def _stands(plant: str, owned: set[str]) -> bool:
    """Whether the present works has the plant; `owned` are the kinds of value its route has in the table."""
    return {"capture": "captured", "electrolyser": "shaft_hydrogen"}.get(plant, plant) in owned


def _against(year: RouteYear, base: RouteYear) -> RouteYear:
    if year is base:
        return year
    more = difference_by_part(year.parts_usd, base.parts_usd)
    avoided = None
    if base.scope2_t is not None and year.scope2_t is not None:
        was = {**base.flows.co2_parts_t, "electricity": base.scope2_t}
        avoided = difference_by_part(was, {**year.flows.co2_parts_t, "electricity": year.scope2_t})
    return replace(year, cost_difference_usd=more, avoided_t=avoided, usd_per_t_avoided=for_each(more, avoided))


def _findings(made: Sequence[RouteYear], production_t: float, terms: Terms, trail: Trail) -> None:
    if any(y.co2_t is None for y in made):
        trail.flag(
            "ledger.steel.scope2",
            Level.UNKNOWN,
            Text(
                "未知所用电力的排放因子：范围二、合计排放和减排成本未知；请给出 electricity.g_co2_per_kwh 或 country",
                "Emissions of the electricity are not known, so Scope 2, the sum and the cost of avoiding are not "
                "known: give electricity.g_co2_per_kwh or country",
            ),
        )
    for year in made:
        if year.co2_t is None or not year.benchmarks:
            continue
        ours, (when, theirs) = year.co2_t.value / production_t, list(year.benchmarks.items())[-1]
        name = name_of("steel", year.route)
        trail.flag(
            "ledger.steel.benchmark",
            Level.NOTE,
            Text(
                f"{name.zh}：每吨粗钢 {ours:.2f} 吨CO2，世界钢铁协会{when}年为 {theirs:g}；后者含部分上游排放，"
                "外购电按统一因子计，两者口径不同",
                f"{name.en}: {ours:.2f} t CO2 a tonne of crude steel, worldsteel has {theirs:g} for {when}; theirs "
                "takes in part of what lies upstream and one factor for all bought electricity",
            ),
        )
    trail.given(
        Text("口径", "What is counted"),
        Text(
            f"金额为{PRICE_YEAR}年美元；现有路线的设备不再计投资；未计采矿、运输、石灰和天然气泄漏",
            f"US dollars of {PRICE_YEAR}; plants of the present route cost no capital; mining, transport, lime and "
            "leakage of gas are left out",
        ),
        discount_rate=terms.rate, scrap_share=terms.scrap_share,
    )  # fmt: skip


def _take(item: str, what: str, trail: Trail) -> Estimate:
    return trail.estimate(table("steel")[item, what])
