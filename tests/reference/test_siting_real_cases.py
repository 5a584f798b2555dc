"""Three real cases: the railway to Djibouti, a road into the Karakoram, the Kenyan railway around sketches of parks.

Elevation of GLOBE at 30″, layers of Natural Earth and RESOLVE, lines of AidData; docs/routes-real.md has the figures.
"""

from __future__ import annotations

import dataclasses
import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import shapely

from qinglu.atlas import Atlas, read_raster, read_vector
from qinglu.settings import Settings
from qinglu.siting.alignment import read_alignment
from qinglu.siting.alternatives import dissimilar
from qinglu.siting.compare import beside
from qinglu.siting.crossings import crossings
from qinglu.siting.ends import cell_at, least_gradient, unreachable
from qinglu.siting.front import trade_off
from qinglu.siting.given import Given, populations
from qinglu.siting.paths import NoRouteError, least_cost_path
from qinglu.siting.score import score
from qinglu.siting.smooth import smoothed
from qinglu.siting.surfaces import build
from qinglu.text import Text

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
NATURAL_EARTH = DATA / "natural-earth"
GEOMETRIES = DATA / "aiddata-gcdf-v2" / "geometries.parquet"
SKETCHES = ROOT / "src" / "qinglu" / "example" / "parks.geojson"
ADDIS, DJIBOUTI = (38.5592, 8.9042), (43.0814, 11.5862)
ABBOTTABAD, GILGIT = (73.1995, 34.1495), (74.3, 35.9171)
NAIROBI, MOMBASA = (36.89, -1.3467), (39.5878, -4.0325)
NOWHERE = Text("点", "place")

pytestmark = pytest.mark.skipif(not GEOMETRIES.is_file(), reason="shared test data is not beside the repository")


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return dataclasses.replace(Settings(), data_dir=tmp_path_factory.mktemp("data"))


def layer(settings, name, path, role, avoid="price"):
    people = populations(path, settings) if role == "settlement" else None
    return Given(read_vector(name, path, role=role, settings=settings), avoid, population=people)


def made(settings, ends, mode, dem=None, layers=(), **more):
    options = {"ends": list(ends), "mode": mode, "layers": list(layers), "land": Atlas(settings).land(), **more}
    if dem is None:
        return build(**options)
    with read_raster("dem", DATA / "globe-dem-crops" / dem, role="elevation", settings=settings).source() as source:
        return build(dem=source, **options)


def cells(surfaces, *places):
    return [cell_at(surfaces, p, NOWHERE) for p in places]


def sought(surfaces, ends, weights, **more):
    cost, climb = surfaces.weighted(weights)
    return least_cost_path(cost, surfaces.grid, *cells(surfaces, *ends), climb=climb, **more)


def as_line(surfaces, path):
    return np.column_stack(surfaces.grid.lonlat_of(path.rows, path.cols))


# Addis Ababa–Djibouti


@pytest.fixture(scope="module")
def to_djibouti(settings):
    layers = [
        layer(settings, "rivers", NATURAL_EARTH / "ne_10m_rivers_lake_centerlines.parquet", "river"),
        layer(settings, "lakes", NATURAL_EARTH / "ne_10m_lakes.parquet", "lake"),
        layer(settings, "places", NATURAL_EARTH / "ne_10m_populated_places_simple.parquet", "settlement"),
        layer(settings, "parks", NATURAL_EARTH / "ne_10m_parks_and_protected_lands_area.parquet", "protected"),
        layer(settings, "ecoregions", DATA / "resolve-ecoregions-2017" / "ecoregions2017_simplified.parquet",
              "ecoregion"),
    ]  # fmt: skip

    def at(cell_m):
        return made(settings, (ADDIS, DJIBOUTI), "railway", "ethiopia_djibouti.tif", layers, cell_m=cell_m,
                    objectives=("cost", "ecology", "people"))  # fmt: skip

    return at


@pytest.mark.parametrize("cell_m", [917, 3668])
def test_the_built_railway_is_no_better_than_the_best_of_any_objective(settings, to_djibouti, cell_m):
    surfaces = to_djibouti(cell_m)
    (built,) = read_alignment(GEOMETRIES, settings=settings, feature="696a670c20ce").parts
    found = score(surfaces, built)
    assert found.share_known == 1.0
    assert list(surfaces.objectives) == ["cost", "ecology", "people"]
    for name in surfaces.objectives:
        assert found.scores[name] > sought(surfaces, (ADDIS, DJIBOUTI), {name: 1.0}).cost, name


def test_five_ways_to_djibouti_are_clearly_different(to_djibouti):
    surfaces = to_djibouti(3668)
    start, end = cells(surfaces, ADDIS, DJIBOUTI)
    optimum = {n: sought(surfaces, (ADDIS, DJIBOUTI), {n: 1.0}).cost for n in ("cost", "ecology")}
    weights = {n: 1 / value for n, value in optimum.items()}
    found = dissimilar(surfaces, start, end, weights, 5, within=0.5, least_dissimilarity=0.3)
    assert len(found.paths) == 5
    for i, j in combinations(range(5), 2):
        assert min(found.dissimilarity[i, j], found.dissimilarity[j, i]) >= 0.3 - 1e-9
    best = sought(surfaces, (ADDIS, DJIBOUTI), weights).cost
    for path in found.paths:
        assert (path.rows[0], path.cols[0]) == start
        assert (path.rows[-1], path.cols[-1]) == end
        scores = score(surfaces, as_line(surfaces, path)).scores
        assert sum(weights[n] * scores[n] for n in weights) <= 1.5 * best * (1 + 1e-9)


def test_the_front_to_djibouti_holds_the_optima_and_nothing_worse(to_djibouti):
    surfaces = to_djibouti(7336)
    start, end = cells(surfaces, ADDIS, DJIBOUTI)
    found = trade_off(surfaces, start, end, ("cost", "ecology"))
    values = np.array([[p.values["cost"], p.values["ecology"]] for p in found.points])
    assert len(values) > 2
    for a, b in combinations(values, 2):
        assert not (a <= b).all()
        assert not (b <= a).all()
    for k, name in enumerate(("cost", "ecology")):
        best = sought(surfaces, (ADDIS, DJIBOUTI), {name: 1.0}).cost
        assert values[:, k].min() == pytest.approx(best, rel=1e-6)


def test_towns_on_the_way_explain_a_part_of_the_longer_line(settings, to_djibouti):
    """The built line passes 8 km from Dire Dawa, the cheapest one 60 km."""
    surfaces = to_djibouti(917)
    best = sought(surfaces, (ADDIS, DJIBOUTI), {"cost": 1.0})
    via = sought(surfaces, (ADDIS, DJIBOUTI), {"cost": 1.0}, via=cells(surfaces, (39.27, 8.55), (41.86, 9.59)))
    (built,) = read_alignment(GEOMETRIES, settings=settings, feature="696a670c20ce").parts
    assert best.cost < via.cost < score(surfaces, built).scores["cost"]
    assert best.length_m + 40_000 < via.length_m


# Karakoram


@pytest.fixture(scope="module")
def to_gilgit(settings):
    def at(**more):
        options = {"objectives": ("cost",), "steep": "forbid", **more}
        return made(settings, (ABBOTTABAD, GILGIT), "road", "pakistan_karakoram.tif", **options)

    return at


def gradients(surfaces, path):
    """Rise over run of each step, on the ellipsoid."""
    z = surfaces.elevation[path.rows, path.cols].astype(float)
    down, along = np.abs(np.diff(path.rows)), np.abs(np.diff(path.cols))
    kind = {(0, 1): 0, (1, 0): 1, (1, 1): 2, (1, 2): 3, (2, 1): 4}
    top = np.minimum(path.rows[:-1], path.rows[1:])
    metres = [surfaces.grid.steps_m[kind[d, a], r] for d, a, r in zip(down, along, top, strict=True)]
    return np.abs(np.diff(z)) / np.array(metres)


@pytest.mark.parametrize(("limit", "neighbours"), [(0.15, 8), (0.08, 16)])
def test_no_step_of_a_mountain_road_is_steeper_than_its_limit(to_gilgit, limit, neighbours):
    surfaces = to_gilgit(max_gradient=limit)
    path = sought(surfaces, (ABBOTTABAD, GILGIT), {"cost": 1.0}, neighbours=neighbours)
    found = gradients(surfaces, path)
    assert found.max() <= limit * (1 + 1e-6)
    assert found.max() > 0.9 * limit  # the limit does bind here


@pytest.mark.parametrize("neighbours", [8, 16])
def test_a_road_that_is_not_possible_is_told_with_the_least_gradient_that_is(to_gilgit, neighbours):
    surfaces = to_gilgit(max_gradient=0.03, cell_m=1687)
    assert surfaces.steepest == 0.03
    with pytest.raises(NoRouteError):
        sought(surfaces, (ABBOTTABAD, GILGIT), {"cost": 1.0}, neighbours=neighbours)
    start, end = cells(surfaces, ABBOTTABAD, GILGIT)
    least = least_gradient(surfaces, start, end, neighbours=neighbours)
    said = str(unreachable(surfaces, start, end, neighbours=neighbours))
    assert f"{least:.2%}" in said
    assert "3.00%" in said
    with pytest.raises(NoRouteError):
        sought(
            to_gilgit(max_gradient=least - 0.002, cell_m=1687),
            (ABBOTTABAD, GILGIT),
            {"cost": 1.0},
            neighbours=neighbours,
        )
    path = sought(
        to_gilgit(max_gradient=least, cell_m=1687), (ABBOTTABAD, GILGIT), {"cost": 1.0}, neighbours=neighbours
    )
    assert path.length_m > 220_000  # the geodesic


def test_more_directions_and_larger_cells_flatten_the_mountains(to_gilgit):
    found = {}
    for cell_m in (1687, 3375):
        surfaces = to_gilgit(max_gradient=0.001, cell_m=cell_m)
        start, end = cells(surfaces, ABBOTTABAD, GILGIT)
        for n in (8, 16):
            found[cell_m, n] = least_gradient(surfaces, start, end, neighbours=n)
    assert found[1687, 16] < found[1687, 8]
    assert found[3375, 8] < found[1687, 8]
    assert found[3375, 16] < found[1687, 16]


def test_structures_carry_a_road_over_what_is_too_steep(to_gilgit):
    surfaces = to_gilgit(steep="structure")
    path = sought(surfaces, (ABBOTTABAD, GILGIT), {"cost": 1.0})
    assert gradients(surfaces, path).max() > surfaces.mode.max_gradient
    more = sought(surfaces, (ABBOTTABAD, GILGIT), {"cost": 1.0}, neighbours=16)
    assert more.cost < path.cost  # every way in 8 directions is one in 16


# Nairobi–Mombasa


@pytest.fixture(scope="module")
def kenya(settings):
    def at(avoid):
        layers = [
            layer(settings, "rivers", NATURAL_EARTH / "ne_10m_rivers_lake_centerlines.parquet", "river"),
            layer(settings, "sketches", SKETCHES, "protected", avoid),
        ]
        return made(settings, (NAIROBI, MOMBASA), "railway", layers=layers, objectives=("cost",), cell_m=1000)

    return at


@pytest.fixture(scope="module")
def around(kenya):
    """Lines that avoid the sketches and that do not, smoothed, and the surfaces on which both have a price."""
    lines = {}
    for avoid in ("forbid", "ignore"):
        surfaces = kenya(avoid)
        path = sought(surfaces, (NAIROBI, MOMBASA), {"cost": 1.0})
        lines[avoid] = smoothed(surfaces, path.rows, path.cols, {"cost": 1.0}, min_radius_m=800).line
    return lines["forbid"], lines["ignore"], kenya("ignore")


def sketches():
    features = json.loads(SKETCHES.read_text(encoding="utf-8"))["features"]
    return shapely.union_all([shapely.from_geojson(json.dumps(f["geometry"])) for f in features])


def test_the_line_that_avoids_the_sketches_touches_none(around):
    avoiding, free, _ = around
    assert not shapely.intersects(shapely.LineString(avoiding), sketches())
    assert shapely.intersects(shapely.LineString(free), sketches())


def test_the_price_of_avoiding_is_the_sum_of_its_stretches(around):
    avoiding, free, surfaces = around
    table = beside(surfaces, avoiding, free)
    a, b = score(surfaces, avoiding), score(surfaces, free)
    assert a.length_m > b.length_m + 5000
    assert sum(table["extra_m"].to_pylist()) == pytest.approx(a.length_m - b.length_m, abs=1.0)
    assert sum(table["extra_cost"].to_pylist()) == pytest.approx(a.scores["cost"] - b.scores["cost"], rel=1e-6)
    assert "apart" in table["kind"].to_pylist()


def test_the_built_line_beside_the_one_that_avoids(settings, around):
    """Kilometre by kilometre the sums are those of the whole lines, and what lies in a sketch is what shapely says."""
    avoiding, _, surfaces = around
    (built,) = read_alignment(GEOMETRIES, settings=settings, feature="309d8b1ece64").parts
    table = beside(surfaces, built, avoiding)
    extra = score(surfaces, built).length_m - score(surfaces, avoiding).length_m
    assert sum(table["extra_m"].to_pylist()) == pytest.approx(extra, abs=1.0)
    rows = [r for r in crossings(surfaces, built).to_pylist() if r["layer"] == "sketches"]
    crossed = shapely.intersection(shapely.LineString(built), sketches())
    degrees = 111_195.0  # at three degrees from the equator a degree either way is this, to 1 %
    assert sum(r["length_m"] for r in rows) == pytest.approx(crossed.length * degrees, rel=0.01)
    assert all(r["to_km"] > r["from_km"] for r in rows)


def test_the_built_line_lies_on_the_railway_of_another_extract(settings):
    """AidData holds strips of polygons; OpenStreetMap's own line of the same railway lies beneath their middle."""
    (built,) = read_alignment(GEOMETRIES, settings=settings, feature="309d8b1ece64").parts
    name = "Mombasa-Nairobi Standard Gauge Railway"
    other = read_alignment(DATA / "africa-rail-osm" / "kenya-rail.gpkg", settings=settings, feature=name)
    tree = shapely.STRtree([shapely.LineString(p) for p in other.parts])
    _, degrees = tree.query_nearest(shapely.points(built), return_distance=True, all_matches=False)
    metres = degrees * 111_195.0
    assert np.median(metres) < 1.0
    assert (metres < 100).mean() > 0.9
