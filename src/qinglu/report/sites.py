"""``report.html`` of sites: map, scores, what changes with the weights, why not elsewhere, findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import shapely

from ..model import Layer, Level, Screening
from ..model.rule import Step
from ..rules import THIN
from ..text import Lang, Text
from . import pages
from .areamap import SHADES, Shade, area_map
from .grouped import Group, grouped
from .linemap import Backdrop
from .numbers import amount, count, kilometres, long_date, round_length
from .site_words import LIMITS, METHOD, WORDS
from .sitemap import Nearby, site_map
from .words import say

DETAILED = 20
_RIVALS_SHOWN = 20
_FIRM = 0.9
_RINGS_M = (1_000.0, 5_000.0, 10_000.0)
_REACH_M = 10_000.0


@dataclass(frozen=True)
class CriterionSheet:
    """A criterion: what it is called, its unit, its share of the weights, and why it is unknown where it is."""

    id: str
    title: Text
    unit: str
    share: float
    unknown: Text | None = None


@dataclass(frozen=True)
class Scored:
    """A site on one criterion: mean value, score 0 to 1, and the share of the site of which it is known."""

    value: float | None
    score: float | None
    known: float


@dataclass(frozen=True, eq=False)
class SiteSheet:
    """What the page says of one site.

    Attributes
    ----------
    scored : mapping
        Criterion → `Scored`.
    near, any_weights : float or None
        Share of draws in which it is among the first; None where weights were not varied.
    turn : (str, float, float) or None
        The criterion whose weight displaces it first, its share, and its share then.
    nearby : sequence of Nearby
        Features to draw around it.
    """

    id: str
    rank: int
    geometry: shapely.Geometry
    lon: float
    lat: float
    country: str
    area_km2: float
    patch_km2: float
    score: float
    least: float
    known: float
    score_at_worst: float
    score_at_best: float
    scored: Mapping[str, Scored]
    near: float | None = None
    any_weights: float | None = None
    turn: tuple[str, float, float] | None = None
    nearby: Sequence[Nearby] = ()


@dataclass(frozen=True)
class Reason:
    """A row of the account of the area, km²; None where it has no meaning."""

    title: Text
    km2: float | None
    counted_km2: float
    alone_km2: float | None = None
    kept_out: bool = True


@dataclass(frozen=True, eq=False)
class SitesSheet:
    """What the page says of all of them.

    Attributes
    ----------
    area : shapely geometry
        As asked for.
    area_km2 : float
        Of its whole cells.
    asked : int
        How many sites were.
    rivals : sequence of mapping
        lon, lat, score, near, any_weights.
    account : tuple of Reason
        Adds up to the area.
    """

    area: shapely.Geometry
    area_km2: float
    asked: int
    cell_m: float
    sites: tuple[SiteSheet, ...]
    criteria: tuple[CriterionSheet, ...]
    account: tuple[Reason, ...]
    shade: Shade
    from_every_cell: bool
    fewer: Text | None = None
    draws: int = 0
    rivals: Sequence[Mapping[str, float]] = ()
    backdrops: tuple[Backdrop, ...] = ()
    layers: tuple[Layer, ...] = ()
    screening: Screening | None = None
    unverified: Sequence[Mapping[str, Any]] = ()
    trace: tuple[Step, ...] = ()
    land: shapely.Geometry | None = None
    run: Mapping[str, Any] = field(default_factory=dict)


def write_sites(path: Path, sheet: SitesSheet, lang: Lang) -> None:
    """Write the page.

    Parameters
    ----------
    path : Path
    sheet : SitesSheet
    lang : "zh" or "en"
    """
    style = pages.text("report.css") + pages.text("routes.css") + pages.text("sites.css")
    groups, shared = (
        ([], []) if sheet.screening is None else grouped(sheet.screening, [s.id for s in sheet.sites], lang)
    )
    of = {g.id: g for g in groups}
    best = sheet.sites[0]
    whole = sheet.area_km2
    values: dict[str, Any] = {
        "lang": lang,
        "style": style,
        "policy": pages.policy(style),
        "s": sheet,
        "best": best,
        "groups": of,
        "shared": shared,
        "detailed": [_detail(site, of.get(site.id), sheet.land, lang) for site in sheet.sites[:DETAILED]],
        "day": long_date(sheet.screening.on, lang) if sheet.screening else "",
        "qinglu_version": str(sheet.run.get("versions", {}).get("qinglu", "")),
        "map": area_map(
            sheet.area, sheet.shade, [(str(site.rank), site.geometry) for site in sheet.sites],
            rivals=[(r["lon"], r["lat"]) for r in sheet.rivals], land=sheet.land, layers=sheet.backdrops,
        ),
        "shades": SHADES,
        "rivals": sorted(sheet.rivals, key=lambda r: -r["near"])[:_RIVALS_SHOWN],
        "firm": sum(site.near is not None and site.near >= _FIRM for site in sheet.sites),
        "unknown": [c for c in sheet.criteria if c.unknown is not None],
        "partly": [site for site in sheet.sites if site.known < 1 - 1e-9],
        "bad": [g for g in groups if g.worst in (Level.CRITICAL, Level.WARNING)],
        "unanswered": sum(n for g in groups for level, n in g.counts if level is Level.UNKNOWN),
        "criterion": {c.id: c for c in sheet.criteria},
        "free": sum(r.counted_km2 for r in sheet.account if not r.kept_out),
        "whole": whole,
        "method": [text.in_(lang) for text in METHOD],
        "limits": [text.in_(lang) for text in LIMITS],
        "km2": lambda v: _km2(v, lang),
        "quantity": lambda v, unit: _quantity(v, unit, lang),
        "share": share,
        "place": place,
        "km": kilometres,
        "count": count,
    }  # fmt: skip
    template = pages.environment(lang, WORDS).get_template("sites.html.j2")
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(template.generate(values))


def share(value: float) -> str:
    """A share in percent, no smaller than can be told from none and from all.

    Examples
    --------
    >>> [share(v) for v in (0.0, 0.0004, 0.123, 0.9996, 1.0)]
    ['0%', '<0.1%', '12.3%', '>99.9%', '100%']
    """
    percent = 100 * value
    if 0 < percent < 0.1:
        return "<0.1%"
    if 99.9 < percent < 100 - 1e-9:
        return ">99.9%"
    return f"{percent:.3g}%" if percent < 99.95 else "100%"


def place(lon: float, lat: float) -> str:
    """Longitude and latitude in degrees, to about ten metres.

    Examples
    --------
    >>> place(-73.95, 4.6), place(36.81667, -1.28333)
    ('73.9500°W, 4.6000°N', '36.8167°E, 1.2833°S')
    """
    return f"{abs(lon):.4f}°{'E' if lon >= 0 else 'W'}, {abs(lat):.4f}°{'N' if lat >= 0 else 'S'}"


def _km2(value: float | None, lang: Lang) -> str:
    return "–" if value is None else f"{amount(value, lang)}{THIN}km²"


def _quantity(value: float | None, unit: str, lang: Lang) -> str:
    if value is None:
        return "–"
    if unit == "km":
        return kilometres(1000 * value)
    return f"{amount(value, lang)}{'' if unit in ('', '°', '%') else THIN}{unit}"


def _detail(site: SiteSheet, group: Group | None, land: shapely.Geometry | None, lang: Lang) -> SimpleNamespace:
    """A site with its own map, as the macro of project maps takes it."""
    drawn = site_map(site.geometry, "area", buffers_m=_RINGS_M, reach_m=_REACH_M, land=land, nearby=site.nearby)
    joint = "、" if lang == "zh" else ", "
    names = joint.join(dict.fromkeys(d.name or d.layer_id for d in drawn.nearby))
    rings = (
        say("sitemap_rings", lang, rings=joint.join(round_length(m) for m, _ in reversed(drawn.rings)))
        if drawn.rings
        else ""
    )
    name = WORDS["s_site_n"].in_(lang).format(n=site.rank)
    shown = say("sitemap_nearby", lang, names=names) if names else ""
    alt = say("sitemap_alt", lang, name=name, shape=say("shape_area", lang), rings=rings, nearby=shown)
    level = group.worst if group is not None and group.worst is not None else Level.NOTE
    view = SimpleNamespace(map=drawn, map_alt=alt, drawn=names, line=SimpleNamespace(row=site.rank, level=level))
    return SimpleNamespace(site=site, group=group, view=view)
