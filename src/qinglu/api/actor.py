"""Who asks: the one place where a request becomes an `Actor`.

A bearer token counts before a cookie. A change asked for with a cookie needs the word that `GET /api/v1/session`
tells our own pages, in the header ``X-CSRF-Token``; a browser that names another origin is refused whatever it sends.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.responses import Response

from ..store import PUBLIC, Actor, SignInError
from ..text import Text
from .context import Context, Ctx
from .errors import CsrfError, PasswordChangeError, unauthenticated

SAFE = ("GET", "HEAD", "OPTIONS")
CSRF_HEADER = "X-CSRF-Token"
_PLAIN, _HOST = "qinglu_session", "__Host-qinglu_session"
_ASKS_NOBODY = ("/healthz", "/readyz", "/metrics")
"""What answers for the server alone: also when the database, which knows the sessions, is away."""
_FREE_OF_CHANGE = ("/api/v1/session", "/api/v1/session/password")
"""What somebody with a one-time password may use."""


def identify(request: Request, ctx: Ctx) -> None:
    """Settle who asks, before any route runs.

    Raises
    ------
    SignInError
        A token that does not count.
    CsrfError
        A change from elsewhere, or with a cookie alone.
    """
    request.state.actor, request.state.secret = PUBLIC, None
    if request.url.path in _ASKS_NOBODY:
        return
    unsafe = request.method not in SAFE
    if unsafe:
        _refuse_other_origin(request, ctx)
    header = request.headers.get("authorization", "")
    if header:
        request.state.actor = ctx.store.token(_token(header, unsafe=unsafe))
    elif secret := request.cookies.get(cookie_name(ctx)):
        try:
            request.state.actor, _ = ctx.store.session(secret)
        except SignInError:
            return  # as good as none: public pages stay public, the rest asks to sign in
        request.state.secret = secret
        signing_in = (request.method, request.url.path) == ("POST", _FREE_OF_CHANGE[0])  # has a password instead
        if unsafe and not signing_in and not hmac.compare_digest(_sent(request), csrf(secret)):
            request.state.actor = PUBLIC
            raise CsrfError(
                Text(f"请求缺少有效的 {CSRF_HEADER}", f"the request has no valid {CSRF_HEADER}"),
                Text("其值见 GET /api/v1/session", "GET /api/v1/session tells it"),
                where=CSRF_HEADER,
            )
    actor: Actor = request.state.actor
    if actor.must_change and request.url.path not in _FREE_OF_CHANGE:
        raise PasswordChangeError(
            Text("一次性密码须先更改", "the one-time password has to be changed first"),
            Text("请用 POST /api/v1/session/password 设定新密码", "Set one with POST /api/v1/session/password"),
        )


def somebody(request: Request) -> Actor:
    """Who asks; the public too."""
    actor: Actor = request.state.actor
    return actor


def member(request: Request) -> Actor:
    """Who asks, if it is a user.

    Raises
    ------
    UnauthenticatedError
    """
    actor = somebody(request)
    if actor.user_id is None:
        raise unauthenticated()
    return actor


Somebody = Annotated[Actor, Depends(somebody)]
Member = Annotated[Actor, Depends(member)]


def csrf(secret: str) -> str:
    """The word that goes with a session. Who knows the cookie can make it; who can only send the cookie cannot."""
    return hashlib.sha256(b"qinglu csrf " + secret.encode()).hexdigest()


def cookie_name(ctx: Context) -> str:
    """The cookie's name: with https it is bound to this host by its prefix."""
    return _HOST if ctx.secure else _PLAIN


def give_cookie(response: Response, ctx: Context, secret: str) -> None:
    """Hand the secret of a session to the browser, out of reach of scripts."""
    response.set_cookie(cookie_name(ctx), secret, httponly=True, samesite="lax", secure=ctx.secure, path="/")


def take_cookie(response: Response, ctx: Context) -> None:
    """Let the browser forget it."""
    response.delete_cookie(cookie_name(ctx), httponly=True, samesite="lax", secure=ctx.secure, path="/")


def address(request: Request) -> str:
    """Where a request comes from; behind a trusted proxy what that says."""
    return request.client.host if request.client else ""


def _token(header: str, *, unsafe: bool) -> str:
    """The token that a request bears; as the password of Basic too, which is all that some desktop programs can send.

    Of Basic for reading alone: a browser that was once given a password sends it along for whoever asks.
    """
    scheme, _, given = header.partition(" ")
    given = given.strip()
    if scheme.casefold() == "bearer" and given:
        return given[:512]
    if scheme.casefold() == "basic" and not unsafe:
        try:
            password = base64.b64decode(given[:1024], validate=True).decode().partition(":")[2]
        except ValueError:
            password = ""
        if password:
            return password[:512]
    raise SignInError(
        Text("只接受 Authorization: Bearer 令牌；只读时也可用 Basic，密码处填令牌",
             "only Authorization: Bearer TOKEN counts, and for reading Basic with the token as password"),
        Text("请在账户页签发令牌", "Make a token on your account's page"),
    )  # fmt: skip


def _sent(request: Request) -> str:
    given = request.headers.get(CSRF_HEADER, "")
    return given if given.isascii() else ""


def _host(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _refuse_other_origin(request: Request, ctx: Context) -> None:
    origin = request.headers.get("origin")
    own = {request.headers.get("host", ""), urlsplit(ctx.settings.public_url).netloc}
    foreign = origin is not None and _host(origin) not in own - {""}
    if foreign or request.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
        said = (origin or "?")[:80]
        raise CsrfError(
            Text(f"请求来自别的网站（{said}）", f"the request comes from another site ({said})"),
            Text("请在本站页面上操作", "Use the pages of this server"),
        )  # fmt: skip
