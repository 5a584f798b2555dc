"""What the rulebook needs to know of each project, read from its sector, name, stage and further columns.

Reading is by a table of words in both languages; what no word matches stays unknown and is never guessed.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import yaml

from ..portfolio.fields import column_key
from .outcomes import Bools, Floats, Ints

UNKNOWN = -1
_MEGAWATT = r"(?P<mw>\d{1,3}(?:[, ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?) ?mw\b"


@dataclass(frozen=True)
class Kind:
    """One line of the table: a project type of the guidance, and what the duties call it."""

    project_type: str | None
    sector: str
    technology: str | None
    fuel: str | None
    words: tuple[str, ...]
    unless: tuple[str, ...]


@dataclass(frozen=True)
class Words:
    """The table of words as read: sectors, stages, columns, and which findings make a place sensitive."""

    broad: tuple[str, ...]
    kinds: tuple[Kind, ...]
    stages: tuple[tuple[str, tuple[str, ...]], ...]
    fields: Mapping[str, tuple[str, ...]]
    sensitive: Mapping[str, Mapping[str, Any]]


@functools.cache
def words() -> Words:
    """The table beside this module."""
    raw = yaml.safe_load((Path(__file__).parent / "sectors.yaml").read_text(encoding="utf-8"))
    kinds = tuple(
        Kind(k["type"], k["sector"], k.get("technology"), k.get("fuel"), tuple(k["words"]), tuple(k.get("not", ())))
        for k in raw["kinds"]
    )
    stages = tuple((s["stage"], tuple(s["words"])) for s in raw["stages"])
    return Words(tuple(raw["broad"]), kinds, stages, {k: tuple(v) for k, v in raw["fields"].items()}, raw["sensitive"])


@dataclass(frozen=True)
class Subjects:
    """What was read of each project of a chunk; all arrays of shape (n projects,).

    Attributes
    ----------
    kind : int array
        Row of `Words.kinds`; `UNKNOWN` where no word matched.
    from_name : bool array
        The sector names a whole field; the name of the project told the kind.
    stage : int array
        Row of `Words.stages`, or `UNKNOWN`.
    capacity_mw : float array
        NaN where not known.
    capacity_from_name : bool array
    country : sequence of str
        ISO 3166 alpha-3; "" where not known.
    measures : sequence of str
        Mitigation measures as the portfolio names them; "" where it names none.
    """

    kind: Ints
    from_name: Bools
    stage: Ints
    capacity_mw: Floats
    capacity_from_name: Bools
    country: tuple[str, ...]
    measures: tuple[str, ...]

    def given_measures(self, row: int) -> tuple[str, ...]:
        """The mitigation measures a project names, split at semicolons."""
        return tuple(m.strip() for m in re.split("[;；|]", self.measures[row]) if m.strip())


def subjects(projects: pa.Table) -> Subjects:
    """Read every project of a chunk.

    Parameters
    ----------
    projects : pyarrow.Table
        Schema `PROJECTS`.
    """
    table = words()
    sector = lower_text(projects["sector"])
    name = lower_text(joined_text(projects["name"], projects["name_zh"]))
    extra = further(projects["extra"], table.fields)
    broad = _any(sector, table.broad)
    own = pc.if_else(pa.array(broad), "", sector)  # a whole field tells no type, whatever words are in it
    said = lower_text(joined_text(own, *(pa.array(extra[k], pa.string()) for k in ("technology", "fuel"))))
    kind = first_match(said, [(k.words, k.unless) for k in table.kinds])
    silent = (kind == UNKNOWN) & broad
    by_name = np.full(len(kind), UNKNOWN)
    rows = np.flatnonzero(silent)
    by_name[rows] = first_match(name.take(pa.array(rows)), [(k.words, k.unless) for k in table.kinds])
    stage = first_match(lower_text(projects["stage"]), [(w, ()) for _, w in table.stages])
    capacity = np.array([number(c) for c in extra["capacity_mw"]], dtype=np.float64)
    told = _megawatts(name)
    from_name = np.isnan(capacity) & ~np.isnan(told)
    return Subjects(
        kind=np.where(silent, by_name, kind),
        from_name=silent & (by_name != UNKNOWN),
        stage=stage,
        capacity_mw=np.where(from_name, told, capacity),
        capacity_from_name=from_name,
        country=tuple(c or "" for c in projects["country"].to_pylist()),
        measures=tuple(extra["measures"]),
    )


def first_match(text: pa.Array, patterns: Sequence[tuple[Sequence[str], Sequence[str]]]) -> Ints:
    """The first pattern each text matches, or `UNKNOWN`; every distinct text is looked at once."""
    encoded = text.dictionary_encode()
    distinct = encoded.dictionary
    found = np.full(len(distinct), UNKNOWN)
    for n, (wanted, unless) in enumerate(patterns):
        rows = np.flatnonzero(found == UNKNOWN)
        open_ = distinct.take(pa.array(rows))
        hit = _any(open_, wanted)
        if unless and hit.any():
            hit &= ~_any(open_, unless)
        found[rows[hit]] = n
    at: Ints = found[encoded.indices.to_numpy()] if len(distinct) else found[:0]
    return at


def _any(text: pa.Array, patterns: Sequence[str]) -> Bools:
    """Which texts match any of these regular expressions."""
    hits: npt.NDArray[np.bool_] = np.zeros(len(text), dtype=np.bool_)
    for pattern in patterns:
        hits |= pc.match_substring_regex(text, pattern).to_numpy(zero_copy_only=False)
    return hits


def _megawatts(name: pa.Array) -> Floats:
    """The capacity a name states in MW; NaN where it states none or several."""
    found = pc.extract_regex(name, _MEGAWATT).field("mw")
    several = pc.greater(pc.count_substring_regex(name, _MEGAWATT.replace("?P<mw>", "?:")), 1)
    plain = pc.replace_substring_regex(found, "[, ]", "")
    told = pc.and_(pc.invert(several), pc.not_equal(plain, ""))
    values = pc.cast(pc.if_else(told, plain, pa.scalar(None, pa.string())), pa.float64())
    return np.asarray(pc.fill_null(values, np.nan).to_numpy(zero_copy_only=False), dtype=np.float64)


def further(
    column: pa.ChunkedArray, fields: Mapping[str, Sequence[str]], numbers: Sequence[str] = ("capacity_mw",)
) -> dict[str, list[Any]]:
    """Further columns by what they say, whatever their case, spaces and punctuation.

    Of `numbers` the value as it stands, None where a project has no such column; of others text, "" where it has none.
    """
    wanted = {column_key(given): name for name, names in fields.items() for given in names}
    keys: dict[str, str | None] = {}
    made: dict[str, list[Any]] = {name: [None] * len(column) for name in fields}
    for row, text in enumerate(column.to_pylist()):
        if not text or text == "{}":
            continue
        for key, value in json.loads(text).items():
            if key not in keys:
                keys[key] = wanted.get(column_key(key))
            name = keys[key]
            if name is not None and value not in (None, ""):
                made[name][row] = value if name in numbers else str(value)
    return {k: v if k in numbers else [x or "" for x in v] for k, v in made.items()}


def number(value: Any) -> float:
    """A number of 0 or more as a portfolio writes it; NaN for anything else."""
    try:
        read = float(str(value).replace(",", "")) if value is not None else np.nan
    except ValueError:
        return np.nan
    return read if np.isfinite(read) and read >= 0 else np.nan


def joined_text(*columns: Any) -> Any:
    """Columns of text as one, with spaces between."""
    return pc.binary_join_element_wise(*(pc.fill_null(c, "") for c in columns), " ")


def lower_text(column: Any) -> pa.Array:
    """A column of text in small letters, without spaces around."""
    text = pc.utf8_trim_whitespace(pc.utf8_lower(pc.fill_null(column, "")))
    return text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text
