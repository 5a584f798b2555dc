"""Runs of a tool over projects, and the findings they leave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, insert, select, update

from ..text import Text
from .access import Actor, require, visible
from .database import Tx
from .errors import ForbiddenError, NotFoundError
from .fetch import put_rows
from .fields import LEVEL_RANK
from .jobs import finish, hold
from .part import Part
from .projects import ORGANISATION, load, organisation
from .records import Finding, Job, Run
from .schema import findings, projects, run_projects, runs
from .values import Page

RUN = Text("运行", "run")
_FINDING = Text("结论", "finding")
_CHUNK = 2_000
_COUNTS = ("n_critical", "n_warning", "n_note", "n_unknown", "n_clear")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run found.

    Attributes
    ----------
    projects : sequence of mapping
        For each project ``project_id`` (the store's), ``level``, ``unknown``, ``colour``, the counts
        ``n_critical`` … ``n_clear``, and ``ledger``: rows of `qinglu.model.LEDGER` where it was asked for.
    findings : iterable of mapping
        Columns of `qinglu.model.FINDINGS`, with the store's ``project_id``, and ``trace`` where there is one.
    versions : mapping
        Of code, rulebook and layers.
    """

    projects: Sequence[Mapping[str, Any]]
    findings: Iterable[Mapping[str, Any]]
    versions: Mapping[str, Any] = field(default_factory=dict)
    counts: Mapping[str, Any] = field(default_factory=dict)
    judged_on: date | None = None


class Runs(Part):
    """A run begins, its findings arrive, it ends; only then do the projects show it."""

    def start_run(
        self,
        actor: Actor,
        organisation_id: int,
        tool: str,
        inputs: Mapping[str, Any],
        project_ids: Sequence[int],
        *,
        portfolio_id: int | None = None,
        job: Job | None = None,
    ) -> Run:
        """Begin a run of an organisation over projects that the actor may screen.

        The run of the same job where there is one already: a worker that takes over starts it afresh.

        Raises
        ------
        ForbiddenError
            The actor may not run for the organisation, or not screen one of the projects.
        """
        with self.db.write(actor) as tx:
            require(actor, "run", organisation(tx.connection, organisation_id), kind=ORGANISATION, id=organisation_id)
            if job is not None:
                before = tx.execute(select(runs).where(runs.c.job_id == job.id)).mappings().one_or_none()
                if before is not None and before["state"] in ("running", "done"):
                    return Run.of(before)
                if before is not None:  # its job failed or was cancelled, and is tried once more
                    again = update(runs).where(runs.c.id == before["id"]).values(state="running", finished_at=None)
                    tx.record("restart", "run", before["id"], before={"state": before["state"]})
                    return Run.of(tx.execute(again.returning(*runs.c)).mappings().one())
            row = tx.execute(insert(runs).values(
                organisation_id=organisation_id, user_id=actor.user_id, portfolio_id=portfolio_id,
                job_id=None if job is None else job.id, tool=tool, inputs=inputs, state="running", created_at=tx.now,
            ).returning(*runs.c)).mappings().one()  # fmt: skip
            for start in range(0, len(project_ids), _CHUNK):
                _enter(tx, actor, row["id"], project_ids[start : start + _CHUNK])
            tx.record("start", "run", row["id"], after={"tool": tool, "inputs": inputs, "projects": len(project_ids)})
            return Run.of(row)

    def finish_run(
        self, actor: Actor, run_id: int, outcome: Outcome, *, job: Job | None = None, result: Any = None
    ) -> Run:
        """Keep what a run found and end it, and its job with it, in one transaction.

        Findings go in by portions before that, so that others can write meanwhile; until the run has ended nobody
        is shown them, and one that starts over drops those of the attempt before. Only a run of the owner, or of an
        administrator, becomes what the projects show.

        Raises
        ------
        LeaseLostError
            `job` is not this worker's any more; nothing that anybody is shown was written.
        """
        known = self._begin_results(actor, run_id, job)
        rows = iter(outcome.findings)
        while part := list(islice(rows, _CHUNK)):
            with self.db.write(actor) as tx:
                if job is not None:
                    hold(tx, job)
                put_rows(tx.connection, findings, [_finding(run_id, known, row) for row in part])
        with self.db.write(actor) as tx:
            row = tx.execute(select(runs).where(runs.c.id == run_id).with_for_update()).mappings().one()
            _open(row)
            if job is not None:
                finish(tx, job, {"run_id": run_id} if result is None else result)
            for start in range(0, len(outcome.projects), _CHUNK):
                _level(tx, run_id, outcome.projects[start : start + _CHUNK])
            _show(tx, actor, row)
            tx.execute(update(runs).where(runs.c.id == run_id).values(
                state="done", finished_at=tx.now, versions=dict(outcome.versions), counts=dict(outcome.counts),
                judged_on=outcome.judged_on,
            ))  # fmt: skip
            tx.record(
                "finish", "run", run_id, after={"counts": dict(outcome.counts), "versions": dict(outcome.versions)}
            )
            return Run.of(tx.execute(select(runs).where(runs.c.id == run_id)).mappings().one())

    def end_run(self, actor: Actor, run_id: int, state: str) -> None:
        """Mark a run as ``failed`` or ``cancelled``; nothing where it has ended."""
        with self.db.write(actor) as tx:
            row = tx.execute(select(runs).where(runs.c.id == run_id, visible(actor, runs))).mappings().one_or_none()
            if row is None:
                raise NotFoundError.of(RUN, run_id)
            require(actor, "cancel", Run.of(row), kind=RUN, id=run_id)
            ended = update(runs).where(runs.c.id == run_id, runs.c.state == "running")
            if tx.execute(ended.values(state=state, finished_at=tx.now)).rowcount:
                tx.record("end", "run", run_id, after={"state": state})

    def run(self, actor: Actor, run_id: int) -> Run:
        """One run of the actor's organisations."""
        with self.db.read() as connection:
            row = (
                connection.execute(select(runs).where(runs.c.id == run_id, visible(actor, runs)))
                .mappings()
                .one_or_none()
            )
        if row is None:
            raise NotFoundError.of(RUN, run_id)
        return Run.of(row)

    def runs(
        self,
        actor: Actor,
        *,
        organisation: int | None = None,
        state: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Page[Run]:
        """Runs of the actor's organisations, newest first."""
        conditions = [visible(actor, runs)]
        if organisation is not None:
            conditions.append(runs.c.organisation_id == organisation)
        if state is not None:
            conditions.append(runs.c.state == state)
        return self.page(runs, conditions, Run, "run", cursor, limit, descending=True)

    def findings(
        self,
        actor: Actor,
        *,
        project: int | None = None,
        run: int | None = None,
        level: str | Sequence[str] | None = None,
        rule: str | None = None,
        layer: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Page[Finding]:
        """Findings that the actor may see: of a project's latest run unless `run` is given.

        Raises
        ------
        NotFoundError
            No such project or run that the actor may see.
        """
        conditions: list[ColumnElement[bool]] = []
        if project is not None:
            with self.db.read() as connection:
                shown = load(connection, actor, project)
            conditions.append(findings.c.project_id == project)
            if run is None:
                conditions.append(findings.c.run_id == (shown.run_id or 0))
        if run is not None:
            conditions.append(findings.c.run_id == run)
        if level is not None:
            conditions.append(findings.c.level.in_([level] if isinstance(level, str) else list(level)))
        if rule is not None:
            conditions.append(findings.c.rule_id == rule)
        if layer is not None:
            conditions.append(findings.c.layer_id == layer)
        ended = findings.c.run_id.in_(select(runs.c.id).where(runs.c.state == "done"))
        return self.page(findings, [visible(actor, findings), ended, *conditions], Finding, "finding", cursor, limit)

    def finding(self, actor: Actor, finding_id: int) -> Finding:
        """One finding, with how it was reached."""
        ended = findings.c.run_id.in_(select(runs.c.id).where(runs.c.state == "done"))
        found = select(findings).where(findings.c.id == finding_id, visible(actor, findings), ended)
        with self.db.read() as connection:
            row = connection.execute(found).mappings().one_or_none()
        if row is None:
            raise NotFoundError.of(_FINDING, finding_id)
        return Finding.of(row)

    def run_facts(self, actor: Actor, project_id: int) -> Mapping[str, Any] | None:
        """What a dossier says of the run behind it: when, by which versions. None before the first."""
        with self.db.read() as connection:
            project = load(connection, actor, project_id)
            found = select(runs.c.id, runs.c.tool, runs.c.versions, runs.c.judged_on, runs.c.finished_at).where(
                runs.c.id == project.run_id
            )
            row = connection.execute(found).mappings().one_or_none() if project.run_id else None
        return None if row is None else dict(row)

    def _begin_results(self, actor: Actor, run_id: int, job: Job | None) -> dict[int, str]:
        """Drop what an attempt before left; code by project id."""
        with self.db.write(actor) as tx:
            row = tx.execute(select(runs).where(runs.c.id == run_id, visible(actor, runs))).mappings().one_or_none()
            if row is None:
                raise NotFoundError.of(RUN, run_id)
            require(actor, "cancel", Run.of(row), kind=RUN, id=run_id)
            _open(row)
            if job is not None:
                hold(tx, job)
            tx.execute(delete(findings).where(findings.c.run_id == run_id))
            found = select(projects.c.id, projects.c.code).join(
                run_projects, run_projects.c.project_id == projects.c.id
            )
            return {i: code for i, code in tx.execute(found.where(run_projects.c.run_id == run_id))}  # noqa: C416


def _enter(tx: Tx, actor: Actor, run_id: int, project_ids: Sequence[int]) -> None:
    seen = select(projects.c.id, projects.c.version).where(projects.c.id.in_(project_ids), visible(actor, projects))
    held = [{"run_id": run_id, "project_id": i, "project_version": v} for i, v in tx.execute(seen)]
    if missing := set(project_ids) - {row["project_id"] for row in held}:
        raise NotFoundError.of(Text("项目", "project"), min(missing))
    put_rows(tx.connection, run_projects, held)


def _open(row: Mapping[Any, Any]) -> None:
    if row["state"] != "running":
        raise ForbiddenError(
            Text(f"运行 {row['id']} 已结束（{row['state']}）", f"run {row['id']} has ended ({row['state']})"),
            Text("请另行运行", "Start another"),
        )


def _finding(run_id: int, known: Mapping[int, str], row: Mapping[str, Any]) -> dict[str, Any]:
    project_id = int(row["project_id"])
    texts = ("rule_id", "level", "measure", "unit", "layer_id", "layer_version", "explanation_zh", "explanation_en")
    value = row.get("value")
    if value is not None and value != value:  # NaN: there is none
        value = None
    return {
        "run_id": run_id, "project_id": project_id, "code": known[project_id], "value": value,
        "trace": row.get("trace"),
        **{name: row.get(name) or "" for name in texts},
    }  # fmt: skip


def _level(tx: Tx, run_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Put what was found beside the version that was looked at: taken out and in again, many rows a statement."""
    ids = [int(row["project_id"]) for row in rows]
    entered = and_(run_projects.c.run_id == run_id, run_projects.c.project_id.in_(ids))
    gone = delete(run_projects).where(entered).returning(run_projects.c.project_id, run_projects.c.project_version)
    versions = {i: version for i, version in tx.execute(gone)}  # noqa: C416 - rows are no pairs to a type checker
    blank = {"level": "", "unknown": False, "colour": "", **dict.fromkeys(_COUNTS, 0)}
    put_rows(tx.connection, run_projects, [
        {"run_id": run_id, "project_id": i, "project_version": versions[i],
         **{n: row.get(n) or b for n, b in blank.items()}, "ledger": row.get("ledger")}
        for i, row in zip(ids, rows, strict=True)
    ])  # fmt: skip


def _show(tx: Tx, actor: Actor, run: Mapping[Any, Any]) -> None:
    """Let the projects show the run, where it is the owner's."""
    names = ("level", "unknown", "colour", *_COUNTS)
    rank = case(LEVEL_RANK, value=run_projects.c.level, else_=0)
    shown = update(projects).where(
        run_projects.c.run_id == run["id"], run_projects.c.project_id == projects.c.id
    ).values({**{n: run_projects.c[n] for n in names}, "run_id": run["id"], "rank": rank})  # fmt: skip
    if not (actor.administers and run["organisation_id"] in actor.organisations("administrator")):
        shown = shown.where(projects.c.organisation_id == run["organisation_id"])
    tx.execute(shown)
