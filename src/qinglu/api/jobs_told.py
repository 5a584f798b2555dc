"""Jobs and what they leave, as JSON with their addresses; and the bounds on how many somebody may ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from starlette.responses import FileResponse, Response

from ..store import Actor, NotFoundError
from ..store.records import Job, Run
from ..text import Text
from .context import Context
from .errors import BusyError
from .reply import reply

_MOST_WAITING = 100
_DOCUMENT = Text("文件", "document")


def told(job: Job) -> dict[str, Any]:
    """A job with its links."""
    here = f"/api/v1/jobs/{job.id}"
    made = job.as_dict() | {"links": {"self": here, "events": f"{here}/events"}}
    if isinstance(made["result"], dict) and "documents" in made["result"]:
        made["result"] = made["result"] | {"documents": _linked(made["result"]["documents"], here)}
    return made


def run_told(run: Run) -> dict[str, Any]:
    """A run with its documents and links."""
    here = f"/api/v1/runs/{run.id}"
    made = run.as_dict()
    counts = dict(made["counts"])
    made["documents"] = _linked(counts.pop("documents", []), here)
    links = {"self": here, "findings": f"/api/v1/findings?run={run.id}"}
    if run.job_id is not None:
        links["job"] = f"/api/v1/jobs/{run.job_id}"
    return {**made, "counts": counts, "links": links}


def accepted(job: Job, **more: Any) -> Response:
    """202: the job that was made, and where to look."""
    here = f"/api/v1/jobs/{job.id}"
    return reply({"job": told(job), **more}, 202, headers={"Location": here})


def enqueue(ctx: Context, actor: Actor, kind: str, inputs: Mapping[str, Any], **options: Any) -> Job:
    """Put a job into the queue.

    Raises
    ------
    BusyError
        The actor has as many unfinished as one may have.
    """
    if ctx.store.waiting(actor) >= _MOST_WAITING:
        raise BusyError(
            Text(f"您已有 {_MOST_WAITING} 个未完成的任务", f"you have {_MOST_WAITING} jobs that have not ended"),
            Text("请待其完成，或取消一些", "Wait for some to end, or cancel some"),
        )
    return ctx.store.enqueue(actor, kind, inputs, **options)


def result_file(ctx: Context, documents: Sequence[Mapping[str, Any]], name: str) -> Response:
    """One document of a job or a run, by its name among them.

    Raises
    ------
    NotFoundError
    """
    found = next((d for d in documents if d["name"] == name), None)
    if found is None:
        raise NotFoundError.of(_DOCUMENT, name[:80])
    return attachment(ctx.store.path_of(found["sha256"]), found["name"], found["type"], found["sha256"])


def attachment(path: Path, name: str, media: str, sha256: str) -> Response:
    """Bytes to save, never to show: a page among them could else act as one of ours."""
    headers = {"ETag": f'"{sha256[:32]}"', "Cache-Control": "private, no-cache",
               "Content-Security-Policy": "default-src 'none'; sandbox"}  # fmt: skip
    return FileResponse(path, media_type=media, filename=name, headers=headers)


def _linked(documents: Sequence[Mapping[str, Any]], here: str) -> list[dict[str, Any]]:
    return [{**d, "href": f"{here}/documents/{d['name']}"} for d in documents]
