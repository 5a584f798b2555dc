"""Users, organisations and roles, as an administrator keeps them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Request
from starlette.responses import Response

from ...errors import OptionError
from ...store import ConflictError
from ...store.access import require
from ...store.accounts import USER
from ...store.values import Organisation, Page, Role, User
from ...text import Text
from ..actor import Member
from ..bodies import (
    Id,
    MemberWanted,
    NewPassword,
    OrganisationChanges,
    OrganisationWanted,
    UserChanges,
    UserWanted,
    given,
)
from ..context import Ctx
from ..described import gives, gives_nothing, gives_page
from ..reply import expected_version, page_of, reply, tagged
from ..strict import strict_router
from .projects import changed

users = strict_router("/api/v1/users", "users")
organisations = strict_router("/api/v1/organisations", "organisations")


@users.get("", responses=gives_page(User))
def list_users(request: Request, ctx: Ctx, actor: Member) -> Response:
    """Every user, for an administrator."""
    return page_of(request, Page(ctx.store.users(actor)))


@users.post("", status_code=201, responses=gives(User, 201))
def create_user(ctx: Ctx, actor: Member, body: UserWanted) -> Response:
    """A new user. A password is for one time; without one the user signs in through the identity provider."""
    made = ctx.store.create_user(actor, email=body.email, name=body.name, password=body.password, lang=body.lang)
    return reply(made, 201, headers={"Location": f"/api/v1/users/{made.id}"})


@users.get("/{user_id}", responses=gives(User))
def read_user(ctx: Ctx, actor: Member, user_id: Id) -> Response:
    """One user, with roles: oneself, or any for an administrator."""
    found = ctx.store.user(actor, user_id)
    return reply({**found.as_dict(), "roles": [r.as_dict() for r in ctx.store.members(actor, user_id=user_id)]})


@users.patch("/{user_id}", responses=gives(User))
def change_user(ctx: Ctx, actor: Member, user_id: Id, body: UserChanges) -> Response:
    """Change name or language of oneself; the rest is an administrator's."""
    return reply(ctx.store.update_user(actor, user_id, _set(given(body))))


@users.put("/{user_id}/password", status_code=204, responses=gives_nothing())
def set_password(ctx: Ctx, actor: Member, user_id: Id, body: NewPassword) -> Response:
    """Give somebody a one-time password; every session of theirs ends."""
    require(actor, "administer", kind=USER, id=user_id)
    if actor.user_id == user_id:
        raise OptionError(
            Text("自己的密码须连同当前密码更改", "one's own password is changed with the current one"),
            Text("请用 POST /api/v1/session/password", "Use POST /api/v1/session/password"),
            where="user_id",
        )
    ctx.store.set_password(actor, user_id, body.password)
    return Response(status_code=204)


@organisations.get("", responses=gives_page(Organisation))
def list_organisations(
    request: Request, ctx: Ctx, actor: Member, kind: Annotated[str | None, Query(max_length=16)] = None
) -> Response:
    """Organisations, to share with."""
    return page_of(request, Page(ctx.store.organisations(actor, kind=kind)))


@organisations.post("", status_code=201, responses=gives(Organisation, 201))
def create_organisation(ctx: Ctx, actor: Member, body: OrganisationWanted) -> Response:
    """A new organisation; countries and sectors are an agency's remit, ``*`` for all."""
    made = ctx.store.create_organisation(actor, **body.model_dump())
    return reply(made, 201, headers={"Location": f"/api/v1/organisations/{made.id}"})


@organisations.get("/{organisation_id}", responses=gives(Organisation))
def read_organisation(request: Request, ctx: Ctx, actor: Member, organisation_id: Id) -> Response:
    """One organisation."""
    found = ctx.store.organisation(actor, organisation_id)
    return tagged(request, found, found.version)


@organisations.patch("/{organisation_id}", responses=gives(Organisation))
def change_organisation(
    request: Request, ctx: Ctx, actor: Member, organisation_id: Id, body: OrganisationChanges
) -> Response:
    """Change an organisation."""
    version, by_header = expected_version(request, given(body))
    try:
        made = ctx.store.update_organisation(actor, organisation_id, _set(given(body, "version")), version)
    except ConflictError as error:
        raise changed(error) if by_header else error from None
    return tagged(request, made, made.version)


@organisations.get("/{organisation_id}/members", responses=gives_page(Role))
def list_members(request: Request, ctx: Ctx, actor: Member, organisation_id: Id) -> Response:
    """Who has which role."""
    return page_of(request, Page(ctx.store.members(actor, organisation_id=organisation_id)))


@organisations.post("/{organisation_id}/members", status_code=201, responses=gives(Role, 201))
def add_member(ctx: Ctx, actor: Member, organisation_id: Id, body: MemberWanted) -> Response:
    """Give a user a role."""
    return reply(ctx.store.add_member(actor, body.user_id, organisation_id, body.role), 201)


@organisations.delete("/{organisation_id}/members/{membership_id}", status_code=204, responses=gives_nothing())
def remove_member(ctx: Ctx, actor: Member, organisation_id: Id, membership_id: Id) -> Response:
    """Take a role away."""
    ctx.store.remove_member(actor, membership_id)
    return Response(status_code=204)


def _set(values: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in values.items() if v is not None}
