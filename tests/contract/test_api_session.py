"""Signing in: cookies, the word against forged requests, throttling, tokens and their end."""

from __future__ import annotations

import re
from datetime import timedelta

import api_made
import pytest
from api_made import PASSWORD, sign_in
from fastapi.testclient import TestClient


@pytest.fixture
def here(tmp_path):
    made = api_made.people(tmp_path)
    yield made
    api_made.close(made)


def _fresh(here):
    return TestClient(here.app, raise_server_exceptions=False)


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(here):
    answer = sign_in(_fresh(here), "company@example.org")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie  # plain http on loopback
    assert answer.json()["user"]["email"] == "company@example.org"
    assert answer.json()["roles"][0]["role"] == "company"


def test_with_https_the_cookie_is_secure_and_bound_to_the_host(tmp_path):
    made = api_made.people(tmp_path, public_url="https://qinglu.example.org")
    try:
        client = TestClient(made.app, base_url="https://qinglu.example.org")
        answer = sign_in(client, "company@example.org")
        assert answer.headers["set-cookie"].startswith("__Host-qinglu_session=")
        assert "Secure" in answer.headers["set-cookie"]
        assert answer.headers["strict-transport-security"].startswith("max-age=")
        assert client.get("/api/v1/tokens").status_code == 200
    finally:
        api_made.close(made)


def test_signing_out_closes_the_session_itself(here):
    client = _fresh(here)
    sign_in(client, "company@example.org")
    secret = client.cookies["qinglu_session"]
    assert client.delete("/api/v1/session").status_code == 204
    assert "qinglu_session" not in client.cookies
    again = _fresh(here)
    again.cookies.set("qinglu_session", secret)
    assert again.get("/api/v1/session").json()["user"] is None
    assert again.get("/api/v1/tokens").status_code == 401


@pytest.mark.parametrize("body", [
    {"email": "company@example.org", "password": "wrong wrong wrong"},
    {"email": "nobody@example.org", "password": PASSWORD},
])  # fmt: skip
def test_a_wrong_password_and_an_unknown_address_are_told_alike(here, body):
    answer = _fresh(here).post("/api/v1/session", json=body)
    assert answer.status_code == 401
    assert answer.json()["slug"] == "sign-in"
    assert answer.json()["detail_en"].startswith("the e-mail address or the password is not right")
    assert "set-cookie" not in answer.headers


def test_guessing_is_throttled_and_says_for_how_long(here):
    client = _fresh(here)
    body = {"email": "company@example.org", "password": "wrong wrong wrong"}
    statuses = [client.post("/api/v1/session", json=body).status_code for _ in range(12)]
    assert statuses[:10] == [401] * 10
    assert statuses[10:] == [429, 429]
    right = client.post("/api/v1/session", json=body | {"password": PASSWORD})
    assert right.status_code == 429
    wait = int(right.headers["retry-after"])
    assert right.json()["retry_after_s"] == wait > 0
    here.clock.now += timedelta(seconds=wait + 1)
    assert client.post("/api/v1/session", json=body | {"password": PASSWORD}).status_code == 200


def test_a_change_with_the_cookie_alone_is_refused(here):
    client = _fresh(here)
    sign_in(client, "company@example.org")
    word = client.headers.pop("X-CSRF-Token")
    refused = client.post("/api/v1/projects", json={"code": "x"})
    assert (refused.status_code, refused.json()["slug"]) == (403, "csrf")
    assert client.post("/api/v1/projects", json={"code": "x"}, headers={"X-CSRF-Token": word[::-1]}).status_code == 403
    other = _fresh(here)
    sign_in(other, "rival@example.org")
    theirs = other.headers["X-CSRF-Token"]
    assert client.post("/api/v1/projects", json={"code": "x"}, headers={"X-CSRF-Token": theirs}).status_code == 403
    assert client.post("/api/v1/projects", json={"code": "x"}, headers={"X-CSRF-Token": word}).status_code == 201
    assert len(client.get("/api/v1/projects").json()["items"]) == 1


@pytest.mark.parametrize("headers", [
    {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://["},
    {"Origin": "http://testserver.evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
])  # fmt: skip
def test_another_site_changes_nothing_whatever_it_sends(here, headers):
    client = _fresh(here)
    sign_in(client, "company@example.org")
    assert client.post("/api/v1/projects", json={"code": "x"}, headers=headers).status_code == 403
    signing = {"email": "company@example.org", "password": PASSWORD}
    assert _fresh(here).post("/api/v1/session", json=signing, headers=headers).status_code == 403
    own = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/api/v1/projects", json={"code": "x"}, headers=own).status_code == 201


def test_a_form_of_a_page_elsewhere_is_no_json(here):
    """A browser sends text/plain across origins without asking first: it is not read as JSON."""
    client = _fresh(here)
    body = f'{{"email": "company@example.org", "password": "{PASSWORD}"}}'
    answer = client.post("/api/v1/session", content=body, headers={"Content-Type": "text/plain"})
    assert (answer.status_code, answer.json()["slug"]) == (415, "media-type")


def test_a_session_ends_after_a_while(here):
    client = _fresh(here)
    sign_in(client, "company@example.org")
    here.clock.now += timedelta(hours=13)
    assert client.get("/api/v1/tokens").status_code == 401
    assert client.get("/api/v1/projects").status_code == 200  # public pages stay public


def test_a_one_time_password_opens_nothing_but_its_own_change(here):
    admin = here.client("administrator")
    once = "for one time only"
    made = admin.post("/api/v1/users", json={"email": "new@example.org", "password": once})
    assert made.status_code == 201
    client = _fresh(here)
    assert sign_in(client, "new@example.org", once).json()["must_change"] is True
    refused = client.get("/api/v1/projects")
    assert (refused.status_code, refused.json()["slug"]) == (403, "password-change")
    before = client.cookies["qinglu_session"]
    wrong = client.post("/api/v1/session/password", json={"current": "not this one", "password": PASSWORD})
    assert wrong.status_code == 401
    changed = client.post("/api/v1/session/password", json={"current": once, "password": PASSWORD})
    assert changed.status_code == 200
    assert client.cookies["qinglu_session"] != before
    client.headers["X-CSRF-Token"] = changed.json()["csrf"]
    assert client.get("/api/v1/projects").status_code == 200
    stale = _fresh(here)
    stale.cookies.set("qinglu_session", before)
    assert stale.get("/api/v1/tokens").status_code == 401


def test_a_token_is_told_once_and_ends(here):
    client = _fresh(here)
    sign_in(client, "company@example.org")
    made = client.post("/api/v1/tokens", json={"name": "script", "scopes": ["read", "write"], "days": 2}).json()
    assert re.fullmatch(r"ql_[\w-]{40,}", made["token"])
    listed = client.get("/api/v1/tokens").text
    assert made["token"] not in listed
    bare = _fresh(here)
    bearer = {"Authorization": f"Bearer {made['token']}"}
    # No cookie, so nothing to forge: no word is needed.
    assert bare.post("/api/v1/projects", json={"code": "x"}, headers=bearer).status_code == 201
    for path in ("/api/v1/tokens",):
        body = {"name": "heir", "scopes": ["read"]}
        assert bare.post(path, json=body, headers=bearer).status_code == 403
    wrong = bare.post("/api/v1/session/password", json={"current": PASSWORD, "password": PASSWORD}, headers=bearer)
    assert wrong.status_code == 401
    here.clock.now += timedelta(days=3)
    gone = bare.get("/api/v1/projects", headers=bearer)
    assert (gone.status_code, gone.headers["www-authenticate"]) == (401, 'Bearer realm="qinglu"')


def test_a_token_as_password_reads_and_changes_nothing(here):
    """QGIS before 3.32, and other desktop programs, send a name and a password and no header of one's own."""
    client = _fresh(here)
    sign_in(client, "company@example.org")
    made = client.post("/api/v1/tokens", json={"name": "desktop", "scopes": ["read", "write"]}).json()
    bare = _fresh(here)
    basic = ("anybody", made["token"])
    assert bare.get("/api/v1/session", auth=basic).json()["user"]["email"] == "company@example.org"
    assert bare.post("/api/v1/projects", json={"code": "basic"}, auth=basic).status_code == 401
    assert client.delete(f"/api/v1/tokens/{made['id']}").status_code == 204
    assert bare.get("/api/v1/session", auth=basic).status_code == 401
    assert bare.get("/api/v1/session", auth=("company@example.org", PASSWORD)).status_code == 401


def test_a_revoked_token_is_void_at_once(here):
    client = _fresh(here)
    sign_in(client, "company@example.org")
    made = client.post("/api/v1/tokens", json={"name": "script", "scopes": ["read"]}).json()
    bearer = {"Authorization": f"Bearer {made['token']}"}
    assert _fresh(here).get("/api/v1/tokens", headers=bearer).status_code == 200
    assert client.delete(f"/api/v1/tokens/{made['id']}").status_code == 204
    assert _fresh(here).get("/api/v1/tokens", headers=bearer).status_code == 401


@pytest.mark.parametrize(
    "header",
    ["Basic YTpi", "Basic !", "Basic YQ==", "Basic", "Bearer", "Bearer ", "ql_x", "Bearer ql_nothing", "Bearer é"],
)
def test_other_authorizations_are_refused_not_ignored(here, header):
    answer = _fresh(here).get("/api/v1/projects", headers={"Authorization": header.encode("latin-1")})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_disabled_user_is_out_at_once(here):
    client, admin = _fresh(here), here.client("administrator")
    sign_in(client, "company@example.org")
    token = client.post("/api/v1/tokens", json={"name": "t", "scopes": ["read"]}).json()["token"]
    number = here.ids["user-company"]
    assert admin.patch(f"/api/v1/users/{number}", json={"disabled": True}).status_code == 200
    assert client.get("/api/v1/tokens").status_code == 401
    assert _fresh(here).get("/api/v1/tokens", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_the_last_administrator_stays(here):
    admin, number = here.client("administrator"), here.ids["user-administrator"]
    refused = admin.patch(f"/api/v1/users/{number}", json={"disabled": True})
    assert (refused.status_code, refused.json()["slug"]) == (403, "forbidden")
