"""What the templates show of each project, put into words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import shapely

from ..model import NOTES, Layer, Level, Screening
from ..model.country import country_title
from ..rules import THIN, figure
from ..text import Lang
from . import evidence
from .given import sector as sector_title
from .given import stage as stage_title
from .ledger import LedgerRow, ledger_rows
from .numbers import round_length
from .sitemap import Nearby, SiteMap, site_map
from .tally import WORST_FIRST, Detail, Tally
from .words import say

_UNKNOWN_NAMED = 3  # unknown things named in the list of projects
_DRAWN_NAMED = 4  # features named under a map
_MEASURED = 8  # features of a project listed on the page
_QUESTIONS = ("q_location", "q_touch", "q_near", "q_ground", "q_rules", "q_duties", "q_unknown", "q_clear")
"""In the order of reading: what is wrong with the place itself comes before what was found there."""
_RULED = {"colour": "q_rules", "coal-gate": "q_rules", "eia": "q_rules", "duty": "q_duties"}
"""Findings of the rulebook, by what they answer; they stand together whatever their level."""
_COLOURS = {1.0: "gdg_green", 2.0: "gdg_yellow", 3.0: "gdg_red"}
_KNOWN = {Level.CRITICAL, Level.WARNING, Level.NOTE}


@dataclass(frozen=True)
class FindingView:
    """One finding with its reasons.

    Attributes
    ----------
    head : str
        The verdict; only a title and a figure where `brief`.
    caveats : str
        What must be read along with it.
    brief : str
        For findings that need no action here (clear, or no layer at all): the verdict in full, folded away
        with the reasons. "" for all others.
    steps : tuple of (str, str)
        The way back to what it rests on.
    """

    level: Level
    head: str
    caveats: str
    brief: str
    steps: evidence.Steps


@dataclass(frozen=True)
class MeasuredView:
    """One feature near a project, every cell in words."""

    layer: str
    feature: str
    distance: str
    overlap: str
    share: str


@dataclass(frozen=True)
class ProjectLine:
    """A project in the list of all. `counts` follow `WORST_FIRST`."""

    row: int
    id: str
    name: str
    other_name: str
    country: str
    sector: str
    stage: str
    level: Level
    unknown: bool
    counts: tuple[int, ...]
    main: str


@dataclass(frozen=True)
class ProjectView:
    """A project in full."""

    line: ProjectLine
    facts: tuple[str, ...]
    notes: tuple[str, ...]
    groups: tuple[tuple[str, tuple[FindingView, ...]], ...]
    map: SiteMap
    map_alt: str
    drawn: str
    measured: tuple[MeasuredView, ...]
    n_measured: int
    chip: str = ""
    ledger: tuple[LedgerRow, ...] = ()


class Pages:
    """Puts the worst projects of a screening into words.

    Parameters
    ----------
    screening : Screening
        Its portfolio, layers, rules and buffers are read; its tables are not.
    tally : Tally
    detail : Detail
        Rows of the projects to show.
    lang : "zh" or "en"
    land : shapely geometry or None
    nearby : mapping
        Features to draw, by project id.
    """

    def __init__(
        self,
        screening: Screening,
        tally: Tally,
        detail: Detail,
        lang: Lang,
        *,
        land: shapely.Geometry | None = None,
        nearby: Mapping[str, Sequence[Nearby]] | None = None,
    ) -> None:
        self._screening = screening
        self._lang = lang
        self._land = land
        self._nearby = nearby or {}
        self._layers = {layer.id: layer for layer in screening.layers}
        self._rules = {rule["id"]: rule for rule in (*screening.clauses, *screening.rules)}
        self._worst, self._unknown = tally.worst(), tally.has_unknown()
        self._by_project = tally.by_project
        self._detail = detail
        self._projects = dict(
            zip(
                detail.rows.tolist(),
                screening.portfolio.projects.take(pa.array(detail.rows)).to_pylist(),
                strict=True,
            )
        )
        self._findings = _grouped(detail.tables["findings"])

    def lines(self) -> list[ProjectLine]:
        """Every project kept, the worst first."""
        return [self._line(row) for row in self._detail.rows.tolist()]

    def views(self, n: int) -> Iterator[ProjectView]:
        """The `n` worst projects in full, one at a time."""
        rows = self._detail.rows.tolist()[:n]
        ids = pa.array([self._projects[row]["project_id"] for row in rows], pa.string())
        tables = self._detail.tables
        exposures, nearest = (_grouped(_only(tables[name], ids)) for name in ("exposures", "nearest"))
        ledger = _grouped(_only(tables["ledger"], ids)) if "ledger" in tables else {}
        for row in rows:
            project = self._projects[row]
            near = exposures.get(project["project_id"], [])
            beyond = nearest.get(project["project_id"], [])
            estimates = ledger_rows(ledger.get(project["project_id"], []), self._lang)
            yield replace(self._view(row, project, near, beyond), ledger=estimates)

    def _line(self, row: int) -> ProjectLine:
        project = self._projects[row]
        name, other = _names(project, self._lang)
        return ProjectLine(
            row,
            project["project_id"],
            name,
            other,
            self._country(project),
            sector_title(project["sector"] or "", self._lang),
            stage_title(project["stage"] or "", self._lang),
            WORST_FIRST[self._worst[row]],
            bool(self._unknown[row]),
            tuple(self._by_project[row].tolist()),
            self._main(self._sorted_findings(project["project_id"])),
        )

    def _view(
        self, row: int, project: Mapping[str, Any], near: list[dict[str, Any]], beyond: list[dict[str, Any]]
    ) -> ProjectView:
        line = self._line(row)
        findings = self._sorted_findings(project["project_id"])
        nearby = self._nearby.get(project["project_id"], ())
        drawing = site_map(
            self._screening.portfolio.geometries[project["geometry"]],
            project["shape"],
            buffers_m=self._screening.buffers_m,
            reach_m=self._reach(findings),
            land=self._land,
            nearby=nearby,
        )
        measured = self._measured(near, beyond)
        return ProjectView(
            line,
            self._facts(project),
            tuple(NOTES[n].in_(self._lang) if n in NOTES else n for n in project["notes"] or ()),
            self._groups(findings),
            drawing,
            self._alt(line.name, drawing),
            self._drawn(drawing, _DRAWN_NAMED),
            tuple(measured[:_MEASURED]),
            len(measured),
            self._chip(findings),
        )

    def _chip(self, findings: list[dict[str, Any]]) -> str:
        """The colour of the guidance in words: it is no level, and never shown as one."""
        for finding in findings:
            if finding["measure"] == "colour":
                return say(_COLOURS.get(finding["value"], "gdg_none"), self._lang)
        return ""

    def _sorted_findings(self, project_id: str) -> list[dict[str, Any]]:
        order = {level.value: i for i, level in enumerate(WORST_FIRST)}
        return sorted(self._findings.get(project_id, []), key=lambda f: order[f["level"]])

    def _main(self, findings: list[dict[str, Any]]) -> str:
        """What to say of a project in one line: its first verdict, or what all is not known."""
        if not findings or findings[0]["level"] == Level.CLEAR:
            return ""
        if findings[0]["level"] != Level.UNKNOWN:
            return self._finding(findings[0]).head
        titles = list(dict.fromkeys(self._rule_title(f) for f in findings if f["level"] == Level.UNKNOWN))
        some = ("、" if self._lang == "zh" else ", ").join(titles[:_UNKNOWN_NAMED])
        more = len(titles) - _UNKNOWN_NAMED
        return (
            say("unknown_more", self._lang, some=some, n=more) if more > 0 else say("unknown_of", self._lang, some=some)
        )

    def _finding(self, finding: Mapping[str, Any]) -> FindingView:
        level = Level(finding["level"])
        layer = self._layers.get(finding["layer_id"] or "")
        rule = self._rules.get(finding["rule_id"])
        head, caveats = verdict(finding[f"explanation_{self._lang}"] or "", level, layer, self._lang)
        steps = evidence.why(finding, rule, layer, self._lang)
        if finding["measure"] in _RULED:
            return FindingView(level, head, caveats, "", steps)
        if level is Level.UNKNOWN and not finding["layer_id"] and rule:
            return FindingView(level, self._rule_title(finding), "", head, steps[1:2])  # nothing was measured
        if level is Level.CLEAR and rule:
            number = _figure(finding["value"], finding["unit"] or "") if finding["measure"] != "noted" else ""
            title = f"{self._rule_title(finding)}{THIN}{THIN}{number}".strip()
            return FindingView(level, title, caveats, head, steps)
        if level is Level.UNKNOWN:  # says why it is not known; what it is needs the title
            head = f"{self._rule_title(finding)}{'：' if self._lang == 'zh' else ': '}{head}"
        return FindingView(level, head, caveats, "", steps)

    def _rule_title(self, finding: Mapping[str, Any]) -> str:
        rule = self._rules.get(finding["rule_id"])
        return rule["title"][self._lang] if rule else str(finding["rule_id"])

    def _groups(self, findings: list[dict[str, Any]]) -> tuple[tuple[str, tuple[FindingView, ...]], ...]:
        """Findings by the question they answer: what was found first, then unknown, then clear."""
        groups: dict[str, list[FindingView]] = {}
        for finding in findings:
            groups.setdefault(_question(finding), []).append(self._finding(finding))
        for views in groups.values():
            views.sort(key=lambda v: bool(v.brief))
        return tuple((say(key, self._lang), tuple(groups[key])) for key in _QUESTIONS if key in groups)

    def _reach(self, findings: list[dict[str, Any]]) -> float:
        """How far the map must show: the distance of what weighs most."""
        if not findings or Level(findings[0]["level"]) not in _KNOWN:
            return max(self._screening.buffers_m, default=0.0)
        worst = [f for f in findings if f["level"] == findings[0]["level"] and f["unit"] == "m"]
        return max((f["value"] for f in worst if f["value"] is not None), default=0.0)

    def _facts(self, project: Mapping[str, Any]) -> tuple[str, ...]:
        country = self._country(project)
        given = project["country_given"] or ""
        if given and set(project["notes"] or ()) & {"country-mismatch", "country-unknown"}:
            country = f"{country} ({say('declared', self._lang, given=given)})" if country else given
        shape = say(f"shape_{project['shape']}", self._lang)
        row = say("row", self._lang, n=project["source_row"])
        sector, stage = (
            sector_title(project["sector"] or "", self._lang),
            stage_title(project["stage"] or "", self._lang),
        )
        facts = (country, sector, stage, shape, project["project_id"], row)
        return tuple(f for f in facts if f)

    def _country(self, project: Mapping[str, Any]) -> str:
        code = project["country"]
        return country_title(code).in_(self._lang) if code else project["country_given"] or ""

    def _measured(self, near: list[dict[str, Any]], beyond: list[dict[str, Any]]) -> list[MeasuredView]:
        """Features by distance; then, for layers with nothing in the widest buffer, the nearest of all."""
        near = sorted(near, key=lambda e: e["distance_m"])
        seen = {e["layer_id"] for e in near}
        far = sorted((b for b in beyond if b["layer_id"] not in seen), key=lambda b: b["distance_m"] or 0.0)
        return [self._exposure(e) for e in near] + [self._exposure(b) for b in far]

    def _exposure(self, row: Mapping[str, Any]) -> MeasuredView:
        touches = row.get("intersects") or row["distance_m"] == 0
        distance = row["distance_m"]
        return MeasuredView(
            self._layer_title(row["layer_id"]),
            row.get("feature_name") or row["feature_id"] or "",
            say("touching", self._lang) if touches else _figure(distance, "m"),
            _figure(row.get("overlap_m2"), "m2") or _figure(row.get("overlap_m"), "m"),
            _figure(row.get("overlap_share"), "share"),
        )

    def _layer_title(self, layer_id: str) -> str:
        layer: Layer | None = self._layers.get(layer_id)
        return layer.title.in_(self._lang) if layer else layer_id

    def _drawn(self, drawing: SiteMap, most: int | None) -> str:
        """Names of the features on a map, the first `most` of them."""
        names = list(dict.fromkeys(d.name or self._layer_title(d.layer_id) for d in drawing.nearby))
        shown = names if most is None else names[:most]
        return ("、" if self._lang == "zh" else ", ").join(shown) + ("…" if len(shown) < len(names) else "")

    def _alt(self, name: str, drawing: SiteMap) -> str:
        join = "、" if self._lang == "zh" else ", "
        rings = join.join(round_length(m) for m, _ in reversed(drawing.rings))
        names = self._drawn(drawing, None)
        return say(
            "sitemap_alt",
            self._lang,
            name=name,
            shape=say(f"shape_{drawing.shape}", self._lang),
            rings=say("sitemap_rings", self._lang, rings=rings) if rings else "",
            nearby=say("sitemap_nearby", self._lang, names=names) if names else "",
        )


def _figure(value: float | None, unit: str) -> str:
    return "" if value is None else figure(value, unit)


def verdict(text: str, level: Level, layer: Layer | None, lang: Lang) -> tuple[str, str]:
    """The verdict of an explanation, without the level that stands beside it, and its caveats.

    Between them an explanation names rule and layer; on the page those stand in the reasons. A text of
    another form is all verdict, so that nothing is left out.

    Examples
    --------
    >>> from qinglu.text import Text
    >>> river = Layer("rivers", "river", Text("河流", "Rivers"), "line", version="5.1")
    >>> said = "Note: a river is near. It is 5 m away. Rule: own, 1. Layer: Rivers (5.1). Only a sketch."
    >>> verdict(said, Level.NOTE, river, "en")
    ('A river is near. It is 5 m away.', 'Only a sketch.')
    >>> verdict("As it came", Level.NOTE, None, "en")
    ('As it came', '')
    """
    colon, mark = ("：", "依据：") if lang == "zh" else (":", " Rule: ")
    body = text.removeprefix(f"{level.title.in_(lang)}{colon}").strip()
    at = body.find(mark)
    head, rest = (body, "") if at < 0 else (body[:at].strip(), body[at:].strip())
    caveats = ""
    if layer is not None:
        version = layer.version or say("no_version", lang)
        end = f"（{version}）。" if lang == "zh" else f" ({version})."
        _, named, after = rest.partition(layer.title.in_(lang) + end)
        caveats = after.strip() if named else rest
    return head[:1].upper() + head[1:], caveats


def _question(finding: Mapping[str, Any]) -> str:
    """Which question of a reader a finding answers, as a key of `_QUESTIONS`."""
    level, measure = finding["level"], finding["measure"]
    if measure in _RULED:
        return _RULED[measure]
    if level in {Level.UNKNOWN, Level.CLEAR}:
        return f"q_{level}"
    if measure == "noted":
        return "q_location"
    if measure == "distance":
        return "q_near" if (finding["value"] or 0.0) > 0 else "q_touch"
    return "q_touch" if measure == "overlap-share" else "q_ground"


def _names(project: Mapping[str, Any], lang: Lang) -> tuple[str, str]:
    """The name to call a project by, and its name in the other script where it has one."""
    first, second = (project["name_zh"], project["name"]) if lang == "zh" else (project["name"], project["name_zh"])
    name = first or second or project["project_id"]
    return name, second if second and second != name else ""


def _only(table: pa.Table, ids: pa.Array) -> pa.Table:
    return table.filter(pa.compute.is_in(table["project_id"], value_set=ids))


def _grouped(table: pa.Table) -> dict[str, list[dict[str, Any]]]:
    """Rows as mappings, by project."""
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in table.to_pylist():
        rows[row["project_id"]].append(row)
    return rows
