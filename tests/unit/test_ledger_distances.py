"""Distances by sea and in the air: what may be closed, where places snap, what the method adds and when."""

from __future__ import annotations

import pytest

from qinglu.errors import OptionError
from qinglu.ledger import sealanes
from qinglu.ledger.distances import between, given, great_circle_km
from qinglu.ledger.sealanes import lanes, sea_route
from qinglu.ledger.trail import Trail

SHANGHAI, ROTTERDAM, LOS_ANGELES = (121.8, 31.3), (4.1, 51.95), (-118.2, 33.7)
XIAN = (108.95, 34.27)


def test_closing_a_passage_leads_another_way_and_never_a_shorter_one():
    suez = sea_route(SHANGHAI, ROTTERDAM)
    assert suez.passages == ("malacca", "babalmandab", "suez", "gibraltar")
    panama = sea_route(SHANGHAI, ROTTERDAM, closed=("suez",))
    cape = sea_route(SHANGHAI, ROTTERDAM, closed=("suez", "panama"))
    assert "panama" in panama.passages
    assert "south_africa" in cape.passages
    assert suez.km < panama.km < cape.km
    assert 19_000 < suez.km < 20_000
    assert 25_000 < cape.km < 26_500


def test_the_arctic_is_taken_only_where_asked_for():
    usual, arctic = sea_route(SHANGHAI, ROTTERDAM), sea_route(SHANGHAI, ROTTERDAM, arctic=True)
    assert "northwest" not in usual.passages
    assert "northwest" in arctic.passages
    assert arctic.km < usual.km


def test_it_crosses_the_dateline_in_one_piece():
    route = sea_route(SHANGHAI, LOS_ANGELES)
    assert great_circle_km(SHANGHAI, LOS_ANGELES) < route.km < 1.05 * great_circle_km(SHANGHAI, LOS_ANGELES)
    assert any(abs(a[0] - b[0]) > 180 for a, b in zip(route.line, route.line[1:], strict=False))


def test_length_is_that_of_the_line_and_of_no_direction():
    route, back = sea_route(SHANGHAI, ROTTERDAM), sea_route(ROTTERDAM, SHANGHAI)
    along = sum(great_circle_km(a, b) for a, b in zip(route.line, route.line[1:], strict=False))
    assert route.km == pytest.approx(along)
    assert route.km == pytest.approx(back.km)
    assert back.snap_km == route.snap_km[::-1]


def test_no_way_left_is_refused_with_what_is_closed():
    with pytest.raises(OptionError, match="bosporus"):
        sea_route((31.0, 43.0), ROTTERDAM, closed=("bosporus",))


def test_a_place_inland_is_flagged_and_its_snap_told():
    trail = Trail()
    found = between("sea", XIAN, ROTTERDAM, trail)
    assert found.route is not None
    assert found.route.snap_km[0] == pytest.approx(939, abs=2)
    assert [f["rule_id"] for f in trail.findings] == ["ledger.freight.far-from-sea"]
    calm = Trail()
    between("sea", SHANGHAI, ROTTERDAM, calm)
    assert not calm.findings


def test_the_nearest_node_is_nearest_on_the_globe():
    """Not in degrees: at 65° N one of longitude is 47 km, at 22° E two nodes change places."""
    graph = lanes()
    for place in ((22.3, 65.0), (-179.9, 52.0), (179.9, -16.5)):
        node, km = sealanes._nearest(graph, place)
        least = min(great_circle_km(place, (float(x), float(y))) for x, y in graph.nodes)
        assert km == pytest.approx(least)
        assert great_circle_km(place, tuple(graph.nodes[node])) == pytest.approx(least)


def test_the_graph_is_one_piece():
    graph, seen, queue = lanes(), {0}, [0]
    while queue:
        for other, metres, _ in graph.beside[queue.pop()]:
            assert metres >= 0
            if other not in seen:
                seen.add(other)
                queue.append(other)
    assert len(seen) == len(graph.nodes) > 9_000


@pytest.mark.parametrize(
    ("mode", "travelled"),
    [("sea", 1150.0), ("road", 1050.0), ("rail", 1000.0), ("inland_water", 1000.0), ("air", 1095.0)],
)
def test_the_adjustment_is_added_to_a_planned_distance_alone(mode, travelled):
    """GLEC Framework v3.2: sea +15 %, road +5 %, rail as it is, air +95 km."""
    assert given(1000.0, mode, Trail(), planned=True).travelled_km == pytest.approx(travelled)
    assert given(1000.0, mode, Trail()).travelled_km == 1000.0
    assert given(1000.0, mode, Trail(), planned=True).km == 1000.0


def test_inland_water_needs_its_distance():
    with pytest.raises(OptionError, match="distance_km"):
        between("inland_water", (6.76, 51.43), ROTTERDAM, Trail())
