"""Solar sites in Djibouti and its surroundings on the 30″ elevation: what is delivered holds when measured anew."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pyproj
import pytest
import shapely

from qinglu import space
from qinglu.settings import Settings
from qinglu.tools import tool
from qinglu.tools.check import checked
from qinglu.workspace import Workspace

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
EARTH = SHARED / "natural-earth"
DEM = SHARED / "globe-dem-crops" / "ethiopia_djibouti.tif"
PORTS, LAKES, PLACES = (EARTH / f"ne_10m_{n}.parquet" for n in ("ports", "lakes", "populated_places_simple"))
GEOD = pyproj.Geod(ellps="WGS84")

pytestmark = pytest.mark.skipif(
    not (DEM.exists() and PORTS.exists()), reason="needs the elevation crop and Natural Earth in ../shared/data"
)


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    workspace = Workspace(Settings(data_dir=tmp_path_factory.mktemp("data")), today=date(2026, 11, 22))
    chosen = tool("site")
    given = {
        "bbox": [41, 10.5, 43.5, 12.8], "dem": str(DEM), "slope": [1, 8], "max_slope": 10, "k": 5, "min_area_km2": 20,
        "min_separation_km": 10, "draws": 200, "screen": False,
        "layer": {
            "ports": {"path": str(PORTS), "role": "transport", "near": [0, 150], "weight": 2},
            "towns": {"path": str(PLACES), "role": "settlement", "far": [2, 20]},
            "lakes": {"path": str(LAKES), "role": "lake", "buffer_km": 5},
        },
    }  # fmt: skip
    return chosen.run(workspace, checked(chosen.fields, given)).as_dict()["result"]


def shapes(path):
    return shapely.from_wkb(pq.read_table(path, columns=["geometry"])["geometry"].to_numpy(zero_copy_only=False))


def geometries(result):
    return np.array([shapely.geometry.shape(s["geometry"]) for s in result["sites"]], dtype=object)


def test_five_sites_near_the_coast(result):
    assert result["found"] == 5
    assert all(s["score"] > 0.7 for s in result["sites"])
    assert {s["country"] for s in result["sites"]} <= {"DJI", "ERI", "ETH", "SOM"}
    assert result["sites"][0]["criteria"]["ports"]["value"] < 60
    # the Gulf of Aden takes a few thousand square kilometres of the box
    sea = next(e for e in result["exclusions"] if e["id"] == "sea")
    assert 3000 < sea["km2"] < 8000


def test_areas_separation_and_buffers_hold(result):
    polygons = geometries(result)
    for site, polygon in zip(result["sites"], polygons, strict=True):
        area = abs(GEOD.geometry_area_perimeter(shapely.segmentize(polygon, 0.002))[0]) / 1e6
        assert 20 <= area == pytest.approx(site["area_km2"], rel=1e-6)
    index = space.Index.build(polygons)
    apart = space.within(index, index, 9_999.0)
    assert (apart.project == apart.feature).all()
    lakes = space.Index.build(space.repair(shapes(LAKES)).geoms)
    assert (space.nearest(index, lakes).distance_m >= 5000).all()


def test_the_mean_distance_to_ports_is_that_of_geodesics(result):
    """From the middles of a site's cells of 30″ to every port, by pyproj."""
    ports = shapely.get_coordinates(shapes(PORTS))
    ports = ports[(abs(ports[:, 0] - 42.5) < 6) & (abs(ports[:, 1] - 12) < 6)]
    for site, polygon in zip(result["sites"], geometries(result), strict=True):
        west, south, east, north = polygon.bounds
        lon, lat = np.meshgrid(np.arange(west + 1 / 240, east, 1 / 120), np.arange(south + 1 / 240, north, 1 / 120))
        inside = shapely.contains_xy(polygon, lon, lat)
        x, y = lon[inside], lat[inside]
        every = [GEOD.inv(x, y, np.full(len(x), px), np.full(len(y), py))[2] for px, py in ports]
        assert site["criteria"]["ports"]["value"] == pytest.approx(np.min(every, axis=0).mean() / 1000, rel=1e-4)


def test_the_weights_decide_and_it_is_told(result):
    assert len(result["sensitivity"]["rivals"]) >= 5
    for site in result["sites"]:
        assert 0 < site["in_first_k_near_weights"] <= 1
        assert site["in_first_k_any_weights"] <= site["in_first_k_near_weights"] + 0.1
        turn = site["displaced_first_by"]
        assert turn is None or turn["criterion"] in ("slope", "ports", "towns")
