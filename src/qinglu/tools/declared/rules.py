"""Declarations of ``qinglu rules``: what the rulebook holds, since when, and whether it stands its own cases."""

from __future__ import annotations

from ...text import Text
from ...words import AIRSHEDS, FUELS, LOCATION_FINDINGS, REGIONS, SECTORS, STAGES, TECHNOLOGIES
from ..declare import Field, Tool

_BOOK = Field("rulebook", "folder", Text("另加的规则手册文件夹", "folder of a further rulebook"), metavar="DIR")
_ON = Field("on", "date", Text("按哪一天（默认今天）", "on this day (today)"), metavar="YYYY-MM-DD")
_ID = Field("id", "text", Text("规则编号", "id of the rule"), required=True, positional=True, metavar="ID")
_ARTICLES = ("二", "十一", "十八")


def _word(name: str, zh: str, en: str, known: tuple[str, ...]) -> Field:
    return Field(name, "choices", Text(zh, en), choices=known, metavar=f"{name.upper()},…")


_SUBJECT = (
    Field("country", "text", Text("国别", "country"), metavar="COUNTRY"),
    _word("sector", "行业", "sector", tuple(SECTORS)),
    _word("technology", "技术", "technology", tuple(TECHNOLOGIES)),
    _word("fuel", "燃料", "fuel", tuple(FUELS)),
    _word("stage", "阶段", "stage", tuple(STAGES)),
    _word("airshed", "空气域", "airshed", tuple(AIRSHEDS)),
    _word("region", "特定区域", "regions", tuple(REGIONS)),
    _word("finding", "位置结论", "location findings", tuple(LOCATION_FINDINGS)),
    Field("capacity_mw", "numbers", Text("装机容量", "electric capacity"), unit="MW", metavar="MW"),
    Field("capacity_mwth", "numbers", Text("热功率", "thermal capacity"), unit="MWth", metavar="MW"),
    Field("commissioned", "date", Text("投运日期", "day of commissioning"), metavar="YYYY-MM-DD"),
)

TOOLS = (
    Tool(
        "rules-list",
        ("rules", "list"),
        Text("列出规则", "List rules"),
        Text(
            "规则手册中的规则与条款，以及当日是否有效、是否核对过。",
            "Rules and clauses, whether in force on the day and whether checked.",
        ),
        (
            Field("topic", "text", Text("主题", "topic"), metavar="TOPIC"),
            Field("kind", "text", Text("类型，如 limit、eia、duty", "kind: limit, eia, duty…"), metavar="KIND"),
            Field("jurisdiction", "text", Text("管辖区，三字母代码", "jurisdiction, alpha-3"), metavar="CODE"),
            _ON,
            _BOOK,
        ),
        "qinglu.tools.rules:list_rules",
        _ARTICLES,
    ),
    Tool(
        "rules-show",
        ("rules", "show"),
        Text("查看规则", "Show a rule"),
        Text("一条规则在某一天的全部内容及出处。", "All that a rule says on a day, and where it stands."),
        (_ID, _ON, _BOOK),
        "qinglu.tools.rules:show",
        _ARTICLES,
    ),
    Tool(
        "rules-history",
        ("rules", "history"),
        Text("规则沿革", "History of a rule"),
        Text(
            "一条规则从何时起为何值，包括废止与预期的变更。",
            "Every value of a rule since its first, repeals and expected changes included.",
        ),
        (_ID, _BOOK),
        "qinglu.tools.rules:history",
        _ARTICLES,
    ),
    Tool(
        "rules-explain",
        ("rules", "explain"),
        Text("解释是否适用", "Explain whether a rule applies"),
        Text(
            "一条规则是否适用于所述项目，逐项说明理由。",
            "Whether a rule applies to the project described, condition by condition.",
        ),
        (_ID, *_SUBJECT, _ON, _BOOK),
        "qinglu.tools.rules:explain",
        _ARTICLES,
    ),
    Tool(
        "rules-check",
        ("rules", "check"),
        Text("核验规则手册", "Check the rulebook"),
        Text(
            "读入全部规则，试验其旁的案例；--draft 为尚无案例看守的条款拟出案例。",
            "Load every rule and try the cases beside them; --draft writes cases for clauses that none guards yet.",
        ),
        (
            Field(
                "draft",
                "flag",
                Text("为无案例看守的条款输出案例草稿（YAML）", "print cases, as YAML, for clauses that none guards"),
                default=False,
            ),
            _ON,
            _BOOK,
        ),
        "qinglu.tools.rules:check",
        _ARTICLES,
        slow=True,
    ),
)
