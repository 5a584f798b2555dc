"""KML and KMZ, read without a driver: ids and names stay text, and nothing a file points to is opened."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from .. import archive
from ..errors import PortfolioError
from ..settings import Settings
from ..text import Text
from .errors import corrupt, no_rows
from .raw import Geometries, Raw, check_rows, rows_of, table_of

_KIND = Text("KML文件", "KML file")
_SHAPES = {"Point", "LineString", "LinearRing", "Polygon", "MultiGeometry", "Track", "MultiTrack", "Model"}


def read_kmz(path: Path, settings: Settings) -> Raw:
    """The placemarks of the main document of a KMZ archive."""
    limit = settings.max_unpacked_mb << 20
    names = [m for m in archive.members(path, max_bytes=limit) if m.name.casefold().endswith(".kml")]
    main = min(names, key=lambda m: (m.name.count("/"), m.name.casefold() != "doc.kml"))
    raw = read_kml(archive.read(path, main, max_bytes=limit), path.name)
    return Raw(raw.columns, raw.source_row, raw.geoms, raw.faults, "", (), {**raw.meta, "member": main.name})


def read_kml(data: bytes, where: str) -> Raw:
    """Every placemark, with the folders it lies in.

    Raises
    ------
    PortfolioError
        Not well-formed, or with a document type: KML needs none, and entities can unfold without end.
    """
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise PortfolioError(
            Text("KML含有文档类型声明", "declares a document type, which KML does not have"),
            Text("请用地图软件重新导出", "export it again from a mapping program"),
            where=where,
        )
    rows, geoms, faults = [], [], []
    try:
        for row, place, broken in _placemarks(data):
            rows.append(row)
            geoms.append(place)
            faults.append("bad-geometry" if broken else "")
            check_rows(len(rows), where)
    except (ET.ParseError, ValueError, RecursionError) as e:
        raise corrupt(where, _KIND) from e
    if not rows:
        raise no_rows(where)
    columns = table_of(rows)
    if columns.num_columns == 0:
        columns = pa.table({"name": pa.nulls(len(rows), pa.string())})
    places: Geometries = np.full(len(geoms), None, dtype=object)
    places[:] = geoms
    return Raw(columns, rows_of(len(rows)), places, np.array(faults, dtype=object), "", (), {"format": "KML"})


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _placemarks(data: bytes) -> Iterator[tuple[dict[str, str | None], object, bool]]:
    folders: list[str] = []
    path: list[ET.Element] = []
    for event, element in ET.iterparse(io.BytesIO(data), ("start", "end")):
        if event == "start":
            path.append(element)
            if _local(element) == "Folder":
                folders.append("")
            continue
        path.pop()
        kind = _local(element)
        if kind == "name" and folders and path and _local(path[-1]) == "Folder":
            folders[-1] = (element.text or "").strip()
        elif kind == "Folder":
            folders.pop()
            element.clear()
        elif kind == "Placemark":
            yield _placemark(element, " / ".join(f for f in folders if f))
            element.clear()


def _placemark(element: ET.Element, folder: str) -> tuple[dict[str, str | None], object, bool]:
    row: dict[str, str | None] = {"id": element.get("id")} if element.get("id") else {}
    place, broken = None, False
    for child in element:
        kind = _local(child)
        if kind in ("name", "description"):
            row[kind] = "".join(child.itertext()).strip()
        elif kind == "ExtendedData":
            row.update(_data(child))
        elif kind in _SHAPES:
            try:
                place = _shape(child)
            except (ValueError, IndexError, shapely.errors.ShapelyError):
                broken = True
    if folder:
        row.setdefault("folder", folder)
    return row, place, broken


def _data(element: ET.Element) -> dict[str, str | None]:
    out: dict[str, str | None] = {}
    for item in element.iter():
        name = item.get("name")
        if name and _local(item) == "SimpleData":
            out[name] = (item.text or "").strip()
        elif name and _local(item) == "Data":
            value = next((v for v in item if _local(v) == "value"), None)
            out[name] = (value.text or "").strip() if value is not None else None
    return out


def _shape(element: ET.Element) -> object:
    kind = _local(element)
    if kind in ("MultiGeometry", "MultiTrack"):
        parts = [p for p in (_shape(c) for c in element if _local(c) in _SHAPES) if p is not None]
        return shapely.geometrycollections(parts) if parts else None
    if kind == "Polygon":
        rings = [_coordinates(r) for r in element.iter() if _local(r) == "LinearRing"]
        rings = [r for r in rings if len(r)]
        shell, holes = rings[:1], [shapely.linearrings(r) for r in rings[1:]]
        return shapely.polygons(shapely.linearrings(shell[0]), holes or None) if shell else None
    if kind == "Model":
        at = {_local(e): float(e.text or "nan") for e in element.iter() if _local(e) in ("longitude", "latitude")}
        return shapely.points([at["longitude"], at["latitude"]]) if len(at) == 2 else None
    xy = _coordinates(element)
    if len(xy) == 0:
        return None
    return shapely.points(xy[0]) if kind == "Point" or len(xy) == 1 else shapely.linestrings(xy)


def _coordinates(element: ET.Element) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Longitude and latitude, and height where every position has one."""
    texts = [e.text or "" for e in element.iter() if _local(e) in ("coordinates", "coord")]
    tuples = [
        [float(v) for v in (t.split() if "," not in t else t.split(",")) if v]
        for text, track in ((t, "," not in t) for t in texts)
        for t in ([text] if track else text.split())
        if t.strip()
    ]
    width = min((len(t) for t in tuples), default=2)
    if tuples and width < 2:
        raise ValueError("a position needs two numbers")
    return np.array([t[: min(width, 3)] for t in tuples], dtype=float).reshape(len(tuples), -1)
