"""Running a declared tool for somebody: at once or as a job; in the place of a path only what the actor may read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import OptionError, UnknownNameError
from ..store import Actor, NotFoundError
from ..store.access import require
from ..store.records import Job
from ..text import Text
from ..tools import remote
from ..tools.charted import Drawing, told
from ..tools.check import checked
from ..tools.declare import Tool
from .bodies import MOST
from .context import Context
from .errors import BusyError
from .jobs_told import enqueue
from .owning import working_for
from .upload import Kept

_TOOL = Text("工具", "tool")


def tool_of(tool_id: str) -> Tool:
    """The tool of that id, if it is offered over HTTP.

    Raises
    ------
    NotFoundError
    """
    try:
        return remote.remote_tool(tool_id)
    except UnknownNameError:
        raise NotFoundError.of(_TOOL, tool_id[:80]) from None


def may_run(actor: Actor, chosen: Tool) -> None:
    """Nothing, if the actor may run the tool.

    Raises
    ------
    ForbiddenError
    """
    require(actor, "use-tools", kind=_TOOL, id=chosen.id)
    if chosen.steward:
        require(actor, "steward", kind=_TOOL, id=chosen.id)


def queue_tool(
    ctx: Context, actor: Actor, chosen: Tool, given: Any, files: Mapping[str, Kept], key: str | None = None,
    drawing: Drawing | None = None,
) -> Job:  # fmt: skip
    """Put a run of the tool into the queue.

    Raises
    ------
    OptionError
        What the declaration refuses, or a path.
    BusyError
    """
    inputs = {"tool": chosen.id, "inputs": _kept(ctx, actor, chosen, given, files)}
    if drawing is not None:
        inputs["charts"] = drawing.as_dict()
    return enqueue(ctx, actor, "tool", inputs, organisation_id=working_for(actor), idempotency_key=key)


def run_tool_now(
    ctx: Context, actor: Actor, chosen: Tool, given: Any, files: Mapping[str, Kept], drawing: Drawing | None = None
) -> dict[str, Any]:
    """Run a short tool within the request; its answer as JSON values, with its charts where they are wanted.

    Raises
    ------
    OptionError
    BusyError
        As many run as the server takes on.
    """
    kept = _kept(ctx, actor, chosen, given, files)
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
    return told(made, drawing)


def _kept(ctx: Context, actor: Actor, chosen: Tool, given: Any, files: Mapping[str, Kept]) -> dict[str, Any]:
    return remote.sent(chosen, given, lambda value, where: _reference(ctx, actor, files, value, where))


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
