"""From values to places: one axis, its round numbers, and the values it can show at all."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ...rules import THIN
from ...text import Lang
from ..numbers import LARGE, amount, ticks
from .lettering import SMALL, width

_MOST = 1e300
_ROOM = 0.04


def known(value: float | None) -> float | None:
    """The value, or None where there is none or no picture could hold it."""
    return value if value is not None and math.isfinite(value) and abs(value) < _MOST else None


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear axis from `low` at `start` to `high` at `end`; `end` may lie before `start`."""

    low: float
    high: float
    start: float
    end: float

    @classmethod
    def over(cls, values: Iterable[float], start: float, end: float, *, zero: bool = True) -> Scale:
        """An axis that holds all values, with some room; from zero where bars stand on it."""
        held = [v for v in values if known(v) is not None] + [0.0] * zero
        low, high = (min(held), max(held)) if held else (0.0, 1.0)
        room = _ROOM * (high - low) or (0.05 * abs(high) or 1.0)
        if not zero:
            return cls(low - room, high + room, start, end)
        if low == high:
            return cls(0.0, 1.0, start, end)
        return cls(low - room if low < 0 else low, high + room if high > 0 else high, start, end)

    def at(self, value: float) -> float:
        """The place of a value."""
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def marks(self, about: int, lang: Lang) -> list[tuple[float, str]]:
        """Places and words of round numbers."""
        found = ticks(self.low, self.high, about)
        return [(self.at(v), word) for v, word in zip(found, exact(found, lang), strict=True)]

    def marks_across(self, lang: Lang) -> list[tuple[float, str]]:
        """The same along a line of text: as many as do not run into each other."""
        for about in (10, 7, 5, 4, 3):
            found = self.marks(about, lang)
            wide = max((width(word, SMALL) for _, word in found), default=0.0) + 10
            if all(abs(b - a) >= wide for (a, _), (b, _) in pairwise(found)):
                return found
        return found[:1]


def exact(marks: Sequence[float], lang: Lang) -> list[str]:
    """Round numbers at even steps, with as many digits as tell them apart; large ones in the words of the language.

    Examples
    --------
    >>> exact([2025.0, 2030.0], "en"), exact([10.05, 10.1], "en")
    (['2\u202f025', '2\u202f030'], ['10.05', '10.10'])
    >>> exact([0.0, 10_000_000.0, 20_000_000.0], "zh")
    ['0', '1\u202f000\u202f万', '2\u202f000\u202f万']
    """
    if not marks:
        return []
    most = max(abs(v) for v in marks)
    step = min((abs(b - a) for a, b in pairwise(marks)), default=most) or 1.0
    size, word = next(((s, w) for s, w in LARGE[lang] if most >= s), (1.0, ""))
    digits = max(0, -math.floor(math.log10(step / size) + 1e-9))
    if not 1e-6 < most < 1e15:
        return [signed(v, lang) for v in marks]
    return [_digits(v / size, digits) + (f"{THIN}{word}" if word and abs(v) >= step / 2 else "") for v in marks]


def _digits(value: float, digits: int) -> str:
    text = f"{abs(value):,.{digits}f}".replace(",", THIN)
    if not float(f"{abs(value):.{digits}f}"):
        return "0"
    return f"\u2212{text}" if value < 0 else text


def signed(value: float, lang: Lang) -> str:
    """An amount, with a true minus."""
    return f"\u2212{amount(-value, lang)}" if value < 0 and amount(-value, lang) != "0" else amount(abs(value), lang)
