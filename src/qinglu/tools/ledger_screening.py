"""Ledger estimates of a portfolio from what its file says: where screening and ledger meet.

A figure per class of project is reckoned once, by one megawatt or one kilometre, and multiplied.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np
import pyarrow as pa

from ..ledger import fleet
from ..ledger.construction import embodied
from ..ledger.estimate import Estimate
from ..ledger.power import HOURS
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
_FUELS = {"diesel": "gas_diesel_oil"}
"""Fuels that the fleet knows by another word."""
_SIZES = ((100.0, 50.0),)
"""Plants below so many megawatts → the size that stands for them: the fleet tells small ones of coal apart."""
_LARGE = 500.0
_GIVEN = Text("，按所给年发电量", ", by the generation given")
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
    "reservoir": Text(
        "水库的CH4和CO2排放未知：须知库区面积、气候和淹没植被",
        "Methane and CO2 of the reservoir are not known: they need its area, climate and flooded plants",
    ),
    "activity": Text("运营排放取决于运量、产量或能耗", "Operation depends on traffic, output or energy used"),
    "quantities": Text("此类设施没有按规模的典型工程量", "No typical quantities by size are known for this kind"),
}


_Row = tuple[str | float | None, ...]
"""One line of the table, but for the project it is of."""


def _row(
    part: str, scope: str, quantity: str, amount: Estimate | None, unit: str, basis: str, missing: str, said: Text
) -> _Row:  # fmt: skip
    if amount is None:
        return part, scope, quantity, None, None, None, unit, basis, "unknown", missing, said.zh, said.en
    value, low, high = amount.value, amount.low, amount.high
    return part, scope, quantity, value, low, high, unit, basis, "estimated", missing, said.zh, said.en


@dataclass(frozen=True, slots=True)
class _Class:
    """Plants alike in what the fleet tells apart: a year of one megawatt, and of one megawatt-hour."""

    of_mw: fleet.FleetEstimate
    of_mwh: fleet.FleetEstimate
    name: Text
    assumed: Text
    given: Text
    running: Text

    @classmethod
    def of(cls, of_mw: fleet.FleetEstimate, of_mwh: fleet.FleetEstimate) -> _Class:
        """With the words its plants share."""
        assumed, running, given = (_lacking(t) for t in (of_mw.missing, of_mw.missing[:1], of_mwh.missing))
        given = Text(_GIVEN.zh + given.zh, _GIVEN.en + given.en)
        return cls(of_mw, of_mwh, name_of("fleet", of_mw.kind), assumed, given, running)

    def said(self, mw: float, tail: Text, from_name: bool) -> Text:
        """How a plant of it was reckoned, and what was assumed for want of it."""
        size, named = f"{mw:,.6g} MW", _FROM_NAME if from_name else _NOTHING
        return Text(f"{self.name.zh}，{size}{named.zh}{tail.zh}", f"{self.name.en}, {size}{named.en}{tail.en}")


class Ledger:
    """Estimates for every project of a portfolio, asked for piece by piece.

    Parameters
    ----------
    portfolio : Portfolio
    """

    def __init__(self, portfolio: Portfolio) -> None:
        self._portfolio = portfolio
        self._classes: dict[tuple[str | None, str | None, float, int | None], _Class | None] = {}
        self._built: dict[str, Estimate] = {}

    @cached_property
    def _works(self) -> Works:
        return works(self._portfolio)

    def table(self, start: int = 0, stop: int | None = None) -> pa.Table:
        """Rows of schema `LEDGER` for the projects `start` to `stop` of the portfolio, at least one each."""
        ids = self._portfolio.projects["project_id"].slice(start, None if stop is None else stop - start).to_pylist()
        made = [(project_id, *row) for n, project_id in enumerate(ids, start) for row in self._rows(n)]
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
        """What running a power plant emits, makes and drinks in a year."""
        w = self._works
        mw = float(w.capacity_mw[n])
        lacking = [] if mw > 0 else ["capacity"]
        lacking += [] if w.fuel[n] or w.technology[n] else ["fuel"]
        one = None if lacking else self._class(n, mw)
        if one is None:
            yield _unknown("operation", *(lacking or ["factor"]), scope="1")
            return
        given = float(w.generation_mwh[n])
        is_given = 0 <= given <= mw * HOURS
        how = one.said(mw, one.given if is_given else one.assumed, bool(w.capacity_from_name[n]))
        if given > mw * HOURS:
            how = Text(
                f"{how.zh}；所给发电量超过满发，未采用", f"{how.en}; the generation given is more than it can make"
            )
        basis = "given" if is_given else "assumed"

        def row(
            scope: str, quantity: str, by_mwh: Estimate | None, by_mw: Estimate | None, unit: str, said: Text = how
        ) -> Iterator[_Row]:
            if by_mwh is not None and by_mw is not None:
                amount = times(by_mwh, given) if is_given else times(by_mw, mw)
                yield _row("operation", scope, quantity, amount, unit, basis, "", said)

        a, b = one.of_mwh, one.of_mw
        if b.kind == "hydro":
            yield _unknown("operation", "reservoir", scope="1")
        else:
            yield from row("1", "emissions", a.co2_t, b.co2_t, "tCO2/a")
        yield from row("biogenic", "emissions", a.biogenic_t, b.biogenic_t, "tCO2/a")
        made = how if is_given else one.said(mw, one.running, bool(w.capacity_from_name[n]))
        yield from row("", "generation", a.net_mwh, b.net_mwh, "MWh/a", made)
        yield from row("", "water", a.water_m3, b.water_m3, "m3/a")

    def _class(self, n: int, mw: float) -> _Class | None:
        """The class a plant is of, reckoned when its first plant comes."""
        w = self._works
        year = int(w.year[n]) if np.isfinite(w.year[n]) else None
        fuel = _FUELS.get(w.fuel[n], w.fuel[n]) or None
        size = next((size for limit, size in _SIZES if mw < limit), _LARGE)
        key = w.technology[n] or None, fuel, size, year
        if key not in self._classes:
            of_mw, of_mwh = (
                fleet.estimate(key[0], fuel, size, year, trail=Trail(), generation_mwh=mwh) for mwh in (None, 1.0)
            )
            self._classes[key] = None if of_mw is None or of_mwh is None else _Class.of(_by(of_mw, size), of_mwh)
        return self._classes[key]

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
        return _row("construction", "3", "emissions", times(self._built[kind], size), "tCO2e", "assumed", "", said)


@cache
def _unknown(part: str, *missing: str, scope: str = "") -> _Row:
    said = Text("；".join(_WORDS[m].zh for m in missing), "; ".join(_WORDS[m].en for m in missing))
    quantity = "emissions" if part else ""
    unit = {"": "", "construction": "tCO2e"}.get(part, "tCO2/a")
    return _row(part, scope, quantity, None, unit, "", ";".join(missing), said)


def _by(whole: fleet.FleetEstimate, size: float) -> fleet.FleetEstimate:
    """The same of one megawatt."""

    def one(amount: Estimate | None) -> Estimate | None:
        return None if amount is None else times(amount, 1 / size)

    return replace(
        whole, net_mwh=times(whole.net_mwh, 1 / size), co2_t=times(whole.co2_t, 1 / size),
        biogenic_t=one(whole.biogenic_t), co2e_t=one(whole.co2e_t), water_m3=one(whole.water_m3),
    )  # fmt: skip


def _lacking(lacks: tuple[Text, ...]) -> Text:
    return Text("".join(f"；{t.zh}" for t in lacks), "".join(f"; {t.en}" for t in lacks))


def _noted(how: Text, from_name: bool) -> Text:
    return Text(how.zh + _FROM_NAME.zh, how.en + _FROM_NAME.en) if from_name else how
