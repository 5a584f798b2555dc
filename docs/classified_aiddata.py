"""Classify the AidData projects by the whole rulebook: ``python docs/classified_aiddata.py ../shared/data OUT``.

The same screening as findings_aiddata.py, with ``--rules all``; rewrites docs/classified-aiddata.md and its Chinese
twin. No figure there is typed.
"""
# ruff: noqa: E501

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from findings_aiddata import LAYERS, portfolio

from qinglu.cli import main as qinglu
from qinglu.model import country_title
from qinglu.rules import load
from qinglu.text import Lang, Text

HERE = Path(__file__).parent
COLOURS = {3.0: Text("红", "red"), 2.0: Text("黄", "yellow"), 1.0: Text("绿", "green"), None: Text("未知", "unknown")}
RULED = {
    "colour": Text("绿色发展指南颜色", "colour under the guidance"),
    "coal-gate": Text("煤电关口", "coal gate"),
    "eia": Text("环评", "EIA"),
    "duty": Text("义务", "duties"),
    "measured": Text("位置与测量", "place and measures"),
}
SHOWN = 40

_T = {
    "title": Text("3,319个真实项目的颜色与义务", "The colours and duties of 3,319 real projects"),
    "other": Text("[English](classified-aiddata.md)", "[中文](classified-aiddata.zh.md)"),
    "lead": Text(
        "数据与图层同[在3,319个真实项目中看到了什么](findings-aiddata.zh.md)，另以 `--rules all` 加入整套规则库，"
        "按2026年11月22日有效的条款判断。本页由下列命令生成：",
        "Data and layers are those of [What was found in 3,319 real projects](findings-aiddata.md); the whole rulebook is "
        "added by `--rules all`, as it stood on 22 November 2026. This page is written by:",
    ),
    "caution": Text(
        "颜色以项目类型和所给图层为准。**指南的分类表尚无人与原文核对，以下颜色全部未核实**；没有自然保护地图层，"
        "是否侵占生态重要区域大多不可知，若侵占即为红。项目类型由行业读出；行业过于笼统时由名称读出，读不出即为未知。"
        "资料只到2017年，多数项目已建成：颜色不是对当年决策的评价。",
        "A colour rests on the type of the project and the layers given. **Nobody has yet read the guidance's table beside its "
        "original: every colour here is unverified.** Without a layer of protected areas it is mostly not known whether a "
        "project infringes on an important area; if it does, it is red. The type is read from the sector, or from the name "
        "where the sector only names a field; what cannot be read is unknown. The data end in 2017 and most projects are "
        "built: a colour is no verdict on the decisions of that time.",
    ),
    "total": Text("合计", "In all"),
    "by_type": Text("按项目类型", "By type of project"),
    "by_country": Text("按国家和颜色", "By country and colour"),
    "others": Text("其余 {n} 个", "{n} others"),
    "none": Text("未知或多国", "not known, or several"),
    "gate": Text("煤电关口", "Coal gate"),
    "unread": Text("类型未能读出，或指南未列", "type not read, or not in the guidance"),
    "share": Text("有多少结论依据未核实的条款", "How many findings rest on unverified clauses"),
    "share_say": Text(
        "共 {all} 条结论，其中 {n} 条（{pct}）至少依据一条未与原文核对的条款。",
        "Of {all} findings, {n} ({pct}) rest on at least one clause that was not read beside its official text.",
    ),
    "answers": Text("回答什么", "what it answers"),
    "findings": Text("结论数", "findings"),
    "unverified": Text("未核实", "unverified"),
    "level": Text("级别", "level"),
    "country": Text("国家", "country"),
    "type": Text("类型", "type"),
    "projects": Text("项目数", "projects"),
}


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """A table in Markdown, figures to the right."""
    lines = [f"| {' | '.join(head)} |", f"| --- |{' --: |' * (len(head) - 1)}"]
    return [*lines, *(f"| {' | '.join(str(c) for c in row)} |" for row in rows), ""]


def split(pairs: Counter[tuple[str, float | None]], name: str) -> list[int]:
    """How many of `name` have each colour."""
    return [pairs[(name, value)] for value in COLOURS]


def page(results: Path, lang: Lang) -> str:
    """The page in one language."""
    said = {k: v.in_(lang) for k, v in _T.items()}
    columns = ["project_id", "rule_id", "level", "measure", "value", "explanation_en"]
    found = pq.read_table(results / "findings.parquet", columns=columns)
    projects = pq.read_table(results / "projects.parquet", columns=["project_id", "country"])
    country = dict(zip(projects["project_id"].to_pylist(), projects["country"].to_pylist(), strict=True))
    colour = found.filter(pc.equal(found["measure"], "colour")).to_pylist()
    by_country = Counter((country[f["project_id"]] or "", f["value"]) for f in colour)
    by_type = Counter((f["rule_id"], f["value"]) for f in colour)
    totals = [sum(n for (_, value), n in by_type.items() if value == c) for c in COLOURS]
    names = [c.in_(lang) for c in COLOURS.values()]
    titles = {c.id: c.title.in_(lang) for c in load(installed=False).clauses}
    titles["int.gdg.rule.two-steps"] = said["unread"]

    def ranked(pairs: Counter[tuple[str, float | None]]) -> list[str]:
        sums: Counter[str] = Counter()
        for (name, _), n in pairs.items():
            sums[name] += n
        return [name for name, _ in sorted(sums.items(), key=lambda item: (-item[1], item[0]))]

    order = ranked(by_country)
    rest = [sum(split(by_country, c)[i] for c in order[SHOWN:]) for i in range(len(COLOURS))]
    rows = [[country_title(c).in_(lang) if c else said["none"], *split(by_country, c), sum(split(by_country, c))]
            for c in order[:SHOWN]]  # fmt: skip
    if len(order) > SHOWN:
        rows.append([said["others"].format(n=len(order) - SHOWN), *rest, sum(rest)])
    gate = Counter(found.filter(pc.equal(found["measure"], "coal-gate"))["rule_id"].to_pylist())
    doubtful = pc.match_substring(found["explanation_en"], "unverified")
    kinds = pa.array([m if m in RULED else "measured" for m in found["measure"].to_pylist()])
    shares = [(k, int(pc.sum(pc.equal(kinds, k)).as_py() or 0),
               int(pc.sum(pc.and_(pc.equal(kinds, k), doubtful)).as_py() or 0)) for k in RULED]  # fmt: skip
    n_all, n_doubtful = len(found), int(pc.sum(doubtful).as_py())
    lines = [
        f"# {said['title']}", "", said["other"], "", said["lead"], "",
        "```sh", "python docs/classified_aiddata.py ../shared/data /tmp/aiddata", "```", "", said["caution"], "",
        *table([said["projects"], *names], [[said["total"], *totals]]),
        f"## {said['by_country']}", "",
        *table([said["country"], *names, said["total"]], rows),
        f"## {said['by_type']}", "",
        *table([said["type"], *names, said["total"]],
               [[titles[t], *split(by_type, t), sum(split(by_type, t))] for t in ranked(by_type)]),
        f"## {said['gate']}", "",
        *table([said["gate"], said["projects"]], [[titles[r], n] for r, n in gate.most_common()]),
        f"## {said['share']}", "",
        said["share_say"].format(all=f"{n_all:,}", n=f"{n_doubtful:,}", pct=f"{n_doubtful / n_all:.1%}"), "",
        *table([said["answers"], said["findings"], said["unverified"], "%"],
               [[RULED[k].in_(lang), f"{n:,}", f"{u:,}", f"{u / n:.1%}" if n else "–"] for k, n, u in shares]),
    ]  # fmt: skip
    return "\n".join(lines).rstrip() + "\n"


def main() -> None:
    """Screen, and write both pages."""
    data, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    args = ["screen", str(portfolio(data, out)), "--sector-field", "AidData Sector Name", "--rules", "all"]
    for name, (path, _, role) in LAYERS.items():
        args += ["--layer", f"{name}={data / path},role={role}"]
    results = out / "classified"
    code = qinglu([*args, "--on", "2026-11-22", "--quiet", "--format", "parquet", "--out", str(results)])
    if code:
        raise SystemExit(code)
    languages: tuple[tuple[Lang, str], ...] = (("en", "classified-aiddata.md"), ("zh", "classified-aiddata.zh.md"))
    for lang, name in languages:
        (HERE / name).write_text(page(results, lang), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
