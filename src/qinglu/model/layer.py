"""What is known of an environmental layer, apart from its geometry."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..text import Text

ROLES: dict[str, Text] = {
    "protected": Text("自然保护地", "Protected areas"),
    "key-biodiversity": Text("生物多样性关键区", "Key biodiversity areas"),
    "heritage": Text("世界遗产", "World Heritage"),
    "indigenous-land": Text("原住民土地", "Indigenous land"),
    "ecoregion": Text("生态区", "Ecoregions"),
    "forest": Text("森林", "Forest"),
    "wetland": Text("湿地", "Wetlands"),
    "river": Text("河流", "Rivers"),
    "lake": Text("湖泊", "Lakes"),
    "coast": Text("海岸", "Coast"),
    "glacier": Text("冰川", "Glaciers"),
    "reef": Text("珊瑚礁", "Coral reefs"),
    "settlement": Text("居民点", "Settlements"),
    "border": Text("边界", "Borders"),
    "elevation": Text("高程", "Elevation"),
    "water-stress": Text("水资源压力", "Water stress"),
    "conflict": Text("冲突事件", "Conflict events"),
    "country": Text("国家和地区", "Countries and areas"),
    "land": Text("陆地", "Land"),
    "transport": Text("交通设施", "Transport"),
    "other": Text("其他", "Other"),
}
"""Every role but the open family ``hazard.*`` (``hazard.flood``, ``hazard.seismic``, …)."""


def is_role(role: str) -> bool:
    """Whether `role` is one of `ROLES` or of the family ``hazard.*``.

    Examples
    --------
    >>> is_role("protected"), is_role("hazard.flood"), is_role("hazard."), is_role("park")
    (True, True, False, False)
    """
    return role in ROLES or (role.startswith("hazard.") and len(role) > len("hazard."))


def role_title(role: str) -> Text:
    """The title of a role; a ``hazard.x`` is titled by its family and name."""
    if role in ROLES:
        return ROLES[role]
    name = role.removeprefix("hazard.")
    return Text(f"灾害：{name}", f"Hazard: {name}")


@dataclass(frozen=True, slots=True)
class Layer:
    """One environmental dataset at one version.

    Attributes
    ----------
    id : str
        Short, permanent, unique in an atlas.
    kind : str
        ``point``, ``line``, ``area``, ``mixed`` or ``raster``.
    sha256 : str
        Of the file as delivered (or as computed, for starter layers).
    withheld : tuple of str
        ISO 3166 alpha-3 codes of countries the layer leaves out: *unknown* there, never *clear*.
    covers : tuple of str or None
        Alpha-3 codes the layer is restricted to; None for the whole world.
    demonstration : bool
        A sketch that must not be relied on; every finding on it says so.
    how_to_get : Text
        One sentence: where a user obtains or renews it.
    """

    id: str
    role: str
    title: Text
    kind: str
    version: str = ""
    provider: str = ""
    licence: str = ""
    provenance: str = ""
    sha256: str = ""
    withheld: tuple[str, ...] = ()
    covers: tuple[str, ...] | None = None
    demonstration: bool = False
    how_to_get: Text = field(default=Text("", ""))
