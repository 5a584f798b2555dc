"""Every declared tool: what it takes, and running it. No path that is sent is ever opened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Path, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from ...errors import OptionError, UnknownNameError
from ...store import Actor, NotFoundError
from ...store.access import require
from ...store.values import Page
from ...text import Text
from ...tools import remote
from ...tools.answer import plain
from ...tools.check import checked
from ...tools.declare import Tool
from ..actor import Member, Somebody
from ..bodies import MOST
from ..context import Context, Ctx
from ..described import OBJECT, gives, gives_page
from ..errors import BusyError
from ..jobs_told import accepted, enqueue
from ..owning import working_for
from ..reply import page_of, reply
from ..strict import strict_router
from ..upload import Kept, sent

router = strict_router("/api/v1/tools", "tools")
ToolId = Annotated[str, Path(max_length=64)]
_TOOL = Text("工具", "tool")
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
    return reply(_told(remote.declared(_tool(tool_id))))


@router.post(
    "/{tool_id}",
    responses=gives(OBJECT) | gives(OBJECT, 202, text="It became a job"),
    openapi_extra=_BODY,
)
async def run_tool(request: Request, ctx: Ctx, actor: Member, tool_id: ToolId) -> Response:
    """Run a tool: a short one at once; one that reads layers, or with ``Prefer: respond-async``, as a job."""
    chosen = _tool(tool_id)
    require(actor, "use-tools", kind=_TOOL, id=chosen.id)
    if chosen.steward:
        require(actor, "steward", kind=_TOOL, id=chosen.id)
    given, files = await _inputs(request, ctx, actor)
    as_job = "respond-async" in request.headers.get("prefer", "") or not remote.is_short(chosen)
    key = request.headers.get("idempotency-key", "")[:200] or None
    return await run_in_threadpool(_run, ctx, actor, chosen, given, files, as_job, key)


def _run(
    ctx: Context, actor: Actor, chosen: Tool, given: Any, files: Mapping[str, Kept], as_job: bool, key: str | None
) -> Response:
    kept = remote.sent(chosen, given, lambda value, where: _reference(ctx, actor, files, value, where))
    if as_job:
        owner = working_for(actor)
        inputs = {"tool": chosen.id, "inputs": kept}
        return accepted(enqueue(ctx, actor, "tool", inputs, organisation_id=owner, idempotency_key=key))
    if not ctx.running.acquire(blocking=False):
        raise BusyError(
            Text("同时运行的工具过多", "too many tools are running"),
            Text("请稍后再试，或以 Prefer: respond-async 排队", "Try again, or queue it with Prefer: respond-async"),
        )  # fmt: skip
    try:
        fields = remote.declared(chosen).fields
        made = chosen.run(ctx.workspace(), checked(fields, kept))
    finally:
        ctx.running.release()
    return reply(plain(made.as_dict()))


async def _inputs(request: Request, ctx: Context, actor: Actor) -> tuple[Any, Mapping[str, Kept]]:
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        form = await sent(request, ctx, actor)
        return form.json("inputs") or {}, form.files
    return (await request.json() if await request.body() else {}), {}


def _reference(ctx: Context, actor: Actor, files: Mapping[str, Kept], value: Any, where: str) -> Mapping[str, Any]:
    """What stands in the place of a path, as a job keeps it: only what the actor may read."""
    kind, name = next(iter(value.items()))
    if kind == "document" and isinstance(name, int) and not isinstance(name, bool) and 0 < name <= MOST:
        found, _ = ctx.store.attachment(actor, name)
        return {"sha256": found.sha256, "name": found.name}
    if kind == "file" and isinstance(name, str) and name in files:
        return {"sha256": files[name].sha256, "name": files[name].name}
    if kind == "layer" and isinstance(name, str) and name in ctx.workspace().atlas.ids():
        return {"layer": name}
    raise OptionError(
        Text(f"没有 {kind} {str(name)[:60]}", f"there is no {kind} {str(name)[:60]}"),
        Text("请给出已上传文件的编号、同一表单中文件的字段名或登记的图层",
             "Give the id of an uploaded document, the field of a file in this form, or a registered layer"),
        where=where,
    )  # fmt: skip


def _tool(tool_id: str) -> Tool:
    try:
        return remote.remote_tool(tool_id)
    except UnknownNameError:
        raise NotFoundError.of(_TOOL, tool_id[:80]) from None


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
