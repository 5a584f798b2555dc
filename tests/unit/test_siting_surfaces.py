"""Surfaces: each layer bears on the objectives its role means, every number is named, what lacks data is unknown."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from siting_layers import raster, vector

from qinglu.errors import OptionError, UnknownNameError
from qinglu.siting import least_cost_path
from qinglu.siting.problem import GRADIENTS
from qinglu.siting.surfaces import build
from qinglu.siting.values import costs
from qinglu.space.raster import ArrayRaster

ENDS = [(0.05, 0.5), (0.95, 0.5)]
N = 50
T = (0.02, 0, 0, 0, -0.02, 1)
V = {k: v.value for k, v in costs().items()}


def _flat(layers=(), objectives=("cost",), mode="railway", z=None, **more):
    dem = ArrayRaster(np.full((N, N), 100.0, np.float32) if z is None else z, T)
    return build(ends=ENDS, mode=mode, objectives=objectives, dem=dem, layers=layers, **more)


def test_flat_ground_costs_what_flat_ground_costs():
    got = _flat()
    assert got.objectives["cost"].per_m.dtype == np.float32
    np.testing.assert_array_equal(got.objectives["cost"].per_m, V["railway.flat"])
    assert got.passable.all()
    assert not got.unknown
    assert math.isinf(got.steepest)


def test_a_gradient_costs_earthworks_and_beyond_the_limit_structure():
    got = _flat()
    at = dict(zip(np.round(GRADIENTS, 3).tolist(), got.objectives["cost"].climb.tolist(), strict=True))
    e, s, full = V["railway.earthworks"], V["railway.structure"], V["railway.all-structure-at"]
    assert at[0.0] == 0
    assert at[0.01] == pytest.approx(0.01 * e)
    assert at[0.015] == pytest.approx(0.015 * e)
    assert at[0.065] == pytest.approx(0.015 * e + s * 0.05 / full)
    assert at[-0.065] == pytest.approx(at[0.065])


def test_forbidding_what_is_steep_takes_the_structures_away():
    got = _flat(steep="forbid", max_gradient=0.02)
    assert got.steepest == 0.02
    assert got.mode.max_gradient == 0.02
    assert got.objectives["cost"].climb[-1] == pytest.approx(0.02 * V["railway.earthworks"])
    assert "given by the user" in got.trace[0].text.en


def test_a_transmission_line_knows_no_limit_of_gradient():
    got = _flat(mode="transmission-line", steep="forbid")
    assert math.isinf(got.steepest)
    assert not got.objectives["cost"].climb.any()
    assert not any("alignment" in u["rule_id"] for u in got.unverified)


def test_side_slope_adds_its_share_up_to_a_limit():
    run = 0.02 * 111_195
    ramp = np.tile(np.arange(N, dtype=np.float32) * 0.1 * run, (N, 1)).T
    got = _flat(z=np.ascontiguousarray(ramp)).objectives["cost"].per_m[N // 2, N // 2]
    assert got == pytest.approx(V["railway.flat"] * (1 + 0.1 * V["railway.side-slope"]), rel=0.01)
    wall = _flat(z=np.ascontiguousarray(ramp * 100)).objectives["cost"].per_m[N // 2, N // 2]
    assert wall == pytest.approx(V["railway.flat"] * (1 + V["railway.side-slope-most"]))


def test_a_river_is_charged_once_at_a_crossing_however_it_runs():
    for line in ([(0.5, -1), (0.5, 2)], [(0.31, -0.3), (0.75, 1.4)]):
        river = vector("rivers", "river", [shapely.LineString(line)])
        with_river, without = _flat([river]), _flat()
        cost, climb = with_river.weighted({"cost": 1})
        path = least_cost_path(cost, with_river.grid, (25, 2), (25, 47), climb=climb)
        dry = least_cost_path(without.weighted({"cost": 1})[0], without.grid, (25, 2), (25, 47))
        bridge = V["railway.river-length"] * (V["railway.water"] - V["railway.flat"])
        assert 0.95 * bridge < path.cost - dry.cost < 2.1 * bridge


def test_a_lake_costs_its_bridge_a_metre():
    got = _flat([vector("lakes", "lake", [shapely.box(0.4, 0.4, 0.6, 0.6)])], ("cost", "ecology"))
    inside, outside = got.grid.cell_of(0.5, 0.5), got.grid.cell_of(0.1, 0.1)
    assert got.objectives["cost"].per_m[inside] == pytest.approx(V["railway.water"])
    assert got.objectives["cost"].per_m[outside] == V["railway.flat"]
    assert got.objectives["ecology"].per_m[inside] == V["ecology.lake"]
    assert got.objectives["ecology"].per_m[outside] == pytest.approx(V["ecology.any-land"])


def test_of_areas_over_each_other_the_worthiest_counts_and_only_once():
    parks = vector(
        "parks", "protected", [shapely.box(0, 0, 0.5, 1), shapely.box(0.3, 0, 1, 1)], classes=["strict", "other"]
    )
    again = vector("more", "key-biodiversity", [shapely.box(0, 0, 1, 1)])
    per_m = _flat([parks, again], ("ecology",)).objectives["ecology"].per_m
    assert per_m[25, 20] == V["ecology.protected.strict"]
    assert per_m[25, 40] == max(V["ecology.protected.other"], V["ecology.key-biodiversity"])


def test_forest_prices_cost_by_mode_and_ecology_alike():
    forest = vector("forest", "forest", [shapely.box(0, 0, 0.5, 1)])
    got = _flat([forest], ("cost", "ecology"), "transmission-line")
    assert got.objectives["cost"].per_m[25, 5] == pytest.approx(V["transmission-line.flat"] * 2.25)
    assert got.objectives["ecology"].per_m[25, 5] == V["ecology.forest"]
    assert "siting:transmission-line.ground.forest" in {u["rule_id"] for u in got.unverified}


def test_ecoregions_are_priced_by_words_of_their_names():
    regions = vector(
        "eco",
        "ecoregion",
        [shapely.box(0, 0, 0.5, 1), shapely.box(0.5, 0, 1, 1)],
        names=["Ethiopian montane forests", "Djibouti xeric shrublands"],
    )
    per_m = _flat([regions], ("ecology",)).objectives["ecology"].per_m
    assert per_m[0, 0] == V["ecology.ecoregion.forest"]
    assert per_m[0, -1] == V["ecology.ecoregion.other"]


def test_forbidden_areas_close_every_cell_they_touch_and_still_count_as_data():
    parks = vector("parks", "protected", [shapely.box(0.411, -1, 0.429, 2)], avoid="forbid")  # narrower than a cell
    got = _flat([parks], ("cost", "ecology"))
    assert (~got.passable).sum() >= N
    assert set(np.unique(got.barrier)) == {0, 3}
    assert "ecology" in got.objectives
    assert np.isinf(got.weighted({"cost": 1})[0]).sum() == (~got.passable).sum()


def test_ignored_layers_are_kept_for_crossings_only():
    got = _flat([vector("parks", "protected", [shapely.box(0, 0, 1, 1)], avoid="ignore")], ("cost", "ecology"))
    assert got.passable.all()
    assert list(got.unknown) == ["ecology"]
    assert got.laid[0].avoid == "ignore"
    assert got.laid[0].index.n_features == 1


def test_corridors_are_discounted_and_borders_charged():
    road = vector("roads", "transport", [shapely.LineString([(-1, 0.505), (2, 0.505)])])
    border = vector("border", "border", [shapely.LineString([(0.505, -1), (0.505, 2)])])
    per_m = _flat([road, border]).objectives["cost"].per_m
    row, col = 24, 25
    assert per_m[row, 5] == pytest.approx(V["railway.flat"] * V["railway.corridor"])
    assert per_m[5, 5] == V["railway.flat"]
    extra = float(per_m[5, col] - per_m[5, 5]) * 0.02 * 111_195
    assert extra == pytest.approx(V["railway.border"], rel=0.02)


def test_people_by_places_and_their_resettlement():
    towns = vector(
        "towns", "settlement", [shapely.Point(0.5, 0.5), shapely.Point(0.2, 0.2)], population=[200_000, np.nan]
    )
    got = _flat([towns], ("people", "cost"))
    density = got.objectives["people"].per_m / V["railway.people-strip"]
    people = (density * got.grid.cell_area_m2[:, None]).sum()
    assert people == pytest.approx(200_000, rel=1e-4)
    at = got.grid.cell_of(0.5, 0.5)
    assert density[at] * 1e6 == pytest.approx(V["people.town-density"], rel=0.4)
    moved = got.objectives["cost"].per_m[at] - V["railway.flat"]
    assert moved == pytest.approx(density[at] * got.mode.width_m * V["people.resettlement"], rel=1e-3)
    assert "1 places give no population" in next(s.text.en for s in got.trace if s.kind == "layer")


def test_places_without_population_leave_people_unknown():
    got = _flat([vector("towns", "settlement", [shapely.Point(0.5, 0.5)])], ("cost", "people"))
    assert list(got.objectives) == ["cost"]
    assert "population" in got.unknown["people"].en
    assert "人口" in got.unknown["people"].zh


def test_nobody_is_counted_twice(tmp_path):
    count = raster(tmp_path / "pop.tif", "settlement", np.full((N, N), 1000.0, np.float32), T)
    town = vector("towns", "settlement", [shapely.Point(0.5, 0.5)], population=[1000.0])
    alone = _flat([count], ("people",)).objectives["people"].per_m
    both = _flat([count, town], ("people",)).objectives["people"].per_m
    np.testing.assert_array_equal(alone, both)
    assert (alone / V["railway.people-strip"] * 4.94e6)[25, 25] == pytest.approx(1000, rel=0.01)


def test_hazards_add_up_and_a_raster_counts_by_its_highest_value(tmp_path):
    flood = vector("flood", "hazard.flood", [shapely.box(0, 0, 0.5, 1)])
    cells = np.zeros((N, N), np.float32)
    cells[:, 10:], cells[:, 40:] = 2.0, 4.0
    quake = raster(tmp_path / "pga.tif", "hazard.seismic", cells, T)
    per_m = _flat([flood, quake], ("hazard",)).objectives["hazard"].per_m
    assert per_m[25, 5] == 1
    assert per_m[25, 20] == pytest.approx(1.5)
    assert per_m[25, 45] == pytest.approx(1.0)


def test_conflict_events_reach_as_far_as_the_radius_says():
    got = _flat([vector("events", "conflict", [shapely.Point(0.5, 0.5)])], ("hazard",))
    area = (got.objectives["hazard"].per_m * got.grid.cell_area_m2[:, None]).sum()
    assert area == pytest.approx(math.pi * V["hazard.conflict-radius"] ** 2, rel=0.1)


def test_land_cover_by_its_legend(tmp_path):
    codes = np.full((N, N), 30, np.uint8)
    codes[:, :10], codes[:, 10:20], codes[:, 20:30], codes[0, 49] = 10, 80, 50, 77
    cover = raster(tmp_path / "cover.tif", "other", codes, T, means="land-cover:esa-worldcover")
    got = _flat([cover], ("cost", "ecology"))
    cost, ecology = got.objectives["cost"].per_m[25], got.objectives["ecology"].per_m[25]
    assert cost[5] == pytest.approx(V["railway.flat"] * V["railway.ground.forest"])
    assert cost[15] == pytest.approx(V["railway.water"])
    assert cost[25] == pytest.approx(V["railway.flat"] * V["railway.ground.built"])
    assert ecology[5] == V["ecology.forest"]
    assert ecology[15] == V["ecology.lake"]
    assert ecology[40] == V["ecology.land-cover.open"]
    assert "77" in next(s.text.en for s in got.trace if s.kind == "layer")


def test_percent_rasters_count_by_their_share(tmp_path):
    cover = raster(tmp_path / "trees.tif", "forest", np.full((N, N), 50, np.uint8), T, means="percent")
    per_m = _flat([cover], ("ecology",)).objectives["ecology"].per_m
    assert per_m[25, 25] == pytest.approx(0.5 * V["ecology.forest"])


def test_a_raster_may_forbid(tmp_path):
    cells = np.zeros((N, N), np.uint8)
    cells[:, 20] = 1
    got = _flat([raster(tmp_path / "swamp.tif", "wetland", cells, T, avoid="forbid")])
    assert (got.barrier == 3).sum() == N


def test_carbon_comes_from_quantities():
    got = _flat(objectives=("carbon",)).objectives["carbon"]
    by_hand = (0.13 * 1550 + 0.5 * 134.2 + 5.0 * 4.83) / 1000
    np.testing.assert_allclose(got.per_m, by_hand, rtol=1e-6)
    structure = (28 * 134.2 + 1.6 * 1990) / 1000
    gentle = 0.015 * V["railway.earthworks"] / 8.0 * 3.0 / 1000
    assert got.climb[np.searchsorted(GRADIENTS, 0.0649)] == pytest.approx(gentle + structure, rel=1e-6)


def test_a_bridge_has_its_carbon():
    lake = vector("lakes", "lake", [shapely.box(0.4, 0.4, 0.6, 0.6)])
    got = _flat([lake], ("carbon",)).objectives["carbon"].per_m
    assert got[25, 25] - got[0, 0] == pytest.approx((28 * 134.2 + 1.6 * 1990) / 1000, rel=1e-5)


def test_without_elevation_slope_is_unknown_and_said_so():
    got = build(ends=ENDS, mode="road", objectives=("cost", "carbon", "ecology"), cell_m=2000)
    assert got.elevation is None
    assert got.objectives["cost"].climb is None
    assert list(got.unknown) == ["ecology"]
    assert "protected" in got.unknown["ecology"].en
    for step in got.trace:
        if step.kind == "formula":
            assert "slope is unknown" in step.text.en
            assert "坡度未知" in step.text.zh
    assert got.weighted({"cost": 1})[1] is None


def test_a_layer_with_nothing_here_is_no_data():
    parks = vector("parks", "protected", [shapely.box(50, 50, 51, 51)])
    got = _flat([parks], ("cost", "ecology"))
    assert list(got.unknown) == ["ecology"]
    assert "no features here" in next(s.text.en for s in got.trace if s.kind == "layer")


def test_a_role_without_a_price_is_noted_not_dropped():
    got = _flat([vector("homeland", "indigenous-land", [shapely.box(0, 0, 1, 1)])])
    step = next(s for s in got.trace if s.kind == "layer")
    assert "counts towards no objective" in step.text.en
    assert "没有单价" in step.text.zh
    assert [x.name for x in got.laid] == ["homeland"]


def test_what_a_layer_leaves_out_is_said():
    got = _flat([vector("wdpa", "protected", [shapely.Point(0.5, 0.5)], withheld=("CHN", "IND"))], ("ecology",))
    text = next(s.text for s in got.trace if s.kind == "layer")
    assert "CHN, IND: unknown" in text.en
    assert "points only" in text.en
    assert "未知" in text.zh


def test_own_unit_costs_are_used_and_no_longer_unverified(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text("railway: {flat: 5000}", encoding="utf-8")
    got = _flat(costs=path)
    assert (got.objectives["cost"].per_m == 5000).all()
    assert "siting:railway.flat" not in {u["rule_id"] for u in got.unverified}
    assert "siting:railway.flat" in {u["rule_id"] for u in _flat().unverified}
    assert "own.yaml" in next(s.text.en for s in got.trace if s.kind == "formula")


def test_gaps_in_elevation_leave_no_gap_in_the_cost():
    z = np.full((N, N), 100.0, np.float32)
    z[10, 10] = np.nan
    got = _flat(z=z, objectives=("cost", "carbon"))
    assert not got.passable[10, 10]
    assert got.passable.sum() == N * N - 1
    for objective in got.objectives.values():
        assert np.isfinite(objective.per_m).all()


def test_nothing_given_is_changed():
    z = np.full((N, N), 100.0, np.float32)
    z[3, 3] = np.nan
    before = z.copy()
    _flat(z=z, layers=[vector("parks", "protected", [shapely.box(0, 0, 1, 1)], avoid="forbid")])
    np.testing.assert_array_equal(z, before)


def test_progress_counts_to_its_total():
    seen = []
    _flat([vector("a", "river", [])], progress=lambda what, done, total: seen.append((what, done, total)))
    assert [s[1] for s in seen] == list(range(3))
    assert {s[2] for s in seen} == {3}
    assert seen[1][0] == "a"


@pytest.mark.parametrize(
    ("more", "error", "said"),
    [
        ({"mode": "canal"}, UnknownNameError, "railway"),
        ({"objectives": ("costs",)}, UnknownNameError, "Did you mean cost"),
        ({"objectives": ()}, OptionError, "no objective"),
        ({"steep": "bridge"}, OptionError, "structure, forbid"),
        ({"max_gradient": 0.0}, OptionError, "rise over run"),
        ({"max_gradient": 15}, OptionError, "0.015"),
    ],
)
def test_impossible_choices_are_refused(more, error, said):
    with pytest.raises(error) as caught:
        _flat(**more)
    assert said in caught.value.line("en")


def test_layers_cannot_be_meant_otherwise(tmp_path):
    with pytest.raises(OptionError, match="avoid=perhaps"):
        vector("a", "river", [], avoid="perhaps")
    with pytest.raises(OptionError, match="populations of"):
        vector("a", "settlement", [shapely.Point(0, 0)], population=[1, 2])
    with pytest.raises(OptionError, match="means=people"):
        raster(tmp_path / "a.tif", "other", np.ones((2, 2), np.uint8), T, means="people")
    with pytest.raises(OptionError, match="cannot be forbidden"):
        raster(tmp_path / "b.tif", "other", np.ones((2, 2), np.uint8), T, means="population", avoid="forbid")
