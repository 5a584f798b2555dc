"""Jobs and results as OGC API – Processes has them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query, Request
from starlette.responses import Response

from ...store import NotFoundError
from ...store.records import Job
from ...store.values import plain
from ...text import Lang, Text
from ..actor import Member
from ..context import Context, Ctx
from ..described import gives
from ..problems import MEDIA, answer
from ..reply import language
from ..titles import TITLES
from .asked import Long
from .common import JSON, USUAL, base, known_only, link, next_link, ogc_router, say, self_link

router = ogc_router("/ogc/jobs", "processes")
JobId = Annotated[str, Path(max_length=40)]
_EXCEPTIONS = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/"
_OURS = ("internal", "worker-lost", "store-unavailable")
"""Failures that are the server's, not the request's."""
_RESULTS = "http://www.opengis.net/def/rel/ogc/1.0/results"
_JOB = Text("任务", "job")
_STATES = {"queued": "accepted", "running": "running", "done": "successful", "failed": "failed",
           "cancelled": "dismissed"}  # fmt: skip
_SAID = {
    "queued": Text("排队中", "waiting in the queue"), "running": Text("运行中", "running"),
    "done": Text("已完成", "done"), "failed": Text("失败", "failed"), "cancelled": Text("已取消", "cancelled"),
}  # fmt: skip


@router.get("", responses=gives())
def job_list(
    request: Request, ctx: Ctx, actor: Member, limit: Annotated[int, Query(ge=1, le=2**31 - 1)] = USUAL,
    cursor: Long = None,
) -> Response:  # fmt: skip
    """Jobs of tools that one may see, newest first."""
    known_only(request, ("limit", "cursor"))
    page = ctx.store.jobs(actor, kind="tool", limit=min(limit, 1000), cursor=cursor)
    links = [self_link(request, ctx)]
    if page.cursor:
        links.append(next_link(request, ctx, page.cursor, JSON))
    root, lang = base(request, ctx), language(request)
    return say(request, {"jobs": [status_of_job(j, root, lang) for j in page], "links": links})


@router.get("/{job_id}", responses=gives())
def job(request: Request, ctx: Ctx, actor: Member, job_id: JobId) -> Response:
    """How a job stands."""
    known_only(request, ())
    found = _job(ctx, actor, job_id)
    if found is None:
        return _unknown(request, job_id)
    return say(request, status_of_job(found, base(request, ctx), language(request)))


@router.delete("/{job_id}", responses=gives())
def dismiss(request: Request, ctx: Ctx, actor: Member, job_id: JobId) -> Response:
    """Take a job out of the queue, or ask its worker to stop."""
    found = _job(ctx, actor, job_id)
    if found is None:
        return _unknown(request, job_id)
    stopped = ctx.store.cancel_job(actor, found.id)
    return say(request, status_of_job(stopped, base(request, ctx), language(request)))


@router.get("/{job_id}/results", responses=gives())
def results(request: Request, ctx: Ctx, actor: Member, job_id: JobId) -> Response:
    """What a job gave: its answer, and the files it made as links."""
    known_only(request, ())
    found = _job(ctx, actor, job_id)
    if found is None:
        return _unknown(request, job_id)
    if found.state == "failed":
        told = _failure(found, language(request))
        return say(request, told, MEDIA, status=told["status"])
    if found.state != "done":
        error = NotFoundError.of(Text("任务结果", "result of job"), job_id)
        return answer(request, error, type=f"{_EXCEPTIONS}result-not-ready")
    result = found.result if isinstance(found.result, dict) else {}
    made: dict[str, Any] = {"answer": {"value": result.get("answer")}}
    here = f"{base(request, ctx)}/api/v1/jobs/{found.id}/documents"
    for document in result.get("documents", ()):
        made[document["name"]] = {"href": f"{here}/{document['name']}", "type": document["type"]}
    return say(request, made)


def status_of_job(found: Job, root: str, lang: Lang) -> dict[str, Any]:
    """The status document of a job."""
    here = f"{root}/ogc/jobs/{found.id}"
    made: dict[str, Any] = {
        "jobID": str(found.id), "processID": str(found.inputs.get("tool", found.kind)), "type": "process",
        "status": _STATES[found.state], "message": _message(found, lang), "created": found.created_at,
        "started": found.started_at, "finished": found.finished_at,
        "updated": found.finished_at or found.started_at or found.created_at,
        "links": [link(here, "self"), link(f"{root}/api/v1/jobs/{found.id}/events", "monitor", "text/event-stream")],
    }  # fmt: skip
    if found.total > 0:
        made["progress"] = max(0, min(100, 100 * found.done // found.total))
    if found.state == "done":
        made["progress"] = 100
        made["links"].append(link(f"{here}/results", _RESULTS))
    told: dict[str, Any] = plain({k: v for k, v in made.items() if v is not None})
    return told


def _message(found: Job, lang: Lang) -> str:
    if found.state == "failed" and isinstance(found.error, dict):
        return str(found.error.get(lang) or _SAID["failed"].in_(lang))
    return _SAID[found.state].in_(lang)


def _failure(found: Job, lang: Lang) -> dict[str, Any]:
    told = found.error if isinstance(found.error, dict) else {}
    slug = str(told.get("slug", "internal"))
    return {
        "type": f"/problems/{slug}", "title": TITLES[slug].in_(lang) if slug in TITLES else slug,
        "status": 500 if slug in _OURS else 400, "detail": _message(found, lang), "slug": slug,
        "detail_zh": str(told.get("zh", "")), "detail_en": str(told.get("en", "")),
    }  # fmt: skip


def _job(ctx: Context, actor: Any, job_id: str) -> Job | None:
    if not (job_id.isascii() and job_id.isdigit() and 0 < len(job_id) < 19):
        return None
    try:
        found = ctx.store.job(actor, int(job_id))
    except NotFoundError:
        return None
    return found if found.kind == "tool" else None


def _unknown(request: Request, job_id: str) -> Response:
    return answer(request, NotFoundError.of(_JOB, job_id), type=f"{_EXCEPTIONS}no-such-job")
