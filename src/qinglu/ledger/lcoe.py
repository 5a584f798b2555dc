"""Levelised cost of electricity: discounted costs over discounted energy, for one plant or for many draws at once.

Real money and a real discount rate throughout. Capital falls due at commissioning, costs and energy at the end of each
year of operation. Every function takes numbers or arrays of draws alike.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import cast

import numpy as np
import numpy.typing as npt

Value = float | npt.NDArray[np.float64]

HOURS = 8760.0
"""Of a year, as the ledger's power plants have it."""

_GJ_PER_MWH = 3.6
_KW_PER_MW = 1e3
_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Plant:
    """What a levelised cost is made of; money in one currency of one year.

    Attributes
    ----------
    capital : per kW
        Without interest during construction.
    fixed, variable : per kW and year, per MWh
        Operation and maintenance.
    capacity_factor : share
        Of the first year, before storage.
    rate : share by year
        Real discount rate, above -1.
    years : a
        Of operation, above 0.
    degradation : share by year
        Of the output, from the second year.
    construction : a
        Over which the capital is spent evenly; 0 is overnight.
    fuel_price, efficiency : per GJ, share
        Both on the net calorific value.
    emitted, carbon_price : t/MWh, per t
        Of what leaves the stack.
    storage_capital, storage_fixed, storage_years : per kW of the plant, per kW of the plant and year, a
        Replaced at the same price when its years are over, for as long as the plant runs.
    lost : share
        Of the output, in storage.
    """

    capital: Value
    capacity_factor: Value
    rate: Value
    years: Value
    fixed: Value = 0.0
    variable: Value = 0.0
    degradation: Value = 0.0
    construction: Value = 0.0
    fuel_price: Value = 0.0
    efficiency: Value = 1.0
    emitted: Value = 0.0
    carbon_price: Value = 0.0
    storage_capital: Value = 0.0
    storage_fixed: Value = 0.0
    storage_years: Value = 1.0
    lost: Value = 0.0


@dataclass(frozen=True, slots=True)
class Cost:
    """A levelised cost by its parts, per MWh delivered."""

    capital: Value
    fixed: Value
    variable: Value
    fuel: Value
    carbon: Value
    storage: Value

    @property
    def total(self) -> Value:
        """All of them."""
        return self.capital + self.fixed + self.variable + self.fuel + self.carbon + self.storage

    def as_dict(self) -> dict[str, Value]:
        """By name."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


PARTS = tuple(f.name for f in fields(Cost))
"""Names of the parts of a cost."""


def present_years(rate: Value, years: Value, degradation: Value = 0.0) -> Value:
    """Present value of one unit at the end of every year, each less than the one before by `degradation`.

    The sum of ``(1 - d)**(t - 1) / (1 + r)**t`` over t from 1 to n, in closed form; without degradation it is the
    inverse of the capital recovery factor.

    Parameters
    ----------
    rate : share by year, above -1
    years : a, above 0; broken years as the closed form has them
    degradation : share by year, below 1

    Examples
    --------
    >>> round(present_years(0.08, 20), 6)
    9.818147
    >>> present_years(0.0, 20)
    20.0
    """
    decay = np.log1p(-np.asarray(degradation)) - np.log1p(rate)
    falls = np.asarray(rate + np.asarray(degradation), dtype=float)
    level = np.abs(falls) < _TINY  # nothing is lost from year to year: as many units as years
    made = np.where(level, years / (1.0 + np.asarray(rate)), -np.expm1(years * decay) / np.where(level, 1.0, falls))
    return _plain(made)


def interest_factor(rate: Value, construction: Value) -> Value:
    """What capital spent evenly over the time of building has grown to at commissioning, for each unit spent.

    Examples
    --------
    >>> round(interest_factor(0.08, 5), 4)
    1.2197
    >>> interest_factor(0.08, 0.0)
    1.0
    """
    grown = np.asarray(construction) * np.log1p(rate)
    flat = np.abs(grown) < _TINY
    return _plain(np.where(flat, 1.0, np.expm1(grown) / np.where(flat, 1.0, grown)))


def delivered_mwh(plant: Plant) -> Value:
    """Energy of the first year for each MW, MWh, after what storage loses."""
    return HOURS * plant.capacity_factor * (1.0 - plant.lost)


def mean_output(years: float, degradation: float) -> float:
    """Output of a year in the mean over the whole life, as a share of the first year's.

    Examples
    --------
    >>> round(mean_output(25, 0.005), 4)
    0.9422
    >>> mean_output(25, 0.0)
    1.0
    """
    return cast(float, present_years(0.0, years, degradation)) / years


def levelised(plant: Plant) -> Cost:
    """Cost of a MWh by its parts, discounted over the life of the plant.

    Examples
    --------
    >>> cost = levelised(Plant(capital=1000, fixed=20, capacity_factor=0.25, rate=0.08, years=25))
    >>> round(cost.capital, 4), round(cost.fixed, 4), round(cost.total, 4)
    (42.7757, 9.1324, 51.9081)
    """
    years = present_years(plant.rate, plant.years)
    energy = delivered_mwh(plant) / _KW_PER_MW * present_years(plant.rate, plant.years, plant.degradation)
    yearly = years / energy
    renewed = plant.storage_capital / present_years(plant.rate, plant.storage_years)
    return Cost(
        capital=plant.capital * interest_factor(plant.rate, plant.construction) / energy,
        fixed=plant.fixed * yearly,
        variable=plant.variable,
        fuel=_GJ_PER_MWH / plant.efficiency * plant.fuel_price,
        carbon=plant.emitted * plant.carbon_price,
        storage=(renewed + plant.storage_fixed) * yearly,
    )


def _plain(made: npt.NDArray[np.float64]) -> Value:
    return float(made) if made.ndim == 0 else made
