"""Read a portfolio: find its fields, place its rows, account for every one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ..model import PROJECTS, REJECTED, Portfolio
from ..settings import Settings
from ..text import Lang
from . import assemble
from .errors import no_rows
from .fields import find_fields
from .places import Checked, check, place
from .raw import Geometries, Ints, Mask, Raw, Rejection
from .reasons import message
from .sniff import read_file


def read(
    path: Path | str,
    *,
    fields: Mapping[str, str] | None = None,
    settings: Settings,
    lang: Lang = "en",
) -> Portfolio:
    """Read the projects of a file.

    Parameters
    ----------
    path : Path or str
        CSV, XLSX, GeoJSON, GeoPackage, zipped Shapefile, KML/KMZ or GeoParquet; told by content.
    fields : mapping, optional
        Field (``id``, ``name``, ``country``, ``lon``, …) to the column that holds it, where its name does
        not tell.
    settings : Settings
        Bounds on sizes.
    lang : str
        Language of the messages of rejected rows.

    Returns
    -------
    Portfolio
        Every data row is in `projects` or in `rejected`.

    Raises
    ------
    PortfolioError
        The file as a whole cannot be used.
    OptionError
        `fields` names a field or a column that does not exist.
    SizeLimitError
        Larger than the settings allow.
    """
    path = Path(path)
    raws = read_file(path, settings)
    if sum(len(r.source_row) + len(r.rejected) for r in raws) == 0:
        raise no_rows(path.name)
    file = _joined(raws, fields or {}, path.name)
    given = assemble.cell_text(file.columns, "country")
    codes, notes = assemble.country_codes(given)
    checked = check(file.geoms, file.source_row, codes, settings)
    notes |= file.notes | checked.notes
    ordered = sorted([*file.rejected, *checked.rejected], key=lambda r: r.source_row)
    said = tuple(message(r.reason, r.values) for r in ordered)
    rejected = _rejected_table(ordered, [m.in_(lang) for m in said], file)
    projects = _projects_table(file, codes, checked, notes)
    with path.open("rb") as f:
        digest = hashlib.file_digest(f, "sha256").hexdigest()
    n_read = len(file.source_row) + file.n_unread
    assert len(projects) + len(rejected) == n_read, "a row is unaccounted for"
    meta = {**file.meta, "assets": len(checked.geoms)}
    return Portfolio(projects, checked.geoms, rejected, n_read, path.name, digest, file.fields, meta, said)


@dataclass(frozen=True)
class _File:
    """All layers of a file as one."""

    columns: pa.Table
    source_row: Ints
    geoms: Geometries
    rejected: list[Rejection]
    n_unread: int  # rows that are in `rejected` only, not in `columns`
    notes: dict[str, Mask]
    fields: dict[str, str]
    meta: dict[str, Any]


def _joined(raws: list[Raw], given: Mapping[str, str], where: str) -> _File:
    columns, numbers, geoms, rejected = [], [], [], []
    fields: dict[str, str] = {}
    notes: list[dict[str, Mask]] = []
    start = 0
    for raw in raws:
        found = find_fields(raw.columns.column_names, given, where=where)
        placed = place(raw, found, where)
        columns.append(_renamed(raw.columns, found))
        numbers.append(raw.source_row + start)
        geoms.append(placed.geoms)
        notes.append(placed.notes)
        rejected += [_moved(r, start) for r in (*raw.rejected, *placed.rejected)]
        fields = {**found, **fields}
        start += len(raw.source_row) + len(raw.rejected)
    slugs = {s for n in notes for s in n}
    joined = {
        s: np.concatenate([n.get(s, np.zeros(len(g), bool)) for n, g in zip(notes, geoms, strict=True)]) for s in slugs
    }
    meta = dict(raws[0].meta)
    if len(raws) > 1:
        layers = [str(r.meta.get("layer") or r.meta.get("member")) for r in raws]
        meta = {
            "format": meta["format"],
            "layers": dict(zip(layers, (len(r.source_row) for r in raws), strict=True)),
        }
    return _File(
        pa.concat_tables(columns, promote_options="permissive") if len(columns) > 1 else columns[0],
        np.concatenate(numbers),
        np.concatenate(geoms),
        rejected,
        sum(len(r.rejected) for r in raws),
        joined,
        fields,
        meta,
    )


def _renamed(columns: pa.Table, fields: Mapping[str, str]) -> pa.Table:
    """The columns of fields under names of their own, so that layers may call them differently."""
    field_of = {column: field for field, column in fields.items()}
    return columns.rename_columns(
        [assemble.field_column(field_of[c]) if c in field_of else c for c in columns.column_names]
    )


def _moved(rejection: Rejection, start: int) -> Rejection:
    return Rejection(rejection.source_row + start, rejection.reason, rejection.values, rejection.cells)


def _projects_table(file: _File, codes: assemble.Strings, checked: Checked, notes: dict[str, Mask]) -> pa.Table:
    rows = np.flatnonzero(checked.of_row >= 0)
    kept = file.columns.take(pa.array(rows)) if len(rows) < len(file.source_row) else file.columns
    text = {f: assemble.cell_text(kept, f) for f in ("id", "name", "name_zh", "country", "sector", "stage")}
    ids, made, suffixed = assemble.unique_ids(text["id"], file.source_row[rows])
    flags = {slug: mask[rows] for slug, mask in notes.items()}
    flags |= {"id-made": made, "id-repeated": suffixed, "cancelled": assemble.cancelled(text["stage"])}
    place_of = checked.of_row[rows]
    return pa.table(
        {
            "project_id": pa.array(ids, pa.string()),
            "name": text["name"],
            "name_zh": text["name_zh"],
            "country": pa.array(codes[rows], pa.string()),
            "country_given": text["country"],
            "sector": text["sector"],
            "stage": text["stage"],
            "source_row": file.source_row[rows],
            "geometry": place_of.astype(np.int32),
            "shape": pa.array(checked.shape.astype(object), pa.string()).take(pa.array(place_of)),
            "notes": assemble.notes_column(flags, np.arange(len(rows))),
            "extra": assemble.extra_column(kept),
        }
    ).cast(PROJECTS)


def _rejected_table(ordered: list[Rejection], messages: list[str], file: _File) -> pa.Table:
    column = assemble.field_column("id")
    at = file.columns.column_names.index(column) if column in file.columns.column_names else -1
    place_of = {int(n): i for i, n in enumerate(file.source_row)} if ordered else {}
    ids = file.columns[column].to_pylist() if at >= 0 and ordered else []

    def project_id(r: Rejection) -> str:
        if r.source_row in place_of:
            return (ids[place_of[r.source_row]] or "").strip() if ids else ""
        return r.cells[at].strip() if 0 <= at < len(r.cells) else ""

    return pa.table(
        {
            "source_row": [r.source_row for r in ordered],
            "project_id": [project_id(r) for r in ordered],
            "reason": [r.reason for r in ordered],
            "message": messages,
        },
        schema=REJECTED,
    )
