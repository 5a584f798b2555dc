"""Portfolios with their accounts, runs with their findings, and what the findings oblige somebody to do."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from .base import Id, Json, Moment, key, metadata, to

portfolios = Table(
    "portfolios",
    metadata,
    key(),
    to("organisations", "organisation_id", index=True),
    Column("user_id", Id, ForeignKey("users.id")),
    Column("name", Text, nullable=False),
    Column("source", Text, nullable=False),  # name of the file as given; shown, never opened
    Column("sha256", String(64), ForeignKey("documents.sha256"), nullable=False),
    Column("state", String(16), nullable=False),  # uploaded | registered
    Column("n_read", Integer, nullable=False, default=0),
    Column("n_kept", Integer, nullable=False, default=0),
    Column("n_repaired", Integer, nullable=False, default=0),
    Column("n_rejected", Integer, nullable=False, default=0),
    Column("fields", Json, nullable=False, default=dict),  # which column each field was read from
    Column("meta", Json, nullable=False, default=dict),
    Column("at", Moment, nullable=False),
    sqlite_autoincrement=True,
)
portfolio_rows = Table(
    "portfolio_rows",
    metadata,
    key(),
    to("portfolios", "portfolio_id"),
    Column("source_row", Integer, nullable=False),
    to("projects", "project_id", nullable=True, index=True),  # null for a rejected row
    Column("code", Text, nullable=False),
    Column("notes", Json, nullable=False, default=list),
    Column("reason", String(40), nullable=False, default=""),
    Column("message_zh", Text, nullable=False, default=""),
    Column("message_en", Text, nullable=False, default=""),
    Index("ix_portfolio_rows_portfolio_id_source_row", "portfolio_id", "source_row"),
    sqlite_autoincrement=True,
)
runs = Table(
    "runs",
    metadata,
    key(),
    to("organisations", "organisation_id", index=True),
    Column("user_id", Id, ForeignKey("users.id")),
    to("portfolios", "portfolio_id", nullable=True),
    Column("job_id", Id),
    Column("tool", Text, nullable=False),
    Column("inputs", Json, nullable=False),
    Column("versions", Json, nullable=False, default=dict),  # of code, rulebook and layers
    Column("state", String(16), nullable=False),  # queued | running | done | failed | cancelled
    Column("counts", Json, nullable=False, default=dict),
    Column("judged_on", Date),
    Column("created_at", Moment, nullable=False),
    Column("finished_at", Moment),
    sqlite_autoincrement=True,
)
run_projects = Table(
    "run_projects",
    metadata,
    Column("run_id", Id, ForeignKey("runs.id"), primary_key=True),
    Column("project_id", Id, ForeignKey("projects.id"), primary_key=True, index=True),
    Column("project_version", Integer, nullable=False),
    Column("level", String(8), nullable=False, default=""),
    Column("unknown", Boolean, nullable=False, default=False),
    Column("colour", String(8), nullable=False, default=""),
    Column("n_critical", Integer, nullable=False, default=0),
    Column("n_warning", Integer, nullable=False, default=0),
    Column("n_note", Integer, nullable=False, default=0),
    Column("n_unknown", Integer, nullable=False, default=0),
    Column("n_clear", Integer, nullable=False, default=0),
    Column("ledger", Json),  # rows of what the ledger estimates; null where nobody asked
)
findings = Table(
    "findings",
    metadata,
    key(),
    to("runs", "run_id"),
    to("projects", "project_id"),
    Column("code", Text, nullable=False),  # the project's, as the tables of a run have it
    Column("rule_id", Text, nullable=False),
    Column("level", String(8), nullable=False),
    Column("measure", Text, nullable=False, default=""),
    Column("value", Double),
    Column("unit", Text, nullable=False, default=""),
    Column("layer_id", Text, nullable=False, default=""),
    Column("layer_version", Text, nullable=False, default=""),
    Column("explanation_zh", Text, nullable=False, default=""),
    Column("explanation_en", Text, nullable=False, default=""),
    Column("trace", Json),
    Index("ix_findings_project_id_run_id_id", "project_id", "run_id", "id"),
    Index("ix_findings_run_id_id", "run_id", "id"),
    sqlite_autoincrement=True,
)
actions = Table(
    "actions",
    metadata,
    key(),
    to("projects", "project_id", index=True),
    to("findings", "finding_id", nullable=True),
    Column("rule_id", Text, nullable=False, default=""),
    Column("title", Text, nullable=False),
    Column("owner", Text, nullable=False, default=""),
    Column("due", Date),
    Column("state", String(16), nullable=False),  # open | doing | done | dropped
    Column("proof", Text, nullable=False, default=""),
    to("attachments", "attachment_id", nullable=True),
    Column("version", Integer, nullable=False, default=1),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("updated_by", Id, ForeignKey("users.id")),
    Index("ix_actions_state_due", "state", "due"),
    sqlite_autoincrement=True,
)
layers = Table(
    "layers",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("role", Text, nullable=False),
    Column("title_zh", Text, nullable=False, default=""),
    Column("title_en", Text, nullable=False, default=""),
    Column("kind", String(16), nullable=False),
    Column("layer_version", Text, nullable=False, default=""),
    Column("provider", Text, nullable=False, default=""),
    Column("licence", Text, nullable=False, default=""),
    Column("sha256", String(64), nullable=False, default=""),
    Column("open", Boolean, nullable=False, default=False),  # anybody may see that and what it is
    Column("enabled", Boolean, nullable=False, default=True),
    Column("record", Json, nullable=False, default=dict),
    Column("version", Integer, nullable=False, default=1),
    Column("updated_at", Moment, nullable=False),
    Column("updated_by", Id, ForeignKey("users.id")),
)
rules = Table(
    "rules",
    metadata,
    key(),
    Column("rule_id", String(256), nullable=False),
    Column("version", Integer, nullable=False),
    Column("document", Text, nullable=False),  # YAML as the steward wrote it
    Column("record", Json, nullable=False),
    Column("state", String(16), nullable=False),  # draft | adopted | withdrawn
    Column("why", Text, nullable=False, default=""),
    Column("at", Moment, nullable=False),
    Column("user_id", Id, ForeignKey("users.id")),
    UniqueConstraint("rule_id", "version"),
    sqlite_autoincrement=True,
)
