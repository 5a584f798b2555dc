"""The whole rulebook put to a portfolio: what is read of a project, and the findings that follow."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import qinglu
from qinglu.model import FINDINGS, PROJECTS
from qinglu.rules import load
from qinglu.rules.duties import OWING, Duties
from qinglu.screening import Rulings, cited
from qinglu.screening.rulings import binds
from qinglu.screening.subjects import UNKNOWN, subjects, words
from qinglu.settings import Settings
from qinglu.words import FUELS, LOCATION_FINDINGS, SECTORS, STAGES, TECHNOLOGIES

ON = date(2026, 11, 22)
BOOK = load(installed=False)
RULINGS = Rulings(BOOK.clauses, ON)


def portfolio(*rows: dict[str, Any]) -> pa.Table:
    plain = {"name": "", "name_zh": "", "country": "", "country_given": "", "sector": "", "stage": "", "shape": "point"}
    made = [
        {**plain, "project_id": f"p{n}", "source_row": n + 1, "geometry": n, "notes": [], "extra": "{}"} | row
        for n, row in enumerate(rows)
    ]
    return pa.Table.from_pylist(made, schema=PROJECTS)


def judged(*rows: tuple[str, str, str, float | None]) -> pa.Table:
    """Project, rule, level and distance."""
    return pa.Table.from_pylist(
        [
            {"project_id": p, "rule_id": r, "level": level, "measure": "distance", "value": value, "unit": "m",
             "layer_id": "", "layer_version": "", "explanation_zh": "甲", "explanation_en": "A"}
            for p, r, level, value in rows
        ],
        schema=FINDINGS,
    )  # fmt: skip


def ruled(table: pa.Table, measure: str, before: pa.Table | None = None) -> list[dict[str, Any]]:
    found = RULINGS.add_to(judged() if before is None else before, table)
    return [f for f in found.to_pylist() if f["measure"] == measure]


@pytest.mark.parametrize(
    ("sector", "name", "expected"),
    [
        ("coal power", "", "coal_fired_power"),
        ("燃煤发电", "", "coal_fired_power"),
        ("水电", "", "hydropower"),
        ("rail", "", "railway"),
        ("铁路", "", "railway"),
        ("ENERGY", "120MW Nam Ngum 5 Hydropower Plant", "hydropower"),
        ("交通", "内罗毕地铁", "urban_electric_public_transport"),
        ("TRANSPORT AND STORAGE", "Port Moresby Road", "roads_and_highways"),
        ("TRANSPORT AND STORAGE", "International Airport", None),
        ("INDUSTRY, MINING, CONSTRUCTION", "Bajil Cement Factory", "cement_and_steel"),
        ("INDUSTRY, MINING, CONSTRUCTION", "Conference Center", "unread"),
        ("HEALTH", "Railway Hospital", "unread"),
        ("ENERGY", "5th Power Development Project", "unread"),
        ("", "Sahiwal coal power plant", "unread"),
        ("solar street lamps", "", "unread"),
    ],
)
def test_the_type_is_read_from_the_sector_and_from_the_name_only_of_broad_sectors(
    sector: str, name: str, expected: str | None
) -> None:
    kind = int(subjects(portfolio({"sector": sector, "name": name})).kind[0])
    assert (words().kinds[kind].project_type if kind != UNKNOWN else "unread") == expected


@pytest.mark.parametrize(
    ("extra", "name", "expected", "told"),
    [
        ({"capacity_mw": 720}, "Karot 9 MW", 720.0, False),
        ({"装机容量（MW）": "1,320"}, "", 1320.0, False),
        ({}, "1,200MW Vinh Tan 1", 1200.0, True),
        ({}, "2 MW and 3 MW", np.nan, False),
        ({"capacity_mw": "about 5"}, "", np.nan, False),
        ({"capacity_mw": -3}, "", np.nan, False),
    ],
)
def test_capacity_comes_from_its_column_then_from_one_figure_in_the_name(
    extra: dict[str, Any], name: str, expected: float, *, told: bool
) -> None:
    read = subjects(portfolio({"sector": "hydropower", "name": name, "extra": json.dumps(extra)}))
    assert np.array_equal(read.capacity_mw, [expected], equal_nan=True)
    assert read.capacity_from_name[0] == told


def test_the_table_uses_the_words_of_the_rulebook() -> None:
    table = words()
    types = set(RULINGS._guidance.types)
    for kind in table.kinds:
        assert kind.sector in SECTORS
        assert kind.technology is None or kind.technology in TECHNOLOGIES
        assert kind.fuel is None or kind.fuel in FUELS
        assert kind.project_type is None or kind.project_type in types
    assert {s for s, _ in table.stages} <= {*STAGES, "cancelled"}
    assert {s["finding"] for s in table.sensitive.values()} <= set(LOCATION_FINDINGS)
    assert set(table.sensitive) <= {r.id for r in BOOK.rules}


def test_infringing_is_red_and_not_knowing_is_never_clear() -> None:
    table = portfolio(*({"sector": "solar"} for _ in range(4)))
    rule = "screening.protected-areas"
    before = judged(("p0", rule, "critical", 0.0), ("p1", rule, "warning", 700.0), ("p2", rule, "unknown", None))
    touching, near, untold, clear = ruled(table, "colour", before)
    assert (touching["level"], touching["value"]) == ("warning", 3.0)
    assert (near["level"], near["value"]) == ("clear", 1.0)
    assert (untold["level"], untold["value"]) == ("unknown", 1.0)
    assert "not known" in untold["explanation_en"]
    assert "尚不可知" in untold["explanation_zh"]
    assert clear["level"] == "clear"


def test_a_type_nobody_reads_and_a_colour_nobody_saw_are_unknown() -> None:
    table = portfolio({"sector": "health"}, {"sector": "rail"}, {"sector": "airport"})
    found = ruled(table, "colour")
    assert [f["level"] for f in found] == ["unknown"] * 3
    assert [f["value"] for f in found] == [None] * 3
    assert [f["rule_id"] for f in found] == ["int.gdg.rule.two-steps", "int.gdg.type.railway", "int.gdg.rule.two-steps"]


def test_measures_of_the_portfolio_raise_what_they_can() -> None:
    extra = json.dumps({"measures": "IFC PS6; planting flowers"})
    (found,) = ruled(portfolio({"sector": "hydropower", "extra": extra}), "colour")
    assert (found["level"], found["value"]) == ("clear", 1.0)
    assert "planting flowers" in found["explanation_en"]


@pytest.mark.parametrize(
    ("country", "stage", "expected"),
    [
        ("PAK", "planned", ["critical"]),
        ("PAK", "在建", ["warning"]),
        ("PAK", "operating", ["note"]),
        ("PAK", "", ["unknown"]),
        ("PAK", "cancelled", []),
        ("CHN", "planned", []),
    ],
)
def test_the_gate_on_coal_power(country: str, stage: str, expected: list[str]) -> None:
    table = portfolio({"sector": "coal power", "country": country, "stage": stage})
    assert [f["level"] for f in ruled(table, "coal-gate")] == expected


@pytest.mark.parametrize(
    ("capacity", "stage", "level", "value"),
    [(51, "planned", "warning", 1.0), (51, "operating", "note", 1.0), (50, "planned", "unknown", None)],
)
def test_the_eia_of_pakistan(capacity: float, stage: str, level: str, value: float | None) -> None:
    extra = json.dumps({"capacity_mw": capacity})
    table = portfolio({"sector": "hydropower", "country": "PAK", "stage": stage, "extra": extra})
    (found,) = ruled(table, "eia")
    assert (found["level"], found["value"]) == (level, value)


def test_a_country_without_known_eia_law_is_unknown_not_silent() -> None:
    (found,) = ruled(portfolio({"sector": "port", "country": "CMR", "stage": "planned"}), "eia")
    assert found["level"] == "unknown"
    assert "Cameroon" in found["explanation_en"]


@pytest.mark.parametrize("sector", ["hydropower", "rail", "coal power", "port", "mining"])
@pytest.mark.parametrize("stage", ["planned", "operating", "construction"])
@pytest.mark.parametrize("country", ["PAK", "CHN", "KEN"])
def test_duties_are_those_of_the_tool(sector: str, stage: str, country: str) -> None:
    table = portfolio({"sector": sector, "stage": stage, "country": country})
    before = judged(("p0", "screening.world-heritage", "critical", 0.0), ("p0", "screening.settlement", "note", 400.0))
    read = subjects(table)
    kind = words().kinds[int(read.kind[0])]
    known = {
        "country": country, "sector": kind.sector, "technology": kind.technology, "fuel": kind.fuel,
        "stage": words().stages[int(read.stage[0])][0], "finding": frozenset({"world-heritage", "settlement"}),
        "actor": ("company", "bank"),
    }  # fmt: skip
    subject = {k: v for k, v in known.items() if v is not None}
    owed = Duties(BOOK.clauses, ON).owed(subject).obligations
    expected = [o.clause.id for o in owed if o.clause.kind in OWING and "gate" not in o.entry.value]  # type: ignore[operator]
    found = [f["rule_id"] for f in ruled(table, "duty", before)]
    assert found == expected
    assert all(binds(BOOK.clauses.clause(i), subject) for i in found)


def test_findings_keep_the_order_of_projects_and_measures_come_first() -> None:
    table = portfolio({"sector": "rail"}, {"sector": "hydropower", "country": "KEN"})
    before = judged(("p0", "screening.river", "note", 1.0), ("p1", "screening.river", "note", 2.0))
    found = RULINGS.add_to(before, table)
    assert found.schema.equals(FINDINGS)
    ids = found["project_id"].to_pylist()
    assert ids == sorted(ids)
    first = [found["measure"].to_pylist()[ids.index(p)] for p in ("p0", "p1")]
    assert first == ["distance", "distance"]
    assert set(found["rule_id"].to_pylist()) - {"screening.river"} <= {c["id"] for c in cited(BOOK.clauses, ON)}


def test_many_projects_alike_get_the_same_as_one_alone() -> None:
    rows = [
        {"sector": s, "country": c, "stage": "planned"} for s in ("rail", "coal power", "port") for c in ("PAK", "")
    ]
    together = RULINGS.add_to(judged(), portfolio(*rows, *rows)).drop_columns("project_id").to_pylist()
    alone = [
        f for r in (*rows, *rows) for f in RULINGS.add_to(judged(), portfolio(r)).drop_columns("project_id").to_pylist()
    ]
    assert together == alone


def test_no_projects_no_findings() -> None:
    assert RULINGS.add_to(judged(), portfolio()).num_rows == 0


def test_the_same_in_python() -> None:
    few = qinglu.example_portfolio()
    found = qinglu.screen(few, [], on=ON, rules="all", settings=Settings())
    assert found.clauses
    assert {"colour", "coal-gate", "eia", "duty"} <= set(found.findings["measure"].to_pylist())
    assert not qinglu.screen(few, [], on=ON, settings=Settings()).clauses
