"""The rulebook: every rule and clause with its citations, on a day, and since when it says what it says."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import Path, Query, Request
from starlette.responses import Response

from ...errors import UnknownNameError
from ...store import NotFoundError
from ...store.values import Page
from ...text import Text
from ...tools import rules as book
from ...tools.answer import Answer
from ...tools.check import value_of
from ...tools.declare import Field
from ..actor import Somebody
from ..bodies import Limit
from ..context import Context, Ctx
from ..described import gives, gives_page
from ..paging import page_after
from ..reply import page_of, reply
from ..strict import strict_router

router = strict_router("/api/v1/rules", "rules")
RuleId = Annotated[str, Path(max_length=256)]
Word = Annotated[str | None, Query(max_length=64)]
_RULE = Text("规则", "rule")


@router.get("", responses=gives_page())
def list_rules(
    request: Request,
    ctx: Ctx,
    actor: Somebody,
    topic: Word = None,
    kind: Word = None,
    jurisdiction: Word = None,
    q: Annotated[str | None, Query(max_length=200, description="Part of the id or a title")] = None,
    on: date | None = None,
    cursor: Annotated[str | None, Query(max_length=256)] = None,
    limit: Limit = 100,
) -> Response:
    """Rules and clauses, whether in force on the day and whether checked."""
    rows = found(ctx, topic=topic, kind=kind, jurisdiction=jurisdiction, q=q, on=on)
    part, last = page_after(rows, cursor, limit)
    return page_of(request, Page(tuple(part), last), total=len(rows))


@router.get("/{rule_id}", responses=gives())
def read_rule(ctx: Ctx, actor: Somebody, rule_id: RuleId, on: date | None = None) -> Response:
    """What a rule says on a day, today without one."""
    return _answered(ctx, rule_id, book.show(ctx.workspace(), _known(ctx, rule_id), _day(on), None))


@router.get("/{rule_id}/history", responses=gives())
def rule_history(ctx: Ctx, actor: Somebody, rule_id: RuleId) -> Response:
    """Every value of a rule since its first."""
    return _answered(ctx, rule_id, book.history(ctx.workspace(), _known(ctx, rule_id), None))


def found(ctx: Context, *, q: str | None = None, on: date | None = None, **which: str | None) -> list[dict[str, Any]]:
    """Rows of the list that match."""
    rows = book.list_rules(
        ctx.workspace(), which.get("topic"), which.get("kind"), which.get("jurisdiction"), _day(on), None
    ).rows
    wanted = (q or "").casefold()
    return [
        {**row, "title": row["title"]._asdict(), "links": {"self": f"/api/v1/rules/{row['id']}"}}
        for row in rows
        if not wanted or any(wanted in t.casefold() for t in (row["id"], *row["title"]))
    ]


def _known(ctx: Context, rule_id: str) -> str:
    try:
        ctx.rulebook().rule(rule_id)
    except UnknownNameError:
        try:
            ctx.rulebook().clauses.clause(rule_id)
        except UnknownNameError:
            raise NotFoundError.of(_RULE, rule_id[:80]) from None
    return rule_id


def _answered(ctx: Context, rule_id: str, answer: Answer) -> Response:
    made = answer.as_dict()
    links = {"self": f"/api/v1/rules/{rule_id}", "history": f"/api/v1/rules/{rule_id}/history"}
    return reply({**made["result"], "unverified": made["unverified"], "links": links})


def _day(on: date | None) -> date | None:
    """A day as the tools take one: none outside the years that can be meant."""
    if on is None:
        return None
    day: date = value_of(Field("on", "date", Text("日期", "day")), on, "on")
    return day
