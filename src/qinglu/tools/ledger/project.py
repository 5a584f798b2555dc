"""The tool ``project-ghg``: a project's whole ledger from its parts, beside what its host has promised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from ...errors import OptionError
from ...ledger.estimate import Estimate
from ...ledger.project import CATEGORIES, UNIT, Account, Life, Sum, account, times
from ...ledger.targets import Host, Trigger, host_targets, triggers
from ...ledger.trail import Trail
from ...model.country import country_title
from ...model.level import Level
from ...rules.clauses import clause_step, unverified
from ...text import Text
from ...workspace import Workspace
from ..answer import Answer
from .parts import Reckoned, reckon
from .project_charts import charts

MOST_PARTS = 500
_KG = 1000.0


def project_ghg(
    workspace: Workspace,
    project: Mapping[str, Any],
    parts: Sequence[Mapping[str, Any]],
    finance: Mapping[str, Any] | None,
    on: date | None,
) -> Answer:
    """The ledger of a project by year and scope; see the declaration for the inputs.

    Raises
    ------
    InputError
        A part that cannot be reckoned, named as ``parts[i].field``; a life of no years; an impossible share.
    """
    day = on or workspace.today
    when = _life(project)
    if not 1 <= len(parts) <= MOST_PARTS:
        raise OptionError(
            Text(f"有 {len(parts)} 个部分", f"{len(parts)} parts are given"),
            Text(f"允许：1 至 {MOST_PARTS} 个", f"Allowed: 1 to {MOST_PARTS}"), where="parts",
        )  # fmt: skip
    trail = Trail()
    done = [reckon(workspace, n, given, when, project["country"], trail) for n, given in enumerate(parts)]
    made = account(when, [p for r in done for p in r.parts])
    clauses = workspace.rulebook().clauses
    host = host_targets(clauses, project["country"], day)
    yearly = _heaviest(made)
    asked = triggers(clauses, *yearly[1:], day, project.get("stage"))
    result = {
        "project": {**project, "on": day},
        "by_year": [
            {"year": year, "phase": when.phase(year), **sums.as_dict()} for year, sums in made.by_year.items()
        ],
        "totals": made.life.as_dict(),
        "scope_3": [
            {"category": c, "title": CATEGORIES[c] if c else None, **s.as_dict()} for c, s in made.categories.items()
        ],
        "parts": [_part(p) for p in made.parts],
        "intensity": _intensity(made, project.get("output"), done),
        "host": _host(made, host),
        "equator_principles": {
            "year": yearly[0], "scope_1_and_2_t": yearly[1], "complete": yearly[2],
            "clauses": [t.as_dict() for t in asked],
        },
        "financed": _financed(made, finance),
    }  # fmt: skip
    findings = (*_not_whole(made), *_of_host(made, host), *_of_triggers(made, yearly[0], asked))
    rests = [*host.rests_on(), *((t.applied, t.entry) for t in asked)]
    inner = [r.answer for r in done if r.answer]
    return Answer(
        result,
        (*findings, *trail.findings, *_of_parts(done)),
        (*(s for a in inner for s in a.trace), *trail.steps, *(clause_step(a, e) for a, e in rests)),
        (*trail.unverified, *(u for a in inner for u in a.unverified), *_unverified(rests)),
        charts=charts(made, host),
    )


def _life(project: Mapping[str, Any]) -> Life:
    when = Life(project["start_year"], project["construction_years"], project["operation_years"])
    if not len(when.years):
        raise OptionError(
            Text("建设年数和运营年数均为0", "neither construction nor operation lasts a year"),
            Text("至少其一大于0", "One of them is above 0"), where="project.operation_years",
        )  # fmt: skip
    return when


def _part(part: Any) -> dict[str, Any]:
    whole = part.whole
    return {
        "part": part.given, "name": part.name, "source": part.source, "scope": part.scope, "category": part.category,
        "kind": part.kind, "years": [part.years.start, part.years.stop - 1],
        "per_year": part.yearly.as_dict(UNIT) if part.yearly else None,
        "life": whole.as_dict(UNIT) if whole else None,
    }  # fmt: skip


def _heaviest(made: Account) -> tuple[int, float, bool]:
    """The year of operation with the most of scope 1 and 2, tonnes in it, and whether all of it is known.

    The Equator Principles count the operational phase (EP4, Annex A); a project that is only built counts as built.
    """
    years = list(made.when.operation or made.when.years)
    sums = {y: made.by_year[y].scope_1_and_2 for y in years}
    heaviest = max(years, key=lambda y: (_value(sums[y]), -y))
    return heaviest, _value(sums[heaviest]), all(s.is_whole for s in sums.values())


def _value(made: Sum) -> float:
    return made.value.value if made.value else 0.0


def _intensity(made: Account, given: Mapping[str, Any] | None, done: Sequence[Reckoned]) -> dict[str, Any] | None:
    """Life-cycle emissions over the output of the whole operation; None where no output is known."""
    plants = [r.output_mwh for r in done if r.output_mwh is not None]
    years = len(made.when.operation)
    if given is None and not plants:
        return None
    per_year, unit = (given["value"], given["unit"]) if given else (sum(plants), "MWh")
    if not per_year * years:
        if given:
            raise OptionError(
                Text(f"值 {per_year:g} 无效", f"{per_year:g} is not allowed: nothing can be divided by it"),
                Text("允许：大于0的数字，且项目有运营期", "Allowed: a number above 0, of a project that operates"),
                where="project.output.value",
            )  # fmt: skip
        return None
    sums = {"scope_1_and_2": made.life.scope_1_and_2, "total": made.life.emitted}
    return {
        "output_per_year": per_year, "output_unit": unit, "years": years,
        **{
            name: None if s.value is None else times(s.value, _KG / (per_year * years)).as_dict(f"kgCO2e/{unit}")
            for name, s in sums.items()
        },
    }  # fmt: skip


def _host(made: Account, host: Host) -> dict[str, Any]:
    """What the host promised, and the project's years after its year of net zero."""
    neutral = host.net_zero_year
    after = None
    if neutral is not None:
        years = [y for y in made.when.years if y > neutral]
        emitting = made.emitting(years)
        sums = made.after(neutral)
        after = {
            "years": len(years), "emitting_years": len(emitting),
            "share_of_life": len(emitting) / len(made.when.years),
            "share_of_years_after": len(emitting) / len(years) if years else None,
            "scope_1": sums.scopes[1].as_dict(), "scope_1_and_2": sums.scope_1_and_2.as_dict(),
            "total": sums.emitted.as_dict(),
        }  # fmt: skip
    return {
        "country": host.country,
        "contribution": host.contribution.as_dict() if host.contribution else None,
        "long_term": host.long_term.as_dict() if host.long_term else None,
        "net_zero_year": neutral,
        "after_net_zero": after,
    }


def _financed(made: Account, given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """PCAF, Part A, project finance: outstanding over equity and debt, times the emissions of each year."""
    if given is None:
        return None
    whole = given["equity"] + given["debt"]
    if not whole > 0 or given["outstanding"] > whole:
        name, value = ("equity", whole) if not whole > 0 else ("outstanding", given["outstanding"])
        raise OptionError(
            Text(f"值 {value:g} 无效", f"{value:g} is not allowed"),
            Text("允许：权益与债务之和大于0，且不小于未偿余额",
                 "Allowed: equity and debt above 0 together, and no less than what is outstanding"),
            where=f"finance.{name}",
        )  # fmt: skip
    factor = given["outstanding"] / whole

    def share(one: Sum) -> float | None:
        return None if one.value is None else one.value.value * factor

    return {
        "factor": factor, "unit": UNIT,
        "by_year": [
            {"year": y, "scope_1_and_2": share(s.scope_1_and_2), "scope_3": share(s.scopes[3])}
            for y, s in made.by_year.items()
        ],
        "life": {"scope_1_and_2": share(made.life.scope_1_and_2), "scope_3": share(made.life.scopes[3])},
    }  # fmt: skip


def _not_whole(made: Account) -> list[dict[str, Any]]:
    """Scopes that no part speaks of, and parts whose amount is not known."""
    found = []
    for scope, held in made.life.scopes.items():
        if held.value is None and held.is_whole:
            said = Text(f"没有给出范围{'一二三'[scope - 1]}的部分：未计入，不等于零",
                        f"No part of scope {scope} is given: it is left out, which is not zero")  # fmt: skip
            found.append(_finding("ledger.scope-not-given", Level.UNKNOWN, said, scope=scope))
    names = {p.given: p.name for p in made.parts if p.yearly is None}
    for n, name in names.items():
        said = Text(
            f"parts[{n}]（{name.zh}）未知，合计未含该部分", f"parts[{n}] ({name.en}) is unknown; sums leave it out"
        )
        found.append(_finding("ledger.part-unknown", Level.UNKNOWN, said, field=f"parts[{n}]"))
    return found


def _of_host(made: Account, host: Host) -> list[dict[str, Any]]:
    """How the project stands to what its host has promised."""
    name = country_title(host.country)
    if host.contribution is None and host.long_term is None:
        said = Text(f"规则手册中没有{name.zh}的气候目标", f"The rulebook holds no climate target of {name.en}")
        return [_finding("ledger.host-target", Level.UNKNOWN, said)]
    found = []
    for promise in (host.contribution, host.long_term):
        if promise is not None and not promise.is_read:
            day = promise.entry.valid_from
            said = Text(f"{promise.applied.clause.title.zh}：{day}提交的新文件目标未读，此前为：{promise.said.zh}",
                        f"{promise.applied.clause.title.en}: the targets of the filing of {day} were not read; "
                        f"before it: {promise.said.en}")  # fmt: skip
            found.append(_finding(promise.applied.clause.id, Level.UNKNOWN, said))
    neutral = host.net_zero_year
    if neutral is None or host.long_term is None:
        said = Text(f"{name.zh}没有已知的净零年份，无法判断锁定效应",
                    f"No year of net zero is known for {name.en}: lock-in cannot be told")  # fmt: skip
        return [*found, _finding("ledger.lock-in", Level.UNKNOWN, said)]
    found.append(_lock_in(made, host, neutral, name))
    return found


def _lock_in(made: Account, host: Host, neutral: int, name: Text) -> dict[str, Any]:
    emitting = made.emitting(y for y in made.when.years if y > neutral)
    tonnes = made.after(neutral).scope_1_and_2.value
    last = made.when.years.stop - 1
    rule = host.long_term.applied.clause.id if host.long_term else "ledger.lock-in"
    if not emitting:
        said = Text(f"{name.zh}净零目标年 {neutral} 之后，已知部分不再排放（项目至 {last} 年）",
                    f"After {neutral}, the net-zero year of {name.en}, nothing known is emitted "
                    f"(the project ends in {last})")  # fmt: skip
        return _finding(rule, Level.CLEAR, said)
    amount = Text("未知", "unknown") if tonnes is None else Text(*(f"{tonnes.value:,.0f} tCO2e",) * 2)
    said = Text(f"锁定效应：{name.zh}净零目标年 {neutral} 之后仍有 {len(emitting)} 年排放（至 {emitting[-1]} 年），"
                f"范围一和二合计 {amount.zh}",
                f"Lock-in: {len(emitting)} years of emissions after {neutral}, the net-zero year of {name.en} "
                f"(until {emitting[-1]}); scopes 1 and 2 together {amount.en}")  # fmt: skip
    return _finding(rule, Level.WARNING, said)


def _of_triggers(made: Account, year: int, asked: Sequence[Trigger]) -> list[dict[str, Any]]:
    found = []
    held = made.by_year[year].scope_1_and_2.value or Estimate(0.0)
    for trigger in asked:
        title = trigger.applied.clause.title
        number = f"{trigger.value_t:,.10g} tCO2e"
        level = {True: Level.WARNING, False: Level.CLEAR, None: Level.UNKNOWN}[trigger.triggered]
        head = {True: Text("适用", "applies"), False: Text("不适用", "does not apply"),
                None: Text("无法判断", "cannot be told")}[trigger.triggered]  # fmt: skip
        said = Text(f"{title.zh}：{head.zh}（{year} 年范围一和二 {number}，条款要求 {trigger.asked}）",
                    f"{title.en}: {head.en} (scopes 1 and 2 in {year}: {number}; asked: {trigger.asked})")  # fmt: skip
        low, high = held.bounds
        if trigger.asked.holds(low) != trigger.asked.holds(high):
            said = Text(f"{said.zh}；上下限 {low:,.6g}–{high:,.6g} 跨越门槛",
                        f"{said.en}; the bounds {low:,.6g} to {high:,.6g} lie on both sides")  # fmt: skip
        found.append(_finding(trigger.applied.clause.id, level, said))
    return found


def _of_parts(done: Sequence[Reckoned]) -> list[dict[str, Any]]:
    """Findings of the tools, each with the part it is of."""
    return [{**f, "part": r.parts[0].given} for r in done if r.answer and r.parts for f in r.answer.findings]


def _unverified(rests: Sequence[Any]) -> list[dict[str, Any]]:
    return [unverified(a.clause, e) for a, e in rests if not e.is_verified]


def _finding(rule_id: str, level: Level, said: Text, **detail: Any) -> dict[str, Any]:
    return {"rule_id": rule_id, "level": str(level), "explanation_zh": said.zh, "explanation_en": said.en, **detail}
