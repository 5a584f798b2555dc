"""Suitability cell by cell: scores, what is unknown, what is kept out, and the account of it."""

from __future__ import annotations

import numpy as np
import pytest

from qinglu.errors import OptionError
from qinglu.siting import Grid
from qinglu.siting.suitability import Criterion, Exclusion, NoSiteError, suitability
from qinglu.text import Text

T = Text("值", "value")
GRID = Grid.planar((2, 3), 1000.0)
NAN = np.nan


def criterion(name, values, weight=1.0, good=10.0, bad=0.0, **more):
    return Criterion(name, T, "", good, bad, weight, np.array(values, np.float32), **more)


def mask(*cells):
    out = np.zeros(GRID.shape, bool)
    for cell in cells:
        out[cell] = True
    return out


A = criterion("a", [[10, 5, 0], [NAN, 5, NAN]], weight=3.0)
B = criterion("b", [[0, 5, 10], [8, NAN, NAN]])


def test_score_is_the_weighted_mean_of_what_is_known():
    s = suitability(GRID, [A, B], least_known=0.01)
    assert s.weights.tolist() == [0.75, 0.25]
    assert s.score[0].tolist() == [0.75, 0.5, 0.25]
    assert s.score[1, :2] == pytest.approx([0.8, 0.5])  # of b alone, of a alone: what is unknown is not 0
    assert s.known == pytest.approx(np.array([[1, 1, 1], [0.25, 0.75, 0]]))
    assert s.free.tolist() == [[True, True, True], [True, True, False]]
    assert np.isnan(s.score[1, 2])


def test_too_little_known_is_kept_out_and_told():
    s = suitability(GRID, [A, B], least_known=0.5)
    assert s.free.tolist() == [[True, True, True], [False, True, False]]
    entry = s.account()[-1]
    assert (entry["id"], entry["km2"], entry["counted_km2"]) == ("unknown", 2.0, 2.0)


def test_what_is_unknown_everywhere_does_not_stop_the_others():
    none = criterion("c", np.full(GRID.shape, NAN), weight=1.0, missing=Text("无", "no data"))
    s = suitability(GRID, [A, B, none], least_known=0.6)
    assert s.known[0, 0] == pytest.approx(0.8)
    assert s.score[0, 0] == pytest.approx(0.75)
    with pytest.raises(OptionError, match=r"criteria without any data: c \(no data\)"):
        suitability(GRID, [A, B, none], least_known=0.9)


def test_value_functions_run_both_ways_and_stop_at_their_ends():
    far = criterion("far", [[0, 2, 4], [6, 9, np.inf]], good=6.0, bad=2.0)
    assert far.score(far.values).tolist() == [[0, 0, 0.5], [1, 1, 1]]
    near = criterion("near", far.values, good=2.0, bad=6.0)
    assert near.score(near.values).tolist() == [[1, 1, 0.5], [0, 0, 0]]


def test_the_account_adds_up_and_says_what_each_alone_takes():
    lake, park = (Exclusion(n, T, m) for n, m in (("lake", mask((0, 0), (0, 1))), ("park", mask((0, 1), (1, 1)))))
    dry = Exclusion("dry", T, mask())
    full = criterion("a", [[10, 5, 0], [1, 5, 6]])
    s = suitability(GRID, [full], [lake, park, dry], inside=~mask((1, 2)), least_score=0.05)
    told = {e["id"]: (e["km2"], e["alone_km2"], e["counted_km2"]) for e in s.account()}
    assert told == {"lake": (2, 1, 2), "park": (2, 1, 1), "dry": (0, 0, 0), "score": (1, 1, 1)}
    assert sum(c for _, _, c in told.values()) + s.km2(s.free) == s.km2(s.inside) == 5
    assert s.free.tolist() == mask((1, 0)).tolist()


def test_everything_excluded_names_shares_and_what_to_relax():
    lake = Exclusion("lake", Text("湖", "Lake"), mask((0, 0), (0, 1), (0, 2), (1, 0)), Text("减小", "take less of it"))
    park = Exclusion("park", Text("公园", "Park"), mask((1, 1), (1, 2), (0, 0)))
    with pytest.raises(NoSiteError) as caught:
        suitability(GRID, [criterion("a", np.ones(GRID.shape))], [lake, park])
    assert "all 6 km² are excluded: Lake 67%, Park 50%" in str(caught.value)
    assert "Relax Lake first: take less of it" in str(caught.value)
    assert "湖 67%、公园 50%" in caught.value.line("zh")
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("criteria", "options", "said"),
    [
        ([], {}, "no criterion"),
        ([criterion("a", np.ones(GRID.shape), 0.0)], {}, "every weight is 0"),
        ([A], {"least_known": 1.5}, "1.5 is not possible"),
        ([A], {"least_score": -0.1}, "-0.1 is not possible"),
    ],
)
def test_what_cannot_be_scored_is_refused(criteria, options, said):
    with pytest.raises(OptionError, match=said):
        suitability(GRID, criteria, **options)


def test_impossible_criteria_are_refused():
    for good, bad in ((3.0, 3.0), (np.inf, 0.0), (0.0, NAN)):
        with pytest.raises(OptionError, match="scores cannot run"):
            criterion("a", np.ones(GRID.shape), good=good, bad=bad)
    with pytest.raises(OptionError, match="weight of -1"):
        criterion("a", np.ones(GRID.shape), -1.0)
    with pytest.raises(NoSiteError, match="no cell"):
        suitability(GRID, [A], inside=mask())
