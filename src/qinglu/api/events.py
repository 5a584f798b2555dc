"""Events of a job as they happen: server-sent events with heartbeats, resumed after the last one that arrived."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from ..errors import QingluError
from ..store import Actor, SignInError
from ..store.records import Job, JobEvent
from ..text import Text
from .context import Context
from .errors import BusyError
from .jobs_told import told
from .reply import json_bytes, reply

_ENDED = ("done", "failed", "cancelled")
_POLL_S, _BEAT_S, _AGAIN_S, _LONGEST_S = 0.4, 15.0, 30.0, 3600.0
_RETRY_MS = 2000


async def listed(ctx: Context, actor: Actor, job_id: int, after: int) -> Response:
    """What has happened so far, as JSON."""
    found = await run_in_threadpool(ctx.store.events, actor, job_id, after=min(after, 2**31 - 1))
    return reply({"items": [_event(e) for e in found]})


async def follow(ctx: Context, actor: Actor, job_id: int, after: int) -> Response:
    """The stream; 204 where the job has ended and everything was seen: a browser asks no more then.

    Raises
    ------
    BusyError
        As many streams are open as the server takes on.
    """
    after = min(after, 2**31 - 1)
    job = await run_in_threadpool(ctx.store.job, actor, job_id)
    if job.state in _ENDED and after >= job.n_events:
        return Response(status_code=204)
    if not ctx.streams.acquire(blocking=False):
        raise BusyError(
            Text("同时打开的进度流过多", "too many streams are open"), Text("请改用轮询", "Poll the job instead")
        )
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_counted(ctx, actor, job_id, after), 200, headers, "text/event-stream")


async def _counted(ctx: Context, actor: Actor, job_id: int, after: int) -> AsyncIterator[bytes]:
    try:
        yield f"retry: {_RETRY_MS}\n\n".encode()
        async for part in _stream(ctx, actor, job_id, after):
            yield part
    finally:
        ctx.streams.release()


async def _stream(ctx: Context, actor: Actor, job_id: int, after: int) -> AsyncIterator[bytes]:
    began = beat = checked = time.monotonic()
    while not ctx.stopping.is_set():
        now = time.monotonic()
        try:
            if now - checked > _AGAIN_S:  # somebody may have been shut out meanwhile
                checked = now
                actor = await run_in_threadpool(_again, ctx, actor)
            found = await run_in_threadpool(ctx.store.events, actor, job_id, after=after)
            job = await run_in_threadpool(ctx.store.job, actor, job_id) if found else None
        except QingluError:
            return  # the browser comes back, and is told why
        for event in found:
            after = event.seq
            yield _sent(event, job)
            beat = now
        if job is not None and job.state in _ENDED and after >= job.n_events:
            return
        if now - began > _LONGEST_S:
            return
        if now - beat > _BEAT_S:
            beat = now
            yield b": alive\n\n"
        if not found:
            await asyncio.sleep(_POLL_S)


def _again(ctx: Context, actor: Actor) -> Actor:
    if actor.user_id is None:
        raise SignInError(Text("会话已失效", "the session is not valid any more"))
    return ctx.store.actor_for(actor.user_id, actor.scopes)


def _event(event: JobEvent) -> dict[str, Any]:
    return event.as_dict()


def _sent(event: JobEvent, job: Job | None) -> bytes:
    data = _event(event)
    if job is not None and event.kind in _ENDED:
        data["job"] = told(job)
    return f"id: {event.seq}\nevent: {event.kind}\ndata: ".encode() + json_bytes(data) + b"\n\n"
