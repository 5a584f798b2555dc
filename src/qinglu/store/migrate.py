"""The schema is made by migrations only; this runs them, on any connection, without a configuration file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

from .database import Database, guarded

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0005"
"""The revision this version of Qinglu works with."""
_FOLDER = Path(__file__).parent / "migrations"


def known_revisions() -> tuple[str, ...]:
    """Every revision there is, oldest first, by the names of their files."""
    return tuple(sorted(p.name.split("_")[0] for p in (_FOLDER / "versions").glob("[0-9]*_*.py")))


def upgrade(db: Database, to: str = "head") -> None:
    """Bring the schema up, in one transaction."""
    with _transaction(db) as connection:
        upgrade_on(connection, to)


def downgrade(db: Database, to: str = "base") -> None:
    """Take the schema back, in one transaction; what later tables held is lost."""
    with _transaction(db) as connection:
        downgrade_on(connection, to)


def upgrade_on(connection: Connection, to: str = "head") -> None:
    """`upgrade` inside a transaction that goes on."""
    from alembic import command

    command.upgrade(_config(connection), to)


def downgrade_on(connection: Connection, to: str = "base") -> None:
    """`downgrade` inside a transaction that goes on."""
    from alembic import command

    command.downgrade(_config(connection), to)


@contextmanager
def _transaction(db: Database) -> Iterator[Connection]:
    with guarded(), db.engine.execution_options(qinglu_write=True).begin() as connection:
        if not db.is_sqlite:  # two servers that start at once: the second finds the work done
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('qinglu-migrate'))"))
        yield connection


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
