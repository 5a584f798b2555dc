"""How a grid's emissions go over the years: as told, towards net zero, or as they are today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..text import Text


@dataclass(frozen=True, slots=True)
class Path:
    """Grams of CO2e a kilowatt-hour for each of a row of years, and what that rests on."""

    start: int
    g_per_kwh: tuple[float, ...]
    said: Text

    def by_year(self) -> dict[int, float]:
        """Year → g/kWh."""
        return {self.start + n: g for n, g in enumerate(self.g_per_kwh)}


def told(points: Mapping[int, float], start: int, years: int, now: tuple[int, float] | None = None) -> Path:
    """Straight lines between the years told, level before the first and after the last.

    Parameters
    ----------
    points : mapping
        Year → g/kWh, one at least.
    now : tuple or None
        A year and its g/kWh, which joins them unless one of theirs is as early.

    Examples
    --------
    >>> told({2030: 400.0, 2032: 200.0}, 2029, 5).g_per_kwh
    (400.0, 400.0, 300.0, 200.0, 200.0)
    """
    known = dict(points)
    if now is not None and now[0] < min(known):
        known[now[0]] = now[1]
    values = tuple(_between(known, year) for year in range(start, start + years))
    shown = ", ".join(f"{year}: {known[year]:g}" for year in sorted(known))
    return Path(
        start,
        values,
        Text(
            f"给定各年 {shown} g/kWh，其间线性内插，首末年之外不变",
            f"as given, {shown} g/kWh; linear between, level beyond",
        ),
    )


def towards_zero(now: tuple[int, float], zero: int, start: int, years: int) -> Path:
    """A straight line from today's factor to nothing in the year of net zero, and nothing from then on.

    Examples
    --------
    >>> towards_zero((2024, 100.0), 2034, 2029, 7).g_per_kwh
    (50.0, 40.0, 30.0, 20.0, 10.0, 0.0, 0.0)
    """
    year, value = now
    values = tuple(_between({year: value, zero: 0.0}, y) for y in range(start, start + years))
    return Path(
        start,
        values,
        Text(f"由 {year} 年的 {value:g} g/kWh 线性降至净零目标年 {zero} 年的零",
             f"linear from {value:g} g/kWh in {year} to nothing in {zero}, the year of net zero"),
    )  # fmt: skip


def level(value: float, start: int, years: int) -> Path:
    """The same in every year."""
    return Path(start, (value,) * years, Text(f"各年不变，{value:g} g/kWh", f"{value:g} g/kWh in every year"))


def _between(points: Mapping[int, float], year: int) -> float:
    if year in points:
        return points[year]
    known = sorted(points)
    if year <= known[0]:
        return points[known[0]]
    if year >= known[-1]:
        return points[known[-1]]
    after = next(y for y in known if y >= year)
    before = max(y for y in known if y < year)
    share = (year - before) / (after - before)
    return points[before] + share * (points[after] - points[before])
