"""Write what is rendered from declarations, articles, commands and notes: ``python docs/render.py``.

Tests compare the pages with what this would write, so a new option or note cannot be forgotten.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast

from qinglu.cli.asking import metavar_of
from qinglu.model import NOTES
from qinglu.rules import load
from qinglu.settings import Settings
from qinglu.text import Text
from qinglu.tools import TOOLS, Field, Tool

COMMANDS = Path(__file__).parent / "reference" / "commands.md"
OUTPUTS = Path(__file__).parent / "reference" / "outputs.md"
HTTP = Path(__file__).parent / "reference" / "http.md"
_NOTES = "| note | meaning | 含义 |\n|---|---|---|\n"
_HEAD = """# Commands · 命令

Rendered from the declarations of the tools; do not edit by hand (`python docs/render.py`).
本页由工具声明生成，请勿手工修改。

Every command also takes · 各命令通用选项：`--lang zh|en`, `--data DIR`, `--threads N`, `--json`, `--quiet`.
"""

ROOT = Path(__file__).resolve().parents[1]
ARTICLES = ROOT / "docs" / "articles.md"
NUMERALS = (
    "一", "二", "三", "四", "五", "六", "七", "八", "九", "十",
    "十一", "十二", "十三", "十四", "十五", "十六", "十七", "十八", "十九", "二十", "二十一",
)  # fmt: skip
_ARTICLES = """# Articles, tools, tests · 条款、工具、测试

From each article of the Opinions on promoting green development of the Belt and Road (2022) to the tools that serve it,
and to the tests that hold those tools to their word. Rendered; do not edit by hand (`python docs/render.py`).
从《关于推进共建“一带一路”绿色发展的意见》（2022年）各条，到为其服务的工具，再到看守这些工具的测试。本页自动生成，请勿手工修改。
"""
_HTTP = """# HTTP

Rendered from the routes themselves; do not edit by hand (`python docs/render.py`). `/openapi.json` has every field.
本页由各地址的声明生成，请勿手工修改；全部字段见 `/openapi.json`。

- **Who asks · 身份**: a session (`POST /api/v1/session` sets the cookie and tells `csrf`, to be sent as `X-CSRF-Token`
  with every change), or a token in `Authorization: Bearer ql_…` (`POST /api/v1/tokens`).
  会话（登录后由cookie识别，改动时以 `X-CSRF-Token` 附上 `csrf`），或 `Authorization` 中的令牌。
- **Lists · 列表**: `items` and `links`; `links.next` where there is more, also in the header `Link`. `limit` up to 1000.
  结果在 `items` 中，还有下一页时见 `links.next`；`limit` 至多1000。
- **Changes · 改动**: `If-Match` with the `ETag` that came with what is changed, or its `version` in the body.
  Without either 428; changed meanwhile 412 or 409, with who changed what.
  须以 `If-Match` 给出读取时的 `ETag`，或在正文中给出 `version`；缺少则428，已被他人改动则412或409，并说明何人改了什么。
- **Refusals · 拒绝**: `application/problem+json` with `slug`, `detail_zh`, `detail_en` and `where`; the
  [slugs](errors.md) are those of the command line. `?lang` or `Accept-Language` chooses `detail`.
  统一为 `application/problem+json`；代码与命令行相同，见[错误信息](errors.md)。
- **Jobs · 任务**: what takes longer answers 202 with `job`; `job.links.events` streams server-sent events
  (`queued`, `running`, `progress`, `done`, `failed`, `cancelled`), each with its number; `Last-Event-ID` goes on after it.
  耗时操作返回202和 `job`；`job.links.events` 为事件流，断开后以 `Last-Event-ID` 续传。
- **Files · 文件**: no path is ever opened. Where a tool takes a file, give the id of a document (`12`), a registered
  layer (`{"layer": "coast"}`), or `{"file": "FIELD"}` with a form of `inputs` (JSON) and files.
  服务器不打开任何所给路径：给出文件编号、登记的图层，或在同一表单中附上文件。
- **Charts · 图表**: `POST /api/v1/tools/{tool_id}?charts=true` adds `charts` to an answer: `name`, `title` and `svg`, in the
  language of `Accept-Language`; `charts=page` for a page of your own, whose CSS variables then give the colours.
  在结果中附上 `charts`：名称、标题和SVG图；`charts=page` 供嵌入自己的页面，颜色取自该页的CSS变量。

```sh
qinglu serve --demo
```

```python
import httpx2

with httpx2.Client(base_url="http://127.0.0.1:8000", headers={"Authorization": "Bearer ql_…"}) as client:
    with open("projects.csv", "rb") as file:
        job = client.post("/api/v1/portfolios", files={"file": file}).json()["job"]
    print(client.get(job["links"]["self"]).json()["state"])
```
"""
_RUN = """## qinglu run

Runs a tool on a JSON document and prints one JSON document: `result`, `findings`, `trace`, `unverified`. A field that
is unknown, missing or not allowed ends with exit code 2 and one line: the field, the value, what is allowed.
以JSON文档为输入运行工具，输出一份JSON文档：`result`（结果）、`findings`（结论）、`trace`（推理过程）、`unverified`（未核对的依据）。
字段未知、缺失或取值不允许时，退出码为2，并以一行说明字段、取值和允许范围。

```sh
qinglu run classify --input project.json
qinglu run combustion --input boiler.json --charts charts
qinglu tools show classify
```

`--charts DIR` also writes each chart of the answer as `NAME.svg` in the language of `--lang`, all of them or none, and
names them on standard error; the JSON stays as it is. `qinglu tools show TOOL` has an `example` to begin with.
`--charts DIR` 另将结果的每张图表按 `--lang` 的语言写为 `NAME.svg`（全部写出或一张不写），并在标准错误中列出；JSON不变。
`qinglu tools show TOOL` 中的 `example` 可作输入的起点。

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


def articles_page() -> str:
    """The page from each article of the Opinions to the tools that serve it, and on to the tests that hold them."""
    tests = {tool.id: tests_of(tool) for tool in TOOLS}
    lines = [_ARTICLES]
    for number, title in article_titles().items():
        serving = [tool for tool in TOOLS if NUMERALS[number - 1] in tool.articles]
        lines += [f"## {number} · {title.zh} · {title.en}", ""]
        if not serving:
            lines += ["Not served by a tool yet · 尚无工具服务于此条", ""]
            continue
        lines += ["| tool · 工具 | what it answers · 回答什么 | held by · 由哪些测试看守 |", "|---|---|---|"]
        lines += [
            f"| `qinglu {' '.join(t.command)}` | {t.title.en} · {t.title.zh} | "
            f"{', '.join(f'[{p.stem}](../{p.relative_to(ROOT).as_posix()})' for p in tests[t.id])} |"
            for t in serving
        ]
        lines.append("")
    return "\n".join(lines)


def article_titles() -> dict[int, Text]:
    """Number → title of each article, as the clauses of the Opinions have it."""
    found = {}
    for clause in load(installed=False).clauses.select(topic="opinions", kind="principle"):
        number = clause.id.removeprefix("chn.opinions-2022.art-")
        if number.isdigit():
            zh, en = clause.title.zh.partition("）")[2], clause.title.en.partition(": ")[2]
            found[int(number)] = Text(zh, en[:1].upper() + en[1:])
    return dict(sorted(found.items()))


def tests_of(tool: Tool) -> list[Path]:
    """Test files that run the tool: by the words of its command, its id in ``run``, or the function behind it.

    Tests of every tool at once, parametrized over the catalogue, are not named: they hold no one tool's answers.
    """
    module, function = tool.function.split(":")
    module = module.removeprefix("qinglu.")
    words = ", ".join(f'"{word}"' for word in tool.command)
    first, last = tool.command[0], tool.command[-1]
    grouped = [rf'{first}\("{last}"[,)]', rf'(?s)main\(\["{first}", .*\["{last}"'] if first != last else []
    patterns = (
        r"\b(?:say|run|main|cli|qinglu)\(\[?" + re.escape(words) + r"[,\])]",
        *grouped,
        rf"\b{tool.id.upper().replace('-', '_')}\.run",
        rf'(?:run|tool|answer|ask|document)\((?:workspace, )?"(?:run", ")?{re.escape(tool.id)}"',
        rf"(?s)from qinglu\.{re.escape(module)} import .*?\b{function}\(",
    )
    files = sorted(p for p in (ROOT / "tests").rglob("test_*.py") if p.name != "test_docs.py")
    return [p for p in files if any(re.search(x, p.read_text(encoding="utf-8")) for x in patterns)]


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
    words = f" ({', '.join(f'`{c}`' for c in field.choices)})" if field.choices else ""
    inside = f" {{{', '.join(f'`{f.name}`' for f in field.fields)}}}" if field.fields else ""
    cells = [f"`{name}`", field.unit, _default(field), field.help.en + words + inside, field.help.zh]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _default(field: Field) -> str:
    if isinstance(field.default, tuple):
        return ",".join(f"{v:g}" if isinstance(v, float) else str(v) for v in field.default)
    return "" if field.default in (None, False) else str(field.default)


def http_page() -> str:
    """The page of every route, from the app itself."""
    from qinglu.api import create_app

    app = create_app(cast(Any, None), Settings())
    paths = app.openapi()["paths"]
    by_tag: dict[str, list[str]] = {}
    for path, operations in paths.items():
        for method, operation in operations.items():
            said = " ".join(operation["description"].split("\n\n")[0].split()).replace("|", "\\|").replace("``", "`")
            tag = operation.get("tags", ["other"])[0]
            by_tag.setdefault(tag, []).append(f"| `{method.upper()} {path}` | {said} |")
    parts = [_HTTP]
    for tag, rows in by_tag.items():
        parts += [f"## {tag}", "", "| route · 地址 | what it does · 作用 |", "|---|---|", *rows, ""]
    return "\n".join(parts)


if __name__ == "__main__":
    HTTP.write_text(http_page(), encoding="utf-8")
    COMMANDS.write_text(commands_page(), encoding="utf-8")
    ARTICLES.write_text(articles_page(), encoding="utf-8")
    OUTPUTS.write_text(outputs_page(OUTPUTS.read_text(encoding="utf-8")), encoding="utf-8")
