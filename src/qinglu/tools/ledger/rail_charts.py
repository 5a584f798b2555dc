"""Plots of electrification: both tractions by year, what adds up, and what moves the result most."""

from __future__ import annotations

from collections.abc import Mapping

from ...ledger import rail
from ...model.chart import Bars, Chart, Series, Swing, Tornado
from ...text import Text

_LABELS = {
    "freight_gtkm": Text("货运量", "freight"), "passenger_gtkm": Text("客运量", "passenger traffic"),
    "diesel_freight": Text("货运柴油单耗", "diesel of freight trains"),
    "diesel_passenger": Text("客运柴油单耗", "diesel of passenger trains"),
    "electric_freight": Text("货运电力单耗", "electricity of freight trains"),
    "electric_passenger": Text("客运电力单耗", "electricity of passenger trains"), "losses": Text("线损", "losses"),
    "ttw_kg_per_l": Text("柴油燃烧因子", "factor of diesel burnt"),
    "wtt_kg_per_l": Text("柴油上游因子", "factor of diesel upstream"),
    "embodied_t": Text("接触网隐含碳", "carbon in the overhead line"), "capital": Text("投资", "capital"),
    "maintenance": Text("接触网维护费", "upkeep of the overhead line"),
}  # fmt: skip


def charts(
    case: rail.Case, moved: Mapping[str, tuple[float, float]], earned: Mapping[str, tuple[float, float]]
) -> tuple[Chart, ...]:
    """Those there is something to draw for."""
    found: list[Chart] = [_by_year(case)]
    if case.grid is not None:
        found.append(_summed(case))
    if moved:
        title = Text("哪一项使净减排变动最大", "What moves the net reduction most")
        found.append(_tornado("tornado", title, "tCO2e", rail.avoided_t(case), moved))
    if earned:
        title = Text("哪一项使净现值变动最大", "What moves the net present value most")
        found.append(_tornado("tornado-npv", title, "", rail.worth(case).npv, earned))
    return tuple(found)


def _by_year(case: rail.Case) -> Bars:
    years = rail.run(case)
    series = (
        Series(Text("内燃牵引", "Diesel traction"), tuple(y.diesel_t for y in years)),
        Series(Text("电力牵引", "Electric traction"), tuple(y.electric_t for y in years)),
    )
    return Bars(
        "by-year", Text("各年排放（从油井到车轮）", "Emissions by year, from the well to the wheel"), "tCO2e",
        tuple(str(y.year) for y in years), series, stacked=False,
    )  # fmt: skip


def _summed(case: rail.Case) -> Bars:
    """A plot of its own: decades summed up would dwarf the years."""
    years = rail.run(case)
    title = Text("累计净减排（已扣接触网隐含碳）", "Avoided so far, net of the carbon in the overhead line")
    series = Series(title, tuple(y.cumulated_t for y in years))
    return Bars("summed", title, "tCO2e", tuple(str(y.year) for y in years), (series,))


def _tornado(name: str, title: Text, unit: str, centre: float, moved: Mapping[str, tuple[float, float]]) -> Tornado:
    swings = tuple(Swing(_LABELS[key], *pair) for key, pair in moved.items() if pair != (centre, centre))
    return Tornado(name, title, unit, centre, swings, Text("逐项取上下限", "One at a time from low to high"))
