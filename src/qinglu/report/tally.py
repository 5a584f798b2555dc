"""Counting: the level of each project, what is unknown, and which projects are shown in full."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ..model import EXPOSURES, FINDINGS, LEDGER, NEAREST, ZONAL, Level, Portfolio
from .ledger import LedgerSums, LedgerTally

WORST_FIRST = (Level.CRITICAL, Level.WARNING, Level.NOTE, Level.UNKNOWN, Level.CLEAR)
"""The order of reading. Unknown stands before clear: it may hide anything."""

_COLUMN = {level.value: i for i, level in enumerate(WORST_FIRST)}
COARSE = "location-too-coarse"
"""The note on projects whose place is the reason that layers cannot answer."""
_UNKNOWN = WORST_FIRST.index(Level.UNKNOWN)
_SCHEMAS = {"exposures": EXPOSURES, "nearest": NEAREST, "zonal": ZONAL, "findings": FINDINGS}


@dataclass(frozen=True)
class Detail:
    """Rows of the tables kept for the projects shown in full, and their rows in the portfolio."""

    rows: npt.NDArray[np.int64]
    tables: Mapping[str, pa.Table]


class Tally:
    """Counts over a screening that arrives piece by piece, in memory bounded by the portfolio.

    Parameters
    ----------
    portfolio : Portfolio
        The projects that the pieces speak of.
    keep : int
        How many projects, the worst first, to keep the rows of.
    asks : mapping
        What each rule asks about, by rule id: the role of the layer that would answer it.
    ledger : bool
        Whether estimates of the ledger come along.
    """

    def __init__(self, portfolio: Portfolio, keep: int, asks: Mapping[str, str], *, ledger: bool = False) -> None:
        self._ids = portfolio.projects["project_id"].combine_chunks()
        self._coarse = _noted(portfolio.projects["notes"], COARSE)
        self._keep = keep
        self._asks = asks
        self._next = 0
        self._candidates = np.empty(0, dtype=np.int64)
        self._schemas = {**_SCHEMAS, "ledger": LEDGER} if ledger else _SCHEMAS
        self._kept: dict[str, list[pa.Table]] = {name: [] for name in self._schemas}
        self._ledger = LedgerTally(portfolio.projects["country"].combine_chunks()) if ledger else None
        self.by_project: npt.NDArray[np.int32] = np.zeros((len(self._ids), len(WORST_FIRST)), dtype=np.int32)
        """Findings of each project at each level of `WORST_FIRST`, shape (n_projects, 5)."""
        self.rule_levels: Counter[tuple[str, str]] = Counter()
        """Findings by rule and level."""
        self.missing: Counter[tuple[str, str]] = Counter()
        """Projects that have an unknown, by what was asked about and the layer that could not say."""

    def add(self, tables: Mapping[str, pa.Table]) -> None:
        """Count the findings of one piece. All rows of a project come in the same piece."""
        findings, start = tables["findings"], self._next
        rows = self._rows(findings["project_id"])
        columns = _level_columns(findings["level"])
        np.add.at(self.by_project, (rows, columns), 1)
        self.rule_levels.update(_pairs(findings, "rule_id", "level"))
        self.missing.update(self._unanswered(findings, rows))
        if self._ledger is not None:
            self._next = start
            estimated = self._rows(tables["ledger"]["project_id"])
            self._ledger.add(tables["ledger"], estimated)
            rows = np.union1d(rows, estimated)
        self._retain(tables, rows)

    def ledger(self) -> LedgerSums | None:
        """What the ledger comes to; None where nobody asked for it."""
        return None if self._ledger is None else self._ledger.sums()

    def _unanswered(self, findings: pa.Table, rows: npt.NDArray[np.int64]) -> Counter[tuple[str, str]]:
        """Projects per question and layer; several rules that ask the same count once.

        Where a layer was there and the place is too coarse, it is the place that is missing.
        """
        is_unknown = pc.equal(findings["level"], Level.UNKNOWN.value)
        unknown = findings.filter(is_unknown)
        layers = pc.fill_null(unknown["layer_id"], "").to_numpy().astype(object)
        asked = np.array([self._asks.get(r, "") for r in unknown["rule_id"].to_pylist()], dtype=object)
        vague = (layers != "") & self._coarse[rows[is_unknown.to_numpy()]]
        asked[vague], layers[vague] = COARSE, ""
        columns = {"project": unknown["project_id"], "asked": pa.array(asked, pa.string())}
        table = pa.table(columns | {"layer": pa.array(layers, pa.string())})
        return _pairs(table.group_by(["project", "asked", "layer"]).aggregate([]), "asked", "layer")

    def _rows(self, ids: pa.ChunkedArray) -> npt.NDArray[np.int64]:
        """Rows of the portfolio. Pieces come in its order, so the next rows are tried before all of them."""
        encoded = ids.combine_chunks().dictionary_encode()
        names = encoded.dictionary
        start = self._next
        found = pc.index_in(names, value_set=self._ids.slice(start, 2 * len(names)))
        if found.null_count:
            start, found = 0, pc.index_in(names, value_set=self._ids)
        rows = np.asarray(found.to_numpy(), dtype=np.int64) + start
        self._next = int(rows.max(initial=self._next - 1)) + 1
        return rows[np.asarray(encoded.indices.to_numpy(), dtype=np.int64)]

    def _retain(self, tables: Mapping[str, pa.Table], found: npt.NDArray[np.int64]) -> None:
        """Keep the rows of the worst projects so far and drop the rows of those they displace."""
        before = self._candidates
        self._candidates = self._worst_of(np.union1d(before, found))
        dropped = np.setdiff1d(before, self._candidates)
        for name in self._schemas:
            if len(dropped):
                self._kept[name] = [self._only(t, self._candidates) for t in self._kept[name]]
            piece = self._only(tables[name], self._candidates)
            if piece.num_rows:
                self._kept[name].append(piece)

    def _only(self, table: pa.Table, rows: npt.NDArray[np.int64]) -> pa.Table:
        return table.filter(pc.is_in(table["project_id"], value_set=self._ids.take(pa.array(rows))))

    def _worst_of(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The `keep` worst of `rows`: by worst level, then by how many findings at each level."""
        counts = self.by_project[rows]
        keys = np.vstack([rows, -counts.T[-2::-1], self.worst()[rows]])  # lexsort reads the last key first
        return rows[np.lexsort(keys)][: self._keep]

    def worst(self) -> npt.NDArray[np.int64]:
        """Each project's worst level as an index of `WORST_FIRST`, shape (n_projects,).

        A project that no rule has judged is unknown, not clear.
        """
        judged = self.by_project.any(axis=1)
        return np.where(judged, np.argmax(self.by_project > 0, axis=1), _UNKNOWN)

    def has_unknown(self) -> npt.NDArray[np.bool_]:
        """Whether anything is unknown of each project, whatever else was found, shape (n_projects,)."""
        unknown: npt.NDArray[np.bool_] = (self.by_project[:, _UNKNOWN] > 0) | ~self.by_project.any(axis=1)
        return unknown

    def order(self) -> npt.NDArray[np.int64]:
        """Rows of all projects, the worst first, shape (n_projects,)."""
        keep, self._keep = self._keep, len(self._ids)
        ordered = self._worst_of(np.arange(len(self._ids)))
        self._keep = keep
        return ordered

    def detail(self) -> Detail:
        """The worst projects and their rows of every table."""
        rows = self._worst_of(np.arange(len(self._ids)))
        tables = {
            name: pa.concat_tables([self._schemas[name].empty_table(), *(self._only(t, rows) for t in kept)])
            for name, kept in self._kept.items()
        }
        return Detail(rows, tables)


def _noted(notes: pa.ChunkedArray, note: str) -> npt.NDArray[np.bool_]:
    """Which projects carry a note, shape (n_projects,)."""
    lists = notes.combine_chunks()
    parents = pc.list_parent_indices(lists).to_numpy()
    noted = np.zeros(len(lists), dtype=np.bool_)
    noted[parents[pc.equal(pc.list_flatten(lists), note).to_numpy(zero_copy_only=False)]] = True
    return noted


def _level_columns(levels: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    found = pc.index_in(levels, value_set=pa.array(list(_COLUMN), pa.string()))
    return np.asarray(found.to_numpy(), dtype=np.int64)


def _pairs(table: pa.Table, first: str, second: str) -> Counter[tuple[str, str]]:
    """How often each pair of values occurs."""
    counted = table.group_by([first, second]).aggregate([([], "count_all")])
    return Counter({(r[first] or "", r[second] or ""): r["count_all"] for r in counted.to_pylist()})


@dataclass(frozen=True)
class CountryCount:
    """Projects and assets of one country, by worst level in the order of `WORST_FIRST`."""

    country: str
    projects: int
    assets: int
    by_level: tuple[int, ...]
    with_unknown: int


def by_country(portfolio: Portfolio, tally: Tally) -> list[CountryCount]:
    """Counts per country, most projects first; ``""`` where the country is not known."""
    projects = portfolio.projects
    countries = pc.fill_null(projects["country"], "").combine_chunks().dictionary_encode()
    names = countries.dictionary.to_pylist()
    codes = np.asarray(countries.indices.to_numpy(), dtype=np.int64)
    levels = np.zeros((len(names), len(WORST_FIRST)), dtype=np.int64)
    np.add.at(levels, (codes, tally.worst()), 1)
    unknown = np.bincount(codes, weights=tally.has_unknown(), minlength=len(names)).astype(np.int64)
    places = np.unique(np.column_stack([codes, projects["geometry"].to_numpy()]), axis=0)
    assets = np.bincount(places[:, 0], minlength=len(names))
    counts = [
        CountryCount(name, sum(levels[i].tolist()), int(assets[i]), tuple(levels[i].tolist()), int(unknown[i]))
        for i, name in enumerate(names)
    ]
    return sorted(counts, key=lambda c: (-c.projects, c.country))


def n_assets(portfolio: Portfolio) -> int:
    """Distinct places: several loans for one railway are one asset."""
    return len(np.unique(portfolio.projects["geometry"].to_numpy()))
