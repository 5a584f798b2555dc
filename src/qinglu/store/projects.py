"""Projects: made, changed under optimistic locking, published, shared, archived; with their full history."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

from sqlalchemy import Connection, delete, insert, select, update

from ..text import Text
from .access import Actor, may, require, visible
from .database import Tx
from .errors import ConflictError, ExistsError, NotFoundError
from .fetch import put_rows
from .fields import DAYS, NUMBERS, TEXTS, checked, search_text
from .part import Part
from .schema import organisations, project_versions, projects, shares
from .values import Organisation, Page, Project, ProjectVersion, Share

if TYPE_CHECKING:
    from ..model import Portfolio

PROJECT = Text("项目", "project")
ORGANISATION = Text("机构", "organisation")
_CHUNK = 500
_FLAGS = {"published": "publish", "archived": "archive"}


class Projects(Part):
    """One project at a time, and many at once from a portfolio."""

    def project(self, actor: Actor, project_id: int) -> Project:
        """One project with its geometry.

        Raises
        ------
        NotFoundError
            There is none, or the actor may not see it.
        """
        with self.db.read() as connection:
            return load(connection, actor, project_id)

    def create_project(self, actor: Actor, organisation_id: int, given: Mapping[str, Any], *, why: str = "") -> Project:
        """A new project of an organisation; `given` holds fields of `EDITABLE`, ``code`` among them.

        Raises
        ------
        ForbiddenError, OptionError
        ExistsError
            The organisation has a project of that code.
        """
        values = checked(given)
        if "code" not in values:
            values |= checked({"code": ""})  # refuses, naming the field
        with self.db.write(actor) as tx:
            require(
                actor,
                "add-projects",
                organisation(tx.connection, organisation_id),
                kind=ORGANISATION,
                id=organisation_id,
            )
            (made,) = insert_many(tx, organisation_id, [values], why)
            return load(tx.connection, actor, made)

    def update_project(
        self, actor: Actor, project_id: int, changes: Mapping[str, Any], expected_version: int, *, why: str = ""
    ) -> Project:
        """Change fields of a project, if it still is as the actor read it.

        Parameters
        ----------
        changes : mapping
            Fields of `EDITABLE`; ``published`` and ``archived`` besides.
        expected_version : int
            The version that was read.

        Raises
        ------
        ConflictError
            Somebody changed it meanwhile; it carries the current version and who changed what.
        NotFoundError, ForbiddenError, OptionError
        """
        flags = {name: bool(changes[name]) for name in _FLAGS if name in changes}
        values = checked({k: v for k, v in changes.items() if k not in flags}) | flags
        with self.db.write(actor) as tx:
            # The row is locked first, so that of two who read the same version one waits and is then refused.
            before = load(tx.connection, actor, project_id, lock=True)
            if values.keys() - flags.keys() or not flags:
                require(actor, "edit", before, kind=PROJECT, id=project_id)
            for name in flags:
                require(actor, _FLAGS[name], before, kind=PROJECT, id=project_id)
            if before.version != expected_version:
                _refuse(tx.connection, before, expected_version)
            return _changed(tx, actor, before, values, why)

    def share_project(self, actor: Actor, project_id: int, organisation_id: int) -> None:
        """Let a bank see a project; nothing where it does already."""
        with self.db.write(actor) as tx:
            project = load(tx.connection, actor, project_id, lock=True)
            require(actor, "share", project, kind=PROJECT, id=project_id)
            organisation(tx.connection, organisation_id)
            if organisation_id in project.shared_with:
                return
            tx.execute(insert(shares).values(
                project_id=project_id, organisation_id=organisation_id, at=tx.now, user_id=actor.user_id
            ))  # fmt: skip
            tx.record("share", "project", project_id, after={"organisation": organisation_id})

    def unshare_project(self, actor: Actor, project_id: int, organisation_id: int) -> None:
        """Take a project back from a bank; nothing where it is not shared."""
        with self.db.write(actor) as tx:
            require(actor, "share", load(tx.connection, actor, project_id, lock=True), kind=PROJECT, id=project_id)
            gone = delete(shares).where(shares.c.project_id == project_id, shares.c.organisation_id == organisation_id)
            if tx.execute(gone).rowcount:
                tx.record("unshare", "project", project_id, before={"organisation": organisation_id})

    def shares(self, actor: Actor, project_id: int) -> tuple[Share, ...]:
        """With whom a project is shared."""
        with self.db.read() as connection:
            require(actor, "look-inside", load(connection, actor, project_id), kind=PROJECT, id=project_id)
            found = select(shares).where(shares.c.project_id == project_id).order_by(shares.c.id)
            return tuple(Share.of(r) for r in connection.execute(found).mappings())

    def history(
        self, actor: Actor, project_id: int, *, cursor: str | None = None, limit: int | None = None
    ) -> Page[ProjectVersion]:
        """Every change of a project, newest first."""
        with self.db.read() as connection:
            require(actor, "look-inside", load(connection, actor, project_id), kind=PROJECT, id=project_id)
        mine = [project_versions.c.project_id == project_id]
        return self.page(
            project_versions, mine, ProjectVersion, "version", cursor, limit, descending=True, by="version"
        )

    def register(
        self, actor: Actor, organisation_id: int, portfolio: Portfolio, *, why: str = ""
    ) -> tuple[dict[str, int], int, int]:
        """Every project of a portfolio that was read: new ones made, those of a known code changed where they differ.

        Returns
        -------
        dict, int, int
            Project id by code; how many are new; how many were changed.
        """
        rows = [checked(row) for row in portfolio_rows(portfolio)]
        with self.db.write(actor) as tx:
            require(
                actor,
                "add-projects",
                organisation(tx.connection, organisation_id),
                kind=ORGANISATION,
                id=organisation_id,
            )
            return register_rows(tx, actor, organisation_id, rows, why)


def register_rows(
    tx: Tx, actor: Actor, organisation_id: int, rows: Sequence[dict[str, Any]], why: str
) -> tuple[dict[str, int], int, int]:
    """`Projects.register` inside a transaction."""
    known: dict[str, int] = {}
    codes = [row["code"] for row in rows]
    for start in range(0, len(codes), _CHUNK):
        held = select(projects.c.code, projects.c.id).where(
            projects.c.organisation_id == organisation_id, projects.c.code.in_(codes[start : start + _CHUNK])
        )
        known.update((code, id_) for code, id_ in tx.execute(held))
    fresh = [row for row in rows if row["code"] not in known]
    changed = 0
    for row in rows:
        if row["code"] in known:
            before = load(tx.connection, actor, known[row["code"]], lock=True)
            changed += _changed(tx, actor, before, row, why).version != before.version
    ids = insert_many(tx, organisation_id, fresh, why)
    known |= {row["code"]: made for row, made in zip(fresh, ids, strict=True)}
    return known, len(fresh), changed


def portfolio_rows(portfolio: Portfolio) -> Iterable[dict[str, Any]]:
    """The projects of a portfolio as fields of the store."""
    for row in portfolio.projects.to_pylist():
        place = row["geometry"]
        yield {
            "code": row["project_id"], "name": (row["name"] or "")[:500], "name_zh": (row["name_zh"] or "")[:500],
            "country": row["country"] or "", "country_given": (row["country_given"] or "")[:200],
            "sector": (row["sector"] or "")[:100], "stage": (row["stage"] or "")[:100], "shape": row["shape"] or "",
            "notes": row["notes"] or [], "extra": json.loads(row["extra"]) if row["extra"] else {},
            "geometry": portfolio.geometries[place] if place is not None and place >= 0 else None,
        }  # fmt: skip


def load(connection: Connection, actor: Actor, project_id: int, *, lock: bool = False) -> Project:
    """One project that the actor may see, and whom it is shared with.

    Raises
    ------
    NotFoundError
        There is none, or the actor may not see it.
    """
    wanted = select(projects).where(projects.c.id == project_id, visible(actor, projects))
    row = connection.execute(wanted.with_for_update() if lock else wanted).mappings().one_or_none()
    if row is None:
        raise NotFoundError.of(PROJECT, project_id)
    held = connection.execute(select(shares.c.organisation_id).where(shares.c.project_id == project_id)).scalars()
    return told(actor, Project.of(row, shared_with=frozenset(held)))


def told(actor: Actor, project: Project) -> Project:
    """A project as far as the actor may know of it.

    The public learns nothing of shares and other columns; a bank nothing of other banks.
    """
    if may(actor, "look-inside", project):
        if may(actor, "see-shares", project):
            return project
        return replace(project, shared_with=project.shared_with & actor.organisations())
    return replace(project, shared_with=frozenset(), extra={}, notes=(), updated_by=None)


def organisation(connection: Connection, organisation_id: int) -> Organisation:
    """One organisation.

    Raises
    ------
    NotFoundError
        There is none.
    """
    found = select(organisations).where(organisations.c.id == organisation_id)
    row = connection.execute(found).mappings().one_or_none()
    if row is None:
        raise NotFoundError.of(ORGANISATION, organisation_id)
    return Organisation.of(row)


def insert_many(tx: Tx, organisation_id: int, rows: Sequence[Mapping[str, Any]], why: str) -> list[int]:
    """Insert projects with their first version and audit row each; their ids in order."""
    made: list[int] = []
    common = {
        "organisation_id": organisation_id,
        "created_at": tx.now,
        "updated_at": tx.now,
        "updated_by": tx.actor.user_id,
    }
    empty = {c.name: None for c in projects.c if c.name in ("geometry", "west", "south", "east", "north")}
    for start in range(0, len(rows), _CHUNK):
        part = [
            {**_blank(), **empty, **row, **common, "search": search_text(row)} for row in rows[start : start + _CHUNK]
        ]
        _distinct(part)
        by_code = dict(put_rows(tx.connection, projects, part, returning=("code", "id")))
        ids = [by_code[row["code"]] for row in part]
        versions = []
        for id_, row in zip(ids, rows[start : start + _CHUNK], strict=True):
            after = {k: _audited(v) for k, v in row.items() if v not in (None, "", [], {})}
            versions.append({
                "project_id": id_, "version": 1, "at": tx.now, "user_id": tx.actor.user_id, "by": tx.actor.name,
                "why": why, "changes": {k: [None, v] for k, v in after.items()}, "geometry": row.get("geometry"),
            })  # fmt: skip
            tx.record(
                "create", "project", id_, after={"organisation_id": organisation_id, "version": 1, **after}, why=why
            )
        put_rows(tx.connection, project_versions, versions)
        made += ids
    return made


def _blank() -> dict[str, Any]:
    """Every row of one statement needs the same columns."""
    return {**dict.fromkeys(TEXTS, ""), **dict.fromkeys((*NUMBERS, *DAYS)), "notes": [], "extra": {}}


def _distinct(rows: Sequence[Mapping[str, Any]]) -> None:
    seen: set[str] = set()
    for row in rows:
        if row["code"] in seen:
            raise ExistsError(Text(f"编号 {row['code']} 重复", f"code {row['code']} twice"), where="code")
        seen.add(row["code"])


def _changed(tx: Tx, actor: Actor, before: Project, values: Mapping[str, Any], why: str) -> Project:
    """Write what differs as the next version; the same project where nothing does."""
    differs = {k: v for k, v in values.items() if _same(getattr(before, k)) != _same(v)}
    if not differs:
        return before
    merged = {k: differs.get(k, getattr(before, k)) for k in ("name", "name_zh", "code")}
    number = before.version + 1
    tx.execute(update(projects).where(projects.c.id == before.id).values(
        **differs, version=number, updated_at=tx.now, updated_by=actor.user_id, search=search_text(merged)
    ))  # fmt: skip
    changes = {k: [_audited(getattr(before, k)), _audited(v)] for k, v in differs.items()}
    tx.execute(insert(project_versions).values(
        project_id=before.id, version=number, at=tx.now, user_id=actor.user_id, by=actor.name, why=why,
        changes=changes, geometry=differs.get("geometry"),
    ))  # fmt: skip
    tx.record(
        "update", "project", before.id, why=why,
        before={"version": before.version, **{k: c[0] for k, c in changes.items()}},
        after={"version": number, **{k: c[1] for k, c in changes.items()}},
    )  # fmt: skip
    return load(tx.connection, actor, before.id)


def _same(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _audited(value: Any) -> Any:
    """A value as history and trail keep it: a geometry by its hash, a day as text."""
    if isinstance(value, bytes):
        return {"sha256": hashlib.sha256(value).hexdigest()}
    return value.isoformat() if hasattr(value, "isoformat") else value


def _refuse(connection: Connection, current: Project, expected: int) -> NoReturn:
    since = select(project_versions).where(
        project_versions.c.project_id == current.id, project_versions.c.version > expected
    ).order_by(project_versions.c.version)  # fmt: skip
    changes = [
        {"version": r["version"], "at": r["at"], "by": r["by"], "fields": sorted(r["changes"]), "why": r["why"]}
        for r in connection.execute(since).mappings()
    ]
    last = changes[-1] if changes else {"by": "?", "fields": []}
    named = ", ".join(last["fields"])
    raise ConflictError(
        Text(
            f"项目 {current.id} 已由 {last['by']} 改动（{named}）：现为第{current.version}版，而非第{expected}版",
            f"{last['by']} changed project {current.id} ({named}): it is at version {current.version}, not {expected}",
        ),
        Text("请读取最新版本，合并后再提交", "Read it again, merge, and send it once more"),
        current_version=current.version,
        changes=changes,
    )
