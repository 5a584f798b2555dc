"""The rulebook put to a portfolio: colour, coal gate, EIA and duties of every project, as findings.

Each question is asked once for every distinct case that it can tell apart, so the cost grows with the variety of a
portfolio and not with its length.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from ..model import Level
from ..model.clause import Asked, Clause, Entry, Holds, Range
from ..rules.classify import COLOURS, Guidance
from ..rules.clauses import Clauses, applies
from ..rules.duties import OWING, Duties, Obligation, obligation
from ..rules.eia import Systems
from ..rules.power import capacity
from ..text import Text
from .lines import Block, Line, explained, joined
from .places import Places, places
from .subjects import UNKNOWN, Kind, Subjects, subjects, words

COLOUR, GATE, EIA, DUTY = "colour", "coal-gate", "eia", "duty"
"""What a finding of the rulebook answers, in the column ``measure``."""

COLOUR_VALUES: Mapping[str, float] = {c: float(n) for n, c in enumerate(COLOURS, 1)}
"""The column ``value`` of a colour: 1 green, 2 yellow, 3 red."""

_COLOUR_LEVELS = {"red": Level.WARNING, "yellow": Level.NOTE, "green": Level.CLEAR, None: Level.UNKNOWN}
_EARLY = {"planning", "feasibility", "financing", None}
_ABANDONED = "cancelled"
_BASES = ("host", "international", "chinese")
_BINDING = {"prohibit": Text("禁止", "forbidden"), "require": Text("必须", "required")}
_URGED = Text("鼓励", "encouraged")
_EIA_ANYWHERE = "chn.opinions-2022.art-18.eia"
_NO_TYPE = "int.gdg.rule.two-steps"
"""The clause that asks for a project type, where a project has none that is known."""


@dataclass(frozen=True)
class Rulings:
    """The rulebook on a day, ready for any number of chunks of projects."""

    clauses: Clauses
    on: date

    @cached_property
    def _guidance(self) -> Guidance:
        return Guidance.on(self.clauses, self.on)

    @cached_property
    def _duties(self) -> Duties:
        return Duties(self.clauses, self.on)

    @cached_property
    def _owing(self) -> tuple[tuple[Clause, Line], ...]:
        """Duties in force with their lines: host, international, Chinese, by id. The coal gate has lines of its own."""
        found = ((c, c.on(self.on)) for c in self.clauses.select(kind=OWING))
        standing = [(c, e) for c, e in found if e is not None and not _is_gate(e)]
        standing.sort(key=lambda pair: (_BASES.index(pair[0].basis), pair[0].id))
        return tuple((c, _duty_line(obligation(c, e))) for c, e in standing)

    @cached_property
    def _systems(self) -> Systems:
        return Systems(self.clauses, self.on)

    @cached_property
    def _eia_anywhere(self) -> tuple[Clause, Entry] | None:
        """The clause that asks for an EIA of any project abroad: it speaks where no law of the host is known."""
        found = next((c for c in self.clauses if c.id == _EIA_ANYWHERE), None)
        entry = found.on(self.on) if found else None
        return (found, entry) if found and entry else None

    @cached_property
    def _named_countries(self) -> frozenset[str]:
        """Countries that any duty tells apart; China, whose rules here are for projects abroad, is one."""
        asked = (c.applies_to.get("country", ()) for c in self.clauses.select(kind=OWING))
        return frozenset({"CHN"}.union(*(a for a in asked if isinstance(a, tuple))))

    @cached_property
    def _steps(self) -> tuple[float, ...]:
        """Capacities at which a duty changes."""
        asked = (c.applies_to.get("capacity_mw") for c in self.clauses.select(kind=OWING))
        ends = {end for a in asked if isinstance(a, Range) for end in (a.min, a.max) if end is not None}
        return tuple(sorted(ends))

    @cached_property
    def _sized(self) -> frozenset[tuple[str, str]]:
        """Country and sector pairs in whose EIA law a size decides; "" stands for every sector."""
        found: set[tuple[str, str]] = set()
        for clause in self.clauses.select(kind="eia"):
            if {"capacity_mw", "capacity_mwth"} & set(clause.applies_to):
                named = clause.applies_to.get("country", ()), clause.applies_to.get("sector", ("",))
                if all(isinstance(n, tuple) for n in named):
                    found |= {(c, s) for c in named[0] for s in named[1]}  # type: ignore[union-attr]
        return frozenset(found)

    def add_to(self, judged: pa.Table, projects: pa.Table) -> pa.Table:
        """Findings of measures and of the rulebook together, in the order of projects.

        Parameters
        ----------
        judged : pyarrow.Table
            Schema `FINDINGS`, of these projects.
        projects : pyarrow.Table
            Schema `PROJECTS`: a chunk of the portfolio, in its order.
        """
        ids = projects["project_id"].combine_chunks()
        case = _Chunk(self, subjects(projects), places(judged, ids))
        return joined(judged, [case.colours(), case.gates(), case.impacts(), case.duties()], ids)


class _Chunk:
    """One chunk of projects, asked four questions."""

    def __init__(self, rulings: Rulings, read: Subjects, place: Places) -> None:
        self._r = rulings
        self._s = read
        self._place = place
        table = words()
        self._kinds = [table.kinds[k] if k != UNKNOWN else None for k in read.kind]
        self._stages = [table.stages[k][0] if k != UNKNOWN else None for k in read.stage]
        self._rows = range(len(read.kind))

    def colours(self) -> Block:
        """The colour under the Green Development Guidance."""
        s, p = self._s, self._place
        keys = list(zip(s.kind.tolist(), s.from_name.tolist(), s.measures, p.infringes.tolist(), p.untold.tolist(),
                        strict=True))  # fmt: skip
        return Block.of(keys, self._colour)

    def gates(self) -> Block:
        """The gate on coal power; silent on whatever is none."""
        keys = [
            (k.fuel, k.sector, stage, self._s.country[row] == "CHN") if k is not None and k.fuel == "coal" else None
            for row, k, stage in zip(self._rows, self._kinds, self._stages, strict=True)
        ]
        return Block.of(keys, lambda row: self._gate(row) if keys[row] is not None else ())

    def impacts(self) -> Block:
        """Whether the law of the host asks for an EIA."""
        keys: list[Hashable] = []
        for row, (k, stage) in enumerate(zip(self._kinds, self._stages, strict=True)):
            country, sector = self._s.country[row], k.sector if k else ""
            sized = {(country, sector), (country, "")} & self._r._sized
            size = self._s.capacity_mw[row] if sized and not np.isnan(self._s.capacity_mw[row]) else None
            keys.append((country, self._s.kind[row], stage, size))
        return Block.of(keys, self._impact)

    def duties(self) -> Block:
        """Duties and commitments that bind."""
        step = np.searchsorted(self._r._steps, self._s.capacity_mw, "left") + np.searchsorted(
            self._r._steps, self._s.capacity_mw, "right"
        )
        step = np.where(np.isnan(self._s.capacity_mw), UNKNOWN, step)
        named = [c if c in self._r._named_countries else "" for c in self._s.country]
        rows = zip(named, self._s.kind.tolist(), self._stages, step.tolist(), self._place.found.tolist(), strict=True)
        return Block.of(list(rows), self._duty)

    def _colour(self, row: int) -> Sequence[Line]:
        kind = self._kinds[row]
        if kind is None or kind.project_type not in self._r._guidance.types:
            return self._no_colour(kind)
        infringes, untold = bool(self._place.infringes[row]), bool(self._place.untold[row])
        found = self._r._guidance.classify(
            kind.project_type, self._s.given_measures(row), infringes_sensitive_area=infringes
        )
        level = _COLOUR_LEVELS[found.colour]
        colour = COLOURS[found.colour] if found.colour else Text("未知", "unknown")
        zh, en = [f"绿色发展指南：{colour.zh}。{found.why.zh.rstrip('。')}"], [f"GDG: {colour.en}. {found.why.en}"]
        if untold and found.colour != "red":
            level = Level.UNKNOWN if level is Level.CLEAR else level
            zh.append("是否侵占生态重要区域尚不可知；若侵占即为红")
            en.append("Whether it infringes on an ecologically important area is not known; if it does, it is red.")
        if self._s.from_name[row]:
            zh.append("项目类型由名称读出")
            en.append("The project type was read from the name.")
        value = COLOUR_VALUES[found.colour] if found.colour else None
        said = explained(level, Text("。".join(zh), " ".join(en)), found.rests_on)
        return (Line(found.rests_on[0][0].id, level, COLOUR, value, said),)

    def _no_colour(self, kind: Kind | None) -> Sequence[Line]:
        rests_on = self._r._guidance.rules.get("two-steps")
        if rests_on is None:
            return ()
        said = Text(
            "项目类型无法从行业和名称读出，颜色未知",
            "The project type could not be read from sector and name; its colour is unknown",
        )
        if kind is not None:
            said = Text(
                "指南的类型表中未见此类项目，颜色未知",
                "No type of the guidance covers such a project; its colour is unknown",
            )
        said = Text(f"绿色发展指南：未知。{said.zh}", f"GDG: unknown. {said.en}")
        return (Line(_NO_TYPE, Level.UNKNOWN, COLOUR, None, explained(Level.UNKNOWN, said, (rests_on,))),)

    def _gate(self, row: int) -> Sequence[Line]:
        if self._stages[row] == _ABANDONED:
            return ()
        gate = self._r._duties.coal_gate(self._subject(row))
        if gate.rule_id is None:
            return ()
        finding = gate.finding()
        said = Text(finding["explanation_zh"], finding["explanation_en"])
        rests_on = [(a.clause, e) for a, e in gate.rests_on]
        return (Line(gate.rule_id, gate.level, GATE, None, explained(gate.level, said, rests_on)),)

    def _impact(self, row: int) -> Sequence[Line]:
        if self._stages[row] == _ABANDONED:
            return ()
        subject = self._subject(row)
        known = capacity(self._r.clauses, subject, self._r.on)
        full = {**subject, **known.facts} if known else subject
        eia = self._r._systems.impact(full)
        if known is not None and known.derived == "capacity_mwth":
            eia = self._r._systems.doubted(eia, full, known)
        rests_on = (eia.clause, eia.entry) if eia.clause and eia.entry else self._r._eia_anywhere
        if rests_on is None:
            return ()
        level = _impact_level(eia.required, self._stages[row])
        who = Text(f"主管机关：{eia.authority.zh}", f"Authority: {eia.authority.en}") if eia.authority else Text("", "")
        said = Text(f"环评：{eia.verdict.zh}。{eia.why.zh.rstrip('。')}。{who.zh}",
                    f"EIA: {eia.verdict.en}. {eia.why.en.rstrip('.')}. {who.en}")  # fmt: skip
        value = float(eia.required) if isinstance(eia.required, bool) else None
        return (Line(rests_on[0].id, level, EIA, value, explained(level, said, (rests_on,))),)

    def _duty(self, row: int) -> Sequence[Line]:
        if self._stages[row] == _ABANDONED:
            return ()
        subject = self._subject(row)
        return [line for clause, line in self._r._owing if binds(clause, subject)]

    def _subject(self, row: int) -> dict[str, Any]:
        """What is known of a project, as the clauses ask it."""
        kind, size = self._kinds[row], float(self._s.capacity_mw[row])
        known: dict[str, Any] = {
            "country": self._s.country[row] or None,
            "stage": self._stages[row],
            "capacity_mw": None if np.isnan(size) else size,
            "finding": self._place.of(row),
            "actor": ("company", "bank"),
        }
        if kind is not None:
            known |= {"sector": kind.sector, "technology": kind.technology, "fuel": kind.fuel}
        return {k: v for k, v in known.items() if v is not None}


def binds(clause: Clause, subject: Mapping[str, Any]) -> bool:
    """Whether a duty certainly binds: `rules.applies` without the words, and Chinese duties only abroad."""
    if clause.basis == "chinese" and subject.get("country") == "CHN":
        return False
    if clause.undefined is not None:
        return applies(clause, subject).holds is Holds.YES
    return all(_meets(asked, subject.get(name)) for name, asked in clause.applies_to.items())


def _meets(asked: Asked, given: Any) -> bool:
    if given is None:
        return False
    if isinstance(asked, tuple):
        return given in asked if isinstance(given, str) else not set(given).isdisjoint(asked)
    return asked.holds(given)


def _duty_line(owed: Obligation) -> Line:
    strength = _BINDING.get(owed.strength, _URGED)
    said = Text(
        f"{owed.title.zh}（{strength.zh}）：{owed.duty.zh}。由{owed.by.zh}负责，{owed.due.zh}",
        f"{owed.title.en} ({strength.en}): {owed.duty.en}. By the {owed.by.en}, {owed.due.en}",
    )
    return Line(owed.clause.id, Level.NOTE, DUTY, None, explained(Level.NOTE, said, ((owed.clause, owed.entry),)))


def _impact_level(required: bool | str, stage: str | None) -> Level:
    """An EIA that is due warns while there is time for it; later it is a proof to be kept."""
    if isinstance(required, str):
        return Level.UNKNOWN
    return Level.WARNING if required and stage in _EARLY else Level.NOTE


def _is_gate(entry: Entry) -> bool:
    return isinstance(entry.value, dict) and "gate" in entry.value


def cited(clauses: Clauses, on: date) -> tuple[Mapping[str, Any], ...]:
    """Title and citation of every clause that a finding may rest on, for reports and the record of a run."""
    found: list[tuple[Clause, Entry]] = []
    for clause in clauses.select(kind=(*OWING, "eia", "class", "principle")):
        entry = clause.on(on)
        if entry is not None:
            found.append((clause, entry))
    return tuple(
        {
            "id": c.id, "title": c.title._asdict(), "topic": c.topic, "basis": c.basis, "kind": c.kind,
            "valid_from": e.valid_from.isoformat(), "cite": e.cite.as_dict(), "also": [a.as_dict() for a in e.also],
            "checked": e.checked.isoformat() if e.checked else None,
        }
        for c, e in found
    )  # fmt: skip
