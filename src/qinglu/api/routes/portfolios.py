"""Portfolios: a file goes in, every row of it is accounted for, its projects are screened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from ...errors import OptionError
from ...portfolio.fields import table
from ...store import Actor
from ...store.access import require
from ...store.projects import ORGANISATION
from ...store.records import PortfolioRecord, PortfolioRow
from ...text import Lang, Text
from ...tools.check import value_of
from ...tools.declare import Field
from ..actor import Member
from ..bodies import Cursor, Id, Limit, Remapping
from ..context import Context, Ctx
from ..described import form, gives, gives_page
from ..jobs_told import accepted, enqueue
from ..owning import organisation_for
from ..reply import asked_language, language, page_of, reply
from ..strict import strict_router
from ..upload import Sent, sent

router = strict_router("/api/v1/portfolios", "portfolios")
_RULES = ("screening", "all")
_FORM = form({
    "organisation": {"type": "integer"}, "name": {"type": "string"}, "rules": {"type": "string", "enum": list(_RULES)},
    "ledger": {"type": "string", "enum": ["true", "false"], "description": "Whether to estimate what projects emit"},
    "on": {"type": "string", "format": "date"},
    "fields": {"type": "string", "description": "JSON: field to column, where the name of a column does not tell"},
})  # fmt: skip


@router.post("", status_code=202, responses=gives(status=202), openapi_extra=_FORM)
async def upload(request: Request, ctx: Ctx, actor: Member) -> Response:
    """Upload a file of projects. The job reads it, accounts for every row, and screens what can be screened."""
    await run_in_threadpool(_refuse_early, actor)
    given = await sent(request, ctx, actor)
    return await run_in_threadpool(_begin, ctx, actor, given, asked_language(request))


@router.get("", responses=gives_page(PortfolioRecord))
def list_portfolios(request: Request, ctx: Ctx, actor: Member, cursor: Cursor = None, limit: Limit = 100) -> Response:
    """Files of one's organisations, newest first."""
    return page_of(request, ctx.store.portfolios(actor, cursor=cursor, limit=limit))


@router.get("/{portfolio_id}", responses=gives(PortfolioRecord))
def read_portfolio(ctx: Ctx, actor: Member, portfolio_id: Id) -> Response:
    """One file and its account: ``read = screened + rejected``."""
    record = ctx.store.portfolio(actor, portfolio_id)
    here = f"/api/v1/portfolios/{record.id}"
    account = {"read": record.n_read, "screened": record.n_kept, "repaired": record.n_repaired,
               "rejected": record.n_rejected}  # fmt: skip
    links = {"self": here, "rows": f"{here}/rows", "projects": f"/api/v1/projects?portfolio={record.id}"}
    return reply({**record.as_dict(), "account": account, "links": links})


@router.get("/{portfolio_id}/rows", responses=gives_page(PortfolioRow))
def list_rows(
    request: Request,
    ctx: Ctx,
    actor: Member,
    portfolio_id: Id,
    rejected: Annotated[bool | None, Query(description="Only those, or only the others")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """What became of each row: a project and what was repaired, or the reason of its rejection."""
    page = ctx.store.portfolio_rows(actor, portfolio_id, rejected=rejected, cursor=cursor, limit=limit)
    lang = language(request)
    return page_of(request, page, [{**row.as_dict(), "message": getattr(row, f"message_{lang}")} for row in page])


@router.post("/{portfolio_id}/remap", status_code=202, responses=gives(status=202))
def remap(request: Request, ctx: Ctx, actor: Member, portfolio_id: Id, body: Remapping) -> Response:
    """Read the same file again with columns named by hand; a portfolio that was entered already stays as it is."""
    record = ctx.store.portfolio(actor, portfolio_id)
    organisation = ctx.store.organisation(actor, record.organisation_id)
    require(actor, "upload", organisation, kind=ORGANISATION, id=organisation.id)
    if record.state == "registered":
        record = ctx.store.add_portfolio(
            actor, record.organisation_id, name=record.name, source=record.source, sha256=record.sha256
        )
    options = {"rules": body.rules, "ledger": body.ledger, "on": body.on.isoformat() if body.on else None,
               "lang": asked_language(request)}  # fmt: skip
    return _enqueued(ctx, actor, record, {"fields": _fields(body.fields), **options})


def _refuse_early(actor: Actor) -> None:
    """Nobody's file is taken who may not upload anything: before a byte of it is read."""
    if not actor.administers and not ("write" in actor.scopes and actor.organisations("company")):
        require(actor, "administer", kind=Text("项目文件", "files of projects"))


def _begin(ctx: Context, actor: Actor, given: Sent, lang: Lang | None) -> Response:
    owner = organisation_for(actor, given.number("organisation"), "company")
    organisation = ctx.store.organisation(actor, owner)
    for verb in ("upload", "run"):
        require(actor, verb, organisation, kind=ORGANISATION, id=owner)
    inputs = {
        "rules": _one_of("rules", given.fields.get("rules") or "screening", _RULES),
        "ledger": _one_of("ledger", given.fields.get("ledger") or "false", ("true", "false")) == "true",
        "on": _day(given.fields.get("on")),
        "fields": _fields(given.json("fields") or {}),
        "lang": lang,
    }
    name = given.fields.get("name") or given.file.name
    record = ctx.store.add_portfolio(actor, owner, name=name, source=given.file.name, sha256=given.file.sha256)
    return _enqueued(ctx, actor, record, inputs)


def _enqueued(ctx: Context, actor: Actor, record: PortfolioRecord, inputs: Mapping[str, Any]) -> Response:
    job = enqueue(ctx, actor, "portfolio", {"portfolio": record.id, **inputs}, organisation_id=record.organisation_id)
    return accepted(job, portfolio=record)


def _fields(given: Any) -> dict[str, str]:
    known = table("fields")
    sound = isinstance(given, Mapping) and all(isinstance(v, str) and len(v) <= 500 for v in given.values())
    strange = sorted(set(given) - set(known)) if sound else []
    shown = str(strange[0] if strange else given)[:60]
    if not sound or strange:
        raise OptionError(
            Text(f"没有字段 {shown}", f"there is no field {shown}"),
            Text(f"可用：{'、'.join(known)}", f"Use {', '.join(known)}"), where="fields",
        )  # fmt: skip
    return {k: v for k, v in given.items() if v}


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    return str(value_of(Field(name, "choice", Text(name, name), choices=allowed), value, name))


def _day(value: str | None) -> str | None:
    if not value:
        return None
    day: date = value_of(Field("on", "date", Text("日期", "day")), value, "on")
    return day.isoformat()
