"""A running coal unit, what may be done to it, and the balance of masses and energy in each state.

Heat input is held: what a device takes, or a better turbine gives, shows in the output, not in the fuel. Additive in
efficiency, so that the parts of a loss sum up to the loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from . import air
from .air import KINDS, POLLUTANTS, SO2_PER_S
from .estimate import Estimate, total
from .fluegas import MG_PER_KG, dry_m3_per_gj
from .tables import table
from .trail import Trail

HOURS = 8760
GJ_PER_MWH = 3.6
GYPSUM_PER_SO2 = 172.17 / 64.066

DEVICES = tuple(name for name, kind in KINDS.items() if kind != "limestone")
"""What may be bought, in the order in which gas meets it; limestone in the bed belongs to the boiler."""

DEEP = {"wet_fgd_deep": "wet_fgd", "scr_deep": "scr", "esp_deep": "esp"}
"""Upgraded device → the plain one it may be made of."""

EFFICIENCY = ("turbine_upgrade", "flue_gas_heat_recovery", "variable_speed_drives")
COFIRED = "wood_wood_waste"
"""What is burnt along, of the table ``fuels``."""

WET_STACK = ("wet_fgd", "wet_fgd_deep", "seawater_fgd")


@dataclass(frozen=True)
class Unit:
    """A coal unit as it runs.

    Attributes
    ----------
    capacity_mw, capacity_factor, net_efficiency : float
        Net; the controls that run are in the efficiency already.
    sulphur_kg_per_gj, ash_kg_per_gj : Estimate
        In the coal.
    sulphur_in_ash, fly_ash : float
        Share of the sulphur that stays in ash, share of the ash that flies.
    nox_kg_per_gj : Estimate
        As NO2, before any control: without low-NOx burners.
    co2_kg_per_gj : Estimate
    gas_m3_per_gj : Estimate
        Dry flue gas at 6 % oxygen, 0 °C.
    running : tuple of str
        Controls that run, of `air.KINDS`, one of a kind.
    burning : str
        ``pulverised`` or ``fluidised``: no burners are bought for a bed.
    seawater : bool
        Whether the sea is at hand to wash gas with.
    remaining_years : float
        Until it would close anyway.
    """

    fuel: str
    capacity_mw: float
    capacity_factor: float
    net_efficiency: float
    sulphur_kg_per_gj: Estimate
    ash_kg_per_gj: Estimate
    sulphur_in_ash: float
    fly_ash: float
    nox_kg_per_gj: Estimate
    co2_kg_per_gj: Estimate
    gas_m3_per_gj: Estimate
    running: tuple[str, ...]
    remaining_years: float
    burning: str = "pulverised"
    seawater: bool = False

    @property
    def net_mwh(self) -> float:
        """Net output of a year."""
        return self.capacity_mw * HOURS * self.capacity_factor

    @property
    def heat_gj(self) -> float:
        """Heat input of a year."""
        return self.net_mwh * GJ_PER_MWH / self.net_efficiency

    @property
    def so2_kg_per_gj(self) -> Estimate:
        """Sulphur dioxide before any control."""
        return self.sulphur_kg_per_gj * ((1 - self.sulphur_in_ash) * SO2_PER_S)

    @property
    def pm_kg_per_gj(self) -> Estimate:
        """Particulate matter before any control: fly ash."""
        return self.ash_kg_per_gj * self.fly_ash


@dataclass(frozen=True)
class Choice:
    """One combination of measures.

    Attributes
    ----------
    devices : tuple of str
        Bought; each takes the place of what runs of its kind.
    efficiency : tuple of str
        Of `EFFICIENCY`.
    cofiring : float
        Share of biomass in the heat.
    running : float
        Share of today's hours.
    """

    devices: tuple[str, ...] = ()
    efficiency: tuple[str, ...] = ()
    cofiring: float = 0.0
    capture: bool = False
    running: float = 1.0
    closed: bool = False

    @property
    def measures(self) -> tuple[str, ...]:
        """Everything that is done, by the names of the table."""
        if self.closed:
            return ("closure",)
        return (
            *self.devices, *self.efficiency, *(("cofiring",) if self.cofiring else ()),
            *(("capture",) if self.capture else ()), *(("reduced_running",) if self.running < 1 else ()),
        )  # fmt: skip

    def in_use(self, unit: Unit) -> tuple[str, ...]:
        """Controls that run afterwards: those that ran, but for the kinds that are bought."""
        if self.closed:
            return ()
        bought = {KINDS[d] for d in self.devices}
        return (*(d for d in unit.running if KINDS[d] not in bought), *self.devices)


AS_IT_IS = Choice()


@dataclass(frozen=True)
class State:
    """A year of the unit after a choice. Masses in tonnes, of flue gas dry at 6 % oxygen and 0 °C.

    Attributes
    ----------
    full_mwh : float
        Output at these hours before measures take from it or add to it.
    lost_mwh : float
        Net output less than as it is; negative where it is more.
    co2_t, biogenic_t, captured_t : float
        Fossil at the stack; biogenic made; captured of both.
    residual_mg_m3 : mapping of pollutant to float
        Empty where it is closed.
    raw_t, emitted_t : mapping of pollutant to float
        As they leave the furnace before any control, and at the stack.
    removed_t : mapping of (device, pollutant) to float
    water_m3 : float
        Fresh water of controls and capture.
    """

    choice: Choice
    in_use: tuple[str, ...]
    coal_gj: float
    biomass_gj: float
    full_mwh: float
    lost_mwh: float
    net_mwh: float
    co2_t: float
    biogenic_t: float
    captured_t: float
    residual_mg_m3: Mapping[str, float]
    raw_t: Mapping[str, float]
    emitted_t: Mapping[str, float]
    removed_t: Mapping[tuple[str, str], float]
    water_m3: float

    @property
    def g_co2_per_kwh(self) -> float | None:
        """Fossil CO2 at the stack by net output; None where there is none."""
        return self.co2_t * 1000 / self.net_mwh if self.net_mwh > 0 else None

    @property
    def pollutants_t(self) -> float:
        """SO2, NOx as NO2 and particulate matter, tonne for tonne."""
        return sum(self.emitted_t.values())


class Rates:
    """What the states of a unit are reckoned with, central values, looked up once.

    Parameters
    ----------
    unit : Unit
    trail : Trail
        Every factor is taken into it.
    """

    def __init__(self, unit: Unit, trail: Trail) -> None:
        kept = table("retrofit")
        self.unit = unit
        self.passes = {(d, p): passes(d, p, trail).value for d in KINDS for p in POLLUTANTS}
        self.penalty = {d: trail.use(f) / 100 if (f := kept.get(d, "penalty")) else 0.0 for d in KINDS}
        self.gain = {m: trail.use(kept[m, "gain"]) / 100 for m in EFFICIENCY}
        self.water = {d: trail.use(f) for d in (*KINDS, "capture") if (f := kept.get(d, "water"))}
        self.cofiring_loss = trail.use(kept["cofiring", "loss"]) / 100
        self.capture_rate = trail.use(kept["capture", "rate"])
        self.capture_points = trail.use(kept["capture", "penalty_points"]) / 100
        biomass = table("fuels")[COFIRED, "carbon"]
        self.biomass_co2 = trail.use(biomass) * 44 / 12
        self.biomass_so2 = biomass_kg_per_gj("sulphur", trail).value * SO2_PER_S
        self.biomass_ash = biomass_kg_per_gj("ash", trail).value
        self.biomass_gas = dry_m3_per_gj(COFIRED, trail).value
        self.running_penalty = sum(self.penalty[d] for d in unit.running)

    def raw_kg_per_gj(self, cofiring: float) -> dict[str, float]:
        """Pollutants as they leave the furnace; biomass makes as much NOx as the coal."""
        unit, coal = self.unit, 1 - cofiring
        return {
            "so2": unit.so2_kg_per_gj.value * coal + self.biomass_so2 * cofiring,
            "nox": unit.nox_kg_per_gj.value,
            "pm": unit.pm_kg_per_gj.value * coal + self.biomass_ash * unit.fly_ash * cofiring,
        }

    def residual_mg_m3(self, in_use: tuple[str, ...], cofiring: float) -> dict[str, float]:
        """Concentrations at the stack."""
        gas = self.unit.gas_m3_per_gj.value * (1 - cofiring) + self.biomass_gas * cofiring
        left = self.raw_kg_per_gj(cofiring)
        for device in in_use:
            for pollutant in POLLUTANTS:
                left[pollutant] *= self.passes[device, pollutant]
        return {p: kg / gas * MG_PER_KG for p, kg in left.items()}

    def lost_share(self, choice: Choice, in_use: tuple[str, ...]) -> float:
        """Share of the output that measures take, at the same hours; capture is in points of efficiency."""
        if choice.closed:
            return 0.0
        share = sum(self.penalty[d] for d in in_use) - self.running_penalty
        share += self.cofiring_loss * choice.cofiring - sum(self.gain[m] for m in choice.efficiency)
        return share + (self.capture_points / self.unit.net_efficiency if choice.capture else 0.0)

    def state(self, choice: Choice) -> State:
        """The year of the unit after a choice."""
        unit, in_use = self.unit, choice.in_use(self.unit)
        running = 0.0 if choice.closed else choice.running
        heat = unit.heat_gj * running
        coal, biomass = heat * (1 - choice.cofiring), heat * choice.cofiring
        full = unit.net_mwh * running
        net = full * (1 - self.lost_share(choice, in_use))
        fossil, biogenic = coal * unit.co2_kg_per_gj.value / 1000, biomass * self.biomass_co2 / 1000
        rate = self.capture_rate if choice.capture else 0.0
        left = {p: kg * heat / 1000 for p, kg in self.raw_kg_per_gj(choice.cofiring).items()}
        raw, removed = dict(left), {}
        for device in in_use:
            for pollutant in POLLUTANTS:
                taken = left[pollutant] * (1 - self.passes[device, pollutant])
                if taken:
                    removed[device, pollutant] = taken
                    left[pollutant] -= taken
        return State(
            choice=choice, in_use=in_use, coal_gj=coal, biomass_gj=biomass, full_mwh=full,
            lost_mwh=unit.net_mwh - net, net_mwh=net, co2_t=fossil * (1 - rate), biogenic_t=biogenic,
            captured_t=(fossil + biogenic) * rate, raw_t=raw, emitted_t=left, removed_t=removed,
            water_m3=full * sum(self.water.get(d, 0.0) for d in (*in_use, *(("capture",) if choice.capture else ()))),
            residual_mg_m3={} if choice.closed else self.residual_mg_m3(in_use, choice.cofiring),
        )  # fmt: skip


def passes(device: str, pollutant: str, trail: Trail) -> Estimate:
    """Share of a pollutant that a device lets through; all of what it does nothing to."""
    found = air.passes(device, pollutant, trail)
    return Estimate(1.0) if found is None else found


def biomass_kg_per_gj(what: str, trail: Trail) -> Estimate:
    """Sulphur or ash of what is burnt along; none of its sulphur is taken to stay in ash."""
    percent = trail.estimate(table("analysis")[COFIRED, what])
    return percent * 10 / trail.estimate(table("fuels")[COFIRED, "ncv"])


def left_kg_per_gj(unit: Unit, choice: Choice, trail: Trail) -> dict[str, Estimate]:
    """Pollutants at the stack by heat, with the bounds of what leaves the furnace and of every device."""
    share, found = choice.cofiring, {}
    biomass = {
        "so2": biomass_kg_per_gj("sulphur", trail) * SO2_PER_S,
        "nox": unit.nox_kg_per_gj,
        "pm": biomass_kg_per_gj("ash", trail) * unit.fly_ash,
    }
    coal = {"so2": unit.so2_kg_per_gj, "nox": unit.nox_kg_per_gj, "pm": unit.pm_kg_per_gj}
    for pollutant in POLLUTANTS:
        left = total([coal[pollutant] * (1 - share), biomass[pollutant] * share], together=pollutant == "nox")
        for device in choice.in_use(unit):
            left = left * passes(device, pollutant, trail)
        found[pollutant] = left
    return found


def residuals(unit: Unit, choice: Choice, trail: Trail) -> dict[str, Estimate]:
    """Concentrations at the stack, mg/m³, with bounds; none where it is closed."""
    if choice.closed:
        return {}
    share = choice.cofiring
    gas = total([unit.gas_m3_per_gj * (1 - share), dry_m3_per_gj(COFIRED, trail) * share])
    return {p: left * MG_PER_KG / gas for p, left in left_kg_per_gj(unit, choice, trail).items()}


def emissions(unit: Unit, choice: Choice, trail: Trail) -> dict[str, Estimate]:
    """Tonnes at the stack in a year, with bounds."""
    heat = 0.0 if choice.closed else unit.heat_gj * choice.running
    return {p: left * (heat / 1000) for p, left in left_kg_per_gj(unit, choice, trail).items()}


def losses(unit: Unit, choice: Choice, trail: Trail) -> dict[str, Estimate]:
    """Output lost in a year by cause, MWh; negative where a measure gives more."""
    if choice.closed:
        return {"closure": Estimate(unit.net_mwh)}
    kept, full = table("retrofit"), unit.net_mwh * choice.running
    lost = {"reduced_running": Estimate(unit.net_mwh - full)} if choice.running < 1 else {}
    in_use = choice.in_use(unit)
    for device in choice.devices:
        lost[device] = trail.estimate(kept[device, "penalty"]) * (full / 100)
    for device in unit.running:
        if device not in in_use and kept.get(device, "penalty"):  # what it took is free again
            lost[f"without_{device}"] = -(trail.estimate(kept[device, "penalty"]) * (full / 100))
    for measure in choice.efficiency:
        lost[measure] = -(trail.estimate(kept[measure, "gain"]) * (full / 100))
    if choice.cofiring:
        lost["cofiring"] = trail.estimate(kept["cofiring", "loss"]) * (choice.cofiring * full / 100)
    if choice.capture:
        points = trail.estimate(kept["capture", "penalty_points"])
        lost["capture"] = points * (full / unit.net_efficiency / 100)
    return lost
