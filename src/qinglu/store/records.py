"""What the store gives back of work done: portfolios, runs, findings, actions, layers, rules, jobs, the trail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from .values import Value


@dataclass(frozen=True, slots=True)
class PortfolioRecord(Value):
    """A file of projects and its account: ``n_read == n_kept + n_rejected``."""

    id: int
    organisation_id: int
    user_id: int | None
    name: str
    source: str
    sha256: str
    state: str
    n_read: int
    n_kept: int
    n_repaired: int
    n_rejected: int
    fields: Mapping[str, str]
    meta: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class PortfolioRow(Value):
    """What became of one row: a project, with notes on what was repaired, or a reason of rejection."""

    source_row: int
    project_id: int | None
    code: str
    notes: Sequence[str]
    reason: str
    message_zh: str
    message_en: str


@dataclass(frozen=True, slots=True)
class Run(Value):
    """One screening, or another tool's run."""

    id: int
    organisation_id: int
    user_id: int | None
    portfolio_id: int | None
    job_id: int | None
    tool: str
    inputs: Mapping[str, Any]
    versions: Mapping[str, Any]
    state: str
    counts: Mapping[str, Any]
    judged_on: date | None
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Finding(Value):
    """A measure judged by a rule, with the columns of `qinglu.model.FINDINGS` and how it was reached."""

    id: int
    run_id: int
    project_id: int
    code: str
    rule_id: str
    level: str
    measure: str
    value: float | None
    unit: str
    layer_id: str
    layer_version: str
    explanation_zh: str
    explanation_en: str
    trace: Any = None


@dataclass(frozen=True, slots=True)
class Action(Value):
    """What a finding obliges somebody to do."""

    id: int
    project_id: int
    finding_id: int | None
    rule_id: str
    title: str
    owner: str
    due: date | None
    state: str
    proof: str
    attachment_id: int | None
    version: int
    created_at: datetime
    updated_at: datetime
    updated_by: int | None


@dataclass(frozen=True, slots=True)
class LayerRecord(Value):
    """A layer as a steward registered it."""

    id: str
    role: str
    title_zh: str
    title_en: str
    kind: str
    layer_version: str
    provider: str
    licence: str
    sha256: str
    open: bool
    enabled: bool
    record: Mapping[str, Any]
    version: int
    updated_at: datetime
    updated_by: int | None


@dataclass(frozen=True, slots=True)
class RuleRecord(Value):
    """A rule as a steward wrote it, one version."""

    id: int
    rule_id: str
    version: int
    document: str
    record: Mapping[str, Any]
    state: str
    why: str
    at: datetime
    user_id: int | None


@dataclass(frozen=True, slots=True)
class Job(Value):
    """Work in the queue. `lease` is for its worker alone."""

    hidden = ("lease", "scopes")

    id: int
    kind: str
    inputs: Mapping[str, Any]
    organisation_id: int | None
    user_id: int | None
    scopes: Sequence[str] | None
    idempotency_key: str | None
    state: str
    attempts: int
    max_attempts: int
    available_at: datetime
    worker: str
    lease: str
    lease_until: datetime | None
    cancel_requested: bool
    what: str
    done: int
    total: int
    n_events: int
    result: Any
    error: Any
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class JobEvent(Value):
    """One step of a job; `seq` counts from 1 within it."""

    job_id: int
    seq: int
    at: datetime
    kind: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AuditRow(Value):
    """One row of the trail."""

    seq: int
    at: str
    user_id: int | None
    by: str
    action: str
    entity: str
    entity_id: str
    content: str
    prev_hash: str
    hash: str
