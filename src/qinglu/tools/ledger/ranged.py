"""Estimates as JSON: the value under its own name, bounds beside all values under ``ranges``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...ledger.estimate import Estimate


def ranged(values: Mapping[str, Estimate | float | None]) -> dict[str, Any]:
    """Values by name, and ``ranges`` of those that have bounds.

    Examples
    --------
    >>> ranged({"co2_t": Estimate(10, 9, 12), "water_m3": None})
    {'co2_t': 10, 'water_m3': None, 'ranges': {'co2_t': [9, 12]}}
    """
    made: dict[str, Any] = {k: v.value if isinstance(v, Estimate) else v for k, v in values.items()}
    made["ranges"] = {
        k: list(v.bounds) for k, v in values.items() if isinstance(v, Estimate) and v.low is not None
    }  # fmt: skip
    return made
