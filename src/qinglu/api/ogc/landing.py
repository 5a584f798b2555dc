"""Where a client of the standards begins: landing page, conformance, collections."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Request
from starlette.responses import Response

from ..actor import Somebody
from ..context import Ctx
from ..described import gives
from ..reply import language
from .collections import described, every, of_id
from .common import OPENAPI, base, known_only, link, ogc_router, say, self_link

router = ogc_router("", "ogc")
CollectionId = Annotated[str, Path(max_length=200)]
_OGC = "http://www.opengis.net/spec/"
CONFORMS = (
    *(f"{_OGC}ogcapi-common-1/1.0/conf/{c}" for c in ("core", "landing-page", "json")),
    *(f"{_OGC}ogcapi-common-2/1.0/conf/{c}" for c in ("collections",)),
    *(f"{_OGC}ogcapi-features-1/1.0/conf/{c}" for c in ("core", "geojson")),
    f"{_OGC}ogcapi-features-2/1.0/conf/crs",
    *(f"{_OGC}ogcapi-features-3/1.0/conf/{c}" for c in ("filter", "features-filter", "queryables")),
    *(f"{_OGC}cql2/1.0/conf/{c}" for c in
      ("basic-cql2", "advanced-comparison-operators", "case-insensitive-comparison", "cql2-text", "cql2-json")),
    *(f"{_OGC}ogcapi-processes-1/1.0/conf/{c}" for c in
      ("core", "ogc-process-description", "json", "job-list", "dismiss")),
    *(f"{_OGC}ogcapi-records-1/1.0/conf/{c}" for c in ("record-core", "record-collection", "record-api", "json")),
    *(f"{_OGC}ogcapi-tiles-1/1.0/conf/{c}" for c in ("core", "tileset", "tilesets-list", "geodata-tilesets", "mvt")),
)  # fmt: skip


@router.get("/ogc/", include_in_schema=False)  # some clients put a stroke behind every address
@router.get("/ogc", responses=gives())
def landing(request: Request, ctx: Ctx, actor: Somebody) -> Response:
    """The landing page of OGC API."""
    known_only(request, ())
    root = base(request, ctx)
    here, zh = f"{root}/ogc", language(request) == "zh"
    rel = "http://www.opengis.net/def/rel/ogc/1.0/"
    return say(request, {
        "title": "青路 Qinglu",
        "description": "海外基础设施项目的登记与环境筛查" if zh
        else "A register of overseas infrastructure projects and what they touch",
        "links": [
            link(here, "self"), link(f"{root}/openapi.json", "service-desc", OPENAPI),
            link(f"{here}/conformance", "conformance"), link(f"{here}/collections", "data"),
            link(f"{here}/processes", f"{rel}processes"), link(f"{here}/jobs", f"{rel}job-list"),
            link(f"{here}/tileMatrixSets", f"{rel}tiling-schemes"), link(f"{root}/stac", "related", title="STAC"),
        ],
    })  # fmt: skip


@router.get("/ogc/conformance", responses=gives())
def conformance(request: Request, actor: Somebody) -> Response:
    """The classes of the standards that this server holds to."""
    known_only(request, ())
    return say(request, {"conformsTo": list(CONFORMS)})


@router.get("/ogc/collections", responses=gives())
def collections(request: Request, ctx: Ctx, actor: Somebody) -> Response:
    """Every collection that one may see."""
    known_only(request, ())
    root, lang = base(request, ctx), language(request)
    found = [described(c, root, lang) for c in every(ctx, actor)]
    return say(request, {"collections": found, "links": [self_link(request, ctx)]})


@router.get("/ogc/collections/{collection_id}", responses=gives())
def collection(request: Request, ctx: Ctx, actor: Somebody, collection_id: CollectionId) -> Response:
    """One collection."""
    known_only(request, ())
    return say(request, described(of_id(ctx, actor, collection_id), base(request, ctx), language(request)))
