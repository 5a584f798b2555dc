"""``qinglu site`` and ``qinglu run site`` to the letter of their contract."""

from __future__ import annotations

import csv
import hashlib
import html
import io
import json
import re

import html5lib
import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import Affine

from qinglu import space
from qinglu.cli import main
from qinglu.siting.suitability import Criterion
from qinglu.text import Text
from qinglu.tools.sites import STATES
from qinglu.tools.sites_out import columns

BBOX = "37,-1,38,0"
ROAD = shapely.LineString([(37.3, -1.2), (37.3, 0.2)])
PARK = shapely.box(37.2, -0.5, 37.45, -0.2)
HERE = {"type": "Feature", "properties": {"name": "x"}}
FILES = {"findings.csv", "report.html", "run.json", "sites.csv", "sites.geojson", "suitability.tif"}


def _layer(path, *shapes):
    features = [{**HERE, "geometry": json.loads(shapely.to_geojson(s))} for s in shapes]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")


def _raster(path, cells, step=0.05):
    height, width = cells.shape
    with rasterio.open(
        path, "w", driver="GTiff", width=width, height=height, count=1, dtype="float32", crs="EPSG:4326",
        transform=Affine(step, 0, 36.9, 0, -step, 0.1), nodata=-1,
    ) as file:  # fmt: skip
        file.write(cells.astype(np.float32), 1)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A road, a park, wind that is not known in the east, hills in the south; the atlas is computed once."""
    folder = tmp_path_factory.mktemp("world")
    _layer(folder / "road.geojson", ROAD)
    _layer(folder / "park.geojson", PARK)
    _layer(folder / "area.geojson", shapely.Point(37.5, -0.5).buffer(0.45))
    wind = 5 + 3 * np.exp(-((np.arange(24)[:, None] - 8.3) ** 2 + (np.arange(24)[None, :] - 9.1) ** 2) / 40)
    wind[:, 18:] = -1
    _raster(folder / "wind.tif", wind)
    y, x = np.mgrid[0:60, 0:60]
    _raster(folder / "hills.tif", 1000 + np.maximum(y - 40, 0) * 150 * (x % 2), 0.02)
    return folder


@pytest.fixture
def say(capsys, monkeypatch, world):
    def run(*argv, stdin=None):
        if stdin is not None:
            monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        code = main([*map(str, argv), "--data", str(world / "data")])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def flags(world, *more):
    return [
        "site", "--bbox", BBOX, "--cell-m", "2000", "--layer", f"road={world}/road.geojson,role=transport,near=0:40",
        "--layer", f"park={world}/park.geojson,role=protected,avoid=forbid,buffer_km=3",
        "--raster", f"wind={world}/wind.tif,high=5:8,weight=3,unit=m/s", "--k", "4", "--min-area-km2", "30",
        "--min-separation-km", "8", "--least-known", "0.2", *more,
    ]  # fmt: skip


def document(world, **more):
    return {
        "bbox": [37, -1, 38, 0], "cell_m": 2000, "k": 4, "min_area_km2": 30, "min_separation_km": 8, "least_known": 0.2,
        "layer": {
            "road": {"path": f"{world}/road.geojson", "role": "transport", "near": [0, 40]},
            "park": {"path": f"{world}/park.geojson", "role": "protected", "avoid": "forbid", "buffer_km": 3},
        },
        "raster": [{"name": "wind", "path": f"{world}/wind.tif", "high": [5, 8], "weight": 3, "unit": "m/s"}],
        **more,
    }  # fmt: skip


@pytest.fixture(scope="module")
def run(world, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "sites"
    stdout = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", stdout)
        assert main([*flags(world, "--out", str(out)), "--json", "--data", str(world / "data")]) == 0
    return json.loads(stdout.getvalue()), out


def test_the_document(run):
    answer, out = run
    assert list(answer) == ["result", "findings", "trace", "unverified"]
    result = answer["result"]
    assert (result["asked"], result["found"]) == (4, 4)
    assert {r.rpartition("/")[2] for r in result["files"]} == FILES == {p.name for p in out.iterdir()}
    assert result["files"][-1].endswith("report.html")
    assert [c["id"] for c in result["criteria"]] == ["road", "wind"]
    assert [c["share"] for c in result["criteria"]] == [0.25, 0.75]
    assert result["fewer"] is None
    account = result["account_km2"]
    assert account["excluded"] + account["free"] == pytest.approx(result["area"]["gridded_km2"])
    assert sum(account[k] for k in ("too_small", "too_near", "chosen", "left")) == pytest.approx(account["free"])
    assert {s["kind"] for s in answer["trace"]} >= {"input", "measure", "formula"}
    assert all(
        {"rule_id", "level", "explanation_zh", "explanation_en", "project_id"} <= set(f) for f in answer["findings"]
    )


def test_sites_keep_what_was_asked(run):
    sites = run[0]["result"]["sites"]
    shapes = [shapely.geometry.shape(s["geometry"]) for s in sites]
    park = space.Index.build(np.array([PARK], dtype=object))
    index = space.Index.build(np.array(shapes, dtype=object))
    assert (space.nearest(index, park).distance_m >= 3000).all()
    apart = space.within(index, index, 8000.0)
    assert (apart.project == apart.feature).all()
    areas = space.area_m2(np.array(shapes, dtype=object)) / 1e6
    for site, shape, area in zip(sites, shapes, areas, strict=True):
        assert shape.is_valid
        assert shapely.box(37, -1, 38, 0).buffer(1e-9).covers(shape)
        assert 30 <= area == pytest.approx(site["area_km2"])
        parts = site["criteria"]
        assert site["score"] == pytest.approx(sum(c["weight"] * c["score"] for c in parts.values()), abs=1e-5)
        assert site["country"] == "KEN"
    assert [s["rank"] for s in sites] == [1, 2, 3, 4]
    assert sites[0]["score"] == max(s["score"] for s in sites)


def test_what_is_unknown_is_told_and_neither_good_nor_bad(run, say, world):
    """In the east only the road is known: a quarter of the weights."""
    result = run[0]["result"]
    assert (
        0.7
        < next(c["known_km2"] for c in result["criteria"] if c["id"] == "wind") / result["area"]["gridded_km2"]
        < 0.85
    )
    east = [*flags(world, "--k", "1"), "--json"]
    east[2] = "37.85,-1,38,0"
    site = json.loads(say(*east)[1])["result"]["sites"][0]
    assert site["known"] == 0.25
    assert site["criteria"]["wind"] == {"value": None, "unit": "m/s", "score": None, "known": 0.0, "weight": 0.75}
    assert site["score"] == pytest.approx(site["criteria"]["road"]["score"], abs=1e-5)
    assert site["score_at_best"] - site["score_at_worst"] == pytest.approx(0.75)


def test_the_table_has_its_columns(run):
    answer, out = run
    with (out / "sites.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    t = Text("", "")
    criteria = [Criterion(n, t, "", 1.0, 0.0, 1.0, np.zeros((1, 1), np.float32)) for n in ("road", "wind")]
    assert list(rows[0]) == columns(criteria)
    for row, site in zip(rows, answer["result"]["sites"], strict=True):
        assert float(row["score"]) == site["score"]
        assert float(row["wind_value"]) == site["criteria"]["wind"]["value"]
        assert row["worst_level"] == site["worst_level"]
        assert sum(site[f"n_{level}"] for level in ("critical", "warning", "note", "unknown", "clear")) == sum(
            f["project_id"] == site["id"] for f in answer["findings"]
        )


def test_the_raster_has_suitability_knowledge_and_state(run):
    answer, out = run
    with rasterio.open(out / "suitability.tif") as file:
        score, known, state = file.read()
        assert file.descriptions == ("suitability", "share of weights known", "state")
        for site in answer["result"]["sites"]:
            row, col = file.index(site["lon"], site["lat"])
            assert state[row, col] == 1
            assert score[row, col] == pytest.approx(site["score"], abs=0.1)
        row, col = file.index(37.3, -0.3)
        assert state[row, col] == 2
        assert np.isnan(score[row, col])
        assert set(np.unique(known)) <= {np.float32(0.25), np.float32(1.0)}
    assert set(np.unique(state)) <= set(STATES)


def test_the_account_of_the_run_lists_every_file(run):
    _, out = run
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert {f["name"] for f in record["files"]} == FILES - {"run.json"}
    for file in record["files"]:
        assert hashlib.sha256((out / file["name"]).read_bytes()).hexdigest() == file["sha256"]
    assert record["inputs"]["layer"][0]["near"] == [0.0, 40.0]
    assert record["treated"] == {"road": "price", "park": "forbid", "wind": "price"}
    assert {layer["id"] for layer in record["layers"]} == {"road", "park", "wind"}
    assert all(layer["sha256"] for layer in record["layers"])


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_is_one_file_that_asks_nobody(run, say, world, tmp_path, lang):
    answer, out = run
    path = out / "report.html"
    if lang == "zh":
        assert say(*flags(world, "--out", tmp_path, "--lang", "zh", "--quiet"))[0] == 0
        path = tmp_path / "report.html"
    text = path.read_text(encoding="utf-8")
    html5lib.HTMLParser(strict=True).parse(text)
    assert f'<html lang="{"zh-Hans" if lang == "zh" else "en"}">' in text
    assert "<script" not in text
    assert re.search(r"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-", html.unescape(text))
    assert not re.search(r"(?:src|href)=\"(?!#|data:image/png)", text)
    assert " style=" not in text
    for site in answer["result"]["sites"]:
        assert f'id="{site["id"]}"' in text
        assert f"{site['score']:.3f}" in text
    for word in ("park", "road", "wind", "m/s"):
        assert word in text
    assert ("为什么不是别处" if lang == "zh" else "Why not elsewhere?") in text


def test_the_same_from_json_from_standard_input_and_again(run, say, world, tmp_path):
    answer, out = run
    given = document(world, out=str(tmp_path / "again"))
    code, text, err = say("run", "site", "--input", "-", stdin=json.dumps(given))
    assert (code, err) == (0, "")
    again = json.loads(text)
    assert again["findings"] == answer["findings"]
    for part in (again["result"], answer["result"]):
        part.pop("files", None)
    assert again["result"] == answer["result"]
    for name in FILES - {"run.json"}:
        assert (tmp_path / "again" / name).read_bytes() == (out / name).read_bytes(), name


def test_findings_are_those_of_a_screening_of_the_delivered_file(run, say, world, tmp_path):
    answer, out = run
    layers = ["--layer", f"road={world}/road.geojson,role=transport", "--layer", f"park={world}/park.geojson,role=protected",
              "--raster", f"wind={world}/wind.tif"]  # fmt: skip
    assert say("screen", out / "sites.geojson", *layers, "--out", tmp_path, "--format", "csv", "--quiet")[0] == 0
    with (tmp_path / "findings.csv").open(encoding="utf-8") as file:
        screened = sorted(
            (r["project_id"], r["rule_id"], r["level"], r["explanation_en"]) for r in csv.DictReader(file)
        )
    found = sorted((f["project_id"], f["rule_id"], f["level"], f["explanation_en"]) for f in answer["findings"])
    assert screened == found


def test_a_person_sees_a_table_and_the_report_last(say, world, tmp_path):
    code, text, _ = say(*flags(world, "--text", "--out", tmp_path / "o", "--draws", "50"))
    assert code == 0
    assert "Site 1" in text
    assert text.rstrip().endswith("report.html")
    assert "场址 1" in say(*flags(world, "--text", "--lang", "zh", "--draws", "0"))[1]


def test_elevation_makes_slope_known_and_a_polygon_bounds_the_sites(say, world):
    code, text, _ = say(
        "site", "--area", world / "area.geojson", "--dem", world / "hills.tif", "--slope", "0:3", "--max-slope", "4",
        "--layer", f"park={world}/park.geojson,role=protected", "--k", "2", "--min-area-km2", "20", "--draws", "0",
        "--screen", "false", "--json",
    )  # fmt: skip
    assert code == 0
    answer = json.loads(text)
    assert answer["findings"] == []
    assert {e["id"] for e in answer["result"]["exclusions"]} >= {"slope", "park"}  # a protected area, so kept out of
    for site in answer["result"]["sites"]:
        shape = shapely.geometry.shape(site["geometry"])
        assert shapely.Point(37.5, -0.5).buffer(0.45).covers(shape)
        assert not shape.intersects(PARK)
        assert site["criteria"]["slope"]["value"] < 4
        assert "in_first_k_near_weights" not in site


@pytest.mark.parametrize("more", [[], ["--layer", "road={world}/road.geojson,role=transport", "--atlas", "true"]])
def test_the_atlas_is_screened_against_where_nothing_is_named_or_it_is_asked_for(say, world, tmp_path, more):
    code, text, _ = say(
        "site", "--bbox", BBOX, "--dem", world / "hills.tif", "--slope", "0:3", "--k", "1", "--min-area-km2", "20",
        "--draws", "0", "--json", "--out", tmp_path, *(m.replace("{world}", str(world)) for m in more),
    )  # fmt: skip
    assert code == 0
    asked = {f["layer_id"] for f in json.loads(text)["findings"]}
    assert {"coast", "elevation"} <= asked
    assert ("road" in {layer["id"] for layer in json.loads((tmp_path / "run.json").read_text())["layers"]}) is bool(
        more
    )


def test_a_layer_of_the_atlas_by_its_name(say, world):
    code, text, _ = say(
        "site", "--bbox", "39,-4.5,40,-3.5", "--cell-m", "4000", "--layer", "ports=atlas:ports,near=0:100", "--k", "1",
        "--min-area-km2", "10", "--screen", "false", "--draws", "0", "--json",
    )  # fmt: skip
    assert code == 0
    site = json.loads(text)["result"]["sites"][0]
    assert site["criteria"]["ports"]["value"] < 20


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--bbox", "38,-1,37,0"], r"bbox: \[38.0, -1.0, 37.0, 0.0\] is no bbox"),
        (["--bbox", "37,-1,38"], "is no bbox"),
        (["--area", "{world}/area.geojson"], "either as --area or as --bbox"),
        (["--layer", "park2={world}/park.geojson,near=3:1"], "smaller and a larger"),
        (["--layer", "slope={world}/park.geojson"], "cannot be named slope"),
        (["--layer", "park2={world}/park.geojson,near=0:3,far=0:3"], "one of near and far"),
        (["--raster", "w2={world}/wind.tif,high=0:3,low=0:3"], "one of high and low"),
        (["--layer", "park2=atlas:nowhere,near=0:3"], "unknown-name"),
        (["--layer", "r=atlas:ports,avoid=maybe"], "one of forbid, ignore"),
        (["--max-slope", "5"], "without elevation no slope is known"),
        (["--dem", "{world}/hills.tif", "--bbox", "10,10,11,11"], "lies outside the elevation"),
        (["--min-area-km2", "1000000"], "are not possible in an area of"),
        (["--min-area-km2", "11600"], "largest patch of suitable land"),
        (["--k", "0"], "k: 0 is not allowed"),
        (["--cell-m", "1"], "4,000,000"),
        (["--layer", "all={world}/area.geojson,avoid=forbid,buffer_km=200"], r"all 12,0.. km² are excluded: all, within 200 km 100%"),
        (["--least-score", "0.999"], "Suitability below 0.999"),
        (["--least-known", "1", "--bbox", "37.9,-1,38,0"], "less than 100% of the weights"),
        (["--out", "{world}/road.geojson"], "--out"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_one_line_and_exit_2(say, world, more, said):
    given = flags(world, "--draws", "0", "--screen", "false")
    for name, value in zip(more[::2], more[1::2], strict=True):
        value = value.replace("{world}", str(world))
        if name in given and name not in ("--layer", "--raster"):
            given[given.index(name) + 1] = value
        else:
            given += [name, value]
    code, out, err = say(*given)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert len(err) <= 500
    assert re.search(said, err), err


def test_no_criterion_or_no_weight_is_refused(say, world):
    park = f"park={world}/park.geojson,role=protected"
    code, _, err = say("site", "--bbox", BBOX, "--layer", park)
    assert (code, "no criterion" in err) == (2, True)
    code, _, err = say("site", "--bbox", BBOX, "--layer", f"{park},near=0:3,weight=0")
    assert (code, "every weight is 0" in err) == (2, True)
