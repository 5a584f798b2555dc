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
_TOGETHER = ({"CHN", "HKG", "MAC", "TWN"}, {"SRB", "XKX"}, {"MAR", "ESH"})
"""Codes that count as one here: data differ in which of them they declare, and no border is asserted."""


def flag_country_mismatch(
    portfolio: Portfolio,
    country_geoms: npt.NDArray[np.object_],
    codes: Sequence[str],
    *,
    tolerance_km: float = 10.0,
) -> Portfolio:
    """Note ``country-mismatch`` on projects that lie in another country than they declare.

    Parameters
    ----------
    portfolio : Portfolio
    country_geoms : array of polygons, shape (k,)
        Countries and areas in longitude/latitude.
    codes : sequence of str, length k
        Their alpha-3 codes; several polygons may share one.
    tolerance_km : float
        A place nearer than this to the country it declares is taken to lie in it: ports, bridges and border
        posts. A place at sea that no other country holds is never noted.

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
    mismatch = np.zeros(len(place), bool)
    shapely.prepare(geoms)
    tree = shapely.STRtree(geoms)
    row, hit = tree.query(portfolio.geometries, predicate="intersects")
    found: dict[int, set[str]] = {}
    for r, h in zip(row.tolist(), hit.tolist(), strict=True):
        found.setdefault(r, set()).add(given[h])
    known = set(given.tolist())
    verdict: dict[tuple[int, str], bool] = {}
    for i, (p, code) in enumerate(zip(place.tolist(), declared.tolist(), strict=True)):
        here = found.get(p, set())
        if not code or code not in known or not here or here & _family(code):
            continue
        if (p, code) not in verdict:
            own = geoms[np.isin(given, list(_family(code)))]
            verdict[p, code] = _distance_km(portfolio.geometries[p], own) > tolerance_km
        mismatch[i] = verdict[p, code]
    return _with_note(portfolio, "country-mismatch", mismatch)


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
