"""Examples of the ledger's tools run as they stand; their charts come with ``--charts`` and over HTTP."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from datetime import timedelta

import api_made
import pytest

from qinglu.cli import main
from qinglu.engine.worker import Worker
from qinglu.tools import TOOLS, tool
from qinglu.tools.charted import write_pictures
from qinglu.tools.jobs import handlers

LEDGER = [t for t in TOOLS if t.group == "ledger"]
ISSUE = {"combustion", "power-plant", "retrofit", "retrofit-steel", "energy-options", "freight", "ship-cii",
         "rail-electrification", "construction", "project-ghg"}  # fmt: skip
SHIP = tool("ship-cii").example


def run(capsys, monkeypatch, *argv):
    monkeypatch.setenv("QINGLU_LANG", "en")
    code = main(argv)
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.fixture
def ship(tmp_path):
    path = tmp_path / "ship.json"
    path.write_text(json.dumps(SHIP), encoding="utf-8")
    return str(path)


def test_every_tool_of_the_ledger_is_there():
    assert {t.id for t in LEDGER} >= ISSUE


@pytest.mark.parametrize("chosen", LEDGER, ids=lambda t: t.id)
def test_an_example_runs_and_its_charts_can_be_written(chosen, capsys, monkeypatch, tmp_path):
    path, folder = tmp_path / "in.json", tmp_path / "made" / "charts"
    path.write_text(json.dumps(chosen.example), encoding="utf-8")
    assert chosen.example
    code, out, err = run(capsys, monkeypatch, "run", chosen.id, "--input", str(path), "--charts", str(folder))
    assert code == 0, err
    assert set(json.loads(out)) == {"result", "findings", "trace", "unverified"}
    files = sorted(folder.iterdir())
    assert files
    assert sorted(line.partition("chart: ")[2] for line in err.splitlines()) == [str(f) for f in files]
    for file in files:
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]*\.svg", file.name)
        text = file.read_text(encoding="utf-8")
        assert not re.search("[\u4e00-\u9fff]", text), file.name
        assert re.search(r"\d", next(e.text for e in ET.fromstring(text) if e.tag.endswith("desc")))


def test_charts_change_nothing_that_is_printed(ship, capsys, monkeypatch, tmp_path):
    plain = run(capsys, monkeypatch, "run", "ship-cii", "--input", ship)
    drawn = run(capsys, monkeypatch, "run", "ship-cii", "--input", ship, "--charts", str(tmp_path / "c"))
    quiet = run(capsys, monkeypatch, "run", "ship-cii", "--input", ship, "--charts", str(tmp_path / "c"), "--quiet")
    assert plain[1] == drawn[1] == quiet[1] != ""
    assert plain[2] == quiet[2] == ""


def test_charts_are_in_the_language_asked_for_and_replace_what_was_there(ship, capsys, monkeypatch, tmp_path):
    folder = tmp_path / "c"
    for lang, han in (("en", False), ("zh", True)):
        code, _, err = run(
            capsys, monkeypatch, "run", "ship-cii", "--input", ship, "--charts", str(folder), "--lang", lang
        )
        assert code == 0
        assert ("图表：" in err) == han
        (file,) = folder.iterdir()
        assert bool(re.search("[\u4e00-\u9fff]", file.read_text(encoding="utf-8"))) == han
    assert [p.name for p in tmp_path.iterdir()] == ["ship.json", "c"] or len(list(tmp_path.iterdir())) == 2


def test_a_folder_that_cannot_be_written_ends_before_anything_is_printed(ship, capsys, monkeypatch, tmp_path):
    (tmp_path / "taken").write_text("a file")
    code, out, err = run(capsys, monkeypatch, "run", "ship-cii", "--input", ship, "--charts", str(tmp_path / "taken"))
    assert (code, out) == (2, "")
    assert err.startswith("qinglu: --charts: Cannot write")
    assert err.count("\n") == 1


def test_charts_come_all_or_none(tmp_path, monkeypatch):
    from qinglu.tools import charted

    made = tool("ship-cii").run(_workspace(), SHIP).charts
    broken = [made[0], object()]
    with pytest.raises((AttributeError, AssertionError, TypeError)):
        charted.write_pictures(broken, tmp_path / "c", "en")
    assert not list(tmp_path.iterdir())
    assert [p.name for p in write_pictures(made, tmp_path / "c", "en")] == [f"{made[0].name}.svg"]


def _workspace():
    from datetime import date

    from qinglu.settings import Settings
    from qinglu.workspace import Workspace

    return Workspace(Settings(), today=date(2026, 11, 1))


def test_a_tool_without_charts_says_so(capsys, monkeypatch, tmp_path):
    folder = tmp_path / "c"
    code, out, err = run(
        capsys, monkeypatch, "classify", "--project-type", "hydropower", "--json", "--charts", str(folder)
    )
    assert code == 0
    assert "result" in json.loads(out)
    assert err == "qinglu: this answer of classify has no charts; none was written\n"
    assert not folder.exists()


# --- over HTTP


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    made = api_made.people(tmp_path_factory.mktemp("charts"))
    yield made
    api_made.close(made)


@pytest.fixture(scope="module")
def company(here):
    return here.client("company")


def test_the_list_of_tools_tells_the_ledger_and_its_examples(company):
    found = {t["id"]: t for t in company.get("/api/v1/tools").json()["items"] if t.get("group") == "ledger"}
    assert set(found) == {t.id for t in LEDGER}
    assert all(t["example"] for t in found.values())
    assert found["ship-cii"]["example"] == SHIP


def test_charts_stand_beside_the_rest_where_they_are_asked_for(company):
    plain = company.post("/api/v1/tools/ship-cii", json=dict(SHIP)).json()
    assert set(plain) == {"result", "findings", "trace", "unverified"}
    drawn = company.post(
        "/api/v1/tools/ship-cii?charts=true", json=dict(SHIP), headers={"Accept-Language": "zh"}
    ).json()
    charts = drawn.pop("charts")
    assert drawn == plain
    (chart,) = charts
    assert set(chart) == {"name", "title", "svg"}
    assert set(chart["title"]) == {"zh", "en"}
    assert chart["title"]["zh"] in chart["svg"]
    assert "var(" not in chart["svg"]
    assert ET.fromstring(chart["svg"]).tag.endswith("svg")
    page = company.post("/api/v1/tools/ship-cii?charts=page&chart_width=340", json=dict(SHIP)).json()["charts"][0][
        "svg"
    ]
    assert "var(--ink," in page
    assert ET.fromstring(page).get("viewBox").split()[2] == "340"
    assert chart["title"]["en"] in page


def test_a_tool_without_charts_answers_with_an_empty_list(company):
    made = company.post("/api/v1/tools/classify?charts=true", json={"project_type": "hydropower"}).json()
    assert made["charts"] == []
    assert company.post("/api/v1/tools/classify?charts=false", json={"project_type": "hydropower"}).json().keys() == {
        "result", "findings", "trace", "unverified"}  # fmt: skip


@pytest.mark.parametrize("asked", ["charts=yes", "charts=true&chart_width=1", "charts=true&chart_width=wide"])
def test_what_cannot_be_drawn_is_refused(company, asked):
    answer = company.post(f"/api/v1/tools/ship-cii?{asked}", json=dict(SHIP))
    assert answer.status_code in (400, 422)
    assert asked.rpartition("&")[2].partition("=")[0] in answer.text


def test_a_job_keeps_its_charts_with_its_answer(here, company):
    headers = {"Prefer": "respond-async", "Accept-Language": "zh"}
    job = company.post("/api/v1/tools/ship-cii?charts=page", json=dict(SHIP), headers=headers).json()["job"]
    here.clock.now += timedelta(seconds=1)
    assert Worker(here.store, handlers(api_made.settings(here.folder)), "test").once()
    done = company.get(job["links"]["self"]).json()
    assert done["state"] == "done"
    (chart,) = done["result"]["answer"]["charts"]
    assert chart["title"]["zh"] in chart["svg"]


def test_a_tool_that_may_read_a_raster_answers_at_once_without_one(company):
    asked = dict(tool("energy-options").example) | {"draws": 100}
    assert company.post("/api/v1/tools/energy-options", json=asked).status_code == 200
    answer = company.post("/api/v1/tools/energy-options", json=asked | {"resource": {"hydro": "/etc/passwd"}})
    assert (answer.status_code, answer.json()["where"]) == (422, "resource[0].path")


def test_the_description_has_the_charts(company):
    post = company.get("/openapi.json").json()["paths"]["/api/v1/tools/{tool_id}"]["post"]
    assert {"charts", "chart_width"} <= {p["name"] for p in post["parameters"]}
    charts = post["responses"]["200"]["content"]["application/json"]["schema"]["properties"]["charts"]
    assert charts["items"]["required"] == ["name", "title", "svg"]
