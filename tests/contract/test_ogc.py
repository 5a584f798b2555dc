"""OGC API and STAC: who sees what, pages, filters, systems of coordinates, tiles, processes and their jobs."""

from __future__ import annotations

import json

import api_made
import ogc_made
import pytest
import shapely

ITEMS = "/ogc/collections/projects/items"


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return ogc_made.register(tmp_path_factory.mktemp("ogc"))


@pytest.fixture
def public(here):
    return here.client()


@pytest.fixture
def company(here):
    return here.client("company")


def pages(client, at):
    found = []
    while at:
        page = client.get(at)
        assert page.status_code == 200, page.text
        found += page.json()["features"]
        at = next((a["href"] for a in page.json()["links"] if a["rel"] == "next"), None)
    return found


def codes(client, query):
    return sorted(
        f["properties"]["code"] for f in pages(client, f"{ITEMS}?{query}") if f["properties"]["code"][0] == "N"
    )


def test_the_public_meets_published_dossiers_only(public, company):
    seen = pages(public, f"{ITEMS}?limit=17")
    assert len(seen) == ogc_made.N // 2
    assert all(f["properties"]["published"] for f in seen)
    assert api_made.MARK not in json.dumps(seen)
    assert len(pages(company, f"{ITEMS}?limit=17")) > ogc_made.N
    hidden = next(f["id"] for f in pages(company, ITEMS) if not f["properties"]["published"])
    assert company.get(f"{ITEMS}/{hidden}").status_code == 200
    assert public.get(f"{ITEMS}/{hidden}").status_code == 404
    assert public.get("/ogc/collections/portfolio-1/items").status_code == 404


@pytest.mark.parametrize("role", ["public", "rival", "stranger", "steward"])
def test_nothing_of_a_company_reaches_others(here, company, role):
    """Every address of the standards, asked by those who have no business with it."""
    from qinglu.api.described import routes_of

    number = here.ids["project"]
    fill = {"{collection_id}": "projects", "{feature_id}": str(number), "{job_id}": str(here.ids["job"]),
            "{process_id}": "screen", "{record_id}": "coast", "{item_id}": "coast", "{name}": "data.parquet",
            "{z}/{y}/{x}": "0/0/0"}  # fmt: skip
    asked = []
    for method, path in routes_of(here.app):
        if path.startswith(("/ogc", "/stac")) and method == "GET":
            at = path
            for name, value in fill.items():
                at = at.replace(name, value)
            asked += [at, at.replace("/projects", "/portfolio-1")]
    assert len(asked) > 50
    assert any(api_made.MARK in company.get(at).text for at in asked)
    client = here.client(role)
    for at in asked:
        answer = client.get(at)
        assert answer.status_code < 500, at
        assert api_made.MARK.encode() not in answer.content, at


def test_every_link_is_answered(public):
    """From the landing page on, whatever address is given is there."""
    seen, todo = set(), ["http://testserver/ogc", "http://testserver/stac"]
    while todo:
        at = todo.pop()
        if at in seen or "{" in at or len(seen) > 200 or "events" in at:
            continue
        seen.add(at)
        answer = public.get(at)
        signed_in = at.endswith(("/ogc/jobs", "/execution"))
        assert answer.status_code in ((401, 405) if signed_in else (200,)), at
        if "json" in answer.headers["content-type"] and answer.status_code == 200:
            document = answer.json()
            todo += [a["href"] for a in document.get("links", [])]
            for part in ("collections", "processes", "tilesets"):
                todo += [a["href"] for c in document.get(part, [])[:6] for a in c["links"]]
    assert len(seen) > 40


def test_a_box_is_met_by_geometries_not_only_by_their_boxes(company):
    west, south, east, north = 30.5, -9.0, 31.8, -7.95  # beside the diagonal of a line
    box = shapely.box(west, south, east, north)
    wanted = sorted(f"N{i:03}" for i in range(ogc_made.N) if ogc_made.shape_of(i).intersects(box))
    by_box = [i for i in range(ogc_made.N) if shapely.box(*ogc_made.shape_of(i).bounds).intersects(box)]
    assert len(by_box) > len(wanted) > 0
    assert codes(company, f"bbox={west},{south},{east},{north}&limit=2") == wanted
    assert codes(company, f"filter=S_INTERSECTS(geometry,BBOX({west},{south},{east},{north}))") == wanted
    x, y = 111319.49079327358, 6378137.0
    import math

    mercator = [west * x, math.log(math.tan(math.pi / 4 + math.radians(south) / 2)) * y,
                east * x, math.log(math.tan(math.pi / 4 + math.radians(north) / 2)) * y]  # fmt: skip
    system = "http://www.opengis.net/def/crs/EPSG/0/"
    assert codes(company, f"bbox={','.join(map(str, mercator))}&bbox-crs={system}3857") == wanted
    assert codes(company, f"bbox={south},{west},{north},{east}&bbox-crs={system}4326") == wanted


def test_each_kind_of_geometry_is_a_collection_for_desktop_programs(company, public):
    """A layer of QGIS holds one kind; of the mixed collection it would draw what the first feature is."""
    names = [c["id"] for c in company.get("/ogc/collections").json()["collections"]]
    assert {"projects", "projects-points", "projects-lines", "projects-areas"} <= set(names)
    assert any(name.startswith("portfolio-") and name.endswith("-lines") for name in names)
    whole, parts = pages(company, f"{ITEMS}?limit=1000"), []
    for kind, dimension in (("points", "Point"), ("lines", "LineString"), ("areas", "Polygon")):
        found = pages(company, f"/ogc/collections/projects-{kind}/items?limit=37")
        assert {f["geometry"]["type"] for f in found} == {dimension}
        parts += found
    placed = [f["id"] for f in whole if f["geometry"]]
    assert sorted(f["id"] for f in parts) == sorted(placed)
    point = next(f["id"] for f in whole if f["geometry"] and f["geometry"]["type"] == "Point")
    assert company.get(f"/ogc/collections/projects-points/items/{point}").status_code == 200
    assert company.get(f"/ogc/collections/projects-lines/items/{point}").status_code == 404
    for none in ("projects-lines-lines", "-lines", "layers-lines", "portfolio-1-lines", "layer-coast-points"):
        assert public.get(f"/ogc/collections/{none}").status_code == 404, none


def test_axes_come_in_the_order_of_their_system(company, here):
    number = here.ids["made"][0]
    plain = company.get(f"{ITEMS}/{number}").json()["geometry"]["coordinates"]
    turned = company.get(f"{ITEMS}/{number}?crs=http://www.opengis.net/def/crs/EPSG/0/4326")
    assert turned.json()["geometry"]["coordinates"] == plain[::-1]
    assert turned.headers["content-crs"] == "<http://www.opengis.net/def/crs/EPSG/0/4326>"
    assert company.get(f"{ITEMS}?crs=http://www.opengis.net/def/crs/EPSG/0/2180").status_code == 400


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("country=KEN", lambda i: i % 2 == 0),
        ("capacity=7", lambda i: i == 7),
        ("filter=country = 'TZA' OR capacity < 3 AND country = 'KEN'", lambda i: i % 2 == 1 or i < 3),
        ("filter=NOT (capacity >= 5)", lambda i: i < 5),
        ("filter=name LIKE 'Road 1_'", lambda i: 10 <= i < 20),
        ("filter=CASEI(name) = CASEI('ROAD 4')", lambda i: i == 4),
        ("filter=name_zh IN ('公路3','公路5')", lambda i: i in (3, 5)),
        ("filter=approved_on > DATE('2018-12-31')", lambda i: i % 10 == 9),
        ('filter={"op":"between","args":[{"property":"capacity"},2,4]}&filter-lang=cql2-json', lambda i: 2 <= i <= 4),
        ("filter=capacity IS NULL", lambda i: False),
        ("datetime=2010-01-01/2010-12-31", lambda i: i % 10 == 0),
        ("datetime=2021-01-02T00:00:00Z/..", lambda i: i % 4 != 0),
        ("datetime=../2010-03-01&filter=capacity < 30", lambda i: i < 30 and i % 10 == 0),
    ],
)
def test_filters_find_what_they_say(company, query, holds):
    assert codes(company, query) == [f"N{i:03}" for i in range(ogc_made.N) if holds(i)]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=x", "bbox=1,2,3", "bbox=a,b,c,d", "bbox=0,95,1,96", "datetime=yesterday",
        "datetime=2020-01-01/2019-01-01", "nobody=1", "capacity=much", "crs=EPSG:1", "bbox-crs=x", "cursor=x",
        "filter=country =", "filter=nobody = 1", "filter=country", "filter='a' = 'a'", "filter-lang=ecql",
        "filter=S_WITHIN(geometry, BBOX(0,0,1,1))", "filter=country='KEN' OR S_INTERSECTS(geometry, BBOX(0,0,1,1))",
        "filter=capacity*2 > 3", "filter={}&filter-lang=cql2-json", "filter=[&filter-lang=cql2-json",
        "filter=" + "(" * 500 + "capacity=1" + ")" * 500, "filter=capacity=" + "-" * 3000 + "1",
        "filter-crs=http://www.opengis.net/def/crs/EPSG/0/3857", "filter=S_INTERSECTS(geometry, POLYGON((0 0,1 1)))",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_400_and_says_why(company, query):
    answer = company.get(f"{ITEMS}?{query}")
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail_zh"]
    assert answer.json()["detail_en"]


def test_more_than_the_most_is_not_an_error(company):
    assert company.get(f"{ITEMS}?limit=100000").json()["numberMatched"] > ogc_made.N


def test_an_answer_that_is_known_is_not_sent_again(company):
    first = company.get(f"{ITEMS}?limit=5")
    again = company.get(f"{ITEMS}?limit=5", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "private" in first.headers["cache-control"]


def test_features_of_an_open_layer_page_by_page(public):
    at = "/ogc/collections/layer-ports/items"
    whole = pages(public, f"{at}?limit=1000")
    assert len(pages(public, f"{at}?limit=700")) == len(whole) == len({f["id"] for f in whole})
    name = whole[3]["properties"]["feature_id"]
    assert [f["id"] for f in pages(public, f"{at}?feature_id={name}")] == [whole[3]["id"]]
    found = pages(public, f"{at}?filter=feature_id IN ('{name}') AND NOT (approximate = TRUE)")
    assert [f["id"] for f in found] == [whole[3]["id"]]
    near = pages(public, f"{at}?bbox=38,-5,41,0")
    inside = [f for f in whole if shapely.box(38, -5, 41, 0).intersects(shapely.Point(f["geometry"]["coordinates"]))]
    assert sorted(f["id"] for f in near) == sorted(f["id"] for f in inside)
    assert public.get(f"{at}/999999").status_code == 404


def test_a_layer_that_is_not_open_is_not_handed_on(here, public, company):
    steward = here.store.actor_for(here.ids["user-steward"])
    record = here.store.layer(steward, "ports")
    here.store.put_layer(steward, "ports", {"open": False}, record.version)
    try:
        assert company.get("/ogc/collections/layer-ports/items").status_code == 404
        assert company.get("/ogc/collections/layers/items/ports").status_code == 200
        assert public.get("/ogc/collections/layers/items/ports").status_code == 404
        item = company.get("/stac/collections/transport/items/ports").json()
        assert item["assets"] == {}
        assert company.get("/stac/collections/transport/items/ports/assets/data.parquet").status_code == 404
    finally:
        here.store.put_layer(steward, "ports", {"open": True}, record.version + 1)


def decoded(answer):
    decode = pytest.importorskip("mapbox_vector_tile", reason="mapbox-vector-tile is not installed").decode
    return decode(answer.content)


def test_each_project_is_counted_once_at_every_zoom(company):
    tile = "/ogc/collections/projects/tiles/WebMercatorQuad"
    for z, columns, rows in ((0, (0,), (0,)), (5, (18, 19, 20), (15, 16)), (7, range(74, 84), range(59, 69))):
        total, ids = 0, set()
        for x in columns:
            for y in rows:
                answer = company.get(f"{tile}/{z}/{y}/{x}")
                assert answer.status_code == 200
                features = decoded(answer).get("projects", {"features": []})["features"]
                total += sum(f["properties"]["n"] for f in features)
                ids |= {f["properties"]["id"] for f in features if "id" in f["properties"]}
        with_place = [f for f in pages(company, ITEMS) if f["geometry"]]
        assert total == len(with_place), z
        assert len(ids) == total


def test_tiles_are_cached_filtered_and_seen_by_who_may(public, company, here):
    at = "/ogc/collections/projects/tiles/WebMercatorQuad/0/0/0"
    first = company.get(at)
    assert company.get(at, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    count = lambda answer: sum(f["properties"]["n"] for f in decoded(answer)["projects"]["features"])  # noqa: E731
    assert count(public.get(at)) == ogc_made.N // 2
    assert count(company.get(f"{at}?country=TZA")) == ogc_made.N // 2
    number = here.ids["made"][0]
    owner = here.store.actor_for(here.ids["user-company"])
    here.store.update_project(owner, number, {"published": False}, 2)
    try:
        assert count(public.get(at)) == ogc_made.N // 2 - 1
    finally:
        here.store.update_project(owner, number, {"published": True}, 3)
    assert count(public.get(at)) == ogc_made.N // 2
    for wrong, status in (("0/0/1", 404), ("30/0/0", 400), ("x/0/0", 400)):
        assert company.get(f"/ogc/collections/projects/tiles/WebMercatorQuad/{wrong}").status_code == status


def test_many_are_thinned_to_a_grid_with_the_worst_on_top():
    import numpy as np

    from qinglu.api.ogc import tiles
    from qinglu.store import points

    rng = np.random.default_rng(3)
    n = 20_000
    lon, lat = rng.uniform(-180, 180, n), rng.uniform(-85, 85, n)
    rows = np.column_stack([np.arange(n), lon, lat, lon, lat, rng.integers(0, 6, n), rng.integers(0, 2, n),
                            rng.integers(0, 4, n), lon, lat])  # fmt: skip
    held = points._points([rows], 0)
    found = list(tiles.thinned(held, held.of_tile(0, 0, 0), 0))
    assert len(found) <= 1024
    assert sum(p["n"] for _, p in found) == n
    worst = max(points.LEVELS.index(p["level"]) for _, p in found)
    assert worst == int(rows[:, 5].max())


def test_processes_run_at_once_or_as_a_job(here, company, public):
    names = [p["id"] for p in public.get("/ogc/processes").json()["processes"]]
    assert "classify" in names
    assert "serve" not in names
    required = {k: v["minOccurs"] for k, v in public.get("/ogc/processes/classify").json()["inputs"].items()}
    assert required["project_type"] == 1
    inputs = {"project_type": "coal_fired_power"}
    at = "/ogc/processes/classify/execution"
    assert public.post(at, json={"inputs": inputs}).status_code == 401
    raw = company.post(at, json={"inputs": inputs})
    assert raw.status_code == 200, raw.text
    assert set(raw.json()) == {"result", "findings", "trace", "unverified"}
    document = company.post(at, json={"inputs": inputs, "response": "document"})
    assert document.json()["answer"]["value"] == raw.json()
    wrapped = {k: {"value": v} for k, v in inputs.items()}
    assert company.post(at, json={"inputs": wrapped}).json() == raw.json()
    later = company.post(at, json={"inputs": inputs}, headers={"Prefer": "respond-async"})
    assert later.status_code == 201
    assert later.headers["preference-applied"] == "respond-async"
    job = later.json()
    assert (job["status"], job["processID"], job["type"]) == ("accepted", "classify", "process")
    waiting = company.get(f"/ogc/jobs/{job['jobID']}/results")
    assert (waiting.status_code, waiting.json()["type"].rsplit("/", 1)[1]) == (404, "result-not-ready")
    work(here)
    assert company.get(f"/ogc/jobs/{job['jobID']}").json()["status"] == "successful"
    assert company.get(f"/ogc/jobs/{job['jobID']}/results").json()["answer"]["value"]["result"] == raw.json()["result"]
    assert here.client("rival").get(f"/ogc/jobs/{job['jobID']}").status_code == 404
    gone = company.delete(f"/ogc/jobs/{here.ids['job']}")
    assert gone.status_code == 200


@pytest.mark.parametrize(
    ("process", "inputs"),
    [
        ("screen", {"portfolio": "/etc/passwd"}), ("screen", {"portfolio": {"href": "http://127.0.0.1/"}}),
        ("classify", {"nobody": 1}), ("classify", []), ("screen", {"portfolio": 1, "out": "/tmp"}),
    ],
)  # fmt: skip
def test_no_path_and_no_link_is_opened(company, process, inputs):
    answer = company.post(f"/ogc/processes/{process}/execution", json={"inputs": inputs})
    assert answer.status_code == 400
    assert company.post("/ogc/processes/serve/execution", json={}).json()["type"].endswith("no-such-process")


def work(here):
    """Let a worker do what is in the queue, within this process."""
    from datetime import timedelta

    from qinglu.engine.worker import Worker
    from qinglu.tools.jobs import handlers

    here.clock.now += timedelta(seconds=1)
    settings = api_made.settings(here.folder)
    rounds = iter([False] * 6)
    Worker(
        here.store, handlers(settings), "test", lease=timedelta(seconds=30), longest_s=60.0,
        leaving=lambda: next(rounds, True),
    ).run()  # fmt: skip


def test_records_are_found_by_their_words(public):
    found = public.get("/ogc/collections/layers/items?q=coast").json()
    assert "coast" in [r["id"] for r in found["features"]]
    assert public.get("/ogc/collections/layers/items?q=nothing-of-the-kind").json()["numberMatched"] == 0
    rules = pages(public, "/ogc/collections/rules/items?limit=100")
    assert (
        len(rules)
        == public.get("/ogc/collections/rules/items").json()["numberMatched"]
        == len({r["id"] for r in rules})
    )
    one = rules[0]["id"]
    assert public.get(f"/ogc/collections/rules/items/{one}").json()["properties"]["type"] == "rule"
    zh = public.get(f"/ogc/collections/rules/items/{one}?lang=zh").json()["properties"]
    assert zh["language"]["code"] == "zh-Hans"


def stac_errors(document):
    """What the schemas of STAC that pystac carries find; those of extensions are elsewhere and left aside."""
    from jsonschema import Draft7Validator
    from pystac.validation.local_validator import get_local_schema_cache
    from referencing import Registry
    from referencing.jsonschema import DRAFT7

    schemas = get_local_schema_cache()
    registry = Registry().with_resources((uri, DRAFT7.create_resource(s)) for uri, s in schemas.items())
    kind = {"Feature": "item", "Collection": "collection", "Catalog": "catalog"}[document["type"]]
    schema = next(s for uri, s in schemas.items() if uri.endswith(f"/{kind}.json"))
    plain = {k: v for k, v in document.items() if k != "stac_extensions"}
    return [e.message for e in Draft7Validator(schema, registry=registry).iter_errors(plain)]


def test_stac_holds_to_its_schemas_and_the_data_is_there(public):
    assert stac_errors(public.get("/stac").json()) == []
    assert stac_errors({"type": "Catalog"}) != []
    for role in public.get("/stac/collections").json()["collections"]:
        assert stac_errors(role) == []
        for item in public.get(f"/stac/collections/{role['id']}/items").json()["features"]:
            assert stac_errors(item) == []
            assert item["collection"] == role["id"]
            for asset in item["assets"].values():
                answer = public.get(asset["href"])
                assert answer.status_code == 200
                assert len(answer.content) == asset["file:size"]


def test_a_search_over_stac_finds_by_place_time_and_id(public):
    found = public.get("/stac/search?collections=coast,land&bbox=0,0,1,1").json()
    assert sorted(f["id"] for f in found["features"]) == ["coast", "land"]
    assert public.post("/stac/search", json={"ids": ["ports"], "limit": 1}).json()["numberMatched"] == 1
    assert public.get("/stac/search?datetime=1900-01-01/1901-01-01").json()["numberMatched"] == 0
    assert len(pages(public, "/stac/search?limit=2")) == public.get("/stac/search").json()["numberMatched"]


def test_the_tiles_shapes_are_cut_to_the_tile(company):
    answer = company.get(
        "/ogc/collections/projects/tiles/WebMercatorQuad/8/128/150", headers={"Accept-Encoding": "gzip"}
    )
    assert answer.headers["content-encoding"] == "gzip"
    for feature in decoded(answer).get("shapes", {"features": []})["features"]:
        points = shapely.get_coordinates(shapely.from_geojson(json.dumps(feature["geometry"])))
        assert points.min() >= -80
        assert points.max() <= 4096 + 80
