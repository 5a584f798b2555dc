"""Every sentence of the page of routes, once, in both languages."""

from __future__ import annotations

from ..text import Text

WORDS: dict[str, Text] = {
    "r_title": Text("选线报告", "Route report"),
    "r_best": Text("首选方案", "The best line"),
    "r_best_is": Text(
        "按所用权重，方案 {label} 最优：{length}。", "By the weights used, line {label} is best: {length}."
    ),
    "r_versus": Text("与既有或规划线路相比", "Beside the line that is given"),
    "r_ratio": Text("{goal}：方案 {best} 为 {given} 的 {share} %", "{goal}: line {best} has {share} % of {given}"),
    "r_worst": Text("触及什么", "What they touch"),
    "r_not_screened": Text("未作筛查。", "Not screened."),
    "r_what_unknown": Text("未知", "What is not known"),
    "r_all_known": Text("所问目标均有数据。", "There is data for every objective asked for."),
    "r_next": Text("下一步", "What to do next"),
    "r_next_unknown": Text(
        "补齐上列数据后重新比选：缺数据的目标没有计入排序。",
        "Get the data named above and compare again: objectives without data have no part in the ranking.",
    ),
    "r_next_check": Text(
        "将走廊内的方案交由勘察设计单位在更精细的地形上复核。",
        "Have the lines within the corridor looked at by surveyors on finer ground.",
    ),
    "r_next_verify": Text(
        "核对尚未核对的单价与限值（{n} 项），或用自己的数值替换。",
        "Check the unit costs and limits nobody has checked yet ({n}), or replace them by your own.",
    ),
    "r_map": Text("线位图", "Map"),
    "r_map_alt": Text("{n} 条线路的线位图。下表逐条列出。", "Map of {n} lines. The table below lists each."),
    "r_map_caption": Text(
        "上北。陆地轮廓仅供定位，不表示任何边界主张。", "North up. The outline of the land asserts no border."
    ),
    "r_corridor": Text("走廊：不超过最优 {percent} %，{area}", "Corridor: within {percent} % of the best, {area}"),
    "r_km2": Text("{n} 平方千米", "{n} km²"),
    "r_forbid": Text("禁入", "forbidden"),
    "r_price": Text("计价", "priced"),
    "r_ignore": Text("仅显示", "shown only"),
    "r_scores": Text("得分", "Scores"),
    "r_scores_caption": Text(
        "各目标沿线求和，越小越好；括号内为高出最小值的百分比",
        "Each objective summed along the line, smaller is better; in brackets, above the least",
    ),
    "r_line": Text("线路", "Line"),
    "r_length": Text("长度", "Length"),
    "r_on_front": Text("在前沿上", "On the front"),
    "r_apart": Text("与最优的差异", "Apart from the best"),
    "r_radius": Text("满足最小曲线半径", "Keeps the radius"),
    "r_gradient": Text("最陡地面", "Steepest ground"),
    "r_over": Text("超限长度", "Too steep"),
    "r_worst_level": Text("最严重发现", "Worst finding"),
    "r_yes": Text("是", "yes"),
    "r_no": Text("否", "no"),
    "r_unknown_word": Text("未知", "unknown"),
    "r_tradeoff": Text("权衡", "Trade-off"),
    "r_tradeoff_caption": Text(
        "空心点为前沿：没有别的线路在两项上都更好。数字为方案，方块为既有或规划线路。左下为好。",
        "Open points are the front: no line found is better in both. Numbers are the lines, the square is the line "
        "that is given. Down and to the left is better.",
    ),
    "r_whole": Text("整个前沿", "The whole front"),
    "r_near": Text("各线路附近", "Around the lines"),
    "r_tradeoff_alt": Text("{across}与{up}的权衡图", "{across} against {up}"),
    "r_front_exact": Text("网格上的前沿已穷尽。", "The front is complete on this grid."),
    "r_front_inexact": Text(
        "前沿为近似：可能还有未列出的折中方案。", "The front is approximate: other compromises may exist."
    ),
    "r_front_none": Text(
        "只有一个目标有数据，没有可权衡之处。", "Only one objective has data: there is nothing to trade."
    ),
    "r_profile": Text("纵断面", "Profile"),
    "r_profile_caption": Text(
        "灰色为地面，粗线为设计高程；下方横条浅色为隧道，深色为高架桥。各图比例相同，横轴千米，纵轴米。",
        "Grey is the ground, the line what is built; below, light bars are tunnels and dark ones viaducts. "
        "All on one scale, km across, m up.",
    ),
    "r_no_profile": Text(
        "未给出高程（--dem），地面按水平计：坡度、土石方与桥隧均未知。",
        "No elevation was given (--dem), so the ground counts as flat: slope, earthworks and structures are unknown.",
    ),
    "r_profile_alt": Text("{title} 的纵断面", "Profile of {title}"),
    "r_crossings": Text("穿越", "Crossings"),
    "r_crossings_caption": Text("各线路穿越的要素数 · 长度", "Features crossed by each line · over what length"),
    "r_no_crossings": Text(
        "线路没有穿越任何所列图层的要素。", "No line crosses a feature of the layers that were given."
    ),
    "r_crossings_of": Text("{title}：逐处", "{title}, one by one"),
    "r_crossings_more": Text("其余 {n} 处见 crossings.csv。", "{n} more in crossings.csv."),
    "r_from": Text("起（km）", "From km"),
    "r_to": Text("止（km）", "To km"),
    "r_findings": Text("发现", "Findings"),
    "r_shared": Text("各线路相同的发现", "The same for every line"),
    "r_nothing_else": Text("别无其他。", "Nothing else."),
    "r_rests": Text("依据", "What the numbers rest on"),
    "r_unverified": Text("尚未核对的数值", "Values nobody has checked"),
    "r_unverified_caption": Text(
        "结果依据但尚无人与来源核对的数值", "Values the result rests on that nobody has read beside their source"
    ),
    "r_cell": Text("像元约 {length}。", "Cells are about {length} across."),
    "r_cell_means": Text(
        "比像元更小的东西在此不可见：不足 {length} 的谷、脊、绕行，以及曲线的细部。线位误差至少半个像元；"
        "坡度是像元之间的平均坡度，实际更陡处看不出来。穿越长度只与图层的比例尺一样准确。",
        "What is smaller than a cell does not show: a valley, ridge or detour under {length}, the detail of a curve. "
        "A line is no more exact than half a cell; a gradient is the mean between two cells, and steeper ground within "
        "them is not seen. Lengths of crossings are as exact as the scale of the layer.",
    ),
}
"""Key → text."""

UNITS: dict[str, Text] = {"point": Text("分", "points"), "person": Text("人", "people")}
"""Units that are words."""

METHOD: tuple[Text, ...] = (
    Text(
        "在网格上求最小费用路径：每一步的费用为两端像元单位费用的平均乘以椭球面上的距离，上坡与下坡分别计价。",
        "Least-cost paths on a grid: a step costs the mean of its two cells times its metres on the ellipsoid; "
        "climbing and descending are priced apart.",
    ),
    Text(
        "各目标分开求和，只在排序时按所示权重合并。不指定权重时，每个目标除以其单独最优值后等权相加。",
        "Objectives are summed apart and joined only for the ranking, by the weights shown. Without weights given, "
        "each is divided by its own best and all count alike.",
    ),
    Text(
        "前沿是逐步支配搜索的结果，包含任何加权都求不到的折中点。方案之间按要求的差异度拉开。",
        "The front is searched by dominance, and so holds compromises that no weighting finds. Alternatives are kept "
        "as far apart as asked.",
    ),
    Text(
        "得分、纵断面与穿越均按交付的（已圆顺的）线路计算，与 `qinglu score-line` 对同一条线给出的相同。",
        "Scores, profiles and crossings are those of the line delivered, after smoothing: what `qinglu score-line` "
        "gives for the same line.",
    ),
)

LIMITS: tuple[Text, ...] = (
    Text(
        "这是比选的起点，不是设计：不替代勘察、地质、水文和环境影响评价。",
        "This is where comparison begins, not a design: "
        "it replaces no survey, geology, hydrology or impact assessment.",
    ),
    Text(
        "单价用于比较方案，不用于概算；生态与灾害的分值是排序用的约定，不是测量。",
        "Unit costs serve to compare lines, not to budget; points of ecology and hazard are a convention for ordering, "
        "not a measurement.",
    ),
    Text(
        "缺数据的目标为“未知”，不等于没有影响；图层没有画出的东西，线路不会避开。",
        "An objective without data is unknown, which is not none; a line does not avoid what no layer shows.",
    ),
    Text("图中陆地仅供定位，不表示对任何边界的主张。", "Land serves orientation only; no border is asserted."),
)
