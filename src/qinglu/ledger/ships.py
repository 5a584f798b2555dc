"""Carbon intensity rating of ships (CII): attained, reference, required, boundaries and the letter, as IMO has it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ..errors import OptionError
from ..text import Text
from .tables import Factor, name_of, table
from .trail import Trail

Unit = Literal["DWT", "GT"]

LETTERS = "ABCDE"
FIRST_RATED = 2023
"""Ratings are given from this year on (MARPOL Annex VI, regulation 28)."""
SCOPE_GT = 5000.0
"""Gross tonnage from which the regulation applies."""
_BOUNDARIES_OF = {"roro_passenger_hsc": "roro_passenger"}  # G4 has no row of its own for high-speed craft
_G_PER_T = 1e6


@dataclass(frozen=True)
class Burnt:
    """A fuel that a ship used in a year; `cf` where its own conversion factor is known (tCO2/t)."""

    fuel: str
    t: float
    cf: float | None = None


@dataclass(frozen=True)
class Rated:
    """A ship's year.

    Attributes
    ----------
    co2_t : float
    attained, reference, required : float
        g CO2 per tonne (or unit of gross tonnage) and nautical mile.
    boundaries : tuple of four floats
        Superior, lower, upper, inferior; in the same unit.
    rating : str
        A to E; a value on a boundary has the better letter.
    """

    co2_t: float
    attained: float
    reference: float
    required: float
    boundaries: tuple[float, float, float, float]
    rating: str

    @property
    def ratio(self) -> float:
        """Attained ÷ required."""
        return self.attained / self.required


def years() -> tuple[int, ...]:
    """Years whose reduction factor is adopted."""
    return tuple(int(item) for item in table("ships_reduction").items)


def capacity_unit(ship_type: str) -> Unit:
    """Whether capacity counts as deadweight or as gross tonnage.

    Examples
    --------
    >>> capacity_unit("tanker"), capacity_unit("cruise_passenger")
    ('DWT', 'GT')
    """
    first = next(i for i in table("ships_reference").items if i.partition(":")[0] == ship_type)
    return "GT" if table("ships_reference")[first, "from"].unit == "GT" else "DWT"


def reference_line(ship_type: str, capacity: float, trail: Trail) -> float:
    """Reference carbon intensity of 2019, a × capacity^-c (MEPC.353(78), table 1).

    Parameters
    ----------
    capacity : float
        Tonnes of deadweight, or gross tonnage. Where the guideline fixes the capacity of a size class, that counts
        here, and only here.

    Returns
    -------
    float
        g CO2 per unit of capacity and nautical mile.
    """
    item = _class_of("ships_reference", ship_type, capacity, trail)
    of = table("ships_reference").of(item)
    a, c = trail.use(of["a"]), trail.use(of["c"])
    counted = trail.use(of["capacity_fixed"]) if "capacity_fixed" in of else capacity
    found = a * math.pow(counted, -c)
    trail.formula(
        Text("基线", "Reference line"),
        f"{a:g} × {counted:g}^-{c:g} = {found:.6g} g/({capacity_unit(ship_type)}·nm)",
        value=found,
    )
    return found


def required(reference: float, year: int, trail: Trail) -> float:
    """What is required in a year, (1 - Z ÷ 100) × reference (MEPC.338(76), MEPC.400(83)).

    Raises
    ------
    OptionError
        No factor is adopted for the year.
    """
    known = years()
    if year not in known:
        late = year > known[-1]
        raise OptionError(
            Text(
                f"{year}年的折减系数尚未通过" if late else f"{year}年没有折减系数",
                f"the reduction factor of {year} is not adopted yet"
                if late
                else f"there is no reduction factor for {year}",
            ),
            Text(f"允许：{known[0]}至{known[-1]}", f"Allowed: {known[0]} to {known[-1]}"),
            where="year",
        )
    z = trail.use(table("ships_reduction")[str(year), "z"])
    found = (1 - z / 100) * reference
    trail.formula(Text("要求值", "Required"), f"(1 - {z:g} ÷ 100) × {reference:.6g} = {found:.6g}", value=found)
    return found


def boundaries(ship_type: str, capacity: float, needed: float, trail: Trail) -> tuple[float, float, float, float]:
    """The four boundaries, exp(d) × required (MEPC.354(78), table 1)."""
    kind = _BOUNDARIES_OF.get(ship_type, ship_type)
    if kind != ship_type:
        trail.given(
            Text("评级边界", "Rating boundaries"),
            Text(
                f"G4没有{_type(ship_type).zh}的单独一行，按{_type(kind).zh}取值",
                f"G4 has no row of its own for a {_type(ship_type).en}; that of a {_type(kind).en} counts",
            ),
        )
    of = table("ships_rating").of(_class_of("ships_rating", kind, capacity, trail))
    d1, d2, d3, d4 = (trail.use(of[f"d{n}"]) * needed for n in (1, 2, 3, 4))
    trail.formula(
        Text("边界", "Boundaries"),
        f"exp(d) × {needed:.6g} = {d1:.6g}, {d2:.6g}, {d3:.6g}, {d4:.6g}",
        value=[d1, d2, d3, d4],
    )
    return d1, d2, d3, d4


def letter(attained: float, bounds: Sequence[float]) -> str:
    """The rating; a value on a boundary has the better letter, which the guideline leaves open.

    Examples
    --------
    >>> bounds = (8.6, 9.4, 10.6, 11.8)
    >>> letter(9, bounds), letter(11, bounds), letter(8.6, bounds)
    ('B', 'D', 'A')
    """
    return LETTERS[sum(attained > bound for bound in bounds)]


def rate(ship_type: str, capacity: float, fuels: Sequence[Burnt], distance_nm: float, year: int, trail: Trail) -> Rated:
    """The rating of a ship's year from its fuel and distance (MEPC.352(78)).

    Parameters
    ----------
    capacity : float
        Its own deadweight in tonnes, or gross tonnage (`capacity_unit`): attained intensity never counts a fixed one.
    distance_nm : float
        Sailed in the year, nautical miles; above 0.

    Raises
    ------
    OptionError
        No factor is adopted for the year.
    UnknownNameError
        A fuel without conversion factor.
    """
    reference = reference_line(ship_type, capacity, trail)
    needed = required(reference, year, trail)
    co2 = sum(_co2(burnt, trail) for burnt in fuels)
    attained = co2 * _G_PER_T / (capacity * distance_nm)
    trail.formula(
        Text("达到值", "Attained"),
        f"{co2:.6g} t × 10^6 ÷ ({capacity:g} {capacity_unit(ship_type)} × {distance_nm:g} nm) = {attained:.6g}",
        value=attained,
    )
    bounds = boundaries(ship_type, capacity, needed, trail)
    return Rated(co2, attained, reference, needed, bounds, letter(attained, bounds))


def _co2(burnt: Burnt, trail: Trail) -> float:
    """Tonnes of CO2 of one fuel."""
    name = name_of("ships_fuels", burnt.fuel)
    if burnt.cf is None:
        cf = trail.use(table("ships_fuels")[burnt.fuel, "cf"])
    else:
        cf = burnt.cf
        trail.given(name, Text(f"给定的碳转换系数 {cf:g} t/t", f"CO2 conversion factor as given, {cf:g} t/t"), cf=cf)
    trail.formula(name, f"{burnt.t:g} t × {cf:g} = {burnt.t * cf:.6g} t CO2", value=burnt.t * cf)
    return burnt.t * cf


def _class_of(table_name: str, ship_type: str, capacity: float, trail: Trail) -> str:
    """The size class that a capacity falls into: its lower bound belongs to it."""
    rows = table(table_name)
    for item in rows.items:
        if item.partition(":")[0] != ship_type:
            continue
        low, high = rows[item, "from"], rows.get(item, "below")
        if low.value <= capacity and (high is None or capacity < high.value):
            _told(low, trail)
            _told(high, trail)
            return item
    raise AssertionError(f"{table_name}.csv has no class of {ship_type} for {capacity}")


def _told(bound: Factor | None, trail: Trail) -> None:
    """A bound that took part in choosing the class; every class begins somewhere, so 0 tells nothing."""
    if bound is not None and bound.value:
        trail.use(bound)


def _type(ship_type: str) -> Text:
    return name_of("ships_reference", ship_type)
