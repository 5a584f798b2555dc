"""Counting against a plain loop: levels, unknowns, assets, what is shown in full."""

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from screening_made import large_screening, small_screening, table

from qinglu.model import FINDINGS
from qinglu.report.summary import asked_roles, summarise
from qinglu.report.tally import WORST_FIRST, Tally, by_country, n_assets

ORDER = [str(level) for level in WORST_FIRST]
TABLES = ("exposures", "nearest", "zonal", "findings")


def tallied(screening, keep=10_000, pieces=1, backwards=False):
    tally = Tally(screening.portfolio, keep, asked_roles(screening.rules))
    ids = screening.portfolio.projects["project_id"].to_pylist()
    for part in np.array_split(np.arange(len(ids)), pieces)[:: -1 if backwards else 1]:
        some = pa.array([ids[i] for i in part])
        tally.add({n: (t := getattr(screening, n)).filter(pa.compute.is_in(t["project_id"], value_set=some)) for n in TABLES})
    return tally


def worst_by_hand(screening):
    worst = {}
    for f in screening.findings.select(["project_id", "level"]).to_pylist():
        rank = ORDER.index(f["level"])
        worst[f["project_id"]] = min(worst.get(f["project_id"], 99), rank)
    return [worst.get(i, ORDER.index("unknown")) for i in screening.portfolio.projects["project_id"].to_pylist()]


@pytest.mark.parametrize("made", [small_screening, large_screening])
def test_worst_levels_are_those_of_a_plain_loop(made):
    screening = made()
    assert tallied(screening).worst().tolist() == worst_by_hand(screening)


def test_unknown_is_counted_whatever_else_was_found():
    tally = tallied(small_screening())
    #                                    007   NA     =1+1   P-4   P-5   P-6    P-7 (judged by no rule)
    assert tally.has_unknown().tolist() == [True, False, False, True, True, False, True]


def test_a_project_that_nothing_judged_is_unknown_not_clear():
    screening = small_screening()
    tally = tallied(screening)
    assert ORDER[tally.worst()[6]] == "unknown"
    summary = summarise(screening, tally)
    assert dict(zip(ORDER, summary.by_level, strict=True)) == {"critical": 2, "warning": 1, "note": 2, "unknown": 1, "clear": 1}
    assert summary.with_unknown == 4


def test_totals_add_up():
    screening = large_screening()
    summary = summarise(screening, tallied(screening, pieces=7))
    assert sum(summary.by_level) == summary.n_screened == 2_000
    assert sum(summary.findings) == screening.findings.num_rows
    assert sum(c.projects for c in summary.countries) == 2_000
    assert [sum(c.by_level[i] for c in summary.countries) for i in range(5)] == list(summary.by_level)
    assert sum(c.with_unknown for c in summary.countries) == summary.with_unknown


def test_assets_count_places_and_not_loans():
    screening = small_screening()
    assert n_assets(screening.portfolio) == 6
    kenya = next(c for c in by_country(screening.portfolio, tallied(screening)) if c.country == "KEN")
    assert (kenya.projects, kenya.assets) == (2, 1)
    assert summarise(screening, tallied(screening)).n_sharing == 2


def test_missing_data_is_counted_in_projects_and_says_how_to_get_it():
    screening = small_screening()
    missing = summarise(screening, tallied(screening)).missing
    assert [(m.title.en, m.n_projects) for m in missing] == [("World Heritage", 2), ("The actual site or line", 1)]
    assert "UNESCO" in missing[0].how.en
    assert all(m.how.zh and m.how.en for m in missing)


def test_a_layer_that_could_not_say_is_named_with_its_source():
    screening = small_screening()
    unknown = [("NA", "screening.river.near", "unknown", "distance", None, "m", "rivers", "5.1.2", "", "")]
    unknown += [("NA", "screening.protected.near", "unknown", "distance", None, "m", "parks", "2026-1", "", "")]
    missing = summarise(screening, tallied(small_screening(findings=table(FINDINGS, unknown)))).missing
    rivers, parks = sorted(missing, key=lambda m: m.title.en, reverse=True)
    assert (rivers.title.en, parks.title.en) == ("Rivers", "National parks (sketch)")
    assert "could not say here" in rivers.how.en
    assert "Comes with the software" not in parks.how.en  # a sketch is no answer
    assert "wdpa" in parks.how.en


def test_two_rules_that_miss_the_same_layer_count_a_project_once():
    screening = small_screening()
    heritage = screening.rules[3]
    twice = {**heritage, "id": "screening.heritage.again"}
    again = screening.findings.filter(pa.compute.equal(screening.findings["rule_id"], heritage["id"]))
    again = again.set_column(1, "rule_id", pa.array([twice["id"]] * again.num_rows))
    screening = small_screening(rules=(*screening.rules, twice), findings=pa.concat_tables([screening.findings, again]))
    assert summarise(screening, tallied(screening)).missing[0].n_projects == 2


@pytest.mark.parametrize("pieces", [1, 3, 40])
def test_the_worst_are_kept_with_all_their_rows_however_they_arrive(pieces):
    screening = large_screening(500)
    tally = tallied(screening, keep=25, pieces=pieces)
    detail = tally.detail()
    counts = Counter()
    for f in screening.findings.select(["project_id", "level"]).to_pylist():
        counts[f["project_id"], f["level"]] += 1
    ids = screening.portfolio.projects["project_id"].to_pylist()
    worst = worst_by_hand(screening)
    by_hand = sorted(range(500), key=lambda i: (worst[i], *(-counts[ids[i], level] for level in ORDER[:-1]), i))[:25]
    assert detail.rows.tolist() == by_hand
    kept = {ids[i] for i in by_hand}
    expected = [r for r in screening.findings.to_pylist() if r["project_id"] in kept]
    assert detail.tables["findings"].to_pylist() == expected
    assert set(detail.tables["exposures"]["project_id"].to_pylist()) == kept
    assert tally.order()[:25].tolist() == by_hand


def test_pieces_may_come_in_any_order():
    screening = large_screening(500)
    forth, back = tallied(screening, keep=25, pieces=9), tallied(screening, keep=25, pieces=9, backwards=True)
    assert (forth.by_project == back.by_project).all()
    assert forth.detail().rows.tolist() == back.detail().rows.tolist()
    assert forth.missing == back.missing
