"""OGC API – Records: layers and rules as records that a catalogue can harvest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import Path, Query, Request
from starlette.responses import Response

from ...model import role_title
from ...store import NotFoundError
from ...store.records import LayerRecord
from ...store.values import plain
from ...text import Lang, Text
from ..actor import Somebody
from ..context import Context, Ctx
from ..described import gives
from ..paging import page_after
from ..reply import GEOJSON, language
from ..routes.rules import found as found_rules
from .asked import Limit, Long, Short
from .common import JSON, MOST, USUAL, base, known_only, link, next_link, ogc_router, say, self_link
from .crs import given_box
from .places import box_of, meets, polygon
from .when import span

router = ogc_router("/ogc/collections", "records")
RecordId = Annotated[str, Path(max_length=256)]
_RECORD = Text("记录", "record")
_CONFORMS = "http://www.opengis.net/spec/ogcapi-records-1/1.0/req/record-core"
_NAMES = ("bbox", "datetime", "limit", "cursor", "q", "type", "ids", "externalIds")


@router.get("/layers/items", responses=gives(media=GEOJSON))
def layers(
    request: Request, ctx: Ctx, actor: Somebody, limit: Limit = USUAL, cursor: Long = None, bbox: Short = None,
    when: Annotated[str | None, Query(alias="datetime", max_length=200)] = None, q: Short = None,
    type_: Annotated[str | None, Query(alias="type", max_length=200)] = None, ids: Long = None,
) -> Response:  # fmt: skip
    """Layers that one may see, as records."""
    known_only(request, _NAMES)
    box = given_box(bbox, "OGC:CRS84")
    days = span(when)
    found = [r for r in ctx.store.layers(actor) if box is None or meets(box_of(ctx, r.id), box)]
    if days is not None:
        first, last = days
        found = [r for r in found if (first is None or r.updated_at.date() >= first)
                 and (last is None or r.updated_at.date() <= last)]  # fmt: skip
    return _page(request, ctx, "layers", [layer_record(ctx, r, request) for r in found], limit, cursor, q, type_, ids)


@router.get("/layers/items/{record_id}", responses=gives(media=GEOJSON))
def layer(request: Request, ctx: Ctx, actor: Somebody, record_id: RecordId) -> Response:
    """One layer as a record."""
    known_only(request, ())
    return say(request, layer_record(ctx, ctx.store.layer(actor, record_id), request), GEOJSON)


@router.get("/rules/items", responses=gives(media=GEOJSON))
def rules(
    request: Request, ctx: Ctx, actor: Somebody, limit: Limit = USUAL, cursor: Long = None, bbox: Short = None,
    when: Annotated[str | None, Query(alias="datetime", max_length=200)] = None, q: Short = None,
    type_: Annotated[str | None, Query(alias="type", max_length=200)] = None, ids: Long = None,
) -> Response:  # fmt: skip
    """Rules and clauses of the rulebook, as records. They have no place: a box leaves none out."""
    known_only(request, _NAMES)
    given_box(bbox, "OGC:CRS84")
    days = span(when)
    on = days[1] or days[0] if days else None
    made = [rule_record(ctx, row, request) for row in found_rules(ctx, on=on)]
    return _page(request, ctx, "rules", made, limit, cursor, q, type_, ids)


@router.get("/rules/items/{record_id}", responses=gives(media=GEOJSON))
def rule(request: Request, ctx: Ctx, actor: Somebody, record_id: RecordId) -> Response:
    """One rule as a record."""
    known_only(request, ())
    row = next((r for r in found_rules(ctx) if r["id"] == record_id), None)
    if row is None:
        raise NotFoundError.of(_RECORD, record_id[:80])
    return say(request, rule_record(ctx, row, request), GEOJSON)


def layer_record(ctx: Context, record: LayerRecord, request: Request) -> dict[str, Any]:
    """A layer as a record."""
    root, lang = base(request, ctx), language(request)
    title = Text(record.title_zh or record.id, record.title_en or record.id)
    role = role_title(record.role)
    links = [
        link(f"{root}/stac/collections/{record.role}/items/{record.id}", "alternate", GEOJSON, "STAC"),
        link(f"{root}/api/v1/layers/{record.id}", "related"),
    ]
    if record.open and record.enabled and record.kind != "raster":
        links.append(link(f"{root}/ogc/collections/layer-{record.id}", "data", JSON))
    properties: dict[str, Any] = {
        "type": "dataset", "title": title.in_(lang), "keywords": [record.role, role.zh, role.en],
        "description": plain(record.record).get("provenance", "") or role.in_(lang),
        "language": _language(lang), "languages": [_language("zh"), _language("en")], "updated": record.updated_at,
        "resourceLanguages": [_language("zh"), _language("en")], "license": record.licence or "other",
        "version": record.layer_version,
    }  # fmt: skip
    if record.provider:
        properties["contacts"] = [{"name": record.provider, "roles": ["producer"]}]
    return _record(record.id, "layers", properties, links, root, polygon(box_of(ctx, record.id)))


def rule_record(ctx: Context, row: Mapping[str, Any], request: Request) -> dict[str, Any]:
    """A rule as a record."""
    root, lang = base(request, ctx), language(request)
    words = [str(row[k]) for k in ("topic", "kind", "jurisdiction") if row.get(k)]
    properties = {
        "type": "rule", "title": row["title"][lang], "description": f"{row['title']['zh']} / {row['title']['en']}",
        "keywords": words, "language": _language(lang), "languages": [_language("zh"), _language("en")],
        "externalIds": [{"value": row["id"]}],
        **{k: v for k, v in plain(row).items() if k in ("in_force", "verified", "jurisdiction", "topic")},
    }  # fmt: skip
    links = [link(f"{root}/api/v1/rules/{row['id']}", "related"),
             link(f"{root}/api/v1/rules/{row['id']}/history", "version-history")]  # fmt: skip
    return _record(str(row["id"]), "rules", properties, links, root, None)


def _record(
    number: str, catalogue: str, properties: Mapping[str, Any], links: Sequence[Mapping[str, Any]], root: str,
    geometry: Mapping[str, Any] | None,
) -> dict[str, Any]:  # fmt: skip
    here = f"{root}/ogc/collections/{catalogue}"
    own = [link(f"{here}/items/{number}", "self", GEOJSON), link(here, "collection")]
    return {
        "id": number, "type": "Feature", "conformsTo": [_CONFORMS], "geometry": geometry,
        "properties": plain(properties), "links": [*own, *links],
    }  # fmt: skip


def _page(
    request: Request, ctx: Context, catalogue: str, found: Sequence[Mapping[str, Any]], limit: int,
    cursor: str | None, q: str | None, type_: str | None, ids: str | None,
) -> Response:  # fmt: skip
    """The records that have these words, types and ids, after the one the cursor names."""
    external = request.query_params.get("externalIds")
    rows = [
        r for r in found
        if _says(r, q) and (type_ is None or r["properties"]["type"] in type_.split(","))
        and all(given is None or r["id"] in given.split(",") for given in (ids, external))
    ]  # fmt: skip
    part, last = page_after(rows, cursor, min(limit, MOST))
    links = [self_link(request, ctx, GEOJSON), link(f"{base(request, ctx)}/ogc/collections/{catalogue}", "collection")]
    if last is not None:
        links.append(next_link(request, ctx, last))
    return say(request, {
        "type": "FeatureCollection", "features": part, "links": links, "numberMatched": len(rows),
        "numberReturned": len(part),
    }, GEOJSON)  # fmt: skip


def _says(record: Mapping[str, Any], q: str | None) -> bool:
    """Whether any of the words asked for is in the record; commas part alternatives, blanks belong to a phrase."""
    if not q:
        return True
    properties = record["properties"]
    text = " ".join([record["id"], properties["title"], properties["description"], *properties["keywords"]]).casefold()
    return any(word.strip().casefold() in text for word in q.split(",") if word.strip())


def _language(lang: Lang) -> dict[str, str]:
    return {"code": "zh-Hans", "name": "中文"} if lang == "zh" else {"code": "en", "name": "English"}
