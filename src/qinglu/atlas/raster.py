"""GeoTIFF and what else GDAL opens, read block by block."""

from __future__ import annotations

import warnings
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.enums import MaskFlags
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window

from ..errors import LayerError
from ..space.raster import LONLAT, Coefficients
from ..text import Text

_UNITS_OF_360 = 0.05  # a grid in degrees may stick out by half a cell of a coarse raster


class GeoTiff:
    """One band of a raster file: a `qinglu.space.raster.RasterSource`.

    Open it with ``with``; one thread at a time may read.

    Parameters
    ----------
    path : Path
    band : int
        From 1.

    Raises
    ------
    LayerError
        The file cannot be read, has no such band, is not georeferenced, holds complex numbers, or has no CRS
        while its extent cannot be longitude and latitude.
    """

    transform: Coefficients
    shape: tuple[int, int]
    crs: str
    nodata: float | None
    scale: float
    offset: float
    block_shape: tuple[int, int]

    def __init__(self, path: Path, band: int = 1) -> None:
        self.path = Path(path)
        self.band = band
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", NotGeoreferencedWarning)
                self._file = rasterio.open(self.path)
        except RasterioError as error:
            raise self._refuse(
                Text("无法打开该栅格文件", "this raster cannot be opened"),
                Text(
                    "请确认路径无误且文件为完整的 GeoTIFF", "check the path, and that it is a whole GeoTIFF"
                ),
            ) from error
        try:
            self._describe()
        except BaseException:
            self._file.close()
            raise

    def _refuse(self, what: Text, remedy: Text) -> LayerError:
        return LayerError(what, remedy, where=self.path.name)

    def _describe(self) -> None:
        file, band = self._file, self.band
        if not 1 <= band <= file.count:
            raise self._refuse(
                Text(
                    f"没有第 {band} 波段，共 {file.count} 个", f"there is no band {band}; it has {file.count}"
                ),
                Text("请指定已有的波段", "name one that exists"),
            )
        kind = np.dtype(file.dtypes[band - 1]).kind if "complex" not in file.dtypes[band - 1] else "c"
        if kind == "c":
            raise self._refuse(
                Text("栅格的取值为复数", "its values are complex numbers"),
                Text("请先提取实部或幅值", "extract the real part or the magnitude first"),
            )
        if file.transform.is_identity:
            raise self._refuse(
                Text("栅格没有地理配准", "the raster is not georeferenced"),
                Text(
                    "请用 gdal_edit.py -a_ullr 写入范围",
                    "set its extent, for example with gdal_edit.py -a_ullr",
                ),
            )
        self.transform = tuple(float(v) for v in file.transform)[:6]  # type: ignore[assignment]
        self.shape = (file.height, file.width)
        self.crs = self._crs()
        self.nodata = file.nodatavals[band - 1]
        self.scale = float(file.scales[band - 1])
        self.offset = float(file.offsets[band - 1])
        self.block_shape = file.block_shapes[band - 1]
        flags = file.mask_flag_enums[band - 1]
        self._masked = MaskFlags.per_dataset in flags  # a mask or alpha band of its own, not a nodata value

    def _crs(self) -> str:
        crs = self._file.crs
        if crs:
            epsg = crs.to_epsg(confidence_threshold=100)
            return f"EPSG:{epsg}" if epsg else str(crs.to_wkt())
        left, bottom, right, top = self._file.bounds
        south, north = min(bottom, top), max(bottom, top)
        slack = _UNITS_OF_360
        if -180 - slack <= left < right <= 360 + slack and -90 - slack <= south < north <= 90 + slack:
            return LONLAT[0]
        raise self._refuse(
            Text(
                f"栅格未声明坐标系，且范围（{left:g}, {south:g}, {right:g}, {north:g}）不是经纬度",
                f"the raster names no CRS and its extent ({left:g}, {south:g}, {right:g}, {north:g}) "
                "is not in degrees",
            ),
            Text(
                "请用 gdal_edit.py -a_srs 写入坐标系",
                "set it, for example with gdal_edit.py -a_srs EPSG:32648",
            ),
        )

    def read(self, row0: int, row1: int, col0: int, col1: int) -> npt.NDArray[Any]:
        """The cells of the window; masked ones are NaN where the file has a mask of its own.

        Raises
        ------
        LayerError
            A block is damaged or cut off.
        """
        window = Window(col0, row0, col1 - col0, row1 - row0)
        try:
            cells: npt.NDArray[Any] = self._file.read(self.band, window=window)
            if self._masked:
                valid = self._file.read_masks(self.band, window=window)
                cells = np.where(valid != 0, cells.astype(np.float64), np.nan)
        except RasterioError as error:
            raise self._refuse(
                Text(
                    f"第 {row0} 至 {row1} 行的数据已损坏或不完整",
                    f"rows {row0} to {row1} are damaged or cut off",
                ),
                Text("请重新获取该文件", "obtain the file anew"),
            ) from error
        return cells

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def __enter__(self) -> GeoTiff:
        """The raster itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()
