"""Declarations of ``obligations``, ``coal-gate`` and ``critical-habitat``."""

from __future__ import annotations

from ...text import Text
from ...words import FUELS, LOCATION_FINDINGS, SECTORS, STAGES, TECHNOLOGIES
from ..declare import Field, Tool

_COUNTRY = Field("country", "country", Text("东道国", "host country"), required=True)
_STAGE = Field(
    "stage", "choice", Text("项目阶段", "stage of the project"), required=True, choices=tuple(STAGES), titles=STAGES
)
_ON = Field(
    "on", "date", Text("按哪一天有效的条款", "by the clauses in force on this day"), required=True, metavar="YYYY-MM-DD"
)
_FUEL = Field("fuel", "choice", Text("燃料", "fuel"), choices=tuple(FUELS), titles=FUELS)
_TECHNOLOGY = Field(
    "technology", "choice", Text("技术", "technology"), choices=tuple(TECHNOLOGIES), titles=TECHNOLOGIES
)


def _number(name: str, zh: str, en: str, unit: str, maximum: float | None = None) -> Field:
    return Field(name, "number", Text(zh, en), unit=unit, minimum=0, maximum=maximum)


OBLIGATIONS = Tool(
    id="obligations",
    command=("obligations",),
    title=Text("义务清单", "Obligations"),
    summary=Text(
        "某一天约束一个项目的义务：谁、何时、做什么，依据哪一条；东道国是否要求环评，向谁申请。",
        "What binds a project on a day: who has to do what by when, and by which clause; whether the host asks for an "
        "EIA, and of whom.",
    ),
    articles=("二", "十三", "十四", "十八"),
    function="qinglu.tools.duties:obligations",
    answers=True,
    fields=(
        _COUNTRY,
        Field("sector", "choice", Text("行业", "sector"), required=True, choices=tuple(SECTORS), titles=SECTORS),
        _number(
            "capacity_mw",
            "装机容量（电）；发电项目须给出电功率或热功率",
            "electric capacity; a power plant needs this or the thermal one",
            "MW",
            100_000,
        ),
        _number("capacity_mwth", "热功率", "thermal capacity", "MWth", 300_000),
        _STAGE,
        _ON,
        _FUEL,
        _TECHNOLOGY,
        _number("voltage_kv", "输电电压", "voltage of a line", "kV", 2_000),
        _number("length_km", "线路长度", "length of a line", "km", 100_000),
        _number("area_ha", "占地面积", "area of the site", "ha"),
        _number("cost_usd_m", "总投资", "capital cost", "million USD"),
        _number(
            "emissions_tco2e",
            "年温室气体排放（范围一和范围二）",
            "greenhouse gases a year, scope 1 and 2",
            "tCO2e/year",
        ),
        Field(
            "category", "choice", Text("赤道原则类别", "category under the Equator Principles"), choices=("A", "B", "C")
        ),
        Field(
            "findings",
            "list",
            Text("位置结论", "what the location was found to touch"),
            item=Field(
                "finding",
                "choice",
                Text("位置结论", "location finding"),
                choices=tuple(LOCATION_FINDINGS),
                titles=LOCATION_FINDINGS,
            ),
        ),
    ),
)

COAL_GATE = Tool(
    id="coal-gate",
    command=("coal-gate",),
    title=Text("煤电关口", "Coal gate"),
    summary=Text(
        "境外煤电：新建停止，在建稳慎，建成改造；依据承诺与《意见》第十四条。",
        "Coal power abroad: new stops, under construction with prudence, built is retrofitted; by the pledge and "
        "article 14 of the Opinions.",
    ),
    articles=("十四",),
    function="qinglu.tools.duties:coal_gate",
    answers=True,
    fields=(
        _COUNTRY,
        Field(
            "sector", "choice", Text("行业", "sector"), default="thermal_power", choices=tuple(SECTORS), titles=SECTORS
        ),
        _FUEL,
        _TECHNOLOGY,
        _STAGE,
        _ON,
    ),
)

_SHARE = _number("share_pct", "占全球种群或分布的比例", "share of the global population or extent", "%", 100)
_UNITS = _number("units", "繁殖单元数", "reproductive units", "")


def _claim(name: str, zh: str, en: str) -> Field:
    return Field(name, "boolean", Text(zh, en), default=False)


CRITICAL_HABITAT = Tool(
    id="critical-habitat",
    command=("critical-habitat",),
    title=Text("关键栖息地判定", "Critical habitat"),
    summary=Text(
        "按绩效标准6及其指导说明的五项标准判定；没有评估的标准不作否定。",
        "By the five criteria of PS6 and its guidance note; a criterion that was not assessed is not answered with no.",
    ),
    articles=("四", "十一", "十八"),
    function="qinglu.tools.duties:critical_habitat",
    answers=True,
    fields=(
        Field(
            "c1",
            "object",
            Text("标准1：极危或濒危物种", "criterion 1: critically endangered or endangered species"),
            fields=(
                _SHARE,
                _UNITS,
                _claim(
                    "vu_concentration",
                    "易危物种的全球重要聚集，其丧失会使其升级",
                    "a concentration of a vulnerable species whose loss would raise its class",
                ),
                _claim(
                    "national_listing",
                    "国家或地区名录上极危、濒危物种的重要聚集",
                    "an important concentration of a nationally or regionally listed species",
                ),
            ),
        ),
        Field(
            "c2",
            "object",
            Text("标准2：特有或分布受限物种", "criterion 2: endemic or restricted-range species"),
            fields=(_SHARE, _UNITS),
        ),
        Field(
            "c3",
            "object",
            Text("标准3：迁徙或聚集物种", "criterion 3: migratory or congregatory species"),
            fields=(
                _SHARE,
                _number(
                    "stress_share_pct",
                    "环境胁迫时期占全球种群的比例",
                    "share in times of environmental stress",
                    "%",
                    100,
                ),
            ),
        ),
        Field(
            "c4",
            "object",
            Text("标准4：高度受威胁或独特的生态系统", "criterion 4: highly threatened or unique ecosystems"),
            fields=(
                _SHARE,
                _claim(
                    "planning_priority",
                    "国家或地区规划认定的优先区域",
                    "of high priority in regional or national planning",
                ),
            ),
        ),
        Field(
            "c5",
            "boolean",
            Text("标准5：经专家判断有关键进化过程", "criterion 5: key evolutionary processes, as experts judge"),
        ),
        _ON,
    ),
)

TOOLS = (OBLIGATIONS, COAL_GATE, CRITICAL_HABITAT)
