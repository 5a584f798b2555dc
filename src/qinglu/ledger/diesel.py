"""Diesel in engines of locomotives and of plant on site: what a gigajoule of it emits, at the well and the engine."""

from __future__ import annotations

from dataclasses import dataclass

from .estimate import Estimate, total
from .tables import table
from .trail import Trail

FUEL = "gas_diesel_oil"
USES = ("locomotive", "off_road")
POLLUTANTS = ("nox", "co", "nmvoc", "pm10", "pm2_5")
_CO2_PER_C = 44 / 12
_T_PER_TJ = 1e-3  # kg/TJ in kg/GJ
_G_PER_KG = 1e3


@dataclass(frozen=True, slots=True)
class Engine:
    """What diesel emits in one use of it.

    Attributes
    ----------
    ttw, wtt : Estimate
        At the engine, and on the way to it, kgCO2e/GJ.
    gj_per_l : float
        Energy of a litre, net calorific value.
    kg_per_l : float
        Its mass.
    """

    ttw: Estimate
    wtt: Estimate
    gj_per_l: float
    kg_per_l: float

    @property
    def wtw(self) -> Estimate:
        """From the well to the wheel, kgCO2e/GJ."""
        return total([self.ttw, self.wtt])


def engine(use: str, trail: Trail, *, gwp: str = "ar5") -> Engine:
    """Diesel as it is burnt in `use`.

    Parameters
    ----------
    use : str
        One of `USES`.
    gwp : str
        Assessment report whose potentials weigh methane and nitrous oxide.

    References
    ----------
    IPCC 2006 Guidelines, Vol. 2, ch. 3, tables 3.3.1 and 3.4.1; carbon content of table 1.3 of ch. 1.
    """
    fuels, own, weights = table("fuels"), table("diesel"), table("gwp")
    co2 = trail.estimate(fuels[FUEL, "carbon"]) * _CO2_PER_C
    ch4, n2o = (trail.estimate(own[use, g]) * (trail.use(weights[g, gwp]) * _T_PER_TJ) for g in ("ch4", "n2o"))
    kg_per_l = trail.use(own["diesel", "density"])
    gj_per_l = kg_per_l * trail.use(fuels[FUEL, "ncv"]) / 1000
    return Engine(total([co2, ch4, n2o]), trail.estimate(own["diesel", "wtt"]), gj_per_l, kg_per_l)


def pollutants_t(fuel_t: float, trail: Trail, *, sulphur_ppm: float | None = None) -> dict[str, Estimate | None]:
    """Air pollutants of locomotives that burn `fuel_t` tonnes, t; of SO2 None where the sulphur is not known.

    Parameters
    ----------
    sulphur_ppm : float or None
        Sulphur of the diesel, mg/kg; all of it becomes SO2.

    References
    ----------
    EMEP/EEA guidebook 2019, 1.A.3.c, table 3-1 (tier 1).
    """
    own = table("diesel")
    made: dict[str, Estimate | None] = {
        name: trail.estimate(own["locomotive", name]) * (fuel_t / _G_PER_KG) for name in POLLUTANTS
    }
    made["so2"] = None if sulphur_ppm is None else Estimate(2 * sulphur_ppm * 1e-6 * fuel_t)
    return made
