"""Every declared tool: what it takes, and running it. No path that is sent is ever opened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Path, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from ...store import Actor
from ...store.values import Page
from ...tools import remote
from ...tools.answer import plain
from ...tools.declare import Tool
from ..actor import Member, Somebody
from ..context import Context, Ctx
from ..described import OBJECT, gives, gives_page
from ..jobs_told import accepted
from ..reply import page_of, reply
from ..running import may_run, queue_tool, run_tool_now, tool_of
from ..strict import strict_router
from ..upload import Kept, sent

router = strict_router("/api/v1/tools", "tools")
ToolId = Annotated[str, Path(max_length=64)]
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"type": "object", "description": "Inputs as the tool declares them"}},
            "multipart/form-data": {"schema": {"type": "object", "properties": {"inputs": {"type": "string"}}}},
        },
    }
}


@router.get("", responses=gives_page())
def list_tools(request: Request, actor: Somebody) -> Response:
    """Every tool that can be run over HTTP."""
    return page_of(request, Page(tuple(_told(t) for t in remote.remote_tools())))


@router.get("/{tool_id}", responses=gives())
def read_tool(actor: Somebody, tool_id: ToolId) -> Response:
    """What a tool takes. In the place of a path stands the id of a document, or a registered layer."""
    return reply(_told(remote.declared(tool_of(tool_id))))


@router.post(
    "/{tool_id}",
    responses=gives(OBJECT) | gives(OBJECT, 202, text="It became a job"),
    openapi_extra=_BODY,
)
async def run_tool(request: Request, ctx: Ctx, actor: Member, tool_id: ToolId) -> Response:
    """Run a tool: a short one at once; one that reads layers, or with ``Prefer: respond-async``, as a job."""
    chosen = tool_of(tool_id)
    may_run(actor, chosen)
    given, files = await _inputs(request, ctx, actor)
    as_job = "respond-async" in request.headers.get("prefer", "") or not remote.is_short(chosen)
    key = request.headers.get("idempotency-key", "")[:200] or None
    return await run_in_threadpool(_run, ctx, actor, chosen, given, files, as_job, key)


def _run(
    ctx: Context, actor: Actor, chosen: Tool, given: Any, files: Mapping[str, Kept], as_job: bool, key: str | None
) -> Response:
    if as_job:
        return accepted(queue_tool(ctx, actor, chosen, given, files, key))
    return reply(run_tool_now(ctx, actor, chosen, given, files))


async def _inputs(request: Request, ctx: Context, actor: Actor) -> tuple[Any, Mapping[str, Kept]]:
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        form = await sent(request, ctx, actor)
        return form.json("inputs") or {}, form.files
    return (await request.json() if await request.body() else {}), {}


def _told(tool: Tool) -> dict[str, Any]:
    made = plain(tool.as_dict())
    made.pop("command")
    for field in made["inputs"].values():
        _as_document(field)
    here = f"/api/v1/tools/{tool.id}"
    return {**made, "short": remote.is_short(tool), "steward": tool.steward, "links": {"self": here}}


def _as_document(field: dict[str, Any]) -> None:
    """Over HTTP there are no paths: where one would stand, stands a document."""
    if field["kind"] in ("path", "folder"):
        field["kind"] = "document"
    for inner in field.get("fields", {}).values():
        _as_document(inner)
