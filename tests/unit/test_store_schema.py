"""The schema: made by migrations only, up and down, the same as the tables in code; older and newer ones are told."""

from __future__ import annotations

import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from qinglu.errors import OptionError
from qinglu.store import SYSTEM, SchemaError, Store, StoreUnavailableError
from qinglu.store.database import Database, checked_url
from qinglu.store.migrate import HEAD, downgrade, known_revisions, upgrade
from qinglu.store.open import revision, utc_now
from qinglu.store.schema import metadata


@pytest.fixture
def db(empty_url):
    made = Database(empty_url, utc_now)
    yield made
    made.close()


def tables(db):
    with db.read() as connection:
        return {n for n in inspect(connection).get_table_names() if not n.startswith(("projects_box", "sqlite_"))}


def triggers(db):
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if db.is_sqlite
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with db.read() as connection:
        return set(connection.execute(text(query)).scalars())


def test_every_step_up_and_down_and_up_again(db):
    steps = known_revisions()
    assert steps[-1] == HEAD
    seen = []
    for step in steps:
        upgrade(db, step)
        assert revision(db) == step
        seen.append(tables(db))
    full = triggers(db)
    assert full
    for step, before in zip(reversed(("base", *steps[:-1])), reversed([{"alembic_version"}, *seen[:-1]]), strict=True):
        downgrade(db, step)
        assert tables(db) == before
    assert triggers(db) == set()
    upgrade(db)
    assert tables(db) == set(metadata.tables) | {"alembic_version"}
    assert triggers(db) == full


def test_migrations_make_just_what_the_code_expects(db):
    upgrade(db)

    def ours(name, kind, parents):
        return not (kind == "table" and name and name.startswith("projects_box"))

    def known(thing, name, kind, reflected, other):
        return not (kind == "index" and name == "ix_projects_box")  # over an expression; a test of boxes holds it

    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_name": ours, "include_object": known, "compare_type": True, "target_metadata": metadata},
        )
        assert compare_metadata(context, metadata) == []


def test_a_new_database_is_set_up_on_opening(empty_url, tmp_path):
    with Store.open(empty_url, tmp_path) as store:
        store.ready()
        assert revision(store.db) == HEAD
        assert store.verify_audit().intact


def test_two_servers_that_start_at_once_set_it_up_once(empty_url, tmp_path):
    failed = []

    def start() -> None:
        try:
            Store.open(empty_url, tmp_path).close()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test tells it
            failed.append(error)

    threads = [threading.Thread(target=start) for _ in range(3)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(60)
    assert failed == []
    with Store.open(empty_url, tmp_path) as store:
        store.create_organisation(SYSTEM, kind="bank", name="x")


def test_an_older_database_is_refused_until_migrated(empty_url, tmp_path, db):
    upgrade(db, known_revisions()[-2])
    with pytest.raises(SchemaError, match="qinglu migrate"):
        Store.open(empty_url, tmp_path)
    Store.open(empty_url, tmp_path, migrate=True).close()
    assert revision(db) == HEAD


def test_a_newer_database_and_a_strange_one_are_refused(empty_url, tmp_path, db):
    upgrade(db)
    with db.engine.execution_options(qinglu_write=True).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaError, match="Upgrade qinglu"):
        Store.open(empty_url, tmp_path, migrate=True)
    with db.engine.execution_options(qinglu_write=True).begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    with pytest.raises(SchemaError, match="other tables"):
        Store.open(empty_url, tmp_path)


@pytest.mark.parametrize(
    "url", ["", "sqlite://", "sqlite:///:memory:", "mysql://u:secret@h/d", "nonsense", "postgres//x"]
)
def test_an_address_that_is_none_is_refused_without_its_password(url):
    with pytest.raises(OptionError) as refused:
        checked_url(url)
    assert "secret" not in str(refused.value)


def test_a_database_that_is_not_there_is_unavailable(tmp_path):
    with pytest.raises(StoreUnavailableError):
        Store.open(f"postgresql://nobody@/none?unix_sock={tmp_path}/.s.PGSQL.5432", tmp_path)
    (tmp_path / "file").write_text("not a database, but long enough to be looked at as if it were one" * 20)
    with pytest.raises(StoreUnavailableError):
        Store.open(f"sqlite:///{tmp_path}/file", tmp_path)
    with pytest.raises(StoreUnavailableError):
        Store.open(f"sqlite:///{tmp_path}/file/under/q.db", tmp_path)
