"""Command-line parser, made from the declarations of tools."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from .. import __version__
from ..errors import OptionError
from ..text import Lang, Text
from ..tools import TOOLS, Field, Tool
from .asking import add_flags, add_run
from .layers import layer_given

_NUMBERS = re.compile(r"-[\d.][\d.,;\s+-]*")
_GROUPS = {
    "atlas": Text("图册：图层的目录、获取与核验", "the catalogue of layers: list, fetch, verify"),
    "audit": Text("审计记录", "the audit trail"),
    "rules": Text("规则：列出、查看、沿革、解释与核验", "the rules: list, show, history, explain, check"),
    "tools": Text("工具及其声明", "tools and their declarations"),
}


class Parser(argparse.ArgumentParser):
    """An argument parser that raises `OptionError` instead of printing usage."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Take ``--from -73.9,4.6`` as it is meant: argparse alone reads a place that begins with a minus as a flag."""
        return super().parse_known_args(_joined(sys.argv[1:] if args is None else args), namespace)

    def error(self, message: str) -> NoReturn:
        """Turn what argparse says into an error of ours."""
        raise OptionError(
            Text(f"命令有误：{message}", message),
            Text(f"运行 {self.prog} --help 查看用法", f"See {self.prog} --help"),
        )


def _joined(args: Sequence[str]) -> list[str]:
    """Arguments with each flag and the numbers after it as one.

    Examples
    --------
    >>> _joined(["route", "--from", "-73.9,4.6", "--quiet", "-h"])
    ['route', '--from=-73.9,4.6', '--quiet', '-h']
    """
    out: list[str] = []
    for arg in args:
        if out and _NUMBERS.fullmatch(arg) and re.fullmatch(r"--[a-z-]+", out[-1]):
            out[-1] += f"={arg}"
        else:
            out.append(arg)
    return out


def build_parser(lang: Lang = "en") -> Parser:
    """The parser of every command; help texts in `lang`."""
    parser = Parser(
        prog="qinglu",
        description=Text(
            "青路：让海外基础设施更绿色。逐个项目给出结论与依据。",
            "Qinglu keeps overseas infrastructure green: findings for every project, each with its evidence.",
        ).in_(lang),
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"qinglu {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=Parser)
    groups: dict[str, Any] = {}
    for tool in TOOLS:
        where = commands
        if len(tool.command) > 1:
            group = tool.command[0]
            if group not in groups:
                holder = commands.add_parser(group, help=_GROUPS[group].in_(lang), allow_abbrev=False)
                groups[group] = holder.add_subparsers(dest="subcommand", metavar="COMMAND", required=True,
                                                      parser_class=Parser)  # fmt: skip
            where = groups[group]
        _add_tool(where, tool, lang)
    _add_common(add_run(commands, lang), lang)
    _add_tools_commands(commands, lang)
    return parser


def _add_tool(where: Any, tool: Tool, lang: Lang) -> None:
    sub = where.add_parser(
        tool.command[-1], help=tool.summary.in_(lang), description=tool.summary.in_(lang), allow_abbrev=False
    )
    sub.set_defaults(tool=tool.id)
    if tool.answers:
        add_flags(sub, tool, lang, _described)
    else:
        for field in tool.fields:
            _add_field(sub, field, lang)
    _add_common(sub, lang)


def _add_tools_commands(commands: Any, lang: Lang) -> None:
    holder = commands.add_parser("tools", help=_GROUPS["tools"].in_(lang), allow_abbrev=False)
    sub = holder.add_subparsers(dest="subcommand", metavar="COMMAND", required=True, parser_class=Parser)
    listing = sub.add_parser(
        "list", help=Text("列出全部工具", "list every tool").in_(lang), allow_abbrev=False
    )
    listing.set_defaults(tool="tools-list")
    showing = sub.add_parser(
        "show", help=Text("显示一个工具的声明", "show a tool's declaration").in_(lang), allow_abbrev=False
    )
    showing.add_argument("which", metavar="TOOL")
    showing.set_defaults(tool="tools-show")
    for p in (listing, showing):
        _add_common(p, lang)


def _add_common(sub: argparse.ArgumentParser, lang: Lang) -> None:
    sub.add_argument("--lang", choices=("zh", "en"), help=Text("语言", "language").in_(lang))
    sub.add_argument(
        "--data", metavar="DIR", type=Path, help=Text("图册所在文件夹", "folder of the atlas").in_(lang)
    )
    sub.add_argument(
        "--threads",
        metavar="N",
        type=int,
        help=Text("线程数，0为全部核心", "threads; 0 for every core").in_(lang),
    )
    sub.add_argument(
        "--json",
        action="store_true",
        help=Text("以JSON输出，供程序读取", "print JSON for machines").in_(lang),
    )
    sub.add_argument(
        "--quiet", action="store_true", help=Text("只输出错误", "print nothing but errors").in_(lang)
    )


def _described(field: Field, lang: Lang) -> str:
    """The help of a field: what it is, its choices where they are many, unit and default."""
    text = field.help.in_(lang)
    if field.choices and field.kind in ("choice", "choices", "map", "integer"):
        text += Text(f"：{'、'.join(field.choices)}", f": {', '.join(field.choices)}").in_(lang)
    if field.unit:
        text += f" [{field.unit}]"
    if field.default not in (None, False, "", ()):
        shown = ",".join(f"{v:g}" if isinstance(v, float) else str(v) for v in field.default) \
            if isinstance(field.default, tuple) else field.default  # fmt: skip
        text += Text(f"（默认 {shown}）", f" (default {shown})").in_(lang)
    return text.replace("%", "%%")


def _add_field(sub: argparse.ArgumentParser, field: Field, lang: Lang) -> None:
    options: dict[str, Any] = {"help": _described(field, lang)}
    if field.kind == "flag":
        sub.add_argument(field.flag, action="store_true", **options)
        return
    options["metavar"] = field.metavar or field.name.upper()
    options["type"] = lambda raw: parsed(field, raw)
    if field.positional:
        sub.add_argument(field.name, nargs=None if field.required else "?", **options)
    else:
        if field.kind in ("layers", "rasters"):
            options["action"] = "append"
        sub.add_argument(field.flag, dest=field.name, required=field.required, **options)


def parsed(field: Field, raw: str) -> Any:
    """The value of a field as written on the command line.

    Raises
    ------
    OptionError
        It cannot be read; what, which value, what is allowed.
    """
    where = field.name if field.positional else field.flag
    match field.kind:
        case "path" | "folder":
            if not raw.strip():
                raise OptionError(Text("路径为空", "the path is empty"), where=where)
            return Path(raw)
        case "integer":
            return _number(raw, int, where)
        case "numbers":
            return tuple(_number(part, float, where) for part in raw.split(","))
        case "date":
            return _date(raw, where)
        case "choices":
            return _choices(field, raw, where)
        case "choice":
            return _choices(field, raw, where)[0]
        case "layers" | "rasters":
            return layer_given(
                raw, where, ("role", "id", "name") if field.kind == "layers" else ("role", "band")
            )
    return raw


def _number(raw: str, kind: type[int] | type[float], where: str) -> Any:
    try:
        return kind(raw)
    except ValueError:
        raise OptionError(
            Text(f"{raw!r} 不是数字", f"{raw!r} is not a number"),
            Text(
                "请写数字，多个数字用逗号分隔，如 1,5,10,50",
                "Write numbers separated by commas, 1,5,10,50 for example",
            ),
            where=where,
        ) from None


def _date(raw: str, where: str) -> date:
    try:
        return date.fromisoformat(raw)
    except ValueError:
        raise OptionError(
            Text(f"{raw!r} 不是日期", f"{raw!r} is not a date"),
            Text("请写成 2026-01-31 的形式", "Write it as 2026-01-31"),
            where=where,
        ) from None


def _choices(field: Field, raw: str, where: str) -> tuple[str, ...]:
    given = tuple(dict.fromkeys(part.strip().lower() for part in raw.split(",") if part.strip()))
    strange = [g for g in given if g not in field.choices]
    if strange or not given:
        raise OptionError(
            Text(
                f"没有 {', '.join(strange) or '空值'} 这个选项",
                f"{', '.join(strange) or 'nothing'} is not one of the choices",
            ),
            Text(f"可用：{'、'.join(field.choices)}", f"Use {', '.join(field.choices)}"),
            where=where,
        )
    return given
