"""What the answer of each of the ledger's tools says in tonnes of CO2e: which figure, of which scope, how often."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...errors import OptionError
from ...ledger.estimate import Estimate
from ...ledger.project import times
from ...ledger.tables import table
from ...text import Text

_T_PER_KG = 1e-3


@dataclass(frozen=True)
class Figure:
    """One amount that a tool's answer holds, in tonnes of CO2e.

    Attributes
    ----------
    amount : Estimate or None
        None where the tool could not tell.
    lacks : Text or None
        What the amount leaves out.
    output_mwh : float or None
        Generated along with it.
    """

    amount: Estimate | None
    scope: int | None
    category: int | None = None
    kind: str = "emitted"
    label: Text | None = None
    lacks: Text | None = None
    output_mwh: float | None = None


Read = Callable[[Mapping[str, Any], Mapping[str, Any], str | None], Sequence[Figure]]
"""Takes a tool's result with what lies behind it, its inputs, and the option chosen."""


@dataclass(frozen=True)
class Source:
    """How a tool's answer is read: its figures, whether they are of a ``year`` or ``once``, and of which phase."""

    read: Read
    basis: str = "year"
    phase: str = "operation"


_OTHER_GASES = Text("未计CH4和N2O（无排放因子）", "CH4 and N2O are left out: there is no factor for them")


def _combustion(result: Mapping[str, Any], given: Mapping[str, Any], option: str | None) -> Sequence[Figure]:
    """CO2 of biomass stands apart; its methane and nitrous oxide count (IPCC 2006, Vol. 2, ch. 2, 2.3.3.4)."""
    co2, whole = (_scaled(_ranged(result, name), _T_PER_KG) for name in ("co2_kg", "co2e_kg"))
    return _burnt(co2, whole, table("fuels")[given["fuel"], "biogenic"].value == 1)


def _power_plant(result: Mapping[str, Any], given: Mapping[str, Any], option: str | None) -> Sequence[Figure]:
    co2, whole = _ranged(result, "co2_t"), _ranged(result, "co2e_t")
    return _burnt(co2, whole, result["is_biogenic"], result["net_mwh"])


def _burnt(
    co2: Estimate | None, whole: Estimate | None, is_biogenic: bool, output_mwh: float | None = None
) -> Sequence[Figure]:  # fmt: skip
    """All gases where they are known; `whole` has no CO2 of biomass in it."""
    lacks = _OTHER_GASES if whole is None else None
    if is_biogenic:
        return Figure(whole, 1, lacks=lacks, output_mwh=output_mwh), Figure(co2, None, kind="biogenic")
    return (Figure(co2 if whole is None else whole, 1, lacks=lacks, output_mwh=output_mwh),)


def _freight(result: Mapping[str, Any], given: Mapping[str, Any], option: str | None) -> Sequence[Figure]:
    chains = result.get("chains")
    chain = result if chains is None else chains[_chosen(option, tuple(chains))]
    return (Figure(_tonnes(chain["wtw_kg"]), 3, category=4),)


def _ship(result: Mapping[str, Any], given: Mapping[str, Any], option: str | None) -> Sequence[Figure]:
    return (Figure(Estimate(result["co2_t"]), 1, lacks=_OTHER_GASES),)


_NO_SITE = Text("未计现场施工（A5）：没有 structure", "work on site (A5) is left out: no structure is given")
_NO_LINE = Text("接触网隐含碳另以 construction 计入", "the overhead line itself is a part of its own, by construction")


def _construction(result: Mapping[str, Any], given: Mapping[str, Any], option: str | None) -> Sequence[Figure]:
    """What is built belongs to the capital goods of who owns it."""
    lacks = None if result["stages"]["a5"] is not None else _NO_SITE
    return (Figure(_bounded(result["co2e_t"]), 3, category=2, lacks=lacks),)


def _rail(result: Mapping[str, Any], given: Mapping[str, Any], option: str | None) -> Sequence[Figure]:
    """Electricity of the trains, and what diesel would have emitted beyond it."""
    sums = result["totals"]
    used, avoided = (None if sums[n] is None else Estimate(sums[n]) for n in ("electric_wtw_t", "avoided_t"))
    return Figure(used, 2, lacks=_NO_LINE), Figure(avoided, None, kind="avoided")


def _retrofit(result: Mapping[str, Any], given: Mapping[str, Any], option: str | None) -> Sequence[Figure]:
    """What the unit still emits, and what it emits less than as it runs today."""
    rows = {row["id"]: row for row in (result["as_it_is"], *result["options"])}
    row = rows[_chosen(option, tuple(rows))]
    return (
        Figure(_ranged(row, "co2_stack_t"), 1, lacks=_OTHER_GASES, output_mwh=row["net_mwh"]),
        Figure(_ranged(row, "co2_avoided_t"), None, kind="avoided"),
    )


def _steel(result: Mapping[str, Any], given: Mapping[str, Any], option: str | None) -> Sequence[Figure]:
    """A route of making steel: its own emissions, and those of the electricity it buys."""
    rows = {row["route"]: row for row in result["routes"]}
    row = rows[_chosen(option, tuple(rows))]
    return (
        Figure(_ranged(row, "scope1_t"), 1, lacks=_OTHER_GASES),
        Figure(_ranged(row, "scope2_t"), 2),
    )


def _options(result: Mapping[str, Any], given: Mapping[str, Any], option: str | None) -> Sequence[Figure]:
    """A way of making electricity: its own emissions, and those of the grid in whose place it delivers."""
    rows = {row["option"]: row for row in result["options"]}
    row = rows[_chosen(option, tuple(rows))]
    own = None if row["annual_co2_t"] is None else Estimate(row["annual_co2_t"])
    margin = row["grid_emissions_t"]["combined_margin_t"]
    return (
        Figure(own, 1, lacks=_OTHER_GASES, output_mwh=row["annual_mwh"]),
        Figure(None if margin is None else Estimate(margin), None, kind="avoided"),
    )


SOURCES: Mapping[str, Source] = {
    "combustion": Source(_combustion),
    "power-plant": Source(_power_plant),
    "freight": Source(_freight),
    "ship-cii": Source(_ship),
    "construction": Source(_construction, basis="once", phase="construction"),
    "rail-electrification": Source(_rail, basis="once"),
    "retrofit": Source(_retrofit),
    "retrofit-steel": Source(_steel),
    "energy-options": Source(_options),
}
"""Tools whose answer can be a part of a project's ledger."""


def _bounded(given: Mapping[str, Any]) -> Estimate:
    return Estimate(given["value"], given["low"], given["high"])


def _ranged(row: Mapping[str, Any], name: str) -> Estimate | None:
    """A value of a row, with its bounds where the row has them."""
    value = row[name]
    return None if value is None else Estimate(value, *row["ranges"].get(name, (None, None)))


def _scaled(amount: Estimate | None, by: float) -> Estimate | None:
    return None if amount is None else times(amount, by)


def _chosen(option: str | None, known: tuple[str, ...]) -> str:
    """The option that was asked for, one of those the tool found.

    Raises
    ------
    OptionError
        None was named, or none of this name was found.
    """
    if option in known:
        return str(option)
    shown = ", ".join(known[:12]) + ("…" if len(known) > 12 else "")
    raise OptionError(
        Text(f"没有方案 {option}" if option else "缺少 option：取哪一个方案",
             f"there is no option {option!r}" if option else "option is missing: which one to take"),
        Text(f"可用：{shown}", f"Use {shown}"), where="option",
    )  # fmt: skip


def _tonnes(kg: float | None) -> Estimate | None:
    return None if kg is None else Estimate(kg * _T_PER_KG)
