"""Whether the law of the host country asks for an environmental impact assessment, and of whom to ask it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from ..model import countries
from ..model.clause import Applied, Clause, Entry, Holds
from ..model.rule import Step
from ..text import Text
from .clauses import Clauses, Subject, applies, clause_step
from .power import Capacity

Required = bool | Literal["undefined", "unknown"]

_VERDICTS: dict[Any, Text] = {
    True: Text("须做环评", "required"),
    False: Text("无须全面环评", "no full EIA required"),
    "undefined": Text("法律未作规定，请向主管机关确认", "undefined, ask the authority"),
    "unknown": Text("不详", "unknown"),
}
_WEIGHT: dict[Any, int] = {True: 0, "undefined": 1, False: 2, "unknown": 3}
"""Which of several clauses decides: the one that asks most, and what is known before what is not."""

_COUNTRY = {"country"}


@dataclass(frozen=True)
class Impact:
    """What is known of a project's EIA.

    Attributes
    ----------
    country : str
        Alpha-3 of the host.
    required : bool or str
        ``undefined``: the source leaves this edge open; ``unknown``: what decides it is not known here.
    public_days : int or None
        Days of public consultation, working days where `working`.
    """

    country: str
    category: Text | None
    required: Required
    authority: Text | None
    public_days: int | None
    working: bool
    why: Text
    clause: Clause | None = None
    entry: Entry | None = None
    trace: tuple[Step, ...] = ()

    @property
    def rule_id(self) -> str | None:
        """The clause that decides; None where no law of the country is in the rulebook."""
        return self.clause.id if self.clause else None

    @property
    def verdict(self) -> Text:
        """`required` in words."""
        return _VERDICTS[self.required]

    def as_dict(self) -> dict[str, Any]:
        """``result.eia`` of the tool ``obligations``."""
        entry = self.entry
        return {
            "category": self.category.en if self.category else None,
            "category_zh": self.category.zh if self.category else None,
            "required": self.required,
            "authority": self.authority.en if self.authority else None,
            "authority_zh": self.authority.zh if self.authority else None,
            "public_days": self.public_days,
            "public_days_working": self.working if self.public_days is not None else None,
            "rule_id": self.rule_id,
            "why": self.why.en,
            "why_zh": self.why.zh,
            "citation": entry.cite.as_dict() if entry else None,
            "checked": entry.checked.isoformat() if entry and entry.checked else None,
        }


class Systems:
    """The EIA laws in force on a day, by country."""

    def __init__(self, clauses: Clauses, on: date) -> None:
        self.on = on
        self._known: dict[str, date] = {}
        self._by_country: dict[str, list[tuple[Clause, Entry]]] = defaultdict(list)
        for clause in clauses.select(kind="eia"):
            entry = clause.on(on)
            for code in _countries(clause):
                first = clause.entries[0].valid_from
                self._known[code] = min(first, self._known.get(code, first))
                if entry is not None:
                    self._by_country[code].append((clause, entry))

    def impact(self, subject: Subject) -> Impact:
        """What the law of the host asks of this project."""
        code = str(subject.get("country") or "")
        asked = [(applies(c, subject), e) for c, e in self._by_country.get(code, ())]
        if not asked:
            return self._no_law(code)
        special = [(a, e) for a, e in asked if set(a.clause.applies_to) != _COUNTRY]
        held = [(a, e) for a, e in special if a.holds in (Holds.YES, Holds.UNDEFINED)]
        open_ = [(a, e) for a, e in special if a.holds is Holds.UNKNOWN]
        held.sort(key=_rank)
        if held and _required(*held[0]) is True:
            return _decided(code, *held[0])
        if open_:
            open_.sort(key=_rank)
            return _untold(code, open_)
        if held:
            return _decided(code, *held[0])
        general = next((a, e) for a, e in asked if set(a.clause.applies_to) == _COUNTRY)
        return _general(code, *general, special)

    def doubted(self, found: Impact, subject: Subject, known: Capacity) -> Impact:
        """The same, with a word of warning where another efficiency within the usual range would turn it."""
        if known.mw is None or known.low is None or known.high is None:
            return found
        others = [self.impact({**subject, "capacity_mwth": known.mw / e}).required for e in (known.low, known.high)]
        if all(o == found.required for o in others):
            return found
        eta, low, high = known.efficiency, known.low, known.high
        said = Text(
            f"{found.why.zh}。热功率由假定效率 {eta:g} 换算；效率取 {low:g} 至 {high:g} 时结论可能改变，请核实热功率",
            f"{found.why.en}. The heat input rests on an assumed efficiency of {eta:g}; one between {low:g} and "
            f"{high:g} could turn the answer: find out the thermal capacity",
        )
        return replace(found, why=said)

    def _no_law(self, code: str) -> Impact:
        name = countries()[code].title if code in countries() else Text(code or "不详", code or "not known")
        why = Text(f"规则库没有收录环评法律：{name.zh}", f"The rulebook has no EIA law of {name.en}")
        if code in self._known:
            why = Text(
                f"{name.zh}的环评法律自 {self._known[code]} 起收录，{self.on} 之前的规定不详",
                f"The EIA law of {name.en} is known from {self._known[code]}; what stood on {self.on} is not",
            )
        return Impact(code, None, "unknown", None, None, False, why)


def _countries(clause: Clause) -> Sequence[str]:
    asked = clause.applies_to.get("country", ())
    return asked if isinstance(asked, tuple) else ()


def _required(applied: Applied, entry: Entry) -> Required:
    if applied.holds is Holds.UNDEFINED:
        return "undefined"
    value: Any = entry.value
    return value["required"]  # type: ignore[no-any-return]


def _rank(pair: tuple[Applied, Entry]) -> tuple[int, int, str]:
    applied, entry = pair
    return _WEIGHT[_required(applied, entry)], -len(applied.clause.applies_to), applied.clause.id


def _made(code: str, applied: Applied, entry: Entry, required: Required, why: Text, trace: tuple[Step, ...]) -> Impact:
    value: Any = entry.value
    return Impact(
        code, Text(**value["category"]), required, Text(**value["authority"]), value.get("public_days"),
        value.get("public_days_working", False), why, applied.clause, entry, trace,
    )  # fmt: skip


def _decided(code: str, applied: Applied, entry: Entry) -> Impact:
    required = _required(applied, entry)
    title, note = applied.clause.title, entry.note
    why = applied.why
    if required != "undefined":
        why = Text(f"{title.zh}。{why.zh}", f"{title.en}. {why.en}")
    if note is not None:
        why = Text(f"{why.zh}。{note.zh}", f"{why.en}. {note.en}")
    return _made(code, applied, entry, required, why, (clause_step(applied, entry),))


def _untold(code: str, open_: list[tuple[Applied, Entry]]) -> Impact:
    """A threshold speaks of this kind of project, and what it asks was not given."""
    applied, entry = open_[0]
    why = Text(f"{applied.clause.title.zh}。{applied.why.zh}", f"{applied.clause.title.en}. {applied.why.en}")
    return _made(code, applied, entry, "unknown", why, tuple(clause_step(a, e) for a, e in open_))


def _general(code: str, applied: Applied, entry: Entry, special: list[tuple[Applied, Entry]]) -> Impact:
    value: Any = entry.value
    classes = Text(**value["category"])
    why = Text(
        f"该国环评制度：{classes.zh}；收录的门槛均未涉及此类项目或此规模，类别须由主管机关确定",
        f"The country's system: {classes.en}; no threshold in the rulebook speaks of such a project or size, "
        "the authority tells the class",
    )
    if entry.note is not None:
        why = Text(f"{why.zh}。{entry.note.zh}", f"{why.en}. {entry.note.en}")
    failed = tuple(clause_step(a, e) for a, e in special)
    return _made(code, applied, entry, "unknown", why, (clause_step(applied, entry), *failed))
