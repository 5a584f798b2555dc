"""Declaration: energy options at a place, by cost and emissions."""

from __future__ import annotations

from ....ledger.tables import name_of, table, titles
from ....text import Text
from ...declare import Field, Tool

OPTIONS = table("options").items
USUAL = ("solar_pv", "wind_onshore", "wind_offshore", "hydro", "solar_with_storage", "gas_ccgt", "coal", "coal_ccs")
"""Compared where none are named."""

FUELS = ("natural_gas", "other_bituminous_coal", "uranium")
CURRENCIES = ("USD", "EUR")
PRICE_YEARS = tuple(y for y in table("money").having("us_deflator") if table("money").get(y, "usd_per_eur"))
"""Years whose prices can be written in either currency."""

QUANTITIES = {
    "capacity_factor": Text("容量系数（0至1）", "capacity factor, 0 to 1"),
    "percent": Text("容量系数，百分比", "capacity factor in percent"),
    "kwh_per_kw_day": Text("每千瓦每日发电量", "kWh a day for each kW"),
    "kwh_per_kw_year": Text("每千瓦每年发电量", "kWh a year for each kW"),
}
MOST_DRAWS = 1_000_000

_TITLES = titles("options", OPTIONS)


def _own(name: str, unit: str, maximum: float) -> Field:
    return Field(name, "number", name_of("", name), unit=unit, minimum=0, maximum=maximum)


_OWN = (
    _own("capital", "/kW", 1e6), _own("fixed", "/kW/a", 1e5), _own("variable", "/MWh", 1e5),
    _own("efficiency", "", 1.0), _own("lifetime", "a", 200), _own("degradation", "1/a", 0.5),
    _own("construction", "a", 30), _own("storage_capital", "/kWh", 1e5), _own("round_trip", "", 1.0),
)  # fmt: skip
_PRICE = (
    Field("value", "number", Text("价格", "price"), required=True, minimum=0, maximum=1e6),
    Field("per", "text", Text("每单位，如 GJ、MWh、MMBtu、t（按低位热值）",
                              "for each GJ, MWh, MMBtu or t, by the net calorific value"), required=True),
)  # fmt: skip
_STORAGE = (
    Field("hours", "number", Text("储能时长（默认4）", "hours of the battery (4)"), unit="h", minimum=0, maximum=100),
    Field("power_share", "number", Text("储能功率与装机之比（默认0.5）", "its power over that of the panels (0.5)"),
          minimum=0, maximum=2),
    Field("cycles_per_year", "number", Text("每年满充放次数（默认330）", "full cycles a year (330)"), minimum=0,
          maximum=1000),
)  # fmt: skip
_MARGINS = (
    Field("operating_margin", "number", Text("自有的运行边际因子", "an operating margin of your own"), required=True,
          unit="g/kWh", minimum=0, maximum=5000),
    Field("build_margin", "number", Text("自有的容量边际因子", "a build margin of your own"), required=True,
          unit="g/kWh", minimum=0, maximum=5000),
)  # fmt: skip

ENERGY_OPTIONS = Tool(
    id="energy-options",
    command=("energy-options",),
    title=Text("能源方案比选", "Energy options"),
    summary=Text(
        "光伏、风电、水电、储能、燃气、燃煤及碳捕集在同一地点的平准化度电成本与排放，附不确定性、所避免的电网排放和盈亏平衡碳价。",
        "Levelised cost and emissions of solar, wind, hydro, storage, gas and coal with and without capture at one "
        "place, how sure they are, what they avoid on the grid, and the carbon price at which they break even.",
    ),
    articles=("五", "十二"),
    function="qinglu.tools.ledger.options:energy_options",
    answers=True,
    fields=(
        Field("capacity_mw", "number", Text("净装机；光伏为组件峰值功率", "net capacity; of panels for solar"),
              required=True, unit="MW", minimum=0, maximum=1e6),
        Field("options", "choices", Text("参与比选的方案", "options to compare"), default=USUAL, choices=OPTIONS,
              titles=_TITLES),
        Field("country", "country", Text("国家，用于其电网因子", "country, for the factors of its grid")),
        Field("place", "place", Text("地点，用于从栅格取资源", "place at which rasters are read"), metavar="LON,LAT"),
        Field("capacity_factor", "map", Text("各方案的容量系数（默认取典型范围，并注明为假定）",
                                             "capacity factor by option (a typical range, and said to be assumed)"),
              choices=OPTIONS, item=Field("share", "number", Text("容量系数", "capacity factor"), minimum=0,
                                          maximum=1)),
        Field("resource", "rasters", Text("资源栅格，以方案为名：方案=路径[,quantity=量][,band=波段]",
                                          "a raster of the resource, named as the option: "
                                          "OPTION=PATH[,quantity=Q][,band=N]"),
              default=(), metavar="OPTION=PATH", fields=(
                  Field("path", "path", Text("栅格文件", "the file"), required=True, metavar="PATH"),
                  Field("quantity", "choice", Text("栅格所示的量", "what it shows"), default="capacity_factor",
                        choices=tuple(QUANTITIES), titles=QUANTITIES),
                  Field("band", "integer", Text("波段", "the band"), default=1, minimum=1),
              )),
        Field("lifetime_years", "number", Text("各方案的运营年数（默认各取其寿命）",
                                             "years of operation (each its own)"), unit="a", minimum=0, maximum=200),
        Field("discount_rate", "number", Text("实际折现率", "real discount rate"), default=0.08, minimum=-0.5,
              maximum=1),
        Field("carbon_price", "number", Text("直接CO2排放的碳价", "price on direct CO2"), default=0.0,
              unit="currency/t", minimum=0, maximum=100000),
        Field("fuel_prices", "map", Text("燃料价格（默认为假定值及其范围）", "fuel prices (assumed, with a range)"),
              choices=FUELS, fields=_PRICE),
        Field("own", "map", Text("自有的成本和技术参数，先于表中的值",
                                 "costs and data of your own, before those of the table"),
              choices=OPTIONS, fields=_OWN),
        Field("storage", "object", Text("光伏所配储能", "the battery beside the panels"), fields=_STORAGE),
        Field("construction_interest", "boolean", Text("是否计建设期利息",
                                                       "whether interest during construction counts"), default=True),
        Field("margins", "object", Text("自有的电网边际因子，先于表中的值",
                                        "grid margins of your own, before the table"), fields=_MARGINS),
        Field("currency", "choice", Text("币种；给出的价格亦以此计", "currency, also of prices given"), default="USD",
              choices=CURRENCIES),
        Field("price_year", "integer", Text("价格年份；给出的价格亦以此计", "year of prices, also of those given"),
              default=2023, choices=PRICE_YEARS),
        Field("draws", "integer", Text("抽样次数", "draws"), default=10_000, minimum=1, maximum=MOST_DRAWS),
        Field("seed", "integer", Text("随机种子", "seed of the draws"), default=1, minimum=0, maximum=2**32 - 1),
    ),
)  # fmt: skip

TOOLS = (ENERGY_OPTIONS,)
