"""A real ``qinglu serve`` to load and to kill, and a PostgreSQL of one's own beneath it; loopback and sockets only."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO

import httpx2


class Unable(Exception):  # noqa: N818 - nothing went wrong
    """This cannot be done on this machine."""


class Postgres:
    """A server reached by a socket in its folder only, run as a user who may.

    Parameters
    ----------
    durable : bool
        As delivered; otherwise without waiting for the disk, which is enough where only processes die.
    folder : Path, optional
        Kept afterwards; without it a temporary one.
    """

    def __init__(self, *, durable: bool = True, folder: Path | None = None) -> None:
        found = {name: _program(name) for name in ("initdb", "pg_ctl")}
        if missing := [name for name, path in found.items() if path is None]:
            raise Unable(f"PostgreSQL is not installed here: no {missing[0]}")
        self._ctl = str(found["pg_ctl"])
        self._as: list[str] = []
        if os.geteuid() == 0:  # the server refuses to run as root
            try:
                self._as = ["runuser", "-u", pwd.getpwnam("postgres").pw_name, "--"]
            except KeyError:
                raise Unable("run as another user than root, or with a user named postgres") from None
        self._kept = folder is not None
        self.folder = folder or Path(tempfile.mkdtemp(prefix="pg"))
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o777)
        quick = "" if durable else "-c fsync=off -c full_page_writes=off"
        self._options = f"-k {self.folder} -c listen_addresses='' -c max_connections=60 {quick}"
        if not (self.folder / "data").exists():
            self._call(str(found["initdb"]), "-D", str(self.folder / "data"), "-U", "bench", "--auth=trust",
                       "-E", "UTF8", "--locale=C", "--no-sync")  # fmt: skip
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        log = str(self.folder / "log")
        self._call(
            self._ctl, "-D", str(self.folder / "data"), "-w", "-t", "60", "-l", log, "-o", self._options, "start"
        )

    def stop(self) -> None:
        """As a crash would: connections are cut, nothing is written out first."""
        self._call(self._ctl, "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")

    def database(self, name: str) -> str:
        """The address of a database of that name, made where there is none."""
        import pg8000.native

        with pg8000.native.Connection("bench", database="postgres", unix_sock=f"{self.folder}/.s.PGSQL.5432") as c:
            if not c.run("SELECT 1 FROM pg_database WHERE datname = :name", name=name):
                c.run(f'CREATE DATABASE "{name}"')
        return f"postgresql://bench@/{name}?unix_sock={self.folder}/.s.PGSQL.5432"

    def _call(self, *command: str) -> None:
        done = subprocess.run([*self._as, *command], capture_output=True, text=True, check=False, cwd="/", timeout=90)
        if done.returncode:
            raise Unable(f"PostgreSQL does not run here: {(done.stderr or done.stdout).strip()[-200:]}")

    def __enter__(self) -> Postgres:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with suppress(Unable, subprocess.TimeoutExpired):
            self.stop()
        if not self._kept:
            shutil.rmtree(self.folder, ignore_errors=True)


class Served:
    """``qinglu serve`` in a process of its own, always on the same port of the loopback.

    Parameters
    ----------
    settings : mapping
        ``QINGLU_*`` variables besides.
    """

    def __init__(self, url: str, data: Path, settings: Mapping[str, str] | None = None) -> None:
        self.url, self.data = url, data
        self.port = _free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        kept = {k: v for k, v in os.environ.items() if not k.startswith("QINGLU_")}
        self._environment = {**kept, "QINGLU_DB": url, "QINGLU_DATA_DIR": str(data), **(settings or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self._seen: set[int] = set()

    @property
    def log(self) -> Path:
        """What server and workers wrote."""
        return self.data / "serve.log"

    @property
    def pid(self) -> int:
        """Of the server."""
        assert self._process is not None
        return self._process.pid

    def start(self, wait_s: float = 90.0) -> None:
        """Start it, and wait until it is ready.

        Raises
        ------
        RuntimeError
            It ended, or is not ready in time; with the end of its log.
        """
        self.data.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "qinglu", "serve", "--port", str(self.port)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        ends = time.monotonic() + wait_s
        while time.monotonic() < ends and self._process.poll() is None:
            with suppress(httpx2.HTTPError):
                if httpx2.get(f"{self.base}/readyz", timeout=5).status_code == 200:
                    return
            time.sleep(0.05)
        raise RuntimeError(f"qinglu serve is not ready: {self.log.read_text(errors='replace')[-2000:]}")

    def workers(self) -> list[int]:
        """Processes that the server started and that are alive."""
        found: list[int] = []
        with suppress(OSError):
            for task in Path(f"/proc/{self.pid}/task").iterdir():
                with suppress(OSError):
                    found += [int(word) for word in (task / "children").read_text().split()]
        self._seen |= set(found)
        return found

    def kill(self) -> None:
        """The server at once, as by a failing machine; its workers notice by themselves."""
        self.workers()
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def kill_workers(self) -> int:
        """The workers at once; how many there were."""
        found = self.workers()
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return len(found)

    def stop(self) -> int:
        """Ask it to leave, and wait; its exit code. What is left of its workers is killed."""
        code = 0
        if self._process is not None:
            self.workers()
            self._process.terminate()
            try:
                code = self._process.wait(60)
            except subprocess.TimeoutExpired:
                self._process.kill()
                code = self._process.wait()
        for pid in self._seen:
            if _is_worker(pid):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        return code

    def __enter__(self) -> Served:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


def qinglu(*words: str, data: Path, url: str = "") -> subprocess.CompletedProcess[str]:
    """A command on the same folder of data, and on the same register where it takes one."""
    command = [sys.executable, "-m", "qinglu", *words, *(["--db", url] if url else []), "--data", str(data)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)


@contextmanager
def database(kind: str, folder: Path, *, durable: bool = True) -> Iterator[tuple[str, Postgres | None]]:
    """The address of an empty database of that kind, and its server if it has one."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/qinglu.db", None
        return
    with Postgres(durable=durable) as server:
        yield server.database("qinglu"), server


def _program(name: str) -> str | None:
    kept = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(kept[-1]) if kept else shutil.which(name)


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def _is_worker(pid: int) -> bool:
    """Whether the number still is a worker's: the system gives numbers again."""
    with suppress(OSError):
        words: IO[bytes]
        with Path(f"/proc/{pid}/cmdline").open("rb") as words:
            return b"qinglu\0worker" in words.read()
    return False
