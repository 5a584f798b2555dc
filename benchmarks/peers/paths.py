"""Least-cost paths from corner to corner, by us and by others."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..task import Result, Task, Unable

Cost = npt.NDArray[np.float64]
_SCIPY_BYTES = 255.0  # a cell, measured on a grid of 1000 by 1000


def qinglu(cost: Cost, cell_m: float, neighbours: int = 8) -> Task:
    """`least_cost_path`, compiled before."""
    from qinglu.siting import Grid, least_cost_path

    small = np.ones((8, 8))
    least_cost_path(small, Grid.planar((8, 8), 1.0), (0, 0), (7, 7), neighbours=neighbours)
    grid = Grid.planar((cost.shape[0], cost.shape[1]), cell_m)
    end = (cost.shape[0] - 1, cost.shape[1] - 1)

    def run() -> Result:
        path = least_cost_path(cost, grid, (0, 0), end, neighbours=neighbours)
        return {"cost": np.float64(path.cost), "cells": np.float64(len(path.rows))}

    return Task(run, f"{neighbours} neighbours, path and exact cost")


def skimage(cost: Cost, cell_m: float) -> Task:
    """`MCP_Geometric`, stopped at the end cell, and its traceback."""
    try:
        import skimage
        from skimage.graph import MCP_Geometric
    except ImportError as why:
        raise Unable(str(why)) from why
    usable = np.where(np.isinf(cost), -1.0, cost)
    end = (cost.shape[0] - 1, cost.shape[1] - 1)

    def run() -> Result:
        search = MCP_Geometric(usable)
        total, _ = search.find_costs([(0, 0)], [end])
        cells = search.traceback(end)
        return {"cost": np.float64(total[end] * cell_m), "cells": np.float64(len(cells))}

    return Task(run, f"MCP_Geometric of scikit-image {skimage.__version__}")


def scipy(cost: Cost, cell_m: float) -> Task:
    """`csgraph.dijkstra` on the graph of the grid; building the graph within the time."""
    try:
        import scipy
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import dijkstra
    except ImportError as why:
        raise Unable(str(why)) from why
    need = _SCIPY_BYTES * cost.size
    have = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if need > 0.8 * have:
        raise Unable(f"its graph needs about {need / 1e9:.0f} GB of memory, {have / 1e9:.0f} GB are free")

    def run() -> Result:
        n_rows, n_cols = cost.shape
        cell = np.arange(cost.size, dtype=np.int32).reshape(cost.shape)
        one, two, weight = [], [], []
        for dr, dc in ((0, 1), (1, 0), (1, 1), (1, -1)):
            a = (slice(0, n_rows - dr), slice(max(0, -dc), n_cols - max(0, dc)))
            b = (slice(dr, n_rows), slice(max(0, dc), n_cols - max(0, -dc)))
            step = 0.5 * (cost[a] + cost[b]) * np.hypot(dr, dc)
            open_ = np.isfinite(step)
            one.append(cell[a][open_])
            two.append(cell[b][open_])
            weight.append(step[open_])
        graph = coo_array((np.concatenate(weight), (np.concatenate(one), np.concatenate(two))), (cost.size,) * 2)
        total = dijkstra(graph.tocsr(), directed=False, indices=0)
        return {"cost": np.float64(total[-1] * cell_m)}

    return Task(run, f"csgraph.dijkstra of scipy {scipy.__version__}, building the graph within")


@dataclass(frozen=True)
class _Session:
    """A GRASS location in a temporary folder."""

    folder: Path

    def run(self, script: str) -> str:
        file = self.folder / "job.sh"
        file.write_text("set -e\n" + textwrap.dedent(script))
        done = subprocess.run(
            ["grass", "--tmp-location", "XY", "--exec", "bash", str(file)],
            capture_output=True, text=True, check=False, env={**os.environ, "GRASS_MESSAGE_FORMAT": "silent"},
        )  # fmt: skip
        if done.returncode:
            raise Unable("GRASS: " + (done.stderr.strip().splitlines() or ["failed"])[-1][:140])
        return done.stdout


def grass(cost: Cost, cell_m: float) -> Task:
    """``r.cost`` and ``r.path`` in a plane without projection; reading the surface is not counted."""
    if shutil.which("grass") is None:
        raise Unable("grass is not installed")
    folder = Path(tempfile.mkdtemp(prefix="qinglu-grass-"))
    np.where(np.isinf(cost), np.nan, cost).astype("<f8").tofile(folder / "cost.bin")
    n_rows, n_cols = cost.shape
    script = f"""
        r.in.bin -d input={folder}/cost.bin output=cost bytes=8 north={n_rows} south=0 east={n_cols} west=0 \\
            rows={n_rows} cols={n_cols} --quiet
        g.region raster=cost
        times() {{ cat /proc/$$/stat | cut -d' ' -f16,17; }}
        times
        r.cost input=cost output=total outdir=way start_coordinates=0.5,{n_rows - 0.5} \\
            stop_coordinates={n_cols - 0.5},0.5 memory=4000 --quiet
        r.path input=way format=auto vector_path=path start_coordinates={n_cols - 0.5},0.5 --quiet
        times
        r.what map=total coordinates={n_cols - 0.5},0.5
    """

    def run() -> Result:
        from ..task import cpu_s

        before = cpu_s()
        lines = [line for line in _Session(folder).run(script).splitlines() if line.strip()]
        whole = cpu_s() - before
        ticks = [sum(int(v) for v in line.split()) for line in lines[:2]]
        own = (ticks[1] - ticks[0]) / os.sysconf("SC_CLK_TCK")
        value = float(lines[2].split("|")[-1])
        return {"cost": np.float64(value * cell_m), "not_counted_s": np.float64(whole - own)}

    return Task(run, "r.cost and r.path; memory not measured, its segments are on disk",
                close=lambda: shutil.rmtree(folder, ignore_errors=True))  # fmt: skip


PEERS: dict[str, Callable[[Cost, float], Any]] = {
    "qinglu": qinglu,
    "qinglu16": lambda cost, cell_m: qinglu(cost, cell_m, 16),
    "skimage": skimage,
    "scipy": scipy,
    "grass": grass,
}
