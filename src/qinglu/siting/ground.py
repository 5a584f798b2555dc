"""The ground a line crosses: elevation on a grid, and where there is sea or no data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from ..errors import LayerError, OptionError, SizeLimitError
from ..model.rule import Step
from ..space.raster import RasterSource, nodata_as_read
from ..text import Text
from .grid import _GEOD, Grid, _positive
from .lay import area_mask
from .problem import Float32

NO_DATA, SEA, FORBIDDEN = 1, 2, 3
"""Values of `Surfaces.barrier`; 0 is passable."""

WHOLE_CELLS = 4_000_000
USUAL_CELLS = 1_000_000
MOST_CELLS = 150_000_000
_MARGIN, _MARGIN_CELLS = 0.25, 20
_WINDOW_MARGIN = 0.5
_BAND_CELLS = 4_000_000
_DEGREE_M = 111_195.0

Places = Sequence[tuple[float, float]]


@dataclass(frozen=True, eq=False)
class Ground:
    """Where a line may be sought.

    Attributes
    ----------
    elevation : float32 (rows, columns) or None
        Metres, NaN where there is none; None where no elevation was given and the ground is taken as flat.
    barrier : uint8 (rows, columns)
        `NO_DATA`, `SEA` or 0.
    trace : tuple of Step
    """

    grid: Grid
    elevation: Float32 | None
    barrier: npt.NDArray[np.uint8]
    trace: tuple[Step, ...]


def ground(
    places: Places, dem: RasterSource | None, land: shapely.Geometry | None, *, cell_m: float | None = None
) -> Ground:
    """Elevation, sea and gaps around `places`.

    Parameters
    ----------
    places : sequence of (lon, lat)
        What the line is to connect.
    dem : RasterSource or None
        Metres, in any CRS, not rotated. Small ones are taken whole; of large ones a window with half the extent
        of the places around it.
    land : shapely geometry or None
        In longitude and latitude. Cells without data, or at 0 m or below, are sea where they lie off it.
    cell_m : float, optional
        Coarser cells than the raster's, as whole multiples of them; without a raster the size of a cell, else such
        that there are about a million.

    Raises
    ------
    OptionError
        A place that is none, cells without size or finer than the raster's; without a raster, a grid too large.
    LayerError
        A rotated raster, or one that is nowhere near the places.
    SizeLimitError
        More cells than `MOST_CELLS`.
    """
    for lon, lat in places:
        if not (math.isfinite(lon) and math.isfinite(lat) and -180 <= lon <= 360 and -90 <= lat <= 90):
            raise OptionError(
                Text(f"坐标 {lon:g}, {lat:g} 不可能", f"there is no place {lon:g}, {lat:g}"),
                Text("请按经度、纬度（度）给出", "Give longitude, then latitude, in degrees"),
            )
    if cell_m is not None:
        _positive(cell_m, "cell_m", "m")
    if dem is None:
        return _flat(places, land, cell_m)
    return _from_raster(places, dem, land, cell_m)


def _flat(places: Places, land: shapely.Geometry | None, cell_m: float | None) -> Ground:
    grid = flat_grid(places, cell_m)
    barrier = np.zeros(grid.shape, np.uint8)
    if land is not None:
        barrier[~area_mask(grid, land)] = SEA
    rows, cols = grid.shape
    sea = _sea_said(land, False)
    said = Text(
        f"未给出高程：地面按平坦处理，坡度未知；{cols}×{rows} 个像元，约 {grid.cell_m:.0f} m。{sea.zh}",
        f"No elevation was given: the ground is taken as flat and slope is unknown; {cols} × {rows} cells of about "
        f"{grid.cell_m:.0f} m. {sea.en}",
    )
    return Ground(grid, None, barrier, (_step(said, grid, "unknown"),))


def flat_grid(places: Places, cell_m: float | None = None) -> Grid:
    """A grid in longitude and latitude around places, a quarter of their extent and 20 cells beyond.

    Raises
    ------
    OptionError, SizeLimitError
        See `ground`.
    """
    lon, lat = np.array(places, float).T
    lon = lon[0] + (lon - lon[0] + 180.0) % 360.0 - 180.0
    west, east, south, north = lon.min(), lon.max(), lat.min(), lat.max()
    margin = _MARGIN * max(math.hypot(east - west, north - south), 1e-3)
    width, height = east - west + 2 * margin, north - south + 2 * margin
    step = math.sqrt(width * height / USUAL_CELLS) if cell_m is None else cell_m / _DEGREE_M
    margin = max(margin, _MARGIN_CELLS * step)
    top, bottom = min(90.0, north + margin), max(-90.0, south - margin)
    rows = max(1, math.floor((top - bottom) / step))
    cols = max(1, min(math.ceil((east - west + 2 * margin) / step), math.floor(360.0 / step)))
    _check_size(rows * cols)
    return Grid.lonlat((rows, cols), float(west - margin), float(top), step)


def _from_raster(places: Places, dem: RasterSource, land: shapely.Geometry | None, cell_m: float | None) -> Ground:
    whole = Grid.of(dem)
    row0, row1, col0, col1 = _window(places, whole)
    factor = _factor(whole.window(row0, row1, col0, col1), cell_m)
    row1, col1 = row1 - (row1 - row0) % factor, col1 - (col1 - col0) % factor
    _check_size((row1 - row0) * (col1 - col0) // factor**2)
    z = _elevation(dem, row0, row1, col0, col1, factor)
    grid = whole.window(row0, row1, col0, col1)
    if factor > 1:
        a, _, c, _, e, f = grid.transform
        grid = Grid(z.shape, (a * factor, 0.0, c, 0.0, e * factor, f), grid.crs)
    grid, z = _north_up(grid, z)
    missing = np.isnan(z)
    barrier = np.where(missing, np.uint8(NO_DATA), np.uint8(0))
    if land is not None:
        with np.errstate(invalid="ignore"):
            sea = missing | (z <= 0)
        sea &= ~area_mask(grid, land)
        barrier[sea] = SEA
    part = coarser = Text("", "")
    if (row1 - row0, col1 - col0) != whole.shape:
        part = Text("（截取端点周围）", " (a window around the places)")
    if factor > 1:
        coarser = Text(f"，由 {factor}×{factor} 个原像元平均", f", means of {factor} × {factor} cells")
    (rows, cols), told, m = grid.shape, _sea_said(land, True), f"{grid.cell_m:.0f} m"
    said = Text(
        f"高程栅格 {cols}×{rows} 个像元，约 {m}{part.zh}{coarser.zh}。{told.zh}",
        f"Elevation of {cols} × {rows} cells of about {m}{part.en}{coarser.en}. {told.en}",
    )
    return Ground(grid, z, barrier, (_step(said, grid, "raster"),))


def _window(places: Places, whole: Grid) -> tuple[int, int, int, int]:
    """Rows and columns to read: everything of a small raster, else half the extent of the places around them."""
    rows, cols = whole.shape
    at_row, at_col = whole.positions_of(*np.array(places, float).T)
    if not (np.isfinite(at_row).all() and np.isfinite(at_col).all()):
        raise _elsewhere()
    low_r, high_r, low_c, high_c = at_row.min(), at_row.max(), at_col.min(), at_col.max()
    if high_r < 0 or high_c < 0 or low_r > rows or low_c > cols:
        raise _elsewhere()
    if whole.n <= WHOLE_CELLS:
        return 0, rows, 0, cols
    margin = max(_WINDOW_MARGIN * math.hypot(high_r - low_r, high_c - low_c), math.sqrt(WHOLE_CELLS) / 2)
    return (
        max(0, math.floor(low_r - margin)), min(rows, math.ceil(high_r + margin)),
        max(0, math.floor(low_c - margin)), min(cols, math.ceil(high_c + margin)),
    )  # fmt: skip


def _elsewhere() -> LayerError:
    return LayerError(
        Text("高程栅格不覆盖任何端点", "the elevation raster is nowhere near the places"),
        Text("请换用覆盖起点和终点的高程数据，或不指定 --dem", "Give elevation that covers start and end, or none"),
        where="dem",
    )


def _factor(grid: Grid, cell_m: float | None) -> int:
    if cell_m is None:
        return 1
    own = grid.cell_m
    if cell_m < 0.75 * own:
        raise OptionError(
            Text(f"像元 {cell_m:g} m 比高程栅格的 {own:.0f} m 更细",
                 f"cells of {cell_m:g} m are finer than the elevation's {own:.0f} m"),
            Text("请换用更精细的高程数据，或增大像元", "Give finer elevation, or larger cells"),
            where="cell_m",
        )  # fmt: skip
    return max(1, min(round(cell_m / own), *grid.shape))


def _elevation(dem: RasterSource, row0: int, row1: int, col0: int, col1: int, factor: int) -> Float32:
    """Metres as float32, NaN for none; with a factor means of blocks, NaN where most of one is missing."""
    out = np.empty(((row1 - row0) // factor, (col1 - col0) // factor), np.float32)
    block = max(1, dem.block_shape[0])
    band = max(block, _BAND_CELLS // max(1, col1 - col0) // block * block)
    band = max(factor, -(-band // factor) * factor)
    for top in range(row0, row1, band):
        end = min(row1, top + band)
        cells = dem.read(top, end, col0, col1)
        none = nodata_as_read(dem.nodata, cells.dtype)
        z = cells.astype(np.float32)
        missing = (cells == none) | ~np.isfinite(z)
        z *= np.float32(dem.scale)
        z += np.float32(dem.offset)
        z[missing] = np.nan
        lines = slice((top - row0) // factor, (end - row0) // factor)
        out[lines] = z if factor == 1 else _means(z, factor)
    return out


def _means(z: Float32, factor: int) -> Float32:
    blocks = z.reshape(z.shape[0] // factor, factor, z.shape[1] // factor, factor)
    there = np.isfinite(blocks).sum(axis=(1, 3))
    total = np.nansum(blocks, axis=(1, 3), dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(2 * there >= factor * factor, total / there, np.nan).astype(np.float32)


def _north_up(grid: Grid, z: Float32) -> tuple[Grid, Float32]:
    """Row 0 north and column 0 west, whichever way the raster was stored."""
    a, _, c, _, e, f = grid.transform
    rows, cols = grid.shape
    if e > 0:
        z, f, e = z[::-1], f + e * rows, -e
    if a < 0:
        z, c, a = z[:, ::-1], c + a * cols, -a
    return Grid(grid.shape, (a, 0.0, c, 0.0, e, f), grid.crs), np.ascontiguousarray(z)


def _check_size(cells: int) -> None:
    if cells > MOST_CELLS:
        raise SizeLimitError(
            Text(f"网格共 {cells:,} 个像元，超过上限 {MOST_CELLS:,}", f"{cells:,} cells are more than {MOST_CELLS:,}"),
            Text("请增大像元（--cell-m），或裁剪高程栅格", "Take larger cells (--cell-m), or clip the elevation"),
            where="cell_m",
        )


def _sea_said(land: shapely.Geometry | None, raster: bool) -> Text:
    if land is None:
        return Text("未给出陆地范围，未区分海域。", "No land was given, so sea is not told apart.")
    if raster:
        return Text(
            "海域：陆地范围之外无数据或高程不大于0的像元。",
            "Sea is where, off the land, there is no data or elevation is 0 or below.",
        )
    return Text("海域：陆地范围之外的像元。", "Sea is everything off the land.")


def _step(said: Text, grid: Grid, slope: str) -> Step:
    detail = {"rows": grid.shape[0], "columns": grid.shape[1], "cell_m": grid.cell_m, "crs": grid.crs, "slope": slope}
    return Step("measure", Text("地面", "Ground"), said, detail)


def distance_m(a: tuple[float, float], lon: npt.ArrayLike, lat: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Geodesic metres from a place to others."""
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    return np.asarray(_GEOD.inv(np.full(lon.shape, a[0]), np.full(lat.shape, a[1]), lon, lat)[2], np.float64)


__all__ = ["FORBIDDEN", "NO_DATA", "SEA", "Ground", "distance_m", "flat_grid", "ground"]
