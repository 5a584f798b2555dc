"""What every route works with, made once by `create_app` and handed in: no module keeps any of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Request

from ..settings import Settings
from ..store import Store
from ..workspace import Workspace
from .metrics import Metrics

if TYPE_CHECKING:
    from ..rules import Rulebook

Clock = Callable[[], datetime]


@dataclass
class Context:
    """The store, the settings, the clock, and what is loaded once.

    Attributes
    ----------
    stopping : threading.Event
        Set when the server shuts down: streams end then.
    """

    store: Store
    settings: Settings
    clock: Clock
    metrics: Metrics = field(default_factory=Metrics)
    stopping: threading.Event = field(default_factory=threading.Event)
    running: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(4))
    """How many tools run at once within requests; more are told to come again."""
    streams: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(200))
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _kept: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def secure(self) -> bool:
        """Whether people reach the server through https."""
        return self.settings.public_url.startswith("https://")

    def workspace(self) -> Workspace:
        """What a tool works with, today; its rules are those loaded once."""
        return _Kept(self.settings, self.clock().date(), book=self.rulebook)

    @cached_property
    def _rulebook(self) -> Rulebook:
        book = Workspace(self.settings, self.clock().date()).rulebook()
        _ = book.clauses  # read with the rest, so that nobody later finds them half read
        return book

    def rulebook(self) -> Rulebook:
        """The rules of this version, loaded once however many ask at the same time."""
        with self._lock:
            return self._rulebook

    def document(self, sha256: str) -> Mapping[str, Any]:
        """A JSON document of ours, such as what a run rests on; the bytes of a hash never change."""
        return self.once(sha256, lambda: json.loads(self.store.path_of(sha256).read_bytes()))

    def once(self, key: str, make: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
        """Something that is made once and kept a while."""
        found = self._kept.get(key)
        if found is None:
            found = make()
            with self._lock:
                if len(self._kept) >= _MOST_KEPT:
                    self._kept.pop(next(iter(self._kept)))
                self._kept[key] = found
        return found


@dataclass(frozen=True)
class _Kept(Workspace):
    """A workspace that does not read the rules anew for each request."""

    book: Callable[[], Rulebook] | None = None

    def rulebook(self, further: Sequence[Path] = ()) -> Rulebook:
        """The rules of this version."""
        return super().rulebook(further) if further or self.book is None else self.book()


_MOST_KEPT = 16


def context(request: Request) -> Context:
    """The context of the app that answers a request."""
    found: Context = request.app.state.context
    return found


Ctx = Annotated[Context, Depends(context)]
