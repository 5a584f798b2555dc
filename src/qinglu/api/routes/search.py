"""One search over projects, rules, layers and tools."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from ...tools import remote
from ..actor import Somebody
from ..context import Ctx
from ..described import gives
from ..reply import reply
from ..strict import strict_router
from .rules import found as found_rules

router = strict_router("/api/v1/search", "search")


@router.get("", responses=gives())
def search(
    ctx: Ctx,
    actor: Somebody,
    q: Annotated[str, Query(min_length=1, max_length=200)],
    limit: Annotated[int, Query(ge=1, le=50, description="Of each kind")] = 10,
) -> Response:
    """What has these words in its name, of what one may see."""
    wanted = q.casefold()
    projects = ctx.store.projects(actor, text=q, limit=limit, geometry=False)
    layers = [a for a in ctx.store.layers(actor) if _has(wanted, a.id, a.title_zh, a.title_en)]
    tools = [t for t in remote.remote_tools() if _has(wanted, t.id, *t.title)]
    return reply({
        "projects": [
            {"id": p.id, "code": p.code, "name": p.name, "name_zh": p.name_zh, "country": p.country, "level": p.level,
             "links": {"self": f"/api/v1/projects/{p.id}"}} for p in projects
        ],
        "rules": found_rules(ctx, q=q)[:limit],
        "layers": [
            {"id": a.id, "title": {"zh": a.title_zh, "en": a.title_en}, "links": {"self": f"/api/v1/layers/{a.id}"}}
            for a in layers[:limit]
        ],
        "tools": [
            {"id": t.id, "title": t.title._asdict(), "links": {"self": f"/api/v1/tools/{t.id}"}} for t in tools[:limit]
        ],
    })  # fmt: skip


def _has(wanted: str, *texts: str) -> bool:
    return any(wanted in text.casefold() for text in texts)
