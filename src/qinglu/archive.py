"""Zip archives unpacked safely: inside the folder, within a bound, and what is refused says why.

Sizes in an archive's directory are claims. The bound is therefore kept twice: against the claims, so
that an honest bomb is refused before a byte is written, and against the bytes as they come out.
"""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from .errors import InputError, SizeLimitError
from .text import Text

_CHUNK = 1 << 18
_MAX_MEMBERS = 10_000
_MAX_DIRECTORY = 16 << 20  # bytes of central directory; zipfile would hold all of it in memory
_UTF8_FLAG = 0x800
_ENCRYPTED_FLAG = 0x1


@dataclass(frozen=True, slots=True)
class Member:
    """One file in an archive.

    Attributes
    ----------
    name : str
        Relative POSIX path, safe to join to a folder.
    size : int
        Unpacked bytes as the archive claims.
    key : str
        The name under which `zipfile` knows it.
    """

    name: str
    size: int
    key: str


def is_zip(path: Path) -> bool:
    """Whether the file starts as a zip archive does; its name does not matter."""
    try:
        with path.open("rb") as f:
            return f.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
    except OSError:
        return False


def members(path: Path, *, max_bytes: int, max_members: int = _MAX_MEMBERS) -> tuple[Member, ...]:
    """The files of an archive, folders left out, in the order of the archive.

    Parameters
    ----------
    path : Path
        A zip file.
    max_bytes : int
        The files may claim at most this many bytes together.
    max_members : int
        There may be at most this many.

    Raises
    ------
    SizeLimitError
        More bytes or files than allowed.
    InputError
        Not a zip file, damaged, encrypted, or with a name that would leave the folder.
    """
    with _opened(path) as z:
        return _listing(path, z, max_bytes, max_members)


def extract(
    path: Path,
    into: Path,
    *,
    max_bytes: int,
    max_members: int = _MAX_MEMBERS,
    only: Callable[[str], bool] | None = None,
) -> tuple[Path, ...]:
    """Unpack the files of an archive into a folder, which must exist.

    Parameters
    ----------
    path : Path
        A zip file.
    into : Path
        Where the files go, with the folders of the archive below it.
    max_bytes : int
        Bound on all unpacked bytes together.
    max_members : int
        Bound on the number of files.
    only : callable, optional
        Takes a member's name; false leaves it out. What is left out still counts as a file, not as bytes.

    Returns
    -------
    tuple of Path
        The files written, in the order of the archive.

    Raises
    ------
    SizeLimitError, InputError
        As `members`; also when the bytes that come out exceed the bound or do not match their checksum.
        The caller owns `into` and throws it away.
    """
    written = []
    left = max_bytes
    with _opened(path) as z:
        for m in _listing(path, z, max_bytes, max_members, only):
            target = into / m.name
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as out:
                for chunk in _chunks(path, z, m, left, max_bytes):
                    out.write(chunk)
                    left -= len(chunk)
            written.append(target)
    return tuple(written)


def read(path: Path, member: Member, *, max_bytes: int) -> bytes:
    """The bytes of one file of an archive.

    Raises
    ------
    SizeLimitError, InputError
        As `extract`.
    """
    with _opened(path) as z:
        return b"".join(_chunks(path, z, member, max_bytes, max_bytes))


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    _check_directory(path)
    try:
        with zipfile.ZipFile(path) as z:
            yield z
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, struct.error) as e:
        # zipfile says NotImplementedError of a compression it does not know; a file cut up at random asks for any.
        raise _damaged(path) from e


def _check_directory(path: Path) -> None:
    """Refuse a directory of files too long to be held in memory, before `zipfile` reads it."""
    with path.open("rb") as f:
        f.seek(0, 2)
        f.seek(max(0, f.tell() - 65_557))  # the end record, and the longest comment after it
        tail = f.read()
        at = tail.rfind(b"PK\x05\x06")
        if at < 0 or len(tail) < at + 22:
            raise _damaged(path)
        size = struct.unpack_from("<I", tail, at + 12)[0]
        locator = tail.rfind(b"PK\x06\x07", 0, at)
        if locator >= 0 and locator + 20 == at:
            f.seek(struct.unpack_from("<Q", tail, locator + 8)[0])
            record = f.read(56)
            if len(record) == 56 and record[:4] == b"PK\x06\x06":
                size = struct.unpack_from("<Q", record, 40)[0]
    if size > _MAX_DIRECTORY:
        raise _too_many(path, _MAX_MEMBERS)


def _listing(
    path: Path,
    z: zipfile.ZipFile,
    max_bytes: int,
    max_members: int,
    only: Callable[[str], bool] | None = None,
) -> tuple[Member, ...]:
    infos = [i for i in z.infolist() if not i.is_dir()]
    if len(infos) > max_members:
        raise _too_many(path, max_members)
    out = []
    seen: set[str] = set()
    for info in infos:
        name = _safe_name(path, info)
        if only is not None and not only(name):
            continue
        if info.flag_bits & _ENCRYPTED_FLAG:
            raise InputError(
                Text(f"压缩包中的文件 {name} 已加密", f"the archive holds an encrypted file, {name}"),
                Text("请先解密再打包", "decrypt it and pack it again"),
                where=path.name,
            )
        if name.casefold() in seen:  # one of the two would be lost, on some systems without a word
            raise InputError(
                Text(f"压缩包中有两个同名文件 {name}", f"the archive holds two files named {name}"),
                Text("请重新打包", "pack it again"),
                where=path.name,
            )
        seen.add(name.casefold())
        out.append(Member(name, info.file_size, info.filename))
    if sum(m.size for m in out) > max_bytes:
        raise _too_large(path, max_bytes)
    return tuple(out)


def _safe_name(path: Path, info: zipfile.ZipInfo) -> str:
    name = _decoded(info).replace("\\", "/")
    parts = PurePosixPath(name).parts
    link = stat.S_ISLNK(info.external_attr >> 16)
    if not parts or name.startswith("/") or ".." in parts or ":" in parts[0] or "\0" in name or link:
        raise InputError(
            Text(
                f"压缩包中的文件名 {name!r} 指向解压目录之外",
                f"the archive holds {name!r}, which points outside the folder it unpacks to",
            ),
            Text("请勿使用来源不明的压缩包；请重新打包", "do not trust this archive; pack the files again"),
            where=path.name,
        )
    return str(PurePosixPath(*parts))


def _decoded(info: zipfile.ZipInfo) -> str:
    """The name as meant: archives made on Chinese systems often hold GBK that declares nothing."""
    if info.flag_bits & _UTF8_FLAG:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _chunks(path: Path, z: zipfile.ZipFile, member: Member, left: int, max_bytes: int) -> Iterator[bytes]:
    try:
        with z.open(member.key) as source:
            while chunk := source.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise _too_large(path, max_bytes)
                yield chunk
    except (RuntimeError, KeyError) as e:  # zipfile's words for a password, and for a name not there
        raise _damaged(path) from e


def _damaged(path: Path) -> InputError:
    return InputError(
        Text("不是完好的zip压缩包", "is not an intact zip archive"),
        Text("请重新下载或重新打包", "download it or pack it again"),
        where=path.name,
    )


def _too_large(path: Path, max_bytes: int) -> SizeLimitError:
    mb = max_bytes / (1 << 20)
    return SizeLimitError(
        Text(
            f"压缩包解压后超过 {mb:.0f} MB 的上限",
            f"the archive unpacks to more than the limit of {mb:.0f} MB",
        ),
        Text(
            "请解压后提供其中的文件，或调高 QINGLU_MAX_UNPACKED_MB",
            "unpack it and give the file inside, or raise QINGLU_MAX_UNPACKED_MB",
        ),
        where=path.name,
    )


def _too_many(path: Path, max_members: int) -> SizeLimitError:
    return SizeLimitError(
        Text(f"压缩包中的文件超过 {max_members} 个", f"the archive holds more than {max_members} files"),
        Text("请只保留需要的文件", "keep only the files that are needed"),
        where=path.name,
    )
