"""What a raster must offer to be measured, and the simplest thing that does: an array."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyproj

from ..errors import LayerError
from ..text import Text
from .kernels.coverage import CELL_TYPES

LONLAT = ("OGC:CRS84", "EPSG:4326")
"""Names of WGS84 longitude and latitude; rasters keep longitude in x under either."""

Coefficients = tuple[float, float, float, float, float, float]


class RasterSource(Protocol):
    """One band of cells, read window by window. Values are ``cell * scale + offset``."""

    @property
    def transform(self) -> Coefficients:
        """(a, b, c, d, e, f): x = a·col + b·row + c, y = d·col + e·row + f, in CRS units."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""

    @property
    def crs(self) -> str:
        """Anything pyproj understands."""

    @property
    def nodata(self) -> float | None:
        """The cell value that means none; NaN always does."""

    @property
    def scale(self) -> float:
        """See `offset`."""

    @property
    def offset(self) -> float:
        """Value of a cell = cell · scale + offset."""

    @property
    def block_shape(self) -> tuple[int, int]:
        """Rows and columns that are cheapest to read together; windows asked for begin on its multiples."""

    def read(self, row0: int, row1: int, col0: int, col1: int) -> npt.NDArray[Any]:
        """The cells of rows [row0, row1) and columns [col0, col1), shape (row1 - row0, col1 - col0)."""


@dataclass(frozen=True)
class ArrayRaster:
    """A raster in memory (or mapped into it). Reading a window copies nothing.

    Parameters
    ----------
    array : array, shape (rows, columns)
        Of any whole-number or floating type.
    transform : sequence of 6 numbers
        As `RasterSource.transform`; an ``affine.Affine`` will do.
    nodata : float, optional
    crs : str
        Default longitude and latitude on WGS84.

    Raises
    ------
    LayerError
        `array` has no two dimensions, or `transform` cannot be inverted.
    """

    array: npt.NDArray[Any]
    transform: Coefficients
    nodata: float | None = None
    crs: str = LONLAT[0]
    scale: float = 1.0
    offset: float = 0.0
    shape: tuple[int, int] = field(init=False)

    def __post_init__(self) -> None:
        """Check that the array and the transform can be used."""
        coefficients = tuple(float(v) for v in self.transform)[:6]
        object.__setattr__(self, "transform", coefficients)
        object.__setattr__(self, "shape", self.array.shape)
        if self.array.ndim != 2:
            raise LayerError(
                Text(
                    f"栅格应为二维，实为 {self.array.ndim} 维",
                    f"a raster has two dimensions, not {self.array.ndim}",
                ),
                Text("请只传入一个波段", "pass one band"),
            )
        inverse(self.transform)

    @cached_property
    def block_shape(self) -> tuple[int, int]:
        """The whole array: it is in memory already."""
        return (max(1, self.shape[0]), max(1, self.shape[1]))

    def read(self, row0: int, row1: int, col0: int, col1: int) -> npt.NDArray[Any]:
        """A view of the window."""
        return self.array[row0:row1, col0:col1]


def inverse(transform: Coefficients) -> Coefficients:
    """Coefficients of the way back, from CRS units to columns and rows.

    Raises
    ------
    LayerError
        Cells have no area.

    Examples
    --------
    >>> [v + 0.0 for v in inverse((0.5, 0, 10, 0, -0.5, 20))]  # half a degree a cell, from 10°E 20°N
    [2.0, 0.0, -20.0, 0.0, -2.0, 40.0]
    """
    a, b, c, d, e, f = transform
    det = a * e - b * d
    if not np.isfinite(det) or det == 0.0:
        raise LayerError(
            Text(
                f"栅格的仿射变换不可逆：{transform}",
                f"the raster's transform cannot be inverted: {transform}",
            ),
            Text("请检查像元大小与地理配准", "check its cell size and georeferencing"),
        )
    return (e / det, -b / det, (b * f - c * e) / det, -d / det, a / det, (c * d - a * f) / det)


def crs_of(raster: RasterSource) -> pyproj.CRS:
    """The raster's CRS, understood.

    Raises
    ------
    LayerError
        Nobody knows it.
    """
    try:
        return pyproj.CRS.from_user_input(raster.crs)
    except pyproj.exceptions.CRSError as error:
        raise LayerError(
            Text(
                f"无法识别栅格的坐标系：{raster.crs!s:.80}",
                f"the raster's CRS is not understood: {raster.crs!s:.80}",
            ),
            Text("请用 gdal_edit.py -a_srs 写入正确的坐标系", "set it, for example with gdal_edit.py -a_srs"),
        ) from error


def turn_columns(raster: RasterSource, crs: pyproj.CRS | None = None) -> float | None:
    """Columns in 360 degrees of a raster in longitude and latitude; None if it is not one.

    Whole to within rounding for global rasters, so that a turn keeps grid lines on grid lines.
    """
    if raster.crs not in LONLAT:
        crs = crs or crs_of(raster)
        if not crs.is_geographic:
            return None
    a, b, _, d, _, _ = raster.transform
    if b or d:
        return None
    columns = 360.0 / abs(a)
    return float(round(columns)) if abs(columns - round(columns)) < 1e-3 else columns


def nodata_as_read(nodata: float | None, dtype: np.dtype[Any]) -> float:
    """`nodata` as a cell of `dtype` shows it: a float32 raster rounds it; NaN if no cell can be it."""
    if nodata is None:
        return float("nan")
    if dtype.kind == "f":
        with np.errstate(over="ignore"):
            return float(np.dtype(dtype).type(nodata))
    return float(nodata)


def as_cells(cells: npt.NDArray[Any]) -> tuple[tuple[npt.NDArray[Any], ...], int, int]:
    """The cells as the kernels take them: copied only if their type or their layout is none of theirs.

    Returns
    -------
    views : flat read-only arrays of the same memory, one for each of `CELL_TYPES`
    code : int
        Which of them is meant.
    stride : int
        Cells from row to row.
    """
    if cells.dtype == bool:
        cells = cells.view(np.uint8)
    name = f"{cells.dtype.kind}{cells.dtype.itemsize}"
    size = cells.dtype.itemsize
    usable = (
        name in CELL_TYPES
        and cells.dtype.isnative
        and (cells.shape[1] == 1 or cells.strides[1] == size)
        and cells.strides[0] >= size
        and cells.strides[0] % size == 0
    )
    if not usable:
        cells = np.ascontiguousarray(cells, dtype=None if name in CELL_TYPES else np.float64)
        cells = cells.astype(cells.dtype.newbyteorder("="), copy=False)
        name, size = f"{cells.dtype.kind}{cells.dtype.itemsize}", cells.dtype.itemsize
    stride = cells.strides[0] // size if cells.shape[0] > 1 else cells.shape[1]
    flat = np.lib.stride_tricks.as_strided(
        cells, ((cells.shape[0] - 1) * stride + cells.shape[1],), (size,), writeable=False
    )
    raw = flat.view(np.uint8)
    views = tuple(raw[: len(raw) // int(t[1]) * int(t[1])].view(t) for t in CELL_TYPES)
    return views, CELL_TYPES.index(name), stride
