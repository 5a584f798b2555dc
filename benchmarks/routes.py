"""Least-cost paths against peers, in one run: ``python -m benchmarks.routes``. See README.md."""

from __future__ import annotations

import argparse
import datetime
import importlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from . import task as tasks

PEERS = ("qinglu", "qinglu16", "skimage", "scipy", "grass")
KINDS = {
    "noise": "every cell between 1 and 10 at random",
    "hills": "waves with a little noise, a fifteenth of the cells blocked",
}
_CELL_M = 30.0


def surface(kind: str, n: int, seed: int) -> npt.NDArray[np.float64]:
    """Cost per metre, shape (n, n); infinity where blocked. The corners are open."""
    rng = np.random.default_rng([seed, n])
    out = np.empty((n, n))
    x = np.arange(n) / n
    for row in range(n):
        if kind == "noise":
            out[row] = rng.uniform(1.0, 10.0, n)
        else:
            out[row] = 2.5 + np.sin(40 * x + 9 * row / n) * np.cos(31 * row / n) + rng.uniform(0.0, 0.5, n)
            out[row, rng.random(n) < 1 / 15] = np.inf
    out[0, 0] = out[-1, -1] = 1.0
    return out


def main() -> int:
    """Every peer on every size and kind, each in a process of its own; the table as it grows."""
    ask = argparse.ArgumentParser(prog="python -m benchmarks.routes", description=__doc__)
    ask.add_argument("--sizes", default="1000,4000,10000", help="rows and columns, by comma")
    ask.add_argument("--kinds", default=",".join(KINDS))
    ask.add_argument("--peers", default=",".join(PEERS))
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--timeout", type=float, default=1800.0, help="seconds one peer may take for one grid")
    ask.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()) / "qinglu-benchmarks")
    ask.add_argument("--one", nargs=3, metavar=("PEER", "KIND", "SIZE"), help=argparse.SUPPRESS)
    given = ask.parse_args()
    if given.one:
        print(json.dumps(_one(given.one[0], given.one[1], int(given.one[2]), given.seed)))
        return 0
    told: list[dict[str, Any]] = []
    for n in given.sizes.split(","):
        for kind in given.kinds.split(","):
            for peer in given.peers.split(","):
                print(f"{n} {kind}: {peer} …", flush=True)
                told.append(_apart(peer, kind, int(n), given.seed, given.timeout))
    given.out.mkdir(parents=True, exist_ok=True)
    text = _markdown(told, "python -m benchmarks.routes " + " ".join(sys.argv[1:]))
    (given.out / "routes.md").write_text(text)
    (given.out / "routes.json").write_text(json.dumps(told, indent=1))
    print(text)
    return 0


def _apart(peer: str, kind: str, n: int, seed: int, timeout: float) -> dict[str, Any]:
    """One peer in a process of its own; why, where it cannot."""
    head = {"peer": peer, "kind": kind, "n": n}
    command = [sys.executable, "-m", "benchmarks.routes", "--seed", str(seed), "--one", peer, kind, str(n)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired:
        return head | {"unable": f"not done after {timeout:g} s"}
    if done.returncode:
        why = (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1]
        return head | {"unable": why[:160]}
    return head | json.loads(done.stdout.splitlines()[-1])


def _one(peer: str, kind: str, n: int, seed: int) -> dict[str, Any]:
    module = importlib.import_module("benchmarks.peers.paths")
    cost = surface(kind, n, seed)
    try:
        ready = module.PEERS[peer](cost, _CELL_M)
        before = tasks.peak_bytes()
        result, used = tasks.timed(ready)
        used["cpu_s"] -= float(result.pop("not_counted_s", 0.0))
        told = {k: float(v) for k, v in result.items()}
        grown = tasks.peak_bytes() - before
        return {**used, "bytes_a_cell": max(grown, told.pop("bytes", 0.0)) / n**2, **told, "note": ready.note}
    except tasks.Unable as why:
        return {"unable": str(why)}


def _markdown(told: list[dict[str, Any]], command: str) -> str:
    day = datetime.datetime.now(datetime.UTC).date().isoformat()
    lines = [
        "# Least-cost paths against peers", "",
        f"Measured {day} by `{command}`, {os.cpu_count()} cores. From corner to corner; CPU seconds of the process",
        "and its children; bytes a cell beyond the cost surface, which all are given as float64.", "",
        *(f"- {name}: {what}" for name, what in KINDS.items()), "",
        "| grid | surface | peer | CPU s | × ours | bytes a cell | cost, relative to ours | how |",
        "|--:|---|---|--:|--:|--:|--:|---|",
    ]  # fmt: skip
    for entry in told:
        head = f"| {entry['n']}² | {entry['kind']} | {entry['peer']} "
        if "unable" in entry:
            lines.append(f"{head}| – | | | | {entry['unable']} |")
            continue
        own = [e for e in told if e["peer"] == "qinglu" and (e["n"], e["kind"]) == (entry["n"], entry["kind"])]
        ours = own[0] if own and "cpu_s" in own[0] and entry["peer"] != "qinglu" else None
        ratio = f"{entry['cpu_s'] / ours['cpu_s']:.1f}" if ours else ""
        off = f"{entry['cost'] / ours['cost'] - 1:+.1e}" if ours else f"{entry['cost']:.6f}"
        memory = f"{entry['bytes_a_cell']:.1f}" if entry["bytes_a_cell"] else "–"
        lines.append(f"{head}| {entry['cpu_s']:.2f} | {ratio} | {memory} | {off} | {entry['note']} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
