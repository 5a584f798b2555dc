"""The grid a search runs on: where its cells are, and how many metres lie between them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj

from ..errors import LayerError, OptionError
from ..space.raster import LONLAT, Coefficients, RasterSource, crs_of, inverse
from ..text import Text

Float = npt.NDArray[np.float64]
Int = npt.NDArray[np.int64]
Cell = tuple[int, int]

_GEOD = pyproj.Geod(ellps="WGS84")


@dataclass(frozen=True)
class Grid:
    """Rows and columns of cells; row 0 is the first of the array, north where made by `lonlat`.

    Attributes
    ----------
    shape : (int, int)
        Rows and columns.
    transform : (a, b, c, d, e, f)
        x = a·col + b·row + c, y = d·col + e·row + f for corners; b and d are 0.
    crs : str
        Anything pyproj understands; "" for a plane without a place on earth, in metres.

    Raises
    ------
    OptionError
        No cells, or cells without size.
    LayerError
        A rotated grid.
    """

    shape: tuple[int, int]
    transform: Coefficients
    crs: str = ""

    def __post_init__(self) -> None:
        """Refuse what has no metres."""
        rows, cols = (int(n) for n in self.shape)
        object.__setattr__(self, "shape", (rows, cols))
        object.__setattr__(self, "transform", tuple(float(v) for v in self.transform)[:6])
        if rows < 1 or cols < 1:
            raise OptionError(Text(f"网格 {rows}×{cols} 没有像元", f"a grid of {rows} × {cols} has no cells"))
        _, b, _, d, _, _ = self.transform
        if b or d:
            raise LayerError(
                Text("网格经过旋转，无法选线", "the grid is rotated: no route is sought on it"),
                Text("请先用 gdalwarp 重采样为正北向", "resample it north-up first, for example with gdalwarp"),
            )
        inverse(self.transform)

    @classmethod
    def planar(cls, shape: tuple[int, int], cell_m: float) -> Grid:
        """A plane of square cells of `cell_m` metres, nowhere in particular."""
        _positive(cell_m, "cell_m", "m")
        return cls(shape, (cell_m, 0.0, 0.0, 0.0, -cell_m, 0.0))

    @classmethod
    def lonlat(cls, shape: tuple[int, int], west: float, north: float, step_deg: float) -> Grid:
        """Longitude and latitude on WGS84 from the north-west corner, `step_deg` degrees a cell; row 0 is north."""
        _positive(step_deg, "step_deg", "°")
        south = north - step_deg * shape[0]
        if south < -90 - 1e-9 or north > 90 + 1e-9:
            raise OptionError(
                Text(f"网格纬度为 {south:g}° 至 {north:g}°", f"latitudes from {south:g}° to {north:g}°"),
                Text("应在 -90° 至 90° 之间", "Keep it between -90° and 90°"),
                where="north",
            )  # fmt: skip
        return cls(shape, (step_deg, 0.0, west, 0.0, -step_deg, north), LONLAT[0])

    @classmethod
    def of(cls, raster: RasterSource) -> Grid:
        """The grid of a raster."""
        return cls(raster.shape, raster.transform, raster.crs)

    @property
    def n(self) -> int:
        """Cells."""
        return self.shape[0] * self.shape[1]

    @cached_property
    def is_geographic(self) -> bool:
        """Whether its units are degrees."""
        return bool(self.crs) and (self.crs in LONLAT or crs_of(self).is_geographic)  # type: ignore[arg-type]

    @cached_property
    def steps_m(self) -> Float:
        """Metres of each kind of move, shape (5, rows).

        From a cell of row r: to the next column; to row r + 1; diagonally to row r + 1; a knight's move to row
        r + 1 and two columns on; one to row r + 2 and one column on. Geodesics of the ellipsoid between the
        middles of cells in longitude and latitude; nominal metres of the projection else. The last rows, which
        have no next, repeat the one before.
        """
        rows = self.shape[0]
        moves = ((0, 1), (1, 0), (1, 1), (1, 2), (2, 1))
        out = np.empty((5, rows))
        a, _, _, _, e, _ = self.transform
        if not self.is_geographic:
            unit = 1.0 if not self.crs else crs_of(self).axis_info[0].unit_conversion_factor  # type: ignore[arg-type]
            for i, (down, along) in enumerate(moves):
                out[i] = np.hypot(down * e, along * a) * unit
            return out
        r = np.arange(rows)
        for i, (down, along) in enumerate(moves):
            start = np.clip(np.minimum(r, rows - 1 - down), 0, None)
            lat0 = self._y(start + 0.5)
            lat1 = np.clip(self._y(start + down + 0.5), -90.0, 90.0)
            zero = np.zeros(rows)
            out[i] = _GEOD.inv(zero, lat0, zero + along * abs(a), lat1)[2]
        return out

    @cached_property
    def cell_area_m2(self) -> Float:
        """Area of a cell by row, shape (rows,)."""
        area: Float = self.steps_m[0] * self.height_m
        return area

    @cached_property
    def height_m(self) -> Float:
        """North to south of a cell by row, metres, shape (rows,)."""
        if not self.is_geographic:
            south: Float = self.steps_m[1]
            return south
        top, bottom = (np.clip(self._y(np.arange(self.shape[0]) + d), -90.0, 90.0) for d in (0, 1))
        zero = np.zeros(self.shape[0])
        return np.asarray(_GEOD.inv(zero, top, zero, bottom)[2], dtype=np.float64)

    @cached_property
    def cell_m(self) -> float:
        """A typical length of a cell, metres: the root of the area of the middle row's."""
        return float(np.sqrt(self.cell_area_m2[self.shape[0] // 2]))

    def lonlat_of(self, rows: npt.ArrayLike, cols: npt.ArrayLike) -> tuple[Float, Float]:
        """Longitude and latitude of the middles of cells; x and y of a plane nowhere in particular."""
        x, y = self.xy_of(np.asarray(rows) + 0.5, np.asarray(cols) + 0.5)
        if self._to_lonlat is None:
            return x, y
        lon, lat = self._to_lonlat.transform(x, y)
        return np.asarray(lon, float), np.asarray(lat, float)

    def xy_of(self, rows: npt.ArrayLike, cols: npt.ArrayLike) -> tuple[Float, Float]:
        """Coordinates in the grid's CRS of positions counted from the upper left corner; cells' middles are at .5."""
        a, _, c, _, e, f = self.transform
        return a * np.asarray(cols, float) + c, e * np.asarray(rows, float) + f

    def positions_of(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Float, Float]:
        """Rows and columns, as fractions, of places in longitude and latitude; they may lie outside.

        Longitudes are taken the short way round to the middle of the grid.
        """
        x, y = np.asarray(lon, float), np.asarray(lat, float)
        if self._to_lonlat is not None:
            x, y = self._to_lonlat.transform(x, y, direction="INVERSE")
        a, _, c, _, e, f = self.transform
        if self.is_geographic:
            middle = c + a * self.shape[1] / 2
            x = middle + (np.asarray(x) - middle + 180.0) % 360.0 - 180.0
        return (np.asarray(y) - f) / e, (np.asarray(x) - c) / a

    def cell_of(self, lon: float, lat: float) -> Cell:
        """The cell a place lies in; it may lie outside, which `holds` tells."""
        row, col = self.positions_of(lon, lat)
        return int(np.floor(row)), int(np.floor(col))

    def holds(self, cell: Cell) -> bool:
        """Whether there is such a cell."""
        return 0 <= cell[0] < self.shape[0] and 0 <= cell[1] < self.shape[1]

    def window(self, row0: int, row1: int, col0: int, col1: int) -> Grid:
        """The grid of rows [row0, row1) and columns [col0, col1)."""
        x, y = self.xy_of(row0, col0)
        a, _, _, _, e, _ = self.transform
        return Grid((row1 - row0, col1 - col0), (a, 0.0, float(x), 0.0, e, float(y)), self.crs)

    def _y(self, row: Any) -> Float:
        return self.transform[4] * np.asarray(row, float) + self.transform[5]

    @cached_property
    def _to_lonlat(self) -> pyproj.Transformer | None:
        if not self.crs or self.crs in LONLAT:
            return None
        return pyproj.Transformer.from_crs(crs_of(self), LONLAT[0], always_xy=True)  # type: ignore[arg-type]


def _positive(value: float, name: str, unit: str) -> None:
    if not (np.isfinite(value) and value > 0):
        raise OptionError(
            Text(f"像元大小 {value:g} {unit} 不可能", f"cells of {value:g} {unit} are not possible"),
            Text("请给出大于0的数", "Give a number above 0"),
            where=name,
        )
