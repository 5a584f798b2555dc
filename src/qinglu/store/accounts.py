"""Who somebody is: passwords, sessions, tokens, and how often they may fail."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from ..errors import OptionError
from ..text import Text
from .access import SCOPES, SYSTEM, Actor, Membership, require
from .database import Tx
from .errors import NotFoundError, SignInError, ThrottledError
from .part import Part
from .passwords import checked_password, hashed, hasher, matches, nobody, sealed
from .schema import attempts, memberships, organisations, sessions, tokens, users
from .values import Session, Token, User

WINDOW = timedelta(minutes=15)
FAILURES_PER_ACCOUNT = 10
FAILURES_PER_ADDRESS = 50
SESSION_IDLE = timedelta(hours=12)
SESSION_LONGEST = timedelta(days=7)
TOKEN_LONGEST = timedelta(days=366)
_SEEN_EVERY = timedelta(minutes=1)  # one write a minute is enough to know that somebody is there
USER = Text("用户", "user")
_TOKEN = Text("令牌", "token")


@dataclass(frozen=True, slots=True)
class Opened:
    """A session just opened: the secret is for the cookie, and nobody can read it again."""

    secret: str
    session: Session
    user: User


class Accounts(Part):
    """Signing in and out. These make actors, so they take none where there is none yet."""

    def sign_in(self, email: str, password: str, *, address: str, agent: str = "") -> Opened:
        """Open a session.

        Parameters
        ----------
        address : str
            Where the attempt comes from; failures are counted by it too.

        Raises
        ------
        ThrottledError
            Too many failures from the account or the address within a quarter of an hour.
        SignInError
            Wrong, unknown or disabled; which of them is not told.
        """
        email = _folded(email)
        attempt = self._attempt(email, address)
        with self.db.read() as connection:
            row = connection.execute(select(users).where(users.c.email == email)).mappings().one_or_none()
        kept = row["password"] if row is not None and row["password"] else nobody()
        right = matches(kept, password) and row is not None and bool(row["password"]) and not row["disabled"]
        if not right or row is None:
            raise SignInError(
                Text("邮箱或密码不正确", "the e-mail address or the password is not right"),
                Text("请重新输入；忘记密码请联系管理员", "Try again; an administrator can set a new password"),
            )
        user = User.of(row)
        with self.db.write(_as(user)) as tx:
            tx.execute(update(attempts).where(attempts.c.id == attempt).values(succeeded=True))
            if hasher().check_needs_rehash(kept):
                tx.execute(update(users).where(users.c.id == user.id).values(password=hashed(password)))
                tx.record("rehash-password", "user", user.id)
        return self.open_session(user.id, address=address, agent=agent)

    def open_session(self, user_id: int, *, address: str = "", agent: str = "") -> Opened:
        """A session for somebody whose identity is settled: by `sign_in`, or by an identity provider."""
        with self.db.write(SYSTEM) as tx:
            user = _user(tx.connection, users.c.id == user_id)
            if user.disabled:
                raise _expired()
            opened = _opened(tx, user, tx.now, address, agent)
            tx.actor = _as(user)
            tx.record("sign-in", "session", opened.session.id, after={"user": user.id, "address": address})
        return opened

    def session(self, secret: str) -> tuple[Actor, Session]:
        """Whose session this is.

        Raises
        ------
        SignInError
            It has expired, was closed, or never was.
        """
        now = self.now()
        with self.db.read() as connection:
            row = (
                connection.execute(select(sessions).where(sessions.c.secret == sealed(secret))).mappings().one_or_none()
            )
            if row is None or now >= row["expires_at"] or now >= row["seen_at"] + SESSION_IDLE:
                raise _expired()
            actor = _actor(connection, row["user_id"])
        if now - row["seen_at"] > _SEEN_EVERY:
            with self.db.write(actor) as tx:
                tx.execute(update(sessions).where(sessions.c.id == row["id"]).values(seen_at=now))
        return actor, Session.of(row)

    def rotate_session(self, secret: str) -> Opened:
        """The same session under a new secret, the old one void at once: after a change of rights or password."""
        with self.db.write(SYSTEM) as tx:
            row = tx.execute(
                delete(sessions).where(sessions.c.secret == sealed(secret)).returning(*sessions.c)
            ).mappings().one_or_none()  # fmt: skip
            if row is None or tx.now >= row["expires_at"]:
                raise _expired()
            user = _user(tx.connection, users.c.id == row["user_id"])
            opened = _opened(tx, user, row["created_at"], row["address"], row["agent"])
            tx.actor = _as(user)
            tx.record("rotate-session", "session", opened.session.id, before={"session": row["id"]})
        return opened

    def close_session(self, secret: str) -> None:
        """Sign out; nothing where the session is gone already."""
        with self.db.write(SYSTEM) as tx:
            row = tx.execute(
                delete(sessions).where(sessions.c.secret == sealed(secret)).returning(sessions.c.id, sessions.c.user_id)
            ).mappings().one_or_none()  # fmt: skip
            if row is not None:
                tx.actor = _as(_user(tx.connection, users.c.id == row["user_id"]))
                tx.record("sign-out", "session", row["id"])

    def token(self, secret: str) -> Actor:
        """Whose token this is, with its scopes.

        Raises
        ------
        SignInError
            It has expired, was revoked, or never was.
        """
        now = self.now()
        with self.db.read() as connection:
            row = connection.execute(select(tokens).where(tokens.c.secret == sealed(secret))).mappings().one_or_none()
            if row is None or row["revoked_at"] is not None or now >= row["expires_at"]:
                raise SignInError(
                    Text("令牌无效、已撤销或已过期", "the token is not valid, was revoked or has expired"),
                    Text("请在账户页签发新令牌", "Make a new one on your account's page"),
                )
            actor = _actor(connection, row["user_id"], frozenset(row["scopes"]), row["id"])
        if row["used_at"] is None or now - row["used_at"] > _SEEN_EVERY:
            with self.db.write(actor) as tx:
                tx.execute(update(tokens).where(tokens.c.id == row["id"]).values(used_at=now))
        return actor

    def actor_for(self, user_id: int, scopes: Iterable[str] | None = None) -> Actor:
        """The actor of a user, for a worker that runs a job on their behalf."""
        with self.db.read() as connection:
            return _actor(connection, user_id, None if scopes is None else frozenset(scopes))

    def user_by_subject(self, subject: str) -> User | None:
        """The user whom an identity provider knows as ``issuer subject``; None where nobody is."""
        with self.db.read() as connection:
            row = connection.execute(select(users).where(users.c.subject == subject)).mappings().one_or_none()
        return None if row is None else User.of(row)

    def make_token(self, actor: Actor, *, name: str, scopes: Iterable[str], lasts: timedelta) -> tuple[str, Token]:
        """A token for oneself, told once. Its scopes are at most one's own.

        Raises
        ------
        OptionError
            Scopes nobody knows, or more than a year.
        """
        asked = sorted(set(scopes))
        strange = [s for s in asked if s not in SCOPES or s not in actor.scopes]
        if actor.user_id is None or strange or not asked:
            raise OptionError(
                Text(
                    f"令牌权限 {'、'.join(strange) or '为空'} 不可用",
                    f"scope {', '.join(strange) or 'none'} cannot be given",
                ),
                Text(f"可用：{'、'.join(SCOPES)}", f"Use {', '.join(SCOPES)}"),
                where="scopes",
            )
        if not timedelta(minutes=1) <= lasts <= TOKEN_LONGEST:
            raise OptionError(
                Text("有效期须在一分钟至366天之间", "a token lasts from one minute to 366 days"), where="expires"
            )
        secret = "ql_" + secrets.token_urlsafe(32)
        with self.db.write(actor) as tx:
            row = tx.execute(
                insert(tokens).values(
                    secret=sealed(secret), prefix=secret[:10], user_id=actor.user_id, name=name, scopes=asked,
                    created_at=tx.now, expires_at=tx.now + lasts,
                ).returning(*tokens.c)
            ).mappings().one()  # fmt: skip
            made = Token.of(row)
            tx.record(
                "make-token", "token", made.id, after={"name": name, "scopes": asked, "expires_at": made.expires_at}
            )
        return secret, made

    def tokens(self, actor: Actor) -> tuple[Token, ...]:
        """One's own tokens, newest first."""
        with self.db.read() as connection:
            mine = select(tokens).where(tokens.c.user_id == actor.user_id, tokens.c.revoked_at.is_(None))
            return tuple(Token.of(r) for r in connection.execute(mine.order_by(tokens.c.id.desc())).mappings())

    def revoke_token(self, actor: Actor, token_id: int) -> None:
        """Make a token of one's own void; an administrator may any."""
        with self.db.write(actor) as tx:
            mine = update(tokens).where(tokens.c.id == token_id, tokens.c.revoked_at.is_(None))
            if not actor.administers:
                mine = mine.where(tokens.c.user_id == actor.user_id)
            if not tx.execute(mine.values(revoked_at=tx.now)).rowcount:
                raise NotFoundError.of(_TOKEN, token_id)
            tx.record("revoke-token", "token", token_id)

    def set_password(self, actor: Actor, user_id: int, password: str, *, current: str | None = None) -> None:
        """A new password; every session of the user ends. One's own needs the current one.

        Raises
        ------
        SignInError
            The current password is not right.
        OptionError
            Shorter than 12 characters, or longer than 256.
        """
        own = actor.user_id == user_id and not actor.system
        if not own:
            require(actor, "administer", kind=USER, id=user_id)
        checked_password(password)
        with self.db.read() as connection:
            kept = connection.scalar(select(users.c.password).where(users.c.id == user_id))
        if own and kept is not None and not matches(kept, current or ""):
            raise SignInError(Text("当前密码不正确", "the current password is not right"), where="current")
        with self.db.write(actor) as tx:
            changed = update(users).where(users.c.id == user_id).values(password=hashed(password), must_change=not own)
            if not tx.execute(changed).rowcount:
                raise NotFoundError.of(USER, user_id)
            tx.execute(delete(sessions).where(sessions.c.user_id == user_id))
            tx.record("set-password", "user", user_id)

    def first_administrator(self, email: str = "", password: str = "") -> str | None:
        """Make the first administrator where there is no user yet.

        Returns
        -------
        str or None
            A one-time password, to be shown once, where none was given; None where one was, or somebody is there.
        """
        made = None if password else secrets.token_urlsafe(15)
        checked_password(password or made or "")
        kept = hashed(password or made or "")
        with self.db.write(SYSTEM) as tx:
            if tx.connection.scalar(select(func.count()).select_from(users)):
                return None
            organisation = tx.execute(
                insert(organisations).values(kind="other", name="Qinglu", name_zh="青路", created_at=tx.now)
                .returning(organisations.c.id)
            ).scalar_one()  # fmt: skip
            email = _folded(email or "admin@localhost")
            user = tx.execute(
                insert(users).values(
                    email=email, name=email, password=kept, must_change=made is not None, created_at=tx.now
                ).returning(users.c.id)
            ).scalar_one()  # fmt: skip
            tx.execute(insert(memberships).values(user_id=user, organisation_id=organisation, role="administrator"))
            tx.record("first-administrator", "user", user, after={"email": email, "organisation": organisation})
        return made

    def tidy(self, actor: Actor) -> int:
        """Forget expired sessions and old attempts; how many rows."""
        with self.db.write(actor) as tx:
            old = tx.execute(delete(sessions).where(sessions.c.expires_at < tx.now)).rowcount
            return old + tx.execute(delete(attempts).where(attempts.c.at < tx.now - 4 * WINDOW)).rowcount

    def _attempt(self, email: str, address: str) -> int:
        """Count an attempt as failed before it is looked at, so that many at once cannot slip through; its id."""
        limits = (
            (attempts.c.account, sealed(email), FAILURES_PER_ACCOUNT),
            (attempts.c.address, address[:64], FAILURES_PER_ADDRESS),
        )
        with self.db.write(SYSTEM) as tx:
            for column, value, most in limits:
                failed = select(attempts.c.at).where(
                    column == value, attempts.c.at > tx.now - WINDOW, ~attempts.c.succeeded
                )
                times = tx.execute(failed.order_by(attempts.c.at.desc()).limit(most)).scalars().all()
                if len(times) >= most:
                    wait = max(1, int((times[-1] + WINDOW - tx.now).total_seconds()) + 1)
                    raise ThrottledError(
                        Text("登录失败次数过多", "too many failed attempts to sign in"),
                        Text(f"请在{wait}秒后再试", f"Try again in {wait} s"),
                        retry_after_s=wait,
                    )
            row = {"at": tx.now, "account": sealed(email), "address": address[:64], "succeeded": False}
            return int(tx.execute(insert(attempts).values(**row).returning(attempts.c.id)).scalar_one())


def _opened(tx: Tx, user: User, created: datetime, address: str, agent: str) -> Opened:
    secret = secrets.token_urlsafe(32)
    row = tx.execute(
        insert(sessions).values(
            secret=sealed(secret), user_id=user.id, created_at=created, seen_at=tx.now,
            expires_at=created + SESSION_LONGEST, address=address[:64], agent=agent[:256],
        ).returning(*sessions.c)
    ).mappings().one()  # fmt: skip
    return Opened(secret, Session.of(row), user)


def _actor(
    connection: Connection, user_id: int, scopes: frozenset[str] | None = None, token: int | None = None
) -> Actor:
    user = _user(connection, users.c.id == user_id)
    if user.disabled:
        raise _expired()
    held = select(memberships.c.role, organisations).join(organisations).where(
        memberships.c.user_id == user_id, ~organisations.c.disabled
    ).order_by(memberships.c.id)  # fmt: skip
    roles = tuple(
        Membership(r["id"], r["kind"], r["role"], frozenset(r["countries"]), frozenset(r["sectors"]))
        for r in connection.execute(held).mappings()
    )
    return Actor(
        user.id, user.email, roles, frozenset(SCOPES) if scopes is None else scopes, token_id=token, lang=user.lang,
        must_change=user.must_change,
    )  # fmt: skip


def _user(connection: Connection, condition: Any) -> User:
    row = connection.execute(select(users).where(condition)).mappings().one_or_none()
    if row is None:
        raise _expired()
    return User.of(row)


def _as(user: User) -> Actor:
    return Actor(user.id, user.email)


def _expired() -> SignInError:
    return SignInError(Text("会话已失效", "the session is not valid any more"), Text("请重新登录", "Sign in again"))


def _folded(email: str) -> str:
    return email.strip().casefold()[:320]
