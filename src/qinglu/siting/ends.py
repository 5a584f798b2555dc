"""Where a line may begin and end: the cell of a place, or the reason why not and the nearest place that will do."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import shapely

from ..errors import InputError
from ..text import Text
from .grid import Cell, Grid
from .ground import NO_DATA, SEA, distance_m
from .lay import features_near
from .paths import Climb, NoRouteError, cost_distance
from .problem import Float32, Surfaces

_FIRST_RING = 8
_PRECISION = 1e-3


class PlaceError(InputError):
    """A start, end or waypoint where no line can be."""

    slug = "place"


def cell_at(surfaces: Surfaces, lonlat: tuple[float, float], what: Text) -> Cell:
    """The cell a place lies in.

    Parameters
    ----------
    surfaces : Surfaces
    lonlat : (lon, lat)
    what : Text
        What the place is, for the message: the start, the end.

    Raises
    ------
    PlaceError
        It lies outside the grid, in the sea, where there is no data, or in a forbidden area. The message names
        the nearest place that can be used and how far that is.
    """
    cell = surfaces.grid.cell_of(*lonlat)
    if surfaces.grid.holds(cell) and surfaces.passable[cell]:
        return cell
    why = _why(surfaces, cell)
    said = f"{lonlat[0]:g}, {lonlat[1]:g}"
    found = nearest(surfaces.grid, surfaces.passable, lonlat)
    if found is None:
        remedy = Text(
            "该范围内没有可用的位置，请减少禁入图层或更换高程数据",
            "No place here can be used: forbid less, or give other elevation",
        )
    else:
        lon, lat = _lonlat(surfaces.grid, found[0])
        far = _far(found[1])
        remedy = Text(f"最近的可用位置为 {lon:.5f},{lat:.5f}，相距 {far.zh}",
                      f"The nearest place that can be used is {lon:.5f},{lat:.5f}, {far.en} away")  # fmt: skip
    raise PlaceError(Text(f"{what.zh} {said} {why.zh}", f"the {what.en} {said} {why.en}"), remedy)


def nearest(grid: Grid, usable: npt.NDArray[np.bool_], lonlat: tuple[float, float]) -> tuple[Cell, float] | None:
    """The usable cell whose middle is nearest to a place, and its geodesic metres; None if there is none.

    Squares around the place grow until the nearest within cannot be beaten from without.
    """
    rows, cols = grid.shape
    at = grid.positions_of(*lonlat)
    row, col = (float(np.clip(p, 0, n - 1)) if math.isfinite(p) else 0.0 for p, n in zip(at, grid.shape, strict=True))
    r, c = int(row), int(col)
    reach = _FIRST_RING
    while True:
        r0, r1, c0, c1 = max(0, r - reach), min(rows, r + reach + 1), max(0, c - reach), min(cols, c + reach + 1)
        found = np.argwhere(usable[r0:r1, c0:c1])
        if len(found):
            lon, lat = grid.lonlat_of(found[:, 0] + r0, found[:, 1] + c0)
            far = distance_m(lonlat, lon, lat)
            best = int(far.argmin())
            if (r1 - r0, c1 - c0) == grid.shape or far[best] <= _beyond(grid, lonlat, (r0, r1, c0, c1)):
                return (int(found[best, 0]) + r0, int(found[best, 1]) + c0), float(far[best])
        elif (r1 - r0, c1 - c0) == grid.shape:
            return None
        reach *= 2


def _beyond(grid: Grid, lonlat: tuple[float, float], window: tuple[int, int, int, int]) -> float:
    """Metres to the nearest cell just outside a window; infinity where the window ends with the grid."""
    r0, r1, c0, c1 = window
    rows, cols = grid.shape
    along_r, along_c = np.arange(max(0, r0 - 1), min(rows, r1 + 1)), np.arange(max(0, c0 - 1), min(cols, c1 + 1))
    sides = [
        (along_r, np.full(len(along_r), c)) for c in (c0 - 1, c1) if 0 <= c < cols
    ] + [(np.full(len(along_c), r), along_c) for r in (r0 - 1, r1) if 0 <= r < rows]  # fmt: skip
    if not sides:
        return math.inf
    lon, lat = grid.lonlat_of(np.concatenate([s[0] for s in sides]), np.concatenate([s[1] for s in sides]))
    return float(distance_m(lonlat, lon, lat).min())


def _why(surfaces: Surfaces, cell: Cell) -> Text:
    if not surfaces.grid.holds(cell):
        return Text("在网格范围之外", "lies outside the grid")
    kind = int(surfaces.barrier[cell])
    if kind == SEA:
        return Text("位于海中", "lies in the sea")
    if kind == NO_DATA:
        return Text("处没有高程数据", "lies where there is no elevation")
    names = ", ".join(forbidding(surfaces, cell)) or "-"
    return Text(f"位于禁入图层 {names} 之内", f"lies in an area forbidden by the layer {names}")


def forbidding(surfaces: Surfaces, cell: Cell) -> tuple[str, ...]:
    """Names of the layers that forbid a cell, each with the feature where it has a name.

    A raster is named where no vector layer touches the cell.
    """
    grid = surfaces.grid.window(cell[0], cell[0] + 1, cell[1], cell[1] + 1)
    around = _outline(grid)
    out, rasters = [], []
    for laid in surfaces.laid:
        if laid.avoid != "forbid":
            continue
        if laid.index is None:
            rasters.append(laid.name)
            continue
        rows = features_near(laid.index, grid)
        geoms = laid.index.geometries(rows)
        hit = [int(r) for r in rows[shapely.intersects(geoms, around)]] if len(rows) else []
        named = [laid.feature_names[r] for r in hit if laid.feature_names[r]]
        if hit:
            out.append(f"{laid.name} ({named[0]})" if named else laid.name)
    return tuple(out or rasters)


def _outline(grid: Grid) -> shapely.Geometry:
    """A cell in longitude and latitude, one wider on every side as corners are filled, and whole turns away."""
    a, _, c, _, e, f = grid.transform
    xs = np.array([c - a, c + 2 * a, c + 2 * a, c - a])
    ys = np.array([f - e, f - e, f + 2 * e, f + 2 * e])
    if grid._to_lonlat is not None:
        xs, ys = grid._to_lonlat.transform(xs, ys)
    box = shapely.Polygon(np.column_stack([xs, ys]))
    turned = [shapely.transform(box, lambda p, t=t: p + [t, 0.0]) for t in (-360.0, 0.0, 360.0)]
    return shapely.MultiPolygon(turned)


def unreachable(surfaces: Surfaces, start: Cell, end: Cell, *, neighbours: int = 8) -> NoRouteError:
    """The error for a start and an end that nothing joins.

    It names the place nearest to the end that can be reached and, where only the limit of gradient stops the line,
    the least maximum gradient with which there is a way.
    """
    grid = surfaces.grid
    cost = np.where(surfaces.passable, np.float32(1), np.float32(np.inf))
    total = cost_distance(cost, grid, [start], neighbours=neighbours, climb=_limit(surfaces, surfaces.steepest)).total
    goal = _lonlat(grid, end)
    found = nearest(grid, np.isfinite(total), goal)
    assert found is not None  # the start itself is reached
    lon, lat = _lonlat(grid, found[0])
    far = _far(found[1])
    what = Text(
        f"起点与终点之间没有通路；能到达的最近位置为 {lon:.5f},{lat:.5f}，距终点 {far.zh}",
        f"nothing joins the start and the end; the nearest place that can be reached is {lon:.5f},{lat:.5f}, "
        f"{far.en} from the end",
    )
    least = least_gradient(surfaces, start, end, neighbours=neighbours)
    if least is None:
        between = Text(
            "海域或禁入区将两端隔开：请减少禁入图层，或更换端点",
            "Sea or forbidden areas lie between: forbid less, or choose other ends",
        )
        return NoRouteError(what, between)
    return NoRouteError(
        what,
        Text(f"最大坡度 {surfaces.steepest:.2%} 过小：不小于 {least:.2%} 才有通路，或改用 steep=structure 以桥隧通过",
             f"The maximum gradient of {surfaces.steepest:.2%} is too small: there is a way from {least:.2%} on, "
             "or with structures (steep=structure)"),
    )  # fmt: skip


def least_gradient(surfaces: Surfaces, start: Cell, end: Cell, *, neighbours: int = 8) -> float | None:
    """The least maximum gradient, to 0.1 % upward, with which there is a way; None if no gradient makes one."""
    if math.isinf(surfaces.steepest):
        return None
    cost = np.where(surfaces.passable, np.float32(1), np.float32(np.inf))

    def joined(limit: float) -> bool:
        reach = cost_distance(
            cost, surfaces.grid, [start], neighbours=neighbours, climb=_limit(surfaces, limit), targets=[end]
        )
        return bool(np.isfinite(reach.total[end]))

    if not joined(math.inf):
        return None
    low, high = surfaces.steepest, max(2 * surfaces.steepest, _PRECISION)
    while not joined(high):
        low, high = high, 2 * high
    while high - low > _PRECISION / 2:
        middle = 0.5 * (low + high)
        low, high = (low, middle) if joined(middle) else (middle, high)
    return math.ceil(high / _PRECISION - 1e-9) * _PRECISION


def _limit(surfaces: Surfaces, steepest: float) -> Climb | None:
    if surfaces.elevation is None or math.isinf(steepest):
        return None
    z: Float32 = surfaces.elevation
    return Climb(z, np.zeros(2), -1.0, 1.0, steepest)


def _lonlat(grid: Grid, cell: Cell) -> tuple[float, float]:
    lon, lat = grid.lonlat_of(cell[0], cell[1])
    return (float(lon) + 180.0) % 360.0 - 180.0, float(lat)


def _far(metres: float) -> Text:
    if metres < 1000:
        return Text(f"{metres:.0f} m", f"{metres:.0f} m")
    return Text(f"{metres / 1000:.1f} km", f"{metres / 1000:.1f} km")
