"""Measure: ``python -m benchmarks --scale 0.02``. See README.md."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from . import table, truth, whole
from .task import Result
from .workload import Workload, make

PEERS = {
    "within": ["qinglu", "postgis", "sedonadb"],
    "nearest": ["qinglu", "postgis", "sedonadb"],
    "intersects": ["qinglu", "shapely_tree", "geopandas", "sedonadb", "duckdb", "postgis"],
    "overlap": ["qinglu", "shapely_tree", "geopandas", "duckdb", "postgis"],
    "repair": ["qinglu"],
    "build": ["qinglu", "shapely_tree"],
    "zonal": ["qinglu", "exactextract"],
    "zonal-cold": ["qinglu", "exactextract"],
}


def arguments() -> argparse.Namespace:
    """What is asked on the command line."""
    ask = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    ask.add_argument("--scale", type=float, default=0.02, help="1 is the workload of the design")
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--jobs", default=",".join([*PEERS, *whole.JOBS]), help="some of the jobs, by comma")
    ask.add_argument("--peers", default="", help="only these besides qinglu, by comma; 'none' for none")
    ask.add_argument("--repeat", type=int, default=3, help="runs of each job, the best counts")
    ask.add_argument("--timeout", type=float, default=3600.0, help="seconds that one peer may take for one job")
    ask.add_argument("--home", type=Path, default=Path(tempfile.gettempdir()) / "qinglu-benchmarks")
    ask.add_argument("--out", type=Path, help="folder for results.json and results.md; default under --home")
    return ask.parse_args()


def main() -> int:
    """Run everything asked, one process at a time, and write the table after each job."""
    given = arguments()
    jobs = given.jobs.split(",")
    unknown = set(jobs) - set(PEERS) - set(whole.JOBS)
    if unknown:
        print(f"no such job: {', '.join(sorted(unknown))}; there are {', '.join([*PEERS, *whole.JOBS])}")
        return 2
    load = make(given.home, scale=given.scale, seed=given.seed)
    out = given.out or load.folder
    out.mkdir(parents=True, exist_ok=True)
    told: dict[str, Any] = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "command": "python -m benchmarks " + " ".join(sys.argv[1:]),
        "scale": given.scale,
        "seed": given.seed,
        "machine": machine(),
        "size": json.loads((load.folder / "done.json").read_text()),
        "results": {},
        "whole": {},
    }
    for job in jobs:
        if job in whole.JOBS:
            print(f"{job} …", flush=True)
            told["whole"][job] = whole.JOBS[job](load, given.scale < 0.5)
        else:
            told["results"][job] = measured(job, load, given)
        (out / "results.json").write_text(json.dumps(told, indent=1))
        (out / "results.md").write_text(table.markdown(told))
    print(table.markdown(told))
    print(f"written to {out / 'results.md'}")
    return 0


def measured(job: str, load: Workload, given: argparse.Namespace) -> list[dict[str, Any]]:
    """Every peer on one job, with errors."""
    only = given.peers.split(",") if given.peers else None
    entries, ours = [], None
    for peer in PEERS[job]:
        if only is not None and peer != "qinglu" and peer not in only:
            continue
        print(f"{job}: {peer} …", flush=True)
        entry, answer = one(peer, job, load, given)
        if peer == "qinglu":
            ours = answer
        if answer is not None:
            entry["errors"] = errors(job, load, peer, answer, ours)
        entries.append(entry)
    return entries


def one(peer: str, job: str, load: Workload, given: argparse.Namespace) -> tuple[dict[str, Any], Result | None]:
    """One peer on one job, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.npz"
        command = [
            sys.executable, "-m", "benchmarks.worker", peer, job, str(given.home), str(given.scale),
            str(given.seed), str(given.repeat), str(answer),
        ]  # fmt: skip
        absent: dict[str, Any] = {"peer": peer, "job": job, "versions": {}}
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=given.timeout, check=False)
        except subprocess.TimeoutExpired:
            return absent | {"unable": f"not done after {given.timeout:g} s"}, None
        if done.returncode:
            why = (done.stderr.strip().splitlines() or ["no answer"])[-1]
            return absent | {"unable": why[:200]}, None
        entry: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        if "unable" in entry:
            return entry, None
        with np.load(answer) as arrays:
            return entry, dict(arrays)


def errors(job: str, load: Workload, peer: str, answer: Result, ours: Result | None) -> dict[str, float]:
    """How far `answer` is off."""
    found: dict[str, float] = {}
    if job in ("within", "nearest"):
        found |= truth.distances(load, answer)
    if job == "overlap":
        found |= truth.overlaps(load, answer)
    if job in ("within", "nearest", "intersects", "overlap") and ours is not None:
        found |= truth.pairs(ours, answer)
    if job.startswith("zonal") and peer != "qinglu" and ours is not None:
        found |= truth.statistics(ours, answer)
    return found


def machine() -> dict[str, Any]:
    """Processor, cores, system."""
    model = platform.processor()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")
        ]
        model = names[0] if names else model
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": platform.system(),
    }


if __name__ == "__main__":
    sys.exit(main())
