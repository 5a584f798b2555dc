"""The one place that says how kernels are compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])


def jit(function: F) -> F:
    """Compile on first use, cached, releasing the GIL; IEEE arithmetic as written (no fast-math)."""
    return cast(F, njit(cache=True, nogil=True, error_model="numpy")(function))
