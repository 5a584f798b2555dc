"""Inputs as JSON held to the declaration of a tool: what, which value, what is allowed, in one line."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from ..errors import OptionError
from ..text import Text
from .declare import Field

_YEARS = (1800, 2200)  # a day outside is a slip of the pen


def checked(fields: Sequence[Field], given: Any, where: str = "") -> dict[str, Any]:
    """Values by name, of the declared types; fields not given are left out, sub-fields take their defaults.

    Parameters
    ----------
    fields : sequence of Field
        As the tool declares them.
    given : object
        A JSON document; anything but an object is refused.
    where : str
        The field that holds these, dotted; put before their names in messages.

    Raises
    ------
    OptionError
        An unknown or missing field, a value of another type or outside what is allowed.

    Examples
    --------
    >>> from .declare import Field
    >>> from ..text import Text
    >>> checked([Field("value", "number", Text("值", "value"), minimum=0)], {"value": 3})
    {'value': 3.0}
    """
    if not isinstance(given, Mapping):
        _refuse(where or "input", given, Text("应为一个JSON对象", "a JSON object"))
    known = {f.name: f for f in fields}
    for name in given:
        if name not in known:
            _refuse_unknown(_dotted(where, str(name)), str(name), list(known))
    found: dict[str, Any] = {}
    for field in fields:
        at = _dotted(where, field.name)
        value = given.get(field.name)
        if value is not None:
            found[field.name] = value_of(field, value, at)
        elif field.required:
            raise OptionError(
                Text(f"缺少 {field.name}：{field.help.zh}", f"{field.name} is missing: {field.help.en}"),
                Text(*(f"{lead}{_allowed(field).in_(lang)}" for lead, lang in (("应为", "zh"), ("It is ", "en")))),  # type: ignore[arg-type]
                where=at,
            )
        elif where and field.default is not None:
            found[field.name] = field.default
    return found


def value_of(field: Field, value: Any, where: str) -> Any:
    """One value of the type its field declares.

    Raises
    ------
    OptionError
        It is not of the type, or not allowed.
    """
    match field.kind:
        case "number" | "integer":
            return _number(field, value, where)
        case "date":
            return _day(field, value, where)
        case "boolean" | "flag":
            if not isinstance(value, bool):
                _refuse(where, value, _allowed(field))
            return value
        case "choice":
            if not isinstance(value, str) or value not in field.choices:
                _refuse(where, value, _allowed(field))
            return value
        case "object":
            return checked(field.fields, value, where)
        case "inputs":
            if not isinstance(value, Mapping):
                _refuse(where, value, _allowed(field))
            return dict(value)
        case "map":
            if not isinstance(value, Mapping):
                _refuse(where, value, _allowed(field))
            return {k: _keyed(field, k, v, where) for k, v in value.items()}
        case "choices":
            return _choices(field, value, where)
        case "numbers":
            if not isinstance(value, list | tuple) or not value:
                _refuse(where, value, _allowed(field))
            return tuple(float(_number(field, v, f"{where}[{n}]")) for n, v in enumerate(value))
        case "place":
            return _place(field, value, where)
        case "span":
            return _span(field, value, where)
        case "places":
            if not isinstance(value, list | tuple):
                _refuse(where, value, _allowed(field))
            return tuple(_place(field, v, f"{where}[{n}]") for n, v in enumerate(value))
        case "layers" | "rasters":
            return _layers(field, value, where)
        case "list":
            if not isinstance(value, list | tuple):
                _refuse(where, value, _allowed(field))
            item = field.item or Field(field.name, "text", field.help)
            return tuple(value_of(item, v, f"{where}[{n}]") for n, v in enumerate(value))
        case "country":
            return _country(value, where)
    if not isinstance(value, str) or not value.strip():
        _refuse(where, value, _allowed(field))
    return Path(value) if field.kind in ("path", "folder") else value.strip()


def _keyed(field: Field, key: str, value: Any, where: str) -> Any:
    at = _dotted(where, key)
    if field.choices and key not in field.choices:  # without choices every name is as good as another
        _refuse_unknown(at, key, list(field.choices))
    return checked(field.fields, value, at) if field.item is None else value_of(field.item, value, at)


def _choices(field: Field, value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not value or any(v not in field.choices for v in value):
        _refuse(where, value, _allowed(field))
    return tuple(dict.fromkeys(value))


def _place(field: Field, value: Any, where: str) -> tuple[float, float]:
    """Longitude and latitude."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        _refuse(where, value, _allowed(field))
    for part, bound in zip(value, (180.0, 90.0), strict=True):
        if isinstance(part, bool) or not isinstance(part, int | float) or not abs(part) <= bound:
            _refuse(where, value, _allowed(field))
    return float(value[0]), float(value[1])


def _span(field: Field, value: Any, where: str) -> tuple[float, float]:
    """Two numbers, the smaller first."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        _refuse(where, value, _allowed(field))
    low, high = (_number(field, part, where) for part in value)
    if not low < high:
        _refuse(where, value, _allowed(field))
    return float(low), float(high)


def _layers(field: Field, value: Any, where: str) -> tuple[dict[str, Any], ...]:
    """Layers with their options: an object by name, or a list of objects that each have a ``name``."""
    if isinstance(value, Mapping):
        named = [(str(name), given, _dotted(where, str(name))) for name, given in value.items()]
    elif isinstance(value, list | tuple) and all(
        isinstance(v, Mapping) and isinstance(v.get("name"), str) for v in value
    ):
        named = [
            (v["name"], {k: x for k, x in v.items() if k != "name"}, f"{where}[{n}]") for n, v in enumerate(value)
        ]
    else:
        _refuse(where, value, _allowed(field))
    names = [name for name, _, _ in named]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise OptionError(
            Text(f"图层名称 {twice} 用了两次", f"the name {twice} is given to two layers"),
            Text("请给每个图层不同的名称", "Give each layer a name of its own"),
            where=where,
        )
    found = []
    for name, given, at in named:
        options = checked(field.fields, {"path": given} if isinstance(given, str) else given, at)
        found.append({"name": name, **options, "path": options["path"].expanduser()})
    return tuple(found)


def _number(field: Field, value: Any, where: str) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        _refuse(where, value, _allowed(field))
    if field.kind == "integer" and value != int(value):
        _refuse(where, value, _allowed(field))
    low, high = field.minimum, field.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        _refuse(where, value, _allowed(field))
    if field.choices and str(int(value)) not in field.choices:
        _refuse(where, value, _allowed(field))
    return int(value) if field.kind == "integer" else float(value)


def _day(field: Field, value: Any, where: str) -> date:
    if isinstance(value, date):
        day = value
    else:
        # fromisoformat alone would also take 20260131 and 2026-W05
        written = isinstance(value, str) and len(value) == len("2026-01-31")
        try:
            day = date.fromisoformat(value if written and value[4] == value[7] == "-" else "")
        except ValueError:
            _refuse(where, value, _allowed(field))
    if not _YEARS[0] <= day.year <= _YEARS[1]:
        _refuse(where, value, _allowed(field))
    return day


def _country(value: Any, where: str) -> str:
    from ..model import country_code

    code = country_code(value) if isinstance(value, str) else None
    if code is None:
        _refuse(
            where,
            value,
            Text("国家的中英文名称或ISO 3166代码，如 IDN", "a country by name or ISO 3166 code, IDN for example"),
        )
    return code


def _allowed(field: Field) -> Text:
    low, high = field.minimum, field.maximum
    if low is not None and high is not None:
        bounds = f" {low:g}–{high:g}"
    else:
        bounds = "".join(f" {sign} {end:g}" for sign, end in (("≥", low), ("≤", high)) if end is not None)
    unit = f" {field.unit}" if field.unit else ""
    if field.choices and field.kind in ("choice", "integer"):
        return Text("、".join(field.choices), f"one of {', '.join(field.choices)}")
    match field.kind:
        case "number":
            return Text(f"数字{bounds}{unit}", f"a number{bounds}{unit}")
        case "integer":
            return Text(f"整数{bounds}{unit}", f"a whole number{bounds}{unit}")
        case "numbers":
            return Text(f"由数字组成的数组{unit}，如 [1, 5, 10]", f"an array of numbers{unit}, as [1, 5, 10]")
        case "date":
            return Text("日历上的一天，如 2026-01-31", "a day of the calendar such as 2026-01-31")
        case "boolean" | "flag":
            return Text("true 或 false", "true or false")
        case "choices":
            return Text(f"由 {'、'.join(field.choices)} 组成的数组", f"an array of {', '.join(field.choices)}")
        case "place" | "places":
            one = Text("[经度, 纬度]（度），如 [38.75, 9.0]", "[longitude, latitude] in degrees, as [38.75, 9.0]")
            return one if field.kind == "place" else Text(f"数组，每项为 {one.zh}", f"an array of {one.en}")
        case "span":
            return Text(
                f"小、大两个数{bounds}{unit}，如 [0, 20]，命令行中写作 0:20",
                f"a smaller and a larger number{bounds}{unit}, as [0, 20], or 0:20 in a flag",
            )
        case "layers" | "rasters":
            names = ", ".join(f.name for f in field.fields)
            return Text(
                f'名称到 {{{names}}} 的JSON对象，如 {{"parks": {{"path": "parks.gpkg"}}}}',
                f'a JSON object of {{{names}}} by name, as {{"parks": {{"path": "parks.gpkg"}}}}',
            )
        case "object":
            names = ", ".join(f.name for f in field.fields)
            return Text(f"含 {names} 的JSON对象", f"a JSON object of {names}")
        case "map" if not field.choices:
            names = ", ".join(f.name for f in field.fields)
            return Text(f"名称到 {{{names}}} 的JSON对象", f"a JSON object of {{{names}}} by name")
        case "map":
            return Text(
                f"键为 {'、'.join(field.choices)} 的JSON对象", f"a JSON object with keys of {', '.join(field.choices)}"
            )
        case "inputs":
            return Text("该工具输入的JSON对象", "a JSON object with the inputs of that tool")
        case "list":
            return Text("JSON数组", "a JSON array")
        case "country":
            return Text("国家", "a country")
    return Text("非空文字", "text, not empty")


def _refuse(where: str, value: Any, allowed: Text) -> NoReturn:
    import json

    shown = json.dumps(value, ensure_ascii=False, default=str)
    shown = shown if len(shown) <= 60 else shown[:59] + "…"
    raise OptionError(
        Text(f"值 {shown} 无效", f"{shown} is not allowed"),
        Text(f"允许：{allowed.zh}", f"Allowed: {allowed.en}"),
        where=where,
    )


def _refuse_unknown(where: str, name: str, known: list[str]) -> None:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = Text(f"（是否为 {near[0]}？）", f" (did you mean {near[0]}?)") if near else Text("", "")
    raise OptionError(
        Text(f"未知字段 {name}{hint.zh}", f"unknown field {name}{hint.en}"),
        Text(f"允许：{'、'.join(known)}", f"Allowed: {', '.join(known)}"),
        where=where,
    )


def _dotted(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name
