"""The only wiring: settings, atlas, rulebook, date and threads. Tools receive it; nothing else knows everything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from .settings import Settings

if TYPE_CHECKING:
    from .atlas import Atlas
    from .engine import Threads
    from .rules import Rulebook

Progress = Callable[[str, int, int], None]


def silent(what: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True)
class Workspace:
    """What a tool works with.

    Attributes
    ----------
    settings : Settings
    today : date
        The reader's day: the date of judgement unless another is asked for.
    progress : callable
        Called with what is done, steps done, and steps in all.
    """

    settings: Settings
    today: date
    progress: Progress = silent

    @cached_property
    def atlas(self) -> Atlas:
        """The layers of this machine."""
        from .atlas import Atlas

        return Atlas(self.settings)

    def rulebook(self, further: Sequence[Path] = ()) -> Rulebook:
        """The built-in rules, those of installed packages, and those of `further` folders."""
        from . import rules

        return rules.load(further)

    def threads(self) -> Threads:
        """A pool of threads for one job."""
        from .engine import Threads

        return Threads(self.settings.threads)
