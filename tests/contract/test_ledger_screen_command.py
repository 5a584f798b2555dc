"""``qinglu screen --ledger``: the table in every format, the reports, the record of the run; nothing without the flag."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from qinglu import example
from qinglu.cli import build_parser
from qinglu.model import LEDGER
from qinglu.model.ledger import LEDGER_MISSING
from qinglu.settings import Settings
from qinglu.tools import tool
from qinglu.workspace import Workspace

ROOT = Path(__file__).parents[2]
ROWS = (
    "id,name,country,sector,capacity (MW),stage,lon,lat\n"
    "a,Alpha,Pakistan,Coal,600,operation,67,25\n"
    "b,Beta,Kenya,Solar,50,construction,37,-1\n"
    "c,Gamma highway,Kenya,Road,,planning,37,-1.2\n"
    "d,Delta school,Kenya,Education,,planning,37,-1.4\n"
)
FORMATS = ("csv", "parquet", "xlsx", "html")


def screen(folder, out, *, ledger, lang="en", formats=FORMATS):
    settings = Settings(data_dir=folder / "data", lang=lang)
    workspace = Workspace(settings, today=date(2026, 11, 22))
    (folder / "projects.csv").write_text(ROWS, encoding="utf-8")
    parks = {"name": "parks", "path": example.parks_path(), "role": "protected"}
    given = {"portfolio": folder / "projects.csv", "layer": (parks,), "ledger": ledger, "format": formats, "out": out}
    return tool("screen").run(workspace, given)


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ledger")
    screen(folder, folder / "out", ledger=True)
    return folder / "out"


@pytest.fixture(scope="module")
def rows(done):
    return list(csv.DictReader(io.StringIO((done / "ledger.csv").read_text(encoding="utf-8"))))


def test_the_flag_is_one_of_the_command_line():
    parsed = build_parser().parse_args(["screen", "p.csv", "--ledger", "--out", "x"])
    assert parsed.ledger is True
    assert build_parser().parse_args(["screen", "p.csv", "--out", "x"]).ledger is False


def test_tables_have_the_columns_of_the_contract(done, rows):
    assert list(rows[0]) == LEDGER.names
    stored = pq.read_table(done / "ledger.parquet")
    assert stored.schema.names == LEDGER.names
    assert stored.num_rows == len(rows)
    assert {r["project_id"] for r in rows} == {"a", "b", "c", "d"}


def test_the_workbook_has_a_sheet_of_it(done):
    with zipfile.ZipFile(done / "report.xlsx") as book:
        named = book.read("xl/workbook.xml").decode()
    assert 'name="ledger"' in named


def test_the_record_of_the_run_says_that_it_was_asked_for(done):
    record = json.loads((done / "run.json").read_text(encoding="utf-8"))
    assert record["ledger"] is True
    assert {"ledger.csv", "ledger.parquet"} <= {f["name"] for f in record["files"]}


def test_the_page_tells_totals_what_is_missing_and_each_project(done, rows):
    page = (done / "report.html").read_text(encoding="utf-8")
    assert '<section id="ledger"' in page
    assert "Projects with an estimate: 2. With nothing but unknown: 2." in page
    assert "length: a line as its place" in page
    assert 'class="chart"' in page
    assert page.count("What does it emit, and what does building it take?") == 4
    coal = next(r for r in rows if r["project_id"] == "a" and r["scope"] == "1")
    assert f"{float(coal['value']) / 1e6:.3g}" in page  # 2.68 m


@pytest.mark.parametrize(
    ("lang", "said"), [("zh", "排放多少，用什么建成？"), ("en", "What is missing for an estimate")]
)
def test_paper_says_the_same(tmp_path, lang, said):
    docx = pytest.importorskip("docx", reason="qinglu[reports] is not installed")
    pytest.importorskip("typst", reason="qinglu[reports] is not installed")
    screen(tmp_path, tmp_path / "out", ledger=True, lang=lang, formats=("pdf", "docx"))
    document = docx.Document(str(tmp_path / "out" / "report.docx"))
    text = [p.text for p in document.paragraphs]
    text += [cell.text for t in document.tables for row in t.rows for cell in row.cells]
    assert any(said in line for line in text)
    assert (tmp_path / "out" / "report.pdf").stat().st_size > 10_000


def test_without_the_flag_nothing_of_it_is_written(tmp_path, done):
    screen(tmp_path, tmp_path / "out", ledger=False)
    names = {p.name for p in (tmp_path / "out").iterdir()}
    assert not any(name.startswith("ledger") for name in names)
    assert 'id="ledger"' not in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["ledger"] is False
    for table in ("findings.csv", "exposures.csv", "projects.csv"):
        assert (tmp_path / "out" / table).read_bytes() == (done / table).read_bytes()


def test_a_second_run_gives_the_same_bytes(tmp_path, done):
    screen(tmp_path, tmp_path / "out", ledger=True, formats=("csv", "parquet"))
    for name in ("ledger.csv", "ledger.parquet"):
        assert (tmp_path / "out" / name).read_bytes() == (done / name).read_bytes()


def test_the_python_face_has_it_too(tmp_path):
    import qinglu

    path = Path(tmp_path / "p.csv")
    path.write_text(ROWS, encoding="utf-8")
    settings = Settings(data_dir=tmp_path / "data")
    made = qinglu.screen(path, [qinglu.example_parks()], ledger=True, settings=settings)
    assert made.ledger.schema.equals(LEDGER)
    assert qinglu.screen(path, [qinglu.example_parks()], settings=settings).ledger is None


def test_every_code_of_what_is_missing_is_described():
    page = (ROOT / "docs" / "reference" / "outputs.md").read_text(encoding="utf-8")
    section = page.split("## Missing")[1].split("\n## ")[0]
    rows = dict(re.findall(r"^\| `([^`]+)` \| (.*) \|$", section, flags=re.M))
    assert rows == {code: f"{text.en} | {text.zh}" for code, text in LEDGER_MISSING.items()}
