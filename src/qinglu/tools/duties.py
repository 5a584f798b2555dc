"""The tools ``obligations``, ``coal-gate`` and ``critical-habitat``: clauses on a day, put to one project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from ..errors import OptionError
from ..model.level import Level
from ..rules import habitat
from ..rules.clauses import clause_step
from ..rules.duties import Duties, Gate, listed
from ..rules.power import COMBUSTION
from ..text import Text
from ..words import TECHNOLOGIES
from ..workspace import Workspace
from .answer import Answer

PLANTS = (*COMBUSTION, "hydropower", "nuclear_power", "wind_power", "solar_power", "geothermal_power")
"""Sectors where a capacity is part of what a project is."""

_FUEL_OF = {"coal_boiler": "coal", "w_flame_boiler": "coal", "oil_boiler": "oil", "biomass_boiler": "biomass"}
"""Technologies that name their fuel; a fluidised bed or a turbine may burn several."""


def obligations(
    workspace: Workspace,
    country: str,
    sector: str,
    stage: str,
    on: date,
    capacity_mw: float | None = None,
    capacity_mwth: float | None = None,
    findings: Sequence[str] | None = None,
    **facts: Any,
) -> Answer:
    """What binds a project on a day; see the declaration for the inputs.

    Raises
    ------
    OptionError
        A power plant without a capacity, a thermal capacity of what has none, a fuel that is not of the technology.
    """
    _check_capacity(sector, capacity_mw, capacity_mwth)
    subject: dict[str, Any] = {
        **facts,
        "country": country,
        "sector": sector,
        "stage": stage,
        "capacity_mw": capacity_mw,
        "capacity_mwth": capacity_mwth,
        "finding": None if findings is None else frozenset(findings),
        "fuel": _fuel(facts.get("fuel"), facts.get("technology")),
    }
    duties = Duties(workspace.rulebook().clauses, on)
    owed = duties.owed(subject)
    gate = duties.coal_gate(subject)
    found = (owed.finding(), *(() if gate.gate in ("none", "unknown") else (gate.finding(),)))
    return Answer(owed.as_dict(), found, owed.trace, owed.unverified())


def coal_gate(
    workspace: Workspace,
    country: str,
    stage: str,
    on: date,
    sector: str = "thermal_power",
    fuel: str | None = None,
    technology: str | None = None,
) -> Answer:
    """Whether a coal plant abroad passes; see the declaration for the inputs.

    Raises
    ------
    OptionError
        A fuel that is not of the technology; neither of them given for a thermal plant.
    """
    burnt = _fuel(fuel, technology)
    if burnt is None and technology is None and sector == "thermal_power":
        raise OptionError(
            Text("缺少 fuel：燃料", "fuel is missing"),
            Text("请给出 fuel 或 technology，如 coal", "Give fuel or technology, coal for example"),
            where="fuel",
        )
    subject = {"country": country, "sector": sector, "stage": stage, "fuel": burnt, "technology": technology}
    gate = Duties(workspace.rulebook().clauses, on).coal_gate(subject)
    return _gate_answer(gate)


def critical_habitat(workspace: Workspace, on: date, **criteria: Any) -> Answer:
    """Whether a place is critical habitat; see the declaration for the inputs.

    Raises
    ------
    OptionError
        No criterion was given.
    """
    given = {k: v for k, v in criteria.items() if v is not None}
    if not given:
        raise OptionError(
            Text("没有给出任何标准", "no criterion is given"),
            Text("请至少给出 c1 至 c5 之一", "Give at least one of c1, c2, c3, c4, c5"),
            where="c1",
        )
    judged = habitat.judge(workspace.rulebook().clauses, given, on)
    return Answer(judged.as_dict(), (judged.finding(),), judged.trace, listed(judged.rests_on))


def _gate_answer(gate: Gate) -> Answer:
    used = [(a.clause, e) for a, e in gate.rests_on]
    steps = tuple(clause_step(a, e) for a, e in gate.rests_on)
    finding = gate.finding() if gate.level is not Level.CLEAR else None
    return Answer(gate.as_dict(), (finding,) if finding else (), steps, listed(used))


def _check_capacity(sector: str, mw: float | None, mwth: float | None) -> None:
    if mw is None and mwth is None and sector in PLANTS:
        raise OptionError(
            Text("缺少 capacity_mw：装机容量", "capacity_mw is missing: the capacity of a power plant"),
            Text(
                "请给出 capacity_mw（电，MW）或 capacity_mwth（热，MWth）",
                "Give capacity_mw (electric, MW) or capacity_mwth (thermal, MWth)",
            ),
            where="capacity_mw",
        )
    for name, value in (("capacity_mw", mw), ("capacity_mwth", mwth)):
        if value == 0:
            raise OptionError(
                Text("值 0 无效", "0 is not allowed"),
                Text("允许：大于0的数字", "Allowed: a number above 0"),
                where=name,
            )
    if mwth is not None and sector not in (*COMBUSTION, "nuclear_power", "geothermal_power"):
        raise OptionError(
            Text(f"值 {mwth:g} 不适用于 {sector}", f"{mwth:g} is not allowed: {sector} has no thermal capacity"),
            Text("请改用 capacity_mw", "Give capacity_mw instead"),
            where="capacity_mwth",
        )
    if mw is not None and mwth is not None and mw > mwth:
        raise OptionError(
            Text(
                f"电功率 {mw:g} MW 大于热功率 {mwth:g} MWth", f"{mw:g} MW electric is more than {mwth:g} MWth thermal"
            ),
            Text("热功率不小于电功率", "Thermal capacity is never the smaller"),
            where="capacity_mw",
        )


def _fuel(fuel: str | None, technology: str | None) -> str | None:
    own = _FUEL_OF.get(technology or "")
    same = own is None or fuel is None or fuel == own or (own == "coal" and fuel == "lignite")
    if not same:
        title = _title(TECHNOLOGIES, technology or "")
        raise OptionError(
            Text(f"燃料 {fuel} 与{title.zh}不符", f"{fuel} is not the fuel of a {title.en}"),
            Text(f"应为 {own}", f"It would be {own}"),
            where="fuel",
        )
    return fuel or own


def _title(words: Mapping[str, Text], word: str) -> Text:
    return words.get(word, Text(word, word))
