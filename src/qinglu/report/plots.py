"""Drawings of numbers: the ground along a line, and two objectives against each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from ..text import Lang
from .numbers import amount, ticks

Floats = npt.NDArray[np.float64]
Scale = Callable[[float], int]

PANEL_WIDTH, PANEL_HEIGHT = 4400, 520  # drawing units, a quarter of a pixel
PLOT = 1600
_POINTS = 500  # of a profile as drawn; the table has all
_MOST_PAIRS = 3
_ROOM = 0.06
_SMALL = 0.35  # of an axis; lines that fill less of it are shown again from nearer
_AROUND = 0.35


@dataclass(frozen=True)
class Ground:
    """The ground along a line.

    Attributes
    ----------
    km, ground_m : float64 (n,)
    formation_m : float64 (n,) or None
        Height of what is built, where it was worked out.
    built : sequence of (from_km, to_km, kind)
        Stretches on a structure: ``tunnel`` or ``viaduct``.
    """

    km: Floats
    ground_m: Floats
    formation_m: Floats | None = None
    built: Sequence[tuple[float, float, str]] = ()


@dataclass(frozen=True)
class Panel:
    """One profile as drawn: path data, bars of structures as (x, width, kind), ticks of height as (y, text)."""

    ground: str
    formation: str
    built: tuple[tuple[int, int, str], ...]
    heights: tuple[tuple[int, str], ...]
    distances: tuple[tuple[int, str], ...]


def panels(grounds: Sequence[Ground], lang: Lang) -> list[Panel]:
    """Profiles on one scale of length and of height, so that they can be compared."""
    whole = max((float(g.km[-1]) for g in grounds if len(g.km)), default=0.0) or 1.0
    heights = [h for g in grounds for h in (g.ground_m, g.formation_m) if h is not None]
    known = np.concatenate([h[np.isfinite(h)] for h in heights]) if heights else np.empty(0)
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    room = max(10.0, 0.08 * (high - low))
    low, high = low - room, high + room

    def x(km: float) -> int:
        return round(PANEL_WIDTH * km / whole)

    def y(metres: float) -> int:
        return round(PANEL_HEIGHT * (high - metres) / (high - low))

    across = tuple((x(k), amount(k, lang)) for k in ticks(0.0, whole, 8))
    up = tuple((y(m), amount(m, lang)) for m in ticks(low, high, 4))
    out = []
    for g in grounds:
        bars = tuple((x(a), max(10, x(b) - x(a)), kind) for a, b, kind in g.built)
        area = _area(g.km, g.ground_m, x, y)
        line = "" if g.formation_m is None else _path(g.km, g.formation_m, x, y)
        out.append(Panel(area, line, bars, up, across))
    return out


def _thinned(km: Floats, metres: Floats) -> tuple[Floats, Floats]:
    """At most `_POINTS` points that keep peaks and valleys."""
    keep = np.flatnonzero(np.isfinite(metres))
    km, metres = km[keep], metres[keep]
    if len(km) <= _POINTS:
        return km, metres
    parts = np.array_split(np.arange(len(km)), _POINTS // 2)
    kept = sorted({int(p[f(metres[p])]) for p in parts for f in (np.argmin, np.argmax)} | {0, len(km) - 1})
    return km[kept], metres[kept]


def _path(km: Floats, metres: Floats, x: Scale, y: Scale) -> str:
    at, height = _thinned(km, metres)
    points = [f"{x(a)} {y(h)}" for a, h in zip(at.tolist(), height.tolist(), strict=True)]
    return "M" + "L".join(points) if points else ""


def _area(km: Floats, metres: Floats, x: Scale, y: Scale) -> str:
    line = _path(km, metres, x, y)
    if not line:
        return ""
    known = km[np.isfinite(metres)]
    return f"{line}L{x(float(known[-1]))} {PANEL_HEIGHT}L{x(float(known[0]))} {PANEL_HEIGHT}z"


@dataclass(frozen=True)
class Mark:
    """A line among the points: place, label and style."""

    x: int
    y: int
    label: str
    style: str


@dataclass(frozen=True)
class Scatter:
    """One plot: ids of its axes, points of the front, lines, ticks as (place, text).

    `near` says that it shows only the surroundings of the lines; `named` whether its marks have room for labels.
    """

    across: str
    up: str
    front: tuple[tuple[int, int], ...]
    marks: tuple[Mark, ...]
    x_ticks: tuple[tuple[int, str], ...]
    y_ticks: tuple[tuple[int, str], ...]
    near: bool
    named: bool


def scatters(
    objectives: Sequence[str],
    front: Sequence[Mapping[str, float]],
    lines: Sequence[tuple[str, str, Mapping[str, float | None]]],
    lang: Lang,
) -> list[Scatter]:
    """Each two of the objectives against each other, three pairs at most.

    Where the lines fill a small part of a plot only, a second one shows their surroundings.

    Parameters
    ----------
    objectives : sequence of str
        Those that are known.
    front : sequence of mapping
        Values of the points of the front.
    lines : sequence of (label, style, scores)
    """
    out = []
    for across, up in list(combinations(objectives, 2))[:_MOST_PAIRS]:
        named = [(label, style, s[across], s[up]) for label, style, s in lines]
        drawn = [(label, style, a, b) for label, style, a, b in named if a is not None and b is not None]
        points = [(p[across], p[up]) for p in front]
        if not points and not drawn:
            continue
        every = np.array(points + [(a, b) for _, _, a, b in drawn])
        low, high = every.min(axis=0), every.max(axis=0)
        own = np.array([(a, b) for _, style, a, b in drawn if style != "given"] or every)
        span = np.ptp(own, axis=0)
        near = len(own) > 1 and bool((span < _SMALL * (high - low)).any())
        out.append(_scatter(across, up, points, drawn, (low, high), lang, near=False, named=not near))
        if near:
            around = (own.min(axis=0) - _AROUND * span, own.max(axis=0) + _AROUND * span)
            out.append(_scatter(across, up, points, drawn, around, lang, near=True, named=True))
    return out


def _scatter(
    across: str,
    up: str,
    points: Sequence[tuple[float, float]],
    drawn: Sequence[tuple[str, str, float, float]],
    extent: tuple[Floats, Floats],
    lang: Lang,
    *,
    near: bool,
    named: bool,
) -> Scatter:
    x, y = (_Axis.over(float(extent[0][k]), float(extent[1][k]), upward=k == 1) for k in (0, 1))
    inside = [(x.at(a), y.at(b)) for a, b in points if x.holds(a) and y.holds(b)]
    return Scatter(
        across,
        up,
        tuple(dict.fromkeys(inside)),
        tuple(Mark(x.at(a), y.at(b), label, style) for label, style, a, b in drawn if x.holds(a) and y.holds(b)),
        tuple((x.at(v), amount(v, lang)) for v in ticks(x.low, x.high, 6)),
        tuple((y.at(v), amount(v, lang)) for v in ticks(y.low, y.high, 6)),
        near,
        named,
    )


@dataclass(frozen=True)
class _Axis:
    low: float
    high: float
    upward: bool

    @classmethod
    def over(cls, low: float, high: float, *, upward: bool) -> _Axis:
        room = _ROOM * (high - low) or 0.05 * abs(high) or 1.0
        return cls(low - room, high + room, upward)

    def at(self, value: float) -> int:
        share = (value - self.low) / (self.high - self.low)
        return round(PLOT * (1 - share if self.upward else share))

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high
