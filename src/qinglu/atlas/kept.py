"""A layer on disk: data as GeoParquet or COG, the compiled index, and the STAC item that describes both."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import shapely

from .. import space
from ..errors import IntegrityError, LayerError
from ..model import Layer
from ..text import Text
from .delivered import Geometries
from .features import FEATURES
from .keeping import sha256_of, whole_folder
from .rasters import RasterLayer
from .stac import ITEM, Asset, checksums, extra, layer_of, read_item, write_item
from .vector import INDEX, Compiled, VectorLayer

TABLE, IMAGE = "data.parquet", "data.tif"
_PARQUET = Asset(TABLE, "application/vnd.apache.parquet", "data")
_COMPILED = Asset(INDEX, "application/octet-stream", "index")
_COG = Asset(IMAGE, "image/tiff; application=geotiff; profile=cloud-optimized", "data")


def write_vector(folder: Path, layer: Layer, compiled: Compiled, *, dated: datetime, replace: bool) -> None:
    """Keep a compiled layer: the folder appears whole or not at all."""
    import pyarrow.parquet as pq

    with whole_folder(folder, replace=replace) as aside:
        pq.write_table(_geoparquet(compiled), aside / TABLE, compression="zstd", row_group_size=65_536)
        space.Index.build(compiled.geoms).save(aside / INDEX)
        write_item(
            aside, layer, (_PARQUET, _COMPILED), bbox=_bbox(compiled.geoms), dated=dated,
            more={"account": dict(compiled.account)},
        )  # fmt: skip


def write_raster(
    folder: Path,
    layer: Layer,
    convert: Callable[[Path], tuple[float, float, float, float]],
    *,
    dated: datetime,
    replace: bool,
    more: Mapping[str, Any],
) -> None:
    """Keep a raster: `convert` writes the file it is given and returns its extent in degrees."""
    with whole_folder(folder, replace=replace) as aside:
        bbox = convert(aside / IMAGE)
        write_item(aside, layer, (_COG,), bbox=bbox, dated=dated, more=more)


def open_kept(folder: Path) -> VectorLayer | RasterLayer:
    """Open a kept layer; an index that is missing, damaged or of another version is compiled again.

    Raises
    ------
    IntegrityError
        The description or the data is missing or damaged.
    """
    item = read_item(folder)
    layer = layer_of(item)
    if layer.kind == "raster":
        image = folder / IMAGE
        if not image.is_file():
            raise _gone(folder.name, IMAGE)
        return RasterLayer(layer, image, int(extra(item, "band", 1)))
    table = _read_columns(folder, FEATURES.names).cast(FEATURES)
    try:
        index = space.Index.open(folder / INDEX)
    except (IntegrityError, OSError):
        index = _compile_again(folder)
    return VectorLayer(layer, index, table, extra(item, "account", {}))


def problems(folder: Path) -> tuple[Text, ...]:
    """What is missing or altered among the files of a kept layer, and what to do; every byte is read."""
    try:
        wanted = checksums(read_item(folder))
    except (IntegrityError, KeyError, AttributeError, IndexError):
        return (_problem(ITEM, Text("缺失或损坏", "missing or damaged"), "data"),)
    out = []
    for name, (role, sha256) in sorted(wanted.items()):
        path = folder / name
        if not path.is_file():
            out.append(_problem(name, Text("缺失", "missing"), role))
        elif sha256_of(path) != sha256:
            out.append(_problem(name, Text("校验和不符", "the checksum differs"), role))
    return tuple(out)


def _problem(file: str, what: Text, role: str) -> Text:
    again = Text("下次使用时会重新编译", "it is compiled again when next used")
    anew = Text("请移除该图层后重新获取或添加", "remove the layer, then fetch or add it again")
    remedy = again if role == "index" else anew
    return Text(f"{file}：{what.zh}；{remedy.zh}", f"{file}: {what.en}; {remedy.en}")


def _geoparquet(compiled: Compiled) -> pa.Table:
    """Features, geometry, then the attributes as delivered, renamed where a name is taken."""
    table = compiled.features.append_column("geometry", pa.array(shapely.to_wkb(compiled.geoms), pa.binary()))
    taken = {n.casefold() for n in table.column_names}
    for name in compiled.table.column_names:
        free = name
        while free.casefold() in taken:
            free += "_"
        taken.add(free.casefold())
        table = table.append_column(free, compiled.table.column(name))
    there = compiled.geoms[~shapely.is_missing(compiled.geoms)]
    kinds = sorted({_KINDS[int(t)] for t in shapely.get_type_id(there)})
    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": kinds}
    bbox = _bbox(compiled.geoms)
    if bbox is not None:
        column["bbox"] = list(bbox)
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    return table.replace_schema_metadata({"geo": json.dumps(geo, sort_keys=True)})


_KINDS = (
    "Point", "LineString", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon",
    "GeometryCollection",
)  # fmt: skip


def _bbox(geoms: Geometries) -> tuple[float, float, float, float] | None:
    there = geoms[~(shapely.is_missing(geoms) | shapely.is_empty(geoms))]
    if not len(there):
        return None
    west, south, east, north = (float(v) for v in shapely.total_bounds(there))
    return west, south, east, north


def _read_columns(folder: Path, columns: list[str]) -> pa.Table:
    import pyarrow.parquet as pq

    try:
        return pq.read_table(folder / TABLE, columns=columns).replace_schema_metadata(None)
    except (OSError, pa.ArrowException) as e:
        raise _gone(folder.name, TABLE) from e


def _compile_again(folder: Path) -> space.Index:
    index = space.Index.build(kept_geometries(folder))
    try:
        index.save(folder / INDEX)
        _renew_checksum(folder)
    except OSError:
        pass  # a folder that is not ours to write costs the next run its time, not this one its result
    return index


def kept_geometries(folder: Path) -> Geometries:
    """The repaired geometries of a kept vector layer, row by row."""
    out: Geometries = shapely.from_wkb(_read_columns(folder, ["geometry"]).column("geometry").to_numpy())
    return out


def _renew_checksum(folder: Path) -> None:
    item = read_item(folder)
    for asset in item["assets"].values():
        if asset["href"] == f"./{INDEX}":
            asset["file:size"] = (folder / INDEX).stat().st_size
            asset["file:checksum"] = "1220" + sha256_of(folder / INDEX)
    aside = folder / f".{ITEM}.part"
    aside.write_text(json.dumps(item, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    aside.replace(folder / ITEM)


def _gone(layer: str, file: str) -> LayerError | IntegrityError:
    return IntegrityError(
        Text(
            f"图层 {layer} 的数据文件 {file} 缺失或损坏",
            f"the data file {file} of layer {layer} is missing or damaged",
        ),
        Text("请移除该图层后重新获取或添加", "remove the layer, then fetch or add it again"),
        where=layer,
    )
