"""The catalogue of layers on this machine: what was added or fetched, and the starter atlas beneath it."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from .. import archive
from ..errors import OptionError, UnknownNameError
from ..model import Layer, is_role
from ..settings import Settings
from ..text import Text
from . import starter
from .connectors import Connector, connector
from .delivered import Geometries, read, split_layer
from .keeping import sha256_of
from .kept import IMAGE, TABLE, kept_geometries, open_kept, problems, write_raster, write_vector
from .obtain import Obtained, Request, names, obtain
from .rasters import RasterLayer, as_cog, checked, described
from .stac import layer_of, read_item
from .vector import VectorLayer, check_name, check_role, compiled_from
from .wdpa import WdpaFilter, is_delivery
from .wdpa import id_field as wdpa_id

_RASTERS = (".tif", ".tiff", ".asc", ".img", ".hgt")
_MB = 1 << 20


@dataclass(frozen=True)
class Check:
    """The outcome of verifying one layer.

    Attributes
    ----------
    layer_id : str
    problems : tuple of Text
        What is wrong and what to do; empty where every file is as it was written.
    """

    layer_id: str
    problems: tuple[Text, ...]

    @property
    def ok(self) -> bool:
        """Nothing wrong."""
        return not self.problems


@dataclass(frozen=True)
class Described:
    """What a user or a connector says of a file that is added. Empty text where nothing is said."""

    role: str = ""
    title: Text | None = None
    version: str = ""
    provider: str = ""
    licence: str = ""
    provenance: str = ""
    how_to_get: Text | None = None
    withheld: tuple[str, ...] = ()
    covers: tuple[str, ...] | None = None
    demonstration: bool = False
    id_field: str | None = None
    usual_id_field: str | None = None  # of the connector; a delivery may have other names
    usual_name_field: str | None = None
    name_field: str | None = None
    inner: str | None = None
    keep: WdpaFilter | None = None
    band: int = 1
    dated: date | None = None


class Atlas:
    """The layers on this machine.

    A layer the user adds under the id of a starter layer takes its place.

    Parameters
    ----------
    settings : Settings
        `data_dir` is where layers are kept.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._folder = settings.data_dir.expanduser() / "layers"

    def ids(self) -> tuple[str, ...]:
        """Ids of all layers, sorted."""
        return tuple(sorted({*self._kept(), *starter.ids()}))

    def own(self) -> tuple[str, ...]:
        """Ids of the layers that were added or fetched here, sorted."""
        return self._kept()

    def list(self) -> tuple[Layer, ...]:
        """All layers, by id. Starter layers need not have been computed for it.

        Raises
        ------
        IntegrityError
            A layer's description is damaged.
        """
        return tuple(self.info(layer_id) for layer_id in self.ids())

    def info(self, layer_id: str) -> Layer:
        """What is known of a layer.

        Raises
        ------
        UnknownNameError, IntegrityError
        """
        kept = self._place(layer_id)
        return layer_of(read_item(kept)) if kept is not None else starter.layer(layer_id, self.settings)

    def open(self, layer_id: str) -> VectorLayer | RasterLayer:
        """A layer ready for measuring; a starter layer is computed on first use.

        Raises
        ------
        UnknownNameError, IntegrityError
        """
        kept = self._place(layer_id)
        return open_kept(kept) if kept is not None else starter.open_layer(layer_id, self.settings)

    def file(self, layer_id: str) -> Path:
        """The data of a layer as a file that can be read like any other: GeoParquet, or a GeoTIFF.

        Raises
        ------
        UnknownNameError, IntegrityError
        """
        folder = self._place(layer_id) or starter.folder(layer_id, self.settings)
        return folder / (IMAGE if (folder / IMAGE).is_file() else TABLE)

    def item(self, layer_id: str) -> dict[str, Any]:
        """The STAC item of a layer as it is kept; without files for a starter layer that was not computed yet.

        Raises
        ------
        UnknownNameError, IntegrityError
        """
        kept = self._place(layer_id) or starter.computed(self.settings).get(layer_id)
        return read_item(kept) if kept is not None else starter.item(layer_id, self.settings)

    def countries(self) -> tuple[Geometries, tuple[str, ...]]:
        """Shapes of countries and areas and their alpha-3 codes, for orientation; none without a code.

        Raises
        ------
        IntegrityError
            The layer ``countries`` is damaged.
        """
        geoms, features = self._shapes("countries")
        codes = features["feature_id"].to_pylist()
        rows = [i for i, code in enumerate(codes) if len(code) == 3 and code.isalpha()]
        return geoms[rows], tuple(codes[i] for i in rows)

    def land(self) -> shapely.MultiPolygon:
        """The land, for maps.

        Raises
        ------
        IntegrityError
            The layer ``land`` is damaged.
        """
        geoms, _ = self._shapes("land")
        parts = shapely.get_parts(geoms)
        return shapely.MultiPolygon(list(parts[shapely.get_type_id(parts) == 3]))

    def populations(self, layer_id: str) -> npt.NDArray[np.float64] | None:
        """People at each feature of a starter layer of places, NaN where not known; None for any other layer."""
        return None if layer_id in self._kept() else starter.populations(layer_id)

    def _shapes(self, layer_id: str) -> tuple[Geometries, pa.Table]:
        kept = self._place(layer_id)
        if kept is None:
            return starter.shapes(layer_id, self.settings)
        opened = open_kept(kept)
        if isinstance(opened, RasterLayer):  # the user's own layer of that id serves another purpose
            return starter.shapes(layer_id, self.settings)
        return kept_geometries(kept), opened.features

    def add(
        self,
        path: Path,
        *,
        id: str | None = None,  # noqa: A002 - the word of the contract
        connector_id: str | None = None,
        described: Described | None = None,
        replace_existing: bool = False,
    ) -> Layer:
        """Keep a file as a layer: GeoParquet or COG, compiled index and STAC item.

        Parameters
        ----------
        path : Path
            A vector or raster file, zipped or not; ``FILE:LAYER`` names one of several vector layers.
        id : str, optional
            Without it the connector's, or the file's name without its suffix.
        connector_id : str, optional
            Take title, licence and the rest from this connector, for a file that was obtained by hand.
        described : Described, optional
            What the user says; goes before what the connector says.
        replace_existing : bool
            Whether a layer of that id may be replaced.

        Raises
        ------
        OptionError
            The id is taken or impossible, the role unknown.
        LayerError, SizeLimitError
            The file cannot be used.
        """
        file, inner = split_layer(path)
        said = described or Described()
        if inner is not None:
            said = replace(said, inner=inner)
        known = None if connector_id is None else connector(connector_id)
        if known is not None:
            said = _filled(said, known)
        layer_id = id or (known.id if known else file.name.partition(".")[0])
        self._check_free(layer_id, replace_existing)
        return self._keep((file,), layer_id, said, replace_existing)

    def fetch(
        self,
        connector_id: str,
        request: Request,
        *,
        id: str | None = None,  # noqa: A002 - the word of the contract
        described: Described | None = None,
        replace_existing: bool = False,
    ) -> Layer:
        """Download a layer from its provider and keep it. What was downloaded is removed once it is kept.

        Raises
        ------
        UnknownNameError
            No such connector.
        TermsError
            Terms not accepted, or token missing; the message names licence and URL.
        DownloadError, IntegrityError, SizeLimitError, OptionError, LayerError
            See `obtain` and `add`. An interrupted download goes on where it stopped.
        """
        known = connector(connector_id)
        layer_id = id or known.id
        self._check_free(layer_id, replace_existing)
        request = replace(request, max_bytes=request.max_bytes or self.settings.max_file_mb * _MB)
        folder = self._folder.parent / "downloads" / _request_key(known, request)
        got = obtain(known, request, folder)
        said = _filled(described or Described(), known)
        said = replace(said, covers=said.covers or got.covers, provenance=_provenance(known, got))
        layer = self._keep(got.files, layer_id, said, replace_existing)
        shutil.rmtree(folder, ignore_errors=True)
        return layer

    def verify(self, layer_id: str | None = None) -> tuple[Check, ...]:
        """Read every byte of one layer, or of all that are kept or were computed, and compare checksums.

        Raises
        ------
        UnknownNameError
        """
        if layer_id is not None:
            kept = self._place(layer_id)
            return (Check(layer_id, problems(kept if kept is not None else self._starter(layer_id))),)
        places = starter.computed(self.settings)
        places |= {name: self._folder / name for name in self._kept()}
        return tuple(Check(name, problems(place)) for name, place in sorted(places.items()))

    def remove(self, layer_id: str) -> None:
        """Remove a layer that was added or fetched. A starter layer of the same id shows again.

        Raises
        ------
        UnknownNameError
            No such layer.
        OptionError
            A starter layer, which is computed from packages and cannot be removed.
        """
        kept = self._place(layer_id)
        if kept is None:
            raise OptionError(
                Text(
                    f"{layer_id} 是内置图层，不能移除",
                    f"{layer_id} comes with the software and cannot be removed",
                ),
                Text(
                    f"可用 qinglu atlas add 文件 --id {layer_id} 以自己的图层替换",
                    f"replace it by your own with `qinglu atlas add FILE --id {layer_id}`",
                ),
            )
        aside = Path(tempfile.mkdtemp(prefix=f".{layer_id}.partial-", dir=self._folder))
        kept.rename(aside / "removed")  # gone at once, whatever happens to the rest
        shutil.rmtree(aside, ignore_errors=True)

    def _kept(self) -> tuple[str, ...]:
        if not self._folder.is_dir():
            return ()
        return tuple(sorted(p.name for p in self._folder.iterdir() if p.is_dir() and not p.name.startswith(".")))

    def _place(self, layer_id: str) -> Path | None:
        """The folder of a kept layer; None for a starter layer."""
        if layer_id in self._kept():  # only names that are there: an id never becomes a path
            return self._folder / layer_id
        if layer_id in starter.ids():
            return None
        known = ", ".join(self.ids())
        raise UnknownNameError(
            Text(f"图集中没有图层 {layer_id!r}", f"the atlas has no layer {layer_id!r}"),
            Text(f"现有：{known}", f"it has: {known}"),
        )

    def _starter(self, layer_id: str) -> Path:
        return starter.folder(layer_id, self.settings)

    def _check_free(self, layer_id: str, replace_existing: bool) -> None:
        check_name(layer_id)
        if not replace_existing and layer_id in self._kept():
            raise OptionError(
                Text(f"图层 {layer_id} 已存在", f"there is a layer {layer_id} already"),
                Text("请换一个 --id，或加上 --replace", "choose another --id, or add --replace"),
            )

    def _keep(self, files: Sequence[Path], layer_id: str, said: Described, replace_existing: bool) -> Layer:
        if said.role:
            check_role(said.role)
        if len(files) > 1 or _is_raster(files[0]):
            return self._keep_raster(files, layer_id, said, replace_existing)
        return self._keep_vector(files[0], layer_id, said, replace_existing)

    def _keep_vector(self, file: Path, layer_id: str, said: Described, replace_existing: bool) -> Layer:
        delivered = read(file, settings=self.settings, layer=said.inner)
        columns = delivered.table.column_names
        role = said.role or _role(layer_id, is_delivery(columns))
        field = said.id_field or (wdpa_id(columns) if is_delivery(columns) else None)
        if field is None and said.usual_id_field in columns:
            field = said.usual_id_field
        name = said.name_field or (said.usual_name_field if said.usual_name_field in columns else None)
        compiled = compiled_from(delivered, role, id_field=field, name_field=name, keep=said.keep, where=file.name)
        layer = _layer(layer_id, role, compiled.kind, said, (file,), compiled.provenance)
        layer = replace(layer, withheld=tuple(sorted({*compiled.withheld, *said.withheld})))
        write_vector(self._folder / layer_id, layer, compiled, dated=_dated(said, file), replace=replace_existing)
        return layer

    def _keep_raster(self, files: Sequence[Path], layer_id: str, said: Described, replace_existing: bool) -> Layer:
        opened = [checked(f, settings=self.settings, band=said.band) for f in files]
        role = said.role or _role(layer_id, False)
        layer = _layer(layer_id, role, "raster", said, files, described(opened[0], said.band))
        write_raster(
            self._folder / layer_id,
            layer,
            lambda target: as_cog(opened, target),
            dated=_dated(said, files[0]),
            replace=replace_existing,
            more={"band": said.band if len(files) == 1 else 1},  # a mosaic has the first band only
        )
        return layer


def _role(layer_id: str, wdpa: bool) -> str:
    return layer_id if is_role(layer_id) else "protected" if wdpa else "other"


def _layer(layer_id: str, role: str, kind: str, said: Described, files: Sequence[Path], found: str) -> Layer:
    sha256 = sha256_of(files[0])
    if len(files) > 1:
        sha256 = hashlib.sha256("".join(sha256_of(f) for f in files).encode()).hexdigest()
    return Layer(
        id=layer_id,
        role=role,
        title=said.title or Text(layer_id, layer_id),
        kind=kind,
        version=said.version or f"sha256:{sha256[:12]}",
        provider=said.provider,
        licence=said.licence,
        provenance="; ".join(p for p in (said.provenance, f"{names(files)}: {found}") if p),
        sha256=sha256,
        withheld=said.withheld,
        covers=said.covers,
        demonstration=said.demonstration,
        how_to_get=said.how_to_get or Text("", ""),
    )


def _filled(said: Described, known: Connector) -> Described:
    """What the user says, and what the connector knows where the user is silent."""
    return replace(
        said,
        role=said.role or known.role,
        title=said.title or known.title,
        version=said.version or known.version,
        provider=said.provider or known.provider,
        licence=said.licence or f"{known.licence} ({known.terms})",
        provenance=said.provenance or known.citation,
        how_to_get=said.how_to_get or known.how_to_get,
        id_field=said.id_field,
        usual_id_field=known.id_field or None,
        name_field=said.name_field,
        usual_name_field=known.name_field or None,
        inner=said.inner or known.layer or None,
    )


def _provenance(known: Connector, got: Obtained) -> str:
    absent = f"; the provider has no tile {', '.join(got.absent)}" if got.absent else ""
    return known.citation + absent


def _request_key(known: Connector, request: Request) -> str:
    """A folder for one request, so that a later try finds what an earlier one brought. Never the token."""
    asked = f"{known.id}|{known.url}|{request.bbox}|{request.countries}|{request.mirror}"
    return f"{known.id}-{hashlib.sha256(asked.encode()).hexdigest()[:12]}"


def _dated(said: Described, file: Path) -> datetime:
    """The day the user names, else that of the file's last change: nothing here reads the clock."""
    if said.dated is not None:
        return datetime(said.dated.year, said.dated.month, said.dated.day, tzinfo=UTC)
    return datetime.fromtimestamp(int(file.stat().st_mtime), tz=UTC)


def _is_raster(path: Path) -> bool:
    if path.suffix.lower() in _RASTERS:
        return True
    if path.is_dir() or not archive.is_zip(path):
        return False
    inside = archive.members(path, max_bytes=1 << 62)
    return bool(inside) and not any(_vector_name(m.name) for m in inside) and any(
        m.name.lower().endswith(_RASTERS) for m in inside
    )  # fmt: skip


def _vector_name(name: str) -> bool:
    return name.lower().endswith((".shp", ".gpkg", ".geojson", ".kml", ".fgb", ".parquet"))
