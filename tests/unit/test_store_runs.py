"""Portfolios accounted for, runs, what they leave on projects, comments, actions; layers and rules."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
import shapely

from qinglu.errors import OptionError
from qinglu.store import PUBLIC, SYSTEM, ConflictError, ForbiddenError, LeaseLostError, NotFoundError
from qinglu.store.runs import Outcome

CSV = (
    "id,name,country,lon,lat,备注\n"
    "007,Dam,Kenya,36.8,-1.2,一\n"
    "008,Road,Laos,102.6,17.9,二\n"
    ",Rail,Kenya,37.0,-1.5,三\n"
    "010,Nowhere,Kenya,,,四\n"
)


@pytest.fixture
def registered(store, world, tmp_path):
    from qinglu import read_portfolio

    (tmp_path / "p.csv").write_text(CSV, encoding="utf-8")
    sha256, _ = store.put_document(world.company, io.BytesIO(CSV.encode()))
    record = store.add_portfolio(world.company, world.organisations["company"], name="P", source="p.csv", sha256=sha256)
    return store.register_portfolio(world.company, record.id, read_portfolio(tmp_path / "p.csv")), read_portfolio(
        tmp_path / "p.csv"
    )


def test_every_row_of_a_portfolio_is_accounted_for(store, world, registered):
    (record, ids), read = registered
    assert (record.state, record.n_read, record.n_kept, record.n_rejected) == ("registered", 4, 3, 1)
    assert record.n_repaired == 1  # the row whose id was made
    rows = store.portfolio_rows(world.company, record.id, limit=10)
    assert sorted(r.source_row for r in rows) == [1, 2, 3, 4]
    (rejected,) = store.portfolio_rows(world.company, record.id, rejected=True)
    assert (rejected.source_row, rejected.code) == (4, "010")
    assert rejected.reason
    dam = store.project(world.company, ids["007"])
    assert (dam.name, dam.country, dam.geom.x, dam.extra) == ("Dam", "KEN", 36.8, {"备注": "一"})
    assert [p.code for p in store.projects(world.company, portfolio=record.id)] == [
        "007",
        "008",
        next(c for c in ids if c not in ("007", "008")),
    ]
    assert read.n_read == 4


def test_registering_again_does_nothing_and_a_new_file_changes_what_differs(store, world, registered, tmp_path):
    from qinglu import read_portfolio

    (record, ids), read = registered
    before = store.verify_audit().n
    assert store.register_portfolio(world.company, record.id, read) == (record, ids)
    assert store.verify_audit().n == before
    (tmp_path / "q.csv").write_text(CSV.replace("Dam", "Great Dam"), encoding="utf-8")
    known, new, changed = store.register(
        world.company, world.organisations["company"], read_portfolio(tmp_path / "q.csv")
    )
    assert (known, new, changed) == (ids, 0, 1)
    assert store.project(world.company, ids["007"]).version == 2


def test_portfolios_are_their_organisations_own(store, world, registered):
    (record, _), _ = registered
    for other in (world.rival, world.bank, world.agency, PUBLIC):
        with pytest.raises(NotFoundError):
            store.portfolio(other, record.id)
        with pytest.raises(NotFoundError):
            store.portfolio_rows(other, record.id)
    with pytest.raises(ForbiddenError):
        store.add_portfolio(world.bank, world.organisations["bank"], name="x", source="x", sha256=record.sha256)


def outcome(ids, level="critical"):
    projects = [{"project_id": i, "level": level, "unknown": True, "n_critical": 1, "n_unknown": 1} for i in ids]
    findings = [
        {"project_id": str(i), "rule_id": "r", "level": level, "value": 1.5, "unit": "m", "trace": [{"step": 1}]}
        for i in ids
    ] + [{"project_id": i, "rule_id": "s", "level": "unknown", "value": float("nan")} for i in ids]
    return Outcome(projects, findings, {"qinglu": "0"}, {"critical": len(ids)}, date(2026, 1, 1))


def run(store, actor, organisation, ids, **more):
    made = store.start_run(actor, organisation, "screen", {}, ids, **more)
    return store.finish_run(actor, made.id, outcome(ids))


def test_a_run_of_the_owner_is_what_a_project_shows(store, world, registered):
    (_, ids), _ = registered
    made = run(store, world.company, world.organisations["company"], list(ids.values()))
    assert (made.state, made.counts) == ("done", {"critical": 3})
    dam = store.project(world.agency, ids["007"])
    assert (dam.level, dam.unknown, dam.n_critical, dam.run_id, dam.version) == ("critical", True, 1, made.id, 1)
    first, second = store.findings(world.agency, project=dam.id)
    assert (first.code, first.value, first.trace, second.value) == ("007", 1.5, [{"step": 1}], None)
    assert store.finding(world.agency, first.id) == first
    assert store.run_facts(world.agency, dam.id)["versions"] == {"qinglu": "0"}
    assert store.counts(world.company).by["level"] == {"critical": 3}
    assert [p.id for p in store.projects(world.company, order="level", level="critical", limit=2)] == sorted(
        ids.values(), reverse=True
    )[:2]
    with pytest.raises(NotFoundError):
        store.findings(world.rival, project=dam.id)
    assert store.findings(world.rival, level="critical").items == ()
    with pytest.raises(NotFoundError):  # the run itself tells of all its projects
        store.run(world.agency, made.id)


def test_a_run_of_a_bank_stays_with_the_bank(store, world, registered):
    (_, ids), _ = registered
    store.share_project(world.company, ids["007"], world.organisations["bank"])
    made = run(store, world.bank, world.organisations["bank"], [ids["007"]])
    assert store.project(world.company, ids["007"]).level == ""
    assert store.findings(world.company, project=ids["007"], run=made.id).items == ()
    assert len(store.findings(world.bank, project=ids["007"], run=made.id)) == 2
    with pytest.raises(NotFoundError):
        store.start_run(world.bank, world.organisations["bank"], "screen", {}, [ids["008"]])


def test_half_a_run_is_shown_to_nobody_and_started_afresh(store, world, registered, clock):
    (_, ids), _ = registered
    wanted = list(ids.values())
    job = store.enqueue(world.company, "screen", {}, organisation_id=world.organisations["company"])
    lost = store.claim_job(SYSTEM, "w1")
    made = store.start_run(world.company, world.organisations["company"], "screen", {}, wanted, job=lost)

    def dying():
        yield from outcome(wanted).findings[:2]
        clock.pass_(seconds=60)
        nonlocal held
        held = store.claim_job(SYSTEM, "w2")  # meanwhile the job is given to another
        yield outcome(wanted).findings[2]

    held = None
    import qinglu.store.runs as runs_module

    runs_module_chunk, runs_module._CHUNK = runs_module._CHUNK, 2
    try:
        with pytest.raises(LeaseLostError):
            store.finish_run(world.company, made.id, Outcome(outcome(wanted).projects, dying()), job=lost)
    finally:
        runs_module._CHUNK = runs_module_chunk
    assert store.findings(world.company, run=made.id).items == ()
    assert store.project(world.company, wanted[0]).level == ""
    again = store.start_run(world.company, world.organisations["company"], "screen", {}, wanted, job=held)
    assert again.id == made.id
    store.finish_run(world.company, made.id, outcome(wanted), job=held)
    assert len(store.findings(world.company, run=made.id)) == 6
    assert store.job(SYSTEM, job.id).result == {"run_id": made.id}
    with pytest.raises(ForbiddenError):
        store.finish_run(world.company, made.id, outcome(wanted))


def test_projects_go_back_to_the_tools_as_a_portfolio(store, world, registered):
    (_, ids), _ = registered
    bare = store.create_project(world.company, world.organisations["company"], {"code": "x"})
    made, numbers = store.portfolio_of(world.company, [*ids.values(), bare.id])
    assert made.projects["project_id"].to_pylist() == list(ids)
    assert numbers == {**ids, "x": bare.id}
    assert (made.n_read, made.rejected.num_rows) == (4, 1)
    assert made.geometries[made.projects["geometry"][0].as_py()].x == 36.8
    with pytest.raises(NotFoundError):
        store.portfolio_of(world.rival, list(ids.values()))


def test_two_owners_with_one_code_are_told_apart_in_a_portfolio(store, world):
    owners = ((world.company, "company", ("A", "A (9)")), (world.rival, "rival", ("A",)))
    ids = [
        store.create_project(actor, world.organisations[own], {"code": code, "geometry": shapely.Point(1, 1)}).id
        for actor, own, codes in owners for code in codes
    ]  # fmt: skip
    made, numbers = store.portfolio_of(SYSTEM, ids)
    assert made.projects["project_id"].to_pylist() == [f"A ({ids[0]})", "A (9)", f"A ({ids[2]})"]
    assert [numbers[c] for c in made.projects["project_id"].to_pylist()] == ids
    same = store.create_project(world.company, world.organisations["company"], {"code": f"A ({ids[2]})"}).id
    made, numbers = store.portfolio_of(SYSTEM, [*ids, same])
    assert sorted(numbers.values()) == [*ids, same]


def test_comments_returns_and_actions(store, world, registered):
    (_, ids), _ = registered
    dam, road = ids["007"], ids["008"]
    with pytest.raises(ForbiddenError):
        store.comment(world.company, dam, "no", kind="return")
    with pytest.raises(NotFoundError):  # Laos is outside the agency's remit
        store.comment(world.agency, road, "what is this?")
    back = store.comment(world.agency, dam, "Where is the EIA?", kind="return")
    assert (back.organisation_id, back.settled_at) == (world.organisations["agency"], None)
    answer = store.comment(world.company, dam, "Attached.")
    assert answer.organisation_id == world.organisations["company"]
    assert store.settle(world.agency, back.id).settled_at is not None
    assert [c.kind for c in store.comments(world.company, dam)] == ["return", "comment"]
    act = store.create_action(world.company, dam, {"title": "File the EIA", "due": "2026-06-30"})
    assert (act.state, act.due, act.version) == ("open", date(2026, 6, 30), 1)
    assert store.update_action(world.company, act.id, {"state": "done", "proof": "letter"}, 1).version == 2
    with pytest.raises(ConflictError):
        store.update_action(world.company, act.id, {"state": "open"}, 1)
    with pytest.raises(ForbiddenError):
        store.update_action(world.agency, act.id, {"state": "open"}, 2)
    with pytest.raises(NotFoundError):
        store.action(world.rival, act.id)
    for wrong in (
        {"title": ""},
        {"title": "x", "state": "lost"},
        {"title": "x", "due": "soon"},
        {"title": "x", "cost": 1},
    ):
        with pytest.raises(OptionError):
            store.create_action(world.company, dam, wrong)
    made = run(store, world.company, world.organisations["company"], [road])
    (foreign, _) = store.findings(world.company, run=made.id)
    with pytest.raises(NotFoundError):  # a finding of another project
        store.create_action(world.company, dam, {"title": "x", "finding_id": foreign.id})
    assert [a.id for a in store.actions(world.agency, state="done", due_by=date(2026, 7, 1))] == [act.id]
    assert store.actions(PUBLIC).items == ()


def test_layers_and_rules_are_the_stewards(store, world):
    for actor in (world.company, world.bank, world.agency, PUBLIC):
        with pytest.raises(ForbiddenError):
            store.put_layer(actor, "l", {"open": True})
        with pytest.raises(ForbiddenError):
            store.put_rule(actor, "r", document="", record={}, state="draft")
    store.put_layer(world.steward, "parks", {"open": True, "title_en": "Parks"})
    store.put_layer(world.steward, "secret", {"open": False})
    assert [layer.id for layer in store.layers(PUBLIC)] == ["parks"]
    assert [layer.id for layer in store.layers(world.bank)] == ["parks", "secret"]
    with pytest.raises(NotFoundError):
        store.layer(PUBLIC, "secret")
    with pytest.raises(ConflictError):
        store.put_layer(world.steward, "parks", {"open": False})
    assert store.put_layer(world.steward, "parks", {"licence": "ODbL"}, 1).title_en == "Parks"
    store.put_rule(world.steward, "r", document="a: 1", record={"a": 1}, state="draft")
    store.put_rule(world.steward, "r", document="a: 2", record={"a": 2}, state="adopted", expected_version=1)
    (newest,) = store.rules(world.company)
    assert (newest.version, newest.record) == (2, {"a": 2})
    assert [r.version for r in store.rule_history(world.company, "r")] == [2, 1]
    assert store.rules(PUBLIC).items == ()


def test_a_job_runs_on_behalf_of_who_asked(store, world):
    actor = store.actor_for(world.company.user_id)
    secret, _ = store.make_token(actor, name="x", scopes=["read", "run"], lasts=timedelta(days=1))
    store.enqueue(store.token(secret), "screen", {})
    held = store.claim_job(SYSTEM, "w")
    behalf = store.actor_for(held.user_id, held.scopes)
    assert behalf.scopes == {"read", "run"}
    with pytest.raises(ForbiddenError):
        store.create_project(behalf, world.organisations["company"], {"code": "1"})


def test_a_dossier_is_what_its_parts_are(store, world, registered):
    (_, ids), _ = registered
    dam = ids["007"]
    made = run(store, world.company, world.organisations["company"], list(ids.values()))
    store.comment(world.agency, dam, "why?")
    act = store.create_action(world.company, dam, {"title": "x"})
    sha256, _ = store.put_document(world.company, io.BytesIO(b"x"))
    shown = store.attach(world.company, dam, sha256, name="a", published=True)
    store.attach(world.company, dam, sha256, name="b")
    inside = store.dossier(world.agency, dam)
    assert inside.project == store.project(world.agency, dam)
    assert inside.findings == store.findings(world.agency, project=dam).items
    assert (inside.run["id"], inside.actions, len(inside.comments), len(inside.attachments)) == (made.id, (act,), 1, 2)
    assert inside.history == store.history(world.agency, dam).items
    with pytest.raises(NotFoundError):
        store.dossier(PUBLIC, dam)
    store.update_project(world.company, dam, {"published": True}, 1)
    outside = store.dossier(PUBLIC, dam)
    assert outside.findings == inside.findings
    assert outside.attachments == (shown,)
    assert (outside.actions, outside.comments, outside.history) == ((), (), ())
    assert outside.as_dict()["project"]["geometry"]["type"] == "Point"
    assert (
        store.dossier(
            world.company, store.create_project(world.company, world.organisations["company"], {"code": "n"}).id
        ).run
        is None
    )
