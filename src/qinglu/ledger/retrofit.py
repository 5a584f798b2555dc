"""Retrofits of a running coal unit: every combination that meets a target, and what the others fail by.

Combinations are tried whole: a device of each kind or none, efficiency measures, co-firing, capture, reduced running;
and closure. Devices that a combination could do without for the limits are left out of it, one that runs already is not
bought again, and none stands twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, combinations, product

from .air import KINDS, POLLUTANTS, SO2_PER_S, passes
from .avoided import difference_by_part, for_each, front
from .estimate import Estimate, total
from .retrofit_cost import Book, Ranking, Terms, amounts, book_of, central, cost_by_part, water
from .retrofit_unit import (
    AS_IT_IS,
    DEVICES,
    EFFICIENCY,
    GYPSUM_PER_SO2,
    WET_STACK,
    Choice,
    Rates,
    State,
    Unit,
    emissions,
    losses,
    residuals,
)  # fmt: skip
from .tables import table
from .trail import Trail

RUNNING = (1.0, 0.75, 0.5)
"""Shares of today's hours that are tried."""

COFIRING = (0.0, 0.1, 0.2)
"""Shares of biomass that are tried."""

MOST = 30
_TOLERANCE = 1e-9
CONTROLS_OF: Mapping[str, tuple[str, ...]] = {
    "so2": ("desulphurisation",),
    "nox": ("burners", "sncr", "scr"),
    "pm": ("dust", "polishing"),
}


@dataclass(frozen=True)
class Target:
    """What a retrofit has to reach; a pollutant without a limit is left as it is.

    Attributes
    ----------
    limits_mg_m3 : mapping of pollutant to float
        Dry, 6 % oxygen, 0 °C.
    co2_g_per_kwh : float or None
        Fossil CO2 at the stack by net output.
    co2_t : float or None
        Fossil CO2 at the stack in a year.
    """

    limits_mg_m3: Mapping[str, float] = field(default_factory=dict)
    co2_g_per_kwh: float | None = None
    co2_t: float | None = None

    def worst(self, residual_mg_m3: Mapping[str, float]) -> tuple[float, str]:
        """How many times its limit the worst pollutant is, and which it is."""
        ratios = [(residual_mg_m3[p] / limit, p) for p, limit in self.limits_mg_m3.items() if p in residual_mg_m3]
        return max(ratios, default=(0.0, ""))

    def co2_ratio(self, state: State) -> float:
        """How many times what is allowed the CO2 of a state is; 0 where nothing is asked or nothing runs."""
        if state.choice.closed:
            return 0.0
        ratios = [0.0]
        if self.co2_g_per_kwh is not None:
            each = state.g_co2_per_kwh
            ratios.append(each / self.co2_g_per_kwh if each is not None else float("inf"))
        if self.co2_t is not None:
            ratios.append(state.co2_t / self.co2_t)
        return max(ratios)


@dataclass(frozen=True)
class Ranked:
    """A combination that meets the target, with central values."""

    choice: Choice
    state: State
    cost_usd: float | None
    co2_t: float | None


@dataclass(frozen=True)
class Detail:
    """A combination in full, with bounds.

    Attributes
    ----------
    residual_mg_m3, emitted_t, avoided_t : mapping of pollutant to Estimate
    sure : bool
        Whether the limits are met with every residual at its upper bound.
    lost_mwh : mapping of cause to Estimate
    lost_points : float
        Net efficiency, percentage points.
    co2_t, co2_avoided_t : Estimate or None
        At the stack and of the power that replaces what is lost; against as it is. None where not known.
    parts_usd : mapping
        Change of the annual cost by part.
    cost_usd : Estimate or None
    usd_per_t : mapping
        Pollutant → cost of its own devices for each tonne they avoid; ``co2`` → all but the devices.
    whole_usd_per_t : mapping
        The whole cost over the tonnes of each.
    left_t : mapping
        By-products and ash.
    sulphur_t : mapping
        Where the sulphur of a year goes; ``in`` is the sum of the others.
    """

    choice: Choice
    state: State
    residual_mg_m3: Mapping[str, Estimate]
    emitted_t: Mapping[str, Estimate]
    avoided_t: Mapping[str, Estimate]
    sure: bool
    lost_mwh: Mapping[str, Estimate]
    lost_points: float
    co2_t: Estimate | None
    co2_avoided_t: Estimate | None
    water_m3: Estimate
    capital_usd: Estimate
    parts_usd: Mapping[str, Estimate]
    cost_usd: Estimate | None
    usd_per_t: Mapping[str, Estimate | None]
    whole_usd_per_t: Mapping[str, Estimate | None]
    left_t: Mapping[str, float]
    sulphur_t: Mapping[str, float]
    on_front: bool = False
    on_pollutant_front: bool = False


@dataclass(frozen=True)
class Failing:
    """What does not meet the target: how many by the worst reason, and the one that comes closest."""

    count: int
    by_reason: Mapping[str, int]
    best: Choice | None
    best_reason: str
    best_ratio: float


@dataclass(frozen=True)
class Outcome:
    """Everything found for a unit: cheapest first among `options`; `needless` combinations hold a device too many."""

    base: Detail
    base_meets: bool
    options: tuple[Detail, ...]
    tried: int
    meeting: int
    needless: int
    failing: Failing


def retrofit(unit: Unit, target: Target, terms: Terms, trail: Trail, *, most: int = MOST) -> Outcome:
    """Combinations that meet a target, cheapest first, with the fronts of cost against emissions.

    Parameters
    ----------
    most : int
        How many of the cheapest are worked out in full; those on a front, closure, doing nothing, and the cheapest with
        each kind of measure are added where they meet the target.

    Notes
    -----
    Ranking goes by central values. An option whose cost is not known comes last and is on no front.
    """
    rates = Rates(unit, trail)
    book = book_of(unit, terms, trail)
    ranking = Ranking(rates, terms, central(book))
    met, needless, failing = _tried(unit, target, rates, ranking)
    met.sort(key=lambda r: (r.cost_usd is None, r.cost_usd or 0.0, r.choice.measures, r.choice.cofiring))
    best = set(front([(r.cost_usd, r.co2_t) for r in met]))
    cleanest = set(front([(r.cost_usd, r.state.pollutants_t) for r in met]))
    shown = sorted({*range(min(most, len(met))), *best, *cleanest, *_cheapest_of_kinds(met)})
    details = _Details(unit, target, terms, rates, ranking, book, trail)
    base = details.of(AS_IT_IS)
    options = tuple(details.of(met[n].choice, n in best, n in cleanest) for n in shown)
    base_meets = target.worst(base.state.residual_mg_m3)[0] <= 1 + _TOLERANCE and (
        target.co2_ratio(base.state) <= 1 + _TOLERANCE
    )
    tried = len(met) + needless + failing.count
    return Outcome(base, base_meets, options, tried, len(met), needless, failing)


def air_sets(unit: Unit) -> Iterator[tuple[str, ...]]:
    """Devices to buy together: of each kind none or one that removes more than what runs of it."""
    silent = Trail()

    def lets_through(device: str) -> float:
        return min(e.value for p in POLLUTANTS if (e := passes(device, p, silent)) is not None)

    kinds = []
    for kind in dict.fromkeys(KINDS[d] for d in DEVICES):
        if kind == "burners" and unit.burning != "pulverised":
            continue
        runs = min((lets_through(d) for d in unit.running if KINDS[d] == kind), default=1.0)
        kinds.append((None, *(d for d in DEVICES if KINDS[d] == kind and lets_through(d) < runs)))
    for picked in product(*kinds):
        devices = tuple(d for d in picked if d)
        in_use = Choice(devices).in_use(unit)
        if "seawater_fgd" in devices and not unit.seawater:
            continue
        if "wet_esp" in devices and not set(in_use) & set(WET_STACK):
            continue  # it stands in the wet gas behind a scrubber
        if "semi_dry_fgd" in devices and "fabric_filter" not in in_use:
            continue  # its product is caught, and half of its work done, on the bags
        yield devices


def _tried(unit: Unit, target: Target, rates: Rates, ranking: Ranking) -> tuple[list[Ranked], int, Failing]:
    sets = tuple(air_sets(unit))
    efficiency = tuple(chain.from_iterable(combinations(EFFICIENCY, n) for n in range(len(EFFICIENCY) + 1)))
    met: list[Ranked] = []
    needless, reasons = 0, dict.fromkeys((*POLLUTANTS, "co2"), 0)
    nearest: tuple[float, str, Choice | None] = (float("inf"), "", None)
    for share in COFIRING:
        worst = {devices: target.worst(rates.residual_mg_m3(Choice(devices).in_use(unit), share)) for devices in sets}
        for devices, (ratio, pollutant) in worst.items():
            captures = (False, True) if _may_capture(Choice(devices).in_use(unit)) else (False,)
            count = len(efficiency) * len(captures) * len(RUNNING)
            if ratio > 1 + _TOLERANCE:
                reasons[pollutant] += count
                nearest = min(nearest, (ratio, pollutant, Choice(devices, cofiring=share)), key=lambda n: n[0])
                continue
            if any(_meets(worst, tuple(d for d in devices if d != one)) for one in devices):
                needless += count
                continue
            for measures, capture, running in product(efficiency, captures, RUNNING):
                state = rates.state(Choice(devices, measures, share, capture, running))
                ratio = target.co2_ratio(state)
                if ratio > 1 + _TOLERANCE:
                    reasons["co2"] += 1
                    nearest = min(nearest, (ratio, "co2", state.choice), key=lambda n: n[0])
                else:
                    met.append(Ranked(state.choice, state, ranking.cost_usd(state), ranking.co2_t(state)))
    closed = rates.state(Choice(closed=True))
    met.append(Ranked(closed.choice, closed, ranking.cost_usd(closed), ranking.co2_t(closed)))
    ratio, reason, choice = nearest
    counted = {reason: n for reason, n in reasons.items() if n}
    return met, needless, Failing(sum(counted.values()), counted, choice, reason, ratio)


def _may_capture(in_use: Sequence[str]) -> bool:
    """Amine is spoilt by sulphur dioxide and dust: both have to be controlled."""
    return {"desulphurisation", "dust"} <= {KINDS[d] for d in in_use}


def _meets(worst: Mapping[tuple[str, ...], tuple[float, str]], devices: tuple[str, ...]) -> bool:
    return devices in worst and worst[devices][0] <= 1 + _TOLERANCE


def _cheapest_of_kinds(met: Sequence[Ranked]) -> set[int]:
    """Positions of the cheapest with each measure that is not a device for air, and of doing nothing."""
    found: dict[str, int] = {}
    for n, ranked in enumerate(met):
        if ranked.choice == AS_IT_IS:
            found["none"] = n
        for measure in ranked.choice.measures:
            if measure not in KINDS:
                found.setdefault(measure, n)
    return set(found.values())


class _Details:
    """Works out combinations in full; costs of the same devices are reckoned once."""

    def __init__(
        self, unit: Unit, target: Target, terms: Terms, rates: Rates, ranking: Ranking, book: Book[Estimate],
        trail: Trail,
    ) -> None:  # fmt: skip
        self._unit, self._target, self._terms, self._rates = unit, target, terms, rates
        self._ranking, self._book, self._trail = ranking, book, trail
        self._alone: dict[Choice, tuple[Estimate | None, dict[str, Estimate], Estimate | None]] = {}
        self._base_emitted = emissions(unit, AS_IT_IS, trail)

    def of(self, choice: Choice, on_front: bool = False, on_pollutant_front: bool = False) -> Detail:
        unit, trail, state = self._unit, self._trail, self._rates.state(choice)
        residual, emitted = residuals(unit, choice, trail), emissions(unit, choice, trail)
        parts = cost_by_part(choice, self._rates, self._book, trail)
        cost, avoided, co2_avoided = self._sums(choice)
        limits = self._target.limits_mg_m3
        sure = all(residual[p].bounds[1] <= limits[p] * (1 + _TOLERANCE) for p in residual if p in limits)
        efficiency = state.net_mwh / state.full_mwh * unit.net_efficiency if state.full_mwh else unit.net_efficiency
        return Detail(
            choice=choice, state=state, residual_mg_m3=residual, emitted_t=emitted, avoided_t=avoided, sure=sure,
            lost_mwh=losses(unit, choice, trail), lost_points=(unit.net_efficiency - efficiency) * 100,
            co2_t=self._co2(choice), co2_avoided_t=co2_avoided, water_m3=water(choice, unit, trail),
            capital_usd=self._capital(state), parts_usd=parts, cost_usd=cost, usd_per_t=self._own(choice),
            whole_usd_per_t={
                **{p: for_each(cost, a) for p, a in avoided.items()}, "co2": for_each(cost, co2_avoided)
            },
            left_t=left_over(state, unit, self._rates), sulphur_t=sulphur(state, unit, self._rates),
            on_front=on_front, on_pollutant_front=on_pollutant_front,
        )  # fmt: skip

    def _sums(self, choice: Choice) -> tuple[Estimate | None, dict[str, Estimate], Estimate | None]:
        """Annual cost, pollutants avoided and CO2 avoided of a choice, against as it is."""
        if choice not in self._alone:
            state = self._rates.state(choice)
            known = self._ranking.cost_usd(state) is not None
            cost = total(cost_by_part(choice, self._rates, self._book, self._trail).values()) if known else None
            after = emissions(self._unit, choice, self._trail)
            avoided = {p: difference_by_part({p: self._base_emitted[p]}, {p: after[p]}) for p in POLLUTANTS}
            parts = self._co2_parts(choice)
            before = self._co2_parts(AS_IT_IS)
            co2 = difference_by_part(before, parts) if parts is not None and before is not None else None
            self._alone[choice] = cost, avoided, co2
        return self._alone[choice]

    def _own(self, choice: Choice) -> dict[str, Estimate | None]:
        """Cost for each tonne by the measures that are meant for it."""
        found: dict[str, Estimate | None] = {}
        for pollutant, kinds in CONTROLS_OF.items():
            own = Choice(tuple(d for d in choice.devices if KINDS[d] in kinds))
            cost, avoided, _ = self._sums(own)
            found[pollutant] = for_each(cost, avoided[pollutant]) if own.devices else None
        climate = Choice((), choice.efficiency, choice.cofiring, choice.capture, choice.running, choice.closed)
        cost, _, co2 = self._sums(climate)
        found["co2"] = for_each(cost, co2) if climate != AS_IT_IS else None
        return found

    def _co2_parts(self, choice: Choice) -> dict[str, Estimate] | None:
        """CO2 at the stack and of the power that replaces what is lost; None where the latter is not known."""
        unit = self._unit
        each = self._ranking.replacement_t_per_mwh(choice)
        if each is None:
            return None
        given = self._terms.replacement_t_per_mwh
        state = self._rates.state(choice)
        stack = unit.co2_kg_per_gj * (state.coal_gj / 1000)
        if choice.capture:
            rate = self._trail.estimate(table("retrofit")["capture", "rate"])
            low, high = rate.bounds
            stack = stack * Estimate(1 - rate.value, 1 - high, 1 - low)
        lost = total(losses(unit, choice, self._trail).values())
        return {"stack": stack, "replacement": lost * (given if given is not None else Estimate(each))}

    def _co2(self, choice: Choice) -> Estimate | None:
        parts = self._co2_parts(choice)
        return None if parts is None else total(parts.values())

    def _capital(self, state: State) -> Estimate:
        return total([self._book.capital[d] * a for d, a in amounts(state, self._unit).items()])


def sulphur(state: State, unit: Unit, rates: Rates) -> dict[str, float]:
    """Where the sulphur of a year goes, tonnes of sulphur.

    Returns
    -------
    dict
        ``in`` is what coal and biomass bring; ``ash`` (with the bed's limestone), ``emitted``, ``gypsum``,
        ``residue`` and ``sea`` sum up to it.
    """
    ash = state.coal_gj * unit.sulphur_kg_per_gj.value * unit.sulphur_in_ash / 1000
    brought = state.coal_gj * unit.sulphur_kg_per_gj.value / 1000
    brought += state.biomass_gj * rates.biomass_so2 / SO2_PER_S / 1000
    bound = {"ash": ash, "gypsum": 0.0, "residue": 0.0, "sea": 0.0}
    into = {"wet_fgd": "gypsum", "wet_fgd_deep": "gypsum", "semi_dry_fgd": "residue", "seawater_fgd": "sea"}
    into["furnace_limestone"] = "ash"
    for (device, pollutant), tonnes in state.removed_t.items():
        if pollutant == "so2":
            bound[into[device]] += tonnes / SO2_PER_S
    return {"in": brought, "emitted": state.emitted_t["so2"] / SO2_PER_S, **bound}


def left_over(state: State, unit: Unit, rates: Rates) -> dict[str, float]:
    """By-products and ash of a year, tonnes: gypsum pure and dry, residue with its spare lime, ash by where it is."""
    kept = table("retrofit")
    gypsum = residue = 0.0
    for (device, pollutant), tonnes in state.removed_t.items():
        if pollutant == "so2" and kept.get(device, "gypsum"):
            gypsum += tonnes * GYPSUM_PER_SO2
        if pollutant == "so2" and (each := kept.get(device, "residue")):
            residue += tonnes * each.value
    ash = (state.coal_gj * unit.ash_kg_per_gj.value + state.biomass_gj * rates.biomass_ash) / 1000
    return {
        "gypsum": gypsum, "residue": residue, "bottom_ash": ash - state.raw_t["pm"],
        "fly_ash": state.raw_t["pm"] - state.emitted_t["pm"], "captured_co2": state.captured_t,
    }  # fmt: skip
