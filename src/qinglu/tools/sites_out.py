"""From a search to an answer and to files: all of them or none."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import shapely

from ..model import FINDINGS, Layer, Level
from ..model.rule import Step
from ..report.atomic import staged
from ..report.runfile import write_account
from ..report.sites import write_sites
from ..report.tables import TableWriter
from ..siting.sites import Site
from ..siting.suitability import Criterion
from ..siting.suitability import said_km2 as km2
from ..text import Lang, Text
from ..workspace import Workspace
from .answer import Answer, Shown, plain
from .found import Found, screened
from .screening import versions
from .sites import Search, state
from .sites_sheet import sheet


def answered(workspace: Workspace, search: Search) -> Answer:
    """The answer to a search, with its files written where a folder was named."""
    countries = _countries(workspace, search.sites.sites)
    features = [_feature(search, n, country) for n, country in enumerate(countries)]
    collection = {"type": "FeatureCollection", "features": features}
    found = None
    if search.given["screen"]:
        workspace.progress("screening", 0, 1)
        found = screened(workspace, collection, "sites.geojson", search.layers, search.on)
        worst, counts = found.worst(), found.counts()
        for feature in features:
            name = feature["properties"]["id"]
            feature["properties"]["worst_level"] = str(worst[name])
            feature["properties"] |= {f"n_{level}": n for level, n in counts[name].items()}
    result = _result(search, features)
    trace = steps(search)
    out: Path | None = search.given["out"]
    if out is not None:
        result["files"] = [str(p) for p in _write(workspace, search, collection, result, trace, found, out)]
    return Answer(
        result, () if found is None else found.rows(), trace, () if found is None else found.unverified(),
        _shown(search, features, result),
    )  # fmt: skip


def _feature(search: Search, n: int, country: str) -> dict[str, Any]:
    """A site as GeoJSON: what it is, what it scores, and how firmly it stands."""
    site, firm = search.sites.sites[n], search.sensitivity
    known = site.known
    properties: dict[str, Any] = {
        "id": f"site-{n + 1}", "name": f"Site {n + 1}", "name_zh": f"场址 {n + 1}", "rank": n + 1, "country": country,
        "sector": search.given["sector"] or "", "stage": "planning",
        "lon": site.lon, "lat": site.lat, "area_km2": site.area_m2 / 1e6, "patch_km2": site.patch_m2 / 1e6,
        "score": site.score, "least_score": site.least, "known": known,
        # What is unknown may turn out as bad or as good as can be.
        "score_at_worst": site.score * known, "score_at_best": site.score * known + 1 - known,
        "criteria": {c.id: _scored(search, site, i, c) for i, c in enumerate(search.suitability.criteria)},
    }  # fmt: skip
    if firm is not None:
        turn = firm.turns[n]
        properties["in_first_k_near_weights"] = float(firm.near[n])
        properties["in_first_k_any_weights"] = float(firm.any_weights[n])
        properties["displaced_first_by"] = None if turn is None else {
            "criterion": search.suitability.criteria[turn.criterion].id, "share": turn.share, "at": turn.at,
        }  # fmt: skip
    geometry = json.loads(shapely.to_geojson(shapely.orient_polygons(site.polygon)))
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _scored(search: Search, site: Site, i: int, c: Criterion) -> dict[str, Any]:
    weight = float(search.suitability.weights[i])
    return {
        "value": _number(site.values[i]), "unit": c.unit, "score": _number(site.scores[i]),
        "known": float(site.known_share[i]), "weight": weight,
    }  # fmt: skip


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _countries(workspace: Workspace, sites: Sequence[Site]) -> list[str]:
    """The alpha-3 code of the country each site's place lies in; "" where none does."""
    shapes, codes = workspace.atlas.countries()
    tree = shapely.STRtree(shapes)
    found = []
    for site in sites:
        hits = tree.query(shapely.Point(site.lon, site.lat), predicate="intersects")
        found.append(codes[int(min(hits))] if len(hits) else "")
    return found


def _result(search: Search, features: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    s, area, given = search.suitability, search.area, search.given
    whole = s.km2(s.inside)
    result: dict[str, Any] = {
        "asked": given["k"],
        "found": len(features),
        "area": {
            "asked_km2": area.asked_km2, "gridded_km2": area.gridded_km2, "bbox": list(area.polygon.bounds),
            "rows": area.grid.shape[0], "columns": area.grid.shape[1], "cell_m": area.grid.cell_m, "crs": area.grid.crs,
        },
        "sites": [{**f["properties"], "geometry": f["geometry"]} for f in features],
        "criteria": [
            {
                "id": c.id, "title": c.title, "unit": c.unit, "good": c.good, "bad": c.bad, "weight": c.weight,
                "share": float(w), "known_km2": s.km2(s.inside & ~np.isnan(c.values)), "unknown": c.missing,
            }
            for c, w in zip(s.criteria, s.weights, strict=True)
        ],
        "exclusions": [{k: v for k, v in e.items() if k != "relax"} for e in s.account()],
        "account_km2": {"excluded": whole - s.km2(s.free), "free": s.km2(s.free), **search.sites.account},
        "largest_patch_km2": search.sites.largest_patch_m2 / 1e6,
        "from_every_cell": search.sites.from_every_cell,
        "fewer": _fewer(search),
    }  # fmt: skip
    if search.sensitivity is not None:
        firm = search.sensitivity
        result["sensitivity"] = {
            "draws": firm.draws, "seed": firm.seed, "step": firm.step,
            "rivals": [
                {
                    "lon": r.lon, "lat": r.lat, "score": _rescored(search, r), "in_first_k_near_weights": float(near),
                    "in_first_k_any_weights": float(wide),
                }
                for r, near, wide in zip(firm.rivals, firm.rival_near, firm.rival_any, strict=True)
            ],
        }  # fmt: skip
    return result


def _rescored(search: Search, site: Site) -> float:
    """The score of a site under the weights given, whatever weights it was found with."""
    held = search.suitability.weights * site.known_share
    return float((held * np.nan_to_num(site.scores)).sum() / held.sum())


def _fewer(search: Search) -> Text | None:
    """Why there are fewer sites than asked for."""
    n, k = len(search.sites.sites), search.given["k"]
    if n == k:
        return None
    a = search.sites.account
    return Text(
        f"只找到 {n} 处（要求 {k} 处）：余下的适宜土地中，{km2(a['too_near'])} km²离已选场址不足 "
        f"{search.given['min_separation_km']:g} km，{km2(a['too_small'] + a['left'])} km²分散在小于场址面积的地块中。",
        f"Only {n} of {k} were found: of the suitable land that is left, {km2(a['too_near'])} km² lie within "
        f"{search.given['min_separation_km']:g} km of a better site and {km2(a['too_small'] + a['left'])} km² in "
        "patches smaller than a site.",
    )


def steps(search: Search) -> tuple[Step, ...]:
    """How the sites were reached."""
    s, given = search.suitability, search.given
    out = list(search.area.trace)
    lost = search.area.asked_km2 - search.area.gridded_km2
    out.append(Step(
        "measure", Text("区域", "Area"),
        Text(f"所给区域 {km2(search.area.asked_km2)} km²；完整落在其中的像元共 {km2(search.area.gridded_km2)} km²"
             f"（边缘或无栅格处 {km2(max(lost, 0.0))} km²未计）。",
             f"{km2(search.area.asked_km2)} km² were asked for; cells that lie wholly in it have "
             f"{km2(search.area.gridded_km2)} km² (left out along its edge, or where the raster ends: "
             f"{km2(max(lost, 0.0))} km²)."),
        {"asked_km2": search.area.asked_km2, "gridded_km2": search.area.gridded_km2},
    ))  # fmt: skip
    for name, treated in search.treated.items():
        if treated == "ignore":
            said = Text("不参与选址，只用于筛查。", "No part in the search; screened against only.")
            out.append(Step("layer", Text(f"图层 {name}", f"Layer {name}"), said))  # fmt: skip
    for c, w in zip(s.criteria, s.weights, strict=True):
        out.append(
            Step("formula", c.title, _said(c, float(w)), {"id": c.id, "good": c.good, "bad": c.bad, "share": float(w)})
        )
    out.append(Step(
        "formula", Text("适宜度", "Suitability"),
        Text("各指标得分按权重平均，只计已知的指标；已知权重的份额另行列出。",
             "The mean of the scores by weight, over the criteria that are known; the share of weights known is told "
             "beside it."),
        {"least_known": given["least_known"], "least_score": given["least_score"]},
    ))  # fmt: skip
    every, need, apart = search.sites.from_every_cell, given["min_area_km2"], given["min_separation_km"]
    out.append(Step(
        "formula", Text("场址", "Sites"),
        Text(f"自{'每个' if every else '周边最好的'}可选像元起，逐一并入最好的相邻像元，至 {need:g} km²；"
             f"平均适宜度最高者当选，{apart:g} km以内不再选，如此重复。",
             f"From {'every free cell' if every else 'the free cells in the best surroundings'} the best neighbour is "
             f"added until there are {need:g} km²; the region with the highest mean is a site, nothing within "
             f"{apart:g} km of it is another, and so on."),
        {"min_area_km2": given["min_area_km2"], "min_separation_km": given["min_separation_km"],
         "compactness": given["compactness"], "from_every_cell": every},
    ))  # fmt: skip
    return tuple(out)


def _said(c: Criterion, share: float) -> Text:
    """The value function of a criterion in words."""
    unit = f" {c.unit}" if c.unit and c.unit != "°" else c.unit
    zh, en = (f"{c.good:g}{unit}", f"{c.bad:g}{unit}"), 100 * share
    missing = c.missing
    return Text(
        f"{zh[0]}得1分，{zh[1]}得0分，其间按直线；权重占{en:.3g}%。{f'未知：{missing.zh}。' if missing else ''}",
        f"Scores 1 at {zh[0]}, 0 at {zh[1]}, straight between; {en:.3g}% of the weight."
        f"{f' Unknown: {missing.en}.' if missing else ''}",
    )


def _write(
    workspace: Workspace, search: Search, collection: Mapping[str, Any], result: Mapping[str, Any],
    trace: Sequence[Step], found: Found | None, out: Path,
) -> list[Path]:  # fmt: skip
    """Every file or none; the report last, as a person reads it first."""
    lang = cast(Lang, workspace.settings.lang)
    workspace.progress("write", 0, 1)
    with staged(out) as stage:
        text = json.dumps(collection, ensure_ascii=False, allow_nan=False)
        stage.path("sites.geojson").write_text(text + "\n", encoding="utf-8", newline="\n")
        _write_csv(
            stage.path("sites.csv"), [f["properties"] for f in collection["features"]], search.suitability.criteria
        )
        write_tif(stage.path("suitability.tif"), search)
        if found is not None:
            with TableWriter(stage.path("findings.csv"), FINDINGS) as writer:
                writer.append(found.screening.findings)
        write_sites(stage.path("report.html"), sheet(workspace, search, result, trace, found), lang)
        seconds = {"search_s": round(search.seconds, 3)}
        write_account(stage.path("run.json"), _account(workspace, search, result, trace, found), stage.files(), seconds)
        paths = stage.commit()
    return sorted(paths, key=lambda p: (p.name == "report.html", p.name))


def _account(
    workspace: Workspace, search: Search, result: Mapping[str, Any], trace: Sequence[Step], found: Found | None
) -> dict[str, Any]:
    """What ``run.json`` says of the run, files and timings apart."""
    made: dict[str, Any] = plain({
        "tool": "site",
        "inputs": {k: v for k, v in search.given.items() if k != "out"},
        "on": search.on,
        "asked": result["asked"],
        "found": result["found"],
        "grid": {"shape": search.area.grid.shape, "transform": search.area.grid.transform, "crs": search.area.grid.crs,
                 "cell_m": search.area.grid.cell_m},
        "account_km2": result["account_km2"],
        "treated": search.treated,
        "layers": [_layer(a.layer) for a in search.layers],
        "steps": [{"title": s.title, "text": s.text, "detail": s.detail} for s in trace],
        "unverified": [] if found is None else found.unverified(),
        "rules": [] if found is None else [rule["id"] for rule in found.screening.rules],
        "rulebooks": [] if found is None else found.screening.run.get("rulebooks", []),
        "versions": versions(),
        "settings": {"lang": workspace.settings.lang},
    })  # fmt: skip
    return made


def _layer(layer: Layer) -> dict[str, Any]:
    names = ("id", "role", "title", "kind", "version", "provider", "licence", "provenance", "sha256")
    return {name: getattr(layer, name) for name in names}


def columns(criteria: Sequence[Criterion]) -> list[str]:
    """Columns of ``sites.csv``."""
    own = [
        "rank", "id", "lon", "lat", "country", "area_km2", "patch_km2", "score", "least_score", "known",
        "score_at_worst", "score_at_best", "in_first_k_near_weights", "in_first_k_any_weights", "displaced_first_by",
        "displaced_at_share", "worst_level",
    ]  # fmt: skip
    return own + [f"{c.id}_{what}" for c in criteria for what in ("value", "score", "known")]


def _write_csv(path: Path, rows: Sequence[Mapping[str, Any]], criteria: Sequence[Criterion]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns(criteria), extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        for row in rows:
            turn = row.get("displaced_first_by") or {}
            flat = {f"{c}_{what}": v[what] for c, v in row["criteria"].items() for what in ("value", "score", "known")}
            writer.writerow({
                **row, **flat, "displaced_first_by": turn.get("criterion"), "displaced_at_share": turn.get("at"),
            })  # fmt: skip


def write_tif(path: Path, search: Search) -> None:
    """Suitability, the share of weights that is known, and the state of every cell (`STATES`), as float32 bands."""
    import rasterio
    from rasterio.transform import Affine

    s = search.suitability
    grid = s.grid
    bands = np.stack([s.score, np.where(s.inside, s.known, np.nan), state(search)]).astype(np.float32)
    with rasterio.open(
        path, "w", driver="GTiff", width=grid.shape[1], height=grid.shape[0], count=3, dtype="float32",
        crs="EPSG:4326" if grid.crs == "OGC:CRS84" else grid.crs, transform=Affine(*grid.transform), nodata=math.nan,
        compress="deflate", predictor=3,
    ) as file:  # fmt: skip
        file.write(bands)
        for n, name in enumerate(("suitability", "share of weights known", "state"), start=1):
            file.set_band_description(n, name)


def _shown(search: Search, features: Sequence[Mapping[str, Any]], result: Mapping[str, Any]) -> Shown:
    """The short table of the terminal."""
    titles = [
        Text("场址", "site"), Text("经度、纬度", "lon, lat"), Text("面积", "area"), Text("适宜度", "score"),
        Text("已知", "known"), Text("权重相近时入选", "weights near"), Text("任意权重时入选", "any weights"),
        Text("最严重发现", "worst finding"),
    ]  # fmt: skip
    rows: list[tuple[Text | str, ...]] = []
    for p in (f["properties"] for f in features):
        near, wide = p.get("in_first_k_near_weights"), p.get("in_first_k_any_weights")
        rows.append((
            Text(p["name_zh"], p["name"]), f"{p['lon']:.4f}, {p['lat']:.4f}", f"{p['area_km2']:.3g} km²",
            f"{p['score']:.3f}", f"{100 * p['known']:.0f}%", "–" if near is None else f"{100 * near:.0f}%",
            "–" if wide is None else f"{100 * wide:.0f}%", Level(p["worst_level"]).title if "worst_level" in p else "–",
        ))  # fmt: skip
    a = result["account_km2"]
    lines = [Text(
        f"区域 {km2(search.area.gridded_km2)} km²：排除 {km2(a['excluded'])}，可选 {km2(a['free'])}",
        f"area {km2(search.area.gridded_km2)} km²: {km2(a['excluded'])} kept out of, {km2(a['free'])} free",
    )]  # fmt: skip
    unknown = [c for c in search.suitability.criteria if c.missing is not None]
    lines += [Text(f"未知：{c.title.zh}（{c.missing.zh}）", f"unknown: {c.title.en} ({c.missing.en})")
              for c in unknown if c.missing]  # fmt: skip
    if result["fewer"]:
        lines.append(result["fewer"])
    return Shown(tuple(titles), tuple(rows), tuple(lines), tuple(result.get("files", ())))
