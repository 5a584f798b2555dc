"""Freight: legs and hubs of a chain, well to wheel and tank to wheel, after ISO 14083 and the GLEC Framework."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..model.level import Level
from ..text import Text
from ..words import FREIGHT_MODES
from .distances import Distance
from .freight_factors import Intensity
from .tables import name_of
from .trail import Trail

_KG_PER_T = 1000.0


@dataclass(frozen=True)
class Leg:
    """One element of a chain: a transport operation, or the handling at a hub.

    Attributes
    ----------
    mass_kg : float
        Of the goods.
    distance : Distance or None
        None at a hub.
    intensity : Intensity
        kg CO2e per tonne-kilometre, at a hub per tonne.
    primary : bool
        Whether the intensity is primary data: measured or worked out by who runs the transport.
    label : Text
    mode, item : str or None
        Mode and class of its factor, where they were named.
    """

    mass_kg: float
    distance: Distance | None
    intensity: Intensity
    primary: bool
    label: Text
    mode: str | None = None
    item: str | None = None

    @property
    def tonnes(self) -> float:
        """Mass of the goods."""
        return self.mass_kg / _KG_PER_T


@dataclass(frozen=True)
class LegFigures:
    """What a leg emits, kg CO2e; None where it is not known."""

    leg: Leg
    tkm: float
    wtw_kg: float | None
    ttw_kg: float | None


@dataclass(frozen=True)
class Chain:
    """What a chain emits, kg CO2e; None where a leg is not known.

    Attributes
    ----------
    primary_share : float or None
        Part of the emissions, well to wheel, that rests on primary data.
    """

    tkm: float
    wtw_kg: float | None
    ttw_kg: float | None
    legs: tuple[LegFigures, ...]
    primary_share: float | None


def chain(legs: Iterable[Leg], trail: Trail) -> Chain:
    """The sum over the legs; a sum with something unknown in it is unknown, and said so."""
    done = tuple(_leg(leg, trail) for leg in legs)
    wtw, ttw = _sum(f.wtw_kg for f in done), _sum(f.ttw_kg for f in done)
    for total, name, values in (
        (wtw, Text("油井到车轮", "well to wheel"), [f.wtw_kg for f in done]),
        (ttw, Text("油箱到车轮", "tank to wheel"), [f.ttw_kg for f in done]),
    ):
        if total is None:
            _flag_missing(name, done, values, trail)
    share = primary_share(done)
    if share is not None:
        trail.formula(
            Text("原始数据占比", "Share of primary data"),
            Text(f"按WTW排放加权：{share:.4g}", f"weighed by WTW emissions: {share:.4g}"),
            value=share,
        )
    return Chain(sum(f.tkm for f in done), wtw, ttw, done, share)


def primary_share(legs: Sequence[LegFigures]) -> float | None:
    """Part of the emissions that rests on primary data.

    Weighed by emissions, well to wheel: a share of kilometres would let a long leg of few emissions hide a short one
    of many. Where nothing is emitted at all, by tonne-kilometres. None where a leg is unknown.
    """
    if any(f.wtw_kg is None for f in legs):
        return None
    weights = [f.wtw_kg or 0.0 for f in legs]
    if not sum(weights):
        weights = [f.tkm or 1.0 for f in legs]
    # Divided last: all of it primary is 1, and not 0.9999999999999999.
    return sum(w for w, f in zip(weights, legs, strict=True) if f.leg.primary) / sum(weights)


def compare(chains: Mapping[str, Chain]) -> dict[str, float | None]:
    """Emissions of each chain well to wheel ÷ those of the least; None where they are unknown."""
    known = [c.wtw_kg for c in chains.values() if c.wtw_kg]
    least = min(known, default=None)
    return {name: None if c.wtw_kg is None or least is None else c.wtw_kg / least for name, c in chains.items()}


def _leg(leg: Leg, trail: Trail) -> LegFigures:
    """Activity and emissions of one leg."""
    if leg.distance is None:
        tkm, amount, unit, per = 0.0, leg.tonnes, "t", "kg/t"
    else:
        tkm = leg.tonnes * leg.distance.km
        amount = tkm if leg.intensity.adjusted else leg.tonnes * leg.distance.travelled_km
        unit, per = "t·km", "kg/(t·km)"
    wtw, ttw = (None if x is None else amount * x for x in (leg.intensity.wtw, leg.intensity.ttw))
    if wtw is not None:
        trail.formula(
            leg.label,
            f"{amount:.6g} {unit} × {leg.intensity.wtw:.6g} {per} = {wtw:.6g} kg CO2e WTW",
            tkm=tkm,
            wtw_kg=wtw,
            ttw_kg=ttw,
        )
    return LegFigures(leg, tkm, wtw, ttw)


def _sum(values: Iterable[float | None]) -> float | None:
    found = list(values)
    known = [v for v in found if v is not None]
    return sum(known) if len(known) == len(found) else None


def _flag_missing(name: Text, legs: Sequence[LegFigures], values: Sequence[float | None], trail: Trail) -> None:
    """Which legs leave a sum unknown, and what the others add up to."""
    gone = [f.leg.label for f, v in zip(legs, values, strict=True) if v is None]
    rest = sum(v for v in values if v is not None)
    trail.flag(
        "ledger.freight.unknown-sum",
        Level.UNKNOWN,
        Text(
            f"{name.zh}合计未知：缺 {'、'.join(g.zh for g in gone)}；其余各段合计 {rest:.6g} kg",
            f"The sum {name.en} is unknown for want of {', '.join(g.en for g in gone)}; the others emit {rest:.6g} kg",
        ),
        known_kg=rest,
    )


def label_of(number: int, mode: str | None, item: str | None) -> Text:
    """What a leg is called: its number, its mode and its class.

    Examples
    --------
    >>> label_of(1, "rail", None).en
    'leg 1, rail'
    """
    names = [FREIGHT_MODES[mode]] if mode and mode != "hub" else []
    names += [name_of("freight", item)] if item else []
    zh, en = "，".join(n.zh for n in names), ", ".join(n.en for n in names)
    return Text(f"第{number}段{'，' + zh if zh else ''}", f"leg {number}{', ' + en if en else ''}")
