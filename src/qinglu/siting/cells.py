"""Cells as places on earth: their true areas, their outlines, and how far they are from things."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from .. import space
from ..errors import OptionError
from ..space.measure import Mapper
from ..text import Text
from .grid import Float, Grid, Int

Mask = npt.NDArray[np.bool_]
_GEOD = pyproj.Geod(ellps="WGS84")
_BLOCK = 16  # cells along the side of the blocks that are ruled out at once
_BATCH = 1 << 17
_SLACK = 1.01  # of radii that need only be large enough
_SAMPLED = 17


def area_m2(grid: Grid) -> Float:
    """True area of every cell on the ellipsoid, m², shape (rows, columns).

    Edges are straight in longitude and latitude. A plane nowhere in particular has its nominal areas.
    """
    rows, cols = grid.shape
    if not grid.crs:
        return np.broadcast_to(grid.cell_area_m2[:, None], grid.shape)
    if grid.is_geographic:
        return np.broadcast_to(space.area_m2(outlines(grid, np.arange(rows), np.zeros(rows)))[:, None], grid.shape)
    out = np.empty(rows * cols)
    for first in range(0, rows * cols, _BATCH):
        r, c = np.divmod(np.arange(first, min(first + _BATCH, rows * cols)), cols)
        out[first : first + len(r)] = space.area_m2(outlines(grid, r, c))
    return out.reshape(grid.shape)


def outlines(grid: Grid, rows: npt.ArrayLike, cols: npt.ArrayLike) -> npt.NDArray[np.object_]:
    """Cells as polygons in longitude and latitude."""
    r, c = np.asarray(rows, float)[:, None], np.asarray(cols, float)[:, None]
    corners = np.stack([r + (0, 1, 1, 0, 0), c + (0, 0, 1, 1, 0)], axis=2)
    return np.asarray(shapely.polygons(_lonlat(grid, corners.reshape(-1, 2)).reshape(corners.shape)), dtype=object)


def outline(grid: Grid, rows: Int, cols: Int) -> shapely.Geometry:
    """Cells that hang together as one polygon in longitude and latitude."""
    made = shapely.coverage_union_all(shapely.box(cols, rows, cols + 1, rows + 1))
    if grid.is_geographic:
        made = shapely.simplify(made, 0.0)  # corners in the middle of a straight side; whole numbers, so none is lost
    made = shapely.transform(made, lambda xy: _lonlat(grid, xy[:, ::-1]))
    return made if shapely.is_valid(made) else shapely.make_valid(made)


def radius_m(grid: Grid, size: int = 1) -> Float:
    """At least the distance from the middle of a square of `size` cells to any place in it, by its middle row."""
    half = size / 2
    if not grid.crs or grid.is_geographic:
        rows = np.arange(grid.shape[0])
        low, high = (np.clip(rows + d, 0, grid.shape[0] - 1).astype(int) for d in (-half, half))
        across = np.maximum(np.maximum(grid.steps_m[0][low], grid.steps_m[0][high]), grid.steps_m[0])
        down = np.maximum(np.maximum(grid.height_m[low], grid.height_m[high]), grid.height_m)
        # The edge of a cell lies beyond its middle: cells in longitude and latitude widen towards the equator.
        return np.asarray(_SLACK * half * np.hypot(across * _widening(grid), down))
    r = np.linspace(0.5, grid.shape[0] - 0.5, _SAMPLED)
    c = np.linspace(0.5, grid.shape[1] - 0.5, _SAMPLED)
    middle = np.stack(np.meshgrid(r, c), axis=-1).reshape(-1, 1, 2)
    corner = middle + half * np.array([(-1, -1), (-1, 1), (1, -1), (1, 1)])
    here = _lonlat(grid, np.broadcast_to(middle, corner.shape).reshape(-1, 2))
    there = _lonlat(grid, corner.reshape(-1, 2))
    far = _GEOD.inv(here[:, 0], here[:, 1], there[:, 0], there[:, 1])[2]
    return np.full(grid.shape[0], _SLACK * _SLACK * float(np.nanmax(far)))


def distance_m(
    grid: Grid, index: space.Index, *, most_m: float = np.inf, wanted: Mask | None = None, run: Mapper = map
) -> npt.NDArray[np.float32]:
    """Geodesic distance from the middle of each cell to the nearest feature, metres; 0 within one.

    Parameters
    ----------
    grid : Grid
    index : space.Index
        The features.
    most_m : float
        What is farther is infinity: whole blocks of cells are then ruled out by their middle.
    wanted : bool (rows, columns), optional
        Cells that matter; the others are NaN.
    run : callable
        Like `map`; a thread pool's map measures side by side.

    Returns
    -------
    float32 (rows, columns)
        NaN everywhere where there is no feature.
    """
    out = np.full(grid.shape, np.nan, np.float32)
    todo = np.ones(grid.shape, bool) if wanted is None else wanted.copy()
    if not len(index.item_feature):
        return out
    if np.isfinite(most_m) and grid.n > 4 * _BLOCK * _BLOCK:
        far = todo & _far(grid, index, most_m, run)
        out[far] = np.inf
        todo &= ~far
    rows, cols = np.nonzero(todo)
    out[rows, cols] = distance_at(grid, index, rows, cols, run=run)
    out[out > np.float32(most_m)] = np.inf
    return out


def distance_at(grid: Grid, index: space.Index, rows: Int, cols: Int, *, run: Mapper = map) -> Float:
    """Geodesic distance of the middles of single cells, metres.

    Raises
    ------
    OptionError
        The grid is a plane nowhere in particular.
    """
    if not grid.crs:
        raise OptionError(
            Text("没有坐标系的平面网格上无法量算测地距离", "a plane nowhere in particular has no distances to places"),
            Text("请给网格一个坐标系", "Give the grid a CRS"),
        )
    out = np.empty(len(rows))
    for first in range(0, len(rows), _BATCH):
        lon, lat = grid.lonlat_of(rows[first : first + _BATCH], cols[first : first + _BATCH])
        points = space.Index.build(np.asarray(shapely.points(lon, lat), dtype=object))
        out[first : first + len(lon)] = space.nearest(points, index, run=run).distance_m
    return out


def nearer(grid: Grid, index: space.Index, within_m: float, *, wanted: Mask | None = None, run: Mapper = map) -> Mask:
    """Cells any part of which is nearer than `within_m` to a feature, or touches one. Exact, not by their middles.

    Parameters
    ----------
    grid, index, wanted, run
        As for `distance_m`.
    within_m : float
        Metres; 0 for what touches.
    """
    radius = radius_m(grid)[:, None]
    away = distance_m(grid, index, most_m=within_m + 2 * float(radius.max()), wanted=wanted, run=run)
    with np.errstate(invalid="ignore"):
        out: Mask = away < within_m if within_m > 0 else away == 0
        rows, cols = np.nonzero(~out & (away <= within_m + radius))
    for first in range(0, len(rows), _BATCH):
        r, c = rows[first : first + _BATCH], cols[first : first + _BATCH]
        found = space.nearest(space.Index.build(outlines(grid, r, c)), index, run=run)
        out[r, c] = found.intersects | (found.distance_m < within_m)
    return out


def within_area(grid: Grid, area: shapely.Geometry) -> Mask:
    """Cells that lie wholly in an area in longitude and latitude."""
    shapely.prepare(area)
    out = np.zeros(grid.shape, bool)
    size = _BLOCK if grid.is_geographic else 1  # the sides of a large block of a projection are no straight lines
    r, c = (a.ravel() for a in np.mgrid[0 : grid.shape[0] : size, 0 : grid.shape[1] : size])
    if size > 1:
        block = _blocks(grid, r, c, size)
        whole = shapely.covers(area, block)
        for i in np.flatnonzero(whole):
            out[r[i] : r[i] + size, c[i] : c[i] + size] = True
        parted = np.flatnonzero(~whole & shapely.intersects(area, block))
        mixed = np.zeros(grid.shape, bool)
        for i in parted:
            mixed[r[i] : r[i] + size, c[i] : c[i] + size] = True
        r, c = np.nonzero(mixed)
    for first in range(0, len(r), _BATCH):
        rows, cols = r[first : first + _BATCH], c[first : first + _BATCH]
        out[rows, cols] = shapely.covers(area, outlines(grid, rows, cols))
    return out


def middles_in(grid: Grid, area: shapely.Geometry) -> Mask:
    """Cells whose middle lies in an area in longitude and latitude."""
    shapely.prepare(area)
    out = np.zeros(grid.n, bool)
    for first in range(0, grid.n, _BATCH):
        rows, cols = np.divmod(np.arange(first, min(first + _BATCH, grid.n)), grid.shape[1])
        out[first : first + len(rows)] = shapely.contains_xy(area, *grid.lonlat_of(rows, cols))
    return out.reshape(grid.shape)


def _far(grid: Grid, index: space.Index, most_m: float, run: Mapper) -> Mask:
    """Blocks of cells that lie wholly beyond `most_m`, by the distance of their middles."""
    r, c = (a.ravel() for a in np.mgrid[0 : grid.shape[0] : _BLOCK, 0 : grid.shape[1] : _BLOCK])
    middle = np.minimum(r + (_BLOCK - 1) // 2, grid.shape[0] - 1), np.minimum(c + (_BLOCK - 1) // 2, grid.shape[1] - 1)
    # From the middle of a cell, which is up to half a cell off the middle of its block.
    reach = radius_m(grid, _BLOCK + 1)[middle[0]]
    far = distance_at(grid, index, *middle, run=run) - reach > most_m
    out = np.zeros(grid.shape, bool)
    for i in np.flatnonzero(far):
        out[r[i] : r[i] + _BLOCK, c[i] : c[i] + _BLOCK] = True
    return out


def _blocks(grid: Grid, r: Int, c: Int, size: int) -> npt.NDArray[Any]:
    bottom, right = np.minimum(r + size, grid.shape[0]), np.minimum(c + size, grid.shape[1])
    x0, y0 = grid.xy_of(r, c)
    x1, y1 = grid.xy_of(bottom, right)
    return np.asarray(shapely.box(np.minimum(x0, x1), np.minimum(y0, y1), np.maximum(x0, x1), np.maximum(y0, y1)))


def _lonlat(grid: Grid, positions: Float) -> Float:
    """Rows and columns counted from the corner (n, 2) to longitude and latitude (n, 2)."""
    lon, lat = grid.lonlat_of(positions[:, 0] - 0.5, positions[:, 1] - 0.5)
    return np.stack([lon, lat], axis=1)


def _widening(grid: Grid) -> Float:
    """How much wider a cell's edge nearer the equator may be than its middle line."""
    if not grid.crs:
        return np.ones(grid.shape[0])
    lat = np.abs(grid.lonlat_of(np.arange(grid.shape[0]), 0)[1])
    step = abs(grid.transform[4])
    edge = np.cos(np.radians(np.maximum(lat - step / 2, 0)))
    return np.asarray(edge / np.maximum(np.cos(np.radians(np.minimum(lat, 89.999))), 1e-5))
