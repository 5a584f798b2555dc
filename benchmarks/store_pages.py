"""How quickly the register answers, at 100,000 projects: ``python -m benchmarks.store_pages sqlite:///FILE``.

Fills an empty database first (projects with history and trail, one run with four findings a project), then times
pages, counts and the queries behind a dossier as each kind of actor. No HTTP: that is measured from outside.
"""

from __future__ import annotations

import argparse
import itertools
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from sqlalchemy import insert, select, text, update

from qinglu.store import PUBLIC, SYSTEM, Actor, Membership, Store, fields, schema
from qinglu.store.projects import insert_many
from qinglu.store.runs import Outcome

COMPANIES = 50
SECTORS = ("road", "railway", "port", "mining", "hydropower")
LEVELS = ("clear", "note", "warning", "critical", "unknown")


def fill(store: Store, count: int) -> None:
    """Projects all over the world, seven in ten of them points; 5 % shared with a bank, 5 % published."""
    rng = random.Random(1)
    with _Timed("projects with history and trail"):
        for number in range(COMPANIES):
            owner = store.create_organisation(SYSTEM, kind="company", name=f"C{number}").id
            rows = [fields.checked(_project(rng, n)) for n in range(count // COMPANIES)]
            with store.db.write(SYSTEM) as tx:
                insert_many(tx, owner, rows, "")
    bank = store.create_organisation(SYSTEM, kind="bank", name="B").id
    with store.db.write(SYSTEM) as tx:
        ids = list(tx.execute(select(schema.projects.c.id)).scalars())
        shared = [{"project_id": i, "organisation_id": bank, "at": tx.now} for i in rng.sample(ids, count // 20)]
        tx.execute(insert(schema.shares), shared)
        tx.execute(update(schema.projects).where(schema.projects.c.id % 20 == 0).values(published=True))
    organisation = store.create_organisation(SYSTEM, kind="other", name="A").id
    user = store.create_user(SYSTEM, email="a@example.org")
    store.add_member(SYSTEM, user.id, organisation, "administrator")
    actor = store.actor_for(user.id)
    with _Timed("beginning a run over all"):
        run = store.start_run(actor, organisation, "screen", {}, ids)
    projects = [{"project_id": i, "level": rng.choice(LEVELS), "unknown": rng.random() < 0.2} for i in ids]
    with _Timed(f"ending it with {4 * len(ids):,} findings"):
        store.finish_run(actor, run.id, Outcome(projects, _findings(ids)))
    with store.db.engine.execution_options(qinglu_write=True).begin() as connection:
        connection.execute(text("ANALYZE"))


def _project(rng: random.Random, number: int) -> dict[str, Any]:
    x, y = rng.uniform(-180, 178), rng.uniform(-60, 70)
    steps = np.cumsum([rng.uniform(-0.02, 0.02) for _ in range(50)])
    line = shapely.LineString(np.column_stack([x + np.linspace(0, 1, 50), y + steps]))
    return {
        "code": str(number), "name": f"Project {rng.randrange(10**6)} of something", "name_zh": "某国某铁路项目",
        "country": f"C{rng.randrange(60):02d}", "sector": rng.choice(SECTORS),
        "stage": rng.choice(("built", "planned")),
        "geometry": shapely.Point(x, y) if number % 10 < 7 else line, "extra": {"a": "x" * 100},
    }  # fmt: skip


def _findings(ids: list[int]) -> Iterator[dict[str, Any]]:
    for id_, number in itertools.product(ids, range(4)):
        yield {
            "project_id": id_, "rule_id": f"r{number}", "level": "note", "measure": "distance", "value": 1.0,
            "unit": "m", "layer_id": "l", "explanation_en": "x" * 80, "explanation_zh": "说" * 40, "trace": {"a": 1},
        }  # fmt: skip


def measure(store: Store) -> None:
    """Print median and 95th percentile of each kind of question."""
    organisations = {o.name: o.id for o in store.organisations(SYSTEM)}
    remit = frozenset({"C01", "C02", "C03"})
    actors = {
        "administrator": SYSTEM,
        "company": Actor(1, "c", (Membership(organisations["C1"], "company", "company"),)),
        "bank": Actor(1, "b", (Membership(organisations["B"], "bank", "bank"),)),
        "agency": Actor(1, "a", (Membership(0, "agency", "agency", remit, frozenset("*")),)),
        "public": PUBLIC,
    }
    for name, actor in actors.items():
        for side in (1, 10, 40, 120):
            box = _boxes(side)
            _told(name, f"page within {side}°", lambda a=actor, b=box: store.projects(a, bbox=next(b)))
        for order in ("id", "name", "level", "updated", "country"):
            _told(name, f"page by {order}", lambda a=actor, o=order: store.projects(a, order=o))
        _told(name, "page of a country and level", lambda a=actor: store.projects(a, country="C05", level="critical"))
        _told(name, "text that nobody has", lambda a=actor: store.projects(a, text="zzz"))
        _told(name, "counts", lambda a=actor: store.counts(a))
    for name in ("administrator", "company"):
        owned = None if name == "administrator" else organisations["C1"]
        ids = itertools.cycle([p.id for p in store.projects(actors[name], limit=1000, organisation=owned)])
        _told(name, "dossier", lambda a=actors[name], i=ids: store.dossier(a, next(i)))
    with _Timed("verifying the trail"):
        assert store.verify_audit().intact


def _boxes(side: float) -> Iterator[tuple[float, float, float, float]]:
    rng = random.Random(2)
    while True:
        west, south = rng.uniform(-180, 180 - side), rng.uniform(-60, 70 - side)
        yield west, south, west + side, south + side


def _told(actor: str, what: str, ask: Callable[[], object], rounds: int = 30) -> None:
    spans = []
    for _ in range(rounds):
        start = time.perf_counter()
        ask()
        spans.append(1000 * (time.perf_counter() - start))
    spans.sort()
    print(f"{actor:<14}{what:<30}{spans[rounds // 2]:8.1f}{spans[int(rounds * 0.95)]:8.1f} ms")


class _Timed:
    def __init__(self, what: str) -> None:
        self.what = what

    def __enter__(self) -> None:
        self.start = time.perf_counter()

    def __exit__(self, *error: object) -> None:
        print(f"{self.what}: {time.perf_counter() - self.start:.1f} s")


def main() -> None:
    """Fill where nothing is yet, then measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--projects", type=int, default=100_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Store.open(given.url, Path(folder)) as store:
        if not store.counts(SYSTEM).total:
            fill(store, given.projects)
        measure(store)


if __name__ == "__main__":
    main()
