"""Every project in a row: what it was read as, what was noted on it, its worst level."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from ..model import SCREENED, Portfolio
from .tally import WORST_FIRST, Tally


def project_table(portfolio: Portfolio, tally: Tally) -> pa.Table:
    """Schema `SCREENED`, in the order of the file. `asset` is shared by projects at one place; notes stand joined
    by semicolons, in the words of `model.NOTES`.
    """
    projects = portfolio.projects
    levels = pa.array([str(level) for level in WORST_FIRST], pa.string())
    made = {
        "asset": projects["geometry"],
        "notes": pc.binary_join(projects["notes"].cast(pa.list_(pa.string())), "; "),
        "level": levels.take(pa.array(tally.worst())),
        "unknown": tally.has_unknown(),
        **{f"n_{level}": tally.by_project[:, i] for i, level in enumerate(WORST_FIRST)},
    }
    columns = [made[name] if name in made else projects[name] for name in SCREENED.names]
    return pa.table(columns, names=SCREENED.names).cast(SCREENED)
