"""Passages of a line through hand-made features."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import shapely

from qinglu.siting.crossings import CROSSINGS, by_layer, crossings
from qinglu.siting.grid import Grid
from qinglu.siting.problem import Laid, Mode, Surfaces
from qinglu.space import Index, repair
from qinglu.text import Text

GRID = Grid.lonlat((10, 10), 36.0, 2.0, 0.2)
MODE = Mode("rail", Text("铁路", "Railway"), 0.02, 0.0, 30.0, "none", None)
LINE = np.array([(36.0, 1.0), (37.0, 1.0)])
KM_PER_DEG = 111.302649  # of longitude at 1° N on WGS 84: N cos φ


def laid(*shapes: shapely.Geometry, name: str = "parks", names: tuple[str, ...] = ()) -> Laid:
    index = Index.build(repair(np.array(shapes, dtype=object)).geoms)
    return Laid(name, "protected", "price", index, tuple(f"{name}-{i}" for i in range(len(shapes))), names)


def crossed(*layers: Laid, line: object = LINE) -> pa.Table:
    passable = np.ones(GRID.shape, bool)
    surfaces = Surfaces(GRID, MODE, {}, {}, passable, np.zeros(GRID.shape, np.uint8), laid=layers)
    return crossings(surfaces, line)  # type: ignore[arg-type]


def spans(table: pa.Table) -> list[tuple[str, float, float]]:
    """Kind, and degrees of longitude from 36° E of begin and end, for lines along 1° N."""
    degrees = (np.array(table[c].to_pylist()) / KM_PER_DEG for c in ("from_km", "to_km"))
    return [(k, round(a, 4), round(b, 4)) for k, a, b in zip(table["kind"].to_pylist(), *degrees, strict=True)]


def test_through_an_area_with_its_names_and_place() -> None:
    table = crossed(laid(shapely.box(36.2, 0.5, 36.4, 1.5), names=("Amboseli",)))
    assert spans(table) == [("through", 0.2, 0.4)]
    row = table.to_pylist()[0]
    assert (row["layer"], row["role"], row["avoid"]) == ("parks", "protected", "price")
    assert (row["feature_id"], row["feature_name"], row["feature"]) == ("parks-0", "Amboseli", 0)
    assert (row["lon"], row["lat"]) == pytest.approx((36.2, 1.0))
    assert row["length_m"] == pytest.approx(0.2 * KM_PER_DEG * 1000, abs=0.01)
    assert table.schema == CROSSINGS


def test_every_passage_through_one_feature_is_a_row() -> None:
    comb = shapely.union_all([shapely.box(36.1, 0.2, 36.9, 0.5), *(shapely.box(x, 0.2, x + 0.1, 1.3) for x in (36.1, 36.5, 36.8))])  # fmt: skip
    assert spans(crossed(laid(comb))) == [("through", 0.1, 0.2), ("through", 0.5, 0.6), ("through", 0.8, 0.9)]


def test_a_line_that_returns_passes_again() -> None:
    there_and_back = np.array([(36.0, 1.0), (36.5, 1.0), (36.5, 1.1), (36.0, 1.1)])
    table = crossed(laid(shapely.box(36.2, 0.5, 36.3, 1.5)), line=there_and_back)
    assert table["kind"].to_pylist() == ["through", "through"]
    first, second = table["from_km"].to_pylist()
    assert first == pytest.approx(0.2 * KM_PER_DEG, abs=1e-3)
    assert second == pytest.approx(0.7 * KM_PER_DEG + 11.057, abs=0.01)  # 0.1° of latitude at 1° N: 11.0575 km


def test_starting_and_ending_inside() -> None:
    table = crossed(laid(shapely.box(35.9, 0.5, 36.1, 1.5), shapely.box(36.8, 0.5, 37.1, 1.5)))
    assert spans(table) == [("through", 0.0, 0.1), ("through", 0.8, 1.0)]


def test_wholly_inside_is_one_passage_however_many_vertices() -> None:
    dense = np.column_stack([np.linspace(36.0, 37.0, 1001), np.full(1001, 1.0)])
    assert spans(crossed(laid(shapely.box(35, 0, 38, 2)), line=dense)) == [("through", 0.0, 1.0)]


def test_a_hole_parts_a_passage() -> None:
    park = shapely.Polygon(shapely.box(36.2, 0, 36.8, 2).exterior, [shapely.box(36.4, 0.5, 36.5, 1.5).exterior])
    assert spans(crossed(laid(park))) == [("through", 0.2, 0.4), ("through", 0.5, 0.8)]


def test_touching_a_corner_only() -> None:
    assert spans(crossed(laid(shapely.Polygon([(36.8, 1), (36.9, 1.2), (36.7, 1.2)])))) == [("touches", 0.8, 0.8)]


def test_running_along_a_border() -> None:
    assert spans(crossed(laid(shapely.box(36.3, 1.0, 36.6, 1.5)))) == [("along", 0.3, 0.6)]


def test_a_river_crossed_repeatedly_and_at_a_vertex() -> None:
    """The vertex of the line lies on the river; it is one crossing, not one for each segment."""
    river = shapely.LineString([(36.5, 0), (36.5, 2), (36.7, 2), (36.7, 0)])
    at_vertex = np.array([(36.0, 1.0), (36.5, 1.0), (37.0, 1.0)])
    for line in (LINE, at_vertex):
        assert spans(crossed(laid(river, name="rivers"), line=line)) == [("crosses", 0.5, 0.5), ("crosses", 0.7, 0.7)]


def test_along_a_river_and_away_from_it() -> None:
    river = shapely.LineString([(36.2, 2.0), (36.2, 1.0), (36.4, 1.0), (36.4, 0.0)])
    assert spans(crossed(laid(river, name="rivers"))) == [("along", 0.2, 0.4)]


def test_nothing_beside_the_line() -> None:
    table = crossed(laid(shapely.box(36.2, 1.1, 36.4, 1.5), shapely.Point(36.5, 1.01)))
    assert len(table) == 0
    assert table.schema == CROSSINGS
    assert len(by_layer(table)) == 0


def test_kilometres_run_on_over_parts_and_gaps_count_for_nothing() -> None:
    parts = [np.array([(36.0, 1.0), (36.3, 1.0)]), np.array([(36.6, 1.0), (37.0, 1.0)])]
    table = crossed(laid(shapely.box(36.2, 0.5, 36.7, 1.5)), line=parts)
    assert spans(table) == [("through", 0.2, 0.3), ("through", 0.3, 0.4)]
    assert table["part"].to_pylist() == [0, 1]
    assert table["lon"].to_pylist() == pytest.approx([36.2, 36.6])


def test_layers_are_added_up() -> None:
    park = laid(shapely.box(36.2, 0.5, 36.4, 1.5), shapely.box(36.6, 0.5, 36.7, 1.5), shapely.box(36.0, 1.5, 37, 2))
    river = laid(shapely.LineString([(36.5, 0), (36.5, 2), (36.9, 2), (36.9, 0)]), name="rivers")
    raster = Laid("forest", "land-cover", "price", None)
    totals = by_layer(crossed(river, raster, park)).to_pylist()
    assert [(t["layer"], t["passages"], t["features"]) for t in totals] == [("parks", 2, 2), ("rivers", 2, 1)]
    assert totals[0]["length_m"] == pytest.approx(0.3 * KM_PER_DEG * 1000, abs=0.01)
    assert totals[1]["length_m"] == 0


def test_over_the_antimeridian_on_both_sides() -> None:
    """A park cut there as GeoJSON has it, and a line drawn across."""
    park = shapely.MultiPolygon([shapely.box(179.9, 0.5, 180, 1.5), shapely.box(-180, 0.5, -179.8, 1.5)])
    table = crossed(laid(park), line=np.array([(179.5, 1.0), (-179.5, 1.0)]))
    assert spans(table) == [("through", 0.4, 0.7)]


@pytest.mark.parametrize("seed", range(5))
def test_metres_within_random_areas_are_what_geodesic_overlap_says(seed: int) -> None:
    """A second implementation: `space.overlap` sums without constructing."""
    from qinglu.space import overlap, within

    rng = np.random.default_rng(seed)
    areas = [
        shapely.convex_hull(
            shapely.MultiPoint(rng.uniform(-0.15, 0.15, (8, 2)) + rng.uniform([36.2, 0.2], [37.8, 1.8]))
        )
        for _ in range(40)
    ]
    line = np.column_stack([np.linspace(36.0, 38.0, 60), 1.0 + np.cumsum(rng.normal(0, 0.08, 60))])
    layer = laid(*areas)
    assert layer.index is not None
    projects = Index.build(np.array([shapely.LineString(line)], dtype=object))
    pairs = within(projects, layer.index, 0.0)
    expected = dict(zip(pairs.feature.tolist(), overlap(projects, layer.index, pairs.project, pairs.feature).length_m, strict=True))  # fmt: skip
    table = crossed(layer, line=line)
    found = dict.fromkeys(expected, 0.0)
    for row in table.to_pylist():
        found[row["feature"]] += row["length_m"]
    assert len(found) > 3
    assert found == pytest.approx(expected, rel=1e-6, abs=0.01)
