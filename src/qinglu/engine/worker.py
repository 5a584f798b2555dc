"""One process that takes jobs from the queue of a store, shows signs of life, tells how far it is, and can be stopped.

Three things can end a job before its time: somebody cancels it, the worker is told to leave, or the job takes longer
than allowed. Whatever reports progress is stopped there. What does not, within a grace, is stopped with its process:
the supervisor starts another, and nothing of the job is kept but that it was stopped.
"""

from __future__ import annotations

import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from ..errors import QingluError
from ..store import SYSTEM, Actor, LeaseLostError, SignInError, Store, StoreUnavailableError
from ..store.records import Job
from ..text import Text

Reason = Literal["cancel", "leave", "time"]
_LOG = logging.getLogger("qinglu.worker")
_EVERY_S = 0.4  # between two events of one job
_POLL_S = 0.5
_GRACE_S = 10.0
_AGAIN = timedelta(seconds=5)
_EXIT = 75  # EX_TEMPFAIL: start me again
_MEMORY = Text("内存不足", "out of memory")


class JobTimeLimitError(QingluError):
    """A job that took longer than allowed."""

    slug = "time-limit"


class Stopped(Exception):  # noqa: N818 - nothing went wrong
    """A job is to end here."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(reason)


class Ended:
    """What a handler returns that has ended its job itself, together with its results."""


@dataclass
class Task:
    """One job at work: what a handler is given."""

    store: Store
    job: Job
    actor: Actor
    lease: timedelta
    stop: Reason | None = None
    lost: bool = False
    run_id: int | None = None
    """The run that the handler began, to be marked where it does not end well."""
    _told: float = 0.0
    _last: str = ""

    def progress(self, what: str, done: int, total: int, **data: Any) -> None:
        """Tell how far it is.

        Raises
        ------
        Stopped
            The job is to end here.
        LeaseLostError
            It is another worker's by now.
        """
        if self.stop is not None:
            raise Stopped(self.stop)
        if self.lost:
            raise LeaseLostError(Text("任务已移交", "the job is another worker's"))
        now = time.monotonic()
        if not data and now - self._told < (_EVERY_S if what == self._last else _EVERY_S / 4):
            return
        self._told, self._last = now, what
        with suppress(StoreUnavailableError):  # only those who watch miss it; the lease is kept elsewhere
            if self.store.progress(SYSTEM, self.job, what, done, total, data=data, lease=self.lease):
                self.stop = "cancel"
                raise Stopped("cancel")

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """A folder of its own for the files of this job, gone when it ends."""
        path = self.store.folder / "work" / f"job-{self.job.id}"
        shutil.rmtree(path, ignore_errors=True)  # of an attempt that was killed
        path.mkdir(parents=True)
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)


Handler = Callable[[Task], Any]


@dataclass
class Worker:
    """Takes one job after the other until it is told to leave.

    Parameters
    ----------
    handlers : mapping
        Kind of job → what does it; its return value is the job's result.
    longest_s : float
        A job may take so long.
    leaving : callable
        Whether it is time to go; asked often.
    exit : callable
        Ends the process at once, for a handler that cannot be stopped otherwise.
    """

    store: Store
    handlers: Mapping[str, Handler]
    name: str
    lease: timedelta = timedelta(seconds=30)
    longest_s: float = 7200.0
    leaving: Callable[[], bool] = lambda: False
    exit: Callable[[int], Any] = field(default=os._exit)
    grace_s: float = _GRACE_S

    def run(self) -> None:
        """Work until told to leave."""
        self._tidy()
        while not self.leaving():
            if not self.once():
                time.sleep(_POLL_S)

    def once(self) -> bool:
        """Do one job, if there is one."""
        try:
            job = self.store.claim_job(SYSTEM, self.name, kinds=list(self.handlers), lease=self.lease)
        except StoreUnavailableError as error:
            _LOG.warning("%s", error)
            return False
        if job is None:
            return False
        _LOG.info("job", extra={"job": job.id, "kind": job.kind, "attempt": job.attempts})
        with suppress(StoreUnavailableError):  # then nothing can be written of it: its lease runs out
            self._do(job)
        return True

    def _do(self, job: Job) -> None:
        task = Task(self.store, job, SYSTEM, self.lease)
        try:
            if job.user_id is not None:
                task.actor = self.store.actor_for(job.user_id, job.scopes)
            with self._alive(task):
                result = self.handlers[job.kind](task)
            if not isinstance(result, Ended):
                self.store.finish_job(SYSTEM, job, result)
        except LeaseLostError as error:
            _LOG.warning("%s", error, extra={"job": job.id})
        except Stopped as stopped:
            self._stop(task, stopped.reason)
        except StoreUnavailableError as error:
            self.store.fail_job(SYSTEM, job, told(error), again_after=_AGAIN)
        except (QingluError, SignInError) as error:
            self._fail(task, told(error))
        except MemoryError:
            self._fail(task, {"slug": "size-limit", "zh": _MEMORY.zh, "en": _MEMORY.en})
        except Exception:  # noqa: BLE001 - whatever it is, the job ends with it and the worker does not
            _LOG.exception("unexpected", extra={"job": job.id})
            self._fail(task, {
                "slug": "internal", "zh": f"内部错误；日志中以任务 {job.id} 记有详情",
                "en": f"a mistake of the server's own; the log has it under job {job.id}",
            })  # fmt: skip

    def _stop(self, task: Task, reason: Reason) -> None:
        if reason == "leave":
            self.store.release_job(SYSTEM, task.job)
        elif reason == "cancel":
            self._end_run(task, "cancelled")
            self.store.stop_job(SYSTEM, task.job)
        else:
            self._fail(task, told(_too_long(self.longest_s)))

    def _fail(self, task: Task, error: Mapping[str, Any]) -> None:
        try:
            self._end_run(task, "failed")
            self.store.fail_job(SYSTEM, task.job, error)
        except LeaseLostError as lost:
            _LOG.warning("%s", lost, extra={"job": task.job.id})

    def _end_run(self, task: Task, state: str) -> None:
        if task.run_id is not None:
            self.store.heartbeat(SYSTEM, task.job, lease=self.lease)  # refuses where the run is another's by now
            self.store.end_run(SYSTEM, task.run_id, state)

    @contextmanager
    def _alive(self, task: Task) -> Iterator[None]:
        """Signs of life from a thread of its own while the handler is busy."""
        over = threading.Event()
        thread = threading.Thread(target=self._beat, args=(task, over), daemon=True, name=f"job-{task.job.id}")
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _beat(self, task: Task, over: threading.Event) -> None:
        began = time.monotonic()
        beat = stopped = None
        while not over.wait(min(_POLL_S, self.lease.total_seconds() / 6)):
            now = time.monotonic()
            if beat is None or now - beat > self.lease.total_seconds() / 3:
                beat = now
                self._show(task)
            if task.stop is None and now - began > self.longest_s:
                task.stop = "time"
            if task.stop is None and self.leaving():
                task.stop = "leave"
            if task.stop is None and not task.lost:
                continue
            stopped = stopped or now
            if now - stopped > self.grace_s:
                self._leave_at_once(task)

    def _show(self, task: Task) -> None:
        try:
            if self.store.heartbeat(SYSTEM, task.job, lease=self.lease) and task.stop is None:
                task.stop = "cancel"
        except LeaseLostError:
            task.lost = True
        except StoreUnavailableError as error:
            _LOG.warning("%s", error, extra={"job": task.job.id})

    def _leave_at_once(self, task: Task) -> None:
        """The handler does not listen: end its job for it, and the process with it."""
        with suppress(QingluError):
            if task.stop is not None and not task.lost:
                self._stop(task, task.stop)
        _LOG.warning("stopped with its process", extra={"job": task.job.id})
        self.exit(_EXIT)

    def _tidy(self) -> None:
        """Remove what jobs that ended without us left behind."""
        for path in (self.store.folder / "work").glob("job-*"):
            with suppress(QingluError, ValueError):
                if self.store.job(SYSTEM, int(path.name.removeprefix("job-"))).state in ("queued", "running"):
                    continue
            shutil.rmtree(path, ignore_errors=True)


def told(error: QingluError) -> dict[str, Any]:
    """An error as a job keeps it: the slug, both languages, and what it is about."""
    made = {"slug": error.slug, "where": error.where}
    for name in ("zh", "en"):
        parts = [getattr(t, name) for t in (error.what, error.remedy) if t]
        made[name] = ("。" if name == "zh" else ". ").join(parts)
    return {**made, **getattr(error, "data", {})}


def _too_long(longest_s: float) -> JobTimeLimitError:
    minutes = longest_s / 60
    return JobTimeLimitError(
        Text(f"任务超过 {minutes:g} 分钟的上限", f"the job took longer than {minutes:g} minutes"),
        Text("请拆分后再运行，或调高 QINGLU_JOB_MINUTES", "Split it, or raise QINGLU_JOB_MINUTES"),
    )
