"""Documents: files under their hash, filed with projects."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from ...errors import OptionError
from ...store import Actor
from ...store.access import require
from ...store.projects import PROJECT
from ...store.values import Attachment
from ...text import Text
from ..actor import Member, Somebody
from ..bodies import Cursor, Id, Limit
from ..context import Context, Ctx
from ..described import form, gives, gives_nothing, gives_page
from ..jobs_told import attachment
from ..reply import page_of, reply
from ..strict import strict_router
from ..upload import Sent, media_type, sent

router = strict_router("/api/v1/documents", "documents")
Number = Annotated[int | None, Query(ge=1, le=2**63 - 1)]
_FORM = form(
    {"project": {"type": "integer"}, "title": {"type": "string"}, "published": {"type": "boolean"}}, ("file", "project")
)


@router.post("", status_code=201, responses=gives(Attachment, 201), openapi_extra=_FORM)
async def upload(
    request: Request,
    ctx: Ctx,
    actor: Member,
    project: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="Or as a field of the form")] = None,
) -> Response:
    """File a document with a project."""
    await run_in_threadpool(_refuse_early, ctx, actor, project)
    given = await sent(request, ctx, actor)
    return await run_in_threadpool(_file, ctx, actor, given, project)


@router.get("", responses=gives_page(Attachment))
def list_documents(
    request: Request, ctx: Ctx, actor: Somebody, project: Number = None, cursor: Cursor = None, limit: Limit = 100
) -> Response:
    """Documents that one may see."""
    page = ctx.store.attachments(actor, project=project, cursor=cursor, limit=limit)
    return page_of(request, page, [_told(a) for a in page])


@router.get("/{document_id}", responses=gives(Attachment))
def read_document(ctx: Ctx, actor: Somebody, document_id: Id) -> Response:
    """What a document is."""
    return reply(_told(ctx.store.attachment(actor, document_id)[0]))


@router.get("/{document_id}/content", responses=gives({"type": "string"}, media="application/octet-stream"))
def download(ctx: Ctx, actor: Somebody, document_id: Id) -> Response:
    """Its bytes, to save."""
    found, path = ctx.store.attachment(actor, document_id)
    return attachment(path, found.name, media_type(found.name), found.sha256)


@router.delete("/{document_id}", status_code=204, responses=gives_nothing())
def remove(ctx: Ctx, actor: Member, document_id: Id) -> Response:
    """Take a document from a project's file; the trail keeps that it was there."""
    ctx.store.detach(actor, document_id)
    return Response(status_code=204)


def _refuse_early(ctx: Context, actor: Actor, project: int | None) -> None:
    if project is not None:
        require(actor, "attach", ctx.store.project(actor, project), kind=PROJECT, id=project)
    elif not actor.administers and not ("write" in actor.scopes and actor.organisations("company")):
        require(actor, "administer", kind=PROJECT)


def _file(ctx: Context, actor: Actor, given: Sent, project: int | None) -> Response:
    number = project if project is not None else given.number("project")
    if number is None:
        raise OptionError(
            Text("请指明项目", "the project has to be named"),
            Text("字段 project", "The field project"),
            where="project",
        )
    made = ctx.store.attach(
        actor, number, given.file.sha256, name=given.file.name, type=media_type(given.file.name),
        title=given.fields.get("title", ""), published=given.flag("published"),
    )  # fmt: skip
    return reply(_told(made), 201, headers={"Location": f"/api/v1/documents/{made.id}"})


def _told(found: Attachment) -> dict[str, object]:
    here = f"/api/v1/documents/{found.id}"
    return {**found.as_dict(), "links": {"self": here, "content": f"{here}/content"}}
