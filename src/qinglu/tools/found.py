"""What lines and sites made here touch: screened as any project is, from the very file that is delivered."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ..model import Level, Screening
from ..model.rule import OWN_CONVENTION
from ..workspace import Workspace
from .screening import AnyLayer, Job, layers_of, read_portfolio

BUFFERS_M = (1_000.0, 5_000.0, 10_000.0, 50_000.0)
"""As `qinglu screen` has them by default."""

WORST_FIRST = (Level.CRITICAL, Level.WARNING, Level.NOTE, Level.UNKNOWN, Level.CLEAR)
_OF_A_LAYER = ("name", "path", "role", "id_field", "name_field", "band")


@dataclass(frozen=True)
class Found:
    """A screening, and what it comes to for each feature by its id."""

    screening: Screening

    def worst(self) -> dict[str, Level]:
        """The worst level of each feature; unknown is worse than clear."""
        return {name: next(level for level in WORST_FIRST if n[level]) for name, n in self.counts().items()}

    def counts(self) -> dict[str, dict[Level, int]]:
        """How many findings of each level each feature has."""
        out: dict[str, dict[Level, int]] = {}
        findings = self.screening.findings
        for name, level in zip(findings["project_id"].to_pylist(), findings["level"].to_pylist(), strict=True):
            out.setdefault(name, dict.fromkeys(WORST_FIRST, 0))[Level(level)] += 1
        return out

    def rows(self) -> tuple[Mapping[str, Any], ...]:
        """Findings as rows, for an answer."""
        return tuple(self.screening.findings.to_pylist())

    def unverified(self) -> tuple[dict[str, Any], ...]:
        """Rules the findings rest on whose value nobody has checked; our own conventions are not among them."""
        asked = set(self.screening.findings["rule_id"].to_pylist())
        return tuple(
            {"rule_id": rule["id"], "title_zh": rule["title"]["zh"], "title_en": rule["title"]["en"],
             "valid_from": tier["valid_from"], "citation": tier["cite"]}
            for rule in self.screening.rules if rule["id"] in asked
            for tier in rule["tiers"] if not tier["verified"] and tier["cite"]["kind"] != OWN_CONVENTION
        )  # fmt: skip


def screened(
    workspace: Workspace, collection: Mapping[str, Any], name: str, layers: Sequence[AnyLayer], on: date
) -> Found:
    """Screen features against layers by the rules of a day.

    Parameters
    ----------
    workspace : Workspace
    collection : mapping
        A GeoJSON feature collection; ``id`` and ``name`` among the properties.
    name : str
        Of the file it is delivered as: what is read here is what `qinglu screen` would read there.
    layers : sequence of VectorLayer or RasterLayer
    on : date
    """
    with tempfile.TemporaryDirectory(prefix="qinglu-") as folder:
        path = Path(folder) / name
        path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
        read = read_portfolio(workspace, path, {})
    return Found(Job(workspace, read, layers, BUFFERS_M, on).tables())


def layers_given(
    workspace: Workspace, layer: Sequence[Mapping[str, Any]], raster: Sequence[Mapping[str, Any]], atlas: bool
) -> list[AnyLayer]:
    """The layers named, and the whole atlas where none is named or it is asked for, as `qinglu screen` takes them.

    Options that are not a layer's own (what is to be made of it) are left aside.
    """
    own = [[{k: g[k] for k in _OF_A_LAYER if g.get(k) is not None} for g in some] for some in (layer, raster)]
    return layers_of(workspace, own[0], own[1], atlas)
