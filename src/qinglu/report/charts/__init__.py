"""Charts as SVG: by year, by source, the front, the tornado. No script, no font of its own, both languages.

Colours are never alone: series have patterns and a legend, points of a front another shape. What is unknown is marked
``?`` and never drawn as zero. Who does not see the picture finds its numbers in its description.
"""

from __future__ import annotations

import re
from typing import assert_never

from ...model.chart import Bars, Chart, Points, Tornado
from ...text import Lang
from .bars import draw_bars
from .frame import Canvas
from .lettering import SMALL, said
from .paint import Paint, Theme
from .points import draw_points
from .tornado import draw_tornado
from .words import describe

__all__ = ["Theme", "describe", "svg"]

WIDTH = {"page": 440.0, "file": 640.0}
NARROWEST, WIDEST = 280.0, 2000.0


def svg(chart: Chart, lang: Lang, *, theme: Theme = "page", width: float | None = None, uid: str = "") -> str:
    """One chart as SVG.

    Parameters
    ----------
    chart : Bars, Points or Tornado
    lang : str
        Of its words and numbers.
    theme : str
        ``page`` for one that stands in a page: its colours are the variables ``--ink``, ``--soft``, ``--line``,
        ``--paper``, ``--unknown`` and ``--s1`` to ``--s8`` of that page, light where it has none. ``file`` for one
        that stands alone: its colours are written out, dark where the reader's system is.
    width : float or None
        In units of which letters are 12 high: 440 in a page, so that they can be read on a phone, and 640 in a file.
    uid : str
        What tells it from another chart of the same name on the same page.

    Examples
    --------
    >>> from qinglu.model.chart import Series
    >>> from qinglu.text import Text
    >>> made = svg(Bars("by-year", Text("排放", "Emissions"), "t", ("2030",), (Series("fuel", (5.0,)),)), "en")
    >>> made.startswith('<svg xmlns="http://www.w3.org/2000/svg"'), "2030: fuel 5" in made
    (True, True)
    """
    wide = min(WIDEST, max(NARROWEST, WIDTH[theme] if width is None else width))
    wide -= 24 if theme == "file" else 0  # its margin
    ident = re.sub(r"[^A-Za-z0-9_-]+", "-", f"c-{uid}-{chart.name}" if uid else f"c-{chart.name}")
    canvas = Canvas(wide, lang, Paint(theme, ident))
    canvas.title(said(chart.title, lang))
    series = 2
    match chart:
        case Bars():
            series = len(chart.series)
            draw_bars(canvas, chart)
        case Points():
            draw_points(canvas, chart)
        case Tornado():
            draw_tornado(canvas, chart)
        case _:
            assert_never(chart)
    if chart.note is not None:
        canvas.words(said(chart.note, lang), SMALL, "soft")
    return canvas.document(said(chart.title, lang), describe(chart, lang), series)
