"""Bring delivered coordinates to WGS 84 longitude/latitude, and say what could not be brought there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from ..errors import LayerError
from ..text import Text
from .delivered import Delivered, Geometries

Array = npt.NDArray[Any]
_UNKNOWN_DATUMS = ("unknown", "undefined", "not specified")


@dataclass(frozen=True)
class Placed:
    """Geometries in WGS 84 longitude/latitude.

    Attributes
    ----------
    geoms : array of geometries, shape (n,)
        None where the row has no usable geometry.
    crs : str
        A short name of what the coordinates were delivered in.
    empty, unusable : int
        Rows without geometry; rows with coordinates that are no place on earth.
    """

    geoms: Geometries
    crs: str
    empty: int
    unusable: int


def placed(delivered: Delivered, where: str) -> Placed:
    """Transform to WGS 84 where needed.

    Vertices are transformed; the edges between them are then straight in longitude/latitude. An undefined
    geographic system counts as WGS 84, and so does none at all if every coordinate could be degrees.

    Raises
    ------
    LayerError
        No coordinate system and coordinates outside degrees; or a system nobody can transform; or
        coordinates that do not fit the system declared.
    """
    geoms = delivered.geoms
    crs = _crs(delivered.crs, where)
    if crs is None:
        if not _all_degrees(geoms):
            raise LayerError(
                Text(
                    "文件没有坐标系信息，且坐标不是经纬度",
                    "the file has no coordinate system, and its coordinates are not degrees",
                ),
                Text(
                    "请为文件设定正确的坐标系（如补上.prj文件）后重试",
                    "assign its coordinate system (add the .prj file, say) and try again",
                ),
                where=where,
            )
        name = "unknown, read as WGS 84"
    elif _is_wgs84(crs):
        named = "world geodetic" in str(crs.datum).lower() or "wgs" in str(crs.datum).lower()
        name = "WGS 84" if named else "undefined geographic, read as WGS 84"
    else:
        geoms = _transformed(geoms, crs, where)
        name = str(crs.name)
    missing = shapely.is_missing(geoms) | shapely.is_empty(geoms)
    bad = ~missing & ~_on_earth(geoms)
    if bad.any() and bad.sum() == (~missing).sum():
        raise LayerError(
            Text(
                f"所声明的坐标系（{name}）与坐标不符：没有一个要素落在地球上",
                f"the coordinates do not fit the coordinate system declared ({name}): no feature is on earth",
            ),
            Text("请改正坐标系后重试", "correct the coordinate system and try again"),
            where=where,
        )
    out = geoms.copy()
    out[missing | bad] = None
    return Placed(out, name, int(missing.sum()), int(bad.sum()))


def _crs(declared: str | dict[str, Any] | None, where: str) -> Any:
    """A pyproj CRS, or None where the file says nothing that helps."""
    if not declared:
        return None
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        crs = CRS.from_user_input(declared)
    except CRSError as e:
        raise LayerError(
            Text("无法理解文件的坐标系", "the coordinate system of the file cannot be understood"),
            Text("请转换为WGS 84（EPSG:4326）后重试", "convert the file to WGS 84 (EPSG:4326) and try again"),
            where=where,
        ) from e
    # GeoPackage writes "Undefined Cartesian SRS" where nothing was known: that is no system at all.
    return None if crs.is_engineering or "undefined cartesian" in crs.name.lower() else crs


def _is_wgs84(crs: Any) -> bool:
    if not crs.is_geographic:
        return False
    flat = crs.to_2d()
    datum = str(flat.datum.name if flat.datum is not None else "unknown").lower()
    named = "world geodetic system 1984" in datum or datum in ("wgs_1984", "wgs 84", "d_wgs_1984")
    undefined = any(word in datum for word in _UNKNOWN_DATUMS)
    degrees = abs(flat.axis_info[0].unit_conversion_factor - np.pi / 180) < 1e-9 if flat.axis_info else True
    greenwich = flat.prime_meridian is None or abs(flat.prime_meridian.longitude) < 1e-12
    return (named or undefined) and degrees and greenwich


def _transformed(geoms: Geometries, crs: Any, where: str) -> Geometries:
    from pyproj import Transformer
    from pyproj.exceptions import ProjError

    try:
        transformer = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)

        def move(x: Array, y: Array) -> tuple[Array, Array]:
            lon, lat = transformer.transform(x, y)
            return lon, lat

        out: Geometries = shapely.transform(geoms, move, interleaved=False)
    except ProjError as e:
        raise LayerError(
            Text(f"无法从坐标系 {crs.name} 转换到WGS 84", f"cannot transform from {crs.name} to WGS 84"),
            Text("请先转换为WGS 84（EPSG:4326）", "convert the file to WGS 84 (EPSG:4326) first"),
            where=where,
        ) from e
    return out


def _all_degrees(geoms: Geometries) -> bool:
    there = geoms[~(shapely.is_missing(geoms) | shapely.is_empty(geoms))]
    return bool(_on_earth(there).all())


def _on_earth(geoms: Geometries) -> npt.NDArray[np.bool_]:
    """Whether every vertex is finite, within ±90° of latitude and a turn of longitude."""
    # Bounds skip NaN vertices, so finiteness is asked of the vertices themselves.
    coords, owner = shapely.get_coordinates(geoms, return_index=True)
    ok = np.ones(len(geoms), bool)
    with np.errstate(invalid="ignore"):
        fits = (np.abs(coords[:, 1]) <= 90.0) & (coords[:, 0] >= -360.0) & (coords[:, 0] <= 360.0)
    ok[owner[~fits]] = False
    return ok
