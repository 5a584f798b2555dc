"""Measures × rules on a date → findings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pyarrow as pa

from ..model.rule import Rule
from ..rules import in_force
from .decide import decide
from .explain import explain
from .measures import Measures
from .wording import Advice


def judge(measures: Measures, rules: Sequence[Rule], on: date, advice: Advice) -> pa.Table:
    """Judge every measure by every rule that is in force.

    One finding for each project, rule and layer that answers it: the worst tier that holds, on the
    feature that decides. A rule whose layer is not there gives one finding for each project, *unknown*,
    without a layer. What cannot be known is never *clear*: a location too coarse, a country that the
    layer leaves out, a raster without data, a sketch that shows nothing.

    Parameters
    ----------
    measures : Measures
        Of one chunk of projects; chunks may be judged one by one and put together.
    rules : sequence of Rule
        In the order wanted; those not in force on `on` are left out.
    on : date
        The day whose rules apply.
    advice : callable
        Role asked for (``hazard.*`` for the family) → which layer would answer and how to get it.

    Returns
    -------
    pyarrow.Table
        Schema `FINDINGS`, by project, then rule, then layer. `value` is in the base unit: metres,
        share from 0 to 1, degrees, score; null where the level is *unknown*.

    Raises
    ------
    RuleNotInForceError
        No rule at all is in force on that day.
    """
    standing = in_force(rules, on)
    return explain(decide(measures, standing), measures, standing, advice)
