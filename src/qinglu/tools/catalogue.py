"""Every tool there is."""

from __future__ import annotations

import difflib

from ..errors import UnknownNameError
from ..text import Text
from .declare import Field, Tool
from .declared import classify, duties, ledger, limits, routes, rules, service, sites, store

_USUAL = ("csv", "parquet", "xlsx", "html", "geojson")
_FORMATS = (*_USUAL, "pdf", "docx")
_COLUMNS = {
    "id": Text("编号所在的列", "column with the id"),
    "name": Text("名称所在的列", "column with the name"),
    "country": Text("国别所在的列", "column with the country"),
    "sector": Text("行业所在的列", "column with the sector"),
    "stage": Text("阶段所在的列", "column with the stage"),
    "lon": Text("经度所在的列", "column with the longitude"),
    "lat": Text("纬度所在的列", "column with the latitude"),
    "wkt": Text("WKT几何所在的列", "column with the geometry as WKT"),
}

COLUMN_FIELDS = tuple(_COLUMNS)
"""Fields of a portfolio whose column can be named."""

_OUTPUT = (
    Field("format", "choices", Text("要写出的格式，用逗号分隔", "what to write, separated by commas"),
          default=_USUAL, choices=_FORMATS, metavar="csv,html,…"),
    Field("out", "folder", Text("结果文件夹", "folder for the results"), required=True, metavar="DIR"),
)  # fmt: skip
_ON = Field("on", "date", Text("按哪一天有效的规则判断（默认今天）", "judge by the rules of this day (today)"),
            metavar="YYYY-MM-DD")  # fmt: skip

SCREEN = Tool(
    id="screen",
    command=("screen",),
    title=Text("筛查项目组合", "Screen a portfolio"),
    summary=Text(
        "逐一说明每个项目触及什么、附近有什么、什么尚不可知，以及依据何在。",
        "For every project: what it touches, what is near, what is not known, and why.",
    ),
    articles=("二", "四", "十八"),
    function="qinglu.tools.screening:screen",
    fields=(
        Field("portfolio", "path", Text(
            "项目文件：CSV、XLSX、GeoJSON、GeoPackage、Shapefile压缩包、KML/KMZ、GeoParquet",
            "projects: CSV, XLSX, GeoJSON, GeoPackage, zipped Shapefile, KML/KMZ or GeoParquet"),
            required=True, positional=True, metavar="PORTFOLIO"),
        Field("layer", "layers", Text(
            "矢量图层，可重复：名称=路径[,role=类别][,id=字段][,name=字段]",
            "a vector layer, may be repeated: NAME=PATH[,role=ROLE][,id=FIELD][,name=FIELD]"),
            default=(), metavar="NAME=PATH[,role=ROLE]"),
        Field("raster", "rasters", Text(
            "栅格图层，可重复：名称=路径[,role=类别][,band=波段]",
            "a raster, may be repeated: NAME=PATH[,role=ROLE][,band=N]"),
            default=(), metavar="NAME=PATH[,role=ROLE]"),
        Field("atlas", "flag", Text(
            "指定了 --layer 或 --raster 时，仍加入整个图册", "add the whole atlas to the layers and rasters given"),
            default=False),
        Field("buffer_km", "numbers", Text("缓冲距离，千米", "buffers"), default=(1.0, 5.0, 10.0, 50.0),
              unit="km", metavar="1,5,10,50"),
        _ON,
        Field("rules", "choice", Text(
            "依据哪些规则：screening 只判断所测之处；all 另加绿色发展指南颜色、煤电关口、环评与各项义务",
            "which rules: screening judges what was measured; all adds the colour under the Green Development "
            "Guidance, the coal gate, the EIA and every duty"),
            default="screening", choices=("screening", "all")),
        Field("ledger", "flag", Text(
            "另按装机容量、技术和长度估算每个项目的排放和建设隐含碳，给出上下限",
            "also estimate what each project emits and what building it takes, with bounds, from its capacity, "
            "technology and length"), default=False),
        Field("rulebook", "folder", Text("另加的规则手册文件夹", "folder of a further rulebook"), metavar="DIR"),
        *(Field(f"{name}_field", "text", help_, metavar="COLUMN") for name, help_ in _COLUMNS.items()),
        Field("explain", "flag", Text("列出严重和警示结论的推理过程", "print how the critical findings and warnings were reached"),
              default=False),
        *_OUTPUT,
    ),
)  # fmt: skip

DEMO = Tool(
    id="demo",
    command=("demo",),
    title=Text("运行内置示例", "Run the embedded example"),
    summary=Text(
        "用内置的约30个真实项目、起步图册和三座公园的示意草图做一次完整筛查。",
        "Screen the embedded real projects against the starter atlas and sketches of three parks.",
    ),
    articles=("四",),
    function="qinglu.tools.screening:demo",
    slow=True,
    fields=(_ON, *_OUTPUT),
)

_WDPA = (
    Field("statuses", "text", Text("世界保护地：保留的状态，用逗号分隔（默认不含拟建）", "WDPA: statuses to keep, separated by commas (without it all but Proposed)"), metavar="Designated,…"),
    Field("realm", "choice", Text("世界保护地：all、land（去掉纯海洋）或 sea（去掉纯陆地）", "WDPA: all, land (no purely marine sites) or sea (no purely terrestrial ones)"), default="all", choices=("all", "land", "sea"), metavar="all|land|sea"),
    Field("no_biosphere", "flag", Text("世界保护地：不含教科文组织生物圈保护区", "WDPA: leave out UNESCO biosphere reserves"), default=False),
)  # fmt: skip

_ID = Field("id", "text", Text("图层编号", "id of the layer"), required=True, positional=True, metavar="ID")

ATLAS_TOOLS = (
    Tool(
        "atlas-list", ("atlas", "list"), Text("列出图层", "List layers"),
        Text("本机图册中的图层，以及可以获取的数据源。", "Layers of the atlas on this machine, and what can be fetched."),
        (), "qinglu.tools.atlas:list_layers", ("十六",),
    ),
    Tool(
        "atlas-info", ("atlas", "info"), Text("查看图层", "Show a layer"),
        Text("一个图层或数据源的来源、许可、版本和完整性。", "Source, licence, version and completeness of a layer or connector."),
        (_ID,), "qinglu.tools.atlas:info", ("十六",),
    ),
    Tool(
        "atlas-add", ("atlas", "add"), Text("加入图层", "Add a layer"),
        Text("把自己的文件加入图册，编译后供以后筛查使用。", "Take a file of your own into the atlas, compiled for every later screening."),
        (
            Field("path", "path", Text("图层文件", "file of the layer"), required=True, positional=True, metavar="PATH"),
            Field("id", "text", Text("图层编号；不填则取数据源或文件的名称", "id of the layer; without it that of the connector or the file"), metavar="ID"),
            Field("role", "text", Text("类别，如 protected", "its role, protected for example"), metavar="ROLE"),
            Field("connector", "text", Text("文件所来自的数据源，其标题、许可等随之记录", "the connector it was obtained from: title, licence and the rest come from there"), metavar="CONNECTOR"),
            Field("replace", "flag", Text("替换同编号的图层", "replace a layer of that id"), default=False),
            *_WDPA,
            Field("id_field", "text", Text("要素编号所在的字段", "field with the ids of features"), metavar="FIELD"),
            Field("name_field", "text", Text("要素名称所在的字段", "field with the names of features"), metavar="FIELD"),
            Field("title_zh", "text", Text("中文标题", "title in Chinese"), metavar="TEXT"),
            Field("title_en", "text", Text("英文标题", "title in English"), metavar="TEXT"),
            Field("version", "text", Text("版本", "version"), default="", metavar="TEXT"),
            Field("provider", "text", Text("提供者", "provider"), default="", metavar="TEXT"),
            Field("licence", "text", Text("许可", "licence"), default="", metavar="TEXT"),
            Field("withheld", "text", Text("图层中缺失的国家，三字母代码，用逗号分隔",
                                           "countries it leaves out, alpha-3 codes separated by commas"),
                  default="", metavar="CHN,…"),
        ),
        "qinglu.tools.atlas:add", ("十六",), steward=True,
    ),
    Tool(
        "atlas-fetch", ("atlas", "fetch"), Text("获取图层", "Fetch a layer"),
        Text("从提供者处下载图层；须先接受其许可条款。", "Download a layer from its provider, once you accept the terms."),
        (
            Field("connector", "text", Text("数据源", "the connector"), required=True, positional=True, metavar="CONNECTOR"),
            Field("accept_terms", "flag", Text("接受提供者的许可条款", "accept the provider's terms"), default=False),
            Field("bbox", "numbers", Text("西、南、东、北，度（分幅数据）", "west, south, east, north (tiled data)"),
                  unit="degree", metavar="W,S,E,N"),
            Field("country", "text", Text("国家（分国数据）", "country (data by country)"), metavar="COUNTRY"),
            Field("id", "text", Text("在图册中的编号", "id in the atlas"), metavar="ID"),
            *_WDPA,
        ),
        "qinglu.tools.atlas:fetch", ("十六",), steward=True, slow=True,
    ),
    Tool(
        "atlas-verify", ("atlas", "verify"), Text("核验图层", "Verify layers"),
        Text("重新计算校验和，指出缺失或损坏的文件。", "Recompute checksums; name what is missing or damaged."),
        (Field("id", "text", Text("图层编号；不填则核验全部", "id of the layer; all without it"), positional=True, metavar="ID"),),
        "qinglu.tools.atlas:verify", ("十六",), steward=True, slow=True,
    ),
    Tool(
        "atlas-remove", ("atlas", "remove"), Text("移除图层", "Remove a layer"),
        Text("从本机图册中移除一个图层。", "Remove a layer from the atlas on this machine."),
        (_ID,), "qinglu.tools.atlas:remove", ("十六",), steward=True, slow=True,
    ),
)  # fmt: skip

TOOLS = (
    SCREEN,
    DEMO,
    *routes.TOOLS,
    *sites.TOOLS,
    *classify.TOOLS,
    *duties.TOOLS,
    *limits.TOOLS,
    *ledger.TOOLS,
    *ATLAS_TOOLS,
    *rules.TOOLS,
    *store.TOOLS,
    *service.TOOLS,
)


def tool(tool_id: str) -> Tool:
    """The tool of that id.

    Raises
    ------
    UnknownNameError
        Nobody knows it; close names are given.
    """
    found = {t.id: t for t in TOOLS}
    if tool_id not in found:
        close = ", ".join(difflib.get_close_matches(tool_id, found, n=3)) or ", ".join(found)
        raise UnknownNameError(
            Text(f"没有名为 {tool_id} 的工具", f"there is no tool {tool_id!r}"),
            Text(f"可用：{close}", f"Try {close}"),
        )
    return found[tool_id]
