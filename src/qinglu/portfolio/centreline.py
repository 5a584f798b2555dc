"""The line that a narrow strip stands for: its centre line, through bends, junctions and loops.

A strip is cut into triangles between its own vertices; nearly every triangle reaches from one side to the
other, and the middles of the edges it shares with its neighbours lie half way between the sides (the
chordal axis). Short spurs that the round ends leave are taken off, and each end is put back to where the
line would have ended.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

Geometries = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_PIECE = 80  # vertices between two cuts; triangulating is quadratic in the vertices of a piece
_ARC_TOLERANCE = 0.01  # of the width: round ends need no 33 vertices
_LINE_TOLERANCE = 0.04  # of the width
_SPUR = 1.0  # widths; what is shorter hangs on a round end, a bend or a junction
_FLAT_END = 0.6  # of the width; a longer last edge closes the strip squarely
_REACH = 4.0  # widths; the opposite side is nearer than this, or there is none
_TURN = 0.3  # sine; an inner corner sharper than this needs a vertex opposite
_SHARP = 0.7  # sine; where two edges meet at a corner and not in a bend
_MIN_EDGE = 1e-9


def strip_width(area: Floats, perimeter: Floats) -> Floats:
    """Width of a strip with round ends, from its area and perimeter (any one unit of length)."""
    root = np.sqrt(np.maximum(perimeter**2 / 4 - np.pi * area, 0.0))
    return np.asarray((perimeter / 2 - root) * 2 / np.pi)


def centre_lines(strips: Geometries) -> tuple[Geometries, Floats]:
    """The centre line of each strip, in the plane of the input.

    Parameters
    ----------
    strips : array of Polygon, shape (n,)
        Valid and narrow, in a plane with equal units along both axes (metres, say).

    Returns
    -------
    lines : array of LineString or MultiLineString, shape (n,)
        Ends half a width short of a round end, at the edge of a square one. A strip too small to have
        an inside gives the long axis of the rectangle around it.
    fatness : array, shape (n,), no unit
        Widest place over width: about 1, or 2 where strips meet; more where a real area hangs on the strip.

    Examples
    --------
    >>> road = shapely.LineString([(0, 0), (50, 0), (90, 30)])
    >>> lines, fatness = centre_lines(np.array([road.buffer(1.1)]))
    >>> round(lines[0].length), lines[0].hausdorff_distance(road) < 0.5, round(float(fatness[0]))
    (100, True, 1)
    """
    if len(strips) == 0:
        return np.empty(0, dtype=object), np.empty(0)
    width = strip_width(shapely.area(strips), shapely.length(strips))
    thin = shapely.orient_polygons(_thinned(strips, width))
    sides = _Sides(thin)
    pieces, owner = _pieces(sides.with_corners(thin, width), sides, width)
    triangles, piece = shapely.get_parts(shapely.constrained_delaunay_triangles(pieces), return_index=True)
    axis = _without_spurs(_chordal_axis(triangles, owner[piece]), width)
    return _ended(_merged(axis, strips, width), sides, width), _fatness(triangles, owner[piece], width)


def _fatness(triangles: Geometries, owner: Ints, width: Floats) -> Floats:
    # The circle in a triangle from side to side is at most as wide as the strip.
    widest = np.zeros(len(width))
    np.maximum.at(widest, owner, 4 * shapely.area(triangles) / shapely.length(triangles))
    return widest / width


class _Sides:
    """Every edge of every strip, to be met by rays from within.

    Parameters
    ----------
    strips : array of Polygon, shape (n,)
        Oriented: the inside is on the left of each edge.
    """

    def __init__(self, strips: Geometries) -> None:
        self.rings, self.ring_strip = shapely.get_rings(strips, return_index=True)
        self.xy, self.ring = shapely.get_coordinates(self.rings, return_index=True)
        self.at = np.flatnonzero(self.ring[:-1] == self.ring[1:])  # vertex at which each edge starts
        self.start, self.end = self.xy[self.at], self.xy[self.at + 1]
        self.edge = self.end - self.start
        self.length = np.hypot(self.edge[:, 0], self.edge[:, 1])
        self.strip = self.ring_strip[self.ring[self.at]]
        self._tree = shapely.STRtree(shapely.linestrings(np.stack([self.start, self.end], axis=1)))

    def opposite(self, origin: Floats, ray: Floats, strip: Ints, width: Floats) -> tuple[Floats, Ints]:
        """How far from `origin` along the unit vector `ray` the strip ends, and at which edge.

        Infinite and -1 if nowhere. Edges nearer than a tenth of the width are the ones the ray starts from.
        """
        reach = _REACH * width[strip]
        seen = shapely.linestrings(np.stack([origin, origin + ray * reach[:, None]], axis=1))
        k, e = self._tree.query(seen, predicate="intersects")
        own = self.strip[e] == strip[k]
        k, e = k[own], e[own]
        across = ray[k, 0] * self.edge[e, 1] - ray[k, 1] * self.edge[e, 0]
        gap = self.start[e] - origin[k]
        with np.errstate(divide="ignore", invalid="ignore"):
            along = (gap[:, 0] * self.edge[e, 1] - gap[:, 1] * self.edge[e, 0]) / across
        usable = np.isfinite(along) & (along > 0.1 * width[strip[k]])
        k, e, along = k[usable], e[usable], along[usable]
        order = np.lexsort((along, k))
        k, e, along = k[order], e[order], along[order]
        first = np.ones(len(k), dtype=bool)
        first[1:] = k[1:] != k[:-1]
        distance, hit = np.full(len(origin), np.inf), np.full(len(origin), -1)
        distance[k[first]], hit[k[first]] = along[first], e[first]
        return distance, hit

    def with_corners(self, strips: Geometries, width: Floats) -> Geometries:
        """The strips with more vertices about each sharp corner, so that triangles at junctions and ends stay small.

        One on the side opposite to each inner corner, and one on each long edge, a width away from the corner.
        """
        before = np.arange(len(self.at)) - 1
        firsts = np.flatnonzero(np.diff(self.ring[self.at], prepend=-1))
        before[firsts] = np.append(firsts[1:], len(self.at)) - 1
        unit = self.edge / np.maximum(self.length, _MIN_EDGE)[:, None]
        turn = unit[before, 0] * unit[:, 1] - unit[before, 1] * unit[:, 0]
        inner = np.flatnonzero(turn < -_TURN)
        edge, place = self._opposite_corners(inner, unit[before[inner]] - unit[inner], width)
        sharp = np.flatnonzero((np.abs(turn) > _SHARP) | ((unit[before] * unit).sum(axis=1) < 0))
        edges, places = [edge], [place]
        for e, sign in ((sharp, 1.0), (before[sharp], -1.0)):
            e = e[self.length[e] > 4 * width[self.strip[e]]]
            corner = self.start[e] if sign > 0 else self.end[e]
            edges.append(e)
            places.append(corner + sign * unit[e] * width[self.strip[e], None])
        return self._inserted(strips, np.concatenate(edges), np.concatenate(places))

    def _opposite_corners(self, corner: Ints, ray: Floats, width: Floats) -> tuple[Ints, Floats]:
        ray = ray / np.maximum(np.hypot(ray[:, 0], ray[:, 1]), _MIN_EDGE)[:, None]
        strip = self.strip[corner]
        distance, hit = self.opposite(self.start[corner], ray, strip, width)
        place = self.start[corner] + ray * np.where(hit >= 0, distance, 0.0)[:, None]
        near = 0.5 * width[strip]
        new = (
            (hit >= 0) & (np.hypot(*(place - self.start[hit]).T) > near) & (np.hypot(*(place - self.end[hit]).T) > near)
        )
        return hit[new], place[new]

    def _inserted(self, strips: Geometries, edge: Ints, place: Floats) -> Geometries:
        order = np.lexsort((np.hypot(*(place - self.start[edge]).T), edge))
        edge, place = edge[order], place[order]
        where = self.at[edge] + 1
        xy = np.insert(self.xy, where, place, axis=0)
        ring = np.insert(self.ring, where, self.ring[where])
        rings = shapely.linearrings(xy, indices=ring)
        fuller = shapely.polygons(rings, indices=self.ring_strip)
        touched = np.zeros(len(strips), dtype=bool)
        touched[self.strip[edge]] = True
        touched &= shapely.is_valid(fuller)  # a vertex on a slanted edge is a last bit beside it
        return np.where(touched, fuller, strips)

    def chords(self, strip: int, width: Floats) -> Geometries:
        """Cuts across one strip, from the middle of its longer edges, one in about `_PIECE` vertices."""
        low, high = np.searchsorted(self.strip, [strip, strip + 1])
        best = np.array([w + int(np.argmax(self.length[w : min(w + _PIECE, high)])) for w in range(low, high, _PIECE)])
        best = best[self.length[best] > _MIN_EDGE]
        inward = np.column_stack([-self.edge[best, 1], self.edge[best, 0]]) / self.length[best, None]
        middle = (self.start[best] + self.end[best]) / 2
        distance, hit = self.opposite(middle, inward, np.full(len(best), strip), width)
        middle, inward, distance = middle[hit >= 0], inward[hit >= 0], distance[hit >= 0, None]
        over = 0.02 * width[strip] * inward
        return np.asarray(shapely.linestrings(np.stack([middle - over, middle + distance * inward + over], axis=1)))


def _thinned(strips: Geometries, width: Floats) -> Geometries:
    """Strips without the needless vertices of their round ends and joins."""
    thin = shapely.simplify(strips, width * _ARC_TOLERANCE, preserve_topology=False)
    sound = (
        shapely.is_valid(thin)
        & (shapely.get_type_id(thin) == 3)
        & (shapely.get_num_interior_rings(thin) == shapely.get_num_interior_rings(strips))
    )
    return np.where(sound & ~shapely.is_empty(thin), thin, strips)


def _pieces(strips: Geometries, sides: _Sides, width: Floats) -> tuple[Geometries, Ints]:
    """Long strips cut across into short ones, and the strip each comes from."""
    big = shapely.get_num_coordinates(strips) > 2 * _PIECE
    whole = np.flatnonzero(~big)
    pieces, owner = [strips[whole]], [whole]
    for i in np.flatnonzero(big):
        cut = _cut(strips[i], sides.chords(int(i), width))
        pieces.append(cut)
        owner.append(np.full(len(cut), i))
    return np.concatenate(pieces), np.concatenate(owner).astype(np.int64)


def _cut(strip: shapely.Geometry, chords: Geometries) -> Geometries:
    whole = np.array([strip], dtype=object)
    if len(chords) == 0:
        return whole
    # One union places shared corners where boundary and cut meet, so neighbours match to the last bit.
    lines = shapely.union_all(np.concatenate([shapely.get_rings(strip), chords]))
    faces = shapely.get_parts(shapely.polygonize([lines]))
    shapely.prepare(strip)
    inside: Geometries = faces[shapely.contains(strip, shapely.point_on_surface(faces))]
    lost = abs(shapely.area(inside).sum() - shapely.area(strip)) > 1e-6 * shapely.area(strip)
    return whole if lost else inside


@dataclass
class _Axis:
    """A graph of straight segments between nodes, many strips at once."""

    node: Floats  # (k, 2)
    ends: Ints  # (m, 2) nodes of each segment
    owner: Ints  # (m,) strip of each segment


def _chordal_axis(triangles: Geometries, owner: Ints) -> _Axis:
    corner = shapely.get_coordinates(triangles).reshape(-1, 4, 2)[:, :3]
    vertex = _vertex_numbers(corner, owner)
    # Edge k of a triangle joins its corners k and k+1.
    following = np.roll(vertex, -1, axis=1)
    key = np.minimum(vertex, following) * (vertex.max(initial=0) + 1) + np.maximum(vertex, following)
    _, edge, count = np.unique(key, return_inverse=True, return_counts=True)
    edge = edge.reshape(-1, 3)
    inner = count[edge] == 2
    middle = (corner + np.roll(corner, -1, axis=1)) / 2
    kind = inner.sum(axis=1)
    own = np.arange(len(corner)) + len(count)  # a node of its own for each triangle: a junction or a tip
    node = np.zeros((len(count) + len(corner), 2))
    node[edge.ravel()] = middle.reshape(-1, 2)
    node[own] = corner.mean(axis=1)
    last = kind == 1
    node[own[last]] = _tips(corner[last], middle[last], inner[last])

    ends, of = [], []
    sleeve = np.flatnonzero(kind == 2)
    ends.append(edge[sleeve][inner[sleeve]].reshape(-1, 2))
    of.append(owner[sleeve])
    for k in (1, 3):
        t, e = np.nonzero(inner & (kind == k)[:, None])
        ends.append(np.column_stack([edge[t, e], own[t]]))
        of.append(owner[t])
    return _Axis(node, np.concatenate(ends), np.concatenate(of))


def _vertex_numbers(corner: Floats, owner: Ints) -> Ints:
    """A number for each distinct corner of each strip, shape of `corner` without its last axis."""
    x, y = corner[:, :, 0].ravel(), corner[:, :, 1].ravel()
    strip = np.repeat(owner, 3)
    order = np.lexsort((y, x, strip))
    new = np.ones(len(order), dtype=np.int64)
    new[1:] = (np.diff(strip[order]) != 0) | (np.diff(x[order]) != 0) | (np.diff(y[order]) != 0)
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.cumsum(new) - 1
    return number.reshape(-1, 3)


def _tips(corner: Floats, middle: Floats, inner: npt.NDArray[np.bool_]) -> Floats:
    """Where the last triangle of a strip ends: the middle of its short edge, or the point of a needle."""
    rows = np.arange(len(corner))
    side = np.hypot(*np.moveaxis(np.roll(corner, -1, axis=1) - corner, 2, 0))
    outer = np.where(inner, np.inf, side)
    short = np.argmin(outer, axis=1)
    opening = np.argmax(inner, axis=1)
    needle = outer[rows, short] > side[rows, opening]
    return np.asarray(np.where(needle[:, None], corner[rows, (opening + 2) % 3], middle[rows, short]))


def _without_spurs(axis: _Axis, width: Floats) -> _Axis:
    """The axis without what hangs on it by less than a width, round ends among them."""
    a, b = axis.ends[:, 0], axis.ends[:, 1]
    length = np.hypot(*(axis.node[a] - axis.node[b]).T)
    depth = np.zeros(len(axis.node))
    degree = np.bincount(axis.ends.ravel(), minlength=len(axis.node))
    live = np.ones(len(a), dtype=bool)
    while True:
        at_a, at_b = live & (degree[a] == 1), live & (degree[b] == 1)
        leaf = np.flatnonzero(at_a ^ at_b)
        tip = np.where(at_a[leaf], a[leaf], b[leaf])
        stem = np.where(at_a[leaf], b[leaf], a[leaf])
        reach = depth[tip] + length[leaf]
        short = reach <= _SPUR * width[axis.owner[leaf]]
        if not short.any():
            return _Axis(axis.node, axis.ends[live], axis.owner[live])
        live[leaf[short]] = False
        degree[tip[short]] -= 1
        np.subtract.at(degree, stem[short], 1)
        np.maximum.at(depth, stem[short], reach[short])


def _merged(axis: _Axis, strips: Geometries, width: Floats) -> Geometries:
    order = np.argsort(axis.owner, kind="stable")
    segments = shapely.linestrings(axis.node[axis.ends[order]])
    out: Geometries = np.full(len(strips), None, dtype=object)
    shapely.multilinestrings(segments, indices=axis.owner[order], out=out)
    out = shapely.simplify(shapely.line_merge(out), width * _LINE_TOLERANCE)
    for i in np.flatnonzero(shapely.is_missing(out) | shapely.is_empty(out)):
        out[i] = _long_axis(strips[i])
    return out


def _ended(axes: Geometries, sides: _Sides, width: Floats) -> Geometries:
    """Each loose end set anew: straight on from before it, to where the line stopped that was widened."""
    lines, strip = shapely.get_parts(axes, return_index=True)
    n, length = len(lines), shapely.length(lines)
    tips = np.concatenate([shapely.get_coordinates(shapely.get_point(lines, k)) for k in (0, -1)])
    of = np.concatenate([strip, strip])
    _, group, count = np.unique(np.column_stack([of, tips]), axis=0, return_inverse=True, return_counts=True)
    line = np.tile(np.arange(n), 2)
    at_end = np.repeat([False, True], n)
    loose = np.flatnonzero((count[group.ravel()] == 1) & (length[line] > 2.5 * width[of]))
    line, at_end, of = line[loose], at_end[loose], of[loose]

    def inside(widths: float) -> Floats:
        back = np.minimum(widths * width[of], 0.8 * length[line])
        spot = shapely.line_interpolate_point(lines[line], np.where(at_end, length[line] - back, back))
        return np.asarray(shapely.get_coordinates(spot))

    near, far = inside(1.0), inside(3.0)
    ray = near - far
    ray /= np.maximum(np.hypot(ray[:, 0], ray[:, 1]), _MIN_EDGE)[:, None]
    distance, hit = sides.opposite(near, ray, of, width)
    met = hit >= 0
    line, at_end, of = line[met], at_end[met], of[met]
    near, ray, distance, hit = near[met], ray[met], distance[met], hit[met]
    square = sides.length[hit] > _FLAT_END * width[of]
    stop = near + ray * np.maximum(distance - np.where(square, 0.0, width[of] / 2), 0.0)[:, None]
    for k in range(len(line)):
        lines[line[k]] = _with_end(lines[line[k]], float(width[of[k]]), stop[k], last=bool(at_end[k]))
    out: Geometries = axes.copy()
    for i in np.unique(of):
        low, high = np.searchsorted(strip, [i, i + 1])
        out[i] = lines[low] if high - low == 1 else shapely.multilinestrings(lines[low:high])
    return out


def _with_end(line: shapely.Geometry, cut: float, stop: Floats, *, last: bool) -> shapely.Geometry:
    """The line with its last (or first) `cut` of length replaced by the point `stop`."""
    xy = shapely.get_coordinates(line)
    if last:
        xy = xy[::-1]
    gone = int(np.searchsorted(np.cumsum(np.hypot(*np.diff(xy, axis=0).T)), cut)) + 1
    xy = np.vstack([stop, xy[min(gone, len(xy) - 1) :]])
    return shapely.linestrings(xy[::-1] if last else xy)


def _long_axis(strip: shapely.Geometry) -> shapely.Geometry:
    """The middle line of the rectangle around a strip too small for a chordal axis."""
    box = shapely.oriented_envelope(strip)
    xy = shapely.get_coordinates(box)
    if len(xy) < 5:
        return shapely.linestrings(xy[:2])
    middles = (xy[:4] + xy[1:5]) / 2
    first, second = middles[[0, 2]], middles[[1, 3]]
    longer = first if np.hypot(*(first[0] - first[1])) >= np.hypot(*(second[0] - second[1])) else second
    return shapely.linestrings(longer)
