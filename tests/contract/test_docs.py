"""Documentation is held to the code: commands parse, links resolve, columns, notes and slugs are all there."""

from __future__ import annotations

import ast
import contextlib
import inspect
import io
import re
import runpy
import shlex
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from qinglu import errors
from qinglu.model import EXPOSURES, FINDINGS, LEDGER, NEAREST, NOTES, PROJECTS, REJECTED, SCREENED, ZONAL
from qinglu.settings import Settings
from qinglu.tools import TOOLS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
OUTPUTS = (DOCS / "reference" / "outputs.md").read_text(encoding="utf-8")
ERRORS = (DOCS / "reference" / "errors.md").read_text(encoding="utf-8")
README, README_ZH = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh.md"))
TABLES = {
    "projects": SCREENED,
    "exposures": EXPOSURES, "nearest": NEAREST, "zonal": ZONAL,
    "findings": FINDINGS, "ledger": LEDGER, "rejected": REJECTED, "Projects": PROJECTS,
}  # fmt: skip


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def _blocks(text: str) -> list[tuple[str, str]]:
    """Fenced blocks as (language, content)."""
    return re.findall(r"^```(\w*)\n(.*?)^```", text, flags=re.M | re.S)


def _prose(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)


def _commands(text: str) -> list[str]:
    lines = [line for lang, body in _blocks(text) if lang == "sh" for line in body.replace("\\\n", " ").splitlines()]
    return [line.strip() for line in lines if line.strip().startswith("qinglu ")]


def _headings(text: str) -> list[tuple[int, str]]:
    return [(len(m[1]), m[2]) for m in re.finditer(r"^(#+) (.*)$", _prose(text), flags=re.M)]


def _anchor(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    kept = "".join(c for c in heading.lower() if c.isalnum() or c in " -_")
    return kept.replace(" ", "-")


def _rows(text: str) -> dict[str, list[str]]:
    """Table rows whose first cell is a word of code, by that word."""
    rows = re.findall(r"^\| `([^`]+)` \|(.*)\|$", text, flags=re.M)
    assert len({key for key, _ in rows}) == len(rows), "a row is there twice"
    return {key: [cell.strip() for cell in rest.split(" | ")] for key, rest in rows}


def _section(title: str) -> str:
    found = re.search(rf"^## {title}\b.*?\n(.*?)(?=^## |\Z)", OUTPUTS, flags=re.M | re.S)
    assert found, f"outputs.md has no section {title}"
    return found[1]


def _speaks_both(text: str) -> bool:
    return bool(re.search(r"[一-鿿]", text)) and bool(re.search(r"[A-Za-z]{2}", text))


COMMANDS = [(_name(page), line) for page in PAGES for line in _commands(page.read_text(encoding="utf-8"))]


def test_there_are_commands_to_check():
    assert len(COMMANDS) > 20


@pytest.mark.parametrize(("page", "line"), COMMANDS)
def test_command_parses(page, line):
    cli = pytest.importorskip("qinglu.cli", reason="the command line is not importable yet")
    if not hasattr(cli, "build_parser"):
        pytest.skip("qinglu.cli has no build_parser yet")
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        try:
            parsed = cli.build_parser().parse_args(shlex.split(line)[1:])
        except SystemExit:
            pytest.fail(f"{page}: {line}\n{said.getvalue()}")
    assert parsed is not None


def test_commands_name_connectors_that_exist():
    records = ROOT / "src" / "qinglu" / "atlas" / "data" / "connectors.yaml"
    if not records.exists():
        pytest.skip("there are no connectors yet")
    named = {found[1] for _, line in COMMANDS if (found := re.match(r"qinglu atlas fetch ([\w-]+)", line))}
    assert named
    assert named <= set(yaml.safe_load(records.read_text(encoding="utf-8")))


def test_the_call_in_the_readme_fits_the_function():
    import qinglu

    if not hasattr(qinglu, "screen"):
        pytest.skip("qinglu.screen is not there yet")
    code = next(body for lang, body in _blocks(README) if lang == "python")
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    call = next(c for c in calls if ast.unparse(c.func) == "qinglu.screen")
    given = {word.arg: None for word in call.keywords if word.arg}
    inspect.signature(qinglu.screen).bind(*call.args, **given)


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_local_links_resolve(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", _prose(page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        there = (page.parent / file).resolve() if file else page
        assert there.exists(), f"{_name(page)}: {target}"
        assert there.is_relative_to(ROOT), f"{_name(page)}: {target} leaves the repository"
        if anchor:
            anchors = {_anchor(title) for _, title in _headings(there.read_text(encoding="utf-8"))}
            assert anchor in anchors, f"{_name(page)}: {target}"


@pytest.mark.parametrize("folder", ["how-to", "reference"])
def test_every_page_is_in_the_index(folder):
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    for page in (DOCS / folder).glob("*.md"):
        assert f"({folder}/{page.name})" in index


def test_every_decision_is_in_its_index():
    index = (DOCS / "decisions" / "README.md").read_text(encoding="utf-8")
    missing = [p.name for p in (DOCS / "decisions").glob("[0-9]*.md") if f"({p.name})" not in index]
    assert not missing


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_described_in_order(table):
    rows = _rows(_section(table))
    assert list(rows) == TABLES[table].names
    for column, cells in rows.items():
        assert _speaks_both(" ".join(cells)), f"{table}.{column}"


def test_every_note_is_described_in_both_languages():
    rows = _rows(_section("Notes"))
    assert rows == {slug: [text.en, text.zh] for slug, text in NOTES.items()}, "run: python docs/render.py"


def test_every_setting_is_described_with_its_default():
    rows = _rows((DOCS / "reference" / "settings.md").read_text(encoding="utf-8"))
    assert list(rows) == [f"QINGLU_{f.name.upper()}" for f in fields(Settings)]
    for f in fields(Settings):
        default, *meaning = rows[f"QINGLU_{f.name.upper()}"]
        assert default == f"`{getattr(Settings(), f.name)}`"
        assert _speaks_both(" ".join(meaning))


def test_docs_name_only_settings_that_exist():
    known = {f"QINGLU_{f.name.upper()}" for f in fields(Settings)} | {"QINGLU_WITHOUT_WEB"}  # read by the build
    named = {name for page in PAGES for name in re.findall(r"QINGLU_[A-Z_]+", page.read_text(encoding="utf-8"))}
    assert named <= known


def test_the_page_of_commands_is_up_to_date():
    render = runpy.run_path(str(DOCS / "render.py"))
    assert render["COMMANDS"].read_text(encoding="utf-8") == render["commands_page"](), "run: python docs/render.py"


def test_the_page_of_http_is_up_to_date():
    render = runpy.run_path(str(DOCS / "render.py"))
    assert render["HTTP"].read_text(encoding="utf-8") == render["http_page"](), "run: python docs/render.py"


def test_the_page_of_articles_is_up_to_date():
    render = runpy.run_path(str(DOCS / "render.py"))
    assert render["ARTICLES"].read_text(encoding="utf-8") == render["articles_page"](), "run: python docs/render.py"
    assert list(render["article_titles"]()) == list(range(1, 22))


@pytest.mark.parametrize("tool", TOOLS, ids=lambda t: t.id)
def test_every_tool_serves_an_article_and_is_held_by_a_test(tool):
    render = runpy.run_path(str(DOCS / "render.py"))
    assert tool.articles
    assert set(tool.articles) <= set(render["NUMERALS"])
    assert render["tests_of"](tool)


def test_every_reason_of_rejection_is_described_in_both_languages():
    reasons = pytest.importorskip("qinglu.portfolio.reasons", reason="portfolios are not importable yet").REASONS
    rows = _rows(_section("Reasons"))
    assert list(rows) == list(reasons)
    for slug, cells in rows.items():
        assert _speaks_both(" ".join(cells)), slug


def _slugs() -> dict[str, int | None]:
    """Slug and exit code of every error class in the package; None where the code is inherited."""
    known = {c.slug: c.exit_code for c in vars(errors).values() if isinstance(c, type) and hasattr(c, "slug")}
    for source in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.ClassDef) or not node.name.endswith("Error"):
                continue
            for line in node.body:
                target = getattr(line, "target", None) or (getattr(line, "targets", None) or [None])[0]
                if isinstance(target, ast.Name) and target.id == "slug" and isinstance(line.value, ast.Constant):
                    known.setdefault(str(line.value.value), None)
    return known


def test_every_error_has_an_entry_in_both_languages():
    rows = _rows(ERRORS)
    slugs = _slugs()
    assert set(rows) == set(slugs)
    for slug, (code, what, remedy) in rows.items():
        assert slugs[slug] is None or int(code) == slugs[slug], slug
        assert _speaks_both(what), slug
        assert _speaks_both(remedy) or slug == "error", slug


def test_the_two_readmes_are_equals():
    assert [level for level, _ in _headings(README)] == [level for level, _ in _headings(README_ZH)]
    assert _blocks(README) == _blocks(README_ZH)
    assert re.findall(r"^!\[", README, flags=re.M) == re.findall(r"^!\[", README_ZH, flags=re.M)
    assert README.count("\n- ") == README_ZH.count("\n- ")
    numbered = [title for level, title in _headings(README) if level == 3]
    assert [int(t.split(".")[0]) for t in numbered] == list(range(1, 11))


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.zh.md")), ids=_name)
def test_translated_pages_are_equals(page):
    other = page.with_name(page.name.replace(".zh.md", ".md"))
    zh, en = (p.read_text(encoding="utf-8") for p in (page, other))
    assert [level for level, _ in _headings(en)] == [level for level, _ in _headings(zh)]
    assert _blocks(en) == _blocks(zh)
    assert en.count("\n|") == zh.count("\n|")
    assert f"[中文]({page.name})" in en
    assert f"[English]({other.name})" in zh


def test_tutorial_and_how_tos_are_in_both_languages():
    english = [p for p in (DOCS / "tutorial.md", *(DOCS / "how-to").glob("*.md")) if not p.name.endswith(".zh.md")]
    assert [p.name for p in english if not p.with_name(p.stem + ".zh.md").exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_python_in_docs_compiles(page):
    for lang, body in _blocks(page.read_text(encoding="utf-8")):
        if lang == "python":
            compile(body, _name(page), "exec")
