"""What is kept of passwords and other secrets: never they themselves."""

from __future__ import annotations

import hashlib
import secrets
from functools import cache
from typing import TYPE_CHECKING

from ..errors import OptionError
from ..text import Text

if TYPE_CHECKING:
    from argon2 import PasswordHasher

_SHORTEST, _LONGEST = 12, 256


def sealed(secret: str) -> str:
    """What is kept of a secret that is random already: its SHA-256."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def hashed(password: str) -> str:
    """What is kept of a password: argon2id, with the library's present defaults."""
    return hasher().hash(password)


def checked_password(password: str) -> str:
    """The password, if it may be one.

    Raises
    ------
    OptionError
        Shorter than 12 characters, or longer than 256.
    """
    if not _SHORTEST <= len(password) <= _LONGEST:
        raise OptionError(
            Text(f"密码须为{_SHORTEST}至{_LONGEST}个字符", f"a password has {_SHORTEST} to {_LONGEST} characters"),
            where="password",
        )
    return password


@cache
def hasher() -> PasswordHasher:
    """Of argon2, which need not be loaded before somebody signs in."""
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def nobody() -> str:
    """A hash that no password has: an unknown address takes as long to refuse as a known one."""
    return hashed(secrets.token_urlsafe(32))


def matches(kept: str, password: str) -> bool:
    """Whether this is the password that was kept."""
    from argon2.exceptions import InvalidHashError, VerificationError

    if len(password) > _LONGEST:
        return False
    try:
        return hasher().verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False
