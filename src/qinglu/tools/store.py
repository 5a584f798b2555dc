"""The register from the command line: bring its schema up, verify its trail, back it up, restore it."""

from __future__ import annotations

from pathlib import Path

from ..errors import OptionError
from ..text import Text
from ..workspace import Workspace
from .told import Told

try:
    from ..store import SYSTEM, Store, default_url
    from ..store import backup as archives
    from ..store.database import Database
    from ..store.migrate import HEAD, known_revisions, upgrade
    from ..store.open import outdated, revision, utc_now
except ModuleNotFoundError as missing:
    raise OptionError(
        Text(f"登记库所需的 {missing.name} 尚未安装", f"the register needs {missing.name}, which is not installed"),
        Text("请运行 pip install 'qinglu[serve]'", "Run pip install 'qinglu[serve]'"),
    ) from missing


def migrate(workspace: Workspace, db: str | None) -> Told:
    """Bring the schema of a database up to this version; set it up where there is none."""
    database = Database(_url(workspace, db), utc_now)
    try:
        before = revision(database)
        if before != HEAD:
            if before is not None and before not in known_revisions():
                raise outdated(before)
            upgrade(database)
    finally:
        database.close()
    told = (
        Text(f"数据库结构已是最新（{HEAD}）", f"the database is at revision {HEAD} already")
        if before == HEAD
        else Text(f"数据库结构：{before or '空'} → {HEAD}", f"the database went from {before or 'nothing'} to {HEAD}")
    )
    return Told({"before": before, "after": HEAD}, (told,))


def audit_verify(workspace: Workspace, db: str | None, head: str | None) -> Told:
    """Read the whole audit trail; exit code 1 where it does not hold."""
    anchor = _anchor(head)
    with _opened(workspace, db) as store:
        found = store.verify_audit(SYSTEM, anchor)
    record = {
        "intact": found.intact,
        "rows": found.n,
        "head": f"{found.seq}:{found.hash}",
        "faults": [{"seq": f.seq, "kind": f.kind, "text": f.text._asdict()} for f in found.faults],
    }
    told = [fault.text for fault in found.faults]
    if found.intact:
        told.append(Text(f"审计记录完整，共{found.n}条", f"the audit trail is intact, {found.n} rows"))
    else:
        told.append(Text(f"审计记录不完整：{len(told)}处有误", f"the audit trail does not hold: {len(told)} faults"))
    # To be noted elsewhere: given back with --head it proves that nobody rewrote the trail whole.
    told.append(Text(f"末端 {record['head']}", f"head {record['head']}"))
    return Told(record, tuple(told), 0 if found.intact else 1)


def backup(workspace: Workspace, out: Path, db: str | None) -> Told:
    """Everything into one file."""
    with _opened(workspace, db) as store:
        made = archives.backup(store, out.expanduser())
    return _told(
        made,
        Text(
            f"已备份{_rows(made)}行、{made.documents}个文件",
            f"backed up {_rows(made)} rows and {made.documents} documents",
        ),
    )


def restore(workspace: Workspace, file: Path, db: str | None, force: bool) -> Told:
    """A backup into an empty database, or in the place of what is there."""
    made = archives.restore(_url(workspace, db), _folder(workspace), file.expanduser(), force=force)
    return _told(
        made,
        Text(f"已恢复{_rows(made)}行、{made.documents}个文件，审计记录完整",
             f"restored {_rows(made)} rows and {made.documents} documents; the audit trail is intact"),
    )  # fmt: skip


def _told(made: archives.Backup, text: Text) -> Told:
    record = {
        "path": str(made.path), "revision": made.revision, "rows": dict(made.rows), "documents": made.documents,
        "head": f"{made.seq}:{made.hash}",
    }  # fmt: skip
    return Told(record, (text, Text(f"{made.path}", f"{made.path}")))


def _rows(made: archives.Backup) -> int:
    return sum(made.rows.values())


def _opened(workspace: Workspace, db: str | None) -> Store:
    """The store that is there: a look must not make an empty one where an address was mistyped."""
    url = _url(workspace, db)
    database = Database(url, utc_now, must_exist=True)
    try:
        if revision(database) is None:
            raise OptionError(
                Text("该数据库中还没有青路的数据", "there is nothing of Qinglu in that database"),
                Text("请核对 --db；新建用 qinglu migrate", "Check --db; qinglu migrate sets up a new one"),
                where="--db",
            )
    finally:
        database.close()
    return Store.open(url, _folder(workspace))


def _url(workspace: Workspace, db: str | None) -> str:
    return db or default_url(workspace.settings)


def _folder(workspace: Workspace) -> Path:
    return workspace.settings.data_dir.expanduser()


def _anchor(head: str | None) -> tuple[int, str] | None:
    if head is None:
        return None
    seq, _, last = head.partition(":")
    if not seq.isdigit() or len(last) != 64 or any(c not in "0123456789abcdef" for c in last):
        raise OptionError(
            Text(f"{head!r} 不是 序号:校验值", f"{head!r} is not SEQ:HASH"),
            Text("请写上次核验时给出的末端", "Give back the head that an earlier look told"),
            where="--head",
        )
    return int(seq), last
