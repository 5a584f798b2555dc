"""From scored lines to an answer, and to files: all of them or none."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa
import rasterio
import shapely

from ..model import FINDINGS, Level
from ..report.atomic import Stage, staged
from ..report.routes import write_routes
from ..report.runfile import write_account
from ..report.tables import TableWriter
from ..siting.corridor import Corridor
from ..siting.profile import RESOLUTION
from ..text import Lang, Text
from ..workspace import Workspace
from .answer import Answer, Shown, plain
from .found import WORST_FIRST, Found, screened
from .routesheet import sheet
from .routing import Measured, Setting, facts, units
from .screening import versions

_NODATA = -9999.0
_SECTORS = {
    "railway": "railway", "high-speed-railway": "railway", "road": "road", "transmission-line": "power transmission",
    "pipeline": "pipeline",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Delivery:
    """Everything a run of ``route`` or ``score-line`` came to.

    Attributes
    ----------
    lines : tuple of Measured
        The best first, what is given last.
    places : tuple of (longitude, latitude, Text)
    front : pyarrow.Table or None
        As ``front.csv`` has it.
    front_exact : bool or None
    corridor : Corridor or None
    beside : pyarrow.Table or None
        The first line beside the given one.
    inputs : mapping
        For ``run.json``.
    """

    workspace: Workspace
    setting: Setting
    lines: tuple[Measured, ...]
    places: tuple[tuple[float, float, Text], ...]
    on: date
    tool: str
    screen: bool
    out: Path | None
    started: float
    timings: Mapping[str, float] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    optima: Mapping[str, float] = field(default_factory=dict)
    front: pa.Table | None = None
    front_exact: bool | None = None
    corridor: Corridor | None = None
    corridor_pct: float = 0.0
    beside: pa.Table | None = None
    notes: tuple[Text, ...] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def corridor_km2(self) -> float | None:
        """Area of the corridor."""
        if self.corridor is None:
            return None
        cells = np.isfinite(self.corridor.percent_above).sum(axis=1)
        return float((cells * self.setting.surfaces.grid.cell_area_m2).sum()) / 1e6

    def remarks(self) -> tuple[Text, ...]:
        """What must be known of this run."""
        said = list(self.notes)
        if self.setting.dem is None:
            said.append(
                Text("未给出高程：地面按水平计，坡度、土石方与桥隧未知",
                     "no elevation was given: the ground counts as flat; slope, earthworks and structures are unknown")
            )  # fmt: skip
        said.append(RESOLUTION.format(cell=self.setting.surfaces.grid.cell_m))
        return tuple(dict.fromkeys(said))


def answer(delivery: Delivery) -> Answer:
    """The answer of a run, its files written where a folder was named.

    Raises
    ------
    OptionError
        The folder cannot be written to.
    """
    d, surfaces = delivery, delivery.setting.surfaces
    found = None
    if d.screen:
        d.workspace.progress("screening", 0, 1)
        found = screened(d.workspace, collection(d, d.lines), "routes.geojson", d.setting.layers, d.on)
    rows = {line.id: _row(d, line, found) for line in d.lines}
    files: tuple[str, ...] = ()
    if d.out is not None:
        files = _written(d, found, rows)
    result = {
        "mode": {"id": surfaces.mode.id, "title": surfaces.mode.title},
        "places": [{"lon": x, "lat": y, "name": name} for x, y, name in d.places],
        "grid": {"rows": surfaces.grid.shape[0], "cols": surfaces.grid.shape[1], "cell_m": surfaces.grid.cell_m,
                 "crs": surfaces.grid.crs},
        "slope": "unknown" if d.setting.dem is None else "known",
        "objectives": {
            name: {**said, "weight": d.weights.get(name), "optimum": d.optima.get(name)}
            for name, said in units(surfaces).items()
        },
        "unknown": dict(surfaces.unknown),
        **_lists(d, rows),
        "notes": d.remarks(),
        "files": list(files),
    }  # fmt: skip
    return Answer(
        result, () if found is None else found.rows(), surfaces.trace, surfaces.unverified, _shown(d, rows, files)
    )


def _lists(d: Delivery, rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    sought = [rows[line.id] for line in d.lines if not line.given]
    given = [rows[line.id] for line in d.lines if line.given]
    if d.tool != "route":
        return {"lines": given, "against": sought}
    return {
        "alternatives": sought,
        "front": [] if d.front is None else d.front.to_pylist(),
        "front_exact": d.front_exact,
        "corridor": {"percent": d.corridor_pct, "area_km2": d.corridor_km2},
        "given": given[0] if given else None,
        "beside": None if d.beside is None else d.beside.to_pylist(),
    }


def _row(d: Delivery, line: Measured, found: Found | None) -> dict[str, Any]:
    """What is said of a line in the answer and in the file of lines."""
    made = facts(line, d.setting.surfaces)
    if d.front is not None and not line.given:
        made["on_front"] = line.id in d.front["alternative"].to_pylist()
    if found is not None:
        counts = found.counts().get(line.id, {})
        made["worst_level"] = str(found.worst()[line.id]) if line.id in found.worst() else None
        made |= {f"n_{level}": counts.get(level, 0) for level in WORST_FIRST}
    made["notes_zh"] = "；".join(t.zh for t in line.notes)
    made["notes_en"] = "; ".join(t.en for t in line.notes)
    return made


def collection(
    d: Delivery, lines: Sequence[Measured], rows: Mapping[str, Mapping[str, Any]] | None = None
) -> dict[str, Any]:
    """Lines as a GeoJSON feature collection; what is said of them among the properties where it is known."""
    features = []
    for line in lines:
        own = {"id": line.id, "name": line.name.en, "name_zh": line.name.zh} if rows is None else dict(rows[line.id])
        if rows is not None:
            own = {"id": own.pop("id"), "name": own.pop("name_en"), **own}
        kind = {"sector": _SECTORS.get(d.setting.surfaces.mode.id, ""), "stage": "planned"}
        features.append(
            {"type": "Feature", "id": line.id, "properties": {**plain(own), **kind},
             "geometry": json.loads(shapely.to_geojson(_on_the_map(line.geometry)))}
        )  # fmt: skip
    return {"type": "FeatureCollection", "features": features}


def _on_the_map(geometry: shapely.Geometry) -> shapely.Geometry:
    """A line cut at the antimeridian, as RFC 7946 says, and brought within ±180°."""
    west, _, east, _ = geometry.bounds
    if west >= -180 and east <= 180:
        return geometry
    pieces = []
    for turn in (-360.0, 0.0, 360.0):
        piece = shapely.clip_by_rect(geometry, -180.0 + turn, -90.0, 180.0 + turn, 90.0)
        if not shapely.is_empty(piece):
            pieces += list(shapely.get_parts(shapely.transform(piece, lambda c, t=turn: c - (t, 0.0))))
    return shapely.MultiLineString(pieces)


# files


def _written(d: Delivery, found: Found | None, rows: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    assert d.out is not None
    lang = cast(Lang, d.workspace.settings.lang)
    d.workspace.progress("write", 0, 1)
    with staged(d.out) as stage:
        sought = [line for line in d.lines if not line.given]
        if d.tool == "route":
            _json(stage.path("routes.geojson"), collection(d, sought, rows))
            _table(stage, "front.csv", d.front)
            _raster(stage.path("corridor.tif"), d)
        given = d.lines if d.tool != "route" else [line for line in d.lines if line.given]
        if given:
            name = "given.geojson" if d.tool == "route" else "lines.geojson"
            _json(stage.path(name), collection(d, given, rows))
        _table(stage, "beside.csv", d.beside)
        _table(stage, "profile.csv", _stacked([(line.id, line.profile) for line in d.lines]))
        _table(stage, "crossings.csv", _stacked([(line.id, line.crossings) for line in d.lines]))
        if found is not None:
            with TableWriter(stage.path("findings.csv"), FINDINGS) as writer:
                writer.append(found.screening.findings)
        write_routes(stage.path("report.html"), sheet(d, found, rows), lang)
        seconds = {**d.timings, "total_s": round(time.perf_counter() - d.started, 3)}
        write_account(stage.path("run.json"), account(d, found), stage.files(), seconds)
        paths = stage.commit()
    return tuple(str(p) for p in sorted(paths, key=lambda p: (p.name == "report.html", p.name)))


def account(d: Delivery, found: Found | None) -> dict[str, Any]:
    """What ``run.json`` says of the run, files and timings apart."""
    surfaces = d.setting.surfaces
    said: dict[str, Any] = plain(
        {
            "tool": d.tool,
            "inputs": d.inputs,
            "on": d.on,
            "grid": {"shape": surfaces.grid.shape, "transform": surfaces.grid.transform, "crs": surfaces.grid.crs,
                     "cell_m": surfaces.grid.cell_m},
            "slope": "unknown" if d.setting.dem is None else "known",
            "weights": d.weights,
            "optima": d.optima,
            "unknown": surfaces.unknown,
            "layers": [_layer(a) for a in d.setting.records],
            "laid": {laid.name: laid.avoid for laid in surfaces.laid},
            "steps": [{"title": s.title, "text": s.text, "detail": s.detail} for s in surfaces.trace],
            "unverified": surfaces.unverified,
            "rules": [] if found is None else [rule["id"] for rule in found.screening.rules],
            "rulebooks": [] if found is None else found.screening.run.get("rulebooks", []),
            "versions": versions(),
            "settings": {"lang": d.workspace.settings.lang},
        }
    )  # fmt: skip
    return said


def _layer(layer: Any) -> dict[str, Any]:
    return {name: getattr(layer, name) for name in
            ("id", "role", "title", "kind", "version", "provider", "licence", "provenance", "sha256")}  # fmt: skip


def _json(path: Path, made: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(made, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8", newline="\n")


def _table(stage: Stage, name: str, table: pa.Table | None) -> None:
    if table is not None:
        with TableWriter(stage.path(name), table.schema) as writer:
            writer.append(table)


def _stacked(tables: Sequence[tuple[str, pa.Table]]) -> pa.Table:
    """Tables of several lines as one, the line's id first."""
    named = [t.add_column(0, pa.field("route", pa.string()), pa.array([i] * len(t), pa.string())) for i, t in tables]
    return pa.concat_tables(named)


def _raster(path: Path, d: Delivery) -> None:
    assert d.corridor is not None
    grid, cells = d.setting.surfaces.grid, d.corridor.percent_above
    known = np.where(np.isfinite(cells), cells, np.float32(_NODATA))
    with rasterio.open(
        path, "w", driver="GTiff", height=grid.shape[0], width=grid.shape[1], count=1, dtype="float32",
        crs=grid.crs or None, transform=rasterio.Affine(*grid.transform), nodata=_NODATA,
        compress="deflate", predictor=3,
    ) as file:  # fmt: skip
        file.write(known.astype(np.float32), 1)
        file.set_band_description(1, "percent above the best")


# for a person


def _shown(d: Delivery, rows: Mapping[str, Mapping[str, Any]], files: tuple[str, ...]) -> Shown:
    surfaces = d.setting.surfaces
    said = units(surfaces)
    columns = [Text("线路", "Line"), Text("长度 km", "Length km")]
    columns += [Text(f"{u['title'].zh} {u['unit']}", f"{u['title'].en} {u['unit']}") for u in said.values()]
    columns += [Text("差异", "Apart"), Text("最严重", "Worst")]
    table = []
    for line in d.lines:
        row = rows[line.id]
        apart, worst = row.get("dissimilarity"), row.get("worst_level")
        table.append(
            (line.name, f"{row['length_km']:.1f}",
             *(Text("未知", "unknown") if row[name] is None else f"{row[name]:.4g}" for name in said),
             "–" if apart is None else f"{apart:.0%}", "–" if worst is None else Level(worst).title)
        )  # fmt: skip
    lines = [Text(f"{u['title'].zh}：{u['unknown'].zh}", f"{u['title'].en}: {u['unknown'].en}")
             for u in said.values() if u["unknown"]]  # fmt: skip
    return Shown(tuple(columns), tuple(table), (*lines, *d.remarks()), files)
