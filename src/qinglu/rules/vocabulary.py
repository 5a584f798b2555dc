"""The closed sets that a rule may use: measures, units, comparisons, predicates. Nothing else is understood.

A lawyer can read every word of them and a schema can check them; there is no expression to evaluate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..model import NOTES, ROLES, is_role
from ..text import Text

HAZARD_FAMILY = "hazard.*"
"""Stands for every role of the open family ``hazard.``."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure that a rule may judge.

    `source` is what measures it: ``features`` (a vector layer), ``raster``, ``slope`` (a raster of
    heights) or ``project``. `base_unit` is the unit of the value in a finding.
    """

    name: str
    title: Text
    base_unit: str
    source: str


MEASURES: Mapping[str, Measure] = {
    m.name: m
    for m in (
        Measure("distance", Text("距离", "Distance"), "m", "features"),
        Measure(
            "overlap-share",
            Text("项目自身面积或长度的重叠占比", "Share of the project's own area or length overlapped"),
            "share",
            "features",
        ),
        Measure("zonal-max", Text("范围内最大值", "Highest value within the project"), "score", "raster"),
        Measure("zonal-mean", Text("范围内平均值", "Mean value within the project"), "score", "raster"),
        Measure("slope-max", Text("最大坡度", "Steepest slope"), "deg", "slope"),
        Measure("slope-mean", Text("平均坡度", "Mean slope"), "deg", "slope"),
        Measure("noted", Text("项目位置核对", "Check of the project's location"), "", "project"),
    )
}

UNITS: Mapping[str, tuple[str, float]] = {
    "m": ("m", 1.0),
    "km": ("m", 1000.0),
    "share": ("share", 1.0),
    "percent": ("share", 0.01),
    "deg": ("deg", 1.0),
    "score": ("score", 1.0),
    "flag": ("", 1.0),
}
"""Unit of a rule → base unit of the measure, and how many base units it is."""

COMPARES: Mapping[str, str] = {"at-most": "≤", "less-than": "<", "at-least": "≥", "more-than": ">"}
OPPOSITE: Mapping[str, str] = {"≤": ">", "<": "≥", "≥": "<", ">": "≤"}

CLASSES: Mapping[str, tuple[str, ...]] = {
    "protected": ("strict", "other"),
    "heritage": ("natural", "mixed", "cultural"),
}
"""Feature classes that layers of a role give; "" (not known) may always occur and can never be asked for."""

_ALPHA3 = 3


@dataclass(frozen=True, slots=True)
class Predicate:
    """A typed condition: holds when the subject's field is one of the values given.

    `subject` is ``layer`` or ``project``; `column` is the field of `PROJECTS` it reads ("" for layers).
    """

    name: str
    subject: str
    column: str
    allowed: Text
    accepts: Callable[[str], bool]


def _is_asked_role(value: str) -> bool:
    return value == HAZARD_FAMILY or is_role(value)


def _is_country(value: str) -> bool:
    return len(value) == _ALPHA3 and value.isascii() and value.isalpha() and value.isupper()


PREDICATES: Mapping[str, Predicate] = {
    p.name: p
    for p in (
        Predicate(
            "role",
            "layer",
            "",
            Text(
                f"可用：{'、'.join(ROLES)}、hazard.名称、{HAZARD_FAMILY}",
                f"one of {', '.join(ROLES)}, hazard.NAME, {HAZARD_FAMILY}",
            ),
            _is_asked_role,
        ),
        Predicate(
            "shape",
            "project",
            "shape",
            Text("可用：point、line、area", "one of point, line, area"),
            {"point", "line", "area"}.__contains__,
        ),
        Predicate(
            "country",
            "project",
            "country",
            Text("ISO 3166 三位字母代码，如 KEN", "an ISO 3166 alpha-3 code such as KEN"),
            _is_country,
        ),
        Predicate("sector", "project", "sector", Text("部门名称，非空", "a sector, not empty"), bool),
        Predicate("stage", "project", "stage", Text("阶段名称，非空", "a stage, not empty"), bool),
        Predicate(
            "noted",
            "project",
            "notes",
            Text(f"可用：{'、'.join(NOTES)}", f"one of {', '.join(NOTES)}"),
            NOTES.__contains__,
        ),
    )
}


def role_matches(asked: str, role: str) -> bool:
    """Whether a layer of `role` answers a rule that asks for `asked`.

    Examples
    --------
    >>> role_matches("hazard.*", "hazard.flood"), role_matches("river", "lake")
    (True, False)
    """
    if asked == HAZARD_FAMILY:
        return role.startswith("hazard.")
    return asked == role
