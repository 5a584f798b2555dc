"""Factor tables and their one loader: each value with unit, bounds, source, place in it, year and state of checking.

A table is a file ``factors/NAME.csv`` with one value a row:

``item, what, value, low, high, unit, year, source, at, checked, note``

`low` and `high` bound the value where its source gives bounds (95 % unless the note says otherwise); `checked` is the
day a person last read it beside the source, empty where nobody has. ``factors/sources.csv`` lists the sources and
``factors/names.csv`` what items and values are called. Rows may be added; ids are permanent.
"""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from ..errors import UnknownNameError
from ..text import Text

_FOLDER = Path(__file__).parent / "factors"


@dataclass(frozen=True, slots=True)
class Source:
    """A publication that factors stand in.

    Attributes
    ----------
    kind : str
        ``guideline``, ``statistics``, ``law``, ``standard``, ``literature``, or ``convention``: our own choice, which
        there is nothing to check against.
    """

    id: str
    title: Text
    edition: str
    url: str
    kind: str

    @property
    def line(self) -> Text:
        """Title and edition."""
        tail = Text(f"（{self.edition}）", f" ({self.edition})") if self.edition else Text("", "")
        return Text(self.title.zh + tail.zh, self.title.en + tail.en)


@dataclass(frozen=True, slots=True)
class Factor:
    """One value of a table.

    Attributes
    ----------
    low, high : float or None
        Its bounds; None where its source gives none.
    year : str
        That it is of, or of the prices.
    at : str
        Table, page or row of the source.
    checked : date or None
        When a person last read it beside its source.
    """

    table: str
    item: str
    what: str
    value: float
    low: float | None
    high: float | None
    unit: str
    year: str
    source: Source
    at: str
    checked: date | None
    note: str = ""

    @property
    def id(self) -> str:
        """Permanent: ``fuels.natural_gas.ncv``."""
        return f"{self.table}.{self.item}.{self.what}"

    @property
    def is_unverified(self) -> bool:
        """Whether it claims a source that nobody has read it beside."""
        return self.checked is None and self.source.kind != "convention"

    @property
    def title(self) -> Text:
        """What it is of, and what it is."""
        item, what = name_of(self.table, self.item), name_of("", self.what)
        return Text(f"{item.zh} · {what.zh}", f"{item.en}, {what.en}")

    @property
    def number(self) -> str:
        """Value, bounds and unit."""
        unit = "" if self.unit == "1" else f" {self.unit}"
        bounds = "" if self.low is None or self.high is None else f" ({self.low:g}–{self.high:g})"
        return f"{self.value:.10g}{bounds}{unit}"

    @property
    def line(self) -> Text:
        """Number, source, place and state in one line."""
        rest = [part for part in (self.at, self.year) if part]
        state = Text("；未核对", "; unverified") if self.is_unverified else Text("", "")
        tail = "".join(f", {part}" for part in rest)
        return Text(
            f"{self.number}（{self.source.line.zh}{tail}{state.zh}）",
            f"{self.number} ({self.source.line.en}{tail}{state.en})",
        )

    def as_unverified(self) -> dict[str, Any]:
        """How it is listed among what nobody checked."""
        return {
            "rule_id": f"factor:{self.id}",
            "title_zh": f"{self.title.zh}：{self.number}",
            "title_en": f"{self.title.en}: {self.number}",
            "valid_from": self.year,
            "citation": {"line": self.source.line._asdict(), "at": self.at, "url": self.source.url, "checked": None},
        }

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "id": self.id, "value": self.value, "low": self.low, "high": self.high, "unit": self.unit,
            "year": self.year, "source": self.source.line._asdict(), "at": self.at, "url": self.source.url,
            "checked": self.checked.isoformat() if self.checked else None, "note": self.note,
        }  # fmt: skip


@dataclass(frozen=True)
class Table:
    """One table: factors by item and what they tell.

    Examples
    --------
    >>> table("fuels")["other_bituminous_coal", "ncv"].value
    25.8
    >>> table("fuels").get("peat", "sulphur") is None
    True
    """

    name: str
    rows: Mapping[tuple[str, str], Factor] = field(repr=False)

    @property
    def items(self) -> tuple[str, ...]:
        """In the order of the file, each once."""
        return tuple(dict.fromkeys(item for item, _ in self.rows))

    def having(self, what: str) -> tuple[str, ...]:
        """Items that have a value for `what`."""
        return tuple(item for item, told in self.rows if told == what)

    def of(self, item: str) -> dict[str, Factor]:
        """Everything told of an item.

        Raises
        ------
        UnknownNameError
            No such item; close names are given.
        """
        found = {what: factor for (told, what), factor in self.rows.items() if told == item}
        if not found:
            self._refuse(item, self.items, "")
        return found

    def get(self, item: str, what: str) -> Factor | None:
        """A factor, or None where the table has none: *unknown*, not zero."""
        return self.rows.get((item, what))

    def __getitem__(self, key: tuple[str, str]) -> Factor:
        """A factor that must be there.

        Raises
        ------
        UnknownNameError
            No such item, or the table tells nothing of this kind about it.
        """
        if key in self.rows:
            return self.rows[key]
        item, what = key
        self._refuse(item, self.having(what), what)
        raise AssertionError

    def __iter__(self) -> Iterator[Factor]:
        return iter(self.rows.values())

    def _refuse(self, item: str, known: tuple[str, ...], what: str) -> None:
        close = ", ".join(difflib.get_close_matches(item, known, n=3, cutoff=0.5) or known[:8])
        asked = name_of("", what) if what else Text("数据", "data")
        raise UnknownNameError(
            Text(f"表 {self.name} 中没有 {item} 的{asked.zh}", f"table {self.name} has no {asked.en} for {item!r}"),
            Text(f"可用：{close}", f"Try {close}"),
        )


@cache
def table(name: str) -> Table:
    """A factor table by its name."""
    rows: dict[tuple[str, str], Factor] = {}
    for number, row in enumerate(_read(name), start=2):
        key = row["item"], row["what"]
        if key in rows:
            raise ValueError(f"{name}.csv, row {number}: {key} stands there twice")
        rows[key] = Factor(
            table=name, item=row["item"], what=row["what"], value=float(row["value"]), low=_number(row["low"]),
            high=_number(row["high"]), unit=row["unit"], year=row["year"], source=sources()[row["source"]],
            at=row["at"], checked=date.fromisoformat(row["checked"]) if row["checked"] else None, note=row["note"],
        )  # fmt: skip
    return Table(name, rows)


@cache
def sources() -> Mapping[str, Source]:
    """Every source by its id."""
    return {
        row["id"]: Source(row["id"], Text(row["zh"], row["en"]), row["edition"], row["url"], row["kind"])
        for row in _read("sources")
    }


def name_of(table_name: str, item: str) -> Text:
    """What an item of a table is called; with an empty table name, what a kind of value is called."""
    return _names().get((table_name, item)) or Text(item.replace("_", " "), item.replace("_", " "))


def titles(table_name: str, items: tuple[str, ...]) -> dict[str, Text]:
    """Titles of items, for the choices of a tool."""
    return {item: name_of(table_name, item) for item in items}


def tables() -> tuple[str, ...]:
    """Names of all tables."""
    return tuple(sorted(p.stem for p in _FOLDER.glob("*.csv") if p.stem not in ("sources", "names")))


@cache
def _names() -> Mapping[tuple[str, str], Text]:
    return {(row["table"], row["item"]): Text(row["zh"], row["en"]) for row in _read("names")}


def _read(name: str) -> list[dict[str, str]]:
    with (_FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _number(text: str) -> float | None:
    return float(text) if text else None
