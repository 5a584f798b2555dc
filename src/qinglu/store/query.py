"""Projects found: filtered, sorted, a page at a time; counted for the strip of filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, column, false, func, or_, select, table, text, true

from ..errors import OptionError
from ..text import Text
from . import paging
from .access import Actor, visible
from .conditions import ProjectColumns, condition
from .fetch import rows_of
from .part import Part
from .projects import told
from .schema import projects, shares
from .values import Page, Project

_BOX = table("projects_box", *(column(name) for name in ("id", "west", "east", "south", "north")))
_NARROW_DEG2 = 2_000.0
"""A box up to this many square degrees goes through the R*Tree; a wider one is met faster by walking in order."""
ORDERS = {
    "id": paging.Order(projects.c.id, False, int),
    "name": paging.Order(projects.c.name, False, str),
    "country": paging.Order(projects.c.country, False, str),
    "sector": paging.Order(projects.c.sector, False, str),
    "level": paging.Order(projects.c.rank, True, int),
    "updated": paging.Order(projects.c.updated_at, True, datetime),
}
"""How a list can be sorted; ``level`` has the worst first, ``updated`` the newest."""
COUNTED = ("level", "colour", "country", "sector", "stage")
_WIDE = ("geometry", "extra")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which projects are wanted; what is None does not matter.

    Attributes
    ----------
    bbox : sequence of 4 floats
        West, south, east, north in degrees; west > east across the antimeridian. Boxes that touch count.
    country, sector, stage, level, colour : str or sequence of str
        One of these; level "" for those without a run yet.
    text : str
        Part of either name or of the code.
    updated_since : datetime
        Changed at this moment or later.
    organisation : int
        Owned by it.
    shared_with : int
        Shared with it.
    portfolio : int
        Read from this portfolio.
    unknown, published, archived : bool
    during : (date, date)
        Under way in this span, from the first day known of it to its closing; None leaves a side open.
    where : mapping
        A condition in CQL2 JSON, see `conditions`.
    """

    bbox: Sequence[float] | None = None
    country: str | Sequence[str] | None = None
    sector: str | Sequence[str] | None = None
    stage: str | Sequence[str] | None = None
    level: str | Sequence[str] | None = None
    colour: str | Sequence[str] | None = None
    text: str | None = None
    updated_since: datetime | None = None
    organisation: int | None = None
    shared_with: int | None = None
    portfolio: int | None = None
    unknown: bool | None = None
    published: bool | None = None
    archived: bool | None = False
    during: tuple[date | None, date | None] | None = None
    where: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many projects there are of each kind."""

    total: int
    unknown: int
    by: dict[str, dict[str, int]]


_SHARES = select(shares.c.project_id, shares.c.organisation_id).where(
    shares.c.project_id.in_(bindparam("ids", expanding=True, literal_execute=True))
)
"""Made once: a statement that holds a hundred values takes as long to make as to run."""


class Place(NamedTuple):
    """What a map draws of a project: its box in degrees, and its geometry (WKB) where it was asked for."""

    id: int
    code: str
    name: str
    name_zh: str
    level: str
    unknown: bool
    colour: str
    west: float
    south: float
    east: float
    north: float
    geometry: bytes | None = None


class Register(Part):
    """The list of projects."""

    def projects(
        self,
        actor: Actor,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        order: str = "id",
        geometry: bool = True,
        **wanted: Any,
    ) -> Page[Project]:
        """A page of projects that the actor may see.

        Parameters
        ----------
        cursor : str, optional
            Of the page before.
        limit : int, optional
            1 to 1000; 100 without it.
        order : str
            One of `ORDERS`.
        geometry : bool
            With geometry and other columns of the file, which are wide.
        **wanted
            Fields of `Filter`.

        Raises
        ------
        OptionError
            A filter, order, limit or cursor that cannot be.
        """
        limit = paging.checked_limit(limit)
        by = paging.chosen(ORDERS, order)
        conditions = [*self._conditions(actor, Filter(**wanted)), *paging.after(by, projects.c.id, order, cursor)]
        columns = [c for c in projects.c if geometry or c.name not in _WIDE]
        keys = [by.column, projects.c.id] if by.column is not projects.c.id else [projects.c.id]
        found = select(*columns).where(*conditions)
        found = found.order_by(*(k.desc() if by.descending else k.asc() for k in keys)).limit(limit + 1)
        with self.db.read() as connection:
            rows = rows_of(connection, found)
            ids = [r["id"] for r in rows[:limit]]
            with_whom: dict[int, set[int]] = {}
            for project_id, organisation_id in connection.execute(_SHARES, {"ids": ids}) if ids else ():
                with_whom.setdefault(project_id, set()).add(organisation_id)
        items = tuple(
            told(actor, Project.of(r, shared_with=frozenset(with_whom.get(r["id"], ())))) for r in rows[:limit]
        )
        last = rows[limit - 1] if len(rows) > limit else None
        return Page(items, None if last is None else paging.made(order, last[by.column.name], last["id"]))

    def places(self, actor: Actor, *, limit: int = 20_000, geometry: bool = False, **wanted: Any) -> list[Place]:
        """Projects that have a place, the worst first, for a tile of a map.

        Parameters
        ----------
        limit : int
            At most this many; beyond it the least bad are left out.
        geometry : bool
            With geometries; a box is enough for a point and for whatever is smaller than a pixel.
        **wanted
            Fields of `Filter`.
        """
        names = [n for n in Place._fields if geometry or n != "geometry"]
        found = select(*(projects.c[n] for n in names)).where(
            *self._conditions(actor, Filter(**wanted)), projects.c.west.is_not(None)
        ).order_by(projects.c.rank.desc(), projects.c.id.desc()).limit(limit)  # fmt: skip
        with self.db.read() as connection:
            return [Place(**row) for row in rows_of(connection, found)]

    def counts(self, actor: Actor, **wanted: Any) -> Counts:
        """How many projects match, in all and by each of `COUNTED`, from one walk over them."""
        columns = [projects.c[name] for name in COUNTED]
        found = select(*columns, projects.c.unknown, func.count().label("n")).where(
            *self._conditions(actor, Filter(**wanted))
        ).group_by(*columns, projects.c.unknown)  # fmt: skip
        by: dict[str, dict[str, int]] = {name: {} for name in COUNTED}
        total = unknown = 0
        with self.db.read() as connection:
            for row in connection.execute(found).mappings():
                total += row["n"]
                unknown += row["n"] if row["unknown"] else 0
                for name in COUNTED:
                    by[name][row[name]] = by[name].get(row[name], 0) + row["n"]
        return Counts(total, unknown, {k: dict(sorted(v.items())) for k, v in by.items()})

    def _conditions(self, actor: Actor, wanted: Filter) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = [visible(actor, projects)]
        for name in COUNTED:
            given = getattr(wanted, name)
            if given is not None:
                values = [given] if isinstance(given, str) else list(given)
                found.append(projects.c[name].in_(values) if len(values) != 1 else projects.c[name] == values[0])
        flags = ((name, getattr(wanted, name)) for name in ("unknown", "published", "archived"))
        found += [projects.c[name] == (true() if flag else false()) for name, flag in flags if flag is not None]
        if wanted.organisation is not None:
            found.append(projects.c.organisation_id == wanted.organisation)
        if wanted.updated_since is not None:
            found.append(projects.c.updated_at >= _moment(wanted.updated_since))
        if wanted.shared_with is not None:
            held = select(shares.c.project_id).where(shares.c.organisation_id == wanted.shared_with)
            found.append(projects.c.id.in_(held))
        if wanted.portfolio is not None:
            from .schema import portfolio_rows

            held = select(portfolio_rows.c.project_id).where(
                portfolio_rows.c.portfolio_id == wanted.portfolio, visible(actor, portfolio_rows)
            )
            found.append(projects.c.id.in_(held))
        if wanted.text:
            found.append(projects.c.search.contains(wanted.text.casefold()[:200], autoescape=True))
        if wanted.during is not None:
            found += _under_way(*wanted.during)
        if wanted.where is not None:
            found.append(condition(wanted.where, ProjectColumns(self.db.is_sqlite)))
        if wanted.bbox is not None:
            found.append(self._within(checked_bbox(wanted.bbox)))
        return found

    def _within(self, bbox: tuple[float, float, float, float]) -> ColumnElement[bool]:
        west, south, east, north = bbox
        if west > east:
            return or_(self._within((west, south, 180.0, north)), self._within((-180.0, south, east, north)))
        exact = and_(
            projects.c.west <= east, projects.c.east >= west, projects.c.south <= north, projects.c.north >= south
        )
        if (east - west) * (north - south) > _NARROW_DEG2:
            return exact
        if self.db.is_sqlite:
            # The tree keeps 32-bit sides, rounded outward: it finds candidates, the exact sides decide.
            near = select(_BOX.c.id).where(
                _BOX.c.west <= east, _BOX.c.east >= west, _BOX.c.south <= north, _BOX.c.north >= south
            )
            return and_(projects.c.id.in_(near), exact)
        box = text(
            "box(point(projects.west, projects.south), point(projects.east, projects.north)) && "
            "box(point(:west_, :south_), point(:east_, :north_))"
        ).bindparams(west_=west, south_=south, east_=east, north_=north)
        return and_(box, exact)


def _under_way(first: date | None, last: date | None) -> list[ColumnElement[bool]]:
    began = func.coalesce(
        projects.c.approved_on, projects.c.construction_on, projects.c.operation_on, projects.c.closing_on
    )
    found: list[ColumnElement[bool]] = [began.is_not(None) if last is None else began <= last]
    if first is not None:
        found.append(or_(projects.c.closing_on.is_(None), projects.c.closing_on >= first))
    return found


def checked_bbox(given: Sequence[float]) -> tuple[float, float, float, float]:
    """West, south, east, north, if they are.

    Raises
    ------
    OptionError
        Not four numbers, or outside the globe.

    Examples
    --------
    >>> checked_bbox([170, -10, -170, 10])
    (170.0, -10.0, -170.0, 10.0)
    """
    try:
        west, south, east, north = (float(v) for v in given)
        sound = -180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90
    except (TypeError, ValueError):
        sound = False
    if not sound:
        raise OptionError(
            Text(f"范围 {given} 无效", f"{given} is no bounding box"),
            Text("依次为西、南、东、北，单位为度，如 90,5,110,25", "West, south, east, north in degrees: 90,5,110,25"),
            where="bbox",
        )
    return west, south, east, north


def _moment(given: Any) -> datetime:
    if not isinstance(given, datetime) or given.tzinfo is None:
        raise OptionError(
            Text(f"{given} 不是带时区的时间", f"{given} is no moment with its zone"),
            Text("如 2026-01-31T08:00:00Z", "For example 2026-01-31T08:00:00Z"),
            where="updated_since",
        )
    return given
