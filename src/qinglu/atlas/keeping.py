"""Folders that appear whole or not at all, and the checksums of what they hold."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import InputError
from ..text import Text

_CHUNK = 1 << 20


def sha256_of(path: Path) -> str:
    """Hex digest of a file; of a folder, of the names and digests of its files in order."""
    if path.is_dir():
        whole = hashlib.sha256()
        for p in sorted(q for q in path.rglob("*") if q.is_file()):
            whole.update(f"{p.relative_to(path).as_posix()}\0{sha256_of(p)}\n".encode())
        return whole.hexdigest()
    digest = hashlib.sha256()
    with path.open("rb") as f:
        while chunk := f.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


@contextmanager
def whole_folder(target: Path, *, replace: bool) -> Iterator[Path]:
    """A hidden folder beside `target` that becomes `target` at the end, and vanishes on any exception.

    Where `target` has meanwhile been made by another process it stays, unless `replace`.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=f".{target.name}.partial-", dir=target.parent))
    except OSError as e:
        raise _not_writable(target.parent) from e
    try:
        aside.chmod(0o755)  # mkdtemp makes folders that only their owner enters
        yield aside
        _into_place(aside, target, replace)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _into_place(aside: Path, target: Path, replace: bool) -> None:
    try:
        aside.rename(target)
        return
    except OSError:
        if not target.exists():
            raise
    if not replace:
        return
    old = target.with_name(f".{target.name}.partial-old-{os.getpid()}")
    target.rename(old)
    aside.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _not_writable(folder: Path) -> InputError:
    return InputError(
        Text(f"无法写入数据目录 {folder}", f"cannot write to the data folder {folder}"),
        Text("请将 QINGLU_DATA_DIR 设为可写的目录", "set QINGLU_DATA_DIR to a folder that can be written to"),
    )
