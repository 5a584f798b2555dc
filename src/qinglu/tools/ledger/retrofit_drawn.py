"""What ``retrofit`` found as plots and as a table for the terminal: few options, each unlike the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...ledger.air import POLLUTANTS
from ...ledger.estimate import Estimate
from ...ledger.retrofit import Detail, Outcome, Target
from ...ledger.retrofit_unit import Choice
from ...ledger.tables import name_of
from ...model.chart import Bars, Chart, Point, Points, Series
from ...text import Text
from ...words import QUANTITIES
from ..answer import Shown

_DRAWN = 8
"""Options in a bar chart: more cannot be read."""

_SHORT = {
    "wet_fgd": Text("湿法脱硫", "wet FGD"), "wet_fgd_deep": Text("湿法脱硫（超低）", "deep wet FGD"),
    "seawater_fgd": Text("海水脱硫", "seawater FGD"), "semi_dry_fgd": Text("半干法脱硫", "semi-dry FGD"),
    "low_nox_burners": Text("低氮燃烧", "low-NOx burners"),
    "burners_overfire_air": Text("低氮燃烧＋燃尽风", "overfire air"),
    "sncr": Text("SNCR", "SNCR"), "scr": Text("SCR", "SCR"), "scr_deep": Text("SCR加层", "deep SCR"),
    "esp": Text("电除尘", "ESP"), "esp_deep": Text("电除尘提效", "better ESP"),
    "fabric_filter": Text("布袋", "bag filter"), "wet_esp": Text("湿电", "wet ESP"),
    "turbine_upgrade": Text("通流", "turbine"), "flue_gas_heat_recovery": Text("余热", "heat"),
    "variable_speed_drives": Text("变频", "drives"),
    "capture": Text("碳捕集", "CO2 capture"), "closure": Text("提前关停", "early closure"),
}  # fmt: skip
"""Names of measures as short as engineers say them."""

_CLIMATE = ("capture", "cofiring", "reduced_running", "closure")
_PARTS = {
    "capital": Text("投资折年", "capital, by year"), "fixed": Text("固定运维", "fixed operation"),
    "wear": Text("催化剂和滤袋", "catalyst and bags"), "storage": Text("运输封存", "transport and storage"),
    "carbon": Text("碳价", "carbon price"), "power": Text("损失电量", "power lost"),
}  # fmt: skip
_NONE = "–"


def short_of(choice: Choice) -> Text:
    """The measures of a choice in a few words, those for CO2 first: where room is short they tell options apart."""
    own = {
        "cofiring": Text(f"掺烧{choice.cofiring:.0%}", f"{choice.cofiring:.0%} biomass"),
        "reduced_running": Text(f"运行{choice.running:.0%}", f"{choice.running:.0%} of hours"),
    }
    first = [m for m in choice.measures if m in _CLIMATE]
    measures = (*first, *(m for m in choice.measures if m not in first))
    names = [own.get(m) or _SHORT[m] for m in measures] or [Text("维持现状", "as it is")]
    return Text("＋".join(n.zh for n in names), " + ".join(n.en for n in names))


def told_apart(outcome: Outcome, most: int) -> tuple[Detail, ...]:
    """The cheapest of each way of dealing with CO2, then of each set of devices; cheapest first."""
    priced = [d for d in outcome.options if d.cost_usd is not None]
    kept: dict[Choice, None] = {}
    for seen_of in (_climate, lambda c: c.devices):
        seen = set()
        for detail in priced:
            if len(kept) < most and (key := seen_of(detail.choice)) not in seen:
                seen.add(key)
                kept.setdefault(detail.choice)
    return tuple(d for d in priced if d.choice in kept)


def _climate(choice: Choice) -> tuple[Any, ...]:
    """Which kinds of measure it has beside devices for air, not how much of each."""
    return choice.cofiring > 0, choice.capture, choice.running < 1, choice.closed


def shown_of(outcome: Outcome, target: Target, findings: Sequence[Mapping[str, Any]]) -> Shown:
    """A table of a dozen options, as it is on top; counts and findings below."""
    rows = tuple(_row(d) for d in (outcome.base, *told_apart(outcome, 12)))
    limits = " / ".join(_figure(target.limits_mg_m3.get(p)) for p in POLLUTANTS)
    failing = outcome.failing
    lines = [
        Text(f"限值 SO2 / NOx / PM：{limits} mg/m3", f"Limits of SO2 / NOx / PM: {limits} mg/m3"),
        Text(
            f"共试 {outcome.tried} 种组合：{outcome.meeting} 种达标，{outcome.needless} 种含可省设施，"
            f"{failing.count} 种不达标",
            f"{outcome.tried:,} combinations tried: {outcome.meeting:,} reach the target, {outcome.needless:,} hold a "
            f"needless device, {failing.count:,} miss it",
        ),
        *(Text(f["explanation_zh"], f["explanation_en"]) for f in findings),
    ]
    columns = (
        Text("措施", "Measures"), Text("年成本 百万美元", "M USD a year"), Text("投资 百万美元", "Capital, M USD"),
        Text("CO2 千吨/年", "CO2, kt/a"), Text("SO2 / NOx / PM mg/m3", "SO2 / NOx / PM, mg/m3"),
    )  # fmt: skip
    return Shown(columns, rows, tuple(lines))


def _row(detail: Detail) -> tuple[Text | str, ...]:
    cost = _NONE
    if detail.cost_usd is not None:
        low, high = detail.cost_usd.bounds
        cost = f"{detail.cost_usd.value / 1e6:.1f} ({low / 1e6:.1f} – {high / 1e6:.1f})"
    left = " / ".join(f"{e.value:.0f}" for e in detail.residual_mg_m3.values()) or _NONE
    co2 = f"{detail.co2_t.value / 1e3:,.0f}" if detail.co2_t is not None else _NONE
    return short_of(detail.choice), cost, f"{detail.capital_usd.value / 1e6:,.0f}", co2, left


def _figure(value: float | None) -> str:
    return _NONE if value is None else f"{value:.4g}"


def charts_of(outcome: Outcome, target: Target) -> tuple[Chart, ...]:
    """The front, residual concentrations beside limits, cost by part."""
    drawn = told_apart(outcome, _DRAWN)
    if not drawn:
        return ()
    names = tuple(short_of(d.choice) for d in drawn)
    residuals = tuple(_residual(p, drawn, names, target.limits_mg_m3.get(p)) for p in POLLUTANTS)
    parts = dict.fromkeys(p for d in drawn for p, cost in d.parts_usd.items() if cost.value)
    none = Estimate(0.0)
    series = tuple(
        Series(_PARTS.get(p) or name_of("", p), tuple(d.parts_usd.get(p, none).value for d in drawn)) for p in parts
    )
    cost = Bars("retrofit-cost", Text("各方案年成本构成", "Annual cost by part"), "USD/a", names, series)
    return (*_front(outcome, drawn), *residuals, cost)


def _residual(pollutant: str, drawn: Sequence[Detail], names: tuple[Text, ...], limit: float | None) -> Bars:
    """What an option leaves of a pollutant; none where it is closed."""
    name = QUANTITIES[pollutant][0]
    found = [d.residual_mg_m3.get(pollutant) for d in drawn]
    bars = Series(
        name,
        tuple(e.value if e else None for e in found),
        tuple(e.bounds[0] if e else None for e in found),
        tuple(e.bounds[1] if e else None for e in found),
    )
    line = () if limit is None else (Series(Text("限值", "limit"), (limit,) * len(drawn)),)
    said = Text(f"{name.zh}：各方案排放浓度与限值", f"{name.en[:1].upper()}{name.en[1:]}: what is left, and the limit")
    return Bars(f"retrofit-{pollutant}", said, "mg/m3", names, (bars,), lines=line)


def _front(outcome: Outcome, drawn: Sequence[Detail]) -> Iterator[Points]:
    """The first of each share of biomass, of hours and capture on the front, and what else is drawn."""
    first: dict[tuple[Any, ...], Choice] = {}
    for detail in outcome.options:
        c = detail.choice
        if detail.on_front:
            first.setdefault((c.cofiring, c.capture, c.running, c.closed), c)
    kept = {*first.values(), *(d.choice for d in drawn)}
    points = tuple(
        Point(short_of(d.choice), d.cost_usd.value, d.co2_t.value, d.on_front)
        for d in outcome.options
        if d.choice in kept and d.cost_usd is not None and d.co2_t is not None
    )
    if points:
        yield Points(
            "retrofit-front", Text("成本与排放的前沿", "Front of cost against emissions"),
            Text("年成本", "annual cost"), "USD/a",
            Text("二氧化碳（含替代电力）", "CO2, with replaced power"), "t/a", points,
        )  # fmt: skip
