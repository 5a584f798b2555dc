"""The audit trail, for an administrator."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from ...store.records import AuditRow
from ..actor import Member
from ..bodies import Cursor, Limit
from ..context import Ctx
from ..described import gives, gives_page
from ..reply import page_of, reply
from ..strict import strict_router

router = strict_router("/api/v1/audit", "audit")


@router.get("", responses=gives_page(AuditRow))
def read_audit(
    request: Request,
    ctx: Ctx,
    actor: Member,
    entity: Annotated[str | None, Query(max_length=40)] = None,
    entity_id: Annotated[str | None, Query(max_length=256)] = None,
    user: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """Rows of the trail, newest first."""
    page = ctx.store.audit(actor, entity=entity, entity_id=entity_id, user=user, cursor=cursor, limit=limit)
    return page_of(request, page)


@router.get("/verify", responses=gives())
def verify_audit(ctx: Ctx, actor: Member) -> Response:
    """Read the whole trail and name every place where it does not hold."""
    found = ctx.store.verify_audit(actor)
    faults = [{"seq": f.seq, "kind": f.kind, "text": f.text._asdict()} for f in found.faults]
    return reply({"intact": found.intact, "rows": found.n, "head": f"{found.seq}:{found.hash}", "faults": faults})
