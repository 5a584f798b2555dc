"""Freight against published factors, worked examples and the package whose graph of sea lanes is read."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest

from qinglu.ledger.distances import great_circle_km
from qinglu.ledger.freight_factors import DEFAULTS, intensity
from qinglu.ledger.sealanes import lanes, sea_route
from qinglu.ledger.tables import table
from qinglu.ledger.trail import Trail

FACTS = Path(__file__).resolve().parents[3] / "shared" / "facts"


def test_articulated_lorry_of_the_uk_factors():
    """1,000 t over 500 km: 500,000 t·km × (77.03 + 17.99) g (UK conversion factors 2025, freighting goods: HGV
    Articulated (>33t), average laden)."""
    found = intensity(DEFAULTS["road"], Trail())
    assert found.wtw is not None
    assert 1000 * 500 * found.wtw / 1000 == pytest.approx(47.51)
    assert found.ttw == pytest.approx(0.07703)


def test_every_uk_row_sums_to_what_was_entered():
    file = FACTS / "freight_factors.csv"
    if not file.is_file():
        pytest.skip(f"the tables of facts are not at {FACTS}")
    with file.open(encoding="utf-8", newline="") as opened:
        rows = [r for r in csv.DictReader(opened) if r["source"] == "S79"]
    printed = sorted((float(r["ttw_g"]), float(r["wtt_g"]), float(r["value"])) for r in rows)
    uk = [i for i in table("freight").items if (f := table("freight").get(i, "ttw")) and f.source.id == "uk2025"]
    entered = sorted((table("freight")[i, "ttw"].value, table("freight")[i, "wtt"].value) for i in uk)
    assert [(a, b) for a, b, _ in printed] == entered
    for ttw, wtt, whole in printed:
        assert ttw + wtt == pytest.approx(whole, abs=0.006)  # printed to two decimals each
    for item in uk:
        ttw, wtt = table("freight")[item, "ttw"].value, table("freight")[item, "wtt"].value
        assert intensity(item, Trail()).wtw == pytest.approx((ttw + wtt) / 1000)


@pytest.mark.parametrize(("load", "suffix"), [(0.5, "50_laden"), (1.0, "100_laden")])
@pytest.mark.parametrize("truck", ["rigid_17_tonnes", "articulated_33t", "all_hgvs"])
def test_load_meets_the_published_rows(truck, load, suffix):
    """UK conversion factors 2025, freighting goods, rows 50 % and 100 % laden."""
    line = intensity(f"road_hgv_{truck}", Trail(), load=load)
    row = intensity(f"road_hgv_{truck}_{suffix}", Trail())
    assert (line.wtw, line.ttw) == (pytest.approx(row.wtw), pytest.approx(row.ttw))


def test_container_average_of_glec_is_what_others_print():
    """GLEC Framework v3.2, industry average, dry: 71.7 g/TEU-km are printed elsewhere as 7.2 g/t-km, at 10 t a TEU."""
    found = intensity("sea_container_glec_industry_average", Trail())
    assert found.adjusted
    assert found.wtw == pytest.approx(0.0072, abs=5e-5)
    assert intensity("air_glec_unknown_long", Trail()).wtw == pytest.approx(0.788)  # table 1, 135 + 653


def test_electric_train_by_its_grid():
    """EcoTransIT World 2010, table 23, average train of 1,000 t: 32.2 Wh/t-km; Germany 2024: 336.38 g/kWh (Ember)."""
    found = intensity("rail_electric_1000t", Trail(), country="DEU")
    grid, lost = table("grid")["DEU", "average"].value, table("rail")["supply", "losses"].value
    assert found.wtw == pytest.approx(0.0322 * grid / (1 - lost) / 1000)
    assert found.ttw == 0
    assert intensity("rail_electric_1000t", Trail(), country="DEU", kwh_per_tkm=0.0161).wtw == pytest.approx(
        found.wtw / 2
    )


# Lengths that the operators of China-Europe trains publish, and where their lines end.
LINES = {
    "Chongqing–Duisburg": ((106.46, 29.65), (6.76, 51.43), 11_179),
    "Zhengzhou–Hamburg": ((113.75, 34.70), (9.99, 53.55), 10_245),
    "Yiwu–Madrid": ((120.07, 29.31), (-3.70, 40.42), 13_052),
    "Chengdu–Łódź": ((104.10, 30.80), (19.46, 51.76), 9_965),
    "Wuhan–Pardubice": ((114.30, 30.60), (15.78, 50.04), 10_863),
}


@pytest.mark.parametrize("line", LINES)
def test_the_detour_of_rail_holds_the_lines_it_was_chosen_by(line):
    start, end, km = LINES[line]
    factor = table("distances")["rail", "detour"]
    assert factor.low is not None
    assert factor.high is not None
    assert factor.low <= km / great_circle_km(start, end) <= factor.high
    assert factor.value * great_circle_km(start, end) == pytest.approx(km, rel=0.08)


@pytest.fixture(scope="module")
def searoute():
    return pytest.importorskip("searoute")


@pytest.mark.parametrize("closed", [(), ("suez",), ("panama", "suez")])
def test_ways_by_sea_are_those_of_the_package(searoute, closed):
    """Between nodes of the graph, where both snap to the same: the same way, or one within what its rounding of edges
    to 100 m decides; longer or shorter by what an ellipsoid differs from its sphere."""
    graph, draw = lanes(), random.Random(20261122)
    nodes = [tuple(map(float, node)) for node in graph.nodes if -175 < node[0] < 175]
    for _ in range(12):
        start, end = draw.sample(nodes, 2)
        theirs = searoute.searoute(list(start), list(end), restrictions=["northwest", *closed], return_passages=True)
        ours = sea_route(start, end, closed=closed)
        assert max(ours.snap_km) < 0.001
        # Of the 0.7 % at most, 0.56 % is the flattening along a meridian or the equator.
        assert ours.km == pytest.approx(theirs.properties["length"], rel=0.007), (start, end)


@pytest.mark.parametrize("closed", [(), ("suez", "panama")])
def test_the_shortest_is_scipys(closed):
    """Dijkstra of scipy 1.17 over the same edges."""
    sparse, csgraph = pytest.importorskip("scipy.sparse"), pytest.importorskip("scipy.sparse.csgraph")
    graph, draw = lanes(), random.Random(7)
    rows = [(a, b, metres) for a, beside in enumerate(graph.beside) for b, metres, passage in beside
            if passage not in {"northwest", *closed}]  # fmt: skip
    a, b, metres = zip(*rows, strict=True)
    matrix = sparse.csr_matrix((metres, (a, b)), shape=(len(graph.nodes),) * 2)
    for start in draw.sample(range(len(graph.nodes)), 4):
        lengths = csgraph.dijkstra(matrix, indices=start) / 1000
        for end in draw.sample(range(len(graph.nodes)), 25):
            ends = [tuple(map(float, graph.nodes[n])) for n in (start, end)]
            assert sea_route(ends[0], ends[1], closed=closed).km == pytest.approx(lengths[end], abs=1e-6)
