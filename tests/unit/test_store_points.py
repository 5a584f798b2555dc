"""Places for maps hold what the register holds, change for change; conditions mean what they say. On both databases."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from qinglu.errors import OptionError
from qinglu.store import PUBLIC, SYSTEM
from qinglu.store.points import BITS, LEVELS, Points
from qinglu.store.runs import Outcome

NAMES = ("Alpha", "alpha_1", "ALPHA%", "Beta [x]", "", "水电站")


def make(store, world, code, **given):
    return store.create_project(world.company, world.organisations["company"], {"code": code, **given})


def filled(store, world, n=60):
    rng = np.random.default_rng(7)
    made = []
    for i in range(n):
        x, y = float(rng.uniform(-179, 179)), float(rng.uniform(-80, 80))
        shape = shapely.Point(x, y) if i % 3 else shapely.LineString([(x, y), (min(x + 2, 180), y + 1)])
        made.append(make(store, world, f"P{i}", name=NAMES[i % len(NAMES)], country=("KEN", "LAO", "")[i % 3],
                         capacity=float(i) if i % 4 else None, approved_on=f"20{10 + i % 15}-01-01" if i % 5 else None,
                         geometry=None if i % 10 == 9 else shape))  # fmt: skip
    return made


def told(points: Points):
    return {int(i): (round(float(x), 9), round(float(y), 9), LEVELS[r], bool(u))
            for i, (x, y), r, u in zip(points.id, points.place, points.rank, points.unknown, strict=True)}  # fmt: skip


def expected(store, actor, **wanted):
    page = store.projects(actor, limit=1000, **wanted)
    return {p.id: (round((p.west + p.east) / 2, 9), round((p.south + p.north) / 2, 9), p.level, p.unknown)
            for p in page if p.west is not None}  # fmt: skip


def test_points_follow_every_change(store, world):
    projects = filled(store, world)
    actors = {"company": world.company, "public": PUBLIC, "system": SYSTEM}

    def check():
        for actor in actors.values():
            found = store.points(actor, archived=False)
            assert told(found) == expected(store, actor)
            assert (np.diff(found.code) >= 0).all()

    check()
    first = projects[0]
    store.update_project(world.company, first.id, {"geometry": shapely.Point(12.5, 41.9), "published": True}, 1)
    check()
    assert set(told(store.points(PUBLIC, archived=False))) == {first.id}
    store.update_project(world.company, first.id, {"published": False}, 2)
    check()
    store.update_project(world.company, projects[1].id, {"archived": True}, 1)
    make(store, world, "new", geometry=shapely.Point(1, 1))
    check()
    run = store.start_run(world.company, world.organisations["company"], "screen", {}, [first.id])
    store.finish_run(
        world.company, run.id, Outcome([{"project_id": first.id, "level": "critical", "unknown": True}], [])
    )
    check()
    assert told(store.points(SYSTEM, archived=False))[first.id][2:] == ("critical", True)


def test_a_tile_is_a_run_of_points(store, world):
    filled(store, world)
    found = store.points(SYSTEM, archived=False)
    for z in (0, 1, 3, 7, BITS):
        lon, lat = found.place[:, 0], np.radians(found.place[:, 1])
        x = np.floor((lon + 180) / 360 * 2**z).astype(int)
        y = np.floor((1 - np.arcsinh(np.tan(lat)) / np.pi) / 2 * 2**z).astype(int)
        for column, row in set(zip(x.tolist(), y.tolist(), strict=True)):
            part = found.of_tile(z, column, row)
            inside = (x == column) & (y == row)
            assert sorted(found.id[part].tolist()) == sorted(found.id[inside].tolist())


def test_one_cut_at_the_antimeridian_is_drawn_at_an_end_not_in_the_middle(store, world):
    shape = shapely.MultiLineString([[(179, -17), (180, -17)], [(-180, -17), (-179, -17)]])
    make(store, world, "fiji", geometry=shape)
    assert abs(store.points(SYSTEM).place[0, 0]) >= 179


def test_outlines_that_reach_into_a_box_are_found_the_largest_first(store, world):
    filled(store, world)
    found = store.points(SYSTEM, archived=False)
    box = (-90.0, -60.0, 90.0, 60.0)
    rows = found.reaching(box, 1.0, 1000)
    size = np.maximum(found.box[:, 2] - found.box[:, 0], found.box[:, 3] - found.box[:, 1])
    meets = (found.box[:, 0] <= 90) & (found.box[:, 2] >= -90) & (found.box[:, 1] <= 60) & (found.box[:, 3] >= -60)
    assert set(rows.tolist()) == set(np.flatnonzero(meets & (size >= 1.0)).tolist())
    assert (np.diff(size[rows]) <= 0).all()
    assert len(found.reaching(box, 1.0, 2)) == 2


P = {name: {"property": name} for name in ("name", "capacity", "approved_on", "country", "archived", "version")}


def _op(op, *args):
    return {"op": op, "args": list(args)}


MEANT = [
    (_op("=", P["country"], "KEN"), lambda p: p.country == "KEN"),
    (_op("=", "KEN", P["country"]), lambda p: p.country == "KEN"),
    (_op(">", 10, P["capacity"]), lambda p: p.capacity is not None and p.capacity < 10),
    (_op("between", P["capacity"], 5, 11.0), lambda p: p.capacity is not None and 5 <= p.capacity <= 11),
    (_op("or", _op("=", P["country"], "LAO"), _op("and", _op("=", P["country"], "KEN"), _op(">", P["capacity"], 20))),
     lambda p: p.country == "LAO" or (p.country == "KEN" and (p.capacity or 0) > 20)),
    (_op("not", _op("in", P["country"], ["KEN", "LAO"])), lambda p: p.country == ""),
    (_op("isNull", P["country"]), lambda p: p.country == ""),
    (_op("isNull", P["capacity"]), lambda p: p.capacity is None),
    (_op("like", P["name"], "Alpha%"), lambda p: p.name.startswith("Alpha")),
    (_op("like", _op("casei", P["name"]), _op("casei", "aLPHA%")), lambda p: p.name.lower().startswith("alpha")),
    (_op("like", P["name"], r"ALPHA\%"), lambda p: p.name == "ALPHA%"),
    (_op("like", P["name"], "Beta [_]"), lambda p: p.name == "Beta [x]"),
    (_op("=", _op("casei", P["name"]), _op("casei", "ALPHA_1")), lambda p: p.name == "alpha_1"),
    (_op("=", P["name"], "水电站"), lambda p: p.name == "水电站"),
    (_op(">=", P["approved_on"], {"date": "2015-01-01"}), lambda p: p.approved_on is not None and p.approved_on.year >= 2015),
    (_op("t_after", P["approved_on"], {"date": "2015-01-01"}), lambda p: p.approved_on is not None and p.approved_on.year > 2015),
    (_op("t_during", P["approved_on"], {"interval": ["2014-06-01", "2016-06-01"]}),
     lambda p: p.approved_on is not None and p.approved_on.year in (2015, 2016)),
    (_op("=", P["archived"], False), lambda p: True),
    (_op("<>", P["version"], 1), lambda p: False),
    (_op("=", P["version"], P["version"]), lambda p: True),
]  # fmt: skip


def test_conditions_mean_what_they_say(store, world):
    projects = filled(store, world, 30)
    for tree, holds in MEANT:
        found = {p.id for p in store.projects(SYSTEM, where=tree, limit=1000)}
        assert found == {p.id for p in projects if holds(p)}, tree


REFUSED = [
    _op("=", {"property": "geometry"}, 1), _op("=", {"property": "nobody"}, 1), _op("=", P["country"], 1),
    _op("=", P["capacity"], "1"), _op("=", P["approved_on"], "soon"), _op("like", P["capacity"], "1%"),
    _op("like", P["name"], "%a" * 20), _op("like", P["name"], "a\\"), _op("+", 1, 2), _op("=", 1, 1), _op("=", 1),
    _op("and"), _op("not"), {"property": "name"}, "x", [], {}, _op("in", P["name"], "x"),
    _op("=", P["name"], P["capacity"]), _op("isNull", "x"), _op("=", P["name"], "\ud800"), _op("=", P["name"], "\x00"),
    _op("=", P["capacity"], 1e400), _op("t_after", P["name"], {"date": "2015-01-01"}),
    _op("t_during", P["approved_on"], {"interval": ["..", ".."]}),
    _op("or", *[_op("=", P["name"], str(n)) for n in range(600)]),
]  # fmt: skip


def test_what_is_no_condition_is_refused(store):
    for tree in REFUSED:
        with pytest.raises(OptionError):
            store.projects(SYSTEM, where=tree)


def test_deep_conditions_are_refused(store):
    tree = _op("=", P["name"], "x")
    for _ in range(200):
        tree = _op("not", tree)
    with pytest.raises(OptionError):
        store.projects(SYSTEM, where=tree)


def test_a_span_finds_what_was_under_way(store, world):
    make(store, world, "none")
    make(store, world, "open", approved_on="2012-05-01")
    make(store, world, "closed", construction_on="2012-05-01", closing_on="2015-05-01")

    def codes(first, last):
        from datetime import date

        days = tuple(date.fromisoformat(d) if d else None for d in (first, last))
        return [p.code for p in store.projects(SYSTEM, during=days)]

    assert codes("2013-01-01", "2013-12-31") == ["open", "closed"]
    assert codes("2016-01-01", None) == ["open"]
    assert codes(None, "2012-04-30") == []
    assert codes(None, None) == ["open", "closed"]
