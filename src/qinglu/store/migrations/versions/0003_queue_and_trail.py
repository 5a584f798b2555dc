"""The queue of jobs, the audit trail that only grows, and the boxes of projects."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# As they were at this revision, apart from the tables of today.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)
Json = sa.JSON(none_as_null=True)


def upgrade() -> None:
    """Up."""
    op.create_table(
        "audit",
        sa.Column("seq", Id, autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("user_id", Id, nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("entity_id", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
    )
    op.create_index("ix_audit_entity_entity_id_seq", "audit", ["entity", "entity_id", "seq"])
    op.create_table(
        "audit_head",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", Id, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )
    op.create_table(
        "jobs",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("inputs", Json, nullable=False),
        sa.Column("organisation_id", Id, nullable=True),
        sa.Column("user_id", Id, nullable=True),
        sa.Column("scopes", Json, nullable=True),
        sa.Column("idempotency_key", sa.String(length=200), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("available_at", Moment, nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("lease", sa.String(length=32), nullable=False),
        sa.Column("lease_until", Moment, nullable=True),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("n_events", sa.Integer(), nullable=False),
        sa.Column("result", Json, nullable=True),
        sa.Column("error", Json, nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("started_at", Moment, nullable=True),
        sa.Column("finished_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_jobs_organisation_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_jobs_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.UniqueConstraint("user_id", "idempotency_key", name="uq_jobs_user_id_idempotency_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_jobs_organisation_id", "jobs", ["organisation_id"])
    op.create_index("ix_jobs_state_lease_until", "jobs", ["state", "lease_until"])
    op.create_index("ix_jobs_state_priority_id", "jobs", ["state", "priority", "id"])
    op.create_index("ix_jobs_user_id", "jobs", ["user_id"])
    op.create_table(
        "job_events",
        sa.Column("job_id", Id, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("data", Json, nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_job_events_job_id"),
        sa.PrimaryKeyConstraint("job_id", "seq", name="pk_job_events"),
    )
    _guard_trail()
    _index_boxes()


def downgrade() -> None:
    """Down; what the tables held is lost."""
    _drop_boxes()
    _unguard_trail()
    op.drop_table("job_events")
    op.drop_table("jobs")
    op.drop_table("audit_head")
    op.drop_table("audit")


def _guard_trail() -> None:
    """Only inserts into the trail, whoever asks; and its end, before the first row."""
    if op.get_bind().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{event.lower()} BEFORE {event} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
            )
    else:
        op.execute(
            "CREATE FUNCTION qinglu_audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ "
            "BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
            "FOR EACH STATEMENT EXECUTE FUNCTION qinglu_audit_append_only()"
        )
    op.execute(f"INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '{'0' * 64}')")


def _unguard_trail() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_no_update")
        op.execute("DROP TRIGGER audit_no_delete")
    else:
        op.execute("DROP TRIGGER audit_no_change ON audit")
        op.execute("DROP FUNCTION qinglu_audit_append_only()")


def _index_boxes() -> None:
    """Boxes of projects: an R*Tree that triggers keep in SQLite, GiST over a box in PostgreSQL."""
    if op.get_bind().dialect.name != "sqlite":
        op.execute("CREATE INDEX ix_projects_box ON projects USING gist (box(point(west, south), point(east, north)))")
        return
    op.execute("CREATE VIRTUAL TABLE projects_box USING rtree(id, west, east, south, north)")
    row = "(new.id, new.west, new.east, new.south, new.north)"
    op.execute(
        "CREATE TRIGGER projects_box_insert AFTER INSERT ON projects WHEN new.west IS NOT NULL "
        f"BEGIN INSERT INTO projects_box VALUES {row}; END"
    )
    op.execute(
        "CREATE TRIGGER projects_box_update AFTER UPDATE OF west, south, east, north ON projects "
        "BEGIN DELETE FROM projects_box WHERE id = old.id; "
        "INSERT INTO projects_box "
        "SELECT new.id, new.west, new.east, new.south, new.north WHERE new.west IS NOT NULL; END"
    )
    op.execute(
        "CREATE TRIGGER projects_box_delete AFTER DELETE ON projects "
        "BEGIN DELETE FROM projects_box WHERE id = old.id; END"
    )
    op.execute("INSERT INTO projects_box SELECT id, west, east, south, north FROM projects WHERE west IS NOT NULL")


def _drop_boxes() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP INDEX ix_projects_box")
        return
    for event in ("insert", "update", "delete"):
        op.execute(f"DROP TRIGGER projects_box_{event}")
    op.execute("DROP TABLE projects_box")
