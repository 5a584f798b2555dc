"""What the layers say of each cell: kind of ground, water, people, ecological worth, hazard; nothing is priced yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely

from ..atlas import VectorLayer
from ..model.layer import role_title
from ..model.rule import Step
from ..text import Text
from .given import AVOID, Given
from .grid import Grid
from .lay import Geometries, burnt, discs, features_near, only, resampled
from .problem import Float32, Laid
from .values import Costs, Value, legend, title_of

Take = Callable[[str], Value]

GROUND_ROLES = ("forest", "wetland", "glacier")
WATER_ROLES = ("river", "lake")
ECOLOGY_ROLES = (
    "protected", "heritage", "key-biodiversity", "reef", "wetland", "forest", "lake", "river", "glacier", "ecoregion",
)  # fmt: skip
_WORDS = ("mangrove", "flooded", "forest", "montane")


@dataclass
class Cells:
    """What is known of each cell, float32 (rows, columns) each; None where no layer says anything.

    Attributes
    ----------
    factor : of the cost of flat ground; water, border : crossings a metre of line (a lake counts 1)
    corridor : bool; density : people a m²; ecology : points a metre; hazard : points a metre by hazard
    forbidden : bool
    spoke : objectives that some layer has data for here
    """

    grid: Grid
    take: Take
    mode: str
    known: Costs
    factor: Float32 | None = None
    water: Float32 | None = None
    border: Float32 | None = None
    corridor: npt.NDArray[np.bool_] | None = None
    density: Float32 | None = None
    ecology: Float32 | None = None
    hazard: dict[str, Float32] = field(default_factory=dict)
    forbidden: npt.NDArray[np.bool_] | None = None
    spoke: set[str] = field(default_factory=set)
    laid: list[Laid] = field(default_factory=list)
    trace: list[Step] = field(default_factory=list)

    def lay(self, given: Given) -> None:
        """Take in one layer."""
        self.laid.append(given.laid())
        if given.avoid == "ignore":
            self._note(given, AVOID["ignore"])
            return
        said = self._raster(given) if given.is_raster else self._vector(given)
        if given.avoid == "forbid":
            said = Text(f"{AVOID['forbid'].zh}；{said.zh}", f"{AVOID['forbid'].en}; {said.en}")
        self._note(given, said)

    # vector layers

    def _vector(self, given: Given) -> Text:
        assert isinstance(given.layer, VectorLayer)
        index = given.layer.index
        rows = features_near(index, self.grid)
        if not len(rows):
            return Text("此范围内没有要素，不视为已有数据", "no features here, which is not taken for data")
        geoms = index.geometries(rows)
        if given.avoid == "forbid":
            self._forbid(burnt(self.grid, geoms, np.ones(len(geoms)), touched=True) > 0)
        said = [s for s in (self._means(given, rows, geoms),) if s is not None]
        n = len(rows)
        if not said:
            return Text(f"{n} 个要素；该类别没有单价，未计入任何目标",
                        f"{n} features; its role has no price and counts towards no objective")  # fmt: skip
        return Text(f"{n} 个要素；{said[0].zh}", f"{n} features; {said[0].en}")

    def _means(self, given: Given, rows: npt.NDArray[np.int64], geoms: Geometries) -> Text | None:
        role, dims = given.role, shapely.get_dimensions(geoms)
        parts: list[Text] = []
        if role in ECOLOGY_ROLES:
            parts.append(self._ecological(given, rows, geoms))
        if role in GROUND_ROLES and (dims == 2).any():
            parts.append(
                self._ground(burnt(self.grid, geoms[dims == 2], np.ones((dims == 2).sum()), touched=False) > 0, role)
            )
        if role in WATER_ROLES:
            parts.append(self._water(geoms, dims))
        if role == "border" and (dims >= 1).any():
            lines = np.where(dims == 2, shapely.boundary(geoms), geoms)[dims >= 1]
            hit = burnt(self.grid, lines, np.ones(len(lines)), touched=True)
            self.border = hit if self.border is None else np.maximum(self.border, hit)
            parts.append(_priced(self.take(f"{self.mode}.border")))
        if role == "transport" and (dims >= 1).any():
            along = burnt(self.grid, geoms[dims >= 1], np.ones((dims >= 1).sum()), touched=True) > 0
            self.corridor = along if self.corridor is None else self.corridor | along
            parts.append(_priced(self.take(f"{self.mode}.corridor")))
        if role == "settlement":
            parts.append(self._people(given, rows, geoms, dims))
        if role == "conflict" or role.startswith("hazard."):
            parts.append(self._hazardous(role, geoms, dims))
        if not parts:
            return None
        return Text("；".join(p.zh for p in parts), "; ".join(p.en for p in parts))

    def _ecological(self, given: Given, rows: npt.NDArray[np.int64], geoms: Geometries) -> Text:
        """Points by class; areas by the middles of cells, lines by all they touch, points by their cell."""
        role = given.role
        if role == "ecoregion":
            names = given.column("feature_name")
            keys = [next((w for w in _WORDS if w in names[r].casefold()), "other") for r in rows]
        elif role in ("protected", "heritage"):
            classes = given.column("feature_class")
            keys = [classes[r] or "unclassed" for r in rows]
        else:
            keys = [""] * len(rows)
        ids = [f"ecology.{role}.{k}" if k else f"ecology.{role}" for k in keys]
        worth = {i: self.take(i) for i in dict.fromkeys(ids)}
        points = np.array([worth[i].value for i in ids])
        area = only(geoms, [2])
        into = self._ecology()
        burnt(self.grid, geoms[area], points[area], touched=False, into=into)
        burnt(self.grid, geoms[~area], points[~area], touched=True, into=into)
        self.spoke.add("ecology")
        said = _priced(*worth.values())
        spots = int(only(geoms, [0]).sum())
        if not spots:
            return said
        extent = Text(
            "仅有点位，范围未知，只计所在像元", "known as points only: their extent is unknown, only their cells count"
        )
        return Text(f"{said.zh}；{spots} 个{extent.zh}", f"{said.en}; {spots} {extent.en}")

    def _ecology(self) -> Float32:
        if self.ecology is None:
            self.ecology = np.zeros(self.grid.shape, np.float32)
        return self.ecology

    def _ground(self, mask: npt.NDArray[np.bool_], kind: str) -> Text:
        value = self.take(f"{self.mode}.ground.{kind}")
        if self.factor is None:
            self.factor = np.ones(self.grid.shape, np.float32)
        np.maximum(self.factor, np.float32(value.value), out=self.factor, where=mask)
        return _priced(value)

    def _water(self, geoms: Geometries, dims: npt.NDArray[np.int32]) -> Text:
        used = [self.take(f"{self.mode}.water")]
        if self.water is None:
            self.water = np.zeros(self.grid.shape, np.float32)
        burnt(self.grid, geoms[dims == 2], np.ones((dims == 2).sum()), touched=False, into=self.water)
        if (dims == 1).any():
            length = self.take(f"{self.mode}.river-length")
            used.append(length)
            hit = burnt(self.grid, geoms[dims == 1], np.ones((dims == 1).sum()), touched=True)
            hit *= (length.value / self.across_m)[:, None].astype(np.float32)
            np.maximum(self.water, hit, out=self.water)
        return _priced(*used)

    @property
    def across_m(self) -> npt.NDArray[np.float64]:
        """Metres that a line runs in a cell it crosses, by row: what a crossing is spread over."""
        found: npt.NDArray[np.float64] = np.sqrt(self.grid.cell_area_m2)
        return found

    def _people(
        self, given: Given, rows: npt.NDArray[np.int64], geoms: Geometries, dims: npt.NDArray[np.int32]
    ) -> Text:
        parts = []
        if (dims == 2).any():
            value = self.take("people.built-density")
            inside = burnt(self.grid, geoms[dims == 2], np.ones((dims == 2).sum()), touched=False)
            self._dense(inside * np.float32(value.value / 1e6))
            parts += [self._ground(inside > 0, "built"), _priced(value)]
        spots = np.flatnonzero(dims == 0)
        if len(spots):
            people = np.full(len(spots), np.nan) if given.population is None else given.population[rows[spots]]
            there = np.isfinite(people)
            if there.any():
                value = self.take("people.town-density")
                chosen, amounts = geoms[spots[there]], people[there]
                single, of = shapely.get_parts(chosen, return_index=True)
                amounts = amounts[of] / np.bincount(of, minlength=len(chosen))[of]
                self._dense(discs(self.grid, single, amounts, np.sqrt(amounts / (value.value / 1e6) / np.pi)))
                parts.append(_priced(value))
            if not there.all():
                n = int((~there).sum())
                parts.append(
                    Text(
                        f"{n} 个居民点没有人口数，人口未知，未计入",
                        f"{n} places give no population: unknown, not counted",
                    )
                )
        return Text("；".join(p.zh for p in parts), "; ".join(p.en for p in parts))

    def _dense(self, density: Float32) -> None:
        """People a m²; of several sources the highest counts, so that nobody counts twice."""
        self.density = density if self.density is None else np.maximum(self.density, density, out=self.density)
        self.spoke.add("people")

    def _hazardous(self, role: str, geoms: Geometries, dims: npt.NDArray[np.int32]) -> Text:
        value = self.take("hazard.inside")
        used = [value]
        points = np.full(len(geoms), value.value)
        out = burnt(self.grid, geoms[dims == 2], points[dims == 2], touched=False)
        burnt(self.grid, geoms[dims == 1], points[dims == 1], touched=True, into=out)
        if (dims == 0).any() and role == "conflict":
            radius = self.take("hazard.conflict-radius")
            used.append(radius)
            single = shapely.get_parts(geoms[dims == 0])
            near = discs(self.grid, single, np.ones(len(single)), np.full(len(single), radius.value))
            np.maximum(out, np.float32(value.value), out=out, where=near > 0)
        elif (dims == 0).any():
            burnt(self.grid, geoms[dims == 0], points[dims == 0], touched=True, into=out)
        self._exposed(role, out)
        return _priced(*used)

    def _exposed(self, role: str, points: Float32) -> None:
        self.hazard[role] = np.maximum(self.hazard[role], points) if role in self.hazard else points
        self.spoke.add("hazard")

    def _forbid(self, mask: npt.NDArray[np.bool_]) -> None:
        self.forbidden = mask if self.forbidden is None else self.forbidden | mask

    # rasters

    def _raster(self, given: Given) -> Text:
        kind, _, name = given.means.partition(":")
        if given.role == "settlement" and not kind:
            kind = "population"
        how = {"land-cover": "nearest", "population": "average", "density": "average", "percent": "average"}.get(kind)
        if how is None:
            how = "max" if given.role.startswith("hazard.") or given.avoid == "forbid" else "nearest"
        assert not isinstance(given.layer, VectorLayer)
        with given.layer.source() as source:
            cells = resampled(source, self.grid, how, per_m2=kind == "population").cells
        there = np.isfinite(cells)
        if not there.any():
            return Text(
                "栅格不覆盖此范围，不视为已有数据", "the raster does not reach here, which is not taken for data"
            )
        share = float(there.mean())
        if given.avoid == "forbid":
            with np.errstate(invalid="ignore"):
                self._forbid(cells > 0)
        said = self._raster_means(given, kind, name, cells, there)
        gap = (
            Text("", "")
            if share > 0.999
            else Text(f"；覆盖 {share:.0%}，其余未知", f"; it covers {share:.0%}, the rest is unknown")
        )
        return Text(said.zh + gap.zh, said.en + gap.en)

    def _raster_means(self, given: Given, kind: str, name: str, cells: Float32, there: npt.NDArray[np.bool_]) -> Text:
        role = given.role
        if kind in ("population", "density"):
            people = np.where(there, np.maximum(cells, 0), 0).astype(np.float32)
            self._dense(people if kind == "population" else people / np.float32(1e6))
            return Text("按像元统计人口", "people by cell")
        if kind == "land-cover":
            return self._land_cover(name, cells)
        if role.startswith("hazard."):
            value = self.take("hazard.inside")
            top = float(np.nanmax(cells))
            scaled = np.where(there, np.maximum(cells, 0), 0).astype(np.float32)
            self._exposed(role, scaled * np.float32(value.value / top if top > 0 else 0.0))
            return Text(f"按此范围内最大值 {top:g} 的比例计分；{_priced(value).zh}",
                        f"by share of the highest value here, {top:g}; {_priced(value).en}")  # fmt: skip
        if role not in ECOLOGY_ROLES or role == "ecoregion":
            return Text(
                "该类别的栅格没有单价，未计入任何目标",
                "a raster of this role has no price and counts towards no objective",
            )
        with np.errstate(invalid="ignore"):
            inside = np.where(there, cells / np.float32(100) if kind == "percent" else cells > 0, 0).astype(np.float32)
        value = self.take(f"ecology.{role}.unclassed" if role in ("protected", "heritage") else f"ecology.{role}")
        np.maximum(self._ecology(), inside * np.float32(value.value), out=self.ecology)
        self.spoke.add("ecology")
        parts = [_priced(value)]
        if role in GROUND_ROLES:
            parts.append(self._ground(inside >= 0.5, role))
        return Text("；".join(p.zh for p in parts), "; ".join(p.en for p in parts))

    def _land_cover(self, name: str, cells: Float32) -> Text:
        used, seen = [], np.zeros(cells.shape, bool)
        for kind, codes in legend(name).items():
            mask = np.isin(cells, np.asarray(codes, np.float32))
            seen |= mask
            if not mask.any():
                continue
            worth = f"ecology.{kind}" if f"ecology.{kind}" in self.known else f"ecology.land-cover.{kind}"
            value = self.take(worth)
            np.maximum(self._ecology(), np.float32(value.value), out=self.ecology, where=mask)
            used.append(value)
            if kind == "lake":
                used.append(self.take(f"{self.mode}.water"))
                self.water = np.zeros(cells.shape, np.float32) if self.water is None else self.water
                np.maximum(self.water, np.float32(1), out=self.water, where=mask)
            else:
                self._ground(mask, kind)
                used.append(self.take(f"{self.mode}.ground.{kind}"))
        self.spoke.add("ecology")
        strange = np.unique(cells[np.isfinite(cells) & ~seen])[:8]
        said = _priced(*used)
        if not len(strange):
            return said
        codes_said = ", ".join(f"{c:g}" for c in strange)
        return Text(
            f"{said.zh}；图例中没有的代码：{codes_said}",
            f"{said.en}; codes that the legend does not have: {codes_said}",
        )

    def _note(self, given: Given, said: Text) -> None:
        layer = given.layer.layer
        role = role_title(given.role)
        if layer.withheld:
            codes = ", ".join(layer.withheld)
            said = Text(f"{said.zh}；不含 {codes}，其境内未知", f"{said.en}; it leaves out {codes}: unknown there")
        if layer.demonstration:
            said = Text(f"{said.zh}；示意数据，不可作为依据", f"{said.en}; a sketch, not to be relied on")
        detail: Mapping[str, object] = {
            "layer": layer.id, "role": layer.role, "avoid": given.avoid, "means": given.means, "version": layer.version,
            "licence": layer.licence, "provenance": layer.provenance,
        }  # fmt: skip
        titled = Text(f"{role.zh}：{said.zh}", f"{role.en}: {said.en}")
        self.trace.append(Step("layer", layer.title, titled, detail))


def _priced(*values: Value) -> Text:
    titles = [title_of(v.id) for v in values]
    return Text(
        "；".join(f"{t.zh} {v.line.zh}" for t, v in zip(titles, values, strict=True)),
        "; ".join(f"{t.en} {v.line.en}" for t, v in zip(titles, values, strict=True)),
    )
