"""Which projects and layers a rule speaks of, for many at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ..model.layer import Layer
from ..model.rule import Rule
from .vocabulary import MEASURES, PREDICATES, role_matches

_KINDS = {"features": ("point", "line", "area", "mixed"), "raster": ("raster",), "slope": ("raster",)}


def applies(rule: Rule, projects: pa.Table) -> npt.NDArray[np.bool_]:
    """Which projects the rule speaks of.

    Parameters
    ----------
    projects : pyarrow.Table
        Schema `PROJECTS`.

    Returns
    -------
    bool array, shape (n projects,)
        Every predicate on the project holds. What a rule only *notes* does not narrow it.
    """
    mask = np.ones(len(projects), dtype=bool)
    for name, values in rule.applies_to.items():
        predicate = PREDICATES[name]
        if predicate.subject == "project" and name != "noted":
            column = projects.column(predicate.column)
            mask &= pc.is_in(column, pa.array(values, pa.string())).to_numpy(zero_copy_only=False)
    return mask


def noted(notes: Sequence[str], projects: pa.Table) -> npt.NDArray[np.bool_]:
    """Which projects carry one of these notes; shape (n projects,)."""
    mask = np.zeros(len(projects), dtype=bool)
    column = projects.column("notes").combine_chunks()
    if len(column) == 0:
        return mask
    hit = pc.is_in(pc.list_flatten(column), pa.array(notes, pa.string()))
    parents = pc.list_parent_indices(column)
    mask[pc.filter(parents, hit).to_numpy(zero_copy_only=False)] = True
    return mask


def layers_for(rule: Rule, layers: Sequence[Layer]) -> tuple[int, ...]:
    """Positions of the layers that can answer the rule: of its role, and of a kind it can measure on."""
    asked = rule.applies_to.get("role", ("",))[0]
    kinds = _KINDS.get(MEASURES[rule.measure].source, ())
    return tuple(i for i, a in enumerate(layers) if role_matches(asked, a.role) and a.kind in kinds)
