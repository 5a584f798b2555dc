"""Parts of a project's ledger from what was given: a tool's answer, a plain line, electricity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...errors import InputError, OptionError
from ...ledger import grid
from ...ledger.estimate import Estimate
from ...ledger.project import Life, Part, times
from ...ledger.trail import Trail
from ...model.level import Level
from ...text import Text
from ...workspace import Workspace
from ..answer import Answer
from ..check import checked
from ..declare import Tool
from .figures import SOURCES, Figure

_PATHS = ("path", "folder", "layers", "rasters")
_G_PER_KWH = 1e-3  # t/MWh


@dataclass(frozen=True)
class Reckoned:
    """A given part, worked out.

    Attributes
    ----------
    parts : tuple of Part
    answer : Answer or None
        Of its tool.
    output_mwh : float or None
        Generated in a year, where it is a power plant.
    """

    parts: tuple[Part, ...]
    answer: Answer | None = None
    output_mwh: float | None = None


def reckon(workspace: Workspace, n: int, given: Mapping[str, Any], when: Life, country: str, trail: Trail) -> Reckoned:
    """One given part as parts of the ledger.

    Parameters
    ----------
    n : int
        Its position, for messages.
    given : mapping
        As declared, checked field by field.

    Raises
    ------
    InputError
        It is none of tool, line and electricity, or more than one; its tool refuses; years outside the project's.
    """
    at = f"parts[{n}]"
    ways = [w for w in ("tool", "t_co2e_per_year", "t_co2e", "mwh_per_year") if given.get(w) is not None]
    if len(ways) != 1:
        raise OptionError(
            Text(f"给出了 {'、'.join(ways) or '零个数量'}", f"{' and '.join(ways) or 'no amount'} given"),
            Text("请给出 tool、t_co2e_per_year、t_co2e、mwh_per_year 之一",
                 "Give one of tool, t_co2e_per_year, t_co2e, mwh_per_year"),
            where=f"{at}.{ways[1] if len(ways) > 1 else 't_co2e_per_year'}",
        )  # fmt: skip
    if ways[0] == "tool":
        return _of_tool(workspace, n, given, when, trail)
    if ways[0] == "mwh_per_year":
        return Reckoned((_electricity(n, given, when, country, trail),))
    return Reckoned((_line(n, given, when, ways[0]),))


def _of_tool(workspace: Workspace, n: int, given: Mapping[str, Any], when: Life, trail: Trail) -> Reckoned:
    from ..catalogue import tool

    at = f"parts[{n}]"
    try:
        chosen, source = tool(given["tool"]), SOURCES[given["tool"]]
    except InputError as error:
        error.where = f"{at}.tool"
        raise
    answer = _run(workspace, chosen, given.get("input"), f"{at}.input")
    try:
        figures = source.read({**answer.result, **answer.behind}, given["input"], given.get("option"))
    except InputError as error:
        error.where = f"{at}.{error.where or 'option'}"
        raise
    basis = given.get("basis") or source.basis
    years = _years(at, given, when, source.phase)
    scale = given["times"] / (len(years) if basis == "once" else 1)
    name = _name(given, chosen.title)
    parts = tuple(
        Part(
            name=name if f.label is None else Text(f"{name.zh}：{f.label.zh}", f"{name.en}: {f.label.en}"),
            scope=(given.get("scope") or f.scope) if f.kind == "emitted" else None,
            kind=f.kind if given["kind"] == "emitted" else given["kind"],
            category=_category(given, f),
            yearly=None if f.amount is None else times(f.amount, scale),
            years=years,
            given=n,
            source=chosen.id,
        )
        for f in figures
    )
    for lacks in {f.lacks for f in figures if f.lacks is not None}:
        said = Text(f"{at}（{name.zh}）：{lacks.zh}", f"{at} ({name.en}): {lacks.en}")
        trail.flag("ledger.incomplete-part", Level.NOTE, said, field=at)
    known = [f.output_mwh for f in figures if f.output_mwh is not None]
    return Reckoned(tuple(_settled(p) for p in parts), answer, sum(known) * given["times"] if known else None)


def _run(workspace: Workspace, chosen: Tool, given: Any, where: str) -> Answer:
    """A tool's answer; what it refuses is told with the part it belongs to."""
    if given is None:
        raise OptionError(
            Text(f"缺少 input：工具 {chosen.id} 的输入", f"input is missing: what {chosen.id} takes"),
            Text(f"见 qinglu tools show {chosen.id}", f"qinglu tools show {chosen.id} lists it"), where=where,
        )  # fmt: skip
    files = [f.name for f in chosen.fields if f.kind in _PATHS and given.get(f.name) is not None]
    if files:  # a path within a path would slip past the server's check of what it opens
        raise OptionError(
            Text(f"{files[0]} 不能在此给出", f"{files[0]} cannot be given here"),
            Text(f"请先运行 {chosen.id}，再以数值给出", f"Run {chosen.id} by itself and give its figures"),
            where=f"{where}.{files[0]}",
        )  # fmt: skip
    try:
        made = chosen.run(workspace, checked(chosen.fields, given))
    except InputError as error:
        error.where = f"{where}.{error.where}" if error.where and error.where != "input" else where
        raise
    assert isinstance(made, Answer)
    return made


def _electricity(n: int, given: Mapping[str, Any], when: Life, country: str, trail: Trail) -> Part:
    at = f"parts[{n}]"
    avoided = given["kind"] == "avoided"
    years = _years(at, given, when, "operation")
    name = _name(
        given, Text("避免的电网排放", "Grid emissions avoided") if avoided else Text("用电", "Electricity used")
    )
    rate = _rate(at, given, country, avoided, trail)
    mwh = given["mwh_per_year"]
    yearly = None if rate is None else times(rate, _G_PER_KWH * mwh)
    if rate is not None:
        trail.formula(name, f"{mwh:g} MWh/a × {rate.value:g} g/kWh ÷ 1000 = {rate.value * _G_PER_KWH * mwh:g} tCO2e/a")
    scope = None if given["kind"] != "emitted" else given.get("scope") or 2
    return Part(name, scope, given["kind"], _of_third(given, scope), yearly, years, n, "electricity")


def _rate(at: str, given: Mapping[str, Any], country: str, avoided: bool, trail: Trail) -> Estimate | None:
    """Grams of CO2e a kilowatt-hour; None where the tables hold none for the country."""
    own = given.get("g_co2e_per_kwh")
    if own is not None:
        said = Text(f"自有电力排放因子 {own:g} g/kWh", f"an emission factor of your own, {own:g} g/kWh")
        trail.given(Text("电力排放因子", "Emission factor of electricity"), said, g_per_kwh=own)
        return Estimate(own)
    kind = given.get("grid") or (None if avoided else "average")
    if kind is None:
        raise OptionError(
            Text("缺少 grid：避免的排放按哪种电网因子计算", "grid is missing: by which factor"),
            Text("风电、光伏用 combined_margin_intermittent，其他用 combined_margin_firm",
                 "Use combined_margin_intermittent for wind and solar, combined_margin_firm for others"),
            where=f"{at}.grid",
        )  # fmt: skip
    found = grid.factor(country, kind, trail)
    if found is None:
        return None
    if kind == "average":
        trail.flag(
            "ledger.life-cycle-factor", Level.NOTE,
            Text("平均电网因子为全生命周期值，略高于范围二口径（上游属范围三类别3）",
                 "The average grid factor is one of the life cycle, somewhat above scope 2 (its upstream is scope 3, "
                 "category 3)"),
            field=at,
        )  # fmt: skip
    return Estimate.of(found)


def _line(n: int, given: Mapping[str, Any], when: Life, way: str) -> Part:
    at = f"parts[{n}]"
    once = way == "t_co2e"
    years = _years(at, given, when, "construction" if once and when.construction_years else "operation")
    value, low, high = given[way], given.get("low"), given.get("high")
    for bound, wrong, sign in (
        ("low", low is not None and low > value, "≤"),
        ("high", high is not None and high < value, "≥"),
    ):
        if wrong:
            raise OptionError(
                Text(f"值 {given[bound]:g} 无效", f"{given[bound]:g} is not allowed"),
                Text(f"允许：{sign} {way} = {value:g}", f"Allowed: {sign} {way} = {value:g}"), where=f"{at}.{bound}",
            )  # fmt: skip
    scope = given.get("scope") if given["kind"] == "emitted" else None
    if scope is None and given["kind"] == "emitted":
        raise OptionError(
            Text("缺少 scope：范围", "scope is missing"), Text("应为 1、2 或 3", "It is 1, 2 or 3"), where=f"{at}.scope"
        )
    name = _name(given, None)
    if not name.en:
        raise OptionError(
            Text("缺少 name：名称", "name is missing: what the line is of"),
            Text("请填写", "Give one"),
            where=f"{at}.name",
        )
    share = 1 / len(years) if once else 1
    yearly = Estimate(value, low if low is not None else value, high if high is not None else value)
    if low is None and high is None:
        yearly = Estimate(value)
    return Part(name, scope, given["kind"], _of_third(given, scope), times(yearly, share), years, n, "line")


def _years(at: str, given: Mapping[str, Any], when: Life, phase: str) -> range:
    """The years of a part: as given, or those of its phase."""
    asked = given.get("years")
    if asked is None:
        years = when.construction if phase == "construction" and when.construction_years else when.operation
        return years if len(years) else when.years
    if len(asked) != 2 or asked[0] > asked[1] or asked[0] < when.years.start or asked[1] >= when.years.stop:
        last = when.years.stop - 1
        raise OptionError(
            Text(f"值 {list(asked)} 无效", f"{list(asked)} is not allowed"),
            Text(f"允许：首年和末年，在 {when.start} 至 {last} 之内",
                 f"Allowed: first and last year, within {when.start} to {last}"),
            where=f"{at}.years",
        )  # fmt: skip
    return range(asked[0], asked[1] + 1)


def _category(given: Mapping[str, Any], figure: Figure) -> int | None:
    scope = given.get("scope") or figure.scope
    return _of_third(given, scope) or (figure.category if scope == 3 and figure.scope == 3 else None)


def _of_third(given: Mapping[str, Any], scope: int | None) -> int | None:
    return int(given["category"]) if scope == 3 and given.get("category") else None


def _settled(part: Part) -> Part:
    """What is biogenic or avoided has no scope."""
    return part if part.kind == "emitted" else replace(part, scope=None, category=None)


def _name(given: Mapping[str, Any], otherwise: Text | None) -> Text:
    said = given.get("name")
    return Text(said, said) if said else otherwise or Text("", "")
