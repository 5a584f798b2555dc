"""Where projects are, held in memory in the order of a map's tiles: a million of them are thinned in milliseconds.

What an actor may see is settled by the database (`access.visible`), once for each set of eyes and filters; after that
the trail of changes tells which projects to look at anew, so that a tile is never behind what was acknowledged.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from sqlalchemy import ColumnElement, Connection, case, select
from sqlalchemy.dialects import sqlite

from .access import Actor
from .fetch import rows_of
from .query import Filter, Register
from .schema import audit, audit_head, projects

Array = npt.NDArray[Any]
BITS = 26
"""Places are told apart to 1 / 2**BITS of the map's side, 0.6 m at the equator."""
_EDGE_DEG = 85.051128779806604
_CHUNK, _PIECE = 50_000, 500
_FEW = 2_000
"""As many changes are looked at one by one; with more, everything is read again."""
_MOST_HELD, _MOST_KEYS = 3_000_000, 200
COLOURS = ("", "green", "yellow", "red")
LEVELS = ("", "clear", "note", "unknown", "warning", "critical")
"""By their rank, `fields.LEVEL_RANK`."""
_COLUMNS = ("id", "west", "south", "east", "north", "rank", "unknown", "colour")


@dataclass(frozen=True)
class Points:
    """Projects that have a place, in the order of `code`.

    Attributes
    ----------
    seq : int
        The change of the trail up to which this holds.
    code : int64 (n,)
        Bits of column and row on the map of the world (EPSG:3857), interleaved: a tile is a run of them.
    id : int64 (n,)
    place : float64 (n, 2)
        Longitude and latitude in degrees, the middle of the box.
    box : float64 (n, 4)
        West, south, east, north in degrees.
    rank, colour : int8 (n,)
        Into `LEVELS` and `COLOURS`.
    unknown : bool (n,)
    """

    seq: int
    code: Array
    id: Array
    place: Array
    box: Array
    rank: Array
    colour: Array
    unknown: Array
    large: tuple[Array, Array, Array]
    """Those that are more than a point, the largest first: rows, sizes and sides (4, k), degrees."""
    tiles: OrderedDict[Any, bytes] = field(default_factory=OrderedDict, compare=False)
    """Tiles that were made of it."""

    def __len__(self) -> int:
        return len(self.id)

    def of_tile(self, z: int, x: int, y: int) -> slice:
        """The projects of a tile, 0 <= z <= BITS."""
        first = _interleaved(np.array([x]), np.array([y]))[0] << 2 * (BITS - z)
        ends = np.searchsorted(self.code, [first, first + (1 << 2 * (BITS - z))])
        return slice(int(ends[0]), int(ends[1]))

    def reaching(self, bbox: Sequence[float], least_deg: float, most: int) -> Array:
        """Rows of the largest projects that reach into a box and are at least so large."""
        rows, sizes, (west, south, east, north) = self.large
        n = int(np.searchsorted(-sizes, -least_deg, side="right"))
        meets = (west[:n] <= bbox[2]) & (east[:n] >= bbox[0]) & (south[:n] <= bbox[3]) & (north[:n] >= bbox[1])
        found: Array = rows[np.flatnonzero(meets)[:most]]
        return found


class _Held:
    """What was read, the least lately used dropped; of two who ask for the same, one reads and the other waits."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._alone: dict[str, tuple[threading.Lock, int]] = {}
        self._points: OrderedDict[str, Points] = OrderedDict()

    def get(self, key: str) -> Points | None:
        with self._guard:
            return self._points.get(key)

    def put(self, key: str, points: Points) -> None:
        with self._guard:
            self._points[key] = points
            self._points.move_to_end(key)
            while len(self._points) > 1 and (
                len(self._points) > _MOST_KEYS or sum(map(len, self._points.values())) > _MOST_HELD
            ):
                self._points.popitem(last=False)

    @contextmanager
    def alone(self, key: str) -> Iterator[None]:
        with self._guard:
            lock, n = self._alone.get(key, (threading.Lock(), 0))
            self._alone[key] = lock, n + 1
        try:
            with lock:
                yield
        finally:
            with self._guard:
                lock, n = self._alone.pop(key)
                if n > 1:
                    self._alone[key] = lock, n - 1


class Maps(Register):
    """Projects on maps of the world."""

    @cached_property
    def _held(self) -> _Held:
        return _Held()

    def points(self, actor: Actor, **wanted: Any) -> Points:
        """Where the projects are that the actor may see, as of the last acknowledged change.

        Parameters
        ----------
        **wanted
            Fields of `Filter`.
        """
        conditions = [*self._conditions(actor, Filter(**wanted)), projects.c.west.is_not(None)]
        key = " & ".join(_text(c) for c in conditions)
        with self._held.alone(key):
            with self.db.snapshot() as connection:
                made = self._renewed(connection, self._held.get(key), conditions, "portfolio" in wanted)
            self._held.put(key, made)
        return made

    def named(self, ids: Sequence[int]) -> dict[int, dict[str, str]]:
        """What a map writes beside single projects; the caller has them from `points`, so that they may be seen."""
        columns = [projects.c[n] for n in ("id", "code", "name", "name_zh", "country", "sector", "stage")]
        with self.db.read() as connection:
            rows = rows_of(connection, select(*columns).where(projects.c.id.in_(ids)))
        return {r["id"]: {k: v for k, v in r.items() if k != "id" and v} for r in rows}

    def outlines(self, ids: Sequence[int]) -> dict[int, Any]:
        """Geometries (shapely) of projects that the caller has from `points`."""
        asked = select(projects.c.id, projects.c.geometry).where(projects.c.id.in_(ids))
        with self.db.read() as connection:
            rows = rows_of(connection, asked)
        return {r["id"]: shapely.from_wkb(r["geometry"]) for r in rows if r["geometry"] is not None}

    def _renewed(
        self, connection: Connection, known: Points | None, conditions: Sequence[ColumnElement[bool]], rows: bool
    ) -> Points:
        seq = int(connection.scalar(select(audit_head.c.seq)) or 0)
        if known is None:
            return _read(connection, conditions, seq)
        if known.seq == seq:
            return known
        changed = _changed(connection, known.seq, rows)
        if changed is None:
            return _read(connection, conditions, seq)
        if not changed:
            return replace(known, seq=seq)
        ids = np.array(sorted(changed), np.int64)
        fresh = [part for ask in np.array_split(ids, -(-len(ids) // _PIECE))
                 for part in _parts(connection, [*conditions, projects.c.id.in_(ask.tolist())])]  # fmt: skip
        return _with(known, ids, fresh, seq)


def _changed(connection: Connection, since: int, rows: bool) -> set[int] | None:
    """Ids of projects that changed since; None where that cannot be told one by one."""
    found = connection.execute(
        select(audit.c.entity, audit.c.action, audit.c.entity_id).where(audit.c.seq > since).limit(_FEW + 1)
    ).all()
    whole = {("run", "finish"), ("portfolio", "register")} if rows else {("run", "finish")}
    if len(found) > _FEW or any((entity, action) in whole for entity, action, _ in found):
        return None
    return {int(number) for entity, _, number in found if entity == "project"}


def _read(connection: Connection, conditions: Sequence[ColumnElement[bool]], seq: int) -> Points:
    return _points(list(_parts(connection, conditions)), seq)


def _parts(connection: Connection, conditions: Sequence[ColumnElement[bool]]) -> Iterator[Array]:
    """Rows as numbers, shape (k, 8), some thousands at a time."""
    colours = {name: n for n, name in enumerate(COLOURS)}
    coloured = case(colours, value=projects.c.colour, else_=0).label("colour")
    columns = [coloured if name == "colour" else projects.c[name] for name in _COLUMNS]
    last = -1
    while True:
        ask = select(*columns).where(*conditions, projects.c.id > last).order_by(projects.c.id).limit(_CHUNK)
        if connection.dialect.name == "sqlite":
            rows = connection.execute(ask).cursor.fetchall()  # plain tuples, three times as quick
        else:
            rows = [tuple(r[name] for name in _COLUMNS) for r in rows_of(connection, ask)]
        if rows:
            made = np.fromiter(chain.from_iterable(rows), float, count=len(_COLUMNS) * len(rows))
            made = made.reshape(-1, len(_COLUMNS))
            wide = made[:, 3] - made[:, 1] > 180  # cut at the antimeridian: the middle of the box is elsewhere
            place = np.column_stack([(made[:, 1] + made[:, 3]) / 2, (made[:, 2] + made[:, 4]) / 2])
            if wide.any():
                place[wide] = _first_vertices(connection, made[wide, 0], place[wide])
            yield np.column_stack([made, place])
        if len(rows) < _CHUNK:
            return
        last = rows[-1][0]


def _first_vertices(connection: Connection, ids: Array, otherwise: Array) -> Array:
    out = otherwise.copy()
    for n, project_id in enumerate(ids.astype(int).tolist()):
        wkb = connection.scalar(select(projects.c.geometry).where(projects.c.id == project_id))
        if wkb is not None:
            out[n] = shapely.get_coordinates(shapely.from_wkb(wkb))[0]
    return out


def _points(parts: Sequence[Array], seq: int) -> Points:
    rows = np.concatenate(parts) if parts else np.empty((0, 10))
    code = _code(rows[:, 8], rows[:, 9])
    order = np.argsort(code, kind="stable")
    rows, code = rows[order], code[order]
    box = rows[:, 1:5].copy()
    return Points(
        seq, code, rows[:, 0].astype(np.int64), rows[:, 8:10].copy(), box, rows[:, 5].astype(np.int8),
        rows[:, 7].astype(np.int8), rows[:, 6] != 0, _large(box),
    )  # fmt: skip


def _large(box: Array) -> tuple[Array, Array, Array]:
    size = np.maximum(box[:, 2] - box[:, 0], box[:, 3] - box[:, 1])
    rows = np.flatnonzero(size > 0)
    rows = rows[np.argsort(-size[rows], kind="stable")]
    return rows, size[rows], np.ascontiguousarray(box[rows].T)


def _with(known: Points, ids: Array, fresh: Sequence[Array], seq: int) -> Points:
    """The same points, those of `ids` as they are now."""
    added = _points(fresh, seq)
    stay = ~np.isin(known.id, ids)
    at = np.searchsorted(known.code[stay], added.code)
    names = ("code", "id", "place", "box", "rank", "colour", "unknown")
    made = {n: np.insert(getattr(known, n)[stay], at, getattr(added, n), axis=0) for n in names}
    return Points(seq, **made, large=_large(made["box"]))


def _code(lon: Array, lat: Array) -> Array:
    y = np.radians(np.clip(lat, -_EDGE_DEG, _EDGE_DEG))
    across = (lon + 180) / 360
    down = (1 - np.arcsinh(np.tan(y)) / np.pi) / 2
    side = 1 << BITS
    column, row = (np.clip((v * side).astype(np.int64), 0, side - 1) for v in (across, down))
    return _interleaved(column, row)


def _interleaved(column: Array, row: Array) -> Array:
    """Bits of two numbers in turn, those of the row first.

    Examples
    --------
    >>> _interleaved(np.array([0b11, 1]), np.array([0b01, 0])).tolist()
    [7, 1]
    """
    made: Array = _spread(column) | _spread(row) << 1
    return made


def _spread(number: Array) -> Array:
    v: Array = number.astype(np.int64)
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF), (8, 0x00FF00FF00FF00FF), (4, 0x0F0F0F0F0F0F0F0F), (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    ):  # fmt: skip
        v |= v << shift
        v &= mask
    return v


def _text(condition: ColumnElement[bool]) -> str:
    """A condition with its values, as a key."""
    made = condition.compile(dialect=sqlite.dialect(paramstyle="named"))
    return f"{made} {sorted(made.params.items(), key=str)}"
