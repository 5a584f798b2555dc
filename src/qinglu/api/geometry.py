"""Geometry as it comes in and goes out: GeoJSON, WGS 84 longitude/latitude."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import shapely

from ..errors import OptionError
from ..store.values import Page, Project
from ..text import Text

_TYPES = (
    "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection",
)  # fmt: skip


def geometry_of(value: Mapping[str, Any] | None) -> shapely.Geometry | None:
    """A geometry from GeoJSON.

    Raises
    ------
    OptionError
        It is none.
    """
    if value is None:
        return None
    try:
        if value.get("type") not in _TYPES:
            raise ValueError("type")
        return shapely.from_geojson(json.dumps(value, allow_nan=False))
    except (shapely.errors.ShapelyError, ValueError, TypeError):
        raise OptionError(
            Text("不是GeoJSON几何", "this is no GeoJSON geometry"),
            Text('如 {"type": "Point", "coordinates": [36.8, -1.3]}',
                 'For example {"type": "Point", "coordinates": [36.8, -1.3]}'),
            where="geometry",
        ) from None  # fmt: skip


def feature(project: Project) -> dict[str, Any]:
    """A project as a GeoJSON feature."""
    properties = project.as_dict()
    geometry = properties.pop("geometry")
    made: dict[str, Any] = {"type": "Feature", "id": project.id, "geometry": geometry, "properties": properties}
    if project.west is not None:
        made["bbox"] = [project.west, project.south, project.east, project.north]
    return made


def collection(page: Page[Project], links: Mapping[str, str]) -> dict[str, Any]:
    """A page of projects as a GeoJSON feature collection with its links."""
    items: Iterable[Project] = page.items
    return {
        "type": "FeatureCollection",
        "features": [feature(p) for p in items],
        "numberReturned": len(page.items),
        "links": [{"rel": rel, "href": href, "type": "application/geo+json"} for rel, href in links.items()],
    }
