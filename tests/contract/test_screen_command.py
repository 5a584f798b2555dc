"""``qinglu screen`` as another program meets it: files, columns, exit codes, one line on standard error."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import rasterio
import shapely

from qinglu.model import EXPOSURES, FINDINGS, NEAREST, REJECTED, SCREENED, ZONAL

TABLES = {"exposures": EXPOSURES, "nearest": NEAREST, "zonal": ZONAL, "findings": FINDINGS, "projects": SCREENED}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("inputs")
    (folder / "projects.csv").write_text(
        "编号,名称,国别,行业,阶段,经度,纬度\n"
        "007,港口,肯尼亚,port,operating,39.62,-4.05\n"
        "NA,铁路车站,NA,rail,planned,17.08,-22.56\n"
        "x,坏行,肯尼亚,road,planned,abc,1\n"
        "swap,颠倒,肯尼亚,road,planned,-1.3,136.8\n",
        encoding="utf-8",
    )
    parks = {
        "type": "FeatureCollection",
        "features": [
            _feature(shapely.box(39.6, -4.1, 39.7, -4.0), code="P-1", name="Inside", IUCN_CAT="II"),
            _feature(shapely.box(39.8, -4.1, 39.9, -4.0), code="P-2", name="Near", IUCN_CAT="VI"),
            _feature(None, code="P-3", name="Nowhere", IUCN_CAT="VI"),
            _feature(shapely.box(10, 10, 11, 11), code="P-4", name="Far", IUCN_CAT="IV"),
        ],
    }
    (folder / "parks.geojson").write_text(json.dumps(parks), encoding="utf-8")
    cells = np.arange(100, dtype="float32").reshape(10, 10)
    with rasterio.open(
        folder / "heat.tif", "w", driver="GTiff", width=10, height=10, count=1, dtype="float32",
        crs="EPSG:4326", transform=rasterio.Affine(0.1, 0, 39.0, 0, -0.1, -4.0), nodata=-1.0,
    ) as raster:  # fmt: skip
        raster.write(cells, 1)
    return folder


def _feature(geometry, **properties):
    drawn = None if geometry is None else json.loads(shapely.to_geojson(geometry))
    return {"type": "Feature", "geometry": drawn, "properties": properties}


def _run(home, *args, cwd=None):
    environ = {**os.environ, "QINGLU_DATA_DIR": str(home), "PYTHONWARNINGS": "default"}
    command = [sys.executable, "-m", "qinglu", *map(str, args)]
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", env=environ, cwd=cwd, timeout=240
    )


def _rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def done(home, inputs, tmp_path_factory):
    out = tmp_path_factory.mktemp("run") / "out"
    run = _run(
        home, "screen", inputs / "projects.csv", "--layer", f"parks={inputs / 'parks.geojson'},role=protected",
        "--raster", f"heat={inputs / 'heat.tif'}", "--on", "2026-11-22", "--out", out,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return run, out


def test_success_is_quiet_and_ends_with_the_report(done):
    run, out = done
    assert run.stderr == ""
    assert run.stdout.rstrip().endswith(str(out / "report.html"))


def test_every_file_and_column_of_the_contract(done):
    _, out = done
    for name, schema in TABLES.items():
        with (out / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            assert next(csv.reader(file)) == schema.names
        assert pq.read_schema(out / f"{name}.parquet").names == schema.names
    with (out / "rejected.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file)) == REJECTED.names
    for name in ("report.html", "report.xlsx", "run.json", "projects.geojson"):
        assert (out / name).stat().st_size > 0
    assert not [p for p in out.parent.rglob("*") if "part" in p.name or p.name.startswith(".")]


def test_every_row_is_accounted_for(done):
    _, out = done
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert (run["read"], run["screened"], run["rejected"]) == (4, 2, 2)
    screened = _rows(out / "projects.csv")
    assert [(r["project_id"], r["source_row"], r["country"], r["shape"]) for r in screened] == [
        ("007", "1", "KEN", "point"),
        ("NA", "2", "NAM", "point"),
    ]
    assert [r["level"] for r in screened] == ["critical", "unknown"]
    rejected = _rows(out / "rejected.csv")
    assert [r["source_row"] for r in rejected] == ["3", "4"]
    assert [r["project_id"] for r in rejected] == ["x", "swap"]
    assert "swapped" in rejected[1]["reason"]
    assert all(r["message"] for r in rejected)
    layers = {layer["id"]: layer for layer in run["layers"]}
    assert set(layers) == {"parks", "heat"}
    assert all(len(layer["sha256"]) == 64 for layer in layers.values())
    assert {"versions", "settings", "timings"} <= set(run)


def test_exposures_nearest_and_zonal_say_what_is_there(done):
    _, out = done
    exposed = {(r["project_id"], r["feature_id"]): r for r in _rows(out / "exposures.csv")}
    assert set(exposed) == {("007", "0"), ("007", "1")}  # ids are rows as delivered
    inside, near = exposed["007", "0"], exposed["007", "1"]
    assert (float(inside["distance_m"]), inside["intersects"], inside["feature_name"]) == (
        0.0,
        "true",
        "Inside",
    )
    assert near["intersects"] == "false"
    assert (inside["overlap_m2"], inside["overlap_m"], inside["overlap_share"]) == ("", "", "")
    # Due east along the parallel, the great circle between the two meridians is a hair shorter.
    import pyproj

    assert float(near["distance_m"]) == pytest.approx(
        min(
            pyproj.Geod(ellps="WGS84").inv(39.62, -4.05, 39.8, y)[2] for y in np.linspace(-4.1, -4.0, 10_001)
        ),
        abs=0.01,
    )
    nearest = {r["project_id"]: r for r in _rows(out / "nearest.csv")}
    assert nearest["007"]["feature_id"] == "0"
    assert nearest["NA"]["feature_id"] == "0"
    assert float(nearest["NA"]["distance_m"]) > 2_000_000
    zonal = {r["project_id"]: r for r in _rows(out / "zonal.csv")}
    assert (float(zonal["007"]["mean"]), float(zonal["007"]["count"])) == (6.0, 1.0)
    assert (zonal["NA"]["mean"], float(zonal["NA"]["count"])) == ("", 0.0)


def test_findings_are_judged_and_explained_in_both_languages(done):
    _, out = done
    findings = _rows(out / "findings.csv")
    assert {r["level"] for r in findings} <= {"clear", "note", "warning", "critical", "unknown"}
    worst = [r for r in findings if r["project_id"] == "007" and r["level"] == "critical"]
    assert [r["layer_id"] for r in worst] == ["parks"]
    assert "Inside" in worst[0]["explanation_en"]
    assert "Inside" in worst[0]["explanation_zh"]
    unknown = [r for r in findings if r["level"] == "unknown"]
    assert {r["project_id"] for r in unknown} == {"007", "NA"}  # no layer of rivers, reefs, … was given


def test_ids_from_a_field(home, inputs, tmp_path):
    run = _run(
        home, "screen", inputs / "projects.csv", "--layer", f"parks={inputs / 'parks.geojson'},role=protected,id=code",
        "--buffer-km", "5", "--format", "csv", "--out", tmp_path / "out",
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert [r["feature_id"] for r in _rows(tmp_path / "out" / "exposures.csv")] == ["P-1"]
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "exposures.csv", "findings.csv", "nearest.csv", "projects.csv", "rejected.csv", "run.json", "zonal.csv",
    ]  # fmt: skip


def test_the_same_inputs_give_the_same_bytes(home, inputs, done, tmp_path):
    _, first = done
    run = _run(
        home, "screen", inputs / "projects.csv", "--layer", f"parks={inputs / 'parks.geojson'},role=protected",
        "--raster", f"heat={inputs / 'heat.tif'}", "--on", "2026-11-22", "--threads", "1", "--out", tmp_path / "out",
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    for path in sorted(first.iterdir()):
        again = tmp_path / "out" / path.name
        if path.name == "run.json":
            one, two = (json.loads(p.read_text(encoding="utf-8")) for p in (path, again))
            one.pop("timings")
            two.pop("timings")
            assert one == two
        else:
            assert path.read_bytes() == again.read_bytes(), path.name


BAD = {
    "no such file": ("missing.csv", None),
    "empty": ("empty.csv", b""),
    "only a header": ("header.csv", b"id,lon,lat\n"),
    "no coordinates": ("none.csv", b"id,name\n1,a\n"),
    "all rejected": ("all.csv", b"id,lon,lat\n1,abc,2\n2,500,3\n"),
    "broken": ("broken.geojson", b'{"type": "FeatureCollection", "features": ['),
    "noise": ("noise.xlsx", bytes(range(256)) * 20),
    "not a zip": ("layer.zip", b"PK\x03\x04nothing"),
}


@pytest.mark.parametrize("name", BAD)
def test_unusable_input_is_one_line_and_no_files(home, inputs, tmp_path, name):
    file, content = BAD[name]
    path = tmp_path / file
    if content is not None:
        path.write_bytes(content)
    run = _run(home, "screen", path, "--layer", f"p={inputs / 'parks.geojson'}", "--out", tmp_path / "out")
    _refused(run, file)
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize(
    ("args", "names"),
    [
        (["--layer", "p=missing.gpkg"], "missing.gpkg"),
        (["--layer", "p"], "--layer"),
        (["--layer", "p=parks.geojson,role=park"], "park"),
        (["--layer", "p=parks.geojson,id=nothing"], "nothing"),
        (["--layer", "p=parks.geojson", "--layer", "p=parks.geojson"], "p"),
        (["--raster", "r=parks.geojson"], "parks.geojson"),
        (["--buffer-km", "ten"], "ten"),
        (["--buffer-km", "-1"], "-1"),
        (["--on", "2026-13-01"], "2026-13-01"),
        (["--format", "rtf"], "rtf"),
        (["--lang", "fr"], "fr"),
        (["--colour"], "--colour"),
        (["--name-field", "nosuch"], "nosuch"),
    ],
)
def test_impossible_options_name_the_value(home, inputs, tmp_path, args, names):
    run = _run(home, "screen", "projects.csv", *args, "--out", tmp_path / "out", cwd=inputs)
    _refused(run, names)
    assert not (tmp_path / "out").exists()


def _refused(run, named):
    assert run.returncode == 2, (run.stdout, run.stderr)
    assert run.stdout == ""
    assert run.stderr.count("\n") == 1, run.stderr
    assert len(run.stderr) < 500
    assert named in run.stderr
    assert "Traceback" not in run.stderr


def test_errors_in_chinese(home, tmp_path):
    run = _run(home, "screen", tmp_path / "missing.csv", "--lang", "zh", "--out", tmp_path / "out")
    _refused(run, "missing.csv")
    assert any("\u4e00" <= c <= "\u9fff" for c in run.stderr)


@pytest.mark.skipif(os.name == "nt", reason="signals differ")
def test_ctrl_c_leaves_nothing_behind(home, inputs, tmp_path):
    rng = np.random.default_rng(0)
    path = tmp_path / "many.csv"
    lines = "\n".join(
        f"{i},{x:.5f},{y:.5f}" for i, (x, y) in enumerate(rng.uniform([-170, -50], [170, 60], (60_000, 2)))
    )
    path.write_text("id,lon,lat\n" + lines + "\n", encoding="utf-8")
    out = tmp_path / "out"
    command = [sys.executable, "-m", "qinglu", "screen", str(path), "--out", str(out),
               "--layer", f"parks={inputs / 'parks.geojson'},role=protected"]  # fmt: skip
    process = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "QINGLU_DATA_DIR": str(home)},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background job ignores it
    )
    deadline = time.monotonic() + 60
    while not [p for p in tmp_path.iterdir() if p.name not in ("many.csv",)] and time.monotonic() < deadline:
        time.sleep(0.02)  # until it has begun to write
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert stderr.count("\n") == 1
    assert [p.name for p in tmp_path.iterdir()] == ["many.csv"]


def test_python_gives_the_same_as_the_command(home, inputs, done):
    import qinglu

    _, out = done
    settings = qinglu.Settings(data_dir=Path(home))
    from datetime import date

    got = qinglu.screen(
        inputs / "projects.csv",
        [
            qinglu.read_vector("parks", inputs / "parks.geojson", role="protected", settings=settings),
            qinglu.read_raster("heat", inputs / "heat.tif", settings=settings),
        ],
        on=date(2026, 11, 22),
        settings=settings,
    )
    for name in ("exposures", "nearest", "zonal", "findings"):
        assert (
            getattr(got, name)
            .combine_chunks()
            .equals(pq.read_table(out / f"{name}.parquet").combine_chunks())
        )
