"""When the database fails: told as unavailable, nothing half-written, and as before once it is back."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import event, text

from qinglu.errors import IntegrityError, SizeLimitError
from qinglu.store import SYSTEM, NotFoundError, Store, StoreUnavailableError
from qinglu.store import files as files_module

WRITER = """
import sys
from pathlib import Path
from qinglu.store import SYSTEM, Store
store = Store.open(sys.argv[1], Path(sys.argv[2]))
n = 0
while True:
    store.create_project(SYSTEM, 1, {"code": f"{sys.argv[3]}-{n}", "name": "x" * 400})
    print(n, flush=True)
    n += 1
"""


def test_a_full_disk_writes_nothing_and_is_told(tmp_path, sqlite_template):
    shutil.copy(sqlite_template, tmp_path / "q.db")
    with Store.open(f"sqlite:///{tmp_path}/q.db", tmp_path) as store:
        organisation = store.create_organisation(SYSTEM, kind="company", name="x").id
        limit = [0]

        def bound(connection, record) -> None:
            connection.execute(f"PRAGMA max_page_count={limit[0]}")

        event.listen(store.db.engine, "connect", bound)
        with store.db.read() as connection:
            limit[0] = connection.execute(text("PRAGMA page_count")).scalar_one() + 20
        store.db.close()
        written = 0
        with pytest.raises(StoreUnavailableError) as told:  # noqa: PT012 - how many fit is not known beforehand
            while True:
                store.create_project(SYSTEM, organisation, {"code": str(written), "extra": {"fill": "x" * 20_000}})
                written += 1
        assert told.value.slug == "store-unavailable"
        assert written > 0
        assert store.counts(SYSTEM).total == written
        assert store.verify_audit().intact
        limit[0] = 2**30
        store.db.close()
        store.create_project(SYSTEM, organisation, {"code": str(written)})
        assert store.verify_audit().intact


def test_a_busy_database_is_told_as_such(tmp_path, sqlite_template, monkeypatch):
    from qinglu.store import database

    monkeypatch.setattr(database, "_PRAGMAS", (*database._PRAGMAS, "PRAGMA busy_timeout=50"))
    shutil.copy(sqlite_template, tmp_path / "q.db")
    with Store.open(f"sqlite:///{tmp_path}/q.db", tmp_path) as store, store.db.write(SYSTEM):
        with pytest.raises(StoreUnavailableError, match="locked"):
            store.create_organisation(SYSTEM, kind="bank", name="x")
        assert store.organisations(SYSTEM) == ()  # readers do not wait


def test_a_broken_connection_heals_by_itself(postgres, tmp_path):
    with Store.open(postgres.database(), tmp_path) as store:
        store.create_organisation(SYSTEM, kind="company", name="before")
        with pytest.raises(StoreUnavailableError), store.db.write(SYSTEM) as tx:  # noqa: PT012 - cut in the middle
            me = tx.execute(text("SELECT pg_backend_pid()")).scalar_one()
            from qinglu.store.schema import organisations

            tx.execute(organisations.insert().values(kind="bank", name="half", created_at=tx.now))
            postgres.sql(f"SELECT pg_terminate_backend({me})")
            time.sleep(0.2)
            tx.execute(text("SELECT 1"))
        assert [o.name for o in store.organisations(SYSTEM)] == ["before"]
        assert store.verify_audit().intact


@pytest.mark.parametrize("which", ["sqlite", "postgresql"])
def test_killed_writers_lose_nothing_acknowledged(which, request, tmp_path, sqlite_template):
    if which == "sqlite":
        shutil.copy(sqlite_template, tmp_path / "q.db")
        url = f"sqlite:///{tmp_path}/q.db"
    else:
        url = request.getfixturevalue("postgres").database()
    with Store.open(url, tmp_path) as store:
        store.create_organisation(SYSTEM, kind="company", name="x")
        told: set[str] = set()
        for round_ in range(2):
            running = [
                subprocess.Popen([sys.executable, "-c", WRITER, url, str(tmp_path), f"{round_}{w}"], stdout=subprocess.PIPE, text=True)
                for w in range(2)
            ]  # fmt: skip
            for w, process in enumerate(running):
                told |= {f"{round_}{w}-{process.stdout.readline().strip()}"}
            time.sleep(0.3)
            for w, process in enumerate(running):
                process.kill()
                told |= {f"{round_}{w}-{line}" for line in process.stdout.read().split("\n")[:-1]}
                process.wait()
                process.stdout.close()
        kept, cursor = set(), None
        while True:
            page = store.projects(SYSTEM, limit=1000, cursor=cursor)
            kept |= {p.code for p in page}
            if (cursor := page.cursor) is None:
                break
        assert len(told) >= 4
        assert told <= kept
        assert store.verify_audit().intact
        with store.db.read() as connection:
            rows = connection.execute(text("SELECT count(*) FROM audit WHERE entity = 'project'")).scalar_one()
        assert rows == len(kept)  # no change without its row, no row without its change


def test_documents_are_kept_once_and_damage_is_seen(store, world):
    first, size = store.put_document(world.company, io.BytesIO(b"plan" * 1000))
    assert (store.put_document(world.rival, io.BytesIO(b"plan" * 1000)), size) == ((first, 4000), 4000)
    project = store.create_project(world.company, world.organisations["company"], {"code": "1", "country": "KEN"})
    made = store.attach(world.company, project.id, first, name="..\\..\\plan\n.pdf", type="application/pdf")
    assert made.name == "plan.pdf"
    got, path = store.attachment(world.agency, made.id)
    assert path.read_bytes() == b"plan" * 1000
    assert got.sha256 == first
    with pytest.raises(NotFoundError):
        store.attachment(world.rival, made.id)
    path.write_bytes(b"plan")
    with pytest.raises(IntegrityError):
        store.attachment(world.company, made.id)
    store.detach(world.company, made.id)
    assert store.attachments(world.company, project=project.id).items == ()


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "0" * 63, "Z" * 64, "../" + "0" * 61])
def test_a_hash_is_never_taken_for_a_path(store, name):
    with pytest.raises(NotFoundError):
        store.path_of(name)


def test_an_upload_too_large_or_cut_short_leaves_nothing(store, world):
    with pytest.raises(SizeLimitError):
        store.put_document(world.company, io.BytesIO(b"x" * 2_000_000), max_bytes=1_000_000)

    class Cut(io.RawIOBase):
        def read(self, n=-1):
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        store.put_document(world.company, Cut())
    assert [p for p in (store.folder / "documents").rglob("*") if p.is_file()] == []


def test_a_folder_without_room_is_told(store, world, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(files_module.os, "fsync", full)
    with pytest.raises(StoreUnavailableError):
        store.put_document(world.company, io.BytesIO(b"x"))
    assert [p for p in Path(store.folder).rglob("*") if p.is_file()] == []
