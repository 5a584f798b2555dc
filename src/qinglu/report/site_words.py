"""Every sentence of the page of sites, once, in both languages."""

from __future__ import annotations

from ..text import Text

WORDS: dict[str, Text] = {
    "s_title": Text("选址报告", "Site report"),
    "s_heading": Text("{area} km²区域内的场址比选", "Sites in an area of {area} km²"),
    "s_cell": Text("像元约 {length}", "cells of about {length}"),
    "s_found": Text("找到几处", "How many?"),
    "s_found_of": Text("找到 {n} 处场址，要求 {k} 处", "{n} sites found, of {k} asked for"),
    "s_best_is": Text(
        "最好的一处：场址 1，适宜度 {score}，{area}。", "The best is site 1: suitability {score}, {area}."
    ),
    "s_free_share": Text(
        "区域的 {share} 可选；其余被排除或所知不足。",
        "{share} of the area is free; the rest is kept out of, or too little is known of it.",
    ),
    "s_firm": Text("站得住吗", "Do they hold?"),
    "s_firm_all": Text(
        "权重在所给值附近变动时，{n} / {all} 处场址至少九成情况下仍列前 {k} 名。",
        "When the weights vary around those given, {n} of {all} sites stay among the first {k} nine times in ten.",
    ),
    "s_not_varied": Text("未作权重敏感性分析。", "The weights were not varied."),
    "s_worst": Text("触及什么", "What do they touch?"),
    "s_not_screened": Text("未作筛查。", "Not screened."),
    "s_unknown": Text("还有什么未知", "What is not known?"),
    "s_all_known": Text("每处场址的每项指标均有数据。", "Every criterion is known at every site."),
    "s_unanswered": Text(
        "规则所问而无图层可答：{n} 项（所有场址合计），见各处的发现。",
        "Questions of the rules that no layer answers: {n} over all sites; see their findings.",
    ),
    "s_partly": Text("场址 {n}：仅知 {share} 的权重", "Site {n}: {share} of the weights known"),
    "s_next": Text("先做什么", "What to do first?"),
    "s_next_unknown": Text(
        "补齐未知的数据后重新比选：未知的指标没有计入得分。",
        "Get the data that is missing and search again: what is unknown has no part in the scores.",
    ),
    "s_next_weak": Text(
        "有的场址随权重变动而落选：先就权重取得各方一致。",
        "Some sites come and go with the weights: agree on the weights before choosing.",
    ),
    "s_next_worst": Text("逐一核查有严重或警示发现的场址。", "Look into the sites with critical findings or warnings."),
    "s_next_visit": Text(
        "到现场踏勘首选场址，核实权属、居民和地质：图层里没有。",
        "Visit the first sites: who owns the land, who lives there and what it rests on stands in no layer.",
    ),
    "s_map": Text("适宜度图", "Map"),
    "s_map_alt": Text(
        "区域的适宜度图，标有 {n} 处场址。下表逐处列出。",
        "Map of the suitability of the area with {n} sites. The table below lists each.",
    ),
    "s_map_caption": Text(
        "颜色越深越适宜。圆圈为场址及其名次，空心小圈为换用其他权重时的竞争地点。上北；陆地轮廓仅供定位，不表示任何边界主张。",
        "The darker, the more suitable. Numbers are sites by rank; small open circles are places that compete under "
        "other weights. North up; the outline of the land asserts no border.",
    ),
    "s_out": Text("排除", "kept out of"),
    "s_too_unknown": Text("所知不足", "too little known"),
    "s_rival": Text("竞争地点", "competitor"),
    "s_forbid": Text("排除", "kept out of"),
    "s_price": Text("指标", "a criterion"),
    "s_ignore": Text("仅显示", "shown only"),
    "s_sites": Text("场址", "Sites"),
    "s_sites_caption": Text(
        "按适宜度排列；每项指标先列数值，横条为得分（0至1）",
        "By suitability; of each criterion its value, and a bar of its score from 0 to 1",
    ),
    "s_site": Text("场址", "Site"),
    "s_site_n": Text("场址 {n}", "Site {n}"),
    "s_place": Text("经度、纬度", "Longitude, latitude"),
    "s_area": Text("面积", "Area"),
    "s_score": Text("适宜度", "Suitability"),
    "s_level": Text("最严重发现", "Worst finding"),
    "s_weight": Text("权重 {share}", "weight {share}"),
    "s_unknown_word": Text("未知", "unknown"),
    "s_sense": Text("权重变动时", "When the weights change"),
    "s_sense_caption": Text(
        "{draws} 次抽样中入选前 {k} 处的比例；竞争者为按其他权重找到的 {rivals} 处地点",
        "Share of {draws} draws in which a site is among the first {k}; it competes with {rivals} places found under "
        "other weights",
    ),
    "s_near": Text("权重相近时入选", "With weights near those given"),
    "s_any": Text("任意权重时入选", "With any weights"),
    "s_turn": Text("最先使其落选的变动", "What displaces it first"),
    "s_turn_is": Text("{title}的权重由 {share} 变为 {at}", "The weight of {title} going from {share} to {at}"),
    "s_turn_none": Text("任何单项权重的变动都不会", "No change of a single weight"),
    "s_rivals": Text("竞争地点", "Competitors"),
    "s_rivals_caption": Text(
        "其他权重下的好地点；适宜度按所给权重计",
        "Good places under other weights; their suitability is by the weights given",
    ),
    "s_account": Text("为什么不是别处", "Why not elsewhere?"),
    "s_account_caption": Text(
        "区域的去向。涉及：重叠之处重复计算；仅因此项：取消该项即可释放；依次计入：相加等于区域",
        "What became of the area. Concerned: what overlaps counts more than once. By this alone: would come free "
        "without it. Counted in turn: adds up to the area",
    ),
    "s_reason": Text("原因", "Reason"),
    "s_concerned": Text("涉及", "Concerned"),
    "s_counted": Text("依次计入", "Counted in turn"),
    "s_alone": Text("仅因此项", "By this alone"),
    "s_share": Text("占区域", "Of the area"),
    "s_too_small": Text("可选，但地块小于一处场址", "Free, but in patches smaller than a site"),
    "s_too_near": Text("可选，但离更好的场址太近", "Free, but too near to a better site"),
    "s_left": Text("可选，但不如所选场址", "Free, but less good than the sites"),
    "s_chosen": Text("入选场址", "The sites"),
    "s_whole": Text("区域（完整像元）", "The area, in whole cells"),
    "s_each": Text("逐处说明", "Site by site"),
    "s_why": Text("为何得分如此", "Why it scores so"),
    "s_contribution": Text("对适宜度的贡献", "Adds to suitability"),
    "s_criterion": Text("指标", "Criterion"),
    "s_value": Text("平均值", "Mean value"),
    "s_points": Text("得分", "Score"),
    "s_facts": Text(
        "{area}，所在地块 {patch} 可供扩展；最差像元得 {least}。",
        "{area}, in a patch of {patch} with room to grow; its worst cell scores {least}.",
    ),
    "s_range": Text(
        "仅知 {known} 的权重：未知项最坏与最好时，适宜度为 {low} 至 {high}。",
        "{known} of the weights known: with the rest at its worst and at its best, suitability is {low} to {high}.",
    ),
    "s_own": Text("本处的发现", "Findings here"),
    "s_shared": Text("各处相同的发现", "The same at every site"),
    "s_nothing_else": Text(
        "除各处相同的发现（见后）外，别无其他。", "Nothing beyond what all sites have in common, below."
    ),
    "s_more_sites": Text("另有 {n} 处，见 sites.csv。", "{n} more in sites.csv."),
    "s_rests": Text("本次计算", "This run"),
    "s_unverified": Text("尚未核对的条款", "Clauses nobody has checked"),
    "s_unverified_caption": Text(
        "发现所依据、但尚无人与原文核对的条款", "Clauses findings rest on that nobody has read beside the official text"
    ),
    "s_every": Text("从每个可选像元起搜索", "searched from every free cell"),
    "s_promising": Text("从周边最好的像元起搜索", "searched from the cells in the best surroundings"),
}
"""Key → text."""

METHOD: tuple[Text, ...] = (
    Text(
        "距离自像元中心量至图层要素，为WGS 84椭球面上的测地距离，误差在厘米级；超出评分界限的距离，在场址处另行量算。",
        "Distances run from the middle of a cell to the features of a layer, as geodesics on the WGS 84 ellipsoid, "
        "exact to centimetres; beyond the limits of a score they are measured again at the sites.",
    ),
    Text(
        "凡有任何部分触及禁入图层或落入其缓冲区的像元一律排除（按像元整体判断，不只看中心），场址因此不会压到这些图层。",
        "A cell is kept out of as soon as any part of it touches a layer that is forbidden or its buffer, not only its "
        "middle: no site lies on one.",
    ),
    Text(
        "栅格取其像元在网格像元上的平均值。缺数据的指标为“未知”：不计入得分，也不当作0分或满分，其权重份额另行列出。",
        "Of a raster the mean over each cell is taken. A criterion without data is unknown: it is no part of the "
        "score, counts neither as bad nor as good, and the share of weights that is known is told.",
    ),
    Text(
        "场址由像元逐个生长而成，面积为椭球面真实面积。这不是对所有可能形状的穷举：在纯随机的小网格上，结果有时略低于最优。",
        "A site is grown cell by cell to its true area on the ellipsoid. That is no search of every shape: on small "
        "grids of pure noise it falls somewhat short of the best at times.",
    ),
    Text(
        "权重的变动：一组抽样围绕所给权重（狄利克雷分布，集中度30），一组为任意权重；另逐项改变单个权重，精确到0.25个百分点。"
        "场址的像元保持不变，检验的是地点之间的取舍。",
        "Weights vary in two ways: around those given (a Dirichlet distribution of concentration 30), and over all "
        "weights; and one at a time, to 0.25 percentage points. Sites keep their cells: what is tested is the choice "
        "among places.",
    ),
)

LIMITS: tuple[Text, ...] = (
    Text(
        "这是选址的起点，不能代替现场踏勘、土地权属调查、测风测光和环境影响评价。",
        "This is where choosing begins. It replaces no visit, no inquiry into who holds the land, no measuring of wind "
        "or sun, and no impact assessment.",
    ),
    Text(
        "图层没有画出的东西不会被避开；没有距离数据不等于附近没有。",
        "What no layer shows is not kept out of; the absence of a feature in a layer is not its absence on the ground.",
    ),
    Text(
        "权重与评分界限是使用者的判断，不是测量；结论是否依赖它们，见权重变动一节。",
        "Weights and limits of scores are the user's judgement and no measurement; how much depends on them is shown "
        "above.",
    ),
    Text("图中陆地仅供定位，不表示对任何边界的主张。", "Land serves orientation only; no border is asserted."),
)
