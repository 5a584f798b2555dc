"""``report.pdf``: the report on paper, tagged for screen readers, with its font in it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..errors import OptionError
from ..model import Level
from ..text import Text
from . import pages
from .drawings import COLOURS, mark_svg
from .paper import Block, Figure, Paper
from .tally import WORST_FIRST

_FONT_PACKAGE, _FONT = "justmytype-intl-cjk", "NotoSansSC[wght].ttf"
_FURTHER = tuple(f"justmytype-intl-{part}" for part in ("rtl", "sea", "south-asia", "africa"))
"""Packages with fonts for further scripts, used where somebody has installed them."""
CONTROL = dict.fromkeys([*(i for i in range(32) if chr(i) not in "\t\n"), *range(127, 160), 0xFFFE, 0xFFFF])
"""Characters that stand for nothing on paper; XML cannot even hold them."""
_KINDS = {"Heading": "heading", "Para": "para", "Items": "items", "Grid": "grid", "Figure": "figure",
          "Finding": "finding"}  # fmt: skip


def write_pdf(path: Path, paper: Paper, made_at: datetime) -> None:
    """Set a report.

    Parameters
    ----------
    path : Path
    paper : Paper
        Its blocks are read.
    made_at : datetime
        With its zone; what the file says of when it was made.

    Raises
    ------
    OptionError
        Parts that are not installed.
    """
    try:
        import typst
    except ModuleNotFoundError:
        raise absent("typst") from None
    with tempfile.TemporaryDirectory(prefix="qinglu-") as name:
        folder = Path(name)
        for level in WORST_FIRST:
            (folder / f"mark-{level}.svg").write_text(mark_svg(level), encoding="utf-8")
        document = {
            "title": paper.title, "product": paper.product, "meta": paper.meta, "lang": paper.lang, "why": paper.why,
            "contents": paper.contents, "blocks": list(_blocks(paper, folder)),
            "levels": {str(v): {"title": v.title.in_(paper.lang), "colour": COLOURS[v]} for v in WORST_FIRST},
        }  # fmt: skip
        raw = json.dumps(_sound(document), ensure_ascii=False, default=sorted)
        (folder / "paper.json").write_text(raw, encoding="utf-8")
        main = folder / "report.typ"
        main.write_text(pages.text("report.typ"), encoding="utf-8")
        options: dict[str, Any] = {
            "output": path, "root": folder, "font_paths": _fonts(), "ignore_system_fonts": True,
            "timestamp": made_at.astimezone(UTC),
        }  # fmt: skip
        try:
            typst.compile(main, pdf_standards=["ua-1"], **options)
        except typst.TypstError as error:
            if "could not be displayed" not in error.message:
                raise
            typst.compile(main, **options)  # a name in a script without a font: tagged all the same, but not PDF/UA


def as_pngs(svgs: Sequence[str], ppi: float = 168.0, width_pt: float = 480.0) -> list[bytes]:
    """Drawings as pictures, for programs that know no SVG.

    Raises
    ------
    OptionError
        Parts that are not installed.
    """
    if not svgs:
        return []
    try:
        import typst
    except ModuleNotFoundError:
        raise absent("typst") from None
    with tempfile.TemporaryDirectory(prefix="qinglu-") as name:
        folder = Path(name)
        for n, svg in enumerate(svgs):
            (folder / f"{n}.svg").write_text(svg, encoding="utf-8")
        main = folder / "main.typ"
        main.write_text(
            f"#set page(width: {width_pt}pt, height: auto, margin: 0pt)\n"
            f'#for n in range({len(svgs)}) {{ page(image(str(n) + ".svg", width: 100%)) }}\n',
            encoding="utf-8",
        )
        made = typst.compile(main, root=folder, font_paths=_fonts(), ignore_system_fonts=True, format="png", ppi=ppi)
    return [made] if isinstance(made, bytes) else list(made)


@cache
def font() -> Path:
    """The file of the font, inside the package that brings it.

    Raises
    ------
    OptionError
        The package is not installed.
    """
    try:
        files = distribution(_FONT_PACKAGE).files or []
    except PackageNotFoundError:
        raise absent(_FONT_PACKAGE) from None
    for entry in files:
        if entry.name == _FONT:
            return Path(str(entry.locate()))
    raise absent(_FONT_PACKAGE)


@cache
def _fonts() -> list[Path]:
    """Folders of the font and of those for further scripts that happen to be installed."""
    found = [font().parent]
    for name in _FURTHER:
        try:
            files = distribution(name).files or []
        except PackageNotFoundError:
            continue
        found += sorted({Path(str(entry.locate())).parent for entry in files if entry.suffix == ".ttf"})
    return found


def absent(package: str) -> OptionError:
    """That a part is not installed, and how to get it."""
    return OptionError(
        Text(f"缺少软件包 {package}，无法生成该格式", f"{package}, which this format needs, is not installed"),
        Text("请运行 pip install 'qinglu[reports]'", "Run: pip install 'qinglu[reports]'"), where="--format",
    )  # fmt: skip


def missing(formats: Collection[str]) -> tuple[str, ...]:
    """Those of the formats that cannot be made with what is installed."""

    def lacks(kind: str) -> bool:
        try:
            check_installed((kind,))
        except OptionError:
            return True
        return False

    return tuple(kind for kind in formats if kind in ("pdf", "docx") and lacks(kind))


def check_installed(formats: Collection[str]) -> None:
    """Nothing, if what a report on paper needs is installed: told before hours of measuring, not after.

    Raises
    ------
    OptionError
    """
    font()
    for module, package, kinds in (("typst", "typst", ("pdf", "docx")), ("docx", "python-docx", ("docx",))):
        if any(kind in formats for kind in kinds) and find_spec(module) is None:
            raise absent(package)


def _blocks(paper: Paper, folder: Path) -> Iterator[dict[str, Any]]:
    for n, block in enumerate(paper.blocks):
        yield _told(block, n, folder)


def _told(block: Block, n: int, folder: Path) -> dict[str, Any]:
    made = {"kind": _KINDS[type(block).__name__], **asdict(block)}
    if isinstance(block, Figure):
        made["file"] = f"drawing-{n}.svg"
        (folder / made["file"]).write_text(made.pop("svg"), encoding="utf-8")
    for name in ("head", "rows"):
        if made["kind"] == "grid":
            made[name] = _chips(made[name])
    return made


def _chips(value: Any) -> Any:
    """Levels apart from text: both are strings."""
    if isinstance(value, Level):
        return {"level": str(value)}
    return [_chips(v) for v in value] if isinstance(value, tuple | list) else value


def _sound(value: Any) -> Any:
    """Without characters that no font can show."""
    if isinstance(value, str):
        return value.translate(CONTROL)
    if isinstance(value, dict):
        return {k: _sound(v) for k, v in value.items()}
    return [_sound(v) for v in value] if isinstance(value, list | tuple) else value
