"""Estimate every coal plant outside China: ``python docs/ledger_coal.py ../shared/data OUT``.

Reads the Global Power Plant Database (short form) and national CO2 totals beside the repository, writes every plant
with its ranges to OUT/coal-plants.csv, and rewrites docs/ledger-coal.md and its Chinese twin. No figure there is typed.
"""
# ruff: noqa: E501

from __future__ import annotations

import csv
import gzip
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from ledger_coal_words import WORDS

from qinglu.ledger.estimate import Estimate, total
from qinglu.ledger.fleet import FleetEstimate, estimate
from qinglu.ledger.power import HOURS
from qinglu.ledger.trail import Trail
from qinglu.model import country_code, country_title
from qinglu.text import Lang

HERE = Path(__file__).parent
CHINA = ("CHN", "HKG", "MAC", "TWN")
YEAR = 2018
"""Of the national totals: that of the extract, as near as is known."""

KIND = {"Coal": "coal", "Gas": "gas", "Oil": "oil", "Petcoke": "petcoke", "Waste": "waste", "Biomass": "biomass"}
SHOWN = 50
MT = 1e6


@dataclass(frozen=True)
class Row:
    """A plant as the database has it, and what it comes to."""

    id: str
    name: str
    country: str
    fuel: str
    capacity_mw: float
    year: int | None
    given_mwh: float | None
    by_capacity: FleetEstimate
    by_output: FleetEstimate | None

    @property
    def is_impossible(self) -> bool:
        """Whether more is told to be generated than a year has hours, or nothing at all."""
        return self.given_mwh is not None and not 0 < self.given_mwh <= self.capacity_mw * HOURS


def plants(data: Path) -> list[Row]:
    """Every plant outside China that burns something."""
    found, trail = [], Trail()
    with gzip.open(data / "wri-gppd" / "gppd_short.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            code = country_code(row["code"]) or row["code"]
            if row["fuel"] not in KIND or code in CHINA:
                continue
            mw = float(row["capacityMW"])
            year = int(float(row["commissYr"])) if row["commissYr"] else None
            given = float(row["estGenGwh"]) * 1000 if row["estGenGwh"] else None
            kind = KIND[row["fuel"]]
            made = estimate(None, kind, mw, year, trail=trail)
            assert made is not None
            usable = given is not None and 0 < given <= mw * HOURS
            told = estimate(None, kind, mw, year, trail=trail, generation_mwh=given) if usable else None
            found.append(Row(row["gppdId"], row["name"], code, row["fuel"], mw, year, given, made, told))
    return found


def national(data: Path) -> dict[str, float]:
    """Tonnes of CO2 by country: fossil fuels and cement, Global Carbon Budget 2022."""
    with gzip.open(data / "country-facts" / "gcb2022_emissions.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["year"] == str(YEAR)]
    return {code: float(row["total_emissions"]) for row in rows if (code := country_code(row["actor_id"]))}


def later(data: Path) -> dict[str, Mapping[str, str]]:
    """The same database at version 1.3, by country: sums only."""
    path = data / "wri-gppd" / "gppd_v1.3_country_summary.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {country_code(row["iso_code"]) or row["iso_code"]: row for row in csv.DictReader(file)}


def co2(rows: Iterable[Row], *, together: bool = True) -> Estimate:
    """Tonnes, by the capacities; bounds added where all plants may be misjudged alike."""
    return total([row.by_capacity.co2_t for row in rows], together=together)


def coal_gw(summary: Mapping[str, Mapping[str, str]], code: str, fuel: str = "coal") -> float:
    """Gigawatts in version 1.3."""
    return float(summary.get(code, {}).get(f"capacity_gw_fuel_{fuel}") or 0)


def write_table(path: Path, rows: Sequence[Row]) -> None:
    """Every plant with its ranges."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["gppd_id", "name", "country", "capacity_mw", "commissioned", "net_mwh", "net_mwh_low", "net_mwh_high",
                      "co2_t", "co2_t_low", "co2_t_high", "co2e_t", "given_mwh", "given_is_impossible",
                      "co2_t_by_given", "co2_t_by_given_low", "co2_t_by_given_high"])  # fmt: skip
        for r in rows:
            told = r.by_output
            made = r.by_capacity
            out.writerow([r.id, r.name, r.country, r.capacity_mw, r.year, made.net_mwh.value, *made.net_mwh.bounds,
                          made.co2_t.value, *made.co2_t.bounds, None if made.co2e_t is None else made.co2e_t.value,
                          r.given_mwh, r.is_impossible,
                          *((told.co2_t.value, *told.co2_t.bounds) if told else (None,) * 3)])  # fmt: skip


def _table(head: Sequence[str], rows: Iterable[Sequence[object]], *, words: int = 1) -> list[str]:
    marks = " --- |" * words + " --: |" * (len(head) - words)
    return [f"| {' | '.join(head)} |", f"|{marks}", *(f"| {' | '.join(str(c) for c in row)} |" for row in rows), ""]


def _mt(made: Estimate) -> list[str]:
    low, high = made.bounds
    return [f"{made.value / MT:,.1f}", f"{low / MT:,.1f}–{high / MT:,.1f}"]


def facts(
    rows: Sequence[Row], totals: Mapping[str, float], summary: Mapping[str, Mapping[str, str]], lang: Lang
) -> dict[str, str]:
    """Every figure of the page that stands in a sentence."""
    coal = [r for r in rows if r.fuel == "Coal"]
    by_country = _by_country(coal)
    told = [r for r in coal if r.by_output is not None]
    ratios = [r.given_mwh / r.by_capacity.net_mwh.value for r in told if r.given_mwh]
    inside = [
        r
        for r in told
        if r.given_mwh and r.by_capacity.net_mwh.bounds[0] <= r.given_mwh <= r.by_capacity.net_mwh.bounds[1]
    ]
    given = total([r.by_output.co2_t for r in told if r.by_output], together=True)
    shares = {c: co2(found).value / totals[c] for c, found in by_country.items() if totals.get(c)}
    above = [c for c, share in shares.items() if share > 1]
    gw, gw_later = sum(r.capacity_mw for r in coal) / 1000, sum(coal_gw(summary, c) for c in summary if c not in CHINA)
    lacking = [c for c in summary if c not in CHINA and coal_gw(summary, c) > 0 and c not in by_country]
    whole = co2(coal)
    apart = co2(coal, together=False)
    fired = co2(r for r in rows if r.fuel in ("Coal", "Gas", "Oil", "Petcoke", "Waste"))
    rest = sum(v for c, v in totals.items() if c not in CHINA)
    return {
        "n": f"{len(coal):,}", "countries": str(len(by_country)), "gw": f"{gw:,.0f}", "gw_later": f"{gw_later:,.0f}",
        "lacking": str(len(lacking)), "lacking_gw": f"{sum(coal_gw(summary, c) for c in lacking):,.1f}",
        "twh": f"{sum(r.by_capacity.net_mwh.value for r in coal) / 1e6:,.0f}",
        "mt": f"{whole.value / MT:,.0f}", "low": f"{whole.bounds[0] / MT:,.0f}", "high": f"{whole.bounds[1] / MT:,.0f}",
        "apart_low": f"{apart.bounds[0] / MT:,.0f}", "apart_high": f"{apart.bounds[1] / MT:,.0f}",
        "dated": f"{sum(r.year is not None for r in coal):,}", "told": f"{len(told):,}",
        "impossible": str(sum(r.is_impossible for r in coal)),
        "over": str(sum(r.is_impossible and bool(r.given_mwh) for r in coal)),
        "nothing": str(sum(r.is_impossible and not r.given_mwh for r in coal)),
        "ratio": f"{median(ratios):.2f}", "inside": f"{len(inside) / len(told):.0%}",
        "given_mt": f"{given.value / MT:,.0f}", "given_low": f"{given.bounds[0] / MT:,.0f}", "given_high": f"{given.bounds[1] / MT:,.0f}",
        "told_mt": f"{co2(told).value / MT:,.0f}", "off": f"{co2(told).value / given.value - 1:+.0%}",
        "fired": f"{fired.value / MT:,.0f}", "fired_low": f"{fired.bounds[0] / MT:,.0f}", "fired_high": f"{fired.bounds[1] / MT:,.0f}",
        "rest": f"{rest / MT:,.0f}", "share": f"{whole.value / rest:.0%}", "fired_share": f"{fired.value / rest:.0%}",
        "above": str(len(above)),
        "above_names": ("、" if lang == "zh" else ", ").join(country_title(c).in_(lang) for c in above),
        "year": str(YEAR), "shown": str(SHOWN),
        "known": str(len(shares)), "unknown": str(len(by_country) - len(shares)),
        "middle": f"{median(shares.values()):.0%}", "factor": f"{whole.bounds[1] / whole.bounds[0]:.1f}",
    }  # fmt: skip


def _by_country(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.country].append(row)
    return found


def page(rows: Sequence[Row], totals: Mapping[str, float], summary: Mapping[str, Mapping[str, str]], lang: Lang) -> str:
    """The page in one language."""
    numbers = facts(rows, totals, summary, lang)
    said = {k: v.in_(lang).format(**numbers) for k, v in WORDS.items()}
    coal = [r for r in rows if r.fuel == "Coal"]
    order = sorted(_by_country(coal).items(), key=lambda item: -co2(item[1]).value)
    nations = []
    for code, found in order:
        made, whole = co2(found), totals.get(code)
        nations.append([
            country_title(code).in_(lang), len(found), f"{sum(r.capacity_mw for r in found) / 1000:,.1f}",
            f"{coal_gw(summary, code):,.1f}", *_mt(made), "–" if not whole else f"{whole / MT:,.1f}",
            "–" if not whole else f"{made.value / whole:.0%}",
        ])  # fmt: skip
    kinds = []
    for fuel in KIND:
        found = [r for r in rows if r.fuel == fuel]
        gw = sum(coal_gw(summary, c, fuel.lower()) for c in summary if c not in CHINA)
        kinds.append(
            [
                said[f"fuel_{fuel}"],
                f"{len(found):,}",
                f"{sum(r.capacity_mw for r in found) / 1000:,.0f}",
                f"{gw:,.0f}",
                *_mt(co2(found)),
            ]
        )
    largest = sorted(coal, key=lambda r: (-r.by_capacity.co2_t.value, r.id))[:SHOWN]
    plants_shown = [
        [r.name.replace("|", "/"), country_title(r.country).in_(lang), f"{r.capacity_mw:,.0f}", r.year or "–",
         *_mt(r.by_capacity.co2_t), "–" if r.by_output is None else f"{r.by_output.co2_t.value / MT:,.1f}"]
        for r in largest
    ]  # fmt: skip
    lines = [
        f"# {said['title']}", "", said["other"], "", said["lead"], "",
        "```sh", "python docs/ledger_coal.py ../shared/data /tmp/coal", "```", "", said["caution"], "",
        f"## {said['result']}", "", said["result_say"], "", said["output"], "",
        f"## {said['beside']}", "", said["beside_say"], "", *said["why"].split("\n"), "",
        *_table([said[h] for h in ("country", "plants", "gw", "gw_later", "mt", "range", "national", "of_it")], nations),
        f"## {said['sector']}", "", said["sector_say"], "",
        *_table([said[h] for h in ("fuel", "plants", "gw", "gw_later", "mt", "range")], kinds),
        f"## {said['largest']}", "",
        *_table([said[h] for h in ("plant", "country", "mw", "since", "mt", "range", "by_given")], plants_shown, words=2),
        said["sources"],
    ]  # fmt: skip
    return "\n".join(lines).rstrip() + "\n"


def main() -> None:
    """The table of every plant, and both pages."""
    data, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    rows, totals, summary = plants(data), national(data), later(data)
    write_table(out / "coal-plants.csv", [r for r in rows if r.fuel == "Coal"])
    languages: tuple[tuple[Lang, str], ...] = (("en", "ledger-coal.md"), ("zh", "ledger-coal.zh.md"))
    for lang, name in languages:
        (HERE / name).write_text(page(rows, totals, summary, lang), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
