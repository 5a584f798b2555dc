"""What a file is, by its content; a name only speaks where the content is plain text."""

from __future__ import annotations

import stat
from pathlib import Path

from .. import archive
from ..errors import PortfolioError, SizeLimitError
from ..settings import Settings
from ..text import Text
from .decode import gunzip
from .delimited import read_delimited
from .errors import corrupt
from .excel import read_excel
from .geojson import read_geojson
from .kml import read_kml, read_kmz
from .parquet import read_parquet
from .raw import Raw
from .vector import read_geopackage, read_shapefile

_FORMATS = Text(
    "可用格式：CSV、XLSX、GeoJSON、GeoPackage、zip打包的Shapefile、KML/KMZ、GeoParquet",
    "give CSV, XLSX, GeoJSON, GeoPackage, a zipped Shapefile, KML/KMZ or GeoParquet",
)
_BINARY = {
    ".xlsx": Text("Excel工作簿", "Excel workbook"),
    ".xlsm": Text("Excel工作簿", "Excel workbook"),
    ".gpkg": Text("GeoPackage文件", "GeoPackage"),
    ".parquet": Text("Parquet文件", "Parquet file"),
    ".geoparquet": Text("Parquet文件", "Parquet file"),
    ".zip": Text("zip压缩包", "zip archive"),
    ".kmz": Text("KMZ文件", "KMZ file"),
    ".gz": Text("gzip文件", "gzip file"),
    ".kml": Text("KML文件", "KML file"),
    ".geojson": Text("GeoJSON文件", "GeoJSON file"),
    ".json": Text("GeoJSON文件", "GeoJSON file"),
}
_GPKG_IDS = (b"GPKG", b"GP10", b"GP11", b"GP12")


def read_file(path: Path, settings: Settings) -> list[Raw]:
    """The rows of a portfolio file of any format, one `Raw` for each layer in it.

    Raises
    ------
    PortfolioError
        Missing, empty, not a file, of no known format, or damaged.
    SizeLimitError
        Larger than the settings allow, packed or unpacked.
    """
    _check(path, settings)
    with path.open("rb") as f:
        head = f.read(4096)
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _archive(path, settings)
    if head[:16] == b"SQLite format 3\0":
        if head[68:72] in _GPKG_IDS or path.suffix.casefold() == ".gpkg":
            return read_geopackage(path)
        raise _unknown(path, Text("SQLite数据库", "an SQLite database"))
    if head[:4] == b"PAR1":
        return [read_parquet(path, settings)]
    if head[:4] == b"\0\0\x27\x0a":
        raise PortfolioError(
            Text("是未打包的Shapefile", "is a Shapefile on its own"),
            Text("请将 .shp、.shx、.dbf、.prj 打包为一个zip", "zip its .shp, .shx, .dbf and .prj together"),
            where=path.name,
        )
    zipped = head[:2] == b"\x1f\x8b"
    return [_text(path, gunzip(path, settings.max_unpacked_mb << 20) if zipped else path.read_bytes(), zipped)]


def _check(path: Path, settings: Settings) -> None:
    try:
        about = path.stat()
    except OSError as e:
        raise PortfolioError(
            Text("找不到该文件", "there is no such file"),
            Text("请检查路径", "check the path"),
            where=str(path)[-200:],
        ) from e
    if not stat.S_ISREG(about.st_mode):
        raise PortfolioError(
            Text("不是文件", "is a folder" if stat.S_ISDIR(about.st_mode) else "is not a regular file"),
            Text("请指定一个项目文件", "name one file of projects"),
            where=path.name or str(path),
        )
    if about.st_size == 0:
        raise PortfolioError(Text("文件为空", "is empty"), Text("请重新导出", "export it again"), where=path.name)
    if about.st_size > settings.max_file_mb << 20:
        raise SizeLimitError(
            Text(
                f"文件超过 {settings.max_file_mb} MB 的上限",
                f"is larger than the limit of {settings.max_file_mb} MB",
            ),
            Text("请拆分文件，或调高 QINGLU_MAX_FILE_MB", "split it, or raise QINGLU_MAX_FILE_MB"),
            where=path.name,
        )
    try:
        path.open("rb").close()
    except OSError as e:
        raise PortfolioError(
            Text("无法打开该文件", "cannot be opened"), Text("请检查读取权限", "check that you may read it"),
            where=path.name,
        ) from e  # fmt: skip


def _archive(path: Path, settings: Settings) -> list[Raw]:
    names = [m.name.casefold() for m in archive.members(path, max_bytes=settings.max_unpacked_mb << 20)]
    if "xl/workbook.xml" in names:
        return [read_excel(path, settings)]
    if any(n.endswith(".shp") for n in names):
        return read_shapefile(path, settings)
    if any(n.endswith(".kml") for n in names):
        return [read_kmz(path, settings)]
    raise PortfolioError(
        Text("压缩包中没有Shapefile或KML", "the archive holds no Shapefile and no KML"),
        _FORMATS,
        where=path.name,
    )


def _text(path: Path, data: bytes, zipped: bool) -> Raw:
    name = path.name
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start and not data.strip():
        raise PortfolioError(Text("文件为空", "is empty"), Text("请重新导出", "export it again"), where=name)
    if start[:1] in (b"{", b"["):
        return read_geojson(data, name)
    if start[:1] == b"<":
        if b"<kml" in data[:65536] or b":kml" in data[:65536]:
            return read_kml(data, name)
        raise _unknown(path, Text("XML或网页", "XML or a web page"))
    utf16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    if not utf16 and b"\0" in data[:65536]:
        raise _unknown(path, Text("二进制文件", "binary"))
    suffix = Path(path.stem if zipped else name).suffix.casefold()
    if suffix in _BINARY and not (zipped and suffix == ".gz"):
        raise corrupt(name, _BINARY[suffix])
    return read_delimited(data, name)


def _unknown(path: Path, content: Text) -> PortfolioError:
    return PortfolioError(
        Text(f"内容是{content.zh}，不是项目文件", f"its content is {content.en}, not a file of projects"),
        _FORMATS,
        where=path.name,
    )
