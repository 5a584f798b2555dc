"""Actions: what a finding obliges somebody to do, with owner, day, state and proof."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from ...store import ConflictError
from ...store.records import Action
from ..actor import Member
from ..bodies import ActionChanges, ActionWanted, Cursor, Id, Limit, given
from ..context import Ctx
from ..described import gives, gives_page
from ..reply import expected_version, page_of, tagged
from ..strict import strict_router
from .projects import changed

router = strict_router("/api/v1/actions", "actions")


@router.get("", responses=gives_page(Action))
def list_actions(
    request: Request,
    ctx: Ctx,
    actor: Member,
    project: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
    state: Annotated[str | None, Query(max_length=16)] = None,
    due_by: date | None = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """Actions that one may see."""
    page = ctx.store.actions(actor, project=project, state=state, due_by=due_by, cursor=cursor, limit=limit)
    return page_of(request, page)


@router.post("", status_code=201, responses=gives(Action, 201))
def create_action(request: Request, ctx: Ctx, actor: Member, body: ActionWanted) -> Response:
    """A new action of a project."""
    made = ctx.store.create_action(actor, body.project, given(body, "project", "version"))
    answer = tagged(request, made, made.version)
    answer.status_code = 201
    answer.headers["Location"] = f"/api/v1/actions/{made.id}"
    return answer


@router.get("/{action_id}", responses=gives(Action))
def read_action(request: Request, ctx: Ctx, actor: Member, action_id: Id) -> Response:
    """One action."""
    found = ctx.store.action(actor, action_id)
    return tagged(request, found, found.version)


@router.patch("/{action_id}", responses=gives(Action))
def change_action(request: Request, ctx: Ctx, actor: Member, action_id: Id, body: ActionChanges) -> Response:
    """Change an action; a proof may be a document of the project (``attachment_id``)."""
    version, by_header = expected_version(request, given(body))
    try:
        made = ctx.store.update_action(actor, action_id, given(body, "version"), version)
    except ConflictError as error:
        raise changed(error) if by_header else error from None
    return tagged(request, made, made.version)
