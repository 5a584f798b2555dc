"""Typed, frozen, serialisable values that every other part speaks in."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_WHERE = {
    "EXPOSURES": "finding",
    "FINDINGS": "finding",
    "LEDGER": "ledger",
    "NEAREST": "finding",
    "NOTES": "project",
    "PROJECTS": "project",
    "REJECTED": "finding",
    "ROLES": "layer",
    "SCREENED": "finding",
    "SEVERITY": "level",
    "ZONAL": "finding",
    "Country": "country",
    "Layer": "layer",
    "Level": "level",
    "Portfolio": "project",
    "Screening": "result",
    "countries": "country",
    "country_code": "country",
    "country_title": "country",
    "is_role": "layer",
    "role_title": "layer",
}
__all__ = [
    "EXPOSURES",
    "FINDINGS",
    "LEDGER",
    "NEAREST",
    "NOTES",
    "PROJECTS",
    "REJECTED",
    "ROLES",
    "SCREENED",
    "SEVERITY",
    "ZONAL",
    "Country",
    "Layer",
    "Level",
    "Portfolio",
    "Screening",
    "countries",
    "country_code",
    "country_title",
    "is_role",
    "role_title",
]

if TYPE_CHECKING:
    from .country import Country, countries, country_code, country_title
    from .finding import EXPOSURES, FINDINGS, NEAREST, REJECTED, SCREENED, ZONAL
    from .layer import ROLES, Layer, is_role, role_title
    from .ledger import LEDGER
    from .level import SEVERITY, Level
    from .project import NOTES, PROJECTS, Portfolio
    from .result import Screening


def __getattr__(name: str) -> Any:
    """Find a value where it is made: a level needs no tables, and `--help` none of what tables need."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_WHERE[name]}", __name__), name)
