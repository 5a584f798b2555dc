"""``report.docx``: the report for people who go on writing in it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..model import Level
from .drawings import COLOURS
from .paper import Block, Figure, Finding, Grid, Heading, Items, Paper, Para
from .pdf import CONTROL, absent, as_pngs

_LATIN, _HAN = "Arial", "Microsoft YaHei"
_WIDTH_MM = 172.0
_SOFT = "56605B"


def write_docx(path: Path, paper: Paper, made_at: datetime) -> None:
    """Set a report.

    Parameters
    ----------
    path : Path
    paper : Paper
        Its blocks are read.
    made_at : datetime
        With its zone.

    Raises
    ------
    OptionError
        Parts that are not installed.
    """
    try:
        import docx
        from docx.shared import Mm
    except ModuleNotFoundError:
        raise absent("python-docx") from None
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(19)
    section.top_margin = section.bottom_margin = Mm(19)
    _styled(document, paper)
    about = document.core_properties
    about.title, about.author, about.language = paper.title, paper.product, _code(paper)
    about.created = about.modified = made_at.astimezone(UTC).replace(tzinfo=None)
    about.last_modified_by, about.comments = paper.product, ""
    blocks = list(paper.blocks)
    setter = _Setter(document, paper, iter(as_pngs([b.svg for b in blocks if isinstance(b, Figure)])))
    setter.quiet(paper.product)
    document.add_heading(_sound(paper.title), 0)
    for line in paper.meta:
        setter.quiet(line)
    for block in blocks:
        setter.add(block)
    raw = io.BytesIO()
    document.save(raw)
    _repacked(raw, path)


class _Setter:
    """Adds block after block to a document."""

    def __init__(self, document: Any, paper: Paper, pictures: Iterator[bytes]) -> None:
        self._document = document
        self._pictures = pictures
        self._cell = document.styles["Qinglu cell"]
        self._lang = paper.lang

    def add(self, block: Block) -> None:
        match block:
            case Heading():
                other = f"  {block.other}" if block.other else ""
                self._document.add_heading(_sound(block.text + other), block.depth)
            case Para():
                self._para(block)
            case Items():
                style = "List Number" if block.numbered else "List Bullet"
                for item in block.items:
                    self._document.add_paragraph(_sound(item), style)
            case Grid():
                self._grid(block)
            case Figure():
                self._figure(block)
            case Finding():
                self._finding(block)

    def quiet(self, text: str) -> None:
        """A line of less weight."""
        self._run(self._document.add_paragraph(), text, quiet=True)

    def _para(self, block: Para) -> None:
        paragraph = self._document.add_paragraph()
        for level in block.levels:
            self._chip(paragraph, level)
            paragraph.add_run("   ")
        self._run(paragraph, block.text, quiet=block.quiet)
        paragraph.paragraph_format.keep_with_next = block.leads or None

    def _finding(self, block: Finding) -> None:
        paragraph = self._document.add_paragraph()
        self._chip(paragraph, block.level)
        paragraph.add_run(f"  {_sound(block.head)}")
        if block.caveats:
            self._run(paragraph, f" {block.caveats}", quiet=True)
        for label, text in block.steps:
            step = self._document.add_paragraph(style="Qinglu step")
            if label:
                step.add_run(f"{_sound(label)}  ").bold = True
            step.add_run(_sound(text))

    def _grid(self, block: Grid) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.oxml import OxmlElement
        from docx.shared import Mm

        self._document.add_paragraph(_sound(block.caption), "Caption").paragraph_format.keep_with_next = True
        across = len(block.head)
        table = self._document.add_table(rows=1 + len(block.rows), cols=across, style="Table Grid")
        table.autofit = False
        total = sum(block.widths)
        cells = table._cells  # asked for once: every other way to a cell walks over the whole table
        for number, row in enumerate((block.head, *block.rows)):
            for n, value in enumerate(row):
                cell = cells[number * across + n]
                cell.width = Mm(_WIDTH_MM * block.widths[n] / total)
                paragraph = cell.paragraphs[0]
                paragraph.style = self._cell
                if isinstance(value, Level):
                    self._chip(paragraph, value)
                else:
                    paragraph.add_run(_sound(value)).bold = number == 0
                if n in block.numbers:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        head = table.rows[0]._tr.get_or_add_trPr()
        head.append(OxmlElement("w:tblHeader"))  # named again on every page, and to a screen reader
        self._document.add_paragraph()

    def _figure(self, block: Figure) -> None:
        from docx.shared import Mm

        width = Mm(_WIDTH_MM * block.share)
        picture = self._document.add_picture(io.BytesIO(next(self._pictures)), width=width)
        picture._inline.docPr.set("descr", _sound(block.alt))
        self._document.add_paragraph(_sound(block.caption), "Caption")

    def _chip(self, paragraph: Any, level: Level) -> None:
        from docx.shared import RGBColor

        run = paragraph.add_run(f"{level.mark} {level.title.in_(self._lang)}")
        run.bold = True
        run.font.color.rgb = RGBColor.from_string(COLOURS[level].lstrip("#"))

    def _run(self, paragraph: Any, text: str, *, quiet: bool) -> None:
        from docx.shared import Pt, RGBColor

        run = paragraph.add_run(_sound(text))
        if quiet:
            run.font.size, run.font.color.rgb = Pt(8.5), RGBColor.from_string(_SOFT)


def _styled(document: Any, paper: Paper) -> None:
    """Fonts for both scripts, the language of the text, and two styles of our own."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt, RGBColor

    styles = document.styles
    for name in ("Normal", "Title", "Heading 1", "Heading 2", "Heading 3", "Caption"):
        style = styles[name]
        style.font.name = _LATIN
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:eastAsia"), _HAN)
    styles["Normal"].font.size = Pt(10)
    for name, size in (("Title", 20), ("Heading 1", 14), ("Heading 2", 12), ("Heading 3", 10), ("Caption", 8.5)):
        styles[name].font.size = Pt(size)
        styles[name].font.color.rgb = RGBColor.from_string("0F4C3A" if "Heading 3" != name != "Caption" else _SOFT)
    cell = styles.add_style("Qinglu cell", WD_STYLE_TYPE.PARAGRAPH)
    cell.base_style, cell.font.size = styles["Normal"], Pt(8)
    cell.paragraph_format.space_after = Pt(0)
    step = styles.add_style("Qinglu step", WD_STYLE_TYPE.PARAGRAPH)
    step.base_style, step.font.size = styles["Normal"], Pt(8.5)
    step.font.color.rgb = RGBColor.from_string(_SOFT)
    step.paragraph_format.left_indent, step.paragraph_format.space_after = Mm(6), Pt(1)
    language = styles.element.find(f".//{qn('w:lang')}")
    if language is not None:
        language.set(qn("w:val"), "en-GB")
        language.set(qn("w:eastAsia"), "zh-CN")


def _repacked(raw: io.BytesIO, path: Path) -> None:
    """The same archive without the time of day in it, so that the same run gives the same bytes."""
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.infolist():
            target.writestr(zipfile.ZipInfo(part.filename), source.read(part), zipfile.ZIP_DEFLATED)


def _code(paper: Paper) -> str:
    return "zh-CN" if paper.lang == "zh" else "en-GB"


def _sound(text: str) -> str:
    return text.translate(CONTROL)
