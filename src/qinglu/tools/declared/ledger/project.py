"""Declaration: a project's whole ledger by year and scope."""

from __future__ import annotations

from ....ledger.grid import KINDS as GRID_KINDS
from ....ledger.project import CATEGORIES, KINDS
from ....ledger.tables import name_of
from ....text import Text
from ....words import SECTORS, STAGES
from ...declare import Field, Tool

BASES = {
    "year": Text("每年", "a year"),
    "once": Text("一次，平均分摊到各年", "once, spread evenly over the years"),
}
MARGINS = {kind: name_of("", what) for kind, what in GRID_KINDS.items()}
READ_TOOLS = (
    "combustion", "power-plant", "freight", "ship-cii", "construction", "rail-electrification", "retrofit",
    "retrofit-steel", "energy-options",
)  # fmt: skip
"""Tools whose answer can be a part."""

_FIRST, _LAST = 1900, 2200
_PROJECT = (
    Field("name", "text", Text("项目名称", "name of the project")),
    Field("country", "country", Text("东道国", "the host country"), required=True),
    Field("start_year", "integer", Text("开工年", "the first year of construction"), required=True,
          minimum=_FIRST, maximum=_LAST),
    Field("construction_years", "integer", Text("建设年数", "years of construction"), required=True, unit="a",
          minimum=0, maximum=50),
    Field("operation_years", "integer", Text("运营年数", "years of operation"), required=True, unit="a",
          minimum=0, maximum=200),
    Field("sector", "choice", Text("行业", "sector"), choices=tuple(SECTORS), titles=SECTORS),
    Field("stage", "choice", Text("所处阶段；赤道原则部分要求只在融资关闭前适用",
                                  "stage; some of what the Equator Principles ask is for before financial close"),
          choices=tuple(STAGES), titles=STAGES),
    Field("output", "object", Text("每年产出，用于计算排放强度（默认为电厂各部分的净发电量）",
                                   "output of a year, for the intensity (the net generation of its plants)"),
          fields=(
              Field("value", "number", Text("每年数量", "amount a year"), required=True, minimum=0),
              Field("unit", "text", Text("单位，如 MWh、t、passenger*km", "unit, MWh, t or passenger*km for example"),
                    required=True),
          )),
)  # fmt: skip
_PART = (
    Field("name", "text", Text("名称（默认为工具标题）", "name (the title of the tool)")),
    Field("tool", "choice", Text("由台账哪个工具计算", "the tool of the ledger that reckons it"), choices=READ_TOOLS),
    Field("input", "inputs", Text("该工具的输入", "inputs of that tool")),
    Field("option", "text", Text("该工具给出多个方案时，取哪一个", "which of its options, where it yields several")),
    Field("scope", "integer", Text("范围（默认随工具而定，用电为2）", "scope (by the tool; 2 for electricity used)"),
          choices=("1", "2", "3")),
    Field("category", "choice", Text("范围三类别", "category of scope 3"), choices=tuple(map(str, CATEGORIES)),
          titles={str(n): t for n, t in CATEGORIES.items()}),
    Field("kind", "choice", Text("排放，还是单列的生物质CO2或避免的排放",
                                 "emitted, or biogenic or avoided, which stand apart"), default="emitted",
          choices=tuple(KINDS), titles=KINDS),
    Field("t_co2e_per_year", "number", Text("每年排放量", "emitted a year"), unit="t", minimum=0),
    Field("t_co2e", "number", Text("一次或全期排放量，平均分摊到 years", "emitted once or in all, spread over years"),
          unit="t", minimum=0),
    Field("low", "number", Text("同一数量的下限", "lower bound of the same amount"), unit="t", minimum=0),
    Field("high", "number", Text("同一数量的上限", "upper bound of the same amount"), unit="t", minimum=0),
    Field("mwh_per_year", "number", Text("每年用电量；kind 为 avoided 时为每年所替代的电量",
                                         "electricity used a year; displaced a year where kind is avoided"),
          unit="MWh", minimum=0),
    Field("grid", "choice", Text("电网因子（用电默认为平均；避免的排放须给出）",
                                 "grid factor (average for use; needed for what is avoided)"),
          choices=tuple(MARGINS), titles=MARGINS),
    Field("g_co2e_per_kwh", "number", Text("自有电力排放因子", "an emission factor of your own"), unit="g/kWh",
          minimum=0),
    Field("years", "list", Text("首年和末年（默认建设期或运营期）",
                                "first and last year (those of construction or of operation)"),
          item=Field("year", "integer", Text("年", "year"), minimum=_FIRST, maximum=_LAST)),
    Field("basis", "choice", Text("工具结果是每年的还是一次的（默认随工具而定）",
                                  "whether the tool's figure is for a year or once (by the tool)"),
          choices=tuple(BASES), titles=BASES),
    Field("times", "number", Text("工具结果的倍数，如每年航次数", "multiple of the tool's figure: voyages a year"),
          default=1.0, minimum=0),
)  # fmt: skip
_FINANCE = (
    Field("outstanding", "number", Text("本机构的未偿余额", "outstanding amount of the institution"), required=True,
          minimum=0),
    Field("equity", "number", Text("项目权益总额", "total equity of the project"), required=True, minimum=0),
    Field("debt", "number", Text("项目债务总额", "total debt of the project"), required=True, minimum=0),
)  # fmt: skip

PROJECT_GHG = Tool(
    id="project-ghg",
    command=("project-ghg",),
    title=Text("项目温室气体台账", "Greenhouse gas ledger of a project"),
    summary=Text(
        "汇总各部分，按年份和范围列出项目全期排放，与东道国气候目标对照，并判断是否达到赤道原则的门槛。",
        "A project's emissions by year and scope from its parts, beside the host's climate targets and the "
        "thresholds of the Equator Principles.",
    ),
    articles=("四", "十二", "十四", "十八"),
    function="qinglu.tools.ledger.project:project_ghg",
    answers=True,
    fields=(
        Field("project", "object", Text("项目", "the project"), required=True, fields=_PROJECT),
        Field("parts", "list", Text("各部分：工具及其输入、一行数值或用电量",
                                    "its parts: a tool with its inputs, a plain line, or electricity"),
              required=True, item=Field("part", "object", Text("部分", "part"), fields=_PART)),
        Field("finance", "object", Text("融资份额，用于计算融资排放", "a share in its finance, for financed emissions"),
              fields=_FINANCE),
        Field("on", "date", Text("按哪一天有效的目标和条款（默认今天）", "targets and clauses of this day (today)"),
              metavar="YYYY-MM-DD"),
    ),
)  # fmt: skip

TOOLS = (PROJECT_GHG,)
