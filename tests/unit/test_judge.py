"""Judging: one finding for each project, rule and layer, in order, in two languages, with its evidence."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from qinglu.model import FINDINGS, PROJECTS, Layer
from qinglu.rules import RuleNotInForceError, load
from qinglu.screening.judge import judge
from qinglu.screening.measures import EXPOSED, NEAR, SLOPE, ZONED, Measures
from qinglu.text import Text

ON = date(2026, 11, 22)
RULES = load(installed=False).rules
THIN = "\u202f"
WDPA = Layer(
    "wdpa", "protected", Text("世界保护地数据库", "WDPA"), "area", version="2026-10", withheld=("CHN",)
)
RIVERS = Layer("rivers", "river", Text("河流", "Rivers"), "line", version="5.1")
STRESS = Layer("stress", "water-stress", Text("水压力", "Stress"), "raster", version="4")
DEM = Layer("dem", "elevation", Text("高程", "Heights"), "raster")


def advice(role: str) -> Text:
    return Text(f"请添加{role}图层。", f"Add a {role} layer.")


def projects(*rows: dict[str, Any]) -> pa.Table:
    base = {"country": "KEN", "shape": "point", "notes": []}
    return pa.Table.from_pylist(
        [{**base, "project_id": f"p{i}", **r} for i, r in enumerate(rows)], schema=PROJECTS
    )


def feature(row: int, layer: str, metres: float, **more: Any) -> dict[str, Any]:
    base = {
        "project_id": f"p{row}", "project_row": row, "layer_id": layer, "feature_id": "7", "feature_name": "Tsavo",
        "distance_m": metres, "intersects": metres == 0, "feature_class": "other", "approximate": False,
    }  # fmt: skip
    return {**base, **more}


def measures(
    table: pa.Table,
    layers: list[Layer],
    exposed: list[dict[str, Any]] = (),
    near: list[dict[str, Any]] = (),
    **more: Any,
) -> Measures:  # type: ignore[assignment]
    return Measures(
        table,
        tuple(layers),
        pa.Table.from_pylist(list(exposed), schema=EXPOSED),
        pa.Table.from_pylist(list(near), schema=NEAR),
        **more,
    )


def found(m: Measures, rule: str | None = None, on: date = ON) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = judge(m, RULES, on, advice).to_pylist()
    return [r for r in rows if rule in (None, r["rule_id"])]


def test_one_finding_for_each_project_rule_and_layer_in_their_order() -> None:
    second = Layer("wdpa2", "protected", Text("另", "Other"), "area")
    near = [feature(i, a, 2e5) for a in ("wdpa2", "wdpa") for i in (1, 0)]
    table = judge(
        measures(projects({}, {"shape": "line"}), [WDPA, RIVERS, second], near=near), RULES, ON, advice
    )
    assert table.schema == FINDINGS
    order = {r.id: i for i, r in enumerate(RULES)}
    layers = {"wdpa": 0, "rivers": 1, "wdpa2": 2, "": 9}
    keys = [(r["project_id"], order[r["rule_id"]], layers[r["layer_id"]]) for r in table.to_pylist()]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)
    asked = {r.id for r in RULES if r.asks_for_layer} - {"screening.protected-areas.overlap"}
    assert {k for k in order if any(x[:2] == ("p0", order[k]) for x in keys)} == asked


def test_a_layer_that_is_asked_for_and_absent_is_unknown_and_says_how_to_get_it() -> None:
    rows = found(measures(projects({}, {}), []), "screening.world-heritage")
    assert [r["project_id"] for r in rows] == ["p0", "p1"]
    for row in rows:
        assert (row["level"], row["value"], row["layer_id"], row["layer_version"]) == (
            "unknown",
            None,
            "",
            "",
        )
        assert "没有“世界遗产”图层" in row["explanation_zh"]
        assert "请添加heritage图层。" in row["explanation_zh"]
        assert "Add a heritage layer." in row["explanation_en"]
    assert (
        "Add a hazard.* layer." in found(measures(projects({}), []), "screening.hazard")[0]["explanation_en"]
    )


def test_a_raster_does_not_answer_a_question_about_features_nor_the_other_way_round() -> None:
    raster = Layer("cover", "forest", Text("林", "Cover"), "raster")
    areas = Layer("basins", "water-stress", Text("流域", "Basins"), "area")
    rows = found(measures(projects({}), [raster, areas]))
    assert {
        r["layer_id"] for r in rows if r["rule_id"] in {"screening.forest", "screening.water-stress"}
    } == {""}


def test_the_explanation_names_measure_feature_rule_layer_and_what_is_unverified() -> None:
    row = feature(0, "wdpa", 0.0, feature_class="strict", overlap_m=48_230.0, overlap_share=0.128)
    m = measures(
        projects({"shape": "line"}), [WDPA], [row], [feature(0, "wdpa", 0.0, feature_class="strict")]
    )
    critical = found(m, "screening.protected-areas")[0]
    assert (critical["level"], critical["value"], critical["unit"]) == ("critical", 0.0, "m")
    assert (critical["layer_id"], critical["layer_version"]) == ("wdpa", "2026-10")
    for words in (
        f"线路穿越“Tsavo”，其内长度48.2{THIN}km",
        "第（四）条（2022-03-28，部分依据未经核对原文）",
        "图层：世界保护地数据库（2026-10）",
    ):
        assert words in critical["explanation_zh"]
    for words in (
        "The line crosses Tsavo, ",
        f"48.2{THIN}km of it inside",
        "article 4 (issued 2022-03-28; partly unverified)",
        "Layer: WDPA (2026-10).",
    ):
        assert words in critical["explanation_en"]
    share = found(m, "screening.protected-areas.overlap")[0]
    assert (share["level"], share["value"], share["unit"], share["measure"]) == (
        "warning",
        0.128,
        "share",
        "overlap-share",
    )
    assert "12.8%" in share["explanation_zh"]


@pytest.mark.parametrize(
    ("shape", "more", "zh", "en"),
    [
        ("point", {}, f"项目位于“Tsavo”内（距离0{THIN}m）", "The project lies in Tsavo"),
        ("line", {}, f"线路穿越“Tsavo”（距离0{THIN}m）", "The line crosses Tsavo"),
        ("area", {"overlap_m2": 3_204_000.0}, f"项目范围与“Tsavo”重叠3.20{THIN}km²", f"overlaps Tsavo by 3.20{THIN}km²"),
        ("area", {"overlap_m2": 0.0}, "项目范围与“Tsavo”重叠（", "The site overlaps Tsavo (distance"),
    ],
)  # fmt: skip
def test_touching_is_told_by_the_shape_of_the_project(
    shape: str, more: dict[str, float], zh: str, en: str
) -> None:
    rows = found(
        measures(projects({"shape": shape}), [WDPA], [feature(0, "wdpa", 0.0, **more)]),
        "screening.protected-areas",
    )
    assert zh in rows[0]["explanation_zh"]
    assert en in rows[0]["explanation_en"]


def test_a_feature_without_a_name_goes_by_its_id() -> None:
    rows = found(
        measures(projects({}), [RIVERS], [feature(0, "rivers", 420.0, feature_name="")]), "screening.river"
    )
    assert f"距“#7”420{THIN}m" in rows[0]["explanation_zh"]
    assert f"#7 is 420{THIN}m away" in rows[0]["explanation_en"]


def test_names_with_odd_characters_come_through_whole() -> None:
    name = "{value} “Ñ” \\1 %s 国家公园"
    rows = found(
        measures(projects({}), [RIVERS], [feature(0, "rivers", 420.0, feature_name=name)]), "screening.river"
    )
    assert f"距“{name}”420{THIN}m" in rows[0]["explanation_zh"]


def test_clear_is_said_with_the_nearest_distance() -> None:
    row = found(
        measures(projects({}), [WDPA], near=[feature(0, "wdpa", 63_180.0)]), "screening.protected-areas"
    )[0]
    assert (row["level"], row["value"]) == ("clear", 63_180.0)
    assert f"最近的“Tsavo”在63.2{THIN}km处，超出10{THIN}km" in row["explanation_zh"]


def test_a_location_too_coarse_is_unknown_on_every_layer_and_noted_once() -> None:
    layers = [WDPA, RIVERS, STRESS, DEM]
    near = [feature(0, a, 2e5) for a in ("wdpa", "rivers")]
    zonal = pa.Table.from_pylist(
        [{"project_row": 0, "raster_id": "stress", "max": 1.0, "count": 9.0}], schema=ZONED
    )
    slope = pa.Table.from_pylist([{"project_row": 0, "raster_id": "dem", "max_deg": 1.0}], schema=SLOPE)
    m = measures(
        projects({"shape": "area", "notes": ["location-too-coarse"]}),
        layers,
        near=near,
        zonal=zonal,
        slope=slope,
    )
    rows = found(m)
    assert {r["level"] for r in rows if r["layer_id"]} == {"unknown"}
    assert [r["level"] for r in rows if r["rule_id"] == "screening.location.coarse"] == ["note"]
    fine = found(Measures(projects({"shape": "area"}), tuple(layers), m.exposures, m.nearest, zonal, slope))
    assert {r["level"] for r in fine if r["layer_id"]} == {"clear"}


def test_rasters_are_judged_by_their_highest_value_on_the_scale_of_the_rule() -> None:
    zonal = pa.Table.from_pylist(
        [
            {"project_row": i, "raster_id": "stress", "max": v, "mean": 0.0, "count": c}
            for i, (v, c) in enumerate([(4.2, 1.0), (0.4, 1.0), (80.0, 1.0), (2.0, 0.0), (None, 3.0)])
        ],
        schema=ZONED,
    )
    rows = found(measures(projects(*[{}] * 6), [STRESS], zonal=zonal), "screening.water-stress")
    assert [r["level"] for r in rows] == ["warning", "clear", "unknown", "unknown", "unknown", "unknown"]
    assert [r["value"] for r in rows] == [4.2, 0.4, None, None, None, None]
    assert "最大值为80.0" in rows[2]["explanation_zh"]


def test_a_feature_in_no_table_of_nearest_still_decides() -> None:
    rows = found(measures(projects({}), [WDPA], [feature(0, "wdpa", 30_000.0)]), "screening.protected-areas")
    assert [(r["level"], r["value"]) for r in rows] == [("clear", 30_000.0)]


def test_chunks_judged_apart_say_the_same() -> None:
    rng = np.random.default_rng(7)
    n = 40
    rows = [{"country": str(c)} for c in rng.choice(["KEN", "CHN", ""], n)]
    exposed = [
        feature(int(p), "wdpa", float(d), feature_class=str(c))
        for p, d, c in zip(
            rng.integers(0, n, 200),
            rng.choice([0, 300, 4000, 9000], 200),
            rng.choice(["strict", "other", ""], 200),
            strict=True,
        )
    ]
    near = [
        feature(i, "wdpa", min([e["distance_m"] for e in exposed if e["project_row"] == i], default=7e4))
        for i in range(n)
    ]
    whole = found(measures(projects(*rows), [WDPA], exposed, near))
    parts = []
    for start in (0, 15):
        stop = 15 if start == 0 else n
        cut = [
            [{**f, "project_row": f["project_row"] - start} for f in fs if start <= f["project_row"] < stop]
            for fs in (exposed, near)
        ]
        part = projects(*[{**r, "project_id": f"p{start + i}"} for i, r in enumerate(rows[start:stop])])
        parts += found(measures(part, [WDPA], *cut))
    assert parts == whole
    shuffled = [exposed[i] for i in rng.permutation(len(exposed))]
    levels = [(r["project_id"], r["rule_id"], r["level"], r["value"]) for r in whole]
    assert [
        (r["project_id"], r["rule_id"], r["level"], r["value"])
        for r in found(measures(projects(*rows), [WDPA], shuffled, near))
    ] == levels


def test_no_project_gives_an_empty_table_of_the_same_schema() -> None:
    table = judge(measures(projects(), [WDPA]), RULES, ON, advice)
    assert (table.num_rows, table.schema) == (0, FINDINGS)


def test_rules_not_in_force_are_left_out_and_none_at_all_is_an_error() -> None:
    m = measures(projects({}), [])
    assert {r["rule_id"] for r in found(m, on=date(1990, 1, 1))} == {
        "screening.world-heritage",
        "screening.wetland",
    }
    with pytest.raises(RuleNotInForceError):
        found(m, on=date(1900, 1, 1))


def test_measures_without_a_column_are_refused() -> None:
    with pytest.raises(ValueError, match="project_row"):
        Measures(projects({}), (), nearest=NEAR.empty_table().drop_columns(["project_row"]))


def test_sentences_read_whole() -> None:
    """No gap is left open, no clause runs into the next, in any finding of a mixed table."""
    m = measures(
        projects({}, {"country": "CHN"}, {"notes": ["location-too-coarse"]}, {"shape": "line"}),
        [
            WDPA,
            RIVERS,
            STRESS,
            Layer("demo", "protected", Text("示意", "Sketch"), "area", demonstration=True),
        ],
        [feature(3, "wdpa", 0.0, feature_class=""), feature(0, "rivers", 10.0, approximate=True)],
        [
            feature(i, a, d)
            for i in range(4)
            for a, d in (("wdpa", 6e4 * (i != 3)), ("rivers", 10.0), ("demo", 9e4))
        ],
    )
    for row in found(m):
        for text, stop in ((row["explanation_zh"], "。"), (row["explanation_en"], ".")):
            assert text.endswith(stop)
            assert "\x01" not in text
            assert "\x02" not in text
            assert "  " not in text
            assert "{" not in text
            assert stop * 2 not in text
