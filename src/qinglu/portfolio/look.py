"""A first look at a file that could not be understood: its columns and a few rows, to name the fields by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..settings import Settings
from .fields import find_fields
from .sniff import read_file

_ROWS, _CELL = 5, 80


def look(path: Path, settings: Settings) -> dict[str, Any]:
    """Columns, the fields found in them by their names, and the first rows as text.

    Raises
    ------
    PortfolioError, SizeLimitError
        As `read`.

    Returns
    -------
    dict
        ``columns``, ``guessed`` (field to column) and ``sample`` (rows of cells, cut where long).
    """
    raw = read_file(path, settings)[0]
    names = raw.columns.column_names
    rows = raw.columns.slice(0, _ROWS).to_pylist()
    return {
        "columns": names,
        "guessed": find_fields(names, {}, where=path.name),
        "sample": [[(row[name] or "")[:_CELL] for name in names] for row in rows],
    }
