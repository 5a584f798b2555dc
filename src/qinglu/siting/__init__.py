"""Where a line or a site is better placed: cost surfaces, routes, alternatives, candidate sites."""

from .grid import Grid
from .paths import Climb, NoRouteError, Path, Reach, cost_distance, least_cost_path

__all__ = ["Climb", "Grid", "NoRouteError", "Path", "Reach", "cost_distance", "least_cost_path"]
