"""The words of the page on the AidData projects, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from findings_aiddata import BANDS, LAYERS

from qinglu.model import NOTES, Level, country_title
from qinglu.rules import load
from qinglu.text import Lang, Text

_T = {
    "title": Text("在3,319个真实项目中看到了什么", "What was found in 3,319 real projects"),
    "other": Text("[English](findings-aiddata.md)", "[中文](findings-aiddata.zh.md)"),
    "lead": Text(
        "数据：AidData《全球中国发展融资地理空间数据集》2.0版（属性ODC-By 1.0，几何来自OpenStreetMap，ODbL 1.0）；"
        "图层：Natural Earth 1:10m 海岸线、河流、湖泊、冰川、珊瑚礁，以及 RESOLVE 生态区2017（概化版）。"
        "数据不随本产品分发。本页由下列命令生成，数字均为该次运行所得：",
        "Data: AidData's Geospatial Global Chinese Development Finance Dataset 2.0 (attributes ODC-By 1.0, geometries from "
        "OpenStreetMap, ODbL 1.0). Layers: Natural Earth 1:10m coastline, rivers, lakes, glaciers and reefs, and RESOLVE "
        "Ecoregions 2017 in a generalised form. None of it ships with the product. This page is written by the command "
        "below, and every figure is from that run:",
    ),
    "rows": Text("每一行的去向", "Every row accounted for"),
    "account": Text(
        "读入 {read} 行 = 筛查 {screened} + 退回 {rejected}；不同位置（资产）{assets} 处。测量与判断用时 {seconds:.0f} 秒（两核，实际时间）。",
        "Read {read} = screened {screened} + rejected {rejected}; {assets} distinct places (assets). Measuring and judging "
        "took {seconds:.0f} s of wall time on two cores.",
    ),
    "notes": Text("对行的备注", "What was noted on rows"),
    "projects": Text("项目数", "projects"),
    "note": Text("备注", "note"),
    "meaning": Text("含义", "meaning"),
    "near": Text("附近有什么", "What is near"),
    "layer": Text("图层", "layer"),
    "touches": Text("相交", "touches"),
    "within": Text("≤ {km} km", "within {km} km"),
    "levels": Text("结论级别", "Levels"),
    "levels_say": Text(
        "按每个项目最严重的结论计；没有自然保护地、生物多样性关键区等图层，因此每个项目都有未知项，没有一个项目可称为“无”。",
        "Each project by its worst finding. No layer of protected areas, key biodiversity areas and others was given, so every "
        "project has unknowns and none can be called clear.",
    ),
    "level": Text("级别", "level"),
    "warned": Text("警示来自哪些规则", "Which rules gave the warnings"),
    "rule": Text("规则", "rule"),
    "findings": Text("结论数", "findings"),
    "eco": Text("生态区", "Ecoregions"),
    "eco_say": Text(
        "项目触及 {n} 个生态区（共847个）；线状资产（同一位置只计一次）在其中的长度合计 {km:,.0f} km。触及项目最多的生物群系：",
        "Projects touch {n} of 847 ecoregions; line assets, each place counted once, run {km:,.0f} km in them. The biomes most projects touch:",
    ),
    "biome": Text("生物群系", "biome"),
    "elsewhere": Text("位置或其一部分在所申报国家之外", "Places wholly or partly in another country than declared"),
    "elsewhere_say": Text(
        "共 {n} 个项目。许多是合理的跨境工程（坦赞铁路、亚的斯亚贝巴—吉布提铁路、鸭绿江和图们江上的桥梁与电站）；其余值得核对坐标。",
        "{n} projects. Many are rightly built across a border (the Tanzania–Zambia and Addis Ababa–Djibouti railways, bridges and "
        "dams on the Yalu and the Tumen); the others are worth a look at their coordinates.",
    ),
    "country": Text("申报国家", "declared"),
    "project": Text("项目", "project"),
    "limits": Text("能说明什么，不能说明什么", "What this can and cannot tell"),
    "limits_say": Text(
        "- Natural Earth 的精度约为公里级：1 km 以内的距离只能提示应当细看。\n"
        "- 生态区边界已概化，误差可达数公里，沿海有缝隙；不可作场址判断。\n"
        "- OpenStreetMap 的几何是设施本身，不是项目的全部影响范围；窄条和小圆形按所代表的线和点处理。\n"
        "- 省级位置的距离没有意义：这些项目的距离类结论一律为未知。",
        "- Natural Earth is good to about a kilometre: distances below that only say where to look closely.\n"
        "- The ecoregions are generalised by kilometres, with gaps along coasts: not for a verdict on a site.\n"
        "- OpenStreetMap geometry is the facility, not all that a project affects; strips and discs are measured as the lines "
        "and points they stand for.\n"
        "- Distances from a whole province mean nothing: for those projects every question of distance is answered *unknown*.",
    ),
}


def page(found: Mapping[str, Any], lang: Lang) -> str:
    """The page in one language."""
    say = {key: text.in_(lang) for key, text in _T.items()}
    run = found["run"]
    account = say["account"].format(
        read=run["read"], screened=run["screened"], rejected=run["rejected"],
        assets=run["portfolio"]["assets"], seconds=run["timings"]["measure_s"],
    )  # fmt: skip
    rules = {r.id: r.title.in_(lang) for r in load().rules}
    levels = ("critical", "warning", "note", "unknown", "clear")
    near = [[zh if lang == "zh" else name, *found["near"][name]] for name, (_, zh, _) in LAYERS.items()]
    bands = [say["touches"], *(say["within"].format(km=b // 1000) for b in BANDS[1:])]
    parts = [
        f"# {say['title']}", say["other"], say["lead"],
        "```sh\npython docs/findings_aiddata.py ../shared/data /tmp/aiddata\n```",
        f"## {say['rows']}", account, f"### {say['notes']}",
        _table([say["note"], say["meaning"], say["projects"]],
               [[f"`{slug}`", NOTES[slug].in_(lang), n] for slug, n in found["notes"].most_common()]),
        f"## {say['near']}", _table([say["layer"], *bands], near),
        f"## {say['levels']}", say["levels_say"],
        _table([say["level"], say["projects"]], [[Level(level).title.in_(lang), found["levels"].get(level, 0)] for level in levels]),
        f"### {say['warned']}",
        _table([say["rule"], say["findings"]], [[rules[r], n] for r, n in found["warned"]]),
        f"## {say['eco']}", say["eco_say"].format(n=found["ecoregions"], km=found["line_km"]),
        _table([say["biome"], say["projects"]], [list(b) for b in found["biomes"]]),
        f"## {say['elsewhere']}", say["elsewhere_say"].format(n=len(found["elsewhere"])),
        _table([say["country"], "id", say["project"]],
               [[country_title(c).in_(lang), i, name.replace("|", "/")] for c, i, name in found["elsewhere"]]),
        f"## {say['limits']}", say["limits_say"],
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _table(head: list[Any], rows: list[list[Any]]) -> str:
    lines = [
        head,
        ["---" if i == 0 else "--:" if isinstance(rows[0][i], int) else "---" for i in range(len(head))],
        *rows,
    ]
    return "\n".join("| " + " | ".join(str(c) for c in line) + " |" for line in lines)
