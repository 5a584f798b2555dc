"""Accounts, tokens, users, sharing and publishing, and reports that really arrive: in real Chromium, both languages."""

from __future__ import annotations

import json
import time

import pytest
from test_web_paths import lang, quiet, reader, said

from service import AXE

__all__ = ["lang", "quiet", "reader"]

PAGES = {"company": ["/account", "/projects/20?tab=sharing"], "administrator": ["/people", "/people?tab=organisations"]}


def as_role(reader, role):
    reader.sign_in(role)
    reader.until("location.pathname === '/'")


def choose(reader, selector, words):
    """Choose what is read in a list."""
    reader.until(f"document.querySelector({json.dumps(selector)})?.options.length > 1")
    value = reader.run(
        f"[...document.querySelector({json.dumps(selector)}).options].find(o => o.text.includes({json.dumps(words)})).value"
    )
    reader.fill(selector, value)


def press_button(reader, words, within="main"):
    found = f"[...document.querySelectorAll({json.dumps(within)} + ' button')].find(b => b.innerText.trim() === {json.dumps(words)} && !b.disabled)"
    reader.until(found)
    reader.run(f"{found}.click()")


def test_a_token_is_shown_once_works_and_is_revoked(reader, lang):
    as_role(reader, "company")
    reader.go("/account")
    name = f"QGIS {lang}"
    reader.fill("#k-name", name)
    reader.fill("#k-days", "7")
    press_button(reader, said("token.make", lang))
    reader.until("document.querySelector('#once')?.value.startsWith('ql_')")
    token = reader.run("document.querySelector('#once').value")
    reader.sees(name)
    asked = f"fetch('/api/v1/tokens', {{credentials: 'omit', headers: {{Authorization: 'Bearer {token}'}}}}).then(r => r.status)"
    assert reader.run(asked) == 200
    press_button(reader, said("once.done", lang))
    reader.until("!document.querySelector('#once')")
    assert token not in reader.run("document.documentElement.innerHTML")
    reader.click(f"[aria-label='{said('token.revoke', lang)} {name}']")
    reader.sees(said("token.revoke.sure", lang, name=name))
    press_button(reader, said("keep", lang))
    reader.until("!document.querySelector('.sure')")
    reader.click(f"[aria-label='{said('token.revoke', lang)} {name}']")
    press_button(reader, said("token.revoke", lang), ".sure")
    reader.until(f"!document.querySelector('main').innerText.includes({json.dumps(name)})")
    assert reader.run(asked) == 401


def test_name_and_password_of_oneself(reader, lang):
    as_role(reader, "bank")
    reader.go("/account")
    reader.fill("#me-name", f"Bank {lang}")
    press_button(reader, said("save", lang))
    reader.sees(said("saved", lang))
    reader.click(".me summary")
    reader.sees(f"Bank {lang}")
    reader.fill("#me-current", "not the password")
    reader.fill("#me-new", "a password of one's own")
    press_button(reader, said("account.password", lang))
    reader.until("document.querySelector('main [role=alert]')")
    reader.fill("#me-current", reader.service.passwords["bank"])
    reader.fill("#me-new", reader.service.passwords["bank"] + "x")
    press_button(reader, said("account.password", lang))
    reader.sees(said("saved", lang))
    reader.service.passwords["bank"] += "x"
    as_role(reader, "bank")


def test_an_administrator_lets_somebody_in_and_out(reader, lang):
    as_role(reader, "administrator")
    reader.go("/people")
    email = f"new-{lang}@demo.localhost"
    reader.fill("#u-email", email)
    press_button(reader, said("user.add", lang))
    reader.until("document.querySelector('#once')")
    password = reader.run("document.querySelector('#once').value")
    assert len(password) == 20
    press_button(reader, said("once.done", lang))
    reader.click(f"[aria-label='{said('user.manage', lang)} {email}']")
    reader.sees(said("user.no_role", lang))
    choose(reader, "#m-where", {"zh": "演示银行", "en": "Demo bank"}[lang])
    choose(reader, "#m-role", said("role.may.bank", lang))
    press_button(reader, said("user.role.give", lang), "dialog")
    reader.until("document.querySelectorAll('dialog li').length === 1")
    reader.call("Network.clearBrowserCookies")
    reader.go("/sign-in")
    reader.fill("#email", email)
    reader.fill("#password", password)
    reader.click("form button[type=submit]")
    reader.sees(said("password.new.title", lang))
    as_role(reader, "administrator")
    reader.go("/people")
    reader.click(f"[aria-label='{said('user.manage', lang)} {email}']")
    reader.click("dialog li button")
    reader.sees(said("user.no_role", lang))
    press_button(reader, said("user.disable", lang), "dialog")
    reader.until(f"document.querySelector('dialog').innerText.includes({json.dumps(said('user.enable', lang))})")
    reader.press("Escape")
    reader.until("!document.querySelector('dialog')")
    reader.sees(said("user.disabled", lang))


def test_an_organisation_is_added(reader, lang):
    as_role(reader, "administrator")
    reader.go("/people?tab=organisations")
    name = f"Agency {lang}"
    reader.fill("#o-kind", "agency")
    reader.fill("#o-name", name)
    reader.fill("#o-countries", "ken，ETH")
    reader.fill("#o-sectors", "*")
    press_button(reader, said("organisation.add", lang))
    reader.sees(name)
    assert {"zh": "肯尼亚", "en": "Kenya"}[lang] in reader.text()


def test_who_is_no_administrator_is_told_so(reader, lang):
    as_role(reader, "company")
    reader.go("/people")
    reader.sees(said("state.denied", lang))
    assert reader.run("document.querySelectorAll('.me a').length") == 1  # no way there is offered either


def test_a_project_is_shared_and_published(reader, lang):
    number = {"zh": 21, "en": 22}[lang]
    status = f"fetch('/api/v1/projects/{number}').then(r => r.status)"
    bank = {"zh": "演示银行", "en": "Demo bank"}[lang]
    as_role(reader, "bank")
    assert reader.run(status) == 404
    as_role(reader, "company")
    reader.go(f"/projects/{number}?tab=sharing")
    reader.sees(said("share.none", lang))
    choose(reader, "#s-bank", bank)
    press_button(reader, said("share.do", lang))
    reader.until(f"document.querySelector(\"[aria-label='{said('share.end', lang)} {bank}']\")")
    as_role(reader, "bank")
    assert reader.run(status) == 200
    reader.go(f"/projects/{number}?tab=sharing")
    reader.until("document.querySelectorAll('[role=tab]').length > 3")
    assert not reader.run("document.querySelector('#tab-sharing')")
    as_role(reader, "company")
    reader.go(f"/projects/{number}?tab=sharing")
    reader.click(f"[aria-label='{said('share.end', lang)} {bank}']")
    reader.sees(said("share.none", lang))
    press_button(reader, said("publish.do", lang))
    reader.sees(said("publish.sure", lang))
    press_button(reader, said("publish.yes", lang))
    reader.sees(said("publish.on", lang))
    public = f"fetch('/api/v1/projects/{number}', {{credentials: 'omit'}}).then(r => r.status)"
    assert reader.run(public) == 200
    press_button(reader, said("publish.withdraw", lang))
    reader.sees(said("publish.off", lang))
    assert reader.run(public) in (401, 404)


def test_every_report_arrives_as_a_file(reader, lang, tmp_path):
    as_role(reader, "company")
    run = """fetch('/api/v1/session').then(r => r.json()).then(s => fetch('/api/v1/runs', {method: 'POST',
        headers: {'Content-Type': 'application/json', 'Accept-Language': LANG, 'X-CSRF-Token': s.csrf},
        body: JSON.stringify({projects: [3], buffer_km: [1]})})).then(r => r.json()).then(j => j.job.id)"""
    job = reader.run(run.replace("LANG", json.dumps(lang)))
    reader.until_fetched(f"fetch('/api/v1/jobs/{job}').then(r => r.json()).then(j => j.state === 'done')")
    reader.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    reader.go("/projects/3")
    reader.click("details summary.btn")
    begin = {"report.pdf": b"%PDF-", "report.docx": b"PK", "report.xlsx": b"PK", "report.html": b"<!", "projects.geojson": b"{"}
    for name in begin:
        reader.click(f".sheet a[download='{name}']")
        until = time.monotonic() + 30
        while not (tmp_path / name).is_file():
            assert time.monotonic() < until, (name, list(tmp_path.iterdir()))
            time.sleep(0.1)
    for name, first in begin.items():
        raw = (tmp_path / name).read_bytes()
        assert raw.startswith(first), name
        assert len(raw) > 300, name
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert f'lang="{ {"zh": "zh-Hans", "en": "en"}[lang] }"' in page


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("role", PAGES)
def test_axe_finds_nothing_serious_and_a_phone_is_wide_enough(reader, lang, role, dark):
    assert AXE.is_file()
    as_role(reader, role)
    for path in PAGES[role]:
        for width in (1360, 375):
            reader.size(width, 860, dark=dark)
            reader.go(path)
            reader.until("!document.querySelector('.wait')")
            assert reader.axe() == [], (path, width)
            assert reader.run("document.documentElement.scrollWidth") <= width, path
    if role == "administrator":
        reader.go("/people")
        reader.click("[aria-label*='reader@demo']")
        reader.until("document.querySelectorAll('dialog li').length")
        assert reader.axe() == []
        assert reader.run("document.documentElement.scrollWidth") <= 375
