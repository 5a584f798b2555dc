"""Why a row was rejected, in both languages, so that each reader meets their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Up: what was kept in one language stands for both until the file is read again."""
    for name in ("message_zh", "message_en"):
        op.add_column("portfolio_rows", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.execute("UPDATE portfolio_rows SET message_zh = message, message_en = message WHERE message <> ''")
    op.drop_column("portfolio_rows", "message")
    with op.batch_alter_table("portfolio_rows") as rows:
        for name in ("message_zh", "message_en"):
            rows.alter_column(name, server_default=None, existing_type=sa.Text(), existing_nullable=False)


def downgrade() -> None:
    """Down."""
    op.add_column("portfolio_rows", sa.Column("message", sa.Text(), nullable=False, server_default=""))
    op.execute("UPDATE portfolio_rows SET message = message_en WHERE message_en <> ''")
    for name in ("message_zh", "message_en"):
        op.drop_column("portfolio_rows", name)
