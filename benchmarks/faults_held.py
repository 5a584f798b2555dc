"""What the register holds against what was acknowledged: every change, every project, every job with one result."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Select, func, select

from qinglu.store import Store
from qinglu.store.schema import (
    audit,
    findings,
    job_events,
    jobs,
    portfolio_rows,
    portfolios,
    project_versions,
    projects,
    runs,
)


def compared(
    store: Store, edits: Mapping[int, Mapping[int, str]], made: Mapping[str, int], asked: Mapping[int, str],
    problems: list[str],
) -> tuple[Counter[str], int]:  # fmt: skip
    """Add to `problems` what does not hold; how many jobs ended how, and the rows of the trail."""
    with store.db.snapshot() as connection:
        _changes(connection, edits, made, problems)
        states = _jobs(connection, asked, problems)
        _results(connection, store, problems)
        _uploads(connection, problems)
        rows = connection.scalar(select(func.count()).select_from(audit)) or 0
    left = [p.name for p in (store.folder / "work").glob("*")]
    if left:
        problems.append(f"folders of jobs that have ended are left: {left}")
    return states, int(rows)


def _changes(
    connection: Connection, edits: Mapping[int, Mapping[int, str]], made: Mapping[str, int], problems: list[str]
) -> None:
    found = select(project_versions.c.project_id, project_versions.c.version, project_versions.c.changes)
    history: dict[tuple[int, int], list[object]] = {}
    for project, version, changes in connection.execute(found):
        history.setdefault((project, version), []).append(changes)
    problems += [f"version {v} of project {p} is there {len(c)} times" for (p, v), c in history.items() if len(c) > 1]
    for project, versions in edits.items():
        for version, name in versions.items():
            if name not in str(history.get((project, version))):
                problems.append(f"the change to {name!r} of project {project}, version {version}, is lost")
    present = select(projects.c.id, projects.c.version, projects.c.code)
    codes = {}
    for project, version, code in connection.execute(present):
        codes[code] = project
        first = min((v for p, v in history if p == project), default=1)
        missing = [v for v in range(first, version + 1) if (project, v) not in history]
        if missing:
            problems.append(f"project {project} is at version {version} without {missing}")
    problems += [f"project {code} is lost" for code, id_ in made.items() if codes.get(code) != id_]


def _jobs(connection: Connection, asked: Mapping[int, str], problems: list[str]) -> Counter[str]:
    states = _pairs(connection, select(jobs.c.id, jobs.c.state))
    problems += [f"job {id_} ({kind}) is lost" for id_, kind in asked.items() if id_ not in states]
    problems += [f"job {id_} ended as {state}" for id_, state in states.items() if state != "done"]
    ended = select(job_events.c.job_id, func.count()).where(job_events.c.kind == "done").group_by(job_events.c.job_id)
    times = _pairs(connection, ended)
    told = select(audit.c.entity_id, func.count()).where(audit.c.entity == "job", audit.c.action == "finish")
    on_trail = _pairs(connection, told.group_by(audit.c.entity_id))
    for id_, state in states.items():
        if state == "done" and (times.get(id_), on_trail.get(str(id_))) != (1, 1):
            problems.append(f"job {id_} ended {times.get(id_)} times, on the trail {on_trail.get(str(id_))}")
    return Counter(states.values())


def _results(connection: Connection, store: Store, problems: list[str]) -> None:
    """A job that screens has one run that counts, with as many findings as it says and every report whole."""
    screening = select(jobs.c.id).where(jobs.c.kind.in_(("portfolio", "screen")), jobs.c.state == "done")
    held = _pairs(connection, select(findings.c.run_id, func.count()).group_by(findings.c.run_id))
    of_job: dict[int, list[int]] = {}
    for run, job, state, counts in connection.execute(select(runs.c.id, runs.c.job_id, runs.c.state, runs.c.counts)):
        if state != "done":
            if held.get(run):
                problems.append(f"run {run} is {state} and has {held[run]} findings")
            continue
        of_job.setdefault(job, []).append(run)
        if counts["findings"] != held.get(run, 0):
            problems.append(f"run {run} says {counts['findings']} findings and has {held.get(run, 0)}")
        for document in counts["documents"]:
            raw = store.path_of(document["sha256"]).read_bytes()
            if hashlib.sha256(raw).hexdigest() != document["sha256"]:
                problems.append(f"{document['name']} of run {run} is damaged")
    ended = connection.execute(screening).scalars()
    problems += [f"job {job} has the runs {of_job.get(job)}" for job in ended if len(of_job.get(job, ())) != 1]


def _uploads(connection: Connection, problems: list[str]) -> None:
    """Each file is in the register once, row by row."""
    counted = select(portfolio_rows.c.portfolio_id, func.count()).group_by(portfolio_rows.c.portfolio_id)
    rows = _pairs(connection, counted)
    wanted = select(portfolios.c.id, portfolios.c.state, portfolios.c.n_read)
    for portfolio, state, read in connection.execute(wanted):
        if state == "registered" and rows.get(portfolio, 0) != read:
            problems.append(f"portfolio {portfolio} has {rows.get(portfolio, 0)} rows of {read}")


def _pairs(connection: Connection, wanted: Select[Any]) -> dict[Any, Any]:
    return {key: value for key, value in connection.execute(wanted)}  # noqa: C416 - rows are no pairs to mypy
