"""Geometries as flat arrays, sorted by what is measured over them: areas, lines, points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Float = npt.NDArray[np.float64]
Int = npt.NDArray[np.int64]
Geoms = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Ragged:
    """Polygons or lines as coordinates, rings (or line parts) and geometries, by offsets.

    Attributes
    ----------
    rows : int64 (n,)
        Where each geometry stood in the array it came from.
    xy : float64 (n_coordinates, 2)
    rings : int64 (n_rings + 1,), offsets into `xy`
    geom_rings : int64 (n + 1,), offsets into `rings`
    hole : bool (n_rings,)
    """

    rows: Int
    xy: Float
    rings: Int
    geom_rings: Int
    hole: npt.NDArray[np.bool_]


def _offsets(counts: npt.NDArray[Any]) -> Int:
    out = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=out[1:])
    return out


def areas(geoms: Geoms, rows: Int) -> Ragged:
    """Polygons and multipolygons as rings.

    Coordinates come out of GEOS in the order of rings, so only polygons with holes or several parts,
    which are few, are taken apart to learn where their rings begin.
    """
    plain = (shapely.get_type_id(geoms) == 3) & (shapely.get_num_interior_rings(geoms) == 0)
    counts = shapely.get_num_coordinates(geoms)
    whose, lengths = np.flatnonzero(plain), counts[plain]
    hole = np.zeros(len(lengths), bool)
    if not plain.all():
        odd = np.flatnonzero(~plain)
        parts, part_of = shapely.get_parts(geoms[odd], return_index=True)
        parts_rings, ring_of = shapely.get_rings(parts, return_index=True)
        whose = np.r_[whose, odd[part_of[ring_of]]]
        lengths = np.r_[lengths, shapely.get_num_coordinates(parts_rings)]
        hole = np.r_[hole, np.r_[False, ring_of[1:] == ring_of[:-1]][: len(ring_of)]]
        order = np.argsort(whose, kind="stable")
        whose, lengths, hole = whose[order], lengths[order], hole[order]
    per_geom = np.bincount(whose, minlength=len(geoms))
    return Ragged(rows, shapely.get_coordinates(geoms), _offsets(lengths), _offsets(per_geom), hole)


def lines(geoms: Geoms, rows: Int) -> Ragged:
    """Lines and multilines as their parts."""
    parts, part_of = shapely.get_parts(geoms, return_index=True)
    lengths = shapely.get_num_coordinates(parts)
    per_geom = np.bincount(part_of, minlength=len(geoms))
    hole = np.zeros(len(parts), bool)
    return Ragged(rows, shapely.get_coordinates(geoms), _offsets(lengths), _offsets(per_geom), hole)


def by_dimension(geoms: Geoms) -> tuple[Geoms, tuple[Int, Int, Int]]:
    """Rows that are areas, lines and points; the missing and the empty are in none.

    A collection stands for its parts of the highest dimension, a line without length for its first point,
    so the geometries are returned anew.
    """
    geoms = np.array(geoms, dtype=object, copy=True)
    for i in np.flatnonzero(shapely.get_type_id(geoms) == 7):
        geoms[i] = _highest(geoms[i])
    dimension = shapely.get_dimensions(geoms)
    dimension[shapely.is_empty(geoms) | shapely.is_missing(geoms)] = -1
    line = np.flatnonzero(dimension == 1)
    for i in line[shapely.length(geoms[line]) == 0.0]:
        geoms[i] = shapely.points(shapely.get_coordinates(geoms[i])[:1])[0]
        dimension[i] = 0
    area, line, point = (np.flatnonzero(dimension == d) for d in (2, 1, 0))
    return geoms, (area, line, point)


def _highest(collection: Any) -> Any:
    parts = [collection]
    while any(p.geom_type == "GeometryCollection" for p in parts):
        parts = [q for p in parts for q in (p.geoms if p.geom_type == "GeometryCollection" else (p,))]
    if not parts:
        return collection
    dimension = shapely.get_dimensions(parts)
    simple = shapely.get_parts(np.array(parts, dtype=object)[dimension == dimension.max()])
    makers = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)
    return makers[max(0, int(dimension.max()))](simple)
