"""Organisations, users and how they prove who they are."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text, UniqueConstraint

from .base import Json, Moment, key, metadata, to

ORGANISATION_KINDS = ("company", "bank", "agency", "other")
ROLES = ("company", "bank", "agency", "steward", "administrator", "reader")

organisations = Table(
    "organisations",
    metadata,
    key(),
    Column("kind", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("name_zh", Text, nullable=False, default=""),
    Column("countries", Json, nullable=False, default=list),  # remit of an agency: alpha-3 codes, "*" for all
    Column("sectors", Json, nullable=False, default=list),  # remit of an agency: sectors, "*" for all
    Column("disabled", Boolean, nullable=False, default=False),
    Column("version", Integer, nullable=False, default=1),
    Column("created_at", Moment, nullable=False),
    sqlite_autoincrement=True,
)
users = Table(
    "users",
    metadata,
    key(),
    Column("email", String(320), nullable=False),  # casefolded; how a person signs in
    Column("name", Text, nullable=False, default=""),
    Column("password", Text),  # argon2id; null where an identity provider vouches
    Column("subject", Text),  # "issuer subject" of OpenID Connect
    Column("lang", String(2), nullable=False, default="en"),
    Column("disabled", Boolean, nullable=False, default=False),
    Column("must_change", Boolean, nullable=False, default=False),  # a one-time password
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("email"),
    UniqueConstraint("subject"),
    sqlite_autoincrement=True,
)
memberships = Table(
    "memberships",
    metadata,
    key(),
    to("users", "user_id", cascade=True),
    to("organisations", "organisation_id", cascade=True, index=True),
    Column("role", String(16), nullable=False),
    UniqueConstraint("user_id", "organisation_id", "role"),
    sqlite_autoincrement=True,
)
sessions = Table(
    "sessions",
    metadata,
    key(),
    Column("secret", String(64), nullable=False, unique=True),  # SHA-256 of what the cookie holds
    to("users", "user_id", cascade=True, index=True),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("address", String(64), nullable=False, default=""),
    Column("agent", String(256), nullable=False, default=""),
    sqlite_autoincrement=True,
)
tokens = Table(
    "tokens",
    metadata,
    key(),
    Column("secret", String(64), nullable=False, unique=True),  # SHA-256 of the token
    Column("prefix", String(12), nullable=False),  # its first characters, for its owner to tell it by
    to("users", "user_id", cascade=True, index=True),
    Column("name", Text, nullable=False),
    Column("scopes", Json, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
    Column("revoked_at", Moment),
    sqlite_autoincrement=True,
)
attempts = Table(
    "attempts",
    metadata,
    key(),
    Column("at", Moment, nullable=False, index=True),
    Column("account", String(64), nullable=False),  # SHA-256: an address mistyped may be somebody's password
    Column("address", String(64), nullable=False),
    Column("succeeded", Boolean, nullable=False),
    Index("ix_attempts_account_at", "account", "at"),
    Index("ix_attempts_address_at", "address", "at"),
    sqlite_autoincrement=True,
)
