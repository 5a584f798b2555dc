"""The web pages as the service gives them: their policy, their absence, the ground of their maps, a look at a place."""

from __future__ import annotations

import gzip
from datetime import date

import pytest
import shapely

pytest.importorskip("fastapi", reason="the service is not installed: qinglu[serve]")

from fastapi.testclient import TestClient

from qinglu.api import create_app, pages
from qinglu.api.ground import Ground
from qinglu.api.mvt import bounds, tile
from qinglu.atlas.labels import simplified
from qinglu.settings import Settings
from qinglu.store import Store
from qinglu.tools.look import look
from qinglu.tools.screening import example_layer
from qinglu.workspace import Workspace

PASSWORD = "correct horse battery"


@pytest.fixture
def settings(tmp_path):
    own = tmp_path / "map"
    own.mkdir()
    (own / "style.json").write_text('{"version": 8}')
    (own / "world.pmtiles").write_bytes(bytes(range(200)))
    (tmp_path / "secret.txt").write_text("secret")
    return Settings(data_dir=tmp_path / "data", basemap=str(own))


@pytest.fixture
def client(settings, tmp_path, monkeypatch):
    built = tmp_path / "built"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text("<!doctype html><div id=app></div>")
    (built / "assets/index-abc.js").write_text("let a = 1;" * 100)
    (built / "mark.svg").write_text("<svg/>")
    monkeypatch.setattr(pages.install, "__defaults__", (built,))
    with (
        Store.open(f"sqlite:///{tmp_path / 'q.db'}", tmp_path) as store,
        TestClient(create_app(store, settings), base_url="http://testserver") as opened,
    ):
        yield opened


@pytest.mark.parametrize(
    "path", ["/", "/sign-in", "/projects/7", "/upload", "/draw", "/alternatives", "/rules", "/layers"]
)
def test_a_page_is_the_app_under_a_strict_policy(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert "id=app" in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_assets_are_kept_for_good_and_sent_compressed(client):
    answer = client.get("/assets/index-abc.js", headers={"accept-encoding": "gzip"})
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"
    assert client.get("/assets/index-abc.js", headers={"accept-encoding": "identity"}).text == answer.text


@pytest.mark.parametrize("path", [
    "/assets/..%2f..%2fsecret.txt", "/basemap/own/..%2fsecret.txt", "/basemap/own/%2e%2e/secret.txt", "/assets/none.js",
    "/basemap/own//etc/passwd", "/projects/x", "/nowhere",
])  # fmt: skip
def test_nothing_outside_is_given(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.json()["slug"] == "no-address"


def test_without_built_pages_it_says_how_to_get_them(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(pages.install, "__defaults__", (tmp_path / "nothing",))
    opened = Store.open(f"sqlite:///{tmp_path / 'q.db'}", tmp_path)
    with opened as store, TestClient(create_app(store, settings)) as client:
        answer = client.get("/", headers={"accept-language": "zh"})
    assert answer.status_code == 200
    assert "make web" in answer.text
    assert "网页" in answer.text
    assert "<script" not in answer.text


def test_a_map_of_ones_own_is_served_in_ranges(client):
    assert client.get("/basemap/config.json").json() == {"style": "/basemap/own/style.json", "attribution": ""}
    part = client.get("/basemap/own/world.pmtiles", headers={"range": "bytes=10-19"})
    assert part.status_code == 206
    assert part.content == bytes(range(10, 20))


def test_without_one_the_ground_is_made_here(tmp_path):
    settings = Settings(data_dir=tmp_path)
    ground = Ground(settings, Workspace(settings, date(2026, 11, 22)))
    assert ground.config()["style"] is None
    assert ground.tile(9, 0, 0) is None
    assert ground.tile(1, 2, 0) is None
    mapbox = pytest.importorskip(
        "mapbox_vector_tile", reason="nothing to read tiles with: pip install mapbox-vector-tile"
    )
    read = mapbox.decode(gzip.decompress(ground.tile(6, 38, 32)))  # Nairobi and the coast
    assert {f["geometry"]["type"] for f in read["land"]["features"]} <= {"Polygon", "MultiPolygon"}
    named = {f["properties"].get("en"): f["properties"] for f in read["names"]["features"]}
    assert named["Nairobi"]["zh"] == "内罗毕"
    whole = mapbox.decode(gzip.decompress(ground.tile(3, 4, 3)))["names"]["features"]
    assert any(f["properties"]["kind"] == "country" for f in whole)


def test_a_tile_reads_back_as_it_was_drawn():
    mapbox = pytest.importorskip(
        "mapbox_vector_tile", reason="nothing to read tiles with: pip install mapbox-vector-tile"
    )
    west, south, east, north = bounds(4, 9, 8)
    square = shapely.box(west, south, east, north).difference(
        shapely.box(*shapely.box(west, south, east, north).buffer(-5).bounds)
    )
    line = shapely.LineString([(west, south), (east, north)])
    made = tile(
        4,
        9,
        8,
        {
            "a": [
                (square, {"n": 3, "w": "路", "f": 0.5, "b": True}),
                (line, {}),
                (shapely.Point(east, south), {"n": -3}),
            ]
        },
    )
    area, way, point = mapbox.decode(made, default_options={"y_coord_down": True})["a"]["features"]
    assert area["properties"] == {"n": 3, "w": "路", "f": 0.5, "b": True}
    assert len(area["geometry"]["coordinates"]) == 2  # with its hole
    assert shapely.geometry.shape(area["geometry"]).is_valid
    assert way["geometry"]["coordinates"] == [[0, 4096], [4096, 0]]
    assert point["geometry"]["coordinates"] == [4096, 4096]
    assert point["properties"] == {"n": -3}


@pytest.mark.parametrize(("names", "one"), [
    (["Kaboul", "喀布爾", "喀布尔"], "喀布尔"), (["ナイロビ", "Nairobi"], None), (["京"], None), ([], None),
])  # fmt: skip
def test_the_simplified_name_is_chosen(names, one):
    assert simplified(names) == one


def _looked(shape, **facts):
    workspace = Workspace(Settings.from_environment(), date(2026, 11, 22))
    return look(workspace, shape, [example_layer(workspace)], workspace.today, facts=facts, judged=bool(facts))


def test_a_place_in_a_park_is_found_with_its_reason():
    found = _looked(shapely.Point(36.85, -1.37)).as_dict()
    assert found["features"][0]["properties"]["distance_m"] == 0
    assert found["features"][0]["properties"]["demonstration"] is True
    worst = next(f for f in found["findings"] if f["level"] == "critical")
    assert [s["kind"] for s in worst["why"]] == ["measure", "rule", "layer", "formula"]
    assert not any(f["measure"] == "duty" for f in found["findings"])


def test_rings_lie_at_their_distance():
    from pyproj import Geod

    place = shapely.Point(36.85, -1.37)
    for metres, shape in _looked(place).rings:
        at = shapely.get_coordinates(shapely.geometry.shape(shape))
        lon, lat = at[:, 0], at[:, 1]
        _, _, away = Geod(ellps="WGS84").inv([place.x] * len(at), [place.y] * len(at), lon, lat)
        assert away == pytest.approx(metres, rel=2e-3)


def test_the_whole_rulebook_speaks_where_facts_are_known():
    found = _looked(shapely.Point(36.85, -1.37), country="KEN", sector="railway", stage="planning").findings()
    assert any(f["measure"] == "duty" for f in found)


def _signed_in(client, role):
    store = client.app.state.context.store
    from qinglu.store import SYSTEM

    org = store.create_organisation(SYSTEM, kind="company", name="A", name_zh="甲")
    user = store.create_user(SYSTEM, email="a@b.example", name="A", password=PASSWORD)
    store.add_member(SYSTEM, user.id, org.id, role)
    store.set_password(store.actor_for(user.id), user.id, PASSWORD, current=PASSWORD)
    told = client.post("/api/v1/session", json={"email": "a@b.example", "password": PASSWORD}).json()
    return {"X-CSRF-Token": told["csrf"]}


def test_looking_needs_a_role_that_works(client):
    body = {"geometry": {"type": "Point", "coordinates": [36.85, -1.37]}}
    assert client.post("/api/v1/look", json=body).status_code == 401
    headers = _signed_in(client, "reader")
    assert client.post("/api/v1/look", json=body, headers=headers).status_code == 403


def test_what_cannot_be_a_place_is_refused(client):
    headers = _signed_in(client, "company")
    bow = [[36, -1], [37, -2], [37, -1], [36, -2], [36, -1]]
    for shape in (
        {"type": "Polygon", "coordinates": [bow]}, {"type": "Point", "coordinates": [236, 1]},
        {"type": "LineString", "coordinates": [[0, 0], [90, 0]]}, {"type": "Point", "coordinates": []}, {"type": "Round"},
    ):  # fmt: skip
        answer = client.post("/api/v1/look", json={"geometry": shape}, headers=headers)
        assert answer.status_code in (413, 422), shape
        assert answer.json()["detail_zh"]


def test_the_example_comes_with_one_click(client):
    headers = _signed_in(client, "company")
    answer = client.post("/api/v1/demo", headers=headers)
    assert answer.status_code == 202
    assert answer.json()["job"]["kind"] == "portfolio"
    assert answer.json()["job"]["inputs"]["demonstration"] is True


def test_layers_that_are_missing_say_how_they_are_had(client):
    items = client.get("/api/v1/coverage").json()["items"]
    assert {"protected", "forest"} <= {i["role"] for i in items}
    assert all(i["how_to_get"]["zh"] and i["how_to_get"]["en"] for i in items)
    assert "land" not in {i["role"] for i in items}
