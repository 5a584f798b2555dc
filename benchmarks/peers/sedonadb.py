"""SedonaDB: planar joins, and distances on its spherical geography."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sedonadb

from ..task import Result, Task
from ..workload import Workload


def versions() -> dict[str, str]:
    """What was measured."""
    return {"sedonadb": sedonadb.__version__}


def _views(load: Workload) -> Any:
    """Projects and layer read into memory, so that the query alone is timed."""
    db = sedonadb.connect()
    for name, path in (("projects", load.projects), ("layer", load.layer_valid)):
        db.read_parquet(str(path)).to_memtable().to_view(name)
    return db


def _columns(frame: Any) -> Result:
    table = frame.to_arrow_table()
    return {name: table[name].to_numpy() for name in table.column_names}


def intersects(load: Workload) -> Task:
    """Spatial join."""
    db = _views(load)
    query = """
        SELECT p.id AS project, l.id AS feature
        FROM projects p JOIN layer l ON ST_Intersects(p.geometry, l.geometry)"""
    return Task(lambda: _columns(db.sql(query)), "tables read before; spatial join builds its own index")


def _geography(load: Workload) -> Any:
    db = _views(load)
    for name in ("projects", "layer"):
        few = f"WHERE id < {load.size.few}" if name == "projects" else ""
        query = f"SELECT id, ST_GeogFromWKB(ST_AsBinary(geometry)) AS g FROM {name} {few}"
        db.sql(query).to_memtable().to_view(f"{name}_geog")
    return db


def within_50km(load: Workload) -> Task:
    """Join by distance on the sphere."""
    db = _geography(load)
    query = """
        SELECT p.id AS project, l.id AS feature, ST_Distance(p.g, l.g) AS distance_m
        FROM projects_geog p JOIN layer_geog l ON ST_DWithin(p.g, l.g, 50000)"""
    return Task(lambda: _columns(db.sql(query)), "spherical distances; edges are great circles")


def nearest_feature(load: Workload) -> Task:
    """Nearest-neighbour join of geometries (there is none of geographies), then spherical distance."""
    db = _views(load)
    query = f"""
        WITH near AS (
            SELECT p.id AS project, l.id AS feature, p.geometry AS a, l.geometry AS b
            FROM (SELECT * FROM projects WHERE id < {load.size.few}) p
            JOIN layer l ON ST_KNN(p.geometry, l.geometry, 1, TRUE))
        SELECT project, feature,
               ST_Distance(ST_GeogFromWKB(ST_AsBinary(a)), ST_GeogFromWKB(ST_AsBinary(b))) AS distance_m
        FROM near"""
    return Task(lambda: _columns(db.sql(query)), "candidates by its ST_KNN on geometries, distances spherical")


JOBS: dict[str, Callable[[Workload], Task]] = {
    "within": within_50km,
    "nearest": nearest_feature,
    "intersects": intersects,
}
