"""The report in a real browser, without network: nothing refused, readable, usable from the keyboard."""

import chromium
import pytest
from screening_made import large_screening, small_screening

from qinglu import report

LANGS = ["zh", "en"]


@pytest.fixture(scope="module")
def browser():
    path = chromium.found()
    if path is None:
        pytest.skip("no Chromium on this machine; on Debian: apt-get install chromium")
    opened = chromium.Chromium(path)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    screening = small_screening()
    near = {"007": [report.Nearby("parks", "Tsavo East", screening.portfolio.geometries[0].buffer(0.2))]}
    for lang in LANGS:
        report.write(screening, folder / lang, ["html"], lang, nearby=near)
    report.write(large_screening(600), folder / "large", ["html"], "zh")
    return folder


@pytest.mark.parametrize("name", [*LANGS, "large"])
def test_the_page_loads_offline_and_nothing_is_refused(browser, pages, name):
    path = pages / name / "report.html"
    browser.open(path)
    assert browser.run("document.readyState") == "complete"
    assert browser.run("document.querySelector('.filter').hidden") is False  # the script was allowed to run
    assert browser.run("getComputedStyle(document.body).fontSize") == "15px"  # and so was the style
    assert browser.problems() == []
    assert browser.requests() == [path.as_uri()]


# Blends half-transparent colours over what lies behind and compares each text with its ground.
CONTRAST = """
(() => {
  const parse = (c) => { const m = c.match(/[\\d.]+/g).map(Number); return m.length > 3 ? m : [...m, 1]; };
  const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
  const linear = (v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = (c) => 0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2]);
  const ground = (e) => e ? over(parse(getComputedStyle(e).backgroundColor), ground(e.parentElement)) : [255, 255, 255, 1];
  const opacity = (e) => e ? Number(getComputedStyle(e).opacity) * opacity(e.parentElement) : 1;
  const low = [];
  for (const e of document.querySelectorAll("body *")) {
    if (!e.getClientRects().length || e.closest("svg, .hush, script, style")) continue;
    if (![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) continue;
    const under = ground(e);
    const ink = parse(getComputedStyle(e).color);
    const a = light(over([ink[0], ink[1], ink[2], ink[3] * opacity(e)], under)), b = light(under);
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) low.push(`${e.tagName}.${e.className}: ${ratio.toFixed(2)} ${e.textContent.slice(0, 30)}`);
  }
  return [...new Set(low)];
})()
"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("lang", LANGS)
def test_every_text_stands_out_from_its_ground(browser, pages, lang, dark):
    browser.open(pages / lang / "report.html", dark=dark)
    browser.run("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert browser.run(CONTRAST) == []


@pytest.mark.parametrize("width", [1200, 820, 360])
@pytest.mark.parametrize("lang", LANGS)
def test_the_page_never_scrolls_sideways(browser, pages, lang, width):
    browser.open(pages / lang / "report.html", width=width)
    browser.run("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert browser.run("document.documentElement.scrollWidth") <= width


def test_the_key_w_opens_and_closes_the_reasons(browser, pages):
    browser.open(pages / "en" / "report.html")
    browser.run("document.querySelectorAll('.f summary')[2].focus()")
    is_open = "document.querySelectorAll('.f details')[2].open"
    browser.key("w")
    assert browser.run(is_open) is True
    browser.key("w")
    assert browser.run(is_open) is False
    browser.run("document.querySelector('#q').focus()")
    browser.key("w")
    assert browser.run("document.querySelector('#q').value") == "w"
    assert browser.run("document.querySelectorAll('.f details[open]').length") == 0


def test_the_key_w_without_a_finding_at_hand_takes_the_first_in_view(browser, pages):
    browser.open(pages / "en" / "report.html")
    browser.run("document.activeElement.blur(); document.querySelector('#p1').scrollIntoView()")
    browser.key("w")
    assert browser.run("document.activeElement.closest('.project').id") == "p1"


SHOWN = "[...document.querySelectorAll('#all tbody tr')].filter((r) => !r.hidden).map((r) => r.querySelector('.id').textContent)"


def test_the_list_can_be_filtered_by_text_level_and_unknowns(browser, pages):
    browser.open(pages / "en" / "report.html")
    assert len(browser.run(SHOWN)) == 7
    ask = "(q) => { const e = document.querySelector('#q'); e.value = q; e.dispatchEvent(new Event('input', {bubbles: true})); }"
    browser.run(f"({ask})('kenya')")
    assert browser.run(SHOWN) == ["007", "P-5"]
    assert browser.run("document.querySelector('#shown').textContent") == "2 shown"
    browser.run(f"({ask})('')")
    browser.run("document.querySelectorAll('input[name=level]').forEach((b) => { if (b.value !== 'note') b.click(); })")
    assert browser.run(SHOWN) == ["P-4", "NA"]
    browser.run("document.querySelector('#only-unknown').click()")
    assert browser.run(SHOWN) == ["P-4"]


def test_the_list_can_be_sorted_and_says_so(browser, pages):
    browser.open(pages / "en" / "report.html")
    head = "document.querySelectorAll('#all thead th')"
    browser.run(f"{head}[2].querySelector('button').click()")
    assert browser.run(f"{head}[2].getAttribute('aria-sort')") == "ascending"
    countries = browser.run("[...document.querySelectorAll('#all tbody tr')].map((r) => r.cells[2].textContent)")
    named = [c for c in countries if c.isascii()]
    assert named == sorted(named)
    browser.run(f"{head}[5].querySelector('button').click()")  # findings at the level critical: most first
    assert browser.run(f"{head}[5].getAttribute('aria-sort')") == "descending"
    assert browser.run("document.querySelector('#all tbody tr').cells[5].textContent") == "1"


def test_the_first_tab_stop_leads_to_the_content(browser, pages):
    browser.open(pages / "en" / "report.html")
    browser.call("Input.dispatchKeyEvent", type="keyDown", key="Tab", windowsVirtualKeyCode=9)
    assert browser.run("document.activeElement.className") == "skip"
    assert browser.run("document.activeElement.getBoundingClientRect().left >= 0") is True


def test_print_opens_the_reasons_and_gives_pages(browser, pages, tmp_path):
    browser.open(pages / "en" / "report.html")
    browser.run(
        "window.seen = []; addEventListener('beforeprint', () => seen.push([...document.querySelectorAll('.f:not(.brief) details')].every((d) => d.open)))"
    )
    browser.pdf(tmp_path / "report.pdf")
    assert browser.run("window.seen") == [True]
    assert browser.run("document.querySelectorAll('.f details[open]').length") == 0
    raw = (tmp_path / "report.pdf").read_bytes()
    assert raw.startswith(b"%PDF")
    assert raw.count(b"/Type /Page\n") >= 3


def test_without_its_script_the_page_still_says_everything(browser, pages):
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(pages / "en" / "report.html")
        document = browser.call("DOM.getDocument", depth=0)["root"]["nodeId"]
        found = browser.call("DOM.querySelectorAll", nodeId=document, selector="article.project")["nodeIds"]
        assert len(found) == 7
        filters = browser.call("DOM.querySelector", nodeId=document, selector=".filter[hidden]")
        assert filters["nodeId"] != 0  # what needs the script is not offered
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)
