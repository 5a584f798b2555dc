"""What a screening gives back: the tables of the contract and all that a report needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from .layer import Layer
from .project import Portfolio


@dataclass(frozen=True)
class Screening:
    """One portfolio screened against layers, judged by rules on a date.

    `exposures`, `nearest`, `zonal` and `findings` have the schemas of `model.finding`; their
    project ids are those of `portfolio.projects`. `clauses` are those that findings may rest on beside
    `rules`; none unless the whole rulebook was asked for. `ledger` has the schema `LEDGER`, and is None
    where nobody asked for it.
    """

    portfolio: Portfolio
    layers: tuple[Layer, ...]
    exposures: pa.Table
    nearest: pa.Table
    zonal: pa.Table
    findings: pa.Table
    rules: tuple[Mapping[str, Any], ...]
    on: date
    buffers_m: tuple[float, ...]
    run: Mapping[str, Any]
    clauses: tuple[Mapping[str, Any], ...] = ()
    ledger: pa.Table | None = None
