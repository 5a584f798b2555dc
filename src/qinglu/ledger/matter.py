"""Materials of construction: what a tonne of each carries with it, how much of it is wasted, and where the waste goes.

A material is a kind (``concrete``) with a default item of table ``materials``, or one of those items by itself. Kinds
take the default items that `qinglu.siting` prices carbon with, so that a route and its construction agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import OptionError
from ..text import Text
from .estimate import Estimate
from .tables import Factor, name_of, table
from .trail import Trail

_ICE = ("_ice2", "_ice3", "_ice4")  # cradle to gate; the UK's items reach to the point of purchase


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of material.

    Attributes
    ----------
    item : str
        Of table ``materials``, that stands for it unless another is named.
    prefixes : tuple of str
        What items of its kind begin with.
    like : tuple of str
        Items whose values bound that of the kind: grades and editions. Empty: all of its prefixes, cradle to gate.
    stream : str
        The stream its waste joins.
    is_packed : bool
        Whether it comes in packaging.
    """

    id: str
    item: str
    prefixes: tuple[str, ...]
    stream: str
    like: tuple[str, ...] = ()
    is_packed: bool = False

    @property
    def title(self) -> Text:
        """What it is called."""
        return name_of("matter", self.id)


_WEAK = ("concrete_gen_0_6_8_mpa_ice3", "concrete_gen_1_8_10_mpa_ice3", "concrete_rc_28_35_cem_i_ice3")
_GALVANISED = ("steel_hot_dip_galvanised_ice3",)
_PIPES = ("steel_welded_pipe_ice3", "steel_uo_pipe_ice3", "steel_seamless_tube_ice3")
_SHAPES = ("steel_section_world_ice3", "steel_section_ice4", "steel_engineering_ice3", "steel_plate_ice3",
           "steel_hot_rolled_coil_ice3")  # fmt: skip
_BARS = ("steel_rebar_world_ice3", "steel_rebar_ice4", "steel_wire_rod_ice3")

KINDS: Mapping[str, Kind] = {
    k.id: k
    for k in (
        # The narrower prefix stands before the wider: an item belongs to the first kind it fits.
        Kind("concrete", "concrete_rc_32_40_ice4", ("concrete_",), "concrete"),
        Kind("mass_concrete", "concrete_gen_1_8_10_mpa_ice3", (), "concrete", _WEAK),
        Kind("cement", "cement_uk_average_ice3", ("cement_",), "mineral", is_packed=True),
        Kind("aggregate", "aggregate_virgin_land_won_ice3", ("aggregate_", "aggregates_"), "mineral"),
        Kind("asphalt", "asphalt_5_bitumen_ice3", ("asphalt_",), "asphalt"),
        Kind("bitumen", "bitumen_straight_run_ice3", ("bitumen_",), "asphalt"),
        Kind("rebar", "steel_rebar_world_ice3", ("steel_rebar_", "steel_wire_rod_"), "metal", _BARS),
        Kind("galvanised_steel", "steel_hot_dip_galvanised_ice3", _GALVANISED, "metal", _GALVANISED),
        Kind("line_pipe", "steel_uo_pipe_ice3", _PIPES, "metal", _PIPES),
        Kind("steel", "steel_section_world_ice3", ("steel_",), "metal", _SHAPES),
        Kind("cast_iron", "iron_general_ice2", ("iron_",), "metal"),
        Kind("aluminium", "aluminium_general_world_ice4", ("aluminium_",), "metal", is_packed=True),
        Kind("copper", "copper_tube_and_sheet_ice2", ("copper_",), "metal", is_packed=True),
        Kind("metal", "construction_metals_average_primary_material_production_uk2025",
             ("construction_metals_", "metal_"), "metal"),
        Kind("composite", "glass_reinforced_plastic_ice2", ("glass_reinforced_",), "plastic", is_packed=True),
        Kind("glass", "glass_general_ice4", ("glass_",), "mineral", is_packed=True),
        Kind("timber", "timber_average_no_carbon_storage_ice4", ("timber_", "wood_"), "wood"),
        Kind("brick", "brick_common_ice3", ("brick_", "bricks_"), "mineral", is_packed=True),
        Kind("plasterboard", "plasterboard_primary_material_production_uk2025", ("plasterboard_",), "mineral",
             is_packed=True),
        Kind("plastic", "plastics_hdpe_incl_forming_primary_material_production_uk2025", ("plastics_",), "plastic",
             is_packed=True),
        Kind("silicon", "solar_cells_qinglu", ("solar_cells_",), "mixed", is_packed=True),
        Kind("insulation", "insulation_primary_material_production_uk2025", ("insulation_",), "mixed", is_packed=True),
        Kind("soil", "soil_closed_loop_source_uk2025", ("soil_",), "excavation"),
        Kind("tyres", "tyres_primary_material_production_uk2025", ("tyres_",), "mixed"),
        Kind("mineral_oil", "mineral_oil_primary_material_production_uk2025", ("mineral_oil_",), "hazardous",
             is_packed=True),
        Kind("battery", "lithium_ion_batteries_primary_material_production_uk2025", ("lithium_ion_",), "hazardous",
             is_packed=True),
        Kind("mixed", "average_construction_material_primary_material_production_uk2025",
             ("average_construction_",), "mixed"),
    )
}  # fmt: skip
STREAMS = (
    "excavation", "concrete", "mineral", "asphalt", "metal", "wood", "plastic", "packaging", "mixed", "hazardous",
)  # fmt: skip


def materials() -> tuple[str, ...]:
    """Everything that can be named: kinds, then items of table ``materials``."""
    return (*KINDS, *(i for i in table("materials").items if i not in KINDS))


def titles_of() -> dict[str, Text]:
    """Titles of `materials`."""
    return {m: KINDS[m].title if m in KINDS else name_of("materials", m) for m in materials()}


def stream_title(stream: str) -> Text:
    """What a stream of waste is called."""
    return name_of("matter", f"{stream}_waste")


def kind_of(material: str) -> Kind:
    """The kind a material is of.

    Raises
    ------
    KeyError
        An item that no kind speaks of: a slip in the tables, which a test finds.

    Examples
    --------
    >>> kind_of("steel_rebar_ice4").id, kind_of("steel_plate_ice3").id
    ('rebar', 'steel')
    """
    if material in KINDS:
        return KINDS[material]
    for kind in KINDS.values():
        if material.startswith(kind.prefixes):
            return kind
    raise KeyError(material)


def carbon(material: str, trail: Trail) -> Estimate:
    """Embodied carbon, kgCO2e/t, modules A1 to A3 of EN 15978 (of UK items: to the point of purchase).

    The bounds are those of the source. Where it gives none they are 30 % either side, and for a kind no narrower than
    the least and most of its grades and editions.
    """
    kind = kind_of(material)
    factor = table("materials")[kind.item if material in KINDS else material, "carbon_embodied"]
    found = trail.estimate(factor)
    if found.low is not None or found.high is not None:
        return found
    spread = trail.use(table("matter")["any", "carbon_spread"])
    near = [f.value for f in _alike(kind)] if material in KINDS else []
    low, high = found.value * (1 - spread), found.value * (1 + spread)
    return Estimate(found.value, min([low, *near]), max([high, *near]))


def per_tonne(material: str, what: str, trail: Trail) -> Estimate | None:
    """``energy_embodied`` (GJ/t) or ``water_embodied`` (m3/t) of a material; None where no table has it."""
    factor = table("matter").get(kind_of(material).id, what)
    return None if factor is None else trail.estimate(factor)


def mass_t(material: str, volume_m3: float, trail: Trail, *, where: str) -> Estimate:
    """Tonnes of a volume.

    Raises
    ------
    OptionError
        A material of unknown density: foams and mixtures have none that would fit them all.
    """
    kind = kind_of(material)
    factor = table("matter").get(kind.id, "density")
    if factor is None:
        raise OptionError(
            Text(f"{kind.title.zh}的密度未知，{volume_m3:g} m³ 无法换算为质量",
                 f"the density of {kind.title.en} is not known: {volume_m3:g} m3 cannot be told as mass"),
            Text("请以质量给出，如 t", "Give a mass, in t for example"),
            where=where,
        )  # fmt: skip
    density = trail.estimate(factor)
    found = density * (volume_m3 / 1000)
    trail.formula(kind.title, f"{volume_m3:g} m³ × {density.value:g} kg/m³ ÷ 1000 = {found.value:g} t")
    return found


def wastage(material: str, trail: Trail) -> float:
    """Share of what is bought that becomes waste."""
    return trail.use(table("matter")[kind_of(material).id, "wastage"])


def reach(material: str) -> Factor:
    """The usual distance over which a material comes, km."""
    return table("matter")[kind_of(material).id, "transport"]


def _alike(kind: Kind) -> list[Factor]:
    of = table("materials")
    items = kind.like or tuple(
        i for i in of.items if i.startswith(kind.prefixes) and i.endswith(_ICE) and kind_of(i) is kind
    )
    return [of[i, "carbon_embodied"] for i in items]
