"""Declaration: diesel or electric traction on a railway line."""

from __future__ import annotations

from ....text import Text
from ...declare import Field, Tool

_YEARS = tuple(str(year) for year in range(2000, 2101))
_MOST = 1e15

_TRAFFIC = (
    Field("freight_gross_tkm", "number", Text("首年货运总重吨公里", "gross tonne-kilometres of freight, first year"),
          unit="t*km", minimum=0, maximum=_MOST),
    Field("freight_tkm", "number", Text("首年货运净吨公里，代替上一项", "net tonne-kilometres in its place"),
          unit="t*km", minimum=0, maximum=_MOST),
    Field("passenger_trains", "number", Text("首年全线旅客列车数", "passenger trains end to end, first year"),
          minimum=0, maximum=1e7),
    Field("passenger_train_t", "number", Text("旅客列车质量（默认取表值）", "mass of a passenger train (by the table)"),
          unit="t", minimum=10, maximum=5000),
    Field("growth", "number", Text("运量年增长率，如 0.03", "growth a year, 0.03 for example"), default=0.0,
          minimum=-0.5, maximum=0.5),
)  # fmt: skip
_PRICES = (
    Field("diesel", "number", Text("柴油单价，每升", "of diesel, a litre"), required=True, unit="1/l", minimum=0),
    Field("electricity", "number", Text("电价，每千瓦时", "of electricity, a kilowatt-hour"), required=True,
          unit="1/kWh", minimum=0),
    Field("carbon", "number", Text("碳价，每吨CO2e", "of carbon, a tonne of CO2e"), default=0.0, unit="1/t", minimum=0),
)  # fmt: skip

RAIL_ELECTRIFICATION = Tool(
    id="rail-electrification",
    command=("rail-electrification",),
    title=Text("铁路电气化比选", "Electrifying a railway line"),
    summary=Text(
        "逐年比较内燃与电力牵引的能耗、排放和费用，计入接触网的隐含碳，给出碳回收年、投资回收年、净现值、单位减排成本和临界值。",
        "Diesel against electric traction year by year over the grid's path: energy, emissions, money, with the carbon "
        "that the overhead line embodies; paybacks, net present value, cost per tonne and break-even points.",
    ),
    articles=("五", "六", "十二"),
    function="qinglu.tools.ledger.rail:rail_electrification",
    answers=True,
    fields=(
        Field("length_km", "number", Text("线路长度", "length of the line"), required=True, unit="km", minimum=0.1,
              maximum=50_000),
        Field("tracks", "integer", Text("电气化的股道数", "tracks to be electrified"), default=1, minimum=1,
              maximum=20),
        Field("traffic", "object", Text("运量", "traffic"), required=True, fields=_TRAFFIC),
        Field("diesel", "object", Text("内燃牵引单耗（默认取表值）", "diesel used (from the table)"), fields=(
            Field("l_per_1000_gtkm", "number", Text("每千总重吨公里升数", "litres a thousand gross tonne-kilometres"),
                  unit="l/1000gtkm", minimum=0.01, maximum=1000),
            Field("sulphur_ppm", "number", Text("柴油含硫量，不详则不填", "sulphur of the diesel, where known"),
                  unit="mg/kg", minimum=0, maximum=50_000))),
        Field("electric", "object", Text("电力牵引单耗（默认取表值）", "electricity used (from the table)"), fields=(
            Field("kwh_per_1000_gtkm", "number", Text(
                "每千总重吨公里千瓦时，牵引变电所处",
                "kilowatt-hours a thousand gross tonne-kilometres, at the substation"),
                  unit="kWh/1000gtkm", minimum=0.01, maximum=10_000),)),
        Field("country", "country", Text("供电的国家；用其平均电网因子和净零目标年",
                                         "country that supplies it: its average factor and year of net zero")),
        Field("grid", "object", Text("自有电网排放强度，代替国家因子", "a grid of your own, in its place"), fields=(
            Field("g_co2_per_kwh", "number", Text("首年强度", "in the first year"), unit="g/kWh", minimum=0,
                  maximum=3000),
            Field("path", "map", Text("各年强度，其间线性内插", "in later years, linear between"), choices=_YEARS,
                  item=Field("g", "number", Text("强度", "intensity"), unit="g/kWh", minimum=0, maximum=3000)),
            Field("loss_share", "number", Text("至牵引变电所的线损率（默认取表值）",
                                               "lost before the substation (from the table)"),
                  minimum=0, maximum=0.9))),
        Field("start_year", "integer", Text("首年（默认今年）", "first year (this one)"), minimum=2000, maximum=2100),
        Field("years", "integer", Text("计算年数", "years reckoned"), default=30, unit="a", minimum=1, maximum=100),
        Field("capital_per_km", "number", Text("每千米线路电气化投资（默认取表值，2023年美元）",
                                               "capital a kilometre of line (from the table, USD of 2023)"),
              unit="1/km", minimum=0, maximum=1e9),
        Field("prices", "object", Text("价格，同一货币、不变价；未给出则不算费用",
                                       "prices in one currency, in real terms; without them no money is reckoned"),
              fields=_PRICES),
        Field("discount_rate", "number", Text("实际折现率", "real discount rate"), default=0.08, minimum=0,
              maximum=1),
    ),
)  # fmt: skip

TOOLS = (RAIL_ELECTRIFICATION,)
