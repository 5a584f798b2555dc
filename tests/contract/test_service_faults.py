"""The service as processes: killed, out of room, cut off from its database. Told, healed, nothing lost.

``python -m benchmarks.faults`` kills two hundred times; here it is a few.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

pytest.importorskip("uvicorn", reason="the service is not installed")
pytest.importorskip("httpx2")
if sys.platform != "linux":
    pytest.skip("processes are told apart by /proc", allow_module_level=True)

import httpx2
from benchmarks import faults
from benchmarks.serving import Postgres, Served, Unable, qinglu

from qinglu.store import SYSTEM, Store

_CSV = b"id,lon,lat\nA,36.8,-1.3\nB,36.9,-1.2\n"


@contextmanager
def served(url: str, data: Path, **settings: str):
    """The service, a client who is signed in, a project of theirs and their organisation."""
    organisation, projects, token = faults.prepared(url, data)
    with (
        Served(url, data, {"QINGLU_LEASE_S": "3", **settings}) as service,
        httpx2.Client(base_url=service.base, headers={"Authorization": f"Bearer {token}"}, timeout=40) as client,
    ):
        yield service, client, projects[0], organisation


def change(client: httpx2.Client, project: int, name: str) -> httpx2.Response:
    tag = client.get(f"/api/v1/projects/{project}").headers["ETag"]
    return client.patch(f"/api/v1/projects/{project}", json={"name": name}, headers={"If-Match": tag})


def upload(client: httpx2.Client, organisation: int, raw: bytes = _CSV) -> httpx2.Response:
    files = {"file": ("p.csv", raw)}
    return client.post("/api/v1/portfolios", files=files, data={"organisation": str(organisation)})


def ended(client: httpx2.Client, job: int, within_s: float = 90) -> dict:
    ends = time.monotonic() + within_s
    while time.monotonic() < ends:
        reply = client.get(f"/api/v1/jobs/{job}")
        assert reply.status_code == 200, reply.text
        told = reply.json()
        if told["state"] in ("done", "failed", "cancelled"):
            return told
        time.sleep(0.3)
    pytest.fail(f"job {job} has not ended: {told}")


def unavailable(reply: httpx2.Response) -> bool:
    problem = reply.json()
    assert (reply.status_code, problem["slug"]) == (503, "store-unavailable"), reply.text
    assert problem["detail_zh"]
    assert problem["detail_en"]
    return True


def alive(service: Served) -> bool:
    """As a probe asks, which is not signed in."""
    return httpx2.get(f"{service.base}/healthz").status_code == 200


@pytest.mark.parametrize(("kind", "rounds"), [("sqlite", 6), ("postgresql", 4)])
def test_kills_lose_nothing_and_double_nothing(kind, rounds, tmp_path, request):
    url = f"sqlite:///{tmp_path}/q.db" if kind == "sqlite" else request.getfixturevalue("postgres").database()
    told = faults.run(url, tmp_path / "data", rounds=rounds, seed=rounds)
    assert told.problems == []
    assert sum(told.kills.values()) == rounds
    assert sum(map(len, told.noted.edits.values())) > rounds
    assert told.noted.jobs
    assert told.jobs["done"] >= len(told.noted.jobs)


@contextmanager
def no_room_by_limit(service: Served, data: Path):
    """No file of the service may grow: what a full disk is to a database."""
    pids = [service.pid, *service.workers()]
    for pid in pids:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (8192, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        for pid in pids:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


@contextmanager
def no_room_on_disk(service: Served, data: Path):
    """Something else has taken all of it."""
    ballast = data / "ballast"
    with ballast.open("wb", buffering=0) as file:
        free = os.statvfs(data)
        os.posix_fallocate(file.fileno(), 0, free.f_bavail * free.f_bsize)
    try:
        yield
    finally:
        ballast.unlink()


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own, with little more room than the service asks for."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=320m", "none", str(folder)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize("how", ["limit", "disk"])
def test_a_full_disk_is_told_and_heals_by_itself(how, tmp_path, request):
    data = request.getfixturevalue("small_disk") if how == "disk" else tmp_path / "data"
    url = f"sqlite:///{data}/qinglu.db"
    with served(url, data) as (service, client, project, organisation):
        assert change(client, project, "before").status_code == 200
        with (no_room_on_disk if how == "disk" else no_room_by_limit)(service, data):
            number, reply = 0, change(client, project, "full 0")
            while reply.status_code == 200:  # a log that was begun still has room for some
                number += 1
                reply = change(client, project, f"full {number} " + "x" * 400)
            assert unavailable(reply)
            assert unavailable(upload(client, organisation, _CSV + b"C,36.8,-1.3\n" * 20_000))
            assert alive(service)
            assert client.get(f"/api/v1/projects/{project}").status_code == 200  # reading goes on
            if how == "disk":
                assert unavailable(client.get("/readyz"))
        assert change(client, project, "after").status_code == 200
        begun = upload(client, organisation)
        assert begun.status_code == 202
        assert ended(client, begun.json()["job"]["id"])["state"] == "done"
        assert client.get(f"/api/v1/projects/{project}").json()["name"] == "after"
        assert client.get("/readyz").status_code == 200
    sound(url, data)


def test_a_database_that_went_away_is_told_and_heals_by_itself(tmp_path):
    try:
        server = Postgres(durable=False)
    except Unable as why:
        pytest.skip(str(why))
    with server:
        url = server.database("qinglu")
        with served(url, tmp_path) as (service, client, project, organisation):
            assert change(client, project, "before").status_code == 200
            begun = upload(client, organisation)
            server.stop()
            assert unavailable(client.get("/api/v1/projects"))
            assert unavailable(client.patch(f"/api/v1/projects/{project}", json={"name": "x", "version": 2}))
            assert unavailable(upload(client, organisation))
            assert unavailable(client.get("/readyz"))
            assert alive(service)
            server.start()
            assert client.get("/readyz").status_code == 200
            assert change(client, project, "after").status_code == 200
            assert ended(client, begun.json()["job"]["id"])["state"] == "done"
        sound(url, tmp_path)


def sound(url: str, data: Path) -> None:
    """The trail holds, and there is no job that came to more than one end."""
    done = qinglu("audit", "verify", url=url, data=data)
    assert done.returncode == 0, done.stdout + done.stderr
    problems: list[str] = []
    with Store.open(url, data) as store:
        faults.compared(store, {}, {}, {}, problems)
        assert store.counts(SYSTEM).total >= faults.SHARED
    assert problems == []
