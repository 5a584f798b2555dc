"""Raster layers: checked on the way in, kept as cloud-optimised GeoTIFF, tiles joined into one."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import rasterio
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.shutil import copy as rasterio_copy
from rasterio.warp import transform_bounds

from .. import archive
from ..errors import InputError, LayerError, SizeLimitError
from ..model import Layer, is_role
from ..settings import Settings
from ..text import Text
from .keeping import sha256_of, whole_folder
from .raster import GeoTiff
from .vector import check_name, check_role

_MB = 1 << 20
_COG_OPTIONS = {"COMPRESS": "DEFLATE", "PREDICTOR": "YES", "BIGTIFF": "IF_SAFER", "OVERVIEWS": "NONE"}
_GDAL_TYPES = {
    "uint8": "Byte", "int8": "Int8", "uint16": "UInt16", "int16": "Int16",
    "uint32": "UInt32", "int32": "Int32", "float32": "Float32", "float64": "Float64",
}  # fmt: skip
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class RasterLayer:
    """A raster layer ready for measuring.

    Attributes
    ----------
    layer : Layer
    path : Path
        A file that GDAL reads.
    band : int
        From 1.
    """

    layer: Layer
    path: Path
    band: int = 1

    def source(self) -> GeoTiff:
        """The cells, for `space.zonal`; close it, or open it with ``with``."""
        return GeoTiff(self.path, self.band)


def read_raster(
    name: str,
    path: Path,
    *,
    role: str | None = None,
    settings: Settings,
    band: int = 1,
    title: Text | None = None,
) -> RasterLayer:
    """A raster from a file, for ``--raster NAME=PATH[,role=ROLE]``.

    Parameters
    ----------
    name : str
        Becomes the layer's id.
    path : Path
        GeoTIFF, ASCII grid, HFA or SRTM tile; or a zip archive with one of them.
    role : str, optional
        Without it, the name if that is a role, else ``other``.
    settings : Settings
    band : int
        From 1.
    title : Text, optional

    Raises
    ------
    LayerError
        Not a raster, damaged, without place on earth.
    SizeLimitError
        Larger than `settings.max_file_mb`.
    OptionError
        The name or the role is impossible.
    """
    check_name(name)
    role = role or (name if is_role(name) else "other")
    check_role(role)
    file = checked(path, settings=settings, band=band)
    sha256 = sha256_of(path)
    layer = Layer(
        id=name,
        role=role,
        title=title or Text(name, name),
        kind="raster",
        version=f"sha256:{sha256[:12]}",
        provenance=f"{path.name}: {described(file, band)}",
        sha256=sha256,
    )
    return RasterLayer(layer, file, band)


def checked(path: Path, *, settings: Settings, band: int = 1) -> Path:
    """The raster file of `path`, unpacked if need be, known to open and to lie on earth.

    Raises
    ------
    LayerError, SizeLimitError
        See `read_raster`.
    """
    try:
        size = path.stat().st_size
    except OSError as e:
        raise _unreadable(
            path, Text("找不到文件或无权读取", "there is no such file, or it may not be read")
        ) from e
    if size > settings.max_file_mb * _MB:
        raise SizeLimitError(
            Text(f"文件超过上限 {settings.max_file_mb} MB", f"the file is over {settings.max_file_mb} MB"),
            Text("请裁剪该栅格，或调高 QINGLU_MAX_FILE_MB", "clip it, or raise QINGLU_MAX_FILE_MB"),
            where=path.name,
        )
    file = _unpacked(path, settings) if archive.is_zip(path) else path
    what = Text("不是可识别的栅格格式", "is not a raster format that can be read")
    driver = _driver(file)
    if not driver:
        raise _unreadable(path, what)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            rasterio.open(file, driver=driver).close()
    except RasterioError as e:
        raise _unreadable(path, what) from e
    GeoTiff(file, band).close()
    return file


def _driver(path: Path) -> str:
    """The format by its first bytes: only formats that hold their cells, none that point elsewhere."""
    with path.open("rb") as f:
        head = f.read(32)
    if head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return "GTiff"
    if head[:15] == b"EHFA_HEADER_TAG":
        return "HFA"
    if head.lstrip()[:5].lower() == b"ncols":
        return "AAIGrid"
    return "SRTMHGT" if path.suffix.lower() == ".hgt" else ""


def described(path: Path, band: int = 1) -> str:
    """Size, cell and coordinate system in one line."""
    with GeoTiff(path, band) as source:
        rows, columns = source.shape
        crs = source.crs if len(source.crs) < 40 else "other CRS"
        return f"{columns}×{rows} cells of {abs(source.transform[0]):.6g}, {crs}, band {band}"


def as_cog(files: Sequence[Path], target: Path) -> Bounds:
    """Write one cloud-optimised GeoTIFF from a raster or from tiles of one grid.

    Parameters
    ----------
    files : sequence of Path
        Tiles of one coordinate system and cell size; later ones lie on top.
    target : Path
        Its folder must exist.

    Returns
    -------
    (west, south, east, north), degrees

    Raises
    ------
    LayerError
        The tiles do not fit together.
    """
    source = files[0] if len(files) == 1 else _mosaic(files, target.with_suffix(".vrt"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            rasterio_copy(source, target, driver="COG", **_COG_OPTIONS)
            with rasterio.open(target) as made:
                bounds = made.bounds
                if made.crs and not made.crs.is_geographic:
                    bounds = transform_bounds(made.crs, "EPSG:4326", *bounds)
    except RasterioError as e:
        raise _unreadable(target, Text("栅格无法转换", "the raster cannot be converted")) from e
    finally:
        target.with_suffix(".vrt").unlink(missing_ok=True)
    west, south, east, north = (float(v) for v in bounds)
    return west, max(-90.0, south), east, min(90.0, north)


def _mosaic(files: Sequence[Path], vrt: Path) -> Path:
    """A virtual raster over tiles: GDAL then streams them, whatever their number."""
    tiles = []
    for path in files:
        with rasterio.open(path) as f:
            tiles.append(
                (path.absolute(), f.crs, f.transform, f.width, f.height, f.dtypes[0], f.nodata, f.count)
            )
    crs, step_x, step_y = tiles[0][1], tiles[0][2].a, tiles[0][2].e
    fits = all(
        t[1] == crs
        and abs(t[2].a / step_x - 1) < 1e-6
        and abs(t[2].e / step_y - 1) < 1e-6
        and t[5] == tiles[0][5]
        for t in tiles
    )
    if not fits:
        raise LayerError(
            Text(
                "各图块的坐标系、像元大小或类型不一致",
                "the tiles differ in coordinate system, cell size or type",
            ),
            Text("请缩小范围，分别获取", "choose smaller extents and fetch them one by one"),
        )
    west, north = min(t[2].c for t in tiles), max(t[2].f for t in tiles)
    columns = max(round((t[2].c - west) / step_x) + t[3] for t in tiles)
    rows = max(round((t[2].f - north) / step_y) + t[4] for t in tiles)
    nodata = tiles[0][6]
    kind = _GDAL_TYPES.get(tiles[0][5], "Float64")
    # Neighbours overlap as rectangles: only cells that hold a value may cover those of an earlier tile.
    skip = "" if nodata is None else f"<NODATA>{nodata!r}</NODATA>"
    sources = "".join(
        f"<ComplexSource><SourceFilename>{escape(str(t[0]))}</SourceFilename><SourceBand>1</SourceBand>"
        f'<SrcRect xOff="0" yOff="0" xSize="{t[3]}" ySize="{t[4]}"/>'
        f'<DstRect xOff="{round((t[2].c - west) / step_x)}" yOff="{round((t[2].f - north) / step_y)}"'
        f' xSize="{t[3]}" ySize="{t[4]}"/>{skip}</ComplexSource>'
        for t in tiles
    )
    empty = "" if nodata is None else f"<NoDataValue>{nodata!r}</NoDataValue>"
    vrt.write_text(
        f'<VRTDataset rasterXSize="{columns}" rasterYSize="{rows}">'
        f"<SRS>{escape(crs.to_wkt() if crs else '')}</SRS>"
        f"<GeoTransform>{west!r}, {step_x!r}, 0.0, {north!r}, 0.0, {step_y!r}</GeoTransform>"
        f'<VRTRasterBand dataType={quoteattr(kind)} band="1">{empty}{sources}</VRTRasterBand></VRTDataset>',
        encoding="utf-8",
    )
    return vrt


def _unpacked(path: Path, settings: Settings) -> Path:
    """The raster in an archive, kept unpacked in the cache."""
    limit = settings.max_file_mb * _MB
    suffixes = (".tif", ".tiff", ".asc", ".img", ".hgt", ".prj")
    key = hashlib.sha256(f"raster-1 {sha256_of(path)}".encode()).hexdigest()[:32]
    folder = settings.data_dir.expanduser() / "cache" / key
    try:
        if not folder.exists():
            with whole_folder(folder, replace=False) as aside:
                archive.extract(path, aside, max_bytes=limit, only=lambda n: n.lower().endswith(suffixes))
    except InputError as e:
        if isinstance(e, SizeLimitError):
            raise
        raise LayerError(e.what, e.remedy, where=path.name) from e
    found = sorted(p for p in folder.rglob("*") if p.suffix.lower() in suffixes[:-1])
    if len(found) != 1:
        raise LayerError(
            Text(
                f"压缩包中有 {len(found)} 个栅格文件，应为1个",
                f"the archive holds {len(found)} rasters instead of one",
            ),
            Text("请解压后指定其中一个文件", "unpack it and name the file"),
            where=path.name,
        )
    return found[0]


def _unreadable(path: Path, what: Text) -> LayerError:
    how = Text("请提供完整的GeoTIFF或ASCII栅格", "give a whole GeoTIFF or ASCII grid")
    return LayerError(what, how, where=path.name)
