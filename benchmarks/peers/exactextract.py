"""exactextract: zonal statistics by exact coverage fractions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import exactextract
import geopandas as gpd
import numpy as np

from ..task import Result, Task
from ..workload import Workload

_STATS = ["mean", "min", "max", "sum", "count"]


def versions() -> dict[str, str]:
    """What was measured."""
    return {"exactextract": exactextract.__version__}


def _ask(source: Any, zones: gpd.GeoDataFrame) -> Result:
    told = exactextract.exact_extract(source, zones, _STATS, output="pandas")
    return {name: told[name].to_numpy(dtype=float) for name in _STATS}


def zonal_resident(load: Workload) -> Task:
    """Statistics of a raster in memory."""
    zones = gpd.read_parquet(load.zones)
    source = exactextract.raster.NumPyRasterSource(
        np.load(load.heights), xmin=-180, xmax=180, ymin=-90, ymax=90, nodata=-32768
    )
    return Task(lambda: _ask(source, zones), "features given as a GeoDataFrame")


def zonal_cold(load: Workload) -> Task:
    """Statistics of a GeoTIFF that is opened for it."""
    zones = gpd.read_parquet(load.zones)
    return Task(lambda: _ask(str(load.heights_tif), zones), "features given as a GeoDataFrame")


JOBS: dict[str, Callable[[Workload], Task]] = {"zonal": zonal_resident, "zonal-cold": zonal_cold}
