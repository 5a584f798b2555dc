"""``report.xlsx``: the tables for people who work in a spreadsheet."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import xlsxwriter

from ..model import EXPOSURES, FINDINGS, LEDGER, NEAREST, REJECTED, ZONAL, Level, Screening
from ..text import Lang
from .numbers import count
from .summary import Summary
from .words import say

SHEET_ROWS = 1_048_576
"""Rows of a sheet in Excel, header included."""
_CELL_LIMIT = 32_767  # characters of a cell in Excel
_TABLES = {
    "findings": FINDINGS,
    "exposures": EXPOSURES,
    "nearest": NEAREST,
    "zonal": ZONAL,
    "rejected": REJECTED,
}
_LAYERS = pa.schema([(name, pa.string()) for name in (
    "layer_id", "role", "title_zh", "title_en", "kind", "version", "provider", "licence", "provenance",
    "sha256", "withheld", "covers", "how_to_get",
)])  # fmt: skip
_WIDTHS = {"explanation_zh": 60, "explanation_en": 60, "message": 70, "feature_name": 28, "rule_id": 30}
_COLOURS = {
    Level.CRITICAL: "#B3261E",
    Level.WARNING: "#8F5600",
    Level.NOTE: "#1A5F99",
    Level.CLEAR: "#2A7148",
    Level.UNKNOWN: "#5E5E68",
}


class _Sheet:
    """One table on one sheet: frozen header, filter, text as text. Says when it is full."""

    def __init__(self, book: Workbook, name: str, schema: pa.Schema) -> None:
        self._book = book
        self._schema = schema
        self._sheet = book.file.add_worksheet(name)
        self._row = 0
        self._n_left_out = 0
        for i, field in enumerate(schema):
            self._sheet.set_column(i, i, _WIDTHS.get(field.name, 16))
        self._sheet.freeze_panes(1, 1)
        self._write([*schema.names], book.bold)

    def append(self, table: pa.Table) -> None:
        """Write rows until one is left for the note that the sheet is full."""
        room = _room(self._book.sheet_rows, self._row)
        self._n_left_out += max(0, table.num_rows - room)
        for row in _rows(table.select(self._schema.names).slice(0, room)):
            level = row[self._schema.names.index("level")] if "level" in self._schema.names else None
            self._write(row, self._book.levels.get(level) if level else None)

    def _write(self, row: list[Any], style: Any) -> None:
        for column, value in enumerate(row):
            if isinstance(value, str):
                self._sheet.write_string(self._row, column, _fitting(value), style)
            elif isinstance(value, bool):
                self._sheet.write_boolean(self._row, column, value)
            elif value is not None and value == value and abs(value) != float("inf"):
                self._sheet.write_number(self._row, column, value)
        self._row += 1

    def close(self) -> None:
        """Set the filter over what was written; name what did not fit."""
        self._sheet.autofilter(0, 0, max(1, self._row - 1), len(self._schema) - 1)
        if self._n_left_out:
            note = say("sheet_full", self._book.lang, n=count(self._n_left_out))
            self._sheet.write_string(self._row, 0, note, self._book.bold)


def _room(sheet_rows: int, used: int) -> int:
    """Rows still free on a sheet when the last one is kept for a note."""
    return max(0, sheet_rows - 1 - used)


class Workbook:
    """The workbook, written piece by piece in little memory.

    Every text is written as a string, never turned into a formula, a link or a number: a name such as
    ``=1+1`` stays a name, and the id 007 stays 007.

    Parameters
    ----------
    path : Path
    lang : "zh" or "en"
        Of the summary; columns keep the names of the contract.
    sheet_rows : int
        Rows a sheet can hold.
    ledger : bool
        Whether there is a sheet for estimates of the ledger.
    """

    def __init__(self, path: Path, lang: Lang, *, sheet_rows: int = SHEET_ROWS, ledger: bool = False) -> None:
        self.lang = lang
        self.sheet_rows = sheet_rows
        self._scratch = tempfile.TemporaryDirectory(prefix=".sheets-", dir=path.parent)
        # Rows wait in the scratch folder, which goes with the stage when a run is cut short.
        options = {"constant_memory": True, "tmpdir": self._scratch.name}
        self.file = xlsxwriter.Workbook(str(path), options)
        # A fixed date: the same inputs give the same bytes. The date of the judgement is on the summary.
        self.file.set_properties({"title": say("title", lang), "created": datetime(2000, 1, 1, tzinfo=UTC)})
        self.bold = self.file.add_format({"bold": True, "bottom": 1})
        self.levels = {level.value: self.file.add_format({"font_color": c}) for level, c in _COLOURS.items()}
        self._summary = self.file.add_worksheet("summary")
        tables = {**_TABLES, "ledger": LEDGER} if ledger else _TABLES
        self._sheets = {name: _Sheet(self, name, schema) for name, schema in tables.items()}

    def append(self, tables: Mapping[str, pa.Table]) -> None:
        """Add rows to the sheets of these names."""
        for name, table in tables.items():
            self._sheets[name].append(table)

    def finish(self, screening: Screening, summary: Summary) -> None:
        """Write the rejected rows, the layers and the summary, and close the file."""
        self._sheets["rejected"].append(screening.portfolio.rejected)
        layers = _Sheet(self, "layers", _LAYERS)
        layers.append(_layer_table(screening))
        for sheet in (*self._sheets.values(), layers):
            sheet.close()
        self._write_summary(summary)
        self.file.close()
        self._scratch.cleanup()

    def abandon(self) -> None:
        """Let go of what is open, when the workbook will not be finished."""
        for sheet in self.file.worksheets():
            waiting = getattr(sheet, "row_data_fh", None)
            if waiting is not None:
                waiting.close()
        self._scratch.cleanup()

    def _write_summary(self, summary: Summary) -> None:
        sheet = self._summary
        sheet.set_column(0, 0, 44)
        sheet.set_column(1, 1, 60)
        for row, (label, value) in enumerate(summary.facts(self.lang)):
            sheet.write_string(row, 0, _fitting(label), self.bold if value is None else None)
            if isinstance(value, int):
                sheet.write_number(row, 1, value)
            elif value is not None:
                sheet.write_string(row, 1, _fitting(value))


def _rows(table: pa.Table) -> Iterator[list[Any]]:
    for batch in table.to_batches(max_chunksize=10_000):
        columns = [column.to_pylist() for column in batch.columns]
        yield from (list(row) for row in zip(*columns, strict=True))


def _fitting(text: str) -> str:
    """Excel drops a cell that is too long; a cut one with a mark is better."""
    return text if len(text) <= _CELL_LIMIT else text[: _CELL_LIMIT - 1] + "…"


def _layer_table(screening: Screening) -> pa.Table:
    rows = [
        {
            "layer_id": layer.id,
            "role": layer.role,
            "title_zh": layer.title.zh,
            "title_en": layer.title.en,
            "kind": layer.kind,
            "version": layer.version,
            "provider": layer.provider,
            "licence": layer.licence,
            "provenance": layer.provenance,
            "sha256": layer.sha256,
            "withheld": " ".join(layer.withheld),
            "covers": "" if layer.covers is None else " ".join(layer.covers),
            "how_to_get": layer.how_to_get.en,
        }
        for layer in screening.layers
    ]
    return pa.Table.from_pylist(rows, schema=_LAYERS)
