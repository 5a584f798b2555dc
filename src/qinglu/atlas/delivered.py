"""Open a vector file as its provider delivered it: rows in order, geometries untouched.

What a file *is* is read from its first bytes, not from its name: names lie, and a driver chosen by
the file's own claim could be talked into opening other files.
"""

from __future__ import annotations

import json
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from .. import archive
from ..errors import InputError, LayerError, SizeLimitError
from ..settings import Settings
from ..text import Text

Geometries = npt.NDArray[np.object_]

READ = "GeoParquet, GeoPackage, GeoJSON, Shapefile (.zip), KML/KMZ, FlatGeobuf, File Geodatabase, CSV"
_MB = 1 << 20
_SIDECARS = (".shp", ".shx", ".dbf", ".prj", ".cpg", ".qpj")
_DATA = (".shp", ".gpkg", ".geojson", ".json", ".kml", ".fgb", ".parquet", ".geoparquet", ".csv")
_SUFFIXES = (*_SIDECARS, *_DATA, ".zip")
_LON = ("longitude", "lon", "long", "lng", "x", "经度")
_LAT = ("latitude", "lat", "y", "纬度")


@dataclass(frozen=True)
class Delivered:
    """A table of features in the order of the file.

    Attributes
    ----------
    table : pyarrow.Table
        Attributes without the geometry, n rows.
    geoms : array of shapely geometries, shape (n,)
        None where the row has none. In the coordinates of the file.
    crs : str, dict or None
        As the file declares it: WKT, authority code or PROJJSON.
    spherical : bool
        Edges are declared to be great circles rather than straight in longitude/latitude.
    names : tuple of str
        The layers of the file that were read.
    """

    table: pa.Table
    geoms: Geometries
    crs: str | dict[str, Any] | None
    spherical: bool = False
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Source:
    """One layer of one file that can be opened."""

    path: Path
    layer: str | None
    name: str


def split_layer(path: Path) -> tuple[Path, str | None]:
    """Take ``FILE:LAYER`` apart; a path that exists as it stands is never taken apart.

    Examples
    --------
    >>> split_layer(Path("no/such.gpkg:edges"))
    (PosixPath('no/such.gpkg:edges'), None)
    """
    if path.exists():
        return path, None
    head, colon, tail = str(path).rpartition(":")
    if colon and tail and Path(head).exists():
        return Path(head), tail
    return path, None


def read(path: Path, *, settings: Settings, layer: str | None = None) -> Delivered:
    """Read the features of a file.

    Of several layers the first that has geometry is read, unless `layer` names another; layers of a
    WDPA delivery, which comes as polygons beside points and in several parts, are read one after another.

    Raises
    ------
    LayerError
        Not there, not a known format, damaged, without geometry, or without the layer asked for.
    SizeLimitError
        Larger than `settings.max_file_mb`, or with a geometry of more than `settings.max_vertices`.
    """
    _check_size(path, settings)
    with _unpacked(path, settings) as files:
        sources = [s for f in files for s in _sources(f, path)]
        parts = [_read_source(s, path) for s in _chosen(sources, path, layer)]
    out = _joined(parts, path)
    worst = int(shapely.get_num_coordinates(out.geoms).max(initial=0))
    if worst > settings.max_vertices:
        raise SizeLimitError(
            Text(
                f"一个要素有 {worst} 个顶点，超过上限 {settings.max_vertices}",
                f"one feature has {worst} vertices, more than the limit of {settings.max_vertices}",
            ),
            Text("请切分该要素，或调高 QINGLU_MAX_VERTICES", "split it, or raise QINGLU_MAX_VERTICES"),
            where=path.name,
        )
    return out


def _check_size(path: Path, settings: Settings) -> None:
    try:
        size = sum(p.stat().st_size for p in path.rglob("*")) if path.is_dir() else path.stat().st_size
    except OSError as e:
        raise LayerError(
            Text(f"无法打开图层文件 {path}", f"cannot open the layer file {path}"),
            Text("请检查路径和权限", "check the path and its permissions"),
            where=path.name,
        ) from e
    if size > settings.max_file_mb * _MB:
        raise SizeLimitError(
            Text(
                f"文件大小为 {size / _MB:.0f} MB，超过上限 {settings.max_file_mb} MB",
                f"the file has {size / _MB:.0f} MB, more than the limit of {settings.max_file_mb} MB",
            ),
            Text("请裁剪该图层，或调高 QINGLU_MAX_FILE_MB", "clip the layer, or raise QINGLU_MAX_FILE_MB"),
            where=path.name,
        )


@contextmanager
def _unpacked(path: Path, settings: Settings) -> Iterator[list[Path]]:
    """The files that can be opened: the path itself, or what a zip archive holds."""
    if path.is_dir() or not archive.is_zip(path):
        yield [path]
        return
    # A layer is chosen by the user and may be large, so its archive is bounded as a file is.
    limit = settings.max_file_mb * _MB
    with tempfile.TemporaryDirectory(prefix="qinglu-") as folder:
        yield _openable(_extract(path, Path(folder), limit), path, limit)


def _extract(path: Path, into: Path, limit: int) -> list[Path]:
    def wanted(name: str) -> bool:
        hidden = name.startswith("__MACOSX/") or Path(name).name.startswith(".")
        return not hidden and (name.lower().endswith(_SUFFIXES) or ".gdb/" in name.lower())

    try:
        return list(archive.extract(path, into, max_bytes=limit, only=wanted))
    except SizeLimitError as e:
        remedy = Text("请裁剪图层，或调高 QINGLU_MAX_FILE_MB", "clip the layer, or raise QINGLU_MAX_FILE_MB")
        raise SizeLimitError(e.what, remedy, where=path.name) from e
    except InputError as e:
        raise LayerError(e.what, e.remedy, where=path.name) from e


def _openable(files: Sequence[Path], path: Path, limit: int) -> list[Path]:
    """Data files among unpacked ones; archives inside are unpacked once, within what is left of the bound."""
    out: list[Path] = []
    left = limit - sum(f.stat().st_size for f in files)
    for f in files:
        suffix = f.suffix.lower()
        geodatabase = next((p for p in f.parents if p.suffix.lower() == ".gdb"), None)
        if geodatabase is not None:
            if geodatabase not in out:
                out.append(geodatabase)
        elif suffix == ".zip" and archive.is_zip(f):
            into = f.with_suffix(".unpacked")
            into.mkdir()
            inner = _extract(f, into, left)
            left -= sum(p.stat().st_size for p in inner)
            out += [p for p in inner if p.suffix.lower() in (".shp", ".gpkg", ".kml", ".geojson")]
        elif suffix not in (*_SIDECARS[1:], ".zip"):
            out.append(f)
    if not out:
        raise LayerError(
            Text("压缩包中没有可读的矢量文件", "the archive holds no vector file that can be read"),
            Text(f"可读格式：{READ}", f"formats read: {READ}"),
            where=path.name,
        )
    return out


def _kind(path: Path) -> str:
    if path.is_dir():
        return "ogr" if path.suffix.lower() == ".gdb" else ""
    with path.open("rb") as f:
        head = f.read(4096)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head[:4] == b"PAR1":
        return "parquet"
    if head[:15] == b"SQLite format 3" or head[:3] == b"fgb" or head[:4] == b"\x00\x00\x27\x0a":
        return "ogr"
    if text[:1] in (b"{", b"["):
        return "ogr"
    if text[:1] == b"<":  # only KML: other XML formats can point to files elsewhere
        return "ogr" if b"<kml" in head else ""
    return "csv" if path.suffix.lower() in (".csv", ".tsv", ".txt") else ""


def _sources(file: Path, path: Path) -> list[_Source]:
    kind = _kind(file)
    if not kind:
        raise LayerError(
            Text("不是可识别的矢量格式", "is not a vector format that can be read"),
            Text(f"可读格式：{READ}", f"formats read: {READ}"),
            where=path.name,
        )
    if kind != "ogr":
        return [_Source(file, None, file.stem)]
    import pyogrio

    with _ogr_errors(path):
        rows = pyogrio.list_layers(file)
    return [_Source(file, str(name), str(name)) for name, geometry in rows if geometry is not None]


def _chosen(sources: list[_Source], path: Path, layer: str | None) -> list[_Source]:
    if layer is not None:
        found = [s for s in sources if s.name == layer]
        if not found:
            names = ", ".join(s.name for s in sources)
            raise LayerError(
                Text(f"文件中没有名为 {layer!r} 的图层", f"the file has no layer {layer!r}"),
                Text(f"现有图层：{names}", f"it has: {names}"),
                where=path.name,
            )
        return found
    if len(sources) > 1:
        from .wdpa import is_delivery

        parts = [s for s in sources if s.layer is not None and is_delivery(_fields(s, path))]
        if parts:
            return parts
    if not sources:
        raise LayerError(
            Text("文件中没有带几何的图层", "the file has no layer with geometry"),
            Text("请提供带坐标的文件", "give a file that has coordinates"),
            where=path.name,
        )
    return sources[:1]


def _fields(source: _Source, path: Path) -> list[str]:
    import pyogrio

    with _ogr_errors(path):
        return [str(f) for f in pyogrio.read_info(source.path, layer=source.layer)["fields"]]


def _read_source(source: _Source, path: Path) -> Delivered:
    kind = _kind(source.path)
    if kind == "parquet":
        return _read_parquet(source, path)
    return _read_csv(source, path) if kind == "csv" else _read_ogr(source, path)


def _read_ogr(source: _Source, path: Path) -> Delivered:
    import pyogrio.raw

    with _ogr_errors(path):
        meta, table = pyogrio.raw.read_arrow(source.path, layer=source.layer)
    column = meta["geometry_name"] or "wkb_geometry"
    geoms = _from_wkb(table.column(column), path)
    return Delivered(table.drop_columns([column]), geoms, meta["crs"], False, (source.name,))


def _read_parquet(source: _Source, path: Path) -> Delivered:
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(source.path)
    except (pa.ArrowException, OSError) as e:
        raise _unreadable(path, str(e)) from e
    raw = (table.schema.metadata or {}).get(b"geo")
    geo: dict[str, Any] = {}
    if raw is not None:
        try:
            geo = json.loads(raw)
        except ValueError as e:
            raise _unreadable(path, "geo metadata is not JSON") from e
    column = geo.get("primary_column") or _geometry_column(table)
    if column not in table.column_names:
        raise LayerError(
            Text("Parquet文件中没有几何列", "the Parquet file has no geometry column"),
            Text("请提供GeoParquet（WKB编码）", "give GeoParquet with geometries as WKB"),
            where=path.name,
        )
    meta = geo.get("columns", {}).get(column, {})
    geoms = _from_wkb(table.column(column), path)
    # No "crs" member means OGC:CRS84; an explicit null means that nobody knows.
    crs = meta.get("crs", "OGC:CRS84") if geo else None
    attributes = table.drop_columns([column]).replace_schema_metadata(None)
    return Delivered(attributes, geoms, crs, meta.get("edges") == "spherical", (source.name,))


def _geometry_column(table: pa.Table) -> str:
    usual = ("geometry", "geom", "wkb_geometry", "wkb", "shape")
    return next((n for n in table.column_names if n.lower() in usual), "")


def _read_csv(source: _Source, path: Path) -> Delivered:
    import pyarrow.compute as pc
    from pyarrow import csv

    try:
        with csv.open_csv(source.path) as peek:
            names = peek.schema.names
        as_text = csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()))  # 007 stays 007
        table = csv.read_csv(source.path, convert_options=as_text)
    except (pa.ArrowException, OSError) as e:
        raise _unreadable(path, str(e)) from e
    by_name = {n.strip().casefold(): n for n in names}
    lon = next((by_name[n] for n in _LON if n in by_name), None)
    lat = next((by_name[n] for n in _LAT if n in by_name), None)
    if lon is None or lat is None:
        raise LayerError(
            Text("CSV文件中没有经纬度列", "the CSV file has no longitude and latitude columns"),
            Text("请将列命名为 longitude 和 latitude", "name the columns longitude and latitude"),
            where=path.name,
        )
    blank = pa.scalar(None, pa.string())
    try:
        texts = (pc.utf8_trim_whitespace(table.column(c)) for c in (lon, lat))
        x, y = (pc.cast(pc.if_else(pc.equal(t, ""), blank, t), pa.float64()).to_numpy() for t in texts)
    except pa.ArrowException as e:
        raise _unreadable(path, f"{lon}, {lat}: {e}") from e
    geoms = np.full(len(x), None, object)
    there = ~(np.isnan(x) | np.isnan(y))
    geoms[there] = shapely.points(x[there], y[there])
    return Delivered(table, geoms, "OGC:CRS84", False, (source.name,))


def _from_wkb(column: pa.ChunkedArray, path: Path) -> Geometries:
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        column = pa.chunked_array([c.storage for c in column.chunks], kind.storage_type)
        kind = kind.storage_type
    if not (pa.types.is_binary(kind) or pa.types.is_large_binary(kind)):
        raise LayerError(
            Text(f"几何编码 {kind} 不受支持", f"the geometry encoding {kind} is not supported"),
            Text("请将几何保存为WKB", "write the geometries as WKB"),
            where=path.name,
        )
    try:
        out: Geometries = shapely.from_wkb(column.to_numpy())
    except (shapely.errors.GEOSException, TypeError, ValueError) as e:
        raise _unreadable(path, str(e)) from e
    return np.asarray(out, dtype=object)


def _joined(parts: list[Delivered], path: Path) -> Delivered:
    if len(parts) == 1:
        return parts[0]
    if len({str(p.crs) for p in parts}) > 1:
        raise LayerError(
            Text("文件各部分的坐标系不一致", "the parts of the file have different coordinate systems"),
            Text("请逐一添加", "add them one at a time"),
            where=path.name,
        )
    table = pa.concat_tables([p.table for p in parts], promote_options="permissive")
    names = tuple(n for p in parts for n in p.names)
    return Delivered(table, np.concatenate([p.geoms for p in parts]), parts[0].crs, parts[0].spherical, names)


@contextmanager
def _ogr_errors(path: Path) -> Iterator[None]:
    from pyogrio.errors import DataLayerError, DataSourceError

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GDAL's remarks on odd fields are nothing a reader can act on
        try:
            yield
        except (DataSourceError, DataLayerError, RuntimeError, UnicodeDecodeError, pa.ArrowException) as e:
            raise _unreadable(path, str(e)) from e


def _unreadable(path: Path, why: str) -> LayerError:
    why = " ".join(why.split())[:160]
    return LayerError(
        Text(f"文件无法读取（{why}）", f"the file cannot be read ({why})"),
        Text("请检查文件是否完整，或换一种格式导出", "check that it is whole, or export it anew"),
        where=path.name,
    )
