"""Whether the server lives, whether it is ready, what it counts, and what a problem means."""

from __future__ import annotations

import shutil

from starlette.responses import Response

from ... import __version__
from ...store import NotFoundError, StoreUnavailableError
from ...store.migrate import HEAD
from ...store.open import outdated, revision
from ...text import Text
from ..context import Ctx
from ..described import gives
from ..reply import reply
from ..strict import strict_router
from ..titles import TITLES

router = strict_router("", "system")
_LEAST_FREE = 256 << 20
_PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


@router.get("/healthz", responses=gives())
def healthz() -> Response:
    """That the process answers."""
    return reply({"status": "ok", "version": __version__})


@router.get("/readyz", responses=gives())
def readyz(ctx: Ctx) -> Response:
    """That requests can be served: the database answers at this version's schema, and the disk has room."""
    found = revision(ctx.store.db)
    if found != HEAD:
        raise outdated(str(found))
    folder = ctx.store.folder
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < _LEAST_FREE:
        raise StoreUnavailableError(
            Text(f"磁盘剩余空间仅 {free >> 20} MB", f"only {free >> 20} MB are free on the disk"),
            Text(f"请腾出至少 {_LEAST_FREE >> 20} MB", f"Free at least {_LEAST_FREE >> 20} MB"),
        )
    return reply({"status": "ready", "free_mb": free >> 20})


@router.get("/metrics", responses=gives({"type": "string"}, media="text/plain"))
def metrics(ctx: Ctx) -> Response:
    """Counters and durations for Prometheus."""
    return Response(ctx.metrics.page(ctx.store.queue()), media_type=_PROMETHEUS)


@router.get("/problems/{slug}", responses=gives())
def about_problem(slug: str) -> Response:
    """What the ``type`` of a problem stands for."""
    if slug not in TITLES:
        raise NotFoundError.of(Text("错误类型", "type of problem"), slug[:80])
    return reply({"slug": slug, "title": TITLES[slug]})
