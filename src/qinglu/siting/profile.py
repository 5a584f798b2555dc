"""The ground along a line, the level a line of limited gradient needs, and the structures that takes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pyarrow as pa
import yaml

from ..errors import OptionError
from ..text import Text
from .grid import Float
from .posts import Line, Posts, posts
from .problem import Surfaces
from .walk import Sums, heights, walk

NONE, CUT, FILL, TUNNEL, VIADUCT, UNKNOWN = "none", "cut", "fill", "tunnel", "viaduct", "unknown"
STRUCTURES: dict[str, Text] = {
    NONE: Text("与地面齐平", "at grade"),
    CUT: Text("路堑", "cut"),
    FILL: Text("路堤", "fill"),
    TUNNEL: Text("隧道", "tunnel"),
    VIADUCT: Text("高架桥", "viaduct"),
    UNKNOWN: Text("未知", "unknown"),
}

RESOLUTION = Text(
    "坡度、填挖和桥隧长度均为网格分辨率（约 {cell:.0f} m）下的值：比像元短的起伏看不见，也不能代替勘测",
    "Gradients, depths and structures are as the grid of about {cell:.0f} m shows them: relief shorter than a cell is "
    "not seen, and no survey is replaced",
)


@dataclass(frozen=True, slots=True)
class Structure:
    """One number of ``structures.yaml``, metres."""

    id: str
    value: float
    source: Text
    checked: str | None


@dataclass(frozen=True)
class Summary:
    """A profile in figures; what rests on the ground is None where it is not known anywhere.

    Attributes
    ----------
    length_m : float
    known_m : float
        With known ground.
    lowest_m, highest_m : float or None
    climb_m, descent_m : float or None
        Of the ground, summed between stations.
    steepest, formation_steepest : float or None
        Greatest gradient up or down.
    greatest_cut_m, greatest_fill_m : float or None
    structures_m : mapping
        Structure (`STRUCTURES`) → metres.
    note : Text
        What the resolution allows.
    """

    length_m: float
    known_m: float
    lowest_m: float | None
    highest_m: float | None
    climb_m: float | None
    descent_m: float | None
    steepest: float | None
    formation_steepest: float | None
    greatest_cut_m: float | None
    greatest_fill_m: float | None
    structures_m: Mapping[str, float]
    note: Text


@cache
def structures() -> Mapping[str, Structure]:
    """The depths that make a tunnel or a viaduct, with their sources."""
    text = files(__package__).joinpath("structures.yaml").read_text(encoding="utf-8")
    return {
        key: Structure(key, float(v["value"]), Text(**v["source"]), None if v["checked"] is None else str(v["checked"]))
        for key, v in yaml.safe_load(text).items()
    }


def profile(surfaces: Surfaces, line: Line, *, step_m: float | None = None) -> pa.Table:
    """Ground, formation and scores at even stations along a line.

    Parameters
    ----------
    surfaces : Surfaces
    line : float64 (n, 2), or several
        Longitude and latitude, in the direction of travel.
    step_m : float, optional
        Between stations, at most; a cell of the grid without it. Finer ones only read between the cells.

    Returns
    -------
    pyarrow.Table
        part, km, lon, lat, ground_m, formation_m, cut_fill_m (ground over formation: cut above 0, fill below),
        gradient and formation_gradient (rise over run to the next station; null at the last), structure, and
        ``score_<objective>``: the sum so far over what is known. Null where the ground is not known.

    Raises
    ------
    OptionError
        A step that is not above 0, or a part of fewer than two places.
    """
    step = surfaces.grid.cell_m if step_m is None else float(step_m)
    if not (math.isfinite(step) and step > 0):
        raise OptionError(
            Text(f"测点间距 {step:g} m 不可用", f"stations {step:g} m apart are not possible"),
            Text("请给出大于0的数", "Give a number above 0"),
            where="step_m",
        )
    at = posts(surfaces.grid, line)
    so_far = Sums(walk(surfaces, line))
    tables = [_of_part(surfaces, at, so_far, part, step) for part in range(int(at.part[-1]) + 1)]
    return pa.concat_tables(tables)


def _of_part(surfaces: Surfaces, at: Posts, so_far: Sums, part: int, step: float) -> pa.Table:
    first, last = at.span_m(part)
    metres = np.linspace(first, last, max(1, math.ceil((last - first) / step - 1e-9)) + 1)
    place = at.places(part, metres)
    ground = heights(surfaces, *surfaces.grid.positions_of(*place.T))
    level = formation(metres, ground, surfaces.mode.max_gradient)
    columns: dict[str, Any] = {
        "part": np.full(len(metres), part, np.int64),
        "km": metres / 1000,
        "lon": place[:, 0],
        "lat": place[:, 1],
        "ground_m": _nullable(ground),
        "formation_m": _nullable(level),
        "cut_fill_m": _nullable(ground - level),
        "gradient": _nullable(_gradients(metres, ground)),
        "formation_gradient": _nullable(_gradients(metres, level)),
        "structure": pa.array(_kinds(ground - level), pa.string()),
    }
    for name in surfaces.objectives:
        columns[f"score_{name}"] = so_far.at(name, metres)
    return pa.table(columns)


def formation(metres: Float, ground: Float, most: float) -> Float:
    """Level of gradient `most` or less with the least greatest distance from the ground.

    The middle of the lowest such line above the ground and the highest one below it; where the ground is gentle
    enough both are the ground itself.

    Parameters
    ----------
    metres : float64 (n,)
        Ascending.
    ground : float64 (n,)
        NaN where not known; the level runs on beneath and is NaN there too.
    most : float
        Rise over run; infinity for the ground itself.
    """
    if not math.isfinite(most) or not np.isfinite(ground).any():
        return ground.copy()
    rise = most * (metres - metres[0])
    high = np.where(np.isfinite(ground), ground, -np.inf)
    low = np.where(np.isfinite(ground), ground, np.inf)
    above = np.maximum(
        np.maximum.accumulate(high + rise) - rise, np.maximum.accumulate((high - rise)[::-1])[::-1] + rise
    )
    below = np.minimum(np.minimum.accumulate(low - rise) + rise, np.minimum.accumulate((low + rise)[::-1])[::-1] - rise)
    return np.where(np.isfinite(ground), (above + below) / 2, np.nan)


def summary(surfaces: Surfaces, table: pa.Table) -> Summary:
    """Figures of a profile."""
    ground, depth = _column(table, "ground_m"), _column(table, "cut_fill_m")
    metres, part = _column(table, "km") * 1000, table["part"].to_numpy()
    run = np.where(part[1:] == part[:-1], np.diff(metres), 0.0)
    rise = np.diff(ground)
    there = (run > 0) & np.isfinite(rise)
    kind = np.array(table["structure"].to_pylist())
    # Half of the way to either neighbour belongs to a station.
    by_kind = {k: float(run[kind[1:] == k].sum() + run[kind[:-1] == k].sum()) / 2 for k in STRUCTURES}
    up, down = (float(np.maximum(way * rise[there], 0.0).sum()) if there.any() else None for way in (1, -1))
    return Summary(
        float(run.sum()), float(run[there].sum()), _most(-ground, -1), _most(ground), up, down,
        _most(np.abs(_column(table, "gradient"))), _most(np.abs(_column(table, "formation_gradient"))),
        _most(np.maximum(depth, 0.0)), _most(np.maximum(-depth, 0.0)), by_kind,
        RESOLUTION.format(cell=surfaces.grid.cell_m),
    )  # fmt: skip


def _gradients(metres: Float, level: Float) -> Float:
    run = np.diff(metres)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.append(np.where(run > 0, np.diff(level) / run, np.nan), np.nan)


def _kinds(depth: Float) -> list[str]:
    limit = {k: v.value for k, v in structures().items()}
    with np.errstate(invalid="ignore"):
        kind = np.select(
            [np.isnan(depth), depth > limit["tunnel_below_m"], -depth > limit["viaduct_above_m"],
             depth > limit["at_grade_within_m"], -depth > limit["at_grade_within_m"]],
            [UNKNOWN, TUNNEL, VIADUCT, CUT, FILL], NONE,
        )  # fmt: skip
    return [str(k) for k in kind]


def _nullable(values: Float) -> pa.Array:
    return pa.array(values, pa.float64(), mask=np.isnan(values))


def _column(table: pa.Table, name: str) -> Float:
    return np.asarray(table[name].to_numpy(zero_copy_only=False), dtype=np.float64)


def _most(values: Float, sign: int = 1) -> float | None:
    return sign * float(np.nanmax(values)) if np.isfinite(values).any() else None
