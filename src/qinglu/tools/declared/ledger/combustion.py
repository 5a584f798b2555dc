"""Declaration: gases of burning a fuel."""

from __future__ import annotations

from ....ledger.combustion import ASSESSMENTS
from ....ledger.tables import table, titles
from ....text import Text
from ...declare import Field, Tool

_MOST = 1e15
"""Beyond all the fuel there is, in any unit."""


def _with_unit(name: str, help_: Text, unit: Text, *, required: bool = False) -> Field:
    return Field(name, "object", help_, required=required, fields=(
        Field("value", "number", Text("数值", "value"), required=True, minimum=0, maximum=_MOST),
        Field("unit", "text", unit, required=True),
    ))  # fmt: skip


_FUELS = table("fuels").items

COMBUSTION = Tool(
    id="combustion",
    command=("combustion",),
    title=Text("燃料燃烧的温室气体", "Greenhouse gases of burning a fuel"),
    summary=Text(
        "按《2006年IPCC指南》由质量、体积或能量计算能量、CO2、CH4、N2O和CO2当量，并给出不确定范围；生物质的CO2单列。",
        "Energy, CO2, CH4, N2O and CO2e of a mass, volume or energy of fuel by the 2006 IPCC Guidelines, with ranges; "
        "CO2 of biomass told apart.",
    ),
    articles=("四", "十二"),
    function="qinglu.tools.ledger.combustion:combustion",
    answers=True,
    example={"fuel": "other_bituminous_coal", "amount": {"value": 1, "unit": "t"}, "gwp": "AR5"},
    fields=(
        Field("fuel", "choice", Text("燃料（IPCC 2006名称）", "fuel, as the IPCC of 2006 names it"), required=True,
              choices=_FUELS, titles=titles("fuels", _FUELS)),
        _with_unit("amount", Text("用量", "amount burnt"), Text(
            "质量、能量（低位）或体积单位，如 t、GJ、MWh、toe、tce、m3；Nm3指0 °C，m3指15 °C",
            "unit of mass, energy (net calorific value) or volume: t, GJ, MWh, toe, tce, m3; Nm3 is at 0 °C, m3 "
            "at 15 °C"),
            required=True),
        Field("gwp", "choice", Text("按哪次评估报告的全球增温潜势（100年）",
                                   "by the GWP-100 of which assessment report"),
              default="AR5", choices=tuple(a.upper() for a in ASSESSMENTS)),
        _with_unit("ncv", Text("自有低位发热量（默认取表中数值）", "own net calorific value (the table's)"),
                   Text("如 MJ/kg、GJ/t、kcal/kg、MJ/m3", "such as MJ/kg, GJ/t, kcal/kg, MJ/m3")),
        _with_unit("carbon", Text("自有含碳量（默认取表中数值）", "own carbon content (the table's)"),
                   Text("如 kg/GJ，或质量百分比 %", "such as kg/GJ, or % of the mass")),
        _with_unit("density", Text("自有密度，用量为体积时使用（默认取表中数值）",
                                   "own density, where the amount is a volume (the table's)"),
                   Text("如 kg/m3、kg/L", "such as kg/m3, kg/L")),
    ),
)  # fmt: skip

TOOLS = (COMBUSTION,)
