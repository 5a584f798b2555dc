"""The tool ``combustion``: an amount of fuel in, energy and gases out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import OptionError
from ...ledger.combustion import KG_PER_T, Burnt, burn
from ...ledger.tables import name_of, table
from ...ledger.trail import Trail
from ...model.chart import Bars, Series
from ...text import Text
from ...workspace import Workspace
from ..answer import Answer
from .amounts import STANDARD_C, kind_of, positive, unit_to
from .ranged import ranged

_AMOUNTS = {"mass": "t", "energy": "GJ", "volume": "m3"}
_AMOUNT_UNITS = Text(
    "请使用质量（t、kg）、能量（GJ、MWh、toe）或体积（m3、L）单位",
    "Use a unit of mass (t, kg), energy (GJ, MWh, toe) or volume (m3, L)",
)
_NCV_UNITS = Text("请使用 MJ/kg、GJ/t、kcal/kg 或 MJ/m3", "Use MJ/kg, GJ/t, kcal/kg or MJ/m3")
_CARBON_UNITS = Text("请使用 kg/GJ 或质量百分比 %", "Use kg/GJ, or % of the mass")


def combustion(
    workspace: Workspace,
    fuel: str,
    amount: Mapping[str, Any],
    gwp: str,
    ncv: Mapping[str, Any] | None,
    carbon: Mapping[str, Any] | None,
    density: Mapping[str, Any] | None,
) -> Answer:
    """Energy and greenhouse gases of burning a fuel; see the declaration.

    Raises
    ------
    OptionError
        A volume of unknown density, a mass of unknown calorific value, more carbon than fuel.
    UnitError
        A unit of another kind.
    """
    trail = Trail()
    by_volume, by_mass = _own_ncv(ncv, trail)
    energy_gj, mass_t = _amount(fuel, amount, by_volume, density, trail)
    content = _own_carbon(fuel, carbon, by_mass, trail)
    found = burn(fuel, energy_gj=energy_gj, mass_t=mass_t, gwp=gwp.lower(), trail=trail, ncv=by_mass, carbon=content)
    result = {
        "energy_gj": found.energy_gj, "co2_kg": found.co2_kg, "ch4_kg": found.ch4_kg, "n2o_kg": found.n2o_kg,
        "co2e_kg": found.co2e_kg,
    }  # fmt: skip
    charts = (_by_gas(found, gwp),) if found.parts else ()
    behind = {"ranges": ranged({"co2_kg": found.co2, "co2e_kg": found.co2e})["ranges"]}
    return Answer(result, trail.findings, trail.steps, trail.unverified, charts=charts, behind=behind)


def _own_ncv(given: Mapping[str, Any] | None, trail: Trail) -> tuple[float | None, float | None]:
    """The user's net calorific value: by volume (GJ/m3), or by mass (GJ/t)."""
    if given is None:
        return None, None
    value = positive(given, "ncv")
    kind = kind_of(given["unit"], "ncv.unit", {"mass": "GJ/t", "volume": "GJ/m3"}, _NCV_UNITS)
    unit = "GJ/t" if kind == "mass" else "GJ/m3"
    found = unit_to(value, given["unit"], unit, where="ncv.unit")
    trail.given(
        Text("自有低位发热量", "Own net calorific value"),
        Text(f"{value:g} {given['unit']} = {found:g} {unit}，代替表中数值",
             f"{value:g} {given['unit']} = {found:g} {unit}, in place of the table's"),
        ncv=found, unit=unit,
    )  # fmt: skip
    return (None, found) if kind == "mass" else (found, None)


def _amount(
    fuel: str, given: Mapping[str, Any], gj_per_m3: float | None, density: Mapping[str, Any] | None, trail: Trail
) -> tuple[float | None, float | None]:
    """Gigajoules or tonnes."""
    value, unit = float(given["value"]), given["unit"]
    kind = kind_of(unit, "amount.unit", _AMOUNTS, _AMOUNT_UNITS)
    found = unit_to(value, unit, _AMOUNTS[kind], where="amount.unit")
    if kind == "energy":
        if gj_per_m3 is not None:
            raise _refused("ncv", Text("以能量给出用量时不用体积热值", "an amount as energy needs no value by volume"))
        return found, None
    if kind == "mass":
        if gj_per_m3 is not None:
            raise _refused("ncv", Text("以质量给出用量时，热值须按质量", "a mass needs a calorific value by mass"))
        return None, found
    if gj_per_m3 is not None:
        return found * gj_per_m3, None
    kg_per_m3 = _density(fuel, density, trail)
    mass_t = found * kg_per_m3 / KG_PER_T
    trail.formula(
        Text("质量", "Mass"),
        f"{found:.10g} m3 × {kg_per_m3:g} kg/m3 ÷ 1000 = {mass_t:.10g} t ({STANDARD_C:g} °C)",
    )
    return None, mass_t


def _density(fuel: str, own: Mapping[str, Any] | None, trail: Trail) -> float:
    """kg/m3: the user's, or the table's."""
    if own is not None:
        return unit_to(positive(own, "density"), own["unit"], "kg/m3", where="density.unit")
    factor = table("analysis").get(fuel, "density")
    if factor is None:
        name = name_of("fuels", fuel)
        raise OptionError(
            Text(
                f"{name.zh}没有可靠的密度，无法由体积换算",
                f"there is no density of {name.en} to turn a volume into a mass",
            ),
            Text("请以质量或能量给出用量，或给出 density", "Give the amount as mass or energy, or give density"),
            where="amount.unit",
        )
    return trail.use(factor)


def _own_carbon(fuel: str, given: Mapping[str, Any] | None, gj_per_t: float | None, trail: Trail) -> float | None:
    """The user's carbon content in kg/GJ; a share of the mass is divided by the calorific value."""
    if given is None:
        return None
    value = positive(given, "carbon")
    kinds = {"energy": "kg/GJ", "share": "kg/t"}
    kind = kind_of(given["unit"], "carbon.unit", kinds, _CARBON_UNITS)
    found = unit_to(value, given["unit"], kinds[kind], where="carbon.unit")
    if kind == "share":
        factor = table("fuels").get(fuel, "ncv")
        heat = gj_per_t if gj_per_t is not None else factor.value if factor is not None else None
        if heat is None:
            raise _refused("ncv", Text("按质量给出含碳量时须有 ncv", "carbon as a share of the mass needs ncv"))
        found /= heat
    trail.given(
        Text("自有含碳量", "Own carbon content"),
        Text(f"{value:g} {given['unit']} = {found:.10g} kg/GJ，代替表中数值",
             f"{value:g} {given['unit']} = {found:.10g} kg/GJ, in place of the table's"),
        carbon_kg_per_gj=found,
    )  # fmt: skip
    return found


def _refused(where: str, what: Text) -> OptionError:
    return OptionError(what, Text("请核对单位", "Look at the units again"), where=where)


def _by_gas(found: Burnt, gwp: str) -> Bars:
    """What each gas counts for."""
    return Bars(
        "combustion-by-gas",
        Text(f"各温室气体的贡献（{gwp}）", f"Greenhouse gases by what they count for ({gwp})"),
        "kgCO2e",
        tuple(name_of("gwp", gas) for gas in found.parts),
        (Series(Text("排放", "emitted"), tuple(found.parts.values())),),
        note=Text("生物质的CO2不计入", "CO2 of biomass is left out") if found.is_biogenic else None,
    )
