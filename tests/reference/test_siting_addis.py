"""Addis Ababa to Djibouti on real ground: elevation of GLOBE at 30″, Natural Earth, RESOLVE ecoregions."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pyproj
import pytest

from qinglu.atlas import Atlas, read_vector
from qinglu.atlas.raster import GeoTiff
from qinglu.settings import Settings
from qinglu.siting import least_cost_path
from qinglu.siting.ends import PlaceError, cell_at
from qinglu.siting.given import Given, populations
from qinglu.siting.surfaces import build
from qinglu.text import Text

DATA = Path(__file__).parents[2].parent / "shared" / "data"
DEM = DATA / "globe-dem-crops" / "ethiopia_djibouti.tif"
NATURAL_EARTH = DATA / "natural-earth"
ADDIS, DJIBOUTI = (38.75, 9.0), (43.08, 11.55)

pytestmark = pytest.mark.skipif(not DEM.exists(), reason=f"no elevation of Ethiopia and Djibouti in {DATA}")


@pytest.fixture(scope="module")
def surfaces(tmp_path_factory):
    settings = dataclasses.replace(Settings(), data_dir=tmp_path_factory.mktemp("data"))

    def given(name, file, role):
        return Given(
            read_vector(name, file, role=role, settings=settings),
            population=populations(file, settings) if role == "settlement" else None,
        )

    layers = [
        given("rivers", NATURAL_EARTH / "ne_10m_rivers_lake_centerlines.parquet", "river"),
        given("lakes", NATURAL_EARTH / "ne_10m_lakes.parquet", "lake"),
        given("places", NATURAL_EARTH / "ne_10m_populated_places_simple.parquet", "settlement"),
        given("ecoregions", DATA / "resolve-ecoregions-2017" / "ecoregions2017_simplified.parquet", "ecoregion"),
    ]
    with GeoTiff(DEM) as dem:
        return build(
            ends=[ADDIS, DJIBOUTI],
            mode="railway",
            objectives=("cost", "ecology", "people", "carbon", "hazard"),
            dem=dem,
            layers=layers,
            land=Atlas(settings).land(),
        )


def test_what_is_known_and_what_is_not(surfaces):
    assert list(surfaces.objectives) == ["cost", "ecology", "people", "carbon"]
    assert list(surfaces.unknown) == ["hazard"]


def test_the_people_of_the_places_are_there(surfaces):
    """Addis Ababa counts 3.1 million in Natural Earth; the strip is 400 m."""
    grid = surfaces.grid
    density = surfaces.objectives["people"].per_m / 400.0
    row, col = grid.cell_of(38.7, 9.03)
    around = np.s_[row - 25 : row + 26, col - 25 : col + 26]
    people = (density[around] * grid.cell_area_m2[row - 25 : row + 26, None]).sum()
    assert people == pytest.approx(3.1e6, rel=0.05)


def test_the_railway_runs_down_the_rift_and_stays_on_land(surfaces):
    """The line opened in 2016 is about 750 km long and passes Adama, Awash and Dire Dawa's latitude west of Djibouti."""
    start, end = (cell_at(surfaces, p, Text("点", "place")) for p in (ADDIS, DJIBOUTI))
    cost, climb = surfaces.weighted({"cost": 1})
    path = least_cost_path(cost, surfaces.grid, start, end, climb=climb)
    straight = pyproj.Geod(ellps="WGS84").inv(*ADDIS, *DJIBOUTI)[2]
    assert 1.15 * straight < path.length_m < 1.5 * straight
    assert surfaces.passable[path.rows, path.cols].all()
    assert 2e9 < path.cost < 6e9  # dollars; the line is reported to have cost about 4 billion
    lon, lat = surfaces.grid.lonlat_of(path.rows, path.cols)
    adama = pyproj.Geod(ellps="WGS84").inv(np.full(len(lon), 39.27), np.full(len(lon), 8.54), lon, lat)[2].min()
    awash = pyproj.Geod(ellps="WGS84").inv(np.full(len(lon), 40.17), np.full(len(lon), 8.98), lon, lat)[2].min()
    assert adama < 25_000
    assert awash < 25_000


def test_the_gulf_is_sea_and_lake_assal_is_not(surfaces):
    with pytest.raises(PlaceError, match="in the sea"):
        cell_at(surfaces, (44.5, 11.8), Text("终点", "end"))
    # Below the sea and clamped to 0 m in this elevation, but on land.
    assert surfaces.passable[surfaces.grid.cell_of(42.42, 11.66)]
