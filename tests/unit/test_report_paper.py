"""The report on paper: tagged, in both languages, whatever a project is called; and what it says is what the page says."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import pytest
from screening_made import NASTY, large_screening, small_screening

from qinglu import report
from qinglu.errors import OptionError
from qinglu.model import Level
from qinglu.report import paper, pdf, words
from qinglu.report.summary import asked_roles, summarise
from qinglu.report.tally import Tally

pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed")
docx = pytest.importorskip("docx", reason="python-docx is not installed")


def made(screening, lang="en", **bounds):
    tally = Tally(screening.portfolio, 10_000, asked_roles(screening.rules, screening.clauses))
    tally.add({n: getattr(screening, n) for n in ("exposures", "nearest", "zonal", "findings")})
    more = {"bounds": report.Bounds(**bounds)} if bounds else {}
    return paper.paper(screening, summarise(screening, tally), tally, tally.detail(), lang, **more)


@pytest.fixture(scope="module", params=["zh", "en"])
def written(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("paper")
    report.write(small_screening(), folder, ["pdf", "docx"], request.param)
    return request.param, folder


def test_the_pdf_is_tagged_and_names_language_and_title(written):
    lang, folder = written
    reader = pypdf.PdfReader(folder / "report.pdf")
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).startswith(lang)
    assert root["/StructTreeRoot"]
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert len(reader.outline) >= 8
    embedded = {str(f["/BaseFont"]) for page in reader.pages for f in
                (v.get_object() for v in page["/Resources"].get("/Font", {}).values())}  # fmt: skip
    assert embedded
    assert all("NotoSansSC" in name or "Libertinus" in name for name in embedded)


def test_the_pdf_says_what_was_found(written):
    lang, folder = written
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(folder / "report.pdf").pages)
    for key in ("at_a_glance", "by_country", "one_by_one", "method", "limits"):
        assert words.WORDS[key].in_(lang) in text
    assert NASTY[:20] in text.replace("\n", "") or NASTY[:8] in text
    assert Level.CRITICAL.title.in_(lang) in text


def test_every_picture_says_in_words_what_it_shows(written):
    _, folder = written
    alts = []

    def walk(node):
        node = node.get_object()
        if isinstance(node, list):
            for part in node:
                walk(part)
        elif isinstance(node, dict):
            if node.get("/S") == "/Figure":
                alts.append(str(node.get("/Alt", "")))
            if "/K" in node:
                walk(node["/K"])

    walk(pypdf.PdfReader(folder / "report.pdf").trailer["/Root"]["/StructTreeRoot"])
    assert alts
    assert all(alts)
    document = docx.Document(str(folder / "report.docx"))
    assert [s._inline.docPr.get("descr") for s in document.inline_shapes]
    assert all(s._inline.docPr.get("descr") for s in document.inline_shapes)


def test_the_docx_has_headings_tables_with_heads_and_both_scripts(written):
    lang, folder = written
    document = docx.Document(str(folder / "report.docx"))
    styles = {p.style.name for p in document.paragraphs}
    assert {"Title", "Heading 1", "Heading 2", "Heading 3", "Caption", "List Bullet"} <= styles
    assert all("tblHeader" in t._tbl.xml.split("</w:tr>")[0] for t in document.tables)
    fonts = document.styles["Normal"].element.rPr.rFonts
    assert fonts.get("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}eastAsia")
    assert any(NASTY in p.text for p in document.paragraphs)
    assert document.core_properties.language.startswith(lang)


def test_paper_counts_what_it_leaves_out():
    screening = large_screening(40)
    blocks = list(made(screening, detailed=3, listed=10).blocks)
    shown = [b for b in blocks if isinstance(b, paper.Heading) and b.depth == 2]
    listed = next(b for b in blocks if isinstance(b, paper.Grid) and len(b.widths) == 5 and len(b.rows) <= 10)
    assert len(shown) == 3 + 1  # and "what to do first"
    assert len(listed.rows) == 10
    said = " ".join(b.text for b in blocks if isinstance(b, paper.Para))
    assert "30" in said
    assert "37" in said


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_finding_stands_on_paper(lang):
    """No finding is lost between the page and the paper: each level of each project is there as often as counted."""
    screening = small_screening()
    blocks = list(made(screening, lang).blocks)
    heads = {level: [b.head for b in blocks if isinstance(b, paper.Finding) and b.level is level] for level in Level}
    counted = screening.findings["level"].to_pylist()
    mark = "；" if lang == "zh" else "; "
    for level in (Level.CRITICAL, Level.WARNING, Level.NOTE):
        assert len(heads[level]) == counted.count(level.value)
    for level in (Level.UNKNOWN, Level.CLEAR):
        assert sum(len(h.split(mark)) for h in heads[level]) >= counted.count(level.value)


def test_markup_in_names_stays_text(tmp_path):
    """Typst's own marks and broken characters in names, in titles and in tables."""
    import pyarrow as pa

    screening = small_screening()
    projects = screening.portfolio.projects
    evil = ["مشروع السكة", '#panic("x") $1$ *b* _i_ @ref <tag> \\ `code` #import', "a\x0bb\x00c"]
    names = [evil[i % 3] for i in range(projects.num_rows)]
    at = projects.column_names.index("name")
    from dataclasses import replace

    changed = replace(screening, portfolio=replace(
        screening.portfolio, projects=projects.set_column(at, projects.schema.field("name"), pa.array(names)),
    ))  # fmt: skip
    paths = report.write(changed, tmp_path, ["pdf", "docx"], "en")
    text = pypdf.PdfReader(paths[[p.name for p in paths].index("report.pdf")]).pages
    assert any('#panic("x")' in page.extract_text() for page in text)
    document = docx.Document(str(tmp_path / "report.docx"))
    assert any(evil[0] in p.text for p in document.paragraphs)


def test_what_is_not_installed_is_told_before_anything_is_measured(tmp_path, monkeypatch):
    monkeypatch.setattr(pdf, "find_spec", lambda name: None)
    with pytest.raises(OptionError, match="qinglu"):
        report.write(small_screening(), tmp_path / "out", ["pdf"], "en")
    assert not (tmp_path / "out").exists()


def test_a_drawing_becomes_a_picture():
    from qinglu.report.drawings import mark_svg

    (one,) = pdf.as_pngs([mark_svg(Level.CRITICAL)])
    assert one[:8] == b"\x89PNG\r\n\x1a\n"
    assert len(pdf.as_pngs([mark_svg(level) for level in Level])) == len(Level)
    assert pdf.as_pngs([]) == []


def test_the_archive_bears_no_time_of_day(tmp_path):
    from qinglu.report.docx import write_docx

    path = tmp_path / "r.docx"
    write_docx(path, made(small_screening()), datetime(2026, 1, 1, tzinfo=UTC))
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        assert {i.date_time for i in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
