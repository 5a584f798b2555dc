"""Cases beside the rules: given, on, expected, in words a lawyer can read and add to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from ..errors import RulebookError
from ..model import PROJECTS, Layer
from ..model.rule import Rule
from ..rules import RuleNotInForceError
from ..rules.files import read_yaml
from ..rules.vocabulary import HAZARD_FAMILY, MEASURES
from ..text import Text
from .judge import judge
from .measures import EXPOSED, NEAR, SLOPE, ZONED, Measures

_KEYS = {
    "file": {"rule", "cases"},
    "case": {"title", "rule", "on", "given", "expect"},
    "given": {"project", "layer", "features", "raster", "slope", "widest_buffer_km"},
    "project": {"country", "shape", "sector", "stage", "notes"},
    "layer": {"kind", "role", "withheld", "covers", "demonstration"},
    "feature": {"km", "class", "share", "name", "approximate"},
    "raster": {"mean", "min", "max", "count"},
    "slope": {"max", "mean"},
    "expect": {"level", "value", "says", "nothing"},
}


@dataclass(frozen=True)
class Case:
    """One case: what was measured of one project, the day, and the finding expected.

    `expect` has a ``level``, and where it matters a ``value`` in the base unit and ``says``: words that
    the explanation must hold in one of its languages. ``nothing: true`` expects no finding at all.
    """

    rule: str
    title: str
    on: date
    given: Mapping[str, Any]
    expect: Mapping[str, Any]


def read_cases(path: Path) -> tuple[Case, ...]:
    """The cases of one file, each on the rule it names or else on that of the file.

    Raises
    ------
    RulebookError
        Not readable, or with a word that nobody knows: a case that is not understood proves nothing.
    """
    document = read_yaml(path)
    if not isinstance(document, dict) or "cases" not in document:
        raise RulebookError(Text("没有 cases", "there are no cases in it"), where=path.name)
    _known(document, "file", path.name)
    found = []
    for n, entry in enumerate(document["cases"]):
        where = f"{path.name}: cases.{n}"
        _known(entry, "case", where)
        given = entry.get("given") or {}
        _known(given, "given", where)
        for part in ("project", "layer", "raster", "slope"):
            _known(given.get(part) or {}, part, where)
        for feature in given.get("features", ()):
            _known(feature, "feature", where)
        _known(entry["expect"], "expect", where)
        lacking = sorted({"title", "on", "expect"} - set(entry))
        if lacking or not (rule := entry.get("rule") or document.get("rule")):
            raise RulebookError(
                Text(f"案例缺少 {lacking or ['rule']}", f"the case lacks {lacking or ['rule']}"), where=where
            )
        found.append(Case(rule, entry["title"], date.fromisoformat(entry["on"]), given, entry["expect"]))
    return tuple(found)


def differences(case: Case, rule: Rule) -> list[str]:
    """How the finding differs from what the case expects; empty where it does not.

    Parameters
    ----------
    rule : Rule
        The rule to be tried; it need not be the one that the case names.
    """
    found = _findings(case, rule)
    if case.expect.get("nothing"):
        return [f"{case.title}: expected no finding, got {found}"] if found else []
    if len(found) != 1:
        return [f"{case.title}: expected one finding, got {len(found)}"]
    finding = found[0]
    wrong = []
    if finding["level"] != case.expect["level"]:
        wrong.append(f"{case.title}: expected {case.expect['level']}, got {finding['level']}")
    if "value" in case.expect and not _equal(finding["value"], case.expect["value"]):
        wrong.append(f"{case.title}: expected value {case.expect['value']}, got {finding['value']}")
    said = finding["explanation_zh"] + finding["explanation_en"]
    words = case.expect.get("says", [])
    asked = [words] if isinstance(words, str) else words
    return wrong + [f"{case.title}: '{word}' is not in: {said}" for word in asked if word not in said]


def measures_of(case: Case, rule: Rule) -> Measures:
    """The case as measures of one project and at most one layer."""
    given = case.given
    project = {
        "project_id": "case",
        "shape": "point",
        "country": "",
        "notes": [],
        **(given.get("project") or {}),
    }
    layers = [] if "layer" not in given else [_layer(given["layer"] or {}, rule)]
    buffer_m = 1000.0 * given.get("widest_buffer_km", 50)
    features = sorted(enumerate(given.get("features", ())), key=lambda pair: pair[1]["km"])
    rows = [_feature(n, f) for n, f in features]
    raster, slope = given.get("raster"), given.get("slope")
    return Measures(
        projects=pa.Table.from_pylist([project], schema=PROJECTS),
        layers=tuple(layers),
        exposures=pa.Table.from_pylist([r for r in rows if r["distance_m"] <= buffer_m], schema=EXPOSED),
        nearest=pa.Table.from_pylist(rows[:1], schema=NEAR),
        zonal=_rows([{"raster_id": "layer", "count": 1.0, **raster}] if raster else [], ZONED),
        slope=_rows(
            [{"raster_id": "layer", "max_deg": slope.get("max"), "mean_deg": slope.get("mean")}]
            if slope
            else [],
            SLOPE,
        ),
        max_buffer_m=buffer_m,
    )


def _findings(case: Case, rule: Rule) -> list[dict[str, Any]]:
    try:
        table = judge(
            measures_of(case, rule), [rule], case.on, lambda role: Text(f"缺{role}", f"{role} is missing")
        )
    except RuleNotInForceError:
        return []
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def _layer(given: Mapping[str, Any], rule: Rule) -> Layer:
    role = given.get("role") or rule.applies_to["role"][0]
    raster = MEASURES[rule.measure].source in {"raster", "slope"}
    covers = given.get("covers")
    return Layer(
        id="layer",
        role="hazard.flood" if role == HAZARD_FAMILY else role,
        title=Text("测试图层", "Test layer"),
        kind=given.get("kind") or ("raster" if raster else "area"),
        version="1",
        withheld=tuple(given.get("withheld", ())),
        covers=None if covers is None else tuple(covers),
        demonstration=given.get("demonstration", False),
    )


def _feature(n: int, given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "project_id": "case",
        "project_row": 0,
        "layer_id": "layer",
        "feature_id": str(n),
        "feature_name": given.get("name", ""),
        "feature_class": given.get("class", ""),
        "approximate": given.get("approximate", False),
        "distance_m": 1000.0 * given["km"],
        "intersects": given["km"] == 0,
        "overlap_share": given.get("share"),
    }


def _rows(rows: Sequence[Mapping[str, Any]], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist([{"project_row": 0, "project_id": "case", **r} for r in rows], schema=schema)


def _equal(found: float | None, expected: float | None) -> bool:
    if found is None or expected is None:
        return found is expected
    return abs(found - expected) <= 1e-9 * max(1.0, abs(expected))


def _known(given: Mapping[str, Any], part: str, where: str) -> None:
    unknown = sorted(set(given) - _KEYS[part])
    if unknown:
        raise RulebookError(
            Text(f"案例中有未知字段 {unknown}", f"the case has unknown fields {unknown}"),
            Text(f"可用：{'、'.join(sorted(_KEYS[part]))}", f"One of {', '.join(sorted(_KEYS[part]))}"),
            where=where,
        )
