"""Organisations, users and their roles, as an administrator keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from ..errors import OptionError
from ..text import Text
from .access import Actor, require, visible
from .accounts import USER
from .database import Tx
from .errors import ConflictError, ForbiddenError, NotFoundError
from .part import Part
from .passwords import checked_password, hashed
from .projects import ORGANISATION
from .schema import ORGANISATION_KINDS, ROLES, memberships, organisations, sessions, users
from .values import Organisation, Role, User

_LONGEST = 320


class People(Part):
    """What an administrator does; others see the names of organisations, to share with."""

    def organisations(self, actor: Actor, *, kind: str | None = None) -> tuple[Organisation, ...]:
        """Organisations that the actor may see, by name."""
        found = select(organisations).where(visible(actor, organisations))
        if kind is not None:
            found = found.where(organisations.c.kind == kind)
        with self.db.read() as connection:
            rows = connection.execute(found.order_by(organisations.c.name, organisations.c.id)).mappings()
            return tuple(Organisation.of(r) for r in rows)

    def organisation(self, actor: Actor, organisation_id: int) -> Organisation:
        """One organisation."""
        found = select(organisations).where(organisations.c.id == organisation_id, visible(actor, organisations))
        with self.db.read() as connection:
            row = connection.execute(found).mappings().one_or_none()
        if row is None:
            raise NotFoundError.of(ORGANISATION, organisation_id)
        return Organisation.of(row)

    def create_organisation(
        self, actor: Actor, *, kind: str, name: str, name_zh: str = "", countries: Sequence[str] = (),
        sectors: Sequence[str] = (),
    ) -> Organisation:  # fmt: skip
        """A new organisation; `countries` and `sectors` are an agency's remit, ``"*"`` for all."""
        require(actor, "administer", kind=ORGANISATION)
        values = _organisation(
            {"kind": kind, "name": name, "name_zh": name_zh, "countries": countries, "sectors": sectors}
        )
        with self.db.write(actor) as tx:
            row = tx.execute(
                insert(organisations).values(**values, created_at=tx.now).returning(*organisations.c)
            ).mappings().one()  # fmt: skip
            tx.record("create", "organisation", row["id"], after=values)
            return Organisation.of(row)

    def update_organisation(
        self, actor: Actor, organisation_id: int, changes: Mapping[str, Any], expected_version: int
    ) -> Organisation:
        """Change kind, names, remit or ``disabled``.

        Raises
        ------
        ConflictError
            Somebody changed it meanwhile.
        """
        require(actor, "administer", kind=ORGANISATION)
        values = _organisation(changes)
        with self.db.write(actor) as tx:
            found = select(organisations).where(organisations.c.id == organisation_id).with_for_update()
            before = tx.execute(found).mappings().one_or_none()
            if before is None:
                raise NotFoundError.of(ORGANISATION, organisation_id)
            if before["version"] != expected_version:
                raise ConflictError(
                    Text(f"机构 {organisation_id} 已被他人改动",
                         f"organisation {organisation_id} was changed by somebody else"),
                    Text("请读取最新版本后再提交", "Read it again and send it once more"),
                    current_version=before["version"],
                )  # fmt: skip
            row = tx.execute(
                update(organisations).where(organisations.c.id == organisation_id)
                .values(**values, version=expected_version + 1).returning(*organisations.c)
            ).mappings().one()  # fmt: skip
            _keep_an_administrator(tx)
            tx.record("update", "organisation", organisation_id, before={k: before[k] for k in values}, after=values)
            return Organisation.of(row)

    def users(self, actor: Actor) -> tuple[User, ...]:
        """Every user, for an administrator."""
        require(actor, "administer", kind=USER)
        with self.db.read() as connection:
            return tuple(User.of(r) for r in connection.execute(select(users).order_by(users.c.email)).mappings())

    def user(self, actor: Actor, user_id: int) -> User:
        """One user: oneself, or any for an administrator."""
        if actor.user_id != user_id:
            require(actor, "administer", kind=USER, id=user_id)
        with self.db.read() as connection:
            row = connection.execute(select(users).where(users.c.id == user_id)).mappings().one_or_none()
        if row is None:
            raise NotFoundError.of(USER, user_id)
        return User.of(row)

    def create_user(
        self, actor: Actor, *, email: str, name: str = "", password: str | None = None, subject: str | None = None,
        lang: str = "en",
    ) -> User:  # fmt: skip
        """A new user, who signs in by a password (to be changed at once) or through an identity provider."""
        require(actor, "administer", kind=USER)
        values = _user({"email": email, "name": name, "lang": lang}) | {"subject": subject}
        kept = hashed(checked_password(password)) if password is not None else None
        with self.db.write(actor) as tx:
            row = tx.execute(
                insert(users).values(
                    **values, password=kept, must_change=kept is not None, created_at=tx.now
                ).returning(*users.c)
            ).mappings().one()  # fmt: skip
            tx.record("create", "user", row["id"], after=values)
            return User.of(row)

    def update_user(self, actor: Actor, user_id: int, changes: Mapping[str, Any]) -> User:
        """Change name or language (one's own), or e-mail, subject or ``disabled`` (as an administrator)."""
        if actor.user_id != user_id or set(changes) - {"name", "lang"}:
            require(actor, "administer", kind=USER, id=user_id)
        values = _user(changes)
        with self.db.write(actor) as tx:
            before = tx.execute(select(users).where(users.c.id == user_id).with_for_update()).mappings().one_or_none()
            if before is None:
                raise NotFoundError.of(USER, user_id)
            row = (
                tx.execute(update(users).where(users.c.id == user_id).values(**values).returning(*users.c))
                .mappings()
                .one()
            )
            if values.get("disabled"):
                tx.execute(delete(sessions).where(sessions.c.user_id == user_id))
            _keep_an_administrator(tx)
            tx.record("update", "user", user_id, before={k: before[k] for k in values}, after=values)
            return User.of(row)

    def members(
        self, actor: Actor, *, organisation_id: int | None = None, user_id: int | None = None
    ) -> tuple[Role, ...]:
        """Who has which role where: all for an administrator, one's own for others."""
        if user_id is None or user_id != actor.user_id:
            require(actor, "administer", kind=ORGANISATION)
        found = select(memberships).order_by(memberships.c.id)
        if organisation_id is not None:
            found = found.where(memberships.c.organisation_id == organisation_id)
        if user_id is not None:
            found = found.where(memberships.c.user_id == user_id)
        with self.db.read() as connection:
            return tuple(Role.of(r) for r in connection.execute(found).mappings())

    def add_member(self, actor: Actor, user_id: int, organisation_id: int, role: str) -> Role:
        """Give a user a role in an organisation."""
        require(actor, "administer", kind=ORGANISATION)
        _one_of("role", role, ROLES)
        with self.db.write(actor) as tx:
            for table, id_, kind in ((users, user_id, USER), (organisations, organisation_id, ORGANISATION)):
                if tx.execute(select(table.c.id).where(table.c.id == id_)).first() is None:
                    raise NotFoundError.of(kind, id_)
            values = {"user_id": user_id, "organisation_id": organisation_id, "role": role}
            row = tx.execute(insert(memberships).values(**values).returning(*memberships.c)).mappings().one()
            tx.record("add-member", "organisation", organisation_id, after=values)
            return Role.of(row)

    def remove_member(self, actor: Actor, membership_id: int) -> None:
        """Take a role away."""
        require(actor, "administer", kind=ORGANISATION)
        with self.db.write(actor) as tx:
            gone = delete(memberships).where(memberships.c.id == membership_id).returning(*memberships.c)
            row = tx.execute(gone).mappings().one_or_none()
            if row is None:
                raise NotFoundError.of(Text("成员角色", "membership"), membership_id)
            _keep_an_administrator(tx)
            tx.record("remove-member", "organisation", row["organisation_id"], before=dict(row))


def _keep_an_administrator(tx: Tx) -> None:
    """Whoever removes the last administrator locks everybody out."""
    held = select(func.count()).select_from(memberships.join(users).join(organisations)).where(
        memberships.c.role == "administrator", ~users.c.disabled, ~organisations.c.disabled
    )  # fmt: skip
    if not tx.execute(held).scalar_one() and not tx.actor.system:
        raise ForbiddenError(
            Text("这是最后一名管理员，不能移除或停用", "this is the last administrator: not removed, not disabled"),
            Text("请先任命另一名管理员", "Appoint another first"),
        )


def _organisation(given: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in given.items():
        match name:
            case "kind":
                values[name] = _one_of(name, value, ORGANISATION_KINDS)
            case "name" | "name_zh":
                values[name] = _text(name, value, required=name == "name")
            case "countries" | "sectors":
                values[name] = sorted({_text(name, v, required=True) for v in value})
            case "disabled":
                values[name] = bool(value)
            case _:
                raise _strange(name, ("kind", "name", "name_zh", "countries", "sectors", "disabled"))
    return values


def _user(given: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in given.items():
        match name:
            case "email":
                values[name] = _text(name, value, required=True).casefold()
            case "name":
                values[name] = _text(name, value)
            case "subject":
                values[name] = None if value is None else _text(name, value, required=True)
            case "lang":
                values[name] = _one_of(name, value, ("zh", "en"))
            case "disabled":
                values[name] = bool(value)
            case _:
                raise _strange(name, ("email", "name", "subject", "lang", "disabled"))
    return values


def _text(name: str, value: Any, *, required: bool = False) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST or "\x00" in value or (required and not value.strip()):
        raise OptionError(
            Text("值为空、过长或不是文字", "empty, too long or not text"),
            Text(f"请写不超过{_LONGEST}个字符的文字", f"Write text of at most {_LONGEST} characters"),
            where=name,
        )
    return value.strip()


def _one_of(name: str, value: Any, allowed: Sequence[str]) -> str:
    if value not in allowed:
        raise OptionError(
            Text(f"没有 {value!r} 这个选项", f"{value!r} is not one of the choices"),
            Text(f"可用：{'、'.join(allowed)}", f"Use {', '.join(allowed)}"),
            where=name,
        )
    return str(value)


def _strange(name: str, allowed: Sequence[str]) -> OptionError:
    return OptionError(
        Text(f"没有 {name} 这一项", f"there is no {name}"),
        Text(f"可用：{'、'.join(allowed)}", f"Use {', '.join(allowed)}"),
        where=name,
    )
