"""The embedded example says what it claims to say, where it claims to be."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import Geod

from qinglu import example

SHARED = Path(__file__).parents[3] / "shared" / "data"
WGS84 = Geod(ellps="WGS84")
SECTORS = {"rail", "port", "hydropower", "coal power", "solar", "wind", "road"}
WITH_CAPACITY = {"hydropower", "coal power", "solar", "wind"}


def _features(path: Path) -> list[dict]:
    return json.loads(path.read_text(encoding="utf-8"))["features"]


PROJECTS = {f["properties"]["id"]: f for f in _features(example.portfolio_path())}
PARKS = {f["properties"]["id"]: f for f in _features(example.parks_path())}
SHAPES = {key: shapely.geometry.shape(f["geometry"]) for key, f in (PROJECTS | PARKS).items()}


def _is_chinese(text: str) -> bool:
    return any("一" <= c <= "鿿" for c in text)


def _metres(a: shapely.Geometry, b: shapely.Geometry) -> float:
    """Distance in metres on a local plane; good to a per cent over some tens of kilometres."""
    lat, lon = np.radians(a.centroid.y), a.centroid.x

    def flat(c: np.ndarray) -> np.ndarray:
        return (c - [lon, 0]) * [111_320 * np.cos(lat), 110_574]

    return float(shapely.distance(shapely.transform(a, flat), shapely.transform(b, flat)))


def test_about_thirty_projects_of_every_sector():
    assert 28 <= len(PROJECTS) <= 40
    assert {f["properties"]["sector"] for f in PROJECTS.values()} == SECTORS
    assert len(PROJECTS) == len(_features(example.portfolio_path())), "ids are unique"


@pytest.mark.parametrize("key", PROJECTS)
def test_project_is_complete(key):
    p = PROJECTS[key]["properties"]
    shape = SHAPES[key]
    assert p["name"].isprintable()
    assert not _is_chinese(p["name"])
    assert _is_chinese(p["name_zh"])
    assert len(p["country"]) == 3
    assert p["country"].isupper()
    assert p["stage"] in {"operating", "construction", "cancelled"}
    assert p["year"] is None or 2000 <= p["year"] <= 2026
    assert (p["year"] is None) == (p["stage"] == "construction")
    assert (p["capacity_mw"] is not None) == (p["sector"] in WITH_CAPACITY)
    assert shape.is_valid
    assert not shape.is_empty
    assert (shape.geom_type == "LineString") == (p["sector"] in {"rail", "road"})
    x0, y0, x1, y1 = shape.bounds
    assert -180 <= x0 <= x1 <= 180
    assert -60 <= y0 <= y1 <= 60


@pytest.mark.parametrize("key", [*PROJECTS, *PARKS])
def test_every_fact_names_a_source(key):
    p = (PROJECTS | PARKS)[key]["properties"]
    register = example.sources()
    cited = p["source"].split(", ")
    assert cited
    assert set(cited) <= set(register)
    if key in PROJECTS:
        assert p["source_url"] == register[cited[0]]["url"]
        assert p["checked"] == max((c for s in cited if (c := register[s]["checked"])), default=None)


def test_sources_are_used_and_well_formed():
    cited = {s for f in (PROJECTS | PARKS).values() for s in f["properties"]["source"].split(", ")}
    register = example.sources()
    assert set(register) == cited
    for entry in register.values():
        assert entry["title"]
        assert entry["publisher"]
        assert entry["url"].startswith(("https://", "http://"))
        if entry["checked"] is not None:
            date.fromisoformat(entry["checked"])


def test_operating_and_cancelled_coal():
    stages = {f["properties"]["stage"] for f in PROJECTS.values() if f["properties"]["sector"] == "coal power"}
    assert stages == {"operating", "cancelled"}


@pytest.mark.parametrize("key", PARKS)
def test_park_is_a_labelled_sketch_of_about_the_right_size(key):
    p, shape = PARKS[key]["properties"], SHAPES[key]
    assert p["demonstration"] is True
    assert "demonstration sketch" in p["name"]
    assert "示意草图" in p["name_zh"]
    assert (p["role"], p["IUCN_CAT"], p["ISO3"]) == ("protected", "II", "KEN")
    assert shape.is_valid
    assert shape.exterior.is_ccw, "RFC 7946 turns outer rings against the clock"
    assert 10 <= len(shape.exterior.coords) - 1 <= 30
    area_km2 = WGS84.geometry_area_perimeter(shape)[0] / 1e6
    assert area_km2 == pytest.approx(p["published_km2"], rel=0.15)


def test_the_layer_says_that_it_is_a_demonstration_of_kenya_only():
    layer = example.parks_layer()
    assert layer.role == "protected"
    assert layer.demonstration
    assert layer.covers == ("KEN",)
    assert len(layer.sha256) == 64


def test_railways_relate_to_the_parks_as_they_do_on_the_ground():
    phase_1, phase_2a = SHAPES["KE-SGR-1"], SHAPES["KE-SGR-2A"]
    nairobi, east, west = (SHAPES[f"demo-{n}"] for n in ("nairobi", "tsavo-east", "tsavo-west"))
    assert phase_1.crosses(east)
    assert phase_1.crosses(west)
    assert not phase_1.intersects(nairobi)
    assert 100 < _metres(phase_1, nairobi) < 1000, "it runs along the park"
    assert phase_2a.crosses(nairobi)
    assert not phase_2a.intersects(shapely.union(east, west))
    assert not east.intersects(west)
    inside_km = WGS84.geometry_length(shapely.intersection(phase_2a, nairobi)) / 1000
    assert 5 < inside_km < 12


def test_a_newcomer_sees_near_far_and_elsewhere():
    parks = shapely.union_all([SHAPES[k] for k in PARKS])
    assert 1000 < _metres(SHAPES["KE-NAIROBI-EXPRESSWAY"], parks) < 5000
    assert _metres(SHAPES["KE-GARISSA"], parks) > 100_000
    assert {f["properties"]["country"] for f in PROJECTS.values()} > {"KEN"}, "others are outside the layer"


@pytest.mark.parametrize(
    ("key", "names", "within_m"),
    [
        ("KE-SGR-1", {"Mombasa-Nairobi Standard Gauge Railway", "Mombasa-Nairobi SGR"}, 3000),
        ("KE-SGR-2A", {"SGR Nairobi Naivasha", "Nairobi-Naivasha Standard Gauge Railway", "Nachu Tunnel", "Ngong Tunnel"}, 4000),
    ],
)
def test_kenyan_railways_lie_along_the_openstreetmap_tracks(key, names, within_m):
    path = SHARED / "africa-rail-osm" / "kenya-rail.gpkg"
    if not path.exists():
        pytest.skip("shared data (africa-rail-osm) is not here")
    import pyogrio

    meta, _, wkb, fields = pyogrio.raw.read(path, layer="edges", columns=["name"])
    assert list(meta["fields"]) == ["name"]
    track = shapely.union_all(shapely.from_wkb(wkb[np.isin(fields[0].astype(str), list(names))]))
    along = shapely.get_coordinates(shapely.segmentize(SHAPES[key], 0.02))
    assert max(_metres(shapely.Point(xy), track) for xy in along) < within_m


@pytest.mark.parametrize(
    ("key", "plant", "within_m"),
    [
        ("PK-SAHIWAL", "Sahiwal", 2000),
        ("PK-QUAID-SOLAR", "Quaid-e-Azam", 2000),
        ("PK-DAWOOD", "Dawood Wind Power project", 2000),
        ("VN-VINH-TAN-1", "Vinh Tan 2", 2000),
        ("ET-ADAMA-2", "Adama", 4000),
        ("ZA-DE-AAR", "Longyuan Mulilo De Aar Maanhaarberg Wind Energy Facility", 2000),
    ],
)
def test_power_plants_stand_where_the_global_power_plant_database_has_them(key, plant, within_m):
    path = SHARED / "wri-gppd" / "gppd_short.csv.gz"
    if not path.exists():
        pytest.skip("shared data (wri-gppd) is not here")
    import csv
    import gzip

    with gzip.open(path, "rt", encoding="utf-8") as f:
        rows = [r for r in csv.DictReader(f) if r["name"] == plant]
    assert len(rows) == 1
    there = shapely.Point(float(rows[0]["longitude"]), float(rows[0]["latitude"]))
    assert _metres(there, SHAPES[key]) < within_m
