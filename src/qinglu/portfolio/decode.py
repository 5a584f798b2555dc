"""Bytes to text: which encoding a file is in, without being told."""

from __future__ import annotations

import codecs
import gzip
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from ..errors import SizeLimitError
from ..text import Text
from .errors import corrupt

_CHUNK = 1 << 20


def to_utf8(data: bytes, where: str) -> tuple[bytes, str]:
    """The same text in UTF-8 without a mark, and the name of the encoding it was in.

    UTF-8 and UTF-16 with a mark are believed; then UTF-8, GB18030 (of which GBK is a part) and Windows-1252
    are tried. GB18030 accepts much Western text too, so it must look like Chinese: bytes above 127 in
    pairs.

    Raises
    ------
    PortfolioError
        Bytes that are text in none of them.

    Examples
    --------
    >>> to_utf8("编号,名称".encode("gbk"), "a.csv")[1], to_utf8("Côte d'Ivoire".encode("cp1252"), "a.csv")[1]
    ('gb18030', 'cp1252')
    """
    if data.startswith(codecs.BOM_UTF8):
        data = data[3:]
    elif data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return data.decode("utf-16").encode(), "utf-16"
        except UnicodeDecodeError as e:
            raise corrupt(where, _TEXT) from e
    if b"\0" in data[: 1 << 16]:
        raise corrupt(where, _TEXT)
    if is_utf8(data):
        return data, "utf-8"
    for encoding in ("gb18030", "cp1252") if _paired(data) else ("cp1252", "gb18030"):
        try:
            return data.decode(encoding).encode(), encoding
        except UnicodeDecodeError:
            continue
    raise corrupt(where, _TEXT)


_TEXT = Text("文本文件", "text file")


def is_utf8(data: bytes) -> bool:
    """Whether bytes are UTF-8; without making a string of them."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for at in range(0, len(data), _CHUNK):
            decoder.decode(data[at : at + _CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _paired(data: bytes) -> bool:
    high = re.findall(rb"[\x80-\xff]+", data[: 1 << 22])
    total = sum(map(len, high))
    return 2 * sum(len(h) for h in high if len(h) >= 2 and h[0] >= 0x81) > total


def gunzip(path: Path, max_bytes: int) -> bytes:
    """The content of a gzip file, refused as soon as it exceeds `max_bytes`."""
    with path.open("rb") as packed:
        packed.seek(max(0, path.stat().st_size - 4))
        claimed = int.from_bytes(packed.read(4), "little")
    if claimed > max_bytes:  # an honest bomb, or a damaged file: find out which without keeping the bytes
        for _ in _unpacked(path, max_bytes):
            pass
    return b"".join(_unpacked(path, max_bytes))


def _unpacked(path: Path, max_bytes: int) -> Iterator[bytes]:
    size = 0
    try:
        with gzip.open(path) as f:
            while chunk := f.read(_CHUNK):
                size += len(chunk)
                if size > max_bytes:
                    raise _too_large(path, max_bytes)
                yield chunk
    except (OSError, EOFError, zlib.error) as e:
        raise corrupt(path.name, Text("gzip文件", "gzip file")) from e


def _too_large(path: Path, max_bytes: int) -> SizeLimitError:
    mb = max_bytes / (1 << 20)
    return SizeLimitError(
        Text(f"解压后超过 {mb:.0f} MB 的上限", f"unpacks to more than the limit of {mb:.0f} MB"),
        Text(
            "请解压后提供其中的文件，或调高 QINGLU_MAX_UNPACKED_MB",
            "unpack it and give the file inside, or raise QINGLU_MAX_UNPACKED_MB",
        ),
        where=path.name,
    )
