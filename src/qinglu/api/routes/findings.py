"""Findings, each with the answer to "why?"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import Query, Request
from starlette.responses import Response

from ... import rules
from ...model import Layer
from ...report.evidence import why
from ...store import Actor
from ...store.records import Finding
from ...text import Text
from ..actor import Somebody
from ..bodies import Cursor, Id, Limit
from ..context import Context, Ctx
from ..described import gives, gives_page
from ..reply import page_of, reply
from ..strict import strict_router

router = strict_router("/api/v1/findings", "findings")
Number = Annotated[int | None, Query(ge=1, le=2**63 - 1)]


@router.get("", responses=gives_page(Finding))
def list_findings(
    request: Request,
    ctx: Ctx,
    actor: Somebody,
    project: Number = None,
    run: Number = None,
    level: Annotated[list[str] | None, Query(max_length=10)] = None,
    rule: Annotated[str | None, Query(max_length=256)] = None,
    layer: Annotated[str | None, Query(max_length=128)] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """Findings that one may see: of a project those of its latest run, unless another run is named."""
    page = ctx.store.findings(
        actor, project=project, run=run, level=level, rule=rule, layer=layer, cursor=cursor, limit=limit
    )
    items = [{**f.as_dict(), "links": {"self": f"/api/v1/findings/{f.id}"}} for f in page]
    return page_of(request, page, items)


@router.get("/{finding_id}", responses=gives(Finding))
def read_finding(ctx: Ctx, actor: Somebody, finding_id: Id) -> Response:
    """One finding and how it was reached: measure, rule and clause, layer, formula."""
    found = ctx.store.finding(actor, finding_id)
    return reply({**found.as_dict(), "why": steps(ctx, actor, found)})


def steps(ctx: Context, actor: Actor, finding: Finding) -> list[dict[str, Any]]:
    """The steps from a finding back to what it rests on, from what its run recorded."""
    evidence = _evidence(ctx, actor, finding)
    rule = evidence["rules"].get(finding.rule_id)
    layer = _layer(evidence["layers"].get(finding.layer_id))
    row = finding.as_dict()
    if rule is not None and "tiers" in rule:
        return [
            {"kind": s.kind, "title": s.title._asdict(), "text": s.text._asdict(), "detail": s.detail}
            for s in rules.trace(rule, row, layer)
        ]
    zh, en = why(row, rule, layer, "zh"), why(row, rule, layer, "en")
    return [
        {"kind": "rule", "title": Text(a[0], b[0])._asdict(), "text": Text(a[1], b[1])._asdict(), "detail": rule or {}}
        for a, b in zip(zh, en, strict=True)
    ]


def _evidence(ctx: Context, actor: Actor, finding: Finding) -> Mapping[str, Any]:
    """What the run rests on. Whoever sees a finding may see that, also where the run itself is another's."""
    facts = ctx.store.run_facts(actor, finding.project_id)
    if facts is None or facts["id"] != finding.run_id:
        facts = {"versions": ctx.store.run(actor, finding.run_id).versions}
    sha256 = facts["versions"].get("evidence")
    return ctx.document(sha256) if sha256 else {"rules": {}, "layers": {}}


def _layer(record: Mapping[str, Any] | None) -> Layer | None:
    if record is None:
        return None
    lists: Sequence[str] = ("withheld", "covers")
    values: dict[str, Any] = {k: tuple(v) if k in lists and v is not None else v for k, v in record.items()}
    return Layer(**values | {name: Text(**record[name]) for name in ("title", "how_to_get")})
