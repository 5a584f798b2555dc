"""Options by two quantities, those that nothing betters joined by a line; names placed where they cover nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ...model.chart import Point, Points
from ...text import Lang, Text
from .frame import Canvas
from .lettering import LEADING, SMALL, lines, num, said, width, wrapped, xml
from .paint import Paint
from .scale import Scale, known, signed

ON_FRONT = Text("前沿：没有其他方案在两方面均更优", "on the front: no other is better in both")
OFF_FRONT = Text("其他方案", "other")
_PLOT, _LONGEST = 0.62, 340.0
_NAMED = 24
"""Points beside those of the front that are named; beyond, pointing at one tells its name."""
_MARK = 5.0
_LABEL = 0.3
_RINGS = (8.0, 20.0, 34.0, 50.0)
_AROUND = ((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (-1, -1), (1, 1), (-1, 1))

Box = tuple[float, float, float, float]


def drawable(chart: Points) -> list[Point]:
    """Points of which both values are known."""
    return [p for p in chart.points if known(p.x) is not None and known(p.y) is not None]


@dataclass(slots=True)
class Room:
    """What of a plot is taken already."""

    inside: Box
    boxes: list[Box] = field(default_factory=list)
    ways: list[tuple[float, float, float, float]] = field(default_factory=list)

    def is_free(self, box: Box, *, ways: bool) -> bool:
        """Whether a box lies inside and on nothing, nor on a line where that counts."""
        if box[0] < self.inside[0] or box[1] < self.inside[1] or box[2] > self.inside[2] or box[3] > self.inside[3]:
            return False
        if any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in self.boxes):
            return False
        return not ways or not any(_crosses(way, box) for way in self.ways)


def draw_points(canvas: Canvas, chart: Points) -> None:
    """Draw the plot below what the canvas has."""
    points = drawable(chart)
    if not points:
        canvas.nothing()
        return
    paint, lang = canvas.paint, canvas.lang
    front = sorted((p for p in points if p.on_front), key=lambda p: (p.x, p.y))
    others = [p for p in points if not p.on_front]
    if front and others:
        canvas.legend([(_swatch(paint, True), ON_FRONT.in_(lang)), (_swatch(paint, False), OFF_FRONT.in_(lang))])
    elif front:
        canvas.legend([(_swatch(paint, True), ON_FRONT.in_(lang))])
    canvas.words(_axis(chart.y_title, chart.y_unit, lang), SMALL, "soft", most=2)
    canvas.y += 4
    top, high = canvas.y, min(_LONGEST, _PLOT * canvas.wide)
    up = Scale.over([p.y for p in points], top + high, top, zero=False)
    left = max((width(word, SMALL) for _, word in up.marks(7, lang)), default=0.0) + 8
    across = Scale.over([p.x for p in points], left, canvas.wide, zero=False)
    _axes(canvas, across, up, left, top, high)
    places = [(across.at(p.x), up.at(p.y)) for p in front]
    room = Room((left, top, canvas.wide, top + high))
    room.boxes += [(across.at(p.x) - 6, up.at(p.y) - 6, across.at(p.x) + 6, up.at(p.y) + 6) for p in points]
    room.ways += [(*a, *b) for a, b in pairwise(places)]
    if len(places) > 1:
        path = "M" + "L".join(f"{num(x)} {num(y)}" for x, y in places)
        canvas.add(f'<path class="c-front" d="{path}" fill="none" stroke="{paint("s1")}" stroke-width="1.6"/>')
    canvas.add(*(_mark(canvas, chart, p, across, up) for p in (*others, *front)))
    named = [*front, *(others if len(others) <= _NAMED else [])]
    missed = [p for p in named if not _label(canvas, room, said(p.label, lang), across.at(p.x), up.at(p.y))]
    canvas.y = top + high + SMALL * LEADING + 8
    found = wrapped(_axis(chart.x_title, chart.x_unit, lang), canvas.wide, SMALL, 2)
    canvas.add(lines(canvas.wide, canvas.y + SMALL, found, SMALL, paint("soft"), anchor="end"))
    canvas.y += SMALL * LEADING * len(found) + 4
    _key(canvas, missed, across, up)


def _axis(title: Text, unit: str, lang: Lang) -> str:
    between = "，" if lang == "zh" else ", "
    return said(title, lang) + (f"{between}{unit}" if unit else "")


def _swatch(paint: Paint, on_front: bool) -> str:
    if on_front:
        return (
            f'<path d="M-1 6H17" stroke="{paint("s1")}" stroke-width="1.6" fill="none"/>{_shape(paint, 8, 6, True)}/>'
        )
    return f"{_shape(paint, 8, 6, False)}/>"


def _shape(paint: Paint, x: float, y: float, on_front: bool) -> str:
    """The mark of a point, its element still open: filled rounds on the front, hollow squares elsewhere."""
    if on_front:
        return f'<circle cx="{num(x)}" cy="{num(y)}" r="{num(_MARK)}" fill="{paint("s1")}" stroke="{paint("paper")}"'
    side = 2 * _MARK - 2
    return (
        f'<rect x="{num(x - side / 2)}" y="{num(y - side / 2)}" width="{num(side)}" height="{num(side)}" '
        f'fill="{paint("paper")}" stroke="{paint("soft")}" stroke-width="1.6"'
    )


def _mark(canvas: Canvas, chart: Points, point: Point, across: Scale, up: Scale) -> str:
    lang = canvas.lang
    told = (
        f"{said(point.label, lang)} · {chart.x_title.in_(lang)}: {signed(point.x, lang)} {chart.x_unit} · "
        f"{chart.y_title.in_(lang)}: {signed(point.y, lang)} {chart.y_unit}"
    )
    shape = _shape(canvas.paint, across.at(point.x), up.at(point.y), point.on_front)
    name = "circle" if point.on_front else "rect"
    return f'{shape} class="c-point"><title>{xml(told)}</title></{name}>'


def _axes(canvas: Canvas, across: Scale, up: Scale, left: float, top: float, high: float) -> None:
    paint = canvas.paint
    for y, word in up.marks(7, canvas.lang):
        canvas.add(
            f'<path d="M{num(left)} {num(y)}H{num(canvas.wide)}" stroke="{paint("line")}" fill="none"/>',
            lines(left - 6, y + 4, [word], SMALL, paint("soft"), anchor="end"),
        )
    for x, word in across.marks_across(canvas.lang):
        half = width(word, SMALL) / 2
        canvas.add(
            f'<path d="M{num(x)} {num(top)}V{num(top + high)}" stroke="{paint("line")}" fill="none"/>',
            lines(min(x, canvas.wide - half), top + high + SMALL + 4, [word], SMALL, paint("soft"), anchor="middle"),
        )
    canvas.add(
        f'<path d="M{num(left)} {num(top)}V{num(top + high)}H{num(canvas.wide)}" stroke="{paint("ink")}" fill="none"/>'
    )


def _label(canvas: Canvas, room: Room, text: str, x: float, y: float) -> bool:
    """Write a name beside its point where there is room; whether there was."""
    found = wrapped(text, _LABEL * canvas.wide, SMALL, 3)
    if not found:
        return True
    wide, high = max(width(line, SMALL) for line in found), SMALL * LEADING * len(found)
    for ways in (True, False):
        for ring, box in _candidates(x, y, wide, high):
            if not room.is_free(box, ways=ways):
                continue
            room.boxes.append(box)
            if ring > _RINGS[0]:
                end_x, end_y = min(max(x, box[0]), box[2]), min(max(y, box[1]), box[3])
                canvas.add(
                    f'<path class="c-lead" d="M{num(x)} {num(y)}L{num(end_x)} {num(end_y)}" fill="none" '
                    f'stroke="{canvas.paint("soft")}" stroke-width="0.8"/>'
                )
            canvas.add(
                f'<g class="c-name">{lines(box[0] + 1, box[1] + SMALL + 0.5, found, SMALL, canvas.paint("ink"))}</g>'
            )
            return True
    return False


def _candidates(x: float, y: float, wide: float, high: float) -> Iterator[tuple[float, Box]]:
    """Places around a point, nearest first."""
    for ring in _RINGS:
        for dx, dy in _AROUND:
            reach = ring if not (dx and dy) else 0.75 * ring
            near_x, near_y = x + dx * reach, y + dy * reach
            x0 = near_x if dx > 0 else near_x - wide if dx < 0 else near_x - wide / 2
            y0 = near_y if dy > 0 else near_y - high if dy < 0 else near_y - high / 2
            yield ring, (x0 - 1, y0, x0 + wide + 1, y0 + high)


def _key(canvas: Canvas, missed: Sequence[Point], across: Scale, up: Scale) -> None:
    """Names that found no room: a number at the point, the name below the plot."""
    if not missed:
        return
    paint, entries = canvas.paint, []
    for n, point in enumerate(missed, 1):
        x, y = across.at(point.x), up.at(point.y)
        role = "paper" if point.on_front else "ink"
        canvas.add(lines(x, y + 3.2, [str(n)], 9, paint(role), anchor="middle", weight="600"))
        entries.append(
            (
                lines(8, SMALL - 2, [str(n)], SMALL, paint("ink"), anchor="middle", weight="600"),
                said(point.label, canvas.lang),
            )
        )
    canvas.legend(entries)


def _crosses(way: tuple[float, float, float, float], box: Box) -> bool:
    """Whether a segment meets a box (Liang and Barsky)."""
    x, y, to_x, to_y = way
    near, far = 0.0, 1.0
    for delta, start, low, high in ((to_x - x, x, box[0], box[2]), (to_y - y, y, box[1], box[3])):
        if delta == 0:
            if not low <= start <= high:
                return False
            continue
        a, b = sorted(((low - start) / delta, (high - start) / delta))
        near, far = max(near, a), min(far, b)
    return near <= far
