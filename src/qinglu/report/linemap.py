"""The map of several lines over one stretch of land: corridor, layers, alternatives, the line that is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from .numbers import nice
from .paths import bounded, path_data
from .png import Rgba, data_uri, png
from .projection import METRES_PER_DEGREE, Floats, LocalFrame

WIDTH = 4800  # drawing units; shown about 1000 px wide
_LEAST_ASPECT, _MOST_ASPECT = 0.9, 2.2
_MARGIN = 0.08
_LINE_VERTICES, _LAND_VERTICES, _LAYER_VERTICES = 3_000, 4_000, 6_000
_SAMPLES = 80
_BAR_SHARE = 0.25
_SHADES = 6
_GREEN = (15, 76, 58)
_STRONGEST = 120  # alpha of the best of a corridor: lines must stay readable on it


@dataclass(frozen=True)
class Ribbon:
    """A corridor on a grid in longitude and latitude.

    Attributes
    ----------
    percent : float32 (rows, columns)
        Above the best; NaN beyond. Row 0 is north.
    bounds : (west, south, east, north)
    most : float
        The percentage it was cut at.
    """

    percent: npt.NDArray[np.float32]
    bounds: tuple[float, float, float, float]
    most: float


@dataclass(frozen=True)
class Backdrop:
    """A layer to be drawn below the lines: its features in longitude and latitude.

    `avoid` is ``forbid``, ``price`` or ``ignore``; `shape` ``point``, ``line`` or ``area``.
    """

    title: str
    role: str
    avoid: str
    shape: str
    geometries: Sequence[shapely.Geometry]


@dataclass(frozen=True)
class DrawnLine:
    """Path data of a line, its label and where that stands."""

    label: str
    style: str
    path: str
    x: int
    y: int


@dataclass(frozen=True)
class DrawnLayer:
    """Path data of a layer's features in view."""

    title: str
    style: str
    path: str


@dataclass(frozen=True)
class Picture:
    """The corridor as an image, and where it lies in the drawing."""

    uri: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class LineMap:
    """What the template draws, in drawing units."""

    width: int
    height: int
    land: str
    picture: Picture | None
    layers: tuple[DrawnLayer, ...]
    lines: tuple[DrawnLine, ...]
    marks: tuple[tuple[int, int, str], ...]
    bar_m: float
    bar: int


def line_map(
    lines: Sequence[tuple[str, str, Sequence[Floats]]],
    marks: Sequence[tuple[float, float, str]],
    *,
    land: shapely.Geometry | None = None,
    layers: Sequence[Backdrop] = (),
    ribbon: Ribbon | None = None,
) -> LineMap:
    """Draw lines.

    Parameters
    ----------
    lines : sequence of (label, style, parts)
        Longitude and latitude, (n, 2) each; the first is drawn on top.
    marks : sequence of (longitude, latitude, text)
        Ends and places passed.
    land : shapely geometry, optional
    layers : sequence of Backdrop
    ribbon : Ribbon, optional
    """
    every = np.vstack([*(p for _, _, parts in lines for p in parts), *(np.array([[x, y]]) for x, y, _ in marks)])
    view = _view(every)
    shapes = [view.draw(shapely.multilinestrings([shapely.linestrings(p) for p in ps])) for _, _, ps in lines]
    places = _label_places(shapes)
    bar_m = nice(_BAR_SHARE * WIDTH * view.metres_per_unit)
    return LineMap(
        WIDTH,
        view.height,
        "" if land is None else view.path(land, _LAND_VERTICES),
        None if ribbon is None else _picture(ribbon, view),
        tuple(_layer(layer, view) for layer in layers),
        tuple(
            DrawnLine(label, style, path_data(bounded(shape, 3.0, _LINE_VERTICES)), x, y)
            for (label, style, _), shape, (x, y) in zip(lines, shapes, places, strict=True)
        )[::-1],
        tuple((*view.point(x, y), text) for x, y, text in marks),
        bar_m,
        round(bar_m / view.metres_per_unit),
    )


@dataclass(frozen=True)
class _View:
    frame: LocalFrame
    metres_per_unit: float
    height: int

    def xy(self, lonlat: Floats) -> Floats:
        scale = (1 / self.metres_per_unit, -1 / self.metres_per_unit)
        near = lonlat.copy()
        near[:, 0] = self.frame.lon + (near[:, 0] - self.frame.lon + 180.0) % 360.0 - 180.0
        return self.frame.xy(near) * scale + (WIDTH / 2, self.height / 2)

    def draw(self, geometry: shapely.Geometry) -> shapely.Geometry:
        return shapely.transform(geometry, self.xy)

    def point(self, lon: float, lat: float) -> tuple[int, int]:
        x, y = self.xy(np.array([[lon, lat]]))[0]
        return round(x), round(y)

    def path(self, geometry: shapely.Geometry, most: int) -> str:
        half = 0.53 * self.metres_per_unit
        west, south, east, north = self.frame.box(WIDTH * half, self.height * half)
        turns = [t for t in (-360.0, 0.0, 360.0) if west + t < 180 and east + t > -180]
        pieces = [shapely.clip_by_rect(geometry, west + t, south, east + t, north) for t in turns]
        drawn = self.draw(shapely.geometrycollections(pieces))
        return "" if shapely.is_empty(drawn) else path_data(bounded(drawn, 3.0, most))


def _view(lonlat: Floats) -> _View:
    middle = lonlat[0, 0]
    lon = middle + (lonlat[:, 0] - middle + 180.0) % 360.0 - 180.0
    frame = LocalFrame(float(lon.min() + lon.max()) / 2, float(lonlat[:, 1].min() + lonlat[:, 1].max()) / 2)
    width_m = max(1.0, float(np.ptp(lon)) * frame.metres_per_lon)
    height_m = max(1.0, float(np.ptp(lonlat[:, 1])) * METRES_PER_DEGREE)
    aspect = min(_MOST_ASPECT, max(_LEAST_ASPECT, width_m / height_m))
    height = round(WIDTH / aspect)
    spread = max(width_m / WIDTH, height_m / height) * (1 + 2 * _MARGIN)
    return _View(frame, max(spread, 1.0 / WIDTH), height)


def _label_places(shapes: Sequence[shapely.Geometry]) -> list[tuple[int, int]]:
    """Where each line is furthest from the others and from the labels that stand already."""
    taken: list[shapely.Geometry] = []
    out = []
    for i, shape in enumerate(shapes):
        longest = max(shapely.get_parts(shape), key=shapely.length)
        samples = shapely.line_interpolate_point(longest, np.linspace(0.08, 0.92, _SAMPLES), normalized=True)
        room = np.full(_SAMPLES, float(WIDTH))
        others = [s for j, s in enumerate(shapes) if j != i]
        if others:
            room = np.minimum(room, 3 * shapely.distance(samples, shapely.union_all(others)))
        for mark in taken:
            room = np.minimum(room, shapely.distance(samples, mark))
        best = samples[int(np.argmax(room))]
        taken.append(best)
        out.append((round(best.x), round(best.y)))
    return out


def _layer(layer: Backdrop, view: _View) -> DrawnLayer:
    water = layer.role in ("river", "lake", "wetland", "coast", "glacier", "reef")
    kind = "forbid" if layer.avoid == "forbid" else "water" if water else "price"
    whole = shapely.geometrycollections(list(layer.geometries))
    return DrawnLayer(layer.title, f"{layer.shape} {kind}", view.path(whole, _LAYER_VERTICES))


def _picture(ribbon: Ribbon, view: _View) -> Picture:
    west, south, east, north = ribbon.bounds
    x0, y0 = view.point(west, north)
    shade = np.zeros(ribbon.percent.shape, np.uint8)
    known = np.isfinite(ribbon.percent)
    share = np.clip(ribbon.percent[known] / max(ribbon.most, 1e-9), 0.0, 1.0 - 1e-9)
    shade[known] = 1 + (share * _SHADES).astype(np.uint8)
    palette: list[Rgba] = [(0, 0, 0, 0)]
    palette += [(*_GREEN, round(_STRONGEST * (1 - k / (_SHADES + 1)))) for k in range(_SHADES)]
    width = round((east - west) * view.frame.metres_per_lon / view.metres_per_unit)
    height = round((north - south) * METRES_PER_DEGREE / view.metres_per_unit)
    return Picture(data_uri(png(shade, palette)), x0, y0, width, height)
