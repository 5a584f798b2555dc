"""Geometry on the ellipsoid: repair, areas and lengths, the compiled index and what is measured with it."""

from .index import Index
from .measure import Mapper, Overlap, Pairs, area_m2, length_m, nearest, overlap, within
from .repair import Geometries, Repaired, repair

__all__ = [
    "Geometries",
    "Index",
    "Mapper",
    "Overlap",
    "Pairs",
    "Repaired",
    "area_m2",
    "length_m",
    "nearest",
    "overlap",
    "repair",
    "within",
]
