"""Filters in CQL2, as text or JSON: a parser's tree, split into what the database decides and what shapes decide."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely

from ...errors import OptionError
from ...text import Text
from ..errors import BadRequestError
from ..geometry import geometry_of

LONGEST = 4_000
_MOST_OPENED = 200
_QUOTED = re.compile(r"'(?:[^']|'')*'")
_MOST_VERTICES = 10_000


@dataclass(frozen=True)
class Filter:
    """What a filter asks.

    Attributes
    ----------
    tree : mapping or None
        CQL2 JSON, without the spatial conditions.
    shapes : tuple of shapely geometries
        Longitude and latitude; a feature has to meet each of them.
    """

    tree: Mapping[str, Any] | None = None
    shapes: tuple[shapely.Geometry, ...] = ()


def parse(text: str, lang: str) -> Filter:
    """A filter from ``cql2-text`` or ``cql2-json``.

    Raises
    ------
    BadRequestError
        It cannot be read; it is too long or too deep.
    OptionError
        A spatial condition elsewhere than at the top, joined by AND.
    """
    import cql2

    if len(text) > LONGEST or _opened(text) > _MOST_OPENED:
        raise _unread(Text(f"长于 {LONGEST} 个字符或嵌套过深", f"longer than {LONGEST} characters, or too deep"))
    try:
        tree = cql2.parse_text(text).to_json() if lang == "cql2-text" else json.loads(text)
    except (ValueError, RecursionError, cql2.ParseError) as error:
        raise _unread(Text(str(error)[:200], str(error)[:200])) from None
    if not isinstance(tree, Mapping):
        raise _unread(Text("不是条件", "this is no condition"))
    return split(tree)


def split(tree: Mapping[str, Any]) -> Filter:
    """The spatial conditions of a tree apart from the rest."""
    rest: list[Mapping[str, Any]] = []
    shapes: list[shapely.Geometry] = []
    for part in _joined(tree):
        op = str(part.get("op", "")).casefold() if isinstance(part, Mapping) else ""
        if op == "s_intersects":
            shapes.append(_shape(part.get("args")))
        else:
            if '"s_' in json.dumps(part).casefold():
                raise OptionError(
                    Text("空间条件只支持最外层以 AND 连接的 S_INTERSECTS",
                         "of spatial conditions only S_INTERSECTS is supported, joined by AND at the top"),
                    Text("如 S_INTERSECTS(geometry, BBOX(30,-5,42,5)) AND country = 'KEN'",
                         "For example S_INTERSECTS(geometry, BBOX(30,-5,42,5)) AND country = 'KEN'"), where="filter",
                )  # fmt: skip
            rest.append(part)
    joined = rest[0] if len(rest) == 1 else {"op": "and", "args": rest} if rest else None
    return Filter(joined, tuple(shapes))


def both(*trees: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """All of these conditions."""
    found = [t for t in trees if t is not None]
    return None if not found else found[0] if len(found) == 1 else {"op": "and", "args": found}


def _joined(tree: Any) -> Sequence[Any]:
    """What is joined by AND at the top."""
    out, left = [], [tree]
    while left:
        part = left.pop(0)
        if (
            isinstance(part, Mapping)
            and str(part.get("op", "")).casefold() == "and"
            and isinstance(part.get("args"), list)
        ):
            left = [*part["args"], *left]
        else:
            out.append(part)
    return out


def _shape(args: Any) -> shapely.Geometry:
    if not isinstance(args, list) or len(args) != 2:
        raise _unread(Text("S_INTERSECTS 应有两项", "S_INTERSECTS takes two things"))
    a, b = args if isinstance(args[0], Mapping) and "property" in args[0] else args[::-1]
    if not isinstance(a, Mapping) or a.get("property") not in ("geometry", "geom") or not isinstance(b, Mapping):
        raise _unread(Text("应为 S_INTERSECTS(geometry, 几何)", "write S_INTERSECTS(geometry, GEOMETRY)"))
    if "bbox" in b:
        return _box(b["bbox"])
    shape = geometry_of(b)
    if shape is None or shape.is_empty or int(shapely.get_num_coordinates(shape)) > _MOST_VERTICES:
        raise _unread(Text("几何为空或过大", "the geometry is empty or too large"))
    return shape if shapely.is_valid(shape) else shapely.make_valid(shape)


def _box(given: Any) -> shapely.Geometry:
    try:
        numbers = [float(v) for v in given]
        west, south, east, north = numbers if len(numbers) == 4 else [numbers[i] for i in (0, 1, 3, 4)]
    except (TypeError, ValueError, IndexError):
        raise _unread(Text("BBOX 应为四个数", "BBOX takes four numbers")) from None
    if west <= east:
        return shapely.box(west, south, east, north)
    return shapely.MultiPolygon([shapely.box(west, south, 180, north), shapely.box(-180, south, east, north)])


def _opened(text: str) -> int:
    """How deep the parser could have to go at most: it works on a stack that is not without end."""
    bare = _QUOTED.sub("", text)
    return max(bare.count("("), bare.count("["), bare.count("-"), bare.count("{"))


def _unread(why: Text) -> BadRequestError:
    return BadRequestError(
        Text(f"无法读取过滤条件：{why.zh}", f"the filter cannot be read: {why.en}"),
        Text("如 country = 'KEN' AND level IN ('critical','warning')",
             "For example country = 'KEN' AND level IN ('critical','warning')"), where="filter",
    )  # fmt: skip
