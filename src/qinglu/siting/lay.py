"""Layers laid on a grid: areas, lines and points as cells, rasters brought to the grid's cells."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import rasterio.features
import rasterio.warp
import shapely
from rasterio.transform import Affine

from ..errors import OptionError
from ..space import Index
from ..space.raster import LONLAT, RasterSource, crs_of, nodata_as_read
from ..text import Text
from .grid import Grid, Int
from .problem import Float32

Bool = npt.NDArray[np.bool_]
Geometries = npt.NDArray[np.object_]
Box = tuple[float, float, float, float]

_BEYOND = 3  # cells that shapes may stick out of the grid, so that what is cut is never seen
_EDGE_CELLS = 8.0  # in a projected grid edges are split to this many cells, so that they bend as they should
_SOURCE_CELLS = 60_000_000


def window_of(grid: Grid) -> tuple[Box, ...]:
    """West, south, east, north of a grid in longitude and latitude; two boxes where it lies across 180°."""
    a, _, c, _, e, f = grid.transform
    rows, cols = grid.shape
    x0, x1 = sorted((c - _BEYOND * a, c + (cols + _BEYOND) * a))
    y0, y1 = sorted((f - _BEYOND * e, f + (rows + _BEYOND) * e))
    if grid._to_lonlat is not None:
        x0, y0, x1, y1 = grid._to_lonlat.transform_bounds(x0, y0, x1, y1, densify_pts=41)
        if not all(map(math.isfinite, (x0, y0, x1, y1))):
            return ((-180.0, -90.0, 180.0, 90.0),)
        if x0 > x1:
            return (x0, y0, 180.0, y1), (-180.0, y0, x1, y1)
    if x1 - x0 >= 360:
        return ((-180.0, y0, 180.0, y1),)
    west = (x0 + 180.0) % 360.0 - 180.0
    east = west + (x1 - x0)
    if east > 180.0:
        return (west, y0, 180.0, y1), (-180.0, y0, east - 360.0, y1)
    return ((west, y0, east, y1),)


def features_near(index: Index, grid: Grid) -> Int:
    """Rows of the features whose boxes meet the grid's, int64."""
    plane = index.item_plane
    hit = np.zeros(len(plane), bool)
    for west, south, east, north in window_of(grid):
        hit |= (plane[:, 0] <= east) & (plane[:, 2] >= west) & (plane[:, 1] <= north) & (plane[:, 3] >= south)
    return np.unique(np.asarray(index.item_feature)[hit]).astype(np.int64)


def on_grid(geoms: Geometries, grid: Grid) -> tuple[Geometries, Int]:
    """Shapes in longitude and latitude cut to the grid's surroundings and brought into its coordinates.

    Returns
    -------
    shapes : array of shapely geometries
    of : int64
        Which of `geoms` each is (or is a part of).
    """
    shapes, of = [], []
    every = np.arange(len(geoms))
    for box in window_of(grid):
        cut = shapely.clip_by_rect(geoms, *box)
        keep = ~(shapely.is_missing(cut) | shapely.is_empty(cut))
        shapes.append(cut[keep])
        of.append(every[keep])
    cut, source = np.concatenate(shapes), np.concatenate(of)
    if grid._to_lonlat is not None:
        degrees = _EDGE_CELLS * grid.cell_m / 111_195.0
        cut = shapely.segmentize(cut, degrees)
        cut = shapely.transform(cut, _into(grid), interleaved=False)
        whole = np.isfinite(shapely.bounds(cut)).all(axis=1)
        return cut[whole], source[whole]
    middle = grid.transform[2] + grid.transform[0] * grid.shape[1] / 2
    return shapely.transform(cut, lambda x, y: (_round_to(x, middle), y), interleaved=False), source


def _into(grid: Grid) -> Callable[[Any, Any], Any]:
    to = grid._to_lonlat
    assert to is not None
    return lambda x, y: to.transform(x, y, direction="INVERSE")


def _round_to(x: npt.NDArray[np.float64], middle: float) -> npt.NDArray[np.float64]:
    """Longitudes moved by whole turns beside the middle of a grid; what was cut to it stays in one piece."""
    moved: npt.NDArray[np.float64] = x + 360.0 * np.round((middle - x) / 360.0)
    return moved


def area_mask(grid: Grid, area: shapely.Geometry, *, touched: bool = False) -> Bool:
    """Cells whose middle lies in an area given in longitude and latitude; all it touches if `touched`."""
    return _touching(grid, on_grid(shapely.get_parts(np.array([area], object)), grid)[0], touched)


def burnt(
    grid: Grid, geoms: Geometries, values: npt.ArrayLike, *, touched: bool, into: Float32 | None = None
) -> Float32:
    """The highest value of the shapes over each cell, float32 (rows, columns); 0 where there is none.

    Parameters
    ----------
    geoms : array of shapely geometries (n,)
        In longitude and latitude.
    values : (n,)
        Above zero.
    touched : bool
        Whether all cells that are touched count, or of areas only those whose middle is inside.
    into : float32 (rows, columns), optional
        What is there already; it is changed and returned.
    """
    out = np.zeros(grid.shape, np.float32) if into is None else into
    if not len(geoms):
        return out
    shapes, of = on_grid(np.asarray(geoms, object), grid)
    worth = np.asarray(values, float)[of]
    for value in np.unique(worth):
        mask = _touching(grid, shapes[worth == value], touched)
        np.maximum(out, np.float32(value), out=out, where=mask)
    return out


def _touching(grid: Grid, shapes: Geometries, touched: bool) -> Bool:
    shapes = shapes[~shapely.is_empty(shapes)]
    if not len(shapes):
        return np.zeros(grid.shape, bool)
    cells = rasterio.features.rasterize(
        shapes.tolist(), grid.shape, transform=Affine(*grid.transform), all_touched=touched, dtype="uint8"
    )
    mask: Bool = cells.astype(bool)
    return four_connected(mask) if touched else mask


def four_connected(mask: Bool) -> Bool:
    """The cells, and one more wherever two of them meet at a corner only: no diagonal step slips between.

    Examples
    --------
    >>> four_connected(np.array([[True, False], [False, True]])).sum()
    np.int64(3)
    """
    a, b, c, d = mask[:-1, :-1], mask[:-1, 1:], mask[1:, :-1], mask[1:, 1:]
    falling, rising = a & d & ~b & ~c, b & c & ~a & ~d
    out = mask.copy()
    out[:-1, 1:] |= falling
    out[:-1, :-1] |= rising
    return out


def discs(grid: Grid, points: Geometries, amounts: npt.ArrayLike, radii_m: npt.ArrayLike) -> Float32:
    """Amounts at points spread evenly over discs, per square metre; discs overlap by adding up.

    An amount whose disc holds no middle of a cell is spread over the cell it lies in.
    """
    out = np.zeros(grid.shape, np.float32)
    lon, lat = shapely.get_x(points), shapely.get_y(points)
    rows, cols = grid.positions_of(lon, lat)
    for row, col, amount, radius in zip(
        rows.tolist(),
        cols.tolist(),
        np.asarray(amounts, float).tolist(),
        np.asarray(radii_m, float).tolist(),
        strict=True,
    ):
        if not (math.isfinite(row) and math.isfinite(col)):
            continue
        window, inside = _disc(grid, row, col, radius)
        if inside is not None:
            area = float((inside * grid.cell_area_m2[window[0], None]).sum())
            out[window] += (inside * (amount / area)).astype(np.float32)
    return out


def _disc(grid: Grid, row: float, col: float, radius_m: float) -> tuple[tuple[slice, slice], Bool | None]:
    """The cells whose middles lie within a radius of a position, or the one it lies in; None off the grid."""
    n_rows, n_cols = grid.shape
    near = min(max(int(row), 0), n_rows - 1)
    down, along = radius_m / grid.height_m[near], radius_m / grid.steps_m[0, near]
    r0, r1 = max(0, math.floor(row - down)), min(n_rows, math.ceil(row + down) + 1)
    c0, c1 = max(0, math.floor(col - along)), min(n_cols, math.ceil(col + along) + 1)
    window = (slice(r0, max(r0, r1)), slice(c0, max(c0, c1)))
    y = (np.arange(r0, max(r0, r1)) + 0.5 - row) * grid.height_m[near]
    x = (np.arange(c0, max(c0, c1)) + 0.5 - col) * grid.steps_m[0, near]
    inside: Bool = np.hypot(y[:, None], x[None, :]) <= radius_m
    if inside.any():
        return window, inside
    r, c = math.floor(row), math.floor(col)
    if not grid.holds((r, c)):
        return window, None
    return (slice(r, r + 1), slice(c, c + 1)), np.ones((1, 1), bool)


@dataclass(frozen=True, eq=False)
class Resampled:
    """A raster on the cells of a grid.

    Attributes
    ----------
    cells : float32 (rows, columns)
        NaN where the raster has no value or does not reach.
    """

    cells: Float32

    @property
    def covered(self) -> bool:
        """Whether it has a value anywhere here."""
        return bool(np.isfinite(self.cells).any())


def resampled(raster: RasterSource, grid: Grid, how: str, *, per_m2: bool = False) -> Resampled:
    """Bring a raster to the cells of a grid.

    Parameters
    ----------
    how : str
        ``nearest`` for classes, ``average`` for amounts, ``max`` where nothing may be lost.
    per_m2 : bool
        Divide by the area of the raster's own cells first: counts become densities.

    Raises
    ------
    OptionError
        More cells of the raster lie here than are read at once.
    """
    out = np.full(grid.shape, np.nan, np.float32)
    window = _source_window(raster, grid)
    if window is None:
        return Resampled(out)
    row0, row1, col0, col1 = window
    if (row1 - row0) * (col1 - col0) > _SOURCE_CELLS:
        raise OptionError(
            Text(f"该范围内栅格有 {(row1 - row0) * (col1 - col0):,} 个像元，过多",
                 f"the raster has {(row1 - row0) * (col1 - col0):,} cells here, too many"),
            Text("请先用 gdalwarp 重采样到较粗的像元", "resample it to coarser cells first, for example with gdalwarp"),
        )  # fmt: skip
    cells = raster.read(row0, row1, col0, col1)
    none = nodata_as_read(raster.nodata, cells.dtype)
    values = cells.astype(np.float32)
    missing = cells == none
    values *= np.float32(raster.scale)
    values += np.float32(raster.offset)
    values[missing] = np.nan
    a, _, c, _, e, f = raster.transform
    if per_m2:
        own = Grid(values.shape, (a, 0.0, c + a * col0, 0.0, e, f + e * row0), raster.crs)
        values /= own.cell_area_m2[:, None].astype(np.float32)
    rasterio.warp.reproject(
        values, out, src_transform=Affine(a, 0.0, c + a * col0, 0.0, e, f + e * row0), src_crs=_gdal_crs(raster.crs),
        dst_transform=Affine(*grid.transform), dst_crs=_gdal_crs(grid.crs), src_nodata=np.nan, dst_nodata=np.nan,
        resampling=rasterio.warp.Resampling[how], init_dest_nodata=True,
    )  # fmt: skip
    return Resampled(out)


def _gdal_crs(crs: str) -> str:
    return "EPSG:4326" if crs in LONLAT else crs


def _source_window(raster: RasterSource, grid: Grid) -> tuple[int, int, int, int] | None:
    """Rows and columns of a raster that can matter on a grid; None where it lies elsewhere."""
    source = Grid.of(raster)  # refuses rotated ones
    to = pyproj.Transformer.from_crs(crs_of(grid), crs_of(raster), always_xy=True)  # type: ignore[arg-type]
    a, _, c, _, e, f = grid.transform
    xs, ys = sorted((c, c + a * grid.shape[1])), sorted((f, f + e * grid.shape[0]))
    x0, y0, x1, y1 = to.transform_bounds(xs[0], ys[0], xs[1], ys[1], densify_pts=41)
    sa, _, sc, _, se, sf = source.transform
    rows, cols = source.shape
    if not all(map(math.isfinite, (x0, y0, x1, y1))) or x0 > x1:
        return 0, rows, 0, cols
    at_r = sorted(((y0 - sf) / se, (y1 - sf) / se))
    at_c = sorted(((x0 - sc) / sa, (x1 - sc) / sa))
    row0, row1 = max(0, math.floor(at_r[0]) - 2), min(rows, math.ceil(at_r[1]) + 2)
    col0, col1 = max(0, math.floor(at_c[0]) - 2), min(cols, math.ceil(at_c[1]) + 2)
    return (row0, row1, col0, col1) if row0 < row1 and col0 < col1 else None


def only(geoms: Geometries, dimensions: Sequence[int]) -> Bool:
    """Which geometries are of these dimensions: 0 points, 1 lines, 2 areas."""
    found: Bool = np.isin(shapely.get_dimensions(geoms), dimensions)
    return found
