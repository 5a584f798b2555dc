"""The report as a sequence of blocks: what a page of paper says, whichever program sets it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely

from ..model import Level, Screening
from ..model.country import country_title
from ..text import Lang
from . import charts, evidence
from .drawings import overview_svg, site_svg
from .html import Bounds
from .ledger import LedgerRow, ledger_head, ledger_missing, ledger_totals
from .numbers import count, long_date, percent, round_length
from .overview import overview
from .page import FindingView, Pages, ProjectLine, ProjectView
from .sitemap import Nearby
from .summary import Summary
from .tally import WORST_FIRST, Detail, Tally
from .words import LIMITS, METHOD, say

BOUNDS = Bounds(detailed=100, listed=1_000)
"""Of a report on paper: the rest is counted, and stands in the tables."""
_FIRST_SHOWN, _REJECTED_SHOWN = 5, 200


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, 1 to 3."""

    text: str
    depth: int = 1
    other: str = ""


@dataclass(frozen=True, slots=True)
class Para:
    """A paragraph; `levels` stand before it as chips, and what it `leads` stays on the same page."""

    text: str
    quiet: bool = False
    levels: tuple[Level, ...] = ()
    leads: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list, numbered or not."""

    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. A cell that is a `Level` is shown as its chip; `widths` are shares of the line."""

    caption: str
    head: tuple[str | Level, ...]
    rows: tuple[tuple[str | Level, ...], ...]
    widths: tuple[float, ...]
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing with what it shows in words; `share` of the width of the line."""

    svg: str
    alt: str
    caption: str
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding and the way back to what it rests on."""

    level: Level
    head: str
    caveats: str
    steps: tuple[tuple[str, str], ...]


Block = Heading | Para | Items | Grid | Figure | Finding


@dataclass(frozen=True)
class Paper:
    """A report, ready to be set.

    Attributes
    ----------
    title, product, meta : str
    lang : "zh" or "en"
    why : str
        What stands before the reasons of a finding.
    contents : str
        Heading of the table of contents.
    blocks : iterator of Block
        Read once, from first to last.
    """

    title: str
    product: str
    meta: tuple[str, ...]
    lang: Lang
    why: str
    contents: str
    blocks: Iterator[Block]


def paper(
    screening: Screening,
    summary: Summary,
    tally: Tally,
    detail: Detail,
    lang: Lang,
    *,
    bounds: Bounds = BOUNDS,
    land: shapely.Geometry | None = None,
    nearby: Mapping[str, Sequence[Nearby]] | None = None,
) -> Paper:
    """The report of a screening; parameters as for `html.write_html`."""
    pages = Pages(screening, tally, detail, lang, land=land, nearby=nearby)
    made = _Made(screening, summary, tally, pages, lang, bounds, land)
    versions = screening.run.get("versions", {})
    version = str(versions.get("qinglu", "")) if isinstance(versions, Mapping) else ""
    meta = [say("judged_on", lang, day=long_date(screening.on, lang))]
    meta += [say("version", lang, version=version)] if version else []
    meta += [f"sha256 {summary.sha256}"] if summary.sha256 else []
    return Paper(
        say("heading", lang, source=summary.source), say("product", lang), tuple(meta), lang, say("why", lang),
        say("contents", lang), made.blocks(),
    )  # fmt: skip


@dataclass(frozen=True)
class _Made:
    screening: Screening
    s: Summary
    tally: Tally
    pages: Pages
    lang: Lang
    bounds: Bounds
    land: shapely.Geometry | None

    def blocks(self) -> Iterator[Block]:
        lines = self.pages.lines()[: self.bounds.listed]
        yield from self._glance(lines)
        yield from self._map()
        yield from self._countries()
        yield from self._missing()
        yield from self._ledger()
        yield from self._list(lines)
        yield from self._each(min(self.bounds.detailed, len(lines)))
        yield from self._back()

    def t(self, key: str, **values: object) -> str:
        return say(key, self.lang, **values)

    def _glance(self, lines: Sequence[ProjectLine]) -> Iterator[Block]:
        s = self.s
        yield Heading(self.t("at_a_glance"))
        yield Para(
            self.t("accounting", read=count(s.n_read), screened=count(s.n_screened), rejected=count(s.n_rejected))
        )
        told = [self.t("assets_note", shared=count(s.n_sharing)) if s.n_sharing else self.t("assets_all_apart")]
        told.append(self.t("in_countries", n=count(s.n_countries)))
        for note, key in (("cancelled", "of_which_cancelled"), ("location-too-coarse", "of_which_coarse"),
                          ("country-mismatch", "of_which_elsewhere")):  # fmt: skip
            if s.noted.get(note):
                told.append(self.t(key, n=count(s.noted[note])))
        yield Items(tuple(told))
        head = tuple(self.t(k) for k in ("level", "projects", "share"))
        levels = zip(WORST_FIRST, s.by_level, strict=True)
        cells = tuple((level, count(n), percent(n, s.n_screened)) for level, n in levels)
        yield Grid(self.t("by_worst"), head, cells, (0.4, 0.3, 0.3), frozenset({1, 2}))
        yield Para(self.t("with_unknown", n=count(s.with_unknown), all=count(s.n_screened)))
        yield Para(self.t("unknown_is_not_clear") if s.with_unknown else self.t("nothing_unknown"), quiet=True)
        yield Heading(self.t("what_first"), 2)
        yield from self._first(lines)

    def _first(self, lines: Sequence[ProjectLine]) -> Iterator[Block]:
        s = self.s
        worst = [line for line in lines if line.level in (Level.CRITICAL, Level.WARNING)][:_FIRST_SHOWN]
        yield Para(self.t("first_projects") if worst else self.t("first_none"))
        for line in worst:
            yield Para(f"{line.name}  {_plain(line.main)}".strip(), levels=(line.level,))
        more = s.by_level[0] + s.by_level[1] - len(worst)
        if more > 0:
            yield Para(self.t("and_more", n=count(more)), quiet=True)
        todo = []
        if s.missing:
            title = s.missing[0].title.in_(self.lang)
            todo.append(self.t("first_layers", title=title, n=count(s.missing[0].n_projects)))
        if s.noted.get("location-too-coarse"):
            todo.append(self.t("first_coarse", n=count(s.noted["location-too-coarse"])))
        if s.n_rejected:
            todo.append(self.t("first_rejected", n=count(s.n_rejected)))
        if todo:
            yield Items(tuple(todo))

    def _map(self) -> Iterator[Block]:
        world = overview(self.screening.portfolio, self.tally.worst(), self.land)
        join = "，" if self.lang == "zh" else ", "
        levels = join.join(
            f"{level.title.in_(self.lang)} {count(n)}" for level, n in zip(WORST_FIRST, self.s.by_level, strict=True)
        )
        caption = self.t("map_caption")
        if world.n_hidden:
            caption += f" {self.t('map_hidden', n=count(world.n_hidden))}"
        yield Heading(self.t("map"))
        yield Para("", levels=WORST_FIRST, leads=True)
        yield Figure(overview_svg(world), self.t("map_alt", assets=count(self.s.n_assets), levels=levels), caption)

    def _countries(self) -> Iterator[Block]:
        yield Heading(self.t("by_country"))
        first = tuple(self.t(k) for k in ("country", "projects", "assets_column"))
        yield Grid(
            self.t("by_country_caption"), (*first, *WORST_FIRST, self.t("with_unknown_short")),
            tuple(
                (country_title(c.country).in_(self.lang) if c.country else self.t("country_none"), count(c.projects),
                 count(c.assets), *(count(n) for n in c.by_level), count(c.with_unknown))
                for c in self.s.countries
            ),
            (0.17, 0.09, 0.08, *(0.115,) * len(WORST_FIRST), 0.1), frozenset(range(1, 9)),
        )  # fmt: skip

    def _missing(self) -> Iterator[Block]:
        if not self.s.missing:
            return
        yield Heading(self.t("would_answer"))
        rows = tuple(
            (m.title.in_(self.lang), count(m.n_projects), _plain(m.how.in_(self.lang))) for m in self.s.missing
        )
        head = (self.t("missing_column"), self.t("projects"), self.t("how_to_get"))
        yield Grid(self.t("would_answer_caption"), head, rows, (0.25, 0.12, 0.63), frozenset({1}))

    def _ledger(self) -> Iterator[Block]:
        sums = self.s.ledger
        if sums is None:
            return
        yield Heading(self.t("ledger"))
        yield Para(self.t("ledger_lead"))
        yield Para(self.t("ledger_counts", known=count(sums.n_estimated), unknown=count(sums.n_unknown)))
        if sums.totals:
            head, numbers = ledger_head(self.lang)
            rows = ledger_totals(sums, self.lang)
            yield Grid(self.t("ledger_totals"), head, rows, (0.34, 0.13, 0.19, 0.12, 0.11, 0.11), numbers)
        chart = sums.chart()
        if chart is not None:
            yield Figure(charts.svg(chart, self.lang, theme="file"), charts.describe(chart, self.lang), "")
        if sums.missing:
            head = (self.t("missing_column"), self.t("projects"))
            yield Grid(
                self.t("ledger_missing"), head, ledger_missing(sums, self.lang), (0.8, 0.2), frozenset({1})
            )  # fmt: skip

    def _estimates(self, rows: Sequence[LedgerRow]) -> Iterator[Block]:
        if not rows:
            return
        yield Heading(self.t("q_ledger"), 3)
        join = "：" if self.lang == "zh" else ": "
        cells = tuple(
            (r.what, r.value, r.bounds,
             " ".join(t for t in (f"{r.basis}{join}{r.said}" if r.basis else r.said,
                                  f"{self.t('missing_for')} {r.missing}" if r.missing else "") if t))
            for r in rows
        )  # fmt: skip
        head = tuple(self.t(k) for k in ("ledger_what", "ledger_value", "ledger_bounds", "ledger_how"))
        yield Grid(self.t("ledger"), head, cells, (0.24, 0.17, 0.15, 0.44), frozenset({1, 2}))

    def _list(self, lines: Sequence[ProjectLine]) -> Iterator[Block]:
        yield Heading(self.t("all_projects"))
        if self.s.n_screened > len(lines):
            yield Para(
                self.t("not_listed", shown=count(len(lines)), n=count(self.s.n_screened - len(lines))), quiet=True
            )
        rows = tuple((p.level, p.name, p.country, p.sector, _plain(p.main)) for p in lines)
        head = tuple(self.t(k) for k in ("level", "project", "country", "sector", "main_finding"))
        yield Grid(self.t("all_projects_caption"), head, rows, (0.12, 0.26, 0.14, 0.13, 0.35))

    def _each(self, n: int) -> Iterator[Block]:
        yield Heading(self.t("one_by_one"))
        if self.s.n_screened > n:
            yield Para(self.t("not_detailed", shown=count(n), n=count(self.s.n_screened - n)), quiet=True)
        for view in self.pages.views(n):
            yield from self._project(view)

    def _project(self, v: ProjectView) -> Iterator[Block]:
        yield Heading(v.line.name, 2, v.line.other_name)
        also = (Level.UNKNOWN,) if v.line.unknown and v.line.level != Level.UNKNOWN else ()
        yield Para(v.chip, levels=(v.line.level, *also), leads=True)
        yield Para(" · ".join(v.facts), quiet=True, leads=True)
        rings = ("、" if self.lang == "zh" else ", ").join(round_length(m) for m, _ in reversed(v.map.rings))
        said = [self.t("sitemap_rings", rings=rings)] if rings else []
        said += [self.t("sitemap_nearby", names=v.drawn)] if v.drawn else []
        drawing = site_svg(v.map, v.line.level, round_length(v.map.bar_m))
        yield Figure(drawing, v.map_alt, " ".join((*said, self.t("north_up"))), 0.52)
        if v.notes:
            yield Heading(self.t("notes"), 3)
            yield Items(v.notes)
        if not v.groups:
            yield Para(self.t("not_judged"))
        for title, findings in v.groups:
            yield Heading(title, 3)
            yield from (_finding(f) for f in findings if not f.brief)
            yield from self._briefly([f for f in findings if f.brief])
        yield from self._estimates(v.ledger)
        if v.measured:
            head = tuple(self.t(k) for k in ("layer", "feature", "distance", "overlap", "overlap_share"))
            rows = tuple((m.layer, m.feature, m.distance, m.overlap, m.share) for m in v.measured)
            yield Grid(self.t("measured"), head, rows, (0.26, 0.32, 0.14, 0.14, 0.14), frozenset({2, 3, 4}))
            if v.n_measured > len(v.measured):
                yield Para(self.t("measured_more", shown=count(len(v.measured)), n=count(v.n_measured)), quiet=True)

    def _briefly(self, views: Sequence[FindingView]) -> Iterator[Block]:
        """What was looked at and is clear, or what no layer could tell: titles only, level by level.

        How to get what is missing stands once for all projects, in the table of missing data.
        """
        for level in WORST_FIRST:
            if heads := [_plain(v.head) for v in views if v.level is level]:
                yield Finding(level, ("；" if self.lang == "zh" else "; ").join(heads), "", ())

    def _back(self) -> Iterator[Block]:
        yield Heading(self.t("method"))
        yield from (Para(text.in_(self.lang)) for text in METHOD)
        yield Grid(
            self.t("rules_caption"), tuple(self.t(k) for k in ("rule", "e_measure", "level", "threshold", "clause")),
            tuple(self._rules()), (0.22, 0.11, 0.11, 0.24, 0.32),
        )  # fmt: skip
        yield Heading(self.t("layers"))
        if self.screening.layers:
            head = tuple(self.t(k) for k in ("layer", "role", "version_column", "provider", "licence"))
            yield Grid(self.t("layers_caption"), head, tuple(self._layers()), (0.36, 0.16, 0.16, 0.16, 0.16))
        else:
            yield Para(self.t("no_layers"))
        yield Heading(self.t("limits"))
        yield Items(tuple(text.in_(self.lang) for text in LIMITS))
        yield from self._rejected()

    def _rules(self) -> Iterator[tuple[str | Level, ...]]:
        for rule in self.screening.rules:
            for n, tier in enumerate(rule.get("tiers", ())):
                named = f"{rule['title'][self.lang]}\n{rule['id']}" if n == 0 else ""
                what = f"{tier['says'][self.lang]} {evidence.threshold(rule, tier, self.lang)}".strip()
                asked = evidence.measure_title(rule["measure"], self.lang) if n == 0 else ""
                yield named, asked, Level(tier["level"]), what, evidence.clause(tier, self.lang)

    def _layers(self) -> Iterator[tuple[str, ...]]:
        for layer in self.screening.layers:
            named: list[Any] = [f"{layer.title.in_(self.lang)} ({layer.id})"]
            named += [self.t("demonstration")] if layer.demonstration else []
            named += [*evidence.coverage(layer, self.lang), *([layer.provenance] if layer.provenance else [])]
            named += [f"sha256 {layer.sha256[:12]}…"] if layer.sha256 else []
            yield (
                "\n".join(named),
                evidence.role_line(layer.role, self.lang),
                layer.version,
                layer.provider,
                layer.licence,
            )

    def _rejected(self) -> Iterator[Block]:
        yield Heading(self.t("rejected"))
        rows = self.screening.portfolio.rejected.slice(0, _REJECTED_SHOWN).to_pylist()
        if not rows:
            yield Para(self.t("rejected_none"))
            return
        head = tuple(self.t(k) for k in ("source_row", "id", "reason", "message"))
        cells = tuple((str(r["source_row"]), r["project_id"] or "–", r["reason"], r["message"]) for r in rows)
        yield Grid(self.t("rejected_caption"), head, cells, (0.1, 0.16, 0.2, 0.54), frozenset({0}))
        if self.s.n_rejected > len(rows):
            yield Para(self.t("rejected_more", n=count(self.s.n_rejected - len(rows))), quiet=True)


def _finding(view: FindingView) -> Finding:
    return Finding(view.level, _plain(view.head), view.caveats, view.steps)


def _plain(text: str) -> str:
    """Without the backticks that set code apart on the page."""
    return text.replace("`", "")
