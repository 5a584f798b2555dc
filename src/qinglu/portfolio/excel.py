"""XLSX workbooks.

What reaches the reader of cells is an archive of our own making, of bytes already counted.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from .. import archive
from ..errors import SizeLimitError
from ..settings import Settings
from ..text import Text
from .errors import corrupt, no_rows
from .fields import column_key, table
from .raw import Raw, Rejection, check_rows, rows_of, unique_names

_KIND = Text("Excel工作簿", "Excel workbook")
_MAX_CELLS = 50_000_000  # a grid is held whole, whatever part of it is filled
_MAX_TEXT = 1 << 31  # bytes; a shared text counts each time it is used
_HEADER_WITHIN = 30  # rows; titles and notes may stand above the header


def read_excel(path: Path, settings: Settings) -> Raw:
    """Rows of the first sheet that has a header with coordinates, else of the first that has rows.

    Blank rows at the end of a sheet are no rows; those in between are rejected, so that numbers stay those
    of Excel less the header.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    content = _counted(path, settings)
    try:
        book = CalamineWorkbook.from_filelike(content)
        best: tuple[int, str, list[list[Any]], int] | None = None
        for name in book.sheet_names:
            cells = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            at, known = _header_row(cells)
            if at >= 0 and (best is None or known > best[0]):
                best = (known, name, cells, at)
            if known >= 2:
                break
    except (CalamineError, ValueError, OSError) as e:
        raise corrupt(path.name, _KIND) from e
    if best is None:
        raise no_rows(path.name)
    _, sheet, cells, at = best
    return _raw(cells[at + 1 :], cells[at], path.name, {"format": "XLSX", "sheet": sheet, "header_row": at + 1})


def _raw(rows: list[list[Any]], header: Sequence[Any], where: str, meta: dict[str, Any]) -> Raw:
    while rows and not any(c != "" for c in rows[-1]):
        rows.pop()
    if not rows:
        raise no_rows(where)
    check_rows(len(rows), where)
    names = unique_names(_text(c) for c in header)
    columns = [pa.array([_text(c) for c in column], pa.string()) for column in zip(*rows, strict=True)]
    number = rows_of(len(rows))
    filled = np.array([any(c != "" for c in row) for row in rows])
    empty = tuple(Rejection(int(n), "empty-row") for n in number[~filled])
    return Raw(pa.table(columns, names=names).filter(pa.array(filled)), number[filled], rejected=empty, meta=meta)


def _header_row(cells: list[list[Any]]) -> tuple[int, int]:
    """The row with most known names, and how many of them are coordinates; -1 for an empty sheet."""
    names = table("fields")
    place = {column_key(a) for field in ("lon", "lat", "wkt") for a in names[field]}
    known = {column_key(a) for aliases in names.values() for a in aliases}
    best, score = -1, (-1, -1, -1)
    for i, row in enumerate(cells[:_HEADER_WITHIN]):
        keys = [column_key(str(c)) for c in row if c != ""]
        found = (sum(k in place for k in keys), sum(k in known for k in keys), int(bool(keys)))
        if keys and found > score:
            best, score = i, found
    return best, max(score[0], 0)


def _text(cell: Any) -> str:
    """A cell as a person reads it: 7 and not 7.0, dates as ISO 8601."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    return cell if isinstance(cell, str) else str(cell)


def _counted(path: Path, settings: Settings) -> io.BytesIO:
    """The parts of a workbook that hold cells, unpacked within bounds and packed again uncompressed."""
    limit = settings.max_unpacked_mb << 20
    out, left, shared = io.BytesIO(), limit, np.zeros(0, np.int64)
    text_size = 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:
        for member in sorted(archive.members(path, max_bytes=limit), key=lambda m: "sheets/" in m.name):
            if not member.name.endswith((".xml", ".rels")) or "/drawings/" in member.name:
                continue
            content = archive.read(path, member, max_bytes=left)
            left -= len(content)
            if member.name.endswith("sharedStrings.xml"):
                shared = _text_lengths(content)
            elif "/worksheets/" in member.name and member.name.endswith(".xml"):
                text_size += _checked_sheet(content, shared, path.name)
            packed.writestr(member.key, content)
    if text_size > _MAX_TEXT:
        raise _too_large(path.name)
    out.seek(0)
    return out


def _text_lengths(content: bytes) -> np.ndarray[Any, np.dtype[np.int64]]:
    ends = np.array([m.end() for m in re.finditer(rb"</(?:\w+:)?si>|<(?:\w+:)?si\s*/>", content)], dtype=np.int64)
    return np.diff(ends, prepend=0)


def _checked_sheet(content: bytes, shared: np.ndarray[Any, np.dtype[np.int64]], where: str) -> int:
    """Bytes of text a sheet unfolds to; refuses a grid of too many cells, most of them empty."""
    columns = max(map(_column_number, set(re.findall(rb'<(?:\w+:)?c\s[^>]*?r="([A-Z]{1,3})\d', content))), default=0)
    rows = max((int(r) for r in re.findall(rb'<(?:\w+:)?row\s[^>]*?r="(\d{1,8})"', content)), default=0)
    cells = content.count(b"<c ")
    if max(columns * rows, cells) > _MAX_CELLS:
        raise _too_large(where)
    if len(shared) == 0:
        return len(content)
    used = np.array(re.findall(rb't="s"[^>]*>\s*<(?:\w+:)?v>(\d{1,9})<', content), dtype=np.int64)
    return len(content) + int(shared[used[used < len(shared)]].sum())


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _too_large(where: str) -> SizeLimitError:
    return SizeLimitError(
        Text("工作表展开后过大", "the sheet unfolds to more cells or text than can be held"),
        Text("请删除远离数据的单元格，或另存为CSV", "delete cells far from the data, or save it as CSV"),
        where=where,
    )
