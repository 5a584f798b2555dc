"""Shapely's STRtree and GEOS, with PROJ for areas and lengths: what one writes with nothing else at hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyproj
import shapely

from ..task import Result, Task
from ..workload import Geoms, Workload, read

_GEOD = pyproj.Geod(ellps="WGS84")


def versions() -> dict[str, str]:
    """What was measured."""
    return {"shapely": shapely.__version__, "geos": shapely.geos_version_string, "pyproj": pyproj.__version__}


def _geodesic(shared: Geoms) -> Result:
    """Areas by PROJ's ellipsoid; lengths of the lines among them."""
    kind = shapely.get_dimensions(shared)
    area = [abs(_GEOD.geometry_area_perimeter(shapely.orient_polygons(g))[0]) for g in shared[kind == 2]]
    length = [_GEOD.geometry_length(g) for g in shared[kind == 1]]
    out = {"area_m2": np.zeros(len(shared)), "length_m": np.zeros(len(shared))}
    out["area_m2"][kind == 2] = area
    out["length_m"][kind == 1] = length
    return out


def intersects(load: Workload) -> Task:
    """Pairs that intersect."""
    layer, projects = read(load.layer_valid), read(load.projects)
    tree = shapely.STRtree(layer)

    def run() -> Result:
        project, feature = tree.query(projects, predicate="intersects")
        return {"project": project, "feature": feature}

    return Task(run, "tree built before; layer made valid before")


def overlaps(load: Workload) -> Task:
    """Intersections, measured on the ellipsoid."""
    layer, projects = read(load.layer_valid), read(load.projects)
    tree = shapely.STRtree(layer)

    def run() -> Result:
        project, feature = tree.query(projects, predicate="intersects")
        shared = np.asarray(shapely.intersection(projects[project], layer[feature]), dtype=object)
        return {"project": project, "feature": feature, **_geodesic(shared)}

    return Task(run, "tree built before; layer made valid before; finding the pairs within the time")


def build(load: Workload) -> Task:
    """The tree over features' boxes; it holds no vertices."""
    layer = read(load.layer_valid)

    def run() -> Result:
        tree = shapely.STRtree(layer)
        tree.query(layer[0])  # it is built when first asked
        return {}

    return Task(run, "boxes of features only")


JOBS: dict[str, Callable[[Workload], Task]] = {"intersects": intersects, "overlap": overlaps, "build": build}
