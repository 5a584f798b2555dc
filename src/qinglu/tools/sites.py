"""The tool ``site``: an area, what is kept out of, what makes a place better → the best sites, and why these."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from ..atlas import RasterLayer, VectorLayer, read_raster, read_vector
from ..errors import OptionError
from ..model import Layer
from ..siting import area as areas
from ..siting.area import Area, area_of
from ..siting.sensitivity import Sensitivity, sensitivity
from ..siting.sites import Sites, best_sites
from ..siting.suitability import Criterion, Exclusion, Suitability, suitability
from ..space.measure import Mapper
from ..text import Text
from ..workspace import Workspace
from .answer import Answer
from .declared.sites import FORBIDDEN_ROLES
from .found import layers_given
from .screening import AnyLayer

_ATLAS = "atlas:"
_OWN_NAMES = ("slope", "sea", "elevation", "score", "unknown")
STATES = {
    0: Text("区域之外", "outside the area"),
    1: Text("可选", "free"),
    2: Text("已排除", "kept out of"),
    3: Text("已知不足", "too little known"),
}
"""The third band of ``suitability.tif``."""


@dataclass(frozen=True, eq=False)
class Search:
    """One search for sites, done: what the files, the page and the answer are made of.

    Attributes
    ----------
    given : mapping
        The inputs as checked.
    layers : tuple of VectorLayer or RasterLayer
        Those named, in their order, then the elevation, then those that are screened against only.
    treated : mapping
        Layer that was named → what was made of it: ``forbid``, ``price`` (a criterion) or ``ignore``.
    sensitivity : Sensitivity or None
        None where it was not asked for.
    seconds : float
    """

    given: Mapping[str, Any]
    area: Area
    suitability: Suitability
    sites: Sites
    sensitivity: Sensitivity | None
    layers: tuple[AnyLayer, ...]
    treated: Mapping[str, str]
    on: date
    seconds: float


def site(workspace: Workspace, **given: Any) -> Answer:
    """The best sites of an area; see the declaration for the inputs.

    Raises
    ------
    OptionError
        Inputs that contradict each other or say too little.
    NoSiteError
        The area is empty or outside the elevation; everything is excluded; no patch is large enough.
    """
    from .sites_out import answered

    started = time.perf_counter()
    with workspace.threads() as threads:
        found = _searched(workspace, given, threads.map)
    return answered(workspace, replace(found, seconds=time.perf_counter() - started))


def _searched(workspace: Workspace, given: Mapping[str, Any], run: Mapper) -> Search:
    vectors, rasters = given["layer"], given["raster"]
    polygon = _polygon(workspace, given["area"], given["bbox"])
    layers = _opened(workspace, vectors, rasters)
    treated = {v["name"]: _treatment(v, layers[v["name"]].layer) for v in vectors}
    treated |= {r["name"]: "price" if _is_criterion(r) else "ignore" for r in rasters}
    land = workspace.atlas.land()
    if given["dem"] is None:
        area = area_of(polygon, None, land, cell_m=given["cell_m"])
    else:
        dem = _dem(workspace, given["dem"])
        with dem.source() as source:
            area = area_of(polygon, source, land, cell_m=given["cell_m"])
        layers[dem.layer.id] = dem
    if given["screen"] and (given["atlas"] or not treated):
        others = (a for a in layers_given(workspace, (), (), True) if a.layer.id not in layers)
        layers |= {a.layer.id: a for a in others}
    criteria, exclusions = _laid(workspace, area, given, layers, treated, run)
    suits = suitability(
        area.grid, criteria, exclusions, inside=area.inside, least_known=given["least_known"],
        least_score=given["least_score"],
    )  # fmt: skip
    need, apart_m = given["min_area_km2"] * 1e6, given["min_separation_km"] * 1e3
    sites = best_sites(
        suits, given["k"], need, min_separation_m=apart_m, compactness=given["compactness"], run=run,
        progress=workspace.progress,
    )  # fmt: skip
    firm = None
    if given["draws"]:
        workspace.progress("sensitivity", 0, 1)
        firm = sensitivity(
            suits, sites, given["k"], need, min_separation_m=apart_m, compactness=given["compactness"],
            draws=given["draws"], seed=given["seed"], run=run,
        )  # fmt: skip
    on = given["on"] or workspace.today
    return Search(given, area, suits, sites, firm, tuple(layers.values()), treated, on, 0.0)


def _polygon(workspace: Workspace, path: Path | None, bbox: Sequence[float] | None) -> shapely.Geometry:
    """The area as one geometry in longitude and latitude."""
    if (path is None) == (not bbox):
        raise OptionError(
            Text("区域须且只能用 --area 或 --bbox 之一给出", "give the area either as --area or as --bbox"),
            Text("例如 --bbox 36,-2,38,0", "--bbox 36,-2,38,0 for example"),
            where="area",
        )
    if path is None:
        assert bbox is not None
        if len(bbox) != 4 or not (bbox[0] < bbox[2] and -90 <= bbox[1] < bbox[3] <= 90):
            raise OptionError(
                Text(f"{list(bbox)} 不是区域范围", f"{list(bbox)} is no bbox"),
                Text("请按西、南、东、北给出四个度数，西小于东，南小于北；跨180°经线的区域请分两次",
                     "Give west, south, east, north in degrees, west below east and south below north; "
                     "an area across 180° in two runs"),
                where="bbox",
            )  # fmt: skip
        return shapely.box(*bbox)
    layer = read_vector("area", path, settings=workspace.settings)
    shapes = layer.index.geometries(np.arange(layer.index.n_features))
    parts = shapely.get_parts(shapes)
    areal = parts[shapely.get_dimensions(parts) == 2]
    if not len(areal):
        raise OptionError(
            Text(f"{path.name} 中没有面状要素", f"{path.name} has no polygons"),
            Text("请给出面状区域，或用 --bbox", "Give polygons, or --bbox"),
            where="area",
        )
    return shapely.union_all(areal)


def _opened(workspace: Workspace, vectors: Sequence[Any], rasters: Sequence[Any]) -> dict[str, AnyLayer]:
    """The layers named, by name; ``atlas:ID`` in the place of a path is a layer of the atlas."""
    taken = [g["name"] for g in (*vectors, *rasters) if g["name"] in _OWN_NAMES]
    if taken:
        raise OptionError(
            Text(f"图层不能叫 {taken[0]}", f"a layer cannot be named {taken[0]}"),
            Text(f"{'、'.join(_OWN_NAMES)} 另有所指，请换一个名称",
                 f"{', '.join(_OWN_NAMES)} stand for something else: choose another name"),
            where="layer",
        )  # fmt: skip
    plain = [[g for g in some if not str(g["path"]).startswith(_ATLAS)] for some in (vectors, rasters)]
    opened = {a.layer.id: a for a in layers_given(workspace, plain[0], plain[1], False)} if any(plain) else {}
    for kind, some in ((VectorLayer, vectors), (RasterLayer, rasters)):
        for g in some:
            if g["name"] in opened and g in plain[0] + plain[1]:
                continue
            layer = workspace.atlas.open(str(g["path"]).removeprefix(_ATLAS))
            if not isinstance(layer, kind):
                raise OptionError(
                    Text(f"图层 {g['path']} 的种类不符", f"{g['path']} is not a layer of that kind"),
                    Text("矢量图层用 --layer，栅格用 --raster", "Vector layers go with --layer, rasters with --raster"),
                    where=g["name"],
                )
            own = replace(layer.layer, id=g["name"], role=g.get("role") or layer.layer.role)
            opened[g["name"]] = replace(layer, layer=own)
    return {g["name"]: opened[g["name"]] for g in (*vectors, *rasters)}


def _dem(workspace: Workspace, path: Path) -> RasterLayer:
    title = Text("高程", "Elevation")
    return read_raster("elevation", path, role="elevation", title=title, settings=workspace.settings)


def _is_criterion(options: Mapping[str, Any]) -> bool:
    return any(options.get(name) is not None for name in ("near", "far", "high", "low"))


def _treatment(options: Mapping[str, Any], layer: Layer) -> str:
    """What is made of a vector layer: ``forbid`` wins over ``price``, as it takes cells away."""
    criterion = _is_criterion(options)
    if options.get("avoid") == "forbid" or (options.get("avoid") is None and options["buffer_km"] > 0):
        return "forbid"
    if options.get("avoid") is None and not criterion and layer.role in FORBIDDEN_ROLES:
        return "forbid"
    return "price" if criterion else "ignore"


def _laid(
    workspace: Workspace, area: Area, given: Mapping[str, Any], layers: Mapping[str, AnyLayer],
    treated: Mapping[str, str], run: Mapper,
) -> tuple[list[Criterion], list[Exclusion]]:  # fmt: skip
    """Criteria and exclusions in the order in which they were given; the sea and the slope first."""
    criteria: list[Criterion] = []
    exclusions: list[Exclusion] = [] if given["offshore"] else [areas.at_sea(area)]
    if given["max_slope"] is not None:
        exclusions += areas.too_steep(area, given["max_slope"])
    if given["slope"] is not None:
        criteria.append(areas.of_slope(area, given["slope"], given["slope_weight"]))
    for options in given["layer"]:
        name, layer = options["name"], layers[options["name"]]
        assert isinstance(layer, VectorLayer)
        workspace.progress(name, 0, 1)
        title = layer.layer.title
        if treated[name] == "forbid":
            exclusions.append(areas.keep_out(area, name, title, layer.index, 1000 * options["buffer_km"], run=run))
        if _is_criterion(options):
            spans = options.get("near"), options.get("far")
            criteria.append(areas.near_to(area, name, title, layer.index, *spans, options["weight"], run=run))
    for options in given["raster"]:
        workspace.progress(options["name"], 0, 1)
        made = _of_raster(area, options, layers[options["name"]])
        criteria += made[0]
        exclusions += made[1]
    return criteria, exclusions


def _of_raster(
    area: Area, options: Mapping[str, Any], layer: AnyLayer
) -> tuple[list[Criterion], tuple[Exclusion, ...]]:
    assert isinstance(layer, RasterLayer)
    name, title, unit = options["name"], layer.layer.title, options.get("unit") or ""
    high, low = options.get("high"), options.get("low")
    least, most = options.get("min"), options.get("max")
    if high is not None and low is not None:
        raise OptionError(
            Text("high 与 low 只能给一个", "give only one of high and low"),
            Text("例如 high=4:9", "high=4:9 for example"),
            where=name,
        )
    if high is low is least is most is None:
        return [], ()
    with layer.source() as source:
        values = areas.on_cells(area, source)
    span, criteria = high or low, []
    if span is not None:
        criteria.append(areas.of_raster(area, name, title, unit, values, span, high is not None, options["weight"]))
    return criteria, areas.beyond(area, name, title, unit, values, least, most)


def state(search: Search) -> npt.NDArray[np.uint8]:
    """The state of every cell, as `STATES` has it."""
    s = search.suitability
    unknown = np.zeros(s.grid.shape, bool)
    hard = np.zeros(s.grid.shape, bool)
    for e in s.exclusions:
        if e.for_want_of_data:
            unknown |= e.out
        else:
            hard |= e.out
    out = np.where(s.free, 1, np.where(hard, 2, np.where(unknown, 3, 2)))
    return np.where(s.inside, out, 0).astype(np.uint8)
