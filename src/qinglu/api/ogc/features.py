"""OGC API – Features: items of a collection, page by page, and one by one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import shapely
from fastapi import Path, Query, Request
from starlette.responses import Response

from ...store import Actor
from ...store.conditions import PROJECT_KINDS
from ...store.errors import NotFoundError
from ...store.values import Project, plain
from ...text import Text
from ..actor import Somebody
from ..context import Context, Ctx
from ..described import gives
from ..reply import GEOJSON, language
from . import layers
from .asked import Asked, Limit, Long, Short, asked
from .collections import Collection, of_id
from .common import SCHEMA, USUAL, base, known_only, link, next_link, ogc_router, say, self_link
from .cql import both
from .crs import code_of, shown, uri_of
from .landing import CollectionId

router = ogc_router("/ogc/collections/{collection_id}", "features")
FeatureId = Annotated[str, Path(max_length=200)]
_FEATURE = Text("要素", "feature")
_MOST_ROUNDS = 8
"""Where few of a box's projects meet a shape exactly, so many pages are looked through before one is given short."""
_TITLES = {
    "code": Text("编号", "Code"), "name": Text("名称", "Name"), "name_zh": Text("中文名称", "Name in Chinese"),
    "country": Text("国家（ISO 3166-1 三字母）", "Country (ISO 3166-1 alpha-3)"), "sector": Text("行业", "Sector"),
    "stage": Text("阶段", "Stage"), "level": Text("最重的结论级别", "Worst level of its findings"),
    "colour": Text("颜色", "Colour"), "technology": Text("技术", "Technology"), "capacity": Text("规模", "Capacity"),
    "cost": Text("投资额", "Cost"), "unknown": Text("有未知结论", "Has unknown findings"),
}  # fmt: skip
_JSON_TYPES: Mapping[str, Mapping[str, str]] = {
    "text": {"type": "string"}, "number": {"type": "number"}, "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"}, "moment": {"type": "string", "format": "date-time"},
}  # fmt: skip


@router.get("/queryables", responses=gives(media=SCHEMA))
def queryables(request: Request, ctx: Ctx, actor: Somebody, collection_id: CollectionId) -> Response:
    """Properties that a filter may name, as a JSON schema."""
    known_only(request, ())
    found = of_id(ctx, actor, collection_id)
    here, lang = f"{base(request, ctx)}/ogc/collections/{found.id}", language(request)
    made: dict[str, Any] = {
        name: {"title": _TITLES[name].in_(lang) if name in _TITLES else name, **_JSON_TYPES[kind]}
        for name, kind in kinds_of(found).items()
    }
    if found.kind != "records":
        made["geometry"] = {"$ref": "https://geojson.org/schema/Geometry.json"}
    return say(request, {
        "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"{here}/queryables", "type": "object",
        "title": found.title.in_(lang), "properties": made, "additionalProperties": False,
    }, SCHEMA)  # fmt: skip


@router.get("/items", responses=gives(media=GEOJSON))
def items(
    request: Request,
    ctx: Ctx,
    actor: Somebody,
    collection_id: CollectionId,
    limit: Limit = USUAL,
    cursor: Long = None,
    bbox: Short = None,
    bbox_crs: Annotated[str | None, Query(alias="bbox-crs", max_length=200)] = None,
    crs: Short = None,
    when: Annotated[str | None, Query(alias="datetime", max_length=200)] = None,
    filter_: Annotated[str | None, Query(alias="filter", max_length=8_192)] = None,
    filter_lang: Annotated[str | None, Query(alias="filter-lang", max_length=40)] = None,
    filter_crs: Annotated[str | None, Query(alias="filter-crs", max_length=200)] = None,
) -> Response:
    """A page of features; besides these parameters every queryable may be asked by, ``country=KEN``."""
    found = of_id(ctx, actor, collection_id)
    wanted = asked(request, kinds_of(found), limit, cursor, bbox, bbox_crs, crs, when, filter_, filter_lang, filter_crs)
    if found.layer is not None:
        rows, after = layers.page(layers.opened(ctx, found.layer), wanted)
        made = [_feature(str(row), properties, shape, wanted.crs) for row, properties, shape in rows]
    else:
        page, after = projects(ctx, actor, found, wanted)
        made = [_project(p, wanted.crs) for p in page]
    return collected(request, ctx, found, made, after, wanted)


@router.get("/items/{feature_id}", responses=gives(media=GEOJSON))
def item(
    request: Request, ctx: Ctx, actor: Somebody, collection_id: CollectionId, feature_id: FeatureId, crs: Short = None
) -> Response:
    """One feature."""
    known_only(request, ("crs",))
    found, code = of_id(ctx, actor, collection_id), code_of(crs, "crs")
    if found.layer is not None:
        row, properties, shape = layers.one(layers.opened(ctx, found.layer), feature_id)
        made = _feature(str(row), properties, shape, code)
    else:
        made = _project(_one(ctx, actor, found, feature_id), code)
    here = f"{base(request, ctx)}/ogc/collections/{found.id}"
    made["links"] = [self_link(request, ctx, GEOJSON), link(here, "collection")]
    return say(request, made, GEOJSON, headers={"Content-Crs": f"<{uri_of(code)}>"})


def kinds_of(found: Collection) -> Mapping[str, str]:
    """Properties of a collection that may be asked by, and their kinds."""
    return layers.KINDS if found.layer is not None else PROJECT_KINDS


def projects(ctx: Context, actor: Actor, found: Collection, wanted: Asked) -> tuple[Sequence[Project], str | None]:
    """A page of projects: the database goes by their boxes, the geometries decide."""
    out: list[Project] = []
    cursor = wanted.cursor
    for _ in range(_MOST_ROUNDS):
        page = ctx.store.projects(
            actor, cursor=cursor, limit=wanted.limit - len(out), bbox=wanted.bbox, during=wanted.span,
            where=both(wanted.tree, _of_kind(found)), portfolio=found.portfolio, archived=False,
        )  # fmt: skip
        out += [p for p in page if not wanted.shapes or wanted.meets(p.geom)]
        cursor = page.cursor
        if cursor is None or len(out) >= wanted.limit:
            break
    return out, cursor


def collected(
    request: Request, ctx: Context, found: Collection, made: Sequence[Any], after: str | None, wanted: Asked
) -> Response:
    """A feature collection with its links; how many there are in all is told where this page has them all."""
    here = f"{base(request, ctx)}/ogc/collections/{found.id}"
    links = [self_link(request, ctx, GEOJSON), link(here, "collection")]
    if after is not None:
        links.append(next_link(request, ctx, after))
    whole: dict[str, Any] = {
        "type": "FeatureCollection", "features": made, "links": links, "numberReturned": len(made),
    }  # fmt: skip
    if after is None and wanted.cursor is None:
        whole["numberMatched"] = len(made)
    return say(request, whole, GEOJSON, headers={"Content-Crs": f"<{uri_of(wanted.crs)}>"})


def _one(ctx: Context, actor: Actor, found: Collection, feature_id: str) -> Project:
    number = int(feature_id) if feature_id.isascii() and feature_id.isdigit() and len(feature_id) < 19 else 0
    tree = both({"op": "=", "args": [{"property": "id"}, number]}, _of_kind(found))
    page: Iterable[Project] = ctx.store.projects(actor, limit=1, where=tree, portfolio=found.portfolio, archived=False)
    for project in page:
        return project
    raise NotFoundError.of(_FEATURE, feature_id[:80])


def _of_kind(found: Collection) -> Mapping[str, Any] | None:
    return {"op": "=", "args": [{"property": "shape"}, found.shape]} if found.shape else None


def _project(project: Project, code: str) -> dict[str, Any]:
    properties = {
        name: plain(getattr(project, name)) for name in (*PROJECT_KINDS, "notes") if name not in ("id", "archived")
    }
    properties["notes"] = "; ".join(project.notes)
    return _feature(project.id, properties, project.geom, code)


def _feature(number: str | int, properties: Mapping[str, Any], shape: Any, code: str) -> dict[str, Any]:
    turned = shown(shape, code)
    return {
        "type": "Feature", "id": number, "properties": dict(properties),
        "geometry": None if turned is None or turned.is_empty else json.loads(shapely.to_geojson(turned)),
    }  # fmt: skip
