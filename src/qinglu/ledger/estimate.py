"""A value with bounds, and sums and products of such values."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from .tables import Factor


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and the bounds it lies between, 95 % where its sources say so.

    Products combine relative deviations as logarithms, in quadrature, each side apart: what Approach 1 of the 2006
    IPCC Guidelines (Vol. 1, ch. 3) does with small symmetric ones, without bounds ever crossing zero. Independent
    values are meant; use `total` with ``together=True`` where all rest on the same factors.

    Examples
    --------
    >>> Estimate(10, 9, 12) * Estimate(2)
    Estimate(value=20, low=18.0, high=24.0)
    """

    value: float
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        if self.low is not None and self.high is not None and not self.low <= self.value <= self.high:
            raise ValueError(f"{self.value} does not lie between {self.low} and {self.high}")

    @classmethod
    def of(cls, factor: Factor) -> Estimate:
        """A factor with the bounds of its source."""
        return cls(factor.value, factor.low, factor.high)

    @property
    def bounds(self) -> tuple[float, float]:
        """Low and high; the value itself where none are known."""
        return self.value if self.low is None else self.low, self.value if self.high is None else self.high

    def __mul__(self, other: Estimate | float) -> Estimate:
        other = other if isinstance(other, Estimate) else Estimate(other)
        if self.value < 0:
            return -(-self * other)
        if other.value < 0:
            return -(self * -other)
        value = self.value * other.value
        (a, b), (c, d) = self.bounds, other.bounds
        if not value or a < 0 or c < 0:  # no logarithm across zero: the ends of the product
            ends = [x * y for x in (a, b) for y in (c, d)]
            return Estimate(value, *_apart(value, min(ends), max(ends)))
        down = math.hypot(_log(a, self.value), _log(c, other.value))
        up = math.hypot(_log(b, self.value), _log(d, other.value))
        return Estimate(value, *_apart(value, value * math.exp(-down), value * math.exp(up)))

    def __truediv__(self, other: Estimate | float) -> Estimate:
        other = other if isinstance(other, Estimate) else Estimate(other)
        low, high = other.bounds
        return self * Estimate(1 / other.value, *_apart(1 / other.value, 1 / high, 1 / low if low else math.inf))

    def __neg__(self) -> Estimate:
        low, high = self.bounds
        return Estimate(-self.value, *_apart(-self.value, -high, -low))

    def as_dict(self, unit: str) -> dict[str, float | str | None]:
        """As JSON values."""
        return {"value": self.value, "low": self.low, "high": self.high, "unit": unit}


def total(parts: Iterable[Estimate], *, together: bool = False) -> Estimate:
    """The sum; deviations in quadrature, or added where the parts go up and down together.

    Examples
    --------
    >>> total([Estimate(10, 7, 13), Estimate(20, 16, 24)])
    Estimate(value=30, low=25.0, high=35.0)
    >>> total([Estimate(10, 7, 13), Estimate(20, 16, 24)], together=True).low
    23
    """
    found = list(parts)
    value = sum(p.value for p in found)
    down, up = [p.value - p.bounds[0] for p in found], [p.bounds[1] - p.value for p in found]
    if together:
        return Estimate(value, *_apart(value, value - sum(down), value + sum(up)))
    return Estimate(value, *_apart(value, value - math.hypot(*down), value + math.hypot(*up)))


def _log(bound: float, value: float) -> float:
    return abs(math.log(bound / value)) if bound > 0 and value > 0 else math.inf if bound != value else 0.0


def _apart(value: float, low: float, high: float) -> tuple[float | None, float | None]:
    """Bounds, or none where they coincide with the value."""
    return (None, None) if low == value == high else (low, high)
