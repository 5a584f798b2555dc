"""Electric and thermal capacity, one from the other by an efficiency that is stated and flagged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from ..model.clause import Clause, Entry
from ..model.rule import Step
from ..text import Text
from .clauses import Clauses, Subject

EFFICIENCY = "int.convention.thermal-efficiency"
"""The clause with the efficiency assumed: a convention of the rulebook, not law."""

COMBUSTION = ("thermal_power", "biomass_power", "waste_to_energy")
"""Sectors whose thresholds may be of heat; elsewhere nothing is derived."""


@dataclass(frozen=True)
class Capacity:
    """Electric and thermal capacity of a project.

    Attributes
    ----------
    mw, mwth : float or None
        Electric and thermal, MW.
    derived : str
        ``capacity_mw`` or ``capacity_mwth``, whichever was not given; "" where nothing was derived.
    efficiency : float or None
        Electric output over heat input, where it was used.
    low, high : float or None
        The range within which real plants lie.
    """

    mw: float | None
    mwth: float | None
    derived: str = ""
    efficiency: float | None = None
    low: float | None = None
    high: float | None = None
    rests_on: tuple[Clause, Entry] | None = None

    @property
    def facts(self) -> dict[str, float]:
        """As facts of a subject."""
        return {k: v for k, v in (("capacity_mw", self.mw), ("capacity_mwth", self.mwth)) if v is not None}

    @property
    def step(self) -> Step:
        """How the one was derived from the other."""
        formula = f"{self.mwth:g} MWth × {self.efficiency:g} = {self.mw:g} MW"
        if self.derived == "capacity_mwth":
            formula = f"{self.mw:g} MW ÷ {self.efficiency:g} = {self.mwth:g} MWth"
        said = Text(
            f"{formula}；效率为假定值（惯例，非法律，未核对）",
            f"{formula}; the efficiency is assumed (a convention, not law, unverified)",
        )
        return Step("formula", Text("装机容量换算", "Capacity converted"), said, self.as_dict())

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "capacity_mw": self.mw,
            "capacity_mwth": self.mwth,
            "derived": self.derived or None,
            "efficiency": self.efficiency,
            "assumed": bool(self.derived),
            "rule_id": self.rests_on[0].id if self.rests_on else None,
        }


def capacity(clauses: Clauses, subject: Subject, on: date) -> Capacity | None:
    """The capacity of a subject; what is not given is derived for plants that burn something.

    Returns
    -------
    Capacity or None
        None where neither is known.
    """
    mw, mwth = subject.get("capacity_mw"), subject.get("capacity_mwth")
    if mw is None and mwth is None:
        return None
    if (mw is not None and mwth is not None) or subject.get("sector") not in COMBUSTION:
        return Capacity(mw, mwth)
    clause = next((c for c in clauses if c.id == EFFICIENCY), None)
    entry = clause.on(on) if clause is not None else None
    if clause is None or entry is None:
        return Capacity(mw, mwth)
    value: Any = entry.value
    used, low, high = (value[k] for k in ("efficiency", "low", "high"))
    if mw is None and mwth is not None:
        # rounded to a watt: 300 × 0.4 and 120 ÷ 0.4 shall be what they are on paper
        return Capacity(round(mwth * used, 6), mwth, "capacity_mw", used, low, high, (clause, entry))
    assert mw is not None
    return Capacity(mw, round(mw / used, 6), "capacity_mwth", used, low, high, (clause, entry))
