"""DuckDB with its spatial extension."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb

from ..task import Result, Task, Unable
from ..workload import Workload


def versions() -> dict[str, str]:
    """What was measured."""
    return {"duckdb": duckdb.__version__}


def _connect() -> Any:
    """With the extension: from a package if one is installed, else as DuckDB gets it."""
    try:
        from importlib.metadata import files

        found = [f for f in files("duckdb-extension-spatial") or () if f.name == "spatial.duckdb_extension"]
        path = str(found[0].locate()) if found else ""
    except ModuleNotFoundError:
        path = ""
    db = duckdb.connect()
    try:
        if path:
            db.execute(f"LOAD '{path}'")
        else:
            db.execute("INSTALL spatial; LOAD spatial")
    except duckdb.Error as why:
        first_line = str(why).splitlines()[0]
        raise Unable(f"the spatial extension is not to be had here: {first_line:.120}") from why
    return db


def _tables(load: Workload) -> Any:
    db = _connect()
    for name, path in (("projects", load.projects), ("layer", load.layer_valid)):
        db.execute(f"CREATE TABLE {name} AS SELECT id, geometry AS g FROM read_parquet('{path}')")
    kind = db.execute("SELECT typeof(g) FROM layer LIMIT 1").fetchone()[0]
    if not kind.startswith("GEOMETRY"):
        for name in ("projects", "layer"):
            db.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT id, ST_GeomFromWKB(g) AS g FROM {name}")
    return db


def intersects(load: Workload) -> Task:
    """Spatial join."""
    db = _tables(load)

    def run() -> Result:
        query = "SELECT p.id project, l.id feature FROM projects p JOIN layer l ON ST_Intersects(p.g, l.g)"
        return dict(db.execute(query).fetchnumpy())

    return Task(run, "tables read before; spatial join builds its own index")


def overlaps(load: Workload) -> Task:
    """Join and intersect; areas and lengths on the spheroid."""
    db = _tables(load)

    def run() -> Result:
        query = """
            WITH shared AS (
                SELECT p.id project, l.id feature, ST_FlipCoordinates(ST_Intersection(p.g, l.g)) g
                FROM projects p JOIN layer l ON ST_Intersects(p.g, l.g))
            SELECT project, feature, ST_Area_Spheroid(g) area_m2, ST_Length_Spheroid(g) length_m
            FROM shared"""
        return dict(db.execute(query).fetchnumpy())

    return Task(run, "tables read before")


JOBS: dict[str, Callable[[Workload], Task]] = {"intersects": intersects, "overlap": overlaps}
