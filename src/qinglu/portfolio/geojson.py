"""GeoJSON, read as text is written: an id of 007 stays 007, and a number of twenty digits keeps them all."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from ..errors import PortfolioError
from ..text import Text
from .decode import to_utf8
from .errors import corrupt, no_rows
from .raw import Geometries, Raw, Rejection, check_rows, rows_of, table_of

_KIND = Text("GeoJSON文件", "GeoJSON file")
_DEPTH = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}


class _Bad:
    """A geometry that is there and cannot be understood."""


class _Position(tuple[float, float]):
    """A point, kept as two numbers until all are known."""


def read_geojson(data: bytes, where: str) -> Raw:
    """Features of a collection, a single feature, a bare geometry, or one of these on each line.

    Raises
    ------
    PortfolioError
        Not JSON, or JSON that is not GeoJSON.
    """
    text, encoding = to_utf8(data, where)
    features, crs = _features(_parsed(text.decode(), where), where)
    if not features:
        raise no_rows(where)
    check_rows(len(features), where)
    rows, places, kept, rejected = [], [], [], []
    for number, feature in enumerate(features, 1):
        if not isinstance(feature, dict) or not isinstance(feature.get("properties") or {}, dict):
            rejected.append(Rejection(number, "bad-geometry"))
            continue
        row = {str(k): _text(v) for k, v in (feature.get("properties") or {}).items()}
        if "id" in feature and not any(k.strip().casefold() == "id" for k in row):
            row = {"id": _text(feature["id"]), **row}
        rows.append(row)
        places.append(feature.get("geometry"))
        kept.append(number)
    geoms, faults = _geometries(places)
    columns = table_of(rows)
    if columns.num_columns == 0:
        columns = pa.table({"id": pa.nulls(len(rows), pa.string())})
    return Raw(
        columns,
        np.array(kept, dtype=np.int64) if rejected else rows_of(len(kept)),
        geoms,
        faults,
        crs,
        tuple(rejected),
        {"format": "GeoJSON", "encoding": encoding},
    )


def _parsed(text: str, where: str) -> Any:
    try:
        return json.loads(text, object_hook=_hook)
    except (ValueError, RecursionError) as whole:
        lines = [line for line in text.replace("\x1e", "").splitlines() if line.strip()]
        if len(lines) < 2 or not lines[0].rstrip().endswith("}"):
            raise corrupt(where, _KIND, _place(whole)) from whole
        try:
            return [json.loads(line, object_hook=_hook) for line in lines]
        except (ValueError, RecursionError):
            raise corrupt(where, _KIND, _place(whole)) from whole


def _place(error: Exception) -> Text | None:
    if not isinstance(error, json.JSONDecodeError):
        return None
    return Text("第{line}行第{column}列", "line {line}, column {column}").format(line=error.lineno, column=error.colno)


def _features(document: Any, where: str) -> tuple[list[Any], Any]:
    if isinstance(document, list) and all(isinstance(d, dict) and d.get("type") == "Feature" for d in document):
        return document, ""
    if isinstance(document, dict):
        crs = _crs(document.get("crs"))
        if document.get("type") == "FeatureCollection" and isinstance(document.get("features"), list):
            return document["features"], crs
        if document.get("type") == "Feature":
            return [document], crs
    if isinstance(document, (shapely.Geometry, _Position, _Bad)):
        return [{"geometry": document}], ""
    raise PortfolioError(
        Text("是JSON，但不是GeoJSON", "is JSON but not GeoJSON"),
        Text("应为FeatureCollection", "it should be a FeatureCollection"),
        where=where,
    )


def _crs(declared: Any) -> Any:
    """The system of the member ``crs``, which RFC 7946 has dropped and much software still writes."""
    name = declared.get("properties", {}).get("name", "") if isinstance(declared, dict) else ""
    return "" if not name or "CRS84" in str(name) else str(name)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    return json.dumps(value, ensure_ascii=False, default=str)


def _hook(node: dict[str, Any]) -> Any:
    """Geometries as soon as they are read, so that a large file is never held as lists of numbers."""
    kind = node.get("type")
    if kind == "GeometryCollection" and "geometries" in node:
        return _collection(node["geometries"])
    if not isinstance(kind, str) or kind not in _DEPTH or "coordinates" not in node:
        return node
    try:
        return _geometry(kind, node["coordinates"])
    except (TypeError, ValueError, IndexError, shapely.errors.ShapelyError):
        return _Bad()


def _collection(members: Any) -> Any:
    if not isinstance(members, list) or not all(isinstance(m, (shapely.Geometry, _Position)) for m in members):
        return _Bad()
    parts = [shapely.Point(m) if isinstance(m, _Position) else m for m in members]
    return shapely.GeometryCollection(parts)


def _geometry(kind: str, xy: Any) -> Any:
    if kind == "Point":
        return _Position((float(xy[0]), float(xy[1]))) if len(xy) == 2 else shapely.Point(xy[:3]) if xy else None
    if not xy:
        return None
    if kind == "MultiPoint":
        return shapely.multipoints(_array(xy))
    if kind == "LineString":
        return shapely.linestrings(_array(xy))
    if kind == "MultiLineString":
        return shapely.multilinestrings([shapely.linestrings(_array(line)) for line in xy])
    if kind == "Polygon":
        return _polygon(xy)
    return shapely.multipolygons([_polygon(rings) for rings in xy])


def _polygon(rings: Any) -> Any:
    shell, *holes = (shapely.linearrings(_array(ring)) for ring in rings)
    return shapely.polygons(shell, holes or None)


def _array(positions: Any) -> Any:
    width = min(3, *(len(p) for p in positions)) if len(positions) > 1 else min(3, len(positions[0]))
    return np.array([p[:width] for p in positions], dtype=float)


def _geometries(places: list[Any]) -> tuple[Geometries, Geometries]:
    geoms: Geometries = np.full(len(places), None, dtype=object)
    at = [i for i, p in enumerate(places) if isinstance(p, _Position)]
    if at:
        geoms[at] = shapely.points(np.array([places[i] for i in at]))
    for i, place in enumerate(places):
        if isinstance(place, shapely.Geometry):
            geoms[i] = place
    known = (shapely.Geometry, _Position, type(None))
    faults = np.array(["" if isinstance(p, known) else "bad-geometry" for p in places], dtype=object)
    return geoms, faults
