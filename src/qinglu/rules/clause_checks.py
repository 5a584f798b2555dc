"""What the schema cannot say of a clause, and the loader refuses all the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from ..errors import RulebookError
from ..model.clause import Asked, Clause, Entry, Period, Range
from ..model.rule import OWN_CONVENTION, Cite
from ..text import Text
from ..words import AVERAGING, QUANTITIES
from .clause_words import BEYOND_COUNTRIES, PREDICATES, is_jurisdiction

_NUMERIC = ("limit", "air-quality")
_BASES = {"INT": ("international",), "CHN": ("chinese",)}


def check_clause(clause: Clause, where: str) -> None:
    """Refuse a clause that cannot be applied or could mislead.

    Raises
    ------
    RulebookError
        With the place, the value and what is allowed.
    """
    _check_jurisdiction(clause, where)
    _check_predicates(clause.applies_to, where)
    if clause.undefined is not None:
        _check_predicates(clause.undefined.applies_to, f"{where}: undefined")
    _check_quantity(clause, where)
    _check_periods(clause.entries, where)
    for entry in clause.entries:
        at = f"{where}, {entry.valid_from}"
        _check_value(clause, entry, at)
        for cite in (entry.cite, *entry.also):
            _check_cite(cite, entry, at)
    _check_languages(clause, where)


def _refuse(where: str, what: Text, remedy: Text) -> None:
    raise RulebookError(what, remedy, where=where)


def _one_of(where: str, kind: Text, value: str, known: Iterable[str]) -> None:
    names = list(known)
    if value not in names:
        _refuse(
            where,
            Text(f"未知{kind.zh}“{value}”", f"{kind.en} '{value}' is not known"),
            Text(f"可用：{'、'.join(names)}", f"One of {', '.join(names)}"),
        )


def _check_jurisdiction(clause: Clause, where: str) -> None:
    code = clause.jurisdiction
    if not is_jurisdiction(code):
        _refuse(
            where,
            Text(f"未知管辖区“{code}”", f"jurisdiction '{code}' is not known"),
            Text(
                f"请用ISO 3166三位字母代码，或 {'、'.join(BEYOND_COUNTRIES)}",
                f"An ISO 3166 alpha-3 code, or one of {', '.join(BEYOND_COUNTRIES)}",
            ),
        )
    allowed = _BASES.get(code, ("host", "international"))
    _one_of(f"{where}: {code}", Text("依据类别", "basis"), clause.basis, allowed)


def _check_predicates(asked: Mapping[str, Asked], where: str) -> None:
    for name, value in asked.items():
        _one_of(where, Text("条件", "predicate"), name, PREDICATES)
        predicate = PREDICATES[name]
        kind = "words" if isinstance(value, tuple) else "day" if isinstance(value, Period) else "number"
        if kind != predicate.kind:
            shapes = {"words": "[word, …]", "number": "{min: …, max: …}", "day": "{from: …, before: …}"}
            _refuse(
                where,
                Text(f"条件 {name} 的写法不对", f"predicate {name} cannot be written so"),
                Text(f"请写成 {shapes[predicate.kind]}", f"Write {shapes[predicate.kind]}"),
            )
        if isinstance(value, tuple):
            for word in value:
                if name == "country":
                    _check_country(word, where)
                elif predicate.words is not None:
                    _one_of(f"{where}: {name}", Text("词", "word"), word, predicate.words)
        else:
            _check_bounds(name, value, where)


def _check_country(code: str, where: str) -> None:
    if code in BEYOND_COUNTRIES or not is_jurisdiction(code):
        _refuse(
            where,
            Text(f"条件 country 的值“{code}”无效", f"predicate country cannot be '{code}'"),
            Text("请用ISO 3166三位字母代码，如 KEN", "An ISO 3166 alpha-3 code such as KEN"),
        )


def _check_bounds(name: str, value: Range | Period, where: str) -> None:
    lower, upper = (value.min, value.max) if isinstance(value, Range) else (value.start, value.before)
    empty = lower is None and upper is None
    if not empty and lower is not None and upper is not None:
        empty = lower > upper or (lower == upper and not _is_point(value))  # type: ignore[operator]
    negative = isinstance(value, Range) and any(v is not None and v < 0 for v in (value.min, value.max))
    if empty or negative:
        _refuse(
            where,
            Text(f"{name} 的范围 {value} 不可能成立", f"{name} {value} can never hold"),
            Text("下限须小于上限且不为负", "The lower end comes first and is not negative"),
        )


def _is_point(value: Range | Period) -> bool:
    return isinstance(value, Range) and value.min_inclusive and value.max_inclusive


def _check_quantity(clause: Clause, where: str) -> None:
    numeric = any(e.number is not None or isinstance(e.value, Range) for e in clause.entries)
    if not numeric and clause.kind not in _NUMERIC:
        return
    _one_of(where, Text("量", "quantity"), clause.quantity, QUANTITIES)
    _one_of(f"{where}: {clause.quantity}", Text("单位", "unit"), clause.unit, QUANTITIES[clause.quantity][1])
    if not clause.compare:
        _refuse(
            where,
            Text("数值条款缺少 compare", "a clause with numbers lacks compare"),
            Text("可用：at-most、less-than、at-least、more-than", "One of at-most, less-than, at-least, more-than"),
        )
    if clause.averaging:
        _one_of(where, Text("平均时间", "averaging period"), clause.averaging, AVERAGING)


def _check_periods(entries: tuple[Entry, ...], where: str) -> None:
    if entries[0].value is None:
        _refuse(
            where,
            Text("第一个值不能是废止（null）", "the first value cannot be a repeal (null)"),
            Text("请先写生效的值", "Give the value that is repealed before it"),
        )
    for entry in entries:
        for day, name in ((entry.valid_to, "valid_to"), (entry.compliance_from, "compliance_from")):
            if day is not None and day < entry.valid_from:
                _refuse(
                    where,
                    Text(
                        f"{name} {day} 早于 valid_from {entry.valid_from}",
                        f"{name} {day} is before valid_from {entry.valid_from}",
                    ),
                    Text("请核对日期", "Look at the dates again"),
                )
    for before, after in pairwise(entries):
        if after.valid_from <= (before.valid_to or before.valid_from):
            _refuse(
                where,
                Text(
                    f"时段重叠或未按先后排列：{before.valid_from} 之后是 {after.valid_from}",
                    f"periods overlap or are out of order: {after.valid_from} after {before.valid_from}",
                ),
                Text("每个值须有更晚的 valid_from", "Each value begins after the one before has ended"),
            )
        if before.expected and not after.expected:
            _refuse(
                where,
                Text(f"{after.valid_from} 的值排在预期变更之后", f"{after.valid_from} stands after an expected change"),
                Text("预期变更只能在最后", "Expected changes come last"),
            )


def _check_value(clause: Clause, entry: Entry, where: str) -> None:
    value = entry.value
    if value is None:
        return
    if clause.kind in _NUMERIC and entry.number is None:
        _refuse(
            where,
            Text(
                f"限值须为数字或有上端的范围，而不是 {value}",
                f"a limit is a number or a range with an upper end, not {value}",
            ),
            Text("例如 100 或 {min: 50, max: 100}", "For example 100 or {min: 50, max: 100}"),
        )
    if clause.kind == "eia":
        _check_eia(value, where)
    numbers = (value.min, value.max) if isinstance(value, Range) else (entry.number,)
    if any(n is not None and n < 0 for n in numbers):
        _refuse(
            where,
            Text(f"值 {value} 为负", f"{value} is negative"),
            Text("限值、占比、个体数等不小于0", "Limits, shares and numbers are 0 or more"),
        )
    if isinstance(value, Range):
        _check_bounds("value", value, where)


def _check_eia(value: Any, where: str) -> None:
    required = value.get("required") if isinstance(value, Mapping) else None
    if required not in (True, False, "undefined", "unknown"):
        _refuse(
            where,
            Text(f"required 的值 {required!r} 无效", f"required cannot be {required!r}"),
            Text("可用：true、false、undefined、unknown", "One of true, false, undefined, unknown"),
        )


def _check_cite(cite: Cite, entry: Entry, where: str) -> None:
    """Three dates, never merged: issued, in force, last checked. Where only a year is known, days are not compared."""
    own = cite.kind == OWN_CONVENTION
    if cite.checked is not None and cite.issued is not None and cite.checked < cite.issued:
        _refuse(
            where,
            Text(
                f"checked {cite.checked} 早于 issued {cite.issued}",
                f"checked {cite.checked} is before issued {cite.issued}",
            ),
            Text("未核对请写 null", "Nobody can check a text before it exists; write null until it is checked"),
        )
    early = cite.issued is not None and entry.valid_from < cite.issued
    if early and not own and cite is entry.cite and entry.precision == "day":
        _refuse(
            where,
            Text(
                f"valid_from {entry.valid_from} 早于发布日期 {cite.issued}",
                f"valid_from {entry.valid_from} is before the day of issue {cite.issued}",
            ),
            Text(
                "规则不溯及既往；只知年份时请写 precision: year",
                "Rules do not reach back; where only the year is known write precision: year",
            ),
        )


def _texts(clause: Clause) -> Iterator[Text]:
    yield clause.title
    if clause.undefined is not None:
        yield clause.undefined.why
    for entry in clause.entries:
        if entry.note is not None:
            yield entry.note
        yield from _pairs(entry.value)


def _pairs(value: Any) -> Iterator[Text]:
    """Every {zh, en} inside a value."""
    if isinstance(value, Mapping):
        if set(value) == {"zh", "en"}:
            yield Text(**value)
        else:
            for part in value.values():
                yield from _pairs(part)
    elif isinstance(value, list):
        for part in value:
            yield from _pairs(part)


def _check_languages(clause: Clause, where: str) -> None:
    for text in _texts(clause):
        if not any("\u4e00" <= c <= "\u9fff" for c in text.zh) or any("\u4e00" <= c <= "\u9fff" for c in text.en):
            _refuse(
                where,
                Text(f"中英文放错：zh“{text.zh}”", f"languages are mixed up: zh '{text.zh}', en '{text.en}'"),
                Text("zh 写中文，en 写英文", "Chinese goes in zh, English in en"),
            )
