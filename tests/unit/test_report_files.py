"""What a run leaves in its folder: all of it or none, and the same bytes from the same inputs."""

import itertools
import json
from dataclasses import replace

import pyarrow as pa
import pytest
from screening_made import large_screening, small_screening

from qinglu import report
from qinglu.errors import OptionError
from qinglu.report import html, writer

EVERY = report.FORMATS
TABLES = ("exposures", "nearest", "zonal", "findings")


def contents(folder):
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def test_each_format_gives_its_files_and_the_account_always_comes_along(tmp_path):
    always = {"rejected.csv", "run.json"}
    expected = {
        "csv": {f"{t}.csv" for t in (*TABLES, "projects")},
        "parquet": {f"{t}.parquet" for t in (*TABLES, "projects")},
        "xlsx": {"report.xlsx"},
        "html": {"report.html"},
        "geojson": {"projects.geojson"},
        "pdf": {"report.pdf"},
        "docx": {"report.docx"},
    }
    for kind, names in expected.items():
        paths = report.write(small_screening(), tmp_path / kind, [kind], "en")
        assert set(contents(tmp_path / kind)) == names | always
        assert {p.name for p in paths} == names | always
    paths = report.write(small_screening(), tmp_path / "all", EVERY, "en")
    assert paths[0].name == "report.html"
    assert paths[-1].name == "run.json"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_same_inputs_give_the_same_bytes_timings_aside(tmp_path, lang):
    first = small_screening()
    second = replace(first, run={**first.run, "timings": {"total_s": 99.0}})
    report.write(first, tmp_path / "a", EVERY, lang)
    report.write(second, tmp_path / "b", EVERY, lang)
    a, b = contents(tmp_path / "a"), contents(tmp_path / "b")
    run_a, run_b = json.loads(a.pop("run.json")), json.loads(b.pop("run.json"))
    assert a == b
    assert run_a.pop("timings") == {"total_s": 1.5}
    assert run_b.pop("timings") == {"total_s": 99.0}
    assert run_a == run_b


def test_run_json_accounts_for_rows_layers_and_files(tmp_path):
    report.write(small_screening(), tmp_path, ["csv"], "en")
    run = json.loads((tmp_path / "run.json").read_text("utf-8"))
    assert (run["read"], run["screened"], run["rejected"]) == (9, 7, 2)
    assert [(x["id"], x["sha256"]) for x in run["layers"]] == [("parks", "a" * 64), ("rivers", "b" * 64)]
    assert run["layers"][0]["title"] == {"zh": "国家公园（示意）", "en": "National parks (sketch)"}
    assert run["versions"] == {"qinglu": "0.1.0"}
    assert run["settings"] == {"buffer_km": [1, 5, 10, 50]}
    assert [f["name"] for f in run["files"]] == sorted([*(f"{t}.csv" for t in TABLES), "projects.csv", "rejected.csv"])
    assert all(len(f["sha256"]) == 64 for f in run["files"])


def test_rejected_rows_are_written_with_reason_and_message(tmp_path):
    report.write(small_screening(), tmp_path, ["html"], "en")
    lines = (tmp_path / "rejected.csv").read_text("utf-8").splitlines()
    assert lines[0] == "source_row,project_id,reason,message"
    assert lines[1].startswith('8,P-8,coordinates-swapped,"Longitude')
    assert len(lines) == 3


def test_pieces_leave_the_same_folder_as_the_whole(tmp_path):
    screening = large_screening(400)
    bounds = report.Bounds(detailed=20, listed=50)
    report.write(screening, tmp_path / "whole", EVERY, "en", bounds=bounds)
    frame = replace(screening, **{t: getattr(screening, t).slice(0, 0) for t in TABLES})
    ids = screening.portfolio.projects["project_id"]
    with report.Writer(frame, tmp_path / "pieces", EVERY, "en", bounds=bounds) as pieces:
        for start in range(0, 400, 90):
            here = ids.slice(start, 90).combine_chunks()
            pieces.append(*(t.filter(pa.compute.is_in(t["project_id"], value_set=here)) for t in (getattr(screening, n) for n in TABLES)))
        pieces.finish()
    assert contents(tmp_path / "pieces") == contents(tmp_path / "whole")


@pytest.mark.parametrize("failure", [KeyboardInterrupt, RuntimeError])
def test_an_interrupted_run_leaves_earlier_results_whole_and_nothing_else(tmp_path, monkeypatch, failure):
    out = tmp_path / "out"
    report.write(small_screening(), out, EVERY, "en")
    before = contents(out)

    def interrupted(*_, **__):
        raise failure

    monkeypatch.setattr(writer, "write_html", interrupted)
    with pytest.raises(failure):
        report.write(large_screening(50), out, EVERY, "zh")
    assert contents(out) == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_an_interrupted_first_run_leaves_no_folder(tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(html.Pages, "lines", interrupted)
    with pytest.raises(KeyboardInterrupt):
        report.write(small_screening(), tmp_path / "deep" / "out", EVERY, "en")
    assert list((tmp_path / "deep").iterdir()) == []


def test_leaving_before_finish_writes_nothing(tmp_path):
    screening = small_screening()
    with report.Writer(screening, tmp_path / "out", EVERY, "en") as unfinished:
        unfinished.append(screening.exposures, screening.nearest, screening.zonal, screening.findings)
    assert list(tmp_path.iterdir()) == []


def test_a_second_run_replaces_its_own_results_and_keeps_what_is_not_its_own(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    report.write(small_screening(), tmp_path, EVERY, "en")
    report.write(large_screening(30), tmp_path, EVERY, "zh")
    report.write(large_screening(30), tmp_path / "fresh", EVERY, "zh")
    again, fresh = contents_of_files(tmp_path), contents(tmp_path / "fresh")
    assert again.pop("notes.txt") == b"mine"
    assert again == fresh


def contents_of_files(folder):
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}


@pytest.mark.parametrize("formats", [["odt"], ["csv", "rtf"], []])
def test_an_unknown_format_is_refused_before_anything_is_written(tmp_path, formats):
    with pytest.raises(OptionError) as caught:
        report.write(small_screening(), tmp_path / "out", formats, "en")
    assert "geojson" in caught.value.line("en")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("under", ["", "deeper"])
def test_a_file_in_the_way_is_named_and_left_alone(tmp_path, under):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OptionError) as caught:
        report.write(small_screening(), tmp_path / "out" / under, EVERY, "en")
    assert "--out" in caught.value.line("zh")
    assert contents(tmp_path) == {"out": b"mine"}


def test_write_atomically_keeps_the_old_file_when_writing_fails(tmp_path):
    target = tmp_path / "a.txt"
    report.write_atomically(target, lambda f: f.write(b"old"))

    def broken(file):
        file.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        report.write_atomically(target, broken)
    assert contents(tmp_path) == {"a.txt": b"old"}


def test_geojson_has_level_and_counts_and_both_sides_of_the_antimeridian(tmp_path):
    report.write(small_screening(), tmp_path, ["geojson"], "en")
    features = json.loads((tmp_path / "projects.geojson").read_text("utf-8"))["features"]
    by_id = {f["properties"]["project_id"]: f for f in features}
    assert list(by_id) == ["007", "NA", "=1+1", "P-4", "P-5", "P-6", "P-7"]
    rail = by_id["007"]["properties"]
    assert (rail["level"], rail["unknown"], rail["n_critical"], rail["n_unknown"]) == ("critical", True, 1, 1)
    assert by_id["P-7"]["properties"]["level"] == "unknown"
    fiji = by_id["=1+1"]["geometry"]
    assert fiji["type"] == "MultiLineString"
    assert all(-180 <= x <= 180 for line in fiji["coordinates"] for x, _ in line)
    ring = by_id["P-6"]["geometry"]["coordinates"][0]
    assert sum((b[0] - a[0]) * (b[1] + a[1]) for a, b in itertools.pairwise(ring)) < 0  # counter-clockwise
