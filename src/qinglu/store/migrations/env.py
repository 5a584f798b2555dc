"""What alembic runs: our tables, on the connection that it is handed."""

from __future__ import annotations

from typing import Any

from alembic import context

from qinglu.store.schema import metadata


def is_ours(name: str | None, kind: str, parents: Any) -> bool:
    """Whether to compare it: an R*Tree and its shadow tables exist in SQLite only, and triggers keep them."""
    return not (kind == "table" and name is not None and name.startswith("projects_box"))


config = getattr(context, "config", None)
if config is not None:  # only alembic gives one; whoever imports every module runs nothing
    context.configure(
        connection=config.attributes["connection"],
        target_metadata=metadata,
        render_as_batch=True,
        include_name=is_ours,
        compare_type=True,
    )
    context.run_migrations()
