"""GeoPackage and zipped Shapefile, through the GDAL that pyogrio carries."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

import pyarrow as pa
import shapely

from .. import archive
from ..settings import Settings
from ..text import Text
from .errors import corrupt, no_rows
from .raw import Raw, as_text, check_rows, parsed, rows_of

_GPKG = Text("GeoPackage文件", "GeoPackage")
_SHP = Text("Shapefile", "Shapefile")
_SIDE = (".shp", ".shx", ".dbf", ".prj", ".cpg", ".cst")
_CODE_PAGES = {0x4D: "CP936", 0x4E: "CP949", 0x4F: "CP950", 0x7A: "CP936", 0x13: "CP932", 0x78: "CP950"}


def read_geopackage(path: Path) -> list[Raw]:
    """Each layer with geometry; tables without are left out and named in `meta`."""
    if "!" in str(path.resolve()) or ":" in path.name:  # pyogrio would take it for a path into an archive
        with tempfile.TemporaryDirectory(prefix="qinglu-") as folder:
            return _layers(Path(shutil.copyfile(path, Path(folder) / "copy.gpkg")), path.name)
    return _layers(path, path.name)


def _layers(path: Path, where: str) -> list[Raw]:
    layers = _guarded(where, _GPKG, lambda ogr: ogr.list_layers(path))
    spatial = [name for name, kind in layers if kind is not None]
    plain = [name for name, kind in layers if kind is None]
    if not spatial:
        raise corrupt(where, _GPKG, Text("没有带几何的图层", "no layer with geometry"))
    return [_layer(path, where, "GeoPackage", _GPKG, layer=n, tables_left_out=plain) for n in spatial]


def read_shapefile(path: Path, settings: Settings) -> list[Raw]:
    """Each Shapefile of a zip archive, in the order of its names."""
    with tempfile.TemporaryDirectory(prefix="qinglu-") as folder:
        into = Path(folder)
        archive.extract(
            path, into, max_bytes=settings.max_unpacked_mb << 20, only=lambda n: n.casefold().endswith(_SIDE)
        )
        found = sorted(p for p in into.rglob("*") if p.suffix.casefold() == ".shp" and p.is_file())
        return [
            _layer(
                shp, path.name, "Shapefile", _SHP,
                encoding=_dbf_encoding(shp), member=shp.relative_to(into).as_posix(),
            )
            for shp in found
        ]  # fmt: skip


def _layer(
    path: Path,
    where: str,
    form: str,
    kind: Text,
    *,
    layer: str | None = None,
    encoding: str | None = None,
    **meta: Any,
) -> Raw:
    def read(ogr: Any) -> tuple[dict[str, Any], pa.Table]:
        check_rows(ogr.read_info(path, layer=layer)["features"], where)
        head, table = ogr.raw.read_arrow(path, layer=layer, encoding=encoding)
        return head, table

    head, table = _guarded(where, kind, read)
    if len(table) == 0:
        raise no_rows(where)
    name = head.get("geometry_name") or "wkb_geometry"
    known: dict[str, Any] = {k: v for k, v in {**meta, "layer": layer, "encoding": encoding}.items() if v}
    known["format"] = form
    if name not in table.column_names:
        return Raw(as_text(table), rows_of(len(table)), meta=known)
    column = table[name]
    parts = [c.storage if isinstance(c, pa.ExtensionArray) else c for c in column.chunks]
    wkb = pa.concat_arrays(parts).to_numpy(zero_copy_only=False)
    geoms, faults = parsed(shapely.from_wkb, wkb)
    others = [n for n in table.column_names if n != name]
    columns = as_text(table.select(others)) if others else pa.table({"id": pa.nulls(len(table), pa.string())})
    return Raw(columns, rows_of(len(table)), geoms, faults, head.get("crs"), meta=known)


def _guarded(where: str, kind: Text, read: Any) -> Any:
    """What `read` gives, with no word on stderr and every failure as one of ours."""
    import pyogrio

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return read(pyogrio)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.GeometryError) as e:
        raise corrupt(where, kind) from e
    except (pyogrio.errors.FieldError, pyogrio.errors.FeatureError, pyogrio.errors.CRSError) as e:
        raise corrupt(where, kind) from e
    except (pa.ArrowException, OSError, RuntimeError, UnicodeDecodeError) as e:
        raise corrupt(where, kind) from e


def _dbf_encoding(shp: Path) -> str | None:
    """The encoding of the table, where no .cpg declares one: its code page, else what its bytes are."""
    side = {p.suffix.casefold(): p for p in shp.parent.iterdir() if p.stem == shp.stem}
    if ".cpg" in side or ".dbf" not in side:
        name = side[".cpg"].read_text(encoding="ascii", errors="ignore").strip() if ".cpg" in side else ""
        return {"936": "CP936", "GB2312": "CP936", "GBK": "CP936", "GB18030": "GB18030", "UTF8": "UTF-8"}.get(
            name.upper().replace("ANSI ", ""), name or None
        )
    content = side[".dbf"].read_bytes()
    if len(content) > 29 and content[29] in _CODE_PAGES:
        return _CODE_PAGES[content[29]]
    for encoding, gdal in (("utf-8", "UTF-8"), ("gb18030", "CP936"), ("cp1252", "CP1252")):
        try:
            content[32:].decode(encoding)
        except UnicodeDecodeError:
            continue
        return gdal
    return None
