"""Maps of the report as SVG files that stand alone: colours written out, no text but figures, for paper."""

from __future__ import annotations

from ..model import Level
from .overview import Overview
from .sitemap import HEIGHT, WIDTH, SiteMap
from .tally import WORST_FIRST

COLOURS = {
    Level.CRITICAL: "#B3261E", Level.WARNING: "#8F5600", Level.NOTE: "#1A5F99", Level.CLEAR: "#2A7148",
    Level.UNKNOWN: "#5E5E68",
}  # fmt: skip
"""Of levels, on white."""
_SEA, _LAND, _SHORE, _LINE, _GREEN, _INK = "#F1F4F3", "#DFE4DC", "#B9C2B8", "#D9DDD6", "#0F4C3A", "#1C2421"
_MARKS = {
    Level.CRITICAL: '<path d="M0-7.5 7 0 0 7.5-7 0z" {fill}/>',
    Level.WARNING: '<path d="M0-6.8 7 5.8-7 5.8z" {fill}/>',
    Level.NOTE: '<circle r="5.6" {fill}/>',
    Level.CLEAR: '<path d="M-5.5.5-1.5 4.5 5.5-4.5" {stroke}/>',
    Level.UNKNOWN: '<path d="M-3.2-3C-3.2-8.4 4-7.6 3.4-3.2 3-.6 0-.6 0 2.4M0 5.6V6.4" {stroke}/>',
}
"""Shapes as the page has them, within 16 by 16 units."""


def mark_svg(level: Level) -> str:
    """The mark of a level alone."""
    return _svg(16, 16, f'<g transform="translate(8 8)">{_mark(level)}</g>')


def overview_svg(world: Overview) -> str:
    """The map of all projects."""
    parts = [f'<rect width="{world.width}" height="{world.height}" fill="{_SEA if not world.outline else "#FFFFFF"}"/>']
    if world.outline:
        parts.append(f'<path d="{world.outline}" fill="{_SEA}" stroke="{_SHORE}" stroke-width="5"/>')
    if world.land:
        parts.append(_land(world.land))
    parts.append(f'<path d="{world.graticule}" fill="none" stroke="{_LINE}" stroke-width="3"/>')
    scale = world.mark / 16
    parts += [
        f'<g transform="translate({m.x} {m.y}) scale({scale:g})">{_mark(WORST_FIRST[m.level], halo=True)}</g>'
        for m in world.markers
    ]
    return _svg(world.width, world.height, "".join(parts))


def site_svg(drawing: SiteMap, level: Level, length: str) -> str:
    """The map of one project; `length` is written at its scale bar."""
    colour = COLOURS[level]
    parts = [f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{_SEA}"/>', _land(drawing.land) if drawing.land else ""]
    parts += [
        f'<path d="{drawing.path}" fill="none" stroke="{_GREEN}" stroke-opacity=".09" stroke-width="{width}" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
        for _, width in drawing.rings
    ]
    parts += [_near(d.path, d.shape) for d in drawing.nearby]
    wide = {"point": (74, 46), "line": (34, 16), "area": (22, 10)}[drawing.shape]
    fill = f'fill="{colour}" fill-opacity=".25"' if drawing.shape == "area" else 'fill="none"'
    ends = 'stroke-linecap="round" stroke-linejoin="round"'
    parts += [
        f'<path d="{drawing.path}" fill="none" stroke="#FFFFFF" stroke-width="{wide[0]}" {ends}/>',
        f'<path d="{drawing.path}" {fill} stroke="{colour}" stroke-width="{wide[1]}" {ends}/>',
        f'<path d="M60 1046v24h{drawing.bar}v-24" fill="none" stroke="{_INK}" stroke-width="6"/>',
        f'<text x="60" y="1020" font-family="Noto Sans SC" font-size="58" fill="{_INK}">{length}</text>',
    ]
    return _svg(WIDTH, HEIGHT, "".join(parts))


def _near(path: str, shape: str) -> str:
    if shape == "point":
        ends = 'stroke-opacity=".75" stroke-linecap="round"'
        return f'<path d="{path}" fill="none" stroke="{_GREEN}" stroke-width="26" {ends}/>'
    fill = f'fill="{_GREEN}" fill-opacity=".14"' if shape == "area" else 'fill="none"'
    return f'<path d="{path}" {fill} fill-rule="evenodd" stroke="{_GREEN}" stroke-width="6" stroke-linecap="round"/>'


def _mark(level: Level, *, halo: bool = False) -> str:
    colour = COLOURS[level]
    edge = ' stroke="#FFFFFF" stroke-width="1.2"' if halo else ""
    stroke = f'fill="none" stroke="{colour}" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round"'
    return _MARKS[level].format(fill=f'fill="{colour}"{edge}', stroke=stroke)


def _land(path: str) -> str:
    edge = f'stroke="{_SHORE}" stroke-width="4" stroke-linejoin="round"'
    return f'<path d="{path}" fill="{_LAND}" fill-rule="evenodd" {edge}/>'


def _svg(width: int, height: int, body: str) -> str:
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{body}</svg>'
