"""What a delivered geometry stands for: narrow strips for lines, small discs for points, the rest for itself.

Much project data comes with lines and points buffered to polygons, because a file held one kind only.
Measured as polygons their areas mean nothing, so they are turned back before anything is measured, and the
row says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from .centreline import centre_lines, strip_width

Geometries = npt.NDArray[np.object_]
Mask = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

STRIP_BELOW_M = 6.0
"""A polygon whose twice area over perimeter is less, and which is long, stands for a line."""
DISC_BELOW_M2 = 20.0
"""A round polygon with less area stands for a point."""
_LONG = 8.0  # length over width; a hut of 4 m by 6 m is no line
_ROUND = 0.9  # 4π area / perimeter²; a square has 0.785, an octagon 0.948
_FAT = 2.4  # a strip this many times wider somewhere than elsewhere has a real area on it
_TRACE_DEG = 1e-5  # half width given to a line or point that must stand among areas, about a metre
_M_PER_DEG = 111_320.0

POINT, LINE, AREA = "point", "line", "area"
_KIND_OF_TYPE = np.array([0, 1, 1, 2, 0, 1, 2])  # by shapely type id: point 0, line 1, area 2
_STRIP, _DISC = 3, 4


@dataclass(frozen=True)
class Reduced:
    """Geometries as they are to be measured.

    Attributes
    ----------
    geoms : array of geometries, shape (n,)
        Of one dimension each; no collections.
    shape : array of str, shape (n,)
        ``point``, ``line`` or ``area``.
    strip, disc, mixed : bool array, shape (n,)
        Narrow strips became lines; small discs became points; parts of several kinds were brought to one.
    """

    geoms: Geometries
    shape: npt.NDArray[np.str_]
    strip: Mask
    disc: Mask
    mixed: Mask


def reduce(geoms: Geometries) -> Reduced:
    """Turn strips into lines and discs into points, and give every geometry one dimension.

    A geometry with parts of several kinds takes the kind that is longer (areas count by half their
    perimeter). Nothing is dropped: among lines, an area or disc stays as its outline; among areas, a strip
    or disc stays the polygon it was.

    Parameters
    ----------
    geoms : array of geometries, shape (n,)
        Valid longitude/latitude in degrees, none missing or empty.

    Returns
    -------
    Reduced

    Examples
    --------
    >>> road = shapely.LineString([(36.0, 0.0), (36.1, 0.0)]).buffer(0.00001)
    >>> found = reduce(np.array([road, shapely.Point(36, 0).buffer(0.00001)]))
    >>> found.shape.tolist(), round(found.geoms[0].length, 4)
    (['line', 'point'], 0.1)
    """
    n = len(geoms)
    type_id = shapely.get_type_id(geoms)
    kind = np.where(type_id == 7, 2, _KIND_OF_TYPE[np.minimum(type_id, 6)])
    out = np.array(geoms, dtype=object, copy=True)
    strip, disc, mixed = np.zeros(n, bool), np.zeros(n, bool), np.zeros(n, bool)
    rows = np.flatnonzero(kind == 2)
    parts, owner = _flat_parts(out[rows])
    found = _classify(parts, rows[owner])
    has = np.zeros((5, n), bool)
    has[found.kind, found.owner] = True
    first = np.searchsorted(found.owner, np.arange(n + 1))
    for i in np.flatnonzero(has[[0, 1, 3, 4]].any(axis=0)):
        out[i], kind[i] = _composed(out[i], found, slice(first[i], first[i + 1]))
        mixed[i] = sum((has[0, i] or has[4, i], has[1, i] or has[3, i], has[2, i])) > 1
        strip[i] = kind[i] == 1 and has[3, i]
        disc[i] = kind[i] == 0 and has[4, i]
    return Reduced(out, np.array([POINT, LINE, AREA])[kind], strip, disc, mixed)


@dataclass(frozen=True)
class _Parts:
    """Simple parts of geometries, ordered by the row they belong to."""

    geoms: Geometries
    owner: Ints
    kind: Ints  # 0 point, 1 line, 2 area, 3 strip, 4 disc
    lines: Geometries  # of strips and lines; None elsewhere

    def taken(self, order: Ints) -> _Parts:
        return _Parts(self.geoms[order], self.owner[order], self.kind[order], self.lines[order])


def _flat_parts(geoms: Geometries) -> tuple[Geometries, Ints]:
    parts, owner = shapely.get_parts(geoms, return_index=True)
    while (shapely.get_type_id(parts) >= 4).any():  # collections within collections
        parts, inner = shapely.get_parts(parts, return_index=True)
        owner = owner[inner]
    keep = ~shapely.is_empty(parts)
    return parts[keep], owner[keep]


def _classify(parts: Geometries, owner: Ints) -> _Parts:
    kind = _KIND_OF_TYPE[shapely.get_type_id(parts)].astype(np.int64)
    lines: Geometries = np.full(len(parts), None, dtype=object)
    lines[kind == 1] = parts[kind == 1]
    polygon = np.flatnonzero(kind == 2)
    kind[polygon] = _kind_of_polygon(parts[polygon])
    whole = np.flatnonzero(kind == _STRIP)
    flat, scale = _to_metres(parts[whole])
    axes, fatness = centre_lines(flat)
    lines[whole] = _to_degrees(axes, scale)
    out = _Parts(parts, owner, kind, lines)
    fat = whole[fatness > _FAT]
    if len(fat) == 0:
        return out
    split = [_split(parts[i], owner[i]) for i in fat]
    rest = np.setdiff1d(np.arange(len(parts)), fat)
    pieces = [out.taken(rest), *split]
    joined = _Parts(*(np.concatenate([getattr(p, f) for p in pieces]) for f in ("geoms", "owner", "kind", "lines")))
    return joined.taken(np.argsort(joined.owner, kind="stable"))


def _kind_of_polygon(polygons: Geometries) -> Ints:
    """2 for an area, 3 for a strip, 4 for a disc."""
    flat, _ = _to_metres(polygons)
    area, around = shapely.area(flat), shapely.length(flat)
    with np.errstate(divide="ignore", invalid="ignore"):
        # A disc drawn in degrees is an ellipse in metres, and the other way round.
        roundness = np.maximum(4 * np.pi * area / around**2, _roundness(polygons))
        strip = (2 * area / around < STRIP_BELOW_M) & (around**2 / (4 * area) > _LONG)
    disc = (area < DISC_BELOW_M2) & (roundness > _ROUND)
    return np.where(disc, _DISC, np.where(strip, _STRIP, 2)).astype(np.int64)


def _roundness(polygons: Geometries) -> npt.NDArray[np.float64]:
    return np.asarray(4 * np.pi * shapely.area(polygons) / shapely.length(polygons) ** 2)


def _split(strip: shapely.Geometry, owner: int) -> _Parts:
    """A strip with real areas on it: the areas, and the narrow rest as lines."""
    flat, scale = _to_metres(np.array([strip], dtype=object))
    width = float(strip_width(shapely.area(flat), shapely.length(flat))[0])
    bodies = shapely.buffer(shapely.buffer(flat[0], -width), 1.05 * width)
    bodies = shapely.get_parts(shapely.intersection(bodies, flat[0]))
    bodies = bodies[(shapely.get_type_id(bodies) == 3) & (shapely.area(bodies) > width**2)]
    rest, _ = _flat_parts(np.array([shapely.difference(flat[0], shapely.union_all(bodies))], dtype=object))
    rest = rest[(shapely.get_type_id(rest) == 3) & (shapely.length(rest) > 4 * width)]
    axes, _ = centre_lines(rest)
    n_bodies, n = len(bodies), len(bodies) + len(rest)
    lines: Geometries = np.full(n, None, dtype=object)
    lines[n_bodies:] = _to_degrees(axes, np.repeat(scale, len(axes)))
    geoms = _to_degrees(np.concatenate([bodies, rest]), np.repeat(scale, n))
    kind = np.repeat([2, _STRIP], [n_bodies, len(rest)])
    return _Parts(geoms, np.full(n, owner), kind, lines)


def _composed(geom: shapely.Geometry, found: _Parts, own: slice) -> tuple[shapely.Geometry, int]:
    """One geometry of one dimension from parts of several, and its kind."""
    parts, kind, lines = found.geoms[own], found.kind[own], found.lines[own]
    if np.isin(kind, (0, _DISC)).all():
        return _multi(np.where(kind == _DISC, shapely.centroid(parts), parts), 0), 0
    line = np.isin(kind, (1, _STRIP))
    area = kind == 2
    along, _ = _to_metres(lines[line])
    around, _ = _to_metres(parts[area])
    if shapely.length(around).sum() / 2 >= shapely.length(along).sum() and area.any():
        thin = np.isin(kind, (0, 1))
        if not thin.any():
            return geom, 2
        traces = shapely.buffer(parts[thin], _TRACE_DEG)
        return shapely.union_all(np.concatenate([parts[~thin], traces])), 2
    solid = np.where(kind == 0, shapely.buffer(parts, _TRACE_DEG, quad_segs=2), parts)[~line]
    return _multi(np.concatenate([lines[line], shapely.boundary(solid)]), 1), 1


def _multi(parts: Geometries, kind: int) -> shapely.Geometry:
    simple, _ = _flat_parts(parts)
    if kind == 1 and (shapely.length(simple) > 0).any():  # rounding may leave a line no length
        simple = simple[shapely.length(simple) > 0]
    if len(simple) == 1:
        return simple[0]
    return shapely.multipoints(simple) if kind == 0 else shapely.multilinestrings(simple)


def _to_metres(geoms: Geometries) -> tuple[Geometries, npt.NDArray[np.float64]]:
    """Geometries each in a plane of metres, true at its middle, and the scales of longitude."""
    bounds = shapely.bounds(geoms)
    scale = np.cos(np.radians((bounds[:, 1] + bounds[:, 3]) / 2))
    scale = np.maximum(np.nan_to_num(scale, nan=1.0), 0.01)
    return _scaled(geoms, scale * _M_PER_DEG, _M_PER_DEG), scale


def _to_degrees(geoms: Geometries, scale: npt.NDArray[np.float64]) -> Geometries:
    return _scaled(geoms, 1 / (scale * _M_PER_DEG), 1 / _M_PER_DEG)


def _scaled(geoms: Geometries, x: npt.NDArray[np.float64], y: float) -> Geometries:
    xy, row = shapely.get_coordinates(geoms, return_index=True)
    out: Geometries = shapely.set_coordinates(geoms.copy(), xy * np.column_stack([x[row], np.full(len(row), y)]))
    return out
