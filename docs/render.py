"""Write what is rendered from declarations, commands and notes: ``python docs/render.py``.

Tests compare the pages with what this would write, so a new option or note cannot be forgotten.
"""

from __future__ import annotations

from pathlib import Path

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


def commands_page() -> str:
    """The page of every command with its inputs, in both languages."""
    return "\n".join([_HEAD, *(_section(tool) for tool in TOOLS)])


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
    written = field.metavar if field.positional else f"{field.flag} {field.metavar}".strip()
    name = written if field.required or field.kind == "flag" else f"[{written}]"
    cells = [f"`{name}`", field.unit, _default(field), field.help.en, field.help.zh]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _default(field: Field) -> str:
    if isinstance(field.default, tuple):
        return ",".join(f"{v:g}" if isinstance(v, float) else str(v) for v in field.default)
    return "" if field.default in (None, False) else str(field.default)


if __name__ == "__main__":
    COMMANDS.write_text(commands_page(), encoding="utf-8")
    OUTPUTS.write_text(outputs_page(OUTPUTS.read_text(encoding="utf-8")), encoding="utf-8")
