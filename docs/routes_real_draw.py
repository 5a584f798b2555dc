"""Pictures of docs/routes-real.md: maps, trade-off and curves as SVG, drawn from the same parts as the reports."""
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

import numpy as np
import numpy.typing as npt

from qinglu.report.linemap import LineMap
from qinglu.report.numbers import amount, ticks
from qinglu.report.plots import PANEL_HEIGHT, PANEL_WIDTH, PLOT, Panel, Scatter

Floats = npt.NDArray[np.float64]
COLOURS = {
    "l1": "#0B5FA5", "l2": "#B24300", "l3": "#7A3E91", "l4": "#006B5B", "l5": "#8A6100", "l6": "#A4205C",
    "l7": "#3F51A8", "given": "#1C2421",
}  # fmt: skip
DASHES = {"l2": "70 26", "l3": "22 22", "l4": "80 22 20 22", "l5": "46 20", "l6": "80 20 20 20 20 20", "l7": "12 16"}
STYLE = """
text { font: 60px system-ui, "Noto Sans", "Noto Sans SC", sans-serif; fill: #1C2421 }
.halo { fill: none; stroke: #FBFBF8; stroke-width: 36; stroke-opacity: .75; stroke-linejoin: round }
.way { fill: none; stroke-width: 18; stroke-linejoin: round }
.name { paint-order: stroke; stroke: #FBFBF8; stroke-width: 16; stroke-linejoin: round }
.tag { text-anchor: middle; dominant-baseline: central; font-weight: 650 }
.price { fill: none; stroke: #6E7A52; stroke-width: 4; stroke-opacity: .6 }
.water { fill: none; stroke: #3D7EA6; stroke-width: 6; stroke-opacity: .8 }
.forbid { fill: #8C2B23; fill-opacity: .16; stroke: #8C2B23; stroke-width: 6 }
.soft { fill: #57635D; font-size: 48px }
.frame { fill: none; stroke: #C9CFC6; stroke-width: 3 }
"""


def _svg(box: str, title: str, body: Sequence[str]) -> str:
    x, y, w, h = box.split()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" width="{round(float(w) / 4)}" '
        f'height="{round(float(h) / 4)}" role="img"><title>{escape(title)}</title><style>{STYLE}</style>'
        f'<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="#FBFBF8"/>{"".join(body)}</svg>\n'
    )


def _way(style: str, path: str) -> str:
    dash = f' stroke-dasharray="{DASHES[style]}"' if style in DASHES else ""
    return f'<path class="way" stroke="{COLOURS[style]}"{dash} d="{path}"/>'


def _tag(x: float, y: float, style: str, label: str, size: int = 46) -> str:
    colour = COLOURS[style]
    box = f'fill="#FBFBF8" stroke="{colour}" stroke-width="9"'
    around = f'<circle r="{size}" {box}/>'
    if style == "given":
        around = f'<rect x="{-size}" y="{-size}" width="{2 * size}" height="{2 * size}" {box}/>'
    return f'<g transform="translate({x} {y})">{around}<text class="tag" style="fill:{colour}">{label}</text></g>'


def draw_map(into: Path, made: LineMap, keys: Sequence[tuple[str, str, str]], title: str) -> None:
    """Write a map; `keys` are (label, style, text) of its lines."""
    sea = "#EEF2F3"
    out = [f'<svg width="{made.width}" height="{made.height}"><rect width="100%" height="100%" fill="{sea}"/>']
    if made.land:
        out.append(f'<path fill="#E4E8DD" d="{made.land}"/>')
    if made.picture:
        p = made.picture
        out.append(f'<image href="{p.uri}" x="{p.x}" y="{p.y}" width="{p.width}" height="{p.height}" '
                   'preserveAspectRatio="none"/>')  # fmt: skip
    for layer in made.layers:
        shape, kind = layer.style.split()
        fill = ' style="fill:#3D7EA6;fill-opacity:.25"' if (shape, kind) == ("area", "water") else ""
        out.append(f'<path class="{kind}"{fill} d="{layer.path}"/>')
    for line in made.lines:
        out += [f'<path class="halo" d="{line.path}"/>', _way(line.style, line.path)]
    for x, y, text in made.marks:
        at = "end" if x > made.width * 0.8 else "start" if x < made.width * 0.2 else "middle"
        out.append(f'<circle cx="{x}" cy="{y}" r="22" fill="#FBFBF8" stroke="#1C2421" stroke-width="9"/>'
                   f'<text class="name" x="{x}" y="{y - 42}" text-anchor="{at}">{escape(text)}</text>')  # fmt: skip
    out += [_tag(line.x, line.y, line.style, line.label) for line in made.lines]
    out.append(f'<path fill="none" stroke="#1C2421" stroke-width="6" d="M90 {made.height - 90}v26h{made.bar}v-26"/>'
               f'<text class="name" x="90" y="{made.height - 116}">{made.bar_m / 1000:g} km</text></svg>')  # fmt: skip
    rows = (len(keys) + 1) // 2
    for n, (label, style, text) in enumerate(keys):
        x, y = 90 + n // rows * made.width // 2, made.height + 90 + n % rows * 96
        out.append(_way(style, f"M{x} {y}h220") + _tag(x + 110, y, style, label, 38)
                   + f'<text x="{x + 270}" y="{y + 20}">{escape(text)}</text>')  # fmt: skip
    _write(into, _svg(f"0 0 {made.width} {made.height + 60 + rows * 96}", title, out))


def draw_scatters(into: Path, plots: Sequence[Scatter], across: str, up: str, title: str) -> None:
    """Write plots of two objectives side by side; the axes carry `across` and `up`."""
    out = []
    for n, p in enumerate(plots):
        out.append(
            f'<g transform="translate({n * (PLOT + 560)} 0)"><rect class="frame" width="{PLOT}" height="{PLOT}"/>'
        )
        out += [f'<path class="frame" d="M{x} 0v{PLOT}"/><text class="soft" x="{x}" y="{PLOT + 64}" '
                f'text-anchor="middle">{text}</text>' for x, text in p.x_ticks]  # fmt: skip
        out += [f'<path class="frame" d="M0 {y}h{PLOT}"/><text class="soft" x="-24" y="{y + 16}" '
                f'text-anchor="end">{text}</text>' for y, text in p.y_ticks]  # fmt: skip
        out += [f'<circle cx="{x}" cy="{y}" r="15" fill="#FBFBF8" stroke="#57635D" stroke-width="6"/>'
                for x, y in p.front]  # fmt: skip
        out += [_tag(m.x, m.y, m.style, m.label if p.named else "", 38 if p.named else 20) for m in reversed(p.marks)]
        out.append(f'<text x="{PLOT}" y="{PLOT + 160}" text-anchor="end">{escape(across)} →</text>'
                   f'<text transform="translate(-330 0) rotate(-90)" text-anchor="end">{escape(up)} →</text></g>')  # fmt: skip
    _write(into, _svg(f"-440 -60 {len(plots) * (PLOT + 560) + 20} {PLOT + 280}", title, out))


def draw_panels(into: Path, made: Sequence[tuple[str, str, Panel]], title: str) -> None:
    """Write profiles one below the other; each has a style and a caption."""
    out, tall = [], PANEL_HEIGHT + 240
    for n, (style, text, p) in enumerate(made):
        colour = COLOURS[style]
        out.append(f'<g transform="translate(0 {n * tall})"><text y="-30" style="fill:{colour}">{escape(text)}</text>')
        out += [f'<path class="frame" d="M0 {y}h{PANEL_WIDTH}"/><text class="soft" x="-20" y="{y + 16}" '
                f'text-anchor="end">{t} m</text>' for y, t in p.heights]  # fmt: skip
        out.append(f'<path fill="#E4E8DD" stroke="#9AA593" stroke-width="5" d="{p.ground}"/>'
                   f'<path fill="none" stroke="{colour}" stroke-width="10" d="{p.formation}"/>')  # fmt: skip
        out += [f'<rect x="{x}" y="{PANEL_HEIGHT + 4}" width="{w}" height="26" fill="{colour}" '
                f'fill-opacity="{0.35 if kind == "tunnel" else 0.85}"/>' for x, w, kind in p.built]  # fmt: skip
        out += [f'<text class="soft" x="{x}" y="{PANEL_HEIGHT + 90}" text-anchor="middle">{t} km</text>'
                for x, t in p.distances]  # fmt: skip
        out.append("</g>")
    _write(into, _svg(f"-260 -110 {PANEL_WIDTH + 420} {len(made) * tall}", title, out))


def draw_curves(
    into: Path, curves: Sequence[tuple[str, str, str, Floats, Floats]], across: str, up: str, title: str
) -> None:
    """Write curves over one x axis; each is (label, style, text, x, y)."""
    wide, tall = PANEL_WIDTH, 1500
    most_x, most_y = (max(float(np.nanmax(c[k])) for c in curves) for k in (3, 4))
    out = []
    for v in ticks(0.0, most_x, 8):
        x = round(wide * v / most_x)
        out.append(f'<path class="frame" d="M{x} 0v{tall}"/><text class="soft" x="{x}" y="{tall + 64}" '
                   f'text-anchor="middle">{amount(v, "en")}</text>')  # fmt: skip
    for v in ticks(0.0, most_y, 6):
        y = round(tall * (1 - v / most_y))
        out.append(f'<path class="frame" d="M0 {y}h{wide}"/><text class="soft" x="-24" y="{y + 16}" '
                   f'text-anchor="end">{amount(v, "en")}</text>')  # fmt: skip
    for n, (label, style, text, xs, ys) in enumerate(curves):
        points = [f"{wide * a / most_x:.0f} {tall * (1 - b / most_y):.0f}" for a, b in zip(xs, ys, strict=True)]
        out.append(_way(style, "M" + "L".join(points)) + _tag(120, 110 + 110 * n, style, label, 38)
                   + f'<text class="name" x="190" y="{130 + 110 * n}">{escape(text)}</text>')  # fmt: skip
    out.append(f'<text x="{wide}" y="{tall + 150}" text-anchor="end">{escape(across)} →</text>'
               f'<text transform="translate(-200 0) rotate(-90)" text-anchor="end">{escape(up)} →</text>')  # fmt: skip
    _write(into, _svg(f"-300 -60 {wide + 400} {tall + 260}", title, out))


def _write(into: Path, text: str) -> None:
    into.write_text(text, encoding="utf-8", newline="\n")
