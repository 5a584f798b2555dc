"""``qinglu atlas`` as a person meets it: list, info, add, verify, fetch, remove."""

from __future__ import annotations

import json

import pytest
import shapely

from qinglu.cli import main


@pytest.fixture
def parks(tmp_path):
    path = tmp_path / "parks.geojson"
    feature = {"type": "Feature", "properties": {"name": "A", "SitRecID": 7, "IntName": "A"}, "geometry": json.loads(shapely.to_geojson(shapely.box(0, 0, 1, 1)))}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    return path


@pytest.fixture
def atlas(tmp_path, capsys):
    def call(*args):
        code = main(["atlas", *map(str, args), "--data", str(tmp_path / "data")])
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


def test_a_layer_is_added_shown_verified_and_removed(atlas, parks, tmp_path):
    added = atlas("add", parks, "--id", "parks", "--role", "protected", "--licence", "ours", "--withheld", "中国,KEN", "--json")
    assert added[0] == 0, added
    layer = json.loads(added[1])
    assert (layer["id"], layer["role"], layer["licence"], layer["withheld"]) == ("parks", "protected", "ours", ["CHN", "KEN"])
    assert len(layer["sha256"]) == 64
    _, listed, _ = atlas("list", "--json")
    assert "parks" in {a["id"] for a in json.loads(listed)["layers"]}
    assert json.loads(atlas("info", "parks", "--json")[1]) == layer
    assert atlas("verify")[0] == 0
    (tmp_path / "data" / "layers" / "parks" / "data.parquet").write_bytes(b"damaged")
    code, told, _ = atlas("verify", "parks")
    assert code == 1
    assert "data.parquet" in told
    assert atlas("remove", "parks")[0] == 0
    assert "parks" not in {a["id"] for a in json.loads(atlas("list", "--json")[1])["layers"]}


@pytest.mark.parametrize(
    ("args", "named"),
    [
        (["info", "nothing"], "nothing"),
        (["remove", "nothing"], "nothing"),
        (["remove", "land"], "land"),
        (["fetch", "nothing"], "nothing"),
        (["fetch", "resolve-ecoregions"], "--accept-terms"),
        (["fetch", "wdpa", "--accept-terms", "--country", "KEN"], "token"),
        (["fetch", "copernicus-dem-30", "--accept-terms", "--bbox", "1,2"], "--bbox"),
        (["add", "missing.gpkg", "--id", "x", "--role", "protected"], "missing.gpkg"),
    ],
)
def test_what_cannot_be_is_one_line(atlas, args, named):
    code, told, error = atlas(*args)
    assert code == 2, (told, error)
    assert told == ""
    assert error.count("\n") == 1
    assert named in error
    assert len(error) < 500


def test_an_id_is_not_taken_twice_unless_asked(atlas, parks):
    assert atlas("add", parks, "--id", "p", "--role", "protected")[0] == 0
    assert atlas("add", parks, "--id", "p", "--role", "forest")[0] == 2
    assert atlas("add", parks, "--id", "p", "--role", "forest", "--replace")[0] == 0
    assert json.loads(atlas("info", "p", "--json")[1])["role"] == "forest"


def test_a_connector_describes_a_file_obtained_by_hand(atlas, parks):
    code, told, error = atlas("add", parks, "--connector", "kba", "--json")
    assert code == 0, error
    layer = json.loads(told)
    assert (layer["id"], layer["role"]) == ("kba", "key-biodiversity")
    assert layer["licence"]


def test_wdpa_is_filtered_by_status_and_realm(atlas, tmp_path):
    def site(name, status, realm, x):
        about = {"WDPAID": x, "WDPA_PID": str(x), "NAME": name, "IUCN_CAT": "II", "REP_AREA": 1, "STATUS": status,
                 "MARINE": realm, "DESIG_ENG": "National Park", "ISO3": "KEN"}  # fmt: skip
        return {"type": "Feature", "properties": about, "geometry": {"type": "Point", "coordinates": [x, 0]}}

    path = tmp_path / "wdpa.geojson"
    sites = [site("a", "Designated", "0", 1), site("b", "Proposed", "0", 2), site("c", "Designated", "2", 3)]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": sites}), encoding="utf-8")

    def kept(*more):
        code, told, error = atlas("add", path, "--connector", "wdpa", "--replace", "--json", *more)
        assert code == 0, error
        return json.loads(told)["provenance"]

    assert "1 filtered" in kept()
    assert "2 filtered" in kept("--realm", "land")
    assert "1 filtered" in kept("--statuses", "Designated,Proposed", "--realm", "land")
    assert atlas("add", path, "--connector", "wdpa", "--realm", "air")[0] == 2
