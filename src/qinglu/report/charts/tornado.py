"""Swings of a result about its central value, the widest on top."""

from __future__ import annotations

from ...model.chart import Swing, Tornado
from ...text import Text
from .bars import Plane
from .frame import Canvas
from .lettering import LEADING, SMALL, lines, num, said, width, wrapped, xml
from .scale import Scale, known, signed

AT_LOW, AT_HIGH = Text("输入取低值", "input at its low"), Text("输入取高值", "input at its high")
_COLUMN = 0.36
_THICK, _BETWEEN = 18.0, 10.0


def drawable(chart: Tornado) -> list[Swing]:
    """Swings whose ends are known, the widest first."""
    found = [s for s in chart.swings if known(s.at_low) is not None and known(s.at_high) is not None]
    return sorted(found, key=lambda s: -abs(s.at_high - s.at_low))


def draw_tornado(canvas: Canvas, chart: Tornado) -> None:
    """Draw the plot below what the canvas has."""
    swings = drawable(chart)
    if not swings or known(chart.centre) is None:
        canvas.nothing()
        return
    paint, lang = canvas.paint, canvas.lang
    canvas.legend(
        [
            (f'<rect x="0.5" y="0.5" width="15" height="11" {paint.fill(n)}/>', title.in_(lang))
            for n, title in ((1, AT_LOW), (0, AT_HIGH))
        ]
    )
    column = min(max(_label_width(s, canvas) for s in swings) + 10, _COLUMN * canvas.wide)
    ends = [_ends(s, chart.centre, canvas) for s in swings]
    room = max(width(word, SMALL) for pair in ends for word in pair) + 8
    values = [v for s in swings for v in (s.at_low, s.at_high)] + [chart.centre]
    scale = Scale.over(values, column + room, canvas.wide - room, zero=False)
    plane, top = Plane(scale, upright=False), canvas.y + SMALL * LEADING + 4
    y = top + _BETWEEN / 2
    for swing, pair in zip(swings, ends, strict=True):
        y = _row(canvas, plane, chart, swing, pair, column, y)
    x = scale.at(chart.centre)
    centre = f"{signed(chart.centre, lang)} {chart.unit}".strip()
    at = min(max(x, width(centre, SMALL) / 2), canvas.wide - width(centre, SMALL) / 2)
    canvas.add(
        f'<path class="c-centre" d="M{num(x)} {num(top)}V{num(y)}" stroke="{paint("ink")}" stroke-width="1.4"/>',
        lines(at, top - 5, [centre], SMALL, paint("ink"), anchor="middle", weight="600"),
    )
    for place, word in scale.marks_across(lang):
        canvas.add(
            f'<path d="M{num(place)} {num(y)}v4" stroke="{paint("soft")}" fill="none"/>',
            lines(place, y + SMALL + 6, [word], SMALL, paint("soft"), anchor="middle"),
        )
    canvas.y = y + SMALL * LEADING + 10


def _label_width(swing: Swing, canvas: Canvas) -> float:
    return max(width(said(swing.label, canvas.lang), SMALL), width(swing.said, SMALL))


def _on_one_side(swing: Swing, centre: float) -> bool:
    return (swing.at_low - centre) * (swing.at_high - centre) > 0


def _ends(swing: Swing, centre: float, canvas: Canvas) -> tuple[str, str]:
    """What stands left and right of a swing; both of its ends on the side where both lie."""
    low, high = sorted((swing.at_low, swing.at_high))
    words = signed(low, canvas.lang), signed(high, canvas.lang)
    if not _on_one_side(swing, centre):
        return words
    both = " – ".join(words)
    if width(both, SMALL) > 0.3 * canvas.wide:
        both = words[0] if high < centre else words[1]
    return (both, "") if high < centre else ("", both)


def _row(
    canvas: Canvas, plane: Plane, chart: Tornado, swing: Swing, ends: tuple[str, str], column: float, y: float
) -> float:
    """One swing; where the next begins. Ends on one side of the centre share the height, so that both are seen."""
    paint = canvas.paint
    name = wrapped(said(swing.label, canvas.lang), column - 10, SMALL)
    beside = wrapped(swing.said, column - 10, SMALL, 2) if swing.said else []
    step = SMALL * LEADING
    high = max((len(name) + len(beside)) * step, _THICK)
    middle, centre = y + high / 2, chart.centre
    first = middle - (len(name) + len(beside) - 1) * step / 2 + SMALL * 0.36
    canvas.add(lines(column - 10, first, name, SMALL, paint("ink"), anchor="end"))
    if beside:
        canvas.add(lines(column - 10, first + step * len(name), beside, SMALL, paint("soft"), anchor="end"))
    one_side = _on_one_side(swing, centre)
    thick = _THICK / 2 if one_side else _THICK
    for n, value, start in ((1, swing.at_low, 0.0), (0, swing.at_high, _THICK / 2 if one_side else 0.0)):
        which = (AT_LOW if n else AT_HIGH).in_(canvas.lang)
        told = f"{said(swing.label, canvas.lang)} · {which}: {signed(value, canvas.lang)} {chart.unit}"
        box = plane.box(middle - _THICK / 2 + start, thick, centre, value)
        canvas.add(
            f'<rect class="c-{"low" if n else "high"}" {box} {paint.fill(n)}><title>{xml(told.strip())}</title></rect>'
        )
    low, top = sorted((swing.at_low, swing.at_high, centre))[::2]
    for value, word, anchor, shift in ((low, ends[0], "end", -5), (top, ends[1], "start", 5)):
        if word:
            x = plane.scale.at(value) + shift
            canvas.add(lines(x, middle + SMALL * 0.36, [word], SMALL, paint("ink"), anchor=anchor))
    return y + high + _BETWEEN
