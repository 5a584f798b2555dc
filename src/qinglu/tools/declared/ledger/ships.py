"""Declaration: the carbon intensity rating of a ship."""

from __future__ import annotations

from ....ledger.tables import table, titles
from ....text import Text
from ...declare import Field, Tool

_TYPES = tuple(dict.fromkeys(item.partition(":")[0] for item in table("ships_reference").items))
_FUELS = table("ships_fuels").items

SHIP_CII = Tool(
    id="ship-cii",
    command=("ship-cii",),
    title=Text("船舶碳强度评级", "Carbon intensity rating of a ship"),
    summary=Text(
        "按国际海事组织的营运碳强度指标（CII）由全年油耗和航程计算达到值、要求值和A至E评级，并给出达到C级所需的降幅。",
        "The IMO's operational carbon intensity indicator from a year's fuel and distance: attained, required, the "
        "rating from A to E, and what it takes to reach C.",
    ),
    articles=("六", "十二"),
    function="qinglu.tools.ledger.ships:ship_cii",
    answers=True,
    fields=(
        Field("ship_type", "choice", Text("船型", "type of ship"), required=True, choices=_TYPES,
              titles=titles("ships_reference", _TYPES)),
        Field("dwt", "number", Text("载重吨；滚装船和客船以外的船型须给出",
                                    "deadweight; of every type but ro-ro and passenger ships"),
              unit="t", minimum=0, maximum=1_000_000),
        Field("gt", "number", Text("总吨；滚装船和客船须给出，其他船型用于判断是否在适用范围内",
                                   "gross tonnage; of ro-ro and passenger ships, and otherwise to tell whether the "
                                   "regulation applies"),
              unit="GT", minimum=0, maximum=1_000_000),
        Field("fuel", "list", Text("全年消耗的各种燃料", "each fuel used in the year"), required=True, item=Field(
            "fuel", "object", Text("一种燃料", "one fuel"), fields=(
                Field("type", "choice", Text("燃料", "fuel"), required=True, choices=_FUELS,
                      titles=titles("ships_fuels", _FUELS)),
                Field("t", "number", Text("消耗量", "amount used"), required=True, unit="t", minimum=0),
                Field("cf", "number", Text("自有的碳转换系数，如生物燃料混合油（默认取表值）",
                                           "CO2 conversion factor of your own, of a biofuel blend for instance (from "
                                           "the table)"), unit="t/t", minimum=0, maximum=4),
            ))),
        Field("distance_nm", "number", Text("全年航程", "distance sailed in the year"), required=True, unit="nm",
              minimum=0, maximum=500_000),
        Field("year", "integer", Text("年份", "year"), required=True),
    ),
)  # fmt: skip

TOOLS = (SHIP_CII,)
