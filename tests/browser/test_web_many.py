"""Twelve thousand projects in the pages: the server filters, the map is of tiles, the table keeps a few rows."""

from __future__ import annotations

import json

import chromium
import numpy as np
import pyarrow as pa
import pytest
import shapely

import service
from qinglu.model import PROJECTS, REJECTED, Portfolio
from service import Reader, Service

N = 12_000
PASSWORD = "correct horse battery"


def _portfolio():
    made = np.random.default_rng(5)
    places = shapely.points(made.uniform(10, 110, N), made.uniform(-30, 40, N))
    held = np.empty(N, dtype=object)
    held[:] = places
    rows = {
        "project_id": [f"M{i:05}" for i in range(N)], "name": [f"Site {i}" for i in range(N)],
        "name_zh": [f"场址{i}" for i in range(N)], "country": [("KEN", "PAK", "LAO")[i % 3] for i in range(N)],
        "country_given": [""] * N, "sector": ["hydropower"] * N, "stage": ["planning"] * N,
        "source_row": list(range(1, N + 1)), "geometry": list(range(N)), "shape": ["point"] * N, "notes": [[]] * N,
        "extra": [""] * N,
    }  # fmt: skip
    return Portfolio(pa.table(rows, PROJECTS), held, REJECTED.empty_table(), N, "many.csv", "")


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    path = chromium.found()
    if path is None:
        pytest.skip("no Chromium on this machine; on Debian: apt-get install chromium")
    pytest.importorskip("uvicorn", reason="the service is not installed: qinglu[serve]")
    if why := service.built():
        pytest.skip(why)
    from qinglu.store import SYSTEM, Store

    folder = tmp_path_factory.mktemp("many")
    with Store.open(f"sqlite:///{folder / 'qinglu.db'}", folder) as store:
        own = store.create_organisation(SYSTEM, kind="company", name="Many", name_zh="多")
        user = store.create_user(SYSTEM, email="company@demo.localhost", name="Many", password=PASSWORD)
        store.add_member(SYSTEM, user.id, own.id, "company")
        actor = store.actor_for(user.id)
        store.set_password(actor, user.id, PASSWORD, current=PASSWORD)
        (folder / "empty").write_bytes(b"x")
        with (folder / "empty").open("rb") as source:
            sha256, _ = store.put_document(actor, source)
        record = store.add_portfolio(actor, own.id, name="many", source="many.csv", sha256=sha256)
        store.register_portfolio(actor, record.id, _portfolio())
    served = Service(folder)
    served.passwords["company"] = PASSWORD
    opened = Reader(path, served)
    opened.size(1360, 860)
    opened.speak("en")
    opened.sign_in()
    yield opened
    opened.close()
    served.close()


def test_the_table_holds_few_rows_of_many(reader):
    reader.go("/")
    reader.until("document.querySelectorAll('tbody tr[id]').length > 5")
    assert reader.run("document.querySelectorAll('tbody tr[id]').length") < 80
    assert "12\u202f000" in reader.run("document.querySelector('.head')?.innerText")
    reader.run("document.querySelector('.box').scrollTop = 40000")
    reader.until("Number(document.querySelector('tbody tr[id]').getAttribute('aria-rowindex')) > 800")
    assert reader.run("document.querySelectorAll('tbody tr[id]').length") < 80


def test_more_come_as_one_scrolls_in_the_order_of_the_server(reader):
    reader.go("/")
    reader.until("document.querySelectorAll('tbody tr[id]').length > 5")
    assert reader.run("document.querySelector('.table table').getAttribute('aria-rowcount')") == str(N + 1)
    assert "1\u202f000" in reader.run("document.querySelector('.more').innerText")
    reader.click("thead th:nth-child(2) button")  # by name, which the server does
    reader.until("document.querySelector('tbody tr[id] th a').innerText === 'Site 0'")
    wanted = sorted(f"Site {i}" for i in range(N))
    for row in (900, 1900, 2500):
        there = f"document.querySelector('tbody tr[aria-rowindex=\"{row + 4}\"]')"
        reader.until(f"(document.querySelector('.box').scrollTop = {row * 45}, {there})")  # once it has come so far
        name = f"document.querySelector('tbody tr[aria-rowindex=\"{row + 4}\"] th a').innerText"
        assert reader.run(name) == wanted[row + 2]
    reader.until("document.querySelector('.more').innerText.includes('3\u202f000')")
    assert reader.run("document.querySelectorAll('tbody tr[id]').length") < 80
    assert reader.run("document.querySelector('thead th:nth-child(7) button').disabled")  # the server has no such order


def test_the_server_filters(reader):
    reader.go("/?country=KEN")
    reader.until("document.querySelector('.head')?.innerText.includes('4\u202f000')")
    told = reader.run("[...document.querySelectorAll('tbody tr[id] td.c-country')].map(c => c.innerText)")
    assert set(told) == {"Kenya"}
    reader.fill(".find input", "Site 77")
    names = "[...document.querySelectorAll('tbody tr[id] th a')].map(c => c.innerText)"
    reader.until(f"(n => n.length > 0 && n.every(i => i.includes('Site 77')))({names})")


def test_the_map_is_of_tiles(reader):
    reader.go("/")
    reader.until("document.querySelector('.gl[data-ready=true] canvas')")
    asked = "fetch('/ogc/collections/projects/tiles/WebMercatorQuad/1/0/1?country=KEN').then(r => r.arrayBuffer()).then(b => b.byteLength)"
    assert reader.run(asked) > 100
    label = reader.run("document.querySelector('.gl canvas').getAttribute('aria-label')")
    assert "12\u202f000" in label, json.dumps(label)
    assert [p for p in reader.problems() if "GL Driver" not in p] == []
