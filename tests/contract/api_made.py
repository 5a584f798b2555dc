"""A small world to ask over HTTP: two companies, two banks, an agency, everybody a role, and things of one company.

Whatever belongs to the first company bears `MARK`: it must never reach anybody who has no business with it.
"""

from __future__ import annotations

import io
import shutil
import sqlite3
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from qinglu.api import create_app
from qinglu.atlas import Atlas
from qinglu.portfolio import read
from qinglu.settings import Settings
from qinglu.store import SYSTEM, Store, accounts, passwords
from qinglu.store.runs import Outcome
from qinglu.tools.registered import register_layers

MARK = "MARKED-AS-SECRET"
PASSWORD = "a long enough password"
START = datetime(2026, 3, 1, 8, tzinfo=UTC)
CSV = f"id,name,lon,lat,country\nA1,{MARK} one,36.8,-1.3,Kenya\nA2,two,999,0,Kenya\n"
ROLES = ("company", "reader", "rival", "bank", "stranger", "agency", "steward", "administrator")


_HASHER = passwords.hasher


class Clock:
    """Time that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@dataclass
class World:
    """The store, the app over it, and a client for each role."""

    store: Store
    app: Any
    clock: Clock
    folder: Path
    ids: dict[str, Any] = field(default_factory=dict)
    clients: dict[str, TestClient] = field(default_factory=dict)
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)

    def client(self, role: str = "public") -> TestClient:
        """A client of its own for whoever has this role."""
        if role not in self.clients:
            made = TestClient(self.app, raise_server_exceptions=False)
            made.__enter__()  # one event loop for all its requests
            if role != "public":
                sign_in(made, f"{role}@example.org")
            self.clients[role] = made
        return self.clients[role]

    def keep(self) -> None:
        """Remember how everything is now, and the cookies of everybody."""
        self._copy(self.folder / "world.db", self.folder / "world.kept")
        self.cookies = {role: dict(client.cookies) for role, client in self.clients.items()}

    def reset(self) -> None:
        """Let everything be as it was when it was kept."""
        self._copy(self.folder / "world.kept", self.folder / "world.db")
        for role, client in self.clients.items():
            client.cookies.clear()
            client.cookies.update(self.cookies.get(role, {}))

    @staticmethod
    def _copy(source: Path, target: Path) -> None:
        a, b = sqlite3.connect(source), sqlite3.connect(target)
        try:
            a.backup(b)
        finally:
            a.close()
            b.close()


def sign_in(client: TestClient, email: str, password: str = PASSWORD) -> Any:
    """Sign a client in; from then on it sends the word against forged requests."""
    answer = client.post("/api/v1/session", json={"email": email, "password": password})
    assert answer.status_code == 200, answer.text
    client.headers["X-CSRF-Token"] = answer.json()["csrf"]
    return answer


def settings(folder: Path, **more: Any) -> Settings:
    """Settings whose data are in a folder of the test."""
    return Settings(data_dir=folder, **more)


@cache
def _quick_hasher() -> Any:
    """Argon2 as weak as it goes: what is tested is who may sign in, not how long a guess takes."""
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def people(folder: Path, **more: Any) -> World:
    """Everybody, and nothing else yet."""
    for module in (passwords, accounts):
        module.hasher = _quick_hasher
    clock = Clock()
    store = Store.open(f"sqlite:///{folder / 'world.db'}", folder, clock=clock)
    store.first_administrator("administrator@example.org", PASSWORD)
    kinds = {"company": "company", "rival": "company", "bank": "bank", "stranger": "bank", "agency": "agency"}
    ids: dict[str, Any] = {}
    for name, kind in kinds.items():
        remit = {"countries": ("KEN",), "sectors": ("*",)} if kind == "agency" else {}
        ids[f"org-{name}"] = store.create_organisation(SYSTEM, kind=kind, name=name, **remit).id
    ids["org-steward"] = store.organisations(SYSTEM, kind="other")[0].id
    for role in ROLES[:-1]:
        user = store.create_user(SYSTEM, email=f"{role}@example.org", name=role, password=PASSWORD)
        home = {"reader": "company"}.get(role, role)
        kept = {"rival": "company", "stranger": "bank"}.get(role, role)
        store.add_member(SYSTEM, user.id, ids[f"org-{home}"], kept)
        store.set_password(store.actor_for(user.id), user.id, PASSWORD, current=PASSWORD)
        ids[f"user-{role}"] = user.id
    ids["user-administrator"] = next(u.id for u in store.users(SYSTEM) if u.email.startswith("administrator"))
    return World(store, create_app(store, settings(folder, **more), clock=clock), clock, folder, ids)


def world(folder: Path, **more: Any) -> World:
    """Everybody, and one of everything of the first company."""
    made = people(folder, **more)
    store, ids = made.store, made.ids
    register_layers(store, Atlas(settings(folder)))
    owner = store.actor_for(ids["user-company"])
    project = store.create_project(
        owner, ids["org-company"],
        {"code": "P1", "name": f"{MARK} project", "country": "KEN", "sector": "road", "extra": {"x": MARK}},
    )  # fmt: skip
    ids["project"] = project.id
    store.share_project(owner, project.id, ids["org-bank"])
    ids["comment"] = store.comment(owner, project.id, f"{MARK} said").id
    sha256, _ = store.put_document(owner, io.BytesIO(MARK.encode()))
    ids["document"] = store.attach(owner, project.id, sha256, name=f"{MARK}.txt").id
    ids["action"] = store.create_action(owner, project.id, {"title": f"{MARK} to do"}).id
    ids["portfolio"] = _portfolio(made, owner)
    ids["run"] = _run(made, owner, sha256)
    ids["finding"] = store.findings(owner, project=project.id).items[0].id
    ids["job"] = store.enqueue(owner, "tool", {"tool": "convert", "note": MARK}, organisation_id=ids["org-company"]).id
    ids["token"] = store.make_token(owner, name=MARK, scopes=["read"], lasts=timedelta(days=30))[1].id
    ids["membership"] = next(
        m.id for m in store.members(SYSTEM, organisation_id=ids["org-company"]) if m.role == "reader"
    )
    return made


def _portfolio(made: World, owner: Any) -> int:
    path = made.folder / "given.csv"
    path.write_text(CSV, encoding="utf-8")
    with path.open("rb") as source:
        sha256, _ = made.store.put_document(owner, source)
    name = f"{MARK}.csv"
    record = made.store.add_portfolio(owner, made.ids["org-company"], name=name, source=name, sha256=sha256)
    made.store.register_portfolio(owner, record.id, read(path, settings=settings(made.folder)))
    return record.id


def _run(made: World, owner: Any, sha256: str) -> int:
    run = made.store.start_run(owner, made.ids["org-company"], "screen", {}, [made.ids["project"]])
    row = {"project_id": made.ids["project"], "level": "warning", "unknown": False, "n_warning": 1}
    finding = {
        "project_id": made.ids["project"], "rule_id": "screening.coast", "level": "warning", "measure": "distance",
        "value": 420.5, "unit": "m", "explanation_en": f"{MARK} near the coast", "explanation_zh": "近海岸",
    }  # fmt: skip
    document = {"name": "report.html", "type": "text/html; charset=utf-8", "size": len(MARK), "sha256": sha256}
    made.store.finish_run(owner, run.id, Outcome([row], [finding], counts={"documents": [document]}))
    return run.id


def close(made: World) -> None:
    """Give everything back."""
    for client in made.clients.values():
        client.__exit__()
    made.store.close()
    for module in (passwords, accounts):
        module.hasher = _HASHER
    shutil.rmtree(made.folder, ignore_errors=True)
