"""The tool ``compare-standards``: host, international and Chinese standards of a sector side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from ..model.clause import Clause, Entry, Holds
from ..model.rule import Step
from ..report.atomic import write_atomically
from ..rules import Clauses, applies, unverified
from ..rules.limits import TOPIC, UNIT, Candidate, find_limits
from ..text import Lang, Text
from ..words import TECHNOLOGIES
from ..workspace import Workspace
from .answer import Answer
from .limits import plant_of, reference_of, sized

BASES = {
    "host": Text("东道国", "Host"),
    "international": Text("国际", "International"),
    "chinese": Text("中国", "Chinese"),
}
"""Columns of the matrix."""

_POLLUTANTS = {
    "so2": Text("二氧化硫", "SO2"),
    "pm": Text("颗粒物", "PM"),
    "nox": Text("氮氧化物", "NOx"),
    "hg": Text("汞", "Hg"),
}
_KINDS = ("duty", "eia", "commitment", "principle", "criterion")
_SIZE_MW = 600.0
"""Taken where no capacity is given."""


@dataclass
class _Matrix:
    rows: list[dict[str, Any]] = field(default_factory=list)
    unverified: list[dict[str, Any]] = field(default_factory=list)
    findings: list[Mapping[str, Any]] = field(default_factory=list)
    trace: list[Any] = field(default_factory=list)


def compare_standards(
    workspace: Workspace,
    country: str,
    sector: str,
    technology: str | None,
    capacity_mw: float | None,
    capacity_mwth: float | None,
    commissioned: date | None,
    fuel: str | None,
    region: str | None,
    airshed: str,
    on: date | None,
    reference: Mapping[str, Any] | None,
    xlsx: Path | None,
) -> Answer:
    """A matrix of standards for a sector, as rows and as XLSX; see the declaration.

    Raises
    ------
    OptionError
        An impossible capacity, or a file that cannot be written.
    """
    day = on or workspace.today
    clauses = workspace.rulebook().clauses
    made = _Matrix()
    if sector == "thermal_power":
        size = (capacity_mw, capacity_mwth)
        if size == (None, None):
            size = (_SIZE_MW, None)
            made.trace.append(_taken("capacity_mw", _SIZE_MW))
        if commissioned is None:
            made.trace.append(_taken("commissioned", day.isoformat()))
        for name in (technology,) if technology else TECHNOLOGIES:
            plant, steps = plant_of(country, name, commissioned or day, fuel, region, airshed)
            state, taken = reference_of(name, reference)
            capacity = sized(clauses, plant, *size, day)
            found = find_limits(clauses, {**plant, **capacity.facts}, day, state)
            made.rows += [
                _limit_row(name, p, c.candidates, state.o2_pct) for p, c in found.pollutants.items() if c.candidates
            ]
            made.unverified += found.unverified
            made.findings += found.findings
            made.trace += [*taken, *steps, *([capacity.step] if capacity.derived else ()), *found.trace]
    _other_rows(clauses, {"country": country, "sector": sector, "technology": technology}, day, made)
    lang: Lang = "zh" if workspace.settings.lang == "zh" else "en"
    result: dict[str, Any] = {
        "country": country, "sector": sector, "on": day,
        "columns": {name: title._asdict() for name, title in BASES.items()}, "rows": made.rows,
    }  # fmt: skip
    if xlsx is not None:
        write_atomically(xlsx, lambda file: _workbook(file, made.rows, lang, day))
        result["xlsx"] = str(xlsx)
    return Answer(result, tuple(made.findings), tuple(made.trace), tuple(made.unverified))


def _taken(name: str, value: Any) -> Step:
    return Step(
        "input",
        Text("默认值", "By default"),
        Text(f"未给出，取默认值：{name} = {value}", f"Not given, taken by default: {name} = {value}"),
        {name: value},
    )


def _limit_row(
    technology: str, pollutant: str, candidates: Iterable[Candidate], o2_pct: float | None
) -> dict[str, Any]:
    by_basis: dict[str, list[Candidate]] = {name: [] for name in BASES}
    for candidate in candidates:
        by_basis[candidate.clause.basis].append(candidate)
    name, title = _POLLUTANTS[pollutant], TECHNOLOGIES[technology]
    numbers = {b: sorted(_number(c) for c in cs if c.normalised_value is not None) for b, cs in by_basis.items()}
    lowest = min((n[0], b) for b, n in numbers.items() if n)[1] if any(numbers.values()) else None
    return {
        "topic": TOPIC,
        "technology": technology,
        "item_zh": f"{title.zh}：{name.zh}",
        "item_en": f"{title.en}: {name.en}",
        "unit": f"{UNIT}, {o2_pct:g}% O2",
        **{b: [_cell(c) for c in cs] for b, cs in by_basis.items()},
        "strictest": lowest,
    }


def _number(candidate: Candidate) -> float:
    return candidate.normalised_value if candidate.normalised_value is not None else float("inf")


def _cell(candidate: Candidate) -> dict[str, Any]:
    shown = candidate.as_dict()
    keys = ("rule_id", "jurisdiction", "title_zh", "title_en", "value", "unit", "normalised_value", "checked")
    return {k: shown[k] for k in keys}


def _other_rows(clauses: Clauses, subject: Mapping[str, Any], on: date, made: _Matrix) -> None:
    """A row a topic: clauses without a concentration that hold, or may, for the sector."""
    topics: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for clause in clauses.select(kind=_KINDS):
        entry = clause.on(on)
        if entry is None or clause.topic == TOPIC or not _is_near(clause, subject["country"]):
            continue
        holds = applies(clause, subject).holds
        if holds is Holds.NO:
            continue
        row = topics.setdefault(clause.topic, {name: [] for name in BASES})
        row[clause.basis].append(_clause_cell(clause, entry, holds))
        if not entry.is_verified:
            made.unverified.append(unverified(clause, entry))
    for topic, row in topics.items():
        made.rows.append({"topic": topic, "technology": None, "item_zh": _topic(topic).zh, "item_en": _topic(topic).en,
                          "unit": "", **row, "strictest": None})  # fmt: skip


def _is_near(clause: Clause, country: str) -> bool:
    return clause.basis != "host" or clause.jurisdiction in (country, "EUU")


def _topic(topic: str) -> Text:
    return _TOPICS.get(topic, Text(topic, topic.replace("-", " ")))


_TOPICS = {
    "eia": Text("环境影响评价", "Environmental impact assessment"),
    "opinions": Text("《意见》", "The Opinions"),
    "coal": Text("煤电", "Coal power"),
    "investment-guidance": Text("对外投资指引", "Guidance on overseas investment"),
    "green-finance": Text("绿色金融", "Green finance"),
    "equator-principles": Text("赤道原则", "Equator Principles"),
    "performance-standards": Text("绩效标准", "Performance Standards"),
    "protected-area-commitments": Text("保护地承诺", "Protected-area commitments"),
    "climate-targets": Text("气候目标", "Climate targets"),
}


def _clause_cell(clause: Clause, entry: Entry, holds: Holds) -> dict[str, Any]:
    return {
        "rule_id": clause.id, "jurisdiction": clause.jurisdiction, "title_zh": clause.title.zh,
        "title_en": clause.title.en, "applies": str(holds), "checked": entry.checked,
    }  # fmt: skip


def _workbook(file: BinaryIO, rows: list[dict[str, Any]], lang: Lang, day: date) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    # The day asked about and not the hour of writing: the same question gives the same bytes.
    book.set_properties({"created": datetime(day.year, day.month, day.day, tzinfo=UTC)})
    try:
        sheet = book.add_worksheet(Text("标准对照", "Standards").in_(lang))
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        plain = book.add_format({"text_wrap": True, "valign": "top"})
        strict = book.add_format({"text_wrap": True, "valign": "top", "bold": True})
        heads = (Text("项目", "Item"), Text("单位", "Unit"), *BASES.values(), Text("最严", "Strictest"))
        sheet.write_row(0, 0, [t.in_(lang) for t in heads], head)
        for n, row in enumerate(rows, start=1):
            sheet.write_string(n, 0, row[f"item_{lang}"], plain)
            sheet.write_string(n, 1, row["unit"], plain)
            for k, basis in enumerate(BASES, start=2):
                said = "\n".join(_said(cell, lang) for cell in row[basis])
                sheet.write_string(n, k, said, strict if row["strictest"] == basis else plain)
            named = BASES[row["strictest"]].in_(lang) if row["strictest"] else ""
            sheet.write_string(n, 2 + len(BASES), named, plain)
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, 1, 14)
        sheet.set_column(2, 1 + len(BASES), 46)
        sheet.freeze_panes(1, 1)
    finally:
        book.close()


def _said(cell: Mapping[str, Any], lang: Lang) -> str:
    mark = "" if cell["checked"] else Text("（未核对）", " (unverified)").in_(lang)
    if "value" not in cell:
        return f"{cell[f'title_{lang}']}{mark}"
    same = cell["normalised_value"]
    number = Text("不能换算", "not comparable").in_(lang) if same is None else f"{same:.4g}"
    return f"{number}  ·  {cell[f'title_{lang}']} ({cell['value']:g} {cell['unit']}){mark}"
