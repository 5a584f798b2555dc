"""Opening a store: the database of an address and the folder of its files, at the schema of this version."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from sqlalchemy import inspect, text

from ..settings import Settings
from ..text import Text
from .accounts import Accounts
from .database import Clock, Database, sqlite_url
from .dossier import Dossiers
from .errors import SchemaError
from .files import Files
from .jobs import Jobs
from .migrate import HEAD, known_revisions, upgrade
from .people import People
from .points import Maps
from .portfolios import Portfolios
from .projects import Projects
from .runs import Runs
from .stewardship import Stewardship
from .trail import Trail


def utc_now() -> datetime:
    """What time it is, where no other clock is handed in."""
    return datetime.now(UTC)


class Store(Accounts, People, Projects, Maps, Portfolios, Runs, Dossiers, Files, Stewardship, Jobs, Trail):
    """A register of projects for many people at once.

    Every function takes the actor first and does only what `access` lets that actor do.
    """

    @classmethod
    def open(cls, url: str, folder: Path, *, clock: Clock = utc_now, migrate: bool = False) -> Self:
        """Open, and set up where there is nothing yet.

        Parameters
        ----------
        url : str
            ``sqlite:///FILE`` or ``postgresql://USER@HOST/NAME``.
        folder : Path
            Of documents.
        migrate : bool
            Bring an older database up to this version; otherwise it is refused.

        Raises
        ------
        SchemaError
            The database is of an older or newer version; what to do.
        StoreUnavailableError
            It cannot be reached.
        """
        db = Database(url, clock)
        store = cls(db, folder)
        try:
            found = revision(db)
            if found is None or (migrate and found != HEAD and found in known_revisions()):
                upgrade(db)
            elif found != HEAD:
                raise outdated(found)
        except BaseException:
            db.close()
            raise
        return store

    def close(self) -> None:
        """Give every connection back."""
        self.db.close()

    def ready(self) -> None:
        """Nothing, if the database answers.

        Raises
        ------
        StoreUnavailableError
            It does not.
        """
        with self.db.read() as connection:
            connection.execute(text("SELECT 1"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def default_url(settings: Settings) -> str:
    """The address asked for, or the file in the folder of data."""
    return settings.db or sqlite_url(settings.data_dir.expanduser() / "qinglu.db")


def revision(db: Database) -> str | None:
    """The revision of the schema in a database; None where there is none yet.

    Raises
    ------
    SchemaError
        It holds tables that are not ours.
    """
    with db.read() as connection:
        names = inspect(connection).get_table_names()
        if "alembic_version" in names:
            found = connection.scalar(text("SELECT version_num FROM alembic_version"))
            if found is not None:
                return str(found)
            names.remove("alembic_version")
    if names:
        raise SchemaError(
            Text(f"该数据库中已有其他表（{names[0]}…）", f"the database holds other tables ({names[0]}, …)"),
            Text("请另建一个空数据库", "Make an empty database for Qinglu"),
        )
    return None


def outdated(found: str) -> SchemaError:
    """That a database is of another version, and what to do."""
    if found in known_revisions():
        return SchemaError(
            Text(
                f"数据库结构为旧版 {found}，本程序需要 {HEAD}",
                f"the database is at revision {found}, this program needs {HEAD}",
            ),
            Text(
                "请先用原版本备份（qinglu backup），再运行 qinglu migrate",
                "Make a backup with the version you had (qinglu backup), then run qinglu migrate",
            ),
        )
    return SchemaError(
        Text(f"数据库结构 {found} 由更新的版本建立，本程序只认识到 {HEAD}",
             f"the database is at revision {found}, made by a newer version; this program knows up to {HEAD}"),
        Text("请升级 qinglu", "Upgrade qinglu"),
    )  # fmt: skip
