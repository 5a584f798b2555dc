"""Uploads, runs and tools: from the request through the queue and a worker to what is left of it."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from datetime import timedelta

import api_made
import pytest

from qinglu.engine.worker import Worker
from qinglu.store import SYSTEM
from qinglu.tools import TOOLS
from qinglu.tools.jobs import handlers

ROWS = (
    "No,Title,lon,lat,country,sector\n"
    "K1,Mombasa Road,36.9,-1.35,Kenya,road\n"
    "K2,Lost,999,12,Kenya,road\n"
    'K3,Degrees,"39°40\'E","4°03\'S",Kenya,port\n'
    "K4,Nowhere,,,Kenya,road\n"
)
MAPPING = {"id": "No", "name": "Title"}


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    made = api_made.people(tmp_path_factory.mktemp("work"), max_upload_mb=2, max_unpacked_mb=8)
    yield made
    api_made.close(made)


@pytest.fixture(scope="module")
def company(here):
    return here.client("company")


def _worker(here, **more):
    return Worker(here.store, handlers(api_made.settings(here.folder)), "test", **more)


def _finished(here, client, job, **more):
    assert _worker(here, **more).once()
    return client.get(job["links"]["self"]).json()


def _upload(client, raw, name="projects.csv", **fields):
    return client.post("/api/v1/portfolios", data=fields, files={"file": (name, raw)})


@pytest.fixture(scope="module")
def uploaded(here, company):
    answer = _upload(company, ROWS.encode(), name="项目 2026.csv", fields=json.dumps(MAPPING), rules="all")
    assert answer.status_code == 202, answer.text
    job = answer.json()["job"]
    assert answer.headers["location"] == job["links"]["self"] == f"/api/v1/jobs/{job['id']}"
    assert job["state"] == "queued"
    assert job["links"]["events"] == f"/api/v1/jobs/{job['id']}/events"
    return answer.json() | {"done": _finished(here, company, job)}


def test_every_row_of_an_upload_is_accounted_for(company, uploaded):
    assert uploaded["done"]["state"] == "done", uploaded["done"]["error"]
    told = company.get(f"/api/v1/portfolios/{uploaded['portfolio']['id']}").json()
    account = told["account"]
    assert account["read"] == 4
    assert account["read"] == account["screened"] + account["rejected"]
    assert account["rejected"] == 2
    assert account["repaired"] == 1
    assert told["source"] == "项目 2026.csv"
    assert told["fields"]["id"] == "No"
    rows = company.get(f"{told['links']['rows']}").json()["items"]
    assert sorted(r["source_row"] for r in rows) == [1, 2, 3, 4]
    rejected = company.get(f"{told['links']['rows']}?rejected=true").json()["items"]
    assert {r["reason"] for r in rejected} == {"out-of-range", "missing-coordinates"}
    assert all(r["message"] == r["message_en"] != r["message_zh"] for r in rejected)
    for_chinese = company.get(f"{told['links']['rows']}?rejected=true&lang=zh").json()["items"]
    assert [r["message"] for r in for_chinese] == [r["message_zh"] for r in rejected]
    assert all("\u4e00" <= r["message_zh"][0] <= "\u9fff" for r in rejected)
    (repaired,) = [r for r in rows if r["code"] == "K3"]
    assert "coordinate-rewritten" in repaired["notes"]
    projects = company.get(told["links"]["projects"]).json()["items"]
    assert {p["code"] for p in projects} == {"K1", "K3"}


def test_the_projects_show_what_the_run_found(company, uploaded):
    run = company.get(f"/api/v1/runs/{uploaded['done']['result']['run_id']}").json()
    assert run["state"] == "done"
    assert run["counts"]["read"] == 4
    assert run["versions"]["qinglu"]
    assert run["versions"]["rulebooks"]
    assert [a["id"] for a in run["versions"]["layers"]]
    for project in company.get("/api/v1/projects?q=K").json()["items"]:
        assert project["run_id"] == run["id"]
        assert project["level"] in ("critical", "warning", "note", "unknown", "clear")
        assert project["colour"] in ("green", "yellow", "red", "")
        counted = sum(project[f"n_{name}"] for name in ("critical", "warning", "note", "unknown", "clear"))
        found = company.get(f"/api/v1/findings?project={project['id']}&limit=1000").json()["items"]
        assert len(found) == counted > 0


def test_a_finding_says_why(company, uploaded):
    run = uploaded["done"]["result"]["run_id"]
    found = company.get(f"/api/v1/findings?run={run}&limit=1000").json()["items"]
    measured = next(f for f in found if f["value"] is not None and f["layer_id"])
    told = company.get(measured["links"]["self"]).json()
    assert [s["kind"] for s in told["why"]] == ["measure", "rule", "layer", "formula"]
    for step in told["why"]:
        assert step["title"]["zh"]
        assert step["text"]["en"]
    ruled = next(f for f in found if f["measure"] == "duty")
    why = company.get(ruled["links"]["self"]).json()["why"]
    assert why[0]["detail"]["id"] == ruled["rule_id"]


def test_reports_come_as_files_to_save(company, uploaded):
    run = company.get(f"/api/v1/runs/{uploaded['done']['result']['run_id']}").json()
    by_name = {d["name"]: d for d in run["documents"]}
    assert {"report.html", "report.xlsx", "projects.geojson", "run.json", "rejected.csv"} <= set(by_name)
    report = company.get(by_name["report.html"]["href"])
    assert report.headers["content-type"] == "text/html; charset=utf-8"
    assert report.headers["content-disposition"] == 'attachment; filename="report.html"'
    assert "sandbox" in report.headers["content-security-policy"]
    assert report.headers["x-content-type-options"] == "nosniff"
    assert len(report.content) == by_name["report.html"]["size"]
    assert "项目 2026.csv" in report.text
    book = company.get(by_name["report.xlsx"]["href"])
    assert book.content[:2] == b"PK"
    assert "/tmp" not in company.get(by_name["run.json"]["href"]).text


def test_an_upload_whose_columns_are_not_understood_names_them(here, company):
    answer = _upload(company, b"a,b,c\n1,2,3\n")
    job = _finished(here, company, answer.json()["job"])
    assert job["state"] == "failed"
    assert job["error"]["slug"] == "portfolio"
    assert job["error"]["columns"] == ["a", "b", "c"]
    assert job["error"]["sample"] == [["1", "2", "3"]]
    portfolio = answer.json()["portfolio"]["id"]
    again = company.post(f"/api/v1/portfolios/{portfolio}/remap", json={"fields": {"id": "a", "lon": "b", "lat": "c"}})
    assert again.status_code == 202
    assert again.json()["portfolio"]["id"] == portfolio
    done = _finished(here, company, again.json()["job"])
    assert done["state"] == "done", done["error"]
    # What was entered stays; the same file with other columns is another portfolio.
    third = company.post(f"/api/v1/portfolios/{portfolio}/remap", json={"fields": {"lon": "c", "lat": "b"}})
    assert third.json()["portfolio"]["id"] != portfolio
    company.post(third.json()["job"]["links"]["self"] + "/cancel")


def test_an_upload_of_nothing_but_rejected_rows_says_why_of_each(here, company):
    answer = _upload(company, b"id,lon,lat\nX1,abc,0\nX2,,\n")
    job = _finished(here, company, answer.json()["job"])
    assert (job["state"], job["error"]["slug"]) == ("failed", "nothing-screened")
    account = company.get(f"/api/v1/portfolios/{answer.json()['portfolio']['id']}").json()["account"]
    assert account == {"read": 2, "screened": 0, "repaired": 0, "rejected": 2}


def _bomb(size):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("projects.shp", bytes(size))
    return packed.getvalue()


@pytest.mark.parametrize(("raw", "name"), [
    (_bomb(9 << 20), "bomb.zip"), (b"x" * (2 << 20) + b"y", "large.csv"), (b"x" * (5 << 20), "larger.csv"),
])  # fmt: skip
def test_what_is_too_large_packed_or_unpacked_is_refused_and_not_kept(here, company, raw, name):
    kept = sorted((here.folder / "documents").rglob("*"))
    answer = _upload(company, raw, name)
    assert (answer.status_code, answer.json()["slug"]) == (413, "size-limit")
    assert sorted((here.folder / "documents").rglob("*")) == kept


def test_an_archive_that_lies_about_its_size_is_stopped_when_it_is_read(here, company):
    raw = bytearray(_bomb(9 << 20))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = raw.index(mark) + at
        raw[place : place + 4] = (1024).to_bytes(4, "little")
    answer = _upload(company, bytes(raw), "liar.zip")
    assert answer.status_code == 202
    job = _finished(here, company, answer.json()["job"])
    assert job["state"] == "failed"
    assert job["error"]["slug"] in ("portfolio", "size-limit", "input")
    assert "/" not in job["error"]["where"]


def test_the_name_of_a_file_leads_nowhere(here, company):
    answer = _upload(company, b"id,lon,lat\nT1,36,1\n", "../../../etc/passwd")
    assert answer.status_code == 202
    assert answer.json()["portfolio"]["source"] == "passwd"
    assert _finished(here, company, answer.json()["job"])["state"] == "done"


def test_projects_of_the_register_are_screened_again(here, company):
    ids = [p["id"] for p in company.get("/api/v1/projects?q=K1").json()["items"]]
    asked = {"projects": ids, "buffer_km": [1, 5], "layers": ["coast", "countries"]}
    answer = company.post("/api/v1/runs", json=asked)
    assert answer.status_code == 202, answer.text
    job = _finished(here, company, answer.json()["job"])
    assert job["state"] == "done", job["error"]
    run = company.get(f"/api/v1/runs/{job['result']['run_id']}").json()
    assert [a["id"] for a in run["versions"]["layers"]] == ["coast", "countries"]
    assert company.get(f"/api/v1/projects/{ids[0]}").json()["run_id"] == run["id"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_run_gives_five_reports_in_the_language_it_was_asked_in(here, company, lang):
    pypdf, docx = pytest.importorskip("pypdf"), pytest.importorskip("docx")
    (project,) = company.get("/api/v1/projects?q=K1").json()["items"]
    asked = {"projects": [project["id"]], "buffer_km": [1], "layers": ["coast"]}
    answer = company.post("/api/v1/runs", json=asked, headers={"Accept-Language": lang})
    job = _finished(here, company, answer.json()["job"])
    got = {
        kind: company.get(f"/api/v1/runs/{job['result']['run_id']}/report.{kind}")
        for kind in ("pdf", "docx", "xlsx", "geojson", "html")
    }  # fmt: skip
    assert {kind: a.status_code for kind, a in got.items()} == dict.fromkeys(got, 200)
    assert all("attachment" in a.headers["content-disposition"] for a in got.values())
    title = {"zh": "Mombasa Road 的环境筛查", "en": "Environmental screening of Mombasa Road"}[lang]
    text = pypdf.PdfReader(io.BytesIO(got["pdf"].content)).pages[0].extract_text()
    assert title in " ".join(text.split())
    assert docx.Document(io.BytesIO(got["docx"].content)).core_properties.title == title
    assert title in got["html"].text
    assert got["xlsx"].content[:2] == b"PK"
    (feature,) = got["geojson"].json()["features"]
    assert feature["properties"]["project_id"] == "K1"  # its code, not our number of it


def test_a_server_without_the_parts_for_paper_screens_and_says_what_is_missing(here, company, monkeypatch):
    import importlib.util

    from qinglu.report import pdf

    real = importlib.util.find_spec
    monkeypatch.setattr(pdf, "find_spec", lambda name: None if name == "typst" else real(name))
    ids = [p["id"] for p in company.get("/api/v1/projects?q=K1").json()["items"]]
    answer = company.post("/api/v1/runs", json={"projects": ids, "buffer_km": [1], "layers": ["coast"]})
    job = _finished(here, company, answer.json()["job"])
    assert job["state"] == "done", job["error"]
    run = company.get(f"/api/v1/runs/{job['result']['run_id']}").json()
    assert run["counts"]["not_made"] == ["pdf", "docx"]
    told = company.get(f"/api/v1/runs/{run['id']}/report.pdf", headers={"Accept-Language": "zh"})
    assert told.status_code == 404
    assert "qinglu[reports]" in told.json()["detail_en"]
    assert "管理员" in told.json()["detail"]
    assert company.get(f"/api/v1/runs/{run['id']}/report.html").status_code == 200


def test_a_run_with_a_layer_that_nobody_knows_fails_and_can_be_tried_again(here, company):
    ids = [p["id"] for p in company.get("/api/v1/projects?q=K1").json()["items"]]
    answer = company.post("/api/v1/runs", json={"projects": ids, "layers": ["no-such-layer"]})
    job = _finished(here, company, answer.json()["job"])
    assert (job["state"], job["error"]["slug"]) == ("failed", "unknown-name")
    runs = company.get("/api/v1/runs?state=failed").json()["items"]
    assert runs[0]["job_id"] == job["id"]
    assert company.post(f"/api/v1/jobs/{job['id']}/retry").json()["state"] == "queued"
    assert _finished(here, company, job)["state"] == "failed"
    assert len([r for r in company.get("/api/v1/runs").json()["items"] if r["job_id"] == job["id"]]) == 1


def test_a_layer_that_is_switched_off_takes_no_part(here, company):
    steward = here.client("steward")
    from qinglu.atlas import Atlas
    from qinglu.tools.registered import register_layers

    register_layers(here.store, Atlas(api_made.settings(here.folder)))
    record = steward.get("/api/v1/layers/ports").json()
    off = steward.patch("/api/v1/layers/ports", json={"enabled": False, "version": record["version"]})
    assert off.status_code == 200
    ids = [p["id"] for p in company.get("/api/v1/projects?q=K1").json()["items"]]
    answer = company.post("/api/v1/runs", json={"projects": ids})
    job = _finished(here, company, answer.json()["job"])
    run = company.get(f"/api/v1/runs/{job['result']['run_id']}").json()
    assert "ports" not in [a["id"] for a in run["versions"]["layers"]]
    assert register_layers(here.store, Atlas(api_made.settings(here.folder))) == 0  # a decision that stays


# --- the queue


def _wait_job(here, company, started, go):
    """A job whose handler reports progress until it is told otherwise."""
    actor = here.store.actor_for(here.ids["user-company"])
    job = here.store.enqueue(actor, "wait", {}, organisation_id=here.ids["org-company"])

    def wait(task):
        started.set()
        while not go.wait(0.02):
            task.progress("waiting", 0, 1)
        return {"waited": True}

    return job, {"wait": wait}


def test_a_job_is_cancelled_while_it_runs(here, company):
    started, go = threading.Event(), threading.Event()
    job, own = _wait_job(here, company, started, go)
    worker = Worker(here.store, own, "test", lease=timedelta(seconds=30))
    thread = threading.Thread(target=worker.once)
    thread.start()
    try:
        assert started.wait(10)
        answer = company.post(f"/api/v1/jobs/{job.id}/cancel")
        assert answer.json()["state"] in ("running", "cancelled")
        thread.join(10)
        assert company.get(f"/api/v1/jobs/{job.id}").json()["state"] == "cancelled"
    finally:
        go.set()
        thread.join()


def test_a_worker_told_to_leave_gives_its_job_back_unharmed(here, company):
    started, go, leaving = threading.Event(), threading.Event(), threading.Event()
    job, own = _wait_job(here, company, started, go)
    worker = Worker(here.store, own, "test", leaving=leaving.is_set)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        assert started.wait(10)
        leaving.set()
        thread.join(15)
        assert not thread.is_alive()
        told = company.get(f"/api/v1/jobs/{job.id}").json()
        assert (told["state"], told["attempts"]) == ("queued", 0)
        go.set()
        assert Worker(here.store, own, "next").once()
        assert company.get(f"/api/v1/jobs/{job.id}").json()["result"] == {"waited": True}
    finally:
        go.set()
        thread.join()


def test_a_job_that_does_not_listen_is_stopped_with_its_process(here, company):
    """Here the process is a stand-in: what it was told is noted, and the job is marked."""
    actor = here.store.actor_for(here.ids["user-company"])
    job = here.store.enqueue(actor, "deaf", {}, organisation_id=here.ids["org-company"])
    left: list[int] = []
    gone = threading.Event()

    def deaf(task):
        gone.wait(20)

    def leave(code):
        left.append(code)
        gone.set()

    worker = Worker(here.store, {"deaf": deaf}, "test", longest_s=0.2, grace_s=0.5, exit=leave)
    worker.once()
    assert left[0] == 75
    told = company.get(f"/api/v1/jobs/{job.id}").json()
    assert (told["state"], told["error"]["slug"]) == ("failed", "time-limit")


def test_a_worker_taken_for_dead_spoils_nothing(here, company):
    """It comes back after its lease ran out and another has done the job: its own result is dropped."""
    actor = here.store.actor_for(here.ids["user-company"])
    job = here.store.enqueue(actor, "twice", {}, organisation_id=here.ids["org-company"])

    def slow(task):
        here.clock.now += timedelta(seconds=60)  # longer than the lease, unseen by its own sign of life
        Worker(here.store, {"twice": lambda task: {"by": "second"}}, "second").once()
        return {"by": "first"}

    Worker(here.store, {"twice": slow}, "first", lease=timedelta(seconds=30)).once()
    assert company.get(f"/api/v1/jobs/{job.id}").json()["result"] == {"by": "second"}
    events = company.get(f"/api/v1/jobs/{job.id}/events", headers={"Accept": "application/json"}).json()["items"]
    assert [e["kind"] for e in events].count("done") == 1


def test_a_mistake_of_ours_ends_the_job_and_not_the_worker(here, company):
    actor = here.store.actor_for(here.ids["user-company"])
    job = here.store.enqueue(actor, "broken", {}, organisation_id=here.ids["org-company"])

    def broken(task):
        raise RuntimeError("inside")

    assert Worker(here.store, {"broken": broken}, "test").once()
    told = company.get(f"/api/v1/jobs/{job.id}").json()
    assert (told["state"], told["error"]["slug"]) == ("failed", "internal")
    assert "inside" not in json.dumps(told)


def test_a_job_runs_with_the_rights_of_whoever_asked_and_no_more(here, company):
    seen = []
    actor = here.store.actor_for(here.ids["user-company"], ["read", "run"])
    here.store.enqueue(actor, "look", {}, organisation_id=here.ids["org-company"])
    Worker(here.store, {"look": lambda task: seen.append(task.actor)}, "test").once()
    assert seen[0].user_id == here.ids["user-company"]
    assert seen[0].scopes == {"read", "run"}
    assert not seen[0].system


def test_events_stream_to_the_end_and_resume_after_the_last_that_was_seen(company, uploaded):
    at = uploaded["job"]["links"]["events"]
    raw = company.get(at, headers={"Accept": "text/event-stream"})
    assert raw.headers["content-type"].startswith("text/event-stream")
    parts = [p for p in raw.text.split("\n\n") if p.startswith("id:")]
    numbers = [int(p.split("\n")[0].removeprefix("id: ")) for p in parts]
    assert numbers == list(range(1, len(parts) + 1))
    kinds = [p.split("\n")[1].removeprefix("event: ") for p in parts]
    assert (kinds[0], kinds[1], kinds[-1]) == ("queued", "running", "done")
    last = json.loads(parts[-1].split("\n")[2].removeprefix("data: "))
    assert last["job"]["result"]["run_id"]
    rest = company.get(at, headers={"Accept": "text/event-stream", "Last-Event-ID": str(numbers[-3])})
    assert rest.text.count("\nevent: ") == 2
    nothing = company.get(at, headers={"Accept": "text/event-stream", "Last-Event-ID": str(numbers[-1])})
    assert (nothing.status_code, nothing.content) == (204, b"")  # a browser asks no more


# --- tools


def test_a_short_tool_answers_at_once_as_the_command_does(company):
    asked = {"pollutant": "pm2_5", "averaging": "annual", "value": 12, "unit": "ug/m3"}
    answer = company.post("/api/v1/tools/who-air", json=asked)
    assert answer.status_code == 200
    assert set(answer.json()) == {"result", "findings", "trace", "unverified"}
    wrong = company.post("/api/v1/tools/who-air", json=asked | {"value": -1})
    assert (wrong.status_code, wrong.json()["where"]) == (422, "value")
    assert company.post("/api/v1/tools/who-air", json=asked | {"shoe": 1}).status_code == 422


def test_any_tool_becomes_a_job_where_that_is_preferred(here, company):
    asked = {"pollutant": "pm2_5", "averaging": "annual", "value": 12, "unit": "ug/m3"}
    headers = {"Prefer": "respond-async", "Idempotency-Key": "once"}
    answer = company.post("/api/v1/tools/who-air", json=asked, headers=headers)
    assert answer.status_code == 202
    again = company.post("/api/v1/tools/who-air", json=asked, headers=headers)
    assert again.json()["job"]["id"] == answer.json()["job"]["id"]
    other = company.post("/api/v1/tools/who-air", json=asked | {"value": 13}, headers=headers)
    assert (other.status_code, other.json()["slug"]) == (409, "exists")
    job = _finished(here, company, answer.json()["job"])
    assert job["result"]["answer"]["result"] == company.post("/api/v1/tools/who-air", json=asked).json()["result"]


PATHS = [(t.id, f.name) for t in TOOLS if not t.local for f in t.fields if f.kind in ("path", "folder")]


@pytest.mark.parametrize(("tool", "field"), PATHS)
@pytest.mark.parametrize("path", ["/etc/passwd", "file:///etc/passwd", "http://127.0.0.1:1/x", "../x", {"path": "/x"},
                                  {"$file": {"sha256": "0" * 64}}, {"document": "1"}, True])  # fmt: skip
def test_no_path_that_is_sent_is_ever_opened(here, tool, field, path):
    admin = here.client("administrator")
    answer = admin.post(f"/api/v1/tools/{tool}", json={field: path})
    assert (answer.status_code, answer.json()["slug"]) == (422, "option"), answer.text
    assert answer.json()["where"] == field
    if not isinstance(path, dict):
        assert "Upload a document" in answer.json()["detail_en"]
        assert "先上传文件" in answer.json()["detail_zh"]


@pytest.mark.parametrize("layer", [
    {"x": "/etc/passwd"}, {"x": {"path": "/etc/passwd"}}, [{"name": "x", "path": "/etc/passwd"}],
    {"x": {"path": {"layer": "../../etc"}}}, {"x": {"path": {"document": 999}}}, {"x": {"path": {"file": "absent"}}},
    {"coast": {"path": {"layer": "coast"}, "role": {"$file": {"sha256": "0" * 64}}}},
    {"coast": {"path": {"layer": "coast", "document": 1}}}, [1], "x",
])  # fmt: skip
def test_no_layer_by_a_path_either(company, layer):
    answer = company.post("/api/v1/tools/route", json={"from": [36, -1], "to": [37, -1], "layer": layer})
    assert answer.status_code in (404, 422), answer.text
    assert company.get("/api/v1/jobs?state=queued").json()["items"] == []


@pytest.mark.parametrize("tool", [t.id for t in TOOLS if t.local])
def test_tools_of_the_machine_are_not_offered(here, tool):
    admin = here.client("administrator")
    assert admin.get(f"/api/v1/tools/{tool}").status_code == 404
    assert admin.post(f"/api/v1/tools/{tool}", json={}).status_code == 404
    assert tool not in [t["id"] for t in admin.get("/api/v1/tools").json()["items"]]


def test_the_declaration_over_http_has_no_paths(company):
    for tool in company.get("/api/v1/tools").json()["items"]:
        kinds = json.dumps(tool["inputs"])
        assert '"kind": "path"' not in kinds
        assert '"kind": "folder"' not in kinds
        assert not {"out", "xlsx", "rulebook"} & set(tool["inputs"])
        assert tool["title"]["zh"]
        assert tool["title"]["en"]


LINE = json.dumps({"type": "FeatureCollection", "features": [
    {"type": "Feature", "properties": {"id": "L1", "name": "L"},
     "geometry": {"type": "LineString", "coordinates": [[36.8, -1.3], [36.95, -1.4]]}}]}).encode()  # fmt: skip


def test_a_tool_takes_a_file_of_the_same_form_and_gives_documents(here, company):
    inputs = {"line": {"file": "mine"}, "screen": False, "objectives": ["cost"]}
    answer = company.post(
        "/api/v1/tools/score-line", data={"inputs": json.dumps(inputs)}, files={"mine": ("l.geojson", LINE)}
    )
    assert answer.status_code == 202, answer.text
    job = _finished(here, company, answer.json()["job"])
    assert job["state"] == "done", job["error"]
    assert str(here.folder) not in json.dumps(job)
    names = [d["name"] for d in job["result"]["documents"]]
    assert names
    got = company.get(job["result"]["documents"][0]["href"])
    assert got.status_code == 200
    assert here.client("rival").get(job["result"]["documents"][0]["href"]).status_code == 404


def test_a_tool_takes_a_document_that_one_may_read_and_no_other(here, company):
    project = company.get("/api/v1/projects?q=K1").json()["items"][0]["id"]
    sent = company.post("/api/v1/documents", data={"project": str(project)}, files={"file": ("l.geojson", LINE)})
    number = sent.json()["id"]
    asked = {"line": number, "screen": False, "objectives": ["cost"]}
    rival = here.client("rival").post("/api/v1/tools/score-line", json=asked)
    assert (rival.status_code, rival.json()["slug"]) == (404, "not-found")
    answer = company.post("/api/v1/tools/score-line", json=asked)
    assert answer.status_code == 202
    assert _finished(here, company, answer.json()["job"])["state"] == "done"


def test_a_steward_uploads_a_layer_and_others_do_not(here, company):
    area = {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"name": "A"}, "geometry": {
        "type": "Polygon", "coordinates": [[[36, -2], [37, -2], [37, -1], [36, -1], [36, -2]]]}}]}  # fmt: skip
    form = {"data": {"id": "reserve", "role": "protected", "title_en": "A reserve", "title_zh": "保护区"},
            "files": {"file": ("a.geojson", json.dumps(area).encode())}}  # fmt: skip
    assert company.post("/api/v1/layers", **form).status_code == 403
    steward = here.client("steward")
    answer = steward.post("/api/v1/layers", **form)
    assert answer.status_code == 202, answer.text
    job = _finished(here, steward, answer.json()["job"])
    assert job["state"] == "done", job["error"]
    record = steward.get("/api/v1/layers/reserve").json()
    assert (record["role"], record["open"], record["title_zh"]) == ("protected", False, "保护区")
    assert here.client().get("/api/v1/layers/reserve").status_code == 404
    opened = steward.patch("/api/v1/layers/reserve", json={"open": True, "version": record["version"]})
    assert opened.status_code == 200
    assert here.client().get("/api/v1/layers/reserve").status_code == 200
    assert here.store.verify_audit(SYSTEM).intact


@pytest.mark.parametrize("tool", [t.id for t in TOOLS if t.steward])
def test_tools_that_change_layers_are_a_stewards(here, company, tool):
    """Refused before the inputs are looked at; a steward is told what is wrong with them."""
    refused = company.post(f"/api/v1/tools/{tool}", json={"id": "no-such-layer"})
    assert (refused.status_code, refused.json()["slug"]) == (403, "forbidden")
    steward = here.client("steward")
    answer = steward.post(f"/api/v1/tools/{tool}", json={"id": "no-such-layer"})
    assert answer.status_code in (202, 422), answer.text
    if answer.status_code == 202:
        assert _finished(here, steward, answer.json()["job"])["error"]["slug"] == "unknown-name"


def test_documents_are_given_back_as_they_came_and_only_to_save(here, company):
    project = company.get("/api/v1/projects?q=K1").json()["items"][0]["id"]
    page = b"<script>alert(1)</script>"
    sent = company.post(
        "/api/v1/documents", data={"project": str(project), "title": "T", "published": "true"},
        files={"file": ('..\\"报告".html', page, "text/plain")},
    )  # fmt: skip
    assert sent.status_code == 201
    got = company.get(sent.json()["links"]["content"])
    assert got.content == page
    assert got.headers["content-disposition"].startswith("attachment;")
    assert got.headers["content-type"].startswith("text/html")
    assert "sandbox" in got.headers["content-security-policy"]
    assert company.delete(f"/api/v1/documents/{sent.json()['id']}").status_code == 204
    assert company.get(sent.json()["links"]["content"]).status_code == 404


def test_nobody_fills_the_queue(here, company, monkeypatch):
    monkeypatch.setattr("qinglu.api.jobs_told._MOST_WAITING", 2)
    asked = {"pollutant": "pm2_5", "averaging": "annual", "value": 12, "unit": "ug/m3"}
    headers = {"Prefer": "respond-async"}
    jobs = [company.post("/api/v1/tools/who-air", json=asked, headers=headers) for _ in range(3)]
    assert [j.status_code for j in jobs] == [202, 202, 429]
    assert int(jobs[2].headers["retry-after"]) > 0
    for job in jobs[:2]:
        assert company.post(f"{job.json()['job']['links']['self']}/cancel").json()["state"] == "cancelled"


def test_search_finds_projects_rules_layers_and_tools_in_both_languages(company):
    found = company.get("/api/v1/search", params={"q": "coast"}).json()
    assert [r["id"] for r in found["rules"]]
    assert [a["id"] for a in found["layers"]] == ["coast"]
    assert company.get("/api/v1/search", params={"q": "线路"}).json()["tools"]
    assert company.get("/api/v1/search", params={"q": "Mombasa"}).json()["projects"][0]["code"] == "K1"


def test_rules_page_through_and_tell_their_history(company):
    first = company.get("/api/v1/rules?limit=5").json()
    second = company.get(first["links"]["next"]).json()
    assert len({r["id"] for r in (*first["items"], *second["items"])}) == 10
    assert first["total"] > 900
    told = company.get("/api/v1/rules/screening.coast?on=2026-01-01").json()
    assert told["on"] == "2026-01-01"
    assert told["tiers"][0]["cite"]
    assert company.get(told["links"]["history"]).json()["history"]
