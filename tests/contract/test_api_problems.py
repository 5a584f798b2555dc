"""Every refusal has one form, in both languages; every answer has its headers; no request is too large or too odd."""

from __future__ import annotations

import ast
import asyncio
import json
import logging
from pathlib import Path

import api_made
import pytest

from qinglu.api import problems
from qinglu.api.titles import TITLES
from qinglu.engine.logs import JsonLines
from qinglu.store import StoreUnavailableError
from qinglu.text import Text

SOURCE = Path(problems.__file__).parents[1]


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    made = api_made.people(tmp_path_factory.mktemp("problems"))
    yield made
    api_made.close(made)


def _problem(answer, status, slug):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert told["slug"] == slug
    assert told["type"] == f"/problems/{slug}"
    assert told["instance"] == f"urn:qinglu:request:{answer.headers['x-request-id']}"
    assert told["detail_zh"] != told["detail_en"]
    assert any("一" <= c <= "鿿" for c in told["detail_zh"])
    return told


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(("method", "path", "options", "status", "slug"), [
    ("GET", "/nothing", {}, 404, "no-address"),
    ("GET", "/api/v1/nothing", {}, 404, "no-address"),
    ("PUT", "/api/v1/projects", {}, 405, "method-not-allowed"),
    ("GET", "/api/v1/projects/1", {}, 404, "not-found"),
    ("GET", "/api/v1/projects/0", {}, 422, "option"),
    ("GET", "/api/v1/projects/x", {}, 422, "option"),
    ("GET", f"/api/v1/projects/{2**70}", {}, 422, "option"),
    ("GET", "/api/v1/projects?limit=0", {}, 422, "option"),
    ("GET", "/api/v1/projects?q=%00", {}, 400, "bad-request"),
    ("GET", "/api/v1/layers/a%00b", {}, 400, "bad-request"),
    ("GET", "/api/v1/rules/no.such.rule", {}, 404, "not-found"),
    ("GET", "/api/v1/tools/no-such-tool", {}, 404, "not-found"),
    ("GET", "/problems/no-such-problem", {}, 404, "not-found"),
    ("POST", "/api/v1/projects", {"content": b"{", "headers": JSON}, 400, "bad-request"),
    ("POST", "/api/v1/projects", {"content": b'{"code": NaN}', "headers": JSON}, 400, "bad-request"),
    ("POST", "/api/v1/projects", {"content": b'{"code": "a", "code": "b"}', "headers": JSON}, 400, "bad-request"),
    ("POST", "/api/v1/projects", {"content": b"[" * 100_000, "headers": JSON}, 400, "bad-request"),
    ("POST", "/api/v1/projects", {"content": b"\xff\xfe", "headers": JSON}, 400, "bad-request"),
    ("POST", "/api/v1/projects", {"content": rb'{"code": "\ud800"}', "headers": JSON}, 422, "option"),
    ("POST", "/api/v1/projects", {"content": rb'{"code": "a\u0000b"}', "headers": JSON}, 422, "option"),
    ("POST", "/api/v1/projects", {"json": [1]}, 422, "option"),
    ("POST", "/api/v1/projects", {}, 422, "option"),
    ("POST", "/api/v1/projects", {"json": {}}, 422, "option"),
    ("POST", "/api/v1/projects", {"json": {"code": "a", "shoe": 1}}, 422, "option"),
    ("POST", "/api/v1/projects", {"json": {"code": ""}}, 422, "option"),
    ("POST", "/api/v1/projects", {"json": {"code": "a" * 300}}, 422, "option"),
    ("POST", "/api/v1/projects", {"json": {"code": "a", "capacity": -1}}, 422, "option"),
    ("POST", "/api/v1/projects", {"data": {"code": "a"}}, 415, "media-type"),
    ("POST", "/api/v1/portfolios", {"json": {}}, 415, "media-type"),
    ("POST", "/api/v1/portfolios", {"files": {"other": b"x"}}, 422, "option"),
    ("POST", "/api/v1/portfolios", {"content": b"--x\r\nbroken", "headers": {"Content-Type": "multipart/form-data"}}, 400,
     "bad-request"),
    ("POST", "/api/v1/runs", {"json": {"projects": []}}, 422, "option"),
    ("GET", "/api/v1/rules?topic=nothing", {}, 422, "option"),
    ("GET", "/api/v1/rules/screening.coast?on=0001-01-01", {}, 422, "option"),
    ("GET", "/api/v1/runs/1/documents/..%2F..%2Fqinglu.db", {}, 404, None),
])  # fmt: skip
def test_every_refusal_is_a_problem(here, method, path, options, status, slug):
    answer = here.client("company").request(method, path, **options)
    if slug is None:
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
    else:
        _problem(answer, status, slug)


def test_the_language_is_that_of_the_reader(here):
    for asked, start in (("zh-CN,zh;q=0.9,en;q=0.5", "没有"), ("en-GB", "there is no"), ("fr", "there is no")):
        told = here.client().get("/api/v1/projects/9", headers={"Accept-Language": asked}).json()
        assert told["detail"].startswith(start), asked
    assert here.client().get("/api/v1/projects/9?lang=zh").json()["title"] == TITLES["not-found"].zh


def test_a_value_that_is_refused_is_named_with_what_is_allowed(here):
    told = here.client("company").get("/api/v1/projects?limit=9999").json()
    assert told["where"] == "limit"
    assert "≤ 1000" in told["detail_en"]
    assert told["errors"] == [{"where": "limit", "zh": "'9999' 超出范围，应 ≤ 1000",
                               "en": "'9999' is out of range, allowed: ≤ 1000"}]  # fmt: skip


def test_every_answer_has_its_headers(here):
    for path in ("/healthz", "/api/v1/projects", "/api/v1/projects/9", "/nothing", "/metrics"):
        headers = here.client().get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"] or path == "/nothing"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-frame-options"] == "DENY"
        assert len(headers["x-request-id"]) >= 8
        assert "server" not in headers
    assert "no-store" in here.client().get("/api/v1/session").headers["cache-control"]


def test_a_request_keeps_the_id_it_came_with_if_it_is_one(here):
    assert here.client().get("/healthz", headers={"X-Request-ID": "abc-1.2"}).headers["x-request-id"] == "abc-1.2"
    odd = here.client().get("/healthz", headers={"X-Request-ID": 'a"b c'}).headers["x-request-id"]
    assert odd != 'a"b c'


def test_a_body_that_is_too_large_is_refused_before_it_is_held(here):
    company = here.client("company")
    claimed = company.post("/api/v1/projects", content=b"{}", headers=JSON | {"Content-Length": str(9 << 20)})
    _problem(claimed, 413, "size-limit")

    def endless():
        for _ in range(10):
            yield b" " * (1 << 20)

    _problem(company.post("/api/v1/projects", content=endless(), headers=JSON), 413, "size-limit")


def test_a_database_that_is_away_is_503_and_says_when_to_come_back(here, monkeypatch):
    def away(*given, **named):
        raise StoreUnavailableError(Text("数据库暂不可用", "the database is not available"))

    monkeypatch.setattr(here.store.db, "read", away)
    for path in ("/api/v1/projects", "/readyz"):
        answer = here.client().get(path)
        _problem(answer, 503, "store-unavailable")
        assert int(answer.headers["retry-after"]) > 0
    assert here.client().get("/healthz").status_code == 200
    assert here.client("company").get("/healthz").status_code == 200


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x"])
def test_a_body_that_stalls_is_dropped(here, monkeypatch, kind):
    monkeypatch.setattr("qinglu.api.middleware._IDLE_S", 0.05)
    company = here.client("company")
    path = "/api/v1/projects" if kind.endswith("json") else "/api/v1/portfolios"
    given = {
        "content-type": kind, "cookie": f"qinglu_session={company.cookies['qinglu_session']}", "host": "testserver",
        "x-csrf-token": company.headers["X-CSRF-Token"],
    }  # fmt: skip
    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"",
        "root_path": "", "scheme": "http", "http_version": "1.1", "client": ("127.0.0.1", 1),
        "server": ("testserver", 80), "headers": [(k.encode(), v.encode()) for k, v in given.items()],
    }  # fmt: skip
    sent = []

    async def receive():
        await asyncio.sleep(30)

    async def send(message):
        sent.append(message)

    asyncio.run(asyncio.wait_for(here.app(scope, receive, send), 10))
    assert sent[0]["status"] == 408
    assert json.loads(sent[1]["body"])["slug"] == "request-timeout"


def test_what_nobody_foresaw_tells_its_number_and_nothing_else(here, monkeypatch, caplog):
    monkeypatch.setattr(logging.root.manager, "disable", 0)  # the command line, run before, silences libraries

    def broken(*given, **named):
        raise RuntimeError("secret of the inside")

    monkeypatch.setattr(here.store, "projects", broken)
    with caplog.at_level(logging.INFO, "qinglu"):
        answer = here.client().get("/api/v1/projects?q=private-words", headers={"X-Request-ID": "number-7"})
    told = _problem(answer, 500, "internal")
    assert "number-7" in told["detail_en"]
    assert "secret of the inside" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    lines = [json.loads(JsonLines().format(r)) for r in caplog.records]
    (failed,) = [x for x in lines if x["level"] == "critical"]
    assert failed["request_id"] == "number-7"
    assert "secret of the inside" in failed["exception"]
    (seen,) = [x for x in lines if x["logger"] == "qinglu.requests"]
    assert (seen["status"], seen["route"], seen["request_id"]) == (500, "/api/v1/projects", "number-7")
    assert all("private-words" not in json.dumps(x) for x in lines if x is not failed)


def test_metrics_name_routes_and_no_person(here):
    here.client("company").get("/api/v1/projects/12345")
    here.client().request("BREW", "/healthz")
    page = here.client().get("/metrics").text
    assert 'qinglu_http_requests_total{method="GET",route="/api/v1/projects/{project_id}",status="404"}' in page
    assert "12345" not in page
    assert "example.org" not in page
    assert "BREW" not in page
    assert 'qinglu_jobs{state="queued"} 0.0' in page
    assert "qinglu_queue_age_seconds 0.0" in page
    assert "qinglu_http_request_duration_seconds_bucket" in page


def test_every_slug_has_a_title_in_both_languages():
    slugs = {
        str(line.value.value)
        for source in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and node.name.endswith("Error")
        for line in node.body
        if isinstance(line, ast.Assign | ast.AnnAssign) and isinstance(line.value, ast.Constant)
        and getattr(getattr(line, "target", None) or line.targets[0], "id", "") == "slug"
    }  # fmt: skip
    assert sorted(slugs - set(TITLES)) == []
    assert all(t.zh and t.en for t in TITLES.values())
