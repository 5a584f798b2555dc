"""Commands of tools that take JSON: flags and documents become one document, which the declaration then checks."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import OptionError, SizeLimitError
from ..settings import Settings
from ..text import Lang, Text
from ..tools import TOOLS, Field, Tool, tool
from .layers import layer_given

_MB = 1 << 20
_REPEATED = ("layers", "rasters", "places")
_INPUT_MB = 64
"""One document of inputs; a portfolio is not given this way."""


def add_run(commands: Any, lang: Lang) -> argparse.ArgumentParser:
    """The command ``run TOOL --input FILE|-``."""
    text = Text("以JSON输入运行一个工具，输出一份JSON文档", "run a tool on a JSON document; prints one JSON document")
    sub: argparse.ArgumentParser = commands.add_parser(
        "run", help=text.in_(lang), description=text.in_(lang), allow_abbrev=False
    )
    named = ", ".join(t.id for t in TOOLS if t.answers)
    sub.add_argument("which", metavar="TOOL", help=named)
    add_input(sub, lang, required=True)
    sub.set_defaults(tool="run")
    return sub


def add_input(sub: argparse.ArgumentParser, lang: Lang, *, required: bool = False) -> None:
    """The flags ``--input`` and ``--charts``."""
    sub.add_argument(
        "--input",
        metavar="FILE|-",
        required=required,
        help=Text("JSON输入文件，- 为标准输入", "a JSON document with the inputs; - reads standard input").in_(lang),
    )
    sub.add_argument(
        "--charts",
        metavar="DIR",
        help=Text(
            "把结果的图表写入该文件夹，格式为SVG", "also write the charts of the answer into this folder, as SVG"
        ).in_(lang),
    )


def add_flags(sub: argparse.ArgumentParser, chosen: Tool, lang: Lang, describe: Any) -> None:
    """One plain flag for each field, ``--input``, and ``--text``. What is required is checked once all is gathered."""
    for field in chosen.fields:
        options: dict[str, Any] = {"metavar": field.metavar or metavar_of(field), "help": describe(field, lang)}
        if field.positional:
            sub.add_argument(field.name, nargs="?", **options)
            continue
        if field.kind in _REPEATED:
            options["action"] = "append"
        sub.add_argument(field.flag, dest=field.name, **options)
    add_input(sub, lang)
    sub.add_argument(
        "--text",
        action="store_true",
        help=Text("以文字而非JSON输出（终端中默认如此）", "print text, not JSON (what a terminal gets anyway)").in_(
            lang
        ),
    )


def tool_for_run(name: str) -> Tool:
    """The tool of that id, if it takes JSON.

    Raises
    ------
    UnknownNameError
        Nobody knows it.
    OptionError
        It takes files instead.
    """
    chosen = tool(name)
    if not chosen.answers:
        named = [t.id for t in TOOLS if t.answers]
        raise OptionError(
            Text(f"工具 {name} 不以JSON输入运行", f"{name} does not run on a JSON document"),
            Text(f"请用 qinglu {' '.join(chosen.command)}；可用：{'、'.join(named)}",
                 f"Use qinglu {' '.join(chosen.command)}; these do: {', '.join(named)}"),
            where="run",
        )  # fmt: skip
    return chosen


def inputs(chosen: Tool, args: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """The checked inputs of a tool from ``--input`` and its flags; a flag wins over the document.

    Raises
    ------
    OptionError
        A document that is no JSON object, a field that is unknown, missing or not allowed.
    """
    from ..tools.check import checked

    document: Any = _document(args["input"], settings) if args.get("input") else {}
    if isinstance(document, Mapping) and args["tool"] != "run":
        flags = {f.name: _from_flag(f, args[f.name]) for f in chosen.fields if args.get(f.name) is not None}
        document = {**document, **flags}
    return checked(chosen.fields, document)


def _document(path: str, settings: Settings) -> Any:
    limit = min(_INPUT_MB, settings.max_file_mb) * _MB
    try:
        if path == "-":
            raw = sys.stdin.buffer.read(limit + 1)
        else:
            with Path(path).open("rb") as file:
                raw = file.read(limit + 1)
    except OSError as error:
        raise OptionError(
            Text(f"无法读取 {path}：{error.strerror}", f"{path} cannot be read: {error.strerror}"),
            Text("请给出JSON文件，或用 - 从标准输入读取", "Give a JSON file, or - for standard input"),
            where="--input",
        ) from None
    if len(raw) > limit:
        raise SizeLimitError(
            Text(f"{path} 超过 {limit // _MB} MB", f"{path} is larger than {limit // _MB} MB"), where="--input"
        )
    return parsed_json(raw, "--input")


def parsed_json(raw: bytes | str, where: str) -> Any:
    """JSON without its traps: no key twice, no NaN or Infinity.

    Raises
    ------
    OptionError
        It is not JSON; what and where.
    """
    try:
        text = raw.decode("utf-8-sig") if isinstance(raw, bytes) else raw
        return json.loads(text, object_pairs_hook=_distinct, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise OptionError(
            Text(f"不是有效的JSON：{error}", f"this is not JSON: {error}"),
            Text('例如 {"country": "IDN"}', 'For example {"country": "IDN"}'),
            where=where,
        ) from None


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [k for k, _ in pairs]
        raise ValueError(f"key {next(k for k in keys if keys.count(k) > 1)!r} twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number of JSON")


def _from_flag(field: Field, raw: Any) -> Any:
    """What a flag says as a JSON value; what cannot be read stays text, and the check names it."""
    if field.kind in _REPEATED:
        return _from_flags(field, raw)
    match field.kind:
        case "place":
            return _place(raw)
        case "span":
            parts = raw.replace("：", ":").split(":")
            return [_number(p.strip()) for p in parts] if len(parts) == 2 else raw
        case "choices":
            return [part.strip().lower() for part in raw.split(",") if part.strip()]
        case "map" if field.item is not None and not raw.lstrip().startswith("{"):
            pairs = (part.partition("=") for part in raw.split(",") if part.strip())
            return {name.strip(): _from_flag(field.item, value) for name, _, value in pairs}
        case "number" | "integer":
            return _number(raw)
        case "boolean" | "flag":
            return {"true": True, "false": False}.get(raw.strip().lower(), raw)
        case "object" | "map":
            return parsed_json(raw, field.flag)
        case "list":
            if raw.lstrip().startswith("["):
                return parsed_json(raw, field.flag)
            parts = [p.strip() for p in raw.split(",") if p.strip()]
            return [_from_flag(field.item, p) for p in parts] if field.item else parts
    return raw


def _from_flags(field: Field, raws: list[str]) -> list[Any]:
    """A flag that may be repeated: places, or layers with their options."""
    if field.kind == "places":
        return [_place(part) for raw in raws for part in raw.split(";") if part.strip()]
    options = {f.name: f for f in field.fields if f.name != "path"}
    found = []
    for raw in raws:
        given = layer_given(raw, field.flag, tuple(name.removesuffix("_field") for name in options))
        read = {k: _from_flag(options[k], v) if isinstance(v, str) and k in options else v for k, v in given.items()}
        found.append({**read, "path": str(given["path"])})
    return found


def _place(raw: str) -> Any:
    """``38.75,9.0`` as two numbers; the comma may be a Chinese one."""
    parts = raw.replace("，", ",").split(",")
    return [_number(p.strip()) for p in parts] if len(parts) == 2 else raw


def _number(raw: str) -> Any:
    try:
        value = float(raw)
    except ValueError:
        return raw
    return int(value) if value.is_integer() and raw.strip().lstrip("+-").isdigit() else value


def metavar_of(field: Field) -> str:
    """What to write in the place of a field's value."""
    match field.kind:
        case "place":
            return "LON,LAT"
        case "places":
            return "LON,LAT;…"
        case "span":
            return "LOW:HIGH"
        case "layers" | "rasters":
            return "NAME=PATH[,…]"
        case "map" if field.item is not None:
            return "NAME=N,…"
        case "choice":
            return "|".join(field.choices) if sum(map(len, field.choices)) <= 40 else field.name.upper()
        case "boolean" | "flag":
            return "true|false"
        case "date":
            return "YYYY-MM-DD"
        case "object" | "map":
            return "JSON"
        case "list":
            return "A,B,…"
    return field.name.upper()
