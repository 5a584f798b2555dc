"""How quickly the service answers with 100,000 projects: ``python -m benchmarks.service``.

A real ``qinglu serve`` on SQLite and on PostgreSQL as delivered; a client in a process of its own asks 50 times a
second, alone and beside a screening. What is asked: a page of 100 projects within a box about a random project, one to
forty degrees wide; and dossiers of random projects.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import select, text

from qinglu.store import SYSTEM, Store, fields, schema
from qinglu.store.projects import insert_many
from qinglu.store.runs import Outcome

from .openloop import load
from .serving import Postgres, Served, Unable
from .spread import projects

COMPANIES, FINDINGS, SEED = 50, 20, 1
_LEVELS = ("clear", "note", "note", "warning", "critical", "unknown")
_TARGETS = {"bbox": 100.0, "dossier": 60.0}
_JOB_ROWS = 3_000
_ACCESS = "access.json"


def prepared(url: str, data: Path, count: int) -> dict[str, Any]:
    """Fill an empty register, and give what a client needs; as it is, where it was filled before."""
    kept = data / _ACCESS
    if kept.exists():
        return dict(json.loads(kept.read_text()))
    data.mkdir(parents=True, exist_ok=True)
    with Store.open(url, data) as store:
        made = _filled(store, count)
    kept.write_text(json.dumps(made))
    return made


def _filled(store: Store, count: int) -> dict[str, Any]:
    began = time.perf_counter()
    rows = (fields.checked(row) for row in projects(count, SEED))
    owners = [store.create_organisation(SYSTEM, kind="company", name=f"Company {n}").id for n in range(COMPANIES)]
    for owner in owners:
        with store.db.write(SYSTEM) as tx:
            insert_many(tx, owner, list(itertools.islice(rows, math.ceil(count / COMPANIES))), "")
    centre = store.create_organisation(SYSTEM, kind="other", name="Administration").id
    tokens = {}
    for role, organisation in (("administrator", centre), ("company", owners[0])):
        user = store.create_user(SYSTEM, email=f"{role}@example.org", subject=f"load {role}")
        store.add_member(SYSTEM, user.id, organisation, role)
        actor = store.actor_for(user.id)
        scopes = ["read", "write", "run", "admin"] if role == "administrator" else ["read", "write", "run"]
        tokens[role], _ = store.make_token(actor, name="load", scopes=scopes, lasts=timedelta(days=30))
    found = select(schema.projects.c.id, schema.projects.c.west, schema.projects.c.south)
    with store.db.read() as connection:
        places = [tuple(row) for row in connection.execute(found)]
    rng = random.Random(SEED)
    for owner in owners:  # a project shows what its owner's run found
        held = select(schema.projects.c.id).where(schema.projects.c.organisation_id == owner)
        with store.db.read() as connection:
            ids = list(connection.execute(held).scalars())
        run = store.start_run(SYSTEM, owner, "screen", {}, ids)
        levels = [{"project_id": i, "level": rng.choice(_LEVELS), "unknown": rng.random() < 0.2} for i in ids]
        store.finish_run(SYSTEM, run.id, Outcome(levels, _findings(ids)))
    with store.db.engine.execution_options(qinglu_write=True).begin() as connection:
        connection.execute(text("ANALYZE"))
    print(f"filled in {time.perf_counter() - began:.0f} s", flush=True)
    return {"tokens": tokens, "places": rng.sample(places, min(5_000, len(places))), "company": owners[0]}


def _findings(ids: Sequence[int]) -> Iterator[dict[str, Any]]:
    said = {"explanation_en": "Measured from the project as it is drawn to the nearest feature of the layer. " * 2,
            "explanation_zh": "从项目所绘位置量至图层中最近的要素。" * 2}  # fmt: skip
    for id_, number in itertools.product(ids, range(FINDINGS)):
        yield {
            "project_id": id_, "rule_id": f"screening.rule-{number}", "level": _LEVELS[number % 6], "value": 4200.5,
            "measure": "distance", "unit": "m", "layer_id": f"layer-{number % 6}", "trace": [{"step": number}], **said,
        }  # fmt: skip


def boxes(places: Sequence[Sequence[float]], seed: int) -> Iterator[tuple[str, ...]]:
    """Addresses of pages."""
    rng = random.Random(seed)
    while True:
        _, x, y = rng.choice(places)
        half = 0.5 * math.exp(rng.uniform(0, math.log(40)))
        west, east, south, north = max(-180, x - half), min(180, x + half), max(-90, y - half), min(90, y + half)
        yield (f"/api/v1/projects?bbox={west:.4f},{south:.4f},{east:.4f},{north:.4f}&limit=100",)


def dossiers(places: Sequence[Sequence[float]], seed: int) -> Iterator[tuple[str, ...]]:
    """Addresses of dossiers."""
    rng = random.Random(seed)
    while True:
        yield (f"/api/v1/projects/{rng.choice(places)[0]:.0f}/dossier",)


PATHS = {"bbox": boxes, "dossier": dossiers}


class Screening:
    """A job that runs as long as somebody measures: an upload of a few thousand rows, again when it has ended."""

    def __init__(self, base: str, token: str, organisation: int) -> None:
        self._over = threading.Event()
        self._client = httpx2.Client(base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=60)
        self._organisation = organisation
        self.ended = 0
        rng = random.Random(SEED)
        rows = (f"J{n},{rng.uniform(10, 40):.4f},{rng.uniform(-20, 20):.4f}\n" for n in range(_JOB_ROWS))
        self._file = ("id,lon,lat\n" + "".join(rows)).encode()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Screening:
        self._thread.start()
        time.sleep(5)  # into its stride
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join(120)
        self._client.close()

    def _run(self) -> None:
        while not self._over.is_set():
            sent = {"file": ("beside.csv", self._file)}
            reply = self._client.post("/api/v1/portfolios", files=sent, data={"organisation": str(self._organisation)})
            job = reply.raise_for_status().json()["job"]["links"]["self"]
            while (state := self._client.get(job).json()["state"]) in ("queued", "running"):
                if self._over.wait(0.5):
                    self._client.post(f"{job}/cancel")
                    return
            self.ended += state == "done"


def measured(served: Served, access: Path, rate: float, seconds: float) -> dict[str, Any]:
    """Each kind of question, alone and beside a job."""
    given = json.loads(access.read_text())
    told: dict[str, Any] = {}
    for what in PATHS:
        _client(served.port, access, what, rate, min(10.0, seconds))  # what is opened first is opened now
        told[what] = _client(served.port, access, what, rate, seconds)
        print(what, told[what], flush=True)
    with Screening(served.base, given["tokens"]["company"], given["company"]) as job:
        for what in PATHS:
            told[f"{what} beside a job"] = _client(served.port, access, what, rate, seconds)
            print(what, "beside a job", told[f"{what} beside a job"], flush=True)
    told["jobs ended"] = job.ended
    return told


def _client(port: int, access: Path, what: str, rate: float, seconds: float) -> dict[str, Any]:
    """In a process of its own, so that nothing of ours holds it up."""
    words = [sys.executable, "-m", "benchmarks.service", "--ask", what, "--port", str(port), "--access", str(access),
             "--rate", str(rate), "--seconds", str(seconds)]  # fmt: skip
    busy = _others()
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=seconds + 120)
    return {**json.loads(done.stdout.splitlines()[-1]), "load": round(os.getloadavg()[0], 1), "others": busy}


def _others() -> str:
    """Share of the two cores that was busy in the second before: what else the machine was doing."""

    def times() -> list[int]:
        return [int(word) for word in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]

    first = times()
    time.sleep(1)
    spent = [b - a for a, b in zip(first, times(), strict=True)]
    return f"{100 * (1 - (spent[3] + spent[4]) / max(1, sum(spent))):.0f} %"


def ask(given: argparse.Namespace) -> int:
    """The client: half as an administrator who sees everything, half as a company that sees its own."""
    access = json.loads(given.access.read_text())
    paths = PATHS[given.ask](access["places"], SEED + 1)
    answers = load(given.port, access["tokens"]["administrator"], paths, rate=given.rate, seconds=given.seconds)
    print(json.dumps(answers.as_dict()))
    return 0


def main() -> int:
    """Fill, serve, measure, and print; 1 where a target is missed without a job beside."""
    given = _arguments()
    if given.ask:
        return ask(given)
    missed = 0
    for kind in given.databases.split(","):
        home = given.home / f"{kind}-{given.projects}"
        home.mkdir(parents=True, exist_ok=True)
        server = None
        try:
            if kind == "postgresql":
                server = Postgres(folder=Path(tempfile.gettempdir()) / f"qinglu-load-{given.projects}")
            url = server.database("qinglu") if server else f"sqlite:///{home}/qinglu.db"
            prepared(url, home, given.projects)
            with Served(url, home) as served:
                told = measured(served, home / _ACCESS, given.rate, given.seconds)
        except Unable as why:
            print(f"{kind}: {why}")
            continue
        finally:
            if server is not None:
                server.__exit__(None, None, None)
        print(json.dumps({"database": kind, "projects": given.projects, "rate": given.rate, **told}, indent=1))
        missed += sum(told[what]["p95"] >= target for what, target in _TARGETS.items())
        if not given.keep:
            shutil.rmtree(home)
            if server is not None:
                shutil.rmtree(server.folder)
    return 1 if missed else 0


def _arguments() -> argparse.Namespace:
    ask = argparse.ArgumentParser(prog="python -m benchmarks.service", description=__doc__)
    ask.add_argument("--projects", type=int, default=100_000)
    ask.add_argument("--databases", default="sqlite,postgresql", help="by comma")
    ask.add_argument("--rate", type=float, default=50.0, help="requests a second")
    ask.add_argument("--seconds", type=float, default=60.0, help="of each measurement")
    ask.add_argument("--home", type=Path, default=Path(tempfile.gettempdir()) / "qinglu-load")
    ask.add_argument("--keep", action="store_true", help="keep what was filled for another time")
    ask.add_argument("--ask", choices=PATHS, help=argparse.SUPPRESS)
    ask.add_argument("--port", type=int, help=argparse.SUPPRESS)
    ask.add_argument("--access", type=Path, help=argparse.SUPPRESS)
    return ask.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
