"""``report.html`` of routes: map, profiles, trade-off, scores, crossings, findings, and what the numbers rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from ..model import Layer, Level, Screening
from ..model.rule import Step
from ..text import Lang, Text
from . import pages
from .grouped import Finding, grouped
from .linemap import Backdrop, Ribbon, line_map
from .numbers import amount, count, kilometres, long_date
from .plots import PANEL_HEIGHT, PANEL_WIDTH, PLOT, Ground, panels, scatters
from .route_words import LIMITS, METHOD, UNITS, WORDS

STYLES = 8  # ways to draw a line that can be told apart; after that they repeat
_CROSSINGS_SHOWN = 60
_FEATURES_DRAWN = 4_000


@dataclass(frozen=True)
class Goal:
    """An objective: what it is called, its unit, and why it is unknown where it is."""

    id: str
    title: Text
    unit: str
    unknown: Text | None = None


@dataclass(frozen=True, eq=False)
class LineSheet:
    """What the page says of one line.

    Attributes
    ----------
    id, label : str
        As in the files; and as on the drawings, a character or two.
    title : Text
    parts : sequence of float64 (n, 2)
        Longitude and latitude.
    length_m : float
    scores : mapping
        Objective → sum along the line; None where unknown.
    given : bool
        Built or planned by somebody, not sought here.
    on_front : bool or None
    dissimilarity : float or None
        Share of its length that lies away from the best, 0 to 1.
    kept_radius : bool or None
    max_gradient : float or None
        Rise over run.
    over_gradient_m : float or None
        Metres of ground steeper than the mode allows.
    ground : Ground or None
    crossings : sequence of mapping
        layer, feature_id, feature_name, from_km, to_km, length_m.
    notes : tuple of Text
    """

    id: str
    label: str
    title: Text
    parts: Sequence[npt.NDArray[np.float64]]
    length_m: float
    scores: Mapping[str, float | None]
    given: bool = False
    on_front: bool | None = None
    dissimilarity: float | None = None
    kept_radius: bool | None = None
    max_gradient: float | None = None
    over_gradient_m: float | None = None
    ground: Ground | None = None
    crossings: Sequence[Mapping[str, Any]] = ()
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True, eq=False)
class RoutesSheet:
    """What the page says of all of them.

    Attributes
    ----------
    heading : Text
    mode : Text
    lines : tuple of LineSheet
        The best first.
    goals : tuple of Goal
    places : tuple of (longitude, latitude, Text)
    cell_m : float
    flat : bool
        Whether no elevation was given.
    layers : tuple of Layer
        With version, licence and checksum.
    backdrops : tuple of Backdrop
    front : sequence of mapping
        Values of its points.
    front_exact : bool or None
        None where no front was sought.
    is_search : bool
        Whether lines were sought, or only those that are given scored.
    ribbon : Ribbon or None
    screening : Screening or None
    trace : tuple of Step
    unverified : sequence of mapping
    notes : tuple of Text
        What the reader must know of this run.
    """

    heading: Text
    mode: Text
    lines: tuple[LineSheet, ...]
    goals: tuple[Goal, ...]
    places: tuple[tuple[float, float, Text], ...]
    cell_m: float
    flat: bool
    layers: tuple[Layer, ...] = ()
    backdrops: tuple[Backdrop, ...] = ()
    front: Sequence[Mapping[str, float]] = ()
    front_exact: bool | None = None
    is_search: bool = True
    ribbon: Ribbon | None = None
    corridor_km2: float | None = None
    screening: Screening | None = None
    trace: tuple[Step, ...] = ()
    unverified: Sequence[Mapping[str, Any]] = ()
    notes: tuple[Text, ...] = ()
    run: Mapping[str, Any] = field(default_factory=dict)
    land: shapely.Geometry | None = None


@dataclass(frozen=True)
class _Group:
    """Findings of one line; `shared` are those that every line has in the same words."""

    label: str
    title: str
    style: str
    worst: Level | None
    counts: tuple[tuple[Level, int], ...]
    findings: tuple[Finding, ...]


def write_routes(path: Path, sheet: RoutesSheet, lang: Lang) -> None:
    """Write the page.

    Parameters
    ----------
    path : Path
    sheet : RoutesSheet
    lang : "zh" or "en"
    """
    style = pages.text("report.css") + pages.text("routes.css")
    styles = {line.id: _style(n, line) for n, line in enumerate(sheet.lines)}
    known = [g for g in sheet.goals if g.unknown is None]
    groups, shared = _groups(sheet, styles, lang)
    drawn = [line for line in sheet.lines if line.ground is not None]
    values: dict[str, Any] = {
        "lang": lang,
        "style": style,
        "policy": pages.policy(style),
        "s": sheet,
        "styles": styles,
        "known": known,
        "unknown": [g for g in sheet.goals if g.unknown is not None],
        "best": sheet.lines[0],
        "given": [line for line in sheet.lines if line.given],
        "sought": [line for line in sheet.lines if not line.given],
        "least": _least(sheet.lines, known),
        "day": long_date(sheet.screening.on, lang) if sheet.screening else "",
        "qinglu_version": str(sheet.run.get("versions", {}).get("qinglu", "")),
        "map": line_map(
            [(line.label, styles[line.id], line.parts) for line in _on_top(sheet.lines)],
            [(x, y, text.in_(lang)) for x, y, text in sheet.places],
            land=sheet.land, layers=[_bounded(b) for b in sheet.backdrops], ribbon=sheet.ribbon,
        ),
        "panels": list(zip(drawn, panels([line.ground for line in drawn if line.ground], lang), strict=True)),
        "panel_size": (PANEL_WIDTH, PANEL_HEIGHT),
        "plots": scatters(
            [g.id for g in known], sheet.front,
            [(line.label, styles[line.id], line.scores) for line in sheet.lines], lang,
        ),
        "plot_size": PLOT,
        "goal": {g.id: g for g in sheet.goals},
        "crossed": _crossed(sheet.lines),
        "crossings_shown": _CROSSINGS_SHOWN,
        "groups": groups,
        "shared": shared,
        "method": [text.in_(lang) for text in METHOD],
        "limits": [text.in_(lang) for text in LIMITS],
        "amount": lambda value: amount(value, lang),
        "km": kilometres,
        "count": count,
        "unit": lambda name: UNITS[name].in_(lang) if name in UNITS else name,
        "worst_of": {g.label: g.worst for g in groups},
    }  # fmt: skip
    template = pages.environment(lang, WORDS).get_template("routes.html.j2")
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(template.generate(values))


def _style(n: int, line: LineSheet) -> str:
    return "given" if line.given else f"l{n % STYLES + 1}"


def _on_top(lines: Sequence[LineSheet]) -> list[LineSheet]:
    """The best on top, and what is given on top of all: it is thin there and hides nothing."""
    return [*(line for line in lines if line.given), *(line for line in lines if not line.given)]


def _least(lines: Sequence[LineSheet], goals: Sequence[Goal]) -> dict[str, float]:
    """The least score of each objective."""
    found = {}
    for goal in goals:
        scores = [s for line in lines if (s := line.scores.get(goal.id)) is not None]
        if scores:
            found[goal.id] = min(scores)
    return found


def _bounded(layer: Backdrop) -> Backdrop:
    if len(layer.geometries) <= _FEATURES_DRAWN:
        return layer
    bounds = shapely.bounds(np.asarray(layer.geometries, dtype=object))
    size = np.maximum(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1])
    kept = np.sort(np.argsort(-size, kind="stable")[:_FEATURES_DRAWN])
    chosen = [layer.geometries[int(i)] for i in kept]
    return Backdrop(layer.title, layer.role, layer.avoid, layer.shape, chosen)


def _crossed(lines: Sequence[LineSheet]) -> list[tuple[str, dict[str, tuple[int, float]]]]:
    """By layer: how many features each line crosses, and over how many metres."""
    table: dict[str, dict[str, tuple[int, float]]] = {}
    for line in lines:
        for layer in dict.fromkeys(row["layer"] for row in line.crossings):
            rows = [row for row in line.crossings if row["layer"] == layer]
            features = len({row["feature_id"] for row in rows})
            table.setdefault(layer, {})[line.id] = (features, sum(row["length_m"] or 0.0 for row in rows))
    return list(table.items())


def _groups(sheet: RoutesSheet, styles: Mapping[str, str], lang: Lang) -> tuple[list[_Group], list[Finding]]:
    """Findings by line, and those that all lines share in the same words, once."""
    if sheet.screening is None:
        return [], []
    groups, shared = grouped(sheet.screening, [line.id for line in sheet.lines], lang)
    titled = zip(sheet.lines, groups, strict=True)
    return [
        _Group(line.label, line.title.in_(lang), styles[line.id], g.worst, g.counts, g.findings) for line, g in titled
    ], shared
