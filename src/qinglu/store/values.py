"""What the store gives back: frozen values, one for each kind of record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from functools import cache
from typing import Any, Generic, Self, TypeVar

import shapely

from ..text import Text
from .audit import moment


class Value:
    """A record that is made from a row and told as JSON."""

    hidden: tuple[str, ...] = ()

    @classmethod
    def of(cls, row: Mapping[Any, Any], **more: Any) -> Self:
        """From a row whose columns bear the names of the fields; columns without a field are left aside."""
        kind: Any = cls
        return cls(**{name: row[name] for name in _names(kind) if name in row}, **more)

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it: moments and days as ISO text."""
        kind: Any = type(self)
        return {name: plain(getattr(self, name)) for name in _names(kind) if name not in self.hidden}


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind))


_SIMPLE = frozenset({str, int, float, bool, type(None)})


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if type(value) in _SIMPLE:  # nearly all of a page: asked first, for a page asks four thousand times
        return value
    if isinstance(value, Value):
        return value.as_dict()
    if isinstance(value, Text):
        return value._asdict()
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return value


@dataclass(frozen=True, slots=True)
class Organisation(Value):
    """One that owns projects, has projects shared with it, or has a remit."""

    id: int
    kind: str
    name: str
    name_zh: str
    countries: Sequence[str]
    sectors: Sequence[str]
    disabled: bool
    version: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class User(Value):
    """One person; never with the password."""

    id: int
    email: str
    name: str
    lang: str
    disabled: bool
    must_change: bool
    created_at: datetime
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Role(Value):
    """A user's role in an organisation."""

    id: int
    user_id: int
    organisation_id: int
    role: str


@dataclass(frozen=True, slots=True)
class Session(Value):
    """A signed-in browser."""

    id: int
    user_id: int
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    agent: str


@dataclass(frozen=True, slots=True)
class Token(Value):
    """A token of a user; what it is itself nobody can read again."""

    id: int
    user_id: int
    prefix: str
    name: str
    scopes: Sequence[str]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Project(Value):
    """One overseas project as it stands.

    Attributes
    ----------
    code : str
        Its id as its owner writes it; `id` is the store's.
    level, unknown, colour, n_critical… :
        Of the latest run of its owner; level "" before the first.
    geometry : bytes or None
        WKB, WGS 84 longitude/latitude; None too where a list was asked for without.
    west, south, east, north : float or None
        Degrees; None where there is no geometry.
    capacity : float or None
        In `capacity_unit`.
    cost : float or None
        In `currency` (ISO 4217).
    """

    id: int
    organisation_id: int
    code: str
    version: int
    name: str
    name_zh: str
    country: str
    country_given: str
    sector: str
    technology: str
    capacity: float | None
    capacity_unit: str
    stage: str
    approved_on: date | None
    construction_on: date | None
    operation_on: date | None
    closing_on: date | None
    cost: float | None
    currency: str
    shape: str
    notes: Sequence[str]
    west: float | None
    south: float | None
    east: float | None
    north: float | None
    published: bool
    archived: bool
    level: str
    unknown: bool
    colour: str
    run_id: int | None
    n_critical: int
    n_warning: int
    n_note: int
    n_unknown: int
    n_clear: int
    created_at: datetime
    updated_at: datetime
    updated_by: int | None
    extra: Mapping[str, Any] = field(default_factory=dict)
    geometry: bytes | None = None
    shared_with: frozenset[int] = frozenset()

    @property
    def geom(self) -> Any:
        """The geometry as shapely has it, or None."""
        return None if self.geometry is None else shapely.from_wkb(self.geometry)

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it, the geometry as GeoJSON."""
        found = ((name, getattr(self, name)) for name in _names(Project) if name != "geometry")
        made = {name: v if type(v) in _SIMPLE else plain(v) for name, v in found}
        made["geometry"] = None if self.geometry is None else shapely.geometry.mapping(self.geom)
        return made


@dataclass(frozen=True, slots=True)
class ProjectVersion(Value):
    """One change of a project: who, when, what, why."""

    project_id: int
    version: int
    at: datetime
    user_id: int | None
    by: str
    why: str
    changes: Mapping[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Share(Value):
    """That a bank may see a project."""

    id: int
    project_id: int
    organisation_id: int
    at: datetime
    user_id: int | None


@dataclass(frozen=True, slots=True)
class Comment(Value):
    """A comment on a project, or an agency's return of it."""

    id: int
    project_id: int
    organisation_id: int | None
    user_id: int | None
    by: str
    kind: str
    text: str
    at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Attachment(Value):
    """A document filed with a project; several may be the same bytes."""

    id: int
    project_id: int
    sha256: str
    name: str
    type: str
    size: int
    title: str
    published: bool
    user_id: int | None
    by: str
    at: datetime


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of a list, and where to go on; `cursor` is None at its end."""

    items: tuple[T, ...]
    cursor: str | None = None

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)
