"""The page of sites in a real browser, without network: nothing refused, readable, never wider than the screen."""

import chromium
import pytest
from test_report_in_chromium import CONTRAST
from test_report_sites import sheet

from qinglu.report.sites import write_sites

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
    folder = tmp_path_factory.mktemp("sites")
    for lang in LANGS:
        write_sites(folder / f"{lang}.html", sheet(), lang)
    return folder


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_loads_offline_and_nothing_is_refused(browser, pages, lang):
    path = pages / f"{lang}.html"
    browser.open(path)
    assert browser.run("document.readyState") == "complete"
    assert browser.run("getComputedStyle(document.body).fontSize") == "15px"  # the style was allowed
    assert browser.run("document.querySelector('.area-map image').getBBox().width") > 0  # and so was the picture
    assert browser.problems() == []
    asked = [url for url in browser.requests() if not url.startswith("data:")]
    assert asked == [path.as_uri()]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("lang", LANGS)
def test_every_text_stands_out_from_its_ground(browser, pages, lang, dark):
    browser.open(pages / f"{lang}.html", dark=dark)
    browser.run("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert browser.run(CONTRAST) == []


@pytest.mark.parametrize("width", [1200, 820, 360])
@pytest.mark.parametrize("lang", LANGS)
def test_the_page_never_scrolls_sideways(browser, pages, lang, width):
    browser.open(pages / f"{lang}.html", width=width)
    browser.run("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert browser.run("document.documentElement.scrollWidth") <= width


def test_labels_of_the_map_are_dark_on_white_in_either_scheme(browser, pages):
    for dark in (False, True):
        browser.open(pages / "en.html", dark=dark)
        ink = browser.run("getComputedStyle(document.querySelector('.rank text')).fill")
        disc = browser.run("getComputedStyle(document.querySelector('.rank circle')).fill")
        assert (ink, disc) == ("rgb(17, 17, 17)", "rgb(255, 255, 255)")
