"""Projects with their history, and what is shared, said and filed about them."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from .base import Id, Json, Moment, key, metadata, to

# Filters read the narrow columns; geometry and extra stand last, so that SQLite need not walk over them.
projects = Table(
    "projects",
    metadata,
    key(),
    to("organisations", "organisation_id"),
    Column("code", Text, nullable=False),  # as its owner writes it: 007 stays 007
    Column("version", Integer, nullable=False, default=1),
    Column("country", String(3), nullable=False, default=""),
    Column("sector", Text, nullable=False, default=""),
    Column("stage", Text, nullable=False, default=""),
    Column("level", String(8), nullable=False, default=""),  # of its latest run; "" before the first
    Column("rank", SmallInteger, nullable=False, default=0),  # of the level, to sort the worst first
    Column("colour", String(8), nullable=False, default=""),
    Column("unknown", Boolean, nullable=False, default=False),
    Column("published", Boolean, nullable=False, default=False),
    Column("archived", Boolean, nullable=False, default=False),
    Column("west", Double),
    Column("south", Double),
    Column("east", Double),
    Column("north", Double),
    Column("updated_at", Moment, nullable=False),
    Column("name", Text, nullable=False, default=""),
    Column("name_zh", Text, nullable=False, default=""),
    Column("search", Text, nullable=False, default=""),  # both names and the code, casefolded
    Column("technology", Text, nullable=False, default=""),
    Column("capacity", Double),
    Column("capacity_unit", String(16), nullable=False, default=""),
    Column("approved_on", Date),
    Column("construction_on", Date),
    Column("operation_on", Date),
    Column("closing_on", Date),
    Column("cost", Double),
    Column("currency", String(3), nullable=False, default=""),
    Column("country_given", Text, nullable=False, default=""),
    Column("shape", String(8), nullable=False, default=""),
    Column("notes", Json, nullable=False, default=list),
    # Plain numbers: runs point at projects, and a circle of foreign keys can be neither dumped nor dropped in order.
    Column("run_id", Id),
    Column("n_critical", Integer, nullable=False, default=0),
    Column("n_warning", Integer, nullable=False, default=0),
    Column("n_note", Integer, nullable=False, default=0),
    Column("n_unknown", Integer, nullable=False, default=0),
    Column("n_clear", Integer, nullable=False, default=0),
    Column("created_at", Moment, nullable=False),
    Column("updated_by", Id, ForeignKey("users.id")),
    Column("extra", Json, nullable=False, default=dict),
    Column("geometry", LargeBinary),
    UniqueConstraint("organisation_id", "code"),
    Index("ix_projects_organisation_id_id", "organisation_id", "id"),
    Index("ix_projects_country_id", "country", "id"),
    Index("ix_projects_sector_id", "sector", "id"),
    Index("ix_projects_rank_id", "rank", "id"),
    Index("ix_projects_updated_at_id", "updated_at", "id"),
    Index("ix_projects_name_id", "name", "id"),
    Index("ix_projects_run_id", "run_id"),
    sqlite_autoincrement=True,
)
# Each written as its planner has to meet it in a query.
Index("ix_projects_published_id", projects.c.id, sqlite_where=text("published = 1"), postgresql_where=text("published"))

project_versions = Table(
    "project_versions",
    metadata,
    key(),
    to("projects", "project_id"),
    Column("version", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("user_id", Id, ForeignKey("users.id")),
    Column("by", Text, nullable=False),
    Column("why", Text, nullable=False, default=""),
    Column("changes", Json, nullable=False),  # field → [before, after]; a geometry by its SHA-256
    Column("geometry", LargeBinary),  # as it became, where it changed
    UniqueConstraint("project_id", "version"),
    sqlite_autoincrement=True,
)
shares = Table(
    "shares",
    metadata,
    key(),
    to("projects", "project_id"),
    to("organisations", "organisation_id"),
    Column("at", Moment, nullable=False),
    Column("user_id", Id, ForeignKey("users.id")),
    UniqueConstraint("organisation_id", "project_id"),
    Index("ix_shares_project_id", "project_id"),
    sqlite_autoincrement=True,
)
comments = Table(
    "comments",
    metadata,
    key(),
    to("projects", "project_id", index=True),
    to("organisations", "organisation_id", nullable=True),
    Column("user_id", Id, ForeignKey("users.id")),
    Column("by", Text, nullable=False),
    Column("kind", String(8), nullable=False),  # comment | return
    Column("text", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("settled_at", Moment),
    sqlite_autoincrement=True,
)
documents = Table(
    "documents",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("size", Id, nullable=False),
    Column("at", Moment, nullable=False),
)
attachments = Table(
    "attachments",
    metadata,
    key(),
    to("projects", "project_id", index=True),
    Column("sha256", String(64), ForeignKey("documents.sha256"), nullable=False, index=True),
    Column("name", Text, nullable=False),  # shown, never opened
    Column("type", String(128), nullable=False),
    Column("size", Id, nullable=False),
    Column("title", Text, nullable=False, default=""),
    Column("published", Boolean, nullable=False, default=False),
    Column("user_id", Id, ForeignKey("users.id")),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("removed_at", Moment),
    sqlite_autoincrement=True,
)
