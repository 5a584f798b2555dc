"""Declaration: emissions of freight."""

from __future__ import annotations

from ....ledger.tables import table, titles
from ....text import Text
from ....words import FREIGHT_MODES, SEA_PASSAGES
from ...declare import Field, Tool

_ITEMS = table("freight").items
_TRUCKS = tuple(item.removesuffix("_50_laden") for item in _ITEMS if item.endswith("_50_laden"))
CLASSES = (*_ITEMS, *_TRUCKS)
"""Classes with factors; a lorry without its load in the name may be given one."""

_GOODS = (
    Field("mass_kg", "number", Text("货物质量；或以 mass 给出", "mass of the goods; or give mass"), unit="kg",
          minimum=0),
    Field("mass", "object", Text("货物质量及单位", "mass of the goods with its unit"), fields=(
        Field("value", "number", Text("数值", "value"), required=True, minimum=0),
        Field("unit", "text", Text("质量单位，如 t", "a unit of mass, such as t"), required=True),
    )),
)  # fmt: skip
_WAY = (
    Field("mode", "choice", Text("运输方式；给出自有因子和里程时可省略",
                                 "mode of transport; may be left out with factors and a distance of your own"),
          choices=tuple(FREIGHT_MODES), titles=FREIGHT_MODES),
    Field("class", "choice", Text("默认因子的类别（默认随运输方式而定）", "class of the default factor (by the mode)"),
          choices=CLASSES, titles=titles("freight", CLASSES)),
    Field("distance_km", "number", Text("里程；或给出 from 和 to", "distance; or give from and to"), unit="km",
          minimum=0),
    Field("planned", "boolean", Text("distance_km 是否为最短可行里程或大圆里程；若是，按方法加上里程修正（默认否）",
                                     "whether distance_km is the shortest feasible or great circle distance, to which "
                                     "the method's adjustment is added (no)"), default=False),
    Field("from", "place", Text("起点", "where it starts")),
    Field("to", "place", Text("终点", "where it ends")),
    Field("closed_passages", "choices", Text("海运不得经过的通道；西北航道默认不走",
                                             "narrows that a way by sea may not take; never the Northwest Passage"),
          choices=tuple(SEA_PASSAGES), titles=SEA_PASSAGES),
    Field("northwest_passage", "boolean", Text("海运是否可走西北航道（默认否）",
                                               "whether a way by sea may take the Northwest Passage (no)"),
          default=False),
)  # fmt: skip
_OWN = (
    Field("wtw_kg_per_tkm", "number", Text("自有因子，油井到车轮", "factor of your own, well to wheel"),
          unit="kg/(t*km)", minimum=0),
    Field("ttw_kg_per_tkm", "number", Text("自有因子，油箱到车轮", "factor of your own, tank to wheel"),
          unit="kg/(t*km)", minimum=0),
    Field("wtw_kg_per_t", "number", Text("枢纽的自有因子，油井到车轮", "factor of your own for a hub, well to wheel"),
          unit="kg/t", minimum=0),
    Field("ttw_kg_per_t", "number", Text("枢纽的自有因子，油箱到车轮", "factor of your own for a hub, tank to wheel"),
          unit="kg/t", minimum=0),
    Field("primary", "boolean", Text("自有因子是否为原始数据（默认是）",
                                     "whether the factor of your own is primary data (yes)")),
)  # fmt: skip
_USE = (
    Field("load", "number", Text("载货车重驶时的载重率", "mass carried ÷ payload of a lorry while it is loaded"),
          unit="1", minimum=0, maximum=1),
    Field("empty_share", "number", Text("载货车空驶里程占比（给出 load 时默认0）",
                                        "empty kilometres ÷ all kilometres of a lorry (0 where load is given)"),
          unit="1", minimum=0, maximum=0.95),
    Field("country", "country", Text("电力牵引的供电国家", "country whose electricity a train takes")),
    Field("kwh_per_tkm", "number", Text("电力牵引的自有单耗", "electricity of a train, of your own"),
          unit="kWh/(t*km)", minimum=0),
    Field("grid_g_per_kwh", "number", Text("自有电网因子", "grid factor of your own"), unit="g/kWh", minimum=0),
)  # fmt: skip
LEGS = Field("legs", "list", Text("依次各段运输与枢纽作业", "legs and hubs in their order"), item=Field(
    "leg", "object", Text("一段运输或一次枢纽作业", "one leg, or the handling at one hub"),
    fields=(*_GOODS, *_WAY, *_OWN, *_USE)))  # fmt: skip
"""A chain."""

FREIGHT = Tool(
    id="freight",
    command=("freight",),
    title=Text("货运排放", "Emissions of freight"),
    summary=Text(
        "按ISO 14083和GLEC框架计算一条或多条运输链的周转量与排放（油井到车轮、油箱到车轮）及原始数据占比，并加以比较；"
        "里程可由坐标推算。",
        "Tonne-kilometres and emissions of one transport chain or several, well to wheel and tank to wheel, and the "
        "share of primary data, after ISO 14083 and the GLEC Framework; distances from places where none are given.",
    ),
    articles=("六", "十二"),
    function="qinglu.tools.ledger.freight:freight",
    answers=True,
    fields=(
        LEGS,
        Field("chains", "map", Text("代替 legs：若干条运输链，按名称，用于比较",
                                    "in place of legs: several chains by name, to be compared"), fields=(LEGS,)),
    ),
)  # fmt: skip

TOOLS = (FREIGHT,)
