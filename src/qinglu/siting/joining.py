"""Pieces of a line joined end to end, and second tracks and sidings told from the line they run beside."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from ..space import length_m
from .grid import Float

BESIDE_M = 250.0
"""A piece that is nowhere farther from longer pieces runs beside them and is no part of the way."""

_M_PER_DEG = 111_320.0
_SEAM_DEG = 1e-9

Geometries = npt.NDArray[np.object_]


def joined(lines: Geometries) -> Geometries:
    """Line strings from lines of any kind, joined where exactly two of them meet end to end.

    Longitudes of what was cut at the antimeridian run on beyond 180°.
    """
    parts = shapely.get_parts(lines)
    west, _, east, _ = shapely.bounds(parts).T
    if (west <= -180 + _SEAM_DEG).any() and (east >= 180 - _SEAM_DEG).any():
        turned = [_turned(p) if p.bounds[2] <= 0 else p for p in parts]
        parts = np.array(turned, dtype=object)
    merged: Geometries = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(parts)))
    return merged


def without_side_tracks(parts: Geometries, beside_m: float = BESIDE_M) -> tuple[list[Float], int, float]:
    """The parts of the main line joined again, and number and metres of the pieces left out.

    Parameters
    ----------
    parts : array of LineString, shape (n,)
    beside_m : float
        A piece that lies nowhere farther from longer ones is left out.
    """
    length = length_m(parts)
    rank = np.empty(len(parts), np.int64)
    rank[np.argsort(-length, kind="stable")] = np.arange(len(parts))
    main = np.ones(len(parts), bool)
    if len(parts) > 1:
        flat = _in_metres(parts)
        # Long straight pieces are looked at along their whole length, not at their ends only.
        xy, owner = shapely.get_coordinates(shapely.segmentize(flat, beside_m), return_index=True)
        vertex, other = shapely.STRtree(flat).query(shapely.points(xy), predicate="dwithin", distance=beside_m)
        covered = np.zeros(len(xy), bool)
        covered[vertex[rank[other] < rank[owner[vertex]]]] = True
        main = np.bincount(owner, ~covered, len(parts)) > 0
    again = joined(parts[main]) if not main.all() else parts
    return [shapely.get_coordinates(p) for p in again], int((~main).sum()), float(length[~main].sum())


def _turned(line: shapely.Geometry) -> shapely.Geometry:
    xy = shapely.get_coordinates(line)
    return shapely.linestrings(xy + [360.0, 0.0])


def _in_metres(parts: Geometries) -> Geometries:
    """Each vertex at metres from the equator and from a meridian; true between near places."""
    xy = shapely.get_coordinates(parts)
    middle = np.cos(np.radians(np.mean(xy[:, 1])))
    out: Geometries = shapely.set_coordinates(parts.copy(), xy * [_M_PER_DEG * middle, _M_PER_DEG])
    return out
