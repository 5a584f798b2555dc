"""``qinglu migrate | audit verify | backup | restore``: from one database into the other and back, nothing lost."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pytest
import shapely
from sqlalchemy import select, text

from qinglu.cli import main
from qinglu.store import SYSTEM, Store
from qinglu.store.archive_rows import lines
from qinglu.store.migrate import HEAD
from qinglu.store.runs import Outcome
from qinglu.store.schema import metadata


@pytest.fixture
def run(capsys, tmp_path):
    """Run a command on the data in `tmp_path`: exit code, JSON or None, standard error."""

    def call(*words, db):
        capsys.readouterr()
        code = main([*words, "--db", db, "--data", str(tmp_path / "files"), "--json"])
        said = capsys.readouterr()
        return code, json.loads(said.out) if said.out else None, said.err

    return call


@pytest.fixture
def filled(store, world):
    """One of everything that can be backed up."""
    own = world.organisations["company"]
    sha256, _ = store.put_document(world.company, io.BytesIO("文件".encode()))
    project = store.create_project(world.company, own, {
        "code": "007", "name_zh": "路", "country": "KEN", "cost": 0.1, "approved_on": "2014-05-11", "extra": {"数": [1.5, None]},
        "geometry": shapely.LineString([(36.8, -1.3), (39.7, -4.0)]),
    })  # fmt: skip
    store.attach(world.company, project.id, sha256, name="a.pdf")
    store.share_project(world.company, project.id, world.organisations["bank"])
    store.comment(world.agency, project.id, "why?", kind="return")
    portfolio = store.add_portfolio(world.company, own, name="P", source="p.csv", sha256=sha256)
    store.register_portfolio(world.company, portfolio.id, store.portfolio_of(world.company, [project.id])[0])
    store.make_token(world.company, name="t", scopes=["read"], lasts=timedelta(days=1))
    held_job = store.enqueue(world.company, "screen", {"n": 1}, organisation_id=own)
    held = store.claim_job(SYSTEM, "w")
    made = store.start_run(world.company, own, "screen", {}, [project.id], job=held)
    finding = {"project_id": project.id, "rule_id": "r", "level": "note", "value": 0.1, "trace": [1]}
    store.finish_run(
        world.company, made.id, Outcome([{"project_id": project.id, "level": "note"}], [finding]), job=held
    )
    store.create_action(world.company, project.id, {"title": "x"})
    store.put_layer(world.steward, "l", {"open": True})
    store.put_rule(world.steward, "r", document="a", record={}, state="draft")
    assert held_job.id == held.id
    return store


def content(url, folder):
    """Every row of every table that a backup holds, as text."""
    with Store.open(url, folder) as store, store.db.snapshot() as connection:
        kept = [t for t in metadata.sorted_tables if t.name not in ("sessions", "attempts", "audit", "audit_head")]
        return {t.name: list(lines(connection, t)) for t in kept}


@pytest.fixture
def other_url(store_url, postgres, tmp_path):
    """A database of the other kind, with nothing in it."""
    return postgres.database(set_up=False) if store_url.startswith("sqlite") else f"sqlite:///{tmp_path}/other.db"


def test_a_backup_restores_into_the_other_database_and_back(filled, store_url, other_url, tmp_path, run):
    before = content(store_url, tmp_path / "files")
    assert [name for name in before if not before[name]] == []
    trail = filled.verify_audit()
    code, made, _ = run("backup", "--out", str(tmp_path / "b.zip"), db=store_url)
    assert (code, made["revision"], made["documents"], made["head"]) == (0, HEAD, 1, f"{trail.seq}:{trail.hash}")
    assert [p.name for p in tmp_path.glob("*.partial*")] == []
    files = tmp_path / "files" / "documents"
    files.rename(tmp_path / "gone")
    code, restored, _ = run("restore", str(tmp_path / "b.zip"), db=other_url)
    assert (code, restored["rows"]) == (0, made["rows"])
    assert content(other_url, tmp_path / "files") == before
    assert sum(1 for p in files.rglob("*") if p.is_file()) == 1
    code, told, _ = run("audit", "verify", "--head", made["head"], db=other_url)
    assert (code, told["intact"], told["rows"]) == (0, True, trail.n + 1)  # the restore is on the trail too
    run("backup", "--out", str(tmp_path / "c.zip"), db=other_url)
    code, _, _ = run("restore", str(tmp_path / "c.zip"), "--force", db=store_url)
    assert code == 0
    assert content(store_url, tmp_path / "files") == before
    with Store.open(other_url, tmp_path / "files") as store:  # ids go on after those put in
        assert store.create_organisation(SYSTEM, kind="bank", name="later").id > max(
            o.id for o in filled.organisations(SYSTEM)
        )


def test_a_database_in_use_is_not_overwritten_unasked(filled, store_url, tmp_path, run):
    run("backup", "--out", str(tmp_path / "b.zip"), db=store_url)
    filled.create_organisation(SYSTEM, kind="bank", name="newer")
    before = content(store_url, tmp_path / "files")
    code, _, said = run("restore", str(tmp_path / "b.zip"), db=store_url)
    assert code == 2
    assert "--force" in said
    assert content(store_url, tmp_path / "files") == before


@pytest.mark.parametrize("harm", ["row", "document", "manifest", "trail", "cut", "newer"])
def test_a_damaged_backup_changes_nothing(filled, store_url, other_url, tmp_path, run, harm):
    run("backup", "--out", str(tmp_path / "b.zip"), db=store_url)
    with zipfile.ZipFile(tmp_path / "b.zip") as good, zipfile.ZipFile(tmp_path / "bad.zip", "w") as bad:
        for name in good.namelist():
            body = good.read(name)
            manifest = json.loads(good.read("manifest.json"))
            if harm == "row" and name == "tables/projects.jsonl":
                body = body.replace(b"007", b"008")
            if harm == "document" and name.startswith("documents/"):
                body += b"!"
            if harm == "trail" and name == "tables/audit.jsonl":  # a forger who puts the checksum right as well
                body = body.replace(b"company@example.org", b"nobody@example.org!")
            if name == "manifest.json":
                if harm == "manifest":
                    body = b"{}"
                if harm == "newer":
                    body = json.dumps(manifest | {"revision": "9999"}).encode()
                if harm == "trail":
                    import hashlib

                    altered = good.read("tables/audit.jsonl").replace(b"company@example.org", b"nobody@example.org!")
                    manifest["tables"]["audit"]["sha256"] = hashlib.sha256(altered).hexdigest()
                    body = json.dumps(manifest).encode()
            bad.writestr(name, body)
    if harm == "cut":
        whole = (tmp_path / "b.zip").read_bytes()
        (tmp_path / "bad.zip").write_bytes(whole[: len(whole) // 2])
    code, _, said = run("restore", str(tmp_path / "bad.zip"), db=other_url)
    assert code in (1, 2)
    assert "Traceback" not in said
    with Store.open(other_url, tmp_path / "files") as store:
        assert store.organisations(SYSTEM) == ()
    code, _, _ = run("restore", str(tmp_path / "bad.zip"), "--force", db=store_url)
    assert code in (1, 2)
    assert [o.name for o in filled.organisations(SYSTEM)][:2] == ["Administration", "Agency"]
    assert filled.verify_audit().intact


def test_audit_verify_tells_what_is_wrong_and_ends_with_one(filled, store_url, run, capsys):
    drop = "DROP TRIGGER audit_no_update" if filled.db.is_sqlite else "DROP TRIGGER audit_no_change ON audit"
    with filled.db.engine.execution_options(qinglu_write=True).begin() as connection:
        connection.execute(text(drop))
        connection.execute(text("UPDATE audit SET action = 'forged' WHERE seq = 5"))
    code, told, _ = run("audit", "verify", db=store_url)
    assert (code, told["intact"]) == (1, False)
    assert [(f["seq"], f["kind"]) for f in told["faults"]] == [(5, "altered")]
    assert main(["audit", "verify", "--db", store_url, "--lang", "zh"]) == 1
    assert "第5条" in capsys.readouterr().out


def test_migrate_sets_up_and_brings_up(empty_url, run):
    assert run("migrate", db=empty_url)[:2] == (0, {"before": None, "after": HEAD})
    assert run("migrate", db=empty_url)[:2] == (0, {"before": HEAD, "after": HEAD})


@pytest.mark.parametrize("words", [("audit", "verify"), ("backup", "--out", "x.zip")])
def test_a_mistyped_address_makes_no_database(words, tmp_path, run):
    code, _, said = run(*words, db=f"sqlite:///{tmp_path}/mistyped.db")
    assert code == 2
    assert "qinglu migrate" in said
    assert not (tmp_path / "mistyped.db").exists()


@pytest.mark.parametrize("head", ["12", "x:" + "0" * 64, "1:" + "g" * 64])
def test_a_head_that_is_none_is_refused(head, store_url, run):
    code, _, said = run("audit", "verify", "--head", head, db=store_url)
    assert code == 2
    assert "[option]" in said


def test_qinglu_db_names_the_database(store_url, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("QINGLU_DB", store_url)
    assert main(["audit", "verify", "--data", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["intact"]
    with Store.open(store_url, tmp_path) as store, store.db.read() as connection:
        assert connection.execute(select(metadata.tables["audit"])).all() == []
