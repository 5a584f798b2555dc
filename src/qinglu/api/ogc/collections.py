"""What there is to ask for: projects, the projects of a portfolio, open layers, and two catalogues of records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ...model import role_title
from ...store import Actor, NotFoundError
from ...store.records import LayerRecord
from ...text import Lang, Text
from ..context import Context
from ..reply import GEOJSON
from .common import CRS84, JSON, SCHEMA, link
from .crs import KNOWN

COLLECTION = Text("集合", "collection")
_PORTFOLIO, _LAYER = "portfolio-", "layer-"
_MOST_PORTFOLIOS = 100
_WORLD = [-180.0, -90.0, 180.0, 90.0]


@dataclass(frozen=True)
class Collection:
    """One collection.

    Attributes
    ----------
    kind : str
        ``projects``, ``layer`` or ``records``.
    portfolio : int or None
        Only the projects of this one.
    shape : str
        Only projects of this kind, where one is named: a layer of a desktop GIS holds one kind, and of a mixed
        collection it would draw what its first feature is.
    layer : LayerRecord or None
    """

    id: str
    title: Text
    about: Text
    kind: str
    portfolio: int | None = None
    shape: str = ""
    layer: LayerRecord | None = None


PROJECTS = Collection(
    "projects", Text("项目", "Projects"),
    Text("您有权查看的全部项目；未登录者只见已公开的档案。",
         "Every project that you may see; without signing in, published dossiers."), "projects",
)  # fmt: skip
_SHAPES = {
    "points": ("point", Text("点", "points")), "lines": ("line", Text("线", "lines")),
    "areas": ("area", Text("面", "areas")),
}  # fmt: skip
LAYERS = Collection(
    "layers", Text("图层目录", "Layers"),
    Text("图册各图层的来源、许可与版本。", "Source, licence and version of each layer of the atlas."), "records",
)  # fmt: skip
RULES = Collection(
    "rules", Text("法律与规则目录", "Laws and rules"),
    Text("规则手册的各条规则及其依据。", "The rules of the rulebook and what they rest on."), "records",
)  # fmt: skip


def every(ctx: Context, actor: Actor) -> Iterator[Collection]:
    """Collections that the actor may see; of portfolios the newest hundred are listed, the others have addresses."""
    yield from _with_shapes(PROJECTS)
    yield LAYERS
    yield RULES
    for record in open_layers(ctx, actor):
        yield _of_layer(record)
    if actor.signed_in:
        for portfolio in ctx.store.portfolios(actor, limit=_MOST_PORTFOLIOS):
            yield from _with_shapes(_of_portfolio(portfolio.id, portfolio.name))


def of_id(ctx: Context, actor: Actor, collection_id: str) -> Collection:
    """The collection of that id.

    Raises
    ------
    NotFoundError
        There is none, or the actor may not see it.
    """
    fixed = {c.id: c for c in (PROJECTS, LAYERS, RULES)}
    if collection_id in fixed:
        return fixed[collection_id]
    whole, _, shape = collection_id.rpartition("-")
    if shape in _SHAPES and whole:
        found = of_id(ctx, actor, whole)
        if found.kind == "projects" and not found.shape:
            return _of_shape(found, shape)
    number = collection_id.removeprefix(_PORTFOLIO)
    if collection_id.startswith(_PORTFOLIO) and number.isascii() and number.isdigit() and len(number) < 18:
        record = ctx.store.portfolio(actor, int(number))
        return _of_portfolio(record.id, record.name)
    if collection_id.startswith(_LAYER):
        for layer in open_layers(ctx, actor):
            if layer.id == collection_id.removeprefix(_LAYER):
                return _of_layer(layer)
    raise NotFoundError.of(COLLECTION, collection_id[:80])


def open_layers(ctx: Context, actor: Actor) -> Iterator[LayerRecord]:
    """Vector layers whose features may be handed on: a licence to screen with a layer is none to pass it on."""
    here = set(ctx.workspace().atlas.ids())
    for record in ctx.store.layers(actor, enabled=True):
        if record.open and record.kind != "raster" and record.id in here:
            yield record


def described(found: Collection, root: str, lang: Lang) -> dict[str, Any]:
    """The document of a collection."""
    here = f"{root}/ogc/collections/{found.id}"
    made: dict[str, Any] = {
        "id": found.id, "title": found.title.in_(lang), "description": found.about.in_(lang),
        "extent": {"spatial": {"bbox": [_WORLD], "crs": CRS84}, "temporal": {"interval": [[None, None]]}},
        "itemType": "record" if found.kind == "records" else "feature", "crs": [CRS84],
        "links": [link(here, "self"), link(f"{here}/items", "items", GEOJSON)],
    }  # fmt: skip
    if found.kind == "records":
        return made | {"type": "Collection"}
    made |= {"crs": list(KNOWN), "storageCrs": CRS84}
    made["links"].append(link(f"{here}/queryables", "http://www.opengis.net/def/rel/ogc/1.0/queryables", SCHEMA))
    if found is PROJECTS:
        made["links"].append(link(f"{here}/tiles", "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector", JSON))
    if found.layer is not None:
        made |= {"attribution": found.layer.provider} if found.layer.provider else {}
        made["links"].append(link(f"{root}/ogc/collections/layers/items/{found.layer.id}", "describedby", GEOJSON))
    return made


def _with_shapes(whole: Collection) -> Iterator[Collection]:
    yield whole
    for shape in _SHAPES:
        yield _of_shape(whole, shape)


def _of_shape(whole: Collection, shape: str) -> Collection:
    kind, words = _SHAPES[shape]
    title = Text(f"{whole.title.zh}（{words.zh}）", f"{whole.title.en} ({words.en})")
    return replace(whole, id=f"{whole.id}-{shape}", title=title, shape=kind)


def _of_layer(record: LayerRecord) -> Collection:
    title = Text(record.title_zh or record.id, record.title_en or record.id)
    role = role_title(record.role)
    about = Text(
        f"{role.zh}；{record.layer_version}；许可：{record.licence or '未注明'}",
        f"{role.en}; {record.layer_version}; licence: {record.licence or 'not stated'}",
    )
    return Collection(_LAYER + record.id, title, about, "layer", layer=record)


def _of_portfolio(number: int, name: str) -> Collection:
    return Collection(
        f"{_PORTFOLIO}{number}", Text(f"项目组合：{name}", f"Portfolio: {name}"),
        Text("由该文件登记的项目。", "Projects that were registered from this file."), "projects", portfolio=number,
    )  # fmt: skip
