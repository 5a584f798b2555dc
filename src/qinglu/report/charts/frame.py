"""What every chart has: title, legend, note, words for who does not see it, and the file around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ...text import Lang, Text
from .lettering import LEADING, SIZE, SMALL, TITLE, lines, num, width, wrapped, xml
from .paint import Paint

FONTS = "Noto Sans SC, Source Han Sans SC, PingFang SC, Microsoft YaHei, Arial, sans-serif"
EMPTY = Text("没有可绘制的数值", "No values to draw")
_SWATCH, _GAP = 16.0, 6.0
_MARGIN = 12.0


@dataclass(slots=True)
class Canvas:
    """A picture while it is drawn, from the top down: `y` is where the next part begins.

    Attributes
    ----------
    wide : float
        From edge to edge of what is drawn; the margin lies outside.
    """

    wide: float
    lang: Lang
    paint: Paint
    y: float = 0.0
    parts: list[str] = field(default_factory=list)

    def add(self, *parts: str) -> None:
        """Draw."""
        self.parts.extend(p for p in parts if p)

    def words(self, text: str, size: float, role: str, *, weight: str = "", most: int = 6) -> None:
        """A paragraph across the whole width."""
        found = wrapped(text, self.wide, size, most)
        if found:
            self.add(lines(0, self.y + size, found, size, self.paint(role), weight=weight))
            self.y += size * LEADING * len(found)

    def title(self, text: str) -> None:
        """The title."""
        self.words(text, TITLE, "ink", weight="600")
        self.y += 4

    def legend(self, entries: Sequence[tuple[str, str]]) -> None:
        """Swatches, 16 by 12 units, each with its words; as many lines as they need."""
        x = 0.0
        step = SMALL * LEADING
        for swatch, words in entries:
            found = wrapped(words, self.wide - _SWATCH - _GAP, SMALL, 2)
            wide = _SWATCH + _GAP + max((width(line, SMALL) for line in found), default=0.0)
            if x and x + wide > self.wide:
                x, self.y = 0.0, self.y + step
            self.add(f'<g transform="translate({num(x)} {num(self.y + 2)})">{swatch}</g>')
            self.add(lines(x + _SWATCH + _GAP, self.y + SMALL, found, SMALL, self.paint("ink")))
            x += wide + 16
            if len(found) > 1:
                x, self.y = self.wide, self.y + step * (len(found) - 1)
        self.y += (step + 6) if entries else 0

    def nothing(self) -> None:
        """Say that there is nothing to draw, in the place of the plot."""
        self.add(
            f'<rect x="0.5" y="{num(self.y + 8)}" width="{num(self.wide - 1)}" height="72" '
            f'fill="url(#{self.paint.uid}-q)" fill-opacity="0.5" stroke="{self.paint("line")}"/>'
        )
        said = EMPTY.in_(self.lang)
        half = width(said, SIZE) / 2 + 12
        self.add(
            f'<rect x="{num(self.wide / 2 - half)}" y="{num(self.y + 30)}" width="{num(2 * half)}" height="28" '
            f'fill="{self.paint("paper")}"/>',
            lines(self.wide / 2, self.y + 49, [f"? {said}"], SIZE, self.paint("ink"), anchor="middle"),
        )
        self.y += 92

    def document(self, title: str, description: str, series: int) -> str:
        """The whole picture as SVG."""
        paint, uid = self.paint, self.paint.uid
        margin = _MARGIN if paint.theme == "file" else 0.0
        wide, high = self.wide + 2 * margin, self.y + 2 * margin
        box = f"{num(-margin)} {num(-margin)} {num(wide)} {num(high)}"
        language = "zh-Hans" if self.lang == "zh" else "en"
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="{box}" role="img" xml:lang="{language}" '
            f'aria-labelledby="{uid}-t" aria-describedby="{uid}-d"'
        )
        ground = ""
        if paint.theme == "file":
            head += f' width="{num(wide)}" height="{num(high)}" font-family="{FONTS}"'
            ground = (
                f'<rect x="{num(-margin)}" y="{num(-margin)}" width="{num(wide)}" height="{num(high)}" '
                f'fill="{paint("paper")}"/>'
            )
        return "".join(
            [
                f'{head}><title id="{uid}-t">{xml(title)}</title><desc id="{uid}-d">{xml(description)}</desc>',
                f"{paint.style()}<defs>{paint.hatches(series)}</defs>{ground}",
                *self.parts,
                "</svg>",
            ]
        )
