"""The embedded example, into one's own organisation with one click."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from ... import example
from ...store.access import require
from ...store.projects import ORGANISATION
from ..actor import Member
from ..context import Ctx
from ..described import gives
from ..jobs_told import accepted, enqueue
from ..owning import organisation_for
from ..reply import asked_language
from ..strict import strict_router

router = strict_router("/api/v1/demo", "portfolios")
_NAME = "Example / 示例"


@router.post("", status_code=202, responses=gives(status=202))
def load_example(request: Request, ctx: Ctx, actor: Member) -> Response:
    """Register the example's projects and screen them, beside the sketches of three parks."""
    owner = organisation_for(actor, None, "company")
    for verb in ("upload", "run"):
        require(actor, verb, ctx.store.organisation(actor, owner), kind=ORGANISATION, id=owner)
    path = example.portfolio_path()
    with path.open("rb") as source:
        sha256, _ = ctx.store.put_document(actor, source)
    record = ctx.store.add_portfolio(actor, owner, name=_NAME, source=path.name, sha256=sha256)
    inputs = {"portfolio": record.id, "rules": "all", "demonstration": True, "lang": asked_language(request)}
    return accepted(enqueue(ctx, actor, "portfolio", inputs, organisation_id=owner), portfolio=record)
