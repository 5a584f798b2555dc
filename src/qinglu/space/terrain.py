"""Slope of the ground from a raster of elevation, on true metres."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj

from ..errors import LayerError
from ..text import Text
from .raster import LONLAT, Coefficients, RasterSource, crs_of, nodata_as_read, turn_columns
from .zonal import Progress, ZonalStats, zonal

Float = npt.NDArray[np.float64]

_GEOD = pyproj.Geod(ellps="WGS84")
_BAND_ROWS = 256


def slope(elevation: npt.NDArray[Any], dx_m: float | Float, dy_m: float | Float) -> Float:
    """Steepest slope of a surface, by Horn's eight-neighbour difference.

    Parameters
    ----------
    elevation : array, shape (ny, nx), metres
        NaN marks no data.
    dx_m, dy_m : float, or array of shape (ny,), metres
        From one column to the next and from one row to the next, by row: in longitude and latitude a cell
        narrows towards the poles.

    Returns
    -------
    array, shape (ny, nx), degrees in [0, 90)
        NaN on the outer ring, on missing cells and beside them.

    References
    ----------
    Horn, B. K. P. (1981), Hill shading and the reflectance map, *Proceedings of the IEEE* 69(1), 14–47,
    doi:10.1109/PROC.1981.11918.

    Examples
    --------
    >>> ramp = np.tile([0.0, 10.0, 20.0], (3, 1))  # one metre up per metre east
    >>> round(float(slope(ramp, 10.0, 10.0)[1, 1]), 6)
    45.0
    >>> slope(np.zeros((2, 2)), 10.0, 10.0)  # too small to have a middle
    array([[nan, nan],
           [nan, nan]])
    """
    z = np.asarray(elevation, dtype=np.float64)
    out = np.full(z.shape, np.nan)
    if min(z.shape) < 3:
        return out
    dx, dy = (np.broadcast_to(np.asarray(d, float), z.shape[0])[1:-1, None] for d in (dx_m, dy_m))
    down = z[:-2] + 2.0 * z[1:-1] + z[2:]  # smoothed along columns
    along = z[:, :-2] + 2.0 * z[:, 1:-1] + z[:, 2:]
    east = (down[:, 2:] - down[:, :-2]) / (8.0 * dx)
    south = (along[2:] - along[:-2]) / (8.0 * dy)
    inner = np.degrees(np.arctan(np.hypot(east, south)))
    # The middle cell has no weight in the differences, so its absence must be said.
    out[1:-1, 1:-1] = np.where(np.isnan(z[1:-1, 1:-1]), np.nan, inner)
    return out


@dataclass(frozen=True)
class SlopeRaster:
    """The slope, in degrees, of a raster of elevation in metres; computed window by window when read.

    Cells of the outer ring have no slope, but columns at the seam of a raster that goes round the globe do.

    Raises
    ------
    LayerError
        The grid is rotated or sheared.
    """

    elevation: RasterSource

    nodata = None
    scale = 1.0
    offset = 0.0

    def __post_init__(self) -> None:
        """Refuse grids whose rows and columns are not the axes."""
        _, b, _, d, _, _ = self.elevation.transform
        if b or d:
            raise LayerError(
                Text(
                    "高程栅格经过旋转，无法计算坡度",
                    "the elevation raster is rotated: its slope is not computed",
                ),
                Text(
                    "请先用 gdalwarp 重采样为正北向", "resample it north-up first, for example with gdalwarp"
                ),
            )

    @property
    def transform(self) -> Coefficients:
        """That of the elevation."""
        return self.elevation.transform

    @property
    def shape(self) -> tuple[int, int]:
        """That of the elevation."""
        return self.elevation.shape

    @property
    def crs(self) -> str:
        """That of the elevation."""
        return self.elevation.crs

    @cached_property
    def block_shape(self) -> tuple[int, int]:
        """Blocks of the elevation put together to about 256 by 256, as a ring is read around each."""
        rows, cols = self.elevation.block_shape
        whole = rows >= self.shape[0] and cols >= self.shape[1]
        if whole:  # in memory: any window will do
            return (_BAND_ROWS, _BAND_ROWS)
        return (rows * -(-_BAND_ROWS // rows), cols * -(-_BAND_ROWS // cols))

    def read(self, row0: int, row1: int, col0: int, col1: int) -> Float:
        """Slope of the window, shape (row1 - row0, col1 - col0), degrees."""
        out = np.empty((row1 - row0, col1 - col0))
        for top in range(row0, row1, _BAND_ROWS):
            end = min(row1, top + _BAND_ROWS)
            z = self._ringed(top, end, col0, col1)
            dx_m, dy_m = metres_per_cell(self.elevation, np.arange(top - 1, end + 1), 0.5 * (col0 + col1))
            out[top - row0 : end - row0] = slope(z, dx_m, dy_m)[1:-1, 1:-1]
        return out

    def _ringed(self, row0: int, row1: int, col0: int, col1: int) -> Float:
        """Elevation of a window and of one cell around it, NaN where there is none."""
        n_rows, n_cols = self.shape
        z = np.full((row1 - row0 + 2, col1 - col0 + 2), np.nan)
        r0, r1 = max(0, row0 - 1), min(n_rows, row1 + 1)
        c0, c1 = max(0, col0 - 1), min(n_cols, col1 + 1)
        rows = slice(r0 - row0 + 1, r1 - row0 + 1)
        z[rows, c0 - col0 + 1 : c1 - col0 + 1] = self._metres(r0, r1, c0, c1)
        if turn_columns(self.elevation) == n_cols:
            if col0 == 0:
                z[rows, :1] = self._metres(r0, r1, n_cols - 1, n_cols)
            if col1 == n_cols:
                z[rows, -1:] = self._metres(r0, r1, 0, 1)
        return z

    def _metres(self, row0: int, row1: int, col0: int, col1: int) -> Float:
        cells = self.elevation.read(row0, row1, col0, col1)
        none = nodata_as_read(self.elevation.nodata, cells.dtype)
        z = cells.astype(np.float64)
        z[z == none] = np.nan
        return z * self.elevation.scale + self.elevation.offset


def metres_per_cell(raster: RasterSource, rows: npt.NDArray[np.int64], column: float) -> tuple[Float, Float]:
    """Metres from column to column and from row to row at the middles of `rows`.

    Of the WGS84 ellipsoid: by its radii of curvature for a raster in longitude and latitude, by the geodesics
    between neighbouring cells about `column` for a projected one, whose nominal metres are not true.

    Returns
    -------
    dx_m, dy_m : float64 (len(rows),)
    """
    a, _, c, _, e, f = raster.transform
    y = f + e * (rows + 0.5)
    if turn_columns(raster) is not None:
        lat = np.radians(np.clip(y, -90.0, 90.0))
        w = 1.0 - _GEOD.es * np.sin(lat) ** 2
        normal, meridian = _GEOD.a / np.sqrt(w), _GEOD.a * (1.0 - _GEOD.es) / w**1.5
        return normal * np.cos(lat) * np.radians(abs(a)), meridian * np.radians(abs(e))
    to_lonlat = pyproj.Transformer.from_crs(crs_of(raster), LONLAT[0], always_xy=True)
    x = np.full(len(y), c + a * column)

    def apart_m(half_x: float, half_y: float) -> Float:
        one = to_lonlat.transform(x - half_x, y - half_y)
        two = to_lonlat.transform(x + half_x, y + half_y)
        return np.asarray(_GEOD.inv(*one, *two)[2], dtype=np.float64)

    return apart_m(0.5 * a, 0.0), apart_m(0.0, 0.5 * e)


def slope_zonal(
    geoms: npt.NDArray[np.object_],
    elevation: RasterSource,
    *,
    threads: int = 0,
    progress: Progress | None = None,
) -> ZonalStats:
    """Slope over each geometry: its greatest and its mean are what design asks for.

    Parameters
    ----------
    geoms : array of shapely geometries, shape (n,)
        As for `zonal`.
    elevation : RasterSource
        In metres, in any CRS, not rotated.
    threads, progress
        As for `zonal`.

    Returns
    -------
    ZonalStats
        Degrees.
    """
    return zonal(geoms, SlopeRaster(elevation), threads=threads, progress=progress)
