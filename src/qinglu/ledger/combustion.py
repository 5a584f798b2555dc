"""Gases of burning a fuel: IPCC 2006, Volume 2, energy by net calorific value, CO2 by carbon.

The CO2 factor is carbon × 44/12, not rounded. CO2 of biomass is no part of CO2e (Vol. 2, ch. 2, 2.3.3.4: it is counted
where the plants grew); its methane and nitrous oxide are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import OptionError
from ..model.level import Level
from ..text import Text
from .estimate import Estimate, total
from .tables import Factor, name_of, table
from .trail import Trail

CO2_PER_C = 44 / 12
KG_PER_T = 1000

ASSESSMENTS = ("sar", "tar", "ar4", "ar5", "ar6")
"""Assessment reports of the IPCC by whose potentials CO2e may be counted, as the table ``gwp`` has them."""

DEFAULT_GWP = "ar5"


@dataclass(frozen=True, slots=True)
class Burnt:
    """Gases of an amount of fuel. None: there is no factor, which is not zero.

    Attributes
    ----------
    energy_gj : float
        By net calorific value.
    co2_kg : float
        As it leaves the stack, of fossil and of biogenic carbon alike.
    co2e_kg : float or None
        CO2 of biogenic carbon left out.
    is_biogenic : bool
    energy, co2, ch4, n2o, co2e : Estimate or None
        The same with bounds.
    parts : mapping of gas to float
        Kilograms of CO2e; no CO2 of biomass, empty where the sum is not known.
    """

    energy: Estimate
    co2: Estimate
    ch4: Estimate | None
    n2o: Estimate | None
    co2e: Estimate | None
    is_biogenic: bool
    parts: Mapping[str, float]

    @property
    def energy_gj(self) -> float:
        """Central value."""
        return self.energy.value

    @property
    def co2_kg(self) -> float:
        """Central value."""
        return self.co2.value

    @property
    def ch4_kg(self) -> float | None:
        """Central value."""
        return None if self.ch4 is None else self.ch4.value

    @property
    def n2o_kg(self) -> float | None:
        """Central value."""
        return None if self.n2o is None else self.n2o.value

    @property
    def co2e_kg(self) -> float | None:
        """Central value."""
        return None if self.co2e is None else self.co2e.value


def burn(
    fuel: str,
    *,
    energy_gj: float | None = None,
    mass_t: float | None = None,
    gwp: str = DEFAULT_GWP,
    trail: Trail,
    ncv: float | None = None,
    carbon: float | None = None,
) -> Burnt:
    """CO2, CH4, N2O and CO2e of a fuel burnt in the energy industries.

    Parameters
    ----------
    fuel : str
        Of the table ``fuels``.
    energy_gj, mass_t : float
        One of them: gigajoules by net calorific value, or tonnes.
    gwp : str
        Of `ASSESSMENTS`.
    ncv : float, optional
        Own net calorific value in GJ/t, in place of the table's.
    carbon : float, optional
        Own carbon content in kg/GJ.

    Raises
    ------
    UnknownNameError
        No such fuel.
    OptionError
        A mass of a fuel without a calorific value; more carbon than fuel; no amount, or an impossible one.

    References
    ----------
    2006 IPCC Guidelines, Vol. 2, tables 1.2 and 1.3, box 1.1 and table 2.2 (energy industries).

    Examples
    --------
    >>> made = burn("other_bituminous_coal", mass_t=1.0, trail=Trail())
    >>> round(made.energy_gj, 9), round(made.co2_kg, 6)
    (25.8, 2440.68)
    """
    kept = table("fuels").of(fuel)
    heat = Estimate(ncv) if ncv is not None else None
    _check(fuel, kept, ncv, carbon, trail)
    if energy_gj is not None and mass_t is None:
        energy = Estimate(energy_gj)
    elif mass_t is not None and energy_gj is None:
        energy = (heat or trail.estimate(_calorific(fuel, kept))) * mass_t
        trail.formula(
            _ENERGY, f"{mass_t:g} t × {energy.value / mass_t if mass_t else 0:.10g} GJ/t = {energy.value:.10g} GJ"
        )
    else:
        raise OptionError(
            Text("须给出质量或能量之一", "one of mass and energy is needed"), where="amount"
        )  # fmt: skip
    factor = co2_factor(fuel, trail, carbon=carbon)
    co2 = energy * factor
    trail.formula(
        _CO2,
        f"{energy.value:.10g} GJ × {factor.value:.10g} kg/GJ = {co2.value:.10g} kg",
        energy_gj=energy.value, kg_per_gj=factor.value,
    )  # fmt: skip
    is_biogenic = trail.use(kept["biogenic"]) == 1
    ch4, n2o = (_gas(kept.get(gas), energy, trail) for gas in ("ch4", "n2o"))
    co2e, parts = _together(fuel, co2, ch4, n2o, gwp, is_biogenic, trail)
    _say_bounds(trail, co2, co2e)
    return Burnt(energy, co2, ch4, n2o, co2e, is_biogenic, parts)


def co2_factor(fuel: str, trail: Trail, *, carbon: float | None = None) -> Estimate:
    """Kilograms of CO2 for each gigajoule: carbon × 44/12, unrounded.

    Examples
    --------
    >>> round(co2_factor("other_bituminous_coal", Trail()).value, 9)  # WE-IPCC-2: 94,600 kg/TJ
    94.6
    """
    content = Estimate(carbon) if carbon is not None else trail.estimate(table("fuels")[fuel, "carbon"])
    found = content * CO2_PER_C
    trail.formula(
        Text("CO2排放因子", "CO2 factor"), f"{content.value:g} kg C/GJ × 44/12 = {found.value:.10g} kg CO2/GJ"
    )
    return found


def is_biogenic(fuel: str) -> bool:
    """Whether the carbon of a fuel counts as biogenic (IPCC 2006, Vol. 2, table 1.4).

    Examples
    --------
    >>> is_biogenic("wood_wood_waste"), is_biogenic("peat")
    (True, False)
    """
    return table("fuels")[fuel, "biogenic"].value == 1


def _calorific(fuel: str, kept: dict[str, Factor]) -> Factor:
    if "ncv" in kept:
        return kept["ncv"]
    name = name_of("fuels", fuel)
    raise OptionError(
        Text(f"表中没有{name.zh}的低位发热量", f"the table has no net calorific value of {name.en}"),
        Text("请给出 ncv，或以能量给出用量", "Give ncv, or the amount as energy"),
        where="ncv",
    )


def _check(fuel: str, kept: dict[str, Factor], ncv: float | None, carbon: float | None, trail: Trail) -> None:
    """Refuse own values that would make a fuel of more carbon than mass; flag those far from fuels of the name."""
    if ncv is None and carbon is None:
        return
    for own, factor, unit in ((ncv, kept.get("ncv"), "GJ/t"), (carbon, kept["carbon"], "kg/GJ")):
        if own is not None and factor is not None and factor.low is not None and factor.high is not None:
            trail.outside(factor, own, factor.low, factor.high, unit)
    heat = ncv if ncv is not None else kept["ncv"].value if "ncv" in kept else None
    content = carbon if carbon is not None else kept["carbon"].value
    # An own calorific value beside the table's carbon may be a rich fuel; only what cannot be is refused.
    if heat is not None and heat * content > KG_PER_T:
        raise OptionError(
            Text(f"{content:g} kg/GJ × {heat:g} GJ/t = {heat * content:g} kg/t：碳多于燃料本身",
                 f"{content:g} kg/GJ × {heat:g} GJ/t = {heat * content:g} kg/t: more carbon than fuel"),
            Text("请核对 ncv 与 carbon 的单位", "Look at the units of ncv and carbon again"),
            where="carbon" if carbon is not None else "ncv",
        )  # fmt: skip


def _gas(factor: Factor | None, energy: Estimate, trail: Trail) -> Estimate | None:
    """Methane or nitrous oxide in kg; factors are in kg/TJ."""
    if factor is None:
        return None
    made = energy * (trail.estimate(factor) * (1 / 1000))
    title = name_of("gwp", factor.what)
    trail.formula(title, f"{energy.value:.10g} GJ × {factor.value:g} kg/TJ ÷ 1000 = {made.value:.10g} kg")
    return made


def _together(
    fuel: str, co2: Estimate, ch4: Estimate | None, n2o: Estimate | None, gwp: str, biogenic: bool, trail: Trail
) -> tuple[Estimate | None, dict[str, float]]:
    """CO2e and its parts by gas."""
    name = name_of("fuels", fuel)
    if biogenic:
        trail.flag(
            "ledger.combustion.biogenic",
            Level.NOTE,
            Text(f"{name.zh}属生物质：燃烧排放CO2 {co2.value:.6g} kg，按IPCC单列，不计入CO2当量（只计CH4和N2O）",
                 f"{name.en} is biomass: the {co2.value:.6g} kg of CO2 that leave the stack are told apart, as by the "
                 "IPCC, and are not in CO2e, which has CH4 and N2O alone"),
            biogenic_co2_kg=co2.value,
        )  # fmt: skip
    if ch4 is None or n2o is None:
        trail.flag(
            "ledger.combustion.no-factor",
            Level.UNKNOWN,
            Text(f"{name.zh}没有CH4和N2O排放因子：未知而非为零，CO2当量因此无法给出；CO2本身已知",
                 f"There is no CH4 and N2O factor for {name.en}: unknown, not zero, and so is CO2e; CO2 is known"),
        )  # fmt: skip
        return None, {}
    potentials = {gas: trail.use(table("gwp")[gas, gwp]) for gas in ("ch4", "n2o")}
    parts = {"ch4": ch4 * potentials["ch4"], "n2o": n2o * potentials["n2o"]}
    if not biogenic:
        parts = {"co2": co2, **parts}
    whole = total(parts.values())
    terms = " + ".join(f"{p.value:.10g}" for p in parts.values())
    trail.formula(
        Text(f"CO2当量（{gwp.upper()}）", f"CO2e ({gwp.upper()})"),
        f"{' + '.join(g.upper() for g in parts)}: {terms} = {whole.value:.10g} kg",
    )
    return whole, {gas: part.value for gas, part in parts.items()}


def _say_bounds(trail: Trail, co2: Estimate, co2e: Estimate | None) -> None:
    """The range, by the bounds of the factors."""
    told = {"co2_kg": co2.as_dict("kg")} | ({} if co2e is None else {"co2e_kg": co2e.as_dict("kg")})
    (low, high) = co2.bounds
    if low == high:
        return
    trail.formula(
        Text("不确定范围（95 %）", "Range (95 %)"),
        Text(f"CO2 {low:.6g} 至 {high:.6g} kg：取各因子的上下限，按误差传播合成",
             f"CO2 {low:.6g} to {high:.6g} kg: bounds of the factors, combined by error propagation"),
        **told,
    )  # fmt: skip


_ENERGY = Text("燃料能量（低位）", "Energy (net calorific value)")
_CO2 = Text("CO2排放量", "CO2")
