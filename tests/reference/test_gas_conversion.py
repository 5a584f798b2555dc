"""Concentrations against worked examples, printed values and hand calculation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qinglu.rules.gas import GasState, GasStateError, convert_gas
from qinglu.units import UnitError, convert

DRY_6 = GasState(o2_pct=6)


def test_oxygen_as_hj_75_has_it():
    """WE-O2-1: C x (21 - ref) / (21 - measured), 100 mg/m3 at 8 % brought to 6 %."""
    got = convert_gas(100, "mg/m3", GasState(o2_pct=8), DRY_6)
    assert got.value == pytest.approx(115.384615, abs=5e-7)
    assert [s.detail["formula"] for s in got.steps] == ["oxygen"]
    assert "(21 − 6) ÷ (21 − 8)" in got.steps[0].text.en


def test_temperature_from_25_to_0():
    """WE-T-1: a cubic metre at 25 C holds 298.15/273.15 times as much at 0 C."""
    got = convert_gas(500, "mg/m3", GasState(temperature_c=25), GasState())
    assert got.value == pytest.approx(545.762402, abs=5e-7)


@pytest.mark.parametrize(("ppm", "mg", "printed"), [(25, 51.313, 51), (74, 151.888, 152)])
def test_ppm_of_nox_as_the_ehs_guidelines_print_them(ppm, mg, printed):
    """WE-PPM-1: World Bank EHS Guidelines, Thermal Power, table 6: 51 (25 ppm), 152 (74 ppm), NOx as NO2."""
    got = convert_gas(ppm, "ppm", GasState(o2_pct=15), GasState(o2_pct=15), pollutant="nox").value
    assert got == pytest.approx(mg, abs=5e-4)
    assert round(got) == printed


def test_host_limit_of_indonesia():
    """WE-STRICT-1, first half: 200 mg/m3 at 7 % and 25 C, at 6 % and 0 C."""
    assert convert_gas(200, "mg/m3", GasState(7, 25), DRY_6).value == pytest.approx(233.898172, abs=5e-7)


def test_moisture_and_pressure_by_hand():
    wet = GasState(dry=False, moisture_pct=10)
    assert convert_gas(90, "mg/m3", wet, GasState()).value == pytest.approx(100)
    assert convert_gas(100, "mg/m3", GasState(), wet).value == pytest.approx(90)
    assert convert_gas(100, "mg/m3", GasState(pressure_kpa=80), GasState(pressure_kpa=100)).value == pytest.approx(125)


def test_ppm_does_not_feel_temperature():
    hot, cold = GasState(o2_pct=6, temperature_c=130), DRY_6
    assert convert_gas(100, "ppm", hot, cold, to_unit="ppm").value == 100
    assert (
        convert_gas(100, "ppm", hot, cold, pollutant="so2").value
        == convert_gas(100, "ppm", cold, cold, pollutant="so2").value
        == pytest.approx(100 * 64.066 / 22.414)
    )


@pytest.mark.parametrize(
    ("at", "to", "field"),
    [
        (GasState(o2_pct=21), DRY_6, "from.o2_pct"),
        (GasState(o2_pct=-0.1), DRY_6, "from.o2_pct"),
        (GasState(), DRY_6, "from.o2_pct"),
        (DRY_6, GasState(), "to.o2_pct"),
        (GasState(temperature_c=-273.15), GasState(), "from.temperature_c"),
        (GasState(pressure_kpa=0), GasState(), "from.pressure_kpa"),
        (GasState(dry=False), GasState(), "from.moisture_pct"),
        (GasState(), GasState(dry=False, moisture_pct=100), "to.moisture_pct"),
        (GasState(temperature_c=float("nan")), GasState(), "from.temperature_c"),
    ],
)
def test_states_that_cannot_be_are_named(at, to, field):
    with pytest.raises(GasStateError) as caught:
        convert_gas(1, "mg/m3", at, to)
    assert caught.value.where == field


def test_units():
    assert convert(0.03, "mg/m³", "µg/m3") == 30.0
    for wrong in ("furlong/m3", "kg", "", "parts", "1 +", "mg/m3)", "(", "\"", "é"):
        with pytest.raises(UnitError):
            convert(1, wrong, "mg/m3")
    with pytest.raises(GasStateError, match="pm"):
        convert_gas(1, "ppm", DRY_6, DRY_6, pollutant="pm")


states = st.builds(
    GasState,
    o2_pct=st.floats(0, 20),
    temperature_c=st.floats(-50, 400),
    pressure_kpa=st.floats(50, 150),
    dry=st.booleans(),
    moisture_pct=st.floats(0, 50),
)


@given(st.floats(0.001, 1e5), states, states, states, st.sampled_from(["mg/m3", "ppm"]))
def test_there_and_back_and_by_way_of_a_third(value, a, b, c, unit):
    def go(x, u, at, to, v):
        return convert_gas(x, u, at, to, to_unit=v, pollutant="so2").value

    there = go(value, "mg/m3", a, b, unit)
    assert go(there, unit, b, a, "mg/m3") == pytest.approx(value, rel=1e-9)
    assert go(there, unit, b, c, "mg/m3") == pytest.approx(go(value, "mg/m3", a, c, "mg/m3"), rel=1e-9)
