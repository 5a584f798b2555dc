"""The workload of the design, made from a seed: coast-like areas, projects among them, a globe of heights.

At scale 1: 50,000 areas with 30.1 million vertices (median 101, largest 200,000, 451 invalid) and 10,000
projects, 70 % points, 20 % lines, 10 % areas. A smaller scale has fewer regions, areas and projects, and a
smaller largest area; how thick they lie stays about the same.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Geoms = npt.NDArray[np.object_]

VERSION = 1  # of the generator: raise it when the same seed gives another workload


@dataclass(frozen=True)
class Size:
    """How much of everything there is."""

    areas: int
    vertices: int
    median: int
    largest: int
    invalid: int
    projects: int
    few: int  # projects of the jobs that are slow for peers
    zones: int
    cells_per_degree: int

    @classmethod
    def at(cls, scale: float) -> Size:
        """The design's figures times `scale`, with floors below which nothing is learnt."""
        return cls(
            areas=max(200, round(50_000 * scale)),
            vertices=max(120_000, round(30_100_000 * scale)),
            median=101,
            largest=min(200_000, max(5_000, round(200_000 * scale**0.5))),
            invalid=max(2, round(451 * scale)),
            projects=max(500, round(10_000 * scale)),
            few=max(100, round(1_000 * scale)),
            zones=max(200, round(10_000 * scale)),
            cells_per_degree=60 if scale >= 0.5 else 12,
        )


@dataclass(frozen=True)
class Workload:
    """Where the files of one workload are."""

    folder: Path
    size: Size

    @property
    def layer(self) -> Path:
        """GeoParquet: id, geometry; as delivered, with invalid areas."""
        return self.folder / "layer.parquet"

    @property
    def layer_valid(self) -> Path:
        """The same made valid by GEOS, for peers that need it so."""
        return self.folder / "layer-valid.parquet"

    @property
    def projects(self) -> Path:
        """GeoParquet: id, geometry."""
        return self.folder / "projects.parquet"

    @property
    def zones(self) -> Path:
        """GeoParquet: id, geometry; areas for zonal statistics."""
        return self.folder / "zones.parquet"

    @property
    def heights(self) -> Path:
        """int16, rows from the north, as .npy."""
        return self.folder / "heights.npy"

    @property
    def heights_tif(self) -> Path:
        """The same as a tiled, deflated GeoTIFF."""
        return self.folder / "heights.tif"


def read(path: Path, count: int | None = None) -> Geoms:
    """The geometries of a file of the workload, the first `count` if given."""
    column = pq.read_table(path, columns=["geometry"])["geometry"]
    return np.asarray(shapely.from_wkb(column.slice(0, count).to_numpy()), dtype=object)


def make(home: Path, *, scale: float, seed: int) -> Workload:
    """Make the workload under `home`, or find it there."""
    size = Size.at(scale)
    folder = home / f"v{VERSION}-seed{seed}-scale{scale:g}"
    load = Workload(folder, size)
    done = folder / "done.json"
    if done.exists():
        return load
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    centres = land(rng, max(6, round(300 * scale)))
    layer = areas(rng, size, centres)
    valid = layer.copy()
    bad = ~shapely.is_valid(layer)
    valid[bad] = shapely.make_valid(layer[bad], method="structure")
    write(load.layer, layer)
    write(load.layer_valid, valid)
    write(load.projects, projects(rng, size.projects, centres))
    write(load.zones, valid[~bad][rng.permutation((~bad).sum())[: size.zones]])
    _heights(rng, size, load)
    told = {**asdict(size), "found_vertices": int(shapely.get_num_coordinates(layer).sum())}
    told |= {"found_invalid": int(bad.sum()), "found_largest": int(shapely.get_num_coordinates(layer).max())}
    told |= {"found_median": float(np.median(shapely.get_num_coordinates(layer)))}
    done.write_text(json.dumps(told, indent=1))
    return load


def land(rng: np.random.Generator, n: int) -> Array:
    """Middles of regions, on latitudes as land has them, away from the seam."""
    lat = np.clip(rng.choice([-20.0, 5.0, 30.0, 45.0, 58.0], n) + rng.normal(0, 9, n), -52, 70)
    return np.stack([rng.uniform(-165, 165, n), lat], axis=1)


def _near(rng: np.random.Generator, centres: Array, n: int) -> Array:
    """Points about the regions, thickly about some."""
    weight = rng.pareto(1.2, len(centres)) + 0.2
    which = rng.choice(len(centres), n, p=weight / weight.sum())
    xy = centres[which] + rng.normal(0, 1.5, (n, 2))
    return np.clip(xy, [-174, -60], [174, 76])


def vertex_counts(rng: np.random.Generator, size: Size) -> Ints:
    """Vertices of each area: log-normal about the median, stretched until the sum is the one asked."""
    z = np.sort(rng.normal(0, 1, size.areas))
    z -= np.median(z)
    low, high = 0.1, 6.0
    for _ in range(60):
        spread = 0.5 * (low + high)
        counts = np.clip(size.median * np.exp(spread * z), 5, size.largest)
        low, high = (spread, high) if counts.sum() < size.vertices else (low, spread)
    counts = np.round(counts).astype(np.int64)
    counts[-1] = size.largest
    middle = np.arange(len(counts) * 6 // 10, len(counts) - 1)
    counts[middle] += (size.vertices - counts.sum()) // len(middle)
    counts[middle[: (size.vertices - counts.sum())]] += 1
    return np.asarray(rng.permutation(counts), dtype=np.int64)


def coasts(rng: np.random.Generator, counts: Ints, middle: Array, radius_deg: Array) -> tuple[Array, Ints]:
    """Closed star-shaped rings, rough at every scale as coasts are.

    The distance from the middle is a sum of waves of 2, 4, 8 … periods, each of 0.56 times the height of the
    one before (a fractal dimension of about 1.17), never below a fifth of the mean.

    Parameters
    ----------
    counts : int64 (n,)
        Vertices of each ring, the closing one included.
    middle : float64 (n, 2), degrees
    radius_deg : float64 (n,), degrees of latitude

    Returns
    -------
    xy : float64 (counts.sum(), 2)
    ring : int64 (counts.sum(),), ring of each vertex
    """
    n = len(counts)
    first = np.cumsum(counts) - counts
    ring = np.repeat(np.arange(n), counts)
    nth = np.arange(len(ring)) - first[ring]
    angle = 2 * np.pi * nth / (counts - 1)[ring]
    far = np.ones(len(ring))
    for octave in range(1, 16):
        enough = np.flatnonzero((counts - 1) / 2.0**octave >= 4.0)
        if not len(enough):
            break
        phase = np.zeros(n)
        height = np.zeros(n)
        phase[enough] = rng.uniform(0, 2 * np.pi, len(enough))
        height[enough] = rng.uniform(0.15, 0.4, len(enough)) * 0.56 ** (octave - 1)
        on = np.flatnonzero(height[ring] > 0)
        far[on] += height[ring[on]] * np.cos(2.0**octave * angle[on] + phase[ring[on]])
    far = np.maximum(far, 0.2) * radius_deg[ring]
    x = middle[ring, 0] + far * np.cos(angle) / np.cos(np.radians(middle[ring, 1]))
    xy = np.stack([x, middle[ring, 1] + far * np.sin(angle)], axis=1)
    xy[first + counts - 1] = xy[first]
    return xy, ring


def areas(rng: np.random.Generator, size: Size, centres: Array) -> Geoms:
    """The layer: a tenth with a hole, a tenth in two parts, `size.invalid` invalid."""
    counts = vertex_counts(rng, size)
    n = len(counts)
    middle = _near(rng, centres, n)
    radius = 0.018 * (counts / 101) ** 0.6 * np.exp(rng.normal(0, 0.5, n))  # about 2 km at the median
    kind = np.where(counts >= 40, rng.choice([0, 1, 2], n, p=[0.8, 0.1, 0.1]), 0)
    second = np.where(kind > 0, counts // 4, 0)
    odd = np.flatnonzero(kind > 0)
    holes = kind[odd] == 1
    # A hole lies within a fifth of the mean radius, where the shore never comes; an islet lies well outside.
    beside = middle[odd] + np.where(holes, 0.0, 3.2 * radius[odd])[:, None] * [0.0, 1.0]
    beside[:, 1] = np.where(beside[:, 1] > 77, middle[odd, 1] - 3.2 * radius[odd], beside[:, 1])
    xy, ring = coasts(
        rng,
        np.r_[counts - second, second[odd]],
        np.r_[middle, beside],
        np.r_[radius, np.where(holes, 0.06, 0.4) * radius[odd]],
    )
    _spoil(rng, xy, counts - second, size.invalid)
    rings = shapely.linearrings(xy, indices=ring)
    out = np.asarray(shapely.polygons(rings[:n]), dtype=object)
    with_hole, apart = odd[holes], odd[~holes]
    out[with_hole] = shapely.polygons(rings[with_hole], holes=rings[n:][holes][:, None])
    islets = shapely.polygons(rings[n:][~holes])
    out[apart] = shapely.multipolygons(np.stack([out[apart], islets], axis=1))
    return out


def _spoil(rng: np.random.Generator, xy: Array, counts: Ints, n_invalid: int) -> None:
    """Make self-crossings in exactly `n_invalid` rings, by exchanging two vertices a little apart."""
    first = np.cumsum(counts) - counts
    candidates = rng.permutation(np.flatnonzero(counts >= 12))
    done = 0
    for k in candidates:
        if done == n_invalid:
            return
        a, size = first[k], counts[k]
        for gap in (2, 3, 5):
            i = a + 1 + int(rng.integers(0, size - gap - 3))
            xy[[i, i + gap]] = xy[[i + gap, i]]
            if not shapely.is_valid(shapely.Polygon(xy[a : a + size])):
                done += 1
                break
            xy[[i, i + gap]] = xy[[i + gap, i]]


def projects(rng: np.random.Generator, n: int, centres: Array) -> Geoms:
    """70 % points, 20 % lines of up to some hundred km, 10 % areas of some hundred metres."""
    at = _near(rng, centres, n)
    kind = rng.permutation(np.repeat([0, 1, 2], [n - n // 5 - n // 10, n // 5, n // 10]))
    out = np.asarray(shapely.points(at), dtype=object)
    line = np.flatnonzero(kind == 1)
    counts = rng.integers(5, 60, len(line))
    which = np.repeat(np.arange(len(line)), counts)
    heading = rng.uniform(0, 2 * np.pi, len(line))[which] + rng.normal(0, 0.5, len(which))
    step = (np.exp(rng.normal(np.log(0.01), 0.7, len(line)))[which])[:, None]
    xy = np.cumsum(np.stack([np.cos(heading), np.sin(heading)], axis=1) * step, axis=0)
    begin = np.cumsum(counts) - counts
    xy += (at[line] - xy[begin])[which]
    out[line] = shapely.linestrings(np.clip(xy, [-179, -80], [179, 80]), indices=which)
    area = np.flatnonzero(kind == 2)
    radius = 0.003 * np.exp(rng.normal(0, 1.0, len(area)))
    xy, ring = coasts(rng, rng.integers(9, 60, len(area)), at[area], radius)
    out[area] = shapely.polygons(shapely.linearrings(xy, indices=ring))
    return out


def _heights(rng: np.random.Generator, size: Size, load: Workload) -> None:
    """A globe of heights with hills of several sizes, and sea without a value on a fifth of it."""
    import rasterio

    rows, cols = 180 * size.cells_per_degree, 360 * size.cells_per_degree
    heights = np.lib.format.open_memmap(load.heights, "w+", np.int16, (rows, cols))
    x = np.linspace(0, 2 * np.pi, cols, endpoint=False, dtype=np.float32)
    for top in range(0, rows, 512):
        y = np.linspace(0, np.pi, rows, dtype=np.float32)[top : top + 512, None]
        z = 900 * np.sin(3 * x + 2 * y) * np.sin(2 * y) + 300 * np.cos(17 * x) * np.sin(23 * y) + 400
        z += rng.normal(0, 25, z.shape).astype(np.float32)
        heights[top : top + 512] = np.where(z < -100, -32768, z)
    heights.flush()
    profile = {
        "driver": "GTiff", "height": rows, "width": cols, "count": 1, "dtype": "int16", "crs": "EPSG:4326",
        "nodata": -32768, "compress": "deflate", "predictor": 2, "tiled": True,
        "blockxsize": 512, "blockysize": 512,
        "transform": rasterio.Affine(360 / cols, 0, -180, 0, -180 / rows, 90),
    }  # fmt: skip
    with rasterio.open(load.heights_tif, "w", **profile) as file:
        file.write(heights, 1)


def write(path: Path, geoms: Geoms) -> None:
    """GeoParquet, in longitude and latitude."""
    geo = {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {"geometry": {"encoding": "WKB", "geometry_types": []}},
    }
    wkb = pa.array(shapely.to_wkb(geoms), pa.large_binary())
    table = pa.table({"id": pa.array(np.arange(len(geoms))), "geometry": wkb})
    if table.nbytes < 1 << 31:  # readers differ on large_binary: take the plain one where it fits
        table = table.cast(pa.schema([("id", pa.int64()), ("geometry", pa.binary())]))
    table = table.replace_schema_metadata({"geo": json.dumps(geo)})
    pq.write_table(table, path, compression="zstd", row_group_size=5_000)
