"""What the tools of routes share: layers and elevation become surfaces, lines become rows of figures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from ..atlas import RasterLayer, VectorLayer, read_raster
from ..errors import OptionError
from ..model import Layer
from ..siting.crossings import crossings
from ..siting.given import Given, populations
from ..siting.posts import Line
from ..siting.problem import OBJECTIVES, Surfaces
from ..siting.profile import profile, summary
from ..siting.score import Scored, score
from ..siting.surfaces import build
from ..text import Text
from ..workspace import Workspace
from .found import layers_given
from .screening import AnyLayer

Floats = npt.NDArray[np.float64]
_PRICED = (
    "protected", "key-biodiversity", "heritage", "indigenous-land", "ecoregion", "forest", "wetland", "river", "lake",
    "glacier", "reef", "settlement", "border", "conflict",
)  # fmt: skip
"""Roles of the atlas that count towards objectives; of the rest crossings are listed."""


@dataclass(frozen=True, eq=False)
class Setting:
    """Surfaces with the layers they were made from.

    Attributes
    ----------
    surfaces : Surfaces
    layers : tuple of VectorLayer or RasterLayer
        What the lines are screened against; the elevation is one of them.
    land : shapely geometry
    dem : RasterLayer or None
    """

    surfaces: Surfaces
    layers: tuple[AnyLayer, ...]
    land: shapely.Geometry
    dem: RasterLayer | None

    @property
    def records(self) -> tuple[Layer, ...]:
        """What is known of each layer."""
        return tuple(a.layer for a in self.layers)


def setting(
    workspace: Workspace,
    ends: Sequence[tuple[float, float]],
    *,
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
) -> Setting:
    """Surfaces around `ends` from what a tool was given.

    Raises
    ------
    OptionError
        No objective has data, or an option is impossible.
    LayerError, SizeLimitError
        A layer or the elevation cannot be used.
    """
    workspace.progress("layers", 0, 1)
    opened = layers_given(workspace, layer, raster, atlas)
    asked = {g["name"]: g for g in (*layer, *raster)}
    given = [_given(workspace, a, asked.get(a.layer.id)) for a in opened if a.layer.role not in ("land", "elevation")]
    heights = None if dem is None else _elevation(workspace, dem, {a.layer.id for a in opened})
    land = workspace.atlas.land()
    options: dict[str, Any] = {
        "ends": ends, "mode": mode, "objectives": objectives, "layers": given, "land": land, "cell_m": cell_m,
        "max_gradient": max_gradient, "steep": steep, "costs": costs, "progress": workspace.progress,
    }  # fmt: skip
    if heights is None:
        surfaces = build(**options)
    else:
        with heights.source() as source:
            surfaces = build(dem=source, **options)
    if not surfaces.objectives:
        zh = "；".join(t.zh for t in surfaces.unknown.values())
        en = "; ".join(t.en for t in surfaces.unknown.values())
        raise OptionError(
            Text(f"所问目标均无数据：{zh}", f"there is no data for any objective: {en}"),
            Text("请加上 cost，或给出所缺的图层", "Add cost, or give the layers that are missing"),
            where="objectives",
        )
    return Setting(surfaces, (*opened, *(() if heights is None else (heights,))), land, heights)


def _given(workspace: Workspace, opened: AnyLayer, asked: Mapping[str, Any] | None) -> Given:
    if asked is None:  # from the atlas: nobody said what to make of it
        role = opened.layer.role
        counts = role in _PRICED or role.startswith("hazard.")
        people = workspace.atlas.populations(opened.layer.id) if isinstance(opened, VectorLayer) else None
        return Given(opened, "price" if counts and isinstance(opened, VectorLayer) else "ignore", population=people)
    people = None
    if isinstance(opened, VectorLayer) and (opened.layer.role == "settlement" or asked.get("population")):
        people = populations(asked["path"], workspace.settings, asked.get("population"))
    return Given(opened, asked["avoid"], asked.get("means") or "", people)


def _elevation(workspace: Workspace, path: Path, taken: set[str]) -> RasterLayer:
    name = next(n for n in ("dem", "elevation", "dem-2") if n not in taken)
    return read_raster(name, path.expanduser(), role="elevation", settings=workspace.settings)


@dataclass(frozen=True, eq=False)
class Measured:
    """A line with everything that is said of it.

    Attributes
    ----------
    id, label : str
    name : Text
    parts : tuple of float64 (n, 2)
        Longitude and latitude, to seven decimals: as it is delivered, and as it was scored.
    scored : Scored
    profile, crossings : pyarrow.Table
    """

    id: str
    label: str
    name: Text
    parts: tuple[Floats, ...]
    scored: Scored
    profile: pa.Table
    crossings: pa.Table
    given: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[Text, ...] = ()

    @property
    def scores(self) -> Mapping[str, float]:
        """Objective → sum along the line."""
        return self.scored.scores

    @property
    def geometry(self) -> shapely.Geometry:
        """The line as GeoJSON has it."""
        lines = [shapely.LineString(p) for p in self.parts]
        return lines[0] if len(lines) == 1 else shapely.MultiLineString(lines)


def measured(surfaces: Surfaces, line_id: str, label: str, name: Text, line: Line, **more: Any) -> Measured:
    """Score a line, and draw its profile and crossings."""
    parts = delivered(line)
    scored = score(surfaces, list(parts))
    notes = (*more.pop("notes", ()), *(() if scored.note is None else (scored.note,)))
    return Measured(
        line_id, label, name, parts, scored, profile(surfaces, list(parts)), crossings(surfaces, list(parts)),
        notes=notes, **more,
    )  # fmt: skip


def delivered(line: Line) -> tuple[Floats, ...]:
    """The parts of a line to seven decimals of a degree, a centimetre: scored as it will be read again."""
    several = len(line) > 0 and np.ndim(line[0]) == 2
    parts: list[Floats] = [np.asarray(p, np.float64) for p in (line if several else [line])]
    return tuple(p.round(7) for p in parts)


def facts(line: Measured, surfaces: Surfaces) -> dict[str, Any]:
    """What every line has in every file: length, scores, gradients, what is not known."""
    found = summary(surfaces, line.profile)
    s = line.scored
    return {
        "id": line.id,
        "name_zh": line.name.zh,
        "name_en": line.name.en,
        "length_km": s.length_m / 1000,
        **{name: s.scores.get(name) for name in (*surfaces.objectives, *surfaces.unknown)},
        "unknown": list(surfaces.unknown),
        "max_gradient": found.steepest,
        "formation_gradient": found.formation_steepest,
        "over_gradient_km": None if s.over_gradient_m is None else s.over_gradient_m / 1000,
        "climb_m": found.climb_m,
        "descent_m": found.descent_m,
        "tunnel_km": _km(found.structures_m, "tunnel") if found.known_m else None,
        "viaduct_km": _km(found.structures_m, "viaduct") if found.known_m else None,
        "share_known": s.share_known,
        "comparable": s.comparable,
        **line.extra,
    }


def _km(structures: Mapping[str, float], kind: str) -> float:
    return structures.get(kind, 0.0) / 1000


def units(surfaces: Surfaces) -> dict[str, dict[str, Any]]:
    """Title and unit of each objective asked for, and why it is unknown where it is."""
    return {
        name: {"title": OBJECTIVES[name][0], "unit": OBJECTIVES[name][1], "unknown": surfaces.unknown.get(name)}
        for name in (*surfaces.objectives, *surfaces.unknown)
    }


def finite(value: float) -> float | None:
    """A number as JSON has it: infinity is null."""
    return value if math.isfinite(value) else None
