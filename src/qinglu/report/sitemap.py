"""The small map of one project: its shape, rings at the buffers, what is near, a scale bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import shapely

from .numbers import nice
from .paths import bounded, path_data
from .projection import METRES_PER_DEGREE, LocalFrame, unwrapped

WIDTH, HEIGHT = 1600, 1120  # drawing units; shown about 320 × 224 px
_VERTICES = 400
_LAND_VERTICES = 300
_NEARBY_VERTICES = 300
_MOST_NEARBY = 40
_BAR_SHARE = 0.3  # the scale bar is at most this part of the width
_LEAST_MARGIN_M = 1_000.0


@dataclass(frozen=True)
class Nearby:
    """A feature of a layer, to be drawn on a project's map."""

    layer_id: str
    name: str
    geometry: shapely.Geometry


@dataclass(frozen=True)
class Drawn:
    """A feature as drawn: layer, name, SVG path data, and ``point``, ``line`` or ``area``."""

    layer_id: str
    name: str
    path: str
    shape: str


@dataclass(frozen=True)
class SiteMap:
    """What the template draws.

    Attributes
    ----------
    path, shape : str
        The project: SVG path data, and ``point``, ``line`` or ``area``.
    rings : tuple of (float, int)
        Buffers that fit on the map, the widest first: metres, and width of the stroke in drawing units.
        A stroke of twice the distance along a shape covers what lies within that distance.
    land : str
        Path data of the land in view; "" where none was given.
    nearby : tuple of Drawn
    bar_m, bar : float, int
        Length of the scale bar in metres and in drawing units.
    """

    path: str
    shape: str
    rings: tuple[tuple[float, int], ...]
    land: str
    nearby: tuple[Drawn, ...]
    bar_m: float
    bar: int


@dataclass(frozen=True)
class _View:
    """Metres around a middle to drawing units."""

    frame: LocalFrame
    metres_per_unit: float

    def draw(self, geometry: shapely.Geometry) -> shapely.Geometry:
        scale = (1 / self.metres_per_unit, -1 / self.metres_per_unit)
        return shapely.transform(geometry, lambda c: self.frame.xy(c) * scale + (WIDTH / 2, HEIGHT / 2))

    def box(self) -> tuple[float, float, float, float]:
        """West, south, east and north of the view and a little around it, in degrees."""
        half = 0.53 * self.metres_per_unit
        return self.frame.box(WIDTH * half, HEIGHT * half)


def site_map(
    geometry: shapely.Geometry,
    shape: str,
    *,
    buffers_m: Sequence[float],
    reach_m: float,
    land: shapely.Geometry | None = None,
    nearby: Sequence[Nearby] = (),
) -> SiteMap:
    """Draw one project.

    Parameters
    ----------
    geometry : shapely geometry
        Longitude/latitude.
    shape : str
        ``point``, ``line`` or ``area``.
    buffers_m : sequence of float
        Distances to draw rings at, metres.
    reach_m : float
        How far around the project the map should show, metres: the distance of what matters most.
    land : shapely geometry, optional
        Polygons in longitude/latitude.
    nearby : sequence of Nearby
        Features to draw; beyond 40 the rest is left out.
    """
    whole = unwrapped(geometry)
    view = _view(whole, _margin(buffers_m, reach_m))
    rings = [(m, round(2 * m / view.metres_per_unit)) for m in sorted(buffers_m, reverse=True) if m > 0]
    bar_m = nice(_BAR_SHARE * WIDTH * view.metres_per_unit)
    return SiteMap(
        path_data(bounded(view.draw(whole), 3.0, _VERTICES)),
        shape,
        tuple((m, w) for m, w in rings if m <= _margin(buffers_m, reach_m) and w >= 12),
        "" if land is None else _in_view(land, view, _LAND_VERTICES),
        tuple(d for d in (_drawn(n, view) for n in nearby[:_MOST_NEARBY]) if d.path),
        bar_m,
        round(bar_m / view.metres_per_unit),
    )


def _margin(buffers_m: Sequence[float], reach_m: float) -> float:
    """The narrowest buffer that shows what matters; the widest when nothing fits."""
    if not buffers_m:
        return max(_LEAST_MARGIN_M, reach_m)
    enough = [m for m in buffers_m if m >= reach_m]
    return max(_LEAST_MARGIN_M, min(enough) if enough else max(buffers_m))


def _view(geometry: shapely.Geometry, margin_m: float) -> _View:
    west, south, east, north = geometry.bounds
    frame = LocalFrame((west + east) / 2, (south + north) / 2)
    width_m = 1.12 * ((east - west) * frame.metres_per_lon + 2 * margin_m)
    height_m = 1.12 * ((north - south) * METRES_PER_DEGREE + 2 * margin_m)
    return _View(frame, max(width_m / WIDTH, height_m / HEIGHT))


def _in_view(geometry: shapely.Geometry, view: _View, most: int) -> str:
    """Path data of what lies in view, also of what lies across the antimeridian."""
    west, south, east, north = view.box()
    pieces = []
    for turn in (-360.0, 0.0, 360.0):
        if west + turn < 180 and east + turn > -180:
            piece = shapely.clip_by_rect(geometry, west + turn, south, east + turn, north)
            pieces.append(shapely.transform(piece, lambda c, turn=turn: c - (turn, 0.0)))
    drawn = view.draw(shapely.geometrycollections(pieces))
    return "" if shapely.is_empty(drawn) else path_data(bounded(drawn, 3.0, most))


def _drawn(feature: Nearby, view: _View) -> Drawn:
    dimension = int(shapely.get_dimensions(feature.geometry))
    shape = ("point", "line", "area")[max(0, dimension)]
    return Drawn(feature.layer_id, feature.name, _in_view(feature.geometry, view, _NEARBY_VERTICES), shape)
