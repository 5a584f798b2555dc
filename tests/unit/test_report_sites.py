"""The page of sites: well formed, safe with hostile names, honest about what is unknown; its map holds to the places."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import html5lib
import numpy as np
import pytest
import shapely

from qinglu.model import Layer
from qinglu.model.rule import Step
from qinglu.report.areamap import WIDTH, Shade, area_map
from qinglu.report.linemap import Backdrop
from qinglu.report.pages import text as text_of
from qinglu.report.site_words import LIMITS, METHOD, WORDS
from qinglu.report.sitemap import Nearby
from qinglu.report.sites import DETAILED, CriterionSheet, Reason, Scored, SiteSheet, SitesSheet, write_sites
from qinglu.text import Text

NASTY = '<script>alert("x")</script>&\'"'
AREA = shapely.box(36.0, -1.0, 37.0, 0.0)


def site(rank, *, known=1.0, turn=("road", 0.25, 0.4), **changed):
    x = 36.1 + 0.03 * rank
    made = SiteSheet(
        f"site-{rank}", rank, shapely.box(x, -0.5, x + 0.02, -0.48), x + 0.01, -0.49, "KEN", 4.9, 812.3, 0.9 - 0.01 * rank,
        0.55, known, 0.1, 0.95,
        {"road": Scored(12.3, 0.4, 1.0), "wind": Scored(7.1, 0.7, 0.5) if known == 1.0 else Scored(None, None, 0.0)},
        0.93, 0.41, turn, (Nearby(NASTY, NASTY, shapely.Point(x, -0.45)),),
    )  # fmt: skip
    return replace(made, **changed)


def sheet(**changed):
    score = np.full((4, 6), np.nan, np.float32)
    score[1:3] = 0.6
    state = np.full((4, 6), 2, np.uint8)
    state[1:3], state[3], state[0, 0] = 1, 3, 0
    made = {
        "area": AREA, "area_km2": 12_345.0, "asked": 3, "cell_m": 920.0, "sites": (site(1), site(2, turn=None), site(3, known=0.25)),
        "criteria": (CriterionSheet("road", Text(f"路{NASTY}", f"Road {NASTY}"), "km", 0.25),
                     CriterionSheet("wind", Text("风", "Wind"), "m/s", 0.75)),
        "account": (Reason(Text(f"湖{NASTY}", f"Lake {NASTY}"), 345.0, 345.0, 300.0),
                    Reason(Text("余", "Left"), None, 12_000.0, kept_out=False)),
        "shade": Shade(score, state, (36.0, -1.0, 37.0, 0.0)), "from_every_cell": True, "draws": 1000,
        "rivals": [{"lon": 36.7, "lat": -0.7, "score": 0.5, "near": 0.01, "any_weights": 0.2}],
        "backdrops": (Backdrop(NASTY, "protected", "forbid", "area", [shapely.box(36.5, -0.9, 36.7, -0.7)]),),
        "layers": (Layer(NASTY, "protected", Text(NASTY, NASTY), "area"),),
        "trace": (Step("measure", Text("区域", "Area"), Text(NASTY, NASTY)),),
    }  # fmt: skip
    return SitesSheet(**{**made, **changed})


@pytest.fixture
def page(tmp_path):
    def write(lang="en", **changed):
        path = tmp_path / "report.html"
        write_sites(path, sheet(**changed), lang)
        text = path.read_text(encoding="utf-8")
        html5lib.HTMLParser(strict=True).parse(text)
        return text

    return write


def words(text):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]+>", " ", text, flags=re.S)))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_names_are_text_whatever_is_in_them(page, lang):
    text = page(lang)
    assert "<script" not in text
    assert words(text).count('alert("x")') >= 5


def test_unknown_is_marked_and_never_a_bar(page):
    text = page()
    assert "Site 3: 25% of the weights known" in words(text)
    row = re.search(r"<strong>Site 3</strong>.*?</tr>", text, flags=re.S)[0]
    assert row.count('class="lv unknown"') == 1
    half = re.search(r"<strong>Site 1</strong>.*?</tr>", text, flags=re.S)[0]
    assert "50%" in words(half)  # of site 1 half the wind is unknown
    assert "suitability is 0.100 to 0.950" in words(text)
    assert "Get the data that is missing" in words(text)
    missing = CriterionSheet("wind", Text("风", "Wind"), "m/s", 0.75, Text("无", "the raster has no value in the area"))
    assert "the raster has no value in the area" in words(page(criteria=(sheet().criteria[0], missing)))


def test_it_says_what_displaces_a_site_and_what_nothing_does(page):
    said = words(page())
    assert "going from 25% to 40%" in said
    assert "No change of a single weight" in said
    assert "3 of 3 sites stay among the first 3" in said
    plain = words(page(draws=0, rivals=[], sites=(site(1, near=None, any_weights=None, turn=None),)))
    assert "The weights were not varied." in plain
    assert "When the weights change" not in plain


def test_many_sites_are_listed_and_the_first_described(page):
    many = tuple(site(n) for n in range(1, DETAILED + 4))
    text = page(sites=many, asked=30, fewer=Text("少", "Only 23 of 30 were found."))
    assert text.count('class="one-site"') == DETAILED
    assert "3 more in sites.csv." in words(text)
    assert "Only 23 of 30 were found." in words(text)


def test_the_account_and_its_shares(page):
    text = page()
    row = words(re.search(r"<th scope=\"row\">Lake.*?</tr>", text, flags=re.S)[0]).split()
    assert row[-1] == "2.79%"
    assert "97.2%" in words(text)


def test_no_text_is_left_over_or_missing():
    used = set(re.findall(r"t\('(s_\w+)'", text_of("sites.html.j2")))
    by_code = {"s_forbid", "s_price", "s_ignore", "s_too_small", "s_too_near", "s_left", "s_chosen"}
    assert used - {"s_"} | by_code == set(WORDS)
    for text in (*WORDS.values(), *METHOD, *LIMITS):
        assert re.search(r"[一-鿿]", text.zh) or text.zh == text.en
        assert not re.search(r"[一-鿿]", text.en)
        assert set(re.findall(r"\{(\w+)\}", text.zh)) == set(re.findall(r"\{(\w+)\}", text.en))


def test_the_map_shows_sites_where_they_are_and_labels_apart():
    shapes = [(str(n), shapely.box(36.5 + 0.002 * n, -0.5, 36.501 + 0.002 * n, -0.499)) for n in range(1, 5)]
    drawn = area_map(AREA, sheet().shade, shapes, rivals=[(36.0, -1.0)])
    tall = area_map(shapely.box(36, -3, 37, 0), sheet().shade, shapes)
    assert 1.39 < tall.width / tall.height < 1.41
    for d, (label, _) in zip(drawn.sites, shapes, strict=True):
        assert d.label == label
        assert abs(d.x - WIDTH / 2) < 100
        assert 0 < d.tag_x < WIDTH
        assert 0 < d.tag_y < drawn.height
    tags = np.array([[d.tag_x, d.tag_y] for d in drawn.sites])
    gaps = np.hypot(*(tags[:, None] - tags[None]).transpose(2, 0, 1))
    assert gaps[~np.eye(4, dtype=bool)].min() > 100
    assert drawn.rivals[0][0] < drawn.picture.x + 5
    west = [d.x for d in drawn.sites]
    assert west == sorted(west)
