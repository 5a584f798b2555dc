"""Concentrations in flue gas brought to one reference state, each step with its formula.

A limit says how much of a pollutant a cubic metre may hold, but of which cubic metre? Air let in dilutes it, warmth
widens it, vapour takes room in it. Only concentrations of one state are comparable.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from ..errors import InputError
from ..model.rule import Step
from ..text import Text
from ..units import convert, plain, registry

AIR_O2_PCT = 21.0
"""Oxygen in air, volume percent, as emission standards round it (GB 13223-2011; some jurisdictions use 20.9)."""

ZERO_C_K = 273.15
STANDARD_KPA = 101.325
MOLAR_VOLUME_L = 22.414
"""Litres of ideal gas a mole at 0 °C and 101.325 kPa, to the five digits that standards print."""

MOLAR_MASS_G = {"so2": 64.066, "nox": 46.0055, "co": 28.010}
"""Grams a mole (IUPAC atomic weights); nitrogen oxides are counted as NO2."""

UNITS = ("mg/m3", "ug/m3", "g/m3", "ppm")
"""Units in which a concentration may be given; ``ppm`` is by volume."""

_TITLE = Text("换算", "Conversion")


class GasStateError(InputError):
    """A state of gas that cannot be, or that says too little for the conversion asked for."""

    slug = "gas-state"


@dataclass(frozen=True, slots=True)
class GasState:
    """The state in which a concentration is stated.

    Attributes
    ----------
    o2_pct : float or None
        Oxygen, volume percent of the dry gas; None where not stated.
    temperature_c, pressure_kpa : float
        Of the cubic metre.
    dry : bool
        Whether vapour is left out.
    moisture_pct : float or None
        Vapour, volume percent of the wet gas; asked for where wet gas is turned into dry or back.
    """

    o2_pct: float | None = None
    temperature_c: float = 0.0
    pressure_kpa: float = STANDARD_KPA
    dry: bool = True
    moisture_pct: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """The state as JSON values."""
        return {
            "o2_pct": self.o2_pct, "temperature_c": self.temperature_c, "pressure_kpa": self.pressure_kpa,
            "dry": self.dry, "moisture_pct": self.moisture_pct,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Converted:
    """A concentration in its new state, and the steps that led there."""

    value: float
    unit: str
    steps: tuple[Step, ...]


def check_state(state: GasState, where: str) -> None:
    """Refuse a state that cannot be; `where` is the field it was given in.

    Raises
    ------
    GasStateError
        Oxygen outside [0, 21), temperature at or below absolute zero, pressure not above 0, moisture outside [0, 100).
    """
    _within(state.o2_pct, 0.0, AIR_O2_PCT, f"{where}.o2_pct", Text("0至21（不含21）", "0 up to, not including, 21"))
    _within(
        state.temperature_c, math.nextafter(-ZERO_C_K, 0), 2000.0, f"{where}.temperature_c",
        Text("高于-273.15、低于2000", "above -273.15 and below 2000"),
    )  # fmt: skip
    _within(state.pressure_kpa, math.ulp(0.0), 1e4, f"{where}.pressure_kpa", Text("大于0", "above 0"))
    _within(state.moisture_pct, 0.0, 100.0, f"{where}.moisture_pct", Text("0至100（不含100）", "0 up to 100"))


def convert_gas(
    value: float,
    unit: str,
    at: GasState,
    to: GasState,
    *,
    to_unit: str = "mg/m3",
    pollutant: str = "",
    names: tuple[str, str] = ("from", "to"),
) -> Converted:
    """A concentration stated at `at`, as it is at `to`.

    Parameters
    ----------
    value : float
        In `unit`, one of `UNITS`.
    pollutant : str
        ``so2``, ``nox`` (as NO2) or ``co``: asked for where ppm meets a mass unit.
    names : (str, str)
        What errors call the two states.

    Raises
    ------
    GasStateError
        A state that cannot be; oxygen or moisture stated on one side only; no molar mass for the pollutant.
    UnitError
        A unit that is not known.

    Examples
    --------
    >>> at = GasState(o2_pct=7, temperature_c=25)
    >>> round(convert_gas(200, "mg/m3", at, GasState(o2_pct=6)).value, 6)
    233.898172
    >>> round(convert_gas(25, "ppm", GasState(), GasState(), pollutant="nox").value, 3)
    51.313
    """
    for state, name in ((at, names[0]), (to, names[1])):
        check_state(state, name)
    unit, to_unit = plain(unit), plain(to_unit)
    steps: list[Step] = []
    if unit == "ppm" and to_unit != "ppm":
        # A share by volume knows no temperature: it becomes a mass in the cubic metre that is asked for.
        at = replace(at, temperature_c=to.temperature_c, pressure_kpa=to.pressure_kpa)
        _check_pollutant(pollutant, names[0])
        value, unit = _mass(value, at, pollutant, steps), "mg/m3"
    elif unit != "ppm" and to_unit == "ppm":
        _check_pollutant(pollutant, names[0])
        value, unit = _volume(convert(value, unit, "mg/m3"), at, pollutant, steps), "ppm"
    value = _vapour(value, at, to, names, steps)
    value = _oxygen(value, at, to, names, steps)
    if unit != "ppm":
        value = _expansion(value, at, to, steps)
    return Converted(convert(value, unit, to_unit), to_unit, tuple(steps))


def _within(given: float | None, low: float, high: float, where: str, allowed: Text) -> None:
    if given is not None and not low <= given < high:
        raise GasStateError(
            Text(f"{given:g} 不可能", f"{given:g} is not possible"),
            Text(f"允许：{allowed.zh}", f"Allowed: {allowed.en}"),
            where=where,
        )


def _step(name: str, zh: str, en: str, **detail: Any) -> Step:
    return Step("formula", _TITLE, Text(zh, en), {"formula": name, **detail})


def _check_pollutant(pollutant: str, name: str) -> None:
    if pollutant in MOLAR_MASS_G:
        return
    known = tuple(MOLAR_MASS_G)
    raise GasStateError(
        Text(f"{pollutant or '未指明的污染物'} 不能在 ppm 与质量浓度之间换算",
             f"{pollutant or 'a pollutant not named'} cannot be turned between ppm and mass"),
        Text(f"可用：{'、'.join(known)}", f"One of {', '.join(known)}"),
        where="pollutant" if name == "from" else f"{name}.unit",
    )  # fmt: skip


def _molar_volume_l(state: GasState) -> float:
    return MOLAR_VOLUME_L * (ZERO_C_K + state.temperature_c) / ZERO_C_K * STANDARD_KPA / state.pressure_kpa


def _mass(ppm: float, state: GasState, pollutant: str, steps: list[Step]) -> float:
    mass, room = MOLAR_MASS_G[pollutant], _molar_volume_l(state)
    quantity = registry().Quantity
    share, weight, volume = quantity(ppm, "ppm"), quantity(mass, "g/mol"), quantity(room, "L/mol")
    out = float((share * weight / volume).to("mg/m3").magnitude)
    line = f"{ppm:.10g} ppm × {mass:g} g/mol ÷ {room:.6g} L/mol = {out:.10g} mg/m3"
    steps.append(_step("ppm-to-mass", line, line, ppm=ppm, molar_mass_g=mass, molar_volume_l=room, value=out))
    return out


def _volume(mg_m3: float, state: GasState, pollutant: str, steps: list[Step]) -> float:
    mass, room = MOLAR_MASS_G[pollutant], _molar_volume_l(state)
    quantity = registry().Quantity
    held, weight, volume = quantity(mg_m3, "mg/m3"), quantity(mass, "g/mol"), quantity(room, "L/mol")
    out = float((held * volume / weight).to("ppm").magnitude)
    line = f"{mg_m3:.10g} mg/m3 × {room:.6g} L/mol ÷ {mass:g} g/mol = {out:.10g} ppm"
    steps.append(_step("mass-to-ppm", line, line, mg_m3=mg_m3, molar_mass_g=mass, molar_volume_l=room, value=out))
    return out


def _vapour(value: float, at: GasState, to: GasState, names: tuple[str, str], steps: list[Step]) -> float:
    if at.dry and to.dry:
        return value
    if not at.dry and not to.dry and at.moisture_pct == to.moisture_pct:
        return value  # as wet as before
    shares = []
    for state, name in ((at, names[0]), (to, names[1])):
        if not state.dry and state.moisture_pct is None:
            raise GasStateError(
                Text("缺失：湿基与干基换算须知含湿量", "missing: wet gas is turned into dry by its moisture"),
                Text("请给出水汽的体积百分比，如 8", "Give the vapour in percent by volume, 8 for example"),
                where=f"{name}.moisture_pct",
            )
        shares.append(0.0 if state.dry else state.moisture_pct or 0.0)
    wet, other = shares
    out = value * (100 - other) / (100 - wet)
    line = f"{value:.10g} × (100 − {other:g}) ÷ (100 − {wet:g}) = {out:.10g}"
    steps.append(_step("moisture", f"含湿量：{line}", f"Moisture: {line}", moisture_pct=[wet, other], value=out))
    return out


def _oxygen(value: float, at: GasState, to: GasState, names: tuple[str, str], steps: list[Step]) -> float:
    if (at.o2_pct is None) != (to.o2_pct is None):
        lacking = names[0] if at.o2_pct is None else names[1]
        raise GasStateError(
            Text("缺失：一侧给出了含氧量，另一侧没有", "missing: oxygen is stated on the other side only"),
            Text("请给出干基氧的体积百分比，0至21（不含21）", "Give oxygen in percent of dry gas, 0 up to 21"),
            where=f"{lacking}.o2_pct",
        )
    if at.o2_pct is None or to.o2_pct is None or at.o2_pct == to.o2_pct:
        return value
    out = value * (AIR_O2_PCT - to.o2_pct) / (AIR_O2_PCT - at.o2_pct)
    line = f"{value:.10g} × (21 − {to.o2_pct:g}) ÷ (21 − {at.o2_pct:g}) = {out:.10g}"
    steps.append(
        _step("oxygen", f"基准含氧量：{line}", f"Reference oxygen: {line}", o2_pct=[at.o2_pct, to.o2_pct], value=out)
    )
    return out


def _expansion(value: float, at: GasState, to: GasState, steps: list[Step]) -> float:
    if at.temperature_c != to.temperature_c:
        warm, ask = ZERO_C_K + at.temperature_c, ZERO_C_K + to.temperature_c
        out = value * warm / ask
        line = f"{value:.10g} × {warm:.2f} K ÷ {ask:.2f} K = {out:.10g}"
        detail = {"temperature_c": [at.temperature_c, to.temperature_c], "value": out}
        steps.append(_step("temperature", f"温度：{line}", f"Temperature: {line}", **detail))
        value = out
    if at.pressure_kpa != to.pressure_kpa:
        out = value * to.pressure_kpa / at.pressure_kpa
        line = f"{value:.10g} × {to.pressure_kpa:g} kPa ÷ {at.pressure_kpa:g} kPa = {out:.10g}"
        detail = {"pressure_kpa": [at.pressure_kpa, to.pressure_kpa], "value": out}
        steps.append(_step("pressure", f"压力：{line}", f"Pressure: {line}", **detail))
        value = out
    return value
