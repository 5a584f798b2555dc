"""Plots of a project's ledger: by year, by source, and which part moves the total most."""

from __future__ import annotations

from ...ledger.project import SCOPE_TITLES, SCOPES, UNIT, Account, Part
from ...ledger.targets import Host
from ...model.chart import Bars, Chart, Series, Swing, Tornado
from ...text import Text


def charts(made: Account, host: Host) -> tuple[Chart, ...]:
    """Those there is something to draw for."""
    emitted = [p for p in made.parts if p.kind == "emitted" and p.whole is not None]
    found: list[Chart] = [_by_year(made, host)]
    if emitted:
        found.append(_by_source(emitted))
    if any(p.whole is not None and p.whole.low != p.whole.high for p in emitted):
        found.append(_tornado(made, emitted))
    return tuple(found)


def _by_year(made: Account, host: Host) -> Bars:
    years = list(made.when.years)
    series = tuple(
        Series(SCOPE_TITLES[n], tuple(_value(made.by_year[y].scopes[n].value) for y in years))
        for n in SCOPES
        if made.life.scopes[n].value is not None
    )
    neutral = host.net_zero_year
    lines: tuple[Series, ...] = ()
    if neutral is not None and neutral <= years[-1]:
        title = Text(f"东道国目标：{neutral}年起净零", f"Target of the host: net zero from {neutral}")
        lines = (Series(title, tuple(0.0 if y >= neutral else None for y in years)),)
    note = Text(
        "国家目标不折算为单个项目的预算；避免的排放和生物质CO2不在图中",
        "A national target is no budget of one project; avoided and biogenic amounts are not drawn",
    )
    return Bars(
        "by-year", Text("各年排放", "Emissions by year"), f"{UNIT}/a", tuple(str(y) for y in years), series,
        lines=lines, note=note,
    )  # fmt: skip


def _by_source(parts: list[Part]) -> Bars:
    wholes = [p.whole for p in parts if p.whole is not None]
    series = Series(
        Text("全期排放", "Over the whole life"),
        tuple(w.value for w in wholes),
        tuple(w.low for w in wholes),
        tuple(w.high for w in wholes),
    )
    title = Text("各来源全期排放", "Emissions by source over the whole life")
    return Bars("by-source", title, UNIT, tuple(p.name for p in parts), (series,), stacked=False)


def _tornado(made: Account, parts: list[Part]) -> Tornado:
    whole = made.life.emitted.value
    centre = whole.value if whole else 0.0
    swings = []
    for part in parts:
        amount = part.whole
        if amount is not None and amount.low != amount.high:
            low, high = amount.bounds
            swings.append(Swing(part.name, centre + low - amount.value, centre + high - amount.value))
    swings.sort(key=lambda s: s.at_low - s.at_high)
    title = Text("哪一部分使合计变动最大", "Which part moves the total most")
    return Tornado("tornado", title, UNIT, centre, tuple(swings))


def _value(estimate: object) -> float | None:
    return getattr(estimate, "value", None)
