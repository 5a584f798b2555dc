"""A railway line with diesel or with electric traction, year by year: energy, emissions, and when wires pay back.

One `Case` is plain numbers, so that each of them can be moved from its low to its high and the whole reckoned again:
that gives the bounds of a result and its tornado.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from ..text import Text
from .estimate import Estimate

_GJ_PER_MWH = 3.6
_T_PER_KG = 1e-3
_T_PER_G_KWH = 1e-6  # g/kWh × kWh in t

NO_TRAFFIC = Text("没有运量，电气化不产生减排", "there is no traffic, so nothing is avoided")
NO_LESS = Text("电力牵引的排放不低于内燃牵引", "electric traction emits no less than diesel")
NOT_WITHIN = Text("计算期内未收回", "not within the years reckoned")
NO_GRID = Text("电网排放强度未知", "the grid's intensity is not known")
NO_SAVING = Text("每单位运量不省钱", "nothing is saved on a unit of traffic")
NO_SAVING_AT_ALL = Text("没有运量，不省钱", "there is no traffic, so nothing is saved")


@dataclass(frozen=True, slots=True)
class Prices:
    """Money of one currency and year, in real terms, level over the years; `carbon` a tonne of CO2e."""

    diesel_per_l: float
    electricity_per_kwh: float
    carbon_per_t: float = 0.0


@dataclass(frozen=True, slots=True)
class Case:
    """Everything one reckoning rests on, as plain numbers.

    Attributes
    ----------
    freight_gtkm, passenger_gtkm : float
        Gross tonne-kilometres of the first year.
    growth : float
        Of traffic, a year.
    diesel_freight, diesel_passenger : float
        Litres a gross tonne-kilometre.
    electric_freight, electric_passenger : float
        Kilowatt-hours at the substation a gross tonne-kilometre.
    losses : float
        Share of what is generated that is lost before the substation.
    ttw_kg_per_l, wtt_kg_per_l, gj_per_l : float
        Of diesel.
    grid : tuple of float or None
        g CO2e a kilowatt-hour generated, for each year; None is unknown.
    embodied_t : float
        tCO2e of building the overhead line, before the first year.
    capital, maintenance : float
        Money before the first year, and each year.
    """

    start: int
    years: int
    freight_gtkm: float
    passenger_gtkm: float
    growth: float
    diesel_freight: float
    diesel_passenger: float
    electric_freight: float
    electric_passenger: float
    losses: float
    ttw_kg_per_l: float
    wtt_kg_per_l: float
    gj_per_l: float
    grid: tuple[float, ...] | None
    embodied_t: float
    capital: float
    maintenance: float
    discount_rate: float
    prices: Prices | None = None

    @property
    def gtkm(self) -> float:
        """Gross tonne-kilometres of the first year."""
        return self.freight_gtkm + self.passenger_gtkm


@dataclass(frozen=True, slots=True)
class Year:
    """One year with either traction.

    Attributes
    ----------
    electric_mwh : float
        At the substation.
    electric_t, avoided_t, cumulated_t : float or None
        tCO2e from the well to the wheel; at the train electric traction emits nothing. `cumulated_t` is net of what
        the overhead line embodies. None where the grid is unknown.
    """

    year: int
    gtkm: float
    diesel_l: float
    electric_mwh: float
    grid_g_per_kwh: float | None
    diesel_ttw_t: float
    diesel_t: float
    electric_t: float | None
    avoided_t: float | None
    cumulated_t: float | None

    def diesel_gj(self, gj_per_l: float) -> float:
        """Energy of the diesel."""
        return self.diesel_l * gj_per_l

    @property
    def electric_gj(self) -> float:
        """Energy at the substation."""
        return self.electric_mwh * _GJ_PER_MWH


@dataclass(frozen=True, slots=True)
class When:
    """A year of payback, or why there is none."""

    year: int | None
    after_years: float | None = None
    reason: Text | None = None


@dataclass(frozen=True, slots=True)
class Amount:
    """A break-even value, or why there is none."""

    value: float | None
    reason: Text | None = None


@dataclass(frozen=True, slots=True)
class Worth:
    """Money of the whole: `npv` with carbon at its price, `cost_per_t` the carbon price at which it would be zero.

    `cost_per_t` spreads what is spent net over the tonnes avoided in operation, both discounted; below zero where
    electric traction saves money by itself.
    """

    npv: float
    npv_without_carbon: float
    cost_per_t: Amount
    payback: When
    discounted_payback: When


def run(case: Case) -> tuple[Year, ...]:
    """Every year of the line with either traction."""
    made, cumulated = [], -case.embodied_t
    for n in range(case.years):
        scale = (1 + case.growth) ** n
        freight, passenger = case.freight_gtkm * scale, case.passenger_gtkm * scale
        litres = freight * case.diesel_freight + passenger * case.diesel_passenger
        kwh = freight * case.electric_freight + passenger * case.electric_passenger
        ttw, wtt = (litres * kg * _T_PER_KG for kg in (case.ttw_kg_per_l, case.wtt_kg_per_l))
        grid = None if case.grid is None else case.grid[n]
        electric = None if grid is None else kwh / (1 - case.losses) * grid * _T_PER_G_KWH
        avoided = None if electric is None else ttw + wtt - electric
        cumulated += avoided or 0.0
        made.append(
            Year(case.start + n, freight + passenger, litres, kwh * _T_PER_KG, grid, ttw, ttw + wtt, electric, avoided,
                 None if avoided is None else cumulated)
        )  # fmt: skip
    return tuple(made)


def avoided_t(case: Case) -> float:
    """Tonnes avoided over all years, net of what the overhead line embodies; the grid must be known."""
    last = run(case)[-1].cumulated_t
    assert last is not None
    return last


def carbon_payback(case: Case) -> When:
    """The first year in which what was avoided outweighs what the overhead line embodies."""
    made = run(case)
    if case.grid is None:
        return When(None, reason=NO_GRID)
    before = -case.embodied_t
    for n, year in enumerate(made):
        assert year.cumulated_t is not None
        if year.cumulated_t >= 0 and year.avoided_t and year.avoided_t > 0:
            return When(year.year, n + max(0.0, -before) / year.avoided_t)
        before = year.cumulated_t
    if not case.gtkm:
        return When(None, reason=NO_TRAFFIC)
    return When(None, reason=NO_LESS if made[-1].cumulated_t <= -case.embodied_t else NOT_WITHIN)  # type: ignore[operator]


def break_even_grid(case: Case, *, with_embodied: bool = False) -> Amount:
    """The level intensity at which both tractions emit alike over the years, g/kWh.

    Parameters
    ----------
    with_embodied : bool
        Whether the overhead line has to be made up for as well.
    """
    made = run(case)
    generated_mwh = sum(y.electric_mwh for y in made) / (1 - case.losses)
    if not generated_mwh:
        return Amount(None, NO_TRAFFIC)
    spare = sum(y.diesel_t for y in made) - (case.embodied_t if with_embodied else 0.0)
    if spare < 0:
        return Amount(
            None, Text("内燃牵引的排放抵不上接触网的隐含碳", "diesel emits less than the overhead line embodies")
        )
    return Amount(spare / generated_mwh * 1e3)


def break_even_carbon(case: Case) -> Amount:
    """Gross tonne-kilometres of the first year at which the overhead line's carbon is just made up for."""
    if case.grid is None:
        return Amount(None, NO_GRID)
    unit = _with_traffic(case)
    gained = avoided_t(unit) + unit.embodied_t
    return Amount(None, NO_LESS) if gained <= 0 else Amount(unit.gtkm * case.embodied_t / gained)


def worth(case: Case) -> Worth:
    """Net present value and payback; what is spent stands before the first year, what is saved at the end of each.

    Raises
    ------
    ValueError
        No prices.
    """
    flows = _savings(case)
    spent = case.capital
    plain = [saved for saved, _ in flows]
    priced = [saved + carbon for saved, carbon in flows]
    npv, without = (_present(f, case.discount_rate) - spent for f in (priced, plain))
    tonnes = None if case.grid is None else _present([y.avoided_t or 0.0 for y in run(case)], case.discount_rate)
    if tonnes is None or tonnes <= 0:
        reason = NO_GRID if tonnes is None else NO_TRAFFIC if not case.gtkm else NO_LESS
        cost = Amount(None, reason)
    else:
        cost = Amount(-without / tonnes)
    discounted = [f / (1 + case.discount_rate) ** (n + 1) for n, f in enumerate(priced)]
    return Worth(npv, without, cost, _payback(case, priced), _payback(case, discounted))


def break_even_traffic(case: Case) -> Amount:
    """Gross tonne-kilometres of the first year at which the net present value is zero, carbon at its price."""
    unit = _with_traffic(case)
    rate = case.discount_rate
    fixed = case.capital + case.maintenance * _present([1.0] * case.years, rate)
    gained = _present([saved + carbon + case.maintenance for saved, carbon in _savings(unit)], rate)
    return Amount(None, NO_SAVING) if gained <= 0 else Amount(unit.gtkm * fixed / gained)


def swings(
    case: Case, ranges: Mapping[str, tuple[float, float]], of: Callable[[Case], float]
) -> dict[str, tuple[float, float]]:
    """What a result becomes when each input by itself goes to its low and to its high, the widest first."""
    found = {
        name: (of(_moved(case, name, low)), of(_moved(case, name, high)))
        for name, (low, high) in ranges.items()
        if low != high
    }
    return dict(sorted(found.items(), key=lambda pair: -abs(pair[1][1] - pair[1][0])))


def bounded(value: float, moved: Mapping[str, tuple[float, float]]) -> Estimate:
    """A result with the bounds that its swings give, deviations in quadrature."""
    down = math.hypot(*(min(0.0, *(m - value for m in pair)) for pair in moved.values()))
    up = math.hypot(*(max(0.0, *(m - value for m in pair)) for pair in moved.values()))
    return Estimate(value, value - down, value + up) if down or up else Estimate(value)


def _moved(case: Case, name: str, to: float) -> Case:
    if name == "gtkm":  # a factor on all of the traffic
        return replace(case, freight_gtkm=case.freight_gtkm * to, passenger_gtkm=case.passenger_gtkm * to)
    return replace(case, **{name: to})  # type: ignore[arg-type]


def _with_traffic(case: Case) -> Case:
    """The same case; where there is no traffic, one of freight alone, for what a unit of it would bring."""
    return case if case.gtkm else replace(case, freight_gtkm=1e6)


def _savings(case: Case) -> list[tuple[float, float]]:
    """Each year's money saved without carbon, and the worth of the carbon avoided."""
    if case.prices is None:
        raise ValueError("a case without prices has no worth")
    p = case.prices
    return [
        (y.diesel_l * p.diesel_per_l - y.electric_mwh * 1e3 * p.electricity_per_kwh - case.maintenance,
         (y.avoided_t or 0.0) * p.carbon_per_t)
        for y in run(case)
    ]  # fmt: skip


def _present(flows: list[float], rate: float) -> float:
    return sum(flow / (1 + rate) ** (n + 1) for n, flow in enumerate(flows))


def _payback(case: Case, flows: list[float]) -> When:
    left = case.capital
    for n, flow in enumerate(flows):
        if flow > 0 and left <= flow:
            return When(case.start + n, n + max(0.0, left) / flow)
        left -= flow
    return When(None, reason=NO_SAVING_AT_ALL if not case.gtkm else NOT_WITHIN)
