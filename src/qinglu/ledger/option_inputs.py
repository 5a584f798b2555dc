"""What an energy option is made of: each input with its bounds, where it comes from, and the plant they make up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..text import Text
from .estimate import Estimate
from .lcoe import Plant, Value
from .money import dollars
from .tables import Factor, name_of, table
from .trail import Trail

BASE = {"solar_with_storage": "solar_pv", "coal_ccs": "coal"}
"""Options that are another one with something added: what is not told of them is that one's."""

FUELS = {
    "gas_ccgt": "natural_gas", "coal": "other_bituminous_coal", "coal_ccs": "other_bituminous_coal",
    "nuclear": "uranium",
}  # fmt: skip
"""Option → what it burns, as the table ``fuels`` calls it; uranium stands in no such table."""

PRICED = {
    "natural_gas": ("steel", "price", "gas"),
    "other_bituminous_coal": ("retrofit", "price", "coal"),
    "uranium": ("options", "nuclear", "fuel_price"),
}
"""Fuel → table, item and kind of its price where none is given."""

_CO2_PER_C = 44 / 12
_GJ_PER_MWH = 3.6
_T_PER_KG = 1e-3
_POINTS = 100.0
_DAYS = 365.0

Kind = Literal["cost", "share", "fixed"]


@dataclass(frozen=True, slots=True)
class Input:
    """One number that a levelised cost rests on.

    Attributes
    ----------
    name : str
        Of its stream of draws: the same for every option that shares it.
    kind : str
        ``cost`` is drawn lognormal, ``share`` triangular, ``fixed`` is a choice and not drawn.
    low, high : float or None
        Its bounds; of a fixed one those that the plot of swings goes to.
    """

    name: str
    title: Text
    value: float
    low: float | None = None
    high: float | None = None
    kind: Kind = "cost"


@dataclass(frozen=True)
class Wishes:
    """What the user says of all options; prices in the currency and of the year asked for.

    Attributes
    ----------
    capacity_factors : mapping
        Option → share, given or sampled.
    own : mapping
        Option → name of an input → value that goes before the table.
    fuel_prices : mapping
        Fuel → per GJ.
    storage : mapping
        ``storage_hours``, ``storage_power``, ``storage_cycles`` where given.
    in_money : float
        One US dollar of the ledger's price year in the currency and of the year asked for.
    """

    discount_rate: float
    carbon_price: float = 0.0
    years: float | None = None
    interest: bool = True
    capacity_factors: Mapping[str, float] = field(default_factory=dict)
    own: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    fuel_prices: Mapping[str, float] = field(default_factory=dict)
    storage: Mapping[str, float] = field(default_factory=dict)
    in_money: float = 1.0


def told(option: str, what: str) -> Factor | None:
    """A row of the option, or of the one it is built on; None where neither tells."""
    rows = table("options")
    base = BASE.get(option)
    return rows.get(option, what) or (rows.get(base, what) if base else None)


def inputs_of(option: str, wishes: Wishes, trail: Trail) -> dict[str, Input]:
    """Every input of an option by its role, with the factors used written down."""
    found = {
        "rate": _choice("rate", Text("折现率", "discount rate"), wishes.discount_rate, 0.02),
        "carbon_price": _choice("carbon_price", Text("碳价", "carbon price"), wishes.carbon_price),
    }
    for what in ("capital", "fixed", "variable", "storage_capital", "storage_fixed"):
        _put(found, what, _money(option, what, wishes, trail))
    for what in ("fixed_share", "degradation", "efficiency", "capacity_factor", "capital_ratio", "round_trip"):
        _put(found, what, _number(option, what, wishes, trail, "share"))
    if wishes.years is not None:
        found["lifetime"] = Input(f"{option}.lifetime", name_of("", "lifetime"), wishes.years, kind="fixed")
    for what in ("lifetime", "construction", "storage_lifetime", "storage_hours", "storage_power", "storage_cycles"):
        if what not in found and (wishes.interest or what != "construction"):
            _put(found, what, _number(option, what, wishes, trail, "fixed"))
    if option in FUELS:
        found["fuel_price"] = _fuel_price(FUELS[option], wishes, trail)
    if option == "coal_ccs":
        found |= _capture(wishes, trail)
        if _says(option, "efficiency", wishes, alone=True):
            del found["penalty"]  # an efficiency of this option's own is net of capture
    return found


def values(inputs: Mapping[str, Input], take: Callable[[Input], Value]) -> dict[str, Value]:
    """Each input as a number or as draws."""
    return {role: take(one) for role, one in inputs.items()}


def plant(option: str, v: Mapping[str, Value]) -> Plant:
    """The plant that these values make up; numbers or draws alike."""
    ratio = v.get("capital_ratio", 1.0)
    capital = v["capital"] * ratio
    efficiency = v.get("efficiency", 1.0) - v.get("penalty", 0.0)
    made = unabated(option, efficiency)
    captured = made * v.get("capture", 0.0)
    storage, lost = _storage(v)
    return Plant(
        capital=capital,
        fixed=v.get("fixed", 0.0) * ratio + v.get("fixed_share", 0.0) / _POINTS * capital,
        variable=v.get("variable", 0.0) + captured * v.get("stored", 0.0),
        capacity_factor=v["capacity_factor"],
        rate=v["rate"],
        years=v["lifetime"],
        degradation=v.get("degradation", 0.0),
        construction=v.get("construction", 0.0),
        fuel_price=v.get("fuel_price", 0.0),
        efficiency=efficiency,
        emitted=made - captured,
        carbon_price=v["carbon_price"],
        storage_capital=storage * v.get("storage_capital", 0.0),
        storage_fixed=v.get("storage_power", 0.0) * v.get("storage_fixed", 0.0),
        storage_years=v.get("storage_lifetime", 1.0),
        lost=lost,
    )


def most_lost() -> float:
    """The largest loss of efficiency by capture; a plant has to be better than that."""
    loss = table("retrofit")["capture", "penalty_points"]
    return (loss.value if loss.high is None else loss.high) / _POINTS


def unabated(option: str, efficiency: Value) -> Value:
    """CO2 of the fuel, or of a geothermal field, t/MWh, before any capture: carbon content times 44/12."""
    carbon = table("fuels").get(FUELS.get(option, ""), "carbon")
    if carbon is not None:
        return carbon.value * _CO2_PER_C * _GJ_PER_MWH * _T_PER_KG / efficiency
    direct = table("options").get(option, "direct")
    return direct.value * _T_PER_KG if direct is not None else 0.0


def _storage(v: Mapping[str, Value]) -> tuple[Value, Value]:
    """Storage for each kW of the plant in kWh, and the share of the output lost in it.

    What goes in by year is at most what the plant makes.
    """
    if "storage_capital" not in v:
        return 0.0, 0.0
    import numpy as np

    size = v["storage_hours"] * v["storage_power"]
    stored = np.minimum(size * v["storage_cycles"] / (24.0 * _DAYS * v["capacity_factor"]), 1.0)
    return size, stored * (1.0 - v["round_trip"])


def _put(found: dict[str, Input], what: str, one: Input | None) -> None:
    if one is not None:
        found[what] = one


def _choice(name: str, title: Text, value: float, swing: float | None = None) -> Input:
    low, high = (None, None) if swing is None else (max(value - swing, -0.5), value + swing)
    return Input(name, title, value, low, high, "fixed")


def _own(option: str, what: str, wishes: Wishes, trail: Trail) -> Input | None:
    """What the user says of this option, or of the one it is built on."""
    for who in (option, BASE.get(option, "")):
        value = wishes.own.get(who, {}).get(what)
        if value is not None:
            said = f"{who}.{what} = {value:g}"
            trail.given(name_of("", what), Text(said, said))
            return Input(f"{who}.{what}", name_of("", what), value, kind="fixed")
    return None


def _money(option: str, what: str, wishes: Wishes, trail: Trail) -> Input | None:
    own = _own(option, what, wishes, trail)
    factor = told(option, what)
    if own is not None or factor is None:
        return own
    return _priced(factor, dollars(factor, trail), wishes, name_of("", what))


def _priced(factor: Factor, price: Estimate, wishes: Wishes, title: Text) -> Input:
    low, high = (None if end is None else end * wishes.in_money for end in (price.low, price.high))
    return Input(factor.id, title, price.value * wishes.in_money, low, high)


def _number(option: str, what: str, wishes: Wishes, trail: Trail, kind: Kind) -> Input | None:
    title = name_of("", what)
    if what == "fixed_share" and _says(option, "fixed", wishes):
        return None  # a cost of one's own stands in its place
    if what == "capacity_factor":
        given = wishes.capacity_factors.get(option, wishes.capacity_factors.get(BASE.get(option, "")))
        if given is not None:
            return Input(f"{option}.{what}", title, given, kind="fixed")
    if what == "capital_ratio" and _says(option, "capital", wishes, alone=True):
        return None
    if what in wishes.storage and told(option, what) is not None:
        return Input(f"{option}.{what}", title, wishes.storage[what], kind="fixed")
    own = _own(option, what, wishes, trail)
    factor = told(option, what)
    if own is not None or factor is None:
        return own
    trail.use(factor)
    return Input(factor.id, title, factor.value, factor.low, factor.high, kind)


def _says(option: str, what: str, wishes: Wishes, *, alone: bool = False) -> bool:
    who = (option,) if alone else (option, BASE.get(option, ""))
    return any(what in wishes.own.get(one, {}) for one in who)


def _fuel_price(fuel: str, wishes: Wishes, trail: Trail) -> Input:
    title = Text(f"{name_of('fuels', fuel).zh}价格", f"price of {name_of('fuels', fuel).en}")
    if fuel in wishes.fuel_prices:
        return Input(f"{fuel}.price", title, wishes.fuel_prices[fuel], kind="fixed")
    name, item, what = PRICED[fuel]
    factor = table(name)[item, what]
    return _priced(factor, dollars(factor, trail), wishes, title)


def _capture(wishes: Wishes, trail: Trail) -> dict[str, Input]:
    """Capture at a coal plant: share, loss of efficiency, and what a tonne costs beyond capital."""
    rows = table("retrofit")
    rate, loss = rows["capture", "rate"], rows["capture", "penalty_points"]
    lost = Estimate.of(loss) * (1 / _POINTS)
    stored, solvent = rows["capture", "storage"], rows["capture", "solvent"]
    for factor in (rate, loss):
        trail.use(factor)
    price = dollars(stored, trail)
    fixed = dollars(solvent, trail).value
    whole = Estimate(*(None if v is None else v + fixed for v in (price.value, price.low, price.high)))  # type: ignore[arg-type]
    return {
        "capture": Input(rate.id, Text("捕集率", "share captured"), rate.value, rate.low, rate.high, "share"),
        "penalty": Input(
            loss.id, Text("捕集效率损失", "loss of efficiency"), lost.value, lost.low, lost.high, "share"
        ),
        "stored": _priced(stored, whole, wishes, Text("CO2运输、封存与溶剂", "CO2 transport, storage and solvent")),
    }  # fmt: skip
