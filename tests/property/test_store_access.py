"""Who sees what: SQL and `may` against a plain reference, over random organisations, roles, shares and tokens.

The reference is written from the issue, role by role, and shares no code with `store.access`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from qinglu.store import PUBLIC, SCOPES, SYSTEM, Actor, Membership, may, visible
from qinglu.store import schema as t
from qinglu.store.database import Database

NOW = datetime(2026, 1, 1, tzinfo=UTC)
COUNTRIES, SECTORS = ("KEN", "LAO", ""), ("road", "mining")
KINDS = ("company", "bank", "agency", "other")
FILLED = (t.attachments, t.comments, t.findings, t.jobs, t.run_projects, t.shares, t.runs, t.portfolios, t.projects,
          t.documents, t.layers, t.organisations, t.users)  # fmt: skip


@dataclass(frozen=True)
class Org:
    id: int
    kind: str
    countries: frozenset
    sectors: frozenset


@dataclass(frozen=True)
class Proj:
    id: int
    organisation_id: int
    country: str
    sector: str
    published: bool
    archived: bool
    shared_with: frozenset
    own_run: bool  # its latest run is its owner's; other organisations ran it too


@dataclass(frozen=True)
class Case:
    orgs: tuple
    projects: tuple
    actor: Actor


@st.composite
def cases(draw):
    remit = (
        st.frozensets(st.sampled_from([*COUNTRIES, "*"]), max_size=2),
        st.frozensets(st.sampled_from([*SECTORS, "*"]), max_size=2),
    )
    orgs = tuple(Org(i, draw(st.sampled_from(KINDS)), draw(remit[0]), draw(remit[1])) for i in range(1, 5))
    ids = st.sampled_from([o.id for o in orgs])
    projects = tuple(
        Proj(i, draw(ids), draw(st.sampled_from(COUNTRIES)), draw(st.sampled_from(SECTORS)), draw(st.booleans()),
             draw(st.booleans()), draw(st.frozensets(ids, max_size=2)), draw(st.booleans()))
        for i in range(1, 7)
    )  # fmt: skip
    kind = draw(st.sampled_from(["public", "system", "user", "user", "user", "user", "user"]))
    if kind != "user":
        return Case(orgs, projects, PUBLIC if kind == "public" else SYSTEM)
    held = []
    for org in draw(st.lists(st.sampled_from(orgs), max_size=3)):
        role = draw(st.sampled_from(["company", "bank", "agency", "steward", "administrator", "reader", "reader"]))
        held.append(Membership(org.id, org.kind, role, org.countries, org.sectors))
    scopes = draw(st.one_of(st.just(frozenset(SCOPES)), st.frozensets(st.sampled_from(SCOPES))))
    return Case(orgs, projects, Actor(1, "u", tuple(held), scopes))


def sees_inside(actor, project):
    """By the issue: company own projects, bank those shared with it, agency its remit, administrator all."""
    if actor.system:
        return True
    if actor.user_id is None:
        return False
    for m in actor.memberships:
        role = m.role
        if role == "administrator" and "admin" in actor.scopes:
            return True
        if "read" not in actor.scopes:
            continue
        if role == "reader":
            role = m.kind  # looks with the eyes of its organisation
        if role == "company" and project.organisation_id == m.organisation_id:
            return True
        if role == "bank" and m.organisation_id in project.shared_with:
            return True
        if role == "agency":
            country = "*" in m.countries or project.country in m.countries
            sector = "*" in m.sectors or project.sector in m.sectors
            if country and sector:
                return True
    return False


def sees(actor, project):
    return (project.published and not project.archived) or sees_inside(actor, project)


def rules_all(actor):
    return actor.system or any(m.role == "administrator" and "admin" in actor.scopes for m in actor.memberships)


def belongs(actor, organisation_id):
    if rules_all(actor):
        return True
    return (
        actor.user_id is not None
        and "read" in actor.scopes
        and organisation_id in {m.organisation_id for m in actor.memberships}
    )


def acts(actor, project):
    """Whether it may change the project: the owner's people, with the scope to write."""
    return rules_all(actor) or (
        "write" in actor.scopes
        and any(m.role == "company" and m.organisation_id == project.organisation_id for m in actor.memberships)
    )


def fill(connection, case):
    for table in FILLED:
        connection.execute(delete(table))
    connection.execute(insert(t.users), [{"id": i, "email": str(i), "created_at": NOW} for i in (1, 2)])
    connection.execute(insert(t.organisations), [
        {"id": o.id, "kind": o.kind, "name": "", "countries": sorted(o.countries), "sectors": sorted(o.sectors), "created_at": NOW}
        for o in case.orgs
    ])  # fmt: skip
    connection.execute(insert(t.projects), [
        {"id": p.id, "organisation_id": p.organisation_id, "code": str(p.id), "country": p.country, "sector": p.sector,
         "published": p.published, "archived": p.archived, "run_id": p.organisation_id if p.own_run else None,
         "created_at": NOW, "updated_at": NOW}
        for p in case.projects
    ])  # fmt: skip
    shares = [{"project_id": p.id, "organisation_id": o, "at": NOW} for p in case.projects for o in p.shared_with]
    if shares:
        connection.execute(insert(t.shares), shares)
    # Every organisation has a run, of its own number, over every project; a finding in each.
    runs = [
        {"id": o.id, "organisation_id": o.id, "tool": "screen", "inputs": {}, "state": "done", "created_at": NOW}
        for o in case.orgs
    ]
    connection.execute(insert(t.runs), runs)
    pairs = [(o.id, p.id) for o in case.orgs for p in case.projects]
    connection.execute(insert(t.findings), [
        {"id": run * 100 + project, "run_id": run, "project_id": project, "code": "", "rule_id": "r", "level": "note"}
        for run, project in pairs
    ])  # fmt: skip
    connection.execute(insert(t.documents), [{"sha256": "0" * 64, "size": 0, "at": NOW}])
    connection.execute(insert(t.portfolios), [
        {"id": o.id, "organisation_id": o.id, "name": "", "source": "", "sha256": "0" * 64, "state": "uploaded", "at": NOW}
        for o in case.orgs
    ])  # fmt: skip
    connection.execute(insert(t.comments), [
        {"id": p.id, "project_id": p.id, "by": "", "kind": "comment", "text": "", "at": NOW} for p in case.projects
    ])  # fmt: skip
    connection.execute(insert(t.attachments), [
        {"id": p.id * 2 + published, "project_id": p.id, "sha256": "0" * 64, "name": "", "type": "", "size": 0, "by": "",
         "at": NOW, "published": bool(published)}
        for p in case.projects for published in (0, 1)
    ])  # fmt: skip
    connection.execute(insert(t.layers), [
        {"id": name, "role": "other", "kind": "area", "open": name == "open", "updated_at": NOW} for name in ("open", "shut")
    ])  # fmt: skip
    jobs = [{"id": o.id, "organisation_id": o.id, "user_id": 2} for o in case.orgs] + [
        {"id": 10 + u, "organisation_id": None, "user_id": u} for u in (1, 2)
    ]
    connection.execute(insert(t.jobs), [
        {**j, "kind": "k", "inputs": {}, "state": "queued", "available_at": NOW, "created_at": NOW} for j in jobs
    ])  # fmt: skip


def found(connection, actor, table):
    return set(connection.execute(select(table.c.id).where(visible(actor, table))).scalars())


def hold(connection, case):
    actor, projects = case.actor, case.projects
    seen = {p.id for p in projects if sees(actor, p)}
    inside = {p.id for p in projects if sees_inside(actor, p)}
    assert found(connection, actor, t.projects) == seen
    assert {p.id for p in projects if may(actor, "read", p)} == seen
    assert {p.id for p in projects if may(actor, "look-inside", p)} == inside
    assert found(connection, actor, t.comments) == inside
    assert {p.id for p in projects if may(actor, "edit", p)} == {p.id for p in projects if acts(actor, p)}
    assert found(connection, actor, t.attachments) == {2 * i + 1 for i in seen} | {2 * i for i in inside}
    own = {o.id for o in case.orgs if belongs(actor, o.id)}
    assert found(connection, actor, t.runs) == own
    assert found(connection, actor, t.portfolios) == own
    latest = {p.organisation_id * 100 + p.id for p in projects if p.own_run and p.id in seen}
    assert found(connection, actor, t.findings) == latest | {o * 100 + p.id for o in own for p in projects}
    reads = actor.system or (actor.user_id is not None and "read" in actor.scopes)
    assert found(connection, actor, t.layers) == ({"open", "shut"} if reads else {"open"})
    mine = {11} if reads and not actor.system else set()
    assert found(connection, actor, t.jobs) == (own | {11, 12} if rules_all(actor) else own | mine)
    assert found(connection, actor, t.users) == ({1, 2} if rules_all(actor) else set())


CHECKED = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=120
)


@pytest.fixture(scope="module")
def lite(sqlite_template, tmp_path_factory):
    import shutil

    path = tmp_path_factory.mktemp("access") / "q.db"
    shutil.copy(sqlite_template, path)
    db = Database(f"sqlite:///{path}", lambda: NOW)
    yield db
    db.close()


@pytest.fixture(scope="module")
def server(postgres):
    db = Database(postgres.database(), lambda: NOW)
    yield db
    db.close()


@given(case=cases())
@CHECKED
def test_everybody_sees_just_what_is_theirs_in_sqlite(lite, case):
    with lite.engine.begin() as connection:
        fill(connection, case)
        hold(connection, case)
        connection.rollback()


@given(case=cases())
@settings(CHECKED, max_examples=40)
def test_everybody_sees_just_what_is_theirs_in_postgresql(server, case):
    with server.engine.begin() as connection:
        fill(connection, case)
        hold(connection, case)
        connection.rollback()


def test_a_table_nobody_thought_of_is_shown_to_nobody():
    with pytest.raises(KeyError):
        visible(SYSTEM, t.sessions)
