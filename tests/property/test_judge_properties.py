"""What must hold of judging whatever is measured."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from qinglu.model import PROJECTS, SEVERITY, Layer, Level
from qinglu.rules import figure, load
from qinglu.rules.resolve import change_days
from qinglu.rules.vocabulary import MEASURES
from qinglu.screening.figures import UNITS, shown
from qinglu.screening.judge import judge
from qinglu.screening.measures import EXPOSED, NEAR, SLOPE, ZONED, Measures
from qinglu.text import Text

RULES = load(installed=False).rules
DISTANCE = [r for r in RULES if r.measure == "distance"]
ON = date(2026, 11, 22)
metres = st.one_of(st.just(0.0), st.floats(0, 80_000), st.sampled_from([1000.0, 5000.0, 10_000.0, 50_000.0]))
classes = st.sampled_from(["strict", "other", "natural", "cultural", ""])
features = st.lists(st.tuples(metres, classes), max_size=6)


def layer(role: str, **more: Any) -> Layer:
    raster = role in {"water-stress", "elevation"}
    role_ = "hazard.flood" if role == "hazard.*" else role
    return Layer(f"layer-{role}", role_, Text("图层", "Layer"), "raster" if raster else "area", **more)


def measured(
    layers: list[Layer], seen: list[tuple[float, str]], buffer_m: float = 50_000.0, **project: Any
) -> Measures:
    row = {"project_id": "p", "country": "KEN", "shape": "line", "notes": [], **project}
    rows = [
        {"project_row": 0, "layer_id": a.id, "feature_id": str(i), "feature_class": c, "distance_m": d, "intersects": d == 0, "approximate": False, "overlap_share": 0.2 if d == 0 else None}
        for a in layers if a.kind != "raster" for i, (d, c) in enumerate(seen)
    ]  # fmt: skip
    nearest = [
        min((r for r in rows if r["layer_id"] == a.id), key=lambda r: r["distance_m"])
        for a in layers
        if a.kind != "raster" and seen
    ]
    return Measures(
        pa.Table.from_pylist([row], schema=PROJECTS),
        tuple(layers),
        pa.Table.from_pylist([r for r in rows if r["distance_m"] <= buffer_m], schema=EXPOSED),
        pa.Table.from_pylist(nearest, schema=NEAR),
        pa.Table.from_pylist(
            [{"project_row": 0, "raster_id": "layer-water-stress", "max": 1.0, "count": 1.0}], schema=ZONED
        ),
        pa.Table.from_pylist(
            [{"project_row": 0, "raster_id": "layer-elevation", "max_deg": 1.0}], schema=SLOPE
        ),
        buffer_m,
    )


def levels(m: Measures, rules: Any = RULES, on: date = ON) -> dict[tuple[str, str], Level]:
    rows = judge(m, rules, on, lambda role: Text("缺", "missing")).to_pylist()
    return {(r["rule_id"], r["layer_id"]): Level(r["level"]) for r in rows}


@given(st.sampled_from(DISTANCE), features, st.integers(0, 5), st.floats(0, 1))
@settings(max_examples=150, deadline=None)
def test_nearer_never_gives_a_milder_level(
    rule: Any, seen: list[tuple[float, str]], which: int, share: float
) -> None:
    if not seen:
        return
    which %= len(seen)
    nearer = [(d * share, c) if i == which else (d, c) for i, (d, c) in enumerate(seen)]
    layers = [layer(rule.applies_to["role"][0])]
    before, after = (next(iter(levels(measured(layers, s), [rule]).values())) for s in (seen, nearer))
    assert SEVERITY.index(after) >= SEVERITY.index(before)


@given(st.sampled_from(DISTANCE), features, metres, classes)
@settings(max_examples=100, deadline=None)
def test_one_feature_more_never_gives_a_milder_level(
    rule: Any, seen: list[tuple[float, str]], at: float, cls: str
) -> None:
    if not seen:
        return
    layers = [layer(rule.applies_to["role"][0])]
    before, after = (
        next(iter(levels(measured(layers, s), [rule]).values())) for s in (seen, [*seen, (at, cls)])
    )
    assert SEVERITY.index(after) >= SEVERITY.index(before)


@given(
    features,
    st.sets(st.sampled_from(sorted({r.applies_to["role"][0] for r in RULES if "role" in r.applies_to}))),
    st.data(),
)
@settings(max_examples=80, deadline=None)
def test_taking_a_layer_away_never_clears_anything(
    seen: list[tuple[float, str]], roles: set[str], data: st.DataObject
) -> None:
    layers = [layer(r) for r in sorted(roles)]
    kept = data.draw(st.lists(st.sampled_from(layers), unique_by=lambda a: a.id)) if layers else []
    before, after = levels(measured(layers, seen)), levels(measured(sorted(kept, key=lambda a: a.id), seen))
    for key, level in after.items():
        if level is Level.CLEAR and key[1]:
            assert before[key] is Level.CLEAR
    for rule in RULES:
        role = rule.applies_to.get("role", ("",))[0]
        if (
            role
            and rule.asks_for_layer
            and role not in {"hazard.*" if a.role.startswith("hazard.") else a.role for a in kept}
        ):
            assert after[rule.id, ""] is Level.UNKNOWN


@given(
    st.sampled_from(DISTANCE),
    features,
    st.sampled_from(["withheld", "covers", "demonstration", "coarse", "country"]),
)
@settings(max_examples=120, deadline=None)
def test_what_is_less_known_is_never_clear_and_never_milder(
    rule: Any, seen: list[tuple[float, str]], why: str
) -> None:
    role = rule.applies_to["role"][0]
    more: dict[str, Any] = {
        "withheld": {"withheld": ("KEN",)},
        "covers": {"covers": ("TZA",)},
        "demonstration": {"demonstration": True},
        "country": {"withheld": ("CHN",)},
    }.get(why, {})
    project: dict[str, Any] = {"coarse": {"notes": ["location-too-coarse"]}, "country": {"country": ""}}.get(
        why, {}
    )
    full = next(iter(levels(measured([layer(role)], seen), [rule]).values()))
    less = next(iter(levels(measured([layer(role, **more)], seen, **project), [rule]).values()))
    assert less is not Level.CLEAR
    if why != "coarse" and full in SEVERITY[1:]:
        assert less is full


@given(st.sampled_from(DISTANCE), features, st.floats(0, 60_000))
@settings(max_examples=150, deadline=None)
def test_narrow_buffers_never_clear_what_wide_ones_find(
    rule: Any, seen: list[tuple[float, str]], buffer_m: float
) -> None:
    layers = [layer(rule.applies_to["role"][0])]
    wide = next(iter(levels(measured(layers, seen, math.inf), [rule]).values()))
    narrow = next(iter(levels(measured(layers, seen, buffer_m), [rule]).values()))
    if narrow is Level.CLEAR:
        assert wide is Level.CLEAR
    if wide in SEVERITY and narrow in SEVERITY:
        assert SEVERITY.index(narrow) <= SEVERITY.index(wide)


@given(st.sampled_from(RULES), features, st.data())
@settings(max_examples=60, deadline=None)
def test_a_verdict_is_constant_between_the_days_on_which_a_rule_changes(
    rule: Any, seen: list[tuple[float, str]], data: st.DataObject
) -> None:
    days = [*change_days(rule), date(2100, 1, 1)]
    start = data.draw(st.integers(0, len(days) - 2))
    on = data.draw(st.dates(days[start], days[start + 1] - timedelta(days=1)))
    layers = [layer(rule.applies_to["role"][0])] if "role" in rule.applies_to else []
    m = measured(layers, seen)
    assert levels(m, [rule], on) == levels(m, [rule], days[start])


@given(st.floats(0, 90), st.floats(0, 90))
@settings(deadline=None)
def test_steeper_never_gives_a_milder_level(one: float, other: float) -> None:
    rule = next(r for r in RULES if r.id == "screening.slope")
    found = []
    for degrees in sorted((one, other)):
        slope = pa.Table.from_pylist(
            [{"project_row": 0, "raster_id": "layer-elevation", "max_deg": degrees}], schema=SLOPE
        )
        m = replace(measured([layer("elevation")], []), slope=slope)
        found.append(SEVERITY.index(levels(m, [rule])[rule.id, "layer-elevation"]))
    assert found[0] <= found[1]


@given(
    st.lists(
        st.tuples(st.one_of(st.just(0.0), st.floats(1e-12, 1e13)), st.sampled_from(range(len(UNITS)))),
        max_size=20,
    )
)
@settings(deadline=None)
def test_figures_of_many_are_the_figures_of_each(pairs: list[tuple[float, int]]) -> None:
    values = np.array([v for v, _ in pairs], dtype=np.float64)
    units = np.array([u for _, u in pairs], dtype=np.int8)
    for (value, unit), text in zip(pairs, shown(values, units).to_pylist(), strict=True):
        size = math.floor(math.log10(value)) if value > 0 else 0
        if abs(value / 10.0 ** (size - 2) % 1 - 0.5) > 1e-9:  # a tie rounds either way
            assert text == figure(value, UNITS[unit])


def test_every_measure_of_the_vocabulary_is_one_that_judging_knows() -> None:
    assert {m.source for m in MEASURES.values()} == {"features", "raster", "slope", "project"}
