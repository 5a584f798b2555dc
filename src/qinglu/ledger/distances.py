"""Distances of freight: as the method plans them, and what is travelled beyond that.

ISO 14083 counts transport activity over the shortest feasible or the great circle distance; where a factor was made per
kilometre really travelled, the GLEC Framework's distance adjustment leads from one to the other. It is applied once:
never to a distance that was given, never to a factor that holds it already.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import pyproj

from ..errors import OptionError
from ..model.level import Level
from ..text import Text
from ..words import FREIGHT_MODES, SEA_PASSAGES
from .sealanes import Place, SeaRoute, sea_route
from .tables import table
from .trail import Trail

_GEOD = pyproj.Geod(ellps="WGS84")


@dataclass(frozen=True)
class Distance:
    """How far a leg goes.

    Attributes
    ----------
    km : float
        Of the transport activity.
    travelled_km : float
        Really travelled: the same where the distance was given.
    basis : str
        ``given``, ``sea_graph``, ``great_circle``, or ``great_circle_with_detour``.
    route : SeaRoute or None
        By sea.
    """

    km: float
    travelled_km: float
    basis: str
    route: SeaRoute | None = None


def great_circle_km(start: Place, end: Place) -> float:
    """The geodesic on the WGS 84 ellipsoid, kilometres.

    Examples
    --------
    >>> round(great_circle_km((121.805, 31.143), (8.571, 50.033)), 1)  # Shanghai Pudong to Frankfurt
    8877.6
    """
    _, _, metres = _GEOD.inv(*start, *end)
    return float(metres) / 1000


def given(km: float, mode: str | None, trail: Trail, *, planned: bool = False) -> Distance:
    """A distance that the user knows.

    Parameters
    ----------
    km : float
    mode : str or None
        Of `words.FREIGHT_MODES`; needed where the distance is a planned one.
    planned : bool
        Whether it is the shortest feasible or the great circle distance, so that more is travelled. Without it nothing
        is added.
    """
    if not planned or mode is None:
        return Distance(km, km, "given")
    if mode == "air":
        return Distance(km, km + trail.use(table("distances")["air", "added"]), "given")
    return Distance(km, km * _daf(mode, trail), "given")


def between(
    mode: str, start: Place, end: Place, trail: Trail, *, closed: Collection[str] = (), arctic: bool = False
) -> Distance:
    """The distance of a leg between two places.

    Parameters
    ----------
    mode : str
        ``sea``, ``air``, ``road`` or ``rail``.
    closed, arctic :
        See `sea_route`.

    Raises
    ------
    OptionError
        Inland water, whose ways no great circle follows; or no way by sea.
    """
    if mode == "sea":
        route = sea_route(start, end, closed=closed, arctic=arctic)
        _tell_route(route, start, end, trail)
        found = Distance(route.km, route.km * _daf(mode, trail), "sea_graph", route)
    elif mode == "air":
        km = great_circle_km(start, end)
        added = trail.use(table("distances")["air", "added"])
        found = Distance(km, km + added, "great_circle")
    elif mode in ("road", "rail"):
        circle = great_circle_km(start, end)
        detour = trail.use(table("distances")[mode, "detour"])
        km = circle * detour
        trail.formula(
            Text("最短可行里程（估算）", "Shortest feasible distance (estimated)"),
            f"{circle:.6g} km × {detour:g} = {km:.6g} km",
        )
        found = Distance(km, km * _daf(mode, trail), "great_circle_with_detour")
    else:
        raise OptionError(
            Text("内河里程无法由坐标推算", "a distance by inland water cannot be told from two places"),
            Text("请给出 distance_km", "Give distance_km"),
            where="distance_km",
        )
    trail.formula(
        Text("里程", "Distance"),
        Text(
            f"{FREIGHT_MODES[mode].zh}：活动里程 {found.km:.6g} km，实际行驶 {found.travelled_km:.6g} km",
            f"{FREIGHT_MODES[mode].en}: {found.km:.6g} km of activity, {found.travelled_km:.6g} km travelled",
        ),
        km=found.km,
        travelled_km=found.travelled_km,
        basis=found.basis,
    )
    return found


def _daf(mode: str, trail: Trail) -> float:
    return trail.use(table("distances")[mode, "daf"])


def _tell_route(route: SeaRoute, start: Place, end: Place, trail: Trail) -> None:
    """The way taken, and a flag where a place lies far from the sea."""
    names = [SEA_PASSAGES.get(p, Text("西北航道", "Northwest Passage")) for p in route.passages]
    zh, en = "、".join(n.zh for n in names) or "无", ", ".join(n.en for n in names) or "none"
    trail.given(
        Text("海运航线", "Way by sea"),
        Text(
            f"searoute航线图上最短 {route.km:.6g} km，经由：{zh}；两端接入 {_snaps(route)} km，未计入里程",
            f"shortest on the graph of searoute, {route.km:.6g} km, through: {en}; the places lie {_snaps(route)} km "
            "from it, which is not counted",
        ),
        km=route.km,
        passages=list(route.passages),
        snap_km=list(route.snap_km),
    )
    if route.snap_is_far:
        trail.flag(
            "ledger.freight.far-from-sea",
            Level.WARNING,
            Text(
                f"地点 {start}、{end} 距海运航线图 {_snaps(route)} km：可能在内陆，请另加到港口的一段",
                f"The places {start} and {end} lie {_snaps(route)} km from the lanes: inland? Add a leg to the port",
            ),
            snap_km=list(route.snap_km),
        )


def _snaps(route: SeaRoute) -> str:
    return " / ".join(f"{km:.3g}" for km in route.snap_km)
