"""Write aside, then rename: an interrupted run leaves earlier results whole and nothing half-written."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ..errors import OptionError
from ..text import Text

_LAST = "run.json"  # moved last: where it stands, everything it lists stands


class Stage:
    """A hidden folder on the file system of `out` in which results grow until they are whole.

    Parameters
    ----------
    out : Path
        The folder the results are meant for. Made on `commit`, not before.
    where : str
        What an error names.

    Raises
    ------
    OptionError
        `out` is a file, or nothing can be written there.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     out = Path(folder) / "results"
    ...     with staged(out) as stage:
    ...         _ = stage.path("a.txt").write_text("whole")
    ...         before = out.exists()
    ...         _ = stage.commit()
    ...     before, (out / "a.txt").read_text(), len(list(Path(folder).iterdir()))
    (False, 'whole', 1)
    """

    def __init__(self, out: Path, where: str = "--out") -> None:
        self.out = out
        try:
            self._folder = _folder_beside(out)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise OptionError(
                Text(f"无法写入文件夹 {out}（{reason}）", f"Cannot write to the folder {out} ({reason})"),
                Text("请换一个可写的文件夹", "Name a folder that can be written"),
                where=where,
            ) from error

    def path(self, name: str) -> Path:
        """Where to write the file that will become ``out/name``."""
        return self._folder / name

    def files(self) -> list[Path]:
        """What is staged so far, by name."""
        return sorted(p for p in self._folder.iterdir() if p.is_file())

    def commit(self) -> list[Path]:
        """Move every staged file into `out`, replacing files of the same names; their final paths."""
        self.out.mkdir(parents=True, exist_ok=True)
        staged = sorted(self.files(), key=lambda p: (p.name == _LAST, p.name))
        final = []
        for path in staged:
            path.replace(self.out / path.name)
            final.append(self.out / path.name)
        return final

    def discard(self) -> None:
        """Remove the hidden folder and what is left in it."""
        shutil.rmtree(self._folder, ignore_errors=True)


def _folder_beside(out: Path) -> Path:
    """A new hidden folder: beside `out` when a rename reaches from there, in `out` otherwise.

    Beside is better: even a killed process then leaves nothing in `out`. It does not serve when
    `out` is a mount point or its parent is not writable.
    """
    parent = out.absolute().parent
    if out.exists() and not out.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    if not out.exists():
        parent.mkdir(parents=True, exist_ok=True)
    elif out.stat().st_dev != parent.stat().st_dev or not os.access(parent, os.W_OK):
        parent = out
    return Path(tempfile.mkdtemp(prefix=f".{out.name or 'qinglu'}.partial-", dir=parent))


@contextmanager
def staged(out: Path, where: str = "--out") -> Iterator[Stage]:
    """A `Stage` that is removed on the way out, also on Ctrl-C; only `Stage.commit` keeps files."""
    stage = Stage(out, where)
    try:
        yield stage
    finally:
        stage.discard()


def write_atomically(path: Path, write: Callable[[BinaryIO], object]) -> Path:
    """Give `write` a binary file that becomes `path` when it returns, and vanishes if it raises.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     target = write_atomically(Path(folder) / "x.txt", lambda f: f.write(b"whole"))
    ...     target.read_bytes()
    b'whole'
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.partial-", dir=path.parent)
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
        partial.chmod(0o666 & ~_umask())  # mkstemp makes files that only their owner reads
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return path


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
