"""What the store refuses, and why: one type for each thing a caller would tell apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from ..errors import InputError, QingluError
from ..text import Text


class NotFoundError(InputError):
    """Nothing of that id, or nothing that this actor may see: the two are never told apart."""

    slug = "not-found"

    @classmethod
    def of(cls, kind: Text, id: object) -> NotFoundError:  # noqa: A002 - the word for it
        """That there is no such thing."""
        return cls(
            Text(f"没有编号为 {id} 的{kind.zh}，或您无权查看", f"there is no {kind.en} {id}, or you may not see it"),
            Text("请核对编号，或请其所有者与您共享", "Check the id, or ask its owner to share it with you"),
        )


class ForbiddenError(QingluError):
    """The actor may see the thing but not do this to it."""

    slug = "forbidden"
    exit_code = 2


class SignInError(InputError):
    """Wrong password, or a session or token that does not count any more."""

    slug = "sign-in"


class ThrottledError(QingluError):
    """Too many failed attempts to sign in.

    Attributes
    ----------
    retry_after_s : int
        Seconds until the next attempt is looked at.
    """

    slug = "throttled"
    exit_code = 2

    def __init__(self, what: Text, remedy: Text | None = None, *, retry_after_s: int) -> None:
        super().__init__(what, remedy)
        self.retry_after_s = retry_after_s


class ConflictError(QingluError):
    """Somebody else changed it since it was read.

    Attributes
    ----------
    current_version : int
        The version it has now.
    changes : sequence of mapping
        Versions since the one expected: ``version``, ``at``, ``by``, ``fields``, ``why``.
    """

    slug = "conflict"
    exit_code = 2

    def __init__(
        self,
        what: Text,
        remedy: Text | None = None,
        *,
        current_version: int,
        changes: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        super().__init__(what, remedy)
        self.current_version = current_version
        self.changes = tuple(changes)


class ExistsError(InputError):
    """Something of that name or id is there already."""

    slug = "exists"


class SchemaError(QingluError):
    """The database was made by another version of Qinglu."""

    slug = "schema"
    exit_code = 2


class StoreUnavailableError(QingluError):
    """The database cannot be reached, is full or is busy; nothing was written."""

    slug = "store-unavailable"
    retry_after_s: ClassVar[int] = 5


class LeaseLostError(QingluError):
    """A worker took so long that its job was given to another, or the job ended meanwhile."""

    slug = "lease-lost"
