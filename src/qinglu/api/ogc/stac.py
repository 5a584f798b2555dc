"""STAC: the layers as items, one collection for each role."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

import shapely
from fastapi import Path, Query, Request
from pydantic import BaseModel, ConfigDict
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from ...errors import OptionError
from ...model import role_title
from ...store import Actor, NotFoundError
from ...store.records import LayerRecord
from ...store.values import plain
from ...text import Lang, Text
from ..actor import Somebody
from ..context import Context, Ctx
from ..described import gives
from ..geometry import geometry_of
from ..jobs_told import attachment
from ..paging import page_after
from ..reply import GEOJSON, language
from .asked import Limit, Long, Short
from .common import JSON, MOST, OPENAPI, USUAL, base, known_only, link, next_link, ogc_router, say, self_link
from .crs import given_box
from .places import item_of, meets
from .when import Span, span

router = ogc_router("/stac", "stac")
Id = Annotated[str, Path(max_length=128)]
VERSION = "1.1.0"
CONFORMS = (
    *(f"https://api.stacspec.org/v1.0.0/{c}" for c in ("core", "collections", "item-search", "ogcapi-features")),
    *(f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{c}" for c in ("core", "geojson")),
)
_COLLECTION, _ITEM, _ASSET = Text("集合", "collection"), Text("条目", "item"), Text("文件", "asset")
_EVERYWHERE = {"spatial": {"bbox": [[-180.0, -90.0, 180.0, 90.0]]}, "temporal": {"interval": [[None, None]]}}


class Search(BaseModel):
    """The body of a search."""

    model_config = ConfigDict(extra="ignore")

    collections: list[str] | None = None
    ids: list[str] | None = None
    bbox: list[float] | None = None
    datetime: str | None = None
    intersects: dict[str, Any] | None = None
    limit: Annotated[int, Query(ge=1)] = USUAL
    cursor: str | None = None


@router.get("/", include_in_schema=False)
@router.get("", responses=gives())
def catalog(request: Request, ctx: Ctx, actor: Somebody) -> Response:
    """The root of the catalogue."""
    known_only(request, ())
    root, lang = base(request, ctx), language(request)
    here = f"{root}/stac"
    children = [link(f"{here}/collections/{r}", "child", JSON, role_title(r).in_(lang)) for r in _roles(ctx, actor)]
    return say(request, {
        "type": "Catalog", "stac_version": VERSION, "id": "qinglu", "title": "青路 Qinglu",
        "description": Text("环境图层", "Environmental layers").in_(lang), "conformsTo": list(CONFORMS),
        "links": [
            link(here, "self"), link(here, "root"), link(f"{here}/conformance", "conformance"),
            link(f"{here}/collections", "data"), link(f"{root}/openapi.json", "service-desc", OPENAPI),
            link(f"{here}/search", "search", GEOJSON) | {"method": "GET"},
            link(f"{here}/search", "search", GEOJSON) | {"method": "POST"}, *children,
        ],
    })  # fmt: skip


@router.get("/conformance", responses=gives())
def conformance(request: Request, actor: Somebody) -> Response:
    """What of STAC API this server holds to."""
    known_only(request, ())
    return say(request, {"conformsTo": list(CONFORMS)})


@router.get("/collections", responses=gives())
def collections(request: Request, ctx: Ctx, actor: Somebody) -> Response:
    """One collection for each role that a layer has."""
    known_only(request, ())
    root, lang = base(request, ctx), language(request)
    found = [_collection(role, root, lang, rows) for role, rows in _roles(ctx, actor).items()]
    links = [self_link(request, ctx), link(f"{root}/stac", "root")]
    return say(request, {"collections": found, "links": links})


@router.get("/collections/{collection_id}", responses=gives())
def collection(request: Request, ctx: Ctx, actor: Somebody, collection_id: Id) -> Response:
    """The layers of one role."""
    known_only(request, ())
    rows = _of_role(ctx, actor, collection_id)
    return say(request, _collection(collection_id, base(request, ctx), language(request), rows))


@router.get("/collections/{collection_id}/items", responses=gives(media=GEOJSON))
def items(
    request: Request, ctx: Ctx, actor: Somebody, collection_id: Id, limit: Limit = USUAL, cursor: Long = None,
    bbox: Short = None, when: Annotated[str | None, Query(alias="datetime", max_length=200)] = None,
) -> Response:  # fmt: skip
    """Layers of one role, as items."""
    known_only(request, ("limit", "cursor", "bbox", "datetime"))
    box, days = given_box(bbox, "OGC:CRS84"), span(when)
    found = _matching(ctx, request, _of_role(ctx, actor, collection_id), box, days, None)
    return _page(request, ctx, list(found), limit, cursor)


@router.get("/collections/{collection_id}/items/{item_id}", responses=gives(media=GEOJSON))
def item(request: Request, ctx: Ctx, actor: Somebody, collection_id: Id, item_id: Id) -> Response:
    """One layer as an item."""
    known_only(request, ())
    for record in _of_role(ctx, actor, collection_id):
        if record.id == item_id and (made := _item(ctx, request, record)) is not None:
            return say(request, made, GEOJSON)
    raise NotFoundError.of(_ITEM, item_id[:80])


@router.get(
    "/collections/{collection_id}/items/{item_id}/assets/{name}",
    responses=gives({"type": "string"}, media="application/octet-stream"),
)
def asset(ctx: Ctx, actor: Somebody, collection_id: Id, item_id: Id, name: Id) -> Response:
    """The data of an open layer, to save: a licence to screen with a layer is none to hand it on."""
    record = next((r for r in _of_role(ctx, actor, collection_id) if r.id == item_id and r.open), None)
    found = item_of(ctx, item_id) if record is not None else None
    for given in (found or {"assets": {}})["assets"].values():
        if given["href"] == f"./{name}" and given["roles"] == ["data"]:
            path = ctx.workspace().atlas.file(item_id)
            if path.name == name and path.is_file():
                return attachment(path, f"{item_id}-{name}", given["type"], given["file:checksum"][4:])
    raise NotFoundError.of(_ASSET, name[:80])


@router.get("/search", responses=gives(media=GEOJSON))
def search(
    request: Request, ctx: Ctx, actor: Somebody, limit: Limit = USUAL, cursor: Long = None, bbox: Short = None,
    when: Annotated[str | None, Query(alias="datetime", max_length=200)] = None, collections: Long = None,
    ids: Long = None, intersects: Annotated[str | None, Query(max_length=20_000)] = None,
) -> Response:  # fmt: skip
    """Layers by place, time, collection and id."""
    known_only(request, ("limit", "cursor", "bbox", "datetime", "collections", "ids", "intersects"))
    wanted = Search.model_construct(
        collections=collections.split(",") if collections else None, ids=ids.split(",") if ids else None,
        datetime=when, intersects=_json(intersects), limit=limit, cursor=cursor,
    )  # fmt: skip
    return _found(request, ctx, actor, wanted, bbox)


@router.post("/search", responses=gives(media=GEOJSON))
async def search_posted(request: Request, ctx: Ctx, actor: Somebody, body: Search) -> Response:
    """The same, asked in a body."""
    box = ",".join(map(str, body.bbox)) if body.bbox else None
    return await run_in_threadpool(_found, request, ctx, actor, body, box)


def _found(request: Request, ctx: Context, actor: Actor, wanted: Search, bbox: str | None) -> Response:
    box, days = given_box(bbox, "OGC:CRS84"), span(wanted.datetime)
    shape = geometry_of(wanted.intersects)
    rows = [
        record for role, held in _roles(ctx, actor).items() for record in held
        if (wanted.collections is None or role in wanted.collections)
        and (wanted.ids is None or record.id in wanted.ids)
    ]  # fmt: skip
    return _page(request, ctx, list(_matching(ctx, request, rows, box, days, shape)), wanted.limit, wanted.cursor)


def _matching(
    ctx: Context, request: Request, rows: Sequence[LayerRecord], box: Sequence[float] | None, days: Span | None,
    shape: Any,
) -> Iterator[Mapping[str, Any]]:  # fmt: skip
    for record in rows:
        made = _item(ctx, request, record)
        if made is None or (box is not None and not meets(made["bbox"], box)):
            continue
        if shape is not None and not shapely.intersects(shapely.box(*made["bbox"]), shape):
            continue
        day = made["properties"]["datetime"][:10]
        if days is not None and any(
            (end is not None) and (day < end.isoformat() if first else day > end.isoformat())
            for first, end in zip((True, False), days, strict=True)
        ):
            continue
        yield made


def _page(
    request: Request, ctx: Context, found: Sequence[Mapping[str, Any]], limit: int, cursor: str | None
) -> Response:
    part, last = page_after(found, cursor, min(limit, MOST))
    root = f"{base(request, ctx)}/stac"
    links = [self_link(request, ctx, GEOJSON), link(root, "root")]
    if last is not None:
        links.append(next_link(request, ctx, last))
    return say(request, {
        "type": "FeatureCollection", "features": part, "links": links, "numberMatched": len(found),
        "numberReturned": len(part),
    }, GEOJSON)  # fmt: skip


def _item(ctx: Context, request: Request, record: LayerRecord) -> dict[str, Any] | None:
    """The item that is kept with a layer, with links of this server; its files only where it is open."""
    kept = item_of(ctx, record.id)
    if kept is None:
        return None
    root, lang = base(request, ctx), language(request)
    parent = f"{root}/stac/collections/{record.role}"
    here = f"{parent}/items/{record.id}"
    title = Text(record.title_zh or record.id, record.title_en or record.id).in_(lang)
    assets = {
        name: {**a, "href": f"{here}/assets/{a['href'].removeprefix('./')}"}
        for name, a in kept["assets"].items() if record.open and a["roles"] == ["data"]
    }  # fmt: skip
    return {
        **kept, "collection": record.role, "assets": assets,
        "properties": {**kept["properties"], "title": title},
        "links": [
            link(here, "self", GEOJSON), link(parent, "parent"), link(parent, "collection"),
            link(f"{root}/stac", "root"),
            link(f"{root}/ogc/collections/layers/items/{record.id}", "alternate", GEOJSON),
        ],
    }  # fmt: skip


def _collection(role: str, root: str, lang: Lang, rows: Sequence[LayerRecord]) -> dict[str, Any]:
    here, title = f"{root}/stac/collections/{role}", role_title(role).in_(lang)
    providers = [{"name": name} for name in sorted({r.provider for r in rows if r.provider})]
    made: dict[str, Any] = plain({
        "type": "Collection", "stac_version": VERSION, "id": role, "title": title, "description": title,
        "license": "other", "extent": _EVERYWHERE, "providers": providers, "keywords": [role],
        "links": [
            link(here, "self"), link(f"{here}/items", "items", GEOJSON), link(f"{root}/stac", "root"),
            link(f"{root}/stac", "parent"),
        ],
    })  # fmt: skip
    return made


def _roles(ctx: Context, actor: Actor) -> dict[str, list[LayerRecord]]:
    """Layers that the actor may see, by role."""
    found: dict[str, list[LayerRecord]] = {}
    for record in ctx.store.layers(actor):
        found.setdefault(record.role, []).append(record)
    return dict(sorted(found.items()))


def _of_role(ctx: Context, actor: Actor, role: str) -> list[LayerRecord]:
    found = _roles(ctx, actor)
    if role not in found:
        raise NotFoundError.of(_COLLECTION, role[:80])
    return found[role]


def _json(given: str | None) -> Any:
    if given is None:
        return None
    try:
        made = json.loads(given)
    except (ValueError, RecursionError):
        made = None
    if not isinstance(made, dict):
        raise OptionError(
            Text("不是GeoJSON几何", "this is no GeoJSON geometry"), Text("参见 RFC 7946", "See RFC 7946"),
            where="intersects",
        )  # fmt: skip
    return made
