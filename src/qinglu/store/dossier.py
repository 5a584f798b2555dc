"""What is said about a project and what is to be done: comments, an agency's returns, actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Table, insert, or_, select, update

from ..errors import OptionError
from ..text import Text
from .access import Actor, may, require, visible
from .errors import ConflictError, NotFoundError
from .fetch import rows_of
from .part import Part
from .projects import PROJECT, load
from .records import Action, Finding
from .schema import actions, attachments, comments, findings, project_versions, run_projects, runs
from .values import Attachment, Comment, Page, Project, ProjectVersion, Value

STATES = ("open", "doing", "done", "dropped")
_COMMENT = Text("意见", "comment")
_ACTION = Text("行动", "action")
_LONGEST = 10_000
DOSSIER_MOST = 1000
"""Rows of each kind in a dossier."""
V = TypeVar("V", bound=Value)


@dataclass(frozen=True, slots=True)
class Dossier(Value):
    """All that an actor may see of one project, as it was at one moment.

    Attributes
    ----------
    run : mapping or None
        When and by which versions it was last screened; None before the first time.
    findings, actions, comments, attachments, history : tuple
        At most `DOSSIER_MOST` of each, the newest history first; the functions of their names page through more.
    ledger : mapping or None
        What the newest run that was asked for it estimates: ``run_id``, ``judged_on``, ``finished_at`` and ``rows``.
    """

    project: Project
    run: Mapping[str, Any] | None
    findings: tuple[Finding, ...]
    attachments: tuple[Attachment, ...]
    actions: tuple[Action, ...] = ()
    comments: tuple[Comment, ...] = ()
    history: tuple[ProjectVersion, ...] = ()
    ledger: Mapping[str, Any] | None = None


class Dossiers(Part):
    """Dossiers; comments and actions of projects."""

    def dossier(self, actor: Actor, project_id: int) -> Dossier:
        """Everything of one project, from one connection.

        Raises
        ------
        NotFoundError
            There is none, or the actor may not see it.
        """
        with self.db.read() as connection:
            project = load(connection, actor, project_id)

            def of(
                table: Table, kind: type[V], *conditions: ColumnElement[bool], newest: bool = False
            ) -> tuple[V, ...]:
                mine = select(table).where(table.c.project_id == project_id, visible(actor, table), *conditions)
                mine = mine.order_by(table.c.id.desc() if newest else table.c.id).limit(DOSSIER_MOST)
                return tuple(kind.of(row) for row in rows_of(connection, mine))

            about = select(runs.c.id, runs.c.tool, runs.c.versions, runs.c.judged_on, runs.c.finished_at)
            run = connection.execute(about.where(runs.c.id == project.run_id)).mappings().one_or_none()
            shown = Dossier(
                project, None if run is None else dict(run),
                of(findings, Finding, findings.c.run_id == project.run_id) if run is not None else (),
                of(attachments, Attachment, attachments.c.removed_at.is_(None)),
            )  # fmt: skip
            if not may(actor, "look-inside", project):
                return shown
            return replace(
                shown, actions=of(actions, Action), comments=of(comments, Comment),
                history=of(project_versions, ProjectVersion, newest=True), ledger=_ledger(connection, project),
            )  # fmt: skip

    def comment(self, actor: Actor, project_id: int, text: str, *, kind: str = "comment") -> Comment:
        """Say something about a project; an agency may ``return`` it, which stands until it is settled."""
        if kind not in ("comment", "return"):
            raise _not_one(kind, "kind", ("comment", "return"))
        text = _checked("text", text, required=True)
        with self.db.write(actor) as tx:
            project = load(tx.connection, actor, project_id)
            require(actor, kind, project, kind=PROJECT, id=project_id)
            row = tx.execute(insert(comments).values(
                project_id=project_id, organisation_id=_speaks_for(actor, project, kind), user_id=actor.user_id,
                by=actor.name, kind=kind, text=text, at=tx.now,
            ).returning(*comments.c)).mappings().one()  # fmt: skip
            tx.record(kind, "project", project_id, after={"comment": row["id"], "text": text})
            return Comment.of(row)

    def settle(self, actor: Actor, comment_id: int) -> Comment:
        """Mark a return as settled: by an agency that may return the project."""
        with self.db.write(actor) as tx:
            found = select(comments).where(comments.c.id == comment_id, visible(actor, comments)).with_for_update()
            row = tx.execute(found).mappings().one_or_none()
            if row is None:
                raise NotFoundError.of(_COMMENT, comment_id)
            project = load(tx.connection, actor, row["project_id"])
            require(actor, "return", project, kind=PROJECT, id=project.id)
            if row["settled_at"] is None:
                tx.execute(update(comments).where(comments.c.id == comment_id).values(settled_at=tx.now))
                tx.record("settle", "project", project.id, after={"comment": comment_id})
            return Comment.of(tx.execute(select(comments).where(comments.c.id == comment_id)).mappings().one())

    def comments(
        self, actor: Actor, project_id: int, *, cursor: str | None = None, limit: int | None = None
    ) -> Page[Comment]:
        """What was said about a project, oldest first."""
        with self.db.read() as connection:
            require(actor, "look-inside", load(connection, actor, project_id), kind=PROJECT, id=project_id)
        return self.page(comments, [comments.c.project_id == project_id], Comment, "comment", cursor, limit)

    def create_action(self, actor: Actor, project_id: int, given: Mapping[str, Any]) -> Action:
        """An action of a project: ``title``, and any of ``owner``, ``due``, ``state``, ``proof``, ``finding_id``, …"""
        values = _action(given)
        if not values.get("title"):
            values |= _action({"title": ""})
        with self.db.write(actor) as tx:
            require(actor, "act", load(tx.connection, actor, project_id), kind=PROJECT, id=project_id)
            self._refer(tx.connection, project_id, values)
            row = tx.execute(insert(actions).values(**{
                "state": "open", **values, "project_id": project_id, "created_at": tx.now, "updated_at": tx.now,
                "updated_by": actor.user_id,
            }).returning(*actions.c)).mappings().one()  # fmt: skip
            tx.record("create", "action", row["id"], after={"project": project_id, **values})
            return Action.of(row)

    def update_action(self, actor: Actor, action_id: int, changes: Mapping[str, Any], expected_version: int) -> Action:
        """Change an action, if it still is as the actor read it.

        Raises
        ------
        ConflictError
            Somebody changed it meanwhile.
        """
        values = _action(changes)
        with self.db.write(actor) as tx:
            found = select(actions).where(actions.c.id == action_id, visible(actor, actions)).with_for_update()
            before = tx.execute(found).mappings().one_or_none()
            if before is None:
                raise NotFoundError.of(_ACTION, action_id)
            require(
                actor, "act", load(tx.connection, actor, before["project_id"]), kind=PROJECT, id=before["project_id"]
            )
            if before["version"] != expected_version:
                raise ConflictError(
                    Text(f"行动 {action_id} 已被他人改动：现为第{before['version']}版，而非第{expected_version}版",
                         f"action {action_id} is at version {before['version']}, not {expected_version}"),
                    Text("请读取最新版本后再提交", "Read it again and send it once more"),
                    current_version=before["version"],
                )  # fmt: skip
            self._refer(tx.connection, before["project_id"], values)
            row = tx.execute(
                update(actions).where(actions.c.id == action_id)
                .values(**values, version=expected_version + 1, updated_at=tx.now, updated_by=actor.user_id)
                .returning(*actions.c)
            ).mappings().one()  # fmt: skip
            tx.record("update", "action", action_id, before={k: before[k] for k in values}, after=values)
            return Action.of(row)

    def action(self, actor: Actor, action_id: int) -> Action:
        """One action of a project that the actor sees as more than the public does."""
        with self.db.read() as connection:
            found = select(actions).where(actions.c.id == action_id, visible(actor, actions))
            row = connection.execute(found).mappings().one_or_none()
        if row is None:
            raise NotFoundError.of(_ACTION, action_id)
        return Action.of(row)

    def actions(
        self,
        actor: Actor,
        *,
        project: int | None = None,
        state: str | None = None,
        due_by: date | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Page[Action]:
        """Actions that the actor may see."""
        conditions = [visible(actor, actions)]
        if project is not None:
            with self.db.read() as connection:
                load(connection, actor, project)
            conditions.append(actions.c.project_id == project)
        if state is not None:
            conditions.append(actions.c.state == state)
        if due_by is not None:
            conditions.append(actions.c.due <= due_by)
        return self.page(actions, conditions, Action, "action", cursor, limit)

    @staticmethod
    def _refer(connection: Any, project_id: int, values: Mapping[str, Any]) -> None:
        """A finding or document that an action names is one of its own project."""
        for name, table in (("finding_id", findings), ("attachment_id", attachments)):
            if values.get(name) is not None:
                held = select(table.c.id).where(table.c.id == values[name], table.c.project_id == project_id)
                if connection.execute(held).first() is None:
                    raise NotFoundError.of(Text("结论或文件", "finding or document"), values[name])


def _ledger(connection: Connection, project: Project) -> Mapping[str, Any] | None:
    """What the newest run of the owner, or the run that the project shows, estimates of it."""
    columns = run_projects.c.ledger, runs.c.id, runs.c.judged_on, runs.c.finished_at
    found = (
        select(*columns)
        .join(runs, runs.c.id == run_projects.c.run_id)
        .where(
            run_projects.c.project_id == project.id,
            run_projects.c.ledger.is_not(None),
            runs.c.state == "done",
            or_(runs.c.organisation_id == project.organisation_id, runs.c.id == (project.run_id or 0)),
        )
        .order_by(runs.c.id.desc())
        .limit(1)
    )
    row = connection.execute(found).mappings().one_or_none()
    if row is None:
        return None
    when = {"judged_on": row["judged_on"], "finished_at": row["finished_at"]}
    return {"run_id": row["id"], **when, "rows": row["ledger"]}


def _speaks_for(actor: Actor, project: Any, kind: str) -> int | None:
    """The organisation on whose behalf somebody speaks: the owner's, else one that sees the project."""
    if kind == "comment" and project.organisation_id in actor.organisations("company"):
        return int(project.organisation_id)
    speaking = [m.organisation_id for m in actor.memberships if m.role in ("agency", "bank")]
    return speaking[0] if speaking else next((m.organisation_id for m in actor.memberships), None)


def _action(given: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in given.items():
        match name:
            case "title" | "owner" | "proof" | "rule_id":
                values[name] = _checked(name, value, required=name == "title")
            case "state":
                if value not in STATES:
                    raise _not_one(value, name, STATES)
                values[name] = value
            case "due":
                values[name] = _day(value)
            case "finding_id" | "attachment_id":
                if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
                    raise _not_one(value, name, ("id",))
                values[name] = value
            case _:
                raise _not_one(
                    name,
                    "action",
                    ("title", "owner", "due", "state", "proof", "rule_id", "finding_id", "attachment_id"),
                )
    return values


def _day(value: Any) -> date | None:
    if value is None or type(value) is date:
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise _not_one(value, "due", ("2026-01-31",)) from None


def _checked(name: str, value: Any, *, required: bool = False) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST or "\x00" in value or (required and not value.strip()):
        raise OptionError(
            Text("为空、过长或不是文字", "empty, too long or not text"),
            Text(f"请写不超过{_LONGEST}个字符的文字", f"Write text of at most {_LONGEST} characters"),
            where=name,
        )
    return value.strip()


def _not_one(value: Any, where: str, allowed: Sequence[str]) -> OptionError:
    return OptionError(
        Text(f"值 {value!r} 无效", f"{value!r} is not allowed"),
        Text(f"可用：{'、'.join(allowed)}", f"Use {', '.join(allowed)}"),
        where=where,
    )
