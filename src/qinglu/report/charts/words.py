"""What a chart shows, in words: for who hears it read, and where no picture can stand."""

from __future__ import annotations

from collections.abc import Iterator

from ...model.chart import Bars, Chart, Points, Tornado
from ...text import Lang, Text
from . import points as scatter
from . import tornado
from .bars import Data
from .frame import EMPTY
from .lettering import said
from .points import ON_FRONT
from .scale import signed

UNKNOWN = Text("未知", "unknown")
_MOST = 60


def describe(chart: Chart, lang: Lang) -> str:
    """The numbers of a chart as sentences; beyond sixty entries, how many more there are.

    Examples
    --------
    >>> from qinglu.model.chart import Series
    >>> describe(Bars("n", Text("排放", "Emissions"), "t", ("2030", "2031"), (Series("fuel", (5, None)),)), "en")
    'In t. 2030: fuel 5. 2031: fuel unknown.'
    """
    match chart:
        case Bars():
            found = list(_bars(chart, lang))
        case Points():
            found = list(_points(chart, lang))
        case Tornado():
            found = list(_tornado(chart, lang))
    if not found:
        found = [EMPTY.in_(lang)]
    if len(found) > _MOST:
        left = len(found) - _MOST
        found = [*found[:_MOST], Text(f"另有 {left} 项", f"{left} more").in_(lang)]
    unit = (
        "" if isinstance(chart, Points) or not chart.unit else Text(f"单位 {chart.unit}", f"In {chart.unit}").in_(lang)
    )
    note = [said(chart.note, lang).rstrip("。.")] if chart.note else []
    return _sentences([*([unit] if unit else []), *found, *note], lang)


def _bars(chart: Bars, lang: Lang) -> Iterator[str]:
    data = Data.of(chart, lang)
    if data.is_empty:
        return
    colon, comma = ("：", "，") if lang == "zh" else (": ", ", ")
    for at, name in enumerate(data.names):
        told = [
            f"{title} {_bounded(row[at], low[at], high[at], lang)}"
            for title, row, low, high in zip(data.titles, data.values, data.lows, data.highs, strict=True)
        ]
        told += [
            f"{title} {signed(row[at], lang)}"  # type: ignore[arg-type]
            for title, row in zip(data.line_titles, data.line_values, strict=True)
            if row[at] is not None
        ]
        yield f"{name}{colon}{comma.join(told)}"


def _bounded(value: float | None, low: float | None, high: float | None, lang: Lang) -> str:
    if value is None:
        return UNKNOWN.in_(lang)
    told = signed(value, lang)
    if low is None and high is None:
        return told
    ends = [signed(value if v is None else v, lang) for v in (low, high)]
    return told + Text(f"（{ends[0]} 至 {ends[1]}）", f" ({ends[0]} to {ends[1]})").in_(lang)


def _points(chart: Points, lang: Lang) -> Iterator[str]:
    colon, comma = ("：", "，") if lang == "zh" else (": ", ", ")
    front = ON_FRONT.in_(lang).replace(": ", ":").partition("：" if lang == "zh" else ":")[0]
    for point in sorted(scatter.drawable(chart), key=lambda p: (not p.on_front, p.x)):
        across = f"{said(chart.x_title, lang)} {signed(point.x, lang)} {chart.x_unit}".strip()
        up = f"{said(chart.y_title, lang)} {signed(point.y, lang)} {chart.y_unit}".strip()
        told = [across, up, *([front] if point.on_front else [])]
        yield f"{said(point.label, lang)}{colon}{comma.join(told)}"


def _tornado(chart: Tornado, lang: Lang) -> Iterator[str]:
    swings = tornado.drawable(chart)
    if not swings:
        return
    colon = "：" if lang == "zh" else ": "
    yield Text(f"中心值 {signed(chart.centre, lang)}", f"Centre {signed(chart.centre, lang)}").in_(lang)
    for swing in swings:
        ends = signed(swing.at_low, lang), signed(swing.at_high, lang)
        beside = f" ({swing.said})" if swing.said else ""
        told = Text(f"{ends[0]} 至 {ends[1]}", f"{ends[0]} to {ends[1]}").in_(lang)
        yield f"{said(swing.label, lang)}{beside}{colon}{told}"


def _sentences(parts: list[str], lang: Lang) -> str:
    return "。".join(parts) + "。" if lang == "zh" else ". ".join(parts) + "."
