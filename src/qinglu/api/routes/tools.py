"""Every declared tool: what it takes, and running it. No path that is sent is ever opened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import Path, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from ...store import Actor
from ...store.values import Page
from ...tools import remote
from ...tools.answer import plain
from ...tools.charted import Drawing, Theme
from ...tools.declare import Tool
from ..actor import Member, Somebody
from ..context import Context, Ctx
from ..described import OBJECT, gives, gives_page
from ..jobs_told import accepted
from ..reply import language, page_of, reply
from ..running import may_run, queue_tool, run_tool_now, tool_of
from ..strict import strict_router
from ..upload import Kept, sent

router = strict_router("/api/v1/tools", "tools")
ToolId = Annotated[str, Path(max_length=64)]
_TEXT = {"type": "object", "properties": {"zh": {"type": "string"}, "en": {"type": "string"}}}
_ANSWER = {
    "type": "object",
    "description": "What the tool answers. Tools that compute or judge have the first four; `charts` where asked for",
    "properties": {
        "result": OBJECT,
        "findings": {"type": "array", "items": OBJECT},
        "trace": {"type": "array", "items": OBJECT},
        "unverified": {"type": "array", "items": OBJECT},
        "charts": {"type": "array", "items": {
            "type": "object", "required": ["name", "title", "svg"],
            "properties": {"name": {"type": "string"}, "title": _TEXT, "svg": {"type": "string"}},
        }},
    },
}  # fmt: skip
Charts = Annotated[
    Literal["true", "false", "page"],
    Query(description="Also draw: `true` as SVG files that stand alone, `page` with colours as CSS variables of the "
          "page around them. A job keeps its charts with its answer. Their language is that of Accept-Language."),
]  # fmt: skip
Width = Annotated[
    int | None, Query(ge=280, le=2000, description="Width of a chart in units of which its letters are 12 high")
]
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
    responses=gives(_ANSWER) | gives(OBJECT, 202, text="It became a job"),
    openapi_extra=_BODY,
)
async def run_tool(
    request: Request, ctx: Ctx, actor: Member, tool_id: ToolId, charts: Charts = "false", chart_width: Width = None
) -> Response:
    """Run a tool: a short one at once; one that reads layers, or with ``Prefer: respond-async``, as a job."""
    chosen = tool_of(tool_id)
    may_run(actor, chosen)
    given, files = await _inputs(request, ctx, actor)
    as_job = "respond-async" in request.headers.get("prefer", "") or not remote.is_short(chosen, given)
    key = request.headers.get("idempotency-key", "")[:200] or None
    theme: Theme = "page" if charts == "page" else "file"
    drawing = None if charts == "false" else Drawing(language(request), theme, chart_width)
    return await run_in_threadpool(_run, ctx, actor, chosen, given, files, as_job, key, drawing)


def _run(
    ctx: Context, actor: Actor, chosen: Tool, given: Any, files: Mapping[str, Kept], as_job: bool, key: str | None,
    drawing: Drawing | None,
) -> Response:  # fmt: skip
    if as_job:
        return accepted(queue_tool(ctx, actor, chosen, given, files, key, drawing))
    return reply(run_tool_now(ctx, actor, chosen, given, files, drawing))


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
