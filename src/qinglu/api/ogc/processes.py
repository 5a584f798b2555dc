"""OGC API – Processes: every tool that is offered over HTTP, from its declaration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Path, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from ... import __version__
from ...errors import OptionError
from ...store import Actor, NotFoundError
from ...text import Lang, Text
from ...tools import remote
from ...tools.declare import Tool
from ..actor import Member, Somebody
from ..context import Context, Ctx
from ..described import OBJECT, gives
from ..problems import answer
from ..reply import language
from ..running import may_run, queue_tool, run_tool_now, tool_of
from .common import JSON, base, known_only, link, ogc_router, say, self_link
from .jobs import status_of_job
from .schemas import schema_of

router = ogc_router("/ogc/processes", "processes")
ProcessId = Annotated[str, Path(max_length=64)]
_EXCEPTIONS = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/"
_EXECUTE = "http://www.opengis.net/def/rel/ogc/1.0/execute"
_QUALIFIED = {"value", "mediaType", "encoding", "schema"}
_BODY = {"requestBody": {"required": True, "content": {JSON: {"schema": {
    "type": "object",
    "properties": {"inputs": {"type": "object"}, "outputs": {"type": "object"},
                   "response": {"type": "string", "enum": ["raw", "document"]}},
}}}}}  # fmt: skip


@router.get("", responses=gives())
def processes(
    request: Request, ctx: Ctx, actor: Somebody, limit: Annotated[int, Query(ge=1, le=2**31 - 1)] = 1000
) -> Response:
    """Every process."""
    known_only(request, ("limit",))
    lang, root = language(request), base(request, ctx)
    tools = remote.remote_tools()[:limit]
    return say(request, {"processes": [summary(t, lang, root) for t in tools], "links": [self_link(request, ctx)]})


@router.get("/{process_id}", responses=gives())
def process(request: Request, ctx: Ctx, actor: Somebody, process_id: ProcessId) -> Response:
    """What a process takes and gives."""
    known_only(request, ())
    chosen = _process(process_id)
    if chosen is None:
        return _unknown(request, process_id)
    tool, lang = remote.declared(chosen), language(request)
    inputs = {
        f.name: {"title": f.name, "description": f.help.in_(lang), "schema": schema_of(f, lang),
                 "minOccurs": int(f.required), "maxOccurs": 1} for f in tool.fields
    }  # fmt: skip
    output = {"title": Text("结果", "Answer").in_(lang), "schema": {**OBJECT, "contentMediaType": JSON}}
    return say(request, summary(tool, lang, base(request, ctx)) | {"inputs": inputs, "outputs": {"answer": output}})


@router.post(
    "/{process_id}/execution",
    responses=gives(OBJECT) | gives(OBJECT, 201, text="It became a job"),
    openapi_extra=_BODY,
)
async def execute(request: Request, ctx: Ctx, actor: Member, process_id: ProcessId) -> Response:
    """Run a process: at once where it is short, else as a job; ``Prefer: respond-async`` always makes a job."""
    chosen = _process(process_id)
    if chosen is None:
        return _unknown(request, process_id)
    may_run(actor, chosen)
    body = await request.json() if await request.body() else {}
    inputs, document = _read(body)
    prefers = "respond-async" in request.headers.get("prefer", "")
    key = request.headers.get("idempotency-key", "")[:200] or None
    return await run_in_threadpool(_executed, request, ctx, actor, chosen, inputs, document, prefers, key)


def _executed(
    request: Request, ctx: Context, actor: Actor, chosen: Tool, inputs: Mapping[str, Any], document: bool,
    prefers: bool, key: str | None,
) -> Response:  # fmt: skip
    if prefers or not remote.is_short(chosen, inputs):
        job = queue_tool(ctx, actor, chosen, inputs, {}, key)
        headers = {"Location": f"{base(request, ctx)}/ogc/jobs/{job.id}"}
        if prefers:
            headers["Preference-Applied"] = "respond-async"
        return say(request, status_of_job(job, base(request, ctx), language(request)), status=201, headers=headers)
    made = run_tool_now(ctx, actor, chosen, inputs, {})
    return say(request, {"answer": {"value": made}} if document else made)


def summary(tool: Tool, lang: Lang, root: str) -> dict[str, Any]:
    """A process in a list."""
    here = f"{root}/ogc/processes/{tool.id}"
    control = ["sync-execute", "async-execute"] if remote.is_short(tool) else ["async-execute"]
    return {
        "id": tool.id, "title": tool.title.in_(lang), "description": tool.summary.in_(lang), "version": __version__,
        "keywords": [f"意见（{a}）" for a in tool.articles], "jobControlOptions": control,
        "outputTransmission": ["value"],
        "links": [link(here, "self"), link(f"{here}/execution", _EXECUTE)],
    }  # fmt: skip


def _process(process_id: str) -> Tool | None:
    try:
        return tool_of(process_id)
    except NotFoundError:
        return None


def _unknown(request: Request, process_id: str) -> Response:
    error = NotFoundError.of(Text("处理过程", "process"), process_id[:80])
    return answer(request, error, type=f"{_EXCEPTIONS}no-such-process")


def _read(body: Any) -> tuple[dict[str, Any], bool]:
    """Inputs of an execute request, and whether its answer is wanted as a document of outputs."""
    if not isinstance(body, Mapping):
        raise OptionError(Text("请求正文应为JSON对象", "the body is to be a JSON object"), where="body")
    given, wanted = body.get("inputs", {}), body.get("response", "raw")
    outputs = body.get("outputs", {})
    if not isinstance(given, Mapping) or wanted not in ("raw", "document") or not isinstance(outputs, Mapping):
        raise OptionError(
            Text("inputs 应为对象，response 应为 raw 或 document", "inputs is an object, response is raw or document"),
            Text('如 {"inputs": {}}', 'For example {"inputs": {}}'), where="inputs",
        )  # fmt: skip
    if strange := sorted(set(outputs) - {"answer"}):
        raise OptionError(
            Text(f"没有输出 {str(strange[0])[:60]}", f"there is no output {str(strange[0])[:60]}"),
            Text("唯一的输出是 answer", "The only output is answer"), where="outputs",
        )  # fmt: skip
    return {name: _value(value, name) for name, value in given.items()}, wanted == "document"


def _value(value: Any, where: str) -> Any:
    """An input as the tool takes it: a qualified value without its wrapping. A link is never followed."""
    if isinstance(value, Mapping) and "href" in value:
        raise OptionError(
            Text("服务器不打开所给链接", "the server opens no link that is sent"),
            Text("请先上传文件，再给出其编号", "Upload the document first and give its id"), where=where,
        )  # fmt: skip
    if isinstance(value, Mapping) and "value" in value and set(value) <= _QUALIFIED:
        return value["value"]
    return value
