"""Electricity as it is given: its emissions by a factor or a country, its price by a number or an assumption."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...ledger import grid
from ...ledger.estimate import Estimate
from ...ledger.tables import Factor
from ...ledger.trail import Trail
from ...model.level import Level
from ...text import Text
from ...units import convert


def grid_t_per_mwh(
    given: Mapping[str, Any] | None, trail: Trail, where: str, *, kind: str = "average"
) -> Estimate | None:
    """Tonnes of CO2 a megawatt-hour: as given, or a factor of a country's grid; None where neither is known."""
    given = given or {}
    if given.get("g_co2_per_kwh") is not None:
        value = convert(given["g_co2_per_kwh"], "g/kWh", "t/MWh", where=f"{where}.g_co2_per_kwh")
        said = f"{where}.g_co2_per_kwh = {given['g_co2_per_kwh']:g} g/kWh"
        trail.given(Text("电力排放因子", "Emissions of electricity"), Text(said, said))
        return Estimate(value)
    country = given.get("country")
    factor = grid.factor(country, kind, trail) if country is not None else None
    if factor is None:
        return None
    return trail.estimate(factor) * convert(1.0, factor.unit, "t/MWh", where=f"{where}.country")


def price(given: float | None, assumed: Factor, name: str, trail: Trail) -> Estimate:
    """A price as given, without bounds, or as the table assumes it, and then the trail says so."""
    if given is None:
        return trail.estimate(assumed)
    said = f"{name} = {given:g} {assumed.unit}"
    trail.given(Text("价格（给定）", "Price, as given"), Text(said, said))
    return Estimate(given)


def flag_assumed(names: list[str], trail: Trail) -> None:
    """One finding that names the prices nobody gave."""
    if names:
        trail.flag(
            "ledger.prices.assumed", Level.NOTE,
            Text(
                f"未给出以下价格，按青路假定值及其范围计算：{'、'.join(names)}",
                f"not given, so taken as our assumption with its range: {', '.join(names)}",
            ),
        )  # fmt: skip
