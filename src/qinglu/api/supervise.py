"""Workers beside the server: started with it, started again when they die, ended with it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import fields

from ..settings import Settings

_LOG = logging.getLogger("qinglu.serve")
_SECRET = ("admin_password", "oidc_client_secret")
_SHORT_LIFE_S = 5.0
_LONGEST_WAIT_S = 30.0
_GRACE_S = 20.0


class Supervisor:
    """Keeps a number of workers alive.

    Parameters
    ----------
    command : sequence of str, optional
        What starts one; ``qinglu worker`` of this very interpreter without it.
    """

    def __init__(self, settings: Settings, *, command: Sequence[str] | None = None) -> None:
        self._command = list(command or (sys.executable, "-m", "qinglu", "worker", "--parent", str(os.getpid())))
        self._environment = environment(settings)
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._keep, daemon=True) for _ in range(settings.workers)]
        self._processes: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()

    def start(self) -> None:
        """Start them all."""
        for thread in self._threads:
            thread.start()

    def pids(self) -> list[int]:
        """The processes that are alive."""
        with self._lock:
            return [p.pid for p in self._processes if p.poll() is None]

    def stop(self, grace_s: float = _GRACE_S) -> None:
        """Tell them to leave; one that does not listen is killed, and its job given to another when its lease ends."""
        self._over.set()
        with self._lock:
            running = list(self._processes)
        for process in running:
            process.terminate()
        ends = time.monotonic() + grace_s
        for process in running:
            try:
                process.wait(max(0.1, ends - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(5)

    def _keep(self) -> None:
        wait = 0.5
        while not self._over.is_set():
            began = time.monotonic()
            with self._lock:
                if self._over.is_set():
                    return
                process = subprocess.Popen(self._command, env=self._environment, stdin=subprocess.DEVNULL)
                self._processes.add(process)
            code = process.wait()
            with self._lock:
                self._processes.discard(process)
            if self._over.is_set():
                return
            wait = min(2 * wait, _LONGEST_WAIT_S) if time.monotonic() - began < _SHORT_LIFE_S else 0.5
            _LOG.warning("worker ended", extra={"pid": process.pid, "code": code, "again_in_s": wait})
            self._over.wait(wait)


def environment(settings: Settings) -> dict[str, str]:
    """What a worker is told: every setting but the secrets that it has no use for. Never on a command line."""
    made = dict(os.environ)
    for field in fields(settings):
        name = f"QINGLU_{field.name.upper()}"
        made.pop(name, None)
        value = str(getattr(settings, field.name))
        if value and field.name not in _SECRET:
            made[name] = value
    return made
