"""Layers and rasters made up for the tests of surfaces."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import rasterio

from qinglu.atlas import RasterLayer, VectorLayer
from qinglu.atlas.features import FEATURES
from qinglu.model import Layer
from qinglu.siting.given import Given
from qinglu.space import Index, repair
from qinglu.text import Text


def vector(name, role, geoms, *, names=None, classes=None, population=None, avoid="price", withheld=()):
    n = len(geoms)
    array = np.empty(n, object)
    array[:] = geoms
    table = pa.table(
        {
            "feature_id": [str(i) for i in range(n)],
            "feature_name": names or [""] * n,
            "feature_class": classes or [""] * n,
            "approximate": [False] * n,
        },
        schema=FEATURES,
    )
    layer = Layer(id=name, role=role, title=Text(name, name), kind="mixed", withheld=withheld)
    people = None if population is None else np.array(population, float)
    return Given(VectorLayer(layer, Index.build(repair(array).geoms), table), avoid=avoid, population=people)


def raster(path, role, array, transform, *, nodata=None, means="", avoid="price", crs="EPSG:4326"):
    with rasterio.open(
        path, "w", driver="GTiff", height=array.shape[0], width=array.shape[1], count=1, dtype=array.dtype,
        crs=crs, transform=rasterio.Affine(*transform), nodata=nodata,
    ) as file:  # fmt: skip
        file.write(array, 1)
    layer = Layer(id=path.stem, role=role, title=Text(path.stem, path.stem), kind="raster")
    return Given(RasterLayer(layer, path), avoid=avoid, means=means)
