"""Which layer would answer a question, and how it is had: the sentence beside every *unknown*."""

from __future__ import annotations

from ..text import Text
from .records import record, text_of


def advice(role: str) -> Text:
    """What to do where no layer of `role` is at hand.

    Examples
    --------
    >>> advice("ecoregion").en
    'No layer of ecoregions: run `qinglu atlas fetch resolve-ecoregions` (CC BY 4.0).'
    >>> "hazard.flood" in advice("hazard.flood").en
    True
    """
    return text_of(_entry(role)).format(role=role)


def connectors_for(role: str) -> tuple[str, ...]:
    """Ids of the connectors that bring a layer of `role`, the best first."""
    return tuple(_entry(role)["connectors"])


def _entry(role: str) -> dict[str, str]:
    known = record("advice")
    family = "hazard" if role.startswith("hazard.") else "other"
    found: dict[str, str] = known.get(role) or known[family]
    return found
