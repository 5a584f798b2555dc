"""The tool ``rail-electrification`` to its contract: years, paybacks with their reasons, break-even points, refusals."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from qinglu.errors import InputError
from qinglu.model.chart import Bars, Tornado
from qinglu.rules import load
from qinglu.settings import Settings
from qinglu.tools import tool
from qinglu.tools.check import checked
from qinglu.workspace import Workspace

BOOK = load(installed=False)
LINE = {"length_km": 100, "grid": {"g_co2_per_kwh": 300, "loss_share": 0}, "start_year": 2027, "years": 10,
        "traffic": {"freight_gross_tkm": 1e9}, "diesel": {"l_per_1000_gtkm": 4},
        "electric": {"kwh_per_1000_gtkm": 12}, "prices": {"diesel": 1.0, "electricity": 0.1},
        "capital_per_km": 1e5}  # fmt: skip


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    made = Workspace(Settings(data_dir=Path(tmp_path_factory.mktemp("data"))), today=date(2026, 11, 23))
    object.__setattr__(made, "rulebook", lambda further=(): BOOK)  # loaded once for the module
    return made


def answered(workspace, **changed):
    chosen = tool("rail-electrification")
    given = {k: v for k, v in {**LINE, **changed}.items() if v is not None}
    return chosen.run(workspace, checked(chosen.fields, given))


def run(workspace, **changed):
    return json.loads(json.dumps(answered(workspace, **changed).as_dict(), allow_nan=False))


def flags(document):
    return {f["rule_id"]: f for f in document["findings"]}


def test_the_years_of_the_document(workspace):
    document = run(workspace)
    result = document["result"]
    assert [y["year"] for y in result["by_year"]] == list(range(2027, 2037))
    first = result["by_year"][0]
    assert first["diesel_l"] == pytest.approx(4e6)
    assert first["electric_mwh"] == pytest.approx(12_000)
    assert first["electric_wtw_t"] == pytest.approx(12_000 * 0.3)
    assert first["electric_ttw_t"] == 0
    # 0.84 kg/l × 43 MJ/kg; 20.2 × 44/12 kgCO2/GJ and methane and nitrous oxide of IPCC 2006, table 3.4.1
    energy = 4e6 * 0.84 * 43.0 / 1000
    assert first["diesel_gj"] == pytest.approx(energy)
    assert first["diesel_ttw_t"] == pytest.approx(energy * (20.2 * 44 / 12 + 0.1162 + 7.579) / 1000)
    assert first["diesel_wtw_t"] == pytest.approx(first["diesel_ttw_t"] + energy * 18.9 / 1000)
    assert first["avoided_t"] == pytest.approx(first["diesel_wtw_t"] - 3600)
    totals = result["totals"]
    assert totals["avoided_t"] == pytest.approx(sum(y["avoided_t"] for y in result["by_year"]))
    net = totals["avoided_net_t"]
    assert net["value"] == pytest.approx(totals["avoided_t"] - result["embodied_t"]["value"])
    assert net["low"] < net["value"] < net["high"]
    assert result["by_year"][-1]["cumulated_net_t"] == pytest.approx(net["value"])
    assert first["pollutants_spared_t"]["nox"] == pytest.approx(4e6 * 0.84 / 1e6 * 52.4)
    assert first["pollutants_spared_t"]["so2"] is None


def test_sulphur_given_makes_sulphur_dioxide_known(workspace):
    document = run(workspace, diesel={"l_per_1000_gtkm": 4, "sulphur_ppm": 500})
    assert document["result"]["by_year"][0]["pollutants_spared_t"]["so2"] == pytest.approx(2 * 500e-6 * 4e6 * 0.84e-3)
    assert "rail.sulphur-unknown" not in flags(document)


def test_no_traffic_never_pays_back_and_says_why(workspace):
    document = run(workspace, traffic={"freight_tkm": 0})
    result = document["result"]
    for payback in (result["carbon_payback"], result["money"]["payback"], result["money"]["discounted_payback"]):
        assert payback["year"] is None
        assert "no traffic" in payback["reason_en"]
        assert payback["reason_zh"]
    assert result["break_even"]["grid_g_per_kwh"]["value"] is None
    assert result["break_even"]["traffic_money"]["gross_tkm_per_year"] > 0
    assert flags(document)["rail.no-carbon-payback"]["level"] == "warning"


def test_a_coal_grid_emits_more_than_diesel(workspace):
    document = run(workspace, grid={"g_co2_per_kwh": 1200})
    assert document["result"]["totals"]["avoided_t"] < 0
    assert "no less" in document["result"]["carbon_payback"]["reason_en"]
    assert document["result"]["money"]["cost_per_t"]["value"] is None
    assert flags(document)["rail.avoided"]["level"] == "warning"


def test_at_the_break_even_grid_nothing_is_avoided(workspace):
    at = run(workspace)["result"]["break_even"]["grid_g_per_kwh"]["value"]
    level = run(workspace, grid={"g_co2_per_kwh": at, "loss_share": 0})["result"]["totals"]
    assert level["avoided_t"] == pytest.approx(0, abs=1e-6 * level["diesel_wtw_t"])


def test_at_the_break_even_traffic_the_value_is_nothing(workspace):
    at = run(workspace)["result"]["break_even"]["traffic_money"]["gross_tkm_per_year"]
    money = run(workspace, traffic={"freight_gross_tkm": at})["result"]["money"]
    assert money["npv"]["value"] == pytest.approx(0, abs=1e-6 * money["capital"])


def test_a_country_goes_towards_its_year_of_net_zero(workspace):
    document = run(workspace, grid=None, country="ETH", years=40)
    path = document["result"]["grid_g_per_kwh"]
    assert 0 < path["2027"] < 23.41
    assert path["2050"] == path["2060"] == 0
    assert path["2037"] == pytest.approx(23.41 * (2050 - 2037) / (2050 - 2024))
    assert "rail.grid-path-assumed" in flags(document)
    assert any(u["rule_id"] == "eth.target.long-term" for u in document["unverified"])
    assert any(s["kind"] == "rule" for s in document["trace"])


def test_a_country_without_a_year_of_net_zero_stays_as_it_is(workspace):
    targets = {c.jurisdiction for c in BOOK.clauses.select(kind="target", topic="climate-targets")}
    assert "DZA" in targets
    document = run(workspace, grid=None, country="DZA")
    assert len(set(document["result"]["grid_g_per_kwh"].values())) == 1
    assert "rail.grid-path-level" in flags(document)


def test_a_path_of_ones_own(workspace):
    grid = {"g_co2_per_kwh": 600, "path": {"2032": 100}}
    path = run(workspace, grid=grid)["result"]["grid_g_per_kwh"]
    assert (path["2027"], path["2028"], path["2032"], path["2036"]) == pytest.approx((600, 500, 100, 100))


def test_a_country_whose_grid_is_unknown_leaves_emissions_unknown(workspace):
    document = run(workspace, grid=None, country="SMR")
    result = document["result"]
    assert result["totals"]["electric_wtw_t"] is result["totals"]["avoided_net_t"] is None
    assert result["by_year"][0]["electric_wtw_t"] is None
    assert result["by_year"][0]["electric_mwh"] > 0
    assert flags(document)["ledger.unknown-grid-factor"]["level"] == "unknown"
    assert result["money"]["npv"] is not None  # no carbon price: money is known


def test_carbon_at_a_price_on_an_unknown_grid_leaves_the_value_unknown(workspace):
    prices = {"diesel": 1.0, "electricity": 0.1, "carbon": 50}
    money = run(workspace, grid=None, country="SMR", prices=prices)["result"]["money"]
    assert money["npv"] is None
    assert money["payback"]["year"] is None
    assert money["npv_without_carbon"] is not None


def test_without_prices_there_is_no_money(workspace):
    document = run(workspace, prices=None)
    assert document["result"]["money"] is None
    assert flags(document)["rail.prices-unknown"]["level"] == "unknown"


def test_net_tonne_kilometres_and_trains_become_gross(workspace):
    traffic = {"freight_tkm": 1e9, "passenger_trains": 1000, "passenger_train_t": 500}
    found = run(workspace, traffic=traffic)["result"]["traffic"]
    assert found["freight_gross_tkm"]["value"] == pytest.approx(1.9e9)
    assert found["freight_gross_tkm"]["low"] < found["freight_gross_tkm"]["high"]
    assert found["passenger_gross_tkm"]["value"] == pytest.approx(1000 * 100 * 500)


def test_twice_the_tracks_take_twice_the_copper(workspace):
    one, two = (run(workspace, tracks=n)["result"]["embodied_materials_t"]["copper"]["value"] for n in (1, 2))
    assert two == pytest.approx(2 * one)


def test_a_line_busier_than_any_is_flagged(workspace):
    document = run(workspace, traffic={"freight_gross_tkm": 1e12})
    assert flags(document)["ledger.outside-range"]["level"] == "warning"
    assert "ledger.outside-range" not in flags(run(workspace))


def test_charts(workspace):
    drawn = {c.name: c for c in answered(workspace).charts}
    bars = drawn["by-year"]
    assert isinstance(bars, Bars)
    assert len(bars.series) == 2
    assert [len(s.values) for s in (*bars.series, *drawn["summed"].series)] == [10, 10, 10]
    assert isinstance(drawn["tornado"], Tornado)
    assert drawn["tornado"].swings
    assert isinstance(drawn["tornado-npv"], Tornado)
    assert "tornado-npv" not in {c.name for c in answered(workspace, prices=None).charts}


@pytest.mark.parametrize(
    "changed", [{}, {"prices": None}, {"grid": None, "country": "SMR"}, {"traffic": {"freight_tkm": 0}}]
)
def test_a_person_sees_a_table_of_years(workspace, changed):
    shown = answered(workspace, **changed).shown
    assert [len(row) for row in shown.rows] == [len(shown.columns)] * 10
    said = " ".join(line.en for line in shown.lines)
    assert "Break-even grid" in said
    assert "None" not in said


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"length_km": None}, "length_km"),
        ({"length_km": 0}, "length_km"),
        ({"length_km": -5}, "length_km"),
        ({"traffic": None}, "traffic"),
        ({"traffic": {}}, "traffic"),
        ({"traffic": {"freight_tkm": 1, "freight_gross_tkm": 1}}, "traffic.freight_tkm"),
        ({"traffic": {"freight_tkm": -1}}, "traffic.freight_tkm"),
        ({"traffic": {"freight_tkm": float("inf")}}, "traffic.freight_tkm"),
        ({"traffic": {"freight_tkm": 1, "growth": 3}}, "traffic.growth"),
        ({"diesel": {"l_per_1000_gtkm": 0}}, "diesel.l_per_1000_gtkm"),
        ({"electric": {"kwh_per_1000_gtkm": 0}}, "electric.kwh_per_1000_gtkm"),
        ({"grid": None}, "country"),
        ({"grid": {"loss_share": 0.1}}, "country"),
        ({"grid": {"g_co2_per_kwh": -1}}, "grid.g_co2_per_kwh"),
        ({"grid": {"g_co2_per_kwh": 1, "loss_share": 1}}, "grid.loss_share"),
        ({"grid": {"path": {"1999": 1}}}, "grid.path.1999"),
        ({"country": "Atlantis"}, "country"),
        ({"years": 0}, "years"),
        ({"discount_rate": 1.5}, "discount_rate"),
        ({"prices": {"diesel": 1}}, "prices.electricity"),
        ({"prices": {"diesel": -1, "electricity": 1}}, "prices.diesel"),
        ({"tracks": 0}, "tracks"),
    ],
)
def test_wrong_inputs_are_named(workspace, changed, where):
    with pytest.raises(InputError) as caught:
        run(workspace, **changed)
    assert caught.value.where == where
    assert caught.value.exit_code == 2
