"""Sectors and stages as files call them, said in the reader's language where the word is a usual one.

A word that already is in the reader's script, or that nobody here knows, stays as it was given.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..text import Lang, Text
from ..words import SECTORS

_FURTHER = {
    Text("水电", "hydropower"): "hydro, hydroelectric",
    Text("风电", "wind power"): "wind",
    Text("太阳能发电", "solar power"): "solar, photovoltaic, pv",
    Text("地热发电", "geothermal power"): "geothermal",
    Text("核电", "nuclear power"): "nuclear",
    Text("燃煤发电", "coal power"): "coal, 煤电, 燃煤",
    Text("燃气发电", "gas power"): "gas",
    Text("电力", "power"): "electricity",
    Text("能源", "energy"): "",
    Text("输变电", "power transmission"): "transmission, 电网",
    Text("铁路", "railways"): "rail, railroad",
    Text("公路", "roads"): "road, roads, highway, highways",
    Text("桥梁", "bridges"): "bridge",
    Text("港口", "ports"): "port",
    Text("机场", "airports"): "airport",
    Text("地铁", "metro"): "subway",
    Text("交通运输", "transport"): "transportation, 交通",
    Text("交通与仓储", "transport and storage"): "",
    Text("工业", "industry"): "",
    Text("农业", "agriculture"): "agriculture, forestry, fishing",
    Text("通信", "communications"): "telecom",
    Text("卫生", "health"): "",
    Text("教育", "education"): "",
}
_STAGES = {
    Text("规划", "planning"): "planned, 规划中",
    Text("可行性研究", "feasibility study"): "feasibility, 可研",
    Text("融资", "financing"): "",
    Text("建设", "construction"): "",
    Text("在建", "under construction"): "建设中",
    Text("实施中", "implementation"): "",
    Text("运营", "operating"): "operation, operational, 运行, 已投运",
    Text("已建成", "completed"): "completion, 建成",
    Text("改造", "retrofit"): "",
    Text("关闭", "closure"): "closed",
    Text("已取消", "cancelled"): "canceled, 取消",
    Text("已暂停", "suspended"): "暂停",
    Text("前期", "in the pipeline"): "pipeline",
    Text("已承诺", "committed"): "commitment",
}


def sector(word: str, lang: Lang) -> str:
    """A sector in the reader's language.

    Examples
    --------
    >>> sector("rail", "zh"), sector("水电", "en"), sector("rail", "en"), sector("Ore slurry", "zh")
    ('铁路', 'hydropower', 'rail', 'Ore slurry')
    """
    return _said(word, lang, _KNOWN_SECTORS)


def stage(word: str, lang: Lang) -> str:
    """A stage in the reader's language.

    Examples
    --------
    >>> stage("operating", "zh"), stage("在建", "en")
    ('运营', 'under construction')
    """
    return _said(word, lang, _KNOWN_STAGES)


def _said(word: str, lang: Lang, known: dict[str, Text]) -> str:
    chinese = any("\u4e00" <= c <= "\u9fff" for c in word)
    found = known.get(_key(word)) if chinese != (lang == "zh") else None
    return word if found is None else found.in_(lang)


def _key(word: str) -> str:
    return " ".join(word.casefold().replace("_", " ").replace("-", " ").split())


def _spelt(table: dict[Text, str]) -> Iterator[tuple[str, Text]]:
    for title, others in table.items():
        for word in (*title, *others.split(", ")):
            if word:
                yield _key(word), title


_KNOWN_SECTORS = {
    **{_key(w): title for word, title in SECTORS.items() for w in (word, *title)}, **dict(_spelt(_FURTHER))
}  # fmt: skip
_KNOWN_STAGES = dict(_spelt(_STAGES))
