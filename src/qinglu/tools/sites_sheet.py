"""What the page of sites is given: plain values, taken from a search and its findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from ..atlas import VectorLayer
from ..model.rule import Step
from ..report.areamap import Shade
from ..report.linemap import Backdrop
from ..report.site_words import WORDS
from ..report.sitemap import Nearby
from ..report.sites import DETAILED, CriterionSheet, Reason, Scored, SiteSheet, SitesSheet
from ..siting.lay import features_near
from ..text import Lang
from ..workspace import Workspace
from .found import Found
from .screening import versions
from .sites import Search, state

if TYPE_CHECKING:
    from ..space.repair import Geometries

_MOST_PIXELS = 700
_MOST_DRAWN = 3_000
_NEARBY_DEG = 0.25
_MOST_NEARBY = 12


def sheet(
    workspace: Workspace, search: Search, result: Mapping[str, Any], trace: Sequence[Step], found: Found | None
) -> SitesSheet:
    """Everything the page says."""
    lang: Lang = "zh" if workspace.settings.lang == "zh" else "en"
    s = search.suitability
    shapes = _shapes(search)
    backdrops = [_backdrop(name, *drawn, search, lang) for name, drawn in shapes.items()]
    firm = search.sensitivity
    rivals = [
        {"lon": r["lon"], "lat": r["lat"], "score": r["score"], "near": r["in_first_k_near_weights"],
         "any_weights": r["in_first_k_any_weights"]}
        for r in result.get("sensitivity", {}).get("rivals", [])
    ]  # fmt: skip
    return SitesSheet(
        area=search.area.polygon,
        area_km2=search.area.gridded_km2,
        asked=search.given["k"],
        cell_m=search.area.grid.cell_m,
        sites=tuple(_site(n, p, search, shapes, lang) for n, p in enumerate(result["sites"])),
        criteria=tuple(
            CriterionSheet(c.id, c.title, c.unit, float(w), c.missing)
            for c, w in zip(s.criteria, s.weights, strict=True)
        ),
        account=_account(search),
        shade=shade(search),
        from_every_cell=search.sites.from_every_cell,
        fewer=result["fewer"],
        draws=0 if firm is None else firm.draws,
        rivals=rivals,
        backdrops=tuple(backdrops),
        layers=tuple(a.layer for a in search.layers),
        screening=None if found is None else found.screening,
        unverified=() if found is None else found.unverified(),
        trace=tuple(trace),
        land=workspace.atlas.land(),
        run={"versions": versions()},
    )


def _site(
    n: int, p: Mapping[str, Any], search: Search, shapes: Mapping[str, tuple[Geometries, list[str]]], lang: Lang
) -> SiteSheet:
    turn = p.get("displaced_first_by")
    site = search.sites.sites[n]
    return SiteSheet(
        p["id"], p["rank"], site.polygon, p["lon"], p["lat"], p["country"], p["area_km2"], p["patch_km2"], p["score"],
        p["least_score"], p["known"], p["score_at_worst"], p["score_at_best"],
        {name: Scored(v["value"], v["score"], v["known"]) for name, v in p["criteria"].items()},
        p.get("in_first_k_near_weights"), p.get("in_first_k_any_weights"),
        None if turn is None else (turn["criterion"], turn["share"], turn["at"]),
        _nearby(site.polygon, shapes, search, lang) if n < DETAILED else (),
    )  # fmt: skip


def _shapes(search: Search) -> dict[str, tuple[Geometries, list[str]]]:
    """Features of the vector layers that lie on the grid, with their names; the largest where there are very many."""
    out = {}
    for a in search.layers:
        if not isinstance(a, VectorLayer) or a.layer.id not in search.treated:
            continue
        rows = features_near(a.index, search.area.grid)
        if len(rows):
            geometries = a.index.geometries(rows)
            bounds = shapely.bounds(geometries)
            size = np.maximum(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1])
            kept = np.sort(np.argsort(-size, kind="stable")[:_MOST_DRAWN])
            names = a.features["feature_name"].to_pylist()
            out[a.layer.id] = geometries[kept], [names[int(r)] for r in rows[kept]]
    return out


def _backdrop(name: str, shapes: Geometries, names: Sequence[str], search: Search, lang: Lang) -> Backdrop:
    layer = next(a.layer for a in search.layers if a.layer.id == name)
    dimensions = np.maximum(shapely.get_dimensions(shapes), 0)
    kind = ("point", "line", "area")[int(np.bincount(dimensions).argmax())]
    return Backdrop(layer.title.in_(lang), layer.role, search.treated[name], kind, list(shapes))


def _nearby(
    polygon: shapely.Geometry, shapes: Mapping[str, tuple[Geometries, list[str]]], search: Search, lang: Lang
) -> list[Nearby]:
    """The nearest few features of each layer around a site."""
    out = []
    titles = {a.layer.id: a.layer.title.in_(lang) for a in search.layers}
    for name, (geometries, names) in shapes.items():
        away = shapely.distance(polygon, geometries)
        near = [int(i) for i in np.argsort(away, kind="stable")[:_MOST_NEARBY] if away[i] < _NEARBY_DEG]
        out += [Nearby(titles[name], names[i], geometries[i]) for i in near]
    return out


def _account(search: Search) -> tuple[Reason, ...]:
    """Rows that add up to the area."""
    s, a = search.suitability, search.sites.account
    kept_out = [Reason(e["title"], e["km2"], e["counted_km2"], e["alone_km2"]) for e in s.account()]
    free = [Reason(WORDS[f"s_{k}"], None, a[k], kept_out=False) for k in ("too_small", "too_near", "left", "chosen")]
    return (*kept_out, *free)


def shade(search: Search) -> Shade:
    """Suitability in longitude and latitude, no finer than a picture needs."""
    grid = search.area.grid
    west, south, east, north = search.area.polygon.bounds
    n_rows, n_cols = (int(np.clip(n, 1, _MOST_PIXELS)) for n in grid.shape)
    x = west + (np.arange(n_cols) + 0.5) * (east - west) / n_cols
    y = north - (np.arange(n_rows) + 0.5) * (north - south) / n_rows
    r, c = (np.floor(p).astype(int) for p in grid.positions_of(*np.meshgrid(x, y)))
    on = (r >= 0) & (r < grid.shape[0]) & (c >= 0) & (c < grid.shape[1])
    score, states = np.full(on.shape, np.nan, np.float32), np.zeros(on.shape, np.uint8)
    score[on] = search.suitability.score[r[on], c[on]]
    states[on] = state(search)[r[on], c[on]]
    return Shade(score, states, (west, south, east, north))
