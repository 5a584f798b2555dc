"""The schema is made by migrations only; this runs them, on any connection, without a configuration file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from .database import Database, guarded

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0003"
"""The revision this version of Qinglu works with."""
_FOLDER = Path(__file__).parent / "migrations"


def known_revisions() -> tuple[str, ...]:
    """Every revision there is, oldest first, by the names of their files."""
    return tuple(sorted(p.name.split("_")[0] for p in (_FOLDER / "versions").glob("[0-9]*_*.py")))


def upgrade(db: Database, to: str = "head") -> None:
    """Bring the schema up, in one transaction."""
    from alembic import command

    _run(db, lambda config: command.upgrade(config, to))


def downgrade(db: Database, to: str = "base") -> None:
    """Take the schema back, in one transaction; what later tables held is lost."""
    from alembic import command

    _run(db, lambda config: command.downgrade(config, to))


def _run(db: Database, step: Callable[[Config], None]) -> None:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    engine = db.engine.execution_options(qinglu_write=True)
    with guarded(), engine.begin() as connection:
        config.attributes["connection"] = connection
        step(config)
