"""Every path a person takes through the web pages, in real Chromium, in both languages, against the real service."""

from __future__ import annotations

import json
import time
import warnings

import chromium
import numpy as np
import pytest
import rasterio

import service
from service import AXE, Reader, Service

LANGS = ["zh", "en"]
WORDS = json.loads((service.WEB / "src/words.json").read_text(encoding="utf-8"))
PAGES = ["/", "/projects/1", "/projects/1?tab=map", "/projects/1?tab=rules", "/projects/1?tab=ledger", "/projects/1?tab=actions",
         "/projects/1?tab=documents", "/projects/1?tab=history", "/projects/1?tab=alternatives", "/upload", "/draw",
         "/alternatives", "/rules", "/layers"]  # fmt: skip
ROWS = """项目编号,项目名称,国家,行业,阶段,经度,纬度
A-1,测试水电站,肯尼亚,水电,规划,36.85,-1.37
A-2,测试公路,肯尼亚,公路,在建,39.6,-4.0
A-3,坐标缺失,肯尼亚,公路,在建,,
A-4,坐标越界,肯尼亚,公路,在建,236,-94
"""


def said(key, lang, **values):
    text = WORDS[key][lang]
    for name, value in values.items():
        text = text.replace("{" + name + "}", str(value))
    return text


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    path = chromium.found()
    if path is None:
        pytest.skip("no Chromium on this machine; on Debian: apt-get install chromium")
    pytest.importorskip("uvicorn", reason="the service is not installed: qinglu[serve]")
    if why := service.built():
        pytest.skip(why)
    served = Service(tmp_path_factory.mktemp("service"), "--demo")
    opened = Reader(path, served)
    opened.size(1360, 860)
    try:
        opened.sign_in()
        opened.until("location.pathname === '/'")
        screened = """fetch('/api/v1/jobs').then(r => r.json()).then(j => j.items.length && j.items.every(i => i.state === 'done'))"""
        opened.until_fetched(screened)
        yield opened
    finally:
        opened.close()
        served.close()


@pytest.fixture(params=LANGS)
def lang(request, reader):
    reader.events.clear()
    reader.size(1360, 860)
    reader.speak(request.param)
    return request.param


@pytest.fixture(autouse=True)
def quiet(reader):
    """No page asks anybody else, and none has anything refused or thrown."""
    reader.events.clear()
    yield
    assert reader.outside() == []
    expected = ("401", "403", "404", "422")  # the browser notes answers that the pages show to people
    ignored = (*(f"status of {n}" for n in expected), "GL Driver Message")  # of drawing without a graphics card
    assert [p for p in reader.problems() if not any(i in p for i in ignored)] == []


def test_signing_in(reader, lang):
    reader.call("Network.clearBrowserCookies")
    reader.go("/")
    reader.sees(said("sign_in.lead", lang))
    reader.fill("#email", "company@demo.localhost")
    reader.fill("#password", "not the password")
    reader.click("form button[type=submit]")
    reader.sees({"zh": "邮箱或密码不正确", "en": "The e-mail address or the password is not right"}[lang])
    assert reader.run("document.querySelector('[role=alert]') !== null")
    assert reader.run("document.activeElement.id") == "password"
    reader.sign_in()
    reader.until("document.querySelectorAll('tbody tr[id]').length > 5")


def test_portfolio_filters_and_selects_by_keyboard(reader, lang):
    reader.go("/")
    reader.until("document.querySelectorAll('tbody tr[id]').length > 5")
    count = "Number(document.querySelector('.group .count b').innerText)"
    critical = reader.run(count)
    reader.click(".group .count")
    reader.until(f"document.querySelectorAll('tbody tr[id]').length === {critical}")
    assert "level=critical" in reader.run("location.search")
    assert reader.run("document.querySelector('.head [role=status]').innerText.match(/\\d+/)[0]") == str(critical)
    reader.click(".filters .link")
    reader.until("document.querySelectorAll('tbody tr[id]').length > 5")
    reader.run("document.querySelector('tbody tr[tabindex=\"0\"]').focus()")
    reader.press("ArrowDown")
    reader.until("document.querySelectorAll('tbody tr[id]')[1].getAttribute('aria-current') === 'true'")
    assert reader.run("document.activeElement.id") == reader.run("document.querySelectorAll('tbody tr[id]')[1].id")
    reader.until("document.querySelector('.card a')")  # the map shows what the table chose
    reader.press("Enter")
    reader.until("location.pathname.startsWith('/projects/')")
    reader.sees(said("tab.findings", lang))


def test_portfolio_sorts(reader, lang):
    reader.go("/")
    reader.until("document.querySelectorAll('tbody tr[id]').length > 5")
    reader.click("thead th:nth-child(2) button")
    reader.until("document.querySelector('thead th:nth-child(2)').getAttribute('aria-sort') === 'ascending'")
    first = "document.querySelector('tbody tr[id] th a').innerText"
    ascending = reader.run(first)
    reader.click("thead th:nth-child(2) button")
    reader.until(f"{first} !== {json.dumps(ascending)}")


def test_map_is_drawn_over_its_ground(reader, lang, tmp_path):
    reader.go("/")
    reader.until("document.querySelector('.gl[data-ready=true] canvas')")
    label = reader.run("document.querySelector('.gl canvas').getAttribute('aria-label')")
    assert label == said(
        "portfolio.map",
        lang,
        n=reader.run(
            "Number(document.querySelector('table').ariaRowCount || document.querySelector('table').getAttribute('aria-rowcount')) - 1"
        ),
    )
    land, critical = (0xE3, 0xE7, 0xE0), (0xB3, 0x26, 0x1E)
    for _ in range(60):
        reader.screenshot(tmp_path / "map.png")
        with warnings.catch_warnings(action="ignore"), rasterio.open(tmp_path / "map.png") as picture:
            seen = picture.read()[:3, 300:, 820:]
        count = [
            int((abs(seen.astype(int) - np.array(c)[:, None, None]).max(axis=0) <= 3).sum()) for c in (land, critical)
        ]
        if count[0] > 20_000 and count[1] > 40:
            return
        time.sleep(0.5)
    raise AssertionError(f"pixels of land and of critical marks: {count}")


def test_dossier_and_why(reader, lang):
    reader.go("/projects/1")
    reader.sees(said("question.touch", lang))
    reader.press("w")
    reader.until("document.querySelector('dialog[open] ol li')")
    drawer = reader.run("document.querySelector('dialog').innerText")
    for word in {
        "zh": ("度量", "规则与条款", "图层", "判定"),
        "en": ("Measure", "Rule and clause", "Layer", "Comparison"),
    }[lang]:
        assert word in drawer
    assert {"zh": "与原文核对", "en": "official text"}[lang] in drawer
    reader.press("Escape")
    reader.until("!document.querySelector('dialog')")


def test_every_tab_answers(reader, lang):
    reader.go("/projects/1")
    reader.until("document.querySelector('[role=tab]')")
    tabs = reader.run("[...document.querySelectorAll('[role=tab]')].map(t => t.id)")
    assert len(tabs) == 9
    reader.run("document.querySelector('[role=tab][tabindex=\"0\"]').focus()")
    for tab in tabs[1:]:
        reader.press("ArrowRight")
        reader.until(f"document.getElementById('{tab}').getAttribute('aria-selected') === 'true'")
        reader.until("document.querySelector('[role=tabpanel]').innerText.length > 20")
        assert not reader.run("document.querySelector('[role=tabpanel] [role=alert]')")


def test_language_switches_in_place(reader, lang):
    other = {"zh": "en", "en": "zh"}[lang]
    reader.go("/projects/1?tab=ledger")
    reader.sees(said("ledger.carbon", lang))
    before = reader.run("document.querySelector('h1').innerText")
    reader.click("button.lang")
    reader.sees(said("ledger.carbon", other))
    assert reader.run("document.querySelector('h1').innerText") != before
    assert reader.run("location.pathname + location.search") == "/projects/1?tab=ledger"
    assert reader.run("document.documentElement.lang") == {"zh": "zh-Hans", "en": "en"}[other]


def test_an_action_is_made_and_moved_on(reader, lang):
    title = {"zh": "补充鸟类调查", "en": "Survey the birds"}[lang]
    reader.go("/projects/2?tab=actions")
    reader.fill("#a-title", title)
    reader.fill("#a-due", "2027-06-30")
    reader.click("form button[type=submit]")
    reader.sees(title)
    reader.run(f"""(() => {{ const s = [...document.querySelectorAll('td select')].find(s => s.ariaLabel.includes({json.dumps(title)}));
        s.value = 'done'; s.dispatchEvent(new Event('change', {{bubbles: true}})) }})()""")
    reader.until(
        f"[...document.querySelectorAll('td select')].find(s => s.ariaLabel.includes({json.dumps(title)}))?.value === 'done'"
    )


def test_upload_accounts_for_every_row_and_survives_a_refresh(reader, lang, tmp_path):
    path = tmp_path / f"rows-{lang}.csv"
    path.write_text(ROWS.replace("A-", f"{lang}-"), encoding="utf-8")
    reader.go("/upload")
    reader.until("document.querySelector('.drop input')")
    reader.file(".drop input", path)
    reader.until("document.querySelector('#f-lon')?.value === '经度'")
    assert reader.run("document.querySelector('#f-id').value") == "项目编号"
    reader.click("button.btn.main")
    reader.until("location.search.includes('portfolio=')")
    reader.sees(said("upload.see", lang), patience=120)
    numbers = reader.run("[...document.querySelectorAll('.account dd')].map(d => Number(d.innerText))")
    assert numbers[:3] == [4, 2, 2]
    reader.sees({"zh": "缺少坐标", "en": "no coordinates"}[lang])
    reader.go(reader.run("location.pathname + location.search"))
    reader.sees(said("upload.see", lang))
    assert reader.run("[...document.querySelectorAll('.account dd')].map(d => Number(d.innerText))") == numbers


def test_a_column_that_was_missed_is_named_by_hand(reader, lang, tmp_path):
    path = tmp_path / f"odd-{lang}.csv"
    path.write_text(f"code,label,oben,unten\n{lang}-9,Somewhere,36.9,-1.4\n", encoding="utf-8")
    reader.go("/upload")
    reader.until("document.querySelector('.drop input')")
    reader.file(".drop input", path)
    reader.until("document.querySelector('#f-lon')")
    for field, column in (("id", "code"), ("name", "label"), ("lon", "oben"), ("lat", "unten")):
        reader.fill(f"#f-{field}", column)
    reader.click("button.btn.main")
    reader.sees(said("upload.see", lang), patience=120)
    assert reader.run("[...document.querySelectorAll('.account dd')].map(d => Number(d.innerText))")[:3] == [1, 1, 0]


def test_drawing_screens_at_once(reader, lang):
    reader.go("/draw")
    reader.until("document.querySelector('#coords')")
    reader.fill("#coords", "36.85, -1.37")
    reader.click(".coords button")
    reader.sees(said("draw.full", lang))
    assert said("question.near", lang) in reader.text() or said("place.nearby", lang) in reader.text()
    reader.click(".view .tools button", 2)  # an area
    reader.sees(said("draw.how.area", lang))
    reader.fill("#coords", "36.8, -1.4\n36.9, -1.4\n36.9, -1.3")
    reader.click(".coords button")
    reader.sees(said("draw.full", lang))


def test_a_line_that_cannot_be_says_what_to_try(reader, lang):
    reader.go("/draw")
    reader.click(".view .tools button", 2)
    reader.until("document.querySelector('#coords')")
    reader.fill("#coords", "36, -1\n37, -2\n37, -1\n36, -2")  # crosses itself
    reader.click(".coords button")
    reader.sees({"zh": "请重新绘制", "en": "Draw it again"}[lang])


def test_alternatives_are_linked(reader, lang):
    reader.go("/alternatives?from=36.82,-1.29&to=37.3,-1.6")
    reader.until("document.querySelector('form button.main:not(:disabled)')")
    reader.run("""(() => { const f = [...document.querySelectorAll('input[type=number]')][1];
        f.value = '2000'; f.dispatchEvent(new Event('input', {bubbles: true})) })()""")
    reader.click("form button.main")
    reader.until(
        "document.querySelectorAll('tbody tr').length >= 1 && document.querySelector('figure svg')", patience=150
    )
    assert {"zh": "方案", "en": "Line"}[lang] in reader.text()
    reader.run("document.querySelector('tbody tr').dispatchEvent(new MouseEvent('mouseenter'))")
    reader.until("document.querySelector('polyline.hot')")
    assert "job=" in reader.run("location.search")


def test_rules_of_another_day(reader, lang):
    reader.go("/rules")
    reader.until("document.querySelectorAll('.matrix tbody tr').length > 3")
    for basis in ("host", "international", "chinese"):
        assert said(f"basis.{basis}", lang) in reader.text()
    today = reader.run("document.querySelector('.matrix').innerText")
    reader.fill("#on", "228")  # months since 1990: January 2009
    reader.until(f"document.querySelector('.matrix').innerText !== {json.dumps(today)}")
    reader.click(".matrix .cell")
    reader.until("document.querySelector('dialog[open] .history li')")
    reader.press("Escape")


def test_layers_say_what_is_missing(reader, lang):
    reader.go("/layers")
    reader.sees(said("layers.missing", lang))
    assert reader.run("document.querySelectorAll('dl dd').length") > 5
    assert "CC BY 4.0" in reader.text()


def test_reports_can_be_taken_along(reader, lang):
    reader.go("/projects/1")
    reader.click("details summary.btn")
    reader.until("[...document.querySelectorAll('.sheet a[download]')].length > 3")
    links = reader.run("[...document.querySelectorAll('.sheet a[download]')].map(a => a.getAttribute('href'))")
    kinds = {link.rsplit(".", 1)[-1] for link in links}
    assert {"xlsx", "html", "csv"} <= kinds
    sizes = reader.run(
        f"Promise.all({json.dumps(links[:4])}.map(l => fetch(l).then(r => r.ok ? r.arrayBuffer() : null).then(b => b?.byteLength ?? 0)))"
    )
    assert all(size > 20 for size in sizes)


def test_what_one_may_not_do_is_said(reader, lang):
    try:
        reader.sign_in("bank")
        reader.go("/upload")
        reader.sees(said("upload.denied", lang))
        reader.go("/projects/30")
        reader.sees(said("state.missing", lang))
    finally:
        reader.sign_in()


def test_the_public_sees_what_was_published(reader, lang):
    try:
        reader.call("Network.clearBrowserCookies")
        reader.go("/?open=1")
        reader.until("document.querySelectorAll('tbody tr[id]').length === 6")
        reader.click("tbody th a")
        reader.until("document.querySelectorAll('[role=tab]').length === 4")
        assert said("action.add", lang) not in reader.text()
    finally:
        reader.sign_in()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_serious(reader, lang, path, dark):
    assert AXE.is_file()
    reader.size(1360, 860, dark=dark)
    reader.go(path)
    reader.until("!document.querySelector('[role=status] .bar, .wait')")
    assert reader.axe() == []


@pytest.mark.parametrize("path", [*PAGES, "/sign-in"])
def test_nothing_is_wider_than_a_phone(reader, lang, path):
    reader.size(375, 740)
    reader.go(path)
    reader.until("!document.querySelector('.wait')")
    assert reader.run("document.documentElement.scrollWidth") <= 375
    assert reader.axe() == [] if path in ("/", "/projects/1") else True


def test_the_first_stop_of_the_tab_key_skips_the_menu(reader, lang):
    reader.go("/layers")
    reader.press("Tab")
    assert reader.run("document.activeElement.className").startswith("skip")
    reader.press("Enter")
    reader.until("document.activeElement.id === 'main' || location.hash === '#main'")
