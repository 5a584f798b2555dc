"""A backup is one file that restores into either database: tables as lines, documents as they are, checksums of all.

What is in it: every table at one moment, but for sessions and attempts to sign in, which nobody wants back. The trail
comes along whole, and is verified before a restore counts.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, func, inspect, select, text

from ..errors import IntegrityError, OptionError
from ..text import Text
from . import audit
from .access import SYSTEM
from .archive_rows import go_on_counting, kinds, lines, put
from .database import Tx
from .migrate import HEAD, downgrade_on, known_revisions, upgrade_on
from .open import Store, outdated, revision
from .schema import audit_head, metadata

FORMAT = 1
_LEFT_OUT = ("sessions", "attempts")
_BLOCK = 1 << 20
_AGAIN = Text("请换一份完好的备份文件", "Use a backup file that is whole")


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds."""

    path: Path
    revision: str
    rows: Mapping[str, int]
    documents: int
    seq: int
    hash: str


def backup(store: Store, out: Path) -> Backup:
    """Write everything into one file: aside, synced, then renamed.

    Raises
    ------
    IntegrityError
        A document is missing or damaged: better known now than when the backup is needed.
    OptionError
        `out` cannot be written.
    """
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{out.name}.partial-", dir=out.parent)
    except OSError as error:
        raise OptionError(
            Text(f"无法写入 {out}（{error.strerror}）", f"cannot write {out} ({error.strerror})"),
            Text("请换一个可写的位置", "Name a place that can be written"), where="--out",
        ) from error  # fmt: skip
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            made = _write(store, file, out)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)
    return made


def restore(store_url: str, folder: Path, source: Path, *, force: bool = False, clock: Any = None) -> Backup:
    """Put a backup into an empty database, or with `force` in the place of what is there.

    One transaction: either all of it is there and its trail intact, or the database is as it was.

    Raises
    ------
    OptionError
        The file is no backup, or the database is not empty.
    IntegrityError
        A checksum does not match, or the trail does not hold.
    SchemaError
        The backup is of a newer version.
    """
    from .database import Database, guarded
    from .open import utc_now

    with _opened(source) as archive:
        manifest = _manifest(archive)
        if manifest["revision"] not in known_revisions():
            raise outdated(str(manifest["revision"]))
        db = Database(store_url, clock or utc_now)
        try:
            found = revision(db)
            if found is not None and found not in known_revisions():
                raise outdated(found)
            _put_documents(archive, manifest, Store(db, folder))
            with guarded(), db.engine.execution_options(qinglu_write=True).begin() as connection:
                if found is not None:
                    _make_room(connection, force)
                head = _put_tables(connection, archive, manifest)
                upgrade_on(connection)
                _prove(connection, head)
                tx = Tx(connection, SYSTEM, db.clock())
                tx.record(
                    "restore", "store", "database", after={"from": manifest["head"], "revision": manifest["revision"]}
                )
                tx.flush()
        finally:
            db.close()
    rows = {name: t["rows"] for name, t in manifest["tables"].items()}
    return Backup(source, manifest["revision"], rows, len(manifest["documents"]), *head)


def _write(store: Store, file: IO[bytes], out: Path) -> Backup:
    tables: dict[str, Any] = {}
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive,
        store.db.snapshot() as connection,
    ):
        head = connection.execute(select(audit_head.c.seq, audit_head.c.hash)).one()
        for table in metadata.sorted_tables:
            if table.name in _LEFT_OUT:
                continue
            digest, rows = hashlib.sha256(), 0
            with archive.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as member:
                for line in lines(connection, table):
                    member.write(line)
                    digest.update(line)
                    rows += 1
            tables[table.name] = {"rows": rows, "sha256": digest.hexdigest(), "columns": kinds(table)}
        hashes = connection.execute(select(metadata.tables["documents"].c.sha256).order_by("sha256")).scalars().all()
        for sha256 in hashes:
            _put_in(archive, store, sha256)
        manifest = {
            "format": FORMAT, "revision": HEAD, "made_at": audit.moment(store.now()), "tables": tables,
            "documents": list(hashes), "head": [head[0], head[1]],
        }  # fmt: skip
        archive.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1))
    rows_of = {name: t["rows"] for name, t in tables.items()}
    return Backup(out, HEAD, rows_of, len(hashes), int(head[0]), str(head[1]))


def _put_in(archive: zipfile.ZipFile, store: Store, sha256: str) -> None:
    digest = hashlib.sha256()
    member = zipfile.ZipInfo(f"documents/{sha256}")  # compressed already, most of them
    with store.path_of(sha256).open("rb") as source, archive.open(member, "w", force_zip64=True) as target:
        while block := source.read(_BLOCK):
            digest.update(block)
            target.write(block)
    if digest.hexdigest() != sha256:
        raise IntegrityError(
            Text(f"文件 {sha256} 已损坏", f"document {sha256} is damaged"),
            Text("请从较早的备份恢复该文件", "Restore that file from an earlier backup"),
        )


def _opened(source: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(source)
    except (OSError, zipfile.BadZipFile) as error:
        raise OptionError(
            Text(f"{source} 不是备份文件，或无法读取", f"{source} is no backup, or cannot be read"),
            _AGAIN,
            where="FILE",
        ) from error


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    try:
        made = json.loads(archive.read("manifest.json"))
        sound = made["format"] == FORMAT and {"revision", "tables", "documents", "head"} <= set(made)
    except (KeyError, TypeError, ValueError, zipfile.BadZipFile):
        sound, made = False, {}
    if not sound:
        raise OptionError(Text("文件不是青路的备份", "the file is no backup of Qinglu"), _AGAIN, where="FILE")
    return dict(made)


def _make_room(connection: Connection, force: bool) -> None:
    """Take out what is there: nothing but an empty schema, unless asked."""
    names = [n for n in inspect(connection).get_table_names() if n in metadata.tables and n != "audit_head"]
    held = [n for n in names if connection.execute(select(func.count()).select_from(text(f'"{n}"'))).scalar_one()]
    if held and not force:
        raise OptionError(
            Text(f"目标数据库不是空的（{held[0]} 等表中有数据）", f"the database is not empty ({held[0]} has rows)"),
            Text("请换一个空数据库；确要覆盖时加 --force", "Use an empty one; --force puts the backup in its place"),
            where="--db",
        )
    downgrade_on(connection)


def _put_tables(connection: Connection, archive: zipfile.ZipFile, manifest: Mapping[str, Any]) -> tuple[int, str]:
    upgrade_on(connection, manifest["revision"])
    there = set(inspect(connection).get_table_names())
    if "audit_head" in there:
        connection.execute(text("DELETE FROM audit_head"))
    for name, about in manifest["tables"].items():
        if name not in there:
            raise _broken(name)
        digest = hashlib.sha256()
        try:
            with archive.open(f"tables/{name}.jsonl") as member:
                rows = put(connection, name, about["columns"], _hashed(member, digest))
        except (KeyError, ValueError, EOFError, zlib.error, zipfile.BadZipFile) as error:
            raise _broken(name) from error
        if rows != about["rows"] or digest.hexdigest() != about["sha256"]:
            raise _broken(name)
    go_on_counting(connection, list(manifest["tables"]))
    seq, last = manifest["head"]
    return int(seq), str(last)


def _hashed(member: IO[bytes], digest: Any) -> Iterator[bytes]:
    for line in member:
        digest.update(line)
        yield line


def _put_documents(archive: zipfile.ZipFile, manifest: Mapping[str, Any], store: Store) -> None:
    for sha256 in manifest["documents"]:
        try:
            with archive.open(f"documents/{sha256}") as member:
                kept, _ = store.keep_bytes(member)
        except (KeyError, EOFError, zlib.error, zipfile.BadZipFile) as error:
            raise _broken(f"documents/{sha256}") from error
        if kept != sha256:
            raise _broken(f"documents/{sha256}")


def _prove(connection: Connection, head: tuple[int, str]) -> None:
    found = audit.verify(connection, head if head[0] else None)
    if not found.intact:
        raise IntegrityError(
            Text(
                f"备份中的审计记录不完整：{found.faults[0].text.zh}",
                f"the trail does not hold: {found.faults[0].text.en}",
            ),
            _AGAIN,
        )


def _broken(name: str) -> IntegrityError:
    return IntegrityError(
        Text(f"备份中的 {name} 与其校验值不符", f"{name} in the backup does not match its checksum"), _AGAIN
    )
