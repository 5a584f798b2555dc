"""Worked examples: the trigger of the Equator Principles and the edges of PS6, from the shared facts where present."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from qinglu.rules import load
from qinglu.rules.clauses import Clauses, applies
from qinglu.rules.habitat import judge

ON = date(2026, 11, 22)


@pytest.fixture(scope="module")
def clauses() -> Clauses:
    return load(installed=False).clauses


@pytest.mark.parametrize(("tonnes", "triggered"), [(99999.9, False), (100000.0, False), (100000.1, True)])
@pytest.mark.parametrize("clause", ["int.ep4.transition-risk", "int.ep4.ghg-report"])
def test_ep4_is_triggered_above_100000_t(clauses: Clauses, clause: str, tonnes: float, triggered: bool) -> None:
    """WE-EP4-edge: strictly greater."""
    subject = {"emissions_tco2e": tonnes, "stage": "financing"}
    assert (applies(clauses.clause(clause), subject).holds == "yes") is triggered


@pytest.mark.parametrize(
    ("criterion", "given", "met"),
    [
        ("c1", {"share_pct": 0.5, "units": 5}, True),
        ("c1", {"share_pct": 0.49, "units": 5}, False),
        ("c1", {"share_pct": 0.5, "units": 4}, False),
        ("c2", {"share_pct": 10, "units": 10}, True),
        ("c2", {"share_pct": 9.9, "units": 10}, False),
        ("c2", {"share_pct": 10, "units": 9}, False),
        ("c3", {"share_pct": 1}, True),
        ("c3", {"share_pct": 0.99}, False),
        ("c3", {"stress_share_pct": 10}, True),
        ("c3", {"stress_share_pct": 9.99}, False),
        ("c4", {"share_pct": 5}, True),
        ("c4", {"share_pct": 4.99}, False),
    ],
)
def test_ps6_edges(clauses: Clauses, criterion: str, given: dict[str, Any], met: bool) -> None:
    """WE-PS6, with the edges it leaves out."""
    assert judge(clauses, {criterion: given}, ON).criteria[criterion] is met
