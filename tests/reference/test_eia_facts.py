"""The EIA law of each country beside the table of facts, where that is present."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from qinglu.model import countries
from qinglu.rules import load
from qinglu.rules.clauses import Clauses

FACTS = Path(__file__).resolve().parents[3] / "shared" / "facts"
ON = date(2026, 11, 22)

pytestmark = pytest.mark.skipif(not (FACTS / "eia_laws.csv").exists(), reason="the tables of facts are not here")


@pytest.fixture(scope="module")
def clauses() -> Clauses:
    return load(installed=False).clauses


@pytest.fixture(scope="module")
def laws() -> list[dict[str, str]]:
    with (FACTS / "eia_laws.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_law_is_there_with_its_days_and_year(clauses: Clauses, laws: list[dict[str, str]]) -> None:
    for row in laws:
        clause = clauses.clause(f"{row['iso3'].lower()}.eia")
        entry = clause.on(ON)
        assert entry is not None
        days = re.match(r"\d+", row["public_days"])
        assert entry.value["public_days"] == (int(days[0]) if days else None), row["iso3"]  # type: ignore[index,call-overload]
        assert entry.value["public_days_working"] is ("working" in row["public_days"]), row["iso3"]  # type: ignore[index,call-overload]


def test_checked_only_where_a_primary_source_was_read(clauses: Clauses, laws: list[dict[str, str]]) -> None:
    kinds = {k: v["kind"] for k, v in yaml.safe_load((FACTS / "sources.yaml").read_text(encoding="utf-8")).items()}
    for row in laws:
        sources = [s for s in row["source"].split(";") if s]
        primary = bool(sources) and all(kinds.get(s, "").startswith("primary") for s in sources)
        allowed = {None, ON} if primary and row["status"].startswith("VERIFIED") else {None}
        for clause in clauses.select(kind="eia", jurisdiction=row["iso3"]):
            assert {e.checked for e in clause.entries} <= allowed, clause.id
    assert clauses.clause("kaz.eia.combustion.from-300-mwth").on(ON).checked == ON  # type: ignore[union-attr]


def test_every_country_has_its_targets(clauses: Clauses) -> None:
    with (FACTS / "countries.csv").open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["iso3"] in countries()]
    ids = {c.id for c in clauses.select(kind="target")}
    for row in rows:
        if row["ndc_type"] != "N/A" or row["ndc_new_date"]:
            assert f"{row['iso3'].lower()}.target.ndc" in ids
        if row["end_target"] not in ("", "No target"):
            clause = clauses.clause(f"{row['iso3'].lower()}.target.long-term")
            year = clause.entries[0].value.get("year")  # type: ignore[union-attr]
            assert str(year or "") == (row["end_target_year"] if row["end_target_year"].isdigit() else "")
        entry = clauses.clause(f"{row['iso3'].lower()}.target.ndc").entries[0] if row["ndc_type"] != "N/A" else None
        for name in ("unconditional_pct", "conditional_pct"):
            known = row[f"ndc_{name}"]
            if entry is not None and re.fullmatch(r"\d+(\.\d+)?", known):
                assert entry.value[name] == float(known), row["iso3"]  # type: ignore[index,call-overload]
