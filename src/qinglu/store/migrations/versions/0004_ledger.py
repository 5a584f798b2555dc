"""What the ledger estimates of a project, beside what a run found of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Up."""
    op.add_column("run_projects", sa.Column("ledger", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    """Down."""
    op.drop_column("run_projects", "ledger")
