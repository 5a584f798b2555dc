"""Portfolio × layers → measures: what each project touches, what is near it, what rasters say there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from .. import space
from ..atlas import RasterLayer, VectorLayer
from ..atlas.raster import GeoTiff
from ..model import EXPOSURES, NEAREST, ZONAL, Layer, Portfolio
from ..space.terrain import slope_zonal
from ..space.zonal import zonal
from .measures import EXPOSED, NEAR, SLOPE, ZONED, Measures

CHUNK = 50_000  # projects judged together: bounds memory at any size of portfolio
Progress = Callable[[str, int, int], None]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
AnyLayer = VectorLayer | RasterLayer


def measure(
    portfolio: Portfolio,
    layers: Sequence[AnyLayer],
    buffers_m: Sequence[float],
    *,
    run: space.Mapper = map,
    threads: int = 0,
    progress: Progress | None = None,
) -> Iterator[Measures]:
    """Measure a portfolio against layers, chunk by chunk.

    Parameters
    ----------
    portfolio : Portfolio
    layers : sequence of VectorLayer or RasterLayer
    buffers_m : sequence of float
        Metres; every feature within the widest is listed.
    run : callable
        Like `map`; see `space.within`.
    threads : int
        For rasters; 0 for every core.
    progress : callable, optional
        Called with what is measured, steps done, and steps in all.

    Yields
    ------
    Measures
        Projects in the order of the portfolio; each geometry is measured once a chunk, each raster read once.
    """
    report = progress or (lambda what, done, total: None)
    vectors = [layer for layer in layers if isinstance(layer, VectorLayer)]
    rasters = [layer for layer in layers if isinstance(layer, RasterLayer)]
    n = len(portfolio.projects)
    steps = len(rasters) + len(vectors) * -(-n // CHUNK)
    done = 0
    read: list[_Read] = []
    for raster in rasters:
        report(raster.layer.id, done, steps)
        read.append(_read_raster(raster, portfolio.geometries, threads))
        done += 1
    every: tuple[Layer, ...] = tuple(layer.layer for layer in layers)
    for start in range(0, n, CHUNK):
        projects = portfolio.projects.slice(start, CHUNK).combine_chunks()
        places = _Places.of(projects, portfolio)
        exposures, nearest = [], []
        for vector in vectors:
            report(vector.layer.id, done, steps)
            near, nearest_one = _vector(places, vector, max(buffers_m), run)
            exposures.append(near)
            nearest.append(nearest_one)
            done += 1
        zones = [_zonal(projects, places, r) for r in read]
        slopes = [_slope(places, r) for r in read if r.slope is not None]
        yield Measures(
            projects,
            every,
            _in_order(exposures, EXPOSED),
            _in_order(nearest, NEAR),
            _in_order(zones, ZONED),
            _in_order(slopes, SLOPE),
            float(max(buffers_m)),
        )
    report("", steps, steps)


@dataclass(frozen=True)
class _Places:
    """The distinct geometries of a chunk and which projects stand at each."""

    ids: pa.Array
    row: Ints  # geometry row in the portfolio, of each project
    at: Ints  # geometry row in the chunk, of each project
    index: space.Index
    by_place: Ints  # projects ordered by place
    first: Ints  # where each place's projects start in `by_place`
    own: Floats  # own area (m²) or length (m) of each place

    @classmethod
    def of(cls, projects: pa.Table, portfolio: Portfolio) -> _Places:
        row = projects["geometry"].to_numpy().astype(np.int64)
        distinct, at = np.unique(row, return_inverse=True)
        geoms = portfolio.geometries[distinct]
        area = space.area_m2(geoms)
        own = np.where(area > 0, area, space.length_m(geoms))
        by_place = np.argsort(at, kind="stable")
        first = np.searchsorted(at[by_place], np.arange(len(distinct) + 1))
        return cls(
            projects["project_id"].combine_chunks(), row, at, space.Index.build(geoms), by_place, first, own
        )

    def spread(self, place: Ints) -> tuple[Ints, Ints]:
        """Rows per place made rows per project: (row of the input, project row)."""
        count = np.diff(self.first)[place]
        source = np.repeat(np.arange(len(place)), count)
        within = np.arange(len(source)) - np.repeat(np.cumsum(count) - count, count)
        return source, self.by_place[self.first[place[source]] + within]


def _vector(
    places: _Places, vector: VectorLayer, radius_m: float, run: space.Mapper
) -> tuple[pa.Table, pa.Table]:
    near = space.within(places.index, vector.index, radius_m, run=run)
    shared = space.overlap(places.index, vector.index, near.project, near.feature, run=run)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(np.isnan(shared.area_m2), shared.length_m, shared.area_m2) / places.own[near.project]
    # The nearest of a place that has neighbours is among them; only the others are searched at any distance.
    order = np.lexsort((near.feature, near.distance_m, near.project))
    firsts = order[np.unique(near.project[order], return_index=True)[1]] if len(order) else order
    lonely = np.setdiff1d(np.arange(places.index.n_features), near.project[firsts])
    far = space.nearest(places.index, vector.index, only=lonely, run=run)
    place = np.concatenate([near.project[firsts], far.project])
    feature = np.concatenate([near.feature[firsts], far.feature])
    distance = np.concatenate([near.distance_m[firsts], far.distance_m])

    source, project = places.spread(near.project)
    exposed = _rows(
        places, vector, project, near.feature[source], near.distance_m[source],
        intersects=near.intersects[source],
        overlap_m2=_or_null(shared.area_m2[source]),
        overlap_m=_or_null(shared.length_m[source]),
        overlap_share=_or_null(np.minimum(share, 1.0)[source]),
    )  # fmt: skip
    source, project = places.spread(place)
    return exposed.select(EXPOSED.names).cast(EXPOSED), _rows(
        places, vector, project, feature[source], distance[source]
    ).select(NEAR.names).cast(NEAR)


def _rows(
    places: _Places, vector: VectorLayer, project: Ints, feature: Ints, distance: Floats, **more: Any
) -> pa.Table:
    """Rows of one layer, sorted by project, distance and feature."""
    order = np.lexsort((feature, distance, project))
    project, feature = project[order], feature[order]
    about = vector.features.take(pa.array(feature))
    columns: dict[str, Any] = {
        "project_id": places.ids.take(pa.array(project)),
        "layer_id": pa.repeat(vector.layer.id, len(order)),
        **{name: about[name] for name in about.column_names},
        "distance_m": distance[order],
        "project_row": project.astype(np.int32),
    }
    columns |= {k: v.take(pa.array(order)) if isinstance(v, pa.Array) else v[order] for k, v in more.items()}
    return pa.table(columns)


def _or_null(values: Floats) -> pa.Array:
    return pa.array(values, mask=np.isnan(values))


def _in_order(tables: list[pa.Table], schema: pa.Schema) -> pa.Table:
    """Tables of several layers as one, by project, then layer; rows of one layer keep their order."""
    if not tables:
        return schema.empty_table()
    table = pa.concat_tables(tables).combine_chunks()
    order = np.argsort(table["project_row"].to_numpy(), kind="stable")
    return table.take(pa.array(order))


@dataclass(frozen=True)
class _Read:
    """What one raster says at every distinct geometry of the portfolio."""

    layer: Layer
    mean: Floats
    least: Floats
    greatest: Floats
    count: Floats
    slope: tuple[Floats, Floats] | None  # greatest, mean; degrees


def _read_raster(raster: RasterLayer, geoms: space.Geometries, threads: int) -> _Read:
    with GeoTiff(raster.path, raster.band) as source:
        stats = zonal(geoms, source, threads=threads)
        slope = None
        if raster.layer.role == "elevation":
            steep = slope_zonal(geoms, source)
            slope = steep.max, steep.mean
    return _Read(raster.layer, stats.mean, stats.min, stats.max, stats.count, slope)


def _zonal(projects: pa.Table, places: _Places, read: _Read) -> pa.Table:
    at = places.row
    return pa.table(
        {
            "project_id": places.ids,
            "raster_id": pa.repeat(read.layer.id, len(at)),
            "mean": _or_null(read.mean[at]),
            "min": _or_null(read.least[at]),
            "max": _or_null(read.greatest[at]),
            "count": read.count[at],
            "project_row": np.arange(len(at), dtype=np.int32),
        },
        schema=ZONED,
    )


def _slope(places: _Places, read: _Read) -> pa.Table:
    assert read.slope is not None
    greatest, mean = (s[places.row] for s in read.slope)
    known = np.flatnonzero(~np.isnan(greatest))
    return pa.table(
        {
            "project_row": known.astype(np.int32),
            "raster_id": pa.repeat(read.layer.id, len(known)),
            "max_deg": greatest[known],
            "mean_deg": mean[known],
        },
        schema=SLOPE,
    )


def contract(measures: Measures) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Exposures, nearest and zonal with the columns of the contract only."""
    return (
        measures.exposures.select(EXPOSURES.names),
        measures.nearest.select(NEAREST.names),
        measures.zonal.select(ZONAL.names),
    )
