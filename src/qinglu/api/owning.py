"""For which organisation somebody acts, where they do not say."""

from __future__ import annotations

from ..errors import OptionError
from ..store import Actor
from ..text import Text


def organisation_for(actor: Actor, asked: int | None, *roles: str) -> int:
    """The organisation asked for, or the only one in which the actor has one of these roles.

    Raises
    ------
    OptionError
        None was asked for, and there is none or more than one.
    """
    if asked is not None:
        return asked
    own = sorted(actor.organisations(*roles))
    if len(own) == 1:
        return own[0]
    raise OptionError(
        Text("请指明机构", "the organisation has to be named"),
        Text(f"可用：{'、'.join(map(str, own)) or '无'}", f"Yours: {', '.join(map(str, own)) or 'none'}"),
        where="organisation",
    )


def working_for(actor: Actor) -> int | None:
    """The organisation a tool's job is for: the first in which the actor works; None for a steward's own."""
    own = sorted(actor.organisations("company", "bank", "agency"))
    return own[0] if own else None
