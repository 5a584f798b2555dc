"""What may be written of a project, and how each value is checked before it reaches the database."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import date
from typing import Any, NoReturn

import shapely

from ..errors import OptionError, SizeLimitError
from ..text import Text

TEXTS = {
    "code": 200, "name": 500, "name_zh": 500, "country": 3, "country_given": 200, "sector": 100, "technology": 100,
    "stage": 100, "capacity_unit": 16, "currency": 3, "shape": 8,
}  # fmt: skip
"""Longest text of each field, in characters."""
NUMBERS = ("capacity", "cost")
DAYS = ("approved_on", "construction_on", "operation_on", "closing_on")
EDITABLE = (*TEXTS, *NUMBERS, *DAYS, "notes", "extra", "geometry")
"""Fields of a project that its owner writes."""
MAX_VERTICES = 5_000_000
_MAX_EXTRA = 64_000
LEVEL_RANK = {"": 0, "clear": 1, "note": 2, "unknown": 3, "warning": 4, "critical": 5}
"""To sort the worst first: what is not known stands before what is merely noted."""


def checked(given: Mapping[str, Any], *, max_vertices: int = MAX_VERTICES) -> dict[str, Any]:
    """The columns that a project's fields become.

    Parameters
    ----------
    given : mapping
        Of `EDITABLE`; a geometry as WKB or as shapely has it, WGS 84 longitude/latitude.

    Raises
    ------
    OptionError
        A field nobody knows, or a value that it cannot have.
    SizeLimitError
        More vertices than allowed.
    """
    found: dict[str, Any] = {}
    for name, value in given.items():
        if name in TEXTS:
            found[name] = _text(name, value)
        elif name in NUMBERS:
            found[name] = _number(name, value)
        elif name in DAYS:
            found[name] = _day(name, value)
        elif name == "notes":
            found[name] = [str(v) for v in value]
        elif name == "extra":
            found[name] = _extra(value)
        elif name == "geometry":
            found.update(_geometry(value, max_vertices))
        else:
            raise OptionError(
                Text(
                    f"项目没有 {name} 这一项，或不可直接修改", f"a project has no {name}, or it is not changed this way"
                ),
                Text(f"可用：{'、'.join(EDITABLE)}", f"Use {', '.join(EDITABLE)}"),
                where=name,
            )
    if given.get("shape"):  # what it is measured as counts, where it is named, before what the geometry is
        found["shape"] = _text("shape", given["shape"])
    if found.get("code") == "":
        _refuse("code", "", Text("非空文字", "text, not empty"))
    return found


def search_text(values: Mapping[str, Any]) -> str:
    """What a search by text looks in."""
    return "\n".join(str(values.get(k) or "") for k in ("name", "name_zh", "code")).casefold()


def _text(name: str, value: Any) -> str:
    if value is None:
        value = ""
    if not isinstance(value, str) or len(value) > TEXTS[name] or "\x00" in value:
        _refuse(name, value, Text(f"不超过{TEXTS[name]}个字符的文字", f"text of at most {TEXTS[name]} characters"))
    try:
        value.encode()
    except UnicodeEncodeError:
        _refuse(name, value, Text("有效的Unicode文字", "valid Unicode text"))
    return value.strip()


def _number(name: str, value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        _refuse(name, value, Text("非负数字", "a number, not negative"))
    return float(value)


def _day(name: str, value: Any) -> date | None:
    if value is None or type(value) is date:
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        _refuse(name, value, Text("日期，如 2026-01-31", "a day such as 2026-01-31"))


def _extra(value: Any) -> dict[str, Any]:
    try:
        size = len(json.dumps(value, ensure_ascii=False, allow_nan=False).encode())
    except (TypeError, ValueError, RecursionError):
        size = -1
    if not isinstance(value, Mapping) or not 0 <= size <= _MAX_EXTRA:
        _refuse("extra", "…", Text("不超过64 KB的JSON对象", "a JSON object of at most 64 kB"))
    return dict(value)


def _geometry(value: Any, most: int) -> dict[str, Any]:
    sides = ("west", "south", "east", "north")
    if value is None:
        return {"geometry": None, "shape": "", **dict.fromkeys(sides)}
    try:
        shape = shapely.from_wkb(value) if isinstance(value, bytes) else value
        empty = bool(shape.is_empty)
    except (shapely.errors.ShapelyError, TypeError, AttributeError):
        _refuse("geometry", "…", Text("WKB或shapely几何", "WKB, or a shapely geometry"))
    if empty:
        return _geometry(None, most)
    if int(shapely.get_num_coordinates(shape)) > most:
        raise SizeLimitError(
            Text(f"几何的顶点多于 {most} 个", f"the geometry has more than {most} vertices"),
            Text("请简化或拆分", "Simplify or split it"), where="geometry",
        )  # fmt: skip
    bounds = [float(b) for b in shape.bounds]
    west, south, east, north = bounds
    if not all(map(math.isfinite, bounds)) or west < -180 or east > 180 or south < -90 or north > 90:
        _refuse("geometry", bounds, Text("WGS 84 经纬度", "WGS 84 longitude and latitude"))
    if not shapely.is_valid(shape):
        _refuse("geometry", shapely.is_valid_reason(shape), Text("有效的几何", "a valid geometry"))
    wkb = shapely.to_wkb(shapely.force_2d(shape), byte_order=1)
    kind = ("point", "line", "area")[int(shapely.get_dimensions(shape))]
    return {"geometry": wkb, "shape": kind, **dict(zip(sides, bounds, strict=True))}


def _refuse(name: str, value: Any, allowed: Text) -> NoReturn:
    shown = repr(value)
    shown = shown if len(shown) <= 60 else shown[:59] + "…"
    raise OptionError(
        Text(f"值 {shown} 无效", f"{shown} is not allowed"),
        Text(f"允许：{allowed.zh}", f"Allowed: {allowed.en}"),
        where=name,
    )
