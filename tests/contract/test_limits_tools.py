"""The tools ``limits``, ``convert`` and ``who-air`` to the letter of their contract."""

from __future__ import annotations

import copy
import json
from datetime import date
from pathlib import Path

import pytest

from qinglu.errors import InputError
from qinglu.rules import load
from qinglu.settings import Settings
from qinglu.tools import tool
from qinglu.tools.check import checked
from qinglu.workspace import Workspace

CONTRACT = {
    "country": "IDN", "technology": "coal_boiler", "capacity_mw": 600, "commissioned": "2026-01-01",
    "airshed": "non_degraded", "on": "2026-11-22", "reference": {"o2_pct": 6, "temperature_c": 0, "dry": True},
    "measured": {"so2": {"value": 180, "unit": "mg/m3", "o2_pct": 7, "temperature_c": 25, "dry": True}},
}  # fmt: skip
BOOK = load(installed=False)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    made = Workspace(Settings(data_dir=Path(tmp_path_factory.mktemp("data"))), today=date(2026, 11, 22))
    object.__setattr__(made, "rulebook", lambda further=(): BOOK)  # loaded once for the module
    return made


def run(workspace, name, given):
    chosen = tool(name)
    return json.loads(json.dumps(chosen.run(workspace, checked(chosen.fields, given)).as_dict()))


def limits(workspace, **changed):
    given = copy.deepcopy(CONTRACT)
    given.update(changed)
    return run(workspace, "limits", {k: v for k, v in given.items() if v is not None})


def values(document, pollutant):
    return {c["rule_id"]: c["value"] for c in document["result"]["pollutants"][pollutant]["candidates"]}


def host(document, pollutant):
    found = document["result"]["pollutants"][pollutant]["host"]
    return found and found["value"]


def test_the_document_of_the_contract(workspace):
    answer = limits(workspace)
    assert set(answer) == {"result", "findings", "trace", "unverified"}
    pollutants = answer["result"]["pollutants"]
    assert set(pollutants) == {"so2", "pm", "nox", "hg"}
    so2 = pollutants["so2"]
    for candidate in (*so2["candidates"], so2["host"], so2["strictest"]):
        assert {"rule_id", "jurisdiction", "basis", "value", "unit", "normalised_value", "checked"} <= set(candidate)
        assert candidate["basis"] in ("host", "international", "chinese")
    assert so2["host"]["value"] == 200
    assert so2["host"]["normalised_value"] == pytest.approx(233.898172, abs=5e-7)  # WE-STRICT-1
    assert so2["strictest"]["value"] == so2["strictest"]["normalised_value"] == 35.0  # WE-STRICT-1
    assert so2["strictest"]["basis"] == "chinese"
    assert so2["measured"]["normalised_value"] == pytest.approx(180 * 15 / 14 * 298.15 / 273.15)
    assert so2["measured"]["meets_host"] is True
    assert so2["measured"]["meets_strictest"] is False
    # a range counts at its upper end; special and ultra-low limits are there
    assert values(answer, "so2") == {
        "idn.emission.2019-new.so2": 200, "int.ehs.solid-large-nda.so2": 850, "chn.emission.coal-new.so2": 100,
        "chn.emission.coal-special.so2": 50, "chn.emission.coal-ultra-low.so2": 35,
    }  # fmt: skip
    named = {u["rule_id"] for u in answer["unverified"]}
    assert {c["rule_id"] for p in pollutants.values() for c in p["candidates"] if not c["checked"]} <= named
    assert any("(21 − 6) ÷ (21 − 7)" in step["text"]["en"] for step in answer["trace"])


def test_defaults_are_named_in_the_trace(workspace):
    plain = limits(workspace, reference=None, measured=None, airshed=None)
    told = " ".join(step["text"]["en"] for step in plain["trace"])
    for default in ("airshed = non_degraded", "6% O2, 0 °C, dry", "measured: none"):
        assert default in told
    assert plain["result"]["pollutants"]["so2"]["measured"] is None
    turbine = limits(workspace, technology="gas_turbine", reference=None, measured=None)
    assert turbine["result"]["reference"]["o2_pct"] == 15


def test_airshed_and_size_choose_the_world_bank_row(workspace):
    """EHS Guidelines, thermal power, table 6 (C), solid fuels: 600 MWth and more is another row."""
    def ehs(**changed):
        rows = values(limits(workspace, **changed), "so2")
        return [v for k, v in rows.items() if k.startswith("int.ehs")]

    assert ehs() == [850]
    assert ehs(airshed="degraded") == [200]
    assert ehs(capacity_mw=None, capacity_mwth=600) == [850]
    assert ehs(capacity_mw=None, capacity_mwth=599.9) == [1500]
    assert ehs(capacity_mw=None, capacity_mwth=599.9, airshed="degraded") == [400]
    assert ehs(capacity_mw=None, capacity_mwth=50) == []


@pytest.mark.parametrize("country", ["IDN", "IND", "POL", "ZAF", "THA", "MYS", "PAK", "KEN", "VNM", "BRA", "USA", "CHN"])
def test_never_a_third_countrys_and_the_strictest_is_the_least(workspace, country):
    answer = limits(workspace, country=country)
    for pollutant in answer["result"]["pollutants"].values():
        for c in pollutant["candidates"]:
            allowed = {"host": {country, "EUU"}, "international": {"INT"}, "chinese": {"CHN"}}[c["basis"]]
            assert c["jurisdiction"] in allowed
            assert c["jurisdiction"] != "EUU" or country == "POL"
        least = min(c["normalised_value"] for c in pollutant["candidates"] if c["normalised_value"] is not None)
        assert pollutant["strictest"]["normalised_value"] == least


def test_host_is_null_where_there_is_none(workspace):
    answer = limits(workspace, country="USA")
    assert answer["result"]["pollutants"]["so2"]["host"] is None
    assert answer["result"]["pollutants"]["so2"]["measured"]["meets_host"] is None
    kenya = limits(workspace, country="KEN")
    assert any(f["rule_id"] == "ken.emission.rules-2014" and f["level"] == "unknown" for f in kenya["findings"])


@pytest.mark.parametrize(
    ("commissioned", "mw", "on", "pm", "so2", "nox"),
    [
        ("2003-12-30", 499.9, "2026-11-22", 100, 600, 600),
        ("2003-12-30", 500, "2026-11-22", 100, 200, 600),
        ("2003-12-31", 500, "2026-11-22", None, None, None),  # in neither group of the rule
        ("2004-01-01", 499.9, "2026-11-22", 50, 600, 450),
        ("2004-01-01", 500, "2020-10-18", 50, 200, 300),
        ("2016-12-31", 500, "2020-10-19", 50, 200, 450),
        ("2017-01-01", 500, "2026-11-22", 30, 100, 100),
        ("2017-01-01", 500, "2015-12-07", 30, 100, 100),  # in force from publication
        ("2010-01-01", 500, "2015-12-06", None, None, None),
    ],
)
def test_india_by_age_and_size(workspace, commissioned, mw, on, pm, so2, nox):
    answer = limits(workspace, country="IND", commissioned=commissioned, capacity_mw=mw, on=on)
    assert (host(answer, "pm"), host(answer, "so2"), host(answer, "nox")) == (pm, so2, nox)
    undefined = [f for f in answer["findings"] if "ask the authority" in f["explanation_en"]]
    assert bool(undefined) == (commissioned == "2003-12-31")


def test_compliance_is_apart_from_force(workspace):
    """India, 7 December 2015: in force at once, to be met two years on."""
    row = limits(workspace, country="IND", commissioned="2010-01-01", on="2016-06-01")
    found = row["result"]["pollutants"]["so2"]["host"]
    assert (found["in_force_from"], found["compliance_from"]) == ("2015-12-07", "2017-12-07")


def test_south_africa_keeps_500_for_new_plants(workspace):
    """The 1,000 of March 2020 is for older plants; both SO2 values were read in the ministry's release."""
    new = limits(workspace, country="ZAF", commissioned="2015-01-01")["result"]["pollutants"]
    old = limits(workspace, country="ZAF", commissioned="2000-01-01")["result"]["pollutants"]
    assert (new["so2"]["host"]["value"], new["so2"]["host"]["checked"]) == (500, "2026-11-22")
    assert (old["so2"]["host"]["value"], old["so2"]["host"]["checked"]) == (1000, "2026-11-22")
    assert new["so2"]["host"]["normalised_value"] == pytest.approx(500 * 15 / 11)
    assert new["pm"]["host"]["checked"] is None
    before = limits(workspace, country="ZAF", commissioned="2000-01-01", on="2020-03-26")
    assert host(before, "so2") == 3500


def test_ppm_of_thailand_becomes_mass(workspace):
    found = limits(workspace, country="THA")["result"]["pollutants"]["so2"]["host"]
    assert (found["value"], found["unit"]) == (180, "ppm")
    assert found["normalised_value"] == pytest.approx(180 * 64.066 / 22.414 * 15 / 14)


def test_a_limit_without_reference_oxygen_is_not_compared(workspace):
    answer = limits(workspace, country="PAK")
    so2 = answer["result"]["pollutants"]["so2"]
    assert so2["host"]["value"] == 1700
    assert so2["host"]["normalised_value"] is None
    assert so2["measured"]["meets_host"] is None
    assert any(f["level"] == "unknown" and f["rule_id"] == "pak.emission.coal.so2" for f in answer["findings"])


def test_yearly_means_are_listed_apart(workspace):
    so2 = limits(workspace, country="POL")["result"]["pollutants"]["so2"]
    assert so2["host"]["value"] == 150
    assert [(c["rule_id"], c["value"], c["averaging"]) for c in so2["other_averaging"]] == [
        ("eu.emission.bat-new.so2", 75, "annual")
    ]


@pytest.mark.parametrize(
    ("technology", "commissioned", "nox"),
    [("coal_boiler", "2011-12-31", 100), ("coal_boiler", "2003-12-31", 200), ("cfb_boiler", "2011-12-31", 200),
     ("cfb_boiler", "2012-01-01", 100), ("w_flame_boiler", "2012-01-01", 200)],
)  # fmt: skip
def test_nitrogen_oxides_of_gb_13223(workspace, technology, commissioned, nox):
    """GB 13223-2011, table 1: 200 for W-flame, existing fluidised beds and units up to 2003; a new CFB has 100."""
    rows = values(limits(workspace, technology=technology, commissioned=commissioned), "nox")
    general = [v for k, v in rows.items() if k.startswith("chn") and "special" not in k and "ultra" not in k]
    assert general == [nox]


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"country": None}, "country"),
        ({"commissioned": None}, "commissioned"),
        ({"on": None}, "on"),
        ({"technology": "steam"}, "technology"),
        ({"capacity_mw": None}, "capacity_mw"),
        ({"capacity_mw": 0}, "capacity_mw"),
        ({"capacity_mw": 600, "capacity_mwth": 500}, "capacity_mw"),
        ({"commissioned": "2026-02-30"}, "commissioned"),
        ({"airshed": "clean"}, "airshed"),
        ({"colour": "red"}, "colour"),
        ({"reference": {"o2_pct": 21}}, "reference.o2_pct"),
        ({"reference": {"o2": 6}}, "reference.o2"),
        ({"measured": {"so2": {"value": 1, "unit": "kg/m3", "o2_pct": 6}}}, "measured.so2.unit"),
        ({"measured": {"so2": {"value": 1, "unit": "mg/m3"}}}, "measured.so2.o2_pct"),
        ({"measured": {"so2": {"value": 1, "unit": "mg/m3", "o2_pct": 6, "dry": False}}}, "measured.so2.moisture_pct"),
        ({"measured": {"pm": {"value": 1, "unit": "ppm", "o2_pct": 6}}}, "measured.pm.unit"),
        ({"measured": {"nh3": {"value": 1, "unit": "mg/m3", "o2_pct": 6}}}, "measured.nh3"),
    ],
)
def test_wrong_inputs_are_named(workspace, changed, named):
    with pytest.raises(InputError) as caught:
        limits(workspace, **changed)
    assert caught.value.where == named
    assert caught.value.exit_code == 2
    assert caught.value.remedy is not None


def test_convert(workspace):
    dry = {"temperature_c": 0, "dry": True}
    given = {"value": 100, "unit": "mg/m3", "from": {"o2_pct": 8, **dry}, "to": {"o2_pct": 6, **dry}}
    answer = run(workspace, "convert", given)
    assert answer["result"]["value"] == pytest.approx(115.384615, abs=5e-7)  # WE-O2-1
    back = run(workspace, "convert", {**given, "value": 115.3846153846, "from": given["to"], "to": given["from"]})
    assert back["result"]["value"] == pytest.approx(100)
    state = {"o2_pct": 15, **dry}
    ppm = {"value": 25, "unit": "ppm", "to_unit": "mg/m3", "pollutant": "nox", "from": state, "to": state}
    assert run(workspace, "convert", ppm)["result"]["value"] == pytest.approx(51.313, abs=5e-4)  # WE-PPM-1
    unnamed = {k: v for k, v in ppm.items() if k != "to_unit"}
    assert run(workspace, "convert", unnamed)["result"]["unit"] == "mg/m3"
    co = {**ppm, "value": 1, "pollutant": "co"}
    assert run(workspace, "convert", co)["result"]["value"] == pytest.approx(28.010 / 22.414)
    with pytest.raises(InputError) as caught:
        run(workspace, "convert", {k: v for k, v in ppm.items() if k != "pollutant"})
    assert caught.value.where == "pollutant"


@pytest.mark.parametrize(
    ("pollutant", "averaging", "value", "unit", "name"),
    [
        ("pm2_5", "annual", 12, "ug/m3", "IT-3"), ("pm2_5", "annual", 5, "ug/m3", "AQG"),
        ("pm2_5", "annual", 5.01, "ug/m3", "IT-4"), ("pm2_5", "annual", 35, "ug/m3", "IT-1"),
        ("pm2_5", "annual", 35.01, "ug/m3", "above IT-1"), ("so2", "24h", 45, "ug/m3", "IT-2"),
        ("so2", "24h", 40, "ug/m3", "AQG"), ("co", "24h", 4000, "ug/m3", "AQG"), ("co", "24h", 7, "mg/m3", "IT-1"),
        ("o3", "peak_season", 70, "ug/m3", "IT-2"), ("no2", "annual", 20, "ug/m3", "IT-3"),
    ],
)  # fmt: skip
def test_who_air(workspace, pollutant, averaging, value, unit, name):
    given = {"pollutant": pollutant, "averaging": averaging, "value": value, "unit": unit}
    answer = run(workspace, "who-air", given)
    assert answer["result"]["class"] == name
    assert answer["unverified"]


def test_who_air_names_the_averaging_periods_there_are(workspace):
    with pytest.raises(InputError, match="24h"):
        run(workspace, "who-air", {"pollutant": "co", "averaging": "annual", "value": 1, "unit": "mg/m3"})


def test_compare_standards_as_table_and_workbook(workspace, tmp_path):
    import openpyxl

    given = {"country": "IDN", "technology": "coal_boiler", "xlsx": str(tmp_path / "a.xlsx")}
    answer = run(workspace, "compare-standards", given)
    rows = {r["item_en"]: r for r in answer["result"]["rows"]}
    so2 = rows["coal-fired boiler: SO2"]
    assert so2["strictest"] == "chinese"
    told = " ".join(step["text"]["en"] for step in answer["trace"])
    assert "capacity_mw = 600" in told
    assert "commissioned = 2026-11-22" in told
    assert [c["value"] for c in so2["host"]] == [200]
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert [c.value for c in sheet[1]] == ["Item", "Unit", "Host", "International", "Chinese", "Strictest"]
    assert sheet.max_row == 1 + len(answer["result"]["rows"])
    run(workspace, "compare-standards", {**given, "xlsx": str(tmp_path / "b.xlsx")})
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_size_class_that_rests_on_the_assumed_efficiency_is_said(workspace):
    """230 MW are 575 MWth at 0.40 and 697 at 0.33: beyond the 600 MWth of the World Bank's classes."""
    near, far = limits(workspace, capacity_mw=230), limits(workspace, capacity_mw=600)
    said = [[f for f in a["findings"] if "capacity_mwth" in f["explanation_en"]] for a in (near, far)]
    assert [len(f) for f in said] == [1, 0]
    assert not [
        f
        for f in limits(workspace, capacity_mw=230, capacity_mwth=575)["findings"]
        if "capacity_mwth" in f["explanation_en"]
    ]


def test_a_plant_in_china_is_bound_by_its_own_region(workspace):
    """GB 13223-2011: 200 mg/m3 of SO2 for new boilers in the high-sulphur provinces."""
    there = limits(workspace, country="CHN", region="high-sulphur")
    assert host(there, "so2") == 200
    assert "chn.emission.coal-new-high-sulphur.so2" not in values(limits(workspace), "so2")
    assert host(limits(workspace, country="CHN", region="key-region"), "so2") == 50


def test_a_third_countrys_law_stays_out_even_where_it_names_no_country():
    """A rulebook of somebody else may forget the country; its jurisdiction still keeps it apart."""
    from dataclasses import replace

    from qinglu.rules.clauses import Clauses
    from qinglu.rules.gas import GasState
    from qinglu.rules.limits import find_limits

    odd = replace(BOOK.clauses.clause("mys.emission.coal.so2"), id="x.y.so2", applies_to={})
    plant = {"country": "IDN", "technology": "coal_boiler", "fuel": "coal", "capacity_mw": 600, "capacity_mwth": 1500,
             "commissioned": date(2026, 1, 1), "airshed": "degraded"}  # fmt: skip
    abroad = replace(odd, id="x.z.so2", basis="international")
    book = Clauses((*BOOK.clauses.all, odd, abroad))
    for country, there in (("IDN", False), ("MYS", True)):
        found = find_limits(book, {**plant, "country": country}, date(2026, 11, 22), GasState(6)).pollutants["so2"]
        ids = {c.clause.id for c in found.candidates}
        assert ("x.y.so2" in ids) == there
        assert "x.z.so2" not in ids


@pytest.mark.parametrize(("value", "meets"), [(199.999, True), (200, True), (200.001, False)])
def test_a_value_at_the_limit_meets_it(workspace, value, meets):
    state = {"o2_pct": 7, "temperature_c": 25, "dry": True}
    measured = {"so2": {"value": value, "unit": "mg/m3", **state}}
    for reference in ({"o2_pct": 6}, {"o2_pct": 3.3, "temperature_c": 17}):
        judged = limits(workspace, measured=measured, reference=reference)["result"]["pollutants"]["so2"]["measured"]
        assert judged["meets_host"] is meets
