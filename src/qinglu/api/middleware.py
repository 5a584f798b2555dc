"""Around every request: its id, its bounds, the headers of its answer, one line in the log."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import time
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .context import Context
from .problems import broken

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LOG = logging.getLogger("qinglu.requests")
_JSON_BYTES = 8 << 20
_IDLE_S = 30.0
_METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
_HEADERS = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
"""Of every answer that does not set its own; pages of the web app set a wider policy, still without inline script."""
_VARY = "Accept, Accept-Language, Authorization, Cookie"


class Around:
    """The outermost layer, in plain ASGI: streams pass through it unbuffered."""

    def __init__(self, app: ASGIApp, *, context: Context) -> None:
        self._app = app
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seen = _Seen(scope, self._context)
        receive, send = _bounded(scope, receive, self._most(scope)), seen.sending(send)
        try:
            await self._app(scope, receive, send)
        except Exception as error:  # whatever it is, it leaves as a problem with its headers
            if seen.status:
                raise  # half an answer is out already
            await broken(Request(scope), error)(scope, receive, send)
        finally:
            seen.log()

    def _most(self, scope: Scope) -> int:
        """How many bytes the body may have: a form holds a file, everything else is JSON."""
        kind = _header(scope, b"content-type")
        return (
            (self._context.settings.max_upload_mb << 20) + (1 << 20) if kind.startswith("multipart/") else _JSON_BYTES
        )


class _Seen:
    """One request on its way through."""

    def __init__(self, scope: Scope, context: Context) -> None:
        given = _header(scope, b"x-request-id")
        self.id = given if _ID.fullmatch(given) else secrets.token_hex(8)
        scope["qinglu.request_id"] = self.id
        scope.setdefault("state", {})
        self._scope = scope
        self._context = context
        self._began = time.perf_counter()
        self.status = 0
        self._answered_s = 0.0

    def sending(self, send: Send) -> Send:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.status = message["status"]
                self._answered_s = time.perf_counter() - self._began
                message["headers"] = self._headers(message.get("headers", []))
            await send(message)

        return sent

    def _headers(self, given: Any) -> list[tuple[bytes, bytes]]:
        found = [(k.lower(), v) for k, v in given if k.lower() != b"server"]
        names = {k for k, _ in found}
        more = {**_HEADERS, "x-request-id": self.id}
        if self._context.secure:
            more["strict-transport-security"] = "max-age=31536000"
        path = self._scope["path"]
        if path.startswith("/api/"):
            more |= {"cache-control": "private, no-store", "vary": _VARY}
        return found + [(k.encode(), v.encode()) for k, v in more.items() if k.encode() not in names]

    def log(self) -> None:
        """One line: the pattern of the route and not the address, which may hold what is nobody's business."""
        route = getattr(self._scope.get("route"), "path", "") or "-"
        actor = self._scope["state"].get("actor")
        took = time.perf_counter() - self._began
        method = self._scope["method"]
        self._context.metrics.answered(
            route, method if method in _METHODS else "other", self.status, self._answered_s or took
        )
        client = self._scope.get("client")
        _LOG.info("request", extra={
            "request_id": self.id, "method": self._scope["method"], "route": route, "status": self.status,
            "ms": round(took * 1000, 1), "user": getattr(actor, "user_id", None),
            "address": client[0] if client else "",
        })  # fmt: skip


def _bounded(scope: Scope, receive: Receive, most: int) -> Receive:
    """A body no larger than allowed, and no slower."""
    length = _header(scope, b"content-length")
    claimed = int(length) if length.isdigit() and len(length) < 16 else 0
    left = most

    async def received() -> Message:
        nonlocal left
        if claimed > most:
            raise HTTPException(413)
        if left < 0:
            raise HTTPException(413)
        if left_to_come[0]:
            try:
                async with asyncio.timeout(_IDLE_S):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408) from None
        else:
            message = await receive()  # waiting for the client to go away, which may take as long as a stream
        if message["type"] == "http.request":
            left -= len(message.get("body", b""))
            left_to_come[0] = bool(message.get("more_body", False))
            if left < 0:
                raise HTTPException(413)
        return message

    left_to_come = [True]
    return received


def _header(scope: Scope, name: bytes) -> str:
    return next((v.decode("latin-1") for k, v in scope["headers"] if k == name), "")
