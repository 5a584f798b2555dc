"""From columns of text to the table of projects: ids, countries, stages, notes and the rest of the row."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ..model import NOTES, country_code
from ..model.country import is_missing
from .fields import table
from .raw import Ints, Mask

Strings = npt.NDArray[np.object_]


def field_column(field: str) -> str:
    """The name under which the column of a field is kept: no file can have it."""
    return f"\0{field}"


def cell_text(columns: pa.Table, field: str) -> pa.ChunkedArray:
    """The column of a field, trimmed, "" where empty or absent."""
    if field_column(field) not in columns.column_names:
        return pa.chunked_array([pa.array(np.full(columns.num_rows, "", dtype=object), pa.string())])
    return pc.fill_null(pc.utf8_trim_whitespace(columns[field_column(field)]), "")


def country_codes(given: pa.ChunkedArray) -> tuple[Strings, dict[str, Mask]]:
    """Alpha-3 codes of countries as given, "" where not known, and the notes that this makes."""
    coded = given.combine_chunks().dictionary_encode()
    names: list[str] = coded.dictionary.to_pylist()
    of = coded.indices.to_numpy(zero_copy_only=False)
    several = _matcher("several_countries")
    codes = [country_code(n) or "" for n in names]
    missing = [is_missing(n) for n in names]
    region = [
        not c and not m and (_known_parts(n) or several(n)) for n, c, m in zip(names, codes, missing, strict=True)
    ]
    unknown = [not (c or m or r) for c, m, r in zip(codes, missing, region, strict=True)]
    flags = {"country-missing": missing, "country-several": region, "country-unknown": unknown}
    return np.array(codes, dtype=object)[of], {k: np.array(v, dtype=bool)[of] for k, v in flags.items()}


def _known_parts(name: str) -> bool:
    parts = [p.strip() for p in re.split(r"[;/|、,，；&+]| and |-|–|和|与", name) if p.strip()]
    return len(parts) > 1 and all(country_code(p) for p in parts)


def cancelled(stage: pa.ChunkedArray) -> Mask:
    """Which stages say that the project will not be built."""
    coded = stage.combine_chunks().dictionary_encode()
    says = _matcher("cancelled")
    flags = np.array([says(s) for s in coded.dictionary.to_pylist()], dtype=bool)
    return np.asarray(flags[coded.indices.to_numpy(zero_copy_only=False)])


def _matcher(name: str) -> _Matcher:
    return _Matcher(table("words")[name])


class _Matcher:
    """Whether a text matches one of several patterns."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = [re.compile(p) for p in patterns]

    def __call__(self, text: str) -> bool:
        lower = text.strip().casefold()
        return any(p.search(lower) for p in self._patterns)


def unique_ids(given: pa.ChunkedArray, source_row: Ints) -> tuple[Strings, Mask, Mask]:
    """Ids that are unique, and which were made or given a suffix.

    Parameters
    ----------
    given : chunked array of string, shape (n,)
        As in the file, "" where empty.
    source_row : array, shape (n,)

    Returns
    -------
    ids : array of str, shape (n,)
    made, suffixed : bool array, shape (n,)

    Examples
    --------
    >>> ids, made, suffixed = unique_ids(pa.chunked_array([["007", "", "007", "007-2"]]), np.arange(1, 5))
    >>> ids.tolist(), made.tolist(), suffixed.tolist()
    (['007', 'row-2', '007-3', '007-2'], [False, True, False, False], [False, False, True, False])
    """
    ids = given.to_numpy().astype(object)
    made = ids == ""
    coded = given.combine_chunks().dictionary_encode()
    of = coded.indices.to_numpy(zero_copy_only=False)
    first = np.full(len(coded.dictionary), -1, dtype=np.int64)
    first[of[::-1]] = np.arange(len(of))[::-1]
    suffixed = ~made & (first[of] != np.arange(len(of)))
    change = np.flatnonzero(made | suffixed)
    taken = set(coded.dictionary.to_pylist()) if len(change) else set()
    tries: dict[str, int] = {}
    for i in change:
        base = f"row-{source_row[i]}" if made[i] else ids[i]
        k = tries.get(base, 2)
        new = base if made[i] else f"{base}-{k}"
        while new in taken:
            new = f"{base}-{k}"
            k += 1
        tries[base] = k
        taken.add(new)
        ids[i] = new
    return ids, made, suffixed


def notes_column(flags: Mapping[str, Mask], rows: Ints) -> pa.Array:
    """Slugs of notes of each row, in the order of `model.NOTES`."""
    slugs = [s for s in NOTES if s in flags]
    grid = np.column_stack([flags[s][rows] for s in slugs]) if slugs else np.zeros((len(rows), 0), bool)
    offsets = np.concatenate([[0], np.cumsum(grid.sum(axis=1))]).astype(np.int32)
    values = pa.array(np.array(slugs, dtype=object), pa.string()).take(pa.array(np.nonzero(grid)[1]))
    return pa.ListArray.from_arrays(pa.array(offsets), values)


def extra_column(columns: pa.Table) -> pa.ChunkedArray:
    """The other columns of each row as one JSON object of texts; empty cells are left out."""
    parts = [_member(name, columns[name]) for name in columns.column_names if name[:1] != "\0"]
    if not parts:
        return pa.chunked_array([pa.array(np.full(columns.num_rows, "{}", dtype=object), pa.string())])
    # Nulls are not skipped by the join itself: pyarrow 26 loses rows where every part is null.
    joined = pc.binary_join_element_wise(*parts, "", "")
    return pc.binary_join_element_wise("{", pc.replace_substring_regex(joined, "^, ", ""), "}", "")


def _member(name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    """``, "name": "value"`` for each cell, "" where it is empty."""
    text = pc.replace_substring(pc.replace_substring(column, "\\", "\\\\"), '"', '\\"')
    for raw, escaped in (("\n", "\\n"), ("\t", "\\t"), ("\r", "\\r")):
        text = pc.replace_substring(text, raw, escaped)
    text = pc.replace_substring_regex(text, r"[\x00-\x1f]", " ")
    member = pc.binary_join_element_wise(f', {json.dumps(name, ensure_ascii=False)}: "', text, '"', "")
    return pc.fill_null(pc.if_else(pc.equal(column, ""), "", member), "")
