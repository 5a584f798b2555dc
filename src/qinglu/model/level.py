"""What a rule says of a measure, from best to worst, and what is not known."""

from __future__ import annotations

from enum import StrEnum

from ..text import Text


class Level(StrEnum):
    """What a rule says of a measure. ``unknown`` is a state of its own, never grey-as-good."""

    CLEAR = "clear"
    NOTE = "note"
    WARNING = "warning"
    CRITICAL = "critical"
    UNKNOWN = "unknown"

    @property
    def title(self) -> Text:  # type: ignore[override]  # a level is shown in two languages
        """The word shown to readers."""
        return _TITLES[self]

    @property
    def mark(self) -> str:
        """The shape shown beside the word, so that colour is never alone."""
        return _MARKS[self]


_TITLES = {
    Level.CLEAR: Text("无", "Clear"),
    Level.NOTE: Text("提示", "Note"),
    Level.WARNING: Text("警示", "Warning"),
    Level.CRITICAL: Text("严重", "Critical"),
    Level.UNKNOWN: Text("未知", "Unknown"),
}
_MARKS = {
    Level.CLEAR: "✓",
    Level.NOTE: "●",
    Level.WARNING: "▲",
    Level.CRITICAL: "◆",
    Level.UNKNOWN: "?",
}
SEVERITY = (Level.CLEAR, Level.NOTE, Level.WARNING, Level.CRITICAL)
"""From best to worst; ``unknown`` stands outside the order and is always counted apart."""
