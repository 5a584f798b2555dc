"""The audit trail as an administrator reads and verifies it."""

from __future__ import annotations

from ..text import Text
from . import audit as chain
from .access import SYSTEM, Actor, require, visible
from .part import Part
from .records import AuditRow
from .schema import audit as audit_table
from .values import Page

_TRAIL = Text("审计记录", "the audit trail")


class Trail(Part):
    """Reading only: writing is part of every change."""

    def audit(
        self,
        actor: Actor,
        *,
        entity: str | None = None,
        entity_id: str | None = None,
        user: int | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Page[AuditRow]:
        """Rows of the trail, newest first.

        Raises
        ------
        ForbiddenError
            The actor is no administrator.
        """
        require(actor, "read-audit", kind=_TRAIL)
        conditions = [visible(actor, audit_table)]
        given = (("entity", entity), ("entity_id", entity_id), ("user_id", user))
        conditions += [audit_table.c[name] == value for name, value in given if value is not None]
        return self.page(audit_table, conditions, AuditRow, "audit", cursor, limit, descending=True, by="seq")

    def verify_audit(self, actor: Actor = SYSTEM, anchor: tuple[int, str] | None = None) -> chain.Verified:
        """Read the whole trail and name every place where it does not hold; see `audit.verify`."""
        require(actor, "read-audit", kind=_TRAIL)
        with self.db.snapshot() as connection:
            return chain.verify(connection, anchor)
