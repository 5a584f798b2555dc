"""Our documents against the JSON schemas that OGC publishes.

No package carries those schemas, and what is not ours is not kept here: a folder with clones of OGC's repositories is
named in ``OGC_SCHEMAS``. Without it these tests skip.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

import jsonschema
import ogc_made
import pytest
import yaml
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from test_ogc import work

SCHEMAS = Path(os.environ.get("OGC_SCHEMAS", ""))
REPOS = ("ogcapi-features", "ogcapi-processes", "ogcapi-records", "ogcapi-tiles")
ROOTS = ("core/openapi/schemas", "openapi/schemas/processes-core", "openapi/schemas/processes-job-management",
         "openapi/schemas/common-core", "openapi/schemas/common-geodata", "openapi/schemas/tms",
         "openapi/schemas/dynamic")  # fmt: skip
FEATURES = "https://schemas.opengis.net/ogcapi/features/part1/1.0/openapi/schemas/"
GEOJSON = "https://geojson.org/schema/FeatureCollection.json"

pytestmark = pytest.mark.skipif(
    "OGC_SCHEMAS" not in os.environ or not all((SCHEMAS / repo).is_dir() for repo in REPOS),
    reason=f"OGC_SCHEMAS names no folder with clones of {', '.join(REPOS)}",
)


def found(repo, name):
    """The file of a schema; versions keep them in different folders."""
    for root in ROOTS:
        path = SCHEMAS / repo / root / f"{name}.yaml"
        if path.is_file():
            return path
    pytest.fail(f"{repo} has no schema {name}")


def plain(node):
    """A schema of OpenAPI 3.0 as JSON schema says it."""
    if isinstance(node, list):
        return [plain(n) for n in node]
    if not isinstance(node, dict):
        return node
    made = {k: plain(v) for k, v in node.items() if not (k.startswith("exclusive") and isinstance(v, bool))}
    if "type" in node and (node["type"] is None or isinstance(node["type"], list)):  # YAML reads null as no word
        made["type"] = [t or "null" for t in node["type"] or ["null"]]
    if made.pop("nullable", False) is True:
        return {"anyOf": [made, {"type": "null"}]}
    return made


def retrieve(uri):
    """A schema that another one refers to, from the clones alone."""
    uri = uri.replace(FEATURES, (SCHEMAS / "ogcapi-features/core/openapi/schemas/").as_uri() + "/")
    if uri == GEOJSON:
        uri = found("ogcapi-features", "featureCollectionGeoJSON").as_uri()
    assert uri.startswith("file:"), uri
    path = Path(unquote(urlsplit(uri).path))
    return Resource.from_contents(plain(yaml.safe_load(path.read_text("utf-8"))), DRAFT202012)


def faults(document, repo, name):
    """What a document has that its schema does not allow, as lines."""
    validator = jsonschema.Draft202012Validator(
        {"$ref": found(repo, name).as_uri()}, registry=Registry(retrieve=retrieve),
        format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
    )  # fmt: skip
    best = [jsonschema.exceptions.best_match([e]) for e in validator.iter_errors(document)]
    return [f"{e.json_path}: {e.message[:300]}" for e in best if not placeless(e)]


def placeless(error):
    """A feature without a place: RFC 7946 has null there, which the schemas of Features 1.0.1 left out."""
    return error.instance is None and list(error.path)[-1:] == ["geometry"]


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return ogc_made.register(tmp_path_factory.mktemp("schemas"))


COLLECTIONS = "/ogc/collections"
TILES = f"{COLLECTIONS}/projects/tiles"
F, P, R, T = REPOS


@pytest.mark.parametrize(
    ("repo", "name", "at"),
    [
        (F, "landingPage", "/ogc"), (F, "confClasses", "/ogc/conformance"), (F, "collections", COLLECTIONS),
        (F, "collection", f"{COLLECTIONS}/projects"), (F, "collection", f"{COLLECTIONS}/layer-coast"),
        (F, "featureCollectionGeoJSON", f"{COLLECTIONS}/projects/items?limit=1000"),
        (F, "featureCollectionGeoJSON", f"{COLLECTIONS}/projects/items?country=XXX"),
        (F, "featureCollectionGeoJSON", f"{COLLECTIONS}/layer-coast/items?limit=5"),
        (F, "exception", f"{COLLECTIONS}/nothing"), (F, "exception", f"{COLLECTIONS}/projects/items?bbox=1"),
        (P, "landingPage", "/ogc"), (P, "confClasses", "/ogc/conformance"), (P, "processList", "/ogc/processes"),
        (P, "jobList", "/ogc/jobs"), (P, "exception", "/ogc/processes/nothing"), (P, "exception", "/ogc/jobs/999999"),
        (R, "landingPage", "/ogc"), (R, "collection", f"{COLLECTIONS}/layers"),
        (R, "collection", f"{COLLECTIONS}/rules"), (R, "recordGeoJSON", f"{COLLECTIONS}/layers/items/coast"),
        (T, "landingPage", "/ogc"), (T, "tileSet", f"{TILES}/WebMercatorQuad"),
        (T, "tileMatrixSet", "/ogc/tileMatrixSets/WebMercatorQuad"),
    ],
)  # fmt: skip
def test_a_document_is_as_its_schema_says(here, repo, name, at):
    answer = here.client("company").get(at)
    assert answer.status_code in ((400, 404) if name == "exception" else (200,))
    assert faults(answer.json(), repo, name) == []


def test_every_feature_and_record_is_as_its_schema_says(here):
    client = here.client("company")
    features = client.get(f"{COLLECTIONS}/projects/items?limit=7").json()["features"]
    for feature in features:
        one = client.get(f"{COLLECTIONS}/projects/items/{feature['id']}").json()
        assert faults(one, F, "featureGeoJSON") == []
    for catalogue in ("layers", "rules"):
        for record in client.get(f"{COLLECTIONS}/{catalogue}/items?limit=1000").json()["features"]:
            assert faults(record, R, "recordGeoJSON") == [], record["id"]


def test_tile_sets_in_lists_are_as_their_schemas_say(here):
    client = here.client()
    for item in client.get(TILES).json()["tilesets"]:
        assert faults(item, T, "tileSet-item") == []
    for item in client.get("/ogc/tileMatrixSets").json()["tileMatrixSets"]:
        assert faults(item, T, "tileMatrixSet-item") == []


def test_processes_jobs_and_results_are_as_their_schemas_say(here):
    client = here.client("company")
    for process in client.get("/ogc/processes?limit=1000").json()["processes"]:
        described = client.get(f"/ogc/processes/{process['id']}").json()
        assert faults(described, P, "process") == [], process["id"]
    asked = {"inputs": {"project_type": "coal_fired_power"}, "response": "document"}
    at = "/ogc/processes/classify/execution"
    assert faults(client.post(at, json=asked).json(), P, "results") == []
    job = client.post(at, json=asked, headers={"Prefer": "respond-async"}).json()
    assert faults(job, P, "statusInfo") == []
    work(here)
    done = client.get(f"/ogc/jobs/{job['jobID']}").json()
    assert done["status"] == "successful"
    assert faults(done, P, "statusInfo") == []
    assert faults(client.get(f"/ogc/jobs/{job['jobID']}/results").json(), P, "results") == []
