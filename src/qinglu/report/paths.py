"""Geometries as SVG path data: whole numbers, relative steps, a bounded number of vertices."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

_LEAST_VERTICES = 5  # room for each part: a ring of a triangle, and one to spare
_COARSEST = 1e9  # drawing units; beyond the size of any drawing


def bounded(geometry: shapely.Geometry, tolerance: float, most: int) -> shapely.Geometry:
    """`geometry` simplified to at most `most` vertices, or as near as whole parts allow.

    Parameters
    ----------
    geometry : shapely geometry
        In the units of `tolerance`.
    tolerance : float
        What no eye would see; doubled until the vertices fit.
    most : int
        The bound.
    """
    parts = shapely.get_parts(_flat(geometry))
    if shapely.get_num_coordinates(parts).sum() > most:
        parts = _largest(parts, tolerance, max(1, most // _LEAST_VERTICES))
    drawn = parts
    while shapely.get_num_coordinates(drawn).sum() > most and tolerance < _COARSEST:
        drawn = shapely.simplify(parts, tolerance, preserve_topology=False)
        lost = shapely.is_empty(drawn)
        drawn[lost] = shapely.simplify(parts[lost], tolerance, preserve_topology=True)  # at least a triangle
        tolerance *= 2
    return shapely.geometrycollections(drawn)


def _largest(parts: npt.NDArray[np.object_], tolerance: float, n: int) -> npt.NDArray[np.object_]:
    """The `n` largest parts that can be seen, in their order; the largest always stays."""
    west, south, east, north = shapely.bounds(parts).T
    extent = np.maximum(east - west, north - south)
    order = np.argsort(-extent, kind="stable")[:n]
    large = order[(extent[order] > tolerance) | (np.arange(len(order)) == 0)]
    kept: npt.NDArray[np.object_] = parts[np.sort(large)]
    return kept


def path_data(geometry: shapely.Geometry) -> str:
    """The ``d`` of an SVG path for polygons, lines and points in drawing units.

    A point becomes a step of no length, which a round line cap draws as a disc.

    Examples
    --------
    >>> path_data(shapely.LineString([(1, 1), (4, 5), (4, 5.2), (2, 5)]))
    'M1 1l3 4-2 0'
    >>> path_data(shapely.box(0, 0, 2, 3)), path_data(shapely.Point(7, 8))
    ('M2 0l0 3-2 0 0-3z', 'M7 8h0')
    """
    pieces: list[str] = []
    for part in shapely.get_parts(_flat(geometry)):
        kind = shapely.get_type_id(part)
        if kind == 3:
            pieces += (_ring(ring, closed=True) for ring in shapely.get_rings(part))
        else:
            pieces.append(_ring(part, closed=False))
    return "".join(pieces)


def _flat(geometry: shapely.Geometry) -> shapely.Geometry:
    """Collections of multi-parts opened to one level."""
    parts = shapely.get_parts(geometry)
    while (shapely.get_type_id(parts) > 3).any():
        parts = shapely.get_parts(parts)
    return shapely.geometrycollections(parts[~shapely.is_empty(parts)])


def _ring(line: shapely.Geometry, *, closed: bool) -> str:
    """One ring or line; vertices that fall on one spot of the drawing are drawn once."""
    points = np.rint(shapely.get_coordinates(line)).astype(np.int64)
    steps = np.diff(points, axis=0)
    steps = steps[steps.any(axis=1)]
    if closed:
        steps = steps[:-1]
    start = f"M{points[0, 0]} {points[0, 1]}"
    if not len(steps):
        return start + "h0"
    text = " ".join(map(str, steps.ravel().tolist())).replace(" -", "-")
    return f"{start}l{text}{'z' if closed else ''}"
