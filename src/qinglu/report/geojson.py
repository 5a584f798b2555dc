"""Projects as GeoJSON: where each one is, its worst level, its counts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from ..model import Portfolio
from .tally import WORST_FIRST, Tally

_ROWS = 10_000
_FIELDS = (
    "project_id", "name", "name_zh", "country", "country_given", "sector", "stage",
    "source_row", "shape", "notes",
)  # fmt: skip


def write_geojson(path: Path, portfolio: Portfolio, tally: Tally) -> None:
    """One feature per project, in the order of the file; rings turn as RFC 7946 asks.

    Every feature carries ``level`` (the worst), ``unknown`` (whether anything is) and the number of
    findings at each level.
    """
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write('{"type":"FeatureCollection","features":[')
        for i, feature in enumerate(_features(portfolio, tally)):
            file.write(("," if i else "") + "\n" + feature)
        file.write("\n]}\n")


def _features(portfolio: Portfolio, tally: Tally) -> Iterator[str]:
    worst, unknown = tally.worst(), tally.has_unknown()
    geometry_rows = portfolio.projects["geometry"].to_numpy()
    for start in range(0, portfolio.projects.num_rows, _ROWS):
        projects = portfolio.projects.slice(start, _ROWS).select(_FIELDS).to_pylist()
        here = slice(start, start + len(projects))
        shapes = shapely.to_geojson(shapely.orient_polygons(portfolio.geometries[geometry_rows[here]]))
        for i, (project, shape) in enumerate(zip(projects, shapes, strict=True), start):
            properties = project | _counts(tally.by_project[i], worst[i], bool(unknown[i]))
            text = json.dumps(properties, ensure_ascii=False, separators=(",", ":"))
            yield f'{{"type":"Feature","properties":{text},"geometry":{shape}}}'


def _counts(counts: np.ndarray[Any, np.dtype[np.int32]], worst: np.int64, unknown: bool) -> dict[str, Any]:
    numbers = {f"n_{level}": int(n) for level, n in zip(WORST_FIRST, counts, strict=True)}
    return {"level": str(WORST_FIRST[worst]), "unknown": unknown, **numbers}
