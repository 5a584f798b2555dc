"""Distances by sea over the graph of sea lanes that the package searoute brings along.

Its file is read and its code never imported (docs/decisions/0021-starter-atlas.md): lengths are those of the WGS 84
ellipsoid as everywhere else, and the search needs no further package. For orientation, not for navigation.
"""

from __future__ import annotations

import heapq
import json
import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj

from ..errors import InputError, OptionError
from ..text import Text
from ..words import SEA_PASSAGES
from .tables import table

Place = tuple[float, float]
"""Longitude and latitude, degrees."""

_ARCTIC = "northwest"  # open a few weeks a year: never taken unless asked for
_FILES = ("searoute/data/marnet_searoute.geojson", "searoute/data/segment.geojson")
_GEOD = pyproj.Geod(ellps="WGS84")
_POLAR_M = float(_GEOD.b)
_CANDIDATES = 16  # nodes nearest by angle, of which the nearest on the ellipsoid is one


@dataclass(frozen=True)
class Lanes:
    """The graph.

    Attributes
    ----------
    nodes : array, shape (n, 2)
        Longitude and latitude, degrees.
    rays : array, shape (n, 3)
        From the centre of the earth towards them, of length 1.
    beside : tuple of tuples
        For every node, its neighbours: node, metres, passage or "".
    version : str
        Of the package.
    """

    nodes: npt.NDArray[np.float64]
    rays: npt.NDArray[np.float64]
    beside: tuple[tuple[tuple[int, float, str], ...], ...]
    version: str


@dataclass(frozen=True)
class SeaRoute:
    """A shortest way by sea.

    Attributes
    ----------
    km : float
        Between the two nodes of the graph.
    snap_km : tuple of two floats
        From the two places to their nodes; not in `km`.
    passages : tuple of str
        Narrows it goes through, in order.
    line : tuple of places
    """

    km: float
    snap_km: tuple[float, float]
    passages: tuple[str, ...]
    line: tuple[Place, ...]

    @property
    def snap_is_far(self) -> bool:
        """Whether one of the places is so far from the graph that it likely lies inland."""
        return max(self.snap_km) > table("distances")["sea", "snap_flag"].value


def sea_route(start: Place, end: Place, *, closed: Collection[str] = (), arctic: bool = False) -> SeaRoute:
    """The shortest way between the nodes nearest to two places.

    Parameters
    ----------
    start, end : place
    closed : collection of str
        Passages that may not be used (`words.SEA_PASSAGES`).
    arctic : bool
        Whether the Northwest Passage may be used.

    Raises
    ------
    OptionError
        No way is left.
    InputError
        The package is not installed.
    """
    graph = lanes()
    (first, near_start), (last, near_end) = (_nearest(graph, place) for place in (start, end))
    shut = frozenset(closed) | (frozenset() if arctic else {_ARCTIC})
    found = _search(graph, first, last, shut)
    if found is None:
        names = ", ".join(sorted(closed))
        raise OptionError(
            Text(f"关闭 {names} 后没有海上通路", f"there is no way by sea with {names} closed"),
            Text("请开放其中一处", "Open one of them"),
            where="closed_passages",
        )
    metres, path = found
    line = tuple((float(graph.nodes[n, 0]), float(graph.nodes[n, 1])) for n in path)
    return SeaRoute(metres / 1000, (near_start, near_end), _passages(graph, path), line)


@cache
def lanes() -> Lanes:
    """The graph, read once: it is a file of the installation.

    Raises
    ------
    InputError
        The package is not installed.
    """
    try:
        package = distribution("searoute")
    except PackageNotFoundError:
        raise InputError(
            Text("未安装 searoute，无法计算海运里程", "searoute is not installed: distances by sea are not known"),
            Text("请安装 searoute，或给出 distance_km", "Install searoute, or give distance_km"),
        ) from None
    index: dict[Place, int] = {}
    edges: dict[tuple[int, int], str] = {}
    for name in _FILES:
        document = json.loads(Path(str(package.locate_file(name))).read_text(encoding="utf-8"))
        for a, b, passage in _segments(document):
            one, other = index.setdefault(a, len(index)), index.setdefault(b, len(index))
            if one != other and (other, one) not in edges:
                edges.setdefault((one, other), passage)
    nodes = np.array(list(index))
    pairs = np.array(list(edges))
    _, _, metres = _GEOD.inv(*nodes[pairs[:, 0]].T, *nodes[pairs[:, 1]].T)
    beside: list[list[tuple[int, float, str]]] = [[] for _ in index]
    for ((one, other), passage), length in zip(edges.items(), metres.tolist(), strict=True):
        beside[one].append((other, length, passage))
        beside[other].append((one, length, passage))
    return Lanes(nodes, _rays(nodes), tuple(map(tuple, beside)), package.version)


def _segments(document: dict[str, Any]) -> Iterator[tuple[Place, Place, str]]:
    """Edges of the file: two places on the globe, and the passage they lie in."""
    for feature in document["features"]:
        geometry, passage = feature["geometry"], feature["properties"].get("passage") or ""
        lines = geometry["coordinates"] if geometry["type"] == "MultiLineString" else [geometry["coordinates"]]
        for line in lines:
            places = [_on_globe(p) for p in line]
            yield from ((a, b, passage) for a, b in pairwise(places))


def _on_globe(place: list[float]) -> Place:
    """One longitude for one meridian: 180°, -180° and 187° are written side by side in the file."""
    return round((place[0] + 180) % 360 - 180, 6), round(place[1], 6)


def _rays(places: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Unit vectors from the centre of the ellipsoid towards places, (n, 2) to (n, 3)."""
    lon, lat = np.radians(places).T
    lat = np.arctan((_POLAR_M / _GEOD.a) ** 2 * np.tan(lat))  # geocentric
    return np.column_stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)))


def _nearest(graph: Lanes, place: Place) -> tuple[int, float]:
    """The nearest node and its distance in kilometres."""
    near = np.argsort(-(graph.rays @ _rays(np.array([place]))[0]))[:_CANDIDATES]
    lon, lat = np.full(len(near), place[0]), np.full(len(near), place[1])
    _, _, metres = _GEOD.inv(lon, lat, *graph.nodes[near].T)
    found = int(np.argmin(metres))
    return int(near[found]), float(metres[found]) / 1000


def _search(graph: Lanes, start: int, end: int, shut: frozenset[str]) -> tuple[float, list[int]] | None:
    """The shortest path, by A*; None where none is left.

    What is left to the end is at least the angle to it times the polar radius: no way over the ellipsoid comes nearer
    to its centre.
    """
    cosine = np.clip(graph.rays @ graph.rays[end], -1.0, 1.0)
    left = (_POLAR_M * np.arccos(cosine)).tolist()
    best = {start: 0.0}
    came: dict[int, int] = {}
    done: set[int] = set()
    queue = [(left[start], start)]
    while queue:
        _, node = heapq.heappop(queue)
        if node == end:
            path = [end]
            while path[-1] != start:
                path.append(came[path[-1]])
            return best[end], path[::-1]
        if node in done:
            continue
        done.add(node)
        metres = best[node]
        for other, length, passage in graph.beside[node]:
            if passage in shut:
                continue
            further = metres + length
            if further < best.get(other, math.inf):
                best[other], came[other] = further, node
                heapq.heappush(queue, (further + left[other], other))
    return None


def _passages(graph: Lanes, path: list[int]) -> tuple[str, ...]:
    """Named narrows along a path, each once."""
    through = (next(passage for other, _, passage in graph.beside[a] if other == b) for a, b in pairwise(path))
    return tuple(dict.fromkeys(p for p in through if p in SEA_PASSAGES or p == _ARCTIC))
