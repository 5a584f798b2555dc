"""Stores to test on: SQLite always, PostgreSQL on a throwaway cluster where it is installed."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

_FAST = "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=60"


def _program(name: str) -> str | None:
    kept = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(kept[-1]) if kept else shutil.which(name)


@dataclass
class Cluster:
    """A PostgreSQL server of our own, reached by a socket in its folder only."""

    folder: Path
    ctl: str
    prefix: list[str]
    made: int = 0
    template: str = ""

    def call(self, *command: str) -> None:
        done = subprocess.run(
            [*self.prefix, *command], capture_output=True, text=True, check=False, cwd="/", timeout=60
        )
        if done.returncode:
            pytest.skip(f"PostgreSQL does not run here: {(done.stderr or done.stdout).strip()[-200:]}")

    def start(self) -> None:
        log = str(self.folder / "log")
        options = f"-k {self.folder} {_FAST}"
        self.call(self.ctl, "-D", str(self.folder / "data"), "-w", "-t", "30", "-l", log, "-o", options, "start")

    def stop(self) -> None:
        self.call(self.ctl, "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")

    def url(self, name: str) -> str:
        return f"postgresql://bench@/{name}?unix_sock={self.folder}/.s.PGSQL.5432"

    def database(self, *, set_up: bool = True) -> str:
        """The address of a new database; set up, it is copied from one that was migrated once."""
        from qinglu.store.database import Database
        from qinglu.store.migrate import upgrade

        if set_up and not self.template:
            url, self.template = self.database(set_up=False), f"test{self.made}"
            db = Database(url, lambda: datetime.now(UTC))
            upgrade(db)
            db.close()
        self.made += 1
        name = f"test{self.made}"
        self.sql(f"CREATE DATABASE {name}" + (f" TEMPLATE {self.template}" if set_up else ""))
        return self.url(name)

    def sql(self, statement: str) -> None:
        import pg8000.native

        with pg8000.native.Connection("bench", database="postgres", unix_sock=f"{self.folder}/.s.PGSQL.5432") as c:
            c.run(statement)


@pytest.fixture(scope="session")
def postgres():
    """A cluster for the session."""
    pytest.importorskip("pg8000", reason="pg8000 is not installed")
    programs = [_program(name) for name in ("initdb", "pg_ctl")]
    if not all(programs):
        pytest.skip("PostgreSQL is not installed here")
    prefix = []
    if os.geteuid() == 0:  # the server refuses to run as root
        try:
            prefix = ["runuser", "-u", pwd.getpwnam("postgres").pw_name, "--"]
        except KeyError:
            pytest.skip("run as another user than root, or with a user named postgres")
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    folder.chmod(0o777)
    cluster = Cluster(folder, str(programs[1]), prefix)
    try:
        cluster.call(str(programs[0]), "-D", str(folder / "data"), "-U", "bench", "--auth=trust", "-E", "UTF8",
                     "--locale=C", "--no-sync")  # fmt: skip
        cluster.start()
        yield cluster
        cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    """A SQLite file that was migrated once."""
    from qinglu.store.database import Database, sqlite_url
    from qinglu.store.migrate import upgrade

    path = tmp_path_factory.mktemp("template") / "qinglu.db"
    db = Database(sqlite_url(path), lambda: datetime.now(UTC))
    upgrade(db)
    db.close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request, tmp_path):
    """The address of a database with nothing in it, of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/empty.db"
    return request.getfixturevalue("postgres").database(set_up=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request, tmp_path):
    """The address of a database that is set up, of either kind."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "qinglu.db")
        return f"sqlite:///{tmp_path}/qinglu.db"
    return request.getfixturevalue("postgres").database()


@dataclass
class HandClock:
    """Real time, moved ahead by hand."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(time.time(), UTC) + self.ahead

    def pass_(self, **span: float) -> None:
        self.ahead += timedelta(**span)


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def store(store_url, tmp_path, clock):
    """A store on either database."""
    from qinglu.store import Store

    with Store.open(store_url, tmp_path / "files", clock=clock) as opened:
        yield opened


@dataclass
class World:
    """One of each: organisations, and an actor for each role."""

    admin: object
    company: object
    rival: object
    bank: object
    agency: object
    steward: object
    organisations: dict


@pytest.fixture
def world(store):
    """A company, its rival, a bank and an agency whose remit is Kenya."""
    from qinglu.store import SYSTEM

    made = {
        "company": store.create_organisation(SYSTEM, kind="company", name="Road and Bridge", name_zh="路桥"),
        "rival": store.create_organisation(SYSTEM, kind="company", name="Rival"),
        "bank": store.create_organisation(SYSTEM, kind="bank", name="Bank"),
        "agency": store.create_organisation(SYSTEM, kind="agency", name="Agency", countries=["KEN"], sectors=["*"]),
        "steward": store.create_organisation(SYSTEM, kind="other", name="Stewards"),
        "admin": store.create_organisation(SYSTEM, kind="other", name="Administration"),
    }
    roles = {"rival": "company", "admin": "administrator"}
    actors = {}
    for name, organisation in made.items():
        user = store.create_user(SYSTEM, email=f"{name}@example.org", subject=f"test {name}")
        store.add_member(SYSTEM, user.id, organisation.id, roles.get(name, name))
        actors[name] = store.actor_for(user.id)
    return World(**actors, organisations={name: o.id for name, o in made.items()})
