"""Plots of energy options: cost by part, cost against emissions, what moves it, and what is avoided by year."""

from __future__ import annotations

from ...ledger.lcoe import PARTS
from ...ledger.options import Comparison, Option, cumulative, swings
from ...ledger.tables import name_of
from ...model.chart import Bars, Chart, Point, Points, Series, Swing, Tornado
from ...text import Text

PART_TITLES = {
    "capital": Text("造价", "Capital"),
    "fixed": Text("固定运维", "Fixed operation"),
    "variable": Text("可变运维", "Variable operation"),
    "fuel": Text("燃料", "Fuel"),
    "carbon": Text("碳", "Carbon"),
    "storage": Text("储能", "Storage"),
}


def charts(made: Comparison, money: str) -> tuple[Chart, ...]:
    """Those there is something to draw for."""
    found: list[Chart] = [_by_part(made, money), _spread(made, money), _front(made, money)]
    cheapest = made.of(made.ranking[0])
    moved = _tornado(cheapest, money)
    if moved.swings:
        found.append(moved)
    avoiding = next((o for o in map(made.of, made.ranking) if (o.net.combined_margin_t or 0.0) > 0), None)
    if avoiding is not None:
        found.append(_by_year(avoiding))
    return tuple(found)


def _ranked(made: Comparison) -> list[Option]:
    return [made.of(o) for o in made.ranking]


def _by_part(made: Comparison, money: str) -> Bars:
    some = _ranked(made)
    series = tuple(
        Series(PART_TITLES[part], tuple(float(getattr(o.cost, part)) for o in some))
        for part in PARTS
        if any(float(getattr(o.cost, part)) for o in some)
    )
    return Bars(
        "cost-by-part", Text("平准化度电成本构成", "Levelised cost by part"), f"{money}/MWh",
        tuple(name_of("options", o.id) for o in some), series,
    )  # fmt: skip


def _spread(made: Comparison, money: str) -> Bars:
    some = _ranked(made)
    series = Series(
        Text("中值", "Median"), tuple(o.lcoe.p50 for o in some), tuple(o.lcoe.p5 for o in some),
        tuple(o.lcoe.p95 for o in some),
    )  # fmt: skip
    return Bars(
        "cost-range", Text("平准化度电成本及其范围", "Levelised cost and its range"), f"{money}/MWh",
        tuple(name_of("options", o.id) for o in some), (series,), stacked=False,
        note=Text("须线为第5至第95百分位", "Whiskers from the 5th to the 95th percentile"),
    )  # fmt: skip


def _front(made: Comparison, money: str) -> Points:
    points = tuple(
        Point(name_of("options", o.id), o.lcoe.value, o.direct_g_per_kwh, o.id in made.front) for o in made.options
    )
    return Points(
        "front", Text("成本与直接排放", "Cost against direct emissions"), Text("平准化度电成本", "Levelised cost"),
        f"{money}/MWh", Text("直接CO2", "Direct CO2"), "g/kWh", points,
    )  # fmt: skip


def _tornado(one: Option, money: str) -> Tornado:
    name = name_of("options", one.id)
    return Tornado(
        "tornado",
        Text(f"哪些输入使成本变动最大：{name.zh}", f"Which inputs move the cost most: {name.en}"),
        f"{money}/MWh",
        one.lcoe.value,
        tuple(Swing(i.title, low, high, f"{i.low:.4g}–{i.high:.4g}") for i, low, high in swings(one)),
    )


def _by_year(one: Option) -> Bars:
    name = name_of("options", one.id)
    margin = cumulative(one, one.net.combined_margin_t or 0.0)
    lines: tuple[Series, ...] = ()
    if one.net.average_t is not None:
        said = Text("按平均排放强度", "By the average intensity")
        lines = (Series(said, tuple(cumulative(one, one.net.average_t))),)
    return Bars(
        "by-year",
        Text(f"累计净避免排放：{name.zh}", f"Net emissions avoided, summed up by year: {name.en}"),
        "t",
        tuple(str(n + 1) for n in range(len(margin))),
        (Series(Text("按组合边际", "By the combined margin"), tuple(margin)),),
        lines=lines,
        note=Text("电网因子按现状不变；电网越清洁，避免的越少",
                  "The grid stays as it is here; the cleaner it gets, the less is avoided"),
    )  # fmt: skip
