"""What the findings of a screening say of each project's place, as the rulebook asks it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .outcomes import Bools, Ints
from .subjects import words


@dataclass(frozen=True)
class Places:
    """Per project, shape (n projects,).

    Attributes
    ----------
    found : int array
        Bit n stands for the nth of `names`.
    names : tuple of str
        Location findings of the duties.
    infringes : bool array
        Something ecologically important is touched.
    untold : bool array
        Nothing is known to be touched, and a layer that would tell is not there or could not say.
    """

    found: Ints
    names: tuple[str, ...]
    infringes: Bools
    untold: Bools

    def of(self, row: int) -> frozenset[str]:
        """The location findings of one project."""
        return frozenset(n for bit, n in enumerate(self.names) if self.found[row] >> bit & 1)


def places(judged: pa.Table, ids: pa.Array) -> Places:
    """Read the findings of a chunk.

    Parameters
    ----------
    judged : pyarrow.Table
        Schema `FINDINGS`.
    ids : pyarrow.Array
        Ids of the projects of the chunk, in their order.
    """
    sensitive = words().sensitive
    found = np.zeros(len(ids), dtype=np.int64)
    infringes, untold = np.zeros(len(ids), dtype=np.bool_), np.zeros(len(ids), dtype=np.bool_)
    names = tuple(dict.fromkeys(str(s["finding"]) for s in sensitive.values()))
    for rule_id, asked in sensitive.items():
        some = judged.filter(pc.equal(judged["rule_id"], rule_id))
        row = pc.index_in(some["project_id"], value_set=ids).to_numpy().astype(np.int64)
        level = some["level"].to_numpy(zero_copy_only=False).astype(object)
        value = pc.fill_null(some["value"], np.nan).to_numpy()
        judges_distance = pc.equal(some["measure"], "distance").to_numpy(zero_copy_only=False)
        known = (level != "unknown") & (level != "clear")
        hit = known & (~judges_distance | (value == 0) | bool(asked.get("near")))
        found[row[hit]] |= 1 << names.index(asked["finding"])
        if asked.get("area"):
            infringes[row[hit]] = True
            untold[row[level == "unknown"]] = True
    return Places(found, names, infringes, untold & ~infringes)
