"""What is computed with two indexes: features within a distance, the nearest feature, true areas and lengths."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from .index import Index, _parts, _rings
from .kernels import earth
from .kernels.distance import join
from .kernels.overlap import overlaps
from .repair import Geometries

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mapper = Callable[[Callable[[tuple[int, int]], Any], Iterable[tuple[int, int]]], Iterable[Any]]

_GEOD = pyproj.Geod(ellps="WGS84")
_join: Any = join  # arguments are spread from tuples, which a type checker cannot count
_overlaps: Any = overlaps
_ROWS = 65_536  # output rows of a kernel at a time


@dataclass(frozen=True)
class Pairs:
    """Projects and features that are near each other, ordered by project, then feature.

    Attributes
    ----------
    project, feature : int64 (n,)
        Rows of the two indexes.
    distance_m : float64 (n,)
        Geodesic distance on the WGS 84 ellipsoid; 0 where they intersect.
    intersects : bool (n,)
    """

    project: Ints
    feature: Ints
    distance_m: Floats
    intersects: npt.NDArray[np.bool_]


def within(projects: Index, layer: Index, radius_m: float, *, run: Mapper = map) -> Pairs:
    """All features of `layer` within `radius_m` of each project, with their distances.

    Parameters
    ----------
    projects, layer : Index
    radius_m : float
        Metres; 0 finds only what intersects.
    run : callable
        Like `map`; a thread pool's map measures chunks side by side.

    Examples
    --------
    >>> here = Index.build(shapely.points([[0.0, 0.0]]))
    >>> there = Index.build(shapely.points([[0.0, 0.1], [0.0, 1.0]]))
    >>> pairs = within(here, there, 50_000.0)
    >>> pairs.feature.tolist(), pairs.distance_m.round(1).tolist()
    ([0], [11057.4])
    """
    return _joined(projects, layer, radius_m, False, run)


def nearest(projects: Index, layer: Index, *, only: Ints | None = None, run: Mapper = map) -> Pairs:
    """The nearest feature of each project at any distance; of several that intersect, the first of the layer.

    Projects without geometry, and all projects where the layer has no feature, are left out.

    Parameters
    ----------
    projects, layer : Index
    only : int64 (k,), optional
        Rows of the projects that are asked for, ascending; all without it.
    run : callable
        As for `within`.
    """
    return _joined(projects, layer, np.inf, True, run, only)


def _joined(
    projects: Index, layer: Index, radius_m: float, one: bool, run: Mapper, only: Ints | None = None
) -> Pairs:
    asked = np.ones(projects.n_features, bool)
    if only is not None:
        asked[:] = False
        asked[only] = True

    def piece(span: tuple[int, int]) -> list[tuple[Ints, Ints, Floats]]:
        n = layer.n_features
        scratch = np.full(n, np.inf), np.empty((n, 4)), np.empty(n, np.int64)
        first, found = span[0], []
        while first < span[1]:
            rows = max(n, _ROWS)
            project, feature, place = np.empty(rows, np.int64), np.empty(rows, np.int64), np.empty((rows, 4))
            first, k = _join(
                projects.feature_item, projects.item_areal, projects.item_plane, projects.item_box,
                projects.item_root, *_tree(projects),
                layer.item_feature, layer.item_areal, layer.item_plane, layer.item_root, layer.order,
                layer.top_box, layer.top_child, layer.top_children, int(layer.top_root[0]), *_tree(layer),
                asked, first, span[1], float(radius_m), one, radius_m == 0.0,
                *scratch, project, feature, place,
            )  # fmt: skip
            found.append((project[:k].copy(), feature[:k].copy(), place[:k].copy()))
        return found

    pieces = [part for found in run(piece, _spans(projects)) for part in found]
    if not pieces:
        return Pairs(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0, bool))
    project, feature, place = (np.concatenate(columns) for columns in zip(*pieces, strict=True))
    distance = geodesic_m(place)
    touching = np.isnan(place[:, 0])
    keep = np.flatnonzero(touching | (distance <= radius_m))
    order = keep[np.lexsort((feature[keep], project[keep]))]
    return Pairs(project[order], feature[order], distance[order], touching[order])


def geodesic_m(place: Floats) -> Floats:
    """Geodesic distance of places (n, 4: longitude, latitude, longitude, latitude in degrees); NaN counts as 0."""
    out = np.zeros(len(place))
    apart = ~np.isnan(place[:, 0])
    if apart.any():
        out[apart] = _GEOD.inv(place[apart, 0], place[apart, 1], place[apart, 2], place[apart, 3])[2]
    return out


def _tree(index: Index) -> Any:
    return (
        index.coords, index.leaf_vertex, index.leaf_count, index.leaf_part, index.leaf_parts, index.box,
        index.node_child, index.node_children,
    )  # fmt: skip


def _spans(projects: Index, vertices: int = 50_000) -> list[tuple[int, int]]:
    """Runs of projects of about equal work, so that one large project does not hold up a core at the end."""
    n = projects.n_features
    first = projects.ring_start[projects.item_ring[projects.feature_item]]
    load = first + 20 * np.arange(n + 1)
    cuts = (
        np.unique(np.searchsorted(load, np.arange(0, load[-1], vertices)).clip(0, n))
        if n
        else np.empty(0, int)
    )
    edges = np.unique(np.concatenate([[0], cuts, [n]])).tolist()
    return list(pairwise(edges))


@dataclass(frozen=True)
class Overlap:
    """How much of projects lies in areal features.

    Attributes
    ----------
    area_m2 : float64 (n,)
        Of a project's areas; NaN where the project has no area or the feature none.
    length_m : float64 (n,)
        Of a project's lines; NaN likewise.
    """

    area_m2: Floats
    length_m: Floats


def overlap(projects: Index, layer: Index, project: Ints, feature: Ints, *, run: Mapper = map) -> Overlap:
    """Area of areas in areas and length of lines in areas, for given pairs of rows.

    Parameters
    ----------
    projects, layer : Index
    project, feature : int64 (n,)
        Pairs to measure, as `within` gives them.
    """
    n = len(project)
    area, length = np.zeros(n), np.zeros(n)
    p_block = np.searchsorted(projects.leaf_vertex, projects.ring_start[projects.item_ring]).astype(np.int64)

    def piece(span: tuple[int, int]) -> None:
        _overlaps(
            projects.feature_item, projects.item_areal, projects.item_plane, p_block,
            projects.coords, projects.leaf_vertex, projects.leaf_count, projects.leaf_part, projects.leaf_parts,
            projects.box,
            layer.feature_item, layer.item_areal, layer.item_plane, layer.item_root, *_tree(layer),
            project, feature, span[0], span[1], area, length,
        )  # fmt: skip

    list(run(piece, [(i, min(i + 256, n)) for i in range(0, n, 256)]))
    in_area = _has_area(layer, feature)
    area[~(in_area & _has_area(projects, project))] = np.nan
    length[~(in_area & _has_line(projects, project))] = np.nan
    # Rounding can leave a trace below zero where nothing is shared.
    return Overlap(np.maximum(area, 0.0), np.maximum(length, 0.0))


def _has_area(index: Index, rows: Ints) -> npt.NDArray[np.bool_]:
    return np.asarray(np.bincount(index.item_feature, index.item_areal, index.n_features)[rows] > 0)


def _has_line(index: Index, rows: Ints) -> npt.NDArray[np.bool_]:
    lines = (np.diff(index.ring_start[index.item_ring]) > 1) & ~index.item_areal
    return np.asarray(np.bincount(index.item_feature, lines, index.n_features)[rows] > 0)


def area_m2(geoms: Geometries) -> Floats:
    """Area of each geometry on the ellipsoid, m²; 0 for lines and points. Valid geometries are meant."""
    return _summed(geoms, areal=True)


def length_m(geoms: Geometries) -> Floats:
    """Length of each geometry's lines on the ellipsoid, metres; 0 for areas and points."""
    return _summed(geoms, areal=False)


def _summed(geoms: Geometries, *, areal: bool) -> Floats:
    geoms = np.asarray(geoms, dtype=object)
    parts, feature = _parts(geoms)
    is_area = shapely.get_type_id(parts) == 3
    keep = is_area if areal else ~is_area
    parts, feature = parts[keep], feature[keep]
    if areal:
        parts = shapely.orient_polygons(parts)
    coords, ring_start, item_ring = _rings(parts, np.full(len(parts), areal))
    per_ring = np.empty(len(ring_start) - 1)
    (earth.ring_areas if areal else earth.chain_lengths)(coords, ring_start, per_ring)
    per_item = np.bincount(np.repeat(np.arange(len(parts)), np.diff(item_ring)), per_ring, len(parts))
    return np.asarray(np.bincount(feature, per_item, len(geoms)), dtype=np.float64)
