"""Places that lie in another country than the row declares. They are noted, never dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyproj
import shapely

from ..model import NOTES, Portfolio

_GEOD = pyproj.Geod(ellps="WGS84")
_VERTICES = 200  # looked at of one geometry
_TOGETHER = ({"CHN", "HKG", "MAC", "TWN"}, {"SRB", "XKX"}, {"MAR", "ESH"})
"""Codes that count as one here: data differ in which of them they declare, and no border is asserted."""


def flag_country_mismatch(
    portfolio: Portfolio,
    country_geoms: npt.NDArray[np.object_],
    codes: Sequence[str],
    *,
    tolerance_km: float = 10.0,
) -> Portfolio:
    """Note ``country-mismatch`` on projects that lie, wholly or in part, in another country than they declare.

    Noted is a project whose middle is in another country, and one of which a part is in another country and farther
    than the tolerance from the one it declares: many are rightly built across a border, and the note says so much.
    What lies at sea is never noted.

    Parameters
    ----------
    portfolio : Portfolio
    country_geoms : array of polygons, shape (k,)
        Countries and areas in longitude/latitude.
    codes : sequence of str, length k
        Their alpha-3 codes; several polygons may share one.
    tolerance_km : float
        How far a part may reach across the border unnoted: bridges, border posts, a coarse outline.

    Returns
    -------
    Portfolio
        The same projects; notes added.
    """
    projects = portfolio.projects
    place = projects["geometry"].to_numpy()
    declared = projects["country"].to_numpy()
    given = np.asarray(codes, dtype=object)
    geoms = np.asarray(country_geoms, dtype=object)
    shapely.prepare(geoms)
    tree = shapely.STRtree(geoms)
    touched = _codes_at(tree, given, portfolio.geometries)
    middle = _codes_at(tree, given, shapely.point_on_surface(portfolio.geometries))
    known = set(given.tolist())
    mismatch = np.zeros(len(place), bool)
    verdict: dict[tuple[int, str], bool] = {}
    for i, (p, code) in enumerate(zip(place.tolist(), declared.tolist(), strict=True)):
        family = _family(code)
        if not code or code not in known or not touched.get(p, set()) - family:
            continue
        if (p, code) not in verdict:
            astray = bool(middle.get(p)) and not middle[p] & family
            verdict[p, code] = astray or _reaches(
                portfolio.geometries[p], geoms[np.isin(given, list(family))], tree, tolerance_km
            )
        mismatch[i] = verdict[p, code]
    return _with_note(portfolio, "country-mismatch", mismatch)


def _codes_at(
    tree: shapely.STRtree, codes: npt.NDArray[np.object_], geoms: npt.NDArray[np.object_]
) -> dict[int, set[str]]:
    """Codes of the countries that each geometry touches, by its row."""
    found: dict[int, set[str]] = {}
    for row, country in zip(*(hits.tolist() for hits in tree.query(geoms, predicate="intersects")), strict=True):
        found.setdefault(row, set()).add(codes[country])
    return found


def _reaches(geom: shapely.Geometry, own: npt.NDArray[np.object_], tree: shapely.STRtree, tolerance_km: float) -> bool:
    """Whether some of a geometry's vertices lie in another country, beyond the tolerance from its own."""
    xy = shapely.get_coordinates(geom)
    points = shapely.points(xy[:: max(1, len(xy) // _VERTICES)])
    astray = points[~shapely.intersects(points[:, None], own).any(axis=1)]
    on_land = np.unique(tree.query(astray, predicate="intersects")[0])
    return any(_distance_km(point, own) > tolerance_km for point in astray[on_land])


def _family(code: str) -> set[str]:
    return next((f for f in _TOGETHER if code in f), {code})


def _distance_km(geom: shapely.Geometry, country: npt.NDArray[np.object_]) -> float:
    """Geodesic between the ends of the shortest line in the plane: near enough for a tolerance."""
    ends = shapely.get_coordinates(shapely.shortest_line(geom, country)).reshape(-1, 4)
    _, _, metres = _GEOD.inv(*ends.T)
    return float(np.min(metres)) / 1000


def _with_note(portfolio: Portfolio, slug: str, flagged: npt.NDArray[np.bool_]) -> Portfolio:
    if not flagged.any():
        return portfolio
    order = list(NOTES)
    notes = [
        sorted({*old, slug}, key=order.index) if new else old
        for old, new in zip(portfolio.projects["notes"].to_pylist(), flagged.tolist(), strict=True)
    ]
    at = portfolio.projects.schema.get_field_index("notes")
    field = portfolio.projects.schema.field(at)
    return replace(portfolio, projects=portfolio.projects.set_column(at, field, pa.array(notes, field.type)))
