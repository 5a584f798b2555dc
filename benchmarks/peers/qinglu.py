"""Qinglu itself, through the public functions of its packages, on one thread."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import numba
import numpy as np
import shapely

from qinglu import __version__
from qinglu.atlas.raster import GeoTiff
from qinglu.errors import IntegrityError
from qinglu.space import Index, nearest, overlap, repair, within
from qinglu.space.raster import ArrayRaster
from qinglu.space.zonal import ZonalStats, zonal

from ..task import Result, Task, cpu_s
from ..workload import Workload, read


def versions() -> dict[str, str]:
    """What was measured."""
    return {"qinglu": __version__, "numba": numba.__version__, "numpy": np.__version__}


def _layer(load: Workload) -> Index:
    """The layer as a user has it after the first time: compiled, opened by memory map."""
    path = load.folder / "layer.index"
    try:
        return Index.open(path)
    except (OSError, IntegrityError):  # not there yet, or of an earlier format
        Index.build(repair(read(load.layer)).geoms).save(path)
        return Index.open(path)


def _projects(load: Workload, count: int | None = None) -> Index:
    return Index.build(repair(read(load.projects, count)).geoms)


def within_50km(load: Workload) -> Task:
    """All features within 50 km of the few projects, with distances."""
    layer, geoms = _layer(load), read(load.projects, load.size.few)

    def run() -> Result:
        found = within(Index.build(repair(geoms).geoms), layer, 50_000.0)
        return {"project": found.project, "feature": found.feature, "distance_m": found.distance_m}

    return Task(run, "layer compiled before; projects repaired and compiled within the time")


def nearest_feature(load: Workload) -> Task:
    """The nearest feature of each of the few projects."""
    layer, geoms = _layer(load), read(load.projects, load.size.few)

    def run() -> Result:
        found = nearest(Index.build(repair(geoms).geoms), layer)
        return {"project": found.project, "feature": found.feature, "distance_m": found.distance_m}

    return Task(run, "layer compiled before")


def intersects(load: Workload) -> Task:
    """Pairs that intersect."""
    layer, geoms = _layer(load), read(load.projects)

    def run() -> Result:
        found = within(Index.build(repair(geoms).geoms), layer, 0.0)
        return {"project": found.project, "feature": found.feature}

    return Task(run, "layer compiled before")


def overlaps(load: Workload) -> Task:
    """Area and length of what projects share with areas."""
    layer, geoms = _layer(load), read(load.projects)

    def run() -> Result:
        projects = Index.build(repair(geoms).geoms)
        found = within(projects, layer, 0.0)
        shared = overlap(projects, layer, found.project, found.feature)
        return {
            "project": found.project, "feature": found.feature,
            "area_m2": shared.area_m2, "length_m": shared.length_m,
        }  # fmt: skip

    return Task(run, "layer compiled before; finding the pairs within the time")


def build(load: Workload) -> Task:
    """Compile the layer, valid geometries given."""
    geoms = repair(read(load.layer)).geoms
    vertices = int(shapely.get_num_coordinates(geoms).sum())
    folder = tempfile.TemporaryDirectory()
    path = Path(folder.name) / "layer.index"
    figures = {"vertices": float(vertices)}

    def run() -> Result:
        Index.build(geoms).save(path)
        before = cpu_s()
        Index.open(path)
        figures["open_cpu_s"] = cpu_s() - before
        figures["bytes_per_vertex"] = path.stat().st_size / vertices
        return {}

    return Task(run, "with writing it to disk; repair not in the time", figures=figures, close=folder.cleanup)


def repairing(load: Workload) -> Task:
    """Repair the layer as delivered."""
    geoms = read(load.layer)

    def run() -> Result:
        return {"invalid": repair(geoms).invalid}

    return Task(run, "seam, poles, validity, heights")


def _answer(stats: ZonalStats) -> Result:
    return {name: getattr(stats, name) for name in ("mean", "min", "max", "sum", "count")}


def zonal_resident(load: Workload) -> Task:
    """Statistics of a raster in memory."""
    zones, heights = read(load.zones), np.load(load.heights)
    rows, cols = heights.shape
    raster = ArrayRaster(heights, (360 / cols, 0, -180, 0, -180 / rows, 90), nodata=-32768)
    return Task(lambda: _answer(zonal(zones, raster, threads=1)))


def zonal_cold(load: Workload) -> Task:
    """Statistics of a GeoTIFF that is opened for it."""
    zones = read(load.zones)

    def run() -> Result:
        with GeoTiff(load.heights_tif) as raster:
            return _answer(zonal(zones, raster, threads=1))

    return Task(run)


JOBS: dict[str, Callable[[Workload], Task]] = {
    "within": within_50km,
    "nearest": nearest_feature,
    "intersects": intersects,
    "overlap": overlaps,
    "repair": repairing,
    "build": build,
    "zonal": zonal_resident,
    "zonal-cold": zonal_cold,
}
