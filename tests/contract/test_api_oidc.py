"""Signing in through an identity provider: a small one of our own on loopback, honest and then not."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import api_made
import pytest
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey

CLIENT, SECRET = "qinglu-server", "shared with the provider"


class Provider:
    """What an identity provider does, as far as a client meets it; tests spoil it piece by piece."""

    def __init__(self) -> None:
        self.key = ECKey.generate_key("P-256", {"kid": "k1", "alg": "ES256"})
        self.codes: dict[str, dict[str, str]] = {}
        self.claims: dict[str, Any] = {"sub": "person-7", "email": "company@example.org", "email_verified": True}
        self.spoil: dict[str, Any] = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def authorize(self, address: str) -> dict[str, str]:
        """The person agrees in their browser; what it brings back to the client."""
        asked = {k: v[0] for k, v in parse_qs(urlsplit(address).query).items()}
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(form["code"], None)
        basic = base64.b64encode(f"{CLIENT}:{SECRET.replace(' ', '+')}".encode()).decode()
        plain = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        proof = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if asked is None or authorization.removeprefix("Basic ") not in (basic, plain):
            return 400, {"error": "invalid_grant"}
        if asked["code_challenge_method"] != "S256" or asked["code_challenge"] != proof:
            return 400, {"error": "invalid_grant"}
        now = int(api_made.START.timestamp())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"], **self.claims,
            **self.spoil.get("claims", {}),
        }  # fmt: skip
        key, header = self.spoil.get("key", self.key), {"alg": "ES256", "kid": "k1", **self.spoil.get("header", {})}
        algorithms = ["ES256", "HS256", "none"]
        made = jwt.encode(header, claims, key, algorithms=algorithms)
        return 200, {"access_token": "a", "token_type": "Bearer", "id_token": made}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *given: Any) -> None: ...

            def _tell(self, status: int, told: Any) -> None:
                raw = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def do_GET(self) -> None:
                at = provider.issuer
                if self.path == "/keys":
                    self._tell(200, KeySet([provider.key]).as_dict(private=False))
                else:
                    self._tell(200, {
                        "issuer": at, "authorization_endpoint": f"{at}/authorize", "token_endpoint": f"{at}/token",
                        "jwks_uri": f"{at}/keys",
                    } | provider.spoil.get("metadata", {}))  # fmt: skip

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = {k: v[0] for k, v in parse_qs(raw).items()}
                self._tell(*provider.token(form, self.headers.get("Authorization", "")))

        return Handler

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    yield made
    made.close()


@pytest.fixture
def here(tmp_path, provider):
    settings = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    made = api_made.people(tmp_path, **settings)
    yield made
    api_made.close(made)


def _client(here):
    return TestClient(here.app, raise_server_exceptions=False, follow_redirects=False)


def _through(client, provider, to="/draw"):
    begun = client.get("/auth/oidc/login", params={"to": to})
    assert begun.status_code == 303, begun.text
    assert begun.headers["location"].startswith(f"{provider.issuer}/authorize?")
    return client.get("/auth/oidc/callback", params=provider.authorize(begun.headers["location"]))


def test_somebody_whom_an_administrator_entered_signs_in(here, provider):
    client = _client(here)
    assert client.get("/api/v1/session").json()["oidc"] == "/auth/oidc/login"
    answer = _through(client, provider)
    assert (answer.status_code, answer.headers["location"]) == (303, "/draw")
    told = client.get("/api/v1/session").json()
    assert told["user"]["email"] == "company@example.org"
    assert told["user"]["subject"] == f"{provider.issuer} person-7"
    client.headers["X-CSRF-Token"] = told["csrf"]
    assert client.post("/api/v1/projects", json={"code": "x"}).status_code == 201


def test_later_the_providers_own_name_for_the_person_counts_and_no_address(here, provider):
    assert _through(_client(here), provider).status_code == 303
    provider.claims = {"sub": "person-7", "email": "other@example.org", "email_verified": True}
    client = _client(here)
    assert _through(client, provider).status_code == 303
    assert client.get("/api/v1/session").json()["user"]["email"] == "company@example.org"
    provider.claims = {"sub": "person-8", "email": "company@example.org", "email_verified": True}
    refused = _through(_client(here), provider)  # the address is another's by now
    assert (refused.status_code, refused.json()["slug"]) == (401, "sign-in")


@pytest.mark.parametrize("claims", [
    {"sub": "p", "email": "nobody@example.org", "email_verified": True},
    {"sub": "p", "email": "company@example.org", "email_verified": False},
    {"sub": "p", "email": "company@example.org"},
    {"sub": "p", "email": "company@example.org", "email_verified": "true"},
    {"sub": "p"},
])  # fmt: skip
def test_nobody_becomes_a_user_by_signing_in(here, provider, claims):
    provider.claims = claims
    n = len(here.store.users(api_made.SYSTEM))
    answer = _through(_client(here), provider)
    assert (answer.status_code, answer.json()["slug"]) == (401, "sign-in")
    assert "qinglu_session" not in answer.cookies
    assert len(here.store.users(api_made.SYSTEM)) == n


@pytest.mark.parametrize("spoil", [
    {"claims": {"nonce": "another"}}, {"claims": {"aud": "another"}}, {"claims": {"iss": "http://evil.example"}},
    {"claims": {"exp": 1}}, {"claims": {"exp": None}}, {"key": ECKey.generate_key("P-256")},
    {"key": OctKey.import_key("public knowledge of sorts"), "header": {"alg": "HS256"}},
    {"key": None, "header": {"alg": "none"}}, {"header": {"kid": "k9"}},
])  # fmt: skip
def test_a_token_that_does_not_hold_is_refused(here, provider, spoil):
    provider.spoil = spoil
    answer = _through(_client(here), provider)
    assert (answer.status_code, answer.json()["slug"]) in ((401, "sign-in"), (502, "provider")), answer.text
    assert "qinglu_session" not in answer.cookies


def test_a_sign_in_begun_in_another_browser_is_refused(here, provider):
    victim, attacker = _client(here), _client(here)
    begun = attacker.get("/auth/oidc/login")
    stolen = provider.authorize(begun.headers["location"])
    assert victim.get("/auth/oidc/callback", params=stolen).status_code == 401
    victim.get("/auth/oidc/login")
    assert victim.get("/auth/oidc/callback", params=stolen).status_code == 401


def test_a_code_counts_once_and_only_with_its_verifier(here, provider):
    client = _client(here)
    begun = client.get("/auth/oidc/login")
    brought = provider.authorize(begun.headers["location"])
    cookie = client.cookies["qinglu_oidc"]
    packed = json.loads(base64.urlsafe_b64decode(cookie.strip('"') + "=="))
    forged = base64.urlsafe_b64encode(json.dumps(packed | {"verifier": "x" * 48}).encode()).decode()
    other = _client(here)
    other.cookies.set("qinglu_oidc", forged)
    assert other.get("/auth/oidc/callback", params=brought).status_code == 502
    assert client.get("/auth/oidc/callback", params=brought).status_code == 502  # the provider has burnt it


@pytest.mark.parametrize(
    "to", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\nb"]
)
def test_it_never_leads_to_another_site(here, provider, to):
    assert _through(_client(here), provider, to).headers["location"] == "/"


@pytest.mark.parametrize("cookie", ["", "x", "e30=", base64.urlsafe_b64encode(b'{"state": 1}').decode()])
def test_a_broken_cookie_is_no_way_in(here, cookie):
    client = _client(here)
    client.cookies.set("qinglu_oidc", cookie)
    answer = client.get("/auth/oidc/callback?code=c&state=s")
    assert (answer.status_code, answer.json()["slug"]) == (401, "sign-in")


def test_what_the_provider_refuses_is_told(here, provider):
    client = _client(here)
    client.get("/auth/oidc/login")
    answer = client.get("/auth/oidc/callback?error=access_denied&state=x")
    assert (answer.status_code, answer.json()["slug"]) == (401, "sign-in")
    assert "access_denied" in answer.json()["detail_en"]


def test_a_provider_that_is_away_or_another_is_502(tmp_path, provider):
    made = api_made.people(tmp_path, oidc_issuer="http://127.0.0.1:9", oidc_client_id=CLIENT)
    try:
        answer = _client(made).get("/auth/oidc/login")
        assert (answer.status_code, answer.json()["slug"]) == (502, "provider")
    finally:
        api_made.close(made)
    provider.spoil = {"metadata": {"issuer": "http://evil.example"}}
    other = tmp_path / "other"
    other.mkdir(parents=True)
    made = api_made.people(other, oidc_issuer=provider.issuer, oidc_client_id=CLIENT)
    try:
        assert _client(made).get("/auth/oidc/login").status_code == 502
    finally:
        api_made.close(made)


def test_without_tls_only_loopback_is_asked(tmp_path):
    made = api_made.people(tmp_path, oidc_issuer="http://provider.example", oidc_client_id=CLIENT)
    try:
        answer = _client(made).get("/auth/oidc/login")
        assert (answer.status_code, answer.json()["slug"]) == (502, "provider")
        assert "https" in answer.json()["detail_en"]
    finally:
        api_made.close(made)
