"""The World Database on Protected Areas as it is: points that stand for areas, proposals, withheld countries.

The decisions behind the defaults are in ``docs/decisions/0020-wdpa.md``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from .delivered import Geometries
from .features import first_of, texts
from .records import record

Array = npt.NDArray[Any]
Realm = Literal["all", "land", "sea"]

_CIRCLE_VERTICES = 180
_LARGEST_KM2 = 5e6  # no protected area comes near it; more is a slip of units
_EARTH_RADIUS_M = 6_371_007.2  # of the sphere with the area of the ellipsoid


@dataclass(frozen=True, slots=True)
class WdpaFilter:
    """Which sites of a WDPA delivery are kept.

    Attributes
    ----------
    statuses : tuple of str or None
        Values of STATUS that stay; None keeps the default of ``data/wdpa.yaml``.
    realm : str
        ``land`` drops purely marine sites, ``sea`` drops purely terrestrial ones.
    man_and_biosphere : bool
        Whether UNESCO biosphere reserves stay, whose outer zones are often not protected.
    """

    statuses: tuple[str, ...] | None = None
    realm: Realm = "all"
    man_and_biosphere: bool = True


@dataclass(frozen=True)
class Sites:
    """A delivery after filtering, points turned into the circles they stand for.

    Attributes
    ----------
    geoms : array of geometries, shape (n,)
        None for sites that were filtered out, which keep their row.
    approximate : bool array, shape (n,)
        The outline is a circle of the reported area, or a point whose area nobody reported.
    dropped, circles : int
        Sites filtered out; points turned into circles.
    """

    geoms: Geometries
    approximate: npt.NDArray[np.bool_]
    dropped: int
    circles: int


def is_delivery(columns: Iterable[str]) -> bool:
    """Whether a file with these columns is a WDPA delivery.

    Examples
    --------
    >>> is_delivery(["WDPAID", "NAME", "IUCN_CAT", "REP_AREA"]), is_delivery(["NAME", "IUCN_CAT"])
    (True, False)
    """
    names = list(columns)
    return all(_field(names, f) is not None for f in ("id", "category", "reported_area_km2"))


def withheld() -> tuple[str, ...]:
    """Alpha-3 codes of countries that the public release leaves out."""
    return tuple(sorted(c["country"] for c in record("wdpa")["withheld"]))


def id_field(columns: Iterable[str]) -> str | None:
    """The column with the permanent id of a site or of its parcel."""
    return _field(list(columns), "id")


def sites(table: pa.Table, geoms: Geometries, keep: WdpaFilter) -> Sites:
    """Filter a delivery and give its points the area they report.

    Parameters
    ----------
    table : pyarrow.Table
        Attributes, n rows.
    geoms : array of geometries, shape (n,)
        WGS 84 longitude/latitude; None where there is none.
    keep : WdpaFilter
        What stays.
    """
    kept = _kept(table, keep)
    kinds = shapely.get_type_id(geoms)
    points = ((kinds == 0) | (kinds == 4)) & kept
    area_m2 = _numbers(table, "reported_area_km2") * 1e6
    out = geoms.copy()
    round_ones = points & (area_m2 > 0) & (area_m2 <= _LARGEST_KM2 * 1e6)
    for i in np.flatnonzero(round_ones):
        spots = shapely.get_coordinates(geoms[i])
        parts = [circle(lon, lat, area_m2[i] / len(spots)) for lon, lat in spots]
        out[i] = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
    out[~kept] = None
    there = ~shapely.is_missing(geoms)
    return Sites(out, points, int((there & ~kept).sum()), int(round_ones.sum()))


def circle(lon: float, lat: float, area_m2: float, vertices: int = _CIRCLE_VERTICES) -> shapely.Polygon:
    """A polygon whose vertices lie on a geodesic circle and whose area on the ellipsoid is `area_m2`.

    Parameters
    ----------
    lon, lat : float, degrees
    area_m2 : float, square metres
    vertices : int

    Returns
    -------
    shapely.Polygon
        Area right within 0.1 % up to 1,000,000 km². May jump the antimeridian; `space.repair` cuts it there.
    """
    from pyproj import Geod

    geod = Geod(ellps="WGS84")
    radius_m = _EARTH_RADIUS_M * np.arccos(1 - area_m2 / (2 * np.pi * _EARTH_RADIUS_M**2))
    bearing = np.linspace(360.0, 0.0, vertices, endpoint=False)  # counter-clockwise
    xy = np.empty((0, 2))
    for _ in range(2):  # the first radius is of a sphere and a full circle; the ratio of areas mends both
        centre = np.full(vertices, lon), np.full(vertices, lat)
        x, y, _ = geod.fwd(*centre, bearing, np.full(vertices, radius_m))
        xy = np.column_stack([x, y])
        got, _ = geod.polygon_area_perimeter(xy[:, 0], xy[:, 1])
        radius_m *= float(np.sqrt(area_m2 / abs(got)))
    return shapely.Polygon(xy)


def _kept(table: pa.Table, keep: WdpaFilter) -> npt.NDArray[np.bool_]:
    known = record("wdpa")
    columns = table.column_names
    ok = np.ones(len(table), bool)
    status = _field(columns, "status")
    if status is not None:
        stay = {s.casefold() for s in (known["statuses"] if keep.statuses is None else keep.statuses)}
        ok &= np.array([t.casefold() in stay for t in texts(table, status)], bool)
    realm = _field(columns, "realm")
    if realm is not None and keep.realm != "all":
        other = known["realm"]["sea" if keep.realm == "land" else "land"]
        ok &= np.array([t.casefold() not in other for t in texts(table, realm)], bool)
    designation = _field(columns, "designation")
    if designation is not None and not keep.man_and_biosphere:
        reserve = known["man_and_biosphere"].casefold()
        ok &= np.array([t.casefold() != reserve for t in texts(table, designation)], bool)
    return ok


def _numbers(table: pa.Table, field: str) -> Array:
    def number(text: str) -> float:
        try:
            return float(text)
        except ValueError:
            return 0.0

    return np.array([number(t) for t in texts(table, _field(table.column_names, field))])


def _field(columns: Iterable[str], field: str) -> str | None:
    return first_of(columns, record("wdpa")["fields"][field])
