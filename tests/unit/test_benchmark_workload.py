"""The benchmark's workload is what the design counts, and the same for the same seed; its oracles know the truth."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def benchmarks():
    sys.path.insert(0, str(ROOT))
    try:
        yield {name: importlib.import_module(f"benchmarks.{name}") for name in ("workload", "truth", "table")}
    finally:
        sys.path.remove(str(ROOT))


@pytest.fixture(scope="module")
def load(benchmarks, tmp_path_factory):
    return benchmarks["workload"].make(tmp_path_factory.mktemp("home"), scale=0.004, seed=3)


def test_counts_are_those_asked(benchmarks, load):
    size, read = load.size, benchmarks["workload"].read
    layer = read(load.layer)
    vertices = shapely.get_num_coordinates(layer)
    assert (len(layer), vertices.sum(), vertices.max()) == (size.areas, size.vertices, size.largest)
    assert np.median(vertices) == pytest.approx(size.median, abs=2)
    assert (~shapely.is_valid(layer)).sum() == size.invalid
    assert shapely.is_valid(read(load.layer_valid)).all()
    projects = read(load.projects)
    assert shapely.is_valid(projects).all()
    assert np.bincount(shapely.get_dimensions(projects)).tolist() == [350, 100, 50]
    assert len(read(load.zones)) <= size.zones
    west, south, east, north = shapely.total_bounds(layer)
    assert west > -180
    assert east < 180
    assert south > -90
    assert north < 90


def test_at_scale_one_the_counts_are_the_designs(benchmarks):
    size = benchmarks["workload"].Size.at(1.0)
    assert (size.areas, size.vertices, size.median) == (50_000, 30_100_000, 101)
    assert (size.largest, size.invalid, size.projects, size.few) == (200_000, 451, 10_000, 1_000)
    counts = benchmarks["workload"].vertex_counts(np.random.default_rng(1), size)
    assert (counts.sum(), counts.max(), np.median(counts)) == (30_100_000, 200_000, 101)


def test_the_same_seed_gives_the_same_bytes(benchmarks, load, tmp_path):
    again = benchmarks["workload"].make(tmp_path, scale=0.004, seed=3)
    other = benchmarks["workload"].make(tmp_path, scale=0.004, seed=4)
    assert again.layer.read_bytes() == load.layer.read_bytes()
    assert again.projects.read_bytes() == load.projects.read_bytes()
    assert other.layer.read_bytes() != load.layer.read_bytes()


def test_brute_force_finds_the_known_distance(benchmarks):
    geod = pyproj.Geod(ellps="WGS84")
    area = shapely.box(10.0, -1.0, 12.0, 1.0)
    at_equator = benchmarks["truth"].distance_m(np.array([9.0, 0.0]), area)
    assert at_equator == pytest.approx(geod.inv(9.0, 0.0, 10.0, 0.0)[2], abs=1e-6)
    assert benchmarks["truth"].distance_m(np.array([11.0, 0.5]), area) == 0.0
    corner = benchmarks["truth"].distance_m(np.array([13.0, 2.0]), area)
    assert corner == pytest.approx(geod.inv(13.0, 2.0, 12.0, 1.0)[2], abs=1e-6)


def test_the_table_tells_ratios_and_reasons(benchmarks):
    size = dict.fromkeys(
        [
            "areas",
            "found_vertices",
            "found_median",
            "found_largest",
            "found_invalid",
            "projects",
            "few",
            "zones",
        ],
        1,
    )
    entry = {"versions": {"a": "1"}, "prepare_cpu_s": 1.0, "peak_bytes": 1e6, "note": "", "figures": {}}
    text = benchmarks["table"].markdown(
        {
            "date": "2026-01-01",
            "command": "c",
            "machine": {"cpu": "x", "cores": 2, "python": "3"},
            "size": size | {"cells_per_degree": 60},
            "results": {
                "zonal": [
                    entry | {"peer": "qinglu", "runs": [{"cpu_s": 0.5}, {"cpu_s": 0.1}]},
                    entry | {"peer": "exactextract", "runs": [{"cpu_s": 2.5}]},
                    {"peer": "other", "versions": {}, "unable": "not here"},
                ]
            },
        }
    )
    assert "| exactextract | 2.5 | 25.0 |" in text
    assert "not here" in text
