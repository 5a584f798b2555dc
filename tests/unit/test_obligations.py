"""What a project owes: the contract of ``obligations``, ``coal-gate`` and ``critical-habitat``."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from qinglu.model.clause import Clause
from qinglu.rules import load
from qinglu.rules.clauses import Clauses
from qinglu.rules.duties import OWING, Duties, obligation
from qinglu.rules.habitat import judge
from qinglu.rules.power import capacity
from qinglu.settings import Settings
from qinglu.tools import tool
from qinglu.tools.check import checked
from qinglu.workspace import Workspace

ON = date(2026, 11, 22)
ROW = {"rule_id", "title_zh", "title_en", "duty", "by", "due", "basis", "citation", "checked"}
EIA = {"category", "required", "authority", "public_days", "rule_id", "why"}
PLANT = {"country": "PAK", "sector": "thermal_power", "capacity_mw": 201, "stage": "feasibility", "on": "2026-11-22"}


@pytest.fixture(scope="module")
def clauses() -> Clauses:
    return load(installed=False).clauses


@pytest.fixture(scope="module")
def duties(clauses: Clauses) -> Duties:
    return Duties(clauses, ON)


def ask(name: str, **given: Any) -> dict[str, Any]:
    chosen = tool(name)
    answer = chosen.run(Workspace(Settings(), ON), checked(chosen.fields, given))
    document: dict[str, Any] = json.loads(json.dumps(answer.as_dict()))
    return document


def test_the_contract_of_obligations() -> None:
    document = ask("obligations", **PLANT)
    assert set(document) == {"result", "findings", "trace", "unverified"}
    rows = document["result"]["obligations"]
    assert rows
    assert all(set(row) >= ROW for row in rows)
    assert all(row[key] for row in rows for key in ROW - {"checked"})
    assert {row["basis"] for row in rows} == {"host", "international", "chinese"}
    eia = document["result"]["eia"]
    assert set(eia) >= EIA
    assert (eia["required"], eia["rule_id"]) == (True, "pak.eia.thermal.above-200-mw")


def test_all_that_is_not_checked_is_listed_as_unverified() -> None:
    document = ask("obligations", **PLANT)
    unchecked = {row["rule_id"] for row in document["result"]["obligations"] if row["checked"] is None}
    assert unchecked <= {u["rule_id"] for u in document["unverified"]}
    assert not {r["rule_id"] for r in document["result"]["obligations"] if r["checked"]} & {
        u["rule_id"] for u in document["unverified"]
    }


@pytest.mark.parametrize("missing", sorted(PLANT))
def test_a_missing_field_is_named(missing: str) -> None:
    from qinglu.errors import OptionError

    with pytest.raises(OptionError, match=missing):
        ask("obligations", **{k: v for k, v in PLANT.items() if k != missing})


@pytest.mark.parametrize(
    ("country", "sector", "facts", "required"),
    [
        ("PAK", "hydropower", {"capacity_mw": 49.9}, False),
        ("PAK", "hydropower", {"capacity_mw": 50}, "undefined"),
        ("PAK", "hydropower", {"capacity_mw": 50.1}, True),
        ("PAK", "thermal_power", {"capacity_mw": 200}, False),
        ("PAK", "thermal_power", {"capacity_mw": 200.1}, True),
        ("PAK", "hydropower", {}, "unknown"),
        ("PAK", "wind_power", {"capacity_mw": 50}, "unknown"),
        ("PAK", "transmission", {"voltage_kv": 11}, True),
        ("KAZ", "thermal_power", {"capacity_mwth": 299.9}, "unknown"),
        ("KAZ", "thermal_power", {"capacity_mwth": 300}, True),
        ("KAZ", "thermal_power", {"capacity_mw": 120}, True),
        ("KAZ", "thermal_power", {"capacity_mw": 119}, "unknown"),
        ("IDN", "transmission", {"voltage_kv": 150, "length_km": 25}, True),
        ("IDN", "transmission", {"voltage_kv": 150, "length_km": 24}, "unknown"),
        ("IDN", "transmission", {"voltage_kv": 500, "length_km": 1}, True),
        ("IND", "thermal_power", {"capacity_mw": 500, "fuel": "coal"}, True),
        ("IND", "thermal_power", {"capacity_mw": 500}, "unknown"),
        ("GRC", "thermal_power", {"capacity_mwth": 300}, True),
        ("GRC", "mining", {"area_ha": 25}, "unknown"),
        ("GRC", "mining", {"area_ha": 25.1}, True),
        ("CUB", "road", {}, "unknown"),
    ],
)
def test_eia(duties: Duties, country: str, sector: str, facts: dict[str, Any], required: Any) -> None:
    eia = duties.owed({"country": country, "sector": sector, "stage": "feasibility", **facts}).eia
    assert eia.required == required
    assert type(eia.required) is type(required)
    assert eia.why.zh
    assert eia.why.en


def test_what_the_source_leaves_open_is_put_to_the_authority(duties: Duties) -> None:
    owed = duties.owed({"country": "PAK", "sector": "hydropower", "capacity_mw": 50.0, "stage": "feasibility"})
    assert "ask the authority" in owed.eia.why.en
    assert "authority confirm" in owed.obligations[0].duty.en
    assert owed.finding()["level"] == "unknown"


def test_every_country_of_the_brief_has_a_law_with_an_authority(clauses: Clauses, duties: Duties) -> None:
    laws = [c for c in clauses.select(kind="eia") if set(c.applies_to) == {"country"}]
    assert len(laws) == 44  # 43 countries and the European Union
    for law in laws:
        for country in law.applies_to["country"]:  # type: ignore[union-attr]
            eia = duties.owed({"country": country, "sector": "other", "stage": "feasibility"}).eia
            assert eia.rule_id == law.id
            assert eia.authority


def test_before_its_law_a_country_is_unknown(clauses: Clauses) -> None:
    eia = Duties(clauses, date(1990, 1, 1)).owed({"country": "PAK", "sector": "other", "stage": "planning"}).eia
    assert (eia.required, eia.rule_id) == ("unknown", None)
    assert "2000-01-01" in eia.why.en


def test_capacity_is_derived_and_flagged(clauses: Clauses) -> None:
    got = capacity(clauses, {"sector": "thermal_power", "capacity_mw": 120.0}, ON)
    assert got is not None
    assert got.mwth == pytest.approx(300)
    assert got.derived == "capacity_mwth"
    back = capacity(clauses, {"sector": "thermal_power", "capacity_mwth": 300.0}, ON)
    assert back is not None
    assert back.mw == pytest.approx(120)
    assert back.derived == "capacity_mw"
    water = capacity(clauses, {"sector": "hydropower", "capacity_mw": 120.0}, ON)
    assert water is not None
    assert water.mwth is None
    assert not water.derived
    document = ask("obligations", **PLANT)
    assert document["result"]["capacity"]["assumed"] is True
    assert "int.convention.thermal-efficiency" in {u["rule_id"] for u in document["unverified"]}


def test_an_efficiency_that_could_turn_the_answer_is_said(duties: Duties) -> None:
    near = duties.owed({"country": "KAZ", "sector": "thermal_power", "capacity_mw": 120.0}).eia
    far = duties.owed({"country": "KAZ", "sector": "thermal_power", "capacity_mw": 600.0}).eia
    assert "could turn" in near.why.en
    assert "could turn" not in far.why.en


def test_a_thermal_capacity_is_not_for_water() -> None:
    from qinglu.errors import OptionError

    with pytest.raises(OptionError, match="capacity_mwth"):
        ask("obligations", **{**PLANT, "sector": "hydropower", "capacity_mw": 50, "capacity_mwth": 60})


def test_no_chinese_rule_for_projects_abroad_binds_one_at_home(duties: Duties) -> None:
    rows = duties.owed({"country": "CHN", "sector": "road", "stage": "feasibility"}).obligations
    assert rows
    assert all(r.clause.basis != "chinese" for r in rows)


def test_location_findings_bring_their_duties(duties: Duties) -> None:
    site = {"country": "KEN", "sector": "mining", "stage": "planning"}
    inside = {r.clause.id for r in duties.owed({**site, "finding": frozenset({"world-heritage"})}).obligations}
    outside = {r.clause.id for r in duties.owed({**site, "finding": frozenset()}).obligations}
    assert inside - outside >= {"int.ifc.ps6", "int.no-go.world-heritage-mining"}
    unknown = duties.owed(site)
    assert "int.ifc.ps6" in {a.clause.id for a, _ in unknown.depends}


def test_the_guidelines_of_2013_ended_with_those_of_2022(clauses: Clauses) -> None:
    def ids(day: date) -> set[str]:
        owed = Duties(clauses, day).owed({"country": "KEN", "sector": "road", "stage": "feasibility"})
        return {r.clause.id for r in owed.obligations}

    assert "chn.guidelines-2013" in ids(date(2022, 1, 5))
    assert "chn.guidelines-2013" not in ids(date(2022, 1, 6))
    assert "chn.guidelines-2022.art-3.host-law" in ids(date(2022, 1, 6))
    assert "chn.guidelines-2022.art-3.host-law" not in ids(date(2022, 1, 5))


@pytest.mark.parametrize(
    ("stage", "day", "gate"),
    [
        ("feasibility", "2021-09-20", "none"),
        ("feasibility", "2021-09-21", "stop"),
        ("construction", "2022-03-27", "none"),
        ("construction", "2022-03-28", "caution"),
        ("operation", "2022-03-28", "retrofit"),
        ("closure", "2026-11-22", "none"),
    ],
)
def test_coal_gate(stage: str, day: str, gate: str) -> None:
    given = {"country": "IDN", "stage": stage, "on": day, "fuel": "coal"}
    result = ask("coal-gate", **given)["result"]
    assert result["gate"] == gate
    assert bool(result["rule_id"]) is (gate != "none")


def test_coal_gate_knows_coal_from_other_fuels() -> None:
    from qinglu.errors import OptionError

    given = {"country": "IDN", "stage": "planning", "on": "2026-11-22"}
    assert ask("coal-gate", **given, fuel="natural_gas")["result"]["gate"] == "none"
    assert ask("coal-gate", **given, technology="coal_boiler")["result"]["gate"] == "stop"
    assert ask("coal-gate", **given, technology="cfb_boiler")["result"]["gate"] == "unknown"
    assert ask("coal-gate", **{**given, "country": "CHN"}, fuel="coal")["result"]["gate"] == "none"
    with pytest.raises(OptionError, match="fuel"):
        ask("coal-gate", **given)
    with pytest.raises(OptionError, match="fuel"):
        ask("coal-gate", **given, technology="coal_boiler", fuel="oil")


def test_a_habitat_not_fully_assessed_is_never_cleared(clauses: Clauses) -> None:
    low = {"share_pct": 0.1, "units": 1}
    some = judge(clauses, {"c1": low}, ON)
    assert (some.critical, some.criteria["c1"]) == ("unknown", False)
    everything = {"c1": low, "c2": low, "c3": {"share_pct": 0.1}, "c4": {"share_pct": 0.1}, "c5": False}
    assert judge(clauses, everything, ON).critical is False
    assert judge(clauses, {**everything, "c5": True}, ON).critical is True
    assert judge(clauses, {"c1": {**low, "national_listing": True}}, ON).critical is True
    assert judge(clauses, {"c1": {"share_pct": 0.5}}, ON).criteria["c1"] == "unknown"


def test_every_duty_says_what_by_whom_and_when(clauses: Clauses) -> None:
    def entries(clause: Clause) -> list[Any]:
        return [e for e in clause.entries if e.value is not None]

    for clause in clauses.select(kind=OWING):
        for entry in entries(clause):
            row = obligation(clause, entry)
            assert row.duty.zh
            assert row.by.en
            assert row.due.en
            assert row.strength in {"prohibit", "require", "guide", "promote", "encourage", "principle"}


def test_asking_twice_gives_the_same_and_is_cheap(duties: Duties) -> None:
    plant = {"country": "IND", "sector": "thermal_power", "stage": "feasibility", "finding": {"forest"}}
    assert duties.owed(plant).as_dict() == duties.owed(dict(plant)).as_dict()
    other = duties.owed({**plant, "stage": "operation"})
    assert other.as_dict() != duties.owed(plant).as_dict()


def test_a_plant_of_no_capacity_is_refused() -> None:
    from qinglu.errors import OptionError

    with pytest.raises(OptionError, match="above 0"):
        ask("obligations", **{**PLANT, "capacity_mw": 0})


@pytest.mark.parametrize(("lang", "said"), [("zh", "why: 附表一只列50兆瓦以下"), ("en", "why: Schedule I lists")])
def test_text_is_in_one_language(lang: Any, said: str) -> None:
    chosen = tool("obligations")
    given = checked(chosen.fields, {**PLANT, "sector": "hydropower", "capacity_mw": 50})
    lines = "\n".join(chosen.run(Workspace(Settings(), ON), given).lines(lang))
    assert said in lines
    assert lines.count("\n  why: ") == 1


def test_what_may_yet_be_required_is_not_told_as_not_required() -> None:
    """A lesser class holds for sure, a full EIA holds for one fuel, and the fuel is not known."""
    from qinglu.rules.clauses import clauses_from

    cite = {"kind": "law", "doc": {"zh": "某法", "en": "An Act"}, "at": {"zh": "附表", "en": "Schedule"}}
    cite = {**cite, "issued": None, "checked": None}

    def law(name: str, required: object, **applies_to: object) -> dict[str, Any]:
        value = {
            "category": {"zh": "甲类", "en": name},
            "required": required,
            "authority": {"zh": "环保局", "en": "EPA"},
            "public_days": None,
            "public_days_working": False,
        }
        return {
            "id": f"ken.eia.{name}",
            "kind": "eia",
            "jurisdiction": "KEN",
            "basis": "host",
            "topic": "eia",
            "title": {"zh": "甲", "en": name},
            "applies_to": {"country": ["KEN"], "sector": ["thermal_power"], **applies_to},
            "values": [{"valid_from": "2000-01-01", "value": value, "cite": cite}],
        }

    made = clauses_from([law("any", False), law("coal", True, fuel=["coal"])], rulebook="x", where="x")
    some = Duties(Clauses(made), ON)
    plant = {"country": "KEN", "sector": "thermal_power", "stage": "planning"}
    assert some.owed(plant).eia.required == "unknown"
    assert "fuel" in some.owed(plant).eia.why.en
    assert some.owed({**plant, "fuel": "coal"}).eia.required is True
    assert some.owed({**plant, "fuel": "oil"}).eia.required is False


def test_critical_habitat_as_a_tool() -> None:
    from qinglu.errors import OptionError

    document = ask("critical-habitat", c1={"share_pct": 0.5, "units": 5}, on="2026-11-22")
    assert document["result"]["critical_habitat"] is True
    assert document["findings"][0]["level"] == "critical"
    assert {u["rule_id"] for u in document["unverified"]} == {"int.ps6.c1.share", "int.ps6.c1.units"}
    with pytest.raises(OptionError, match="no criterion"):
        ask("critical-habitat", on="2026-11-22")
    with pytest.raises(OptionError, match="share_pct"):
        ask("critical-habitat", c1={"share_pct": 101, "units": 5}, on="2026-11-22")
