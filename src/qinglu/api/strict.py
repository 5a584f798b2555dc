"""JSON without its traps, for every route: no key twice, no NaN, nothing that a database cannot hold."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response

from ..errors import OptionError
from ..text import Text
from .errors import BadRequestError
from .problems import answer

_NUL = b"%00"


class StrictRequest(Request):
    """A request whose JSON is read strictly."""

    async def json(self) -> Any:
        """The body as JSON.

        Raises
        ------
        BadRequestError
            It is none, or has a key twice, or NaN.
        OptionError
            A character that cannot be kept.
        """
        raw = await self.body()
        try:
            value = json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_distinct, parse_constant=_constant)
        except (ValueError, RecursionError) as error:
            raise _Refused(BadRequestError(
                Text(f"请求正文不是有效的JSON：{str(error)[:200]}", f"the body is no JSON: {str(error)[:200]}"),
                Text("请核对语法", "Check its syntax"), where="body",
            )) from None  # fmt: skip
        if b"\\u" in raw:
            _check_characters(value)
        return value


class StrictRoute(APIRoute):
    """A route that reads its JSON strictly and refuses NUL in addresses."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, around which requests are strict."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            if _NUL in request.scope.get("query_string", b"") or "\x00" in request.scope["path"]:
                return answer(request, BadRequestError(Text("地址中有空字符", "there is a NUL in the address")))
            try:
                return await handler(StrictRequest(request.scope, request.receive))
            except _Refused as refused:
                return answer(request, refused.error)

        return handle


def strict_router(prefix: str, tag: str) -> APIRouter:
    """A router whose routes are strict."""
    return APIRouter(prefix=prefix, tags=[tag], route_class=StrictRoute)


class _Refused(HTTPException):
    """Carries an error of ours past the framework, which would make its own of any other kind."""

    def __init__(self, error: BadRequestError | OptionError) -> None:
        self.error = error
        super().__init__(400)


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [k for k, _ in pairs]
        raise ValueError(f"key {next(k for k in keys if keys.count(k) > 1)!r} twice")
    return found


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number of JSON")


def _check_characters(value: Any) -> None:
    try:
        text = json.dumps(value, ensure_ascii=False)
        text.encode()
        sound = "\\u0000" not in text
    except (UnicodeEncodeError, RecursionError):
        sound = False
    if not sound:
        raise _Refused(OptionError(
            Text("文字中有无法保存的字符", "there is a character that cannot be kept"),
            Text("请去掉空字符与不成对的代理项", "Leave out NUL and lone surrogates"), where="body",
        ))  # fmt: skip
