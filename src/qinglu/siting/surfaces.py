"""Cost surfaces: ground and layers, priced for one mode of building, one surface an objective."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import shapely

from ..atlas import advice
from ..errors import OptionError, UnknownNameError
from ..model.rule import Step
from ..space.raster import RasterSource
from ..space.terrain import slope
from ..text import Text
from .given import Given
from .grid import Float
from .ground import FORBIDDEN, Ground, ground
from .meanings import Cells
from .problem import GRADIENTS, OBJECTIVES, Float32, Mode, Objective, Surfaces
from .values import Costs, Value, costs, mode, mode_source, title_of

Progress = Callable[[str, int, int], None]
STEEP = ("structure", "forbid")
_BAND_ROWS = 256


def build(
    *,
    ends: Sequence[tuple[float, float]],
    mode: str,
    objectives: Sequence[str] = ("cost",),
    dem: RasterSource | None = None,
    layers: Sequence[Given] = (),
    land: shapely.Geometry | None = None,
    cell_m: float | None = None,
    max_gradient: float | None = None,
    steep: str = "structure",
    costs: Path | None = None,
    progress: Progress | None = None,
) -> Surfaces:
    """Cost surfaces between places.

    Parameters
    ----------
    ends : sequence of (lon, lat)
        Start, end and waypoints, in degrees.
    mode : str
        One of `values.modes`.
    objectives : sequence of str
        Names of `OBJECTIVES`. Those without data come back in `Surfaces.unknown`.
    dem : RasterSource or None
        Elevation in metres; None for flat ground of unknown slope.
    layers : sequence of Given
    land : shapely geometry or None
        In longitude and latitude; what is off it and has no elevation above zero is sea.
    cell_m : float, optional
        See `ground.ground`.
    max_gradient : float, optional
        Rise over run, instead of the mode's.
    steep : str
        ``structure``: ground steeper than the mode's gradient is bridged or tunnelled, at a price.
        ``forbid``: it cannot be crossed.
    costs : Path, optional
        The user's unit costs, see `values.costs`.
    progress : callable, optional
        Called with what is done, steps done, and steps in all.

    Returns
    -------
    Surfaces

    Raises
    ------
    OptionError, UnknownNameError
        An impossible value; a mode, an objective or a unit cost that nobody knows.
    LayerError, SizeLimitError
        Elevation that cannot be used; a grid too large.
    """
    names = _objectives(objectives)
    chosen = _mode(mode, max_gradient)
    if steep not in STEEP:
        raise OptionError(
            Text(f"steep={steep} 不可用", f"steep={steep} is not possible"),
            Text(f"可用：{'、'.join(STEEP)}", f"It is one of {', '.join(STEEP)}"),
            where="steep",
        )
    prices = _Prices(_loaded(costs))
    done = _counted(progress, 2 + len(layers))
    done("ground")
    base = ground(ends, dem, land, cell_m=cell_m)
    cells = Cells(base.grid, prices.take, chosen.id, prices.known)
    for given in layers:
        done(given.name)
        cells.lay(given)
    done("prices")
    barrier = base.barrier
    if cells.forbidden is not None:
        barrier[cells.forbidden & (barrier == 0)] = FORBIDDEN
    makers = {"cost": _cost, "ecology": _ecology, "people": _people, "carbon": _carbon, "hazard": _hazard}
    found: dict[str, Objective] = {}
    trace: list[Step] = []
    side = _side_slope(base) if {"cost", "carbon"} & set(names) else None
    for name in names:
        if name in cells.spoke or name in ("cost", "carbon"):
            prices.used.clear()
            found[name] = makers[name](_Site(cells, base, chosen, prices, side, steep))
            trace.append(_formula(name, prices, base))
    return Surfaces(
        grid=base.grid,
        mode=chosen,
        objectives=found,
        unknown={n: _missing(n, layers) for n in names if n not in found},
        passable=barrier == 0,
        barrier=barrier,
        elevation=base.elevation,
        steepest=chosen.max_gradient if steep == "forbid" else math.inf,
        laid=tuple(cells.laid),
        trace=(_mode_step(chosen, steep, max_gradient), *base.trace, *cells.trace, *trace),
        unverified=_unverified(chosen, max_gradient, prices),
    )


@dataclass(frozen=True, eq=False)
class _Site:
    cells: Cells
    ground: Ground
    mode: Mode
    prices: _Prices
    side: Float32 | None
    steep: str

    def value(self, item: str) -> float:
        """A number of the mode."""
        return self.prices.take(f"{self.mode.id}.{item}").value


class _Prices:
    """Hands out numbers and remembers which were asked for: an answer names what it rests on."""

    def __init__(self, known: Costs) -> None:
        self.known = known
        self.used: dict[str, Value] = {}
        self.ever: dict[str, Value] = {}

    def take(self, value_id: str) -> Value:
        value = self.known[value_id]
        self.used[value_id] = self.ever[value_id] = value
        return value


def _cost(site: _Site) -> Objective:
    flat, cells = site.value("flat"), site.cells
    per_m = np.full(site.ground.grid.shape, flat, np.float32)
    if cells.factor is not None:
        per_m *= cells.factor
    if site.side is not None:
        per_m += _side_cost(site)
    if cells.corridor is not None:
        np.multiply(per_m, np.float32(site.value("corridor")), out=per_m, where=cells.corridor)
    if cells.water is not None:
        per_m += cells.water * np.float32(max(0.0, site.value("water") - flat))
    if cells.border is not None:
        per_m += cells.border * (site.value("border") / cells.across_m)[:, None].astype(np.float32)
    if cells.density is not None:
        per_m += cells.density * np.float32(site.mode.width_m * site.prices.take("people.resettlement").value)
    return Objective("cost", per_m, _climb(site, site.value("earthworks"), _structure(site, "structure")))


def _side_cost(site: _Site) -> Float32:
    """What cutting into a side slope adds to a metre on flat ground."""
    assert site.side is not None
    share = np.minimum(site.side * np.float32(site.value("side-slope")), np.float32(site.value("side-slope-most")))
    added: Float32 = share * np.float32(site.value("flat"))
    return added


def _structure(site: _Site, item: str) -> float:
    """What a metre wholly on structure adds; 0 for a mode that needs none."""
    return site.value(item) if math.isfinite(site.mode.max_gradient) else 0.0


def _climb(site: _Site, earthworks: float, structure: float) -> Float | None:
    """What a gradient adds to a metre: earthworks up to the allowed one, structure for what lies beyond."""
    if site.ground.elevation is None:
        return None
    g, limit = np.abs(GRADIENTS), site.mode.max_gradient
    table: Float = earthworks * np.minimum(g, limit)
    if structure and site.steep == "structure":
        table = table + structure * np.maximum(g - limit, 0.0) / site.value("all-structure-at")
    return table


def _ecology(site: _Site) -> Objective:
    least = np.float32(site.prices.take("ecology.any-land").value)
    assert site.cells.ecology is not None
    return Objective("ecology", np.maximum(site.cells.ecology, least))


def _people(site: _Site) -> Objective:
    assert site.cells.density is not None
    return Objective("people", site.cells.density * np.float32(site.value("people-strip")))


def _hazard(site: _Site) -> Objective:
    total = np.zeros(site.ground.grid.shape, np.float32)
    for points in site.cells.hazard.values():
        total += points
    return Objective("hazard", total)


def _carbon(site: _Site) -> Objective:
    """Tonnes a metre from quantities and factors; earthworks by their volume."""
    per_usd = site.prices.take("carbon.earth").value / site.prices.take("carbon.earth-price").value / 1000.0
    per_m = np.full(site.ground.grid.shape, _tonnes(site, "quantities"), np.float32)
    moves_earth = site.value("earthworks") > 0
    if site.side is not None and moves_earth:
        per_m += _side_cost(site) * np.float32(per_usd)
    structure = _tonnes(site, "structure-quantities")
    if site.cells.water is not None:
        per_m += site.cells.water * np.float32(structure)
    limited = structure if math.isfinite(site.mode.max_gradient) else 0.0
    return Objective("carbon", per_m, _climb(site, site.value("earthworks") * per_usd, limited))


def _tonnes(site: _Site, group: str) -> float:
    """tCO2e of the materials of a metre."""
    kinds = site.prices.known.under(f"{site.mode.id}.{group}")
    return math.fsum(
        site.value(f"{group}.{kind}") * site.prices.take(f"carbon.factors.{kind}").value / 1000.0 for kind in kinds
    )


def _side_slope(base: Ground) -> Float32 | None:
    """Tangent of the steepest slope of each cell, float32; where it has none, at gaps and shores, the mean of all."""
    z = base.elevation
    if z is None:
        return None
    out = np.empty(z.shape, np.float32)
    dx, dy = base.grid.steps_m[0], base.grid.steps_m[1]
    rows = z.shape[0]
    for top in range(0, rows, _BAND_ROWS):
        end = min(rows, top + _BAND_ROWS)
        r0, r1 = max(0, top - 1), min(rows, end + 1)
        padded = np.pad(z[r0:r1], ((top == 0, end == rows), (1, 1)), mode="edge")
        at = np.clip(np.arange(top - 1, end + 1), 0, rows - 1)
        out[top:end] = np.tan(np.radians(slope(padded, dx[at], dy[at])[1:-1, 1:-1]))
    gaps = ~np.isfinite(out)
    if gaps.any():
        out[gaps] = np.float32(0.0 if gaps.all() else out[~gaps].mean(dtype=np.float64))
    return out


# what is said of it


def _objectives(names: Sequence[str]) -> tuple[str, ...]:
    for name in names:
        if name not in OBJECTIVES:
            near = difflib.get_close_matches(name, OBJECTIVES, n=1, cutoff=0.4)
            raise UnknownNameError(
                Text(f"没有名为 {name!r} 的目标", f"there is no objective {name!r}"),
                Text(f"可用：{'、'.join(OBJECTIVES)}" + (f"；是否指 {near[0]}？" if near else ""),
                     f"Objectives: {', '.join(OBJECTIVES)}" + (f". Did you mean {near[0]}?" if near else "")),
                where="objectives",
            )  # fmt: skip
    if not names:
        raise OptionError(
            Text("没有给出任何目标", "no objective is given"),
            Text(f"可用：{'、'.join(OBJECTIVES)}", f"Objectives: {', '.join(OBJECTIVES)}"),
            where="objectives",
        )
    return tuple(dict.fromkeys(names))


def _mode(name: str, max_gradient: float | None) -> Mode:
    chosen = mode(name)
    if max_gradient is None:
        return chosen
    if not (math.isfinite(max_gradient) and 0 < max_gradient <= 1):
        raise OptionError(
            Text(f"最大坡度 {max_gradient:g} 不可用", f"a maximum gradient of {max_gradient:g} is not possible"),
            Text("请给出高差与平距之比，大于0且不超过1，例如0.015",
                 "Give rise over run, above 0 and at most 1, for example 0.015"),
            where="max_gradient",
        )  # fmt: skip
    return replace(chosen, max_gradient=max_gradient)


def _loaded(path: Path | None) -> Costs:
    return costs(path)


def _counted(progress: Progress | None, total: int) -> Callable[[str], None]:
    steps = iter(range(total))

    def done(what: str) -> None:
        if progress is not None:
            progress(what, next(steps), total)

    return done


_NEEDED = {"ecology": "protected", "people": "settlement", "hazard": "hazard.flood"}
_LACKING = {
    "ecology": Text("没有在此范围内有要素的生态图层", "no ecological layer has anything here"),
    "people": Text(
        "没有在此范围内有人口数的居民点或人口栅格",
        "neither settlements with a population nor a population raster cover it",
    ),
    "hazard": Text("没有在此范围内有要素的灾害图层", "no layer of a hazard has anything here"),
}


def _missing(name: str, layers: Sequence[Given]) -> Text:
    """Why an objective is unknown, and what would answer it."""
    why, how = _LACKING[name], advice(_NEEDED[name])
    return Text(f"未知：{why.zh}。{how.zh}", f"Unknown: {why.en}. {how.en}")


def _formula(name: str, prices: _Prices, base: Ground) -> Step:
    title, unit = OBJECTIVES[name]
    flat = base.elevation is None and name in ("cost", "carbon")
    listed = [(title_of(v.id), v.line) for v in prices.used.values()]
    zh = "；".join(f"{t.zh} {line.zh}" for t, line in listed)
    en = "; ".join(f"{t.en} {line.en}" for t, line in listed)
    if flat:
        zh, en = f"坡度未知，按平地计；{zh}", f"slope is unknown, as on flat ground; {en}"
    detail: Mapping[str, object] = {
        "objective": name, "unit": unit, "slope": "unknown" if flat else "known",
        "values": [v.as_dict() for v in prices.used.values()],
    }  # fmt: skip
    return Step("formula", title, Text(zh, en), detail)


def _mode_step(chosen: Mode, steep: str, max_gradient: float | None) -> Step:
    source, year = mode_source(chosen.id)
    limit = chosen.max_gradient
    gradient = Text("无坡度限值", "no limit of gradient")
    if math.isfinite(limit):
        beyond = Text("更陡处以桥隧计价", "steeper ground is priced as structure")
        if steep == "forbid":
            beyond = Text("更陡处不得通过", "steeper ground cannot be crossed")
        own = Text("（用户给定）", " (given by the user)") if max_gradient is not None else Text("", "")
        gradient = Text(
            f"最大坡度 {limit:.2%}{own.zh}，{beyond.zh}", f"gradients up to {limit:.2%}{own.en}; {beyond.en}"
        )
    radius, width = f"{chosen.min_radius_m:g} m", f"{chosen.width_m:g} m"
    said = Text(
        f"{gradient.zh}；最小半径 {radius}；用地宽 {width}（{source.zh}；未核对）",
        f"{gradient.en}; radius at least {radius}; strip of {width} ({source.en}; unverified)",
    )
    detail = {
        "mode": chosen.id, "max_gradient": limit if math.isfinite(limit) else None, "min_radius_m": chosen.min_radius_m,
        "width_m": chosen.width_m, "source": source._asdict(), "year": year, "checked": chosen.checked, "steep": steep,
    }  # fmt: skip
    return Step("rule", chosen.title, said, detail)


def _unverified(chosen: Mode, max_gradient: float | None, prices: _Prices) -> tuple[Mapping[str, object], ...]:
    out: list[Mapping[str, object]] = []
    if chosen.checked is None and math.isfinite(chosen.max_gradient):
        source, year = mode_source(chosen.id)
        out.append(
            {
                "rule_id": f"siting:{chosen.id}.alignment",
                "title_zh": f"{chosen.title.zh}：最大坡度与最小半径",
                "title_en": f"{chosen.title.en}: maximum gradient and minimum radius",
                "valid_from": str(year),
                "citation": {"line": source._asdict(), "checked": None},
            }
        )
    return (*out, *(v.as_unverified() for v in prices.ever.values() if v.is_unverified))
