"""Names of the tiles of global grids that an extent needs."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from ..errors import OptionError
from ..text import Text

Bbox = tuple[float, float, float, float]
MOST_TILES = 100


@dataclass(frozen=True, slots=True)
class _Grid:
    """Square tiles of `step` degrees between two latitudes, each named by its south-west corner."""

    step: int
    south: int
    north: int
    name: Callable[[int, int], str]


def check_bbox(bbox: Bbox) -> Bbox:
    """Raise `OptionError` unless `bbox` is west, south, east, north; west > east crosses the seam."""
    west, south, east, north = bbox
    if not (all(map(math.isfinite, bbox)) and -180 <= west <= 180 and -180 <= east <= 180) or not (
        -90 <= south < north <= 90 and west != east
    ):
        raise OptionError(
            Text(f"范围 {bbox} 不可用", f"the extent {bbox} is impossible"),
            Text("请按 西,南,东,北 给出经纬度", "give west,south,east,north in degrees"),
        )
    return bbox


def tiles(scheme: str, bbox: Bbox) -> tuple[str, ...]:
    """Tiles of a grid that meet an extent, from south-west to north-east.

    Parameters
    ----------
    scheme : str
        ``copernicus-dem``, ``worldcover``, ``hansen`` or ``surface-water``.
    bbox : (west, south, east, north), degrees
        An extent that ends on an edge of a tile does not need the tile beyond.

    Raises
    ------
    OptionError
        An impossible extent, one that the grid does not cover, or one of more than `MOST_TILES` tiles.

    Examples
    --------
    >>> tiles("copernicus-dem", (36.5, -1.5, 37.5, -0.5))
    ('S02_00_E036_00', 'S02_00_E037_00', 'S01_00_E036_00', 'S01_00_E037_00')
    >>> tiles("hansen", (-75, 12, -71, 19)), tiles("surface-water", (-75, 12, -71, 19))
    (('20N_080W',), ('80W_20N',))
    >>> tiles("worldcover", (37, -2, 38, -1))
    ('S03E036',)
    """
    west, south, east, north = check_bbox(bbox)
    grid = _GRIDS[scheme]
    spans = [(west, east)] if west < east else [(west, 180.0), (-180.0, east)]
    lons = [x for a, b in spans for x in _corners(a, b, grid.step)]
    lats = _corners(max(south, grid.south), min(north, grid.north), grid.step)
    if len(lons) * len(lats) > MOST_TILES:
        raise OptionError(
            Text(
                f"该范围需要 {len(lons) * len(lats)} 个图块",
                f"the extent needs {len(lons) * len(lats)} tiles",
            ),
            Text(f"请缩小范围至 {MOST_TILES} 块以内", f"choose one of at most {MOST_TILES}"),
        )
    if not lats or not lons:
        raise OptionError(
            Text(f"该数据不覆盖范围 {bbox}", f"the data does not cover the extent {bbox}"),
            Text(
                f"其纬度范围为 {grid.south}° 至 {grid.north}°",
                f"it covers latitudes {grid.south} to {grid.north}",
            ),
        )
    return tuple(grid.name(lat, lon) for lat in lats for lon in lons)


def _corners(low: float, high: float, step: int) -> list[int]:
    if high <= low:
        return []
    return list(range(math.floor(low / step) * step, math.ceil(high / step) * step, step))


def _ns(lat: int) -> str:
    return "N" if lat >= 0 else "S"


def _ew(lon: int) -> str:
    return "E" if lon >= 0 else "W"


_GRIDS = {
    "copernicus-dem": _Grid(
        1, -90, 90, lambda lat, lon: f"{_ns(lat)}{abs(lat):02d}_00_{_ew(lon)}{abs(lon):03d}_00"
    ),
    "worldcover": _Grid(3, -60, 84, lambda lat, lon: f"{_ns(lat)}{abs(lat):02d}{_ew(lon)}{abs(lon):03d}"),
    # The next two name a tile by its north-west corner.
    "hansen": _Grid(
        10, -60, 80, lambda lat, lon: f"{abs(lat + 10):02d}{_ns(lat + 10)}_{abs(lon):03d}{_ew(lon)}"
    ),
    "surface-water": _Grid(
        10, -60, 80, lambda lat, lon: f"{abs(lon)}{_ew(lon)}_{abs(lat + 10)}{_ns(lat + 10)}"
    ),
}
