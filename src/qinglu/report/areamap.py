"""The map of an area: how suitable it is, what is kept out of, where the sites are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from .linemap import _LAND_VERTICES, WIDTH, Backdrop, DrawnLayer, Picture, _layer, _View
from .numbers import nice
from .paths import bounded, path_data
from .png import Rgba, data_uri, png
from .projection import METRES_PER_DEGREE, LocalFrame

_BAR_SHARE = 0.2
_LEAST_ASPECT, _MOST_ASPECT = 1.4, 2.2
_MARGIN = 1.12
_AREA_VERTICES, _SITE_VERTICES = 3_000, 400
_TAG, _ARM = 58, 150  # radius of a label, and how far its middle stands off the site
SHADES = ("#F3EED5", "#D3E0B4", "#9CC996", "#5BA97C", "#1F8263", "#0B5344")
"""Suitability from 0 to 1 in six steps; lightness alone tells them apart."""
_OUT, _STRIPE = (196, 196, 190), (148, 148, 156)
_STRIPE_CELLS = 3


@dataclass(frozen=True)
class Shade:
    """Suitability in longitude and latitude, no finer than a picture needs.

    Attributes
    ----------
    score : float32 (rows, columns)
        0 to 1; NaN where there is none. Row 0 is north.
    state : uint8 (rows, columns)
        0 outside the area, 1 free, 2 kept out of, 3 too little known.
    bounds : (west, south, east, north)
    """

    score: npt.NDArray[np.float32]
    state: npt.NDArray[np.uint8]
    bounds: tuple[float, float, float, float]


@dataclass(frozen=True)
class DrawnSite:
    """Path data of a site, its middle, its label and where that stands."""

    label: str
    path: str
    x: int
    y: int
    tag_x: int
    tag_y: int


@dataclass(frozen=True)
class AreaMap:
    """What the template draws, in drawing units."""

    width: int
    height: int
    land: str
    outline: str
    picture: Picture
    layers: tuple[DrawnLayer, ...]
    sites: tuple[DrawnSite, ...]
    rivals: tuple[tuple[int, int], ...]
    bar_m: float
    bar: int


def area_map(
    area: shapely.Geometry,
    shade: Shade,
    sites: Sequence[tuple[str, shapely.Geometry]],
    *,
    rivals: Sequence[tuple[float, float]] = (),
    land: shapely.Geometry | None = None,
    layers: Sequence[Backdrop] = (),
) -> AreaMap:
    """Draw an area.

    Parameters
    ----------
    area : shapely geometry
        As asked for, longitude and latitude.
    shade : Shade
    sites : sequence of (label, geometry)
        The best first.
    rivals : sequence of (longitude, latitude)
        Places that compete.
    land : shapely geometry, optional
    layers : sequence of Backdrop
    """
    view = _around(*area.bounds)
    bar_m = nice(_BAR_SHARE * WIDTH * view.metres_per_unit)
    return AreaMap(
        WIDTH,
        view.height,
        "" if land is None else view.path(land, _LAND_VERTICES),
        path_data(bounded(view.draw(area), 3.0, _AREA_VERTICES)),
        _picture(shade, view),
        tuple(_layer(layer, view) for layer in layers),
        tuple(_sites([(label, view.draw(shape)) for label, shape in sites], view.height)),
        tuple(view.point(x, y) for x, y in rivals),
        bar_m,
        round(bar_m / view.metres_per_unit),
    )


def _around(west: float, south: float, east: float, north: float) -> _View:
    """The area in the middle, with what lies beside it where it is high and narrow."""
    frame = LocalFrame((west + east) / 2, (south + north) / 2)
    width_m, height_m = (east - west) * frame.metres_per_lon, (north - south) * METRES_PER_DEGREE
    height = round(WIDTH / min(_MOST_ASPECT, max(_LEAST_ASPECT, width_m / height_m)))
    return _View(frame, _MARGIN * max(width_m / WIDTH, height_m / height), height)


def _sites(shapes: Sequence[tuple[str, shapely.Geometry]], height: int) -> list[DrawnSite]:
    """Sites with their labels beside them, where these hide least."""
    out: list[DrawnSite] = []
    middles = np.array([[s.centroid.x, s.centroid.y] for _, s in shapes]).reshape(-1, 2)
    turns = np.radians(np.arange(-45, 315, 45))
    for n, (label, shape) in enumerate(shapes):
        half = max(np.ptp(np.array(shape.bounds)[[0, 2]]), np.ptp(np.array(shape.bounds)[[1, 3]])) / 2
        arm = half + _ARM
        places = middles[n] + arm * np.column_stack([np.cos(turns), np.sin(turns)])
        taken = np.array([*np.delete(middles, n, axis=0).tolist(), *([s.tag_x, s.tag_y] for s in out)]).reshape(-1, 2)
        room = np.full(len(places), 2.0 * _ARM)
        if len(taken):
            room = np.minimum(room, np.hypot(*(places[:, None] - taken[None]).transpose(2, 0, 1)).min(axis=1))
        inside = (places > _TAG).all(axis=1) & (places[:, 0] < WIDTH - _TAG) & (places[:, 1] < height - _TAG)
        x, y = places[int(np.argmax(np.where(inside, room, -1.0)))]
        path = path_data(bounded(shape, 2.0, _SITE_VERTICES))
        out.append(DrawnSite(label, path, *(round(float(v)) for v in (*middles[n], x, y))))
    return out


def _picture(shade: Shade, view: _View) -> Picture:
    west, south, east, north = shade.bounds
    x0, y0 = view.point(west, north)
    colours: list[Rgba] = [(0, 0, 0, 0), (*_OUT, 255), (*_STRIPE, 255)]
    colours += [(int(c[1:3], 16), int(c[3:5], 16), int(c[5:7], 16), 255) for c in SHADES]
    rows, cols = np.indices(shade.state.shape)
    striped = (rows + cols) // _STRIPE_CELLS % 2 == 0
    index = np.zeros(shade.state.shape, np.uint8)
    index[shade.state == 2] = 1
    index[shade.state == 3] = np.where(striped, 2, 1)[shade.state == 3]
    free = (shade.state == 1) & ~np.isnan(shade.score)
    index[free] = 3 + np.minimum(shade.score[free] * len(SHADES), len(SHADES) - 1).astype(np.uint8)
    width = round((east - west) * view.frame.metres_per_lon / view.metres_per_unit)
    height = round((north - south) * METRES_PER_DEGREE / view.metres_per_unit)
    return Picture(data_uri(png(index, colours)), x0, y0, width, height)
