"""The page of routes: well formed, self-contained, safe with hostile names; its drawings hold to their numbers."""

from __future__ import annotations

import html
import re
import struct
import zlib

import numpy as np
import pytest
import shapely
from test_report_html import Page

from qinglu.model import Layer
from qinglu.model.rule import Step
from qinglu.report.linemap import WIDTH, Backdrop, Ribbon, line_map
from qinglu.report.plots import PANEL_HEIGHT, PANEL_WIDTH, PLOT, Ground, panels, scatters
from qinglu.report.png import png
from qinglu.report.routes import Goal, LineSheet, RoutesSheet, write_routes
from qinglu.rules import THIN
from qinglu.text import Text

NASTY = '<script>alert("x")</script>&\'"'
A = np.array([[38.0, 9.0], [38.5, 9.4], [39.0, 9.0]])
B = np.array([[38.0, 9.0], [38.5, 8.7], [39.0, 9.0]])
UNVERIFIED = {
    "rule_id": "siting:x", "title_zh": f"单价{NASTY}", "title_en": f"Price {NASTY}", "valid_from": "2016",
    "citation": {"line": {"zh": "某来源", "en": "A source"}, "checked": None},
}  # fmt: skip


def line(n, xy, cost, ecology, *, given=False, ground=True):
    km = np.linspace(0, 120, 50)
    heights = 500 + 100 * np.sin(km / 20)
    return LineSheet(
        id="given" if given else f"route-{n}", label="G" if given else str(n),
        title=Text(f"既有{NASTY}", f"Given {NASTY}") if given else Text(f"方案 {n}", f"Line {n}"), parts=[xy],
        length_m=120_000.0, scores={"cost": cost, "ecology": ecology, "hazard": None}, given=given, on_front=not given or None,
        dissimilarity=None if given else 0.4, kept_radius=None if given else True, max_gradient=0.012, over_gradient_m=300.0,
        ground=Ground(km, heights, heights + 5, [(10.0, 20.0, "tunnel")]) if ground else None,
        crossings=[{"layer": NASTY, "feature_id": "1", "feature_name": NASTY, "from_km": 1.0, "to_km": 2.0, "length_m": 1000.0}],
        notes=(Text(f"说明{NASTY}", f"Remark {NASTY}"),),
    )  # fmt: skip


def sheet(**changed):
    goals = (Goal("cost", Text("成本", "Cost"), "USD"), Goal("ecology", Text("生态", "Ecology"), "point"),
             Goal("hazard", Text("灾害", "Hazard"), "point", Text(f"没有数据{NASTY}", f"no data {NASTY}")))  # fmt: skip
    made = {
        "heading": Text(f"从{NASTY}", f"From {NASTY}"), "mode": Text("铁路", "Railway"), "goals": goals,
        "lines": (line(1, A, 1e9, 5000.0), line(2, B, 1.1e9, 4000.0), line(3, B, 2e9, 9000.0, given=True)),
        "places": ((38.0, 9.0, Text("起点", "Start")), (39.0, 9.0, Text("终点", "End"))), "cell_m": 900.0, "flat": False,
        "layers": (Layer(NASTY, "protected", Text(NASTY, NASTY), "area"),),
        "backdrops": (Backdrop(NASTY, "protected", "forbid", "area", [shapely.box(38.4, 8.9, 38.6, 9.1)]),
                      Backdrop("r", "river", "price", "line", [shapely.LineString([(38.2, 8.6), (38.2, 9.4)])]),
                      Backdrop("p", "settlement", "ignore", "point", [shapely.Point(38.3, 9.1)])),
        "front": [{"cost": 9.5e8, "ecology": 6000.0}, {"cost": 1e9, "ecology": 5000.0}, {"cost": 1.1e9, "ecology": 4000.0}],
        "front_exact": False, "trace": (Step("rule", Text("限值", "Limits"), Text(NASTY, NASTY)),),
        "ribbon": Ribbon(np.array([[0.0, 2.5], [np.nan, 5.0]], np.float32), (38.0, 8.7, 39.0, 9.4), 5.0), "corridor_km2": 1234.0,
        "unverified": (UNVERIFIED,), "notes": (Text(NASTY, NASTY),), "land": shapely.box(30, 0, 50, 20),
    }  # fmt: skip
    return RoutesSheet(**{**made, **changed})


def page(tmp_path, lang="en", **changed):
    write_routes(tmp_path / "report.html", sheet(**changed), lang)
    return (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_is_well_formed_self_contained_and_safe(tmp_path, lang):
    text = page(tmp_path, lang)
    read = Page(text)
    assert len(set(read.ids)) == len(read.ids)
    assert "<script" not in text
    assert 'style="' not in text
    assert not re.findall(r'(?:src|href)="(?!#|data:image/png;base64,)', text)
    assert {h.removeprefix("#") for h in re.findall(r'<a [^>]*href="(#[^"]+)"', text)} <= set(read.ids)
    assert "{{" not in text
    assert "None" not in read.words
    assert html.unescape(text).count("Remark " if lang == "en" else "说明<") >= 3


def test_it_says_each_thing_in_its_language(tmp_path):
    both = {lang: html.unescape(page(tmp_path, lang)) for lang in ("zh", "en")}
    assert "线路 1 最优" not in both["en"]
    assert "按所用权重，方案 1 最优：120" in both["zh"]
    assert "By the weights used, line 1 is best: 120" in both["en"]
    assert "成本：方案 1 为 G 的 50 %" in both["zh"]
    assert "Cost: line 1 has 50 % of G" in both["en"]
    assert f"走廊：不超过最优 5 %，1{THIN}230 平方千米" in both["zh"]
    assert "(+25 %)" in both["en"]
    chinese = re.sub(r"<style>.*?</style>|[A-Za-z]*青路", "", both["en"], flags=re.S)
    assert not re.search("[\u4e00-\u9fff]", chinese)


def test_without_ground_front_or_findings_it_still_reads(tmp_path):
    flat = tuple(line(n, A, 1e9, None, ground=False) for n in (1, 2))
    text = html.unescape(
        page(tmp_path, lines=flat, flat=True, front=(), front_exact=None, ribbon=None, corridor_km2=None)
    )
    assert "the ground counts as flat" in text
    assert 'id="tradeoff"' not in text
    assert "Not screened." in text


def test_a_line_is_drawn_where_it_lies():
    made = line_map([("1", "l1", [A]), ("G", "given", [B])], [(38.0, 9.0, "Start")])
    assert [d.label for d in made.lines] == ["G", "1"]  # the first on top
    x, y, _ = made.marks[0]
    start = [int(v) for v in re.match(r"M(\d+) (\d+)", made.lines[1].path).groups()]
    assert start == [x, y]
    assert 0 < x < WIDTH / 8
    assert made.bar_m == 20_000.0
    # 38° to 39° of longitude at 9.05° are 109.8 km
    metres_per_unit = made.bar_m / made.bar
    assert metres_per_unit * (WIDTH - 2 * x) == pytest.approx(109_810, rel=0.01)


def test_lines_on_both_sides_of_the_antimeridian_stay_together():
    made = line_map([("1", "l1", [np.array([[179.5, 0.0], [180.5, 0.0]])])], [(179.5, 0.0, "a"), (-179.5, 0.0, "b")])
    assert made.marks[0][0] < made.marks[1][0] < WIDTH


def test_the_corridor_is_a_picture_of_its_shades():
    made = line_map([("1", "l1", [A])], [], ribbon=sheet().ribbon)
    assert made.picture.uri.startswith("data:image/png;base64,")
    assert made.picture.width > 0
    assert made.picture.height > 0


def test_a_png_holds_its_palette_and_its_rows():
    cells = np.array([[0, 1, 2], [2, 1, 0]], np.uint8)
    made = png(cells, [(0, 0, 0, 0), (15, 76, 58, 120), (15, 76, 58, 60)])
    chunks, at = {}, 8
    while at < len(made):
        (n,) = struct.unpack(">I", made[at : at + 4])
        kind, body = made[at + 4 : at + 8], made[at + 8 : at + 8 + n]
        assert struct.unpack(">I", made[at + 8 + n : at + 12 + n])[0] == zlib.crc32(kind + body)
        chunks[kind] = body
        at += 12 + n
    assert struct.unpack(">II", chunks[b"IHDR"][:8]) == (3, 2)
    assert chunks[b"tRNS"] == bytes([0, 120, 60])
    assert zlib.decompress(chunks[b"IDAT"]) == b"\0\0\1\2\0\2\1\0"


def test_profiles_share_one_scale_and_keep_peaks():
    km = np.linspace(0, 100, 5000)
    flat, peak = np.full(5000, 100.0), np.where(np.arange(5000) == 2500, 900.0, 100.0)
    short = Ground(km[:2500], flat[:2500])
    low, high = panels([short, Ground(km, peak, peak, [(10.0, 20.0, "tunnel"), (99.99, 100.0, "viaduct")])], "en")
    assert low.distances == high.distances
    assert low.heights == high.heights
    ys = [int(v) for v in re.findall(r" (-?\d+)(?=L|z)", high.ground)]
    assert min(ys) < PANEL_HEIGHT / 8
    assert max(int(v) for v in re.findall(r"[ML](\d+) ", low.ground)) == pytest.approx(PANEL_WIDTH / 2, abs=3)
    assert high.built[0] == (PANEL_WIDTH // 10, PANEL_WIDTH // 10, "tunnel")
    assert high.built[1][1] >= 10  # short ones can still be seen


def test_a_profile_without_known_ground_is_empty():
    made = panels([Ground(np.array([0.0, 1.0]), np.array([np.nan, np.nan]))], "en")[0]
    assert made.ground == ""


def test_lines_crowded_in_a_corner_are_shown_again_from_nearer():
    front = [{"a": 1.0, "b": 10.0}, {"a": 100.0, "b": 1.0}]
    lines = [
        ("1", "l1", {"a": 2.0, "b": 9.0}),
        ("2", "l2", {"a": 3.0, "b": 8.5}),
        ("G", "given", {"a": 90.0, "b": 9.5}),
    ]
    whole, near = scatters(["a", "b"], front, lines, "en")
    assert (whole.near, whole.named, near.near, near.named) == (False, False, True, True)
    assert len(whole.front) == 2
    assert len(whole.marks) == 3
    assert [m.label for m in near.marks] == ["1", "2"]
    assert near.marks[0].x < near.marks[1].x
    assert near.marks[0].y < near.marks[1].y  # more of b is further up
    assert all(0 <= m.x <= PLOT and 0 <= m.y <= PLOT for m in near.marks)


def test_a_line_with_an_unknown_score_is_not_plotted():
    lines = [("1", "l1", {"a": 2.0, "b": None})]
    assert scatters(["a", "b"], [], lines, "en") == []
