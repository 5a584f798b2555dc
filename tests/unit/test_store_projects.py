"""Projects: their history, optimistic locking, filters and pages, on both databases."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
import shapely

from qinglu.errors import OptionError, SizeLimitError
from qinglu.store import PUBLIC, ConflictError, ExistsError, ForbiddenError, NotFoundError
from qinglu.store import fields as project_fields


def make(store, world, code, **given):
    return store.create_project(world.company, world.organisations["company"], {"code": code, **given})


def codes(page):
    return [p.code for p in page]


def test_a_project_comes_back_as_it_was_given(store, world):
    line = shapely.LineString([(36.8, -1.3), (39.7, -4.0)])
    made = make(store, world, "007", name="Railway", name_zh="铁路", country="KEN", sector="railway", capacity=2.5,
                capacity_unit="Mt/a", approved_on="2014-05-11", cost=3.8e9, currency="USD", extra={"备注": [1, None], "a": 1},
                notes=["shared-geometry"], geometry=line)  # fmt: skip
    again = store.project(world.company, made.id)
    assert again == made
    assert (again.code, again.version, again.approved_on, again.extra) == (
        "007",
        1,
        date(2014, 5, 11),
        {"备注": [1, None], "a": 1},
    )
    assert list(again.extra) == ["备注", "a"]  # columns in the order of their file
    assert again.geom.equals(line)
    assert (again.west, again.south, again.east, again.north) == line.bounds
    assert again.as_dict()["geometry"]["type"] == "LineString"
    assert again.as_dict()["approved_on"] == "2014-05-11"


def test_history_tells_who_when_what_and_why(store, world):
    made = make(store, world, "1", name="A")
    store.update_project(world.company, made.id, {"name": "B", "stage": "built"}, 1, why="opened")
    newest, first = store.history(world.company, made.id)
    assert (newest.version, newest.by, newest.why) == (2, "company@example.org", "opened")
    assert newest.changes == {"name": ["A", "B"], "stage": ["", "built"]}
    assert first.changes["code"] == [None, "1"]
    assert first.at <= newest.at


def test_a_change_that_changes_nothing_makes_no_version(store, world):
    made = make(store, world, "1", name="A", geometry=shapely.Point(1, 2))
    assert store.update_project(world.company, made.id, {"name": "A", "geometry": shapely.Point(1, 2)}, 1).version == 1


def test_the_second_of_two_editors_is_told_who_changed_what(store, world):
    made = make(store, world, "1", name="A")
    store.update_project(world.company, made.id, {"name": "B"}, 1, why="first")
    with pytest.raises(ConflictError) as refused:
        store.update_project(world.admin, made.id, {"sector": "road"}, 1)
    assert refused.value.slug == "conflict"
    assert refused.value.current_version == 2
    (change,) = refused.value.changes
    assert (change["by"], change["fields"], change["why"]) == ("company@example.org", ["name"], "first")
    assert store.project(world.company, made.id).sector == ""


def test_many_editors_at_once_lose_nothing(store, world):
    """Each of 6 threads adds its marks one by one, reading again when refused; every acknowledged mark is there."""
    made = make(store, world, "1", extra={"marks": []})
    conflicts = []

    def edit(who: int) -> None:
        for n in range(5):
            while True:
                seen = store.project(world.company, made.id)
                marks = [*seen.extra["marks"], f"{who}-{n}"]
                try:
                    store.update_project(world.company, made.id, {"extra": {"marks": marks}}, seen.version)
                    break
                except ConflictError:
                    conflicts.append(who)

    threads = [threading.Thread(target=edit, args=(who,)) for who in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(60)
    last = store.project(world.company, made.id)
    assert sorted(last.extra["marks"]) == sorted(f"{who}-{n}" for who in range(6) for n in range(5))
    assert last.version == 31
    assert [v.version for v in store.history(world.company, made.id)] == list(range(31, 0, -1))
    assert store.verify_audit().intact


def test_a_code_is_given_once_in_an_organisation(store, world):
    make(store, world, "1")
    with pytest.raises(ExistsError):
        make(store, world, "1")
    store.create_project(world.rival, world.organisations["rival"], {"code": "1"})
    assert store.verify_audit().intact


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"code": ""}, "code"), ({"code": "1", "colour": "red"}, "colour"), ({"code": "1", "cost": -1}, "cost"),
        ({"code": "1", "cost": float("nan")}, "cost"), ({"code": "1", "approved_on": "soon"}, "approved_on"),
        ({"code": "1", "name": "a\x00b"}, "name"), ({"code": "1", "name": "\ud800"}, "name"),
        ({"code": "1", "extra": [1]}, "extra"), ({"code": "1", "geometry": b"no"}, "geometry"),
        ({"code": "1", "geometry": shapely.Point(181, 0)}, "geometry"),
        ({"code": "1", "geometry": shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])}, "geometry"),
    ],
)  # fmt: skip
def test_what_a_project_cannot_have_is_refused_by_name(given, where):
    with pytest.raises(OptionError) as refused:
        project_fields.checked(given)
    assert refused.value.where == where


def test_too_many_vertices_are_refused():
    with pytest.raises(SizeLimitError):
        project_fields.checked({"geometry": shapely.LineString([(0, 0), (1, 1), (2, 0)])}, max_vertices=2)


def test_only_the_owner_edits_and_strangers_cannot_tell_it_is_there(store, world):
    made = make(store, world, "1", country="KEN")
    with pytest.raises(NotFoundError):
        store.update_project(world.rival, made.id, {"name": "mine"}, 1)
    with pytest.raises(ForbiddenError):
        store.update_project(world.agency, made.id, {"name": "mine"}, 1)
    with pytest.raises(NotFoundError):
        store.project(PUBLIC, made.id)


def test_the_public_sees_what_is_published_and_no_more_of_it(store, world):
    made = make(store, world, "1", name="A", extra={"secret": 1})
    store.share_project(world.company, made.id, world.organisations["bank"])
    store.update_project(world.company, made.id, {"published": True}, 1)
    seen = store.project(PUBLIC, made.id)
    assert (seen.name, seen.extra, seen.shared_with, seen.updated_by) == ("A", {}, frozenset(), None)
    with pytest.raises(ForbiddenError):
        store.history(PUBLIC, made.id)
    store.update_project(world.company, made.id, {"archived": True}, 2)
    with pytest.raises(NotFoundError):
        store.project(PUBLIC, made.id)


def test_sharing_and_taking_back(store, world):
    made = make(store, world, "1")
    with pytest.raises(NotFoundError):
        store.project(world.bank, made.id)
    store.share_project(world.company, made.id, world.organisations["bank"])
    store.share_project(world.company, made.id, world.organisations["bank"])
    store.share_project(world.company, made.id, world.organisations["rival"])
    assert store.project(world.bank, made.id).shared_with == {world.organisations["bank"]}
    assert len(store.shares(world.company, made.id)) == 2
    with pytest.raises(NotFoundError):  # shared with a company means nothing: only a bank sees by shares
        store.project(world.rival, made.id)
    store.unshare_project(world.company, made.id, world.organisations["bank"])
    with pytest.raises(NotFoundError):
        store.project(world.bank, made.id)


@pytest.fixture
def many(store, world):
    rows = [
        {"code": f"{n:03d}", "name": f"P{n % 7}", "name_zh": f"项目{n}", "country": ("KEN", "LAO", "")[n % 3],
         "sector": ("railway", "road")[n % 2], "stage": "built", "geometry": shapely.Point(n - 60, n / 2)}
        for n in range(120)
    ]  # fmt: skip
    from qinglu.store.projects import insert_many

    with store.db.write(world.company) as tx:
        insert_many(tx, world.organisations["company"], [project_fields.checked(r) for r in rows], "")
    return rows


@pytest.mark.parametrize("order", ["id", "name", "country", "sector", "level", "updated"])
def test_pages_neither_skip_nor_repeat(store, world, many, order):
    found, cursor = [], None
    while True:
        page = store.projects(world.company, order=order, limit=17, cursor=cursor)
        assert len(page) <= 17
        found += codes(page)
        if (cursor := page.cursor) is None:
            break
    assert sorted(found) == [r["code"] for r in many]
    if order in ("name", "country", "sector"):
        by_code = {r["code"]: r[order] for r in many}
        assert [by_code[c] for c in found] == sorted(by_code[c] for c in found)


def test_filters(store, world, many):
    def n(**wanted):
        return len(store.projects(world.company, limit=1000, **wanted))

    assert n(country="KEN") == 40
    assert n(country=["KEN", "LAO"], sector="road") == 40
    assert n(text="项目11") == 11
    assert n(text="%") == 0
    assert n(text="p3") == 17
    assert n(level="") == 120
    assert n(stage="planned") == 0
    assert n(updated_since=datetime.now(UTC) + timedelta(minutes=1)) == 0
    assert n(organisation=world.organisations["rival"]) == 0
    assert n(published=True) == 0


@pytest.mark.parametrize(
    "bbox", [(-60, 0, -50, 5), (-180, -90, 180, 90), (50, 0, -50, 90), (-50.5, 4.75, -50.5, 4.75), (-50, 5, -50, 5)]
)
def test_boxes_find_what_a_plain_look_finds(store, world, many, bbox):
    west, south, east, north = bbox
    wanted = [
        r["code"] for r in many
        if south <= r["geometry"].y <= north
        and (west <= r["geometry"].x <= east if west <= east else r["geometry"].x >= west or r["geometry"].x <= east)
    ]  # fmt: skip
    assert codes(store.projects(world.company, bbox=bbox, limit=1000)) == wanted


def test_a_box_follows_a_project_that_moves(store, world):
    made = make(store, world, "1", geometry=shapely.Point(10, 10))
    moved = store.update_project(world.company, made.id, {"geometry": shapely.Point(-10.1, -10.1)}, 1)
    assert codes(store.projects(world.company, bbox=(9, 9, 11, 11))) == []
    assert codes(store.projects(world.company, bbox=(-11, -11, -10, -10))) == ["1"]
    store.update_project(world.company, made.id, {"geometry": None}, moved.version)
    assert codes(store.projects(world.company, bbox=(-11, -11, -10, -10))) == []
    assert codes(store.projects(world.company)) == ["1"]


def test_counts_say_what_the_pages_hold(store, world, many):
    counts = store.counts(world.company, sector="road")
    assert counts.total == 60
    assert counts.by["country"] == {"": 20, "KEN": 20, "LAO": 20}
    assert counts.by["level"] == {"": 60}
    assert store.counts(PUBLIC).total == 0


@pytest.mark.parametrize(
    "wanted",
    [{"bbox": [1, 2, 3]}, {"bbox": [0, 10, 1, 5]}, {"bbox": [float("nan"), 0, 1, 1]}, {"order": "size"}, {"limit": 0},
     {"limit": 1001}, {"cursor": "garbage"}, {"cursor": "WyJuYW1lIiwiYSIsMV0"}, {"updated_since": "2026"}],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(store, world, wanted):
    with pytest.raises(OptionError):
        store.projects(world.company, **wanted)


def test_a_list_without_geometry_is_narrow(store, world):
    make(store, world, "1", geometry=shapely.Point(1, 1), extra={"a": 1})
    (seen,) = store.projects(world.company, geometry=False)
    assert (seen.geometry, seen.extra, seen.west) == (None, {}, 1.0)


def test_places_for_a_map_have_the_worst_first_and_leave_out_what_has_none(store, world, many):
    make(store, world, "nowhere")
    places = store.places(world.company, bbox=(-60, 0, -50, 5))
    assert {p.code for p in places} == set(codes(store.projects(world.company, bbox=(-60, 0, -50, 5))))
    assert {p.geometry for p in places} == {None}
    assert len(store.places(world.company)) == 120
    (one,) = store.places(world.company, geometry=True, limit=1)
    assert shapely.from_wkb(one.geometry).bounds == (one.west, one.south, one.east, one.north)
    assert store.places(world.rival) == []
