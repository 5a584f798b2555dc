"""Measures against tiers: the worst that holds decides, and what cannot be known is never clear."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from ..model import SEVERITY, Layer
from ..model.rule import RuleOn, TierOn
from ..rules.predicates import applies, layers_for, noted
from ..rules.vocabulary import MEASURES
from .measures import Measures
from .outcomes import (
    BEYOND,
    CLEAR,
    COARSE,
    HOLE,
    IS_APPROXIMATE,
    IS_BEYOND,
    IS_HOLE,
    IS_UNCLASSED,
    MISSING,
    NO_AREA,
    NO_DATA,
    NOTHING,
    OFF_SCALE,
    SKETCH,
    Bools,
    Floats,
    Ints,
    Outcomes,
)
from .sight import Seen, Sight, array, by_layer


def decide(measures: Measures, rules: Sequence[RuleOn]) -> list[Outcomes]:
    """Every rule on every layer that answers it, in the order of rules, then of layers.

    A rule that asks for a layer nobody gave yields one block of `MISSING`; a rule that does not ask
    yields nothing then.
    """
    sight = Sight.of(measures)
    seen: dict[str, Seen] = {}
    blocks = []
    for r, rule in enumerate(rules):
        project = np.flatnonzero(applies(rule.rule, measures.projects))
        source = MEASURES[rule.rule.measure].source
        if source == "project":
            blocks.append(_noted(rule, r, project, measures.projects))
            continue
        found = layers_for(rule.rule, measures.layers)
        if not found and rule.rule.asks_for_layer:
            blocks.append(Outcomes.all_alike(r, -1, project, MISSING))
        for a in found:
            layer = measures.layers[a]
            if source == "features":
                if layer.id not in seen:
                    seen[layer.id] = sight.seen(layer)
                made = _features(rule, r, a, project, layer, seen[layer.id], sight)
            else:
                made = _raster(rule, r, a, project, layer, measures)
            blocks.append(_cautious(made, layer, sight))
    return blocks


def reached(rule: RuleOn, values: Floats, classes: Ints | None = None, sight: Sight | None = None) -> Ints:
    """The first tier that each value reaches, or `CLEAR`; NaN reaches none.

    Parameters
    ----------
    values : float array, shape (n,)
        In the base unit of the rule.
    classes : int array, shape (n,), optional
        Codes of feature classes, as `sight` names them.
    """
    outcome = np.full(len(values), CLEAR)
    for t in range(len(rule.tiers) - 1, -1, -1):
        tier = rule.tiers[t]
        holds = compares(rule.rule.compare, values, tier.threshold)
        if tier.feature_class and classes is not None and sight is not None:
            holds &= np.isin(classes, sight.codes_of(tier.feature_class))
        outcome[holds] = t
    return outcome


def compares(compare: str, values: Floats, threshold: float) -> Bools:
    """Whether each value stands to the threshold as the rule says; false for NaN."""
    if compare == "at-most":
        return values <= threshold
    if compare == "less-than":
        return values < threshold
    if compare == "at-least":
        return values >= threshold
    return values > threshold


def _noted(rule: RuleOn, r: int, project: Ints, projects: pa.Table) -> Outcomes:
    value = noted(rule.rule.applies_to["noted"], projects)[project].astype(np.float64)
    n = len(project)
    return Outcomes(r, -1, project, reached(rule, value), value, np.full(n, -1), np.zeros(n, dtype=int))


def _features(
    rule: RuleOn, r: int, a: int, project: Ints, layer: Layer, seen: Seen, sight: Sight
) -> Outcomes:
    if rule.rule.measure == "overlap-share":
        if layer.kind in {"point", "line"}:
            return Outcomes.all_alike(r, a, project, NO_AREA)
        return _share(rule, r, a, project, seen, sight)
    return _distance(rule, r, a, project, seen, sight)


def _distance(rule: RuleOn, r: int, a: int, project: Ints, seen: Seen, sight: Sight) -> Outcomes:
    outcome = reached(rule, seen.distance, seen.classes, sight)
    is_near = np.arange(len(outcome)) >= seen.n_exposures
    keep = np.flatnonzero((outcome < CLEAR) | is_near | ~seen.has_nearest[seen.project])
    share = np.nan_to_num(seen.share[keep])
    order = np.lexsort((seen.row[keep], -share, seen.distance[keep], outcome[keep], seen.project[keep]))
    best = _first_of_each(keep[order], seen.project, sight.n_projects)[project]
    made = _picked(r, a, project, best, outcome, seen.distance, seen)
    narrow = _unseen(rule, made, seen, sight)
    made = made.where(narrow & (made.outcome == CLEAR), BEYOND).flagged(narrow, IS_BEYOND)
    return _described(made, rule, best, seen, sight)


def _share(rule: RuleOn, r: int, a: int, project: Ints, seen: Seen, sight: Sight) -> Outcomes:
    outcome = reached(rule, seen.share, seen.classes, sight)
    keep = np.flatnonzero(seen.share > 0)
    order = np.lexsort((seen.row[keep], -seen.share[keep], outcome[keep], seen.project[keep]))
    best = _first_of_each(keep[order], seen.project, sight.n_projects)[project]
    made = _picked(r, a, project, best, outcome, seen.share, seen)
    measured = np.isfinite(seen.nearest_m[project])
    untouched = measured & (best < 0)
    nothing = reached(rule, np.zeros(1))[0]
    value = np.where(untouched, 0.0, made.value)
    made = Outcomes(r, a, project, np.where(untouched, nothing, made.outcome), value, made.row, made.flags)
    return _described(made, rule, best, seen, sight)


def _first_of_each(rows: Ints, project: Ints, n: int) -> Ints:
    """The first of `rows` for each project, -1 where there is none; `rows` are sorted by project."""
    first = np.full(n, -1)
    owner = project[rows]
    starts = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]]) if len(rows) else rows
    first[owner[starts]] = rows[starts]
    return first


def _picked(r: int, a: int, project: Ints, best: Ints, outcome: Ints, values: Floats, seen: Seen) -> Outcomes:
    if len(values) == 0:
        return Outcomes.all_alike(r, a, project, NOTHING)
    none = best < 0
    return Outcomes(
        r,
        a,
        project,
        np.where(none, NOTHING, outcome[best]),
        np.where(none, np.nan, values[best]),
        np.where(none, -1, seen.row[best]),
        np.zeros(len(project), dtype=int),
    )


def _described(made: Outcomes, rule: RuleOn, best: Ints, seen: Seen, sight: Sight) -> Outcomes:
    if len(seen.row) == 0:
        return made
    some = best >= 0
    made = made.flagged(some & seen.approximate[best], IS_APPROXIMATE)
    if rule.rule.unclassed is not None:
        unclassed = np.isin(seen.classes[best], sight.codes_of(("",)))
        made = made.flagged(some & unclassed & (made.outcome < CLEAR), IS_UNCLASSED)
    return made


def _unseen(rule: RuleOn, made: Outcomes, seen: Seen, sight: Sight) -> Bools:
    """Where a worse tier might hold for a feature that the buffers were too narrow to show.

    Within the widest buffer every feature was seen; beyond it only the nearest. A tier for some classes
    only, reaching further than the buffer, stays open when the nearest feature is closer than its reach.
    """
    buffer_m = sight.measures.max_buffer_m
    nearest = seen.nearest_m[made.project]
    level = np.array([SEVERITY.index(t.level) for t in rule.tiers])
    decided = np.where(made.outcome < CLEAR, level[np.minimum(made.outcome, len(level) - 1)], 0)
    narrow = np.zeros(len(made), dtype=bool)
    for t, tier in enumerate(rule.tiers):
        if tier.feature_class and tier.threshold > buffer_m:
            narrow |= _reaches(rule, tier, nearest) & (decided < level[t])
    return narrow


def _reaches(rule: RuleOn, tier: TierOn, nearest: Floats) -> Bools:
    return compares(rule.rule.compare, nearest, tier.threshold)


def _raster(rule: RuleOn, r: int, a: int, project: Ints, layer: Layer, measures: Measures) -> Outcomes:
    value = _raster_values(rule, layer, measures)[project]
    outcome = np.where(np.isnan(value), NO_DATA, reached(rule, value))
    if rule.rule.scale is not None:
        low, high = rule.rule.scale
        outcome = np.where((value < low) | (value > high), OFF_SCALE, outcome)
    n = len(project)
    return Outcomes(r, a, project, outcome, value, np.full(n, -1), np.zeros(n, dtype=int))


def _raster_values(rule: RuleOn, layer: Layer, measures: Measures) -> Floats:
    statistic = rule.rule.measure.split("-")[1]
    values = np.full(len(measures.projects), np.nan)
    slope = MEASURES[rule.rule.measure].source == "slope"
    table = measures.slope if slope else measures.zonal
    rows = by_layer(table, "raster_id").get(layer.id)
    if rows is None:
        return values
    found = array(table, f"{statistic}_deg" if slope else statistic).astype(np.float64)[rows]
    if not slope:
        found = np.where(np.nan_to_num(array(table, "count").astype(np.float64)[rows]) > 0, found, np.nan)
    values[array(table, "project_row")[rows]] = np.where(np.isfinite(found), found, np.nan)
    return values


def _cautious(made: Outcomes, layer: Layer, sight: Sight) -> Outcomes:
    """What the state of the layer or of the location forbids to say."""
    hole = sight.holes(layer)[made.project]
    made = made.where(hole & (made.outcome == CLEAR), HOLE).flagged(hole & (made.outcome < CLEAR), IS_HOLE)
    if layer.demonstration:
        made = made.where(made.outcome == CLEAR, SKETCH)
    told = (made.outcome != NOTHING) & (made.outcome != NO_DATA) & (made.outcome != NO_AREA)
    return made.where(sight.coarse[made.project] & told, COARSE)
