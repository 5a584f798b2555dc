"""The words of the page on the AidData projects in the service, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from findings_aiddata import LAYERS

from qinglu.model import Level
from qinglu.text import Lang, Text

_STAGES = {
    "queued": Text("排队", "queued"),
    "running": Text("执行进程接手", "taken by a worker"),
    "read": Text("读取文件", "reading the file"),
    "register": Text("登记", "entering the register"),
    "registered": Text("已登记", "in the register"),
    "progress": Text("判断、写出报告", "judging, and writing the reports"),
    **{name: Text(f"测量：{zh}", f"measuring: {name}") for name, (_, zh, _) in LAYERS.items()},
    "keep": Text("保存结论与报告", "keeping findings and reports"),
    "done": Text("完成", "done"),
}
_T = {
    "title": Text(
        "在服务中登记并筛查3,319个真实项目", "3,319 real projects registered and screened through the service"
    ),
    "other": Text("[English](service-aiddata.md)", "[中文](service-aiddata.zh.md)"),
    "lead": Text(
        "与[另一页](findings-aiddata.zh.md)相同的数据和图层，但全程经由 HTTP：启动 `qinglu serve`，登录，停用入门图集的图层，"
        "上传文件，跟随任务的事件流，再从服务读回每一行的去向。本页由下列命令生成，数字均为该次运行所得：",
        "The same data and layers as on [the other page](findings-aiddata.md), but all of it over HTTP: `qinglu serve` is "
        "started, somebody signs in, switches the starter layers off, uploads the file, follows the events of the job, and "
        "reads back from the service what became of every row. This page is written by the command below, and every figure "
        "is from that run:",
    ),
    "same": Text("与命令行的结果一致", "The same as from the command line"),
    "same_say": Text(
        "另一页由 `qinglu screen` 得出。脚本逐一核对了 {n} 个数字（行的去向、各类备注、各图层各距离带的项目数、级别、警示），"
        "全部相等；只要有一个不等，脚本即中止，本页不会写出。",
        "The other page comes from `qinglu screen`. The script held {n} figures against each other (rows, notes, projects "
        "within each band of each layer, levels, warnings), and all were equal; had one differed, the script would have "
        "ended and this page would not have been written.",
    ),
    "account": Text(
        "读入 {read} 行 = 登记并筛查 {screened} + 退回 {rejected}；结论 {findings:,} 条，审计记录 {trail} 条，完整无缺。",
        "Read {read} rows = registered and screened {screened} + rejected {rejected}; {findings:,} findings; {trail} rows on "
        "the audit trail, which is intact.",
    ),
    "level": Text("级别", "level"),
    "projects": Text("项目数", "projects"),
    "seen": Text("在网页中", "On the web pages"),
    "portfolio": Text("地图与列表并列的3,319个项目", "The 3,319 projects as a list beside the map"),
    "account_seen": Text("上传文件的账目：每一行的去向", "The account of the upload: what became of every row"),
    "dossier": Text(
        "一个有警示的项目：它接触到什么，以及周围1至50公里的距离环",
        "A project with a warning: what it touches, and rings of 1 to 50 km",
    ),
    "time": Text("用时", "How long it took"),
    "time_say": Text(
        "文件 {mb:.1f} MB，{accepted:.1f} 秒后应答202；{took:.0f} 秒后任务完成（两核，机器上另有其他工作）。"
        "事件流依次报告了这些阶段：",
        "The file is {mb:.1f} MB and was answered with 202 after {accepted:.1f} s; the job was done after {took:.0f} s (two "
        "cores, busy with other work as well). The stream of events told these stages:",
    ),
    "stage": Text("阶段", "stage"),
    "after": Text("开始于（秒）", "began after (s)"),
    "left": Text("留下的文件", "What the run left"),
    "left_say": Text(
        "可从运行记录和任务下载；按 SHA-256 保存，相同内容只存一份：",
        "To be downloaded from the run and from the job; kept once, under their SHA-256:",
    ),
    "file": Text("文件", "file"),
}


def page(found: Mapping[str, Any], lang: Lang) -> str:
    """The page in one language."""
    say = {key: text.in_(lang) for key, text in _T.items()}
    levels = [
        [Level(n).title.in_(lang), found["levels"].get(n, 0)]
        for n in ("critical", "warning", "note", "unknown", "clear")
    ]
    stages = [[_STAGES[name].in_(lang), f"{s:.1f}"] for name, s in found["stages"]]
    files = [[f"`{d['name']}`", f"{d['size'] / 1e6:.1f}"] for d in found["documents"].values()]
    account = say["account"].format(
        **found["account"] | {"findings": found["findings"], "trail": found["trail"]["rows"]}
    )
    took = say["time_say"].format(mb=found["size"] / 1e6, accepted=found["accepted_s"], took=found["took_s"])
    parts = [
        f"# {say['title']}", say["other"], say["lead"],
        "```sh\npython docs/service_aiddata.py ../shared/data /tmp/aiddata\n```",
        f"## {say['same']}", say["same_say"].format(n=found["compared"]), account,
        _table([say["level"], say["projects"]], levels),
        f"## {say['seen']}", *_pictures(say, lang),
        f"## {say['time']}", took, _table([say["stage"], say["after"]], stages),
        f"## {say['left']}", say["left_say"], _table([say["file"], "MB"], files),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _pictures(say: Mapping[str, str], lang: Lang) -> list[str]:
    names = {"portfolio": "portfolio", "account": "account_seen", "dossier": "dossier"}
    return [f"![{say[words]}](images/aiddata-{name}-{lang}.webp)\n\n{say[words]}" for name, words in names.items()]


def _table(head: list[Any], rows: list[list[Any]]) -> str:
    lines = [head, ["---", "--:"], *rows]
    return "\n".join("| " + " | ".join(str(c) for c in line) + " |" for line in lines)
