"""The tool ``score-line``: built or planned lines on the scales of a search for routes."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from ..siting.alignment import Alignment, read_alignment, read_alignments
from ..text import Text
from ..workspace import Workspace
from .answer import Answer
from .routefiles import Delivery, answer
from .routing import Measured, measured, setting


def score_line(
    workspace: Workspace,
    line: Path,
    feature: str | None,
    dem: Path | None,
    layer: Sequence[Mapping[str, Any]],
    raster: Sequence[Mapping[str, Any]],
    atlas: bool,
    mode: str,
    objectives: Sequence[str],
    cell_m: float | None,
    max_gradient: float | None,
    steep: str,
    costs: Path | None,
    against: Path | None,
    screen: bool,
    on: date | None,
    out: Path | None,
) -> Answer:
    """Score the lines of a file; see the declaration for the inputs.

    Raises
    ------
    OptionError
        No objective has data, or an option is impossible.
    LayerError, PortfolioError
        The file holds no line, or cannot be read.
    """
    started = time.perf_counter()
    settings = workspace.settings
    if feature is None:
        own = read_alignments(line, settings=settings)
    else:
        own = (read_alignment(line, settings=settings, feature=feature),)
    others = () if against is None else read_alignments(against, settings=settings)
    made = setting(
        workspace, _corners((*own, *others)), dem=dem, layer=layer, raster=raster, atlas=atlas, mode=mode,
        objectives=objectives, cell_m=cell_m, max_gradient=max_gradient, steep=steep, costs=costs,
    )  # fmt: skip
    lines: list[Measured] = []
    for n, read in enumerate((*own, *others)):
        workspace.progress("lines", n, len(own) + len(others))
        given = n < len(own)
        k = n + 1 if given else n + 1 - len(own)
        line_id, label = (f"line-{k}", "G" if len(own) == 1 else f"G{k}") if given else (f"against-{k}", str(k))
        lines.append(
            measured(
                made.surfaces, line_id, label, Text(read.name, read.name), read.parts, given=given,
                notes=() if read.remark is None else (read.remark,), extra={"source": read.source},
            )
        )  # fmt: skip
    first, last = own[0].parts[0][0], own[0].parts[-1][-1]
    places = ((*first.tolist(), Text("起点", "Start")), (*last.tolist(), Text("终点", "End")))
    return answer(
        Delivery(
            workspace=workspace, setting=made, lines=tuple(lines), places=places, on=on or workspace.today,
            tool="score-line", screen=screen, out=out, started=started,
            inputs={"line": line.name, "feature": feature, "against": against and against.name, "mode": mode,
                    "objectives": list(objectives), "cell_m": cell_m, "max_gradient": max_gradient, "steep": steep},
        )
    )  # fmt: skip


def _corners(lines: Sequence[Alignment]) -> list[tuple[float, float]]:
    """South-west and north-east of all lines."""
    every = np.vstack([p for line in lines for p in line.parts])
    lon = every[0, 0] + (every[:, 0] - every[0, 0] + 180.0) % 360.0 - 180.0
    west, east = (float((x + 180.0) % 360.0 - 180.0) for x in (lon.min(), lon.max()))
    return [(west, float(every[:, 1].min())), (east, float(every[:, 1].max()))]
