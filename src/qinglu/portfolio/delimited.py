"""CSV and its relatives.

A clean file is read in columns; one with crooked rows is read again, row by row, to account for each.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from .decode import to_utf8
from .errors import no_rows
from .fields import column_key, table
from .raw import Raw, Rejection, check_rows, rows_of, unique_names

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 1 << 18
_BATCH = 50_000


def read_delimited(data: bytes, where: str) -> Raw:
    """Rows of delimited text.

    Parameters
    ----------
    data : bytes
        The file, in any encoding that `decode.to_utf8` knows.
    where : str
        Its name, for errors.

    Returns
    -------
    Raw
        Blank lines are no rows and have no number. Rows with too few or too many fields, and rows whose open
        quotation mark would swallow those below, are rejected.
    """
    text, encoding = to_utf8(data, where)
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    text = text.lstrip(b"\n \t") if text[:1] in (b"\n", b" ") else text
    delimiter, text = _declared_delimiter(text)
    delimiter = delimiter or _delimiter(text)
    header, body = _header(text, delimiter)
    if not body.strip():
        raise no_rows(where)
    meta: dict[str, object] = {"format": "CSV", "encoding": encoding, "delimiter": delimiter}
    columns = _clean(body, header, delimiter)
    if columns is not None:
        check_rows(columns.num_rows, where)
        return Raw(columns, rows_of(columns.num_rows), meta=meta)
    return _row_by_row(body, header, delimiter, where, meta)


def _declared_delimiter(text: bytes) -> tuple[str, bytes]:
    """The delimiter that a first line ``sep=;`` declares, as Excel writes it, and the text below."""
    first, _, rest = text.partition(b"\n")
    if first.strip().strip(b'"').lower().startswith(b"sep=") and len(first.strip().strip(b'"')) == 5:
        return chr(first.strip().strip(b'"')[4]), rest
    return "", text


def _delimiter(text: bytes) -> str:
    """The delimiter under which the header has most known names, then most columns."""
    line = text.partition(b"\n")[0].decode(errors="replace")
    known = {column_key(a) for aliases in table("fields").values() for a in aliases}

    def score(delimiter: str) -> tuple[int, int]:
        names = next(csv.reader([line], delimiter=delimiter), [])
        return sum(column_key(n) in known for n in names), len(names)

    return max(_DELIMITERS, key=score)


def _header(text: bytes, delimiter: str) -> tuple[list[str], bytes]:
    """Names of the columns, and the bytes below the header, which may hold line breaks in quotes."""
    sample = text[:_SAMPLE].decode(errors="replace")
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    try:
        names = next(reader, [])
        lines = reader.line_num
    except csv.Error:
        names, lines = sample.partition("\n")[0].split(delimiter), 1
    if lines > 5:  # an open quotation mark, not a header of many lines
        names, lines = sample.partition("\n")[0].split(delimiter), 1
    rest = text
    for _ in range(lines):
        rest = rest.partition(b"\n")[2]
    return unique_names(names), rest


def _clean(body: bytes, header: Sequence[str], delimiter: str) -> pa.Table | None:
    """The rows by columns; None if any row is crooked or runs over several lines."""
    crooked = False

    def on_invalid(_: object) -> str:
        nonlocal crooked
        crooked = True
        return "skip"

    try:
        columns = pa_csv.read_csv(
            pa.BufferReader(body),
            read_options=pa_csv.ReadOptions(column_names=list(header)),
            parse_options=pa_csv.ParseOptions(delimiter=delimiter, invalid_row_handler=on_invalid),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=False, check_utf8=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    return None if crooked or columns.num_rows != _lines(body) else columns


def _lines(body: bytes) -> int:
    """Lines that are not empty."""
    ends = np.flatnonzero(np.frombuffer(body, np.uint8) == 10)
    if not body.endswith(b"\n"):
        ends = np.append(ends, len(body))
    return int((np.diff(ends, prepend=-1) > 1).sum())


def _row_by_row(body: bytes, header: Sequence[str], delimiter: str, where: str, meta: dict[str, object]) -> Raw:
    lines = body.decode().split("\n")
    good: list[pa.RecordBatch] = []
    numbers: list[int] = []
    rejected: list[Rejection] = []
    batch: list[list[str]] = []

    def flush() -> None:
        if batch:
            arrays = [pa.array(c, pa.string()) for c in zip(*batch, strict=True)]
            good.append(pa.record_batch(arrays, names=list(header)))
            batch.clear()

    for number, (cells, reason) in enumerate(_records(lines, len(header), delimiter), 1):
        if reason:
            found = {"found": len(cells), "expected": len(header)}
            rejected.append(Rejection(number, reason, found, cells))
            continue
        batch.append(cells)
        numbers.append(number)
        if len(batch) >= _BATCH:
            flush()
            check_rows(number, where)
    flush()
    schema = pa.schema([(n, pa.string()) for n in header])
    source_row = np.array(numbers, dtype=np.int64)
    return Raw(pa.Table.from_batches(good, schema), source_row, rejected=tuple(rejected), meta=meta)


def _records(lines: list[str], width: int, delimiter: str) -> Iterator[tuple[list[str], str]]:
    """Each row with the reason to reject it, or "".

    A row over several lines must be sound to the letter; otherwise its first line alone is a row, and the
    next line starts another, so that an open quotation mark costs one row and not all below it.
    """
    limit = csv.field_size_limit(sys.maxsize)  # outlines as WKT are long; the limit belongs to the whole process
    try:
        at = 0
        while at < len(lines):
            base = at
            reader = csv.reader((line + "\n" for line in islice(lines, base, None)), delimiter=delimiter, strict=True)
            try:
                for cells in reader:
                    after = base + reader.line_num
                    if len(cells) != width and after - at > 1:
                        break
                    if len(cells) > 1 or any(c.strip() for c in cells):
                        yield cells, "" if len(cells) == width else "ragged-row"
                    at = after
                else:
                    return
            except csv.Error:
                pass
            yield _alone(lines[at], width, delimiter)
            at += 1
    finally:
        csv.field_size_limit(limit)


def _alone(line: str, width: int, delimiter: str) -> tuple[list[str], str]:
    cells = next(csv.reader([line], delimiter=delimiter), [])
    if len(cells) == width:
        return cells, ""  # a stray quotation mark that harms nobody
    return line.split(delimiter), "unclosed-quote" if '"' in line else "ragged-row"
