"""The audit trail: append-only, each row sealed with the hash of the one before it.

A row's hash is the SHA-256 of the canonical JSON of all its other columns, among them the hash before. The head, one
row apart, says where the trail ends, so that cutting off its end is found as well; whoever writes also locks the head,
so that the order of the trail is the order of the commits.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, select, update

from ..text import Text
from .fetch import put_rows
from .schema import audit, audit_head

GENESIS = "0" * 64
_PAGE = 5_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One change, before it has its place in the trail."""

    action: str
    entity: str
    entity_id: str
    content: str


@dataclass(frozen=True, slots=True)
class Fault:
    """One place where the trail does not hold: ``altered``, ``missing``, ``inserted``, ``moved``, ``cut``."""

    seq: int
    kind: str
    text: Text


@dataclass(frozen=True, slots=True)
class Verified:
    """What a look through the whole trail found."""

    n: int
    seq: int
    hash: str
    faults: tuple[Fault, ...]

    @property
    def intact(self) -> bool:
        """Whether nothing was found."""
        return not self.faults


def canonical(value: Any) -> str:
    """JSON with one spelling: keys sorted, no spaces, no NaN.

    Examples
    --------
    >>> canonical({"b": 1, "a": ["路", None]})
    '{"a":["路",null],"b":1}'
    """
    return _ENCODER.encode(value)


def digest(row: Mapping[str, Any]) -> str:
    """The hash that a row should have."""
    sealed = [row[k] for k in ("seq", "at", "user_id", "by", "action", "entity", "entity_id", "content", "prev_hash")]
    return hashlib.sha256(canonical(sealed).encode("utf-8", "surrogatepass")).hexdigest()


def append(connection: Connection, at: datetime, user_id: int | None, by: str, entries: Sequence[Entry]) -> int:
    """Add rows to the end, in the transaction of what they tell of; the last sequence number.

    Other writers wait at the head until this transaction ends.
    """
    head = connection.execute(select(audit_head).where(audit_head.c.id == 1).with_for_update()).mappings().one()
    seq, last = int(head["seq"]), str(head["hash"])
    rows = []
    for entry in entries:
        seq += 1
        row: dict[str, Any] = {
            "seq": seq, "at": moment(at), "user_id": user_id, "by": by, "action": entry.action,
            "entity": entry.entity, "entity_id": entry.entity_id, "content": entry.content, "prev_hash": last,
        }  # fmt: skip
        row["hash"] = last = digest(row)
        rows.append(row)
    put_rows(connection, audit, rows)
    connection.execute(update(audit_head).where(audit_head.c.id == 1).values(seq=seq, hash=last))
    return seq


def moment(at: datetime) -> str:
    """A moment as the trail writes it.

    Examples
    --------
    >>> moment(datetime(2026, 1, 31, 8, tzinfo=UTC))
    '2026-01-31T08:00:00.000000Z'
    """
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def verify(connection: Connection, anchor: tuple[int, str] | None = None, *, limit: int = 100) -> Verified:
    """Read the whole trail and name every place where it does not hold.

    Parameters
    ----------
    anchor : tuple of int and str, optional
        A sequence number and its hash, noted earlier outside the database: proof against a trail rewritten whole.
    limit : int
        At most this many faults are told; the trail is read to its end all the same.
    """
    walk = _Walk(anchor)
    faults: list[Fault] = []
    for row in rows_of(connection):
        for fault in walk.step(row):
            if len(faults) < limit:
                faults.append(fault)
    head = connection.execute(select(audit_head)).mappings().all()
    faults += walk.end(head)
    return Verified(walk.n, walk.seq, walk.hash, tuple(faults))


def rows_of(connection: Connection) -> Iterator[Mapping[str, Any]]:
    """The trail in order, a page at a time."""
    last = -(2**62)
    while True:
        page = connection.execute(select(audit).where(audit.c.seq > last).order_by(audit.c.seq).limit(_PAGE))
        rows = page.mappings().all()
        yield from rows  # type: ignore[misc]  # a RowMapping is a mapping by name
        if len(rows) < _PAGE:
            return
        last = rows[-1]["seq"]


class _Walk:
    """Where a look through the trail stands."""

    def __init__(self, anchor: tuple[int, str] | None) -> None:
        self.n, self.seq, self.hash = 0, 0, GENESIS
        self._anchor = anchor

    def step(self, row: Mapping[str, Any]) -> Iterator[Fault]:
        seq, own = int(row["seq"]), str(row["hash"])
        whole = digest(row) == own
        if seq != self.seq + 1:
            gap = f"{self.seq + 1}–{seq - 1}" if seq > self.seq + 2 else str(self.seq + 1)
            if seq <= 0:
                yield Fault(seq, "inserted", Text(f"第{seq}条不可能存在", f"row {seq} cannot be"))
            else:
                yield Fault(self.seq + 1, "missing", Text(f"缺少第{gap}条", f"row {gap} is missing"))
        elif whole and row["prev_hash"] != self.hash:
            yield Fault(
                seq, "moved",
                Text(f"第{seq}条并不接在前一条之后：被插入、替换或调换过顺序",
                     f"row {seq} does not follow the one before it: inserted, replaced or put in another order"),
            )  # fmt: skip
        if not whole:
            yield Fault(
                seq, "altered",
                Text(f"第{seq}条的内容与其校验值不符：被改动过", f"row {seq} was altered: it does not match its hash"),
            )  # fmt: skip
        if self._anchor is not None and self._anchor[0] == seq and self._anchor[1] != own:
            yield Fault(
                seq, "altered", Text(f"第{seq}条与所记校验值不符：整条记录链被重写过",
                                     f"row {seq} has another hash than was noted: the trail was rewritten"),
            )  # fmt: skip
        self.n, self.seq, self.hash = self.n + 1, seq, own

    def end(self, head: Sequence[Mapping[Any, Any]]) -> Iterator[Fault]:
        if len(head) != 1:
            yield Fault(self.seq, "cut", Text("记录链的末端标记缺失", "the mark of where the trail ends is missing"))
            return
        seq, noted = int(head[0]["seq"]), str(head[0]["hash"])
        if seq > self.seq:
            yield Fault(
                self.seq + 1, "cut",
                Text(f"记录链应到第{seq}条，却止于第{self.seq}条：末尾被删",
                     f"the trail ends at row {self.seq}, not at {seq}: its end was removed"),
            )  # fmt: skip
        elif seq < self.seq:
            yield Fault(
                seq + 1, "inserted",
                Text(f"记录链应止于第{seq}条，其后各条为另行添加",
                     f"the trail should end at row {seq}: those after it were inserted"),
            )  # fmt: skip
        elif noted != self.hash:
            yield Fault(
                seq, "altered", Text(f"第{seq}条与末端标记不符", f"row {seq} does not match the mark of the end")
            )
        if self._anchor is not None and self._anchor[0] > self.seq:
            yield Fault(
                self.seq + 1, "cut",
                Text(f"所记第{self._anchor[0]}条已不存在",
                     f"row {self._anchor[0]}, noted earlier, is not there any more"),
            )  # fmt: skip


def plain(value: Any) -> Any:
    """What JSON has no word for: moments and days as ISO text, bytes by their hash, sets sorted."""
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return {"sha256": hashlib.sha256(value).hexdigest()}
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no place in the audit trail")


# Made once: it is used several times for every row that is written.
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, default=plain)
