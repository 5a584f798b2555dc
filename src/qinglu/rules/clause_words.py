"""The closed set of predicates a clause may use, each with its type and what it accepts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..model import countries
from ..text import Text
from ..words import (
    ACTORS,
    AIRSHEDS,
    CATEGORIES,
    FUELS,
    LOCATION_FINDINGS,
    REGIONS,
    SECTORS,
    STAGES,
    TECHNOLOGIES,
)


@dataclass(frozen=True, slots=True)
class ClausePredicate:
    """A typed condition on one field of a subject.

    Attributes
    ----------
    kind : str
        ``words`` (one of), ``number`` (within) or ``day`` (within).
    words : mapping
        What is accepted, with titles; empty leaves it open.
    unit : str
        Of a number.
    """

    name: str
    kind: str
    title: Text
    words: Mapping[str, Text] | None = None
    unit: str = ""


PREDICATES: Mapping[str, ClausePredicate] = {
    p.name: p
    for p in (
        ClausePredicate("country", "words", Text("国别", "country")),
        ClausePredicate("sector", "words", Text("行业", "sector"), SECTORS),
        ClausePredicate("technology", "words", Text("技术", "technology"), TECHNOLOGIES),
        ClausePredicate("fuel", "words", Text("燃料", "fuel"), FUELS),
        ClausePredicate("stage", "words", Text("阶段", "stage"), STAGES),
        ClausePredicate("airshed", "words", Text("空气域", "airshed"), AIRSHEDS),
        ClausePredicate("region", "words", Text("特定区域", "region"), REGIONS),
        ClausePredicate("finding", "words", Text("位置结论", "location finding"), LOCATION_FINDINGS),
        ClausePredicate("actor", "words", Text("主体", "actor"), ACTORS),
        ClausePredicate("category", "words", Text("环境与社会类别", "category"), CATEGORIES),
        ClausePredicate("capacity_mw", "number", Text("装机容量", "capacity"), unit="MW"),
        ClausePredicate("capacity_mwth", "number", Text("热功率", "thermal capacity"), unit="MWth"),
        ClausePredicate("cost_usd_m", "number", Text("总投资", "cost"), unit="million USD"),
        ClausePredicate("emissions_tco2e", "number", Text("年温室气体排放", "annual emissions"), unit="tCO2e/year"),
        ClausePredicate("length_km", "number", Text("长度", "length"), unit="km"),
        ClausePredicate("area_ha", "number", Text("占地面积", "area"), unit="ha"),
        ClausePredicate("voltage_kv", "number", Text("电压", "voltage"), unit="kV"),
        ClausePredicate("dam_height_m", "number", Text("坝高", "height of the dam"), unit="m"),
        ClausePredicate("commissioned", "day", Text("投运日期", "day of commissioning")),
    )
}

BEYOND_COUNTRIES = ("EUU", "INT")
"""Jurisdictions that are no country: the European Union, and what holds anywhere."""


def is_jurisdiction(code: str) -> bool:
    """Whether `code` is an ISO 3166 alpha-3 code or one of `BEYOND_COUNTRIES`."""
    return code in BEYOND_COUNTRIES or code in countries()
