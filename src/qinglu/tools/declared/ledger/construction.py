"""Declaration: what building something takes."""

from __future__ import annotations

from ....ledger.construction import MODES
from ....ledger.matter import materials, titles_of
from ....ledger.tables import titles
from ....ledger.typical import STRUCTURES
from ....text import Text
from ...declare import Field, Tool

_MOST = 1e12
"""Beyond anything that was ever built, in any of the units."""

_AMOUNT = (
    Field("value", "number", Text("净用量，不含损耗", "built in, net of what is wasted"), required=True, minimum=0,
          maximum=_MOST),
    Field("unit", "text", Text("质量或体积单位，如 t、kg、m3", "a unit of mass or volume: t, kg, m3"), required=True),
)  # fmt: skip
_QUANTITY = (
    Field("material", "choice", Text("材料", "material"), required=True, choices=materials(), titles=titles_of()),
    Field("amount", "object", Text("用量", "amount"), required=True, fields=_AMOUNT),
    Field("transport_km", "number", Text("运距（默认取通常运距）", "distance it comes (the usual one)"), unit="km",
          minimum=0, maximum=100_000),
    Field("transport", "choice", Text("运输方式", "how it comes"), default="road", choices=tuple(MODES),
          titles={name: title for name, (_, title) in MODES.items()}),
    Field("carbon_kg_per_t", "number", Text("产品环境声明（EPD）中的A1–A3隐含碳，代替表中数值",
                                            "A1–A3 carbon of a product declaration (EPD), in place of the table"),
          unit="kg/t", minimum=0, maximum=1e7),
)  # fmt: skip

CONSTRUCTION = Tool(
    id="construction",
    command=("construction",),
    title=Text("建设期隐含碳与资源消耗", "What building takes"),
    summary=Text(
        "按工程量清单或按结构规模估算隐含碳、材料、能源、用水和各类废弃物，并与典型范围比较。",
        "Embodied carbon, materials, energy, water and waste by stream, from quantities or from the size of a "
        "structure, with ranges and beside typical use.",
    ),
    articles=("四", "十二"),
    function="qinglu.tools.ledger.construction:construction",
    answers=True,
    fields=(
        Field("quantities", "list", Text("工程量；覆盖同类材料的典型用量",
                                         "known quantities; each takes the place of the typical one of its kind"),
              item=Field("quantity", "object", Text("一项材料", "one material"), fields=_QUANTITY)),
        Field("structure", "choice", Text("结构类型", "what is built"), choices=STRUCTURES,
              titles=titles("construction", STRUCTURES)),
        Field("length_km", "number", Text("长度", "length"), unit="km", minimum=0, maximum=_MOST),
        Field("capacity_mw", "number", Text("装机容量", "capacity"), unit="MW", minimum=0, maximum=_MOST),
        Field("volume_m3", "number", Text("坝体体积", "volume of a dam"), unit="m3", minimum=0, maximum=_MOST),
        Field("area_m2", "number", Text("建筑面积、桥面面积或港区铺面面积", "floor, deck or paved area"), unit="m2",
              minimum=0, maximum=_MOST),
        Field("bridge_share", "number", Text("线路中桥梁占比", "share of a line on bridges"), minimum=0,
              maximum=1),
        Field("tunnel_share", "number", Text("线路中隧道占比", "share of a line in tunnels"), minimum=0,
              maximum=1),
        Field("tracks", "integer", Text("股道数（桥梁、隧道给出此项即按铁路计）",
                                        "tracks; a bridge or tunnel with tracks is one of a railway"),
              minimum=1, maximum=1000),
        Field("lanes", "integer", Text("车道数", "lanes"), minimum=1, maximum=1000),
        Field("diameter_mm", "number", Text("管道外径", "outer diameter of a pipeline"), unit="mm", minimum=1,
              maximum=100_000),
        Field("electrified", "boolean", Text("铁路是否含接触网（默认高速铁路含，其他不含）",
                                             "whether contact wire is part of a railway (of high-speed lines it is)")),
        Field("energy_gj", "number", Text("项目计划的现场施工用能", "energy the project plans to use on site"),
              unit="GJ", minimum=0, maximum=_MOST),
        Field("water_m3", "number", Text("项目计划的现场施工用水", "water the project plans to use on site"),
              unit="m3", minimum=0, maximum=_MOST),
    ),
)  # fmt: skip

TOOLS = (CONSTRUCTION,)
