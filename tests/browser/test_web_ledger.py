"""The ledger as a person meets it on the web: every tool from its form to its charts, in both languages."""

from __future__ import annotations

import json

import pytest
from test_web_paths import lang, quiet, reader, said

from qinglu.tools import TOOLS

__all__ = ["lang", "quiet", "reader"]

LEDGER = [t for t in TOOLS if t.group == "ledger"]
RUN = "form button[type=submit]"


def opened(reader, tool):
    reader.go(f"/ledger?tool={tool}")
    reader.until(f"document.querySelector({json.dumps(RUN)})")


def answered(reader, tool):
    opened(reader, tool)
    reader.click(RUN)
    reader.until("document.querySelector('.head h2') && !document.querySelector('.wait, .busy')", patience=90)


@pytest.mark.parametrize("tool", LEDGER, ids=lambda t: t.id)
def test_an_example_goes_from_its_form_to_its_charts(reader, lang, tool):
    answered(reader, tool.id)
    assert reader.run("document.querySelector('.work .name').innerText") == tool.title.in_(lang)
    assert reader.run("document.querySelectorAll('.drawn svg[role=img]').length") >= 1
    titles = reader.run("[...document.querySelectorAll('.drawn svg')].map(s => s.querySelector('title').textContent)")
    assert all(titles)
    text = reader.text()
    assert said("ledger.result", lang) in text
    assert said("ledger.how", lang, n="").split("（")[0].split("(")[0].strip() in text
    assert reader.run("document.querySelectorAll('.how ol li').length") > 0
    # Nothing of a key of JSON is left on the page, and nothing is wider than it.
    raw = reader.run("""[...document.querySelectorAll('dt, thead th, .part-title')].map(e => e.innerText)
        .filter(x => /[a-z0-9]_[a-z0-9]/.test(x))""")
    assert raw == []
    if lang == "zh":
        assert not reader.run(
            "document.querySelector('.drawn svg').querySelector('desc').textContent.includes('unknown')"
        )


@pytest.mark.parametrize("tool", LEDGER, ids=lambda t: t.id)
def test_forms_and_answers_are_for_everybody(reader, lang, tool):
    answered(reader, tool.id)
    assert reader.axe() == []
    reader.size(375, 740)
    assert reader.run("document.documentElement.scrollWidth") <= 375
    assert (
        reader.run(
            "Math.max(...[...document.querySelectorAll('.drawn svg')].map(s => s.getBoundingClientRect().right))"
        )
        <= 375
    )


def test_charts_follow_the_look_of_the_page(reader, lang):
    answered(reader, "combustion")
    bar = "getComputedStyle(document.querySelector('.drawn .c-bar')).fill"
    reader.size(1360, 860, dark=True)
    reader.until(f"{bar} === 'rgb(111, 195, 160)'")
    assert reader.axe() == []
    reader.size(1360, 860)
    reader.until(f"{bar} === 'rgb(15, 76, 58)'")


def test_charts_are_drawn_again_in_the_other_language(reader, lang):
    other = {"zh": "en", "en": "zh"}[lang]
    answered(reader, "ship-cii")
    title = "document.querySelector('.drawn svg title').textContent"
    before = reader.run(title)
    reader.click("button.lang")
    reader.until(f"{title} !== {json.dumps(before)}")
    assert said("ledger.result", other) in reader.text()


def test_what_is_wrong_is_named_where_it_stands(reader, lang):
    opened(reader, "combustion")
    field = '[data-path="amount.value"]'
    reader.fill(field, "-1")
    reader.click(RUN)
    reader.until("document.querySelector('[role=alert]')")
    alert = reader.run("document.querySelector('[role=alert]').innerText")
    assert "amount.value" in alert
    assert "-1" in alert
    assert reader.run(f"document.querySelector({json.dumps(field)}).getAttribute('aria-invalid')") == "true"
    reader.fill(field, "2")
    reader.click(RUN)
    reader.until("document.querySelector('.head h2') && !document.querySelector('[role=alert]')")


def test_a_form_that_was_emptied_says_what_it_needs(reader, lang):
    opened(reader, "ship-cii")
    reader.click("form > .row > button:last-child")
    reader.until("!document.querySelector('[data-path=dwt]')?.value")
    reader.click(RUN)
    reader.until("document.querySelector('[role=alert]')")
    assert "ship_type" in reader.run("document.querySelector('[role=alert]').innerText")


def test_a_list_grows_and_shrinks_by_hand(reader, lang):
    opened(reader, "ship-cii")
    rows = "document.querySelectorAll('[data-path=fuel] > .item').length"
    assert reader.run(rows) == 1
    reader.click("[data-path=fuel] > button.btn")
    reader.until(f"{rows} === 2")
    reader.fill('[data-path="fuel[1].type"]', "lng")
    reader.fill('[data-path="fuel[1].t"]', "500")
    reader.click(RUN)
    reader.until("document.querySelector('.head h2')")
    reader.click("[data-path=fuel] > .item:nth-of-type(2) > button.link")
    reader.until(f"{rows} === 1")


def test_parts_of_a_project_hold_the_inputs_of_another_tool(reader, lang):
    opened(reader, "project-ghg")
    reader.click("[data-path=parts] > button.btn")
    reader.until("document.querySelector('[data-path=\"parts[3].tool\"]')")
    reader.fill('[data-path="parts[3].tool"]', "combustion")
    reader.fill('[data-path="parts[3].input"]', '{"fuel": "diesel", ')
    reader.sees(said("form.json", lang))
    reader.fill(
        '[data-path="parts[3].input"]', json.dumps({"fuel": "gas_diesel_oil", "amount": {"value": 50, "unit": "t"}})
    )
    reader.click(RUN)
    reader.until("document.querySelector('.head h2')", patience=90)


def test_w_leads_to_how_it_was_reached(reader, lang):
    answered(reader, "combustion")
    assert not reader.run("document.querySelector('.how').open")
    reader.run("document.activeElement.blur()")
    reader.press("w")
    reader.until(
        "document.querySelector('.how').open && document.querySelector('.how').contains(document.activeElement)"
    )


def test_a_chart_can_be_taken_along(reader, lang):
    answered(reader, "combustion")
    reader.run("""(() => { const made = URL.createObjectURL; window.__taken = [];
        URL.createObjectURL = b => { window.__taken.push(b); return made(b) } })()""")
    reader.click("figure button.link")
    reader.until("window.__taken.length === 1")
    text = reader.run("window.__taken[0].text()")
    assert text.startswith("<svg")
    assert "var(" not in text


@pytest.mark.parametrize("code", ["<script>x</script>", '<rect onload="x" fill="url(http://x/)" style="color:red"/>', "<a/>",
                                  '<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">x</p></foreignObject>',
                                  '<image href="http://x/y.png"/>', "<style>*{color:red}</style>"])  # fmt: skip
def test_only_drawing_comes_into_the_page(reader, lang, code):
    """What a server sends is drawn, and nothing else of it: even one that was taken over cannot run a script."""
    opened(reader, "combustion")
    answer = {"result": {}, "findings": [], "trace": [], "unverified": [],
              "charts": [{"name": "x", "title": {"zh": "x", "en": "x"},
                          "svg": f'<svg xmlns="http://www.w3.org/2000/svg" onload="x">{code}<g class="kept"/></svg>'}]}  # fmt: skip
    reader.run(f"""(() => {{ const real = fetch; window.fetch = (url, o) => String(url).includes('charts=')
        ? Promise.resolve(new Response({json.dumps(json.dumps(answer))}, {{status: 200}})) : real(url, o) }})()""")
    reader.click(RUN)
    reader.until("document.querySelector('.drawn .kept')")
    left = reader.run("document.querySelector('.drawn').innerHTML")
    for word in ("script", "onload", "http://x", "style", "foreignObject", "<a", "image"):
        assert word not in left
    assert reader.outside() == []
    assert all("Content Security Policy" in p for p in reader.problems())  # which refuses it as well, and says so
    reader.events.clear()


def test_the_dossier_has_what_a_run_estimated(reader, lang):
    reader.go("/projects/1?tab=ledger")
    reader.sees(said("ledger.kept", lang))
    assert reader.run("document.querySelectorAll('[role=tabpanel] tbody tr').length") >= 2
    text = reader.run("document.querySelector('[role=tabpanel]').innerText")
    assert said("estimate.part.construction", lang) in text
    assert said("level.unknown", lang) in text  # what a railway carries is not in the file
    assert said("ledger.missing", lang) in text


def test_a_project_is_estimated_again_from_its_dossier(reader, lang):
    reader.go("/projects/2?tab=ledger")
    reader.sees(said("ledger.again", lang))
    reader.click("[role=tabpanel] button.btn")
    reader.until("document.querySelector('progress') || document.querySelector('[role=tabpanel] button.btn')")
    reader.until(
        f"document.querySelector('[role=tabpanel] button.btn')?.innerText === {json.dumps(said('ledger.again', lang))}",
        patience=150,
    )
    assert not reader.run("document.querySelector('[role=tabpanel] [role=alert]')")
