"""Bars for years, sources or options: stacked or side by side, upright or lying, with bounds and lines over them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from ...model.chart import Bars
from ...text import Lang, Text
from .frame import Canvas
from .lettering import LEADING, SMALL, attribute, lines, num, said, width, wrapped, xml
from .paint import Paint
from .scale import Scale, known, signed

NET = Text("合计", "total")
_PLOT, _LONGEST = 0.5, 260.0
_SHARE, _WIDEST = 0.72, 44.0
_ROW, _THICK, _BETWEEN = 14.0, 16.0, 10.0
_LABELS = 0.38
_STRIDES = (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000)


@dataclass(frozen=True, slots=True)
class Data:
    """The numbers of a chart that can be drawn, and its words in one language."""

    names: tuple[str, ...]
    titles: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]
    lows: tuple[tuple[float | None, ...], ...]
    highs: tuple[tuple[float | None, ...], ...]
    line_titles: tuple[str, ...]
    line_values: tuple[tuple[float | None, ...], ...]
    stacked: bool

    @classmethod
    def of(cls, chart: Bars, lang: Lang) -> Data:
        """With rows as long as there are categories, whatever was given."""
        n = len(chart.categories)

        def row(given: tuple[float | None, ...]) -> tuple[float | None, ...]:
            return tuple(known(v) for v in (*given, *[None] * n)[:n])

        return cls(
            tuple(said(c, lang) for c in chart.categories),
            tuple(said(s.title, lang) for s in chart.series),
            tuple(row(s.values) for s in chart.series),
            tuple(row(s.low) for s in chart.series),
            tuple(row(s.high) for s in chart.series),
            tuple(said(s.title, lang) for s in chart.lines),
            tuple(row(s.values) for s in chart.lines),
            chart.stacked and len(chart.series) > 1,
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is known."""
        return all(v is None for row in (*self.values, *self.line_values) for v in row)

    def pieces(self, at: int) -> Iterator[tuple[int, float, float]]:
        """Bars of a category: series, where it begins, where it ends. Negative ones are stacked below zero."""
        above = below = 0.0
        for n, row in enumerate(self.values):
            value = row[at]
            if value is None:
                continue
            start = 0.0 if not self.stacked else above if value >= 0 else below
            yield n, start, start + value
            if value >= 0:
                above = start + value
            else:
                below = start + value

    def bounds(self, n: int, at: int, start: float, end: float) -> tuple[float, float] | None:
        """Where the whisker of a bar reaches, or None without bounds."""
        low, high = self.lows[n][at], self.highs[n][at]
        if low is None and high is None:
            return None
        return start + (end - start if low is None else low), start + (end - start if high is None else high)

    def extent(self, at: int) -> tuple[float, float]:
        """The least and the most drawn for a category, zero among them."""
        ends = [0.0]
        for n, start, end in self.pieces(at):
            ends += [start, end, *(self.bounds(n, at, start, end) or ())]
        return min(ends), max(ends)

    def total(self, at: int) -> float | None:
        """The sum of a category, None where nothing of it is known."""
        found = [row[at] for row in self.values]
        have = [v for v in found if v is not None]
        return sum(have) if have else None

    def lacks(self, at: int) -> bool:
        """Whether a part of the category is unknown."""
        return any(row[at] is None for row in self.values)

    def label(self, at: int, lang: Lang) -> str:
        """What stands at a category's end: its sum, with a mark where a part of it is unknown."""
        total = self.total(at)
        if total is None:
            return "?"
        return signed(total, lang) + (" + ?" if self.lacks(at) else "")


@dataclass(frozen=True, slots=True)
class Plane:
    """Where values and categories lie, for upright and for lying bars alike."""

    scale: Scale
    upright: bool

    def box(self, at: float, thick: float, a: float, b: float) -> str:
        """Attributes of the rectangle from value `a` to `b`, `at` its first edge."""
        p, q = sorted((self.scale.at(a), self.scale.at(b)))
        x, y, wide, high = (at, p, thick, q - p) if self.upright else (p, at, q - p, thick)
        return f'x="{num(x)}" y="{num(y)}" width="{num(wide)}" height="{num(high)}"'

    def whisker(self, at: float, a: float, b: float, cap: float = 3.0) -> str:
        """A line from value to value with a cap at each end."""
        p, q = self.scale.at(a), self.scale.at(b)
        if self.upright:
            ends = "".join(f"M{num(at - cap)} {num(v)}H{num(at + cap)}" for v in (p, q))
            return f"M{num(at)} {num(p)}V{num(q)}{ends}"
        ends = "".join(f"M{num(v)} {num(at - cap)}V{num(at + cap)}" for v in (p, q))
        return f"M{num(p)} {num(at)}H{num(q)}{ends}"


def draw_bars(canvas: Canvas, chart: Bars) -> None:
    """Draw the plot below what the canvas has."""
    data = Data.of(chart, canvas.lang)
    if data.is_empty:
        canvas.nothing()
        return
    canvas.legend(list(_legend(canvas.paint, data)))
    if _stands(data, canvas.wide):
        _upright(canvas, data, chart.unit)
    else:
        _lying(canvas, data, chart.unit)


def _legend(paint: Paint, data: Data) -> Iterator[tuple[str, str]]:
    if len(data.titles) > 1 or data.line_titles:
        for n, title in enumerate(data.titles):
            yield f'<rect x="0.5" y="0.5" width="15" height="11" {paint.fill(n)}/>', title
    for n, title in enumerate(data.line_titles):
        yield _line_swatch(paint, n), title


def _line_swatch(paint: Paint, n: int) -> str:
    dot = f'<circle cx="8" cy="6" r="2.6" fill="{paint("paper")}" stroke="{paint("ink")}" stroke-width="1.6"/>'
    return f'<path d="M-1 6H17" {paint.stroke(n)} stroke-width="2"/>{dot}'


def _stands(data: Data, wide: float) -> bool:
    """Upright where names fit below the bars: always for years, of which some can be left out."""
    if all(name.lstrip("\u2212-").isdigit() for name in data.names):
        return True
    step = (wide - 48) / len(data.names)
    return all(width(name, SMALL) <= step - 6 for name in data.names)


def _upright(canvas: Canvas, data: Data, unit: str) -> None:
    paint, lang, n = canvas.paint, canvas.lang, len(data.names)
    canvas.words(unit, SMALL, "soft", most=2)
    canvas.y += 4
    top, high = canvas.y, min(_LONGEST, _PLOT * canvas.wide)
    extents = [data.extent(at) for at in range(n)]
    values = [v for pair in extents for v in pair] + [v for row in data.line_values for v in row if v is not None]
    rough = Scale.over(values, 0, 1)
    left = max((width(word, SMALL) for _, word in rough.marks(7, lang)), default=0.0) + 8
    # The last name may be wider than its bar.
    right = min(canvas.wide, canvas.wide - width(data.names[-1], SMALL) / 2 + (canvas.wide - left) / n / 2)
    step = (right - left) / n
    labelled = _labels_fit(data, step, lang)
    scale = Scale.over(values, top + high, top + (16 if labelled else 0))
    for y, word in scale.marks(7, lang):
        canvas.add(
            f'<path d="M{num(left)} {num(y)}H{num(canvas.wide)}" stroke="{paint("line")}" fill="none"/>',
            lines(left - 6, y + 4, [word], SMALL, paint("soft"), anchor="end"),
        )
    plane = Plane(scale, upright=True)
    centres = [left + step * (at + 0.5) for at in range(n)]
    thick = min(_WIDEST * (1 if data.stacked else max(1, len(data.values))), _SHARE * step)
    for at, centre in enumerate(centres):
        _category(canvas, data, plane, at, centre - thick / 2, thick, unit)
        _mark_upright(canvas, data, plane, at, centre, labelled)
    canvas.add(f'<path d="M{num(left)} {num(scale.at(0))}H{num(canvas.wide)}" stroke="{paint("ink")}" fill="none"/>')
    _lines_over(canvas, data, scale, centres)
    canvas.y = top + high + 4
    _names_below(canvas, data.names, centres, step)


def _labels_fit(data: Data, step: float, lang: Lang) -> bool:
    if not data.values or (len(data.values) > 1 and not data.stacked):
        return False
    return all(width(data.label(at, lang), SMALL) <= step - 2 for at in range(len(data.names)))


def _category(canvas: Canvas, data: Data, plane: Plane, at: int, edge: float, thick: float, unit: str) -> None:
    """Bars of one category from `edge` on, `thick` together, and their whiskers."""
    paint, lang, count = canvas.paint, canvas.lang, len(data.values)
    each = thick if data.stacked else thick / max(1, count)
    for n, start, end in data.pieces(at):
        place = edge if data.stacked else edge + n * each
        told = f"{data.names[at]} · {data.titles[n]}: {signed(end - start, lang)} {unit}"
        bounds = data.bounds(n, at, start, end)
        if bounds is not None:
            told += f" ({signed(bounds[0] - start, lang)} – {signed(bounds[1] - start, lang)})"
        value = attribute(repr(end - start))
        box = plane.box(place, each, start, end)
        canvas.add(
            f'<rect class="c-bar" data-series="{n}" data-value={value} {box} {paint.fill(n)}>'
            f"<title>{xml(told)}</title></rect>"
        )
        if bounds is not None:
            middle = edge + thick * (n + 1) / (count + 1) if data.stacked else place + each / 2
            path = plane.whisker(middle, *bounds)
            canvas.add(
                f'<path class="c-halo" d="{path}" fill="none" stroke="{paint("paper")}" stroke-width="3.4"/>'
                f'<path class="c-whisker" d="{path}" fill="none" stroke="{paint("ink")}" stroke-width="1.4"/>'
            )
    if not data.stacked and count > 1:
        for n, row in enumerate(data.values):
            if row[at] is None:
                _unknown(canvas, plane, edge + (n + 0.5) * each, told=f"{data.names[at]} · {data.titles[n]}")


def _unknown(canvas: Canvas, plane: Plane, centre: float, *, told: str = "", beyond: float = 0.0) -> None:
    """The mark of what is not known, at the axis or beyond what is drawn."""
    place = plane.scale.at(beyond)
    x, y = (centre, place - 5) if plane.upright else (place + 8, centre + 4)
    title = f"<title>{xml(told)}: ?</title>" if told else ""
    mark = lines(x, y, ["?"], SMALL, canvas.paint("unknown"), anchor="middle", weight="600")
    canvas.add(f'<g class="c-unknown">{title}{mark}</g>')


def _mark_upright(canvas: Canvas, data: Data, plane: Plane, at: int, centre: float, labelled: bool) -> None:
    low, high = data.extent(at)
    total = data.total(at)
    single = data.stacked or len(data.values) == 1
    if labelled and data.values:
        down = total is not None and total < 0 and high == 0
        y = plane.scale.at(low) + SMALL + 2 if down else plane.scale.at(high) - 5
        role = "unknown" if total is None else "ink"
        canvas.add(lines(centre, y, [data.label(at, canvas.lang)], SMALL, canvas.paint(role), anchor="middle"))
    elif single and data.lacks(at):
        _unknown(canvas, plane, centre, told=data.names[at], beyond=high)
    if data.stacked and low < 0 < high and total is not None:
        _net(canvas, plane, total, centre)


def _net(canvas: Canvas, plane: Plane, total: float, centre: float) -> None:
    """Where parts lie on both sides of zero, their sum."""
    place = plane.scale.at(total)
    x, y = (centre, place) if plane.upright else (place, centre)
    told = f"{NET.in_(canvas.lang)}: {signed(total, canvas.lang)}"
    canvas.add(
        f'<path class="c-net" d="M{num(x)} {num(y - 6)}l6 6-6 6-6-6z" fill="{canvas.paint("paper")}" '
        f'stroke="{canvas.paint("ink")}" stroke-width="1.6"><title>{xml(told)}</title></path>'
    )


def _lines_over(canvas: Canvas, data: Data, scale: Scale, centres: list[float]) -> None:
    paint = canvas.paint
    for n, row in enumerate(data.line_values):
        path, broken = "", True
        for x, value in zip(centres, row, strict=True):
            if value is not None:
                path += f"{'M' if broken else 'L'}{num(x)} {num(scale.at(value))}"
            broken = value is None
        canvas.add(
            f'<path d="{path}" fill="none" stroke="{paint("paper")}" stroke-width="5" stroke-linejoin="round"/>'
            f'<path class="c-line" d="{path}" {paint.stroke(n)} stroke-width="2" stroke-linejoin="round"/>'
        )
        if len(centres) <= 16 or sum(v is not None for v in row) == 1:
            canvas.add(
                *(
                    f'<circle cx="{num(x)}" cy="{num(scale.at(v))}" r="2.6" fill="{paint("paper")}" '
                    f'stroke="{paint("ink")}" stroke-width="1.6"/>'
                    for x, v in zip(centres, row, strict=True)
                    if v is not None
                )
            )


def _names_below(canvas: Canvas, names: tuple[str, ...], centres: list[float], step: float) -> None:
    """Names of categories, as many as have room; of years those that are round."""
    wide = max(width(name, SMALL) for name in names) + 8
    stride = next((s for s in _STRIDES if s * step >= wide), len(names)) or 1
    years = stride > 1 and all(name.isdigit() for name in names)
    shown = [k for k in range(len(names)) if (int(names[k]) if years else k) % stride == 0] or [0]
    for k in shown:
        canvas.add(lines(centres[k], canvas.y + SMALL + 2, [names[k]], SMALL, canvas.paint("soft"), anchor="middle"))
    canvas.y += SMALL * LEADING + 8


def _lying(canvas: Canvas, data: Data, unit: str) -> None:
    paint, lang, n = canvas.paint, canvas.lang, len(data.names)
    side = not data.stacked and len(data.values) > 1
    column = min(max(width(name, SMALL) for name in data.names) + 10, _LABELS * canvas.wide)
    names = [wrapped(name, column - 10, SMALL) for name in data.names]
    ends = _ends(data, lang)
    room = max(width(w, SMALL) for at in ends for w in at) + 10
    extents = [data.extent(at) for at in range(n)]
    values = [v for pair in extents for v in pair] + [v for row in data.line_values for v in row if v is not None]
    lowest = min(values)
    scale = Scale.over(values, column + (room if lowest < 0 else 0), canvas.wide - room)
    plane, top = Plane(scale, upright=False), canvas.y
    thick = _ROW * len(data.values) if side else _THICK
    rows, y = [], top + _BETWEEN / 2
    for texts in names:
        high = max(len(texts) * SMALL * LEADING, thick)
        rows.append((y, high))
        y += high + _BETWEEN
    for x, word in scale.marks_across(lang):
        canvas.add(f'<path d="M{num(x)} {num(top)}V{num(y)}" stroke="{paint("line")}" fill="none"/>')
        canvas.add(lines(x, y + SMALL + 3, [word], SMALL, paint("soft"), anchor="middle"))
    for at, (start, high) in enumerate(rows):
        middle = start + high / 2
        first = middle - (len(names[at]) - 1) * SMALL * LEADING / 2 + SMALL * 0.36
        canvas.add(lines(column - 10, first, names[at], SMALL, paint("ink"), anchor="end"))
        _category(canvas, data, plane, at, middle - thick / 2, thick, unit)
        _ends_lying(canvas, data, plane, at, middle, thick, ends[at])
        for k, row in enumerate(data.line_values):
            value = row[at]
            if value is not None:
                path = f"M{num(scale.at(value))} {num(middle - thick / 2 - 4)}V{num(middle + thick / 2 + 4)}"
                canvas.add(
                    f'<path d="{path}" fill="none" stroke="{paint("paper")}" stroke-width="5"/>'
                    f'<path class="c-line" d="{path}" {paint.stroke(k)} stroke-width="2"/>'
                )
    canvas.add(f'<path d="M{num(scale.at(0))} {num(top)}V{num(y)}" stroke="{paint("ink")}" fill="none"/>')
    canvas.y = y + SMALL * LEADING + 4
    if unit:
        found = wrapped(unit, canvas.wide, SMALL, 2)
        canvas.add(lines(canvas.wide, canvas.y + SMALL, found, SMALL, paint("soft"), anchor="end"))
        canvas.y += SMALL * LEADING * len(found) + 4


def _ends(data: Data, lang: Lang) -> list[list[str]]:
    """What stands at the ends of the bars of each category."""
    n = len(data.names)
    if data.stacked or len(data.values) <= 1:
        return [[data.label(at, lang) if data.values else ""] for at in range(n)]
    told = [[row[at] for row in data.values] for at in range(n)]
    return [["?" if v is None else signed(v, lang) for v in row] for row in told]


def _beyond(data: Data, plane: Plane, at: int, x: float, word: str) -> float:
    """Where a number may stand right of a bar: not on the mark of a line."""
    for place in sorted(plane.scale.at(row[at] or 0.0) for row in data.line_values if row[at] is not None):
        if x - 4 <= place <= x + width(word, SMALL) + 4:
            x = place + 6
    return x


def _ends_lying(
    canvas: Canvas, data: Data, plane: Plane, at: int, middle: float, thick: float, ends: list[str]
) -> None:
    side = len(ends) > 1
    low, high = data.extent(at)
    whole = {n: (start, end) for n, start, end in data.pieces(at)}
    for n, word in enumerate(ends):
        y = middle if not side else middle - thick / 2 + (n + 0.5) * thick / len(ends)
        near, far = low, high
        if side:
            if n not in whole:
                continue  # its mark stands there already
            pair = data.bounds(n, at, *whole[n]) or whole[n]
            near, far = min(0.0, *pair, *whole[n]), max(0.0, *pair, *whole[n])
        down = math.isclose(far, 0.0, abs_tol=0.0) and near < 0
        x = plane.scale.at(near) - 5 if down else _beyond(data, plane, at, plane.scale.at(far) + 5, word)
        role = "unknown" if word == "?" else "ink"
        canvas.add(lines(x, y + SMALL * 0.36, [word], SMALL, canvas.paint(role), anchor="end" if down else "start"))
    if data.stacked and low < 0 < high and (total := data.total(at)) is not None:
        _net(canvas, plane, total, middle)
