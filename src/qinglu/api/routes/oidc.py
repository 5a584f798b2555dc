"""Signing in through an identity provider, as a browser goes through it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request
from starlette.responses import RedirectResponse, Response

from ...store import SignInError
from ...text import Text
from .. import actor as who
from .. import oidc
from ..context import Context, Ctx
from ..described import gives_nothing
from ..strict import strict_router

router = strict_router("/auth/oidc", "session")
_COOKIE, _LASTS_S = "qinglu_oidc", 600


@router.get("/login", status_code=303, responses=gives_nothing(303, "To the provider"))
def login(request: Request, ctx: Ctx, to: Annotated[str, Query(max_length=500)] = "/") -> Response:
    """Send the browser to the provider; afterwards it comes to the page ``to`` of this server."""
    address, begun = oidc.begin(ctx, _callback(request, ctx), _own(to))
    made = RedirectResponse(address, 303)
    made.set_cookie(
        _COOKIE, begun.packed(), max_age=_LASTS_S, httponly=True, samesite="lax", secure=ctx.secure, path="/auth/oidc"
    )
    return made


@router.get("/callback", status_code=303, responses=gives_nothing(303, "Signed in"))
def callback(
    request: Request,
    ctx: Ctx,
    code: Annotated[str, Query(max_length=4096)] = "",
    state: Annotated[str, Query(max_length=512)] = "",
    error: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Where the provider sends the browser back to."""
    begun = oidc.Begun.unpacked(request.cookies.get(_COOKIE, ""))
    if error or not code:
        raise SignInError(
            Text(f"身份提供方未予登录（{error or '?'}）", f"the provider did not sign you in ({error or '?'})"),
            Text("请重新登录", "Begin again"),
        )
    user = oidc.end(ctx, _callback(request, ctx), begun, code, state)
    opened = ctx.store.open_session(user.id, address=who.address(request), agent=request.headers.get("user-agent", ""))
    made = RedirectResponse(_own(begun.to), 303)
    made.delete_cookie(_COOKIE, path="/auth/oidc")
    who.give_cookie(made, ctx, opened.secret)
    return made


def _callback(request: Request, ctx: Context) -> str:
    base = ctx.settings.public_url or str(request.base_url)
    return f"{base.rstrip('/')}/auth/oidc/callback"


def _own(to: str) -> str:
    """A page of this server and of no other."""
    sound = to.startswith("/") and not to.startswith(("//", "/\\")) and to.isprintable() and "\\" not in to
    return to if sound else "/"
