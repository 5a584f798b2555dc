"""Signing in through an OpenID Connect provider: authorization code with PKCE, and an identity token that holds.

The only addresses that are opened are the provider's own, from the settings. Nobody is made a user by signing in:
an administrator enters people by their e-mail address, and the first sign-in with that address, vouched for by the
provider, ties the two together for good by the provider's own name for the person.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from ..store import SYSTEM, SignInError
from ..store.values import User
from ..text import Text
from .context import Context
from .errors import NoRouteError, ProviderError

_SCOPE = "openid email profile"
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]
_TIMEOUT_S = 10.0
_LEEWAY_S = 60
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in half way; its own browser carries it in a cookie."""

    state: str
    nonce: str
    verifier: str
    to: str

    def packed(self) -> str:
        """For the cookie."""
        return base64.urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode()

    @classmethod
    def unpacked(cls, raw: str) -> Begun:
        """From the cookie.

        Raises
        ------
        SignInError
            There is none, or none of ours.
        """
        try:
            return cls(**json.loads(base64.urlsafe_b64decode(raw.encode())))
        except (ValueError, TypeError):
            raise _again() from None


def begin(ctx: Context, callback: str, to: str) -> tuple[str, Begun]:
    """Where to send the browser, and what it has to bring back."""
    known = metadata(ctx)
    begun = Begun(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48), to)
    with _client(ctx, callback) as client:
        address, _ = client.create_authorization_url(
            known["authorization_endpoint"], state=begun.state, nonce=begun.nonce, code_verifier=begun.verifier
        )
    return str(address), begun


def end(ctx: Context, callback: str, begun: Begun, code: str, state: str) -> User:
    """The user whom the provider vouches for.

    Raises
    ------
    SignInError
        Another sign-in than the one begun, a token that does not hold, or nobody whom we know.
    ProviderError
        The provider cannot be reached, or does not behave as one.
    """
    if not secrets.compare_digest(state.encode(), begun.state.encode()):
        raise _again()
    known = metadata(ctx)
    try:
        with _client(ctx, callback) as client:
            answer = client.fetch_token(known["token_endpoint"], code=code, code_verifier=begun.verifier)
        with httpx2.Client(timeout=_TIMEOUT_S) as client:
            keys = client.get(known["jwks_uri"]).raise_for_status().json()
    except (httpx2.HTTPError, OAuthError, ValueError) as error:
        raise _silent(ctx, error) from error
    claims = _held(ctx, str(answer.get("id_token", "")), keys, begun.nonce)
    return _user(ctx, claims)


def metadata(ctx: Context) -> Mapping[str, Any]:
    """What the provider says of itself, asked for once.

    Raises
    ------
    NoRouteError
        No provider is set.
    ProviderError
    """
    issuer = ctx.settings.oidc_issuer.rstrip("/")
    if not issuer:
        raise NoRouteError(
            Text("未配置身份提供方", "no identity provider is set"), Text("请用密码登录", "Sign in with a password")
        )
    address = urlsplit(issuer)
    if address.scheme != "https" and address.hostname not in _LOOPBACK:
        raise ProviderError(
            Text("身份提供方的地址须为 https", "the provider's address has to be https"),
            Text("请检查 QINGLU_OIDC_ISSUER", "Check QINGLU_OIDC_ISSUER"),
        )

    def ask() -> Mapping[str, Any]:
        try:
            with httpx2.Client(timeout=_TIMEOUT_S) as client:
                found = client.get(f"{issuer}/.well-known/openid-configuration").raise_for_status().json()
            if str(found["issuer"]).rstrip("/") != issuer:
                raise ValueError("it calls itself something else")
            return {k: str(found[k]) for k in ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")}
        except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
            raise _silent(ctx, error) from error

    return ctx.once(f"oidc {issuer}", ask)


def _client(ctx: Context, callback: str) -> OAuth2Client:
    return OAuth2Client(
        client_id=ctx.settings.oidc_client_id, client_secret=ctx.settings.oidc_client_secret or None, scope=_SCOPE,
        redirect_uri=callback, code_challenge_method="S256", timeout=_TIMEOUT_S,
        token_endpoint_auth_method="client_secret_basic" if ctx.settings.oidc_client_secret else "none",
    )  # fmt: skip


def _held(ctx: Context, token: str, keys: Any, nonce: str) -> Mapping[str, Any]:
    """The claims of an identity token, if it holds: signature, issuer, audience, nonce, time."""
    now = int(ctx.clock().timestamp())
    rules = jwt.JWTClaimsRegistry(
        now=now, leeway=_LEEWAY_S, iss={"essential": True, "value": metadata(ctx)["issuer"]},
        aud={"essential": True, "value": ctx.settings.oidc_client_id}, exp={"essential": True},
        sub={"essential": True}, nonce={"essential": True, "value": nonce},
    )  # fmt: skip
    try:
        read = jwt.decode(token, KeySet.import_key_set(keys), algorithms=_ALGORITHMS)
        rules.validate(read.claims)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise SignInError(
            Text("身份提供方的凭证无效", "the provider's identity token does not hold"),
            Text("请重新登录", "Sign in again"),
        ) from error
    return dict(read.claims)


def _user(ctx: Context, claims: Mapping[str, Any]) -> User:
    subject = f"{metadata(ctx)['issuer']} {claims['sub']}"
    known = ctx.store.user_by_subject(subject)
    if known is not None:
        return known
    email = str(claims.get("email", "")).strip().casefold()
    if email and claims.get("email_verified") is True:
        entered = next((u for u in ctx.store.users(SYSTEM) if u.email == email and u.subject is None), None)
        if entered is not None:
            return ctx.store.update_user(SYSTEM, entered.id, {"subject": subject})
    raise SignInError(
        Text(f"本系统中没有 {email or '该'} 用户", f"nobody here is known as {email or 'that'}"),
        Text("请由管理员以此邮箱建立用户", "Let an administrator enter a user with this e-mail address"),
    )


def _again() -> SignInError:
    return SignInError(
        Text("登录过程已失效", "this sign-in was begun elsewhere or too long ago"),
        Text("请重新登录", "Begin again"),
    )


def _silent(ctx: Context, error: Exception) -> ProviderError:
    host = urlsplit(ctx.settings.oidc_issuer).netloc
    what = type(error).__name__
    return ProviderError(
        Text(f"身份提供方 {host} 未能应答（{what}）", f"the identity provider {host} did not answer as one ({what})"),
        Text("请稍后再试，或用密码登录", "Try again, or sign in with a password"),
    )  # fmt: skip
