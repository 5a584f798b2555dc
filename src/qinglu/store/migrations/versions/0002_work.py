"""Portfolios, runs, findings, actions; what stewards keep."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# As they were at this revision, apart from the tables of today.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)
Json = sa.JSON(none_as_null=True)


def upgrade() -> None:
    """Up."""
    op.create_table(
        "layers",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("layer_version", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("record", Json, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.Column("updated_by", Id, nullable=True),
        sa.ForeignKeyConstraint(["updated_by"], ["users.id"], name="fk_layers_updated_by"),
        sa.PrimaryKeyConstraint("id", name="pk_layers"),
    )
    op.create_table(
        "portfolios",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("n_read", sa.Integer(), nullable=False),
        sa.Column("n_kept", sa.Integer(), nullable=False),
        sa.Column("n_repaired", sa.Integer(), nullable=False),
        sa.Column("n_rejected", sa.Integer(), nullable=False),
        sa.Column("fields", Json, nullable=False),
        sa.Column("meta", Json, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_portfolios_organisation_id"),
        sa.ForeignKeyConstraint(["sha256"], ["documents.sha256"], name="fk_portfolios_sha256"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_portfolios_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_portfolios"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_portfolios_organisation_id", "portfolios", ["organisation_id"])
    op.create_table(
        "rules",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("rule_id", sa.String(length=256), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("record", Json, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("user_id", Id, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_rules_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rules"),
        sa.UniqueConstraint("rule_id", "version", name="uq_rules_rule_id_version"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "portfolio_rows",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("portfolio_id", Id, nullable=False),
        sa.Column("source_row", sa.Integer(), nullable=False),
        sa.Column("project_id", Id, nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("notes", Json, nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["portfolio_id"], ["portfolios.id"], name="fk_portfolio_rows_portfolio_id"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_portfolio_rows_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_portfolio_rows"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_portfolio_rows_portfolio_id_source_row", "portfolio_rows", ["portfolio_id", "source_row"])
    op.create_index("ix_portfolio_rows_project_id", "portfolio_rows", ["project_id"])
    op.create_table(
        "runs",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=True),
        sa.Column("portfolio_id", Id, nullable=True),
        sa.Column("job_id", Id, nullable=True),
        sa.Column("tool", sa.Text(), nullable=False),
        sa.Column("inputs", Json, nullable=False),
        sa.Column("versions", Json, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("counts", Json, nullable=False),
        sa.Column("judged_on", sa.Date(), nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("finished_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_runs_organisation_id"),
        sa.ForeignKeyConstraint(["portfolio_id"], ["portfolios.id"], name="fk_runs_portfolio_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_runs_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_runs_organisation_id", "runs", ["organisation_id"])
    op.create_table(
        "findings",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("run_id", Id, nullable=False),
        sa.Column("project_id", Id, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("layer_id", sa.Text(), nullable=False),
        sa.Column("layer_version", sa.Text(), nullable=False),
        sa.Column("explanation_zh", sa.Text(), nullable=False),
        sa.Column("explanation_en", sa.Text(), nullable=False),
        sa.Column("trace", Json, nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_findings_project_id"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_findings_run_id"),
        sa.PrimaryKeyConstraint("id", name="pk_findings"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_findings_project_id_run_id_id", "findings", ["project_id", "run_id", "id"])
    op.create_index("ix_findings_run_id_id", "findings", ["run_id", "id"])
    op.create_table(
        "run_projects",
        sa.Column("run_id", Id, nullable=False),
        sa.Column("project_id", Id, nullable=False),
        sa.Column("project_version", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.Column("unknown", sa.Boolean(), nullable=False),
        sa.Column("colour", sa.String(length=8), nullable=False),
        sa.Column("n_critical", sa.Integer(), nullable=False),
        sa.Column("n_warning", sa.Integer(), nullable=False),
        sa.Column("n_note", sa.Integer(), nullable=False),
        sa.Column("n_unknown", sa.Integer(), nullable=False),
        sa.Column("n_clear", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_run_projects_project_id"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_run_projects_run_id"),
        sa.PrimaryKeyConstraint("run_id", "project_id", name="pk_run_projects"),
    )
    op.create_index("ix_run_projects_project_id", "run_projects", ["project_id"])
    op.create_table(
        "actions",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("project_id", Id, nullable=False),
        sa.Column("finding_id", Id, nullable=True),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("attachment_id", Id, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.Column("updated_by", Id, nullable=True),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachments.id"], name="fk_actions_attachment_id"),
        sa.ForeignKeyConstraint(["finding_id"], ["findings.id"], name="fk_actions_finding_id"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_actions_project_id"),
        sa.ForeignKeyConstraint(["updated_by"], ["users.id"], name="fk_actions_updated_by"),
        sa.PrimaryKeyConstraint("id", name="pk_actions"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_actions_project_id", "actions", ["project_id"])
    op.create_index("ix_actions_state_due", "actions", ["state", "due"])


def downgrade() -> None:
    """Down; what the tables held is lost."""
    op.drop_table("actions")
    op.drop_table("run_projects")
    op.drop_table("findings")
    op.drop_table("runs")
    op.drop_table("portfolio_rows")
    op.drop_table("rules")
    op.drop_table("portfolios")
    op.drop_table("layers")
