"""What one place touches and what is near it: findings with their reasons, and shapes to draw. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from pyproj import Transformer

from .. import rules
from ..atlas import VectorLayer
from ..model import PROJECTS, REJECTED, Portfolio, Screening, role_title
from ..report.evidence import why
from ..text import Text
from ..workspace import Workspace
from .found import BUFFERS_M
from .screening import AnyLayer, Job

_DRAWN = 40
"""Features of one layer that are drawn; all are counted in the findings."""
_FINE = 0.002
"""A shape is drawn to this share of what is shown around it."""
_GROUND = ("country", "land")


@dataclass(frozen=True)
class Looked:
    """One place, looked at.

    Attributes
    ----------
    screening : Screening
        Of a portfolio with one project.
    features : tuple of mapping
        GeoJSON features near it, the nearest first: shapes are simplified for drawing, distances are not.
    rings : tuple of (float, mapping)
        Metres, and the GeoJSON geometry of everything within that distance.
    """

    screening: Screening
    features: tuple[Mapping[str, Any], ...]
    rings: tuple[tuple[float, Mapping[str, Any]], ...]

    def as_dict(self) -> dict[str, Any]:
        """As JSON values: ``nearby`` and ``rings`` for a map, ``findings`` each with its steps."""
        return {**self.drawn(), "on": self.screening.on.isoformat(), "findings": self.findings()}

    def drawn(self) -> dict[str, Any]:
        """What a map draws."""
        rings = [
            {"type": "Feature", "properties": {"distance_m": metres}, "geometry": shape} for metres, shape in self.rings
        ]
        return {"type": "FeatureCollection", "features": list(self.features), "rings": rings}

    def findings(self) -> list[dict[str, Any]]:
        """The findings, each with the steps that led to it."""
        known = {rule["id"]: rule for rule in (*self.screening.clauses, *self.screening.rules)}
        layers = {layer.id: layer for layer in self.screening.layers}
        rows: list[dict[str, Any]] = self.screening.findings.to_pylist()
        return [{**row, "why": _why(row, known.get(row["rule_id"]), layers.get(row["layer_id"]))} for row in rows]


def look(
    workspace: Workspace,
    geometry: shapely.Geometry,
    layers: Sequence[AnyLayer],
    on: date,
    *,
    facts: Mapping[str, str] | None = None,
    judged: bool = True,
) -> Looked:
    """Look at one place.

    Parameters
    ----------
    geometry : shapely geometry
        WGS 84 longitude/latitude, valid.
    facts : mapping
        ``name``, ``country`` (alpha-3), ``sector``, ``stage`` where known.
    judged : bool
        With the whole rulebook, or only with what drawing needs.
    """
    portfolio = _one(geometry, facts or {})
    screening = Job(workspace, portfolio, layers, BUFFERS_M, on, everything=judged).tables()
    return Looked(screening, _nearby(screening, layers, geometry), _rings(geometry))


def _one(geometry: shapely.Geometry, facts: Mapping[str, str]) -> Portfolio:
    """A portfolio of one project."""
    kind = {0: "point", 1: "line", 2: "area"}[int(shapely.get_dimensions(geometry))]
    row = {
        "project_id": "1", "name": "", "name_zh": "", "country": "", "country_given": "", "sector": "", "stage": "",
        "source_row": 1, "geometry": 0, "shape": kind, "notes": [], "extra": "", **facts,
    }  # fmt: skip
    held = np.empty(1, dtype=object)
    held[0] = geometry
    return Portfolio(pa.Table.from_pylist([row], PROJECTS), held, REJECTED.empty_table(), 1, "", "")


def _why(finding: Mapping[str, Any], rule: Mapping[str, Any] | None, layer: Any) -> list[dict[str, Any]]:
    if rule is not None and "tiers" in rule:
        steps = rules.trace(rule, finding, layer)
        return [
            {"kind": s.kind, "title": s.title._asdict(), "text": s.text._asdict(), "detail": s.detail} for s in steps
        ]
    pairs = zip(why(finding, rule, layer, "zh"), why(finding, rule, layer, "en"), strict=True)
    return [
        {"kind": "rule", "title": Text(zh[0], en[0])._asdict(), "text": Text(zh[1], en[1])._asdict(), "detail": {}}
        for zh, en in pairs
    ]


def _nearby(
    screening: Screening, layers: Sequence[AnyLayer], geometry: shapely.Geometry
) -> tuple[Mapping[str, Any], ...]:
    vectors = {a.layer.id: a for a in layers if isinstance(a, VectorLayer) and a.layer.role not in _GROUND}
    view = _view(geometry)
    made: list[dict[str, Any]] = []
    for layer_id, layer in vectors.items():
        rows = [r for r in screening.exposures.to_pylist() if r["layer_id"] == layer_id]
        rows.sort(key=lambda r: r["distance_m"])
        at = _rows_of(layer, [r["feature_id"] for r in rows[:_DRAWN]])
        for row, place in zip(rows, at, strict=False):
            shape = _drawable(layer.index.geometries(np.array([place]))[0], view)
            properties = {
                "layer_id": layer_id, "role": layer.layer.role, "role_title": role_title(layer.layer.role)._asdict(),
                "layer": layer.layer.title._asdict(), "name": row["feature_name"] or "",
                "distance_m": row["distance_m"], "demonstration": layer.layer.demonstration,
            }  # fmt: skip
            made.append({"type": "Feature", "properties": properties, "geometry": shape})
    made.sort(key=lambda f: f["properties"]["distance_m"])
    return tuple(made)


def _rows_of(layer: VectorLayer, names: Sequence[str]) -> list[int]:
    wanted = set(names)
    known = {name: i for i, name in enumerate(layer.features["feature_id"].to_pylist()) if name in wanted}
    return [known[name] for name in names]


def _view(geometry: shapely.Geometry) -> tuple[float, float, float, float]:
    """The box that a map of the widest ring shows, in degrees."""
    west, south, east, north = geometry.bounds
    high = 1.1 * BUFFERS_M[-1] / 111_320
    wide = high / max(0.05, float(np.cos(np.radians(min(89.0, max(abs(south), abs(north)))))))
    return west - wide, south - high, east + wide, north + high


def _drawable(shape: shapely.Geometry, view: tuple[float, float, float, float]) -> Mapping[str, Any]:
    size = max(view[2] - view[0], view[3] - view[1])
    clipped = shapely.clip_by_rect(shape, *view) if shapely.get_dimensions(shape) > 0 else shape
    drawn = shapely.simplify(clipped if not clipped.is_empty else shape, _FINE * size)
    made: Mapping[str, Any] = shapely.geometry.mapping(drawn)
    return made


def _rings(geometry: shapely.Geometry) -> tuple[tuple[float, Mapping[str, Any]], ...]:
    """Everything within each distance, drawn in a plane of true distances around the middle."""
    west, south, east, north = geometry.bounds
    plane = f"+proj=aeqd +lon_0={(west + east) / 2} +lat_0={(south + north) / 2} +ellps=WGS84"
    there = Transformer.from_crs("OGC:CRS84", plane, always_xy=True)
    flat = shapely.transform(geometry, lambda c: np.column_stack(there.transform(c[:, 0], c[:, 1])))
    made = []
    for metres in BUFFERS_M:
        around = shapely.simplify(shapely.buffer(flat, metres, quad_segs=24), metres * 0.002)
        back = shapely.transform(
            around, lambda c: np.column_stack(there.transform(c[:, 0], c[:, 1], direction="INVERSE"))
        )
        made.append((metres, shapely.geometry.mapping(shapely.boundary(back))))
    return tuple(made)
