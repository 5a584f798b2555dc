"""Declaration: retrofits of a running coal unit."""

from __future__ import annotations

from ....ledger.air import KINDS
from ....ledger.retrofit_cost import PRICES
from ....ledger.tables import name_of, table, titles
from ....text import Text
from ....words import AIRSHEDS, REGIONS
from ...declare import Field, Tool

COALS = ("anthracite", "coking_coal", "other_bituminous_coal", "sub_bituminous_coal", "lignite")
TECHNOLOGIES = ("coal_subcritical", "coal_supercritical", "coal_usc", "cfb")
LIMITS = {
    "host": Text("东道国限值", "the host's limits"),
    "strictest": Text("东道国、国际和中国限值中最严者", "the strictest of host, international and Chinese limits"),
    "ultra_low": Text("超低排放", "ultra-low emission"),
}
_OWN = ("coal", "water", "power")


def _limit(pollutant: str, zh: str, en: str) -> Field:
    said = Text(f"{zh}限值，6% O2、0 °C、干基", f"limit of {en}, dry, 6 % O2, 0 °C")
    return Field(f"{pollutant}_mg_m3", "number", said, unit="mg/m3", minimum=0, maximum=100000)  # fmt: skip


RETROFIT = Tool(
    id="retrofit",
    command=("retrofit",),
    title=Text("在运煤电机组改造方案", "Retrofits of a running coal unit"),
    summary=Text(
        "脱硫、脱硝、除尘、节能、掺烧生物质、碳捕集、减少运行和提前关停的组合中，哪些能达到目标：去除量、能耗、水耗、"
        "成本、每吨减排成本、副产物和剩余排放，按年成本排序，并给出成本与排放的前沿。",
        "Which combinations of desulphurisation, denitrification, dust removal, efficiency, co-firing, CO2 capture, "
        "reduced running and closure reach a target: removal, energy, water, cost, cost for each tonne avoided and "
        "what is left, cheapest first, with the front of cost against emissions.",
    ),
    articles=("十四",),
    function="qinglu.tools.ledger.retrofit:retrofit_coal",
    answers=True,
    fields=(
        Field("technology", "choice", Text("机组技术", "technology of the unit"), default="coal_subcritical",
              choices=TECHNOLOGIES, titles=titles("power", TECHNOLOGIES)),
        Field("capacity_mw", "number", Text("净装机容量", "net electric capacity"), required=True, unit="MW",
              minimum=0, maximum=20000),
        Field("capacity_factor", "number", Text("容量系数", "capacity factor"), required=True, minimum=0, maximum=1),
        Field("net_efficiency", "number", Text("净效率，含在役设施厂用电（默认随技术）",
                                               "net efficiency, running controls in it (by technology)"),
              minimum=0, maximum=1),
        Field("fuel", "choice", Text("煤种", "coal"), required=True, choices=COALS, titles=titles("fuels", COALS)),
        Field("analysis", "object", Text("收到基煤质（默认该煤种典型值）",
                                           "the coal as received (typical of its kind)"), fields=(
            Field("sulphur_pct", "number", Text("硫分", "sulphur"), unit="%", minimum=0, maximum=20),
            Field("ash_pct", "number", Text("灰分", "ash"), unit="%", minimum=0, maximum=80),
            Field("ncv_gj_per_t", "number", Text("低位发热量", "net calorific value"), unit="GJ/t", minimum=4,
                  maximum=36))),
        Field("controls", "choices", Text("在役治理设施（默认无）", "controls that run (none)"), default=(),
              choices=tuple(KINDS), titles={k: name_of("retrofit", k) for k in KINDS}),
        Field("seawater", "boolean", Text("是否可用海水脱硫", "whether the sea is at hand to wash gas with"),
              default=False),
        Field("commissioned", "date", Text("投运日期", "day of commissioning"), metavar="YYYY-MM-DD"),
        Field("age_years", "number", Text("机组年龄，未给出投运日期时用", "age, where the day is not given"), unit="a",
              minimum=0, maximum=100),
        Field("remaining_years", "number", Text("剩余运行年数（默认按40年寿命）", "years it would still run (of 40)"),
              unit="a", minimum=0, maximum=100),
        Field("country", "country", Text("东道国，按其限值时须给出", "the host country, needed for its limits")),
        Field("region", "choice", Text("所处特定区域", "kind of region it stands in"), choices=tuple(REGIONS),
              titles=REGIONS),
        Field("airshed", "choice", Text("空气域", "airshed"), default="non_degraded", choices=tuple(AIRSHEDS),
              titles=AIRSHEDS),
        Field("on", "date", Text("按哪一天有效的规则（默认今天）", "by the rules of this day (today)"),
              metavar="YYYY-MM-DD"),
        Field("target", "object", Text("改造目标；给出的数值优先于规则库", "the target; numbers given come before the "
                                       "rulebook"), required=True, fields=(
            Field("limits", "choice", Text("取自规则库的限值", "limits from the rulebook"), choices=tuple(LIMITS),
                  titles=LIMITS),
            _limit("so2", "二氧化硫", "SO2"), _limit("nox", "氮氧化物", "NOx"), _limit("pm", "颗粒物", "PM"),
            Field("co2_g_per_kwh", "number", Text("度电二氧化碳排放上限", "CO2 by net output, at most"), unit="g/kWh",
                  minimum=0, maximum=3000),
            Field("co2_t", "number", Text("年二氧化碳排放上限", "CO2 in a year, at most"), unit="t", minimum=0))),
        Field("replacement", "object", Text("替代损失电量的电力（默认未知）",
                                              "power that replaces what is lost (unknown)"), fields=(
            Field("g_co2_per_kwh", "number", Text("每千瓦时的二氧化碳", "CO2 of a kilowatt-hour"), unit="g/kWh",
                  minimum=0, maximum=3000),
            Field("country", "country", Text("未给出因子时取该国组合边际（稳定电源）",
                                             "whose combined margin, firm, to take where no factor is given")),
            Field("price", "number", Text("电价", "its price"), unit="USD/MWh", minimum=0, maximum=10000))),
        Field("discount_rate", "number", Text("实际折现率", "real discount rate"), default=0.08, minimum=0,
              maximum=0.5),
        Field("carbon_price", "number", Text("碳价", "price on CO2"), default=0.0, unit="USD/t", minimum=0,
              maximum=10000),
        Field("fuel_price", "number", Text("煤价（默认假定值）", "price of the coal (assumed)"), unit="USD/GJ",
              minimum=0, maximum=1000),
        Field("water_price", "number", Text("水价（默认假定值）", "price of water (assumed)"), unit="USD/m3", minimum=0,
              maximum=1000),
        Field("prices", "object", Text("其他价格，2023年美元（默认假定值）",
                                         "other prices in US dollars of 2023 (assumed)"), fields=tuple(
                  Field(name, "number", table("retrofit")["price", name].title,
                        unit=table("retrofit")["price", name].unit, minimum=-1000, maximum=100000)
                  for name in PRICES if name not in _OWN)),
        Field("options", "integer", Text("列出多少个年成本最低的方案，前沿另加",
                                         "how many of the cheapest to show, those on a front beside"),
              default=20, minimum=1, maximum=500),
    ),
)  # fmt: skip

TOOLS = (RETROFIT,)
