"""Declaration of ``classify``: the colour of a project under the Green Development Guidance."""

from __future__ import annotations

from ...text import Text
from ..declare import Field, Tool

PROJECT_TYPES = (
    "cement_and_steel", "coal_fired_power", "coal_mining", "coal_power_retrofit", "freight_rail_for_fossil_fuel",
    "gas_fired_power", "green_building", "hydropower", "landfill", "livestock", "mining_and_metal_smelting",
    "oil_and_gas_extraction", "petrochemical", "ports_and_waterways", "railway", "renewable_equipment_manufacturing",
    "roads_and_highways", "sewage_and_water_treatment", "solar_power", "sustainable_forestry",
    "transmission_and_smart_grid", "urban_electric_public_transport", "urban_freight_above_euro_iv",
    "waste_to_energy", "wind_power",
)  # fmt: skip
"""As the clauses of the guidance name them; a test holds the two together."""

MEASURES = (
    "animal_passages", "electrification", "hydropower_sustainability_standard", "ifc_performance_standards", "ifc_ps6",
    "world_commission_on_dams",
)  # fmt: skip

_COLOURS = ("green", "yellow", "red")

CLASSIFY = Tool(
    id="classify",
    command=("classify",),
    title=Text("绿色发展指南分类", "Classify under the Green Development Guidance"),
    summary=Text(
        "按“一带一路”项目绿色发展指南给出红、黄、绿及其理由；最差维度决定颜色，未见到的颜色不作推测。",
        "Red, yellow or green under the guidance for Belt and Road projects, and why; the worst dimension decides, "
        "and a colour that was not seen is not guessed.",
    ),
    articles=("四", "十一", "十三"),
    function="qinglu.tools.classify:classify",
    answers=True,
    fields=(
        Field("project_type", "choice", Text("项目类型", "type of the project"), required=True, choices=PROJECT_TYPES),
        Field("measures", "list", Text(
            "已采取且有独立证据的减缓措施；可在冒号后注明证据。无人知晓的措施只作记录",
            "mitigation measures taken, with independent evidence; it may follow a colon. "
            "A measure nobody knows is only noted"),
            default=(),
            item=Field("measure", "text", Text("措施", "measure"), choices=MEASURES)),
        Field("infringes_sensitive_area", "boolean", Text(
            "是否侵占生态重要区域", "whether it infringes on an ecologically important area"), default=False),
        Field("assessed", "object", Text(
            "项目自身评估得出的各维度颜色；只能降低、不能提高项目的颜色",
            "colours of single dimensions as the project was assessed; they may lower its colour, never raise it"),
            fields=(
                Field("pollution", "choice", Text("污染防治", "pollution prevention"), choices=_COLOURS),
                Field("climate", "choice", Text("气候变化减缓", "climate change mitigation"), choices=_COLOURS),
                Field("biodiversity", "choice", Text("生物多样性与生态", "biodiversity and ecosystems"),
                      choices=_COLOURS),
            )),
        Field("on", "date", Text("按哪一天有效的条款（默认今天）", "by the clauses of this day (today)"),
              metavar="YYYY-MM-DD"),
    ),
)  # fmt: skip

TOOLS = (CLASSIFY,)
