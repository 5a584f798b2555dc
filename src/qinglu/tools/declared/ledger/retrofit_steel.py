"""Declaration: steel by route."""

from __future__ import annotations

from ....ledger.steel import PRICES, routes
from ....ledger.tables import table, titles
from ....text import Text
from ...declare import Field, Tool


def _electricity(name: str, said: Text) -> Field:
    return Field(name, "object", said, fields=(
        Field("g_co2_per_kwh", "number", Text("每千瓦时的二氧化碳", "CO2 of a kilowatt-hour"), unit="g/kWh",
              minimum=0, maximum=3000),
        Field("country", "country", Text("未给出因子时取该国电网平均值",
                                         "whose average grid to take where no factor is given")),
        Field("price", "number", Text("电价", "price of electricity"), unit="USD/MWh", minimum=0, maximum=10000),
    ))  # fmt: skip


RETROFIT_STEEL = Tool(
    id="retrofit-steel",
    command=("retrofit-steel",),
    title=Text("钢铁改造路线比选", "Routes for a steelworks"),
    summary=Text(
        "同样的粗钢产量，高炉—转炉、废钢电炉、天然气或氢直接还原铁—电炉及碳捕集各路线的排放、能耗、水耗和成本，"
        "与现有路线比较，给出减排成本和成本与排放的前沿。",
        "For the same tonnes of crude steel: emissions, energy, water and cost of blast furnaces, of arc furnaces on "
        "scrap or direct reduced iron from gas or hydrogen, and capture, against the route in use; cost for each tonne "
        "avoided and the front of cost against emissions.",
    ),
    articles=("十四",),
    function="qinglu.tools.ledger.retrofit_steel:retrofit_steel",
    answers=True,
    fields=(
        Field("route", "choice", Text("现有路线", "the route in use"), required=True, choices=routes(),
              titles=titles("steel", routes())),
        Field("production_t", "number", Text("粗钢年产量", "crude steel of a year"), required=True, unit="t",
              minimum=0, maximum=1e9),
        _electricity("electricity", Text("外购电力（默认排放未知）", "electricity bought (its emissions not known)")),
        _electricity("hydrogen_electricity", Text("电解制氢的电力（默认同外购电力）",
                                                  "electricity of electrolysers (as bought)")),
        Field("prices", "object", Text("到厂价格，2023年美元；未给出的取假定值",
                                       "prices at the works in US dollars of 2023; assumed where not given"),
              fields=tuple(
                  Field(name, "number", table("steel")["price", name].title, unit=table("steel")["price", name].unit,
                        minimum=0, maximum=100000)
                  for name in PRICES if name != "electricity")),
        Field("options", "choices", Text("参与比较的路线（默认全部）", "routes to compare (all)"), choices=routes(),
              titles=titles("steel", routes())),
        Field("scrap_share", "number", Text("直接还原铁电炉炉料中废钢的比例", "scrap in the charge of arc furnaces on "
                                            "direct reduced iron"), default=0.0, minimum=0, maximum=0.95),
        Field("discount_rate", "number", Text("实际折现率", "real discount rate"), default=0.08, minimum=0,
              maximum=0.5),
        Field("carbon_price", "number", Text("直接排放的碳价", "price on direct emissions"), default=0.0,
              unit="USD/t", minimum=0, maximum=10000),
    ),
)  # fmt: skip

TOOLS = (RETROFIT_STEEL,)
