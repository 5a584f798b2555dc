"""Power technologies: which fuels they burn and how, and by what they are cooled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .tables import table

_COALS = (
    "anthracite", "coking_coal", "other_bituminous_coal", "sub_bituminous_coal", "lignite", "oil_shale_and_tar_sands",
    "brown_coal_briquettes", "peat", "petroleum_coke", "coke_oven_coke_and_lignite_coke", "gas_coke",
)  # fmt: skip
_BIOMASS = ("wood_wood_waste", "other_primary_solid_biomass", "charcoal")
_WASTES = ("municipal_wastes_non_biomass_fraction", "municipal_wastes_biomass_fraction", "industrial_wastes")
_GASES = (
    "natural_gas", "liquefied_petroleum_gases", "ethane", "refinery_gas", "gas_works_gas", "coke_oven_gas",
    "blast_furnace_gas", "oxygen_steel_furnace_gas", "landfill_gas",
)  # fmt: skip
_LIGHT = (
    "gas_diesel_oil", "other_kerosene", "jet_kerosene", "naphtha", "natural_gas_liquids", "motor_gasoline",
    "biogasoline", "biodiesels",
)  # fmt: skip
_HEAVY = ("residual_fuel_oil", "crude_oil", "shale_oil", "orimulsion", "waste_oil", "other_liquid_biofuels")
_LIQUIDS = (*_LIGHT, *_HEAVY)

_PULVERISED = {"pulverised": (*_COALS, *_BIOMASS)}


@dataclass(frozen=True, slots=True)
class Technology:
    """How electricity is made.

    Attributes
    ----------
    burns : mapping of way of burning to tuple of str
        Fuels, by how each is burnt (table ``burning``); empty where nothing is burnt.
    fuel : str or None
        Where none is named; None where there is no usual one.
    """

    burns: Mapping[str, tuple[str, ...]]
    fuel: str | None = None

    @property
    def fuels(self) -> tuple[str, ...]:
        """Everything it can burn."""
        return tuple(fuel for fuels in self.burns.values() for fuel in fuels)

    def burning(self, fuel: str) -> str:
        """How it burns a fuel of `fuels`."""
        return next(way for way, fuels in self.burns.items() if fuel in fuels)


_NO_FUEL = Technology({})
_TURBINE = Technology({"gas_turbine": (*_GASES, *_LIGHT, "crude_oil", "residual_fuel_oil")}, "natural_gas")
_COAL = Technology(_PULVERISED, "other_bituminous_coal")

TECHNOLOGIES: Mapping[str, Technology] = {
    "coal_subcritical": _COAL,
    "coal_supercritical": _COAL,
    "coal_usc": _COAL,
    "igcc": Technology({"gasifier": (*_COALS, "residual_fuel_oil")}, "other_bituminous_coal"),
    "cfb": Technology({"fluidised": (*_COALS, *_BIOMASS)}, "other_bituminous_coal"),
    "ccgt": _TURBINE,
    "ocgt": _TURBINE,
    "gas_steam": Technology({"gas_boiler": _GASES, "oil_boiler": _LIQUIDS}, "natural_gas"),
    "oil_steam": Technology({"oil_boiler": _LIQUIDS, "gas_boiler": _GASES}, "residual_fuel_oil"),
    "diesel_engine": Technology({"diesel_engine": _LIQUIDS}, "gas_diesel_oil"),
    "gas_engine": Technology({"gas_engine": _GASES}, "natural_gas"),
    "biomass_steam": Technology(
        {"grate": (*_BIOMASS, "sulphite_lyes_black_liquor"), "gas_boiler": ("landfill_gas",)}, "wood_wood_waste"
    ),
    # Waste is fossil in part: neither fraction stands for the whole, so the user says which.
    "waste_to_energy": Technology({"incinerator": _WASTES}),
    "nuclear": _NO_FUEL, "hydro": _NO_FUEL, "solar_pv": _NO_FUEL, "wind_onshore": _NO_FUEL,
    "wind_offshore": _NO_FUEL, "geothermal": _NO_FUEL, "csp": _NO_FUEL,
}  # fmt: skip

COOLING = ("tower", "once_through", "pond", "dry")


def cooling_of(technology: str) -> tuple[str, ...]:
    """Ways of cooling the table has water use for; empty where nothing is cooled by water.

    Examples
    --------
    >>> cooling_of("ccgt"), cooling_of("solar_pv")
    (('tower', 'once_through', 'pond', 'dry'), ())
    """
    kept = table("power")
    return tuple(way for way in COOLING if kept.get(technology, f"consumption_{way}") is not None)
