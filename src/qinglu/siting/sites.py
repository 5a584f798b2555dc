"""The best sites of an area: regions of the asked size around the most suitable cells, well apart."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from .. import space
from ..errors import OptionError
from ..space.measure import Mapper
from ..text import Text
from .cells import Mask, nearer, outline
from .grid import Float, Int
from .kernels.grow import grow, patches
from .suitability import Criterion, NoSiteError, Suitability
from .suitability import said_km2 as in_km2

Progress = Callable[[str, int, int], None]

_WORK = 200_000_000  # cells taken while growing; beyond it only the most promising seeds are grown
_FEWEST_SEEDS = 2_000
_PIECES = 8
_MOST_SITES = 100
_SLIVER = 1e-6


@dataclass(frozen=True, eq=False)
class Site:
    """A place that could be built on.

    Attributes
    ----------
    rows, cols : int64 (n,)
        Its cells, the seed first.
    polygon : shapely geometry
        Longitude and latitude.
    lon, lat : float
        A place in it: its centroid, or the nearest place inside.
    area_m2 : float
    patch_m2 : float
        Of all that may be built on and hangs together around it: the room there is.
    score, least : float
        Mean by area, and of its worst cell.
    known : float
        Share of the weights that is known, mean by area.
    scores, known_share, values : float64 (criteria,)
        By criterion: mean score where known, share of the site where known, mean value where known; NaN if nowhere.
    """

    rows: Int
    cols: Int
    polygon: shapely.Geometry
    lon: float
    lat: float
    area_m2: float
    patch_m2: float
    score: float
    least: float
    known: float
    scores: Float
    known_share: Float
    values: Float


@dataclass(frozen=True, eq=False)
class Sites:
    """Sites in their order, and how they were found.

    Attributes
    ----------
    sites : tuple of Site
        The best first; fewer than asked where there is no room for more.
    from_every_cell : bool
        Whether a region was grown from every free cell; else from the most promising ones.
    account : mapping
        km² of what was free: ``too_small`` (patches smaller than a site), ``too_near`` (to a better site),
        ``chosen``, ``left`` (free, and less good).
    largest_patch_m2 : float
    """

    sites: tuple[Site, ...]
    from_every_cell: bool
    account: Mapping[str, float]
    largest_patch_m2: float


def best_sites(
    suitability: Suitability,
    k: int,
    min_area_m2: float,
    *,
    min_separation_m: float = 0.0,
    compactness: float = 0.1,
    run: Mapper = map,
    progress: Progress = lambda what, done, total: None,
) -> Sites:
    """The k best sites, one after the other: each the best region in what the better ones leave.

    From every free cell a region is grown over edges by the neighbour with the highest score, lessened by
    `compactness` for each radius of a disc of the asked area between it and the cell begun with, until the true
    area is enough. Of all regions the one with the highest mean score is the site; what is nearer to it than the
    separation is then closed, and the search repeated.

    Parameters
    ----------
    suitability : Suitability
    k : int
        1 to 100.
    min_area_m2 : float
        True area; a site has it, and less than one cell more.
    min_separation_m : float
        From edge to edge, on the ellipsoid.
    compactness : float
        0 follows the scores alone, however winding the site.
    run : callable
        Like `map`; a thread pool's map grows side by side.

    Raises
    ------
    OptionError
        An impossible number of sites, area or separation.
    NoSiteError
        No patch is large enough; the largest is named.

    Examples
    --------
    >>> from qinglu.siting import Grid
    >>> from qinglu.siting.suitability import Criterion, suitability
    >>> wind = np.array([[4, 5, 6, 6], [4, 5, 6, 9], [4, 4, 4, 4]], np.float32)
    >>> speed = Criterion("wind", Text("风速", "Wind speed"), "m/s", 9.0, 4.0, 1.0, wind)
    >>> found = best_sites(suitability(Grid.planar((3, 4), 1000.0), [speed]), 1, 2e6)
    >>> sorted(zip(found.sites[0].rows.tolist(), found.sites[0].cols.tolist())), round(found.sites[0].score, 2)
    ([(0, 3), (1, 3)], 0.7)
    """
    _check(suitability, k, min_area_m2, min_separation_m, compactness)
    search = _Search(suitability, min_area_m2, compactness, run)
    whole = search.label()
    sizes, patch = search.sizes.copy(), search.patch.reshape(suitability.grid.shape).copy()
    largest = float(sizes[1:].max(initial=0.0))
    if largest < min_area_m2:
        raise NoSiteError(
            Text(f"连成一片的适宜土地最大为 {in_km2(largest / 1e6)} km²，小于要求的 {in_km2(min_area_m2 / 1e6)} km²",
                 f"the largest patch of suitable land has {in_km2(largest / 1e6)} km², less than the "
                 f"{in_km2(min_area_m2 / 1e6)} km² asked for"),
            Text("请减小 --min-area-km2、放宽排除条件，或减小像元",
                 "Ask for less (--min-area-km2), relax an exclusion, or take smaller cells"),
            where="min_area_km2",
        )  # fmt: skip
    too_small = whole & (sizes[patch] < min_area_m2)
    sites: list[Site] = []
    closed = np.zeros(suitability.grid.shape, bool)
    while len(sites) < k:
        progress("sites", len(sites), k)
        cells = search.best()
        if cells is None:
            break
        rows, cols = np.divmod(cells, suitability.grid.shape[1])
        site = described(suitability, rows, cols, float(sizes[patch[rows[0], cols[0]]]))
        sites.append(site)
        taken = around(suitability, site, min_separation_m, run)
        closed |= taken
        search.close(taken)
    chosen = np.zeros_like(closed)
    for site in sites:
        chosen[site.rows, site.cols] = True
    account = {
        "too_small": suitability.km2(too_small),
        "too_near": suitability.km2(whole & closed & ~chosen & ~too_small),
        "chosen": suitability.km2(chosen),
        "left": suitability.km2(whole & ~closed & ~too_small),
    }
    return Sites(tuple(sites), search.from_every_cell, account, largest)


def described(suitability: Suitability, rows: Int, cols: Int, patch_m2: float) -> Site:
    """A site of these cells, with what it scores and why."""
    area = suitability.area_m2[rows, cols]
    score = suitability.score[rows, cols].astype(float)
    polygon = outline(suitability.grid, rows, cols)
    lon, lat = shapely.get_coordinates(shapely.shortest_line(polygon, polygon.centroid))[0]
    scores, known, values = (np.full(len(suitability.criteria), np.nan) for _ in range(3))
    for i, c in enumerate(suitability.criteria):
        scores[i], known[i], values[i] = _criterion(c, rows, cols, area)
    return Site(
        rows, cols, polygon, float(lon), float(lat), float(area.sum()), patch_m2,
        float(np.average(score, weights=area)), float(score.min()),
        float(np.average(suitability.known[rows, cols], weights=area)), scores, known, values,
    )  # fmt: skip


def around(suitability: Suitability, site: Site, separation_m: float, run: Mapper = map) -> Mask:
    """Cells of a site, and all that are nearer to it than the separation."""
    own = np.zeros(suitability.grid.shape, bool)
    own[site.rows, site.cols] = True
    if separation_m > 0:
        index = space.Index.build(np.array([site.polygon], dtype=object))
        own |= nearer(suitability.grid, index, separation_m, wanted=suitability.free & ~own, run=run)
    return own


def _criterion(c: Criterion, rows: Int, cols: Int, area: Float) -> tuple[float, float, float]:
    """Mean score where known, share known, mean value where known."""
    if not c.is_known:
        return math.nan, 0.0, math.nan
    at = c.values[rows, cols].astype(float)
    score = c.score(at)
    if c.exact is not None and np.isinf(at).any():
        far = np.isinf(at)
        at[far] = c.exact(rows[far], cols[far])
    has = ~np.isnan(score)
    if not has.any():
        return math.nan, 0.0, math.nan
    return (
        float(np.average(score[has], weights=area[has])), float(area[has].sum() / area.sum()),
        float(np.average(at[has], weights=area[has])),
    )  # fmt: skip


@dataclass(eq=False)
class _Search:
    """Regions grown so far, and the cells that are still free."""

    of: Suitability
    need: float
    compactness: float
    run: Mapper
    from_every_cell: bool = True
    free: Any = field(init=False)
    mean: Float = field(init=False)
    box: Int = field(init=False)

    def __post_init__(self) -> None:
        n = self.of.grid.n
        self.free = self.of.free.ravel().copy()
        self.score = np.where(self.free, self.of.score.ravel(), 0.0).astype(np.float64)
        self.area = np.ascontiguousarray(self.of.area_m2, np.float64).ravel()
        self.mean = np.full(n, np.nan)  # NaN: not grown; -inf: grown and too small
        self.box = np.zeros((n, 4), np.int64)
        self.patch, self.stack = np.zeros(n, np.int64), np.zeros(n, np.int64)
        self.sizes = np.zeros(n + 1)
        least = float(self.area[self.free].min())
        self.room = min(int(self.need / least) + 2, n)
        self.pull = self.compactness / math.sqrt(self.need / math.pi)
        self.steps = (np.ascontiguousarray(self.of.grid.steps_m[0]), np.ascontiguousarray(self.of.grid.height_m))

    def label(self) -> Mask:
        """Number the patches; the cells that are free."""
        self.patch[:] = 0
        patches(self.free, self.area, self.of.grid.shape[1], self.patch, self.stack, self.sizes)
        free: Mask = self.free.reshape(self.of.grid.shape)
        return free.copy()

    def best(self) -> Int | None:
        """Cells of the best region in what is free, its seed first; None where no region is large enough."""
        seeds = np.flatnonzero(self.free & (self.sizes[self.patch] >= self.need))
        if not len(seeds):
            return None
        seeds = self._promising(seeds)
        todo = seeds[np.isnan(self.mean[seeds])]
        pieces = [p for p in np.array_split(todo, min(_PIECES, len(todo)) or 1) if len(p)]
        for piece, mean, box in self.run(self._grown, pieces):  # type: ignore[arg-type]
            self.mean[piece] = np.where(np.isnan(mean), -np.inf, mean)
            self.box[piece] = box
        best = int(seeds[np.argmax(self.mean[seeds])])
        if not np.isfinite(self.mean[best]):
            return None
        return self._grow(np.array([best]))[0]

    def close(self, cells: Mask) -> None:
        """Take cells out of what is free; regions that may have used them are grown anew."""
        lost = cells.ravel() & self.free
        self.free &= ~lost
        rows, cols = np.nonzero(lost.reshape(self.of.grid.shape))
        b = self.box
        touched = (b[:, 0] <= rows.max()) & (b[:, 1] >= rows.min()) & (b[:, 2] <= cols.max()) & (b[:, 3] >= cols.min())
        self.mean[touched & ~np.isnan(self.mean)] = np.nan
        self.label()

    def _promising(self, seeds: Int) -> Int:
        """All seeds, or where that is too much work those in the best surroundings of a site's size."""
        most = max(_FEWEST_SEEDS, _WORK // self.room)
        if len(seeds) <= most:
            return seeds
        self.from_every_cell = False
        around_them = self._surroundings()[seeds]
        return np.sort(seeds[np.argsort(-around_them, kind="stable")[:most]])

    def _surroundings(self) -> Float:
        """Sum of the scores of what is free in a square of a site's size around each cell, as share of the square."""
        rows, cols = self.of.grid.shape
        side = math.sqrt(self.need) / 2
        high = max(1, round(side / float(np.median(self.steps[1]))))
        wide = max(1, round(side / float(np.median(self.steps[0]))))
        total = np.zeros((rows + 1, cols + 1))
        total[1:, 1:] = (self.score * self.free).reshape(rows, cols).cumsum(0).cumsum(1)
        r, c = np.arange(rows)[:, None], np.arange(cols)[None, :]
        r0, r1 = np.maximum(r - high, 0), np.minimum(r + high + 1, rows)
        c0, c1 = np.maximum(c - wide, 0), np.minimum(c + wide + 1, cols)
        square = total[r1, c1] - total[r0, c1] - total[r1, c0] + total[r0, c0]
        return np.asarray((square / ((2 * high + 1) * (2 * wide + 1))).ravel())

    def _grown(self, seeds: Int) -> tuple[Int, Float, Int]:
        _, mean, box = self._grow(seeds)
        return seeds, mean, box

    def _grow(self, seeds: Int) -> tuple[Int, Float, Int]:
        mean, box = np.empty(len(seeds)), np.empty((len(seeds), 4), np.int64)
        taken, seen = np.empty(self.room, np.int64), np.zeros(len(self.score), np.int64)
        n = grow(self.score, self.free, self.area, self.of.grid.shape[1], seeds, self.need, self.pull, *self.steps,
                 seen, taken, mean, box)  # fmt: skip
        return taken[:n].copy(), mean, box


def _check(suitability: Suitability, k: int, min_area_m2: float, separation_m: float, compactness: float) -> None:
    whole = suitability.km2(suitability.inside)
    if not 1 <= k <= _MOST_SITES:
        raise OptionError(
            Text(f"{k} 处场址不可用", f"{k} sites are not possible"),
            Text(f"应为1至{_MOST_SITES}", f"Ask for 1 to {_MOST_SITES}"),
            where="k",
        )
    if not min_area_m2 > 0 or min_area_m2 / 1e6 > whole:
        raise OptionError(
            Text(f"最小面积 {min_area_m2 / 1e6:g} km²不可用，区域共 {in_km2(whole)} km²",
                 f"sites of {min_area_m2 / 1e6:g} km² are not possible in an area of {in_km2(whole)} km²"),
            Text("应大于0，且不大于区域面积", "Ask for more than 0 and no more than the area"),
            where="min_area_km2",
        )  # fmt: skip
    for name, value in (("min_separation_km", separation_m), ("compactness", compactness)):
        if not (math.isfinite(value) and value >= 0):
            raise OptionError(
                Text(f"{value:g} 不可用", f"{value:g} is not possible"), Text("不小于0", "It is 0 or more"), where=name
            )


def clashes(sites: Sequence[Site], separation_m: float) -> Mask:
    """Which sites cannot stand together: nearer than the separation, or sharing ground. Shape (n, n)."""
    polygons = np.array([s.polygon for s in sites], dtype=object)
    index = space.Index.build(polygons)
    out = np.zeros((len(sites), len(sites)), bool)
    pairs = space.within(index, index, separation_m)
    a, b = polygons[pairs.project], polygons[pairs.feature]
    # Sites side by side share an edge; rounding may let them overlap by a sliver.
    shared = shapely.area(shapely.intersection(a, b)) > _SLIVER * np.minimum(shapely.area(a), shapely.area(b))
    near = (pairs.distance_m < separation_m) | shared
    out[pairs.project[near], pairs.feature[near]] = True
    return out
