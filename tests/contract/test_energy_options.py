"""The tool ``energy-options``: its document, what it assumes, and what it refuses."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio import Affine

from qinglu.errors import InputError
from qinglu.settings import Settings
from qinglu.tools import tool
from qinglu.tools.check import checked
from qinglu.workspace import Workspace

BASE = {
    "capacity_mw": 100, "country": "PAK", "options": ["solar_pv", "coal"], "draws": 500,
    "capacity_factor": {"solar_pv": 0.2, "coal": 0.7},
    "fuel_prices": {"other_bituminous_coal": {"value": 4, "per": "GJ"}},
}  # fmt: skip


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return Workspace(Settings(data_dir=Path(tmp_path_factory.mktemp("data"))), today=date(2026, 11, 22))


def answer(workspace, **changed):
    chosen = tool("energy-options")
    given = {k: v for k, v in {**BASE, **changed}.items() if v is not None}
    return chosen.run(workspace, checked(chosen.fields, given))


def run(workspace, **changed):
    return json.loads(json.dumps(answer(workspace, **changed).as_dict(), allow_nan=False))


def of(document, option):
    return next(o for o in document["result"]["options"] if o["option"] == option)


def rules(document, level=None):
    return [f["rule_id"] for f in document["findings"] if level in (None, f["level"])]


def test_the_document(workspace):
    document = run(workspace)
    assert set(document) == {"result", "findings", "trace", "unverified"}
    solar = of(document, "solar_pv")
    assert set(solar["lcoe"]) == {"value", "mean", "p5", "p50", "p95", "unit"}
    assert solar["lcoe"]["unit"] == "USD2023/MWh"
    assert set(solar["parts"]) == {"capital", "fixed", "variable", "fuel", "carbon", "storage"}
    assert sum(solar["parts"].values()) == pytest.approx(solar["lcoe"]["value"])
    assert solar["annual_mwh"] == pytest.approx(175_200)
    assert solar["grid_emissions_t"]["average_t"] == pytest.approx(65_470.488)  # WE-GRID-PAK
    assert solar["grid_emissions_t"]["combined_margin_t"] == pytest.approx(90_228.0)  # WE-IFI-PAK
    assert solar["net_avoided_t"]["combined_margin_t"] == pytest.approx(90_228.0)
    assert set(solar["break_even_carbon_price"]) == {"coal", "gas_ccgt"}
    coal = of(document, "coal")
    firm = coal["grid_emissions_t"]["combined_margin_t"]
    assert coal["net_avoided_t"]["combined_margin_t"] == pytest.approx(firm - coal["annual_co2_t"])
    assert document["result"]["ranking"][0] == document["result"]["cheapest"]
    assert sum(o["cheapest_share"] for o in document["result"]["options"]) == pytest.approx(1)
    assert "factor:options.solar_pv.capital" in {u["rule_id"] for u in document["unverified"]}


def test_the_usual_eight_where_none_are_named(workspace):
    document = run(workspace, options=None, capacity_factor=None)
    assert [o["option"] for o in document["result"]["options"]] == [
        "solar_pv", "wind_onshore", "wind_offshore", "hydro", "solar_with_storage", "gas_ccgt", "coal", "coal_ccs",
    ]  # fmt: skip


def test_what_is_not_given_is_said_to_be_assumed(workspace):
    document = run(workspace, capacity_factor=None, fuel_prices=None)
    assert {"ledger.capacity-factor.assumed", "ledger.prices.assumed"} <= set(rules(document, "note"))
    assert of(document, "solar_pv")["capacity_factor"] == {
        "value": 0.162, "assumed": True, "low": 0.11, "high": 0.23,
    }  # fmt: skip
    assert "ledger.capacity-factor.assumed" not in rules(run(workspace))


def test_no_country_and_one_without_factors_are_unknown(workspace):
    for document in (run(workspace, country=None), run(workspace, country="VAT")):
        assert of(document, "solar_pv")["grid_emissions_t"]["average_t"] is None
        assert "ledger.unknown-grid-factor" in rules(document, "unknown")


def test_own_margins(workspace):
    found = of(run(workspace, margins={"operating_margin": 800, "build_margin": 400}), "solar_pv")
    assert found["grid_emissions_t"]["combined_margin_t"] == pytest.approx(175_200 * 0.7)  # WE-CM


def test_beyond_the_range_is_flagged(workspace):
    assert "ledger.outside-range" in rules(run(workspace, capacity_factor={"solar_pv": 0.35, "coal": 0.7}), "warning")
    assert "ledger.outside-range" in rules(run(workspace, lifetime_years=60), "warning")


def test_money_of_other_years_and_currencies(workspace):
    """All prices of the table move together; what the user gives is in the money asked for."""
    usd, eur = run(workspace), run(workspace, currency="EUR")
    assert of(usd, "solar_pv")["lcoe"]["value"] / of(eur, "solar_pv")["lcoe"]["value"] == pytest.approx(1.0813)
    assert of(eur, "coal")["parts"]["fuel"] == pytest.approx(of(usd, "coal")["parts"]["fuel"])
    older = run(workspace, price_year=2015)
    assert of(older, "solar_pv")["lcoe"]["value"] / of(usd, "solar_pv")["lcoe"]["value"] == pytest.approx(97.1 / 122.3)


def test_fuel_prices_by_energy_and_by_mass(workspace):
    """Other bituminous coal has 25.8 GJ/t (IPCC 2006, table 1.2)."""
    by_mass = run(workspace, fuel_prices={"other_bituminous_coal": {"value": 4 * 25.8, "per": "t"}})
    assert of(by_mass, "coal")["parts"]["fuel"] == pytest.approx(of(run(workspace), "coal")["parts"]["fuel"])
    gas = {"natural_gas": {"value": 10, "per": "MMBtu"}}
    found = of(run(workspace, options=["gas_ccgt"], capacity_factor=None, fuel_prices=gas), "gas_ccgt")
    assert found["parts"]["fuel"] == pytest.approx(10 / 1.055056 * 3.6 / 0.56, rel=1e-6)


def test_own_costs_make_the_simple_formula(workspace):
    own = {"solar_pv": {"capital": 700, "fixed": 12, "degradation": 0, "lifetime": 25}}
    found = of(run(workspace, own=own, construction_interest=False), "solar_pv")
    crf = 0.08 / (1 - 1.08**-25)
    assert found["lcoe"]["value"] == pytest.approx((700 * crf + 12) / 1.752, rel=1e-12)
    assert found["lcoe"]["p5"] == pytest.approx(found["lcoe"]["p95"], rel=1e-12)  # nothing left to draw


def test_seed_gives_the_same_document(workspace):
    assert run(workspace) == run(workspace)
    assert run(workspace, seed=2)["result"] != run(workspace)["result"]


@pytest.fixture(scope="module")
def pvout(tmp_path_factory):
    """kWh a day for each kW: 4.8 in the west, none in the east."""
    path = tmp_path_factory.mktemp("raster") / "pvout.tif"
    cells = np.array([[4.8, -9999.0]], dtype=np.float32)
    profile = {"driver": "GTiff", "height": 1, "width": 2, "count": 1, "dtype": "float32", "crs": "EPSG:4326"}
    with rasterio.open(path, "w", transform=Affine(1, 0, 66, 0, -1, 26), nodata=-9999.0, **profile) as file:
        file.write(cells, 1)
    return path


def raster(path, **more):
    return {"solar_pv": {"path": str(path), "quantity": "kwh_per_kw_day", **more}}


def test_resource_from_a_raster(workspace, pvout):
    document = run(workspace, capacity_factor=None, place=[66.5, 25.5], resource=raster(pvout))
    assert of(document, "solar_pv")["capacity_factor"]["value"] == pytest.approx(0.2)
    assert not of(document, "solar_pv")["capacity_factor"]["assumed"]
    assert any("pvout.tif" in s["text"]["en"] for s in document["trace"])


@pytest.mark.parametrize("place", [[67.5, 25.5], [10.0, 10.0]])
def test_raster_without_data_at_the_place_is_unknown(workspace, pvout, place):
    document = run(workspace, capacity_factor=None, place=place, resource=raster(pvout))
    assert of(document, "solar_pv")["lcoe"] is None
    assert "ledger.resource.unknown" in rules(document, "unknown")
    assert document["result"]["ranking"] == ["coal"]
    alone = run(workspace, options=["solar_pv", "solar_with_storage"], capacity_factor=None, place=place,
                resource=raster(pvout))  # fmt: skip
    assert alone["result"]["cheapest"] is None


def test_raster_of_another_quantity_is_refused(workspace, pvout):
    with pytest.raises(InputError, match=r"resource\.solar_pv.*quantity"):
        run(workspace, capacity_factor=None, place=[66.5, 25.5], resource=raster(pvout, quantity="capacity_factor"))
    with pytest.raises(InputError, match="place is missing"):
        run(workspace, capacity_factor=None, resource=raster(pvout))
    with pytest.raises(InputError, match=r"resource\.solar_pv"):
        run(workspace, place=[66.5, 25.5], resource=raster(pvout))  # and a capacity factor beside it
    with pytest.raises(InputError, match="tidal"):
        run(workspace, place=[66.5, 25.5], resource={"tidal": {"path": str(pvout)}})


@pytest.mark.parametrize(("changed", "field"), [
    ({"capacity_mw": 0}, "capacity_mw"), ({"capacity_mw": -5}, "capacity_mw"),
    ({"capacity_mw": float("nan")}, "capacity_mw"), ({"capacity_mw": float("inf")}, "capacity_mw"),
    ({"capacity_factor": {"solar_pv": 1.2}}, "capacity_factor.solar_pv"),
    ({"capacity_factor": {"solar_pv": 0}}, "capacity_factor.solar_pv"),
    ({"capacity_factor": {"tidal": 0.2}}, "capacity_factor.tidal"),
    ({"discount_rate": -1}, "discount_rate"), ({"discount_rate": -1.5}, "discount_rate"),
    ({"lifetime_years": 0}, "lifetime_years"), ({"lifetime_years": -3}, "lifetime_years"),
    ({"carbon_price": -1}, "carbon_price"), ({"options": []}, "options"), ({"options": ["wood"]}, "options"),
    ({"own": {"coal": {"efficiency": 1.1}}}, "own.coal.efficiency"),
    ({"own": {"coal": {"efficiency": 0}}}, "own.coal.efficiency"),
    ({"own": {"coal": {"efficiency": 0.1}}, "options": ["coal_ccs"]}, "own.coal.efficiency"),
    ({"fuel_prices": {"other_bituminous_coal": {"value": 90}}}, "fuel_prices.other_bituminous_coal.per"),
    ({"fuel_prices": {"natural_gas": {"value": 9, "per": "furlong"}}}, "fuel_prices.natural_gas.per"),
    ({"fuel_prices": {"natural_gas": {"value": 9, "per": "m"}}}, "fuel_prices.natural_gas.per"),
    ({"draws": 0}, "draws"), ({"draws": 1_000_001}, "draws"), ({"price_year": 1900}, "price_year"),
    ({"margins": {"operating_margin": 800}}, "margins.build_margin"),
])  # fmt: skip
def test_refused_with_the_field(workspace, changed, field):
    with pytest.raises(InputError) as refused:
        run(workspace, **changed)
    assert refused.value.exit_code == 2
    assert refused.value.where == field


def test_plots(workspace):
    charts = answer(workspace, options=None, capacity_factor=None).charts
    assert [c.name for c in charts] == ["cost-by-part", "cost-range", "front", "tornado", "by-year"]
    by_year = charts[-1]
    assert list(by_year.series[0].values) == sorted(by_year.series[0].values)
    assert len(by_year.categories) == len(by_year.series[0].values)
