"""Declarations: emission limits, conversion of concentrations, outdoor air, standards side by side."""

from __future__ import annotations

from ...text import Text
from ...words import AIRSHEDS, FUELS, REGIONS, SECTORS, TECHNOLOGIES
from ..declare import Field, Tool

POLLUTANTS = ("so2", "pm", "nox", "hg")
UNITS = ("mg/m3", "ug/m3", "g/m3", "ppm")
AIR = ("pm2_5", "pm10", "o3", "no2", "so2", "co")
AVERAGING = ("annual", "peak_season", "24h", "8h")

_O2 = Field("o2_pct", "number", Text("干基含氧量，体积百分比", "oxygen of the dry gas, percent by volume"),
            unit="%", minimum=0, maximum=21)  # fmt: skip
_REST = (
    Field("temperature_c", "number", Text("温度", "temperature"), default=0.0, unit="°C",
          minimum=-273.15, maximum=2000),
    Field("pressure_kpa", "number", Text("压力", "pressure"), default=101.325, unit="kPa", minimum=0, maximum=10000),
    Field("dry", "boolean", Text("是否干基", "whether vapour is left out"), default=True),
    Field("moisture_pct", "number", Text("湿基气体的水汽，体积百分比", "vapour of wet gas, percent by volume"),
          unit="%", minimum=0, maximum=100),
)  # fmt: skip
STATE = (_O2, *_REST)
"""Fields of a state of gas."""

_ON = Field("on", "date", Text("按哪一天有效的规则", "by the rules of this day"), required=True, metavar="YYYY-MM-DD")
_TODAY = Field("on", "date", Text("按哪一天有效的规则（默认今天）", "by the rules of this day (today)"),
               metavar="YYYY-MM-DD")  # fmt: skip
_COUNTRY = Field("country", "country", Text("东道国", "the host country"), required=True)
_COMMISSIONED = Field("commissioned", "date", Text("投运日期，已有或计划", "day of commissioning, past or planned"),
                      required=True, metavar="YYYY-MM-DD")  # fmt: skip
_CAPACITY = (
    Field("capacity_mw", "number", Text("装机容量（电）；与 capacity_mwth 至少给其一",
                                        "electric capacity; it or capacity_mwth is needed"), unit="MW", minimum=0),
    Field("capacity_mwth", "number", Text("热功率；未给出时按效率推算",
                                          "thermal capacity; derived at a stated efficiency where not given"),
          unit="MWth", minimum=0),
)  # fmt: skip
_PLANT = (
    Field("fuel", "choice", Text("燃料（默认随技术而定）", "fuel (by the technology)"),
          choices=tuple(FUELS), titles=FUELS),
    Field("region", "choice", Text("所处特定区域，不详则不填", "kind of region it stands in, where known"),
          choices=tuple(REGIONS), titles=REGIONS),
    Field("airshed", "choice", Text("空气域", "airshed"), default="non_degraded",
          choices=tuple(AIRSHEDS), titles=AIRSHEDS),
)  # fmt: skip
_REFERENCE = Field("reference", "object", Text(
    "统一换算到的状态（默认锅炉6% O2，燃气轮机和内燃机15% O2，0 °C，干基）",
    "state to which all is brought (6 % O2 for boilers, 15 % for turbines and engines, 0 °C, dry)"),
    fields=STATE)  # fmt: skip

LIMITS = Tool(
    id="limits",
    command=("limits",),
    title=Text("适用的排放限值", "Emission limits that apply"),
    summary=Text(
        "列出东道国、世界银行和中国的排放限值，换算到同一状态后取最严，并与实测值比较。",
        "The host's, the World Bank's and the Chinese limits in one state of gas, the strictest, and the measured "
        "value beside them.",
    ),
    articles=("二", "十一", "十三", "十八"),
    function="qinglu.tools.limits:limits",
    answers=True,
    fields=(
        _COUNTRY,
        Field("technology", "choice", Text("技术", "technology"), required=True,
              choices=tuple(TECHNOLOGIES), titles=TECHNOLOGIES),
        *_CAPACITY,
        _COMMISSIONED,
        *_PLANT,
        _ON,
        _REFERENCE,
        Field("measured", "map", Text("实测浓度及其状态（默认无）", "measured concentrations with their state (none)"),
              choices=POLLUTANTS, fields=(
            Field("value", "number", Text("实测值", "measured value"), required=True, minimum=0),
            Field("unit", "choice", Text("单位", "unit"), required=True, choices=UNITS),
            *STATE)),
    ),
)  # fmt: skip

CONVERT = Tool(
    id="convert",
    command=("convert",),
    title=Text("换算烟气浓度", "Convert a concentration in flue gas"),
    summary=Text(
        "按基准含氧量、温度、压力和湿度换算，并在ppm与质量浓度之间换算；每一步都给出公式。",
        "By oxygen, temperature, pressure and moisture, and between ppm and mass; every step with its formula.",
    ),
    articles=("十一", "十八"),
    function="qinglu.tools.limits:convert",
    answers=True,
    fields=(
        Field("value", "number", Text("浓度", "concentration"), required=True, minimum=0),
        Field("unit", "choice", Text("单位", "unit"), required=True, choices=UNITS),
        Field("from", "object", Text("所处状态", "the state it is in"), required=True, fields=STATE),
        Field("to", "object", Text("换算到的状态", "the state asked for"), required=True, fields=STATE),
        Field("to_unit", "choice", Text("换算到的单位（默认不变）", "the unit asked for (the same)"), choices=UNITS),
        Field("pollutant", "choice", Text("污染物，在ppm与质量浓度之间换算时须给出；NOx按NO2计",
                                          "pollutant, needed between ppm and mass; NOx counts as NO2"),
              choices=("so2", "nox", "co")),
    ),
)  # fmt: skip

WHO_AIR = Tool(
    id="who-air",
    command=("who-air",),
    title=Text("世卫组织空气质量分级", "WHO air quality class"),
    summary=Text(
        "按世界卫生组织2021年指导值和过渡目标给环境空气浓度分级。",
        "Where a concentration in outdoor air stands among the WHO guideline level of 2021 and its interim targets.",
    ),
    articles=("四", "十八"),
    function="qinglu.tools.limits:who_air",
    answers=True,
    fields=(
        Field("pollutant", "choice", Text("污染物", "pollutant"), required=True, choices=AIR),
        Field("averaging", "choice", Text("平均时间", "averaging period"), required=True, choices=AVERAGING),
        Field("value", "number", Text("浓度", "concentration"), required=True, minimum=0),
        Field("unit", "choice", Text("单位", "unit"), required=True, choices=("ug/m3", "mg/m3")),
        _TODAY,
    ),
)

COMPARE = Tool(
    id="compare-standards",
    command=("compare-standards",),
    title=Text("三方标准对照", "Standards side by side"),
    summary=Text(
        "一个行业的东道国、国际和中国标准对照表；排放限值换算到同一状态，可另存为XLSX。",
        "A matrix of host, international and Chinese standards for a sector; emission limits in one state of gas. "
        "Also as XLSX.",
    ),
    articles=("二", "十四", "十八"),
    function="qinglu.tools.compare:compare_standards",
    answers=True,
    fields=(
        _COUNTRY,
        Field("sector", "choice", Text("行业", "sector"), default="thermal_power", choices=tuple(SECTORS),
              titles=SECTORS),
        Field("technology", "choice", Text("技术（默认全部，仅火电）", "technology (all of thermal power)"),
              choices=tuple(TECHNOLOGIES), titles=TECHNOLOGIES),
        *_CAPACITY,
        Field("commissioned", "date", Text("投运日期（默认与 on 相同）", "day of commissioning (the same as on)"),
              metavar="YYYY-MM-DD"),
        *_PLANT,
        _TODAY,
        _REFERENCE,
        Field("xlsx", "path", Text("另存为XLSX的文件", "also write this XLSX file"), metavar="FILE"),
    ),
)  # fmt: skip

TOOLS = (LIMITS, CONVERT, WHO_AIR, COMPARE)
