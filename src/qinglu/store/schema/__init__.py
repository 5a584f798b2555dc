"""Every table of the store."""

from .base import Json, Moment, metadata
from .people import ORGANISATION_KINDS, ROLES, attempts, memberships, organisations, sessions, tokens, users
from .projects import attachments, comments, documents, project_versions, projects, shares
from .system import audit, audit_head, job_events, jobs
from .work import actions, findings, layers, portfolio_rows, portfolios, rules, run_projects, runs

__all__ = [
    "ORGANISATION_KINDS",
    "ROLES",
    "Json",
    "Moment",
    "actions",
    "attachments",
    "attempts",
    "audit",
    "audit_head",
    "comments",
    "documents",
    "findings",
    "job_events",
    "jobs",
    "layers",
    "memberships",
    "metadata",
    "organisations",
    "portfolio_rows",
    "portfolios",
    "project_versions",
    "projects",
    "rules",
    "run_projects",
    "runs",
    "sessions",
    "shares",
    "tokens",
    "users",
]
