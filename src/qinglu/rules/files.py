"""Rule files as plain JSON values: YAML without its traps, checked against the schema."""

from __future__ import annotations

import datetime
import functools
import json
import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from ..errors import RulebookError
from ..text import Text

BUILTIN = Path(__file__).resolve().parent.parent / "rulebook"
"""The rulebook that ships with the package."""

_SHOWN = 80  # characters of an offending value worth showing


def rule_files(directory: Path) -> tuple[Path, ...]:
    """Every rule file below `directory`, sorted; cases and the title page are not rules."""
    found = sorted(p for p in directory.rglob("*.yaml") if p.name != "rulebook.yaml")
    return tuple(p for p in found if "cases" not in p.relative_to(directory).parts)


def holds_clauses(path: Path) -> bool:
    """Whether a rule file is a list of clauses; a screening rule is one mapping."""
    with path.open(encoding="utf-8", errors="replace") as lines:
        first = next((line for line in lines if line.strip() and not line.lstrip().startswith(("#", "---"))), "")
    return first.startswith(("-", "["))


def read_yaml(path: Path) -> Any:
    """One YAML file as JSON values: dates as ISO text, a key twice in one mapping refused.

    Raises
    ------
    RulebookError
        Not readable, not YAML, not UTF-8, or a key occurs twice.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RulebookError(
            Text(f"无法读取：{error}", f"cannot be read: {error}"),
            Text("请确认文件存在且为UTF-8编码", "See that the file exists and is UTF-8"),
            where=path.name,
        ) from error
    try:
        return _plain(yaml.load(text, Loader=_Loader))
    except (yaml.YAMLError, ValueError) as error:
        why = " ".join(str(error).split())
        raise RulebookError(
            Text(f"不是有效的YAML：{why}", f"is not valid YAML: {why}"),
            Text("请按所示行列修改", "Mend it at the line and column shown"),
            where=path.name,
        ) from error


def check_schema(document: Any, where: str, schema: str = "schema.json") -> None:
    """Refuse a rule document that does not fit a schema of the rulebook.

    Raises
    ------
    RulebookError
        With the place in the document, the offending value and what the schema asks.
    """
    from jsonschema.exceptions import best_match

    error = best_match(_validator(schema).iter_errors(document))
    if error is None:
        return
    place = ".".join(str(p) for p in error.absolute_path) or "/"
    if error.validator == "required":
        missing = next(k for k in error.validator_value if k not in error.instance)
        what = Text(f"{place} 缺少“{missing}”", f"{place} lacks '{missing}'")
    elif error.validator == "additionalProperties":
        extra = sorted(set(error.instance) - set(error.schema.get("properties", {})))
        what = Text(f"{place} 有未知字段 {extra}", f"{place} has unknown fields {extra}")
    else:
        value = repr(error.instance)[:_SHOWN]
        asked = f"{error.validator}: {json.dumps(error.validator_value, ensure_ascii=False)[:_SHOWN]}"
        what = Text(f"{place} 的值 {value} 不合格式（{asked}）", f"{place} is {value}, which does not fit ({asked})")
    raise RulebookError(what, Text(f"格式见 rulebook/{schema}", f"The format is in rulebook/{schema}"), where=where)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML's safe loader without two traps.

    A key that occurs twice is refused: the second would silently win. And only true and false are
    booleans: in YAML 1.1 the key ``on`` and the code ``NO`` would be, too.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012 - as the base class has it
        first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:bool"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key {key!r} twice", key_node.start_mark)
            seen.add(key)
        made: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return made


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), ["t", "f"])


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if isinstance(value, datetime.datetime):
        raise ValueError(f"{value} has a time of day; give a date as YYYY-MM-DD")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value


@functools.cache
def _validator(name: str) -> Any:
    from jsonschema import Draft202012Validator

    schema = json.loads((BUILTIN / name).read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)
