"""Declaration: a power plant's year."""

from __future__ import annotations

from ....ledger.air import KINDS
from ....ledger.combustion import ASSESSMENTS
from ....ledger.tables import name_of, table, titles
from ....ledger.technologies import COOLING, TECHNOLOGIES
from ....text import Text
from ...declare import Field, Tool

_LARGEST_MW = 1e6
"""Many times the largest plant there is."""

_NAMES = tuple(TECHNOLOGIES)
_FUELS = tuple(f for f in table("fuels").items if any(f in t.fuels for t in TECHNOLOGIES.values()))
_CONTROLS = {
    c: name_of("burning" if c == "furnace_limestone" else "retrofit", c) for c in KINDS
}  # fmt: skip
_COOLED = {
    "tower": Text("循环冷却（冷却塔）", "cooling towers"), "once_through": Text("直流冷却", "once-through"),
    "pond": Text("冷却池", "cooling pond"), "dry": Text("空冷", "dry cooling"),
}  # fmt: skip


def _percent(name: str, what: Text) -> Field:
    return Field(name, "number", what, unit="%", minimum=0, maximum=100)


_ANALYSIS = (
    _percent("sulphur_pct", Text("硫分，收到基", "sulphur, as received")),
    _percent("ash_pct", Text("灰分，收到基", "ash, as received")),
    _percent("carbon_pct", Text("碳，收到基；须同时给出 ncv", "carbon, as received; ncv is then needed")),
    Field("ncv", "object", Text("低位发热量，收到基", "net calorific value, as received"), fields=(
        Field("value", "number", Text("数值", "value"), required=True, minimum=0, maximum=1e9),
        Field("unit", "text", Text("如 MJ/kg、kcal/kg", "such as MJ/kg, kcal/kg"), required=True),
    )),
)  # fmt: skip

POWER_PLANT = Tool(
    id="power-plant",
    command=("power-plant",),
    title=Text("电厂的年排放与用水", "A power plant's emissions and water"),
    summary=Text(
        "按净容量、容量系数和净效率计算年发电量、燃料、CO2和度电排放；按硫、灰平衡计算SO2与颗粒物；另给出NOx和耗水量。",
        "Output, fuel, CO2 and g CO2/kWh of a year from net capacity, capacity factor and net efficiency; SO2 and "
        "particulate matter by balance of sulphur and ash, NOx by factor, water by cooling.",
    ),
    articles=("四", "五", "十二", "十四"),
    function="qinglu.tools.ledger.power:power_plant",
    answers=True,
    example={
        "technology": "coal_subcritical", "capacity_mw": 600, "capacity_factor": 0.75, "net_efficiency": 0.38,
        "fuel": "other_bituminous_coal", "controls": ["wet_fgd", "scr", "esp"],
    },
    fields=(
        Field("technology", "choice", Text("发电技术", "technology"), required=True, choices=_NAMES,
              titles=titles("power", _NAMES)),
        Field("capacity_mw", "number", Text("净容量", "net capacity"), required=True, unit="MW", minimum=0,
              maximum=_LARGEST_MW),
        Field("capacity_factor", "number", Text("容量系数，按8760小时", "capacity factor, of 8,760 hours"),
              required=True, minimum=0, maximum=1),
        Field("net_efficiency", "number", Text("净效率，按低位发热量（默认取该技术的通常值）",
                                               "net efficiency by net calorific value (the usual one)"),
              minimum=0, maximum=1),
        Field("fuel", "choice", Text("燃料（默认取该技术的通常燃料）", "fuel (the usual one of the technology)"),
              choices=_FUELS, titles=titles("fuels", _FUELS)),
        Field("analysis", "object", Text("燃料分析（默认取典型值）", "analysis of the fuel (typical values)"),
              fields=_ANALYSIS),
        Field("controls", "choices", Text("已有的污染治理设施（默认无，即 controlled 等于 uncontrolled）",
                                          "controls that stand there (none: controlled equals uncontrolled)"),
              default=(), choices=tuple(KINDS), titles=_CONTROLS),
        Field("cooling", "choice", Text("冷却方式（默认冷却塔）", "cooling (towers)"), choices=COOLING, titles=_COOLED),
        Field("gwp", "choice", Text("按哪次评估报告的全球增温潜势", "by the GWP-100 of which assessment report"),
              default="AR5", choices=tuple(a.upper() for a in ASSESSMENTS)),
    ),
)  # fmt: skip

TOOLS = (POWER_PLANT,)
