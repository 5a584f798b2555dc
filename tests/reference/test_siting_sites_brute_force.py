"""Sites against a search written the plain way, and against every connected set of cells there is."""

from __future__ import annotations

import heapq
import itertools
import math

import numpy as np
import pyproj
import pytest
import shapely

from qinglu import space
from qinglu.siting import Grid, cells
from qinglu.siting.sites import best_sites
from qinglu.siting.suitability import Criterion, suitability
from qinglu.text import Text

GEOD = pyproj.Geod(ellps="WGS84")
T = Text("值", "value")
RAGGED = Grid.lonlat((9, 11), 38.0, 61.0, 0.02)  # far north, so that rows differ
UTM = Grid((8, 9), (1000.0, 0.0, 400_000.0, 0.0, -1000.0, 9_100_000.0), "EPSG:32737")


def place(grid, seed, holes=0.2, weights=(1.0,)):
    rng = np.random.default_rng(seed)
    criteria = []
    for i, weight in enumerate(weights):
        values = rng.uniform(0, 1, grid.shape).astype(np.float32)
        values[rng.uniform(size=grid.shape) < holes] = np.nan
        criteria.append(Criterion(f"c{i}", T, "", 1.0, 0.0, weight, values))
    return suitability(grid, criteria)


def grown(s, free, seed, need, compactness):
    """The region of one seed, cell by cell, with Python's own heap."""
    pull = compactness / math.sqrt(need / math.pi)
    dx, dy = s.grid.steps_m[0][seed[0]], s.grid.height_m[seed[0]]

    def entry(cell):
        far = math.sqrt(((cell[1] - seed[1]) * dx) ** 2 + ((cell[0] - seed[0]) * dy) ** 2)
        return (-(float(s.score[cell]) - pull * far), cell)

    heap, seen, taken, area, total = [(-float(s.score[seed]), seed)], {seed}, [], 0.0, 0.0
    while heap and area < need:
        _, cell = heapq.heappop(heap)
        taken.append(cell)
        area += s.area_m2[cell]
        total += s.area_m2[cell] * float(s.score[cell])
        for d in ((-1, 0), (1, 0), (0, 1), (0, -1)):
            other = cell[0] + d[0], cell[1] + d[1]
            if other in free and other not in seen:
                seen.add(other)
                heapq.heappush(heap, entry(other))
    return (total / area, taken) if area >= need else (-math.inf, [])


def plainly(s, k, need, separation_m, compactness):
    """Sites by the definition in `best_sites`, from every cell each time."""
    free = set(zip(*(a.tolist() for a in np.nonzero(s.free)), strict=True))
    found = []
    while len(found) < k:
        regions = [grown(s, free, seed, need, compactness) for seed in sorted(free)]
        mean, taken = max(regions, key=lambda r: r[0], default=(-math.inf, []))
        if not taken:
            break
        found.append((taken, mean))
        polygon = cells.outline(s.grid, *np.array(taken).T)
        free -= set(taken)
        if separation_m:
            site = space.Index.build(np.array([polygon], dtype=object))
            rest = sorted(free)
            own = space.Index.build(cells.outlines(s.grid, *np.array(rest).T))
            near = space.nearest(own, site).distance_m < separation_m
            free -= {c for c, n in zip(rest, near, strict=True) if n}
    return found


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("grid", "separation_m"), [(RAGGED, 0.0), (RAGGED, 2500.0), (UTM, 2500.0)])
def test_sites_are_those_of_a_plain_search(grid, separation_m, seed):
    s = place(grid, seed)
    need = 4.5 * float(s.area_m2.mean())
    found = best_sites(s, 4, need, min_separation_m=separation_m, compactness=0.1)
    expected = plainly(s, 4, need, separation_m, 0.1)
    assert [set(zip(x.rows.tolist(), x.cols.tolist(), strict=True)) for x in found.sites] == [
        set(t) for t, _ in expected
    ]
    assert [x.score for x in found.sites] == pytest.approx([m for _, m in expected], rel=1e-12)
    assert found.from_every_cell


@pytest.mark.parametrize("compactness", [0.0, 0.3])
@pytest.mark.parametrize("seed", range(4))
def test_ties_are_taken_in_the_order_of_the_grid(seed, compactness):
    rng = np.random.default_rng(seed)
    few = Criterion("c", T, "", 1.0, 0.0, 1.0, rng.integers(1, 3, UTM.shape).astype(np.float32) / 2)
    s = suitability(UTM, [few])
    need = 5.5 * float(s.area_m2.mean())
    found = best_sites(s, 4, need, compactness=compactness)
    expected = plainly(s, 4, need, 0.0, compactness)
    assert [list(zip(x.rows.tolist(), x.cols.tolist(), strict=True)) for x in found.sites] == [t for t, _ in expected]


def connected_sets(free, size):
    """Every set of `size` cells that share edges."""
    layer = {frozenset([c]) for c in free}
    for _ in range(size - 1):
        layer = {
            s | {n}
            for s in layer
            for r, c in s
            for n in ((r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1))
            if n in free and n not in s
        }
    return layer


@pytest.mark.parametrize(
    ("size", "skew", "holes", "always_best", "mean", "worst"),
    [(5, 1, 0.2, 0.9, 0.99, 0.9), (6, 1, 0.0, 0.8, 0.99, 0.95), (7, 6, 0.0, 0.25, 0.9, 0.6)],
)
def test_the_best_site_is_near_the_best_of_all_connected_sets(size, skew, holes, always_best, mean, worst):
    """Growing is no search of every shape: never above the best, on pure noise at times below, on skewed noise more."""
    shares = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        values = (rng.uniform(0, 1, (5, 5)) ** skew).astype(np.float32)
        values[rng.uniform(size=(5, 5)) < holes] = np.nan
        s = suitability(Grid.planar((5, 5), 100.0), [Criterion("c", T, "", 1.0, 0.0, 1.0, values)])
        free = set(zip(*(a.tolist() for a in np.nonzero(s.free)), strict=True))
        best = max(float(np.mean([float(s.score[c]) for c in chosen])) for chosen in connected_sets(free, size))
        shares.append(best_sites(s, 1, size * 100.0**2, compactness=0.0).sites[0].score / best)
    assert max(shares) <= 1 + 1e-9
    assert np.mean(np.array(shares) > 1 - 1e-9) >= always_best
    assert np.mean(shares) >= mean
    assert min(shares) >= worst


@pytest.mark.parametrize("grid", [RAGGED, UTM])
def test_area_and_separation_are_those_of_the_ellipsoid(grid):
    s = place(grid, 3, holes=0.0)
    need, apart = 5.3 * float(s.area_m2.mean()), 2200.0
    sites = best_sites(s, 5, need, min_separation_m=apart).sites
    assert len(sites) >= 2
    for site in sites:
        assert site.polygon.is_valid
        assert site.polygon.geom_type == "Polygon"
        area = abs(GEOD.geometry_area_perimeter(shapely.segmentize(site.polygon, 0.001))[0])
        assert site.area_m2 == pytest.approx(area, rel=1e-6)
        assert need <= site.area_m2 < need + 1.01 * float(s.area_m2.max())
        assert site.polygon.covers(shapely.Point(site.lon, site.lat)) or site.polygon.distance(
            shapely.Point(site.lon, site.lat)) < 1e-12  # fmt: skip
    for a, b in itertools.combinations(sites, 2):
        ends = [shapely.get_coordinates(shapely.segmentize(p.polygon, 0.002)) for p in (a, b)]
        i, j = (x.ravel() for x in np.mgrid[: len(ends[0]), : len(ends[1])])
        nearest = GEOD.inv(*ends[0][i].T, *ends[1][j].T)[2].min()
        assert nearest >= apart - 1e-3


def test_distances_are_brute_force_geodesics():
    """Middles of cells to points: pyproj to every point; blocks ruled out change nothing within the bound."""
    rng = np.random.default_rng(0)
    grid = Grid.lonlat((70, 90), 20.0, 66.0, 0.02)
    points = rng.uniform((20.2, 64.8), (21.4, 65.8), (12, 2))
    index = space.Index.build(np.asarray(shapely.points(points), dtype=object))
    rows, cols = (a.ravel() for a in np.mgrid[:70, :90])
    lon, lat = grid.lonlat_of(rows, cols)
    every = np.array([GEOD.inv(lon, lat, np.full(len(lon), x), np.full(len(lat), y))[2] for x, y in points])
    exact = every.min(axis=0).reshape(grid.shape)
    whole = cells.distance_m(grid, index)
    assert np.abs(whole - exact).max() < 0.02  # float32 of up to 60 km, and centimetres of the index
    bounded = cells.distance_m(grid, index, most_m=8000.0)
    assert np.array_equal(np.isinf(bounded), whole > 8000.0)
    assert np.array_equal(bounded[~np.isinf(bounded)], whole[~np.isinf(bounded)])


@pytest.mark.parametrize("grid", [Grid.lonlat((40, 40), 30.0, 2.0, 0.01), UTM])
@pytest.mark.parametrize("within_m", [0.0, 1700.0])
def test_no_part_of_a_cell_left_in_is_nearer_than_the_buffer(grid, within_m):
    """Against every cell measured as a polygon."""
    rows, cols = (a.ravel() for a in np.mgrid[: grid.shape[0], : grid.shape[1]])
    lon, lat = grid.lonlat_of(rows, cols)
    middle = np.array([np.median(lon), np.median(lat)])
    line = shapely.LineString(middle + [(-0.031, -0.02), (0.013, 0.001), (0.02, 0.033)])
    area = shapely.Point(middle + (0.01, -0.03)).buffer(0.013)
    index = space.Index.build(np.array([line, area], dtype=object))
    found = space.nearest(space.Index.build(cells.outlines(grid, rows, cols)), index)
    expected = (found.intersects | (found.distance_m < within_m)).reshape(grid.shape)
    assert 0.01 < expected.mean() < 0.9
    assert np.array_equal(cells.nearer(grid, index, within_m), expected)


@pytest.mark.parametrize("grid", [Grid.lonlat((50, 70), 30.0, 2.0, 0.01), UTM])
def test_cells_of_an_area_lie_wholly_in_it(grid):
    rows, cols = (a.ravel() for a in np.mgrid[: grid.shape[0], : grid.shape[1]])
    every = cells.outlines(grid, rows, cols)
    area = shapely.union_all(every).centroid.buffer(0.027).union(shapely.box(*every[3].bounds))
    expected = shapely.covers(area, every).reshape(grid.shape)
    assert expected.any()
    assert np.array_equal(cells.within_area(grid, area), expected)


def test_areas_of_cells():
    for grid in (RAGGED, UTM):
        rows, cols = np.array([0, grid.shape[0] - 1]), np.array([0, grid.shape[1] - 1])
        for cell, area in zip(cells.outlines(grid, rows, cols), cells.area_m2(grid)[rows, cols], strict=True):
            expected = abs(GEOD.geometry_area_perimeter(shapely.segmentize(cell, 0.001))[0])
            assert area == pytest.approx(expected, rel=1e-7)
