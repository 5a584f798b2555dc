"""Outcomes into the findings table: rows in the order of projects, each with its two explanations.

Sentences are written once for each case that occurs and their gaps filled column by column, so the
work in Python does not grow with the number of findings.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ..model import FINDINGS, Level
from ..model.rule import RuleOn
from ..rules.vocabulary import MEASURES
from ..text import Text
from . import outcomes as o
from . import wording as w
from .figures import UNITS, shown
from .measures import Measures
from .outcomes import Ints, Outcomes
from .sight import array

_ROWS = 131_072  # findings put into words at a time: bounds memory
_STANDINGS, _FLAGS = 8, 16
_LEVELS = tuple(Level)


@dataclass(frozen=True)
class _Draft:
    """All findings of a chunk in numbers, in their final order."""

    project: Ints
    rule: Ints
    layer: Ints  # -1 none
    level: Ints
    value: npt.NDArray[np.float64]
    row: Ints
    sentence: Ints
    shown: npt.NDArray[np.float64]
    unit: npt.NDArray[np.int8]


def explain(
    blocks: Sequence[Outcomes], measures: Measures, rules: Sequence[RuleOn], advice: w.Advice
) -> pa.Table:
    """The findings of `blocks` as a table of schema `FINDINGS`: by project, then rule, then layer."""
    if not any(len(b) for b in blocks):
        return FINDINGS.empty_table()
    sentences = _Sentences(measures, rules, advice)
    draft = _draft(blocks, measures, rules, sentences)
    gaps = sentences.gaps()
    batches = [
        _batch(_cut(draft, start), measures, rules, gaps) for start in range(0, len(draft.project), _ROWS)
    ]
    return pa.Table.from_batches(batches, schema=FINDINGS)


class _Sentences:
    """Every sentence needed so far, by its case."""

    def __init__(self, measures: Measures, rules: Sequence[RuleOn], advice: w.Advice) -> None:
        self._measures = measures
        self._rules = rules
        self._advice = _remembered(advice)
        self._texts: list[Text] = []

    def codes(self, block: Outcomes, standing: Ints) -> Ints:
        """The sentence of each row of a block."""
        key = (block.outcome * _STANDINGS + standing) * _FLAGS + block.flags
        distinct, codes = np.unique(key, return_inverse=True)
        first = len(self._texts)
        rule = self._rules[block.rule]
        layer = self._measures.layers[block.layer] if block.layer >= 0 else None
        for k in distinct.tolist():
            rest, flags = divmod(k, _FLAGS)
            outcome, stands = divmod(rest, _STANDINGS)
            case = w.Case(rule, layer, outcome, stands, flags)
            self._texts.append(w.sentence(case, self._advice, self._measures.max_buffer_m))
        return np.asarray(codes + first, dtype=np.int64)

    def gaps(self) -> dict[str, _Gapped]:
        """The sentences of each language, cut at their gaps."""
        return {"zh": _Gapped.of([t.zh for t in self._texts]), "en": _Gapped.of([t.en for t in self._texts])}


@dataclass(frozen=True)
class _Gapped:
    """Sentences cut into what stands before the name, between, and behind the value."""

    before: pa.Array
    between: pa.Array
    behind: pa.Array
    has_name: npt.NDArray[np.bool_]
    has_value: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, texts: Sequence[str]) -> _Gapped:
        pieces = []
        for text in texts:
            before, name, rest = text.rpartition(w.NAME) if w.NAME in text else ("", "", text)
            between, value, behind = rest.partition(w.VALUE)
            if not value:
                between, behind = "", rest
            pieces.append((before, between, behind, bool(name), bool(value)))
        columns = list(zip(*pieces, strict=True))
        before, between, behind = (pa.array(c, pa.string()) for c in columns[:3])
        return cls(before, between, behind, np.array(columns[3]), np.array(columns[4]))

    def filled(self, sentence: Ints, names: pa.Array, values: pa.Array) -> pa.Array:
        """Each row's sentence with its name and value in place."""
        at = pa.array(sentence)
        nothing = pa.scalar("")
        return pc.binary_join_element_wise(
            self.before.take(at),
            pc.if_else(pa.array(self.has_name[sentence]), names, nothing),
            self.between.take(at),
            pc.if_else(pa.array(self.has_value[sentence]), values, nothing),
            self.behind.take(at),
            "",
        )


def _draft(
    blocks: Sequence[Outcomes], measures: Measures, rules: Sequence[RuleOn], sentences: _Sentences
) -> _Draft:
    standing = _Standing(measures)
    columns: list[tuple[npt.NDArray[np.generic], ...]] = []
    for block in blocks:
        rule = rules[block.rule]
        stands, figure, unit = standing.of(block, rule)
        n = len(block)
        levels = np.full(o.BEYOND + 1, _LEVELS.index(Level.UNKNOWN))
        for outcome in (*range(len(rule.tiers)), o.CLEAR):
            levels[outcome] = _LEVELS.index(w.level_of(rule, outcome))
        value = np.where(block.outcome > o.CLEAR, np.nan, block.value)
        columns.append(
            (
                block.project, np.full(n, block.rule), np.full(n, block.layer), levels[block.outcome], value,
                block.row, sentences.codes(block, stands), figure, unit,
            )
        )  # fmt: skip
    whole = [np.concatenate(c) for c in zip(*columns, strict=True)]
    order = np.argsort(whole[0], kind="stable")
    return _Draft(*(c[order] for c in whole))


class _Standing:
    """How each project stands to its deciding feature, and the figure that shows it best."""

    def __init__(self, measures: Measures) -> None:
        shapes = measures.projects.column("shape")
        self._line = pc.equal(shapes, "line").to_numpy(zero_copy_only=False)
        self._area = pc.equal(shapes, "area").to_numpy(zero_copy_only=False)
        self._overlap_m = array(measures.exposures, "overlap_m").astype(np.float64)
        self._overlap_m2 = array(measures.exposures, "overlap_m2").astype(np.float64)

    def of(self, block: Outcomes, rule: RuleOn) -> tuple[Ints, npt.NDArray[np.float64], npt.NDArray[np.int8]]:
        """Standing, figure to show and its unit code, each of shape (n,)."""
        n = len(block)
        unit = np.full(n, UNITS.index(rule.base_unit), dtype=np.int8)
        figure = block.value.copy()
        none = block.row < 0
        if MEASURES[rule.rule.measure].source != "features" or rule.rule.measure == "overlap-share":
            return np.where(none, w.NO_FEATURE, w.SHARE), figure, unit
        line, area = self._line[block.project], self._area[block.project]
        stands = np.select([line, area], [w.IN_LINE, w.IN_AREA], w.IN_POINT)
        stands = np.select([none, block.value > 0], [w.NO_FEATURE, w.NEAR], stands)
        touching = np.isin(stands, (w.IN_LINE, w.IN_AREA)) & (block.row < len(self._overlap_m))
        for shape, amount, better, name in (
            (w.IN_LINE, self._overlap_m, w.IN_LINE_M, "m"),
            (w.IN_AREA, self._overlap_m2, w.IN_AREA_M2, "m2"),
        ):
            at = np.flatnonzero(touching & (stands == shape))
            at = at[amount[block.row[at]] > 0]
            stands[at], figure[at], unit[at] = better, amount[block.row[at]], UNITS.index(name)
        return stands, figure, unit


def _cut(draft: _Draft, start: int) -> _Draft:
    end = start + _ROWS
    return _Draft(*(getattr(draft, f)[start:end] for f in draft.__dataclass_fields__))


def _batch(
    draft: _Draft, measures: Measures, rules: Sequence[RuleOn], gaps: dict[str, _Gapped]
) -> pa.RecordBatch:
    layers = measures.layers
    names = _names(draft.row, measures)
    values = shown(draft.shown, draft.unit)
    columns = [
        measures.projects.column("project_id").combine_chunks().take(pa.array(draft.project)),
        _texts([r.id for r in rules], draft.rule),
        _texts([str(v) for v in _LEVELS], draft.level),
        _texts([r.rule.measure for r in rules], draft.rule),
        pa.array(draft.value, from_pandas=True),
        _texts([r.base_unit for r in rules], draft.rule),
        _texts([*(a.id for a in layers), ""], draft.layer),
        _texts([*(a.version for a in layers), ""], draft.layer),
        gaps["zh"].filled(draft.sentence, names, values),
        gaps["en"].filled(draft.sentence, names, values),
    ]
    return pa.record_batch(columns, schema=FINDINGS)


def _texts(words: Sequence[str], codes: Ints) -> pa.Array:
    """Words by their codes; -1 is the last word."""
    return pa.array(words, pa.string()).take(pa.array(np.where(codes < 0, len(words) - 1, codes)))


def _names(rows: Ints, measures: Measures) -> pa.Array:
    """The name of each deciding feature, ``#id`` where it has none, "" where no feature decides."""
    distinct, codes = np.unique(rows, return_inverse=True)
    n_exposures = len(measures.exposures)
    exposed = distinct[(distinct >= 0) & (distinct < n_exposures)]
    near = distinct[distinct >= n_exposures] - n_exposures
    pieces = [pa.array([""] if len(distinct) and distinct[0] < 0 else [], pa.string())]
    for table, taken in ((measures.exposures, exposed), (measures.nearest, near)):
        some = table.select(["feature_name", "feature_id"]).take(pa.array(taken)).combine_chunks()
        named = pc.fill_null(some.column("feature_name"), "")
        numbered = pc.binary_join_element_wise("#", pc.fill_null(some.column("feature_id"), ""), "")
        pieces.extend(pc.if_else(pc.equal(named, ""), numbered, named).chunks)
    return pa.concat_arrays(pieces).take(pa.array(codes))


def _remembered(advice: w.Advice) -> Callable[[str], Text]:
    known: dict[str, Text] = {}

    def ask(role: str) -> Text:
        if role not in known:
            known[role] = advice(role)
        return known[role]

    return ask
