"""Geometries in the grid units of a raster: columns and rows, whatever its CRS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from . import ragged
from .kernels import coverage
from .raster import LONLAT, RasterSource, crs_of, inverse, turn_columns

Float = npt.NDArray[np.float64]
Int = npt.NDArray[np.int64]

_NOTHING = np.zeros(0)
_EARTH_M = 6371008.8  # mean radius: only to choose how finely an edge is cut
_WGS84_A, _WGS84_E2 = 6378137.0, 0.0066943799901413165  # EPSG:7030, e² = f(2 - f)


@dataclass(frozen=True)
class Shapes:
    """Areas or lines in grid units, as the kernel takes them; points carry only `bounds` and `rows`."""

    kind: int  # 2 areas, 1 lines, 0 points
    rows: Int
    bounds: Float
    arrays: tuple[Any, ...] = ()


def to_grid(geoms: npt.NDArray[np.object_], raster: RasterSource) -> Iterator[Shapes]:
    """The areas, lines and points among `geoms`, each kind there is, on the raster's grid."""
    back = inverse(raster.transform)
    geoms = _in_crs_of(geoms, raster)
    geoms, (area, line, point) = ragged.by_dimension(geoms)
    # Coordinates this near to a grid line lie on it: the transform's own rounding is no touch of a cell.
    reach_x = abs(back[0]) + abs(back[1]) + abs(back[2]) + raster.shape[1]
    reach_y = abs(back[3]) + abs(back[4]) + abs(back[5]) + raster.shape[0]
    snap = 4.0 * np.finfo(float).eps * np.array([reach_x, reach_y])
    for kind, rows in ((2, area), (1, line)):
        if not len(rows):
            continue
        flat = ragged.areas(geoms[rows], rows) if kind == 2 else ragged.lines(geoms[rows], rows)
        weight = _segment_m(flat.xy, raster) if kind == 1 else _NOTHING
        sign, ring_rows, bounds, tiny = coverage.to_grid(
            flat.xy, flat.rings, flat.geom_rings, flat.hole, np.array(back), snap, kind == 2, weight
        )
        arrays = (flat.xy, flat.rings, flat.geom_rings, sign, ring_rows, tiny, weight, kind == 2)
        yield Shapes(kind, rows, bounds, arrays)
    if len(point):
        xy, whose = shapely.get_coordinates(geoms[point], return_index=True)
        col = back[0] * xy[:, 0] + back[1] * xy[:, 1] + back[2]
        row = back[3] * xy[:, 0] + back[4] * xy[:, 1] + back[5]
        at = np.stack([col, row], axis=1)
        at = np.where(np.abs(at - np.rint(at)) <= snap, np.rint(at), at)
        yield Shapes(0, point[whose], np.concatenate([at, at], axis=1))


def _in_crs_of(geoms: npt.NDArray[np.object_], raster: RasterSource) -> npt.NDArray[np.object_]:
    """Geometries in the raster's CRS, cut finely enough to keep edges straight in lon and lat."""
    if raster.crs in LONLAT:
        return geoms
    crs = crs_of(raster)
    change = pyproj.Transformer.from_crs(LONLAT[0], crs, always_xy=True)
    if crs.is_geographic:
        probe = np.array([[-120.0, -45.0], [1.0, 0.5], [100.0, 60.0]])
        there = np.stack(change.transform(probe[:, 0], probe[:, 1]), axis=1)
        if np.abs(there - probe).max() < 1e-9:
            return geoms
    else:
        # An edge of length L leaves its chord by about L² tan(latitude) / 8R; tan 75° is taken for all.
        cell_m = min(np.hypot(*raster.transform[0::3][:2]), np.hypot(*raster.transform[1::3][:2]))
        cell_m *= crs.axis_info[0].unit_conversion_factor if crs.axis_info else 1.0
        length_m = np.sqrt(8.0 * _EARTH_M * 0.01 * cell_m / 3.7)
        geoms = shapely.segmentize(geoms, float(np.clip(np.degrees(length_m / _EARTH_M), 1e-3, 1.0)))

    def there_of(xy: Float) -> Float:
        return np.stack(change.transform(xy[:, 0], xy[:, 1]), axis=1)

    return np.asarray(shapely.transform(geoms, there_of), dtype=object)


def _segment_m(xy: Float, raster: RasterSource) -> Float:
    """Length of the step from each coordinate to the next: metres on WGS84 if geographic, CRS units if not.

    By the radii of curvature at the middle of the step: the weights of a mean need no more.
    """
    step = np.diff(xy, axis=0, append=xy[-1:])
    if turn_columns(raster) is not None:
        lat = np.radians(xy[:, 1] + 0.5 * step[:, 1])
        w = 1.0 - _WGS84_E2 * np.sin(lat) ** 2
        normal, meridian = _WGS84_A / np.sqrt(w), _WGS84_A * (1.0 - _WGS84_E2) / w**1.5
        step = np.radians(step) * np.stack([normal * np.cos(lat), meridian], axis=1)
    out: Float = np.hypot(step[:, 0], step[:, 1])
    return out
