"""Where a line or a site is better placed: cost surfaces, routes, alternatives, candidate sites.

>>> import numpy as np
>>> from qinglu.siting import Grid, least_cost_path
>>> cost = np.ones((100, 100))
>>> path = least_cost_path(cost, Grid.lonlat((100, 100), 38.0, 10.0, 0.01), (0, 0), (99, 99))
>>> f"{path.length_m / 1000:.1f} km"
'154.3 km'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_WHERE = {
    "Alternatives": "alternatives",
    "Climb": "paths",
    "Corridor": "corridor",
    "CostSource": "large",
    "Front": "front",
    "Given": "given",
    "Grid": "grid",
    "LargePath": "large",
    "NoRouteError": "paths",
    "Path": "paths",
    "PlaceError": "ends",
    "Reach": "paths",
    "Scored": "score",
    "Smoothed": "smooth",
    "Surfaces": "problem",
    "best_sites": "sites",
    "build": "surfaces",
    "cell_at": "ends",
    "cost_distance": "paths",
    "dissimilar": "alternatives",
    "least_cost_path": "paths",
    "least_cost_path_large": "large",
    "pareto_paths": "front",
    "read_alignment": "alignment",
    "smoothed": "smooth",
    "trade_off": "front",
}
__all__ = sorted(_WHERE)
# What is named like its module is taken from there: ``from qinglu.siting.score import score``.

if TYPE_CHECKING:
    from .alignment import read_alignment
    from .alternatives import Alternatives, dissimilar
    from .corridor import Corridor
    from .ends import PlaceError, cell_at
    from .front import Front, pareto_paths, trade_off
    from .given import Given
    from .grid import Grid
    from .large import CostSource, LargePath, least_cost_path_large
    from .paths import Climb, NoRouteError, Path, Reach, cost_distance, least_cost_path
    from .problem import Surfaces
    from .score import Scored
    from .sites import best_sites
    from .smooth import Smoothed, smoothed
    from .surfaces import build


def __getattr__(name: str) -> Any:
    """Loaded when first asked for: a path over an array needs no reader of files."""
    if name not in _WHERE:
        raise AttributeError(f"module 'qinglu.siting' has no attribute {name!r}")
    return getattr(import_module(f".{_WHERE[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
