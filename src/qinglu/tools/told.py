"""What a command tells that answers no question of law or geometry: lines for a person, a record for a machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..text import Lang, Text


@dataclass(frozen=True)
class Told:
    """Lines for a person, a record for a machine, and the exit code."""

    record: Any
    told: tuple[Text, ...]
    exit_code: int = 0

    def lines(self, lang: Lang) -> list[str]:
        """For the terminal."""
        return [t.in_(lang) for t in self.told]

    def as_dict(self) -> Any:
        """For ``--json``."""
        return self.record
