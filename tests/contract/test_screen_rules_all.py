"""``qinglu screen --rules all``: the same files, more findings, the same bytes each time."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from qinglu import example
from qinglu.cli import main
from qinglu.model import FINDINGS

PARKS = f"parks={example.parks_path()},role=protected"
RULED = {"colour", "coal-gate", "eia", "duty"}


def screen(out: Path, *more: str) -> Path:
    args = ["screen", str(example.portfolio_path()), "--layer", PARKS, "--on", "2026-11-22", "--quiet"]
    assert main([*args, *more, "--out", str(out)]) == 0
    return out


def findings(out: Path) -> list[dict[str, str]]:
    with (out / "findings.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return screen(tmp_path_factory.mktemp("all"), "--rules", "all")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return screen(tmp_path_factory.mktemp("plain"))


def test_the_default_stays_as_it_was(plain: Path) -> None:
    assert not RULED & {f["measure"] for f in findings(plain)}
    assert "clauses" not in json.loads((plain / "run.json").read_text(encoding="utf-8"))
    assert 'class="gdg"' not in (plain / "report.html").read_text(encoding="utf-8")


def test_what_was_measured_is_the_same_and_the_rulebook_is_added(plain: Path, everything: Path) -> None:
    added = findings(everything)
    assert list(added[0]) == FINDINGS.names
    assert [f for f in added if f["measure"] not in RULED] == findings(plain)
    assert {f["measure"] for f in added} >= RULED
    ids = [f["project_id"] for f in added]
    assert list(dict.fromkeys(ids)) == list(dict.fromkeys(f["project_id"] for f in findings(plain)))
    assert len({(i, n) for n, i in enumerate(ids) if n == 0 or ids[n - 1] != i}) == len(set(ids))  # each in one run
    known = set(json.loads((everything / "run.json").read_text(encoding="utf-8"))["clauses"])
    assert {f["rule_id"] for f in added if f["measure"] in RULED} <= known


def test_every_project_has_one_colour_and_coal_is_red(everything: Path) -> None:
    colours = {f["project_id"]: f for f in findings(everything) if f["measure"] == "colour"}
    assert set(colours) == {f["project_id"] for f in findings(everything)}
    coal = [f for f in colours.values() if f["rule_id"] == "int.gdg.type.coal-fired-power"]
    assert len(coal) == 6
    assert {f["value"] for f in coal} == {"3.0"} or {f["value"] for f in coal} == {"3"}


@pytest.mark.parametrize(("lang", "chip"), [("en", "GDG: red"), ("zh", "绿色发展指南：红")])
def test_the_report_shows_the_colour_as_a_labelled_chip_and_the_duties(tmp_path: Path, lang: str, chip: str) -> None:
    page = (screen(tmp_path, "--rules", "all", "--lang", lang, "--format", "html") / "report.html").read_text(
        encoding="utf-8"
    )
    assert f'<span class="gdg">{chip}</span>' in page
    assert {"en": "Duties to carry out", "zh": "须履行的义务"}[lang] in page
    assert {"en": "Coal gate: retrofit", "zh": "煤电关口：改造"}[lang] in page


def test_the_same_inputs_give_the_same_bytes(everything: Path, tmp_path: Path) -> None:
    again = screen(tmp_path, "--rules", "all")
    for path in sorted(everything.iterdir()):
        if path.name != "run.json":
            assert path.read_bytes() == (again / path.name).read_bytes(), path.name


def test_another_word_is_refused_in_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code = main(["screen", str(example.portfolio_path()), "--rules", "some", "--out", str(tmp_path / "x")])
    said = capsys.readouterr().err
    assert code == 2
    assert said.count("\n") == 1
    assert "--rules" in said
    assert not (tmp_path / "x").exists()
