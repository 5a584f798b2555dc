"""The tool ``freight``: checked inputs in, an answer out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...errors import OptionError
from ...ledger.freight import Chain, LegFigures, chain, compare
from ...ledger.trail import Trail
from ...model.chart import Bars, Label, Series
from ...model.level import Level
from ...text import Text
from ...workspace import Workspace
from ..answer import Answer
from .freight_legs import leg_of

_SHOWN_LEGS = 12  # chains whose legs are drawn apart; more would be a page of plots


def freight(
    workspace: Workspace,
    legs: Sequence[Mapping[str, Any]] | None,
    chains: Mapping[str, Mapping[str, Any]] | None,
) -> Answer:
    """Emissions of one chain, or of several beside each other; see the declaration.

    Raises
    ------
    OptionError
        Neither legs nor chains, both, or a leg that says too little or too much.
    UnitError
        A unit that is none of mass.
    """
    if (legs is None) == (chains is None):
        raise OptionError(
            Text("须给出 legs 或 chains 之一", "either legs or chains is needed, and not both"),
            Text("一条运输链用 legs，比较用 chains", "Give legs for one chain, chains to compare several"),
            where="legs",
        )
    trail = Trail()
    if legs is not None:
        made = _chain(legs, "legs", trail)
        return Answer(_as_dict(made), trail.findings, trail.steps, trail.unverified, charts=(_by_leg(made),))
    return _compared(chains or {}, trail)


def _chain(legs: Sequence[Mapping[str, Any]], where: str, trail: Trail) -> Chain:
    if not legs:
        raise OptionError(
            Text("没有任何一段", "there is no leg"), Text("至少给出一段", "Give at least one"), where=where
        )
    return chain([leg_of(n, given, f"{where}[{n - 1}]", trail) for n, given in enumerate(legs, start=1)], trail)


def _compared(chains: Mapping[str, Mapping[str, Any]], trail: Trail) -> Answer:
    """Several chains and how they stand to the least."""
    if not chains:
        raise OptionError(
            Text("没有任何运输链", "there is no chain"), Text("至少给出一条", "Give at least one"), where="chains"
        )
    made: dict[str, Chain] = {}
    for name, given in chains.items():
        trail.given(Text("运输链", "Chain"), Text(name, name))
        made[name] = _chain(given.get("legs") or (), f"chains.{name}.legs", trail)
    ratios = compare(made)
    known = sorted((name for name, ratio in ratios.items() if ratio is not None), key=lambda n: ratios[n] or 0.0)
    _tell(made, ratios, known, trail)
    result = {
        "chains": {name: _as_dict(c) for name, c in made.items()},
        "comparison": {
            "least": known[0] if known else None,
            "order": known,
            "times_least": ratios,
            "wtw_kg": {name: c.wtw_kg for name, c in made.items()},
        },
    }
    charts = [_by_chain(made)]
    if len(made) <= _SHOWN_LEGS:
        charts += [_by_leg(c, name, n) for n, (name, c) in enumerate(made.items(), start=1)]
    return Answer(result, trail.findings, trail.steps, trail.unverified, charts=tuple(charts))


def _tell(made: Mapping[str, Chain], ratios: Mapping[str, float | None], known: Sequence[str], trail: Trail) -> None:
    """Who emits least, and whether the chains carry the same."""
    if len(known) > 1:
        others = ", ".join(f"{name} {ratios[name]:.3g}×" for name in known[1:])
        trail.flag(
            "ledger.freight.comparison",
            Level.NOTE,
            Text(
                f"WTW排放最少的是 {known[0]}；相对于它：{others}", f"{known[0]} emits least, WTW; against it: {others}"
            ),
        )
    masses = {name: max(f.leg.mass_kg for f in c.legs) for name, c in made.items()}
    if len({round(mass, 6) for mass in masses.values()}) > 1:
        listed = ", ".join(f"{name} {mass:g} kg" for name, mass in masses.items())
        trail.flag(
            "ledger.freight.unlike-goods",
            Level.WARNING,
            Text(f"各链货物质量不同，合计不可直接比较：{listed}",
                 f"The chains carry unlike masses, so their sums do not compare: {listed}"),
        )  # fmt: skip


def _as_dict(made: Chain) -> dict[str, Any]:
    return {
        "tkm": made.tkm, "wtw_kg": made.wtw_kg, "ttw_kg": made.ttw_kg,
        "legs": [_leg_dict(f) for f in made.legs], "primary_share": made.primary_share,
    }  # fmt: skip


def _leg_dict(figures: LegFigures) -> dict[str, Any]:
    """A leg; what was worked out for it comes on top where a mode was named."""
    leg = figures.leg
    found: dict[str, Any] = {"tkm": figures.tkm, "wtw_kg": figures.wtw_kg, "ttw_kg": figures.ttw_kg}
    if leg.mode is None:
        return found
    found |= {"mode": leg.mode, "class": leg.item}
    if leg.distance is not None:
        found |= {
            "distance_km": leg.distance.km,
            "travelled_km": leg.distance.travelled_km,
            "distance_basis": leg.distance.basis,
        }
        if leg.distance.route is not None:
            found |= {"snap_km": list(leg.distance.route.snap_km), "passages": list(leg.distance.route.passages)}
    return found


_NAMES = (
    Text("油箱到车轮", "tank to wheel"),
    Text("油井到油箱", "well to tank"),
    Text("油井到车轮，未分列", "well to wheel, not split"),
)


def _stack(legs: Sequence[LegFigures]) -> tuple[float | None, ...]:
    """Tank to wheel, well to tank, and what no source splits, kg; None throughout where a leg is unknown."""
    if any(f.wtw_kg is None for f in legs):
        return None, None, None
    split = [f for f in legs if f.ttw_kg is not None]
    ttw = sum(f.ttw_kg or 0.0 for f in split)
    return ttw, sum(f.wtw_kg or 0.0 for f in split) - ttw, sum(f.wtw_kg or 0.0 for f in legs if f.ttw_kg is None)


def _series(rows: Sequence[tuple[float | None, ...]]) -> tuple[Series, ...]:
    """Stacks as series; the third only where something is not split."""
    found = tuple(Series(name, tuple(row[n] for row in rows)) for n, name in enumerate(_NAMES))
    return found if any(found[2].values) else found[:2]


def _by_leg(made: Chain, name: str = "", number: int = 0) -> Bars:
    """Legs of a chain; its number is in the name of the plot, as users name chains as they like."""
    zh, en = (f"：{name}", f": {name}") if name else ("", "")
    labels: tuple[Label, ...] = tuple(f.leg.label for f in made.legs)
    return Bars(
        name=f"freight-by-leg-{number}" if number else "freight-by-leg",
        title=Text(f"各段排放{zh}", f"Emissions by leg{en}"),
        unit="kg",
        categories=labels,
        series=_series([_stack([f]) for f in made.legs]),
    )


def _by_chain(made: Mapping[str, Chain]) -> Bars:
    """Chains side by side."""
    return Bars(
        name="freight-by-chain",
        title=Text("各运输链排放", "Emissions by chain"),
        unit="kg",
        categories=tuple(made),
        series=_series([_stack(c.legs) for c in made.values()]),
    )
