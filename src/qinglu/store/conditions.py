"""Conditions in CQL2 (its JSON form) over columns: a closed set of operators, everything else is refused.

The tree is what a parser made of a filter; here it becomes a condition of SQL, or of Arrow for tables in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Protocol, cast

from sqlalchemy import ColumnElement, func, not_, or_
from sqlalchemy.types import Boolean, Date, DateTime, Float, Integer, Numeric

from ..errors import OptionError
from ..text import Text
from .schema import Moment, projects

_MOST_NODES, _DEEPEST, _MOST_WILD = 500, 64, 8
_TITLES = {
    "text": Text("文字", "text"), "number": Text("数字", "a number"), "boolean": Text("true 或 false", "true or false"),
    "date": Text("日期", "a day"), "moment": Text("带时区的时间", "a moment with its zone"),
}  # fmt: skip
_TURNED = {"=": "=", "<>": "<>", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
_COMPARED: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": lambda a, b: a == b, "<>": lambda a, b: a != b, "<": lambda a, b: a < b, ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b, ">=": lambda a, b: a >= b,
}  # fmt: skip
_WHEN = ("t_after", "t_before", "t_during", "t_equals", "t_intersects", "t_disjoint")
HIDDEN = ("geometry", "search", "run_id", "updated_by", "extra", "notes", "west", "south", "east", "north", "rank")
"""Columns of a project that nobody asks by."""


class Columns(Protocol):
    """What a condition is made over."""

    def kinds(self) -> Mapping[str, str]:
        """Property → ``text``, ``number``, ``boolean``, ``date`` or ``moment``."""

    def column(self, name: str) -> Any:
        """The column, with the comparison operators of Python."""

    def is_in(self, column: Any, values: Sequence[Any]) -> Any: ...

    def is_null(self, column: Any) -> Any: ...

    def like(self, column: Any, pattern: str, folded: bool) -> Any:
        """``%`` and ``_`` stand for any text and any character, a backslash takes their meaning away."""

    def folded(self, column: Any) -> Any:
        """Without regard to case."""

    def negated(self, condition: Any) -> Any: ...


class ProjectColumns:
    """Columns of the register's projects."""

    def __init__(self, is_sqlite: bool) -> None:
        self._is_sqlite = is_sqlite

    def kinds(self) -> Mapping[str, str]:
        """Every column that may be asked by."""
        return PROJECT_KINDS

    def column(self, name: str) -> Any:
        """The column of the table."""
        return projects.c[name]

    def is_in(self, column: Any, values: Sequence[Any]) -> ColumnElement[bool]:
        """One of the values."""
        return cast(ColumnElement[bool], column.in_(values))

    def is_null(self, column: Any) -> ColumnElement[bool]:
        """Nothing there: null, or the empty text that stands for it."""
        absent = cast(ColumnElement[bool], column.is_(None))
        return or_(absent, column == "") if PROJECT_KINDS.get(column.name) == "text" else absent

    def like(self, column: Any, pattern: str, folded: bool) -> ColumnElement[bool]:
        """SQLite's LIKE does not tell capital letters apart, its GLOB does."""
        if self._is_sqlite and not folded:
            return cast(ColumnElement[bool], column.op("GLOB")(_glob(pattern)))
        return cast(ColumnElement[bool], column.like(pattern, escape="\\"))

    def folded(self, column: Any) -> Any:
        """Lower case as the database has it."""
        return func.lower(column)

    def negated(self, condition: Any) -> ColumnElement[bool]:
        """The opposite."""
        return cast(ColumnElement[bool], not_(condition))


def kind_of(column: Any) -> str:
    """What values a column of a table has."""
    kind = column.type
    if isinstance(kind, Boolean):
        return "boolean"
    if isinstance(kind, Date):
        return "date"
    if isinstance(kind, Moment | DateTime):
        return "moment"
    return "number" if isinstance(kind, Float | Numeric | Integer) else "text"


PROJECT_KINDS = {c.name: kind_of(c) for c in projects.c if c.name not in HIDDEN}


def condition(tree: Any, columns: Columns) -> Any:
    """A condition from a tree of CQL2 JSON.

    Parameters
    ----------
    tree : object
        JSON values: ``{"op": "=", "args": [{"property": "country"}, "KEN"]}``.
    columns : Columns

    Raises
    ------
    OptionError
        An operator, property or value that is not known here.
    """
    return _Reader(columns).condition(tree, 0)


class _Reader:
    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._left = _MOST_NODES

    def condition(self, node: Any, depth: int) -> Any:
        self._left -= 1
        if self._left < 0 or depth > _DEEPEST:
            raise _refuse(Text("条件过长或嵌套过深", "the filter is too long or too deep"))
        if isinstance(node, Mapping) and "property" in node:
            name, kind = self._property(node)
            if kind != "boolean":
                raise _refuse(Text(f"{name} 不是条件", f"{name} is no condition"))
            return self._columns.column(name) == True  # noqa: E712 - a column, not a value
        if not isinstance(node, Mapping) or not isinstance(node.get("args"), list):
            raise _refuse(Text("不是条件", "this is no condition"))
        op, args = str(node.get("op", "")).casefold(), node["args"]
        if op in ("and", "or"):
            return self._joined(op, args, depth)
        if op == "not":
            return self._columns.negated(self.condition(_one(args), depth + 1))
        return self._predicate(op, args)

    def _joined(self, op: str, args: Sequence[Any], depth: int) -> Any:
        if not args:
            raise _refuse(Text(f"{op} 缺少条件", f"{op} has nothing to join"))
        made = self.condition(args[0], depth + 1)
        for arg in args[1:]:
            more = self.condition(arg, depth + 1)
            made = made & more if op == "and" else made | more
        return made

    def _predicate(self, op: str, args: Sequence[Any]) -> Any:
        if op == "isnull":
            return self._columns.is_null(self._columns.column(self._property(_one(args))[0]))
        if op in _WHEN:
            return self._when(op, *_two(args))
        if op in _COMPARED:
            return self._compared(op, *_two(args))
        if op == "between" and len(args) == 3:
            column, read, _ = self._side(args[0])
            return (column >= read(args[1])) & (column <= read(args[2]))
        if op == "in" and len(args) == 2 and isinstance(args[1], list):
            self._left -= len(args[1])
            column, read, _ = self._side(args[0])
            return self._columns.is_in(column, [read(v) for v in args[1]])
        if op == "like":
            return self._like(*_two(args))
        raise _refuse(Text(f"不支持运算 {op[:40]!r}", f"the operator {op[:40]!r} is not supported"))

    def _compared(self, op: str, a: Any, b: Any) -> Any:
        if not _names(a) and _names(b):
            a, b, op = b, a, _TURNED[op]
        column, read, _ = self._side(a)
        if _names(b):
            other, _, _ = self._side(b)
            if self._property(_inner(a))[1] != self._property(_inner(b))[1]:
                raise _refuse(Text("两项类型不同", "the two properties are of different kinds"))
            return _COMPARED[op](column, other)
        return _COMPARED[op](column, read(b))

    def _like(self, a: Any, pattern: Any) -> Any:
        column, read, folded = self._side(a)
        if isinstance(pattern, Mapping) and pattern.get("op") == "casei":
            pattern = _one(pattern.get("args", []))
        if self._property(_inner(a))[1] != "text" or not isinstance(pattern, str):
            raise _refuse(Text("like 只用于文字", "like takes text only"))
        if (len(pattern) - len(pattern.rstrip("\\"))) % 2:
            raise _refuse(Text("like 以反斜杠结尾", "the pattern of like ends with a backslash"))
        if pattern.count("%") > _MOST_WILD:
            raise _refuse(Text(f"通配符 % 多于 {_MOST_WILD} 个", f"more than {_MOST_WILD} of the wildcard %"))
        return self._columns.like(column, read(pattern), folded)

    def _side(self, node: Any) -> tuple[Any, Callable[[Any], Any], bool]:
        """A column, how a value beside it is read, and whether case is left aside."""
        folded = isinstance(node, Mapping) and node.get("op") == "casei"
        name, kind = self._property(_inner(node))
        column = self._columns.column(name)
        if folded and kind != "text":
            raise _refuse(Text("casei 只用于文字", "casei takes text only"))

        def read(value: Any) -> Any:
            if isinstance(value, Mapping) and value.get("op") == "casei":
                value = _one(value.get("args", []))
            found = _literal(value, kind, name)
            return found.lower() if folded else found

        return (self._columns.folded(column) if folded else column), read, folded

    def _when(self, op: str, a: Any, b: Any) -> Any:
        name, kind = self._property(a)
        if kind not in ("date", "moment"):
            raise _refuse(Text(f"{name} 不是时间", f"{name} is no time"))
        column = self._columns.column(name)
        given = b.get("interval", [b, b]) if isinstance(b, Mapping) else [b, b]
        if not isinstance(given, list) or len(given) != 2:
            raise _refuse(Text("时间段应有起止", "an interval has a start and an end"))
        first, last = (None if v == ".." else _literal(v, kind, name) for v in given)
        if (op == "t_after" and last is None) or (op == "t_before" and first is None) or (first is last is None):
            raise _refuse(Text("时间段没有界限", "the interval has no bound"))
        if op == "t_after":
            return column > last
        if op == "t_before":
            return column < first
        strictly = op == "t_during" and first != last
        parts = [] if first is None else [column > first if strictly else column >= first]
        parts += [] if last is None else [column < last if strictly else column <= last]
        inside = parts[0] if len(parts) == 1 else parts[0] & parts[1]
        return self._columns.negated(inside) if op == "t_disjoint" else inside

    def _property(self, node: Any) -> tuple[str, str]:
        name = node.get("property") if isinstance(node, Mapping) else None
        kinds = self._columns.kinds()
        if not isinstance(name, str):
            raise _refuse(Text("此处应为属性", "a property is to stand here"))
        if name not in kinds:
            raise OptionError(
                Text(f"没有属性 {name[:60]!r}", f"there is no property {name[:60]!r}"),
                Text(f"可用：{'、'.join(kinds)}", f"Use {', '.join(kinds)}"), where="filter",
            )  # fmt: skip
        return name, kinds[name]


def _names(node: Any) -> bool:
    return isinstance(_inner(node), Mapping) and "property" in _inner(node)


def _inner(node: Any) -> Any:
    if isinstance(node, Mapping) and node.get("op") == "casei" and isinstance(node.get("args"), list) and node["args"]:
        return node["args"][0]
    return node


def _one(args: Any) -> Any:
    if not isinstance(args, list):  # an object alone is met as well
        return args
    if len(args) != 1:
        raise _refuse(Text("此处应有一项", "one thing is to stand here"))
    return args[0]


def _two(args: Sequence[Any]) -> Sequence[Any]:
    if len(args) != 2:
        raise _refuse(Text("此处应有两项", "two things are to stand here"))
    return args


def _literal(value: Any, kind: str, name: str) -> Any:
    """A value as the column has it."""
    if isinstance(value, Mapping):
        value = value.get("date", value.get("timestamp"))
    try:
        if kind == "boolean" and isinstance(value, bool):
            return value
        if kind == "number" and isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300:
            return int(value) if value == int(value) and abs(value) < 2**53 else float(value)
        if kind == "text" and isinstance(value, str) and "\x00" not in value:
            value.encode()
            return value
        if kind == "date" and isinstance(value, str):
            return date.fromisoformat(value[:10])
        if kind == "moment" and isinstance(value, str):
            found = datetime.fromisoformat(value)
            return found if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, UnicodeEncodeError):
        pass
    shown, allowed = repr(value)[:60], _TITLES[kind]
    raise OptionError(
        Text(f"{name} 不能与 {shown} 比较", f"{name} cannot be compared with {shown}"),
        Text(f"应为{allowed.zh}", f"It is to be {allowed.en}"), where="filter",
    )  # fmt: skip


def _glob(pattern: str) -> str:
    """The pattern of LIKE as GLOB has it.

    Examples
    --------
    >>> _glob("a%_[b"), _glob(r"100\\%")
    ('a*?[[]b', '100%')
    """
    made, escaped = [], False
    for c in pattern:
        if not escaped and c == "\\":
            escaped = True
            continue
        made.append({"%": "*", "_": "?"}.get(c, c) if not escaped else c)
        if c in "*?[":
            made[-1] = f"[{c}]"
        escaped = False
    return "".join(made)


def _refuse(what: Text) -> OptionError:
    return OptionError(
        what,
        Text("可用：and or not = <> < > <= >= between in like casei isNull t_after t_before t_during",
             "Use and or not = <> < > <= >= between in like casei isNull t_after t_before t_during"),
        where="filter",
    )  # fmt: skip
