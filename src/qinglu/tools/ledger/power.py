"""The tool ``power-plant``: a plant in, its year out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...errors import OptionError
from ...ledger.air import POLLUTANTS, Analysis, Stack
from ...ledger.combustion import KG_PER_T
from ...ledger.estimate import Estimate
from ...ledger.power import Plant, plant
from ...ledger.tables import name_of
from ...ledger.trail import Trail
from ...model.chart import Bars, Chart, Label, Series
from ...text import Text
from ...workspace import Workspace
from ..answer import Answer
from .amounts import positive, unit_to
from .ranged import ranged

_PERCENT = 100.0
_SAID: Mapping[str, Label] = {"so2": "SO2", "nox": "NOx", "pm": Text("颗粒物", "Particulate matter")}


def power_plant(
    workspace: Workspace,
    technology: str,
    capacity_mw: float,
    capacity_factor: float,
    net_efficiency: float | None,
    fuel: str | None,
    analysis: Mapping[str, Any] | None,
    controls: Sequence[str],
    cooling: str | None,
    gwp: str,
) -> Answer:
    """Output, fuel, CO2, air pollutants and water of a year; see the declaration.

    Raises
    ------
    OptionError
        An impossible value; a fuel, control or cooling the technology does not go with.
    UnitError
        A unit of another kind.
    """
    trail = Trail()
    own, carbon = _analysis(analysis, trail)
    found = plant(
        technology, capacity_mw, capacity_factor, net_efficiency, fuel, trail=trail, analysis=own,
        carbon_kg_per_gj=carbon, controls=tuple(controls), cooling=cooling, gwp=gwp.lower(),
    )  # fmt: skip
    result = {
        "net_mwh": found.net_mwh,
        "fuel_tj": found.fuel_tj,
        "co2_t": found.co2_t,
        "g_co2_per_kwh": found.g_co2_per_kwh,
        **{f"{p}_t": _both(found.air[p]) for p in POLLUTANTS},
        "water_m3": found.water_m3,
    }
    charts = _charts(found, gwp)
    return Answer(result, trail.findings, trail.steps, trail.unverified, charts=charts, behind=_gases(found))


def _analysis(given: Mapping[str, Any] | None, trail: Trail) -> tuple[Analysis | None, float | None]:
    """The user's own analysis, as received, and its carbon in kg/GJ."""
    if not given:
        return None, None
    ncv = None
    if given.get("ncv") is not None:
        ncv = unit_to(positive(given["ncv"], "analysis.ncv"), given["ncv"]["unit"], "GJ/t", where="analysis.ncv.unit")
    sulphur, ash, carbon = (given.get(f"{name}_pct") for name in ("sulphur", "ash", "carbon"))
    whole = sum(share for share in (sulphur, ash, carbon) if share is not None)
    if whole > _PERCENT:
        raise OptionError(
            Text(f"硫、灰分与碳合计 {whole:g} %", f"sulphur, ash and carbon sum up to {whole:g} %"),
            Text(
                "各项均为收到基质量百分比，合计不大于100",
                "Each is a percentage of the mass as received, 100 together at most",
            ),
            where="analysis",
        )
    if carbon is not None and ncv is None:
        raise OptionError(
            Text("缺少 ncv：按质量给出含碳量时须有热值", "ncv is missing: carbon as a share of the mass needs it"),
            Text("请给出 analysis.ncv", "Give analysis.ncv"),
            where="analysis.ncv",
        )
    told = {"sulphur_pct": sulphur, "ash_pct": ash, "carbon_pct": carbon, "ncv_gj_per_t": ncv}
    said = ", ".join(f"{name} = {value:g}" for name, value in told.items() if value is not None)
    trail.given(
        Text("自有燃料分析", "Own analysis of the fuel"),
        Text(f"收到基：{said}", f"As received: {said}"),
        **{name: value for name, value in told.items() if value is not None},
    )
    content = None if carbon is None or ncv is None else carbon / _PERCENT * 1000 / ncv
    return Analysis(sulphur, ash, ncv), content


def _gases(found: Plant) -> dict[str, Any]:
    """All greenhouse gases, CO2 of biomass left out; whether there is any of it; and bounds."""
    co2e = found.co2 if found.burnt is None else _tonnes(found.burnt.co2e)
    told = ranged({"co2_t": found.co2, "co2e_t": co2e, "water_m3": found.water})
    is_biogenic = found.burnt is not None and found.burnt.is_biogenic
    return {"co2e_t": told["co2e_t"], "is_biogenic": is_biogenic, "ranges": told["ranges"]}


def _tonnes(kg: Estimate | None) -> Estimate | None:
    return None if kg is None else kg * (1 / KG_PER_T)


def _both(stack: Stack | None) -> dict[str, float | None]:
    """Before and behind the controls; nothing where it is not known."""
    if stack is None:
        return {"uncontrolled": None, "controlled": None}
    return {"uncontrolled": stack.uncontrolled.value, "controlled": stack.controlled.value}


def _charts(found: Plant, gwp: str) -> tuple[Chart, ...]:
    charts: list[Chart] = []
    known = [(p, found.air[p]) for p in POLLUTANTS if found.air[p] is not None]
    if found.fuel is not None and known:
        stacks = [stack for _, stack in known if stack is not None]
        before, behind = [s.uncontrolled for s in stacks], [s.controlled for s in stacks]
        charts.append(Bars(
            "power-plant-air",
            Text("大气污染物：治理前与治理后", "Air pollutants before and behind the controls"),
            "t/a",
            tuple(_SAID[p] for p, _ in known),
            (_series(Text("治理前", "uncontrolled"), before), _series(Text("治理后", "controlled"), behind)),
            stacked=False,
        ))  # fmt: skip
    if found.burnt is not None and found.burnt.parts:
        parts = {gas: kg / 1000 for gas, kg in found.burnt.parts.items()}
        charts.append(Bars(
            "power-plant-gases",
            Text(f"温室气体按来源（{gwp}）", f"Greenhouse gases by source ({gwp})"),
            "tCO2e/a",
            tuple(name_of("gwp", gas) for gas in parts),
            (Series(Text("排放", "emitted"), tuple(parts.values())),),
            note=Text("生物质的CO2不计入", "CO2 of biomass is left out") if found.burnt.is_biogenic else None,
        ))  # fmt: skip
    return tuple(charts)


def _series(title: Text, values: Sequence[Any]) -> Series:
    return Series(
        title, tuple(v.value for v in values), tuple(v.bounds[0] for v in values), tuple(v.bounds[1] for v in values)
    )
