"""The workbook as a spreadsheet program reads it."""

import re
import zipfile

import pytest
from python_calamine import CalamineWorkbook
from screening_made import NASTY, large_screening, small_screening

from qinglu import report
from qinglu.report.summary import asked_roles, summarise
from qinglu.report.tally import Tally
from qinglu.report.workbook import Workbook

SHEETS = ["summary", "findings", "exposures", "nearest", "zonal", "rejected", "layers"]


def sheets(path):
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


@pytest.fixture
def book(tmp_path):
    report.write(small_screening(), tmp_path, ["xlsx"], "zh")
    return tmp_path / "report.xlsx"


def test_sheets_have_the_columns_of_the_contract_and_every_row(book):
    read = sheets(book)
    assert sorted(read) == sorted(SHEETS)
    screening = small_screening()
    for name in ("findings", "exposures", "nearest", "zonal"):
        table = getattr(screening, name)
        assert read[name][0] == table.column_names
        assert len(read[name]) == table.num_rows + 1
        rows = [["" if v is None else v for v in row.values()] for row in table.to_pylist()]
        assert read[name][1:] == rows


def test_ids_stay_text_and_nothing_becomes_a_formula(book):
    read = sheets(book)
    assert read["exposures"][1][0] == "007"
    assert "=1+1" in [row[0] for row in read["findings"]]
    assert any(NASTY in str(cell) for row in read["findings"] for cell in row)
    with zipfile.ZipFile(book) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                assert "<f>" not in archive.read(name).decode(), name
                assert "hyperlink" not in archive.read(name).decode(), name


def test_headers_are_frozen_and_filtered(book):
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl is not installed")
    read = openpyxl.load_workbook(book)
    for name in SHEETS[1:]:
        assert read[name].freeze_panes == "B2", name
        assert read[name].auto_filter.ref.startswith("A1:"), name
    assert read["findings"]["A2"].data_type == "s"


def test_the_summary_says_what_the_report_says(book):
    facts = {row[0]: row[1] for row in sheets(book)["summary"]}
    assert (facts["读入行数"], facts["筛查"], facts["退回"], facts["资产（不同位置）"]) == (9, 7, 2, 6)
    assert facts["有未知项的项目"] == 4
    assert facts["世界遗产"] == 2


def test_the_file_holds_no_clock(book):
    with zipfile.ZipFile(book) as archive:
        assert {info.date_time[0] for info in archive.infolist()} == {1980}
        core = archive.read("docProps/core.xml").decode()
    assert set(re.findall(r">(\d{4}-[^<]*)<", core)) == {"2000-01-01T00:00:00Z"}


def test_a_full_sheet_says_how_much_it_left_out(tmp_path):
    screening = large_screening(40)
    tally = Tally(screening.portfolio, 100, asked_roles(screening.rules))
    tables = {n: getattr(screening, n) for n in ("exposures", "nearest", "zonal", "findings")}
    tally.add(tables)
    book = Workbook(tmp_path / "r.xlsx", "en", sheet_rows=50)
    for start in (0, 30, 60):  # piece by piece: 120 exposures do not fit
        book.append({n: t.slice(start, 30) for n, t in tables.items()})
    book.append({n: t.slice(90) for n, t in tables.items()})
    book.finish(screening, summarise(screening, tally))
    rows = sheets(tmp_path / "r.xlsx")["exposures"]
    assert len(rows) == 50
    assert rows[48][0] == screening.exposures["project_id"][47].as_py()
    assert rows[49][0] == "The sheet is full. Rows not written: 72. Use CSV or Parquet."


def test_a_text_too_long_for_a_cell_is_cut_with_a_mark(tmp_path):
    findings = small_screening().findings
    long = findings.set_column(9, "explanation_en", [["x" * 40_000] * findings.num_rows])
    report.write(small_screening(findings=long), tmp_path, ["xlsx"], "en")
    cell = sheets(tmp_path / "report.xlsx")["findings"][1][9]
    assert len(cell) == 32_767
    assert cell.endswith("x…")
