"""The queue: one worker a job, killed workers, lost leases, events in order, results exactly once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from qinglu.errors import OptionError
from qinglu.store import PUBLIC, SYSTEM, ExistsError, ForbiddenError, LeaseLostError, NotFoundError


def put(store, world, **given):
    return store.enqueue(world.company, "screen", {"n": 1}, organisation_id=world.organisations["company"], **given)


def kinds(store, job):
    return [e.kind for e in store.events(SYSTEM, job.id)]


def test_a_job_from_queue_to_result(store, world):
    job = put(store, world)
    held = store.claim_job(SYSTEM, "w1")
    assert (held.id, held.state, held.attempts, held.inputs) == (job.id, "running", 1, {"n": 1})
    assert store.claim_job(SYSTEM, "w2") is None
    assert store.progress(SYSTEM, held, "measuring", 1, 4) is False
    store.finish_job(SYSTEM, held, {"ok": True})
    done = store.job(world.company, job.id)
    assert (done.state, done.result, done.done, done.total) == ("done", {"ok": True}, 1, 4)
    assert "lease" not in done.as_dict()
    assert kinds(store, job) == ["queued", "running", "progress", "done"]


def test_events_go_on_after_the_last_one_seen(store, world):
    job = put(store, world)
    held = store.claim_job(SYSTEM, "w")
    for n in range(5):
        store.progress(SYSTEM, held, "x", n, 5)
    seen = store.events(world.company, job.id, limit=3)
    rest = store.events(world.company, job.id, after=seen[-1].seq)
    assert [e.seq for e in (*seen, *rest)] == list(range(1, 8))
    with pytest.raises(NotFoundError):
        store.events(world.rival, job.id)


def test_the_same_key_is_the_same_job(store, world):
    first = put(store, world, idempotency_key="k")
    assert put(store, world, idempotency_key="k").id == first.id
    with pytest.raises(ExistsError):
        store.enqueue(world.company, "other", {}, idempotency_key="k")
    other = store.enqueue(
        world.rival, "screen", {"n": 1}, organisation_id=world.organisations["rival"], idempotency_key="k"
    )
    assert other.id != first.id


def test_a_killed_worker_costs_time_not_the_job(store, world, clock):
    job = put(store, world)
    lost = store.claim_job(SYSTEM, "w1", lease=timedelta(seconds=30))
    clock.pass_(seconds=29)
    assert store.claim_job(SYSTEM, "w2") is None
    clock.pass_(seconds=2)
    held = store.claim_job(SYSTEM, "w2")
    assert (held.id, held.attempts, held.worker) == (job.id, 2, "w2")
    for late in (
        lambda: store.finish_job(SYSTEM, lost, "mine"), lambda: store.progress(SYSTEM, lost, "x", 1, 1),
        lambda: store.heartbeat(SYSTEM, lost), lambda: store.fail_job(SYSTEM, lost, {}), lambda: store.release_job(SYSTEM, lost),
    ):  # fmt: skip
        with pytest.raises(LeaseLostError):
            late()
    store.finish_job(SYSTEM, held, "theirs")
    with pytest.raises(LeaseLostError):
        store.finish_job(SYSTEM, held, "twice")
    assert store.job(SYSTEM, job.id).result == "theirs"


def test_a_heartbeat_keeps_a_lease(store, world, clock):
    put(store, world)
    held = store.claim_job(SYSTEM, "w1", lease=timedelta(seconds=30))
    for _ in range(4):
        clock.pass_(seconds=20)
        store.heartbeat(SYSTEM, held, lease=timedelta(seconds=30))
        assert store.claim_job(SYSTEM, "w2") is None
    store.finish_job(SYSTEM, held, None)


def test_a_job_that_kills_its_workers_fails_in_the_end(store, world, clock):
    job = put(store, world, max_attempts=3)
    for attempt in range(1, 4):
        assert store.claim_job(SYSTEM, "w").attempts == attempt
        clock.pass_(seconds=31)
    assert store.claim_job(SYSTEM, "w") is None
    failed = store.job(SYSTEM, job.id)
    assert (failed.state, failed.error["slug"]) == ("failed", "worker-lost")
    assert store.retry_job(world.company, job.id).state == "queued"
    assert store.claim_job(SYSTEM, "w").attempts == 1


def test_a_failure_is_tried_again_later_if_asked(store, world, clock):
    job = put(store, world, max_attempts=2)
    store.fail_job(SYSTEM, store.claim_job(SYSTEM, "w"), {"slug": "download"}, again_after=timedelta(seconds=60))
    assert store.claim_job(SYSTEM, "w") is None
    clock.pass_(seconds=61)
    store.fail_job(SYSTEM, store.claim_job(SYSTEM, "w"), {"slug": "download"}, again_after=timedelta(seconds=60))
    assert store.job(SYSTEM, job.id).state == "failed"


def test_cancelling(store, world, clock):
    waiting, running, dying = put(store, world), put(store, world), put(store, world)
    assert store.cancel_job(world.company, waiting.id).state == "cancelled"
    held = store.claim_job(SYSTEM, "w")
    assert held.id == running.id
    assert store.cancel_job(world.company, running.id).cancel_requested
    assert store.heartbeat(SYSTEM, held) is True
    store.stop_job(SYSTEM, held)
    assert store.job(SYSTEM, running.id).state == "cancelled"
    store.claim_job(SYSTEM, "w")
    store.cancel_job(world.company, dying.id)
    clock.pass_(seconds=31)  # its worker is gone: nobody takes it up only to stop it
    assert store.claim_job(SYSTEM, "w") is None
    assert store.job(SYSTEM, dying.id).state == "cancelled"
    with pytest.raises(OptionError):
        store.retry_job(world.company, store.enqueue(world.company, "x", {}).id)


def test_a_released_job_costs_no_attempt(store, world):
    put(store, world)
    store.release_job(SYSTEM, store.claim_job(SYSTEM, "w"))
    assert store.claim_job(SYSTEM, "w").attempts == 1


def test_priority_kind_and_order(store, world):
    first, second, urgent = put(store, world), put(store, world), put(store, world, priority=5)
    other = store.enqueue(world.company, "route", {})
    assert [store.claim_job(SYSTEM, "w", kinds=["screen"]).id for _ in range(3)] == [urgent.id, first.id, second.id]
    assert store.claim_job(SYSTEM, "w", kinds=["screen"]) is None
    assert store.claim_job(SYSTEM, "w").id == other.id


def test_many_workers_take_each_job_once(store, world):
    jobs = [put(store, world).id for _ in range(30)]
    taken: list[int] = []

    def work(n: int) -> None:
        while (held := store.claim_job(SYSTEM, f"w{n}")) is not None:
            taken.append(held.id)
            store.finish_job(SYSTEM, held, n)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(5)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(60)
    assert sorted(taken) == jobs
    assert store.verify_audit().intact


def test_the_result_and_what_goes_with_it_stand_or_fall_together(store, world):
    job = put(store, world)
    held = store.claim_job(SYSTEM, "w")

    def also(tx):
        tx.record("never", "x", 1)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.finish_job(SYSTEM, held, 1, also=also)
    assert store.job(SYSTEM, job.id).state == "running"
    store.finish_job(SYSTEM, held, 2)
    assert store.job(SYSTEM, job.id).result == 2


def test_who_may_ask_and_who_may_look(store, world):
    job = put(store, world)
    with pytest.raises(ForbiddenError):
        store.enqueue(PUBLIC, "screen", {})
    with pytest.raises(ForbiddenError):
        store.enqueue(world.rival, "screen", {}, organisation_id=world.organisations["company"])
    with pytest.raises(ForbiddenError):
        store.claim_job(world.company, "w")
    for other in (world.rival, world.bank, PUBLIC):
        with pytest.raises(NotFoundError):
            store.job(other, job.id)
        with pytest.raises(NotFoundError):
            store.cancel_job(other, job.id)
    assert [j.id for j in store.jobs(world.company)] == [job.id]
    assert store.jobs(world.rival).items == ()
