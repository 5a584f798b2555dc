"""The sentences of docs/ledger-coal.md and its Chinese twin; figures are filled in by docs/ledger_coal.py."""
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Mapping

from qinglu.text import Text

WORDS: Mapping[str, Text] = {
    "title": Text("中国以外的煤电厂：只凭容量能估算什么", "Coal plants outside China: what capacity alone can tell"),
    "other": Text("[English](ledger-coal.md)", "[中文](ledger-coal.zh.md)"),
    "lead": Text(
        "全球电厂数据库（简表）中中国以外的每一座煤电厂，用 `qinglu.ledger.fleet` 由容量、燃料和投运年份估算年发电量和CO2，"
        "并给出范围；再与所在国家的全国CO2总量对照。下列命令生成本页，并把全部电厂的逐厂结果写入 `coal-plants.csv`：",
        "Every coal plant outside China in the Global Power Plant Database (short form), estimated by `qinglu.ledger.fleet` "
        "from capacity, fuel and year of commissioning: output and CO2 of a year with ranges, then beside the CO2 total of "
        "its country. This command writes this page, and `coal-plants.csv` with every plant:",
    ),
    "caution": Text(
        "**这不是排放清单。** 容量系数、效率和煤种取同类电厂的通常范围（都是青路自定的约定），单座电厂的真实排放可以落在范围之外。"
        "数据库简表大约是{year}年的版本，只含在运电厂；此后关停和新建的都不在内。",
        "**This is no inventory.** Capacity factor, efficiency and rank of coal are the usual ranges of a kind of plant (all "
        "Qinglu's own conventions), and a single plant may lie outside them. The extract is of about {year} and holds "
        "operating plants only: what was closed or built since is not in it.",
    ),
    "result": Text("合计", "In all"),
    "result_say": Text(
        "{n}座煤电厂，分布在{countries}个国家，共{gw} GW；估算年发电{twh} TWh，CO2 {mt} Mt。若所有电厂同向偏离，范围为{low}–{high} Mt"
        "（上下相差{factor}倍）；若各厂偏差互相独立，则只有{apart_low}–{apart_high} Mt。真实的不确定性介于两者之间：各厂的偏差并不独立，"
        "同一国家的煤质、调度和机组年龄彼此相似。表中各国的范围按前一种（较宽的）计算。",
        "{n} coal plants in {countries} countries, {gw} GW; estimated at {twh} TWh and {mt} Mt of CO2 a year. If all plants were "
        "misjudged alike, {low}–{high} Mt ({factor} times from end to end); if each by itself, only {apart_low}–{apart_high} Mt. "
        "The truth lies between: plants of a country share their coal, dispatch and age. Ranges by country below are of the "
        "first, wider kind.",
    ),
    "output": Text(
        "{told}座电厂在数据库中另有可用的年发电量。按发电量计算它们排放{given_mt} Mt（{given_low}–{given_high} Mt，范围明显变窄：不再需要假定容量系数），"
        "只凭容量则为{told_mt} Mt，相差{off}；逐厂比较，所给发电量与估算值之比的中位数为{ratio}，{inside}落在估算范围之内。"
        "但这些发电量大多也是数据库按全国发电量分摊的估计，不是实测：有{over}座超过8760小时满发，{nothing}座为零，都未采用。",
        "{told} plants come with a usable output of a year. By it they emit {given_mt} Mt ({given_low}–{given_high} Mt, a narrower "
        "range: no capacity factor is assumed), by capacity alone {told_mt} Mt, {off}. Plant by plant, the median of given over "
        "estimated output is {ratio}, and {inside} of the given outputs lie within the estimated range. Most of these outputs "
        "are themselves the database's own shares of a national total, not measured: {over} exceed 8,760 hours at full "
        "capacity and {nothing} are zero; none of these was used.",
    ),
    "beside": Text("与全国总量对照", "Beside national totals"),
    "beside_say": Text(
        "全国总量来自《全球碳预算2022》{year}年的数据，含全部化石燃料和水泥，所以只是**上限**：煤电只占其中一部分。{known}个国家可以对照，"
        "煤电估算值占全国总量的中位数为{middle}，有{above}个国家的估算值高于全国总量：{above_names}。全部煤电合计为中国以外各国总量之和{rest} Mt的{share}。",
        "National totals are those of the Global Carbon Budget 2022 for {year}: all fossil fuels and cement, so an **upper bound**, "
        "of which coal power is a part. {known} countries can be compared; the estimate is {middle} of the national total in "
        "the middle country, and above it in {above}: {above_names}. All coal plants together come to {share} of the {rest} Mt of "
        "the world outside China.",
    ),
    "why": Text(
        "偏差有多大、为什么：\n"
        "- 低于全国总量不等于估算正确：上限很宽，只能揭穿明显偏高的估算，揭不出偏低的。\n"
        "- 高于全国总量的，多是数据库只记一种主要燃料（实际以燃气为主的电厂被记作煤电），或电厂几乎不运行。\n"
        "- 容量系数一律取0.55（0.25–0.85）：对长期低负荷的国家偏高，对以煤为基荷的国家偏低。这是范围宽的主要原因。\n"
        "- {n}座中只有{dated}座有投运年份，其余按年份不详的效率0.35（0.25–0.43）。\n"
        "- 煤种不详：燃用褐煤的电厂CO2因子再高约7%，效率也更低，褐煤国家因此偏低。\n"
        "- 缺电厂：1.3版按国家汇总为{gw_later} GW，本表{gw} GW；另有{lacking}个国家（{lacking_gw} GW）在简表中没有煤电厂。\n"
        "- 容量按净容量计，数据库多为毛容量：偏高约5–8%。热电联产全部算作发电。",
        "How far off, and why:\n"
        "- Lying below the national total does not make an estimate right: the bound is wide, and unmasks only what is far too high.\n"
        "- What lies above it is mostly a plant of several fuels of which the database names one (run on gas in truth), or one that hardly runs.\n"
        "- The capacity factor is 0.55 (0.25–0.85) everywhere: too high where coal is backed down, too low where it is base load. It makes most of the range.\n"
        "- Only {dated} of {n} have a year of commissioning; the others take the efficiency of unknown age, 0.35 (0.25–0.43).\n"
        "- The rank of coal is not known: with lignite the CO2 factor is about 7 % higher and the efficiency lower, so countries of lignite come out too low.\n"
        "- Plants are missing: version 1.3 sums up to {gw_later} GW, this table to {gw} GW; {lacking} country ({lacking_gw} GW) has no coal plant in the extract.\n"
        "- Capacity is taken for net while the database mostly has gross, some 5 to 8 % more. Heat of cogeneration is not credited.",
    ),
    "sector": Text("与1.3版汇总对照：各种燃料", "Beside version 1.3: all fuels"),
    "sector_say": Text(
        "化石燃料电厂（含垃圾）合计{fired} Mt（{fired_low}–{fired_high} Mt），为中国以外全国总量之和的{fired_share}。燃气和燃油电厂的容量系数"
        "差别最大，范围也最宽。生物质电厂的CO2单列，不计入。",
        "Plants on fossil fuels, waste among them, come to {fired} Mt ({fired_low}–{fired_high} Mt), {fired_share} of the national "
        "totals outside China. Running hours of gas and oil plants differ most, and so do their ranges. CO2 of biomass is told "
        "apart and not in it.",
    ),
    "largest": Text("估算排放最大的{shown}座", "The {shown} plants with the largest estimates"),
    "sources": Text(
        "数据：全球电厂数据库（Global Energy Observatory、Google、KTH、Enipedia、世界资源研究所），CC BY 4.0，简表为第三方摘录，版本未注明；"
        "1.3版各国汇总同一许可。全国总量：Global Carbon Project，《全球碳预算2022》，经OpenClimate整理。方法见[决定0061](decisions/0061-power-and-air.md)。",
        "Data: Global Power Plant Database (Global Energy Observatory, Google, KTH, Enipedia, World Resources Institute), CC BY 4.0; "
        "the short form is somebody's extract and does not state its version; sums by country of version 1.3 under the same "
        "licence. National totals: Global Carbon Project, Global Carbon Budget 2022, through OpenClimate. The method is in "
        "[decision 0061](decisions/0061-power-and-air.md).",
    ),
    "country": Text("国家", "country"),
    "plants": Text("电厂数", "plants"),
    "gw": Text("GW", "GW"),
    "gw_later": Text("GW（1.3版）", "GW in 1.3"),
    "mt": Text("CO2，Mt", "CO2, Mt"),
    "range": Text("范围", "range"),
    "national": Text("全国总量，Mt", "national, Mt"),
    "of_it": Text("占全国", "share"),
    "fuel": Text("燃料", "fuel"),
    "plant": Text("电厂", "plant"),
    "mw": Text("MW", "MW"),
    "since": Text("投运", "since"),
    "by_given": Text("按所给发电量，Mt", "by given output, Mt"),
    "fuel_Coal": Text("煤", "coal"),
    "fuel_Gas": Text("天然气", "gas"),
    "fuel_Oil": Text("燃油", "oil"),
    "fuel_Petcoke": Text("石油焦", "petroleum coke"),
    "fuel_Waste": Text("垃圾（化石部分）", "waste, its fossil part"),
    "fuel_Biomass": Text("生物质（CO2单列）", "biomass, CO2 told apart"),
}
