"""Colours and hatches of charts: told apart by pattern as well, so that no colour is ever alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Theme = Literal["page", "file"]
"""``page``: colours follow the page around it. ``file``: they are written out, for any viewer and for paper."""

LIGHT = {
    "ink": "#1C2421", "soft": "#56605B", "line": "#D9DDD6", "paper": "#FAFAF7", "unknown": "#5E5E68",
    "s1": "#0F4C3A", "s2": "#3F77A8", "s3": "#A9701F", "s4": "#7A4B7A", "s5": "#5F7F1F", "s6": "#737C78",
    "s7": "#AE5046", "s8": "#2F7377",
}  # fmt: skip
DARK = {
    "ink": "#E7ECE8", "soft": "#A3AEA8", "line": "#2A332F", "paper": "#111614", "unknown": "#A9A9B4",
    "s1": "#6FC3A0", "s2": "#7FB4DD", "s3": "#E0B060", "s4": "#C79AC7", "s5": "#B3CC6B", "s6": "#A9B0AC",
    "s7": "#E39A8F", "s8": "#6FC0C4",
}  # fmt: skip
SERIES = 8
"""Colours of series; as many patterns."""

_TILE = 6
_HATCHES = (
    "",
    "M-1 1L1 -1M-1 7L7 -1M5 7L7 5",
    "M1.5 1.5h.01M4.5 4.5h.01",
    "M-1 5L1 7M-1 -1L7 7M5 -1L7 1",
    "M0 1.5H6M0 4.5H6",
    "M-1 1L1 -1M-1 7L7 -1M5 7L7 5M-1 5L1 7M-1 -1L7 7M5 -1L7 1",
    "M1.5 0V6M4.5 0V6",
    "M0 3H6M3 0V6",
)
_DASHES = ("", "7 3", "2 3", "9 3 2 3")


@dataclass(frozen=True, slots=True)
class Paint:
    """How things are coloured in one picture.

    Attributes
    ----------
    theme : str
    uid : str
        What ids in the picture begin with; no two pictures of a page share it.
    """

    theme: Theme
    uid: str

    def __call__(self, role: str) -> str:
        """A colour: ``ink``, ``soft``, ``line``, ``paper``, ``unknown``, ``s1`` to ``s8``."""
        return LIGHT[role] if self.theme == "file" else f"var(--{role},{LIGHT[role]})"

    def fill(self, n: int) -> str:
        """Attributes that fill series `n` with its own colour and pattern."""
        colour, hatch = self(_role(n)), _hatch(n)
        inner = colour if not hatch else f"url(#{self.uid}-h{n})"
        return f'fill="{inner}" stroke="{colour}"'

    def stroke(self, n: int) -> str:
        """Attributes of line `n` drawn over others: ink, told apart by dashes."""
        dash = _DASHES[n % len(_DASHES)]
        return f'fill="none" stroke="{self("ink")}"' + (f' stroke-dasharray="{dash}"' if dash else "")

    def hatches(self, series: int) -> str:
        """Definitions of the patterns of so many series, and of what is unknown (``…-q``)."""
        made = [self._pattern(f"h{n}", self(_role(n)), _hatch(n)) for n in range(series) if _hatch(n)]
        return "".join([*made, self._pattern("q", self("unknown"), _HATCHES[1])])

    def _pattern(self, name: str, colour: str, hatch: str) -> str:
        wide = 2 if "h.01" in hatch else 1.3
        return (
            f'<pattern id="{self.uid}-{name}" width="{_TILE}" height="{_TILE}" patternUnits="userSpaceOnUse">'
            f'<rect width="{_TILE}" height="{_TILE}" fill="{self("paper")}"/>'
            f'<rect width="{_TILE}" height="{_TILE}" fill="{colour}" fill-opacity="0.16"/>'
            f'<path d="{hatch}" fill="none" stroke="{colour}" stroke-width="{wide}" stroke-linecap="round"/></pattern>'
        )

    def style(self) -> str:
        """For a file alone: its colours where the system is dark. Programs that know no media query skip it."""
        if self.theme == "page":
            return ""
        rules = (f'[{name}="{LIGHT[role]}"]{{{name}:{DARK[role]}}}' for role in LIGHT for name in ("fill", "stroke"))
        return f"<style>@media (prefers-color-scheme:dark){{{''.join(rules)}}}</style>"


def _role(n: int) -> str:
    return f"s{n % SERIES + 1}"


def _hatch(n: int) -> str:
    """Beyond eight, the same colours with other patterns."""
    return _HATCHES[(n + n // SERIES) % len(_HATCHES)]
