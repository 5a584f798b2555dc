"""Where a line or a site is better placed: cost surfaces, routes, alternatives, candidate sites."""

from .grid import Grid
from .large import CostSource, LargePath, least_cost_path_large
from .paths import Climb, NoRouteError, Path, Reach, cost_distance, least_cost_path

__all__ = [
    "Climb",
    "CostSource",
    "Grid",
    "LargePath",
    "NoRouteError",
    "Path",
    "Reach",
    "cost_distance",
    "least_cost_path",
    "least_cost_path_large",
]
