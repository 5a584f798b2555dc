"""Projects over HTTP: versions, pages that neither skip nor repeat, filters, GeoJSON."""

from __future__ import annotations

import api_made
import pytest


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    made = api_made.people(tmp_path_factory.mktemp("projects"))
    yield made
    api_made.close(made)


@pytest.fixture(scope="module")
def company(here):
    return here.client("company")


def _made(company, code, **more):
    answer = company.post("/api/v1/projects", json={"code": code, **more})
    assert answer.status_code == 201, answer.text
    return answer


def test_a_new_project_says_where_it_is_and_at_which_version(company):
    answer = _made(company, "N1", name="新项目", geometry={"type": "Point", "coordinates": [36.8, -1.3]})
    assert answer.headers["location"] == f"/api/v1/projects/{answer.json()['id']}"
    read = company.get(answer.headers["location"])
    assert read.headers["etag"] == answer.headers["etag"]
    assert read.json()["geometry"] == {"type": "Point", "coordinates": [36.8, -1.3]}
    assert read.json()["name"] == "新项目"
    assert "edit" in read.json()["may"]
    same = company.get(answer.headers["location"], headers={"If-None-Match": read.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")


def test_two_who_edit_the_same_version_never_lose_a_change(company):
    made = _made(company, "E1", name="before")
    here, tag = made.headers["location"], made.headers["etag"]
    first = company.patch(here, json={"name": "first"}, headers={"If-Match": tag})
    assert first.status_code == 200
    second = company.patch(here, json={"sector": "road"}, headers={"If-Match": tag})
    assert (second.status_code, second.json()["slug"]) == (412, "precondition-failed")
    assert second.json()["current_version"] == 2
    assert second.json()["changes"][0]["fields"] == ["name"]
    assert second.json()["changes"][0]["by"] == "company@example.org"
    by_body = company.patch(here, json={"sector": "road", "version": 1})
    assert (by_body.status_code, by_body.json()["slug"]) == (409, "conflict")
    assert by_body.json()["current_version"] == 2
    merged = company.patch(here, json={"sector": "road"}, headers={"If-Match": first.headers["etag"]})
    assert merged.status_code == 200
    assert (merged.json()["name"], merged.json()["sector"], merged.json()["version"]) == ("first", "road", 3)


@pytest.mark.parametrize("match", [None, "*", "nonsense", '"x"'])
def test_a_blind_change_is_refused(company, match):
    made = _made(company, f"B{match}")
    headers = {"If-Match": match} if match else {}
    answer = company.patch(made.headers["location"], json={"name": "x"}, headers=headers)
    assert (answer.status_code, answer.json()["slug"]) == (428, "precondition-required")


def test_a_run_does_not_make_an_edit_stale(here, company):
    """What a run shows changes the entity tag for caches, not the version that an edit is made to."""
    made = _made(company, "R1")
    number, tag = made.json()["id"], made.headers["etag"]
    actor = here.store.actor_for(here.ids["user-company"])
    run = here.store.start_run(actor, here.ids["org-company"], "screen", {}, [number])
    from qinglu.store.runs import Outcome

    here.store.finish_run(actor, run.id, Outcome([{"project_id": number, "level": "note", "n_note": 1}], []))
    read = company.get(f"/api/v1/projects/{number}")
    assert read.headers["etag"] != tag
    assert read.json()["level"] == "note"
    assert company.patch(f"/api/v1/projects/{number}", json={"name": "x"}, headers={"If-Match": tag}).status_code == 200


def test_history_tells_every_change(company):
    made = _made(company, "H1", name="a")
    company.patch(made.headers["location"], json={"name": "b", "why": "renamed", "version": 1})
    items = company.get(f"{made.headers['location']}/history").json()["items"]
    assert [v["version"] for v in items] == [2, 1]
    assert items[0]["changes"] == {"name": ["a", "b"]}
    assert items[0]["why"] == "renamed"


def test_pages_neither_skip_nor_repeat_while_others_insert(company):
    for n in range(25):
        _made(company, f"page-{n:02}", name=f"paged {n:02}")
    seen, at, n = [], "/api/v1/projects?q=paged&limit=7&order=name", 0
    while at:
        page = company.get(at)
        seen += [p["name"] for p in page.json()["items"]]
        following = page.json()["links"].get("next")
        assert (page.headers.get("link") is None) == (following is None)
        _made(company, f"between-{n}", name=f"paged {n:02} aside")  # some land before the page, some after
        at, n = following, n + 1
    first = [name for name in seen if "aside" not in name]
    assert first == [f"paged {n:02}" for n in range(25)]
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("cursor", ["x", "bm9wZQ", "%00", "W10", "a" * 5000])
def test_a_cursor_of_somebody_elses_making_is_refused(company, cursor):
    answer = company.get(f"/api/v1/projects?cursor={cursor}")
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_filters_and_counts_agree(company):
    for n, country in enumerate(("KEN", "KEN", "ETH", "LAO")):
        place = {"type": "Point", "coordinates": [100.0 + n, 10.0]}
        _made(company, f"F{n}", name="filtered", country=country, sector="rail", geometry=place)
    base = "/api/v1/projects?q=filtered"
    assert len(company.get(f"{base}&country=KEN").json()["items"]) == 2
    assert len(company.get(f"{base}&country=KEN&country=ETH").json()["items"]) == 3
    assert len(company.get(f"{base}&bbox=101.5,9,103.5,11").json()["items"]) == 2
    assert len(company.get(f"{base}&bbox=179,9,101.5,11").json()["items"]) == 2  # across the antimeridian
    counts = company.get("/api/v1/projects/counts?q=filtered").json()
    assert counts["total"] == 4
    assert counts["by"]["country"] == {"ETH": 1, "KEN": 2, "LAO": 1}
    assert company.get(f"{base}&updated_since=2027-01-01T00:00:00Z").json()["items"] == []
    for wrong in ("bbox=1,2,3", "bbox=a,b,c,d", "updated_since=2026-01-01T00:00:00", "order=shoe", "limit=5000"):
        assert company.get(f"{base}&{wrong}").status_code == 422, wrong


def test_a_list_as_geojson(company):
    _made(company, "G1", name="geo", geometry={"type": "LineString", "coordinates": [[1, 2], [3, 4]]})
    for asked in ({"url": "?q=geo&f=geojson"}, {"url": "?q=geo", "headers": {"Accept": "application/geo+json"}}):
        answer = company.get("/api/v1/projects" + asked["url"], headers=asked.get("headers"))
        assert answer.headers["content-type"] == "application/geo+json"
        (feature,) = [f for f in answer.json()["features"] if f["properties"]["code"] == "G1"]
        assert feature["geometry"] == {"type": "LineString", "coordinates": [[1.0, 2.0], [3.0, 4.0]]}
        assert feature["bbox"] == [1.0, 2.0, 3.0, 4.0]
        assert "geometry" not in feature["properties"]


@pytest.mark.parametrize("geometry", [
    {"type": "Point"}, {"type": "Point", "coordinates": ["a", "b"]}, {"type": "Circle", "coordinates": [1, 2]},
    {"type": "Point", "coordinates": [500, 0]}, {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]},
    {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]]]}, {},
])  # fmt: skip
def test_a_geometry_that_is_none_is_named(company, geometry):
    answer = company.post("/api/v1/projects", json={"code": "bad", "geometry": geometry})
    assert (answer.status_code, answer.json()["where"]) == (422, "geometry"), answer.text


def test_the_same_code_twice_is_a_conflict(company):
    _made(company, "twice")
    assert company.post("/api/v1/projects", json={"code": "twice"}).status_code == 409


def test_an_action_has_its_own_version(company):
    project = _made(company, "with-action").json()["id"]
    made = company.post("/api/v1/actions", json={"project": project, "title": "Fence", "due": "2026-05-01"})
    assert made.status_code == 201
    here, tag = made.headers["location"], made.headers["etag"]
    assert company.patch(here, json={"state": "doing"}, headers={"If-Match": tag}).status_code == 200
    assert company.patch(here, json={"state": "done"}, headers={"If-Match": tag}).status_code == 412
    document = company.post(
        "/api/v1/documents", data={"project": str(project)}, files={"file": ("proof.pdf", b"%PDF-")}
    )
    proof = {"state": "done", "proof": "inspected", "attachment_id": document.json()["id"], "version": 2}
    assert company.patch(here, json=proof).json()["state"] == "done"
    other = _made(company, "another").json()["id"]
    foreign = company.post("/api/v1/documents", data={"project": str(other)}, files={"file": ("x.pdf", b"%PDF-")})
    wrong = company.patch(here, json={"attachment_id": foreign.json()["id"], "version": 3})
    assert wrong.status_code == 404
