"""Declarations: routes between two places, and the score of a given line."""

from __future__ import annotations

from ...text import Text
from ..declare import Field, Tool

MODES = {
    "railway": Text("铁路（客货共线）", "Railway, mixed traffic"),
    "high-speed-railway": Text("高速铁路", "High-speed railway"),
    "road": Text("干线公路", "Main road"),
    "transmission-line": Text("输电线路", "Transmission line"),
    "pipeline": Text("输油输气管道", "Oil or gas pipeline"),
}
"""What can be built; `siting.values.modes` has the limits of each."""
OBJECTIVES = {
    "cost": Text("建设成本", "Construction cost"),
    "ecology": Text("生态影响", "Ecological impact"),
    "people": Text("受影响人口", "People affected"),
    "carbon": Text("隐含碳", "Embodied carbon"),
    "hazard": Text("灾害暴露", "Hazard exposure"),
}
"""What is kept small, as `siting.problem.OBJECTIVES` has it."""

_PATH = Field("path", "path", Text("文件", "the file"), required=True)
_ROLE = Field("role", "text", Text("类别，如 protected", "its role, protected for example"))
_AVOID = Field("avoid", "choice", Text(
    "forbid 不得进入；price 计入各目标；ignore 只统计穿越",
    "forbid: may not be entered; price: counts towards the objectives; ignore: crossings are listed, nothing more"),
    default="price", choices=("forbid", "price", "ignore"))  # fmt: skip
LAYER = Field("layer", "layers", Text(
    "矢量图层，可重复：名称=路径[,role=类别][,avoid=forbid|price|ignore][,id=字段][,name=字段][,population=字段]",
    "a vector layer, may be repeated: "
    "NAME=PATH[,role=ROLE][,avoid=forbid|price|ignore][,id=FIELD][,name=FIELD][,population=FIELD]"),
    default=(), metavar="NAME=PATH[,role=ROLE][,avoid=…]", fields=(
        _PATH, _ROLE, _AVOID,
        Field("id_field", "text", Text("要素编号所在的字段", "field with the ids of features")),
        Field("name_field", "text", Text("要素名称所在的字段", "field with the names of features")),
        Field("population", "text", Text("居民点人口所在的字段", "field with the population of settlements")),
    ))  # fmt: skip
RASTER = Field("raster", "rasters", Text(
    "栅格图层，可重复：名称=路径[,role=类别][,means=population|density|percent|land-cover:图例][,avoid=…][,band=波段]",
    "a raster, may be repeated: "
    "NAME=PATH[,role=ROLE][,means=population|density|percent|land-cover:LEGEND][,avoid=…][,band=N]"),
    default=(), metavar="NAME=PATH[,role=ROLE][,means=…]", fields=(
        _PATH, _ROLE, _AVOID,
        Field("means", "text", Text(
            "像元的含义：population（人数）、density（每平方千米人数）、percent（覆盖百分比）或 land-cover:图例",
            "what its cells are: population (people), density (people a km²), percent (of the cell that is covered) "
            "or land-cover:LEGEND")),
        Field("band", "integer", Text("波段", "the band"), default=1, minimum=1),
    ))  # fmt: skip
ATLAS = Field("atlas", "boolean", Text(
    "给出了图层时，仍加入整个图册；未给出任何图层时总是用整个图册",
    "add the whole atlas to the layers given; without any layer it is always used"), default=False)  # fmt: skip
SCREEN = Field("screen", "boolean", Text("是否按规则筛查各线路", "whether to screen the lines by the rules"),
               default=True)  # fmt: skip
ON = Field("on", "date", Text("按哪一天有效的规则判断（默认今天）", "judge by the rules of this day (today)"))
OUT = Field("out", "folder", Text(
    "结果文件夹；不给则不写文件", "folder for the results; without it nothing is written"), metavar="DIR")  # fmt: skip

_DEM = Field("dem", "path", Text(
    "高程栅格，米；不给则地面按水平计，坡度未知",
    "elevation in metres; without it the ground counts as flat and slope is unknown"), metavar="PATH")  # fmt: skip
_MODE = Field("mode", "choice", Text("建什么", "what is to be built"), default="railway", choices=tuple(MODES),
              titles=MODES)  # fmt: skip
_OBJECTIVES = Field("objectives", "choices", Text(
    "要兼顾的目标，用逗号分隔；缺数据的报告为未知",
    "what to keep small, separated by commas; what has no data is unknown"),
    default=("cost", "ecology"), choices=tuple(OBJECTIVES), titles=OBJECTIVES, metavar="cost,ecology,…")  # fmt: skip
_GROUND = (
    Field("cell_m", "number", Text(
        "像元大小：比高程栅格粗的整数倍；无高程时默认约一百万个像元",
        "size of a cell: a whole multiple of the elevation's; without elevation such that there are about a million"),
        unit="m", minimum=0.1),
    Field("max_gradient", "number", Text("最大坡度，高差与平距之比（默认按类型）",
                                         "greatest gradient, rise over run (that of the mode)"),
          minimum=0.0001, maximum=1),
    Field("steep", "choice", Text(
        "更陡的地面：structure 以桥隧计价通过；forbid 不得通过",
        "steeper ground: structure crosses it on bridges and in tunnels, at a price; forbid does not cross it"),
        default="structure", choices=("structure", "forbid")),
    Field("costs", "path", Text("自己的单价文件（YAML或JSON），只写不同之处",
                                "your own unit costs, YAML or JSON with only what differs"), metavar="PATH"),
)  # fmt: skip

ROUTE = Tool(
    id="route",
    command=("route",),
    title=Text("比选线路", "Find routes"),
    summary=Text(
        "在两地之间给出几条明显不同的线路，各有其价：成本、生态、人口、碳与灾害分开计分，附权衡前沿、走廊、纵断面与穿越。",
        "Clearly different lines between two places, each with its price: cost, ecology, people, carbon and hazard "
        "scored apart, with the trade-off, the corridor, profiles and crossings.",
    ),
    articles=("四", "二", "十八"),
    function="qinglu.tools.routes:route",
    answers=True,
    fields=(
        Field("from", "place", Text("起点", "where it starts"), required=True, unit="degree"),
        Field("to", "place", Text("终点", "where it ends"), required=True, unit="degree"),
        Field("via", "places", Text("依次经过的地点，可重复或用分号隔开",
                                    "places to pass, in this order; repeated, or separated by semicolons"),
              default=(), unit="degree"),
        _DEM, LAYER, RASTER, ATLAS, _MODE, _OBJECTIVES,
        Field("weights", "map", Text(
            "排序用的权重，乘在除以各自最优值之后的目标上（默认都为1）",
            "weights of the ranking, upon objectives that are each divided by their own best (1 for all)"),
            choices=tuple(OBJECTIVES), titles=OBJECTIVES, item=Field("weight", "number", Text("权重", "the weight"),
                                                                      minimum=0)),
        Field("alternatives", "integer", Text("要几条线路", "how many lines"), default=5, minimum=1, maximum=30),
        Field("least_dissimilarity", "number", Text(
            "任两条线路至少有多大份额互相远离",
            "the least share of its length that each line runs away from the others"),
            default=0.3, minimum=0, maximum=0.95),
        Field("within_pct", "number", Text("方案最多比最优贵多少", "how much dearer than the best a line may be"),
              default=50.0, unit="%", minimum=0, maximum=1000),
        Field("corridor_pct", "number", Text(
            "走廊：不超过最优多少", "the corridor: what is within so much of the best"),
              default=5.0, unit="%", minimum=0, maximum=100),
        *_GROUND,
        Field("min_radius_m", "number", Text("最小曲线半径（默认按类型）", "least radius of curves (that of the mode)"),
              unit="m", minimum=0, maximum=100_000),
        Field("neighbours", "integer", Text("每个像元可走的方向数", "directions out of each cell"), default=8,
              choices=("8", "16")),
        Field("line", "path", Text("用来比较的既有或规划线路", "a built or planned line to compare with"),
              metavar="PATH"),
        Field("line_feature", "text", Text("该文件中的哪一条：编号或名称；* 为全部连成一条",
                                           "which one of that file, by id or name; * joins all into one")),
        SCREEN, ON, OUT,
    ),
)  # fmt: skip

SCORE_LINE = Tool(
    id="score-line",
    command=("score-line",),
    title=Text("给一条线路计分", "Score a line"),
    summary=Text(
        "按选线所用的同一套尺度给既有或规划线路计分，附纵断面、穿越与筛查结论。",
        "A built or planned line on the same scales as a search for routes, with profile, crossings and findings.",
    ),
    articles=("四", "十八"),
    function="qinglu.tools.score_line:score_line",
    answers=True,
    fields=(
        Field("line", "path", Text(
            "线路文件：GeoJSON、GeoPackage、Shapefile压缩包、KML、GeoParquet、带WKT的表",
            "the line: GeoJSON, GeoPackage, zipped Shapefile, KML, GeoParquet, a table with WKT"),
            required=True, positional=True, metavar="LINE"),
        Field("feature", "text", Text(
            "哪一条：编号或名称；* 把全部连成一条（默认逐条计分）",
            "which one, by id or name; * joins all into one (each is scored)")),
        _DEM, LAYER, RASTER, ATLAS, _MODE, _OBJECTIVES, *_GROUND,
        Field("against", "path", Text(
            "与之比较的线路，如 routes.geojson", "lines to compare with, routes.geojson for example"), metavar="PATH"),
        SCREEN, ON, OUT,
    ),
)  # fmt: skip

TOOLS = (ROUTE, SCORE_LINE)
