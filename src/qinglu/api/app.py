"""The app: routers put together, around them what holds for every request."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fastapi import APIRouter, Depends, FastAPI

from ..settings import Settings
from ..store import Store
from ..store.open import utc_now
from . import pages, problems
from .actor import identify
from .context import Clock, Context
from .described import describe
from .middleware import Around
from .ogc import ROUTERS as OGC
from .routes import (
    actions,
    audit,
    demo,
    documents,
    findings,
    jobs,
    layers,
    look,
    oidc,
    people,
    portfolios,
    projects,
    rules,
    runs,
    search,
    session,
    system,
    tokens,
    tools,
)

_THREADS = 24
"""Requests worked on at once. The store has thirty connections: some are left for streams and the worker's start."""
ROUTERS: Sequence[APIRouter] = (
    system.router, session.router, oidc.router, people.users, people.organisations, tokens.router, projects.router,
    portfolios.router, runs.router, findings.router, actions.router, documents.router, layers.router, rules.router,
    tools.router, jobs.router, search.router, look.router, demo.router, audit.router,
)  # fmt: skip


def create_app(
    store: Store,
    settings: Settings,
    *,
    clock: Clock = utc_now,
    routers: Sequence[APIRouter] = (),
) -> FastAPI:
    """The service over HTTP.

    Parameters
    ----------
    store : Store
        Open; whoever opened it closes it.
    clock : callable
        What time it is, with its zone.
    routers : sequence of APIRouter
        Further ones, after our own.

    Returns
    -------
    FastAPI
        With `Context` as ``app.state.context``.
    """
    context = Context(store, settings, clock)
    app = FastAPI(
        title="Qinglu", docs_url=None, redoc_url=None, openapi_url="/openapi.json", lifespan=_lifespan,
        dependencies=[Depends(identify)], redirect_slashes=False,
    )  # fmt: skip
    app.state.context = context
    for router in (*ROUTERS, *OGC, *routers):
        app.include_router(router)
    pages.install(app, context)
    problems.install(app)
    describe(app)
    app.add_middleware(Around, context=context)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    import anyio.to_thread

    anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
    try:
        yield
    finally:
        app.state.context.stopping.set()
