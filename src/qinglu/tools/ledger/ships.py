"""The tool ``ship-cii``: checked inputs in, an answer out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...errors import OptionError
from ...ledger import ships
from ...ledger.ships import FIRST_RATED, SCOPE_GT, Burnt, Rated
from ...ledger.tables import name_of
from ...ledger.trail import Trail
from ...model.chart import Bars, Series
from ...model.level import Level
from ...text import Text
from ...workspace import Workspace
from ..answer import Answer

_LEVELS = {"A": Level.CLEAR, "B": Level.CLEAR, "C": Level.CLEAR, "D": Level.WARNING, "E": Level.CRITICAL}


def ship_cii(
    workspace: Workspace,
    ship_type: str,
    dwt: float | None,
    gt: float | None,
    fuel: Sequence[Mapping[str, Any]],
    distance_nm: float,
    year: int,
) -> Answer:
    """The rating of a ship's year; see the declaration.

    Raises
    ------
    OptionError
        Deadweight where gross tonnage is due or the other way round, no distance, no fuel, a year without factor.
    """
    capacity = _capacity(ship_type, dwt, gt)
    _above_zero("distance_nm", distance_nm, Text("航程须大于0", "The distance is above 0"))
    burnt = [Burnt(f["type"], f["t"], f.get("cf")) for f in fuel]
    if not sum(b.t for b in burnt):
        raise OptionError(
            Text("没有燃料消耗", "no fuel was used"),
            Text("请给出全年各种燃料的消耗量", "Give the fuels used in the year, above 0 t in all"),
            where="fuel",
        )
    trail = Trail()
    rated = ships.rate(ship_type, capacity, burnt, distance_nm, year, trail)
    _judge(rated, year, gt, trail)
    chart = _chart(ship_type, capacity, rated, trail)
    result = {
        "co2_t": rated.co2_t, "attained": rated.attained, "reference": rated.reference, "required": rated.required,
        "ratio": rated.ratio, "boundaries": list(rated.boundaries), "rating": rated.rating,
    }  # fmt: skip
    return Answer(result, trail.findings, trail.steps, trail.unverified, charts=(chart,))


def _capacity(ship_type: str, dwt: float | None, gt: float | None) -> float:
    """The capacity that counts for the type."""
    unit = ships.capacity_unit(ship_type)
    due, other = ("dwt", "gt") if unit == "DWT" else ("gt", "dwt")
    value, instead = (dwt, gt) if unit == "DWT" else (gt, dwt)
    name = name_of("ships_reference", ship_type)
    if value is None:
        given = "" if instead is None else f" {other} = {instead:g}"
        raise OptionError(
            Text(
                f"{name.zh}的运力按 {due} 计{'，给出的却是' + given if given else ''}",
                f"the capacity of a {name.en} is its {due}{', not' + given if given else ''}",
            ),
            Text(
                f"请给出 {due}（{'总吨' if due == 'gt' else '载重吨，t'}）",
                f"Give {due}, the {'gross tonnage' if due == 'gt' else 'deadweight in tonnes'}",
            ),
            where=other if given else due,
        )
    _above_zero(due, value, Text(f"{due} 须大于0", f"{due} is above 0"))
    return value


def _above_zero(field: str, value: float, allowed: Text) -> None:
    if not value > 0:
        raise OptionError(Text(f"{value:g} 不可能", f"{value:g} is not possible"), allowed, where=field)


def _judge(rated: Rated, year: int, gt: float | None, trail: Trail) -> None:
    """What a reader has to know: the letter with its consequence, and where the regulation does not reach."""
    least = rated.boundaries[2]
    cut = 1 - least / rated.attained if rated.attained > least else 0.0
    need = Text(
        f"达到C级须把单位运力航程的排放再降 {100 * cut:.1f}%" if cut else "已达到C级要求",
        f"to reach C, intensity has to fall by {100 * cut:.1f} %" if cut else "C is met",
    )
    more = Text("", "")
    if rated.rating in "DE":
        more = Text(
            "；连续三年D级或一年E级须制定整改计划（MARPOL附则VI第28条）",
            "; three years of D or one of E ask for a plan of corrective actions (MARPOL Annex VI, regulation 28)",
        )
    trail.flag(
        "ledger.ship-cii.rating",
        _LEVELS[rated.rating],
        Text(
            f"{year}年：{rated.rating}级，达到值为要求值的 {100 * rated.ratio:.1f}%；{need.zh}{more.zh}",
            f"{year}: {rated.rating}, attained is {100 * rated.ratio:.1f} % of required; {need.en}{more.en}",
        ),
        rating=rated.rating,
        reduction_to_c=cut,
    )
    if year < FIRST_RATED:
        trail.flag(
            "ledger.ship-cii.before-ratings",
            Level.NOTE,
            Text(
                f"评级自{FIRST_RATED}年起实施；{year}年的字母只表示按当年系数会得到的等级",
                f"Ratings exist from {FIRST_RATED} on; the letter says what {year} would have been given",
            ),
        )
    if gt is not None and gt < SCOPE_GT:
        trail.flag(
            "ledger.ship-cii.scope",
            Level.NOTE,
            Text(
                f"{gt:g} 总吨小于 {SCOPE_GT:g}：不在该规定适用范围内，结果仅供参考",
                f"{gt:g} GT is below {SCOPE_GT:g}: the regulation does not apply, the figures are for orientation",
            ),
        )


def _chart(ship_type: str, capacity: float, rated: Rated, trail: Trail) -> Bars:
    """The same operation in every year against what each year asks."""
    shown = [year for year in ships.years() if year >= FIRST_RATED]
    needed = [ships.required(rated.reference, year, Trail()) for year in shown]
    bounds = [ships.boundaries(ship_type, capacity, value, Trail()) for value in needed]
    de, cd, bc, ab = (
        Series(Text(f"{name}边界", name), tuple(b[n] for b in bounds))
        for n, name in ((3, "D/E"), (2, "C/D"), (1, "B/C"), (0, "A/B"))
    )
    # From the top down, as they lie on the plot: five lines are told apart by their order.
    lines = (de, cd, Series(Text("要求值", "required"), tuple(needed)), bc, ab)
    return Bars(
        name="cii-by-year",
        title=Text("照此营运，各年的碳强度与要求", "The same operation against what each year asks"),
        unit=f"g/({ships.capacity_unit(ship_type)}*nm)",
        categories=tuple(str(year) for year in shown),
        series=(Series(Text("达到值", "attained"), (rated.attained,) * len(shown)),),
        lines=lines,
    )
