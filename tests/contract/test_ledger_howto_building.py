"""The pages on building and on electrification: their documents run, alike in both languages, and give what they quote."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

from qinglu.rules import load
from qinglu.settings import Settings
from qinglu.tools import tool
from qinglu.tools.check import checked
from qinglu.workspace import Workspace

PAGES = Path(__file__).parents[2] / "docs" / "how-to"
BOOK = load(installed=False)
ADDIS = {"length_km": 756, "traffic": {"freight_tkm": 1.5e9, "passenger_trains": 365}, "start_year": 2026, "years": 30,
         "prices": {"diesel": 1.0, "electricity": 0.05}}  # fmt: skip
MOMBASA = {"length_km": 472, "traffic": {"freight_tkm": 2.8e9, "passenger_trains": 1460}, "start_year": 2026,
           "years": 30, "prices": {"diesel": 1.2, "electricity": 0.15}}  # fmt: skip
WEIGHTED = (656 * 23.41 + 100 * 450) / 756
CASES = (
    {**ADDIS, "country": "ETH"}, {**ADDIS, "country": "DJI"}, {**ADDIS, "grid": {"g_co2_per_kwh": WEIGHTED}},
    {**MOMBASA, "country": "KEN"}, {**MOMBASA, "grid": {"g_co2_per_kwh": 574}},
)  # fmt: skip


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    made = Workspace(Settings(data_dir=Path(tmp_path_factory.mktemp("data"))), today=date(2026, 11, 23))
    object.__setattr__(made, "rulebook", lambda further=(): BOOK)  # loaded once for the module
    return made


def run(workspace, name, given):
    chosen = tool(name)
    return chosen.run(workspace, checked(chosen.fields, given)).as_dict()["result"]


def text(page):
    return (PAGES / page).read_text(encoding="utf-8")


def documents(page):
    return [json.loads(body) for body in re.findall(r"^```json\n(.*?)^```", text(page), flags=re.M | re.S)]


def row(page, start):
    line = next(li for li in text(page).splitlines() if li.startswith(f"| {start}"))
    return [cell.strip() for cell in line.split("|")[2:-1]]


@pytest.mark.parametrize(("name", "count"), [("construction", 2), ("rail-electrification", 1)])
def test_documents_of_both_pages_are_the_same_and_run(workspace, name, count):
    given = documents(f"{name}.md")
    assert given == documents(f"{name}.zh.md")
    assert len(given) == count
    for document in given:
        assert run(workspace, name, document)


def test_the_railway_of_the_page(workspace):
    found = run(workspace, "construction", documents("construction.md")[1])
    whole, stages = found["co2e_t"], found["stages"]
    figures = [whole["value"], whole["low"], whole["high"]]
    assert [round(f / 1000) for f in figures] == [471, 209, 1174]
    assert round(found["per_unit"]["co2e_t"]["value"]) == 998
    assert [round(stages[s]["value"] / 1000) for s in ("a1_a3", "a5")] == [302, 138]
    assert {b["of"]: b["standing"] for b in found["benchmarks"]} == {"energy": "within", "water": "within"}
    for page, said in [("construction.md", "471 kt CO2e with bounds of 209 to 1,174 kt: 998 t"),
                       ("construction.zh.md", "47.1万吨CO2e，范围20.9万至117.4万吨，即每千米998吨")]:  # fmt: skip
        assert said in text(page)


def test_the_table_of_two_lines(workspace):
    found = [run(workspace, "rail-electrification", case) for case in CASES]

    def rounded(value, step):
        return f"{round(value / step) * step:,}"

    expected = {
        "grid in the first year": [str(round(f["by_year"][0]["grid_g_per_kwh"])) for f in found],
        "diesel, t CO2e": [rounded(f["by_year"][0]["diesel_wtw_t"], 100) for f in found],
        "electric, t CO2e": [rounded(f["by_year"][0]["electric_wtw_t"], 100) for f in found],
        "avoided in 30 years": [
            "{value:.2f} ({low:.2f}–{high:.2f})".format(
                **{k: f["totals"]["avoided_net_t"][k] / 1e6 for k in ("value", "low", "high")}
            ).replace("(-", "(−")
            for f in found
        ],
        "carbon comes back": [f"{f['carbon_payback']['after_years']:.1f}" for f in found],
        "break-even grid": [rounded(f["break_even"]["grid_g_per_kwh"]["value"], 1) for f in found],
        "needed for the money": [
            str(round(f["break_even"]["traffic_money"]["million_gross_tkm_per_km"])) for f in found
        ],
        "cost of a tonne": [rounded(f["money"]["cost_per_t"]["value"], 10) for f in found],
    }
    for start, cells in expected.items():
        assert row("rail-electrification.md", start) == cells, start
    chinese = (
        "首年电网强度",
        "首年内燃牵引",
        "首年电力牵引",
        "30年净减排",
        "碳回收期",
        "临界电网强度",
        "收回投资所需",
        "单位减排成本",
    )
    for start, cells in zip(chinese, expected.values(), strict=True):
        told = [c.replace("（", " (").replace("）", ")") for c in row("rail-electrification.zh.md", start)]
        assert told == cells, start
    assert round(found[0]["embodied_t"]["value"] / 1000) == 76
    assert round(found[3]["embodied_t"]["value"] / 1000) == 48
