"""The queue of jobs, and the audit trail."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, SmallInteger, String, Table, Text, UniqueConstraint

from .base import Id, Json, Moment, key, metadata, to

jobs = Table(
    "jobs",
    metadata,
    key(),
    Column("kind", Text, nullable=False),
    Column("inputs", Json, nullable=False),
    to("organisations", "organisation_id", nullable=True, index=True),
    Column("user_id", Id, ForeignKey("users.id"), index=True),
    Column("scopes", Json),  # what the token that asked could do; null for a session
    Column("idempotency_key", String(200)),
    Column("state", String(16), nullable=False),  # queued | running | done | failed | cancelled
    Column("priority", SmallInteger, nullable=False, default=0),
    Column("attempts", Integer, nullable=False, default=0),
    Column("max_attempts", Integer, nullable=False, default=3),
    Column("available_at", Moment, nullable=False),  # not before
    Column("worker", Text, nullable=False, default=""),
    Column("lease", String(32), nullable=False, default=""),  # changes with every claim
    Column("lease_until", Moment),
    Column("cancel_requested", Boolean, nullable=False, default=False),
    Column("what", Text, nullable=False, default=""),
    Column("done", Integer, nullable=False, default=0),
    Column("total", Integer, nullable=False, default=0),
    Column("n_events", Integer, nullable=False, default=0),
    Column("result", Json),
    Column("error", Json),
    Column("created_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("finished_at", Moment),
    UniqueConstraint("user_id", "idempotency_key"),
    Index("ix_jobs_state_priority_id", "state", "priority", "id"),
    Index("ix_jobs_state_lease_until", "state", "lease_until"),
    sqlite_autoincrement=True,
)
job_events = Table(
    "job_events",
    metadata,
    Column("job_id", Id, ForeignKey("jobs.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("data", Json, nullable=False),
)
audit = Table(
    "audit",
    metadata,
    Column("seq", Id, primary_key=True, autoincrement=False),
    Column("at", String(27), nullable=False),  # text, so that the bytes hashed are the bytes kept
    Column("user_id", Id),  # no foreign key: the trail outlives what it speaks of
    Column("by", Text, nullable=False),
    Column("action", String(40), nullable=False),
    Column("entity", String(40), nullable=False),
    Column("entity_id", Text, nullable=False),
    Column("content", Text, nullable=False),  # canonical JSON
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("ix_audit_entity_entity_id_seq", "entity", "entity_id", "seq"),
)
audit_head = Table(
    "audit_head",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),  # always 1
    Column("seq", Id, nullable=False),
    Column("hash", String(64), nullable=False),
)
