"""Vector layers: from a delivered file to an index that is memory-mapped the next time."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from .. import space
from ..errors import IntegrityError, OptionError, QingluError
from ..model import Layer, is_role
from ..settings import Settings
from ..text import Text
from . import wdpa
from .delivered import Delivered, Geometries, read, split_layer
from .features import features
from .geodesics import densified
from .keeping import sha256_of, whole_folder
from .place import placed
from .wdpa import WdpaFilter

READER = 1
"""Raised whenever the same file would be read or compiled differently."""

INDEX, FEATURES_FILE, META = "index.qlx", "features.parquet", "meta.json"
_ID = re.compile(r"[\w.-]{1,100}", re.UNICODE)


@dataclass(frozen=True)
class VectorLayer:
    """A vector layer ready for measuring.

    Attributes
    ----------
    layer : Layer
    index : space.Index
        One feature a row, in the order of the file.
    features : pyarrow.Table
        Schema `features.FEATURES`, one row a feature.
    account : mapping
        How many rows were read, empty, unusable, repaired, filtered out, approximate.
    """

    layer: Layer
    index: space.Index
    features: pa.Table
    account: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Compiled:
    """A delivered file brought into the one form that is measured and kept.

    Attributes
    ----------
    geoms : array of geometries, shape (n,)
        Repaired; None for rows without one.
    features, table : pyarrow.Table
        Schema `features.FEATURES`; the attributes as delivered. n rows each.
    kind : str
        ``point``, ``line``, ``area`` or ``mixed``.
    """

    geoms: Geometries
    features: pa.Table
    table: pa.Table
    kind: str
    provenance: str
    withheld: tuple[str, ...]
    account: Mapping[str, int]


def read_vector(
    name: str,
    path: Path,
    *,
    role: str | None = None,
    id_field: str | None = None,
    name_field: str | None = None,
    settings: Settings,
    title: Text | None = None,
    keep: WdpaFilter | None = None,
) -> VectorLayer:
    """A layer from a file, for ``--layer NAME=PATH[,role=ROLE][,id=FIELD]``.

    Parameters
    ----------
    name : str
        Becomes the layer's id.
    path : Path
        GeoParquet, GeoPackage, GeoJSON, Shapefile, KML, FlatGeobuf, File Geodatabase or CSV, zipped or
        not. ``FILE:LAYER`` names one of several layers.
    role : str, optional
        One of `model.ROLES` or ``hazard.*``. Without it a WDPA delivery is ``protected``, a layer named
        like a role has that role, and any other is ``other``.
    id_field, name_field : str, optional
        Columns for feature ids and names.
    settings : Settings
        Bounds, and where the compiled form is kept for the next run.
    title : Text, optional
        Shown in reports; the name without it.
    keep : WdpaFilter, optional
        Which sites of a WDPA delivery stay.

    Raises
    ------
    LayerError, SizeLimitError, OptionError
        The file cannot be used; it is too large; the name or the role is impossible.
    """
    check_name(name)
    if role is not None:
        check_role(role)
    file, inner = split_layer(path)
    keep = keep or WdpaFilter()
    if not file.exists():
        read(file, settings=settings, layer=inner)  # raises, saying why
    sha256 = sha256_of(file)
    role = role or (name if is_role(name) else None)
    options = [READER, sha256, inner, role, id_field, name_field, asdict(keep)]
    key = hashlib.sha256(json.dumps(options, sort_keys=True).encode()).hexdigest()[:32]
    folder = settings.data_dir.expanduser() / "cache" / key
    found = _cached(folder)
    if found is None:
        delivered = read(file, settings=settings, layer=inner)
        role = role or ("protected" if wdpa.is_delivery(delivered.table.column_names) else "other")
        compiled = compiled_from(
            delivered, role, id_field=id_field, name_field=name_field, keep=keep, where=file.name
        )
        found = _into_cache(folder, compiled, role)
    index, table, meta = found
    layer = Layer(
        id=name,
        role=meta["role"],
        title=title or Text(name, name),
        kind=meta["kind"],
        version=f"sha256:{sha256[:12]}",
        provenance=f"{file.name}: {meta['provenance']}",
        sha256=sha256,
        withheld=tuple(meta["withheld"]),
    )
    return VectorLayer(layer, index, table, meta["account"])


def check_name(name: str) -> None:
    """Raise `OptionError` unless `name` can be a layer's id and the name of a folder."""
    if not _ID.fullmatch(name) or name.startswith("."):
        raise OptionError(
            Text(f"图层名称 {name!r} 不可用", f"{name!r} cannot be the name of a layer"),
            Text("请使用字母、数字、下划线、连字符和点", "use letters, digits, underscore, hyphen and dot"),
        )


def check_role(role: str) -> None:
    """Raise `OptionError` unless `role` is one that layers have."""
    if not is_role(role):
        from ..model import ROLES

        raise OptionError(
            Text(f"没有 {role!r} 这种图层类别", f"there is no role {role!r}"),
            Text(f"可用类别：{'、'.join(ROLES)}、hazard.*", f"roles: {', '.join(ROLES)}, hazard.*"),
        )


def compiled_from(
    delivered: Delivered,
    role: str,
    *,
    id_field: str | None = None,
    name_field: str | None = None,
    keep: WdpaFilter | None = None,
    where: str,
) -> Compiled:
    """Place, filter, repair once, and read what is known of each feature.

    Raises
    ------
    LayerError
        Coordinates that cannot be placed, a field that is not there.
    """
    there = placed(delivered, where)
    geoms = there.geoms
    approximate = np.zeros(len(geoms), bool)
    dropped = circles = 0
    withheld: tuple[str, ...] = ()
    if wdpa.is_delivery(delivered.table.column_names):
        chosen = wdpa.sites(delivered.table, geoms, keep or WdpaFilter())
        geoms, approximate = chosen.geoms, chosen.approximate
        dropped, circles = chosen.dropped, chosen.circles
        withheld = wdpa.withheld()
    if delivered.spherical:
        geoms = densified(geoms)
    mended = space.repair(geoms)
    table = features(
        delivered.table, role, id_field=id_field, name_field=name_field, approximate=approximate, where=where
    )
    account = {
        "read": len(geoms),
        "empty": there.empty,
        "unusable": there.unusable,
        "repaired": int((mended.invalid | mended.wrapped | mended.cut).sum()),
        "filtered": dropped,
        "circles": circles,
        "approximate": int(approximate.sum()),
    }
    told = ", ".join(f"{n} {what}" for what, n in account.items() if n)
    edges = "; great-circle edges" if delivered.spherical else ""
    provenance = f"{'+'.join(delivered.names)}; {there.crs}{edges}; {told}"
    kind = kind_of(mended.geoms)
    return Compiled(mended.geoms, table, delivered.table, kind, provenance, withheld, account)


def kind_of(geoms: Geometries) -> str:
    """What the geometries are: ``point``, ``line``, ``area``, or ``mixed`` when of several kinds or none."""
    dimensions = set(shapely.get_dimensions(geoms[~shapely.is_missing(geoms)]).tolist()) - {-1}
    return ("point", "line", "area")[dimensions.pop()] if len(dimensions) == 1 else "mixed"


_Found = tuple[space.Index, pa.Table, dict[str, Any]]


def _cached(folder: Path) -> _Found | None:
    import pyarrow.parquet as pq

    if not folder.exists():
        return None
    try:
        meta = json.loads((folder / META).read_text(encoding="utf-8"))
        return space.Index.open(folder / INDEX), pq.read_table(folder / FEATURES_FILE), meta
    except (OSError, ValueError, IntegrityError, pa.ArrowException):
        import shutil

        shutil.rmtree(folder, ignore_errors=True)  # damaged or of another version: compile again
        return None


def _into_cache(folder: Path, compiled: Compiled, role: str) -> _Found:
    import pyarrow.parquet as pq

    index = space.Index.build(compiled.geoms)
    meta = {
        "role": role,
        "kind": compiled.kind,
        "provenance": compiled.provenance,
        "withheld": list(compiled.withheld),
        "account": dict(compiled.account),
    }
    try:
        with whole_folder(folder, replace=False) as aside:
            index.save(aside / INDEX)
            pq.write_table(compiled.features, aside / FEATURES_FILE)
            (aside / META).write_text(json.dumps(meta, ensure_ascii=False, sort_keys=True), encoding="utf-8")
    except (OSError, QingluError):
        pass  # a data folder that is full or not ours costs the next run its time, not this one its result
    return index, compiled.features, meta
