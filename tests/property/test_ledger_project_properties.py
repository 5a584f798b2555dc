"""What holds for any ledger of a project: years add up to the life, scopes to the whole, bounds enclose."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from qinglu.ledger.estimate import Estimate
from qinglu.ledger.project import SCOPES, Life, Part, account
from qinglu.text import Text

NAME = Text("甲", "A")
LIVES = st.builds(Life, st.integers(2000, 2060), st.integers(0, 6), st.integers(1, 40))
TONNES = st.floats(0, 1e7, allow_nan=False)


@st.composite
def estimates(draw):
    value = draw(TONNES)
    if draw(st.booleans()):
        return Estimate(value)
    return Estimate(value, value * draw(st.floats(0, 1)), value * draw(st.floats(1, 5)))


@st.composite
def projects(draw, unknown=False):
    life = draw(LIVES)
    parts = []
    for n in range(draw(st.integers(1, 6))):
        first = draw(st.integers(life.years.start, life.years.stop - 1))
        last = draw(st.integers(first, life.years.stop - 1))
        kind = draw(st.sampled_from(["emitted", "emitted", "emitted", "biogenic", "avoided"]))
        scope = draw(st.sampled_from(SCOPES)) if kind == "emitted" else None
        amount = None if unknown and draw(st.booleans()) else draw(estimates())
        parts.append(Part(NAME, scope, kind, None, amount, range(first, last + 1), n))
    return life, parts


def value(held):
    return held.value.value if held.value else 0.0


@given(projects())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_the_years_add_up_to_the_life(made):
    life, parts = made
    done = account(life, parts)
    for pick in (
        lambda s: s.emitted, lambda s: s.avoided, lambda s: s.biogenic, lambda s: s.scope_1_and_2,
        lambda s: s.scopes[1], lambda s: s.scopes[3],
    ):  # fmt: skip
        years = math.fsum(value(pick(s)) for s in done.by_year.values())
        assert math.isclose(years, value(pick(done.life)), rel_tol=1e-9, abs_tol=1e-6)


@given(projects())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_scopes_add_up_and_nothing_is_set_off(made):
    life, parts = made
    done = account(life, parts)
    for sums in (done.life, *done.by_year.values()):
        assert math.isclose(
            value(sums.emitted), sum(value(sums.scopes[n]) for n in SCOPES), rel_tol=1e-9, abs_tol=1e-6
        )  # fmt: skip
        assert math.isclose(
            value(sums.scope_1_and_2), value(sums.scopes[1]) + value(sums.scopes[2]), rel_tol=1e-9, abs_tol=1e-6
        )  # fmt: skip
    without = account(life, [p for p in parts if p.kind == "emitted"])
    assert without.life.emitted == done.life.emitted


@given(projects())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_bounds_enclose_and_independent_parts_widen_less_than_their_sum(made):
    life, parts = made
    done = account(life, parts)
    whole = done.life.emitted.value
    if whole is None:
        return
    low, high = whole.bounds
    assert low <= whole.value <= high
    wholes = [p.whole for p in parts if p.kind == "emitted"]
    slack = 1e-6 + 1e-9 * high
    assert low >= sum(w.bounds[0] for w in wholes) - slack
    assert high <= sum(w.bounds[1] for w in wholes) + slack


@given(projects(unknown=True))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_what_is_not_known_is_left_out_and_named(made):
    life, parts = made
    done = account(life, parts)
    missing = {p.given for p in parts if p.yearly is None and p.kind == "emitted"}
    assert set(done.life.emitted.left_out) == missing
    known = [p for p in parts if p.yearly is not None]
    assert value(account(life, known).life.emitted) == value(done.life.emitted)
    if missing == {p.given for p in parts if p.kind == "emitted"}:
        assert done.life.emitted.value is None


@given(projects(), st.integers(1990, 2110))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_after_a_year_and_until_it_make_the_whole(made, year):
    life, parts = made
    done = account(life, parts)
    until = math.fsum(value(s.emitted) for y, s in done.by_year.items() if y <= year)
    assert math.isclose(until + value(done.after(year).emitted), value(done.life.emitted), rel_tol=1e-9, abs_tol=1e-6)
    emitting = done.emitting(y for y in life.years if y > year)
    assert all(value(done.by_year[y].emitted) > 0 for y in emitting)
