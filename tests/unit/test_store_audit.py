"""The trail: every way to tamper with it is refused by the database, and found where the database was got round."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import exc, text

from qinglu.store import SYSTEM, ConflictError, ForbiddenError
from qinglu.store import audit as chain


@pytest.fixture
def trail(store, world):
    """A store with a dozen rows in its trail."""
    for n in range(6):
        store.create_project(world.company, world.organisations["company"], {"code": str(n)})
    return store


def tamper(store, *statements):
    """As somebody does who holds the database itself: the triggers go first."""
    drop = (
        ("DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete")
        if store.db.is_sqlite
        else ("DROP TRIGGER audit_no_change ON audit",)
    )
    with store.db.engine.execution_options(qinglu_write=True).begin() as connection:
        for statement in (*drop, *statements):
            connection.execute(text(statement))


def seal(store, at, **changed):
    """What a forger writes who knows how hashes are made: a row altered, with its own hash put right."""
    from sqlalchemy import select

    from qinglu.store.schema import audit

    with store.db.read() as connection:
        row = dict(connection.execute(select(audit).where(audit.c.seq == at)).mappings().one()) | changed
    return chain.digest(row)


def faults(store):
    found = store.verify_audit()
    assert not found.intact
    assert all(f.text.zh and f.text.en for f in found.faults)
    return [(f.kind, f.seq) for f in found.faults]


def test_an_untouched_trail_holds_and_tells_who_did_what(trail, world):
    found = trail.verify_audit()
    assert found.intact
    assert found.n == found.seq == len(trail.audit(world.admin, limit=1000))
    last = next(iter(trail.audit(world.admin, entity="project")))
    assert (last.by, last.action, last.entity_id) == ("company@example.org", "create", "6")
    assert '"code":"5"' in last.content


@pytest.mark.parametrize("statement", ["UPDATE audit SET by = 'x' WHERE seq = 3", "DELETE FROM audit WHERE seq = 3"])
def test_the_database_refuses_to_change_the_trail(trail, statement):
    with pytest.raises(exc.DatabaseError, match="append-only"), trail.db.engine.begin() as connection:
        connection.execute(text(statement))
    assert trail.verify_audit().intact


def test_postgresql_refuses_to_empty_it(trail):
    if trail.db.is_sqlite:
        pytest.skip("SQLite has no TRUNCATE; its DELETE is refused above")
    with pytest.raises(exc.DatabaseError, match="append-only"), trail.db.engine.begin() as connection:
        connection.execute(text("TRUNCATE audit"))


@pytest.mark.parametrize("column", ["at", "by", "action", "entity", "entity_id", "content"])
def test_an_altered_row_is_named(trail, column):
    tamper(trail, f"UPDATE audit SET {column} = 'x' WHERE seq = 4")
    assert faults(trail) == [("altered", 4)]


def test_a_row_altered_and_sealed_anew_is_given_away_by_the_next(trail):
    forged = seal(trail, 4, by="nobody")
    tamper(trail, f"UPDATE audit SET by = 'nobody', hash = '{forged}' WHERE seq = 4")
    assert faults(trail) == [("moved", 5)]


def test_a_removed_row_is_named(trail):
    tamper(trail, "DELETE FROM audit WHERE seq = 4")
    assert faults(trail) == [("missing", 4)]


def test_removed_rows_with_the_rest_moved_up_are_named(trail):
    tamper(
        trail,
        "DELETE FROM audit WHERE seq = 4",
        *(f"UPDATE audit SET seq = {n - 1} WHERE seq = {n}" for n in range(5, trail.verify_audit().n + 1)),
    )
    assert ("altered", 4) in faults(trail)


def test_an_inserted_row_is_named(trail):
    end = trail.verify_audit()
    columns = "at, user_id, by, action, entity, entity_id, content, prev_hash, hash"
    tamper(trail, f"INSERT INTO audit (seq, {columns}) SELECT {end.seq + 1}, {columns} FROM audit WHERE seq = 3")
    assert ("altered", end.seq + 1) in faults(trail)


def test_an_inserted_row_that_is_sealed_well_is_past_the_end(trail):
    end = trail.verify_audit()
    forged = seal(trail, end.seq, seq=end.seq + 1, prev_hash=end.hash)
    columns = "at, user_id, by, action, entity, entity_id, content"
    tamper(
        trail,
        f"INSERT INTO audit (seq, {columns}, prev_hash, hash) "
        f"SELECT {end.seq + 1}, {columns}, '{end.hash}', '{forged}' FROM audit WHERE seq = {end.seq}",
    )
    assert faults(trail) == [("inserted", end.seq + 1)]


def test_two_rows_in_each_others_place_are_named(trail):
    tamper(
        trail,
        "UPDATE audit SET seq = -1 WHERE seq = 3", "UPDATE audit SET seq = 3 WHERE seq = 4", "UPDATE audit SET seq = 4 WHERE seq = -1",
    )  # fmt: skip
    assert [kind for kind, _ in faults(trail)][:2] == ["altered", "altered"]


def test_a_trail_cut_at_its_end_is_known(trail):
    end = trail.verify_audit()
    tamper(trail, f"DELETE FROM audit WHERE seq > {end.seq - 2}")
    assert faults(trail) == [("cut", end.seq - 1)]


def test_a_trail_rewritten_whole_is_given_away_by_a_head_noted_before(trail):
    end = trail.verify_audit()
    last, statements = chain.GENESIS, []
    with trail.db.read() as connection:
        for row in list(chain.rows_of(connection)):
            forged = dict(row) | {"prev_hash": last} | ({"by": "nobody"} if row["seq"] == 4 else {})
            last = chain.digest(forged)
            statements.append(
                f"UPDATE audit SET by = '{forged['by']}', prev_hash = '{forged['prev_hash']}', hash = '{last}' WHERE seq = {row['seq']}"
            )
    tamper(trail, *statements, f"UPDATE audit_head SET hash = '{last}'")
    assert trail.verify_audit().intact  # nothing inside the database can tell
    found = trail.verify_audit(SYSTEM, (end.seq, end.hash))
    assert [(f.kind, f.seq) for f in found.faults] == [("altered", end.seq)]


def test_a_refused_change_leaves_no_row(trail, world):
    before = trail.verify_audit().n
    with pytest.raises(ConflictError):
        trail.update_project(world.company, 1, {"name": "x"}, 7)
    with pytest.raises(RuntimeError), trail.db.write(world.company) as tx:  # noqa: PT012 - fails after its rows
        tx.record("never", "project", 1)
        tx.flush()
        raise RuntimeError
    assert trail.verify_audit().n == before


def test_writers_at_once_make_one_chain(trail, world):
    def work(n: int) -> None:
        for m in range(5):
            trail.create_project(world.rival, world.organisations["rival"], {"code": f"{n}-{m}"})

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    before = trail.verify_audit().n
    for t in threads:
        t.start()
    for t in threads:
        t.join(60)
    found = trail.verify_audit()
    assert found.intact
    assert found.n == before + 30


def test_only_an_administrator_reads_the_trail(trail, world):
    for actor in (world.company, world.bank, world.agency, world.steward):
        with pytest.raises(ForbiddenError):
            trail.audit(actor)
        with pytest.raises(ForbiddenError):
            trail.verify_audit(actor)


def test_secrets_stay_out_of_the_trail(trail, world):
    user = trail.create_user(world.admin, email="x@example.org", password="correct horse battery")
    trail.set_password(world.admin, user.id, "another horse entirely")
    opened = trail.sign_in("x@example.org", "another horse entirely", address="192.0.2.1")
    actor, _ = trail.session(opened.secret)
    from datetime import timedelta

    token, _ = trail.make_token(actor, name="t", scopes=["read"], lasts=timedelta(days=1))
    told = "".join(row.content for row in trail.audit(world.admin, limit=1000))
    for secret in ("horse", "argon2", opened.secret, token, token[3:]):
        assert secret not in told
