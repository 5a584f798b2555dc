"""``qinglu route`` and ``qinglu score-line`` as another program meets them: files, columns, exit codes, one line of error."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely

from qinglu.cli import main
from qinglu.model import FINDINGS
from qinglu.siting.crossings import CROSSINGS
from qinglu.siting.problem import OBJECTIVES
from qinglu.siting.values import modes
from qinglu.tools import tool
from qinglu.tools.declared import routes as declared

WEST, NORTH, STEP = 38.0, 9.6, 0.01
ROWS, COLS = 60, 80
FILES = {
    "routes.geojson", "front.csv", "corridor.tif", "profile.csv", "crossings.csv", "findings.csv", "report.html", "run.json",
}  # fmt: skip
PROFILE = [
    "route", "part", "km", "lon", "lat", "ground_m", "formation_m", "cut_fill_m", "gradient", "formation_gradient",
    "structure", "score_cost", "score_ecology",
]  # fmt: skip


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    """Gentle ground with a valley of the sea's level in the north-west; a park astride, forest around a gap."""
    folder = tmp_path_factory.mktemp("inputs")
    y, x = np.mgrid[0:ROWS, 0:COLS]
    z = (400 + 60 * np.sin(x / 9.0) * np.cos(y / 11.0) + 2 * y).astype("float32")
    z[:4, :4] = -9999.0
    with rasterio.open(
        folder / "dem.tif", "w", driver="GTiff", width=COLS, height=ROWS, count=1, dtype="float32", crs="EPSG:4326",
        transform=rasterio.Affine(STEP, 0, WEST, 0, -STEP, NORTH), nodata=-9999.0,
    ) as raster:  # fmt: skip
        raster.write(z, 1)
    park = shapely.box(38.35, 9.2, 38.45, 9.45)
    _write(folder / "parks.geojson", [(park, {"code": "P1", "called": "Great Park", "IUCN_CAT": "II"})])
    forest = shapely.difference(shapely.box(38.3, 9.0, 38.5, 9.6), shapely.box(38.3, 9.02, 38.5, 9.06))
    _write(folder / "forest.geojson", [(forest, {"code": "F1"})])
    line = shapely.LineString([(38.1, 9.3), (38.4, 9.1), (38.7, 9.3)])
    _write(folder / "given.geojson", [(line, {"id": "L", "name": "Old line"})])
    wall = shapely.box(38.2, 8.9, 38.22, 9.7)
    _write(folder / "wall.geojson", [(wall, {"code": "W", "called": "Wall"})])
    return folder


def _write(path, features):
    made = [{"type": "Feature", "properties": p, "geometry": json.loads(shapely.to_geojson(g))} for g, p in features]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": made}), encoding="utf-8")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def say(capsys, monkeypatch, home):
    """Run a command; standard input, then (exit code, standard output, standard error)."""
    monkeypatch.setenv("QINGLU_DATA_DIR", str(home))

    def run(*argv: object, stdin: str | None = None) -> tuple[int, str, str]:
        if stdin is not None:
            monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        code = main([str(a) for a in argv])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def flags(inputs, *more, start="38.1,9.3", end="38.7,9.3", dem=True, park="forbid"):
    given = ["route", "--from", start, "--to", end]
    given += ["--dem", inputs / "dem.tif"] if dem else []
    given += (
        ["--layer", f"parks={inputs / 'parks.geojson'},role=protected,avoid={park},id=code,name=called"] if park else []
    )
    return [*given, "--layer", f"woods={inputs / 'forest.geojson'},role=forest", *more]


@pytest.fixture(scope="module")
def done(inputs, home, tmp_path_factory):
    """One run with everything, its folder and its document."""
    out = tmp_path_factory.mktemp("run") / "out"
    patch = pytest.MonkeyPatch()
    patch.setenv("QINGLU_DATA_DIR", str(home))
    caught = io.StringIO()
    patch.setattr("sys.stdout", caught)
    code = main([str(a) for a in flags(
        inputs, "--mode", "road", "--alternatives", "3", "--objectives", "cost,ecology,hazard", "--out", out,
        "--line", inputs / "given.geojson", "--on", "2026-11-22", "--json",
    )])  # fmt: skip
    patch.undo()
    assert code == 0
    return out, json.loads(caught.getvalue())


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def lines(out):
    return json.loads((out / "routes.geojson").read_text(encoding="utf-8"))["features"]


def test_every_file_is_there_and_named_in_the_account(done):
    out, document = done
    there = {p.name for p in out.iterdir()}
    assert there == FILES | {"given.geojson", "beside.csv"}
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert {f["name"] for f in run["files"]} == there - {"run.json"}
    assert all(len(f["sha256"]) == 64 for f in run["files"])
    assert [p.rsplit("/", 1)[-1] for p in document["result"]["files"]][-1] == "report.html"
    assert {a["id"] for a in run["layers"]} == {"parks", "woods", "dem"}
    assert all(len(a["sha256"]) == 64 for a in run["layers"])
    assert run["laid"] == {"parks": "forbid", "woods": "price"}
    assert run["tool"] == "route"
    assert run["on"] == "2026-11-22"
    assert run["inputs"]["from"] == [38.1, 9.3]
    assert {"qinglu", "numpy", "rasterio"} <= set(run["versions"])
    assert run["rulebooks"]
    assert run["timings"]["total_s"] > 0
    assert list(document) == ["result", "findings", "trace", "unverified"]


def test_a_feature_an_alternative_with_every_property(done):
    out, document = done
    features = lines(out)
    assert [f["properties"]["id"] for f in features] == [f"route-{n}" for n in range(1, len(features) + 1)]
    assert 1 <= len(features) <= 3
    for n, feature in enumerate(features, start=1):
        p = feature["properties"]
        assert feature["geometry"]["type"] == "LineString"
        assert p["rank"] == n
        assert p["hazard"] is None
        assert p["unknown"] == ["hazard"]
        assert {"cost", "ecology", "length_km", "on_front", "dissimilarity", "kept_radius", "max_gradient", "worst_level",
                "n_critical", "n_warning", "n_note", "n_unknown", "n_clear", "name", "name_zh"} <= set(p)  # fmt: skip
        (x0, y0), (x1, y1) = feature["geometry"]["coordinates"][0], feature["geometry"]["coordinates"][-1]
        assert (x0, y0, x1, y1) == pytest.approx((38.1, 9.3, 38.7, 9.3), abs=1e-6)
    assert features[0]["properties"]["dissimilarity"] == 0
    assert all(f["properties"]["dissimilarity"] >= 0.2 for f in features[1:])
    assert [a["cost"] for a in document["result"]["alternatives"]] == [f["properties"]["cost"] for f in features]
    weighted = [f["properties"]["weighted"] for f in features]
    assert weighted == sorted(weighted)


def test_no_line_enters_what_is_forbidden(done, inputs):
    park = shapely.box(38.35, 9.2, 38.45, 9.45)
    for feature in lines(done[0]):
        assert not shapely.intersects(shapely.from_geojson(json.dumps(feature["geometry"])), park)


def test_the_front_is_mutually_non_dominated_and_holds_the_least_of_each(done):
    front = rows(done[0] / "front.csv")
    assert list(front[0]) == ["id", "cost", "ecology", "alternative"]
    values = np.array([[float(r["cost"]), float(r["ecology"])] for r in front])
    for i, one in enumerate(values):
        others = np.delete(values, i, axis=0)
        assert not ((others <= one).all(axis=1) & (others < one).any(axis=1)).any()
    lines_ = np.array([[f["properties"]["cost"], f["properties"]["ecology"]] for f in lines(done[0])])
    assert (values.min(axis=0) <= lines_.min(axis=0)).all()
    named = {r["alternative"] for r in front} - {""}
    assert named == {f["properties"]["id"] for f in lines(done[0]) if f["properties"]["on_front"]}


def test_the_least_of_an_objective_is_what_a_search_for_it_alone_finds(say, inputs, done):
    for name in ("cost", "ecology"):
        code, out, _ = say(
            *flags(inputs, "--mode", "road", "--objectives", name, "--alternatives", "1", "--screen", "false")
        )
        assert code == 0
        alone = json.loads(out)["result"]["alternatives"][0][name]
        least = min(float(r[name]) for r in rows(done[0] / "front.csv"))
        assert 0.99 * alone < least <= alone * (1 + 1e-9)  # smoothing may draw another line of the front straighter


def test_the_corridor_is_percent_above_the_best_on_the_grid_of_the_elevation(done, inputs):
    with rasterio.open(done[0] / "corridor.tif") as made, rasterio.open(inputs / "dem.tif") as dem:
        assert made.dtypes == ("float32",)
        assert made.shape == dem.shape
        assert made.transform.almost_equals(dem.transform)
        assert made.crs == dem.crs
        cells = made.read(1, masked=True)
    assert cells.min() == 0.0
    assert 0 < cells.max() <= 5.0
    assert 0 < cells.count() < cells.size
    area = done[1]["result"]["corridor"]["area_km2"]
    assert area == pytest.approx(cells.count() * 1.11 * 1.10, rel=0.02)


def test_profile_and_crossings_have_their_columns_and_every_line(done):
    out, document = done
    profile, crossed = rows(out / "profile.csv"), rows(out / "crossings.csv")
    assert list(profile[0]) == PROFILE
    assert list(crossed[0]) == ["route", *CROSSINGS.names]
    ids = {a["id"] for a in document["result"]["alternatives"]} | {"given"}
    assert {r["route"] for r in profile} == ids
    assert "given" in {r["route"] for r in crossed if r["layer"] == "woods"}
    for alternative in (*document["result"]["alternatives"], document["result"]["given"]):
        own = [r for r in profile if r["route"] == alternative["id"]]
        assert float(own[-1]["km"]) == pytest.approx(alternative["length_km"])
        assert float(own[-1]["score_cost"]) == pytest.approx(alternative["cost"], rel=1e-9)


def test_findings_are_those_of_any_project(say, done, inputs, tmp_path):
    out, document = done
    found = rows(out / "findings.csv")
    assert list(found[0]) == FINDINGS.names
    assert len(found) == len(document["findings"])
    code, _, err = say(
        "screen", out / "routes.geojson", "--out", tmp_path / "s", "--format", "csv", "--on", "2026-11-22",
        "--layer", f"parks={inputs / 'parks.geojson'},role=protected,id=code,name=called",
        "--layer", f"woods={inputs / 'forest.geojson'},role=forest", "--raster", f"dem={inputs / 'dem.tif'},role=elevation",
    )  # fmt: skip
    assert (code, err) == (0, "")
    assert rows(tmp_path / "s" / "findings.csv") == [r for r in found if r["project_id"] != "given"]
    for feature in lines(out):
        own = [r["level"] for r in found if r["project_id"] == feature["properties"]["id"]]
        assert feature["properties"]["n_unknown"] == own.count("unknown") > 0
        assert feature["properties"]["worst_level"] in own


def test_score_line_gives_the_numbers_of_the_route(say, done, inputs, tmp_path):
    out, document = done
    given = ["--dem", inputs / "dem.tif", "--layer", f"woods={inputs / 'forest.geojson'},role=forest", "--mode", "road",
             "--layer", f"parks={inputs / 'parks.geojson'},role=protected,avoid=forbid", "--objectives", "cost,ecology,hazard"]  # fmt: skip
    code, said, _ = say("score-line", out / "routes.geojson", *given, "--out", tmp_path / "s", "--json")
    assert code == 0
    scored = json.loads(said)["result"]["lines"]
    assert len(scored) == len(document["result"]["alternatives"])
    for again, route in zip(scored, document["result"]["alternatives"], strict=True):
        assert again["name_en"] == route["name_en"]
        for name in ("cost", "ecology", "length_km", "max_gradient"):
            assert again[name] == pytest.approx(route[name], rel=1e-12)
        assert again["hazard"] is None
    files = {p.name for p in (tmp_path / "s").iterdir()}
    assert files == {"lines.geojson", "profile.csv", "crossings.csv", "findings.csv", "report.html", "run.json"}
    code, said, _ = say("score-line", inputs / "given.geojson", *given, "--against", out / "routes.geojson")
    result = json.loads(said)["result"]
    assert result["lines"][0]["cost"] == pytest.approx(document["result"]["given"]["cost"], rel=1e-12)
    assert [a["cost"] for a in result["against"]] == pytest.approx(
        [a["cost"] for a in document["result"]["alternatives"]]
    )


def test_the_given_line_stands_beside_with_the_same_columns(done):
    out, document = done
    given = document["result"]["given"]
    assert given["id"] == "given"
    assert set(given) >= {"cost", "ecology", "hazard", "length_km", "max_gradient", "worst_level"}
    beside = rows(out / "beside.csv")
    extra = sum(float(r["extra_cost"]) for r in beside)
    assert extra == pytest.approx(document["result"]["alternatives"][0]["cost"] - given["cost"], rel=1e-6)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_report_says_it_all_in_one_language_and_asks_nobody(say, inputs, tmp_path, lang):
    more = (
        "--objectives",
        "cost,ecology,hazard",
        "--alternatives",
        "2",
        "--mode",
        "road",
        "--line",
        inputs / "given.geojson",
    )
    code, said, _ = say(*flags(inputs, *more, "--out", tmp_path / "out", "--lang", lang, "--text"))
    assert code == 0
    assert said.rstrip().endswith("report.html")
    assert ("方案 1" if lang == "zh" else "Line 1") in said
    page = html.unescape((tmp_path / "out" / "report.html").read_text(encoding="utf-8"))
    assert f'<html lang="{"zh-Hans" if lang == "zh" else "en"}">' in page
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert not re.findall(r'(?:src|href)="(?!#|data:image/png;base64,)', page)
    expected = {
        "zh": ("像元约", "灾害暴露", "未知", "权衡", "纵断面", "尚未核对", "既有或规划线路：Old line", "Great Park"),
        "en": (
            "Cells are about",
            "Hazard exposure",
            "unknown",
            "Trade-off",
            "Profile",
            "nobody has read",
            "Given line: Old line",
        ),
    }
    for words in expected[lang]:
        assert words in page
    assert ("计价" in page) is (lang == "zh")


def test_json_in_and_flags_in_give_the_same(say, inputs):
    document = {
        "from": [38.1, 9.3], "to": [38.7, 9.3], "dem": str(inputs / "dem.tif"), "alternatives": 2, "screen": False,
        "layer": {
            "parks": {"path": str(inputs / "parks.geojson"), "role": "protected", "avoid": "forbid",
                      "id_field": "code", "name_field": "called"},
            "woods": {"path": str(inputs / "forest.geojson"), "role": "forest"},
        },
        "objectives": ["cost", "ecology"], "via": [[38.4, 9.1]], "weights": {"cost": 2, "ecology": 1},
    }  # fmt: skip
    code, from_json, err = say("run", "route", "--input", "-", stdin=json.dumps(document))
    assert (code, err) == (0, "")
    same = say(
        *flags(
            inputs,
            "--objectives",
            "cost,ecology",
            "--alternatives",
            "2",
            "--screen",
            "false",
            "--via",
            "38.4,9.1",
            "--weights",
            "cost=2,ecology=1",
        )
    )
    assert same[1] == from_json
    result = json.loads(from_json)["result"]
    assert result["files"] == []
    assert [p["lon"] for p in result["places"]] == [38.1, 38.4, 38.7]
    assert result["front_exact"] is False


def refused(said):
    code, out, err = said
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert len(err) <= 500
    return err


@pytest.mark.parametrize(
    ("change", "more", "says", "slug"),
    [
        ({"start": "38.4,9.3"}, (), "the start 38.4, 9.3 lies in an area forbidden by the layer parks (Great Park)", "place"),
        ({"end": "38.4,9.3"}, (), "the end 38.4, 9.3 lies in an area forbidden by the layer parks", "place"),
        ({"start": "30.5,9.3"}, (), "the start 30.5, 9.3 lies outside the grid", "place"),
        ({"start": "38.01,9.59"}, (), "the start 38.01, 9.59 lies where there is no elevation", "place"),
        ({}, ("--via", "38.4,9.3"), "the waypoint 1 38.4, 9.3 lies in an area forbidden", "place"),
        ({"start": "38.105,9.295", "end": "38.106,9.296"}, (), "lies in the same cell", "place"),
        ({"park": None}, ("--max-gradient", "0.001", "--steep", "forbid"), "nothing joins the start and the end", "no-route"),
        ({}, ("--objectives", "hazard"), "there is no data for any objective", "option"),
        ({}, ("--objectives", "money"), "--objectives", "option"),
        ({}, ("--mode", "canal"), "mode", "option"),
        ({}, ("--layer", "parks=other.gpkg"), "the name parks is given to two layers", "option"),
        ({}, ("--layer", "reefs=nowhere.gpkg"), "nowhere.gpkg", "layer"),
        ({}, ("--dem", "nowhere.tif"), "nowhere.tif", "layer"),
        ({}, ("--neighbours", "4"), "one of 8, 16", "option"),
        ({}, ("--costs", "nowhere.yaml"), "nowhere.yaml", ""),
        ({}, ("--weights", "hazard=1"), "", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_is_one_line_that_names_it(say, inputs, tmp_path, change, more, says, slug):
    line = refused(say(*flags(inputs, *more, **change), "--out", tmp_path / "out"))
    assert says.removeprefix("--") in line
    assert slug in line
    assert not (tmp_path / "out").exists()
    if slug == "place" and "same cell" not in line:
        assert re.search(r"nearest place that can be used is 38\.\d+,9\.\d+, [\d.]+ k?m away", line)


def test_a_wall_between_is_told_with_the_nearest_place_that_can_be_reached(say, inputs, tmp_path):
    wall = ("--layer", f"wall={inputs / 'wall.geojson'},avoid=forbid")
    line = refused(say(*flags(inputs, *wall), "--out", tmp_path / "out"))
    assert "nothing joins the start and the end; the nearest place that can be reached is 38.1" in line
    assert "[no-route]" in line


def test_the_sea_is_told_in_both_languages(say, inputs, tmp_path):
    sea = flags(inputs, dem=False, park=None, start="43.5,12.0", end="43.08,11.55")
    assert "the start 43.5, 12 lies in the sea. The nearest place that can be used is 43." in refused(say(*sea))
    assert "起点 43.5, 12 位于海中。最近的可用位置为 43." in refused(say(*sea, "--lang", "zh"))


def test_without_elevation_the_ground_is_flat_and_slope_unknown(say, inputs, tmp_path):
    more = ("--cell-m", "1000", "--alternatives", "2", "--out", tmp_path / "out", "--json")
    code, said, _ = say(*flags(inputs, *more, dem=False))
    document = json.loads(said)
    assert code == 0
    assert document["result"]["slope"] == "unknown"
    assert any("slope" in note["en"] and "unknown" in note["en"] for note in document["result"]["notes"])
    assert document["result"]["alternatives"][0]["max_gradient"] is None
    slope = [f for f in document["findings"] if f["rule_id"] == "screening.slope"]
    assert slope
    assert {f["level"] for f in slope} == {"unknown"}
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "the ground counts as flat" in page
    profile = rows(tmp_path / "out" / "profile.csv")
    assert {r["ground_m"] for r in profile} == {""}


def test_a_place_may_begin_with_a_minus(say, inputs):
    line = refused(say(*flags(inputs, start="-73.9,4.6")))
    assert "-73.9, 4.6" in line


def test_a_second_run_gives_the_same_bytes_and_replaces_the_first(say, inputs, tmp_path):
    more = ("--alternatives", "2", "--mode", "road", "--out", tmp_path / "out", "--on", "2026-11-22")
    assert say(*flags(inputs, *more))[0] == 0
    first = {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()}
    assert say(*flags(inputs, *more))[0] == 0
    second = {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()}
    assert set(first) == set(second) == FILES
    timed = {"run.json"}
    assert {n for n in first if first[n] != second[n]} <= timed
    runs = [json.loads(made["run.json"]) for made in (first, second)]
    for run in runs:
        run.pop("timings")
    assert runs[0] == runs[1]


def test_an_interrupted_run_leaves_nothing(say, inputs, tmp_path, monkeypatch):
    from qinglu.tools import routefiles

    def interrupted(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(routefiles, "write_routes", interrupted)
    code, out, err = say(*flags(inputs, "--alternatives", "1", "--screen", "false", "--out", tmp_path / "out"))
    assert (code, out) == (130, "")
    assert "interrupted" in err
    assert list(tmp_path.iterdir()) == []


def test_declared_modes_and_objectives_are_those_of_siting():
    assert {name: mode.title for name, mode in modes().items()} == declared.MODES
    assert {name: title for name, (title, _) in OBJECTIVES.items()} == declared.OBJECTIVES
    assert tool("route").fields[0].parameter == "from_"


def test_the_railway_to_djibouti(say, tmp_path):
    """The command of the contract on the real elevation of Ethiopia and Djibouti."""
    data = Path(__file__).resolve().parents[3] / "shared" / "data"
    dem = data / "globe-dem-crops" / "ethiopia_djibouti.tif"
    if not dem.exists():
        pytest.skip("the elevation of Ethiopia and Djibouti is not beside the repository")
    code, said, err = say(
        "route", "--from", "38.75,9.0", "--to", "43.08,11.55", "--dem", dem, "--cell-m", "3500", "--mode", "railway",
        "--layer", f"lakes={data / 'natural-earth' / 'ne_10m_lakes.parquet'},role=lake,avoid=forbid",
        "--alternatives", "5", "--objectives", "cost,ecology", "--out", tmp_path / "out", "--json",
    )  # fmt: skip
    assert (code, err) == (0, "")
    found = json.loads(said)["result"]
    assert len(found["alternatives"]) == 5
    assert all(560 < a["length_km"] < 900 for a in found["alternatives"])
    assert all(1e9 < a["cost"] < 1e10 for a in found["alternatives"])


def documented(title):
    """Names of the rows of a section of the page of outputs."""
    page = (Path(__file__).parents[2] / "docs" / "reference" / "outputs.md").read_text(encoding="utf-8")
    section = page.split(f"\n## {title}\n")[1].split("\n## ")[0]
    return re.findall(r"^\| `([^`]+)` \|", section, flags=re.M)


def test_every_column_is_described_in_order(done):
    out, _ = done
    for name in ("front.csv", "profile.csv", "crossings.csv", "beside.csv"):
        assert documented(name) == list(rows(out / name)[0]), name
    told = documented("routes.geojson")
    assert [k for k in told if k not in ("people", "carbon")] == list(lines(out)[0]["properties"])
