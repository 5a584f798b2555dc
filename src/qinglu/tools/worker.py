"""The command ``qinglu worker``: takes jobs until it is told to leave."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from types import FrameType

from ..atlas import Atlas
from ..engine import logs
from ..settings import Settings
from ..text import Text
from ..workspace import Workspace
from .needs import not_installed
from .told import Told

try:
    from ..engine.worker import Worker
    from ..store import Store, default_url
    from .jobs import handlers
    from .registered import register_layers
except ModuleNotFoundError as missing:
    raise not_installed(missing) from missing

_NICE = 10
"""A job takes every core it is given; somebody who waits for a page goes first."""


def work(workspace: Workspace, db: str | None, parent: int | None) -> Told:
    """Run jobs until SIGTERM or Ctrl-C, or until `parent` is gone; a job half way is given back unharmed."""
    settings = workspace.settings
    logs.to_stderr()
    with suppress(OSError, AttributeError):  # where there are no priorities, so be it
        os.nice(_NICE)
    leaving = threading.Event()

    def leave(number: int, frame: FrameType | None) -> None:
        leaving.set()

    def is_over() -> bool:
        return leaving.is_set() or (parent is not None and os.getppid() != parent)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        _work(settings, db, is_over)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return Told({"stopped": True}, (Text("执行进程已停止", "the worker has stopped"),))


def _work(settings: Settings, db: str | None, is_over: Callable[[], bool]) -> None:
    with Store.open(db or default_url(settings), settings.data_dir.expanduser()) as store:
        register_layers(store, Atlas(settings))
        Worker(
            store, handlers(settings), f"{socket.gethostname()}:{os.getpid()}",
            lease=timedelta(seconds=settings.lease_s), longest_s=60.0 * settings.job_minutes, leaving=is_over,
        ).run()  # fmt: skip
