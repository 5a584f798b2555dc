"""Write what is rendered from declarations, commands and notes: ``python docs/render.py``.

Tests compare the pages with what this would write, so a new option or note cannot be forgotten.
"""

from __future__ import annotations

from pathlib import Path

from qinglu.cli.asking import metavar_of
from qinglu.model import NOTES
from qinglu.tools import TOOLS, Field, Tool

COMMANDS = Path(__file__).parent / "reference" / "commands.md"
OUTPUTS = Path(__file__).parent / "reference" / "outputs.md"
_NOTES = "| note | meaning | 含义 |\n|---|---|---|\n"
_HEAD = """# Commands · 命令

Rendered from the declarations of the tools; do not edit by hand (`python docs/render.py`).
本页由工具声明生成，请勿手工修改。

Every command also takes · 各命令通用选项：`--lang zh|en`, `--data DIR`, `--threads N`, `--json`, `--quiet`.
"""

_RUN = """## qinglu run

Runs a tool on a JSON document and prints one JSON document: `result`, `findings`, `trace`, `unverified`. A field that
is unknown, missing or not allowed ends with exit code 2 and one line: the field, the value, what is allowed.
以JSON文档为输入运行工具，输出一份JSON文档：`result`（结果）、`findings`（结论）、`trace`（推理过程）、`unverified`（未核对的依据）。
字段未知、缺失或取值不允许时，退出码为2，并以一行说明字段、取值和允许范围。

```sh
qinglu run classify --input project.json
qinglu tools show classify
```

`TOOL` is one of · 可用工具：{named}. `--input -` reads standard input · 从标准输入读取. The plain flags of each
tool, above, say the same; `--input` goes with them, and a flag wins · 各工具自己的参数与此等效，
也可与 `--input` 并用，以参数为准。
In a terminal a tool's own command prints text; into a pipe, or with `--json`, JSON · 工具自己的命令在终端中输出文字，
在管道中或加 `--json` 时输出JSON。
"""


def commands_page() -> str:
    """The page of every command with its inputs, in both languages."""
    named = ", ".join(f"`{tool.id}`" for tool in TOOLS if tool.answers)
    return "\n".join([_HEAD, *(_section(tool) for tool in TOOLS), _RUN.format(named=named)])


def outputs_page(page: str) -> str:
    """`page` with the table of notes, its last, as the notes stand now."""
    before, _, _ = page.partition(_NOTES)
    rows = (f"| `{slug}` | {text.en} | {text.zh} |\n" for slug, text in NOTES.items())
    return before + _NOTES + "".join(rows)


def _section(tool: Tool) -> str:
    lines = [
        f"## qinglu {' '.join(tool.command)}",
        "",
        f"{tool.summary.en}",
        f"{tool.summary.zh}",
        "",
        "| input | unit | default | meaning | 含义 |",
        "|---|---|---|---|---|",
        *(_row(field) for field in tool.fields),
        "",
    ]
    return "\n".join(lines if tool.fields else [*lines[:4], ""])


def _row(field: Field) -> str:
    metavar = field.metavar or ("" if field.kind == "flag" else metavar_of(field))
    written = metavar if field.positional else f"{field.flag} {metavar}".strip()
    name = written if field.required or field.kind == "flag" else f"[{written}]"
    words = f" ({', '.join(f'`{c}`' for c in field.choices)})" if field.kind in ("choice", "map") else ""
    inside = f" {{{', '.join(f'`{f.name}`' for f in field.fields)}}}" if field.fields else ""
    cells = [f"`{name}`", field.unit, _default(field), field.help.en + words + inside, field.help.zh]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _default(field: Field) -> str:
    if isinstance(field.default, tuple):
        return ",".join(f"{v:g}" if isinstance(v, float) else str(v) for v in field.default)
    return "" if field.default in (None, False) else str(field.default)


if __name__ == "__main__":
    COMMANDS.write_text(commands_page(), encoding="utf-8")
    OUTPUTS.write_text(outputs_page(OUTPUTS.read_text(encoding="utf-8")), encoding="utf-8")
