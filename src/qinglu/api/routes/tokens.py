"""Tokens of one's own: made, listed, made void. What a token is, is told once."""

from __future__ import annotations

from datetime import timedelta

from fastapi import Request
from starlette.responses import Response

from ...store import Actor, ForbiddenError
from ...store.values import Page, Token
from ...text import Text
from ..actor import Member
from ..bodies import Id, TokenWanted
from ..context import Ctx
from ..described import gives, gives_nothing, gives_page
from ..reply import page_of, reply
from ..strict import strict_router

router = strict_router("/api/v1/tokens", "tokens")


@router.get("", responses=gives_page(Token))
def list_tokens(request: Request, ctx: Ctx, actor: Member) -> Response:
    """One's own tokens, newest first."""
    return page_of(request, Page(ctx.store.tokens(actor)))


@router.post("", status_code=201, responses=gives(status=201))
def make_token(ctx: Ctx, actor: Member, body: TokenWanted) -> Response:
    """A token for oneself. The answer is the only place where it can be read."""
    _refuse_token(actor)
    secret, made = ctx.store.make_token(actor, name=body.name, scopes=body.scopes, lasts=timedelta(days=body.days))
    return reply({"token": secret, **made.as_dict()}, 201)


@router.delete("/{token_id}", status_code=204, responses=gives_nothing())
def revoke_token(ctx: Ctx, actor: Member, token_id: Id) -> Response:
    """Make a token void."""
    _refuse_token(actor, own=token_id)
    ctx.store.revoke_token(actor, token_id)
    return Response(status_code=204)


def _refuse_token(actor: Actor, own: int | None = None) -> None:
    """A token makes no token: it would outlive its own end. It may only make itself void."""
    if actor.token_id is not None and actor.token_id != own:
        raise ForbiddenError(
            Text("令牌不能签发或撤销令牌", "a token neither makes nor revokes tokens"),
            Text("请登录后办理", "Sign in for that"),
        )
