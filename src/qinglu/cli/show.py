"""What a person sees in the terminal: one progress bar, a summary at the end, the report's path last."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ..text import Lang, Text
from ..tools import TOOLS, tool

_LEVELS = {
    "critical": ("◆", "red", Text("严重", "critical")),
    "warning": ("▲", "yellow", Text("警示", "warning")),
    "note": ("●", "blue", Text("提示", "note")),
    "unknown": ("?", "bright_black", Text("未知", "unknown")),
    "clear": ("✓", "green", Text("无", "clear")),
}

_STEPS = {
    "read": Text("读取", "reading"),
    "layers": Text("打开图层", "opening layers"),
    "ground": Text("地面", "ground"),
    "prices": Text("计价", "pricing"),
    "best": Text("各目标最优", "best of each objective"),
    "front": Text("权衡前沿", "trade-off"),
    "alternatives": Text("备选线路", "alternatives"),
    "corridor": Text("走廊", "corridor"),
    "lines": Text("线形与得分", "smoothing and scores"),
    "sites": Text("场址", "sites"),
    "sensitivity": Text("敏感性", "sensitivity"),
    "screening": Text("筛查", "screening"),
    "write": Text("写出", "writing"),
}
"""Steps that tools name in their progress; anything else, a layer for instance, is shown as it is called."""


@contextmanager
def progress(*, quiet: bool, lang: Lang) -> Iterator[Callable[[str, int, int], None]]:
    """One bar on standard error, gone when done; nothing where no terminal is watching."""
    if quiet or not sys.stderr.isatty():
        yield lambda what, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(Text("读取", "reading").in_(lang), total=None)

        def show(what: str, done: int, total: int) -> None:
            said = _STEPS[what].in_(lang) if what in _STEPS else what or "…"
            bar.update(task, description=said, completed=done, total=total or None)

        yield show


def result(value: Any, lang: Lang) -> None:
    """A tool's result as a person reads it."""
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    if hasattr(value, "levels"):
        _screened(console, value, lang)
    elif getattr(value, "shown", None) is not None:
        _table(console, value.shown, lang)
    else:
        for line in value.lines(lang):
            console.print(line, markup=False)


def _screened(console: Any, value: Any, lang: Lang) -> None:
    from rich.table import Table
    from rich.text import Text as Styled

    for finding, steps in value.explained:
        console.print(f"\n{finding['project_id']}  {finding[f'explanation_{lang}']}", markup=False)
        for label, text in steps:
            console.print(f"    {label}: {text}", markup=False)
    counts = Text(
        f"读入 {value.read} 行 = 筛查 {value.screened} + 退回 {value.rejected}",
        f"read {value.read} = screened {value.screened} + rejected {value.rejected}",
    )
    console.print(counts.in_(lang), markup=False)
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    for level, (mark, colour, title) in _LEVELS.items():
        table.add_row(
            Styled(mark, style=colour), title.in_(lang), Styled(str(value.levels[level]), justify="right")
        )
    console.print(table)
    unknowns = Text(f"含未知项的项目：{value.unknowns}", f"projects with something unknown: {value.unknowns}")
    console.print(unknowns.in_(lang), markup=False)
    if value.rejected:
        where = next(p for p in value.files if p.name == "rejected.csv")
        console.print(Text(f"退回原因：{where}", f"why rows were rejected: {where}").in_(lang), markup=False)
    console.print(str(value.files[0]), markup=False)


def _table(console: Any, shown: Any, lang: Lang) -> None:
    """A short table, what is to be said below it, and the files, the report last."""
    from rich.cells import cell_len
    from rich.table import Table
    from rich.text import Text as Styled

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for n, title in enumerate(shown.columns):
        if n == 0:  # long names are cut: the files have them whole
            table.add_column(Styled(title.in_(lang)), no_wrap=True, max_width=28)
        else:
            cells = [row[n].in_(lang) if isinstance(row[n], Text) else row[n] for row in shown.rows]
            wide = max(cell_len(text) for text in (*cells, *title.in_(lang).split()))
            table.add_column(Styled(title.in_(lang)), justify="right", min_width=wide, overflow="fold")
    for row in shown.rows:
        table.add_row(*(Styled(cell.in_(lang) if isinstance(cell, Text) else cell) for cell in row))
    console.print(table)
    for line in shown.lines:
        console.print(line.in_(lang), markup=False)
    for path in shown.files[-1:]:
        console.print(path, markup=False)


def tools(which: str | None, lang: Lang, *, as_json: bool) -> None:
    """List the tools, or show one's declaration."""
    if which is not None:
        sys.stdout.write(json.dumps(tool(which).as_dict(), ensure_ascii=False, indent=2) + "\n")
    elif as_json:
        sys.stdout.write(json.dumps([t.as_dict() for t in TOOLS], ensure_ascii=False, indent=2) + "\n")
    else:
        width = max(len(t.id) for t in TOOLS)
        for t in TOOLS:
            sys.stdout.write(f"{t.id:<{width}}  {t.summary.in_(lang)}\n")
