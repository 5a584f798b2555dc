"""How far answers are off: brute force on the ellipsoid for samples, peers against us for the rest."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyproj
import shapely

from .task import Result
from .workload import Array, Geoms, Workload, read

_GEOD = pyproj.Geod(ellps="WGS84")
_SAMPLE = 150


def distance_m(point: Array, area: Any) -> float:
    """Geodesic distance from a point to an area whose edges are straight in longitude and latitude.

    Every edge that could hold the nearest place is sampled, the best one then searched by thirds.
    """
    if shapely.intersects_xy(area, *point):
        return 0.0
    best = np.inf
    for ring in shapely.get_rings(shapely.get_parts(area)):
        xy = shapely.get_coordinates(ring)
        there = _GEOD.inv(*np.broadcast_to(point, xy.shape).T, *xy.T)[2]
        long = _GEOD.inv(*xy[:-1].T, *xy[1:].T)[2]
        near = np.minimum(there[:-1], there[1:])
        for edge in np.flatnonzero(near - long <= min(best, near.min())):
            best = min(best, _to_edge_m(point, xy[edge], xy[edge + 1]))
    return best


def _to_edge_m(point: Array, one: Array, two: Array) -> float:
    def away(t: Array) -> Array:
        xy = one + t[:, None] * (two - one)
        return np.asarray(_GEOD.inv(*np.broadcast_to(point, xy.shape).T, *xy.T)[2])

    low, high = 0.0, 1.0
    for _ in range(8):  # each round narrows to a tenth
        t = np.linspace(low, high, 21)
        k = int(np.argmin(away(t)))
        low, high = t[max(0, k - 1)], t[min(20, k + 1)]
    return float(away(np.array([0.5 * (low + high), low, high])).min())


def distances(load: Workload, answer: Result) -> dict[str, float]:
    """Errors of a sample of the distances from points, in metres and as a share."""
    layer, projects = read(load.layer_valid), read(load.projects)
    points = np.flatnonzero(shapely.get_type_id(projects)[answer["project"]] == 0)
    points = np.random.default_rng(0).permutation(points)[:_SAMPLE]
    off, share = [0.0], [0.0]
    for k in points:
        xy = shapely.get_coordinates(projects[answer["project"][k]])[0]
        true = distance_m(xy, layer[answer["feature"][k]])
        off.append(abs(float(answer["distance_m"][k]) - true))
        share.append(off[-1] / true if true > 1.0 else 0.0)
    return {"sample": float(len(points)), "worst_m": max(off), "worst_share": max(share)}


def overlaps(load: Workload, answer: Result) -> dict[str, float]:
    """Errors of a sample of overlaps, against GEOS's intersections cut fine and measured by PROJ."""
    layer, projects = read(load.layer_valid), read(load.projects)
    kind = shapely.get_dimensions(projects)[answer["project"]]
    off: dict[int, list[float]] = {1: [0.0], 2: [0.0]}
    for k in np.random.default_rng(0).permutation(np.flatnonzero(kind > 0))[:_SAMPLE]:
        shared = shapely.intersection(projects[answer["project"][k]], layer[answer["feature"][k]])
        true = _size(shapely.segmentize(shared, 0.002), int(kind[k]))
        got = answer["length_m" if kind[k] == 1 else "area_m2"][k]
        if true > 1.0 and np.isfinite(got):
            off[int(kind[k])].append(abs(float(got) - true) / true)
    return {"worst_area_share": max(off[2]), "worst_length_share": max(off[1])}


def _size(shared: Any, dimension: int) -> float:
    parts: Geoms = shapely.get_parts(shared)
    parts = parts[shapely.get_dimensions(parts) == dimension]
    if dimension == 1:
        return sum(_GEOD.geometry_length(p) for p in parts)
    return sum(abs(_GEOD.geometry_area_perimeter(shapely.orient_polygons(p))[0]) for p in parts)


def pairs(ours: Result, theirs: Result) -> dict[str, float]:
    """Pairs that one found and the other did not, and how far their distances are apart."""
    one, two = (
        {(p, f): k for k, (p, f) in enumerate(zip(a["project"].tolist(), a["feature"].tolist(), strict=True))}
        for a in (ours, theirs)
    )
    out = {
        "pairs": float(len(two)),
        "missing": float(len(one.keys() - two)),
        "extra": float(len(two.keys() - one)),
    }
    both = [(one[key], two[key]) for key in one.keys() & two]
    if both and "distance_m" in theirs:
        a, b = np.array(both).T
        out["apart_m"] = float(np.abs(ours["distance_m"][a] - theirs["distance_m"][b]).max())
    return out


def statistics(ours: Result, theirs: Result) -> dict[str, float]:
    """Largest relative difference of each statistic; 1 for a value that only one has.

    Means and sums are compared with the largest value under the zone, as one near zero, where heights and
    depths cancel, has no digits to compare.
    """
    largest = np.fmax(np.abs(theirs["min"]), np.abs(theirs["max"]))
    against = {"mean": largest, "sum": largest * theirs["count"]}
    out = {}
    for name in theirs:
        a, b = ours[name], theirs[name]
        with np.errstate(invalid="ignore", divide="ignore"):
            apart = np.abs(a - b) / np.fmax(against.get(name, np.abs(b)), 1e-9)
        out[name] = float(np.where(np.isnan(a) & np.isnan(b), 0.0, np.nan_to_num(apart, nan=1.0)).max(initial=0.0))
    return out
