"""Charts: valid XML, numbers where they should land, nothing drawn as zero that is not known, both languages."""

from __future__ import annotations

import dataclasses
import math
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qinglu.model.chart import Bars, Point, Points, Series, Swing, Tornado
from qinglu.report.charts import describe, svg
from qinglu.report.charts.paint import DARK, LIGHT
from qinglu.text import Text

NS = "{http://www.w3.org/2000/svg}"
NASTY = "<script>\x00\x0b\ud800&\"'"
YEARS = tuple(str(y) for y in range(2026, 2061))
LONG = Text("燃煤机组一号锅炉的其他烟煤燃烧排放（含启动与低负荷）", "Combustion of other bituminous coal in boiler one")


def bars(*rows, names=None, **more):
    series = tuple(Series(Text(f"第{n}项", f"part {n}"), tuple(r)) for n, r in enumerate(rows))
    names = tuple(names or [str(2030 + k) for k in range(max(map(len, rows), default=0))])
    return Bars("by-year", Text("各年排放", "Emissions by year"), "t/a", names, series, **more)


def points(*places, **more):
    made = tuple(Point(Text(f"方案{n}", f"option {n}"), x, y, on) for n, (x, y, on) in enumerate(places))
    return Points(
        "front", Text("前沿", "Front"), Text("成本", "Cost"), "USD", Text("排放", "Emissions"), "t", made, **more
    )


TORNADO = Tornado(
    "tornado", Text("敏感性", "Sensitivity"), "USD/MWh", 60.0,
    (Swing("a", 55, 64), Swing(LONG, 81.2, 50.1, "0.35–0.55"), Swing("c", 63, 66), Swing("d", 60, 60)),
    note=Text("逐项变动", "One at a time"),
)  # fmt: skip
CHARTS = {
    "years": bars([1.2e6] * 35, [None] * 35, names=YEARS, lines=(Series(Text("目标", "target"), tuple(range(35))),)),
    "names": bars([3.6e7, None, 4e5], names=(LONG, Text("建设", "Construction"), "x" * 200), stacked=False),
    "both-sides": bars([880, 60], [0, -700]),
    "side": bars([5, 4], [1, None], stacked=False),
    "many-series": bars(*([k + 1.0] * 3 for k in range(20))),
    "empty": bars(),
    "unknown": bars([None, None]),
    "zeros": bars([0, 0]),
    "one": bars([5]),
    "huge": bars([1e-9, 1.0, 1e18]),
    "not-finite": bars([math.nan, math.inf, 1.0]),
    "nasty": bars([1.0, 2.0], names=(NASTY, NASTY), note=Text(NASTY, NASTY), lines=(Series(NASTY, (1.0, 2.0)),)),
    "points": points((1, 3, True), (2, 2, True), (3, 1, True), (3, 3, False)),
    "crowd": points(*((10 + k / 1e6, 10 - k / 1e6, True) for k in range(40))),
    "one-point": points((5, 5, True)),
    "no-point": points((math.nan, 1, True)),
    "tornado": TORNADO,
    "no-swing": dataclasses.replace(TORNADO, swings=()),
}


def read(chart, lang="en", **options):
    return ET.fromstring(svg(chart, lang, **options))


def rects(root, name="c-bar"):
    return [e for e in root.iter(f"{NS}rect") if e.get("class") == name]


def number(element, *names):
    return [float(element.get(n)) for n in names]


def texts(root):
    return ["".join(e.itertext()) for e in root.iter(f"{NS}text")]


@pytest.mark.parametrize("theme", ["page", "file"])
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", CHARTS)
def test_any_chart_is_well_formed_and_stands_on_nothing_else(name, lang, theme):
    made = svg(CHARTS[name], lang, theme=theme)
    root = ET.fromstring(made)
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]+)\)", made)) <= set(ids)
    assert root.get("role") == "img"
    named = {e.get("id"): e.text for e in root if e.tag in (f"{NS}title", f"{NS}desc")}
    assert named[root.get("aria-labelledby")] == CHARTS[name].title.in_(lang)
    assert named[root.get("aria-describedby")]
    assert not re.search(r"<script|href|\son\w+=|@import|nan|inf\b", made)
    assert "style=" not in made
    assert ("<style>" in made) == (theme == "file")
    left, top, wide, high = map(float, root.get("viewBox").split())
    for element in root.iter(f"{NS}rect"):
        if element.get("x"):
            x, y, w, h = number(element, "x", "y", "width", "height")
            assert min(w, h) >= 0
            assert left - 0.01 <= x <= x + w <= left + wide + 0.01
            assert top - 0.01 <= y <= y + h <= top + high + 0.01


@pytest.mark.parametrize("name", [n for n in CHARTS if n != "nasty"])
def test_english_has_no_chinese_in_it(name):
    assert not re.search("[\u4e00-\u9fff]", svg(CHARTS[name], "en"))


def test_a_page_gives_its_own_colours_and_a_file_has_them_written_out():
    page, file = (svg(CHARTS["side"], "en", theme=theme) for theme in ("page", "file"))
    assert "var(--s1,#0F4C3A)" in page
    assert "var(" not in file
    assert "prefers-color-scheme:dark" in file
    assert "width" not in ET.fromstring(page).attrib
    css = (Path(__file__).parents[2] / "src/qinglu/report/templates/report.css").read_text(encoding="utf-8")
    for role, both in {r: (LIGHT[r], DARK[r]) for r in LIGHT}.items():
        assert re.findall(rf"--{role}: (#\w+);", css)[:2] == list(both)


@pytest.mark.parametrize(("colours", "paper"), [(LIGHT, LIGHT["paper"]), (DARK, DARK["paper"])])
def test_every_colour_stands_out_from_the_paper(colours, paper):
    def light(colour):
        parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for role, colour in colours.items():
        if role in ("paper", "line"):
            continue
        a, b = sorted((light(colour), light(paper)), reverse=True)
        assert (a + 0.05) / (b + 0.05) >= (4.5 if role in ("ink", "soft", "unknown") else 3.0), role


def test_no_two_series_look_alike_without_their_colours():
    made = svg(CHARTS["many-series"], "en")
    hatches = dict(re.findall(r'<pattern id="c-by-year-(h\d+)".*?<path d="([^"]+)"', made))
    assert len({hatches.get(f"h{n}", "") for n in range(8)}) == 8
    looks = {(LIGHT[f"s{n % 8 + 1}"], hatches.get(f"h{n}", "")) for n in range(20)}
    assert len(looks) == 20


VALUES = st.lists(st.one_of(st.none(), st.floats(-1e9, 1e9).map(lambda v: round(v, 3))), min_size=1, max_size=6)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.lists(VALUES, min_size=1, max_size=3), st.booleans(), st.booleans())
def test_bars_are_as_long_as_their_values(rows, stacked, lying):
    n = max(map(len, rows))
    rows = [(r + [None] * n)[:n] for r in rows]
    names = [f"{k} a long name that does not fit below" * 3 for k in range(n)] if lying else None
    root = read(bars(*rows, names=names, stacked=stacked))
    drawn = [(float(r.get("data-value")), *number(r, "width", "height")) for r in rects(root)]
    assert len(drawn) == sum(v is not None for row in rows for v in row)
    long = [(abs(v), w if lying else h) for v, w, h in drawn]
    most = max(long, default=(0, 0))
    for value, length in long:
        assert length == pytest.approx(most[1] * value / most[0] if most[0] else 0, abs=0.02)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.lists(st.lists(st.floats(0.001, 1e6), min_size=3, max_size=3), min_size=2, max_size=5))
def test_stacked_bars_meet_and_end_at_their_sum(rows):
    root = read(bars(*rows))
    base = max(number(r, "y")[0] + number(r, "height")[0] for r in rects(root))
    scale = max((number(r, "height")[0], 1 / float(r.get("data-value"))) for r in rects(root))
    scale = scale[0] * scale[1]
    for at in range(3):
        column = [r for r in rects(root) if r.get("x") == rects(root)[at * len(rows)].get("x")]
        assert min(number(r, "y")[0] for r in column) == pytest.approx(base - scale * sum(r[at] for r in rows), abs=0.2)


@pytest.mark.parametrize(
    "names", [None, ("a long name that does not fit below the bar" * 3,) * 2], ids=["upright", "lying"]
)
def test_parts_below_zero_are_stacked_away_from_those_above(names):
    root = read(bars([5.0, 2.0], [-3.0, -2.0], [-1.0, 4.0], names=names))
    ends = {
        float(r.get("data-value")): (number(r, "x", "width") if names else number(r, "y", "height"))
        for r in rects(root)
    }
    way = 1 if names else -1  # y grows downwards
    zero = ends[5.0][0] + (0 if names else ends[5.0][1])
    for value, (start, long) in ends.items():
        middle = start + long / 2
        assert (middle - zero) * way * value > 0, value
    first, second = ends[-3.0], ends[-1.0]
    assert (
        second[0] + second[1] == pytest.approx(first[0], abs=0.03)
        if names
        else second[0] == pytest.approx(sum(first), abs=0.03)
    )


def test_ticks_and_bars_are_on_one_scale():
    root = read(bars([250.0, 100.0]))
    lines = [m for e in root.iter(f"{NS}path") if (m := re.match(r"M[\d.]+ ([\d.]+)H", e.get("d", "")))]
    words = [t for t in texts(root) if re.fullmatch(r"\d+", t)]
    places = dict(zip(words, (float(m[1]) for m in lines), strict=False))
    tall, short = rects(root)
    assert number(short, "y")[0] == pytest.approx(places["100"], abs=0.02)
    assert number(tall, "y")[0] == pytest.approx((places["200"] + 0.5 * (places["100"] - places["200"]) * -1), abs=0.02)


def test_bounds_reach_from_low_to_high():
    series = (Series("x", (10.0, 20.0), (8.0, None), (14.0, None)),)
    root = read(Bars("n", Text("题", "Title"), "t", ("2030", "2031"), series))
    (whisker,) = (e for e in root.iter(f"{NS}path") if e.get("class") == "c-whisker")
    top, bottom = (float(v) for v in re.match(r"M[\d.]+ ([\d.]+)V([\d.]+)", whisker.get("d")).groups()[::-1])
    (bar, _) = rects(root)
    y, height = number(bar, "y", "height")
    unit = height / 10
    assert bottom == pytest.approx(y + 2 * unit, abs=0.05)
    assert top == pytest.approx(y - 4 * unit, abs=0.05)
    assert "10 (8 to 14)" in describe(Bars("n", Text("题", "Title"), "t", ("2030", "2031"), series), "en")


def test_what_is_unknown_is_marked_and_no_bar():
    root = read(bars([5.0, None], [1.0, None]))
    assert len(rects(root)) == 2
    assert "?" in texts(root)
    partly = read(bars([5.0, 4.0], [1.0, None]))
    assert "4 + ?" in texts(partly)
    assert "part 1 unknown" in describe(bars([5.0, 4.0], [1.0, None]), "en")
    assert "No values to draw" in " ".join(texts(read(CHARTS["unknown"])))


def test_a_sum_on_both_sides_of_zero_has_its_own_mark():
    root = read(CHARTS["both-sides"])
    (mark,) = (e for e in root.iter(f"{NS}path") if e.get("class") == "c-net")
    assert mark[0].text == "total: \u2212640"
    assert not [e for e in read(bars([1, 2], [3, 4])).iter(f"{NS}path") if e.get("class") == "c-net"]


def test_of_many_years_only_round_ones_are_named():
    root = read(CHARTS["years"])
    named = [int(t) for t in texts(root) if re.fullmatch(r"20\d\d", t)]
    assert named == [y for y in range(2026, 2061) if y % 5 == 0]


@pytest.mark.parametrize("wide", [300, 440, 900])
def test_names_of_points_cover_neither_each_other_nor_the_edge(wide):
    root = read(points(*((k, 20 / (k + 1), True) for k in range(9))), width=wide)
    boxes = []
    for group in root.iter(f"{NS}g"):
        if group.get("class") == "c-name":
            (text,) = group
            lines = list(text) or [text]
            x, y = number(text, "x", "y")
            boxes.append(
                (x, y - 11, x + max(5.4 * len("".join(t.itertext())) for t in lines), y + 16 * (len(lines) - 1))
            )
    assert len(boxes) >= 4
    for n, a in enumerate(boxes):
        assert a[0] >= 0
        assert a[2] <= wide
        for b in boxes[n + 1 :]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_a_point_without_room_for_its_name_has_a_number_and_a_key():
    said = texts(read(CHARTS["crowd"]))
    missed = [t for t in said if t.isdigit()]
    assert missed
    assert {f"option {n}" for n in range(40)} <= set(said)


def test_the_front_is_a_line_through_its_points_by_x():
    root = read(CHARTS["points"])
    (front,) = (e for e in root.iter(f"{NS}path") if e.get("class") == "c-front")
    xs = [float(x) for x in re.findall(r"[ML]([\d.]+) ", front.get("d"))]
    marks = [e for e in root.iter() if e.get("class") == "c-point"]
    assert xs == sorted(xs) == [float(e.get("cx")) for e in marks if e.tag == f"{NS}circle"]
    assert len([e for e in marks if e.tag == f"{NS}rect"]) == 1


def test_a_tornado_has_the_widest_on_top_and_its_ends_about_the_centre():
    root = read(TORNADO)
    low, high = rects(root, "c-low"), rects(root, "c-high")
    spans = [number(a, "width")[0] + number(b, "width")[0] for a, b in zip(low, high, strict=True)]
    assert spans[0] == max(spans)
    (centre,) = (e for e in root.iter(f"{NS}path") if e.get("class") == "c-centre")
    x = float(re.match(r"M([\d.]+) ", centre.get("d"))[1])
    assert number(low[0], "x")[0] == pytest.approx(x, abs=0.02)
    assert sum(number(high[0], "x", "width")) == pytest.approx(x, abs=0.02)
    unit = number(low[0], "width")[0] / 21.2
    assert number(high[0], "width")[0] == pytest.approx(9.9 * unit, abs=0.05)


def test_two_of_one_name_on_a_page_are_told_apart():
    a, b = (set(re.findall(r' id="([^"]+)"', svg(CHARTS["side"], "en", uid=u))) for u in ("p 1", "p/2"))
    assert a
    assert not a & b


@pytest.mark.parametrize("name", ["years", "names", "points", "tornado", "empty"])
def test_typst_draws_them_on_paper(name):
    pytest.importorskip("typst")
    from qinglu.report.pdf import as_pngs

    (picture,) = as_pngs([svg(CHARTS[name], "zh", theme="file")], ppi=72)
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 2_000
