"""Errors as problem details (RFC 9457): the one place where an error becomes an answer.

``type`` is an address on the server itself, ``/problems/SLUG``, that says more in both languages: it needs no
outside request, and it stays the same for a slug for good.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from ..errors import (
    DownloadError,
    InputError,
    IntegrityError,
    OptionError,
    QingluError,
    RulebookError,
    SizeLimitError,
    TermsError,
)
from ..store import (
    ConflictError,
    ExistsError,
    ForbiddenError,
    LeaseLostError,
    NotFoundError,
    SchemaError,
    SignInError,
    StoreUnavailableError,
    ThrottledError,
)
from ..store.files import NO_ROOM, unwritable
from ..store.values import plain
from ..text import Lang, Text
from . import errors as http
from .reply import json_bytes, language
from .titles import TITLES

MEDIA = "application/problem+json"
_LOG = logging.getLogger("qinglu.api")
_STATUS: tuple[tuple[type[QingluError], int], ...] = (
    (NotFoundError, 404), (SignInError, 401), (ForbiddenError, 403), (ThrottledError, 429), (ConflictError, 409),
    (ExistsError, 409), (StoreUnavailableError, 503), (SchemaError, 503), (LeaseLostError, 409),
    (SizeLimitError, 413), (DownloadError, 502), (IntegrityError, 500), (TermsError, 422), (RulebookError, 422),
    (InputError, 422),
)  # fmt: skip
_LONGEST = 1_000


def install(app: FastAPI) -> None:
    """Let every error of this app leave as a problem."""
    app.add_exception_handler(QingluError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _plain)


def status_of(error: QingluError) -> int:
    """The status of an error."""
    if isinstance(error, http.HttpError):
        return error.status
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def problem(error: QingluError, lang: Lang, *, instance: str = "", **more: Any) -> dict[str, Any]:
    """The document of an error."""
    detail = {name: _line(error, name) for name in ("zh", "en")}
    made: dict[str, Any] = {
        "type": f"/problems/{error.slug}",
        "title": TITLES[error.slug].in_(lang) if error.slug in TITLES else error.slug,
        "status": status_of(error),
        "detail": detail[lang],
        "slug": error.slug,
        "detail_zh": detail["zh"],
        "detail_en": detail["en"],
    }
    if instance:
        made["instance"] = instance
    if error.where:
        made["where"] = error.where[:200]
    if isinstance(error, ConflictError | http.ChangedError):
        made["current_version"] = getattr(error, "current_version", None)
        made["changes"] = plain(getattr(error, "changes", ()))
    if isinstance(error, ThrottledError):
        made["retry_after_s"] = error.retry_after_s
    return made | more


def answer(request: Request, error: QingluError, **more: Any) -> Response:
    """The response of an error."""
    document = problem(error, language(request), instance=f"urn:qinglu:request:{request_id(request)}", **more)
    if request.url.path.startswith("/ogc"):  # the names that OGC API – Features 1.0 has for the same
        document |= {"code": document["slug"], "description": document["detail"]}
    headers: dict[str, str] = {"Cache-Control": "no-store"}
    status = document["status"]
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="qinglu"'
    if isinstance(error, ThrottledError):
        headers["Retry-After"] = str(error.retry_after_s)
    elif status in (429, 503):
        headers["Retry-After"] = "5"
    return Response(json_bytes(document), status, headers, MEDIA)


def request_id(request: Request) -> str:
    """The id under which the log has this request."""
    return str(request.scope.get("qinglu.request_id", ""))


def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, QingluError)
    actor = getattr(request.state, "actor", None)
    if isinstance(error, ForbiddenError) and (actor is None or actor.user_id is None):
        error = http.unauthenticated()  # somebody who signs in might be allowed
    if status_of(error) >= 500:
        _LOG.error("%s", error, extra={"request_id": request_id(request)}, exc_info=error.__cause__)
    return answer(request, error)


def broken(request: Request, error: Exception) -> Response:
    """The answer to what nobody foresaw: nothing of it leaves but the number under which the log has it."""
    if isinstance(error, OSError) and error.errno in NO_ROOM:  # while a form was set aside, before it reached the store
        return _ours(request, unwritable(error))
    number = request_id(request)
    _LOG.critical("unexpected", extra={"request_id": number}, exc_info=error)
    return answer(request, http.InternalError(
        Text(f"服务器内部错误，请求编号 {number}", f"a mistake of the server's own, request {number}"),
        Text("请把该编号告知管理员", "Tell an administrator this number"),
    ))  # fmt: skip


def _plain(request: Request, error: Exception) -> Response:
    """What the framework refuses by itself."""
    assert isinstance(error, HTTPException)
    kinds: Mapping[int, tuple[type[QingluError], Text]] = {
        404: (http.NoRouteError, Text("没有这个地址", "there is nothing at this address")),
        405: (http.MethodError, Text(f"此地址不支持 {request.method}", f"this address does not know {request.method}")),
        408: (http.RequestTimeoutError, Text("请求正文发送过慢", "the body came too slowly")),
        413: (SizeLimitError, Text("请求正文过大", "the body of the request is too large")),
    }
    unread = Text("无法读取请求", "the request cannot be read")
    kind, what = kinds.get(error.status_code, (http.BadRequestError, unread))
    found = answer(request, kind(what, Text("用法见 /openapi.json", "See /openapi.json")))
    for name, value in (error.headers or {}).items():
        found.headers[name] = value
    return found


def _invalid(request: Request, error: Exception) -> Response:
    """Inputs that the declaration of a route refuses, in our words; every one of them is listed."""
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if any(e["type"] == "json_invalid" for e in found):
        return answer(request, http.BadRequestError(
            Text("请求正文不是有效的JSON", "the body is no JSON"), Text("请核对语法", "Check its syntax"), where="body"
        ))  # fmt: skip
    first = found[0]
    if first["loc"] == ("body",) and first["type"] in ("model_attributes_type", "dict_type", "missing", "list_type"):
        what = Text("请求正文应为JSON对象", "the body is to be a JSON object")
        kind = http.MediaTypeError if _is_not_json(request) else OptionError
        return answer(request, kind(what, Text("Content-Type: application/json", "Content-Type: application/json")))
    shown = [{"where": _where(e["loc"]), **said(e)._asdict()} for e in found[:20]]
    refused = OptionError(said(first), Text("用法见 /openapi.json", "See /openapi.json"), where=_where(first["loc"]))
    return answer(request, refused, errors=shown)


def _is_not_json(request: Request) -> bool:
    given = request.headers.get("content-type", "").split(";")[0].strip()
    return bool(given) and not given.endswith("json")


def _where(at: Sequence[Any]) -> str:
    parts = [str(p) for p in at if p not in ("body", "query", "path", "header")]
    return ".".join(parts) or str(at[0])


def said(error: Mapping[str, Any]) -> Text:
    """What is wrong with a value, in both languages."""
    shown = _shown(error.get("input"))
    told = error.get("ctx") or {}
    bound = next((f"{sign} {told[k]}" for k, sign in _BOUNDS.items() if k in told), "")
    kind = str(error["type"])
    if kind == "missing":
        return Text("缺少此项", "it is missing")
    if kind == "extra_forbidden":
        return Text("没有这一项", "there is no such field")
    if kind in ("literal_error", "enum"):
        allowed = str(told.get("expected", "")).replace(" or ", ", ")
        return Text(f"{shown} 无效，允许：{allowed}", f"{shown} is not one of {allowed}")
    for prefix, (zh, en) in _TYPES.items():
        if kind.startswith(prefix):
            return Text(f"{shown} 应为{zh}", f"{shown} is to be {en}")
    if bound:
        return Text(f"{shown} 超出范围，应 {bound}", f"{shown} is out of range, allowed: {bound}")
    return Text(f"{shown} 无效", f"{shown} is not allowed")


_BOUNDS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<", "max_length": "length ≤", "min_length": "length ≥"}
_TYPES = {
    "int_": ("整数", "a whole number"), "float_": ("数字", "a number"), "bool_": ("true 或 false", "true or false"),
    "string_type": ("文字", "text"), "date_": ("日期，如 2026-01-31", "a day such as 2026-01-31"),
    "datetime_": ("带时区的时间，如 2026-01-31T08:00:00Z", "a moment with its zone, 2026-01-31T08:00:00Z"),
    "timezone_": ("带时区的时间，如 2026-01-31T08:00:00Z", "a moment with its zone, 2026-01-31T08:00:00Z"),
    "list_type": ("数组", "an array"), "dict_type": ("对象", "an object"), "model_": ("对象", "an object"),
}  # fmt: skip


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"


def _line(error: QingluError, lang: Lang) -> str:
    """What and what to try, without the slug at its end: that has a member of its own."""
    stop = "。" if lang == "zh" else ". "
    parts = [t.in_(lang).rstrip("。. ") for t in (error.what, error.remedy) if t and t.in_(lang)]
    text = stop.join(parts)
    return (text + stop.rstrip())[:_LONGEST]
