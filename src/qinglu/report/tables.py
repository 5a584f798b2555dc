"""The tables of the contract as CSV and Parquet, in pieces, with the same bytes every time."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

_ROWS = 131_072  # rows turned into text, or into one row group, at a time: bounds memory
_NEEDS_QUOTES = '[",\\r\\n]'


class TableWriter:
    """A table file written piece by piece, CSV or Parquet by the suffix of its path.

    Parameters
    ----------
    path : Path
        Ends in ``.csv`` or ``.parquet``. Give a staged path: what stands there grows until `close`.
    schema : pyarrow.Schema
        The columns, in their order.

    Examples
    --------
    >>> import tempfile
    >>> schema = pa.schema([("id", pa.string()), ("m", pa.float64()), ("hit", pa.bool_())])
    >>> rows = pa.table({"id": ["007", "a, b"], "m": [0.1, None], "hit": [True, False]}, schema=schema)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "rows.csv"
    ...     with TableWriter(path, schema) as writer:
    ...         writer.append(rows)
    ...     print(path.read_text(), end="")
    id,m,hit
    007,0.1,true
    "a, b",,false
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._sink: _Csv | _Parquet = _Parquet(path, schema) if path.suffix == ".parquet" else _Csv(path, schema)

    def append(self, table: pa.Table) -> None:
        """Add the rows of `table`; columns are matched by name and cast to the schema."""
        self._sink.append(table)

    def close(self) -> None:
        """Write what is waiting and finish the file."""
        self._sink.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Csv:
    """CSV in UTF-8 without a byte-order mark, lines ending in LF.

    Null is empty; booleans are ``true`` and ``false``; floats are the shortest text that reads back as
    the same number; text is quoted only where it must be, so ids stay as they were delivered.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._schema = schema
        self._file = path.open("wb")
        self._file.write((",".join(schema.names) + "\n").encode())

    def append(self, table: pa.Table) -> None:
        """Add the rows of `table`, whose columns are those of the schema."""
        for batch in table.select(self._schema.names).cast(self._schema).to_batches(max_chunksize=_ROWS):
            if batch.num_rows:
                self._file.write(csv_lines(batch))

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


class _Parquet:
    """Parquet with the bare schema: no pandas metadata, no dates.

    Rows are gathered into row groups of one size, so the bytes do not depend on how the rows came.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._schema = schema.remove_metadata()
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd", store_schema=True)
        self._waiting: list[pa.Table] = []
        self._n_waiting = 0

    def append(self, table: pa.Table) -> None:
        """Add the rows of `table`, whose columns are those of the schema."""
        self._waiting.append(table.select(self._schema.names).cast(self._schema))
        self._n_waiting += table.num_rows
        if self._n_waiting >= _ROWS:
            gathered = pa.concat_tables(self._waiting)
            whole = gathered.num_rows - gathered.num_rows % _ROWS
            self._write(gathered.slice(0, whole))
            self._waiting, self._n_waiting = [gathered.slice(whole)], gathered.num_rows - whole

    def _write(self, table: pa.Table) -> None:
        if table.num_rows:
            self._writer.write_table(table.combine_chunks(), row_group_size=_ROWS)

    def close(self) -> None:
        """Write what is waiting and finish the file."""
        if self._waiting:
            self._write(pa.concat_tables(self._waiting))
            self._waiting, self._n_waiting = [], 0
        self._writer.close()


def csv_lines(batch: pa.RecordBatch) -> bytes:
    """The lines of one batch, without a header.

    The columns become text and are joined row by row in Arrow; the values buffer of the joined column
    is then the file's bytes, with no loop over rows in Python.
    """
    columns = [_as_text(column) for column in batch.columns]
    ends = pa.scalar("\n", pa.large_string())
    lines = pc.binary_join_element_wise(*columns, pa.scalar(",", pa.large_string()))
    lines = pc.binary_join_element_wise(lines, ends, pa.scalar("", pa.large_string()))
    offsets = lines.buffers()[1]
    start = memoryview(offsets).cast("q")[lines.offset]
    stop = memoryview(offsets).cast("q")[lines.offset + len(lines)]
    return bytes(memoryview(lines.buffers()[2])[start:stop])


def _as_text(column: pa.Array) -> pa.Array:
    """One column as CSV fields."""
    kind = column.type
    if pa.types.is_floating(kind):
        column = pc.if_else(pc.is_nan(column), None, pc.add(column, 0.0))  # not-a-number is empty; -0 is 0
    text = pc.fill_null(pc.cast(column, pa.large_string()), "")
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return text
    special = pc.match_substring_regex(text, _NEEDS_QUOTES)
    if not pc.any(special).as_py():
        return text
    mark = pa.scalar('"', pa.large_string())
    doubled = pc.replace_substring(text, '"', '""')
    quoted = pc.binary_join_element_wise(mark, doubled, mark, pa.scalar("", pa.large_string()))
    return pc.if_else(special, quoted, text)
