"""Typical quantities of a structure from its length, capacity, volume or area, with their ranges.

The table ``construction`` holds them per kilometre, megawatt, cubic metre or square metre. What stands on a bridge or
in a tunnel is reckoned as the typical section with the bridge or tunnel beside it, as `qinglu.siting` does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import NoReturn

from ..errors import OptionError
from ..model.level import Level
from ..text import Text
from .estimate import Estimate, total
from .tables import Factor, name_of, table
from .trail import Trail

STRUCTURES = (
    "railway", "high_speed_railway", "road", "motorway", "bridge", "tunnel", "dam", "rockfill_dam", "power_plant_coal",
    "power_plant_gas", "solar_farm", "wind_farm", "transmission_line", "pipeline", "port", "building", "overhead_line",
)  # fmt: skip
BASES = {"length_km": "km", "capacity_mw": "MW", "volume_m3": "m3", "area_m2": "m2"}
"""Size of a structure → the unit its quantities are told per."""

_LINES = {
    "railway": ("rail_bridge", "rail_tunnel"), "high_speed_railway": ("high_speed_bridge", "high_speed_tunnel"),
    "road": ("road_bridge", "road_tunnel"), "motorway": ("road_bridge", "road_tunnel"),
}  # fmt: skip
"""Lines that lie on bridges and in tunnels, and which."""
_RANGES = {"length_km": "length", "capacity_mw": "capacity", "volume_m3": "volume", "area_m2": "area"}
_WIDTHS = {"high_speed_bridge": 2.0, "high_speed_tunnel": 2.0}  # tracks that a row of the table is of, else its own
_SITE = ("surplus", "site_energy", "site_water")


@dataclass(frozen=True, slots=True)
class Structure:
    """What is built, and how much of it.

    Attributes
    ----------
    kind : str
        One of `STRUCTURES`.
    bridge_share, tunnel_share : float or None
        Of the length of a line, 0 to 1; None where it is not known.
    tracks, lanes : int or None
        None takes those of the typical section.
    electrified : bool or None
        Whether contact wire is part of a railway; None is yes of a high-speed line, else no.
    """

    kind: str
    length_km: float | None = None
    capacity_mw: float | None = None
    volume_m3: float | None = None
    area_m2: float | None = None
    bridge_share: float | None = None
    tunnel_share: float | None = None
    tracks: int | None = None
    lanes: int | None = None
    diameter_mm: float | None = None
    electrified: bool | None = None

    @property
    def item(self) -> str:
        """Its item of the table; a bridge or tunnel with tracks is one of a railway, else of a road."""
        if self.kind in ("bridge", "tunnel"):
            return f"{'rail' if self.tracks is not None else 'road'}_{self.kind}"
        return self.kind

    @property
    def title(self) -> Text:
        """What it is called."""
        return name_of("construction", self.item)

    @property
    def sizes(self) -> dict[str, float]:
        """The sizes given, by field."""
        return {name: size for name in BASES if (size := getattr(self, name)) is not None}


@dataclass(frozen=True, slots=True)
class Typical:
    """What is typical of a structure.

    Attributes
    ----------
    masses_t : mapping
        Kind of material → tonnes built in.
    surplus_t : Estimate
        Excavated and not used again on site.
    site_energy_gj, site_water_m3 : Estimate
        Used on site.
    published_t : Estimate or None
        What literature gives as embodied carbon of the same length, tCO2e.
    """

    masses_t: dict[str, Estimate]
    surplus_t: Estimate
    site_energy_gj: Estimate
    site_water_m3: Estimate
    published_t: Estimate | None = None
    published: Factor | None = None


@dataclass(frozen=True, slots=True)
class _Part:
    item: str
    basis: str
    size: float


def goes_by(kind: str, *, tracks: int | None = None) -> tuple[str, ...]:
    """The sizes a structure can be told by.

    Examples
    --------
    >>> goes_by("railway"), goes_by("port"), goes_by("solar_farm")
    (('length_km',), ('length_km', 'area_m2'), ('capacity_mw',))
    """
    item = Structure(kind, tracks=tracks).item
    known = [what for told, what in table("construction").rows if told == item]
    return tuple(name for name, unit in BASES.items() if any(what.endswith(f"_per_{unit}") for what in known))


def typical(built: Structure, trail: Trail) -> Typical:
    """Materials, surplus of excavation, energy and water on site of a structure, with their ranges.

    Ranges of one structure go up and down together: the same ground makes all of them large.

    Raises
    ------
    OptionError
        A size that is missing, not above 0, or not one the structure goes by; a feature it does not have.
    """
    _check(built)
    _flag(built, trail)
    parts = tuple(_parts(built, trail))
    masses: dict[str, list[Estimate]] = {}
    site: dict[str, list[Estimate]] = {name: [] for name in _SITE}
    for part in parts:
        for what, factor in table("construction").of(part.item).items():
            told, _, unit = what.rpartition("_per_")
            if unit != part.basis or told == "published":
                continue
            (site if told in site else masses).setdefault(told, []).append(trail.estimate(factor) * part.size)
    sums = {told: total(found, together=True) for told, found in {**masses, **site}.items()}
    published = table("construction").get(built.item, "published_per_km")
    compared = None
    if published is not None and built.length_km is not None:
        compared = trail.estimate(published) * (built.length_km * _width(built, built.item, trail))
    return Typical(
        {told: sums[told] for told in masses}, sums["surplus"], sums["site_energy"], sums["site_water"], compared,
        published,
    )  # fmt: skip


def _parts(built: Structure, trail: Trail) -> Iterator[_Part]:
    """Rows of the table that make up a structure, each with its size in their unit."""
    for name, size in built.sizes.items():
        yield _Part(built.item, BASES[name], size * (_width(built, built.item, trail) if name == "length_km" else 1))
    length = built.length_km or 0.0
    for item, share in zip(_LINES.get(built.kind, ()), (built.bridge_share, built.tunnel_share), strict=False):
        if share:
            yield _Part(item, "km", length * share * _width(built, item, trail))
    if _is_electrified(built):
        tracks = built.tracks or table("construction")[built.item, "tracks"].value
        yield _Part("overhead_line", "km", length * tracks)


def _width(built: Structure, item: str, trail: Trail) -> float:
    """How many times as wide it is as the typical section: by tracks or lanes; of a pipe by the square of its bore."""
    of = table("construction")
    bore = of.get(item, "diameter")
    if bore is not None and built.diameter_mm is not None:
        return (built.diameter_mm / trail.use(bore)) ** 2  # the wall grows with the bore at the same pressure
    for name in ("tracks", "lanes"):
        own = of.get(built.item, name)
        if own is None:
            continue
        given = getattr(built, name) or trail.use(own)
        row = of.get(item, name)
        return float(given / (_WIDTHS.get(item) or (row or own).value))
    return 1.0


def _is_electrified(built: Structure) -> bool:
    if built.electrified is None:
        return built.kind == "high_speed_railway"
    return built.electrified


def _check(built: Structure) -> None:
    known, sizes = goes_by(built.kind, tracks=built.tracks), built.sizes
    for name, size in sizes.items():
        if name not in known:
            _refuse(name, f"{size:g}", Text(f"{built.title.zh}以 {'、'.join(known)} 计",
                                            f"a {built.title.en} goes by {' or '.join(known)}"))  # fmt: skip
        if not size > 0:
            _refuse(name, f"{size:g}", Text("须大于0", "it is above 0"))
    if not sizes:
        raise OptionError(
            Text(
                f"缺少 {known[0]}：{built.title.zh}的规模", f"{known[0]} is missing: the size of the {built.title.en}"
            ),
            Text(f"请给出 {' 或 '.join(known)}", f"Give {' or '.join(known)}"),
            where=known[0],
        )
    has = set(_LINES.get(built.kind, ()) and ("bridge_share", "tunnel_share"))
    has |= {n for n in ("tracks", "lanes") if table("construction").get(built.item, n) is not None}
    has |= {"diameter_mm"} if built.kind == "pipeline" else set()
    has |= {"electrified"} if "railway" in built.kind else set()
    for field in fields(Structure):
        value = getattr(built, field.name)
        if field.name not in ("kind", *BASES, *has) and value is not None:
            _refuse(field.name, str(value), Text(f"{built.title.zh}没有这一项", f"a {built.title.en} has none"))
    shares = (built.bridge_share or 0.0) + (built.tunnel_share or 0.0)
    if shares > 1:
        _refuse("bridge_share", f"{shares:g}", Text("与 tunnel_share 之和不大于1", "with tunnel_share it is at most 1"))


def _flag(built: Structure, trail: Trail) -> None:
    """What lies outside of what the quantities were made for, and what they leave out."""
    of = table("construction")
    told: dict[str, float | None] = {_RANGES[name]: size for name, size in built.sizes.items()}
    told |= {"tracks": built.tracks, "lanes": built.lanes, "diameter": built.diameter_mm}
    for what, value in told.items():
        row = of.get(built.item, what)
        if row is not None and value is not None and row.low is not None and row.high is not None:
            trail.outside(row, value, row.low, row.high, "" if row.unit == "1" else row.unit)
    if built.kind in _LINES and (built.bridge_share is None or built.tunnel_share is None):
        trail.flag(
            "construction.structures-not-given",
            Level.UNKNOWN,
            Text("未给出 bridge_share 或 tunnel_share：未给出的部分未知，结果未计桥梁或隧道",
                 "bridge_share or tunnel_share is not given and so unknown: bridges or tunnels are not in the result"),
            missing=[n for n in ("bridge_share", "tunnel_share") if getattr(built, n) is None],
        )  # fmt: skip


def _refuse(where: str, value: str, allowed: Text) -> NoReturn:
    raise OptionError(
        Text(f"值 {value} 无效", f"{value} is not allowed"),
        Text(f"允许：{allowed.zh}", f"Allowed: {allowed.en}"),
        where=where,
    )
