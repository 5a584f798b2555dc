"""The ledger beside others, in one run: ``python -m benchmarks.ledger``. See README.md."""

from __future__ import annotations

import argparse
import csv
import importlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from qinglu.ledger.draws import Draws
from qinglu.ledger.lcoe import Plant, levelised
from qinglu.ledger.option_inputs import Wishes
from qinglu.ledger.options import compare
from qinglu.ledger.tables import table
from qinglu.ledger.trail import Trail
from qinglu.tools.declared.ledger.options import USUAL

from .ledger_sea import sea

FACTS = Path(__file__).parents[2] / "shared" / "facts"
RATE, HOURS = 0.08, 8760.0
SHARE = 0.5  # of full load, for every row alike
GJ_PRICE = 5.0

# The investments of green_technologies.csv are euros of 2025 (`eur_year` of the collection they come from), whatever
# its column currency_year says: that is the year of the source. Consumer prices of the EU rose 2.6 % in 2024 and 2.5 %
# in 2025; a euro of 2023 was 1.0813 dollars.
USD_2023_PER_EUR_2025 = 1.0813 / (1.026 * 1.025)

OURS = {
    "solar-utility": "solar_pv", "onwind": "wind_onshore", "offwind": "wind_offshore", "hydro": "hydro",
    "CCGT": "gas_ccgt", "coal": "coal", "nuclear": "nuclear",
}  # fmt: skip
WHY = {
    "solar-utility": "a projection for 2030; ours is the mean of what was built in 2023",
    "onwind": "Danish turbines; ours is the mean of the world, China above all",
    "offwind": "part of the grid connection left out; in ours",
    "hydro": "2,000 EUR/kW of 2010, brought to 2025",
    "CCGT": "the Danish sheet of 2030; ours is that of 2020",
    "coal": "middle of a range in the United States whose upper end has capture; ours is built in South-East Asia",
    "nuclear": "the same source",
}


def draws(_: argparse.Namespace) -> Iterator[str]:
    """Time of the Monte Carlo; asked for: under 2 s of CPU for 100,000 draws of 8 options."""
    yield "| draws | options | CPU, s |"
    yield "|---|---|---|"
    for count in (10_000, 100_000, 1_000_000):
        best = min(_timed(count) for _ in range(3))
        yield f"| {count:,} | {len(USUAL)} | {best:.2f} |"


def _timed(count: int) -> float:
    start = time.process_time()
    compare(USUAL, 100.0, Wishes(RATE, carbon_price=30.0), Trail(), draws=Draws(count, 1), country="PAK")
    return time.process_time() - start


def costs(given: argparse.Namespace) -> Iterator[str]:
    """Levelised cost on the inputs of green_technologies.csv, against numpy-financial or the sum year by year."""
    path = given.facts / "green_technologies.csv"
    if not path.is_file():
        yield f"{path.name} does not lie in {path.parent.name}: left out"
        return
    peer, name = _peer()
    yield f"Peer: {name}. {RATE:.0%}, {SHARE:.0%} of full load, fuel {GJ_PRICE:g}/GJ where an efficiency stands there."
    yield ""
    yield "| row | EUR/kW | ours, EUR/MWh | peer | off by | our own capital, USD2023/kW | row in the same | why |"
    yield "|---|---|---|---|---|---|---|---|"
    for key, row in _rows(path).items():
        capital, fom, years = row["investment"], row["FOM"] / 100, row["lifetime"]
        fuel = GJ_PRICE if key in ("CCGT", "coal", "nuclear") else 0.0
        plant = Plant(
            capital, SHARE, RATE, years, fixed=fom * capital, fuel_price=fuel, efficiency=row.get("efficiency", 1.0)
        )
        ours = float(levelised(plant).total)
        theirs = (peer(RATE, years, capital) + fom * capital) / (HOURS * SHARE / 1e3)
        theirs += fuel * 3.6 / row.get("efficiency", 1.0)
        yield (
            f"| {key} | {capital:,.0f} | {ours:.4f} | {theirs:.4f} | {abs(ours / theirs - 1):.1e} "
            f"| {_capital(key)} | {capital * USD_2023_PER_EUR_2025:,.0f} | {WHY.get(key, '')} |"
        )


def _capital(key: str) -> str:
    if key not in OURS:
        return "–"
    from qinglu.ledger.money import dollars

    return f"{dollars(table('options')[OURS[key], 'capital']).value:,.0f}"


def _peer() -> tuple[Callable[[float, float, float], float], str]:
    """Capital as equal payments: numpy-financial where it is installed."""
    try:
        financial = importlib.import_module("numpy_financial")
    except ModuleNotFoundError:
        return _by_year, "the sum year by year (numpy-financial is not installed)"
    return (lambda rate, years, capital: float(-financial.pmt(rate, years, capital))), "numpy-financial"


def _by_year(rate: float, years: float, capital: float) -> float:
    return capital / sum((1 + rate) ** -t for t in range(1, round(years) + 1))


def _rows(path: Path) -> dict[str, dict[str, float]]:
    """Rows of generation that tell investment by kW, fixed operation and lifetime."""
    found: dict[str, dict[str, float]] = {}
    for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines()):
        if row["field"] not in ("renewable", "power") or row["parameter"] == "CO2 intensity":
            continue
        if row["parameter"] == "investment" and row["unit"].split(",")[0] not in ("EUR/kW", "EUR/kW_e", "EUR/kWel"):
            continue
        found.setdefault(row["key"], {})[row["parameter"]] = float(row["value"])
    return {k: v for k, v in found.items() if {"investment", "FOM", "lifetime"} <= set(v)}


SECTIONS: dict[str, Callable[[argparse.Namespace], Iterator[str]]] = {"draws": draws, "costs": costs, "sea": sea}
"""What is measured, by name; each yields the lines of its table."""


def main() -> int:
    """Every section asked for, one after the other."""
    ask = argparse.ArgumentParser(prog="python -m benchmarks.ledger", description=__doc__)
    ask.add_argument("--sections", default=",".join(SECTIONS), help="by comma")
    ask.add_argument("--facts", type=Path, default=FACTS, help="folder with green_technologies.csv")
    given = ask.parse_args()
    for name in given.sections.split(","):
        print(f"## {name}\n\n{(SECTIONS[name].__doc__ or '').strip()}\n")
        for line in SECTIONS[name](given):
            print(line)
        print()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
