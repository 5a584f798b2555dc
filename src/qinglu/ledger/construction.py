"""What building something takes: embodied carbon by stage, materials, energy, water and waste.

Stages are the modules of EN 15978 and EN 17472: making of materials (A1–A3), their transport (A4), energy on site
(A5), materials bought and wasted (A5w). Use, maintenance and end of life are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..model.level import Level
from ..text import Text
from . import diesel, matter
from .estimate import Estimate, total
from .tables import table
from .trail import Trail
from .typical import Structure, Typical, typical

MODES: Mapping[str, tuple[str, Text]] = {
    "road": ("road_hgv_articulated_33t_average_laden", Text("公路", "road")),
    "rail": ("rail_freight_train_uk_mix_of_traction", Text("铁路", "rail")),
    "sea": ("sea_general_cargo_average", Text("海运", "sea")),
}
"""How materials come → item of table ``freight``, and what it is called."""
STAGES: Mapping[str, Text] = {
    "a1_a3": Text("材料生产（A1–A3）", "making of materials (A1–A3)"),
    "a4": Text("材料运输（A4）", "transport of materials (A4)"),
    "a5w": Text("材料损耗（A5w）", "materials wasted (A5w)"),
    "a5": Text("现场施工（A5）", "work on site (A5)"),
}
_T_PER_KG = 1e-3
_T_PER_G = 1e-6


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount of a material that is built in, net of what is wasted.

    Attributes
    ----------
    material : str
        A kind, or an item of table ``materials``.
    transport_km : float or None
        None takes the usual distance.
    mode : str
        One of `MODES`.
    carbon_kg_per_t : float or None
        From a declaration of the product (EPD), in place of the table.
    """

    material: str
    mass_t: Estimate
    transport_km: float | None = None
    mode: str = "road"
    carbon_kg_per_t: float | None = None


@dataclass(frozen=True, slots=True)
class Material:
    """A material of the project: what is built in, wasted and bought, and what it carries with it.

    Attributes
    ----------
    carbon_t, wasted_carbon_t, transport_carbon_t : Estimate
        A1–A3 of what is built in and of what is wasted; A4 of what is bought; tCO2e.
    energy_gj, water_m3 : Estimate or None
        Embodied in what is bought; None where no table has them.
    """

    material: str
    built_t: Estimate
    wasted_t: Estimate
    bought_t: Estimate
    carbon_t: Estimate
    wasted_carbon_t: Estimate
    transport_carbon_t: Estimate
    energy_gj: Estimate | None
    water_m3: Estimate | None

    @property
    def kind(self) -> matter.Kind:
        """The kind it is of."""
        return matter.kind_of(self.material)


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream of waste, t, and what of it can be recovered where a site sorts it."""

    stream: str
    mass_t: Estimate
    recovery: Estimate

    @property
    def recovered_t(self) -> Estimate:
        """What is recovered at that share."""
        return self.mass_t * self.recovery


@dataclass(frozen=True, slots=True)
class Use:
    """Energy (GJ) or water (m3): used on site, and embodied in materials.

    Attributes
    ----------
    site, embodied : Estimate or None
        None is unknown.
    without : tuple of str
        Kinds of material whose part is not known: `embodied` leaves them out.
    """

    site: Estimate | None
    embodied: Estimate | None
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Embodied:
    """What building takes.

    Attributes
    ----------
    carbon : Estimate
        All stages that are known, tCO2e.
    stages : mapping
        Stage → tCO2e; None is unknown, and not in `carbon`.
    published_t : Estimate or None
        What literature gives for a structure of the same length, tCO2e.
    """

    carbon: Estimate
    stages: Mapping[str, Estimate | None]
    materials: tuple[Material, ...]
    energy: Use
    water: Use
    waste: tuple[Stream, ...]
    published_t: Estimate | None = None

    def by_kind(self) -> dict[str, tuple[Material, ...]]:
        """Its materials by kind, in their order."""
        found: dict[str, list[Material]] = {}
        for material in self.materials:
            found.setdefault(material.kind.id, []).append(material)
        return {kind: tuple(rows) for kind, rows in found.items()}


def embodied(quantities: Sequence[Quantity] = (), *, structure: Structure | None = None, trail: Trail) -> Embodied:
    """Carbon, materials, energy, water and waste of building from quantities, from a structure's size, or from both.

    Parameters
    ----------
    quantities : sequence of Quantity
        Known amounts; each takes the place of the typical one of its kind.
    structure : Structure or None
        Without it energy, water and surplus of excavation on site are unknown.

    Raises
    ------
    OptionError
        An impossible structure; see `typical`.
    """
    usual = None if structure is None else typical(structure, trail)
    known = {matter.kind_of(q.material).id for q in quantities}
    taken = [Quantity(kind, mass) for kind, mass in (usual.masses_t if usual else {}).items() if kind not in known]
    for kind in sorted(known & set(usual.masses_t if usual else {})):
        trail.given(
            matter.KINDS[kind].title, Text("以给出的数量代替典型用量", "as given, in place of the typical amount")
        )
    made = tuple(_material(q, trail) for q in (*quantities, *taken))
    stages = _stages(made, usual, trail)
    return Embodied(
        carbon=total((s for s in stages.values() if s is not None), together=True),
        stages=stages,
        materials=made,
        energy=_use(usual.site_energy_gj if usual else None, ((m.kind.id, m.energy_gj) for m in made)),
        water=_use(usual.site_water_m3 if usual else None, ((m.kind.id, m.water_m3) for m in made)),
        waste=_waste(made, usual, trail),
        published_t=usual.published_t if usual else None,
    )


def _material(quantity: Quantity, trail: Trail) -> Material:
    title = matter.titles_of()[quantity.material]
    built = quantity.mass_t
    share = matter.wastage(quantity.material, trail)
    wasted = built * (share / (1 - share))
    bought = total([built, wasted], together=True)
    if quantity.carbon_kg_per_t is None:
        factor = matter.carbon(quantity.material, trail)
    else:
        factor = Estimate(quantity.carbon_kg_per_t)
        trail.given(title, Text(f"自有隐含碳数据 {factor.value:g} kgCO2e/t", f"own datum, {factor.value:g} kgCO2e/t"))
    made = built * factor * _T_PER_KG
    trail.formula(title, f"{built.value:g} t × {factor.value:g} kgCO2e/t ÷ 1000 = {made.value:g} tCO2e (A1–A3)")
    energy, water = (matter.per_tonne(quantity.material, w, trail) for w in ("energy_embodied", "water_embodied"))
    return Material(
        material=quantity.material,
        built_t=built,
        wasted_t=wasted,
        bought_t=bought,
        carbon_t=made,
        wasted_carbon_t=wasted * factor * _T_PER_KG,
        transport_carbon_t=_transport(quantity, bought, trail),
        energy_gj=None if energy is None else bought * energy,
        water_m3=None if water is None else bought * water,
    )


def _transport(quantity: Quantity, bought: Estimate, trail: Trail) -> Estimate:
    """Of what is bought, from the well to the wheel, tCO2e."""
    if quantity.transport_km is None:
        distance = trail.estimate(matter.reach(quantity.material))
    else:
        distance = Estimate(quantity.transport_km)
    item = MODES[quantity.mode][0]
    g_per_tkm = sum(trail.use(table("freight")[item, what]) for what in ("ttw", "wtt"))
    return bought * distance * (g_per_tkm * _T_PER_G)


def _stages(made: Sequence[Material], usual: Typical | None, trail: Trail) -> dict[str, Estimate | None]:
    # Amounts from one typical section are all large or all small; amounts of a bill of quantities are not.
    together = usual is not None
    stages: dict[str, Estimate | None] = {
        "a1_a3": total((m.carbon_t for m in made), together=together),
        "a4": total((m.transport_carbon_t for m in made), together=together),
        "a5w": total((m.wasted_carbon_t for m in made), together=together),
        "a5": None,
    }
    if usual is None:
        trail.flag(
            "construction.site-unknown",
            Level.UNKNOWN,
            Text("未给出 structure：现场施工（A5）的用能、用水、弃土和排放未知，未计入合计",
                 "No structure is given: energy, water, surplus soil and emissions of work on site (A5) are unknown "
                 "and not in the total"),
        )  # fmt: skip
        return stages
    wtw, energy = diesel.engine("off_road", trail).wtw, usual.site_energy_gj
    stages["a5"] = work = energy * wtw * _T_PER_KG
    said = f"{energy.value:g} GJ × {wtw.value:g} kgCO2e/GJ ÷ 1000 = {work.value:g} tCO2e"
    trail.formula(STAGES["a5"], Text(f"{said}；全部按柴油计", f"{said}; all of it taken as diesel"))
    return stages


def _use(site: Estimate | None, parts: Iterable[tuple[str, Estimate | None]]) -> Use:
    rows = tuple(parts)
    known = [amount for _, amount in rows if amount is not None]
    without = tuple(dict.fromkeys(kind for kind, amount in rows if amount is None))
    return Use(site, total(known, together=True) if known else None, without)


def _waste(made: Sequence[Material], usual: Typical | None, trail: Trail) -> tuple[Stream, ...]:
    """By stream: what is wasted, surplus of excavation, packaging, and a share of hazardous waste."""
    found: dict[str, list[Estimate]] = {}
    for material in made:
        found.setdefault(material.kind.stream, []).append(material.wasted_t)
    built = [total(masses, together=True) for masses in found.values()]
    if usual is not None:
        found.setdefault("excavation", []).append(usual.surplus_t)
    packed = [m.bought_t for m in made if m.kind.is_packed]
    shares = table("matter")
    if packed:
        share = trail.estimate(shares["any", "packaging_share"])
        found.setdefault("packaging", []).append(total(packed, together=True) * share)
    if built:
        share = trail.estimate(shares["any", "hazardous_share"])
        found.setdefault("hazardous", []).append(total(built, together=True) * share)
    return tuple(
        Stream(s, total(found[s], together=True), trail.estimate(shares[f"{s}_waste", "recovery"]))
        for s in matter.STREAMS
        if s in found
    )
