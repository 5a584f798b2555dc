"""The ledger of a run over HTTP: asked for with the run, kept with it, told in a dossier to whom may look inside."""

from __future__ import annotations

import api_made
import pytest

from qinglu.engine.worker import Worker
from qinglu.model import LEDGER
from qinglu.tools.jobs import handlers

ROWS = (
    "id,name,country,sector,capacity (MW),stage,lon,lat\n"
    "a,Alpha,Pakistan,Coal,600,operation,67,25\n"
    "b,Beta school,Kenya,Education,,planning,37,-1.4\n"
)


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    made = api_made.people(tmp_path_factory.mktemp("ledger"), max_upload_mb=2, max_unpacked_mb=8)
    yield made
    api_made.close(made)


@pytest.fixture(scope="module")
def company(here):
    return here.client("company")


def finished(here, client, answer):
    assert answer.status_code == 202, answer.text
    job = answer.json()["job"]
    assert Worker(here.store, handlers(api_made.settings(here.folder)), "test").once()
    done = client.get(job["links"]["self"]).json()
    assert done["state"] == "done", done["error"]
    return done


@pytest.fixture(scope="module")
def uploaded(here, company):
    sent = company.post("/api/v1/portfolios", data={"ledger": "true"}, files={"file": ("p.csv", ROWS.encode())})
    done = finished(here, company, sent)
    projects = company.get(f"/api/v1/projects?portfolio={done['result']['portfolio_id']}").json()["items"]
    return done["result"] | {"projects": {p["code"]: p for p in projects}}


def dossier(client, project):
    answer = client.get(f"/api/v1/projects/{project['id']}/dossier")
    assert answer.status_code == 200
    return answer.json()


def test_a_run_keeps_the_tables_and_says_that_it_was_asked(company, uploaded):
    run = company.get(f"/api/v1/runs/{uploaded['run_id']}").json()
    assert run["inputs"]["ledger"] is True
    documents = {d["name"]: d for d in run["documents"]}
    assert {"ledger.csv", "ledger.parquet"} <= set(documents)
    table = company.get(documents["ledger.csv"]["href"])
    assert table.text.splitlines()[0] == ",".join(LEDGER.names)


def test_a_dossier_tells_what_the_run_estimates(company, uploaded):
    told = dossier(company, uploaded["projects"]["a"])["ledger"]
    assert told["run_id"] == uploaded["run_id"]
    assert told["judged_on"]
    assert told["finished_at"]
    stack = next(r for r in told["rows"] if r["scope"] == "1")
    assert set(stack) == set(LEDGER.names) - {"project_id"}
    assert stack["low"] < stack["value"] < stack["high"]
    school = dossier(company, uploaded["projects"]["b"])["ledger"]["rows"]
    assert [r["missing"] for r in school] == ["project-type"]


def test_the_newest_run_that_has_one_is_told(here, company, uploaded):
    project = uploaded["projects"]["a"]
    changed = company.patch(
        f"/api/v1/projects/{project['id']}",
        json={"capacity": 1.2, "capacity_unit": "GW", "version": dossier(company, project)["project"]["version"]},
    )
    assert changed.status_code == 200, changed.text
    without = finished(here, company, company.post("/api/v1/runs", json={"projects": [project["id"]]}))
    after = dossier(company, project)
    assert after["run"]["id"] == without["result"]["run_id"]
    assert after["ledger"]["run_id"] == uploaded["run_id"]
    again = finished(here, company, company.post("/api/v1/runs", json={"projects": [project["id"]], "ledger": True}))
    newest = dossier(company, project)["ledger"]
    assert newest["run_id"] == again["result"]["run_id"]
    before, now = (next(r["value"] for r in told["rows"] if r["scope"] == "1") for told in (after["ledger"], newest))
    assert now == pytest.approx(2 * before)  # by the capacity of the register, 1.2 GW


def test_the_public_is_told_findings_and_no_ledger(here, company, uploaded):
    project = uploaded["projects"]["b"]
    version = dossier(company, project)["project"]["version"]
    published = company.patch(f"/api/v1/projects/{project['id']}", json={"published": True, "version": version})
    assert published.status_code == 200, published.text
    told = dossier(here.client("public"), project)
    assert told["findings"]
    assert told["ledger"] is None


def test_fields_of_it_are_declared(company):
    described = company.get("/openapi.json").json()
    run = described["components"]["schemas"]["RunWanted"]["properties"]["ledger"]
    assert (run["type"], run["default"]) == ("boolean", False)
    form = described["paths"]["/api/v1/portfolios"]["post"]["requestBody"]["content"]["multipart/form-data"]
    assert "ledger" in form["schema"]["properties"]
    answer = described["paths"]["/api/v1/projects/{project_id}/dossier"]["get"]["responses"]["200"]
    assert "ledger" in answer["content"]["application/json"]["schema"]["properties"]


def test_what_is_neither_true_nor_false_is_refused(company):
    answer = company.post("/api/v1/portfolios", data={"ledger": "maybe"}, files={"file": ("p.csv", ROWS.encode())})
    assert answer.status_code == 422
    assert answer.json()["where"] == "ledger"
