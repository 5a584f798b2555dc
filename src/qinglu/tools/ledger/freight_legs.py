"""Legs of freight from checked inputs: what was given, what follows from it, and what contradicts itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from ...errors import OptionError
from ...ledger.distances import Distance, between, given
from ...ledger.freight import Leg, label_of
from ...ledger.freight_factors import DEFAULTS, ELECTRIC, Intensity, flag_distance, intensity, warn_split
from ...ledger.tables import name_of
from ...ledger.trail import Trail
from ...model.level import Level
from ...text import Text
from ...units import convert
from ...words import FREIGHT_MODES
from ..declared.ledger.freight import CLASSES

_USE = ("load", "empty_share", "country", "kwh_per_tkm", "grid_g_per_kwh")
_UK_TRAIN = DEFAULTS["rail"]


def leg_of(number: int, of: Mapping[str, Any], where: str, trail: Trail) -> Leg:
    """A leg, or a hub, from its checked inputs.

    Raises
    ------
    OptionError
        It says too little, or one thing twice.
    UnitError
        A unit that is none of mass.
    """
    mode = _mode(of, where)
    mass = _mass_kg(of, where)
    per = "t" if mode == "hub" else "tkm"
    own = _own(of, per, where)
    item = None if own is not None else _class(of, mode, where, trail)
    label = label_of(number, mode, item)
    distance = _distance(of, mode, label, where, trail)
    if own is not None:
        _tell_own(own, per, label, trail)
    else:
        own = _default(item or "", of, where, trail)
        if distance is not None:
            flag_distance(item or "", distance.km, trail)
    return Leg(mass, distance, own, _primary(of, item is None, where), label, mode, item)


def _mode(of: Mapping[str, Any], where: str) -> str | None:
    """The mode, from the class where only that is named."""
    mode: str | None = of.get("mode")
    if mode is None and of.get("class"):
        return next(m for m in FREIGHT_MODES if str(of["class"]).startswith(f"{m}_"))
    if mode is None and of.get("wtw_kg_per_tkm") is None:
        _refuse(
            where, "mode",
            Text("缺少运输方式", "the mode of transport is missing"),
            Text(f"请给出 mode（{'、'.join(FREIGHT_MODES)}），或自有因子 wtw_kg_per_tkm",
                 f"Give mode ({', '.join(FREIGHT_MODES)}), or a factor of your own, wtw_kg_per_tkm"),
        )  # fmt: skip
    return mode


def _mass_kg(of: Mapping[str, Any], where: str) -> float:
    """The mass, in whichever of two ways it was given."""
    plain, quantity = of.get("mass_kg"), of.get("mass")
    if (plain is None) == (quantity is None):
        _refuse(
            where, "mass_kg",
            Text("须给出 mass_kg 或 mass 之一", "either mass_kg or mass is needed, and not both"),
            Text("质量大于0", "A mass above 0"),
        )  # fmt: skip
    if quantity is not None:
        mass = convert(quantity["value"], quantity["unit"], "kg", where=f"{where}.mass.unit")
        return _above_zero(mass, where, "mass.value")
    return _above_zero(float(plain or 0.0), where, "mass_kg")


def _own(of: Mapping[str, Any], per: str, where: str) -> Intensity | None:
    """Factors of the user's, where there are any."""
    wtw, ttw = of.get(f"wtw_kg_per_{per}"), of.get(f"ttw_kg_per_{per}")
    other = "tkm" if per == "t" else "t"
    for name in (f"wtw_kg_per_{other}", f"ttw_kg_per_{other}"):
        if of.get(name) is not None:
            _refuse(
                where, name,
                Text("枢纽作业按吨计，运输按吨公里计", "a hub counts by the tonne, a leg by the tonne-kilometre"),
                Text(f"请改用 wtw_kg_per_{per}", f"Give wtw_kg_per_{per} instead"),
            )  # fmt: skip
    if wtw is None:
        if ttw is not None:
            _refuse(
                where, f"wtw_kg_per_{per}",
                Text("只有TTW因子，缺少WTW因子", "there is a factor tank to wheel, and none well to wheel"),
                Text(f"请给出 wtw_kg_per_{per}", f"Give wtw_kg_per_{per}"),
            )  # fmt: skip
        return None
    for name in (*_USE, "class"):
        if of.get(name) is not None:
            _refuse(
                where, name,
                Text(f"已给出自有因子，{name} 不起作用", f"{name} has no effect beside a factor of your own"),
                Text("二者只给其一", "Give one of the two"),
            )  # fmt: skip
    return Intensity(wtw, ttw, adjusted=True)


def _class(of: Mapping[str, Any], mode: str | None, where: str, trail: Trail) -> str:
    """The class of the default factor."""
    assert mode is not None
    item: str | None = of.get("class")
    if item is None:
        electric = mode == "rail" and any(of.get(n) is not None for n in ("country", "kwh_per_tkm", "grid_g_per_kwh"))
        item = ELECTRIC if electric else DEFAULTS[mode]
        name = name_of("freight", item)
        trail.given(
            Text("默认值", "By default"),
            Text(f"{FREIGHT_MODES[mode].zh}的类别取 {item}：{name.zh}",
                 f"class of {FREIGHT_MODES[mode].en} taken as {item}: {name.en}"),
        )  # fmt: skip
    elif not item.startswith(f"{mode}_"):
        allowed = [c for c in CLASSES if c.startswith(f"{mode}_")]
        _refuse(
            where, "class",
            Text(f"{item} 不属于{FREIGHT_MODES[mode].zh}", f"{item} is no class of {FREIGHT_MODES[mode].en}"),
            Text(f"允许：{'、'.join(allowed)}", f"Allowed: {', '.join(allowed)}"),
        )  # fmt: skip
    if item == _UK_TRAIN:
        trail.flag(
            "ledger.freight.uk-train", Level.NOTE,
            Text("铁路因子为英国货运列车，以柴油牵引为主；其他国家的电气化铁路请给出 country",
                 "The rail factor is that of British freight trains, mostly diesel; give country for an electrified "
                 "line elsewhere"),
        )  # fmt: skip
    return item


def _distance(of: Mapping[str, Any], mode: str | None, label: Text, where: str, trail: Trail) -> Distance | None:
    """How far it goes; nothing at a hub."""
    km, start, end = of.get("distance_km"), of.get("from"), of.get("to")
    if mode == "hub":
        for name in ("distance_km", "from", "to"):
            if of.get(name) is not None:
                _refuse(
                    where, name,
                    Text("枢纽作业没有里程", "there is no distance at a hub"),
                    Text("请去掉里程，或把运输另列一段", "Leave it out, or add a leg for the transport"),
                )  # fmt: skip
        return None
    if km is not None and (start or end):
        _refuse(
            where, "distance_km",
            Text("里程与起讫点只给其一", "a distance is given and places too"),
            Text("给出 distance_km，或 from 与 to", "Give distance_km, or from and to"),
        )  # fmt: skip
    if km is not None:
        return given(_above_zero(km, where, "distance_km"), mode, trail, planned=of["planned"])
    if start is None or end is None or mode is None:
        _refuse(
            where, "distance_km" if not (start or end) else "to" if start else "from",
            Text(f"{label.zh}缺少里程", f"the distance of {label.en} is missing"),
            Text("请给出 distance_km，或 mode 及 from、to（[经度, 纬度]）",
                 "Give distance_km, or mode with from and to as [longitude, latitude]"),
        )  # fmt: skip
    try:
        found = between(mode, start, end, trail, closed=of.get("closed_passages") or (), arctic=of["northwest_passage"])
    except OptionError as wrong:
        raise OptionError(wrong.what, wrong.remedy, where=f"{where}.{wrong.where}") from None
    _above_zero(found.km, where, "to")
    return found


def _default(item: str, of: Mapping[str, Any], where: str, trail: Trail) -> Intensity:
    """The factor of a class."""
    if of.get("load") is not None:
        _above_zero(of["load"], where, "load")
    try:
        return intensity(item, trail, **{name: of.get(name) for name in _USE})
    except OptionError as wrong:
        raise OptionError(wrong.what, wrong.remedy, where=f"{where}.{wrong.where}") from None


def _primary(of: Mapping[str, Any], is_own: bool, where: str) -> bool:
    """Whether the factor is primary data: the user's own, unless said otherwise."""
    said = of.get("primary")
    if said and not is_own:
        _refuse(
            where, "primary",
            Text("默认因子不是原始数据", "a default factor is no primary data"),
            Text("请给出自有因子，或去掉 primary", "Give a factor of your own, or leave primary out"),
        )  # fmt: skip
    return is_own if said is None else bool(said)


def _tell_own(own: Intensity, per: str, label: Text, trail: Trail) -> None:
    unit = "kg/t" if per == "t" else "kg/(t·km)"
    ttw = "–" if own.ttw is None else f"{own.ttw:g}"
    trail.given(
        label,
        Text(f"给定因子：WTW {own.wtw:g}、TTW {ttw} {unit}，按活动里程计，不再作里程修正",
             f"factors as given: WTW {own.wtw:g}, TTW {ttw} {unit}, by the distance of the activity, not adjusted"),
        wtw=own.wtw, ttw=own.ttw,
    )  # fmt: skip
    warn_split(own, trail)


def _above_zero(value: float, where: str, name: str) -> float:
    if not value > 0:
        _refuse(where, name, Text(f"{value:g} 不可能", f"{value:g} is not possible"), Text("须大于0", "Above 0"))
    return value


def _refuse(where: str, name: str, what: Text, remedy: Text) -> NoReturn:
    raise OptionError(what, remedy, where=f"{where}.{name}")
