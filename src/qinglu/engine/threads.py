"""Work shared among the threads of this machine; kernels release the interpreter's lock."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self


class Threads:
    """A pool whose `map` can stand for the built-in: results in order, the first error raised.

    Parameters
    ----------
    n : int
        Threads; 0 for every core this process may use.
    """

    def __init__(self, n: int = 0) -> None:
        self.n = n or len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1))
        self._pool = ThreadPoolExecutor(self.n) if self.n > 1 else None

    def map(self, function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        """Like the built-in `map`, side by side."""
        if self._pool is None:
            yield from map(function, items)
            return
        futures: list[Future[Any]] = [self._pool.submit(function, item) for item in items]
        try:
            for future in futures:
                yield future.result()
        finally:
            for future in futures:  # after an error or Ctrl-C nothing more is begun
                future.cancel()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
