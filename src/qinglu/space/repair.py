"""Bring geometries into the one form that everything measures: WGS 84 longitude/latitude, valid, cut at the seam."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

Geometries = npt.NDArray[np.object_]
Mask = npt.NDArray[np.bool_]

_SEAM_EPS_DEG = 1e-9
_AREAL = (3, 6)
_LINEAL = (1, 2, 5)


@dataclass(frozen=True)
class Repaired:
    """Repaired geometries and what was done to each.

    Attributes
    ----------
    geoms : array of geometries, shape (n,)
        Null geometries stay None.
    invalid, wrapped, cut, z_dropped : bool array, shape (n,)
        Made valid; longitude brought into range; cut at the antimeridian; height removed.
    """

    geoms: Geometries
    invalid: Mask
    wrapped: Mask
    cut: Mask
    z_dropped: Mask


def repair(geoms: Geometries) -> Repaired:
    """Repair each geometry once.

    Longitudes outside [-180, 180] are wrapped; an edge that jumps more than 180° is taken the short way, across
    the seam, and cut there (a ring that winds around a pole is closed over the pole); heights are dropped;
    invalid polygons are made valid by their structure (overlapping parts merge, a bow-tie keeps both lobes).

    Parameters
    ----------
    geoms : array of shapely geometries, shape (n,)
        Longitude/latitude in degrees, finite, latitudes within ±90.

    Returns
    -------
    Repaired

    Examples
    --------
    >>> line = shapely.from_wkt(["LINESTRING (179 0, -179 0)"])
    >>> shapely.to_wkt(repair(line).geoms[0])
    'MULTILINESTRING ((179 0, 180 0), (-180 0, -179 0))'
    """
    out = np.array(geoms, dtype=object, copy=True)
    n = len(out)
    z_dropped = shapely.has_z(out) | shapely.has_m(out)
    if z_dropped.any():
        out[z_dropped] = shapely.force_2d(out[z_dropped])
    outside, jumps = _seam_trouble(out)
    wrapped, cut = np.zeros(n, bool), np.zeros(n, bool)
    for i in np.flatnonzero(outside | jumps):
        before = shapely.get_num_geometries(out[i])
        out[i] = _across_seam(out[i])
        wrapped[i] = outside[i]
        cut[i] = jumps[i] or shapely.get_num_geometries(out[i]) > before
    invalid = ~shapely.is_valid(out) & ~shapely.is_missing(out)
    for i in np.flatnonzero(invalid):
        out[i] = _valid(out[i])
    return Repaired(out, invalid, wrapped, cut, z_dropped)


def _seam_trouble(geoms: Geometries) -> tuple[Mask, Mask]:
    """Which geometries have longitudes out of range, and which have an edge jumping more than 180°."""
    n = len(geoms)
    bounds = shapely.bounds(geoms)
    with np.errstate(invalid="ignore"):
        outside = (bounds[:, 0] < -180.0) | (bounds[:, 2] > 180.0)
        wide = (bounds[:, 2] - bounds[:, 0]) > 180.0
    jumps = np.zeros(n, bool)
    for i in np.flatnonzero(wide):
        chains = _chains(geoms[i])
        jumps[i] = any(_jumping(xy[:, 0]).any() for xy in chains)
    return outside, jumps


def _jumping(lon: npt.NDArray[np.float64]) -> Mask:
    # An edge from -180 to 180 exactly is the rim of a map (Antarctica, a world box), not a jump.
    rim = (np.abs(lon[:-1]) >= 180.0 - _SEAM_EPS_DEG) & (np.abs(lon[1:]) >= 180.0 - _SEAM_EPS_DEG)
    return (np.abs(np.diff(lon)) > 180.0) & ~rim


def _chains(geom: shapely.Geometry) -> list[npt.NDArray[np.float64]]:
    """Coordinates of every ring, line and point of a geometry."""
    parts = _flat_parts(geom)
    chains: list[npt.NDArray[np.float64]] = []
    for part in parts:
        rings = shapely.get_rings(part) if part.geom_type == "Polygon" else [part]
        chains += [shapely.get_coordinates(r) for r in rings]
    return chains


def _flat_parts(geom: shapely.Geometry) -> list[shapely.Geometry]:
    parts: list[shapely.Geometry] = []
    for part in shapely.get_parts(geom):
        parts += _flat_parts(part) if shapely.get_type_id(part) >= 4 else [part]
    return parts


def _across_seam(geom: shapely.Geometry) -> shapely.Geometry:
    """Unroll each part to continuous longitudes, cut it into 360° strips, and shift the strips back."""
    pieces: list[shapely.Geometry] = []
    for part in _flat_parts(geom):
        if part.is_empty:
            continue
        pieces += _strips(_unrolled(part))
    kinds = {
        3: [p for p in pieces if p.geom_type == "Polygon"],
        1: [p for p in pieces if p.geom_type == "LineString"],
        0: [p for p in pieces if p.geom_type == "Point"],
    }
    present = [(k, v) for k, v in kinds.items() if v]
    if len(present) != 1:
        return shapely.geometrycollections(pieces) if pieces else type(geom)()
    kind, same = present[0]
    if len(same) == 1:
        return same[0]
    if kind == 3 and not (together := shapely.multipolygons(same)).is_valid:
        return shapely.union_all(same)  # strips of a polar cap meet again where its ring began
    if kind == 3:
        return together
    return (shapely.multilinestrings if kind == 1 else shapely.multipoints)(same)


def _unrolled(part: shapely.Geometry) -> shapely.Geometry:
    if part.geom_type != "Polygon":
        xy = _unroll(shapely.get_coordinates(part))
        return shapely.points(xy[0]) if part.geom_type == "Point" else shapely.linestrings(xy)
    shell, *holes = (_unroll(shapely.get_coordinates(r)) for r in shapely.get_rings(part))
    shell = _close_over_pole(shell)
    # A hole may have been unrolled one turn away from its shell.
    middle = (shell[:, 0].min() + shell[:, 0].max()) / 2
    moved = [h + [360.0 * np.round((middle - h[:, 0].mean()) / 360.0), 0.0] for h in holes]
    polygon = shapely.Polygon(shell, moved)
    return polygon if polygon.is_valid else _valid(polygon)


def _unroll(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    out = xy.copy()
    step = np.diff(xy[:, 0])
    turns = np.where(_jumping(xy[:, 0]), -360.0 * np.round(step / 360.0), 0.0)
    out[1:, 0] += np.cumsum(turns)
    return out


def _close_over_pole(shell: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    if abs(shell[-1, 0] - shell[0, 0]) < 180.0:
        return shell
    pole = 90.0 if shell[:, 1].mean() > 0 else -90.0
    return np.vstack([shell, [shell[-1, 0], pole], [shell[0, 0], pole], shell[0]])


def _strips(part: shapely.Geometry) -> list[shapely.Geometry]:
    west, _, east, _ = part.bounds
    first = int(np.floor((west + 180.0 + _SEAM_EPS_DEG) / 360.0))
    last = int(np.ceil((east - 180.0 - _SEAM_EPS_DEG) / 360.0))
    pieces: list[shapely.Geometry] = []
    for k in range(first, max(first, last) + 1):
        clipped = part
        if first != max(first, last):
            clipped = shapely.intersection(
                part, shapely.box(360.0 * k - 180.0, -90.0, 360.0 * k + 180.0, 90.0)
            )
        dim = shapely.get_dimensions(part)
        kept = [p for p in _flat_parts(clipped) if not p.is_empty and shapely.get_dimensions(p) == dim]
        pieces += [shapely.transform(p, lambda xy, k=k: _shifted(xy, k)) for p in kept]
    return pieces


def _shifted(xy: npt.NDArray[np.float64], turn: int) -> npt.NDArray[np.float64]:
    return np.column_stack([np.clip(xy[:, 0] - 360.0 * turn, -180.0, 180.0), xy[:, 1]])


def _valid(geom: shapely.Geometry) -> shapely.Geometry:
    """Made valid; what collapses to a lower dimension beside an area or a line is left out."""
    mended = shapely.make_valid(geom, method="structure", keep_collapsed=True)
    if mended.geom_type != "GeometryCollection":
        return mended
    parts = _flat_parts(mended)
    top = max((shapely.get_dimensions(p) for p in parts), default=-1)
    kept = [p for p in parts if shapely.get_dimensions(p) == top]
    return shapely.union_all(kept) if kept else geom
