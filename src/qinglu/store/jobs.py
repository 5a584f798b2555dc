"""The queue: jobs in the database, given to one worker at a time for as long as it shows signs of life.

A worker holds a *lease*, a word that changes with every claim. Whatever it writes, it writes only if the lease still
is its own; so a worker that was taken for dead and comes back can neither finish a job twice nor spoil its successor's.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, update

from ..errors import OptionError
from ..text import Text
from .access import Actor, require, visible
from .audit import canonical
from .database import Tx
from .errors import ExistsError, ForbiddenError, LeaseLostError, NotFoundError
from .part import Part
from .records import Job, JobEvent
from .schema import job_events, jobs, organisations
from .values import Organisation, Page

LEASE = timedelta(seconds=30)
JOB = Text("任务", "job")
_ENDED = ("done", "failed", "cancelled")
_ORGANISATION = Text("机构", "organisation")


class Jobs(Part):
    """For those who ask: enqueue, look, cancel, retry. For workers: claim, progress, finish, fail."""

    def enqueue(
        self,
        actor: Actor,
        kind: str,
        inputs: Mapping[str, Any],
        *,
        organisation_id: int | None = None,
        idempotency_key: str | None = None,
        priority: int = 0,
        max_attempts: int = 3,
    ) -> Job:
        """Put a job into the queue; the job there is already where the actor gave the same key before.

        Raises
        ------
        ForbiddenError
            The actor may not run anything, or not for that organisation.
        ExistsError
            The key was used for something else.
        """
        if not actor.system and (actor.user_id is None or "run" not in actor.scopes):
            raise ForbiddenError(
                Text(
                    "运行任务需先登录，且令牌须有 run 权限", "running anything needs a user, and a token the scope run"
                ),
                Text("请登录或换用令牌", "Sign in, or use another token"),
            )
        wanted = canonical([kind, inputs, organisation_id])
        with self.db.write(actor) as tx:
            if organisation_id is not None:
                row = (
                    tx.execute(select(organisations).where(organisations.c.id == organisation_id))
                    .mappings()
                    .one_or_none()
                )
                if row is None:
                    raise NotFoundError.of(_ORGANISATION, organisation_id)
                require(actor, "run", Organisation.of(row), kind=_ORGANISATION, id=organisation_id)
            if idempotency_key is not None:
                same = and_(jobs.c.user_id == actor.user_id, jobs.c.idempotency_key == idempotency_key)
                before = tx.execute(select(jobs).where(same)).mappings().one_or_none()
                if before is not None:
                    if canonical([before["kind"], before["inputs"], before["organisation_id"]]) != wanted:
                        raise ExistsError(
                            Text(f"幂等键 {idempotency_key} 已用于另一任务",
                                 f"the key {idempotency_key} was used for another job"),
                            Text("请换一个键", "Choose another"), where="idempotency_key",
                        )  # fmt: skip
                    return Job.of(before)
            row = tx.execute(insert(jobs).values(
                kind=kind, inputs=inputs, organisation_id=organisation_id, user_id=actor.user_id,
                scopes=sorted(actor.scopes), idempotency_key=idempotency_key, state="queued", priority=priority,
                max_attempts=max_attempts, available_at=tx.now, created_at=tx.now,
            ).returning(*jobs.c)).mappings().one()  # fmt: skip
            job = Job.of(row)
            tx.record("enqueue", "job", job.id, after={"kind": kind, "inputs": inputs})
            _event(tx, job, "queued", {})
            return job

    def job(self, actor: Actor, job_id: int) -> Job:
        """One job that the actor may see."""
        with self.db.read() as connection:
            row = (
                connection.execute(select(jobs).where(jobs.c.id == job_id, visible(actor, jobs)))
                .mappings()
                .one_or_none()
            )
        if row is None:
            raise NotFoundError.of(JOB, job_id)
        return Job.of(row)

    def jobs(
        self,
        actor: Actor,
        *,
        state: str | None = None,
        kind: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Page[Job]:
        """Jobs that the actor may see, newest first."""
        conditions = [visible(actor, jobs)]
        conditions += [jobs.c[name] == given for name, given in (("state", state), ("kind", kind)) if given]
        return self.page(jobs, conditions, Job, "job", cursor, limit, descending=True)

    def queue(self) -> dict[str, Any]:
        """How many jobs are in each state, and how long the oldest queued one has waited: what a gauge shows."""
        with self.db.read() as connection:
            counted = select(jobs.c.state, func.count()).group_by(jobs.c.state)
            states = {"queued": 0, "running": 0, **{s: n for s, n in connection.execute(counted)}}  # noqa: C416
            waiting = select(func.min(jobs.c.available_at)).where(jobs.c.state == "queued")
            oldest = connection.execute(waiting).scalar()
        waited = 0.0 if oldest is None else max(0.0, (self.now() - oldest).total_seconds())
        return {"states": states, "oldest_s": waited}

    def waiting(self, actor: Actor) -> int:
        """How many jobs of the actor have not ended."""
        open_ = jobs.c.state.in_(("queued", "running"))
        with self.db.read() as connection:
            mine = select(func.count()).select_from(jobs).where(open_, jobs.c.user_id == actor.user_id)
            return int(connection.execute(mine).scalar_one())

    def events(self, actor: Actor, job_id: int, *, after: int = 0, limit: int = 500) -> tuple[JobEvent, ...]:
        """What happened to a job after the event of that number: what a stream sends, and sends again."""
        self.job(actor, job_id)
        with self.db.read() as connection:
            found = select(job_events).where(job_events.c.job_id == job_id, job_events.c.seq > after)
            rows = connection.execute(found.order_by(job_events.c.seq).limit(limit)).mappings()
            return tuple(JobEvent.of(r) for r in rows)

    def cancel_job(self, actor: Actor, job_id: int) -> Job:
        """Take a job out of the queue, or ask its worker to stop; nothing where it has ended."""
        with self.db.write(actor) as tx:
            job = _seen(tx, actor, job_id)
            require(actor, "cancel", job, kind=JOB, id=job_id)
            if job.state == "queued":
                _end(tx, job, "cancelled", {})
            elif job.state == "running" and not job.cancel_requested:
                tx.execute(update(jobs).where(jobs.c.id == job_id).values(cancel_requested=True))
                _event(tx, job, "cancelling", {})
            else:
                return job
            tx.record("cancel", "job", job_id, before={"state": job.state})
            return _seen(tx, actor, job_id)

    def retry_job(self, actor: Actor, job_id: int) -> Job:
        """Put a job that failed or was cancelled back into the queue."""
        with self.db.write(actor) as tx:
            job = _seen(tx, actor, job_id)
            require(actor, "cancel", job, kind=JOB, id=job_id)
            if job.state not in ("failed", "cancelled"):
                raise OptionError(
                    Text(f"任务 {job_id} 的状态为 {job.state}，不能重试",
                         f"job {job_id} is {job.state} and cannot be retried"),
                    Text("只有失败或已取消的任务可以重试", "Only a failed or cancelled job can"), where="job",
                )  # fmt: skip
            tx.execute(update(jobs).where(jobs.c.id == job_id).values(
                state="queued", attempts=0, available_at=tx.now, error=None, finished_at=None, cancel_requested=False,
                done=0, total=0, what="",
            ))  # fmt: skip
            _event(tx, job, "queued", {})
            tx.record("retry", "job", job_id, before={"state": job.state})
            return _seen(tx, actor, job_id)

    def claim_job(
        self, actor: Actor, worker: str, *, kinds: Sequence[str] | None = None, lease: timedelta = LEASE
    ) -> Job | None:
        """The next job for this worker; None where there is none.

        A job whose worker fell silent for longer than its lease is given out again, up to its bound of attempts;
        beyond that it has failed.
        """
        require(actor, "administer", kind=JOB)
        if not self._any_due():
            return None
        with self.db.write(actor) as tx:
            self._bury(tx)
            due = select(jobs.c.id).where(_due(tx.now))
            if kinds is not None:
                due = due.where(jobs.c.kind.in_(kinds))
            due = due.order_by(jobs.c.priority.desc(), jobs.c.id).limit(1).with_for_update(skip_locked=True)
            row = tx.execute(
                update(jobs).where(jobs.c.id == due.scalar_subquery()).values(
                    state="running", attempts=jobs.c.attempts + 1, worker=worker[:200], lease=secrets.token_hex(16),
                    lease_until=tx.now + lease, started_at=tx.now,
                ).returning(*jobs.c)
            ).mappings().one_or_none()  # fmt: skip
            if row is None:
                return None
            job = Job.of(row)
            _event(tx, job, "running", {"attempt": job.attempts})
            return job

    def heartbeat(self, actor: Actor, job: Job, *, lease: timedelta = LEASE) -> bool:
        """Show that the worker lives; whether it was asked to stop.

        Raises
        ------
        LeaseLostError
            The job was given to another, or has ended.
        """
        require(actor, "administer", kind=JOB)
        with self.db.write(actor) as tx:
            row = _hold(tx, job, lease_until=tx.now + lease)
            return bool(row["cancel_requested"])

    def progress(
        self, actor: Actor, job: Job, what: str, done: int, total: int, *, data: Mapping[str, Any] | None = None,
        lease: timedelta = LEASE,
    ) -> bool:  # fmt: skip
        """Tell how far a job is: an event for those who watch, and a heartbeat; whether it was asked to stop.

        Raises
        ------
        LeaseLostError
        """
        require(actor, "administer", kind=JOB)
        with self.db.write(actor) as tx:
            row = _hold(tx, job, lease_until=tx.now + lease, what=what, done=done, total=total)
            _event(tx, job, "progress", {"what": what, "done": done, "total": total, **(data or {})})
            return bool(row["cancel_requested"])

    def finish_job(self, actor: Actor, job: Job, result: Any, *, also: Callable[[Tx], None] | None = None) -> None:
        """End a job with its result, exactly once.

        Parameters
        ----------
        also : callable, optional
            Writes what belongs to the result in the same transaction.

        Raises
        ------
        LeaseLostError
            The lease is not this worker's any more; nothing is written.
        """
        require(actor, "administer", kind=JOB)
        with self.db.write(actor) as tx:
            finish(tx, job, result)
            if also is not None:
                also(tx)

    def fail_job(
        self, actor: Actor, job: Job, error: Mapping[str, Any], *, again_after: timedelta | None = None
    ) -> None:
        """End a job with an error; or, `again_after` a while, let it be tried again if its bound allows.

        Raises
        ------
        LeaseLostError
        """
        require(actor, "administer", kind=JOB)
        with self.db.write(actor) as tx:
            row = _hold(tx, job)
            if again_after is not None and row["attempts"] < row["max_attempts"] and not row["cancel_requested"]:
                tx.execute(update(jobs).where(jobs.c.id == job.id).values(
                    state="queued", available_at=tx.now + again_after, error=dict(error), lease="", lease_until=None
                ))  # fmt: skip
                _event(tx, job, "queued", {"error": dict(error)})
                return
            _end(tx, job, "failed", {"error": dict(error)}, error=dict(error))
            tx.record("fail", "job", job.id, after={"error": dict(error)})

    def stop_job(self, actor: Actor, job: Job) -> None:
        """End a job that its worker was asked to stop.

        Raises
        ------
        LeaseLostError
        """
        require(actor, "administer", kind=JOB)
        with self.db.write(actor) as tx:
            _hold(tx, job)
            _end(tx, job, "cancelled", {})
            tx.record("stop", "job", job.id)

    def release_job(self, actor: Actor, job: Job) -> None:
        """Give a job back unharmed, as a worker does that is told to shut down.

        Raises
        ------
        LeaseLostError
        """
        require(actor, "administer", kind=JOB)
        with self.db.write(actor) as tx:
            _hold(tx, job)
            tx.execute(update(jobs).where(jobs.c.id == job.id).values(
                state="queued", attempts=jobs.c.attempts - 1, lease="", lease_until=None, available_at=tx.now
            ))  # fmt: skip
            _event(tx, job, "queued", {})

    def _any_due(self) -> bool:
        now = self.now()
        silent = and_(jobs.c.state == "running", jobs.c.lease_until < now)
        with self.db.read() as connection:
            return connection.execute(select(jobs.c.id).where(or_(_due(now), silent)).limit(1)).first() is not None

    def _bury(self, tx: Tx) -> None:
        """End what fell silent and may not be tried again."""
        silent = select(jobs).where(
            jobs.c.state == "running", jobs.c.lease_until < tx.now,
            or_(jobs.c.attempts >= jobs.c.max_attempts, jobs.c.cancel_requested),
        ).with_for_update(skip_locked=True)  # fmt: skip
        for row in tx.execute(silent).mappings().all():
            job = Job.of(row)
            if job.cancel_requested:
                _end(tx, job, "cancelled", {})
                tx.record("stop", "job", job.id)
                continue
            error = {
                "slug": "worker-lost",
                "zh": f"执行进程{job.attempts}次中断，不再重试",
                "en": f"its worker was lost {job.attempts} times; not tried again",
            }
            _end(tx, job, "failed", {"error": error}, error=error)
            tx.record("fail", "job", job.id, after={"error": error})


def finish(tx: Tx, job: Job, result: Any) -> None:
    """`Jobs.finish_job` inside a transaction, for whoever writes a result of their own beside it."""
    _hold(tx, job)
    _end(tx, job, "done", {}, result=result)
    tx.record("finish", "job", job.id)


def hold(tx: Tx, job: Job) -> None:
    """Nothing, if the lease still is the worker's; its row is locked until the transaction ends.

    Raises
    ------
    LeaseLostError
    """
    _hold(tx, job)


def _due(now: datetime) -> ColumnElement[bool]:
    queued = and_(jobs.c.state == "queued", jobs.c.available_at <= now)
    silent = and_(
        jobs.c.state == "running", jobs.c.lease_until < now, jobs.c.attempts < jobs.c.max_attempts,
        ~jobs.c.cancel_requested,
    )  # fmt: skip
    return or_(queued, silent)


def _seen(tx: Tx, actor: Actor, job_id: int) -> Job:
    found = select(jobs).where(jobs.c.id == job_id, visible(actor, jobs)).with_for_update()
    row = tx.execute(found).mappings().one_or_none()
    if row is None:
        raise NotFoundError.of(JOB, job_id)
    return Job.of(row)


def _hold(tx: Tx, job: Job, **values: Any) -> Mapping[str, Any]:
    mine = and_(jobs.c.id == job.id, jobs.c.state == "running", jobs.c.lease == job.lease)
    if values:
        row = tx.execute(update(jobs).where(mine).values(**values).returning(*jobs.c)).mappings().one_or_none()
    else:
        row = tx.execute(select(jobs).where(mine).with_for_update()).mappings().one_or_none()
    if row is None:
        raise LeaseLostError(
            Text(f"任务 {job.id} 已不归本进程所有", f"job {job.id} is not this worker's any more"),
            Text("放弃本次结果；任务由接手的进程完成", "Drop the result; whoever has the job now ends it"),
        )
    return dict(row)


def _end(tx: Tx, job: Job, state: str, data: Mapping[str, Any], **values: Any) -> None:
    assert state in _ENDED
    tx.execute(update(jobs).where(jobs.c.id == job.id).values(
        state=state, finished_at=tx.now, lease="", lease_until=None, **values
    ))  # fmt: skip
    _event(tx, job, state, data)


def _event(tx: Tx, job: Job, kind: str, data: Mapping[str, Any]) -> None:
    counted = update(jobs).where(jobs.c.id == job.id).values(n_events=jobs.c.n_events + 1).returning(jobs.c.n_events)
    seq = tx.execute(counted).scalar_one()
    tx.execute(insert(job_events).values(job_id=job.id, seq=seq, at=tx.now, kind=kind, data=dict(data)))
