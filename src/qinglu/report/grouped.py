"""Findings by the things they are about, and once what is the same for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..model import Level, Screening
from ..text import Lang
from .evidence import Steps, why

WORST_FIRST = (Level.CRITICAL, Level.WARNING, Level.NOTE, Level.UNKNOWN, Level.CLEAR)
"""Unknown is worse than clear."""


@dataclass(frozen=True)
class Finding:
    """A finding and the answer to "why?"."""

    level: Level
    text: str
    steps: Steps


@dataclass(frozen=True)
class Group:
    """What was found of one thing.

    Attributes
    ----------
    worst : Level or None
        None where nothing was asked.
    counts : tuple of (Level, int)
        Of all its findings, the worst first.
    findings : tuple of Finding
        Those it does not share with all the others.
    """

    id: str
    worst: Level | None
    counts: tuple[tuple[Level, int], ...]
    findings: tuple[Finding, ...]


def grouped(screening: Screening, ids: Sequence[str], lang: Lang) -> tuple[list[Group], list[Finding]]:
    """Findings by id, and those that all have in the same words, once.

    Parameters
    ----------
    screening : Screening
    ids : sequence of str
        Of projects, in the order in which they are shown.
    lang : "zh" or "en"
    """
    known = {rule["id"]: rule for rule in (*screening.clauses, *screening.rules)}
    layers = {layer.id: layer for layer in screening.layers}
    rows: dict[str, list[Mapping[str, Any]]] = {name: [] for name in ids}
    for row in screening.findings.to_pylist():
        rows[row["project_id"]].append(row)

    def words(row: Mapping[str, Any]) -> tuple[str, ...]:
        return row["rule_id"], row["layer_id"], row["level"], row[f"explanation_{lang}"]

    said = [{words(r) for r in own} for own in rows.values()]
    common = set.intersection(*said) if len(said) > 1 else set()

    def finding(row: Mapping[str, Any]) -> Finding:
        steps = why(row, known.get(row["rule_id"]), layers.get(row["layer_id"]), lang)
        return Finding(Level(row["level"]), row[f"explanation_{lang}"], steps)

    groups = []
    for name, unsorted in rows.items():
        own = sorted(unsorted, key=lambda r: WORST_FIRST.index(Level(r["level"])))
        counts = [(level, sum(r["level"] == level for r in own)) for level in WORST_FIRST]
        apart = tuple(finding(r) for r in own if words(r) not in common)
        groups.append(Group(name, Level(own[0]["level"]) if own else None, tuple(c for c in counts if c[1]), apart))
    first = next(iter(rows.values()), [])
    shared = sorted((finding(r) for r in first if words(r) in common), key=lambda f: WORST_FIRST.index(f.level))
    return groups, shared
