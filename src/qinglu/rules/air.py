"""Where a concentration in outdoor air stands among the WHO guideline level and its interim targets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ..errors import OptionError
from ..model.clause import Clause, Entry
from ..model.rule import Step
from ..text import Text
from ..units import convert
from .clauses import Clauses

TOPIC = "air-quality"
CLASSES = {"aqg": "AQG", "it-4": "IT-4", "it-3": "IT-3", "it-2": "IT-2", "it-1": "IT-1"}
"""Last part of a clause's id → the class met by a value at or below it, the strictest first."""

ABOVE = "above IT-1"


@dataclass(frozen=True, slots=True)
class AirClass:
    """A value among its levels; `level` is the one it meets, None above all."""

    name: str
    level: tuple[Clause, Entry] | None
    levels: tuple[tuple[str, Clause, Entry], ...]
    value: float
    unit: str
    trace: tuple[Step, ...]


def classify_air(
    clauses: Clauses, pollutant: str, averaging: str, value: float, unit: str, on: date
) -> AirClass:
    """The strictest level that a value meets.

    Parameters
    ----------
    pollutant, averaging : str
        As clauses name them, ``pm2_5`` and ``annual``.
    value : float
        In `unit`, a mass concentration.

    Raises
    ------
    OptionError
        No level stands for that pollutant over that time; those that do are named.
    UnitError
        No mass concentration.

    Examples
    --------
    >>> from . import load
    >>> book = load(installed=False).clauses
    >>> [classify_air(book, "pm2_5", "annual", v, "ug/m3", date(2026, 11, 22)).name for v in (5, 12, 35.1)]
    ['AQG', 'IT-3', 'above IT-1']
    """
    all_of = [(c, e) for c in clauses.select(topic=TOPIC, quantity=pollutant) if (e := c.on(on)) is not None]
    found = [(c, e) for c, e in all_of if c.averaging == averaging]
    if not found:
        known = sorted({c.averaging for c, _ in all_of})
        raise OptionError(
            Text(f"{pollutant} 在 {on} 没有 {averaging} 的指导值", f"{pollutant} has no {averaging} level on {on}"),
            Text(f"可用：{'、'.join(known) or '无'}", f"One of {', '.join(known) or 'none'}"),
            where="averaging",
        )
    levels = sorted(
        ((name, c, e) for c, e in found if (name := CLASSES.get(c.id.rpartition(".")[2]))),
        key=lambda level: list(CLASSES.values()).index(level[0]),
    )
    own = found[0][0].unit
    converted = convert(value, unit, own)
    met = next((level for level in levels if converted <= (level[2].number or 0.0)), None)
    scale = " < ".join(f"{name} {entry.number:g}" for name, _, entry in levels)
    line = f"{converted:.10g} {own}: {scale} → {met[0] if met else ABOVE}"
    step = Step("formula", Text("分级", "Class"), Text(line, line), {"value": converted, "unit": own})
    return AirClass(
        met[0] if met else ABOVE, (met[1], met[2]) if met else None, tuple(levels), converted, own, (step,)
    )
