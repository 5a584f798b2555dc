"""Typed, frozen, serialisable values that every other part speaks in."""

from .finding import EXPOSURES, FINDINGS, NEAREST, REJECTED, SEVERITY, ZONAL, Level
from .layer import ROLES, Layer, is_role, role_title
from .project import NOTES, PROJECTS, Portfolio
from .result import Screening

__all__ = [
    "EXPOSURES", "FINDINGS", "NEAREST", "NOTES", "PROJECTS", "REJECTED", "ROLES", "SEVERITY", "ZONAL",
    "Layer", "Level", "Portfolio", "Screening", "is_role", "role_title",
]
