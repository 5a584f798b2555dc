"""Run a command: parse, call the tool, show what it gave; errors are one line."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ..errors import QingluError
from ..settings import Settings
from ..text import Lang, Text
from .parser import build_parser

if TYPE_CHECKING:
    from ..tools import Tool

_BROKEN = 70  # EX_SOFTWARE: our own mistake, not the user's


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of ``qinglu``. Returns the exit code: 0, 2 for unusable input, 130 after Ctrl-C."""
    given = list(sys.argv[1:] if argv is None else argv)
    lang: Lang = "zh" if _asked_for_chinese(given) else "en"
    try:
        settings = Settings.from_environment()
        lang = cast(Lang, settings.lang) if "--lang" not in " ".join(given) and settings.lang in ("zh", "en") else lang
        return _run(given, settings, lang)
    except QingluError as error:
        _say(error.line(lang))
        return error.exit_code
    except KeyboardInterrupt:
        _say(Text("已中断；没有写下任何不完整的文件", "interrupted; nothing half-written was left behind").in_(lang))
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except MemoryError:
        _say(Text("内存不足；请分批处理或减少图层", "out of memory; use a smaller portfolio or fewer layers").in_(lang))
        return 1


def _asked_for_chinese(given: Sequence[str]) -> bool:
    return "--lang=zh" in given or any(a == "--lang" and b == "zh" for a, b in pairwise(given))


def _run(given: Sequence[str], settings: Settings, lang: Lang) -> int:
    args = vars(build_parser(lang).parse_args(given))
    if args["tool"].startswith("tools-"):
        from . import show

        show.tools(args.get("which"), lang, as_json=args["json"])
        return 0
    # Libraries below warn on standard error about what is handled and noted here.
    warnings.simplefilter("ignore")
    import logging

    logging.disable(logging.CRITICAL)
    settings = replace(
        settings,
        lang=args["lang"] or lang,
        data_dir=args["data"] or settings.data_dir,
        threads=settings.threads if args["threads"] is None else args["threads"],
    )
    from datetime import date

    from ..tools import tool
    from ..workspace import Workspace
    from . import asking, show

    chosen = asking.tool_for_run(args["which"]) if args["tool"] == "run" else tool(args["tool"])
    if chosen.answers:
        inputs = asking.inputs(chosen, args, settings)
        asked = args["json"] or args["tool"] == "run"
        args["json"] = asked or not (args["text"] or args["quiet"] or sys.stdout.isatty())
    else:
        inputs = {f.name: args[f.name] for f in chosen.fields if args.get(f.name) is not None}
    with show.progress(quiet=args["quiet"] or args["json"], lang=cast(Lang, settings.lang)) as progress:
        workspace = Workspace(settings, today=date.today(), progress=progress)  # noqa: DTZ011 - the reader's own day
        result: Any = chosen.run(workspace, inputs)
    drawn = _drawn(chosen, result, args, cast(Lang, settings.lang))
    if args["json"]:
        json.dump(result.as_dict(), sys.stdout, ensure_ascii=False, indent=2)
        sys.stdout.write("\n")
    elif not args["quiet"]:
        show.result(result, cast(Lang, settings.lang))
    for line in drawn:
        _say(line)
    return int(getattr(result, "exit_code", 0))


def _drawn(chosen: Tool, result: Any, args: Mapping[str, Any], lang: Lang) -> list[str]:
    """Write the charts that were asked for; what to say of them."""
    if not chosen.answers or not args.get("charts"):
        return []
    from ..tools.charted import write_pictures

    if not result.charts:
        return [
            Text(
                f"{chosen.id} 的结果没有图表，未写出文件", f"this answer of {chosen.id} has no charts; none was written"
            ).in_(lang)
        ]
    files = write_pictures(result.charts, Path(args["charts"]), lang)
    return [] if args["quiet"] else [Text(f"图表：{path}", f"chart: {path}").in_(lang) for path in files]


def _say(line: str) -> None:
    sys.stderr.write(f"qinglu: {line}\n")
