"""The connection: transactions for reading and for writing, and failures of the database as errors of ours."""

from __future__ import annotations

import json
import sqlite3
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy
from sqlalchemy import Connection, Engine, create_engine, event, exc
from sqlalchemy.engine import URL, make_url

from ..errors import OptionError
from ..text import Text
from . import audit
from .errors import ExistsError, StoreUnavailableError

if TYPE_CHECKING:
    from .access import Actor

Clock = Callable[[], datetime]
_BUSY_MS = 10_000
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # an acknowledged change survives the machine, not only the process
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={_BUSY_MS}",
    "PRAGMA cache_size=-65536",
    "PRAGMA temp_store=MEMORY",
)
_UNIQUE = "23505"
_TRUSTED_S = 1.0
_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=audit.plain)
"""Columns of a file keep their order, which the canonical form of the trail would not."""


class Tx:
    """One write transaction: what it changes, and what the trail will say of it."""

    def __init__(self, connection: Connection, actor: Actor, now: datetime) -> None:
        self.connection = connection
        self.actor = actor
        self.now = now
        self._entries: list[audit.Entry] = []

    def execute(self, statement: Any, values: Any = None) -> sqlalchemy.CursorResult[*tuple[Any, ...]]:
        """Run a statement."""
        return self.connection.execute(statement, values)

    def record(
        self,
        action: str,
        entity: str,
        entity_id: object,
        *,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
        why: str = "",
    ) -> None:
        """Note a change for the trail; it is written just before the commit, in the same transaction."""
        content: dict[str, Any] = {}
        if before is not None:
            content["before"] = before
        if after is not None:
            content["after"] = after
        if why:
            content["why"] = why
        self._entries.append(audit.Entry(action, entity, str(entity_id), audit.canonical(content)))

    def flush(self) -> None:
        """Write what was noted. Last of all: the head is locked from here to the commit."""
        if self._entries:
            audit.append(self.connection, self.now, self.actor.user_id, self.actor.name, self._entries)
            self._entries = []


class Database:
    """An engine and how to begin transactions on it.

    Parameters
    ----------
    url : str
        ``sqlite:///FILE`` or ``postgresql://USER[:PASSWORD]@HOST[:PORT]/NAME[?sslmode=…]``.
    clock : callable
        What time it is, with its zone.
    must_exist : bool
        Refuse to make a SQLite file.
    """

    def __init__(self, url: str, clock: Clock, *, must_exist: bool = False) -> None:
        self.url = checked_url(url)
        if must_exist and self.is_sqlite and not Path(str(self.url.database)).exists():
            raise OptionError(
                Text(f"没有数据库文件 {self.url.database}", f"there is no database file {self.url.database}"),
                Text("请核对 --db；新建用 qinglu migrate", "Check --db; qinglu migrate sets up a new one"),
                where="--db",
            )
        self.clock = clock
        with guarded():
            self.engine = _engine(self.url)
        self._writer = self.engine.execution_options(qinglu_write=True)
        self._snapshot = (
            self.engine if self.is_sqlite else self.engine.execution_options(isolation_level="REPEATABLE READ")
        )

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file."""
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with guarded(), self.engine.connect() as connection, _at_once(connection):
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A transaction that reads all of it as it is at one moment."""
        with guarded(), self._snapshot.connect() as connection:
            yield connection

    @contextmanager
    def write(self, actor: Actor) -> Iterator[Tx]:
        """A transaction that writes; all of it and its audit rows, or nothing.

        Raises
        ------
        StoreUnavailableError
            The database cannot be reached, is full or stays busy.
        ExistsError
            Something of that name is there already.
        """
        with guarded(), self._writer.begin() as connection:
            tx = Tx(connection, actor, self.clock())
            yield tx
            tx.flush()

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


@contextmanager
def guarded() -> Iterator[None]:
    """Failures of the database as `StoreUnavailableError`, broken uniqueness as `ExistsError`.

    What is neither (a statement of ours that is wrong) goes through as it is.
    """
    try:
        yield
    except exc.TimeoutError as error:
        raise _unavailable("all connections are busy") from error
    except exc.DBAPIError as error:
        if isinstance(error, exc.IntegrityError) or _state(error).startswith("23"):
            if _is_unique(error):
                raise ExistsError(
                    Text("同名或同编号的记录已存在", "there is already one of that name or id"),
                    Text("请换一个名称或编号，或改动已有的那一条", "Choose another, or change the one that is there"),
                ) from error
            raise
        if error.connection_invalidated or _is_failure(error):
            raise _unavailable(_said(error)) from error
        raise
    except OSError as error:  # pg8000 lets some of them through
        if isinstance(error, ConnectionError | TimeoutError | ssl.SSLError):
            raise _unavailable(str(error)) from error
        raise


def checked_url(url: str) -> URL:
    """The address of a database that the store can use.

    Raises
    ------
    OptionError
        It is none; what is allowed.
    """
    try:
        made = make_url(url)
        backend = made.get_backend_name()
    except (exc.ArgumentError, exc.NoSuchModuleError, ValueError):
        backend = ""
        made = URL.create("sqlite")
    if backend in ("postgresql", "postgres"):
        return made.set(drivername="postgresql+pg8000")
    if backend == "sqlite" and made.database not in (None, "", ":memory:"):
        return made.set(drivername="sqlite+pysqlite")
    shown = url.split("@")[-1]  # never the password
    raise OptionError(
        Text(f"数据库地址 {shown!r} 不可用", f"{shown!r} is no address of a database"),
        Text("写成 sqlite:///文件 或 postgresql://用户@主机/库名",
             "Write sqlite:///FILE or postgresql://USER@HOST/NAME"),
        where="--db",
    )  # fmt: skip


def sqlite_url(path: Path) -> str:
    """The address of a SQLite file."""
    return URL.create("sqlite", database=str(path)).render_as_string()


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        arguments, url = _tls(url)
        engine = create_engine(
            url, pool_size=10, max_overflow=20, pool_timeout=10, connect_args=arguments, json_serializer=_JSON.encode
        )
        event.listen(engine, "checkout", _still_there)
        event.listen(engine, "checkin", _given_back)
        # One statement for many rows, also where nothing is returned: pg8000 would else send row by row.
        engine.dialect.use_insertmanyvalues_wo_returning = True
        return engine
    file = Path(str(url.database))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)  # it holds what people said in confidence; what SQLite puts beside it gets the same
    except OSError as error:
        raise _unavailable(f"{file}: {error.strerror}") from error
    engine = create_engine(
        url, pool_size=10, max_overflow=20, pool_timeout=10, json_serializer=_JSON.encode,
        connect_args={"check_same_thread": False, "timeout": _BUSY_MS / 1000},
    )  # fmt: skip
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # transactions are begun by us, not by the driver
    ends = time.monotonic() + _BUSY_MS / 1000
    for pragma in _PRAGMAS:
        while True:
            try:
                connection.execute(pragma)
                break
            except sqlite3.OperationalError as error:
                # Changing a new file to a log does not wait while another does the same, whatever the timeout.
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > ends:
                    raise
                time.sleep(0.01)


def _begin(connection: Connection) -> None:
    # One that starts by reading and then writes could fail half way; one that starts by writing waits its turn.
    writes = connection.get_execution_options().get("qinglu_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _at_once(connection: Connection) -> Iterator[None]:
    """What only reads from PostgreSQL needs no BEGIN and no ROLLBACK: each is a way there and back."""
    if connection.dialect.name == "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.autocommit = True
    try:
        yield
    finally:
        driver.autocommit = False


def _still_there(driver: Any, record: Any, proxy: Any) -> None:
    """Look whether a connection that was idle for a while still is one; of one used just now nobody asks."""
    if time.monotonic() - record.info.get("used", 0.0) < _TRUSTED_S:
        return
    driver.autocommit = True
    try:
        driver.cursor().execute("SELECT 1")
    except Exception as error:  # whatever it is, another connection is made
        raise exc.DisconnectionError from error
    finally:
        driver.autocommit = False


def _given_back(driver: Any, record: Any) -> None:
    record.info["used"] = time.monotonic()


def _tls(url: URL) -> tuple[dict[str, Any], URL]:
    """``sslmode`` as psql has it: pg8000 wants a context."""
    mode = str(url.query.get("sslmode", ""))
    url = url.difference_update_query(["sslmode"])
    if mode in ("", "disable"):
        return {}, url
    context = ssl.create_default_context()
    if mode not in ("verify-full", "verify-ca"):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif mode == "verify-ca":
        context.check_hostname = False
    return {"ssl_context": context}, url


def _state(error: exc.DBAPIError) -> str:
    """The SQLSTATE that PostgreSQL gave; empty for SQLite."""
    told = error.orig.args[0] if error.orig is not None and error.orig.args else None
    return str(told.get("C", "")) if isinstance(told, dict) else ""


def _is_unique(error: exc.DBAPIError) -> bool:
    return _state(error) == _UNIQUE or "UNIQUE constraint failed" in str(error.orig)


def _is_failure(error: exc.DBAPIError) -> bool:
    """Whether the database is at fault, not the statement."""
    state = _state(error)
    if state:
        # connections, resources (a full disk), shutdown, system; deadlock and serialisation; sign-in; no database
        return state[:2] in ("08", "53", "57", "58", "XX") or state in ("40001", "40P01", "28P01", "28000", "3D000")
    if isinstance(error, exc.InterfaceError):
        return True
    said = str(error.orig)
    words = ("locked", "full", "disk I/O", "unable to open", "readonly", "malformed", "not a database", "busy")
    return isinstance(error, exc.OperationalError | exc.DatabaseError) and any(w in said for w in words)


def _said(error: exc.DBAPIError) -> str:
    told = error.orig.args[0] if error.orig is not None and error.orig.args else ""
    return str(told.get("M", told)) if isinstance(told, dict) else str(told)


def _unavailable(reason: str) -> StoreUnavailableError:
    reason = reason[:200]
    return StoreUnavailableError(
        Text(
            f"数据库暂不可用（{reason}）；没有写入任何内容",
            f"the database is not available ({reason}); nothing was written",
        ),
        Text(
            "请稍后再试；若仍如此，请检查磁盘空间与数据库连接",
            "Try again shortly; if it stays so, check disk space and the connection",
        ),
    )
