"""Coordinate reference systems of OGC API – Features, part 2: a few that are known, the axes in their own order."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import shapely

from ...errors import OptionError
from ...text import Text
from .common import CRS84

KNOWN = {
    CRS84: "OGC:CRS84",
    "http://www.opengis.net/def/crs/EPSG/0/4326": "EPSG:4326",
    "http://www.opengis.net/def/crs/EPSG/0/4490": "EPSG:4490",  # CGCS2000
    "http://www.opengis.net/def/crs/EPSG/0/3857": "EPSG:3857",
}
_MERCATOR = "EPSG:3857"
_EDGE_DEG = 89.9


def code_of(uri: str | None, where: str) -> str:
    """The code of a system by its address, as a URI or a safe CURIE.

    Raises
    ------
    OptionError
        It is none of `KNOWN`.
    """
    if not uri:
        return "OGC:CRS84"
    short = uri.strip("[]").replace("EPSG:", "http://www.opengis.net/def/crs/EPSG/0/") if uri.startswith("[") else uri
    if short not in KNOWN:
        raise OptionError(
            Text(f"不支持坐标参考系 {uri[:80]}", f"the reference system {uri[:80]} is not offered"),
            Text(f"可用：{'、'.join(KNOWN)}", f"Use {', '.join(KNOWN)}"), where=where,
        )  # fmt: skip
    return KNOWN[short]


def uri_of(code: str) -> str:
    """The address of a system."""
    return next(uri for uri, known in KNOWN.items() if known == code)


def given_box(given: str | None, code: str) -> tuple[float, float, float, float] | None:
    """West, south, east, north in degrees from a box in a system; heights in it do not count.

    Raises
    ------
    OptionError
    """
    if not given:
        return None
    try:
        numbers = [float(v) for v in given.split(",")]
        if len(numbers) not in (4, 6) or not np.isfinite(numbers).all():
            raise ValueError("numbers")
        corners = np.array(numbers).reshape(2, -1)[:, :2]
        turned = _transformer(code, "OGC:CRS84").transform(corners[:, 0], corners[:, 1])
        (west, east), (south, north) = ([float(v) for v in axis] for axis in turned)
        if not (
            np.isfinite([west, east]).all()
            and -90 <= south <= north <= 90
            and -180 <= west <= 180
            and -180 <= east <= 180
        ):
            raise ValueError("range")
    except ValueError:
        raise OptionError(
            Text(f"范围 {given[:80]} 无效", f"{given[:80]} is no bounding box"),
            Text("依次为西、南、东、北，单位为度，如 90,5,110,25", "West, south, east, north in degrees: 90,5,110,25"),
            where="bbox",
        ) from None
    return west, south, east, north


def shown(shape: Any, code: str) -> Any:
    """A geometry in longitude and latitude as another system has it."""
    if code == "OGC:CRS84" or shape is None:
        return shape

    def turned(coords: Any) -> Any:
        lat = np.clip(coords[:, 1], -_EDGE_DEG, _EDGE_DEG) if code == _MERCATOR else coords[:, 1]
        x, y = _transformer("OGC:CRS84", code).transform(coords[:, 0], lat)
        return np.column_stack([x, y])

    return shapely.transform(shape, turned)


@cache
def _transformer(source: str, target: str) -> Any:
    from pyproj import Transformer

    return Transformer.from_crs(source, target)
