"""Great-circle edges turned into edges that are straight in longitude/latitude, by vertices in between."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from .delivered import Geometries

Array = npt.NDArray[Any]

STEP_M = 1_000.0
"""An edge of this length leaves its geodesic by at most 4 cm at 60° and 12 cm at 80° of latitude."""


def densified(geoms: Geometries, step_m: float = STEP_M) -> Geometries:
    """Put vertices on the geodesic of every edge longer than `step_m`.

    Parameters
    ----------
    geoms : array of shapely geometries, shape (n,)
        WGS 84 longitude/latitude; None and empty pass.
    step_m : float
        Longest edge that stays as it is, metres.

    Returns
    -------
    array of shapely geometries, shape (n,)
        Longitudes may jump where an edge crosses the antimeridian; `space.repair` cuts there.

    Examples
    --------
    >>> line = np.array([shapely.LineString([(0, 60), (90, 60)])], object)
    >>> round(float(shapely.get_coordinates(densified(line))[:, 1].max()), 2)
    67.8
    """
    out = geoms.copy()
    for i, g in enumerate(geoms):
        if g is not None and not g.is_empty and g.length > 0:
            out[i] = _one(g, step_m)
    return out


def _one(g: shapely.Geometry, step_m: float) -> shapely.Geometry:
    match g.geom_type:
        case "LineString":
            return shapely.LineString(_dense(shapely.get_coordinates(g), step_m))
        case "LinearRing":
            return shapely.LinearRing(_dense(shapely.get_coordinates(g), step_m))
        case "Polygon":
            rings = [_dense(shapely.get_coordinates(r), step_m) for r in (g.exterior, *g.interiors)]
            return shapely.Polygon(rings[0], rings[1:])
        case "Point" | "MultiPoint":
            return g
        case _:
            return type(g)([_one(p, step_m) for p in g.geoms])


def _dense(xy: Array, step_m: float) -> Array:
    from pyproj import Geod

    geod = Geod(ellps="WGS84")
    azimuth, _, length = geod.inv(xy[:-1, 0], xy[:-1, 1], xy[1:, 0], xy[1:, 1])
    pieces = np.maximum(1, np.ceil(np.asarray(length) / step_m)).astype(np.int64)
    edge = np.repeat(np.arange(len(pieces)), pieces)
    step = np.arange(len(edge)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    along = step / pieces[edge] * np.asarray(length)[edge]
    lon, lat, _ = geod.fwd(xy[edge, 0], xy[edge, 1], np.asarray(azimuth)[edge], along)
    dense = np.column_stack([lon, lat])
    dense[step == 0] = xy[:-1]  # the vertices delivered stay to the last bit
    return np.vstack([dense, xy[-1:]])
