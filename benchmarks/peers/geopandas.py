"""GeoPandas: spatial joins, and overlay in an equal-area projection."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np

from ..task import Result, Task
from ..workload import Workload


def versions() -> dict[str, str]:
    """What was measured."""
    return {"geopandas": gpd.__version__}


def _frames(load: Workload) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    return gpd.read_parquet(load.projects), gpd.read_parquet(load.layer_valid)


def intersects(load: Workload) -> Task:
    """Spatial join."""
    projects, layer = _frames(load)
    layer.sindex.query(layer.geometry.iloc[0])

    def run() -> Result:
        joined = gpd.sjoin(projects, layer, predicate="intersects")
        return {"project": joined["id_left"].to_numpy(), "feature": joined["id_right"].to_numpy()}

    return Task(run, "index built before; layer made valid before")


def overlaps(load: Workload) -> Task:
    """Join, intersect, and measure what is shared in the equal-area cylinder of EPSG:6933."""
    projects, layer = _frames(load)
    layer.sindex.query(layer.geometry.iloc[0])

    def run() -> Result:
        joined = gpd.sjoin(projects, layer, predicate="intersects")
        other = gpd.GeoSeries(layer.geometry.loc[joined["index_right"]].to_numpy(), crs=layer.crs)
        shared = gpd.GeoSeries(joined.geometry.to_numpy(), crs=layer.crs).intersection(other).to_crs(6933)
        lines = shared.geom_type.isin(["LineString", "MultiLineString"]).to_numpy()
        return {
            "project": joined["id_left"].to_numpy(), "feature": joined["id_right"].to_numpy(),
            "area_m2": shared.area.to_numpy(), "length_m": np.where(lines, np.nan, 0.0),
        }  # fmt: skip

    return Task(run, "equal-area projection: no true lengths, so lines are not measured")


JOBS: dict[str, Callable[[Workload], Task]] = {"intersects": intersects, "overlap": overlaps}
