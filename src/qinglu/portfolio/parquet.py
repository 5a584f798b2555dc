"""GeoParquet, and plain Parquet with coordinates in columns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from ..errors import SizeLimitError
from ..settings import Settings
from ..text import Text
from .errors import corrupt
from .raw import Geometries, Raw, as_text, check_rows, parsed, rows_of

_KIND = Text("Parquet文件", "Parquet file")
_NATIVE = {
    "point": shapely.GeometryType.POINT,
    "linestring": shapely.GeometryType.LINESTRING,
    "polygon": shapely.GeometryType.POLYGON,
    "multipoint": shapely.GeometryType.MULTIPOINT,
    "multilinestring": shapely.GeometryType.MULTILINESTRING,
    "multipolygon": shapely.GeometryType.MULTIPOLYGON,
}


def read_parquet(path: Path, settings: Settings) -> Raw:
    """Rows of a Parquet file; geometry as GeoParquet 1.0 or 1.1 declares it, or WKB in a column of bytes."""
    try:
        with pq.ParquetFile(path) as f:
            head = f.metadata
            check_rows(head.num_rows, path.name)
            size = sum(head.row_group(i).total_byte_size for i in range(head.num_row_groups))
            if size > settings.max_file_mb << 20:
                raise SizeLimitError(
                    Text(
                        f"解压后超过 {settings.max_file_mb} MB",
                        f"unpacks to more than {settings.max_file_mb} MB",
                    ),
                    Text("请拆分文件，或调高 QINGLU_MAX_FILE_MB", "split it, or raise QINGLU_MAX_FILE_MB"),
                    where=path.name,
                )
            table = f.read()
        geo = json.loads((table.schema.metadata or {}).get(b"geo", b"null"))
        return _raw(table, geo)
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, AttributeError) as e:
        raise corrupt(path.name, _KIND) from e


def _raw(table: pa.Table, geo: Any) -> Raw:
    meta: dict[str, Any] = {"format": "GeoParquet" if geo else "Parquet"}
    column, encoding, crs = "", "WKB", None
    if geo:
        column = geo["primary_column"]
        about = geo["columns"][column]
        encoding = about.get("encoding", "WKB")
        declared = about.get("crs", "")  # absent means longitude/latitude, null means not known
        crs = json.dumps(declared) if isinstance(declared, dict) else declared
        if about.get("edges") == "spherical":
            meta["edges"] = "spherical"
    else:
        column = next((f.name for f in table.schema if _is_wkb(f)), "")
    if not column:
        return Raw(as_text(table), rows_of(len(table)), meta=meta)
    geoms, faults = _geometries(table[column], encoding)
    others = [n for n in table.column_names if n != column and not _is_covering(n, geo)]
    columns = as_text(table.select(others)) if others else pa.table({"id": pa.nulls(len(table), pa.string())})
    return Raw(columns, rows_of(len(table)), geoms, faults, crs, meta=meta)


def _is_wkb(field: pa.Field) -> bool:
    kind = field.type.storage_type if isinstance(field.type, pa.BaseExtensionType) else field.type
    binary = pa.types.is_binary(kind) or pa.types.is_large_binary(kind)
    return binary and field.name.casefold() in ("geometry", "geom", "wkb", "wkb_geometry", "the_geom")


def _is_covering(name: str, geo: Any) -> bool:
    covers = geo and geo["columns"][geo["primary_column"]].get("covering", {}).get("bbox", {})
    return bool(covers) and any(v and v[0] == name for v in covers.values())


def _geometries(column: pa.ChunkedArray, encoding: str) -> tuple[Geometries, Geometries]:
    array = pa.concat_arrays(
        [c.storage if isinstance(c, pa.ExtensionArray) else c for c in column.chunks] or [pa.array([], pa.binary())]
    )
    if encoding.upper() == "WKB":
        return parsed(shapely.from_wkb, array.to_numpy(zero_copy_only=False))
    present = np.asarray(array.is_valid())
    geoms: Geometries = np.full(len(array), None, dtype=object)
    geoms[present] = _native(array.filter(pa.array(present)), encoding.lower())
    return geoms, np.full(len(array), "", dtype=object)


def _native(array: pa.Array, encoding: str) -> Geometries:
    offsets = []
    while not pa.types.is_struct(array.type):
        array = array.slice(0) if array.offset == 0 else pa.concat_arrays([array])
        offsets.append(np.asarray(array.offsets))
        array = array.flatten() if array.offsets[0].as_py() == 0 else array.values
    xy = np.column_stack([np.asarray(array.field(axis), dtype=float) for axis in ("x", "y")])
    return np.asarray(shapely.from_ragged_array(_NATIVE[encoding], xy, tuple(reversed(offsets)) or None))
