"""The colour of a project under the Green Development Guidance: inherent, then adjusted on evidence.

Types, rules and measures come from clauses; nothing here knows a colour of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ..errors import OptionError
from ..model.clause import Clause, Entry
from ..model.rule import Step
from ..text import Text
from .clauses import Clauses
from .clauses import unverified as listed

TOPIC = "green-development-guidance"
DIMENSIONS: Mapping[str, Text] = {
    "pollution": Text("污染防治", "pollution prevention"),
    "climate": Text("气候变化减缓", "climate change mitigation"),
    "biodiversity": Text("生物多样性与生态保护", "biodiversity and ecosystems"),
}
COLOURS: Mapping[str, Text] = {"green": Text("绿", "green"), "yellow": Text("黄", "yellow"), "red": Text("红", "red")}
"""From best to worst."""

_RULE = "int.gdg.rule."
_ASIDE = re.compile(r"[:：;；,，(（]")
_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Classified:
    """The colour of one project and how it was reached.

    Attributes
    ----------
    inherent : str or None
        Colour of the project type before anything is adjusted; None where it was not seen.
    colour : str or None
        ``red``, ``yellow`` or ``green``; None where it cannot be told.
    dimensions : mapping
        Colour in each of `DIMENSIONS`, None where nothing says it.
    upgradable : bool or None
        Whether the type can rise; None where the guidance was not seen to say.
    measures : mapping
        Each measure as given → the measure it was recognised as, None where nobody knows it.
    rests_on : tuple of (Clause, Entry)
        In the order they were used.
    """

    project_type: str
    inherent: str | None
    colour: str | None
    dimensions: Mapping[str, str | None]
    upgradable: bool | None
    why: Text
    measures: Mapping[str, str | None] = field(default_factory=dict)
    rests_on: tuple[tuple[Clause, Entry], ...] = ()
    trace: tuple[Step, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The result of the tool ``classify``."""
        return {
            "project_type": self.project_type,
            "inherent": self.inherent,
            "colour": self.colour,
            "dimensions": dict(self.dimensions),
            "upgradable": self.upgradable,
            "why": self.why.en,
            "why_zh": self.why.zh,
            "measures": [{"given": given, "known_as": known} for given, known in self.measures.items()],
        }

    def unverified(self) -> tuple[dict[str, Any], ...]:
        """What it rests on that nobody read beside the official text."""
        return tuple(listed(c, e) for c, e in self.rests_on if not e.is_verified)


@dataclass(frozen=True)
class Guidance:
    """The guidance on a date: types, measures and rules, ready to be asked again and again."""

    types: Mapping[str, tuple[Clause, Entry]]
    measures: Mapping[str, tuple[Clause, Entry]]
    rules: Mapping[str, tuple[Clause, Entry]]

    @classmethod
    def on(cls, clauses: Clauses, day: date) -> Guidance:
        """What of the guidance is in force on `day`."""
        found = [(c, e) for c in clauses.select(topic=TOPIC) if (e := c.on(day)) is not None]
        return cls(
            types={_value(e)["project_type"]: (c, e) for c, e in found if c.kind == "class"},
            measures={_value(e)["measure"]: (c, e) for c, e in found if c.kind == "criterion"},
            rules={c.id.removeprefix(_RULE): (c, e) for c, e in found if c.id.startswith(_RULE)},
        )

    def known_as(self, given: str) -> str | None:
        """The measure that `given` names, by id, title or another usual name; None where nobody knows it.

        What follows a colon, comma or bracket is the evidence, not the name.
        """
        name = _plain(_ASIDE.split(given, maxsplit=1)[0])
        for measure, (clause, entry) in self.measures.items():
            names = (measure, clause.title.zh, clause.title.en, *_value(entry).get("names", ()))
            if name and name in {_plain(n) for n in names}:
                return measure
        return None

    def classify(
        self,
        project_type: str,
        measures: Sequence[str] = (),
        *,
        infringes_sensitive_area: bool = False,
        assessed: Mapping[str, str] | None = None,
    ) -> Classified:
        """The colour of a project.

        Parameters
        ----------
        project_type : str
            One of `types`.
        measures : sequence of str
            Mitigation measures that are named and evidenced.
        infringes_sensitive_area : bool
            Whether it infringes on an ecologically important area.
        assessed : mapping, optional
            Colours of single dimensions from an assessment of the project itself; the worst of them can
            lower the colour, never raise it.

        Raises
        ------
        OptionError
            A project type that the guidance does not name on that day.
        """
        if project_type not in self.types:
            raise OptionError(
                Text(f"没有项目类型 {project_type!r}", f"there is no project type {project_type!r}"),
                Text(f"可用：{'、'.join(self.types)}", f"One of {', '.join(self.types)}"),
                where="project_type",
            )
        return _Reckoning(self, project_type).result(measures, infringes_sensitive_area, dict(assessed or {}))


class _Reckoning:
    """One classification in the making: colour, and the steps that led to it."""

    def __init__(self, guidance: Guidance, project_type: str) -> None:
        self._g = guidance
        self._type = project_type
        self._clause, self._entry = guidance.types[project_type]
        self._steps: list[Step] = []
        self._rests: list[tuple[Clause, Entry]] = []

    def result(self, measures: Sequence[str], infringes: bool, assessed: dict[str, str]) -> Classified:
        value = _value(self._entry)
        inherent: str | None = value["class"]
        self._begin(inherent)
        known = {given: self._g.known_as(given) for given in measures}
        colour = self._raised(inherent, known)
        dimensions: dict[str, str | None] = {d: assessed.get(d) for d in DIMENSIONS}
        colour = self._assessed(colour, assessed)
        if infringes:
            colour, dimensions["biodiversity"] = self._infringing(), "red"
        return Classified(
            project_type=self._type,
            inherent=inherent,
            colour=colour,
            dimensions=dimensions,
            upgradable=value["upgradable"],
            why=Text("；".join(s.text.zh for s in self._steps) + "。", "; ".join(s.text.en for s in self._steps) + "."),
            measures=known,
            rests_on=tuple(self._rests),
            trace=tuple(self._steps),
        )

    def _begin(self, inherent: str | None) -> None:
        title = self._clause.title
        if inherent is None:
            said = Text(
                f"{title.zh}的初始颜色在所见来源中未见到，不作推测",
                f"{title.en}: the inherent colour was not seen in any source, and is not guessed",
            )
        else:
            c = COLOURS[inherent]
            said = Text(f"{title.zh}的初始颜色为{c.zh}", f"{title.en}: inherently {c.en}")
        self._step(self._clause, self._entry, said, {"class": inherent})

    def _raised(self, inherent: str | None, known: Mapping[str, str | None]) -> str | None:
        """The colour after measures: up where the guidance lets the type rise and enough of them count."""
        for given in (g for g, k in known.items() if k is None):
            self._note(
                Text(
                    f"措施“{given}”无人知晓，已记录，不影响颜色",
                    f"measure {given!r} is not known: noted, without effect on the colour",
                ),
                {"measure": given},
            )
        named = list(dict.fromkeys(k for k in known.values() if k is not None))
        if not named:
            return inherent
        if self._rule_covers("coal-stays-red"):
            clause, entry = self._g.rules["coal-stays-red"]
            self._step(
                clause,
                entry,
                Text("煤电始终为红，措施不能使其升级", "coal stays red: no measure lifts it"),
                {"class": "red"},
            )
            return inherent
        fitting = [m for m in named if self._type in _value(self._g.measures[m][1])["project_types"]]
        self._beside_the_point([m for m in named if m not in fitting])
        if not fitting:
            return inherent
        if not self._rule_covers("rise"):
            self._note(
                Text(
                    "该类型凭措施可升到何种颜色，在所见来源中未见到",
                    "to what colour measures raise this type was not seen in any source",
                ),
                {"measures": fitting},
            )
            return inherent
        return self._rise(inherent, fitting)

    def _rise(self, inherent: str | None, fitting: Sequence[str]) -> str | None:
        clause, entry = self._g.rules["rise"]
        rule = _value(entry)
        titles = [self._g.measures[m][0].title for m in fitting]
        zh, en = "、".join(t.zh for t in titles), ", ".join(t.en for t in titles)
        if len(fitting) < rule["measures_needed"]:
            need = rule["measures_needed"]
            self._step(
                clause,
                entry,
                Text(f"升级须有 {need} 项措施，现有：{zh}", f"a rise needs {need} measures, there are: {en}"),
                {"measures": list(fitting)},
            )
            return inherent
        to: str = rule["class"]
        said = Text(
            f"已采取{zh}，升为{COLOURS[to].zh}；独立证据须存档备查",
            f"{en} applied: rises to {COLOURS[to].en}; the independent evidence must be kept on file",
        )
        self._step(clause, entry, said, {"measures": list(fitting), "class": to})
        self._rests += [self._g.measures[m] for m in fitting]
        return to

    def _beside_the_point(self, measures: Iterable[str]) -> None:
        for m in measures:
            title = self._g.measures[m][0].title
            self._note(Text(f"{title.zh}不适用于该类型", f"{title.en} does not raise this type"), {"measure": m})

    def _assessed(self, colour: str | None, assessed: Mapping[str, str]) -> str | None:
        """The worst dimension decides. An assessment may lower a colour; only measures raise one."""
        order = list(COLOURS)
        worst = max(assessed.values(), key=order.index, default=None)
        if worst is None or (order.index(worst) <= order.index(colour) if colour else worst != "red"):
            return colour
        clause, entry = self._g.rules["worst-dimension"]
        which = [DIMENSIONS[d] for d, c in assessed.items() if c == worst]
        zh, en = "、".join(t.zh for t in which), ", ".join(t.en for t in which)
        said = Text(
            f"最差维度决定颜色：{zh}为{COLOURS[worst].zh}", f"the worst dimension decides: {en} is {COLOURS[worst].en}"
        )
        self._step(clause, entry, said, {"class": worst})
        return worst

    def _infringing(self) -> str:
        clause, entry = self._g.rules["infringement"]
        colour: str = _value(entry)["class"]
        said = Text(
            f"侵占生态重要区域，直接定为{COLOURS[colour].zh}",
            f"infringes on an ecologically important area: straight to {COLOURS[colour].en}",
        )
        self._step(clause, entry, said, {"class": colour, "dimension": _value(entry)["dimension"]})
        return colour

    def _rule_covers(self, rule: str) -> bool:
        return self._type in _value(self._g.rules[rule][1])["project_types"]

    def _step(self, clause: Clause, entry: Entry, said: Text, detail: Mapping[str, Any]) -> None:
        self._rests.append((clause, entry))
        self._steps.append(
            Step("rule", clause.title, said, {"rule_id": clause.id, "checked": entry.as_dict()["checked"], **detail})
        )

    def _note(self, said: Text, detail: Mapping[str, Any]) -> None:
        self._steps.append(Step("note", Text("说明", "Note"), said, detail))


def _value(entry: Entry) -> Mapping[str, Any]:
    value = entry.value
    assert isinstance(value, dict)  # types, rules and measures are mappings
    return value


def _plain(name: str) -> str:
    """A name without case, spaces and punctuation: ``IFC PS-6`` and ``ifc_ps6`` are one."""
    return _LETTERS.sub("", name.casefold())
