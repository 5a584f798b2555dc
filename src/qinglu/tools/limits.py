"""The tools ``limits``, ``convert`` and ``who-air``: checked inputs in, an answer out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from ..errors import OptionError
from ..model.level import Level
from ..model.rule import Step
from ..rules import Clauses, unverified
from ..rules.air import ABOVE, classify_air
from ..rules.gas import GasState, convert_gas
from ..rules.limits import Limits, Measured, find_limits
from ..rules.power import Capacity, capacity
from ..text import Text
from ..workspace import Workspace
from .answer import Answer

O2_PCT = {"gas_turbine": 15.0, "engine": 15.0, "dual_fuel_engine": 15.0}
BOILER_O2_PCT = 6.0
"""Reference oxygen where none is asked for: of boilers."""

FUEL = {
    "coal_boiler": "coal", "cfb_boiler": "coal", "w_flame_boiler": "coal", "oil_boiler": "oil",
    "biomass_boiler": "biomass",
}  # fmt: skip
_USUAL_FUEL = "natural_gas"


def limits(
    workspace: Workspace,
    country: str,
    technology: str,
    capacity_mw: float | None,
    capacity_mwth: float | None,
    commissioned: date,
    fuel: str | None,
    region: str | None,
    airshed: str,
    on: date,
    reference: Mapping[str, Any] | None,
    measured: Mapping[str, Mapping[str, Any]] | None,
) -> Answer:
    """Every limit that applies to a plant, the strictest, and how a measured value stands; see the declaration.

    Raises
    ------
    OptionError
        Neither capacity is given, or an impossible one.
    GasStateError
        A state that cannot be, or says too little to convert.
    """
    clauses = workspace.rulebook().clauses
    plant, steps = plant_of(country, technology, commissioned, fuel, region, airshed)
    size = sized(clauses, plant, capacity_mw, capacity_mwth, on)
    state, taken = reference_of(technology, reference)
    values = {
        name: Measured(given["value"], given["unit"], state_of(given)) for name, given in (measured or {}).items()
    }
    if not measured:
        taken = [*taken, _default("measured", "none", Text("measured：无", "measured: none"))]
    found = find_limits(clauses, {**plant, **size.facts}, on, state, values)
    result = {
        "country": country,
        "technology": technology,
        "on": on,
        "reference": state.as_dict(),
        "pollutants": {name: compared.as_dict() for name, compared in found.pollutants.items()},
    }
    findings, unchecked = list(found.findings), list(found.unverified)
    if size.derived:
        findings += _size_class(clauses, plant, size, on, state, found)
        steps.append(size.step)
        if size.rests_on is not None:
            unchecked.append(unverified(*size.rests_on))
    return Answer(result, tuple(findings), (*taken, *steps, *found.trace), tuple(unchecked))


def plant_of(
    country: str, technology: str, commissioned: date, fuel: str | None, region: str | None, airshed: str
) -> tuple[dict[str, Any], list[Step]]:
    """What clauses ask of a plant but for its size, and the steps for what was taken by default."""
    steps = []
    if fuel is None:
        fuel = FUEL.get(technology, _USUAL_FUEL)
        steps.append(_default("fuel", fuel, Text(f"fuel = {fuel}（随技术）", f"fuel = {fuel} (by technology)")))
    plant = {
        "country": country, "sector": "thermal_power", "technology": technology, "fuel": fuel, "region": region,
        "airshed": airshed, "commissioned": commissioned,
    }  # fmt: skip
    return plant, steps


def sized(clauses: Clauses, plant: Mapping[str, Any], mw: float | None, mwth: float | None, on: date) -> Capacity:
    """Both capacities of a plant, one derived where it was not given.

    Raises
    ------
    OptionError
        Neither is given, one is not above 0, or more electric than thermal.
    """
    for value, name in ((mw, "capacity_mw"), (mwth, "capacity_mwth")):
        if value is not None and not value > 0:
            raise OptionError(
                Text(f"{value:g} 不可能", f"{value:g} is not possible"),
                Text("容量须大于0", "A capacity is above 0"),
                where=name,
            )
    if mw is not None and mwth is not None and mw >= mwth:
        raise OptionError(
            Text(f"{mw:g} MW 不小于热功率 {mwth:g} MWth", f"{mw:g} MW is no less than the {mwth:g} MWth of heat"),
            Text("请核对两个容量，或只给其一", "Look at both again, or give one of them"),
            where="capacity_mw",
        )
    found = capacity(clauses, {**plant, "capacity_mw": mw, "capacity_mwth": mwth}, on)
    if found is None:
        raise OptionError(
            Text("缺少 capacity_mw：装机容量", "capacity_mw is missing: the electric capacity"),
            Text("请给出 capacity_mw（MW）或 capacity_mwth（MWth）", "Give capacity_mw in MW or capacity_mwth in MWth"),
            where="capacity_mw",
        )
    return found


def reference_of(technology: str, given: Mapping[str, Any] | None) -> tuple[GasState, list[Step]]:
    """The state to which all is brought, and the step that names it where it was not given."""
    o2_pct = O2_PCT.get(technology, BOILER_O2_PCT)
    if given is not None and given.get("o2_pct") is not None:
        return state_of(given), []
    state = state_of({**(given or {}), "o2_pct": o2_pct})
    rest = "" if given else "，0 °C，干基"
    said = Text(
        f"reference：{o2_pct:g}% O2{rest}", f"reference: {o2_pct:g}% O2{'' if given else ', 0 °C, dry'}"
    )
    return state, [_default("reference", state.as_dict(), said)]


def state_of(given: Mapping[str, Any]) -> GasState:
    """A state of gas from checked inputs."""
    names = ("o2_pct", "temperature_c", "pressure_kpa", "dry", "moisture_pct")
    return GasState(**{n: given[n] for n in names if given.get(n) is not None})


def convert(workspace: Workspace, **given: Any) -> Answer:
    """A concentration in another state or unit; see the declaration.

    Raises
    ------
    GasStateError
        A state that cannot be, or says too little to convert.
    """
    # A pollutant named beside ppm asks for its mass; nothing else would need the name.
    to_unit = given["to_unit"] or ("mg/m3" if given["unit"] == "ppm" and given["pollutant"] else given["unit"])
    at, to = state_of(given["from_"]), state_of(given["to"])
    out = convert_gas(given["value"], given["unit"], at, to, to_unit=to_unit, pollutant=given["pollutant"] or "")
    result = {"value": out.value, "unit": out.unit, "from": at.as_dict(), "to": to.as_dict()}
    return Answer(result, trace=out.steps)


def who_air(
    workspace: Workspace, pollutant: str, averaging: str, value: float, unit: str, on: date | None
) -> Answer:
    """The class of a concentration in outdoor air; see the declaration.

    Raises
    ------
    OptionError
        No level stands for the pollutant over that time.
    """
    day = on or workspace.today
    found = classify_air(workspace.rulebook().clauses, pollutant, averaging, value, unit, day)
    result = {
        "class": found.name,
        "value": found.value,
        "unit": found.unit,
        "meets_guideline": found.name == "AQG",
        "levels": {name: entry.number for name, _, entry in found.levels},
        "rule_id": found.level[0].id if found.level else None,
        "on": day,
    }
    loosest = found.levels[-1][1]
    said = Text(
        f"{value:g} {unit}：{'高于过渡目标1' if found.name == ABOVE else found.name}",
        f"{value:g} {unit}: {found.name}",
    )
    level = Level.CLEAR if found.name == "AQG" else Level.WARNING if found.name == ABOVE else Level.NOTE
    finding = {
        "rule_id": found.level[0].id if found.level else loosest.id,
        "level": str(level),
        "explanation_zh": said.zh,
        "explanation_en": said.en,
    }
    unchecked = tuple(unverified(clause, entry) for _, clause, entry in found.levels if not entry.is_verified)
    return Answer(result, (finding,), found.trace, unchecked)


def _size_class(
    clauses: Clauses, plant: Mapping[str, Any], size: Capacity, on: date, state: GasState, found: Limits
) -> list[dict[str, Any]]:
    """A finding where real efficiencies lie on both sides of a size class: the limits then rest on the assumed one."""
    if size.derived != "capacity_mwth" or size.mw is None or size.low is None or size.high is None:
        return []
    chosen = _ids(found)
    for efficiency in (size.low, size.high):
        heat = {"capacity_mw": size.mw, "capacity_mwth": size.mw / efficiency}
        other = _ids(find_limits(clauses, {**plant, **heat}, on, state))
        if other != chosen:
            rule = sorted(chosen ^ other)[0]
            said = Text(
                f"热功率按假定效率推算；效率为 {efficiency:g} 时适用的限值不同，请给出 capacity_mwth",
                f"The thermal capacity was derived; at an efficiency of {efficiency:g} other limits apply: "
                "give capacity_mwth",
            )
            level = str(Level.UNKNOWN)
            return [{"rule_id": rule, "level": level, "explanation_zh": said.zh, "explanation_en": said.en}]
    return []


def _ids(found: Limits) -> set[str]:
    return {c.clause.id for compared in found.pollutants.values() for c in compared.candidates}


def _default(name: str, value: Any, said: Text) -> Step:
    return Step(
        "input",
        Text("默认值", "By default"),
        Text(f"未给出，取默认值：{said.zh}", f"Not given, taken by default: {said.en}"),
        {name: value},
    )
