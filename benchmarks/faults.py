"""Kill server and workers while people work, and look whether anything was lost: ``python -m benchmarks.faults``.

A real ``qinglu serve`` is killed at random points (a seed names them) while several clients change the same projects,
enter new ones, upload files and start jobs over HTTP. A client notes what was *acknowledged*, and nothing else. When
it is quiet again, everything noted must be there, every job must have ended once and with one result, and
``qinglu audit verify`` must find the trail intact, from the head that an earlier look told.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2

from qinglu.store import SYSTEM, Store

from .faults_held import compared
from .serving import Served, Unable, database, qinglu

SHARED = 12
_ROWS = 6
_OPEN = ("queued", "running")
_SETTINGS = {"QINGLU_LEASE_S": "3", "QINGLU_WORKERS": "1"}
_PAUSE_S, _OPEN_JOBS, _ENDS_WITHIN_S, _STRIKES_WITHIN_S = 0.03, 6, 600.0, 40.0


@dataclass
class Noted:
    """What was acknowledged, and how often something was not."""

    edits: dict[int, dict[int, str]] = field(default_factory=dict)
    """Project → version → the name that this version gave it."""
    made: dict[str, int] = field(default_factory=dict)
    jobs: dict[int, str] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answered(self, what: str, reply: httpx2.Response) -> bool:
        """Count an answer; whether it says that it was done."""
        with self.lock:
            self.answers[f"{what} {reply.status_code}"] += 1
            if reply.status_code == 500:
                self.problems.append(f"{what} was answered with 500: {reply.text[:300]}")
        return reply.is_success


class Clients:
    """People at work, each in a thread, until told to stop."""

    def __init__(self, base: str, token: str, projects: list[int], organisation: int, seed: int) -> None:
        self.noted = Noted()
        self._base, self._token, self._projects, self._organisation = base, token, projects, organisation
        self._over = threading.Event()
        work = (self._edit, self._edit, self._make, self._begin_jobs)
        self._threads = [
            threading.Thread(target=self._keep, args=(doing, f"{seed}-{n}"), daemon=True)
            for n, doing in enumerate(work)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> Noted:
        """Let them finish what they are at."""
        self._over.set()
        for thread in self._threads:
            thread.join(60)
        return self.noted

    def client(self) -> httpx2.Client:
        """One that is signed in."""
        return httpx2.Client(base_url=self._base, headers={"Authorization": f"Bearer {self._token}"}, timeout=20)

    def _keep(self, doing: Callable[[httpx2.Client, random.Random, str, int], None], name: str) -> None:
        rng, turn = random.Random(name), 0
        with self.client() as client:
            while not self._over.is_set():
                turn += 1
                try:
                    doing(client, rng, name, turn)
                except httpx2.HTTPError as error:  # no answer: it may have been done or not
                    with self.noted.lock:
                        self.noted.answers[f"none ({type(error).__name__})"] += 1
                    time.sleep(0.1)
                time.sleep(_PAUSE_S)

    def _edit(self, client: httpx2.Client, rng: random.Random, name: str, turn: int) -> None:
        """Two change the same projects: one of them is told so and reads again."""
        project = rng.choice(self._projects)
        found = client.get(f"/api/v1/projects/{project}")
        if not self.noted.answered("read", found):
            return
        wanted = f"{name} turn {turn}"
        reply = client.patch(
            f"/api/v1/projects/{project}", json={"name": wanted}, headers={"If-Match": found.headers["ETag"]}
        )
        if self.noted.answered("edit", reply):
            with self.noted.lock:
                self.noted.edits.setdefault(project, {})[reply.json()["version"]] = wanted

    def _make(self, client: httpx2.Client, rng: random.Random, name: str, turn: int) -> None:
        code = f"made-{name}-{turn}"
        place = {"type": "Point", "coordinates": [rng.uniform(30, 40), rng.uniform(-5, 5)]}
        reply = client.post(
            "/api/v1/projects", json={"code": code, "geometry": place, "organisation": self._organisation}
        )
        if self.noted.answered("make", reply):
            with self.noted.lock:
                self.noted.made[code] = reply.json()["id"]
        time.sleep(0.1)

    def _begin_jobs(self, client: httpx2.Client, rng: random.Random, name: str, turn: int) -> None:
        found = client.get("/api/v1/jobs", params={"limit": 50})
        waiting = sum(j["state"] in _OPEN for j in found.json()["items"]) if found.is_success else _OPEN_JOBS
        if waiting >= _OPEN_JOBS:
            time.sleep(0.3)
            return
        kind = rng.choice(("upload", "screen", "tool", "tool"))
        if kind == "upload":
            rows = "".join(
                f"{name}-{turn}-{n},{rng.uniform(30, 40):.4f},{rng.uniform(-5, 5):.4f}\n" for n in range(_ROWS)
            )
            reply = client.post(
                "/api/v1/portfolios", files={"file": (f"{turn}.csv", f"id,lon,lat\n{rows}".encode())},
                data={"organisation": str(self._organisation)},
            )  # fmt: skip
        elif kind == "screen":
            chosen = rng.sample(self._projects, 3)
            reply = client.post("/api/v1/runs", json={"projects": chosen, "organisation": self._organisation})
        else:
            state = {"o2_pct": 3, "temperature_c": 0, "pressure_kpa": 101.325, "dry": True}
            inputs = {"value": float(turn), "unit": "mg/m3", "from": state, "to": {**state, "o2_pct": 6}}
            reply = client.post("/api/v1/tools/convert", json=inputs, headers={"Prefer": "respond-async"})
        if self.noted.answered(kind, reply):
            with self.noted.lock:
                self.noted.jobs[reply.json()["job"]["id"]] = kind


@dataclass
class Told:
    """What a run of rounds came to."""

    rounds: int
    seed: int
    kills: Counter[str]
    noted: Noted
    seconds: float
    jobs: Counter[str] = field(default_factory=Counter)
    retried: int = 0
    audit_rows: int = 0

    @property
    def problems(self) -> list[str]:
        """Everything that must not be; empty where nothing was lost."""
        return self.noted.problems

    def as_dict(self) -> dict[str, Any]:
        """For a table or a page."""
        return {
            "rounds": self.rounds, "seed": self.seed, "seconds": round(self.seconds), "kills": dict(self.kills),
            "acknowledged": {
                "edits": sum(map(len, self.noted.edits.values())), "projects": len(self.noted.made),
                "jobs": len(self.noted.jobs),
            },
            "jobs": dict(self.jobs), "retried": self.retried, "audit_rows": self.audit_rows,
            "answers": dict(sorted(self.noted.answers.items())), "problems": self.problems,
        }  # fmt: skip


def run(url: str, folder: Path, *, rounds: int, seed: int, say: Callable[[str], object] = lambda text: None) -> Told:
    """Kill so many times, then look whether anything is missing."""
    began = time.monotonic()
    rng = random.Random(seed)
    organisation, projects, token = prepared(url, folder)
    told = Told(rounds, seed, Counter(), Noted(), 0.0)
    head = ""
    with Served(url, folder, _SETTINGS) as served:
        clients = Clients(served.base, token, projects, organisation, seed)
        for number in range(rounds):
            _until(clients, rng)
            victim = rng.choice(("server", "worker", "worker", "both"))
            if victim != "server":
                served.kill_workers()
            if victim != "worker":
                served.kill()
                served.start()
            told.kills[victim] += 1
            if number % 20 == 19:
                head = _verified(url, folder, head, clients.noted)
                say(f"{number + 1} of {rounds}, {time.monotonic() - began:.0f} s: {dict(clients.noted.answers)}")
        told.noted = clients.stop()
        with clients.client() as client:
            told.retried = _quiet(client, told.noted)
        code = served.stop()
        if code:
            told.problems.append(f"the server ended with {code} when told to leave")
    _verified(url, folder, head, told.noted)
    with Store.open(url, folder) as store:
        told.jobs, told.audit_rows = compared(store, told.noted.edits, told.noted.made, told.noted.jobs, told.problems)
    told.seconds = time.monotonic() - began
    return told


def _until(clients: Clients, rng: random.Random) -> None:
    """A moment to strike: any at all, somewhere within a job, or just after one has ended."""
    when, longest = rng.choice((("any", 2.0), ("running", 3.0), ("running", 3.0), ("done", 0.5)))
    with clients.client() as client:
        ends, before = time.monotonic() + _STRIKES_WITHIN_S, -1
        while when != "any" and time.monotonic() < ends:
            with suppress(httpx2.HTTPError, KeyError):
                jobs = client.get("/api/v1/jobs", params={"state": when, "limit": 1000}).json()["items"]
                if jobs and (when == "running" or len(jobs) > before >= 0):
                    break
                before = len(jobs) if before < 0 else before
            time.sleep(0.05)
    time.sleep(rng.uniform(0.0, longest))


def prepared(url: str, folder: Path) -> tuple[int, list[int], str]:
    """A company with projects, and a token of somebody who works there."""
    with Store.open(url, folder) as store:
        organisation = store.create_organisation(SYSTEM, kind="company", name="Road and Bridge").id
        user = store.create_user(SYSTEM, email="company@example.org", subject="faults company")
        store.add_member(SYSTEM, user.id, organisation, "company")
        actor = store.actor_for(user.id)
        place = {"type": "Point", "coordinates": [36.8, -1.3]}
        projects = [
            store.create_project(actor, organisation, {"code": f"shared-{n}", "geometry": _shape(place)}).id
            for n in range(SHARED)
        ]
        token, _ = store.make_token(actor, name="faults", scopes=["read", "write", "run"], lasts=timedelta(days=1))
    return organisation, projects, token


def _shape(geojson: dict[str, Any]) -> Any:
    from shapely.geometry import shape

    return shape(geojson)


def _verified(url: str, folder: Path, head: str, noted: Noted) -> str:
    """The trail as `qinglu audit verify` finds it, also beside the running service; its head."""
    done = qinglu("audit", "verify", "--json", *(["--head", head] if head else []), url=url, data=folder)
    if done.returncode:
        noted.problems.append(f"qinglu audit verify ended with {done.returncode}: {(done.stdout + done.stderr)[:500]}")
        return head
    return str(json.loads(done.stdout)["head"])


def _quiet(client: httpx2.Client, noted: Noted) -> int:
    """Wait until every job has ended; one whose worker was killed as often as is allowed is asked for again."""
    retried, ends = 0, time.monotonic() + _ENDS_WITHIN_S
    while time.monotonic() < ends:
        waiting = 0
        for state in (*_OPEN, "failed"):
            for job in client.get("/api/v1/jobs", params={"state": state, "limit": 1000}).json()["items"]:
                if state in _OPEN:
                    waiting += 1
                elif (job["error"] or {}).get("slug") in ("worker-lost", "store-unavailable"):
                    client.post(f"/api/v1/jobs/{job['id']}/retry").raise_for_status()
                    retried += 1
                    waiting += 1
        if not waiting:
            return retried
        time.sleep(0.5)
    noted.problems.append(f"jobs have not ended after {_ENDS_WITHIN_S:g} s")
    return retried


def _say(text: str) -> None:
    print(text, flush=True)


def main() -> int:
    """Kill on either database, and print what came of it."""
    ask = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    ask.add_argument("--rounds", type=int, default=200)
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--databases", default="sqlite,postgresql", help="by comma")
    given = ask.parse_args()
    lost = 0
    for kind in given.databases.split(","):
        with tempfile.TemporaryDirectory() as home:
            try:
                with database(kind, Path(home), durable=False) as (url, _):
                    told = run(url, Path(home) / "data", rounds=given.rounds, seed=given.seed, say=_say)
            except Unable as why:
                print(f"{kind}: {why}")
                continue
        print(json.dumps({"database": kind, **told.as_dict()}, indent=1, ensure_ascii=False))
        lost += len(told.problems)
    return 1 if lost else 0


if __name__ == "__main__":
    raise SystemExit(main())
