"""Signing in and out, and who one is."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from starlette.responses import Response

from ...store import PUBLIC, Actor
from .. import actor as who
from ..actor import Member, Somebody
from ..bodies import OwnPassword, SignIn
from ..context import Context, Ctx
from ..described import gives, gives_nothing
from ..errors import unauthenticated
from ..reply import reply
from ..strict import strict_router

router = strict_router("/api/v1/session", "session")


@router.post("", responses=gives())
def sign_in(request: Request, ctx: Ctx, body: SignIn) -> Response:
    """Open a session: the answer sets the cookie and tells the word for ``X-CSRF-Token``."""
    agent = request.headers.get("user-agent", "")
    opened = ctx.store.sign_in(body.email, body.password, address=who.address(request), agent=agent)
    if request.state.secret:
        ctx.store.close_session(request.state.secret)
    actor, _ = ctx.store.session(opened.secret)
    made = reply(_told(ctx, actor, opened.secret))
    who.give_cookie(made, ctx, opened.secret)
    return made


@router.get("", responses=gives())
def who_am_i(request: Request, ctx: Ctx, actor: Somebody) -> Response:
    """Who asks; ``user`` is null for the public."""
    return reply(_told(ctx, actor, request.state.secret))


@router.delete("", status_code=204, responses=gives_nothing())
def sign_out(request: Request, ctx: Ctx, actor: Somebody) -> Response:
    """Close the session; nothing where there is none."""
    made = Response(status_code=204)
    if request.state.secret:
        ctx.store.close_session(request.state.secret)
        who.take_cookie(made, ctx)
    return made


@router.post("/password", responses=gives())
def change_password(request: Request, ctx: Ctx, actor: Member, body: OwnPassword) -> Response:
    """Change one's own password. Every session ends but the one that answers, which is new."""
    if request.state.secret is None or actor.user_id is None:
        raise unauthenticated()  # a token changes no password
    ctx.store.set_password(actor, actor.user_id, body.password, current=body.current)
    opened = ctx.store.open_session(
        actor.user_id, address=who.address(request), agent=request.headers.get("user-agent", "")
    )
    fresh, _ = ctx.store.session(opened.secret)
    made = reply(_told(ctx, fresh, opened.secret))
    who.give_cookie(made, ctx, opened.secret)
    return made


def _told(ctx: Context, actor: Actor, secret: str | None) -> dict[str, Any]:
    if actor.user_id is None:
        return {"user": None, "roles": [], "scopes": sorted(PUBLIC.scopes), "csrf": None, "oidc": _oidc(ctx)}
    user = ctx.store.user(actor, actor.user_id)
    known = {o.id: o for o in ctx.store.organisations(actor)} if actor.signed_in else {}
    roles = [
        {"organisation": m.organisation_id, "kind": m.kind, "role": m.role,
         "name": known[m.organisation_id].name if m.organisation_id in known else "",
         "name_zh": known[m.organisation_id].name_zh if m.organisation_id in known else ""}
        for m in actor.memberships
    ]  # fmt: skip
    return {
        "user": user, "roles": roles, "scopes": sorted(actor.scopes), "csrf": who.csrf(secret) if secret else None,
        "must_change": actor.must_change, "oidc": _oidc(ctx),
    }  # fmt: skip


def _oidc(ctx: Context) -> str | None:
    return "/auth/oidc/login" if ctx.settings.oidc_issuer else None
