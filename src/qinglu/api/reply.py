"""Answers that succeed: JSON, pages with their next link, versions as entity tags."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import Response

from ..store.values import Page, plain
from ..text import Lang, Text
from .errors import PreconditionError

GEOJSON = "application/geo+json"
_VERSION = re.compile(r'(?:W/)?"(\d{1,9})(?:-[0-9a-f]*)?"')


def json_bytes(value: Any) -> bytes:
    """JSON, compact, in UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def reply(
    value: Any, status: int = 200, *, media: str = "application/json", headers: Mapping[str, str] | None = None
) -> Response:
    """Any value of the store or of a tool as JSON."""
    return Response(json_bytes(plain(value)), status, dict(headers or {}), media)


def tagged(request: Request, value: Any, version: int, *, media: str = "application/json") -> Response:
    """One thing with its version as entity tag; 304 where the client has it already.

    The tag is the version and a digest: a run changes what a project shows without making a version of it.
    """
    body = json_bytes(plain(value))
    tag = f'"{version}-{hashlib.sha256(body).hexdigest()[:16]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    known = [t.strip().removeprefix("W/") for t in request.headers.get("if-none-match", "").split(",")]
    if tag in known:
        return Response(status_code=304, headers=headers)
    return Response(body, 200, headers, media)


def expected_version(request: Request, given: Mapping[str, Any] | None = None) -> tuple[int, bool]:
    """Which version a change is made to, and whether ``If-Match`` said so; a ``version`` in the body counts else.

    Raises
    ------
    PreconditionError
        Neither says it: a change made blindly could undo somebody else's.
    """
    header = request.headers.get("if-match", "")
    found = _VERSION.fullmatch(header.strip())
    if found:
        return int(found[1]), True
    version = (given or {}).get("version")
    if not header and isinstance(version, int) and not isinstance(version, bool):
        return version, False
    raise PreconditionError(
        Text("须以 If-Match 指明所改的版本", "If-Match has to name the version that is changed"),
        Text("请用读取时得到的 ETag", "Give back the ETag that came with it"),
        where="If-Match",
    )


def page_of(request: Request, page: Page[Any], items: Iterable[Any] | None = None, **more: Any) -> Response:
    """A page of a list: ``items``, and ``links.next`` where there are more."""
    links = links_of(request, page.cursor)
    found = list(page.items if items is None else items)
    headers = {"Link": f'<{links["next"]}>; rel="next"'} if "next" in links else {}
    return reply({"items": found, "links": links, **more}, headers=headers)


def links_of(request: Request, cursor: str | None) -> dict[str, str]:
    """Addresses of this page and the next, relative to the server: behind a proxy they hold as well."""
    given = [(k, v) for k, v in request.query_params.multi_items() if k != "cursor"]
    path = request.url.path
    here = [*given, *(("cursor", c) for c in [request.query_params.get("cursor")] if c)]
    links = {"self": path + (f"?{urlencode(here)}" if here else "")}
    if cursor is not None:
        links["next"] = f"{path}?{urlencode([*given, ('cursor', cursor)])}"
    return links


def wants(request: Request, *kinds: str) -> str:
    """Which of these media types the client prefers; the first where it does not say.

    Examples
    --------
    >>> from starlette.requests import Request
    >>> asked = Request({"type": "http", "headers": [(b"accept", b"text/html;q=0.5, application/geo+json")]})
    >>> wants(asked, "application/json", "application/geo+json")
    'application/geo+json'
    """
    best, found = 0.0, kinds[0]
    for part in request.headers.get("accept", "").split(",")[:20]:
        name, _, rest = part.strip().partition(";")
        weight = _weight(rest)
        if name.strip().casefold() in kinds and weight > best:
            best, found = weight, name.strip().casefold()
    return found


def language(request: Request) -> Lang:
    """The language to answer in: ``?lang``, else what Accept-Language prefers, else English."""
    return asked_language(request) or "en"


def asked_language(request: Request) -> Lang | None:
    """The language that a request asks for; None where it asks for none that we have."""
    asked = request.query_params.get("lang")
    if asked in ("zh", "en"):
        return "zh" if asked == "zh" else "en"
    weights = {"zh": 0.0, "en": 0.0}
    for part in request.headers.get("accept-language", "").split(",")[:20]:
        name, _, rest = part.strip().partition(";")
        short = name[:2].casefold()
        if short in weights:
            weights[short] = max(weights[short], _weight(rest))
    if not any(weights.values()):
        return None
    return "zh" if weights["zh"] > weights["en"] else "en"


def _weight(rest: str) -> float:
    name, _, value = rest.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
