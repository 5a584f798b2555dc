"""Jobs: look, cancel, try again, watch."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header, Query, Request
from starlette.responses import Response

from ...store.records import Job
from ..actor import Member
from ..bodies import Cursor, Id, Limit
from ..context import Ctx
from ..described import gives, gives_page
from ..events import follow, listed
from ..jobs_told import result_file, told
from ..reply import page_of, reply, wants
from ..strict import strict_router

router = strict_router("/api/v1/jobs", "jobs")
_STREAM = "text/event-stream"


@router.get("", responses=gives_page(Job))
def list_jobs(
    request: Request,
    ctx: Ctx,
    actor: Member,
    state: Annotated[str | None, Query(max_length=16)] = None,
    kind: Annotated[str | None, Query(max_length=40)] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """Jobs that one may see, newest first."""
    page = ctx.store.jobs(actor, state=state, kind=kind, cursor=cursor, limit=limit)
    return page_of(request, page, [told(j) for j in page])


@router.get("/{job_id}", responses=gives(Job))
def read_job(ctx: Ctx, actor: Member, job_id: Id) -> Response:
    """One job."""
    return reply(told(ctx.store.job(actor, job_id)))


@router.post("/{job_id}/cancel", responses=gives(Job))
def cancel(ctx: Ctx, actor: Member, job_id: Id) -> Response:
    """Take a job out of the queue, or ask its worker to stop."""
    return reply(told(ctx.store.cancel_job(actor, job_id)))


@router.post("/{job_id}/retry", responses=gives(Job))
def retry(ctx: Ctx, actor: Member, job_id: Id) -> Response:
    """Put a job that failed or was cancelled back into the queue."""
    return reply(told(ctx.store.retry_job(actor, job_id)))


@router.get("/{job_id}/events", responses=gives({"type": "string"}, media=_STREAM))
async def events(
    request: Request,
    ctx: Ctx,
    actor: Member,
    job_id: Id,
    last_event_id: Annotated[str | None, Header(max_length=20)] = None,
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Response:
    """What happens to a job, as server-sent events to its end; as JSON where that is what is accepted."""
    seen = int(last_event_id) if last_event_id and last_event_id.isascii() and last_event_id.isdigit() else after
    if wants(request, _STREAM, "application/json") == "application/json":
        return await listed(ctx, actor, job_id, seen)
    return await follow(ctx, actor, job_id, seen)


@router.get("/{job_id}/documents/{name}", responses=gives({"type": "string"}, media="application/octet-stream"))
def download(ctx: Ctx, actor: Member, job_id: Id, name: str) -> Response:
    """A file that a job made."""
    result = ctx.store.job(actor, job_id).result
    return result_file(ctx, result.get("documents", ()) if isinstance(result, dict) else (), name)
