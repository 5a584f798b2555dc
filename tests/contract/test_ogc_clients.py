"""Clients that others wrote read the register: GDAL's OAPIF driver, OWSLib, pystac-client. Over the loopback only."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import time

import ogc_made
import pytest
import shapely

from qinglu.store import SYSTEM


def have(name):
    return pytest.mark.skipif(importlib.util.find_spec(name) is None, reason=f"{name} is not installed")


def _has_oapif():
    import pyogrio

    return "OAPIF" in pyogrio.list_drivers()


gdal = pytest.mark.skipif(not _has_oapif(), reason="the GDAL of pyogrio has no OAPIF driver")
owslib = have("owslib")
pystac_client = have("pystac_client")


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return ogc_made.register(tmp_path_factory.mktemp("clients"))


@pytest.fixture(scope="module")
def root(here):
    with ogc_made.served(here.app) as address:
        yield address


@pytest.fixture(scope="module")
def token(here):
    return ogc_made.token(here)


# GDAL asks the network while it holds the interpreter's lock: in the server's own process both would wait for ever.
_GDAL = """
import json, sys
import pyogrio, pyogrio.raw, shapely
address, layer, token, options = json.loads(sys.argv[1])
options = {k: tuple(v) if isinstance(v, list) else v for k, v in options.items()}
if token:
    pyogrio.set_gdal_config_options({"GDAL_HTTP_AUTH": "BEARER", "GDAL_HTTP_BEARER": token})
names = [name for name, _ in pyogrio.list_layers(address)]
meta, _, wkb, columns = pyogrio.raw.read(address, layer=layer, **options)
columns = {k: [str(v) for v in c] for k, c in zip(meta["fields"], columns)}
shapes = [shapely.to_wkb(g, hex=True) for g in shapely.from_wkb(wkb)]
json.dump({"names": names, "crs": meta["crs"], "shapes": shapes, "columns": columns}, sys.stdout)
"""


def read(root, collection, token="", **options):
    """What GDAL reads of a collection: names of all layers, system, shapes, columns."""
    asked = json.dumps([f"OAPIF:{root}/ogc", collection, token, options])
    done = subprocess.run([sys.executable, "-c", _GDAL, asked], capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stderr[-800:]
    return json.loads(done.stdout)


@gdal
def test_gdal_reads_every_page_of_what_the_public_may_see(root):
    found = read(root, "projects")
    assert {"projects", "layer-coast", "layer-ports"} <= set(found["names"])
    assert len(found["shapes"]) == ogc_made.N // 2
    for code, shape in zip(found["columns"]["code"], found["shapes"], strict=True):
        assert shapely.from_wkb(shape).equals(ogc_made.shape_of(int(code[1:])))
    assert "CRS84" in found["crs"]
    assert "公路0" in found["columns"]["name_zh"]


@gdal
def test_gdal_reads_what_somebody_may_see_within_a_box(root, token):
    box = (30.5, -9.0, 31.85, -7.95)
    wanted = {f"N{i:03}" for i in range(ogc_made.N) if ogc_made.shape_of(i).intersects(shapely.box(*box))}
    assert {c for c in read(root, "projects", token, bbox=box)["columns"]["code"] if c[0] == "N"} == wanted
    found = read(root, "projects", token, where="country = 'TZA' AND capacity > 200")
    assert sorted(found["columns"]["code"]) == [f"N{i:03}" for i in range(201, ogc_made.N, 2)]


@gdal
def test_gdal_reads_a_layer(root):
    found = read(root, "layer-ports", max_features=40)
    assert len(found["shapes"]) == 40
    assert "feature_id" in found["columns"]


@owslib
def test_owslib_reads_features(root, token):
    from owslib.ogcapi.features import Features

    client = Features(f"{root}/ogc", headers={"Authorization": f"Bearer {token}"})
    assert {"projects", "layer-coast"} <= set(client.feature_collections())
    assert client.collection("projects")["id"] == "projects"
    assert "country" in client.collection_queryables("projects")["properties"]
    page = client.collection_items("projects", bbox=[30, -11, 32, -7], limit=5)
    assert page["numberReturned"] == len(page["features"]) == 5
    found = client.collection_items("projects", filter="country = 'KEN' AND capacity < 10", limit=100)
    assert [f["properties"]["code"] for f in found["features"]] == ["N000", "N002", "N004", "N006", "N008"]
    one = found["features"][0]
    assert client.collection_item("projects", str(one["id"]))["properties"]["code"] == "N000"
    assert client.api()["openapi"].startswith("3.")


@owslib
def test_owslib_reads_records(root):
    from owslib.ogcapi.records import Records

    client = Records(f"{root}/ogc")
    assert set(client.records()) == {"layers", "rules"}
    found = client.collection_items("layers", q="coast")
    assert "coast" in [r["id"] for r in found["features"]]
    assert client.collection_item("rules", client.collection_items("rules", limit=1)["features"][0]["id"])


@owslib
def test_owslib_runs_a_process(here, root, token):
    from owslib.ogcapi.processes import Processes

    client = Processes(f"{root}/ogc", headers={"Authorization": f"Bearer {token}"})
    assert "classify" in [p["id"] for p in client.processes()]
    assert client.process("classify")["inputs"]["project_type"]["schema"]["enum"]
    made = client.execute("classify", {"project_type": "coal_fired_power"}, response="raw")
    assert made["result"]
    later = client.execute("classify", {"project_type": "coal_fired_power"}, async_=True)
    assert later["status"] == "accepted"
    assert here.store.job(SYSTEM, int(later["jobID"])).kind == "tool"


@pystac_client
def test_pystac_client_walks_and_searches(root):
    from pystac_client import Client

    client = Client.open(f"{root}/stac")
    roles = {c.id for c in client.get_collections()}
    assert {"coast", "land", "transport"} <= roles
    item = client.get_collection("coast").get_item("coast")
    assert item.properties["qinglu:licence"] == "Public domain"
    found = client.search(bbox=[30, -5, 42, 5], collections=["coast", "transport"], limit=1)
    assert {i.id for i in found.items()} >= {"coast", "ports"}
    assert [i.id for i in client.search(ids=["land"]).items()] == ["land"]


def test_the_server_ends_with_the_block(here):
    began = time.monotonic()
    with ogc_made.served(here.app) as address:
        assert address.startswith("http://127.0.0.1:")
    assert time.monotonic() - began < 15
