"""Who may do what, in one place: for a thing at hand (`may`), for a query (`visible`), for a column of many (`mask`).

A role gives a reach over projects: a company its own, a bank those shared with it, an agency its remit, an
administrator all; a reader what its organisation's kind reaches, to look only; everybody the published ones.
A token narrows that to its scopes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, exists, false, or_, select, true

from ..text import Text
from .errors import ForbiddenError, NotFoundError
from .schema import projects, shares

SCOPES = ("read", "write", "run", "steward", "admin")
"""What a token can be given; a session has them all."""

ANY = "*"


@dataclass(frozen=True, slots=True)
class Membership:
    """One role in one organisation; `countries` and `sectors` are the organisation's remit."""

    organisation_id: int
    kind: str
    role: str
    countries: frozenset[str] = frozenset()
    sectors: frozenset[str] = frozenset()

    @property
    def reach(self) -> str:
        """Whose way of seeing it has: ``company``, ``bank``, ``agency``, or "" for none."""
        seen = self.kind if self.role == "reader" else self.role
        return seen if seen in ("company", "bank", "agency") else ""


@dataclass(frozen=True)
class Actor:
    """Somebody or something that asks.

    Attributes
    ----------
    user_id : int or None
        None for the public and for the system itself.
    name : str
        As the trail writes it.
    scopes : frozenset of str
        Of a token; all of `SCOPES` for a session.
    """

    user_id: int | None = None
    name: str = "public"
    memberships: tuple[Membership, ...] = ()
    scopes: frozenset[str] = frozenset(SCOPES)
    system: bool = False
    token_id: int | None = None
    lang: str = "en"
    must_change: bool = False
    """Whether its password was for one time only and is to be changed before anything else."""

    @cached_property
    def administers(self) -> bool:
        """Whether it is an administrator with the scope to act as one."""
        return self.system or (self.is_administrator and "admin" in self.scopes)

    @cached_property
    def is_administrator(self) -> bool:
        """Whether it has the role, whatever its scopes."""
        return any(m.role == "administrator" for m in self.memberships)

    @cached_property
    def stewards(self) -> bool:
        """Whether it may change layers and rules."""
        held = any(m.role in ("steward", "administrator") for m in self.memberships)
        return self.system or (held and "steward" in self.scopes)

    @cached_property
    def signed_in(self) -> bool:
        """Whether it is more than the public, and may read."""
        return self.system or (self.user_id is not None and "read" in self.scopes)

    def organisations(self, *roles: str) -> frozenset[int]:
        """Organisations in which it has one of these roles; all of its own without roles."""
        return frozenset(m.organisation_id for m in self.memberships if not roles or m.role in roles)

    def reached(self, reach: str) -> tuple[Membership, ...]:
        """Memberships that see as a company, a bank or an agency sees."""
        return tuple(m for m in self.memberships if m.reach == reach)


PUBLIC = Actor(scopes=frozenset())
SYSTEM = Actor(name="qinglu", system=True)
"""Workers and commands on the machine itself; never made from a request."""

# What each verb on a project asks for: the scope of a token, and the roles beside the administrator's.
_PROJECT_VERBS: dict[str, tuple[str, tuple[str, ...]]] = {
    "look-inside": ("read", ("company", "bank", "agency", "reader")),
    "see-shares": ("read", ("company", "bank", "agency", "reader")),  # but not by being one of those shared with
    "edit": ("write", ("company",)),
    "publish": ("write", ("company",)),
    "share": ("write", ("company",)),
    "archive": ("write", ("company",)),
    "attach": ("write", ("company",)),
    "act": ("write", ("company",)),
    "comment": ("write", ("company", "bank", "agency")),
    "return": ("write", ("agency",)),
    "screen": ("run", ("company", "bank", "agency")),
}
_ORGANISATION_VERBS: dict[str, tuple[str, tuple[str, ...]]] = {
    "add-projects": ("write", ("company",)),
    "upload": ("write", ("company",)),
    "run": ("run", ("company", "bank", "agency")),
    "look-inside": ("read", ("company", "bank", "agency", "steward", "administrator", "reader")),
}
_PLAIN_VERBS = {"administer": "admin", "read-audit": "admin", "steward": "steward"}
_WORKING = ("company", "bank", "agency", "steward", "administrator")
"""Roles that may run tools; a reader looks only."""


def may(actor: Actor, verb: str, thing: Any = None) -> bool:
    """Whether the actor may do this to the thing.

    Parameters
    ----------
    verb : str
        On a project: ``read``, ``look-inside``, ``edit``, ``publish``, ``share``, ``archive``, ``attach``, ``act``,
        ``comment``, ``return``, ``screen``, ``see-shares``. On an organisation: ``add-projects``, ``upload``, ``run``,
        ``look-inside``.
        On a layer: ``read``. On a portfolio, run or job: ``read``, ``cancel``. On nothing: ``administer``,
        ``read-audit``, ``steward``, ``use-tools``.
    thing : object, optional
        A `Project` or anything else with ``organisation_id, country, sector, published, archived, shared_with``; an
        organisation with ``id`` and ``kind``; a layer with ``open``; what an organisation owns.
    """
    if thing is None and verb == "use-tools":
        return actor.system or ("run" in actor.scopes and bool(actor.organisations(*_WORKING)))
    if thing is None:
        return actor.stewards if verb == "steward" else verb in _PLAIN_VERBS and actor.administers
    if hasattr(thing, "shared_with"):
        return _may_project(actor, verb, thing)
    if hasattr(thing, "open"):
        return verb == "read" and (thing.open or actor.signed_in)
    if hasattr(thing, "organisation_id"):
        return _may_owned(actor, verb, thing)
    return _may_organisation(actor, verb, thing)


def _may_project(actor: Actor, verb: str, project: Any) -> bool:
    if verb == "read" and project.published and not project.archived:
        return True
    scope, roles = ("read", ()) if verb == "read" else _PROJECT_VERBS[verb]
    if actor.administers:
        return True
    if scope not in actor.scopes or actor.user_id is None:
        return False
    held = [m for m in actor.memberships if verb != "see-shares" or m.reach != "bank"]
    return any(_reaches(m, project) and (not roles or m.role in roles) for m in held)


def _reaches(member: Membership, project: Any) -> bool:
    match member.reach:
        case "company":
            return bool(project.organisation_id == member.organisation_id)
        case "bank":
            return member.organisation_id in project.shared_with
        case "agency":
            return _within(project.country, member.countries) and _within(project.sector, member.sectors)
    return False


def _within(value: str, allowed: frozenset[str]) -> bool:
    return ANY in allowed or value in allowed


def _may_organisation(actor: Actor, verb: str, organisation: Any) -> bool:
    if verb == "administer":
        return actor.administers
    scope, roles = _ORGANISATION_VERBS[verb]
    if actor.administers:
        return True
    return scope in actor.scopes and organisation.id in actor.organisations(*roles)


def _may_owned(actor: Actor, verb: str, thing: Any) -> bool:
    """Portfolios, runs, jobs: for the members of the organisation, and whoever asked for them."""
    scope = "read" if verb == "read" else "run"
    if actor.administers:
        return True
    if actor.user_id is None or scope not in actor.scopes:
        return False
    if thing.organisation_id is None:
        return bool(thing.user_id == actor.user_id)
    roles = () if verb == "read" else ("company", "bank", "agency")
    return thing.organisation_id in actor.organisations(*roles)


def visible(actor: Actor, table: Table) -> ColumnElement[bool]:
    """Which rows of a table the actor may read, as a condition of SQL."""
    match table.name:
        case "projects":
            return or_(and_(table.c.published == true(), table.c.archived == false()), _inside(actor, table))
        case "project_versions" | "comments" | "actions" | "shares":
            return _of_projects(table.c.project_id, _inside(actor, projects))
        case "attachments":
            open_ = and_(table.c.published == true(), _of_projects(table.c.project_id, visible(actor, projects)))
            return or_(open_, _of_projects(table.c.project_id, _inside(actor, projects)))
        case "findings" | "run_projects":
            # A project's own run goes where the project goes; a bank's or an agency's stays with them.
            latest = and_(projects.c.run_id == table.c.run_id, visible(actor, projects))
            shown = _of_projects(table.c.project_id, latest)
            return or_(shown, table.c.run_id.in_(_own_runs(actor)))
        case "layers":
            return true() if actor.signed_in else table.c.open == true()
        case "rules":
            return true() if actor.signed_in else false()
        case "portfolios" | "runs":
            return _own(actor, table)
        case "portfolio_rows":
            from .schema import portfolios

            return table.c.portfolio_id.in_(select(portfolios.c.id).where(_own(actor, portfolios)))
        case "jobs":
            mine = (
                and_(table.c.organisation_id.is_(None), table.c.user_id == actor.user_id) if actor.user_id else false()
            )
            return or_(mine, _own(actor, table)) if "read" in actor.scopes or actor.administers else false()
        case "organisations":
            if actor.administers:
                return true()
            return table.c.disabled == false() if actor.signed_in else false()
        case "audit" | "users" | "memberships":
            return true() if actor.administers else false()
    raise KeyError(table.name)  # a table that nobody thought of is not shown to anybody


def _inside(actor: Actor, table: Table) -> ColumnElement[bool]:
    """Projects that the actor sees as more than the public does."""
    if actor.administers:
        return true()
    if not actor.signed_in:
        return false()
    parts: list[ColumnElement[bool]] = []
    if own := sorted({m.organisation_id for m in actor.reached("company")}):
        parts.append(table.c.organisation_id.in_(own))
    if banks := sorted({m.organisation_id for m in actor.reached("bank")}):
        parts.append(table.c.id.in_(select(shares.c.project_id).where(shares.c.organisation_id.in_(banks))))
    parts += [
        and_(_in(table.c.country, member.countries), _in(table.c.sector, member.sectors))
        for member in actor.reached("agency")
    ]
    return or_(false(), *parts)


def _in(column: ColumnElement[str], allowed: Iterable[str]) -> ColumnElement[bool]:
    allowed = sorted(allowed)
    return true() if ANY in allowed else column.in_(allowed)


def _of_projects(column: ColumnElement[int], condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """That the project of a row meets the condition: looked up by its key, for rows are few."""
    return exists(select(projects.c.id).where(projects.c.id == column, condition))


def _own(actor: Actor, table: Table) -> ColumnElement[bool]:
    if actor.administers:
        return true()
    if not actor.signed_in:
        return false()
    return table.c.organisation_id.in_(sorted(actor.organisations()))


def _own_runs(actor: Actor) -> Any:
    from .schema import runs

    return select(runs.c.id).where(_own(actor, runs))


def require(actor: Actor, verb: str, thing: Any = None, *, kind: Text, id: object = "") -> None:  # noqa: A002 - the word
    """Nothing, if the actor may; the error that fits otherwise.

    Raises
    ------
    NotFoundError
        The actor may not even see it.
    ForbiddenError
        The actor may see it but not do this.
    """
    if may(actor, verb, thing):
        return
    if thing is not None and hasattr(thing, "shared_with") and not may(actor, "read", thing):
        raise NotFoundError.of(kind, id)
    raise ForbiddenError(
        Text(f"您的角色不能对{kind.zh}{f' {id}' if id else ''}执行此操作（{verb}）",
             f"your role may not do this ({verb}) to {kind.en}{f' {id}' if id else ''}"),
        Text("请由有权限的人办理，或换用权限更宽的令牌", "Ask somebody who may, or use a token with more scopes"),
    )  # fmt: skip
