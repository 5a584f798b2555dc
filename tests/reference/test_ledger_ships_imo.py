"""The CII of ships against worked examples and against the tables of facts that the factors were entered from."""

from __future__ import annotations

import csv
from decimal import Decimal, localcontext
from pathlib import Path

import pytest
import yaml

from qinglu.ledger import ships
from qinglu.ledger.ships import Burnt
from qinglu.ledger.tables import table
from qinglu.ledger.trail import Trail

FACTS = Path(__file__).resolve().parents[3] / "shared" / "facts"
BULK = (0.86, 0.94, 1.06, 1.18)  # MEPC.354(78), table 1, bulk carrier


@pytest.fixture(scope="module")
def facts():
    file = FACTS / "imo_cii.yaml"
    if not file.is_file():
        pytest.skip(f"the tables of facts are not at {FACTS}")
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def test_boundaries_of_the_published_example():
    """A bulk carrier of which 10 is required: 8.6, 9.4, 10.6, 11.8; 9 is B and 11 is D (MEPC.354(78), table 1)."""
    bounds = ships.boundaries("bulk_carrier", 100_000, 10.0, Trail())
    assert bounds == pytest.approx((8.6, 9.4, 10.6, 11.8))
    assert ships.letter(9.0, bounds) == "B"
    assert ships.letter(11.0, bounds) == "D"


@pytest.mark.parametrize(("year", "printed"), [(2023, 3.499128), (2026, 3.27813), (2030, 2.891385)])
def test_bulk_carrier_of_100_000_dwt(year, printed):
    """4745 × 100,000^-0.622 = 3.683293 (MEPC.353(78), table 1); Z of MEPC.338(76) and MEPC.400(83)."""
    line = ships.reference_line("bulk_carrier", 100_000, Trail())
    assert line == pytest.approx(3.683293, abs=5e-7)
    assert ships.required(line, year, Trail()) == pytest.approx(printed, abs=5e-7)


def test_an_independent_reckoning_to_thirty_digits():
    """Bulk carrier of 50,000 DWT, 80 t of heavy fuel oil over 1,000 nm in 2026: fixture 1 of the test plan (v1.10) of
    the public project BlueLog, worked out there in decimals apart from its own code."""
    rated = ships.rate("bulk_carrier", 50_000, [Burnt("heavy_fuel_oil", 80)], 1_000, 2026, Trail())
    assert rated.co2_t == pytest.approx(249.12, rel=1e-15)
    assert rated.attained == pytest.approx(4.9824, rel=1e-14)
    assert rated.reference == pytest.approx(5.66861385673728321407947925818, rel=1e-14)
    assert rated.required == pytest.approx(5.04506633249618206053073653978, rel=1e-14)
    assert rated.boundaries == pytest.approx(
        (4.33875704594671657205, 4.74236235254641113690, 5.34777031244595298416, 5.95317827234549483143), rel=1e-14
    )
    assert rated.ratio == pytest.approx(0.987578690077365898669252012581, rel=1e-14)
    assert rated.rating == "C"


@pytest.mark.parametrize(
    ("ship_type", "capacity", "counted"),
    [("bulk_carrier", 300_000, 279_000), ("lng_carrier", 50_000, 65_000), ("roro_vehicle_carrier", 70_000, 57_700)],
)
def test_a_fixed_capacity_is_of_the_reference_line_alone(ship_type, capacity, counted):
    """MEPC.353(78), table 1, against MEPC.352(78), 4.2: transport work is that of the ship as she is."""
    edge = {"bulk_carrier": 279_000, "lng_carrier": 64_999, "roro_vehicle_carrier": 57_700}[ship_type]
    rated = ships.rate(ship_type, capacity, [Burnt("lng", 500)], 10_000, 2026, Trail())
    assert rated.reference == ships.reference_line(ship_type, edge, Trail())
    assert rated.reference == pytest.approx(_line(ship_type, counted), rel=1e-12)
    assert rated.attained == pytest.approx(500 * 2.75e6 / (capacity * 10_000), rel=1e-14)


def _line(ship_type: str, counted: int) -> float:
    a, c = {"bulk_carrier": ("4745", "0.622"), "lng_carrier": ("14779E10", "2.673"),
            "roro_vehicle_carrier": ("3627", "0.590")}[ship_type]  # fmt: skip
    with localcontext() as context:
        context.prec = 40
        return float(Decimal(a) * Decimal(counted) ** -Decimal(c))


def _sizes(size: str) -> tuple[float, float]:
    word = size.split()[0]
    if word.startswith(">="):
        return float(word[2:]), 2 * float(word[2:])
    if word.startswith("<"):
        return 0.3 * float(word[1:]), float(word[1:]) - 1
    if word[0].isdigit():
        low, high = word.split("-")
        return float(low), float(high) - 1
    return 6_000.0, 400_000.0


def test_every_row_of_the_reference_lines(facts):
    assert {r["ship"] for r in facts["g2"]} == {i.partition(":")[0] for i in table("ships_reference").items}
    for row in facts["g2"]:
        for capacity in _sizes(row["size"]):
            counted = float(row["capacity"]) if row["capacity"] not in ("DWT", "GT") else capacity
            got = ships.reference_line(row["ship"], capacity, Trail())
            assert got == pytest.approx(row["a"] * counted ** -row["c"], rel=1e-12), row
            if row["capacity"] in ("DWT", "GT"):
                assert ships.capacity_unit(row["ship"]) == row["capacity"]


def test_every_row_of_reduction_boundaries_and_fuels(facts):
    for row in facts["g3"]:
        assert ships.required(1.0, row["year"], Trail()) == pytest.approx(1 - row["z_percent"] / 100)
    assert ships.years() == tuple(r["year"] for r in facts["g3"])
    for row in facts["g4"]:
        for capacity in _sizes(row["size"]):
            got = ships.boundaries(row["ship"], capacity, 1.0, Trail())
            assert got == tuple(row[f"exp_d{n}"] for n in (1, 2, 3, 4)), row
    assert {r["fuel"]: r["cf_tco2_per_t"] for r in facts["cf"]} == {
        item: table("ships_fuels")[item, "cf"].value for item in table("ships_fuels").items
    }


def test_high_speed_craft_have_the_boundaries_of_ropax_and_their_own_line():
    """MEPC.354(78), table 1 has no row for them; MEPC.353(78), table 1 has: 4196 × GT^-0.460."""
    trail = Trail()
    assert ships.boundaries("roro_passenger_hsc", 8_000, 1.0, trail) == ships.boundaries(
        "roro_passenger", 8_000, 1.0, Trail()
    )
    assert any("no row of its own" in step.text.en for step in trail.steps)
    assert ships.reference_line("roro_passenger_hsc", 8_000, Trail()) == pytest.approx(4196 * 8_000**-0.46, rel=1e-12)


def test_recalled_rows_are_told_apart():
    """Rows of 2027 to 2030 and the capacities that no copy confirmed stay unverified, with a note."""
    with (Path(ships.__file__).parent / "factors" / "ships_reduction.csv").open(encoding="utf-8") as file:
        notes = {r["item"]: r["note"] for r in csv.DictReader(file)}
    assert {year for year, note in notes.items() if note.startswith("recalled")} == {"2027", "2028", "2029", "2030"}
    assert all(factor.is_unverified for factor in table("ships_reference"))
