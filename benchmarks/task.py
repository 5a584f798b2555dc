"""What a peer does for one job, and how its use of the machine is measured."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy.typing as npt

Result = dict[str, npt.NDArray[Any]]


class Unable(Exception):  # noqa: N818
    """This peer cannot do this job here; the message says why."""


@dataclass(frozen=True)
class Task:
    """A job made ready: everything read and indexed, nothing asked yet.

    Attributes
    ----------
    run : callable
        Does the job and returns its answer as arrays.
    note : str
        What a reader of the table must know of how it was done.
    other_cpu_s : callable
        CPU seconds used so far by processes that are not children of this one (a database server).
    figures : dict
        Sizes in bytes and the like, for the table.
    close : callable
        Clear away.
    """

    run: Callable[[], Result]
    note: str = ""
    other_cpu_s: Callable[[], float] = lambda: 0.0
    figures: dict[str, float] = field(default_factory=dict)
    close: Callable[[], None] = lambda: None


def cpu_s() -> float:
    """User and system seconds of this process, its threads and its finished children."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )


def peak_bytes() -> int:
    """Most memory this process ever held; of this program alone, not of the one that started it."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def process_cpu_s(pid: int) -> float:
    """User and system seconds of another process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def timed(task: Task) -> tuple[Result, dict[str, float]]:
    """Run once; CPU and wall seconds."""
    other, own, wall = task.other_cpu_s(), cpu_s(), time.perf_counter()
    result = task.run()
    spent = cpu_s() - own + task.other_cpu_s() - other
    return result, {"cpu_s": spent, "wall_s": time.perf_counter() - wall}
