"""A newcomer sees a critical finding, a warning, a clear one and an unknown one, and each where it belongs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from qinglu import example, portfolio, rules
from qinglu.atlas import Atlas, advice, read_vector
from qinglu.screening.judge import judge
from qinglu.screening.measure import measure
from qinglu.settings import Settings

PARKS = "screening.protected-areas"
COAST = "screening.coast"
BUFFERS_M = (1000.0, 5000.0, 10_000.0, 50_000.0)


@pytest.fixture(scope="module")
def read():
    return portfolio.read(example.portfolio_path(), fields=None, settings=Settings())


@pytest.fixture(scope="module")
def levels(read, tmp_path_factory):
    """Level by project and rule, of the park sketches and the starter coast."""
    known = example.parks_layer()
    parks = read_vector(known.id, example.parks_path(), role=known.role, settings=Settings())
    coast = Atlas(Settings(data_dir=tmp_path_factory.mktemp("atlas"))).open("coast")
    book = rules.load(())
    pieces = measure(read, [replace(parks, layer=known), coast], BUFFERS_M)
    findings = [row for m in pieces for row in judge(m, book.rules, date(2026, 1, 1), advice).to_pylist()]
    return {(f["project_id"], f["rule_id"]): f["level"] for f in findings}


def test_every_row_of_the_example_is_screened(read):
    assert (read.n_read, len(read.rejected)) == (len(read.projects), 0)
    rows = {row["project_id"]: row for row in read.projects.to_pylist()}
    assert all(row["name"] and row["name_zh"] and row["country"] for row in rows.values())
    noted = {note for row in rows.values() for note in row["notes"]}
    assert noted == {"cancelled"}, "places, ids and countries need no repair"
    assert {key for key, row in rows.items() if row["notes"]} == {"KE-LAMU-COAL", "EG-HAMRAWEIN"}


@pytest.mark.parametrize(
    ("project", "rule", "level"),
    [
        ("KE-SGR-1", PARKS, "critical"),
        ("KE-SGR-2A", PARKS, "critical"),
        ("KE-NAIROBI-EXPRESSWAY", PARKS, "warning"),
        ("KE-GARISSA", PARKS, "unknown"),  # a sketch that shows nothing cannot clear a place
        ("KE-GARISSA", COAST, "clear"),
        ("LK-HAMBANTOTA", COAST, "note"),
    ],
)
def test_level_of_what_the_tutorial_points_at(levels, project, rule, level):
    assert levels[project, rule] == level


def test_the_sketches_clear_nobody(levels, read):
    of_parks = {project: level for (project, rule), level in levels.items() if rule == PARKS}
    outside = {r["project_id"] for r in read.projects.to_pylist() if r["country"] != "KEN"}
    assert {of_parks[p] for p in outside} == {"unknown"}
    assert "clear" not in of_parks.values()
