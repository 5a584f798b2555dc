"""What the adapters share: absolute links, answers with an entity tag, 400 for what a request has wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from starlette.responses import Response

from ...errors import InputError, QingluError
from ...store.errors import NotFoundError
from ...text import Text
from ..context import Context
from ..errors import BadRequestError
from ..problems import answer, said, status_of
from ..reply import GEOJSON, json_bytes
from ..strict import StrictRoute

JSON, SCHEMA = "application/json", "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
"""Clients look for this very text; the document itself says that it is of 3.1, and they read it."""
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
MOST, USUAL = 1_000, 100
"""Features a page: more may be asked for, but no more are given."""
_VARY = "Accept, Accept-Language, Authorization, Cookie"
_ALWAYS = ("lang", "f")


class OgcRoute(StrictRoute):
    """A route that answers 400 where ours would say 422, as the standards want it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, around which errors of inputs become 400."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await handler(request)
            except RequestValidationError as error:
                first = error.errors()[0]
                where = str(first["loc"][-1])
                return answer(request, BadRequestError(said(first), Text("用法见 /ogc", "See /ogc"), where=where))
            except InputError as error:
                if isinstance(error, NotFoundError) or status_of(error) != 422:
                    raise
                return answer(request, as_bad_request(error))

        return handle


def as_bad_request(error: QingluError) -> BadRequestError:
    """The same, said of the request."""
    return BadRequestError(error.what, error.remedy, where=error.where)


def ogc_router(prefix: str, tag: str) -> APIRouter:
    """A router of the standards' addresses."""
    return APIRouter(prefix=prefix, tags=[tag], route_class=OgcRoute)


def base(request: Request, ctx: Context) -> str:
    """The address of this server as clients reach it: links of the standards are absolute."""
    return ctx.settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")


def link(href: str, rel: str, kind: str = JSON, title: str = "") -> dict[str, str]:
    """A link."""
    made = {"href": href, "rel": rel, "type": kind}
    return made | {"title": title} if title else made


def known_only(request: Request, names: Iterable[str]) -> None:
    """Nothing, if every parameter of the query is one of these.

    Raises
    ------
    BadRequestError
    """
    allowed = {*names, *_ALWAYS}
    if strange := sorted(set(request.query_params) - allowed):
        raise BadRequestError(
            Text(f"没有参数 {strange[0][:60]!r}", f"there is no parameter {strange[0][:60]!r}"),
            Text(f"可用：{'、'.join(sorted(allowed))}", f"Use {', '.join(sorted(allowed))}"), where=strange[0][:60],
        )  # fmt: skip


def say(
    request: Request, value: Any, media: str = JSON, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer, or 304 where the client has it already. What is told depends on who asks."""
    return tagged(request, json_bytes(value), media, status=status, headers=headers)


def tagged(
    request: Request, body: bytes, media: str, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Bytes with their digest as entity tag."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    made = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": _VARY, **(headers or {})}
    known = [t.strip().removeprefix("W/") for t in request.headers.get("if-none-match", "").split(",")]
    if tag in known and status == 200 and request.method in ("GET", "HEAD"):
        return Response(status_code=304, headers=made)
    return Response(body, status, made, media)


def next_link(request: Request, ctx: Context, cursor: str, kind: str = GEOJSON) -> dict[str, str]:
    """Where the next page is: the same query, after the last row of this one."""
    from urllib.parse import urlencode

    given = [(k, v) for k, v in request.query_params.multi_items() if k != "cursor"]
    return link(f"{base(request, ctx)}{request.url.path}?{urlencode([*given, ('cursor', cursor)])}", "next", kind)


def self_link(request: Request, ctx: Context, kind: str = JSON) -> dict[str, str]:
    """This very address."""
    query = f"?{request.url.query}" if request.url.query else ""
    return link(f"{base(request, ctx)}{request.url.path}{query}", "self", kind)
