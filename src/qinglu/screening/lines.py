"""Findings that rest on clauses, not on measures: written once for each distinct case, then given to its projects."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..model import FINDINGS, Level
from ..model.clause import Clause, Entry
from ..text import Text
from .outcomes import Ints


@dataclass(frozen=True)
class Line:
    """One finding without its project. `value` is None where there is no number."""

    rule_id: str
    level: Level
    measure: str
    value: float | None
    explanation: Text


@dataclass(frozen=True)
class Block:
    """Lines of each distinct case, and the case of each project, shape (n projects,)."""

    lines: tuple[tuple[Line, ...], ...]
    case: Ints

    @classmethod
    def of(cls, keys: Sequence[Hashable], lines_of: Callable[[int], Sequence[Line]]) -> Block:
        """Ask once for every distinct key, with the row of the first project that has it."""
        known: dict[Hashable, int] = {}
        first: list[int] = []
        case = np.empty(len(keys), dtype=np.int64)
        for row, key in enumerate(keys):
            at = known.setdefault(key, len(known))
            if at == len(first):
                first.append(row)
            case[row] = at
        return cls(tuple(tuple(lines_of(row)) for row in first), case)


def joined(judged: pa.Table, blocks: Sequence[Block], ids: pa.Array) -> pa.Table:
    """Findings of measures and of clauses, in the order of projects; of one project, measures come first.

    Every distinct line is written once and every row of the answer copied once, however many projects share it.

    Parameters
    ----------
    judged : pyarrow.Table
        Schema `FINDINGS`, of these projects.
    blocks : sequence of Block
        In the order wanted within a project.
    ids : pyarrow.Array
        Of the projects, in their order.
    """
    measured = pc.index_in(judged["project_id"], value_set=ids).to_numpy().astype(np.int64)
    projects, sources = [measured], [np.arange(len(judged))]
    written: list[Line] = []
    for block in blocks:
        counts = np.array([len(case) for case in block.lines], dtype=np.int64)
        starts = len(judged) + len(written) + np.cumsum(counts) - counts
        mine = counts[block.case] if len(counts) else np.zeros(len(block.case), dtype=np.int64)
        project = np.repeat(np.arange(len(block.case)), mine)
        within = np.arange(len(project)) - np.repeat(np.cumsum(mine) - mine, mine)
        first = starts[block.case] if len(counts) else mine
        projects.append(project)
        sources.append(np.repeat(first, mine) + within)
        written += [line for case in block.lines for line in case]
    project = np.concatenate(projects)
    order = np.argsort(project, kind="stable")
    texts = pa.concat_tables([judged.drop_columns("project_id"), _table(written)]).combine_chunks()
    made = texts.take(pa.array(np.concatenate(sources)[order]))
    made = made.append_column("project_id", ids.take(pa.array(project[order])))
    return made.select(FINDINGS.names).cast(FINDINGS)


def explained(level: Level, said: Text, rests_on: Sequence[tuple[Clause, Entry]]) -> Text:
    """A finding in words: level, what is said, and each clause it rests on with whether it was checked."""
    zh = "；".join(f"{e.cite.line.zh}{'' if e.is_verified else '，未经核对原文'}" for _, e in rests_on)
    en = "; ".join(f"{e.cite.line.en}{'' if e.is_verified else ', unverified'}" for _, e in rests_on)
    return Text(
        f"{level.title.zh}：{said.zh.rstrip('。')}。" + (f"依据：{zh}。" if zh else ""),
        f"{level.title.en}: {said.en.rstrip('.')}." + (f" Rule: {en}." if en else ""),
    )


def _table(lines: Sequence[Line]) -> pa.Table:
    return pa.table(
        {
            "rule_id": pa.array([line.rule_id for line in lines], pa.string()),
            "level": pa.array([str(line.level) for line in lines], pa.string()),
            "measure": pa.array([line.measure for line in lines], pa.string()),
            "value": pa.array([line.value for line in lines], pa.float64()),
            "unit": pa.array([""] * len(lines), pa.string()),
            "layer_id": pa.array([""] * len(lines), pa.string()),
            "layer_version": pa.array([""] * len(lines), pa.string()),
            "explanation_zh": pa.array([line.explanation.zh for line in lines], pa.string()),
            "explanation_en": pa.array([line.explanation.en for line in lines], pa.string()),
        },
        schema=pa.schema([f for f in FINDINGS if f.name != "project_id"]),
    )
