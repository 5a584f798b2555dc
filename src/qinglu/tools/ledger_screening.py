"""Ledger estimates of a portfolio from what its file says: where screening and ledger meet.

A figure per class of project is reckoned once, by one megawatt or one kilometre, and multiplied.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from ..ledger.construction import embodied
from ..ledger.estimate import Estimate
from ..ledger.project import times
from ..ledger.tables import name_of
from ..ledger.trail import Trail
from ..ledger.typical import Structure
from ..model import LEDGER, Portfolio
from ..screening.works import Works, works
from ..text import Text

_PLANTS = {
    "coal": "power_plant_coal", "lignite": "power_plant_coal", "anthracite": "power_plant_coal",
    "petcoke": "power_plant_coal", "gas": "power_plant_gas", "solar": "solar_farm", "wind": "wind_farm",
}  # fmt: skip
"""Fuel of a plant → structure whose typical quantities go by its capacity."""
_FROM_NAME = Text("（由名称读出）", " (read from the name)")
_LENGTHS = {
    "given": Text("所给长度", "the length given"),
    "place": Text("线位长度", "the length of the line"),
    "name": Text("名称中的长度", "the length in the name"),
}
_NOTHING = Text("", "")
_ON_THE_GROUND = Text("；未计桥梁和隧道", "; bridges and tunnels are left out")
_WORDS = {
    "cancelled": Text("项目已取消，不估算", "Cancelled: nothing is estimated"),
    "project-type": Text("无法从行业和名称读出项目类型", "What it is could not be read from sector and name"),
    "capacity": Text("没有装机容量", "No capacity is given"),
    "fuel": Text("没有燃料或技术", "Neither fuel nor technology is given"),
    "factor": Text("台账没有该燃料或技术的典型值", "The ledger has no typical values for this fuel or technology"),
    "length": Text("没有长度：位置不是线，也没有长度列", "No length: the place is no line, and no column gives one"),
    "activity": Text("运营排放取决于运量、产量或能耗", "Operation depends on traffic, output or energy used"),
    "quantities": Text("此类设施没有按规模的典型工程量", "No typical quantities by size are known for this kind"),
}


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of the table, but for the project it is of."""

    part: str
    scope: str = ""
    quantity: str = ""
    amount: Estimate | None = None
    unit: str = ""
    basis: str = ""
    missing: tuple[str, ...] = ()
    said: Text = _NOTHING

    def values(self) -> tuple[object, ...]:
        low, high = self.amount.bounds if self.amount is not None else (None, None)
        value = None if self.amount is None else self.amount.value
        return (
            self.part, self.scope, self.quantity, value, low, high, self.unit, self.basis,
            "unknown" if value is None else "estimated", ";".join(self.missing), self.said.zh, self.said.en,
        )  # fmt: skip


class Ledger:
    """Estimates for every project of a portfolio, asked for piece by piece.

    Parameters
    ----------
    portfolio : Portfolio
    """

    def __init__(self, portfolio: Portfolio) -> None:
        self._portfolio = portfolio
        self._built: dict[str, Estimate] = {}

    @cached_property
    def _works(self) -> Works:
        return works(self._portfolio)

    def table(self, start: int = 0, stop: int | None = None) -> pa.Table:
        """Rows of schema `LEDGER` for the projects `start` to `stop` of the portfolio, at least one each."""
        ids = self._portfolio.projects["project_id"].slice(start, None if stop is None else stop - start).to_pylist()
        made = [(project_id, *row.values()) for n, project_id in enumerate(ids, start) for row in self._rows(n)]
        columns = list(zip(*made, strict=True)) if made else [()] * len(LEDGER)
        return pa.table([pa.array(c, f.type) for c, f in zip(columns, LEDGER, strict=True)], schema=LEDGER)

    def _rows(self, n: int) -> Iterator[_Row]:
        w = self._works
        if w.cancelled[n]:
            yield _unknown("", "cancelled")
        elif w.is_plant[n]:
            yield from self._operation(n)
            yield self._plant(n)
        elif w.sector[n]:
            yield _unknown("operation", "activity", scope="1")
            yield self._line(n)
        else:
            yield _unknown("", "project-type")

    def _operation(self, n: int) -> Iterator[_Row]:
        w = self._works
        lacking = [] if np.isfinite(w.capacity_mw[n]) else ["capacity"]
        lacking += [] if w.fuel[n] or w.technology[n] else ["fuel"]
        yield _unknown("operation", *(lacking or ["factor"]), scope="1")

    def _plant(self, n: int) -> _Row:
        """What building a power plant takes, by its capacity."""
        w = self._works
        kind = _PLANTS.get(w.fuel[n])
        if kind is None:
            return _unknown("construction", "quantities" if w.fuel[n] else "fuel", scope="3")
        if not np.isfinite(w.capacity_mw[n]):
            return _unknown("construction", "capacity", scope="3")
        how = Text(f"{w.capacity_mw[n]:,.6g} MW", f"{w.capacity_mw[n]:,.6g} MW")
        return self._embodied(kind, float(w.capacity_mw[n]), _noted(how, bool(w.capacity_from_name[n])))

    def _line(self, n: int) -> _Row:
        """What building a railway, road, line or pipeline takes, by its length."""
        w = self._works
        if not w.structure[n]:
            return _unknown("construction", "quantities", scope="3")
        if not np.isfinite(w.length_km[n]):
            return _unknown("construction", "length", scope="3")
        km = float(w.length_km[n])
        said = _LENGTHS[w.length_from[n]]
        return self._embodied(w.structure[n], km, Text(f"{said.zh} {km:,.4g} km", f"{said.en}, {km:,.4g} km"))

    def _embodied(self, kind: str, size: float, how: Text) -> _Row:
        by_capacity = kind in _PLANTS.values()
        if kind not in self._built:
            one = Structure(kind, capacity_mw=1.0) if by_capacity else Structure(kind, length_km=1.0)
            self._built[kind] = embodied(structure=one, trail=Trail()).carbon
        named = name_of("construction", kind)
        tail = _NOTHING if by_capacity else _ON_THE_GROUND
        said = Text(f"按{named.zh}的典型工程量，{how.zh}{tail.zh}",
                    f"Typical quantities of a {named.en}, {how.en}{tail.en}")  # fmt: skip
        return _Row("construction", "3", "emissions", times(self._built[kind], size), "tCO2e", "assumed", (), said)


def _unknown(part: str, *missing: str, scope: str = "") -> _Row:
    said = Text("；".join(_WORDS[m].zh for m in missing), "; ".join(_WORDS[m].en for m in missing))
    if not part:
        return _Row(part, missing=missing, said=said)
    unit = "tCO2e" if part == "construction" else "tCO2/a"
    return _Row(part, scope, "emissions", None, unit, "", missing, said)


def _noted(how: Text, from_name: bool) -> Text:
    return Text(how.zh + _FROM_NAME.zh, how.en + _FROM_NAME.en) if from_name else how
