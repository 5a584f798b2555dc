"""Plots as plain values: what is drawn, not how. `report.charts` makes SVG of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..text import Text

Label = Text | str
"""What reads differently, or the same, in both languages."""


@dataclass(frozen=True, slots=True)
class Series:
    """One row of values, one for each category; None where there is none. Bounds where they are known."""

    title: Label
    values: tuple[float | None, ...]
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Bars:
    """Categories (years, sources, options) with bars, stacked where there are several series.

    `lines` are drawn over the bars (a target by year).
    """

    name: str
    title: Text
    unit: str
    categories: tuple[Label, ...]
    series: tuple[Series, ...]
    stacked: bool = True
    lines: tuple[Series, ...] = ()
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """One option on a plot of two quantities."""

    label: Label
    x: float
    y: float
    on_front: bool = False


@dataclass(frozen=True, slots=True)
class Points:
    """Options by two quantities, those that nothing betters joined by a line."""

    name: str
    title: Text
    x_title: Text
    x_unit: str
    y_title: Text
    y_unit: str
    points: tuple[Point, ...]
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Swing:
    """How far a result moves when one input moves from its low to its high."""

    label: Label
    at_low: float
    at_high: float
    said: str = ""


@dataclass(frozen=True, slots=True)
class Tornado:
    """Swings about a central value, the widest first."""

    name: str
    title: Text
    unit: str
    centre: float
    swings: tuple[Swing, ...] = field(default=())
    note: Text | None = None


Chart = Bars | Points | Tornado
