"""Downloads that resume, verify, and end in a clear sentence.

The standard library's `urllib` is used: it honours the proxies of the environment, adds nothing to the
install, and lets every redirect be checked. Its handlers for ``file:``, ``ftp:`` and ``data:`` are left out.

While a download runs its bytes grow in ``<name>.part``, beside ``<name>.part.json`` with what is needed to
go on where it stopped. The file itself appears only when it is complete and verified.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any

from .. import __version__
from ..errors import DownloadError, IntegrityError, SizeLimitError
from ..text import Text
from .web import AgainError, check_url, network_errors, opener, public

Progress = Callable[[int, int | None], None]
"""Called with the bytes that are there and the bytes that there will be, None where nobody says."""

_CHUNK = 1 << 16
_MB = 1 << 20
_LONGEST_WAIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a download is tried.

    Attributes
    ----------
    tries : int
        Attempts in a row that bring nothing; one that brings bytes starts the count again.
    timeout_s : float
        Without a byte.
    backoff_s : float
        Wait before the second attempt; doubles each time, at most a minute.
    most : int
        Attempts in all, so that a server that drips never holds us for ever.
    sleep : callable
        Replaced in tests.
    """

    tries: int = 5
    timeout_s: float = 30.0
    backoff_s: float = 1.0
    most: int = 50
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A complete file and how it was verified.

    Attributes
    ----------
    verified : str
        ``sha256`` (against a known one), ``length`` (against what the server announced) or ``none``.
    """

    path: Path
    sha256: str
    size: int
    verified: str


@dataclass(frozen=True, slots=True)
class _Part:
    """The state of an unfinished download."""

    validator: str = ""
    total: int | None = None


def download(
    url: str,
    target: Path,
    *,
    sha256: str | None = None,
    size: int | None = None,
    max_bytes: int | None = None,
    headers: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    patience: Patience | None = None,
) -> Downloaded:
    """Download one file, going on where an earlier attempt stopped.

    Parameters
    ----------
    url : str
        ``http`` or ``https``. What follows ``?`` never appears in a message.
    target : Path
        The file that will appear.
    sha256, size : str, int, optional
        What the provider says the file has; bytes.
    max_bytes : int, optional
        Refuse anything larger.
    headers : mapping, optional
        Sent along; not sent on to another host by a redirect.
    progress : callable, optional
        See `Progress`.
    patience : Patience, optional

    Raises
    ------
    DownloadError
        Offline, refused, not found, dropped too often, no room on the disk. What had come is kept.
    IntegrityError
        Complete, but not the file that was promised, twice.
    SizeLimitError
        Larger than `max_bytes`.
    OptionError
        Not an http or https URL.
    """
    check_url(url)
    patience = patience or Patience()
    job = _Job(url, target, size, max_bytes, dict(headers or {}), progress, patience)
    with _disk_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        with _sole_owner(target):
            for last in (False, True):
                announced = job.run()
                got = _sha256(job.part)
                if sha256 is None or got == sha256.lower():
                    break
                job.discard()  # the pieces may not have fitted; begin once more from nothing
                if last:
                    raise _mismatch(url, sha256, got)
            total = job.part.stat().st_size
            job.part.replace(target)
            job.state.unlink(missing_ok=True)
    verified = "sha256" if sha256 else "length" if announced is not None else "none"
    return Downloaded(target, got, total, verified)


@dataclass
class _Job:
    url: str
    target: Path
    size: int | None
    max_bytes: int | None
    headers: dict[str, str]
    progress: Progress | None
    patience: Patience
    part: Path = field(init=False)
    state: Path = field(init=False)

    def __post_init__(self) -> None:
        self.part = self.target.with_name(self.target.name + ".part")
        self.state = self.target.with_name(self.target.name + ".part.json")

    def run(self) -> int | None:
        """Attempt until complete; the length announced, None where the server never said."""
        idle = 0
        wait_s = self.patience.backoff_s
        for attempt in range(1, self.patience.most + 1):
            before = self._have()
            try:
                return self._attempt()
            except AgainError as e:
                if e.afresh:
                    self.discard()
                idle = 0 if self._have() > before else idle + 1
                if idle >= self.patience.tries or attempt == self.patience.most:
                    raise _gave_up(self.url, attempt, e.why, self._have()) from e
                if idle <= 1:
                    wait_s = self.patience.backoff_s
                self.patience.sleep(min(_LONGEST_WAIT_S, wait_s if e.wait_s is None else e.wait_s))
                wait_s *= 2
        raise AssertionError("unreachable")  # pragma: no cover

    def discard(self) -> None:
        self.part.unlink(missing_ok=True)
        self.state.unlink(missing_ok=True)

    def _have(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def _attempt(self) -> int | None:
        known = self._known()
        have = self._have()
        if have and (not known.validator or (known.total is not None and have > known.total)):
            self.discard()  # nothing tells whether the rest would belong to the same file
            known, have = _Part(), 0
        if known.total is not None and have == known.total:
            return known.total
        request = urllib.request.Request(self.url, headers=self._request_headers(have, known))
        with network_errors(self.url), opener().open(request, timeout=self.patience.timeout_s) as reply:
            return self._receive(reply, have, known)

    def _request_headers(self, have: int, known: _Part) -> dict[str, str]:
        out = {"User-Agent": f"qinglu/{__version__}", "Accept-Encoding": "identity", **self.headers}
        if have:
            out |= {"Range": f"bytes={have}-", "If-Range": known.validator}
        return out

    def _receive(self, reply: Any, have: int, known: _Part) -> int | None:
        headers: Message = reply.headers
        if headers.get("Content-Encoding", "identity").lower() != "identity":
            raise DownloadError(
                Text("服务器对文件另行压缩，无法校验", "the server compressed the file on the way, unasked"),
                Text(
                    "请手动下载后用 qinglu atlas add 添加", "download it by hand, then `qinglu atlas add` it"
                ),
                where=public(self.url),
            )
        if reply.status == 206:
            start, total = _content_range(headers)
            changed = _validator(headers) not in ("", known.validator)
            if start != have or changed or (known.total is not None and total != known.total):
                raise AgainError(
                    Text("服务器续传的内容不符", "the server went on with something else"), afresh=True
                )
        else:  # 200: the server ignores ranges, or the file has changed; begin again
            have, total = 0, _length(headers)
        self._check_total(total, have)
        self._remember(_Part(_validator(headers) or (known.validator if have else ""), total))
        self._write(reply, have, total)
        return total

    def _check_total(self, total: int | None, have: int) -> None:
        if total is None:
            return
        if self.size is not None and total != self.size:
            self.discard()
            raise IntegrityError(
                Text(
                    f"服务器上的文件为 {total} 字节，应为 {self.size} 字节",
                    f"the server's file has {total} bytes instead of {self.size}",
                ),
                Text(
                    "数据可能已更新；请升级连接器记录",
                    "the data may have been renewed; update the connector's record",
                ),
                where=public(self.url),
            )
        self._check_bound(total)
        free = shutil.disk_usage(self.target.parent).free
        if total - have > free:
            raise DownloadError(
                Text(
                    f"磁盘剩余 {free // _MB} MB，还需 {(total - have) // _MB + 1} MB",
                    f"the disk has {free // _MB} MB left and {(total - have) // _MB + 1} MB are needed",
                ),
                Text("请清理磁盘或更换 QINGLU_DATA_DIR", "make room, or set QINGLU_DATA_DIR elsewhere"),
                where=public(self.url),
            )

    def _check_bound(self, size: int) -> None:
        if self.max_bytes is not None and size > self.max_bytes:
            self.discard()
            raise SizeLimitError(
                Text(
                    f"文件超过上限 {self.max_bytes // _MB} MB",
                    f"the file is larger than the limit of {self.max_bytes // _MB} MB",
                ),
                Text("请调高 QINGLU_MAX_FILE_MB", "raise QINGLU_MAX_FILE_MB"),
                where=public(self.url),
            )

    def _write(self, reply: Any, have: int, total: int | None) -> None:
        with self.part.open("r+b" if have else "wb") as out:
            out.seek(have)
            try:
                while chunk := reply.read1(_CHUNK):
                    out.write(chunk)
                    have += len(chunk)
                    self._check_bound(have)
                    if self.progress is not None:
                        self.progress(have, total)
            finally:
                out.truncate(out.tell())
        if total is not None and have < total:
            raise AgainError(
                Text(f"连接中断，收到 {have}/{total} 字节", f"the connection ended at byte {have} of {total}")
            )

    def _known(self) -> _Part:
        try:
            raw = json.loads(self.state.read_text(encoding="utf-8"))
            return _Part(str(raw["validator"]), raw["total"] if raw["total"] is None else int(raw["total"]))
        except (OSError, ValueError, KeyError, TypeError):
            return _Part()

    def _remember(self, part: _Part) -> None:
        text = json.dumps({"validator": part.validator, "total": part.total})
        self.state.write_text(text, encoding="utf-8")


def _gave_up(url: str, attempts: int, why: Text, have: int) -> DownloadError:
    return DownloadError(
        Text(f"尝试 {attempts} 次后仍未完成：{why.zh}", f"not complete after {attempts} attempts: {why.en}"),
        Text(
            f"已收到的 {have} 字节保留；稍后重试将从断点继续",
            f"the {have} bytes received are kept; try again later to go on from there",
        ),
        where=public(url),
    )


def _mismatch(url: str, wanted: str, got: str) -> IntegrityError:
    return IntegrityError(
        Text(
            f"校验和不符：应为 {wanted[:16]}…，实为 {got[:16]}…",
            f"the checksum does not match: {wanted[:16]}… expected, {got[:16]}… received",
        ),
        Text("请勿使用该文件；请向提供方核实", "do not use the file; ask the provider"),
        where=public(url),
    )


@contextmanager
def _disk_errors(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as e:
        if e.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
            what = Text("磁盘已满", "the disk is full")
        elif e.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            what = Text(f"没有写入 {target.parent} 的权限", f"no permission to write to {target.parent}")
        else:
            what = Text(
                f"无法写入 {target.parent}（{e.strerror}）", f"cannot write to {target.parent} ({e.strerror})"
            )
        how = Text("请清理磁盘或更换 QINGLU_DATA_DIR", "make room, or set QINGLU_DATA_DIR elsewhere")
        raise DownloadError(what, how, where=target.name) from e


@contextmanager
def _sole_owner(target: Path) -> Iterator[None]:
    """Two processes must not write one part file; where the system has no locks, nothing is checked."""
    try:
        import fcntl
    except ImportError:  # pragma: no cover - Windows
        yield
        return
    lock = target.with_name(target.name + ".lock")
    with lock.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not lock.exists() or lock.stat().st_ino != os.fstat(handle.fileno()).st_ino:
                raise BlockingIOError  # its last owner removed it between our opening and our locking
        except OSError as e:
            raise DownloadError(
                Text("另一个进程正在下载该文件", "another process is downloading this file"),
                Text("请等待其完成", "wait until it is done"),
                where=target.name,
            ) from e
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)


def _validator(headers: Message) -> str:
    """What If-Range may be asked with: a strong ETag, or a date of change."""
    etag = headers.get("ETag", "")
    if etag and not etag.startswith("W/"):
        return etag
    return headers.get("Last-Modified", "")


def _length(headers: Message) -> int | None:
    raw = headers.get("Content-Length", "")
    return int(raw) if raw.isdigit() else None


def _content_range(headers: Message) -> tuple[int, int | None]:
    """First byte and total length of a ``bytes a-b/total``; -1 where it cannot be understood."""
    unit, _, rest = headers.get("Content-Range", "").partition(" ")
    span, _, total = rest.partition("/")
    first = span.partition("-")[0]
    if unit != "bytes" or not first.isdigit():
        return -1, None
    return int(first), int(total) if total.isdigit() else None


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as f:
        while chunk := f.read(_MB):
            digest.update(chunk)
    return digest.hexdigest()
