"""Declaration: the best sites of an area."""

from __future__ import annotations

from ...text import Text
from ..declare import Field, Tool

FORBIDDEN_ROLES = ("protected", "key-biodiversity", "heritage", "reef", "glacier", "lake")
"""Roles whose layers are kept out of unless something else is said of them."""

_PATH = Field("path", "path", Text("文件", "the file"), required=True)
_ROLE = Field("role", "text", Text("类别，如 protected", "its role, protected for example"))
_WEIGHT = Field("weight", "number", Text("权重", "its weight"), default=1.0, minimum=0)
LAYER = Field("layer", "layers", Text(
    "矢量图层，可重复：名称=路径[,role=类别][,near=小:大][,far=小:大][,weight=数][,avoid=forbid|ignore][,buffer_km=数]"
    "[,id=字段][,name=字段]。near：距离不大于小值得1分，不小于大值得0分；far 相反；forbid：连同缓冲区一并排除",
    "a vector layer, may be repeated: NAME=PATH[,role=ROLE][,near=A:B][,far=A:B][,weight=N][,avoid=forbid|ignore]"
    "[,buffer_km=N][,id=FIELD][,name=FIELD]. near scores 1 up to A km and 0 from B km on; far the other way round; "
    "forbid keeps out of it and its buffer"),
    default=(), metavar="NAME=PATH[,near=A:B][,…]", fields=(
        _PATH, _ROLE,
        Field("near", "span", Text("越近越好：1分与0分的距离", "near is good: the distances that score 1 and 0"),
              unit="km", minimum=0),
        Field("far", "span", Text("越远越好：0分与1分的距离", "far is good: the distances that score 0 and 1"),
              unit="km", minimum=0),
        _WEIGHT,
        Field("avoid", "choice", Text(
            f"forbid 排除；ignore 不排除（未作规定时，{'、'.join(FORBIDDEN_ROLES)} 类图层默认排除）",
            "forbid keeps out of it, ignore does not (where nothing is said, layers of the roles "
            f"{', '.join(FORBIDDEN_ROLES)} are kept out of)"), choices=("forbid", "ignore")),
        Field("buffer_km", "number", Text("排除时的缓冲距离", "how far around it is kept out of"), default=0.0,
              unit="km", minimum=0, maximum=500),
        Field("id_field", "text", Text("要素编号所在的字段", "field with the ids of features")),
        Field("name_field", "text", Text("要素名称所在的字段", "field with the names of features")),
    ))  # fmt: skip
RASTER = Field("raster", "rasters", Text(
    "栅格图层，可重复：名称=路径[,high=小:大][,low=小:大][,weight=数][,min=数][,max=数][,unit=单位][,role=类别][,band=波段]。"
    "high：不小于大值得1分，不大于小值得0分；low 相反；min、max 之外予以排除",
    "a raster, may be repeated: NAME=PATH[,high=A:B][,low=A:B][,weight=N][,min=N][,max=N][,unit=UNIT][,role=ROLE]"
    "[,band=N]. high scores 0 up to A and 1 from B on; low the other way round; what is outside min and max is kept "
    "out of"),
    default=(), metavar="NAME=PATH[,high=A:B][,…]", fields=(
        _PATH, _ROLE,
        Field("high", "span", Text("越高越好：0分与1分的值", "high is good: the values that score 0 and 1")),
        Field("low", "span", Text("越低越好：1分与0分的值", "low is good: the values that score 1 and 0")),
        _WEIGHT,
        Field("min", "number", Text("低于此值的排除", "what is below is kept out of")),
        Field("max", "number", Text("高于此值的排除", "what is above is kept out of")),
        Field("unit", "text", Text("数值的单位，如 m/s", "the unit of its values, m/s for example")),
        Field("band", "integer", Text("波段", "the band"), default=1, minimum=1),
    ))  # fmt: skip

SITE = Tool(
    id="site",
    command=("site",),
    title=Text("比选场址", "Find sites"),
    summary=Text(
        "在一个区域内按排除条件和加权指标找出最好的几处场址，说明为何选它、为何不选别处，以及权重变动时是否站得住。",
        "The best sites of an area by what is kept out of and by weighted criteria: why these, why not elsewhere, and "
        "whether they hold when the weights change.",
    ),
    articles=("四", "十一", "十八"),
    function="qinglu.tools.sites:site",
    answers=True,
    fields=(
        Field("area", "path", Text("区域：面状图层文件", "the area: a file of polygons"), metavar="PATH"),
        Field("bbox", "list", Text("或以西、南、东、北表示的区域", "or the area as west, south, east, north"),
              unit="degree", item=Field("edge", "number", Text("度", "degrees"), minimum=-180, maximum=180),
              metavar="W,S,E,N"),
        Field("dem", "path", Text(
            "高程栅格，米；其像元即为网格。不给则坡度未知",
            "elevation in metres; its cells are the grid. Without it slope is unknown"), metavar="PATH"),
        Field("cell_m", "number", Text(
            "像元大小：有高程时为其整数倍；无高程时默认约25万个像元",
            "size of a cell: a whole multiple of the elevation's; without elevation such that there are about 250,000"),
            unit="m", minimum=1),
        LAYER, RASTER,
        Field("slope", "span", Text("坡度指标：得1分与0分的坡度",
                                    "slope as a criterion: the slopes that score 1 and 0"),
              unit="°", minimum=0, maximum=90),
        Field("slope_weight", "number", Text("坡度指标的权重", "weight of the slope"), default=1.0, minimum=0),
        Field("max_slope", "number", Text("更陡之处排除", "steeper ground is kept out of"), unit="°", minimum=0.01,
              maximum=89.9),
        Field("offshore", "boolean", Text("海域不排除", "do not keep out of the sea"), default=False),
        Field("k", "integer", Text("要几处场址", "how many sites"), default=5, minimum=1, maximum=100),
        Field("min_area_km2", "number", Text("每处场址的面积", "area of a site"), default=1.0, unit="km²",
              minimum=1e-6),
        Field("min_separation_km", "number", Text("场址之间的最小距离，自边缘量起",
                                                  "least distance between sites, edge to edge"),
              default=5.0, unit="km", minimum=0, maximum=20_000),
        Field("least_score", "number", Text("适宜度低于此值的像元排除", "cells that score less are kept out of"),
              default=0.0, minimum=0, maximum=1),
        Field("least_known", "number", Text(
            "已知权重的份额低于此值的像元排除：未知不等于好",
            "cells where less of the weights is known are kept out of: what is unknown is not good"),
            default=0.5, minimum=0.01, maximum=1),
        Field("compactness", "number", Text(
            "紧凑程度：离起始像元每远一个场址半径，需多得多少分才会入选；0 只看得分",
            "how compact: what a cell must score more for each radius of a site that it lies farther from the first; "
            "0 looks at scores alone"), default=0.1, minimum=0, maximum=10),
        Field("draws", "integer", Text("权重抽样次数；0 不作敏感性分析", "draws of weights; 0 for no sensitivity"),
              default=1000, minimum=0, maximum=100_000),
        Field("seed", "integer", Text("抽样的种子", "seed of the draws"), default=0, minimum=0, maximum=2**32 - 1),
        Field("sector", "text", Text("行业，供规则判断，如 solar", "sector, for the rules, solar for example")),
        Field("atlas", "boolean", Text(
            "筛查时在所给图层之外再用整个图册；未给出任何图层时总是用整个图册",
            "screen against the whole atlas too; without any layer it is always used"), default=False),
        Field("screen", "boolean", Text("是否按规则筛查各场址", "whether to screen the sites by the rules"),
              default=True),
        Field("on", "date", Text("按哪一天有效的规则判断（默认今天）", "judge by the rules of this day (today)")),
        Field("out", "folder", Text("结果文件夹；不给则不写文件",
                                    "folder for the results; without it nothing is written"), metavar="DIR"),
    ),
)  # fmt: skip

TOOLS = (SITE,)
