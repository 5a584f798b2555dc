"""Every route, asked by everybody: who may what, and that nothing of one company reaches another.

A route that is not in `ROUTES` fails: none can be added without saying who may use it.
"""

from __future__ import annotations

import json

import api_made
import pytest
from api_made import MARK, ROLES

from qinglu.api.described import routes_of

EVERYBODY = ("public", *ROLES)
USERS = ROLES
INSIDE = ("company", "reader", "bank", "agency", "administrator")  # see the project as more than the public does
OWNERS = ("company", "administrator")
MEMBERS = ("company", "reader", "administrator")  # of the organisation that owns
SCREENERS = ("company", "bank", "agency", "administrator")
WORKING = ("company", "rival", "bank", "stranger", "agency", "steward", "administrator")
STEWARDS = ("steward", "administrator")
ADMIN = ("administrator",)

# (method, path) → who may, what those are told who may not (403 they see it; 404 they do not), and what is sent.
# Whoever is not signed in is told 401 instead of 403, and instead of 404 where the route is for users only.
J = "json"
ROUTES: dict[tuple[str, str], tuple] = {
    ("GET", "/healthz"): (EVERYBODY, 0, {}),
    ("GET", "/readyz"): (EVERYBODY, 0, {}),
    ("GET", "/metrics"): (EVERYBODY, 0, {}),
    ("GET", "/problems/{slug}"): (EVERYBODY, 0, {"path": {"slug": "option"}}),
    ("GET", "/auth/oidc/login"): ((), 404, {}),
    ("GET", "/auth/oidc/callback"): ((), 401, {}),
    ("POST", "/api/v1/session"): (
        EVERYBODY, 0, {J: {"email": "company@example.org", "password": api_made.PASSWORD}}),
    ("GET", "/api/v1/session"): (EVERYBODY, 0, {}),
    ("DELETE", "/api/v1/session"): (EVERYBODY, 0, {}),
    ("POST", "/api/v1/session/password"): (
        USERS, 0, {J: {"current": api_made.PASSWORD, "password": "another password of mine"}}),
    ("GET", "/api/v1/users"): (ADMIN, 403, {}),
    ("POST", "/api/v1/users"): (ADMIN, 403, {J: {"email": "new@example.org"}}),
    ("GET", "/api/v1/users/{user_id}"): (("company", "administrator"), 403, {"path": {"user_id": "user-company"}}),
    ("PATCH", "/api/v1/users/{user_id}"): (
        ("company", "administrator"), 403, {"path": {"user_id": "user-company"}, J: {"name": "N"}}),
    ("PUT", "/api/v1/users/{user_id}/password"): (
        ADMIN, 403, {"path": {"user_id": "user-reader"}, J: {"password": "for one time only"}}),
    ("GET", "/api/v1/organisations"): (USERS, 0, {}),
    ("POST", "/api/v1/organisations"): (ADMIN, 403, {J: {"kind": "bank", "name": "New"}}),
    ("GET", "/api/v1/organisations/{organisation_id}"): (USERS, 0, {"path": {"organisation_id": "org-bank"}}),
    ("PATCH", "/api/v1/organisations/{organisation_id}"): (
        ADMIN, 403, {"path": {"organisation_id": "org-bank"}, J: {"name": "N", "version": 1}}),
    ("GET", "/api/v1/organisations/{organisation_id}/members"): (ADMIN, 403, {"path": {"organisation_id": "org-bank"}}),
    ("POST", "/api/v1/organisations/{organisation_id}/members"): (
        ADMIN, 403, {"path": {"organisation_id": "org-bank"}, J: {"user_id": 2, "role": "reader"}}),
    ("DELETE", "/api/v1/organisations/{organisation_id}/members/{membership_id}"): (
        ADMIN, 403, {"path": {"organisation_id": "org-company", "membership_id": "membership"}}),
    ("GET", "/api/v1/tokens"): (USERS, 0, {}),
    ("POST", "/api/v1/tokens"): (USERS, 0, {J: {"name": "t", "scopes": ["read"]}}),
    ("DELETE", "/api/v1/tokens/{token_id}"): (OWNERS, 404, {"path": {"token_id": "token"}}),
    ("GET", "/api/v1/projects"): (EVERYBODY, 0, {}),
    ("GET", "/api/v1/projects/counts"): (EVERYBODY, 0, {}),
    ("POST", "/api/v1/projects"): (OWNERS, 403, {J: {"code": "new", "organisation": "org-company"}}),
    ("GET", "/api/v1/projects/{project_id}"): (INSIDE, 404, {"path": {"project_id": "project"}, "open": True}),
    ("PATCH", "/api/v1/projects/{project_id}"): (
        OWNERS, 404, {"path": {"project_id": "project"}, J: {"name": "N", "version": 1}, "sees": INSIDE}),
    ("GET", "/api/v1/projects/{project_id}/history"): (
        INSIDE, 404, {"path": {"project_id": "project"}, "open": True}),
    ("GET", "/api/v1/projects/{project_id}/dossier"): (INSIDE, 404, {"path": {"project_id": "project"}, "open": True}),
    ("GET", "/api/v1/projects/{project_id}/shares"): (INSIDE, 404, {"path": {"project_id": "project"}}),
    ("PUT", "/api/v1/projects/{project_id}/shares/{organisation_id}"): (
        OWNERS, 404, {"path": {"project_id": "project", "organisation_id": "org-stranger"}, "sees": INSIDE}),
    ("DELETE", "/api/v1/projects/{project_id}/shares/{organisation_id}"): (
        OWNERS, 404, {"path": {"project_id": "project", "organisation_id": "org-bank"}, "sees": INSIDE}),
    ("GET", "/api/v1/projects/{project_id}/comments"): (INSIDE, 404, {"path": {"project_id": "project"}}),
    ("POST", "/api/v1/projects/{project_id}/comments"): (
        ("company", "bank", "agency", "administrator"), 404,
        {"path": {"project_id": "project"}, J: {"text": "T"}, "sees": INSIDE}),
    ("POST", "/api/v1/projects/{project_id}/comments/{comment_id}/settle"): (
        ("agency", "administrator"), 404,
        {"path": {"project_id": "project", "comment_id": "comment"}, "sees": INSIDE}),
    ("GET", "/api/v1/portfolios"): (USERS, 0, {}),
    ("POST", "/api/v1/portfolios"): (
        OWNERS, 403, {"form": {"organisation": "org-company"}, "files": {"file": ("a.csv", b"id,lon,lat\n1,2,3\n")}}),
    ("GET", "/api/v1/portfolios/{portfolio_id}"): (MEMBERS, 404, {"path": {"portfolio_id": "portfolio"}}),
    ("GET", "/api/v1/portfolios/{portfolio_id}/rows"): (MEMBERS, 404, {"path": {"portfolio_id": "portfolio"}}),
    ("POST", "/api/v1/portfolios/{portfolio_id}/remap"): (
        OWNERS, 404, {"path": {"portfolio_id": "portfolio"}, J: {"fields": {"id": "id"}}, "sees": MEMBERS}),
    ("GET", "/api/v1/runs"): (USERS, 0, {}),
    ("POST", "/api/v1/runs"): (
        ("company", "bank", "agency", "administrator"), 404,
        {J: {"projects": ["project"]}, "sees": INSIDE, "as": {"administrator": "org-company", "reader": "org-company"},
         "none": ("reader", "rival", "stranger", "steward")}),
    ("GET", "/api/v1/runs/{run_id}"): (MEMBERS, 404, {"path": {"run_id": "run"}}),
    ("GET", "/api/v1/runs/{run_id}/report.{kind}"): (MEMBERS, 404, {"path": {"run_id": "run", "kind": "html"}}),
    ("GET", "/api/v1/runs/{run_id}/documents/{name}"): (MEMBERS, 404, {"path": {"run_id": "run", "name": "report.html"}}),
    ("GET", "/api/v1/findings"): (EVERYBODY, 0, {}),
    ("GET", "/api/v1/findings/{finding_id}"): (INSIDE, 404, {"path": {"finding_id": "finding"}, "open": True}),
    ("GET", "/api/v1/actions"): (USERS, 0, {}),
    ("POST", "/api/v1/actions"): (OWNERS, 404, {J: {"project": "project", "title": "T"}, "sees": INSIDE}),
    ("GET", "/api/v1/actions/{action_id}"): (INSIDE, 404, {"path": {"action_id": "action"}}),
    ("PATCH", "/api/v1/actions/{action_id}"): (
        OWNERS, 404, {"path": {"action_id": "action"}, J: {"state": "done", "version": 1}, "sees": INSIDE}),
    ("GET", "/api/v1/documents"): (EVERYBODY, 0, {}),
    ("POST", "/api/v1/documents"): (
        OWNERS, 404,
        {"query": {"project": "project"}, "form": {}, "files": {"file": ("a.txt", b"x")}, "sees": INSIDE}),
    ("GET", "/api/v1/documents/{document_id}"): (INSIDE, 404, {"path": {"document_id": "document"}, "open": True}),
    ("GET", "/api/v1/documents/{document_id}/content"): (
        INSIDE, 404, {"path": {"document_id": "document"}, "open": True}),
    ("DELETE", "/api/v1/documents/{document_id}"): (
        OWNERS, 404, {"path": {"document_id": "document"}, "sees": INSIDE}),
    ("GET", "/api/v1/layers"): (EVERYBODY, 0, {}),
    ("POST", "/api/v1/layers"): (
        STEWARDS, 403, {"form": {"role": "other"}, "files": {"file": ("a.geojson", b"{}")}}),
    ("GET", "/api/v1/layers/{layer_id}"): (EVERYBODY, 0, {"path": {"layer_id": "countries"}}),
    ("PATCH", "/api/v1/layers/{layer_id}"): (
        STEWARDS, 403, {"path": {"layer_id": "countries"}, J: {"enabled": False, "version": 1}}),
    ("GET", "/api/v1/rules"): (EVERYBODY, 0, {}),
    ("GET", "/api/v1/rules/{rule_id}"): (EVERYBODY, 0, {"path": {"rule_id": "screening.coast"}}),
    ("GET", "/api/v1/rules/{rule_id}/history"): (EVERYBODY, 0, {"path": {"rule_id": "screening.coast"}}),
    ("GET", "/api/v1/tools"): (EVERYBODY, 0, {}),
    ("GET", "/api/v1/tools/{tool_id}"): (EVERYBODY, 0, {"path": {"tool_id": "who-air"}}),
    ("POST", "/api/v1/tools/{tool_id}"): (
        WORKING, 403,
        {"path": {"tool_id": "who-air"},
         J: {"pollutant": "pm2_5", "averaging": "annual", "value": 12, "unit": "ug/m3"}}),
    ("GET", "/api/v1/jobs"): (USERS, 0, {}),
    ("GET", "/api/v1/jobs/{job_id}"): (MEMBERS, 404, {"path": {"job_id": "job"}}),
    ("POST", "/api/v1/jobs/{job_id}/cancel"): (OWNERS, 404, {"path": {"job_id": "job"}, "sees": MEMBERS}),
    ("POST", "/api/v1/jobs/{job_id}/retry"): (
        OWNERS, 404, {"path": {"job_id": "job"}, "sees": MEMBERS, "passes": 422}),
    ("GET", "/api/v1/jobs/{job_id}/events"): (
        MEMBERS, 404, {"path": {"job_id": "job"}, "headers": {"Accept": "application/json"}}),
    ("GET", "/api/v1/jobs/{job_id}/documents/{name}"): ((), 404, {"path": {"job_id": "job", "name": "report.html"}}),
    ("GET", "/api/v1/projects/{project_id}/nearby"): (
        INSIDE, 404, {"path": {"project_id": "project"}, "open": True}),
    ("POST", "/api/v1/look"): (
        WORKING, 403, {J: {"geometry": {"type": "Point", "coordinates": [500, 0]}}, "passes": 422}),
    ("POST", "/api/v1/demo"): (("company", "rival"), 403, {
        "none": ("reader", "bank", "stranger", "agency", "steward", "administrator")}),
    ("GET", "/api/v1/coverage"): (EVERYBODY, 0, {}),
    ("GET", "/api/v1/search"): (EVERYBODY, 0, {"query": {"q": "e"}}),
    ("GET", "/api/v1/audit"): (ADMIN, 403, {}),
    ("GET", "/api/v1/audit/verify"): (ADMIN, 403, {}),
}  # fmt: skip
OTHERS = ("/ogc", "/stac", "/tiles")
"""Prefixes of routes that have a matrix of their own."""
KNOWN_TO = {"company", "reader", "bank", "agency", "administrator"}
"""Who may meet the mark at all."""


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    made = api_made.world(tmp_path_factory.mktemp("world"))
    for role in ROLES:
        made.client(role)
    made.keep()
    yield made
    api_made.close(made)


def _routes(app):
    """Every route but those with a matrix of their own; HEAD is what the framework adds to a plain GET."""
    return {(m, p) for m, p in routes_of(app) if m != "HEAD" and not p.startswith(OTHERS)}


def _resolved(value, ids):
    if isinstance(value, dict):
        return {k: _resolved(v, ids) for k, v in value.items()}
    if isinstance(value, list):
        return [_resolved(v, ids) for v in value]
    return ids.get(value, value) if isinstance(value, str) else value


def _ask(here, role, method, path, told):
    ids = here.ids
    told = _resolved({k: v for k, v in told.items() if k in ("path", "query", "form", "json", "as")}, ids) | {
        k: told[k] for k in ("files", "headers") if k in told
    }
    for name, value in told.get("path", {}).items():
        path = path.replace("{" + name + "}", str(value))
    sent = dict(told.get("json") or {})
    if role in told.get("as", {}):
        sent["organisation"] = told["as"][role]
    options = {"params": told.get("query"), "headers": told.get("headers"), "follow_redirects": False}
    if "json" in told:
        options["json"] = sent
    if "files" in told:
        options |= {"data": {k: str(v) for k, v in told["form"].items()}, "files": told["files"]}
    return here.client(role).request(method, path, **options)


def _expected(role, path, allowed, otherwise, told):
    if role in allowed:
        return "passes"
    if role in told.get("none", ()):
        return (403, 404, 422)
    if role == "public":
        users_only = not told.get("open") and path.startswith("/api/")
        return (401,) if users_only or otherwise in (0, 403) else (otherwise, 401)
    return (403,) if role in told.get("sees", ()) else (otherwise,)


def test_no_route_is_forgotten(here):
    there, said = _routes(here.app), set(ROUTES)
    pages = {(method, path) for method, path in there - said if not path.startswith(("/api/", "/auth/"))}
    assert {method for method, _ in pages} <= {"GET"}, "a page only shows"
    assert sorted(there - said - pages) == [], "say in ROUTES who may use it"
    assert sorted(said - there) == [], "it is not there any more"


def test_pages_look_nobody_up(here):
    """What is no API is the same whoever asks: a plain file."""
    for path in ("/", "/openapi.json"):
        answers = {here.client(role).get(path).text for role in ("public", "company", "administrator")}
        assert len(answers) == 1


@pytest.mark.parametrize(("method", "path"), ROUTES, ids=lambda v: v.replace("/api/v1/", ""))
def test_who_may(here, method, path):
    allowed, otherwise, told = ROUTES[method, path]
    for role in EVERYBODY:
        answer = _ask(here, role, method, path, told)
        expected = _expected(role, path, allowed, otherwise, told)
        said = f"{method} {path} as {role}: {answer.status_code} {answer.text[:300]}"
        if expected == "passes":
            assert answer.status_code < 400 or answer.status_code == told.get("passes"), said
        else:
            assert answer.status_code in expected, said
            assert answer.headers["content-type"] == "application/problem+json", said
        if role not in KNOWN_TO:
            assert MARK not in answer.text, said
        if method != "GET":
            here.reset()


@pytest.mark.parametrize("role", ["public", "rival", "stranger", "steward"])
def test_no_list_shows_another_companys_things(here, role):
    """Asked with every filter that could reach them."""
    ids = here.ids
    for path in (
        "projects", "projects?q=marked", f"projects?organisation={ids['org-company']}&geometry=true",
        f"projects?portfolio={ids['portfolio']}", f"projects?shared_with={ids['org-bank']}", "projects?f=geojson",
        f"findings?run={ids['run']}", "findings", "documents", "search?q=marked", "actions", "jobs", "runs",
        "portfolios", "tokens", "organisations", "layers",
    ):  # fmt: skip
        answer = here.client(role).get(f"/api/v1/{path}")
        assert answer.status_code in (200, 401), path
        assert MARK not in answer.text, path
    counted = here.client(role).get("/api/v1/projects/counts").json()
    assert counted["total"] == 0


def test_a_published_project_shows_the_public_what_is_public_and_no_more(here):
    company, ids = here.client("company"), here.ids
    version = company.get(f"/api/v1/projects/{ids['project']}").json()["version"]
    sent = company.patch(f"/api/v1/projects/{ids['project']}", json={"published": True, "version": version})
    assert sent.status_code == 200
    seen = here.client("public").get(f"/api/v1/projects/{ids['project']}")
    assert seen.status_code == 200
    assert seen.json()["name"] == f"{MARK} project"
    assert seen.json()["extra"] == {}
    assert seen.json()["shared_with"] == []
    assert seen.json()["may"] == []
    for path in ("history", "comments", "shares"):
        assert here.client("public").get(f"/api/v1/projects/{ids['project']}/{path}").status_code == 401
    assert here.client("public").get(f"/api/v1/documents/{ids['document']}").status_code == 404
    assert here.client("rival").get(f"/api/v1/projects/{ids['project']}/history").status_code == 403
    here.reset()


@pytest.mark.parametrize(("scopes", "may"), [
    (["read"], {"read"}), (["read", "write"], {"read", "write"}), (["read", "run"], {"read", "run"}),
    (["write"], set()),
])  # fmt: skip
def test_a_token_does_what_its_scopes_say(here, scopes, may):
    secret = here.client("company").post("/api/v1/tokens", json={"name": "t", "scopes": scopes}).json()["token"]
    bearer, ids = {"Authorization": f"Bearer {secret}"}, here.ids
    public = here.client("public")
    asked = {
        "read": public.get(f"/api/v1/projects/{ids['project']}", headers=bearer),
        "write": public.patch(f"/api/v1/projects/{ids['project']}", headers=bearer, json={"name": "N", "version": 1}),
        "run": public.post("/api/v1/runs", headers=bearer, json={"projects": [ids["project"]]}),
    }
    for name, answer in asked.items():
        assert (answer.status_code < 300) == (name in may), (name, answer.text)
        assert answer.status_code < 300 or answer.status_code in (403, 404), (name, answer.text)
    here.reset()


def test_every_route_says_in_openapi_that_it_may_answer_with_a_problem(here):
    paths = here.client("public").get("/openapi.json").json()["paths"]
    operations = [o for p in paths.values() for o in p.values() if isinstance(o, dict)]
    assert len(operations) >= len(ROUTES) - 1
    for operation in operations:
        assert "default" in operation["responses"] or "x-no-problem" in operation
        assert "422" not in operation["responses"]
    assert MARK not in json.dumps(paths)
