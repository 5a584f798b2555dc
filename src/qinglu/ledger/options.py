"""Energy options beside one another: cost, emissions, what they avoid on the grid, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..text import Text
from . import grid
from .avoided import front
from .draws import Draws
from .lcoe import PARTS, Cost, Plant, Value, delivered_mwh, levelised, mean_output
from .option_inputs import FUELS, Input, Wishes, inputs_of, plant, values
from .tables import Factor, name_of, table
from .trail import Trail

REFERENCES = ("coal", "gas_ccgt")
"""Options that the break-even carbon price is against."""

_G_PER_T = 1e6
_KWH_PER_MWH = 1e3
_BOUNDS = (5.0, 50.0, 95.0)


@dataclass(frozen=True, slots=True)
class Spread:
    """A value at central inputs, and what the draws make of it."""

    value: float
    mean: float
    p5: float
    p50: float
    p95: float

    @classmethod
    def of(cls, value: float, drawn: Value) -> Spread:
        """From draws; from a single number where nothing is uncertain."""
        some = np.atleast_1d(np.asarray(drawn, dtype=float))
        p5, p50, p95 = (float(p) for p in np.percentile(some, _BOUNDS))
        return cls(value, float(some.mean()), p5, p50, p95)


@dataclass(frozen=True)
class Option:
    """One option, reckoned.

    Attributes
    ----------
    plant : Plant
        At central inputs.
    cost : Cost
        By parts at central inputs, per MWh.
    lcoe : Spread
        Per MWh.
    annual_mwh, life_mwh : float
        Of the first year, of the whole life.
    direct_g_per_kwh : float
        CO2 at the stack.
    life_cycle : Factor or None
        g CO2e/kWh over the life cycle, median and range.
    displaced, net : Avoided
        Of the first year: emissions of the grid, and those less the option's own. The average is set against the life
        cycle, the margin against the stack.
    break_even : mapping
        Reference → carbon price at which the option costs as much as it; None where none does.
    """

    id: str
    inputs: Mapping[str, Input]
    plant: Plant
    cost: Cost
    lcoe: Spread
    annual_mwh: float
    life_mwh: float
    direct_g_per_kwh: float
    life_cycle: Factor | None
    displaced: grid.Avoided
    net: grid.Avoided
    break_even: Mapping[str, Spread | None]
    cheapest_share: float

    @property
    def lifetime(self) -> float:
        """Years of operation."""
        return float(self.plant.years)

    @property
    def annual_t(self) -> float:
        """CO2 of the first year, tonnes."""
        return self.annual_mwh * self.direct_g_per_kwh * _KWH_PER_MWH / _G_PER_T


@dataclass(frozen=True)
class Comparison:
    """Options by cost at central inputs, the cheapest first; those that no other betters in cost and direct CO2."""

    options: tuple[Option, ...]
    ranking: tuple[str, ...]
    front: tuple[str, ...]

    def of(self, option: str) -> Option:
        """One of them."""
        return next(o for o in self.options if o.id == option)


@dataclass(frozen=True)
class _Drawn:
    inputs: Mapping[str, Input]
    plant: Plant
    cost: Cost
    total: Value
    without_carbon: Value
    emitted: Value


def compare(
    chosen: Sequence[str],
    capacity_mw: float,
    wishes: Wishes,
    trail: Trail,
    *,
    draws: Draws,
    country: str | None = None,
    margins: tuple[float, float] | None = None,
) -> Comparison:
    """Reckon options and set them beside one another.

    Parameters
    ----------
    chosen : sequence of str
        Options of the table, one or more, each once.
    capacity_mw : float
        Net, above 0; of panels for solar.
    country : str, optional
        ISO 3166 alpha-3, for the factors of its grid.
    margins : pair of float, optional
        Operating and build margin of one's own, g CO2/kWh.
    """
    drawn = {o: _drawn(o, wishes, trail, draws) for o in dict.fromkeys((*chosen, *REFERENCES))}
    wins = _wins([drawn[o].total for o in chosen], draws.count)
    made = tuple(
        _option(o, drawn, capacity_mw, share, country, margins, trail) for o, share in zip(chosen, wins, strict=True)
    )
    for one in made:
        _told(one, trail)
    order = sorted(made, key=lambda o: o.lcoe.value)
    best = front([(o.lcoe.value, o.direct_g_per_kwh) for o in made])
    return Comparison(made, tuple(o.id for o in order), tuple(made[n].id for n in best))


def cumulative(option: Option, yearly_t: float) -> list[float]:
    """What is avoided up to the end of each full year of operation, tonnes, as the output falls; the grid as it is."""
    falls = float(option.plant.degradation)
    shares = (1.0 - falls) ** np.arange(int(option.lifetime))
    return [float(t) for t in np.cumsum(yearly_t * shares)]


def swings(option: Option) -> list[tuple[Input, float, float]]:
    """Cost with each input at its low and at its high, all others central; the widest first."""
    centre = values(option.inputs, lambda one: one.value)
    found = []
    for role, one in option.inputs.items():
        if one.low is None or one.high is None or one.low == one.high:
            continue
        ends = [float(levelised(plant(option.id, {**centre, role: end})).total) for end in (one.low, one.high)]
        if ends[0] != ends[1]:
            found.append((one, ends[0], ends[1]))
    return sorted(found, key=lambda s: -abs(s[1] - s[2]))


def _drawn(option: str, wishes: Wishes, trail: Trail, draws: Draws) -> _Drawn:
    inputs = inputs_of(option, wishes, trail)
    carbon = table("fuels").get(FUELS.get(option, ""), "carbon") or table("options").get(option, "direct")
    if carbon is not None:
        trail.use(carbon)
    centre = plant(option, values(inputs, lambda one: one.value))
    many = plant(option, values(inputs, lambda one: _draw(one, draws)))
    cost = levelised(many)
    total = cost.total
    return _Drawn(inputs, centre, levelised(centre), total, total - cost.carbon, many.emitted)


def _draw(one: Input, draws: Draws) -> Value:
    match one.kind:
        case "cost":
            return draws.cost(one.name, one.value, one.low, one.high)
        case "share":
            return draws.share(one.name, one.value, one.low, one.high)
    return one.value


def _wins(totals: Sequence[Value], count: int) -> list[float]:
    """How often each is the cheapest; of equals the first."""
    best: npt.NDArray[np.float64] = np.full(count, np.inf)
    who = np.zeros(count, dtype=np.int64)
    for n, total in enumerate(totals):
        better = total < best
        who[better] = n
        best = np.where(better, total, best)
    return [float(k) / count for k in np.bincount(who, minlength=len(totals))]


def _option(
    option: str, drawn: Mapping[str, _Drawn], capacity_mw: float, wins: float, country: str | None,
    margins: tuple[float, float] | None, trail: Trail,
) -> Option:  # fmt: skip
    made = drawn[option]
    centre = made.plant
    annual = capacity_mw * float(delivered_mwh(centre))
    years = float(centre.years)
    life_cycle = table("options").get(option, "lifecycle")
    if life_cycle is not None:
        trail.use(life_cycle)
    direct = float(centre.emitted) * _G_PER_T / _KWH_PER_MWH
    own = dict(zip(("om_g_per_kwh", "bm_g_per_kwh"), margins, strict=True)) if margins else {}
    gross = grid.avoided(annual, option, trail, country=country, **own)
    median = None if life_cycle is None else life_cycle.value
    return Option(
        option, made.inputs, centre, made.cost, Spread.of(float(made.cost.total), made.total), annual,
        annual * years * mean_output(years, float(centre.degradation)), direct, life_cycle, gross,
        grid.Avoided(_less(gross.average_t, annual, median), _less(gross.combined_margin_t, annual, direct)),
        {r: _break_even(made, drawn[r]) for r in REFERENCES if r != option}, wins,
    )  # fmt: skip


def _less(gross_t: float | None, mwh: float, g_per_kwh: float | None) -> float | None:
    if gross_t is None or g_per_kwh is None:
        return None
    return gross_t - mwh * _KWH_PER_MWH * g_per_kwh / _G_PER_T


def _break_even(one: _Drawn, other: _Drawn) -> Spread | None:
    """The carbon price at which `one` costs as much as `other`; None unless it always emits less."""
    less = np.asarray(other.emitted) - np.asarray(one.emitted)
    if not np.all(less > 0):
        return None
    centre = (float(one.cost.total) - float(one.cost.carbon)) - (float(other.cost.total) - float(other.cost.carbon))
    value = centre / (float(other.plant.emitted) - float(one.plant.emitted))
    return Spread.of(value, (one.without_carbon - other.without_carbon) / less)


def _told(one: Option, trail: Trail) -> None:
    """The reckoning of one option in a line."""
    p, cost = one.plant, one.cost
    parts = " + ".join(f"{getattr(cost, name):.4g}" for name in PARTS)
    name = name_of("options", one.id)
    trail.formula(
        Text(f"平准化度电成本：{name.zh}", f"Levelised cost: {name.en}"),
        Text(
            f"造价＋固定运维＋可变运维＋燃料＋碳＋储能 = {parts} = {cost.total:.6g} /MWh"
            f"（折现率 {p.rate:g}，{p.years:g} 年，容量系数 {p.capacity_factor:g}）",
            f"capital + fixed + variable + fuel + carbon + storage = {parts} = {cost.total:.6g} a MWh "
            f"(rate {p.rate:g}, {p.years:g} years, capacity factor {p.capacity_factor:g})",
        ),
        option=one.id,
    )
