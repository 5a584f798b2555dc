"""The figures of docs/how-to/freight.md are those that the tools give for the inputs printed there."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

from qinglu.settings import Settings
from qinglu.tools import tool
from qinglu.tools.check import checked
from qinglu.workspace import Workspace

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"
PAGES = {
    lang: (HOW_TO / name).read_text(encoding="utf-8") for lang, name in (("en", "freight.md"), ("zh", "freight.zh.md"))
}
ORDER = ("rail, electric", "rail, British factor", "sea and rail", "sea by Suez", "sea by the Cape", "air")


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    workspace = Workspace(Settings(data_dir=Path(tmp_path_factory.mktemp("data"))), today=date(2026, 11, 22))
    given = [json.loads(block) for block in re.findall(r"^```json\n(.*?)^```", PAGES["en"], flags=re.M | re.S)]
    assert len(given) == 3
    found = []
    for name, inputs in zip(("freight", "freight", "ship-cii"), given, strict=True):
        chosen = tool(name)
        found.append(chosen.run(workspace, checked(chosen.fields, inputs)).as_dict()["result"])
    return found


def test_one_leg(answers):
    leg, _, _ = answers
    for page in PAGES.values():
        for figure in (f"{leg['tkm']:.3f}", f"{leg['wtw_kg']:.4f}", f"{leg['ttw_kg']:.4f}"):
            assert figure in page


@pytest.mark.parametrize("lang", PAGES)
def test_the_table_of_chains(answers, lang):
    _, compared, _ = answers
    rows = re.findall(r"^\| [^|]+ \| ([\d,]+) \| ([\d,]+) \| ([\d.]+) \|$", PAGES[lang], flags=re.M)
    assert compared["comparison"]["order"] == list(ORDER)
    expected = []
    for name in ORDER:
        chain, times = compared["chains"][name], compared["comparison"]["times_least"][name]
        expected.append(
            (f"{chain['tkm']:,.0f}", f"{chain['wtw_kg']:,.0f}", f"{times:.3g}" if times > 10 else f"{times:.2f}")
        )
    assert rows == expected


def test_the_ship(answers):
    ship = answers[2]
    cut = 1 - ship["boundaries"][2] / ship["attained"]
    figures = (
        f"{ship['co2_t']:,.0f}",
        f"{ship['attained']:.2f}",
        f"{ship['reference']:.3f}",
        f"{ship['required']:.3f}",
    )
    for page in PAGES.values():
        assert all(figure in page for figure in figures)
        assert f"{100 * cut:.1f}" in page
        assert ship["rating"] == "E"


def test_the_lane_that_turns_the_order(answers, tmp_path):
    """With GLEC's lane the sea by Suez emits 2,100 kg, less than both trains."""
    given = json.loads(re.findall(r"^```json\n(.*?)^```", PAGES["en"], flags=re.M | re.S)[1])
    by_sea = given["chains"]["sea by Suez"]
    by_sea["legs"][2]["class"] = "sea_container_glec_asia_north_europe"
    chosen = tool("freight")
    workspace = Workspace(Settings(data_dir=tmp_path), today=date(2026, 11, 22))
    wtw = chosen.run(workspace, checked(chosen.fields, by_sea)).result["wtw_kg"]
    trains = [answers[1]["chains"][name]["wtw_kg"] for name in ORDER[:2]]
    assert f"{wtw:,.0f}" == "2,100"
    assert wtw < min(trains)
    assert all("2,100" in page for page in PAGES.values())
