"""The providers whose layers can be fetched, as records."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from ..errors import UnknownNameError
from ..text import Text
from .records import record, text_of

How = Literal["file", "tiles", "country", "wdpa", "user"]


@dataclass(frozen=True, slots=True)
class Connector:
    """How one dataset is had.

    Attributes
    ----------
    id : str
    title : Text
    role, provider, licence, citation, version : str
    terms : str
        URL of the terms that a user accepts.
    kind : str
        ``vector`` or ``raster``.
    how : str
        See ``data/connectors.yaml``.
    url : str
        Template; empty where the user brings the file.
    how_to_get : Text
    needs_token : bool
    token_url : str
        Where a token is asked for.
    scheme : str
        Of tiles.
    layer, id_field, name_field : str
        Which layer and columns of the file to read; empty for the usual.
    per_page : int
        Of a paged interface.
    checked : str or None
        The day the record was compared with the provider's pages.
    """

    id: str
    title: Text
    role: str
    provider: str
    licence: str
    terms: str
    citation: str
    kind: str
    how: How
    how_to_get: Text
    version: str = ""
    url: str = ""
    needs_token: bool = False
    token_url: str = ""
    scheme: str = ""
    layer: str = ""
    id_field: str = ""
    name_field: str = ""
    per_page: int = 50
    checked: str | None = None

    @property
    def user_supplied(self) -> bool:
        """Whether the user has to obtain the file."""
        return self.how == "user"


@cache
def connectors() -> dict[str, Connector]:
    """Every connector by id, in the order of the record."""
    out = {}
    for base, given in record("connectors").items():
        shared = {k: v for k, v in given.items() if k != "themes"}
        for theme, own in (given.get("themes") or {"": {}}).items():
            connector_id = f"{base}-{theme}" if theme else base
            out[connector_id] = _connector(connector_id, {**shared, **own})
    return out


def connector(connector_id: str) -> Connector:
    """One connector.

    Raises
    ------
    UnknownNameError
        Nobody knows it.
    """
    known = connectors()
    if connector_id not in known:
        near = [c for c in known if c.startswith(f"{connector_id}-")] or list(known)
        raise UnknownNameError(
            Text(f"没有名为 {connector_id!r} 的数据连接器", f"there is no connector {connector_id!r}"),
            Text(f"现有：{'、'.join(near)}", f"there are: {', '.join(near)}"),
        )
    return known[connector_id]


def _connector(connector_id: str, given: dict[str, Any]) -> Connector:
    fields = {**given, "title": text_of(given["title"]), "how_to_get": text_of(given["how_to_get"])}
    return Connector(id=connector_id, **fields)
