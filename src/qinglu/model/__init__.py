"""Typed, frozen, serialisable values that every other part speaks in."""

from .country import Country, countries, country_code, country_title
from .finding import EXPOSURES, FINDINGS, NEAREST, REJECTED, SCREENED, SEVERITY, ZONAL, Level
from .layer import ROLES, Layer, is_role, role_title
from .ledger import LEDGER
from .project import NOTES, PROJECTS, Portfolio
from .result import Screening

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
