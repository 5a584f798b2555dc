"""The page: well formed, self-contained, safe with hostile names, complete in both languages."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from screening_made import NASTY, RULES, large_screening, small_screening, table

from qinglu import report
from qinglu.model import FINDINGS, Level
from qinglu.report import route_words, site_words, words
from qinglu.text import Text

VOID = {"meta", "input", "br", "link", "img", "hr"}
LANGS = ["zh", "en"]


class Page(HTMLParser):
    """Checks that tags balance and gathers what the tests ask about."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.ids, self.words = [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        assert len(attributes) == len(attrs), f"an attribute is given twice on {tag}"
        self.tags.append((tag, attributes))
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open[-1:] == [tag], f"</{tag}> closes nothing"
        self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] not in {"script", "style"}:
            self.words.append(data)

    def all(self, name):
        return [attributes for tag, attributes in self.tags if tag == name]

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def page(tmp_path, screening=None, lang="en", **options):
    report.write(screening or small_screening(), tmp_path, ["html"], lang, **options)
    return (tmp_path / "report.html").read_text("utf-8")


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_is_well_formed_and_its_links_lead_somewhere(tmp_path, lang):
    parsed = Page(page(tmp_path, lang=lang))
    assert len(parsed.ids) == len(set(parsed.ids))
    targets = [a["href"] for tag in ("a", "use") for a in parsed.all(tag)]
    assert targets
    assert all(t.startswith("#") and t[1:] in parsed.ids for t in targets)


@pytest.mark.parametrize("lang", LANGS)
def test_a_strict_parser_of_html5_finds_no_error(tmp_path, lang):
    html5lib = pytest.importorskip("html5lib", reason="html5lib is not installed")
    html5lib.HTMLParser(strict=True).parse(page(tmp_path, lang=lang))


@pytest.mark.parametrize("lang", LANGS)
def test_nothing_on_the_page_asks_the_network(tmp_path, lang):
    text = page(tmp_path, lang=lang)
    parsed = Page(text)
    for tag, attributes in parsed.tags:
        for name, value in attributes.items():
            assert name not in {"src", "srcset", "action", "poster", "data", "background", "style"}, (tag, name)
            assert not name.startswith("on"), (tag, name)
            if name in {"href", "xlink:href"}:
                assert value.startswith("#")
    assert not {"link", "img", "iframe", "object", "embed", "base", "form"} & {tag for tag, _ in parsed.tags}
    style = re.search(r"<style>(.*?)</style>", text, re.S)[1]
    assert "url(" not in style.replace("url(#", "")
    assert "@import" not in style


def test_the_policy_allows_this_style_and_script_and_nothing_else(tmp_path):
    text = page(tmp_path)
    policy = Page(text).all("meta")[1]["content"]
    for name in ("style", "script"):
        body = re.search(rf"<{name}>(.*?)</{name}>", text, re.S)[1]
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert text.count("<script") == 1


def test_names_are_text_whatever_is_in_them(tmp_path):
    parsed = Page(page(tmp_path))
    assert NASTY in parsed.text
    assert len(parsed.all("script")) == 1
    assert parsed.all("img") == []
    drawn = {"=1+1": [report.Nearby("parks", NASTY, small_screening().portfolio.geometries[2])]}
    with_features = Page(page(tmp_path, nearby=drawn))
    assert len(with_features.all("script")) == 1
    assert any(NASTY in a.get("aria-label", "") for a in with_features.all("svg"))


@pytest.mark.parametrize("lang", LANGS)
def test_the_first_page_says_how_many_how_bad_and_what_is_unknown(tmp_path, lang):
    text = Page(page(tmp_path, lang=lang)).text
    expected = {
        "en": [
            "7 projects · 6 assets", "Read 9 rows = 7 screened + 2 rejected",
            "Critical 2 29%", "Warning 1 14%", "Note 2 29%", "Unknown 1 14%", "Clear 1 14%",
            "Projects with something unknown: 4 of 7", "World Heritage 2",
            "Look first at the projects with the worst findings: Critical: Mombasa–Nairobi Railway",
        ],
        "zh": [
            "7 个项目 · 6 处资产", "读入 9 行 = 筛查 7 + 退回 2",
            "严重 2 29%", "警示 1 14%", "提示 2 29%", "未知 1 14%", "无 1 14%",
            "有未知项的项目：4 / 7", "世界遗产 2", "先核查发现最严重的项目： 严重: 蒙内铁路",
        ],
    }  # fmt: skip
    for words_expected in expected[lang]:
        assert words_expected in text


def test_unknowns_are_shown_even_where_there_are_none(tmp_path):
    screening = small_screening()
    clear = [i for i, level in enumerate(screening.findings["level"].to_pylist()) if level == "clear"]
    projects = screening.portfolio.projects.slice(5, 1)
    portfolio = type(screening.portfolio)(
        projects, screening.portfolio.geometries, screening.portfolio.rejected.slice(0, 0), 1, "one.csv", ""
    )
    text = Page(page(tmp_path, small_screening(portfolio=portfolio, findings=screening.findings.take(clear[1:])))).text
    assert "Projects with something unknown: 0 of 1" in text
    assert "Unknown 0 0%" in text
    assert "Every question the rules ask was answered by a layer." in text


@pytest.mark.parametrize("lang", LANGS)
def test_every_finding_can_be_asked_why(tmp_path, lang):
    text = page(tmp_path, lang=lang)
    parsed = Page(text)
    n_findings = small_screening().findings.num_rows
    why = {"zh": "为什么", "en": "Why?"}[lang]
    assert text.count(f"<summary>{why}</summary>") == n_findings
    trace = {
        "zh": ["距离 = 812.25\u202fm", "关于推进共建“一带一路”绿色发展的意见", "2026-11-01核对原文", "国家公园（示意），2026-1", "812.25\u202fm ≤ 1\u202fkm → 警示"],
        "en": ["Distance = 812.25\u202fm", "Opinions on Green Development", "checked 2026-11-01", "National parks (sketch), 2026-1", "812.25\u202fm ≤ 1\u202fkm → Warning"],
    }  # fmt: skip
    for step in trace[lang]:
        assert " ".join(step.split()) in parsed.text


def test_findings_stand_under_the_question_they_answer(tmp_path):
    text = Page(page(tmp_path)).text
    railway = text[text.index("Kenya · rail · operating · line · 007 · row 1") :]
    order = [
        "What does it touch?",
        "The line crosses Tsavo East",
        "What is near?",
        "screening.protected.near".capitalize(),
        "What is not known?",
        "No layer of World Heritage",
    ]
    places = [railway.index(x) for x in order]
    assert places == sorted(places)


def test_the_list_names_country_sector_stage_counts_and_the_main_finding(tmp_path):
    text = Page(page(tmp_path)).text
    assert (
        "Critical Mombasa–Nairobi Railway 蒙内铁路 007 Kenya rail operating 1 1 1 1 0 The line crosses Tsavo East"
        in text
    )
    clear = "Clear Solar park, all clear 光伏园 P-6 Pakistan solar operating 0 0 0 0 2"
    assert clear in text


def test_a_project_of_which_nothing_is_found_lists_what_is_not_known(tmp_path):
    unknown = [("NA", r["id"], "unknown", "distance", None, "m", "", "", "", "") for r in RULES]
    text = Page(page(tmp_path, small_screening(findings=table(FINDINGS, unknown)))).text
    assert "Not known: Inside a protected area, Near a protected area, Near a river and 2 more" in text


def test_what_is_not_shown_is_counted(tmp_path):
    bounds = report.Bounds(detailed=10, listed=25)
    text = page(tmp_path, large_screening(100), bounds=bounds)
    parsed = Page(text)
    assert text.count('<article class="project"') == 10
    assert text.count('<tr data-l="') == 25
    assert "This page lists the 25 worst projects. Not listed here, but in the findings table: 75." in parsed.text
    assert "Shown in full: the 10 worst projects. In the list above and the findings table only: 90." in parsed.text


def test_notes_rejected_rows_layers_and_limits_are_there(tmp_path):
    text = Page(page(tmp_path)).text
    for expected in (
        "Crosses the antimeridian; cut there",
        "Location too coarse to judge (a whole province, say)",
        "Namibia (declared as NA)",
        "coordinates-swapped Longitude and latitude look swapped: try lon=36.8, lat=-1.3",
        "Demonstration sketch: do not rely on it",
        "Leaves out: China, India",
        "a" * 64,
        "No rule has judged this project: that is unknown, not clear.",
        "not yet checked against the official text",
        "As the rule says ≤ 10 km",
    ):
        assert expected in text, expected


@pytest.mark.parametrize("lang", LANGS)
def test_tables_and_pictures_can_be_read_aloud(tmp_path, lang):
    text = page(tmp_path, lang=lang)
    parsed = Page(text)
    assert parsed.all("html")[0]["lang"] == {"zh": "zh-Hans", "en": "en"}[lang]
    assert len(parsed.all("caption")) == len(parsed.all("table"))
    assert all("scope" in th for th in parsed.all("th"))
    for svg in parsed.all("svg"):
        assert svg.get("aria-hidden") == "true" or (svg.get("role") == "img" and svg.get("aria-label"))
    assert {"main", "header", "nav"} <= {tag for tag, _ in parsed.tags}
    assert parsed.all("a")[0] == {"class": "skip", "href": "#main"}
    for level in Level:  # a word stands beside every mark of a level
        assert parsed.text.count(level.title.in_(lang)) >= 3


def test_both_names_are_shown_each_in_its_language(tmp_path):
    english, chinese = page(tmp_path / "en"), page(tmp_path / "zh", lang="zh")
    assert 'Mombasa–Nairobi Railway <span class="other" lang="zh-Hans">蒙内铁路</span>' in english
    assert '蒙内铁路 <span class="other" lang="en">Mombasa–Nairobi Railway</span>' in chinese


def test_every_sentence_is_there_in_both_languages_with_the_same_gaps():
    pages = (words, route_words, site_words)
    texts = [item for w in pages for item in w.WORDS.items()]
    texts += [(str(i), t) for w in pages for i, t in enumerate((*w.METHOD, *w.LIMITS))]
    for key, text in texts:
        assert isinstance(text, Text), key
        assert text.zh, key
        assert text.en, key
        gaps = [sorted(set(re.findall(r"\{(\w+)\}", t))) for t in text]
        assert gaps[0] == gaps[1], key
        assert not re.search("[\u4e00-\u9fff]", text.en.replace("青路", "")), key
        assert re.search("[\u4e00-\u9fff]", text.zh), key


def test_templates_use_every_word_and_no_other():
    from importlib import resources

    folder = resources.files("qinglu.report")
    sources = [
        p.read_text("utf-8")
        for d in (folder, folder / "templates")
        for p in d.iterdir()
        if p.name.endswith((".j2", ".py"))
    ]
    used = set(
        re.findall(r"""(?:\bt|\bsay|\bword)\(\s*['"](\w+)['"](?!\s*~)""", "\n".join(sources))
    )  # a name put together is no name
    known = {**words.WORDS, **route_words.WORDS, **site_words.WORDS}
    assert used <= set(known)
    mentioned = "\n".join(s for s in sources if "WORDS: dict" not in s)
    # Put together from a layer's `avoid` and from the parts of an account.
    together = {"s_forbid", "s_price", "s_ignore", "s_too_small", "s_too_near", "s_left", "s_chosen"}
    loose = [k for k in known if not re.search(rf"['\"]{k}['\"]", mentioned) and not k.startswith(("shape_", "q_"))]
    assert [k for k in loose if k not in together] == []
