"""The register: organisations, projects with their history, runs, findings, actions, jobs, and the trail of it all."""

from .access import PUBLIC, SCOPES, SYSTEM, Actor, Membership, may, visible
from .errors import (
    ConflictError,
    ExistsError,
    ForbiddenError,
    LeaseLostError,
    NotFoundError,
    SchemaError,
    SignInError,
    StoreUnavailableError,
    ThrottledError,
)
from .open import Store, default_url

__all__ = [
    "PUBLIC",
    "SCOPES",
    "SYSTEM",
    "Actor",
    "ConflictError",
    "ExistsError",
    "ForbiddenError",
    "LeaseLostError",
    "Membership",
    "NotFoundError",
    "SchemaError",
    "SignInError",
    "Store",
    "StoreUnavailableError",
    "ThrottledError",
    "default_url",
    "may",
    "visible",
]
