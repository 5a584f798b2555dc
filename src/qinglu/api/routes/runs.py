"""Runs: screenings of projects that are in the register, and what they left."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query, Request
from starlette.responses import Response

from ...store import NotFoundError
from ...store.access import require
from ...store.projects import ORGANISATION, PROJECT
from ...store.records import Run
from ...text import Text
from ..actor import Member
from ..bodies import Cursor, Id, Limit, RunWanted
from ..context import Ctx
from ..described import gives, gives_page
from ..jobs_told import accepted, enqueue, result_file, run_told
from ..owning import organisation_for
from ..reply import asked_language, page_of, reply
from ..strict import strict_router

router = strict_router("/api/v1/runs", "runs")
_MANY = 200


@router.get("", responses=gives_page(Run))
def list_runs(
    request: Request,
    ctx: Ctx,
    actor: Member,
    organisation: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
    state: Annotated[str | None, Query(max_length=16)] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """Runs of one's organisations, newest first."""
    page = ctx.store.runs(actor, organisation=organisation, state=state, cursor=cursor, limit=limit)
    return page_of(request, page, [run_told(r) for r in page])


@router.post("", status_code=202, responses=gives(status=202))
def begin_run(request: Request, ctx: Ctx, actor: Member, body: RunWanted) -> Response:
    """Screen projects of the register."""
    owner = organisation_for(actor, body.organisation, "company", "bank", "agency")
    for project_id in body.projects[:_MANY]:  # the worker looks at every one; these tell at once
        require(actor, "screen", ctx.store.project(actor, project_id), kind=PROJECT, id=project_id)
    require(actor, "run", ctx.store.organisation(actor, owner), kind=ORGANISATION, id=owner)
    inputs = {
        "projects": sorted(set(body.projects)), "rules": body.rules, "ledger": body.ledger,
        "on": body.on.isoformat() if body.on else None,
        "buffer_km": body.buffer_km, "layers": body.layers, "lang": asked_language(request),
    }  # fmt: skip
    return accepted(enqueue(ctx, actor, "screen", inputs, organisation_id=owner))


@router.get("/{run_id}", responses=gives(Run))
def read_run(ctx: Ctx, actor: Member, run_id: Id) -> Response:
    """One run: its counts, versions and documents."""
    return reply(run_told(ctx.store.run(actor, run_id)))


@router.get("/{run_id}/report.{kind}", responses=gives({"type": "string"}, media="application/octet-stream"))
def report(ctx: Ctx, actor: Member, run_id: Id, kind: Literal["pdf", "docx", "xlsx", "html", "geojson"]) -> Response:
    """The report of a run as one file, in the language in which the run was asked for."""
    name = "projects.geojson" if kind == "geojson" else f"report.{kind}"
    counts = ctx.store.run(actor, run_id).counts
    if kind in counts.get("not_made", ()):
        raise NotFoundError(
            Text(f"本次运行没有 {name}：服务器当时未安装 qinglu[reports]",
                 f"this run has no {name}: qinglu[reports] was not installed on the server"),
            Text("请管理员安装后重新筛查", "Ask an administrator to install it, then screen again"), where=name,
        )  # fmt: skip
    return result_file(ctx, counts.get("documents", ()), name)


@router.get("/{run_id}/documents/{name}", responses=gives({"type": "string"}, media="application/octet-stream"))
def download(ctx: Ctx, actor: Member, run_id: Id, name: str) -> Response:
    """A report or a table of a run."""
    return result_file(ctx, ctx.store.run(actor, run_id).counts.get("documents", ()), name)
