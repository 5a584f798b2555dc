"""The words of docs/routes-real.md and its Chinese twin; every figure comes from the runs of routes_real.py."""
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from qinglu.text import Lang, Text

_SHORT_KM = 5.0  # stretches shorter than this are added up in one row


def table(head: Sequence[Text], rows: Iterable[Sequence[object]], lang: Lang) -> list[str]:
    """A table in Markdown, figures to the right."""
    lines = [f"| {' | '.join(h.in_(lang) for h in head)} |", f"| --- |{' --: |' * (len(head) - 1)}"]
    body = (f"| {' | '.join(c.in_(lang) if isinstance(c, Text) else str(c) for c in row)} |" for row in rows)
    return [*lines, *body, ""]


def command(words: Sequence[str]) -> list[str]:
    """A command as one types it."""
    return ["```sh", " ".join(["qinglu", *words]), "```", ""]


def picture(name: str, alt: Text, lang: Lang) -> list[str]:
    """A picture."""
    return [f"![{alt.in_(lang)}](images/routes-{name}.svg)", ""]


def page(facts: Mapping[str, Any], commands: Mapping[str, Sequence[str]], lang: Lang) -> str:
    """The page in one language."""
    lines = [
        "# " + Text("三个真实线路案例", "Three real cases of routes").in_(lang), "",
        "[English](routes-real.md)" if lang == "zh" else "[中文](routes-real.zh.md)", "",
        Text("本页由下列命令生成，所有数字均由程序算出；数据放在仓库旁的 `../shared/data`，仓库内只有本页自绘的简图。",
             "This page is written by the command below and no figure in it is typed. The data lie beside the repository in `../shared/data`; the repository holds only the simplified pictures drawn here.").in_(lang), "",
        "```sh", "python docs/routes_real.py ../shared/data /tmp/routes", "```", "",
        Text("三点须先说明。**单价与坡度限值均无人与出处核对**，造价只用于比较线路，不是预算。生态分值是青路自己的约定，只排次序，不是测量。网格约1千米：比它窄的峡谷、比它短的展线，网格里都没有。",
             "Three things first. **Nobody has checked the unit costs and limits of gradient beside their sources**: a cost here compares lines and is no budget. Points of ecology are Qinglu's own convention; they put lines in order and measure nothing. The grid is about a kilometre: a gorge narrower than that, or a loop shorter than that, is not in it.").in_(lang), "",
        *_addis(facts["addis"], commands, lang),
        *_karakoram(facts["karakoram"], commands, lang),
        *_kenya(facts["kenya"], commands, lang),
        *_sources(lang),
    ]  # fmt: skip
    return "\n".join(lines).rstrip() + "\n"


def _m(value: float) -> str:
    return f"{value / 1e6:,.0f}"


def _addis(f: Mapping[str, Any], commands: Mapping[str, Sequence[str]], lang: Lang) -> list[str]:
    found, via = f["found"], f["via"]["alternatives"][0]
    best, given = found["alternatives"][0], found["given"]
    front = found["front"]
    say = {
        "km": given["length_km"], "best_km": best["length_km"], "straight": f["straight_km"],
        "more": given["cost"] / best["cost"] - 1, "longer": given["length_km"] / best["length_km"] - 1,
        "eco": given["ecology"] / best["ecology"] - 1, "over": given["over_gradient_km"], "best_over": best["over_gradient_km"],
        "cell": found["grid"]["cell_m"], "n": len(front), "area": found["corridor"]["area_km2"],
        "cheap": front[0]["cost"] / 1e6, "cheap_eco": front[0]["ecology"], "green": front[-1]["cost"] / 1e6, "green_eco": front[-1]["ecology"],
        "give": front[-1]["cost"] / front[0]["cost"] - 1, "get": 1 - front[-1]["ecology"] / front[0]["ecology"],
        "via_km": via["length_km"], "via_more": (via["cost"] - best["cost"]) / 1e6, "gap": (given["cost"] - best["cost"]) / 1e6,
        "via_share": (via["length_km"] - best["length_km"]) / (given["length_km"] - best["length_km"]),
        "town": next(r["people"] for r in f["towns"] if r["name"] == "Dire Dawa"),
        "part": (via["cost"] - best["cost"]) / (given["cost"] - best["cost"]),
        "gap1": f["scale"][0]["cost"][0] / f["scale"][0]["cost"][1] - 1, "gap4": f["scale"][-1]["cost"][0] / f["scale"][-1]["cost"][1] - 1,
        "cell4": f["scale"][-1]["cell_m"], "low": f["low_cells"], "low_on": max(f["low_on"].values()),
        "crossed": max(sum(r["layer"] == "rivers" for r in rows) for rows in f["crossed"].values()),
        "gradient": given["max_gradient"],
    }  # fmt: skip

    def t(zh: str, en: str) -> str:
        return Text(zh, en).in_(lang).format(**say)

    rows = [
        [Text(r["name_zh"], r["name_en"]) if r["id"] != "given" else Text("既有线", "built line"), f"{r['length_km']:.0f}", _m(r["cost"]),
         f"{r['ecology'] / 1000:.0f}", f"{r['over_gradient_km']:.0f}", f"{r['climb_m']:,.0f}",
         "–" if r.get("dissimilarity") is None else f"{100 * r['dissimilarity']:.0f}"]
        for r in (*found["alternatives"], given)
    ]  # fmt: skip
    rows.append([Text("经阿达玛、德雷达瓦", "via Nazret and Dire Dawa"), f"{via['length_km']:.0f}", _m(via["cost"]), f"{via['ecology'] / 1000:.0f}",
                 f"{via['over_gradient_km']:.0f}", f"{via['climb_m']:,.0f}", "–"])  # fmt: skip
    return [
        "## " + t("亚的斯亚贝巴—吉布提铁路", "The Addis Ababa–Djibouti railway"), "",
        t("既有线取自AidData项目30171（由OpenStreetMap的窄带面还原为中心线）；起讫点取该线两端。高程为GLOBE，30″，约{cell:.0f} m；图层为河流、湖泊、生态区、保护地和居民点。Natural Earth的保护地图层只有美国，此处没有要素，因此**保护地未知**，生态分只来自生态区、河流和湖泊。",
          "The built line is AidData project 30171, brought back to its centre line from narrow strips of OpenStreetMap; start and end are those of the line. Elevation is GLOBE at 30″, about {cell:.0f} m; layers are rivers, lakes, ecoregions, parks and places. Natural Earth's parks cover the USA only and have no feature here, so **protected areas are unknown**: ecology rests on ecoregions, rivers and lakes alone."), "",
        *command([*commands["addis"], "--out", "addis"]),
        *command([*commands["addis-via"], "--out", "addis-via"]),
        *picture("addis-map", Text("五个方案、既有线与走廊的地图", "Map of five lines, the built line and the corridor"), lang),
        *table([Text("线路", "line"), Text("长度 km", "length, km"), Text("成本 百万美元", "cost, USD m"), Text("生态 千分", "ecology, 1000 points"),
                Text("陡于1.5 % km", "steeper than 1.5 %, km"), Text("累计上升 m", "climb, m"), Text("与方案1的差异 %", "apart from line 1, %")], rows, lang),
        t("绿色为走廊：距最优不超过5 %的一切走法，{area:,.0f} km²。近似相当的走法很多，图上的一条线远没有看上去那么确定。任两个方案至少有30 %的长度互相远离（默认下限）。",
          "Green is the corridor, all that lies on ways within 5 % of the best: {area:,.0f} km². Ways that are nearly as good are many; a line on the map looks far more certain than it is. Any two of the five run apart over at least 30 % of their length, the default bound."), "",
        "### " + t("成本与生态的权衡", "Cost against ecology"), "",
        *picture("addis-tradeoff", Text("前沿、五个方案与既有线", "The front, the five lines and the built line"), lang),
        t("前沿有{n}个点。从最省的一端（{cheap:,.0f} 百万美元，{cheap_eco:,.0f} 分）到生态最好的一端（{green:,.0f} 百万美元，{green_eco:,.0f} 分），多花{give:.0%}的钱只少{get:.1%}的分：在这些图层下两个目标几乎不冲突。原因在图层而不在地方：除起点附近的山地外，五个方案与既有线都在同一个生态区内，每米同分；分值差别只来自在山地内走了多长、总共走了多长。",
          "The front has {n} points. From its cheapest end (USD {cheap:,.0f} m, {cheap_eco:,.0f} points) to its best for ecology (USD {green:,.0f} m, {green_eco:,.0f} points), {give:.0%} more money buys {get:.1%} fewer points: with these layers the two hardly conflict. That is the layers rather than the land. Beyond the mountains at the start the five lines and the built one run in one ecoregion, at the same points a metre: what sets them apart is how long they stay in the mountains and how long they are."), "",
        *(f"> {note[lang]}\n" for note in found["notes"][:1]),
        "### " + t("既有线在哪里不同", "Where the built line differs"), "",
        t("既有线长{km:.0f} km，方案1长{best_km:.0f} km，直线{straight:.0f} km。同一尺度下，既有线长{longer:.0%}、贵{more:.0%}、生态分高{eco:.0%}。下表按两线分开的区段列出，各行相加即为总差。",
          "The built line is {km:.0f} km long, line 1 {best_km:.0f} km, the geodesic {straight:.0f} km. On one scale the built line is {longer:.0%} longer, {more:.0%} dearer and has {eco:.0%} more points. The table has the stretches on which the two are apart; its rows add up to the difference."), "",
        *_stretches(found["beside"], lang),
        *picture("addis-profile", Text("既有线与方案1的纵断面", "Profiles of the built line and of line 1"), lang),
        t("既有线经过、而方案1远离的城镇是德雷达瓦（Natural Earth计{town:,}人）。规定途经阿达玛与德雷达瓦，再由程序寻优，得{via_km:.0f} km，比方案1多 {via_more:,.0f} 百万美元，占既有线多出的 {gap:,.0f} 百万美元的{part:.0%}。",
          "The town that the built line serves and line 1 does not is Dire Dawa, of {town:,} people by Natural Earth. Told to pass Nazret (Adama) and Dire Dawa, the search gives {via_km:.0f} km at USD {via_more:,.0f} m more than line 1: {part:.0%} of the USD {gap:,.0f} m by which the built line is dearer."), "",
        *table([Text("居民点", "place"), Text("人口", "people"), Text("距既有线 km", "from the built line, km"), Text("距方案1 km", "from line 1, km"), Text("距经两镇的线 km", "from the line via both, km")],
               [[r["name"], f"{r['people']:,}", *(f"{km:.0f}" for km in r["km"])] for r in f["towns"]], lang),
        t("**推测，数据不能证实**：其余差别可能来自既有米轨铁路的走廊与车站、供水、地质与地震、口岸位置、用地和安全；设计也会用网格里看不见的小半径展线。本页没有这些资料。",
          "**A guess that the data cannot confirm:** the rest may come from the corridor and stations of the old metre-gauge line, water, geology and earthquakes, the border post, land and security; and designers use loops that the grid does not see. None of that is in the data."), "",
        "### " + t("1千米网格能说明什么", "What a grid of a kilometre can tell"), "",
        t("按此网格，既有线有{over:.0f} km的地面陡于1.5 %，最陡{gradient:.1%}；干线铁路不会这样陡。窄谷、弯道和填挖都小于一个像元，线路在图上“爬”过了它实际绕开或挖开的坡。寻优的线没有这个问题，因为它正是按这些像元挑的，所以它的价格偏低：这是比较中对既有线不公平的部分。换更粗的像元重新给同样的线计分：",
          "On this grid {over:.0f} km of the built line lie on ground steeper than 1.5 %, up to {gradient:.1%}; no main line is built so steep. Valleys, curves, cuts and fills are smaller than a cell, so that on paper it climbs slopes which it really rounds or cuts through. A line that was sought does not suffer so, having been chosen by these very cells, and its price is too low: the comparison is unfair to the built line by that much. The same lines scored on coarser cells:"), "",
        *table([Text("像元 m", "cell, m"), Text("既有线 百万美元", "built, USD m"), Text("方案1 百万美元", "line 1, USD m"), Text("经两镇 百万美元", "via both, USD m"), Text("既有线贵 %", "built dearer by, %"), Text("既有线陡于1.5 % km", "built steeper than 1.5 %, km")],
               [[f"{r['cell_m']:.0f}", *(_m(c) for c in r["cost"]), f"{100 * (r['cost'][0] / r['cost'][1] - 1):.0f}", f"{r['over_km'][0]:.0f}"] for r in f["scale"]], lang),
        t("差距随像元变粗而从{gap1:.0%}降到{gap4:.0%}。随像元变化这样大的差距，有一部分出自网格而非线路；究竟多少，凭这张网格说不清。由此可以说：既有线明显更长，其中约{via_share:.0%}的增长随途经两镇而来；不能说：当年可以省下{more:.0%}。",
          "The gap falls from {gap1:.0%} to {gap4:.0%} as cells grow. A difference that depends so much on the cells is partly of the grid's making; how much, this grid cannot tell. What can be said is that the built line is clearly longer, and that about {via_share:.0%} of the extra length comes with passing the two towns; what cannot be said is that {more:.0%} could have been saved."), "",
        t("- 高程数据把海平面以下的陆地截为0 m（达纳基尔、阿萨勒湖一带），陆地上有{low:,}个像元不高于0 m；本页的线经过其中{low_on}个。\n- 河流为1:1000万，每条线最多只跨{crossed}次河；实际要跨的季节河数不在其中。\n- 生态区是大尺度的概略边界，说的是“应有的植被”，不是现状。\n- 未给灾害、人口栅格与土地利用图层，这些方面未知。",
          "- The elevation has land below the sea clamped to 0 m (Danakil, Lake Assal): {low:,} cells on land are at 0 m or below. The lines of this page pass {low_on} of them.\n- Rivers are at 1:10 million and no line crosses more than {crossed} of them; seasonal rivers that need bridges are not there.\n- Ecoregions are rough outlines of what would grow, not of what stands there.\n- Hazards, population on a raster and land cover were not given: unknown."), "",
    ]  # fmt: skip


def _stretches(rows: Sequence[Mapping[str, Any]], lang: Lang) -> list[str]:
    """Stretches on which line 1 (A) and the built line (B) are apart; together and short ones in one row."""
    long = [r for r in rows if r["kind"] == "apart" and r["length_b_m"] > _SHORT_KM * 1000]
    rest = [r for r in rows if r not in long]

    def total(chosen: Sequence[Mapping[str, Any]], key: str) -> float:
        return -float(sum(r[key] for r in chosen))

    def figures(chosen: Sequence[Mapping[str, Any]]) -> list[str]:
        return [f"{total(chosen, 'extra_m') / 1000:+.1f}", f"{total(chosen, 'extra_cost') / 1e6:+,.0f}", f"{total(chosen, 'extra_ecology') / 1000:+.1f}"]  # fmt: skip

    body: list[list[object]] = [
        [f"{r['from_km_b']:.0f}–{r['to_km_b']:.0f}", *figures([r]), f"{r['greatest_apart_m'] / 1000:.0f}", f"{r['near'][0]} ({r['near'][1]:.0f} km)"]
        for r in long
    ]  # fmt: skip
    body.append([Text("并行及不足5 km的分离", "together, or apart for under 5 km"), *figures(rest), "–", "–"])
    body.append([Text("合计", "in all"), *figures(rows), f"{max(r['greatest_apart_m'] for r in rows) / 1000:.0f}", "–"])
    return table([Text("既有线里程 km", "built line, from–to km"), Text("既有线多走 km", "built longer by, km"), Text("既有线多花 百万美元", "built dearer by, USD m"),
                  Text("既有线多 千分", "built more, 1000 points"), Text("最远相距 km", "farthest apart, km"), Text("既有线附近的居民点", "place near the built line")], body, lang)  # fmt: skip


def _karakoram(f: Mapping[str, Any], commands: Mapping[str, Sequence[str]], lang: Lang) -> list[str]:
    h, least = f["hidden"], f["least"]
    structure = {(r["mode"], r["neighbours"]): r for r in f["structure"]}
    forbid = {(r["limit"], r["neighbours"]): r for r in f["forbid"]}
    say = {
        "straight": f["straight_km"], "exit": f["refused"]["8"]["exit"],
        "least8": least[0]["8"], "least16": least[0]["16"], "coarse8": least[-1]["8"], "coarse16": least[-1]["16"], "coarse": least[-1]["cell_m"],
        "cell": least[0]["cell_m"], **{k: h[k] for k in ("moves", "of", "median", "p95", "most")},
        "s8": structure["road", 8]["cost"] / 1e6, "s16": structure["road", 16]["cost"] / 1e6, "over8": structure["road", 8]["over_km"], "over16": structure["road", 16]["over_km"],
        "line": structure["transmission-line", 8]["length_km"], "top": structure["transmission-line", 8]["highest_m"],
        "long": forbid[0.15, 8]["length_km"], "up": forbid[0.15, 8]["climb_m"], "short": forbid[0.2, 8]["length_km"],
    }  # fmt: skip

    def t(zh: str, en: str) -> str:
        return Text(zh, en).in_(lang).format(**say)

    none = Text("无通路", "no way")

    def cells(r: Mapping[str, Any]) -> list[object]:
        if r["length_km"] is None:
            return [none, "–", "–"]
        return [f"{r['length_km']:.0f}", _m(r["cost"]), f"{r['highest_m']:,.0f}"]

    limits = sorted({r["limit"] for r in f["forbid"]})
    return [
        "## " + t("喀喇昆仑：坡度限值", "Karakoram: limits of gradient"), "",
        t("从阿伯塔巴德到吉尔吉特的干线公路，直线{straight:.0f} km，高程同为GLOBE（此处像元约{cell:.0f} m），另有河流与冰川。此地没有线路数据可比，问的只是：坡度限值起什么作用。",
          "A main road from Abbottabad to Gilgit, {straight:.0f} km as the crow flies, on GLOBE again (cells of about {cell:.0f} m here) with rivers and glaciers. There is no line to compare with; the question is only what the limit of gradient does."), "",
        *command([*commands["karakoram"], "--out", "karakoram"]),
        *command([*commands["karakoram-16"], "--out", "karakoram-16"]),
        t("限值6 %（设计规范的取值，未核对）且不许更陡时，两条命令都以退出码{exit}结束，并说出最近能到哪里、至少要多大的坡度，而不是画一条直线：",
          "With 6 % (the value of the design standard, unverified) and nothing steeper allowed, both commands end with exit code {exit} and say how near one can get and which gradient it would take, instead of drawing a straight line:"), "",
        *(f"> {f['refused'][n]['said'][lang]}\n" for n in ("8", "16")),
        "### " + t("不许更陡（steep=forbid）", "Nothing steeper (steep=forbid)"), "",
        *table([Text("最大坡度", "greatest gradient"), Text("8方向 km", "8 directions, km"), Text("百万美元", "USD m"), Text("最高 m", "highest, m"),
                Text("16方向 km", "16 directions, km"), Text("百万美元", "USD m"), Text("最高 m", "highest, m")],
               [[f"{100 * x:.0f} %", *cells(forbid[x, 8]), *cells(forbid[x, 16])] for x in limits], lang),
        t("限值略大于最小可行坡度时，路可以荒唐：15 %、8方向得{long:.0f} km、累计上升{up:,.0f} m；放宽到20 %只要{short:.0f} km。各行是不同标准的路，造价不可直接相比；长度沿像元中心量得，未经平滑，8方向最多偏长8 %，16方向3 %。",
          "A limit just above the least that is possible gives absurd roads: 15 % in 8 directions takes {long:.0f} km and climbs {up:,.0f} m in all, where 20 % takes {short:.0f} km. The rows are roads of different standards; their costs do not compare. Lengths run from cell to cell, unsmoothed: up to 8 % too long in 8 directions, 3 % in 16."), "",
        "### " + t("陡处以桥隧计价（steep=structure）", "Steeper ground on structures (steep=structure)"), "",
        *picture("karakoram-map", Text("五条线与高程的地图，色深处低", "Map of five lines over elevation, dark is low"), lang),
        *table([Text("建什么，方向数", "what, and directions"), Text("长度 km", "length, km"), Text("百万美元", "USD m"), Text("最高 m", "highest, m"), Text("最陡 %", "steepest, %"), Text("陡于6 % km", "steeper than 6 %, km")],
               [[Text("公路，8", "road, 8") if k == ("road", 8) else Text("公路，16", "road, 16") if k == ("road", 16) else Text("输电线路，8", "transmission line, 8"),
                 *cells(r), f"{100 * r['steepest']:.0f}", f"{r['over_km']:.0f}"] for k, r in structure.items()], lang),
        t("限值仍为6 %，更陡处按桥隧加价：8方向{s8:,.0f} 百万美元，16方向{s16:,.0f} 百万美元，陡于6 %的长度从{over8:.0f} km降到{over16:.0f} km。输电线路不设坡度限值，近乎直线，{line:.0f} km，翻越{top:,.0f} m：能不能施工和检修，坡度不说，雪线和道路要另查。",
          "The limit is 6 % again and what is steeper pays for structures: USD {s8:,.0f} m in 8 directions, {s16:,.0f} m in 16, with {over8:.0f} and {over16:.0f} km steeper than 6 %. The transmission line has no limit and goes nearly straight, {line:.0f} km over {top:,.0f} m: whether it can be built and mended up there gradient does not say; snow and access are other questions."), "",
        "### " + t("8方向与16方向，粗与细", "8 or 16 directions, coarse or fine"), "",
        *table([Text("像元 m", "cell, m"), Text("最小可行坡度，8方向 %", "least gradient, 8 directions, %"), Text("16方向 %", "16 directions, %")],
               [[f"{r['cell_m']:.0f}", f"{100 * r['8']:.1f}", f"{100 * r['16']:.1f}"] for r in least], lang),
        t("最小可行坡度从{least8:.1%}（8方向）到{least16:.1%}（16方向），像元放大到{coarse:.0f} m又降到{coarse8:.1%}与{coarse16:.1%}。山没有变，变的是尺子：像元越大山越平，方向越多越容易斜着上坡。16方向还有一层代价：马步一跨两千米，中间的地面不计坡度。限值8 %的那条路，{of}步中有{moves}步是马步，中间两个像元的平均高度与均匀坡面相差的中位数为{median:.0f} m，95 %分位{p95:.0f} m，最大{most:.0f} m：这些地方实际上是深挖、高填或桥隧。",
          "The least possible gradient goes from {least8:.1%} in 8 directions to {least16:.1%} in 16, and with cells of {coarse:.0f} m to {coarse8:.1%} and {coarse16:.1%}. The mountains are the same; the ruler is not. Larger cells flatten, and more directions let a road take a slope askew. Sixteen directions have a price of their own: a knight's move strides over two cells whose ground does not count towards the gradient. Of the {of} steps of the road at 8 %, {moves} are such moves; the mean of the two cells between lies off the even grade by {median:.0f} m in the median, {p95:.0f} m at the 95th percentile and {most:.0f} m at most. Those are deep cuts, high fills, bridges or tunnels in truth."), "",
        t("所以：“6 %无路可通”是这张网格的结论，不是喀喇昆仑的结论。**推测，数据不能证实**：一般所知的公路沿印度河峡谷而行，峡谷比一个像元窄，网格里谷底与谷坡混在一起；图上没有一条线沿印度河走完全程，大概正是这个缘故。山区选线要用30 m或更细的高程；1千米网格在这里只宜用来比较走廊和检查程序。",
          "So “no way at 6 %” is a verdict on this grid, not on the Karakoram. **A guess that the data cannot confirm:** the highway that everybody knows follows the gorge of the Indus, which is narrower than a cell, so that its floor and walls are mixed; that is probably why no line on the map follows the Indus all the way. Mountain roads need elevation of 30 m or finer; a grid of a kilometre serves here to compare corridors and to test the program."), "",
    ]  # fmt: skip


def _kenya(f: Mapping[str, Any], commands: Mapping[str, Sequence[str]], lang: Lang) -> list[str]:
    forbid, free, built, o = f["forbid"], f["free"], f["built"], f["osm"]
    inside = sum(f["inside"]["built"].values())
    crossed_free = sum(f["inside"]["kenya-free"].values())
    extra = forbid["cost"] - free["cost"]
    apart = [r for r in f["beside_free"] if r["kind"] == "apart"]
    km, more = f["detour"]["kenya"]
    first = next(k for k, d in zip(km, more, strict=True) if d > 0.5)
    last = next(k for k, d in zip(km, more, strict=True) if d > more[-1] - 0.5)
    say = {
        "straight": f["straight_km"], "km": forbid["length_km"], "free": free["length_km"], "more_km": forbid["length_km"] - free["length_km"],
        "more": extra / 1e6, "share": extra / free["cost"], "crossed": crossed_free, "per_m": extra / crossed_free / 1000,
        "built": built["length_km"], "known": built["known_km"], "unknown": built["length_km"] - built["known_km"], "inside": inside,
        "detour": f["detour"]["built"][1][-1], "n": len(apart), "first": first, "last": last,
        "median": o["median"], "p95": o["p95"], "most": o["most"], "near": o["share"], "gap": f["gap_km"], "flat": 3500, "west": f["each_inside"]["demo-tsavo-east"]["demo-tsavo-west"],
    }  # fmt: skip

    def t(zh: str, en: str) -> str:
        return Text(zh, en).in_(lang).format(**say)

    names = {
        "demo-nairobi": Text("内罗毕", "Nairobi"),
        "demo-tsavo-east": Text("东察沃", "Tsavo East"),
        "demo-tsavo-west": Text("西察沃", "Tsavo West"),
    }
    rows = [
        [Text("都不避让", "none"), free],
        *([names[k], r] for k, r in f["each"].items()),
        [Text("三处都避让", "all three"), forbid],
    ]
    by_km = []
    for a in range(0, int(f["detour"]["built"][0][-1]) + 1, 25):
        gained, built_gained = (_at(f["detour"][k], a + 25) - _at(f["detour"][k], a) for k in ("kenya", "built"))
        within = sum(max(0.0, min(r["to_km"], a + 25) - max(r["from_km"], a)) for r in f["crossed"])
        by_km.append([f"{a}–{a + 25}", f"{gained:.2f}", f"{gained * 3.5:.1f}", f"{built_gained:.2f}", f"{within:.1f}"])
    return [
        "## " + t("内罗毕—蒙巴萨铁路与公园草图", "The Nairobi–Mombasa railway and sketches of parks"), "",
        t("既有线取自AidData项目31777。三处“公园”是示例自带的**手绘示意草图，不是边界**：这里的公里数只说明方法，不能说明哪段铁路在公园里。没有肯尼亚的高程，地面按水平计，**坡度、土石方、桥隧都未知**，每米平地造价相同，所以避让的代价几乎就是多走的路。",
          "The built line is AidData project 31777. The three “parks” are the example's **sketches drawn by hand, not boundaries**: kilometres here show the method and not which part of the railway lies in a park. There is no elevation for Kenya, so the ground counts as flat and **slope, earthworks and structures are unknown**; a metre of flat line costs the same everywhere, and the price of avoiding is nearly the price of the extra way."), "",
        *command([*commands["kenya"], "--out", "kenya"]),
        *command([*commands["kenya-free"], "--out", "kenya-free"]),
        *picture("kenya-map", Text("既有线、避让与不避让草图的线", "The built line, the line that avoids the sketches, and the one that does not"), lang),
        "### " + t("避让的代价", "The price of avoiding"), "",
        *table([Text("避让哪些草图", "sketches avoided"), Text("长度 km", "length, km"), Text("多走 km", "extra, km"), Text("多花 百万美元", "extra, USD m")],
               [[name, f"{r['length_km']:.1f}", f"{r['length_km'] - free['length_km']:.1f}", f"{(r['cost'] - free['cost']) / 1e6:.1f}"] for name, r in rows], lang),
        t("不避让时线路长{free:.1f} km（直线{straight:.1f} km），其中{crossed:.0f} km在东察沃草图内。三处都避让时长{km:.1f} km，多{more_km:.1f} km，多花{more:.0f} 百万美元（{share:.1%}）；摊到避开的每一米草图上，约{per_m:.0f} 美元，而平地造价为每米{flat:,} 美元。只避让东察沃的线有{west:.0f} km落入西察沃，两处一起避让才知道真正的代价：逐个算再相加会算错。",
          "Without avoiding the line is {free:.1f} km long (the geodesic {straight:.1f} km), {crossed:.0f} km of it in the sketch of Tsavo East. Avoiding all three makes it {km:.1f} km: {more_km:.1f} km and USD {more:.0f} m more ({share:.1%}), or about USD {per_m:.0f} for each metre of sketch that is avoided, where a metre on flat ground costs USD {flat:,}. Avoiding Tsavo East alone puts {west:.0f} km into Tsavo West: the price is that of avoiding them together, and adding up one by one gets it wrong."), "",
        "### " + t("逐千米", "Kilometre by kilometre"), "",
        *picture("kenya-detour", Text("自内罗毕起每一千米已经多走的路", "Detour made so far at each kilometre from Nairobi"), lang),
        t("在每一处，已走的路加上到终点的最短距离，减去全程最短距离，就是到此为止已经多走的路；它只增不减，终点处等于总的绕行。避让的线在{first:.0f} km以前几乎没有代价，代价发生在{first:.0f}至{last:.0f} km，绕过东察沃草图西侧的拐角。该线从东、西察沃两张草图之间穿过，那里最窄处为{gap:.1f} km；这个缺口是手绘的产物，边界稍有出入，代价就会变。",
          "At each place, what has been run plus the geodesic that is left, less the geodesic of the whole, is the detour made so far. It never falls, and at the end it is the whole detour. For the line that avoids, next to nothing is paid before {first:.0f} km; the price is paid between {first:.0f} and {last:.0f} km, rounding the western corner of the sketch of Tsavo East. The line threads the gap between the sketches of Tsavo East and West, {gap:.1f} km at its narrowest. That gap is the work of a hand; with boundaries a little different the price is another."), "",
        *table([Text("里程 km", "from Nairobi, km"), Text("避让线多走 km", "line that avoids: extra, km"), Text("按平地造价 百万美元", "at the flat price, USD m"), Text("既有线多走 km", "built line: extra, km"), Text("既有线在草图内 km", "built line within sketches, km")], by_km, lang),
        t("既有线长{built:.0f} km，比直线多{detour:.0f} km，其中{inside:.0f} km在草图之内；避让草图的最短线反而比它短。这不说明既有线选得不好：没有高程，爬升、河谷、沿线城镇都没有算进去（**推测，数据不能证实**：主要原因可能是既有铁路与公路的走廊、内罗毕以南的地形、车站位置）。既有线末段{unknown:.1f} km按内置陆地轮廓落在海里（蒙巴萨岛与堤道），没有价格，如实不计。",
          "The built line is {built:.0f} km long, {detour:.0f} km more than the geodesic, and {inside:.0f} km of it lie in the sketches; the shortest line that avoids them is shorter still. That is no verdict on the built line: without elevation neither climbing nor valleys nor towns are counted. (**A guess that the data cannot confirm:** the corridor of the old railway and the road, the relief south of Nairobi and the places of stations may be the main reasons.) By the outline of land that comes with Qinglu the last {unknown:.1f} km of the built line lie in the sea (Mombasa island and its causeway); they have no price and are not counted."), "",
        "### " + t("位置的核对", "A check of the position"), "",
        t("AidData给的是宽约两米的窄带面，青路还原为中心线。把它与同一铁路的OpenStreetMap摘录比较：相距中位数{median:.2f} m，95 %分位{p95:.0f} m，最大{most:.0f} m，{near:.1%}在100 m以内。两者同出OpenStreetMap，这证明读对了，不证明测绘无误。",
          "AidData has strips about two metres wide, which Qinglu brings back to a centre line. Beside an extract of the same railway from OpenStreetMap it lies {median:.2f} m away in the median, {p95:.0f} m at the 95th percentile and {most:.0f} m at most; {near:.1%} lie within 100 m. Both come from OpenStreetMap: that shows it was read rightly, not that the survey is right."), "",
    ]  # fmt: skip


def _at(curve: Sequence[Sequence[float]], at: float) -> float:
    """The value of a curve between two of its posts; the last beyond them."""
    return float(np.interp(at, curve[0], curve[1]))


def _sources(lang: Lang) -> list[str]:
    return [
        "## " + Text("数据", "Data").in_(lang), "",
        Text("- 既有线：AidData GCDF 2.0，几何 © OpenStreetMap贡献者（ODbL 1.0）；图中简化到约1 km。\n- 肯尼亚铁路摘录：© OpenStreetMap贡献者（ODbL 1.0），只用于核对。\n- 高程：GLOBE 1.0（NOAA，公有领域）。\n- 河流、湖泊、冰川、居民点：Natural Earth（公有领域）。\n- 生态区：RESOLVE Ecoregions 2017（CC BY 4.0），经他人简化。\n- 公园草图：青路示例，手绘。",
             "- Built lines: AidData GCDF 2.0, geometries © OpenStreetMap contributors (ODbL 1.0), simplified to about 1 km in the pictures.\n- Railways of Kenya: © OpenStreetMap contributors (ODbL 1.0), for the check alone.\n- Elevation: GLOBE 1.0 (NOAA, public domain).\n- Rivers, lakes, glaciers, places: Natural Earth (public domain).\n- Ecoregions: RESOLVE Ecoregions 2017 (CC BY 4.0), simplified by others.\n- Sketches of parks: Qinglu's example, drawn by hand.").in_(lang), "",
    ]  # fmt: skip
