"""What leaves a furnace and what controls take out of it: balances of sulphur and ash, factors for the rest.

Every kilogram of sulphur in the fuel is emitted as SO2, captured by a control or kept in ash; ash flies or stays below.
NOx, and the dust of liquids and gases, come by factors of the way of burning (table ``burning``). Controls and their
removal stand in the table ``retrofit``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..errors import OptionError
from ..model.level import Level
from ..text import Text
from .estimate import Estimate
from .tables import Factor, table
from .trail import Trail

SO2_PER_S = 64 / 32
"""As the guidelines round it (HJ 888-2018; EMEP/EEA 1.A.1); with IUPAC weights 1.9983."""

POLLUTANTS = ("so2", "nox", "pm")
KINDS: Mapping[str, str] = {
    "low_nox_burners": "burners", "burners_overfire_air": "burners",
    "furnace_limestone": "limestone",
    "sncr": "sncr", "scr": "scr", "scr_deep": "scr",
    "esp": "dust", "esp_deep": "dust", "fabric_filter": "dust",
    "wet_fgd": "desulphurisation", "wet_fgd_deep": "desulphurisation", "seawater_fgd": "desulphurisation",
    "semi_dry_fgd": "desulphurisation",
    "wet_esp": "polishing",
}  # fmt: skip
"""Control → its kind, in the order in which gas meets them; a plant has one of each kind at most."""

_PERCENT = 1 / 100


@dataclass(frozen=True, slots=True)
class Analysis:
    """Of a fuel as received; None where it is not known to the user and the table is asked.

    Attributes
    ----------
    sulphur_pct, ash_pct : float or None
        Share of the mass, percent.
    ncv_gj_per_t : float or None
        Net calorific value.
    """

    sulphur_pct: float | None = None
    ash_pct: float | None = None
    ncv_gj_per_t: float | None = None


@dataclass(frozen=True, slots=True)
class Raw:
    """What leaves a furnace for each gigajoule of fuel (net calorific value), before any control. None: not known.

    Attributes
    ----------
    so2_kg_per_gj, nox_kg_per_gj, pm_kg_per_gj : Estimate or None
        NOx as NO2.
    sulphur_kg_per_gj, ash_kg_per_gj : Estimate or None
        In the fuel.
    sulphur_in_ash : float
        Share of the sulphur that stays in ash, or in slag.
    fly_ash : float or None
        Share of the ash that flies; None where dust comes by a factor.
    """

    so2_kg_per_gj: Estimate | None
    nox_kg_per_gj: Estimate | None
    pm_kg_per_gj: Estimate | None
    sulphur_kg_per_gj: Estimate | None
    ash_kg_per_gj: Estimate | None
    sulphur_in_ash: float
    fly_ash: float | None

    def of(self, pollutant: str) -> Estimate | None:
        """By the name of the pollutant."""
        found: Estimate | None = getattr(self, f"{pollutant}_kg_per_gj")
        return found


@dataclass(frozen=True, slots=True)
class Stack:
    """One pollutant of a year, tonnes.

    Attributes
    ----------
    uncontrolled, controlled : Estimate
    removed : mapping of control to float
        Central values; they and `controlled` sum up to `uncontrolled`.
    """

    uncontrolled: Estimate
    controlled: Estimate
    removed: Mapping[str, float]


def raw(fuel: str, burning: str, trail: Trail, analysis: Analysis | None = None) -> Raw:
    """SO2, NOx and dust as they leave a furnace.

    Parameters
    ----------
    fuel : str
        Of the table ``fuels``.
    burning : str
        How it is burnt: ``pulverised``, ``fluidised``, ``grate``, ``gas_turbine`` …, of the table ``burning``.
    analysis : Analysis, optional
        The user's own; the rest is typical of the fuel.

    Raises
    ------
    OptionError
        Sulphur and ash of more than the whole fuel.

    References
    ----------
    HJ 888-2018, formulas for SO2 and soot; EMEP/EEA guidebook 2019, 1.A.1, tier 3; AP-42, chapters 1.1 to 1.7.

    Examples
    --------
    >>> made = raw("other_bituminous_coal", "pulverised", Trail(), Analysis(sulphur_pct=1.0, ncv_gj_per_t=25.0))
    >>> round(made.so2_kg_per_gj.value, 9)  # 2 × 10 kg/t ÷ 25 GJ/t, 5 % of it kept in ash
    0.76
    """
    own = analysis or Analysis()
    ncv = _ncv(fuel, own, trail)
    sulphur = _share(fuel, "sulphur", own.sulphur_pct, ncv, trail)
    ash = _share(fuel, "ash", own.ash_pct, ncv, trail)
    kept, flies = _of(burning, fuel, "sulphur_in_ash"), _of(burning, fuel, "fly_ash")
    stays = trail.estimate(kept) if kept is not None else Estimate(0.0)
    so2 = None if sulphur is None else sulphur * _rest(stays) * SO2_PER_S
    nox = _by_factor(burning, fuel, "nox", trail)
    if flies is None:
        pm = _by_factor(burning, fuel, "pm", trail)
    else:
        pm = None if ash is None else ash * trail.estimate(flies)
    return Raw(so2, nox, pm, sulphur, ash, stays.value, None if flies is None else flies.value)


def ordered(controls: Sequence[str]) -> tuple[str, ...]:
    """Controls in the order in which gas meets them.

    Raises
    ------
    OptionError
        Two of one kind, or one that nobody knows.
    """
    seen: dict[str, str] = {}
    for control in controls:
        if control not in KINDS:
            raise OptionError(
                Text(f"未知治理设施 {control}", f"control {control!r} is not known"),
                Text(f"允许：{'、'.join(KINDS)}", f"Allowed: {', '.join(KINDS)}"),
                where="controls",
            )
        other = seen.setdefault(KINDS[control], control)
        if other != control:
            raise OptionError(
                Text(f"{other} 与 {control} 属同类设施", f"{other} and {control} are of one kind"),
                Text("每类最多一种", "One of each kind at most"),
                where="controls",
            )
    return tuple(name for name in KINDS if name in controls)


def passes(control: str, pollutant: str, trail: Trail) -> Estimate | None:
    """Share of a pollutant that a control lets through; None where it does nothing to it."""
    factor = table("retrofit").get(control, f"removal_{pollutant}") or table("burning").get(
        control, f"removal_{pollutant}"
    )
    return None if factor is None else _rest(trail.estimate(factor))


def stack(pollutant: str, raw_t: Estimate, controls: Sequence[str], trail: Trail) -> Stack:
    """What a year's pollutant comes to behind its controls, one after the other.

    Parameters
    ----------
    raw_t : Estimate
        As it leaves the furnace, tonnes.
    controls : sequence of str
        As `ordered` gives them.

    Examples
    --------
    >>> found = stack("so2", Estimate(1000.0), ("wet_fgd",), Trail())
    >>> round(found.controlled.value, 9), round(found.removed["wet_fgd"], 9)
    (30.0, 970.0)
    """
    left, removed = raw_t, {}
    for control in controls:
        through = passes(control, pollutant, trail)
        if through is not None:
            removed[control] = left.value * (1 - through.value)
            left = left * through
    return Stack(raw_t, left, removed)


def _ncv(fuel: str, own: Analysis, trail: Trail) -> Estimate | None:
    if own.ncv_gj_per_t is not None:
        return Estimate(own.ncv_gj_per_t)
    factor = table("fuels").get(fuel, "ncv")
    return None if factor is None else trail.estimate(factor)


def _share(fuel: str, what: str, own_pct: float | None, ncv: Estimate | None, trail: Trail) -> Estimate | None:
    """Sulphur or ash in kg/GJ; None where nobody knows it, said so."""
    factor = table("analysis").get(fuel, what)
    if ncv is None or (own_pct is None and factor is None):
        return None
    if own_pct is not None:
        return Estimate(own_pct * _PERCENT * 1000) / ncv
    assert factor is not None
    share = trail.estimate(factor) * (_PERCENT * 1000)
    if factor.value == 0:
        return Estimate(0.0)
    trail.flag(
        f"ledger.air.typical-{what}",
        Level.NOTE,
        Text(
            f"未给出燃料{factor.title.zh.split(' · ')[-1]}，取典型值 {factor.number}：排放量随之成正比",
            f"No {what} of the fuel was given; a typical {factor.number} was taken: emissions go with it in proportion",
        ),
        factor_id=factor.id,
    )
    return share / ncv


def _of(burning: str, fuel: str, what: str) -> Factor | None:
    kept = table("burning")
    return kept.get(f"{burning}:{fuel}", what) or kept.get(burning, what)


def _by_factor(burning: str, fuel: str, what: str, trail: Trail) -> Estimate | None:
    factor = _of(burning, fuel, what)
    return None if factor is None else trail.estimate(factor)


def _rest(share: Estimate) -> Estimate:
    """What is left of the whole."""
    low, high = share.bounds
    return Estimate(1 - share.value) if low == high else Estimate(1 - share.value, 1 - high, 1 - low)
