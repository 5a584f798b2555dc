"""WDPA as it is: points that stand for areas, statuses, realms, withheld countries. All sites here are made up."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio.raw
import pytest
import shapely
from pyproj import Geod

from qinglu import space
from qinglu.atlas import WdpaFilter, read_vector, wdpa
from qinglu.settings import Settings

GEOD = Geod(ellps="WGS84")


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path / "data")


def site(
    pid, geometry, *, cat="II", area=100.0, status="Designated", marine="0", desig="National Park", name=""
):
    return {
        "type": "Feature",
        "properties": {
            "WDPAID": int(pid.split("_")[0]), "WDPA_PID": pid, "NAME": name or f"Site {pid}", "DESIG_ENG": desig,
            "IUCN_CAT": cat, "REP_AREA": area, "STATUS": status, "MARINE": marine, "ISO3": "KEN",
        },
        "geometry": None if geometry is None else json.loads(shapely.to_geojson(geometry)),
    }  # fmt: skip


SITES = [
    site("1", shapely.box(36, -2, 37, -1)),
    site("2", shapely.MultiPoint([(36.5, -1.5)]), cat="IV", area=78.5),
    site("3", shapely.Point(38, -3), cat="Ia", area=0.0),
    site("4", shapely.box(39, -4, 40, -3), status="Proposed"),
    site("5", shapely.box(39, -5, 40, -4), status="Not Reported", cat="Not Reported"),
    site("6", shapely.box(41, -5, 42, -4), marine="2", status="Established", cat="VI"),
    site("7", shapely.box(41, -6, 42, -5), desig="UNESCO-MAB Biosphere Reserve", status="Inscribed", cat="Not Applicable"),
    site("8", shapely.box(41, -7, 42, -6), desig="World Heritage Site (natural or mixed)", cat="Not Applicable"),
    site("9_A", None),
]  # fmt: skip


@pytest.fixture
def delivery(tmp_path):
    path = tmp_path / "WDPA_made_up.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": SITES}))
    return path


def there(layer):
    """Rows that have a geometry."""
    return np.flatnonzero(np.diff(layer.index.feature_item)).tolist()


def test_a_delivery_is_known_by_its_columns_and_is_about_protected_areas(delivery, settings):
    got = read_vector("wdpa", delivery, settings=settings)
    assert got.layer.role == "protected"
    assert got.layer.withheld == wdpa.withheld()
    assert "CHN" in got.layer.withheld
    assert got.features["feature_id"].to_pylist() == [str(i) for i in range(9)]
    assert got.features["feature_class"].to_pylist() == [
        "strict", "other", "strict", "strict", "", "other", "", "strict", "strict",
    ]  # fmt: skip


def test_proposals_are_left_out_and_sites_of_unreported_status_stay(delivery, settings):
    got = read_vector("wdpa", delivery, settings=settings)
    assert there(got) == [0, 1, 2, 4, 5, 6, 7]
    assert got.account["filtered"] == 1
    every = WdpaFilter(statuses=("Designated", "Proposed"))
    assert there(read_vector("wdpa", delivery, settings=settings, keep=every)) == [0, 1, 2, 3, 7]


def test_realm_and_biosphere_filters(delivery, settings):
    assert 5 not in there(read_vector("wdpa", delivery, settings=settings, keep=WdpaFilter(realm="land")))
    assert there(read_vector("wdpa", delivery, settings=settings, keep=WdpaFilter(realm="sea"))) == [5]
    kept = there(read_vector("wdpa", delivery, settings=settings, keep=WdpaFilter(man_and_biosphere=False)))
    assert 6 not in kept
    assert 7 in kept


def test_a_point_with_a_reported_area_is_a_circle_of_that_area_and_says_so(delivery, settings):
    got = read_vector("wdpa", delivery, settings=settings)
    assert got.features["approximate"].to_pylist() == [False, True, True] + [False] * 6
    assert got.account["circles"] == 1
    first, last = got.index.feature_item[1], got.index.feature_item[2]
    ring = got.index.item_ring[first]
    xy = got.index.coords[got.index.ring_start[ring] : got.index.ring_start[ring + 1]]
    assert last - first == 1
    area, _ = GEOD.polygon_area_perimeter(*xy.T)
    assert abs(area) == pytest.approx(78.5e6, rel=1e-3)
    _, _, radius = GEOD.inv(np.full(len(xy), 36.5), np.full(len(xy), -1.5), *xy.T)
    assert np.ptp(radius) < 0.01
    assert np.mean(radius) == pytest.approx(np.sqrt(78.5e6 / np.pi), rel=1e-3)


def test_a_point_without_an_area_stays_a_point_and_says_so(delivery, settings):
    got = read_vector("wdpa", delivery, settings=settings)
    item = got.index.feature_item[2]
    assert not got.index.item_areal[item]
    assert got.layer.kind == "mixed"


@pytest.mark.parametrize("area_km2", [0.01, 1, 1000, 100_000, 1_000_000])
@pytest.mark.parametrize("lat", [0, 35, -60, 85])
def test_circles_have_their_area_on_the_ellipsoid_within_a_thousandth(lat, area_km2):
    shape = wdpa.circle(20.0, lat, area_km2 * 1e6)
    assert len(shape.exterior.coords) >= 65
    whole = space.repair(np.array([shape], object)).geoms
    assert space.area_m2(whole)[0] == pytest.approx(area_km2 * 1e6, rel=1e-3)


def test_circles_over_the_seam_and_the_pole_are_whole(tmp_path, settings):
    seam = site("1", shapely.Point(179.99, 10), area=10_000)
    pole = site("2", shapely.Point(0, 89.5), area=50_000)
    path = tmp_path / "w.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [seam, pole]}))
    got = read_vector("wdpa", path, settings=settings)
    assert got.index.feature_item[1] == 2
    assert got.index.coords[:, 1].max() == 90


def test_an_area_beyond_belief_is_not_drawn(tmp_path, settings):
    path = tmp_path / "w.geojson"
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": [site("1", shapely.Point(0, 0), area=1e9)]})
    )
    got = read_vector("wdpa", path, settings=settings)
    assert got.account["circles"] == 0
    assert got.features["approximate"].to_pylist() == [True]


def test_the_renamed_fields_are_known_too(tmp_path, settings):
    new = {"WDPAID": "SITE_ID", "WDPA_PID": "SITE_PID", "NAME": "NAME_ENG", "MARINE": "REALM"}
    features = []
    for s in SITES:
        realm = {"0": "Terrestrial", "1": "Coastal", "2": "Marine"}
        p = {new.get(k, k): realm.get(v, v) if k == "MARINE" else v for k, v in s["properties"].items()}
        features.append({**s, "properties": p})
    path = tmp_path / "new.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    got = read_vector("wdpa", path, settings=settings, keep=WdpaFilter(realm="land"))
    assert there(got) == [0, 1, 2, 4, 6, 7]
    assert got.features["feature_name"][0].as_py() == "Site 1"


def test_a_shapefile_delivery_in_several_archives_is_read_as_one(tmp_path, settings):
    """The public download is an archive of archives, each with polygons beside points."""
    outer = tmp_path / "WDPA_shp.zip"
    columns = list(SITES[0]["properties"])
    with zipfile.ZipFile(outer, "w") as z:
        for part in range(2):
            folder = tmp_path / f"p{part}"
            folder.mkdir()
            for kind, geom in (
                ("polygons", shapely.box(part, 0, part + 1, 1)),
                ("points", shapely.Point(part, 5)),
            ):
                values = [np.array([v], object) for v in site(f"{part}1", geom)["properties"].values()]
                pyogrio.raw.write(
                    folder / f"WDPA_{kind}.shp", np.array([shapely.to_wkb(geom)], object), values, columns,
                    crs="EPSG:4326", geometry_type=geom.geom_type, encoding="UTF-8",
                )  # fmt: skip
            inner = tmp_path / f"WDPA_shp_{part}.zip"
            with zipfile.ZipFile(inner, "w") as y:
                for p in sorted(folder.iterdir()):
                    y.write(p, p.name)
            z.write(inner, inner.name)
        z.writestr("Resources/readme.txt", "terms")
    got = read_vector("wdpa", outer, settings=settings)
    assert got.index.n_features == 4
    assert got.account["circles"] == 2


def test_a_layer_that_only_looks_alike_is_left_alone(tmp_path, settings):
    table = pa.table({"IUCN_CAT": ["II"], "REP_AREA": [5.0]})
    assert not wdpa.is_delivery(table.column_names)
    path = tmp_path / "parks.geojson"
    feature = {"type": "Feature", "properties": {"IUCN_CAT": "II", "REP_AREA": 5.0, "STATUS": "Proposed"},
               "geometry": {"type": "Point", "coordinates": [1, 2]}}  # fmt: skip
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    got = read_vector("parks", path, role="protected", settings=settings)
    assert got.layer.kind == "point"
    assert got.layer.withheld == ()
    assert got.features["approximate"].to_pylist() == [False]


def test_the_record_names_its_source_and_what_nobody_checked():
    from qinglu.atlas.records import record

    known = record("wdpa")
    assert known["source"]
    assert all("checked" in c and len(c["country"]) == 3 for c in known["withheld"])
    assert Path(__file__).parents[2].joinpath("docs/decisions/0020-wdpa.md").is_file()
