"""What things cost: modes, unit costs and penalties as data, with source, year and state of verification."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from ..errors import OptionError, UnknownNameError
from ..text import Text
from .problem import Mode

_COMMON = "_"
_MOST_BYTES = 1_000_000
_ABOVE_ZERO = ("flat", "all-structure-at", "corridor", "town-density", "earth-price", "people-strip")
_OF_A_LEAF = ("value", "unit", "year", "source", "checked")
_ASIDE = ("currency", "sources", "titles")


@dataclass(frozen=True, slots=True)
class Value:
    """One number of ``costs.yaml``.

    Attributes
    ----------
    id : str
        Its keys joined by dots: ``railway.flat``.
    year : int or None
        Of the price or of the source; None where the user gave none.
    checked : date or None
        When a person last read it beside its source.
    convention : bool
        Nobody's figure but our own choice: there is nothing to check it against.
    own : bool
        From the user's file.
    """

    id: str
    value: float
    unit: str
    year: int | None
    source: Text
    checked: date | None
    convention: bool = False
    own: bool = False

    @property
    def line(self) -> Text:
        """Number, unit, year, source and state in one line.

        Examples
        --------
        >>> Value("road.flat", 1000.0, "USD/m", 2006, Text("某报告", "A report"), None).line.en
        '1,000 USD/m (2006; A report; unverified)'
        """
        year = (f"{self.year}年；", f"{self.year}; ") if self.year else ("", "")
        state = ("；未核对", "; unverified") if self.is_unverified else ("", "")
        return Text(
            f"{self.number}（{year[0]}{self.source.zh}{state[0]}）",
            f"{self.number} ({year[1]}{self.source.en}{state[1]})",
        )

    @property
    def number(self) -> str:
        """Value and unit."""
        digits = f"{self.value:,.6g}" if abs(self.value) < 1e6 else f"{self.value:,.0f}"
        return digits if self.unit == "1" else f"{digits} {self.unit}"

    @property
    def is_unverified(self) -> bool:
        """Whether it claims a source that nobody has read it beside."""
        return self.checked is None and not self.convention and not self.own

    def as_unverified(self) -> dict[str, object]:
        """How it is listed among what nobody checked."""
        title = title_of(self.id)
        return {
            "rule_id": f"siting:{self.id}",
            "title_zh": f"{title.zh}：{self.number}",
            "title_en": f"{title.en}: {self.number}",
            "valid_from": str(self.year or ""),
            "citation": {"line": self.source._asdict(), "checked": None},
        }

    def as_dict(self) -> dict[str, object]:
        """As JSON values."""
        return {
            "id": self.id, "value": self.value, "unit": self.unit, "year": self.year,
            "source": self.source._asdict(), "checked": self.checked.isoformat() if self.checked else None,
            "convention": self.convention, "own": self.own,
        }  # fmt: skip


@dataclass(frozen=True)
class Costs(Mapping[str, Value]):
    """Every number by its id."""

    by_id: Mapping[str, Value] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Value:
        return self.by_id[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_id)

    def __len__(self) -> int:
        return len(self.by_id)

    def under(self, group: str) -> dict[str, Value]:
        """The numbers directly in a group, by their last key."""
        start = group + "."
        return {k[len(start) :]: v for k, v in self.by_id.items() if k.startswith(start) and "." not in k[len(start) :]}


def title_of(value_id: str) -> Text:
    """A title for a number from its id."""
    parts = value_id.split(".")
    titles = {key: Text(**said) for key, said in _own("costs")["titles"].items()}
    named = modes()[parts[0]].title if parts[0] in modes() else titles[parts[0]]
    for part in parts[1:]:
        said = titles[part]
        named = Text(f"{named.zh} · {said.zh}", f"{named.en}, {said.en}")
    return named


@cache
def modes() -> Mapping[str, Mode]:
    """What can be built, by the name used on the command line."""
    return {
        name: Mode(
            id=name,
            title=Text(**row["title"]),
            max_gradient=math.inf if row["max_gradient"] is None else float(row["max_gradient"]),
            min_radius_m=float(row["min_radius_m"]),
            width_m=float(row["width_m"]),
            source=f"{row['source']['zh']} | {row['source']['en']}",
            checked=row["checked"],
        )
        for name, row in _own("modes").items()
    }


def mode_source(name: str) -> tuple[Text, int]:
    """Where the limits of a mode stand, and of which year."""
    row = _own("modes")[name]
    return Text(**row["source"]), int(row["year"])


def mode(name: str) -> Mode:
    """A mode by its name.

    Raises
    ------
    UnknownNameError
    """
    known = modes()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
        raise UnknownNameError(
            Text(f"没有 {name!r} 这种工程类型", f"there is no mode {name!r}"),
            Text(f"可用：{'、'.join(known)}" + (f"；是否指 {near[0]}？" if near else ""),
                 f"Modes: {', '.join(known)}" + (f". Did you mean {near[0]}?" if near else "")),
            where="mode",
        )  # fmt: skip
    return known[name]


def legend(name: str) -> Mapping[str, Sequence[int]]:
    """Codes of a land-cover raster by class.

    Raises
    ------
    UnknownNameError
    """
    known = _own("legends")
    if name not in known:
        raise UnknownNameError(
            Text(f"没有名为 {name!r} 的土地覆盖图例", f"there is no land-cover legend {name!r}"),
            Text(f"可用：{'、'.join(known)}", f"Legends: {', '.join(known)}"),
        )
    found: Mapping[str, Sequence[int]] = known[name]
    return found


def costs(override: Path | None = None) -> Costs:
    """Every unit cost and penalty, those of the user's file in place of ours.

    Parameters
    ----------
    override : Path, optional
        YAML or JSON of the shape of ``costs.yaml`` with only what differs. A bare number replaces a value; a
        mapping may also give year and source.

    Raises
    ------
    OptionError
        The file cannot be read, or a value is impossible.
    UnknownNameError
        A key that is not in ``costs.yaml``.
    """
    ours = _ours()
    if override is None:
        return ours
    by_id = dict(ours.by_id)
    given = _given(override)
    if given.get("currency", "USD") != "USD":
        raise OptionError(
            Text(f"币种 {given['currency']!r} 不可用", f"the currency {given['currency']!r} is not possible"),
            Text("单价以美元计，请先换算", "Unit costs are in USD: convert them first"),
            where=override.name,
        )
    for value_id, leaf in _replaced({k: v for k, v in given.items() if k not in _ASIDE}, "", by_id, override.name):
        by_id[value_id] = _changed(by_id[value_id], leaf, override.name)
    return Costs(by_id)


@cache
def _ours() -> Costs:
    record = _own("costs")
    sources = {name: Text(**said) for name, said in record["sources"].items()}
    out: dict[str, Value] = {}
    for name, group in record.items():
        if name not in _ASIDE:
            _flatten(group, name, {}, sources, out)
    return Costs(out)


def _flatten(
    group: Mapping[str, Any], path: str, common: Mapping[str, Any], sources: Mapping[str, Text], out: dict[str, Value]
) -> None:
    common = {**common, **group.get(_COMMON, {})}
    for key, entry in group.items():
        if key == _COMMON:
            continue
        value_id = f"{path}.{key}"
        if isinstance(entry, Mapping) and "value" not in entry:
            _flatten(entry, value_id, common, sources, out)
            continue
        leaf = {**common, **(entry if isinstance(entry, Mapping) else {"value": entry})}
        out[value_id] = Value(
            value_id, float(leaf["value"]), leaf["unit"], int(leaf["year"]), sources[leaf["source"]],
            leaf.get("checked"), convention=leaf["source"] in ("convention", "quantities"),
        )  # fmt: skip


def _replaced(
    group: Mapping[str, Any], path: str, known: Mapping[str, Value], where: str
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for key, entry in group.items():
        value_id = f"{path}{key}"
        if value_id in known:
            yield value_id, entry if isinstance(entry, Mapping) else {"value": entry}
        elif isinstance(entry, Mapping) and any(k.startswith(value_id + ".") for k in known):
            yield from _replaced(entry, value_id + ".", known, where)
        else:
            raise _unknown(value_id, known, where)


def _changed(old: Value, leaf: Mapping[str, Any], where: str) -> Value:
    """A number of ours with what the user says instead."""
    strange = [k for k in leaf if k not in _OF_A_LEAF]
    if strange:
        raise _unknown(f"{old.id}.{strange[0]}", [f"{old.id}.{k}" for k in _OF_A_LEAF], where)
    number = leaf.get("value", old.value)
    least = "大于0" if old.id.rsplit(".", 1)[-1] in _ABOVE_ZERO or ".ground." in old.id else "不小于0"
    fits = isinstance(number, int | float) and not isinstance(number, bool) and math.isfinite(number)
    if not fits or number < 0 or (number == 0 and least == "大于0"):
        raise _bad(
            old,
            f"{number!r}",
            Text(f"应为{least}的数", "a number " + ("above 0" if number == 0 else "of 0 or more")),
            where,
        )
    if leaf.get("unit", old.unit) != old.unit:
        raise _bad(old, f"{leaf['unit']!r}", Text(f"单位应为 {old.unit}", f"its unit is {old.unit}"), where)
    year = leaf.get("year")
    if year is not None and (isinstance(year, bool) or not isinstance(year, int) or not 1900 <= year <= 2200):
        raise _bad(old, f"{year!r}", Text("年份应为四位整数", "a year has four digits"), where)
    checked = leaf.get("checked")
    if checked is not None and not isinstance(checked, date):
        raise _bad(old, f"{checked!r}", Text("checked 应为日期或 null", "checked is a date or null"), where)
    return Value(old.id, float(number), old.unit, year, _said(leaf.get("source"), where), checked, own=True)


def _said(source: Any, where: str) -> Text:
    if source is None:
        return Text(f"用户文件 {where}", f"the user's file {where}")
    if isinstance(source, Mapping):
        zh = str(source.get("zh") or source.get("en") or where)
        return Text(zh, str(source.get("en") or zh))
    return Text(str(source), str(source))


def _bad(old: Value, given: str, remedy: Text, where: str) -> OptionError:
    return OptionError(
        Text(f"{old.id} 的值 {given} 不可用", f"{given} is not possible for {old.id}"), remedy, where=where
    )


def _unknown(value_id: str, known: Mapping[str, Value] | Sequence[str], where: str) -> UnknownNameError:
    near = difflib.get_close_matches(value_id, list(known), n=3, cutoff=0.4)
    groups = sorted({k.split(".")[0] for k in known})
    return UnknownNameError(
        Text(f"没有名为 {value_id!r} 的单价", f"there is no unit cost {value_id!r}"),
        Text(f"相近的名称：{'、'.join(near)}" if near else f"可用的组：{'、'.join(groups)}",
             f"Close names: {', '.join(near)}" if near else f"Groups: {', '.join(groups)}"),
        where=where,
    )  # fmt: skip


def _given(path: Path) -> dict[str, Any]:
    """The user's file as a mapping."""
    remedy = Text("请给出与 costs.yaml 形状相同的YAML或JSON文件", "Give a YAML or JSON file of the shape of costs.yaml")
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ValueError(f"> {_MOST_BYTES} B")
        found = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as e:
        told = " ".join(str(e).split())[:120]
        raise OptionError(
            Text(f"单价文件无法读取：{told}", f"the unit costs cannot be read: {told}"), remedy, where=path.name
        ) from e
    if found is None:
        return {}
    if not isinstance(found, dict) or not all(isinstance(k, str) for k in found):
        raise OptionError(
            Text("单价文件不是键值结构", "the unit costs are not a mapping of names"), remedy, where=path.name
        )
    return found


@cache
def _own(name: str) -> Any:
    return yaml.safe_load((files(__package__) / f"{name}.yaml").read_text(encoding="utf-8"))
