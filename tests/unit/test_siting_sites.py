"""Sites: what bounds them, and how firmly they stand when the weights change."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from qinglu.errors import OptionError
from qinglu.siting import Grid
from qinglu.siting import sites as module
from qinglu.siting.sensitivity import in_first, reweighted, sensitivity, totals
from qinglu.siting.sites import best_sites, clashes
from qinglu.siting.suitability import Criterion, Exclusion, NoSiteError, suitability
from qinglu.text import Text

T = Text("值", "value")
KM2 = 1e6


def utm(shape):
    """Cells of 1.0008 km² true area: on the central meridian the projection is 0.9996 of the ground."""
    return Grid(shape, (1000.0, 0.0, 480_000.0, 0.0, -1000.0, 9_900_000.0), "EPSG:32737")


def made(*layers, weights=None, out=None, grid=None):
    grid = grid or utm(np.shape(layers[0]))
    weights = weights or [1.0] * len(layers)
    criteria = [
        Criterion(f"c{i}", T, "", 1.0, 0.0, w, np.array(v, np.float32))
        for i, (v, w) in enumerate(zip(layers, weights, strict=True))
    ]
    return suitability(grid, criteria, [] if out is None else [Exclusion("out", T, np.array(out, bool))])


def bumps(seed, shape=(40, 50)):
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]]
    rng = np.random.default_rng(seed)
    at = rng.uniform((0, 0), shape, (6, 2))
    return np.max([np.exp(-((y - r) ** 2 + (x - c) ** 2) / 60) for r, c in at], axis=0)


def cells_of(site):
    return set(zip(site.rows.tolist(), site.cols.tolist(), strict=True))


def test_sites_keep_out_of_what_is_excluded_and_are_one_piece():
    rng = np.random.default_rng(1)
    s = made(bumps(1), out=rng.uniform(size=(40, 50)) < 0.25)
    found = best_sites(s, 6, 12 * KM2, min_separation_m=3000.0)
    assert len(found.sites) == 6
    for site in found.sites:
        assert s.free[site.rows, site.cols].all()
        assert site.polygon.geom_type == "Polygon"
        assert site.area_m2 == pytest.approx(12 * KM2, rel=1e-3)
        assert len(site.rows) == 12
        assert site.score == pytest.approx(s.score[site.rows, site.cols].astype(float).mean(), rel=1e-5)
        assert site.least == s.score[site.rows, site.cols].min()
    assert sum(found.account.values()) == pytest.approx(s.km2(s.free))
    assert found.account["chosen"] == pytest.approx(72, rel=1e-3)
    assert [x.score for x in found.sites] == sorted((x.score for x in found.sites), reverse=True)


def test_compactness_trades_shape_for_score():
    ridge = np.full((21, 21), 0.80)
    ridge[10] = 0.84
    winding, round_ = (best_sites(made(ridge), 1, 21 * KM2, compactness=c).sites[0] for c in (0.0, 0.2))
    assert cells_of(winding) == {(10, c) for c in range(21)}
    assert np.ptp(round_.rows) < 8
    assert np.ptp(round_.cols) < 8
    assert winding.score > round_.score


def test_a_site_may_have_a_hole_and_its_polygon_is_valid():
    out = np.zeros((3, 3), bool)
    out[1, 1] = True
    site = best_sites(made(np.ones((3, 3)), out=out, grid=Grid.planar((3, 3), 1000.0)), 1, 8 * KM2).sites[0]
    assert site.polygon.is_valid
    assert len(site.polygon.interiors) == 1
    assert site.polygon.area == 8 * KM2
    assert not site.polygon.contains(site.polygon.centroid)  # so the place named is another, on the ring
    assert (site.lon - 1500) ** 2 + (site.lat + 1500) ** 2 == pytest.approx(500**2)


def test_only_the_most_promising_seeds_are_grown_when_every_cell_is_too_many(monkeypatch):
    s = made(bumps(3))
    every = best_sites(s, 3, 15 * KM2, min_separation_m=4000.0)
    monkeypatch.setattr(module, "_WORK", 1)
    monkeypatch.setattr(module, "_FEWEST_SEEDS", 60)
    some = best_sites(s, 3, 15 * KM2, min_separation_m=4000.0)
    assert every.from_every_cell
    assert not some.from_every_cell
    assert some.sites[0].score == pytest.approx(every.sites[0].score, rel=0.01)


def test_fewer_sites_than_asked_for_where_there_is_no_room():
    found = best_sites(made(np.ones((4, 4))), 5, 4 * KM2, min_separation_m=1500.0)
    assert 0 < len(found.sites) < 5
    assert found.account["too_near"] > 0


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"k": 0}, OptionError, "0 sites"),
        ({"k": 101}, OptionError, "101 sites"),
        ({"min_area_m2": 17 * KM2}, OptionError, "17 km² are not possible in an area of 16"),
        ({"min_area_m2": 0.0}, OptionError, "0 km²"),
        ({"min_separation_m": -1.0}, OptionError, "-1"),
        ({"compactness": float("nan")}, OptionError, "nan"),
        ({"min_area_m2": 9 * KM2}, NoSiteError, "largest patch of suitable land has 8 km², less than the 9 km²"),
    ],
)
def test_impossible_sites_are_refused(options, error, said):
    out = np.zeros((4, 4), bool)
    out[:, 2] = True  # leaves patches of 8 and of 4
    with pytest.raises(error, match=said):
        best_sites(
            made(np.ones((4, 4)), out=out, grid=Grid.planar((4, 4), 1000.0)), **{"k": 1, "min_area_m2": KM2, **options}
        )


def test_values_beyond_the_limits_of_a_score_are_measured_again():
    far = np.array([[np.inf, 2.0]], np.float32)
    c = Criterion("d", T, "km", 0.0, 10.0, 1.0, far, exact=lambda rows, cols: np.full(len(rows), 37.0))
    site = best_sites(suitability(Grid.planar((1, 2), 1000.0), [c]), 1, 2 * KM2).sites[0]
    assert site.values.tolist() == [19.5]
    assert site.scores == pytest.approx([0.4])


# sensitivity

A, B = bumps(5), bumps(6)


def firm(s, k=3, **more):
    options = {"min_separation_m": 4000.0, "compactness": 0.1}
    return sensitivity(s, best_sites(s, k, 9 * KM2, **options), k, 9 * KM2, **options, **more)


def test_the_same_seed_gives_the_same_frequencies():
    s = made(A, B, weights=[2.0, 1.0])
    one, same, other = firm(s, seed=1), firm(s, seed=1), firm(s, seed=2)
    assert one.near.tolist() == same.near.tolist()
    assert one.any_weights.tolist() == same.any_weights.tolist()
    assert one.any_weights.tolist() != other.any_weights.tolist()
    assert np.abs(one.any_weights - other.any_weights).max() < 0.08  # a thousand draws: 1.6 % for a half


def test_a_site_that_is_best_in_everything_always_stays():
    a, b = 0.5 * A, 0.5 * B
    a[20:23, 20:23] = b[20:23, 20:23] = 1.0
    s = made(a, b)
    found = firm(s)
    assert best_sites(s, 1, 9 * KM2).sites[0].score == 1.0
    assert found.near[0] == found.any_weights[0] == 1.0
    assert found.turns[0] is None


def test_places_of_one_virtue_come_and_go_with_its_weight():
    a, b = np.full((20, 40), 0.1), np.full((20, 40), 0.1)
    a[5:8, 5:8] = b[5:8, 30:33] = 0.9
    found = firm(made(a, b, weights=[3.0, 2.0]), k=1)
    # The first place wins while its criterion has more than half of the weight.
    assert found.turns[0].criterion in (0, 1)
    assert found.turns[0].at == pytest.approx(0.5, abs=2 * found.step)
    assert found.any_weights[0] == pytest.approx(0.5, abs=0.05)
    assert found.near[0] > 0.8
    assert found.near[0] + found.rival_near.sum() == pytest.approx(1.0)


def test_one_criterion_leaves_nothing_to_vary():
    found = firm(made(A))
    assert found.near.tolist() == found.any_weights.tolist() == [1.0, 1.0, 1.0]
    assert found.turns == (None, None, None)


def test_a_turn_is_where_the_site_leaves_the_first_k():
    s = made(A, B, weights=[2.0, 1.0])
    options = {"min_separation_m": 4000.0, "compactness": 0.1}
    sites = best_sites(s, 3, 9 * KM2, **options)
    found = firm(s)
    pool = (*sites.sites, *found.rivals)
    known, scores = np.array([p.known_share for p in pool]), np.array([p.scores for p in pool])
    clash = clashes(pool, 4000.0)

    def stays(site, criterion, share):
        weights = s.weights * (1 - share) / (1 - s.weights[criterion])
        weights[criterion] = share
        return bool(in_first(totals(weights[None], known, scores), clash, 3)[0, site])

    turns = [(n, t) for n, t in enumerate(found.turns) if t is not None]
    assert turns
    for n, turn in turns:
        assert stays(n, turn.criterion, turn.share)
        assert not stays(n, turn.criterion, turn.at)
        assert stays(n, turn.criterion, turn.at + np.sign(turn.share - turn.at) * found.step)
        for i in range(2):  # and no smaller change of any weight does it
            for share in np.linspace(0, 1, 101):
                if abs(share - s.weights[i]) < abs(turn.at - turn.share) - 2 * found.step:
                    assert stays(n, i, share)


def test_first_k_against_a_plain_loop():
    rng = np.random.default_rng(0)
    total = rng.uniform(size=(50, 8))
    clash = rng.uniform(size=(8, 8)) < 0.25
    clash |= clash.T | np.eye(8, dtype=bool)
    for k in (1, 3, 8):
        got = in_first(total, clash, k)
        for row, chosen in zip(total, got, strict=True):
            taken = []
            for i in sorted(range(8), key=lambda i: -row[i]):
                if len(taken) < k and not any(clash[i, j] for j in taken):
                    taken.append(i)
            assert sorted(taken) == np.flatnonzero(chosen).tolist()


def test_totals_are_the_mean_of_cells_where_all_is_known():
    s = made(A, B, weights=[2.0, 1.0])
    sites = best_sites(s, 3, 9 * KM2).sites
    known, scores = np.array([p.known_share for p in sites]), np.array([p.scores for p in sites])
    assert totals(s.weights[None], known, scores)[0] == pytest.approx([p.score for p in sites], rel=1e-6)
    half = reweighted(s, np.array([0.5, 0.5]))
    means = [half.score[p.rows, p.cols].astype(float).mean() for p in sites]
    assert totals(np.array([[0.5, 0.5]]), known, scores)[0] == pytest.approx(means, rel=1e-6)


def test_sites_side_by_side_do_not_clash_without_a_separation():
    grid = Grid.lonlat((6, 12), 30.0, 10.0, 0.01)
    s = made(np.ones((6, 12)), grid=grid)
    sites = best_sites(s, 2, 35.9 * float(s.area_m2.max())).sites
    touching = [
        a.polygon.touches(b.polygon) or a.polygon.disjoint(b.polygon) for a, b in itertools.combinations(sites, 2)
    ]
    assert all(touching)
    assert clashes(sites, 0.0).tolist() == np.eye(len(sites), dtype=bool).tolist()
    assert clashes(sites, 10.0).all()


def test_no_more_draws_than_can_be_held():
    with pytest.raises(OptionError, match="draws"):
        firm(made(A), draws=-1)
    assert np.isnan(firm(made(A), draws=0).near).all()
