"""How a figure of the ledger was reached, kept while it is worked out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..model.level import Level
from ..model.rule import Step
from ..text import Text
from .estimate import Estimate
from .tables import Factor


class Trail:
    """Steps, flags and unverified factors, in the order in which they were used.

    Examples
    --------
    >>> from qinglu.ledger.tables import table
    >>> trail = Trail()
    >>> trail.use(table("fuels")["natural_gas", "ncv"])
    48.0
    >>> [u["rule_id"] for u in trail.unverified]
    ['factor:fuels.natural_gas.ncv']
    """

    def __init__(self) -> None:
        self._steps: list[Step] = []
        self._used: dict[str, Factor] = {}
        self._findings: list[Mapping[str, Any]] = []

    @property
    def steps(self) -> tuple[Step, ...]:
        """The answer to "why?"."""
        return tuple(self._steps)

    @property
    def findings(self) -> tuple[Mapping[str, Any], ...]:
        """What the reader has to know of the figures."""
        return tuple(self._findings)

    @property
    def unverified(self) -> tuple[Mapping[str, Any], ...]:
        """Factors used that nobody has read beside their source."""
        return tuple(f.as_unverified() for f in self._used.values() if f.is_unverified)

    def use(self, factor: Factor) -> float:
        """Take a factor into the reckoning; told once, however often it is used."""
        if factor.id not in self._used:
            self._used[factor.id] = factor
            self._steps.append(Step("factor", factor.title, factor.line, factor.as_dict()))
        return factor.value

    def estimate(self, factor: Factor) -> Estimate:
        """The same with the bounds of its source."""
        self.use(factor)
        return Estimate.of(factor)

    def given(self, title: Text, text: Text, **detail: Any) -> None:
        """Something taken from the user instead of a table, or assumed for want of it."""
        self._steps.append(Step("input", title, text, detail))

    def formula(self, title: Text, text: str | Text, **detail: Any) -> None:
        """One line of the reckoning, with the numbers in it."""
        said = text if isinstance(text, Text) else Text(text, text)
        self._steps.append(Step("formula", title, said, detail))

    def flag(self, rule_id: str, level: Level, said: Text, **detail: Any) -> None:
        """A finding: what is unknown, outside the range of a factor, above a limit."""
        self._findings.append(
            {"rule_id": rule_id, "level": str(level), "explanation_zh": said.zh, "explanation_en": said.en, **detail}
        )

    def outside(self, factor: Factor, value: float, low: float, high: float, unit: str) -> None:
        """Flag a value beyond the range a factor was made for; nothing where it lies within."""
        if low <= value <= high:
            return
        unit = f" {unit}" if unit else ""
        self.flag(
            "ledger.outside-range",
            Level.WARNING,
            Text(
                f"{factor.title.zh}适用于 {low:g} 至 {high:g}{unit}，此处为 {value:g}{unit}：结果为外推",
                f"{factor.title.en} was made for {low:g} to {high:g}{unit}; here it is {value:g}{unit}: extrapolated",
            ),
            factor_id=factor.id,
        )
