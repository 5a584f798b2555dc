"""Where a job runs: the threads of this machine."""

from .threads import Threads

__all__ = ["Threads"]
