"""The map of all projects: shape and colour by worst level, on an outline of the land."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from ..model import Portfolio
from .paths import bounded, path_data
from .projection import Floats, equal_earth

WIDTH = 4800  # drawing units; shown about 960 px wide, so that whole numbers are fine enough
_LAND_VERTICES = 12_000
_MARK_SIZES = ((150, 80), (600, 64), (1_500, 52))  # up to so many assets, so large a mark
_SMALLEST_MARK = 44
_LEAST_SPAN = 0.12  # earth radii (760 km): one site alone still shows where in the world it is
_LEAST_ASPECT, _MOST_ASPECT = 1.55, 2.2
_NORTH, _EAST = np.linspace(-90.0, 90.0, 91), np.linspace(-180.0, 180.0, 181)


@dataclass(frozen=True)
class Marker:
    """One mark on the map: place in drawing units, level as an index of `WORST_FIRST`, portfolio row."""

    x: int
    y: int
    level: int
    row: int


@dataclass(frozen=True)
class Overview:
    """What the template draws.

    Attributes
    ----------
    width, height : int
        Of the drawing, in its units.
    land, graticule, outline : str
        SVG path data; "" where there is nothing to draw.
    mark : int
        Width of a marker.
    markers : tuple of Marker
        In drawing order: the worst last, so that it lies on top.
    n_hidden : int
        Places under a marker of the same level.
    """

    width: int
    height: int
    land: str
    graticule: str
    outline: str
    mark: int
    markers: tuple[Marker, ...]
    n_hidden: int


@dataclass(frozen=True)
class _Window:
    """The part of the plane that is drawn."""

    x0: float
    y1: float
    scale: float
    height: int
    whole_world: bool

    def units(self, plane: Floats) -> Floats:
        return (plane - (self.x0, self.y1)) * (self.scale, -self.scale)


def overview(portfolio: Portfolio, worst: npt.NDArray[np.int64], land: shapely.Geometry | None) -> Overview:
    """Draw every asset once, with the worst level of its projects.

    Parameters
    ----------
    portfolio : Portfolio
    worst : array, shape (n_projects,)
        Index of `tally.WORST_FIRST` per project; smaller is worse.
    land : shapely geometry or None
        Polygons in longitude/latitude.
    """
    rows = _one_row_per_asset(portfolio, worst)
    geometry_rows = portfolio.projects["geometry"].to_numpy()[rows]
    plane = equal_earth(anchors(portfolio.geometries[geometry_rows]))
    window = _window(plane)
    mark = next((size for most, size in _MARK_SIZES if len(rows) <= most), _SMALLEST_MARK)
    markers, hidden = _markers(window.units(plane), worst[rows], rows, mark // 2)
    return Overview(
        WIDTH,
        window.height,
        "" if land is None else _draw_land(land, window),
        _graticule(window),
        _outline(window),
        mark,
        markers,
        hidden,
    )


def anchors(geometries: npt.NDArray[np.object_]) -> Floats:
    """A point on each geometry to put a marker at, longitude and latitude, shape (n, 2)."""
    lon_lat: Floats = shapely.get_coordinates(shapely.point_on_surface(geometries))
    return lon_lat


def _one_row_per_asset(portfolio: Portfolio, worst: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The worst project at each place; the first of the file where several are as bad."""
    geometry = portfolio.projects["geometry"].to_numpy()
    order = np.lexsort([np.arange(len(geometry)), worst, geometry])
    _, first = np.unique(geometry[order], return_index=True)
    rows: npt.NDArray[np.int64] = np.sort(order[first])
    return rows


def _window(plane: Floats) -> _Window:
    """The markers with a margin, in a frame of pleasant shape; the whole world if they span much of it."""
    world = equal_earth(np.array([[-180.0, 0.0], [180.0, 0.0], [0.0, -58.0], [0.0, 84.0]]))
    if len(plane) == 0:
        plane = world
    (x0, y0), (x1, y1) = plane.min(axis=0), plane.max(axis=0)
    whole_world = bool(x1 - x0 > 0.45 * (world[1, 0] - world[0, 0]))
    if whole_world:
        x0, x1 = world[0, 0], world[1, 0]
        y0, y1 = min(y0, world[2, 1]), max(y1, world[3, 1])
    width = max((x1 - x0) * (1.0 if whole_world else 1.16), _LEAST_SPAN)
    height = max((y1 - y0) * (1.02 if whole_world else 1.16), _LEAST_SPAN / 2)
    width = max(width, height * _LEAST_ASPECT)
    height = max(height, width / _MOST_ASPECT)
    scale = WIDTH / width
    return _Window((x0 + x1) / 2 - width / 2, (y0 + y1) / 2 + height / 2, scale, round(height * scale), whole_world)


def _markers(
    units: Floats, levels: npt.NDArray[np.int64], rows: npt.NDArray[np.int64], cell: int
) -> tuple[tuple[Marker, ...], int]:
    """Markers in drawing order, one per level and cell, and how many are not drawn."""
    cells = np.column_stack([np.floor(units / cell).astype(np.int64), levels])
    _, first = np.unique(cells, axis=0, return_index=True)
    keep = np.sort(first)
    keep = keep[np.lexsort([keep, -levels[keep]])]
    places = np.rint(units[keep]).astype(int).tolist()
    drawn = [
        Marker(x, y, int(level), int(row)) for (x, y), level, row in zip(places, levels[keep], rows[keep], strict=True)
    ]
    return tuple(drawn), len(rows) - len(keep)


def _draw_land(land: shapely.Geometry, window: _Window) -> str:
    """The land in the window, simplified to what the drawing can show."""
    parts = shapely.get_parts(land)
    projected = shapely.transform(parts, lambda c: window.units(equal_earth(c)))
    inside = shapely.clip_by_rect(shapely.make_valid(projected), -60, -60, WIDTH + 60, window.height + 60)
    inside = inside[~shapely.is_empty(inside)]
    if not len(inside):
        return ""
    return path_data(bounded(shapely.geometrycollections(inside), 3.0, _LAND_VERTICES))


def _graticule(window: _Window) -> str:
    """Meridians and parallels, 30° apart on the world, closer on a region."""
    step = 30 if window.whole_world else 10 if window.scale < 12_000 else 5 if window.scale < 30_000 else 1
    lines = [_meridian(lon) for lon in range(-180, 181, step)]
    lines += [np.column_stack([_EAST, np.full_like(_EAST, lat)]) for lat in range(-90 + step, 90, step)]
    return _clipped(lines, window)


def _meridian(lon: float) -> Floats:
    return np.column_stack([np.full_like(_NORTH, lon), _NORTH])


def _outline(window: _Window) -> str:
    """The edge of the world, where it is in the window."""
    if not window.whole_world:
        return ""
    west, east = _meridian(-180.0), _meridian(180.0)
    return _clipped([np.concatenate([west, east[::-1], west[:1]])], window)


def _clipped(lines: list[Floats], window: _Window) -> str:
    drawn = shapely.multilinestrings([shapely.linestrings(window.units(equal_earth(line))) for line in lines])
    return path_data(shapely.simplify(shapely.clip_by_rect(drawn, 0, 0, WIDTH, window.height), 0.7))
