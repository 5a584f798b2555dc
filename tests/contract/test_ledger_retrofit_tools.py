"""The tools ``retrofit`` and ``retrofit-steel``: what they answer, and what they refuse."""

from __future__ import annotations

import copy
import json
import re
from datetime import date
from pathlib import Path

import pytest

from qinglu.errors import InputError
from qinglu.model.chart import Bars, Points
from qinglu.rules import load
from qinglu.settings import Settings
from qinglu.tools import tool
from qinglu.tools.check import checked
from qinglu.workspace import Workspace

UNIT = {
    "technology": "coal_subcritical", "capacity_mw": 330, "capacity_factor": 0.7, "net_efficiency": 0.36,
    "fuel": "sub_bituminous_coal", "analysis": {"sulphur_pct": 0.4, "ash_pct": 6, "ncv_gj_per_t": 19.5},
    "controls": ["esp", "low_nox_burners"], "commissioned": "2011-06-30", "country": "IDN", "on": "2026-11-22",
    "target": {"limits": "ultra_low"}, "replacement": {"country": "IDN", "price": 70}, "options": 5,
}  # fmt: skip
WORKS = {"route": "bf_bof", "production_t": 1e6, "electricity": {"g_co2_per_kwh": 500, "price": 70}}
BOOK = load(installed=False)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    made = Workspace(Settings(data_dir=Path(tmp_path_factory.mktemp("data"))), today=date(2026, 11, 22))
    object.__setattr__(made, "rulebook", lambda further=(): BOOK)  # loaded once for the module
    return made


def answer(workspace, name, given):
    chosen = tool(name)
    return chosen.run(workspace, checked(chosen.fields, given))


def retrofit(workspace, **changed):
    given = copy.deepcopy(UNIT)
    given.update(changed)
    made = answer(workspace, "retrofit", {k: v for k, v in given.items() if v is not None})
    return json.loads(json.dumps(made.as_dict(), allow_nan=False))


def steel(workspace, **changed):
    made = answer(workspace, "retrofit-steel", {k: v for k, v in {**WORKS, **changed}.items() if v is not None})
    return json.loads(json.dumps(made.as_dict(), allow_nan=False))


def test_the_document_of_a_retrofit(workspace):
    document = retrofit(workspace)
    result = document["result"]
    limits = {p: v["mg_m3"] for p, v in result["target"]["pollutants"].items()}
    assert limits == {"so2": 35, "nox": 50, "pm": 10}
    assert result["target"]["pollutants"]["so2"]["rule_id"] == "chn.emission.coal-ultra-low.so2"
    assert (result["currency"], result["price_year"]) == ("USD", 2023)
    assert result["as_it_is"]["meets"] is False
    costs = [o["annual_cost_usd"] for o in result["options"]]
    assert costs == sorted(costs)
    assert len(costs) >= 5
    for option in result["options"]:
        assert all(mg <= limits[p] for p, mg in option["residual_mg_m3"].items())
        goes = option["sulphur_t"]
        assert goes["in"] == pytest.approx(sum(v for k, v in goes.items() if k != "in"))
        assert option["annual_cost_usd"] == pytest.approx(sum(option["cost_parts_usd"].values()))
        low, high = option["ranges"]["annual_cost_usd"]
        assert low <= option["annual_cost_usd"] <= high
        assert "esp" not in option["bought"]
    assert set(result["front"]) <= {o["id"] for o in result["options"]}
    assert {"capture", "cofiring", "reduced_running", "closure"} <= {
        m for o in result["options"] for m in o["measures"]
    }
    assert result["failing"]["best"]["times_the_target"] > 1
    named = {u["rule_id"] for u in document["unverified"]}
    assert {"chn.emission.coal-ultra-low.so2", "factor:retrofit.wet_fgd.capital"} <= named
    levels = {f["rule_id"]: f["level"] for f in document["findings"]}
    assert levels["chn.emission.coal-ultra-low.so2"] == "warning"


def test_the_host_binds_and_the_strictest_is_asked_for(workspace):
    host = retrofit(workspace, target={"limits": "host"})
    strictest = retrofit(workspace, target={"limits": "strictest"})
    asked = [d["result"]["target"]["pollutants"]["so2"] for d in (host, strictest)]
    assert asked[0]["rule_id"].startswith("idn.")
    assert asked[0]["mg_m3"] == pytest.approx(550 * 15 / 14 * 298.15 / 273.15)  # Indonesia 2019: 550 at 7 % O2, 25 °C
    assert asked[1]["mg_m3"] == 35
    levels = {f["rule_id"]: f["level"] for f in host["findings"]}
    assert levels[asked[0]["rule_id"]] == "critical"  # 970 mg/m3: the host's limit is not met
    assert host["result"]["options"][0]["annual_cost_usd"] < strictest["result"]["options"][0]["annual_cost_usd"]


def test_a_number_comes_before_the_rulebook(workspace):
    result = retrofit(workspace, target={"limits": "ultra_low", "so2_mg_m3": 200})["result"]
    assert result["target"]["pollutants"]["so2"] == {"mg_m3": 200, "rule_id": None, "title_zh": None, "title_en": None}
    assert result["target"]["pollutants"]["pm"]["mg_m3"] == 10


def test_a_host_without_limits_is_unknown_not_met(workspace):
    document = retrofit(workspace, country="KEN", target={"limits": "host"})
    levels = [f["level"] for f in document["findings"] if f["rule_id"] == "ledger.retrofit.limit"]
    assert levels == ["unknown"] * 3
    assert document["result"]["as_it_is"]["meets"] is None


def test_as_it_is_is_an_option_where_it_meets_the_target(workspace):
    clean = retrofit(workspace, controls=["esp_deep", "wet_fgd_deep", "scr_deep", "burners_overfire_air"])["result"]
    assert clean["as_it_is"]["meets"] is True
    assert "as-it-is" in {o["id"] for o in clean["options"]}


def test_unknown_power_is_said(workspace):
    document = retrofit(workspace, replacement=None)
    told = {f["rule_id"] for f in document["findings"] if f["level"] == "unknown"}
    assert {"ledger.retrofit.power-price", "ledger.retrofit.replacement"} <= told
    closed = next(o for o in document["result"]["options"] if o["id"] == "closure")
    assert closed["annual_cost_usd"] is None
    assert closed["co2_t"] is None


def test_a_fluidised_bed(workspace):
    result = retrofit(workspace, technology="cfb", controls=["furnace_limestone", "fabric_filter"])["result"]
    assert result["as_it_is"]["sulphur_t"]["ash"] > result["as_it_is"]["sulphur_t"]["emitted"]
    assert all("burners" not in d for o in result["options"] for d in o["bought"])


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"net_efficiency": 1.2}, "net_efficiency"), ({"net_efficiency": 0}, "net_efficiency"),
        ({"capacity_mw": -5}, "capacity_mw"), ({"capacity_mw": 0}, "capacity_mw"),
        ({"capacity_factor": 0}, "capacity_factor"), ({"capacity_factor": 1.1}, "capacity_factor"),
        ({"fuel": "natural_gas"}, "fuel"), ({"controls": ["esp", "fabric_filter"]}, "controls"),
        ({"controls": ["furnace_limestone"]}, "controls"), ({"controls": ["magic"]}, "controls"),
        ({"commissioned": None}, "age_years"), ({"commissioned": "2030-01-01"}, "commissioned"),
        ({"commissioned": "1970-01-01"}, "remaining_years"), ({"remaining_years": 0}, "remaining_years"),
        ({"target": {}}, "target"), ({"target": {"so2_mg_m3": 0}}, "target.so2_mg_m3"),
        ({"target": {"limits": "best"}}, "target.limits"), ({"country": None, "target": {"limits": "host"}}, "country"),
        ({"analysis": {"sulphur_pct": -1}}, "analysis.sulphur_pct"), ({"discount_rate": float("nan")}, "discount_rate"),
        ({"capacity_mw": float("inf")}, "capacity_mw"), ({"fuel_price": "3"}, "fuel_price"),
    ],
)  # fmt: skip
def test_bad_input_of_a_retrofit_is_refused_by_its_field(workspace, changed, field):
    with pytest.raises(InputError) as refused:
        retrofit(workspace, **changed)
    assert refused.value.where == field
    assert refused.value.exit_code == 2


def test_the_document_of_steel(workspace):
    document = steel(workspace)
    routes = {r["route"]: r for r in document["result"]["routes"]}
    assert len(routes) == 7
    costs = [r["annual_cost_usd"] for r in document["result"]["routes"]]
    assert costs == sorted(costs)
    present = routes["bf_bof"]
    assert present["present"] is True
    assert present["cost_difference_usd"] is None
    for route in routes.values():
        assert route["co2_t"] == pytest.approx(route["scope1_t"] + route["scope2_t"])
        if route["usd_per_t_co2_avoided"] is not None:
            avoided = present["co2_t"] - route["co2_t"]
            assert route["co2_avoided_t"] == pytest.approx(avoided)
            assert route["usd_per_t_co2_avoided"] == pytest.approx(route["cost_difference_usd"] / avoided)
    # hydrogen by electricity of 500 g/kWh emits more than the blast furnace
    assert routes["h2_dri_eaf"]["co2_t"] > present["co2_t"]
    assert routes["h2_dri_eaf"]["usd_per_t_co2_avoided"] is None
    clean = steel(workspace, hydrogen_electricity={"g_co2_per_kwh": 0, "price": 40})["result"]["routes"]
    hydrogen = next(r for r in clean if r["route"] == "h2_dri_eaf")
    assert hydrogen["co2_t"] < 0.6 * present["co2_t"]
    assert document["unverified"]


def test_steel_without_a_grid_factor_is_unknown(workspace):
    document = steel(workspace, electricity=None)
    assert all(r["scope2_t"] is None and r["co2_t"] is None for r in document["result"]["routes"])
    assert document["result"]["front"] == []
    assert "unknown" in {f["level"] for f in document["findings"]}


def test_steel_with_the_average_of_a_country(workspace):
    given = steel(workspace, electricity={"country": "IDN"})
    assert given["result"]["electricity_t_co2_per_mwh"] == pytest.approx(0.68025)  # Ember 2024
    assert any(u["rule_id"] == "factor:grid.IDN.average" for u in given["unverified"])


def test_what_the_present_works_has_is_not_bought(workspace):
    routes = {r["route"]: r for r in steel(workspace, route="dri_eaf_gas")["result"]["routes"]}
    bought = {name: routes[name]["capital_usd"] for name in routes}
    assert bought["dri_eaf_gas"] == 0 == bought["scrap_eaf"]
    assert bought["h2_dri_eaf"] > 0
    assert bought["bf_bof"] > 0


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"route": "open_hearth"}, "route"), ({"production_t": 0}, "production_t"),
        ({"production_t": -1}, "production_t"), ({"electricity": {"g_co2_per_kwh": -5}}, "electricity.g_co2_per_kwh"),
        ({"electricity": {"country": "Atlantis"}}, "electricity.country"), ({"scrap_share": 1.5}, "scrap_share"),
        ({"prices": {"gold": 1}}, "prices.gold"), ({"discount_rate": -0.1}, "discount_rate"),
    ],
)  # fmt: skip
def test_bad_input_of_steel_is_refused_by_its_field(workspace, changed, field):
    with pytest.raises(InputError) as refused:
        steel(workspace, **changed)
    assert refused.value.where == field


def test_plots_of_both(workspace):
    for name, given in (("retrofit", UNIT), ("retrofit-steel", WORKS)):
        charts = answer(workspace, name, given).charts
        assert any(isinstance(c, Points) and any(p.on_front for p in c.points) for c in charts)
        bars = [c for c in charts if isinstance(c, Bars)]
        assert bars
        for chart in bars:
            for series in (*chart.series, *chart.lines):
                assert len(series.values) == len(chart.categories)


def test_the_terminal_shows_few_options_and_each_unlike_the_others(workspace):
    shown = answer(workspace, "retrofit", UNIT).shown
    names = [row[0].en for row in shown.rows]
    assert names[0] == "as it is"
    assert len(names) == len(set(names)) <= 13
    assert {n.split(" + ")[0] for n in names} >= {"CO2 capture", "10% biomass", "75% of hours", "early closure"}
    assert any("1,153 reach the target" in line.en for line in shown.lines)
    routes = answer(workspace, "retrofit-steel", WORKS).shown
    assert len(routes.rows) == 7


HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "retrofit.md"
PAGE_OPTIONS = {
    "scr_deep+esp_deep+wet_fgd+turbine_upgrade+flue_gas_heat_recovery": "17.5 (11–35) | 140 | 1,936 | 29 / 34 / 3",
    "scr_deep+wet_fgd+turbine_upgrade+flue_gas_heat_recovery+cofiring-0.1": "30.9 (19–51) | 152 | 1,747 | 27 / 34 / 10",
    "closure": "58.2 (−13–101) | 0 | 1,366 | –",
    "scr_deep+esp_deep+wet_fgd+turbine_upgrade+flue_gas_heat_recovery+capture":
        "230.0 (201–294) | 1,161 | 547 | 29 / 34 / 3",
}  # fmt: skip
PAGE_ROUTES = {
    "bf_bof": "2.05 | 495 | –", "bf_bof_top_gas": "1.32 | 547 | 72 (19–187)", "scrap_eaf": "0.52 | 586 | 60 (−62–212)",
    "dri_eaf_gas": "1.41 | 598 | 162 (−111–1,129)", "h2_dri_eaf": "1.44 | 935 | 724 (260–2,279)",
}  # fmt: skip


def signed(value):
    return f"{value:,.0f}".replace("-", "−")


def test_the_worked_cases_of_the_page(workspace):
    page = HOW_TO.read_text(encoding="utf-8")
    unit, works = (json.loads(b) for b in re.findall(r"^```json\n(.*?)^```", page, flags=re.M | re.S))
    options = {o["id"]: o for o in answer(workspace, "retrofit", unit).as_dict()["result"]["options"]}
    for name, row in PAGE_OPTIONS.items():
        o = options[name]
        low, high = (signed(end / 1e6) for end in o["ranges"]["annual_cost_usd"])
        left = " / ".join(f"{o['residual_mg_m3'][p]:.0f}" for p in ("so2", "nox", "pm")) if o["controls"] else "–"
        made = f"{o['annual_cost_usd'] / 1e6:.1f} ({low}–{high}) | {o['capital_usd'] / 1e6:,.0f}"
        assert f"{made} | {o['co2_t'] / 1e3:,.0f} | {left}" == row
        assert row in page
    host = answer(workspace, "retrofit", {**unit, "target": {"limits": "host"}}).as_dict()["result"]["options"][0]
    assert f"{host['annual_cost_usd'] / 1e6:.1f} M USD a year" in page
    assert host["bought"] == ["wet_fgd"]
    for route in answer(workspace, "retrofit-steel", works).as_dict()["result"]["routes"]:
        if route["route"] in PAGE_ROUTES:
            each, ends = route["usd_per_t_co2_avoided"], route["ranges"].get("usd_per_t_co2_avoided")
            tail = f"{signed(each)} ({signed(ends[0])}–{signed(ends[1])})" if each is not None else "–"
            row = f"{route['t_co2_per_t']:.2f} | {route['usd_per_t']:,.0f} | {tail}"
            assert row == PAGE_ROUTES[route["route"]]
            assert row in page
