"""One peer, one job, in a process of its own: ``python -m benchmarks.worker PEER JOB …`` prints JSON."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import warnings
from pathlib import Path

import numpy as np

from . import task as tasks
from .workload import make


def main() -> int:
    """Prepare, run as often as asked or as time allows, and print what was measured."""
    ask = argparse.ArgumentParser()
    for name in ("peer", "job", "home", "scale", "seed", "repeat", "answer"):
        ask.add_argument(name)
    given = ask.parse_args()
    warnings.simplefilter("ignore")  # of peers; ours are errors in the tests
    load = make(Path(given.home), scale=float(given.scale), seed=int(given.seed))
    peer = importlib.import_module(f"benchmarks.peers.{given.peer}")
    told: dict[str, object] = {"peer": given.peer, "job": given.job, "versions": peer.versions()}
    try:
        before = tasks.cpu_s()
        task = peer.JOBS[given.job](load)
        told["prepare_cpu_s"] = tasks.cpu_s() - before + task.other_cpu_s()
        try:
            runs, spent = [], 0.0
            result: tasks.Result = {}
            for _ in range(int(given.repeat)):
                result, run = tasks.timed(task)
                runs.append(run)
                spent += run["wall_s"]
                if spent > 60.0:  # a slow peer is slow enough after one
                    break
            told |= {"runs": runs, "note": task.note, "figures": task.figures}
        finally:
            task.close()
        np.savez(given.answer, **result)
    except tasks.Unable as why:
        told["unable"] = str(why)
    told["peak_bytes"] = tasks.peak_bytes()
    json.dump(told, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
