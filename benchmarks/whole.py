"""Qinglu as a person runs it: start-up, the first run after an install, and a million projects."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from . import workload
from .task import cpu_s
from .workload import Workload

_KEPT = ("cpu_s", "wall_s", "peak_bytes")


def _run(*arguments: str, **environment: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.screen_once", *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **environment}, check=False
    )  # fmt: skip
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines or not lines[-1].startswith("{"):
        return {"unable": (done.stderr.strip().splitlines() or ["no answer"])[-1][:200]}
    used: dict[str, Any] = json.loads(lines[-1])
    if used["exit"]:
        return {"unable": f"exit {used['exit']}: {done.stderr.strip()[:200]}"}
    return {name: used[name] for name in _KEPT}


def start_up(_load: Workload, _few: bool) -> dict[str, Any]:
    """``qinglu --help``, the best of five, in a process that has just begun."""
    runs = []
    for _ in range(5):
        command = [sys.executable, "-c", "from qinglu.cli import main; main(['--help'])"]
        cpu, wall = cpu_s(), time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        runs.append({"cpu_s": cpu_s() - cpu, "wall_s": time.perf_counter() - wall})
        if done.returncode or "screen" not in done.stdout:
            return {"unable": done.stderr.strip()[-200:]}
    return {"help": min(runs, key=lambda r: r["wall_s"])}


def first_run(load: Workload, _few: bool) -> dict[str, Any]:
    """A small screening with an empty cache of compiled code, then again: the difference is compiling."""
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "projects.parquet"
        workload.write(small, workload.read(load.projects)[:50])
        areas = Path(folder) / "layer.parquet"
        workload.write(areas, workload.read(load.layer)[:50])

        def screen(nth: int) -> dict[str, Any]:
            return _run(
                "screen", str(small), "--layer", f"areas={areas}", "--raster", f"heights={load.heights_tif}",
                "--format", "csv", "--out", f"{folder}/out{nth}",
                NUMBA_CACHE_DIR=f"{folder}/compiled", QINGLU_DATA_DIR=f"{folder}/data",
            )  # fmt: skip

        runs = [screen(n) for n in range(3)]
    if any("unable" in r for r in runs):
        return next(r for r in runs if "unable" in r)
    return {"first": runs[0], "again": runs[-1], "compiling_s": runs[0]["cpu_s"] - runs[-1]["cpu_s"]}


def million(load: Workload, few: bool) -> dict[str, Any]:
    """A quarter, a half and the whole of a million projects (times the scale) against the layer."""
    scale = load.size.projects / 10_000
    counts = [round(share * 1_000_000 * scale) for share in ((0.25, 1.0) if few else (0.25, 0.5, 1.0))]
    rng = np.random.default_rng(7)
    centres = workload.land(rng, 300)
    out: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(dir=load.folder) as folder:
        for n in counts:
            path = Path(folder) / f"projects-{n}.parquet"
            workload.write(path, workload.projects(rng, n, centres))
            out[str(n)] = _run(
                "screen", str(path), "--layer", f"areas={load.layer}", "--format", "parquet",
                "--buffer-km", "10", "--out", f"{folder}/out-{n}", QINGLU_DATA_DIR=f"{folder}/data",
            )  # fmt: skip
    return out


JOBS = {"start-up": start_up, "first-run": first_run, "million": million}
