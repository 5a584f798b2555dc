"""The area in which sites are sought: its grid, its ground, and layers as criteria and exclusions on it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import shapely

from .. import space
from ..errors import LayerError, OptionError, SizeLimitError
from ..model.rule import Step
from ..space.measure import Mapper
from ..space.raster import ArrayRaster, RasterSource
from ..space.terrain import metres_per_cell
from ..space.terrain import slope as steepness
from ..text import Text
from .cells import Mask, area_m2, distance_at, distance_m, nearer, within_area
from .grid import Float, Grid, Int
from .ground import NO_DATA, SEA, ground
from .lay import area_mask, resampled
from .suitability import Criterion, Exclusion, Float32, NoSiteError

USUAL_CELLS = 250_000
MOST_CELLS = 4_000_000
_DEGREE_M = 111_195.0
_RIM = 2  # cells kept around the area, so that its own cells have a slope
_NOBODY_SEES = 1e-9  # degrees, a tenth of a millimetre: corners of a box are cells' corners but for rounding


@dataclass(frozen=True, eq=False)
class Area:
    """An area on a grid. Made by `area_of`.

    Attributes
    ----------
    polygon : shapely geometry
        As asked for, longitude and latitude.
    inside : bool (rows, columns)
        Cells that lie wholly in it.
    elevation, slope_deg : float32 (rows, columns) or None
        Metres and degrees, NaN where unknown; None without elevation data.
    sea : bool (rows, columns)
    asked_km2, gridded_km2 : float
        True area of the polygon, and of the cells inside it.
    trace : tuple of Step
    """

    grid: Grid
    polygon: shapely.Geometry
    inside: Mask
    elevation: Float32 | None
    slope_deg: Float32 | None
    sea: Mask
    asked_km2: float
    gridded_km2: float
    trace: tuple[Step, ...]


def area_of(
    polygon: shapely.Geometry, dem: RasterSource | None, land: shapely.Geometry | None, *, cell_m: float | None = None
) -> Area:
    """Lay a grid over an area.

    Parameters
    ----------
    polygon : shapely geometry
        Valid, in longitude and latitude, not across 180°.
    dem : RasterSource or None
        Elevation in metres; its cells are then the cells. Without it slope is unknown.
    land : shapely geometry or None
        What lies off it is sea: with elevation where there is none, or 0 m and below.
    cell_m : float, optional
        North to south. Without it the cells of `dem`, else such that there are about 250,000.

    Raises
    ------
    OptionError
        Not an area, or cells without size.
    NoSiteError
        It lies outside the elevation data, or is smaller than a cell.
    SizeLimitError
        More than 4 million cells.
    """
    _check(polygon, cell_m)
    asked = float(space.area_m2(np.array([polygon], dtype=object))[0]) / 1e6
    found = _on_raster(polygon, dem, land, cell_m) if dem is not None else _on_lonlat(polygon, land, cell_m)
    if shapely.equals(polygon, shapely.envelope(polygon)):
        polygon_or_box = shapely.box(*(np.array(polygon.bounds) + _NOBODY_SEES * np.array([-1, -1, 1, 1])))
    else:
        polygon_or_box = polygon
    inside = within_area(found.grid, polygon_or_box)
    if not inside.any():
        raise _no_cells(asked, found.grid)
    gridded = float(area_m2(found.grid)[inside].sum()) / 1e6
    return replace(found, polygon=polygon, inside=inside, asked_km2=asked, gridded_km2=gridded)


def near_to(
    area: Area, name: str, title: Text, index: space.Index, near: tuple[float, float] | None,
    far: tuple[float, float] | None, weight: float, *, run: Mapper = map,
) -> Criterion:  # fmt: skip
    """A criterion on the distance to a layer: `near` is best at its first number, `far` at its second; km.

    Values are exact from the middle of a cell up to the larger number; beyond it they say only that.

    Raises
    ------
    OptionError
        Both, neither, or numbers below 0.
    """
    if (near is None) == (far is None):
        raise OptionError(
            Text("near 与 far 须且只能给一个", "give one of near and far"),
            Text("例如 near=0:20 或 far=2:20", "near=0:20 or far=2:20 for example"),
            where=name,
        )
    low, high = near or far or (0.0, 0.0)
    if low < 0:
        raise OptionError(
            Text(f"距离 {low:g} km 不可用", f"a distance of {low:g} km is not possible"),
            Text("不小于0", "It is 0 or more"), where=name,
        )  # fmt: skip
    good, bad = (low, high) if near else (high, low)
    empty = not len(index.item_feature)
    missing = Text("图层没有要素", "the layer has no features") if empty else None
    none = np.full(area.grid.shape, np.nan, np.float32)
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        return Criterion(name, title, "km", good, bad, weight, none, layer=name)  # refuses, saying why
    values = none if empty else distance_m(area.grid, index, most_m=1000 * high, wanted=area.inside, run=run) / 1000

    def exact(rows: Int, cols: Int) -> Float:
        return distance_at(area.grid, index, rows, cols, run=run) / 1000

    return Criterion(name, title, "km", good, bad, weight, values.astype(np.float32), exact, missing, name)


def of_raster(
    area: Area, name: str, title: Text, unit: str, values: Float32, span: tuple[float, float], high: bool, weight: float
) -> Criterion:
    """A criterion on the values of a raster brought to the grid: `high` is best at the larger number, else low."""
    good, bad = (span[1], span[0]) if high else span
    missing = None if np.isfinite(values[area.inside]).any() else Text(
        "栅格在区域内没有数值", "the raster has no value in the area")  # fmt: skip
    return Criterion(name, title, unit, good, bad, weight, values, missing=missing, layer=name)


def of_slope(area: Area, span: tuple[float, float], weight: float) -> Criterion:
    """A criterion on slope, best at the smaller number, degrees; unknown without elevation."""
    title = Text("坡度", "Slope")
    missing: Text | None
    if area.slope_deg is None:
        missing = Text("未给出高程（--dem）", "no elevation was given (--dem)")
        values = np.full(area.grid.shape, np.nan, np.float32)
        return Criterion("slope", title, "°", span[0], span[1], weight, values, missing=missing)
    known = bool(np.isfinite(area.slope_deg[area.inside]).any())
    missing = None if known else Text("区域内没有高程", "there is no elevation in the area")
    return Criterion("slope", title, "°", span[0], span[1], weight, area.slope_deg, missing=missing)


def keep_out(
    area: Area, name: str, title: Text, index: space.Index, buffer_m: float, *, run: Mapper = map
) -> Exclusion:
    """Cells any part of which touches a layer or is nearer to it than the buffer."""
    out = nearer(area.grid, index, buffer_m, wanted=area.inside, run=run)
    km = f"{buffer_m / 1000:g} km"
    said = Text(f"{title.zh}及{km}以内", f"{title.en}, within {km}") if buffer_m else title
    relax = Text("减小 buffer_km 或去掉该图层", "take a smaller buffer_km, or leave the layer out")
    return Exclusion(name, said, out, relax)


def at_sea(area: Area) -> Exclusion:
    """The sea."""
    return Exclusion(
        "sea", Text("海域", "Sea"), area.sea, Text("海上场址请用 --offshore", "for sites at sea give --offshore")
    )


def too_steep(area: Area, most_deg: float) -> tuple[Exclusion, ...]:
    """Cells steeper than the maximum, and those whose slope is not known.

    Raises
    ------
    OptionError
        There is no elevation to tell the slope from, or the maximum is no slope.
    """
    if not 0 < most_deg < 90:
        raise OptionError(
            Text(f"最大坡度 {most_deg:g}° 不可用", f"a maximum slope of {most_deg:g}° is not possible"),
            Text("应大于0°、小于90°", "It is more than 0° and less than 90°"), where="max_slope",
        )  # fmt: skip
    if area.slope_deg is None:
        raise OptionError(
            Text("未给出高程，坡度未知，无法按最大坡度排除",
                 "without elevation no slope is known, so nothing can be held below a maximum"),
            Text("请用 --dem 给出高程，或去掉 --max-slope", "Give elevation with --dem, or leave --max-slope out"),
            where="max_slope",
        )  # fmt: skip
    unknown = np.isnan(area.slope_deg)
    with np.errstate(invalid="ignore"):
        steep = area.slope_deg > most_deg
    relax = Text("提高 --max-slope", "raise --max-slope")
    more = Text("换用覆盖该处的高程数据，或去掉 --max-slope", "give elevation that covers it, or leave --max-slope out")
    return (
        Exclusion("slope", Text(f"坡度大于{most_deg:g}°", f"Slope above {most_deg:g}°"), steep, relax),
        *_where_any(Exclusion("no-slope", Text("坡度未知", "Slope not known"), unknown, more, True), area.inside),
    )


def _where_any(exclusion: Exclusion, inside: Mask) -> tuple[Exclusion, ...]:
    """What is unknown nowhere in the area need not be told."""
    return (exclusion,) if (exclusion.out & inside).any() else ()


def beyond(
    area: Area, name: str, title: Text, unit: str, values: Float32, least: float | None, most: float | None
) -> tuple[Exclusion, ...]:
    """Cells below the least or above the most value of a raster, and those without a value."""
    if least is None and most is None:
        return ()
    low, high = -math.inf if least is None else least, math.inf if most is None else most
    unit = f" {unit}" if unit else ""
    zh = [f"低于{low:g}{unit}"] * (least is not None) + [f"高于{high:g}{unit}"] * (most is not None)
    en = [f"below {low:g}{unit}"] * (least is not None) + [f"above {high:g}{unit}"] * (most is not None)
    with np.errstate(invalid="ignore"):
        out = (values < low) | (values > high)
    relax = Text("放宽 min、max", "relax min or max")
    none = Text(f"{title.zh}未知", f"{title.en} not known")
    more = Text("换用覆盖该处的栅格，或去掉 min、max", "give a raster that covers it, or leave min and max out")
    return (
        Exclusion(name, Text(title.zh + "或".join(zh), f"{title.en} {' or '.join(en)}"), out, relax),
        *_where_any(Exclusion(f"no-{name}", none, np.isnan(values), more, True), area.inside),
    )


def on_cells(area: Area, raster: RasterSource) -> Float32:
    """Mean of a raster's cells over each cell of the grid; NaN where it has no value."""
    return resampled(raster, area.grid, "average").cells


def _on_raster(
    polygon: shapely.Geometry, dem: RasterSource, land: shapely.Geometry | None, cell_m: float | None
) -> Area:
    west, south, east, north = polygon.bounds
    corners = [(west, south), (east, south), (east, north), (west, north)]
    try:
        made = ground(corners, dem, land, cell_m=cell_m)
    except LayerError as error:
        if error.where != "dem":
            raise
        raise _outside(polygon, dem) from error
    z = None if made.elevation is None else np.where(made.barrier == SEA, np.float32(0), made.elevation)
    assert z is not None
    rows, cols = np.arange(-1, made.grid.shape[0] + 1), 0.5 * made.grid.shape[1]
    raster = ArrayRaster(z, made.grid.transform, crs=made.grid.crs)
    dx_m, dy_m = (d[1:-1] for d in metres_per_cell(raster, rows, cols))
    steep = steepness(z, dx_m, dy_m).astype(np.float32)
    r, c = made.grid.positions_of(*np.array(_rim(polygon)).T)
    row0, row1 = max(0, math.floor(r.min()) - _RIM), min(made.grid.shape[0], math.ceil(r.max()) + _RIM)
    col0, col1 = max(0, math.floor(c.min()) - _RIM), min(made.grid.shape[1], math.ceil(c.max()) + _RIM)
    if row0 >= row1 or col0 >= col1:
        raise _outside(polygon, dem)
    cut = np.s_[row0:row1, col0:col1]
    grid = made.grid.window(row0, row1, col0, col1)
    _check_size(grid.n)
    height = np.where(made.barrier[cut] == NO_DATA, np.float32(np.nan), z[cut])
    return Area(
        grid, polygon, np.zeros(grid.shape, bool), height, steep[cut], made.barrier[cut] == SEA, 0, 0, made.trace
    )


def _on_lonlat(polygon: shapely.Geometry, land: shapely.Geometry | None, cell_m: float | None) -> Area:
    west, south, east, north = polygon.bounds
    usual = math.sqrt(max(east - west, 1e-6) * max(north - south, 1e-6) / USUAL_CELLS)
    step = usual if cell_m is None else cell_m / _DEGREE_M
    rows, cols = (max(1, math.floor(side / step + 1e-6)) for side in (north - south, east - west))
    _check_size(rows * cols)
    grid = Grid.lonlat((rows, cols), west, north, step)
    sea = np.zeros(grid.shape, bool) if land is None else ~area_mask(grid, land)
    said = Text(
        f"未给出高程，坡度未知；{cols}×{rows} 个像元，约 {grid.cell_m:.0f} m。海域：陆地范围之外的像元。",
        f"No elevation was given: slope is unknown; {cols} × {rows} cells of about {grid.cell_m:.0f} m. "
        "Sea is everything off the land.",
    )
    detail = {"rows": rows, "columns": cols, "cell_m": grid.cell_m, "crs": grid.crs, "slope": "unknown"}
    trace = (Step("measure", Text("地面", "Ground"), said, detail),)
    return Area(grid, polygon, np.zeros(grid.shape, bool), None, None, sea, 0, 0, trace)


def _rim(polygon: shapely.Geometry) -> list[tuple[float, float]]:
    """Places around the box of an area, close enough to follow its sides in any projection."""
    ring = shapely.segmentize(shapely.box(*polygon.bounds).exterior, 0.05)
    return [(float(x), float(y)) for x, y in shapely.get_coordinates(ring)]


def _check(polygon: shapely.Geometry, cell_m: float | None) -> None:
    if shapely.is_empty(polygon) or shapely.get_dimensions(polygon) != 2 or not polygon.area > 0:
        raise OptionError(
            Text("区域没有面积", "the area has no extent"),
            Text("请给出面状区域，或西、南、东、北四个度数（西小于东，南小于北）",
                 "Give polygons, or west, south, east, north in degrees, west below east and south below north"),
            where="area",
        )  # fmt: skip
    if cell_m is not None and not (math.isfinite(cell_m) and cell_m > 0):
        raise OptionError(
            Text(f"像元 {cell_m:g} m 不可用", f"cells of {cell_m:g} m are not possible"),
            Text("应大于0", "Give more than 0"), where="cell_m",
        )  # fmt: skip


def _check_size(cells: int) -> None:
    if cells > MOST_CELLS:
        raise SizeLimitError(
            Text(f"网格共 {cells:,} 个像元，超过上限 {MOST_CELLS:,}", f"{cells:,} cells are more than {MOST_CELLS:,}"),
            Text("请缩小区域，或增大像元（--cell-m）", "Take a smaller area, or larger cells (--cell-m)"),
            where="cell_m",
        )


def _outside(polygon: shapely.Geometry, dem: RasterSource) -> NoSiteError:
    w, s, e, n = polygon.bounds
    grid = Grid.of(dem)
    lon, lat = grid.lonlat_of([0, grid.shape[0] - 1], [0, grid.shape[1] - 1])
    covers = f"{min(lon):.4g}, {min(lat):.4g}, {max(lon):.4g}, {max(lat):.4g}"
    return NoSiteError(
        Text(f"区域（{w:.4g}, {s:.4g}, {e:.4g}, {n:.4g}）在高程栅格之外，栅格覆盖 {covers}",
             f"the area ({w:.4g}, {s:.4g}, {e:.4g}, {n:.4g}) lies outside the elevation, which covers {covers}"),
        Text("请换用覆盖该区域的高程数据，或去掉 --dem", "Give elevation that covers it, or leave --dem out"),
        where="area",
    )  # fmt: skip


def _no_cells(asked_km2: float, grid: Grid) -> NoSiteError:
    return NoSiteError(
        Text(f"区域（{asked_km2:.3g} km²）内没有完整的像元（约 {grid.cell_m:.0f} m）",
             f"no cell of about {grid.cell_m:.0f} m lies wholly in the area of {asked_km2:.3g} km²"),
        Text("请减小像元（--cell-m），或用更精细的高程数据", "Take smaller cells (--cell-m), or finer elevation"),
        where="area",
    )  # fmt: skip
