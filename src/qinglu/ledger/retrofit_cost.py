"""What a retrofit costs: every part of a year's cost in the state after it, less the same part as it is.

Prices are the same on both sides of the difference, so only what changes stays uncertain. Two books keep the same
entries, one with bounds, one with the central values that thousands of combinations are ranked by.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from .air import KINDS
from .avoided import difference_by_part
from .estimate import Estimate, total
from .money import annuity, dollars
from .retrofit_unit import DEEP, DEVICES, EFFICIENCY, HOURS, Choice, Rates, State, Unit, losses
from .tables import table
from .trail import Trail

N = TypeVar("N", float, Estimate)

PRICES = ("limestone", "lime", "ammonia", "urea", "gypsum", "residue", "coal", "biomass", "water", "power")
PER_TONNE: Mapping[str, tuple[str, ...]] = {
    "so2": ("limestone", "lime", "gypsum", "residue"),
    "nox": ("ammonia", "urea"),
}
"""Reagents and by-products for each tonne removed of a pollutant."""

BY_PRODUCTS = ("gypsum", "residue")
WEAR = ("catalyst", "bags")


@dataclass(frozen=True)
class Terms:
    """Under which a retrofit is paid for; money in US dollars of `money.PRICE_YEAR`.

    Attributes
    ----------
    rate : float
        Real discount rate, 1/a.
    carbon_usd_per_t : float
        Price on fossil CO2 at the stack.
    prices : mapping
        Of `PRICES`.
    power_given : bool
        Whether the price of power was given: without it, what replaces power no longer made has no known cost.
    replacement_t_per_mwh : Estimate or None
        CO2 of the power that takes the place of what is lost; None where not known.
    """

    rate: float
    carbon_usd_per_t: float
    prices: Mapping[str, Estimate]
    power_given: bool
    replacement_t_per_mwh: Estimate | None


@dataclass(frozen=True)
class Book(Generic[N]):
    """Unit prices of everything that may be bought or used.

    Attributes
    ----------
    capital : mapping
        USD: of a device for this unit, of ``cofiring`` for all heat, of ``capture`` for a tonne an hour.
    yearly, fixed : mapping
        USD/a: the same spread over the years, and fixed operation.
    per_tonne : mapping of (device, pollutant) to mapping
        USD a tonne removed, for each reagent and by-product.
    per_mwh : mapping of device
        What wears out.
    prices : mapping
        Of the terms, with ``storage``, ``solvent`` and ``carbon`` by the tonne of CO2.
    """

    capital: Mapping[str, N]
    yearly: Mapping[str, N]
    fixed: Mapping[str, N]
    per_tonne: Mapping[tuple[str, str], Mapping[str, N]]
    per_mwh: Mapping[str, N]
    prices: Mapping[str, N]
    add: Callable[[Iterable[N]], N]


def book_of(unit: Unit, terms: Terms, trail: Trail) -> Book[Estimate]:
    """The book of a unit, with bounds."""
    kept = table("retrofit")
    kw = unit.capacity_mw * 1000
    size = dict.fromkeys((*DEVICES, *EFFICIENCY, "cofiring"), kw) | {"capture": 1.0}
    whole = {d: dollars(kept[d, "capital"], trail) * s for d, s in size.items()}
    capital = dict(whole)
    for deep, plain in DEEP.items():
        if plain in unit.running:
            capital[deep] = whole[deep] * trail.estimate(kept[deep, "upgrade_share"])
    yearly = {
        d: c * annuity(terms.rate, min(unit.remaining_years, trail.use(kept[d, "lifetime"])))
        for d, c in capital.items()
    }
    fixed = {d: c * (trail.estimate(kept[d, "fixed_share"]) * 0.01) for d, c in whole.items()}
    fixed["unit"] = dollars(kept["unit", "fixed"], trail) * kw
    yearly["closure"] = dollars(kept["unit", "decommissioning"], trail) * (kw * terms.rate)
    prices = {
        **terms.prices,
        "storage": dollars(kept["capture", "storage"], trail),
        "solvent": dollars(kept["capture", "solvent"], trail),
        "carbon": Estimate(terms.carbon_usd_per_t),
    }
    per_tonne = {
        (d, p): {w: trail.estimate(kept[d, w]) * prices[w] for w in names if kept.get(d, w)}
        for d in KINDS
        for p, names in PER_TONNE.items()
    }
    per_mwh = {d: dollars(kept[d, w], trail) for d in KINDS for w in WEAR if kept.get(d, w)}
    return Book(capital, yearly, fixed, {k: v for k, v in per_tonne.items() if v}, per_mwh, prices, total)


def central(book: Book[Estimate]) -> Book[float]:
    """The same book without bounds."""

    def plain(values: Mapping[str, Estimate]) -> dict[str, float]:
        return {k: v.value for k, v in values.items()}

    per_tonne = {k: plain(v) for k, v in book.per_tonne.items()}
    return Book(
        plain(book.capital), plain(book.yearly), plain(book.fixed), per_tonne, plain(book.per_mwh),
        plain(book.prices), sum,
    )  # fmt: skip


def amounts(state: State, unit: Unit) -> dict[str, float]:
    """How much of each thing with a capital is bought: one of a device, the share co-fired, tonnes captured an hour."""
    choice = state.choice
    bought = dict.fromkeys((*choice.devices, *choice.efficiency), 1.0)
    if choice.cofiring:
        bought["cofiring"] = choice.cofiring
    if choice.capture:
        bought["capture"] = state.captured_t / (HOURS * unit.capacity_factor * choice.running)
    return bought


def parts(state: State, unit: Unit, lost_mwh: N, book: Book[N]) -> dict[str, N]:
    """Cost of a year by part, USD; power that is not made is paid for, as what replaces it."""
    add, prices = book.add, book.prices
    bought: dict[str, float] = amounts(state, unit)
    kept: dict[str, float] = {} if state.choice.closed else {"unit": 1.0, **dict.fromkeys(state.in_use, 1.0)}
    made: dict[str, N] = {
        "capital": add([book.yearly[d] * a for d, a in bought.items()]),
        "fixed": add([book.fixed[d] * a for d, a in {**kept, **bought}.items() if d in book.fixed]),
        "wear": add([book.per_mwh[d] * state.full_mwh for d in state.in_use if d in book.per_mwh]),
        "coal": prices["coal"] * state.coal_gj,
        "biomass": prices["biomass"] * state.biomass_gj,
        "water": prices["water"] * state.water_m3,
        "solvent": prices["solvent"] * state.captured_t,
        "storage": prices["storage"] * state.captured_t,
        "carbon": prices["carbon"] * state.co2_t,
        "power": lost_mwh * prices["power"],
    }
    for key, tonnes in state.removed_t.items():
        for what, each in book.per_tonne.get(key, {}).items():
            made[what] = add([made[what], each * tonnes]) if what in made else each * tonnes
    if state.choice.closed:
        made["decommissioning"] = book.yearly["closure"] * 1.0
    return made


def water(choice: Choice, unit: Unit, trail: Trail) -> Estimate:
    """Fresh water of controls and capture beyond what they use as it is, m³/a; cooling of the unit is not in it."""
    kept, full = table("retrofit"), unit.net_mwh * (0.0 if choice.closed else choice.running)

    def of(devices: Iterable[str], mwh: float) -> dict[str, Estimate]:
        return {d: trail.estimate(f) * mwh for d in devices if (f := kept.get(d, "water"))}

    after = (*choice.in_use(unit), *(("capture",) if choice.capture else ()))
    return difference_by_part(of(after, full), of(unit.running, unit.net_mwh))


class Ranking:
    """Central annual cost and CO2 of any choice for one unit, quick enough for thousands."""

    def __init__(self, rates: Rates, terms: Terms, book: Book[float]) -> None:
        self._rates, self._terms, self._book = rates, terms, book
        self.base = rates.state(Choice())
        self._base_usd = sum(parts(self.base, rates.unit, 0.0, book).values())

    def cost_usd(self, state: State) -> float | None:
        """More than as it is, USD/a; None where it rests on a price of power nobody gave."""
        if (state.choice.closed or state.choice.running < 1) and not self._terms.power_given:
            return None
        return sum(parts(state, self._rates.unit, state.lost_mwh, self._book).values()) - self._base_usd

    def replacement_t_per_mwh(self, choice: Choice) -> float | None:
        """CO2 of the power that makes up for what is lost: as given, or as much as the unit's own today."""
        given = self._terms.replacement_t_per_mwh
        if given is not None:
            return given.value
        if choice.closed or choice.running < 1:
            return None
        return self.base.co2_t / self.base.net_mwh

    def co2_t(self, state: State) -> float | None:
        """Fossil CO2 at the stack and of what replaces the output that is lost."""
        each = self.replacement_t_per_mwh(state.choice)
        return None if each is None else state.co2_t + each * state.lost_mwh


def cost_by_part(choice: Choice, rates: Rates, book: Book[Estimate], trail: Trail) -> dict[str, Estimate]:
    """Change of every part of the annual cost, with bounds."""
    unit = rates.unit
    lost = total(losses(unit, choice, trail).values())
    after = parts(rates.state(choice), unit, lost, book)
    before = parts(rates.state(Choice()), unit, Estimate(0.0), book)
    none = Estimate(0.0)
    return {
        name: difference_by_part({name: after.get(name, none)}, {name: before.get(name, none)})
        for name in dict.fromkeys((*after, *before))
    }
